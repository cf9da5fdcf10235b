#include "server/demo/life.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool step_add(const struct town *t, struct steps *s, struct step step)
{
    if (step.at <= t->now && s->count < STEPS_MAX) {
        s->list[s->count++] = step;
        return true;
    }
    free(step.comment);
    free(step.changes);
    return false;
}

void steps_free(struct steps *s)
{
    for (int i = 0; i < s->count; i++) {
        free(s->list[i].comment);
        free(s->list[i].changes);
    }
    s->count = 0;
}

int steps_version(const struct steps *s)
{
    int version = 0;
    for (int i = 0; i < s->count; i++)
        version += !s->list[i].part;
    return version;
}

char *text_print(const char *fmt, ...)
{
    va_list ap;
    char *text;
    va_start(ap, fmt);
    int n = vasprintf(&text, fmt, ap);
    va_end(ap);
    if (n < 0)
        abort();
    return text;
}

char *text_fill(const struct town *t, const char *text, const struct order *o)
{
    struct buf out;
    buf_init(&out, 1024 * 1024);
    for (const char *p = text; *p;) {
        if (strncmp(p, "{street}", 8) == 0)
            buf_puts(&out, t->material.streets[o->street]);
        else if (strncmp(p, "{house}", 7) == 0)
            buf_printf(&out, "%d", o->house);
        else if (strncmp(p, "{flat}", 6) == 0)
            buf_printf(&out, "%d", o->flat ? o->flat : 1);
        else {
            size_t plain = 1 + strcspn(p + 1, "{");
            buf_append(&out, p, plain);
            p += plain;
            continue;
        }
        p = strchr(p, '}') + 1;
    }
    char *copy = strdup(out.data);
    buf_free(&out);
    if (!copy)
        abort();
    return copy;
}

char *json_quote(const char *text)
{
    struct buf out;
    buf_init(&out, 1024 * 1024);
    buf_putc(&out, '"');
    for (const char *p = text; *p; p++) {
        if (*p == '"' || *p == '\\')
            buf_putc(&out, '\\');
        if ((unsigned char)*p < 0x20)
            buf_printf(&out, "\\u%04x", (unsigned)*p);
        else
            buf_putc(&out, *p);
    }
    buf_putc(&out, '"');
    char *copy = strdup(out.data);
    buf_free(&out);
    if (!copy)
        abort();
    return copy;
}
