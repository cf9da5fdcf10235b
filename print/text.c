/* Plain text: for the screen, a message, a letter. A table is said row by row, a line a row; what a column is called stands before its
 * value. */
#include "print/print.h"
#include <string.h>

static struct {
    bool english;
    struct table table;
} text;

static bool put(const char *s) { return out_write(s, strlen(s)); }

static bool text_begin(const struct head *head)
{
    text.english = head->english;
    return true;
}

static bool text_paragraph(const struct paragraph *p) { return (p->before_points < 5 || put("\n")) && put(p->text) && put("\n"); }

static bool text_table(const struct table *t)
{
    text.table = *t;
    return !t->heading || (put("\n") && put(t->heading) && put("\n"));
}

static bool text_group(const char *group) { return put(group) && put(":\n"); }

/* The first cell is what the row is about; the others follow it with their names. A row that is a name and its value is said so. */
static bool text_row(const char *const cells[], size_t count)
{
    char shown[CELL_SHORT_BYTES];
    bool ok = true, first = true;
    for (size_t i = 0; ok && i < count; i++) {
        const struct column *col = &text.table.columns[i];
        if (!cells[i] || !*cells[i])
            continue;
        const char *value = cell_shown(col->type, text.english, cells[i], shown);
        if (text.table.bare)
            ok = (first || put(": ")) && put(value);
        else if (first)
            ok = put("- ") && put(value);
        else
            ok = put("; ") && put(col->head) && put(": ") && put(value);
        first = false;
    }
    return ok && (first || put("\n"));
}

static bool text_end(void) { return true; }

const struct format text_format = {"text", text_begin, text_paragraph, text_table, text_group, text_row, text_end};
