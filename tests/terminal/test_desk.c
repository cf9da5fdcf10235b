/* The duty desk by keys alone: a call written down while the caller speaks, its way to the closed card, the hand-over of a shift. */
#include "tests/harness/check.h"
#include "tests/terminal/scenes.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct server *server;
static struct town town;
static struct rpc *desk;
static int64_t house;

enum { KEYS_MOST = 12 };
static int pressed; /* keys beside the texts */

static void starts_and_is_filled(void **state)
{
    (void)state;
    server = server_start(&scene_options);
    given_municipality(server, &town);
    desk = town_as(&town, TOWN_dispatcher);
    house = at_int(rpc_ok(desk, "house.add", "{s:s, s:s, s:s, s:[s,s], s:i, s:i}", "settlement_name", "г. Тутаев", "street_name",
                          "ул. Ленина", "number", "12", "create", "settlement", "street", "flats", 80, "residents", 190),
                   "id");
}

static void keys(struct term *t, const char *names)
{
    char one[24];
    int used;
    for (const char *p = names; sscanf(p, "%23s%n", one, &used) == 1; p += used) {
        scene_press(t, one);
        pressed++;
    }
}

static void text(struct term *t, const char *typed, const char *seen)
{
    term_type(t, typed);
    term_wait_text(t, seen);
}

static json_t *newest_card(void)
{
    json_t *list = rpc_ok(desk, "incident.list", "{s:i}", "limit", 1);
    return rpc_ok(desk, "incident.get", "{s:I}", "id", at_int(list, "items.0.id"));
}

static struct term *journal_opened(int cols, int rows)
{
    scene_forget_drafts(&town, TOWN_dispatcher);
    struct term *t = scene_login(&town, TOWN_dispatcher, cols, rows, "xterm-256color");
    scene_go(t, "И", "Инциденты");
    pressed = 0;
    return t;
}

/* Phone, address, what, kind, service, priority and caller: what the words mean is filled in by itself. */
static void a_call_takes_at_most_twelve_keys(void **state)
{
    (void)state;
    struct term *t = journal_opened(120, 34);
    keys(t, "F7");
    term_wait_text(t, "Телефон");
    text(t, "8 903 111-22-33", "8 903 111-22-33");
    keys(t, "Enter");
    text(t, "Ленина 12 кв 5", "190"); /* the house is found: its residents stand beside */
    keys(t, "Enter");
    text(t, "Опять нет света в подъезде", "Электрические сети");
    keys(t, "Tab Enter Enter Enter"); /* kind, service and priority as they were understood */
    text(t, "Сидорова А. П.", "Сидорова А. П.");
    keys(t, "F2");
    term_wait_text(t, "Записано: ЕД-");
    CHECK(pressed <= KEYS_MOST, "%d keys", pressed);
    json_t *card = newest_card();
    assert_int_equal(at_int(card, "house"), house);
    assert_string_equal(at_text(card, "type"), "no_electricity");
    assert_string_equal(at_text(card, "priority"), "p3");
    assert_string_equal(at_text(card, "services.0.service"), "power_grid");
    assert_string_equal(at_text(card, "flat"), "5");
    assert_string_equal(at_text(card, "caller"), "Сидорова А. П.");
    print_message("# a call: %d keys beside the texts\n", pressed);
    scene_leave(&t);
}

/* The moment the address lies in an open outage the promise stands beside, and one key more joins the call to it. */
static void an_outage_is_known_while_one_types(void **state)
{
    (void)state;
    json_int_t outage = at_int(rpc_ok(desk, "outage.open", "{s:s, s:s, s:[I], s:s}", "kind", "emergency", "resource", "electricity",
                                      "houses", (json_int_t)house, "promised", "2099-01-01T18:00:00+03:00"),
                               "id");
    struct term *t = journal_opened(100, 30);
    keys(t, "F7");
    term_wait_text(t, "Телефон");
    keys(t, "Enter");
    text(t, "Ленина 12", "Уже известно: отключение");
    text(t, "", "обещано");
    keys(t, "Enter");
    text(t, "нет света", "Электрические сети");
    keys(t, "F6 Enter");
    term_wait_text(t, "причина");
    keys(t, "F2");
    term_wait_text(t, "Записано: ЕД-");
    json_t *card = newest_card();
    assert_int_equal(at_int(card, "outage"), outage);
    assert_string_equal(at_text(find_item(at(card, "clocks"), "norm", "tell_applicant"), "state"), "met");
    scene_leave(&t);
}

static void what_was_typed_outlives_a_broken_line(void **state)
{
    (void)state;
    struct term *t = journal_opened(80, 24);
    keys(t, "F7");
    term_wait_text(t, "Телефон");
    text(t, "555-01", "555-01");
    keys(t, "Enter");
    text(t, "Лесная, у колодца", "у колодца");
    keys(t, "Enter"); /* leaving a field keeps the draft */
    term_wait_settled(t, -1, "the draft");
    term_break_line(t);
    term_close(&t);
    t = scene_login(&town, TOWN_dispatcher, 80, 24, "xterm-256color");
    if (!term_has(t, "у колодца")) {
        scene_go(t, "И", "Инциденты");
        scene_press(t, "F7");
        term_wait_text(t, "Продолжить");
        scene_press(t, "Enter");
        term_wait_text(t, "у колодца");
    }
    scene_leave(&t);
}

static void a_card_goes_its_way_by_letters(void **state)
{
    (void)state;
    json_int_t id =
        at_int(rpc_ok(desk, "incident.log", "{s:s, s:s, s:s}", "type", "no_gas", "place", "Мира, 40", "text", "Нет газа"), "id");
    struct term *t = journal_opened(100, 30);
    scene_find_row(t, "Мира, 40");
    scene_press(t, "Enter");
    term_wait_text(t, "Нормативы");
    scene_write(t, "п");
    term_wait_text(t, "Кто принял");
    scene_submit(t);
    term_wait_text(t, "Передано службе");
    scene_write(t, "н");
    term_wait_text(t, "Ответ службы");
    scene_fill(t, "Ответ службы", "Выехали");
    scene_submit(t);
    term_wait_text(t, "Выехали");
    scene_write(t, "у");
    term_wait_text(t, "меры");
    scene_fill(t, "меры", "Пущен газ");
    scene_submit(t);
    term_wait_text(t, "Пущен газ");
    scene_write(t, "з");
    term_wait_text(t, "Заявитель подтвердил");
    scene_submit(t);
    term_wait_text(t, "Закрыто");
    /* What was done is told as past, and with its words. */
    static const char *const past[] = {"Вызов принят", "Передано службам", "Службы: Газовая служба (104)", "Служба приняла", "Устранено"};
    while (!term_has(t, past[0]))
        scene_settle(t, "Tab");
    for (size_t i = 1; i < sizeof past / sizeof *past; i++)
        term_wait_text(t, past[i]);
    scene_leave(&t);
    assert_string_equal(at_text(rpc_ok(desk, "incident.get", "{s:I}", "id", id), "status"), "closed");
}

/* One key on the card: the form stands filled with what the card knows, and saving joins the two. */
static void a_card_becomes_an_outage_by_one_key(void **state)
{
    (void)state;
    json_int_t id = at_int(rpc_ok(desk, "incident.log", "{s:s, s:I, s:s, s:s}", "type", "no_cold_water", "house", (json_int_t)house,
                                  "place", "Ленина, 12", "text", "Сухие краны во всём доме"),
                           "id");
    struct term *t = journal_opened(120, 34);
    scene_find_row(t, "Нет холодн");
    scene_press(t, "Enter");
    term_wait_text(t, "Нормативы");
    scene_write(t, "ю");
    term_wait_text(t, "Новое отключение по ЕД-");
    term_wait_text(t, "Холодное водоснабжение");
    term_wait_text(t, "Сухие краны во всём доме");
    scene_submit(t);
    term_wait_text(t, "ОТК-");
    scene_leave(&t);
    json_t *card = rpc_ok(desk, "incident.get", "{s:I}", "id", id);
    json_t *outage = rpc_ok(desk, "outage.get", "{s:I}", "id", at_int(card, "outage"));
    assert_string_equal(at_text(outage, "resource"), "cold_water");
    assert_string_equal(at_text(outage, "kind"), "emergency");
    assert_string_equal(at_text(outage, "reason"), "Сухие краны во всём доме");
    assert_string_equal(at_text(outage, "started"), at_text(card, "taken_at"));
    assert_int_equal(at_int(outage, "houses"), 1);
    assert_int_equal(at_int(outage, "house_list.0.id"), house);
}

/* A place that is in no register goes into the line, and what is not understood is told beside before anything is sent. */
static void a_place_unknown_is_told_beside_the_line(void **state)
{
    (void)state;
    rpc_ok(desk, "incident.log", "{s:s, s:s, s:s}", "type", "no_gas", "place", "Дачи, у моста", "text", "Газа нет с утра");
    struct term *t = journal_opened(120, 34);
    scene_find_row(t, "Дачи, у моста");
    scene_write(t, "ю");
    term_wait_text(t, "Новое отключение по ЕД-");
    term_wait_text(t, "Газоснабжение");
    term_wait_text(t, "такой улицы нет");
    scene_leave(&t);
}

static void a_shift_is_opened_and_offered(void **state)
{
    (void)state;
    scene_forget_drafts(&town, TOWN_dispatcher);
    struct term *t = scene_login(&town, TOWN_dispatcher, 100, 30, "xterm-256color");
    scene_go(t, "Й", "Дежурств");
    scene_press(t, "F7");
    term_wait_text(t, "Погода");
    scene_submit(t);
    scene_find_row(t, "Дежурит");
    scene_press(t, "Enter");
    term_wait_text(t, "Открыто сейчас");
    scene_write(t, "с");
    term_wait_text(t, "Что передаётся");
    scene_fill(t, "Что передаётся", "Ждём газовиков");
    scene_fill(t, "Радиосвязь", "+");
    scene_fill(t, "Система оповещения", "-");
    scene_fill(t, "Резервное питание", "нет топлива");
    scene_submit(t);
    term_wait_text(t, "Ждём газовиков");
    term_wait_text(t, "Сдаётся");
    term_wait_text(t, "Резервное питание: нет топлива");
    scene_leave(&t);
    json_t *checks = json_object_get(rpc_ok(desk, "shift.get", NULL), "checks");
    assert_int_equal(json_object_size(checks), 3); /* what was left empty was not checked */
    assert_true(json_is_true(json_object_get(checks, "radio")));
    assert_true(json_is_false(json_object_get(checks, "warning_system")));
    assert_string_equal(at_text(checks, "backup_power"), "нет топлива");
}

/* With a second settlement an address begins with the town; a line of the journal begins with the street, and ends with the state. */
static void a_line_of_the_journal_begins_with_the_street(void **state)
{
    (void)state;
    rpc_ok(desk, "house.add", "{s:s, s:s, s:s, s:[s,s]}", "settlement_name", "п. Константиновский", "street_name", "ул. Новая", "number",
           "1", "create", "settlement", "street");
    json_int_t id = at_int(rpc_ok(desk, "incident.log", "{s:s, s:I, s:s}", "type", "no_gas", "house", house, "text", "Нет газа"), "id");
    assert_string_equal(at_text(rpc_ok(desk, "incident.get", "{s:I}", "id", id), "place"), "г. Тутаев, ул. Ленина, 12");
    struct term *t = journal_opened(80, 24);
    term_wait_text(t, "ул. Ленина, 12  Нет газа");
    term_wait_text(t, "Состояние");
    scene_leave(&t);
}

static void narrow_screens_hold_it(void **state)
{
    (void)state;
    struct term *t = journal_opened(40, 20);
    scene_assert_sound(t);
    keys(t, "F7");
    term_wait_text(t, "Телефон");
    scene_assert_sound(t);
    scene_leave(&t);
}

/* A call of a day long gone, so that no clock moves on the card while it is compared. */
static void screens_stand_as_reviewed(void **state)
{
    static const struct scene_shape *const shapes[] = {&scene_usual, &scene_phone, &scene_vt100};
    (void)state;
    json_int_t id =
        at_int(rpc_ok(desk, "incident.log", "{s:s, s:I, s:s, s:s, s:s, s:s}", "type", "question", "house", (json_int_t)house, "text",
                      "Когда включат отопление", "caller", "Сидорова А. П.", "phone", "555-02", "taken_at", "2020-01-15T12:00:00+03:00"),
               "id");
    rpc_ok(desk, "incident.resolve", "{s:I, s:s}", "id", id, "measures", "Сроки названы");
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        scene_forget_drafts(&town, TOWN_dispatcher);
        struct term *t = scene_open(&town, TOWN_dispatcher, shapes[i]);
        scene_go(t, "И", "Инциденты");
        scene_find_row(t, "Вопрос");
        scene_press(t, "Enter");
        term_wait_text(t, "Когда включат отопление");
        scene_expect(t, shapes[i], "incident");
        scene_press(t, "F7");
        term_wait_text(t, "Телефон");
        scene_settle_type(t, "555-02");
        keys(t, "Enter");
        text(t, "Ленина 12", "Прежние вызовы");
        scene_expect(t, shapes[i], "call");
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
        cmocka_unit_test(a_call_takes_at_most_twelve_keys),
        cmocka_unit_test(an_outage_is_known_while_one_types),
        cmocka_unit_test(what_was_typed_outlives_a_broken_line),
        cmocka_unit_test(a_card_goes_its_way_by_letters),
        cmocka_unit_test(a_card_becomes_an_outage_by_one_key),
        cmocka_unit_test(a_place_unknown_is_told_beside_the_line),
        cmocka_unit_test(a_shift_is_opened_and_offered),
        cmocka_unit_test(a_line_of_the_journal_begins_with_the_street),
        cmocka_unit_test(narrow_screens_hold_it),
        cmocka_unit_test(screens_stand_as_reviewed),
        cmocka_unit_test(stops_cleanly),
    };
    return HARNESS_RUN("desk", tests);
}
