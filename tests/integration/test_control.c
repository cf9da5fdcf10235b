/* Control of execution: extensions, parts of an assignment, the controller, substitutes, handing work over, and a board whose sums agree. */
#include "tests/harness/check.h"
#include "tests/harness/clock.h"
#include "tests/harness/town.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { FOLD_MS = 20000 };

static struct server *server;
static struct town town;
static struct rpc *head, *chief, *worker;

static char workflow_path[80], config[120];

/* The shipped workflow with one piece of text replaced, at the place that the configuration names. */
static void given_workflow(const char *piece, const char *instead) { write_changed_source(workflow_path, "db/seed/workflow.yaml", piece, instead); }

static void starts_and_is_filled(void **state)
{
    (void)state;
    snprintf(workflow_path, sizeof workflow_path, "/tmp/gorod-test-control-%d.yaml", (int)getpid());
    snprintf(config, sizeof config, "workflow: %s\n", workflow_path);
    given_workflow(NULL, NULL);
    server = server_start(&(struct server_options){.config = config});
    given_municipality(server, &town);
    head = town_as(&town, TOWN_head);
    chief = town_as(&town, TOWN_chief);
    worker = town_as(&town, TOWN_executor);
}

static json_t *card_as(struct rpc *r, json_int_t id) { return rpc_ok(r, "assignment.get", "{s:I}", "id", id); }
static json_t *card(json_int_t id) { return card_as(head, id); }

static json_int_t given_work(enum town_user responsible, const char *title) { return at_int(given_assignment(&town, 0, responsible, title), "id"); }

static bool offers(struct rpc *r, json_int_t id, const char *action) { return has_word(at(card_as(r, id), "actions"), action); }

/* The line of «My day» of this record, NULL when it does not stand there. */
static json_t *line_of(struct rpc *r, json_int_t id)
{
    json_t *items = at(rpc_ok(r, "worklist.get", NULL), "items"), *item;
    size_t i;
    json_array_foreach(items, i, item) if (at_int(item, "id") == id && strcmp(at_text(item, "record"), "assignment") == 0) return item;
    return NULL;
}

static void stands_under(struct rpc *r, json_int_t id, const char *reason, const char *next)
{
    json_t *line = line_of(r, id);
    CHECK(line && strcmp(at_text(line, "reason"), reason) == 0, "it stands under %s, not %s", line ? at_text(line, "reason") : "nothing", reason);
    if (next)
        assert_string_equal(at_text(line, "next_action"), next);
}

static const char *last_action(json_int_t id)
{
    json_t *history = at(card(id), "history");
    return at_text(json_array_get(history, json_array_size(history) - 1), "action");
}

/* ---- extensions ---- */

static void an_extension_is_asked_and_granted_with_another_date(void **state)
{
    (void)state;
    json_int_t id = given_work(TOWN_executor, "Продлить");
    const char *before = at_text(card(id), "due");
    assert_true(offers(worker, id, "extend_request"));
    assert_false(offers(head, id, "extend_decide"));
    rpc_refused(worker, -32602, "new_due", "assignment.extend_request", "{s:I, s:s, s:s}", "id", id, "new_due", day_from_today(1), "reason", "раньше");
    rpc_refused(worker, -32602, "reason", "assignment.extend_request", "{s:I, s:s}", "id", id, "new_due", day_from_today(30));
    rpc_refused(worker, -32602, "new_due", "assignment.extend_request", "{s:I, s:s, s:s}", "id", id, "new_due", "2199-02-30", "reason", "нет такого дня");
    rpc_ok(worker, "assignment.extend_request", "{s:I, s:s, s:s}", "id", id, "new_due", day_from_today(20), "reason", "Ждём материалы");
    assert_string_equal(at_text(card(id), "extension.reason"), "Ждём материалы");
    assert_string_equal(at_text(card(id), "due"), before);
    assert_true(offers(worker, id, "extend_withdraw") && !offers(worker, id, "extend_request") && offers(head, id, "extend_decide"));
    stands_under(head, id, "to_decide", "extend_decide");
    assert_non_null(strstr(at_text(line_of(head, id), "note"), "Ждём материалы"));
    rpc_refused(worker, 1004, "extension_asked", "assignment.extend_request", "{s:I, s:s, s:s}", "id", id, "new_due", day_from_today(40), "reason", "ещё");
    rpc_error(worker, 1002, "assignment.extend_decide", "{s:I, s:s}", "id", id, "decision", "grant");
    rpc_ok(head, "assignment.extend_decide", "{s:I, s:s, s:s}", "id", id, "decision", "grant", "new_due", day_from_today(15));
    json_t *now = card(id);
    assert_string_equal(at_text(now, "due_nominal"), day_from_today(15));
    assert_true(strcmp(at_text(now, "due"), at_text(now, "due_nominal")) <= 0 && strcmp(at_text(now, "due"), before) > 0);
    assert_string_equal(at_text(now, "extensions.0.granted_due"), at_text(now, "due"));
    assert_string_equal(at_text(now, "earlier_due.0.due"), before);
    assert_int_equal(at_int(now, "extended_times"), 1);
    assert_true(json_is_null(at(now, "extension")));
    assert_string_equal(last_action(id), "extend_grant");
    rpc_refused(head, 1004, "no_extension", "assignment.extend_decide", "{s:I, s:s}", "id", id, "decision", "grant");
}

static void an_extension_is_refused_with_a_comment_or_withdrawn(void **state)
{
    (void)state;
    json_int_t id = given_work(TOWN_executor, "Отказать");
    rpc_ok(worker, "assignment.extend_request", "{s:I, s:s, s:s}", "id", id, "new_due", day_from_today(20), "reason", "Не успеваем");
    rpc_refused(head, -32602, "comment", "assignment.extend_decide", "{s:I, s:s}", "id", id, "decision", "refuse");
    rpc_ok(head, "assignment.extend_decide", "{s:I, s:s, s:s}", "id", id, "decision", "refuse", "comment", "Управьтесь в срок");
    assert_string_equal(at_text(card(id), "extensions.0.status"), "refused");
    assert_string_equal(at_text(card(id), "extensions.0.comment"), "Управьтесь в срок");
    rpc_ok(worker, "assignment.extend_request", "{s:I, s:s, s:s}", "id", id, "new_due", day_from_today(25), "reason", "Ещё раз");
    rpc_ok(worker, "assignment.extend_withdraw", "{s:I}", "id", id);
    assert_string_equal(at_text(card(id), "extensions.1.status"), "withdrawn");
    assert_string_equal(last_action(id), "extend_withdraw");
    assert_null(line_of(head, id));
    rpc_refused(worker, 1004, "no_extension", "assignment.extend_withdraw", "{s:I}", "id", id);
}

static void a_closed_assignment_is_not_extended(void **state)
{
    (void)state;
    json_int_t id = given_work(TOWN_executor, "Закрытое");
    rpc_ok(worker, "assignment.extend_request", "{s:I, s:s, s:s}", "id", id, "new_due", day_from_today(20), "reason", "Просим");
    rpc_ok(head, "assignment.cancel", "{s:I, s:s}", "id", id, "reason", "Не нужно");
    assert_string_equal(at_text(card(id), "extensions.0.status"), "withdrawn");
    rpc_refused(worker, 1004, "status", "assignment.extend_request", "{s:I, s:s, s:s}", "id", id, "new_due", day_from_today(20), "reason", "Просим");
    rpc_refused(head, 1004, "status", "assignment.extend_decide", "{s:I, s:s}", "id", id, "decision", "grant");
    assert_int_equal(json_array_size(at(card(id), "extensions")), 1);
}

/* Of two answers exactly one is a result; the other's code is told. */
static json_int_t one_of_two(json_t *a, json_t *b)
{
    json_t *error = at(a, "error") ? at(a, "error") : at(b, "error");
    CHECK(!at(a, "result") != !at(b, "result"), "not exactly one of the two was done");
    return at_int(error, "code");
}

static void two_ask_and_two_decide_at_once(void **state)
{
    (void)state;
    struct rpc *second = rpc_open_ssh(server, "executor");
    for (int round = 0; round < 8; round++) {
        json_int_t id = given_work(TOWN_executor, "Двое сразу");
        rpc_ok(head, "assignment.control", "{s:I, s:I}", "id", id, "controller", town.user[TOWN_controller]);
        json_int_t version = at_int(card(id), "version");
        int a = rpc_send(worker, "assignment.extend_request", json_pack("{s:I, s:I, s:s, s:s}", "id", id, "version", version, "new_due", day_from_today(20), "reason", "раз"));
        int b = rpc_send(second, "assignment.extend_request", json_pack("{s:I, s:I, s:s, s:s}", "id", id, "version", version, "new_due", day_from_today(25), "reason", "два"));
        json_t *one = rpc_answer(worker, a), *two = rpc_answer(second, b);
        assert_int_equal(one_of_two(one, two), 1003);
        assert_int_equal(json_array_size(at(card(id), "extensions")), 1);
        a = rpc_send(head, "assignment.extend_decide", json_pack("{s:I, s:s}", "id", id, "decision", "grant"));
        b = rpc_send(town_as(&town, TOWN_controller), "assignment.extend_decide", json_pack("{s:I, s:s, s:s}", "id", id, "decision", "refuse", "comment", "нет"));
        one = rpc_answer(head, a);
        two = rpc_answer(town_as(&town, TOWN_controller), b);
        assert_int_equal(one_of_two(one, two), 1004);
        bool granted = at(one, "result") != NULL;
        assert_string_equal(at_text(card(id), "extensions.0.status"), granted ? "granted" : "refused");
    }
    rpc_close(&second);
}

/* ---- parts ---- */

static json_int_t given_part(json_int_t parent, enum town_user who, const char *due, const char *title)
{
    return at_int(rpc_ok(chief, "assignment.create", "{s:I, s:s, s:I, s:s*}", "parent", parent, "title", title, "responsible", town.user[who], "due", due), "id");
}

static void parts_are_given_within_the_whole(void **state)
{
    (void)state;
    json_int_t whole = given_work(TOWN_chief, "Целое");
    rpc_refused(chief, -32602, "due", "assignment.create", "{s:I, s:s, s:I, s:s}", "parent", whole, "title", "Позже целого", "responsible", town.user[TOWN_executor], "due", day_from_today(40));
    rpc_refused(chief, -32602, "responsible", "assignment.create", "{s:I, s:s, s:I}", "parent", whole, "title", "Чужому", "responsible", town.user[TOWN_executor2]);
    rpc_refused(chief, -32602, "parent", "assignment.create", "{s:I, s:s, s:I}", "parent", (json_int_t)999999, "title", "Ни к чему", "responsible", town.user[TOWN_executor]);
    json_int_t part = given_part(whole, TOWN_executor, NULL, "Без своего срока");
    assert_string_equal(at_text(card(part), "due"), at_text(card(whole), "due"));
    json_int_t early = given_part(whole, TOWN_executor, day_from_today(4), "Со своим сроком");
    json_int_t below = at_int(rpc_ok(head, "assignment.create", "{s:I, s:s, s:I}", "parent", early, "title", "Часть части", "responsible", town.user[TOWN_executor]), "id");
    json_t *tree = at(card(below), "tree");
    assert_int_equal(json_array_size(tree), 4);
    assert_int_equal(at_int(tree, "0.id"), whole);
    assert_int_equal(at_int(find_item(tree, "title", "Часть части"), "depth"), 2);
    assert_string_equal(last_action(whole), "sub");
    /* The executor of a part sees where it belongs, and may not open what is not theirs. */
    assert_false(json_is_true(at(card_as(worker, part), "tree.0.visible")) && at(rpc_call(worker, "assignment.get", json_pack("{s:I}", "id", whole)), "error"));
    /* The whole cannot end before its parts; a part cannot outlive the whole. */
    rpc_refused(head, -32602, "due", "assignment.set", "{s:I, s:s}", "id", whole, "due", day_from_today(2));
    rpc_refused(head, -32602, "due", "assignment.move_due", "{s:I, s:s, s:s}", "id", whole, "due", day_from_today(2), "reason", "скорее");
    rpc_refused(chief, -32602, "due", "assignment.set", "{s:I, s:s}", "id", part, "due", day_from_today(60));
    rpc_refused(worker, -32602, "new_due", "assignment.extend_request", "{s:I, s:s, s:s}", "id", part, "new_due", day_from_today(60), "reason", "долго");
    /* A parent is given at birth and stays: no circle can be made. */
    rpc_refused(head, -32602, "parent", "assignment.set", "{s:I, s:I}", "id", whole, "parent", below);
}

static void the_whole_is_reported_when_its_parts_are_in(void **state)
{
    (void)state;
    json_int_t whole = given_work(TOWN_chief, "Отчёт по целому"), part = given_part(whole, TOWN_executor, NULL, "Его часть");
    rpc_refused(chief, -32602, "reason", "assignment.report", "{s:I, s:s}", "id", whole, "text", "Готово");
    rpc_ok(worker, "assignment.report", "{s:I, s:s}", "id", part, "text", "Сделал");
    stands_under(chief, part, "to_accept", "accept");
    rpc_refused(chief, -32602, "reason", "assignment.report", "{s:I, s:s}", "id", whole, "text", "Готово");
    rpc_ok(chief, "assignment.accept", "{s:I}", "id", part);
    rpc_ok(chief, "assignment.report", "{s:I, s:s}", "id", whole, "text", "Готово");
    json_int_t other = given_work(TOWN_chief, "Без части");
    given_part(other, TOWN_executor, NULL, "Не готова");
    rpc_ok(chief, "assignment.report", "{s:I, s:s, s:s}", "id", other, "text", "Готово", "reason", "Часть больше не нужна");
}

static void cancelling_asks_what_becomes_of_the_parts(void **state)
{
    (void)state;
    json_int_t whole = given_work(TOWN_chief, "Отменяемое"), part = given_part(whole, TOWN_executor, NULL, "Часть отменяемого");
    rpc_refused(head, -32602, "children", "assignment.cancel", "{s:I, s:s}", "id", whole, "reason", "Передумали");
    rpc_ok(head, "assignment.cancel", "{s:I, s:s, s:s}", "id", whole, "reason", "Передумали", "children", "keep");
    assert_string_equal(at_text(card(part), "status"), "issued");
    json_int_t second = given_work(TOWN_chief, "Отменяемое вместе"), a = given_part(second, TOWN_executor, NULL, "Часть");
    json_int_t b = at_int(rpc_ok(head, "assignment.create", "{s:I, s:s, s:I}", "parent", a, "title", "Часть части", "responsible", town.user[TOWN_executor2]), "id");
    rpc_ok(head, "assignment.cancel", "{s:I, s:s, s:s}", "id", second, "reason", "Передумали", "children", "cancel");
    assert_string_equal(at_text(card(a), "status"), "cancelled");
    assert_string_equal(at_text(card(b), "status"), "cancelled");
    assert_string_equal(last_action(b), "cancel");
}

/* One moves the whole earlier while the other gives a part until its old end: whoever comes second is refused. */
static void the_whole_moves_while_a_part_is_given(void **state)
{
    (void)state;
    for (int round = 0; round < 8; round++) {
        json_int_t whole = given_work(TOWN_chief, "Гонка целого и части");
        int a = rpc_send(head, "assignment.move_due", json_pack("{s:I, s:s, s:s}", "id", whole, "due", day_from_today(4), "reason", "скорее"));
        int b = rpc_send(chief, "assignment.create", json_pack("{s:I, s:s, s:I, s:s}", "parent", whole, "title", "Часть", "responsible", town.user[TOWN_executor], "due", day_from_today(9)));
        json_t *one = rpc_answer(head, a), *two = rpc_answer(chief, b), *now = card(whole), *node;
        size_t i;
        CHECK(!at(one, "result") != !at(two, "result"), "both were done, or none");
        json_array_foreach(at(now, "tree"), i, node) assert_true(strcmp(at_text(node, "due"), at_text(now, "due")) <= 0);
    }
}

static void co_executors_report_to_the_responsible_one(void **state)
{
    (void)state;
    json_int_t id = at_int(rpc_ok(head, "assignment.create", "{s:s, s:I, s:s, s:[I], s:s}", "title", "С соисполнителем", "responsible", town.user[TOWN_executor], "due",
                                  day_from_today(10), "co_executors", town.user[TOWN_executor2], "co_due", day_from_today(4)), "id");
    struct rpc *helper = town_as(&town, TOWN_executor2);
    assert_true(strcmp(at_text(line_of(helper, id), "due"), at_text(card(id), "due")) < 0);
    stands_under(helper, id, "co_executor", "part_report");
    assert_false(offers(worker, id, "part_decide"));
    rpc_ok(helper, "assignment.part_report", "{s:I, s:s}", "id", id, "text", "Моя часть готова");
    rpc_refused(helper, 1004, "part_reported", "assignment.part_report", "{s:I, s:s}", "id", id, "text", "Ещё раз");
    stands_under(worker, id, "part_in", "part_decide");
    rpc_refused(worker, -32602, "comment", "assignment.part_decide", "{s:I, s:I, s:s}", "id", id, "co_executor", town.user[TOWN_executor2], "decision", "return");
    rpc_ok(worker, "assignment.part_decide", "{s:I, s:I, s:s, s:s}", "id", id, "co_executor", town.user[TOWN_executor2], "decision", "return", "comment", "Нет цифр");
    stands_under(helper, id, "returned", NULL);
    rpc_ok(helper, "assignment.part_report", "{s:I, s:s}", "id", id, "text", "С цифрами");
    rpc_ok(worker, "assignment.part_decide", "{s:I, s:I, s:s}", "id", id, "co_executor", town.user[TOWN_executor2], "decision", "accept");
    assert_string_equal(at_text(card(id), "co_executors.0.state"), "accepted");
    assert_null(line_of(helper, id));
    rpc_refused(worker, 1004, "no_part_reported", "assignment.part_decide", "{s:I, s:I, s:s}", "id", id, "co_executor", town.user[TOWN_executor2], "decision", "accept");
}

/* ---- control ---- */

static void the_controller_checks_before_the_author(void **state)
{
    (void)state;
    struct rpc *controller = town_as(&town, TOWN_controller);
    json_int_t id = given_work(TOWN_executor, "На контроле");
    rpc_error(controller, 1001, "assignment.get", "{s:I}", "id", id);
    rpc_error(worker, 1002, "assignment.control", "{s:I, s:I}", "id", id, "controller", town.user[TOWN_controller]);
    rpc_refused(head, -32602, "controller", "assignment.control", "{s:I, s:I}", "id", id, "controller", (json_int_t)999999);
    rpc_ok(head, "assignment.control", "{s:I, s:I, s:b}", "id", id, "controller", town.user[TOWN_controller], "check_only", 1);
    assert_true(offers(controller, id, "uncontrol") && !offers(controller, id, "move_due"));
    rpc_error(controller, 1002, "assignment.move_due", "{s:I, s:s, s:s}", "id", id, "due", day_from_today(20), "reason", "так");
    rpc_ok(worker, "assignment.report", "{s:I, s:s}", "id", id, "text", "Сделано");
    stands_under(controller, id, "to_check", "precheck");
    stands_under(head, id, "waits_check", NULL);
    rpc_error(controller, 1002, "assignment.accept", "{s:I}", "id", id);
    rpc_refused(controller, -32602, "comment", "assignment.precheck", "{s:I, s:s}", "id", id, "verdict", "remarks");
    rpc_ok(controller, "assignment.precheck", "{s:I, s:s, s:s}", "id", id, "verdict", "remarks", "comment", "Нет фото");
    stands_under(head, id, "to_accept", "accept");
    assert_non_null(strstr(at_text(line_of(head, id), "note"), "Нет фото"));
    assert_null(line_of(controller, id));
    assert_string_equal(at_text(card(id), "reports.0.precheck"), "remarks");
    rpc_ok(head, "assignment.return", "{s:I, s:s}", "id", id, "comment", "Приложите фото");
    /* Who may decide may move the term, too. */
    rpc_ok(head, "assignment.control", "{s:I, s:I, s:b}", "id", id, "controller", town.user[TOWN_controller], "check_only", 0);
    rpc_ok(controller, "assignment.move_due", "{s:I, s:s, s:s}", "id", id, "due", day_from_today(20), "reason", "Согласовано");
    assert_string_equal(at_text(card(id), "due_nominal"), day_from_today(20));
    rpc_ok(controller, "assignment.uncontrol", "{s:I, s:s}", "id", id, "reason", "Снято с контроля");
    assert_true(json_is_null(at(card(id), "controller_id")));
    rpc_refused(head, 1004, "not_controlled", "assignment.uncontrol", "{s:I, s:s}", "id", id, "reason", "ещё раз");
    rpc_error(controller, 1001, "assignment.get", "{s:I}", "id", id);
}

/* ---- the board ---- */

/* Every number of the board is the number of rows that its filter finds, and the sums are the sums of the lines. */
static void board_agrees(struct rpc *r, const char *by, const char *scope)
{
    static const char *const columns[] = {"overdue", "today", "week", "later", "reported", "open"};
    json_t *board = rpc_ok(r, "assignment.board", "{s:s, s:s*}", "by", by, "scope", scope), *items = at(board, "items"), *item;
    for (size_t k = 0; k < sizeof columns / sizeof *columns; k++) {
        json_int_t sum = 0;
        size_t i;
        json_array_foreach(items, i, item)
        {
            /* A line of a day has one number, and its filter names the column that the day lies in. */
            json_t *filter = json_deep_copy(at(item, "filter"));
            if (strcmp(by, "date") != 0)
                json_object_set_new(filter, "bucket", json_string(columns[k]));
            if (strcmp(by, "date") != 0 || at_int(item, columns[k]) > 0) {
                json_t *rows = rpc_ok_json(r, "assignment.list", filter);
                CHECK(at_int(rows, "total") == at_int(item, columns[k]), "by %s, %s: %d rows, %d counted", by, columns[k], (int)at_int(rows, "total"),
                      (int)at_int(item, columns[k]));
            } else {
                json_decref(filter);
            }
            sum += at_int(item, columns[k]);
        }
        CHECK(sum == at_int(at(board, "total"), columns[k]), "by %s: the lines of %s do not make the sum", by, columns[k]);
        json_t *filter = json_deep_copy(at(board, "total.filter"));
        json_object_set_new(filter, "bucket", json_string(columns[k]));
        assert_int_equal(at_int(rpc_ok_json(r, "assignment.list", filter), "total"), sum);
    }
}

static void boards_agree(void)
{
    static const char *const groups[] = {"unit", "executor", "date"};
    for (size_t g = 0; g < 3; g++) {
        board_agrees(head, groups[g], NULL);
        board_agrees(chief, groups[g], NULL);
        board_agrees(town_as(&town, TOWN_controller), groups[g], "control");
    }
}

static void the_board_counts_what_its_numbers_open(void **state)
{
    (void)state;
    json_int_t last = 0;
    static const enum town_user people[] = {TOWN_executor, TOWN_executor2, TOWN_chief};
    for (int i = 0; i < 24; i++) {
        json_t *params = json_pack("{s:s, s:I, s:s}", "title", "Для доски", "responsible", town.user[people[i % 3]], "due", day_from_today(i % 5 == 0 ? 0 : i));
        if (i % 2)
            json_object_set_new(params, "controller", json_integer(town.user[TOWN_controller]));
        last = at_int(rpc_ok_json(head, "assignment.create", params), "id");
        if (i % 7 == 0)
            rpc_ok(town_as(&town, people[i % 3]), "assignment.report", "{s:I, s:s}", "id", last, "text", "Готово");
        if (i % 11 == 0)
            rpc_ok(head, "assignment.cancel", "{s:I, s:s}", "id", last, "reason", "Лишнее");
    }
    /* Overdue ones come from elsewhere. */
    for (int i = 1; i < 5; i++)
        rpc_ok(head, "assignment.create", "{s:s, s:I, s:s, s:s}", "title", "Давнее", "responsible", town.user[people[i % 3]], "due", day_from_today(-3 * i), "external_id", fresh_uuid());
    boards_agree(); /* the newest differences are not added up yet */
    for (int64_t until = clock_ms() + FOLD_MS; strcmp(server_sql(server, "SELECT count(*) FROM board_delta"), "0") != 0;)
        CHECK(clock_ms() < until, "the differences are not added up");
    boards_agree();
    assert_true(at_int(rpc_ok(head, "assignment.board", NULL), "total.overdue") >= 4);
    rpc_ok(head, "assignment.cancel", "{s:I, s:s}", "id", last, "reason", "Лишнее");
    boards_agree();
    /* A person that sees no others counts no others. */
    assert_int_equal(at_int(rpc_ok(town_as(&town, TOWN_dispatcher), "assignment.board", NULL), "total.open"), 0);
}

/* ---- substitutes ---- */

enum { NEWS_MS = 10000 };
struct sight {
    struct rpc *who;
    json_int_t assignment;
};

static bool is_seen(void *arg)
{
    const struct sight *s = arg;
    return at(rpc_call(s->who, "assignment.get", json_pack("{s:I}", "id", s->assignment)), "result") != NULL;
}

static bool is_hidden(void *arg) { return !is_seen(arg); }

static void a_substitute_does_what_concerns_the_absent(void **state)
{
    (void)state;
    struct rpc *stand_in = town_as(&town, TOWN_executor2);
    json_int_t id = given_work(TOWN_executor, "Чужая забота");
    rpc_error(stand_in, 1001, "assignment.get", "{s:I}", "id", id);
    rpc_refused(stand_in, -32602, "absent", "substitution.add", "{s:I, s:I, s:s, s:s}", "absent", town.user[TOWN_head], "substitute", town.user[TOWN_executor2], "from", day_from_today(0), "to", day_from_today(3));
    rpc_refused(worker, -32602, "to", "substitution.add", "{s:I, s:s, s:s}", "substitute", town.user[TOWN_executor2], "from", day_from_today(3), "to", day_from_today(1));
    rpc_refused(worker, -32602, "substitute", "substitution.add", "{s:I, s:s, s:s}", "substitute", town.user[TOWN_executor], "from", day_from_today(0), "to", day_from_today(1));
    json_int_t later = at_int(rpc_ok(worker, "substitution.add", "{s:I, s:s, s:s}", "substitute", town.user[TOWN_executor2], "from", day_from_today(5), "to", day_from_today(9)), "id");
    rpc_error(stand_in, 1001, "assignment.get", "{s:I}", "id", id); /* not yet */
    json_int_t now = at_int(rpc_ok(chief, "substitution.add", "{s:I, s:I, s:s, s:s, s:s}", "absent", town.user[TOWN_executor], "substitute", town.user[TOWN_executor2], "from", day_from_today(0), "to", day_from_today(3), "reason", "Отпуск"), "id");
    rpc_refused(worker, -32602, "from", "substitution.add", "{s:I, s:s, s:s}", "substitute", town.user[TOWN_chief], "from", day_from_today(2), "to", day_from_today(6));
    struct sight sight = {stand_in, id};
    wait_until(is_seen, &sight, NEWS_MS); /* the right comes with the news of it */
    assert_int_equal(json_array_size(at(rpc_ok(stand_in, "session.whoami", NULL), "stands_for")), 1);
    json_t *line = line_of(stand_in, id);
    assert_non_null(line);
    assert_true(at_text(line, "for_name")[0] != '\0');
    rpc_ok(stand_in, "assignment.start", "{s:I}", "id", id);
    rpc_ok(stand_in, "assignment.report", "{s:I, s:s}", "id", id, "text", "Сделал за него");
    json_t *history = at(card(id), "history"), *event = json_array_get(history, json_array_size(history) - 1);
    assert_int_equal(at_int(event, "actor"), town.user[TOWN_executor2]);
    assert_int_equal(at_int(event, "for"), town.user[TOWN_executor]);
    /* What is one's own is done for nobody else. */
    json_int_t own = given_work(TOWN_executor2, "Своё");
    rpc_ok(stand_in, "assignment.start", "{s:I}", "id", own);
    history = at(card(own), "history");
    assert_true(json_is_null(at(json_array_get(history, json_array_size(history) - 1), "for")));
    assert_int_equal(at_int(rpc_ok(head, "substitution.list", NULL), "total"), 2);
    rpc_error(town_as(&town, TOWN_dispatcher), 1002, "substitution.end", "{s:I}", "id", now);
    rpc_ok(worker, "substitution.end", "{s:I}", "id", now);
    rpc_ok(worker, "substitution.end", "{s:I}", "id", later);
    rpc_refused(worker, 1004, "status", "substitution.end", "{s:I}", "id", later);
    wait_until(is_hidden, &sight, NEWS_MS);
    rpc_error(stand_in, 1001, "assignment.get", "{s:I}", "id", id);
}

/* ---- many at once; leaving ---- */

static void each_of_many_tells_what_became_of_it(void **state)
{
    (void)state;
    json_int_t a = given_work(TOWN_executor2, "Передать раз"), b = given_work(TOWN_executor2, "Передать два"), c = given_work(TOWN_executor2, "Уже сдано");
    rpc_ok(town_as(&town, TOWN_executor2), "assignment.report", "{s:I, s:s}", "id", c, "text", "Готово");
    rpc_refused(head, -32602, "to", "assignment.reassign_all", "{s:I, s:I}", "from", town.user[TOWN_executor2], "to", town.user[TOWN_executor2]);
    rpc_refused(head, -32602, "to", "assignment.reassign_all", "{s:I, s:I}", "from", town.user[TOWN_executor2], "to", (json_int_t)999999);
    json_t *done = rpc_ok(head, "assignment.reassign_all", "{s:I, s:I, s:s}", "from", town.user[TOWN_executor2], "to", town.user[TOWN_executor], "comment", "Отпуск");
    assert_int_equal(json_array_size(at(done, "items")), at_int(done, "done") + at_int(done, "refused"));
    json_t *late = find_item(at(done, "items"), "title", "Уже сдано"), *moved = find_item(at(done, "items"), "title", "Передать раз");
    assert_true(json_is_false(at(late, "done")) && at_text(late, "error")[0] && json_is_true(at(moved, "done")));
    assert_int_equal(at_int(card(a), "responsible_id"), town.user[TOWN_executor]);
    assert_int_equal(at_int(card(b), "responsible_id"), town.user[TOWN_executor]);
    assert_int_equal(at_int(card(c), "responsible_id"), town.user[TOWN_executor2]);
    assert_string_equal(last_action(a), "reassign");
}

static void nobody_leaves_with_open_work(void **state)
{
    (void)state;
    json_int_t id = given_work(TOWN_executor2, "Останется после ухода");
    json_t *e = rpc_refused(town.admin, -32602, "successor", "user.disable", "{s:I}", "id", town.user[TOWN_executor2]);
    assert_non_null(strstr(at_text(e, "message"), "исполняет"));
    rpc_refused(town.admin, -32602, "successor", "user.disable", "{s:I, s:I}", "id", town.user[TOWN_executor2], "successor", town.user[TOWN_executor2]);
    rpc_ok(town.admin, "user.disable", "{s:I, s:I}", "id", town.user[TOWN_executor2], "successor", town.user[TOWN_executor]);
    assert_int_equal(at_int(card(id), "responsible_id"), town.user[TOWN_executor]);
    assert_int_equal(at_int(rpc_ok(head, "assignment.list", "{s:I, s:b}", "responsible", town.user[TOWN_executor2], "open", 1), "total"), 0);
    assert_string_equal(last_action(id), "reassign");
    /* Who gave and who controls leaves, too. */
    json_int_t controlled = given_work(TOWN_executor, "С контролёром");
    rpc_ok(head, "assignment.control", "{s:I, s:I}", "id", controlled, "controller", town.user[TOWN_controller]);
    rpc_ok(town.admin, "user.disable", "{s:I, s:I}", "id", town.user[TOWN_controller], "successor", town.user[TOWN_clerk]);
    assert_int_equal(at_int(card(controlled), "controller_id"), town.user[TOWN_clerk]);
    assert_string_equal(last_action(controlled), "hand_over");
}

/* ---- the file decides ---- */

static bool ask_guard_is(void *guard)
{
    json_t *rows = at(rpc_ok(town.admin, "workflow.show", "{s:s}", "record", "extension_request"), "transitions");
    return strcmp(at_text(find_item(rows, "id", "ask"), "guard"), guard) == 0;
}

static void whether_one_asks_after_the_date_stands_in_the_file(void **state)
{
    (void)state;
    json_int_t late = at_int(rpc_ok(head, "assignment.create", "{s:s, s:I, s:s, s:s}", "title", "Срок прошёл", "responsible", town.user[TOWN_executor], "due", day_from_today(-3), "external_id", fresh_uuid()), "id");
    rpc_ok(worker, "assignment.extend_request", "{s:I, s:s, s:s}", "id", late, "new_due", day_from_today(9), "reason", "Поздно");
    assert_true(json_is_true(at(card(late), "extension.after_due")));
    rpc_ok(worker, "assignment.extend_withdraw", "{s:I}", "id", late);
    given_workflow("guard: one_open_request}", "guard: one_open_request_before_due}");
    kill(server->pid, SIGHUP);
    wait_until(ask_guard_is, "one_open_request_before_due", NEWS_MS);
    rpc_refused(worker, 1004, "after_due", "assignment.extend_request", "{s:I, s:s, s:s}", "id", late, "new_due", day_from_today(9), "reason", "Поздно");
    json_int_t timely = given_work(TOWN_executor, "Ещё не прошёл");
    rpc_ok(worker, "assignment.extend_request", "{s:I, s:s, s:s}", "id", timely, "new_due", day_from_today(20), "reason", "Вовремя");
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
        cmocka_unit_test(an_extension_is_asked_and_granted_with_another_date),
        cmocka_unit_test(an_extension_is_refused_with_a_comment_or_withdrawn),
        cmocka_unit_test(a_closed_assignment_is_not_extended),
        cmocka_unit_test(two_ask_and_two_decide_at_once),
        cmocka_unit_test(parts_are_given_within_the_whole),
        cmocka_unit_test(the_whole_is_reported_when_its_parts_are_in),
        cmocka_unit_test(cancelling_asks_what_becomes_of_the_parts),
        cmocka_unit_test(the_whole_moves_while_a_part_is_given),
        cmocka_unit_test(co_executors_report_to_the_responsible_one),
        cmocka_unit_test(the_controller_checks_before_the_author),
        cmocka_unit_test(the_board_counts_what_its_numbers_open),
        cmocka_unit_test(a_substitute_does_what_concerns_the_absent),
        cmocka_unit_test(each_of_many_tells_what_became_of_it),
        cmocka_unit_test(whether_one_asks_after_the_date_stands_in_the_file),
        cmocka_unit_test(nobody_leaves_with_open_work),
        cmocka_unit_test(stops_cleanly),
    };
    return HARNESS_RUN("control", tests);
}
