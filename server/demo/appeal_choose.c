/* Who writes an appeal and about what. */
#include "server/demo/appeal_plan.h"
#include <stdlib.h>
#include <string.h>

const struct choice appeal_kinds[KIND_COUNT] = {{"letter", 400},         {"electronic", 650},      {"message", 870},
                                                {"reception", 920},      {"official_letter", 970}, {"info_request", 990},
                                                {"deputy_request", 1000}};
static const struct choice channels[KIND_COUNT][4] = {
    {{"post", 60}, {"in_person", 95}, {"courier_body", 100}},
    {{"pos", 40}, {"epgu", 75}, {"website", 100}},
    {{"phone", 35}, {"pos", 65}, {"social", 90}, {"edds", 100}},
    {{"reception", 100}},
    {{"email", 60}, {"post", 100}},
    {{"email", 50}, {"post", 100}},
    {{"in_person", 60}, {"email", 100}},
};
const char *choice_draw(struct town *t, const struct choice *list, uint32_t total)
{
    uint32_t point = random_below(&t->random, total);
    while (point >= list->upto)
        list++;
    return list->id;
}

static int64_t user(const struct town *t, int member) { return staff_member(t, member)->id; }

static int64_t new_citizen(struct town *t, struct appeal_plan *a, enum citizen_kind kind)
{
    int64_t index = (int64_t)citizen_add(t, kind, a->at);
    struct steps made = {.count = 1, .list = {{.at = a->at, .actor = user(t, a->registrar), .action = "add"}}};
    days_put_steps(t, "correspondent", citizen_id(t, (size_t)index), &made);
    return index;
}

/* Somebody who has written before, of this kind if such a one is met soon. */
static int64_t known_citizen(struct town *t, enum citizen_kind kind)
{
    for (int i = 0; i < 12 && t->citizen_count; i++) {
        size_t index = random_below(&t->random, (uint32_t)t->citizen_count);
        if (t->citizen[index].kind == kind)
            return (int64_t)index;
    }
    return -1;
}

static void choose_author(struct town *t, struct appeal_plan *a)
{
    struct random *r = &t->random;
    enum citizen_kind kind = a->kind >= FIRST_ORGANIZATION_KIND ? CITIZEN_ORGANIZATION : CITIZEN_PERSON;
    int fresh = kind == CITIZEN_ORGANIZATION ? 350 : 650;
    a->author = -1;
    if (random_chance(r, a->kind == KIND_MESSAGE ? 150 : a->kind < KIND_MESSAGE ? 12 : 0))
        return;
    if (kind == CITIZEN_PERSON && a->kind != KIND_MESSAGE && random_chance(r, 25)) {
        kind = CITIZEN_COLLECTIVE;
        fresh = 900;
        a->collective = true;
        a->members = random_between(r, 5, 180);
    }
    if (!random_chance(r, fresh))
        a->author = known_citizen(t, kind);
    if (a->author < 0)
        a->author = new_citizen(t, a, kind);
    if (kind != CITIZEN_PERSON || a->kind == KIND_MESSAGE || !random_chance(r, 25))
        return;
    for (int i = random_between(r, 1, 3); i > 0; i--) {
        int64_t other = known_citizen(t, CITIZEN_PERSON);
        bool met = other < 0 || other == a->author;
        for (int k = 0; k < a->other_count; k++)
            met = met || a->others[k] == other;
        if (!met)
            a->others[a->other_count++] = other;
    }
    a->collective = a->other_count > 0;
    a->members = a->collective ? a->other_count + 1 : 0;
}

static void take_over(struct appeal_plan *a, const struct recent *about)
{
    a->text = about->text;
    a->place.street = about->street;
    a->place.house = about->house;
    a->link_to = about->appeal;
}

/* Three ways to write about what has been written about: again, the same paper twice, the neighbour's trouble. */
static void choose_matter(struct town *t, struct appeal_plan *a)
{
    struct random *r = &t->random;
    const struct material *m = &t->material;
    const struct citizen *c = a->author >= 0 ? &t->citizen[a->author] : NULL;
    const struct recent *recent = &t->recent[random_below(r, RECENT_COUNT)];
    bool home = c && random_chance(r, 700);
    a->text = (int)random_weighted(r, m->appeal_upto, m->texts[TEXT_APPEAL].count);
    a->place = (struct order){.street = home ? c->street : (uint16_t)random_below(r, (uint32_t)m->street_count),
                              .house = home ? c->house : (uint16_t)random_between(r, 1, 96),
                              .flat = c ? c->flat : 0};
    a->frequency = "primary";
    if (c && c->last_text >= 0 && random_chance(r, 220)) {
        a->text = c->last_text;
        a->link_kind = "repeat_of";
        a->link_to = c->last_appeal;
        a->frequency = "repeated";
    } else if (recent->appeal && recent->citizen >= 0 && random_chance(r, 6)) {
        take_over(a, recent);
        a->author = recent->citizen;
        a->other_count = 0;
        a->link_kind = "duplicate_of";
        a->frequency = "duplicate";
    } else if (recent->appeal && recent->citizen != a->author && random_chance(r, 40)) {
        take_over(a, recent);
        a->link_kind = "same_issue";
        if (recent->assignment && recent->assignment->created > a->at && recent->assignment->appeal_count < APPEALS_MAX)
            a->shared = recent->assignment;
    }
}

static void choose_nature(struct town *t, struct appeal_plan *a)
{
    static const struct choice natures[] = {{"statement", 50}, {"complaint", 88}, {"proposal", 99}, {"gratitude", 100}};
    a->nature = a->kind >= FIRST_ORGANIZATION_KIND ? (strcmp(appeal_kinds[a->kind].id, "info_request") == 0 ? "info" : "official")
                                                   : choice_draw(t, natures, 100);
}

static void choose_questions(struct town *t, struct appeal_plan *a)
{
    const struct demo_texts *texts = &t->material.texts[TEXT_APPEAL];
    int luck = random_between(&t->random, 0, 99), count = luck < 80 ? 1 : luck < 97 ? 2 : 3;
    for (int i = 0; i < count; i++) {
        const char *topic =
            texts->list[i == 0 ? (size_t)a->text : random_weighted(&t->random, t->material.appeal_upto, texts->count)].topic;
        bool twice = false;
        for (int k = 0; k < i; k++)
            twice = twice || strcmp(a->questions[k < a->question_count ? k : 0].topic, topic) == 0;
        if (!twice)
            a->questions[a->question_count++].topic = topic;
    }
}

/* A letter that another body has sent on says by whom and with which paper. */
static void choose_cover(struct town *t, struct appeal_plan *a)
{
    static const char *const bodies[] = {"Правительство области", "Администрация Президента РФ", "Областная дума", "Прокуратура"};
    a->channel = choice_draw(t, channels[a->kind], 100);
    if (strcmp(a->channel, "courier_body") == 0)
        a->forwarded_by = bodies[random_below(&t->random, sizeof bodies / sizeof *bodies)];
}

static void count_due(struct town *t, struct appeal_plan *a)
{
    const struct due_rule *rule = rules_of_appeal(t->deadlines, t->classifiers, appeal_kinds[a->kind].id, moment_day(a->at));
    struct due due = due_count(t->calendar, moment_day(a->at), rule);
    a->due = due.rolled;
    a->nominal = due.nominal;
    a->rule = rule->id;
}

/* What a supplier has to do is looked after by the unit that assigns such things; the rest of what is not ours, by the housing office. */
static int own_unit(struct town *t, const struct demo_text *text)
{
    const struct demo_text *like = material_on_topic(&t->material, TEXT_ASSIGNMENT, text, &t->random);
    if (text->unit >= 0 && !t->material.units[text->unit].external)
        return text->unit;
    return like && like->unit >= 0 ? like->unit : material_unit(&t->material, text->unit >= 0 ? "housing_utilities" : "affairs");
}

static void set_texts(struct town *t, struct appeal_plan *a)
{
    const struct demo_text *text = &t->material.texts[TEXT_APPEAL].list[a->text];
    a->unit = own_unit(t, text);
    a->considering = random_chance(&t->random, 150) ? t->staff.head : t->staff.deputy_of_unit[a->unit];
    a->subject = text_fill(t, text->subject, &a->place);
    a->body = text_fill(t, text->text, &a->place);
    if (a->link_kind && strcmp(a->link_kind, "repeat_of") == 0) {
        char *again = text_print("Обращаюсь повторно: ответ получен, но вопрос не решён. %s", a->body);
        free(a->body);
        a->body = again;
    }
}

void appeal_choose(struct town *t, struct appeal_plan *a)
{
    struct random *r = &t->random;
    a->registrar = t->staff.clerks.list[random_below(r, (uint32_t)t->staff.clerks.count)];
    a->received = moment_day(a->at) - (a->kind == KIND_MESSAGE ? 0 : random_between(r, 0, 3));
    choose_author(t, a);
    choose_matter(t, a);
    choose_nature(t, a);
    choose_questions(t, a);
    choose_cover(t, a);
    count_due(t, a);
    set_texts(t, a);
}
