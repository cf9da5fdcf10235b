/* How a due date was counted, day by day: a window over the card. */
#pragma once
#include <stdint.h>

/* `record`: "appeal" or "assignment", a literal; `number` heads the window. */
void explain_open(const char *record, int64_t id, const char *number);
