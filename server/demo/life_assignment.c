/* How an assignment lives: given, seen, begun, reported, returned or accepted; now and then reassigned, moved, cancelled. */
#include "server/demo/life.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void assignment_plan_free(struct assignment_plan *p)
{
    free(p->title);
    free(p->text);
    for (int i = 0; i < p->report_count; i++) {
        free(p->reports[i].text);
        free(p->reports[i].verdict_comment);
    }
    for (int i = 0; i < p->party_count; i++)
        free(p->parties[i].part_text);
    steps_free(&p->steps);
    free(p);
}

void plan_party(struct assignment_plan *p, int member, const char *role)
{
    for (int i = 0; i < p->party_count; i++)
        if (p->parties[i].member == member && strcmp(p->parties[i].role, role) == 0)
            return;
    if (member >= 0 && p->party_count < PARTIES_MAX)
        p->parties[p->party_count++] = (struct party){.member = member, .role = role};
}

static int64_t user(const struct town *t, int member) { return member < 0 ? 1 : staff_member(t, member)->id; }

bool plan_act(struct town *t, struct assignment_plan *p, moment_t at, int member, const char *action, const char *to, char *comment,
              char *changes)
{
    struct step step = {.at = at,
                        .actor = user(t, member),
                        .action = action,
                        .from = to ? p->status : NULL,
                        .to = to,
                        .comment = comment,
                        .changes = changes};
    if (!step_add(t, &p->steps, step))
        return false;
    if (to)
        p->status = to;
    return true;
}

bool plan_see(struct town *t, struct assignment_plan *p, moment_t at)
{
    if (!plan_act(t, p, at, p->responsible, "see", "seen", NULL, NULL))
        return false;
    p->seen = at;
    return true;
}

bool plan_start(struct town *t, struct assignment_plan *p, moment_t at)
{
    return plan_act(t, p, at, p->responsible, "start", "in_work", NULL, NULL);
}

void plan_remark(struct town *t, struct assignment_plan *p, int author, moment_t at)
{
    const struct demo_texts *texts = &t->material.texts[TEXT_COMMENT];
    const char *text = texts->list[random_below(&t->random, (uint32_t)texts->count)].text;
    if (p->remark_count == COMMENTS_MAX || !plan_act(t, p, at, author, "comment", NULL, strdup(text), NULL))
        return;
    p->remarks[p->remark_count++] = (struct remark){.at = at, .author = author, .text = text};
}

bool plan_report(struct town *t, struct assignment_plan *p, const struct demo_text *about, const struct order *o, moment_t at)
{
    const struct demo_text *like = material_like(&t->material, TEXT_REPORT, about, &t->random);
    char *text = text_fill(t, like->text, o);
    if (p->report_count == REPORTS_MAX || !plan_act(t, p, at, p->responsible, "report", "reported", strdup(text), NULL)) {
        free(text);
        return false;
    }
    p->reported = at;
    p->reports[p->report_count++] =
        (struct report){.at = at, .author = p->responsible, .text = text, .verdict_by = -1, .verdict_at = MOMENT_NONE};
    return true;
}

static void judge(struct assignment_plan *p, const char *verdict, int by, moment_t at, const char *comment)
{
    struct report *r = &p->reports[p->report_count - 1];
    r->verdict = verdict;
    r->verdict_by = by;
    r->verdict_at = at;
    r->verdict_comment = comment ? strdup(comment) : NULL;
}

bool plan_return(struct town *t, struct assignment_plan *p, moment_t at)
{
    const struct demo_texts *texts = &t->material.texts[TEXT_RETURN];
    const char *why = texts->list[random_below(&t->random, (uint32_t)texts->count)].text;
    int by = p->controller >= 0 && random_chance(&t->random, 400) ? p->controller : p->behalf >= 0 ? p->behalf : p->author;
    if (!plan_act(t, p, at, by, "return", "returned", strdup(why), NULL))
        return false;
    judge(p, "return", by, at, why);
    p->returned_times++;
    p->reported = MOMENT_NONE;
    return true;
}

static void finish(struct assignment_plan *p, moment_t at) { p->closed = p->ends = at; }

static bool accept(struct town *t, struct assignment_plan *p, moment_t at)
{
    int by = p->behalf >= 0 ? p->behalf : p->author;
    p->ends = at;
    if (!plan_act(t, p, at, by, "accept", "accepted", NULL, NULL))
        return false;
    judge(p, "accept", by, at, NULL);
    p->quality = random_chance(&t->random, 300) ? random_between(&t->random, 3, 5) : 0;
    p->accepted = at;
    finish(p, at);
    return true;
}

static void maybe_remark(struct town *t, struct assignment_plan *p, moment_t after)
{
    if (!random_chance(&t->random, 130))
        return;
    int author = p->responsible;
    if (p->party_count > 0 && random_chance(&t->random, 400))
        author = p->parties[random_below(&t->random, (uint32_t)p->party_count)].member;
    plan_remark(t, p, author, after + random_between(&t->random, 300, 1800));
}

/* The chief gives it to somebody else of the unit; who had it stays on the card. */
static bool reassign(struct town *t, struct assignment_plan *p, moment_t at)
{
    int next = staff_worker(t, p->unit), old = p->responsible;
    if (next == old)
        return true;
    char *changes = text_print("{\"responsible\":{\"from\":%lld,\"to\":%lld}}", (long long)user(t, old), (long long)user(t, next));
    if (!plan_act(t, p, at, t->staff.of_unit[p->unit].count ? t->staff.of_unit[p->unit].list[0] : p->author, "reassign", "issued", NULL,
                  changes))
        return false;
    for (int i = 0; i < p->party_count; i++)
        if (strcmp(p->parties[i].role, "responsible") == 0)
            p->parties[i].member = next;
    plan_party(p, old, "former");
    p->responsible = next;
    p->unit = staff_member(t, next)->unit;
    p->seen = MOMENT_NONE;
    p->issued = at;
    return plan_see(t, p, town_later(t, at, 0, 1));
}

/* When the executor is ready: mostly in time, sometimes a little late, seldom very. */
static moment_t ready_at(struct town *t, const struct assignment_plan *p, moment_t from)
{
    int luck = random_between(&t->random, 0, 999), spare = p->due - moment_day(from);
    day_t day;
    if (luck < 900)
        day = spare > 0 ? p->due - random_between(&t->random, 0, spare > 12 ? spare * 2 / 3 : spare) : moment_day(from);
    else
        day = p->due + (luck < 982 ? random_between(&t->random, 1, 6) : random_between(&t->random, 8, 40));
    moment_t at = town_office_hour(t, town_working_day_before(t, day));
    return at > from + 1800 ? at : town_later(t, from + 1800, 0, 1);
}

/* Reported, judged, perhaps again, until accepted. */
static void rounds(struct town *t, struct assignment_plan *p, const struct demo_text *about, const struct order *o, moment_t at)
{
    moment_t ready = ready_at(t, p, at);
    for (int round = 0;; round++) {
        p->ends = town_later(t, ready, 1, 2);
        if (!plan_report(t, p, about, o, ready))
            return;
        moment_t judged = town_later(t, ready + 900, 0, 3);
        if (round == 2 || !random_chance(&t->random, round == 0 ? 170 : 120)) {
            accept(t, p, judged);
            return;
        }
        p->ends = town_later(t, judged, 3, 6);
        if (!plan_return(t, p, judged))
            return;
        maybe_remark(t, p, judged);
        moment_t again = town_later(t, judged + 3600, 0, 1);
        if (random_chance(&t->random, 500) && !plan_start(t, p, again))
            return;
        ready = town_later(t, again + 1800, 1, 4);
    }
}

static void live(struct town *t, struct assignment_plan *p, const struct demo_text *about, const struct order *o)
{
    struct random *r = &t->random;
    moment_t at = town_later(t, p->created, 0, 1);
    p->ends = town_later(t, p->created, 5, 25);
    if (random_chance(r, 930) && !plan_see(t, p, at))
        return;
    maybe_remark(t, p, at);
    if (random_chance(r, 30) && !reassign(t, p, town_later(t, at + 1800, 0, 2)))
        return;
    at = town_later(t, p->steps.list[p->steps.count - 1].at + 60, 0, 2);
    if (random_chance(r, 12) || random_chance(r, 8)) {
        bool cancel = random_chance(r, 600);
        p->ends = at;
        if (plan_act(t, p, at, p->author, cancel ? "cancel" : "off_control", cancel ? "cancelled" : "off_control",
                     strdup(cancel ? "Дано ошибочно, решается другим поручением" : "Вопрос утратил актуальность, заявитель не возражает"),
                     NULL))
            finish(p, at);
        return;
    }
    if (random_chance(r, 750)) {
        if (!plan_start(t, p, at))
            return;
        maybe_remark(t, p, at);
        at = p->steps.list[p->steps.count - 1].at;
    }
    /* A part is due no later than its whole, whose term may not move any more: it asks for no time and is given on to nobody. */
    if (!o->part && random_chance(r, 70) &&
        !plan_ask(t, p, at = town_later(t, at + 600, 1, 3), random_chance(r, 720) ? ASK_GRANTED : ASK_REFUSED))
        return;
    at = p->steps.list[p->steps.count - 1].at;
    if (!o->part && random_chance(r, 40) && !plan_part(t, p, about, o, -1, &at))
        return;
    if (!plan_gather(t, p, about, o, &at))
        return;
    rounds(t, p, about, o, at);
}

static const char *draw_urgency(struct town *t)
{
    int luck = random_between(&t->random, 0, 999);
    return luck < 780 ? "ordinary" : luck < 910 ? "operational" : luck < 980 ? "urgent" : "immediate";
}

static void set_term(struct town *t, struct assignment_plan *p, const struct order *o)
{
    day_t signed_on = moment_day(p->created);
    if (o->due != DAY_NONE) {
        p->due = p->nominal = o->due;
        p->rule = "assignment_date";
        p->urgency = "ordinary";
        return;
    }
    char id[48];
    p->urgency = draw_urgency(t);
    snprintf(id, sizeof id, "urgency_%s", p->urgency);
    const struct due_rule *rule = deadlines_rule_or(t->deadlines, id, "assignment_plain", signed_on);
    struct due due = due_count(t->calendar, signed_on, rule);
    p->due = due.rolled;
    p->nominal = due.nominal;
    p->rule = rule->id;
}

static void set_people(struct town *t, struct assignment_plan *p, const struct order *o)
{
    struct random *r = &t->random;
    p->author = o->author;
    p->behalf = o->behalf;
    p->responsible = staff_worker(t, o->unit);
    p->controller = random_chance(r, 350) ? t->staff.controllers.list[random_below(r, (uint32_t)t->staff.controllers.count)] : -1;
    plan_party(p, p->author, "author");
    plan_party(p, p->responsible, "responsible");
    plan_party(p, p->controller, "controller");
    plan_party(p, p->behalf, "on_behalf_of");
    for (int i = random_chance(r, 200) ? random_between(r, 1, 2) : 0; i > 0; i--) {
        int other = staff_worker(t, staff_unit(t));
        if (other != p->responsible)
            plan_party(p, other, "co_executor");
    }
    if (random_chance(r, 50))
        plan_party(p, t->staff.deputies.list[random_below(r, (uint32_t)t->staff.deputies.count)], "watcher");
}

/* A part goes from who is responsible for the whole to one of their own people. */
static void set_part(struct town *t, struct assignment_plan *p, const struct order *o)
{
    p->author = o->author;
    p->responsible = o->part->responsible;
    p->behalf = p->controller = -1;
    p->part = o->part;
    plan_party(p, p->author, "author");
    plan_party(p, p->responsible, "responsible");
    set_term(t, p, o);
}

static void set_cast(struct town *t, struct assignment_plan *p, const struct cast_row *row)
{
    p->author = staff_find(t, row->author);
    p->responsible = staff_find(t, row->responsible);
    p->behalf = row->behalf ? staff_find(t, row->behalf) : -1;
    p->controller = row->controller ? staff_find(t, row->controller) : -1;
    p->due = p->nominal = cast_due(t, row);
    p->rule = "assignment_date";
    p->urgency = "ordinary";
    plan_party(p, p->author, "author");
    plan_party(p, p->responsible, "responsible");
    plan_party(p, p->controller, "controller");
    plan_party(p, p->behalf, "on_behalf_of");
    plan_party(p, row->co_executor ? staff_find(t, row->co_executor) : -1, "co_executor");
}

/* What is to be done; where nobody has thought of a wording for the topic, the appeal is to be considered. Returns what reports will be
 * about. */
static const struct demo_text *set_matter(struct town *t, struct assignment_plan *p, const struct order *o)
{
    static const char *const parts[] = {"Выехать на место", "Подготовить справку", "Согласовать с подрядчиком", "Снять до и после работ"};
    if (o->part) {
        p->title = text_print("%s: %s", parts[random_below(&t->random, sizeof parts / sizeof *parts)], o->part->title);
        p->text = strdup("Часть поручения. О выполнении доложить ответственному.");
        return o->about;
    }
    const struct demo_text *like = material_on_topic(&t->material, TEXT_ASSIGNMENT, o->about, &t->random);
    if (!like && o->appeal) {
        char *subject = text_fill(t, o->about->subject, o);
        p->title = text_print("Рассмотреть обращение: %s", subject);
        p->text = strdup("Рассмотреть обращение по существу, принять меры в пределах компетенции. Подготовить проект ответа заявителю.");
        free(subject);
        return o->about;
    }
    like = like ? like : material_like(&t->material, TEXT_ASSIGNMENT, o->about, &t->random);
    p->title = text_fill(t, like->subject, o);
    p->text = text_fill(t, like->text, o);
    return like;
}

struct assignment_plan *assignment_imagine(struct town *t, const struct order *o)
{
    struct assignment_plan *p = calloc(1, sizeof *p);
    static const char *const sources[] = {"head", "head", "meeting", "meeting", "plan", "letter", "above", "inspection"};
    if (!p)
        abort();
    *p = (struct assignment_plan){.created = o->at,
                                  .issued = o->at,
                                  .seen = MOMENT_NONE,
                                  .reported = MOMENT_NONE,
                                  .accepted = MOMENT_NONE,
                                  .closed = MOMENT_NONE,
                                  .status = NULL,
                                  .ends = INT64_MAX};
    const struct demo_text *about = set_matter(t, p, o);
    p->source = o->part ? "parent" : o->appeal ? "appeal" : sources[random_below(&t->random, sizeof sources / sizeof *sources)];
    if (o->appeal)
        p->appeals[p->appeal_count++] = o->appeal;
    if (o->cast) {
        set_cast(t, p, o->cast);
    } else if (o->part) {
        set_part(t, p, o);
    } else {
        set_people(t, p, o);
        set_term(t, p, o);
    }
    p->unit = staff_member(t, p->responsible)->unit;
    char due[11];
    day_format(p->due, due);
    bool draft = o->cast && o->cast->state == CAST_DRAFT;
    char *changes = text_print("{\"due\":{\"to\":\"%s\"},\"responsible\":{\"to\":%lld}}", due, (long long)user(t, p->responsible));
    plan_act(t, p, p->created, p->author, draft ? "create" : "issue", draft ? "draft" : "issued", NULL, changes);
    p->steps.list[0].from = NULL;
    if (draft)
        p->issued = MOMENT_NONE;
    if (o->cast)
        cast_play(t, p, o->cast, about, o);
    else
        live(t, p, about, o);
    days_put_assignment(t, p);
    return p;
}

void assignment_alone(struct town *t, day_t day)
{
    struct random *r = &t->random;
    const struct demo_texts *texts = &t->material.texts[TEXT_ASSIGNMENT];
    const struct demo_text *about = &texts->list[random_below(r, (uint32_t)texts->count)];
    int unit = about->unit >= 0 ? about->unit : material_unit(&t->material, "housing_utilities");
    int deputy = t->staff.deputy_of_unit[unit];
    struct order o = {.at = town_office_hour(t, day),
                      .about = about,
                      .street = (uint16_t)random_below(r, (uint32_t)t->material.street_count),
                      .house = (uint16_t)random_between(r, 1, 96),
                      .unit = unit,
                      .due = DAY_NONE,
                      .behalf = -1,
                      .author = random_chance(r, 300) ? t->staff.head : deputy};
    if (random_chance(r, 250) && t->staff.of_unit[unit].count)
        o.author = t->staff.of_unit[unit].list[0];
    if (o.at <= t->now)
        assignment_imagine(t, &o);
}
