/* Outages: the list, the card, those of a house. The form that writes one down stands in outage_form.c. */
#include "tui/screens/outages.h"
#include "tui/dates.h"
#include "tui/i18n.h"
#include "tui/json.h"
#include "tui/screens/card.h"
#include "tui/screens/cells.h"
#include "tui/screens/figures.h"
#include "tui/screens/files.h"
#include "tui/screens/modules.h"
#include "tui/screens/records.h"
#include "tui/text.h"
#include "tui/words.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATES "state:outage"

/* ---- the list ---- */

static bool is_set(const char *flag) { return flag[0] == '1' || strcmp(flag, "true") == 0; }

static void cell_broken(const struct row *row, char *out, size_t size, enum role *role)
{
    bool broken = is_set(row_get(row, "promise_broken"));
    *role = R_LATE;
    strf(out, size, "%s", broken ? theme_glyph(GL_LATE) : "");
}

static void cell_resource(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_TEXT;
    strf(out, size, "%s", words_label("outage_resource", row_get(row, "resource")));
}

static void cell_kind(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = strcmp(row_get(row, "kind"), "emergency") == 0 ? R_SOON : R_DIM;
    strf(out, size, "%s", words_label("outage_kind", row_get(row, "kind")));
}

static void cell_started(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_TEXT;
    cells_moment(row_get(row, "started"), out, size);
}

static void cell_promised(const struct row *row, char *out, size_t size, enum role *role)
{
    const char *ended = row_get(row, "ended");
    *role = ended[0] ? R_GOOD : is_set(row_get(row, "promise_broken")) ? R_LATE : R_TEXT;
    cells_moment(ended[0] ? ended : row_get(row, "promised"), out, size);
}

static void cell_houses(const struct row *row, char *out, size_t size, enum role *role)
{
    const char *now = row_get(row, "houses_now"), *all = row_get(row, "houses");
    *role = strcmp(now, "0") == 0 ? R_DIM : R_STRONG;
    if (strcmp(now, all) == 0 || strcmp(now, "0") == 0)
        strf(out, size, "%s", all);
    else
        strf(out, size, "%s/%s", now, all);
}

static void cell_houses_said(const struct row *row, char *out, size_t size, enum role *role)
{
    char number[40];
    int all = atoi(row_get(row, "houses"));
    cell_houses(row, number, sizeof number, role);
    strf(out, size, ngettext("%s house", "%s houses", (unsigned long)all), number);
}

static void cell_where(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_TEXT;
    strf(out, size, "%s", row_get(row, "where"));
}

static void cell_supplier(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_DIM;
    strf(out, size, "%s", row_get(row, "supplier_name"));
}

static void cell_status(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = status_role_of(row_get(row, "status"));
    strf(out, size, "%s", words_label(STATES, row_get(row, "status")));
}

static const struct column columns[] = {
    {"mark", "", 1, 1, 1, 1, false, cell_broken},
    {"number", N_("Number"), 10, 12, 2, 0, false, cell_number},
    {"resource", N_("Resource"), 22, 24, 1, 1, false, cell_resource},
    {"where", N_("Where"), 15, 0, 1, 2, false, cell_where},
    {"houses", N_("Houses"), 6, 9, 1, 0, true, cell_houses},
    {"promised", N_("Back at"), 11, 16, 1, 2, false, cell_promised},
    {"houses", "", 8, 8, COLUMN_NARROW_ONLY, 1, true, cell_houses_said},
    {"started", N_("Since"), 11, 16, 3, 0, false, cell_started},
    {"kind", N_("Kind"), 12, 14, 4, 0, false, cell_kind},
    {"supplier", N_("Supplier"), 14, 26, 5, 0, false, cell_supplier},
    {"status", N_("State"), 12, 22, 3, 0, false, cell_status},
};
static const char *const fields[] = {"number",   "status",         "kind",   "resource",   "supplier_name", "started", "promised",
                                     "ended",    "promise_broken", "houses", "houses_now", "where",         "reason",  "source_kind",
                                     "promises", "actions",        NULL};
static const struct records_tab tabs[] = {
    {N_("Not restored"), "{\"open\": true}"},
    {N_("Emergency"), "{\"open\": true, \"kind\": \"emergency\"}"},
    {N_("Planned"), "{\"open\": true, \"kind\": \"planned\"}"},
    {N_("Announced"), "{\"status\": \"announced\"}"},
    {N_("Promise broken"), "{\"broken\": true}"},
    {N_("All"), "{}"},
    {NULL, NULL},
};
static const char *const sorts[] = {"new", "old", NULL};

static void preview_moment(struct doc *d, const char *label, const char *wire, enum role role)
{
    char text[40];
    dates_moment(wire, text, sizeof text);
    doc_field(d, label, text, role);
}

static void preview(struct doc *d, const struct row *row)
{
    char houses[40];
    enum role role;
    cell_houses(row, houses, sizeof houses, &role);
    doc_heading(d, row_get(row, "number"));
    doc_text(d, 0, R_STRONG, words_label("outage_resource", row_get(row, "resource")));
    doc_text(d, 0, R_TEXT, row_get(row, "where"));
    doc_blank(d);
    doc_field(d, _("State"), words_label(STATES, row_get(row, "status")), status_role_of(row_get(row, "status")));
    doc_field(d, _("Kind"), words_label("outage_kind", row_get(row, "kind")), R_TEXT);
    doc_field(d, _("Houses"), houses, role);
    preview_moment(d, _("Since"), row_get(row, "started"), R_TEXT);
    preview_moment(d, _("Promised"), row_get(row, "promised"), is_set(row_get(row, "promise_broken")) ? R_LATE : R_STRONG);
    preview_moment(d, _("Ended"), row_get(row, "ended"), R_GOOD);
    doc_field(d, _("Supplier"), row_get(row, "supplier_name"), R_TEXT);
    doc_field(d, _("Reason"), row_get(row, "reason"), R_TEXT);
}

static const struct records_spec list_spec = {
    .record = "outage",
    .title = N_("Outages"),
    .scopes = "outage list",
    .list = {.method = "outage.list",
             .columns = columns,
             .column_count = sizeof columns / sizeof *columns,
             .fields = fields,
             .params = records_params,
             .empty = N_("No such outages. Tab shows other selections, F7 writes one down.")},
    .tabs = tabs,
    .sorts = sorts,
    .new_command = CMD_NEW_OUTAGE,
    .preview = preview,
};

struct screen *outages_list(const char *query) { return records_screen(&list_spec, query); }
struct screen *outages_rows(json_t *filters, const char *about) { return records_rows(&list_spec, filters, about); }

/* ---- on the card of a house ---- */

static void house_moment(const struct row *row, const char *field, char *out, size_t size, enum role *role)
{
    *role = R_TEXT;
    cells_moment(row_get(row, field), out, size);
}

static void cell_house_off(const struct row *row, char *out, size_t size, enum role *role)
{
    house_moment(row, "house_off", out, size, role);
}

/* The last of the promises; how many there were says how often it was moved. */
static void cell_house_promised(const struct row *row, char *out, size_t size, enum role *role)
{
    int promises = atoi(row_get(row, "promises"));
    house_moment(row, "promised", out, size, role);
    *role = is_set(row_get(row, "promise_broken")) ? R_LATE : R_TEXT;
    size_t len = strlen(out);
    if (promises > 1)
        strf(out + len, size - len, " ×%d", promises);
}

static void cell_house_back(const struct row *row, char *out, size_t size, enum role *role)
{
    const char *status = row_get(row, "status"), *back = row_get(row, "house_back");
    bool off = strcmp(status, "active") == 0 || strcmp(status, "partial") == 0;
    if (back[0] || !off) {
        house_moment(row, "house_back", out, size, role);
        *role = R_GOOD;
    } else {
        strf(out, size, "%s", _("still off"));
        *role = R_LATE;
    }
    if (!back[0] && !off) {
        strf(out, size, "%s", words_label(STATES, status));
        *role = status_role_of(status);
    }
}

/* On a phone no head says which time it is. */
static void cell_house_times(const struct row *row, char *out, size_t size, enum role *role)
{
    char since[40], promised[40];
    cell_house_off(row, since, sizeof since, role);
    cell_house_promised(row, promised, sizeof promised, role);
    strf(out, size, _("since %s"), since);
    size_t len = strlen(out);
    if (promised[0])
        strf(out + len, size - len, _(", promised %s"), promised);
}

static const struct column house_columns[] = {
    {"mark", "", 1, 1, 1, 1, false, cell_broken},
    {"resource", N_("Resource"), 22, 24, 1, 1, false, cell_resource},
    {"off", N_("Since"), 11, 12, 1, 0, false, cell_house_off},
    {"promised", N_("Promised"), 14, 15, 2, 0, false, cell_house_promised},
    {"back", N_("Back since"), 13, 16, 1, 1, false, cell_house_back},
    {"times", "", 20, 0, COLUMN_NARROW_ONLY, 2, false, cell_house_times},
    {"number", N_("Number"), 10, 12, 3, 0, false, cell_number},
    {"kind", N_("Kind"), 12, 14, 4, 0, false, cell_kind},
    {"reason", N_("Reason"), 20, 0, 5, 0, false, NULL},
};
static const char *const house_fields[] = {"number",    "status",     "kind",     "resource", "promised", "promise_broken",
                                           "house_off", "house_back", "promises", "reason",   "actions",  NULL};

const struct card_list outages_of_house = {.record = "outage",
                                           .sort = "begun",
                                           .list = {.method = "outage.list",
                                                    .columns = house_columns,
                                                    .column_count = sizeof house_columns / sizeof *house_columns,
                                                    .fields = house_fields,
                                                    .params = card_list_params,
                                                    .empty = N_("This house was never written down as being without anything.")}};

/* ---- the card ---- */

static void build_counts(struct doc *d, const json_t *r)
{
    char text[160];
    int64_t now = js_int(r, "houses_now"), all = js_int(r, "houses"), estimated = js_int(r, "residents_estimated");
    strf(text, sizeof text, now == all ? "%lld" : _("%lld of %lld"), (long long)now, (long long)all);
    doc_field_short(d, strcmp(js_str(r, "status"), "announced") == 0 ? _("Houses concerned") : _("Houses without it"), text,
                    now ? R_STRONG : R_GOOD);
    if (!now)
        return;
    strf(text, sizeof text, estimated ? _("%lld, of them by estimate %lld") : "%lld", (long long)js_int(r, "residents_now"),
         (long long)estimated);
    doc_field_short(d, _("Residents"), text, R_TEXT);
    strf(text, sizeof text, "%lld", (long long)js_int(r, "flats_now"));
    doc_field_short(d, _("Flats"), text, R_TEXT);
    strf(text, sizeof text, "%lld", (long long)js_int(r, "social_now"));
    doc_field_short(d, _("Social objects"), text, js_int(r, "social_now") ? R_LATE : R_DIM);
}

static void build_main(struct doc *d, const json_t *r)
{
    char moment[40];
    doc_text(d, 0, R_TEXT, js_str(r, "reason"));
    doc_text(d, 0, R_DIM, js_str(r, "where"));
    doc_blank(d);
    build_counts(d, r);
    card_date(d, _("Since"), r, "started");
    dates_moment(js_str(r, "promised"), moment, sizeof moment);
    if (moment[0])
        doc_field_short(d, _("Promised"), moment, js_bool(r, "promise_broken") ? R_LATE : R_STRONG);
    if (js_bool(r, "promise_broken"))
        doc_text(d, 2, R_LATE, _("The promised time is over"));
    card_date(d, _("Ended"), r, "ended");
    card_word(d, _("Kind"), r, "kind", "outage_kind");
    if (js_str(r, "source")[0]) {
        card_text(d, _("Source"), r, "source");
        card_text(d, _("Kind in its words"), r, "source_kind");
    }
    card_text(d, _("Supplier"), r, "supplier_name");
    card_text(d, _("Phone"), r, "supplier_phone");
    card_date(d, _("Consumers warned"), r, "noticed");
    if (js_bool(r, "notice_late"))
        doc_text(d, 2, R_LATE, _("A planned outage is told 10 working days ahead (Rules 354, par. 31)"));
    card_text(d, _("Written down by"), r, "opened_by_name");
    doc_heading(d, _("Allowed break (Rules 354)"));
    const json_t *allowed = json_object_get(r, "allowed");
    char text[200];
    if (!js_bool(allowed, "has_rule"))
        doc_text(d, 0, R_DIM, _("The Rules set no hours for this resource"));
    doc_field_short(d, _("Condition"), js_str(allowed, strcmp(i18n_language(), "en") == 0 ? "condition_en" : "condition_ru"), R_TEXT);
    dates_moment(js_str(allowed, "allowed_until"), moment, sizeof moment);
    if (moment[0])
        doc_field_short(d, _("Allowed until"), moment, R_STRONG);
    if (json_is_number(json_object_get(allowed, "at_once_hours"))) {
        strf(text, sizeof text, _("%g h"), json_number_value(json_object_get(allowed, "at_once_hours")));
        doc_field_short(d, _("At once"), text, R_TEXT);
    }
    if (json_is_number(json_object_get(allowed, "month_hours"))) {
        int64_t left = js_int(allowed, "month_left_s");
        strf(text, sizeof text, _("%g h, left this month %lld h %02lld min"), json_number_value(json_object_get(allowed, "month_hours")),
             (long long)left / 3600, (long long)left / 60 % 60);
        doc_field_short(d, _("In a month"), text, left ? R_TEXT : R_LATE);
    }
    if (js_int(allowed, "exceeded_houses") > 0) {
        strf(text, sizeof text, _("in %lld houses, up to %lld h %02lld min"), (long long)js_int(allowed, "exceeded_houses"),
             (long long)js_int(allowed, "exceeded_s") / 3600, (long long)js_int(allowed, "exceeded_s") / 60 % 60);
        doc_field_short(d, _("Exceeded"), text, R_LATE);
    }
    doc_text(d, 0, R_DIM, _("These hours bind the charge, they are no term of repair."));
}

static int count_houses(const json_t *r) { return (int)js_int(r, "houses"); }

static void build_houses(struct doc *d, const json_t *r)
{
    size_t i;
    json_t *h, *x;
    json_array_foreach(json_object_get(r, "house_list"), i, h)
    {
        char line[400], back[40];
        size_t k;
        bool off = json_is_null(json_object_get(h, "restored"));
        dates_moment(js_str(h, "restored"), back, sizeof back);
        strf(line, sizeof line, "%s%s%s", js_str(h, "address"), off ? "" : "  ", back);
        doc_text(d, 0, off ? R_TEXT : R_GOOD, line);
        json_array_foreach(json_object_get(h, "social_objects"), k, x)
        {
            strf(line, sizeof line, "%s %s  %s", theme_glyph(GL_LATE), js_str(x, "name"), js_str(x, "phone"));
            doc_text(d, 2, off ? R_LATE : R_DIM, line);
        }
    }
    int more = count_houses(r) - (int)json_array_size(json_object_get(r, "house_list"));
    if (more > 0) {
        char line[120];
        strf(line, sizeof line, _("and %d more: outage.houses"), more);
        doc_text(d, 0, R_DIM, line);
    }
}

/* The houses by pages, each opens; the side of a wide card has the first ones. */
static void cell_address(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = row_get(row, "restored")[0] ? R_GOOD : R_STRONG;
    strf(out, size, "%s", cells_from_street(row_get(row, "address")));
}

static void cell_back(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_GOOD;
    cells_moment(row_get(row, "restored"), out, size);
}

static void cell_residents(const struct row *row, char *out, size_t size, enum role *role)
{
    bool estimated = is_set(row_get(row, "estimated"));
    *role = estimated ? R_DIM : R_TEXT;
    strf(out, size, "%s%s", estimated && row_get(row, "residents")[0] ? "~" : "", row_get(row, "residents"));
}

static void cell_social(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = row_get(row, "restored")[0] ? R_DIM : R_LATE;
    const char *social = row_get(row, "social"), *kind = row_get(row, "vulnerable");
    strf(out, size, "%s%s%s", kind[0] ? words_label("social_object_kind", kind) : "", kind[0] && social[0] ? "; " : "", social);
}

static void cell_said(const struct row *row, char *out, size_t size, enum role *role)
{
    char residents[40], social[400], back[40];
    enum role ignored;
    cell_residents(row, residents, sizeof residents, &ignored);
    cell_back(row, back, sizeof back, &ignored);
    cell_social(row, social, sizeof social, role);
    out[0] = '\0';
    figures_add(out, size, _("back since"), back);
    figures_add(out, size, _("people"), residents);
    size_t len = strlen(out);
    strf(out + len, size - len, "%s%s", len && social[0] ? " · " : "", social);
}

static const struct column all_houses_columns[] = {
    {"address", N_("House"), 26, 40, 1, 1, false, cell_address},  {"residents", N_("Residents"), 7, 9, 3, 0, true, cell_residents},
    {"back", N_("Back since"), 11, 16, 2, 0, false, cell_back},   {"social", N_("Social objects"), 20, 0, 2, 0, false, cell_social},
    {"said", "", 20, 0, COLUMN_NARROW_ONLY, 2, false, cell_said}, {"company_name", N_("House management"), 14, 26, 4, 0, false, NULL},
};
static const char *const all_houses_fields[] = {"address", "residents",  "estimated",    "restored",
                                                "social",  "vulnerable", "company_name", NULL};

static const struct card_list all_houses = {.record = "house",
                                            .param = "id",
                                            .list = {.method = "outage.houses",
                                                     .columns = all_houses_columns,
                                                     .column_count = sizeof all_houses_columns / sizeof *all_houses_columns,
                                                     .fields = all_houses_fields,
                                                     .params = card_list_params,
                                                     .empty = N_("No houses yet: add them by a line.")}};

static int count_promises(const json_t *r) { return (int)json_array_size(json_object_get(r, "promises")); }

static void build_promises(struct doc *d, const json_t *r)
{
    const json_t *all = json_object_get(r, "promises");
    for (size_t i = json_array_size(all); i-- > 0;) {
        const json_t *p = json_array_get(all, i);
        char line[300], promised[40], said[40], who[128];
        dates_moment(js_str(p, "promised"), promised, sizeof promised);
        dates_moment(js_str(p, "said_at"), said, sizeof said);
        name_short(js_str(p, "by"), who, sizeof who);
        strf(line, sizeof line, "%s  (%s, %s)", promised, who, said);
        doc_text(d, 0, i + 1 == json_array_size(all) ? R_STRONG : R_DIM, line);
        doc_text(d, 2, R_TEXT, js_str(p, "reason"));
    }
}

static const struct card_tab card_tabs[] = {
    {N_("Card"), NULL, build_main, NULL},
    {N_("Houses"), count_houses, build_houses, &all_houses},
    {N_("Promises"), count_promises, build_promises, NULL},
    {N_("Files"), files_count, files_build, NULL},
    {N_("Comments"), card_count_comments, card_comments, NULL},
    {N_("History"), NULL, card_history, NULL},
    {.label = NULL},
};

static void heading(const json_t *r, char *left, size_t left_size, char *right, size_t right_size, enum role *role)
{
    bool broken = js_bool(r, "promise_broken");
    strf(left, left_size, "%s", words_label("outage_resource", js_str(r, "resource")));
    strf(right, right_size, "%s%s%s", broken ? theme_glyph(GL_LATE) : "", broken ? " " : "", words_label(STATES, js_str(r, "status")));
    *role = broken ? R_LATE : status_role_of(js_str(r, "status"));
}

static const struct card_spec card_spec = {
    .record = "outage",
    .method = "outage.get",
    .scopes = "outage card",
    .title = N_("Outage"),
    .tabs = card_tabs,
    .side_tab = 1,
    .heading = heading,
    .set_method = "outage.set",
    .new_command = CMD_NEW_OUTAGE,
};

struct screen *outages_card(int64_t id, enum command then) { return card_screen(&card_spec, id, then); }
