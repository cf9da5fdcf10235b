/* Sending a form: to one record or to many in turn, what is refused and where it is shown, conflicts with other people's changes;
 * and actions that need no form at all. */
#include "tui/i18n.h"
#include "tui/json.h"
#include "tui/meta.h"
#include "tui/screens/carry.h"
#include "tui/screens/conflict.h"
#include "tui/screens/form.h"
#include "tui/text.h"
#include "tui/widgets/dialog.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void send_next(struct form_screen *fs);

/* ---- who refused ---- */

static void refusals_add(struct refusals *r, const char *number, const char *message)
{
    size_t len = strlen(r->text);
    strf(r->text + len, sizeof r->text - len, "%s%s: %s", r->count++ ? "\n" : "", number, message);
}

static void refusals_read(void *arg, int button)
{
    (void)arg;
    (void)button;
}

/* Whose turn it was and who refused is read before anything else is done. */
static void refusals_show(const struct refusals *r, size_t of)
{
    char title[120];
    strf(title, sizeof title, _("Done for %zu of %zu"), of - r->count, of);
    const char *buttons[] = {_("Close")};
    dialog_open(title, r->text, buttons, 1, refusals_read, NULL);
}

/* ---- the end ---- */

static void finish(struct form_screen *fs, const json_t *result)
{
    char said[200], numbers[64] = "";
    form_draft_drop(fs);
    carry_keep(fs->method, fs->form);
    if (fs->target_count == 1)
        strf(numbers, sizeof numbers, " %s", fs->targets[0].number);
    else if (fs->target_count > 1)
        strf(numbers, sizeof numbers, ": %zu", fs->target_count - fs->refusals.count);
    strf(said, sizeof said, "%s%s%s%s", fs->title, numbers, js_str(result, "number")[0] ? " " : "",
         fs->target_count ? "" : js_str(result, "number"));
    bool told = fs->extra && fs->extra->done && fs->extra->done(fs, result);
    struct refusals refusals = fs->refusals;
    size_t of = fs->target_count;
    if (!told && refusals.count < of + !of)
        app_status(STATUS_GOOD, _("Done: %s"), said);
    app_pop_now(fs->screen);
    app_acted();
    if (refusals.count)
        refusals_show(&refusals, of);
}

/* The card holds ids under their own name or with _id, and the words for them under _name or _label. */
static json_t *value_of(const json_t *record, const char *name)
{
    static const char *const labels[] = {"_name", "_label", NULL};
    char key[96];
    json_t *v = json_object_get(record, name), *out = json_object();
    if (!v || json_is_null(v)) {
        strf(key, sizeof key, "%s_id", name);
        if (json_object_get(record, key))
            v = json_object_get(record, key);
    }
    for (int i = 0; labels[i]; i++) {
        strf(key, sizeof key, "%s%s", name, labels[i]);
        if (js_str(record, key)[0] && !json_object_get(out, "label"))
            json_object_set_new(out, "label", json_string(js_str(record, key)));
    }
    if (v)
        json_object_set(out, "value", v);
    return out;
}

/* The record cut down to what the operation takes, with its version; `labels` (may be NULL) gets {"value", "label"} by field. */
json_t *form_plain(const struct meta_op *op, const json_t *record, json_t *labels)
{
    json_t *plain = json_object();
    for (size_t i = 0; op && i < op->param_count; i++) {
        json_t *v = value_of(record, op->params[i]->name);
        if (labels)
            json_object_set(labels, op->params[i]->name, v);
        if (json_object_get(v, "value"))
            json_object_set(plain, op->params[i]->name, json_object_get(v, "value"));
        json_decref(v);
    }
    if (json_object_get(record, "version"))
        json_object_set(plain, "version", json_object_get(record, "version"));
    return plain;
}

static bool is_same(const json_t *a, const json_t *b)
{
    bool no_a = !a || json_is_null(a), no_b = !b || json_is_null(b) || (json_is_string(b) && !*json_string_value(b)) || json_is_false(b);
    return no_a || no_b ? no_a && no_b : json_equal((json_t *)a, (json_t *)b);
}

/* Fields that I had not changed become as they are now, so that nobody's change is undone; of the others the person has chosen. */
static void conflict_settled(void *arg, json_t *current, json_t *merged)
{
    struct form_screen *fs = arg;
    fs->targets[fs->target_at].version = js_int(current, "version");
    for (size_t i = 0; fs->record && i < form_count(fs->form); i++) {
        struct field *f = form_at(fs->form, i);
        json_t *mine = field_value(f), *chosen = json_object_get(merged, f->param->name);
        bool mine_changed = !is_same(mine, json_object_get(fs->record, f->param->name));
        if (chosen && !is_same(mine, chosen))
            field_set(f, chosen, NULL);
        else if (!mine_changed)
            field_set(f, json_object_get(current, f->param->name), NULL);
        json_decref(mine);
    }
    if (fs->record) {
        json_decref(fs->record);
        fs->record = json_incref(current);
    }
    form_send(fs);
}

static const char *conflict_label(void *arg, const char *name)
{
    struct form_screen *fs = arg;
    struct field *f = form_field(fs->form, name);
    return f ? f->label : name;
}

static void conflict_show(struct form_screen *fs, const json_t *record)
{
    json_t *mine = fs->record ? form_collect(fs->form) : NULL;
    json_t *current = fs->record ? form_plain(meta_op(fs->method), record, NULL) : json_incref((json_t *)record);
    conflict_open(fs->title, fs->record, current, mine, conflict_label, conflict_settled, fs);
    json_decref(mine);
    json_decref(current);
}

static void refused(struct form_screen *fs, const struct rpc_error *error)
{
    bool mass = fs->target_count > 1;
    client_uuid(fs->request_id);
    fs->sending = false;
    if (mass && error->code != RPC_UNAVAILABLE && error->code != RPC_PARAMS) {
        refusals_add(&fs->refusals, fs->targets[fs->target_at].number, error->message);
        fs->sending = true;
        fs->target_at++;
        send_next(fs);
        return;
    }
    if (error->code == RPC_CONFLICT && error->current && fs->target_count == 1) {
        conflict_show(fs, error->current);
        return;
    }
    if (error->field[0] && form_blame(fs->form, error->field, error->about))
        app_status(STATUS_ERROR, "%s: %s", form_focused(fs->form)->label, error->about);
    else
        app_status_error(error);
}

static void sent(void *arg, json_t *result, const struct rpc_error *error)
{
    struct form_screen *fs = arg;
    app_dirty();
    if (error) {
        refused(fs, error);
        return;
    }
    client_uuid(fs->request_id);
    fs->target_at++;
    if (fs->target_at < fs->target_count)
        send_next(fs);
    else
        finish(fs, result);
}

/* Editing sends what differs from the record. */
static void unchanged_drop(const struct form_screen *fs, json_t *params)
{
    const char *name;
    json_t *v;
    void *next;
    json_object_foreach_safe(params, next, name, v)
    {
        const json_t *was = json_object_get(fs->record, name);
        if (json_is_object(was))
            was = json_object_get(was, "id");
        if (is_same(v, was))
            json_object_del(params, name);
    }
    /* What was emptied is sent as such. */
    for (size_t i = 0; i < form_count(fs->form); i++) {
        const struct field *f = form_at(fs->form, i);
        const json_t *was = json_object_get(fs->record, f->param->name);
        bool had = was && !json_is_null(was) && !(json_is_string(was) && !*json_string_value(was)) &&
                   !(json_is_array(was) && !json_array_size(was));
        if (had && f->touched && field_is_empty(f) && !json_object_get(params, f->param->name) &&
            (f->kind == FK_LINE || f->kind == FK_AREA))
            json_object_set_new(params, f->param->name, json_string(""));
    }
}

static void send_next(struct form_screen *fs)
{
    if (fs->target_count && fs->target_at >= fs->target_count) {
        finish(fs, NULL);
        return;
    }
    const struct meta_op *op = meta_op(fs->method);
    json_t *params = form_collect(fs->form);
    if (fs->record)
        unchanged_drop(fs, params);
    if (fs->fixed)
        json_object_update_missing(params, fs->fixed);
    if (fs->extra && fs->extra->collect)
        fs->extra->collect(fs, params);
    if (fs->target_count) {
        const struct form_target *t = &fs->targets[fs->target_at];
        json_object_set_new(params, fs->target_param, json_integer(t->id));
        if (meta_param(op, "version") && t->version)
            json_object_set_new(params, "version", json_integer(t->version));
    }
    if (meta_param(op, "request_id"))
        json_object_set_new(params, "request_id", json_string(fs->request_id));
    app_call(fs->screen, fs->method, params, CALL_WRITE, sent, fs);
}

void form_send(struct form_screen *fs)
{
    if (fs->sending || !fs->form || !form_settle(fs->form))
        return;
    if (!form_check(fs->form)) {
        struct field *f = form_focused(fs->form);
        app_status(STATUS_ERROR, "%s: %s", f->label, f->error);
        return;
    }
    fs->sending = true;
    send_next(fs); /* of many: those that were done before something was wrong are not asked again */
}

/* ---- actions without anything to fill in ---- */

/* One after the other, so that the last word tells about all of them. */
struct quick {
    char method[64], title[160];
    struct refusals refusals;
    size_t count, at;
    struct form_target targets[];
};

static void quick_next(struct quick *q);

static void quick_done(void *arg, json_t *result, const struct rpc_error *error)
{
    struct quick *q = arg;
    (void)result;
    if (error)
        refusals_add(&q->refusals, q->targets[q->at].number, error->message);
    if (++q->at < q->count) {
        quick_next(q);
        return;
    }
    if (error && q->count == 1)
        app_status_error(error);
    else if (q->count == 1)
        app_status(STATUS_GOOD, _("Done: %s %s"), q->title, q->targets->number);
    else if (q->refusals.count < q->count)
        app_status(STATUS_GOOD, _("Done: %s: %zu"), q->title, q->count - q->refusals.count);
    app_acted();
    if (q->count > 1 && q->refusals.count)
        refusals_show(&q->refusals, q->count);
    free(q);
}

static void quick_next(struct quick *q)
{
    const struct form_target *t = &q->targets[q->at];
    char id[37];
    client_uuid(id);
    json_t *params = json_pack("{s:I,s:s}", "id", (json_int_t)t->id, "request_id", id);
    if (meta_has_param(q->method, "version"))
        json_object_set_new(params, "version", json_integer(t->version));
    app_call(NULL, q->method, params, CALL_WRITE, quick_done, q);
}

static bool has_fields(const struct meta_op *op)
{
    for (size_t i = 0; op && i < op->param_count; i++) {
        const char *name = op->params[i]->name;
        if (strcmp(name, "id") != 0 && strcmp(name, "version") != 0 && strcmp(name, "request_id") != 0)
            return true;
    }
    return !op;
}

static void quick_run(const struct meta_op *op, const struct record_ref *refs, size_t count)
{
    struct quick *q = calloc(1, sizeof *q + count * sizeof *q->targets);
    if (!q)
        abort();
    strf(q->method, sizeof q->method, "%s", op->method);
    strf(q->title, sizeof q->title, "%s", op->summary);
    q->count = count;
    for (size_t i = 0; i < count; i++)
        form_target_take(&q->targets[i], &refs[i]);
    quick_next(q);
}

void form_open_action(const char *method, const struct record_ref *refs, size_t count)
{
    const struct meta_op *op = meta_op(method);
    if (op && !has_fields(op))
        quick_run(op, refs, count);
    else
        form_open(&(struct form_start){.method = method, .refs = refs, .ref_count = count});
}

void form_open_edit(const char *method, const struct record_ref *ref, const struct form_hint *hints)
{
    json_t *values = json_object(), *plain = form_plain(meta_op(method), ref->whole, values);
    form_open(&(struct form_start){.method = method, .values = values, .refs = ref, .ref_count = 1, .record = plain, .hints = hints});
    json_decref(plain);
}
