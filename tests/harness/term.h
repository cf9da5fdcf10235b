/* A person at a terminal: a real terminal model (libvterm) around a real ssh, or around any program.
 *
 * Waiting is always for something on the screen, with a limit. Failures print the screen. */
#pragma once
#include "tests/harness/server.h"
#include <stdint.h>

struct term;

enum { TERM_WAIT_MS = 20000 };

/* Logs in by ssh with the user's key. `type` is TERM. */
struct term *term_ssh(const struct server *s, const char *login, int cols, int rows, const char *type);
/* The thin client: a gorod-tui of our own that connects by ssh with the user's key. `before` are words in front of it (env's settings,
 * setpriv), `after` options behind it (--board); each NULL-terminated, may be NULL. */
struct term *term_thin_client(const struct server *s, const char *login, const char *const *before, const char *const *after, int cols,
                              int rows);
/* Runs a program on the terminal. */
struct term *term_run(char *const argv[], int cols, int rows, const char *type);
/* Hangs up: the window is closed, the program is killed if it stays. */
void term_close(struct term **t);
/* Kills the program at once, as a broken line does. */
void term_break_line(struct term *t);
/* Waits for the program's end; its exit code as in struct outcome. */
int term_wait_end(struct term *t, int timeout_ms);

/* ---- hands ---- */
void term_type(struct term *t, const char *utf8);
/* Names divided by blanks: "Tab Tab Enter". F1..F12 Enter Esc Tab BackTab Space Backspace Delete Insert Up Down Left Right Home End PgUp
 * PgDn, Ctrl+K, Esc+5 (Escape, then the digit). */
void term_key(struct term *t, const char *names);
void term_paste(struct term *t, const char *utf8);
void term_resize(struct term *t, int cols, int rows);
/* Says that it has this size, though it has not: sizes without sense (0, 65535). */
void term_claim_size(struct term *t, int cols, int rows);

/* ---- eyes ---- */
/* The whole screen, a line a row without the blanks at the end; lives until the next call. */
const char *term_text(struct term *t);
/* One row, 0 the uppermost. */
const char *term_row(struct term *t, int row);
bool term_has(struct term *t, const char *text);
/* Row of the real cursor, and its column through *col (may be NULL). */
int term_cursor(struct term *t, int *col);
/* Row of the first occurrence, -1 when it is not on the screen. */
int term_find(struct term *t, const char *text);
/* What a cell looks like. */
struct term_cell {
    bool bold, reverse, underline, coloured;
    bool grounded; /* a background of its own, not the terminal's */
};
struct term_cell term_cell_at(struct term *t, int row, int col);
/* Bytes received since the start. */
size_t term_bytes(const struct term *t);
/* Where they come from, to poll many terminals at once. */
int term_fd(const struct term *t);
/* When the last of them were read, by clock_us: before the model worked on them. */
int64_t term_arrived_us(const struct term *t);
/* Takes in one piece of what the program sends, waiting for it at most so long; false when nothing came. For those who measure. */
bool term_take_in(struct term *t, int64_t wait_us);
/* Serial of the last `OSC 777 ; idle ; serial` that gorod-tui sent (GOROD_TUI_IDLE=1), -1 when none came. */
long term_idle_serial(const struct term *t);
/* Is that announcement the last that was heard? */
bool term_is_settled(const struct term *t);

/* Each fails the running test when the time is over. */
void term_wait_text(struct term *t, const char *text);
void term_wait_gone(struct term *t, const char *text);
/* The cursor's row holds the text. */
void term_wait_cursor_on(struct term *t, const char *text);
/* The same with an own limit and an answer instead of a failure. */
bool term_sees_text(struct term *t, const char *text, int timeout_ms);
/* Everything asked for is on the screen, keys and events newer than announcement `since` included, and nothing came after; `what` is for
 * the failure. Needs a server that was started with scene_options. */
void term_wait_settled(struct term *t, long since, const char *what);
/* No byte came for this long: for pictures alone, never instead of a wait for something. */
void term_wait_quiet(struct term *t, int quiet_ms);
/* Any condition on the screen. */
void term_wait_for(struct term *t, bool (*is_so)(struct term *t, void *arg), void *arg, const char *what);

/* The screen must come to equal tests/terminal/golden/NAME, after times, dates and numbers were masked with '#'.
 * GENERATE=1 in the environment writes the file instead. */
void term_expect_screen(struct term *t, const char *name);
