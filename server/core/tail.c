#include "server/core/tail.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { JUMP_MAX = 2000 };

void tail_reset(struct tail *t, int64_t head)
{
    t->head = head;
    t->count = 0;
}

void tail_free(struct tail *t)
{
    free(t->holes);
    *t = (struct tail){.head = 0};
}

void tail_params(const struct tail *t, struct arena *arena, const char *params[2])
{
    enum { DIGITS = 21 };
    char *list = arena_alloc(arena, t->count * DIGITS + 3), *at = list;
    *at++ = '{';
    for (size_t i = 0; i < t->count; i++)
        at += snprintf(at, DIGITS, "%s%lld", i ? "," : "", (long long)t->holes[i].id);
    *at++ = '}';
    *at = '\0';
    params[0] = arena_printf(arena, "%lld", (long long)t->head);
    params[1] = list;
}

static void add_hole(struct tail *t, struct tail_hole hole)
{
    if (t->count == t->cap) {
        t->cap = t->cap ? t->cap * 2 : 64;
        t->holes = realloc(t->holes, t->cap * sizeof *t->holes);
        if (!t->holes)
            abort();
    }
    t->holes[t->count++] = hole;
}

static void fill_hole(struct tail *t, int64_t id)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->holes[i].id == id) {
            memmove(t->holes + i, t->holes + i + 1, (--t->count - i) * sizeof *t->holes);
            return;
        }
}

void tail_take(struct tail *t, const struct pg_res *res, int64_t now_ms, int64_t next_xid)
{
    for (int i = 0; i < pg_rows(res); i++) {
        int64_t id = pg_int(res, i, 0);
        if (id <= t->head) {
            fill_hole(t, id);
            continue;
        }
        for (int64_t missing = t->head + 1; id - t->head <= JUMP_MAX && missing < id; missing++)
            add_hole(t, (struct tail_hole){.id = missing, .since_ms = now_ms, .next_xid = next_xid});
        t->head = id;
    }
}

void tail_give_up(struct tail *t, int64_t before_ms, int64_t oldest_xid)
{
    size_t kept = 0;
    for (size_t i = 0; i < t->count; i++)
        if (t->holes[i].since_ms >= before_ms || t->holes[i].next_xid > oldest_xid)
            t->holes[kept++] = t->holes[i];
    t->count = kept;
}

int64_t tail_low(const struct tail *t) { return t->count ? t->holes[0].id - 1 : t->head; }
