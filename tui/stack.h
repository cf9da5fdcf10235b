/* The stack of screens and, for a second, the screen that Esc has just closed: when a digit follows, Esc was the first half of an
 * F-key (keyboards without F-keys) and the screen comes back. */
#pragma once
#include "tui/app.h"

enum { STACK_UNDO_MS = 1000 };

void stack_push(struct screen *s);
/* Takes it out of the stack; with `undoable` it can be put back for a moment. */
void stack_pop(struct screen *s, bool undoable);
struct screen *stack_top(void);
/* Puts the last undoable screen back on top; false when there is none. */
bool stack_undo(void);
/* The moment is over. */
void stack_commit(void);
/* Closes everything. */
void stack_close(void);
