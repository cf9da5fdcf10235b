/* Giving assignments: without an appeal, on one, on several at once or one on each, and under another assignment. */
#include "tui/i18n.h"
#include "tui/json.h"
#include "tui/meta.h"
#include "tui/screens/form.h"
#include "tui/screens/modules.h"
#include "tui/timers.h"
#include "tui/text.h"
#include "tui/widgets/dialog.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct form_hint hints[] = {
    {"responsible", FH_REQUIRED, N_("Responsible")},
    {"title", 0, N_("What to do")},
    {"due", FH_REQUIRED, N_("Due")},
    {"text", 0, N_("Details")},
    {"appeal", FH_HIDE, NULL},
    {"appeals", FH_HIDE, NULL},
    {"parent", FH_HIDE, NULL},
    {"external_id", FH_HIDE, NULL},
    {"draft", 0, NULL},
    {NULL, 0, NULL},
};

static const char *const order[] = {"title",        "responsible", "due",          "text",   "urgency",  "controller",   "check_only",
                                    "co_executors", "co_due",      "watchers",     "on_behalf_of", "unit", "period",   NULL};

/* ---- will it be in time? ---- */

enum { FORECAST_DELAY_MS = 300 };

/* What the server thinks of the executor and the date, told before the assignment is given. */
struct forecast {
    struct form_screen *fs;
    char text[400];
};

static void forecast_come(void *arg, json_t *result, const struct rpc_error *error)
{
    struct forecast *f = arg;
    f->text[0] = '\0';
    if (!error && js_bool(result, "forecast_late"))
        strf(f->text, sizeof f->text, "%s: %s", _("May be late"), js_str(result, "forecast_reason"));
    else if (!error && js_bool(result, "unverified"))
        strf(f->text, sizeof f->text, "%s", _("there is no production calendar of that year: only weekends were taken for days off"));
    app_dirty();
}

static void forecast_ask(void *arg)
{
    struct forecast *f = arg;
    json_t *params = json_object(), *appeal = json_object_get(f->fs->fixed, "appeal");
    static const char *const names[] = {"responsible", "due", "urgency"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct field *field = form_field(f->fs->form, names[i]);
        json_t *value = field ? field_value(field) : NULL;
        if (value)
            json_object_set_new(params, names[i], value);
    }
    if (appeal)
        json_object_set(params, "appeal", appeal);
    if (json_object_get(params, "responsible") && meta_op("assignment.forecast"))
        app_call(f->fs->screen, "assignment.forecast", params, CALL_QUIET, forecast_come, f);
    else
        json_decref(params);
}

static void forecast_changed(struct form_screen *fs, struct field *field, bool left)
{
    struct forecast *f = fs->extra_data;
    const char *name = field && field->param ? field->param->name : "";
    (void)left;
    f->fs = fs;
    if (strcmp(name, "responsible") == 0 || strcmp(name, "due") == 0 || strcmp(name, "urgency") == 0)
        timers_start(FORECAST_DELAY_MS, false, forecast_ask, f);
}

static const char *forecast_hint(struct form_screen *fs)
{
    const struct forecast *f = fs->extra_data;
    const struct field *field = fs->form ? form_focused(fs->form) : NULL;
    return f->text[0] && !(field && field->error[0]) ? f->text : NULL;
}

/* The moment it is given is the last one to think again. */
static bool forecast_done(struct form_screen *fs, const json_t *result)
{
    (void)fs;
    if (!js_bool(result, "forecast_late"))
        return false;
    app_status(STATUS_WARN, _("Given: %s. May be late: %s"), js_str(result, "number"), js_str(result, "forecast_reason"));
    return true;
}

static void forecast_free(struct form_screen *fs)
{
    timers_forget(fs->extra_data);
    free(fs->extra_data);
}

static const struct form_extra forecast_extra = {.changed = forecast_changed, .hint = forecast_hint, .done = forecast_done, .free = forecast_free};

static struct forecast *forecast_new(void)
{
    struct forecast *f = calloc(1, sizeof *f);
    if (!f)
        abort();
    return f;
}

/* ---- the form ---- */

void assign_open_periodic(void)
{
    static const char *const first[] = {"title", "responsible", "period", "due", "text", "urgency", "controller", "co_executors", NULL};
    static const struct form_hint repeated[] = {{"responsible", FH_REQUIRED, N_("Responsible")},
                                                {"title", 0, N_("What to do")},
                                                {"period", FH_REQUIRED, NULL},
                                                {"due", 0, N_("First due date")},
                                                {"text", 0, N_("Details")},
                                                {"appeal", FH_HIDE, NULL},
                                                {"appeals", FH_HIDE, NULL},
                                                {"parent", FH_HIDE, NULL},
                                                {"external_id", FH_HIDE, NULL},
                                                {"draft", FH_HIDE, NULL},
                                                {NULL, 0, NULL}};
    form_open(&(struct form_start){.method = "assignment.create",
                                   .title = _("New periodic assignment"),
                                   .draft = "assignment.create:periodic",
                                   .hints = repeated,
                                   .order = first,
                                   .extra = &forecast_extra,
                                   .extra_data = forecast_new()});
}

struct several {
    size_t count;
    struct form_target targets[];
};

static void open_on(struct record_ref *refs, size_t count, bool one_on_all)
{
    struct form_start start = {.method = "assignment.create", .title = _("New assignment"), .hints = hints, .order = order, .draft = "", .extra = &forecast_extra, .extra_data = forecast_new()};
    if (one_on_all) {
        json_t *ids = json_array();
        for (size_t i = 0; i < count; i++)
            json_array_append_new(ids, json_integer(refs[i].id));
        start.fixed = json_pack("{s:o}", "appeals", ids);
    } else {
        start.refs = refs;
        start.ref_count = count;
        start.target_param = "appeal";
        for (size_t i = 0; i < count; i++)
            refs[i].version = 0;
    }
    form_open(&start);
}

static void several_chosen(void *arg, int button)
{
    struct several *s = arg;
    struct record_ref *refs = calloc(s->count, sizeof *refs);
    if (!refs)
        abort();
    for (size_t i = 0; i < s->count; i++)
        refs[i] = (struct record_ref){.record = "appeal", .id = s->targets[i].id, .number = s->targets[i].number};
    if (button > 0)
        open_on(refs, s->count, button == 1);
    free(refs);
    free(s);
}

static void ask_several(const struct record_ref *refs, size_t count)
{
    struct several *s = calloc(1, sizeof *s + count * sizeof *s->targets);
    char one[80], each[80];
    if (!s)
        abort();
    s->count = count;
    for (size_t i = 0; i < count; i++) {
        s->targets[i].id = refs[i].id;
        strf(s->targets[i].number, sizeof s->targets[i].number, "%s", refs[i].number);
    }
    strf(one, sizeof one, _("One on all %zu"), count);
    strf(each, sizeof each, _("%zu, one on each"), count);
    const char *buttons[] = {_("Back"), one, each};
    dialog_open(_("Assignments on marked appeals"), _("Appeals about the same issue share one assignment; different ones get one each."),
                buttons, 3, several_chosen, s);
}

void assign_open(const struct record_ref *refs, size_t count)
{
    char draft[96];
    if (count > 1) {
        ask_several(refs, count);
        return;
    }
    struct form_start start = {.method = "assignment.create", .title = _("New assignment"), .hints = hints, .order = order,
                               .extra = &forecast_extra, .extra_data = forecast_new()};
    char title[240];
    if (count == 1) {
        bool sub = strcmp(refs->record, "assignment") == 0;
        start.fixed = json_pack("{s:I}", sub ? "parent" : "appeal", (json_int_t)refs->id);
        strf(draft, sizeof draft, "assignment.create:%s:%lld", refs->record, (long long)refs->id);
        strf(title, sizeof title, "%s · %s", sub ? _("Sub-assignment") : _("New assignment"), refs->number);
        start.draft = draft;
        start.title = title;
        if (refs->title && *refs->title)
            start.values = json_pack("{s:s}", "title", refs->title);
    }
    form_open(&start);
}
