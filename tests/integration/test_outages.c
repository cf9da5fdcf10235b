/* Outages: opened, promised, moved, given back in parts, closed; and everything that must be refused. */
#include "tests/harness/check.h"
#include "tests/harness/town.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

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
        "SELECT 1, CASE WHEN s = 3 THEN 2 ELSE 1 END, s, n::text, n, 10, CASE WHEN n <= 5 THEN 20 END FROM generate_series(1, 3) s, "
        "generate_series(1, 10) n");
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

static json_t *houses(json_int_t from, json_int_t to)
{
    json_t *ids = json_array();
    for (json_int_t id = from; id <= to; id++)
        json_array_append_new(ids, json_integer(id));
    return ids;
}

static json_t *open_outage(const char *kind, const char *resource, json_int_t from, json_int_t to, int started, int promised)
{
    return rpc_ok(duty, "outage.open", "{s:s, s:s, s:o, s:s, s:s, s:s}", "kind", kind, "resource", resource, "houses", houses(from, to),
                  "started", in_minutes(started), "promised", in_minutes(promised), "reason", "Порыв");
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
    assert_string_equal(at_text(list, "items.0.address"), "ул. Ленина, 1");
    assert_string_equal(at_text(list, "items.0.social_objects.0.phone"), "2-12-12");
    rpc_ok(duty, "outage.reopen", "{s:I, s:s}", "id", id, "reason", "Снова течёт");
    now = card(id);
    assert_string_equal(at_text(now, "status"), "active");
    assert_true(json_is_null(at(now, "ended")));
    assert_int_equal(at_int(now, "houses_now"), 3); /* those that the end had brought back */
    rpc_ok(duty, "outage.close", "{s:I, s:s}", "id", id, "ended", in_minutes(0));
    assert_string_equal(sql("SELECT count(*) FROM outage_house WHERE outage_id = (SELECT max(id) FROM outage)"), "8");
}

/* "01-03.01.2031 08:00 - 17:00": days with nights between are breaks of their own, each with its begin and end, all of them or none. */
static void the_time_of_a_supplier_becomes_outages(void **state)
{
    static const char *const shape = "{s:s, s:s, s:o, s:s}", *const days = "01-03.01.2031 08:00 - 17:00";
    (void)state;
    json_t *read = rpc_ok(duty, "outage.parse_period", "{s:s}", "period", "с 9-00 до 17.30 1, 3 января 2031 г., ТП 12");
    assert_string_equal(at_text(read, "intervals.1.from"), sql("SELECT to_char('2031-01-03 09:00'::timestamptz AT TIME ZONE 'UTC', "
                                                               "'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"));
    assert_string_equal(at_text(read, "intervals.1.read_by"), "each_day");
    assert_string_equal(at_text(read, "unread.0.text"), "12");
    assert_string_equal(at_text(read, "unread.0.reason"), "period_number");
    json_t *opened =
        rpc_ok(duty, "outage.open", shape, "kind", "planned", "resource", "electricity", "houses", houses(11, 13), "period", days);
    assert_int_equal(json_array_size(at(opened, "more")), 2);
    assert_string_equal(at_text(opened, "more.1.status"), "announced");
    assert_int_equal(at_int(opened, "more.1.houses"), 3);
    assert_string_equal(
        sql("SELECT string_agg(to_char(started_at, 'DD HH24:MI') || '-' || to_char(promised_at, 'DD HH24:MI'), ' ' ORDER BY "
            "started_at) FROM outage WHERE started_at >= '2031-01-01'"),
        "01 08:00-01 17:00 02 08:00-02 17:00 03 08:00-03 17:00");
    const char *before = strdup(sql("SELECT count(*) FROM outage"));
    rpc_refused(duty, -32602, "period", "outage.open", shape, "kind", "planned", "resource", "gas", "houses", houses(1, 2), "period",
                "скоро");
    rpc_refused(duty, -32602, "period", "outage.open", shape, "kind", "planned", "resource", "gas", "houses", houses(1, 2), "period",
                "1 января 2031, 31.02.2031");
    rpc_refused(duty, -32602, "period", "outage.open", shape, "kind", "planned", "resource", "gas", "houses", houses(1, 2), "period",
                "01.01.2031 8:00-9:00; 01.01.2020 8:00-9:00"); /* the first one would do: nothing is half-written */
    rpc_refused(duty, -32602, "period", "outage.open", shape, "kind", "emergency", "resource", "gas", "houses", houses(1, 2), "period",
                days);
    rpc_refused(duty, -32602, "period", "outage.open", "{s:s, s:s, s:s, s:s}", "kind", "planned", "resource", "gas", "started",
                in_minutes(60), "period", days);
    rpc_refused(duty, -32602, "period", "outage.open", "{s:s, s:s, s:s, s:s, s:s}", "kind", "planned", "resource", "gas", "source", "051",
                "external_id", "several", "period", days);
    assert_string_equal(sql("SELECT count(*) FROM outage"), before);
    free((char *)before);
}

static json_t *incident_of(json_int_t id) { return rpc_ok(duty, "incident.get", "{s:I}", "id", id); }

static json_int_t given_incident(void)
{
    return at_int(rpc_ok(duty, "incident.log", "{s:s, s:I, s:s}", "type", "no_cold_water", "house", (json_int_t)1, "text", "Сухие краны"),
                  "id");
}

/* A call that a supplier's time is written down from belongs to the break that begins first, in whatever order they are told; to none when
 * one of them cannot be. */
static void a_call_joins_the_first_of_several(void **state)
{
    static const char *const shape = "{s:s, s:s, s:o, s:s, s:I}", *const days = "05.02.2031 8:00-12:00; 03.02.2031 09:00 - 17:00";
    (void)state;
    json_int_t call = given_incident();
    const char *before = strdup(sql("SELECT count(*) FROM outage"));
    rpc_refused(duty, -32602, "period", "outage.open", shape, "kind", "planned", "resource", "cold_water", "houses", houses(1, 2), "period",
                "03.02.2031 9:00-17:00; 03.02.2020 9:00-17:00", "incident", call);
    assert_true(json_is_null(at(incident_of(call), "outage")));
    assert_int_equal(at_int(incident_of(call), "version"), 1);
    rpc_refused(duty, -32602, "incident", "outage.open", shape, "kind", "planned", "resource", "cold_water", "houses", houses(1, 2),
                "period", days, "incident", (json_int_t)999999);
    assert_string_equal(sql("SELECT count(*) FROM outage"), before);
    json_t *opened = rpc_ok(duty, "outage.open", shape, "kind", "planned", "resource", "cold_water", "houses", houses(1, 2), "period", days,
                            "incident", call);
    assert_int_equal(json_array_size(at(opened, "more")), 1);
    json_int_t first = at_int(opened, "id"), second = at_int(opened, "more.0.id");
    json_t *card = rpc_ok(duty, "outage.get", "{s:I}", "id", first), *later = rpc_ok(duty, "outage.get", "{s:I}", "id", second),
           *incident = incident_of(call);
    CHECK(strcmp(at_text(card, "started"), at_text(later, "started")) < 0, "%s is not before %s", at_text(card, "started"),
          at_text(later, "started"));
    assert_int_equal(at_int(incident, "outage"), first);
    assert_string_equal(at_text(incident, "told_until"), at_text(card, "promised"));
    assert_string_equal(at_text(find_item(at(incident, "history"), "action", "to_outage"), "changes.outage.to_said"),
                        at_text(card, "number"));
    assert_int_equal(at_int(rpc_ok(duty, "incident.list", "{s:I}", "outage", second), "total"), 0);
    /* One that is closed comes from nothing any more. */
    rpc_ok(duty, "incident.mark_false", "{s:I, s:s}", "id", call, "reason", "Ошиблись домом");
    rpc_refused(duty, 1004, "status", "outage.open", shape, "kind", "planned", "resource", "gas", "houses", houses(1, 2), "period", days,
                "incident", call);
    rpc_ok(duty, "outage.cancel", "{s:I, s:s}", "id", first, "reason", "Не будет");
    rpc_ok(duty, "outage.cancel", "{s:I, s:s}", "id", second, "reason", "Не будет");
    free((char *)before);
}

/* What has begun is written down from a call with its promise: until then the caller was told to wait. */
static void a_call_is_told_the_end_of_the_period(void **state)
{
    char period[64];
    (void)state;
    json_int_t call = given_incident();
    snprintf(period, sizeof period, "%s",
             sql("SELECT to_char(now() - interval '2 hours', 'DD.MM.YYYY HH24:MI') || ' - ' || to_char(now() + interval '3 hours', "
                 "'DD.MM.YYYY HH24:MI')"));
    json_t *opened = rpc_ok(duty, "outage.open", "{s:s, s:s, s:o, s:s, s:I}", "kind", "emergency", "resource", "cold_water", "houses",
                            houses(1, 1), "period", period, "incident", call);
    assert_string_equal(at_text(opened, "status"), "active");
    json_t *card = rpc_ok(duty, "outage.get", "{s:I}", "id", at_int(opened, "id"));
    assert_string_equal(at_text(incident_of(call), "told_until"), at_text(card, "promised"));
    assert_non_null(at(incident_of(call), "told_at"));
    rpc_ok(duty, "outage.close", "{s:I, s:s}", "id", at_int(opened, "id"), "ended", in_minutes(0));
}

static void a_planned_one_is_announced_begun_converted_or_cancelled(void **state)
{
    (void)state;
    rpc_refused(duty, -32602, "started", "outage.open", "{s:s, s:s, s:s, s:s}", "kind", "planned", "resource", "gas", "started",
                in_minutes(-30), "promised", in_minutes(30));
    rpc_refused(duty, -32602, "started", "outage.open", "{s:s, s:s}", "kind", "planned", "resource", "gas");
    rpc_refused(duty, -32602, "promised", "outage.open", "{s:s, s:s, s:s}", "kind", "planned", "resource", "gas", "started",
                in_minutes(30));
    rpc_refused(duty, -32602, "promised", "outage.open", "{s:s, s:s, s:s, s:s}", "kind", "planned", "resource", "gas", "started",
                in_minutes(30), "promised", in_minutes(20));
    rpc_refused(duty, -32602, "started", "outage.open", "{s:s, s:s, s:s}", "kind", "emergency", "resource", "gas", "started",
                in_minutes(30));
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

/* The deadline engine at opening and the card count the same working days, whatever weekend or holiday lies between. */
static void a_planned_one_is_told_ten_working_days_ahead(void **state)
{
    (void)state;
    bool late_seen = false, good_seen = false;
    for (int days = 8; days <= 26; days++) {
        json_t *opened = open_outage("planned", "radio", 11, 11, days * 24 * 60, days * 24 * 60 + 60);
        bool late = json_is_true(at(opened, "notice_late"));
        CHECK(late == json_is_true(at(card(at_int(opened, "id")), "notice_late")), "%d days ahead: the engine says %d", days, late);
        late_seen = late_seen || late;
        good_seen = good_seen || !late;
        rpc_ok(duty, "outage.cancel", "{s:I, s:s}", "id", at_int(opened, "id"), "reason", "проверка");
    }
    assert_true(late_seen && good_seen);
}

static void a_second_import_of_an_id_adds_nothing(void **state)
{
    (void)state;
    static const char shape[] = "{s:s, s:s, s:s, s:s, s:s, s:s, s:s}";
    json_t *answer[2];
    for (int i = 0; i < 2; i++)
        answer[i] = rpc_ok(duty, "outage.open", shape, "kind", "emergency", "resource", "gas", "started", in_minutes(-30), "promised",
                           in_minutes(30), "external_id", "051-1", "source", "051", "source_kind", "Плановое");
    assert_int_equal(at_int(answer[0], "id"), at_int(answer[1], "id"));
    assert_true(json_is_true(at(answer[1], "existing")));
    json_t *now = card(at_int(answer[0], "id"));
    assert_string_equal(at_text(now, "source_kind"), "Плановое");
    assert_int_equal(at_int(now, "houses"), 0);
    rpc_ok(duty, "outage.close", "{s:I, s:s}", "id", at_int(answer[0], "id"), "ended", in_minutes(0));
}

static void houses_are_named_in_a_line(void **state)
{
    (void)state;
    json_int_t id = at_int(rpc_ok(duty, "outage.open", "{s:s, s:s, s:s, s:[i]}", "kind", "emergency", "resource", "lift", "line",
                                  "Ленина 1-5, 8; Садовая 2", "houses", 30),
                           "id");
    assert_int_equal(at_int(card(id), "houses_now"),
                     6); /* 1, 3, 5, 8: the side of the street that both ends are on; and Садовая 2; and the one beside the line */
    rpc_refused(duty, -32602, "line", "outage.add_houses", "{s:I, s:s}", "id", id, "line", "Ленина 99");
    rpc_refused(duty, -32602, "line", "outage.add_houses", "{s:I, s:s}", "id", id, "line", "Несуществующая 1");
    rpc_ok(duty, "outage.add_houses", "{s:I, s:s}", "id", id, "line", "Мира 1, 2");
    rpc_ok(duty, "outage.restore_houses", "{s:I, s:s, s:s}", "id", id, "line", "Мира 1, 2", "time", in_minutes(0));
    assert_string_equal(at_text(card(id), "status"), "partial");
    rpc_ok(duty, "outage.close", "{s:I, s:s}", "id", id, "ended", in_minutes(0));
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
        int b = rpc_send(second, "outage.extend",
                         rpc_keep(json_pack("{s:I, s:i, s:s, s:s}", "id", id, "version", 1, "promised", in_minutes(90), "reason", "ждём")));
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

/* ---- the board ---- */

static json_t *line_of(json_t *board, const char *resource) { return find_item(at(board, "items"), "resource", resource); }

/* What is counted when something changes is what the intervals say, line by line, in every cut. */
static void the_counts_agree(const char *when)
{
    static const char *const cuts[] = {"resource", "district", "settlement", "supplier"};
    static const char *const members[] = {"resource",       "outages",   "promises_broken",     "houses", "emergency_houses",
                                          "planned_houses", "residents", "residents_estimated", "flats",  "social_objects",
                                          "since",          "promised",  "next_promised"};
    usleep(1100000); /* a moment told in whole seconds is after what has just begun */
    for (size_t k = 0; k < sizeof cuts / sizeof *cuts; k++) {
        json_t *live = at(rpc_ok(duty, "outage.board", "{s:s}", "by", cuts[k]), "items"), *counted, *line;
        counted = at(rpc_ok(duty, "outage.board", "{s:s, s:s}", "by", cuts[k], "at", in_minutes(0)), "items");
        size_t i;
        CHECK(json_array_size(live) == json_array_size(counted), "%s, by %s: %zu lines, counted %zu", when, cuts[k], json_array_size(live),
              json_array_size(counted));
        json_array_foreach(live, i, line) for (size_t m = 0; m < sizeof members / sizeof *members; m++)
        {
            json_t *other = json_array_get(counted, i);
            CHECK(json_equal(at(line, members[m]), at(other, members[m])), "%s, by %s, line %zu: %s differs: %s and %s", when, cuts[k], i,
                  members[m], json_dumps(line, 0), json_dumps(other, 0));
        }
    }
}

static void a_house_in_three_outages_of_a_resource_is_one(void **state)
{
    (void)state;
    sql("UPDATE house SET without = '{gas}' WHERE id = 5");
    json_int_t a = at_int(open_outage("emergency", "gas", 1, 4, -120, 60), "id"),
               b = at_int(open_outage("emergency", "gas", 3, 6, -60, 90), "id");
    json_t *third = rpc_ok(duty, "outage.open", "{s:s, s:s, s:o, s:s, s:s, s:s, s:i}", "kind", "planned", "resource", "gas", "houses",
                           houses(4, 12), "started", in_minutes(-30), "promised", in_minutes(200), "source", "051", "supplier", 1);
    rpc_ok(duty, "outage.open", "{s:s, s:s, s:o}", "kind", "limited", "resource", "gas", "houses", houses(1, 30));
    rpc_ok(duty, "outage.open", "{s:s, s:s, s:o}", "kind", "debt", "resource", "gas", "houses", houses(1, 30));
    json_t *gas = line_of(rpc_ok(duty, "outage.board", NULL), "gas");
    assert_int_equal(at_int(gas, "outages"), 3);
    assert_int_equal(at_int(gas, "houses"), 11); /* 1-12 but the fifth, which never had gas */
    assert_int_equal(at_int(gas, "emergency_houses"), 5);
    assert_int_equal(at_int(gas, "planned_houses"), 8);
    assert_int_equal(at_int(gas, "flats"), 110);
    assert_int_equal(at_int(gas, "residents"), 4 * 20 + 5 * 25 + 2 * 20);
    assert_int_equal(at_int(gas, "residents_estimated"), 5 * 25);
    assert_int_equal(at_int(gas, "social_objects"), 1);
    assert_string_equal(at_text(gas, "since"), at_text(card(a), "started"));
    assert_string_equal(at_text(gas, "promised"), at_text(card(at_int(third, "id")), "promised"));
    the_counts_agree("three at once");
    json_t *source = line_of(rpc_ok(duty, "outage.board", "{s:s}", "source", "051"), "gas");
    assert_int_equal(at_int(source, "houses"), 8);
    json_t *supplier = line_of(rpc_ok(duty, "outage.board", "{s:i}", "supplier", 1), "gas");
    assert_int_equal(at_int(supplier, "houses"), 8);
    json_t *found = rpc_ok_json(duty, "outage.list", rpc_keep(json_deep_copy(at(gas, "filter"))));
    assert_int_equal(at_int(found, "total"), 3);
    rpc_ok(duty, "outage.restore_houses", "{s:I, s:[i], s:s}", "id", a, "houses", 4, "time", in_minutes(-1));
    gas = line_of(rpc_ok(duty, "outage.board", NULL), "gas");
    assert_int_equal(at_int(gas, "houses"), 11);
    rpc_ok(duty, "outage.convert", "{s:I, s:s, s:s}", "id", at_int(third, "id"), "kind", "emergency", "reason", "Авария");
    gas = line_of(rpc_ok(duty, "outage.board", NULL), "gas");
    assert_int_equal(at_int(gas, "emergency_houses"), 11);
    assert_int_equal(at_int(gas, "planned_houses"), 0);
    the_counts_agree("converted");
    sql("UPDATE house SET residents = 100, district_id = 2 WHERE id = 1");
    sql("INSERT INTO social_object (kind, name, house_id) VALUES ('clinic', 'Поликлиника', 2)");
    sql("UPDATE settlement SET residents_per_flat = 3");
    the_counts_agree("more is known of the houses");
    gas = line_of(rpc_ok(duty, "outage.board", "{s:i}", "district", 2), "gas");
    assert_int_equal(at_int(gas, "residents"), 100);
    rpc_ok(duty, "outage.close", "{s:I, s:s}", "id", a, "ended", in_minutes(0));
    rpc_ok(duty, "outage.close", "{s:I, s:s}", "id", b, "ended", in_minutes(0));
    the_counts_agree("two closed");
    rpc_ok(duty, "outage.close", "{s:I, s:s}", "id", at_int(third, "id"), "ended", in_minutes(0));
    assert_null(line_of(rpc_ok(duty, "outage.board", NULL), "gas"));
    the_counts_agree("all closed");
}

static void any_past_moment_is_told_as_it_was(void **state)
{
    (void)state;
    json_int_t id = at_int(rpc_ok(duty, "outage.open", "{s:s, s:s, s:o, s:s}", "kind", "emergency", "resource", "lift", "houses",
                                  houses(21, 25), "started", in_minutes(-180)),
                           "id");
    rpc_ok(duty, "outage.restore_houses", "{s:I, s:[i,i], s:s}", "id", id, "houses", 21, 22, "time", in_minutes(-120));
    rpc_ok(duty, "outage.close", "{s:I, s:s}", "id", id, "ended", in_minutes(-60));
    static const struct {
        int minutes, houses;
    } moments[] = {{-181, 0}, {-150, 5}, {-119, 3}, {-61, 3}, {-59, 0}};
    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
        json_t *lift = line_of(rpc_ok(duty, "outage.board", "{s:s}", "at", in_minutes(moments[i].minutes)), "lift");
        CHECK((lift ? at_int(lift, "houses") : 0) == moments[i].houses, "%d minutes ago there were %d houses", -moments[i].minutes,
              lift ? (int)at_int(lift, "houses") : 0);
    }
    json_t *then = line_of(rpc_ok(duty, "outage.board", "{s:s}", "at", in_minutes(-90)), "lift");
    assert_int_equal(at_int(rpc_ok_json(duty, "outage.list", rpc_keep(json_deep_copy(at(then, "filter")))), "total"), 1);
    rpc_refused(duty, -32602, "at", "outage.board", "{s:s}", "at", in_minutes(10));
}

static json_t *wait_for(json_int_t id, const char *member, const char *value)
{
    for (int i = 0; i < 200; i++) {
        json_t *now = card(id), *found = at(now, member);
        if (json_is_true(found) ? strcmp(value, "true") == 0 : json_is_string(found) && strcmp(json_string_value(found), value) == 0)
            return now;
        usleep(50000);
    }
    FAIL("%s never became %s", member, value);
    return NULL;
}

static void planned_ones_begin_and_promises_break_by_themselves(void **state)
{
    (void)state;
    json_int_t id = at_int(open_outage("planned", "heating", 11, 14, 60, 120), "id");
    sql("UPDATE outage SET opened_at = now() - interval '3 days', started_at = now() + interval '2 seconds', promised_at = now() + "
        "interval '4 seconds' "
        "WHERE status = 'announced'");
    sql("UPDATE outage_promise p SET promised_at = o.promised_at FROM outage o WHERE o.id = p.outage_id AND o.status = 'announced'");
    sql("UPDATE outage_house h SET off_at = o.started_at FROM outage o WHERE o.id = h.outage_id AND o.status = 'announced'");
    json_t *now = wait_for(id, "status", "active");
    assert_string_equal(at_text(now, "history.1.action"), "begins_soon");
    assert_string_equal(at_text(now, "history.2.action"), "begin");
    wait_for(id, "promise_broken", "true");
    for (int i = 0; i < 100 && at_int(line_of(rpc_ok(duty, "outage.board", NULL), "heating"), "promises_broken") == 0; i++)
        usleep(50000);
    assert_int_equal(at_int(line_of(rpc_ok(duty, "outage.board", NULL), "heating"), "promises_broken"), 1);
    assert_int_equal(at_int(rpc_ok(duty, "outage.list", "{s:b, s:s}", "broken", 1, "resource", "heating"), "total"), 1);
    the_counts_agree("a broken promise");
    json_t *changes = rpc_ok(duty, "outage.changes", NULL);
    assert_string_equal(at_text(changes, "items.0.action"), "promise_broken");
    assert_true(at_int(rpc_ok(duty, "outage.board", NULL), "hour.promises_broken") >= 1);
    rpc_ok(duty, "outage.extend", "{s:I, s:s, s:s}", "id", id, "promised", in_minutes(60), "reason", "Не успели");
    assert_true(json_is_false(at(card(id), "promise_broken")));
    the_counts_agree("a new promise");
    rpc_ok(duty, "outage.close", "{s:I, s:s}", "id", id, "ended", in_minutes(0));
}

/* Outages over the same houses, opened and closed by two at once: what the board has counted is what there is. */
static void two_cut_off_the_same_houses_at_once(void **state)
{
    (void)state;
    struct rpc *who[2] = {duty, rpc_open_ssh(server, "dispatcher")};
    json_int_t ids[2][6];
    for (int round = 0; round < 6; round++) {
        int sent[2];
        for (int k = 0; k < 2; k++)
            sent[k] = rpc_send(who[k], "outage.open",
                               rpc_keep(json_pack("{s:s, s:s, s:o}", "kind", "emergency", "resource", "cold_water", "houses",
                                                  houses(1 + round, 20 + round))));
        for (int k = 0; k < 2; k++)
            ids[k][round] = at_int(rpc_answer(who[k], sent[k]), "result.id");
    }
    the_counts_agree("opened by two");
    for (int round = 0; round < 6; round++) {
        int sent[2];
        for (int k = 0; k < 2; k++)
            sent[k] = rpc_send(who[k], "outage.close", rpc_keep(json_pack("{s:I, s:s}", "id", ids[k][round], "ended", in_minutes(0))));
        for (int k = 0; k < 2; k++)
            assert_non_null(at(rpc_answer(who[k], sent[k]), "result"));
    }
    the_counts_agree("closed by two");
    assert_null(line_of(rpc_ok(duty, "outage.board", NULL), "cold_water"));
    rpc_close(&who[1]);
}

/* ---- allowed breaks ---- */

static void allowed_breaks_are_told_beside_the_promise(void **state)
{
    (void)state;
    sql("UPDATE house SET two_sources = true WHERE id = 30");
    json_int_t id = at_int(rpc_ok(duty, "outage.open", "{s:s, s:s, s:o, s:s}", "kind", "emergency", "resource", "electricity", "houses",
                                  houses(28, 30), "started", in_minutes(-180)),
                           "id");
    json_t *told = rpc_ok(duty, "outage.allowed", "{s:I}", "id", id);
    assert_int_equal(at_int(told, "at_once_hours"), 2); /* the house with two sources */
    assert_true(json_is_null(at(told, "month_hours")));
    assert_int_equal(at_int(told, "exceeded_houses"), 1);
    assert_true(at_int(told, "exceeded_s") >= 3600 && at_int(told, "exceeded_s") < 3700);
    rpc_ok(duty, "outage.close", "{s:I, s:s}", "id", id, "ended", in_minutes(0));
    assert_int_equal(at_int(rpc_ok(duty, "outage.breaks", "{s:i, s:s}", "house", 28, "resource", "electricity"), "total"), 1);
    assert_int_equal(
        at_int(rpc_ok(duty, "outage.breaks", "{s:i, s:s, s:b}", "house", 28, "resource", "electricity", "exceeded", 1), "total"), 0);
}

/* Thousands of houses are counted, too, and as each of them by itself would be: those that are alike once. */
static void allowed_breaks_of_a_large_outage_are_counted(void **state)
{
    static const char each[] =
        "SELECT count(*) FILTER (WHERE r.exceeded_s > 0) || ' ' || max(r.exceeded_s) / 60 || ' ' || max(r.off_s) / 60 FROM house h "
        "CROSS JOIN LATERAL gorod_breaks(h.id, 'cold_water', date_trunc('month', now()), date_trunc('month', now()) + "
        "interval '1 month') r WHERE h.number LIKE 'Т%'";
    char ours[100];
    (void)state;
    sql("INSERT INTO house (settlement_id, street_id, number, number_value, flats, without) SELECT 1, 1, 'Т' || n, n, 1, CASE WHEN n % 10 "
        "= 0 THEN "
        "'{cold_water}'::text[] ELSE '{}' END FROM generate_series(1, 3500) n");
    json_t *big = rpc_ok(duty, "outage.open", "{s:s, s:s, s:[], s:s}", "kind", "emergency", "resource", "cold_water", "houses", "started",
                         in_minutes(-600)),
           *small = rpc_ok(duty, "outage.open", "{s:s, s:s, s:[], s:s}", "kind", "emergency", "resource", "cold_water", "houses", "started",
                           in_minutes(-900));
    char text[400];
    snprintf(text, sizeof text,
             "INSERT INTO outage_house (outage_id, house_id, off_at) SELECT o.id, h.id, o.started_at FROM outage o, house h WHERE h.number "
             "LIKE 'Т%%' "
             "AND (o.id = %lld OR o.id = %lld AND h.number_value %% 7 = 0)",
             (long long)at_int(big, "id"), (long long)at_int(small, "id"));
    sql(text);
    json_t *allowed = at(rpc_ok(duty, "outage.get", "{s:I}", "id", at_int(big, "id")), "allowed");
    snprintf(ours, sizeof ours, "%lld %lld %lld", (long long)at_int(allowed, "exceeded_houses"),
             (long long)at_int(allowed, "exceeded_s") / 60, (long long)at_int(allowed, "month_off_s") / 60);
    assert_int_equal(at_int(allowed, "exceeded_houses"), 3150);
    assert_string_equal(ours, sql(each));
    sql("DELETE FROM outage_house WHERE house_id IN (SELECT id FROM house WHERE number LIKE 'Т%')");
    rpc_ok(duty, "outage.close", "{s:I, s:s}", "id", at_int(big, "id"), "ended", in_minutes(0));
    rpc_ok(duty, "outage.close", "{s:I, s:s}", "id", at_int(small, "id"), "ended", in_minutes(0));
    sql("DELETE FROM house WHERE number LIKE 'Т%'");
}

/* By hand: cold water, 8 hours in a month and 4 at once. In March 2026 house 7 was without from 30.03 20:00 to 22:00 (two hours), from
 * 21:00 to 23:30 by another outage (together 3.5 h), and from 31.03 21:00 over midnight to 01.04 05:00: 3 h of March and 5 h of April, 8 h
 * in one go. */
static void a_month_of_a_house_is_the_union_of_its_breaks(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
    } breaks[] = {{"2026-03-30T20:00:00+03:00", "2026-03-30T22:00:00+03:00"},
                  {"2026-03-30T21:00:00+03:00", "2026-03-30T23:30:00+03:00"},
                  {"2026-03-31T21:00:00+03:00", "2026-04-01T05:00:00+03:00"}};
    for (size_t i = 0; i < sizeof breaks / sizeof *breaks; i++) {
        json_int_t id = at_int(rpc_ok(duty, "outage.open", "{s:s, s:s, s:o, s:s, s:s}", "kind", "emergency", "resource", "cold_water",
                                      "houses", houses(7, 7), "started", breaks[i].from, "reason", "Порыв"),
                               "id");
        rpc_ok(duty, "outage.close", "{s:I, s:s}", "id", id, "ended", breaks[i].to);
    }
    json_t *march =
        at(rpc_ok(duty, "outage.breaks", "{s:i, s:s, s:s}", "house", 7, "resource", "cold_water", "month", "2026-03-15"), "items.0");
    assert_int_equal(at_int(march, "off_s"), (3 * 60 + 30 + 3 * 60) * 60);
    assert_int_equal(at_int(march, "longest_s"), 8 * 3600);
    assert_int_equal(at_int(march, "exceeded_s"), 0); /* 6.5 of 8 h; the fourth hour of the long one ends in April */
    json_t *april = at(
        rpc_ok(duty, "outage.breaks", "{s:i, s:s, s:s, s:b}", "house", 7, "resource", "cold_water", "month", "2026-04-01", "exceeded", 1),
        "items.0");
    assert_int_equal(at_int(april, "off_s"), 5 * 3600);
    assert_int_equal(at_int(april, "exceeded_hours"), 4); /* of 8 h at once 4 are allowed, and those above lie in April */
    assert_true(json_number_value(at(april, "percent")) > 0.599 && json_number_value(at(april, "percent")) < 0.601);
    json_t *note = rpc_ok(duty, "outage.charge_note", "{s:i, s:s, s:s}", "house", 7, "resource", "cold_water", "month", "2026-04-01");
    const char *text = at_text(note, "text");
    assert_non_null(strstr(text, "31.03.2026 21:00 - 01.04.2026 05:00"));
    assert_non_null(strstr(text, "месяц: 0.60 %"));
    assert_non_null(strstr(text, "не является сроком ремонта"));
    assert_non_null(strstr(text, "ул. Ленина, 7"));
}

static void a_notice_is_made_from_a_template(void **state)
{
    (void)state;
    json_int_t id = at_int(rpc_ok(duty, "outage.open", "{s:s, s:s, s:o, s:i, s:s}", "kind", "emergency", "resource", "hot_water", "houses",
                                  houses(9, 12), "supplier", 1, "reason", "Порыв {houses}"),
                           "id");
    json_t *notice = rpc_ok(duty, "outage.notice", "{s:I}", "id", id);
    assert_string_equal(at_text(notice, "template"), "emergency");
    assert_non_null(strstr(at_text(notice, "text"), "ул. Ленина: 9, 10; ул. Мира: 1, 2"));
    assert_non_null(strstr(at_text(notice, "text"), "Порыв {houses}")); /* what is put in is never read as a template */
    assert_non_null(strstr(at_text(notice, "text"), "Горводоканал"));
    rpc_refused(duty, -32602, "template", "outage.notice", "{s:I, s:s}", "id", id, "template", "poem");
    rpc_ok(duty, "outage.close", "{s:I, s:s}", "id", id, "ended", in_minutes(0));
    assert_string_equal(at_text(rpc_ok(duty, "outage.notice", "{s:I}", "id", id), "template"), "restored");
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
        cmocka_unit_test(a_planned_one_is_told_ten_working_days_ahead),
        cmocka_unit_test(a_second_import_of_an_id_adds_nothing),
        cmocka_unit_test(houses_are_named_in_a_line),
        cmocka_unit_test(lists_are_filtered),
        cmocka_unit_test(two_close_and_extend_at_once),
        cmocka_unit_test(a_house_in_three_outages_of_a_resource_is_one),
        cmocka_unit_test(any_past_moment_is_told_as_it_was),
        cmocka_unit_test(planned_ones_begin_and_promises_break_by_themselves),
        cmocka_unit_test(two_cut_off_the_same_houses_at_once),
        cmocka_unit_test(allowed_breaks_are_told_beside_the_promise),
        cmocka_unit_test(allowed_breaks_of_a_large_outage_are_counted),
        cmocka_unit_test(a_month_of_a_house_is_the_union_of_its_breaks),
        cmocka_unit_test(a_notice_is_made_from_a_template),
        cmocka_unit_test(the_time_of_a_supplier_becomes_outages),
        cmocka_unit_test(a_call_joins_the_first_of_several),
        cmocka_unit_test(a_call_is_told_the_end_of_the_period),
        cmocka_unit_test(stops_cleanly),
    };
    return HARNESS_RUN("outages", tests);
}
