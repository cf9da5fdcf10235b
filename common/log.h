/* One logfmt line per happening to standard error: time, level, process, message, key=value. Never secrets, never the body of a request. */
#pragma once
enum log_level { LOG_LVL_DEBUG, LOG_LVL_INFO, LOG_LVL_WARN, LOG_LVL_ERROR };
/* Names the part in every line ("core", "gate", "supervisor"). The string must live for ever. */
void log_part(const char *part);
void log_threshold(enum log_level level);
void log_line(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
#define log_debug(...) log_line(LOG_LVL_DEBUG, __VA_ARGS__)
#define log_info(...) log_line(LOG_LVL_INFO, __VA_ARGS__)
#define log_warn(...) log_line(LOG_LVL_WARN, __VA_ARGS__)
#define log_error(...) log_line(LOG_LVL_ERROR, __VA_ARGS__)
