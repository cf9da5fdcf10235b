/* Addresses by keys: a street found as it is typed, its houses, the card of a house; a line of houses tried out, with a street to choose.
 */
#include "tests/harness/check.h"
#include "tests/harness/clock.h"
#include "tests/terminal/scenes.h"
#include <stdio.h>
#include <string.h>

static struct server *server;
static struct town town;

static void starts_and_is_filled(void **state)
{
    (void)state;
    server = server_start(&scene_options);
    given_municipality(server, &town);
    server_sql(server, "INSERT INTO settlement (name) VALUES ('Город')");
    server_sql(server, "INSERT INTO street (settlement_id, name, key) VALUES (1, 'Садовая', 'садовая'), (1, 'Мира', 'мира')");
    server_sql(server, "INSERT INTO house (settlement_id, street_id, number, number_value, flats, residents) "
                       "SELECT 1, s, n::text, n, 40, 100 FROM generate_series(1, 2) s, generate_series(1, 10) n");
    server_sql(server, "INSERT INTO social_object (kind, name, house_id) VALUES ('school', 'Школа № 7', 3)");
}

static void a_street_leads_to_its_houses(void **state)
{
    (void)state;
    struct term *t = scene_login(&town, TOWN_dispatcher, 80, 24, "xterm-256color");
    scene_write(t, "А");
    term_wait_text(t, "ул. Мира");
    scene_write(t, "/");
    scene_write(t, "сдовая");
    term_wait_gone(t, "ул. Мира");
    term_wait_text(t, "ул. Садовая");
    scene_settle(t, "Enter");
    scene_settle(t, "Enter");
    term_wait_text(t, "ул. Садовая, 3");
    scene_settle(t, "Down");
    scene_settle(t, "Down");
    scene_settle(t, "Enter");
    term_wait_text(t, "Школа № 7");
    scene_leave(&t);
}

/* A long street leaves room for what differs: the number. */
static void a_house_is_told_by_its_number_at_80_columns(void **state)
{
    (void)state;
    server_sql(server, "INSERT INTO street (settlement_id, kind, name, key) VALUES (1, 'avenue', '50-летия Победы', '50 летия победы')");
    server_sql(server,
               "INSERT INTO house (settlement_id, street_id, number, number_value, flats, residents) VALUES (1, 3, '7 к2', 7, 40, 100)");
    struct term *t = scene_login(&town, TOWN_dispatcher, 80, 24, "xterm-256color");
    scene_write(t, "А");
    term_wait_text(t, "пр-кт 50-летия Победы");
    scene_write(t, "/");
    scene_write(t, "победы");
    term_wait_gone(t, "ул. Мира");
    scene_settle(t, "Enter");
    scene_settle(t, "Enter");
    term_wait_text(t, "пр-кт 50-летия Победы, 7 к2");
    scene_write(t, "о");
    term_wait_text(t, "Школа № 7");
    term_wait_text(t, "ул. Садовая, 3"); /* the town is on the card */
    scene_leave(&t);
}

static void a_line_is_told_while_it_is_typed(void **state)
{
    (void)state;
    struct term *t = scene_login(&town, TOWN_clerk, 120, 30, "xterm-256color");
    scene_write(t, "А");
    term_wait_text(t, "ул. Садовая");
    scene_write(t, "с");
    term_wait_text(t, "Строка домов");
    scene_write(t, "Сдовая 1-5, 777; Мира 9-1");
    term_wait_text(t, "такой улицы нет, есть похожие");
    term_wait_text(t, "9-1");
    term_wait_text(t, "диапазон задом наперёд");
    scene_settle(t, "F6");
    scene_settle(t, "Enter");
    term_wait_text(t, "3 дома, 300 жителей, 1 соц. объект");
    term_wait_text(t, "нечётная сторона: оба конца нечётные");
    term_wait_text(t, "такого дома нет в адресном реестре");
    scene_leave(&t);
}

static bool has_a_letter(void *house)
{
    return at_int(rpc_ok(town_as(&town, TOWN_clerk), "appeal.list", "{s:I}", "house", *(json_int_t *)house), "total") == 1;
}

/* What happened in a house stands on its card, each list on a tab of its own, and each line opens. */
static void a_house_tells_what_happened_in_it(void **state)
{
    (void)state;
    struct rpc *desk = town_as(&town, TOWN_dispatcher), *clerk = town_as(&town, TOWN_clerk);
    json_int_t house = 4;
    rpc_ok(desk, "incident.log", "{s:s, s:I, s:s}", "type", "no_gas", "house", house, "text", "Нет газа с утра");
    rpc_ok(desk, "outage.open", "{s:s, s:s, s:[I], s:s}", "kind", "emergency", "resource", "gas", "houses", house, "promised",
           "2099-01-01T18:00:00+03:00");
    rpc_ok(clerk, "appeal.register", "{s:s, s:s, s:s, s:s, s:b}", "kind", "letter", "channel", "post", "subject", "О дворе дома", "address",
           "Садовая 4", "anonymous", 1);
    CHECK(wait_until(has_a_letter, &house, 20000), "its address means the house");
    struct term *t = scene_login(&town, TOWN_clerk, 80, 24, "xterm-256color");
    scene_walk(t, (const char *const[]){"А", "@ул. Садовая", "Enter", "@ул. Садовая, 4", "Enter", NULL});
    term_wait_text(t, "Отключения 1");
    term_wait_text(t, "Инциденты 1");
    scene_press(t, "Tab");
    term_wait_text(t, "Газоснабжение");
    term_wait_text(t, "ещё отключено");
    scene_press(t, "Tab");
    term_wait_text(t, "Нет газа с утра");
    scene_press(t, "Enter");
    term_wait_text(t, "Нормативы");
    scene_press(t, "Esc");
    scene_press(t, "Tab");
    term_wait_text(t, "О дворе дома");
    scene_press(t, "Enter");
    term_wait_text(t, "Садовая 4");
    scene_leave(&t);
    t = scene_login(&town, TOWN_executor, 80, 24, "xterm-256color"); /* reads no journal of the desk: has no such tab */
    scene_walk(t, (const char *const[]){"А", "@ул. Садовая", "д", "@ул. Садовая, 4", "Enter", NULL});
    term_wait_text(t, "Отключения 1");
    CHECK(!term_has(t, "Инциденты"), "the screen:\n%s", term_text(t));
    scene_press(t, "Tab");
    scene_press(t, "Tab");
    term_wait_text(t, "Нет обращений");
    scene_leave(&t);
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
        cmocka_unit_test(a_street_leads_to_its_houses),
        cmocka_unit_test(a_house_is_told_by_its_number_at_80_columns),
        cmocka_unit_test(a_line_is_told_while_it_is_typed),
        cmocka_unit_test(a_house_tells_what_happened_in_it),
        cmocka_unit_test(stops_cleanly),
    };
    return HARNESS_RUN("terminal-addresses", tests);
}
