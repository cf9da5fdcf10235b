/* The board of outages: who is without what, live. Each line opens into its outages. */
#include "tui/dates.h"
#include "tui/i18n.h"
#include "tui/json.h"
#include "tui/screens.h"
#include "tui/screens/modules.h"
#include "tui/screens/outages.h"
#include "tui/screens/tabs.h"
#include "tui/stack.h"
#include "tui/term.h"
#include "tui/text.h"
#include "tui/widgets/list.h"
#include "tui/words.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct group {
    const char *by, *label; /* msgid of the tab */
} groups[] = {
    {"resource", N_("By resource")},
    {"district", N_("By district")},
    {"settlement", N_("By settlement")},
    {"supplier", N_("By supplier")},
};
enum { GROUPS = sizeof groups / sizeof *groups };

struct board {
    struct screen *screen;
    struct list *list;
    int by;
    json_t *hour; /* what changed in the last hour */
};

/* ---- rows ---- */

static const char *place_name(const struct row *row)
{
    static const char *const names[] = {"district_name", "settlement_name", "supplier_name"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (row_get(row, names[i])[0])
            return row_get(row, names[i]);
    return "";
}

static void cell_what(const struct row *row, char *out, size_t size, enum role *role)
{
    const char *place = place_name(row), *resource = words_label("outage_resource", row_get(row, "resource"));
    *role = R_TEXT;
    strf(out, size, "%s%s%s", place, place[0] ? ": " : "", resource);
}

static void count_text(const struct row *row, const char *field, enum role strong, char *out, size_t size, enum role *role)
{
    const char *n = row_get(row, field);
    bool none = !n[0] || strcmp(n, "0") == 0;
    *role = none ? R_DIM : strong;
    strf(out, size, "%s", none ? "·" : n);
}

#define CELL_COUNT(name, field, strong)                                                                                                    \
    static void cell_##name(const struct row *row, char *out, size_t size, enum role *role)                                                \
    {                                                                                                                                      \
        count_text(row, field, strong, out, size, role);                                                                                   \
    }
CELL_COUNT(houses, "houses", R_STRONG)
CELL_COUNT(emergency, "emergency_houses", R_SOON)
CELL_COUNT(planned, "planned_houses", R_TEXT)
CELL_COUNT(flats, "flats", R_TEXT)
CELL_COUNT(social, "social_objects", R_LATE)
CELL_COUNT(broken, "promises_broken", R_LATE)
CELL_COUNT(outages, "outages", R_TEXT)

/* Residents by estimate are marked with «≈». */
static void cell_residents(const struct row *row, char *out, size_t size, enum role *role)
{
    char count[32];
    count_text(row, "residents", R_TEXT, count, sizeof count, role);
    const char *estimated = row_get(row, "residents_estimated");
    strf(out, size, "%s%s", estimated[0] && strcmp(estimated, "0") != 0 ? (term_glyph_level() > 1 ? "≈" : "~") : "", count);
}

static void moment(const struct row *row, const char *field, char *out, size_t size, enum role *role)
{
    *role = R_TEXT;
    dates_moment(row_get(row, field), out, size);
}
static void cell_since(const struct row *row, char *out, size_t size, enum role *role) { moment(row, "since", out, size, role); }
static void cell_promised(const struct row *row, char *out, size_t size, enum role *role)
{
    bool broken = row_get(row, "promises_broken")[0] && strcmp(row_get(row, "promises_broken"), "0") != 0;
    moment(row, row_get(row, "next_promised")[0] ? "next_promised" : "promised", out, size, role);
    if (broken && !row_get(row, "next_promised")[0])
        *role = R_LATE;
}

static const struct column columns[] = {
    {"what", N_("Without what"), 28, 60, 1, 1, false, cell_what},  {"houses", N_("Houses"), 6, 7, 1, 1, true, cell_houses},
    {"emergency", N_("Emerg."), 6, 6, 3, 2, true, cell_emergency}, {"planned", N_("Plan."), 6, 6, 3, 2, true, cell_planned},
    {"residents", N_("People"), 8, 9, 1, 2, true, cell_residents}, {"flats", N_("Flats"), 7, 7, 5, 0, true, cell_flats},
    {"social", N_("Social"), 6, 6, 2, 2, true, cell_social},       {"broken", N_("Broken"), 6, 6, 2, 2, true, cell_broken},
    {"promised", N_("Back"), 11, 14, 2, 2, false, cell_promised},  {"since", N_("Since"), 11, 14, 4, 0, false, cell_since},
    {"outages", N_("Outages"), 10, 10, 6, 0, true, cell_outages},
};
static const char *const fields[] = {"resource",
                                     "district_name",
                                     "settlement_name",
                                     "supplier_name",
                                     "outages",
                                     "promises_broken",
                                     "houses",
                                     "emergency_houses",
                                     "planned_houses",
                                     "residents",
                                     "residents_estimated",
                                     "flats",
                                     "social_objects",
                                     "since",
                                     "promised",
                                     "next_promised",
                                     "filter",
                                     NULL};

static json_t *board_params(void *arg)
{
    const struct board *b = arg;
    return json_pack("{s:s}", "by", groups[b->by].by);
}

static void taken(void *arg, const json_t *result)
{
    struct board *b = arg;
    json_decref(b->hour);
    b->hour = json_incref(json_object_get(result, "hour"));
}

static const struct list_spec spec = {
    .method = "outage.board",
    .columns = columns,
    .column_count = sizeof columns / sizeof *columns,
    .fields = fields,
    .params = board_params,
    .taken = taken,
    .empty = N_("Everything is on."),
    .whole = true,
};

/* ---- commands ---- */

static void rows_open(const struct row *row)
{
    char what[240];
    enum role role;
    json_t *filter = json_loads(row_get(row, "filter"), 0, NULL);
    cell_what(row, what, sizeof what, &role);
    if (filter)
        app_push(outages_rows(filter, what));
}

static void group_set(struct board *b, int by)
{
    b->by = (by + GROUPS) % GROUPS;
    list_reload(b->list);
}

static bool board_command(struct screen *s, enum command cmd)
{
    struct board *b = s->data;
    const struct row *row = list_selected(b->list);
    switch (cmd) {
    case CMD_OPEN:
        if (row)
            rows_open(row);
        return true;
    case CMD_NEW: app_command(CMD_NEW_OUTAGE); return true;
    case CMD_NEXT_TAB: group_set(b, b->by + 1); return true;
    case CMD_PREV_TAB: group_set(b, b->by - 1); return true;
    default: return false;
    }
}

static const char *board_why_not(struct screen *s, enum command cmd)
{
    const struct board *b = s->data;
    switch (cmd) {
    case CMD_OPEN: return list_selected(b->list) ? NULL : _("Nothing is chosen");
    case CMD_NEW: return app_why_not(s, CMD_NEW_OUTAGE);
    case CMD_NEXT_TAB:
    case CMD_PREV_TAB: return NULL;
    default: return _("This key does nothing here; F1 tells what is possible");
    }
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
        group_set(b, arg);
    else if (what == HIT_ROW && list_click(b->list, arg, &again) && again)
        app_command(CMD_OPEN);
    return true;
}

/* ---- painting ---- */

void outage_hour_text(const json_t *hour, char *out, size_t size)
{
    static const struct {
        const char *member, *label; /* msgid */
    } parts[] = {{"opened", N_("opened")},         {"closed", N_("restored")},
                 {"extended", N_("extended")},     {"promises_broken", N_("promises broken")},
                 {"houses_off", N_("houses off")}, {"houses_back", N_("houses back")}};
    bool any = false;
    strf(out, size, "%s: ", _("In the last hour"));
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        size_t len = strlen(out);
        if (js_int(hour, parts[i].member) == 0)
            continue;
        strf(out + len, size - len, "%s%s %lld", any ? " · " : "", tr(parts[i].label), (long long)js_int(hour, parts[i].member));
        any = true;
    }
    if (!any)
        strf(out, size, "%s", _("In the last hour nothing changed"));
}

static void board_paint(struct screen *s, struct rect r, struct cursor *cursor)
{
    struct board *b = s->data;
    struct tab tabs[GROUPS];
    for (int i = 0; i < GROUPS; i++)
        tabs[i] = (struct tab){.label = _(groups[i].label)};
    if (r.h > 3) {
        tabs_paint((struct rect){r.y, r.x, 1, r.w}, tabs, GROUPS, (size_t)b->by, "");
        r.y++;
        r.h--;
    }
    if (r.h > 3 && b->hour) {
        char text[400];
        outage_hour_text(b->hour, text, sizeof text);
        draw_text(r.y, r.x + 1, r.w - 2, R_STRONG, G_BASE, text);
        r.y++;
        r.h--;
    }
    list_paint(b->list, r, cursor);
}

static void board_title(const struct screen *s, char *out, size_t size)
{
    (void)s;
    strf(out, size, "%s", _("Outage board"));
}

/* The line under the cursor in words: on a phone its numbers stand without their heads. */
static void board_hint(const struct screen *s, char *out, size_t size)
{
    const struct board *b = s->data;
    const struct row *row = list_selected(b->list);
    char people[40];
    enum role role;
    if (!row)
        return;
    cell_residents(row, people, sizeof people, &role);
    strf(out, size, _("Emergency %s, planned %s, residents %s, social objects %s, promises broken %s"), row_get(row, "emergency_houses"),
         row_get(row, "planned_houses"), people, row_get(row, "social_objects"), row_get(row, "promises_broken"));
}

static const char *board_scopes(const struct screen *s)
{
    (void)s;
    return "outage_board";
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
    if (strcmp(record, "outage") != 0)
        return;
    list_news(b->list, own);
}

static void board_close(struct screen *s)
{
    struct board *b = s->data;
    list_free(&b->list);
    json_decref(b->hour);
    free(b);
}

static const struct screen_ops board_ops = {
    .name = "outage_board",
    .scopes = board_scopes,
    .title = board_title,
    .paint = board_paint,
    .key = board_key,
    .command = board_command,
    .why_not = board_why_not,
    .click = board_click,
    .busy = board_busy,
    .refresh = board_refresh,
    .event = board_event,
    .hint = board_hint,
    .close = board_close,
};

struct screen *outage_board_screen(const char *query)
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
