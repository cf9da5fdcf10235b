/* `gorod-server demo-data`: the invented municipality obeys the rules of the real one, and goes on where the data ends. */
#include "tests/harness/check.h"
#include "tests/harness/rpc.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct server *server;
static char first_day[16], first_sum[64];
#define TODAY "SELECT (now() AT TIME ZONE 'Europe/Moscow')::date"

static void assert_none(const char *what, const char *query)
{
    const char *found = server_sql(server, query);
    CHECK(strcmp(found, "0") == 0, "%s: %s", what, found);
}

static void fill(const struct server *s, const char *seed)
{
    struct outcome o;
    server_cli(s, &o, NULL, "demo-data", "--appeals", "1500", "--seed", seed, NULL);
    CHECK(o.exit_code == 0, "demo-data: %s", o.err);
    CHECK(strstr(o.out, "1500"), "%s", o.out);
    outcome_free(&o);
}

/* Without what the clock tells as soon as it looks: that a planned outage begins soon, that time is up for a call. */
static const char *sum_of(const struct server *s)
{
    return server_sql(
        s, "SELECT md5(string_agg(x, '' ORDER BY x)) FROM (SELECT number || status || text || due || version AS x FROM appeal UNION ALL "
           "SELECT number || status || title || due || responsible_id FROM assignment UNION ALL SELECT name || address FROM correspondent "
           "UNION ALL SELECT login || name FROM app_user UNION ALL SELECT id || action || at FROM event WHERE record <> 'session' AND "
           "NOT (actor_id = 1 AND at > now() - interval '10 minutes')) a");
}

static void fills_an_empty_database(void **state)
{
    (void)state;
    server = server_start(NULL);
    fill(server, "11");
    snprintf(first_sum, sizeof first_sum, "%s", sum_of(server));
    snprintf(first_day, sizeof first_day, "%s", server_sql(server, TODAY));
    CHECK(strcmp(server_sql(server, "SELECT count(*) FROM appeal"), "1500") == 0, "not all appeals");
    CHECK(strcmp(server_sql(server, "SELECT count(*) FROM app_user WHERE id <> 1"), "160") == 0, "not 160 users");
}

static void refuses_one_that_is_not(void **state)
{
    struct outcome o;
    (void)state;
    server_cli(server, &o, NULL, "demo-data", NULL);
    assert_int_equal(o.exit_code, 65);
    CHECK(strstr(o.err, "1500"), "the reason does not tell what is there: %s", o.err);
    outcome_free(&o);
    server_cli(server, &o, NULL, "demo-data", "--appeals", "many", NULL);
    assert_int_equal(o.exit_code, 64);
    outcome_free(&o);
}

/* Copied in as it is, the demo is on the board all the same. */
static void the_board_counts_it(void **state)
{
    (void)state;
    struct rpc *r = rpc_open_admin(server);
    json_t *board = rpc_ok(r, "assignment.board", NULL), *rows = rpc_ok(r, "assignment.list", "{s:s}", "bucket", "open");
    assert_true(at_int(board, "total.open") > 0);
    assert_int_equal(at_int(board, "total.open"), at_int(rows, "total"));
    rpc_close(&r);
}

static void numbers_have_no_gap_and_go_on(void **state)
{
    (void)state;
    assert_none("gaps", "SELECT count(*) FROM (SELECT kind, year FROM appeal GROUP BY kind, year HAVING max(serial) <> count(*) UNION ALL "
                        "SELECT 'assignment', year FROM assignment GROUP BY year HAVING max(serial) <> count(*)) g");
    assert_none("numbers out of order", "SELECT count(*) FROM (SELECT serial, lag(serial) OVER (PARTITION BY kind, year ORDER BY id) AS p "
                                        "FROM appeal) x WHERE serial <> p + 1");
    struct rpc *r = rpc_open_admin(server);
    json_t *added =
        rpc_ok(r, "appeal.register", "{s:s, s:s, s:b, s:s}", "kind", "message", "channel", "phone", "anonymous", 1, "subject", "Следующее");
    char query[200];
    snprintf(query, sizeof query,
             "SELECT serial - (SELECT max(b.serial) FROM appeal b WHERE b.kind = a.kind AND b.year = a.year AND b.id < a.id) - 1 FROM "
             "appeal a WHERE id = %lld",
             (long long)at_int(added, "id"));
    assert_none("the next number leaves a gap", query);
    rpc_close(&r);
}

/* What the operations would have written stands there. */
static void cards_agree_with_their_history(void **state)
{
    (void)state;
    assert_none("appeals in another state than their last event",
                "SELECT count(*) FROM appeal a WHERE status <> (SELECT to_state FROM event WHERE record = 'appeal' AND record_id = a.id "
                "AND to_state IS NOT NULL ORDER BY id DESC LIMIT 1)");
    assert_none("assignments in another state than their last event",
                "SELECT count(*) FROM assignment a WHERE status <> (SELECT to_state FROM event WHERE record = 'assignment' AND record_id = "
                "a.id AND to_state IS NOT NULL ORDER BY id DESC LIMIT 1)");
    assert_none("steps that do not follow one another",
                "SELECT count(*) FROM (SELECT from_state, lag(to_state) OVER (PARTITION BY record, record_id ORDER BY id) AS p FROM event "
                "WHERE to_state IS NOT NULL) x WHERE p IS NOT NULL AND from_state IS DISTINCT FROM p");
    /* What the clock tells meanwhile (reminders, what is overdue) is no version. */
    assert_none("versions", "SELECT (SELECT count(*) FROM appeal a WHERE version <> (SELECT count(*) FROM event WHERE record = 'appeal' "
                            "AND record_id = a.id AND version IS NOT NULL)) + "
                            "(SELECT count(*) FROM assignment a WHERE version <> (SELECT count(*) FROM event WHERE record = 'assignment' "
                            "AND record_id = a.id AND version IS NOT NULL AND action <> 'sub'))");
    assert_none(
        "versions of outages",
        "SELECT count(*) FROM outage o WHERE version <> (SELECT max(version) FROM event WHERE record = 'outage' AND record_id = o.id)");
    assert_none("versions of incidents and shifts",
                "SELECT (SELECT count(*) FROM incident i WHERE version <> (SELECT count(*) FROM event WHERE record = 'incident' AND "
                "record_id = i.id AND version IS NOT NULL)) + (SELECT count(*) FROM shift s WHERE version <> (SELECT count(*) FROM event "
                "WHERE record = 'shift' AND record_id = s.id))");
    assert_none(
        "incidents and shifts in another state than their last event",
        "SELECT (SELECT count(*) FROM incident i WHERE status <> (SELECT to_state FROM event WHERE record = 'incident' AND record_id "
        "= i.id AND to_state IS NOT NULL ORDER BY id DESC LIMIT 1)) + (SELECT count(*) FROM shift s WHERE status <> (SELECT "
        "to_state FROM event WHERE record = 'shift' AND record_id = s.id AND to_state IS NOT NULL ORDER BY id DESC LIMIT 1))");
    assert_none(
        "incidents of which the history lacks what the card says",
        "SELECT count(*) FROM (SELECT i.*, (SELECT array_agg(DISTINCT e.action) FROM event e WHERE e.record = 'incident' AND "
        "e.record_id = i.id) AS done FROM incident i) i WHERE NOT ('log' = ANY (done)) OR (resolved_at IS NOT NULL) <> ('resolve' = "
        "ANY (done)) OR (told_at IS NOT NULL) <> ('tell' = ANY (done)) OR (outage_id IS NOT NULL) <> ('to_outage' = ANY (done)) OR "
        "(repeat_of IS NOT NULL) <> ('link_duplicate' = ANY (done)) OR EXISTS (SELECT 1 FROM incident_service v WHERE "
        "v.incident_id = i.id AND v.informed_at IS NOT NULL) <> (done && '{dispatch,hand_out}') OR (status = 'closed') <> ('close' = "
        "ANY (done))");
    assert_none(
        "incidents whose times go backwards",
        "SELECT count(*) FROM incident WHERE taken_at > least(told_at, localized_at) OR localized_at > resolved_at OR resolved_at > "
        "closed_at OR closed_at > now()");
    CHECK(atoi(server_sql(server, "SELECT count(*) FROM incident WHERE outage_id IS NOT NULL")) > 20, "hardly any call is about an outage");
    assert_none(
        "promises that only the clock would find broken",
        "SELECT count(*) FROM outage WHERE status IN ('active', 'partial') AND NOT promise_broken AND promised_at < now() - interval '2 "
        "minutes'");
    assert_none("kinds of streets said twice", "SELECT count(*) FROM street WHERE name ~ '^(тер|ул|пер|СНТ)[. ]'");
    assert_none("events of the future", "SELECT count(*) FROM event WHERE at > now()");
    assert_none("events out of order", "SELECT count(*) FROM (SELECT at, lag(at) OVER (PARTITION BY record IN ('outage', 'incident', "
                                       "'shift') ORDER BY id) AS p FROM event) x WHERE at < p");
    assert_none("counts of open assignments",
                "SELECT count(*) FROM appeal a WHERE open_assignments <> (SELECT count(*) FROM assignment_appeal x JOIN assignment s ON "
                "s.id = x.assignment_id WHERE x.appeal_id = a.id AND s.closed_on IS NULL)");
    assert_none("closed appeals with open assignments", "SELECT count(*) FROM appeal WHERE closed_on IS NOT NULL AND open_assignments > 0");
    assert_none("answered questions without a result", "SELECT count(*) FROM appeal a JOIN appeal_question q ON q.appeal_id = a.id WHERE "
                                                       "a.status IN ('answered', 'forwarded', 'left') AND q.result IS NULL");
}

/* Search vectors were put together without the database; they must be what it would have made itself. */
static void everything_is_found_as_if_it_had_been_typed(void **state)
{
    (void)state;
    assert_none("search of appeals", "SELECT count(*) FROM appeal a LEFT JOIN correspondent c ON c.id = a.correspondent_id "
                                     "WHERE search <> gorod_appeal_search(number, subject, text, a.address, coalesce(c.name, ''))");
    assert_none(
        "words of appeals that the register has not learnt",
        "SELECT count(*) FROM (SELECT DISTINCT unnest(tsvector_to_array(search)) AS word FROM appeal) w WHERE w.word ~ '^[[:alpha:]]+$' "
        "AND w.word COLLATE \"C\" NOT IN (SELECT word FROM search_word)");
    assert_none("search of assignments",
                "SELECT count(*) FROM assignment WHERE search <> setweight(to_tsvector('russian', number || ' ' || title), 'A') || "
                "to_tsvector('russian', left(text, 100000))");
    assert_none("words of names",
                "SELECT count(*) FROM correspondent c WHERE (SELECT count(*) FROM correspondent_word w WHERE w.correspondent_id = c.id) <> "
                "(SELECT count(DISTINCT w) FROM unnest(gorod_words(c.name)) w)");
}

/* Extensions, parts and substitutions, as the operations would have left them. */
static void control_is_told_as_it_is_exercised(void **state)
{
    (void)state;
    for (const char *const *s = (const char *const[]){"asked", "granted", "refused", NULL}; *s; s++) {
        char query[100];
        snprintf(query, sizeof query, "SELECT count(*) FROM extension_request WHERE status = '%s'", *s);
        CHECK(atoi(server_sql(server, query)) > 1, "no extension is %s", *s);
    }
    assert_none(
        "extensions that the history does not tell",
        "SELECT abs((SELECT count(*) FROM extension_request) - (SELECT count(*) FROM event WHERE action = 'extend_request')) + "
        "abs((SELECT count(*) FROM extension_request WHERE status = 'granted') - (SELECT count(*) FROM event WHERE action = "
        "'extend_grant')) + abs((SELECT count(*) FROM extension_request WHERE status = 'refused') - (SELECT count(*) FROM event WHERE "
        "action = 'extend_refuse'))");
    assert_none("extensions asked after the term, or for less time",
                "SELECT count(*) FROM extension_request WHERE asked_at::date > due_before OR new_due <= due_before OR (status = 'refused' "
                "AND comment IS NULL) OR decided_at < asked_at");
    assert_none("terms that are not the ones granted last",
                "SELECT count(*) FROM (SELECT DISTINCT ON (assignment_id) assignment_id, granted_due FROM extension_request WHERE status = "
                "'granted' ORDER BY assignment_id, id DESC) x JOIN assignment s ON s.id = x.assignment_id WHERE s.due <> x.granted_due");
    CHECK(atoi(server_sql(server, "SELECT count(*) FROM assignment WHERE parent_id IS NOT NULL")) > 10, "hardly any parts");
    assert_none("parts that outlive their whole, are due later, or were not given by who is responsible",
                "SELECT count(*) FROM assignment s JOIN assignment w ON w.id = s.parent_id WHERE s.due > w.due OR w.reported_at < "
                "s.accepted_at OR (w.reported_at IS NOT NULL AND s.closed_on IS NULL) OR s.source <> 'parent' OR NOT EXISTS (SELECT 1 FROM "
                "event e WHERE e.record = 'assignment' AND e.record_id = w.id AND e.action = 'sub' AND e.at = s.created_at AND e.comment = "
                "s.number || ' ' || s.title)");
    assert_none("parts that serve other appeals than their whole",
                "SELECT count(*) FROM assignment s WHERE s.parent_id IS NOT NULL AND (SELECT array_agg(appeal_id ORDER BY 1) FROM "
                "assignment_appeal WHERE assignment_id = s.id) IS DISTINCT FROM (SELECT array_agg(appeal_id ORDER BY 1) FROM "
                "assignment_appeal WHERE assignment_id = s.parent_id)");
    CHECK(atoi(server_sql(server, "SELECT count(*) FROM assignment_party WHERE part_state = 'accepted'")) > 10,
          "hardly any co-executor has done a part");
    CHECK(atoi(server_sql(server, "SELECT count(*) FROM substitution WHERE current_date BETWEEN from_date AND to_date")) >= 3,
          "nobody is away");
    assert_none("substitutions that nobody was told of",
                "SELECT count(*) FROM substitution s WHERE NOT EXISTS (SELECT 1 FROM event e WHERE e.record = 'user' AND e.record_id = "
                "s.substitute_id AND e.action = 'substitute' AND e.at = s.made_at)");
}

static void every_state_and_value_is_known(void **state)
{
    (void)state;
    CHECK(strcmp(server_sql(server, "SELECT count(DISTINCT status) FROM assignment"), "9") == 0, "not all states of assignments occur");
    CHECK(strcmp(server_sql(server, "SELECT count(DISTINCT status) FROM appeal"), "8") == 0, "not all states of appeals occur");
    static const char *const codes[][3] = {{"appeal", "kind", "appeal_kind"},
                                           {"appeal", "channel", "channel"},
                                           {"appeal", "nature", "nature"},
                                           {"appeal", "topic", "topic"},
                                           {"appeal", "frequency", "frequency"},
                                           {"assignment", "source", "assignment_source"},
                                           {"assignment", "urgency", "urgency"},
                                           {"appeal_question", "result", "answer_type"},
                                           {"appeal_link", "kind", "link_kind"},
                                           {"contact", "kind", "contact_kind"},
                                           {"correspondent", "social_status", "social_status"},
                                           {"correspondent", "privilege", "privilege"},
                                           {"org_unit", "kind", "unit_kind"}};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        char query[400];
        snprintf(query, sizeof query,
                 "SELECT count(*) FROM %s WHERE %s IS NOT NULL AND %s NOT IN (SELECT code FROM classifier WHERE classifier = '%s')",
                 codes[i][0], codes[i][1], codes[i][1], codes[i][2]);
        assert_none(codes[i][2], query);
    }
}

/* The keys are where the contract says, and open the doors; everybody finds work. */
static void demo_logins_have_work_to_do(void **state)
{
    static const struct {
        const char *login, *counts; /* those that must not be 0 */
    } people[] = {{"executor", "overdue returned due_soon"},
                  {"executor2", "overdue returned due_soon"},
                  {"clerk", "without_action"},
                  {"head", "to_accept"},
                  {"deputy", "to_accept"},
                  {"chief", "to_accept"},
                  {"controller", "to_check"},
                  {"dispatcher", ""},
                  {"manager", ""},
                  {"analyst", ""},
                  {"admin", ""}};
    (void)state;
    snprintf(server->keys, sizeof server->keys, "%.*s/keys", (int)sizeof server->keys - 6, server->state);
    for (size_t i = 0; i < sizeof people / sizeof *people; i++) {
        char copy[64], *save = NULL;
        struct rpc *r = rpc_open_ssh(server, people[i].login);
        assert_string_equal(at_text(rpc_ok(r, "session.whoami", "{}"), "login"), people[i].login);
        json_t *work = *people[i].counts ? rpc_ok(r, "worklist.get", "{}") : NULL;
        snprintf(copy, sizeof copy, "%s", people[i].counts);
        for (char *count = strtok_r(copy, " ", &save); count; count = strtok_r(NULL, " ", &save)) {
            char path[64];
            snprintf(path, sizeof path, "counts.%s", count);
            CHECK(at_int(work, path) > 0, "%s has nothing under %s", people[i].login, count);
        }
        rpc_close(&r);
    }
}

static void houses_are_found_by_lines(void **state)
{
    (void)state;
    struct rpc *r = rpc_open_admin(server);
    json_t *found = rpc_ok(r, "house.resolve", "{s:s}", "line", "ул. Ленина 1-15, 2; ул. Советская весь");
    assert_int_equal(json_array_size(at(found, "ask")) + json_array_size(at(found, "unread")) + json_array_size(at(found, "unknown")), 0);
    CHECK(at_int(found, "count") > 30 && at_int(found, "residents") > 300, "%lld houses", (long long)at_int(found, "count"));
    /* What SQL wrote is the canonical form: the same number typed again is the same house. */
    json_t *houses = at(rpc_ok(r, "house.list", "{s:i}", "limit", 200), "items"), *house;
    size_t i;
    json_array_foreach(houses, i, house)
    {
        json_t *again = rpc_ok(r, "house.add", "{s:I, s:s}", "street", at_int(house, "street"), "number", at_text(house, "number"));
        assert_int_equal(at_int(again, "id"), at_int(house, "id"));
    }
    rpc_close(&r);
}

static void the_same_seed_gives_the_same_town(void **state)
{
    (void)state;
    struct server *other = server_start(NULL);
    fill(other, "11");
    char again[64], day[16];
    snprintf(again, sizeof again, "%s", sum_of(other));
    snprintf(day, sizeof day, "%s", server_sql(other, TODAY));
    /* Past midnight it is another day, and another town. */
    CHECK(strcmp(first_sum, again) == 0 || strcmp(first_day, day) != 0, "the same seed gave another town");
    server_stop(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fills_an_empty_database),
        cmocka_unit_test(refuses_one_that_is_not),
        cmocka_unit_test(cards_agree_with_their_history),
        cmocka_unit_test(everything_is_found_as_if_it_had_been_typed),
        cmocka_unit_test(control_is_told_as_it_is_exercised),
        cmocka_unit_test(every_state_and_value_is_known),
        cmocka_unit_test(the_board_counts_it),
        cmocka_unit_test(numbers_have_no_gap_and_go_on),
        cmocka_unit_test(demo_logins_have_work_to_do),
        cmocka_unit_test(houses_are_found_by_lines),
        cmocka_unit_test(the_same_seed_gives_the_same_town),
    };
    return HARNESS_RUN("demo_data", tests);
}
