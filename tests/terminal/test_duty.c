/* The screens of the duty desk, whole, as they were reviewed: on a usual terminal, on a phone, on a wide screen, on a vt100. What they show
 * happened long ago (or will, long from now), so that no clock moves on them; digits are masked. */
#include "tests/harness/check.h"
#include "tests/harness/clock.h"
#include "tests/terminal/scenes.h"
#include <stdio.h>
#include <string.h>

static struct server *server;
static struct town town;
static struct rpc *desk;

#define TOLD "5" /* of two calls: taken too late, told too late; of the promise */
enum { CLOCK_MS = 20000, HOUSE = 3 };

static bool is_turned(void *arg)
{
    (void)arg;
    return strcmp(server_sql(server, "SELECT count(*) FROM outage WHERE promise_broken"), "1") == 0;
}

static bool is_placed(void *arg)
{
    (void)arg;
    return strcmp(server_sql(server, "SELECT count(*) FROM appeal_house WHERE house_id IS NOT NULL"), "1") == 0;
}

/* What the clock tells the desk of has been told, and read: nothing comes any more while screens are compared. */
static bool is_told(void *arg)
{
    (void)arg;
    return strcmp(
               server_sql(server, "SELECT count(*) FROM notification n JOIN app_user u ON u.id = n.user_id WHERE u.login = 'dispatcher'"),
               TOLD) == 0;
}

static void given_streets(void)
{
    server_sql(server, "INSERT INTO settlement (name) VALUES ('Город')");
    server_sql(server, "INSERT INTO district (name) VALUES ('Правобережный район'), ('Заводской район')");
    server_sql(server, "INSERT INTO company (name, key, phone) VALUES ('ООО «Тепловые и водяные сети Правобережья»', 'сети', '2-40-40')");
    server_sql(server, "INSERT INTO street (settlement_id, kind, name, key) VALUES (1, 'street', 'Ленина', 'ленина'), "
                       "(1, 'avenue', '50-летия Победы', '50 летия победы')");
    server_sql(server,
               "INSERT INTO house (settlement_id, district_id, street_id, number, number_value, flats, residents, entrances, floors) "
               "SELECT 1, s, s, n::text, n, 40, 100, 4, 5 FROM generate_series(1, 2) s, generate_series(1, 9) n");
    server_sql(server, "INSERT INTO social_object (kind, name, house_id, contact_duty_phone) VALUES ('school', 'Школа № 1', 3, '2-11-11')");
}

static void given_calls(void)
{
    rpc_ok(desk, "incident.log", "{s:s, s:i, s:s, s:s, s:s, s:s}", "type", "no_gas", "house", HOUSE, "text", "Нет газа с утра", "caller",
           "Сидорова А. П.", "phone", "555-02", "taken_at", "2020-01-15T12:00:00+03:00");
    rpc_ok(desk, "incident.log", "{s:s, s:s, s:s, s:s}", "type", "question", "place", "Дачи, у моста", "text", "Когда включат отопление",
           "taken_at", "2020-01-15T13:00:00+03:00");
}

static void given_outages(void)
{
    rpc_ok(desk, "outage.open", "{s:s, s:s, s:s, s:s, s:s, s:s, s:i}", "kind", "emergency", "resource", "cold_water", "line",
           "Ленина 1-5; 50-летия Победы 2", "started", "2020-01-15T09:00:00+03:00", "promised", "2020-01-15T18:00:00+03:00", "reason",
           "Порыв водопровода", "supplier", 1);
    rpc_ok(desk, "outage.open", "{s:s, s:s, s:s, s:s, s:s, s:s}", "kind", "planned", "resource", "heating", "line", "50-летия Победы 1-9",
           "started", "2099-06-01T09:00:00+03:00", "promised", "2099-06-03T18:00:00+03:00", "reason", "Испытания сети");
    json_int_t past = at_int(rpc_ok(desk, "outage.open", "{s:s, s:s, s:[i], s:s, s:s}", "kind", "emergency", "resource", "gas", "houses",
                                    HOUSE, "started", "2020-01-10T09:00:00+03:00", "promised", "2020-01-10T12:00:00+03:00"),
                             "id");
    rpc_ok(desk, "outage.close", "{s:I, s:s}", "id", past, "ended", "2020-01-10T11:00:00+03:00");
}

static void starts_and_is_filled(void **state)
{
    (void)state;
    server = server_start(&scene_options);
    given_municipality(server, &town);
    desk = town_as(&town, TOWN_dispatcher);
    given_streets();
    rpc_ok(desk, "shift.open", "{s:s}", "weather", "−8 °C, ясно");
    server_sql(server, "UPDATE shift SET opened_at = '2020-01-15 08:00+03', planned_end = '2020-01-15 20:00+03'");
    given_calls();
    given_outages();
    rpc_ok(town_as(&town, TOWN_clerk), "appeal.register", "{s:s, s:s, s:s, s:s, s:b, s:s, s:s}", "kind", "letter", "channel", "post",
           "subject", "О дворе дома", "address", "Ленина, д. 3", "anonymous", 1, "received", "2020-01-14", "registered", "2020-01-15");
    CHECK(wait_until(is_turned, NULL, CLOCK_MS), "the promise was not marked");
    CHECK(wait_until(is_placed, NULL, CLOCK_MS), "the letter has no house");
    CHECK(wait_until(is_told, NULL, CLOCK_MS), "told: %s",
          server_sql(server, "SELECT string_agg(u.login || ' ' || n.kind, ', ') FROM notification n JOIN app_user u ON u.id = n.user_id"));
    rpc_ok(desk, "notification.read", "{s:i}", "up_to", 1000);
}

/* One screen: who sees it, the way there, what stands there when it has come. A step is a letter or a named key; "@text" walks to the row.
 */
static const struct place {
    const char *golden;
    enum town_user who;
    const char *way[9];
    const char *awaited;
} places[] = {
    {"journal", TOWN_dispatcher, {"И"}, "Вопрос"},
    {"board", TOWN_dispatcher, {"Б"}, "Холодное водоснабжение"},
    {"board_districts", TOWN_dispatcher, {"Б", "Tab"}, "Заводской"},
    {"board_opened", TOWN_dispatcher, {"Б", "@Холодное", "Enter"}, "Ленина (3)"},
    {"outages", TOWN_dispatcher, {"Ю"}, "Отопление"},
    /* of the past the hours of this month would move */
    {"outage", TOWN_dispatcher, {"Ю", "@Отопление", "Enter"}, "Испытания"},
    {"outage_houses", TOWN_dispatcher, {"Ю", "@Холодное", "Enter", "Tab"}, "Школа № 1"},
    {"outage_notice", TOWN_dispatcher, {"Ю", "@Отопление", "Enter", "с"}, "Внимание"},
    {"shift", TOWN_dispatcher, {"Й", "Enter"}, "ясно"},
    {"addresses", TOWN_dispatcher, {"А"}, "Победы"},
    {"houses", TOWN_dispatcher, {"А", "@Ленина", "Enter"}, "Ленина, 3"},
    {"house", TOWN_clerk, {"А", "@Ленина", "Enter", "@Ленина, 3", "Enter"}, "Школа"},
    {"house_outages", TOWN_clerk, {"А", "@Ленина", "Enter", "@Ленина, 3", "Enter", "Tab"}, "Газоснабжение"},
    {"house_incidents", TOWN_clerk, {"А", "@Ленина", "Enter", "@Ленина, 3", "Enter", "Tab", "Tab"}, "Нет газа"},
    {"house_appeals", TOWN_clerk, {"А", "@Ленина", "Enter", "@Ленина, 3", "Enter", "BackTab", "BackTab", "BackTab"}, "О дворе"},
};

static void walk(void **state)
{
    const struct scene_shape *shape = *state;
    char screen[48];
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct term *t = scene_open(&town, places[i].who, shape);
        scene_walk(t, places[i].way);
        term_wait_text(t, places[i].awaited);
        snprintf(screen, sizeof screen, "duty_%s", places[i].golden);
        scene_expect(t, shape, screen);
        term_close(&t);
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
        SCENE_WALK(walk, usual),
        SCENE_WALK(walk, phone),
        SCENE_WALK(walk, wide),
        SCENE_WALK(walk, vt100),
        cmocka_unit_test(stops_cleanly),
    };
    return HARNESS_RUN("terminal-duty", tests);
}
