/* The terminal: starting and leaving curses, turning what arrives into keys, and the few escape sequences that curses does not know.
 * Everything here is written for terminals as people have them: PuTTY in any keyboard mode, the Linux console, phones, vt100. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mouse {
    int y, x;
    enum { MOUSE_NONE, MOUSE_CLICK, MOUSE_DOUBLE, MOUSE_WHEEL_UP, MOUSE_WHEEL_DOWN } what;
};

/* Takes the terminal over. `wire`: a socket that brings the keys and takes the frames instead of it, -1: none; the terminal then only tells
 * its size. False with a sentence in `why` when it cannot show screens at all. */
bool term_start(int wire, char *why, size_t size);
/* Gives the terminal back; may be called twice. */
void term_stop(void);
/* For a child that asks something on the terminal itself: leaves and takes it back. */
void term_suspend(void);
void term_resume(void);

/* The next key that has arrived (keys.h), K_NONE when there is none: never waits. */
int term_key(void);
/* More input waiting? Looks without taking. */
bool term_has_input(void);
/* The text of the last K_PASTE, UTF-8, line ends as '\n'; valid until the next term_key(). */
const char *term_pasted(size_t *len);
struct mouse term_mouse(void);

int term_rows(void);
int term_cols(void);
/* Sends what has been drawn; the cursor stands at y, x, or is hidden. */
void term_show(int y, int x);
/* The size changed (SIGWINCH): asks the terminal and tells curses. */
void term_resize(void);
void term_mouse_on(bool on);
void term_title(const char *title);
/* A number before the title, 0: none. */
void term_title_count(int count);
/* A desktop notification (OSC 9), where the terminal knows such sequences or swallows them; elsewhere nothing. */
void term_notify(const char *text);
/* Puts the text into the clipboard of the person's own machine (OSC 52), where the terminal allows it. False: it surely cannot. */
bool term_copy(const char *text);
void term_bell(void);
/* Tells a test that everything asked for is on the screen (only when GOROD_TUI_IDLE=1). */
void term_announce_idle(void);
/* May frames and marks outside of ASCII be used? 0: ASCII only, 1: line drawing, 2: everything. */
int term_glyph_level(void);
