/* What a colleague changes comes to those who may see it, at once; drafts outlive their session. */
#include "tests/harness/check.h"
#include "tests/harness/clock.h"
#include "tests/harness/town.h"
#include <stdio.h>
#include <string.h>

enum { AT_ONCE_MS = 1000, SILENCE_MS = 700 };

static struct server *server;
static struct town town;

static void starts_and_is_filled(void **state)
{
    (void)state;
    server = server_start(NULL);
    given_municipality(server, &town);
    for (int u = 0; u < TOWN_USER_COUNT; u++)
        town_as(&town, (enum town_user)u);
}

static json_int_t assignment;

static void events_come_to_those_whom_they_concern(void **state)
{
    (void)state;
    static const enum town_user see[] = {TOWN_clerk, TOWN_head, TOWN_executor, TOWN_chief, TOWN_deputy};
    static const enum town_user see_not[] = {TOWN_executor2, TOWN_dispatcher, TOWN_manager, TOWN_admin};
    for (int u = 0; u < TOWN_USER_COUNT; u++)
        rpc_ok(town_as(&town, (enum town_user)u), "event.subscribe", NULL);
    int64_t began = clock_ms();
    assignment = at_int(given_assignment(&town, 0, TOWN_executor, "Только для ЖКХ"), "id");
    for (size_t i = 0; i < sizeof see / sizeof *see; i++) {
        json_t *e = rpc_event(town_as(&town, see[i]), "assignment", assignment, AT_ONCE_MS);
        CHECK(e, "%s heard nothing of the assignment", town_logins[see[i]]);
        assert_int_equal(at_int(e, "actor"), town.user[TOWN_head]);
        assert_true(json_is_integer(at(e, "id")) && json_is_string(at(e, "at")) && json_is_string(at(e, "action")));
    }
    assert_true(clock_ms() - began < AT_ONCE_MS);
    for (size_t i = 0; i < sizeof see_not / sizeof *see_not; i++)
        CHECK(!rpc_event(town_as(&town, see_not[i]), "assignment", assignment, SILENCE_MS), "%s heard of what is not theirs",
              town_logins[see_not[i]]);
}

static void an_event_is_written_with_its_change_or_not_at_all(void **state)
{
    (void)state;
    rpc_error(town_as(&town, TOWN_head), -32602, "assignment.return", "{s:I}", "id", assignment);
    assert_null(rpc_event(town_as(&town, TOWN_executor), "assignment", assignment, SILENCE_MS));
}

static void events_keep_their_order(void **state)
{
    (void)state;
    enum { CHANGES = 30 };
    struct rpc *head = town_as(&town, TOWN_head), *executor = town_as(&town, TOWN_executor);
    for (int i = 0; i < CHANGES; i++)
        rpc_ok(head, "assignment.comment", "{s:I, s:s}", "id", assignment, "text", "Как дела?");
    json_int_t last = 0;
    for (int i = 0; i < CHANGES; i++) {
        json_t *e = rpc_event(executor, "assignment", assignment, AT_ONCE_MS);
        CHECK(e, "%d of %d events came", i, CHANGES);
        assert_true(at_int(e, "id") > last);
        last = at_int(e, "id");
    }
    assert_null(rpc_event(executor, "assignment", assignment, SILENCE_MS));
}

/* A transaction that rolls back takes its number with it, one that commits late brings a lower number than those before it. */
static void a_hole_in_the_log_delays_nothing(void **state)
{
    (void)state;
    enum { SOON_MS = 8000 };
    struct rpc *executor = town_as(&town, TOWN_executor);
    char late[256], id[32];
    snprintf(id, sizeof id, "%s", server_sql(server, "SELECT nextval(pg_get_serial_sequence('event', 'id'))"));
    server_sql(server, "INSERT INTO event (actor_id, record, record_id, action) SELECT 1, 'periodic', 1, 'set' FROM generate_series(1, 700)");
    rpc_ok(town_as(&town, TOWN_head), "assignment.comment", "{s:I, s:s}", "id", assignment, "text", "После дыры");
    json_t *after = rpc_event(executor, "assignment", assignment, SOON_MS);
    assert_non_null(after);
    json_int_t seen = at_int(after, "id");
    snprintf(late, sizeof late, "INSERT INTO event (id, actor_id, record, record_id, action) VALUES (%s, 1, 'assignment', %lld, 'comment')", id,
             (long long)assignment);
    server_sql(server, late);
    json_t *filled = rpc_event(executor, "assignment", assignment, SOON_MS);
    assert_non_null(filled);
    assert_true(at_int(filled, "id") < seen);
    assert_null(rpc_event(executor, "assignment", assignment, SILENCE_MS));
}

static void who_does_not_listen_hears_nothing(void **state)
{
    (void)state;
    struct rpc *deaf = rpc_open_ssh(server, "head");
    rpc_ok(deaf, "session.ping", NULL);
    rpc_ok(town_as(&town, TOWN_head), "assignment.comment", "{s:I, s:s}", "id", assignment, "text", "Ещё раз");
    assert_null(rpc_read(deaf, SILENCE_MS));
    rpc_close(&deaf);
}

static void unread_comments_stand_in_the_worklist(void **state)
{
    (void)state;
    json_t *card = rpc_ok(town_as(&town, TOWN_executor), "assignment.get", "{s:I}", "id", assignment);
    assert_string_equal(at_text(card, "comments.0.text"), "Как дела?");
    rpc_ok(town_as(&town, TOWN_executor), "assignment.comment", "{s:I, s:s}", "id", assignment, "text", "Работаем");
    json_t *work = rpc_ok(town_as(&town, TOWN_head), "worklist.get", NULL), *item;
    size_t i;
    bool unread = false;
    json_array_foreach(at(work, "items"), i, item) unread |=
        at_int(item, "id") == assignment && strcmp(at_text(item, "reason"), "unread") == 0;
    assert_true(unread);
}

static void a_changed_right_works_at_once(void **state)
{
    (void)state;
    struct rpc *dispatcher = town_as(&town, TOWN_dispatcher);
    rpc_error(dispatcher, 1002, "user.add", "{s:s, s:s}", "login", "nobody", "name", "Никто");
    json_t *user = rpc_ok(town.admin, "user.get", "{s:I}", "id", town.user[TOWN_dispatcher]);
    rpc_ok(town.admin, "user.set", "{s:I, s:I, s:[s,s]}", "id", town.user[TOWN_dispatcher], "version", at_int(user, "version"), "roles",
           "dispatcher", "admin");
    /* The session learns of it by the event, not by asking: give the event the second that is promised. */
    int64_t deadline = clock_ms() + AT_ONCE_MS;
    while (!has_word(at(rpc_ok(dispatcher, "session.whoami", NULL), "roles"), "admin"))
        CHECK(clock_ms() < deadline, "the new right did not come");
    rpc_ok(dispatcher, "user.list", NULL);
}

static void a_disabled_user_is_out(void **state)
{
    (void)state;
    struct rpc *manager = town_as(&town, TOWN_manager);
    rpc_ok(manager, "session.ping", NULL);
    json_t *user = rpc_ok(town.admin, "user.get", "{s:I}", "id", town.user[TOWN_manager]);
    rpc_ok(town.admin, "user.disable", "{s:I, s:I}", "id", town.user[TOWN_manager], "version", at_int(user, "version"));
    int64_t deadline = clock_ms() + AT_ONCE_MS;
    bool out = false;
    while (!out && clock_ms() < deadline) {
        int id = rpc_send(manager, "session.whoami", NULL);
        json_t *answer = rpc_answer_or_end(manager, id);
        out = !answer || at(answer, "error");
    }
    assert_true(out);
    struct outcome o;
    ssh_run(server, "manager", &o, NULL, "session", "whoami", NULL);
    assert_int_not_equal(o.exit_code, 0);
    outcome_free(&o);
}

static void drafts_belong_to_their_user(void **state)
{
    (void)state;
    struct rpc *clerk = town_as(&town, TOWN_clerk), *head = town_as(&town, TOWN_head);
    json_t *body = json_pack("{s:s, s:[s, s], s:i}", "subject", "Недописанное «ё»\n\tи дальше", "questions", "раз", "два", "cursor", 17);
    rpc_ok(clerk, "draft.save", "{s:s, s:O}", "screen", "appeal.register", "body", body);
    rpc_ok(head, "draft.save", "{s:s, s:{s:s}}", "screen", "appeal.register", "body", "subject", "Другое");
    struct rpc *later = rpc_open_ssh(server, "clerk");
    json_t *got = rpc_ok(later, "draft.get", "{s:s}", "screen", "appeal.register");
    assert_true(json_equal(at(got, "body"), body));
    rpc_ok(later, "draft.drop", "{s:s}", "screen", "appeal.register");
    json_t *gone = rpc_call(clerk, "draft.get", json_pack("{s:s}", "screen", "appeal.register"));
    assert_true(json_is_null(at(gone, "result")) || at_int(gone, "error.code") == 1001);
    assert_string_equal(at_text(rpc_ok(head, "draft.get", "{s:s}", "screen", "appeal.register"), "body.subject"), "Другое");
    json_decref(body);
    rpc_close(&later);
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
        cmocka_unit_test(events_come_to_those_whom_they_concern),
        cmocka_unit_test(an_event_is_written_with_its_change_or_not_at_all),
        cmocka_unit_test(events_keep_their_order),
        cmocka_unit_test(a_hole_in_the_log_delays_nothing),
        cmocka_unit_test(who_does_not_listen_hears_nothing),
        cmocka_unit_test(unread_comments_stand_in_the_worklist),
        cmocka_unit_test(a_changed_right_works_at_once),
        cmocka_unit_test(a_disabled_user_is_out),
        cmocka_unit_test(drafts_belong_to_their_user),
        cmocka_unit_test(stops_cleanly),
    };
    return HARNESS_RUN("live", tests);
}
