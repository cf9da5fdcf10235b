#include "server/gate/source.h"
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

void source_watch(int epoll_fd, struct source *s, uint32_t mask)
{
    if (s->fd < 0 || s->mask == mask)
        return;
    struct epoll_event event = {.events = mask, .data.ptr = s};
    int verb = mask == 0 ? EPOLL_CTL_DEL : s->mask == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    if (epoll_ctl(epoll_fd, verb, s->fd, &event) == 0)
        s->mask = mask;
}

void source_close(int epoll_fd, struct source *s)
{
    if (s->fd < 0)
        return;
    source_watch(epoll_fd, s, 0);
    close(s->fd);
    s->fd = -1;
    s->ready = 0;
}

int64_t clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_earlier(int64_t a, int64_t b) { return a == 0 || (b != 0 && b < a) ? b : a; }
