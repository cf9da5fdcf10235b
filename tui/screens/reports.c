/* Printed forms: which one, of what period and in what format; the document is laid into the person's reports. */
#include "tui/i18n.h"
#include "tui/json.h"
#include "tui/screens/form.h"
#include "tui/screens/modules.h"
#include "tui/text.h"
#include "tui/widgets/list.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reports {
    struct screen *screen;
    struct list *list;
};

static void cell_title(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_TEXT;
    strf(out, size, "%s", row_get(row, "title"));
}

static void cell_scope(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_DIM;
    strf(out, size, "%s", row_get(row, "scope"));
}

static const struct column columns[] = {
    {"title", N_("Form"), 20, 0, 1, 1, false, cell_title},
    {"scope", N_("Of what"), 14, 24, 1, 2, false, cell_scope},
};
static const char *const fields[] = {"method", "title", "scope", NULL};
static const struct list_spec spec = {
    .method = "report.list",
    .columns = columns,
    .column_count = 2,
    .fields = fields,
    .empty = N_("There are no forms for your role."),
    .whole = true,
};

/* ---- one form ---- */

static void say_made(const json_t *result)
{
    app_status(STATUS_GOOD, _("Ready in %s: %s"), js_str(result, "place"), js_str(result, "name"));
}

static const struct form_hint hints[] = {
    {"id", 0, NULL}, {"number", FH_HIDE, NULL}, {"period", 0, NULL}, {"from", 0, NULL},
    {"to", 0, NULL}, {"unit", 0, NULL},         {"format", 0, NULL}, {NULL, 0, NULL},
};

static void set_code(struct form_screen *fs, const char *name, const char *code)
{
    struct field *f = form_field(fs->form, name);
    if (f)
        field_pick(f, code, 0, NULL);
}

static void report_ready(struct form_screen *fs)
{
    set_code(fs, "period", "this_year");
    set_code(fs, "format", "pdf");
}

/* Dates that were typed are meant; the choice beside them is only where it began. */
static void report_collect(json_t *params)
{
    if (json_object_get(params, "from") || json_object_get(params, "to"))
        json_object_del(params, "period");
}

static void printed(void *arg, json_t *result, const struct rpc_error *error)
{
    (void)arg;
    if (error)
        app_status_error(error);
    else
        say_made(result);
}

/* Nobody waits before a form for a paper: it is made while the person goes on. */
static bool report_command(struct form_screen *fs, enum command cmd)
{
    if (cmd != CMD_SUBMIT || !fs->form)
        return false;
    if (!form_settle(fs->form))
        return true;
    if (!form_check(fs->form)) {
        const struct field *f = form_focused(fs->form);
        app_status(STATUS_ERROR, "%s: %s", f->label, f->error);
        return true;
    }
    json_t *params = form_collect(fs->form);
    report_collect(params);
    app_call(NULL, fs->method, params, CALL_QUIET | CALL_WRITE, printed, NULL);
    app_status(STATUS_INFO, _("Being made: %s"), fs->title);
    app_pop_now(fs->screen);
    return true;
}

static const char *report_hint(struct form_screen *fs)
{
    (void)fs;
    return _("F2: print into my reports; own dates go before the period");
}

/* The key sends nothing to be kept: it prints. */
static const char *report_label(struct form_screen *fs, enum command cmd)
{
    (void)fs;
    return cmd == CMD_SUBMIT ? _("Print") : NULL;
}

static const struct form_extra extra = {.hint = report_hint, .label = report_label, .ready = report_ready, .command = report_command};

static void report_open(const char *method)
{
    form_open(&(struct form_start){.method = method, .draft = "", .hints = hints, .extra = &extra});
}

/* ---- the paper of one card, by one key ---- */

void reports_print(const char *method, const struct record_ref *ref)
{
    app_status(STATUS_INFO, _("Printing: %s"), ref->number);
    app_call(NULL, method, json_pack("{s:I,s:s}", "id", (json_int_t)ref->id, "format", "pdf"),
             CALL_QUIET | CALL_WRITE, printed, NULL);
}

/* ---- the screen ---- */

static const char *reports_scopes(const struct screen *s)
{
    (void)s;
    return "reports";
}

static bool reports_key(struct screen *s, int key)
{
    const struct reports *r = s->data;
    return list_key(r->list, key);
}

static bool reports_command(struct screen *s, enum command cmd)
{
    const struct reports *r = s->data;
    const struct row *row = list_selected(r->list);
    if (cmd == CMD_REPORT_STOP)
        app_call(NULL, "report.cancel", NULL, CALL_QUIET, NULL, NULL);
    if (!row || cmd != CMD_OPEN)
        return cmd == CMD_REPORT_STOP;
    report_open(row_get(row, "method"));
    return true;
}

static const char *reports_why_not(struct screen *s, enum command cmd)
{
    const struct reports *r = s->data;
    if (cmd == CMD_REPORT_STOP)
        return NULL;
    if (cmd != CMD_OPEN)
        return _("This key does nothing here; F1 tells what is possible");
    return list_selected(r->list) ? NULL : _("Nothing is chosen");
}

static void reports_paint(struct screen *s, struct rect rect, struct cursor *cursor)
{
    const struct reports *r = s->data;
    list_paint(r->list, rect, cursor);
}

static void reports_title(const struct screen *s, char *out, size_t size)
{
    (void)s;
    strf(out, size, "%s", _("Reports"));
}

static const char *reports_label(struct screen *s, enum command cmd)
{
    (void)s;
    return cmd == CMD_OPEN ? _("Print") : NULL;
}

static bool reports_click(struct screen *s, enum hit what, int arg)
{
    const struct reports *r = s->data;
    bool again = false;
    if (what != HIT_ROW || !list_click(r->list, arg, &again))
        return false;
    if (again)
        app_command(CMD_OPEN);
    return true;
}

static bool reports_busy(const struct screen *s)
{
    const struct reports *r = s->data;
    return list_is_busy(r->list);
}

static void reports_refresh(struct screen *s)
{
    const struct reports *r = s->data;
    list_refresh(r->list, false);
}

static void reports_close(struct screen *s)
{
    struct reports *r = s->data;
    list_free(&r->list);
    free(r);
}

static const struct screen_ops reports_ops = {
    .name = "reports",
    .scopes = reports_scopes,
    .title = reports_title,
    .paint = reports_paint,
    .key = reports_key,
    .command = reports_command,
    .why_not = reports_why_not,
    .label = reports_label,
    .click = reports_click,
    .busy = reports_busy,
    .refresh = reports_refresh,
    .close = reports_close,
};

void reports_open(void)
{
    struct reports *r = calloc(1, sizeof *r);
    if (!r)
        abort();
    r->screen = screen_new(&reports_ops, r);
    r->list = list_new(&spec, r->screen, r);
    list_reload(r->list);
    app_push(r->screen);
}
