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
#include <string.h>

#define STATES "state:appeal"

/* ---- the list ---- */

static void cell_person(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_TEXT;
    if (row_get(row, "correspondent_name")[0]) {
        name_short(row_get(row, "correspondent_name"), out, size);
    } else {
        *role = R_DIM;
        strf(out, size, "%s", row_get(row, "anonymous")[0] ? _("anonymous") : "");
    }
}

static void cell_subject(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_TEXT;
    strf(out, size, "%s", row_get(row, "subject")[0] ? row_get(row, "subject") : row_get(row, "text"));
}

static void cell_status(const struct row *row, char *out, size_t size, enum role *role)
{
    const char *status = row_get(row, "status");
    *role = status_role_of(status);
    if (row_get(row, "without_action")[0])
        strf(out, size, "%s", _("without action"));
    else
        strf(out, size, "%s", words_label(STATES, status));
}

static void cell_topic(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_DIM;
    strf(out, size, "%s", row_get(row, "topic_label"));
}

static void cell_unit(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_TEXT;
    strf(out, size, "%s", row_get(row, "unit_name"));
}

static const struct column columns[] = {
    {"mark", "", 1, 1, 1, 1, false, cell_mark},
    {"due", N_("Due"), 7, 8, 2, 1, false, cell_due},
    {"number", N_("Number"), 10, 12, 1, 1, false, cell_number},
    {"registered", N_("Received"), 9, 9, 6, 0, false, cell_registered},
    {"subject", N_("About"), 30, 0, 1, 2, false, cell_subject},
    {"person", N_("From"), 14, 26, 4, 0, false, cell_person},
    {"topic", N_("Topic"), 16, 28, 7, 0, false, cell_topic},
    {"unit", N_("Dept."), 12, 26, 5, 0, false, cell_unit},
    {"status", N_("State"), 15, 24, 3, 1, false, cell_status},
};

static const char *const fields[] = {
    "number",           "status",  "due",       "registered", "subject",  "text",           "correspondent_name", "anonymous",
    "topic_label",      "unit",    "unit_name", "overdue",    "due_soon", "without_action", "open_assignments",   "actions",
    "correspondent_id", "channel", "kind",      "frequency",  NULL};

static const struct records_tab tabs[] = {
    {N_("All"), "{}"},
    {N_("New ones"), "{\"new\": true}"},
    {N_("Without action"), "{\"without_action\": true}"},
    {N_("Due soon"), "{\"due_soon\": true}"},
    {N_("Overdue"), "{\"overdue\": true}"},
    {N_("Mine"), "{\"mine\": true}"},
    {NULL, NULL},
};

static const char *const sorts[] = {"new", "old", "due", NULL};

static void preview(struct doc *d, const struct row *row)
{
    char due[32];
    enum role role;
    cell_due(row, due, sizeof due, &role);
    doc_heading(d, row_get(row, "number"));
    doc_text(d, 0, R_STRONG, row_get(row, "subject"));
    doc_blank(d);
    doc_field(d, _("From"), row_get(row, "correspondent_name"), R_TEXT);
    doc_field(d, _("State"), words_label(STATES, row_get(row, "status")), status_role_of(row_get(row, "status")));
    doc_field(d, _("Due"), due, role);
    doc_field(d, _("Topic"), row_get(row, "topic_label"), R_TEXT);
    doc_field(d, _("Channel"), row_get(row, "channel")[0] ? words_label("channel", row_get(row, "channel")) : "", R_TEXT);
    doc_field(d, _("Unit"), row_get(row, "unit_name"), R_TEXT);
    doc_field(d, _("Open assignments"), strcmp(row_get(row, "open_assignments"), "0") ? row_get(row, "open_assignments") : "", R_TEXT);
    doc_blank(d);
    doc_text(d, 0, R_TEXT, row_get(row, "text"));
}

static const struct records_spec list_spec = {
    .record = "appeal",
    .title = N_("Appeals"),
    .scopes = "appeal list",
    .list = {.method = "appeal.list",
             .columns = columns,
             .column_count = sizeof columns / sizeof *columns,
             .fields = fields,
             .params = records_params,
             .empty = N_("No such appeals. F7 registers a new one, Esc shows all.")},
    .tabs = tabs,
    .sorts = sorts,
    .new_command = CMD_NEW_APPEAL,
    .preview = preview,
};

struct screen *appeals_list(const char *query) { return records_screen(&list_spec, query); }

/* ---- on the card of a house ---- */

static const struct column house_columns[] = {
    {"mark", "", 1, 1, 1, 1, false, cell_mark},
    {"registered", N_("Received"), 9, 9, 1, 1, false, cell_registered},
    {"number", N_("Number"), 10, 12, 2, 1, false, cell_number},
    {"subject", N_("About"), 24, 0, 1, 2, false, cell_subject},
    {"person", N_("From"), 14, 26, 4, 0, false, cell_person},
    {"unit", N_("Dept."), 12, 26, 5, 0, false, cell_unit},
    {"status", N_("State"), 15, 24, 3, 1, false, cell_status},
};

const struct card_list appeals_of_house = {.record = "appeal",
                                           .list = {.method = "appeal.list",
                                                    .columns = house_columns,
                                                    .column_count = sizeof house_columns / sizeof *house_columns,
                                                    .fields = fields,
                                                    .params = card_list_params,
                                                    .empty = N_("No appeal that you may read speaks of this house.")}};

/* ---- the card ---- */

static int count_of(const json_t *record, const char *name) { return (int)json_array_size(json_object_get(record, name)); }

static int count_questions(const json_t *r) { return count_of(r, "questions") > 1 ? count_of(r, "questions") : 0; }
static int count_assignments(const json_t *r) { return count_of(r, "assignments"); }
static int count_earlier(const json_t *r) { return count_of(r, "earlier"); }

static void links_build(struct doc *d, const json_t *list, bool with_kind)
{
    size_t i;
    json_t *a;
    json_array_foreach(list, i, a)
    {
        char text[600], date[16];
        dates_short(dates_from_wire(js_str(a, "registered")), date, sizeof date);
        strf(text, sizeof text, "%s%s%s  %s  %s", with_kind ? words_label("link_kind", js_str(a, "kind")) : "", with_kind ? "  " : "", date,
             words_label(STATES, js_str(a, "status")), js_str(a, "subject"));
        doc_link(d, "appeal", js_int(a, "id"), js_str(a, "number"), text, R_TEXT);
    }
}

static void build_authors(struct doc *d, const json_t *r)
{
    size_t i;
    json_t *a;
    json_array_foreach(json_object_get(r, "authors"), i, a)
    {
        char text[600];
        strf(text, sizeof text, "%s%s%s%s%s%s%s", js_str(a, "name"), js_str(a, "address")[0] ? ", " : "", js_str(a, "address"),
             js_str(a, "phone")[0] ? ", " : "", js_str(a, "phone"), js_str(a, "email")[0] ? ", " : "", js_str(a, "email"));
        doc_link(d, "correspondent", js_int(a, "id"), words_own(js_str(a, "kind")), text, R_TEXT);
    }
    if (js_bool(r, "anonymous"))
        doc_field(d, _("From"), _("anonymous"), R_TEXT);
}

static void build_answer(struct doc *d, const json_t *r)
{
    const json_t *a = json_object_get(r, "answer");
    if (json_object_size(a) == 0)
        return;
    doc_heading(d, _("Answer"));
    card_word(d, _("Result"), a, "answer_type", "answer_type");
    card_date(d, _("Date"), a, "answer_date");
    card_text(d, _("Outgoing number"), a, "answer_number");
    card_word(d, _("Sent by"), a, "answer_channel", "answer_channel");
    card_text(d, _("Forwarded to"), a, "forward_to");
    card_word(d, _("Ground"), a, "decline_ground", "decline_ground");
    doc_text(d, 0, R_TEXT, js_str(a, "answer_text"));
}

enum { HEADING_RIGHT = 32 };

/* Who else sees this card is the first thing to know of it. */
static void build_access(struct doc *d, const json_t *r)
{
    char names[600] = "";
    size_t i;
    json_t *u;
    if (!js_bool(r, "restricted"))
        return;
    json_array_foreach(json_object_get(r, "readers"), i, u)
        strf(names + strlen(names), sizeof names - strlen(names), "%s%s", i > 0 ? ", " : "", js_str(u, "name"));
    bool by_class = strcmp(js_str(r, "data_class"), "special") == 0 || strcmp(js_str(r, "data_class"), "minors") == 0;
    doc_field(d, _("Restricted"), by_class ? words_label("data_class", js_str(r, "data_class")) : _("confidential"), R_SOON);
    doc_field(d, _("Open to"), names, R_TEXT);
    doc_blank(d);
}

static void build_main(struct doc *d, const json_t *r)
{
    build_access(d, r);
    if (text_width(js_str(r, "subject")) > doc_width(d) - HEADING_RIGHT) { /* the heading cuts it */
        doc_text(d, 0, R_STRONG, js_str(r, "subject"));
        doc_blank(d);
    }
    build_authors(d, r);
    if (js_int(r, "house"))
        doc_link(d, "house", js_int(r, "house"), _("House"), js_str(r, "address"), R_TEXT);
    doc_blank(d);
    card_word(d, _("Kind"), r, "kind", "appeal_kind");
    card_word(d, _("Nature"), r, "nature", "nature");
    card_word(d, _("Channel"), r, "channel", "channel");
    card_date(d, _("Received"), r, "received");
    card_date(d, _("Registered"), r, "registered");
    card_due(d, r);
    card_text(d, _("Extended by, days"), r, "extended_days");
    card_word(d, _("How often"), r, "frequency", "frequency");
    card_word(d, _("Topic"), r, "topic", "topic");
    if (!js_int(r, "house")) /* else it stands among what opens */
        card_text(d, _("Where"), r, "address");
    card_text(d, _("Addressee"), r, "addressee");
    card_text(d, _("Considered by"), r, "considering_name");
    card_text(d, _("Unit"), r, "unit_name");
    card_text(d, _("Registered by"), r, "registrar_name");
    card_text(d, _("Signed by"), r, "members_count");
    card_text(d, _("Forwarded by"), r, "forwarded_by");
    card_text(d, _("Cover letter"), r, "cover_number");
    build_answer(d, r);
    doc_heading(d, _("Text"));
    doc_text(d, 0, R_TEXT, js_str(r, "text")[0] ? js_str(r, "text") : js_str(r, "subject"));
    if (count_assignments(r) > 0) {
        doc_heading(d, _("Assignments"));
        assignments_build(d, json_object_get(r, "assignments"));
    }
    if (count_of(r, "links") > 0) {
        doc_heading(d, _("Links"));
        links_build(d, json_object_get(r, "links"), true);
    }
}

static void build_questions(struct doc *d, const json_t *r)
{
    size_t i;
    json_t *q;
    json_array_foreach(json_object_get(r, "questions"), i, q)
    {
        char head[64];
        strf(head, sizeof head, _("Question %d"), (int)js_int(q, "ord"));
        doc_heading(d, head);
        card_word(d, _("Topic"), q, "topic", "topic");
        card_word(d, _("Nature"), q, "nature", "nature");
        doc_field(d, _("Result"), js_str(q, "result_label")[0] ? js_str(q, "result_label") : _("none yet"),
                  js_str(q, "result")[0] ? R_GOOD : R_DIM);
        card_date(d, _("Follow up"), q, "follow_up");
        doc_text(d, 0, R_TEXT, js_str(q, "text"));
    }
}

static void build_assignments(struct doc *d, const json_t *r) { assignments_build(d, json_object_get(r, "assignments")); }

static void build_history(struct doc *d, const json_t *r)
{
    size_t i;
    json_t *e;
    card_history(d, r);
    if (count_of(r, "extensions") == 0)
        return;
    doc_heading(d, _("Earlier due dates"));
    json_array_foreach(json_object_get(r, "extensions"), i, e)
    {
        char from[16], to[16], line[400];
        dates_full(dates_from_wire(js_str(e, "from")), from, sizeof from);
        dates_full(dates_from_wire(js_str(e, "to")), to, sizeof to);
        strf(line, sizeof line, "%s %s %s  %s", from, theme_glyph(GL_ARROW), to, js_str(e, "reason"));
        doc_text(d, 0, R_TEXT, line);
    }
}

static void build_earlier(struct doc *d, const json_t *r) { links_build(d, json_object_get(r, "earlier"), false); }

static const struct card_tab card_tabs[] = {
    {N_("Card"), NULL, build_main, NULL},
    {N_("Questions"), count_questions, build_questions, NULL},
    {N_("Assignments"), count_assignments, build_assignments, NULL},
    {N_("Earlier"), count_earlier, build_earlier, NULL},
    {N_("Files"), files_count, files_build, NULL},
    {N_("Comments"), card_count_comments, card_comments, NULL},
    {N_("History"), NULL, build_history, NULL},
    {.label = NULL},
};

/* "На рассмотрении · срок 24.12, осталось 12 дн". */
static void heading(const json_t *r, char *left, size_t left_size, char *right, size_t right_size, enum role *role)
{
    char due[32] = "";
    strf(left, left_size, "%s", js_str(r, "subject")[0] ? js_str(r, "subject") : js_str(r, "correspondent_name"));
    bool late = js_bool(r, "overdue"), closed = words_is_final(STATES, js_str(r, "status"));
    if (closed)
        dates_short(dates_from_wire(js_str(r, "closed_on")), due, sizeof due);
    else
        dates_due(dates_from_wire(js_str(r, "due")), due, sizeof due);
    strf(right, right_size, "%s%s%s%s%s", late ? theme_glyph(GL_LATE) : "", late ? " " : "", words_label(STATES, js_str(r, "status")),
         due[0] ? ", " : "", due);
    *role = late ? R_LATE : js_bool(r, "due_soon") ? R_SOON : status_role_of(js_str(r, "status"));
}

static const struct card_spec card_spec = {
    .record = "appeal",
    .method = "appeal.get",
    .scopes = "appeal card",
    .title = N_("Appeal"),
    .tabs = card_tabs,
    .side_tab = 6,
    .heading = heading,
    .set_method = "appeal.set",
    .new_command = CMD_NEW_APPEAL,
};

struct screen *appeals_card(int64_t id, enum command then) { return card_screen(&card_spec, id, then); }
