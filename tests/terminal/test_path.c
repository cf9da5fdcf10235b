/* The main job by keys alone, over real ssh: registered, assigned, reported, returned, reported again, accepted, answered.
 * Twice: with the Latin layout and with ЙЦУКЕН. */
#include "tests/harness/check.h"
#include "tests/terminal/scenes.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct server *server;
static struct town town;

/* The same physical keys in either layout. */
struct layout {
    const char *assign, *report, *give_back, *accept, *answer, *search;
};
static const struct layout latin = {"g", "j", "d", "b", "j", "/"}, jcuken = {"п", "о", "в", "и", "о", "."};

static const char short_name[TOWN_USER_COUNT][32] = {[TOWN_executor] = "Ершова"};

static void starts_and_is_filled(void **state)
{
    (void)state;
    server = server_start(&scene_options);
    given_municipality(server, &town);
}

static void my_day_is_the_first_screen(void **state)
{
    (void)state;
    for (int u = 0; u < TOWN_USER_COUNT; u++) {
        struct term *t = scene_login(&town, (enum town_user)u, 80, 24, "xterm-256color");
        CHECK(strstr(term_row(t, 0), "Мой день"), "the first screen of %s is:\n%s", town_logins[u], term_text(t));
        scene_leave(&t);
    }
}

/* ---- the path in steps; each finds its record by the subject ---- */

static void registers(const char *author, const char *subject)
{
    struct term *t = scene_login(&town, TOWN_clerk, 80, 24, "xterm-256color");
    scene_press(t, "F7");
    term_wait_text(t, "F2 ");
    scene_write(t, author);
    scene_press(t, "Enter");
    term_wait_text(t, author);
    scene_fill(t, "Текст", subject);
    scene_submit(t);
    term_wait_text(t, "ОГ-");
    scene_go(t, "О", "Обращения");
    term_wait_text(t, subject);
    CHECK(term_find(t, subject) == 4, "the new appeal is not the first of the list:\n%s", term_text(t));
    scene_leave(&t);
}

static void assigns(const struct layout *keys, const char *subject, const char *title)
{
    struct term *t = scene_login(&town, TOWN_head, 80, 24, "xterm-256color");
    scene_go(t, "О", "Обращения");
    scene_find_row(t, subject);
    scene_write(t, keys->assign);
    term_wait_text(t, "F2 ");
    scene_to_field(t, "Что сделать");
    /* The title is taken from the appeal: replace it. */
    term_key(t, "End");
    for (int i = 0; i < 100; i++)
        term_key(t, "Backspace");
    term_wait_gone(t, "Что сделать *        Не");
    scene_fill(t, "Что сделать", title);
    scene_choose(t, "Исполнитель", short_name[TOWN_executor], "Ершова Ю");
    scene_fill(t, "Срок", "+5");
    scene_submit(t);
    scene_leave(&t);
}

static void reports(const struct layout *keys, const char *title, const char *text)
{
    struct term *t = scene_login(&town, TOWN_executor, 80, 24, "xterm-256color");
    scene_find_row(t, title);
    scene_write(t, keys->report);
    term_wait_text(t, "Что сделано");
    scene_fill(t, "Что сделано", text);
    scene_submit(t);
    term_wait_gone(t, title);
    scene_leave(&t);
}

static void gives_back(const struct layout *keys, const char *title, const char *comment)
{
    struct term *t = scene_login(&town, TOWN_head, 80, 24, "xterm-256color");
    scene_find_row(t, title);
    term_wait_text(t, "На приёмке");
    scene_write(t, keys->give_back);
    term_wait_text(t, "Что доработать");
    /* A comment is demanded: an empty form does not go, and says where it stands. */
    scene_press(t, "F2");
    term_wait_text(t, "Что доработать");
    scene_fill(t, "Что доработать", comment);
    scene_submit(t);
    term_wait_gone(t, "На приёмке");
    scene_leave(&t);
}

static void accepts(const struct layout *keys, const char *title)
{
    struct term *t = scene_login(&town, TOWN_head, 80, 24, "xterm-256color");
    scene_find_row(t, title);
    scene_write(t, keys->accept);
    term_wait_text(t, "F2 ");
    scene_submit(t);
    term_wait_gone(t, title);
    scene_leave(&t);
}

static void answers(const struct layout *keys, const char *subject)
{
    struct term *t = scene_login(&town, TOWN_clerk, 80, 24, "xterm-256color");
    scene_go(t, "О", "Обращения");
    scene_find_row(t, subject);
    scene_write(t, keys->answer);
    scene_choose(t, "Результат", "Разъ", "Разъяснено");
    scene_fill(t, "Текст ответа", "Исполнено, разъяснено");
    scene_submit(t);
    term_wait_text(t, "Дан ответ");
    scene_leave(&t);
}

static void walk(const struct layout *keys, const char *author, const char *subject, const char *title)
{
    registers(author, subject);
    assigns(keys, subject, title);
    reports(keys, title, "Сделано");
    gives_back(keys, title, "Приложите фото");
    struct term *t = scene_login(&town, TOWN_executor, 80, 24, "xterm-256color");
    scene_find_row(t, title);
    term_wait_text(t, "На доработке");
    term_wait_text(t, "Приложите фото");
    scene_leave(&t);
    reports(keys, title, "Вот фото");
    accepts(keys, title);
    answers(keys, subject);
    json_t *list = rpc_ok(town_as(&town, TOWN_clerk), "appeal.list", "{s:s}", "query", subject);
    assert_string_equal(at_text(list, "items.0.status"), "answered");
    json_t *card = rpc_ok(town_as(&town, TOWN_clerk), "appeal.get", "{s:I}", "id", at_int(list, "items.0.id"));
    assert_string_equal(at_text(card, "text"), subject);
    assert_string_equal(at_text(card, "correspondent_name"), author);
}

static void the_path_in_the_latin_layout(void **state)
{
    (void)state;
    walk(&latin, "Петрова Зоя Ивановна", "Не вывозят мусор с площадки", "Вывезти мусор");
}

static void the_path_in_the_russian_layout(void **state)
{
    (void)state;
    walk(&jcuken, "Щёголев Ян Эдуардович", "Не работает лифт третий день", "Починить лифт");
}

static void search_finds_while_one_types(void **state)
{
    (void)state;
    const struct layout *both[] = {&latin, &jcuken};
    for (int i = 0; i < 2; i++) {
        struct term *t = scene_login(&town, TOWN_clerk, 80, 24, "xterm-256color");
        scene_go(t, "О", "Обращения");
        term_wait_text(t, "Не работает лифт");
        scene_write(t, both[i]->search);
        term_type(t, "мусор");
        term_wait_gone(t, "Не работает лифт");
        term_wait_text(t, "Не вывозят мусор");
        term_key(t, "Esc");
        scene_leave(&t);
    }
}

static void every_key_answers(void **state)
{
    (void)state;
    /* A key that does nothing here says why, in the status line; none ends the program. */
    static const char *const keys[] = {"F3",  "F8", "F11", "Insert", "Delete", "Home", "End",   "PgUp",      "PgDn",   "Ctrl+K",
                                       "Esc", "F1", "Esc", "Up",     "Down",   "Left", "Right", "Backspace", "Ctrl+L", "F5"};
    struct term *t = scene_login(&town, TOWN_clerk, 80, 24, "xterm-256color");
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        scene_settle(t, keys[i]);
        scene_assert_sound(t);
    }
    static const char letters[] = "qwertyuiop[]asdfghjkl;'zxcvbnm,./`~!@#$%^&*()_+-={}:\"<>?\\|";
    for (size_t i = 0; letters[i]; i++) {
        char one[2] = {letters[i], '\0'};
        scene_settle_type(t, one);
        scene_assert_sound(t);
        /* Whatever it opened, Escape leads back. */
        scene_settle(t, "Esc");
    }
    term_key(t, "Esc");
    term_wait_text(t, "F10");
    term_close(&t);
}

static void escape_and_a_digit_are_a_function_key(void **state)
{
    (void)state;
    struct term *t = scene_login(&town, TOWN_clerk, 80, 24, "xterm-256color");
    term_key(t, "Esc+7");
    term_wait_text(t, "F2 ");
    scene_to_field(t, "Текст");
    term_key(t, "Esc+9");
    term_wait_text(t, "Меню:");
    term_close(&t);
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
        cmocka_unit_test(my_day_is_the_first_screen),
        cmocka_unit_test(the_path_in_the_latin_layout),
        cmocka_unit_test(the_path_in_the_russian_layout),
        cmocka_unit_test(search_finds_while_one_types),
        cmocka_unit_test(every_key_answers),
        cmocka_unit_test(escape_and_a_digit_are_a_function_key),
        cmocka_unit_test(stops_cleanly),
    };
    return HARNESS_RUN("path", tests);
}
