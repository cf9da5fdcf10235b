#include "server/cli/print.h"
#include "common/utf8.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX_BYTES = 1024 * 1024, LABEL_MAX_CELLS = 24, DEPTH_MAX = 8 };

/* ---- scalars ---- */

bool print_is_empty(const json_t *value)
{
    const char *text = json_string_value(value);
    return !value || json_is_null(value) || (text && !*text) || (json_is_array(value) && json_array_size(value) == 0);
}

bool print_is_scalar(const json_t *value) { return !json_is_object(value) && !json_is_array(value); }

/* Controls of the terminal (C0, DEL, C1) and of the direction of text: a stored text must not move the cursor or hide a part of a line. */
static bool is_dangerous(uint32_t cp)
{
    return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || (cp >= 0x202a && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069) || cp == 0x200e ||
           cp == 0x200f;
}

static void put_visible(struct buf *out, uint32_t cp)
{
    if (cp < 0x20 || cp == 0x7f)
        buf_printf(out, "^%c", (char)(cp ^ 0x40));
    else
        buf_printf(out, "<U+%04" PRIX32 ">", cp);
}

static void put_text(struct buf *out, const char *text, bool one_line)
{
    uint32_t cp;
    size_t n;
    for (size_t len = strlen(text); (n = utf8_decode(text, len, &cp)) > 0; text += n, len -= n) {
        if (cp == '\n' || cp == '\t')
            buf_putc(out, one_line || cp == '\t' ? ' ' : '\n');
        else if (cp == '\r' && n < len && text[n] == '\n')
            continue; /* the line break follows */
        else if (is_dangerous(cp))
            put_visible(out, cp);
        else
            buf_append(out, text, n);
    }
}

/* 2026-11-24T14:32:10.123+03:00 is read as 2026-11-24 14:32. */
static bool put_time(struct buf *out, const char *text)
{
    static const char shape[] = "dddd-dd-ddTdd:dd:dd";
    for (size_t i = 0; i < sizeof shape - 1; i++)
        if (shape[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i])
            return false;
    return buf_printf(out, "%.10s %.5s", text, text + 11);
}

void print_scalar(struct buf *out, const json_t *value, bool one_line)
{
    switch (value ? json_typeof(value) : JSON_NULL) {
    case JSON_STRING:
        if (!put_time(out, json_string_value(value)))
            put_text(out, json_string_value(value), one_line);
        break;
    case JSON_INTEGER: buf_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value)); break;
    case JSON_REAL: buf_printf(out, "%.10g", json_real_value(value)); break;
    case JSON_TRUE: buf_puts(out, CLI_TR("да", "yes")); break;
    case JSON_FALSE: buf_puts(out, CLI_TR("нет", "no")); break;
    case JSON_NULL:
    case JSON_OBJECT:
    case JSON_ARRAY: break;
    }
}

/* ---- records ---- */

static void print_record(FILE *out, const struct op *op, const json_t *record, int indent, int width_cells, int depth);

bool print_is_table(const json_t *items)
{
    size_t index;
    json_t *item;
    json_array_foreach(items, index, item)
    {
        if (!json_is_object(item))
            return false;
    }
    return json_array_size(items) > 0;
}

static int label_cells(const struct op *op, const json_t *record)
{
    const char *key;
    json_t *value;
    int widest = 0;
    json_object_foreach((json_t *)record, key, value)
    {
        if (print_is_empty(value) || json_is_false(value) || !print_is_told(record, key))
            continue;
        int width = utf8_width(print_label(op, key));
        widest = width > widest && width <= LABEL_MAX_CELLS ? width : widest;
    }
    return widest;
}

/* Text of several lines keeps them, each under the first. */
static void print_lines(FILE *out, const char *text, int indent)
{
    for (const char *line = text;;) {
        size_t len = strcspn(line, "\n");
        fprintf(out, "%.*s\n", (int)len, line);
        if (!line[len])
            return;
        line += len + 1;
        print_padding(out, indent);
    }
}

/* Sentences stand each on a line of its own; words and numbers side by side. */
static bool are_sentences(const json_t *array)
{
    size_t index;
    json_t *item;
    json_array_foreach(array, index, item)
        if (json_is_string(item) && strchr(json_string_value(item), ' ') && strchr(json_string_value(item), ':'))
            return true;
    return false;
}

static void print_sentences(FILE *out, const json_t *array, int indent)
{
    size_t index;
    json_t *item;
    fputc('\n', out);
    json_array_foreach(array, index, item)
    {
        struct buf text;
        buf_init(&text, TEXT_MAX_BYTES);
        print_scalar(&text, item, true);
        print_padding(out, indent + 2);
        fprintf(out, "%s\n", text.data);
        buf_free(&text);
    }
}

static void print_scalars(FILE *out, const json_t *array)
{
    struct buf text;
    size_t index;
    json_t *item;
    buf_init(&text, TEXT_MAX_BYTES);
    json_array_foreach(array, index, item)
    {
        if (index)
            buf_puts(&text, ", ");
        if (print_is_scalar(item)) {
            print_scalar(&text, item, true);
        } else {
            char *json = json_dumps(item, JSON_COMPACT);
            put_text(&text, json ? json : "", true);
            free(json);
        }
    }
    fprintf(out, "%s\n", text.data);
    buf_free(&text);
}

static void print_member(FILE *out, const struct op *op, const json_t *record, const char *key, int indent, int label_width, int width_cells,
                         int depth)
{
    const json_t *value = json_object_get(record, key);
    const char *label = print_label(op, key);
    /* What is not there is not told, nor what is not so: a card for people is short. */
    if (print_is_empty(value) || json_is_false(value) || !print_is_told(record, key))
        return;
    print_padding(out, indent);
    fprintf(out, "%s:", label);
    bool nested = (json_is_object(value) && json_object_size(value) > 0) || (json_is_array(value) && print_is_table(value));
    if (nested && depth < DEPTH_MAX) {
        fputc('\n', out);
        if (json_is_array(value))
            print_table(out, op, value, indent + 2, width_cells);
        else
            print_record(out, op, value, indent + 2, width_cells, depth + 1);
        return;
    }
    if (json_is_array(value) && are_sentences(value)) {
        print_sentences(out, value, indent);
        return;
    }
    int gap = label_width - utf8_width(label) + 1;
    print_padding(out, gap > 0 ? gap : 1);
    if (json_is_array(value)) {
        print_scalars(out, value);
        return;
    }
    struct buf text;
    buf_init(&text, TEXT_MAX_BYTES);
    print_scalar(&text, value, false);
    print_lines(out, text.data, indent + label_width + 2);
    buf_free(&text);
}

static void print_record(FILE *out, const struct op *op, const json_t *record, int indent, int width_cells, int depth)
{
    const char *key;
    json_t *value;
    int label_width = label_cells(op, record);
    json_object_foreach((json_t *)record, key, value) print_member(out, op, record, key, indent, label_width, width_cells, depth);
}

/* ---- the whole answer ---- */

static void print_list_end(FILE *out, const json_t *result, size_t shown, const char *again)
{
    const json_t *total = json_object_get(result, "total"), *next = json_object_get(result, "next"),
                 *exact = json_object_get(result, "total_exact");
    if (json_is_integer(total))
        fprintf(out, CLI_TR("Показано %zu из %s%" JSON_INTEGER_FORMAT "\n", "%zu shown of %s%" JSON_INTEGER_FORMAT "\n"), shown,
                json_is_false(exact) ? CLI_TR("более чем ", "more than ") : "", json_integer_value(total));
    if (json_is_string(next) && again)
        fprintf(out, CLI_TR("Дальше: %s --after %s\n", "Next page: %s --after %s\n"), again, json_string_value(next));
}

static void print_list(FILE *out, const struct op *op, const json_t *result, const json_t *items, int width_cells, const char *again)
{
    if (json_array_size(items) == 0)
        fputs(CLI_TR("Ничего нет\n", "Nothing\n"), out);
    else if (print_is_table(items))
        print_table(out, op, items, 0, width_cells);
    else
        print_scalars(out, items);
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)result, key, value)
    {
        static const char *const told[] = {"items", "next", "total", "total_exact"};
        bool is_told = false;
        for (size_t i = 0; i < sizeof told / sizeof *told; i++)
            is_told = is_told || strcmp(told[i], key) == 0;
        if (!is_told)
            print_member(out, op, result, key, 0, 0, width_cells, 0);
    }
    print_list_end(out, result, json_array_size(items), again);
}

void cli_print(FILE *out, const struct op *op, const json_t *result, int width_cells, const char *again)
{
    const json_t *items = json_object_get(result, "items");
    if (json_is_array(items)) {
        print_list(out, op, result, items, width_cells, again);
    } else if (json_is_object(result)) {
        print_record(out, op, result, 0, width_cells, 0);
    } else if (json_is_array(result) && print_is_table(result)) {
        print_table(out, op, result, 0, width_cells);
    } else if (json_is_array(result)) {
        print_scalars(out, result);
    } else if (!json_is_null(result)) {
        struct buf text;
        buf_init(&text, TEXT_MAX_BYTES);
        print_scalar(&text, result, false);
        fprintf(out, "%s\n", text.data);
        buf_free(&text);
    }
}
