/* A screen of a list of records: ready selections as tabs, search as one types, a filter form, sorting, marks and mass actions, and
 * on a wide screen the chosen record beside the list. A kind of record gives the table; everything else is here. */
#pragma once
#include "tui/record.h"
#include "tui/widgets/doc.h"
#include "tui/widgets/list.h"

struct records_tab {
    const char *label;  /* msgid */
    const char *params; /* JSON object of filters */
};

struct records_spec {
    const char *record; /* "appeal" */
    const char *title;  /* msgid */
    const char *scopes; /* "appeal list" */
    struct list_spec list;
    const struct records_tab *tabs; /* ends with a NULL label */
    const char *const *sorts;       /* values of `sort`, the first is the default; ends with NULL */
    const struct form_hint *filter_hints;
    enum command new_command;                              /* F7 */
    bool no_card;                                          /* the row says everything: Enter opens nothing */
    void (*make)(void);                                    /* F7 where it belongs to this list alone; NULL: new_command */
    const char *(*make_why_not)(void);                     /* NULL, or why `make` is not possible now; absent: it always is */
    const char *(*title_of)(const struct row *row);        /* for a mass action's heading */
    void (*open)(const struct row *row);                   /* Enter; NULL: the record's card */
    void (*preview)(struct doc *d, const struct row *row); /* NULL: none */
    void (*hint)(const struct row *row, char *out, size_t size); /* the status line: what columns cut; NULL: nothing */
};

/* `query` NULL: none. */
struct screen *records_screen(const struct records_spec *spec, const char *query);
/* The rows of a filter, which `about` tells in words; the last tab must be the one without filters. Takes the filter over. */
struct screen *records_rows(const struct records_spec *spec, json_t *filters, const char *about);
/* For `list.params` of every spec. */
json_t *records_params(void *arg);
/* Moves the selection of a list screen; false at its end. */
bool records_step(struct screen *list, int step);
