/* Where it is, as a caller says it: «Ленина 12 кв 5», «г. Тутаев, ул. 1-я Парковая, 3а». A house of the register is found in it where there
 * is one. */
#include "common/arena.h"
#include "server/ops/house.h"
#include "server/ops/incident.h"
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

const char *incident_flat(struct call *c, const char *place)
{
    const char *p = flat_in(place);
    p = p ? p + strcspn(p, "0123456789") : NULL;
    return p && *p ? arena_strndup(c->arena, p, strcspn(p, " ,;")) : NULL;
}

/* Street and number divided at `at`; a settlement stands before a comma in front of the street. */
static bool try_house(struct call *c, const char *place, const char *at, const char *end, int64_t *house)
{
    struct house_found found;
    const char *comma = memchr(place, ',', (size_t)(at - place));
    bool named = comma && *trimmed(c, comma, at);
    struct house_text text = {.settlement = named ? trimmed(c, place, comma) : NULL,
                              .street = trimmed(c, named ? comma : place, at),
                              .number = trimmed(c, at, end)};
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

bool incident_house_in(struct call *c, const char *place, int64_t *house)
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
