/* Timers of the one loop: a function called once, after a delay. A second start with the same function and argument moves it. */
#pragma once
#include <stdbool.h>

typedef void timer_fn(void *arg);
/* `quiet`: what it will do is not something that the person waits for. */
void timers_start(int delay_ms, bool quiet, timer_fn *fn, void *arg);
void timers_stop(timer_fn *fn, void *arg);
void timers_forget(void *arg);
/* Calls those that are due. */
void timers_work(void);
/* Until the next one; -1 when there is none. */
int timers_due_ms(void);
/* Is there one that the person waits for? */
bool timers_is_waiting(void);
