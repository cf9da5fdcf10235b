/* Deadlines: everything that waits in a test waits for a state, and not for ever. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* Of a clock that never jumps. */
int64_t clock_ms(void);
int64_t clock_us(void);
/* What is left until `deadline_ms`, never negative: an argument for poll(2). */
int clock_left_ms(int64_t deadline_ms);
/* Asks again and again, a few milliseconds apart, until `is_so(arg)` is true or the time is over. */
bool wait_until(bool (*is_so)(void *arg), void *arg, int timeout_ms);
