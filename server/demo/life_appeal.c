/* How an appeal lives: forwarded, left, withdrawn, or considered and answered. */
#include "server/demo/appeal_plan.h"
#include <stdlib.h>
#include <string.h>

enum outcome { OUT_ANSWER, OUT_FORWARD, OUT_LEAVE, OUT_WITHDRAW, OUT_VOID };

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

/* Whose matter it is: the body's that the topic belongs to, else any other's. */
static const char *competent_body(struct town *t, int unit)
{
    const struct material *m = &t->material;
    for (int i = 0; unit < 0 || (i < 1000 && !m->units[unit].external); i++)
        unit = (int)random_below(&t->random, (uint32_t)m->unit_count);
    return m->units[unit].name;
}

static void forward(struct town *t, struct appeal_plan *a)
{
    moment_t at = town_later(t, a->at, 1, 4);
    day_t last = town_working_day_before(t, moment_day(a->at) + 7);
    if (moment_day(at) > last)
        at = town_office_hour(t, last > moment_day(a->at) ? last : moment_day(a->at) + 1);
    a->forward_to = competent_body(t, t->material.texts[TEXT_APPEAL].list[a->text].unit);
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
    const char *result = choice_draw(t, results, 100);
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
                       (long long)++t->outgoing, choice_draw(t, ways[a->kind], 100), (long long)user(t, a->considering)));
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
        return luck < 8 ? 0 : luck < 86 ? 1 : 2;
    return luck < 5 ? 0 : luck < 58 ? 1 : luck < 86 ? 2 : 3;
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
    int unit = t->material.texts[TEXT_APPEAL].list[a->text].unit;
    if (unit >= 0 && t->material.units[unit].external && luck < 180)
        return OUT_FORWARD;
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
    while (point >= appeal_kinds[kind].upto)
        kind++;
    return kind;
}

void appeal_imagine(struct town *t, moment_t at)
{
    struct appeal_plan a = {
        .id = t->next_appeal++, .at = at, .kind = draw_kind(t, moment_day(at)), .closed = DAY_NONE, .result_date = DAY_NONE};
    int month, day;
    day_to_civil(moment_day(at), &a.year, &month, &day);
    a.serial = ++t->serial[a.kind];
    appeal_choose(t, &a);
    live(t, &a);
    t->failed = t->failed || !appeal_write(t, &a);
    remember(t, &a);
    steps_free(&a.steps);
    free(a.answer);
    free(a.subject);
    free(a.body);
}
