/* UTF-8 and terminal cells: one place that knows how many bytes, characters and cells a text has. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of the valid UTF-8 character at `s` (1..4), 0 when it is not valid (overlong, surrogate, > U+10FFFF, cut). len > 0. */
size_t utf8_length(const char *s, size_t len);
/* Is the whole text valid UTF-8? */
bool utf8_is_valid(const char *s, size_t len);
/* Decodes the character at s into *cp and returns its bytes; a bad byte gives U+FFFD and 1. 0 at the end (len 0). */
size_t utf8_decode(const char *s, size_t len, uint32_t *cp);
/* Writes cp as UTF-8 (1..4 bytes, no terminator) and returns the count; what is no character becomes U+FFFD. */
size_t utf8_encode(uint32_t cp, char out[4]);
/* Characters (code points) in the text. */
size_t utf8_count(const char *s, size_t len);
/* Does this character belong to a word? Letters, digits and marks of all scripts do; punctuation, signs and blanks do not. */
bool utf8_is_word(uint32_t cp);
/* Lower case of a Latin or Russian letter, ё as е; everything else as it is. What is compared as people compare goes through this. */
uint32_t utf8_fold(uint32_t cp);
/* Copies the next word of *text (advancing it) into `word`, cut to fit at a character; false when there is none left. */
bool utf8_next_word(const char **text, char *word, size_t size);
/* Cells that a code point takes on a terminal: 0 combining, 1, 2 wide. A control character takes 2 (drawn as ^X), others unknown to
 * the terminal 1 (drawn as U+FFFD). Own table-free rule over wcwidth(3): needs a UTF-8 locale. */
int utf8_cell_width(uint32_t cp);
/* Cells of the whole text. */
int utf8_width(const char *s);
/* Longest prefix that fits into `cells`; returns its bytes, *used its cells (may be NULL). Never cuts a character or its combining marks. */
size_t utf8_fit(const char *s, int cells, int *used);
