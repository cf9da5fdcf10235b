/* Assignments that are given anew each period: what comes next and from whom, changed from the next one on, or stopped. */
#include "tui/dates.h"
#include "tui/i18n.h"
#include "tui/json.h"
#include "tui/screens/card.h"
#include "tui/screens/form.h"
#include "tui/screens/modules.h"
#include "tui/screens/records.h"
#include "tui/text.h"
#include "tui/words.h"
#include <stdio.h>
#include <string.h>

static void cell_title(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = strcmp(row_get(row, "status"), "stopped") == 0 ? R_DIM : R_STRONG;
    strf(out, size, "%s", row_get(row, "title"));
}

static void cell_whom(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_TEXT;
    name_short(row_get(row, "responsible_name"), out, size);
}

static void cell_period(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_TEXT;
    strf(out, size, "%s", words_own(row_get(row, "period")));
}

static void cell_next(const struct row *row, char *out, size_t size, enum role *role)
{
    bool stopped = strcmp(row_get(row, "status"), "stopped") == 0, trouble = row_get(row, "trouble")[0];
    *role = stopped ? R_DIM : trouble ? R_LATE : R_TEXT;
    if (stopped)
        strf(out, size, "%s", _("stopped"));
    else if (trouble)
        strf(out, size, "%s", _("! was not given"));
    else
        dates_full(dates_from_wire(row_get(row, "next_on")), out, size);
}

static const struct column columns[] = {
    {"title", N_("What to do"), 20, 0, 1, 1, false, cell_title},
    {"responsible_name", N_("Responsible"), 14, 22, 1, 2, false, cell_whom},
    {"period", N_("Repeats"), 13, 26, 2, 2, false, cell_period},
    {"next_on", N_("Next one from"), 14, 16, 1, 1, false, cell_next},
    {"born", N_("Given"), 6, 8, 4, 0, true, NULL},
};
static const char *const fields[] = {"number", "title",   "responsible_name", "period",  "status",
                                     "born",   "next_on", "trouble",          "actions", NULL};

static const struct records_tab tabs[] = {
    {N_("Go on"), "{}"},
    {N_("All"), "{\"all\": true}"},
    {NULL, NULL},
};

/* The first one is given with them: the form of an assignment, with its period asked for. */
static void periodics_new(void) { assign_open_periodic(); }

static const struct records_spec list_spec = {
    .record = "periodic",
    .title = N_("Periodic assignments"),
    .scopes = "periodic list",
    .list = {.method = "periodic.list",
             .columns = columns,
             .column_count = sizeof columns / sizeof *columns,
             .fields = fields,
             .params = records_params,
             .empty = N_("Nothing repeats. F7 gives an assignment that does.")},
    .tabs = tabs,
    .make = periodics_new,
};

struct screen *periodics_list(const char *query) { return records_screen(&list_spec, query); }

static void build_main(struct doc *d, const json_t *r)
{
    char text[600] = "", who[128];
    size_t i;
    json_t *p;
    doc_field(d, _("What to do"), js_str(r, "title"), R_STRONG);
    name_short(js_str(r, "responsible_name"), who, sizeof who);
    doc_field(d, _("Responsible"), who, R_TEXT);
    card_word(d, _("Repeats"), r, "period", "");
    if (js_str(r, "next_on")[0])
        card_date(d, _("Next one from"), r, "next_on");
    if (js_str(r, "trouble")[0])
        doc_field(d, _("Was not given"), js_str(r, "trouble"), R_LATE);
    card_date(d, _("Stopped"), r, "ended_at");
    name_short(js_str(r, "author_name"), who, sizeof who);
    doc_field(d, _("Author"), who, R_TEXT);
    name_short(js_str(r, "on_behalf_of_name"), who, sizeof who);
    doc_field(d, _("On behalf of"), who, R_TEXT);
    name_short(js_str(r, "controller_name"), who, sizeof who);
    doc_field(d, _("Controller"), who, R_TEXT);
    json_array_foreach(json_object_get(r, "co_executors"), i, p)
    {
        size_t len = strlen(text);
        name_short(js_str(p, "name"), who, sizeof who);
        strf(text + len, sizeof text - len, "%s%s", i ? ", " : "", who);
    }
    doc_field(d, _("Co-executors"), text, R_TEXT);
    card_word(d, _("Urgency"), r, "urgency", "urgency");
    if (js_str(r, "text")[0]) {
        doc_heading(d, _("Details"));
        doc_text(d, 0, R_TEXT, js_str(r, "text"));
    }
}

static int count_given(const json_t *r) { return js_int(r, "born") < 1000 ? (int)js_int(r, "born") : 1000; }
static void build_given(struct doc *d, const json_t *r) { assignments_build(d, json_object_get(r, "assignments")); }

static void heading(const json_t *r, char *left, size_t left_size, char *right, size_t right_size, enum role *role)
{
    bool stopped = strcmp(js_str(r, "status"), "stopped") == 0;
    strf(left, left_size, "%s", js_str(r, "title"));
    strf(right, right_size, "%s", stopped ? _("stopped") : js_str(r, "trouble")[0] ? _("! was not given") : words_own(js_str(r, "period")));
    *role = stopped ? R_DIM : js_str(r, "trouble")[0] ? R_LATE : R_TEXT;
}

static const struct card_tab card_tabs[] = {
    {N_("Card"), NULL, build_main, NULL},
    {N_("Given"), count_given, build_given, NULL},
    {N_("History"), NULL, card_history, NULL},
    {.label = NULL},
};

static const struct card_spec card_spec = {
    .record = "periodic",
    .method = "periodic.get",
    .scopes = "periodic card",
    .title = N_("Periodic assignment"),
    .tabs = card_tabs,
    .side_tab = 2,
    .heading = heading,
    .set_method = "periodic.set",
};

struct screen *periodics_card(int64_t id, enum command then) { return card_screen(&card_spec, id, then); }
