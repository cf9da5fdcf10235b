/* A small streaming JSON writer over a struct buf: the server's answers are written, not built as trees.
 *
 * Commas are put by the writer. Text must be UTF-8; control characters, quotes and backslashes are escaped, a byte that is not UTF-8
 * becomes U+FFFD, so the output is always valid JSON. Nesting is at most 32 levels (asserted: depth is ours, not the client's). */
#pragma once
#include "common/buf.h"

struct jw {
    struct buf *out;
    uint32_t has_item; /* bit per level: a comma is due before the next item */
    int depth;
    bool after_key;
};

void jw_init(struct jw *w, struct buf *out);
void jw_object(struct jw *w);
void jw_object_end(struct jw *w);
void jw_array(struct jw *w);
void jw_array_end(struct jw *w);
void jw_key(struct jw *w, const char *key);
void jw_string(struct jw *w, const char *text); /* NULL writes null */
void jw_string_n(struct jw *w, const char *text, size_t len);
void jw_int(struct jw *w, int64_t value);
void jw_bool(struct jw *w, bool value);
void jw_null(struct jw *w);
/* One value that is JSON already (from PostgreSQL); NULL or "" writes null. */
void jw_raw(struct jw *w, const char *json);

/* key and value at once */
void jw_kstring(struct jw *w, const char *key, const char *text);
void jw_kint(struct jw *w, const char *key, int64_t value);
void jw_kbool(struct jw *w, const char *key, bool value);
void jw_kraw(struct jw *w, const char *key, const char *json);
