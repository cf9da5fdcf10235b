/* Shifts of the duty desk: their log, the card with what is open now, and the hand-over, for which the next dispatcher signs. */
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

#define STATES "state:shift"

/* ---- the list ---- */

static void cell_opened(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_TEXT;
    dates_moment(row_get(row, "opened_at"), out, size);
}

static void cell_closed(const struct row *row, char *out, size_t size, enum role *role)
{
    bool open = !row_get(row, "closed_at")[0], late = atoi(row_get(row, "late_minutes")) > 0;
    *role = open && late ? R_LATE : R_TEXT;
    dates_moment(row_get(row, open ? "planned_end" : "closed_at"), out, size);
}

static void cell_dispatcher(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_STRONG;
    name_short(row_get(row, "dispatcher_name"), out, size);
}

static void cell_next(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_TEXT;
    name_short(row_get(row, "accepted_by_name"), out, size);
}

static void cell_regime(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = strcmp(row_get(row, "regime"), "daily") == 0 ? R_DIM : R_LATE;
    strf(out, size, "%s", words_label("regime", row_get(row, "regime")));
}

static void cell_late(const struct row *row, char *out, size_t size, enum role *role)
{
    int minutes = atoi(row_get(row, "late_minutes"));
    *role = R_LATE;
    out[0] = '\0';
    if (minutes > 0)
        strf(out, size, "+%d:%02d", minutes / 60, minutes % 60);
}

static void cell_status(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = strcmp(row_get(row, "status"), "closed") == 0 ? R_DIM : R_GOOD;
    strf(out, size, "%s", words_label(STATES, row_get(row, "status")));
}

static const struct column columns[] = {
    {"opened_at", N_("Begins"), 11, 14, 1, 1, false, cell_opened},
    {"closed_at", N_("Ends"), 11, 14, 2, 1, false, cell_closed},
    {"late", N_("Delay"), 8, 8, 5, 0, true, cell_late},
    {"number", N_("Number"), 8, 10, 6, 0, false, cell_number},
    {"dispatcher", N_("On duty"), 18, 0, 1, 2, false, cell_dispatcher},
    {"next", N_("Accepted by"), 16, 24, 4, 0, false, cell_next},
    {"incidents", N_("Calls"), 7, 8, 3, 1, true, NULL},
    {"regime", N_("Regime"), 14, 26, 5, 0, false, cell_regime},
    {"status", N_("State"), 9, 10, 2, 1, false, cell_status},
};
static const char *const fields[] = {"number",           "status",       "opened_at", "planned_end", "closed_at", "dispatcher_name",
                                     "accepted_by_name", "late_minutes", "regime",    "incidents",   "actions",   NULL};
static const struct records_tab tabs[] = {{N_("All"), "{}"}, {NULL, NULL}};

static void shift_new(void)
{
    static const struct form_hint hints[] = {{"members", 0, N_("On duty with me")}, {NULL, 0, NULL}};
    form_open(&(struct form_start){.method = "shift.open", .hints = hints});
}

static const struct records_spec list_spec = {
    .record = "shift",
    .title = N_("Shifts"),
    .scopes = "shift list",
    .list = {.method = "shift.list",
             .columns = columns,
             .column_count = sizeof columns / sizeof *columns,
             .fields = fields,
             .params = records_params,
             .empty = N_("Nobody has been on duty so far. F7 opens a shift.")},
    .tabs = tabs,
    .make = shift_new,
};

struct screen *shifts_list(const char *query) { return records_screen(&list_spec, query); }

/* ---- the card ---- */

static void entry_line(struct doc *d, const json_t *e)
{
    char head[200], at[32], text[700];
    bool waits = js_bool(e, "waits");
    dates_moment(js_str(e, "at"), at, sizeof at);
    strf(head, sizeof head, "%s %s", at, waits ? theme_glyph(GL_SOON) : "");
    strf(text, sizeof text, "%s%s%s: %s", words_label("shift_entry_kind", js_str(e, "kind")), js_str(e, "who")[0] ? ", " : "",
         js_str(e, "who"), js_str(e, "text"));
    if (waits) { /* Enter says what came of it */
        doc_link(d, "shift_entry", js_int(e, "id"), at, text, R_SOON);
        return;
    }
    size_t len = strlen(head);
    strf(head + len, sizeof head - len, " ");
    char line[920];
    strf(line, sizeof line, "%s%s", head, text);
    doc_text(d, 0, R_TEXT, line);
    if (js_str(e, "done_at")[0]) {
        dates_moment(js_str(e, "done_at"), at, sizeof at);
        strf(line, sizeof line, "%s %s %s", theme_glyph(GL_ACCEPT), at, js_str(e, "done_text"));
        doc_text(d, 4, R_GOOD, line);
    }
}

static void build_log(struct doc *d, const json_t *r)
{
    size_t i;
    json_t *e;
    json_array_foreach(json_object_get(r, "entries"), i, e) entry_line(d, e);
}

/* A record's name must live for ever: that of the items is one of these. */
static const char *record_name(const char *name)
{
    static const char *const names[] = {"incident", "outage", "shift_entry"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0)
            return names[i];
    return NULL;
}

static void item_line(struct doc *d, const json_t *o, enum role role)
{
    char text[500], at[32], until[32] = "";
    const char *record = record_name(js_str(o, "record"));
    dates_moment(js_str(o, "at"), at, sizeof at);
    if (js_str(o, "until")[0])
        dates_moment(js_str(o, "until"), until, sizeof until);
    if (!record)
        return;
    if (strcmp(record, "outage") == 0)
        strf(text, sizeof text, _("%s  %s, houses: %lld%s%s  %s"), at, words_label("outage_resource", js_str(o, "resource")),
             (long long)js_int(o, "houses"), until[0] ? _(", promised ") : "", until, js_str(o, "reason"));
    else if (js_str(o, "service")[0])
        strf(text, sizeof text, _("%s  %s does not answer: %s"), at, words_label("service", js_str(o, "service")), js_str(o, "place"));
    else if (strcmp(record, "incident") == 0)
        strf(text, sizeof text, "%s  %s: %s%s%s", at, words_label("incident_type", js_str(o, "type")), js_str(o, "place"),
             until[0] ? _(", promised ") : "", until);
    else
        strf(text, sizeof text, "%s  %s%s%s", at, js_str(o, "who"), js_str(o, "who")[0] ? ": " : "", js_str(o, "text"));
    doc_link(d, record, js_int(o, "id"), js_str(o, "number"), text, role);
}

static void build_items(struct doc *d, const json_t *items)
{
    static const struct {
        const char *name, *label;
        enum role role;
    } parts[] = {{"promises", N_("Broken promises"), R_LATE},
                 {"incidents", N_("Open incidents"), R_TEXT},
                 {"outages", N_("Open outages"), R_TEXT},
                 {"planned", N_("Planned for the next 24 hours"), R_TEXT},
                 {"unanswered", N_("Who has not answered"), R_SOON},
                 {"orders", N_("Orders not yet carried out"), R_SOON}};
    bool any = false;
    for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) {
        const json_t *list = json_object_get(items, parts[k].name);
        char heading[160];
        size_t i;
        json_t *o;
        if (json_array_size(list) == 0)
            continue;
        any = true;
        strf(heading, sizeof heading, "%s: %zu", tr(parts[k].label), json_array_size(list));
        doc_heading(d, heading);
        json_array_foreach(list, i, o) item_line(d, o, parts[k].role);
    }
    if (!any)
        doc_text(d, 0, R_GOOD, _("Nothing is open"));
}

static const json_t *items_of(const json_t *r)
{
    const json_t *now = json_object_get(json_object_get(r, "open_now"), "items");
    return now ? now : json_object_get(r, "open_items");
}

static int count_items(const json_t *r)
{
    const char *name;
    json_t *list;
    int count = 0;
    json_object_foreach((json_t *)items_of(r), name, list) count += (int)json_array_size(list);
    return count;
}

static void build_open(struct doc *d, const json_t *r) { build_items(d, items_of(r)); }
static int count_entries(const json_t *r) { return (int)json_array_size(json_object_get(r, "entries")); }

static void build_checks(struct doc *d, const json_t *r)
{
    const char *code;
    json_t *v;
    (void)words_get("shift_check"); /* the form of the hand-over asks for them */
    if (json_object_size(json_object_get(r, "checks")) == 0)
        return;
    doc_heading(d, _("Checks"));
    json_object_foreach(json_object_get(r, "checks"), code, v)
    {
        char line[400];
        bool good = json_is_true(v);
        strf(line, sizeof line, "%s %s%s%s", theme_glyph(good ? GL_ACCEPT : GL_LATE), words_label("shift_check", code),
             json_is_string(v) ? ": " : "", json_is_string(v) ? json_string_value(v) : "");
        doc_text(d, 0, good ? R_GOOD : R_LATE, line);
    }
}

static void build_main(struct doc *d, const json_t *r)
{
    char text[600] = "", who[128];
    size_t i;
    json_t *o;
    name_short(js_str(r, "dispatcher_name"), who, sizeof who);
    doc_field_short(d, _("On duty"), who, R_STRONG);
    json_array_foreach(json_object_get(r, "members"), i, o)
    {
        size_t len = strlen(text);
        name_short(js_str(o, "name"), who, sizeof who);
        strf(text + len, sizeof text - len, "%s%s", i ? ", " : "", who);
    }
    doc_field_short(d, _("With"), text, R_TEXT);
    card_date(d, _("Begins"), r, "opened_at");
    card_date(d, _("Until"), r, "planned_end");
    card_word(d, _("Regime"), r, "regime", "regime");
    card_text(d, _("Weather"), r, "weather");
    card_text(d, _("Calls taken"), r, "incidents");
    card_text(d, _("Note"), r, "note");
    card_date(d, _("Handed over"), r, "offered_at");
    name_short(js_str(r, "accepted_by_name"), who, sizeof who);
    doc_field_short(d, _("Accepted by"), who, R_TEXT);
    card_date(d, _("Signed at"), r, "accepted_at");
    if (js_int(r, "late_minutes") > 0) {
        strf(text, sizeof text, _("%lld min after the end of the shift"), (long long)js_int(r, "late_minutes"));
        doc_field(d, js_str(r, "accepted_at")[0] ? _("Signed late") : _("Not handed over"), text, R_LATE);
    }
    if (js_str(r, "handover_note")[0]) {
        doc_heading(d, _("Handed over in words"));
        doc_text(d, 0, R_TEXT, js_str(r, "handover_note"));
    }
    if (js_str(r, "remarks")[0]) {
        doc_heading(d, _("Remarks of the next"));
        doc_text(d, 0, R_TEXT, js_str(r, "remarks"));
    }
    build_checks(d, r);
    doc_heading(d, js_str(r, "closed_at")[0] ? _("Was open at the hand-over") : _("Open now"));
    build_items(d, items_of(r));
    if (json_array_size(json_object_get(r, "waiting")) > 0) {
        doc_heading(d, _("From earlier shifts"));
        json_array_foreach(json_object_get(r, "waiting"), i, o) entry_line(d, o);
    }
}

static const struct card_tab card_tabs[] = {
    {N_("Shift"), NULL, build_main, NULL},
    {N_("Still open"), count_items, build_open, NULL},
    {N_("Log"), count_entries, build_log, NULL},
    {N_("History"), NULL, card_history, NULL},
    {.label = NULL},
};

static void heading(const json_t *r, char *left, size_t left_size, char *right, size_t right_size, enum role *role)
{
    char who[128];
    name_short(js_str(r, "dispatcher_name"), who, sizeof who);
    strf(left, left_size, "%s %s", js_str(r, "number"), who);
    strf(right, right_size, "%s", words_label(STATES, js_str(r, "status")));
    *role = strcmp(js_str(r, "status"), "closed") == 0 ? R_DIM : R_GOOD;
}

static const struct card_spec card_spec = {
    .record = "shift",
    .method = "shift.get",
    .scopes = "shift card",
    .title = N_("Shift"),
    .tabs = card_tabs,
    .side_tab = 2,
    .heading = heading,
    .set_method = "shift.set",
    .follows = "incident outage",
};

struct screen *shifts_card(int64_t id, enum command then) { return card_screen(&card_spec, id, then); }

/* ---- actions ---- */

/* Who accepts signs for the list that this card shows. */
void shift_accept_open(const struct record_ref *ref)
{
    static const struct form_hint hints[] = {{"acknowledge_open_items", FH_HIDE, NULL},
                                             {"regime", 0, N_("Regime of my shift")},
                                             {"planned_end", 0, N_("My shift ends at")},
                                             {"members", 0, N_("On duty with me")},
                                             {NULL, 0, NULL}};
    static const char *const goes_on[] = {"regime", "weather", NULL}; /* a shift changes neither */
    const char *digest = js_str(json_object_get(ref->whole, "open_now"), "digest");
    json_t *values = json_object();
    for (int i = 0; goes_on[i]; i++)
        json_object_set_new(values, goes_on[i], json_pack("{s:s}", "value", js_str(ref->whole, goes_on[i])));
    form_open(&(struct form_start){.method = "shift.accept",
                                   .refs = ref,
                                   .ref_count = 1,
                                   .hints = hints,
                                   .values = values,
                                   .fixed = json_pack("{s:s}", "acknowledge_open_items", digest)});
}

void shift_note_open(void) { form_open(&(struct form_start){.method = "shift.note"}); }

void shift_entry_open(int64_t entry)
{
    static const struct form_hint hints[] = {{"entry", FH_HIDE, NULL}, {NULL, 0, NULL}};
    form_open(&(struct form_start){
        .method = "shift.entry_done", .draft = "", .hints = hints, .fixed = json_pack("{s:I}", "entry", (json_int_t)entry)});
}
