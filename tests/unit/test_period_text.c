/* Times of planned breaks as suppliers write them: how they are read, and what is not read and why. */
#include "server/rules/period_text.h"
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ABOUT "2024-01-15"

static void write_moment(char *out, size_t size, struct period_moment m)
{
    char day[11];
    day_format(m.day + m.minute / PERIOD_DAY_MINUTES, day);
    snprintf(out, size, "%sT%02d:%02d:00", day, m.minute % PERIOD_DAY_MINUTES / 60, m.minute % 60);
}

/* "01-28 08:00-17:00 usual; ..." without the year, unread pieces as "!text:reason". */
static const char *reading_of(const char *text, const char *about)
{
    static const char *const hows[] = {"", " each", " night", " through", " usual"};
    static char told[8192];
    static struct period_text out;
    size_t len = 0;
    period_text_parse(text, strlen(text), day_parse(about), &out);
    told[0] = '\0';
    for (size_t i = 0; i < out.intervals; i++) {
        char from[32], to[32];
        write_moment(from, sizeof from, out.interval[i].from);
        write_moment(to, sizeof to, out.interval[i].to);
        len += (size_t)snprintf(told + len, sizeof told - len, "%s%.10s %.5s-%s%s%.5s%s", len ? "; " : "", from, from + 11,
                                strncmp(from, to, 10) == 0 ? "" : to + 5, "", strncmp(from, to, 10) == 0 ? to + 11 : "",
                                hows[out.interval[i].how]);
    }
    for (size_t i = 0; i < out.unreads; i++)
        len += (size_t)snprintf(told + len, sizeof told - len, "%s!%.*s:%s", len ? "; " : "", (int)out.unread[i].len,
                                text + out.unread[i].at, out.unread[i].reason);
    return told;
}

static void reads_about(const char *text, const char *about, const char *expected)
{
    if (strcmp(reading_of(text, about), expected) != 0)
        fail_msg("«%s»\n  reads   %s\n  and not %s", text, reading_of(text, about), expected);
}
static void reads(const char *text, const char *expected) { reads_about(text, ABOUT, expected); }

/* Cases of a real supplier of Sevastopol, as its own parser reads them (facts of its test, retold). */
static void periods_of_sevastopol_are_read(void **state)
{
    (void)state;
    reads("Дата\n\n01.11.2023 08:00 - 03.11.2023 17:00\n",
          "2023-11-01 08:00-17:00 each; 2023-11-02 08:00-17:00 each; 2023-11-03 08:00-17:00 each");
    reads("Дата\n\n01-03.11.2023 08:00 - 17:00\n", "2023-11-01 08:00-17:00 each; 2023-11-02 08:00-17:00 each; 2023-11-03 08:00-17:00 each");
    reads("с 23:00 03.07.2023г. до 06:00 04.07.2023г.", "2023-07-03 23:00-07-04T06:00:00 night");
    reads("28.02.2024 08:00 - 01.03.2024 17:00", "2024-02-28 08:00-17:00 each; 2024-02-29 08:00-17:00 each; 2024-03-01 08:00-17:00 each");
    reads("Отключение электроэнергии 28 января", "2024-01-28 08:00-17:00 usual");
    reads("Отключение электроэнергии с 20 по 23 февраля",
          "2024-02-20 08:00-17:00 usual; 2024-02-21 08:00-17:00 usual; 2024-02-22 08:00-17:00 usual; 2024-02-23 08:00-17:00 usual");
    reads("Отключение электроэнергии 1,3 января", "2024-01-01 08:00-17:00 usual; 2024-01-03 08:00-17:00 usual");
}

static void hours_are_read_in_all_their_spellings(void **state)
{
    static const char *const spellings[] = {
        "28 января с 9:00 до 17:30",           "28.01 с 9.00 до 17.30",           "28.01.24 09-00 - 17-30",
        "с 9-00 до 17-30 28 января 2024 года", "28.01.2024г. 9 ч - 17 ч 30 мин.", "2024-01-28T09:00 - 17:30",
        "28/01/2024 9:00:00-17:30:00",         "с 9:00 28 января до 17:30",       "Время: 9:00 — 17:30, дата: 28 янв."};
    (void)state;
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++)
        reads(spellings[i], "2024-01-28 09:00-17:30");
    reads("28 января с 8 до 17 часов", "2024-01-28 08:00-17:00");
    reads("28 января 0:00-24:00", "2024-01-28 00:00-01-29T00:00:00");
}

static void several_breaks_are_several(void **state)
{
    (void)state;
    reads("28 января 9:00-12:00, 13:00-17:00", "2024-01-28 09:00-12:00; 2024-01-28 13:00-17:00");
    reads("28 января 9:00-12:00, 29 января 10:00-11:00", "2024-01-28 09:00-12:00; 2024-01-29 10:00-11:00");
    reads("с 9:00 до 12:00 28 января, с 10:00 до 11:00 29 января", "2024-01-28 09:00-12:00; 2024-01-29 10:00-11:00");
    reads("28.01 9:00-10:00; 29.01", "2024-01-28 09:00-10:00; 2024-01-29 08:00-17:00 usual");
    reads("28.01.2024 8:00 - 9:00, с 23:00 30.01 до 6:00 31.01", "2024-01-28 08:00-09:00; 2024-01-30 23:00-01-31T06:00:00 night");
    reads("28 января 8:00-12:00, с 9:00 до 10:00 30 января", "2024-01-28 08:00-12:00; 2024-01-30 09:00-10:00");
    reads("28 января 8:00-9:00, 10:00-11:00\n30 января 9:00-10:00",
          "2024-01-28 08:00-09:00; 2024-01-28 10:00-11:00; 2024-01-30 09:00-10:00");
    reads("28-29 января 23:00 - 05:00", "2024-01-28 23:00-01-29T05:00:00 night; 2024-01-29 23:00-01-30T05:00:00 night");
}

static void words_say_whether_nights_are_between(void **state)
{
    (void)state;
    reads("с 08:00 28.01.2024 до 17:00 30.01.2024", "2024-01-28 08:00-01-30T17:00:00 through");
    reads("с 08:00 28.01.2024 до 17:00 29.01.2024 ежедневно", "2024-01-28 08:00-17:00 each; 2024-01-29 08:00-17:00 each");
    reads("28.01.2024 08:00 - 30.01.2024 17:00 круглосуточно", "2024-01-28 08:00-01-30T17:00:00 through");
    reads("круглосуточно с 28 по 30 января", "2024-01-28 00:00-01-31T00:00:00 through");
    reads("28.01.2024 20:00 - 30.01.2024 06:00", "2024-01-28 20:00-01-30T06:00:00 through");
}

static void a_missing_year_is_the_nearest(void **state)
{
    (void)state;
    reads_about("10 января 9:00-10:00", "2023-12-20", "2024-01-10 09:00-10:00");
    reads_about("28 декабря 9:00-10:00", "2024-01-05", "2023-12-28 09:00-10:00");
    reads("31.12 - 01.01.2025 9:00-10:00", "2024-12-31 09:00-10:00 each; 2025-01-01 09:00-10:00 each");
    reads("31.12.2024 - 01.01 9:00-10:00", "2024-12-31 09:00-10:00 each; 2025-01-01 09:00-10:00 each");
    reads("29 февраля 9:00-10:00", "2024-02-29 09:00-10:00");
}

static void what_is_not_understood_is_told_with_the_reason(void **state)
{
    (void)state;
    reads("", "");
    reads("скоро", "");
    reads("с 9:00 до 12:00", "!9:00 до 12:00:period_no_day");
    reads("28 января с 9:00", "!28 января с 9:00:period_no_end");
    reads("1 января 9:00, 3 января 9:00-10:00", "2024-01-03 09:00-10:00; !1 января 9:00:period_no_end");
    reads("31.02.2024 9:00-10:00", "!31.02.2024 9:00-10:00:period_date");
    reads("28 января 9:00-25:00", "!25:00:period_hour; !28 января 9:00:period_no_end");
    reads("05-03.11.2023", "!05-03.11.2023:period_backwards");
    reads("с 17:00 28.01 до 9:00 28.01", "!17:00 28.01 до 9:00 28.01:period_backwards");
    reads("28.01 24:00 - 0:00", "!28.01 24:00 - 0:00:period_backwards");
    reads("с 1 января по 31 декабря 2024", "!1 января по 31 декабря 2024:period_long");
    reads("28 января кроме выходных", "2024-01-28 08:00-17:00 usual; !кроме:period_word; !выходных:period_word");
    reads("ТП 412, 28 января 9:00-10:00", "2024-01-28 09:00-10:00; !412:period_number");
    reads("ТП 12, 15-16.02.2024 9:00-10:00", "2024-02-15 09:00-10:00 each; 2024-02-16 09:00-10:00 each; !12:period_number");
    reads("заявка № 8:00, 12, 1 февраля 9:00-10:00", "2024-02-01 09:00-10:00; !8:period_number; !00:period_number; !12:period_number");
    reads("с 8 до 17", "!8:period_number; !17:period_number");
}

/* The supplier's own file stays outside of the repository: it is read where it is. */
static void the_shared_cases_come_out_right(void **state)
{
    const char *path = SOURCE_DIR "/../shared/data/outages/sevastopol_text_cases.json";
    json_t *all = json_load_file(path, 0, NULL), *one, *pair;
    size_t i, k, checked = 0;
    (void)state;
    if (!all) {
        print_message("# no %s: not checked\n", path);
        return;
    }
    json_array_foreach(all, i, one)
    {
        const char *op = json_string_value(json_object_get(one, "op")), *input = json_string_value(json_object_get(one, "input"));
        const json_t *expected = json_object_get(one, "expected");
        static struct period_text out;
        if (strcmp(op, "parse_planned_period") != 0 && strcmp(op, "parse_current_period") != 0)
            continue;
        period_text_parse(input, strlen(input), day_parse(ABOUT), &out);
        assert_int_equal(out.unreads, 0);
        assert_int_equal(out.intervals, json_array_size(expected));
        json_array_foreach(expected, k, pair)
        {
            char from[32], to[32];
            write_moment(from, sizeof from, out.interval[k].from);
            write_moment(to, sizeof to, out.interval[k].to);
            assert_string_equal(from, json_string_value(json_array_get(pair, 0)));
            assert_string_equal(to, json_string_value(json_array_get(pair, 1)));
        }
        checked++;
    }
    print_message("# %zu cases of the file\n", checked);
    assert_true(checked >= 7);
    json_decref(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(periods_of_sevastopol_are_read),  cmocka_unit_test(hours_are_read_in_all_their_spellings),
        cmocka_unit_test(several_breaks_are_several),      cmocka_unit_test(words_say_whether_nights_are_between),
        cmocka_unit_test(a_missing_year_is_the_nearest),   cmocka_unit_test(what_is_not_understood_is_told_with_the_reason),
        cmocka_unit_test(the_shared_cases_come_out_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
