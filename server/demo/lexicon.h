/* Search vectors without asking the database for each text: it is asked once for each distinct word, the vectors are put together here.
 * What comes out equals gorod_appeal_search() of db/migrations; tests/integration compares. */
#pragma once
#include "common/buf.h"
#include "db/pg.h"

struct lexicon;
struct lexicon *lexicon_new(struct pg *pg);
void lexicon_free(struct lexicon **l);

/* A vector that grows: parts with their weights, positions going on as tsvector's || lets them. */
struct vector {
    struct buf out;  /* text of a tsvector; the caller's to buf_init and buf_free */
    int base;        /* greatest position of the parts before this one */
    int position;    /* of the last word of this part */
    int last_lexeme; /* greatest position that bears a lexeme */
};

void vector_reset(struct vector *v);
/* The following words begin a new part. */
void vector_part(struct vector *v);
/* Adds the words of a text to the part; weight 'A'..'D'. */
bool vector_text(struct vector *v, struct lexicon *l, const char *text, char weight, struct err *err);
/* Adds a registration number "LETTERS-SERIAL/YY" without learning each one by heart. */
bool vector_number(struct vector *v, struct lexicon *l, const char *letters, int64_t serial, int year, char weight, struct err *err);
