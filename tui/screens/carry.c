#include "tui/screens/carry.h"
#include <jansson.h>
#include <string.h>

static json_t *kept; /* method -> draft of its last form */

void carry_keep(const char *method, const struct form *form)
{
    if (!kept)
        kept = json_object();
    json_object_set_new(kept, method, form_draft(form));
}

static const json_t *value(const char *method, const struct field *f)
{
    return f && f->group < 0 ? json_object_get(json_object_get(kept, method), f->param->name) : NULL;
}

bool carry_has(const char *method) { return json_object_get(kept, method) != NULL; }

bool carry_field(const char *method, struct field *f)
{
    const json_t *v = value(method, f);
    if (v)
        field_draft_load(f, v);
    return v != NULL;
}

void carry_all(const char *method, struct form *form)
{
    for (size_t i = 0; i < form_count(form); i++) {
        struct field *f = form_at(form, i);
        if (!f->hidden && f->kind != FK_AREA && !f->touched)
            carry_field(method, f);
    }
}
