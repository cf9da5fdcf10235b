#include "server/rules/street_name.h"
#include "server/rules/scan.h"
#include <stdio.h>
#include <stdlib.h>

enum { WORDS_MAX = 24, WORD_BYTES = 64 };

/* How sure a word is of being the kind: an abbreviation always is, «улица» nearly so, «набережная» may be the name itself. */
enum sureness { SURE_NOT, SURE_WORD, SURE_STREET, SURE_SHORT, SURE_DOT_ONLY };

static const struct {
    const char *word, *kind;
    enum sureness sure;
} kind_words[] = {
    {"улица", "street", SURE_STREET},
    {"улице", "street", SURE_STREET},
    {"улицы", "street", SURE_STREET},
    {"ул", "street", SURE_SHORT},
    {"у", "street", SURE_DOT_ONLY},
    {"переулок", "lane", SURE_WORD},
    {"переулке", "lane", SURE_WORD},
    {"переулку", "lane", SURE_WORD},
    {"пер", "lane", SURE_SHORT},
    {"проспект", "avenue", SURE_WORD},
    {"проспекту", "avenue", SURE_WORD},
    {"просп", "avenue", SURE_SHORT},
    {"пр-кт", "avenue", SURE_SHORT},
    {"пр-т", "avenue", SURE_SHORT},
    {"проезд", "drive", SURE_WORD},
    {"проезду", "drive", SURE_WORD},
    {"пр-д", "drive", SURE_SHORT},
    {"пр", "", SURE_SHORT},
    {"площадь", "square", SURE_WORD},
    {"площади", "square", SURE_WORD},
    {"пл", "square", SURE_SHORT},
    {"бульвар", "boulevard", SURE_WORD},
    {"бульвару", "boulevard", SURE_WORD},
    {"б-р", "boulevard", SURE_SHORT},
    {"бул", "boulevard", SURE_SHORT},
    {"шоссе", "highway", SURE_WORD},
    {"ш", "highway", SURE_DOT_ONLY},
    {"набережная", "embankment", SURE_WORD},
    {"набережной", "embankment", SURE_WORD},
    {"наб", "embankment", SURE_SHORT},
    {"тупик", "dead_end", SURE_WORD},
    {"туп", "dead_end", SURE_SHORT},
    {"квартал", "quarter", SURE_WORD},
    {"кв-л", "quarter", SURE_SHORT},
    {"микрорайон", "district_of_town", SURE_WORD},
    {"мкр", "district_of_town", SURE_SHORT},
    {"мкрн", "district_of_town", SURE_SHORT},
    {"м-н", "district_of_town", SURE_SHORT},
    {"дорога", "road", SURE_WORD},
    {"дор", "road", SURE_DOT_ONLY},
    {"линия", "line", SURE_WORD},
    {"линии", "line", SURE_WORD},
    {"аллея", "alley", SURE_WORD},
    {"аллее", "alley", SURE_WORD},
    {"ал", "alley", SURE_DOT_ONLY},
    {"тракт", "tract", SURE_WORD},
    {"остров", "island", SURE_WORD},
    {"снт", "territory", SURE_SHORT},
    {"днт", "territory", SURE_SHORT},
    {"тсн", "territory", SURE_SHORT},
    {"гск", "garages", SURE_SHORT},
    {"территория", "territory", SURE_WORD},
    {"тер", "territory", SURE_SHORT},
};

static int kind_of(const char *word, bool dot)
{
    for (size_t i = 0; i < sizeof kind_words / sizeof *kind_words; i++)
        if (strcmp(kind_words[i].word, word) == 0 && (dot || kind_words[i].sure != SURE_DOT_ONLY))
            return (int)i;
    return -1;
}

bool street_kind_word(const char *word, bool dot)
{
    int i = kind_of(word, dot);
    return i >= 0 && kind_words[i].sure != SURE_WORD;
}

/* ---- taking apart ---- */

/* A piece between blanks, dots and commas; hyphens stay inside. */
struct token {
    const char *begin, *end;
    char folded[WORD_BYTES];
    int kind; /* row of kind_words, -1 */
};

static bool is_between(uint32_t cp) { return scan_is_blank(cp) || cp == '.' || cp == ',' || cp == '\n' || scan_is_quote(cp); }

static size_t tokens_of(const char *text, size_t len, struct token token[])
{
    struct scan s = {text, text + len};
    size_t count = 0, n;
    for (;;) {
        scan_skip(&s, is_between);
        if (s.p == s.end)
            return count;
        if (count == WORDS_MAX)
            return WORDS_MAX + 1;
        struct token *t = &token[count++];
        size_t used = 0;
        *t = (struct token){.begin = s.p};
        for (uint32_t cp; (cp = scan_peek(s, &n)) != 0 && !is_between(cp); s.p += n) {
            char bytes[4];
            size_t k = utf8_encode(scan_is_dash(cp) ? '-' : cp, bytes);
            if (used + k < sizeof t->folded) {
                memcpy(t->folded + used, bytes, k);
                used += k;
            }
        }
        t->folded[used] = '\0';
        t->end = s.p;
        t->kind = kind_of(t->folded, scan_peek(s, NULL) == '.');
    }
}

/* Which token names the kind: the surest, of equals the last («Набережная улица», «Новая площадь»); -1 for none. */
static int kind_token(const struct token token[], size_t count)
{
    int best = -1;
    enum sureness sure = SURE_NOT;
    for (size_t i = 0; i < count; i++)
        if (token[i].kind >= 0 && kind_words[token[i].kind].sure >= sure && count > 1) {
            sure = kind_words[token[i].kind].sure;
            best = (int)i;
        }
    return best;
}

/* Are all words such as name a kind and nothing else? */
static bool is_kind_alone(const struct token token[], size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (token[i].kind < 0 || kind_words[token[i].kind].sure == SURE_WORD)
            return false;
    return true;
}

/* ---- the key ---- */

struct words {
    char word[WORDS_MAX][WORD_BYTES];
    size_t count;
};

static bool is_ordinal_ending(const char *s)
{
    static const char *const endings[] = {"я", "й", "го", "ая", "ый", "ий", "ой", "е", "ое", "ого", "му", "ому", "ю", "ую", "ом", "х"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (strcmp(s, endings[i]) == 0)
            return true;
    return false;
}

/* «1-я» and «1я» are 1; other hyphens part words. */
static void add_words(struct words *w, const char *token)
{
    size_t digits = strspn(token, "0123456789");
    const char *rest = token + digits + (token[digits] == '-');
    bool ordinal = digits > 0 && is_ordinal_ending(rest);
    struct scan s = {token, ordinal ? token + digits : token + strlen(token)};
    while (s.p < s.end && w->count < WORDS_MAX) {
        char *out = w->word[w->count];
        size_t used = 0, n;
        uint32_t cp;
        while ((cp = scan_peek(s, &n)) != 0 && !utf8_is_word(cp))
            s.p += n;
        for (; (cp = scan_peek(s, &n)) != 0 && utf8_is_word(cp); s.p += n)
            if (used + 4 < WORD_BYTES)
                used += utf8_encode(cp, out + used);
        out[used] = '\0';
        if (used > 0 && strcmp(out, "им") != 0 && strcmp(out, "имени") != 0)
            w->count++;
    }
}

static int by_text(const void *a, const void *b) { return strcmp(a, b); }

static bool join(const struct words *w, char *out, size_t size)
{
    size_t len = 0;
    out[0] = '\0';
    for (size_t i = 0; i < w->count; i++) {
        len += (size_t)snprintf(out + len, size - len, "%s%s", i ? " " : "", w->word[i]);
        if (len >= size)
            return false;
    }
    return w->count > 0;
}

/* «тер. СНТ Берёзка» says its kind twice. */
static bool names_kind(const struct token *t, int kind, int row)
{
    return row == kind || (kind >= 0 && t[row].kind >= 0 && kind_words[t[row].kind].sure == SURE_SHORT &&
                           strcmp(kind_words[t[row].kind].kind, kind_words[t[kind].kind].kind) == 0);
}

/* The name as written: tokens without those of the kind, one blank between; dots and quotes between others stay. */
static bool write_name(const struct token token[], size_t count, int kind, char *out, size_t size)
{
    size_t len = 0;
    out[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        if (names_kind(token, kind, (int)i))
            continue;
        size_t n = (size_t)(token[i].end - token[i].begin);
        bool dot = *token[i].end == '.' && i + 1 < count; /* «А.» of initials */
        if (len + n + 3 > size)
            return false;
        if (len > 0)
            out[len++] = ' ';
        memcpy(out + len, token[i].begin, n);
        len += n;
        if (dot)
            out[len++] = '.';
        out[len] = '\0';
    }
    return len > 0;
}

bool street_name_parse(const char *text, size_t len, struct street_name *out)
{
    struct token token[WORDS_MAX];
    struct words words = {.count = 0};
    size_t count = tokens_of(text, len, token);
    if (count == 0 || count > WORDS_MAX)
        return false;
    int kind = kind_token(token, count);
    *out = (struct street_name){.kind = "", .kind_alone = is_kind_alone(token, count)};
    if (kind >= 0)
        snprintf(out->kind, sizeof out->kind, "%s", kind_words[token[kind].kind].kind);
    for (size_t i = 0; i < count; i++)
        if (!names_kind(token, kind, (int)i))
            add_words(&words, token[i].folded);
    qsort(words.word, words.count, sizeof words.word[0], by_text);
    return join(&words, out->key, sizeof out->key) && write_name(token, count, kind, out->name, sizeof out->name);
}

/* ---- likeness ---- */

static void split(const char *key, struct words *w)
{
    w->count = 0;
    while (*key && w->count < WORDS_MAX) {
        size_t n = strcspn(key, " ");
        snprintf(w->word[w->count++], WORD_BYTES, "%.*s", (int)(n < WORD_BYTES ? n : WORD_BYTES - 1), key);
        key += n + (key[n] == ' ');
    }
}

/* The word without the ending of an adjective: садовая, садовой, садовую -> садов. Short words stay whole. */
static size_t stem_bytes(const char *word)
{
    static const char *const endings[] = {"ая",  "яя",  "ой",  "ей",  "ую", "юю", "ый", "ий",
                                          "ому", "ему", "ого", "его", "ым", "им", "ом", "ем"};
    enum { STEM_MIN = 6 }; /* three letters */
    size_t len = strlen(word);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t n = strlen(endings[i]);
        if (len >= n + STEM_MIN && strcmp(word + len - n, endings[i]) == 0)
            return len - n;
    }
    return len;
}

static bool same_stem(const char *a, const char *b)
{
    size_t n = stem_bytes(a), m = stem_bytes(b);
    return n == m && memcmp(a, b, n) == 0 && (strcmp(a, b) == 0 || (n < strlen(a) && m < strlen(b)));
}

static bool each_matches(const char *key, const char *typed, bool whole)
{
    struct words of_key, of_typed;
    bool used[WORDS_MAX] = {false};
    split(key, &of_key);
    split(typed, &of_typed);
    if (of_typed.count == 0 || (whole && of_key.count != of_typed.count))
        return false;
    for (size_t i = 0; i < of_typed.count; i++) {
        const char *word = of_typed.word[i];
        bool number = strspn(word, "0123456789") == strlen(word);
        size_t k = 0;
        while (k < of_key.count &&
               (used[k] || !(same_stem(of_key.word[k], word) || (!whole && !number && strncmp(of_key.word[k], word, strlen(word)) == 0))))
            k++;
        if (k == of_key.count)
            return false;
        used[k] = true;
    }
    return true;
}

bool street_key_covers(const char *key, const char *typed) { return each_matches(key, typed, false); }
bool street_key_inflected(const char *key, const char *typed) { return each_matches(key, typed, true); }

bool company_key(const char *text, char *out, size_t size)
{
    struct scan s = {text, text + strlen(text)};
    size_t used = 0, n;
    bool gap = false;
    for (uint32_t cp; (cp = scan_peek(s, &n)) != 0; s.p += n) {
        if (!utf8_is_word(cp)) {
            gap = used > 0;
            continue;
        }
        if (used + 6 > size)
            return false;
        if (gap)
            out[used++] = ' ';
        gap = false;
        used += utf8_encode(cp, out + used);
    }
    out[used] = '\0';
    return used > 0;
}
