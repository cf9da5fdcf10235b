#include "tests/bench/bench.h"
#include "tests/harness/check.h"
#include <dirent.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int missed;

void samples_add(struct samples *s, double value)
{
    if (s->count == s->cap) {
        s->cap = s->cap ? 2 * s->cap : 1024;
        s->value = realloc(s->value, s->cap * sizeof *s->value);
        if (!s->value)
            abort();
    }
    s->value[s->count++] = value;
}

void samples_free(struct samples *s)
{
    free(s->value);
    *s = (struct samples){0};
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double samples_percentile(struct samples *s, double percent)
{
    if (s->count == 0)
        return NAN;
    qsort(s->value, s->count, sizeof *s->value, by_value);
    size_t rank = (size_t)ceil(percent / 100 * (double)s->count);
    return s->value[rank > 0 ? rank - 1 : 0];
}

void table_title(const char *title, const char *unit)
{
    printf("\n%s (%s)\n%-52s %12s %12s %8s %8s\n", title, unit, "", "gorod", "baseline", "ratio", "target");
    fflush(stdout);
}

void table_row(const char *what, double ours, double baseline, double target, bool more_is_better)
{
    double ratio = ours / baseline;
    bool ok = target <= 0 || (more_is_better ? ratio >= target : ratio <= target);
    printf("%-52s %12.3f %12.3f %8.2f ", what, ours, baseline, ratio);
    if (target > 0)
        printf("%s%.2f  %s\n", more_is_better ? ">= " : "<= ", target, ok ? "OK" : "MISSED");
    else
        printf("\n");
    missed += !ok;
    fflush(stdout);
}

void table_note(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    printf("\n");
    fflush(stdout);
}

int table_verdict(void)
{
    if (missed)
        printf("\n%d targets missed\n", missed);
    return missed ? 1 : 0;
}

/* ---- memory ---- */

long memory_pss_kib(pid_t pid)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", pid);
    char *text = read_whole(path), *line = text ? strstr(text, "\nPss:") : NULL;
    long kib = line ? atol(line + 5) : 0;
    free(text);
    return kib;
}

static bool is_below(pid_t pid, pid_t ancestor)
{
    for (int hops = 0; pid > 1 && hops < 32; hops++) {
        pid = proc_parent(pid, NULL);
        if (pid == ancestor)
            return true;
    }
    return false;
}

long memory_pss_below_kib(pid_t ancestor, const char *name, int *count)
{
    DIR *d = opendir("/proc");
    long kib = 0;
    *count = 0;
    for (struct dirent *e; d && (e = readdir(d));) {
        pid_t pid = atoi(e->d_name);
        char its_name[16];
        if (pid > 0 && proc_parent(pid, its_name) > 0 && strcmp(its_name, name) == 0 && is_below(pid, ancestor)) {
            kib += memory_pss_kib(pid);
            ++*count;
        }
    }
    if (d)
        closedir(d);
    return kib;
}

int bench_setting(const char *name, int fallback)
{
    const char *text = getenv(name);
    return text && *text ? atoi(text) : fallback;
}
