/* Reading answers: a value by name, never NULL, never a fault. */
#pragma once
#include "tui/text.h"
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* "" when absent, null or not text. Borrowed. */
static inline const char *js_str(const json_t *o, const char *name)
{
    const char *s = json_string_value(json_object_get(o, name));
    return s ? s : "";
}
static inline int64_t js_int(const json_t *o, const char *name)
{
    const json_t *v = json_object_get(o, name);
    return json_is_integer(v) ? json_integer_value(v) : json_is_real(v) ? (int64_t)json_real_value(v) : 0;
}
static inline bool js_bool(const json_t *o, const char *name) { return json_is_true(json_object_get(o, name)); }
/* Any scalar as text: what a column shows. false and null are "", true is "1". */
static inline void js_text(const json_t *v, char *out, size_t size)
{
    if (json_is_string(v))
        strf(out, size, "%s", json_string_value(v));
    else if (json_is_integer(v))
        strf(out, size, "%lld", (long long)json_integer_value(v));
    else if (json_is_real(v))
        strf(out, size, "%g", json_real_value(v));
    else
        strf(out, size, "%s", json_is_true(v) ? "1" : "");
}
