/* Registering an appeal in one form: who writes is found or made in place, similar appeals stand beside the text and are linked by
 * one key, more questions unfold when asked for. */
#include "tui/dates.h"
#include "tui/i18n.h"
#include "tui/json.h"
#include "tui/meta.h"
#include "tui/screens/candidates.h"
#include "tui/screens/form.h"
#include "tui/screens/modules.h"
#include "tui/screens/similar.h"
#include "tui/text.h"
#include "tui/theme.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct registering {
    struct similar *similar;       /* persons like the one being made */
    struct candidates *candidates; /* appeals like this one */
    const char *watched_array;     /* whose fields `similar` compares, NULL: nobody's */
    int watched_group;
    char offered[300];
    bool unverified; /* the term would end in a year without a production calendar */
};

static const struct form_hint hints[] = {
    {"correspondent", 0, N_("Who writes")},
    {"kind", 0, N_("Kind")},
    {"channel", 0, N_("Channel")},
    {"nature", 0, N_("Nature")},
    {"received", FH_REQUIRED, N_("Received")},
    {"topic", 0, N_("Topic")},
    {"subject", 0, N_("In short")},
    {"text", 0, N_("Text")},
    {"address", 0, N_("Where")},
    {"authors", 0, N_("Other authors")},
    {"anonymous", 0, N_("Anonymous")},
    {"collective", 0, N_("Collective")},
    {"cover_number", 0, N_("Cover letter number")},
    {"cover_date", 0, N_("Cover letter date")},
    {"confidential", 0, N_("Restricted")},
    {"external_id", FH_HIDE, NULL},
    {"link_to", FH_HIDE, NULL},
    {"link_kind", FH_HIDE, NULL},
    {"complained_of", FH_HIDE, NULL}, /* said on the card */
    {NULL, 0, NULL},
};

/* The order of a clerk's hand: the sheet is read from the top; what is seldom needed comes after the text. */
static const char *const order[] = {"correspondent", "kind",      "channel",     "nature",  "received",   "topic",
                                    "address",       "text",      "subject",     "authors", "collective", "members_count",
                                    "anonymous",     "addressee", "considering", "unit",    NULL};

static const char main_array[] = "new_correspondent", others_array[] = "new_authors";

static const struct meta_param *person_param(const char *array) { return meta_param(meta_op("appeal.register"), array); }

static bool is_field(const struct field *f, const char *name) { return f && f->group < 0 && strcmp(f->param->name, name) == 0; }

/* ---- persons, made in place ---- */

static const struct {
    const char *name, *main, *other;
} person_rows[] = {{"kind", N_("New: kind"), N_("who it is")},
                   {"name", N_("New: name"), N_("name")},
                   {"address", N_("New: address"), N_("address")},
                   {"phone", N_("New: phone"), N_("phone")},
                   {"email", N_("New: e-mail"), N_("e-mail")}};

static void person_watch(struct form_screen *fs, const char *array, int group)
{
    struct registering *r = fs->extra_data;
    r->watched_array = array;
    r->watched_group = group;
    similar_watch(r->similar, fs->screen, form_group_field(fs->form, array, group, "name"),
                  form_group_field(fs->form, array, group, "phone"), form_group_field(fs->form, array, group, "address"),
                  form_group_field(fs->form, array, group, "email"));
}

static void person_unwatch(struct form_screen *fs)
{
    struct registering *r = fs->extra_data;
    r->watched_array = NULL;
    similar_watch(r->similar, fs->screen, NULL, NULL, NULL, NULL);
}

/* The fields of one more person: of the one who writes, or of somebody who signed too. Returns the group. */
static int person_add(struct form_screen *fs, const char *array)
{
    const struct meta_param *param = person_param(array);
    bool is_main = strcmp(array, main_array) == 0;
    int group = form_add_group(fs->form, param, form_field(fs->form, is_main ? "correspondent" : "authors"));
    for (size_t i = 0; i < param->field_count; i++)
        form_group_field(fs->form, array, group, param->fields[i]->name)->hidden = true;
    for (size_t k = 0; k < sizeof person_rows / sizeof *person_rows; k++) {
        struct field *f = form_group_field(fs->form, array, group, person_rows[k].name);
        f->hidden = false;
        if (is_main)
            strf(f->label, sizeof f->label, "%s", tr(person_rows[k].main));
        else
            strf(f->label, sizeof f->label, _("Author %d: %s"), group + 2, tr(person_rows[k].other));
    }
    field_pick(form_group_field(fs->form, array, group, "kind"), "person", 0, NULL);
    person_watch(fs, array, group);
    return group;
}

static const char *register_offer(struct form_screen *fs, const struct field *f)
{
    struct registering *r = fs->extra_data;
    bool is_main = is_field(f, "correspondent");
    if ((!is_main && !is_field(f, "authors")) || !f->typing || edit_is_empty(&f->edit) ||
        !person_param(is_main ? main_array : others_array))
        return NULL;
    strf(r->offered, sizeof r->offered, _("+ New: %s"), edit_text(&f->edit));
    return r->offered;
}

static void register_make(struct form_screen *fs, struct field *f)
{
    const char *array = is_field(f, "correspondent") ? main_array : others_array;
    char name[300];
    strf(name, sizeof name, "%s", edit_text(&f->edit));
    if (array == main_array)
        field_clear(f);
    f->typing = false;
    edit_set(&f->edit, "");
    bool again = array == main_array && form_group_count(fs->form, array) > 0; /* another name for the same new person */
    int group = again ? 0 : person_add(fs, array);
    struct field *to = form_group_field(fs->form, array, group, "name");
    edit_set(&to->edit, name);
    to->touched = true;
    form_focus(fs->form, form_group_field(fs->form, array, group, "address"));
    similar_changed(((struct registering *)fs->extra_data)->similar, to);
    form_touch(fs);
}

static void candidates_ask(struct form_screen *fs);

/* A known person was found after all. */
static void person_known(struct form_screen *fs, int64_t id, const char *name)
{
    struct registering *r = fs->extra_data;
    const char *array = r->watched_array;
    char kept[200];
    if (!array)
        return;
    struct field *f = form_field(fs->form, array == main_array ? "correspondent" : "authors");
    strf(kept, sizeof kept, "%s", name); /* it stands in the pane, which is emptied now */
    form_focus(fs->form, f);
    form_drop_group(fs->form, array, r->watched_group);
    person_unwatch(fs);
    field_pick(f, NULL, id, kept);
    f->touched = true;
    form_touch(fs);
    candidates_ask(fs);
}

/* ---- the form speaks ---- */

static void candidates_ask(struct form_screen *fs)
{
    struct registering *r = fs->extra_data;
    const struct field *who = form_field(fs->form, "correspondent"), *topic = form_field(fs->form, "topic");
    const struct field *text = form_field(fs->form, "text"), *where = form_field(fs->form, "address");
    const struct field *home = form_group_field(fs->form, main_array, 0, "address");
    if (home && where && edit_is_empty(&where->edit)) /* so does the server: the author's own house */
        where = home;
    candidates_update(r->candidates, text ? edit_text(&text->edit) : "", who && who->picked_count ? who->picked[0].id : 0,
                      topic && topic->code ? topic->code : "", where ? edit_text(&where->edit) : "");
}

/* Before it is registered: thirty days from the day it came, as the law counts them, may reach a year whose calendar is not known yet. */
static void term_come(void *arg, json_t *result, const struct rpc_error *error)
{
    struct registering *r = arg;
    r->unverified = !error && js_bool(result, "unverified");
    app_dirty();
}

static void term_ask(struct form_screen *fs)
{
    enum { TERM_DAYS = 30 };
    const struct field *f = form_field(fs->form, "received");
    json_t *received = f ? field_value(f) : NULL;
    if (received && meta_op("calendar.due"))
        app_call(fs->screen, "calendar.due", json_pack("{s:O,s:i,s:s}", "from", received, "days", TERM_DAYS, "counting", "calendar"),
                 CALL_QUIET, term_come, fs->extra_data);
    json_decref(received);
}

static void register_changed(struct form_screen *fs, struct field *f, bool left)
{
    static const char *const watched[] = {"correspondent", "topic", "text", "address"};
    struct registering *r = fs->extra_data;
    if (is_field(f, "correspondent") && f->picked_count && form_group_count(fs->form, main_array) > 0) {
        form_drop_group(fs->form, main_array, 0);
        person_unwatch(fs);
    }
    if (left && is_field(f, "received"))
        term_ask(fs);
    if (left)
        return;
    if (field_is_in(f, main_array) || field_is_in(f, others_array)) {
        bool is_main = field_is_in(f, main_array);
        if (r->watched_array != (is_main ? main_array : others_array) || r->watched_group != f->group)
            person_watch(fs, is_main ? main_array : others_array, f->group);
        if (is_main && strcmp(f->param->name, "address") == 0)
            candidates_ask(fs);
    }
    similar_changed(r->similar, f);
    for (size_t i = 0; i < sizeof watched / sizeof *watched; i++)
        if (f->group < 0 && strcmp(watched[i], f->param->name) == 0)
            candidates_ask(fs);
}

static void set_default(struct form_screen *fs, const char *name, const char *value)
{
    struct field *f = form_field(fs->form, name);
    json_t *v = json_string(value);
    if (f)
        field_set(f, v, NULL);
    json_decref(v);
}

static void register_ready(struct form_screen *fs)
{
    struct registering *r = fs->extra_data;
    char today[16];
    dates_to_wire(dates_today(), today);
    set_default(fs, "kind", "letter");
    set_default(fs, "channel", "post");
    set_default(fs, "nature", "statement");
    set_default(fs, "received", today);
    term_ask(fs);
    r->candidates = candidates_new(fs->screen);
    similar_watch(r->similar, fs->screen, NULL, NULL, NULL, NULL);
}

/* One more question under the text; the form's own topic is the first. */
static int question_add(struct form_screen *fs)
{
    const struct meta_param *questions = meta_param(meta_op("appeal.register"), "questions");
    int group = form_add_group(fs->form, questions, form_field(fs->form, "text"));
    for (size_t i = 0; i < questions->field_count; i++) {
        struct field *f = form_group_field(fs->form, "questions", group, questions->fields[i]->name);
        strf(f->label, sizeof f->label, "%d: %s", group + 2, questions->fields[i]->label);
    }
    return group;
}

static void register_before_load(struct form_screen *fs, const json_t *draft)
{
    const char *name;
    json_t *v;
    json_object_foreach((json_t *)draft, name, v)
    {
        int group;
        if (strncmp(name, "new_correspondent.", 18) == 0 && form_group_count(fs->form, main_array) == 0)
            person_add(fs, main_array);
        if (sscanf(name, "new_authors.%d.", &group) == 1)
            while (form_group_count(fs->form, others_array) <= group && group < 50)
                person_add(fs, others_array);
        if (sscanf(name, "questions.%d.", &group) == 1)
            while (form_group_count(fs->form, "questions") <= group && group < 50)
                question_add(fs);
    }
}

/* The first question is the form's own topic; the others were added below. */
static void questions_collect(json_t *params)
{
    json_t *questions = json_object_get(params, "questions"), *first = json_object();
    if (!questions) {
        json_decref(first);
        return;
    }
    if (json_object_get(params, "topic"))
        json_object_set(first, "topic", json_object_get(params, "topic"));
    if (json_object_get(params, "nature"))
        json_object_set(first, "nature", json_object_get(params, "nature"));
    if (json_object_size(first) > 0)
        json_array_insert(questions, 0, first);
    json_decref(first);
}

static void register_collect(struct form_screen *fs, json_t *params)
{
    struct registering *r = fs->extra_data;
    json_t *person = json_array_get(json_object_get(params, "new_correspondent"), 0);
    int64_t other;
    const char *kind;
    if (person)
        json_object_set(params, "new_correspondent", person);
    questions_collect(params);
    if (candidates_link(r->candidates, 0, &other, &kind) && meta_has_param("appeal.register", "link_to")) {
        json_object_set_new(params, "link_to", json_integer(other));
        json_object_set_new(params, "link_kind", json_string(kind));
    }
}

static void linked(void *arg, json_t *result, const struct rpc_error *error)
{
    (void)arg;
    (void)result;
    if (error)
        app_status_error(error);
}

static bool has_warning(const json_t *result, const char *name)
{
    size_t i;
    json_t *w;
    json_array_foreach(json_object_get(result, "warnings"), i, w) if (json_is_string(w) && strcmp(json_string_value(w), name) == 0) return true;
    return false;
}

static bool register_done(struct form_screen *fs, const json_t *result)
{
    struct registering *r = fs->extra_data;
    int64_t other;
    const char *kind;
    char due[32];
    for (int i = meta_has_param("appeal.register", "link_to") ? 1 : 0; candidates_link(r->candidates, i, &other, &kind); i++) {
        char id[37];
        client_uuid(id);
        app_call(NULL, "appeal.link",
                 json_pack("{s:I,s:I,s:s,s:s}", "id", (json_int_t)js_int(result, "id"), "other", (json_int_t)other, "kind", kind,
                           "request_id", id),
                 CALL_QUIET | CALL_WRITE, linked, NULL);
    }
    dates_resolved(dates_from_wire(js_str(result, "due")), due, sizeof due);
    if (has_warning(result, "registered_late"))
        app_status(STATUS_WARN, _("Registered: %s, due %s. Later than the three days of the law"), js_str(result, "number"), due);
    else if (due[0] && has_warning(result, "unverified_year"))
        app_status(STATUS_WARN, _("Registered: %s, due %s. That year has no production calendar yet"), js_str(result, "number"), due);
    else if (due[0])
        app_status(STATUS_GOOD, _("Registered: %s, due %s. F7: the next one"), js_str(result, "number"), due);
    else
        app_status(STATUS_GOOD, _("Registered: %s. F7: the next one"), js_str(result, "number"));
    return true;
}

/* ---- the pane beside: persons like the one being made, else appeals like this one ---- */

static bool is_person_pane(const struct registering *r) { return similar_count(r->similar) > 0; }

static bool is_pane_focused(const struct registering *r) { return similar_focused(r->similar) || candidates_focused(r->candidates); }

static const char *register_scopes(struct form_screen *fs)
{
    struct registering *r = fs->extra_data;
    return similar_focused(r->similar) ? "similar" : candidates_focused(r->candidates) ? "candidates" : NULL;
}

static const char *register_hint(struct form_screen *fs)
{
    struct registering *r = fs->extra_data;
    if (similar_focused(r->similar))
        return _("Enter: this is the person, Esc: no, a new one");
    if (candidates_focused(r->candidates))
        return _("A link's key again takes it back; Enter: open, Esc: to the form");
    const struct field *f = fs->form ? form_focused(fs->form) : NULL;
    return r->unverified && !(f && f->error[0])
               ? _("The term ends in a year that has no production calendar yet: only weekends are taken for days off")
               : NULL;
}

static bool register_key(struct form_screen *fs, int key)
{
    struct registering *r = fs->extra_data;
    if (similar_focused(r->similar))
        return similar_key(r->similar, key);
    return candidates_focused(r->candidates) && candidates_key(r->candidates, key);
}

static void pane_focus(struct registering *r, bool on)
{
    similar_focus(r->similar, on);
    candidates_focus(r->candidates, on && !similar_focused(r->similar));
}

static bool register_command(struct form_screen *fs, enum command cmd)
{
    struct registering *r = fs->extra_data;
    const char *name;
    switch (cmd) {
    case CMD_CANDIDATES: pane_focus(r, !is_pane_focused(r)); return true;
    case CMD_CHOOSE: {
        int64_t id = similar_focused(r->similar) ? similar_chosen(r->similar, &name) : 0;
        if (!id)
            return false;
        person_known(fs, id, name);
        return true;
    }
    case CMD_ADD_GROUP: {
        int group = question_add(fs);
        form_focus(fs->form, form_group_field(fs->form, "questions", group, "topic"));
        return true;
    }
    case CMD_LINK_DUPLICATE: candidates_toggle(r->candidates, "duplicate_of"); return true;
    case CMD_LINK_REPEAT: candidates_toggle(r->candidates, "repeat_of"); return true;
    case CMD_LINK_SAME: candidates_toggle(r->candidates, "same_issue"); return true;
    case CMD_OPEN: candidates_open(r->candidates); return true;
    case CMD_BACK:
        if (!is_pane_focused(r))
            return false;
        pane_focus(r, false);
        return true;
    default: return false;
    }
}

static const char *register_why_not(struct form_screen *fs, enum command cmd, bool *mine)
{
    struct registering *r = fs->extra_data;
    *mine = true;
    switch (cmd) {
    case CMD_CANDIDATES: return candidates_count(r->candidates) || is_person_pane(r) ? NULL : _("Nothing similar is found so far");
    case CMD_ADD_GROUP: return NULL;
    case CMD_OPEN:
    case CMD_LINK_DUPLICATE:
    case CMD_LINK_REPEAT:
    case CMD_LINK_SAME: return candidates_focused(r->candidates) ? NULL : _("First choose among the similar appeals: F6");
    case CMD_CHOOSE: *mine = similar_focused(r->similar); return NULL;
    default: *mine = false; return NULL;
    }
}

static struct rect register_side(struct form_screen *fs, struct rect rect)
{
    struct registering *r = fs->extra_data;
    if (is_person_pane(r))
        return similar_split(r->similar, &rect);
    return r->candidates ? candidates_split(r->candidates, &rect) : rect;
}

static void register_paint(struct form_screen *fs, struct rect rect, struct cursor *cursor)
{
    struct registering *r = fs->extra_data;
    if (is_person_pane(r)) {
        similar_split(r->similar, &rect);
        similar_paint(r->similar, rect, cursor);
        return;
    }
    candidates_split(r->candidates, &rect);
    candidates_paint(r->candidates, rect, cursor);
}

static void register_free(struct form_screen *fs)
{
    struct registering *r = fs->extra_data;
    similar_free(r->similar);
    candidates_free(r->candidates);
    free(r);
}

static const struct form_extra extra = {
    .ready = register_ready,
    .before_load = register_before_load,
    .restored = candidates_ask,
    .changed = register_changed,
    .offer_new = register_offer,
    .make_new = register_make,
    .collect = register_collect,
    .done = register_done,
    .key = register_key,
    .command = register_command,
    .why_not = register_why_not,
    .scopes = register_scopes,
    .hint = register_hint,
    .side = register_side,
    .paint = register_paint,
    .free = register_free,
};

void register_open(int64_t correspondent, const char *name)
{
    struct registering *r = calloc(1, sizeof *r);
    if (!r)
        abort();
    r->similar = similar_new();
    json_t *values = NULL;
    if (correspondent)
        values = json_pack("{s:{s:I,s:s}}", "correspondent", "value", (json_int_t)correspondent, "label", name);
    form_open(&(struct form_start){.method = "appeal.register",
                                   .title = _("Registering an appeal"),
                                   .hints = hints,
                                   .order = order,
                                   .values = values,
                                   .large = true,
                                   .extra = &extra,
                                   .extra_data = r});
}
