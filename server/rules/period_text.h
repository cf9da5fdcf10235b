/* The time of a planned break as a supplier writes it: text to intervals, each with how it was read, and what was not read with why.
 *
 *   01.11.2023 08:00 - 03.11.2023 17:00    a row of a table: every day from 8 to 17
 *   01-03.11.2023 08:00 - 17:00            the same; so are «с 9.00 до 12.00, 13-00 - 17-00 1, 3 ноября» with several breaks a day
 *   с 23:00 03.07.2023г. до 06:00 04.07    from one moment to another, without a break between
 *   с 20 по 23 февраля                     without hours: the working day from 8 to 17, as suppliers mean it
 *
 * «ежедневно» and «круглосуточно» decide where both can be meant. An end at or before the beginning lies on the next day. A date without
 * a year takes that of the dates beside it, else the year that brings it nearest to `about`. Words are passed over, save those that would
 * change the days («кроме», «по выходным»): these are told, like every number that is neither a day nor an hour. */
#pragma once
#include "server/rules/due.h"
#include <stdbool.h>
#include <stddef.h>

enum { PERIOD_DAYS_MAX = 62, PERIOD_INTERVALS_MAX = 100, PERIOD_UNREADS_MAX = 20, PERIOD_DAY_MINUTES = 24 * 60 };

enum period_how {
    PERIOD_SAID,        /* one day, or one moment to another, as said */
    PERIOD_EACH_DAY,    /* one of several days with the same hours */
    PERIOD_NIGHT,       /* ends on the next day */
    PERIOD_THROUGH,     /* over several days without a break */
    PERIOD_USUAL_HOURS, /* no hours said */
};

/* Local time: minutes from the day's midnight, 0 to PERIOD_DAY_MINUTES. */
struct period_moment {
    day_t day;
    int minute;
};

struct period_interval {
    struct period_moment from, to; /* from < to */
    enum period_how how;
    size_t at, len; /* the bytes it was read from */
};

struct period_unread {
    size_t at, len;     /* bytes */
    const char *reason; /* of reasons.def */
};

struct period_text {
    size_t intervals, unreads;
    struct period_interval interval[PERIOD_INTERVALS_MAX];
    struct period_unread unread[PERIOD_UNREADS_MAX]; /* what has no room is not told */
};

/* Reads all of the text, in its order; any bytes are taken. Nothing to free. */
void period_text_parse(const char *text, size_t len, day_t about, struct period_text *out);
