/* The clerk's hour: how many keys a registration takes, several authors and questions in the one form, candidates beside, doubles. */
#include "tests/harness/check.h"
#include "tests/terminal/scenes.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct server *server;
static struct town town;
static struct rpc *clerk;

enum { KEYS_MOST = 15 };
static int pressed; /* keys beside the texts */

static void keys(struct term *t, const char *names)
{
    char one[24];
    int used;
    for (const char *p = names; sscanf(p, "%23s%n", one, &used) == 1; p += used) {
        scene_press(t, one);
        pressed++;
    }
}

/* Writes and waits for what it brings. */
static void text(struct term *t, const char *typed, const char *seen)
{
    term_type(t, typed);
    term_wait_text(t, seen);
}

static json_int_t given_person(const char *name, const char *address, const char *phone)
{
    return at_int(rpc_ok(clerk, "correspondent.add", "{s:s, s:s, s:s}", "name", name, "address", address, "phone", phone), "id");
}

static json_t *newest_card(void)
{
    json_t *list = rpc_ok(clerk, "appeal.list", "{s:i}", "limit", 1);
    return rpc_ok(clerk, "appeal.get", "{s:I}", "id", at_int(list, "items.0.id"));
}

/* Sends the form; the card that was made. */
static json_t *registered(struct term *t)
{
    term_key(t, "F2");
    pressed++;
    term_wait_text(t, "Зарегистрировано: ОГ-");
    return newest_card();
}

static struct term *form_opened(int cols, int rows)
{
    scene_forget_drafts(&town, TOWN_clerk);
    struct term *t = scene_login(&town, TOWN_clerk, cols, rows, "xterm-256color");
    pressed = 0;
    keys(t, "F7");
    term_wait_text(t, "Кто пишет");
    return t;
}

static void starts_and_is_filled(void **state)
{
    (void)state;
    server = server_start(&scene_options);
    given_municipality(server, &town);
    clerk = town_as(&town, TOWN_clerk);
    given_person("Иванова Мария Петровна", "ул. Ленина, 12", "8 910 100-00-01");
    given_person("Иванова Марина Павловна", "ул. Ленина, 14", "8 910 100-00-02");
    given_person("Щёголев Пётр Ильич", "ул. Мира, 5", "8 910 100-00-03");
}

/* ---- how many keys it takes ---- */

static void a_letter_of_a_known_person_takes_few_keys(void **state)
{
    (void)state;
    struct term *t = form_opened(80, 24);
    text(t, "щеголев", "Щёголев Пётр");
    keys(t, "Enter Enter Enter Enter Enter"); /* the person; kind, channel, nature and received stay as they are */
    text(t, "фонар", "Уличное освещение");    /* by the word that people use */
    keys(t, "Enter Enter");
    text(t, "Третью ночь темно", "Третью ночь темно");
    json_t *card = registered(t);
    CHECK(pressed <= KEYS_MOST, "%d keys", pressed);
    assert_string_equal(at_text(card, "correspondent_name"), "Щёголев Пётр Ильич");
    assert_string_equal(at_text(card, "kind"), "letter");
    assert_string_equal(at_text(card, "channel"), "post");
    assert_string_equal(at_text(card, "topic_label"), "Уличное освещение");
    assert_string_equal(at_text(card, "text"), "Третью ночь темно");
    assert_string_equal(at_text(card, "address"), "ул. Мира, 5");
    print_message("# a known person: %d keys beside the texts\n", pressed);
    scene_leave(&t);
}

static void a_letter_of_a_new_person_takes_few_keys(void **state)
{
    (void)state;
    struct term *t = form_opened(80, 24);
    text(t, "Иванова Мария", "Иванова Марина Павловна");
    keys(t, "Up Enter"); /* others are called nearly so: the last line is the new one */
    term_wait_cursor_on(t, "Новый: адрес");
    text(t, "ул. Садовая, 3", "Садовая, 3");
    keys(t, "Enter");
    text(t, "89101234567", "89101234567");
    keys(t, "Enter Enter Enter Enter Enter Enter");
    text(t, "освещ", "Уличное освещение");
    keys(t, "Enter Enter");
    text(t, "Прошу поставить фонарь", "Прошу поставить фонарь");
    json_t *card = registered(t);
    CHECK(pressed <= KEYS_MOST, "%d keys", pressed);
    assert_string_equal(at_text(card, "correspondent_name"), "Иванова Мария");
    assert_string_equal(at_text(card, "authors.0.phone"), "89101234567");
    assert_string_equal(at_text(card, "topic_label"), "Уличное освещение");
    assert_string_equal(at_text(card, "text"), "Прошу поставить фонарь");
    print_message("# a new person: %d keys beside the texts\n", pressed);
    scene_leave(&t);
}

/* ---- everything in the one form ---- */

static void several_authors_and_questions_in_one_form(void **state)
{
    (void)state;
    struct term *t = form_opened(80, 24);
    text(t, "щеголев", "Щёголев Пётр");
    keys(t, "Enter");
    scene_choose(t, "Тема", "освещ", "Уличное освещение");
    scene_fill(t, "Текст", "О фонарях, воде и тепле");
    keys(t, "F7");
    term_wait_cursor_on(t, "2: Тема");
    text(t, "перебои водо", "Перебои водоснабжения");
    keys(t, "Enter F7");
    term_wait_cursor_on(t, "3: Тема");
    text(t, "перебои тепло", "Перебои теплоснабжения");
    keys(t, "Enter");
    scene_to_field(t, "Соавторы");
    text(t, "иванова марина", "Иванова Марина Павловна");
    keys(t, "Enter");
    term_type(t, "Зимина Ася Львовна");
    term_wait_text(t, "+ Новый: Зимина Ася Львовна");
    keys(t, "Enter");
    term_wait_cursor_on(t, "Автор 2: адрес");
    text(t, "ул. Садовая, 9", "Садовая, 9");
    json_t *card = registered(t);
    assert_int_equal(json_array_size(at(card, "questions")), 3);
    assert_string_equal(at_text(card, "questions.0.topic_label"), "Уличное освещение");
    assert_string_equal(at_text(card, "questions.1.topic_label"), "Перебои водоснабжения");
    assert_string_equal(at_text(card, "questions.2.topic_label"), "Перебои теплоснабжения");
    assert_int_equal(json_array_size(at(card, "authors")), 3);
    assert_string_equal(at_text(card, "authors.1.name"), "Иванова Марина Павловна");
    assert_string_equal(at_text(card, "authors.2.name"), "Зимина Ася Львовна");
    assert_string_equal(at_text(card, "authors.2.address"), "ул. Садовая, 9");
    scene_leave(&t);
}

/* Begun, a new co-author and a question without a topic survive the broken line as a draft. */
static void a_draft_keeps_groups(void **state)
{
    (void)state;
    struct term *t = form_opened(80, 24);
    text(t, "Ветров Глеб Глебович", "+ Новый: Ветров Глеб Глебович");
    keys(t, "Enter");
    term_wait_cursor_on(t, "Новый: адрес");
    text(t, "ул. Полевая, 1", "Полевая, 1");
    scene_fill(t, "Текст", "Черновик с соавтором");
    scene_to_field(t, "Соавторы");
    text(t, "Ветрова Инна Глебовна", "+ Новый: Ветрова Инна Глебовна");
    keys(t, "Enter");
    term_wait_cursor_on(t, "Автор 2: адрес");
    text(t, "ул. Полевая, 2", "Полевая, 2");
    term_key(t, "Esc");
    term_wait_text(t, "сохранено как черновик");
    term_close(&t);
    t = scene_login(&town, TOWN_clerk, 80, 40, "xterm-256color");
    scene_press(t, "F7");
    term_wait_text(t, "Есть черновик");
    scene_press(t, "Enter");
    term_wait_text(t, "Ветрова Инна Глебовна");
    term_wait_text(t, "ул. Полевая, 2");
    term_wait_text(t, "Черновик с соавтором");
    json_t *card = registered(t);
    assert_string_equal(at_text(card, "correspondent_name"), "Ветров Глеб Глебович");
    assert_string_equal(at_text(card, "authors.1.name"), "Ветрова Инна Глебовна");
    scene_leave(&t);
}

/* ---- candidates beside, doubles ---- */

/* Each of three links by its own key, at every width; the new card has them. */
static void candidates_are_linked_by_one_key(void **state)
{
    (void)state;
    static const struct {
        int cols, rows;
        const char *key, *said, *kind;
    } widths[] = {
        {200, 50, "l", "Дубликат", "duplicate_of"}, {80, 24, "п", "Повторное", "repeat_of"}, {40, 20, "j", "Об одном", "same_issue"}};
    json_int_t id = given_person("Ковров Лука Фомич", "ул. Мира, 9", "8 910 300-00-01");
    rpc_ok(clerk, "appeal.register", "{s:s, s:s, s:I, s:s}", "kind", "letter", "channel", "post", "correspondent", id, "subject",
           "Скрипят качели");
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        struct term *t = form_opened(widths[i].cols, widths[i].rows);
        text(t, "ковров", "Ковров Лука");
        keys(t, "Enter");
        term_wait_text(t, "Тот же автор: повторное?");
        term_wait_text(t, "Скрипят качели"); /* enough is seen to judge by, on a phone too */
        keys(t, "F6");
        text(t, widths[i].key, widths[i].said);
        keys(t, "Esc");
        keys(t, "Tab Tab Tab Tab Tab Tab"); /* from the kind to the text */
        text(t, "Опять скрипят", "Опять скрипят");
        scene_submit(t);
        json_t *card = newest_card();
        assert_string_equal(at_text(card, "links.0.kind"), widths[i].kind);
        rpc_ok(clerk, "appeal.void", "{s:I, s:I, s:s}", "id", at_int(card, "id"), "version", at_int(card, "version"), "reason", "проверка");
        term_close(&t);
    }
}

static void the_known_person_is_taken_from_among_the_similar(void **state)
{
    (void)state;
    struct term *t = form_opened(80, 24);
    text(t, "Иванова Мария Петровна", "ул. Ленина, 12");
    keys(t, "Up Enter"); /* made anew by haste */
    term_wait_text(t, "Возможно, уже есть:");
    keys(t, "F6 Enter");
    term_wait_gone(t, "Новый: имя");
    term_wait_cursor_on(t, "Иванова Мария Петровна");
    scene_fill(t, "Текст", "Это я уже писала");
    scene_submit(t);
    json_t *card = newest_card();
    assert_string_equal(at_text(card, "authors.0.address"), "ул. Ленина, 12");
    term_close(&t);
}

/* A complaint of the server stands at its field, in words: no name of the wire. */
static void what_is_wrong_is_said_at_the_field(void **state)
{
    (void)state;
    struct term *t = form_opened(80, 24);
    text(t, "щеголев", "Щёголев Пётр");
    keys(t, "Enter");
    term_key(t, "F2");
    term_wait_text(t, "обязательное поле");
    CHECK(!term_has(t, "subject"), "the wire's name is shown:\n%s", term_text(t));
    term_close(&t);
}

static void doubles_are_merged_and_parted_by_keys(void **state)
{
    (void)state;
    json_int_t keep = given_person("Двойная Анна Фоминична", "ул. Ленина, 1", "8 910 200-00-01"),
               drop = given_person("Двойная Аня Фоминична", "ул. Ленина, 1", "8 910 200-00-02");
    rpc_ok(clerk, "appeal.register", "{s:s, s:s, s:I, s:s}", "kind", "letter", "channel", "post", "correspondent", drop, "subject",
           "Письмо двойника");
    struct term *t = scene_login(&town, TOWN_clerk, 80, 24, "xterm-256color");
    scene_go(t, "К", "Корреспонденты");
    scene_write(t, "/");
    text(t, "двойная", "Двойная Анна");
    scene_press(t, "Enter");
    scene_find_row(t, "Двойная Аня");
    scene_press(t, "Space");
    scene_find_row(t, "Двойная Анна");
    scene_press(t, "Space");
    scene_write(t, "м");
    term_wait_text(t, "С кем объединить");
    term_key(t, "F2");
    term_wait_text(t, "Объединено: Двойная Анна Фоминична");
    term_wait_gone(t, "Двойная Аня");
    scene_find_row(t, "Двойная Анна");
    scene_press(t, "Enter");
    term_wait_text(t, "Объединены с этой карточкой");
    term_wait_text(t, "Письмо двойника");
    scene_write(t, "т");
    term_wait_text(t, "отдельной карточкой");
    scene_press(t, "Right");
    term_key(t, "Enter");
    term_wait_text(t, "Разъединено");
    term_wait_gone(t, "Письмо двойника");
    assert_int_equal(at_int(rpc_ok(clerk, "correspondent.get", "{s:I}", "id", keep), "appeal_count"), 0);
    assert_int_equal(at_int(rpc_ok(clerk, "correspondent.get", "{s:I}", "id", drop), "appeal_count"), 1);
    scene_leave(&t);
}

/* ---- answers ---- */

/* Each question has its own result, also when the answer begins in the list, and the keys come faster than the questions. */
static void each_question_gets_its_result(void **state)
{
    (void)state;
    json_t *r =
        rpc_ok(clerk, "appeal.register", "{s:s, s:s, s:b, s:s, s:[{s:s}, {s:s}]}", "kind", "message", "channel", "phone", "anonymous", 1,
               "subject", "О двух вопросах", "questions", "topic", "0003.0009.0097.0690", "topic", "0003.0009.0097.0690");
    struct term *t = scene_login(&town, TOWN_clerk, 80, 24, "xterm-256color");
    scene_go(t, "О", "Обращения");
    scene_find_row(t, "О двух вопросах");
    term_type(t, "оразъ"); /* the command and the first result at once */
    term_wait_text(t, "2. Уличное освещение");
    term_wait_text(t, "Разъяснено");
    scene_press(t, "Enter");
    scene_choose(t, "1. Уличное", "меры", "Поддержано, меры приняты");
    scene_fill(t, "Текст ответа", "Первое сделано, второе разъяснено");
    scene_submit(t);
    term_wait_text(t, "Дан ответ");
    json_t *card = rpc_ok(clerk, "appeal.get", "{s:I}", "id", at_int(r, "id"));
    assert_string_equal(at_text(card, "questions.0.result_label"), "Поддержано, меры приняты");
    assert_string_equal(at_text(card, "questions.1.result_label"), "Разъяснено");
    term_close(&t);
}

static void open_assignments_are_the_reason(void **state)
{
    (void)state;
    json_int_t id = at_int(given_appeal(&town, "Ждущая Ада Ильинична", "Ждёт исполнения"), "id");
    given_assignment(&town, id, TOWN_executor, "Исполнить ожидаемое");
    struct term *t = scene_login(&town, TOWN_clerk, 80, 24, "xterm-256color");
    scene_go(t, "О", "Обращения");
    scene_find_row(t, "Ждёт исполнения");
    scene_write(t, "о");
    term_wait_text(t, "Сначала исполните или отмените поручения");
    term_close(&t);
}

/* Without colours fields are underlined; what lies over them is not, and the chosen line has its mark. */
static void a_list_covers_the_fields_below(void **state)
{
    (void)state;
    scene_forget_drafts(&town, TOWN_clerk);
    struct term *t = scene_login(&town, TOWN_clerk, 80, 24, "vt100");
    scene_press(t, "F7");
    text(t, "иванова", "Иванова Марина Павловна");
    term_wait_text(t, ">Иванова");
    int row = term_find(t, "+ Новый: иванова"), underlined = 0;
    for (int y = term_find(t, ">Иванова"); y <= row; y++)
        for (int x = 22; x < 79; x++)
            underlined += term_cell_at(t, y, x).underline;
    assert_int_equal(underlined, 0);
    term_close(&t);
}

/* ---- lists ---- */

static void end_is_the_real_end(void **state)
{
    (void)state;
    for (int i = 0; i < 180; i++) {
        char subject[64];
        snprintf(subject, sizeof subject, "Далёкое %d", i);
        rpc_ok(clerk, "appeal.register", "{s:s, s:s, s:b, s:s}", "kind", "message", "channel", "phone", "anonymous", 1, "subject", subject);
    }
    struct term *t = scene_login(&town, TOWN_clerk, 80, 24, "xterm-256color");
    scene_go(t, "О", "Обращения");
    term_wait_cursor_on(t, "Далёкое 179");
    term_key(t, "End");
    term_wait_cursor_on(t, "ОГ-1/"); /* the first letter of the year, four pages down */
    term_key(t, "Home");
    term_wait_cursor_on(t, "Далёкое 179");
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
        cmocka_unit_test(a_letter_of_a_known_person_takes_few_keys),
        cmocka_unit_test(a_letter_of_a_new_person_takes_few_keys),
        cmocka_unit_test(several_authors_and_questions_in_one_form),
        cmocka_unit_test(a_draft_keeps_groups),
        cmocka_unit_test(candidates_are_linked_by_one_key),
        cmocka_unit_test(the_known_person_is_taken_from_among_the_similar),
        cmocka_unit_test(what_is_wrong_is_said_at_the_field),
        cmocka_unit_test(doubles_are_merged_and_parted_by_keys),
        cmocka_unit_test(each_question_gets_its_result),
        cmocka_unit_test(open_assignments_are_the_reason),
        cmocka_unit_test(a_list_covers_the_fields_below),
        cmocka_unit_test(end_is_the_real_end),
        cmocka_unit_test(stops_cleanly),
    };
    return HARNESS_RUN("clerk", tests);
}
