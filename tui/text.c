#include "tui/text.h"
#include "common/utf8.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <wctype.h>

/* Characters that are valid but must not reach a terminal: C1 controls, zero-width and direction controls. */
static bool is_unsafe(uint32_t cp)
{
    return (cp >= 0x80 && cp < 0xA0) || cp == 0xAD || cp == 0x61C || cp == 0x180E || (cp >= 0x200B && cp <= 0x200F) ||
           (cp >= 0x2028 && cp <= 0x202E) || (cp >= 0x2060 && cp <= 0x206F) || cp == 0xFEFF || (cp >= 0xFFF0 && cp < 0xFFFC) ||
           cp >= 0xE0000;
}

static int cell_width(uint32_t cp) { return is_unsafe(cp) ? 1 : utf8_cell_width(cp); }

/* Bytes of a letter, digit or Cyrillic letter that no mark can follow; 0 when it takes a closer look. Nearly all text is made of
 * these, and every character on the screen passes here at every key. */
static size_t plain_char(const char *s, size_t len)
{
    unsigned char c = (unsigned char)s[0];
    size_t n = c >= 0x20 && c < 0x7F ? 1 : (c == 0xD0 || c == 0xD1) && len > 1 && ((unsigned char)s[1] & 0xC0) == 0x80 ? 2 : 0;
    if (n == 0 || n >= len)
        return n;
    unsigned char next = (unsigned char)s[n];
    return next < 0x80 || next == 0xD0 || next == 0xD1 ? n : 0;
}

size_t text_next(const char *s, size_t len, int *cells)
{
    size_t plain = len ? plain_char(s, len) : 0;
    if (plain) {
        if (cells)
            *cells = 1;
        return plain;
    }
    uint32_t cp;
    size_t n = utf8_decode(s, len, &cp);
    int width = n ? cell_width(cp) : 0;
    /* A mark with nothing before it is drawn on a space of its own. */
    if (n && width == 0)
        width = 1;
    while (n && n < len) {
        size_t more = utf8_decode(s + n, len - n, &cp);
        if (cell_width(cp) != 0)
            break;
        n += more;
    }
    if (cells)
        *cells = width;
    return n;
}

size_t text_prev(const char *s, size_t at)
{
    size_t i = at;
    while (i > 0) {
        do
            i--;
        while (i > 0 && ((unsigned char)s[i] & 0xC0) == 0x80);
        uint32_t cp;
        utf8_decode(s + i, at - i, &cp);
        if (cell_width(cp) != 0)
            break;
    }
    return at - i;
}

int text_width_n(const char *s, size_t len)
{
    int width = 0, cells;
    for (size_t i = 0, n; (n = text_next(s + i, len - i, &cells)) > 0; i += n)
        width += cells;
    return width;
}

int text_width(const char *s) { return text_width_n(s, strlen(s)); }

size_t text_fit(const char *s, size_t len, int cells, int *used)
{
    size_t i = 0, n;
    int width = 0, w;
    while ((n = text_next(s + i, len - i, &w)) > 0 && width + w <= cells) {
        width += w;
        i += n;
    }
    if (used)
        *used = width;
    return i;
}

/* Writes one character with its marks in drawable form; returns the bytes written, 0 when there is no room. */
static size_t draw_char(const char *s, size_t n, char *out, size_t room)
{
    uint32_t cp;
    if (room < 4 * (TEXT_MARKS_MAX + 2))
        return 0;
    if (plain_char(s, n) == n) {
        memcpy(out, s, n);
        return n;
    }
    size_t first = utf8_decode(s, n, &cp), len = 0;
    if (cp < 0x20 || cp == 0x7F) {
        out[0] = '^';
        out[1] = (char)(cp == 0x7F ? '?' : '@' + cp);
        return 2;
    }
    if (cell_width(cp) == 0)
        out[len++] = ' ';
    len += utf8_encode(is_unsafe(cp) ? 0xFFFD : cp, out + len);
    for (int marks = 0; first < n && marks < TEXT_MARKS_MAX; marks++) {
        first += utf8_decode(s + first, n - first, &cp);
        len += utf8_encode(cp, out + len);
    }
    return len;
}

int text_draw_form(const char *s, size_t len, int cells, char *out, size_t size)
{
    int used = 0, cut_used = 0, w;
    size_t o = 0, cut = 0, n; /* cut: where the text would end if "…" had to follow */
    bool over = false;
    for (size_t i = 0; (n = text_next(s + i, len - i, &w)) > 0; i += n) {
        over = used + w > cells;
        size_t put = over ? 0 : draw_char(s + i, n, out + o, size - o - 4);
        if (put == 0)
            break;
        o += put;
        used += w;
        if (used < cells) {
            cut = o;
            cut_used = used;
        }
    }
    if (over && cells > 0) {
        memcpy(out + cut, "…", strlen("…"));
        o = cut + strlen("…");
        used = cut_used + 1;
    }
    out[o] = '\0';
    return used;
}

/* Takes the joint out; before that what stands in front of it is cut, so that all of it takes at most `cells`. */
static void joint_take(char *text, size_t size, int cells)
{
    enum { LEAST = 4, JOINED_MAX = 1200 };
    char *joint = strchr(text, TEXT_JOINT[0]), whole[JOINED_MAX];
    if (!joint)
        return;
    *joint = '\0';
    int room = cells - text_width(joint + 1), head = text_width(text);
    if (head <= room || room < LEAST) {
        strf(whole, sizeof whole, "%s%s", text, joint + 1);
    } else {
        size_t len = text_fit(text, strlen(text), room - 1, NULL);
        strf(whole, sizeof whole, "%.*s%s%s", (int)len, text, "…", joint + 1);
    }
    strf(text, size, "%s", whole);
}

/* Leaves as many parts as fit, the first in any case. */
static void parts_take(char *text, int cells)
{
    char *from = strchr(text, TEXT_PART[0]);
    for (int used = from ? text_width_n(text, (size_t)(from - text)) : 0; from;) {
        char *next = strchr(from + 1, TEXT_PART[0]);
        size_t len = next ? (size_t)(next - from - 1) : strlen(from + 1);
        used += text_width_n(from + 1, len);
        if (used > cells)
            len = 0;
        memmove(from, from + 1, len);
        from[len] = '\0';
        if (len == 0 || !next)
            return;
        memmove(from + len, next, strlen(next) + 1);
        from += len;
    }
}

void text_shorten(char *text, size_t size, int cells)
{
    joint_take(text, size, cells);
    parts_take(text, cells);
}

void strf(char *out, size_t size, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    if (strcmp(fmt, "%s") == 0 && size > 0) { /* most calls by far */
        const char *s = va_arg(args, const char *);
        size_t len = strnlen(s, size);
        if (len < size) {
            memcpy(out, s, len + 1);
            va_end(args);
            return;
        }
        va_end(args);
        va_start(args, fmt);
    }
    int n = vsnprintf(out, size, fmt, args);
    va_end(args);
    if (n < 0 || (size_t)n < size || size == 0)
        return;
    size_t at = size - 1;
    while (at > 0 && ((unsigned char)out[at - 1] & 0xC0) == 0x80)
        at--;
    /* The last character is kept only when all of it is there. */
    if (at > 0 && (unsigned char)out[at - 1] >= 0x80 && utf8_length(out + at - 1, size - at) == 0)
        out[at - 1] = '\0';
}

/* End of the line that begins at `start`; *next where the following one begins. */
static size_t line_end(const char *s, size_t start, size_t len, int cells, size_t *next)
{
    size_t i = start, space = 0;
    int width = 0, w;
    bool has_space = false;
    for (size_t n; i < len && s[i] != '\n'; i += n) {
        n = text_next(s + i, len - i, &w);
        if (s[i] == ' ') {
            has_space = true;
            space = i;
        }
        if (width + w > cells && i > start) {
            /* A space may hang over the edge: it is not drawn. */
            if (s[i] == ' ' || has_space) {
                size_t cut = s[i] == ' ' ? i : space;
                *next = cut + 1;
                return cut;
            }
            *next = i;
            return i;
        }
        width += w;
    }
    *next = i < len ? i + 1 : len;
    return i;
}

void text_wrap(const char *s, size_t len, int cells, bool (*each)(struct text_line line, void *arg), void *arg)
{
    size_t start = 0;
    if (cells < 1)
        cells = 1;
    for (;;) {
        size_t next, end = line_end(s, start, len, cells, &next);
        if (!each((struct text_line){start, end - start}, arg))
            return;
        bool newline = end < len && s[end] == '\n';
        if (next >= len && !newline)
            return;
        start = next;
        if (start >= len && !newline)
            return;
    }
}

uint32_t text_fold(uint32_t cp)
{
    if (cp == 0x401 || cp == 0x451)
        return 0x435;
    return (uint32_t)towlower((wint_t)cp);
}

/* Is the word at the beginning of text, folded? */
static bool begins_with(const char *text, const char *word, size_t word_len)
{
    size_t text_len = strlen(text), t = 0, w = 0;
    while (w < word_len) {
        uint32_t a, b;
        size_t n = utf8_decode(text + t, text_len - t, &a);
        if (n == 0)
            return false;
        t += n;
        w += utf8_decode(word + w, word_len - w, &b);
        if (text_fold(a) != text_fold(b))
            return false;
    }
    return true;
}

static bool holds_word(const char *text, const char *word, size_t word_len)
{
    size_t len = strlen(text);
    for (size_t i = 0, n; i < len; i += n) {
        if (begins_with(text + i, word, word_len))
            return true;
        n = utf8_length(text + i, len - i);
        if (n == 0)
            n = 1;
    }
    return false;
}

bool text_matches(const char *text, const char *query)
{
    for (;;) {
        query += strspn(query, " ");
        size_t n = strcspn(query, " ");
        if (n == 0)
            return true;
        if (!holds_word(text, query, n))
            return false;
        query += n;
    }
}

int text_fuzzy(const char *text, const char *query)
{
    size_t tlen = strlen(text), qlen = strlen(query), t = 0, q = 0;
    int score = 1, run = 0;
    bool at_word = true;
    if (qlen == 0)
        return 1;
    if (text_matches(text, query))
        score += begins_with(text, query, qlen) ? 200 : 100;
    while (t < tlen && q < qlen) {
        uint32_t a, b;
        size_t n = utf8_decode(text + t, tlen - t, &a), m = utf8_decode(query + q, qlen - q, &b);
        t += n;
        if (text_fold(a) == text_fold(b)) {
            q += m;
            score += at_word ? 8 : 1 + run;
            run++;
        } else {
            run = 0;
        }
        at_word = a == ' ' || a == '.' || a == '-';
    }
    return q < qlen ? 0 : score;
}
