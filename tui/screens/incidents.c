/* Incidents of the duty desk: the journal, the card with its services and clocks, and actions that know more than their operation. The form
 * of a call stands in call.c. */
#include "tui/dates.h"
#include "tui/i18n.h"
#include "tui/json.h"
#include "tui/screens/card.h"
#include "tui/screens/cells.h"
#include "tui/screens/form.h"
#include "tui/screens/modules.h"
#include "tui/screens/records.h"
#include "tui/text.h"
#include "tui/words.h"
#include <stdlib.h>
#include <string.h>

#define STATES "state:incident"

/* ---- the list ---- */

static void cell_pressing(const struct row *row, char *out, size_t size, enum role *role)
{
    const char *clock = row_get(row, "clock_state");
    bool late = strcmp(clock, "breached") == 0, soon = strcmp(clock, "soon") == 0, life = strcmp(row_get(row, "priority"), "p1") == 0;
    *role = late || life ? R_LATE : R_SOON;
    strf(out, size, "%s", row_get(row, "closed_at")[0] ? "" : late || life ? theme_glyph(GL_LATE) : soon ? theme_glyph(GL_SOON) : "");
}

static void cell_taken(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_DIM;
    cells_moment(row_get(row, "taken_at"), out, size);
}

static void cell_type(const struct row *row, char *out, size_t size, enum role *role)
{
    bool open = !row_get(row, "closed_at")[0];
    *role = open && strcmp(row_get(row, "priority"), "p1") == 0 ? R_LATE : open ? R_STRONG : R_TEXT;
    strf(out, size, "%s", words_label("incident_type", row_get(row, "type")));
}

static void cell_where(const struct row *row, char *out, size_t size, enum role *role)
{
    const char *text = row_get(row, "text"),
               *place = row_get(row, "house")[0] ? cells_from_street(row_get(row, "place")) : row_get(row, "place");
    int repeats = atoi(row_get(row, "repeats"));
    *role = R_TEXT;
    if (repeats > 0)
        strf(out, size, "%s ×%d  %s", place, repeats + 1, text);
    else
        strf(out, size, "%s%s%s", place, text[0] ? "  " : "", text);
}

static void cell_status(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = status_role_of(row_get(row, "status"));
    strf(out, size, "%s", words_label(STATES, row_get(row, "status")));
}

/* What is waited for: the norm, and until when. */
static void cell_clock(const struct row *row, char *out, size_t size, enum role *role)
{
    const char *clock = row_get(row, "clock_state");
    char until[32];
    *role = strcmp(clock, "breached") == 0 ? R_LATE : strcmp(clock, "soon") == 0 ? R_SOON : R_DIM;
    dates_moment(row_get(row, "clock_due"), until, sizeof until);
    strf(out, size, "%s%s%s", until, until[0] ? " " : "", clock[0] ? words_label("response_norm", row_get(row, "clock_norm")) : "");
}

static void cell_caller(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_DIM;
    strf(out, size, "%s%s%s", row_get(row, "phone"), row_get(row, "phone")[0] ? " " : "", row_get(row, "caller"));
}

static const struct column columns[] = {
    {"mark", "", 1, 1, 1, 1, false, cell_pressing},
    {"taken_at", N_("Taken"), 11, 14, 2, 1, false, cell_taken},
    {"number", N_("Number"), 11, 12, 4, 0, false, cell_number},
    {"type", N_("Kind"), 18, 26, 1, 1, false, cell_type},
    {"place", N_("Where and what"), 24, 0, 1, 2, false, cell_where},
    {"clock", N_("Awaited"), 30, 36, 5, 0, false, cell_clock},
    {"caller", N_("Caller"), 20, 30, 7, 0, false, cell_caller},
    {"status", N_("State"), 12, 16, 3, 1, false, cell_status},
};

static const char *const fields[] = {"number",  "house",   "status",     "taken_at",      "type",       "priority",  "text",
                                     "place",   "phone",   "caller",     "clock_state",   "clock_norm", "clock_due", "closed_at",
                                     "repeats", "actions", "told_until", "taken_by_name", NULL};

static const struct records_tab tabs[] = {
    {N_("Not closed"), "{\"open\": true, \"sort\": \"urgent\"}"},
    {N_("Taken down"), "{\"status\": \"new\"}"},
    {N_("Breached"), "{\"open\": true, \"clock\": \"breached\"}"},
    {N_("Soon breached"), "{\"open\": true, \"clock\": \"soon\"}"},
    {N_("All"), "{}"},
    {NULL, NULL},
};

static const char *const sorts[] = {"new", "urgent", "old", NULL};

static void preview(struct doc *d, const struct row *row)
{
    char text[120];
    enum role role;
    doc_heading(d, row_get(row, "number"));
    doc_text(d, 0, R_STRONG, words_label("incident_type", row_get(row, "type")));
    doc_text(d, 0, R_TEXT, row_get(row, "place"));
    doc_text(d, 0, R_TEXT, row_get(row, "text"));
    doc_blank(d);
    doc_field(d, _("State"), words_label(STATES, row_get(row, "status")), status_role_of(row_get(row, "status")));
    doc_field(d, _("Priority"), words_label("incident_priority", row_get(row, "priority")), R_TEXT);
    cell_clock(row, text, sizeof text, &role);
    doc_field(d, _("Awaited"), text, role);
    dates_moment(row_get(row, "told_until"), text, sizeof text);
    doc_field(d, _("Promised until"), text, R_TEXT);
    doc_field(d, _("Caller"), row_get(row, "caller"), R_TEXT);
    doc_field(d, _("Phone"), row_get(row, "phone"), R_TEXT);
    doc_field(d, _("Taken by"), row_get(row, "taken_by_name"), R_TEXT);
}

static const struct records_spec list_spec = {
    .record = "incident",
    .title = N_("Incidents"),
    .scopes = "incident list",
    .list = {.method = "incident.list",
             .columns = columns,
             .column_count = sizeof columns / sizeof *columns,
             .fields = fields,
             .params = records_params,
             .empty = N_("No such incidents. F7 writes a call down, Tab shows other selections.")},
    .tabs = tabs,
    .sorts = sorts,
    .new_command = CMD_NEW_INCIDENT,
    .preview = preview,
};

struct screen *incidents_list(const char *query) { return records_screen(&list_spec, query); }

/* ---- on the card of a house ---- */

static void cell_text(const struct row *row, char *out, size_t size, enum role *role)
{
    int repeats = atoi(row_get(row, "repeats"));
    *role = R_TEXT;
    strf(out, size, "%s", row_get(row, "text"));
    if (repeats > 0)
        strf(out, size, "×%d  %s", repeats + 1, row_get(row, "text"));
}

static const struct column house_columns[] = {
    {"mark", "", 1, 1, 1, 1, false, cell_pressing},
    {"taken_at", N_("Taken"), 11, 14, 1, 1, false, cell_taken},
    {"number", N_("Number"), 11, 12, 4, 0, false, cell_number},
    {"type", N_("Kind"), 18, 26, 1, 1, false, cell_type},
    {"text", N_("What"), 16, 0, 1, 2, false, cell_text},
    {"caller", N_("Caller"), 20, 30, 6, 0, false, cell_caller},
    {"status", N_("State"), 12, 16, 3, 2, false, cell_status},
};

const struct card_list incidents_of_house = {.record = "incident",
                                             .list = {.method = "incident.list",
                                                      .columns = house_columns,
                                                      .column_count = sizeof house_columns / sizeof *house_columns,
                                                      .fields = fields,
                                                      .params = card_list_params,
                                                      .empty = N_("No calls from this house so far.")}};

/* ---- the card ---- */

static int count_of(const json_t *record, const char *name) { return (int)json_array_size(json_object_get(record, name)); }
static int count_services(const json_t *r) { return count_of(r, "services"); }
static int count_repeats(const json_t *r) { return count_of(r, "repeats"); }

static void build_services(struct doc *d, const json_t *r)
{
    size_t i;
    json_t *v;
    json_array_foreach(json_object_get(r, "services"), i, v)
    {
        char line[700], at[32], answered[32], arrived[32];
        dates_moment(js_str(v, "informed_at"), at, sizeof at);
        dates_moment(js_str(v, "answered_at"), answered, sizeof answered);
        dates_moment(js_str(v, "arrived_at"), arrived, sizeof arrived);
        if (at[0])
            strf(line, sizeof line, "%s %s  %s%s%s", theme_glyph(GL_ARROW), words_label("service", js_str(v, "service")), at,
                 js_str(v, "contact")[0] ? ", " : "", js_str(v, "contact"));
        else
            strf(line, sizeof line, "%s %s  %s", theme_glyph(GL_SOON), words_label("service", js_str(v, "service")), _("not informed yet"));
        doc_text(d, 0, at[0] ? R_TEXT : R_SOON, line);
        if (answered[0]) {
            strf(line, sizeof line, "%s: %s", answered, js_str(v, "answer")[0] ? js_str(v, "answer") : _("answered"));
            doc_text(d, 4, R_TEXT, line);
        } else if (at[0]) {
            doc_text(d, 4, R_DIM, _("no answer yet"));
        }
        if (arrived[0]) {
            strf(line, sizeof line, _("arrived %s"), arrived);
            doc_text(d, 4, R_GOOD, line);
        }
    }
}

static void build_clocks(struct doc *d, const json_t *r)
{
    static const struct {
        const char *state, *label;
        enum role role;
    } states[] = {{"pending", N_("until"), R_TEXT},
                  {"soon", N_("soon over:"), R_SOON},
                  {"met", N_("kept:"), R_GOOD},
                  {"breached", N_("breached, was due"), R_LATE},
                  {"cancelled", N_("no longer awaited, was due"), R_DIM}};
    size_t i;
    json_t *c;
    json_array_foreach(json_object_get(r, "clocks"), i, c)
    {
        char line[300], when[32];
        for (size_t k = 0; k < sizeof states / sizeof *states; k++) {
            if (strcmp(states[k].state, js_str(c, "state")) != 0)
                continue;
            dates_moment(js_str(c, strcmp(states[k].state, "met") == 0 ? "met_at" : "due_at"), when, sizeof when);
            strf(line, sizeof line, "%s  %s %s", words_label("response_norm", js_str(c, "norm")), tr(states[k].label), when);
            doc_text(d, 0, states[k].role, line);
        }
    }
}

static void build_repeats(struct doc *d, const json_t *r)
{
    size_t i;
    json_t *v;
    json_array_foreach(json_object_get(r, "repeats"), i, v)
    {
        char text[400], at[32];
        dates_moment(js_str(v, "taken_at"), at, sizeof at);
        strf(text, sizeof text, "%s  %s %s", at, js_str(v, "phone"), js_str(v, "caller"));
        doc_link(d, "incident", js_int(v, "id"), js_str(v, "number"), text, R_TEXT);
    }
}

static void link_line(struct doc *d, const json_t *r, const char *name, const char *record, const char *number, const char *label)
{
    if (js_int(r, name) > 0)
        doc_link(d, record, js_int(r, name), js_str(r, number), label, R_TEXT);
}

static void number_field(struct doc *d, const char *label, const json_t *r, const char *name)
{
    char text[32];
    strf(text, sizeof text, "%lld", (long long)js_int(r, name));
    if (js_int(r, name) > 0)
        doc_field_short(d, label, text, R_LATE);
}

static void build_main(struct doc *d, const json_t *r)
{
    char text[500], who[128];
    doc_text(d, 0, R_TEXT, js_str(r, "full_text"));
    doc_blank(d);
    strf(text, sizeof text, "%s%s%s%s%s%s%s", js_str(r, "place"), js_str(r, "entrance")[0] ? _(", entrance ") : "", js_str(r, "entrance"),
         js_str(r, "floor")[0] ? _(", floor ") : "", js_str(r, "floor"), js_str(r, "flat")[0] ? _(", flat ") : "", js_str(r, "flat"));
    doc_field(d, _("Where"), text, R_STRONG);
    strf(text, sizeof text, "%s%s%s", js_str(r, "phone"), js_str(r, "phone")[0] && js_str(r, "caller")[0] ? ", " : "", js_str(r, "caller"));
    doc_field(d, _("Caller"), text, R_TEXT);
    card_word(d, _("Priority"), r, "priority", "incident_priority");
    card_word(d, _("Source"), r, "source", "incident_source");
    card_date(d, _("Taken"), r, "taken_at");
    name_short(js_str(r, "taken_by_name"), who, sizeof who);
    doc_field_short(d, _("Taken by"), who, R_TEXT);
    card_date(d, _("Told the caller"), r, "told_at");
    card_date(d, _("Promised until"), r, "told_until");
    card_date(d, _("Localised"), r, "localized_at");
    card_date(d, _("Resolved"), r, "resolved_at");
    number_field(d, _("Dead"), r, "dead");
    number_field(d, _("Injured"), r, "injured");
    number_field(d, _("Children among them"), r, "children");
    number_field(d, _("Rescued"), r, "rescued");
    card_date(d, _("Superiors told"), r, "escalated_at");
    if (count_of(r, "clocks") > 0) {
        doc_heading(d, _("Response clocks"));
        build_clocks(d, r);
    }
    if (count_services(r) > 0) {
        doc_heading(d, _("Services"));
        build_services(d, r);
    }
    if (js_str(r, "measures")[0]) {
        doc_heading(d, _("Measures"));
        doc_text(d, 0, R_TEXT, js_str(r, "measures"));
    }
    if (js_int(r, "outage") || js_int(r, "appeal") || js_int(r, "assignment") || js_int(r, "repeat_of") || js_int(r, "shift"))
        doc_heading(d, _("Linked"));
    link_line(d, r, "outage", "outage", "outage_number", _("outage"));
    link_line(d, r, "repeat_of", "incident", "repeat_of_number", _("this call repeats it"));
    link_line(d, r, "appeal", "appeal", "appeal_number", _("appeal"));
    link_line(d, r, "assignment", "assignment", "assignment_number", _("assignment"));
    link_line(d, r, "shift", "shift", "shift_number", _("shift"));
    if (count_repeats(r) > 0) {
        doc_heading(d, _("Repeated calls"));
        build_repeats(d, r);
    }
}

static const struct card_tab card_tabs[] = {
    {N_("Card"), NULL, build_main, NULL},
    {N_("Services"), count_services, build_services, NULL},
    {N_("Repeated calls"), count_repeats, build_repeats, NULL},
    {N_("Comments"), card_count_comments, card_comments, NULL},
    {N_("History"), NULL, card_history, NULL},
    {.label = NULL},
};

static void heading(const json_t *r, char *left, size_t left_size, char *right, size_t right_size, enum role *role)
{
    bool life = strcmp(js_str(r, "priority"), "p1") == 0;
    strf(left, left_size, "%s: %s", words_label("incident_type", js_str(r, "type")), js_str(r, "place"));
    strf(right, right_size, "%s", words_label(STATES, js_str(r, "status")));
    *role = life && !js_str(r, "closed_at")[0] ? R_LATE : status_role_of(js_str(r, "status"));
}

static const struct card_spec card_spec = {
    .record = "incident",
    .method = "incident.get",
    .scopes = "incident card",
    .title = N_("Incident"),
    .tabs = card_tabs,
    .side_tab = 4,
    .heading = heading,
    .set_method = "incident.set",
    .new_command = CMD_NEW_INCIDENT,
};

struct screen *incidents_card(int64_t id, enum command then) { return card_screen(&card_spec, id, then); }

/* ---- actions ---- */

/* The services stand on the card already: only who took it, and when, is asked. */
void incident_dispatch_open(const struct record_ref *refs, size_t count)
{
    static const struct form_hint hints[] = {{"service", FH_HIDE, NULL}, {NULL, 0, NULL}};
    form_open(&(struct form_start){.method = "incident.dispatch", .refs = refs, .ref_count = count, .hints = hints});
}
