/* The board of outages: who is without what, live. Each line opens into its outages. */
#include "tui/i18n.h"
#include "tui/json.h"
#include "tui/screens.h"
#include "tui/screens/cells.h"
#include "tui/screens/figures.h"
#include "tui/screens/modules.h"
#include "tui/screens/outages.h"
#include "tui/term.h"
#include "tui/text.h"
#include "tui/words.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct figures_tab groups[] = {
    {"resource", N_("By resource")},
    {"district", N_("By district")},
    {"settlement", N_("By settlement")},
    {"supplier", N_("By supplier")},
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

static const char *resource_name(const struct row *row) { return words_label("outage_resource", row_get(row, "resource")); }

/* «Заводской район: Отопление» */
static void whole_name(const struct row *row, char *out, size_t size)
{
    const char *place = place_name(row);
    strf(out, size, "%s%s%s", place, place[0] ? ": " : "", resource_name(row));
}

/* The same for a column: the tab says that it is a district, and where there is no room the place is cut, not the resource. */
static void cell_what(const struct row *row, char *out, size_t size, enum role *role)
{
    static const char *const kinds[] = {" район", " р-н", " district"};
    const char *place = place_name(row);
    size_t len = strlen(place);
    for (size_t i = 0; row_get(row, "district_name")[0] && i < sizeof kinds / sizeof *kinds; i++) {
        size_t n = strlen(kinds[i]);
        if (len > n && strcmp(place + len - n, kinds[i]) == 0)
            len -= n;
    }
    *role = R_TEXT;
    strf(out, size, "%.*s%s%s%s", (int)len, place, len ? TEXT_JOINT : "", len ? ": " : "", resource_name(row));
}

#define CELL_COUNT(name, field, strong)                                                                                                    \
    static void cell_##name(const struct row *row, char *out, size_t size, enum role *role)                                                \
    {                                                                                                                                      \
        figures_count(row, field, strong, out, size, role);                                                                                \
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
    figures_count(row, "residents", R_TEXT, count, sizeof count, role);
    const char *estimated = row_get(row, "residents_estimated");
    strf(out, size, "%s%s", estimated[0] && strcmp(estimated, "0") != 0 ? (term_glyph_level() > 1 ? "≈" : "~") : "", count);
}

static void moment(const struct row *row, const char *field, char *out, size_t size, enum role *role)
{
    *role = R_TEXT;
    cells_moment(row_get(row, field), out, size);
}
static void cell_since(const struct row *row, char *out, size_t size, enum role *role) { moment(row, "since", out, size, role); }
static void cell_promised(const struct row *row, char *out, size_t size, enum role *role)
{
    bool broken = row_get(row, "promises_broken")[0] && strcmp(row_get(row, "promises_broken"), "0") != 0;
    moment(row, row_get(row, "next_promised")[0] ? "next_promised" : "promised", out, size, role);
    if (broken && !row_get(row, "next_promised")[0])
        *role = R_LATE;
}

/* ---- rows of a phone: no head stands over a number, so the words stand beside ---- */

static void cell_place(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_TEXT;
    strf(out, size, "%s", place_name(row)[0] ? place_name(row) : resource_name(row));
}

static void cell_houses_said(const struct row *row, char *out, size_t size, enum role *role)
{
    int n = atoi(row_get(row, "houses"));
    *role = R_STRONG;
    strf(out, size, ngettext("%d house", "%d houses", (unsigned long)n), n);
}

static void cell_said(const struct row *row, char *out, size_t size, enum role *role)
{
    char people[40];
    enum role ignored;
    bool broken = row_get(row, "promises_broken")[0] && strcmp(row_get(row, "promises_broken"), "0") != 0;
    *role = broken ? R_LATE : R_DIM;
    out[0] = '\0';
    if (place_name(row)[0])
        strf(out, size, "%s%s%s", broken ? theme_glyph(GL_LATE) : "", broken ? " " : "", resource_name(row));
    cell_residents(row, people, sizeof people, &ignored);
    figures_add(out, size, _("people"), strcmp(people, "·") == 0 ? "" : people);
    figures_add(out, size, _("broken"), row_get(row, "promises_broken"));
    figures_add(out, size, _("social"), row_get(row, "social_objects"));
}

static const struct column columns[] = {
    {"what", N_("Without what"), 28, 90, 1, 0, false, cell_what},
    {"houses", N_("Houses"), 6, 7, 1, 0, true, cell_houses},
    {"emergency", N_("Emerg."), 6, 6, 3, 0, true, cell_emergency},
    {"planned", N_("Plan."), 6, 6, 3, 0, true, cell_planned},
    {"residents", N_("People"), 8, 9, 1, 0, true, cell_residents},
    {"flats", N_("Flats"), 7, 7, 5, 0, true, cell_flats},
    {"social", N_("Social"), 6, 6, 2, 0, true, cell_social},
    {"broken", N_("Broken"), 6, 6, 2, 0, true, cell_broken},
    {"promised", N_("Back at"), 11, 14, 2, 0, false, cell_promised},
    {"since", N_("Since"), 11, 14, 4, 0, false, cell_since},
    {"outages", N_("Outages"), 10, 10, 6, 0, true, cell_outages},
    {"place", "", 12, 0, COLUMN_NARROW_ONLY, 1, false, cell_place},
    {"houses", "", 10, 11, COLUMN_NARROW_ONLY, 1, true, cell_houses_said},
    {"said", "", 20, 0, COLUMN_NARROW_ONLY, 2, false, cell_said},
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

static json_t *board_params(void *arg) { return json_pack("{s:s}", "by", figures_by(arg)); }

/* The board's own data: what changed in the last hour. */
static void taken(void *arg, const json_t *result)
{
    struct figures *f = arg;
    json_decref(f->data);
    f->data = json_incref(json_object_get(result, "hour"));
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
    json_t *filter = json_loads(row_get(row, "filter"), 0, NULL);
    whole_name(row, what, sizeof what);
    if (filter)
        app_push(outages_rows(filter, what));
}

static bool board_command(struct figures *f, const struct row *row, enum command cmd)
{
    (void)f;
    if (cmd == CMD_OPEN && row)
        rows_open(row);
    else if (cmd == CMD_NEW)
        app_command(CMD_NEW_OUTAGE);
    else
        return false;
    return true;
}

static const char *board_why_not(struct figures *f, const struct row *row, enum command cmd, bool *mine)
{
    *mine = cmd == CMD_OPEN || cmd == CMD_NEW;
    if (cmd == CMD_OPEN)
        return row ? NULL : _("Nothing is chosen");
    return cmd == CMD_NEW ? app_why_not(f->screen, CMD_NEW_OUTAGE) : NULL;
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
        strf(out + len, size - len, "%s%s %lld", any ? TEXT_PART " · " : "", tr(parts[i].label), (long long)js_int(hour, parts[i].member));
        any = true;
    }
    if (!any)
        strf(out, size, "%s", _("In the last hour nothing changed"));
}

static void board_sums(const struct figures *f, int width, char *out, size_t size)
{
    (void)width;
    if (f->data)
        outage_hour_text(f->data, out, size);
}

static void board_title(const struct figures *f, char *out, size_t size)
{
    (void)f;
    strf(out, size, "%s", _("Outage board"));
}

/* The line under the cursor in words: where, when a place is named, whole, for a column often cuts it. */
static void board_hint(const struct figures *f, const struct row *row, char *out, size_t size)
{
    char people[40];
    enum role role;
    (void)f;
    if (place_name(row)[0])
        whole_name(row, out, size);
    size_t len = strlen(out);
    cell_residents(row, people, sizeof people, &role);
    strf(out + len, size - len, "%s", len ? ". " : "");
    len = strlen(out);
    strf(out + len, size - len, _("Emergency %s, planned %s, residents %s, social objects %s, promises broken %s"),
         row_get(row, "emergency_houses"), row_get(row, "planned_houses"), people, row_get(row, "social_objects"),
         row_get(row, "promises_broken"));
}

static void board_free(void *hour) { json_decref(hour); }

static const struct figures_spec board_spec = {
    .name = "outage_board",
    .scopes = "outage_board figures",
    .record = "outage",
    .list = &spec,
    .tabs = groups,
    .tab_count = sizeof groups / sizeof *groups,
    .title = board_title,
    .sums = board_sums,
    .command = board_command,
    .why_not = board_why_not,
    .hint = board_hint,
    .free = board_free,
};

struct screen *outage_board_screen(const char *query)
{
    (void)query;
    return figures_screen(&board_spec, NULL);
}
