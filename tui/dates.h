/* Dates as people type and read them. A day is a number (days since 1970-01-01), so that adding and comparing is arithmetic. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

enum { DAY_NONE = INT32_MIN };

int32_t day_from(int year, int month, int day); /* DAY_NONE when there is no such date */
void day_split(int32_t when, int *year, int *month, int *day);
int day_week(int32_t when); /* 0 Monday .. 6 Sunday */

/* The municipality's day and time. `zone` is a tz name, `today` the server's word for today (YYYY-MM-DD): when the clock of this
 * machine disagrees with it, the server wins. Both may be NULL. */
void dates_start(const char *zone, const char *today);
int32_t dates_today(void);
/* HH:MM now, in the municipality's zone. */
void dates_clock(char out[8]);

/* What a person typed: 24.11, 24.11.26, 24 11 2026, 2026-11-24, +5 (days), -1, пт (the next one), завтра, сегодня, 24 (this month's
 * or the next), in Russian or English, in either keyboard layout. DAY_NONE when not understood. */
int32_t dates_parse(const char *typed);
/* YYYY-MM-DD or the date part of an RFC 3339 time; DAY_NONE when neither. */
int32_t dates_from_wire(const char *wire);
void dates_to_wire(int32_t when, char out[16]);

/* Short, for columns: 24.11, and 24.11.25 when the year is another. "" for DAY_NONE. */
void dates_short(int32_t when, char *out, size_t size);
/* Full: 24.11.2026. */
void dates_full(int32_t when, char *out, size_t size);
/* With the day of the week, as said under a field: "вт, 24.11.2026". */
void dates_resolved(int32_t when, char *out, size_t size);
/* How near a due date is: "−3 дн", "сегодня", "завтра", "пт" (within the week), else 24.11. */
void dates_due(int32_t due, char *out, size_t size);
/* Is an RFC 3339 time more than a minute ahead? False when it is none. */
bool dates_is_ahead(const char *wire);
/* An RFC 3339 time in the municipality's zone: "12:40" when today, else "23.11 12:40" (with year when another). */
void dates_moment(const char *wire, char *out, size_t size);
/* Two of them as an interval, always with the day: "01.11 08:00 - 17:00", "03.07 23:00 - 04.07 06:00". "" unless both are times. */
void dates_interval(const char *from, const char *to, char *out, size_t size);
/* The same in full, as forms hold it: "24.11.2026 14:30". False, and nothing written, when it is no RFC 3339 time. */
bool dates_moment_full(const char *wire, char *out, size_t size);
