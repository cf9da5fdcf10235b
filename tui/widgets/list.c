#include "tui/widgets/list.h"
#include "common/arena.h"
#include "common/proto.h"
#include "tui/i18n.h"
#include "tui/json.h"
#include "tui/text.h"
#include "tui/timers.h"
#include "tui/widgets/list_pages.h"
#include <stdlib.h>
#include <string.h>

enum { ROW_TEXT_MAX = 1200, END_ROWS_MAX = 5000, NEWS_DELAY_MS = 150 };

/* ---- rows ---- */

const char *row_get(const struct row *row, const char *field)
{
    for (size_t i = 0; row->spec->fields[i]; i++)
        if (strcmp(row->spec->fields[i], field) == 0)
            return row->cells[i];
    return "";
}

bool row_has_action(const struct row *row, const char *action)
{
    char word[48];
    strf(word, sizeof word, " %s ", action);
    return strstr(row_get(row, "actions"), word) != NULL;
}

static void words_join(const json_t *array, char *out, size_t size)
{
    size_t i, len = (size_t)snprintf(out, size, " ");
    json_t *v;
    json_array_foreach(array, i, v)
    {
        if (json_is_string(v) && len < size)
            len += (size_t)snprintf(out + len, size - len, "%s ", json_string_value(v));
    }
}

/* An object is kept as it came over the wire; one that does not fit is none. */
static void object_text(const json_t *v, char *out, size_t size)
{
    size_t len = json_dumpb(v, out, size - 1, JSON_COMPACT);
    out[len < size ? len : 0] = '\0';
}

static struct row *row_take(const struct list_spec *spec, const json_t *item, struct arena *arena)
{
    char text[ROW_TEXT_MAX];
    size_t n = 0;
    while (spec->fields[n])
        n++;
    struct row *row = arena_alloc(arena, sizeof *row + n * sizeof *row->cells);
    row->id = js_int(item, "id");
    row->version = js_int(item, "version");
    row->spec = spec;
    for (size_t i = 0; i < n; i++) {
        const json_t *v = json_object_get(item, spec->fields[i]);
        if (json_is_array(v))
            words_join(v, text, sizeof text);
        else if (json_is_object(v))
            object_text(v, text, sizeof text);
        else
            js_text(v, text, sizeof text);
        row->cells[i] = *text ? arena_strdup(arena, text) : "";
    }
    return row;
}

/* ---- a page comes ---- */

static const struct row *page_find(const struct page *p, int64_t id)
{
    for (int i = 0; p->rows && i < p->count; i++)
        if (p->rows[i]->id == id)
            return p->rows[i];
    return NULL;
}

static void changed_note(const struct list *l, const struct page *old, struct row *row)
{
    const struct row *was = page_find(old, row->id);
    row->changed = was ? was->changed || was->version != row->version : old->rows != NULL;
    (void)l;
}

static void page_take(struct list *l, struct page *page, const json_t *items)
{
    struct page old = *page;
    size_t i, n = json_array_size(items);
    json_t *item;
    int changed = 0;
    page->arena = arena_new();
    page->rows = arena_alloc(page->arena, (n + 1) * sizeof *page->rows);
    page->count = 0;
    json_array_foreach(items, i, item)
    {
        if (l->spec->keep && !l->spec->keep(l->arg, item))
            continue;
        struct row *row = row_take(l->spec, item, page->arena);
        if (l->mark_changes)
            changed_note(l, &old, row);
        changed += row->changed && !(page_find(&old, row->id) && page_find(&old, row->id)->changed);
        page->rows[page->count++] = row;
    }
    if (changed && app_top() == l->owner) /* rows of a screen below are not what is looked at */
        app_changed(changed);
    arena_free(&old.arena);
}

/* The selection follows its record; the record stays on its line of the screen unless the list shows its beginning. */
static void selection_keep(struct list *l, int64_t id)
{
    int found = pages_index_of(l, id), offset = l->selected - l->top;
    if (found >= 0) {
        if (l->top > 0)
            l->top = found - offset < 0 ? 0 : found - offset;
        l->selected = found;
    }
    int rows = pages_rows(l);
    if (l->selected >= rows)
        l->selected = rows > 0 ? rows - 1 : 0;
    const struct row *row = pages_row(l, l->selected);
    l->selected_id = row ? row->id : 0;
}

static void page_come(void *arg, json_t *result, const struct rpc_error *error)
{
    struct list *l = arg;
    struct page *page = &l->pages[l->asked];
    l->request = 0;
    l->answered = true;
    l->answers++;
    app_dirty();
    if (error) {
        strf(l->trouble, sizeof l->trouble, "%s", error->message);
        return;
    }
    l->trouble[0] = '\0';
    if (l->spec->taken)
        l->spec->taken(l->arg, result);
    page_take(l, page, json_object_get(result, "items"));
    page->fresh = true;
    l->total_known = json_is_integer(json_object_get(result, "total"));
    l->total = js_int(result, "total");
    l->total_exact = !json_is_false(json_object_get(result, "total_exact"));
    pages_next_set(l, l->asked, js_str(result, "next"));
    selection_keep(l, l->selected_id);
    if (l->pending_step) {
        int step = l->pending_step;
        l->pending_step = 0;
        list_step(l, step);
    }
    pages_work(l);
}

void pages_ask(struct list *l, int index)
{
    json_t *params = l->spec->params ? l->spec->params(l->arg) : NULL;
    if (!params)
        params = json_object();
    if (!l->spec->whole) {
        json_object_set_new(params, "limit", json_integer(l->page_rows));
        if (l->pages[index].after[0])
            json_object_set_new(params, "after", json_string(l->pages[index].after));
    }
    l->asked = index;
    l->request = app_call(l->owner, l->spec->method, params, l->answered ? CALL_QUIET : 0, page_come, l);
}

/* ---- life ---- */

struct list *list_new(const struct list_spec *spec, struct screen *owner, void *arg)
{
    struct list *l = calloc(1, sizeof *l);
    if (!l)
        abort();
    l->spec = spec;
    l->owner = owner;
    l->arg = arg;
    l->page_rows = PROTO_LIST_DEFAULT;
    l->news_own = true;
    pages_start(l);
    return l;
}

void list_free(struct list **l)
{
    if (!*l)
        return;
    timers_forget(*l);
    pages_drop(*l);
    free((*l)->marks);
    free(*l);
    *l = NULL;
}

void list_reload(struct list *l)
{
    if (l->request)
        app_cancel(l->request);
    pages_drop(l);
    pages_start(l);
    l->top = l->selected = l->pending_step = 0;
    l->selected_id = 0;
    l->mark_changes = false;
    l->trouble[0] = '\0';
    l->answered = false;
    pages_ask(l, 0);
}

void list_refresh(struct list *l, bool mark)
{
    if (!l->answered && l->request)
        return;
    if (l->request)
        app_cancel(l->request);
    l->request = 0;
    l->mark_changes = mark;
    l->trouble[0] = '\0';
    pages_stale(l);
    pages_work(l);
    if (!l->request)
        pages_ask(l, pages_of(l, l->top, NULL));
}

static void news_now(void *arg)
{
    struct list *l = arg;
    const struct screen *top = app_top();
    if (top == l->owner || (top->ops->overlay && top->below == l->owner))
        list_refresh(l, !l->news_own);
    else
        l->owner->stale = true;
    l->news_own = true;
}

void list_news(struct list *l, bool own)
{
    l->news_own = l->news_own && own;
    timers_start(NEWS_DELAY_MS, false, news_now, l);
}

bool list_is_busy(const struct list *l)
{
    return l->request && (!l->answered || l->pending_step || (pages_rows(l) > 0 && !pages_row(l, l->selected)));
}

bool list_is_loaded(const struct list *l) { return l->answered; }

/* ---- selection ---- */

const struct row *list_selected(const struct list *l) { return pages_row(l, l->selected); }

static void selection_set(struct list *l, int index)
{
    l->selected = index;
    struct row *row = pages_row(l, index);
    l->selected_id = row ? row->id : 0;
    if (row)
        row->changed = false;
    pages_work(l);
}

void list_select(struct list *l, int64_t id)
{
    int found = pages_index_of(l, id);
    if (found >= 0)
        selection_set(l, found);
    else
        l->selected_id = id; /* it may come with the next page */
}

bool list_step(struct list *l, int rows)
{
    int last = pages_rows(l) - 1, want = l->selected + rows;
    if (last < 0)
        return false;
    if (want > last && pages_has_more(l)) {
        l->pending_step = want - last;
        want = last;
    }
    want = want < 0 ? 0 : want > last ? last : want;
    bool moved = want != l->selected || l->pending_step;
    selection_set(l, want);
    return moved;
}

/* To the real end, reading what lies between: a page is asked for by the one before. Not through tens of thousands. */
static void to_the_end(struct list *l)
{
    bool far = l->total_known && (!l->total_exact || l->total > END_ROWS_MAX);
    int last = pages_rows(l) - 1;
    if (far)
        app_status(STATUS_INFO, _("The end is too far: %d rows are read; turn the order, search or filter"), pages_rows(l));
    if (far || !pages_has_more(l))
        selection_set(l, last > 0 ? last : 0);
    else
        list_step(l, END_ROWS_MAX);
}

bool list_key(struct list *l, int key)
{
    int page = l->visible > 1 ? l->visible - 1 : 1;
    switch (key) {
    case K_UP: list_step(l, -1); return true;
    case K_DOWN: list_step(l, 1); return true;
    case K_PGUP: list_step(l, -page); return true;
    case K_PGDN: list_step(l, page); return true;
    case K_DOC_HOME:
    case K_HOME: selection_set(l, 0); return true;
    case K_DOC_END:
    case K_END: to_the_end(l); return true;
    default: return false;
    }
}

bool list_click(struct list *l, int index, bool *again)
{
    *again = index == l->selected;
    if (index < 0 || index >= pages_rows(l))
        return false;
    selection_set(l, index);
    return true;
}

bool list_total(const struct list *l, int64_t *total, bool *exact)
{
    *total = l->total_known ? l->total : pages_rows(l);
    *exact = l->total_exact || !l->total_known;
    return l->answered;
}

void list_total_text(const struct list *l, char *out, size_t size)
{
    int64_t total;
    bool exact;
    out[0] = '\0';
    if (list_total(l, &total, &exact))
        strf(out, size, "%lld%s", (long long)total, exact ? "" : "+");
}

int list_place(const struct list *l) { return pages_rows(l) > 0 ? l->selected + 1 : 0; }

/* ---- marks ---- */

static int mark_find(const struct list *l, int64_t id)
{
    for (size_t i = 0; i < l->mark_count; i++)
        if (l->marks[i] == id)
            return (int)i;
    return -1;
}

static void mark_set(struct list *l, int64_t id, bool on)
{
    int at = mark_find(l, id);
    if (at >= 0 && !on) {
        l->marks[at] = l->marks[--l->mark_count];
    } else if (at < 0 && on) {
        int64_t *more = realloc(l->marks, (l->mark_count + 1) * sizeof *more);
        if (!more)
            abort();
        l->marks = more;
        l->marks[l->mark_count++] = id;
    }
}

bool list_is_marked(const struct list *l, int64_t id) { return mark_find(l, id) >= 0; }

void list_mark_toggle(struct list *l)
{
    const struct row *row = list_selected(l);
    if (!row)
        return;
    mark_set(l, row->id, mark_find(l, row->id) < 0);
    list_step(l, 1);
}

void list_mark_all(struct list *l)
{
    if (l->mark_count > 0) {
        l->mark_count = 0;
        return;
    }
    for (int i = 0; i < pages_rows(l); i++) {
        const struct row *row = pages_row(l, i);
        if (row)
            mark_set(l, row->id, true);
    }
}

void list_mark_clear(struct list *l) { l->mark_count = 0; }

size_t list_marked_count(const struct list *l) { return l->mark_count; }

size_t list_targets(const struct list *l, const struct row **out, size_t max)
{
    size_t n = 0;
    if (l->mark_count == 0) {
        if ((out[0] = list_selected(l)))
            n = 1;
        return n;
    }
    for (int i = 0; i < pages_rows(l) && n < max; i++) {
        const struct row *row = pages_row(l, i);
        if (row && list_is_marked(l, row->id))
            out[n++] = row;
    }
    return n;
}
