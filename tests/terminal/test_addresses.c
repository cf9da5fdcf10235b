/* Addresses by keys: a street found as it is typed, its houses, the card of a house; a line of houses tried out, with a street to choose.
 */
#include "tests/harness/check.h"
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
        cmocka_unit_test(stops_cleanly),
    };
    return HARNESS_RUN("terminal-addresses", tests);
}
