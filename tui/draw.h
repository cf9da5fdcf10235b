/* Drawing on the screen in cells. All text is made safe and measured by text.h; nothing is ever drawn outside of its width. */
#pragma once
#include "tui/theme.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rect {
    int y, x, h, w;
};
/* Where the real cursor stands after painting; y < 0: hidden. */
struct cursor {
    int y, x;
};

/* A frame: everything is drawn anew between these two; only lines that differ from the frame before reach the terminal. */
void draw_frame_begin(void);
/* False: a line that was kept has something else on it now, and the frame must be drawn once more, without keeping. */
bool draw_frame_end(void);
/* Does the screen show, here or on another line, what `key` stands for? Then the line is moved here and its maker need not draw it again;
 * else it draws it now and says draw_keep_end(). The maker's part ends before column `right`; others may draw behind it. */
bool draw_keep(int y, int right, uint64_t key);
void draw_keep_end(void);
/* Lines may be kept in the next frame (true at first). */
void draw_keeping(bool on);
/* The screen no longer shows the last frame: another size, other colours. */
void draw_invalidate(void);

/* Text in at most w cells, cut with "…"; returns the cells used. The rest of w is left as it is. */
int draw_text(int y, int x, int w, enum role role, enum ground ground, const char *text);
int draw_text_n(int y, int x, int w, enum role role, enum ground ground, const char *text, size_t len);
/* The same, filling all of w with the ground; at the right edge for draw_right. */
void draw_cell(int y, int x, int w, enum role role, enum ground ground, const char *text);
/* The same with `pad` more blanks. */
void draw_padded(int y, int x, int w, int pad, enum role role, enum ground ground, const char *text);
void draw_right(int y, int x, int w, enum role role, enum ground ground, const char *text);
void draw_fill(int y, int x, int w, enum ground ground);
void draw_rule(int y, int x, int w, enum ground ground);
/* An empty window with a thin frame and a title in it. */
void draw_box(struct rect r, const char *title);
/* Text wrapped into a rectangle, from line `skip` on; returns how many lines the whole text has. */
int draw_wrapped(struct rect r, int skip, enum role role, enum ground ground, const char *text);

/* Places that a mouse may click, noted while painting: `what` and `arg` come back from draw_hit_at. */
enum hit { HIT_NONE, HIT_COMMAND, HIT_ROW, HIT_TAB };
void draw_hits_reset(void);
void draw_hit(struct rect r, enum hit what, int arg);
enum hit draw_hit_at(int y, int x, int *arg);
