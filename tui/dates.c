#include "tui/dates.h"
#include "common/layout.h"
#include "common/utf8.h"
#include "tui/i18n.h"
#include "tui/text.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- days as numbers (proleptic Gregorian calendar; civil-from-days by shifting the year to begin in March) ---- */

static int month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

int32_t day_from(int year, int month, int day)
{
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > month_days(year, month))
        return DAY_NONE;
    int y = month <= 2 ? year - 1 : year, era = y / 400, yoe = y - era * 400;
    int doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

void day_split(int32_t when, int *year, int *month, int *day)
{
    int z = when + 719468, era = (z >= 0 ? z : z - 146096) / 146097, doe = z - era * 146097;
    int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365, doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int mp = (5 * doy + 2) / 153;
    *day = doy - (153 * mp + 2) / 5 + 1;
    *month = mp < 10 ? mp + 3 : mp - 9;
    *year = yoe + era * 400 + (*month <= 2);
}

int day_week(int32_t when)
{
    int week = (when + 3) % 7; /* 1970-01-01 was a Thursday */
    return week < 0 ? week + 7 : week;
}

/* ---- now ---- */

static int32_t server_ahead_days; /* the server's today minus this machine's */

/* Asked for every date on the screen; the calendar is looked at once a second. */
static int32_t machine_today(void)
{
    static time_t asked;
    static int32_t today;
    time_t now = time(NULL);
    if (now == asked)
        return today;
    struct tm tm;
    localtime_r(&now, &tm);
    asked = now;
    today = day_from(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
    return today;
}

void dates_start(const char *zone, const char *today)
{
    if (zone && *zone) {
        setenv("TZ", zone, 1);
        tzset();
    }
    int32_t said = today ? dates_from_wire(today) : DAY_NONE;
    server_ahead_days = said == DAY_NONE ? 0 : said - machine_today();
}

int32_t dates_today(void) { return machine_today() + server_ahead_days; }

void dates_clock(char out[8])
{
    time_t now = time(NULL);
    struct tm tm;
    localtime_r(&now, &tm);
    strftime(out, 8, "%H:%M", &tm);
}

/* ---- what people type ---- */

static const char *const weekday_short[] = {N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun")};

/* Words in both languages; a beginning of at least two letters is enough. `days` is counted from today, `week` is a day of the week. */
static const struct {
    const char *word;
    int days;
    int week;
} words[] = {
    {"сегодня", 0, -1},    {"завтра", 1, -1},     {"послезавтра", 2, -1}, {"вчера", -1, -1},     {"позавчера", -2, -1}, {"today", 0, -1},
    {"tomorrow", 1, -1},   {"yesterday", -1, -1}, {"пн", 0, 0},           {"вт", 0, 1},          {"ср", 0, 2},          {"чт", 0, 3},
    {"пт", 0, 4},          {"сб", 0, 5},          {"вс", 0, 6},           {"понедельник", 0, 0}, {"вторник", 0, 1},     {"среда", 0, 2},
    {"среду", 0, 2},       {"четверг", 0, 3},     {"пятница", 0, 4},      {"пятницу", 0, 4},     {"суббота", 0, 5},     {"субботу", 0, 5},
    {"воскресенье", 0, 6}, {"monday", 0, 0},      {"tuesday", 0, 1},      {"wednesday", 0, 2},   {"thursday", 0, 3},    {"friday", 0, 4},
    {"saturday", 0, 5},    {"sunday", 0, 6},
};

/* Is `typed` a beginning of `word` (case and ё folded)? */
static bool is_beginning(const char *typed, const char *word)
{
    size_t tlen = strlen(typed), wlen = strlen(word), t = 0, w = 0, chars = 0;
    while (t < tlen) {
        uint32_t a, b;
        t += utf8_decode(typed + t, tlen - t, &a);
        size_t n = utf8_decode(word + w, wlen - w, &b);
        if (n == 0 || text_fold(a) != text_fold(b))
            return false;
        w += n;
        chars++;
    }
    return chars >= 2;
}

static int32_t parse_word(const char *typed)
{
    int32_t today = dates_today();
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!is_beginning(typed, words[i].word))
            continue;
        if (words[i].week < 0)
            return today + words[i].days;
        int ahead = (words[i].week - day_week(today) + 7) % 7;
        return today + (ahead == 0 ? 7 : ahead);
    }
    return DAY_NONE;
}

/* A day without a year: the nearest such date that is not more than half a year back (January is typed in December). */
static int32_t nearest_year(int month, int day)
{
    int32_t today = dates_today();
    int year, m, d;
    day_split(today, &year, &m, &d);
    int32_t when = day_from(year, month, day);
    if (when == DAY_NONE)
        return DAY_NONE;
    if (when < today - 183)
        return day_from(year + 1, month, day);
    if (when > today + 183)
        return day_from(year - 1, month, day);
    return when;
}

static int32_t parse_numbers(const char *typed)
{
    int n[3] = {0}, count = 0, digits[3] = {0};
    for (const char *p = typed; *p;) {
        if (!isdigit((unsigned char)*p) || count == 3)
            return DAY_NONE;
        for (; isdigit((unsigned char)*p) && digits[count] < 4; p++, digits[count]++)
            n[count] = n[count] * 10 + (*p - '0');
        count++;
        if (*p && !strchr(". -/,", *p))
            return DAY_NONE;
        while (*p && strchr(". -/,", *p))
            p++;
    }
    if (count == 3 && digits[0] == 4)
        return day_from(n[0], n[1], n[2]);
    if (count == 3 && (digits[2] == 2 || digits[2] == 4))
        return day_from(digits[2] == 2 ? 2000 + n[2] : n[2], n[1], n[0]);
    if (count == 2)
        return nearest_year(n[1], n[0]);
    if (count == 1 && digits[0] <= 2) {
        int year, month, day;
        day_split(dates_today(), &year, &month, &day);
        int32_t when = day_from(year, month, n[0]);
        if (when != DAY_NONE && when >= dates_today())
            return when;
        return month == 12 ? day_from(year + 1, 1, n[0]) : day_from(year, month + 1, n[0]);
    }
    return DAY_NONE;
}

int32_t dates_parse(const char *typed)
{
    char text[64], other[128];
    while (*typed == ' ')
        typed++;
    size_t len = strlen(typed);
    while (len > 0 && typed[len - 1] == ' ')
        len--;
    if (len == 0 || len >= sizeof text)
        return DAY_NONE;
    memcpy(text, typed, len);
    text[len] = '\0';
    if (strcmp(text, ".") == 0 || strcmp(text, "=") == 0)
        return dates_today();
    if (text[0] == '+' || (text[0] == '-' && text[1])) {
        char *end;
        long days = strtol(text, &end, 10);
        return *end == '\0' && end > text + 1 && labs(days) <= 3660 ? dates_today() + (int32_t)days : DAY_NONE;
    }
    int32_t when = parse_numbers(text);
    if (when == DAY_NONE)
        when = parse_word(text);
    if (when == DAY_NONE) {
        layout_swap(text, other, sizeof other);
        when = parse_word(other);
    }
    return when;
}

/* ---- the wire ---- */

int32_t dates_from_wire(const char *wire)
{
    static const char shape[] = "dddd-dd-dd";
    int n[3] = {0}, part = 0;
    if (!wire)
        return DAY_NONE;
    for (int i = 0; shape[i]; i++) {
        bool digit = isdigit((unsigned char)wire[i]);
        if (shape[i] == '-' ? wire[i] != '-' : !digit)
            return DAY_NONE;
        if (digit)
            n[part] = n[part] * 10 + (wire[i] - '0');
        else
            part++;
    }
    return day_from(n[0], n[1], n[2]);
}

void dates_to_wire(int32_t when, char out[16])
{
    int y = 0, m = 0, d = 0;
    if (when != DAY_NONE)
        day_split(when, &y, &m, &d);
    strf(out, 16, "%04d-%02d-%02d", y % 10000, m % 100, d % 100);
}

/* ---- what people read ---- */

static int year_now(void)
{
    int year, month, day;
    day_split(dates_today(), &year, &month, &day);
    return year;
}

void dates_short(int32_t when, char *out, size_t size)
{
    int y, m, d;
    out[0] = '\0';
    if (when == DAY_NONE)
        return;
    day_split(when, &y, &m, &d);
    if (y == year_now())
        strf(out, size, "%02d.%02d", d, m);
    else
        strf(out, size, "%02d.%02d.%02d", d, m, y % 100);
}

void dates_full(int32_t when, char *out, size_t size)
{
    int y, m, d;
    out[0] = '\0';
    if (when == DAY_NONE)
        return;
    day_split(when, &y, &m, &d);
    strf(out, size, "%02d.%02d.%04d", d, m, y);
}

void dates_resolved(int32_t when, char *out, size_t size)
{
    char full[16];
    dates_full(when, full, sizeof full);
    if (when == DAY_NONE)
        out[0] = '\0';
    else
        strf(out, size, "%s, %s", _(weekday_short[day_week(when)]), full);
}

void dates_due(int32_t due, char *out, size_t size)
{
    int32_t left = due == DAY_NONE ? 0 : due - dates_today();
    if (due == DAY_NONE)
        strf(out, size, "%s", "");
    else if (left < 0)
        strf(out, size, _("−%d d"), -left);
    else if (left == 0)
        strf(out, size, "%s", _("today"));
    else if (left == 1)
        strf(out, size, "%s", _("tomorrow"));
    else if (left < 7)
        strf(out, size, "%s", _(weekday_short[day_week(due)]));
    else
        dates_short(due, out, size);
}

/* Seconds since the epoch of an RFC 3339 time; false when it is none. */
static bool moment_seconds(const char *wire, time_t *out)
{
    int y, mo, d, h, mi, s, n = 0;
    if (!wire || sscanf(wire, "%4d-%2d-%2d%*[Tt ]%2d:%2d:%2d%n", &y, &mo, &d, &h, &mi, &s, &n) != 6 || n < 19)
        return false;
    int32_t day = day_from(y, mo, d);
    if (day == DAY_NONE)
        return false;
    wire += n;
    if (*wire == '.')
        for (wire++; isdigit((unsigned char)*wire); wire++)
            ;
    int oh = 0, om = 0;
    char sign = *wire;
    if ((sign == '+' || sign == '-') && sscanf(wire + 1, "%2d:%2d", &oh, &om) < 1)
        return false;
    *out = (time_t)day * 86400 + h * 3600 + mi * 60 + s - (sign == '-' ? -1 : 1) * (oh * 3600 + om * 60);
    return true;
}

/* The day and the clock of an RFC 3339 time in the municipality's zone. */
static bool moment_split(const char *wire, int32_t *day, char clock[8])
{
    time_t when;
    struct tm tm;
    if (!moment_seconds(wire, &when))
        return false;
    localtime_r(&when, &tm);
    strftime(clock, 8, "%H:%M", &tm);
    *day = day_from(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
    return true;
}

bool dates_is_ahead(const char *wire)
{
    enum { CLOCKS_DIFFER_S = 60 }; /* as the server lets them */
    time_t when;
    return moment_seconds(wire, &when) && when > time(NULL) + CLOCKS_DIFFER_S;
}

void dates_moment(const char *wire, char *out, size_t size)
{
    char date[16], clock[8];
    int32_t day;
    out[0] = '\0';
    if (!moment_split(wire, &day, clock)) {
        dates_short(dates_from_wire(wire), out, size);
        return;
    }
    dates_short(day, date, sizeof date);
    if (day == dates_today())
        strf(out, size, "%s", clock);
    else
        strf(out, size, "%s %s", date, clock);
}

void dates_interval(const char *from, const char *to, char *out, size_t size)
{
    char date[2][16], clock[2][8];
    int32_t day[2];
    out[0] = '\0';
    if (!moment_split(from, &day[0], clock[0]) || !moment_split(to, &day[1], clock[1]))
        return;
    for (int i = 0; i < 2; i++)
        dates_short(day[i], date[i], sizeof date[i]);
    if (day[0] == day[1])
        strf(out, size, "%s %s - %s", date[0], clock[0], clock[1]);
    else
        strf(out, size, "%s %s - %s %s", date[0], clock[0], date[1], clock[1]);
}

bool dates_moment_full(const char *wire, char *out, size_t size)
{
    time_t when;
    struct tm tm;
    if (!moment_seconds(wire, &when))
        return false;
    localtime_r(&when, &tm);
    strftime(out, size, "%d.%m.%Y %H:%M", &tm);
    return true;
}
