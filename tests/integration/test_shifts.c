/* Shifts: one on duty, its log, the hand-over with everything open, signed by another dispatcher. */
#include "tests/harness/check.h"
#include "tests/harness/town.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct server *server;
static struct town town;
static struct rpc *desk, *next;
static json_int_t shift;

static void starts_and_is_filled(void **state)
{
    (void)state;
    server = server_start(NULL);
    given_municipality(server, &town);
    desk = town_as(&town, TOWN_dispatcher);
    json_t *user = rpc_ok(town.admin, "user.get", "{s:I}", "id", town.user[TOWN_manager]);
    rpc_ok(town.admin, "user.set", "{s:I, s:I, s:[s]}", "id", town.user[TOWN_manager], "version", at_int(user, "version"), "roles",
           "dispatcher");
    next = town_as(&town, TOWN_manager);
}

static json_t *card(json_int_t id) { return rpc_ok(desk, "shift.get", "{s:I}", "id", id); }

static void one_is_on_duty(void **state)
{
    (void)state;
    rpc_error(desk, 1001, "shift.get", NULL);
    rpc_refused(desk, 1004, "no_shift", "shift.note", "{s:s}", "text", "Рано");
    rpc_refused(desk, -32602, "regime", "shift.open", "{s:s}", "regime", "party");
    rpc_refused(desk, -32602, "planned_end", "shift.open", "{s:s}", "planned_end", "2000-01-01T00:00:00Z");
    shift = at_int(rpc_ok(desk, "shift.open", "{s:s, s:s}", "regime", "raised", "weather", "−5 °C, снег"), "id");
    rpc_refused(next, 1004, "shift_on_duty", "shift.open", NULL);
    assert_int_equal(at_int(rpc_ok(desk, "shift.get", NULL), "id"), shift);
    json_int_t call = at_int(rpc_ok(desk, "incident.log", "{s:s, s:s}", "type", "no_gas", "place", "Мира, 1"), "id");
    assert_int_equal(at_int(rpc_ok(desk, "incident.get", "{s:I}", "id", call), "shift"), shift);
    assert_int_equal(at_int(card(shift), "incidents"), 1);
}

static void the_log_waits_for_answers(void **state)
{
    (void)state;
    json_int_t order =
        at_int(rpc_ok(desk, "shift.note", "{s:s, s:s, s:s}", "kind", "order", "who", "Глава", "text", "Проверить генераторы"), "id");
    rpc_ok(desk, "shift.note", "{s:s}", "text", "Обход проведён");
    json_t *items = rpc_ok(desk, "shift.items", NULL);
    assert_int_equal(json_array_size(at(items, "items.orders")), 1);
    assert_int_equal(json_array_size(at(items, "items.incidents")), 1);
    rpc_ok(desk, "shift.entry_done", "{s:I, s:s}", "entry", order, "text", "Проверены");
    rpc_refused(desk, -32602, "entry", "shift.entry_done", "{s:I}", "entry", order);
    assert_int_equal(json_array_size(at(rpc_ok(desk, "shift.items", NULL), "items.orders")), 0);
    assert_int_equal(json_array_size(at(card(shift), "entries")), 2);
}

static void the_next_signs_for_what_is_open(void **state)
{
    (void)state;
    rpc_refused(desk, -32602, "handover_note", "shift.hand_over", "{s:I}", "id", shift);
    rpc_refused(desk, -32602, "checks.toaster", "shift.hand_over", "{s:I, s:s, s:{s:b}}", "id", shift, "handover_note", "Всё тихо",
                "checks", "toaster", 1);
    rpc_error(next, 1004, "shift.accept", "{s:I, s:s}", "id", shift, "acknowledge_open_items", "x"); /* nothing is offered yet */
    rpc_ok(desk, "shift.hand_over", "{s:I, s:s, s:{s:b, s:s}}", "id", shift, "handover_note", "Ждём газовиков на Мира, 1", "checks",
           "radio", 1, "backup_power", "нет топлива");
    const char *seen = at_text(rpc_ok(next, "shift.items", NULL), "digest");
    assert_false(has_word(at(card(shift), "actions"), "accept"));
    assert_true(has_word(at(rpc_ok(next, "shift.get", NULL), "actions"), "accept"));
    rpc_error(desk, 1002, "shift.accept", "{s:I, s:s}", "id", shift, "acknowledge_open_items", seen); /* nobody hands over to themselves */
    rpc_ok(next, "shift.refuse", "{s:I, s:s}", "id", shift, "reason", "Не закрыта заявка");
    rpc_ok(desk, "shift.hand_over", "{s:I, s:s}", "id", shift, "handover_note", "Ждём газовиков на Мира, 1");
    /* Something new came after the list was looked at: it must be seen, too. */
    rpc_ok(desk, "incident.log", "{s:s, s:s}", "type", "fire", "place", "Склад");
    rpc_refused(next, 1004, "list_changed", "shift.accept", "{s:I, s:s}", "id", shift, "acknowledge_open_items", seen);
    json_t *done = rpc_ok(next, "shift.accept", "{s:I, s:s, s:s}", "id", shift, "acknowledge_open_items",
                          at_text(rpc_ok(next, "shift.items", NULL), "digest"), "remarks", "Принял");
    assert_int_equal(at_int(done, "open_items"), 2);
    json_t *old = card(shift), *now = rpc_ok(next, "shift.get", NULL);
    assert_string_equal(at_text(old, "status"), "closed");
    assert_int_equal(json_array_size(at(old, "open_items.incidents")), 2);
    assert_int_equal(at_int(now, "id"), at_int(done, "next"));
    assert_int_equal(at_int(now, "previous"), shift);
    assert_string_equal(at_text(now, "opened_at"), at_text(old, "closed_at")); /* not a second without a dispatcher */
    assert_int_equal(at_int(old, "late_minutes"), 0);
    assert_int_equal(at_int(rpc_ok(desk, "shift.list", NULL), "total"), 2);
}

/* ---- the report of 24 hours ---- */

static const char *report_text(const char *form, const char *format, const char *option, const char *value)
{
    static char *kept;
    struct outcome o;
    server_cli(server, &o, NULL, "report", form, "--format", format, option, value, NULL);
    CHECK(o.exit_code == 0, "report %s: %s", form, o.err);
    free(kept);
    kept = strdup(o.out);
    outcome_free(&o);
    return kept;
}

static bool holds(const char *text, const char *piece)
{
    if (strstr(text, piece))
        return true;
    fprintf(stderr, "no «%s» in:\n%s\n", piece, text);
    return false;
}

static void the_day_is_told_in_sections(void **state)
{
    (void)state;
    rpc_ok(next, "incident.log", "{s:s, s:s, s:s, s:i, s:i}", "type", "road_accident", "place", "Мост", "text", "Столкнулись двое", "dead",
           1, "injured", 2);
    rpc_ok(next, "incident.log", "{s:s, s:s, s:i}", "type", "collapse", "place", "Школа 3", "rescued", 4);
    rpc_ok(next, "shift.note", "{s:s, s:s}", "kind", "life_support", "text", "Котельных остановлено: 0 из 12");
    rpc_ok(next, "shift.note", "{s:s, s:s}", "kind", "note", "text", "Ночь прошла спокойно");
    json_int_t house = at_int(rpc_ok(next, "house.add", "{s:s, s:s, s:s, s:[s,s], s:i}", "settlement_name", "г. Тутаев", "street_name",
                                     "ул. Мира", "number", "7", "create", "settlement", "street", "residents", 120),
                              "id");
    rpc_ok(next, "outage.open", "{s:s, s:s, s:[I], s:s}", "kind", "emergency", "resource", "cold_water", "houses", house, "reason",
           "Порыв");
    /* A house of the same street that has a well of its own: named in the line, counted neither on the board nor here. */
    json_int_t dry = at_int(rpc_ok(next, "house.add", "{s:s, s:s, s:s, s:i}", "settlement_name", "г. Тутаев", "street_name", "ул. Мира",
                                   "number", "9", "residents", 5),
                            "id");
    server_sql(server, "UPDATE house SET without = '{cold_water}' WHERE residents = 5");
    rpc_ok(next, "outage.open", "{s:s, s:s, s:[I,I], s:s}", "kind", "emergency", "resource", "cold_water", "houses", house, dry, "reason",
           "Ещё порыв");
    assert_int_equal(at_int(rpc_ok(next, "outage.board", "{s:s}", "resource", "cold_water"), "items.0.houses"), 1);
    /* The day on which these 24 hours end: a duty day goes from eight to eight, and before eight this is still yesterday's. */
    char ends[16];
    snprintf(ends, sizeof ends, "%s", server_sql(server, "SELECT ((now() AT TIME ZONE 'Europe/Moscow') + interval '16 hours')::date"));
    const char *text = report_text("edds_daily", "text", "--date", ends);
    assert_true(holds(text, "Оперативная сводка ЕДДС за сутки"));
    assert_true(holds(text, "Дежурные смены: Д-1"));
    assert_true(holds(text, "ДТП; Всего: 1; Погибло: 1; Пострадало: 2"));
    assert_true(holds(text, "Школа 3"));
    assert_true(holds(text, "Спасено: 4"));
    /* Two outages of one resource, one house. */
    assert_true(holds(text, "Холодное водоснабжение; Открыто: 2; Закрыто: 0; Действует: 2; Домов: 1; Жителей: 120"));
    assert_true(holds(text, "Котельных остановлено: 0 из 12"));
    assert_true(holds(text, "Проверить генераторы"));
    assert_true(holds(text, "Ночь прошла спокойно"));
    assert_true(holds(report_text("edds_daily", "csv", "--date", ends), "Порыв"));
    assert_memory_equal(report_text("edds_daily", "pdf", "--date", ends), "%PDF", 4);
    assert_memory_equal(report_text("edds_daily", "xlsx", "--date", ends), "PK", 2);
    /* What happened before the 24 hours is not theirs. */
    assert_null(strstr(report_text("edds_daily", "text", "--date", day_from_today(-3)), "Школа 3"));
    assert_true(holds(report_text("edds_statistics", "csv", "--period", "this_month"), "Холодное водоснабжение;2;2;0;3"));
    assert_true(holds(report_text("incidents_journal", "csv", "--period", "this_month"), "Столкнулись двое"));
    assert_true(holds(report_text("shift_log", "csv", "--period", "this_month"), "Ждём газовиков"));
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
        cmocka_unit_test(starts_and_is_filled),        cmocka_unit_test(one_is_on_duty),
        cmocka_unit_test(the_log_waits_for_answers),   cmocka_unit_test(the_next_signs_for_what_is_open),
        cmocka_unit_test(the_day_is_told_in_sections), cmocka_unit_test(stops_cleanly),
    };
    return HARNESS_RUN("shifts", tests);
}
