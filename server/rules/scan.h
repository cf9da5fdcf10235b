/* A place in a text, read as people compare: letters folded (utf8_fold), blanks of all kinds alike. Shared by the parsers of addresses. */
#pragma once
#include "common/utf8.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct scan {
    const char *p, *end;
};

/* The character at the place, folded, 0 at the end; *bytes (may be NULL) what it takes. A zero byte in the text reads as U+FFFD. */
static inline uint32_t scan_peek(struct scan s, size_t *bytes)
{
    uint32_t cp = 0;
    size_t n = s.p < s.end ? utf8_decode(s.p, (size_t)(s.end - s.p), &cp) : 0;
    if (bytes)
        *bytes = n;
    return n == 0 ? 0 : cp == 0 ? 0xFFFD : utf8_fold(cp);
}

static inline bool scan_is_digit(uint32_t cp) { return cp >= '0' && cp <= '9'; }
static inline bool scan_is_blank(uint32_t cp)
{
    return cp == ' ' || cp == '\t' || cp == '\r' || cp == 0xA0 || cp == 0x2009 || cp == 0x202F;
}
static inline bool scan_is_quote(uint32_t cp)
{
    return cp == '"' || cp == '\'' || cp == 0xAB || cp == 0xBB || (cp >= 0x2018 && cp <= 0x201F);
}
/* Hyphen, minus and the dashes. */
static inline bool scan_is_dash(uint32_t cp) { return cp == '-' || (cp >= 0x2010 && cp <= 0x2015) || cp == 0x2212; }
/* A letter of any script: what belongs to a word and is no digit. */
static inline bool scan_is_letter(uint32_t cp) { return cp != 0 && utf8_is_word(cp) && !scan_is_digit(cp); }

/* Takes the character when it is this one (given folded). */
static inline bool scan_take(struct scan *s, uint32_t cp)
{
    size_t n;
    if (scan_peek(*s, &n) != cp || n == 0)
        return false;
    s->p += n;
    return true;
}

/* Goes over characters of a kind; were there any? */
static inline bool scan_skip(struct scan *s, bool (*is)(uint32_t cp))
{
    const char *from = s->p;
    size_t n;
    for (uint32_t cp; (cp = scan_peek(*s, &n)) != 0 && is(cp);)
        s->p += n;
    return s->p != from;
}

static inline bool scan_blanks(struct scan *s) { return scan_skip(s, scan_is_blank); }

/* Takes letters, folded and cut to fit into `word`; returns how many letters there were. */
static inline size_t scan_letters(struct scan *s, char *word, size_t size)
{
    size_t used = 0, count = 0, n;
    for (uint32_t cp; scan_is_letter(cp = scan_peek(*s, &n)); count++) {
        char bytes[4];
        size_t len = utf8_encode(cp, bytes);
        if (used + len < size) {
            memcpy(word + used, bytes, len);
            used += len;
        }
        s->p += n;
    }
    word[used] = '\0';
    return count;
}

/* Takes the next word, after blanks, when it is this one. */
static inline bool scan_word(struct scan *s, const char *word)
{
    struct scan at = *s;
    char found[64];
    scan_blanks(&at);
    if (scan_letters(&at, found, sizeof found) == 0 || strcmp(found, word) != 0)
        return false;
    *s = at;
    return true;
}

/* Takes the number at the place; false (nothing taken) when there is none or it is above `most`. */
static inline bool scan_number(struct scan *s, int32_t most, int32_t *value)
{
    struct scan at = *s;
    int64_t n = 0;
    if (!scan_is_digit(scan_peek(at, NULL)))
        return false;
    for (; scan_is_digit(scan_peek(at, NULL)); at.p++)
        if (n <= most)
            n = n * 10 + (*at.p - '0');
    if (n > most)
        return false;
    *value = (int32_t)n;
    *s = at;
    return true;
}
