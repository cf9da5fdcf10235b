/* The register of addresses: streets, the houses of each, the card of a house with what happens to it, social objects; and a line of houses
 * tried out. */
#include "tui/dates.h"
#include "tui/i18n.h"
#include "tui/json.h"
#include "tui/meta.h"
#include "tui/screens/card.h"
#include "tui/screens/cells.h"
#include "tui/screens/figures.h"
#include "tui/screens/form.h"
#include "tui/screens/house_preview.h"
#include "tui/screens/modules.h"
#include "tui/screens/records.h"
#include "tui/text.h"
#include "tui/words.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void cell_strong(const struct row *row, const char *name, char *out, size_t size, enum role *role)
{
    *role = R_STRONG;
    strf(out, size, "%s", row_get(row, name));
}

/* ---- streets ---- */

static void cell_street(const struct row *row, char *out, size_t size, enum role *role) { cell_strong(row, "text", out, size, role); }

/* On a phone no head stands over a number: the words stand beside. */
static void cell_houses_said(const struct row *row, char *out, size_t size, enum role *role)
{
    int n = atoi(row_get(row, "houses"));
    *role = R_DIM;
    strf(out, size, ngettext("%d house", "%d houses", (unsigned long)n), n);
}

static const struct column street_columns[] = {
    {"text", N_("Street"), 20, 40, 1, 1, false, cell_street},
    {"settlement_name", N_("Settlement"), 14, 30, 2, 2, false, NULL},
    {"houses", N_("Houses"), 6, 8, 2, 0, true, NULL},
    {"houses", "", 10, 10, COLUMN_NARROW_ONLY, 2, true, cell_houses_said},
};
static const char *const street_fields[] = {"number", "text", "settlement_name", "houses", "actions", NULL};
static const struct records_tab all_tabs[] = {{N_("All"), "{}"}, {NULL, NULL}};
static const struct form_hint street_hints[] = {{"settlement", FH_REQUIRED, NULL}, {"name", FH_REQUIRED, NULL}, {NULL, 0, NULL}};

static void street_new(void) { form_open(&(struct form_start){.method = "address.street_add", .hints = street_hints}); }

static void houses_of_street(const struct row *row);

static const struct records_spec street_spec = {
    .record = "street",
    .title = N_("Addresses"),
    .scopes = "addresses list",
    .list = {.method = "address.streets",
             .columns = street_columns,
             .column_count = sizeof street_columns / sizeof *street_columns,
             .fields = street_fields,
             .params = records_params,
             .empty = N_("No such street. Any part of a name, in any order, will do; F7 adds a street.")},
    .tabs = all_tabs,
    .make = street_new,
    .open = houses_of_street,
};

struct screen *streets_list(const char *query) { return records_screen(&street_spec, query); }

/* ---- houses ---- */

static void cell_house(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_STRONG;
    strf(out, size, "%s%s%s", row_get(row, "street_name"), row_get(row, "street_name")[0] ? ", " : "", row_get(row, "number"));
}

static void cell_residents(const struct row *row, char *out, size_t size, enum role *role)
{
    bool estimate = strcmp(row_get(row, "residents_estimated"), "1") == 0;
    *role = estimate ? R_DIM : R_TEXT;
    strf(out, size, "%s%s", estimate ? "~" : "", row_get(row, "residents"));
}

static void cell_objects(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_SOON;
    strf(out, size, "%s", strcmp(row_get(row, "social_objects"), "0") == 0 ? "" : row_get(row, "social_objects"));
}

static void cell_said(const struct row *row, char *out, size_t size, enum role *role)
{
    char residents[40];
    enum role ignored;
    *role = strcmp(row_get(row, "social_objects"), "0") == 0 ? R_DIM : R_SOON;
    cell_residents(row, residents, sizeof residents, &ignored);
    out[0] = '\0';
    figures_add(out, size, _("flats"), row_get(row, "flats"));
    figures_add(out, size, _("people"), strcmp(residents, "~") == 0 ? "" : residents);
    figures_add(out, size, _("social"), row_get(row, "social_objects"));
}

static const struct column house_columns[] = {
    {"number", N_("House"), 26, 40, 1, 1, false, cell_house},
    {"settlement_name", N_("Settlement"), 14, 26, 3, 0, false, NULL},
    {"flats", N_("Flats"), 7, 7, 3, 0, true, NULL},
    {"residents", N_("Residents"), 6, 9, 2, 0, true, cell_residents},
    {"social_objects", N_("Social"), 4, 10, 4, 0, true, cell_objects},
    {"said", "", 20, 0, COLUMN_NARROW_ONLY, 2, false, cell_said},
    {"company_name", N_("House management"), 14, 0, 5, 0, false, NULL},
};
static const char *const house_fields[] = {"number",         "street_name",  "settlement_name", "flats", "residents", "residents_estimated",
                                           "social_objects", "company_name", "actions",         NULL};

/* Addresses are chosen; words are for programs that bring them. */
static const struct form_hint house_hints[] = {
    {"settlement", 0, NULL},
    {"street", 0, NULL},
    {"number", 0, NULL},
    {"settlement_name", FH_HIDE, NULL},
    {"street_name", FH_HIDE, NULL},
    {"district_name", FH_HIDE, NULL},
    {"company_name", FH_HIDE, NULL},
    {"create", FH_HIDE, NULL},
    {"external_id", FH_HIDE, NULL},
    {NULL, 0, NULL},
};

static void house_new(void) { form_open(&(struct form_start){.method = "house.add", .hints = house_hints}); }

static const struct records_spec house_spec = {
    .record = "house",
    .title = N_("Houses"),
    .scopes = "houses list",
    .list = {.method = "house.list",
             .columns = house_columns,
             .column_count = sizeof house_columns / sizeof *house_columns,
             .fields = house_fields,
             .params = records_params,
             .empty = N_("No such house. A street and a number find one: «lenina 12a»; F7 adds a house.")},
    .tabs = all_tabs,
    .make = house_new,
};

struct screen *houses_list(const char *query) { return records_screen(&house_spec, query); }

static void houses_of_street(const struct row *row)
{
    char about[200];
    strf(about, sizeof about, "%s, %s", row_get(row, "text"), row_get(row, "settlement_name"));
    app_push(records_rows(&house_spec, json_pack("{s:I}", "street", (json_int_t)row->id), about));
}

/* ---- the card of a house ---- */

static int count_of(const json_t *r, const char *name) { return (int)json_array_size(json_object_get(r, name)); }
static int count_objects(const json_t *r) { return count_of(r, "social_objects"); }
static int count_outages(const json_t *r) { return count_of(r, "outages"); }

static void build_objects(struct doc *d, const json_t *r)
{
    size_t i;
    json_t *o;
    char text[700];
    if (count_objects(r) == 0)
        doc_text(d, 0, R_DIM, _("None in this house"));
    json_array_foreach(json_object_get(r, "social_objects"), i, o)
    {
        strf(text, sizeof text, "%s%s%s", js_str(o, "name"), js_str(o, "contact_duty_phone")[0] ? "  " : "",
             js_str(o, "contact_duty_phone"));
        doc_link(d, "social_object", js_int(o, "id"), js_str(o, "kind_label"), text, R_TEXT);
    }
}

static void build_outages(struct doc *d, const json_t *r)
{
    size_t i;
    json_t *o;
    if (count_outages(r) == 0)
        doc_text(d, 0, R_DIM, _("None so far"));
    json_array_foreach(json_object_get(r, "outages"), i, o)
    {
        char text[400], from[40], to[40] = "";
        bool back = js_str(o, "restored_at")[0];
        dates_moment(js_str(o, "off_at"), from, sizeof from);
        if (back)
            dates_moment(js_str(o, "restored_at"), to, sizeof to);
        strf(text, sizeof text, "%s  %s - %s", words_label("outage_resource", js_str(o, "resource")), from, back ? to : _("still off"));
        doc_link(d, "outage", js_int(o, "id"), js_str(o, "number"), text, back ? R_TEXT : R_LATE);
    }
}

static void field_number(struct doc *d, const char *label, const json_t *r, const char *name, const char *after)
{
    char text[80];
    if (json_is_null(json_object_get(r, name)) || !json_object_get(r, name))
        return;
    strf(text, sizeof text, "%lld%s", (long long)js_int(r, name), after);
    doc_field_short(d, label, text, R_TEXT);
}

static void build_house(struct doc *d, const json_t *r)
{
    doc_field(d, _("Address"), js_str(r, "address"), R_STRONG);
    card_text(d, _("District"), r, "district_name");
    field_number(d, _("Entrances"), r, "entrances", "");
    field_number(d, _("Floors"), r, "floors", "");
    field_number(d, _("Flats"), r, "flats", "");
    field_number(d, _("Residents"), r, "residents", js_bool(r, "residents_estimated") ? _(" (an estimate)") : "");
    card_text(d, _("House management"), r, "company_name");
    if (js_bool(r, "two_sources"))
        doc_field(d, _("Power"), _("from two independent sources"), R_TEXT);
    doc_text(d, 0, R_TEXT, js_str(r, "note"));
    if (count_objects(r) > 0) {
        doc_heading(d, _("Social objects"));
        build_objects(d, r);
    }
}

static void house_heading(const json_t *r, char *left, size_t left_size, char *right, size_t right_size, enum role *role)
{
    size_t i;
    json_t *o;
    int off = 0;
    json_array_foreach(json_object_get(r, "outages"), i, o)
    {
        const char *status = js_str(o, "status");
        off += !js_str(o, "restored_at")[0] && (strcmp(status, "active") == 0 || strcmp(status, "partial") == 0);
    }
    *role = R_LATE;
    strf(left, left_size, "%s", js_str(r, "address"));
    if (off > 0)
        strf(right, right_size, ngettext("%d outage now", "%d outages now", (unsigned long)off), off);
}

static const struct card_tab house_tabs[] = {
    {N_("House"), NULL, build_house, NULL},
    {N_("Outages"), count_outages, build_outages, &outages_of_house},
    {N_("Incidents"), NULL, NULL, &incidents_of_house},
    {N_("Appeals"), NULL, NULL, &appeals_of_house},
    {N_("Social objects"), count_objects, build_objects, NULL},
    {N_("History"), NULL, card_history, NULL},
    {.label = NULL},
};

static const struct card_spec house_card_spec = {
    .record = "house",
    .method = "house.get",
    .scopes = "house card",
    .title = N_("House"),
    .tabs = house_tabs,
    .side_tab = 1,
    .heading = house_heading,
    .set_method = "house.set",
    .set_hints = house_hints,
};

struct screen *houses_card(int64_t id, enum command then) { return card_screen(&house_card_spec, id, then); }

/* ---- social objects ---- */

static void cell_object(const struct row *row, char *out, size_t size, enum role *role) { cell_strong(row, "name", out, size, role); }

static void cell_object_address(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_TEXT;
    strf(out, size, "%s", cells_from_street(row_get(row, "address")));
}

static const struct column object_columns[] = {
    {"name", N_("Name"), 24, 50, 1, 1, false, cell_object},
    {"kind_label", N_("Kind"), 16, 24, 4, 2, false, NULL},
    {"address", N_("Address"), 24, 40, 2, 2, false, cell_object_address},
    {"contact_duty_phone", N_("Phone on duty"), 17, 18, 3, 0, false, NULL},
};
static const char *const object_fields[] = {"number", "name", "kind_label", "address", "contact_duty_phone", "actions", NULL};
static const struct form_hint object_hints[] = {
    {"settlement", FH_HIDE, NULL},   {"settlement_name", FH_HIDE, NULL}, {"district_name", FH_HIDE, NULL}, {"street_name", FH_HIDE, NULL},
    {"house_number", FH_HIDE, NULL}, {"create", FH_HIDE, NULL},          {"external_id", FH_HIDE, NULL},   {NULL, 0, NULL},
};

static void object_new(void) { form_open(&(struct form_start){.method = "social_object.add", .hints = object_hints}); }

static const struct records_spec object_spec = {
    .record = "social_object",
    .title = N_("Social objects"),
    .scopes = "objects list",
    .list = {.method = "social_object.list",
             .columns = object_columns,
             .column_count = sizeof object_columns / sizeof *object_columns,
             .fields = object_fields,
             .params = records_params,
             .empty = N_("No such object. F7 adds one.")},
    .tabs = all_tabs,
    .make = object_new,
};

struct screen *social_objects_list(const char *query) { return records_screen(&object_spec, query); }

static void build_object(struct doc *d, const json_t *r)
{
    doc_field(d, _("Name"), js_str(r, "name"), R_STRONG);
    card_text(d, _("Kind"), r, "kind_label");
    if (js_int(r, "house"))
        doc_link(d, "house", js_int(r, "house"), _("House"), js_str(r, "address"), R_TEXT);
    card_text(d, _("Phone on duty"), r, "contact_duty_phone");
    field_number(d, _("Places"), r, "places", "");
    field_number(d, _("Children"), r, "children", "");
    if (js_bool(r, "round_the_clock"))
        doc_field(d, _("Works"), _("round the clock"), R_TEXT);
    field_number(d, _("Backup power"), r, "backup_power_kw", _(" kW"));
    field_number(d, _("Fuel for"), r, "backup_fuel_hours", _(" h"));
    field_number(d, _("Water reserve"), r, "water_reserve_m3", _(" m³"));
    if (js_bool(r, "own_boiler"))
        doc_field(d, _("Heat"), _("a boiler of its own"), R_TEXT);
    field_number(d, _("Category of supply"), r, "reliability_category", "");
    doc_text(d, 0, R_TEXT, js_str(r, "note"));
}

static void object_heading(const json_t *r, char *left, size_t left_size, char *right, size_t right_size, enum role *role)
{
    strf(left, left_size, "%s", js_str(r, "name"));
    strf(right, right_size, "%s", js_bool(r, "disabled") ? _("closed") : "");
    *role = R_DIM;
}

static const struct card_tab object_tabs[] = {{N_("Card"), NULL, build_object, NULL}, {.label = NULL}};

static const struct card_spec object_card_spec = {
    .record = "social_object",
    .method = "social_object.get",
    .scopes = "object card",
    .title = N_("Social object"),
    .tabs = object_tabs,
    .heading = object_heading,
    .set_method = "social_object.set",
    .set_hints = object_hints,
};

struct screen *social_objects_card(int64_t id, enum command then) { return card_screen(&object_card_spec, id, then); }

/* ---- a line of houses ---- */

static void line_ready(struct form_screen *fs)
{
    house_preview_watch(fs->extra_data, fs->screen, form_field(fs->form, "line"), form_field(fs->form, "settlement"),
                        form_field(fs->form, "street"));
    house_preview_watch_period(fs->extra_data, fs->screen, form_field(fs->form, "period"));
}

static void line_changed(struct form_screen *fs, struct field *f, bool left)
{
    (void)left;
    house_preview_changed(fs->extra_data, f);
}

static void line_restored(struct form_screen *fs)
{
    house_preview_changed(fs->extra_data, form_field(fs->form, "line"));
    house_preview_changed(fs->extra_data, form_field(fs->form, "period"));
}

static struct rect line_side(struct form_screen *fs, struct rect r) { return house_preview_split(fs->extra_data, &r); }

static void line_paint(struct form_screen *fs, struct rect r, struct cursor *cursor)
{
    house_preview_split(fs->extra_data, &r);
    house_preview_paint(fs->extra_data, r, cursor);
}

static const char *line_scopes(struct form_screen *fs) { return house_preview_focused(fs->extra_data) ? "similar" : NULL; }
static bool line_key(struct form_screen *fs, int key)
{
    return house_preview_focused(fs->extra_data) && house_preview_key(fs->extra_data, key);
}

static bool line_command(struct form_screen *fs, enum command cmd)
{
    struct house_preview *p = fs->extra_data;
    bool focused = house_preview_focused(p);
    if (cmd == CMD_CANDIDATES)
        house_preview_focus(p, !focused);
    else if (cmd == CMD_CHOOSE && focused)
        house_preview_choose(p);
    else if (cmd == CMD_BACK && focused)
        house_preview_focus(p, false);
    else
        return false;
    return true;
}

static const char *line_why_not(struct form_screen *fs, enum command cmd, bool *mine)
{
    *mine = cmd == CMD_CANDIDATES || (cmd == CMD_CHOOSE && house_preview_focused(fs->extra_data));
    return cmd == CMD_CANDIDATES && house_preview_asked(fs->extra_data) == 0 ? _("There is nothing to choose from") : NULL;
}

static const char *line_hint(struct form_screen *fs)
{
    return house_preview_focused(fs->extra_data) ? _("Enter: this is the street that is meant")
                                                 : _("1-15 odd ends: that side; «;» or a new line: another street; F1: more");
}

static void line_free(struct form_screen *fs) { house_preview_free(fs->extra_data); }

const struct form_extra house_line_extra = {
    .ready = line_ready,
    .changed = line_changed,
    .restored = line_restored,
    .key = line_key,
    .command = line_command,
    .why_not = line_why_not,
    .scopes = line_scopes,
    .hint = line_hint,
    .side = line_side,
    .paint = line_paint,
    .free = line_free,
};

static const char *try_label(struct form_screen *fs, enum command cmd)
{
    (void)fs;
    return cmd == CMD_SUBMIT ? _("Check") : NULL;
}

/* There is nothing to write down: F2 says what the line comes to and leaves it on the screen. */
static bool try_command(struct form_screen *fs, enum command cmd)
{
    const struct house_preview *p = fs->extra_data;
    if (cmd != CMD_SUBMIT)
        return line_command(fs, cmd);
    int n = house_preview_count(p);
    app_status(house_preview_has_trouble(p) ? STATUS_WARN : STATUS_GOOD, ngettext("%d house", "%d houses", (unsigned long)n), n);
    return true;
}

static const char *try_why_not(struct form_screen *fs, enum command cmd, bool *mine)
{
    const char *why = line_why_not(fs, cmd, mine);
    *mine = *mine || cmd == CMD_SUBMIT;
    return why;
}

void house_line_open(void)
{
    static const struct form_hint hints[] = {{"choices", FH_HIDE, NULL}, {NULL, 0, NULL}};
    static struct form_extra extra;
    extra = house_line_extra;
    extra.command = try_command;
    extra.why_not = try_why_not;
    extra.label = try_label;
    form_open(&(struct form_start){.method = "house.resolve",
                                   .title = _("Line of houses"),
                                   .draft = "",
                                   .hints = hints,
                                   .large = true,
                                   .extra = &extra,
                                   .extra_data = house_preview_new()});
}
