/* A screen of figures: ways to group as tabs, a line of sums, and a list whose every number opens the rows it counts. Each board gives its
 * table; what all of them do is here. */
#pragma once
#include "tui/widgets/list.h"

struct figures_tab {
    const char *by, *label; /* what the operation calls the grouping; msgid */
};

struct figures;

/* Functions that are absent say nothing, or do nothing; `row` is the chosen one, NULL when there is none. */
struct figures_spec {
    const char *name, *scopes, *record; /* "board"; where keys are looked up; the record whose changes change the figures */
    const struct list_spec *list;       /* its functions get the struct figures */
    const struct figures_tab *tabs;
    int tab_count;
    void (*title)(const struct figures *f, char *out, size_t size);
    void (*sums)(const struct figures *f, int width, char *out, size_t size); /* the line under the tabs, in at most so many cells */
    const char *(*corner)(const struct figures *f);                          /* at the right of the tabs, translated */
    bool (*command)(struct figures *f, const struct row *row, enum command cmd);
    const char *(*why_not)(struct figures *f, const struct row *row, enum command cmd, bool *mine); /* *mine false: not its command */
    const char *(*label)(const struct figures *f, enum command cmd);
    void (*hint)(const struct figures *f, const struct row *row, char *out, size_t size); /* the chosen line in words */
    void (*tab_left)(struct figures *f);                                                  /* by the person, for another */
    void (*free)(void *data);
};

struct figures {
    const struct figures_spec *spec;
    struct screen *screen;
    struct list *list;
    int tab;
    void *data; /* the board's own */
};

/* Takes `data` over. */
struct screen *figures_screen(const struct figures_spec *spec, void *data);
/* To another grouping (beyond an end: from the other); reads anew. */
void figures_group(struct figures *f, int tab);
/* The operation's word for the grouping. */
const char *figures_by(const struct figures *f);

/* Cells of a number: a dot where there are none. */
void figures_count(const struct row *row, const char *field, enum role strong, char *out, size_t size, enum role *role);
/* Adds " · overdue 5" to the words of a cell, a part of its own (TEXT_PART), unless there are none. */
void figures_add(char *out, size_t size, const char *label, const char *number);
