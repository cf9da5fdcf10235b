#include "server/rules/due_explain.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DAYS_SHOWN_MAX = 92, DAYS_AT_END = 31, LINE_BYTES = 400 };

#define TR(lang, ru, en) ((lang) == LANG_RU ? (ru) : (en))

static const char *const months[2][12] = {
    [LANG_RU] = {"января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"},
    [LANG_EN] = {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
};
static const char *const weekdays[2][7] = {
    [LANG_RU] = {"понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье"},
    [LANG_EN] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"},
};
static const struct {
    const char *id, *text[2];
} events[] = {
    {"received", {"поступления", "receipt"}},
    {"registered", {"регистрации", "registration"}},
    {"signed", {"подписания", "signing"}},
    {"requested", {"запроса", "the request"}},
    {"answered", {"ответа", "the answer"}},
    {"event_start", {"начала события", "the event's beginning"}},
    {"given_day", {"названного дня", "the day given"}},
    {"nominal_due", {"прежнего номинального срока", "the earlier nominal term"}},
};

const char *day_in_words(day_t d, enum lang lang, char *out, unsigned size)
{
    int year, month, day;
    day_to_civil(d, &year, &month, &day);
    snprintf(out, size, "%s", "");
    if (year)
        snprintf(out, size, "%d %s %d, %s", day, months[lang][month - 1], year, weekdays[lang][day_weekday(d) - 1]);
    return out;
}

/* Russian counts one, few and many. */
static int plural(int n)
{
    n = abs(n);
    if (n % 10 == 1 && n % 100 != 11)
        return 0;
    return n % 10 >= 2 && n % 10 <= 4 && (n % 100 < 12 || n % 100 > 14) ? 1 : 2;
}

const char *due_length_in_words(const struct due_rule *rule, enum lang lang, char *out, unsigned size)
{
    static const char *const words[2][3][3] = {
        [LANG_RU] = {[DUE_CALENDAR_DAY] = {"календарный день", "календарных дня", "календарных дней"},
                     [DUE_WORKING_DAY] = {"рабочий день", "рабочих дня", "рабочих дней"},
                     [DUE_MONTH] = {"месяц", "месяца", "месяцев"}},
        [LANG_EN] = {[DUE_CALENDAR_DAY] = {"calendar day", "calendar days", "calendar days"},
                     [DUE_WORKING_DAY] = {"working day", "working days", "working days"},
                     [DUE_MONTH] = {"month", "months", "months"}},
    };
    int n = abs(rule->length), form = lang == LANG_RU ? plural(n) : n != 1;
    snprintf(out, size, "%s", "");
    if (n)
        snprintf(out, size, "%d %s%s", n, words[lang][rule->unit][form],
                 rule->length < 0 ? TR(lang, " до события", " before the event") : "");
    return out;
}

/* What kind of day it is when that matters: "праздник: День Победы", "выходной"; "" for a plain working day. */
static const char *kind_words(const struct due_story *s, day_t d, char *out, size_t size)
{
    const char *note = work_calendar_note(s->calendar, d), *kind = "";
    bool weekend = day_weekday(d) > 5;
    switch (work_calendar_kind(s->calendar, d)) {
    case DAY_HOLIDAY: kind = TR(s->lang, "нерабочий праздничный день", "holiday"); break;
    case DAY_OFF: kind = TR(s->lang, "выходной", "day off"); break;
    case DAY_SHORT: kind = TR(s->lang, "рабочий сокращённый", "short working day"); break;
    default: kind = weekend ? TR(s->lang, "рабочий (перенос)", "working by transfer") : ""; break;
    }
    bool says_more = *note && work_calendar_kind(s->calendar, d) != DAY_SHORT;
    snprintf(out, size, "%s%s%s%s%.120s%s", *kind ? ", " : "", kind, says_more ? " (" : "", "", says_more ? note : "",
             says_more ? ")" : "");
    return out;
}

static void say(struct jw *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void say(struct jw *w, const char *fmt, ...)
{
    char line[LINE_BYTES];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(line, sizeof line, fmt, ap); /* NOLINT(clang-analyzer-valist.Uninitialized): it is begun in the line above */
    va_end(ap);
    jw_string(w, line);
}

static void say_rule(const struct due_story *s, struct jw *w)
{
    char length[80], day[64];
    const char *from = s->rule->from;
    due_length_in_words(s->rule, s->lang, length, sizeof length);
    say(w, "%s%s%s (%s)", s->rule->text[s->lang], *length ? ": " : "", length, s->rule->law[s->lang]);
    day_in_words(s->event, s->lang, day, sizeof day);
    if (strcmp(from, "given_date") == 0)
        return;
    for (size_t i = 0; i < sizeof events / sizeof *events; i++)
        if (strcmp(events[i].id, from) == 0)
            from = events[i].text[s->lang];
    say(w, TR(s->lang, "Считается от %s: %s", "Counted from %s: %s"), from, day);
    if (s->rule->length != 0)
        say(w, "%s",
            s->rule->start == DUE_SAME_DAY ? TR(s->lang, "Сам этот день - первый", "That day itself is day 1")
                                           : TR(s->lang, "День 1 - следующий за ним", "Day 1 is the day after it"));
}

/* Every day between the event and the nominal day; of very long terms the beginning and the end. */
static void say_days(const struct due_story *s, day_t nominal, struct jw *w)
{
    int step = s->rule->length < 0 ? -1 : 1, number = 0;
    bool working_only = s->rule->unit == DUE_WORKING_DAY;
    day_t first = s->rule->start == DUE_SAME_DAY ? s->event : s->event + step;
    int all = (nominal - first) * step + 1;
    for (day_t d = first; all > 0 && (nominal - d) * step >= 0; d += step) {
        char day[64], kind[200];
        bool counts = !working_only || work_calendar_is_working(s->calendar, d);
        int passed = (d - first) * step;
        number += counts;
        if (all > DAYS_SHOWN_MAX && passed == DAYS_SHOWN_MAX - DAYS_AT_END)
            jw_string(w, "…");
        if (all > DAYS_SHOWN_MAX && passed >= DAYS_SHOWN_MAX - DAYS_AT_END && passed < all - DAYS_AT_END)
            continue;
        day_in_words(d, s->lang, day, sizeof day);
        kind_words(s, d, kind, sizeof kind);
        if (counts)
            say(w, TR(s->lang, "День %d: %s%s", "Day %d: %s%s"), number, day, kind);
        else
            say(w, TR(s->lang, "%s%s: не считается", "%s%s: not counted"), day, kind);
    }
}

static void say_roll(const struct due_story *s, struct jw *w)
{
    char day[64], kind[200];
    day_t d = s->due.nominal;
    int step = s->due.rolled < d ? -1 : 1;
    day_in_words(d, s->lang, day, sizeof day);
    say(w, TR(s->lang, "Номинальный срок: %s%s", "Nominal term: %s%s"), day, kind_words(s, d, kind, sizeof kind));
    if (d == s->due.rolled)
        return;
    say(w, "%s",
        step < 0 ? TR(s->lang, "Последний день нерабочий: срок переносится на предшествующий рабочий день",
                      "The last day is not a working one: the term moves to the working day before")
                 : TR(s->lang, "Последний день нерабочий: срок переносится на следующий рабочий день",
                      "The last day is not a working one: the term moves to the next working day"));
    for (d += step; d != s->due.rolled; d += step) {
        day_in_words(d, s->lang, day, sizeof day);
        say(w, "%s%s", day, kind_words(s, d, kind, sizeof kind));
    }
    if (!work_calendar_is_working(s->calendar, d))
        say(w, "%s", TR(s->lang, "Раньше дня самого события срок не бывает", "The term is never before the day of the event itself"));
}

static void say_unverified(const struct due_story *s, struct jw *w)
{
    day_t last = s->due.nominal > s->due.rolled ? s->due.nominal : s->due.rolled;
    day_t first = s->event < last ? s->event : last;
    for (int year = day_year(first); year > 0 && year <= day_year(last); year++)
        if (!work_calendar_is_verified(s->calendar, day_from_civil(year, 1, 1)))
            say(w,
                TR(s->lang,
                   "Производственного календаря на %d год нет: выходными считались только суббота и воскресенье, срок может измениться",
                   "There is no production calendar of %d: only Saturday and Sunday were taken for days off, the term may change"),
                year);
}

void due_explain(const struct due_story *s, struct jw *w)
{
    char day[64], kind[200];
    jw_array(w);
    say_rule(s, w);
    struct due counted = due_count(s->calendar, s->event, s->rule);
    bool from_event = strcmp(s->rule->from, "given_date") != 0 && strcmp(s->rule->from, "nominal_due") != 0;
    if (s->due.nominal == DAY_NONE) {
        say(w, "%s", TR(s->lang, "Срок кончается вне календаря (1900-2199)", "The term ends outside the calendar (1900-2199)"));
        jw_array_end(w);
        return;
    }
    if (from_event && counted.nominal != DAY_NONE && s->rule->length != 0) {
        say_days(s, counted.nominal, w);
        if (counted.nominal != s->due.nominal) {
            day_in_words(counted.nominal, s->lang, day, sizeof day);
            say(w, TR(s->lang, "По правилу: %s; затем срок изменён на %+d дн.", "By the rule: %s; then the term was moved by %+d days"),
                day, s->due.nominal - counted.nominal);
        }
    }
    say_roll(s, w);
    day_in_words(s->due.rolled, s->lang, day, sizeof day);
    say(w, TR(s->lang, "Срок: %s%s", "Due: %s%s"), day, kind_words(s, s->due.rolled, kind, sizeof kind));
    if (s->due.unverified)
        say_unverified(s, w);
    jw_array_end(w);
}
