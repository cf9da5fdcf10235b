/* Which columns fit into a width, and how wide each is: arithmetic only, so that it can be tested without a screen. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct row;
enum role;

struct column {
    const char *field; /* value of the row that is shown */
    const char *title; /* msgid of the heading, "" for none */
    int min, max;      /* cells; max 0: takes what is left */
    int priority;      /* 1 is dropped last; COLUMN_NARROW_ONLY: stands on narrow screens alone */
    int line;          /* on a narrow screen: line 1 or 2 of the row; 0: not shown there */
    bool right;        /* numbers */
    /* Text and look made from the row; NULL: the field as it is. */
    void (*show)(const struct row *row, char *out, size_t size, enum role *role);
};

enum { COLUMNS_MAX = 16, COLUMN_GAP = 2, COLUMN_NARROW_ONLY = 0 };

/* Fills widths[count] with cells (0: dropped) so that they and the gaps between take at most `width`. `line` 0: all columns in one
 * line; 1 or 2: only those of that line of a narrow row. Returns the cells used. */
int columns_layout(const struct column *columns, size_t count, int line, int width, int *widths);
