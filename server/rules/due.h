/* Civil dates and working days: when a term ends.
 *
 * A date is days since 1970-01-01 (int32_t), proleptic Gregorian; no time zones here. The calendar is a set of days, each of its kind;
 * a day that is not in it is a working one from Monday to Friday, and a year that is not called verified is "unverified". Immutable
 * after building, read by all threads.
 * Source: 59-FZ art. 12; rules of counting: docs/architecture.md "Deadlines". */
#pragma once
#include <stdbool.h>
#include <stdint.h>

typedef int32_t day_t;
#define DAY_NONE INT32_MIN

day_t day_from_civil(int year, int month, int day);          /* DAY_NONE when there is no such date; years 1900..2199 */
void day_to_civil(day_t d, int *year, int *month, int *day); /* zeros for DAY_NONE */
int day_year(day_t d);                                       /* 0 out of 1900..2199 */
int day_weekday(day_t d);                                    /* 1 Monday .. 7 Sunday */
day_t day_parse(const char *iso);                            /* "2026-11-24"; DAY_NONE when it is not exactly that */
void day_format(day_t d, char out[11]);                      /* "" for a day out of 1900..2199 */

/* Kinds of days (calendar_day.kind). DAY_PLAIN: nothing is said of the day, its weekday decides. */
enum day_kind { DAY_PLAIN, DAY_WORK, DAY_SHORT, DAY_HOLIDAY, DAY_OFF };
bool day_kind_parse(const char *word, enum day_kind *kind); /* "work", "short", "holiday", "off" */

struct work_calendar;
struct work_calendar *work_calendar_new(void);
void work_calendar_free(struct work_calendar **c);
/* Says of what kind a day is, and its name ("День Победы"; "" or NULL for none; copied). false: the date is out of 1900..2199. */
bool work_calendar_set(struct work_calendar *c, day_t d, enum day_kind kind, const char *note);
/* The production calendar of the year is known. */
void work_calendar_verify(struct work_calendar *c, int year);
bool work_calendar_is_working(const struct work_calendar *c, day_t d);
bool work_calendar_is_verified(const struct work_calendar *c, day_t d);
/* The kind as people understand it: a plain weekday is DAY_WORK, a plain Saturday or Sunday DAY_OFF. */
enum day_kind work_calendar_kind(const struct work_calendar *c, day_t d);
const char *work_calendar_note(const struct work_calendar *c, day_t d); /* "" when it has none; borrowed */

enum due_unit { DUE_CALENDAR_DAY, DUE_WORKING_DAY, DUE_MONTH };
enum due_roll { DUE_ROLL_NONE, DUE_ROLL_PREVIOUS, DUE_ROLL_NEXT };
enum due_start { DUE_NEXT_DAY, DUE_SAME_DAY }; /* which day is day 1: the one after the event, or the event's own */
enum { DUE_WARN_MAX = 8 };
struct due_rule {
    const char *id;
    enum due_unit unit;
    int length; /* negative: so many before the event */
    enum due_roll roll;
    enum due_start start;
    const char *from;              /* the event it counts from: "received", "registered", "signed", "nominal_due", "given_date" ... */
    const char *text[2];           /* what the term is, by enum lang */
    const char *law[2];            /* where it is written */
    bool is_max;                   /* `length` is the most that may be given in all, not what is given */
    day_t valid_from, valid_until; /* the days on which the event must lie, both included; DAY_NONE: no bound */
    int warn_before[DUE_WARN_MAX]; /* days before the due date on which people are reminded, the most first */
    int warn_count;
};
struct due {
    day_t nominal;   /* before rolling; DAY_NONE when the term ends outside 1900..2199 */
    day_t rolled;    /* what people see; never before the event's own day, save for length 0 (below) */
    bool unverified; /* the nominal or rolled day, or a day counted as working, is in a year without a calendar */
};
/* A month is the same date of a later month, or its last day; counted from the same day it ends on the day before that date. Where roll
 * is "previous" the term never ends before the event's own day. Length 0 means that `event` is the named last day itself ("until the 9th
 * of May"): then nothing holds it back from rolling to the working day before, and a caller who gives the assignment later than that
 * takes the later of the two. An extension counts from the nominal day of the term before, never from the rolled one: else days are lost. */
struct due due_count(const struct work_calendar *c, day_t event, const struct due_rule *rule);
/* Only the rolling: a nominal day that is known already; `floor` is the event's own day (DAY_NONE: nothing holds it back). */
struct due due_roll(const struct work_calendar *c, day_t nominal, enum due_roll roll, day_t floor);
/* A record counted again over another calendar: its rule, the event's day, and the nominal day as it was stored (with all extensions in it).
 * The nominal day is counted anew only where working days are counted from the event and nothing was added since. */
struct due due_recount(const struct work_calendar *c, const struct due_rule *rule, day_t event, day_t nominal, bool extended);
