/* Streets, houses and social objects of the invented municipality. */
#include "server/demo/town.h"
#include "server/rules/street_name.h"
#include <string.h>

enum { ARRAY_BYTES_MAX = 1 << 20 };

/* Streets bear the names that appeals use. */
static bool make_streets(struct town *t, struct err *err)
{
    struct buf array[3];
    const char *params[3];
    for (int k = 0; k < 3; k++) {
        buf_init(&array[k], ARRAY_BYTES_MAX);
        buf_putc(&array[k], '{');
    }
    for (size_t i = 0; i < t->material.street_count; i++) {
        struct street_name name;
        const char *text = t->material.streets[i];
        if (!street_name_parse(text, strlen(text), &name))
            continue;
        const char *const parts[] = {name.name, *name.kind ? name.kind : "street", name.key};
        for (int k = 0; k < 3; k++)
            buf_printf(&array[k], "%s\"%s\"", array[k].len > 1 ? "," : "", parts[k]);
    }
    for (int k = 0; k < 3; k++) {
        buf_putc(&array[k], '}');
        params[k] = array[k].data;
    }
    bool ok = pg_exec(t->pg, Q_DEMO_STREETS, params, 3, NULL, err);
    for (int k = 0; k < 3; k++)
        buf_free(&array[k]);
    return ok;
}

bool addresses_make(struct town *t, struct err *err)
{
    return make_streets(t, err) && pg_exec(t->pg, Q_DEMO_HOUSES, NULL, 0, NULL, err) && pg_exec(t->pg, Q_DEMO_OBJECTS, NULL, 0, NULL, err);
}
