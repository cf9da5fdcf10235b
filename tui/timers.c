#include "tui/timers.h"
#include "tui/client.h"
#include <string.h>

enum { TIMERS_MAX = 64 };

static struct timer {
    int64_t at_ms;
    timer_fn *fn; /* NULL: free place */
    void *arg;
    bool quiet;
} timers[TIMERS_MAX];

void timers_start(int delay_ms, bool quiet, timer_fn *fn, void *arg)
{
    timers_stop(fn, arg);
    for (int i = 0; i < TIMERS_MAX; i++) {
        if (!timers[i].fn) {
            timers[i] = (struct timer){.at_ms = now_ms() + delay_ms, .fn = fn, .arg = arg, .quiet = quiet};
            return;
        }
    }
    fn(arg); /* no place: better now than never */
}

void timers_stop(timer_fn *fn, void *arg)
{
    for (int i = 0; i < TIMERS_MAX; i++)
        if (timers[i].fn == fn && timers[i].arg == arg)
            timers[i].fn = NULL;
}

void timers_forget(void *arg)
{
    for (int i = 0; i < TIMERS_MAX; i++)
        if (timers[i].arg == arg)
            timers[i].fn = NULL;
}

void timers_work(void)
{
    int64_t now = now_ms();
    for (int i = 0; i < TIMERS_MAX; i++) {
        timer_fn *fn = timers[i].fn;
        if (!fn || timers[i].at_ms > now)
            continue;
        timers[i].fn = NULL;
        fn(timers[i].arg);
    }
}

int timers_due_ms(void)
{
    int64_t now = now_ms(), due = -1;
    for (int i = 0; i < TIMERS_MAX; i++) {
        if (!timers[i].fn)
            continue;
        int64_t left = timers[i].at_ms > now ? timers[i].at_ms - now : 0;
        if (due < 0 || left < due)
            due = left;
    }
    return (int)due;
}

bool timers_is_waiting(void)
{
    for (int i = 0; i < TIMERS_MAX; i++)
        if (timers[i].fn && !timers[i].quiet)
            return true;
    return false;
}
