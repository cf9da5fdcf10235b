/* CSV as spreadsheets in Russia open it by a double click: UTF-8 with a mark, semicolons; the rest is RFC 4180. */
#include "print/print.h"
#include <string.h>

static struct {
    bool english;
    struct table table;
    bool some;
} csv;

/* A text that a spreadsheet would run as a formula (https://owasp.org/www-community/attacks/CSV_Injection) begins with an apostrophe: it is
 * told as text. Numbers and dates are what they are. */
static bool is_formula(const char *text) { return *text && strchr("=+-@\t\r", *text); }

static bool cell(const char *text, bool defuse)
{
    const char *at = text ? text : "";
    bool guard = defuse && is_formula(at), ok = true;
    if (!guard && !strpbrk(at, ";\"\r\n"))
        return out_write(at, strlen(at));
    ok = out_write("\"", 1) && (!guard || out_write("'", 1));
    for (; ok && *at; at++)
        ok = out_write(*at == '"' ? "\"\"" : at, *at == '"' ? 2 : 1);
    return ok && out_write("\"", 1);
}

static bool csv_begin(const struct head *head)
{
    csv.english = head->english;
    return out_write("\xEF\xBB\xBF", 3);
}

static bool csv_paragraph(const struct paragraph *p)
{
    (void)p; /* a file of data: words around the rows would be rows */
    return true;
}

static bool csv_table(const struct table *t)
{
    bool ok = !csv.some || out_write("\r\n", 2);
    csv.some = true;
    csv.table = *t;
    if (ok && t->heading)
        ok = cell(t->heading, true) && out_write("\r\n", 2);
    for (size_t i = 0; ok && !t->bare && i < t->count; i++)
        ok = (i == 0 || out_write(";", 1)) && cell(t->columns[i].head, true);
    return ok && (t->bare || out_write("\r\n", 2));
}

static bool csv_group(const char *text)
{
    (void)text; /* what rows are grouped by is a column of theirs */
    return true;
}

static bool csv_row(const char *const cells[], size_t count)
{
    char shown[CELL_SHORT_BYTES];
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++) {
        enum cell_type type = csv.table.columns[i].type;
        ok = (i == 0 || out_write(";", 1)) && cell(cells[i] ? cell_shown(type, csv.english, cells[i], shown) : NULL, type == CELL_TEXT);
    }
    return ok && out_write("\r\n", 2);
}

static bool csv_end(void) { return true; }

const struct format csv_format = {"csv", csv_begin, csv_paragraph, csv_table, csv_group, csv_row, csv_end};
