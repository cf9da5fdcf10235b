/* What happens while somebody works: colleagues change things, lines break, the screen's process dies, the core dies. */
#include "tests/harness/check.h"
#include "tests/harness/clock.h"
#include "tests/terminal/scenes.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct server *server;
static struct town town;

static void starts_and_is_filled(void **state)
{
    (void)state;
    server = server_start(&scene_options);
    server->errors_expected = true;
    given_municipality(server, &town);
    for (int i = 0; i < 5; i++) {
        char subject[64];
        snprintf(subject, sizeof subject, "Давнее обращение %d", i);
        given_appeal(&town, "Иванова Мария Петровна", subject);
    }
}

/* ---- live ---- */

static void a_colleagues_change_shows_at_once(void **state)
{
    (void)state;
    struct term *t = scene_login(&town, TOWN_clerk, 80, 24, "xterm-256color");
    scene_go(t, "О", "Обращения");
    scene_find_row(t, "обращение 2");
    int at_once_ms = scene_at_once_ms(t);
    given_appeal(&town, "Новикова Нина Ильинична", "Только что пришло");
    CHECK(term_sees_text(t, "Только что пришло", at_once_ms), "not within a second:\n%s", term_text(t));
    /* The cursor stays with its record, although rows moved. */
    term_wait_cursor_on(t, "обращение 2");
    term_close(&t);
}

static void a_change_on_an_open_card_shows_at_once(void **state)
{
    (void)state;
    json_int_t id = at_int(given_assignment(&town, 0, TOWN_executor, "Живая карточка"), "id");
    struct term *t = scene_login(&town, TOWN_head, 80, 24, "xterm-256color");
    scene_go(t, "П", "Поручения");
    scene_find_row(t, "Живая карточка");
    scene_press(t, "Enter");
    term_wait_text(t, "Ершова");
    int at_once_ms = scene_at_once_ms(t);
    rpc_ok(town_as(&town, TOWN_executor), "assignment.report", "{s:I, s:s}", "id", id, "text", "Сделано");
    CHECK(term_sees_text(t, "На приёмке", at_once_ms), "not within a second:\n%s", term_text(t));
    term_close(&t);
}

static void the_worklist_is_live_too(void **state)
{
    (void)state;
    struct term *t = scene_login(&town, TOWN_executor2, 80, 24, "xterm-256color");
    int at_once_ms = scene_at_once_ms(t);
    given_assignment(&town, 0, TOWN_executor2, "Свежее поручение");
    CHECK(term_sees_text(t, "Свежее поручение", at_once_ms), "not within a second:\n%s", term_text(t));
    term_close(&t);
}

/* A colleague's change raises the number in the status line; the notice opens the card at its place, and is read with it. */
static void a_notice_comes_and_opens_the_card(void **state)
{
    (void)state;
    struct term *t = scene_login(&town, TOWN_manager, 80, 24, "xterm-256color");
    int at_once_ms = scene_at_once_ms(t);
    assert_false(term_has(t, "✉ 1"));
    given_assignment(&town, 0, TOWN_manager, "Подготовить паспорт проекта");
    CHECK(term_sees_text(t, "✉ 1", at_once_ms), "not within a second:\n%s", term_text(t));
    scene_go(t, "У", "Уведомления");
    scene_find_row(t, "Вам поручено до");
    term_expect_screen(t, "notices_usual.txt");
    scene_press(t, "Enter");
    term_wait_text(t, "Прочитано, ");
    term_wait_gone(t, "✉");
    scene_press(t, "Esc");
    term_wait_text(t, "Непрочитанного нет");
    scene_press(t, "Tab");
    term_wait_text(t, "Вам поручено до");
    term_close(&t);
}

/* On a phone, and on a terminal that knows no sequences: the number has a plain sign, the table of ways fits. */
static void ways_are_chosen_on_any_terminal(void **state)
{
    (void)state;
    static const struct {
        const char *type, *golden;
        int cols, rows;
    } shapes[] = {{"xterm-256color", "ways_usual.txt", 80, 24}, {"vt100", "ways_vt100.txt", 80, 24}, {"linux", "ways_phone.txt", 40, 20}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct term *t = scene_login(&town, TOWN_analyst, shapes[i].cols, shapes[i].rows, shapes[i].type);
        scene_go(t, "У", "Уведомления");
        scene_press(t, "F4");
        term_wait_text(t, "Новое поручение");
        term_expect_screen(t, shapes[i].golden);
        scene_assert_sound(t);
        term_close(&t);
    }
    struct term *t = scene_login(&town, TOWN_analyst, 80, 24, "xterm-256color");
    scene_go(t, "У", "Уведомления");
    scene_press(t, "F4");
    scene_press(t, "Right Space Up Space");
    term_wait_text(t, "8:00");
    term_close(&t);
    json_t *s = rpc_ok(town_as(&town, TOWN_analyst), "notification.settings", NULL);
    assert_int_equal(at_int(s, "quiet_to"), 8);
    assert_int_equal(at_int(s, "quiet_from"), 20);
    assert_false(has_word(at(find_item(at(s, "kinds"), "kind", "assigned"), "ways"), "bell"));
}

/* Two write one card: the second is shown both, nothing is overwritten silently. */
static void a_conflict_shows_both(void **state)
{
    (void)state;
    json_t *card = given_appeal(&town, "Спорова Ия Игоревна", "Спорная тема");
    struct term *t = scene_login(&town, TOWN_clerk, 80, 24, "xterm-256color");
    scene_go(t, "О", "Обращения");
    scene_find_row(t, "Спорная тема");
    scene_press(t, "Enter");
    term_wait_text(t, "Спорова");
    scene_press(t, "F4");
    term_wait_text(t, "F2 ");
    scene_to_field(t, "Спорная тема");
    term_key(t, "End");
    term_type(t, " у клерка");
    term_wait_text(t, "Спорная тема у клерка");
    rpc_ok(town_as(&town, TOWN_head), "appeal.set", "{s:I, s:I, s:s}", "id", at_int(card, "id"), "version", at_int(card, "version"),
           "subject", "Спорная тема у главы");
    term_key(t, "F2");
    term_wait_text(t, "у главы");
    assert_true(term_has(t, "у клерка"));
    json_t *now = rpc_ok(town.admin, "appeal.get", "{s:I}", "id", at_int(card, "id"));
    assert_string_equal(at_text(now, "subject"), "Спорная тема у главы");
    term_close(&t);
}

/* ---- drafts ---- */

static bool draft_holds(void *arg)
{
    json_t *drafts = rpc_ok(town_as(&town, TOWN_clerk), "draft.list", NULL);
    char *dump = json_dumps(drafts, JSON_ENCODE_ANY);
    bool holds = strstr(dump, arg) != NULL;
    free(dump);
    return holds;
}

static bool draft_is_gone(void *arg) { return !draft_holds(arg); }

/* Opens the form, and continues the draft that it offers: then both texts stand there. */
static void continue_draft(const char *author, const char *text)
{
    struct term *t = scene_login(&town, TOWN_clerk, 80, 24, "xterm-256color");
    term_wait_text(t, "начат");
    scene_press(t, "F7");
    term_wait_text(t, "Продолжить черновик");
    scene_press(t, "Enter");
    term_wait_text(t, text);
    assert_true(term_has(t, author));
    scene_submit(t);
    term_wait_text(t, "ОГ-");
    term_close(&t);
    json_t *list = rpc_ok(town_as(&town, TOWN_clerk), "appeal.list", NULL);
    json_t *card = rpc_ok(town_as(&town, TOWN_clerk), "appeal.get", "{s:I}", "id", at_int(list, "items.0.id"));
    assert_string_equal(at_text(card, "text"), text);
    assert_string_equal(at_text(card, "correspondent_name"), author);
    /* The screen drops it when it has the answer; the answer's card may be there first. */
    CHECK(wait_until(draft_is_gone, (void *)text, 5000), "the draft outlives what was made of it");
}

static struct term *begin_form(const char *author, const char *text)
{
    struct term *t = scene_login(&town, TOWN_clerk, 80, 24, "xterm-256color");
    scene_press(t, "F7");
    term_wait_text(t, "F2 ");
    scene_write(t, author);
    scene_press(t, "Enter");
    scene_fill(t, "Текст", text);
    return t;
}

static void a_broken_line_loses_nothing(void **state)
{
    (void)state;
    scene_forget_drafts(&town, TOWN_clerk);
    struct term *t = begin_form("Обрывова Ада Львовна", "Набрано до обрыва линии");
    /* At once, while the last letter is still fresh on the screen. */
    term_break_line(t);
    term_close(&t);
    CHECK(wait_until(draft_holds, "Набрано до обрыва линии", 5000), "the draft does not hold what stood on the screen");
    continue_draft("Обрывова Ада Львовна", "Набрано до обрыва линии");
}

static void a_killed_screen_loses_nothing(void **state)
{
    (void)state;
    scene_forget_drafts(&town, TOWN_clerk);
    struct term *t = begin_form("Убитова Ева Саввична", "Набрано до гибели экрана");
    /* The draft is saved as it is typed, without being asked. */
    CHECK(wait_until(draft_holds, "Набрано до гибели экрана", 5000), "the draft is not saved while one types");
    pid_t tui = proc_find_below(server->pid, "gorod-tui");
    assert_true(tui > 0);
    kill(tui, SIGKILL);
    term_wait_end(t, 10000);
    term_close(&t);
    continue_draft("Убитова Ева Саввична", "Набрано до гибели экрана");
}

static void a_restarted_server_loses_nothing(void **state)
{
    (void)state;
    scene_forget_drafts(&town, TOWN_clerk);
    struct term *t = begin_form("Перезапускова Ия Львовна", "Набрано до перезапуска");
    CHECK(wait_until(draft_holds, "Набрано до перезапуска", 5000), "the draft is not saved while one types");
    town_close_sessions(&town);
    server_stop(server);
    term_wait_end(t, 20000);
    term_close(&t);
    server_start_again(server);
    town.admin = rpc_open_admin(server);
    continue_draft("Перезапускова Ия Львовна", "Набрано до перезапуска");
}

/* ---- the server is away ---- */

static void the_core_dies_while_one_types(void **state)
{
    (void)state;
    scene_forget_drafts(&town, TOWN_clerk);
    struct term *t = begin_form("Стойкова Инна Львовна", "Набрано до");
    pid_t core = server_part(server, "core");
    /* Stopped first: so long as it is stopped nobody can answer, and the screen must go on by itself. */
    kill(core, SIGSTOP);
    term_type(t, " и во время паузы");
    term_wait_text(t, "Набрано до и во время паузы");
    kill(core, SIGKILL);
    term_type(t, " и после");
    term_wait_text(t, "Набрано до и во время паузы и после");
    term_wait_text(t, "Связь с сервером восстановлена");
    assert_true(term_has(t, "Набрано до и во время паузы и после"));
    scene_submit(t);
    term_wait_text(t, "ОГ-");
    term_close(&t);
    town_close_sessions(&town);
    town.admin = rpc_open_admin(server);
    json_t *list = rpc_ok(town.admin, "appeal.list", NULL);
    json_t *card = rpc_ok(town.admin, "appeal.get", "{s:I}", "id", at_int(list, "items.0.id"));
    assert_string_equal(at_text(card, "text"), "Набрано до и во время паузы и после");
}

static void the_screen_says_that_the_server_is_away(void **state)
{
    (void)state;
    struct term *t = scene_login(&town, TOWN_clerk, 80, 24, "xterm-256color");
    scene_go(t, "О", "Обращения");
    /* The supervisor is held, so that the core stays away until the screen has said it. */
    pid_t core = server_part(server, "core");
    kill(server->pid, SIGSTOP);
    kill(core, SIGKILL);
    term_wait_text(t, "Сервер недоступен");
    kill(server->pid, SIGCONT);
    term_wait_text(t, "Связь с сервером восстановлена");
    term_wait_gone(t, "Сервер недоступен");
    scene_press(t, "Down");
    scene_leave(&t);
    town_close_sessions(&town);
    town.admin = rpc_open_admin(server);
}

static bool registers(void *arg)
{
    (void)arg;
    struct rpc *r = rpc_try_admin(server);
    json_t *params = json_pack("{s:s, s:s, s:{s:s, s:s}, s:s}", "kind", "letter", "channel", "post", "new_correspondent", "kind", "person",
                               "name", "Живучая Вера Ильинична", "subject", "После гибели базы");
    if (!r) {
        json_decref(params);
        return false;
    }
    json_t *answer = rpc_answer_or_end(r, rpc_send(r, "appeal.register", params));
    rpc_close(&r);
    return answer && at(answer, "result");
}

static void postgres_dies_while_one_looks(void **state)
{
    (void)state;
    struct term *t = scene_login(&town, TOWN_clerk, 80, 24, "xterm-256color");
    scene_go(t, "О", "Обращения");
    term_wait_text(t, "обращение 2");
    server_kill_part(server, "postgres");
    term_key(t, "F5");
    term_key(t, "Down");
    /* What is new after that is on the screen by itself. */
    CHECK(wait_until(registers, NULL, TERM_WAIT_MS), "the service does not come back");
    term_wait_text(t, "После гибели базы");
    term_key(t, "F5");
    term_wait_gone(t, "недоступн");
    assert_true(term_has(t, "После гибели базы"));
    scene_leave(&t);
}

static void a_hung_line_does_not_hold_the_others(void **state)
{
    (void)state;
    struct term *hung = scene_login(&town, TOWN_clerk, 80, 24, "xterm-256color"),
                *t = scene_login(&town, TOWN_head, 80, 24, "xterm-256color");
    scene_go(t, "О", "Обращения");
    int at_once_ms = scene_at_once_ms(t);
    /* Nobody reads the first terminal any more, while its screen is fed. */
    scene_go(hung, "О", "Обращения");
    for (int i = 0; i < 50; i++)
        given_appeal(&town, "Поточная Ада Ильинична", "Поток");
    CHECK(term_sees_text(t, "Поток", at_once_ms), "the other screen stands still:\n%s", term_text(t));
    term_close(&hung);
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
        cmocka_unit_test(a_colleagues_change_shows_at_once),
        cmocka_unit_test(a_change_on_an_open_card_shows_at_once),
        cmocka_unit_test(the_worklist_is_live_too),
        cmocka_unit_test(a_notice_comes_and_opens_the_card),
        cmocka_unit_test(ways_are_chosen_on_any_terminal),
        cmocka_unit_test(a_conflict_shows_both),
        cmocka_unit_test(a_broken_line_loses_nothing),
        cmocka_unit_test(a_killed_screen_loses_nothing),
        cmocka_unit_test(a_restarted_server_loses_nothing),
        cmocka_unit_test(the_core_dies_while_one_types),
        cmocka_unit_test(the_screen_says_that_the_server_is_away),
        cmocka_unit_test(postgres_dies_while_one_looks),
        cmocka_unit_test(a_hung_line_does_not_hold_the_others),
        cmocka_unit_test(stops_cleanly),
    };
    return HARNESS_RUN("faults", tests);
}
