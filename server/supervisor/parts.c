#include "server/supervisor/parts.h"
#include "common/log.h"
#include <signal.h>
#include <time.h>

/* A part that lived this long had started well; dying then is news, not a pattern. */
enum { WELL_AFTER_MS = 5000, FIRST_DELAY_MS = 100, MAX_DELAY_MS = 5000 };

int64_t part_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void part_died(struct part *p, int64_t now_ms)
{
    int64_t delay_ms = 0;
    p->failures = now_ms - p->started_ms >= WELL_AFTER_MS ? 1 : p->failures + 1;
    if (p->failures > 1)
        delay_ms = p->failures > 8 ? MAX_DELAY_MS : (int64_t)FIRST_DELAY_MS << (p->failures - 2);
    p->pid = 0;
    p->start_at_ms = now_ms + (delay_ms < MAX_DELAY_MS ? delay_ms : MAX_DELAY_MS);
}

bool part_is_due(const struct part *p, int64_t now_ms) { return p->pid == 0 && now_ms >= p->start_at_ms; }

void part_stop(struct part *p, int64_t now_ms, bool hurry)
{
    const int signals[] = {p->stop_signal, p->second_signal, SIGKILL};
    if (p->stop_stage >= 3 || (p->stop_stage > 0 && now_ms < p->stop_until_ms && !(hurry && p->stop_stage == 1)))
        return;
    if (p->stop_stage > 0)
        log_warn("%s (process %d) has not stopped in time, signal %d", p->name, (int)p->pid, signals[p->stop_stage]);
    kill(p->pid, signals[p->stop_stage]);
    p->stop_until_ms = now_ms + p->grace_ms;
    p->stop_stage++;
}
