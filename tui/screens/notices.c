/* Notices: what the person was told, newest first. Enter reads one and opens the card it is about. */
#include "tui/notices.h"
#include "tui/dates.h"
#include "tui/i18n.h"
#include "tui/json.h"
#include "tui/screens.h"
#include "tui/screens/cells.h"
#include "tui/screens/modules.h"
#include "tui/screens/tabs.h"
#include "tui/text.h"
#include "tui/widgets/list.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NARROW = 60 };

struct notices {
    struct screen *screen;
    struct list *list;
    int tab;
};

static const char *const tabs[] = {N_("Unread"), N_("All")};
enum { TABS = sizeof tabs / sizeof *tabs };

static void cell_state(const struct row *row, char *out, size_t size, enum role *role)
{
    bool unread = strcmp(row_get(row, "unread"), "1") == 0, urgent = strcmp(row_get(row, "urgent"), "1") == 0;
    *role = urgent ? R_LATE : R_FRESH;
    strf(out, size, "%s", !unread ? "" : urgent ? theme_glyph(GL_LATE) : theme_glyph(GL_LETTER));
}

static void cell_at(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_DIM;
    dates_moment(row_get(row, "at"), out, size);
}

static void cell_text(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = strcmp(row_get(row, "unread"), "1") == 0 ? R_TEXT : R_DIM;
    strf(out, size, "%s", row_get(row, "text"));
}

static const struct column columns[] = {
    {"unread", "", 1, 1, 1, 1, false, cell_state},
    {"at", N_("When"), 5, 14, 3, 1, false, cell_at},
    {"number", N_("Number"), 10, 11, 2, 1, false, cell_number},
    {"text", N_("What"), 30, 0, 1, 2, false, cell_text},
};
static const char *const fields[] = {"unread", "urgent", "at", "number", "text", "record", "record_id", NULL};

static json_t *params(void *arg)
{
    const struct notices *n = arg;
    return n->tab == 0 ? json_pack("{s:b}", "unread", 1) : NULL;
}

static const struct list_spec spec = {
    .method = "notification.list",
    .columns = columns,
    .column_count = sizeof columns / sizeof *columns,
    .fields = fields,
    .params = params,
    .empty = N_("Nothing unread. Tab shows what has been read, F4 chooses what you are told of."),
};

static const char *notices_scopes(const struct screen *s)
{
    (void)s;
    return "notices";
}

/* ---- reading ---- */

static void read_done(void *arg, json_t *result, const struct rpc_error *error)
{
    struct screen *s = arg;
    if (error) {
        app_status_error(error);
        return;
    }
    notices_unread_set((int)js_int(result, "unread"));
    if (s->ops->refresh)
        s->ops->refresh(s);
}

/* `key` "id": this one; "up_to": it and all before. */
static void mark_read(struct notices *n, const char *key, int64_t id)
{
    char request[37];
    client_uuid(request);
    app_call(n->screen, "notification.read", json_pack("{s:I,s:s}", key, (json_int_t)id, "request_id", request), CALL_WRITE, read_done,
             n->screen);
}

static void open_selected(struct notices *n)
{
    const struct row *row = list_selected(n->list);
    char record[32];
    int64_t id = strtoll(row_get(row, "record_id"), NULL, 10);
    strf(record, sizeof record, "%s", row_get(row, "record"));
    if (strcmp(row_get(row, "unread"), "1") == 0)
        mark_read(n, "id", row->id);
    if (strcmp(record, "appeal") == 0 || strcmp(record, "assignment") == 0 || strcmp(record, "outage") == 0)
        screens_open_card(record, id, CMD_NONE);
    else
        app_status(STATUS_INFO, "%s", row_get(row, "text"));
}

static void tab_set(struct notices *n, int tab)
{
    n->tab = (tab + TABS) % TABS;
    list_reload(n->list);
}

/* ---- screen ---- */

static bool notices_key(struct screen *s, int key)
{
    const struct notices *n = s->data;
    return list_key(n->list, key);
}

static bool notices_command(struct screen *s, enum command cmd)
{
    struct notices *n = s->data;
    const struct row *row = list_selected(n->list);
    switch (cmd) {
    case CMD_NEXT_TAB: tab_set(n, n->tab + 1); return true;
    case CMD_PREV_TAB: tab_set(n, n->tab - 1); return true;
    case CMD_NOTICE_SETTINGS: notice_ways_open(); return true;
    case CMD_NOTICE_READ_ALL: mark_read(n, "up_to", INT64_MAX); return true;
    case CMD_NOTICE_READ: mark_read(n, "id", row->id); return true;
    case CMD_OPEN: open_selected(n); return true;
    default: return false;
    }
}

static const char *notices_why_not(struct screen *s, enum command cmd)
{
    const struct notices *n = s->data;
    const struct row *row = list_selected(n->list);
    switch (cmd) {
    case CMD_NEXT_TAB:
    case CMD_PREV_TAB:
    case CMD_NOTICE_SETTINGS: return NULL;
    case CMD_NOTICE_READ_ALL: return notices_unread() > 0 ? NULL : _("Everything has been read");
    case CMD_OPEN: return row ? NULL : _("Nothing is chosen");
    case CMD_NOTICE_READ:
        return !row ? _("Nothing is chosen") : strcmp(row_get(row, "unread"), "1") == 0 ? NULL : _("It has been read already");
    default: return _("This key does nothing here; F1 tells what is possible");
    }
}

static void notices_paint(struct screen *s, struct rect r, struct cursor *cursor)
{
    struct notices *n = s->data;
    struct tab shown[TABS];
    char total[32], right[64] = "";
    list_total_text(n->list, total, sizeof total);
    for (int i = 0; i < TABS; i++)
        shown[i] = (struct tab){.label = tr(tabs[i])};
    if (total[0])
        strf(right, sizeof right, r.w < NARROW ? "%d/%s" : _("%d of %s"), list_place(n->list), total);
    if (r.h > 3) {
        tabs_paint(r, shown, TABS, (size_t)n->tab, right);
        r.y++;
        r.h--;
    }
    list_paint(n->list, r, cursor);
}

static void notices_title(const struct screen *s, char *out, size_t size)
{
    (void)s;
    strf(out, size, "%s", _("Notices"));
}

/* The whole sentence of the chosen row, which a narrow column may have cut. */
static void notices_hint(const struct screen *s, char *out, size_t size)
{
    const struct notices *n = s->data;
    const struct row *row = list_selected(n->list);
    if (row)
        strf(out, size, "%s", row_get(row, "text"));
}

static bool notices_click(struct screen *s, enum hit what, int arg)
{
    struct notices *n = s->data;
    bool again;
    if (what == HIT_TAB)
        tab_set(n, arg);
    else if (what == HIT_ROW && list_click(n->list, arg, &again) && again)
        open_selected(n);
    return true;
}

static bool notices_busy(const struct screen *s)
{
    const struct notices *n = s->data;
    return list_is_busy(n->list);
}

static void notices_refresh(struct screen *s)
{
    struct notices *n = s->data;
    list_refresh(n->list, false);
}

static void notices_event(struct screen *s, const char *record, int64_t id, bool own)
{
    const struct notices *n = s->data;
    (void)id, (void)own;
    if (strcmp(record, "notification") == 0)
        list_news(n->list, false);
}

static void notices_close(struct screen *s)
{
    struct notices *n = s->data;
    list_free(&n->list);
    free(n);
}

static const struct screen_ops notices_ops = {
    .name = "notices",
    .scopes = notices_scopes,
    .title = notices_title,
    .paint = notices_paint,
    .key = notices_key,
    .command = notices_command,
    .why_not = notices_why_not,
    .click = notices_click,
    .busy = notices_busy,
    .refresh = notices_refresh,
    .event = notices_event,
    .hint = notices_hint,
    .close = notices_close,
};

void notices_open(void)
{
    struct notices *n = calloc(1, sizeof *n);
    if (!n)
        abort();
    n->screen = screen_new(&notices_ops, n);
    n->list = list_new(&spec, n->screen, n);
    list_reload(n->list);
    app_pop_to_root();
    app_push(n->screen);
}
