#include "tui/screens/form.h"
#include "tui/dates.h"
#include "tui/i18n.h"
#include "tui/json.h"
#include "tui/meta.h"
#include "tui/screens/carry.h"
#include "tui/screens/conflict.h"
#include "tui/stack.h"
#include "tui/text.h"
#include "tui/widgets/dialog.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DRAFT_DELAY_MS = 1000, META_AGAIN_MS = 30, POPUP_WIDTH = 88 };

/* ---- drafts ---- */

static json_t *draft_params(const struct form_screen *fs, const char *method)
{
    json_t *params = json_pack("{s:s}", "screen", fs->draft);
    char id[37];
    if (meta_has_param(method, "request_id")) {
        client_uuid(id);
        json_object_set_new(params, "request_id", json_string(id));
    }
    return params;
}

static void draft_save(void *arg)
{
    struct form_screen *fs = arg;
    timers_stop(draft_save, fs);
    if (!fs->form || !fs->draft[0] || !fs->begun || fs->dropped || !form_is_touched(fs->form))
        return;
    if (!app_is_online()) { /* one draft when the server is back, not a queue of them */
        timers_start(DRAFT_DELAY_MS, true, draft_save, fs);
        return;
    }
    json_t *params = draft_params(fs, "draft.save"), *body = json_object();
    json_object_set_new(body, "title", json_string(fs->title));
    json_object_set_new(body, "method", json_string(fs->method));
    json_object_set_new(body, "fields", form_draft(fs->form));
    if (fs->fixed)
        json_object_set(body, "fixed", fs->fixed);
    json_object_set_new(params, "body", body);
    app_call(NULL, "draft.save", params, CALL_QUIET | CALL_WRITE, NULL, NULL);
}

void form_draft_drop(struct form_screen *fs)
{
    timers_stop(draft_save, fs);
    fs->dropped = true;
    if (fs->draft[0])
        app_call(NULL, "draft.drop", draft_params(fs, "draft.drop"), CALL_QUIET | CALL_WRITE, NULL, NULL);
}

void form_touch(struct form_screen *fs)
{
    fs->dropped = false;
    timers_start(DRAFT_DELAY_MS, true, draft_save, fs);
}

/* ---- the form begins ---- */

static void values_fill(struct form_screen *fs)
{
    const char *name;
    json_t *v;
    json_object_foreach(fs->values, name, v)
    {
        struct field *f = form_field(fs->form, name);
        const char *label = js_str(v, "label");
        if (f)
            field_set(f, json_is_object(v) ? json_object_get(v, "value") : v, *label ? label : NULL);
    }
}

/* Dates that are today's nearly always. */
static void defaults_fill(struct form_screen *fs)
{
    static const char *const todays[] = {"answer_date", "notice_sent", "received", NULL};
    char today[16];
    dates_to_wire(dates_today(), today);
    for (int i = 0; todays[i] && !fs->record; i++) {
        struct field *f = form_field(fs->form, todays[i]);
        json_t *v = json_string(today);
        if (f)
            field_set(f, v, NULL);
        json_decref(v);
    }
}

static void begin(struct form_screen *fs)
{
    fs->begun = true;
    form_focus_first(fs->form);
    for (size_t i = 0; fs->record && i < form_count(fs->form); i++) {
        if (!form_at(fs->form, i)->hidden) { /* editing begins at the top */
            form_focus(fs->form, form_at(fs->form, i));
            break;
        }
    }
    app_dirty();
}

struct offered {
    struct form_screen *fs;
    json_t *body;
};

static void draft_chosen(void *arg, int button)
{
    struct offered *o = arg;
    struct form_screen *fs = o->fs;
    if (button == 0) {
        const json_t *fields = json_object_get(o->body, "fields");
        if (fs->extra && fs->extra->before_load)
            fs->extra->before_load(fs, fields);
        form_draft_load(fs->form, fields);
        if (fs->extra && fs->extra->restored)
            fs->extra->restored(fs);
    }
    begin(fs);
    if (button != 0)
        form_draft_drop(fs);
    json_decref(o->body);
    free(o);
}

static void draft_come(void *arg, json_t *result, const struct rpc_error *error)
{
    struct form_screen *fs = arg;
    json_t *body = error ? NULL : json_object_get(result, "body");
    char moment[32], text[256];
    fs->draft_asked = false;
    if (json_object_size(json_object_get(body, "fields")) == 0) {
        begin(fs);
        return;
    }
    struct offered *o = calloc(1, sizeof *o);
    if (!o)
        abort();
    o->fs = fs;
    o->body = json_incref(body);
    dates_moment(js_str(result, "updated"), moment, sizeof moment);
    strf(text, sizeof text, _("There is a draft of %s. Nothing of it is lost."), moment[0] ? moment : "-");
    const char *buttons[] = {_("Continue the draft"), _("Begin anew")};
    dialog_open(fs->title, text, buttons, 2, draft_chosen, o);
}

static void build(void *arg);
static void form_changed(void *arg, struct field *f, bool left);
static const char *form_offer(void *arg, const struct field *f);
static void form_make(void *arg, struct field *f);
static void form_submit(void *arg);
static const struct form_ops ops = {.changed = form_changed, .offer_new = form_offer, .make_new = form_make, .submit = form_submit};

static void build(void *arg)
{
    struct form_screen *fs = arg;
    const struct meta_op *op = meta_op(fs->method);
    if (!op && !meta_is_known()) {
        timers_start(META_AGAIN_MS, false, build, fs);
        return;
    }
    if (!op) {
        app_status(STATUS_WARN, "%s", _("Your role may not do this"));
        app_pop_now(fs->screen);
        return;
    }
    if (!fs->title[0])
        strf(fs->title, sizeof fs->title, "%s", op->summary);
    fs->form = form_new(fs->screen, &ops, fs);
    form_add_params(fs->form, op->params, op->param_count, fs->hints);
    if (fs->order)
        form_order(fs->form, fs->order);
    if (fs->extra && fs->extra->ready)
        fs->extra->ready(fs);
    defaults_fill(fs);
    values_fill(fs);
    form_focus_first(fs->form);
    if (!fs->draft[0] || !app_is_online()) {
        begin(fs);
        return;
    }
    fs->draft_asked = true;
    app_call(fs->screen, "draft.get", json_pack("{s:s}", "screen", fs->draft), CALL_QUIET, draft_come, fs);
}

/* ---- the fields speak ---- */

static void form_changed(void *arg, struct field *f, bool left)
{
    struct form_screen *fs = arg;
    if (left)
        draft_save(fs);
    else
        form_touch(fs);
    if (fs->extra && fs->extra->changed)
        fs->extra->changed(fs, f, left);
}

static const char *form_offer(void *arg, const struct field *f)
{
    struct form_screen *fs = arg;
    return fs->extra && fs->extra->offer_new ? fs->extra->offer_new(fs, f) : NULL;
}

static void form_make(void *arg, struct field *f)
{
    struct form_screen *fs = arg;
    if (fs->extra && fs->extra->make_new)
        fs->extra->make_new(fs, f);
}

static void form_submit(void *arg) { form_send(arg); }

/* ---- the screen ---- */

static const char *screen_scopes(const struct screen *s)
{
    struct form_screen *fs = s->data;
    const char *own = fs->extra && fs->extra->scopes ? fs->extra->scopes(fs) : NULL;
    return own ? own : "form";
}

static bool screen_wants_text(const struct screen *s) { return strcmp(screen_scopes(s), "form") == 0; }

static void screen_title(const struct screen *s, char *out, size_t size)
{
    const struct form_screen *fs = s->data;
    strf(out, size, "%s", fs->title);
}

static void heading(const struct form_screen *fs, char *out, size_t size)
{
    if (fs->target_count == 1)
        strf(out, size, "%s · %s", fs->title, fs->targets[0].number);
    else if (fs->target_count > 1)
        strf(out, size, "%s · %zu", fs->title, fs->target_count);
    else
        strf(out, size, "%s", fs->title);
}

static void paint_popup(struct form_screen *fs, struct rect r, struct cursor *cursor)
{
    char title[240];
    int w = r.w < POPUP_WIDTH + 4 ? r.w : POPUP_WIDTH, h = fs->form ? form_height(fs->form, w - 2) + 3 : 5;
    h = h > r.h ? r.h : h;
    struct rect box = {r.y + r.h - h - (r.h - h) / 3, r.x + (r.w - w) / 2, h, w};
    heading(fs, title, sizeof title);
    draw_box(box, title);
    if (fs->form)
        form_paint(fs->form, (struct rect){box.y + 1, box.x + 1, h - 2, w - 2}, cursor);
}

static void screen_paint(struct screen *s, struct rect r, struct cursor *cursor)
{
    struct form_screen *fs = s->data;
    if (!fs->large) {
        paint_popup(fs, r, cursor);
        return;
    }
    struct rect fields = fs->extra && fs->extra->side ? fs->extra->side(fs, r) : r;
    if (!fs->form)
        return;
    /* What stands beside comes first: a list of choices may lie over it. */
    struct cursor beside = {-1, -1};
    if (fs->extra && fs->extra->paint)
        fs->extra->paint(fs, r, &beside);
    form_paint(fs->form, fields, cursor);
    if (beside.y >= 0)
        *cursor = beside;
}

static bool screen_key(struct screen *s, int key)
{
    struct form_screen *fs = s->data;
    if (!fs->form)
        return false;
    if (fs->extra && fs->extra->key && fs->extra->key(fs, key))
        return true;
    return screen_wants_text(s) && form_key(fs->form, key);
}

static bool screen_click(struct screen *s, enum hit what, int arg)
{
    struct form_screen *fs = s->data;
    return fs->form && form_click(fs->form, what, arg);
}

static void form_clear(struct form_screen *fs)
{
    for (size_t i = 0; i < form_count(fs->form); i++)
        field_clear(form_at(fs->form, i));
    values_fill(fs);
    form_draft_drop(fs);
    form_focus_first(fs->form);
}

static bool screen_command(struct screen *s, enum command cmd)
{
    struct form_screen *fs = s->data;
    if (fs->extra && fs->extra->command && fs->extra->command(fs, cmd))
        return true;
    switch (cmd) {
    case CMD_SUBMIT: form_send(fs); return true;
    case CMD_CHOOSE: form_choose(fs->form); return true;
    case CMD_CLEAR_FORM: form_clear(fs); return true;
    case CMD_CARRY:
        if (carry_field(fs->method, form_focused(fs->form)))
            form_changed(fs, form_focused(fs->form), false);
        form_key(fs->form, K_TAB);
        return true;
    case CMD_CARRY_ALL:
        carry_all(fs->method, fs->form);
        if (fs->extra && fs->extra->restored)
            fs->extra->restored(fs);
        form_touch(fs);
        return true;
    case CMD_BACK:
        draft_save(fs);
        if (fs->form && fs->draft[0] && form_is_touched(fs->form) && !fs->dropped)
            app_status(STATUS_INFO, "%s", _("What was typed is kept as a draft"));
        return false;
    default: return false;
    }
}

static const char *screen_why_not(struct screen *s, enum command cmd)
{
    struct form_screen *fs = s->data;
    bool mine = false;
    if (!fs->form)
        return _("Not yet");
    if (fs->extra && fs->extra->why_not) {
        const char *why = fs->extra->why_not(fs, cmd, &mine);
        if (mine)
            return why;
    }
    switch (cmd) {
    case CMD_SUBMIT:
    case CMD_CLEAR_FORM: return NULL;
    case CMD_CHOOSE:
        return form_focused(fs->form) && field_has_list(form_focused(fs->form)) ? NULL
                                                                                : _("This field has no list of values: type into it");
    case CMD_CARRY: /* what was empty there stays empty here: on to the next */
    case CMD_CARRY_ALL: return carry_has(fs->method) ? NULL : _("There is no previous card in this session");
    default: return _("Not in a form");
    }
}

static const char *screen_label(struct screen *s, enum command cmd)
{
    struct form_screen *fs = s->data;
    const char *own = fs->extra && fs->extra->label ? fs->extra->label(fs, cmd) : NULL;
    if (own)
        return own;
    return cmd == CMD_SUBMIT && !fs->record && fs->target_count ? _("Send") : NULL;
}

static bool screen_busy(const struct screen *s)
{
    const struct form_screen *fs = s->data;
    return fs->sending || fs->draft_asked || !fs->form || form_is_busy(fs->form);
}

static void screen_hint(const struct screen *s, char *out, size_t size)
{
    struct form_screen *fs = s->data;
    const struct field *f = fs->form ? form_focused(fs->form) : NULL;
    const char *own = fs->extra && fs->extra->hint ? fs->extra->hint(fs) : NULL;
    if (fs->sending)
        strf(out, size, "%s", _("Sending"));
    else if (own)
        strf(out, size, "%s", own);
    else if (f && f->error[0])
        strf(out, size, "%s", f->error);
    else if (f && f->kind == FK_AREA)
        strf(out, size, "%s", _("Tab: next, F2: save, Esc: back (a draft is kept)"));
    else
        strf(out, size, "%s", _("Enter: next, F2: save, Esc: back (a draft is kept)"));
}

static void screen_save(struct screen *s)
{
    struct form_screen *fs = s->data;
    draft_save(fs);
}

static void screen_close(struct screen *s)
{
    struct form_screen *fs = s->data;
    if (fs->extra && fs->extra->free)
        fs->extra->free(fs);
    timers_forget(fs);
    form_free(&fs->form);
    json_decref(fs->values);
    json_decref(fs->fixed);
    json_decref(fs->record);
    free(fs->targets);
    free(fs);
}

#define FORM_SCREEN_OPS(is_overlay)                                                                                                        \
    {                                                                                                                                      \
        .name = "form", .overlay = is_overlay, .scopes = screen_scopes, .title = screen_title, .paint = screen_paint,                      \
        .wants_text = screen_wants_text, .key = screen_key, .command = screen_command, .why_not = screen_why_not, .label = screen_label,   \
        .click = screen_click, .busy = screen_busy, .hint = screen_hint, .save = screen_save, .close = screen_close,                       \
    }
static const struct screen_ops popup_ops = FORM_SCREEN_OPS(true), large_ops = FORM_SCREEN_OPS(false);

/* ---- opening ---- */

void form_target_take(struct form_target *t, const struct record_ref *ref)
{
    t->id = ref->id;
    t->version = ref->version;
    strf(t->number, sizeof t->number, "%s", ref->number);
}

static void targets_take(struct form_screen *fs, const struct record_ref *refs, size_t count)
{
    fs->targets = calloc(count + 1, sizeof *fs->targets);
    if (!fs->targets)
        abort();
    for (size_t i = 0; i < count; i++)
        form_target_take(&fs->targets[i], &refs[i]);
    fs->target_count = count;
}

void form_open(const struct form_start *start)
{
    struct form_screen *fs = calloc(1, sizeof *fs);
    if (!fs)
        abort();
    strf(fs->method, sizeof fs->method, "%s", start->method);
    strf(fs->title, sizeof fs->title, "%s", start->title ? start->title : "");
    if (start->draft)
        strf(fs->draft, sizeof fs->draft, "%s", start->draft);
    else if (start->ref_count == 1)
        strf(fs->draft, sizeof fs->draft, "%s:%lld", start->method, (long long)start->refs[0].id);
    else if (start->ref_count == 0)
        strf(fs->draft, sizeof fs->draft, "%s", start->method);
    fs->hints = start->hints;
    fs->order = start->order;
    fs->values = start->values;
    fs->fixed = start->fixed;
    fs->record = start->record ? json_deep_copy(start->record) : NULL;
    fs->large = start->large;
    fs->extra = start->extra;
    fs->extra_data = start->extra_data;
    strf(fs->target_param, sizeof fs->target_param, "%s", start->target_param ? start->target_param : "id");
    targets_take(fs, start->refs, start->ref_count);
    client_uuid(fs->request_id);
    fs->screen = screen_new(fs->large ? &large_ops : &popup_ops, fs);
    app_push(fs->screen);
    build(fs);
}
