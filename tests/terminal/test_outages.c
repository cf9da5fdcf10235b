/* Outages by keys alone: written down with a line of houses, seen on the board of another at once, moved, given back in part, closed; the
 * text for residents; the wall screen. */
#include "tests/harness/check.h"
#include "tests/terminal/scenes.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct server *server;
static struct town town;

static void starts_and_is_filled(void **state)
{
    (void)state;
    server = server_start(&scene_options);
    given_municipality(server, &town);
    server_sql(server, "INSERT INTO settlement (name) VALUES ('Город')");
    server_sql(server, "INSERT INTO street (settlement_id, name, key) VALUES (1, 'Ленина', 'ленина'), (1, 'Мира', 'мира')");
    server_sql(server, "INSERT INTO house (settlement_id, street_id, number, number_value, flats, residents) "
                       "SELECT 1, s, n::text, n, 40, 100 FROM generate_series(1, 2) s, generate_series(1, 10) n");
    server_sql(server, "INSERT INTO social_object (kind, name, house_id) VALUES ('school', 'Школа № 1', 1)");
}

static void an_outage_is_written_down_and_stands_on_every_board(void **state)
{
    (void)state;
    struct term *duty = scene_login(&town, TOWN_dispatcher, 100, 30, "xterm-256color"),
                *head = scene_login(&town, TOWN_head, 80, 24, "xterm-256color");
    scene_write(head, "Б");
    term_wait_text(head, "Всё включено");
    scene_write(duty, "Б");
    term_wait_text(duty, "Всё включено");
    term_key(duty, "F7");
    term_wait_text(duty, "Дома строкой");
    scene_choose(duty, "Ресурс", "Холод", "Холодное водоснабжение");
    scene_fill(duty, "Дома строкой", "Ленина 1-5; Мира 2");
    scene_fill(duty, "Причина", "Порыв");
    scene_submit(duty);
    term_wait_text(duty, "Холодное");
    term_wait_text(head, "Холодное"); /* the event brought it, no key was pressed */
    json_t *board = rpc_ok(town_as(&town, TOWN_head), "outage.board", NULL);
    assert_int_equal(at_int(board, "items.0.houses"), 4); /* 1, 3, 5 and Мира 2 */
    assert_int_equal(at_int(board, "items.0.residents"), 400);
    assert_int_equal(at_int(board, "items.0.social_objects"), 1);
    term_key(duty, "Enter");
    term_wait_text(duty, "Ленина (3)");
    term_key(duty, "Enter");
    term_wait_text(duty, "не являются сроком ремонта");
    scene_write(duty, "с");
    term_wait_text(duty, "Текст для жителей");
    term_wait_text(duty, "ул. Ленина: 1, 3, 5; ул. Мира: 2");
    scene_settle(duty, "Esc");
    scene_leave(&duty);
    scene_leave(&head);
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
        cmocka_unit_test(an_outage_is_written_down_and_stands_on_every_board),
        cmocka_unit_test(stops_cleanly),
    };
    return HARNESS_RUN("terminal-outages", tests);
}
