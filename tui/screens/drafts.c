/* Forms that were begun and not sent: whatever broke the line, they are here, on any machine. */
#include "tui/dates.h"
#include "tui/i18n.h"
#include "tui/json.h"
#include "tui/meta.h"
#include "tui/screens.h"
#include "tui/screens/form.h"
#include "tui/screens/modules.h"
#include "tui/text.h"
#include "tui/widgets/list.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct drafts {
    struct screen *screen;
    struct list *list;
};

static void cell_title(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_TEXT;
    strf(out, size, "%s", row_get(row, "title")[0] ? row_get(row, "title") : row_get(row, "screen"));
}

static void cell_when(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_DIM;
    dates_moment(row_get(row, "updated"), out, size);
}

static const struct column columns[] = {
    {"updated", N_("When"), 12, 14, 1, 1, false, cell_when},
    {"title", N_("What"), 20, 0, 1, 2, false, cell_title},
};
static const char *const fields[] = {"screen", "title", "updated", NULL};

static bool keep(void *arg, const json_t *item)
{
    (void)arg;
    /* The title lies inside the draft. */
    json_object_set((json_t *)item, "title", json_object_get(json_object_get(item, "body"), "title"));
    return strcmp(js_str(item, "screen"), "settings") != 0;
}

static const struct list_spec spec = {
    .method = "draft.list",
    .columns = columns,
    .column_count = 2,
    .fields = fields,
    .keep = keep,
    .empty = N_("No drafts: everything that was begun has been sent."),
    .whole = true,
};

static const char *drafts_scopes(const struct screen *s)
{
    (void)s;
    return "drafts";
}

/* "appeal.register", "assignment.report:17", "assignment.create:appeal:12": the operation and the record it was begun on. */
static void draft_continue(const char *name)
{
    char method[64], record[32] = "";
    long long id = 0;
    const char *colon = strchr(name, ':');
    strf(method, sizeof method, "%.*s", colon ? (int)(colon - name) : (int)strlen(name), name);
    if (colon && sscanf(colon, ":%lld", &id) != 1)
        sscanf(colon, ":%31[a-z]:%lld", record, &id);
    if (strcmp(method, "appeal.register") == 0) {
        register_open(0, NULL);
    } else if (strcmp(method, "correspondent.add") == 0) {
        correspondents_new();
    } else if (strcmp(method, "assignment.create") == 0 && id == 0) {
        assign_open(NULL, 0);
    } else if (id) {
        enum command cmd = *record ? (strcmp(record, "appeal") == 0 ? CMD_APPEAL_ASSIGN : CMD_ASSIGNMENT_SUB) : command_find(method);
        if (!*record)
            strf(record, sizeof record, "%.*s", (int)strcspn(method, "."), method);
        screens_open_card(record, id, cmd != CMD_NONE ? cmd : CMD_EDIT);
    } else {
        form_open(&(struct form_start){.method = method});
    }
}

static void dropped(void *arg, json_t *result, const struct rpc_error *error)
{
    struct drafts *d = arg;
    (void)result;
    if (error)
        app_status_error(error);
    list_refresh(d->list, false);
}

static bool drafts_key(struct screen *s, int key)
{
    const struct drafts *d = s->data;
    return list_key(d->list, key);
}

static void draft_drop(struct drafts *d, const struct row *row)
{
    char id[37];
    client_uuid(id);
    app_call(d->screen, "draft.drop", json_pack("{s:s,s:s}", "screen", row_get(row, "screen"), "request_id", id), CALL_WRITE, dropped, d);
}

static bool drafts_command(struct screen *s, enum command cmd)
{
    struct drafts *d = s->data;
    const struct row *row = list_selected(d->list);
    if (!row || (cmd != CMD_OPEN && cmd != CMD_DRAFT_DROP))
        return false;
    if (cmd == CMD_OPEN)
        draft_continue(row_get(row, "screen"));
    else
        draft_drop(d, row);
    return true;
}

static const char *drafts_why_not(struct screen *s, enum command cmd)
{
    const struct drafts *d = s->data;
    if (cmd != CMD_OPEN && cmd != CMD_DRAFT_DROP)
        return _("This key does nothing here; F1 tells what is possible");
    return list_selected(d->list) ? NULL : _("Nothing is chosen");
}

static void drafts_paint(struct screen *s, struct rect r, struct cursor *cursor)
{
    struct drafts *d = s->data;
    list_paint(d->list, r, cursor);
}

static void drafts_title(const struct screen *s, char *out, size_t size)
{
    (void)s;
    strf(out, size, "%s", _("Drafts"));
}

static const char *drafts_label(struct screen *s, enum command cmd)
{
    (void)s;
    return cmd == CMD_OPEN ? _("Continue") : NULL;
}

static bool drafts_busy(const struct screen *s)
{
    const struct drafts *d = s->data;
    return list_is_busy(d->list);
}

static void drafts_refresh(struct screen *s)
{
    struct drafts *d = s->data;
    list_refresh(d->list, false);
}

static void drafts_close(struct screen *s)
{
    struct drafts *d = s->data;
    list_free(&d->list);
    free(d);
}

static const struct screen_ops drafts_ops = {
    .name = "drafts",
    .scopes = drafts_scopes,
    .title = drafts_title,
    .paint = drafts_paint,
    .key = drafts_key,
    .command = drafts_command,
    .why_not = drafts_why_not,
    .label = drafts_label,
    .busy = drafts_busy,
    .refresh = drafts_refresh,
    .close = drafts_close,
};

void drafts_open(void)
{
    struct drafts *d = calloc(1, sizeof *d);
    if (!d)
        abort();
    d->screen = screen_new(&drafts_ops, d);
    d->list = list_new(&spec, d->screen, d);
    list_reload(d->list);
    app_push(d->screen);
}
