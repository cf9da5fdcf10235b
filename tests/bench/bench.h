/* What benchmarks share: samples, percentiles, tables with the ratio to a baseline of the same run, memory of processes. */
#pragma once
#include "tests/harness/clock.h"
#include "tests/harness/town.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct samples {
    double *value;
    size_t count, cap;
};
void samples_add(struct samples *s, double value);
void samples_free(struct samples *s);
/* The value below which `percent` of the samples lie. */
double samples_percentile(struct samples *s, double percent);

void table_title(const char *title, const char *unit);
/* One row: ours, the baseline, ours to baseline, and the target ratio (0: none). `more_is_better`: the ratio must be at least the target.
 * Prints OK or MISSED; a miss is remembered for table_verdict. */
void table_row(const char *what, double ours, double baseline, double target, bool more_is_better);
void table_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* 0 when no target was missed: the exit code. */
int table_verdict(void);

/* Proportional memory of a process, KiB; 0 when it is gone. */
long memory_pss_kib(pid_t pid);
/* Of all processes of this name below `ancestor`; *count says how many. */
long memory_pss_below_kib(pid_t ancestor, const char *name, int *count);

/* A whole number from the environment, or the default. */
int bench_setting(const char *name, int fallback);
/* Runs pgbench with a script on the embedded cluster of a server; returns transactions a second. */
double pgbench_tps(const struct server *s, const char *script, int clients, int seconds);
/* psql on the same cluster; fails the run on an error. */
void psql(const struct server *s, const char *sql);

/* ---- a plain sshd to compare with ---- */
struct sshd {
    pid_t pid;
    int port;
    char dir[64];   /* its keys and configuration */
    char login[64]; /* who may log in: we ourselves */
};
struct sshd *sshd_start(void);
void sshd_stop(struct sshd **s);
/* argv of `ssh` to it, as ssh_argv makes; `tty` asks for a terminal. */
int sshd_argv(const struct sshd *s, bool tty, const char *argv[SSH_ARGV_MAX]);
