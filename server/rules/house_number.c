#include "server/rules/house_number.h"
#include "server/rules/scan.h"
#include <stdio.h>
#include <stdlib.h>

/* What is read, part by part; texts in upper case, "" for a part that is absent. */
struct parts {
    int32_t value;
    bool has_value, no_number;
    char letter[HOUSE_PART_BYTES], fraction[HOUSE_PART_BYTES * 2];
    char mark[4][HOUSE_PART_BYTES]; /* by enum mark */
};
enum mark { MARK_CORPUS, MARK_BUILDING, MARK_OWNERSHIP, MARK_DOUBLE, MARK_COUNT };
static const char *const mark_texts[MARK_COUNT] = {"к", "стр", "вл", "дубль"};

enum { LETTER_O_U = 0x443, SHORT_I = 0x439, YA = 0x44F, HARD = 0x44A, SOFT = 0x44C, YERU = 0x44B };

/* Words that name a part; `alone`: the short word that is also a letter of the house («12 к», «12 с») or a preposition («с 5 до 9»). */
static const struct {
    const char *word;
    int part; /* enum mark, or PART_LETTER */
    bool alone;
} designators[] = {
    {"к", MARK_CORPUS, true},      {"корп", MARK_CORPUS, false},   {"кор", MARK_CORPUS, false},         {"корпус", MARK_CORPUS, false},
    {"с", MARK_BUILDING, true},    {"стр", MARK_BUILDING, false},  {"строение", MARK_BUILDING, false},  {"строен", MARK_BUILDING, false},
    {"вл", MARK_OWNERSHIP, false}, {"влд", MARK_OWNERSHIP, false}, {"владение", MARK_OWNERSHIP, false}, {"дубль", MARK_DOUBLE, false},
    {"лит", MARK_COUNT, false},    {"литер", MARK_COUNT, false},   {"литера", MARK_COUNT, false},
};
enum { PART_LETTER = MARK_COUNT };

/* What a register writes where a building's number should be: the material or the state of the walls. */
static const char *const descriptions[] = {"деревян", "щитов", "исправн", "жил", "мкд", "бревн", "кирпич", "панельн", "каменн", "дом"};

static int designator_of(const char *word)
{
    /* Latin letters that look like the Russian ones */
    word = strcmp(word, "k") == 0 ? "к" : strcmp(word, "c") == 0 ? "с" : word;
    for (size_t i = 0; i < sizeof designators / sizeof *designators; i++)
        if (strcmp(designators[i].word, word) == 0)
            return (int)i;
    return -1;
}

static bool is_description(const char *word)
{
    for (size_t i = 0; i < sizeof descriptions / sizeof *descriptions; i++)
        if (strncmp(word, descriptions[i], strlen(descriptions[i])) == 0)
            return true;
    return false;
}

/* ---- letters ---- */

/* A house letter in upper case, Latin doubles made Russian; 0 for what is never one. */
static uint32_t house_letter(uint32_t folded)
{
    static const struct {
        char latin;
        uint32_t russian;
    } doubles[] = {{'a', 0x410}, {'b', 0x412}, {'c', 0x421}, {'e', 0x415}, {'h', 0x41D}, {'k', 0x41A},
                   {'m', 0x41C}, {'o', 0x41E}, {'p', 0x420}, {'t', 0x422}, {'x', 0x425}, {'y', 0x423}};
    if (folded >= 0x430 && folded <= YA)
        return folded == SHORT_I || folded == HARD || folded == SOFT || folded == YERU ? 0 : folded - 0x20;
    for (size_t i = 0; i < sizeof doubles / sizeof *doubles; i++)
        if (folded == (uint32_t)doubles[i].latin)
            return doubles[i].russian;
    return folded >= 'a' && folded <= 'z' ? folded - 0x20 : 0;
}

static void put(char *out, size_t size, uint32_t cp)
{
    char bytes[4];
    size_t len = strlen(out), n = utf8_encode(cp, bytes);
    if (len + n < size) {
        memcpy(out + len, bytes, n);
        out[len + n] = '\0';
    }
}

static void put_number(char *out, size_t size, int32_t n)
{
    size_t len = strlen(out);
    snprintf(out + len, size - len, "%d", (int)n);
}

static bool is_mark(uint32_t cp) { return cp != 0 && strchr(".,*_/\\'-", (int)cp) != NULL && cp < 0x80; }

/* One letter that is no beginning of a word, perhaps in quotes, with up to two digits after it («а1») where `digits` allows. */
static bool take_letter(struct scan *s, bool digits, char *out, size_t size)
{
    struct scan at = *s, one;
    bool quoted = scan_skip(&at, scan_is_quote);
    char word[32];
    uint32_t letter = house_letter(scan_peek(at, NULL));
    int32_t n;
    one = at;
    if (!letter || scan_letters(&one, word, sizeof word) != 1)
        return false;
    char text[16] = "";
    put(text, sizeof text, letter);
    if (digits && scan_number(&one, 99, &n))
        put_number(text, sizeof text, n);
    if (scan_is_letter(scan_peek(one, NULL)) || scan_is_digit(scan_peek(one, NULL)))
        return false;
    if (quoted)
        scan_skip(&one, scan_is_quote);
    snprintf(out, size, "%s", text);
    *s = one;
    return true;
}

/* Does a word follow that names a part («стр», «корпус»...)? */
static bool at_designator(struct scan s)
{
    char word[32];
    scan_skip(&s, scan_is_blank);
    scan_take(&s, ',');
    scan_skip(&s, scan_is_blank);
    return scan_letters(&s, word, sizeof word) > 0 && designator_of(word) >= 0;
}

/* After a letter that stood apart («12 в районе») no ordinary word may follow: it would be a preposition. */
static bool word_follows(struct scan s) { return scan_blanks(&s) && scan_is_letter(scan_peek(s, NULL)) && !at_designator(s); }
static bool number_follows(struct scan s)
{
    scan_blanks(&s);
    return scan_is_digit(scan_peek(s, NULL));
}

/* The letter of the house: «12а», «12 А», «12-а», «12_А», «12"А"». Not: «6-я» (an ordinal), «12к2», «12 и 14», «12 с 14». */
static bool take_house_letter(struct scan *s, struct parts *p)
{
    struct scan at = *s;
    bool apart = scan_blanks(&at), dash = false;
    if (!apart) {
        size_t n;
        uint32_t cp = scan_peek(at, &n);
        dash = scan_is_dash(cp) || cp == '_';
        if (dash)
            at.p += n;
    }
    uint32_t letter = scan_peek(at, NULL);
    char word[32];
    struct scan probe = at;
    scan_skip(&probe, scan_is_quote);
    scan_letters(&probe, word, sizeof word);
    int d = designator_of(word);
    if (d >= 0 && designators[d].alone && (number_follows(probe) || scan_peek(probe, NULL) == '.'))
        return false;
    if (dash && letter == YA)
        return false;
    if (!take_letter(&at, !apart, p->letter, sizeof p->letter))
        return false;
    if ((apart || dash || letter == 0x432) && word_follows(at)) {
        p->letter[0] = '\0';
        return false;
    }
    if (apart && (number_follows(at) || (letter == 0x434 && scan_peek(at, NULL) == '.'))) { /* «27 д. 14» */
        p->letter[0] = '\0';
        return false;
    }
    *s = at;
    return true;
}

/* «/3», «\3», «/3а», «/3-Б», «/2/0», «/В». */
static bool take_fraction(struct scan *s, struct parts *p)
{
    struct scan at = *s;
    int32_t n;
    if (!scan_take(&at, '/') && !scan_take(&at, '\\'))
        return false;
    char *out = p->fraction;
    size_t size = sizeof p->fraction, len = strlen(out);
    char letter[HOUSE_PART_BYTES] = "";
    if (*out)
        snprintf(out + len, size - len, "/");
    if (scan_number(&at, HOUSE_VALUE_MAX, &n)) {
        struct parts tail = {0};
        put_number(out, size, n);
        if (take_house_letter(&at, &tail))
            snprintf(letter, sizeof letter, "%s", tail.letter);
    } else if (!take_letter(&at, false, letter, sizeof letter)) {
        out[len] = '\0';
        return false;
    }
    len = strlen(out);
    snprintf(out + len, size - len, "%s", letter);
    *s = at;
    return true;
}

/* ---- designators ---- */

/* The value after «к.», «стр»: a number with its letter, or a letter. An empty one («-», «.», «0») is taken and leaves "". */
static bool take_value(struct scan *s, char *out, size_t size)
{
    struct scan at = *s;
    int32_t n;
    char word[32];
    out[0] = '\0';
    scan_blanks(&at);
    scan_skip(&at, scan_is_quote);
    if (scan_number(&at, HOUSE_VALUE_MAX, &n)) {
        struct parts tail = {0};
        if (n > 0)
            put_number(out, size, n);
        if (n > 0 && !number_follows(at) && scan_is_letter(scan_peek(at, NULL)) && take_house_letter(&at, &tail)) {
            size_t len = strlen(out);
            snprintf(out + len, size - len, "%s", tail.letter);
        }
        scan_skip(&at, scan_is_quote);
        *s = at;
        return true;
    }
    at = *s;
    scan_blanks(&at);
    if (take_letter(&at, true, out, size)) {
        *s = at;
        return true;
    }
    struct scan described = at;
    bool any = false;
    while (scan_letters(&described, word, sizeof word) > 1 && is_description(word)) {
        any = true;
        at = described;
        scan_blanks(&described);
    }
    if (!any && !scan_is_dash(scan_peek(at, NULL)) && scan_peek(at, NULL) != '.')
        return false;
    if (!any)
        scan_skip(&at, is_mark);
    *s = at;
    return true;
}

static bool at_end_of_piece(struct scan s)
{
    scan_blanks(&s);
    uint32_t cp = scan_peek(s, NULL);
    return cp == 0 || cp == ',' || cp == ';' || cp == '\n';
}

/* «, к. 2», «к2», «стр. строение 3», «(дубль 1)», «лит. А». */
static bool take_designator(struct scan *s, struct parts *p)
{
    struct scan at = *s;
    char word[32], value[HOUSE_PART_BYTES], again[32];
    scan_blanks(&at);
    bool comma = scan_take(&at, ',');
    scan_blanks(&at);
    bool open = scan_take(&at, '(');
    if (!open && scan_is_dash(scan_peek(at, NULL)))
        at.p += at.p < at.end && *at.p == '-' ? 1 : 0; /* «9-дубль» */
    scan_letters(&at, word, sizeof word);
    int d = designator_of(word);
    if (d < 0)
        return false;
    bool dot = scan_take(&at, '.');
    int part = designators[d].part;
    struct scan probe = at;
    /* «5, с 10 до 12» is a range and no building; after a comma a short word wants its dot or its number at once. */
    bool at_once = scan_is_digit(scan_peek(at, NULL));
    if (designators[d].alone && !dot && !at_once && (comma || part == MARK_BUILDING))
        return false;
    scan_blanks(&probe);
    if (scan_letters(&probe, again, sizeof again) > 1) {
        int second = designator_of(again);
        if (second >= 0 && designators[second].part == part) { /* «стр. строение 3» */
            at = probe;
            scan_take(&at, '.');
        }
    }
    if (!take_value(&at, value, sizeof value)) {
        if (part != MARK_DOUBLE && (part != MARK_BUILDING || designators[d].alone || !at_end_of_piece(at)))
            return false;
        snprintf(value, sizeof value, part == MARK_DOUBLE ? "+" : ""); /* a double without a number; «48/3 стр.» says only what it is */
    }
    char *place = part == PART_LETTER ? p->letter : p->mark[part];
    if (*value && (*place || (part == PART_LETTER && strchr("0123456789", *value)))) /* «6 лит1» is not 61 */
        return false;
    if (open) {
        scan_blanks(&at);
        if (!scan_take(&at, ')'))
            return false;
    }
    if (*value)
        snprintf(place, HOUSE_PART_BYTES, "%s", value);
    *s = at;
    return true;
}

/* ---- the whole ---- */

/* «№», «д.», «дом», a stray dot or comma before the number. */
static void skip_prefix(struct scan *s)
{
    struct scan at;
    char word[32];
    scan_blanks(s);
    scan_skip(s, scan_is_quote);
    while (scan_peek(*s, NULL) == '.' || scan_peek(*s, NULL) == ',')
        s->p++;
    scan_blanks(s);
    at = *s;
    if (scan_letters(&at, word, sizeof word) > 0 && (strcmp(word, "д") == 0 || strcmp(word, "дом") == 0)) {
        scan_take(&at, '.');
        scan_blanks(&at);
        if (scan_is_digit(scan_peek(at, NULL)) || scan_peek(at, NULL) == 0x2116)
            *s = at;
    }
    if (scan_take(s, 0x2116) || scan_take(s, '#')) /* № */
        scan_blanks(s);
}

/* «б/н», «бн». */
static bool take_no_number(struct scan *s)
{
    struct scan at = *s;
    if (!scan_take(&at, 0x431))
        return false;
    scan_take(&at, '/');
    if (!scan_take(&at, 0x43D) || scan_is_letter(scan_peek(at, NULL)))
        return false;
    *s = at;
    return true;
}

static void add(char *out, size_t size, const char *before, const char *text)
{
    size_t len = strlen(out);
    snprintf(out + len, size - len, "%s%s", before, text);
}

/* Digits padded to five places, so that bytes compare as numbers do. */
static void add_padded(char *out, size_t size, char rank, const char *text)
{
    char padded[HOUSE_PART_BYTES * 6] = {rank, '\0'};
    for (const char *p = text; *p;) {
        size_t digits = strspn(p, "0123456789"), len = strlen(padded);
        if (digits > 0)
            snprintf(padded + len, sizeof padded - len, "%05d", atoi(p));
        else if (len + 1 < sizeof padded) {
            padded[len] = *p;
            padded[len + 1] = '\0';
        }
        p += digits > 0 ? digits : 1;
    }
    add(out, size, padded, "");
}

static void finish_mark(const struct parts *p, int m, struct house_number *out)
{
    if (!*p->mark[m])
        return;
    const char *value = strcmp(p->mark[m], "+") == 0 ? "" : p->mark[m];
    bool letter = *value && strspn(value, "0123456789") == 0; /* «12 к.В»: «кв» would be a flat */
    add(out->text, sizeof out->text, *out->text ? " " : "", mark_texts[m]);
    add(out->text, sizeof out->text, letter ? "." : "", value);
    add_padded(out->order, sizeof out->order, (char)('3' + m), value);
}

static void finish(struct parts *p, struct house_number *out)
{
    *out = (struct house_number){.value = p->value};
    if (p->no_number)
        snprintf(out->text, sizeof out->text, "б/н");
    else if (p->has_value)
        snprintf(out->text, sizeof out->text, "%d", (int)p->value);
    add(out->text, sizeof out->text, p->letter, "");
    if (*p->letter)
        add_padded(out->order, sizeof out->order, '1', p->letter);
    if (*p->fraction) {
        add(out->text, sizeof out->text, "/", p->fraction);
        add_padded(out->order, sizeof out->order, '2', p->fraction);
    }
    /* «вл5 стр2»: without a number of its own the ownership stands first. */
    bool owned = !p->has_value && !p->no_number;
    if (owned)
        finish_mark(p, MARK_OWNERSHIP, out);
    for (int m = 0; m < MARK_COUNT; m++)
        if (m != MARK_OWNERSHIP || !owned)
            finish_mark(p, m, out);
    if (owned)
        out->value = (int32_t)atoi(p->mark[MARK_OWNERSHIP]);
}

size_t house_number_parse(const char *text, size_t len, struct house_number *out)
{
    struct scan s = {text, text + len};
    struct parts p = {0};
    skip_prefix(&s);
    if (scan_number(&s, HOUSE_VALUE_MAX, &p.value)) {
        p.has_value = true;
        /* «12», «12а», «3-Б/4», «5/1-Б» */
        bool letter = take_house_letter(&s, &p);
        while (take_fraction(&s, &p))
            ;
        if (!letter && !*p.fraction)
            take_house_letter(&s, &p);
    } else if (take_no_number(&s)) {
        p.no_number = true;
    } else {
        struct scan at = s;
        if (!take_designator(&at, &p) || !*p.mark[MARK_OWNERSHIP] || strspn(p.mark[MARK_OWNERSHIP], "0123456789") == 0)
            return 0;
        s = at;
    }
    while (take_designator(&s, &p))
        ;
    finish(&p, out);
    return (size_t)(s.p - text);
}

bool house_number_whole(const char *text, struct house_number *out)
{
    size_t used = house_number_parse(text, strlen(text), out);
    struct scan rest = {text + used, text + strlen(text)};
    while (scan_blanks(&rest) || scan_skip(&rest, is_mark) || scan_skip(&rest, scan_is_quote))
        ;
    return used > 0 && rest.p == rest.end;
}

int house_number_compare(const struct house_number *a, const struct house_number *b)
{
    if (a->value != b->value)
        return a->value < b->value ? -1 : 1;
    return strcmp(a->order, b->order);
}
