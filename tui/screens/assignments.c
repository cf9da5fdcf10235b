#include "tui/dates.h"
#include "tui/i18n.h"
#include "tui/json.h"
#include "tui/screens/card.h"
#include "tui/screens/cells.h"
#include "tui/screens/files.h"
#include "tui/screens/modules.h"
#include "tui/screens/records.h"
#include "tui/text.h"
#include "tui/words.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATES "state:assignment"

/* ---- the list ---- */

static void cell_title(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_TEXT;
    int unread = atoi(row_get(row, "unread_comments"));
    if (unread > 0)
        strf(out, size, "%s %s", theme_glyph(GL_UNREAD), row_get(row, "title"));
    else
        strf(out, size, "%s", row_get(row, "title"));
}

static void cell_status(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = status_role_of(row_get(row, "status"));
    strf(out, size, "%s", words_label(STATES, row_get(row, "status")));
}

static void cell_unit(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_DIM;
    strf(out, size, "%s", row_get(row, "unit_name"));
}

static void cell_author(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_DIM;
    name_short(row_get(row, "author_name"), out, size);
}

static void cell_appeal(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_DIM;
    strf(out, size, "%s", row_get(row, "appeal_number"));
}

static const struct column columns[] = {
    {"mark", "", 1, 1, 1, 1, false, cell_mark},
    {"due", N_("Due"), 7, 8, 2, 1, false, cell_due},
    {"number", N_("Number"), 10, 11, 1, 1, false, cell_number},
    {"title", N_("What to do"), 30, 0, 1, 2, false, cell_title},
    {"responsible", N_("Responsible"), 14, 22, 4, 0, false, cell_responsible},
    {"unit", N_("Dept."), 14, 24, 6, 0, false, cell_unit},
    {"author", N_("Author"), 14, 20, 7, 0, false, cell_author},
    {"appeal", N_("Appeal"), 10, 12, 8, 0, false, cell_appeal},
    {"status", N_("State"), 12, 14, 3, 1, false, cell_status},
};

static const char *const fields[] = {"number",      "status",          "due",       "title",   "responsible_name", "unit_name",
                                     "author_name", "appeal_number",   "appeal_id", "overdue", "due_soon",         "unread_comments",
                                     "actions",     "controller_name", "urgency",   "forecast_late",  "forecast_reason", NULL};

static const struct records_tab tabs[] = {
    {N_("Not done"), "{\"open\": true}"},
    {N_("To me"), "{\"open\": true, \"mine\": \"responsible\"}"},
    {N_("From me"), "{\"open\": true, \"mine\": \"author\"}"},
    {N_("I control"), "{\"open\": true, \"mine\": \"controller\"}"},
    {N_("My unit"), "{\"open\": true, \"mine\": \"unit\"}"},
    {N_("Due soon"), "{\"due_soon\": true}"},
    {N_("Overdue"), "{\"overdue\": true}"},
    {N_("All"), "{}"},
    {NULL, NULL},
};

static const char *const sorts[] = {"due", "new", "old", NULL};

static void preview(struct doc *d, const struct row *row)
{
    char due[32];
    enum role role;
    cell_due(row, due, sizeof due, &role);
    doc_heading(d, row_get(row, "number"));
    doc_text(d, 0, R_STRONG, row_get(row, "title"));
    doc_blank(d);
    doc_field(d, _("State"), words_label(STATES, row_get(row, "status")), status_role_of(row_get(row, "status")));
    doc_field(d, _("Due"), due, role);
    if (row_get(row, "forecast_late")[0] == '1')
        doc_field(d, _("May be late"), row_get(row, "forecast_reason"), R_SOON);
    doc_field(d, _("Responsible"), row_get(row, "responsible_name"), R_TEXT);
    doc_field(d, _("Unit"), row_get(row, "unit_name"), R_TEXT);
    doc_field(d, _("Author"), row_get(row, "author_name"), R_TEXT);
    doc_field(d, _("Controller"), row_get(row, "controller_name"), R_TEXT);
    doc_field(d, _("Appeal"), row_get(row, "appeal_number"), R_TEXT);
}

static const struct records_spec list_spec = {
    .record = "assignment",
    .title = N_("Assignments"),
    .scopes = "assignment list",
    .list = {.method = "assignment.list",
             .columns = columns,
             .column_count = sizeof columns / sizeof *columns,
             .fields = fields,
             .params = records_params,
             .empty = N_("No such assignments. Tab shows other selections, F7 gives a new one.")},
    .tabs = tabs,
    .sorts = sorts,
    .new_command = CMD_NEW_ASSIGNMENT,
    .preview = preview,
};

struct screen *assignments_list(const char *query) { return records_screen(&list_spec, query); }
struct screen *assignments_rows(json_t *filters, const char *about) { return records_rows(&list_spec, filters, about); }

/* ---- the card ---- */

static int count_of(const json_t *record, const char *name) { return (int)json_array_size(json_object_get(record, name)); }

static int count_extensions(const json_t *r) { return count_of(r, "extensions"); }
static int count_tree(const json_t *r)
{
    int nodes = count_of(r, "tree");
    return nodes > 0 ? nodes - 1 : 0;
}
static int count_reports(const json_t *r) { return count_of(r, "reports"); }
static int count_appeals(const json_t *r) { return count_of(r, "appeals"); }

void assignments_build(struct doc *d, const json_t *list)
{
    size_t i;
    json_t *a;
    json_array_foreach(list, i, a)
    {
        char text[700], due[32], who[128];
        bool late = js_bool(a, "overdue"), open = !words_is_final(STATES, js_str(a, "status"));
        if (open)
            dates_due(dates_from_wire(js_str(a, "due")), due, sizeof due);
        else
            dates_short(dates_from_wire(js_str(a, "due")), due, sizeof due);
        name_short(js_str(a, "responsible_name"), who, sizeof who);
        strf(text, sizeof text, "%s%s%s  %s  %s  %s", late ? theme_glyph(GL_LATE) : "", late ? " " : "", due,
             words_label(STATES, js_str(a, "status")), who, js_str(a, "title"));
        doc_link(d, "assignment", js_int(a, "id"), js_str(a, "number"), text, late && open ? R_LATE : R_TEXT);
    }
}

static void people(struct doc *d, const char *label, const json_t *list)
{
    char text[900] = "", who[128], date[16];
    size_t i;
    json_t *p;
    json_array_foreach(list, i, p)
    {
        size_t len = strlen(text);
        name_short(js_str(p, "name"), who, sizeof who);
        dates_short(dates_from_wire(js_str(p, "due")), date, sizeof date);
        strf(text + len, sizeof text - len, "%s%s%s%s", i ? ", " : "", who, date[0] ? " — " : "", date);
    }
    doc_field(d, label, text, R_TEXT);
}

static void build_report(struct doc *d, const json_t *report)
{
    char line[300], moment[32], who[128];
    dates_moment(js_str(report, "at"), moment, sizeof moment);
    name_short(js_str(report, "actor_name"), who, sizeof who);
    strf(line, sizeof line, "%s, %s", who, moment);
    doc_text(d, 0, R_DIM, line);
    doc_text(d, 0, R_TEXT, js_str(report, "text"));
    if (js_str(report, "precheck")[0]) {
        bool pass = strcmp(js_str(report, "precheck"), "pass") == 0;
        name_short(js_str(report, "precheck_by"), who, sizeof who);
        strf(line, sizeof line, "%s %s: %s", theme_glyph(pass ? GL_ACCEPT : GL_LATE), pass ? _("Checked, no remarks") : _("Checked, with remarks"), who);
        doc_text(d, 2, pass ? R_GOOD : R_SOON, line);
        doc_text(d, 4, R_TEXT, js_str(report, "precheck_comment"));
    }
    if (js_str(report, "verdict")[0]) {
        bool back = strcmp(js_str(report, "verdict"), "return") == 0;
        name_short(js_str(report, "verdict_by"), who, sizeof who);
        strf(line, sizeof line, "%s %s%s%s", theme_glyph(back ? GL_RETURNED : GL_ACCEPT), back ? _("Returned") : _("Accepted"),
             who[0] ? ": " : "", who);
        doc_text(d, 2, back ? R_LATE : R_GOOD, line);
        doc_text(d, 4, R_TEXT, js_str(report, "comment"));
    }
    doc_blank(d);
}

static void build_appeals(struct doc *d, const json_t *r)
{
    size_t i;
    json_t *a;
    json_array_foreach(json_object_get(r, "appeals"), i, a)
    {
        doc_link(d, "appeal", js_int(a, "id"), js_str(a, "number"), js_str(a, "subject"), R_TEXT);
        doc_text(d, 2, R_DIM, js_str(a, "text"));
    }
}

static void build_last_report(struct doc *d, const json_t *r)
{
    const json_t *reports = json_object_get(r, "reports");
    if (json_array_size(reports) == 0)
        return;
    doc_heading(d, _("Last report"));
    build_report(d, json_array_get(reports, json_array_size(reports) - 1));
}

static void build_extension(struct doc *d, const json_t *r)
{
    const json_t *e = json_object_get(r, "extension");
    char due[16], line[600];
    if (!json_is_object(e))
        return;
    dates_full(dates_from_wire(js_str(e, "new_due")), due, sizeof due);
    strf(line, sizeof line, "%s: %s", due, js_str(e, "reason"));
    doc_field(d, _("Extension asked"), line, R_SOON);
    if (js_bool(e, "after_due"))
        doc_text(d, 2, R_LATE, _("Asked when the due date was over: the delay stays in the history"));
}

/* Every request and its end, the newest first. */
static void build_extensions(struct doc *d, const json_t *r)
{
    static const struct {
        const char *status, *label;
        enum role role;
    } ends[] = {{"asked", N_("Waits for a decision"), R_SOON},
                {"granted", N_("Granted"), R_GOOD},
                {"refused", N_("Refused"), R_LATE},
                {"withdrawn", N_("Withdrawn"), R_DIM}};
    const json_t *all = json_object_get(r, "extensions");
    for (size_t i = json_array_size(all); i-- > 0;) {
        const json_t *e = json_array_get(all, i);
        char line[500], wished[16], given[16], who[128], moment[32];
        dates_full(dates_from_wire(js_str(e, "new_due")), wished, sizeof wished);
        dates_full(dates_from_wire(js_str(e, "granted_due")), given, sizeof given);
        name_short(js_str(e, "asked_by_name"), who, sizeof who);
        dates_moment(js_str(e, "asked_at"), moment, sizeof moment);
        strf(line, sizeof line, "%s, %s: %s %s", who, moment, _("asks until"), wished);
        doc_text(d, 0, R_TEXT, line);
        doc_text(d, 2, R_DIM, js_str(e, "reason"));
        for (size_t k = 0; k < sizeof ends / sizeof *ends; k++) {
            if (strcmp(ends[k].status, js_str(e, "status")) != 0)
                continue;
            name_short(js_str(e, "decided_by_name"), who, sizeof who);
            strf(line, sizeof line, "%s%s%s%s%s", tr(ends[k].label), given[0] ? " " : "", given, who[0] ? ": " : "", who);
            doc_text(d, 2, ends[k].role, line);
        }
        doc_text(d, 4, R_TEXT, js_str(e, "comment"));
        doc_blank(d);
    }
}

/* What co-executors hand to the responsible one. */
static void build_parts(struct doc *d, const json_t *r)
{
    size_t i;
    json_t *p;
    json_array_foreach(json_object_get(r, "co_executors"), i, p)
    {
        char line[300], who[128], date[16];
        const char *state = js_str(p, "state");
        name_short(js_str(p, "name"), who, sizeof who);
        dates_full(dates_from_wire(js_str(p, "due")), date, sizeof date);
        strf(line, sizeof line, "%s%s%s  %s", who, date[0] ? " — " : "", date,
             strcmp(state, "reported") == 0 ? _("handed in") : strcmp(state, "accepted") == 0 ? _("taken") : strcmp(state, "returned") == 0 ? _("returned") : _("at work"));
        doc_text(d, 0, strcmp(state, "accepted") == 0 ? R_GOOD : strcmp(state, "returned") == 0 ? R_LATE : R_TEXT, line);
        doc_text(d, 2, R_TEXT, js_str(p, "text"));
        doc_text(d, 4, R_DIM, js_str(p, "comment"));
    }
}

/* The whole with its parts, each under what it is a part of; the card's own line stands out. */
static void build_tree(struct doc *d, const json_t *r)
{
    enum { STEP = 2, DEPTH_MAX = 8 };
    size_t i;
    json_t *node;
    json_array_foreach(json_object_get(r, "tree"), i, node)
    {
        char text[500], due[32], who[128], indent[4 * DEPTH_MAX * STEP + 8] = "";
        int64_t depth = js_int(node, "depth");
        bool own = js_int(node, "id") == js_int(r, "id"), closed = words_is_final(STATES, js_str(node, "status")), late = js_bool(node, "overdue");
        for (int64_t k = 0; k < depth && k < DEPTH_MAX; k++) {
            size_t len = strlen(indent);
            strf(indent + len, sizeof indent - len, "%s", k + 1 == depth ? "└ " : "  ");
        }
        if (closed)
            dates_short(dates_from_wire(js_str(node, "due")), due, sizeof due);
        else
            dates_due(dates_from_wire(js_str(node, "due")), due, sizeof due);
        name_short(js_str(node, "responsible_name"), who, sizeof who);
        strf(text, sizeof text, "%s%s%s%s  %s  %s  %s", indent, late ? theme_glyph(GL_LATE) : "", late ? " " : "", due,
             words_label(STATES, js_str(node, "status")), who, js_str(node, "title"));
        if (own || !js_bool(node, "visible"))
            doc_row(d, js_str(node, "number"), text, own ? R_STRONG : R_DIM);
        else
            doc_link(d, "assignment", js_int(node, "id"), js_str(node, "number"), text, late ? R_LATE : closed ? R_DIM : R_TEXT);
    }
}

static void build_main(struct doc *d, const json_t *r)
{
    char who[128];
    doc_text(d, 0, R_TEXT, js_str(r, "text"));
    doc_blank(d);
    name_short(js_str(r, "responsible_name"), who, sizeof who);
    doc_field_short(d, _("Responsible"), who, R_STRONG);
    card_due(d, r);
    people(d, _("Co-executors"), json_object_get(r, "co_executors"));
    card_text(d, _("Unit"), r, "unit_name");
    card_word(d, _("Urgency"), r, "urgency", "urgency");
    name_short(js_str(r, "author_name"), who, sizeof who);
    doc_field_short(d, _("Author"), who, R_TEXT);
    name_short(js_str(r, "on_behalf_of_name"), who, sizeof who);
    doc_field_short(d, _("On behalf of"), who, R_TEXT);
    name_short(js_str(r, "controller_name"), who, sizeof who);
    doc_field_short(d, _("Controller"), who, R_TEXT);
    if (who[0] && js_bool(r, "check_only"))
        doc_field_short(d, _("Controller's right"), _("checks, does not decide"), R_DIM);
    people(d, _("Watchers"), json_object_get(r, "watchers"));
    card_date(d, _("Issued"), r, "issued_at");
    card_date(d, _("Read"), r, "seen_at");
    card_date(d, _("Reported"), r, "reported_at");
    card_text(d, _("Returned, times"), r, "returned_times");
    card_text(d, _("Extended, times"), r, "extended_times");
    build_extension(d, r);
    build_last_report(d, r);
    if (count_appeals(r) > 0) {
        doc_heading(d, _("From the appeal"));
        build_appeals(d, r);
    }
    if (count_of(r, "co_executors") > 0) {
        doc_heading(d, _("Parts of co-executors"));
        build_parts(d, r);
    }
    if (count_of(r, "tree") > 0) {
        doc_heading(d, _("Whole and parts"));
        build_tree(d, r);
    }
}

static void build_reports(struct doc *d, const json_t *r)
{
    const json_t *reports = json_object_get(r, "reports");
    for (size_t i = json_array_size(reports); i-- > 0;)
        build_report(d, json_array_get(reports, i));
}

static void build_history(struct doc *d, const json_t *r)
{
    size_t i;
    json_t *e;
    card_history(d, r);
    if (count_of(r, "earlier_due") == 0)
        return;
    doc_heading(d, _("Earlier due dates"));
    json_array_foreach(json_object_get(r, "earlier_due"), i, e)
    {
        char from[16], to[16], line[400];
        dates_full(dates_from_wire(js_str(e, "due")), from, sizeof from);
        dates_full(dates_from_wire(js_str(e, "to")), to, sizeof to);
        strf(line, sizeof line, "%s %s %s  %s", from, to[0] ? theme_glyph(GL_ARROW) : "", to, js_str(e, "reason"));
        doc_text(d, 0, R_TEXT, line);
    }
}

static const struct card_tab card_tabs[] = {
    {N_("Card"), NULL, build_main, NULL},
    {N_("Appeals"), count_appeals, build_appeals, NULL},
    {N_("Reports"), count_reports, build_reports, NULL},
    {N_("Parts"), count_tree, build_tree, NULL},
    {N_("Extensions"), count_extensions, build_extensions, NULL},
    {N_("Files"), files_count, files_build, NULL},
    {N_("Comments"), card_count_comments, card_comments, NULL},
    {N_("History"), NULL, build_history, NULL},
    {.label = NULL},
};

static void heading(const json_t *r, char *left, size_t left_size, char *right, size_t right_size, enum role *role)
{
    char due[32] = "";
    bool late = js_bool(r, "overdue"), closed = words_is_final(STATES, js_str(r, "status"));
    strf(left, left_size, "%s", js_str(r, "title"));
    if (!closed)
        dates_due(dates_from_wire(js_str(r, "due")), due, sizeof due);
    strf(right, right_size, "%s%s%s%s%s", late ? theme_glyph(GL_LATE) : "", late ? " " : "", words_label(STATES, js_str(r, "status")),
         due[0] ? ", " : "", due);
    *role = late ? R_LATE : js_bool(r, "due_soon") ? R_SOON : status_role_of(js_str(r, "status"));
}

static const struct card_spec card_spec = {
    .record = "assignment",
    .method = "assignment.get",
    .scopes = "assignment card",
    .title = N_("Assignment"),
    .tabs = card_tabs,
    .side_tab = 7,
    .heading = heading,
    .set_method = "assignment.set",
    .new_command = CMD_NEW_ASSIGNMENT,
    .seen_method = "assignment.see",
};

struct screen *assignments_card(int64_t id, enum command then) { return card_screen(&card_spec, id, then); }
