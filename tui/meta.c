#include "tui/meta.h"
#include "common/arena.h"
#include "common/hash.h"
#include "tui/app.h"
#include "tui/json.h"
#include <stdlib.h>
#include <string.h>

struct meta {
    struct arena *arena;
    struct meta_op *ops;
    size_t op_count;
    unsigned holders;
};
static struct meta *now; /* NULL: not known yet */
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

/* Texts, parameters and lists of them repeat a lot ("id", "Номер записи"): each is kept once, so that equal ones are one pointer, and what
 * is made of them can be compared as bytes. The table of them lives only while an answer is taken. */
enum { KEPT_MAX = 4096, PROBES_MAX = 64 };
static struct kept {
    const void *data;
    size_t size;
} * kept;

static const void *keep_bytes(const void *data, size_t size, bool text)
{
    uint64_t hash = hash_mix(HASH_START, data, size);
    struct kept *k = NULL;
    for (size_t i = 0; i < PROBES_MAX; i++) {
        k = &kept[(hash + i) % KEPT_MAX];
        if (!k->data)
            break;
        if (k->size == size && memcmp(k->data, data, size) == 0)
            return k->data;
    }
    void *copy = text ? arena_strndup(now->arena, data, size - 1) : memcpy(arena_alloc(now->arena, size), data, size);
    if (!k->data)
        *k = (struct kept){copy, size};
    return copy;
}

static const char *keep_text(const char *s) { return keep_bytes(s, strlen(s) + 1, true); }

static const char *keep(const json_t *o, const char *name)
{
    const char *s = js_str(o, name);
    return *s ? keep_text(s) : "";
}

static void *list_new(size_t count)
{
    void *list = calloc(count, sizeof(void *));
    if (!list)
        abort();
    return list;
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
    const char **out = list_new(n + 1);
    for (size_t i = 0; i < n; i++) {
        const char *value = json_string_value(json_array_get(list, i));
        out[i] = keep_text(value ? value : "");
    }
    p->values = keep_bytes(out, (n + 1) * sizeof *out, false);
    free(out);
}

static const struct meta_param *const *params_take(const json_t *list, size_t *count);

static const struct meta_param *param_take(const json_t *o)
{
    const char *lookup = js_str(o, "lookup");
    struct meta_param p;
    memset(&p, 0, sizeof p); /* gaps, too: it is compared as bytes */
    p.name = keep(o, "name");
    p.label = keep(o, "label");
    p.type = type_of(js_str(o, "type"));
    p.required = js_bool(o, "required");
    p.secret = js_bool(o, "secret");
    p.filter = js_bool(o, "filter");
    p.max = (int)js_int(o, "max");
    p.lookup = *lookup ? keep_text(lookup) : NULL;
    values_take(json_object_get(o, "values"), &p);
    p.fields = params_take(json_object_get(o, "fields"), &p.field_count);
    return keep_bytes(&p, sizeof p, false);
}

static const struct meta_param *const *params_take(const json_t *list, size_t *count)
{
    *count = json_array_size(list);
    if (*count == 0)
        return NULL;
    const struct meta_param **params = list_new(*count);
    for (size_t i = 0; i < *count; i++)
        params[i] = param_take(json_array_get(list, i));
    const void *one = keep_bytes(params, *count * sizeof(void *), false);
    free(params);
    return one;
}

static int by_method(const void *a, const void *b)
{
    return strcmp(((const struct meta_op *)a)->method, ((const struct meta_op *)b)->method);
}

static void meta_free(struct meta *m)
{
    arena_free(&m->arena);
    free(m);
}

static struct meta *meta_new(size_t op_count)
{
    struct meta *m = calloc(1, sizeof *m);
    if (!m)
        abort();
    m->arena = arena_new();
    m->op_count = op_count;
    m->ops = arena_alloc(m->arena, (op_count + 1) * sizeof *m->ops);
    return m;
}

struct meta *meta_hold(void)
{
    if (now)
        now->holders++;
    return now;
}

void meta_release(struct meta **held)
{
    struct meta *m = *held;
    *held = NULL;
    if (m && --m->holders == 0 && m != now)
        meta_free(m);
}

void meta_take(const json_t *result)
{
    const json_t *list = json_object_get(result, "operations");
    struct meta *before = now;
    now = meta_new(json_array_size(list));
    kept = calloc(KEPT_MAX, sizeof *kept);
    if (!kept)
        abort();
    for (size_t i = 0; i < now->op_count; i++) {
        const json_t *o = json_array_get(list, i);
        struct meta_op *op = &now->ops[i];
        op->method = keep(o, "method");
        op->summary = keep(o, "summary");
        op->write = js_bool(o, "write");
        op->list = js_bool(o, "list");
        op->params = params_take(json_object_get(o, "params"), &op->param_count);
    }
    qsort(now->ops, now->op_count, sizeof *now->ops, by_method);
    free(kept);
    kept = NULL;
    if (before && before->holders == 0)
        meta_free(before);
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

bool meta_is_known(void) { return now != NULL; }

const struct meta_op *meta_op(const char *method)
{
    struct meta_op key = {.method = method};
    return now ? bsearch(&key, now->ops, now->op_count, sizeof *now->ops, by_method) : NULL;
}

const struct meta_param *meta_param(const struct meta_op *op, const char *name)
{
    for (size_t i = 0; op && i < op->param_count; i++)
        if (strcmp(op->params[i]->name, name) == 0)
            return op->params[i];
    return NULL;
}

bool meta_has_param(const char *method, const char *name) { return meta_param(meta_op(method), name) != NULL; }
