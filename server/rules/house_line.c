#include "server/rules/house_line.h"
#include "server/rules/line_item.h"
#include "server/rules/settlement_name.h"
#include "server/rules/street_name.h"
#include <stdio.h>
#include <stdlib.h>

enum { HEAD_TOKENS_MAX = 16, WORD_BYTES = 64, DIGITS_MAX = 5 };

struct reader {
    struct house_line *out;
    const char *text;
    struct scan s; /* what is left of the segment */
    bool has_place, except;
    char settlement[LINE_NAME_BYTES];
    size_t piece_room, place_room, unread_room;
};

/* ---- what was read ---- */

static void *grown(void *array, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return array;
    *room = *room ? *room * 2 : 16;
    void *larger = realloc(array, *room * size);
    if (!larger)
        abort();
    return larger;
}

static bool is_gap(char c) { return c == ' ' || c == '\t' || c == '\r' || c == ',' || c == '.'; }

static void unread(struct reader *r, const char *begin, const char *end, const char *reason)
{
    while (end > begin && is_gap(end[-1]))
        end--;
    while (begin < end && is_gap(*begin))
        begin++;
    if (end == begin)
        return;
    r->out->unread = grown(r->out->unread, r->out->unreads, &r->unread_room, sizeof *r->out->unread);
    r->out->unread[r->out->unreads++] =
        (struct line_unread){.at = (size_t)(begin - r->text), .len = (size_t)(end - begin), .reason = reason};
}

static bool is_full(const struct reader *r) { return r->out->pieces + r->out->unreads >= LINE_PIECES_MAX; }

static void add_piece(struct reader *r, const char *begin, const char *end, const struct line_piece *piece)
{
    size_t from = (size_t)(begin - r->text);
    r->out->piece = grown(r->out->piece, r->out->pieces, &r->piece_room, sizeof *r->out->piece);
    struct line_piece *p = &r->out->piece[r->out->pieces++];
    *p = *piece;
    if (p->remark_len > 0)
        p->remark_at += from;
    while (begin < end && is_gap(*begin))
        begin++;
    while (end > begin && is_gap(end[-1]) && end[-1] != '.')
        end--;
    p->at = (size_t)(begin - r->text);
    p->len = (size_t)(end - begin);
    p->place = r->out->places - 1;
    p->except = r->except;
}

/* Copies a name without blanks at its ends; a longer one than names are is cut, and then found nowhere. */
static void copy(char out[LINE_NAME_BYTES], const char *begin, const char *end)
{
    while (begin < end && is_gap(*begin))
        begin++;
    while (end > begin && is_gap(end[-1]))
        end--;
    size_t len = (size_t)(end - begin);
    while (len >= LINE_NAME_BYTES || (len > 0 && begin + len < end && ((unsigned char)begin[len] & 0xC0) == 0x80))
        len = len >= LINE_NAME_BYTES ? LINE_NAME_BYTES - 1 : len - 1;
    memcpy(out, begin, len);
    out[len] = '\0';
}

static struct line_place *add_place(struct reader *r, const char *begin, const char *end)
{
    while (end > begin && is_gap(end[-1]))
        end--;
    r->out->place = grown(r->out->place, r->out->places, &r->place_room, sizeof *r->out->place);
    struct line_place *p = &r->out->place[r->out->places++];
    *p = (struct line_place){.at = (size_t)(begin - r->text), .len = (size_t)(end - begin)};
    snprintf(p->settlement, sizeof p->settlement, "%s", r->settlement);
    r->has_place = true;
    r->except = false;
    return p;
}

/* ---- pieces of a text ---- */

/* The next comma outside of brackets, or the end. */
static const char *chunk_end(struct scan s)
{
    int depth = 0;
    for (; s.p < s.end; s.p++) {
        if (*s.p == '(')
            depth++;
        else if (*s.p == ')' && depth > 0)
            depth--;
        else if (*s.p == ',' && depth == 0)
            return s.p;
    }
    return s.end;
}

static void skip_gaps(struct scan *s)
{
    while (s->p < s->end && (scan_blanks(s) || *s->p == ',' || *s->p == '.'))
        if (s->p < s->end && (*s->p == ',' || *s->p == '.'))
            s->p++;
}

/* «5 и 7»: the word between. */
static bool take_and(struct scan *s)
{
    struct scan at = *s;
    if (!scan_word(&at, "и") || !scan_blanks(&at))
        return false;
    *s = at;
    return true;
}

/* Is all of it houses? */
static bool is_items(const char *begin, const char *end)
{
    struct scan s = {begin, end};
    struct line_piece piece;
    const char *reason;
    bool any = false;
    for (;;) {
        skip_gaps(&s);
        if (s.p == s.end)
            return any;
        if (line_item_except(&s) || (any && take_and(&s)))
            continue;
        if (line_item_read(&s, &piece, &reason) != ITEM_READ)
            return false;
        any = true;
    }
}

/* The beginning of the next word: after blanks. */
static const char *next_token(const char *p, const char *end)
{
    struct scan s = {p, end};
    size_t n;
    int depth = 0;
    for (uint32_t cp; (cp = scan_peek(s, &n)) != 0; s.p += n) {
        if (cp == '(')
            depth++;
        else if (cp == ')' && depth > 0)
            depth--;
        else if (scan_is_blank(cp) && depth == 0)
            break;
    }
    scan_blanks(&s);
    return s.p;
}

/* A house begins here, but is wrong: a distance, a number too long to be one, or a number after a bracket. */
static bool is_wrong_house(const char *p, const char *begin, const char *end)
{
    struct scan s = {p, end};
    if (!scan_is_digit(scan_peek(s, NULL)))
        return false;
    const char *before = p;
    while (before > begin && before[-1] == ' ')
        before--;
    scan_skip(&s, scan_is_digit);
    bool too_long = s.p - p > DIGITS_MAX;
    return too_long || line_item_is_distance((struct scan){p, end}) || (before > begin && before[-1] == ')');
}

/* «15-1», «1-100000»: a range, though a wrong one. */
static bool is_wrong_range(const char *p, const char *end)
{
    struct scan s = {p, end};
    struct line_piece piece;
    const char *reason = "";
    return scan_is_digit(scan_peek(s, NULL)) && line_item_read(&s, &piece, &reason) == ITEM_BAD && strncmp(reason, "range", 5) == 0;
}

/* Where the houses begin: the first word from which on all is houses. `end` when none are there. */
static const char *houses_begin(const char *begin, const char *end, bool at_once)
{
    const char *p = begin;
    for (int i = 0; i < HEAD_TOKENS_MAX && p < end; i++) {
        if ((i > 0 || at_once) && (is_items(p, end) || is_wrong_range(p, end)))
            return p;
        if (i > 0 && is_wrong_house(p, begin, end))
            return p;
        p = next_token(p, end);
    }
    return end;
}

/* ---- the head of a segment: settlement, company, street ---- */

/* «г. Тутаев, », «с. Чёбаково »: up to a comma, the word of a street's kind, or the houses. */
static bool take_settlement(struct reader *r)
{
    struct scan at = r->s;
    if (!settlement_kind_take(&at))
        return false;
    const char *begin = r->s.p, *end = chunk_end(at), *houses = houses_begin(at.p, end, false);
    const char *stop = houses;
    for (const char *p = next_token(at.p, houses); p < houses; p = next_token(p, houses)) {
        struct scan s = {p, houses};
        char word[WORD_BYTES];
        if (scan_letters(&s, word, sizeof word) > 0 && street_kind_word(word, scan_peek(s, NULL) == '.')) {
            stop = p;
            break;
        }
    }
    copy(r->settlement, begin, stop);
    r->s.p = stop;
    skip_gaps(&r->s);
    return true;
}

/* The street's text; a settlement that stands in brackets after it is its own. */
static void set_street(struct line_place *p, const char *begin, const char *end)
{
    const char *open = memchr(begin, '(', (size_t)(end - begin)), *close = open ? memchr(open, ')', (size_t)(end - open)) : NULL;
    struct scan inside = {open ? open + 1 : end, close ? close : end};
    const char *from = inside.p;
    scan_blanks(&inside);
    if (close && settlement_kind_take(&inside)) {
        copy(p->settlement, from, close);
        copy(p->street, begin, open);
    } else {
        copy(p->street, begin, end);
    }
}

/* Words by which a company begins, after «дома». */
static bool at_company(struct scan s)
{
    static const char *const words[] = {"ук",  "ооо", "оао", "зао", "ао",  "пао", "муп", "гуп",        "мку",
                                        "мбу", "тсж", "тсн", "жск", "жэу", "жкх", "ип",  "управляющей"};
    char word[WORD_BYTES];
    scan_blanks(&s);
    if (scan_is_quote(scan_peek(s, NULL)))
        return true;
    scan_letters(&s, word, sizeof word);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(word, words[i]) == 0)
            return true;
    return false;
}

/* «дома УК "Уют" по Садовой»: all houses of a company, on one street or everywhere. */
static bool take_company(struct reader *r)
{
    struct scan at = r->s;
    scan_word(&at, "все");
    if (!scan_word(&at, "дома") || !at_company(at))
        return false;
    scan_blanks(&at);
    const char *begin = r->s.p, *end = chunk_end(at), *by = end;
    for (const char *p = next_token(at.p, end); p < end; p = next_token(p, end)) {
        struct scan s = {p, end};
        if (scan_word(&s, "по") && scan_blanks(&s)) {
            by = p;
            at.end = s.p; /* where the street begins */
            break;
        }
    }
    struct line_place *place = add_place(r, begin, end);
    struct line_piece whole = {.kind = LINE_WHOLE};
    copy(place->company, at.p, by);
    if (by < end)
        set_street(place, at.end, end);
    add_piece(r, begin, end, &whole);
    r->s.p = end;
    return true;
}

/* «вся улица Мира», «нечётная сторона ул. Ленина»: what is said first of the street that follows. */
static bool take_whole_first(struct reader *r)
{
    struct scan at = r->s;
    struct line_piece piece;
    const char *reason, *begin = r->s.p, *end = chunk_end(at);
    at.end = end;
    /* The street must not look like the rest of a piece: read up to every word, the longest first is not needed, for a whole has few. */
    for (const char *p = next_token(begin, end); p < end; p = next_token(p, end)) {
        struct scan head = {begin, p}, rest = {p, end};
        if (line_item_read(&head, &piece, &reason) != ITEM_READ || piece.kind != LINE_WHOLE)
            continue;
        skip_gaps(&head);
        scan_blanks(&rest);
        struct scan probe = rest;
        if (head.p != head.end || !scan_is_letter(scan_peek(rest, NULL)) || line_item_except(&probe))
            continue;
        struct scan longer = {begin, next_token(p, end)};
        struct line_piece more;
        if (line_item_read(&longer, &more, &reason) == ITEM_READ && longer.p >= next_token(p, end) - 1 && more.kind == LINE_WHOLE)
            continue;
        const char *stop = end;
        for (const char *q = next_token(p, end); q < end; q = next_token(q, end)) {
            struct scan word = {q, end};
            if (line_item_except(&word)) {
                stop = q;
                break;
            }
        }
        struct line_place *place = add_place(r, p, stop);
        set_street(place, p, stop);
        add_piece(r, begin, stop, &piece);
        r->s.p = stop;
        return true;
    }
    return false;
}

/* Takes the street and leaves the place at its houses; false: no street stands here, the houses begin at once. */
static bool take_street(struct reader *r)
{
    const char *begin = r->s.p, *end = chunk_end(r->s), *houses = houses_begin(begin, end, true);
    if (houses == begin)
        return false;
    set_street(add_place(r, begin, houses), begin, houses);
    r->s.p = houses;
    return true;
}

/* ---- the houses ---- */

/* Does another street begin here, after a comma? Whatever is a word and tells of no part of a house: numbers after it must not fall to the
 * street before. */
static bool at_street(struct scan s)
{
    scan_skip(&s, scan_is_quote);
    return scan_is_letter(scan_peek(s, NULL)) && !line_item_is_remark(s);
}

static const char *why_not(struct scan s) { return line_item_is_remark(s) ? "part_of_house" : "not_a_house"; }

/* Reads pieces until the segment ends or another street begins. */
static void read_items(struct reader *r)
{
    size_t before = r->out->pieces + r->out->unreads;
    const struct line_place place = r->out->place[r->out->places - 1];
    while (!is_full(r)) {
        skip_gaps(&r->s);
        if (r->s.p == r->s.end)
            break;
        const char *begin = r->s.p, *reason = "not_a_house";
        struct line_piece piece;
        if (line_item_except(&r->s)) {
            r->except = true;
            continue;
        }
        if (take_and(&r->s))
            continue;
        enum item_result result = line_item_read(&r->s, &piece, &reason);
        if (result == ITEM_READ) {
            add_piece(r, begin, r->s.p, &piece);
            continue;
        }
        if (result == ITEM_NOT && at_street(r->s))
            break;
        const char *end = chunk_end(r->s);
        unread(r, begin, end, result == ITEM_BAD ? reason : why_not(r->s));
        r->s.p = end;
    }
    if (!is_full(r) && before == r->out->pieces + r->out->unreads)
        unread(r, r->text + place.at, r->text + place.at + place.len, r->except ? "nothing_excepted" : "no_houses");
}

static void skip_prepositions(struct reader *r)
{
    struct scan at = r->s;
    if ((scan_word(&at, "по") || scan_word(&at, "на") || scan_word(&at, "в")) && scan_blanks(&at) && scan_is_letter(scan_peek(at, NULL)) &&
        !line_item_is_remark(r->s))
        r->s = at;
}

static void read_segment(struct reader *r, const char *begin, const char *end)
{
    r->s = (struct scan){begin, end};
    while (skip_gaps(&r->s), r->s.p < r->s.end && !is_full(r)) {
        const char *from = r->s.p;
        skip_prepositions(r);
        bool settled = take_settlement(r);
        bool placed = take_company(r) || take_whole_first(r);
        if (!placed && !take_street(r) && (settled || !r->has_place))
            add_place(r, from, settled ? r->s.p : from);
        if (!placed || (skip_gaps(&r->s), r->s.p < r->s.end))
            read_items(r);
        if (r->s.p == from) { /* nothing can be made of it */
            unread(r, from, chunk_end(r->s), "not_a_house");
            r->s.p = chunk_end(r->s);
        }
    }
}

void house_line_parse(const char *text, size_t len, struct house_line *out)
{
    struct reader r = {.out = out, .text = text};
    const char *end = text + len;
    *out = (struct house_line){0};
    for (const char *p = text; p < end;) {
        const char *stop = p;
        while (stop < end && *stop != ';' && *stop != '\n')
            stop++;
        if (is_full(&r)) {
            unread(&r, p, end, "too_many_pieces");
            return;
        }
        read_segment(&r, p, stop);
        if (is_full(&r) && r.s.p < r.s.end)
            unread(&r, r.s.p, r.s.end, "too_many_pieces");
        p = stop + 1;
    }
}

void house_line_free(struct house_line *line)
{
    free(line->place);
    free(line->piece);
    free(line->unread);
    *line = (struct house_line){0};
}

void house_line_numbers(const struct line_piece *p, bool (*each)(const struct house_number *number, void *arg), void *arg)
{
    if (p->kind == LINE_WHOLE || (p->kind == LINE_RANGE && p->open))
        return;
    if (p->kind == LINE_HOUSE) {
        each(&p->from, arg);
        return;
    }
    for (int32_t n = p->from.value; n <= p->to.value; n++) {
        struct house_number number = {.value = n};
        if ((p->side == SIDE_ODD && !(n & 1)) || (p->side == SIDE_EVEN && (n & 1)))
            continue;
        snprintf(number.text, sizeof number.text, "%d", (int)n);
        const struct house_number *one = n == p->from.value && *p->from.order ? &p->from
                                         : n == p->to.value && *p->to.order   ? &p->to
                                                                              : &number;
        if (!each(one, arg))
            return;
    }
}
