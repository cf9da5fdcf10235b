/* Control in the life of an assignment: more time is asked for and given or not, co-executors hand in their parts, parts are given on. */
#include "server/demo/life.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *one_of(struct town *t, const char *const *list, size_t count) { return list[random_below(&t->random, (uint32_t)count)]; }
#define ONE_OF(t, list) one_of(t, list, sizeof(list) / sizeof *(list))

/* ---- more time ---- */

static int giver_of(const struct assignment_plan *p) { return p->behalf >= 0 ? p->behalf : p->author; }

static bool decide(struct town *t, struct assignment_plan *p, struct extension *x, enum asked asked)
{
    static const char *const refusals[] = {"Срок реальный, усильте бригаду", "Заявителю уже названа дата, переносить нельзя",
                                           "Отложите другую работу, это важнее"};
    char from[11], to[11];
    const char *why = asked == ASK_REFUSED ? ONE_OF(t, refusals) : NULL;
    moment_t at = town_later(t, x->asked_at + 1800, 0, 2);
    day_format(p->due, from);
    day_format(x->wished, to);
    p->ends = at;
    if (!plan_act(t, p, at, giver_of(p), why ? "extend_refuse" : "extend_grant", NULL, why ? strdup(why) : NULL,
                  why ? NULL : text_print("{\"due\":{\"from\":\"%s\",\"to\":\"%s\"}}", from, to)))
        return false;
    x->decided_at = at;
    x->decided_by = giver_of(p);
    x->comment = why;
    x->status = why ? "refused" : "granted";
    if (!why)
        p->due = p->nominal = x->wished;
    return true;
}

bool plan_ask(struct town *t, struct assignment_plan *p, moment_t at, enum asked asked)
{
    static const char *const reasons[] = {"Ожидается поставка материалов", "Подрядчик выйдет на объект только на следующей неделе",
                                          "Нужен ответ ресурсоснабжающей организации", "Работы можно вести только при плюсовой температуре",
                                          "Заявитель просит перенести осмотр"};
    char to[11];
    day_t wished = town_working_day_before(t, p->due + random_between(&t->random, 5, 14));
    if (wished <= p->due || moment_day(at) > p->due || p->extension_count == EXTENSIONS_MAX)
        return true;
    const char *reason = ONE_OF(t, reasons);
    day_format(wished, to);
    p->ends = at;
    if (!plan_act(t, p, at, p->responsible, "extend_request", NULL, strdup(reason), text_print("{\"new_due\":{\"to\":\"%s\"}}", to)))
        return false;
    struct extension *x = &p->extensions[p->extension_count++];
    *x = (struct extension){.status = "asked",
                            .reason = reason,
                            .asked_at = at,
                            .decided_at = MOMENT_NONE,
                            .asked_by = p->responsible,
                            .decided_by = -1,
                            .before = p->due,
                            .wished = wished};
    return asked == ASK_WAITING || decide(t, p, x, asked);
}

/* ---- parts of co-executors ---- */

bool plan_gather(struct town *t, struct assignment_plan *p, const struct demo_text *about, const struct order *o, moment_t *at)
{
    for (int i = 0; i < p->party_count; i++) {
        struct party *party = &p->parties[i];
        if (strcmp(party->role, "co_executor") != 0 || !random_chance(&t->random, 700))
            continue;
        char *text = text_fill(t, material_like(&t->material, TEXT_REPORT, about, &t->random)->text, o);
        int64_t who = staff_member(t, party->member)->id;
        moment_t when = town_later(t, *at + 1200, 0, 3);
        p->ends = when;
        if (!plan_act(t, p, when, party->member, "part_report", NULL, strdup(text),
                      text_print("{\"co_executor\":{\"to\":%lld}}", (long long)who))) {
            free(text);
            return false;
        }
        party->part_state = "reported";
        party->part_text = text;
        party->part_at = when;
        *at = p->ends = town_later(t, when + 900, 0, 1);
        if (!plan_act(t, p, *at, p->responsible, "part_accept", NULL, NULL, text_print("{\"co_executor\":{\"to\":%lld}}", (long long)who)))
            return false;
        party->part_state = "accepted";
    }
    return true;
}

/* ---- a part of the work to one's own people ---- */

/* Somebody of the unit beside whom the whole is with; -1: there is none. */
static int helper_of(struct town *t, const struct assignment_plan *p)
{
    const struct team *team = &t->staff.of_unit[p->unit];
    for (int tries = 0; tries < 8 && team->count > 1; tries++) {
        int member = team->list[random_below(&t->random, (uint32_t)team->count)];
        if (member != p->responsible)
            return member;
    }
    return -1;
}

/* The history of the whole names the part by its number, which the part gets on its own day. */
static struct whole *tie(struct town *t, struct assignment_plan *p)
{
    if (!p->whole)
        p->whole = arena_alloc(t->arena, sizeof *p->whole);
    return p->whole;
}

bool plan_part(struct town *t, struct assignment_plan *p, const struct demo_text *about, const struct order *o, int to, moment_t *at)
{
    moment_t when = town_later(t, *at + 600, 0, 1);
    int spare = p->due - moment_day(when), member = to >= 0 ? to : helper_of(t, p);
    day_t due = spare > 2 ? town_working_day_before(t, p->due - random_between(&t->random, 0, spare / 2)) : p->due;
    if (when > t->now || member < 0 || member == p->responsible || due <= moment_day(when))
        return true;
    struct part *part = arena_alloc(t->arena, sizeof *part);
    *part = (struct part){.whole = tie(t, p), .title = p->title, .responsible = member};
    struct order order = *o;
    order.at = when;
    order.about = about;
    order.author = p->responsible;
    order.behalf = -1;
    order.due = due;
    order.appeal = 0;
    order.cast = NULL;
    order.unit = p->unit;
    order.part = part;
    struct assignment_plan *child = assignment_imagine(t, &order);
    if (!plan_act(t, p, when, p->responsible, "sub", NULL, text_print("%c %s", PART_NUMBER, child->title),
                  text_print("{\"co_executor\":{\"to\":%lld}}", (long long)staff_member(t, member)->id)))
        return true;
    p->steps.list[p->steps.count - 1].part = part;
    p->ends = child->ends > when ? child->ends : when;
    if (child->closed == MOMENT_NONE)
        return false; /* the whole waits for it */
    *at = child->closed > *at ? child->closed : when;
    return true;
}
