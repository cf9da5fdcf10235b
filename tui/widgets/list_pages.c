#include "tui/widgets/list_pages.h"
#include "common/arena.h"
#include "tui/timers.h"
#include <stdlib.h>
#include <string.h>

enum {
    KEEP_PAGES = 3, /* in memory on each side of the screen */
    LATER_MS = 20,
};

static char *copy(const char *s)
{
    char *c = strdup(s);
    if (!c)
        abort();
    return c;
}

static void page_add(struct list *l, const char *after)
{
    struct page *more = realloc(l->pages, (size_t)(l->page_count + 1) * sizeof *more);
    if (!more)
        abort();
    l->pages = more;
    l->pages[l->page_count++] = (struct page){.after = copy(after)};
}

void pages_start(struct list *l)
{
    page_add(l, "");
    l->has_next = false;
    l->next = NULL;
}

static void rows_drop(struct page *p)
{
    arena_free(&p->arena);
    p->rows = NULL;
}

static void pages_cut(struct list *l, int count)
{
    for (int i = count; i < l->page_count; i++) {
        rows_drop(&l->pages[i]);
        free(l->pages[i].after);
    }
    l->page_count = count;
}

void pages_drop(struct list *l)
{
    pages_cut(l, 0);
    free(l->pages);
    free(l->next);
    l->pages = NULL;
    l->next = NULL;
}

int pages_rows(const struct list *l)
{
    int n = 0;
    for (int i = 0; i < l->page_count; i++)
        n += l->pages[i].count;
    return n;
}

int pages_of(const struct list *l, int index, int *first)
{
    int at = 0;
    for (int i = 0; i < l->page_count; i++) {
        if (index < at + l->pages[i].count || i == l->page_count - 1) {
            if (first)
                *first = at;
            return i;
        }
        at += l->pages[i].count;
    }
    return 0;
}

struct row *pages_row(const struct list *l, int index)
{
    int first = 0, page = pages_of(l, index, &first);
    const struct page *p = &l->pages[page];
    return p->rows && index >= first && index - first < p->count ? p->rows[index - first] : NULL;
}

int pages_index_of(const struct list *l, int64_t id)
{
    int at = 0;
    for (int i = 0; i < l->page_count; i++) {
        const struct page *p = &l->pages[i];
        for (int k = 0; p->rows && k < p->count; k++)
            if (p->rows[k]->id == id)
                return at + k;
        at += p->count;
    }
    return -1;
}

/* A page that is on its way is more, too: End pressed meanwhile goes to the real end. */
bool pages_has_more(const struct list *l)
{
    bool coming = l->request && l->page_count > 0 && l->asked == l->page_count - 1 && !l->pages[l->asked].rows;
    return l->has_next || coming;
}

void pages_next_set(struct list *l, int page, const char *next)
{
    if (*next == '\0') {
        pages_cut(l, page + 1);
        l->has_next = false;
        return;
    }
    if (page + 1 < l->page_count) {
        /* Rows came or went: the following page begins elsewhere now, and what was read of it is no longer true. */
        if (strcmp(l->pages[page + 1].after, next) != 0) {
            free(l->pages[page + 1].after);
            l->pages[page + 1].after = copy(next);
            l->pages[page + 1].fresh = false;
        }
        return;
    }
    free(l->next);
    l->next = copy(next);
    l->has_next = true;
}

void pages_stale(struct list *l)
{
    for (int i = 0; i < l->page_count; i++)
        l->pages[i].fresh = false;
}

static bool wants(struct list *l, int page) { return page >= 0 && page < l->page_count && !l->pages[page].fresh; }

static void far_drop(struct list *l, int first, int last)
{
    for (int i = 0; i < l->page_count; i++) {
        if ((i < first - KEEP_PAGES || i > last + KEEP_PAGES) && l->pages[i].rows) {
            rows_drop(&l->pages[i]);
            l->pages[i].fresh = false;
        }
    }
}

static int height_of(const struct list *l) { return l->visible > 0 ? l->visible : 20; }

static bool is_near_end(const struct list *l) { return pages_rows(l) - l->selected <= 2 * height_of(l); }

static void ask_next(struct list *l)
{
    page_add(l, l->next);
    l->has_next = false;
    pages_ask(l, l->page_count - 1);
}

/* What will be needed soon, on the way on or back, is asked for when the key that brings it near has been painted: the answer would be in
 * the way of that. */
static void ask_later(void *arg)
{
    struct list *l = arg;
    int first = pages_of(l, l->top, NULL), last = pages_of(l, l->top + height_of(l), NULL);
    if (l->request || !l->answered || l->trouble[0])
        return;
    if (l->has_next && is_near_end(l))
        ask_next(l);
    else if (wants(l, first - 1))
        pages_ask(l, first - 1);
    else if (wants(l, last + 1))
        pages_ask(l, last + 1);
}

void pages_work(struct list *l)
{
    int height = height_of(l);
    int first = pages_of(l, l->top, NULL), last = pages_of(l, l->top + height, NULL), at = pages_of(l, l->selected, NULL);
    far_drop(l, first < at ? first : at, last > at ? last : at);
    if (l->request || !l->answered || l->trouble[0])
        return;
    for (int i = first; i <= last; i++) {
        if (wants(l, i)) {
            pages_ask(l, i);
            return;
        }
    }
    if (wants(l, at)) {
        pages_ask(l, at);
    } else if (l->has_next && l->pending_step) {
        ask_next(l);
    } else if ((l->has_next && is_near_end(l)) || wants(l, first - 1) || wants(l, last + 1)) {
        timers_start(LATER_MS, true, ask_later, l);
    }
}
