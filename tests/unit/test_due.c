/* When terms end: counted over the calendar that the program ships, with the worked examples of the rules. */
#include "server/rules/rules.h"
#include "tests/unit/second_cases.h"
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct work_calendar *calendar;
static struct deadlines *terms;

static const struct due_rule *term(const char *id) { return deadlines_rule(terms, id, day_parse("2026-01-01")); }

/* calendar.csv has no quotes or commas in its first two columns, which are all that matters here. */
static int load_calendar(void **state)
{
    (void)state;
    char line[512], date[11], kind[16];
    FILE *file = fopen(SOURCE_DIR "/db/seed/calendar.csv", "r");
    if (!file || !fgets(line, sizeof line, file))
        return -1;
    calendar = work_calendar_new();
    struct err err;
    terms = deadlines_load("deadlines.yaml", deadlines_default_yaml, &err);
    if (!terms)
        return -1;
    while (fgets(line, sizeof line, file)) {
        if (sscanf(line, "%10[0-9-],%15[a-z]", date, kind) != 2)
            return -1;
        enum day_kind known;
        if (!day_kind_parse(kind, &known) || !work_calendar_set(calendar, day_parse(date), known, NULL))
            return -1;
        work_calendar_verify(calendar, day_year(day_parse(date)));
    }
    fclose(file);
    return 0;
}

static int free_calendar(void **state)
{
    (void)state;
    work_calendar_free(&calendar);
    deadlines_free(&terms);
    return calendar != NULL;
}

static void assert_day(day_t got, const char *expected)
{
    char text[11];
    day_format(got, text);
    assert_string_equal(text, expected);
}

static void test_civil_dates(void **state)
{
    (void)state;
    assert_int_equal(day_from_civil(1970, 1, 1), 0);
    assert_int_equal(day_from_civil(1969, 12, 31), -1);
    assert_int_equal(day_from_civil(2000, 3, 1), 11017);
    assert_int_equal(day_from_civil(2026, 11, 24), 20781);
    static const int bad[][3] = {{2025, 2, 29}, {1900, 2, 29},  {2026, 4, 31}, {2026, 13, 1},         {2026, 0, 1},
                                 {2026, 1, 0},  {1899, 12, 31}, {2200, 1, 1},  {INT_MAX, 1, INT_MAX}, {INT_MIN, INT_MIN, 1}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(day_from_civil(bad[i][0], bad[i][1], bad[i][2]), DAY_NONE);
}

static void test_every_day_there_and_back(void **state)
{
    (void)state;
    day_t first = day_from_civil(1900, 1, 1), last = day_from_civil(2199, 12, 31);
    int weekday = day_weekday(first);
    assert_int_equal(weekday, 1);
    for (day_t d = first; d <= last; d++) {
        int year, month, day;
        char text[11];
        day_to_civil(d, &year, &month, &day);
        day_format(d, text);
        if (day_from_civil(year, month, day) != d || day_parse(text) != d || day_weekday(d) != weekday)
            fail_msg("%s", text);
        weekday = weekday % 7 + 1;
    }
    assert_int_equal(last - first + 1, 109573);
}

static void test_dates_out_of_range(void **state)
{
    (void)state;
    int year, month, day;
    char text[11];
    static const day_t far[] = {DAY_NONE, INT32_MAX, 2000000, -2000000};
    for (size_t i = 0; i < sizeof far / sizeof *far; i++) {
        day_to_civil(far[i], &year, &month, &day);
        assert_int_equal(year + month + day, 0);
        day_format(far[i], text);
        assert_string_equal(text, "");
        assert_in_range(day_weekday(far[i]), 1, 7);
        assert_false(work_calendar_set(calendar, far[i], DAY_WORK, NULL));
        assert_false(work_calendar_is_verified(calendar, far[i]));
        assert_int_equal(due_count(calendar, far[i], term("appeal_consider")).rolled, DAY_NONE);
    }
}

static void test_parsing_is_exact(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "2026-11-2",
                                      "2026-11-024",
                                      "2026/11/24",
                                      "26-11-24",
                                      " 2026-11-24",
                                      "2026-11-24 ",
                                      "2026-11-24T",
                                      "2026-02-30",
                                      "2026-1--24",
                                      "+026-11-24",
                                      "٢٠٢٦-11-24",
                                      "2026-11-\xff"
                                      "4"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(day_parse(bad[i]), DAY_NONE);
    assert_int_equal(day_parse(NULL), DAY_NONE);
    assert_day(day_parse("2024-02-29"), "2024-02-29");
}

static void test_calendar(void **state)
{
    (void)state;
    assert_true(work_calendar_is_working(calendar, day_parse("2025-11-01"))); /* a working Saturday */
    assert_false(work_calendar_is_working(calendar, day_parse("2025-11-02")));
    assert_false(work_calendar_is_working(calendar, day_parse("2025-12-31"))); /* a day off moved there */
    assert_true(work_calendar_is_working(calendar, day_parse("2026-11-24")));
    assert_true(work_calendar_is_working(calendar, day_parse("2025-04-30"))); /* a short day */
    assert_true(work_calendar_is_verified(calendar, day_parse("2026-06-15")));
    assert_false(work_calendar_is_verified(calendar, day_parse("2024-06-15")));
    assert_true(work_calendar_is_working(calendar, day_parse("2024-01-03"))); /* not known: weekends alone */
    int working = 0;
    for (day_t d = day_parse("2026-01-01"); d <= day_parse("2026-12-31"); d++)
        working += work_calendar_is_working(calendar, d);
    assert_int_equal(working, 247);
}

/* Days that are set win over the plain week, both ways and more than once. */
static void test_setting_days(void **state)
{
    (void)state;
    struct work_calendar *c = work_calendar_new();
    day_t monday = day_parse("2030-12-30"), sunday = day_parse("2030-12-29");
    assert_true(work_calendar_set(c, monday, DAY_HOLIDAY, NULL));
    assert_true(work_calendar_set(c, sunday, DAY_WORK, NULL));
    assert_false(work_calendar_is_working(c, monday));
    assert_true(work_calendar_is_working(c, sunday));
    assert_true(work_calendar_set(c, monday, DAY_WORK, NULL));
    assert_true(work_calendar_is_working(c, monday));
    assert_false(work_calendar_is_verified(c, day_parse("2030-01-01"))); /* one day known is no calendar */
    work_calendar_verify(c, 2030);
    assert_true(work_calendar_is_verified(c, day_parse("2030-01-01")));
    work_calendar_verify(c, 1899); /* nothing, and no harm */
    work_calendar_verify(c, 2200);
    assert_false(work_calendar_is_verified(c, day_parse("2031-01-01")));
    assert_true(work_calendar_set(c, day_parse("2199-12-31"), DAY_HOLIDAY, NULL));
    assert_true(work_calendar_set(c, day_parse("1900-01-01"), DAY_HOLIDAY, NULL));
    work_calendar_free(&c);
    work_calendar_free(&c);
}

static void test_worked_examples(void **state)
{
    (void)state;
    static const struct {
        const char *rule, *event, *nominal, *previous, *next;
    } rows[] = {
        {"appeal_consider", "2025-04-01", "2025-05-01", "2025-04-30", "2025-05-05"},  /* holiday */
        {"appeal_consider", "2025-03-31", "2025-04-30", "2025-04-30", "2025-04-30"},  /* short working day */
        {"appeal_consider", "2025-12-05", "2026-01-04", "2025-12-30", "2026-01-12"},  /* holiday */
        {"appeal_consider", "2025-10-02", "2025-11-01", "2025-11-01", "2025-11-01"},  /* working Saturday */
        {"appeal_consider", "2025-10-03", "2025-11-02", "2025-11-01", "2025-11-05"},  /* day off after a working Saturday */
        {"appeal_consider", "2026-04-09", "2026-05-09", "2026-05-08", "2026-05-12"},  /* holiday on Saturday */
        {"appeal_consider", "2026-03-02", "2026-04-01", "2026-04-01", "2026-04-01"},  /* ordinary */
        {"appeal_extension", "2026-04-01", "2026-05-01", "2026-04-30", "2026-05-04"}, /* registration + 60 */
        {"appeal_register", "2025-12-30", "2026-01-02", "2025-12-30", "2026-01-12"},  /* not before the day of receipt */
        {"appeal_forward", "2026-04-24", "2026-05-01", "2026-04-30", "2026-05-04"},   /* holiday */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct due_rule rule = *term(rows[i].rule);
        struct due due = due_count(calendar, day_parse(rows[i].event), &rule);
        assert_day(due.nominal, rows[i].nominal);
        assert_day(due.rolled, rows[i].previous);
        assert_false(due.unverified);
        rule.roll = DUE_ROLL_NEXT;
        assert_day(due_count(calendar, day_parse(rows[i].event), &rule).rolled, rows[i].next);
        rule.roll = DUE_ROLL_NONE;
        assert_day(due_count(calendar, day_parse(rows[i].event), &rule).rolled, rows[i].nominal);
    }
}

/* The figures told beside the examples: for 107 of the 247 working days of 2025 the 30th day is not a working one. */
static void test_facts_of_2025(void **state)
{
    (void)state;
    const struct due_rule *rule = term("appeal_consider");
    int registrations = 0, moved = 0, longest = 0;
    for (day_t d = day_parse("2025-01-01"); d <= day_parse("2025-12-31"); d++) {
        if (!work_calendar_is_working(calendar, d))
            continue;
        struct due_rule forward = *rule;
        forward.roll = DUE_ROLL_NEXT;
        struct due due = due_count(calendar, d, rule);
        int later = due_count(calendar, d, &forward).rolled - due.nominal;
        registrations++;
        moved += due.rolled != due.nominal;
        longest = later > longest ? later : longest;
        assert_true(due.rolled >= d && due.rolled <= due.nominal);
        assert_true(work_calendar_is_working(calendar, due.rolled));
    }
    assert_int_equal(registrations, 247);
    assert_int_equal(moved, 107);
    assert_true(longest <= 12);
}

static void test_months(void **state)
{
    (void)state;
    struct due_rule rule = {.id = "m", .unit = DUE_MONTH, .length = 1, .roll = DUE_ROLL_NONE};
    assert_day(due_count(calendar, day_parse("2026-01-31"), &rule).nominal, "2026-02-28");
    assert_day(due_count(calendar, day_parse("2028-01-31"), &rule).nominal, "2028-02-29");
    assert_day(due_count(calendar, day_parse("2026-03-31"), &rule).nominal, "2026-04-30");
    assert_day(due_count(calendar, day_parse("2026-02-28"), &rule).nominal, "2026-03-28");
    assert_day(due_count(calendar, day_parse("2026-12-15"), &rule).nominal, "2027-01-15");
    rule.length = 13;
    assert_day(due_count(calendar, day_parse("2026-12-31"), &rule).nominal, "2028-01-31");
    rule.length = -1;
    assert_day(due_count(calendar, day_parse("2026-01-31"), &rule).nominal, "2025-12-31");
    assert_day(due_count(calendar, day_parse("2026-04-09"), term("assignment_plain")).rolled, "2026-05-08");
}

static void test_working_days(void **state)
{
    (void)state;
    struct due due = due_count(calendar, day_parse("2025-12-30"), term("prosecutor_request"));
    assert_day(due.nominal, "2026-01-16"); /* 12, 13, 14, 15, 16 January */
    assert_int_equal(due.rolled, due.nominal);
    /* A notice ten working days before a break of 25 May 2026 (the 11th and the 9th are days off). */
    due = due_count(calendar, day_parse("2026-05-25"), term("planned_outage_notice"));
    assert_day(due.rolled, "2026-05-08");
    assert_day(due_count(calendar, day_parse("2025-10-31"), term("urgency_immediate")).rolled, "2025-11-01");
}

/* "Until the 9th of May" is itself the last day, so the term goes back to the working day before; other terms stop at their event. */
static void test_named_last_day(void **state)
{
    (void)state;
    assert_day(due_count(calendar, day_parse("2026-05-09"), term("assignment_date")).rolled, "2026-05-08");
    assert_day(due_count(calendar, day_parse("2026-05-08"), term("assignment_date")).rolled, "2026-05-08");
    struct due_rule one = {.id = "one", .unit = DUE_CALENDAR_DAY, .length = 1, .roll = DUE_ROLL_PREVIOUS};
    assert_day(due_count(calendar, day_parse("2026-01-03"), &one).rolled, "2026-01-03");
}

static void test_never_before_the_event(void **state)
{
    (void)state;
    for (size_t i = 0, count; (void)deadlines_rules(terms, &count), i < count; i++) {
        const struct due_rule *r = &deadlines_rules(terms, &count)[i];
        for (day_t d = day_parse("2025-12-20"); r->length > 0 && d <= day_parse("2026-05-31"); d++) {
            struct due due = due_count(calendar, d, r);
            assert_true(due.rolled >= d);
            assert_true(due.nominal > d);
        }
    }
}

static void test_unverified_years(void **state)
{
    (void)state;
    const struct due_rule *rule = term("appeal_consider");
    assert_true(due_count(calendar, day_parse("2024-03-01"), rule).unverified);
    assert_true(due_count(calendar, day_parse("2027-12-15"), rule).unverified); /* nominal in 2028 */
    assert_false(due_count(calendar, day_parse("2027-06-01"), rule).unverified);
    assert_false(due_count(calendar, day_parse("2024-12-10"), rule).unverified); /* ends in 2025; calendar days lean on nothing else */
    assert_true(due_count(calendar, day_parse("2024-12-28"), term("prosecutor_request")).unverified);
    assert_false(due_count(calendar, day_parse("2024-12-31"), term("prosecutor_request")).unverified);
    assert_true(due_count(calendar, day_parse("2023-12-10"), rule).unverified);
    /* Weekends still count: 2024-03-31 was a Sunday. */
    assert_day(due_count(calendar, day_parse("2024-03-01"), rule).rolled, "2024-03-29");
}

static void test_terms_that_end_nowhere(void **state)
{
    (void)state;
    struct due_rule rule = {.id = "x", .unit = DUE_CALENDAR_DAY, .length = 30, .roll = DUE_ROLL_NEXT};
    static const enum due_unit units[] = {DUE_CALENDAR_DAY, DUE_WORKING_DAY, DUE_MONTH};
    for (int i = 0; i < 3; i++) {
        rule.unit = units[i];
        rule.length = 30;
        assert_int_equal(due_count(calendar, day_parse("2199-12-20"), &rule).nominal, DAY_NONE);
        assert_true(due_count(calendar, day_parse("2199-12-20"), &rule).unverified);
        rule.length = INT_MAX;
        assert_int_equal(due_count(calendar, day_parse("2026-01-01"), &rule).rolled, DAY_NONE);
        rule.length = INT_MIN;
        assert_int_equal(due_count(calendar, day_parse("2026-01-01"), &rule).rolled, DAY_NONE);
    }
    /* A calendar without one working day to roll to must not hang. */
    struct work_calendar *c = work_calendar_new();
    for (day_t d = day_parse("2199-01-01"); d <= day_parse("2199-12-31"); d++)
        assert_true(work_calendar_set(c, d, DAY_HOLIDAY, NULL));
    rule = (struct due_rule){.id = "x", .unit = DUE_CALENDAR_DAY, .length = 5, .roll = DUE_ROLL_NEXT};
    assert_day(due_count(c, day_parse("2199-06-01"), &rule).rolled, "2199-06-06");
    work_calendar_free(&c);
}

static void test_rules_by_name(void **state)
{
    (void)state;
    size_t count;
    const struct due_rule *rules = deadlines_rules(terms, &count);
    assert_null(term("no_such_rule"));
    assert_null(term(NULL));
    assert_string_equal(deadlines_rule_or(terms, "no_such_rule", "appeal_consider", 0)->id, "appeal_consider");
    assert_true(count > 20);
    for (size_t i = 0; i < count; i++) {
        assert_ptr_equal(term(rules[i].id), &rules[i]); /* no id stands twice */
        assert_true(*rules[i].text[0] && *rules[i].text[1] && *rules[i].from && *rules[i].law[0] && *rules[i].law[1]);
    }
}

/* The classifier names the term of each kind of appeal; each of them must be there. */
static void test_kinds_of_appeals_have_their_terms(void **state)
{
    (void)state;
    struct classifiers *set = classifiers_new();
    char line[2048], kind[41], rule[41], data[80];
    int kinds = 0, urgencies = 0;
    FILE *file = fopen(SOURCE_DIR "/db/seed/classifiers.csv", "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        const char *at = strstr(line, "\"\"due_rule\"\":");
        if (sscanf(line, "appeal_kind,%40[a-z_],", kind) == 1) {
            assert_non_null(at);
            assert_int_equal(sscanf(at, "\"\"due_rule\"\":\"\"%40[a-z_0-9]", rule), 1);
            assert_non_null(term(rule));
            snprintf(data, sizeof data, "{\"due_rule\":\"%s\"}", rule);
            classifiers_add(set, "appeal_kind", kind, data);
            kinds++;
        }
        if (sscanf(line, "urgency,%30[a-z_],", kind) == 1) {
            snprintf(rule, sizeof rule, "urgency_%.30s", kind);
            assert_non_null(term(rule));
            urgencies++;
        }
    }
    fclose(file);
    assert_int_equal(kinds, 10);
    assert_int_equal(urgencies, 4);
    classifiers_sort(set);
    assert_string_equal(rules_of_appeal(terms, set, "letter", 0)->id, "appeal_consider");
    assert_string_equal(rules_of_appeal(terms, set, "message", 0)->id, "message_ordinary");
    assert_string_equal(rules_of_appeal(terms, set, "official_letter", 0)->id, "official_letter");
    assert_string_equal(rules_of_appeal(terms, set, "deputy_request", 0)->from, "received");
    assert_string_equal(rules_of_appeal(terms, set, "anything else", 0)->id, "appeal_consider");
    assert_string_equal(rules_of_appeal(terms, set, NULL, 0)->id, "appeal_consider");
    classifiers_free(&set);
}

/* Day 1 may be the event's own day. */
static void test_same_day(void **state)
{
    (void)state;
    struct due_rule rule = {.id = "s", .unit = DUE_CALENDAR_DAY, .length = 30, .roll = DUE_ROLL_NONE, .start = DUE_SAME_DAY};
    assert_day(due_count(calendar, day_parse("2026-03-02"), &rule).nominal, "2026-03-31");
    rule.length = 1;
    assert_day(due_count(calendar, day_parse("2026-03-02"), &rule).nominal, "2026-03-02");
    rule.unit = DUE_WORKING_DAY;
    rule.length = 5;
    assert_day(due_count(calendar, day_parse("2026-03-02"), &rule).nominal, "2026-03-06");
    assert_day(due_count(calendar, day_parse("2026-02-28"), &rule).nominal, "2026-03-06"); /* a Saturday is no day 1 */
    rule.length = -10;
    assert_day(due_count(calendar, day_parse("2026-05-25"), &rule).nominal, "2026-05-12");
    rule.unit = DUE_MONTH;
    rule.length = 1;
    assert_day(due_count(calendar, day_parse("2026-03-01"), &rule).nominal, "2026-03-31");
    rule.length = 0;
    assert_day(due_count(calendar, day_parse("2026-03-01"), &rule).nominal, "2026-03-01");
}

/* Another calendar: a nominal day in calendar days stays, working days are counted anew, what was added is kept. */
static void test_counting_again(void **state)
{
    (void)state;
    struct work_calendar *c = work_calendar_new();
    day_t event = day_parse("2026-03-02"), off = day_parse("2026-03-05");
    struct due before = due_count(c, event, term("prosecutor_request"));
    assert_day(before.rolled, "2026-03-09");
    assert_true(work_calendar_set(c, off, DAY_HOLIDAY, "Местный праздник"));
    assert_string_equal(work_calendar_note(c, off), "Местный праздник");
    assert_string_equal(work_calendar_note(c, off + 1), "");
    assert_day(due_recount(c, term("prosecutor_request"), event, before.nominal, false).rolled, "2026-03-10");
    assert_day(due_recount(c, term("prosecutor_request"), event, before.nominal, true).rolled, "2026-03-09");
    assert_day(due_recount(c, term("appeal_consider"), day_parse("2026-02-03"), off, false).rolled, "2026-03-04");
    assert_day(due_recount(c, term("assignment_date"), off, off, false).rolled, "2026-03-05"); /* given on the very day */
    work_calendar_free(&c);
}

static void test_periods(void **state)
{
    (void)state;
    static const struct {
        const char *id, *day, *first, *last, *due;
    } rows[] = {
        {"monthly", "2026-01-15", "2026-01-01", "2026-01-31", "2026-02-10"}, {"monthly", "2026-12-31", "2026-12-01", "2026-12-31", "2027-01-10"},
        {"quarterly", "2026-05-01", "2026-04-01", "2026-06-30", "2026-07-10"}, {"yearly", "2026-05-01", "2026-01-01", "2026-12-31", "2027-01-20"},
        {"standing", "2026-01-01", "2026-01-01", "2026-12-31", "2027-01-20"}, {"weekly", "2026-11-26", "2026-11-23", "2026-11-29", "2026-11-25"},
        {"weekly", "2026-11-23", "2026-11-23", "2026-11-29", "2026-11-25"}, {"weekly", "2026-11-29", "2026-11-23", "2026-11-29", "2026-11-25"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct period p = period_of(deadlines_period(terms, rows[i].id), day_parse(rows[i].day), 3);
        assert_day(p.first, rows[i].first);
        assert_day(p.last, rows[i].last);
        assert_day(p.due, rows[i].due);
    }
    assert_null(deadlines_period(terms, "never"));
    assert_int_equal(period_of(deadlines_period(terms, "monthly"), day_parse("2199-12-05"), 1).first, DAY_NONE);
}

/* A second counter, written apart, has the same opinion; a million cases are a benchmark of their own (bench deadlines). */
static void test_a_second_counter_agrees(void **state)
{
    (void)state;
    static struct second_counter second;
    struct second_case c;
    uint64_t seed = 20781;
    assert_true(sc_load(&second, SOURCE_DIR "/db/seed/calendar.csv"));
    for (int i = 0; i < 50000; i++) {
        int nominal, rolled;
        second_case_next(&seed, &c);
        sc_count(&second, c.event, &c.term, &nominal, &rolled);
        struct due due = due_count(calendar, c.event, &c.rule);
        if (due.nominal != nominal || due.rolled != rolled)
            fail_msg("from %d, unit %c, length %d, roll %c, same %d: %d %d, not %d %d", c.event, c.term.unit, c.term.length, c.term.roll, c.term.same, due.nominal,
                     due.rolled, nominal, rolled);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_civil_dates),
        cmocka_unit_test(test_every_day_there_and_back),
        cmocka_unit_test(test_dates_out_of_range),
        cmocka_unit_test(test_parsing_is_exact),
        cmocka_unit_test(test_calendar),
        cmocka_unit_test(test_setting_days),
        cmocka_unit_test(test_worked_examples),
        cmocka_unit_test(test_facts_of_2025),
        cmocka_unit_test(test_months),
        cmocka_unit_test(test_working_days),
        cmocka_unit_test(test_named_last_day),
        cmocka_unit_test(test_never_before_the_event),
        cmocka_unit_test(test_unverified_years),
        cmocka_unit_test(test_terms_that_end_nowhere),
        cmocka_unit_test(test_rules_by_name),
        cmocka_unit_test(test_kinds_of_appeals_have_their_terms),
        cmocka_unit_test(test_a_second_counter_agrees),
        cmocka_unit_test(test_same_day),
        cmocka_unit_test(test_counting_again),
        cmocka_unit_test(test_periods),
    };
    return cmocka_run_group_tests(tests, load_calendar, free_calendar);
}
