#include "common/arena.h"
#include "server/ops/op.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const json_t *value_of(const struct call *c, const char *name)
{
    const json_t *v = json_object_get(c->params, name);
    return json_is_null(v) ? NULL : v;
}

const char *arg_str(const struct call *c, const char *name)
{
    return json_string_value(value_of(c, name));
}

int64_t arg_int(const struct call *c, const char *name)
{
    return json_integer_value(value_of(c, name));
}

bool arg_bool(const struct call *c, const char *name)
{
    return json_is_true(value_of(c, name));
}

bool arg_has(const struct call *c, const char *name)
{
    return value_of(c, name) != NULL;
}

/* {1,2} or {"a","b"} with quotes and backslashes escaped, as PostgreSQL reads arrays. */
static const char *array_sql(struct arena *arena, const json_t *array)
{
    size_t size = 3, i;
    json_t *item;
    json_array_foreach(array, i, item) size += json_is_string(item) ? 2 * json_string_length(item) + 3 : 24;
    char *out = arena_alloc(arena, size), *p = out;
    *p++ = '{';
    json_array_foreach(array, i, item) {
        if (i > 0)
            *p++ = ',';
        if (json_is_integer(item)) {
            p += snprintf(p, 24, "%lld", (long long)json_integer_value(item));
            continue;
        }
        *p++ = '"';
        for (const char *s = json_string_value(item); s && *s; s++) {
            if (*s == '"' || *s == '\\')
                *p++ = '\\';
            *p++ = *s;
        }
        *p++ = '"';
    }
    *p++ = '}';
    *p = '\0';
    return out;
}

const char *arg_sql(const struct call *c, const char *name)
{
    const json_t *v = value_of(c, name);
    if (!v)
        return NULL;
    switch (json_typeof(v)) {
    case JSON_STRING: return json_string_length(v) > 0 ? json_string_value(v) : NULL;
    case JSON_INTEGER: return arena_printf(c->arena, "%lld", (long long)json_integer_value(v));
    case JSON_TRUE: return "true";
    case JSON_FALSE: return "false";
    case JSON_ARRAY: return array_sql(c->arena, v);
    default: {
        char *text = json_dumps(v, JSON_COMPACT);
        const char *copy = arena_strdup(c->arena, text ? text : "null");
        free(text);
        return copy;
    }
    }
}
