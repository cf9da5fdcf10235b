/* Keeping and deleting at the duty desk: calls three years, outages five; what is tied together goes together or not at all; of a caller
 * who is deleted nothing is left in a dump. */
#include "tests/harness/check.h"
#include "tests/harness/town.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CALLER "Затихаева Фёкла Саввишна"
#define PHONE "+7 910 777-66-55"

static struct server *server;
static struct town town;
static struct rpc *desk;
static json_int_t first, repeat, other, outage, called_off;

static json_t *list(void) { return rpc_ok(town.admin, "purge.run", "{s:b}", "dry_run", 1); }

static int total(void) { return (int)at_int(list(), "total"); }

static json_int_t call_of(const char *caller, const char *phone, const char *text)
{
    return at_int(rpc_ok(desk, "incident.log", "{s:s, s:s, s:s, s:s, s:s}", "type", "no_heating", "place", "ул. Тихая, 8, кв. 13", "phone",
                         phone, "text", text, "caller", caller),
                  "id");
}

/* The year that so many records were closed in: on its last day. */
static void closed_in(const char *table, json_int_t id, int years_ago)
{
    static const char *const how[] = {"UPDATE incident SET status = 'closed', taken_at = t.at - interval '3 hours', closed_at = t.at",
                                      "UPDATE outage SET status = 'restored', started_at = t.at - interval '1 hour', ended_at = t.at"};
    char text[400];
    snprintf(text, sizeof text,
             "%s FROM (SELECT make_timestamptz(extract(year FROM now())::integer - %d, 12, 31, 22, 0, 0) AS at) t WHERE id = %lld",
             how[strcmp(table, "outage") == 0], years_ago, (long long)id);
    server_sql(server, text);
}

static void given_shift_handed_over(void)
{
    json_t *user = rpc_ok(town.admin, "user.get", "{s:I}", "id", town.user[TOWN_manager]);
    rpc_ok(town.admin, "user.set", "{s:I, s:I, s:[s]}", "id", town.user[TOWN_manager], "version", at_int(user, "version"), "roles",
           "dispatcher");
    struct rpc *next = town_as(&town, TOWN_manager);
    json_int_t shift = at_int(rpc_ok(desk, "shift.get", NULL), "id");
    rpc_ok(desk, "shift.hand_over", "{s:I, s:s}", "id", shift, "handover_note", "Без замечаний");
    rpc_ok(next, "shift.accept", "{s:I, s:s}", "id", shift, "acknowledge_open_items", at_text(rpc_ok(next, "shift.items", NULL), "digest"));
}

static void starts_and_is_filled(void **state)
{
    (void)state;
    server = server_start(NULL);
    given_municipality(server, &town);
    desk = town_as(&town, TOWN_dispatcher);
    rpc_ok(desk, "shift.open", NULL);
    json_int_t city = at_int(rpc_ok(desk, "address.settlement_add", "{s:s}", "name", "Тутаев"), "id");
    json_int_t house = at_int(rpc_ok(desk, "house.add", "{s:I, s:s}", "settlement", city, "number", "1"), "id");
    first = call_of(CALLER, PHONE, "Звонит " CALLER ": батареи холодные");
    rpc_ok(desk, "incident.dispatch", "{s:I, s:s}", "id", first, "contact", "Мастер, тёзка Затихаевой");
    rpc_ok(desk, "incident.comment", "{s:I, s:s}", "id", first, "text", "Затихаева звонит снова");
    rpc_ok(desk, "incident.set", "{s:I, s:s}", "id", first, "text", "Затихаева: холодно в двух комнатах");
    repeat = call_of("Вторилова Нина", "2-11-22", "Тоже холодно");
    rpc_ok(desk, "incident.link_duplicate", "{s:I, s:I}", "id", repeat, "incident", first);
    other = call_of("Помнящева Ида", "2-33-44", "Холодно в подъезде");
    outage = at_int(rpc_ok(desk, "outage.open", "{s:s, s:s, s:[I], s:I, s:s}", "kind", "emergency", "resource", "heating", "houses", house,
                           "incident", first, "reason", "Порыв на вводе"),
                    "id");
    rpc_ok(desk, "incident.to_outage", "{s:I, s:I}", "id", other, "outage", outage);
    rpc_ok(desk, "outage.comment", "{s:I, s:s}", "id", outage, "text", "Ждём сварщика");
    called_off = at_int(rpc_ok(desk, "outage.open", "{s:s, s:s, s:[I], s:s, s:s}", "kind", "planned", "resource", "gas", "houses", house,
                               "started", in_minutes(600), "promised", in_minutes(900)),
                        "id");
    rpc_ok(desk, "outage.cancel", "{s:I, s:s}", "id", called_off, "reason", "Не понадобилось");
    rpc_ok(desk, "draft.save", "{s:s, s:{s:s}}", "screen", "incident.log", "body", "caller", "Затихаева");
    rpc_ok(town_as(&town, TOWN_clerk), "correspondent.list", "{s:s}", "query", "Затихаева");
    rpc_ok(town_as(&town, TOWN_clerk), "correspondent.list", "{s:s}", "query", "Помнящева");
    rpc_ok(town_as(&town, TOWN_clerk), "correspondent.list", "{s:s}", "query", "8 910 777 66 55");
    given_shift_handed_over();
    assert_int_equal(total(), 0);
}

static void three_years_from_the_next_january(void **state)
{
    (void)state;
    closed_in("incident", first, 3);
    closed_in("incident", repeat, 4);
    assert_int_equal(total(), 1); /* the repeat alone: three years of the first call end with this one */
    closed_in("incident", first, 4);
    server_sql(server, "UPDATE shift SET opened_at = i.taken_at - interval '1 hour', closed_at = i.closed_at FROM incident i "
                       "WHERE shift.status = 'closed' AND i.repeat_of IS NULL AND i.status = 'closed'");
    json_t *due = list();
    assert_int_equal(at_int(due, "total"), 2);
    assert_string_equal(at_text(due, "items.0.record"), "incident");
    assert_string_equal(at_text(due, "items.0.rule"), "3");
}

static void five_years_of_an_outage(void **state)
{
    (void)state;
    closed_in("outage", outage, 5);
    assert_int_equal(total(), 2);
    closed_in("outage", outage, 6);
    assert_int_equal(total(), 2); /* a call about it is kept: another term of another year */
    closed_in("incident", other, 4);
    assert_int_equal(total(), 4);
    server_sql(server, "UPDATE outage SET started_at = now() - interval '7 years', promised_at = NULL WHERE status = 'cancelled'");
    assert_int_equal(total(), 5);
}

static json_int_t held(const char *record, json_int_t id)
{
    return at_int(rpc_ok(town_as(&town, TOWN_head), "hold.set", "{s:s, s:I, s:s, s:s}", "record", record, "record_id", id, "kind", "court",
                         "reason", "Дело 2-200/26"),
                  "id");
}

static void lifted(json_int_t hold) { rpc_ok(town_as(&town, TOWN_head), "hold.lift", "{s:I, s:s}", "id", hold, "reason", "Решено"); }

static void a_hold_keeps_it_and_what_it_is_tied_to(void **state)
{
    (void)state;
    json_int_t hold = held("incident", repeat);
    assert_int_equal(total(), 2); /* left: the other call and what was called off; kept: the first call, the outage that it was about */
    json_t *holds = rpc_ok(town_as(&town, TOWN_head), "hold.list", "{s:s}", "record", "incident");
    CHECK(strncmp(at_text(holds, "items.0.number"), "ЕД-", strlen("ЕД-")) == 0, "number %s", at_text(holds, "items.0.number"));
    lifted(hold);
    hold = held("outage", outage);
    assert_int_equal(total(), 2); /* left: the repeat and what was called off */
    lifted(hold);
    /* What came of a call keeps it until it is closed itself. */
    json_int_t appeal = at_int(given_appeal(&town, "Помнящев Лев Ильич", "Холодно"), "id");
    char text[160];
    snprintf(text, sizeof text, "UPDATE incident SET appeal_id = %lld WHERE id = %lld", (long long)appeal, (long long)other);
    server_sql(server, text);
    assert_int_equal(total(), 3);
    snprintf(text, sizeof text, "UPDATE appeal SET status = 'answered', closed_on = current_date WHERE id = %lld", (long long)appeal);
    server_sql(server, text);
    assert_int_equal(total(), 5);
    closed_in("incident", other, 1);
    assert_int_equal(total(), 3);
}

static int left_of(const char *table)
{
    char text[100];
    snprintf(text, sizeof text, "SELECT count(*) FROM %s", table);
    return atoi(server_sql(server, text));
}

/* Somebody works on a card that is due while the purge runs: it waits for them, asks again, and deletes nothing. Calls are taken meanwhile.
 */
static void a_card_that_changes_meanwhile_stops_the_batch(void **state)
{
    (void)state;
    char host[SERVER_PATH_BYTES + 16], work[300], text[200];
    int before = total();
    snprintf(host, sizeof host, "%s/pg-run", server->state);
    snprintf(work, sizeof work,
             "BEGIN; UPDATE incident SET status = 'in_work', closed_at = NULL WHERE id = %lld; SELECT pg_sleep(2); COMMIT",
             (long long)repeat);
    char *const argv[] = {"psql", "-Xqo", "/dev/null", "-h", host, "-U", "gorod", "-d", "gorod", "-c", work, NULL};
    pid_t writer = proc_start(argv, (struct streams){.in = -1, .out = -1, .err = -1});
    while (atoi(server_sql(
               server, "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'BEGIN; UPDATE incident%' AND wait_event = 'PgSleep'")) == 0)
        usleep(20000);
    call_of("Вызов во время уничтожения", "2-00-00", "Никого не ждёт");
    rpc_refused(town.admin, 1004, "list_changed", "purge.run", NULL);
    assert_int_equal(proc_wait(writer, 10000), 0);
    assert_int_equal(total(), before - 2); /* what was reopened, and the first call, which it repeats; the outage has another call */
    assert_int_equal(left_of("purge_act"), 0);
    closed_in("incident", repeat, 4);
    snprintf(text, sizeof text, "UPDATE incident SET status = 'duplicate' WHERE id = %lld", (long long)repeat);
    server_sql(server, text);
    server_sql(server, "DELETE FROM incident_service WHERE incident_id = (SELECT max(id) FROM incident)");
    server_sql(server, "DELETE FROM incident_clock WHERE incident_id = (SELECT max(id) FROM incident)");
    server_sql(server, "DELETE FROM incident WHERE id = (SELECT max(id) FROM incident)");
    assert_int_equal(total(), before);
}

static void of_the_caller_nothing_is_left(void **state)
{
    (void)state;
    static const char *const words[] = {"атихаев", "Фёкла", "777-66-55", "910 777 66 55", "Вторилова", "2-11-22"};
    char *before = server_dump(server), *kept[5];
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        CHECK(strstr(before, words[i]), "«%s» was not there at all", words[i]);
    free(before);
    json_t *shown = list();
    struct outcome o;
    server_cli(server, &o, NULL, "purge", "--dry-run", NULL);
    for (size_t i = 0; i < json_array_size(at(shown, "items")); i++) {
        kept[i] = strdup(at_text(json_array_get(at(shown, "items"), i), "number"));
        CHECK(strstr(o.out, kept[i]), "%s is not in the list: %s%s", kept[i], o.out, o.err);
    }
    outcome_free(&o);
    server_cli(server, &o, NULL, "purge", NULL);
    CHECK(o.exit_code == 0 && strstr(o.out, "инцидент"), "purge: %d %s%s", o.exit_code, o.out, o.err);
    for (size_t i = 0; i < json_array_size(at(shown, "items")); i++, free(kept[i - 1]))
        CHECK(strstr(o.out, kept[i]), "%s is not in the act: %s", kept[i], o.out);
    outcome_free(&o);
    char *after = server_dump(server);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        CHECK(!strstr(after, words[i]), "«%s» is left: %s", words[i], dump_line_with(after, words[i]));
    CHECK(strstr(after, "'Помнящева'") && strstr(after, "Ждём сварщика"), "somebody else is gone, too");
    free(after);
    assert_int_equal(total(), 0);
    assert_int_equal(left_of("incident"), 1);
    assert_int_equal(left_of("outage"), 1);
    rpc_error(desk, 1001, "incident.get", "{s:I}", "id", first);
    /* What was signed for at the hand-over has its numbers still, and no place. */
    assert_int_equal(atoi(server_sql(server, "SELECT count(*) FROM shift WHERE open_items #>> '{incidents,0,number}' LIKE 'ЕД-1/%' AND "
                                             "open_items #> '{incidents,0,place}' IS NULL")),
                     1);
    json_t *log = rpc_ok(town.admin, "event.list", "{s:s, s:I}", "record", "incident", "record_id", first);
    assert_non_null(at(log, "items.0.changes.purged"));
    json_t *acts = rpc_ok(town.admin, "purge.list", NULL);
    assert_int_equal(at_int(acts, "items.0.incidents"), 2);
    assert_int_equal(at_int(acts, "items.0.outages"), 1);
}

/* The outage goes by itself once the last call about it has. */
static void the_outage_goes_after_its_calls(void **state)
{
    (void)state;
    rpc_ok(town_as(&town, TOWN_dispatcher), "incident.get", "{s:I}", "id", other);
    closed_in("incident", other, 4);
    struct outcome o;
    server_cli(server, &o, NULL, "purge", NULL);
    CHECK(o.exit_code == 0, "purge: %d %s%s", o.exit_code, o.out, o.err);
    outcome_free(&o);
    assert_int_equal(left_of("incident"), 0);
    assert_int_equal(left_of("outage"), 0);
    assert_int_equal(left_of("outage_house"), 0);
    assert_int_equal(left_of("appeal"), 1);
    char *after = server_dump(server);
    CHECK(!strstr(after, "Помнящева") && !strstr(after, "сварщик"), "left: %s", dump_line_with(after, "Помнящева"));
    free(after);
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
        cmocka_unit_test(three_years_from_the_next_january),
        cmocka_unit_test(five_years_of_an_outage),
        cmocka_unit_test(a_hold_keeps_it_and_what_it_is_tied_to),
        cmocka_unit_test(a_card_that_changes_meanwhile_stops_the_batch),
        cmocka_unit_test(of_the_caller_nothing_is_left),
        cmocka_unit_test(the_outage_goes_after_its_calls),
        cmocka_unit_test(stops_cleanly),
    };
    return HARNESS_RUN("purge_desk", tests);
}
