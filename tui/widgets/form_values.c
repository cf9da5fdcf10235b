/* What a form holds: checking, parameters for the wire, complaints of the server, drafts. */
#include "tui/json.h"
#include "tui/text.h"
#include "tui/widgets/form_inside.h"
#include <stdio.h>
#include <string.h>

/* An element of an array that was begun and left: nothing typed, and what it needs is not there. It is as if it had not been begun. */
static bool is_blank(const struct form *f, const struct meta_param *array, int group)
{
    bool lacks = false, chosen = false;
    for (size_t i = 0; i < f->count; i++) {
        const struct field *field = f->fields[i];
        if (!field_is_in(field, array->name) || field->group != group)
            continue;
        bool empty = field_is_empty(field) && edit_is_empty(&field->edit);
        if (!empty && field->kind != FK_CHOICE)
            return false;
        chosen = chosen || !empty;
        lacks = lacks || (empty && field->required);
    }
    return lacks || !chosen;
}

static bool is_left_out(const struct form *f, const struct field *field) { return field->array && is_blank(f, field->array, field->group); }

bool form_check(struct form *f)
{
    bool right = true;
    choices_close(&f->choices);
    for (size_t i = f->count; i-- > 0;) {
        f->fields[i]->error[0] = '\0';
        if (!is_left_out(f, f->fields[i]) && !field_check(f->fields[i])) {
            right = false;
            f->focus = i;
        }
    }
    return right;
}

static json_t *array_of(json_t *params, const struct meta_param *array)
{
    json_t *list = json_object_get(params, array->name);
    if (!list) {
        list = json_array();
        json_object_set_new(params, array->name, list);
    }
    return list;
}

/* The element's place among those that are sent. */
static size_t place_of(const struct form *f, const struct field *field)
{
    size_t place = 0;
    for (int group = 0; group < field->group; group++)
        place += !is_blank(f, field->array, group);
    return place;
}

json_t *form_collect(const struct form *f)
{
    json_t *params = json_object();
    for (size_t i = 0; i < f->count; i++) {
        const struct field *field = f->fields[i];
        json_t *value = field_value(field), *to = params;
        if (!value)
            continue;
        if (is_left_out(f, field)) {
            json_decref(value);
            continue;
        }
        if (field->array) {
            json_t *list = array_of(params, field->array);
            size_t place = place_of(f, field);
            while (json_array_size(list) <= place)
                json_array_append_new(list, json_object());
            to = json_array_get(list, place);
        }
        json_object_set_new(to, field->param->name, value);
    }
    return params;
}

/* "questions[1].topic" and "questions.1.topic" name an element's field. */
static struct field *blamed(const struct form *f, const char *name)
{
    char array[64];
    int group;
    struct field *field = form_field(f, name);
    if (field)
        return field;
    const char *dot = strrchr(name, '.');
    size_t n = strcspn(name, "[.");
    if (n >= sizeof array || !name[n])
        n = strlen(name) < sizeof array ? strlen(name) : 0;
    strf(array, sizeof array, "%.*s", (int)n, name);
    if (name[n] && sscanf(name + n + 1, "%d", &group) == 1 && dot)
        field = form_group_field(f, array, group, dot + 1);
    for (size_t i = 0; !field && i < f->count; i++)
        if (field_is_in(f->fields[i], array))
            field = f->fields[i];
    return field ? field : form_field(f, array);
}

bool form_blame(struct form *f, const char *name, const char *message)
{
    struct field *field = blamed(f, name);
    if (!field || field->hidden)
        return false;
    strf(field->error, sizeof field->error, "%s", message);
    choices_close(&f->choices);
    f->focus = form_index(f, field);
    return true;
}

/* ---- drafts ---- */

json_t *form_draft(const struct form *f)
{
    json_t *draft = json_object();
    char name[160];
    for (size_t i = 0; i < f->count; i++) {
        const struct field *field = f->fields[i];
        json_t *value = field_draft(field);
        if (field->array)
            strf(name, sizeof name, "%s.%d.%s", field->array->name, field->group, field->param->name);
        else
            strf(name, sizeof name, "%s", field->param->name);
        if (json_object_size(value) > 0)
            json_object_set(draft, name, value);
        json_decref(value);
    }
    return draft;
}

void form_draft_load(struct form *f, const json_t *draft)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)draft, name, value)
    {
        struct field *field = blamed(f, name);
        if (field)
            field_draft_load(field, value);
    }
}
