/* Children of the supervisor: forked parts and the programs that they run. None outlives its parent. */
#pragma once
#include <stdbool.h>
#include <sys/types.h>

/* Forks. In the child (0 returned): its own session, default signals none of them blocked, standard output goes to standard error, the
 * process is named, and `death_signal` arrives when the parent dies. In the parent: the pid, -1 with errno when there is no room. */
pid_t child_fork(const char *name, int death_signal);
/* Runs a program to its end, its chatter to /dev/null, `input` (may be NULL) on its standard input. True when it exits with 0. */
bool process_run(char *const argv[], const char *input);
