#include "tui/widgets/form.h"
#include "tui/i18n.h"
#include "tui/json.h"
#include "tui/term.h"
#include "tui/text.h"
#include "tui/widgets/form_inside.h"
#include <stdlib.h>
#include <string.h>

enum { LABEL_LONG = 20 };

static void choices_came(void *arg);

struct form *form_new(struct screen *owner, const struct form_ops *ops, void *arg)
{
    struct form *f = calloc(1, sizeof *f);
    if (!f)
        abort();
    f->owner = owner;
    f->ops = ops;
    f->arg = arg;
    f->area_width = 40;
    f->choices = (struct choices){.owner = owner, .changed = choices_came, .arg = f};
    return f;
}

void form_free(struct form **f)
{
    if (!*f)
        return;
    choices_close(&(*f)->choices);
    timers_forget(&(*f)->choices);
    for (size_t i = 0; i < (*f)->count; i++)
        field_free(&(*f)->fields[i]);
    free((*f)->fields);
    free(*f);
    *f = NULL;
}

/* ---- fields ---- */

static void field_put(struct form *f, struct field *field, size_t at)
{
    if (f->count == f->room) {
        f->room = f->room ? f->room * 2 : 16;
        f->fields = realloc(f->fields, f->room * sizeof *f->fields);
        if (!f->fields)
            abort();
    }
    memmove(f->fields + at + 1, f->fields + at, (f->count - at) * sizeof *f->fields);
    f->fields[at] = field;
    f->count++;
}

struct field *form_add(struct form *f, const struct meta_param *param)
{
    struct field *field = field_new(param);
    field_put(f, field, f->count);
    return field;
}

/* Parameters that the program itself fills in. */
static bool is_for_people(const struct meta_param *p)
{
    static const char *const own[] = {"id", "version", "request_id", "limit", "after", "sort", NULL};
    for (int i = 0; own[i]; i++)
        if (strcmp(p->name, own[i]) == 0)
            return false;
    return p->type != MT_UUID && p->type != MT_OBJECT && p->type != MT_OBJECTS && p->type != MT_CURSOR &&
           !(p->type == MT_IDS && !p->lookup);
}

static void hint_apply(struct field *field, const struct form_hint *hint)
{
    field->hidden = (hint->flags & FH_HIDE) != 0;
    field->required = (field->required || (hint->flags & FH_REQUIRED)) && !(hint->flags & FH_OPTIONAL);
    if ((hint->flags & FH_LINE) && field->kind == FK_AREA) {
        field->kind = FK_LINE;
        field->edit.many_lines = false;
    }
    if (hint->label)
        strf(field->label, sizeof field->label, "%s", tr(hint->label));
}

/* Labels of operations explain themselves at length; beside a field there is room for a word or two. */
static void label_shorten(struct field *field)
{
    static const struct {
        const char *name, *label;
    } shorter[] = {
        {"nature", N_("Nature")},
        {"answer_type", N_("Result")},
        {"name", N_("Name")},
        {"cover_number", N_("Cover letter number")},
        {"cover_date", N_("Cover letter date")},
        {"contact_person", N_("Contact person")},
        {"social_status", N_("Social status")},
    };
    for (size_t i = 0; i < sizeof shorter / sizeof *shorter; i++)
        if (strcmp(shorter[i].name, field->param->name) == 0 && text_width(field->label) > LABEL_LONG)
            strf(field->label, sizeof field->label, "%s", _(shorter[i].label));
}

void form_add_params(struct form *f, const struct meta_param *const *params, size_t count, const struct form_hint *hints)
{
    for (size_t i = 0; i < count; i++) {
        if (!is_for_people(params[i]))
            continue;
        struct field *field = form_add(f, params[i]);
        label_shorten(field);
        for (const struct form_hint *h = hints; h && h->name; h++)
            if (strcmp(h->name, params[i]->name) == 0)
                hint_apply(field, h);
    }
}

size_t form_index(const struct form *f, const struct field *field)
{
    for (size_t i = 0; i < f->count; i++)
        if (f->fields[i] == field)
            return i;
    return f->count;
}

int form_group_count(const struct form *f, const char *array)
{
    int most = -1;
    for (size_t i = 0; i < f->count; i++)
        if (field_is_in(f->fields[i], array) && f->fields[i]->group > most)
            most = f->fields[i]->group;
    return most + 1;
}

int form_add_group(struct form *f, const struct meta_param *array, const struct field *after)
{
    int group = form_group_count(f, array->name);
    size_t at = after ? form_index(f, after) + 1 : f->count;
    for (size_t i = 0; i < f->count; i++)
        if (field_is_in(f->fields[i], array->name))
            at = i + 1;
    if (at > f->count)
        at = f->count;
    for (size_t i = 0; i < array->field_count; i++) {
        struct field *field = field_new(array->fields[i]);
        field->array = array;
        field->group = group;
        field_put(f, field, at++);
    }
    return group;
}

void form_drop_group(struct form *f, const char *array, int group)
{
    choices_close(&f->choices);
    for (size_t i = f->count; i-- > 0;) {
        struct field *field = f->fields[i];
        if (!field_is_in(field, array) || field->group != group)
            continue;
        field_free(&f->fields[i]);
        memmove(f->fields + i, f->fields + i + 1, (f->count - i - 1) * sizeof *f->fields);
        f->count--;
        if (f->focus > i)
            f->focus--;
    }
}

void form_order(struct form *f, const char *const *names)
{
    size_t to = 0;
    for (; *names; names++) {
        struct field *field = form_field(f, *names);
        size_t from = field ? form_index(f, field) : f->count;
        if (from == f->count || from < to)
            continue;
        memmove(f->fields + to + 1, f->fields + to, (from - to) * sizeof *f->fields);
        f->fields[to++] = field;
    }
}

struct field *form_field(const struct form *f, const char *name)
{
    for (size_t i = 0; i < f->count; i++)
        if (f->fields[i]->group < 0 && strcmp(f->fields[i]->param->name, name) == 0)
            return f->fields[i];
    return NULL;
}

struct field *form_group_field(const struct form *f, const char *array, int group, const char *name)
{
    for (size_t i = 0; i < f->count; i++) {
        struct field *field = f->fields[i];
        if (field->group == group && field_is_in(field, array) && strcmp(field->param->name, name) == 0)
            return field;
    }
    return NULL;
}

size_t form_count(const struct form *f) { return f->count; }

struct field *form_at(const struct form *f, size_t i) { return f->fields[i]; }

bool form_is_touched(const struct form *f)
{
    for (size_t i = 0; i < f->count; i++)
        if (f->fields[i]->touched && (!field_is_empty(f->fields[i]) || !edit_is_empty(&f->fields[i]->edit)))
            return true;
    return false;
}

/* ---- focus ---- */

struct field *form_focused(const struct form *f) { return f->focus < f->count ? f->fields[f->focus] : NULL; }

static void notify(struct form *f, struct field *field, bool left)
{
    if (f->ops && f->ops->changed)
        f->ops->changed(f->arg, field, left);
}

static void leave(struct form *f)
{
    struct field *field = form_focused(f);
    if (!field)
        return;
    choices_close(&f->choices);
    /* A query that was emptied means no value. */
    if (field_has_list(field) && field->typing && edit_is_empty(&field->edit))
        field->typing = false;
    if (field->touched)
        field_check(field);
    notify(f, field, true);
}

void form_focus(struct form *f, struct field *field)
{
    size_t at = form_index(f, field);
    if (at == f->count)
        return;
    if (at != f->focus)
        leave(f);
    f->focus = form_index(f, field); /* leaving may have moved it */
    f->area_top = 0;
}

static bool step(struct form *f, int way)
{
    for (size_t i = f->focus + (size_t)way; i < f->count; i += (size_t)way) {
        if (!f->fields[i]->hidden) {
            form_focus(f, f->fields[i]);
            return true;
        }
    }
    return false;
}

void form_focus_first(struct form *f)
{
    size_t first = f->count, empty = f->count;
    for (size_t i = f->count; i-- > 0;) {
        if (f->fields[i]->hidden)
            continue;
        first = i;
        if (field_is_empty(f->fields[i]))
            empty = i;
    }
    f->focus = empty < f->count ? empty : first < f->count ? first : 0;
}

/* ---- choosing ---- */

static const char *offer(struct form *f, const struct field *field)
{
    return f->ops && f->ops->offer_new ? f->ops->offer_new(f->arg, field) : NULL;
}

void form_choose(struct form *f)
{
    struct field *field = form_focused(f);
    if (field && field_has_list(field))
        choices_update(&f->choices, field, offer(f, field));
    else
        app_status(STATUS_WARN, "%s", _("This field has no list of values: type into it"));
}

bool form_close_choices(struct form *f)
{
    struct field *field = form_focused(f);
    if (!choices_is_open(&f->choices))
        return false;
    choices_close(&f->choices);
    f->leave_key = 0;
    /* What had been chosen before typing began is there again. */
    if (field && field->typing && !field_is_empty(field)) {
        field->typing = false;
        edit_set(&field->edit, "");
    }
    return true;
}

static void pick(struct form *f, struct field *field)
{
    const struct choice *c = choices_selected(&f->choices);
    if (!c)
        return;
    if (choices_is_new(&f->choices)) {
        choices_close(&f->choices);
        if (f->ops->make_new)
            f->ops->make_new(f->arg, field);
        return;
    }
    char detail[600];
    strf(detail, sizeof detail, "%s%s%s", c->label, c->detail[0] ? " · " : "", c->detail);
    field_pick(field, c->code, c->id, field->kind == FK_LOOKUP ? detail : c->label);
    field->touched = true;
    choices_close(&f->choices);
    notify(f, field, false);
}

/* Enter or Tab: takes what is chosen, then goes on. */
static void go_on(struct form *f, int key)
{
    struct field *field = form_focused(f);
    bool open = choices_is_open(&f->choices);
    if (open && f->choices.waiting && field->typing) {
        f->leave_key = key;
        return;
    }
    f->leave_key = 0;
    if (open) {
        size_t before = f->focus;
        bool made = choices_is_new(&f->choices);
        pick(f, field);
        if (made || f->focus != before)
            return;
        if (field->kind == FK_LOOKUPS && key == K_ENTER && !field->typing)
            return; /* the next of several */
    }
    if (field->touched && field_has_list(field) && field->typing && !field_check(field))
        return;
    if (key == K_BTAB)
        step(f, -1);
    else if (!step(f, 1) && key == K_ENTER && f->ops && f->ops->submit)
        f->ops->submit(f->arg);
}

static void choices_came(void *arg)
{
    struct form *f = arg;
    int key = f->leave_key;
    f->leave_key = 0;
    if (key == K_F2 && f->ops && f->ops->submit)
        f->ops->submit(f->arg);
    else if (key)
        go_on(f, key);
}

bool form_is_busy(const struct form *f) { return f->leave_key != 0; }

/* ---- keys ---- */

static void typed(struct form *f, struct field *field)
{
    field->touched = true;
    field->error[0] = '\0';
    if (field_has_list(field)) {
        field->typing = true;
        if (edit_is_empty(&field->edit) && field->kind != FK_LOOKUPS) {
            /* Emptied: no value. */
            field_clear(field);
            field->touched = true;
            choices_close(&f->choices);
        } else {
            choices_update(&f->choices, field, offer(f, field));
        }
    }
    notify(f, field, false);
}

static bool bool_key(struct form *f, struct field *field, int key)
{
    if (key < K_SPACE || key >= K_FN)
        return false;
    field->on = key == K_SPACE || key == 'x' ? !field->on : key == '1' || key == '+' ? true : key == '0' || key == '-' ? false : field->on;
    typed(f, field);
    return true;
}

/* A choice is one thing: the first letter replaces it, Backspace empties it. */
static bool list_key_first(struct form *f, struct field *field, int key)
{
    if (field->typing)
        return false;
    if (key == K_BS || key == K_DEL) {
        if (field->kind == FK_LOOKUPS) {
            field_unpick(field);
        } else {
            field_clear(field);
        }
        field->touched = true;
        notify(f, field, false);
        return true;
    }
    return key == K_LEFT || key == K_RIGHT || key == K_HOME || key == K_END;
}

static bool area_key(struct form *f, struct field *field, int key)
{
    if (key == K_ENTER) {
        edit_insert(&field->edit, "\n", 1);
        typed(f, field);
        return true;
    }
    int lines = key == K_UP ? -1 : key == K_DOWN ? 1 : key == K_PGUP ? -f->area_height : key == K_PGDN ? f->area_height : 0;
    if (lines == 0)
        return false;
    bool moved = edit_move_lines(&field->edit, f->area_width, lines);
    return moved || key == K_PGUP || key == K_PGDN;
}

static bool text_key(struct form *f, struct field *field, int key)
{
    bool changed = false;
    if (field_has_list(field) && list_key_first(f, field, key))
        return true;
    if (key == K_PASTE) {
        size_t len;
        const char *text = term_pasted(&len);
        edit_insert(&field->edit, text, len);
        changed = true;
    } else if (!edit_key(&field->edit, key, &changed)) {
        return false;
    }
    if (changed)
        typed(f, field);
    return true;
}

bool form_key(struct form *f, int key)
{
    struct field *field = form_focused(f);
    if (!field)
        return false;
    if (choices_is_open(&f->choices) && choices_key(&f->choices, key))
        return true;
    if (key == K_ESC)
        return form_close_choices(f);
    if (field->kind == FK_AREA && area_key(f, field, key))
        return true;
    switch (key) {
    case K_ENTER:
    case K_TAB:
    case K_BTAB: go_on(f, key); return true;
    case K_UP: step(f, -1); return true;
    case K_DOWN: step(f, 1); return true;
    default: break;
    }
    if (field->kind == FK_BOOL)
        return bool_key(f, field, key);
    return text_key(f, field, key);
}

bool form_click(struct form *f, enum hit what, int arg)
{
    if (what == HIT_ROW && choices_is_open(&f->choices)) {
        f->choices.selected = arg;
        go_on(f, K_TAB);
        return true;
    }
    if (what != HIT_TAB || arg < 0 || (size_t)arg >= f->count)
        return false;
    form_focus(f, f->fields[arg]);
    if (f->fields[f->focus]->kind == FK_BOOL)
        bool_key(f, f->fields[f->focus], K_SPACE);
    return true;
}

bool form_settle(struct form *f)
{
    struct field *field = form_focused(f);
    if (!field || !choices_is_open(&f->choices) || !field->typing || edit_is_empty(&field->edit))
        return true;
    if (f->choices.waiting) {
        f->leave_key = K_F2;
        return false;
    }
    if (!choices_is_new(&f->choices))
        pick(f, field);
    return true;
}
