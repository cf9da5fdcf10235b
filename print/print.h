/* gorod-print: a filter that turns rows into a paper. It reads JSON values, one a line, from standard input and writes a PDF, an XLSX
 * workbook, a CSV file or plain text to standard output. It knows no database, no network and nobody's rights: whoever starts it gives it rows.
 *
 *   {"format": "pdf|xlsx|csv|text", "title", "language": "ru|en", "landscape", "size", "author", "footer", "page": "Page {n} of", "letter"}
 *   {"text", "align": "left|center|right|both", "bold", "size", "before", "left", "indent"}  a paragraph (sizes in points, `left` in
 *                                                                                        percent; what follows a tab stands at the right
 * edge)
 *   {"table": [{"head", "width", "align", "type"}], "heading", "bare", "numbered"}      the rows after it belong to this table
 *   {"group": "..."}                                                                   a line over the whole width of the table
 *   ["cell", null, ...]                                                                a row
 *   {"end": true}                                                                      without it there is no paper
 *
 * Every value stays text up to the cell; `type` (text, int, number, percent, date, time) says what it is. The end is told, so that rows
 * that broke off are never taken for all of them. Exit codes are sysexits. */
#pragma once
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum print_exit { PRINT_OK = 0, PRINT_BAD_ROWS = 65, PRINT_FAILED = 70, PRINT_NO_OUTPUT = 74 };

enum cell_type { CELL_TEXT, CELL_INT, CELL_NUMBER, CELL_PERCENT, CELL_DATE, CELL_TIME };
enum { COLUMNS_MAX = 40, CELL_SHORT_BYTES = 64 };

struct column {
    const char *head; /* borrowed of the table's JSON, which lives until the next table */
    double width;     /* a share of the page */
    char align;       /* l, c, r */
    enum cell_type type;
};

struct table {
    struct column columns[COLUMNS_MAX];
    size_t count;
    const char *heading; /* NULL: none */
    bool bare;           /* no line of heads: a card of names and values */
    bool numbered;       /* numbers of the columns under their heads, as official forms have them */
};

struct head {
    const char *title, *author, *footer, *page;
    bool english, landscape, letter;
    double size_points;
};

struct paragraph {
    const char *text;
    char align; /* l, c, r, b (both sides) */
    bool bold;
    double size_points, before_points, left_percent, indent_points;
};

/* A format. Each function returns false when the output cannot be written. */
struct format {
    const char *name;
    bool (*begin)(const struct head *head);
    bool (*paragraph)(const struct paragraph *p);
    bool (*table)(const struct table *t);
    bool (*group)(const char *text);
    bool (*row)(const char *const cells[], size_t count); /* NULL: nothing in the cell */
    bool (*end)(void);
};
extern const struct format pdf_format, xlsx_format, csv_format, text_format;

/* A value as people read it: dates 26.11.2026, a comma in Russian numbers; what is not of its type stays as it came. Returns `text` itself
 * or `out`, which must hold CELL_SHORT_BYTES. */
const char *cell_shown(enum cell_type type, bool english, const char *text, char *out);
/* Days or seconds since 1899-12-30 as spreadsheets count; false when the text is no date or time. */
bool cell_serial(const char *text, double *serial);
bool cell_number(const char *text, double *number);

/* Standard output, with its errors kept. */
bool out_write(const void *data, size_t len);

/* From here on: no network, no other programs, no files but fonts and (`scratch`, may be NULL) one folder; bounds on memory and time. */
void cage_enter(const char *scratch);
