#include "server/rules/due.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { YEAR_FIRST = 1900, YEAR_LAST = 2199, YEAR_COUNT = YEAR_LAST - YEAR_FIRST + 1, DAYS_MAX = 366, LENGTH_MAX = 100000 };

struct work_calendar {
    bool verified[YEAR_COUNT];
    uint8_t off[YEAR_COUNT][(DAYS_MAX + 7) / 8]; /* bit per day of the year; means something where `known` has the bit too */
    uint8_t known[YEAR_COUNT][(DAYS_MAX + 7) / 8];
};

static bool is_leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

static int month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && is_leap(year));
}

/* Days from 1970-01-01 to 1 January of a year: leap days are counted from year 1. */
static day_t year_start(int year)
{
    int y = year - 1;
    return 365 * (year - 1970) + (y / 4 - y / 100 + y / 400) - (1969 / 4 - 1969 / 100 + 1969 / 400);
}

static bool is_in_range(day_t d) { return d >= year_start(YEAR_FIRST) && d < year_start(YEAR_LAST + 1); }

day_t day_from_civil(int year, int month, int day)
{
    if (year < YEAR_FIRST || year > YEAR_LAST || month < 1 || month > 12 || day < 1 || day > month_days(year, month))
        return DAY_NONE;
    day_t d = year_start(year) + day - 1;
    for (int m = 1; m < month; m++)
        d += month_days(year, m);
    return d;
}

static int year_of(day_t d)
{
    /* A guess from the mean length of a year is at most one too late. */
    int year = YEAR_FIRST + (int)((d - year_start(YEAR_FIRST)) / 365);
    while (year_start(year) > d)
        year--;
    return year;
}

void day_to_civil(day_t d, int *year, int *month, int *day)
{
    *year = *month = *day = 0;
    if (!is_in_range(d))
        return;
    int y = year_of(d), m = 1, rest = (int)(d - year_start(y));
    while (rest >= month_days(y, m))
        rest -= month_days(y, m++);
    *year = y;
    *month = m;
    *day = rest + 1;
}

int day_weekday(day_t d)
{
    /* 1970-01-01 was a Thursday. */
    return (int)((((int64_t)d + 3) % 7 + 7) % 7) + 1;
}

static int digits(const char *s, int n)
{
    int value = 0;
    for (int i = 0; i < n; i++) {
        if (s[i] < '0' || s[i] > '9')
            return -1;
        value = value * 10 + (s[i] - '0');
    }
    return value;
}

day_t day_parse(const char *iso)
{
    if (!iso || strlen(iso) != 10 || iso[4] != '-' || iso[7] != '-')
        return DAY_NONE;
    return day_from_civil(digits(iso, 4), digits(iso + 5, 2), digits(iso + 8, 2));
}

void day_format(day_t d, char out[11])
{
    int year, month, day;
    day_to_civil(d, &year, &month, &day);
    out[0] = '\0';
    if (year)
        snprintf(out, 11, "%04u-%02u-%02u", (unsigned)year % 10000, (unsigned)month % 100, (unsigned)day % 100);
}

struct work_calendar *work_calendar_new(void)
{
    struct work_calendar *c = calloc(1, sizeof *c);
    if (!c)
        abort();
    return c;
}

void work_calendar_free(struct work_calendar **c)
{
    free(*c);
    *c = NULL;
}

bool work_calendar_set(struct work_calendar *c, day_t d, bool working)
{
    if (!is_in_range(d))
        return false;
    int year = year_of(d), at = (int)(d - year_start(year)), y = year - YEAR_FIRST;
    uint8_t bit = (uint8_t)(1u << (at % 8));
    c->verified[y] = true;
    c->known[y][at / 8] |= bit;
    if (working)
        c->off[y][at / 8] &= (uint8_t)~bit;
    else
        c->off[y][at / 8] |= bit;
    return true;
}

bool work_calendar_is_working(const struct work_calendar *c, day_t d)
{
    if (is_in_range(d)) {
        int year = year_of(d), at = (int)(d - year_start(year)), y = year - YEAR_FIRST;
        if (c->known[y][at / 8] >> (at % 8) & 1)
            return !(c->off[y][at / 8] >> (at % 8) & 1);
    }
    return day_weekday(d) <= 5;
}

bool work_calendar_is_verified(const struct work_calendar *c, day_t d) { return is_in_range(d) && c->verified[year_of(d) - YEAR_FIRST]; }

static day_t add_months(day_t event, int months)
{
    int year, month, day;
    day_to_civil(event, &year, &month, &day);
    int index = year * 12 + (month - 1) + months;
    year = index / 12;
    month = index % 12 + 1;
    if (index < 0 || year < YEAR_FIRST || year > YEAR_LAST)
        return DAY_NONE;
    int last = month_days(year, month);
    return day_from_civil(year, month, day < last ? day : last);
}

static day_t add_working_days(const struct work_calendar *c, day_t event, int days)
{
    int step = days < 0 ? -1 : 1;
    while (days != 0 && is_in_range(event)) {
        event += step;
        if (work_calendar_is_working(c, event))
            days -= step;
    }
    return event;
}

static day_t count_nominal(const struct work_calendar *c, day_t event, const struct due_rule *rule)
{
    if (!is_in_range(event) || rule->length > LENGTH_MAX || rule->length < -LENGTH_MAX)
        return DAY_NONE;
    day_t d = DAY_NONE;
    switch (rule->unit) {
    case DUE_CALENDAR_DAY: d = event + rule->length; break;
    case DUE_WORKING_DAY: d = add_working_days(c, event, rule->length); break;
    case DUE_MONTH: d = add_months(event, rule->length); break;
    }
    return is_in_range(d) ? d : DAY_NONE;
}

/* Counting working days leans on every day passed, not on the last one alone. A step of 365 days jumps over no year. */
static bool passes_unverified(const struct work_calendar *c, day_t event, day_t nominal)
{
    day_t from = event < nominal ? event + 1 : nominal, to = event < nominal ? nominal : event - 1;
    for (day_t d = from; d <= to; d += 365)
        if (!work_calendar_is_verified(c, d))
            return true;
    return false;
}

struct due due_count(const struct work_calendar *c, day_t event, const struct due_rule *rule)
{
    struct due due = {.nominal = count_nominal(c, event, rule)};
    due.rolled = due.nominal;
    if (due.nominal == DAY_NONE) {
        due.unverified = true;
        return due;
    }
    day_t d = due.nominal;
    int step = rule->roll == DUE_ROLL_NONE ? 0 : rule->roll == DUE_ROLL_NEXT ? 1 : -1;
    while (step != 0 && is_in_range(d) && !work_calendar_is_working(c, d))
        d += step;
    if (is_in_range(d))
        due.rolled = d;
    if (rule->length > 0 && due.rolled < event)
        due.rolled = event;
    due.unverified = !work_calendar_is_verified(c, due.nominal) || !work_calendar_is_verified(c, due.rolled) ||
                     (rule->unit == DUE_WORKING_DAY && passes_unverified(c, event, due.nominal));
    return due;
}

const struct due_rule due_rules[] = {
#define DUE_RULE(id, from, unit, length, roll, ru, en, law) {id, DUE_##unit, length, DUE_ROLL_##roll, from, {ru, en}, law},
#include "server/rules/due_rules.def"
#undef DUE_RULE
    {NULL, DUE_CALENDAR_DAY, 0, DUE_ROLL_NONE, NULL, {NULL, NULL}, NULL},
};

const struct due_rule *due_rule_find(const char *id)
{
    for (const struct due_rule *r = due_rules; id && r->id; r++)
        if (strcmp(r->id, id) == 0)
            return r;
    return NULL;
}

const struct due_rule *due_rule_of_appeal(const char *appeal_kind)
{
    /* An instruction and a service request have the term that their paper names; until it is typed in, the custom for papers without a
     * term holds: a month. Of the prosecutor's acts the shortest term is taken, which can never be late. */
    static const struct {
        const char *kind, *rule;
    } rows[] = {
        {"letter", "appeal_consider"},          {"electronic", "appeal_consider"},      {"reception", "appeal_consider"},
        {"message", "message_ordinary"},        {"official_letter", "official_letter"}, {"instruction", "official_letter"},
        {"deputy_request", "deputy_request"},   {"prosecutor", "prosecutor_request"},   {"info_request", "info_request"},
        {"service_request", "official_letter"},
    };
    for (size_t i = 0; appeal_kind && i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].kind, appeal_kind) == 0)
            return due_rule_find(rows[i].rule);
    return due_rule_find("appeal_consider");
}
