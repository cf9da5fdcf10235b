/* The work on assignments by keys alone: what opening tells, every action of either side, many at once, remarks, English screens. */
#include "common/utf8.h"
#include "tests/harness/check.h"
#include "tests/terminal/scenes.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static bool is_in_state(json_int_t id, const char *status) { return strcmp(at_text(card_of(id), "status"), status) == 0; }

/* ---- opening ---- */

static void opens(struct term *t, const char *title)
{
    scene_find_row(t, title);
    term_key(t, "Enter");
    term_wait_text(t, "Карточка");
}

static void opening_from_my_day_tells_that_it_was_read(void **state)
{
    (void)state;
    json_int_t id = given_work(TOWN_executor, "Открыть из моего дня");
    struct term *t = scene_login(&town, TOWN_executor, 80, 24, "xterm-256color");
    opens(t, "Открыть из моего дня");
    term_wait_text(t, "Прочитано, ");
    assert_true(at_text(card_of(id), "seen_at")[0] != '\0');
    scene_leave(&t);
}

static void opening_from_a_list_and_its_neighbour_tells_it_too(void **state)
{
    (void)state;
    json_int_t first = given_work(TOWN_executor, "Первое из списка"), second = given_work(TOWN_executor, "Второе из списка");
    struct term *t = scene_login(&town, TOWN_executor, 80, 24, "xterm-256color");
    scene_go(t, "П", "Поручения");
    opens(t, "Первое из списка");
    term_wait_text(t, "Прочитано, ");
    scene_write(t, "]");
    term_wait_text(t, "Второе из списка");
    term_wait_text(t, "Прочитано, ");
    scene_leave(&t);
    assert_true(is_in_state(first, "seen"));
    assert_true(is_in_state(second, "seen"));
}

/* The action knows the version that the reading has made: one key, no conflict. */
static void the_next_action_opens_reads_and_begins(void **state)
{
    (void)state;
    json_int_t id = given_work(TOWN_executor, "Начать одной клавишей");
    struct term *t = scene_login(&town, TOWN_executor, 80, 24, "xterm-256color");
    scene_find_row(t, "Начать одной клавишей");
    term_key(t, "F6");
    term_wait_text(t, "В работе, ");
    scene_leave(&t);
    json_t *card = card_of(id);
    assert_string_equal(at_text(card, "status"), "in_work");
    assert_true(at_text(card, "seen_at")[0] != '\0');
}

/* Who only looks after it reads it for themselves: the state is the executor's. */
static void others_who_open_it_change_no_state(void **state)
{
    (void)state;
    json_int_t id = given_work(TOWN_executor, "Смотрит руководитель");
    struct term *t = scene_login(&town, TOWN_chief, 80, 24, "xterm-256color");
    scene_go(t, "П", "Поручения");
    scene_press(t, "BackTab"); /* all of them */
    opens(t, "Смотрит руководитель");
    term_wait_text(t, "Выдано, ");
    scene_leave(&t);
    assert_true(is_in_state(id, "issued"));
}

static void remarks_are_unread_until_the_card_is_opened(void **state)
{
    (void)state;
    json_int_t id = given_work(TOWN_executor2, "С замечанием");
    rpc_ok(town_as(&town, TOWN_head), "assignment.comment", "{s:I, s:s}", "id", id, "text", "Начните с подвала");
    struct term *t = scene_login(&town, TOWN_executor2, 80, 24, "xterm-256color");
    term_wait_text(t, "Непрочитано 1");
    opens(t, "С замечанием");
    term_wait_text(t, "Комментарии 1");
    term_key(t, "Esc");
    term_wait_gone(t, "Непрочитано");
    term_wait_text(t, "С замечанием");
    scene_leave(&t);
}

/* ---- every action ---- */

/* Presses the letter of an action on the open card, fills what its form demands, sends it and waits for what the card then says. */
static void does(struct term *t, const char *letter, const char *const fields[][2], const char *becomes)
{
    if (fields) {
        scene_write(t, letter);
        term_wait_text(t, "F2 ");
        for (; (*fields)[0]; fields++)
            scene_fill(t, (*fields)[0], (*fields)[1]);
        scene_submit(t);
    } else {
        term_type(t, letter);
    }
    term_wait_text(t, becomes);
}
#define FIELDS(...) (const char *const[][2]) { __VA_ARGS__, {NULL, NULL} }

static void both_sides_do_all_they_may(void **state)
{
    (void)state;
    json_int_t id = given_work(TOWN_executor, "Долгая история");
    struct term *worker = scene_login(&town, TOWN_executor, 80, 24, "xterm-256color"),
                *giver = scene_login(&town, TOWN_head, 80, 24, "xterm-256color");
    opens(worker, "Долгая история");
    term_wait_text(worker, "Прочитано, ");
    scene_go(giver, "П", "Поручения");
    opens(giver, "Долгая история");
    does(worker, "н", NULL, "В работе, ");
    does(worker, "о", FIELDS({"Что сделано", "Сделано"}), "На приёмке, ");
    does(worker, "з", NULL, "В работе, ");
    does(worker, "о", FIELDS({"Что сделано", "Сделано снова"}), "На приёмке, ");
    term_wait_text(giver, "На приёмке, ");
    does(giver, "в", FIELDS({"Что доработать", "Нужно фото"}), "На доработке, ");
    term_wait_text(worker, "На доработке, ");
    does(worker, "о", FIELDS({"Что сделано", "Вот фото"}), "На приёмке, ");
    term_wait_text(giver, "На приёмке, ");
    does(giver, "и", FIELDS({"Оценка", "5"}), "Принято");
    does(giver, "у", FIELDS({"Причина", "Снова течёт"}, {"Новый срок", "+5"}), "В работе, ");
    does(giver, "к", FIELDS({"Комментарий", "Проверьте сами"}), "Комментарии 1");
    does(giver, "с", FIELDS({"Причина", "Дом расселён"}), "Снято с контроля");
    does(giver, "у", FIELDS({"Причина", "Расселение отменено"}, {"Новый срок", "+6"}), "В работе, ");
    scene_write(giver, "е");
    scene_choose(giver, "Новый исполнитель", "Цветков", "Цветков Фёдор");
    scene_submit(giver);
    term_wait_text(giver, "Выдано, ");
    does(giver, "т", FIELDS({"Причина", "Выдано по ошибке"}), "Отменено");
    scene_leave(&worker);
    scene_leave(&giver);
    json_t *card = card_of(id);
    static const char *const path[] = {"issue",  "see",    "start",  "report",  "recall_report", "report",   "return", "report",
                                       "accept", "reopen", "comment", "off_control", "reopen",   "reassign", "cancel"};
    assert_int_equal(json_array_size(at(card, "history")), sizeof path / sizeof *path);
    for (size_t i = 0; i < sizeof path / sizeof *path; i++) {
        char place[32];
        snprintf(place, sizeof place, "history.%zu.action", i);
        assert_string_equal(at_text(card, place), path[i]);
    }
    assert_int_equal(json_array_size(at(card, "earlier_due")), 2);
}

/* People are called by their names in what changed. */
static void the_history_is_told_in_words(void **state)
{
    (void)state;
    struct term *t = scene_login(&town, TOWN_head, 80, 40, "xterm-256color");
    scene_go(t, "П", "Поручения");
    scene_press(t, "BackTab");
    opens(t, "Долгая история");
    scene_press(t, "BackTab");
    term_wait_text(t, "Передано другому исполнителю");
    term_wait_text(t, "В работе → Выдано");
    term_wait_text(t, "Исполнитель: Ершова Ю. Э. → ");
    term_wait_text(t, "На приёмке → На доработке");
    term_wait_text(t, "Нужно фото");
    assert_false(term_has(t, "responsible"));
    scene_leave(&t);
}

/* ---- many at once ---- */

static void a_mass_action_tells_who_refused(void **state)
{
    (void)state;
    json_int_t first = given_work(TOWN_executor, "Массовое первое"), second = given_work(TOWN_executor, "Массовое второе");
    struct term *t = scene_login(&town, TOWN_head, 80, 24, "xterm-256color");
    scene_go(t, "П", "Поручения");
    scene_find_row(t, "Массовое первое");
    scene_press(t, "Space");
    scene_find_row(t, "Массовое второе");
    scene_press(t, "Space");
    scene_write(t, "т");
    term_wait_text(t, "F2 ");
    scene_fill(t, "Причина", "Более не нужно");
    /* A colleague is faster with one of them. */
    rpc_ok(town_as(&town, TOWN_executor), "assignment.start", "{s:I}", "id", second);
    term_key(t, "F2");
    term_wait_text(t, "Сделано для 1 из 2");
    CHECK(term_has(t, at_text(card_of(second), "number")), "who refused is not named:\n%s", term_text(t));
    scene_press(t, "Enter");
    term_wait_gone(t, "Сделано для");
    scene_leave(&t);
    assert_true(is_in_state(first, "cancelled"));
    assert_true(is_in_state(second, "in_work"));
}

/* ---- keys ---- */

static void help_and_menu_lead_to_each_other(void **state)
{
    (void)state;
    struct term *t = scene_login(&town, TOWN_head, 80, 24, "xterm-256color");
    term_key(t, "F1");
    term_wait_text(t, "Справка: ");
    term_key(t, "F9");
    term_wait_text(t, "Меню: ");
    term_key(t, "F1");
    term_wait_text(t, "Справка: ");
    term_key(t, "F1");
    term_wait_gone(t, "Справка: ");
    scene_leave(&t);
}

static void a_capital_letter_begins_a_record_from_anywhere(void **state)
{
    (void)state;
    struct term *t = scene_login(&town, TOWN_head, 80, 24, "xterm-256color");
    scene_write(t, "В");
    term_wait_text(t, "Что сделать");
    scene_press(t, "Esc");
    scene_leave(&t);
}

/* ---- languages ---- */

/* Letters of the other language that are neither data nor names of keys. */
struct tongue {
    const char *language, *my_day;
    bool (*is_foreign)(uint32_t cp);
    const char *allowed; /* words of the program that are the same in both */
    size_t least;        /* letters that make a word */
};

static bool is_cyrillic(uint32_t cp) { return (cp >= 0x410 && cp <= 0x44f) || cp == 0x401 || cp == 0x451; }
static bool is_latin(uint32_t cp) { return (cp >= 'a' && cp <= 'z') || (cp >= 'A' && cp <= 'Z'); }

static const struct tongue tongues[] = {
    {"en", "My day", is_cyrillic, "Русский", 2},
    {"ru", "Мой день", is_latin, "Enter Esc Tab Shift Del gorod English Home End PgUp PgDn head sftp scp inbox ", 3},
};

/* Everything that the server knows, in the words of this language: what stands there is data, or was meant so. */
static char *what_is_data(void)
{
    static const char *const methods[] = {"user.list", "unit.list", "assignment.list", "appeal.list", "correspondent.list", "session.whoami"};
    json_t *all = json_array();
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        json_array_append(all, rpc_ok(town_as(&town, TOWN_head), methods[i], NULL));
    json_array_append(all, card_of(at_int(rpc_ok(town_as(&town, TOWN_head), "assignment.list", "{s:s}", "sort", "new"), "items.0.id")));
    char *text = json_dumps(all, 0);
    json_decref(all);
    return text;
}

static void assert_one_tongue(struct term *t, const struct tongue *tongue, const char *data)
{
    char word[256] = "";
    size_t used = 0, letters = 0, n;
    uint32_t cp;
    const char *text = term_text(t);
    for (size_t left = strlen(text); (n = utf8_decode(text, left, &cp)) > 0; text += n, left -= n) {
        if (tongue->is_foreign(cp) && used + n < sizeof word) {
            memcpy(word + used, text, n);
            used += n;
            letters++;
            continue;
        }
        word[used] = '\0';
        CHECK(letters < tongue->least || strstr(data, word) || strstr(tongue->allowed, word), "«%s» on a screen in %s:\n%s", word,
              tongue->language, term_text(t));
        used = letters = 0;
    }
}

static void every_screen_speaks_one_language(void **state)
{
    (void)state;
    given_appeal(&town, "Ли Ян Янович", "Ямы");
    given_work(TOWN_executor, "Ямы");
    /* What is pressed, step by step, from the first screen; each picture is looked at. */
    static const char *const walk[] = {"F1",  "Esc", "F9",  "PgDn", "Esc", "G",   "F6",  "Enter", "Tab", "Tab", "Tab", "Tab", "r",   "Esc", "Esc", "a",
                                       "Esc", "D",   "F2",  "F1",   "Esc", "Esc", "J",   "Enter", "Tab", "Tab", "Tab", "g",   "Esc", "Esc", "a",   "Esc",
                                       "R",   "Enter", "Tab", "Esc", "Y",  "F4",  "Esc", "Esc",   "X",   "Esc", "L",   "F3"};
    for (size_t i = 0; i < sizeof tongues / sizeof *tongues; i++) {
        rpc_ok(town_as(&town, TOWN_head), "session.language", "{s:s}", "language", tongues[i].language);
        town_close_sessions(&town);
        town.admin = rpc_open_admin(server);
        char *data = what_is_data();
        struct term *t = scene_login(&town, TOWN_head, 100, 40, "xterm-256color");
        term_wait_text(t, tongues[i].my_day);
        term_wait_settled(t, -1, "login");
        for (size_t k = 0; k < sizeof walk / sizeof *walk; k++) {
            assert_one_tongue(t, &tongues[i], data);
            if (walk[k][1] == '\0')
                scene_settle_type(t, walk[k]);
            else
                scene_settle(t, walk[k]);
        }
        assert_one_tongue(t, &tongues[i], data);
        term_close(&t);
        free(data);
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
        cmocka_unit_test(opening_from_my_day_tells_that_it_was_read),
        cmocka_unit_test(opening_from_a_list_and_its_neighbour_tells_it_too),
        cmocka_unit_test(the_next_action_opens_reads_and_begins),
        cmocka_unit_test(others_who_open_it_change_no_state),
        cmocka_unit_test(remarks_are_unread_until_the_card_is_opened),
        cmocka_unit_test(both_sides_do_all_they_may),
        cmocka_unit_test(the_history_is_told_in_words),
        cmocka_unit_test(a_mass_action_tells_who_refused),
        cmocka_unit_test(help_and_menu_lead_to_each_other),
        cmocka_unit_test(a_capital_letter_begins_a_record_from_anywhere),
        cmocka_unit_test(every_screen_speaks_one_language),
        cmocka_unit_test(stops_cleanly),
    };
    return HARNESS_RUN("work", tests);
}
