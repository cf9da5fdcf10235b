/* A growing byte buffer born knowing its largest size, so that nothing from the network or a form can eat the memory.
 *
 * Invariants: `data` is never NULL after buf_init, data[len] == 0; appending past `max` sets `overflow` and appends nothing more
 * (check it once at the end). Running out of memory ends the process. */
#pragma once
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
    char *data;
    size_t len, cap, max;
    bool overflow;
};

/* An empty buffer that never holds more than max_bytes. Free with buf_free. */
void buf_init(struct buf *b, size_t max_bytes);
void buf_free(struct buf *b);
/* Empties it and keeps the memory (memory over 64 KiB is given back). */
void buf_reset(struct buf *b);
bool buf_append(struct buf *b, const void *data, size_t len);
bool buf_puts(struct buf *b, const char *text);
bool buf_putc(struct buf *b, char c);
bool buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool buf_vprintf(struct buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
/* Drops the first `len` bytes. */
void buf_consume(struct buf *b, size_t len);
/* Overwrites the content with zeros before freeing or reuse: for secrets. */
void buf_wipe(struct buf *b);
