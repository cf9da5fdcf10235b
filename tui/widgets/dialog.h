/* A question with buttons over the screen: the first button is the safe one and has the focus; never a letter that means yes. */
#pragma once
#include "tui/app.h"

enum { DIALOG_BUTTONS_MAX = 4 };

/* `buttons` are translated and copied; Esc answers 0. `done` gets the button's number. `arg` must live as long as the question. */
void dialog_open(const char *title, const char *text, const char *const *buttons, size_t count, void (*done)(void *arg, int button),
                 void *arg);
