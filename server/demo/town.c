#include "server/demo/town.h"

enum { OPENS = 8 * 3600 + 1800, CLOSES = 17 * 3600 + 1800 };

bool town_is_working(const struct town *t, day_t d) { return work_calendar_is_working(t->calendar, d); }

day_t town_working_day(const struct town *t, day_t d)
{
    while (!town_is_working(t, d))
        d++;
    return d;
}

day_t town_working_day_before(const struct town *t, day_t d)
{
    while (!town_is_working(t, d))
        d--;
    return d;
}

moment_t town_office_hour(struct town *t, day_t d) { return (moment_t)d * DAY_SECONDS + random_between(&t->random, OPENS, CLOSES); }

day_t moment_day(moment_t m) { return (day_t)(m / DAY_SECONDS); }

moment_t town_later(struct town *t, moment_t from, int low, int high)
{
    day_t day = moment_day(from);
    int days = random_between(&t->random, low, high), second = (int)(from % DAY_SECONDS);
    for (int i = 0; i < days; i++)
        day = town_working_day(t, day + 1);
    /* The same day, if there is office time left; else the next morning. */
    if (days == 0 && second < CLOSES - 600 && town_is_working(t, day)) {
        int begin = second < OPENS ? OPENS : second + 60;
        return (moment_t)day * DAY_SECONDS + random_between(&t->random, begin, CLOSES);
    }
    return town_office_hour(t, days == 0 ? town_working_day(t, day + 1) : day);
}
