/* Edges of outages: times that meet the times of single houses, corrections after the fact, what was cancelled and is shown again. After
 * each, no house is off twice at once by one outage, none longer than its outage, and the board counts what its list shows. */
#include "tests/harness/check.h"
#include "tests/harness/town.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct server *server;
static struct town town;
static struct rpc *duty;

static const char *sql(const char *text) { return server_sql(server, text); }

/* Two districts, houses 1-10 in the first, 11-20 in the second. */
static void starts_and_is_filled(void **state)
{
    (void)state;
    server = server_start(NULL);
    given_municipality(server, &town);
    sql("INSERT INTO district (name) VALUES ('Кировский район'), ('Ленинский район')");
    sql("INSERT INTO settlement (name) VALUES ('Город')");
    sql("INSERT INTO street (settlement_id, name, key) VALUES (1, 'Ленина', 'ленина')");
    sql("INSERT INTO house (settlement_id, district_id, street_id, number, number_value, residents) "
        "SELECT 1, 1 + n / 11, 1, n::text, n, 20 FROM generate_series(1, 20) n");
    duty = town_as(&town, TOWN_dispatcher);
}

static json_t *houses(json_int_t from, json_int_t to)
{
    json_t *ids = json_array();
    for (json_int_t id = from; id <= to; id++)
        json_array_append_new(ids, json_integer(id));
    return ids;
}

static json_int_t given_outage(json_int_t from, json_int_t to, int started_minutes)
{
    return at_int(rpc_ok(duty, "outage.open", "{s:s, s:s, s:o, s:s}", "kind", "emergency", "resource", "gas", "houses", houses(from, to),
                         "started", in_minutes(started_minutes)),
                  "id");
}

static json_t *card(json_int_t id) { return rpc_ok(duty, "outage.get", "{s:I}", "id", id); }

static void restored(json_int_t id, json_int_t from, json_int_t to, int minutes)
{
    rpc_ok(duty, "outage.restore_houses", "{s:I, s:o, s:s}", "id", id, "houses", houses(from, to), "time", in_minutes(minutes));
}

/* What must be so of all outages. */
static void all_is_well(void)
{
    assert_string_equal(
        sql("SELECT count(*) FROM outage_house a JOIN outage_house b ON b.outage_id = a.outage_id AND b.house_id = a.house_id AND "
            "b.off_at > a.off_at AND b.off_at < coalesce(a.restored_at, 'infinity')"),
        "0");
    assert_string_equal(
        sql("SELECT count(*) FROM outage_house h JOIN outage o ON o.id = h.outage_id WHERE o.status <> 'cancelled' AND "
            "(h.off_at < o.started_at OR h.restored_at > o.ended_at OR (o.ended_at IS NOT NULL AND h.restored_at IS NULL))"),
        "0");
    json_t *lines = at(rpc_ok(duty, "outage.board", "{s:s}", "by", "district"), "items"), *line;
    size_t i;
    json_array_foreach(lines, i, line)
    {
        json_t *found = rpc_ok_json(duty, "outage.list", json_copy(at(line, "filter")));
        CHECK(at_int(found, "total") == at_int(line, "outages"), "the board counts %d outages, its list shows %d: %s",
              (int)at_int(line, "outages"), (int)at_int(found, "total"), json_dumps(line, 0));
    }
}

/* A house that came back went off again: since when has to be said, and not from a time at which it was off. */
static void a_house_that_came_back_goes_off_again(void **state)
{
    (void)state;
    json_int_t id = given_outage(1, 3, -60);
    restored(id, 1, 1, -40);
    rpc_refused(duty, -32602, "time", "outage.add_houses", "{s:I, s:[i]}", "id", id, "houses", 1);
    rpc_refused(duty, -32602, "time", "outage.add_houses", "{s:I, s:[i], s:s}", "id", id, "houses", 1, "time", in_minutes(-50));
    rpc_ok(duty, "outage.add_houses", "{s:I, s:[i], s:s}", "id", id, "houses", 1, "time", in_minutes(-20));
    rpc_ok(duty, "outage.add_houses", "{s:I, s:[i]}", "id", id, "houses", 4);
    assert_int_equal(at_int(card(id), "houses_now"), 4);
    all_is_well();
    rpc_ok(duty, "outage.close", "{s:I, s:s}", "id", id, "ended", in_minutes(0));
}

/* A corrected beginning is that of the houses which it cut off, not of those that followed. */
static void a_corrected_beginning_moves_what_began_with_it(void **state)
{
    (void)state;
    json_int_t id = given_outage(1, 3, -60);
    rpc_ok(duty, "outage.add_houses", "{s:I, s:[i], s:s}", "id", id, "houses", 5, "time", in_minutes(-20));
    restored(id, 1, 1, -40);
    rpc_ok(duty, "outage.add_houses", "{s:I, s:[i], s:s}", "id", id, "houses", 1, "time", in_minutes(-10));
    rpc_ok(duty, "outage.set", "{s:I, s:s}", "id", id, "started", in_minutes(-90));
    assert_string_equal(
        sql("SELECT count(*) FROM outage_house h JOIN outage o ON o.id = h.outage_id AND o.id = (SELECT max(id) FROM outage) WHERE "
            "h.off_at = o.started_at"),
        "3");
    all_is_well();
    /* Not later than a house had come back, nor than one of those that followed. */
    rpc_refused(duty, -32602, "started", "outage.set", "{s:I, s:s}", "id", id, "started", in_minutes(-30));
    rpc_ok(duty, "outage.set", "{s:I, s:s}", "id", id, "started", in_minutes(-50));
    all_is_well();
    rpc_ok(duty, "outage.close", "{s:I, s:s}", "id", id, "ended", in_minutes(0));
}

/* The end is not before a house of it came back, or went off. */
static void an_end_is_the_end_of_all_its_houses(void **state)
{
    (void)state;
    json_int_t id = given_outage(1, 2, -60);
    restored(id, 1, 1, -10);
    rpc_refused(duty, -32602, "ended", "outage.close", "{s:I, s:s}", "id", id, "ended", in_minutes(-30));
    restored(id, 2, 2, -30); /* told late: the outage has ended when the first came back */
    assert_string_equal(at_text(card(id), "status"), "restored");
    all_is_well();
    id = given_outage(1, 2, -60);
    rpc_ok(duty, "outage.add_houses", "{s:I, s:[i], s:s}", "id", id, "houses", 3, "time", in_minutes(-20));
    rpc_refused(duty, -32602, "ended", "outage.close", "{s:I, s:s}", "id", id, "ended", in_minutes(-30));
    rpc_refused(duty, -32602, "time", "outage.restore_houses", "{s:I, s:[i], s:s}", "id", id, "houses", 3, "time", in_minutes(-30));
    rpc_ok(duty, "outage.close", "{s:I, s:s}", "id", id, "ended", in_minutes(-20));
    all_is_well();
}

/* A district whose houses are all back has no outage any more, though another district still has. */
static void a_line_of_the_board_finds_its_outages(void **state)
{
    (void)state;
    json_int_t id = given_outage(9, 12, -60), other = given_outage(1, 2, -50);
    restored(id, 9, 10, -10);
    all_is_well();
    const char *minutes_ago = strdup(in_minutes(-5));
    json_t *line = at(rpc_ok(duty, "outage.board", "{s:s, s:s, s:i}", "by", "district", "at", minutes_ago, "district", 1), "items.0");
    assert_int_equal(at_int(rpc_ok_json(duty, "outage.list", json_copy(at(line, "filter"))), "total"), at_int(line, "outages"));
    free((char *)minutes_ago);
    rpc_ok(duty, "outage.close", "{s:I, s:s}", "id", other, "ended", in_minutes(0));
    rpc_ok(duty, "outage.close", "{s:I, s:s}", "id", id, "ended", in_minutes(0));
}

/* What is off again has the promise that is given with it; one that is over was of the first time. */
static void an_old_promise_is_not_broken_by_a_new_beginning(void **state)
{
    (void)state;
    json_int_t id = at_int(rpc_ok(duty, "outage.open", "{s:s, s:s, s:o, s:s, s:s}", "kind", "emergency", "resource", "gas", "houses",
                                  houses(1, 2), "started", in_minutes(-60), "promised", in_minutes(-30)),
                           "id");
    rpc_ok(duty, "outage.close", "{s:I, s:s}", "id", id, "ended", in_minutes(-40));
    rpc_ok(duty, "outage.reopen", "{s:I, s:s}", "id", id, "reason", "Снова");
    json_t *now = card(id);
    assert_true(json_is_null(at(now, "promised")));
    assert_true(json_is_false(at(now, "promise_broken")));
    rpc_ok(duty, "outage.close", "{s:I, s:s}", "id", id, "ended", in_minutes(0));
    all_is_well();
}

/* A planned break that moves to another day is told of again before it begins. */
static void what_moves_is_reminded_of_again(void **state)
{
    (void)state;
    json_int_t id = at_int(rpc_ok(duty, "outage.open", "{s:s, s:s, s:o, s:s, s:s}", "kind", "planned", "resource", "gas", "houses",
                                  houses(1, 2), "started", in_minutes(60 * 24 * 30), "promised", in_minutes(60 * 24 * 60)),
                           "id");
    sql("UPDATE outage SET reminded_at = now() WHERE id = (SELECT max(id) FROM outage)");
    rpc_ok(duty, "outage.set", "{s:I, s:s}", "id", id, "started", in_minutes(60 * 24 * 40));
    assert_string_equal(sql("SELECT reminded_at IS NULL FROM outage WHERE id = (SELECT max(id) FROM outage)"), "t");
    rpc_ok(duty, "outage.cancel", "{s:I, s:s}", "id", id, "reason", "Отложено");
    all_is_well();
}

static json_t *feed_shows(const char *snapshot, const char *started, const char *promised)
{
    return rpc_ok(duty, "outage.feed_take", "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:[{s:s, s:s}]}", "source", "051", "snapshot", snapshot,
                  "kind", "planned", "resource", "gas", "started", started, "promised", promised, "reason", "Ремонт", "addresses", "street",
                  "Ленина", "number", "7");
}

/* A feed takes a planned break away and shows it again: it is announced, not begun, and its houses are cut off when it begins. */
static void what_a_feed_cancelled_is_announced_again(void **state)
{
    (void)state;
    const char *started = strdup(in_minutes(60 * 24)), *promised = strdup(in_minutes(60 * 30));
    json_int_t id = at_int(feed_shows(in_minutes(-30), started, promised), "id");
    rpc_ok(duty, "outage.feed_end", "{s:s, s:s}", "source", "051", "snapshot", in_minutes(-20));
    assert_string_equal(at_text(card(id), "status"), "cancelled");
    assert_string_equal(at_text(feed_shows(in_minutes(-10), started, promised), "outcome"), "changed");
    json_t *now = card(id);
    assert_string_equal(at_text(now, "status"), "announced");
    assert_int_equal(at_int(now, "houses_now"), 1);
    assert_string_equal(
        sql("SELECT count(*) FROM outage_house h JOIN outage o ON o.id = h.outage_id WHERE o.source = '051' AND h.off_at = o.started_at "
            "AND h.restored_at IS NULL"),
        "1");
    all_is_well();
    free((char *)started);
    free((char *)promised);
}

/* The card and the answer that opened it say the same of a warning's term. */
static void a_late_warning_is_late_everywhere(void **state)
{
    (void)state;
    for (int day = 8; day <= 24; day++) {
        json_t *made = rpc_ok(duty, "outage.open", "{s:s, s:s, s:o, s:s, s:s}", "kind", "planned", "resource", "heating", "houses",
                              houses(1, 1), "started", in_minutes(60 * 24 * day), "promised", in_minutes(60 * 24 * day + 60));
        json_t *kept = card(at_int(made, "id"));
        CHECK(json_equal(at(made, "notice_late"), at(kept, "notice_late")), "in %d days: answered %s, kept %s", day,
              json_dumps(at(made, "notice_late"), JSON_ENCODE_ANY), json_dumps(at(kept, "notice_late"), JSON_ENCODE_ANY));
    }
}

/* A hidden appeal is neither linked nor named by who does not see it. */
static void a_hidden_appeal_stays_hidden_from_the_desk(void **state)
{
    (void)state;
    json_int_t hidden = at_int(given_appeal(&town, "Тайный Автор", "Личное"), "id"),
               call = at_int(rpc_ok(duty, "incident.log", "{s:s, s:s}", "type", "no_gas", "place", "Ленина, 1"), "id");
    char text[120];
    snprintf(text, sizeof text, "UPDATE appeal SET confidential = true WHERE id = %lld", (long long)hidden);
    sql(text);
    rpc_refused(duty, -32602, "appeal", "incident.to_appeal", "{s:I, s:I}", "id", call, "appeal", hidden);
    json_int_t open = at_int(given_appeal(&town, "Явный Автор", "Общее"), "id");
    rpc_ok(duty, "incident.to_appeal", "{s:I, s:I}", "id", call, "appeal", open);
    snprintf(text, sizeof text, "UPDATE appeal SET confidential = true WHERE id = %lld", (long long)open);
    sql(text);
    assert_true(json_is_null(at(rpc_ok(duty, "incident.get", "{s:I}", "id", call), "appeal_number")));
}

/* Two streets of one name are told apart for residents, too. */
static void a_text_for_residents_names_the_settlement(void **state)
{
    (void)state;
    sql("INSERT INTO settlement (name) VALUES ('Сосновка')");
    sql("INSERT INTO street (settlement_id, name, key) VALUES (2, 'Ленина', 'ленина')");
    sql("INSERT INTO house (settlement_id, street_id, number, number_value) VALUES (2, 2, '7', 7)");
    json_int_t id = given_outage(20, 21, -10);
    const char *text = at_text(rpc_ok(duty, "outage.notice", "{s:I}", "id", id), "text");
    CHECK(strstr(text, "Город, ул. Ленина: 20; Сосновка, ул. Ленина: 7"), "%s", text);
}

static void stops_clean(void **state)
{
    (void)state;
    town_close_sessions(&town);
    server_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_and_is_filled),
        cmocka_unit_test(a_house_that_came_back_goes_off_again),
        cmocka_unit_test(a_corrected_beginning_moves_what_began_with_it),
        cmocka_unit_test(an_end_is_the_end_of_all_its_houses),
        cmocka_unit_test(a_line_of_the_board_finds_its_outages),
        cmocka_unit_test(an_old_promise_is_not_broken_by_a_new_beginning),
        cmocka_unit_test(what_moves_is_reminded_of_again),
        cmocka_unit_test(what_a_feed_cancelled_is_announced_again),
        cmocka_unit_test(a_late_warning_is_late_everywhere),
        cmocka_unit_test(a_hidden_appeal_stays_hidden_from_the_desk),
        cmocka_unit_test(a_text_for_residents_names_the_settlement),
        cmocka_unit_test(stops_clean),
    };
    return HARNESS_RUN("outage_edges", tests);
}
