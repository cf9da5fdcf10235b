/* The file of terms: what is right is taken, every fault is told with its line and what to do. */
#include "server/rules/deadlines.h"
#include "server/rules/due_explain.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The shipped file with one text of it replaced. */
static struct deadlines *load_with(const char *what, const char *by, struct err *err)
{
    const char *at = strstr(deadlines_default_yaml, what);
    assert_non_null(at);
    size_t head = (size_t)(at - deadlines_default_yaml), size = strlen(deadlines_default_yaml) + strlen(by) + 1;
    char *text = malloc(size);
    assert_non_null(text);
    snprintf(text, size, "%.*s%s%s", (int)head, deadlines_default_yaml, by, at + strlen(what));
    struct deadlines *d = deadlines_load("terms.yaml", text, err);
    free(text);
    return d;
}

static void test_faults_are_told(void **state)
{
    (void)state;
    static const struct {
        const char *what, *by, *told;
    } rows[] = {
        {"version: 1", "version: 2", "version: 1"},
        {"version: 1\n", "", "version"},
        {"unit: calendar_day, start", "unit: hour, start", "unknown unit \"hour\": use one of calendar_day, working_day, month"},
        {"start: next_day,", "start: yesterday,", "unknown start"},
        {"roll: previous}", "roll: sideways}", "unknown roll"},
        {"urgency_school: federal", "urgency_school: lunar", "unknown urgency_school"},
        {"length: 30", "length: thirty", "length must be a whole number"},
        {"length: 30", "length: 99999", "from -3650 to 3650"},
        {"from: registered, length: 30", "from: registred, length: 30", "unknown from"},
        {"from: registered, length: 30", "length: 30", "without `from`"},
        {"from: received, length: 3,", "from: received,", "without `length`"},
        {"ru: Рассмотрение обращения, ", "", "without a name in Russian"},
        {"en: Considering an appeal, ", "", "without a name in English"},
        {"warn_before: [10, 5, 3, 1]", "warn_before: [1, 5]", "must go down"},
        {"warn_before: [10, 5, 3, 1]", "warn_before: [10, soon]", "list of days"},
        {"warn_before: [10, 5, 3, 1]", "warn_before: 10", "must be a list"},
        {"warn_before: [10, 5, 3, 1]", "warn_before: [9, 8, 7, 6, 5, 4, 3, 2, 1]", "at most 8"},
        {"id: appeal_consider", "id: appeal_think", "appeal_consider is missing"},
        {"id: appeal_notice_7", "id: appeal_consider", "stands twice"},
        {"id: appeal_consider,", "id: appeal_consider, valid_from: 2025-13-01,", "must be a date"},
        {"id: appeal_consider,", "id: appeal_consider, valid_from: 2025-01-01,",
         "appeal_consider is missing, or has no rule without valid_from"},
        {"id: appeal_consider,", "id: appeal_consider, valid_until: 2025-03-29,", "appeal_consider has no rule for 2025-03-30"},
        {"id: appeal_notice_7,", "id: appeal_notice_7, valid_from: 2025-01-02, valid_until: 2025-01-01,", "exchange"},
        {"id: appeal_consider,", "id: appeal_consider, lenght: 3,", "unknown key \"lenght\""},
        {"id: appeal_consider,", "id: Appeal,", "small Latin letters"},
        {"months: 3,", "months: 5,", "months must be"},
        {"months: 3, due_day: 10", "months: 3", "without `due_day`"},
        {"terms:", "terms: none\nterm_list:", "unknown key"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err err = {.detail = ""};
        struct deadlines *d = load_with(rows[i].what, rows[i].by, &err);
        if (d || !strstr(err.detail, rows[i].told) || strncmp(err.detail, "terms.yaml:", 11) != 0 || atoi(err.detail + 11) < 1)
            fail_msg("%s -> %s: %s", rows[i].what, rows[i].by, d ? "taken" : err.detail);
    }
}

static void test_no_file(void **state)
{
    (void)state;
    struct err err;
    assert_null(deadlines_load("/no/such/terms.yaml", NULL, &err));
    assert_int_equal(err.code, ERR_NOT_FOUND);
    assert_null(deadlines_load("empty.yaml", "", &err));
    assert_null(deadlines_load("list.yaml", "- 1\n", &err));
}

/* A record keeps the rule of its day: the term was 30 days until the 29th of March, 20 after it. */
static void test_rules_by_day(void **state)
{
    (void)state;
    struct err err;
    struct deadlines *d = load_with("  - {id: appeal_consider,",
                                    "  - {id: appeal_consider, ru: Новое, en: New, from: registered, length: 20, law_ru: местный, law_en: "
                                    "local, valid_from: 2025-03-30}\n"
                                    "  - {id: appeal_consider, valid_until: 2025-03-29,",
                                    &err);
    if (!d)
        fail_msg("%s", err.detail);
    assert_int_equal(deadlines_rule(d, "appeal_consider", day_parse("2025-03-29"))->length, 30);
    assert_int_equal(deadlines_rule(d, "appeal_consider", day_parse("2025-03-30"))->length, 20);
    assert_int_equal(deadlines_rule(d, "appeal_consider", day_parse("1999-03-30"))->length, 30);
    deadlines_free(&d);
}

static void test_both_schools_of_urgency(void **state)
{
    (void)state;
    struct err err;
    struct deadlines *federal = deadlines_load("terms.yaml", deadlines_default_yaml, &err);
    struct deadlines *other = load_with("urgency_school: federal", "urgency_school: sverdlovsk", &err);
    struct work_calendar *c = work_calendar_new();
    day_t thursday = day_parse("2026-11-26");
    assert_non_null(federal);
    assert_non_null(other);
    assert_int_equal(due_count(c, thursday, deadlines_rule(federal, "urgency_urgent", thursday)).nominal, day_parse("2026-11-29"));
    assert_int_equal(due_count(c, thursday, deadlines_rule(federal, "urgency_urgent", thursday)).rolled, day_parse("2026-11-27"));
    assert_int_equal(due_count(c, thursday, deadlines_rule(other, "urgency_urgent", thursday)).rolled, day_parse("2026-12-01"));
    assert_int_equal(due_count(c, thursday, deadlines_rule(other, "urgency_operational", thursday)).rolled, day_parse("2026-12-10"));
    assert_int_equal(due_count(c, thursday, deadlines_rule(other, "urgency_immediate", thursday)).rolled, day_parse("2026-11-27"));
    deadlines_free(&federal);
    deadlines_free(&other);
    work_calendar_free(&c);
}

static char *explain(const struct work_calendar *c, const struct due_rule *rule, const char *event, enum lang lang)
{
    struct buf out;
    struct jw w;
    buf_init(&out, 1 << 20);
    jw_init(&w, &out);
    struct due_story s = {.calendar = c, .rule = rule, .event = day_parse(event), .lang = lang};
    s.due = due_count(c, s.event, rule);
    due_explain(&s, &w);
    char *copy = strdup(out.data);
    buf_free(&out);
    return copy;
}

static void test_a_count_in_words(void **state)
{
    (void)state;
    struct err err;
    struct deadlines *d = deadlines_load("terms.yaml", deadlines_default_yaml, &err);
    struct work_calendar *c = work_calendar_new();
    work_calendar_verify(c, 2025);
    work_calendar_set(c, day_parse("2025-05-01"), DAY_HOLIDAY, "Праздник Весны и Труда");
    work_calendar_set(c, day_parse("2025-04-30"), DAY_SHORT, "сокращённый день");
    char *ru = explain(c, deadlines_rule(d, "appeal_consider", 0), "2025-04-01", LANG_RU);
    static const char *const said[] = {"Рассмотрение обращения: 30 календарных дней (59-ФЗ, ст. 12 ч. 1)",
                                       "Считается от регистрации: 1 апреля 2025, вторник",
                                       "День 1 - следующий за ним",
                                       "День 1: 2 апреля 2025, среда",
                                       "День 5: 6 апреля 2025, воскресенье, выходной",
                                       "День 30: 1 мая 2025, четверг, нерабочий праздничный день (Праздник Весны и Труда)",
                                       "Номинальный срок: 1 мая 2025, четверг",
                                       "переносится на предшествующий рабочий день",
                                       "Срок: 30 апреля 2025, среда, рабочий сокращённый"};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        if (!strstr(ru, said[i]))
            fail_msg("not said: %s\nbut: %s", said[i], ru);
    assert_null(strstr(ru, "нет: выходными"));
    char *en = explain(c, deadlines_rule(d, "prosecutor_request", 0), "2026-01-02", LANG_EN);
    static const char *const told[] = {"Prosecutor's demand: 5 working days (law on prosecution art. 6)",
                                       "3 January 2026, Saturday, day off: not counted", "Day 5: 9 January 2026, Friday",
                                       "Due: 9 January 2026, Friday", "There is no production calendar of 2026"};
    for (size_t i = 0; i < sizeof told / sizeof *told; i++)
        if (!strstr(en, told[i]))
            fail_msg("not told: %s\nbut: %s", told[i], en);
    free(ru);
    free(en);
    deadlines_free(&d);
    work_calendar_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_faults_are_told),         cmocka_unit_test(test_no_file),          cmocka_unit_test(test_rules_by_day),
        cmocka_unit_test(test_both_schools_of_urgency), cmocka_unit_test(test_a_count_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
