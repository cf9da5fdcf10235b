#include "server/rules/due.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Days of 1900..2199: 300 years, of which 73 are leap years (1900 and 2100 are none). */
enum { YEAR_FIRST = 1900, YEAR_LAST = 2199, YEAR_COUNT = YEAR_LAST - YEAR_FIRST + 1, DAY_FIRST = -25567, DAYS_COUNT = 300 * 365 + 73, LENGTH_MAX = 100000 };

struct note {
    day_t day;
    char *text;
};

/* A byte a day: counting a term asks for one after the other. */
struct work_calendar {
    bool verified[YEAR_COUNT];
    uint8_t kind[DAYS_COUNT];
    struct note *notes; /* sorted by day */
    size_t note_count, note_room;
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

static bool is_in_range(day_t d) { return d >= DAY_FIRST && d < DAY_FIRST + DAYS_COUNT; }

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
    int year = YEAR_FIRST + (int)((d - DAY_FIRST) / 365);
    while (year_start(year) > d)
        year--;
    return year;
}

int day_year(day_t d) { return is_in_range(d) ? year_of(d) : 0; }

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
    for (size_t i = 0; *c && i < (*c)->note_count; i++)
        free((*c)->notes[i].text);
    if (*c)
        free((*c)->notes);
    free(*c);
    *c = NULL;
}

bool day_kind_parse(const char *word, enum day_kind *kind)
{
    static const char *const words[] = {[DAY_WORK] = "work", [DAY_SHORT] = "short", [DAY_HOLIDAY] = "holiday", [DAY_OFF] = "off"};
    for (int i = DAY_WORK; word && i <= DAY_OFF; i++)
        if (strcmp(words[i], word) == 0) {
            *kind = (enum day_kind)i;
            return true;
        }
    return false;
}

/* Where the note of a day stands, or would stand. */
static size_t note_place(const struct work_calendar *c, day_t d)
{
    size_t low = 0, high = c->note_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (c->notes[mid].day < d)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static void set_note(struct work_calendar *c, day_t d, const char *text)
{
    size_t at = note_place(c, d);
    bool there = at < c->note_count && c->notes[at].day == d;
    if (!there && (!text || !*text))
        return;
    char *copy = strdup(text ? text : "");
    if (!there && c->note_count == c->note_room) {
        c->note_room = c->note_room ? 2 * c->note_room : 256;
        c->notes = realloc(c->notes, c->note_room * sizeof *c->notes);
    }
    if (!copy || !c->notes)
        abort();
    if (there) {
        free(c->notes[at].text);
    } else {
        memmove(c->notes + at + 1, c->notes + at, (c->note_count - at) * sizeof *c->notes);
        c->note_count++;
    }
    c->notes[at] = (struct note){.day = d, .text = copy};
}

bool work_calendar_set(struct work_calendar *c, day_t d, enum day_kind kind, const char *note)
{
    if (!is_in_range(d))
        return false;
    c->kind[d - DAY_FIRST] = (uint8_t)kind;
    set_note(c, d, note);
    return true;
}

void work_calendar_verify(struct work_calendar *c, int year)
{
    if (year >= YEAR_FIRST && year <= YEAR_LAST)
        c->verified[year - YEAR_FIRST] = true;
}

enum day_kind work_calendar_kind(const struct work_calendar *c, day_t d)
{
    if (is_in_range(d) && c->kind[d - DAY_FIRST] != DAY_PLAIN)
        return c->kind[d - DAY_FIRST];
    return day_weekday(d) <= 5 ? DAY_WORK : DAY_OFF;
}

bool work_calendar_is_working(const struct work_calendar *c, day_t d)
{
    enum day_kind kind = work_calendar_kind(c, d);
    return kind == DAY_WORK || kind == DAY_SHORT;
}

const char *work_calendar_note(const struct work_calendar *c, day_t d)
{
    size_t at = note_place(c, d);
    return at < c->note_count && c->notes[at].day == d ? c->notes[at].text : "";
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

/* The day that day 0 is: the one before day 1, seen in the direction of counting. */
static day_t day_zero(day_t event, const struct due_rule *rule)
{
    return rule->start == DUE_SAME_DAY && rule->length != 0 ? event + (rule->length > 0 ? -1 : 1) : event;
}

static day_t count_nominal(const struct work_calendar *c, day_t event, const struct due_rule *rule)
{
    if (!is_in_range(event) || rule->length > LENGTH_MAX || rule->length < -LENGTH_MAX)
        return DAY_NONE;
    day_t zero = day_zero(event, rule), d = DAY_NONE;
    switch (rule->unit) {
    case DUE_CALENDAR_DAY: d = zero + rule->length; break;
    case DUE_WORKING_DAY: d = add_working_days(c, zero, rule->length); break;
    case DUE_MONTH:
        d = add_months(event, rule->length);
        if (d != DAY_NONE)
            d += zero - event;
        break;
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

struct due due_roll(const struct work_calendar *c, day_t nominal, enum due_roll roll, day_t floor)
{
    struct due due = {.nominal = is_in_range(nominal) ? nominal : DAY_NONE};
    due.rolled = due.nominal;
    if (due.nominal == DAY_NONE) {
        due.unverified = true;
        return due;
    }
    day_t d = due.nominal;
    int step = roll == DUE_ROLL_NONE ? 0 : roll == DUE_ROLL_NEXT ? 1 : -1;
    while (step != 0 && is_in_range(d) && !work_calendar_is_working(c, d))
        d += step;
    if (is_in_range(d))
        due.rolled = d;
    /* Never before the event itself; a nominal day that lies before it stays where it was named. */
    if (floor != DAY_NONE && due.rolled < floor)
        due.rolled = nominal < floor ? nominal : floor;
    due.unverified = !work_calendar_is_verified(c, due.nominal) || !work_calendar_is_verified(c, due.rolled);
    return due;
}

struct due due_count(const struct work_calendar *c, day_t event, const struct due_rule *rule)
{
    day_t nominal = count_nominal(c, event, rule);
    struct due due = due_roll(c, nominal, rule->roll, rule->length > 0 ? event : DAY_NONE);
    if (nominal != DAY_NONE && rule->unit == DUE_WORKING_DAY)
        due.unverified = due.unverified || passes_unverified(c, event, nominal);
    return due;
}

struct due due_recount(const struct work_calendar *c, const struct due_rule *rule, day_t event, day_t nominal, bool extended)
{
    if (rule->unit == DUE_WORKING_DAY && !extended && rule->length != 0)
        return due_count(c, event, rule);
    return due_roll(c, nominal, rule->roll, event);
}
