#include "tui/meta.h"
#include "common/arena.h"
#include "tui/app.h"
#include "tui/json.h"
#include <stdlib.h>
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

/* Texts repeat a lot ("id", "Номер записи"): each is kept once. The table of them lives only while an answer is taken. */
enum { TEXTS_MAX = 4096 };
static const char **texts;

static const char *keep_text(const char *s)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (const char *p = s; *p; p++)
        hash = (hash ^ (unsigned char)*p) * 0x100000001b3u;
    for (size_t i = 0; i < 64; i++) {
        const char **at = &texts[(hash + i) % TEXTS_MAX];
        if (!*at)
            return *at = arena_strdup(arena, s);
        if (strcmp(*at, s) == 0)
            return *at;
    }
    return arena_strdup(arena, s);
}

static const char *keep(const json_t *o, const char *name)
{
    const char *s = js_str(o, name);
    return *s ? keep_text(s) : "";
}

static void values_take(const json_t *values, struct meta_param *p)
{
    const char *classifier = js_str(values, "classifier");
    const json_t *list = json_is_array(values) ? values : json_object_get(values, "list");
    if (*classifier)
        p->classifier = keep_text(classifier);
    if (!json_is_array(list))
        return;
    size_t n = json_array_size(list);
    const char **out = arena_alloc(arena, (n + 1) * sizeof *out);
    for (size_t i = 0; i < n; i++) {
        const char *value = json_string_value(json_array_get(list, i));
        out[i] = keep_text(value ? value : "");
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
    p->lookup = *lookup ? keep_text(lookup) : NULL;
    values_take(json_object_get(o, "values"), p);
    p->fields = params_take(json_object_get(o, "fields"), &p->field_count);
}

static const struct meta_param *params_take(const json_t *list, size_t *count)
{
    *count = json_array_size(list);
    struct meta_param *params = *count ? arena_alloc(arena, *count * sizeof *params) : NULL;
    for (size_t i = 0; i < *count; i++)
        param_take(json_array_get(list, i), &params[i]);
    return params;
}

static int by_method(const void *a, const void *b)
{
    return strcmp(((const struct meta_op *)a)->method, ((const struct meta_op *)b)->method);
}

void meta_take(const json_t *result)
{
    const json_t *list = json_object_get(result, "operations");
    if (!arena)
        arena = arena_new();
    arena_reset(arena);
    texts = calloc(TEXTS_MAX, sizeof *texts);
    if (!texts)
        abort();
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
    qsort(ops, op_count, sizeof *ops, by_method);
    free(texts);
    texts = NULL;
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
    struct meta_op key = {.method = method};
    return op_count ? bsearch(&key, ops, op_count, sizeof *ops, by_method) : NULL;
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
