/* Control of execution by keys alone: an extension asked, granted, refused, withdrawn; a tree of parts; the controller's check and board; a
 * substitute's day. */
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
}

static json_t *card_of(json_int_t id) { return rpc_ok(town_as(&town, TOWN_head), "assignment.get", "{s:I}", "id", id); }

static json_int_t given_work(enum town_user responsible, const char *title)
{
    return at_int(given_assignment(&town, 0, responsible, title), "id");
}

static void opens(struct term *t, const char *title)
{
    scene_find_row(t, title);
    term_key(t, "Enter");
    term_wait_text(t, "Карточка");
}

static void to_history(struct term *t) { scene_press(t, "BackTab"); }

/* ---- extensions ---- */

static void an_extension_from_asking_to_granting_another_date(void **state)
{
    (void)state;
    json_int_t id = given_work(TOWN_executor, "Продлить по-людски");
    struct term *worker = scene_login(&town, TOWN_executor, 80, 24, "xterm-256color"), *giver = scene_login(&town, TOWN_head, 80, 24, "xterm-256color");
    /* From the day, by one letter. */
    scene_find_row(worker, "Продлить по-людски");
    scene_write(worker, "п");
    term_wait_text(worker, "Новый срок");
    scene_fill(worker, "Новый срок", "+20");
    scene_fill(worker, "Причина", "Ждём материалы");
    scene_submit(worker);
    /* It stands in the giver's day with the reason why, and the next action is the decision. */
    term_wait_text(giver, "Просят продлить");
    scene_find_row(giver, "Продлить по-людски");
    term_wait_text(giver, "Ждём матер");
    term_key(giver, "F6");
    term_wait_text(giver, "Продлить до ");
    scene_choose(giver, "Решение", "Прод", "Продлить");
    scene_to_field(giver, "Другой срок");
    for (int i = 0; i < 12; i++)
        term_key(giver, "Backspace");
    term_type(giver, "+15");
    scene_submit(giver);
    term_wait_gone(giver, "Просят продлить");
    scene_leave(&giver);
    scene_leave(&worker);
    json_t *card = card_of(id);
    assert_string_equal(at_text(card, "due_nominal"), day_from_today(15));
    assert_string_equal(at_text(card, "extensions.0.status"), "granted");
}

static void an_extension_refused_and_another_withdrawn(void **state)
{
    (void)state;
    json_int_t id = given_work(TOWN_executor, "Отказать и отозвать");
    struct term *worker = scene_login(&town, TOWN_executor, 80, 24, "xterm-256color"), *giver = scene_login(&town, TOWN_head, 80, 24, "xterm-256color");
    opens(worker, "Отказать и отозвать");
    term_wait_text(worker, "Прочитано, ");
    scene_write(worker, "п");
    term_wait_text(worker, "Новый срок");
    scene_fill(worker, "Новый срок", "+20");
    scene_fill(worker, "Причина", "Не успеваем");
    scene_submit(worker);
    term_wait_text(worker, "Просят продлить");
    scene_find_row(giver, "Отказать и отозвать");
    term_wait_text(giver, "Не успева");
    scene_write(giver, "р");
    term_wait_text(giver, "Продлить до ");
    scene_choose(giver, "Решение", "Отк", "Отказать");
    scene_fill(giver, "Комментарий", "Успевайте");
    scene_submit(giver);
    term_wait_gone(worker, "Просят продлить");
    scene_write(worker, "п");
    term_wait_text(worker, "Новый срок");
    scene_fill(worker, "Новый срок", "+25");
    scene_fill(worker, "Причина", "Ещё раз");
    scene_submit(worker);
    term_wait_text(worker, "Просят продлить");
    scene_write(worker, "ы");
    term_wait_gone(worker, "Просят продлить");
    to_history(worker);
    term_wait_text(worker, "Запрос отозван");
    term_wait_text(worker, "Отказ в продлении");
    term_wait_text(worker, "Запрошено продление");
    scene_leave(&giver);
    scene_leave(&worker);
    assert_string_equal(at_text(card_of(id), "extensions.1.status"), "withdrawn");
}

/* ---- parts ---- */

static void a_tree_is_grown_and_walked(void **state)
{
    (void)state;
    json_int_t whole = given_work(TOWN_chief, "Подготовить микрорайон");
    struct term *t = scene_login(&town, TOWN_chief, 100, 40, "xterm-256color");
    opens(t, "Подготовить микрорайон");
    term_wait_text(t, "Прочитано, ");
    scene_write(t, "м");
    term_wait_text(t, "Что сделать");
    scene_to_field(t, "Что сделать *");
    term_type(t, ": подвалы");
    scene_choose(t, "Исполнитель *", "Ерш", "Ершова");
    scene_fill(t, "Срок *", "+4");
    scene_submit(t);
    term_wait_text(t, "Целое и части");
    term_wait_text(t, "└ ");
    /* A letter further: the part is opened from the tree. */
    term_key(t, "Enter");
    term_wait_text(t, "Подготовить микрорайон: подвалы");
    term_wait_text(t, "Выдано, ");
    scene_leave(&t);
    assert_int_equal(json_array_size(at(card_of(whole), "tree")), 2);
}

static void cancelling_the_whole_asks_by_buttons(void **state)
{
    (void)state;
    json_int_t whole = given_work(TOWN_chief, "Отменить с частями");
    json_int_t part = at_int(rpc_ok(town_as(&town, TOWN_chief), "assignment.create", "{s:I, s:s, s:I}", "parent", whole, "title", "Часть отменяемого", "responsible",
                                    town.user[TOWN_executor]), "id");
    struct term *t = scene_login(&town, TOWN_head, 80, 24, "xterm-256color");
    scene_go(t, "П", "Поручения");
    opens(t, "Отменить с частями");
    scene_write(t, "т");
    term_wait_text(t, "Не исполнено 1 подпоручение");
    scene_press(t, "Tab");
    scene_press(t, "Tab");
    term_key(t, "Enter");
    term_wait_text(t, "Причина");
    scene_fill(t, "Причина", "Передумали");
    scene_submit(t);
    term_wait_text(t, "Отменено");
    scene_leave(&t);
    assert_string_equal(at_text(card_of(part), "status"), "cancelled");
}

/* ---- control ---- */

static void the_controller_checks_first(void **state)
{
    (void)state;
    json_int_t id = given_work(TOWN_executor, "Проверить до автора");
    rpc_ok(town_as(&town, TOWN_head), "assignment.control", "{s:I, s:I}", "id", id, "controller", town.user[TOWN_controller]);
    rpc_ok(town_as(&town, TOWN_executor), "assignment.report", "{s:I, s:s}", "id", id, "text", "Всё готово");
    struct term *t = scene_login(&town, TOWN_controller, 80, 24, "xterm-256color");
    scene_find_row(t, "Проверить до автора");
    term_key(t, "F6");
    term_wait_text(t, "Заключение");
    scene_choose(t, "Заключение", "Зам", "Замечаний нет");
    scene_submit(t);
    term_wait_text(t, "Проверено, замечаний нет");
    scene_leave(&t);
    struct term *giver = scene_login(&town, TOWN_head, 80, 24, "xterm-256color");
    scene_find_row(giver, "Проверить до автора");
    term_wait_text(giver, "Принять");
    scene_leave(&giver);
    assert_string_equal(at_text(card_of(id), "reports.0.precheck"), "pass");
}

static void every_number_of_the_board_opens_its_rows(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
        rpc_ok(town_as(&town, TOWN_head), "assignment.create", "{s:s, s:I, s:s, s:s}", "title", "Давно пора", "responsible", town.user[TOWN_executor], "due",
               day_from_today(-2 - i), "external_id", fresh_uuid());
    struct term *t = scene_login(&town, TOWN_head, 80, 24, "xterm-256color");
    scene_go(t, "М", "Контроль");
    term_wait_text(t, "Всего: открыто ");
    term_wait_text(t, "просрочено 3");
    scene_write(t, "п");
    term_wait_text(t, "Давно пора");
    term_wait_text(t, "1 из 3");
    scene_press(t, "Esc");
    term_wait_text(t, "Всего: открыто ");
    scene_write(t, "и");
    term_wait_text(t, "Ершова");
    scene_press(t, "Esc");
    scene_press(t, "BackTab");
    term_wait_text(t, "По дням");
    scene_find_row(t, "Просрочено");
    term_key(t, "Enter");
    term_wait_text(t, "Давно пора");
    scene_leave(&t);
}

/* ---- a substitute's day ---- */

static void a_substitute_names_no_one_and_works_for_both(void **state)
{
    (void)state;
    json_int_t id = given_work(TOWN_executor, "За отсутствующую");
    struct term *absent = scene_login(&town, TOWN_executor, 80, 24, "xterm-256color");
    scene_go(absent, "З", "Замещения");
    scene_press(absent, "F7");
    term_wait_text(absent, "Кто замещает");
    scene_choose(absent, "Кто замещает", "Цвет", "Цветков");
    scene_fill(absent, "С *", "+0");
    scene_fill(absent, "По (", "+5");
    scene_submit(absent);
    term_wait_text(absent, "сейчас");
    scene_leave(&absent);
    struct term *t = scene_login(&town, TOWN_executor2, 80, 24, "xterm-256color");
    term_wait_text(t, "Замещаю: Ершова Ю. Э.");
    scene_find_row(t, "За отсутствующую");
    term_wait_text(t, "(за: Ершова Ю. Э.)");
    opens(t, "За отсутствующую");
    term_wait_text(t, "Прочитано, ");
    term_type(t, "н");
    term_wait_text(t, "В работе, ");
    to_history(t);
    term_wait_text(t, "(за: Ершова Ю. Э.)");
    scene_leave(&t);
    json_t *history = at(card_of(id), "history");
    assert_int_equal(at_int(json_array_get(history, json_array_size(history) - 1), "for"), town.user[TOWN_executor]);
}

static void every_new_screen_is_sound_at_any_size(void **state)
{
    (void)state;
    static const struct {
        int cols, rows;
        const char *type;
    } shapes[] = {{80, 24, "xterm-256color"}, {200, 50, "xterm-256color"}, {40, 20, "linux"}, {80, 24, "vt100"}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct term *t = scene_login(&town, TOWN_head, shapes[i].cols, shapes[i].rows, shapes[i].type);
        scene_go(t, "М", "Контроль");
        scene_assert_sound(t);
        scene_go(t, "З", "Замещения");
        scene_assert_sound(t);
        scene_go(t, "П", "Поручения");
        term_key(t, "Enter");
        term_wait_text(t, "Карточка");
        scene_assert_sound(t);
        scene_leave(&t);
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
        cmocka_unit_test(an_extension_from_asking_to_granting_another_date),
        cmocka_unit_test(an_extension_refused_and_another_withdrawn),
        cmocka_unit_test(a_tree_is_grown_and_walked),
        cmocka_unit_test(cancelling_the_whole_asks_by_buttons),
        cmocka_unit_test(the_controller_checks_first),
        cmocka_unit_test(every_number_of_the_board_opens_its_rows),
        cmocka_unit_test(a_substitute_names_no_one_and_works_for_both),
        cmocka_unit_test(every_new_screen_is_sound_at_any_size),
        cmocka_unit_test(stops_cleanly),
    };
    return HARNESS_RUN("control-keys", tests);
}
