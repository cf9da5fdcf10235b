/* Parts are killed in the middle of the work: nothing acknowledged is lost, nothing is half-written or written twice, no number is
 * missing, and the service comes back by itself. */
#include "tests/harness/check.h"
#include "tests/harness/clock.h"
#include "tests/harness/town.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CLIENTS = 6, ROUNDS = 24, KILL_EVERY = 6, BACK_MS = 60000, REQUESTS_MAX = 2000 };

static struct server *server;
static struct town town;

/* Every registration that was ever asked for. */
static struct asked {
    char key[40];
    bool by_admin; /* a key is the user's own: a repeat comes from who asked */
    json_int_t id; /* 0: no answer yet, or an answer that it was not written */
    char number[32];
} asked[REQUESTS_MAX];
static int asked_count;

static void starts_and_is_filled(void **state)
{
    (void)state;
    server = server_start(NULL);
    server->errors_expected = true;
    given_municipality(server, &town);
}

/* ---- is it back? ---- */

static bool core_answers(void *arg)
{
    (void)arg;
    struct rpc *r = rpc_try_admin(server);
    if (!r)
        return false;
    int id = rpc_send(r, "session.whoami", NULL);
    json_t *answer = rpc_answer_or_end(r, id);
    rpc_close(&r);
    return answer && at(answer, "result");
}

static bool gate_answers(void *arg)
{
    (void)arg;
    struct outcome o;
    ssh_run(server, "clerk", &o, NULL, "session", "whoami", NULL);
    bool ok = o.exit_code == 0;
    outcome_free(&o);
    return ok;
}

static void wait_until_back(void)
{
    CHECK(wait_until(core_answers, NULL, BACK_MS), "the core is not back within %d ms", BACK_MS);
    CHECK(wait_until(gate_answers, NULL, BACK_MS), "the gate is not back within %d ms", BACK_MS);
}

/* ---- registrations while parts die ---- */

static json_t *registration(const struct asked *a)
{
    return json_pack("{s:s, s:s, s:{s:s, s:s}, s:s, s:s}", "kind", "letter", "channel", "post", "new_correspondent", "kind", "person",
                     "name", "Стойкий Иван Иванович", "subject", a->key, "request_id", a->key);
}

static void remember(struct asked *a, const json_t *result)
{
    a->id = at_int(result, "id");
    snprintf(a->number, sizeof a->number, "%s", at_text(result, "number"));
}

/* False when the session has ended. */
static bool take_answer(struct rpc *r, int id, struct asked *a)
{
    json_t *answer = rpc_answer_or_end(r, id);
    if (!answer)
        return false;
    json_int_t code = json_integer_value(at(answer, "error.code"));
    CHECK(code == 0 || code == 1005, "a dying part answers %d: %s", (int)code, json_string_value(at(answer, "error.message")));
    if (code == 0)
        remember(a, at(answer, "result"));
    return true;
}

static void one_round(struct rpc *clients[CLIENTS], void (*strike)(void))
{
    int ids[CLIENTS], first = asked_count;
    for (int i = 0; i < CLIENTS; i++) {
        struct asked *a = &asked[asked_count++];
        snprintf(a->key, sizeof a->key, "%s", fresh_uuid());
        ids[i] = rpc_send(clients[i], "appeal.register", registration(a));
    }
    if (strike)
        strike();
    for (int i = 0; i < CLIENTS; i++)
        if (!take_answer(clients[i], ids[i], &asked[first + i]))
            rpc_close(&clients[i]);
    if (strike)
        wait_until_back();
    for (int i = 0; i < CLIENTS; i++)
        if (!clients[i])
            clients[i] = i % 2 ? rpc_open_ssh(server, "clerk") : rpc_open_admin(server);
}

struct repeat {
    struct rpc *r;
    bool over_ssh;
    struct asked *a;
};

static bool is_written(void *arg)
{
    struct repeat *again = arg;
    if (!again->r)
        again->r = again->over_ssh ? rpc_open_ssh(server, "clerk") : rpc_try_admin(server);
    if (!again->r)
        return false;
    struct asked now = *again->a;
    now.id = 0;
    if (!take_answer(again->r, rpc_send(again->r, "appeal.register", registration(&now)), &now))
        rpc_close(&again->r);
    if (now.id == 0)
        return false;
    CHECK(again->a->id == 0 || (again->a->id == now.id && strcmp(again->a->number, now.number) == 0), "a repeat made another card");
    *again->a = now;
    return true;
}

/* What was not answered is asked again with its key, as a client does, until it is: then all is written, once. */
static void settle(void)
{
    struct repeat admin = {.over_ssh = false}, clerk = {.over_ssh = true};
    for (int i = 0; i < asked_count; i++) {
        struct repeat *one = !asked[i].by_admin && i % CLIENTS % 2 ? &clerk : &admin;
        one->a = &asked[i];
        CHECK(wait_until(is_written, one, BACK_MS), "a request is not answered within %d ms", BACK_MS);
    }
    rpc_close(&admin.r);
    rpc_close(&clerk.r);
}

static void assert_whole(struct rpc *r)
{
    char *seen = calloc((size_t)asked_count + 2, 1);
    for (int i = 0; i < asked_count; i++) {
        json_t *card = rpc_ok(r, "appeal.get", "{s:I}", "id", asked[i].id);
        int serial = atoi(strchr(asked[i].number, '-') + 1);
        CHECK(serial >= 1 && serial <= asked_count && !seen[serial], "number %s is out of order or stands twice", asked[i].number);
        seen[serial] = 1;
        assert_string_equal(at_text(card, "subject"), asked[i].key);
        assert_string_equal(at_text(card, "correspondent_name"), "Стойкий Иван Иванович");
        assert_int_equal(json_array_size(at(card, "questions")), 1);
        assert_int_equal(json_array_size(at(card, "history")), 1);
        assert_int_equal(json_array_size(at(card, "authors")), 1);
    }
    free(seen);
    json_t *list = rpc_ok(r, "appeal.list", "{s:s}", "kind", "letter");
    assert_int_equal(at_int(list, "total"), asked_count);
}

static void survive(void (*strike)(void))
{
    struct rpc *clients[CLIENTS];
    for (int i = 0; i < CLIENTS; i++)
        clients[i] = i % 2 ? rpc_open_ssh(server, "clerk") : rpc_open_admin(server);
    for (int n = 1; n <= ROUNDS; n++)
        one_round(clients, n % KILL_EVERY == 0 ? strike : NULL);
    for (int i = 0; i < CLIENTS; i++)
        rpc_close(&clients[i]);
    settle();
    struct rpc *admin = rpc_open_admin(server);
    assert_whole(admin);
    rpc_close(&admin);
}

static void kill_core(void) { server_kill_part(server, "core"); }
static void kill_gate(void) { server_kill_part(server, "gate"); }
static void kill_postgres(void) { server_kill_part(server, "postgres"); }

static bool is_reaped(void *pid) { return kill(*(pid_t *)pid, 0) != 0; }

/* A backend killed by force makes PostgreSQL end all the others and recover, as soon as it has noticed. */
static void kill_backend(void)
{
    pid_t postmaster = server_part(server, "postgres"), backend = proc_find_child(postmaster, "postgres");
    assert_true(backend > 0);
    kill(backend, SIGKILL);
    CHECK(wait_until(is_reaped, &backend, BACK_MS), "PostgreSQL does not notice its dead");
}

static void the_core_is_killed(void **state)
{
    (void)state;
    town_close_sessions(&town);
    survive(kill_core);
}

static void the_gate_is_killed(void **state)
{
    (void)state;
    survive(kill_gate);
}

static void postgres_is_killed(void **state)
{
    (void)state;
    survive(kill_postgres);
}

static void a_backend_is_killed(void **state)
{
    (void)state;
    survive(kill_backend);
}

static void a_dead_part_is_replaced_within_a_second(void **state)
{
    (void)state;
    static const char *const parts[] = {"core", "gate", "postgres"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        wait_until_back();
        int64_t began = clock_ms();
        server_kill_part(server, parts[i]);
        CHECK(clock_ms() - began < 2000, "%s came back after %d ms", parts[i], (int)(clock_ms() - began));
    }
    wait_until_back();
}

static void a_session_outlives_the_core_only_with_its_rights(void **state)
{
    (void)state;
    wait_until_back();
    struct rpc *clerk = rpc_open_ssh(server, "clerk");
    rpc_ok(clerk, "session.whoami", NULL);
    server_kill_part(server, "core");
    int id = rpc_send(clerk, "session.whoami", NULL);
    json_t *answer = rpc_answer_or_end(clerk, id);
    CHECK(!answer || at_int(answer, "error.code") == 1005 || strcmp(at_text(answer, "result.login"), "clerk") == 0,
          "somebody else answers");
    rpc_close(&clerk);
    wait_until_back();
}

/* As when a machine is switched off. */
static void everything_is_killed_and_started_again(void **state)
{
    (void)state;
    struct rpc *admin = rpc_open_admin(server);
    int first = asked_count, ids[20];
    for (int i = 0; i < 20; i++) {
        struct asked *a = &asked[asked_count++];
        snprintf(a->key, sizeof a->key, "%s", fresh_uuid());
        a->by_admin = true;
        ids[i] = rpc_send(admin, "appeal.register", registration(a));
    }
    for (int i = 0; i < 10; i++)
        assert_true(take_answer(admin, ids[i], &asked[first + i]));
    server_crash(server);
    for (int i = 10; i < 20; i++)
        if (!take_answer(admin, ids[i], &asked[first + i]))
            break;
    rpc_close(&admin);
    server_start_again(server);
    settle();
    admin = rpc_open_admin(server);
    assert_whole(admin);
    rpc_close(&admin);
}

/* Somebody holds the numbers: registrations wait in the middle of their transaction. Closing *hold lets them go. */
static pid_t hold_numbers(int *hold)
{
    char run[SERVER_PATH_BYTES + 16], said[16];
    int from_it;
    snprintf(run, sizeof run, "%s/pg-run", server->state);
    char *const argv[] = {"psql", "-X", "-q", "-A", "-t", "-h", run, "-U", "gorod", "-d", "gorod", NULL};
    pid_t pid = proc_start_piped(argv, hold, &from_it, -1);
    static const char begin[] = "BEGIN; LOCK TABLE counter; SELECT 'held';\n";
    assert_int_equal(write(*hold, begin, sizeof begin - 1), sizeof begin - 1);
    assert_true(read(from_it, said, sizeof said) >= 4);
    close(from_it);
    return pid;
}

static bool somebody_waits(void *arg)
{
    (void)arg;
    return strcmp(server_sql(server, "SELECT count(*) FROM pg_locks WHERE NOT granted"), "1") == 0;
}

static bool core_is_stopping(void *arg)
{
    (void)arg;
    char *log = read_whole(server->log);
    bool stopping = log && strstr(log, "stopping, requests in hand=1");
    free(log);
    return stopping;
}

/* SIGTERM: what is in hand is finished and answered. */
static void an_orderly_end_finishes_the_requests_in_hand(void **state)
{
    (void)state;
    struct rpc *admin = rpc_open_admin(server);
    int hold;
    pid_t holder = hold_numbers(&hold);
    struct asked *a = &asked[asked_count++];
    snprintf(a->key, sizeof a->key, "%s", fresh_uuid());
    a->by_admin = true;
    int id = rpc_send(admin, "appeal.register", registration(a));
    CHECK(wait_until(somebody_waits, NULL, BACK_MS), "the request does not wait for the numbers");
    kill(server->pid, SIGTERM);
    CHECK(wait_until(core_is_stopping, NULL, BACK_MS), "the core does not stop with the request in hand");
    close(hold);
    proc_wait(holder, BACK_MS);
    json_t *answer = rpc_answer_or_end(admin, id);
    CHECK(answer && at(answer, "result"), "the request in hand is not answered");
    remember(a, at(answer, "result"));
    rpc_close(&admin);
    server_stop(server);
    server_start_again(server);
    settle();
    admin = rpc_open_admin(server);
    assert_whole(admin);
    rpc_close(&admin);
}

static void a_second_start_takes_seconds(void **state)
{
    (void)state;
    server_stop(server);
    int64_t began = clock_ms();
    server_start_again(server);
    assert_true(clock_ms() - began < 10000);
}

static void stops_cleanly(void **state)
{
    (void)state;
    server_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_and_is_filled),
        cmocka_unit_test(the_core_is_killed),
        cmocka_unit_test(the_gate_is_killed),
        cmocka_unit_test(postgres_is_killed),
        cmocka_unit_test(a_backend_is_killed),
        cmocka_unit_test(a_dead_part_is_replaced_within_a_second),
        cmocka_unit_test(a_session_outlives_the_core_only_with_its_rights),
        cmocka_unit_test(everything_is_killed_and_started_again),
        cmocka_unit_test(an_orderly_end_finishes_the_requests_in_hand),
        cmocka_unit_test(a_second_start_takes_seconds),
        cmocka_unit_test(stops_cleanly),
    };
    return HARNESS_RUN("recovery", tests);
}
