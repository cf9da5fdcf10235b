/* What a value is: text up to the cell, then a date, a number, a share. */
#include "print/print.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool cell_number(const char *text, double *number)
{
    char *end;
    errno = 0;
    *number = strtod(text, &end);
    return end != text && !*end && !errno && *number > -1e15 && *number < 1e15;
}

/* Days of the civil calendar since 1970-01-01 (Howard Hinnant's algorithm, public domain). */
static long days_from_civil(int y, int m, int d)
{
    y -= m <= 2;
    long era = (y >= 0 ? y : y - 399) / 400;
    long yoe = y - era * 400, doy = (153L * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1, doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

struct moment {
    int year, month, day, hour, minute;
    bool has_time;
};

static bool read_moment(const char *text, struct moment *m)
{
    char more;
    *m = (struct moment){0};
    int n = sscanf(text, "%4d-%2d-%2d%c%2d:%2d", &m->year, &m->month, &m->day, &more, &m->hour, &m->minute);
    m->has_time = n == 6 && (more == ' ' || more == 'T');
    return (n == 3 || m->has_time) && m->year >= 1900 && m->month >= 1 && m->month <= 12 && m->day >= 1 && m->day <= 31;
}

bool cell_serial(const char *text, double *serial)
{
    enum { EPOCH_1970 = 25569 };
    struct moment m;
    if (!read_moment(text, &m))
        return false;
    *serial = (double)(days_from_civil(m.year, m.month, m.day) + EPOCH_1970) + (m.hour * 60 + m.minute) / 1440.0;
    return true;
}

static void comma(char *text)
{
    char *point = strchr(text, '.');
    if (point)
        *point = ',';
}

const char *cell_shown(enum cell_type type, bool english, const char *text, char *out)
{
    struct moment m;
    double number;
    switch (type) {
    case CELL_DATE:
    case CELL_TIME:
        if (!read_moment(text, &m))
            return text;
        if (m.has_time && type == CELL_TIME)
            snprintf(out, CELL_SHORT_BYTES, "%02d.%02d.%04d %02d:%02d", m.day, m.month, m.year, m.hour, m.minute);
        else
            snprintf(out, CELL_SHORT_BYTES, "%02d.%02d.%04d", m.day, m.month, m.year);
        return out;
    case CELL_PERCENT:
        if (!cell_number(text, &number))
            return text;
        snprintf(out, CELL_SHORT_BYTES, "%.1f%s", number * 100, english ? "%" : "\u00a0%");
        break;
    case CELL_NUMBER:
        if (!cell_number(text, &number))
            return text;
        snprintf(out, CELL_SHORT_BYTES, "%s", text);
        break;
    case CELL_INT:
    case CELL_TEXT: return text;
    }
    if (!english)
        comma(out);
    return out;
}
