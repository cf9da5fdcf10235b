#include "tui/screens/records.h"
#include "common/hash.h"
#include "tui/i18n.h"
#include "tui/json.h"
#include "tui/meta.h"
#include "tui/screens.h"
#include "tui/screens/tabs.h"
#include "tui/text.h"
#include "tui/widgets/dialog.h"
#include "tui/widgets/form.h"
#include "tui/words.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FORM_TARGETS_SHOWN = 200, SEARCH_DELAY_MS = 150, WIDE = 150, PREVIEW_MIN = 56, NARROW = 60 };

struct records {
    const struct records_spec *spec;
    struct screen *screen;
    struct list *list;
    struct edit query;
    bool searching; /* the search line has the focus */
    int tab, sort;
    json_t *filters;     /* from the filter form, NULL: none */
    char about[200];     /* what they are, where somebody else chose them */
    struct form *filter; /* the open filter form */
    struct doc *preview;
    struct meta_param chosen[2]; /* filters that the operation takes as plain text, but people choose from a list */
};

/* ---- what is asked ---- */

json_t *records_params(void *arg)
{
    struct records *r = arg;
    json_t *params = json_loads(r->spec->tabs ? r->spec->tabs[r->tab].params : "{}", 0, NULL);
    if (r->filters)
        json_object_update(params, r->filters);
    if (!edit_is_empty(&r->query))
        json_object_set_new(params, "query", json_string(edit_text(&r->query)));
    if (r->spec->sorts && r->sort > 0)
        json_object_set_new(params, "sort", json_string(r->spec->sorts[r->sort]));
    return params;
}

static void search_now(void *arg)
{
    struct records *r = arg;
    list_reload(r->list);
    app_dirty();
}

/* ---- the record under the cursor ---- */

static struct record_ref ref_of(const struct records *r, const struct row *row)
{
    return (struct record_ref){.record = r->spec->record,
                               .id = row->id,
                               .version = row->version,
                               .number = row_get(row, "number")[0] ? row_get(row, "number") : row_get(row, "name"),
                               .title = row_get(row, row_get(row, "subject")[0] ? "subject" : "title"),
                               .status = row_get(row, "status"),
                               .actions = row_get(row, "actions"),
                               .open_assignments = atoi(row_get(row, "open_assignments"))};
}

static const char *action_why_not(const struct records *r, enum command cmd)
{
    const struct row *rows[FORM_TARGETS_SHOWN];
    size_t n = list_targets(r->list, rows, FORM_TARGETS_SHOWN);
    const char *why = n == 0 ? record_why_not(NULL, cmd) : NULL;
    for (size_t i = 0; i < n && !why; i++) {
        struct record_ref ref = ref_of(r, rows[i]);
        why = record_why_not(&ref, cmd);
    }
    return why;
}

static void action_run(const struct records *r, enum command cmd)
{
    const struct row *rows[FORM_TARGETS_SHOWN];
    struct record_ref refs[FORM_TARGETS_SHOWN];
    size_t n = list_targets(r->list, rows, FORM_TARGETS_SHOWN);
    for (size_t i = 0; i < n; i++)
        refs[i] = ref_of(r, rows[i]);
    record_run(refs, n, cmd);
}

/* ---- the filter form ---- */

/* A state or a topic is chosen by its words, not typed as a code. */
static const struct meta_param *filter_param(struct records *r, const struct meta_param *p)
{
    bool status = p && strcmp(p->name, "status") == 0, topic = p && strcmp(p->name, "topic") == 0;
    if ((!status && !topic) || p->type != MT_STRING)
        return p;
    struct meta_param *own = &r->chosen[topic];
    *own = *p;
    own->type = MT_ENUM;
    own->classifier = topic ? "topic" : strcmp(r->spec->record, "appeal") == 0 ? "state:appeal" : "state:assignment";
    return own;
}

static void filter_close(struct records *r)
{
    form_free(&r->filter);
    app_dirty();
}

static void filter_apply(void *arg)
{
    struct records *r = arg;
    if (!form_settle(r->filter) || !form_check(r->filter))
        return;
    json_decref(r->filters);
    r->about[0] = '\0';
    r->filters = form_collect(r->filter);
    if (json_object_size(r->filters) == 0) {
        json_decref(r->filters);
        r->filters = NULL;
    }
    filter_close(r);
    list_reload(r->list);
}

static const struct form_ops filter_ops = {.submit = filter_apply};

static void filter_open(struct records *r)
{
    const struct meta_op *op = meta_op(r->spec->list.method);
    const char *name;
    json_t *v;
    if (!op)
        return;
    r->filter = form_new(r->screen, &filter_ops, r);
    for (size_t i = 0; i < op->param_count; i++)
        if (op->params[i]->filter && strcmp(op->params[i]->name, "query") != 0)
            form_add_params(r->filter, &(const struct meta_param *){filter_param(r, op->params[i])}, 1, r->spec->filter_hints);
    json_object_foreach(r->filters, name, v)
    {
        struct field *f = form_field(r->filter, name);
        if (f)
            field_set(f, v, NULL);
    }
    form_focus_first(r->filter);
}

static bool filter_key(struct records *r, int key)
{
    if (form_key(r->filter, key))
        return true;
    if (key == K_F2)
        filter_apply(r);
    else if (key == K_ESC)
        filter_close(r);
    else if (key == K_F4)
        form_choose(r->filter);
    else
        return key >= K_SPACE && key < K_FN;
    return true;
}

static bool is_narrowed(const struct records *r) { return r->filters || !edit_is_empty(&r->query) || r->tab > 0; }

static void narrow_drop(struct records *r)
{
    json_decref(r->filters);
    r->filters = NULL;
    r->about[0] = '\0';
    edit_set(&r->query, "");
    r->searching = false;
    r->tab = 0;
    list_reload(r->list);
}

/* ---- screen: keys and commands ---- */

static const char *records_scopes(const struct screen *s)
{
    const struct records *r = s->data;
    return r->filter ? "filter" : r->searching ? "searching" : r->spec->scopes;
}

static bool records_wants_text(const struct screen *s)
{
    const struct records *r = s->data;
    return r->searching || r->filter;
}

static void tab_set(struct records *r, int tab)
{
    int count = 0;
    while (r->spec->tabs && r->spec->tabs[count].label)
        count++;
    if (count == 0)
        return;
    r->tab = (tab + count) % count;
    list_mark_clear(r->list);
    list_reload(r->list);
}

/* In the search line letters are text; moving keys still move the list, Enter and Esc leave the line. */
static bool search_key(struct records *r, int key)
{
    bool changed = false;
    if (key == K_ENTER || key == K_ESC) {
        r->searching = false;
        if (key == K_ESC && !edit_is_empty(&r->query)) {
            edit_set(&r->query, "");
            timers_start(0, false, search_now, r);
        }
        return true;
    }
    if (key != K_HOME && key != K_END && list_key(r->list, key))
        return true;
    if (!edit_key(&r->query, key, &changed))
        return false;
    if (changed)
        timers_start(SEARCH_DELAY_MS, false, search_now, r);
    return true;
}

static bool records_key(struct screen *s, int key)
{
    struct records *r = s->data;
    if (r->filter)
        return filter_key(r, key);
    if (r->searching)
        return search_key(r, key);
    return list_key(r->list, key);
}

static void open_selected(struct records *r)
{
    const struct row *row = list_selected(r->list);
    if (row && r->spec->open)
        r->spec->open(row);
    else if (row && !r->spec->no_card)
        screens_open_card(r->spec->record, row->id, CMD_NONE);
}

static bool would_open(const struct screen *s, const char **record, int64_t *id)
{
    const struct records *r = s->data;
    const struct row *row = list_selected(r->list);
    if (!row || r->filter || r->spec->open || r->spec->no_card || !screens_is_read_ahead(r->spec->record))
        return false;
    *record = r->spec->record;
    *id = row->id;
    return true;
}

static bool back(struct records *r)
{
    if (list_marked_count(r->list) > 0) {
        list_mark_clear(r->list);
        return true;
    }
    if (!is_narrowed(r) || r->about[0]) /* what somebody chose for us is left as it was entered: whole */
        return false;
    narrow_drop(r);
    return true;
}

static void sort_next(struct records *r)
{
    int count = 0;
    while (r->spec->sorts[count])
        count++;
    assert(count > 0);
    r->sort = (r->sort + 1) % count;
    app_status(STATUS_INFO, _("Order: %s"), words_own(r->spec->sorts[r->sort]));
    list_reload(r->list);
}

static bool records_command(struct screen *s, enum command cmd)
{
    struct records *r = s->data;
    if (r->filter && (cmd == CMD_SUBMIT || cmd == CMD_CHOOSE)) {
        filter_key(r, cmd == CMD_SUBMIT ? K_F2 : K_F4);
        return true;
    }
    switch (cmd) {
    case CMD_OPEN: open_selected(r); return true;
    case CMD_NEW:
        if (r->spec->make)
            r->spec->make();
        else
            screens_command(r->spec->new_command);
        return true;
    case CMD_SEARCH: r->searching = true; return true;
    case CMD_FILTER: filter_open(r); return true;
    case CMD_FILTER_CLEAR: narrow_drop(r); return true;
    case CMD_SORT: sort_next(r); return true;
    case CMD_MARK: list_mark_toggle(r->list); return true;
    case CMD_MARK_ALL: list_mark_all(r->list); return true;
    case CMD_NEXT_TAB: tab_set(r, r->tab + 1); return true;
    case CMD_PREV_TAB: tab_set(r, r->tab - 1); return true;
    case CMD_BACK: return back(r);
    default: break;
    }
    if (!command_is_action(cmd, r->spec->record))
        return false;
    action_run(r, cmd);
    return true;
}

static const char *records_why_not(struct screen *s, enum command cmd)
{
    struct records *r = s->data;
    if (r->filter)
        return cmd == CMD_SUBMIT || cmd == CMD_CHOOSE ? NULL : _("First close the filter with Esc");
    switch (cmd) {
    case CMD_OPEN:
        if (r->spec->no_card)
            return _("The line says everything; there is no card");
        return list_selected(r->list) ? NULL : _("Choose a record first");
    case CMD_MARK: return list_selected(r->list) ? NULL : _("Choose a record first");
    case CMD_NEW:
        return r->spec->make          ? (r->spec->make_why_not ? r->spec->make_why_not() : NULL)
               : r->spec->new_command ? screens_why_not(r->spec->new_command)
                                      : _("Nothing new is made here");
    case CMD_FILTER_CLEAR: return is_narrowed(r) ? NULL : _("Everything is shown already");
    case CMD_SORT: return r->spec->sorts ? NULL : _("This list has one order");
    case CMD_NEXT_TAB:
    case CMD_PREV_TAB: return r->spec->tabs ? NULL : _("This list has no ready selections");
    case CMD_FILTER: return meta_op(r->spec->list.method) ? NULL : _("Your role may not do this");
    case CMD_SEARCH:
    case CMD_MARK_ALL: return NULL;
    default: return action_why_not(r, cmd);
    }
}

static uint64_t records_possible(const struct screen *s)
{
    const struct records *r = s->data;
    const struct row *row = list_selected(r->list);
    if (list_marked_count(r->list) > 0)
        return 0; /* each of the marked has its own say */
    const int flags[] = {row != NULL,     r->filter != NULL,       r->searching,   is_narrowed(r),
                         meta_is_known(), (int)words_generation(), app_is_online()};
    uint64_t state = hash_mix(HASH_START, flags, sizeof flags);
    static const char *const facts[] = {"actions", "status", "open_assignments"};
    for (size_t i = 0; row && i < sizeof facts / sizeof *facts; i++)
        state = hash_mix(state, row_get(row, facts[i]), strlen(row_get(row, facts[i])) + 1);
    return state | 1;
}

/* ---- screen: painting ---- */

static void filters_text(struct records *r, char *out, size_t size)
{
    const struct meta_op *op = meta_op(r->spec->list.method);
    const char *name;
    json_t *v;
    strf(out, size, "%s", r->about);
    if (out[0])
        return;
    json_object_foreach(r->filters, name, v)
    {
        const struct meta_param *p = filter_param(r, meta_param(op, name));
        size_t len = strlen(out);
        char value[128];
        js_text(v, value, sizeof value);
        const char *word = p && p->classifier ? words_label(p->classifier, value) : words_own(value);
        strf(out + len, size - len, "%s%s%s%s", len ? "; " : "", p ? p->label : name, json_is_true(v) ? "" : ": ",
             json_is_true(v) ? "" : word);
    }
}

/* The search line and what narrows the list; returns its height. */
static int paint_search(struct records *r, struct rect rect, struct cursor *cursor)
{
    char filters[400];
    size_t start, len;
    int x = rect.x + 1, cursor_x;
    filters_text(r, filters, sizeof filters);
    if (!r->searching && edit_is_empty(&r->query) && !filters[0])
        return 0;
    if (r->searching || !edit_is_empty(&r->query)) {
        x += draw_text(rect.y, x, 10, R_DIM, G_BASE, _("Search")) + 1;
        int w = filters[0] ? (rect.w - x) / 2 : rect.w - x - 1;
        enum ground ground = r->searching ? G_FOCUS : G_FIELD;
        draw_fill(rect.y, x, w, ground);
        edit_view(&r->query, w - 2, &start, &len, &cursor_x);
        draw_text_n(rect.y, x + 1, w - 2, R_TEXT, ground, edit_text(&r->query) + start, len);
        if (r->searching)
            *cursor = (struct cursor){rect.y, x + 1 + cursor_x};
        x += w + 1;
    }
    draw_text(rect.y, x, rect.w - x - 1, R_SOON, G_BASE, filters);
    return 1;
}

static void paint_tabs(struct records *r, struct rect rect)
{
    struct tab tabs[TABS_MAX];
    char total[32], right[64] = "";
    size_t n = 0;
    list_total_text(r->list, total, sizeof total);
    while (r->spec->tabs && r->spec->tabs[n].label && n < TABS_MAX) {
        tabs[n] = (struct tab){.label = tr(r->spec->tabs[n].label)};
        n++;
    }
    if (list_marked_count(r->list))
        strf(right, sizeof right, _("%zu marked of %s"), list_marked_count(r->list), total);
    else if (total[0])
        strf(right, sizeof right, rect.w < NARROW ? "%d/%s" : _("%d of %s"), list_place(r->list), total);
    tabs_paint(rect, tabs, n, (size_t)r->tab, right);
}

static void paint_preview(struct records *r, struct rect rect)
{
    const struct row *row = list_selected(r->list);
    struct cursor ignored;
    for (int i = 0; i < rect.h; i++)
        draw_text(rect.y + i, rect.x, 1, R_DIM, G_BASE, theme_glyph(GL_BAR));
    if (!row)
        return;
    if (!r->preview)
        r->preview = doc_new();
    doc_begin(r->preview, rect.w - 1);
    r->spec->preview(r->preview, row);
    doc_end(r->preview);
    doc_paint(r->preview, (struct rect){rect.y, rect.x + 1, rect.h, rect.w - 1}, &ignored);
}

static void paint_filter(struct records *r, struct rect rect, struct cursor *cursor)
{
    int w = rect.w < 76 ? rect.w : 72, h = form_height(r->filter, w - 2) + 2;
    h = h > rect.h ? rect.h : h;
    struct rect box = {rect.y, rect.x + rect.w - w, h, w};
    draw_box(box, _("Filter (F2: show)"));
    form_paint(r->filter, (struct rect){box.y + 1, box.x + 1, h - 2, w - 2}, cursor);
}

static void records_paint(struct screen *s, struct rect rect, struct cursor *cursor)
{
    struct records *r = s->data;
    struct cursor search = {-1, -1}, filter = {-1, -1};
    struct rect whole = rect;
    if (rect.h > 3) {
        paint_tabs(r, rect);
        rect.y++;
        rect.h--;
    }
    int used = rect.h > 2 || r->searching ? paint_search(r, rect, &search) : 0;
    rect.y += used;
    rect.h -= used;
    if (r->spec->preview && rect.w >= WIDE) {
        int w = rect.w * 2 / 5 > PREVIEW_MIN ? rect.w * 2 / 5 : PREVIEW_MIN;
        paint_preview(r, (struct rect){rect.y, rect.x + rect.w - w, rect.h, w});
        rect.w -= w;
    }
    list_paint(r->list, rect, cursor);
    if (search.y >= 0)
        *cursor = search;
    if (r->filter) {
        paint_filter(r, whole, &filter);
        *cursor = filter;
    }
}

static void records_title(const struct screen *s, char *out, size_t size)
{
    const struct records *r = s->data;
    strf(out, size, "%s", tr(r->spec->title));
}

static void records_hint(const struct screen *s, char *out, size_t size)
{
    const struct records *r = s->data;
    if (r->filter)
        strf(out, size, "%s", _("Enter: next field, F2: show, Esc: close"));
    else if (r->searching)
        strf(out, size, "%s", _("Type: the list narrows at once. Enter: to the list, Esc: drop the search"));
    else if (list_marked_count(r->list))
        strf(out, size, "%s", _("An action works on all marked records; Esc drops the marks"));
    else if (r->spec->hint && list_selected(r->list))
        r->spec->hint(list_selected(r->list), out, size);
}

/* ---- screen: life ---- */

static bool records_click(struct screen *s, enum hit what, int arg)
{
    struct records *r = s->data;
    bool again;
    if (r->filter)
        return form_click(r->filter, what, arg);
    if (what == HIT_TAB) {
        tab_set(r, arg);
    } else if (what == HIT_ROW && list_click(r->list, arg, &again) && again) {
        open_selected(r);
    }
    return true;
}

static bool records_busy(const struct screen *s)
{
    const struct records *r = s->data;
    /* While one types a query nothing waits: the next letter only makes a newer question. */
    return !r->searching && list_is_busy(r->list);
}

static void records_refresh(struct screen *s)
{
    struct records *r = s->data;
    list_refresh(r->list, false);
}

static void records_event(struct screen *s, const char *record, int64_t id, bool own)
{
    struct records *r = s->data;
    (void)id;
    if (strcmp(record, r->spec->record) != 0)
        return;
    list_news(r->list, own);
}

static void records_acted(struct screen *s)
{
    struct records *r = s->data;
    list_mark_clear(r->list);
}

static void records_close(struct screen *s)
{
    struct records *r = s->data;
    timers_forget(r);
    list_free(&r->list);
    edit_free(&r->query);
    doc_free(&r->preview);
    form_free(&r->filter);
    json_decref(r->filters);
    free(r);
}

static const char *records_label(struct screen *s, enum command cmd)
{
    const struct records *r = s->data;
    return r->filter && cmd == CMD_SUBMIT ? _("Show") : NULL;
}

static const struct screen_ops records_ops = {
    .name = "list",
    .scopes = records_scopes,
    .title = records_title,
    .paint = records_paint,
    .wants_text = records_wants_text,
    .key = records_key,
    .command = records_command,
    .why_not = records_why_not,
    .possible = records_possible,
    .label = records_label,
    .click = records_click,
    .would_open = would_open,
    .busy = records_busy,
    .refresh = records_refresh,
    .event = records_event,
    .acted = records_acted,
    .hint = records_hint,
    .close = records_close,
};

struct screen *records_screen(const struct records_spec *spec, const char *query)
{
    struct records *r = calloc(1, sizeof *r);
    if (!r)
        abort();
    r->spec = spec;
    edit_init(&r->query, false, 200);
    if (query)
        edit_set(&r->query, query);
    r->searching = query && !*query;
    r->screen = screen_new(&records_ops, r);
    r->list = list_new(&spec->list, r->screen, r);
    list_reload(r->list);
    return r->screen;
}

bool records_step(struct screen *list, int step)
{
    struct records *r = list->data;
    return list_step(r->list, step);
}

struct screen *records_rows(const struct records_spec *spec, json_t *filters, const char *about)
{
    struct screen *s = records_screen(spec, NULL);
    struct records *r = s->data;
    r->filters = filters;
    strf(r->about, sizeof r->about, "%s", about);
    while (spec->tabs[r->tab + 1].label)
        r->tab++;
    list_reload(r->list);
    return s;
}
