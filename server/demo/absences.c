/* Who was away when, and who acted for them: leave, journeys and illness of two years, and some of these days. */
#include "server/demo/life.h"
#include <stdlib.h>
#include <string.h>

enum { PAST_COUNT = 40 };

static void write_row(struct town *t, int absent, int substitute, day_t from, day_t to, moment_t made, const char *reason)
{
    struct sheet *s = &t->sheets.sheet[SHEET_SUBSTITUTION];
    char first[11], last[11];
    int64_t who = staff_member(t, absent)->id, by = staff_member(t, substitute)->id;
    const struct {
        int64_t person;
        const char *action;
    } told[] = {{by, "substitute"}, {who, "absent"}};
    day_format(from, first);
    day_format(to, last);
    cell_int(s, who);
    cell_int(s, by);
    cell_day(s, from);
    cell_day(s, to);
    cell_text(s, reason);
    cell_int(s, who);
    cell_moment(s, made);
    row_end(s);
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        struct steps steps = {.count = 0};
        step_add(t, &steps,
                 (struct step){.at = made + (moment_t)i,
                               .actor = who,
                               .action = told[i].action,
                               .comment = strdup(reason),
                               .changes = text_print("{\"absent\":%lld,\"from\":\"%s\",\"to\":\"%s\"}", (long long)who, first, last)});
        days_put_steps(t, "user", told[i].person, &steps);
        steps_free(&steps);
    }
}

/* Somebody of a unit in which another can take over; *substitute is that other. */
static int draw_absent(struct town *t, int *substitute)
{
    for (;;) {
        const struct team *team = &t->staff.of_unit[staff_unit(t)];
        int absent = (int)random_below(&t->random, (uint32_t)team->count), other = (int)random_below(&t->random, (uint32_t)team->count);
        if (absent == other)
            continue;
        *substitute = team->list[other];
        return team->list[absent];
    }
}

void absences_make(struct town *t)
{
    static const struct {
        const char *reason;
        int least, most;
    } kinds[] = {{"Отпуск", 13, 27}, {"Командировка", 1, 4}, {"Болезнь", 4, 11}};
    static const struct {
        const char *absent, *substitute; /* logins; NULL: drawn */
        int from, to;                    /* days from today */
        int kind;
    } now[] = {{NULL, "executor", -4, 9, 0}, {NULL, "chief", -1, 2, 1},      {NULL, NULL, -6, 5, 0},
               {NULL, NULL, -2, 6, 2},       {"executor2", NULL, 12, 25, 0}, {NULL, NULL, 5, 32, 0}};
    for (int i = 0; i < PAST_COUNT; i++) {
        int substitute, absent = draw_absent(t, &substitute), k = random_chance(&t->random, 600) ? 0 : random_between(&t->random, 1, 2);
        day_t from = t->first + 10 + (t->today - t->first - 50) * i / PAST_COUNT + random_between(&t->random, 0, 9);
        write_row(t, absent, substitute, from, from + random_between(&t->random, kinds[k].least, kinds[k].most),
                  town_office_hour(t, town_working_day_before(t, from - 2)), kinds[k].reason);
    }
    for (size_t i = 0; i < sizeof now / sizeof *now; i++) {
        int substitute = now[i].substitute ? staff_find(t, now[i].substitute) : -1,
            absent = now[i].absent ? staff_find(t, now[i].absent) : -1, drawn;
        const int unit = staff_member(t, absent >= 0 ? absent : substitute >= 0 ? substitute : draw_absent(t, &drawn))->unit;
        const struct team *team = &t->staff.of_unit[unit];
        /* Of the same unit, neither of them a demo login whose own work the demo shows. */
        for (int k = team->count - 1; k >= 0 && (absent < 0 || substitute < 0); k--) {
            if (team->list[k] == absent || team->list[k] == substitute)
                continue;
            if (absent < 0)
                absent = team->list[k];
            else
                substitute = team->list[k];
        }
        if (absent >= 0 && substitute >= 0)
            write_row(t, absent, substitute, t->today + now[i].from, t->today + now[i].to,
                      town_office_hour(t, town_working_day_before(t, t->today + (now[i].from < 0 ? now[i].from : 0) - 1)),
                      kinds[now[i].kind].reason);
    }
}
