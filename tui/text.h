/* Text as a terminal shows it: cells, cuts, wraps. Everything that is drawn passes here, so that no name or letter of a citizen can
 * spoil the screen: control characters are shown as ^X, invisible and direction-changing characters as U+FFFD. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TEXT_MARKS_MAX = 3 }; /* combining marks kept on one character; more do not fit into a curses cell */

/* Bytes of the character at s together with its combining marks; *cells its width (may be NULL). 0 at the end of the text. */
size_t text_next(const char *s, size_t len, int *cells);
/* Bytes of the character that ends before `at`, with its marks; 0 at the beginning. */
size_t text_prev(const char *s, size_t at);
/* Cells of a text of len bytes. */
int text_width_n(const char *s, size_t len);
int text_width(const char *s);
/* Bytes of the longest prefix that takes at most `cells`; *used its cells (may be NULL). */
size_t text_fit(const char *s, size_t len, int cells, int *used);
/* The drawable form of len bytes, at most `cells` wide, "…" at the end when something was cut. Returns its cells. */
int text_draw_form(const char *s, size_t len, int cells, char *out, size_t size);

/* In a text that may have no room: what stands before the joint is cut, so that what follows stays whole; a part is shown whole or not at
 * all, with those after it. */
#define TEXT_JOINT "\x1f"
#define TEXT_PART "\x1e"
/* Takes both marks out of a text of `size` bytes, and shortens it at them to so many cells where that is enough. */
void text_shorten(char *text, size_t size, int cells);

/* snprintf that never leaves half a character: what does not fit is cut. */
void strf(char *out, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* One line of wrapped text: a piece of the source. */
struct text_line {
    size_t start, len;
};
/* Wraps at spaces (inside a word only when it is longer than the line); "\n" ends a line. Calls `each` for every line and stops
 * when it returns false. A text always has at least one line. */
void text_wrap(const char *s, size_t len, int cells, bool (*each)(struct text_line line, void *arg), void *arg);

/* Does `text` hold every word of `query`, ignoring case and ё/е? An empty query is in every text. */
bool text_matches(const char *text, const char *query);
/* Lower case, ё folded to е, of one code point: for comparing. */
uint32_t text_fold(uint32_t cp);
/* Fuzzy: are the characters of `query` in `text` in this order? Returns a score, higher is nearer; 0 when not. */
int text_fuzzy(const char *text, const char *query);
