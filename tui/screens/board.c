/* «Контроль»: what is open by unit, by person, by day. Every number opens the very rows it counts. */
#include "tui/dates.h"
#include "tui/i18n.h"
#include "tui/json.h"
#include "tui/screens/figures.h"
#include "tui/screens/modules.h"
#include "tui/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct figures_tab groups[] = {{"unit", N_("Units")}, {"executor", N_("People")}, {"date", N_("By day")}};
enum { BY_UNIT = 0, BY_PERSON = 1 };

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

#define CELL_COUNT(name, strong)                                                                                                           \
    static void cell_##name(const struct row *row, char *out, size_t size, enum role *role)                                                \
    {                                                                                                                                      \
        figures_count(row, #name, strong, out, size, role);                                                                                \
    }
CELL_COUNT(overdue, R_LATE)
CELL_COUNT(today, R_SOON)
CELL_COUNT(week, R_TEXT)
CELL_COUNT(later, R_TEXT)
CELL_COUNT(reported, R_GOOD)
CELL_COUNT(open, R_STRONG)

/* On a phone no head stands over a number: its line says what it counts. */
static void cell_said(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = strcmp(row_get(row, "overdue"), "0") == 0 ? R_DIM : R_LATE;
    out[0] = '\0';
    for (int i = 1; i < BUCKETS; i++)
        figures_add(out, size, tr(buckets[i].label), row_get(row, buckets[i].bucket));
}

static const struct column columns[] = {
    {"what", N_("Who or when"), 16, 60, 1, 1, false, cell_what},
    {"overdue", N_("Late"), 8, 8, 1, 0, true, cell_overdue},
    {"today", N_("Today"), 7, 7, 2, 0, true, cell_today},
    {"week", N_("Week"), 6, 6, 3, 0, true, cell_week},
    {"later", N_("Later"), 6, 6, 5, 0, true, cell_later},
    {"reported", N_("Acceptance"), 7, 7, 4, 0, true, cell_reported},
    {"open", N_("All"), 5, 5, 2, 1, true, cell_open},
    {"said", "", 20, 0, COLUMN_NARROW_ONLY, 2, false, cell_said},
};
static const char *const fields[] = {"unit", "unit_name", "responsible", "responsible_name", "when", "due", "overdue", "today", "week",
                                     "later", "reported", "open", "filter", NULL};

static json_t *board_params(void *arg)
{
    const struct figures *f = arg;
    const struct board *b = f->data;
    json_t *params = json_pack("{s:s}", "by", figures_by(f));
    if (b->scope[0])
        json_object_set_new(params, "scope", json_string(b->scope));
    if (b->unit)
        json_object_set_new(params, "unit", json_integer(b->unit));
    return params;
}

static void taken(void *arg, const json_t *result)
{
    struct board *b = ((struct figures *)arg)->data;
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

static void people_of(struct figures *f, int64_t unit, const char *name)
{
    struct board *b = f->data;
    b->unit = unit;
    strf(b->unit_name, sizeof b->unit_name, "%s", name);
    figures_group(f, unit ? BY_PERSON : BY_UNIT);
}

static bool board_command(struct figures *f, const struct row *row, enum command cmd)
{
    struct board *b = f->data;
    const struct bucket *bucket = bucket_of(cmd);
    if (bucket && row) {
        rows_open(row, bucket);
        return true;
    }
    switch (cmd) {
    case CMD_BOARD_PEOPLE: people_of(f, atoll(row_get(row, "unit")), row_get(row, "unit_name")); return true;
    case CMD_BOARD_SCOPE:
        strf(b->scope, sizeof b->scope, "%s", strcmp(b->scope, "control") == 0 ? "all" : "control");
        list_reload(f->list);
        return true;
    case CMD_BACK:
        if (!b->unit)
            return false;
        people_of(f, 0, "");
        return true;
    default: return false;
    }
}

static const char *board_why_not(struct figures *f, const struct row *row, enum command cmd, bool *mine)
{
    const struct bucket *bucket = bucket_of(cmd);
    if (bucket)
        return !row ? _("Nothing is chosen") : strcmp(row_get(row, bucket->bucket), "0") == 0 ? _("There are none here") : NULL;
    if (cmd == CMD_BOARD_PEOPLE)
        return f->tab == BY_UNIT && row && strcmp(row_get(row, "unit"), "0") != 0 ? NULL : _("Choose a unit first");
    *mine = cmd == CMD_BOARD_SCOPE;
    return NULL;
}

static const char *board_label(const struct figures *f, enum command cmd)
{
    const struct board *b = f->data;
    if (cmd == CMD_BOARD_SCOPE)
        return strcmp(b->scope, "control") == 0 ? _("Everything") : _("I control");
    return NULL;
}

static void unit_forget(struct figures *f)
{
    struct board *b = f->data;
    b->unit = 0;
    b->unit_name[0] = '\0';
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

static void board_sums(const struct figures *f, int width, char *out, size_t size)
{
    if (sums_text(f->data, _("In all: "), width, out, size) > 0)
        sums_text(f->data, "", width, out, size);
}

static const char *board_corner(const struct figures *f)
{
    const struct board *b = f->data;
    return strcmp(b->scope, "control") == 0 ? _("I control") : _("Everything");
}

static void board_title(const struct figures *f, char *out, size_t size)
{
    const struct board *b = f->data;
    strf(out, size, "%s%s%s", _("Control"), b->unit_name[0] ? " · " : "", b->unit_name);
}

/* The name of the chosen line whole: a column often cuts it. */
static void board_hint(const struct figures *f, const struct row *row, char *out, size_t size)
{
    enum role role;
    (void)f;
    cell_what(row, out, size, &role);
}

static const struct figures_spec board_spec = {
    .name = "board",
    .scopes = "board figures",
    .record = "assignment",
    .list = &spec,
    .tabs = groups,
    .tab_count = sizeof groups / sizeof *groups,
    .title = board_title,
    .sums = board_sums,
    .corner = board_corner,
    .command = board_command,
    .why_not = board_why_not,
    .label = board_label,
    .hint = board_hint,
    .tab_left = unit_forget,
    .free = free,
};

struct screen *board_screen(const char *query)
{
    struct board *b = calloc(1, sizeof *b);
    (void)query;
    if (!b)
        abort();
    return figures_screen(&board_spec, b);
}
