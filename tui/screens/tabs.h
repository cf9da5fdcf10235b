/* A line of tabs or ready selections: the current one stands out by weight and brackets, numbers stand beside their words. */
#pragma once
#include "tui/draw.h"

enum { TABS_MAX = 20 };

struct tab {
    const char *label; /* translated */
    const char *mark;  /* a glyph before it, NULL: none */
    int count;         /* 0: not shown */
    enum role role;    /* of the mark and the number */
};

/* `right`: text at the right edge. Keeps the current tab in sight when all do not fit. */
void tabs_paint(struct rect r, const struct tab *tabs, size_t count, size_t current, const char *right);
