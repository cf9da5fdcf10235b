#include "common/arena.h"
#include "common/buf.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 16 * 1024, ALIGN_BYTES = 16 };

struct block {
    struct block *next;
    size_t used, size;
    _Alignas(ALIGN_BYTES) unsigned char data[];
};

struct arena {
    struct block *head;
};

static struct block *block_new(size_t size)
{
    struct block *b = malloc(sizeof *b + size);
    if (!b)
        abort();
    b->next = NULL;
    b->used = 0;
    b->size = size;
    return b;
}

struct arena *arena_new(void)
{
    struct arena *a = malloc(sizeof *a);
    if (!a)
        abort();
    a->head = block_new(BLOCK_BYTES);
    return a;
}

void arena_reset(struct arena *a)
{
    struct block *keep = NULL;
    for (struct block *b = a->head, *next; b; b = next) {
        next = b->next;
        if (!keep && b->size == BLOCK_BYTES)
            keep = b;
        else
            free(b);
    }
    a->head = keep ? keep : block_new(BLOCK_BYTES);
    a->head->next = NULL;
    a->head->used = 0;
}

void arena_free(struct arena **a)
{
    if (!*a)
        return;
    for (struct block *b = (*a)->head, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    free(*a);
    *a = NULL;
}

static void *take(struct arena *a, size_t size, size_t align)
{
    size_t used = (a->head->used + align - 1) / align * align;
    if (used > a->head->size || size > a->head->size - used) {
        struct block *b = block_new(size > BLOCK_BYTES ? size : BLOCK_BYTES);
        b->next = a->head;
        a->head = b;
        used = 0;
    }
    a->head->used = used + size;
    return a->head->data + used;
}

void *arena_alloc(struct arena *a, size_t size) { return memset(take(a, size, ALIGN_BYTES), 0, size); }

char *arena_strndup(struct arena *a, const char *s, size_t len)
{
    if (len == SIZE_MAX)
        abort();
    char *copy = take(a, len + 1, 1);
    memcpy(copy, s, len);
    copy[len] = '\0';
    return copy;
}

char *arena_strdup(struct arena *a, const char *s)
{
    return arena_strndup(a, s, strlen(s));
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
    struct buf text;
    va_list ap;
    buf_init(&text, SIZE_MAX / 4);
    va_start(ap, fmt);
    buf_vprintf(&text, fmt, ap);
    va_end(ap);
    char *s = arena_strndup(a, text.data, text.len);
    buf_free(&text);
    return s;
}
