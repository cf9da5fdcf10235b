/* Values and their words: classifiers, states of records, lists of an operation. Read from the server once, when first needed. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct word {
    const char *code, *label, *parent;
    const char *also; /* other words that people find it by */
    bool final;   /* states: nothing follows */
    bool retired; /* classifiers: still shown, no longer chosen */
};
struct words {
    const char *name;
    struct word *items;
    size_t count;
    bool ready;  /* false: asked for, not here yet */
    bool absent; /* the server has no such classifier */
};

/* A classifier ("topic") or the states of a record ("state:appeal"). Never NULL; not ready at first. */
const struct words *words_get(const char *name);
/* The word for a code, the code itself when unknown (or not yet here). Borrowed. */
const char *words_label(const char *name, const char *code);
/* Is this state of a record its end? */
bool words_is_final(const char *name, const char *code);
/* Grows with every answer: what was laid out with an older number may show codes for words. */
unsigned words_generation(void);
/* Forgets everything: another language. */
void words_reset(void);
/* Words of values that are in no classifier (correspondent kinds, link kinds, reasons): English msgids of this program.
 * Returns the code itself when there are none. */
const char *words_own(const char *code);
