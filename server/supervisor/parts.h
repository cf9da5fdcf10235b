/* The parts that the supervisor keeps alive: when to start one (again), how to stop it. Time is told by the caller. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct part {
    const char *name;    /* in the log: "core" */
    const char *process; /* in ps -o comm; what kill_orphans knows */
    int stop_signal;     /* asks it to end its work */
    int second_signal;   /* when it has not ended in time; then SIGKILL */
    int grace_ms;
    pid_t pid;    /* 0: not running */
    int failures; /* deaths in a row, each soon after the start */
    int64_t started_ms, start_at_ms;
    int stop_stage; /* 0: not asked yet, 1: asked, 2: asked again, 3: killed */
    int64_t stop_until_ms;
};

/* Monotonic. */
int64_t part_now_ms(void);
/* It has died: counts the failure and sets when to start it again: at once after it had worked, later and later (to 5 s) when it dies at
 * once. */
void part_died(struct part *p, int64_t now_ms);
/* Is it time to start it? */
bool part_is_due(const struct part *p, int64_t now_ms);
/* Sends the signal whose turn it is; call again on every turn until it has died. hurry: the grace is over now. */
void part_stop(struct part *p, int64_t now_ms, bool hurry);
