/* The main job through operations: an appeal becomes an assignment, is reported, returned, accepted and answered. */
#include "tests/harness/check.h"
#include "tests/harness/town.h"
#include <string.h>

static struct server *server;
static struct town town;

static void starts_and_is_filled(void **state)
{
    (void)state;
    server = server_start(NULL);
    given_municipality(server, &town);
}

static void people_are_who_they_are(void **state)
{
    (void)state;
    for (int u = 0; u < TOWN_USER_COUNT; u++) {
        json_t *me = rpc_ok(town_as(&town, (enum town_user)u), "session.whoami", NULL);
        assert_string_equal(at_text(me, "login"), town_logins[u]);
        assert_int_equal(at_int(me, "id"), town.user[u]);
        assert_true(has_word(at(me, "roles"), town_roles[u]));
    }
    assert_non_null(rpc_ok(town_as(&town, TOWN_analyst), "session.ping", NULL));
}

/* What the steps below share: one appeal and one assignment on their way. */
static json_int_t appeal, assignment;

static json_t *appeal_now(enum town_user who) { return rpc_ok(town_as(&town, who), "appeal.get", "{s:I}", "id", appeal); }

static json_t *assignment_now(enum town_user who) { return rpc_ok(town_as(&town, who), "assignment.get", "{s:I}", "id", assignment); }

/* Calls a transition of the assignment with its present version; `text_name` may be NULL. Returns the new status. */
static const char *move(enum town_user who, const char *method, const char *text_name, const char *text)
{
    json_t *params =
        json_pack("{s:I, s:I, s:s}", "id", assignment, "version", at_int(assignment_now(who), "version"), "request_id", fresh_uuid());
    if (text_name)
        json_object_set_new(params, text_name, json_string(text));
    rpc_ok_json(town_as(&town, who), method, params);
    return at_text(assignment_now(who), "status");
}

static void clerk_registers(void **state)
{
    (void)state;
    json_t *r = given_appeal(&town, "Иванова Мария Петровна", "Не горит фонарь у дома 12 по улице Ленина");
    appeal = at_int(r, "id");
    assert_int_equal(strncmp(at_text(r, "number"), "ОГ-1/", strlen("ОГ-1/")), 0);
    assert_string_equal(at_text(r, "registered"), day_from_today(0));
    assert_true(strcmp(at_text(r, "due"), day_from_today(20)) > 0);
    assert_true(strcmp(at_text(r, "due"), day_from_today(30)) <= 0);
    json_t *list = rpc_ok(town_as(&town, TOWN_clerk), "appeal.list", NULL);
    assert_int_equal(at_int(list, "items.0.id"), appeal);
    assert_int_equal(at_int(list, "total"), 1);
    assert_true(json_is_true(at(list, "total_exact")));
    json_t *card = appeal_now(TOWN_clerk);
    assert_string_equal(at_text(card, "status"), "registered");
    assert_string_equal(at_text(card, "correspondent_name"), "Иванова Мария Петровна");
    assert_string_equal(at_text(card, "history.0.action"), "register");
    assert_true(has_word(at(card, "actions"), "void"));
}

static void head_assigns(void **state)
{
    (void)state;
    json_t *r = given_assignment(&town, appeal, TOWN_executor, "Восстановить освещение, ул. Ленина, 12");
    assignment = at_int(r, "id");
    assert_non_null(strstr(at_text(r, "number"), "-1/"));
    json_t *card = assignment_now(TOWN_head);
    assert_string_equal(at_text(card, "status"), "issued");
    assert_int_equal(at_int(card, "appeals.0.id"), appeal);
    card = appeal_now(TOWN_clerk);
    assert_string_equal(at_text(card, "status"), "considering");
    assert_int_equal(at_int(card, "open_assignments"), 1);
    assert_int_equal(at_int(card, "assignments.0.id"), assignment);
}

static void executor_finds_it_in_the_worklist(void **state)
{
    (void)state;
    json_t *work = rpc_ok(town_as(&town, TOWN_executor), "worklist.get", NULL);
    assert_string_equal(at_text(work, "items.0.record"), "assignment");
    assert_int_equal(at_int(work, "items.0.id"), assignment);
    assert_true(has_word(at(work, "items.0.actions"), "start"));
    assert_false(has_word(at(work, "items.0.actions"), "accept"));
    work = rpc_ok(town_as(&town, TOWN_executor2), "worklist.get", NULL);
    assert_int_equal(json_array_size(at(work, "items")), 0);
}

static void opening_the_card_is_seeing_it(void **state)
{
    (void)state;
    assert_string_equal(at_text(assignment_now(TOWN_head), "status"), "issued");
    rpc_call(town_as(&town, TOWN_executor), "assignment.see", json_pack("{s:I}", "id", assignment));
    assert_string_equal(at_text(assignment_now(TOWN_executor), "status"), "seen");
    assert_true(json_is_string(at(assignment_now(TOWN_head), "seen_at")));
}

static void an_open_assignment_blocks_the_answer(void **state)
{
    (void)state;
    assert_false(has_word(at(appeal_now(TOWN_clerk), "actions"), "answer"));
    rpc_refused(town_as(&town, TOWN_clerk), 1004, "open_assignments", "appeal.answer", "{s:I, s:s, s:s}", "id", appeal, "answer_type",
                "explained", "answer_text", "Фонарь восстановлен");
    assert_string_equal(at_text(appeal_now(TOWN_clerk), "status"), "considering");
}

static void executor_starts_and_reports(void **state)
{
    (void)state;
    assert_string_equal(move(TOWN_executor, "assignment.start", NULL, NULL), "in_work");
    rpc_refused(town_as(&town, TOWN_executor), -32602, "text", "assignment.report", "{s:I}", "id", assignment);
    assert_string_equal(move(TOWN_executor, "assignment.report", "text", "Лампа заменена"), "reported");
    assert_string_equal(at_text(assignment_now(TOWN_head), "reports.0.text"), "Лампа заменена");
    json_t *work = rpc_ok(town_as(&town, TOWN_head), "worklist.get", NULL);
    assert_string_equal(at_text(work, "items.0.reason"), "to_accept");
}

static void author_returns_only_with_a_comment(void **state)
{
    (void)state;
    rpc_refused(town_as(&town, TOWN_head), -32602, "comment", "assignment.return", "{s:I}", "id", assignment);
    rpc_refused(town_as(&town, TOWN_head), -32602, "comment", "assignment.return", "{s:I, s:s}", "id", assignment, "comment", "  ");
    assert_string_equal(move(TOWN_head, "assignment.return", "comment", "Приложите фото до и после"), "returned");
    json_t *work = rpc_ok(town_as(&town, TOWN_executor), "worklist.get", NULL);
    assert_string_equal(at_text(work, "items.0.reason"), "returned");
    assert_non_null(strstr(at_text(work, "items.0.note"), "Приложите фото до и после"));
    assert_int_equal(at_int(assignment_now(TOWN_executor), "returned_times"), 1);
}

static void a_report_can_be_recalled(void **state)
{
    (void)state;
    assert_string_equal(move(TOWN_executor, "assignment.report", "text", "Фото приложено, исполнено 24.11"), "reported");
    assert_string_equal(move(TOWN_executor, "assignment.recall", NULL, NULL), "in_work");
    assert_string_equal(move(TOWN_executor, "assignment.report", "text", "Фото приложено, исполнено"), "reported");
}

static void strangers_change_nothing(void **state)
{
    (void)state;
    rpc_error(town_as(&town, TOWN_executor2), 1001, "assignment.get", "{s:I}", "id", assignment);
    rpc_error(town_as(&town, TOWN_executor2), 1001, "assignment.report", "{s:I, s:s}", "id", assignment, "text", "чужое");
    /* The executor sees it, but accepts no report of their own. */
    json_t *e = at(rpc_call(town_as(&town, TOWN_executor), "assignment.accept", json_pack("{s:I}", "id", assignment)), "error");
    assert_true(at_int(e, "code") == 1002 || at_int(e, "code") == 1004);
    assert_string_equal(at_text(assignment_now(TOWN_head), "status"), "reported");
}

static void author_accepts(void **state)
{
    (void)state;
    assert_string_equal(move(TOWN_head, "assignment.accept", NULL, NULL), "accepted");
    assert_int_equal(at_int(appeal_now(TOWN_clerk), "open_assignments"), 0);
    json_t *work = rpc_ok(town_as(&town, TOWN_executor), "worklist.get", NULL);
    assert_int_equal(json_array_size(at(work, "items")), 0);
}

static void clerk_answers(void **state)
{
    (void)state;
    assert_true(has_word(at(appeal_now(TOWN_clerk), "actions"), "answer"));
    rpc_refused(town_as(&town, TOWN_clerk), -32602, "answer_text", "appeal.answer", "{s:I, s:s}", "id", appeal, "answer_type", "explained");
    rpc_refused(town_as(&town, TOWN_clerk), -32602, "answer_type", "appeal.answer", "{s:I, s:s, s:s}", "id", appeal, "answer_type", "what",
                "answer_text", "Фонарь восстановлен");
    rpc_ok(town_as(&town, TOWN_clerk), "appeal.answer", "{s:I, s:s, s:s, s:s}", "id", appeal, "answer_type", "explained", "answer_text",
           "Фонарь восстановлен", "request_id", fresh_uuid());
    json_t *card = appeal_now(TOWN_clerk);
    assert_string_equal(at_text(card, "status"), "answered");
    assert_string_equal(at_text(card, "closed_on"), day_from_today(0));
    assert_string_equal(at_text(card, "questions.0.result"), "explained");
}

static void history_tells_everything(void **state)
{
    (void)state;
    static const char *const wanted[] = {"create", "see", "start", "report", "return", "report", "recall", "report", "accept"};
    json_t *history = at(assignment_now(TOWN_head), "history");
    size_t at_step = 0, i;
    json_t *step;
    json_array_foreach(history, i, step)
    {
        const char *action = at_text(step, "action");
        bool same = at_step < 9 && (strcmp(action, wanted[at_step]) == 0 || (at_step == 0 && strcmp(action, "issue") == 0) ||
                                    (at_step == 6 && strcmp(action, "recall_report") == 0));
        at_step += same;
    }
    assert_int_equal(at_step, 9);
    json_t *returned = find_item(history, "action", "return");
    assert_string_equal(at_text(returned, "from"), "reported");
    assert_string_equal(at_text(returned, "to"), "returned");
    assert_string_equal(at_text(returned, "comment"), "Приложите фото до и после");
    assert_int_equal(at_int(returned, "actor"), town.user[TOWN_head]);
    history = at(appeal_now(TOWN_clerk), "history");
    assert_non_null(find_item(history, "action", "register"));
    assert_non_null(find_item(history, "action", "answer"));
}

static void answered_may_be_reopened(void **state)
{
    (void)state;
    const char *due = at_text(appeal_now(TOWN_clerk), "due");
    rpc_refused(town_as(&town, TOWN_clerk), -32602, "reason", "appeal.reopen", "{s:I}", "id", appeal);
    rpc_ok(town_as(&town, TOWN_clerk), "appeal.reopen", "{s:I, s:s}", "id", appeal, "reason", "Заявитель не согласен");
    json_t *card = appeal_now(TOWN_clerk);
    assert_string_equal(at_text(card, "status"), "considering");
    assert_true(json_is_null(at(card, "closed_on")));
    assert_string_equal(at_text(card, "due"), due);
}

static void the_same_words_on_the_command_line(void **state)
{
    (void)state;
    struct outcome o;
    ssh_run(server, "clerk", &o, NULL, "appeal", "list", "--query", "фонарь", "--json", NULL);
    CHECK(o.exit_code == 0, "%d: %s", o.exit_code, o.err);
    json_t *list = rpc_keep(json_loads(o.out, 0, NULL));
    assert_int_equal(at_int(list, "items.0.id"), appeal);
    outcome_free(&o);
    ssh_run(server, "clerk", &o, NULL, "appeal", "get", "--id", "999999", NULL);
    assert_int_equal(o.exit_code, 65);
    assert_true(o.err_bytes > 0);
    outcome_free(&o);
    ssh_run(server, "clerk", &o, NULL, "user", "add", "--login", "x", "--name", "x", NULL);
    assert_int_equal(o.exit_code, 77);
    outcome_free(&o);
    server_cli(server, &o, NULL, "appeal", "list", "--json", NULL);
    CHECK(o.exit_code == 0, "%d: %s", o.exit_code, o.err);
    list = rpc_keep(json_loads(o.out, 0, NULL));
    assert_int_equal(at_int(list, "total"), 1);
    outcome_free(&o);
    server_cli(server, &o, NULL, "appeal", "lisst", NULL);
    assert_int_equal(o.exit_code, 64);
    outcome_free(&o);
}

static void text_comes_from_standard_input(void **state)
{
    (void)state;
    struct outcome o;
    static const char text[] = "Первая строка\nВторая: «кавычки», ё, 12/3\n";
    ssh_run(server, "clerk", &o, text, "appeal", "register", "--kind", "message", "--channel", "phone", "--anonymous", "true", "--subject",
            "'Яма на дороге'", "--text", "-", "--json", NULL);
    CHECK(o.exit_code == 0, "%d: %s", o.exit_code, o.err);
    json_t *r = rpc_keep(json_loads(o.out, 0, NULL));
    json_t *card = rpc_ok(town_as(&town, TOWN_clerk), "appeal.get", "{s:I}", "id", at_int(r, "id"));
    assert_string_equal(at_text(card, "subject"), "Яма на дороге");
    assert_int_equal(strncmp(at_text(card, "text"), "Первая строка\nВторая: «кавычки», ё, 12/3", 40), 0);
    outcome_free(&o);
}

/* ---- what the registration form leans on ---- */

static void authors_are_made_in_place(void **state)
{
    (void)state;
    struct rpc *clerk = town_as(&town, TOWN_clerk);
    json_int_t known = at_int(rpc_ok(clerk, "correspondent.add", "{s:s}", "name", "Известный Пётр Саввич"), "id");
    json_t *r = rpc_ok(clerk, "appeal.register", "{s:s, s:s, s:{s:s}, s:[I], s:[{s:s, s:s}, {s:s}], s:s}", "kind", "letter", "channel",
                       "post", "new_correspondent", "name", "Новая Вера Львовна", "authors", known, "new_authors", "name",
                       "Новый Илья Львович", "phone", "8 910 000-11-22", "name", "Новая Рая Львовна", "subject", "Вчетвером");
    json_t *card = rpc_ok(clerk, "appeal.get", "{s:I}", "id", at_int(r, "id"));
    static const char *const names[] = {"Новая Вера Львовна", "Известный Пётр Саввич", "Новый Илья Львович", "Новая Рая Львовна"};
    assert_int_equal(json_array_size(at(card, "authors")), 4);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(at_text(json_array_get(at(card, "authors"), i), "name"), names[i]);
    assert_true(json_is_true(at(card, "collective")));
    rpc_refused(clerk, -32602, "new_authors[0].name", "appeal.register", "{s:s, s:s, s:I, s:[{s:s}], s:s}", "kind", "letter", "channel",
                "post", "correspondent", known, "new_authors", "phone", "1", "subject", "Без имени");
    rpc_refused(clerk, -32602, "anonymous", "appeal.register", "{s:s, s:s, s:b, s:[{s:s}], s:s}", "kind", "letter", "channel", "post",
                "anonymous", 1, "new_authors", "name", "Некто", "subject", "Без подписи, но с автором");
}

static void neighbours_are_found_without_typing_the_address(void **state)
{
    (void)state;
    struct rpc *clerk = town_as(&town, TOWN_clerk);
    json_int_t id[2];
    for (int i = 0; i < 2; i++)
        id[i] = at_int(
            rpc_ok(clerk, "correspondent.add", "{s:s, s:s}", "name", i ? "Соседов Лев" : "Соседова Нина", "address", "ул. Соседская, 7"),
            "id");
    json_int_t first = at_int(rpc_ok(clerk, "appeal.register", "{s:s, s:s, s:I, s:s}", "kind", "letter", "channel", "post", "correspondent",
                                     id[0], "subject", "Течёт крыша"),
                              "id");
    json_t *found = rpc_ok(clerk, "appeal.candidates", "{s:I}", "correspondent", id[1]);
    assert_int_equal(json_array_size(at(found, "same_issue")), 1);
    assert_int_equal(at_int(found, "same_issue.0.id"), first);
}

static void labels_speak_the_users_language(void **state)
{
    (void)state;
    json_t *r = rpc_ok(town_as(&town, TOWN_clerk), "appeal.register", "{s:s, s:s, s:b, s:s, s:s}", "kind", "letter", "channel", "post",
                       "anonymous", 1, "topic", "0003.0009.0097.0690", "subject", "Labels");
    static const struct {
        const char *language, *kind, *channel, *topic;
    } expected[] = {{"en", "Written appeal", "Post", "Street lighting"},
                    {"ru", "Письменное обращение гражданина", "Почта", "Уличное освещение"}};
    for (size_t i = 0; i < 2; i++) {
        rpc_ok(town_as(&town, TOWN_head), "session.language", "{s:s}", "language", expected[i].language);
        town_close_sessions(&town);
        struct rpc *head = town_as(&town, TOWN_head);
        json_t *card = rpc_ok(head, "appeal.get", "{s:I}", "id", at_int(r, "id"));
        assert_string_equal(at_text(card, "kind_label"), expected[i].kind);
        assert_string_equal(at_text(card, "channel_label"), expected[i].channel);
        assert_string_equal(at_text(card, "topic_label"), expected[i].topic);
        assert_string_equal(at_text(card, "questions.0.topic_label"), expected[i].topic);
        assert_string_equal(at_text(rpc_ok(head, "appeal.list", "{s:s}", "query", "Labels"), "items.0.topic_label"), expected[i].topic);
    }
}

static void stops_cleanly(void **state)
{
    (void)state;
    town_close_sessions(&town);
    server_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_and_is_filled),
        cmocka_unit_test(people_are_who_they_are),
        cmocka_unit_test(clerk_registers),
        cmocka_unit_test(head_assigns),
        cmocka_unit_test(executor_finds_it_in_the_worklist),
        cmocka_unit_test(opening_the_card_is_seeing_it),
        cmocka_unit_test(an_open_assignment_blocks_the_answer),
        cmocka_unit_test(executor_starts_and_reports),
        cmocka_unit_test(author_returns_only_with_a_comment),
        cmocka_unit_test(a_report_can_be_recalled),
        cmocka_unit_test(strangers_change_nothing),
        cmocka_unit_test(author_accepts),
        cmocka_unit_test(clerk_answers),
        cmocka_unit_test(history_tells_everything),
        cmocka_unit_test(answered_may_be_reopened),
        cmocka_unit_test(the_same_words_on_the_command_line),
        cmocka_unit_test(text_comes_from_standard_input),
        cmocka_unit_test(authors_are_made_in_place),
        cmocka_unit_test(neighbours_are_found_without_typing_the_address),
        cmocka_unit_test(labels_speak_the_users_language),
        cmocka_unit_test(stops_cleanly),
    };
    return HARNESS_RUN("ops", tests);
}
