#include "common/utf8.h"
#include <string.h>
#include <wchar.h>

size_t utf8_length(const char *s, size_t len)
{
    const unsigned char *p = (const unsigned char *)s;
    if (p[0] < 0x80)
        return 1;
    if (p[0] >= 0xC2 && p[0] <= 0xDF)
        return len >= 2 && (p[1] & 0xC0) == 0x80 ? 2 : 0;
    if (p[0] >= 0xE0 && p[0] <= 0xEF) {
        if (len < 3 || (p[1] & 0xC0) != 0x80 || (p[2] & 0xC0) != 0x80)
            return 0;
        if ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] >= 0xA0))
            return 0;
        return 3;
    }
    if (p[0] >= 0xF0 && p[0] <= 0xF4) {
        if (len < 4 || (p[1] & 0xC0) != 0x80 || (p[2] & 0xC0) != 0x80 || (p[3] & 0xC0) != 0x80)
            return 0;
        if ((p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] >= 0x90))
            return 0;
        return 4;
    }
    return 0;
}

bool utf8_is_valid(const char *s, size_t len)
{
    for (size_t i = 0; i < len;) {
        size_t n = utf8_length(s + i, len - i);
        if (n == 0)
            return false;
        i += n;
    }
    return true;
}

size_t utf8_decode(const char *s, size_t len, uint32_t *cp)
{
    if (len == 0)
        return 0;
    const unsigned char *p = (const unsigned char *)s;
    size_t n = utf8_length(s, len);
    switch (n) {
    case 1: *cp = p[0]; return 1;
    case 2: *cp = (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu); return 2;
    case 3: *cp = (p[0] & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu); return 3;
    case 4: *cp = (p[0] & 0x07u) << 18 | (p[1] & 0x3Fu) << 12 | (p[2] & 0x3Fu) << 6 | (p[3] & 0x3Fu); return 4;
    default: *cp = 0xFFFD; return 1;
    }
}

size_t utf8_encode(uint32_t cp, char out[4])
{
    if (cp > 0x10FFFF || (cp >= 0xD800 && cp < 0xE000))
        cp = 0xFFFD;
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (char)(0xC0 | cp >> 6);
        out[1] = (char)(0x80 | (cp & 0x3F));
        return 2;
    }
    if (cp < 0x10000) {
        out[0] = (char)(0xE0 | cp >> 12);
        out[1] = (char)(0x80 | (cp >> 6 & 0x3F));
        out[2] = (char)(0x80 | (cp & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | cp >> 18);
    out[1] = (char)(0x80 | (cp >> 12 & 0x3F));
    out[2] = (char)(0x80 | (cp >> 6 & 0x3F));
    out[3] = (char)(0x80 | (cp & 0x3F));
    return 4;
}

size_t utf8_count(const char *s, size_t len)
{
    size_t count = 0;
    for (size_t i = 0; i < len;) {
        uint32_t cp;
        i += utf8_decode(s + i, len - i, &cp);
        count++;
    }
    return count;
}

int utf8_cell_width(uint32_t cp)
{
    if (cp < 0x20 || cp == 0x7f)
        return 2;
    if (cp < 0x7f)
        return 1;
    int w = wcwidth((wchar_t)cp);
    return w < 0 ? 1 : w;
}

int utf8_width(const char *s)
{
    int width = 0;
    size_t len = strlen(s);
    for (size_t i = 0; i < len;) {
        uint32_t cp;
        i += utf8_decode(s + i, len - i, &cp);
        width += utf8_cell_width(cp);
    }
    return width;
}

size_t utf8_fit(const char *s, int cells, int *used)
{
    size_t len = strlen(s), i = 0;
    int width = 0;
    while (i < len) {
        uint32_t cp;
        size_t n = utf8_decode(s + i, len - i, &cp);
        int w = utf8_cell_width(cp);
        if (width + w > cells)
            break;
        width += w;
        i += n;
    }
    if (used)
        *used = width;
    return i;
}

bool utf8_is_word(uint32_t cp)
{
    if (cp < 0x80)
        return (cp >= '0' && cp <= '9') || (cp >= 'A' && cp <= 'Z') || (cp >= 'a' && cp <= 'z');
    /* Latin-1 signs, general punctuation, letter-like signs (the numero sign), arrows to dingbats, CJK punctuation, U+FFFD. */
    return !((cp >= 0x80 && cp < 0xC0) || (cp >= 0x2000 && cp < 0x2070) || (cp >= 0x2100 && cp < 0x2C00) || (cp >= 0x3000 && cp < 0x3040) || cp == 0xFFFD);
}

uint32_t utf8_fold(uint32_t cp)
{
    if ((cp >= 'A' && cp <= 'Z') || (cp >= 0x410 && cp <= 0x42F)) /* А..Я */
        return cp + 0x20;
    return cp == 0x401 || cp == 0x451 ? 0x435 : cp; /* Ё, ё: е */
}

bool utf8_next_word(const char **text, char *word, size_t size)
{
    const char *p = *text;
    size_t left = strlen(p), used = 0;
    uint32_t cp;
    for (size_t n; left > 0 && (n = utf8_decode(p, left, &cp)) > 0 && !utf8_is_word(cp); left -= n)
        p += n;
    for (size_t n; left > 0 && (n = utf8_decode(p, left, &cp)) > 0 && utf8_is_word(cp); left -= n) {
        if (used + n < size) {
            memcpy(word + used, p, n);
            used += n;
        }
        p += n;
    }
    word[used] = '\0';
    *text = p;
    return used > 0;
}
