/* The name of a street: its kind (улица, переулок...) apart from its name, and a key that all spellings of one street share.
 *
 * The key is the words of the name, folded (lower case, ё as е), ordinals as their digits («1-я», «1-ый»: 1), in the order of the alphabet,
 * so «1-я Парковая», «ул. Парковая 1-я» and «ПАРКОВАЯ 1 улица» have one key. Source of the kinds: classifier street_kind. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

enum { STREET_NAME_BYTES = 256, STREET_KIND_BYTES = 24 };

struct street_name {
    char kind[STREET_KIND_BYTES]; /* code of street_kind; "" when the text does not say («пр.» may be two things) */
    char name[STREET_NAME_BYTES]; /* without the word of the kind, as it was written */
    char key[STREET_NAME_BYTES];
    bool kind_alone; /* «ул.», «улица», «пер. ул.»: a name that is looked for, none to give; «Набережная» is one */
};

/* Takes the text apart; false when no word is left for a name, or it is longer than a name may be (out is then undefined). */
bool street_name_parse(const char *text, size_t len, struct street_name *out);
/* Does every word of `typed` begin a word of `key` of its own? Endings of adjectives may differ («по Садовой»: садовая). Both are keys. */
bool street_key_covers(const char *key, const char *typed);
/* Is the typed key this key but for endings of adjectives? */
bool street_key_inflected(const char *key, const char *typed);
/* Is the word (folded, without its dot) one that names a kind of street? `dot`: a dot follows it. */
bool street_kind_word(const char *word, bool dot);

/* The key of an organisation: folded words without quotes and signs, in their order. false when no word is there. */
bool company_key(const char *text, char *out, size_t size);
