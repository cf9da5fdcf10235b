/* The form that writes an outage down: houses in a line, the time as its supplier wrote it, the kind that goes with it. */
#include "tui/dates.h"
#include "tui/i18n.h"
#include "tui/json.h"
#include "tui/screens/form.h"
#include "tui/screens/house_preview.h"
#include "tui/screens/modules.h"
#include "tui/text.h"
#include "tui/words.h"
#include <stdio.h>
#include <string.h>

/* What the preview has found is what is sent: also where a street was chosen of several alike. With pieces that were not found the line
 * itself goes, and the server says which. */
static void send_found(struct form_screen *fs, json_t *params)
{
    struct house_preview *p = fs->extra_data;
    size_t i;
    json_t *id;
    if (!json_object_get(params, "line") || !house_preview_is_ready(p) || house_preview_has_trouble(p) || house_preview_count(p) == 0)
        return;
    json_t *found = house_preview_ids(p), *named = json_object_get(params, "houses");
    json_array_foreach(named, i, id) json_array_append(found, id);
    json_object_set_new(params, "houses", found);
    json_object_del(params, "line");
}

/* Several breaks are several outages: all are named. */
static bool several_opened(struct form_screen *fs, const json_t *result)
{
    const json_t *more = json_object_get(result, "more");
    char said[200];
    int n = (int)json_array_size(more) + 1;
    (void)fs;
    if (n == 1)
        return false;
    strf(said, sizeof said, ngettext("Written down: %d outage, %s to %s", "Written down: %d outages, %s to %s", (unsigned long)n), n,
         js_str(result, "number"), js_str(json_array_get(more, (size_t)n - 2), "number"));
    app_status(STATUS_GOOD, "%s", said);
    return true;
}

/* ---- the kind goes with the beginning ---- */

/* When it begins by what is typed so far: the supplier's wording, else the time. "" when nothing is said. */
static void begins(const struct form_screen *fs, char *out, size_t size)
{
    const struct field *started = form_field(fs->form, "started");
    json_t *typed = started ? field_value(started) : NULL;
    const char *period = house_preview_period_begins(fs->extra_data);
    strf(out, size, "%s", *period ? period : json_is_string(typed) ? json_string_value(typed) : "");
    json_decref(typed);
}

/* What lies ahead is planned: nothing breaks down by appointment. Until the dispatcher chooses a kind it follows the beginning; whatever they
 * choose stays, and where that cannot be written down it is said beside. */
static void kind_follow(void *arg)
{
    struct form_screen *fs = arg;
    struct field *kind = form_field(fs->form, "kind");
    char from[40];
    if (!kind)
        return;
    begins(fs, from, sizeof from);
    bool ahead = dates_is_ahead(from), chosen = kind->touched || kind->typing;
    const char *meant = ahead ? "planned" : "emergency", *code = kind->code ? kind->code : "";
    if (!chosen && strcmp(code, meant) != 0)
        field_pick(kind, meant, 0, words_label("outage_kind", meant));
    if (!ahead)
        house_preview_note(fs->extra_data, R_TEXT, "");
    else if (!chosen)
        house_preview_note(fs->extra_data, R_SOON, _("It begins in the future, so its kind is planned"));
    else
        house_preview_note(fs->extra_data, R_LATE,
                           strcmp(code, "emergency") == 0 ? _("It begins in the future: an emergency cannot be written down ahead") : "");
}

static void open_ready(struct form_screen *fs)
{
    house_line_extra.ready(fs);
    house_preview_on_period(fs->extra_data, kind_follow, fs);
}

static void open_changed(struct form_screen *fs, struct field *f, bool left)
{
    house_line_extra.changed(fs, f, left);
    if (strcmp(f->param->name, "started") == 0 || strcmp(f->param->name, "kind") == 0)
        kind_follow(fs);
}

static const struct form_extra *line_form(void)
{
    static struct form_extra extra;
    extra = house_line_extra;
    extra.ready = open_ready;
    extra.changed = open_changed;
    extra.collect = send_found;
    extra.done = several_opened;
    return &extra;
}

/* ---- opening the form ---- */

static void take_over(json_t *values, const char *name, const json_t *value, const char *label)
{
    if (value && !json_is_null(value))
        json_object_set_new(values, name, json_pack("{s:O, s:s}", "value", value, "label", label));
}

/* What the card of an incident knows of the outage behind it. Where its house is not in the register the place goes into the line, which
 * says beside what is not understood. */
static void take_incident(json_t *values, const json_t *r)
{
    json_t *house = js_int(r, "house") ? json_pack("[I]", (json_int_t)js_int(r, "house")) : NULL;
    take_over(values, "resource", json_object_get(r, "resource"), "");
    take_over(values, house ? "houses" : "line", house ? house : json_object_get(r, "place"), js_str(r, "place"));
    take_over(values, "reason", json_object_get(r, "full_text"), "");
    take_over(values, "started", json_object_get(r, "taken_at"), "");
    json_decref(house);
}

void outages_new(const struct record_ref *incident)
{
    static const struct form_hint hints[] = {{"external_id", FH_HIDE, NULL},
                                             {"source", FH_HIDE, NULL},
                                             {"source_kind", FH_HIDE, NULL},
                                             {"incident", FH_HIDE, NULL},
                                             {NULL, 0, NULL}};
    char draft[64], title[160];
    json_t *values = json_pack("{s:{s:s}}", "kind", "value", "emergency");
    if (incident) {
        strf(draft, sizeof draft, "incident.new_outage:%lld", (long long)incident->id);
        strf(title, sizeof title, _("New outage from %s"), incident->number);
        take_incident(values, incident->whole);
    }
    static const char *const order[] = {"resource", "line",    "promised", "reason",    "supplier", "kind",
                                        "period",   "started", "houses",   "condition", "noticed",  NULL};
    form_open(&(struct form_start){.method = "outage.open",
                                   .hints = hints,
                                   .order = order,
                                   .title = incident ? title : NULL,
                                   .draft = incident ? draft : NULL,
                                   .values = values,
                                   .fixed = incident ? json_pack("{s:I}", "incident", (json_int_t)incident->id) : NULL,
                                   .large = true,
                                   .extra = line_form(),
                                   .extra_data = house_preview_new()});
}

void outage_houses_open(const char *method, const struct record_ref *ref)
{
    form_open(&(struct form_start){
        .method = method, .refs = ref, .ref_count = 1, .large = true, .extra = line_form(), .extra_data = house_preview_new()});
}
