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
    term_wait_text(duty, "Файлы");
    while (!term_has(duty, "Отключено домов: 4"))
        scene_settle(duty, "Tab");
    term_wait_text(duty, "Открыто");
    scene_write(head, "Ю");
    term_wait_text(head, "ОТК-1/");
    term_wait_text(head, "Холодное водоснабжение"); /* whole at 80 columns */
    scene_write(duty, "с");
    term_wait_text(duty, "Текст для жителей");
    term_wait_text(duty, "ул. Ленина: 1, 3, 5; ул. Мира: 2");
    scene_settle(duty, "Esc");
    scene_leave(&duty);
    scene_leave(&head);
}

/* The time is pasted as the supplier sent it: how it is read stands beside it, and days with nights between become outages of their own. */
static void the_time_of_a_supplier_is_shown_as_read(void **state)
{
    (void)state;
    struct term *duty = scene_login(&town, TOWN_dispatcher, 100, 36, "xterm-256color");
    scene_write(duty, "Ц");
    term_wait_text(duty, "Дома строкой");
    scene_choose(duty, "Ресурс", "Электр", "Электроснабжение");
    scene_fill(duty, "Дома строкой", "Мира 5");
    scene_fill(duty, "Время строкой", "01-02.02.2031 08:00 - 17:00 x7");
    term_wait_text(duty, "7: ни день, ни час");
    scene_settle(duty, "Backspace");
    scene_settle(duty, "Backspace");
    term_wait_gone(duty, "7: ни день, ни час");
    term_wait_text(duty, "Время: 2 отключения");
    term_wait_text(duty, "02.02.31 08:00 - 17:00: каждый день в эти часы");
    scene_submit(duty);
    term_wait_text(duty, "Записано: 2 отключения");
    assert_string_equal(server_sql(server, "SELECT count(*) FROM outage WHERE started_at > '2031-01-01' AND status = 'announced'"), "2");
    scene_leave(&duty);
}

/* What lies ahead is planned: the kind follows the pasted time, and the other way back, until the dispatcher has chosen. */
static void the_kind_goes_with_the_time_until_it_is_chosen(void **state)
{
    (void)state;
    scene_forget_drafts(&town, TOWN_dispatcher);
    struct term *duty = scene_login(&town, TOWN_dispatcher, 100, 36, "xterm-256color");
    scene_write(duty, "Ц");
    term_wait_text(duty, "Дома строкой");
    term_wait_text(duty, "Аварийное");
    scene_fill(duty, "Время строкой", "с 10.03.2031 9:00 до 12.03.2031 17:00");
    term_wait_text(duty, "Плановое");
    term_wait_text(duty, "Начало впереди, поэтому вид - плановое");
    scene_choose(duty, "Вид", "Авар", "Аварийное");
    term_wait_text(duty, "Начало впереди: аварийное заранее не записать");
    scene_choose(duty, "Вид", "План", "Плановое");
    term_wait_gone(duty, "Начало впереди");
    scene_fill(duty, "Дома строкой", "Мира 6");
    scene_choose(duty, "Ресурс", "Газо", "Газоснабжение");
    scene_submit(duty);
    term_wait_text(duty, "ОТК-");
    assert_string_equal(server_sql(server, "SELECT kind FROM outage WHERE started_at > '2031-03-01'"), "planned");
    scene_leave(&duty);
}

/* No key is pressed there and none does anything: what is opened and closed elsewhere comes and goes, and the server's death is told and
 * outlived. */
static void the_wall_follows_and_outlives_the_server(void **state)
{
    (void)state;
    char *argv[] = {"env", "GOROD_TUI_IDLE=1", "LANGUAGE=ru", (char *)tui_program(), "--board", "--state", server->state, NULL};
    struct term *wall = term_run(argv, 100, 30, "xterm-256color"), *narrow = term_run(argv, 60, 12, "xterm-256color");
    term_wait_text(wall, "Холодное водоснабжение"); /* of the scene before */
    term_wait_text(narrow, "Холодное водоснабжение");
    struct rpc *duty = town_as(&town, TOWN_dispatcher);
    json_int_t id =
        at_int(rpc_ok(duty, "outage.open", "{s:s, s:s, s:s}", "kind", "emergency", "resource", "gas", "line", "Мира 1-10 подряд"), "id");
    term_wait_text(wall, "Газоснабжение");
    term_wait_text(wall, "людей 1000");
    /* Without room for digits: the name and the times, below them who is without it; what there is none of is not said. */
    term_wait_text(narrow, "людей 1000 · авар. 10");
    term_wait_gone(narrow, "план.");
    term_close(&narrow);
    term_key(wall, "F10");
    term_type(wall, "q");
    json_t *started =
        at(rpc_ok(duty, "outage.get", "{s:I}", "id", id), "started"); /* it ends as it begins: what counts is that it is over */
    rpc_ok(duty, "outage.close", "{s:I, s:s}", "id", id, "ended", json_string_value(started));
    term_wait_gone(wall, "Газоснабжение");
    server_kill_part(server, "core");
    term_wait_text(wall, "Холодное водоснабжение");
    term_wait_gone(wall, "Сервер недоступен");
    term_close(&wall);
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
        cmocka_unit_test(the_time_of_a_supplier_is_shown_as_read),
        cmocka_unit_test(the_kind_goes_with_the_time_until_it_is_chosen),
        cmocka_unit_test(the_wall_follows_and_outlives_the_server),
        cmocka_unit_test(stops_cleanly),
    };
    return HARNESS_RUN("terminal-outages", tests);
}
