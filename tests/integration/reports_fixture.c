/* The invented municipality that test_reports prints of, and how its papers are made and read. */
#include "common/csv.h"
#include "tests/integration/reports.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct server *server;
struct rpc *admin;
char today[16], newest[32], answered[32], reception[32], assignment[32];

void starts_and_is_filled(void **state)
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

const char *day_of_last_month(void)
{
    static char day[24];
    int year = atoi(today), month = atoi(today + 5) - 1;
    snprintf(day, sizeof day, "%04d-%02d-15", month ? year : year - 1, month ? month : 12);
    return day;
}

/* ---- making ---- */

const char *path_of(const char *name)
{
    static char path[SERVER_PATH_BYTES + 64];
    snprintf(path, sizeof path, "%s/%s", server->dir, name);
    return path;
}

/* Makes a form into a file of the test's folder; the path lives until the next call. */
const char *given_document(const char *form, const char *format, const char *name, const char *value)
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

const char *given_list(const char *form, const char *format)
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

char *pdf_text(const char *path, int page)
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

int pdf_pages(const char *path)
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

void assert_holds(const char *text, const char *words, const char *where)
{
    CHECK(strstr(text, words), "%s: «%s» is not there", where, words);
}

/* Rows of a CSV file without its heads; *cells of the first row's `column`. */
int64_t csv_rows(const char *path)
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

int64_t total(const char *method, const char *format, ...)
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

int64_t csv_sum(const char *path, size_t column)
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

int64_t appeals(const char *kind, const char *status)
{
    char year[16];
    snprintf(year, sizeof year, "%.4s-01-01", today);
    return total("appeal.list", "{s:s, s:s*, s:s, s:s}", "kind", kind, "status", status, "from", year, "to", today);
}

const char check_xlsx[] =
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
