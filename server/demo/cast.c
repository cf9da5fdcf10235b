/* What the demo logins find when they come to work: a table, so that each has something overdue, returned, due soon and fresh. */
#include "server/demo/life.h"
#include <string.h>

static const struct cast_row rows[] = {
    /* responsible, author, behalf, controller, co-executor, days ago, due in days, state, remark, time asked for, part to */
    {"executor", "deputy", NULL, "controller", NULL, 24, -3, CAST_IN_WORK, false, ASK_NONE, NULL},
    {"executor", "chief", NULL, NULL, NULL, 20, -1, CAST_SEEN, false, ASK_NONE, NULL},
    {"executor", "head", NULL, "controller", "executor2", 33, -6, CAST_IN_WORK, true, ASK_NONE, NULL},
    {"executor", "deputy", NULL, "controller", NULL, 12, 1, CAST_RETURNED, false, ASK_NONE, NULL},
    {"executor", "chief", NULL, NULL, NULL, 9, 5, CAST_RETURNED, false, ASK_NONE, NULL},
    {"executor", "deputy", NULL, NULL, NULL, 8, 0, CAST_IN_WORK, false, ASK_WAITING, NULL},
    {"executor", "chief", NULL, NULL, NULL, 7, 2, CAST_IN_WORK, true, ASK_GRANTED, NULL},
    {"executor", "head", NULL, "controller", NULL, 6, 3, CAST_SEEN, false, ASK_NONE, NULL},
    {"executor", "clerk", "head", NULL, NULL, 5, 6, CAST_IN_WORK, false, ASK_NONE, NULL},
    {"executor", "deputy", NULL, "controller", NULL, 1, 14, CAST_ISSUED, false, ASK_NONE, NULL},
    {"executor", "chief", NULL, NULL, NULL, 1, 20, CAST_ISSUED, false, ASK_NONE, NULL},
    {"executor", "clerk", "deputy", NULL, NULL, 2, 10, CAST_ISSUED, false, ASK_NONE, NULL},
    {"executor", "deputy", NULL, "controller", NULL, 10, 4, CAST_REPORTED, false, ASK_NONE, NULL},
    {"executor", "head", NULL, "controller", NULL, 13, 3, CAST_REPORTED, false, ASK_NONE, NULL},
    {"executor", "chief", NULL, NULL, NULL, 6, 9, CAST_REPORTED, false, ASK_NONE, NULL},
    {"executor2", "deputy", NULL, "controller", NULL, 26, -2, CAST_IN_WORK, false, ASK_NONE, NULL},
    {"executor2", "head", NULL, NULL, NULL, 31, -8, CAST_SEEN, false, ASK_NONE, NULL},
    {"executor2", "deputy", NULL, "controller", NULL, 11, 2, CAST_RETURNED, false, ASK_NONE, NULL},
    {"executor2", "deputy", NULL, NULL, "executor", 7, 3, CAST_IN_WORK, true, ASK_REFUSED, NULL},
    {"executor2", "head", NULL, "controller", NULL, 4, 5, CAST_IN_WORK, false, ASK_WAITING, NULL},
    {"executor2", "deputy", NULL, NULL, NULL, 1, 15, CAST_ISSUED, false, ASK_NONE, NULL},
    {"executor2", "head", NULL, "controller", NULL, 12, 1, CAST_REPORTED, false, ASK_NONE, NULL},
    {"executor2", "deputy", NULL, NULL, NULL, 9, 6, CAST_REPORTED, false, ASK_NONE, NULL},
    {"chief", "head", NULL, "controller", NULL, 21, -2, CAST_IN_WORK, false, ASK_NONE, NULL},
    {"chief", "deputy", NULL, NULL, NULL, 8, 2, CAST_IN_WORK, false, ASK_NONE, "executor"},
    {"chief", "head", NULL, "controller", NULL, 14, 2, CAST_REPORTED, false, ASK_NONE, NULL},
    {"chief", "deputy", NULL, NULL, NULL, 2, 12, CAST_ISSUED, false, ASK_NONE, NULL},
    {"executor", "chief", NULL, NULL, NULL, 1, 11, CAST_DRAFT, false, ASK_NONE, NULL},
    {"executor", "clerk", "head", NULL, NULL, 1, 9, CAST_DRAFT, false, ASK_NONE, NULL},
    {"executor2", "head", NULL, NULL, NULL, 1, 16, CAST_DRAFT, false, ASK_NONE, NULL},
    {"manager", "deputy", NULL, NULL, NULL, 9, 4, CAST_IN_WORK, false, ASK_NONE, NULL},
    {"dispatcher", "head", NULL, NULL, NULL, 3, 7, CAST_SEEN, false, ASK_NONE, NULL},
};
enum { ROWS = sizeof rows / sizeof *rows };
_Static_assert((int)ROWS <= (int)CAST_ROWS_MAX, "struct town must remember each row");

const struct cast_row *cast_take(struct town *t, day_t day, int unit)
{
    if (day < t->today - 60)
        return NULL;
    for (size_t i = 0; i < ROWS; i++) {
        if (t->cast_taken[i] || town_working_day_before(t, t->today - rows[i].days_ago) != day)
            continue;
        if (unit >= 0 && staff_member(t, staff_find(t, rows[i].responsible))->unit != unit)
            continue;
        t->cast_taken[i] = true;
        return &rows[i];
    }
    return NULL;
}

day_t cast_due(const struct town *t, const struct cast_row *row)
{
    day_t due = t->today + row->due_in_days;
    return row->due_in_days < 0 ? town_working_day_before(t, due) : town_working_day(t, due);
}

/* An evening of the last days before now, so that it is fresh, but after the step before it. */
static moment_t lately(struct town *t, const struct assignment_plan *p, int days)
{
    moment_t at = town_office_hour(t, town_working_day_before(t, t->today - days)), last = p->steps.list[p->steps.count - 1].at;
    if (at <= last)
        at = last + random_between(&t->random, 600, 3600);
    return at < t->now ? at : t->now - random_between(&t->random, 60, 600);
}

void cast_play(struct town *t, struct assignment_plan *p, const struct cast_row *row, const struct demo_text *about, const struct order *o)
{
    p->unread = row->remark;
    if (row->state == CAST_DRAFT || row->state == CAST_ISSUED)
        return;
    plan_see(t, p, p->created + random_between(&t->random, 900, 9000));
    if (row->state != CAST_SEEN)
        plan_start(t, p, p->steps.list[p->steps.count - 1].at + random_between(&t->random, 1200, 40000));
    moment_t at = p->steps.list[p->steps.count - 1].at;
    if (row->part)
        plan_part(t, p, about, o, staff_find(t, row->part), &at);
    if (row->ask != ASK_NONE)
        plan_ask(t, p, lately(t, p, row->ask == ASK_WAITING ? 1 : 3), row->ask);
    if (row->state == CAST_RETURNED || row->state == CAST_REPORTED)
        plan_report(t, p, about, o, lately(t, p, 2));
    if (row->state == CAST_RETURNED)
        plan_return(t, p, lately(t, p, 1));
    if (row->remark)
        plan_remark(t, p, row->co_executor ? staff_find(t, row->co_executor) : p->author, lately(t, p, 1));
}

void cast_alone(struct town *t, day_t day)
{
    if (!town_is_working(t, day))
        return;
    for (const struct cast_row *row; (row = cast_take(t, day, -1));) {
        int unit = staff_member(t, staff_find(t, row->responsible))->unit;
        const struct demo_text like = {.topic = "", .unit = unit};
        struct order o = {.at = (moment_t)day * DAY_SECONDS + 9 * 3600 + random_between(&t->random, 0, 25000),
                          .unit = unit,
                          .behalf = -1,
                          .street = (uint16_t)random_below(&t->random, (uint32_t)t->material.street_count),
                          .house = (uint16_t)random_between(&t->random, 1, 96),
                          .due = DAY_NONE,
                          .cast = row};
        o.about = material_like(&t->material, TEXT_ASSIGNMENT, &like, &t->random);
        assignment_imagine(t, &o);
    }
}
