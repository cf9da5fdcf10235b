/* A second counter of terms, written apart from server/rules/due.c and otherwise, to be compared with it: dates by the formula of eras,
 * the calendar as a running count of working days in which the end of a term is looked up. Days 2010-01-01 .. 2032-12-31. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { SC_FIRST = 14610 /* 2010-01-01 */, SC_COUNT = 8401 };

struct second_counter {
    int upto[SC_COUNT + 1]; /* working days before day i */
};

/* Days of a civil date since 1970-01-01: years begin in March, so that the leap day is the last one. */
static int sc_days(int y, int m, int d)
{
    y -= m <= 2;
    int era = (y >= 0 ? y : y - 399) / 400, of_era = y - era * 400, of_year = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void sc_civil(int days, int *y, int *m, int *d)
{
    days += 719468;
    int era = (days >= 0 ? days : days - 146096) / 146097, doe = days - era * 146097;
    int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365, doy = doe - (365 * yoe + yoe / 4 - yoe / 100),
        mp = (5 * doy + 2) / 153;
    *d = doy - (153 * mp + 2) / 5 + 1;
    *m = mp < 10 ? mp + 3 : mp - 9;
    *y = yoe + era * 400 + (*m <= 2);
}

/* Reads calendar.csv (`date,kind,note`); false when it cannot. */
static bool sc_load(struct second_counter *c, const char *path)
{
    static char working[SC_COUNT];
    char line[512];
    FILE *f = fopen(path, "r");
    if (!f)
        return false;
    for (int i = 0; i < SC_COUNT; i++)
        working[i] = (SC_FIRST + i + 3) % 7 < 5; /* 1970-01-01 was a Thursday, the fourth day counted from Monday */
    while (fgets(line, sizeof line, f)) {
        int y, m, d, at;
        if (sscanf(line, "%4d-%2d-%2d,", &y, &m, &d) == 3 && (at = sc_days(y, m, d) - SC_FIRST) >= 0 && at < SC_COUNT)
            working[at] = strncmp(line + 11, "work", 4) == 0 || strncmp(line + 11, "short", 5) == 0;
    }
    fclose(f);
    c->upto[0] = 0;
    for (int i = 0; i < SC_COUNT; i++)
        c->upto[i + 1] = c->upto[i] + working[i];
    return true;
}

/* The day that is the n-th working one of the whole list, counted from 1. */
static int sc_nth(const struct second_counter *c, int n)
{
    int low = 0, high = SC_COUNT;
    while (low < high) {
        int mid = (low + high) / 2;
        if (c->upto[mid] < n)
            low = mid + 1;
        else
            high = mid;
    }
    return SC_FIRST + low - 1;
}

struct sc_term {
    char unit; /* 'd' calendar days, 'w' working days, 'm' months */
    char roll; /* 'p' previous, 'n' next, '-' none */
    bool same; /* day 1 is the event's own day */
    int length;
};

static int sc_upto(const struct second_counter *c, int day) { return c->upto[day - SC_FIRST]; }

static void sc_count(const struct second_counter *c, int event, const struct sc_term *t, int *nominal, int *due)
{
    int shift = !t->same || t->length == 0 ? 0 : t->length > 0 ? -1 : 1, zero = event + shift;
    if (t->unit == 'd') {
        *nominal = zero + t->length;
    } else if (t->unit == 'w') {
        *nominal = t->length == 0  ? zero
                   : t->length > 0 ? sc_nth(c, sc_upto(c, zero + 1) + t->length)
                                   : sc_nth(c, sc_upto(c, zero) + t->length + 1);
    } else {
        int y, m, d;
        sc_civil(event, &y, &m, &d);
        m += t->length;
        while (m > 12)
            m -= 12, y++;
        while (m < 1)
            m += 12, y--;
        int first = sc_days(y, m, 1), next = m == 12 ? sc_days(y + 1, 1, 1) : sc_days(y, m + 1, 1);
        *nominal = (first + d - 1 < next ? first + d - 1 : next - 1) + shift;
    }
    *due = *nominal;
    if (sc_upto(c, *nominal + 1) == sc_upto(c, *nominal)) /* a day off */
        *due = t->roll == 'p' ? sc_nth(c, sc_upto(c, *nominal)) : t->roll == 'n' ? sc_nth(c, sc_upto(c, *nominal) + 1) : *nominal;
    if (t->length > 0 && *due < event)
        *due = event;
}
