/* What the server does by its own clock: what is overdue from midnight of the municipality on, reminders and births of periodic
 * assignments exactly once, the forecast. The civil day is set by the zone: UTC-12 and UTC+14 are 26 hours apart, so that going from one to
 * the other is a midnight (or two), and going back is a clock that goes back. */
#include "tests/harness/check.h"
#include "tests/harness/clock.h"
#include "tests/harness/town.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct server *server;
static struct town town;
static struct rpc *head;

static const char early[] = "zone: Etc/GMT+12\n", late[] = "zone: Etc/GMT-14\n";

/* The civil day so many hours from UTC, and so many days on. */
static const char *day_at(int hours, int days)
{
    static char text[8][11];
    static int slot;
    time_t t = time(NULL) + hours * 3600 + days * 86400;
    struct tm tm;
    slot = (slot + 1) % 8;
    gmtime_r(&t, &tm);
    strftime(text[slot], sizeof text[slot], "%Y-%m-%d", &tm);
    return text[slot];
}

static void set_day(const char *zone)
{
    char path[SERVER_PATH_BYTES + 32];
    town_close_sessions(&town);
    server_stop(server);
    snprintf(path, sizeof path, "%s/config.yaml", server->dir);
    CHECK(write_whole(path, zone, 0644), "cannot write %s", path);
    server_start_again(server);
    town.admin = rpc_open_admin(server);
    head = town_as(&town, TOWN_head);
}

static void sql(const char *statement) { (void)server_sql(server, statement); }

static json_int_t given_until(const char *title, const char *due)
{
    return at_int(rpc_ok(head, "assignment.create", "{s:s, s:I, s:s}", "title", title, "responsible", town.user[TOWN_executor], "due", due),
                  "id");
}

static json_t *card(json_int_t id) { return rpc_ok(head, "assignment.get", "{s:I}", "id", id); }

static int times(json_int_t id, const char *action)
{
    int n = 0;
    size_t i;
    json_t *e;
    json_array_foreach(at(card(id), "history"), i, e) n += strcmp(at_text(e, "action"), action) == 0;
    return n;
}

struct wanted {
    json_int_t id;
    const char *action;
};

static bool has_happened(void *arg)
{
    const struct wanted *w = arg;
    return times(w->id, w->action) > 0;
}

static json_int_t today, tomorrow, far, monday;

static void starts_and_is_filled(void **state)
{
    (void)state;
    server = server_start(&(struct server_options){.config = early});
    given_municipality(server, &town);
    head = town_as(&town, TOWN_head);
    /* A day off rolls back to one that has been; that is another test's matter: here every day is a working one. */
    for (int i = -3; i < 40; i++)
        rpc_ok(town.admin, "calendar.set", "{s:s, s:s, s:s, s:b}", "date", day_at(-12, i), "kind", "work", "document", "Проверка", "local",
               0);
    today = given_until("Сегодня", day_at(-12, 0));
    tomorrow = given_until("Через пять дней", day_at(14, 4));
    far = given_until("Нескоро", day_at(14, 30));
}

static void nothing_is_overdue_on_its_last_day(void **state)
{
    (void)state;
    assert_true(json_is_false(at(card(today), "overdue")));
    assert_int_equal(at_int(card(today), "days_left"), 0);
    assert_int_equal(times(today, "overdue"), 0);
}

enum { ROUND_MS = 20000 }; /* of the clock thread, at worst */

static bool all_are_born(void *arg)
{
    (void)arg;
    return at_int(rpc_ok(head, "periodic.list", "{}"), "items.0.born") >= 3;
}

static void midnight_makes_it_overdue_and_reminds(void **state)
{
    (void)state;
    set_day(late);
    assert_true(json_is_true(at(card(today), "overdue"))); /* from the first moment, whatever the clock thread has done */
    struct wanted over = {today, "overdue"}, soon = {tomorrow, "reminder"};
    CHECK(wait_until(has_happened, &over, 20000), "no event says that it became overdue");
    CHECK(wait_until(has_happened, &soon, 20000), "no reminder");
    json_t *e = find_item(at(card(tomorrow), "history"), "action", "reminder");
    assert_int_equal(at_int(e, "changes.days_left"), 4);
    assert_int_equal(times(far, "reminder"), 0);
    assert_int_equal(times(today, "reminder"), 0);
}

static void it_happens_once_whatever_the_clock_does(void **state)
{
    (void)state;
    set_day(early); /* the clock goes back */
    assert_true(json_is_false(at(card(today), "overdue")));
    set_day(late); /* and comes again */
    /* A birth shows that the clock thread has been round. */
    json_t *made = rpc_ok(head, "assignment.create", "{s:s, s:I, s:s}", "title", "Еженедельная справка", "responsible",
                          town.user[TOWN_executor], "period", "weekly");
    monday = at_int(made, "id");
    assert_non_null(at(card(monday), "periodic"));
    sql("UPDATE periodic SET next_on = date_trunc('week', current_date)::date - 7");
    wait_until(all_are_born, NULL, ROUND_MS);
    json_t *list = rpc_ok(head, "periodic.list", "{}");
    assert_int_equal(at_int(list, "items.0.born"), 3); /* the one given, and one for each of the two weeks */
    assert_string_equal(at_text(list, "items.0.trouble"), "");
    assert_int_equal(times(today, "overdue"), 1);
    assert_int_equal(times(tomorrow, "reminder"), 1);
}

static bool trouble_is_told(void *arg)
{
    (void)arg;
    return *at_text(rpc_ok(head, "periodic.list", "{}"), "items.0.trouble") != '\0';
}

static void a_period_without_its_person_is_told(void **state)
{
    (void)state;
    json_t *user = rpc_ok(town.admin, "user.get", "{s:I}", "id", town.user[TOWN_executor]);
    /* What is open goes to a successor, and what will come, too; without one nobody leaves. */
    json_t *e = rpc_refused(town.admin, -32602, "successor", "user.disable", "{s:I}", "id", town.user[TOWN_executor]);
    CHECK(strstr(at_text(e, "message"), "в периодических поручениях 1"), "%s", at_text(e, "message"));
    rpc_ok(town.admin, "user.disable", "{s:I, s:I, s:I}", "id", town.user[TOWN_executor], "version", at_int(user, "version"), "successor",
           town.user[TOWN_chief]);
    json_t *mine = rpc_ok(head, "periodic.list", "{}");
    assert_int_equal(at_int(mine, "items.0.responsible"), town.user[TOWN_chief]);
    json_int_t id = at_int(mine, "items.0.id");
    assert_string_equal(at_text(rpc_ok(head, "periodic.get", "{s:I}", "id", id), "history.0.action"), "hand_over");
    sql("UPDATE periodic SET next_on = current_date, params = params || jsonb_build_object('responsible', (SELECT id FROM app_user WHERE login = 'executor'))");
    wait_until(trouble_is_told, NULL, ROUND_MS);
    CHECK(strstr(at_text(rpc_ok(head, "periodic.list", "{}"), "items.0.trouble"), "responsible"), "it is not told: %s",
          at_text(rpc_ok(head, "periodic.list", "{}"), "items.0.trouble"));
    rpc_error(town_as(&town, TOWN_chief), 1001, "periodic.stop", "{s:I}", "id", id);
    /* Mended by who gives it: another executor, another rhythm from the next one on. */
    rpc_refused(head, -32602, "responsible", "periodic.set", "{s:I, s:I}", "id", id, "responsible", town.user[TOWN_executor]);
    rpc_refused(head, -32602, "period", "periodic.set", "{s:I, s:s}", "id", id, "period", "hourly");
    rpc_refused(head, -32602, "title", "periodic.set", "{s:I, s:s}", "id", id, "title", "");
    rpc_error(town_as(&town, TOWN_chief), 1001, "periodic.set", "{s:I, s:s}", "id", id, "title", "Чужое");
    json_int_t version = at_int(rpc_ok(head, "periodic.get", "{s:I}", "id", id), "version");
    rpc_ok(head, "periodic.set", "{s:I, s:I, s:I, s:s, s:s}", "id", id, "version", version, "responsible", town.user[TOWN_chief], "period", "monthly",
           "title", "Ежемесячная справка");
    rpc_error(head, 1003, "periodic.set", "{s:I, s:I, s:s}", "id", id, "version", version, "title", "Поздно");
    json_t *set = rpc_ok(head, "periodic.get", "{s:I}", "id", id);
    assert_string_equal(at_text(set, "title"), "Ежемесячная справка");
    assert_string_equal(at_text(set, "trouble"), "");
    assert_string_equal(at_text(set, "next_on") + 8, "01");
    assert_int_equal(at_int(set, "born"), json_array_size(at(set, "assignments")));
    CHECK(strcmp(at_text(set, "history.1.changes.period.from"), "weekly") == 0, "%s", at_text(set, "history.1.changes.period.from"));
    rpc_ok(town_as(&town, TOWN_chief), "periodic.get", "{s:I}", "id", id);
    rpc_error(town_as(&town, TOWN_chief), 1002, "periodic.set", "{s:I, s:s}", "id", id, "title", "Исполнитель не правит");
    rpc_ok(head, "periodic.stop", "{s:I, s:s}", "id", id, "reason", "Больше не нужна");
    rpc_refused(head, 1004, "status", "periodic.stop", "{s:I}", "id", id);
    assert_int_equal(at_int(rpc_ok(head, "periodic.list", "{s:b}", "all", 1), "total"), 1);
    assert_int_equal(json_array_size(at(rpc_ok(head, "periodic.list", "{}"), "items")), 0);
    rpc_refused(head, -32602, "period", "assignment.create", "{s:s, s:I, s:s}", "title", "?", "responsible", town.user[TOWN_executor2],
                "period", "hourly");
}

/* Six things that took ten days each: what must be done in three will be late, and it is said at once. */
static void a_forecast_is_told_when_it_is_given(void **state)
{
    (void)state;
    struct rpc *executor = town_as(&town, TOWN_executor2);
    for (int i = 0; i < 6; i++) {
        char statement[160];
        json_int_t id = at_int(rpc_ok(head, "assignment.create", "{s:s, s:I, s:s}", "title", "Обычное дело", "responsible",
                                      town.user[TOWN_executor2], "due", day_at(14, 20)),
                               "id");
        snprintf(statement, sizeof statement,
                 "UPDATE assignment SET issued_at = now() - interval '10 days', created_at = now() - interval '10 days' WHERE id = %lld",
                 (long long)id);
        sql(statement);
        rpc_ok(executor, "assignment.report", "{s:I, s:I, s:s}", "id", id, "version", at_int(card(id), "version"), "text", "Сделано");
        rpc_ok(head, "assignment.accept", "{s:I, s:I}", "id", id, "version", at_int(card(id), "version"));
    }
    json_t *asked = rpc_ok(head, "assignment.forecast", "{s:I, s:s}", "responsible", town.user[TOWN_executor2], "due", day_at(14, 3));
    assert_true(json_is_true(at(asked, "forecast_late")));
    CHECK(strstr(at_text(asked, "forecast_reason"), "обычно 10 дн. (медиана 6)"), "the reason: %s", at_text(asked, "forecast_reason"));
    json_t *made = rpc_ok(head, "assignment.create", "{s:s, s:I, s:s}", "title", "Срочное дело", "responsible", town.user[TOWN_executor2],
                          "due", day_at(14, 3));
    assert_true(json_is_true(at(made, "forecast_late")));
    assert_true(json_is_true(at(card(at_int(made, "id")), "forecast_late")));
    json_t *item = find_item(at(rpc_ok(head, "assignment.list", "{s:b}", "open", 1), "items"), "title", "Срочное дело");
    assert_true(json_is_true(at(item, "forecast_late")));
    made = rpc_ok(head, "assignment.create", "{s:s, s:I, s:s}", "title", "Не спеша", "responsible", town.user[TOWN_executor2], "due",
                  day_at(14, 15));
    assert_true(json_is_false(at(made, "forecast_late")));
    /* Much to do: what is usual would come in time, but not behind thirty others. */
    for (int i = 0; i < 30; i++)
        rpc_ok(head, "assignment.create", "{s:s, s:I, s:s}", "title", "Одно из многих", "responsible", town.user[TOWN_executor2], "due",
               day_at(14, 14));
    made = rpc_ok(head, "assignment.create", "{s:s, s:I, s:s}", "title", "За многими", "responsible", town.user[TOWN_executor2], "due",
                  day_at(14, 15));
    sql("UPDATE pace SET per_day = 1");
    json_t *behind = card(at_int(made, "id"));
    assert_true(json_is_true(at(behind, "forecast_late")));
    CHECK(strstr(at_text(behind, "forecast_reason"), "к сроку надо исполнить 33 при 1,0 в день"), "the reason: %s",
          at_text(behind, "forecast_reason"));
}

static void ends(void **state)
{
    (void)state;
    town_close_sessions(&town);
    server_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_and_is_filled),
        cmocka_unit_test(nothing_is_overdue_on_its_last_day),
        cmocka_unit_test(midnight_makes_it_overdue_and_reminds),
        cmocka_unit_test(it_happens_once_whatever_the_clock_does),
        cmocka_unit_test(a_period_without_its_person_is_told),
        cmocka_unit_test(a_forecast_is_told_when_it_is_given),
        cmocka_unit_test(ends),
    };
    return HARNESS_RUN("clock", tests);
}
