/* house.parse: a line of houses taken apart, without the register. */
#include "common/arena.h"
#include "common/utf8.h"
#include "server/ops/helpers.h"
#include "server/ops/house_line.h"
#include "server/ops/tables.h"
#include <string.h>

/* ---- telling ---- */

size_t line_character(struct line_ruler *r, size_t byte)
{
    if (byte < r->byte)
        r->byte = r->character = 0;
    r->character += utf8_count(r->text + r->byte, byte - r->byte);
    r->byte = byte;
    return r->character;
}

void line_write_place(struct call *c, struct line_ruler *ruler, size_t at, size_t len)
{
    jw_key(c->out, "text");
    jw_string_n(c->out, ruler->text + at, len);
    jw_kint(c->out, "at", (int64_t)line_character(ruler, at));
    jw_kint(c->out, "length", (int64_t)utf8_count(ruler->text + at, len));
}

void line_write_unread(struct call *c, struct line_ruler *ruler, size_t at, size_t len, const char *reason)
{
    jw_object(c->out);
    line_write_place(c, ruler, at, len);
    jw_kstring(c->out, "reason", reason);
    jw_kstring(c->out, "reason_text", err_reason_text(reason, c->user->lang));
    jw_object_end(c->out);
}

bool line_refuse(struct call *c, const char *field, const char *text, size_t at, size_t len, const char *reason)
{
    enum { SHOWN_BYTES = 200 };
    size_t n = len < SHOWN_BYTES ? len : SHOWN_BYTES;
    while (n < len && n > 0 && ((unsigned char)text[at + n] & 0xC0) == 0x80)
        n--;
    return err_field(c->err, field, reason, "«%.*s»: %s", (int)n, text + at, err_reason_text(reason, c->user->lang));
}

static const char *const kind_names[] = {"house", "range", "whole"}, *const side_names[] = {"both", "odd", "even"},
                         *const why_names[] = {"", "said", "one_side", "two_sides", "all_said"};

static const struct {
    enum line_kind kind;
    enum line_side side;
    enum line_why why;
    const char *text[2];
} readings[] = {
    {LINE_HOUSE, SIDE_BOTH, WHY_NOTHING, {"дом", "a house"}},
    {LINE_RANGE, SIDE_BOTH, WHY_NOTHING, {"все дома между ними", "all houses between"}},
    {LINE_RANGE, SIDE_ODD, WHY_SAID, {"нечётные, как сказано", "odd, as said"}},
    {LINE_RANGE, SIDE_EVEN, WHY_SAID, {"чётные, как сказано", "even, as said"}},
    {LINE_RANGE, SIDE_ODD, WHY_ONE_SIDE, {"нечётная сторона: оба конца нечётные", "the odd side: both ends are odd"}},
    {LINE_RANGE, SIDE_EVEN, WHY_ONE_SIDE, {"чётная сторона: оба конца чётные", "the even side: both ends are even"}},
    {LINE_RANGE, SIDE_BOTH, WHY_TWO_SIDES, {"обе стороны: концы разной чётности", "both sides: the ends have different parity"}},
    {LINE_RANGE, SIDE_BOTH, WHY_ALL_SAID, {"обе стороны, подряд", "both sides, one after another"}},
    {LINE_WHOLE, SIDE_BOTH, WHY_NOTHING, {"все дома", "all houses"}},
    {LINE_WHOLE, SIDE_BOTH, WHY_ALL_SAID, {"все дома", "all houses"}},
    {LINE_WHOLE, SIDE_ODD, WHY_SAID, {"вся нечётная сторона", "the whole odd side"}},
    {LINE_WHOLE, SIDE_EVEN, WHY_SAID, {"вся чётная сторона", "the whole even side"}},
};

const char *line_reading(struct call *c, const char *text, const struct line_piece *p)
{
    static const char *const open_texts[] = {", до конца улицы", ", to the end of the street"},
                             *const corpora_texts[] = {" со всеми корпусами", " with all corpora"},
                             *const except_texts[] = {"кроме: ", "except: "}, *const remark_texts[] = {"примечание", "a remark"};
    enum lang lang = c->user->lang;
    const char *said = readings[0].text[lang];
    for (size_t i = 0; i < sizeof readings / sizeof *readings; i++)
        if (readings[i].kind == p->kind && readings[i].side == p->side && readings[i].why == p->why)
            said = readings[i].text[lang];
    const char *all = arena_printf(c->arena, "%s%s%s%s", p->except ? except_texts[lang] : "", said, p->open ? open_texts[lang] : "",
                                   p->corpora ? corpora_texts[lang] : "");
    if (p->remark_len == 0)
        return all;
    return arena_printf(c->arena, "%s; «%.*s» - %s", all, (int)p->remark_len, text + p->remark_at, remark_texts[lang]);
}

void line_write_pieces(struct call *c, const char *text, const struct house_line *line, const int *houses)
{
    struct line_ruler ruler = {.text = text};
    jw_key(c->out, "pieces");
    jw_array(c->out);
    for (size_t i = 0; i < line->pieces; i++) {
        const struct line_piece *p = &line->piece[i];
        jw_object(c->out);
        line_write_place(c, &ruler, p->at, p->len);
        jw_kint(c->out, "place", (int64_t)p->place);
        jw_kstring(c->out, "kind", kind_names[p->kind]);
        jw_kstring(c->out, "side", side_names[p->side]);
        jw_kstring(c->out, "side_by", why_names[p->why]);
        if (p->kind != LINE_WHOLE)
            jw_kstring(c->out, "from", p->from.text);
        if (p->kind == LINE_RANGE && !p->open)
            jw_kstring(c->out, "to", p->to.text);
        jw_kbool(c->out, "except", p->except);
        jw_kstring(c->out, "reading", line_reading(c, text, p));
        if (houses)
            jw_kint(c->out, "houses", houses[i]);
        jw_object_end(c->out);
    }
    jw_array_end(c->out);
}

/* ---- the operation ---- */

struct numbers {
    struct call *c;
    const struct house_line *line;
    const struct line_piece *piece;
    size_t written;
};

static bool is_excepted(const struct numbers *n, const struct house_number *number)
{
    for (size_t i = 0; i < n->line->pieces; i++) {
        const struct line_piece *p = &n->line->piece[i];
        if (!p->except || p->place != n->piece->place)
            continue;
        bool side = p->side == SIDE_BOTH || (number->value & 1) == (p->side == SIDE_ODD);
        if (p->kind == LINE_HOUSE ? strcmp(p->from.text, number->text) == 0
                                  : side && (p->kind == LINE_WHOLE ||
                                             (house_number_compare(number, &p->from) >= 0 && (p->open || number->value <= p->to.value))))
            return true;
    }
    return false;
}

static bool write_number(const struct house_number *number, void *arg)
{
    struct numbers *n = arg;
    const struct line_place *place = &n->line->place[n->piece->place];
    if (n->written == LINE_HOUSES_MAX)
        return false;
    if (is_excepted(n, number))
        return true;
    n->written++;
    jw_object(n->c->out);
    jw_kstring(n->c->out, "street", place->street);
    if (*place->settlement)
        jw_kstring(n->c->out, "settlement", place->settlement);
    jw_kstring(n->c->out, "number", number->text);
    jw_object_end(n->c->out);
    return true;
}

/* Numbers of the pieces; the first piece that has no room left is told with all that follow. */
static size_t write_houses(struct call *c, const struct house_line *line)
{
    struct numbers n = {.c = c, .line = line};
    size_t i = 0;
    jw_key(c->out, "houses");
    jw_array(c->out);
    for (; i < line->pieces && n.written < LINE_HOUSES_MAX; i++) {
        n.piece = &line->piece[i];
        if (!n.piece->except)
            house_line_numbers(n.piece, write_number, &n);
    }
    jw_array_end(c->out);
    return n.written < LINE_HOUSES_MAX ? line->pieces : i;
}

static bool house_parse(struct call *c)
{
    const char *text = arg_str(c, "line");
    struct house_line line;
    house_line_parse(text, strlen(text), &line);
    struct line_ruler ruler = {.text = text};
    jw_object(c->out);
    size_t told = write_houses(c, &line);
    line_write_pieces(c, text, &line, NULL);
    jw_key(c->out, "places");
    jw_array(c->out);
    for (size_t i = 0; i < line.places; i++) {
        jw_object(c->out);
        line_write_place(c, &ruler, line.place[i].at, line.place[i].len);
        jw_kstring(c->out, "settlement", line.place[i].settlement);
        jw_kstring(c->out, "street", line.place[i].street);
        jw_kstring(c->out, "company", line.place[i].company);
        jw_object_end(c->out);
    }
    jw_array_end(c->out);
    jw_key(c->out, "unread");
    jw_array(c->out);
    for (size_t i = 0; i < line.unreads; i++)
        line_write_unread(c, &ruler, line.unread[i].at, line.unread[i].len, line.unread[i].reason);
    if (told < line.pieces)
        line_write_unread(c, &ruler, line.piece[told].at, strlen(text) - line.piece[told].at, "too_many_houses");
    jw_array_end(c->out);
    jw_object_end(c->out);
    house_line_free(&line);
    return true;
}

static const struct op_param parse_params[] = {LINE_PARAM, {.name = NULL}};

const struct op house_parse_ops[] = {
    {"house.parse",
     R_ANY,
     OP_NO_DB,
     {"Разобрать строку домов (без реестра)", "Take a line of houses apart (without the register)"},
     parse_params,
     house_parse},
    {.method = NULL},
};
