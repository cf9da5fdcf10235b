/* Transitions of an appeal. Who may, from where, and what is demanded stands in workflow.yaml; here is what each does to the card. */
#include "common/arena.h"
#include "server/ops/appeal.h"
#include "server/ops/file.h"
#include "server/ops/helpers.h"
#include <stdlib.h>
#include <string.h>

enum { COL_REGISTERED = 4, COL_DUE = 5, COL_NOMINAL = 6, COL_EXTENDED = 7 };

static const struct op_param result_fields[] = {
    {"question", P_INT, PF_REQUIRED, 1000, NULL, NULL, {"Вопрос №", "Question No"}, NULL},
    {"result", P_ENUM, PF_REQUIRED, 0, "classifier:answer_type", NULL, {"Результат", "Result"}, NULL},
    {"follow_up", P_DATE, 0, 0, NULL, NULL, {"Проверить исполнение", "Follow up"}, NULL},
    {.name = NULL},
};
const struct op_param appeal_answer_params[] = {
    {"answer_type", P_ENUM, 0, 0, "classifier:answer_type", NULL, {"Результат рассмотрения", "Result"}, NULL},
    {"results", P_OBJECTS, 0, 50, NULL, NULL, {"Результаты по вопросам", "Results by question"}, result_fields},
    {"answer_date", P_DATE, 0, 0, NULL, NULL, {"Дата ответа", "Answer date"}, NULL},
    {"answer_text", P_TEXT, 0, 100000, NULL, NULL, {"Текст ответа", "Answer"}, NULL},
    {"answer_number", P_STRING, 0, 100, NULL, NULL, {"Исходящий номер", "Outgoing number"}, NULL},
    {"answer_channel", P_ENUM, 0, 0, "classifier:answer_channel", NULL, {"Как отправлен", "Sent by"}, NULL},
    {"signatory", P_ID, 0, 0, NULL, "user.list", {"Подписал", "Signed by"}, NULL},
    {"follow_up", P_DATE, 0, 0, NULL, NULL, {"Проверить исполнение", "Follow up"}, NULL},
    {"files", P_IDS, 0, 50, NULL, "file.list", {"Файлы ответа из входящих", "Files of the answer, of the inbox"}, NULL},
    {"comment", P_TEXT, 0, 5000, NULL, NULL, {"Комментарий", "Comment"}, NULL},
    {.name = NULL},
};
const struct op_param appeal_draft_answer_params[] = {
    {"answer_text", P_TEXT, PF_REQUIRED, 100000, NULL, NULL, {"Проект ответа", "Draft answer"}, NULL},
    {"answer_type", P_ENUM, 0, 0, "classifier:answer_type", NULL, {"Результат рассмотрения", "Result"}, NULL},
    {.name = NULL},
};
const struct op_param appeal_forward_params[] = {
    {"forward_to", P_STRING, PF_REQUIRED, 300, NULL, NULL, {"Куда направлено", "Forwarded to"}, NULL},
    {"cover_number", P_STRING, PF_REQUIRED, 100, NULL, NULL, {"Номер сопроводительного", "Cover letter number"}, NULL},
    {"notice_sent", P_DATE, PF_REQUIRED, 0, NULL, NULL, {"Автор уведомлён", "Author told on"}, NULL},
    {"to_company", P_BOOL, 0, 0, NULL, NULL, {"Организации, не органу", "To a company, not a body"}, NULL},
    {"reason", P_TEXT, 0, 5000, NULL, NULL, {"Причина (позже 7 дней)", "Reason (later than 7 days)"}, NULL},
    {.name = NULL},
};
const struct op_param appeal_forward_part_params[] = {
    {"questions", P_IDS, PF_REQUIRED, 50, NULL, NULL, {"Вопросы №", "Questions No"}, NULL},
    {"forward_to", P_STRING, PF_REQUIRED, 300, NULL, NULL, {"Куда направлены", "Forwarded to"}, NULL},
    {"cover_number", P_STRING, PF_REQUIRED, 100, NULL, NULL, {"Номер сопроводительного", "Cover letter number"}, NULL},
    {"notice_sent", P_DATE, PF_REQUIRED, 0, NULL, NULL, {"Автор уведомлён", "Author told on"}, NULL},
    {"to_company", P_BOOL, 0, 0, NULL, NULL, {"Организации, не органу", "To a company, not a body"}, NULL},
    {.name = NULL},
};
const struct op_param appeal_extend_params[] = {
    {"new_due", P_DATE, PF_REQUIRED, 0, NULL, NULL, {"Новый срок", "New due date"}, NULL},
    {"reason", P_TEXT, PF_REQUIRED, 5000, NULL, NULL, {"Причина", "Reason"}, NULL},
    {"notice_sent", P_DATE, PF_REQUIRED, 0, NULL, NULL, {"Автор уведомлён", "Author told on"}, NULL},
    /* The law knows these two and no third (59-FZ art. 12 part 2). */
    {"ground", P_ENUM, 0, 0, "exceptional|documents", NULL, {"Основание", "Ground"}, NULL},
    {.name = NULL},
};
const struct op_param appeal_leave_params[] = {
    {"decline_ground", P_ENUM, PF_REQUIRED, 0, "classifier:decline_ground", NULL, {"Основание", "Ground"}, NULL},
    {"comment", P_TEXT, 0, 5000, NULL, NULL, {"Комментарий", "Comment"}, NULL},
    {.name = NULL},
};
const struct op_param appeal_withdraw_params[] = {
    {"comment", P_TEXT, PF_REQUIRED, 5000, NULL, NULL, {"Заявление об отзыве (дата, номер)", "Withdrawal (date, number)"}, NULL},
    {"withdrawal_file", P_ID, 0, 0, NULL, "file.list", {"Скан заявления из входящих", "Scan of the withdrawal, of the inbox"}, NULL},
    {.name = NULL},
};
const struct op_param appeal_reason_params[] = {
    {"reason", P_TEXT, PF_REQUIRED, 5000, NULL, NULL, {"Причина", "Reason"}, NULL},
    {.name = NULL},
};
const struct op_param appeal_return_params[] = {
    {"comment", P_TEXT, PF_REQUIRED, 20000, NULL, NULL, {"Что исправить", "What to correct"}, NULL},
    {.name = NULL},
};

/* A transition in steps: take the card, look whether it may go, change what hangs on it, move it, write the event. */
struct move {
    struct record r;
    const char *action, *to;
    const char *answer;  /* JSON kept in appeal.answer, NULL: as it was */
    const char *comment; /* why, for the history */
    const char *changes;
    const char *day; /* on which it was done; NULL: today */
};

static bool move_begin(struct call *c, const char *action, struct move *m)
{
    *m = (struct move){.action = action};
    if (!record_lock(c, "appeal", &m->r))
        return false;
    if (record_may(c, &m->r, action, &m->to) && record_guard(c, &m->r, action))
        return true;
    record_free(&m->r);
    return false;
}

static bool move_end(struct call *c, struct move *m, bool ok)
{
    int64_t version;
    bool was = state_is_final(c, "appeal", m->r.status), is = state_is_final(c, "appeal", m->to);
    const char *params[] = {m->r.id_text, m->to, was == is ? NULL : call_bool(is), m->answer, m->day};
    struct event e = {.record = "appeal", .record_id = m->r.id, .action = m->action, .from = m->r.status, .to = m->to, .comment = m->comment,
                      .changes = m->changes};
    ok = ok && query_int(c, Q_APPEAL_MOVE, params, 5, 0, &version);
    e.version = ok ? version : 0;
    ok = ok && event_write(c, &e);
    if (ok)
        write_changed(c, m->r.id, m->r.number, version, m->to);
    record_free(&m->r);
    return ok;
}

/* The author is told on a day that has been, and after the appeal was registered. */
static bool notice_ok(struct call *c, const struct move *m)
{
    day_t told = day_parse(arg_str(c, "notice_sent"));
    if (told > call_today())
        return err_field(c->err, "notice_sent", "in_future", NULL);
    return told >= day_parse(pg_text(m->r.row, 0, COL_REGISTERED)) || err_field(c->err, "notice_sent", "out_of_range", NULL);
}

/* «Supported» is a promise until the measures are taken: what was promised is looked at again, in a month unless a day is given. */
static bool follow_up_of(struct call *c, const char *result, const char *date, const char *field, const char **follow_up)
{
    day_t answered = day_parse(date);
    if (*follow_up && **follow_up)
        return day_parse(*follow_up) >= answered || err_field(c->err, field, "out_of_range", NULL);
    bool promised = result && strcmp(result, "supported") == 0;
    *follow_up = promised ? day_text(c, due_count(c->rules->calendar, answered, deadlines_rule(c->rules->deadlines, "follow_up", answered)).rolled) : NULL;
    return true;
}

/* To forward, to leave without an answer and to withdraw demand what an answer does not say: they have actions of their own. */
static bool answer_type_ok(struct call *c, const char *field, const char *type)
{
    static const char *const own[] = {"forwarded", "left_unanswered", "withdrawn"};
    if (!check_classifier(c, "answer_type", field, type, NULL))
        return false;
    for (size_t i = 0; type && i < sizeof own / sizeof *own; i++)
        if (strcmp(type, own[i]) == 0)
            return err_field(c->err, field, "own_action", NULL);
    return true;
}

/* The result of one question (ord), or of all that have none (ord NULL); `field` is who named the question. */
static bool set_result(struct call *c, const struct move *m, const char *field, const char *ord, const char *result, const char *date, const char *follow_up, const char *forward_to)
{
    const char *params[] = {m->r.id_text, ord, result, date, follow_up, forward_to};
    int64_t met = 0;
    if (!pg_exec(c->db, Q_APPEAL_QUESTION_RESULT, params, 6, &met, c->err))
        return false;
    return !ord || met > 0 || err_field(c->err, field, "not_there", NULL);
}

/* Every question gets its own result: those named one by one, the rest by answer_type; none may stay without. */
static bool set_results(struct call *c, const struct move *m, const char *date)
{
    size_t i;
    json_t *one;
    int64_t open;
    json_array_foreach(json_object_get(c->params, "results"), i, one) {
        const char *result = json_string_value(json_object_get(one, "result")), *follow_up = json_string_value(json_object_get(one, "follow_up"));
        if (!follow_up_of(c, result, date, arena_printf(c->arena, "results[%zu].follow_up", i), &follow_up) ||
            !set_result(c, m, arena_printf(c->arena, "results[%zu].question", i), call_int(c, json_integer_value(json_object_get(one, "question"))), result, date, follow_up, NULL))
            return false;
    }
    const char *rest = arg_sql(c, "answer_type"), *again = arg_sql(c, "follow_up");
    if (rest && (!follow_up_of(c, rest, date, "follow_up", &again) || !set_result(c, m, NULL, NULL, rest, date, again, NULL)))
        return false;
    if (!query_int(c, Q_APPEAL_QUESTIONS_OPEN, &m->r.id_text, 1, 0, &open))
        return false;
    return open == 0 || err_rule(c->err, "questions_without_result", NULL);
}

/* The arguments named, as one JSON object: what is kept of an answer. */
static const char *pick(struct call *c, const char *const names[])
{
    json_t *kept = json_object();
    for (size_t i = 0; names[i]; i++) {
        json_t *value = json_object_get(c->params, names[i]);
        if (value && !json_is_null(value))
            json_object_set(kept, names[i], value);
    }
    json_object_set_new(kept, "by", json_integer(c->user->id));
    json_object_set_new(kept, "by_name", json_string(c->user->name));
    char *text = json_dumps(kept, JSON_COMPACT);
    const char *copy = arena_strdup(c->arena, text ? text : "{}");
    free(text);
    json_decref(kept);
    return copy;
}

static bool answer_types_ok(struct call *c)
{
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(c->params, "results"), i, one)
        if (!answer_type_ok(c, arena_printf(c->arena, "results[%zu].result", i), json_string_value(json_object_get(one, "result"))))
            return false;
    return answer_type_ok(c, "answer_type", arg_str(c, "answer_type"));
}

/* The demand answer_text_or_file: said now or in the draft, or sent as a file that is given now or hangs on the card as the answer. */
static bool answer_is_there(struct call *c, const struct move *m)
{
    const struct transition *t = workflow_transition(c->rules->workflow, "appeal", "answer");
    int64_t files = (int64_t)json_array_size(json_object_get(c->params, "files"));
    if (arg_sql(c, "answer_text") || files > 0 || strcmp(m->r.status, "answer_draft") == 0 || !workflow_names(t->demands, "answer_text_or_file"))
        return true;
    if (!query_int(c, Q_FILE_ANSWER_EXISTS, &m->r.id_text, 1, 0, &files))
        return false;
    return files > 0 || err_field(c->err, "answer_text", "answer_text_or_file", NULL);
}

static const char *const answer_names[] = {"answer_type", "results", "answer_date", "answer_text", "answer_number", "answer_channel", "signatory", NULL};

bool appeal_answer(struct call *c)
{
    struct move m;
    if (!answer_types_ok(c))
        return false;
    arg_default(c, "answer_date", day_text(c, call_today()));
    if (!arg_sql(c, "answer_type") && json_array_size(json_object_get(c->params, "results")) > 0)
        arg_default(c, "answer_type", json_string_value(json_object_get(json_array_get(json_object_get(c->params, "results"), 0), "result")));
    if (!check_classifier(c, "answer_channel", "answer_channel", arg_str(c, "answer_channel"), NULL) || !move_begin(c, "answer", &m))
        return false;
    const char *date = arg_sql(c, "answer_date");
    bool ok = true;
    if (day_parse(date) < day_parse(pg_text(m.r.row, 0, COL_REGISTERED)))
        ok = err_field(c->err, "answer_date", "out_of_range", c->user->lang == LANG_RU ? "дата ответа раньше регистрации" : "answered before it was registered");
    else if (day_parse(date) > call_today())
        ok = err_field(c->err, "answer_date", "in_future", NULL);
    ok = ok && answer_is_there(c, &m) && set_results(c, &m, date) && file_attach_argument(c, "files", &m.r, "answer", 0, NULL);
    m.answer = pick(c, answer_names);
    m.comment = arg_sql(c, "comment");
    m.day = date;
    m.changes = arena_printf(c->arena, "{\"answer\":%s}", m.answer);
    return move_end(c, &m, ok);
}

bool appeal_draft_answer(struct call *c)
{
    struct move m;
    if (!answer_type_ok(c, "answer_type", arg_str(c, "answer_type")) || !move_begin(c, "draft_answer", &m))
        return false;
    m.answer = pick(c, answer_names);
    return move_end(c, &m, true);
}

bool appeal_return_answer(struct call *c)
{
    struct move m;
    if (!move_begin(c, "return_answer", &m))
        return false;
    m.comment = arg_sql(c, "comment");
    return move_end(c, &m, true);
}

/* 59-FZ art. 6: forwarding to the body or official whose business it is discloses nothing; a company that is no body may have the letter only
 * with its authors' consent. It is said by the mark, or by the name of a unit that is such a company. */
static bool consent_ok(struct call *c, const struct move *m)
{
    const char *to = arg_sql(c, "forward_to"), *missing[] = {m->r.id_text, "share_with_company"};
    int64_t company = arg_bool(c, "to_company"), count;
    if (!company && !query_int(c, Q_UNIT_IS_COMPANY, &to, 1, 0, &company))
        return false;
    return !company || (query_int(c, Q_CONSENT_MISSING, missing, 2, 0, &count) && (count == 0 || err_rule(c->err, "no_consent", NULL)));
}

bool appeal_forward(struct call *c)
{
    static const char *const names[] = {"forward_to", "cover_number", "notice_sent", "reason", NULL};
    struct move m;
    if (!move_begin(c, "forward", &m))
        return false;
    bool ok = notice_ok(c, &m) && consent_ok(c, &m) && set_result(c, &m, NULL, NULL, "forwarded", NULL, NULL, arg_sql(c, "forward_to"));
    m.answer = pick(c, names);
    m.comment = arg_sql(c, "reason");
    m.changes = arena_printf(c->arena, "{\"forward\":%s}", m.answer);
    return move_end(c, &m, ok);
}

/* Part of the questions go to other bodies, the rest is considered here. */
bool appeal_forward_part(struct call *c)
{
    static const char *const names[] = {"questions", "forward_to", "cover_number", "notice_sent", NULL};
    struct move m;
    size_t i;
    json_t *ord;
    if (!move_begin(c, "forward_part", &m))
        return false;
    bool ok = notice_ok(c, &m) && consent_ok(c, &m);
    json_array_foreach(json_object_get(c->params, "questions"), i, ord)
        ok = ok && set_result(c, &m, arena_printf(c->arena, "questions[%zu]", i), call_int(c, json_integer_value(ord)), "forwarded", NULL, NULL, arg_sql(c, "forward_to"));
    m.comment = arg_sql(c, "forward_to");
    m.changes = arena_printf(c->arena, "{\"forward\":%s}", pick(c, names));
    return move_end(c, &m, ok);
}

bool appeal_leave(struct call *c)
{
    static const char *const names[] = {"decline_ground", "comment", NULL};
    struct move m;
    if (!check_classifier(c, "decline_ground", "decline_ground", arg_str(c, "decline_ground"), NULL) || !move_begin(c, "leave", &m))
        return false;
    bool ok = set_result(c, &m, NULL, NULL, "left_unanswered", NULL, NULL, NULL);
    m.answer = pick(c, names);
    m.comment = arg_sql(c, "comment");
    m.changes = arena_printf(c->arena, "{\"decline_ground\":%s}", m.answer);
    return move_end(c, &m, ok);
}

bool appeal_withdraw(struct call *c)
{
    struct move m;
    if (!move_begin(c, "withdraw", &m))
        return false;
    m.comment = arg_sql(c, "comment");
    bool ok = set_result(c, &m, NULL, NULL, "withdrawn", NULL, NULL, NULL) &&
              file_attach_argument(c, "withdrawal_file", &m.r, "withdrawal", 0, &m.changes);
    return move_end(c, &m, ok);
}

bool appeal_reopen(struct call *c)
{
    struct move m;
    if (!move_begin(c, "reopen", &m))
        return false;
    m.comment = arg_sql(c, "reason");
    return move_end(c, &m, pg_exec(c->db, Q_APPEAL_QUESTIONS_REOPEN, &m.r.id_text, 1, NULL, c->err));
}

bool appeal_void(struct call *c)
{
    struct move m;
    if (!move_begin(c, "void", &m))
        return false;
    m.comment = arg_sql(c, "reason");
    return move_end(c, &m, true);
}

/* An extension moves the nominal date and is rolled after (59-FZ art. 12 part 2: at most so many days in all as the rule says, and the
 * author is told). The card keeps the rule it was counted by first: extended_days tells what was added. */
bool appeal_extend(struct call *c)
{
    struct move m;
    int64_t version;
    if (!move_begin(c, "extend", &m))
        return false;
    day_t wanted = day_parse(arg_str(c, "new_due")), nominal = day_parse(pg_text(m.r.row, 0, COL_NOMINAL) ? pg_text(m.r.row, 0, COL_NOMINAL) : "");
    day_t registered = day_parse(pg_text(m.r.row, 0, COL_REGISTERED));
    const struct due_rule *rule = deadlines_rule(c->rules->deadlines, "appeal_extension", registered);
    bool ok = nominal != DAY_NONE || err_rule(c->err, "status", NULL);
    if (ok && wanted <= nominal)
        ok = err_field(c->err, "new_due", "in_past", c->user->lang == LANG_RU ? "новый срок не позже прежнего" : "not later than the present due date");
    if (ok && pg_int(m.r.row, 0, COL_EXTENDED) + wanted - nominal > rule->length)
        ok = err_rule(c->err, "extension_limit", NULL);
    ok = ok && notice_ok(c, &m);
    if (!ok) {
        record_free(&m.r);
        return false;
    }
    struct due due = due_roll(c->rules->calendar, wanted, rule->roll, registered);
    const char *old = pg_text(m.r.row, 0, COL_DUE);
    const char *ground = arg_sql(c, "ground") ? arena_printf(c->arena, ",\"ground\":{\"to\":\"%s\"}", arg_sql(c, "ground")) : "";
    m.changes = arena_printf(c->arena, "{\"due\":{\"from\":\"%s\",\"to\":\"%s\"},\"notice_sent\":{\"to\":\"%s\"}%s}", old ? old : "", day_text(c, due.rolled), arg_str(c, "notice_sent"), ground);
    const char *params[] = {m.r.id_text, day_text(c, due.rolled), day_text(c, due.nominal), call_int(c, wanted - nominal)};
    m.comment = arg_sql(c, "reason");
    ok = query_int(c, Q_APPEAL_EXTEND, params, 4, 0, &version);
    return move_end(c, &m, ok);
}
