#include "common/log.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *part_name = "gorod";
static enum log_level threshold = LOG_LVL_INFO;
static const char *const names[] = {"debug", "info", "warn", "error"};

void log_part(const char *part) { part_name = part; }
void log_threshold(enum log_level level) { threshold = level; }

void log_line(enum log_level level, const char *fmt, ...)
{
    if (level < threshold)
        return;
    char line[2048];
    struct timespec now;
    struct tm tm;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &tm);
    size_t n = strftime(line, sizeof line, "%Y-%m-%dT%H:%M:%S", &tm);
    n += (size_t)snprintf(line + n, sizeof line - n, ".%03ldZ %s %s[%d] ", now.tv_nsec / 1000000, names[level], part_name, (int)getpid());
    size_t head = n;
    va_list ap;
    va_start(ap, fmt);
    int m = vsnprintf(line + n, sizeof line - n - 1, fmt, ap);
    va_end(ap);
    if (m > 0)
        n += (size_t)m < sizeof line - n - 2 ? (size_t)m : sizeof line - n - 2;
    /* A message may quote what came from outside: one happening stays one line. */
    for (size_t i = head; i < n; i++)
        if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
            line[i] = ' ';
    line[n++] = '\n';
    ssize_t done = write(STDERR_FILENO, line, n);
    (void)done;
}
