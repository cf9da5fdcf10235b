/* What house.parse and house.resolve share: a line taken apart, and how its pieces are told to people. */
#pragma once
#include "server/ops/op.h"
#include "server/rules/house_line.h"

enum { LINE_CHARACTERS_MAX = 60000, LINE_HOUSES_MAX = 10000 };

/* The rows that a line begins with in both operations. */
#define LINE_PARAM                                                                                                                         \
    {                                                                                                                                      \
        "line", P_TEXT, PF_REQUIRED, LINE_CHARACTERS_MAX, NULL, NULL, {"Улицы и дома", "Streets and houses"}, NULL                         \
    }

/* Places of a text in characters, asked in rising order of bytes: counting goes on from the place before. */
struct line_ruler {
    const char *text;
    size_t byte, character;
};
size_t line_character(struct line_ruler *ruler, size_t byte);

/* "text", "at" and "length" (characters) of a part of the line. */
void line_write_place(struct call *c, struct line_ruler *ruler, size_t at, size_t len);
/* How a piece was read, a sentence in the reader's language; lives in the arena. */
const char *line_reading(struct call *c, const char *text, const struct line_piece *piece);
/* "pieces": each with its place, reading and, where `houses` is given, how many houses it has in the register. */
void line_write_pieces(struct call *c, const char *text, const struct house_line *line, const int *houses);
/* The error of a text with a piece that cannot be taken: names the piece and why. Returns false. */
bool line_refuse(struct call *c, const char *field, const char *text, size_t at, size_t len, const char *reason);
/* An element of "unread": place, reason, reason_text. */
void line_write_unread(struct call *c, struct line_ruler *ruler, size_t at, size_t len, const char *reason);

/* ---- places found in the register (house_places.c) ---- */

struct line_candidate {
    int64_t id;
    const char *text, *settlement;
};
/* What a place of the line is in the register. */
struct line_found {
    int64_t street_id, settlement_id, company_id; /* 0: none; a village without streets has a settlement alone */
    const char *reason;                           /* why it is not found, or what is to be chosen; NULL: found */
    const char *read_as;                          /* the street's own name where it was not written so; NULL */
    const struct line_candidate *candidate;       /* to choose from */
    size_t candidates;
};
/* Finds all places of the line: *found has an element for each, in the arena. */
bool line_find_places(struct call *c, const struct house_line *line, struct line_found **found);
