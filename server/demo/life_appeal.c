/* How an appeal lives: who writes about what, what comes of it, and the card that is left. */
#include "server/demo/life.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct choice {
    const char *id;
    uint32_t upto; /* running sum of weights */
};

static const struct choice kinds[KIND_COUNT] = {{"letter", 400},         {"electronic", 650},      {"message", 870},
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
enum { KIND_MESSAGE = 2, FIRST_ORGANIZATION_KIND = 4 };

enum outcome { OUT_ANSWER, OUT_FORWARD, OUT_LEAVE, OUT_WITHDRAW, OUT_VOID };

struct question {
    const char *topic, *result;
};

struct appeal_plan {
    int64_t id, serial;
    int kind, year, text, registrar, considering, unit;
    const char *status, *channel, *nature, *frequency, *rule, *forwarded_by;
    moment_t at;
    day_t received, due, nominal, closed;
    int extended_days, members, open;
    int64_t author; /* index of a citizen, -1: anonymous */
    int64_t others[AUTHORS_MAX];
    int other_count;
    bool collective;
    struct order place; /* where it is: street, house, flat */
    const char *link_kind;
    int64_t link_to;
    struct assignment_plan *shared; /* an assignment already under way serves this appeal too */
    struct question questions[QUESTIONS_MAX];
    int question_count;
    day_t result_date;
    const char *forward_to;
    char *answer; /* JSON */
    char *subject, *body;
    struct steps steps;
};

static const char *choose(struct town *t, const struct choice *list, uint32_t total)
{
    uint32_t point = random_below(&t->random, total);
    while (point >= list->upto)
        list++;
    return list->id;
}

static int64_t user(const struct town *t, int member) { return staff_member(t, member)->id; }
static const char *user_name(const struct town *t, int member) { return staff_member(t, member)->name; }

static bool act(struct town *t, struct appeal_plan *a, moment_t at, int member, const char *action, const char *to, char *comment,
                char *changes)
{
    struct step step = {.at = at,
                        .actor = user(t, member),
                        .action = action,
                        .from = to ? a->status : NULL,
                        .to = to,
                        .comment = comment,
                        .changes = changes};
    if (!step_add(t, &a->steps, step))
        return false;
    if (to)
        a->status = to;
    return true;
}

static moment_t last_step(const struct appeal_plan *a) { return a->steps.list[a->steps.count - 1].at; }

/* ---- who and what ---- */

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
    a->nature = a->kind >= FIRST_ORGANIZATION_KIND ? (strcmp(kinds[a->kind].id, "info_request") == 0 ? "info" : "official")
                                                   : choose(t, natures, 100);
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
    a->channel = choose(t, channels[a->kind], 100);
    if (strcmp(a->channel, "courier_body") == 0)
        a->forwarded_by = bodies[random_below(&t->random, sizeof bodies / sizeof *bodies)];
}

static void count_due(struct town *t, struct appeal_plan *a)
{
    const struct due_rule *rule = due_rule_of_appeal(kinds[a->kind].id);
    struct due due = due_count(t->calendar, moment_day(a->at), rule);
    a->due = due.rolled;
    a->nominal = due.nominal;
    a->rule = rule->id;
}

/* ---- what comes of it ---- */

static void set_results(struct town *t, struct appeal_plan *a, const char *result, day_t day)
{
    for (int i = 0; i < a->question_count; i++)
        a->questions[i].result =
            i > 0 && random_chance(&t->random, 200) && strcmp(result, "supported_measures") == 0 ? "explained" : result;
    a->result_date = day;
}

static void close_card(struct appeal_plan *a, moment_t at) { a->closed = moment_day(at); }

static char *pick_answer(struct town *t, int by, char *members)
{
    char *name = json_quote(user_name(t, by));
    char *json = text_print("{%s,\"by\":%lld,\"by_name\":%s}", members, (long long)user(t, by), name);
    free(name);
    free(members);
    return json;
}

static void forward(struct town *t, struct appeal_plan *a)
{
    moment_t at = town_later(t, a->at, 1, 4);
    day_t last = town_working_day_before(t, moment_day(a->at) + 7);
    if (moment_day(at) > last)
        at = town_office_hour(t, last > moment_day(a->at) ? last : moment_day(a->at) + 1);
    size_t externals = 0, wanted;
    for (size_t u = 0; u < t->material.unit_count; u++)
        externals += t->material.units[u].external;
    wanted = random_below(&t->random, (uint32_t)(externals ? externals : 1));
    a->forward_to = "Правительство области";
    for (size_t u = 0; u < t->material.unit_count; u++)
        if (t->material.units[u].external && wanted-- == 0)
            a->forward_to = t->material.units[u].name;
    if (at > t->now)
        return;
    char day[11], *to = json_quote(a->forward_to);
    day_format(moment_day(at), day);
    a->answer = pick_answer(
        t, a->registrar,
        text_print("\"forward_to\":%s,\"cover_number\":\"01-07-%lld\",\"notice_sent\":\"%s\"", to, (long long)++t->outgoing, day));
    free(to);
    act(t, a, at, a->registrar, "forward", "forwarded", NULL, text_print("{\"forward\":%s}", a->answer));
    set_results(t, a, "forwarded", moment_day(at));
    close_card(a, at);
}

static void leave(struct town *t, struct appeal_plan *a)
{
    static const char *const grounds[] = {"no_essence", "correspondence_ended", "obscene", "unreadable", "published_answer"};
    moment_t at = town_later(t, a->at, 1, 5);
    if (at > t->now)
        return;
    const char *ground = a->author < 0 ? "anonymous" : grounds[random_below(&t->random, sizeof grounds / sizeof *grounds)];
    a->answer = pick_answer(t, a->registrar, text_print("\"decline_ground\":\"%s\"", ground));
    act(t, a, at, a->registrar, "leave", "left", NULL, text_print("{\"decline_ground\":%s}", a->answer));
    set_results(t, a, "left_unanswered", moment_day(at));
    close_card(a, at);
}

static void give_up(struct town *t, struct appeal_plan *a, bool is_void)
{
    moment_t at = is_void ? a->at + random_between(&t->random, 600, 7200) : town_later(t, a->at, 2, 9);
    if (!act(t, a, at, a->registrar, is_void ? "void" : "withdraw", is_void ? "void" : "withdrawn",
             strdup(is_void ? "Зарегистрировано дважды по ошибке" : "Заявление автора об отзыве обращения, принято лично"), NULL))
        return;
    if (!is_void)
        set_results(t, a, "withdrawn", moment_day(at));
    close_card(a, at);
}

static void extend(struct town *t, struct appeal_plan *a, moment_t at)
{
    char from[11], to[11], told[11];
    int days = random_between(&t->random, 10, 30);
    day_t nominal = a->nominal + days, due = town_working_day_before(t, nominal);
    day_format(a->due, from);
    day_format(due, to);
    day_format(moment_day(at), told);
    char *changes = text_print("{\"due\":{\"from\":\"%s\",\"to\":\"%s\"},\"notice_sent\":{\"to\":\"%s\"}}", from, to, told);
    if (!act(t, a, at, a->considering, "extend", a->status, strdup("Запрошены сведения у других организаций, ответы не поступили"),
             changes))
        return;
    a->due = due;
    a->nominal = nominal;
    a->extended_days = days;
}

/* Drafted by who did the work (or not), signed and sent. */
static void answer(struct town *t, struct appeal_plan *a, moment_t ready, int worker)
{
    static const struct choice results[] = {{"explained", 48}, {"supported_measures", 78}, {"supported", 86}, {"not_supported", 100}};
    static const struct choice ways[KIND_COUNT][2] = {
        {{"post", 100}},  {{"account", 100}}, {{"account", 60}, {"website", 100}}, {{"post", 70}, {"oral", 100}}, {{"email", 100}},
        {{"email", 100}}, {{"post", 100}}};
    const char *result = choose(t, results, 100);
    const struct demo_text *like = material_like(&t->material, TEXT_REPORT, &t->material.texts[TEXT_APPEAL].list[a->text], &t->random);
    char *text = text_fill(t, like->text, &a->place), day[11];
    char *whole = text_print("Ваше обращение рассмотрено. %s", text), *quoted = json_quote(whole);
    char *body = text_print("\"answer_type\":\"%s\",\"answer_text\":%s", result, quoted);
    moment_t sent = town_later(t, ready, 0, 2);
    if (worker >= 0 && random_chance(&t->random, 350) && act(t, a, ready, worker, "draft_answer", "answer_draft", NULL, NULL))
        a->answer = pick_answer(t, worker, strdup(body));
    if (sent <= t->now && (worker < 0 || ready <= t->now)) {
        day_format(moment_day(sent), day);
        free(a->answer);
        a->answer = pick_answer(
            t, a->registrar,
            text_print("%s,\"answer_date\":\"%s\",\"answer_number\":\"01-07-%lld\",\"answer_channel\":\"%s\",\"signatory\":%lld", body, day,
                       (long long)++t->outgoing, choose(t, ways[a->kind], 100), (long long)user(t, a->considering)));
        act(t, a, sent, a->registrar, "answer", "answered", NULL, text_print("{\"answer\":%s}", a->answer));
        set_results(t, a, result, moment_day(sent));
        close_card(a, sent);
    }
    free(text);
    free(whole);
    free(quoted);
    free(body);
}

/* Assignments are due a week before the answer, so that there is time to write it. */
static day_t inner_due(struct town *t, const struct appeal_plan *a, moment_t given)
{
    day_t due = town_working_day_before(t, a->due - random_between(&t->random, 8, 12));
    return due > moment_day(given) + 1 ? due : town_working_day(t, moment_day(given) + 2);
}

static int assignments_wanted(struct town *t, const struct appeal_plan *a)
{
    int luck = random_between(&t->random, 0, 99);
    if (a->kind == KIND_MESSAGE)
        return luck < 8 ? 0 : luck < 90 ? 1 : 2;
    return luck < 6 ? 0 : luck < 62 ? 1 : luck < 88 ? 2 : 3;
}

/* Gives the assignments; the moment when the last of them is done. */
static moment_t assign(struct town *t, struct appeal_plan *a, int count, moment_t first, int *worker)
{
    moment_t done = first, at = first;
    const struct demo_text *about = &t->material.texts[TEXT_APPEAL].list[a->text];
    const struct cast_row *cast = cast_take(t, moment_day(first), a->unit);
    for (int i = 0; i < (count > 0 ? count : 1); i++) {
        struct order o = a->place;
        bool clerk = random_chance(&t->random, 300);
        o.at = at;
        o.about = about;
        o.unit = i == 0 || random_chance(&t->random, 500) ? a->unit : staff_unit(t);
        o.author = clerk ? a->registrar : a->considering;
        o.behalf = clerk ? a->considering : -1;
        o.due = inner_due(t, a, at);
        o.appeal = a->id;
        o.cast = i == 0 ? cast : NULL;
        if (at > t->now)
            return INT64_MAX;
        struct assignment_plan *p = assignment_imagine(t, &o);
        struct recent *slot = &t->recent[t->recent_at];
        if (i == 0) {
            *worker = p->responsible;
            slot->assignment = p;
            p->recent = slot;
        }
        a->open += p->closed == MOMENT_NONE;
        done = p->ends > done ? p->ends : done;
        at = random_chance(&t->random, 600) ? at + random_between(&t->random, 120, 1800) : town_later(t, at, 1, 4);
    }
    return done;
}

static void consider(struct town *t, struct appeal_plan *a)
{
    int count = assignments_wanted(t, a), worker = -1;
    moment_t first = town_later(t, last_step(a), 0, 2), done;
    if (a->shared) {
        first = a->shared->created;
        a->shared->appeals[a->shared->appeal_count++] = a->id;
        a->open = a->shared->closed == MOMENT_NONE;
        done = a->shared->ends;
        worker = a->shared->responsible;
        act(t, a, first, a->considering, "assign", "considering", NULL, NULL);
    } else if (count == 0) {
        answer(t, a, town_later(t, first, 2, 12), -1);
        return;
    } else {
        if (!act(t, a, first, a->considering, "assign", "considering", NULL, NULL))
            return;
        done = assign(t, a, count, first, &worker);
    }
    moment_t asked = town_office_hour(t, town_working_day_before(t, a->due - random_between(&t->random, 1, 4)));
    if (random_chance(&t->random, 45) && asked > last_step(a) && asked < done)
        extend(t, a, asked);
    if (done <= t->now)
        answer(t, a, town_later(t, done > last_step(a) ? done : last_step(a), 0, 1), worker);
}

static enum outcome draw_outcome(struct town *t, const struct appeal_plan *a)
{
    int luck = random_between(&t->random, 0, 999);
    if (a->author < 0 && a->kind != KIND_MESSAGE)
        return luck < 600 ? OUT_LEAVE : OUT_ANSWER;
    if (a->shared)
        return OUT_ANSWER;
    return luck < 3 ? OUT_VOID : luck < 63 ? OUT_FORWARD : luck < 75 ? OUT_LEAVE : luck < 82 ? OUT_WITHDRAW : OUT_ANSWER;
}

static void live(struct town *t, struct appeal_plan *a)
{
    a->status = "registered";
    act(t, a, a->at, a->registrar, "register", "registered", NULL, NULL);
    a->steps.list[0].from = NULL;
    if (a->link_to)
        act(t, a, a->at + 40, a->registrar, "link", NULL, NULL,
            text_print("{\"link\":{\"kind\":\"%s\",\"to\":%lld}}", a->link_kind, (long long)a->link_to));
    switch (draw_outcome(t, a)) {
    case OUT_FORWARD: forward(t, a); break;
    case OUT_LEAVE: leave(t, a); break;
    case OUT_WITHDRAW: give_up(t, a, false); break;
    case OUT_VOID: give_up(t, a, true); break;
    case OUT_ANSWER: consider(t, a);
    }
}

/* ---- the card ---- */

static bool write_vector(struct town *t, const struct appeal_plan *a, const char *address, const char *author)
{
    struct vector *v = &t->vector;
    vector_reset(v);
    if (!vector_number(v, t->lexicon, t->letters[a->kind], a->serial, a->year, 'A', t->err) ||
        !vector_text(v, t->lexicon, a->subject, 'A', t->err))
        return false;
    vector_part(v);
    if (!vector_text(v, t->lexicon, address, 'B', t->err) || !vector_text(v, t->lexicon, author, 'B', t->err))
        return false;
    vector_part(v);
    return vector_text(v, t->lexicon, a->body, 'C', t->err);
}

static void write_row(struct town *t, const struct appeal_plan *a, const char *number, const char *address)
{
    struct sheet *s = &t->sheets.sheet[SHEET_APPEAL];
    const struct demo_text *text = &t->material.texts[TEXT_APPEAL].list[a->text];
    char cover[32] = "";
    if (a->forwarded_by)
        snprintf(cover, sizeof cover, "А26-%lld", (long long)(a->id % 9000 + 100));
    cell_int(s, a->id);
    cell_text(s, number);
    cell_text(s, kinds[a->kind].id);
    cell_int(s, a->year);
    cell_int(s, a->serial);
    cell_text(s, a->status);
    cell_text(s, a->channel);
    cell_text(s, a->nature);
    cell_text(s, a->frequency);
    cell_day(s, a->received);
    cell_day(s, moment_day(a->at));
    cell_moment(s, a->at);
    cell_day(s, a->due);
    cell_day(s, a->nominal);
    cell_text(s, a->rule);
    cell_int(s, a->extended_days);
    cell_day(s, a->closed);
    cell_id(s, a->author < 0 ? 0 : citizen_id(t, (size_t)a->author));
    cell_bool(s, a->author < 0);
    cell_bool(s, a->collective);
    cell_id(s, a->members);
    cell_text(s, random_chance(&t->random, 300) ? "Глава муниципального образования" : "Администрация муниципального образования");
    cell_text(s, a->subject);
    cell_text(s, a->body);
    cell_text(s, address);
    cell_text(s, text->topic);
    cell_id(s, town_unit_id(t, a->unit));
    cell_int(s, user(t, a->registrar));
    cell_id(s, user(t, a->considering));
    cell_text(s, a->forwarded_by ? a->forwarded_by : "");
    cell_text(s, cover);
    cell_day(s, a->forwarded_by ? a->received - 3 : DAY_NONE);
    cell_text(s, a->answer);
    cell_int(s, a->open);
    cell_int(s, a->steps.count);
    cell_text(s, t->vector.out.data);
    row_end(s);
}

static void write_author(struct town *t, const struct appeal_plan *a, int64_t citizen, int ord)
{
    struct sheet *s = &t->sheets.sheet[SHEET_APPEAL_AUTHOR];
    cell_int(s, a->id);
    cell_int(s, citizen_id(t, (size_t)citizen));
    cell_int(s, ord);
    row_end(s);
}

static void write_questions(struct town *t, const struct appeal_plan *a)
{
    struct sheet *s = &t->sheets.sheet[SHEET_APPEAL_QUESTION];
    for (int i = 0; i < a->question_count; i++) {
        const struct question *q = &a->questions[i];
        cell_int(s, a->id);
        cell_int(s, i + 1);
        cell_text(s, q->topic);
        cell_text(s, a->nature);
        cell_text(s, q->result);
        cell_day(s, q->result ? a->result_date : DAY_NONE);
        cell_day(s, q->result && strcmp(q->result, "supported") == 0 ? town_working_day(t, a->result_date + 60) : DAY_NONE);
        cell_text(s, q->result && strcmp(q->result, "forwarded") == 0 ? a->forward_to : NULL);
        row_end(s);
    }
}

static void write_link(struct town *t, const struct appeal_plan *a)
{
    struct sheet *s = &t->sheets.sheet[SHEET_APPEAL_LINK];
    if (!a->link_to)
        return;
    cell_int(s, a->id);
    cell_int(s, a->link_to);
    cell_text(s, a->link_kind);
    cell_moment(s, a->at + 40);
    row_end(s);
}

static bool write_card(struct town *t, struct appeal_plan *a)
{
    char number[64], address[300], author[400] = "";
    snprintf(number, sizeof number, "%s-%lld/%02d", t->letters[a->kind], (long long)a->serial, a->year % 100);
    snprintf(address, sizeof address, "%s, %d", t->material.streets[a->place.street], a->place.house);
    if (a->author >= 0)
        citizen_name(t, (size_t)a->author, author, sizeof author);
    if (!write_vector(t, a, address, author))
        return false;
    write_row(t, a, number, address);
    if (a->author >= 0)
        write_author(t, a, a->author, 0);
    for (int i = 0; i < a->other_count; i++)
        write_author(t, a, a->others[i], i + 1);
    write_questions(t, a);
    write_link(t, a);
    days_put_steps(t, "appeal", a->id, &a->steps);
    return true;
}

/* The place in the ring was somebody's before: nobody may write there any more. */
static void remember(struct town *t, const struct appeal_plan *a)
{
    struct recent *slot = &t->recent[t->recent_at];
    slot->appeal = a->id;
    slot->citizen = a->author;
    slot->text = a->text;
    slot->street = a->place.street;
    slot->house = a->place.house;
    t->recent_at = (t->recent_at + 1) % RECENT_COUNT;
    slot = &t->recent[t->recent_at];
    if (slot->assignment)
        slot->assignment->recent = NULL;
    *slot = (struct recent){0};
    if (a->author >= 0) {
        t->citizen[a->author].last_text = (int16_t)a->text;
        t->citizen[a->author].last_appeal = a->id;
    }
}

static int draw_kind(struct town *t, day_t day)
{
    uint32_t point = random_below(&t->random, 1000);
    int kind = 0;
    if (!town_is_working(t, day))
        return KIND_MESSAGE;
    while (point >= kinds[kind].upto)
        kind++;
    return kind;
}

void appeal_imagine(struct town *t, moment_t at)
{
    struct random *r = &t->random;
    struct appeal_plan a = {
        .id = t->next_appeal++, .at = at, .kind = draw_kind(t, moment_day(at)), .closed = DAY_NONE, .result_date = DAY_NONE};
    int month, day;
    day_to_civil(moment_day(at), &a.year, &month, &day);
    a.serial = ++t->serial[a.kind];
    a.registrar = t->staff.clerks.list[random_below(r, (uint32_t)t->staff.clerks.count)];
    a.received = moment_day(at) - (a.kind == KIND_MESSAGE ? 0 : random_between(r, 0, 3));
    choose_author(t, &a);
    choose_matter(t, &a);
    choose_nature(t, &a);
    choose_questions(t, &a);
    choose_cover(t, &a);
    count_due(t, &a);
    const struct demo_text *text = &t->material.texts[TEXT_APPEAL].list[a.text];
    a.unit = text->unit >= 0 ? text->unit : material_unit(&t->material, "affairs");
    a.considering = random_chance(r, 150) ? t->staff.head : t->staff.deputy_of_unit[a.unit];
    a.subject = text_fill(t, text->subject, &a.place);
    a.body = text_fill(t, text->text, &a.place);
    if (a.link_kind && strcmp(a.link_kind, "repeat_of") == 0) {
        char *again = text_print("Обращаюсь повторно: ответ получен, но вопрос не решён. %s", a.body);
        free(a.body);
        a.body = again;
    }
    live(t, &a);
    t->failed = t->failed || !write_card(t, &a);
    remember(t, &a);
    steps_free(&a.steps);
    free(a.answer);
    free(a.subject);
    free(a.body);
}
