/* «Мой день»: what to do now, the most urgent under the cursor, and why it is there. */
#include "tui/dates.h"
#include "tui/i18n.h"
#include "tui/json.h"
#include "tui/screens.h"
#include "tui/screens/cells.h"
#include "tui/screens/modules.h"
#include "tui/screens/tabs.h"
#include "tui/text.h"
#include "tui/widgets/doc.h"
#include "tui/widgets/list.h"
#include "tui/words.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDE = 150 };

/* Every reason a line may stand here for, in the order of urgency. What the server adds beside these is shown by its own label. */
static const struct reason {
    const char *id, *label; /* msgid, for the line of counts */
    enum glyph glyph;
    enum role role;
} reasons[] = {
    {"overdue", N_("Overdue"), GL_LATE, R_LATE},
    {"returned", N_("Returned to me"), GL_RETURNED, R_LATE},
    {"due_soon", N_("Due soon"), GL_SOON, R_SOON},
    {"to_decide", N_("Extension asked"), GL_SOON, R_SOON},
    {"to_check", N_("To check"), GL_ACCEPT, R_SOON},
    {"to_accept", N_("To accept"), GL_ACCEPT, R_GOOD},
    {"to_answer", N_("To answer"), GL_ACCEPT, R_SOON},
    {"part_in", N_("Parts handed in"), GL_TOGETHER, R_GOOD},
    {"without_action", N_("New ones"), GL_LETTER, R_FRESH},
    {"unread", N_("Unread"), GL_UNREAD, R_FRESH},
    {"draft", N_("Not issued"), GL_DRAFT, R_DIM},
    {"co_executor", N_("Together with others"), GL_TOGETHER, R_DIM},
    {"waits_check", N_("At the controller"), GL_ACCEPT, R_DIM},
    {"assigned", N_("Given to me"), GL_ASSIGNED, R_DIM},
};
enum { REASONS = sizeof reasons / sizeof *reasons };

struct worklist {
    struct screen *screen;
    struct list *list;
    struct doc *preview;
    int counts[REASONS + 1];
    int tab; /* 0: everything, else 1 + a reason */
    bool drafts_told;
    int drafts;
};

static int reason_of(const char *id)
{
    for (int i = 0; i < REASONS; i++)
        if (strcmp(reasons[i].id, id) == 0)
            return i;
    return REASONS - 1;
}

/* ---- cells ---- */

static void cell_reason(const struct row *row, char *out, size_t size, enum role *role)
{
    const struct reason *r = &reasons[reason_of(row_get(row, "reason"))];
    *role = r->role;
    strf(out, size, "%s", theme_glyph(r->glyph));
}

static void cell_when(const struct row *row, char *out, size_t size, enum role *role)
{
    int32_t due = dates_from_wire(row_get(row, "due"));
    const struct reason *r = &reasons[reason_of(row_get(row, "reason"))];
    *role = due != DAY_NONE && due < dates_today() ? R_LATE : r->role == R_SOON ? R_SOON : R_TEXT;
    dates_due(due, out, size);
    if (due == DAY_NONE)
        strf(out, size, "%s", "−");
}

static void cell_unit(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_DIM;
    strf(out, size, "%s", row_get(row, "unit_name"));
}

static void cell_person(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_DIM;
    name_short(row_get(row, "person"), out, size);
}

static void cell_status(const struct row *row, char *out, size_t size, enum role *role)
{
    bool unassigned = strcmp(row_get(row, "reason"), "without_action") == 0;
    *role = status_role_of(row_get(row, "status"));
    strf(out, size, "%s", unassigned ? _("without assignment") : row_get(row, "status_label"));
}

static const struct column columns[] = {
    {"reason", "", 1, 1, 1, 1, false, cell_reason},   {"due", "", 7, 8, 2, 1, false, cell_when},
    {"number", "", 9, 11, 1, 1, false, cell_number},  {"title", "", 30, 0, 1, 2, false, NULL},
    {"unit", "", 13, 24, 4, 0, false, cell_unit},     {"person", "", 14, 22, 5, 0, false, cell_person},
    {"status", "", 12, 20, 3, 1, false, cell_status},
};

static const char *const fields[] = {"reason", "record",       "number",      "title",   "due",  "unit_name", "person",
                                     "status", "status_label", "next_action", "actions", "note", "for_name", NULL};

/* ---- reading ---- */

static void taken(void *arg, const json_t *result)
{
    struct worklist *w = arg;
    size_t i;
    json_t *item;
    memset(w->counts, 0, sizeof w->counts);
    json_array_foreach(json_object_get(result, "items"), i, item)
    {
        w->counts[0]++;
        w->counts[1 + reason_of(js_str(item, "reason"))]++;
    }
    /* What was chosen is done: everything is shown again. */
    if (w->tab && w->counts[w->tab] == 0)
        w->tab = 0;
}

static bool keep(void *arg, const json_t *item)
{
    const struct worklist *w = arg;
    return w->tab == 0 || reason_of(js_str(item, "reason")) == w->tab - 1;
}

static const struct list_spec spec = {
    .method = "worklist.get",
    .columns = columns,
    .column_count = sizeof columns / sizeof *columns,
    .fields = fields,
    .taken = taken,
    .keep = keep,
    .empty = N_("Nothing waits for you. F9 shows everything else."),
    .whole = true,
};

static void drafts_come(void *arg, json_t *result, const struct rpc_error *error)
{
    struct worklist *w = arg;
    size_t i;
    json_t *d;
    w->drafts = 0;
    if (error)
        return;
    json_array_foreach(json_object_get(result, "items"), i, d) w->drafts += strcmp(js_str(d, "screen"), "settings") != 0;
    char key[24];
    keys_label(keys_for("", CMD_GO_DRAFTS), key, sizeof key);
    if (w->drafts && !w->drafts_told)
        app_status(STATUS_WARN,
                   ngettext("%d form was begun and not sent; %s opens it", "%d forms were begun and not sent; %s opens them",
                            (unsigned long)w->drafts),
                   w->drafts, key);
    w->drafts_told = true;
    app_dirty();
}

/* ---- the record under the cursor ---- */

static struct record_ref ref_of(const struct row *row)
{
    return (struct record_ref){.record = row_get(row, "record"),
                               .id = row->id,
                               .version = row->version,
                               .number = row_get(row, "number"),
                               .title = row_get(row, "title"),
                               .status = row_get(row, "status"),
                               .actions = row_get(row, "actions")};
}

static const char *worklist_scopes(const struct screen *s)
{
    const struct worklist *w = s->data;
    const struct row *row = list_selected(w->list);
    if (!row)
        return "worklist";
    return strcmp(row_get(row, "record"), "appeal") == 0 ? "appeal worklist" : "assignment worklist";
}

static enum command next_command(const struct row *row)
{
    return row && row_get(row, "next_action")[0] ? command_for_action(row_get(row, "record"), row_get(row, "next_action")) : CMD_NONE;
}

static void tab_step(struct worklist *w, int way)
{
    do
        w->tab = (w->tab + way + REASONS + 1) % (REASONS + 1);
    while (w->tab && w->counts[w->tab] == 0);
    list_reload(w->list);
}

/* An action from here is done on the card, where everything about it can be seen. */
static bool worklist_command(struct screen *s, enum command cmd)
{
    struct worklist *w = s->data;
    const struct row *row = list_selected(w->list);
    switch (cmd) {
    case CMD_OPEN: screens_open_card(row_get(row, "record"), row->id, CMD_NONE); return true;
    case CMD_DO_NEXT: screens_open_card(row_get(row, "record"), row->id, next_command(row)); return true;
    case CMD_NEW: screens_command(screens_why_not(CMD_NEW_APPEAL) ? CMD_NEW_ASSIGNMENT : CMD_NEW_APPEAL); return true;
    case CMD_SEARCH: screens_open_list("appeal", ""); return true;
    case CMD_NEXT_TAB: tab_step(w, 1); return true;
    case CMD_PREV_TAB: tab_step(w, -1); return true;
    case CMD_BACK:
        if (w->tab == 0)
            return false;
        w->tab = 0;
        list_reload(w->list);
        return true;
    default: break;
    }
    if (!row || !command_is_action(cmd, row_get(row, "record")))
        return false;
    struct record_ref ref = ref_of(row);
    record_run(&ref, 1, cmd);
    return true;
}

static const char *worklist_why_not(struct screen *s, enum command cmd)
{
    struct worklist *w = s->data;
    const struct row *row = list_selected(w->list);
    if (row) {
        struct record_ref ref = ref_of(row);
        if (command_is_action(cmd, ref.record))
            return record_why_not(&ref, cmd);
    }
    switch (cmd) {
    case CMD_OPEN: return row ? NULL : _("Nothing is chosen");
    case CMD_DO_NEXT: return next_command(row) != CMD_NONE ? NULL : _("There is no next action of yours here; Enter opens the card");
    case CMD_NEW: return screens_why_not(CMD_NEW_APPEAL) ? screens_why_not(CMD_NEW_ASSIGNMENT) : NULL;
    case CMD_SEARCH: return screens_why_not(CMD_GO_APPEALS);
    case CMD_NEXT_TAB:
    case CMD_PREV_TAB: return w->counts[0] ? NULL : _("Nothing to choose from");
    default: return _("This key does nothing here; F1 tells what is possible");
    }
}

static const char *worklist_label(struct screen *s, enum command cmd)
{
    const struct worklist *w = s->data;
    if (cmd != CMD_DO_NEXT)
        return NULL;
    enum command next = next_command(list_selected(w->list));
    return next != CMD_NONE ? tr(command_info(next)->label) : NULL;
}

static bool worklist_key(struct screen *s, int key)
{
    const struct worklist *w = s->data;
    return list_key(w->list, key);
}

/* ---- painting ---- */

static void paint_counts(const struct worklist *w, struct rect r)
{
    struct tab tabs[TABS_MAX];
    size_t n = 0, current = 0;
    tabs[n] = (struct tab){.label = _("All"), .count = w->counts[0], .role = R_TEXT};
    n++;
    for (int i = 0; i < REASONS && n < TABS_MAX; i++) {
        if (w->counts[1 + i] == 0)
            continue;
        if (w->tab == 1 + i)
            current = n;
        tabs[n] = (struct tab){
            .label = tr(reasons[i].label), .mark = theme_glyph(reasons[i].glyph), .count = w->counts[1 + i], .role = reasons[i].role};
        n++;
    }
    tabs_paint(r, tabs, n, current, NULL);
}

static void preview_build(struct doc *d, const struct row *row)
{
    char due[32], when[64];
    enum role role;
    const struct reason *r = &reasons[reason_of(row_get(row, "reason"))];
    cell_when(row, due, sizeof due, &role);
    dates_resolved(dates_from_wire(row_get(row, "due")), when, sizeof when);
    doc_heading(d, row_get(row, "number"));
    doc_text(d, 0, R_STRONG, row_get(row, "title"));
    doc_blank(d);
    doc_field(d, _("Why here"), tr(r->label), r->role);
    doc_field(d, _("Due"), when, role);
    doc_field(d, _("State"), row_get(row, "status_label"), R_TEXT);
    doc_field(d, _("Who"), row_get(row, "person"), R_TEXT);
    doc_field(d, _("I stand in for"), row_get(row, "for_name"), R_SOON);
    doc_field(d, _("Unit"), row_get(row, "unit_name"), R_TEXT);
    doc_blank(d);
    doc_text(d, 0, R_TEXT, row_get(row, "note"));
}

/* The chosen line at length, where there is room for it. */
static void paint_preview(struct worklist *w, struct rect r)
{
    const struct row *row = list_selected(w->list);
    struct cursor ignored;
    for (int i = 0; i < r.h; i++)
        draw_text(r.y + i, r.x, 1, R_DIM, G_BASE, theme_glyph(GL_BAR));
    if (!row)
        return;
    if (!w->preview)
        w->preview = doc_new();
    doc_begin(w->preview, r.w - 1);
    preview_build(w->preview, row);
    doc_end(w->preview);
    doc_paint(w->preview, (struct rect){r.y, r.x + 1, r.h, r.w - 1}, &ignored);
}

static void worklist_paint(struct screen *s, struct rect r, struct cursor *cursor)
{
    struct worklist *w = s->data;
    if (r.h > 3) {
        paint_counts(w, r);
        r.y++;
        r.h--;
    }
    if (r.h > 12) {
        r.y++;
        r.h--;
    }
    if (r.w >= WIDE) {
        int side = r.w / 3;
        paint_preview(w, (struct rect){r.y, r.x + r.w - side, r.h, side});
        r.w -= side;
    }
    list_paint(w->list, r, cursor);
}

static void worklist_title(const struct screen *s, char *out, size_t size)
{
    (void)s;
    const char *absent = app_me()->stands_for;
    strf(out, size, "%s%s%s%s", _("My day"), absent[0] ? " · " : "", absent[0] ? _("I stand in for") : "", absent[0] ? ": " : "");
    size_t len = strlen(out);
    strf(out + len, size - len, "%s", absent);
}

/* Why the chosen line stands here. */
static void worklist_hint(const struct screen *s, char *out, size_t size)
{
    const struct worklist *w = s->data;
    const struct row *row = list_selected(w->list);
    char absent[160] = "", who[128];
    if (!row)
        return;
    name_short(row_get(row, "for_name"), who, sizeof who);
    if (who[0])
        strf(absent, sizeof absent, " (%s: %s)", _("for"), who);
    strf(out, size, "%s%s%s%s", tr(reasons[reason_of(row_get(row, "reason"))].label), absent, row_get(row, "note")[0] ? ". " : "",
         row_get(row, "note"));
}

static bool worklist_click(struct screen *s, enum hit what, int arg)
{
    struct worklist *w = s->data;
    bool again;
    if (what == HIT_TAB) {
        for (int i = 0; i < arg; i++)
            tab_step(w, 1);
    } else if (what == HIT_ROW && list_click(w->list, arg, &again) && again) {
        app_command(CMD_OPEN);
    }
    return true;
}

static bool would_open(const struct screen *s, const char **record, int64_t *id)
{
    const struct worklist *w = s->data;
    const struct row *row = list_selected(w->list);
    if (!row || !screens_is_read_ahead(row_get(row, "record")))
        return false;
    *record = row_get(row, "record");
    *id = row->id;
    return true;
}

static bool worklist_busy(const struct screen *s)
{
    const struct worklist *w = s->data;
    return list_is_busy(w->list);
}

static void worklist_refresh(struct screen *s)
{
    struct worklist *w = s->data;
    list_refresh(w->list, false);
    app_call(s, "draft.list", NULL, CALL_QUIET, drafts_come, w);
}

static void worklist_event(struct screen *s, const char *record, int64_t id, bool own)
{
    struct worklist *w = s->data;
    (void)id;
    if (strcmp(record, "appeal") != 0 && strcmp(record, "assignment") != 0 && strcmp(record, "comment") != 0)
        return;
    list_news(w->list, own);
}

static void worklist_close(struct screen *s)
{
    struct worklist *w = s->data;
    list_free(&w->list);
    doc_free(&w->preview);
    free(w);
}

static const struct screen_ops worklist_ops = {
    .name = "worklist",
    .scopes = worklist_scopes,
    .title = worklist_title,
    .paint = worklist_paint,
    .key = worklist_key,
    .command = worklist_command,
    .why_not = worklist_why_not,
    .label = worklist_label,
    .click = worklist_click,
    .would_open = would_open,
    .busy = worklist_busy,
    .refresh = worklist_refresh,
    .event = worklist_event,
    .hint = worklist_hint,
    .close = worklist_close,
};

struct screen *worklist_screen(void)
{
    struct worklist *w = calloc(1, sizeof *w);
    if (!w)
        abort();
    w->screen = screen_new(&worklist_ops, w);
    w->list = list_new(&spec, w->screen, w);
    list_reload(w->list);
    app_call(w->screen, "draft.list", NULL, CALL_QUIET, drafts_come, w);
    return w->screen;
}
