#include "tests/harness/clock.h"
#include <poll.h>
#include <time.h>

int64_t clock_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_ms(void) { return clock_us() / 1000; }

int clock_left_ms(int64_t deadline_ms)
{
    int64_t left = deadline_ms - clock_ms();
    return left > 0 ? (int)left : 0;
}

bool wait_until(bool (*is_so)(void *arg), void *arg, int timeout_ms)
{
    enum { ASK_EVERY_MS = 5 };
    int64_t deadline = clock_ms() + timeout_ms;
    for (;;) {
        if (is_so(arg))
            return true;
        if (clock_left_ms(deadline) == 0)
            return false;
        poll(NULL, 0, ASK_EVERY_MS);
    }
}
