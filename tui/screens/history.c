/* The history of a record, in words of what has happened: rows say how an action, and what it changed, is told of which record. */
#include "tui/dates.h"
#include "tui/i18n.h"
#include "tui/json.h"
#include "tui/meta.h"
#include "tui/screens.h"
#include "tui/screens/card.h"
#include "tui/text.h"
#include "tui/words.h"
#include <string.h>

enum { NARROW = 60 };

/* ---- what was done ---- */

/* Past facts: the name of a command bids to do it. The first row that fits holds; a row without a record fits all. */
static const struct {
    const char *record, *action, *label;
} done[] = {
    {"incident", "log", N_("Call taken")},
    {"incident", "dispatch", N_("Passed to services")},
    {"incident", "inform", N_("One more service informed")},
    {"incident", "take", N_("The service took it")},
    {"incident", "arrive", N_("The service arrived")},
    {"incident", "tell", N_("The caller was told")},
    {"incident", "localize", N_("Localised")},
    {"incident", "resolve", N_("Resolved")},
    {"incident", "close", N_("Closed")},
    {"incident", "reopen", N_("Taken up again")},
    {"incident", "link_duplicate", N_("Found to be a repeat")},
    {"incident", "mark_false", N_("Found to be false")},
    {"incident", "hand_out", N_("Handed to whom it belongs")},
    {"incident", "to_outage", N_("Put down to an outage")},
    {"incident", "to_appeal", N_("Registered as an appeal")},
    {"incident", "to_assignment", N_("Assignment given")},
    {"incident", "clock_soon", N_("A norm runs out")},
    {"incident", "clock_breached", N_("A norm was broken")},
    {"incident", "escalate", N_("Superiors were told")},
    {"incident", "escalate_at_once", N_("Superiors were told at once")},
    {"outage", "open", N_("Opened")},
    {"outage", "begin", N_("It began")},
    {"outage", "extend", N_("Promise moved")},
    {"outage", "add_houses", N_("Houses added")},
    {"outage", "restore_houses", N_("Some houses are back")},
    {"outage", "close", N_("Everything is back")},
    {"outage", "reopen", N_("Went off again")},
    {"outage", "convert", N_("Kind changed")},
    {"shift", "open", N_("Shift opened")},
    {"shift", "offer", N_("Shift offered")},
    {"shift", "accept", N_("Shift accepted")},
    {"shift", "refuse", N_("Acceptance refused")},
    {"shift", "entry_done", N_("Carried out")},
    {NULL, "answer", N_("Answered")},
    {NULL, "draft_answer", N_("Answer drafted")},
    {NULL, "return_answer", N_("Draft answer returned")},
    {NULL, "forward", N_("Forwarded")},
    {NULL, "forward_part", N_("Forwarded in part")},
    {NULL, "extend", N_("Term extended")},
    {NULL, "leave", N_("Left without an answer")},
    {NULL, "withdraw", N_("Withdrawn by the author")},
    {NULL, "reopen", N_("Reopened")},
    {NULL, "void", N_("Card voided")},
    {NULL, "assign", N_("Assignment given")},
    {NULL, "comment", N_("Commented")},
    {NULL, "issue", N_("Issued")},
    {NULL, "see", N_("Was read")},
    {NULL, "start", N_("Taken to work")},
    {NULL, "report", N_("Reported")},
    {NULL, "recall_report", N_("Report recalled")},
    {NULL, "precheck", N_("Report checked")},
    {NULL, "accept", N_("Accepted")},
    {NULL, "return", N_("Returned")},
    {NULL, "reassign", N_("Reassigned")},
    {NULL, "off_control", N_("Taken off control")},
    {NULL, "cancel", N_("Cancelled")},
    {NULL, "extend_request", N_("Extension asked for")},
    {NULL, "extend_grant", N_("Extension granted")},
    {NULL, "extend_refuse", N_("Extension refused")},
    {NULL, "extend_withdraw", N_("Request withdrawn")},
    {NULL, "sub", N_("Part given")},
    {NULL, "part_report", N_("Part handed in")},
    {NULL, "part_accept", N_("Part taken")},
    {NULL, "part_return", N_("Part returned")},
    {NULL, "control", N_("Taken under control")},
    {NULL, "uncontrol", N_("Control ended")},
    {NULL, "move_due", N_("Due date moved")},
    {NULL, "hand_over", N_("Handed over to a successor")},
    {NULL, "recount", N_("Counted again")},
    {NULL, "reminder", N_("Reminder")},
    {NULL, "overdue", N_("Became overdue")},
    {NULL, "merge", N_("Merged")},
    {NULL, "file_attach", N_("File attached")},
    {NULL, "file_remove", N_("File removed")},
    {NULL, "file_rename", N_("File renamed")},
    {NULL, "part", N_("Parted")},
    {NULL, "promise_broken", N_("Promise broken")},
    {NULL, "begins_soon", N_("Begins soon")},
};

static bool fits(const char *of, const char *record) { return !of || strcmp(of, record) == 0; }

static const char *done_label(const char *record, const char *action)
{
    for (size_t i = 0; i < sizeof done / sizeof *done; i++)
        if (fits(done[i].record, record) && strcmp(done[i].action, action) == 0)
            return tr(done[i].label);
    if (strcmp(record, "shift") == 0) { /* an entry of the log is told by its kind */
        const char *kind = words_label("shift_entry_kind", action);
        if (strcmp(kind, action) != 0)
            return kind;
    }
    enum command cmd = command_for_action(record, action);
    return cmd != CMD_NONE ? tr(command_info(cmd)->label) : words_own(action);
}

/* ---- what it changed ---- */

/* What the history calls a change where the form of the record has no such field, or another word; `classifier` has the words of its
 * values. */
static const struct told {
    const char *record, *name, *label, *classifier;
} told[] = {
    {"incident", "service", N_("Services"), "service"},
    {"incident", "until", N_("Promised until"), NULL},
    {"incident", "norm", N_("Norm"), "response_norm"},
    {"incident", "due_at", N_("Due"), NULL},
    {"incident", "incident", N_("Repeats"), NULL},
    {"incident", "outage", N_("Outage"), NULL},
    {"incident", "appeal", N_("Appeal"), NULL},
    {"incident", "assignment", N_("Assignment"), NULL},
    {"incident", "caller_confirmed", N_("The caller confirmed it"), NULL},
    {"outage", "houses_off", N_("Houses off"), NULL},
    {"outage", "houses_back", N_("Houses back"), NULL},
    {"outage", "promised", N_("Promised until"), NULL},
    {"outage", "kind", N_("Kind"), "outage_kind"},
    {NULL, "due", N_("Due"), NULL},
    {NULL, "new_due", N_("Asked until"), NULL},
    {NULL, "notice_sent", N_("Author told on"), NULL},
    {NULL, "ground", N_("Ground"), NULL},
    {NULL, "author", N_("Author"), NULL},
    {NULL, "co_executor", N_("Who"), NULL},
    {NULL, "verdict", N_("Verdict"), NULL},
    {NULL, "responsible", N_("Responsible"), NULL},
};

static const struct told *told_of(const char *record, const char *name)
{
    for (size_t i = 0; i < sizeof told / sizeof *told; i++)
        if (fits(told[i].record, record) && strcmp(told[i].name, name) == 0)
            return &told[i];
    return NULL;
}

/* A value as the form would show it: a date, a moment, the word of a classifier. */
static void plain_value(const char *classifier, const struct meta_param *p, const json_t *value, char *out, size_t size)
{
    char text[160], date[48] = "";
    if (json_is_boolean(value)) {
        strf(out, size, "%s", json_is_true(value) ? _("yes") : _("no"));
        return;
    }
    js_text(value, text, sizeof text);
    if (strlen(text) == 10)
        dates_full(dates_from_wire(text), date, sizeof date);
    else if (strlen(text) > 18 && text[10] == 'T')
        dates_moment(text, date, sizeof date);
    strf(out, size, "%s", date[0] ? date : classifier ? words_label(classifier, text) : p ? text : words_own(text));
}

static void change_value(const char *classifier, const struct meta_param *p, const json_t *change, const char *end, char *out, size_t size)
{
    char name[32], said[32];
    const json_t *value = json_object_get(change, end), *item;
    size_t i;
    strf(name, sizeof name, "%s_name", end);
    strf(said, sizeof said, "%s_said", end);
    if (js_str(change, name)[0]) {
        name_short(js_str(change, name), out, size);
    } else if (js_str(change, said)[0]) {
        strf(out, size, "%s", js_str(change, said));
    } else if (json_is_array(value)) {
        out[0] = '\0';
        json_array_foreach((json_t *)value, i, item)
        {
            size_t len = strlen(out);
            if (len + 2 < size) {
                strf(out + len, size - len, "%s", i ? ", " : "");
                plain_value(classifier, p, item, out + strlen(out), size - strlen(out));
            }
        }
    } else {
        plain_value(classifier, p, value, out, size);
    }
}

static bool is_said(const json_t *change)
{
    static const char *const names[] = {"from_name", "to_name", "from_said", "to_said"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (js_str(change, names[i])[0])
            return true;
    return false;
}

static void change_text(const char *record, const char *name, const json_t *change, char *out, size_t size)
{
    char from[320], to[320], set[64];
    strf(set, sizeof set, "%s.set", record);
    const struct meta_param *p = meta_param(meta_op(set), name);
    const struct told *own = told_of(record, name);
    const char *label = own ? tr(own->label)
                        : p ? p->label
                            : "",
               *classifier = own && own->classifier ? own->classifier
                             : p                    ? p->classifier
                                                    : NULL;
    const json_t *count = json_object_get(change, "to");
    out[0] = '\0';
    if (!*label || (json_is_integer(count) && json_integer_value(count) == 0)) /* nothing that a person ever filled in; nobody */
        return;
    change_value(classifier, p, change, "from", from, sizeof from);
    change_value(classifier, p, change, "to", to, sizeof to);
    if (p && p->lookup && !is_said(change)) /* ids of records say nothing */
        strf(out, size, _("%s: changed"), label);
    else if (!from[0])
        strf(out, size, "%s: %s", label, to);
    else
        strf(out, size, "%s: %s %s %s", label, from, theme_glyph(GL_ARROW), to);
}

static void tell_changes(struct doc *d, int indent, const json_t *changes, const char *record)
{
    const char *name;
    char text[800];
    json_t *change;
    json_object_foreach((json_t *)changes, name, change)
    {
        if (strcmp(name, "link") == 0) {
            doc_text(d, indent, R_DIM, words_label("link_kind", js_str(change, "kind")));
        } else if (json_is_object(change) && (json_object_get(change, "from") || json_object_get(change, "to"))) {
            change_text(record, name, change, text, sizeof text);
            doc_text(d, indent, R_DIM, text);
        }
    }
}

/* ---- an event ---- */

static void tell_states(const char *record, const json_t *e, char *out, size_t size)
{
    char states[40];
    const char *from = js_str(e, "from"), *to = js_str(e, "to");
    strf(states, sizeof states, "state:%s", record);
    out[0] = '\0';
    if (*from && *to && strcmp(from, to) != 0)
        strf(out, size, "%s %s %s", words_label(states, from), theme_glyph(GL_ARROW), words_label(states, to));
}

static void tell_event(struct doc *d, const json_t *e, const char *record)
{
    enum { INDENT = 16, NARROW_INDENT = 2 };
    char line[512], moment[32], who[256], states[160];
    int indent = doc_width(d) < NARROW ? NARROW_INDENT : INDENT;
    const char *label = done_label(record, js_str(e, "action"));
    dates_moment(js_str(e, "at"), moment, sizeof moment);
    name_short(js_str(e, "actor_name"), who, sizeof who);
    if (js_str(e, "for_name")[0]) {
        char absent[100];
        size_t len = strlen(who);
        name_short(js_str(e, "for_name"), absent, sizeof absent);
        strf(who + len, sizeof who - len, " (%s: %s)", _("for"), absent);
    }
    tell_states(record, e, states, sizeof states);
    int pad = indent - text_width(moment);
    strf(line, sizeof line, "%s%*s%s  %s", moment, pad > 2 ? pad : 2, "", who, label);
    bool beside = text_width(line) + 2 + text_width(states) <= doc_width(d) - 4;
    if (states[0] && beside) {
        size_t len = strlen(line);
        strf(line + len, sizeof line - len, "  %s", states);
    }
    doc_text(d, 0, R_TEXT, line);
    if (states[0] && !beside)
        doc_text(d, indent, R_TEXT, states);
    tell_changes(d, indent, json_object_get(e, "changes"), record);
    doc_text(d, indent, R_DIM, js_str(e, "comment"));
}

void card_history(struct doc *d, const json_t *record)
{
    const json_t *history = json_object_get(record, "history");
    /* The newest first: that is what one came to look at. */
    for (size_t i = json_array_size(history); i-- > 0;)
        tell_event(d, json_array_get(history, i), js_str(record, "record"));
}
