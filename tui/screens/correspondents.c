#include "tui/dates.h"
#include "tui/i18n.h"
#include "tui/json.h"
#include "tui/meta.h"
#include "tui/screens.h"
#include "tui/screens/card.h"
#include "tui/screens/cells.h"
#include "tui/screens/form.h"
#include "tui/screens/modules.h"
#include "tui/screens/records.h"
#include "tui/screens/similar.h"
#include "tui/text.h"
#include "tui/widgets/dialog.h"
#include "tui/words.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the list ---- */

static void cell_kind(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_DIM;
    strf(out, size, "%s", words_own(row_get(row, "kind")));
}

static void cell_count(const struct row *row, char *out, size_t size, enum role *role)
{
    const char *n = row_get(row, "appeal_count");
    *role = atoi(n) >= 5 ? R_SOON : R_TEXT;
    strf(out, size, "%s", strcmp(n, "0") ? n : "");
}

static const struct column columns[] = {
    {"name", N_("Name"), 28, 0, 1, 1, false, NULL},        {"appeal_count", N_("Letters"), 7, 7, 2, 1, true, cell_count},
    {"address", N_("Address"), 18, 60, 3, 2, false, NULL}, {"phone", N_("Phone"), 16, 18, 4, 0, false, NULL},
    {"kind", N_("Kind"), 11, 12, 5, 0, false, cell_kind},  {"email", N_("E-mail"), 16, 28, 6, 0, false, NULL},
};

static const char *const fields[] = {"name", "kind", "phone", "address", "email", "appeal_count", "actions", NULL};

static const struct records_tab tabs[] = {
    {N_("All"), "{}"},
    {N_("Persons"), "{\"kind\": \"person\"}"},
    {N_("Organisations"), "{\"kind\": \"organization\"}"},
    {N_("Collectives"), "{\"kind\": \"collective\"}"},
    {NULL, NULL},
};

static const struct records_spec list_spec = {
    .record = "correspondent",
    .title = N_("Correspondents"),
    .scopes = "correspondent list",
    .list = {.method = "correspondent.list",
             .columns = columns,
             .column_count = sizeof columns / sizeof *columns,
             .fields = fields,
             .params = records_params,
             .empty = N_("Nobody is found. Any part of a name, a phone in any spelling, an address will do; F7 adds a new one.")},
    .tabs = tabs,
    .new_command = CMD_NEW_CORRESPONDENT,
};

struct screen *correspondents_list(const char *query) { return records_screen(&list_spec, query); }

/* ---- the card ---- */

static int count_appeals(const json_t *r) { return (int)json_array_size(json_object_get(r, "appeals")); }

static void build_appeals(struct doc *d, const json_t *r)
{
    size_t i;
    json_t *a;
    json_array_foreach(json_object_get(r, "appeals"), i, a)
    {
        char text[600], date[16];
        dates_short(dates_from_wire(js_str(a, "registered")), date, sizeof date);
        strf(text, sizeof text, "%s  %s  %s", date, words_label("state:appeal", js_str(a, "status")), js_str(a, "subject"));
        doc_link(d, "appeal", js_int(a, "id"), js_str(a, "number"), text, R_TEXT);
    }
}

static void build_merged(struct doc *d, const json_t *r)
{
    size_t i;
    json_t *m;
    if (json_array_size(json_object_get(r, "merged")) == 0)
        return;
    doc_heading(d, _("Merged into this one"));
    json_array_foreach(json_object_get(r, "merged"), i, m)
    {
        char text[400], until[16];
        dates_short(dates_from_wire(js_str(m, "undo_until")), until, sizeof until);
        strf(text, sizeof text, _("%s, %s; may be parted until %s"), js_str(m, "name"), js_str(m, "address"), until);
        doc_text(d, 0, R_TEXT, text);
    }
}

enum { HEADING_RIGHT = 24 };

static void build_consents(struct doc *d, const json_t *r)
{
    size_t i;
    json_t *c;
    if (json_array_size(json_object_get(r, "consents")) == 0)
        return;
    doc_heading(d, _("Consents"));
    json_array_foreach(json_object_get(r, "consents"), i, c)
    {
        char text[400], given[16], back[16];
        dates_short(dates_from_wire(js_str(c, "given_on")), given, sizeof given);
        dates_short(dates_from_wire(js_str(c, "withdrawn_on")), back, sizeof back);
        bool withdrawn = js_str(c, "withdrawn_on")[0];
        strf(text, sizeof text, withdrawn ? _("%s: given %s, %s; withdrawn %s, %s") : _("%s: given %s, %s"), words_label("consent", js_str(c, "kind")), given,
             words_label("consent_way", js_str(c, "way")), back, words_label("consent_way", js_str(c, "withdrawn_way")));
        doc_text(d, 0, withdrawn ? R_DIM : R_TEXT, text);
    }
}

static void build_main(struct doc *d, const json_t *r)
{
    size_t i;
    json_t *c;
    if (text_width(js_str(r, "name")) > doc_width(d) - HEADING_RIGHT) /* the heading cuts it */
        doc_text(d, 0, R_STRONG, js_str(r, "name"));
    card_text(d, _("Address"), r, "address");
    doc_field_short(d, _("Kind"), words_own(js_str(r, "kind")), R_TEXT);
    json_array_foreach(json_object_get(r, "contacts"), i, c) doc_field_short(d, words_own(js_str(c, "kind")), js_str(c, "value"), R_TEXT);
    card_text(d, _("Contact person"), r, "contact_person");
    card_word(d, _("Social status"), r, "social_status", "social_status");
    card_word(d, _("Privilege"), r, "privilege", "privilege");
    doc_text(d, 0, R_TEXT, js_str(r, "note"));
    if (js_bool(r, "restricted"))
        doc_field(d, _("Restricted"), words_label("data_class", js_str(r, "data_class")), R_SOON);
    build_consents(d, r);
    build_merged(d, r);
    if (count_appeals(r) > 0) {
        doc_heading(d, _("Appeals"));
        build_appeals(d, r);
    }
}

static const struct card_tab card_tabs[] = {
    {N_("Card"), NULL, build_main, NULL},
    {N_("Appeals"), count_appeals, build_appeals, NULL},
    {N_("History"), NULL, card_history, NULL},
    {.label = NULL},
};

static void heading(const json_t *r, char *left, size_t left_size, char *right, size_t right_size, enum role *role)
{
    int n = (int)js_int(r, "appeal_count");
    *role = R_DIM;
    strf(left, left_size, "%s", js_str(r, "name"));
    strf(right, right_size, ngettext("%d appeal", "%d appeals", (unsigned long)n), n);
}

/* Short words where the operation's own labels explain themselves at length. */
static const struct form_hint person_hints[] = {
    {"kind", FH_REQUIRED, N_("Kind")},
    {"name", 0, N_("Name")},
    {"external_id", FH_HIDE, NULL},
    {"note", 0, N_("Note")},
    {"except", FH_HIDE, NULL},
    {"force", FH_HIDE, NULL},
    {NULL, 0, NULL},
};

static const struct card_spec card_spec = {
    .record = "correspondent",
    .method = "correspondent.get",
    .scopes = "correspondent card",
    .title = N_("Correspondent"),
    .tabs = card_tabs,
    .side_tab = 0,
    .heading = heading,
    .set_method = "correspondent.set",
    .set_hints = person_hints,
    .new_command = CMD_NEW_CORRESPONDENT,
};

struct screen *correspondents_card(int64_t id, enum command then) { return card_screen(&card_spec, id, then); }

/* ---- a new one: likely doubles are shown before it is made ---- */

static const char *const person_order[] = {"kind", "name", "address", "phone", "email", NULL};

static void new_ready(struct form_screen *fs)
{
    struct similar *similar = fs->extra_data;
    similar_watch(similar, fs->screen, form_field(fs->form, "name"), form_field(fs->form, "phone"), form_field(fs->form, "address"),
                  form_field(fs->form, "email"));
}

static void new_changed(struct form_screen *fs, struct field *f, bool left)
{
    (void)left;
    similar_changed(fs->extra_data, f);
}

static struct rect new_side(struct form_screen *fs, struct rect r) { return similar_split(fs->extra_data, &r); }

static void new_paint(struct form_screen *fs, struct rect r, struct cursor *cursor)
{
    similar_split(fs->extra_data, &r);
    similar_paint(fs->extra_data, r, cursor);
}

static const char *new_scopes(struct form_screen *fs) { return similar_focused(fs->extra_data) ? "similar" : NULL; }

static const char *new_hint(struct form_screen *fs)
{
    return similar_focused(fs->extra_data) ? _("Enter: open this card, Esc: no, a new one") : NULL;
}

static bool new_key(struct form_screen *fs, int key) { return similar_focused(fs->extra_data) && similar_key(fs->extra_data, key); }

static bool new_command(struct form_screen *fs, enum command cmd)
{
    struct similar *similar = fs->extra_data;
    const char *name;
    bool focused = similar_focused(similar);
    if (cmd == CMD_CANDIDATES)
        similar_focus(similar, !focused);
    else if (cmd == CMD_CHOOSE && focused)
        screens_open_card("correspondent", similar_chosen(similar, &name), CMD_NONE);
    else if (cmd == CMD_BACK && focused)
        similar_focus(similar, false);
    else
        return false;
    return true;
}

static const char *new_why_not(struct form_screen *fs, enum command cmd, bool *mine)
{
    *mine = cmd == CMD_CANDIDATES || (cmd == CMD_CHOOSE && similar_focused(fs->extra_data));
    return cmd == CMD_CANDIDATES && similar_count(fs->extra_data) == 0 ? _("Nobody similar is found so far") : NULL;
}

static void new_free(struct form_screen *fs) { similar_free(fs->extra_data); }

static const struct form_extra new_extra = {
    .ready = new_ready,
    .changed = new_changed,
    .key = new_key,
    .command = new_command,
    .why_not = new_why_not,
    .scopes = new_scopes,
    .hint = new_hint,
    .side = new_side,
    .paint = new_paint,
    .free = new_free,
};

void correspondents_new(void)
{
    form_open(&(struct form_start){.method = "correspondent.add",
                                   .hints = person_hints,
                                   .order = person_order,
                                   .large = true,
                                   .values = json_pack("{s:s}", "kind", "person"),
                                   .extra = &new_extra,
                                   .extra_data = similar_new()});
}

/* ---- merging and parting ---- */

static bool merge_done(struct form_screen *fs, const json_t *result)
{
    const struct field *into = form_field(fs->form, "into");
    (void)result;
    app_status(STATUS_GOOD, _("Merged into %s; may be parted on that card for 30 days"), into->picked[0].label);
    return true;
}

static const struct form_extra merge_extra = {.done = merge_done};

void correspondents_merge(const struct record_ref *refs, size_t count)
{
    struct form_start start = {.method = "correspondent.merge", .refs = refs, .ref_count = 1, .extra = &merge_extra};
    if (count == 2) {
        /* The second marked one is kept; its name stands in the form, where it can still be exchanged. */
        json_t *into = json_pack("{s:I,s:s}", "value", (json_int_t)refs[1].id, "label", refs[1].number);
        start.values = json_pack("{s:o}", "into", into);
    } else if (count > 2) {
        app_status(STATUS_WARN, "%s", _("Mark two: the double and the one to keep"));
        return;
    }
    form_open(&start);
}

struct part {
    struct {
        int64_t merge;
    } rows[DIALOG_BUTTONS_MAX];
};

static void part_done(void *arg, json_t *result, const struct rpc_error *error)
{
    (void)arg;
    (void)result;
    if (error)
        app_status_error(error);
    else
        app_status(STATUS_GOOD, "%s", _("Parted"));
    app_refresh_all();
}

static void part_chosen(void *arg, int button)
{
    struct part *p = arg;
    char id[37];
    client_uuid(id);
    if (button > 0)
        app_call(NULL, "correspondent.part", json_pack("{s:I,s:s}", "merge", (json_int_t)p->rows[button].merge, "request_id", id),
                 CALL_WRITE, part_done, NULL);
    free(p);
}

void correspondents_part(const struct record_ref *ref)
{
    const json_t *merged = json_object_get(ref->whole, "merged");
    const char *buttons[DIALOG_BUTTONS_MAX] = {_("Leave as it is")};
    size_t n = 1, i;
    json_t *m;
    if (json_array_size(merged) == 0) {
        app_status(STATUS_WARN, "%s", _("Nothing is merged into this card"));
        return;
    }
    struct part *p = calloc(1, sizeof *p);
    if (!p)
        abort();
    json_array_foreach(merged, i, m)
    {
        if (n == DIALOG_BUTTONS_MAX)
            break;
        p->rows[n].merge = js_int(m, "merge");
        buttons[n++] = js_str(m, "name");
    }
    dialog_open(_("Part again"), _("Which of the merged ones becomes a card of its own again, with its appeals?"), buttons, n, part_chosen,
                p);
}
