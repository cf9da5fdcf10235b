/* Pages of a list: which are in memory, which cursor brings each back. For list.c and list_paint.c only.
 *
 * Keyset cursors lead forward; the way back is the cursor that a page was once read with. Pages far from the screen give their rows
 * back and keep cursor and count, so a list of a hundred thousand rows costs a few hundred. */
#pragma once
#include "tui/widgets/list.h"

struct page {
    char *after;         /* "" for the first */
    struct arena *arena; /* of the rows */
    struct row **rows;   /* NULL: not in memory */
    int count;
    bool fresh; /* read since the last pages_stale */
};

struct list {
    const struct list_spec *spec;
    struct screen *owner;
    void *arg;
    struct page *pages;
    int page_count;
    bool has_next; /* the last page's cursor is not a page yet */
    char *next;
    int page_rows;    /* rows a page */
    uint64_t request; /* under way, 0: none */
    int asked;        /* its page */
    bool answered, mark_changes;
    int selected, top, visible; /* rows, counted from the first of the list */
    int64_t selected_id;
    unsigned answers; /* counts pages that came: what a row shows may have changed */
    int pending_step; /* rows to move when the next page has come */
    int64_t total;
    bool total_known, total_exact;
    bool news_own; /* all that was told since the last reading was done by oneself */
    int64_t *marks;
    size_t mark_count;
    char trouble[320];
};

void pages_start(struct list *l);
void pages_drop(struct list *l);
/* Rows of all pages read so far. */
int pages_rows(const struct list *l);
/* Page of a row; *first its first row (may be NULL). */
int pages_of(const struct list *l, int index, int *first);
/* NULL when it is not in memory. */
struct row *pages_row(const struct list *l, int index);
int pages_index_of(const struct list *l, int64_t id);
bool pages_has_more(const struct list *l);
/* The cursor that came with a page: of the page after it. "" ends the list there. */
void pages_next_set(struct list *l, int page, const char *next);
/* All pages must be read again before they are believed. */
void pages_stale(struct list *l);
/* Asks for the most needed page that is missing, if none is under way; frees those far away. */
void pages_work(struct list *l);
/* In list.c: sends the request for a page. */
void pages_ask(struct list *l, int index);
bool list_is_marked(const struct list *l, int64_t id);
