/* Printed forms on the invented municipality: each is made in each format and is what it says; what they count is what the lists count. */
#include "common/csv.h"
#include "tests/harness/check.h"
#include "tests/harness/proc.h"
#include "tests/harness/rpc.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct server *server;
static struct rpc *admin;
static char today[16], newest[32], answered[32], reception[32], assignment[32];

static const char *const lists[] = {"appeals_journal",    "reception_journal",    "incoming_journal",       "forwarded_list",
                                    "appeals_statistics", "terms_report",         "overdue_list",           "due_soon_list",
                                    "unexecuted_list",    "discipline_executors", "discipline_controllers", "outgoing_journal",
                                    "discipline_note",    "bonus_cut",            NULL};

static void starts_and_is_filled(void **state)
{
    (void)state;
    struct outcome o;
    static const struct server_options options = {.config = "sstu_department: 11111111-2222-3333-4444-555555555555\n"};
    server = server_start(&options);
    server_cli(server, &o, NULL, "demo-data", "--appeals", "600", "--seed", "7", NULL);
    CHECK(o.exit_code == 0, "demo-data: %s", o.err);
    outcome_free(&o);
    admin = rpc_open_admin(server);
    snprintf(today, sizeof today, "%s", at_text(rpc_ok(admin, "session.whoami", NULL), "today"));
    snprintf(newest, sizeof newest, "%d", (int)at_int(rpc_ok(admin, "appeal.list", NULL), "items.0.id"));
    snprintf(answered, sizeof answered, "%d",
             (int)at_int(rpc_ok(admin, "appeal.list", "{s:s, s:s}", "status", "answered", "kind", "letter"), "items.0.id"));
    snprintf(reception, sizeof reception, "%d", (int)at_int(rpc_ok(admin, "appeal.list", "{s:s}", "kind", "reception"), "items.0.id"));
    snprintf(assignment, sizeof assignment, "%d", (int)at_int(rpc_ok(admin, "assignment.list", NULL), "items.0.id"));
}

/* A day of the month before this one. */
static const char *day_of_last_month(void)
{
    static char day[24];
    int year = atoi(today), month = atoi(today + 5) - 1;
    snprintf(day, sizeof day, "%04d-%02d-15", month ? year : year - 1, month ? month : 12);
    return day;
}

/* ---- making ---- */

static const char *path_of(const char *name)
{
    static char path[SERVER_PATH_BYTES + 64];
    snprintf(path, sizeof path, "%s/%s", server->dir, name);
    return path;
}

/* Makes a form into a file of the test's folder; the path lives until the next call. */
static const char *given_document(const char *form, const char *format, const char *name, const char *value)
{
    char file[64], *option = NULL;
    struct outcome o;
    const char *path;
    snprintf(file, sizeof file, "%s.%s", form, format);
    path = path_of(file);
    CHECK(asprintf(&option, "--%s", name ? name : "to") > 0, "memory");
    server_cli(server, &o, NULL, "report", form, "--format", format, "--output", path, option, value ? value : today, NULL);
    CHECK(o.exit_code == 0, "report %s --format %s: %s", form, format, o.err);
    free(option);
    outcome_free(&o);
    return path;
}

/* A form as it is on this day takes no period. */
static const char *given_list(const char *form, const char *format)
{
    struct outcome o;
    char file[64];
    snprintf(file, sizeof file, "%s.%s", form, format);
    const char *path = path_of(file);
    server_cli(server, &o, NULL, "report", form, "--format", format, "--output", path, NULL);
    CHECK(o.exit_code == 0, "report %s --format %s: %s", form, format, o.err);
    outcome_free(&o);
    return path;
}

static char *pdf_text(const char *path, int page)
{
    struct outcome o;
    char number[16];
    snprintf(number, sizeof number, "%d", page ? page : 1);
    char *all[] = {"pdftotext", "-layout", (char *)path, "-", NULL};
    char *one[] = {"pdftotext", "-layout", "-f", number, "-l", number, (char *)path, "-", NULL};
    run_program(page ? one : all, NULL, 60000, &o);
    CHECK(o.exit_code == 0 && o.err_bytes == 0, "pdftotext %s: %s", path, o.err);
    char *text = strdup(o.out);
    outcome_free(&o);
    return text;
}

static int pdf_pages(const char *path)
{
    struct outcome o;
    char *argv[] = {"pdfinfo", (char *)path, NULL};
    run_program(argv, NULL, 60000, &o);
    const char *at = strstr(o.out, "Pages:");
    CHECK(o.exit_code == 0 && at && o.err_bytes == 0, "pdfinfo %s: %s", path, o.err);
    int pages = atoi(at + 6);
    outcome_free(&o);
    return pages;
}

static void assert_holds(const char *text, const char *words, const char *where)
{
    CHECK(strstr(text, words), "%s: «%s» is not there", where, words);
}

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

/* ---- what they count ---- */

/* Rows of a CSV file without its heads; *cells of the first row's `column`. */
static int64_t csv_rows(const char *path)
{
    struct csv_row row;
    enum csv_fault fault = CSV_OK;
    int64_t rows = 0, line;
    FILE *f = fopen(path, "r");
    CHECK(f, "%s is not there", path);
    assert_int_equal(csv_check_encoding(f, &line), CSV_OK);
    struct csv *csv = csv_open(f);
    size_t width = 0;
    while (csv_next(csv, &row, &fault)) {
        width = width ? width : row.count;
        CHECK(row.count == width, "%s:%d: %zu cells of %zu", path, (int)row.line, row.count, width);
        rows++;
    }
    assert_int_equal(fault, CSV_OK);
    assert_int_equal(csv_delimiter(csv), ';');
    csv_close(&csv);
    fclose(f);
    return rows - 1;
}

static int64_t total(const char *method, const char *format, ...)
{
    va_list ap;
    json_error_t why;
    va_start(ap, format);
    json_t *params = json_vpack_ex(&why, 0, format, ap);
    va_end(ap);
    CHECK(params, "%s", why.text);
    json_t *page = rpc_ok_json(admin, method, params);
    CHECK(json_is_true(at(page, "total_exact")), "%s: the total is not exact", method);
    return at_int(page, "total");
}

static int64_t appeals(const char *kind, const char *status)
{
    char year[16];
    snprintf(year, sizeof year, "%.4s-01-01", today);
    return total("appeal.list", "{s:s, s:s*, s:s, s:s}", "kind", kind, "status", status, "from", year, "to", today);
}

static void a_journal_has_the_rows_of_the_list(void **state)
{
    (void)state;
    assert_int_equal(csv_rows(given_list("appeals_journal", "csv")), appeals("letter", NULL) + appeals("electronic", NULL));
    assert_int_equal(csv_rows(given_list("reception_journal", "csv")), appeals("reception", NULL));
    assert_int_equal(csv_rows(given_list("overdue_list", "csv")), total("assignment.list", "{s:b}", "overdue", 1));
    assert_true(appeals("letter", NULL) > 50);
}

/* The value of a line of the statistics: the first figure after its words. */
static int64_t figure(const char *csv, const char *words)
{
    const char *at = strstr(csv, words);
    CHECK(at && (at = strchr(at, ';')), "«%s» is not there", words);
    return strtoll(at + 1, NULL, 10);
}

/* Sum of the third column (questions) of the table under a heading. */
static int64_t questions_under(const char *csv, const char *heading)
{
    int64_t sum = 0;
    const char *at = strstr(csv, heading);
    CHECK(at, "«%s» is not there", heading);
    at = strchr(strchr(at, '\n') + 1, '\n') + 1; /* after the heads */
    for (; *at && *at != '\r'; at = strchr(at, '\n') + 1) {
        const char *cell = *at == '"' ? strchr(strstr(at, "\";") + 1, ';') : strchr(at, ';');
        sum += strtoll(strchr(cell + 1, ';') + 1, NULL, 10);
    }
    return sum;
}

static void statistics_agree_with_the_lists_and_with_themselves(void **state)
{
    (void)state;
    static const char *const kinds[] = {"letter", "electronic", "reception"};
    static const char *const headings[] = {
        "По разделам", "По темам", "По подразделениям", "По населённым пунктам", "По способу поступления", "По социальному положению",
        "По месяцам"};
    int64_t all = 0, voided = 0, withdrawn = 0;
    char *csv = read_whole(given_list("appeals_statistics", "csv"));
    for (size_t i = 0; i < 3; i++) {
        all += appeals(kinds[i], NULL);
        voided += appeals(kinds[i], "void");
        withdrawn += appeals(kinds[i], "withdrawn");
    }
    assert_int_equal(figure(csv, "Поступило обращений всего"), all - voided);
    assert_int_equal(figure(csv, "Аннулировано карточек"), voided);
    assert_int_equal(figure(csv, "Отозвано авторами"), withdrawn);
    assert_int_equal(figure(csv, "письменных") + figure(csv, "электронного документа") + figure(csv, "на личном приёме"), all - voided);
    assert_int_equal(figure(csv, "до 15 дней") + figure(csv, "от 16 до 30") + figure(csv, "более 30 дней") + withdrawn +
                         figure(csv, "Находится на рассмотрении"),
                     all - voided);
    for (size_t i = 0; i < sizeof headings / sizeof *headings; i++)
        CHECK(questions_under(csv, headings[i]) == figure(csv, "Вопросов в обращениях"), "%s: %d of %d", headings[i],
              (int)questions_under(csv, headings[i]), (int)figure(csv, "Вопросов в обращениях"));
    assert_true(figure(csv, "Вопросов в обращениях") > figure(csv, "Поступило обращений всего"));
    free(csv);
}

/* The number in a column of the row that begins with `first`; -1: no such row. */
static json_int_t item_int(json_t *items, const char *key, const char *value, const char *name)
{
    json_t *item = find_item(items, key, value);
    CHECK(item, "no item with %s \"%s\"", key, value);
    return at_int(item, name);
}

static json_int_t sum_of(json_t *items, const char *name)
{
    json_int_t sum = 0;
    size_t i;
    json_t *item;
    json_array_foreach(items, i, item) sum += at_int(item, name);
    return sum;
}

/* The operations for scripts say what the paper says, beside last year, in every breakdown. */
static void figures_for_scripts_are_those_of_the_paper(void **state)
{
    (void)state;
    static const char *const by[] = {"section", "topic", "unit", "settlement", "channel", "social_status", "month"};
    static const char *const levels[] = {"section", "group", "question"};
    char *csv = read_whole(given_list("appeals_statistics", "csv"));
    json_t *items = rpc_keep(json_incref(at(rpc_ok(admin, "stats.appeals", NULL), "items")));
    json_int_t received = item_int(items, "figure", "received", "count"), questions = item_int(items, "figure", "questions", "count");
    assert_int_equal(received, figure(csv, "Поступило обращений всего"));
    assert_int_equal(questions, figure(csv, "Вопросов в обращениях"));
    assert_int_equal(item_int(items, "figure", "control", "count"), figure(csv, "Взято на контроль"));
    assert_int_equal(item_int(items, "figure", "no_answer", "count"), figure(csv, "оставлено без ответа"));
    json_int_t before = item_int(items, "figure", "questions", "last_year");
    assert_true(item_int(items, "figure", "control", "count") > 0 && before > 0);
    for (size_t i = 0; i < sizeof by / sizeof *by; i++) {
        json_t *rows = at(rpc_ok(admin, "stats.appeals", "{s:s}", "by", by[i]), "items");
        CHECK(sum_of(rows, "questions") == questions && sum_of(rows, "questions_last_year") == before, "by %s", by[i]);
    }
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        assert_int_equal(sum_of(at(rpc_ok(admin, "stats.topics", "{s:s}", "level", levels[i]), "items"), "questions"), questions);
    free(csv);
}

static void who_writes_most_is_counted_and_told_to_the_log(void **state)
{
    (void)state;
    char year[16];
    snprintf(year, sizeof year, "%.4s-01-01", today);
    json_t *items = rpc_keep(json_incref(at(rpc_ok(admin, "stats.correspondents", "{s:i}", "limit", 5), "items")));
    assert_int_equal(json_array_size(items), 5);
    json_int_t who = at_int(json_array_get(items, 0), "id"), counted = 0;
    for (size_t i = 1; i < 5; i++)
        assert_true(at_int(json_array_get(items, i), "appeals") <= at_int(json_array_get(items, i - 1), "appeals"));
    static const char *const kinds[] = {"letter", "electronic", "reception"};
    for (size_t i = 0; i < 3; i++) /* as the list has them, without void cards */
        counted += total("appeal.list", "{s:I, s:s, s:s, s:s}", "correspondent", who, "kind", kinds[i], "from", year, "to", today) -
                   total("appeal.list", "{s:I, s:s, s:s, s:s, s:s}", "correspondent", who, "kind", kinds[i], "from", year, "to", today, "status", "void");
    assert_int_equal(at_int(json_array_get(items, 0), "appeals"), counted);
    CHECK(find_item(at(rpc_ok(admin, "audit.list", "{s:s, s:I}", "action", "person_searched", "person", who), "items"), "record", "correspondent"),
          "a list of people is in no log");
    rpc_refused(admin, -32602, "period", "stats.appeals", "{s:s}", "period", "yesterday");
    rpc_refused(admin, -32602, "to", "stats.topics", "{s:s}", "from", "2090-01-01");
}

/* ---- discipline: the three papers are counted from the same rows ---- */

static int64_t csv_sum(const char *path, size_t column)
{
    struct csv_row row;
    enum csv_fault fault = CSV_OK;
    int64_t sum = 0, line;
    FILE *f = fopen(path, "r");
    CHECK(f && csv_check_encoding(f, &line) == CSV_OK, "%s", path);
    struct csv *csv = csv_open(f);
    while (csv_next(csv, &row, &fault))
        sum += strtoll(row.cell[column], NULL, 10);
    csv_close(&csv);
    fclose(f);
    return sum;
}

static void the_papers_of_discipline_agree(void **state)
{
    (void)state;
    enum { ON_TIME = 3, LATE, OVERDUE };
    const char *path = given_list("discipline_executors", "csv");
    int64_t on_time = csv_sum(path, ON_TIME), late = csv_sum(path, LATE) + csv_sum(path, OVERDUE);
    assert_int_equal(csv_rows(given_list("discipline_note", "csv")), late);
    int64_t days = csv_sum(given_list("discipline_note", "csv"), 5);
    path = given_list("bonus_cut", "csv");
    assert_int_equal(csv_sum(path, 1), on_time + late);
    assert_int_equal(csv_sum(path, 2), late);
    assert_int_equal(csv_sum(path, 3), days);
    assert_true(late > 10 && on_time > 10 && days > late);
}

/* A letter out is an answer, a cover letter or a notice to the author: two of a forwarded appeal. */
static void the_outgoing_journal_has_what_was_sent(void **state)
{
    (void)state;
    json_int_t id = at_int(rpc_ok(admin, "appeal.list", "{s:s, s:s, s:b}", "status", "considering", "kind", "letter", "open", 1), "items.0.id");
    json_t *card = rpc_keep(json_incref(rpc_ok(admin, "appeal.get", "{s:I}", "id", id)));
    json_t *later = rpc_ok(admin, "calendar.due", "{s:s, s:i, s:s}", "from", at_text(card, "due"), "days", 12, "counting", "calendar");
    rpc_ok(admin, "appeal.extend", "{s:I, s:I, s:s, s:s, s:s, s:s}", "id", id, "version", at_int(card, "version"), "new_due",
           at_text(later, "nominal"), "reason", "Запрошены документы", "notice_sent", today, "request_id", fresh_uuid());
    char *csv = read_whole(given_list("outgoing_journal", "csv"));
    json_int_t cover = 0, told = 0;
    for (const char *p = csv; (p = strstr(p, "направлено по компетенции: ")); p++)
        cover++;
    for (const char *p = csv; (p = strstr(p, "уведомление о направлении: ")); p++)
        told++;
    assert_true(cover > 5);
    CHECK(told <= cover + 5 && told + 5 >= cover, "%d covers, %d notices", (int)cover, (int)told); /* some were told in the new year */
    assert_holds(csv, "уведомление о продлении срока: ", "outgoing_journal");
    assert_holds(csv, ";ответ: ", "outgoing_journal");
    free(csv);
}

/* ---- exports ---- */

static const char *given_export(const char *what, struct server *from)
{
    static char path[SERVER_PATH_BYTES + 64];
    struct outcome o;
    snprintf(path, sizeof path, "%s/%s-%s.csv", server->dir, what, from == server ? "a" : "b");
    server_cli(from, &o, NULL, "export", what, "--output", path, "--from", "2000-01-01", NULL);
    if (o.exit_code != 0) {
        outcome_free(&o);
        server_cli(from, &o, NULL, "export", what, "--output", path, NULL);
    }
    CHECK(o.exit_code == 0, "export %s: %s", what, o.err);
    outcome_free(&o);
    return path;
}

/* What one installation exports another one takes, row for row; a second time adds nothing. */
static void what_is_exported_can_be_imported(void **state)
{
    (void)state;
    static const char *const order[] = {"classifiers", "units", "users", "calendar", "correspondents", "appeals", NULL};
    struct server *other = server_start(NULL);
    for (size_t i = 0; order[i]; i++) {
        struct outcome o;
        json_error_t why;
        char path[SERVER_PATH_BYTES + 64];
        snprintf(path, sizeof path, "%s", given_export(order[i], server));
        int64_t rows = csv_rows(path);
        CHECK(rows > 5, "%s: %d rows", order[i], (int)rows);
        for (int again = 0; again < 2; again++) {
            server_cli(other, &o, NULL, "import", order[i], path, "--json", NULL);
            CHECK(o.exit_code == 0, "import %s: %s %s", order[i], o.out, o.err);
            json_t *said = rpc_keep(json_loads(o.out, 0, &why));
            assert_int_equal(at_int(said, "rejected"), 0);
            assert_int_equal(at_int(said, "read"), rows);
            if (again)
                assert_int_equal(at_int(said, "imported"), 0);
            outcome_free(&o);
        }
        if (strcmp(order[i], "units") == 0 || strcmp(order[i], "classifiers") == 0 || strcmp(order[i], "calendar") == 0) {
            char *a = read_whole(path), *b = read_whole(given_export(order[i], other));
            CHECK(strcmp(a, b) == 0, "%s come out otherwise than they went in", order[i]);
            free(a);
            free(b);
        }
    }
    server_stop(other);
}

/* ---- spreadsheets ---- */

static const char check_xlsx[] =
    "import sys, zipfile, re, xml.etree.ElementTree as E\n"
    "z = zipfile.ZipFile(sys.argv[1]); n = '{http://schemas.openxmlformats.org/spreadsheetml/2006/main}'\n"
    "assert z.testzip() is None\n"
    "s = E.fromstring(z.read('xl/worksheets/sheet1.xml')); styles = E.fromstring(z.read('xl/styles.xml'))\n"
    "pane = s.find(f'{n}sheetViews/{n}sheetView/{n}pane'); assert pane is not None and pane.get('state') == 'frozen', 'not frozen'\n"
    "top = int(pane.get('ySplit')); rows = s.findall(f'{n}sheetData/{n}row')\n"
    "formats = {f.get('numFmtId'): f.get('formatCode') for f in styles.iter(f'{n}numFmt')}\n"
    "xfs = [x.get('numFmtId') for x in styles.find(f'{n}cellXfs')]\n"
    "first = [r for r in rows if int(r.get('r')) == top + 1][0].findall(f'{n}c')\n"
    "number, day = first[0], first[1]\n"
    "assert number.get('t') == 'inlineStr', number.attrib\n"
    "assert day.get('t') in (None, 'n') and float(day.find(f'{n}v').text) > 45000, 'a date is no number'\n"
    "assert formats[xfs[int(day.get('s'))]] == 'dd.mm.yyyy', formats\n"
    "assert not s.findall(f'.//{n}f'), 'a formula'\n"
    "print(len([r for r in rows if int(r.get('r')) > top and r.find(f'{n}c') is not None and len(r.findall(f'{n}c')) > 5]))\n";

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
        {"reception_card", "--id", answered, "Не найдено", 65},
        {"no_such_form", "--format", "pdf", "no_such_form", 64},
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
    int report = rpc_send(own, "report.appeals_journal", NULL), ping = rpc_send(own, "session.ping", NULL), second = rpc_send(own, "report.terms_report", NULL);
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

/* ---- the federal upload ---- */

static void an_upload_is_checked_before_it_is_written(void **state)
{
    (void)state;
    struct outcome o;
    char month[8];
    const char *path = path_of("upload.json");
    snprintf(month, sizeof month, "%.7s", day_of_last_month());
    json_t *check = rpc_ok(admin, "report.sstu_check", "{s:s}", "month", month);
    json_int_t faults = at_int(check, "faults"), questions = at_int(check, "questions");
    CHECK(faults > 0 && questions > faults, "%d faults of %d questions", (int)faults, (int)questions);
    assert_int_equal(json_array_size(at(check, "items")), faults);
    assert_holds(at_text(check, "items.0.text"), ":", "what to do");
    rpc_refused(admin, 1004, "sstu_faults", "report.sstu_upload", "{s:s}", "month", month);
    server_cli(server, &o, NULL, "report", "sstu_upload", "--month", month, "--skip-faulty", "yes", "--output", path, NULL);
    CHECK(o.exit_code == 0, "%s", o.err);
    outcome_free(&o);
    json_error_t why;
    json_t *all = rpc_keep(json_load_file(path, JSON_REJECT_DUPLICATES, &why)), *record, *question;
    size_t i, k;
    json_int_t written = 0;
    CHECK(all, "%s", why.text);
    json_array_foreach(all, i, record)
    {
        assert_string_equal(at_text(record, "departmentId"), "11111111-2222-3333-4444-555555555555");
        json_array_foreach(at(record, "questions"), k, question)
        {
            written++;
            assert_true(strcmp(at_text(question, "registrationDate"), at_text(question, "incomingDate")) >= 0);
            assert_int_equal(strlen(at_text(question, "code")), 19);
        }
    }
    assert_int_equal(written, questions - faults);
    rpc_refused(admin, -32602, "month", "report.sstu_upload", "{s:s}", "month", "2026-13");
    rpc_refused(admin, -32602, "month", "report.sstu_check", "{s:s}", "month", "2090-01");
}

/* As a table for people: one row a question, in each format; a month that is none is told. */
static void an_upload_is_a_table_too(void **state)
{
    (void)state;
    char month[8];
    snprintf(month, sizeof month, "%.7s", day_of_last_month());
    json_int_t questions = at_int(rpc_ok(admin, "report.sstu_check", "{s:s}", "month", month), "questions");
    const char *path = given_document("sstu_upload", "csv", "month", month);
    assert_int_equal(csv_rows(path), questions);
    char *csv = read_whole(path), *text = pdf_text(given_document("sstu_upload", "pdf", "month", month), 0);
    assert_holds(csv, "Код вопроса", "sstu_upload");
    assert_holds(text, "Результат", "sstu_upload");
    free(csv);
    free(text);
    struct outcome o;
    char *argv[] = {"python3", "-c", (char *)check_xlsx, (char *)given_document("sstu_upload", "xlsx", "month", month), NULL};
    run_program(argv, NULL, 60000, &o);
    CHECK(o.exit_code == 0 && atoll(o.out) == questions, "%s %s, not %d", o.out, o.err, (int)questions);
    outcome_free(&o);
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
