/* Rules of the trade that a program can hold: terms, extensions, results, channels, people merged and parted. */
#include "tests/harness/check.h"
#include "tests/harness/town.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static struct server *server;
static struct town town;
static struct rpc *clerk, *head;

static char workflow_path[80], config[120];

/* The shipped workflow with one piece of text replaced, at the place that the configuration names. */
static void given_workflow(const char *piece, const char *instead) { write_changed_source(workflow_path, "db/seed/workflow.yaml", piece, instead); }

static void starts_and_is_filled(void **state)
{
    (void)state;
    snprintf(workflow_path, sizeof workflow_path, "/tmp/gorod-test-workflow-%d.yaml", (int)getpid());
    snprintf(config, sizeof config, "workflow: %s\n", workflow_path);
    given_workflow(NULL, NULL);
    server = server_start(&(struct server_options){.config = config});
    given_municipality(server, &town);
    clerk = town_as(&town, TOWN_clerk);
    head = town_as(&town, TOWN_head);
}

static json_int_t person(const char *name) { return at_int(rpc_ok(clerk, "correspondent.add", "{s:s}", "name", name), "id"); }

static json_t *correspondent(json_int_t id) { return rpc_ok(clerk, "correspondent.get", "{s:I}", "id", id); }

static json_t *card(json_int_t id) { return rpc_ok(clerk, "appeal.get", "{s:I}", "id", id); }

static json_t *assignment(json_int_t id) { return rpc_ok(head, "assignment.get", "{s:I}", "id", id); }

/* Registers a card received and registered on these days; `more` is taken over. */
static json_t *registered_on(const char *kind, const char *received, const char *registered, json_t *more)
{
    json_t *params = json_pack("{s:s, s:s, s:b, s:s, s:s, s:s}", "kind", kind, "channel", "post", "anonymous", 1, "subject", "Срок", "received",
                               received, "registered", registered);
    json_object_update(params, more);
    json_decref(more);
    return rpc_ok_json(clerk, "appeal.register", params);
}

/* ---- terms ---- */

static void terms_of_every_kind(void **state)
{
    (void)state;
    static const struct {
        const char *kind, *received, *registered, *nominal, *due;
    } cases[] = {
        {"letter", "2025-04-01", "2025-04-01", "2025-05-01", "2025-04-30"},
        {"letter", "2025-12-05", "2025-12-05", "2026-01-04", "2025-12-30"},
        {"letter", "2025-10-02", "2025-10-02", "2025-11-01", "2025-11-01"}, /* a working Saturday */
        {"letter", "2025-10-03", "2025-10-03", "2025-11-02", "2025-11-01"},
        {"reception", "2026-04-09", "2026-04-09", "2026-05-09", "2026-05-08"},
        {"official_letter", "2026-01-29", "2026-01-30", "2026-02-28", "2026-02-27"},
        /* These count from the day of receipt, whenever they are registered. */
        {"deputy_request", "2026-03-02", "2026-03-04", "2026-04-01", "2026-04-01"},
        {"prosecutor", "2026-03-02", "2026-03-04", "2026-03-10", "2026-03-10"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *now = card(at_int(registered_on(cases[i].kind, cases[i].received, cases[i].registered, json_object()), "id"));
        CHECK(strcmp(at_text(now, "due_nominal"), cases[i].nominal) == 0, "%s of %s: nominal %s, not %s", cases[i].kind, cases[i].registered,
              at_text(now, "due_nominal"), cases[i].nominal);
        CHECK(strcmp(at_text(now, "due"), cases[i].due) == 0, "%s of %s: due %s, not %s", cases[i].kind, cases[i].registered, at_text(now, "due"),
              cases[i].due);
    }
}

static void a_document_names_its_own_day(void **state)
{
    (void)state;
    json_t *now = card(at_int(registered_on("instruction", "2026-04-20", "2026-04-20", json_pack("{s:s}", "due", "2026-05-09")), "id"));
    assert_string_equal(at_text(now, "due_nominal"), "2026-05-09");
    assert_string_equal(at_text(now, "due"), "2026-05-08");
    assert_string_equal(at_text(now, "due_rule"), "from_document");
    static const char *const wrong[] = {"2026-04-19", "2026-05-21"}; /* before the card was there; later than the law lets an appeal wait */
    for (size_t i = 0; i < 2; i++)
        rpc_refused(clerk, -32602, "due", "appeal.register", "{s:s, s:s, s:b, s:s, s:s, s:s, s:s}", "kind", "letter", "channel", "post",
                    "anonymous", 1, "subject", "Срок", "received", "2026-04-20", "registered", "2026-04-20", "due", wrong[i]);
}

static void the_year_of_a_number_is_that_of_registration(void **state)
{
    (void)state;
    json_t *old = registered_on("service_request", "2025-12-30", "2025-12-30", json_object());
    json_t *next = registered_on("service_request", "2025-12-30", "2026-01-12", json_object());
    assert_string_equal(at_text(old, "number"), "Усл-1/25");
    assert_string_equal(at_text(next, "number"), "Усл-1/26");
}

static void late_registration_is_told(void **state)
{
    (void)state;
    assert_int_equal(json_array_size(at(registered_on("letter", "2026-03-02", "2026-03-05", json_object()), "warnings")), 0);
    json_t *late = registered_on("letter", "2026-03-02", "2026-03-06", json_object());
    assert_true(has_word(at(late, "warnings"), "registered_late"));
    assert_string_equal(at_text(late, "registered"), "2026-03-06");
    /* A term that reaches a year without a production calendar is told; so does the calendar. */
    assert_false(has_word(at(late, "warnings"), "unverified_year"));
    assert_true(json_is_true(at(rpc_ok(clerk, "calendar.due", "{s:s, s:i, s:s}", "from", "2027-12-15", "days", 30, "counting", "calendar"), "unverified")));
    assert_true(json_is_false(at(rpc_ok(clerk, "calendar.due", "{s:s, s:i, s:s}", "from", "2026-11-15", "days", 30, "counting", "calendar"), "unverified")));
    assert_true(json_is_false(at(rpc_ok(clerk, "calendar.day", "{s:s}", "date", "2028-01-11"), "verified")));
    json_t *beyond = registered_on("letter", "2012-03-02", "2012-03-02", json_object());
    assert_true(has_word(at(beyond, "warnings"), "unverified_year"));
    assert_true(json_is_true(at(card(at_int(beyond, "id")), "unverified")));
}

static void an_email_is_no_appeal_any_more(void **state)
{
    (void)state;
    rpc_refused(clerk, -32602, "channel", "appeal.register", "{s:s, s:s, s:b, s:s}", "kind", "electronic", "channel", "email", "anonymous", 1,
                "subject", "Письмо");
    registered_on("electronic", "2025-03-28", "2025-03-28", json_pack("{s:s}", "channel", "email"));
    /* Nor by a correction afterwards. */
    json_int_t id = at_int(given_appeal(&town, "Поправкин Иван Ильич", "Письмо"), "id");
    rpc_refused(clerk, -32602, "channel", "appeal.set", "{s:I, s:s}", "id", id, "channel", "email");
    rpc_refused(clerk, -32602, "forwarded_by", "appeal.set", "{s:I, s:s}", "id", id, "channel", "courier_body");
    rpc_ok(clerk, "appeal.set", "{s:I, s:s, s:s, s:s, s:s}", "id", id, "channel", "courier_body", "forwarded_by", "Прокуратура", "cover_number", "7",
           "cover_date", day_from_today(-1));
}

static json_int_t considered(const char *subject)
{
    json_int_t id = at_int(given_appeal(&town, "Продлеваева Ольга Олеговна", subject), "id");
    json_int_t s = at_int(given_assignment(&town, id, TOWN_executor, subject), "id");
    rpc_ok(head, "assignment.cancel", "{s:I, s:s}", "id", s, "reason", "Не нужно");
    return id;
}

static json_t *extended(json_int_t id, int days_from_today)
{
    return rpc_call(head, "appeal.extend", json_pack("{s:I, s:s, s:s, s:s}", "id", id, "new_due", day_from_today(days_from_today), "reason",
                                                     "Запрошены документы", "notice_sent", day_from_today(0)));
}

/* At most thirty days in all, from the nominal day; each earlier date stays visible. */
static void extensions_add_up(void **state)
{
    (void)state;
    json_int_t id = considered("Продление");
    const char *first = at_text(card(id), "due");
    json_t *e = at(extended(id, 61), "error");
    assert_string_equal(at_text(e, "data.rule"), "extension_limit");
    assert_non_null(at(extended(id, 40), "result"));
    const char *second = at_text(card(id), "due");
    assert_string_equal(at_text(at(extended(id, 61), "error"), "data.rule"), "extension_limit");
    assert_non_null(at(extended(id, 60), "result"));
    json_t *now = card(id);
    assert_int_equal(at_int(now, "extended_days"), 30);
    assert_string_equal(at_text(now, "due_nominal"), day_from_today(60));
    assert_true(strcmp(at_text(now, "due"), at_text(now, "due_nominal")) <= 0);
    assert_string_equal(at_text(now, "extensions.0.from"), first);
    assert_string_equal(at_text(now, "extensions.1.from"), second);
    rpc_refused(head, -32602, "notice_sent", "appeal.extend", "{s:I, s:s, s:s}", "id", id, "new_due", day_from_today(61), "reason", "Без уведомления");
    id = considered("Продление без уведомления");
    rpc_refused(head, -32602, "notice_sent", "appeal.extend", "{s:I, s:s, s:s, s:s}", "id", id, "new_due", day_from_today(40), "reason", "Уведомим потом",
                "notice_sent", day_from_today(1));
    rpc_error(clerk, 1002, "appeal.extend", "{s:I, s:s, s:s, s:s}", "id", id, "new_due", day_from_today(40), "reason", "Сам", "notice_sent",
              day_from_today(0));
}

static void forwarding_late_asks_why(void **state)
{
    (void)state;
    json_int_t id = at_int(registered_on("letter", day_from_today(-20), day_from_today(-20), json_object()), "id");
    rpc_refused(clerk, -32602, "reason", "appeal.forward", "{s:I, s:s, s:s, s:s}", "id", id, "forward_to", "Полиция", "cover_number", "1",
                "notice_sent", day_from_today(0));
    rpc_ok(clerk, "appeal.forward", "{s:I, s:s, s:s, s:s, s:s}", "id", id, "forward_to", "Полиция", "cover_number", "1", "notice_sent",
           day_from_today(0), "reason", "Уточняли адрес");
    json_t *now = card(id);
    assert_string_equal(at_text(now, "status"), "forwarded");
    assert_string_equal(at_text(now, "questions.0.result"), "forwarded");
}

/* ---- answers ---- */

/* Late or not is said by the date of the answer, not by the day somebody found time to enter it. */
static void an_answer_is_late_by_its_own_date(void **state)
{
    (void)state;
    json_int_t in_time = at_int(registered_on("letter", day_from_today(-60), day_from_today(-60), json_object()), "id");
    json_int_t late = at_int(registered_on("letter", day_from_today(-60), day_from_today(-60), json_object()), "id");
    rpc_refused(clerk, -32602, "answer_date", "appeal.answer", "{s:I, s:s, s:s, s:s}", "id", in_time, "answer_type", "explained", "answer_text", "Ответ",
                "answer_date", day_from_today(-61));
    rpc_ok(clerk, "appeal.answer", "{s:I, s:s, s:s, s:s}", "id", in_time, "answer_type", "explained", "answer_text", "Ответ", "answer_date",
           day_from_today(-45));
    rpc_ok(clerk, "appeal.answer", "{s:I, s:s, s:s}", "id", late, "answer_type", "explained", "answer_text", "Ответ");
    assert_string_equal(at_text(card(in_time), "closed_on"), day_from_today(-45));
    assert_true(json_is_false(at(card(in_time), "late")));
    assert_true(json_is_true(at(card(late), "late")));
}

static void a_promise_is_looked_at_again(void **state)
{
    (void)state;
    json_int_t promised = considered("Обещание"), done = considered("Сделано");
    rpc_ok(clerk, "appeal.answer", "{s:I, s:s, s:s}", "id", promised, "answer_type", "supported", "answer_text", "Отремонтируем");
    rpc_ok(clerk, "appeal.answer", "{s:I, s:s, s:s}", "id", done, "answer_type", "supported_measures", "answer_text", "Отремонтировано");
    assert_true(strcmp(at_text(card(promised), "questions.0.follow_up"), day_from_today(14)) > 0);
    assert_true(json_is_null(at(card(done), "questions.0.follow_up")));
}

static void what_has_its_own_action_is_no_answer(void **state)
{
    (void)state;
    static const char *const own[] = {"forwarded", "left_unanswered", "withdrawn"};
    json_int_t id = considered("Не ответ");
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        rpc_refused(clerk, -32602, "answer_type", "appeal.answer", "{s:I, s:s, s:s}", "id", id, "answer_type", own[i], "answer_text", "Ответ");
        rpc_refused(clerk, -32602, "results[0].result", "appeal.answer", "{s:I, s:[{s:i, s:s}], s:s}", "id", id, "results", "question", 1, "result",
                    own[i], "answer_text", "Ответ");
    }
}

static json_int_t with_questions(int count)
{
    json_t *questions = json_array();
    for (int i = 0; i < count; i++)
        json_array_append_new(questions, json_pack("{s:s}", "text", "Вопрос"));
    json_t *params = json_pack("{s:s, s:s, s:b, s:s, s:o}", "kind", "letter", "channel", "post", "anonymous", 1, "subject", "Вопросы", "questions", questions);
    return at_int(rpc_ok_json(clerk, "appeal.register", params), "id");
}

static void every_question_gets_one_result(void **state)
{
    (void)state;
    json_int_t id = with_questions(3);
    rpc_refused(clerk, -32602, "questions[1]", "appeal.forward_part", "{s:I, s:[I,I], s:s, s:s, s:s}", "id", id, "questions", (json_int_t)1, INT64_MAX,
                "forward_to", "Полиция", "cover_number", "1", "notice_sent", day_from_today(0));
    assert_true(json_is_null(at(card(id), "questions.0.result")));
    rpc_ok(clerk, "appeal.forward_part", "{s:I, s:[i], s:s, s:s, s:s}", "id", id, "questions", 1, "forward_to", "Полиция", "cover_number", "1",
           "notice_sent", day_from_today(0));
    assert_string_equal(at_text(card(id), "status"), "considering");
    /* What went elsewhere is not answered here, and nothing is answered twice. */
    rpc_refused(clerk, -32602, "results[0].question", "appeal.answer", "{s:I, s:[{s:i, s:s}], s:s, s:s}", "id", id, "results", "question", 1, "result",
                "explained", "answer_text", "Ответ", "answer_type", "explained");
    rpc_refused(clerk, -32602, "results[1].question", "appeal.answer", "{s:I, s:[{s:i, s:s}, {s:i, s:s}], s:s}", "id", id, "results", "question", 2,
                "result", "explained", "question", 2, "result", "supported", "answer_text", "Ответ");
    rpc_ok(clerk, "appeal.answer", "{s:I, s:[{s:i, s:s}], s:s, s:s}", "id", id, "results", "question", 3, "result", "not_supported", "answer_text", "Ответ",
           "answer_type", "explained");
    json_t *now = card(id);
    assert_string_equal(at_text(now, "questions.0.result"), "forwarded");
    assert_string_equal(at_text(now, "questions.1.result"), "explained");
    assert_string_equal(at_text(now, "questions.2.result"), "not_supported");
}

/* ---- corrections ---- */

static void a_wrong_author_is_corrected(void **state)
{
    (void)state;
    json_int_t wrong = person("Неверная Анна Ивановна"), right = person("Верная Анна Ивановна");
    json_int_t id = at_int(rpc_ok(clerk, "appeal.register", "{s:s, s:s, s:I, s:s}", "kind", "letter", "channel", "post", "correspondent", wrong, "subject",
                                  "Чьё письмо"),
                           "id");
    rpc_refused(clerk, -32602, "correspondent", "appeal.set", "{s:I, s:i}", "id", id, "correspondent", 999999999);
    rpc_ok(clerk, "appeal.set", "{s:I, s:I}", "id", id, "correspondent", right);
    json_t *now = card(id);
    assert_string_equal(at_text(now, "correspondent_name"), "Верная Анна Ивановна");
    assert_int_equal(json_array_size(at(now, "authors")), 1);
    assert_int_equal(at_int(find_item(at(now, "history"), "action", "set"), "changes.correspondent.from"), wrong);
    assert_int_equal(at_int(correspondent(wrong), "appeal_count"), 0);
    assert_int_equal(at_int(correspondent(right), "appeal_count"), 1);
    assert_int_equal(at_int(rpc_ok(clerk, "appeal.list", "{s:s}", "query", "Верная"), "items.0.id"), id);
}

static void questions_are_corrected_until_they_have_a_result(void **state)
{
    (void)state;
    json_int_t id = with_questions(2);
    rpc_ok(clerk, "appeal.set", "{s:I, s:[{s:s}]}", "id", id, "questions", "text", "Один вопрос");
    assert_int_equal(json_array_size(at(card(id), "questions")), 1);
    assert_string_equal(at_text(card(id), "questions.0.text"), "Один вопрос");
    rpc_ok(clerk, "appeal.set", "{s:I, s:s}", "id", id, "nature", "complaint");
    assert_string_equal(at_text(card(id), "questions.0.nature"), "complaint");
}

/* ---- assignments ---- */

static const char *coming_sunday(void)
{
    static char text[16];
    time_t now = time(NULL) + 3 * 3600;
    struct tm day;
    gmtime_r(&now, &day);
    snprintf(text, sizeof text, "%s", day_from_today(14 + (7 - day.tm_wday) % 7));
    return text;
}

static void until_a_day_off_is_until_the_working_day_before(void **state)
{
    (void)state;
    const char *sunday = coming_sunday();
    json_int_t id = at_int(given_assignment(&town, 0, TOWN_executor, "До воскресенья"), "id");
    const char *first = at_text(assignment(id), "due");
    rpc_ok(head, "assignment.set", "{s:I, s:s, s:s}", "id", id, "due", sunday, "reason", "Перенос");
    json_t *now = assignment(id);
    assert_string_equal(at_text(now, "due_nominal"), sunday);
    CHECK(strcmp(at_text(now, "due"), sunday) < 0, "due on a Sunday: %s", at_text(now, "due"));
    assert_string_equal(at_text(now, "earlier_due.0.due"), first);
    assert_string_equal(at_text(now, "earlier_due.0.to"), at_text(now, "due"));
    assert_string_equal(at_text(now, "earlier_due.0.reason"), "Перенос");
    rpc_ok(town_as(&town, TOWN_executor), "assignment.report", "{s:I, s:s}", "id", id, "text", "Сделано");
    rpc_ok(head, "assignment.return", "{s:I, s:s, s:s}", "id", id, "comment", "Не всё", "due", day_from_today(3));
    rpc_ok(town_as(&town, TOWN_executor), "assignment.report", "{s:I, s:s}", "id", id, "text", "Сделано всё");
    rpc_ok(head, "assignment.accept", "{s:I}", "id", id);
    rpc_ok(head, "assignment.reopen", "{s:I, s:s, s:s}", "id", id, "reason", "Снова", "due", sunday);
    CHECK(strcmp(at_text(assignment(id), "due"), sunday) < 0, "reopened until a Sunday");
    assert_int_equal(json_array_size(at(assignment(id), "earlier_due")), 3);
}

static void nobody_gives_work_in_anothers_name(void **state)
{
    (void)state;
    json_t *params = json_pack("{s:s, s:s, s:I, s:I}", "title", "От имени главы", "text", "Текст", "responsible", town.user[TOWN_executor], "on_behalf_of",
                               town.user[TOWN_head]);
    json_t *e = at(rpc_call(town_as(&town, TOWN_chief), "assignment.create", json_copy(params)), "error");
    assert_string_equal(at_text(e, "data.field"), "on_behalf_of");
    rpc_ok_json(clerk, "assignment.create", params);
}

/* 59-FZ art. 8 part 6: allowed where nobody else is competent, but never by oversight. */
static void a_complaint_does_not_go_to_whom_it_is_about(void **state)
{
    (void)state;
    rpc_refused(clerk, -32602, "complained_of", "appeal.register", "{s:s, s:s, s:b, s:s, s:[i]}", "kind", "letter", "channel", "post", "anonymous", 1,
                "subject", "Жалоба", "complained_of", 999999999);
    json_int_t id = at_int(rpc_ok(clerk, "appeal.register", "{s:s, s:s, s:b, s:s, s:s, s:[I]}", "kind", "letter", "channel", "post", "anonymous", 1, "subject",
                                  "Жалоба", "nature", "complaint", "complained_of", town.user[TOWN_executor]),
                           "id");
    assert_int_equal(at_int(card(id), "complained_of.0.id"), town.user[TOWN_executor]);
    json_t *params = json_pack("{s:s, s:s, s:I, s:I}", "title", "Разобраться", "text", "Текст", "responsible", town.user[TOWN_executor], "appeal", id);
    json_t *e = at(rpc_call(head, "assignment.create", json_copy(params)), "error");
    assert_string_equal(at_text(e, "data.field"), "reason");
    assert_string_equal(at_text(e, "data.reason"), "complained_of");
    json_t *other = json_copy(params);
    json_object_set_new(other, "responsible", json_integer(town.user[TOWN_executor2]));
    json_int_t s = at_int(rpc_ok_json(head, "assignment.create", other), "id");
    rpc_refused(head, -32602, "comment", "assignment.reassign", "{s:I, s:I}", "id", s, "responsible", town.user[TOWN_executor]);
    rpc_ok(head, "assignment.reassign", "{s:I, s:I, s:s}", "id", s, "responsible", town.user[TOWN_executor], "comment", "Больше некому");
    json_object_set_new(params, "reason", json_string("Больше некому"));
    s = at_int(rpc_ok_json(head, "assignment.create", params), "id");
    assert_string_equal(at_text(assignment(s), "history.0.comment"), "Больше некому");
}

/* ---- the workflow is a file ---- */

static bool workflow_says(const char *action, const char *by)
{
    json_t *rows = at(rpc_ok(town.admin, "workflow.show", "{s:s}", "record", "appeal"), "transitions");
    char *text = json_dumps(find_item(rows, "id", action), JSON_COMPACT);
    bool says = text && strstr(text, by);
    free(text);
    return says;
}

static void a_changed_file_changes_who_may_what(void **state)
{
    (void)state;
    json_int_t id = considered("Продление делопроизводителем");
    json_t *params = json_pack("{s:I, s:s, s:s, s:s}", "id", id, "new_due", day_from_today(40), "reason", "По закону", "notice_sent", day_from_today(0));
    assert_false(has_word(at(card(id), "actions"), "extend"));
    assert_int_equal(at_int(rpc_call(clerk, "appeal.extend", json_copy(params)), "error.code"), 1002);
    given_workflow("to: same,      by: [head, deputy], demands: [reason, new_due", "to: same,      by: [clerk], demands: [reason, new_due");
    assert_int_equal(kill(server->pid, SIGHUP), 0);
    while (!workflow_says("extend", "\"clerk\""))
        ;
    assert_true(has_word(at(card(id), "actions"), "extend"));
    assert_int_equal(at_int(rpc_call(head, "appeal.extend", json_copy(params)), "error.code"), 1002);
    rpc_ok_json(clerk, "appeal.extend", params);
    /* Registering is a transition, too. */
    given_workflow("to: registered,  by: [clerk]", "to: registered,  by: [head]");
    assert_int_equal(kill(server->pid, SIGHUP), 0);
    while (!workflow_says("register", "\"head\""))
        ;
    rpc_error(clerk, 1002, "appeal.register", "{s:s, s:s, s:b, s:s}", "kind", "message", "channel", "phone", "anonymous", 1, "subject", "Нельзя");
}

static void a_wrong_file_is_refused_whole(void **state)
{
    (void)state;
    given_workflow("to: registered,  by: [clerk]", "to: nowhere,  by: [clerk]");
    assert_int_equal(kill(server->pid, SIGHUP), 0);
    server->errors_expected = true; /* the log says with file and line what is wrong */
    char told[160];
    snprintf(told, sizeof told, "%s:", workflow_path);
    for (bool found = false; !found;) {
        FILE *log = fopen(server->log, "r");
        char line[1024];
        while (log && fgets(line, sizeof line, log))
            found |= strstr(line, told) && strstr(line, "nowhere");
        if (log)
            fclose(log);
    }
    assert_true(workflow_says("register", "\"head\""));
    given_workflow(NULL, NULL);
    assert_int_equal(kill(server->pid, SIGHUP), 0);
    while (!workflow_says("register", "\"clerk\""))
        ;
    given_appeal(&town, "Опятев Иван Ильич", "Снова можно");
}

/* ---- the worklist ---- */

static void given_assignment_due(const char *title, int days)
{
    rpc_ok(head, "assignment.create", "{s:s, s:s, s:I, s:s, s:s}", "title", title, "text", title, "responsible", town.user[TOWN_executor2], "due",
           day_from_today(days), "external_id", title); /* an import may bring in what is late already */
}

static json_int_t of_title(struct rpc *r, const char *title) { return at_int(find_item(at(rpc_ok(r, "worklist.get", NULL), "items"), "title", title), "id"); }

static void assert_order(struct rpc *r, const char *const reasons[], const char *const titles[], size_t count)
{
    json_t *items = at(rpc_ok(r, "worklist.get", NULL), "items"), *item;
    size_t i, met = 0;
    json_array_foreach(items, i, item)
    {
        for (size_t k = 0; k < count; k++)
            if (strcmp(at_text(item, "title"), titles[k]) == 0) {
                CHECK(k == met, "«%s» stands at place %zu instead of %zu", titles[k], met, k);
                assert_string_equal(at_text(item, "reason"), reasons[k]);
                met++;
            }
    }
    assert_int_equal(met, count);
}

static void what_is_late_comes_first(void **state)
{
    (void)state;
    struct rpc *executor = town_as(&town, TOWN_executor2);
    static const char *const titles[] = {"Давно просрочено", "Просрочено и возвращено", "Возвращено", "Скоро", "Когда-нибудь"};
    static const char *const reasons[] = {"overdue", "overdue", "returned", "due_soon", "assigned"};
    static const int days[] = {-9, -2, 60, 3, 90};
    for (size_t i = 5; i-- > 0;)
        given_assignment_due(titles[i], days[i]);
    for (size_t i = 1; i < 3; i++) {
        json_int_t id = of_title(executor, titles[i]);
        rpc_ok(executor, "assignment.report", "{s:I, s:s}", "id", id, "text", "Сделано");
        rpc_ok(head, "assignment.return", "{s:I, s:s}", "id", id, "comment", "Переделать крышу");
    }
    assert_order(executor, reasons, titles, 5);
    json_t *late = find_item(at(rpc_ok(executor, "worklist.get", NULL), "items"), "title", titles[1]);
    assert_non_null(strstr(at_text(late, "note"), "Переделать крышу"));
    assert_string_equal(at_text(late, "next_action"), "report");
    assert_int_equal(at_int(rpc_ok(executor, "worklist.get", NULL), "counts.overdue"), 2);
    /* The giver sees what is late and what waits for them. */
    rpc_ok(executor, "assignment.report", "{s:I, s:s}", "id", of_title(executor, "Скоро"), "text", "Готово");
    static const char *const of_head[] = {"Давно просрочено", "Просрочено и возвращено", "Скоро"}, *const why[] = {"overdue", "overdue", "to_accept"};
    assert_order(head, why, of_head, 3);
}

/* ---- doubles ---- */

static json_int_t merged(json_int_t from, json_int_t into)
{
    return at_int(rpc_ok(clerk, "correspondent.merge", "{s:I, s:I}", "id", from, "into", into), "merge");
}

static void parting_gives_everything_back(void **state)
{
    (void)state;
    json_int_t a = person("Разделов Пётр Кузьмич"), b = person("Раздолов Пётр Кузьмич"), third = person("Соавторов Глеб Кузьмич");
    /* The double is the second author of a letter that both signed. */
    json_int_t both = at_int(rpc_ok(clerk, "appeal.register", "{s:s, s:s, s:I, s:[I,I], s:s}", "kind", "letter", "channel", "post", "correspondent", a,
                                    "authors", b, third, "subject", "Вместе"),
                             "id");
    json_t *before = at(card(both), "authors");
    json_int_t merge = merged(b, a);
    assert_int_equal(json_array_size(at(card(both), "authors")), 2);
    /* While they are one: a new phone, and a letter that can only belong to the one that was there. */
    rpc_ok(clerk, "correspondent.set", "{s:I, s:s}", "id", a, "phone", "+7 910 111-00-00");
    json_int_t later = at_int(rpc_ok(clerk, "appeal.register", "{s:s, s:s, s:I, s:s}", "kind", "letter", "channel", "post", "correspondent", a, "subject",
                                     "Позже"),
                              "id");
    rpc_refused(clerk, -32602, "correspondent", "appeal.register", "{s:s, s:s, s:I, s:s}", "kind", "letter", "channel", "post", "correspondent", b, "subject",
                "К исчезнувшему");
    rpc_refused(clerk, -32602, "authors", "appeal.register", "{s:s, s:s, s:I, s:[I], s:s}", "kind", "letter", "channel", "post", "correspondent", a, "authors",
                b, "subject", "К исчезнувшему");
    rpc_ok(clerk, "correspondent.part", "{s:I}", "merge", merge);
    json_t *after = at(card(both), "authors");
    assert_int_equal(json_array_size(after), 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(at_int(json_array_get(after, i), "id"), at_int(json_array_get(before, i), "id"));
    assert_int_equal(at_int(card(later), "correspondent_id"), a);
    assert_string_equal(at_text(correspondent(a), "phone"), "+7 910 111-00-00");
    assert_string_equal(at_text(correspondent(b), "status"), "active");
}

static void a_chain_of_merges_is_undone_from_its_end(void **state)
{
    (void)state;
    json_int_t a = person("Цепочкин Лев Львович"), b = person("Цепочкин Лёв Львович"), c = person("Цепочкин Л. Л.");
    json_int_t letter = at_int(rpc_ok(clerk, "appeal.register", "{s:s, s:s, s:I, s:s}", "kind", "letter", "channel", "post", "correspondent", a, "subject",
                                      "Цепочка"),
                               "id");
    json_int_t first = merged(a, b), second = merged(b, c);
    assert_int_equal(at_int(card(letter), "correspondent_id"), c);
    rpc_refused(clerk, 1004, "merged_on", "correspondent.part", "{s:I}", "merge", first);
    rpc_ok(clerk, "correspondent.part", "{s:I}", "merge", second);
    assert_int_equal(at_int(card(letter), "correspondent_id"), b);
    rpc_ok(clerk, "correspondent.part", "{s:I}", "merge", first);
    assert_int_equal(at_int(card(letter), "correspondent_id"), a);
    assert_int_equal(at_int(correspondent(c), "appeal_count"), 0);
}

static void several_phones_stay_several(void **state)
{
    (void)state;
    json_int_t id = at_int(rpc_ok(clerk, "correspondent.add", "{s:s, s:s, s:[s,s]}", "name", "Телефонова Ия Юрьевна", "phone", "+7 910 000-00-10", "phones",
                                  "2-15-40", "+7 910 000-00-12"),
                           "id");
    rpc_ok(clerk, "correspondent.set", "{s:I, s:s}", "id", id, "phone", "+7 910 000-00-20");
    json_t *now = correspondent(id);
    assert_string_equal(at_text(now, "phone"), "+7 910 000-00-20");
    assert_int_equal(json_array_size(at(now, "contacts")), 3);
    /* The card says them as correspondent.set takes them: who corrects one sees the others. */
    assert_int_equal(json_array_size(at(now, "phones")), 2);
    rpc_ok(clerk, "correspondent.set", "{s:I, s:O}", "id", id, "phones", at(now, "phones"));
    assert_int_equal(json_array_size(at(correspondent(id), "contacts")), 3);
    rpc_ok(clerk, "correspondent.set", "{s:I, s:[s]}", "id", id, "phones", "2-15-40");
    now = correspondent(id);
    assert_int_equal(json_array_size(at(now, "contacts")), 2);
    assert_string_equal(at_text(now, "contacts.0.value"), "+7 910 000-00-20");
    assert_string_equal(at_text(now, "contacts.1.value"), "2-15-40");
}

static void stops_cleanly(void **state)
{
    (void)state;
    town_close_sessions(&town);
    server_stop(server);
    unlink(workflow_path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_and_is_filled),
        cmocka_unit_test(terms_of_every_kind),
        cmocka_unit_test(a_document_names_its_own_day),
        cmocka_unit_test(the_year_of_a_number_is_that_of_registration),
        cmocka_unit_test(late_registration_is_told),
        cmocka_unit_test(an_email_is_no_appeal_any_more),
        cmocka_unit_test(extensions_add_up),
        cmocka_unit_test(forwarding_late_asks_why),
        cmocka_unit_test(an_answer_is_late_by_its_own_date),
        cmocka_unit_test(a_promise_is_looked_at_again),
        cmocka_unit_test(what_has_its_own_action_is_no_answer),
        cmocka_unit_test(every_question_gets_one_result),
        cmocka_unit_test(a_wrong_author_is_corrected),
        cmocka_unit_test(questions_are_corrected_until_they_have_a_result),
        cmocka_unit_test(until_a_day_off_is_until_the_working_day_before),
        cmocka_unit_test(nobody_gives_work_in_anothers_name),
        cmocka_unit_test(a_complaint_does_not_go_to_whom_it_is_about),
        cmocka_unit_test(a_changed_file_changes_who_may_what),
        cmocka_unit_test(a_wrong_file_is_refused_whole),
        cmocka_unit_test(what_is_late_comes_first),
        cmocka_unit_test(parting_gives_everything_back),
        cmocka_unit_test(a_chain_of_merges_is_undone_from_its_end),
        cmocka_unit_test(several_phones_stay_several),
        cmocka_unit_test(stops_cleanly),
    };
    return HARNESS_RUN("rules", tests);
}
