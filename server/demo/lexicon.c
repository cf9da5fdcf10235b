#include "server/demo/lexicon.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEXEMES_MAX = 8, SERIAL_PATTERN = 1 };

struct lexeme {
    char *text; /* as tsvector's text wants it between quotes */
    int position;
};

struct word {
    struct word *next;
    char *text;
    size_t len;
    uint32_t hash;
    int positions; /* that it takes, stop words included */
    int count;
    struct lexeme lexemes[LEXEMES_MAX];
};

struct lexicon {
    struct pg *pg;
    struct word **slots;
    size_t slot_count, count;
};

struct lexicon *lexicon_new(struct pg *pg)
{
    struct lexicon *l = calloc(1, sizeof *l);
    if (!l || !(l->slots = calloc(l->slot_count = 16384, sizeof *l->slots)))
        abort();
    l->pg = pg;
    return l;
}

void lexicon_free(struct lexicon **l)
{
    if (!*l)
        return;
    for (size_t i = 0; i < (*l)->slot_count; i++)
        for (struct word *w = (*l)->slots[i], *next; w; w = next) {
            next = w->next;
            for (int k = 0; k < w->count; k++)
                free(w->lexemes[k].text);
            free(w->text);
            free(w);
        }
    free((*l)->slots);
    free(*l);
    *l = NULL;
}

static uint32_t hash_of(const char *text, size_t len)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)text[i]) * 16777619u;
    return h;
}

/* `'лежач':1 'ул':3,5`: each lexeme with its positions. A lexeme at two places of one piece stands here twice. */
static void read_vector(struct word *w, const char *text)
{
    for (const char *p = text; *p == '\'';) {
        const char *end = p + 1;
        while (*end && (*end != '\'' || end[1] == '\''))
            end += *end == '\'' ? 2 : 1;
        size_t len = (size_t)(end - p - 1);
        const char *n = *end ? end + 1 : end;
        while (*n == ':' || *n == ',') {
            char *after;
            long position = strtol(n + 1, &after, 10);
            if (w->count < LEXEMES_MAX)
                w->lexemes[w->count++] = (struct lexeme){.text = strndup(p + 1, len), .position = (int)position};
            n = after;
        }
        p = n + strspn(n, " ");
    }
}

static struct word *learn(struct lexicon *l, const char *text, size_t len, uint32_t hash, struct err *err)
{
    struct word *w = calloc(1, sizeof *w);
    if (!w || !(w->text = strndup(text, len)))
        abort();
    const char *params[] = {w->text};
    struct pg_res *res = pg_query(l->pg, Q_DEMO_LEXEMES, params, 1, err);
    if (!res) {
        free(w->text);
        free(w);
        return NULL;
    }
    read_vector(w, pg_text(res, 0, 0));
    w->positions = (int)pg_int(res, 0, 1) - 1;
    pg_free(res);
    w->len = len;
    w->hash = hash;
    w->next = l->slots[hash % l->slot_count];
    l->slots[hash % l->slot_count] = w;
    l->count++;
    return w;
}

static struct word *find(struct lexicon *l, const char *text, size_t len, struct err *err)
{
    uint32_t hash = hash_of(text, len);
    for (struct word *w = l->slots[hash % l->slot_count]; w; w = w->next)
        if (w->hash == hash && w->len == len && memcmp(w->text, text, len) == 0)
            return w;
    return learn(l, text, len, hash, err);
}

void vector_reset(struct vector *v)
{
    v->out.len = 0;
    v->base = v->position = v->last_lexeme = 0;
}

void vector_part(struct vector *v)
{
    v->base = v->last_lexeme;
    v->position = 0;
}

static void put_lexeme(struct vector *v, const char *text, int position, char weight)
{
    char tail[16];
    int at = v->base + v->position + position;
    if (v->out.len > 0)
        buf_putc(&v->out, ' ');
    buf_putc(&v->out, '\'');
    buf_puts(&v->out, text);
    int n = snprintf(tail, sizeof tail, "':%d%c", at, weight);
    buf_append(&v->out, tail, (size_t)(weight == 'D' ? n - 1 : n));
    if (at > v->last_lexeme)
        v->last_lexeme = at;
}

bool vector_text(struct vector *v, struct lexicon *l, const char *text, char weight, struct err *err)
{
    for (const char *p = text; *(p += strspn(p, " \t\r\n"));) {
        size_t len = strcspn(p, " \t\r\n");
        const struct word *w = find(l, p, len, err);
        if (!w)
            return false;
        for (int i = 0; i < w->count; i++)
            put_lexeme(v, w->lexemes[i].text, w->lexemes[i].position, weight);
        v->position += w->positions;
        p += len;
    }
    return true;
}

bool vector_number(struct vector *v, struct lexicon *l, const char *letters, int64_t serial, int year, char weight, struct err *err)
{
    char text[64], pattern[16], own[32];
    int n = snprintf(text, sizeof text, "%s-%d/%02d", letters, SERIAL_PATTERN, year % 100);
    snprintf(pattern, sizeof pattern, "-%d", SERIAL_PATTERN);
    snprintf(own, sizeof own, "-%lld", (long long)serial);
    const struct word *w = find(l, text, (size_t)n, err);
    if (!w)
        return false;
    for (int i = 0; i < w->count; i++)
        put_lexeme(v, strcmp(w->lexemes[i].text, pattern) == 0 ? own : w->lexemes[i].text, w->lexemes[i].position, weight);
    v->position += w->positions;
    return true;
}
