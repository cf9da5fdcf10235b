/* The duty desk in a storm: several dispatchers write calls down, cut houses off and bring them back, the same houses in several outages
 * and each in another order, while others look at the board and the clock moves promises. Nothing is lost or written twice, nobody waits
 * for anybody for ever, of two who change one version one wins, and the board counts what is there. Played under the thread sanitizer, too.
 */
#include "tests/harness/check.h"
#include "tests/harness/town.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DESKS = 6, CALLS = 6, ROUNDS = 4, HOUSES = 40, EVENT_MS = 10000 };

static struct server *server;
static struct town town;
static struct rpc *desks[DESKS];

static void starts_and_is_filled(void **state)
{
    (void)state;
    server = server_start(NULL);
    given_municipality(server, &town);
    server_sql(server, "INSERT INTO district (name) VALUES ('Кировский район'), ('Ленинский район')");
    server_sql(server, "INSERT INTO settlement (name, residents_per_flat) VALUES ('Город', 2.5)");
    server_sql(server, "INSERT INTO street (settlement_id, name, key) VALUES (1, 'Ленина', 'ленина')");
    server_sql(server, "INSERT INTO house (settlement_id, district_id, street_id, number, number_value, flats, residents) "
                       "SELECT 1, 1 + n % 2, 1, n::text, n, 10, CASE WHEN n % 3 > 0 THEN 20 END FROM generate_series(1, 40) n");
    for (int i = 0; i < DESKS; i++) {
        desks[i] = rpc_open_ssh(server, "dispatcher");
        rpc_ok(desks[i], "event.subscribe", NULL);
    }
}

/* The answers of all desks; fails when one was refused. */
static void all_answer(const int ids[DESKS], json_t *answers[DESKS])
{
    for (int i = 0; i < DESKS; i++) {
        answers[i] = rpc_answer(desks[i], ids[i]);
        CHECK(at(answers[i], "result"), "desk %d: %s", i, json_dumps(answers[i], 0));
    }
}

static void calls_are_written_by_all_at_once(void **state)
{
    (void)state;
    int ids[DESKS];
    json_t *answers[DESKS];
    char place[64], external[32];
    for (int n = 0; n < CALLS; n++) {
        for (int i = 0; i < DESKS; i++) {
            snprintf(place, sizeof place, "Ленина, %d", 1 + (n * DESKS + i) % HOUSES);
            snprintf(external, sizeof external, "crowd:%d:%d", i, n);
            ids[i] = rpc_send(desks[i], "incident.log",
                              json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "text", "нет горячей воды", "place", place, "phone",
                                        "+79030000001", "caller", "Сидорова А. П.", "external_id", external, "request_id", fresh_uuid()));
        }
        all_answer(ids, answers);
        for (int i = 0; i < DESKS; i++)
            ids[i] = i % 2 ? rpc_send(desks[i], "incident.list", json_pack("{s:s}", "sort", "urgent"))
                           : rpc_send(desks[i], "incident.dispatch",
                                      json_pack("{s:I, s:s, s:s}", "id", at_int(answers[i], "result.id"), "contact", "Дежурный",
                                                "request_id", fresh_uuid()));
        all_answer(ids, answers);
    }
    assert_string_equal(server_sql(server, "SELECT count(*) || ' ' || max(serial) || ' ' || count(DISTINCT external_id) FROM incident"),
                        "36 36 36");
}

/* System 112 sends a card twice, by two lines at the same moment: it is one card, and nobody hears of a fault of the server. */
static void a_card_of_another_system_is_one_card(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        char external[32];
        int ids[DESKS];
        json_int_t first = 0;
        snprintf(external, sizeof external, "112:%d", round);
        for (int i = 0; i < DESKS; i++)
            ids[i] = rpc_send(desks[i], "incident.log",
                              json_pack("{s:s, s:s, s:s, s:s}", "type", "no_gas", "place", "Ленина, 3", "external_id", external,
                                        "request_id", fresh_uuid()));
        for (int i = 0; i < DESKS; i++) {
            json_t *answer = rpc_answer(desks[i], ids[i]);
            CHECK(at(answer, "result"), "desk %d: %s", i, json_dumps(answer, 0));
            first = first ? first : at_int(answer, "result.id");
            assert_int_equal(at_int(answer, "result.id"), first);
        }
    }
    assert_string_equal(server_sql(server, "SELECT count(*) = max(serial) FROM incident"), "t");
}

/* Houses of the outage of desk `i`: every desk has half of the street, from another place on. */
static json_t *houses_of(int i)
{
    json_t *ids = json_array();
    for (int n = 0; n < HOUSES / 2; n++)
        json_array_append_new(ids, json_integer(1 + (i * 7 + n * 3) % HOUSES));
    return ids;
}

/* One of the houses comes back, or more time is asked for, or somebody looks. */
static int one_step(int i, json_int_t outage, int step)
{
    json_t *back = json_array();
    for (int n = step * 5; n < step * 5 + 5; n++)
        json_array_append_new(back, json_integer(1 + (i * 7 + (HOUSES / 2 - 1 - n) * 3) % HOUSES));
    return rpc_send(desks[i], "outage.restore_houses",
                    json_pack("{s:I, s:o, s:s, s:s}", "id", outage, "houses", back, "time", in_minutes(0), "request_id", fresh_uuid()));
}

/* The board without the moment that it was read at. */
static char *board(const char *by)
{
    json_t *b = json_deep_copy(rpc_ok(desks[0], "outage.board", "{s:s}", "by", by));
    char *text = json_dumps(at(b, "items"), JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(b);
    return text;
}

/* What was counted by difference is what counting everything anew finds. */
static void board_is_true(const char *by)
{
    char *kept = board(by);
    server_sql(server, "SELECT gorod_outage_rebuild()");
    char *anew = board(by);
    assert_string_equal(kept, anew);
    free(kept);
    free(anew);
}

static void the_same_houses_go_and_come_in_all_outages(void **state)
{
    (void)state;
    int ids[DESKS];
    json_t *answers[DESKS];
    json_int_t outage[DESKS];
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < DESKS; i++)
            ids[i] = rpc_send(desks[i], "outage.open",
                              json_pack("{s:s, s:s, s:o, s:s, s:s, s:s, s:s}", "kind", "emergency", "resource", "cold_water", "houses",
                                        houses_of(i), "started", in_minutes(-30), "promised", in_minutes(60), "reason", "Порыв",
                                        "request_id", fresh_uuid()));
        all_answer(ids, answers);
        for (int i = 0; i < DESKS; i++)
            outage[i] = at_int(answers[i], "result.id");
        for (int step = 0; step < 3; step++) {
            for (int i = 0; i < DESKS; i++)
                ids[i] = one_step(i, outage[i], step);
            all_answer(ids, answers);
        }
        if (round == ROUNDS / 2)
            board_is_true("district");
        for (int i = 0; i < DESKS; i++)
            ids[i] = i == round % DESKS
                         ? rpc_send(desks[i], "outage.board", json_pack("{s:s}", "by", "district"))
                         : rpc_send(desks[i], "outage.close",
                                    json_pack("{s:I, s:s, s:s}", "id", outage[i], "ended", in_minutes(0), "request_id", fresh_uuid()));
        all_answer(ids, answers);
    }
    board_is_true("resource");
    assert_string_equal(server_sql(server, "SELECT count(*) || ' ' || max(serial) FROM outage"), "24 24");
}

/* One closes, another extends, a third converts, all of the version that they see: one of them does it, the others learn that it has
 * changed. */
static void of_those_who_change_one_version_one_wins(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        json_t *made = rpc_ok(desks[0], "outage.open", "{s:s, s:s, s:o, s:s, s:s}", "kind", "emergency", "resource", "gas", "houses",
                              houses_of(round), "started", in_minutes(-30), "reason", "Порыв");
        json_int_t id = at_int(made, "id"), version = at_int(made, "version");
        int ids[DESKS], won = 0;
        for (int i = 0; i < DESKS; i++) {
            json_t *params = json_pack("{s:I, s:I, s:s}", "id", id, "version", version, "request_id", fresh_uuid());
            json_object_set_new(params,
                                i % 3 == 0   ? "ended"
                                : i % 3 == 1 ? "promised"
                                             : "kind",
                                json_string(i % 3 == 0   ? in_minutes(0)
                                            : i % 3 == 1 ? in_minutes(90)
                                                         : "limited"));
            json_object_set_new(params, i % 3 == 0 ? "comment" : "reason", json_string("Разом"));
            ids[i] = rpc_send(desks[i], i % 3 == 0 ? "outage.close" : i % 3 == 1 ? "outage.extend" : "outage.convert", params);
        }
        for (int i = 0; i < DESKS; i++) {
            json_t *answer = rpc_answer(desks[i], ids[i]);
            json_int_t code = at(answer, "error") ? at_int(answer, "error.code") : 0;
            CHECK(code == 0 || code == 1003, "desk %d: %s", i, json_dumps(answer, 0));
            won += code == 0;
        }
        assert_int_equal(won, 1);
        assert_int_equal(at_int(rpc_ok(desks[0], "outage.get", "{s:I}", "id", id), "version"), version + 1);
    }
    board_is_true("settlement");
}

/* One says that the first call repeats the second, another that the second repeats the first: one is right, and the other is told so at
 * once. */
static void repeats_that_cross_are_told_apart(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        json_int_t call[2];
        int ids[2], won = 0;
        for (int i = 0; i < 2; i++)
            call[i] = at_int(rpc_ok(desks[i], "incident.log", "{s:s, s:s}", "type", "no_gas", "place", "Ленина, 2"), "id");
        for (int i = 0; i < 2; i++)
            ids[i] = rpc_send(desks[i], "incident.link_duplicate",
                              json_pack("{s:I, s:I, s:s}", "id", call[i], "incident", call[1 - i], "request_id", fresh_uuid()));
        for (int i = 0; i < 2; i++) {
            json_t *answer = rpc_answer(desks[i], ids[i]);
            CHECK(at(answer, "result") || strcmp(at_text(answer, "error.data.name"), "unavailable") != 0, "desk %d: %s", i,
                  json_dumps(answer, 0));
            won += at(answer, "result") != NULL;
        }
        assert_int_equal(won, 1);
    }
}

/* A feed moves an outage from some houses to others while dispatchers give back and cut off the same houses in outages of their own. */
static void a_feed_and_the_desk_share_houses(void **state)
{
    (void)state;
    int ids[DESKS];
    json_t *answers[DESKS];
    const char *started = strdup(in_minutes(-60));
    for (int round = 0; round < 4 * ROUNDS; round++) {
        json_t *addresses = json_array();
        for (int n = 0; n < HOUSES / 2; n++) {
            char number[8];
            snprintf(number, sizeof number, "%d", 1 + (round % 2 ? n : HOUSES - 1 - n));
            json_array_append_new(addresses, json_pack("{s:s, s:s}", "street", "Ленина", "number", number));
        }
        ids[0] = rpc_send(desks[0], "outage.feed_take",
                          json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:s}", "source", "051", "snapshot", in_minutes(0), "kind",
                                    "emergency", "resource", "heating", "started", started, "reason", "Порыв", "addresses", addresses,
                                    "request_id", fresh_uuid()));
        for (int i = 1; i < DESKS; i++)
            ids[i] = rpc_send(desks[i], "outage.open",
                              json_pack("{s:s, s:s, s:o, s:s}", "kind", "emergency", "resource", "heating", "houses", houses_of(i),
                                        "request_id", fresh_uuid()));
        all_answer(ids, answers);
    }
    free((char *)started);
    board_is_true("supplier");
}

static void everybody_hears_the_last_call(void **state)
{
    (void)state;
    json_int_t id = at_int(rpc_ok(desks[0], "incident.log", "{s:s, s:s}", "type", "no_gas", "place", "Ленина, 1"), "id");
    for (int i = 0; i < DESKS; i++)
        CHECK(rpc_event(desks[i], "incident", id, EVENT_MS), "desk %d heard nothing", i);
}

static void stops_cleanly(void **state)
{
    (void)state;
    for (int i = 0; i < DESKS; i++)
        rpc_close(&desks[i]);
    town_close_sessions(&town);
    server_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_and_is_filled),
        cmocka_unit_test(calls_are_written_by_all_at_once),
        cmocka_unit_test(a_card_of_another_system_is_one_card),
        cmocka_unit_test(the_same_houses_go_and_come_in_all_outages),
        cmocka_unit_test(of_those_who_change_one_version_one_wins),
        cmocka_unit_test(repeats_that_cross_are_told_apart),
        cmocka_unit_test(a_feed_and_the_desk_share_houses),
        cmocka_unit_test(everybody_hears_the_last_call),
        cmocka_unit_test(stops_cleanly),
    };
    return HARNESS_RUN("desk_crowd", tests);
}
