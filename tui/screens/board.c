/* «Контроль»: what is open by unit, by person, by day. Every number opens the very rows it counts. */
#include "tui/dates.h"
#include "tui/i18n.h"
#include "tui/json.h"
#include "tui/screens.h"
#include "tui/screens/modules.h"
#include "tui/screens/tabs.h"
#include "tui/stack.h"
#include "tui/text.h"
#include "tui/widgets/list.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct group {
    const char *by, *label, *what; /* msgids: of the tab, of the column */
} groups[] = {
    {"unit", N_("Units"), N_("Unit")},
    {"executor", N_("People"), N_("Responsible")},
    {"date", N_("By day"), N_("Due")},
};
enum { GROUPS = sizeof groups / sizeof *groups, BY_UNIT = 0, BY_PERSON = 1 };

/* The columns in their order; `bucket` is what assignment.list calls the rows of one. */
static const struct bucket {
    enum command command;
    const char *bucket, *label; /* msgid: how a line of sums names it */
} buckets[] = {
    {CMD_OPEN, "open", N_("open")},
    {CMD_BOARD_OVERDUE, "overdue", N_("overdue")},
    {CMD_BOARD_TODAY, "today", N_("today")},
    {CMD_BOARD_WEEK, "week", N_("this week")},
    {CMD_BOARD_LATER, "later", N_("later")},
    {CMD_BOARD_REPORTED, "reported", N_("to accept")},
};
enum { BUCKETS = sizeof buckets / sizeof *buckets };

struct board {
    struct screen *screen;
    struct list *list;
    int by;
    int64_t unit; /* the persons of one unit, 0: of all */
    char unit_name[160];
    char scope[16]; /* "": as the server chooses */
    int64_t sums[BUCKETS];
};

/* ---- rows ---- */

static void cell_what(const struct row *row, char *out, size_t size, enum role *role)
{
    const char *when = row_get(row, "when");
    *role = R_TEXT;
    if (strcmp(when, "day") == 0)
        dates_resolved(dates_from_wire(row_get(row, "due")), out, size);
    else if (when[0])
        strf(out, size, "%s", strcmp(when, "overdue") == 0 ? _("Overdue") : strcmp(when, "later") == 0 ? _("Later") : _("To accept"));
    else if (row_get(row, "responsible_name")[0])
        name_short(row_get(row, "responsible_name"), out, size);
    else
        strf(out, size, "%s", row_get(row, "unit_name")[0] ? row_get(row, "unit_name") : _("Without a unit"));
}

static void count_text(const struct row *row, const char *field, enum role strong, char *out, size_t size, enum role *role)
{
    const char *n = row_get(row, field);
    bool none = strcmp(n, "0") == 0;
    *role = none ? R_DIM : strong;
    strf(out, size, "%s", none ? "·" : n);
}

#define CELL_COUNT(name, strong)                                                                                                           \
    static void cell_##name(const struct row *row, char *out, size_t size, enum role *role)                                                \
    {                                                                                                                                      \
        count_text(row, #name, strong, out, size, role);                                                                                   \
    }
CELL_COUNT(overdue, R_LATE)
CELL_COUNT(today, R_SOON)
CELL_COUNT(week, R_TEXT)
CELL_COUNT(later, R_TEXT)
CELL_COUNT(reported, R_GOOD)
CELL_COUNT(open, R_STRONG)

static const struct column columns[] = {
    {"what", N_("Who or when"), 16, 60, 1, 1, false, cell_what},
    {"overdue", N_("Late"), 8, 8, 1, 2, true, cell_overdue},
    {"today", N_("Today"), 7, 7, 2, 2, true, cell_today},
    {"week", N_("Week"), 6, 6, 3, 2, true, cell_week},
    {"later", N_("Later"), 6, 6, 5, 2, true, cell_later},
    {"reported", N_("Acceptance"), 7, 7, 4, 2, true, cell_reported},
    {"open", N_("All"), 5, 5, 2, 2, true, cell_open},
};
static const char *const fields[] = {"unit", "unit_name", "responsible", "responsible_name", "when", "due", "overdue", "today", "week",
                                     "later", "reported", "open", "filter", NULL};

static json_t *board_params(void *arg)
{
    const struct board *b = arg;
    json_t *params = json_pack("{s:s}", "by", groups[b->by].by);
    if (b->scope[0])
        json_object_set_new(params, "scope", json_string(b->scope));
    if (b->unit)
        json_object_set_new(params, "unit", json_integer(b->unit));
    return params;
}

static void taken(void *arg, const json_t *result)
{
    struct board *b = arg;
    const json_t *total = json_object_get(result, "total");
    strf(b->scope, sizeof b->scope, "%s", js_str(result, "scope"));
    for (int i = 0; i < BUCKETS; i++)
        b->sums[i] = js_int(total, buckets[i].bucket);
}

static const struct list_spec spec = {
    .method = "assignment.board",
    .columns = columns,
    .column_count = sizeof columns / sizeof *columns,
    .fields = fields,
    .params = board_params,
    .taken = taken,
    .empty = N_("Nothing is open here. F6 shows the other: what I control, or everything."),
    .whole = true,
};

/* ---- commands ---- */

static const struct bucket *bucket_of(enum command cmd)
{
    for (int i = 0; i < BUCKETS; i++)
        if (buckets[i].command == cmd)
            return &buckets[i];
    return NULL;
}

static void rows_open(const struct row *row, const struct bucket *bucket)
{
    char what[200], about[300];
    enum role role;
    json_t *filter = json_loads(row_get(row, "filter"), 0, NULL);
    if (!filter)
        return;
    if (!json_object_get(filter, "bucket"))
        json_object_set_new(filter, "bucket", json_string(bucket->bucket));
    cell_what(row, what, sizeof what, &role);
    strf(about, sizeof about, "%s: %s", what, _(bucket->label));
    app_push(assignments_rows(filter, about));
}

static void group_set(struct board *b, int by, int64_t unit, const char *name)
{
    b->by = (by + GROUPS) % GROUPS;
    b->unit = unit;
    strf(b->unit_name, sizeof b->unit_name, "%s", name);
    list_reload(b->list);
}

static bool board_command(struct screen *s, enum command cmd)
{
    struct board *b = s->data;
    const struct row *row = list_selected(b->list);
    const struct bucket *bucket = bucket_of(cmd);
    if (bucket && row) {
        rows_open(row, bucket);
        return true;
    }
    switch (cmd) {
    case CMD_BOARD_PEOPLE: group_set(b, BY_PERSON, atoll(row_get(row, "unit")), row_get(row, "unit_name")); return true;
    case CMD_BOARD_SCOPE:
        strf(b->scope, sizeof b->scope, "%s", strcmp(b->scope, "control") == 0 ? "all" : "control");
        list_reload(b->list);
        return true;
    case CMD_NEXT_TAB: group_set(b, b->by + 1, 0, ""); return true;
    case CMD_PREV_TAB: group_set(b, b->by - 1, 0, ""); return true;
    case CMD_BACK:
        if (!b->unit)
            return false;
        group_set(b, BY_UNIT, 0, "");
        return true;
    default: return false;
    }
}

static const char *board_why_not(struct screen *s, enum command cmd)
{
    const struct board *b = s->data;
    const struct row *row = list_selected(b->list);
    const struct bucket *bucket = bucket_of(cmd);
    if (bucket)
        return !row ? _("Nothing is chosen") : strcmp(row_get(row, bucket->bucket), "0") == 0 ? _("There are none here") : NULL;
    switch (cmd) {
    case CMD_BOARD_PEOPLE: return b->by == BY_UNIT && row && strcmp(row_get(row, "unit"), "0") != 0 ? NULL : _("Choose a unit first");
    case CMD_BOARD_SCOPE:
    case CMD_NEXT_TAB:
    case CMD_PREV_TAB: return NULL;
    default: return _("This key does nothing here; F1 tells what is possible");
    }
}

static const char *board_label(struct screen *s, enum command cmd)
{
    const struct board *b = s->data;
    if (cmd == CMD_BOARD_SCOPE)
        return strcmp(b->scope, "control") == 0 ? _("Everything") : _("I control");
    return NULL;
}

static bool board_key(struct screen *s, int key)
{
    const struct board *b = s->data;
    return list_key(b->list, key);
}

static bool board_click(struct screen *s, enum hit what, int arg)
{
    struct board *b = s->data;
    bool again;
    if (what == HIT_TAB)
        group_set(b, arg, 0, "");
    else if (what == HIT_ROW && list_click(b->list, arg, &again) && again)
        app_command(CMD_OPEN);
    return true;
}

/* ---- painting ---- */

/* As many sums as fit whole, the nearest first; the words before them only where all do. */
static int sums_text(const struct board *b, const char *before, int width, char *out, size_t size)
{
    int left = 0;
    strf(out, size, "%s", before);
    for (int i = 0; i < BUCKETS; i++) {
        char part[80];
        size_t len = strlen(out);
        if (i > 0 && b->sums[i] == 0)
            continue;
        strf(part, sizeof part, "%s%s %lld", i ? " · " : "", _(buckets[i].label), (long long)b->sums[i]);
        if (left > 0 || text_width(out) + text_width(part) > width)
            left++;
        else
            strf(out + len, size - len, "%s", part);
    }
    return left;
}

static void paint_sums(const struct board *b, struct rect r)
{
    char text[400];
    if (sums_text(b, _("In all: "), r.w - 2, text, sizeof text) > 0)
        sums_text(b, "", r.w - 2, text, sizeof text);
    draw_text(r.y, r.x + 1, r.w - 2, R_STRONG, G_BASE, text);
}

static void board_paint(struct screen *s, struct rect r, struct cursor *cursor)
{
    struct board *b = s->data;
    struct tab tabs[GROUPS];
    for (int i = 0; i < GROUPS; i++)
        tabs[i] = (struct tab){.label = _(groups[i].label)};
    if (r.h > 3) {
        tabs_paint((struct rect){r.y, r.x, 1, r.w}, tabs, GROUPS, (size_t)b->by, strcmp(b->scope, "control") == 0 ? _("I control") : _("Everything"));
        r.y++;
        r.h--;
    }
    if (r.h > 3) {
        paint_sums(b, (struct rect){r.y, r.x, 1, r.w});
        r.y++;
        r.h--;
    }
    list_paint(b->list, r, cursor);
}

static void board_title(const struct screen *s, char *out, size_t size)
{
    const struct board *b = s->data;
    strf(out, size, "%s%s%s", _("Control"), b->unit_name[0] ? " · " : "", b->unit_name);
}

static const char *board_scopes(const struct screen *s)
{
    (void)s;
    return "board";
}

/* ---- life ---- */

static bool board_busy(const struct screen *s)
{
    const struct board *b = s->data;
    return list_is_busy(b->list);
}

static void board_refresh(struct screen *s)
{
    struct board *b = s->data;
    list_refresh(b->list, false);
}

static void board_event(struct screen *s, const char *record, int64_t id, bool own)
{
    struct board *b = s->data;
    (void)id;
    if (strcmp(record, "assignment") != 0)
        return;
    list_news(b->list, own);
}

static void board_close(struct screen *s)
{
    struct board *b = s->data;
    list_free(&b->list);
    free(b);
}

static const struct screen_ops board_ops = {
    .name = "board",
    .scopes = board_scopes,
    .title = board_title,
    .paint = board_paint,
    .key = board_key,
    .command = board_command,
    .why_not = board_why_not,
    .label = board_label,
    .click = board_click,
    .busy = board_busy,
    .refresh = board_refresh,
    .event = board_event,
    .close = board_close,
};

struct screen *board_screen(const char *query)
{
    struct board *b = calloc(1, sizeof *b);
    (void)query;
    if (!b)
        abort();
    b->screen = screen_new(&board_ops, b);
    b->list = list_new(&spec, b->screen, b);
    list_reload(b->list);
    return b->screen;
}
