#include "tui/widgets/columns.h"

static bool is_on(const struct column *c, int line) { return line == 0 ? c->priority != COLUMN_NARROW_ONLY : c->line == line; }

static int used_by(const int *widths, size_t count)
{
    int used = 0;
    for (size_t i = 0; i < count; i++)
        if (widths[i])
            used += widths[i] + (used ? COLUMN_GAP : 0);
    return used;
}

enum { NARROW_MIN = 10 };

/* On a narrow screen a column that may grow may also be cut shorter. */
static int least_width(const struct column *c, int line)
{
    bool fixed = c->max == c->min;
    return line > 0 && !fixed && c->min > NARROW_MIN ? NARROW_MIN : c->min;
}

/* The most needed columns at their least width. */
static void choose(const struct column *columns, size_t count, int line, int width, int *widths)
{
    for (int priority = COLUMN_NARROW_ONLY; priority <= (int)COLUMNS_MAX; priority++) {
        for (size_t i = 0; i < count; i++) {
            if (columns[i].priority != priority || !is_on(&columns[i], line))
                continue;
            widths[i] = least_width(&columns[i], line);
            if (used_by(widths, count) > width)
                widths[i] = 0;
        }
    }
}

int columns_layout(const struct column *columns, size_t count, int line, int width, int *widths)
{
    for (size_t i = 0; i < count; i++)
        widths[i] = 0;
    choose(columns, count, line, width, widths);
    int left = width - used_by(widths, count);
    bool grew = true;
    /* What is left is dealt out cell by cell: three to a column without a limit, one to each other until it has enough. */
    while (left > 0 && grew) {
        grew = false;
        for (size_t i = 0; i < count && left > 0; i++) {
            if (widths[i] == 0 || (columns[i].max && widths[i] >= columns[i].max))
                continue;
            int more = columns[i].max ? 1 : 3;
            more = more > left ? left : more;
            widths[i] += more;
            left -= more;
            grew = true;
        }
    }
    return used_by(widths, count);
}
