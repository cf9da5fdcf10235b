/* A line of houses as a supplier publishes it or a dispatcher types it, taken apart without any register:
 *
 *   ул. Ленина 1-15 неч., 20, 22к2-30; Мира весь, кроме 7; дома УК «Уют» по Садовой; с. Чёбаково 5, 7
 *
 * `;` or a new line starts another street, a comma stays in the same one; a word before a number after a comma starts another street, too.
 * What is meant is never guessed in silence: every piece says how it was read, and a piece that is not understood is returned with its
 * place and the reason. A range whose ends have one parity takes that side of the street, ends of different parity take both, «подряд»
 * both, «чет.» and «неч.» as said; letters and fractions inside a range belong to it, which is for the register to find.
 *
 * No memory of the text is kept: everything is copied. Time grows with the text, memory is bounded by the limits below. */
#pragma once
#include "server/rules/house_number.h"

enum {
    LINE_PIECES_MAX = 4000, /* pieces of one line; what comes after is unread as a whole */
    LINE_RANGE_MAX = 2000,  /* numbers between the ends of a range */
    LINE_NAME_BYTES = 300,
};

enum line_kind {
    LINE_HOUSE, /* `from` */
    LINE_RANGE, /* from `from` to `to`; `open`: to the end of the street */
    LINE_WHOLE, /* the whole street, or one side of it */
};
enum line_side { SIDE_BOTH, SIDE_ODD, SIDE_EVEN };
/* Why the sides of a range are what they are. */
enum line_why {
    WHY_NOTHING,   /* no sides to speak of */
    WHY_SAID,      /* «неч.», «чет.» */
    WHY_ONE_SIDE,  /* the ends have one parity */
    WHY_TWO_SIDES, /* they have different ones */
    WHY_ALL_SAID,  /* «подряд» */
};

struct line_place {
    size_t at, len;                   /* where it is written, bytes */
    char settlement[LINE_NAME_BYTES]; /* as written, with its kind; "" when none was named for this street */
    char street[LINE_NAME_BYTES];     /* as written; "" for a village without streets, or when no street was named */
    char company[LINE_NAME_BYTES];    /* «УК "Уют"»; "" for none */
};

struct line_piece {
    size_t at, len, place; /* index of its place */
    enum line_kind kind;
    enum line_side side;
    enum line_why why;
    bool open, except, corpora; /* except: taken out («кроме 7»); corpora: with all corpora */
    size_t remark_at, remark_len;
    struct house_number from, to;
};

struct line_unread {
    size_t at, len;
    const char *reason; /* a name of reasons.def */
};

struct house_line {
    struct line_place *place;
    struct line_piece *piece;
    struct line_unread *unread;
    size_t places, pieces, unreads;
};

/* Never fails: what cannot be read stands in `unread`. Bytes that are no UTF-8 are read as signs. Free with house_line_free. */
void house_line_parse(const char *text, size_t len, struct house_line *out);
void house_line_free(struct house_line *line);
/* The number that stands for the range's place n: calls `each` for every whole number of a closed range that its side takes, ends as
 * written. A house is one number, a whole street and an open range have none. Stops when `each` answers false. */
void house_line_numbers(const struct line_piece *piece, bool (*each)(const struct house_number *number, void *arg), void *arg);
