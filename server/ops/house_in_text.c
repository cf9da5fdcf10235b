/* Where it is, as a caller says it: «Ленина 12 кв 5», «г. Тутаев, ул. 1-я Парковая, 3а». A house of the register is found in it where there
 * is one. */
#include "common/arena.h"
#include "server/ops/house.h"
#include <ctype.h>
#include <string.h>

enum { TRIES_MAX = 4 };

static const char *trimmed(struct call *c, const char *from, const char *to)
{
    while (from < to && strchr(" ,\t", *from))
        from++;
    while (to > from && strchr(" ,\t", to[-1]))
        to--;
    return arena_strndup(c->arena, from, (size_t)(to - from));
}

/* Where the flat is named: the rest of the text, from the sign before it. NULL when it is not. */
static const char *flat_in(const char *place)
{
    static const char *const signs[] = {"кв.", "кв ", "квартира", "Кв.", "Кв ", "КВ", "Квартира"};
    const char *found = NULL;
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        const char *p = strstr(place, signs[i]);
        if (p && p > place && strchr(" ,.", p[-1]) && (!found || p < found))
            found = p;
    }
    return found;
}

const char *house_flat_in_text(struct call *c, const char *place)
{
    const char *p = flat_in(place);
    p = p ? p + strcspn(p, "0123456789") : NULL;
    return p && *p ? arena_strndup(c->arena, p, strcspn(p, " ,;")) : NULL;
}

/* The last part of a text that its commas divide; *end becomes where the parts before it end. */
static const char *last_part(struct call *c, const char *from, const char **end)
{
    const char *to = *end;
    while (to > from && strchr(" ,\t", to[-1]))
        to--;
    const char *comma = memrchr(from, ',', (size_t)(to - from));
    *end = comma ? comma : from;
    return trimmed(c, *end, to);
}

/* Where the street ends: before the word that says that a number follows («ул. Ленина, д. 12»). */
static const char *without_word(const char *from, const char *to)
{
    static const char *const words[] = {"д.", "Д.", "д", "дом", "Дом", "№"};
    const char *end = to;
    while (end > from && strchr(" ,\t", end[-1]))
        end--;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = strlen(words[i]);
        if ((size_t)(end - from) > n && memcmp(end - n, words[i], n) == 0 && strchr(" ,\t", end[-(ptrdiff_t)n - 1]))
            return end - n;
    }
    return to;
}

/* Street and number divided at `at`; the settlement is the part in front of the street, what stands before it (region, index) is not looked
 * at. */
static bool try_house(struct call *c, const char *place, const char *at, const char *end, int64_t *house)
{
    struct house_found found;
    const char *before = without_word(place, at), *street = last_part(c, place, &before),
               *settlement = before > place ? last_part(c, place, &before) : NULL;
    struct house_text text = {.settlement = settlement, .street = street, .number = trimmed(c, at, end)};
    if (!*text.street || !*text.number)
        return true;
    if (house_find(c, &text, MAKE_NOTHING, &found)) {
        *house = found.id;
        return true;
    }
    /* That it is no house of the register is no fault: any place may be told in words. */
    bool said = c->err->code == ERR_PARAMS;
    if (said)
        *c->err = (struct err){.code = ERR_OK};
    return said;
}

bool house_in_text(struct call *c, const char *place, int64_t *house)
{
    const char *end = flat_in(place);
    int tries = 0;
    *house = 0;
    if (!end)
        end = place + strlen(place);
    /* From the right: the number is the last that begins with a digit, save for what belongs to it (12 к.2). */
    for (const char *p = end; p > place && tries < TRIES_MAX && !*house; p--) {
        if (!isdigit((unsigned char)*p) || p == end || !strchr(" ,.", p[-1]))
            continue;
        tries++;
        if (!try_house(c, place, p, end, house))
            return false;
    }
    return true;
}
