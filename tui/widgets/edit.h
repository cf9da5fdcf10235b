/* Editing of one text: UTF-8, whole characters with their marks, words, undo, paste. One line or many; knows nothing of the screen
 * except how wide characters are. Invariants: the text is valid UTF-8, the cursor stands between characters. */
#pragma once
#include "common/buf.h"
#include <stdbool.h>
#include <stddef.h>

enum { EDIT_UNDO_MAX = 24 };

struct edit {
    struct buf text;
    size_t at;     /* cursor, in bytes */
    int scroll;    /* one line: first cell shown */
    int max_chars; /* 0: no limit but the memory's */
    bool many_lines;
    struct edit_undo {
        char *text;
        size_t at;
    } undo[EDIT_UNDO_MAX];
    int undo_count;
    int undo_kind; /* what the last change was: changes of one kind in a row are undone together */
};

void edit_init(struct edit *e, bool many_lines, int max_chars);
void edit_free(struct edit *e);
/* Replaces everything; the cursor goes to the end, undo is forgotten. What is not UTF-8 becomes U+FFFD. */
void edit_set(struct edit *e, const char *text);
const char *edit_text(const struct edit *e);
bool edit_is_empty(const struct edit *e);

/* Takes a key (keys.h): true when it belongs to editing, also if nothing changed. *changed (may be NULL) tells if the text did.
 * Up, Down, Enter, Tab and F-keys are never taken; the caller gives a new line with edit_insert(e, "\n"). */
bool edit_key(struct edit *e, int key, bool *changed);
/* Typed or pasted text: control characters are dropped, in one line line ends and tabs become spaces. False when nothing fitted. */
bool edit_insert(struct edit *e, const char *text, size_t len);
/* Back to what was before the last change; false when there is nothing to undo. */
bool edit_undo(struct edit *e);

/* One line in `width` cells: scrolls so that the cursor is seen; *start and *len are the bytes shown, *cursor_x the cell of the cursor. */
void edit_view(struct edit *e, int width, size_t *start, size_t *len, int *cursor_x);

/* Many lines: where the cursor is among the lines wrapped to `width`, and moving by lines. */
void edit_position(const struct edit *e, int width, int *line, int *x);
int edit_lines(const struct edit *e, int width);
/* Moves by that many wrapped lines, keeping the column; false when already at the first or the last. */
bool edit_move_lines(struct edit *e, int width, int lines);
