/* The duty desk: a call from the first word to the closed card, its services and clocks, repeats, and what it goes on as. */
#include "tests/harness/check.h"
#include "tests/harness/clock.h"
#include "tests/harness/town.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct server *server;
static struct town town;
static struct rpc *desk;

static void starts_and_is_filled(void **state)
{
    (void)state;
    server = server_start(NULL);
    given_municipality(server, &town);
    desk = town_as(&town, TOWN_dispatcher);
}

static json_t *card(json_int_t id) { return rpc_ok(desk, "incident.get", "{s:I}", "id", id); }

static json_int_t given_call(const char *type, const char *place, const char *phone)
{
    return at_int(rpc_ok(desk, "incident.log", "{s:s, s:s, s:s, s:s, s:s}", "type", type, "place", place, "phone", phone, "text", "Вызов",
                         "caller", "Сидорова Анна Петровна"),
                  "id");
}

static const char *clock_of(json_int_t id, const char *norm) { return at_text(find_item(at(card(id), "clocks"), "norm", norm), "state"); }

/* The call was taken so many minutes ago, and its clocks run since then. */
static void given_minutes_ago(json_int_t id, int minutes)
{
    char sql[400];
    snprintf(sql, sizeof sql,
             "WITH i AS (UPDATE incident SET taken_at = taken_at - interval '%d minutes' WHERE id = %lld) "
             "UPDATE incident_clock SET begun_at = begun_at - interval '%d minutes', due_at = due_at - interval '%d minutes' WHERE "
             "incident_id = %lld "
             "AND met_at IS NULL",
             minutes, (long long)id, minutes, minutes, (long long)id);
    server_sql(server, sql);
}

static bool has_event(void *arg)
{
    char sql[200];
    const void *const *what = arg;
    snprintf(sql, sizeof sql, "SELECT count(*) FROM event WHERE record = 'incident' AND record_id = %lld AND action = '%s'",
             (long long)*(const json_int_t *)what[0], (const char *)what[1]);
    return atoi(server_sql(server, sql)) > 0;
}

/* ---- a call ---- */

static void kind_and_place_are_enough(void **state)
{
    (void)state;
    json_t *made = rpc_ok(desk, "incident.log", "{s:s, s:s}", "type", "no_heating", "place", "Ленина, 12");
    const char *number = at_text(made, "number");
    CHECK(strncmp(number, "ЕД-1/", strlen("ЕД-1/")) == 0, "number %s", number);
    json_t *now = card(at_int(made, "id"));
    assert_string_equal(at_text(now, "status"), "new");
    assert_string_equal(at_text(now, "priority"), "p3");
    assert_string_equal(at_text(now, "services.0.service"), "heat_utility");
    assert_string_equal(at_text(find_item(at(now, "clocks"), "norm", "answer_call"), "state"), "met");
    assert_string_equal(at_text(find_item(at(now, "clocks"), "norm", "repair"), "state"), "pending");
    assert_true(has_word(at(now, "actions"), "dispatch"));
    assert_false(has_word(at(now, "actions"), "close"));
    rpc_refused(desk, -32602, "place", "incident.log", "{s:s}", "type", "no_heating");
    rpc_refused(desk, -32602, "place", "incident.log", "{s:s, s:s}", "type", "no_heating", "place", "   ");
    rpc_refused(desk, -32602, "type", "incident.log", "{s:s}", "place", "Ленина, 12");
    rpc_refused(desk, -32602, "type", "incident.log", "{s:s, s:s}", "type", "flood_of_frogs", "place", "Ленина, 12");
    rpc_refused(desk, -32602, "services[0]", "incident.log", "{s:s, s:s, s:[s]}", "type", "no_gas", "place", "Мира, 1", "services", "navy");
    rpc_refused(desk, -32602, "house", "incident.log", "{s:s, s:I}", "type", "no_gas", "house", (json_int_t)999999);
    rpc_refused(desk, -32602, "taken_at", "incident.log", "{s:s, s:s, s:s}", "type", "no_gas", "place", "Мира, 1", "taken_at",
                "2199-01-01T00:00:00Z");
}

static void a_repeated_request_writes_one_call(void **state)
{
    (void)state;
    const char *key = fresh_uuid();
    json_int_t first = at_int(rpc_ok(desk, "incident.log", "{s:s, s:s, s:s}", "type", "fire", "place", "Лес", "request_id", key), "id");
    assert_int_equal(at_int(rpc_ok(desk, "incident.log", "{s:s, s:s, s:s}", "type", "fire", "place", "Лес", "request_id", key), "id"),
                     first);
    json_int_t feed = at_int(rpc_ok(desk, "incident.log", "{s:s, s:s, s:s}", "type", "fire", "place", "Лес", "external_id", "112:7"), "id");
    json_t *again = rpc_ok(desk, "incident.log", "{s:s, s:s, s:s}", "type", "fire", "place", "Поле", "external_id", "112:7");
    assert_int_equal(at_int(again, "id"), feed);
    assert_true(json_is_true(at(again, "existing")));
}

static void from_the_call_to_the_closed_card(void **state)
{
    (void)state;
    json_int_t id = given_call("no_electricity", "Садовая, 5", "+7 903 111-22-33");
    rpc_refused(desk, 1004, "status", "incident.close", "{s:I}", "id", id);
    rpc_ok(desk, "incident.dispatch", "{s:I, s:s}", "id", id, "contact", "Мастер Котов");
    json_t *now = card(id);
    assert_string_equal(at_text(now, "status"), "dispatched");
    assert_string_equal(at_text(now, "services.0.contact"), "Мастер Котов");
    assert_string_equal(clock_of(id, "supplier_cause"), "pending"); /* began when the supplier was told */
    rpc_ok(desk, "incident.inform", "{s:I, s:s}", "id", id, "service", "management_company");
    rpc_ok(desk, "incident.take", "{s:I, s:s, s:s}", "id", id, "service", "power_grid", "service_answer", "Бригада выехала");
    assert_string_equal(clock_of(id, "supplier_cause"), "met");
    rpc_refused(desk, -32602, "service", "incident.take", "{s:I, s:s, s:s}", "id", id, "service", "fire", "service_answer", "Мы не знаем");
    rpc_ok(desk, "incident.arrive", "{s:I, s:s}", "id", id, "service", "power_grid");
    rpc_ok(desk, "incident.tell", "{s:I, s:s}", "id", id, "until", "2199-01-01T18:00:00+03:00");
    assert_string_equal(clock_of(id, "tell_applicant"), "met");
    rpc_ok(desk, "incident.localize", "{s:I}", "id", id);
    assert_string_equal(clock_of(id, "localize"), "met");
    rpc_refused(desk, -32602, "measures", "incident.resolve", "{s:I}", "id", id);
    rpc_refused(desk, -32602, "time", "incident.resolve", "{s:I, s:s, s:s}", "id", id, "measures", "Починили", "time",
                "2000-01-01T00:00:00Z");
    rpc_ok(desk, "incident.resolve", "{s:I, s:s}", "id", id, "measures", "Заменён предохранитель");
    assert_string_equal(clock_of(id, "repair"), "met");
    rpc_ok(desk, "incident.close", "{s:I, s:b}", "id", id, "caller_confirmed", 1);
    now = card(id);
    assert_string_equal(at_text(now, "status"), "closed");
    assert_true(json_is_true(at(now, "caller_confirmed")));
    rpc_ok(desk, "incident.reopen", "{s:I, s:s}", "id", id, "reason", "Снова нет света");
    assert_string_equal(clock_of(id, "repair"), "pending");
    assert_string_equal(at_text(card(id), "status"), "in_work");
    assert_true(json_array_size(at(card(id), "history")) >= 9);
}

static void two_who_change_one_card_are_told(void **state)
{
    (void)state;
    json_int_t id = given_call("tree_down", "Парк", "1");
    rpc_ok(desk, "incident.set", "{s:I, s:I, s:s}", "id", id, "version", (json_int_t)1, "text", "Упала берёза");
    json_t *error = rpc_error(desk, 1003, "incident.dispatch", "{s:I, s:I}", "id", id, "version", (json_int_t)1);
    assert_string_equal(at_text(error, "data.current.text"), "Упала берёза");
}

static void a_corrected_kind_brings_its_own_clocks(void **state)
{
    (void)state;
    json_int_t id = given_call("no_hot_water", "Лесная, 3", "2");
    rpc_ok(desk, "incident.set", "{s:I, s:s}", "id", id, "type", "sewage_block");
    assert_string_equal(clock_of(id, "repair"), "cancelled");
    assert_string_equal(clock_of(id, "clear_sewage"), "pending");
    assert_string_equal(clock_of(id, "tell_applicant"), "pending");
    assert_string_equal(clock_of(id, "answer_call"), "met");
}

/* ---- clocks ---- */

static bool has_notice(void *arg) { return find_item(at(rpc_ok(desk, "notification.list", NULL), "items"), "kind", arg) != NULL; }

static void clocks_tell_by_themselves(void **state)
{
    (void)state;
    json_int_t id = given_call("no_cold_water", "Новая, 7", "3");
    const void *soon[] = {&id, "clock_soon"}, *breached[] = {&id, "clock_breached"}, *up[] = {&id, "escalate"};
    given_minutes_ago(id, 22);
    assert_string_equal(clock_of(id, "tell_applicant"), "soon");
    CHECK(wait_until(has_event, soon, 15000), "nobody was told that a clock is nearly over");
    CHECK(wait_until(has_event, up, 15000), "a call that nobody took in hand was not told up");
    given_minutes_ago(id, 10);
    assert_string_equal(clock_of(id, "tell_applicant"), "breached");
    CHECK(wait_until(has_event, breached, 15000), "nobody was told that a clock is over");
    assert_int_equal(at_int(rpc_ok(desk, "incident.list", "{s:s, s:s}", "clock", "breached", "query", "Новая"), "total"), 1);
    /* Who is on duty hears of it; nobody is, so every dispatcher. */
    static char breach[] = "incident_breached", untaken[] = "incident_escalated";
    CHECK(wait_until(has_notice, breach, 15000), "the dispatcher heard nothing of the breach");
    CHECK(wait_until(has_notice, untaken, 15000), "the dispatcher heard nothing of the call that nobody took");
    /* What comes too late stays a breach. */
    rpc_ok(desk, "incident.tell", "{s:I}", "id", id);
    assert_string_equal(clock_of(id, "tell_applicant"), "breached");
    json_int_t fire = given_call("fire", "Склад", "4");
    const void *at_once[] = {&fire, "escalate_at_once"};
    CHECK(wait_until(has_event, at_once, 15000), "a threat to life was not told up at once");
}

/* Nothing happens before what it follows: an answer before the service was informed, an end before it was localised, a promise for the
 * past. */
static void times_follow_each_other(void **state)
{
    (void)state;
    json_int_t id = given_call("no_heating", "Ленина, 40", "+79031112299");
    given_minutes_ago(id, 120);
    rpc_ok(desk, "incident.dispatch", "{s:I, s:s, s:s}", "id", id, "contact", "Иванов", "time", in_minutes(-60));
    rpc_refused(desk, -32602, "time", "incident.take", "{s:I, s:s, s:s}", "id", id, "service_answer", "Выехали", "time", in_minutes(-90));
    rpc_ok(desk, "incident.take", "{s:I, s:s, s:s}", "id", id, "service_answer", "Выехали", "time", in_minutes(-50));
    rpc_refused(desk, -32602, "time", "incident.arrive", "{s:I, s:s}", "id", id, "time", in_minutes(-70));
    rpc_refused(desk, -32602, "until", "incident.tell", "{s:I, s:s}", "id", id, "until", in_minutes(-10));
    rpc_ok(desk, "incident.localize", "{s:I, s:s}", "id", id, "time", in_minutes(-20));
    rpc_refused(desk, -32602, "time", "incident.resolve", "{s:I, s:s, s:s}", "id", id, "measures", "Заменена труба", "time",
                in_minutes(-30));
    rpc_ok(desk, "incident.resolve", "{s:I, s:s, s:s}", "id", id, "measures", "Заменена труба", "time", in_minutes(-20));
}

static void a_chute_is_cleared_by_day(void **state)
{
    (void)state;
    static const char *const cases[][2] = {{"2026-03-02 10:00", "2026-03-02 12:00"},
                                           {"2026-03-02 22:00", "2026-03-03 09:00"},
                                           {"2026-03-02 03:00", "2026-03-02 10:00"},
                                           {"2026-03-02 23:30", "2026-03-03 10:00"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char sql[300];
        snprintf(sql, sizeof sql, "SELECT to_char(gorod_norm_due('%s', 120, 8, 23), 'YYYY-MM-DD HH24:MI')", cases[i][0]);
        assert_string_equal(server_sql(server, sql), cases[i][1]);
    }
}

/* ---- what is known ---- */

static void earlier_calls_stand_beside(void **state)
{
    (void)state;
    json_int_t id = given_call("no_gas", "Заречная, 9", "8 (905) 000-00-77");
    json_t *known =
        rpc_ok(desk, "incident.look", "{s:s, s:s, s:s}", "phone", "+79050000077", "place", "заречная, 9", "text", "Опять нет газа в доме");
    assert_int_equal(at_int(known, "caller.0.id"), id);
    assert_int_equal(at_int(known, "address.0.id"), id);
    assert_string_equal(at_text(known, "type"), "no_gas");
    static const char *const said[][2] = {{"запах газа в подъезде", "gas_smell"},
                                          {"нет света", "no_electricity"},
                                          {"Холодные батареи", "no_heating"},
                                          {"нет горячей воды", "no_hot_water"},
                                          {"не идёт холодная вода", "no_cold_water"},
                                          {"застряли в лифте", "lift_stuck"},
                                          {"горит дом, дым", "fire"},
                                          {"засор мусоропровода", "chute_block"}};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        json_t *guess = rpc_ok(desk, "incident.look", "{s:s}", "text", said[i][0]);
        CHECK(json_is_string(at(guess, "type")) && strcmp(at_text(guess, "type"), said[i][1]) == 0, "«%s» is taken for %s", said[i][0],
              json_string_value(at(guess, "type")));
    }
    assert_true(json_is_null(at(rpc_ok(desk, "incident.look", "{s:s}", "text", "абракадабра"), "type")));
}

static void repeats_hang_on_the_first(void **state)
{
    (void)state;
    json_int_t first = given_call("street_light", "Южная", "5"), second = given_call("street_light", "Южная", "6"),
               third = given_call("street_light", "Южная", "7");
    rpc_ok(desk, "incident.link_duplicate", "{s:I, s:I}", "id", second, "incident", first);
    rpc_ok(desk, "incident.link_duplicate", "{s:I, s:I}", "id", third, "incident", second);
    json_t *now = card(first);
    assert_int_equal(json_array_size(at(now, "repeats")), 2);
    assert_int_equal(at_int(card(third), "repeat_of"), first);
    assert_string_equal(at_text(card(third), "status"), "duplicate");
    rpc_refused(desk, -32602, "incident", "incident.link_duplicate", "{s:I, s:I}", "id", first, "incident", second);
    rpc_refused(desk, -32602, "incident", "incident.link_duplicate", "{s:I, s:I}", "id", first, "incident", first);
    assert_int_equal(at_int(rpc_ok(desk, "incident.list", "{s:I}", "repeat_of", first), "total"), 2);
}

/* ---- what it goes on as ---- */

static void it_becomes_an_appeal_and_an_assignment(void **state)
{
    (void)state;
    json_int_t id = given_call("road_defect", "Мира, 40", "8 909 123 45 67");
    json_t *made = rpc_ok(desk, "incident.to_appeal", "{s:I}", "id", id);
    json_t *appeal = rpc_ok(town_as(&town, TOWN_clerk), "appeal.get", "{s:I}", "id", at_int(made, "appeal"));
    assert_string_equal(at_text(appeal, "kind"), "message");
    assert_string_equal(at_text(appeal, "channel"), "edds");
    assert_string_equal(at_text(appeal, "correspondent_name"), "Сидорова Анна Петровна");
    assert_string_equal(at_text(appeal, "address"), "Мира, 40");
    rpc_refused(desk, 1004, "linked", "incident.to_appeal", "{s:I}", "id", id);
    json_t *given = rpc_ok(desk, "incident.to_assignment", "{s:I, s:I}", "id", id, "responsible", town.user[TOWN_executor2]);
    json_t *assignment = rpc_ok(town_as(&town, TOWN_executor2), "assignment.get", "{s:I}", "id", at_int(given, "assignment"));
    assert_string_equal(at_text(assignment, "source"), "incident");
    assert_int_equal(at_int(assignment, "author_id"), town.user[TOWN_dispatcher]);
    assert_int_equal(at_int(assignment, "appeals.0.id"), at_int(made, "appeal"));
    assert_string_equal(at_text(card(id), "appeal_number"), at_text(appeal, "number"));
    /* The same caller is one correspondent. */
    json_t *second = rpc_ok(desk, "incident.to_appeal", "{s:I}", "id", given_call("road_defect", "Мира, 41", "8 909 123 45 67"));
    json_t *other = rpc_ok(town_as(&town, TOWN_clerk), "appeal.get", "{s:I}", "id", at_int(second, "appeal"));
    assert_int_equal(at_int(other, "correspondent_id"), at_int(appeal, "correspondent_id"));
}

/* ---- who reads ---- */

static void an_analyst_counts_and_sees_no_caller(void **state)
{
    (void)state;
    json_t *items = at(rpc_ok(town_as(&town, TOWN_analyst), "incident.list", NULL), "items"), *item;
    size_t i;
    assert_true(json_array_size(items) > 3);
    json_array_foreach(items, i, item)
    {
        assert_string_equal(at_text(item, "phone"), "");
        assert_string_equal(at_text(item, "caller"), "");
    }
    /* Nor is a caller found by who may not know them: a list that is empty or not tells as much as a name. */
    static const char *const asked[][2] = {{"query", "Сидорова"}, {"phone", "+7 905 000-00-77"}};
    for (i = 0; i < sizeof asked / sizeof *asked; i++) {
        assert_int_equal(at_int(rpc_ok(town_as(&town, TOWN_analyst), "incident.list", "{s:s}", asked[i][0], asked[i][1]), "total"), 0);
        assert_true(at_int(rpc_ok(town_as(&town, TOWN_head), "incident.list", "{s:s}", asked[i][0], asked[i][1]), "total") > 0);
    }
    assert_true(at_int(rpc_ok(town_as(&town, TOWN_analyst), "incident.list", "{s:s}", "query", "Вызов"), "total") > 3);
}

static void lists_are_walked_by_pages(void **state)
{
    (void)state;
    static const char *const sorts[] = {"new", "old", "urgent"};
    json_int_t total = at_int(rpc_ok(desk, "incident.list", NULL), "total");
    for (size_t s = 0; s < 3; s++) {
        json_int_t met = 0;
        const char *after = NULL;
        do {
            json_t *page = rpc_ok(desk, "incident.list", "{s:s, s:i, s:s?}", "sort", sorts[s], "limit", 4, "after", after);
            met += (json_int_t)json_array_size(at(page, "items"));
            after = json_string_value(at(page, "next"));
        } while (after);
        assert_int_equal(met, total);
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
        cmocka_unit_test(kind_and_place_are_enough),
        cmocka_unit_test(a_repeated_request_writes_one_call),
        cmocka_unit_test(from_the_call_to_the_closed_card),
        cmocka_unit_test(two_who_change_one_card_are_told),
        cmocka_unit_test(a_corrected_kind_brings_its_own_clocks),
        cmocka_unit_test(clocks_tell_by_themselves),
        cmocka_unit_test(times_follow_each_other),
        cmocka_unit_test(a_chute_is_cleared_by_day),
        cmocka_unit_test(earlier_calls_stand_beside),
        cmocka_unit_test(repeats_hang_on_the_first),
        cmocka_unit_test(it_becomes_an_appeal_and_an_assignment),
        cmocka_unit_test(an_analyst_counts_and_sees_no_caller),
        cmocka_unit_test(lists_are_walked_by_pages),
        cmocka_unit_test(stops_cleanly),
    };
    return HARNESS_RUN("incidents", tests);
}
