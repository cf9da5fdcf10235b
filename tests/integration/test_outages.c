/* Outages: opened, promised, moved, given back in parts, closed; and everything that must be refused. */
#include "tests/harness/check.h"
#include "tests/harness/town.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct server *server;
static struct town town;
static struct rpc *duty; /* the dispatcher */

static const char *sql(const char *text) { return server_sql(server, text); }

/* Two districts, three streets, ten houses a street: house ids 1-30; a school in house 1, a supplier. */
static void given_houses(void)
{
    sql("INSERT INTO district (name) VALUES ('Кировский район'), ('Ленинский район')");
    sql("INSERT INTO settlement (name, district_id, residents_per_flat) VALUES ('Город', NULL, 2.5)");
    sql("INSERT INTO street (settlement_id, name, key) VALUES (1, 'Ленина', 'ленина'), (1, 'Мира', 'мира'), (1, 'Садовая', 'садовая')");
    sql("INSERT INTO company (name, key) VALUES ('Горводоканал', 'горводоканал'), ('РЭС', 'рэс')");
    sql("INSERT INTO house (settlement_id, district_id, street_id, number, number_value, flats, residents) "
        "SELECT 1, CASE WHEN s = 3 THEN 2 ELSE 1 END, s, n::text, n, 10, CASE WHEN n <= 5 THEN 20 END FROM generate_series(1, 3) s, generate_series(1, 10) n");
    sql("INSERT INTO social_object (kind, name, house_id, contact_duty_phone) VALUES ('school', 'Школа № 1', 1, '2-12-12')");
}

static void starts_and_is_filled(void **state)
{
    (void)state;
    server = server_start(NULL);
    given_municipality(server, &town);
    given_houses();
    duty = town_as(&town, TOWN_dispatcher);
}

/* So many minutes from now, RFC 3339. Lives until the 8th call after. */
static const char *in_minutes(int minutes)
{
    static char text[8][32];
    static int next;
    char *out = text[next++ % 8];
    time_t at = time(NULL) + (time_t)minutes * 60;
    struct tm tm;
    strftime(out, sizeof text[0], "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&at, &tm));
    return out;
}

static json_t *houses(json_int_t from, json_int_t to)
{
    json_t *ids = json_array();
    for (json_int_t id = from; id <= to; id++)
        json_array_append_new(ids, json_integer(id));
    return ids;
}

static json_t *open_outage(const char *kind, const char *resource, json_int_t from, json_int_t to, int started, int promised)
{
    return rpc_ok(duty, "outage.open", "{s:s, s:s, s:o, s:s, s:s, s:s}", "kind", kind, "resource", resource, "houses", houses(from, to), "started",
                  in_minutes(started), "promised", in_minutes(promised), "reason", "Порыв");
}

static json_t *card(json_int_t id) { return rpc_ok(duty, "outage.get", "{s:I}", "id", id); }

/* ---- a life ---- */

static void an_outage_is_opened_extended_and_closed(void **state)
{
    (void)state;
    json_t *opened = open_outage("emergency", "cold_water", 1, 5, -60, 60);
    json_int_t id = at_int(opened, "id");
    assert_non_null(strstr(at_text(opened, "number"), "ОТК-"));
    assert_string_equal(at_text(opened, "status"), "active");
    json_t *now = card(id);
    assert_int_equal(at_int(now, "houses_now"), 5);
    assert_int_equal(at_int(now, "residents_now"), 100);
    assert_int_equal(at_int(now, "social_now"), 1);
    assert_string_equal(at_text(now, "where"), "Ленина (5)");
    assert_true(has_word(at(now, "actions"), "extend") && has_word(at(now, "actions"), "close") && !has_word(at(now, "actions"), "cancel"));
    assert_int_equal(json_array_size(at(now, "promises")), 1);
    rpc_refused(duty, -32602, "reason", "outage.extend", "{s:I, s:s}", "id", id, "promised", in_minutes(120));
    rpc_refused(duty, -32602, "promised", "outage.extend", "{s:I, s:s, s:s}", "id", id, "promised", in_minutes(30), "reason", "раньше");
    rpc_refused(duty, -32602, "promised", "outage.extend", "{s:I, s:s, s:s}", "id", id, "promised", in_minutes(-90), "reason", "до начала");
    rpc_ok(duty, "outage.extend", "{s:I, s:s, s:s}", "id", id, "promised", in_minutes(120), "reason", "Ждём трубу");
    rpc_ok(duty, "outage.extend", "{s:I, s:s, s:s}", "id", id, "promised", in_minutes(240), "reason", "Труба не та");
    now = card(id);
    assert_int_equal(json_array_size(at(now, "promises")), 3);
    assert_string_equal(at_text(now, "promises.1.reason"), "Ждём трубу");
    assert_string_equal(at_text(now, "promises.2.promised"), at_text(now, "promised"));
    rpc_refused(duty, -32602, "ended", "outage.close", "{s:I, s:s}", "id", id, "ended", in_minutes(-61));
    rpc_refused(duty, -32602, "ended", "outage.close", "{s:I, s:s}", "id", id, "ended", in_minutes(10));
    rpc_ok(duty, "outage.close", "{s:I, s:s}", "id", id, "ended", in_minutes(0));
    now = card(id);
    assert_string_equal(at_text(now, "status"), "restored");
    assert_int_equal(at_int(now, "houses_now"), 0);
    assert_int_equal(at_int(now, "houses"), 5);
    rpc_refused(duty, 1004, "status", "outage.close", "{s:I, s:s}", "id", id, "ended", in_minutes(0));
    rpc_refused(duty, 1004, "status", "outage.extend", "{s:I, s:s, s:s}", "id", id, "promised", in_minutes(300), "reason", "ещё");
}

static void houses_come_back_in_parts_and_the_last_one_ends_it(void **state)
{
    (void)state;
    json_int_t id = at_int(open_outage("emergency", "heating", 1, 4, -30, 60), "id");
    rpc_refused(duty, -32602, "houses", "outage.restore_houses", "{s:I, s:[i], s:s}", "id", id, "houses", 9, "time", in_minutes(0));
    rpc_refused(duty, -32602, "time", "outage.restore_houses", "{s:I, s:[i], s:s}", "id", id, "houses", 1, "time", in_minutes(-31));
    rpc_ok(duty, "outage.restore_houses", "{s:I, s:[i,i], s:s}", "id", id, "houses", 1, 2, "time", in_minutes(-10));
    json_t *now = card(id);
    assert_string_equal(at_text(now, "status"), "partial");
    assert_int_equal(at_int(now, "houses_now"), 2);
    rpc_refused(duty, -32602, "houses", "outage.restore_houses", "{s:I, s:[i], s:s}", "id", id, "houses", 1, "time", in_minutes(0));
    rpc_ok(duty, "outage.add_houses", "{s:I, s:[i,i]}", "id", id, "houses", 4, 5);
    assert_int_equal(at_int(card(id), "houses_now"), 3);
    rpc_refused(duty, -32602, "houses", "outage.add_houses", "{s:I, s:[i]}", "id", id, "houses", 999);
    rpc_ok(duty, "outage.restore_houses", "{s:I, s:[i,i,i], s:s}", "id", id, "houses", 3, 4, 5, "time", in_minutes(-1));
    now = card(id);
    assert_string_equal(at_text(now, "status"), "restored");
    assert_true(!json_is_null(at(now, "ended")));
    json_t *list = rpc_ok(duty, "outage.houses", "{s:I}", "id", id);
    assert_int_equal(at_int(list, "total"), 5);
    assert_string_equal(at_text(list, "items.0.address"), "Ленина, 1");
    assert_string_equal(at_text(list, "items.0.social_objects.0.phone"), "2-12-12");
    rpc_ok(duty, "outage.reopen", "{s:I, s:s}", "id", id, "reason", "Снова течёт");
    now = card(id);
    assert_string_equal(at_text(now, "status"), "active");
    assert_true(json_is_null(at(now, "ended")));
    assert_int_equal(at_int(now, "houses_now"), 3); /* those that the end had brought back */
    rpc_ok(duty, "outage.close", "{s:I, s:s}", "id", id, "ended", in_minutes(0));
    assert_string_equal(sql("SELECT count(*) FROM outage_house WHERE outage_id = (SELECT max(id) FROM outage)"), "8");
}

static void a_planned_one_is_announced_begun_converted_or_cancelled(void **state)
{
    (void)state;
    rpc_refused(duty, -32602, "started", "outage.open", "{s:s, s:s, s:s, s:s}", "kind", "planned", "resource", "gas", "started", in_minutes(-30),
                "promised", in_minutes(30));
    rpc_refused(duty, -32602, "started", "outage.open", "{s:s, s:s}", "kind", "planned", "resource", "gas");
    rpc_refused(duty, -32602, "promised", "outage.open", "{s:s, s:s, s:s}", "kind", "planned", "resource", "gas", "started", in_minutes(30));
    rpc_refused(duty, -32602, "promised", "outage.open", "{s:s, s:s, s:s, s:s}", "kind", "planned", "resource", "gas", "started", in_minutes(30),
                "promised", in_minutes(20));
    rpc_refused(duty, -32602, "started", "outage.open", "{s:s, s:s, s:s}", "kind", "emergency", "resource", "gas", "started", in_minutes(30));
    json_int_t id = at_int(open_outage("planned", "electricity", 11, 13, 60, 120), "id");
    assert_string_equal(at_text(card(id), "status"), "announced");
    rpc_refused(duty, 1004, "status", "outage.close", "{s:I, s:s}", "id", id, "ended", in_minutes(0));
    rpc_ok(duty, "outage.begin", "{s:I}", "id", id);
    assert_string_equal(at_text(card(id), "status"), "active");
    rpc_refused(duty, -32602, "kind", "outage.convert", "{s:I, s:s, s:s}", "id", id, "kind", "planned", "reason", "то же");
    rpc_ok(duty, "outage.convert", "{s:I, s:s, s:s}", "id", id, "kind", "emergency", "reason", "Задели кабель");
    assert_string_equal(at_text(card(id), "kind"), "emergency");
    rpc_refused(duty, 1004, "status", "outage.cancel", "{s:I, s:s}", "id", id, "reason", "поздно");
    json_int_t other = at_int(open_outage("planned", "electricity", 11, 13, 60, 120), "id");
    rpc_ok(duty, "outage.set", "{s:I, s:s, s:i}", "id", other, "started", in_minutes(90), "supplier", 2);
    assert_string_equal(at_text(card(other), "supplier_name"), "РЭС");
    rpc_refused(duty, -32602, "started", "outage.set", "{s:I, s:s}", "id", other, "started", in_minutes(130));
    rpc_refused(duty, -32602, "supplier", "outage.set", "{s:I, s:i}", "id", other, "supplier", 999);
    rpc_ok(duty, "outage.cancel", "{s:I, s:s}", "id", other, "reason", "Не понадобилось");
    assert_string_equal(at_text(card(other), "status"), "cancelled");
    assert_int_equal(at_int(card(other), "houses_now"), 0);
    rpc_ok(duty, "outage.close", "{s:I, s:s}", "id", id, "ended", in_minutes(0));
}

static void a_second_import_of_an_id_adds_nothing(void **state)
{
    (void)state;
    static const char shape[] = "{s:s, s:s, s:s, s:s, s:s, s:s, s:s}";
    json_t *answer[2];
    for (int i = 0; i < 2; i++)
        answer[i] = rpc_ok(duty, "outage.open", shape, "kind", "emergency", "resource", "gas", "started", in_minutes(-30), "promised", in_minutes(30),
                           "external_id", "051-1", "source", "051", "source_kind", "Плановое");
    assert_int_equal(at_int(answer[0], "id"), at_int(answer[1], "id"));
    assert_true(json_is_true(at(answer[1], "existing")));
    json_t *now = card(at_int(answer[0], "id"));
    assert_string_equal(at_text(now, "source_kind"), "Плановое");
    assert_int_equal(at_int(now, "houses"), 0);
    rpc_ok(duty, "outage.close", "{s:I, s:s}", "id", at_int(answer[0], "id"), "ended", in_minutes(0));
}

static void lists_are_filtered(void **state)
{
    (void)state;
    json_int_t id = at_int(open_outage("emergency", "sewerage", 21, 25, -10, 60), "id");
    json_t *list = rpc_ok(duty, "outage.list", "{s:b, s:s}", "open", 1, "resource", "sewerage");
    assert_int_equal(at_int(list, "total"), 1);
    assert_int_equal(at_int(list, "items.0.id"), id);
    assert_int_equal(at_int(rpc_ok(duty, "outage.list", "{s:b, s:i}", "open", 1, "house", 22), "total"), 1);
    assert_int_equal(at_int(rpc_ok(duty, "outage.list", "{s:b, s:i}", "open", 1, "district", 1), "total"), 0);
    assert_int_equal(at_int(rpc_ok(duty, "outage.list", "{s:b, s:i}", "open", 1, "district", 2), "total"), 1);
    assert_int_equal(at_int(rpc_ok(duty, "outage.list", "{s:b, s:s}", "open", 1, "query", "садовая"), "total"), 1);
    json_t *by_number = rpc_ok(duty, "outage.get", "{s:s}", "number", at_text(list, "items.0.number"));
    assert_int_equal(at_int(by_number, "id"), id);
    json_t *page = rpc_ok(duty, "outage.list", "{s:i}", "limit", 2), *next;
    next = rpc_ok(duty, "outage.list", "{s:i, s:s}", "limit", 2, "after", at_text(page, "next"));
    assert_true(at_int(next, "items.0.id") < at_int(page, "items.1.id"));
    rpc_ok(duty, "outage.comment", "{s:I, s:s}", "id", id, "text", "Бригада на месте");
    assert_string_equal(at_text(card(id), "comments.0.text"), "Бригада на месте");
    rpc_ok(duty, "outage.close", "{s:I, s:s}", "id", id, "ended", in_minutes(0));
}

/* One of the two is done, the other is told; afterwards the record is whole. */
static void two_close_and_extend_at_once(void **state)
{
    (void)state;
    struct rpc *second = rpc_open_ssh(server, "dispatcher");
    for (int round = 0; round < 8; round++) {
        json_int_t id = at_int(open_outage("emergency", "gas", 1, 3, -10, 60), "id");
        int a = rpc_send(duty, "outage.close", rpc_keep(json_pack("{s:I, s:i, s:s}", "id", id, "version", 1, "ended", in_minutes(0))));
        int b = rpc_send(second, "outage.extend", rpc_keep(json_pack("{s:I, s:i, s:s, s:s}", "id", id, "version", 1, "promised", in_minutes(90), "reason", "ждём")));
        json_t *x = rpc_answer(duty, a), *y = rpc_answer(second, b);
        CHECK(!at(x, "result") != !at(y, "result"), "not exactly one of the two was done");
        json_int_t code = at_int(at(x, "error") ? x : y, "error.code");
        CHECK(code == 1003, "the other one got %d", (int)code);
        bool closed = at(x, "result") != NULL;
        assert_string_equal(at_text(card(id), "status"), closed ? "restored" : "active");
        assert_int_equal(json_array_size(at(card(id), "promises")), closed ? 1 : 2);
        if (!closed)
            rpc_ok(duty, "outage.close", "{s:I, s:s}", "id", id, "ended", in_minutes(0));
    }
    rpc_close(&second);
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
        cmocka_unit_test(an_outage_is_opened_extended_and_closed),
        cmocka_unit_test(houses_come_back_in_parts_and_the_last_one_ends_it),
        cmocka_unit_test(a_planned_one_is_announced_begun_converted_or_cancelled),
        cmocka_unit_test(a_second_import_of_an_id_adds_nothing),
        cmocka_unit_test(lists_are_filtered),
        cmocka_unit_test(two_close_and_extend_at_once),
        cmocka_unit_test(stops_cleanly),
    };
    return HARNESS_RUN("outages", tests);
}
