/* A descriptor in an epoll loop, and the clock of the loop.
 *
 * The loop has two phases: first it only notes what is ready (`ready`), then the state machines act on the notes. Nothing is closed or
 * freed while events of the same batch are still to be looked at. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct source {
    int fd;         /* -1: closed */
    uint32_t mask;  /* what epoll watches now; 0: not in the set */
    uint32_t ready; /* what epoll has told since it was last used up */
    void *owner;
};

/* The closed source. */
#define SOURCE_NONE ((struct source){.fd = -1})

/* Watches for `mask`. 0 takes the descriptor out of the set: one that merely waits for nothing would still report EPOLLERR for ever. */
void source_watch(int epoll_fd, struct source *s, uint32_t mask);
/* Takes it out of the set and closes it; nothing when it is closed already. */
void source_close(int epoll_fd, struct source *s);
/* Milliseconds of the monotonic clock. */
int64_t clock_ms(void);
int64_t clock_us(void); /* the same clock */
/* The earlier of two moments, where 0 means "never". */
int64_t clock_earlier(int64_t a, int64_t b);
