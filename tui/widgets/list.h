/* A list of records: pages read by their cursors in both directions, a window of them in memory, the selection kept by id while rows
 * come and go, marks, live changes. Wide: columns; narrower than 60 cells: two lines a row.
 *
 * A row keeps only the fields its list names, as text. */
#pragma once
#include "tui/app.h"
#include "tui/widgets/columns.h"
#include <jansson.h>

struct arena;
struct list;

struct row {
    int64_t id, version;
    bool changed; /* by somebody else, since it was last under the cursor */
    const struct list_spec *spec;
    const char *cells[]; /* by place in spec->fields; never NULL */
};

struct list_spec {
    const char *method; /* "appeal.list" */
    const struct column *columns; /* texts of cells may hold TEXT_JOINT and TEXT_PART */
    size_t column_count;
    const char *const *fields; /* ends with NULL; "id" and "version" are always kept */
    /* Filters, query and sort; a new object (NULL: none). */
    json_t *(*params)(void *arg);
    /* The whole answer, before its rows are taken; may be NULL. */
    void (*taken)(void *arg, const json_t *result);
    /* Does this row pass a selection that the server does not make? NULL: all do. */
    bool (*keep)(void *arg, const json_t *item);
    const char *empty; /* msgid: what to say when there is nothing */
    bool whole;        /* one answer holds everything: no limit, no pages */
};

/* A value of a row by field name; "" when the list does not keep it. */
const char *row_get(const struct row *row, const char *field);
/* Is the word among the row's actions? */
bool row_has_action(const struct row *row, const char *action);

struct list *list_new(const struct list_spec *spec, struct screen *owner, void *arg);
void list_free(struct list **l);
/* Reads from the beginning: other filters. */
void list_reload(struct list *l);
/* Reads what is seen again and keeps the place; `mark` what has changed. */
void list_refresh(struct list *l, bool mark);

/* Somebody (`own`: oneself) has changed what the list shows: it is read again in a moment, once for many changes, and marks what others have
 * changed; under another screen it is read when it is seen again. */
void list_news(struct list *l, bool own);

void list_paint(struct list *l, struct rect r, struct cursor *cursor);
/* Moving keys. */
bool list_key(struct list *l, int key);
bool list_click(struct list *l, int row_on_screen, bool *again);
/* Keys must wait: the row that was asked for is still coming. */
bool list_is_busy(const struct list *l);
/* The answer has come at least once (or failed). */
bool list_is_loaded(const struct list *l);

const struct row *list_selected(const struct list *l);
void list_select(struct list *l, int64_t id);
/* Moves the selection by so many rows; false at the end. */
bool list_step(struct list *l, int rows);
bool list_total(const struct list *l, int64_t *total, bool *exact);
/* "412", "10000+", "" before the answer. */
void list_total_text(const struct list *l, char *out, size_t size);
int list_place(const struct list *l); /* of the selection, 1 first; 0: none */

void list_mark_toggle(struct list *l);
void list_mark_all(struct list *l);
void list_mark_clear(struct list *l);
size_t list_marked_count(const struct list *l);
/* Marked rows that are in memory, or the selected one when none is marked; returns how many were put. */
size_t list_targets(const struct list *l, const struct row **out, size_t max);
