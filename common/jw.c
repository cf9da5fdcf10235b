#include "common/jw.h"
#include "common/utf8.h"
#include <assert.h>
#include <string.h>

void jw_init(struct jw *w, struct buf *out)
{
    *w = (struct jw){.out = out};
}

static void item(struct jw *w)
{
    uint32_t bit = 1u << w->depth;
    if (w->after_key)
        w->after_key = false;
    else if (w->has_item & bit)
        buf_putc(w->out, ',');
    w->has_item |= bit;
}

static void open_level(struct jw *w, char c)
{
    item(w);
    buf_putc(w->out, c);
    w->depth++;
    assert(w->depth < 32);
    w->has_item &= ~(1u << w->depth);
}

static void close_level(struct jw *w, char c)
{
    assert(w->depth > 0);
    w->depth--;
    buf_putc(w->out, c);
}

void jw_object(struct jw *w) { open_level(w, '{'); }
void jw_object_end(struct jw *w) { close_level(w, '}'); }
void jw_array(struct jw *w) { open_level(w, '['); }
void jw_array_end(struct jw *w) { close_level(w, ']'); }

static void quoted(struct jw *w, const char *text, size_t len)
{
    buf_putc(w->out, '"');
    size_t start = 0;
    for (size_t i = 0; i < len;) {
        unsigned char c = (unsigned char)text[i];
        size_t step = utf8_length(text + i, len - i);
        if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f && step > 0) {
            i += step;
            continue;
        }
        buf_append(w->out, text + start, i - start);
        if (c == '"' || c == '\\')
            buf_printf(w->out, "\\%c", c);
        else if (c == '\n')
            buf_puts(w->out, "\\n");
        else if (c < 0x20 || c == 0x7f)
            buf_printf(w->out, "\\u%04x", c);
        else
            buf_puts(w->out, "\xEF\xBF\xBD");
        i++;
        start = i;
    }
    buf_append(w->out, text + start, len - start);
    buf_putc(w->out, '"');
}

void jw_key(struct jw *w, const char *key)
{
    item(w);
    quoted(w, key, strlen(key));
    buf_putc(w->out, ':');
    w->after_key = true;
}

void jw_string_n(struct jw *w, const char *text, size_t len)
{
    item(w);
    quoted(w, text, len);
}

void jw_string(struct jw *w, const char *text)
{
    if (text)
        jw_string_n(w, text, strlen(text));
    else
        jw_null(w);
}

void jw_int(struct jw *w, int64_t value)
{
    item(w);
    buf_printf(w->out, "%lld", (long long)value);
}

void jw_bool(struct jw *w, bool value)
{
    item(w);
    buf_puts(w->out, value ? "true" : "false");
}

void jw_null(struct jw *w)
{
    item(w);
    buf_puts(w->out, "null");
}

void jw_raw(struct jw *w, const char *json)
{
    item(w);
    buf_puts(w->out, json && *json ? json : "null");
}

void jw_kstring(struct jw *w, const char *key, const char *text)
{
    jw_key(w, key);
    jw_string(w, text);
}

void jw_kint(struct jw *w, const char *key, int64_t value)
{
    jw_key(w, key);
    jw_int(w, value);
}

void jw_kbool(struct jw *w, const char *key, bool value)
{
    jw_key(w, key);
    jw_bool(w, value);
}

void jw_kraw(struct jw *w, const char *key, const char *json)
{
    jw_key(w, key);
    jw_raw(w, json);
}
