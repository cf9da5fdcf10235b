/* Inside of a form: for form.c, form_values.c and form_paint.c. */
#pragma once
#include "tui/widgets/form.h"

struct form {
    struct screen *owner;
    const struct form_ops *ops;
    void *arg;
    struct field **fields;
    size_t count, room;
    size_t focus;
    int scroll;
    int area_width, area_height; /* of the focused text, as painted */
    int area_top;                /* first line of it that is shown */
    struct choices choices;
    int leave_key; /* Enter or Tab that waits for the choices; 0: none */
};
/* Place of a field; the count of fields when it is not in the form. */
size_t form_index(const struct form *f, const struct field *field);
