/* The number of a house: one canonical form for all spellings, so that one house is one row.
 *
 * NUMBER[LETTER][/FRACTION][ кN][ стрN][ влN][ дубльN], letters in upper case, no blanks inside a part: «12, к. 2», «12 корп.2» and «12к2»
 * are «12 к2», a part that is a letter keeps its dot («12 к.В»); «12-а» and «12 лит. А» are «12А»; «12\3» is «12/3»; «№12.» is «12». A
 * house without a number is «б/н», an ownership without a building «вл5». Latin letters that look like Russian ones are taken for them.
 * Source: classifiers of address designators (docs/users.md, "Номера домов"). */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HOUSE_VALUE_MAX = 99999, HOUSE_NUMBER_BYTES = 96, HOUSE_ORDER_BYTES = 128, HOUSE_PART_BYTES = 16 };

struct house_number {
    char text[HOUSE_NUMBER_BYTES]; /* the canonical form */
    char order[HOUSE_ORDER_BYTES]; /* sorts naturally, byte by byte, among numbers of equal `value`; "" for a bare number */
    int32_t value;                 /* the leading whole number; 0 for «б/н» */
};

/* Reads a house number at the beginning of the text and returns the bytes it took (blanks before it among them), 0 when none stands there.
 * What follows (a remark, another number) is the caller's to judge. */
size_t house_number_parse(const char *text, size_t len, struct house_number *out);
/* The same for a text that must be one number and nothing else; descriptions of the material («стр. деревянное»), empty parts («к. -») and
 * marks at the end are let through. */
bool house_number_whole(const char *text, struct house_number *out);
/* Negative, 0, positive as in strcmp: the natural order 2, 12, 12А, 12/2, 12 к1, 12 к10, 13. */
int house_number_compare(const struct house_number *a, const struct house_number *b);
