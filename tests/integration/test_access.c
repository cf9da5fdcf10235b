/* Rights: every cell of tests/data/access_matrix.csv (operation x role), other people's records, and `actions` that tell the truth. */
#include "tests/harness/check.h"
#include "tests/harness/shape.h"
#include "tests/harness/town.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_MAX = 400 };

static struct server *server;
static struct town town;

struct row {
    char method[64];
    bool allowed[TOWN_USER_COUNT];
    bool met; /* the server has this operation */
};
static struct row rows[ROWS_MAX];
static size_t row_count;

/* ---- the matrix ---- */

static enum town_user user_of_role(const char *role)
{
    for (int u = 0; u < TOWN_USER_COUNT; u++)
        if (strcmp(town_roles[u], role) == 0)
            return (enum town_user)u;
    FAIL("the matrix names an unknown role %s", role);
    return TOWN_admin;
}

static void read_row(char *line, const enum town_user columns[], size_t column_count)
{
    struct row *row = &rows[row_count++];
    char *save, *cell = strtok_r(line, ",", &save);
    snprintf(row->method, sizeof row->method, "%s", cell);
    for (size_t i = 0; i < column_count; i++) {
        cell = strtok_r(NULL, ",", &save);
        CHECK(cell && (strcmp(cell, "allow") == 0 || strcmp(cell, "deny") == 0), "%s: cell %zu is neither allow nor deny", row->method,
              i + 1);
        row->allowed[columns[i]] = strcmp(cell, "allow") == 0;
    }
    row->allowed[TOWN_executor2] = row->allowed[TOWN_executor];
}

static void read_matrix(void)
{
    enum town_user columns[TOWN_USER_COUNT];
    size_t column_count = 0;
    char *text = read_source("tests/data/access_matrix.csv"), *lines, *cells;
    CHECK(text, "no tests/data/access_matrix.csv");
    char *head = strtok_r(text, "\n", &lines);
    strtok_r(head, ",", &cells);
    for (char *role; (role = strtok_r(NULL, ",", &cells));)
        columns[column_count++] = user_of_role(role);
    for (char *line; (line = strtok_r(NULL, "\n", &lines)) && row_count < ROWS_MAX;)
        read_row(line, columns, column_count);
    free(text);
}

static void starts_and_is_filled(void **state)
{
    (void)state;
    read_matrix();
    server = server_start(NULL);
    given_municipality(server, &town);
}

/* ---- the cells ---- */

static json_t *describe(enum town_user who) { return at(rpc_ok(town_as(&town, who), "meta.describe", NULL), "operations"); }

/* All operations: what the built-in administrator may call, and what is for people only. */
static json_t *all_operations(void)
{
    json_t *all = rpc_keep(json_copy(at(rpc_ok(town.admin, "meta.describe", NULL), "operations"))), *op;
    size_t i;
    json_array_foreach(describe(TOWN_clerk), i, op) if (!find_item(all, "method", at_text(op, "method"))) json_array_append(all, op);
    return all;
}

static void the_matrix_and_the_table_name_the_same_operations(void **state)
{
    (void)state;
    json_t *operations = all_operations(), *op;
    size_t i;
    json_array_foreach(operations, i, op)
    {
        const char *method = at_text(op, "method");
        size_t r = 0;
        while (r < row_count && strcmp(rows[r].method, method) != 0)
            r++;
        CHECK(r < row_count, "%s has no row in tests/data/access_matrix.csv", method);
        rows[r].met = true;
    }
    for (size_t r = 0; r < row_count; r++)
        CHECK(rows[r].met, "%s stands in the matrix, but not in the table of operations", rows[r].method);
}

static void describe_shows_exactly_what_one_may_call(void **state)
{
    (void)state;
    for (int u = 0; u < TOWN_USER_COUNT; u++) {
        json_t *operations = describe((enum town_user)u);
        for (size_t r = 0; r < row_count; r++) {
            bool shown = find_item(operations, "method", rows[r].method) != NULL;
            CHECK(shown == rows[r].allowed[u], "%s %s %s", town_logins[u], shown ? "is shown" : "is not shown", rows[r].method);
        }
    }
}

static void every_cell_holds(void **state)
{
    (void)state;
    json_t *operations = all_operations();
    for (size_t r = 0; r < row_count; r++) {
        const json_t *op = find_item(operations, "method", rows[r].method);
        for (int u = 0; u < TOWN_USER_COUNT; u++) {
            json_t *params = shaped_params(town.admin, op);
            /* One's own card everybody may look at; those of others are the administrator's. */
            if (strcmp(rows[r].method, "user.get") == 0)
                json_object_set_new(params, "id", json_integer(town.user[u]));
            json_t *answer = rpc_call(town_as(&town, (enum town_user)u), rows[r].method, params);
            json_int_t code = json_integer_value(at(answer, "error.code"));
            CHECK((code == 1002) == !rows[r].allowed[u], "%s as %s: the matrix says %s, the answer is %d", rows[r].method, town_logins[u],
                  rows[r].allowed[u] ? "allow" : "deny", (int)code);
            CHECK(code != -32603, "%s as %s: internal error", rows[r].method, town_logins[u]);
        }
    }
}

static void a_denied_call_does_not_look_at_its_parameters(void **state)
{
    (void)state;
    rpc_error(town_as(&town, TOWN_executor), 1002, "user.add", NULL);
    rpc_error(town_as(&town, TOWN_executor), 1002, "user.add", "{s:i}", "no_such", 1);
}

/* ---- other people's records ---- */

static json_int_t foreign_appeal, foreign_assignment;

static void given_foreign_records(void)
{
    foreign_appeal = at_int(given_appeal(&town, "Тайнова Ольга Ивановна", "Дело дорожной службы"), "id");
    foreign_assignment = at_int(given_assignment(&town, foreign_appeal, TOWN_executor2, "Поручение дорожной службе"), "id");
}

static void what_is_not_theirs_is_not_there(void **state)
{
    (void)state;
    static const enum town_user outsiders[] = {TOWN_executor, TOWN_chief, TOWN_deputy, TOWN_controller, TOWN_dispatcher, TOWN_manager};
    given_foreign_records();
    json_t *before = rpc_ok(town_as(&town, TOWN_head), "assignment.get", "{s:I}", "id", foreign_assignment);
    json_t *operations = all_operations();
    for (size_t i = 0; i < sizeof outsiders / sizeof *outsiders; i++)
        for (size_t r = 0; r < row_count; r++) {
            bool of_appeal = strncmp(rows[r].method, "appeal.", 7) == 0, of_assignment = strncmp(rows[r].method, "assignment.", 11) == 0;
            json_t *params = shaped_params(town.admin, find_item(operations, "method", rows[r].method));
            bool takes_id = json_object_get(params, "id") || strstr(rows[r].method, ".get");
            if (!(of_appeal || of_assignment) || !takes_id || !rows[r].allowed[outsiders[i]]) {
                json_decref(params);
                continue;
            }
            /* Whether it exists must not show: the answer is the same as for an id that is not there. */
            json_object_set_new(params, "id", json_integer(of_appeal ? foreign_appeal : foreign_assignment));
            json_t *absent = shaped_params(town.admin, find_item(operations, "method", rows[r].method));
            json_object_set_new(absent, "id", json_integer(ABSENT_ID));
            json_t *e = at(rpc_call(town_as(&town, outsiders[i]), rows[r].method, params), "error");
            json_t *same = at(rpc_call(town_as(&town, outsiders[i]), rows[r].method, absent), "error");
            CHECK(e && json_equal(e, same), "%s tells %s that a record which is not theirs exists", rows[r].method,
                  town_logins[outsiders[i]]);
            CHECK(at_int(e, "code") == 1001 || at_int(e, "code") == -32602, "%s of a record that is not theirs, as %s: %d", rows[r].method,
                  town_logins[outsiders[i]], (int)at_int(e, "code"));
        }
    json_t *after = rpc_ok(town_as(&town, TOWN_head), "assignment.get", "{s:I}", "id", foreign_assignment);
    assert_true(json_equal(before, after));
}

static void lists_show_only_what_one_may_open(void **state)
{
    (void)state;
    static const char *const lists[] = {"appeal", "assignment"};
    for (int u = 0; u < TOWN_USER_COUNT; u++)
        for (size_t l = 0; l < 2; l++) {
            char method[32];
            snprintf(method, sizeof method, "%s.list", lists[l]);
            if (u == TOWN_admin)
                continue;
            json_t *items = at(rpc_ok(town_as(&town, (enum town_user)u), method, "{s:i}", "limit", 200), "items"), *item;
            size_t i;
            snprintf(method, sizeof method, "%s.get", lists[l]);
            json_array_foreach(items, i, item) rpc_ok(town_as(&town, (enum town_user)u), method, "{s:I}", "id", at_int(item, "id"));
        }
    assert_int_equal(at_int(rpc_ok(town_as(&town, TOWN_dispatcher), "appeal.list", NULL), "total"), 0);
    assert_true(at_int(rpc_ok(town_as(&town, TOWN_analyst), "appeal.list", NULL), "total") > 0);
}

static bool holds_text(const json_t *value, const char *text)
{
    char *dump = json_dumps(value, JSON_ENCODE_ANY);
    bool holds = strstr(dump, text) != NULL;
    free(dump);
    return holds;
}

static void who_may_not_see_persons_gets_no_name(void **state)
{
    (void)state;
    json_int_t open = at_int(given_assignment(&town, foreign_appeal, TOWN_dispatcher, "Справка дежурного"), "id");
    assert_true(holds_text(rpc_ok(town_as(&town, TOWN_executor2), "appeal.get", "{s:I}", "id", foreign_appeal), "Тайнова"));
    static const enum town_user blind[] = {TOWN_analyst, TOWN_dispatcher};
    for (size_t i = 0; i < 2; i++) {
        struct rpc *r = town_as(&town, blind[i]);
        CHECK(!holds_text(rpc_ok(r, "appeal.get", "{s:I}", "id", foreign_appeal), "Тайнова"), "%s reads the name on the card",
              town_logins[blind[i]]);
        CHECK(!holds_text(rpc_ok(r, "appeal.list", NULL), "Тайнова"), "%s reads the name in the list", town_logins[blind[i]]);
        CHECK(!holds_text(rpc_ok(r, "worklist.get", NULL), "Тайнова"), "%s reads the name in the worklist", town_logins[blind[i]]);
        CHECK(!holds_text(rpc_ok(r, "assignment.list", NULL), "Тайнова"), "%s reads the name among assignments", town_logins[blind[i]]);
        CHECK(at_int(rpc_ok(r, "appeal.list", "{s:s}", "query", "Тайнова"), "total") == 0, "%s finds a person by name",
              town_logins[blind[i]]);
    }
    rpc_ok(town_as(&town, TOWN_head), "assignment.cancel", "{s:I, s:s}", "id", open, "reason", "Больше не нужно");
}

static void the_card_of_another_user_is_the_administrators(void **state)
{
    (void)state;
    rpc_error(town_as(&town, TOWN_executor), 1002, "user.get", "{s:I}", "id", town.user[TOWN_head]);
    json_t *list = rpc_ok(town_as(&town, TOWN_executor), "user.list", NULL);
    assert_false(holds_text(list, "ssh-ed25519"));
    json_t *card = rpc_ok(town_as(&town, TOWN_admin), "user.get", "{s:I}", "id", town.user[TOWN_head]);
    assert_false(holds_text(card, "argon2"));
}

/* A card may be open to one and what hangs on it not: letters of the same person, linked letters. */
static void other_cards_are_not_named(void **state)
{
    (void)state;
    struct rpc *clerk = town_as(&town, TOWN_clerk), *deputy = town_as(&town, TOWN_deputy), *executor = town_as(&town, TOWN_executor);
    json_int_t author = at_int(rpc_ok(clerk, "appeal.get", "{s:I}", "id", foreign_appeal), "correspondent_id");
    json_int_t own = at_int(rpc_ok(clerk, "appeal.register", "{s:s, s:s, s:I, s:s, s:s, s:I, s:I}", "kind", "letter", "channel", "post", "correspondent",
                                   author, "subject", "Дело ЖКХ", "text", "Протекает кровля многоквартирного дома", "link_to", foreign_appeal, "unit",
                                   town.zhkh),
                            "id");
    given_assignment(&town, own, TOWN_executor, "Починить кровлю");
    assert_int_equal(json_array_size(at(rpc_ok(clerk, "appeal.get", "{s:I}", "id", own), "earlier")), 1);
    assert_int_equal(json_array_size(at(rpc_ok(clerk, "appeal.get", "{s:I}", "id", own), "links")), 1);
    struct rpc *const scoped[] = {executor, deputy};
    for (size_t i = 0; i < 2; i++) {
        json_t *card = rpc_ok(scoped[i], "appeal.get", "{s:I}", "id", own);
        assert_string_equal(at_text(card, "correspondent_name"), "Тайнова Ольга Ивановна");
        CHECK(!holds_text(card, "Дело дорожной службы"), "the card names a letter of another unit");
    }
    assert_true(holds_text(rpc_ok(clerk, "correspondent.get", "{s:I}", "id", author), "Дело дорожной службы"));
    assert_false(holds_text(rpc_ok(deputy, "correspondent.get", "{s:I}", "id", author), "Дело дорожной службы"));
    json_t *near = rpc_ok(deputy, "appeal.candidates", "{s:I, s:s}", "correspondent", author, "text", "Дело дорожной службы");
    assert_false(holds_text(near, "Дело дорожной службы"));
    assert_true(holds_text(near, "Дело ЖКХ"));
    /* An id in another parameter tells no more than one in `id`. */
    json_int_t ids[] = {foreign_appeal, ABSENT_ID};
    json_t *answers[2][2];
    for (size_t i = 0; i < 2; i++) {
        answers[0][i] = at(rpc_call(deputy, "appeal.link", json_pack("{s:I, s:I}", "id", own, "other", ids[i])), "error");
        answers[1][i] = at(rpc_call(deputy, "assignment.create", json_pack("{s:s, s:I, s:I}", "title", "Чужое", "responsible", town.user[TOWN_executor],
                                                                           "appeal", ids[i])),
                           "error");
    }
    for (size_t i = 0; i < 2; i++)
        assert_true(answers[i][0] && json_equal(answers[i][0], answers[i][1]));
    assert_int_equal(at_int(rpc_ok(deputy, "assignment.list", "{s:I}", "appeal", foreign_appeal), "total"), 0);
    assert_int_equal(at_int(rpc_ok(town_as(&town, TOWN_analyst), "appeal.list", "{s:I}", "correspondent", author), "total"), 0);
}

/* Gives a user these roles and waits until their open session has them. */
static void given_roles(enum town_user who, json_t *roles)
{
    size_t count = json_array_size(roles);
    rpc_ok(town.admin, "user.set", "{s:I, s:o}", "id", town.user[who], "roles", roles);
    while (json_array_size(at(rpc_ok(town_as(&town, who), "session.whoami", NULL), "roles")) != count)
        ;
}

static void the_log_tells_an_administrator_no_letters(void **state)
{
    (void)state;
    rpc_ok(town_as(&town, TOWN_clerk), "appeal.comment", "{s:I, s:s}", "id", foreign_appeal, "text", "Звонила Тайнова, болеет");
    json_t *filter = json_pack("{s:s, s:I}", "record", "appeal", "record_id", foreign_appeal);
    json_t *log = rpc_ok_json(town_as(&town, TOWN_admin), "event.list", json_copy(filter));
    assert_non_null(find_item(at(log, "items"), "action", "comment"));
    assert_false(holds_text(log, "Тайнова"));
    assert_true(holds_text(rpc_ok_json(town_as(&town, TOWN_head), "event.list", json_copy(filter)), "Тайнова"));
    /* With the extra right it is the same as for everybody who reads the card. */
    given_roles(TOWN_admin, json_pack("[s,s]", "admin", "citizens"));
    assert_true(holds_text(rpc_ok_json(town_as(&town, TOWN_admin), "event.list", filter), "Тайнова"));
    given_roles(TOWN_admin, json_pack("[s]", "admin"));
}

/* Two roles together give what each gives, not more: an analyst sees all without names, an executor names within the unit. */
static void roles_add_up_and_do_not_multiply(void **state)
{
    (void)state;
    struct rpc *executor = town_as(&town, TOWN_executor);
    rpc_error(executor, 1001, "appeal.get", "{s:I}", "id", foreign_appeal);
    given_roles(TOWN_executor, json_pack("[s,s]", "executor", "analyst"));
    CHECK(!holds_text(rpc_call(executor, "appeal.get", json_pack("{s:I}", "id", foreign_appeal)), "Тайнова"), "executor and analyst reads names everywhere");
    given_roles(TOWN_executor, json_pack("[s]", "clerk"));
    assert_true(holds_text(rpc_call(executor, "appeal.get", json_pack("{s:I}", "id", foreign_appeal)), "Тайнова"));
    given_roles(TOWN_executor, json_pack("[s,s]", "clerk", "executor"));
    given_roles(TOWN_executor, json_pack("[s]", "executor"));
    rpc_error(executor, 1001, "appeal.get", "{s:I}", "id", foreign_appeal);
}

/* ---- scopes ---- */

static void scopes_of_chief_and_deputy(void **state)
{
    (void)state;
    json_int_t own = at_int(given_assignment(&town, 0, TOWN_executor, "Поручение ЖКХ"), "id");
    rpc_ok(town_as(&town, TOWN_chief), "assignment.get", "{s:I}", "id", own);
    rpc_ok(town_as(&town, TOWN_deputy), "assignment.get", "{s:I}", "id", own);
    rpc_error(town_as(&town, TOWN_executor2), 1001, "assignment.get", "{s:I}", "id", own);
    rpc_error(town_as(&town, TOWN_controller), 1001, "assignment.get", "{s:I}", "id", own);
    /* A chief reassigns within the unit; the report is still the author's to accept. */
    rpc_ok(town_as(&town, TOWN_chief), "assignment.reassign", "{s:I, s:I}", "id", own, "responsible", town.user[TOWN_chief]);
    json_t *e = at(rpc_call(town_as(&town, TOWN_chief), "assignment.accept", json_pack("{s:I}", "id", own)), "error");
    assert_non_null(e);
    rpc_ok(town_as(&town, TOWN_chief), "assignment.report", "{s:I, s:s}", "id", own, "text", "Сделано");
    rpc_error(town_as(&town, TOWN_chief), 1002, "assignment.accept", "{s:I}", "id", own);
    rpc_ok(town_as(&town, TOWN_head), "assignment.accept", "{s:I}", "id", own);
}

static void nobody_gives_out_roles_to_themselves(void **state)
{
    (void)state;
    for (int u = 0; u < TOWN_USER_COUNT; u++) {
        if (u == TOWN_admin)
            continue;
        rpc_error(town_as(&town, (enum town_user)u), 1002, "user.set", "{s:I, s:i, s:[s]}", "id", town.user[u], "version", 1, "roles",
                  "admin");
        rpc_error(town_as(&town, (enum town_user)u), 1002, "user.password", "{s:I, s:s}", "id", town.user[TOWN_admin], "password",
                  "перехват-пароля");
    }
    rpc_refused(town_as(&town, TOWN_admin), -32602, "roles[0]", "user.add", "{s:s, s:s, s:[s]}", "login", "root", "name", "Р", "roles",
                "system");
}

/* ---- actions ---- */

/* Operation of a transition where the names differ. */
static void operation_of(const char *record, const char *action, char method[64])
{
    snprintf(method, 64, "%s.%s", record, strcmp(action, "recall_report") == 0 ? "recall" : action);
}

static json_t *given_record(const char *record, enum town_user responsible)
{
    json_t *appeal = given_appeal(&town, "Действий Иван Иванович", "Для проверки действий");
    return strcmp(record, "appeal") == 0 ? appeal : given_assignment(&town, at_int(appeal, "id"), responsible, "Для проверки действий");
}

/* One action of one user on a fresh record: allowed as `actions` says, refused as it does not. */
static void try_action(const char *record, const char *action, enum town_user who, const json_t *operations)
{
    char method[64], get[64];
    json_int_t id = at_int(given_record(record, TOWN_executor), "id");
    operation_of(record, action, method);
    snprintf(get, sizeof get, "%s.get", record);
    const json_t *op = find_item(operations, "method", method);
    json_t *card = at(rpc_call(town_as(&town, who), get, json_pack("{s:I}", "id", id)), "result");
    if (!op || !card || !find_item(at(op, "params"), "name", "id"))
        return;
    bool offered = has_word(at(card, "actions"), action);
    json_t *params = shaped_params(town.admin, op);
    json_object_set_new(params, "id", json_integer(id));
    json_object_set_new(params, "version", json_integer(at_int(card, "version")));
    if (json_object_get(params, "responsible"))
        json_object_set_new(params, "responsible", json_integer(town.user[TOWN_executor2]));
    json_int_t code = json_integer_value(at(rpc_call(town_as(&town, who), method, params), "error.code"));
    if (offered)
        CHECK(code != 1002, "%s is offered to %s, but answers 1002", method, town_logins[who]);
    else
        CHECK(code == 1002 || code == 1004, "%s is not offered to %s, but answers %d", method, town_logins[who], (int)code);
}

static void actions_tell_the_truth(void **state)
{
    (void)state;
    static const char *const records[] = {"appeal", "assignment"};
    static const enum town_user people[] = {TOWN_clerk, TOWN_head, TOWN_deputy, TOWN_chief, TOWN_executor};
    json_t *operations = all_operations();
    for (size_t r = 0; r < 2; r++) {
        json_t *workflow = rpc_ok(town.admin, "workflow.show", "{s:s}", "record", records[r]), *t;
        json_t *transitions = at(workflow, "transitions") ? at(workflow, "transitions") : at(at(workflow, records[r]), "transitions");
        size_t i;
        assert_true(json_array_size(transitions) > 5);
        json_array_foreach(transitions, i, t) for (size_t p = 0; p < sizeof people / sizeof *people;
                                                   p++) if (!json_is_true(at(t, "automatic"))) /* taken by the system, never offered */
            try_action(records[r], at_text(t, "id"), people[p], operations);
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
        cmocka_unit_test(the_matrix_and_the_table_name_the_same_operations),
        cmocka_unit_test(describe_shows_exactly_what_one_may_call),
        cmocka_unit_test(every_cell_holds),
        cmocka_unit_test(a_denied_call_does_not_look_at_its_parameters),
        cmocka_unit_test(what_is_not_theirs_is_not_there),
        cmocka_unit_test(lists_show_only_what_one_may_open),
        cmocka_unit_test(who_may_not_see_persons_gets_no_name),
        cmocka_unit_test(the_card_of_another_user_is_the_administrators),
        cmocka_unit_test(other_cards_are_not_named),
        cmocka_unit_test(the_log_tells_an_administrator_no_letters),
        cmocka_unit_test(roles_add_up_and_do_not_multiply),
        cmocka_unit_test(scopes_of_chief_and_deputy),
        cmocka_unit_test(nobody_gives_out_roles_to_themselves),
        cmocka_unit_test(actions_tell_the_truth),
        cmocka_unit_test(stops_cleanly),
    };
    return HARNESS_RUN("access", tests);
}
