#include "tui/screens/card.h"
#include "tui/screens/send.h"
#include "tui/dates.h"
#include "tui/i18n.h"
#include "tui/json.h"
#include "tui/meta.h"
#include "tui/notices.h"
#include "tui/screens.h"
#include "tui/screens/explain.h"
#include "tui/screens/files.h"
#include "tui/screens/form.h"
#include "tui/screens/tabs.h"
#include "tui/text.h"
#include "tui/words.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EVENT_DELAY_MS = 150, META_AGAIN_MS = 30, WIDE = 130, NARROW = 60 };

struct card;

/* A tab that is a list. */
struct rows {
    struct card *card;
    const struct card_list *spec;
    struct list *list;
};

struct card {
    const struct card_spec *spec;
    struct screen *screen;
    int64_t id;
    json_t *record; /* NULL until it has come */
    char actions[512];
    char trouble[320];
    size_t tab;
    struct rows rows[TABS_MAX]; /* by tab; without a list where the tab has none */
    struct doc *doc, *side;
    int built_width; /* 0: must be built */
    size_t built_tab;
    unsigned built_words;
    enum command then;
    bool record_told; /* its notices were marked as read */
    bool fresh; /* changed by somebody since it was opened */
    enum { SEE_IDLE, SEE_TELLS, SEE_REREADS } see;
    bool remarks_seen;    /* the server was told that they were */
    int64_t seen_version; /* the same of the state */
};

static size_t tab_count(const struct card *c)
{
    size_t n = 0;
    while (c->spec->tabs[n].label)
        n++;
    assert(n > 0);
    return n;
}

static struct record_ref card_ref(const struct card *c)
{
    const char *number = js_str(c->record, "number");
    if (number[strspn(number, "0123456789")] == '\0') /* nothing but the id: who has a name is called by it */
        number = "";
    return (struct record_ref){.record = c->spec->record,
                               .id = c->record ? c->id : 0,
                               .version = js_int(c->record, "version"),
                               .number = *number ? number : js_str(c->record, "name"),
                               .title = js_str(c->record, js_str(c->record, "subject")[0] ? "subject" : "title"),
                               .status = js_str(c->record, "status"),
                               .actions = c->actions,
                               .whole = c->record,
                               .open_assignments = (int)js_int(c->record, "open_assignments")};
}

/* ---- tabs ---- */

static bool tab_is_shown(const struct card *c, size_t tab)
{
    const struct card_list *rows = c->spec->tabs[tab].rows;
    return !rows || meta_op(rows->list.method);
}

static struct list *tab_list(const struct card *c, size_t tab) { return c->rows[tab].list; }

json_t *card_list_params(void *arg)
{
    const struct rows *r = arg;
    return json_pack("{s:I, s:s*}", r->spec->param ? r->spec->param : r->card->spec->record, (json_int_t)r->card->id, "sort",
                     r->spec->sort);
}

/* The lists are asked for behind the card itself, so that their numbers stand on the tabs. */
static void lists_start(void *arg)
{
    struct card *c = arg;
    if (!meta_is_known()) {
        timers_start(META_AGAIN_MS, false, lists_start, c);
        return;
    }
    for (size_t i = 0; i < tab_count(c); i++) {
        struct rows *r = &c->rows[i];
        if (!c->spec->tabs[i].rows || r->list || !tab_is_shown(c, i))
            continue;
        *r = (struct rows){.card = c, .spec = c->spec->tabs[i].rows};
        r->list = list_new(&r->spec->list, c->screen, r);
        list_reload(r->list);
    }
}

static int tab_number(const struct card *c, size_t tab)
{
    int64_t total;
    bool exact;
    if (tab_list(c, tab))
        return list_total(tab_list(c, tab), &total, &exact) ? (int)total : 0;
    return c->spec->tabs[tab].count ? c->spec->tabs[tab].count(c->record) : 0;
}

/* ---- reading ---- */

/* The action that the card was opened for, when it is as it will stay. */
static void then_run(struct card *c)
{
    enum command then = c->then;
    if (then == CMD_NONE || c->see != SEE_IDLE)
        return;
    c->then = CMD_NONE;
    app_command(then);
}

static void actions_take(struct card *c)
{
    size_t i, len = (size_t)snprintf(c->actions, sizeof c->actions, " ");
    json_t *v;
    json_array_foreach(json_object_get(c->record, "actions"), i, v)
    {
        if (json_is_string(v) && len < sizeof c->actions)
            len += (size_t)snprintf(c->actions + len, sizeof c->actions - len, "%s ", json_string_value(v));
    }
}

static void seen(void *arg, json_t *result, const struct rpc_error *error)
{
    struct card *c = arg;
    (void)result;
    if (error) {
        c->see = SEE_IDLE;
        then_run(c);
    } else {
        c->see = SEE_REREADS;
        app_refresh_all(); /* the card with its new version; lists below, where it was unread */
    }
}

/* Does opening it change something: the state of what was given to this person, remarks nobody had read? */
static bool is_news(const struct card *c)
{
    bool moves = json_array_size(json_object_get(c->record, "automatic")) > 0 && c->seen_version != js_int(c->record, "version");
    return moves || (!c->remarks_seen && js_int(c->record, "unread_comments") > 0);
}

/* It was opened: the author sees that it was read, and its remarks are unread no more. No version is told, since whatever stands there
 * was seen; keys wait for the answer, so that the next action knows the version that this makes. */
static void seen_tell(void *arg)
{
    struct card *c = arg;
    if (!c->spec->seen_method || !c->record || c->see != SEE_IDLE || !is_news(c))
        return;
    if (!meta_is_known()) {
        timers_start(META_AGAIN_MS, false, seen_tell, c);
        return;
    }
    if (!meta_op(c->spec->seen_method))
        return;
    c->see = SEE_TELLS;
    c->remarks_seen = true;
    c->seen_version = js_int(c->record, "version");
    char id[37];
    client_uuid(id);
    app_call(c->screen, c->spec->seen_method, json_pack("{s:I,s:s}", "id", (json_int_t)c->id, "request_id", id),
             CALL_QUIET | CALL_WRITE, seen, c);
}

static void come(void *arg, json_t *result, const struct rpc_error *error)
{
    struct card *c = arg;
    if (c->see == SEE_REREADS)
        c->see = SEE_IDLE;
    app_dirty();
    if (error) {
        strf(c->trouble, sizeof c->trouble, "%s", error->message);
        return;
    }
    c->trouble[0] = '\0';
    if (c->record && js_int(c->record, "version") != js_int(result, "version") && c->fresh)
        app_changed(1);
    c->fresh = false;
    json_decref(c->record);
    if (!c->record_told) /* what was told of it before it was opened has been seen with it */
        notices_card_opened(c->spec->record, c->id);
    c->record_told = true;
    c->record = json_incref(result);
    json_object_set_new(c->record, "record", json_string(c->spec->record)); /* tabs are built from the record alone */
    c->built_width = 0;
    lists_start(c);
    actions_take(c);
    seen_tell(c);
    then_run(c);
}

static void ask(void *arg)
{
    struct card *c = arg;
    if (app_top() != c->screen && !(app_top()->ops->overlay && app_top()->below == c->screen)) {
        c->screen->stale = true;
        return;
    }
    app_call(c->screen, c->spec->method, json_pack("{s:I}", "id", (json_int_t)c->id), c->record ? CALL_QUIET : 0, come, c);
}

/* ---- commands ---- */

static const char *card_scopes(const struct screen *s)
{
    const struct card *c = s->data;
    return c->spec->scopes;
}

static void tab_set(struct card *c, size_t tab)
{
    c->tab = tab;
    c->remarks_seen = false; /* what has come meanwhile may stand here */
    seen_tell(c);
    c->built_width = 0;
    doc_rewind(c->doc);
}

static void tab_step(struct card *c, size_t step)
{
    size_t tab = c->tab;
    do
        tab = (tab + step) % tab_count(c);
    while (!tab_is_shown(c, tab));
    tab_set(c, tab);
}

/* What Enter opens on this tab. */
static struct doc_link chosen(const struct card *c)
{
    const struct row *row = tab_list(c, c->tab) ? list_selected(tab_list(c, c->tab)) : NULL;
    if (tab_list(c, c->tab))
        return row ? (struct doc_link){c->rows[c->tab].spec->record, row->id} : (struct doc_link){.record = NULL};
    return doc_chosen(c->doc);
}

static bool card_command(struct screen *s, enum command cmd)
{
    struct card *c = s->data;
    struct record_ref ref = card_ref(c);
    struct doc_link link = chosen(c);
    switch (cmd) {
    case CMD_OPEN:
    case CMD_VIEW: screens_open_card(link.record, link.id, CMD_NONE); return true;
    case CMD_ATTACH: files_attach(c->spec->record, c->id); return true;
    case CMD_ATTACH_LOCAL: send_open(c->spec->record, c->id, ref.number); return true;
    case CMD_EDIT: form_open_edit(c->spec->set_method, &ref, c->spec->set_hints); return true;
    case CMD_NEW: screens_command(c->spec->new_command); return true;
    case CMD_NEXT_TAB: tab_step(c, 1); return true;
    case CMD_PREV_TAB: tab_step(c, tab_count(c) - 1); return true;
    case CMD_EXPLAIN_DUE: explain_open(c->spec->record, c->id, ref.number); return true;
    case CMD_NEXT_RECORD:
    case CMD_PREV_RECORD: screens_neighbour(s, cmd == CMD_NEXT_RECORD ? 1 : -1); return true;
    default: break;
    }
    if (!command_is_action(cmd, c->spec->record))
        return false;
    record_run(&ref, 1, cmd);
    return true;
}

static const char *card_why_not(struct screen *s, enum command cmd)
{
    struct card *c = s->data;
    struct record_ref ref = card_ref(c);
    struct doc_link link = chosen(c);
    switch (cmd) {
    case CMD_NEXT_TAB:
    case CMD_PREV_TAB: return NULL;
    case CMD_OPEN: return link.record ? NULL : _("Nothing to open on this tab");
    case CMD_VIEW: return link.record && strcmp(link.record, "file") == 0 ? NULL : _("Choose a file on the tab of files");
    case CMD_ATTACH_LOCAL:
        if (send_why_not())
            return send_why_not();
        /* fall through */
    case CMD_ATTACH: return c->record ? files_attach_why_not(c->spec->record) : _("Not yet");
    case CMD_EDIT: return !c->record ? _("Not yet") : meta_op(c->spec->set_method) ? NULL : _("Your role may not do this");
    case CMD_NEW: return c->spec->new_command ? screens_why_not(c->spec->new_command) : _("Nothing new is made here");
    case CMD_EXPLAIN_DUE: return js_str(c->record, "due")[0] ? NULL : _("There is no due date here");
    case CMD_NEXT_RECORD:
    case CMD_PREV_RECORD: return screens_has_neighbours(s) ? NULL : _("This card was not opened from a list");
    default: return record_why_not(&ref, cmd);
    }
}

static bool card_key(struct screen *s, int key)
{
    struct card *c = s->data;
    return tab_list(c, c->tab) ? list_key(tab_list(c, c->tab), key) : doc_key(c->doc, key);
}

/* The nth of the tabs that are shown. */
static size_t shown_tab(const struct card *c, size_t nth)
{
    size_t tab = 0;
    while (!tab_is_shown(c, tab) || nth-- > 0)
        tab++;
    return tab;
}

static bool card_click(struct screen *s, enum hit what, int arg)
{
    struct card *c = s->data;
    struct list *list = tab_list(c, c->tab);
    bool again;
    if (what == HIT_TAB)
        tab_set(c, shown_tab(c, (size_t)arg));
    else if (what == HIT_ROW && (list ? list_click(list, arg, &again) && again : doc_choose(c->doc, arg)))
        app_command(CMD_OPEN);
    return true;
}

/* ---- painting ---- */

static void build(struct card *c, int width, int side_width)
{
    if (c->built_width == width && c->built_tab == c->tab && c->built_words == words_generation())
        return;
    c->built_words = words_generation();
    c->built_width = width;
    c->built_tab = c->tab;
    doc_begin(c->doc, width);
    if (!tab_list(c, c->tab) && c->spec->tabs[c->tab].build)
        c->spec->tabs[c->tab].build(c->doc, c->record);
    if (doc_lines(c->doc) == 0)
        doc_text(c->doc, 0, R_DIM, _("Nothing here yet"));
    doc_end(c->doc);
    if (side_width == 0)
        return;
    doc_begin(c->side, side_width);
    doc_heading(c->side, tr(c->spec->tabs[c->spec->side_tab].label));
    c->spec->tabs[c->spec->side_tab].build(c->side, c->record);
    doc_end(c->side);
}

static void paint_tabs(const struct card *c, struct rect r)
{
    struct tab tabs[TABS_MAX];
    size_t n = 0, current = 0;
    for (size_t i = 0; i < tab_count(c) && n < TABS_MAX; i++) {
        if (!tab_is_shown(c, i))
            continue;
        current = i == c->tab ? n : current;
        tabs[n++] = (struct tab){.label = tr(c->spec->tabs[i].label), .count = tab_number(c, i)};
    }
    tabs_paint(r, tabs, n, current, NULL);
}

static void paint_heading(const struct card *c, struct rect r)
{
    char left[400] = "", right[160] = "";
    enum role role = R_TEXT;
    c->spec->heading(c->record, left, sizeof left, right, sizeof right, &role);
    if (r.w < NARROW) {
        draw_text(r.y, r.x + 1, r.w - 2, R_STRONG, G_BASE, left);
        draw_text(r.y + 1, r.x + 1, r.w - 2, role, G_BASE, right);
        return;
    }
    int rw = text_width(right) < r.w / 2 ? text_width(right) : r.w / 2;
    draw_text(r.y, r.x + 1, r.w - rw - 4, R_STRONG, G_BASE, left);
    draw_text(r.y, r.x + r.w - rw - 1, rw, role, G_BASE, right);
}

static void card_paint(struct screen *s, struct rect r, struct cursor *cursor)
{
    struct card *c = s->data;
    *cursor = (struct cursor){r.y, r.x + 1};
    if (!c->record) {
        bool away = !c->trouble[0] && !app_is_online();
        draw_wrapped((struct rect){r.y + 1, r.x + 2, r.h - 1, r.w - 4}, 0, away ? R_DIM : R_LATE, G_BASE,
                     away ? _("It opens as soon as the server is back; keys typed meanwhile are kept.") : c->trouble);
        return;
    }
    paint_heading(c, r);
    int top = r.w < NARROW && r.h > 1 ? 2 : 1;
    if (r.h > 5) {
        paint_tabs(c, (struct rect){r.y + top, r.x, 1, r.w});
        top += r.h > 12 ? 2 : 1;
    }
    struct list *list = tab_list(c, c->tab);
    bool wide = c->spec->side_tab && c->tab != c->spec->side_tab && r.w >= WIDE && !list;
    int side = wide ? r.w * 2 / 5 : 0, width = r.w - side - (wide ? 1 : 0);
    struct rect body = {r.y + top, r.x, r.h - top, width};
    if (list) {
        list_paint(list, body, cursor);
        return;
    }
    build(c, width, side);
    if (wide) {
        struct cursor ignored;
        for (int i = 0; i < body.h; i++)
            draw_text(body.y + i, r.x + width, 1, R_DIM, G_BASE, theme_glyph(GL_BAR));
        doc_paint(c->side, (struct rect){body.y, r.x + width + 1, body.h, side}, &ignored);
    }
    doc_paint(c->doc, body, cursor);
}

static void card_title(const struct screen *s, char *out, size_t size)
{
    const struct card *c = s->data;
    const char *number = js_str(c->record, "number");
    bool said = number[strspn(number, "0123456789")] != '\0';
    strf(out, size, "%s%s%s", tr(c->spec->title), said ? " " : "", said ? number : "");
}

/* ---- life ---- */

static bool card_busy(const struct screen *s)
{
    const struct card *c = s->data;
    return (!c->record && !c->trouble[0]) || c->see != SEE_IDLE || (tab_list(c, c->tab) && list_is_busy(tab_list(c, c->tab)));
}

static void card_refresh(struct screen *s)
{
    struct card *c = s->data;
    ask(c);
    for (size_t i = 0; i < TABS_MAX; i++)
        if (tab_list(c, i))
            list_refresh(tab_list(c, i), false);
}

static void card_event(struct screen *s, const char *record, int64_t id, bool own)
{
    struct card *c = s->data;
    bool mine = strcmp(record, c->spec->record) == 0 && id == c->id;
    c->fresh = c->fresh || (mine && !own);
    for (size_t i = 0; i < TABS_MAX; i++)
        if (tab_list(c, i) && strcmp(c->rows[i].spec->record, record) == 0)
            list_news(tab_list(c, i), own);
    /* Other records stand on the card too (assignments of an appeal): they are re-read, but less eagerly. */
    bool followed = c->spec->follows && strstr(c->spec->follows, record);
    if (mine || followed || strcmp(record, "assignment") == 0 || strcmp(record, "comment") == 0)
        timers_start(mine ? EVENT_DELAY_MS : 4 * EVENT_DELAY_MS, false, ask, c);
}

static void card_close(struct screen *s)
{
    struct card *c = s->data;
    timers_forget(c);
    for (size_t i = 0; i < TABS_MAX; i++)
        list_free(&c->rows[i].list);
    doc_free(&c->doc);
    doc_free(&c->side);
    json_decref(c->record);
    free(c);
}

static const struct screen_ops card_ops = {
    .name = "card",
    .scopes = card_scopes,
    .title = card_title,
    .paint = card_paint,
    .key = card_key,
    .command = card_command,
    .why_not = card_why_not,
    .click = card_click,
    .busy = card_busy,
    .refresh = card_refresh,
    .event = card_event,
    .close = card_close,
};

struct screen *card_screen(const struct card_spec *spec, int64_t id, enum command then)
{
    struct card *c = calloc(1, sizeof *c);
    if (!c)
        abort();
    c->spec = spec;
    c->id = id;
    c->then = then;
    c->doc = doc_new();
    c->side = doc_new();
    c->screen = screen_new(&card_ops, c);
    app_call(c->screen, spec->method, json_pack("{s:I}", "id", (json_int_t)id), 0, come, c);
    return c->screen;
}

/* ---- pieces ---- */

void card_date(struct doc *d, const char *label, const json_t *record, const char *name)
{
    char text[48];
    const char *wire = js_str(record, name);
    if (strchr(wire, 'T'))
        dates_moment(wire, text, sizeof text);
    else
        dates_full(dates_from_wire(wire), text, sizeof text);
    doc_field_short(d, label, text, R_TEXT);
}

void card_due(struct doc *d, const json_t *record)
{
    card_date(d, _("Due"), record, "due");
    if (js_bool(record, "unverified"))
        doc_field(d, "", _("there is no production calendar of that year: only weekends were taken for days off"), R_SOON);
    if (js_bool(record, "forecast_late"))
        doc_field(d, _("May be late"), js_str(record, "forecast_reason"), R_SOON);
}

void card_text(struct doc *d, const char *label, const json_t *record, const char *name)
{
    char text[64];
    const json_t *v = json_object_get(record, name);
    if (json_is_string(v)) {
        doc_field_short(d, label, json_string_value(v), R_TEXT);
        return;
    }
    js_text(v, text, sizeof text);
    if (json_is_true(v))
        strf(text, sizeof text, "%s", _("yes"));
    if (!(json_is_integer(v) && json_integer_value(v) == 0))
        doc_field_short(d, label, text, R_TEXT);
}

void card_word(struct doc *d, const char *label, const json_t *record, const char *name, const char *words)
{
    char key[64];
    strf(key, sizeof key, "%s_label", name);
    const char *code = js_str(record, name), *said = js_str(record, key), *word = words_label(words, code);
    if (*code) /* the classifier speaks the person's language, a label in the record perhaps not */
        doc_field_short(d, label, *word && strcmp(word, code) != 0 ? word : said, R_TEXT);
}

int card_count_comments(const json_t *record) { return (int)json_array_size(json_object_get(record, "comments")); }

void card_comments(struct doc *d, const json_t *record)
{
    size_t i;
    json_t *c;
    json_array_foreach(json_object_get(record, "comments"), i, c)
    {
        char line[256], moment[32], who[128];
        dates_moment(js_str(c, "at"), moment, sizeof moment);
        name_short(js_str(c, "actor_name"), who, sizeof who);
        strf(line, sizeof line, "%s, %s", who, moment);
        doc_text(d, 0, R_DIM, line);
        doc_text(d, 2, R_TEXT, js_str(c, "text"));
        doc_blank(d);
    }
}
