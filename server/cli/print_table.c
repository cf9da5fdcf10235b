#include "common/utf8.h"
#include "server/cli/print.h"
#include <stdlib.h>
#include <string.h>

enum { COLUMNS_MAX = 48, CELL_MAX_CELLS = 100, CELL_MAX_BYTES = 4096, COLUMN_MIN_CELLS = 8, COLUMN_FIRST_CELLS = 32, GAP_CELLS = 2 };

struct column {
    const char *key;
    int rank;
    int natural; /* cells of the widest cell, heading included */
    int width;
    bool number; /* all values are numbers: drawn at the right */
};

/* What a person looks for first; the rest keeps its order. */
static const char *const first_keys[] = {
    "number",       "id",           "login",     "code",        "reason_label",       "status_label", "status",     "kind",
    "due",          "registered",   "received",  "date",        "at",                 "day",          "record",     "actor_name",
    "action",       "from",         "to",        "name",        "label",              "title",        "subject",    "responsible_name",
    "person",       "unit_name",    "user_name", "author_name", "correspondent_name", "phone",        "address",    "appeal_number",
    "appeal_count",
};

/* Long texts have no place in a line beside their title; how a date was counted is for the card. */
static bool is_for_card(const json_t *item, const char *key)
{
    static const char *const keys[] = {"version", "late", "days_left", "changes"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(keys[i], key) == 0)
            return true;
    bool titled = json_object_get(item, "title") || json_object_get(item, "subject");
    return (titled && (strcmp(key, "text") == 0 || strcmp(key, "record") == 0)) || (json_object_get(item, "at") && strcmp(key, "id") == 0);
}

/* A cell tells what is so; a blank one that it is not. */
static bool is_blank(const json_t *value) { return print_is_empty(value) || json_is_false(value); }

static int key_rank(const char *key, int seen)
{
    for (size_t i = 0; i < sizeof first_keys / sizeof *first_keys; i++)
        if (strcmp(first_keys[i], key) == 0)
            return (int)i;
    return 100 + seen;
}

static int by_rank(const void *a, const void *b) { return ((const struct column *)a)->rank - ((const struct column *)b)->rank; }

static int cell_width(const json_t *value)
{
    struct buf text;
    buf_init(&text, CELL_MAX_BYTES);
    print_scalar(&text, value, true);
    int width = utf8_width(text.data);
    buf_free(&text);
    return width < CELL_MAX_CELLS ? width : CELL_MAX_CELLS;
}

/* A column is a member that is a scalar everywhere and says something somewhere. */
static bool column_measure(struct column *c, const struct op *op, const json_t *items)
{
    size_t index;
    json_t *item;
    bool says = false;
    c->number = true;
    c->natural = utf8_width(print_label(op, c->key));
    json_array_foreach(items, index, item)
    {
        const json_t *value = json_object_get(item, c->key);
        if (is_blank(value) || !print_is_told(item, c->key))
            continue;
        if (!print_is_scalar(value))
            return false;
        says = says || !json_is_integer(value) || json_integer_value(value) != 0;
        c->number = c->number && json_is_number(value);
        int width = cell_width(value);
        c->natural = width > c->natural ? width : c->natural;
    }
    return says;
}

static bool column_known(const struct column *columns, size_t count, const char *key)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(columns[i].key, key) == 0)
            return true;
    return false;
}

static size_t columns_find(struct column *columns, const struct op *op, const json_t *items)
{
    size_t count = 0, index;
    int seen = 0;
    json_t *item, *value;
    const char *key;
    json_array_foreach(items, index, item)
    {
        json_object_foreach(item, key, value)
        {
            struct column c = {.key = key, .rank = key_rank(key, seen++)};
            if (count == COLUMNS_MAX || is_for_card(item, key) || column_known(columns, count, key))
                continue;
            if (column_measure(&c, op, items))
                columns[count++] = c;
        }
    }
    qsort(columns, count, sizeof *columns, by_rank);
    return count;
}

/* Gives widths to as many columns as fit and returns how many do; what is left over goes to those that were cut short. */
static size_t columns_fit(struct column *columns, size_t count, int width_cells)
{
    int left = width_cells;
    size_t taken = 0;
    for (; taken < count; taken++) {
        struct column *c = &columns[taken];
        int gap = taken ? GAP_CELLS : 0, want = c->natural < COLUMN_FIRST_CELLS ? c->natural : COLUMN_FIRST_CELLS;
        if (width_cells == 0)
            c->width = c->natural;
        else if (gap + want <= left || (taken > 0 && want > COLUMN_MIN_CELLS && left - gap >= COLUMN_MIN_CELLS))
            c->width = gap + want <= left ? want : left - gap;
        else if (taken == 0)
            c->width = left > 0 ? left : 1;
        else
            break;
        left -= gap + c->width;
    }
    for (size_t i = 0; i < taken && left > 0 && width_cells; i++) {
        int more = columns[i].natural - columns[i].width;
        more = more < left ? more : left;
        columns[i].width += more;
        left -= more;
    }
    return taken;
}

void print_padding(FILE *out, int cells)
{
    for (; cells > 0; cells--)
        fputc(' ', out);
}

static void cell_print(FILE *out, const struct column *c, const char *text, bool last)
{
    int width = utf8_width(text), used = width;
    if (c->number)
        print_padding(out, c->width - width);
    if (width <= c->width) {
        fputs(text, out);
    } else {
        size_t bytes = utf8_fit(text, c->width - 1, &used);
        fprintf(out, "%.*s…", (int)bytes, text);
        used++;
    }
    if (!last)
        print_padding(out, (c->number ? 0 : c->width - used) + GAP_CELLS);
}

void print_table(FILE *out, const struct op *op, const json_t *items, int indent, int width_cells)
{
    struct column columns[COLUMNS_MAX];
    size_t count = columns_find(columns, op, items), index;
    count = columns_fit(columns, count, width_cells ? width_cells - indent : 0);
    print_padding(out, indent);
    for (size_t i = 0; i < count; i++)
        cell_print(out, &columns[i], print_label(op, columns[i].key), i + 1 == count);
    fputc('\n', out);
    json_t *item;
    struct buf text;
    buf_init(&text, CELL_MAX_BYTES);
    json_array_foreach(items, index, item)
    {
        print_padding(out, indent);
        for (size_t i = 0; i < count; i++) {
            const json_t *value = json_object_get(item, columns[i].key);
            buf_reset(&text);
            if (!is_blank(value))
                print_scalar(&text, value, true);
            cell_print(out, &columns[i], text.data, i + 1 == count);
        }
        fputc('\n', out);
    }
    buf_free(&text);
}
