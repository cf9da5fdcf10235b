#include "server/rules/settlement_name.h"
#include <stdio.h>

/* `bare`: the word needs no dot («село Ильинское»); a short one does, or «г Тутаев» would make «д» of every «д 5». */
static const struct {
    const char *word, *kind;
    bool bare;
} kinds[] = {
    {"г", "city", true},           {"гор", "city", false},       {"город", "city", true},     {"городе", "city", true},
    {"п", "town", true},           {"пос", "town", true},        {"посёлок", "town", true},   {"поселок", "town", true},
    {"поселке", "town", true},     {"пгт", "town", true},        {"рп", "town", true},        {"р.п", "town", true},
    {"с", "village", false},       {"село", "village", true},    {"селе", "village", true},   {"д", "hamlet", false},
    {"дер", "hamlet", true},       {"деревня", "hamlet", true},  {"деревне", "hamlet", true}, {"ст-ца", "stanitsa", true},
    {"станица", "stanitsa", true}, {"х", "khutor", false},       {"хутор", "khutor", true},   {"ст", "station", false},
    {"станция", "station", true},  {"ж/д_ст", "station", true},  {"ж/д ст", "station", true}, {"п/ст", "station", true},
    {"рзд", "station", true},      {"разъезд", "station", true}, {"снт", "snt", true},        {"днт", "snt", true},
    {"тер", "snt", true},          {"гск", "snt", true},         {"м", "place", false},       {"нп", "place", true},
    {"с/п", "place", true},        {"местечко", "place", true},
};

/* Letters, and the signs that abbreviations hold: «ж/д_ст», «ст-ца». */
static bool in_word(uint32_t cp) { return scan_is_letter(cp) || cp == '/' || cp == '_' || cp == '-'; }

/* The folded word that begins here; false for none, or one too long for a kind. */
static bool take_word(struct scan *s, char *word, size_t size)
{
    size_t used = 0, n;
    for (uint32_t cp; in_word(cp = scan_peek(*s, &n)); s->p += n) {
        if (used + 4 >= size)
            return false;
        used += utf8_encode(cp, word + used);
    }
    word[used] = '\0';
    return used > 0;
}

static int kind_row(const char *word)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].word, word) == 0)
            return (int)i;
    return -1;
}

const char *settlement_kind_take(struct scan *s)
{
    struct scan at = *s;
    char word[32];
    if (!take_word(&at, word, sizeof word))
        return NULL;
    bool dot = scan_take(&at, '.');
    bool blank = scan_blanks(&at);
    if ((!dot && !blank) || !(scan_is_letter(scan_peek(at, NULL)) || scan_is_quote(scan_peek(at, NULL))))
        return NULL;
    int row = kind_row(word);
    if (row < 0 || !(dot || kinds[row].bare))
        return NULL;
    *s = at;
    return kinds[row].kind;
}

/* Copies with one blank for many and none at the ends. */
static bool squeeze(struct scan s, char *out, size_t size)
{
    size_t used = 0, n;
    bool gap = false;
    for (uint32_t cp; (cp = scan_peek(s, &n)) != 0; s.p += n) {
        if (scan_is_blank(cp) || cp == '\n') {
            gap = used > 0;
            continue;
        }
        if (used + n + 2 > size)
            return false;
        if (gap)
            out[used++] = ' ';
        gap = false;
        memcpy(out + used, s.p, n);
        used += n;
    }
    out[used] = '\0';
    return used > 0;
}

/* «г.», «посёлок»: the name has been forgotten. */
static bool is_kind_alone(const char *name)
{
    struct scan s = {name, name + strlen(name)};
    char word[32];
    if (!take_word(&s, word, sizeof word))
        return false;
    while (scan_take(&s, '.') || scan_blanks(&s))
        ;
    return s.p == s.end && kind_row(word) >= 0;
}

bool settlement_name_parse(const char *text, size_t len, struct settlement_name *out)
{
    struct scan s = {text, text + len};
    scan_blanks(&s);
    const char *kind = settlement_kind_take(&s);
    *out = (struct settlement_name){.kind = kind ? kind : ""};
    if (!squeeze(s, out->name, sizeof out->name))
        return false;
    out->kind_alone = !kind && is_kind_alone(out->name); /* «д. Хутор» has a name */
    return true;
}

bool district_name(const char *text, char *out, size_t size)
{
    static const char *const marks[] = {"р-н", "район"};
    struct scan s = {text, text + strlen(text)}, end;
    char folded[SETTLEMENT_NAME_BYTES];
    scan_blanks(&s);
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        struct scan at = s;
        const char *m = marks[i];
        while (*m && scan_peek(at, NULL) == scan_peek((struct scan){m, m + strlen(m)}, NULL)) {
            size_t n;
            scan_peek(at, &n);
            at.p += n;
            m += utf8_length(m, strlen(m));
        }
        if (!*m && (scan_take(&at, '.') || scan_blanks(&at))) {
            scan_blanks(&at);
            if (!squeeze(at, folded, sizeof folded))
                return false;
            return (size_t)snprintf(out, size, "%s район", folded) < size;
        }
    }
    if (!squeeze(s, folded, sizeof folded))
        return false;
    /* «Сокольский р-н» */
    end = (struct scan){folded, folded + strlen(folded)};
    for (struct scan at = end; at.p < at.end;) {
        size_t n;
        uint32_t cp = scan_peek(at, &n);
        struct scan rest = {at.p + n, at.end};
        char word[32];
        if (cp == ' ' && scan_peek(rest, NULL) == 0x440) { /* р */
            struct scan r = rest;
            scan_letters(&r, word, sizeof word);
            bool full = strcmp(word, "район") == 0, shortened = strcmp(word, "р") == 0 && scan_take(&r, '-') && scan_take(&r, 0x43D);
            scan_take(&r, '.');
            if ((full || shortened) && r.p == r.end)
                return (size_t)snprintf(out, size, "%.*s район", (int)(at.p - folded), folded) < size;
        }
        at.p += n;
    }
    return (size_t)snprintf(out, size, "%s", folded) < size;
}
