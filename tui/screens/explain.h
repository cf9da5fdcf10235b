/* Windows over a card: how a due date was counted, day by day; a text that the server makes of it. */
#pragma once
#include <stdint.h>

/* `record`: "appeal" or "assignment", a literal; `number` heads the window. */
/* The `text` that an operation answers, for reading and in the clipboard. */
void explain_text_open(const char *title, const char *method, int64_t id);
void explain_open(const char *record, int64_t id, const char *number);
