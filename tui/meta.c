#include "tui/meta.h"
#include "common/arena.h"
#include "tui/app.h"
#include "tui/json.h"
#include <string.h>

static struct arena *arena;
static struct meta_op *ops;
static size_t op_count;
static void (*when_known)(void);

static const char *const type_names[] = {"string", "text", "int", "id",      "bool",   "date",    "time",
                                         "uuid",   "enum", "ids", "strings", "object", "objects", "cursor"};

static enum meta_type type_of(const char *name)
{
    for (size_t i = 0; i < sizeof type_names / sizeof *type_names; i++)
        if (strcmp(type_names[i], name) == 0)
            return (enum meta_type)i;
    return MT_STRING;
}

/* Texts repeat a lot ("id", "Номер записи"): one copy of each would do, but the arena is small and given back whole. */
static const char *keep(const json_t *o, const char *name)
{
    const char *s = js_str(o, name);
    return *s ? arena_strdup(arena, s) : "";
}

static void values_take(const json_t *values, struct meta_param *p)
{
    const char *classifier = js_str(values, "classifier");
    const json_t *list = json_is_array(values) ? values : json_object_get(values, "list");
    if (*classifier)
        p->classifier = arena_strdup(arena, classifier);
    if (!json_is_array(list))
        return;
    size_t n = json_array_size(list);
    const char **out = arena_alloc(arena, (n + 1) * sizeof *out);
    for (size_t i = 0; i < n; i++) {
        const char *value = json_string_value(json_array_get(list, i));
        out[i] = arena_strdup(arena, value ? value : "");
    }
    p->values = out;
}

static const struct meta_param *params_take(const json_t *list, size_t *count);

static void param_take(const json_t *o, struct meta_param *p)
{
    const char *lookup = js_str(o, "lookup");
    p->name = keep(o, "name");
    p->label = keep(o, "label");
    p->type = type_of(js_str(o, "type"));
    p->required = js_bool(o, "required");
    p->secret = js_bool(o, "secret");
    p->filter = js_bool(o, "filter");
    p->max = (int)js_int(o, "max");
    p->lookup = *lookup ? arena_strdup(arena, lookup) : NULL;
    values_take(json_object_get(o, "values"), p);
    p->fields = params_take(json_object_get(o, "fields"), &p->field_count);
}

static const struct meta_param *params_take(const json_t *list, size_t *count)
{
    *count = json_array_size(list);
    struct meta_param *params = arena_alloc(arena, (*count + 1) * sizeof *params);
    for (size_t i = 0; i < *count; i++)
        param_take(json_array_get(list, i), &params[i]);
    return params;
}

void meta_take(const json_t *result)
{
    const json_t *list = json_object_get(result, "operations");
    if (!arena)
        arena = arena_new();
    arena_reset(arena);
    op_count = json_array_size(list);
    ops = arena_alloc(arena, (op_count + 1) * sizeof *ops);
    for (size_t i = 0; i < op_count; i++) {
        const json_t *o = json_array_get(list, i);
        ops[i].method = keep(o, "method");
        ops[i].summary = keep(o, "summary");
        ops[i].write = js_bool(o, "write");
        ops[i].list = js_bool(o, "list");
        ops[i].params = params_take(json_object_get(o, "params"), &ops[i].param_count);
    }
}

static void described(void *arg, json_t *result, const struct rpc_error *error)
{
    (void)arg;
    if (error)
        return;
    meta_take(result);
    if (when_known)
        when_known();
    app_dirty();
}

void meta_start(void (*then)(void))
{
    when_known = then;
    app_call(NULL, "meta.describe", NULL, CALL_QUIET, described, NULL);
}

bool meta_is_known(void) { return ops != NULL; }

const struct meta_op *meta_op(const char *method)
{
    for (size_t i = 0; i < op_count; i++)
        if (strcmp(ops[i].method, method) == 0)
            return &ops[i];
    return NULL;
}

const struct meta_param *meta_param(const struct meta_op *op, const char *name)
{
    for (size_t i = 0; op && i < op->param_count; i++)
        if (strcmp(op->params[i].name, name) == 0)
            return &op->params[i];
    return NULL;
}

bool meta_has_param(const char *method, const char *name) { return meta_param(meta_op(method), name) != NULL; }

const struct meta_op *meta_all(size_t *count)
{
    *count = op_count;
    return ops;
}
