/* Reads the lines and hands them to the format that the first one names. */
#include "print/print.h"
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct format *const formats[] = {&pdf_format, &xlsx_format, &csv_format, &text_format};
static const char *const type_names[] = {"text", "int", "number", "percent", "date", "time"};

struct reading {
    const struct format *format;
    json_t *head_json, *table_json; /* what head and table borrow from */
    struct table table;
    size_t line;
    bool ended, has_table;
};

static int fault(const struct reading *r, const char *what)
{
    fprintf(stderr, "gorod-print: line %zu: %s\n", r->line, what);
    return PRINT_BAD_ROWS;
}

bool out_write(const void *data, size_t len) { return fwrite(data, 1, len, stdout) == len; }

static const char *text_of(const json_t *object, const char *key) { return json_string_value(json_object_get(object, key)); }

static double number_of(const json_t *object, const char *key, double absent)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : absent;
}

static bool flag_of(const json_t *object, const char *key) { return json_is_true(json_object_get(object, key)); }

static int read_head(struct reading *r, json_t *json)
{
    const char *name = text_of(json, "format"), *language = text_of(json, "language");
    for (size_t i = 0; name && i < sizeof formats / sizeof *formats; i++)
        if (strcmp(formats[i]->name, name) == 0)
            r->format = formats[i];
    if (!r->format || !text_of(json, "title"))
        return fault(r, "the first line names no known format, or no title");
    r->head_json = json_incref(json);
    double size = number_of(json, "size", 9);
    struct head head = {
        .title = text_of(json, "title"),
        .author = text_of(json, "author"),
        .footer = text_of(json, "footer"),
        .page = text_of(json, "page"),
        .english = language && strcmp(language, "en") == 0,
        .landscape = flag_of(json, "landscape"),
        .letter = flag_of(json, "letter"),
        .size_points = size >= 4 && size <= 40 ? size : 9,
    };
    return r->format->begin(&head) ? PRINT_OK : PRINT_NO_OUTPUT;
}

static bool read_column(const json_t *json, struct column *c)
{
    const char *align = text_of(json, "align"), *type = text_of(json, "type");
    *c = (struct column){.head = text_of(json, "head"), .width = number_of(json, "width", 1), .align = align ? *align : 'l'};
    for (size_t i = 0; type && i < sizeof type_names / sizeof *type_names; i++)
        if (strcmp(type_names[i], type) == 0)
            c->type = (enum cell_type)i;
    return c->head && c->width > 0;
}

static int read_table(struct reading *r, json_t *json)
{
    json_t *columns = json_object_get(json, "table");
    size_t count = json_array_size(columns);
    if (count == 0 || count > COLUMNS_MAX)
        return fault(r, "a table has from 1 to 40 columns");
    r->table = (struct table){
        .count = count, .heading = text_of(json, "heading"), .bare = flag_of(json, "bare"), .numbered = flag_of(json, "numbered")};
    for (size_t i = 0; i < count; i++)
        if (!read_column(json_array_get(columns, i), &r->table.columns[i]))
            return fault(r, "a column needs a head and a width");
    json_decref(r->table_json);
    r->table_json = json_incref(json);
    r->has_table = true;
    return r->format->table(&r->table) ? PRINT_OK : PRINT_NO_OUTPUT;
}

static int read_paragraph(struct reading *r, const json_t *json)
{
    const char *align = text_of(json, "align");
    struct paragraph p = {.text = text_of(json, "text"),
                          .align = align ? *align : 'l',
                          .bold = flag_of(json, "bold"),
                          .size_points = number_of(json, "size", 0),
                          .before_points = number_of(json, "before", 0),
                          .left_percent = number_of(json, "left", 0),
                          .indent_points = number_of(json, "indent", 0)};
    return r->format->paragraph(&p) ? PRINT_OK : PRINT_NO_OUTPUT;
}

static int read_row(struct reading *r, const json_t *json)
{
    const char *cells[COLUMNS_MAX];
    size_t count = json_array_size(json);
    if (!r->has_table || count != r->table.count)
        return fault(r, "a row has as many cells as its table has columns");
    for (size_t i = 0; i < count; i++)
        cells[i] = json_string_value(json_array_get(json, i)); /* null stays NULL */
    return r->format->row(cells, count) ? PRINT_OK : PRINT_NO_OUTPUT;
}

static int read_line(struct reading *r, json_t *json)
{
    if (!r->format)
        return read_head(r, json);
    if (json_is_array(json))
        return read_row(r, json);
    if (json_object_get(json, "table"))
        return read_table(r, json);
    if (text_of(json, "group") && r->has_table)
        return r->format->group(text_of(json, "group")) ? PRINT_OK : PRINT_NO_OUTPUT;
    if (text_of(json, "text"))
        return read_paragraph(r, json);
    if (flag_of(json, "end")) {
        r->ended = true;
        return r->format->end() ? PRINT_OK : PRINT_NO_OUTPUT;
    }
    return fault(r, "what is it?");
}

static int read_all(struct reading *r)
{
    char *line = NULL;
    size_t size = 0;
    int code = PRINT_OK;
    for (ssize_t len; code == PRINT_OK && !r->ended && (len = getline(&line, &size, stdin)) > 0;) {
        json_error_t why;
        r->line++;
        json_t *json = json_loadb(line, (size_t)len, 0, &why);
        code = json ? read_line(r, json) : fault(r, why.text);
        json_decref(json);
    }
    free(line);
    if (code == PRINT_OK && !r->ended)
        code = fault(r, "the rows broke off");
    if (code == PRINT_OK && fflush(stdout) != 0)
        code = PRINT_NO_OUTPUT;
    if (code == PRINT_NO_OUTPUT)
        fprintf(stderr, "gorod-print: the paper could not be written: %s\n", strerror(errno));
    json_decref(r->head_json);
    json_decref(r->table_json);
    return code;
}

int main(int argc, char *argv[])
{
    struct reading r = {0};
    if (argc > 1 && strcmp(argv[1], "--version") == 0) {
        printf("gorod-print %s\n", GOROD_VERSION);
        return 0;
    }
    if (argc > 1) {
        fputs("gorod-print: reads rows from standard input and writes a paper to standard output; gorod-server starts it\n", stderr);
        return 64;
    }
    setlocale(LC_CTYPE, "C.UTF-8"); /* numbers keep their point */
    signal(SIGPIPE, SIG_IGN);
    cage_enter(getenv("TMPDIR"));
    int code = read_all(&r);
    /* Fonts and caches of the libraries need not be taken down piece by piece. */
    fflush(stderr);
    _exit(code);
}
