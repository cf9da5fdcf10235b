/* Civil dates and working days: when a term ends.
 *
 * A date is days since 1970-01-01 (int32_t), proleptic Gregorian; no time zones here. The calendar is a set of years, each day work or not;
 * a year that is not in it counts Saturday and Sunday as days off and is "unverified". Immutable after building, read by all threads.
 * Source: 59-FZ art. 12; rules of counting: docs/architecture.md "Deadlines". */
#pragma once
#include <stdbool.h>
#include <stdint.h>

typedef int32_t day_t;
#define DAY_NONE INT32_MIN

day_t day_from_civil(int year, int month, int day);          /* DAY_NONE when there is no such date; years 1900..2199 */
void day_to_civil(day_t d, int *year, int *month, int *day); /* zeros for DAY_NONE */
int day_weekday(day_t d);                                    /* 1 Monday .. 7 Sunday */
day_t day_parse(const char *iso);                            /* "2026-11-24"; DAY_NONE when it is not exactly that */
void day_format(day_t d, char out[11]);                      /* "" for a day out of 1900..2199 */

struct work_calendar;
struct work_calendar *work_calendar_new(void);
void work_calendar_free(struct work_calendar **c);
/* Says of one day whether it is a working one. A year of which any day was set is "verified". false: the date is out of 1900..2199. */
bool work_calendar_set(struct work_calendar *c, day_t d, bool working);
bool work_calendar_is_working(const struct work_calendar *c, day_t d);
bool work_calendar_is_verified(const struct work_calendar *c, day_t d);

enum due_unit { DUE_CALENDAR_DAY, DUE_WORKING_DAY, DUE_MONTH };
enum due_roll { DUE_ROLL_NONE, DUE_ROLL_PREVIOUS, DUE_ROLL_NEXT };
struct due_rule {
    const char *id;
    enum due_unit unit;
    int length; /* negative: so many before the event */
    enum due_roll roll;
    const char *from;    /* the event it counts from: "received", "registered", "signed", "nominal_due", "given_date" ... */
    const char *text[2]; /* what the term is, by enum lang */
    const char *law;
};
struct due {
    day_t nominal;   /* before rolling; DAY_NONE when the term ends outside 1900..2199 */
    day_t rolled;    /* what people see; never before the event's own day, save for length 0 (below) */
    bool unverified; /* the nominal or rolled day, or a day counted as working, is in a year without a calendar */
};
/* Day 1 is the day after `event`. A month is the same date of a later month, or its last day. Where roll is "previous" the term never
 * ends before the event's own day. Length 0 means that `event` is the named last day itself ("until the 9th of May"): then nothing holds
 * it back from rolling to the working day before, and a caller who gives the assignment later than that takes the later of the two.
 * An extension counts from the nominal day of the term before, never from the rolled one: else days are lost. */
struct due due_count(const struct work_calendar *c, day_t event, const struct due_rule *rule);
/* The shipped rules, ending with id NULL. */
extern const struct due_rule due_rules[];
/* The shipped rule by id ("appeal_consider", "assignment_plain", "message_ordinary" ...); NULL when unknown. */
const struct due_rule *due_rule_find(const char *id);
/* The rule of an appeal's kind ("letter" -> appeal_consider); never NULL. */
const struct due_rule *due_rule_of_appeal(const char *appeal_kind);
