/* Printed forms on the invented municipality: each is made in each format and is what it says; what they count is what the lists count. */
#include "tests/integration/reports.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const lists[] = {
    "appeals_journal",        "reception_journal", "incoming_journal", "forwarded_list",  "appeals_statistics",
    "terms_report",           "overdue_list",      "due_soon_list",    "unexecuted_list", "discipline_executors",
    "discipline_controllers", "outgoing_journal",  "discipline_note",  "bonus_cut",       NULL};

static void every_list_is_printed(void **state)
{
    (void)state;
    for (size_t i = 0; lists[i]; i++) {
        const char *path = given_list(lists[i], "pdf");
        char words[64], *text = pdf_text(path, 0);
        snprintf(words, sizeof words, "Страница 1 из %d", pdf_pages(path));
        assert_holds(text, words, lists[i]);
        assert_holds(text, "Напечатано ", lists[i]);
        free(text);
    }
}

static void heads_stand_on_every_page(void **state)
{
    (void)state;
    char words[64];
    const char *path = given_list("appeals_journal", "pdf");
    int pages = pdf_pages(path);
    assert_true(pages > 10);
    for (int page = 1; page < pages; page += 7) {
        char *text = pdf_text(path, page);
        assert_holds(text, "Краткое содержание", "appeals_journal");
        snprintf(words, sizeof words, "Страница %d из %d", page, pages);
        assert_holds(text, words, "appeals_journal");
        free(text);
    }
}

static void cards_and_letters_are_printed(void **state)
{
    (void)state;
    static const struct {
        const char *form, *id, *words[3];
    } rows[] = {{"appeal_card", answered, {"Регистрационно-контрольная карточка", "Дата поступления", "Результат рассмотрения"}},
                {"answer_letter", answered, {"АДМИНИСТРАЦИЯ", "Уважаем", "На № ОГ-"}},
                {"reception_card", reception, {"Карточка личного приёма", "Кто принимал", "Посетитель"}},
                {"control_slip", assignment, {"Контрольный лист поручения", "Ответственный исполнитель", "Срок исполнения"}}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *text = pdf_text(given_document(rows[i].form, "pdf", "id", rows[i].id), 0);
        for (size_t k = 0; k < 3; k++)
            assert_holds(text, rows[i].words[k], rows[i].form);
        free(text);
    }
    assert_int_equal(pdf_pages(given_document("answer_letter", "pdf", "id", answered)), 1);
}

/* ---- spreadsheets ---- */

static void a_spreadsheet_has_typed_cells(void **state)
{
    (void)state;
    struct outcome o;
    char *argv[] = {"python3", "-c", (char *)check_xlsx, (char *)given_list("appeals_journal", "xlsx"), NULL};
    run_program(argv, NULL, 60000, &o);
    CHECK(o.exit_code == 0, "%s", o.err);
    assert_int_equal(atoll(o.out), appeals("letter", NULL) + appeals("electronic", NULL));
    outcome_free(&o);
}

static void formulas_are_told_as_text(void **state)
{
    (void)state;
    struct outcome o;
    rpc_ok(admin, "appeal.register", "{s:s, s:s, s:b, s:s, s:s, s:s}", "kind", "letter", "channel", "post", "anonymous", 1, "subject",
           "=1+1;\"x\"", "text", "@SUM(A1)", "request_id", fresh_uuid());
    char *csv = read_whole(given_list("appeals_journal", "csv"));
    assert_holds(csv, ";\"'=1+1;\"\"x\"\"\";", "appeals_journal");
    CHECK(strncmp(csv, "\xEF\xBB\xBF", 3) == 0, "no mark of UTF-8");
    free(csv);
    char *argv[] = {"python3", "-c", (char *)check_xlsx, (char *)given_list("appeals_journal", "xlsx"), NULL};
    run_program(argv, NULL, 60000, &o);
    CHECK(o.exit_code == 0, "%s", o.err);
    outcome_free(&o);
}

/* ---- texts that strangers wrote ---- */

static void no_text_breaks_a_paper(void **state)
{
    (void)state;
    json_error_t why;
    size_t i;
    json_t *text;
    char *blns = read_source("tests/data/malformed/blns.json");
    json_t *all = rpc_keep(json_loads(blns, JSON_ALLOW_NUL, &why));
    CHECK(all, "%s", why.text);
    free(blns);
    json_array_foreach(all, i, text)
    {
        json_t *params = json_pack("{s:s, s:s, s:b, s:s, s:O, s:s}", "kind", "letter", "channel", "post", "anonymous", 1, "subject",
                                   "Строка", "text", text, "request_id", fresh_uuid());
        rpc_call(admin, "appeal.register", params); /* what is no text is refused, and is not our matter here */
        params = json_pack("{s:s, s:s, s:b, s:O, s:s}", "kind", "letter", "channel", "post", "anonymous", 1, "subject", text, "request_id",
                           fresh_uuid());
        rpc_call(admin, "appeal.register", params);
    }
    static const char *const formats[] = {"pdf", "xlsx", "csv"};
    for (size_t k = 0; k < 3; k++)
        given_list("appeals_journal", formats[k]);
    assert_true(pdf_pages(given_list("appeals_journal", "pdf")) > 20);
    assert_int_equal(csv_rows(given_list("appeals_journal", "csv")), appeals("letter", NULL) + appeals("electronic", NULL));
}

static void a_text_longer_than_a_page_goes_on(void **state)
{
    (void)state;
    char *text = malloc(90001), id[32];
    for (int i = 0; i < 90000; i++)
        text[i] = (char)(i % 9 != 8 ? 97 + i % 26 : i % 900 == 899 ? 10 : 32);
    memcpy(text + 89990, " THE END.", 9);
    text[90000] = '\0';
    snprintf(id, sizeof id, "%d",
             (int)at_int(rpc_ok(admin, "appeal.register", "{s:s, s:s, s:b, s:s, s:s, s:s}", "kind", "letter", "channel", "post",
                                "anonymous", 1, "subject", "Длинное письмо", "text", text, "request_id", fresh_uuid()),
                         "id"));
    free(text);
    const char *path = given_document("appeal_card", "pdf", "id", id);
    int pages = pdf_pages(path);
    assert_true(pages > 10);
    char *last = pdf_text(path, 0);
    assert_holds(last, "THE END", "appeal_card");
    free(last);
}

/* ---- bad input, rights, the log ---- */

static void faults_are_told(void **state)
{
    (void)state;
    static const struct {
        const char *form, *option, *value, *said;
        int exit_code;
    } rows[] = {
        {"appeals_journal", "--from", "2027-02-30", "from", 65},        {"appeals_journal", "--from", "2090-01-01", "to", 65},
        {"appeals_journal", "--unit", "99999999", "unit", 65},          {"appeals_journal", "--format", "docx", "format", 65},
        {"appeal_card", "--id", "99999999", "Не найдено", 65},          {"appeal_card", "--number", "ОГ-99999/26", "Не найдено", 65},
        {"answer_letter", "--id", newest, "текста ответа ещё нет", 65}, {"control_slip", "--format", "pdf", "id", 65},
        {"reception_card", "--id", answered, "Не найдено", 65},         {"no_such_form", "--format", "pdf", "no_such_form", 64},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct outcome o;
        const char *path = path_of("fault");
        server_cli(server, &o, NULL, "report", rows[i].form, "--output", path, rows[i].option, rows[i].value, NULL);
        CHECK(o.exit_code == rows[i].exit_code && strstr(o.err, rows[i].said), "report %s %s %s: %d %s", rows[i].form, rows[i].option,
              rows[i].value, o.exit_code, o.err);
        CHECK(access(path, F_OK) != 0, "a file is left by a report that was refused");
        outcome_free(&o);
    }
}

static void the_log_names_who_printed_what(void **state)
{
    (void)state;
    given_list("terms_report", "pdf");
    assert_string_equal(at_text(rpc_ok(admin, "audit.list", "{s:s}", "action", "report_printed"), "items.0.record"), "report");
    given_list("terms_report", "csv");
    assert_string_equal(at_text(rpc_ok(admin, "audit.list", "{s:s}", "action", "list_exported"), "items.0.record"), "report");
    given_document("appeal_card", "pdf", "id", answered);
    json_t *read = at(rpc_ok(admin, "audit.list", "{s:s, s:s}", "action", "report_printed", "record", "appeal"), "items.0");
    assert_int_equal(at_int(read, "record_id"), atoi(answered));
}

/* Whoever reads the document goes away in the middle: the report stops, and the server goes on. */
static void a_reader_that_goes_away_ends_the_report(void **state)
{
    (void)state;
    struct outcome o;
    char *argv[] = {"sh", "-c", NULL, NULL};
    CHECK(asprintf(&argv[2], "GOROD_STATE='%s' '%s' report appeals_journal | head -c 1000 | wc -c", server->state, server_program()) > 0,
          "memory");
    run_program(argv, NULL, 30000, &o);
    assert_int_equal(atoi(o.out), 1000);
    outcome_free(&o);
    free(argv[2]);
    given_list("overdue_list", "pdf");
}

/* ---- into the reports of who asks, beside other work ---- */

static void without_a_place_to_go_it_lies_in_the_reports(void **state)
{
    (void)state;
    json_t *made = rpc_ok(admin, "report.overdue_list", "{s:s}", "format", "xlsx");
    json_t *item = find_item(at(rpc_ok(admin, "file.list", "{s:s}", "place", "reports"), "items"), "name", at_text(made, "name"));
    CHECK(item, "«%s» is not in the folder", at_text(made, "name"));
    assert_int_equal(at_int(item, "size"), at_int(made, "size"));
    assert_holds(at_text(item, "type"), "spreadsheet", "type");
}

/* The session goes on while a report is made; a second one waits for its turn, and what is cancelled says so. */
static void a_report_holds_nothing_up(void **state)
{
    (void)state;
    struct rpc *own = rpc_open_admin(server);
    int report = rpc_send(own, "report.appeals_journal", NULL), ping = rpc_send(own, "session.ping", NULL),
        second = rpc_send(own, "report.terms_report", NULL);
    json_t *first = rpc_keep(rpc_read(own, 30000));
    while (at(first, "method")) /* how far it is */
        first = rpc_keep(rpc_read(own, 30000));
    assert_int_equal(at_int(first, "id"), ping);
    json_t *refused = rpc_keep(rpc_read(own, 30000));
    while (at(refused, "method"))
        refused = rpc_keep(rpc_read(own, 30000));
    assert_int_equal(at_int(refused, "id"), second);
    assert_int_equal(at_int(refused, "error.code"), 1007);
    int cancel = rpc_send(own, "report.cancel", NULL);
    CHECK(at(rpc_answer(own, cancel), "result.cancelled"), "not cancelled");
    json_t *answer = rpc_answer(own, report);
    assert_string_equal(at_text(answer, "error.data.rule"), "cancelled");
    assert_true(at_int(rpc_ok(own, "report.terms_report", NULL), "rows") > 1);
    rpc_close(&own);
}

/* The printer dies in the middle of a paper: a clear error, no half of it in the folder, and the next paper is made. */
static void a_printer_that_dies_leaves_no_half_of_a_paper(void **state)
{
    (void)state;
    enum { TRIES = 2000 };
    struct rpc *own = rpc_open_admin(server);
    int64_t before = at_int(rpc_ok(admin, "file.list", "{s:s}", "place", "reports"), "total");
    int report = rpc_send(own, "report.appeals_journal", NULL);
    pid_t printer = 0;
    for (int i = 0; i < TRIES && !(printer = proc_find_below(server->pid, "gorod-print")); i++)
        usleep(1000);
    CHECK(printer, "no printer was started");
    assert_int_equal(kill(printer, SIGKILL), 0);
    json_t *answer = rpc_answer(own, report);
    assert_int_equal(at_int(answer, "error.code"), -32603);
    assert_int_equal(at_int(rpc_ok(admin, "file.list", "{s:s}", "place", "reports"), "total"), before);
    assert_true(at_int(rpc_ok(own, "report.terms_report", NULL), "rows") > 1);
    rpc_close(&own);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_and_is_filled),
        cmocka_unit_test(every_list_is_printed),
        cmocka_unit_test(heads_stand_on_every_page),
        cmocka_unit_test(cards_and_letters_are_printed),
        cmocka_unit_test(a_journal_has_the_rows_of_the_list),
        cmocka_unit_test(statistics_agree_with_the_lists_and_with_themselves),
        cmocka_unit_test(figures_for_scripts_are_those_of_the_paper),
        cmocka_unit_test(who_writes_most_is_counted_and_told_to_the_log),
        cmocka_unit_test(the_papers_of_discipline_agree),
        cmocka_unit_test(the_outgoing_journal_has_what_was_sent),
        cmocka_unit_test(what_is_exported_can_be_imported),
        cmocka_unit_test(a_spreadsheet_has_typed_cells),
        cmocka_unit_test(formulas_are_told_as_text),
        cmocka_unit_test(faults_are_told),
        cmocka_unit_test(the_log_names_who_printed_what),
        cmocka_unit_test(a_reader_that_goes_away_ends_the_report),
        cmocka_unit_test(without_a_place_to_go_it_lies_in_the_reports),
        cmocka_unit_test(a_report_holds_nothing_up),
        cmocka_unit_test(a_printer_that_dies_leaves_no_half_of_a_paper),
        cmocka_unit_test(an_upload_is_checked_before_it_is_written),
        cmocka_unit_test(an_upload_is_a_table_too),
        cmocka_unit_test(no_text_breaks_a_paper),
        cmocka_unit_test(a_text_longer_than_a_page_goes_on),
    };
    return HARNESS_RUN("reports", tests);
}
