/* Many at once: every operation is asked by several sessions at the same moment, on the same records, while people log in, listen to
 * events and the rules are read anew. A race shows where nothing orders two threads, so a test that asks one thing after another cannot
 * meet it: this one is what `run.sh test` plays under the thread sanitizer for the sake of all operations. */
#include "tests/harness/check.h"
#include "tests/harness/clock.h"
#include "tests/harness/shape.h"
#include "tests/harness/town.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { CLIENTS = 6, EVENT_MS = 10000 };

static struct server *server;
static struct town town;
static struct rpc *clients[CLIENTS];
/* What the operations of a module work on. */
static struct {
    const char *module, *lookup, *get;
    json_int_t id;
} records[] = {
    {"appeal.", "appeal.list", "appeal.get", 0},
    {"assignment.", "assignment.list", "assignment.get", 0},
    {"correspondent.", "correspondent.list", "correspondent.get", 0},
    {"unit.", "unit.list", "unit.get", 0},
    {"user.", "user.list", "user.get", 0},
};
/* What an operation wants beside its required parameters to get to its end. */
static const struct {
    const char *method, *params;
} extras[] = {
    {"classifier.get", "{\"id\": 1}"},
    {"classifier.retire", "{\"id\": 20, \"version\": 1}"},
    {"appeal.register", "{\"subject\": \"Яма на дороге\", \"anonymous\": true}"},
    {"appeal.set", "{\"subject\": \"Не горят фонари\"}"},
    {"assignment.set", "{\"title\": \"Починить все фонари\"}"},
    {"correspondent.set", "{\"name\": \"Ёлкина Мария Пётровна\"}"},
    {"unit.set", "{\"name\": \"Дорожная служба города\"}"},
    {"user.set", "{\"name\": \"Цветков Фёдор Хасанович (мл.)\"}"},
    {"calendar.due", "{\"from\": \"2026-03-02\", \"days\": 30}"},
    {"user.password", "{\"password\": \"Длинный-пароль-1\"}"},
};

static void starts_and_is_filled(void **state)
{
    (void)state;
    server = server_start(NULL);
    given_municipality(server, &town);
    records[0].id = at_int(given_appeal(&town, "Ёлкина Мария Петровна", "Не горит фонарь"), "id");
    records[2].id = at_int(rpc_ok(town.admin, "correspondent.list", NULL), "items.0.id");
    records[3].id = town.roads;
    records[4].id = town.user[TOWN_executor2];
}

/* One person in many windows, who holds every role and gave the assignment to themselves: every step of it is theirs to make. */
static void the_crowd_comes_in(void **state)
{
    (void)state;
    json_t *user = rpc_ok(town.admin, "user.get", "{s:I}", "id", town.user[TOWN_manager]);
    rpc_ok(town.admin, "user.set", "{s:I, s:I, s:[s,s,s,s,s,s,s]}", "id", town.user[TOWN_manager], "version", at_int(user, "version"), "roles",
           "admin", "clerk", "head", "deputy", "chief", "executor", "controller");
    for (int i = 0; i < CLIENTS; i++)
        clients[i] = rpc_open_ssh(server, "manager");
    for (int i = 0; i < CLIENTS; i++)
        rpc_ok(clients[i], "event.subscribe", NULL);
    records[1].id = at_int(rpc_ok(clients[0], "assignment.create", "{s:s, s:I, s:s, s:s}", "title", "Починить фонарь", "responsible",
                                  town.user[TOWN_manager], "due", day_from_today(10), "request_id", fresh_uuid()), "id");
}

static bool has_param(const json_t *op, const char *name) { return find_item(at(op, "params"), "name", name) != NULL; }

/* Is it the record that the parameter names? The `id` of an operation is of its module. */
static bool names_record(const json_t *op, const json_t *param, size_t r)
{
    const char *name = at_text(param, "name"), *lookup = json_string_value(at(param, "lookup"));
    if (strcmp(name, "id") == 0)
        return strncmp(at_text(op, "method"), records[r].module, strlen(records[r].module)) == 0;
    return lookup && strcmp(lookup, records[r].lookup) == 0 && (json_is_true(at(param, "required")) || strcmp(name, "responsible") == 0);
}

/* Parameters that name the records of this test in their present version. */
static json_t *real_params(const json_t *op)
{
    json_t *params = shaped_params(town.admin, op), *param;
    size_t i;
    json_array_foreach(at(op, "params"), i, param)
        for (size_t r = 0; r < sizeof records / sizeof *records; r++)
            if (names_record(op, param, r)) {
                bool many = strcmp(at_text(param, "type"), "ids") == 0;
                json_object_set_new(params, at_text(param, "name"), many ? json_pack("[I]", records[r].id) : json_integer(records[r].id));
            }
    for (size_t r = 0; has_param(op, "version") && r < sizeof records / sizeof *records; r++)
        if (strncmp(at_text(op, "method"), records[r].module, strlen(records[r].module)) == 0)
            json_object_set(params, "version", at(rpc_ok(town.admin, records[r].get, "{s:I}", "id", records[r].id), "version"));
    for (size_t e = 0; e < sizeof extras / sizeof *extras; e++)
        if (strcmp(extras[e].method, at_text(op, "method")) == 0)
            json_object_update(params, rpc_keep(json_loads(extras[e].params, 0, NULL)));
    return params;
}

static int changes; /* made by operations that name a version */

/* What is read by all at once is the same for all; of a change that names the version it starts from, one succeeds at most. */
static void all_at_once(const json_t *op)
{
    const char *method = at_text(op, "method");
    json_t *params = real_params(op), *answers[CLIENTS];
    int ids[CLIENTS], changed = 0;
    for (int i = 0; i < CLIENTS; i++) {
        json_t *own = json_copy(params);
        if (json_object_get(own, "request_id"))
            json_object_set_new(own, "request_id", json_string(fresh_uuid()));
        ids[i] = rpc_send(clients[i], method, own);
    }
    for (int i = 0; i < CLIENTS; i++) {
        answers[i] = rpc_answer(clients[i], ids[i]);
        json_int_t code = json_integer_value(at(answers[i], "error.code"));
        CHECK(code != -32603 && code != 1005 && code != -32601, "%s: %s", method, json_dumps(answers[i], 0));
        json_t *version = at(answers[i], "result.version");
        changed += version && !json_equal(version, json_object_get(params, "version"));
        /* What is refused to all has no result; a document is a file of its own for each. */
        if (!json_is_true(at(op, "write")) && strncmp(method, "report.", 7) != 0 && strncmp(method, "export.", 7) != 0)
            CHECK(at(answers[i], "result") == at(answers[0], "result") || json_equal(at(answers[i], "result"), at(answers[0], "result")),
                  "%s: two answers to one question", method);
    }
    if (has_param(op, "version") && has_param(op, "id"))
        CHECK(changed <= 1, "%s: %d changed one version", method, changed);
    changes += changed;
    json_decref(params);
}

static void every_operation_by_all_at_once(void **state)
{
    (void)state;
    static const enum town_user people[] = {TOWN_clerk, TOWN_head, TOWN_executor, TOWN_deputy};
    json_t *operations = at(rpc_ok(clients[0], "meta.describe", NULL), "operations"), *op;
    size_t i;
    json_array_foreach(operations, i, op)
    {
        struct rpc *entering = i < sizeof people / sizeof *people ? rpc_open_ssh(server, town_logins[people[i]]) : NULL;
        if (i % 16 == 0)
            assert_int_equal(kill(server->pid, SIGHUP), 0);
        all_at_once(op);
        if (entering)
            rpc_ok(entering, "worklist.get", NULL);
        rpc_close(&entering);
    }
    /* Most of the operations could do their work here; the rest was refused by the rules. */
    CHECK(changes >= 15, "only %d of the changes were made", changes);
}

/* Hashing has its own threads: all of them at work, while the others go on. */
static void passwords_are_set_at_once(void **state)
{
    (void)state;
    int ids[CLIENTS];
    for (int i = 0; i < CLIENTS; i++)
        ids[i] = rpc_send(clients[i], "user.password",
                          json_pack("{s:I, s:s, s:s}", "id", town.user[i], "password", "Длинный-пароль-1", "request_id", fresh_uuid()));
    rpc_ok(town.admin, "appeal.list", NULL);
    for (int i = 0; i < CLIENTS; i++) {
        json_t *answer = rpc_answer(clients[i], ids[i]);
        CHECK(at(answer, "result"), "%s", json_dumps(answer, 0));
    }
}

static void every_listener_hears_the_last_change(void **state)
{
    (void)state;
    json_int_t last = at_int(given_appeal(&town, "Яшин Юрий Эдуардович", "Яма"), "id");
    for (int i = 0; i < CLIENTS; i++)
        CHECK(rpc_event(clients[i], "appeal", last, EVENT_MS), "listener %d heard nothing", i);
}

static void stops_cleanly(void **state)
{
    (void)state;
    for (int i = 0; i < CLIENTS; i++)
        rpc_close(&clients[i]);
    town_close_sessions(&town);
    server_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_and_is_filled),
        cmocka_unit_test(the_crowd_comes_in),
        cmocka_unit_test(every_operation_by_all_at_once),
        cmocka_unit_test(passwords_are_set_at_once),
        cmocka_unit_test(every_listener_hears_the_last_change),
        cmocka_unit_test(stops_cleanly),
    };
    return HARNESS_RUN("crowd", tests);
}
