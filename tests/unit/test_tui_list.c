#include "tui/text.h"
#include "tui/widgets/columns.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

static const struct column columns[] = {
    {"mark", "", 1, 1, 1, 1, false, NULL},           {"due", "Due", 7, 8, 2, 1, false, NULL},
    {"number", "Number", 10, 12, 1, 1, false, NULL}, {"title", "Title", 30, 0, 1, 2, false, NULL},
    {"person", "Who", 14, 22, 4, 0, false, NULL},    {"status", "State", 12, 14, 3, 1, false, NULL},
};
enum { COUNT = sizeof columns / sizeof *columns, MARK = 0, DUE, NUMBER, TITLE, PERSON, STATUS };

static int cells(const int *widths)
{
    int used = 0;
    for (int i = 0; i < COUNT; i++)
        if (widths[i])
            used += widths[i] + (used ? COLUMN_GAP : 0);
    return used;
}

static void a_text_is_shortened_where_it_says(void **state)
{
    static const struct {
        const char *text;
        int cells;
        const char *shown;
    } cases[] = {
        {"Заводской" TEXT_JOINT ": Лифт", 20, "Заводской: Лифт"},
        {"Заводской" TEXT_JOINT ": Лифт", 12, "Завод…: Лифт"},
        {"Заводской" TEXT_JOINT ": Лифт", 8, "Заводской: Лифт"}, /* too narrow to say anything of both: cut as any text */
        {"Лифт", 2, "Лифт"},
        {"люди 7" TEXT_PART " · дома 2" TEXT_PART " · школы 1", 40, "люди 7 · дома 2 · школы 1"},
        {"люди 7" TEXT_PART " · дома 2" TEXT_PART " · школы 1", 20, "люди 7 · дома 2"},
        {"люди 7" TEXT_PART " · дома 2" TEXT_PART " · школы 1", 3, "люди 7"},
        {"", 3, ""},
    };
    char text[200];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        strf(text, sizeof text, "%s", cases[i].text);
        text_shorten(text, sizeof text, cases[i].cells);
        assert_string_equal(text, cases[i].shown);
    }
}

static void no_width_is_ever_exceeded(void **state)
{
    int widths[COUNT];
    (void)state;
    for (int line = 0; line <= 2; line++) {
        for (int width = 0; width <= 500; width++) {
            int used = columns_layout(columns, COUNT, line, width, widths);
            assert_int_equal(used, cells(widths));
            assert_true(used <= width || used == 0);
            for (int i = 0; i < COUNT; i++)
                assert_true(columns[i].max == 0 || widths[i] <= columns[i].max);
        }
    }
}

static void a_wide_line_is_filled_by_the_column_without_a_limit(void **state)
{
    int widths[COUNT];
    (void)state;
    assert_int_equal(columns_layout(columns, COUNT, 0, 195, widths), 195);
    assert_true(widths[TITLE] > 80);
    assert_int_equal(widths[PERSON], 22);
}

static void what_matters_least_is_dropped_first(void **state)
{
    int widths[COUNT];
    (void)state;
    columns_layout(columns, COUNT, 0, 75, widths);
    assert_int_equal(widths[PERSON], 0);
    assert_true(widths[STATUS] >= 12 && widths[TITLE] >= 30);
    columns_layout(columns, COUNT, 0, 50, widths);
    assert_int_equal(widths[STATUS], 0);
    assert_true(widths[NUMBER] >= 10 && widths[TITLE] > 0);
}

static void a_phone_gets_two_lines(void **state)
{
    int first[COUNT], second[COUNT];
    (void)state;
    columns_layout(columns, COUNT, 1, 35, first);
    columns_layout(columns, COUNT, 2, 35, second);
    assert_true(first[MARK] && first[DUE] && first[NUMBER] && first[STATUS]);
    assert_false(first[TITLE] || first[PERSON]);
    assert_int_equal(second[TITLE], 35);
    assert_false(second[NUMBER] || second[PERSON]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_width_is_ever_exceeded),
        cmocka_unit_test(a_text_is_shortened_where_it_says),
        cmocka_unit_test(a_wide_line_is_filled_by_the_column_without_a_limit),
        cmocka_unit_test(what_matters_least_is_dropped_first),
        cmocka_unit_test(a_phone_gets_two_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
