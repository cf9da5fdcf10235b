/* Papers by keys: from the menu of forms, from a card; what is ready lies in the person's folder. */
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
    json_int_t id = at_int(given_appeal(&town, "Ёлкина Мария Петровна", "Не горит фонарь"), "id");
    given_assignment(&town, id, TOWN_executor, "Починить фонарь");
}

static void assert_in_reports(enum town_user who, const char *beginning, const char *ending)
{
    json_t *items = at(rpc_ok(town_as(&town, who), "file.list", "{s:s}", "place", "reports"), "items"), *item;
    size_t i;
    json_array_foreach(items, i, item)
    {
        const char *name = at_text(item, "name");
        size_t len = strlen(name), tail = strlen(ending);
        if (strncmp(name, beginning, strlen(beginning)) == 0 && len > tail && strcmp(name + len - tail, ending) == 0 && at_int(item, "size") > 500)
            return;
    }
    FAIL("no «%s...%s» among the reports", beginning, ending);
}

static void a_journal_is_chosen_and_made(void **state)
{
    (void)state;
    struct term *t = scene_login(&town, TOWN_clerk, 80, 24, "xterm-256color");
    scene_go(t, "Т", "Отчёты");
    scene_find_row(t, "Журнал регистрации обращений");
    term_key(t, "Enter");
    term_wait_text(t, "Этот год");
    term_wait_text(t, "PDF, на печать");
    term_key(t, "F2");
    term_wait_text(t, "Готово, в /reports/");
    scene_assert_sound(t);
    scene_leave(&t);
    assert_in_reports(TOWN_clerk, "Журнал регистрации обращений граждан", ".pdf");
}

static void dates_are_typed_and_checked(void **state)
{
    (void)state;
    struct term *t = scene_login(&town, TOWN_clerk, 80, 24, "linux");
    scene_go(t, "Т", "Отчёты");
    scene_find_row(t, "Справка-статистика");
    term_key(t, "Enter");
    term_wait_text(t, "Период с");
    scene_fill(t, "Период с", "31.12.2030");
    term_key(t, "F2");
    term_wait_text(t, "конец периода раньше его начала");
    scene_leave(&t);
}

static void a_card_is_printed_by_one_key(void **state)
{
    (void)state;
    struct term *t = scene_login(&town, TOWN_clerk, 80, 24, "xterm-256color");
    scene_go(t, "О", "Обращения");
    scene_find_row(t, "Не горит фонарь");
    term_key(t, "Enter");
    term_wait_text(t, "Карточка");
    scene_write(t, "а");
    term_wait_text(t, "Готово, в /reports/");
    scene_write(t, "и");
    term_wait_text(t, "текста ответа ещё нет");
    scene_leave(&t);
    assert_in_reports(TOWN_clerk, "Регистрационно-контрольная карточка", ".pdf");
}

static void a_control_slip_is_printed_from_an_assignment(void **state)
{
    (void)state;
    struct term *t = scene_login(&town, TOWN_executor, 80, 24, "xterm-256color");
    scene_find_row(t, "Починить фонарь");
    term_key(t, "Enter");
    term_wait_text(t, "Карточка");
    scene_write(t, "л");
    term_wait_text(t, "Готово, в /reports/");
    scene_leave(&t);
    assert_in_reports(TOWN_executor, "Контрольный лист поручения", ".pdf");
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
        cmocka_unit_test(a_journal_is_chosen_and_made),
        cmocka_unit_test(dates_are_typed_and_checked),
        cmocka_unit_test(a_card_is_printed_by_one_key),
        cmocka_unit_test(a_control_slip_is_printed_from_an_assignment),
        cmocka_unit_test(stops_cleanly),
    };
    return HARNESS_RUN("terminal-reports", tests);
}
