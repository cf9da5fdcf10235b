/* A line of houses as somebody pastes it: every piece lies inside of the text, says how it was read, and costs what it may. */
#include "server/rules/house_line.h"
#include "server/rules/settlement_name.h"
#include "server/rules/street_name.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { NUMBERS_MAX = LINE_RANGE_MAX + 1 };

struct counted {
    const struct line_piece *piece;
    int count;
};

/* A canonical form is its own canonical form. */
static void check_number(const struct house_number *n)
{
    struct house_number again;
    assert(memchr(n->text, '\0', sizeof n->text) && memchr(n->order, '\0', sizeof n->order));
    assert(*n->text && n->value >= 0 && n->value <= HOUSE_VALUE_MAX);
    assert(house_number_whole(n->text, &again) && strcmp(again.text, n->text) == 0 && house_number_compare(&again, n) == 0);
}

static bool count(const struct house_number *n, void *arg)
{
    struct counted *c = arg;
    check_number(n);
    assert(++c->count <= NUMBERS_MAX);
    return true;
}

static void check_piece(const struct house_line *line, const struct line_piece *p, size_t size)
{
    struct counted counted = {.piece = p};
    assert(p->at <= size && p->len <= size - p->at && p->place < line->places);
    assert(p->remark_at <= size && p->remark_len <= size - p->remark_at);
    if (p->kind != LINE_WHOLE)
        check_number(&p->from);
    if (p->kind == LINE_RANGE && !p->open) {
        check_number(&p->to);
        assert(p->from.value <= p->to.value && p->to.value - p->from.value <= LINE_RANGE_MAX);
    }
    house_line_numbers(p, count, &counted);
}

static void check_place(const struct line_place *p, size_t size)
{
    struct street_name street;
    struct settlement_name settlement;
    char district[SETTLEMENT_NAME_BYTES], key[LINE_NAME_BYTES * 3];
    assert(p->at <= size && p->len <= size - p->at);
    assert(memchr(p->street, '\0', sizeof p->street) && memchr(p->settlement, '\0', sizeof p->settlement) &&
           memchr(p->company, '\0', sizeof p->company));
    if (street_name_parse(p->street, strlen(p->street), &street))
        assert(*street.key && *street.name && street_key_covers(street.key, street.key) && street_key_inflected(street.key, street.key));
    settlement_name_parse(p->settlement, strlen(p->settlement), &settlement);
    district_name(p->street, district, sizeof district);
    company_key(p->company, key, sizeof key);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct house_line line;
    char *text = malloc(size ? size : 1); /* without a zero byte after it: reading on would show */
    if (!text)
        abort();
    memcpy(text, data, size);
    house_line_parse(text, size, &line);
    assert(line.pieces <= LINE_PIECES_MAX && line.unreads <= LINE_PIECES_MAX + 2);
    for (size_t i = 0; i < line.pieces; i++)
        check_piece(&line, &line.piece[i], size);
    for (size_t i = 0; i < line.places; i++)
        check_place(&line.place[i], size);
    for (size_t i = 0; i < line.unreads; i++)
        assert(line.unread[i].len > 0 && line.unread[i].at <= size && line.unread[i].len <= size - line.unread[i].at &&
               *line.unread[i].reason);
    house_line_free(&line);
    free(text);
    return 0;
}
