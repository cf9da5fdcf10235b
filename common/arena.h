/* Memory of one request or one open screen: taken piece by piece, given back at once. Running out of memory ends the process. */
#pragma once
#include <stddef.h>
#include <stdarg.h>
struct arena;
struct arena *arena_new(void);
/* Gives everything back at once and keeps one block for the next request. */
void arena_reset(struct arena *a);
void arena_free(struct arena **a);
/* Zeroed memory, aligned for any type, that lives until the reset. */
void *arena_alloc(struct arena *a, size_t size);
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t len);
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
