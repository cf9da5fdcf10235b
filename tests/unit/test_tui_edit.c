#include "tui/i18n.h"
#include "tui/keys.h"
#include "tui/text.h"
#include "tui/widgets/edit.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

static void given_keys(struct edit *e, const char *text)
{
    size_t len = strlen(text);
    edit_insert(e, text, len);
}

static void typing_deleting_and_moving_go_by_characters(void **state)
{
    struct edit e;
    (void)state;
    edit_init(&e, false, 0);
    for (const int *k = (const int[]){U'П', U'р', U'и', U'в', U'т', 0}; *k; k++)
        assert_true(edit_key(&e, *k, NULL));
    edit_key(&e, K_LEFT, NULL);
    edit_key(&e, U'е', NULL);
    assert_string_equal(edit_text(&e), "Привет");
    edit_key(&e, K_HOME, NULL);
    edit_key(&e, K_DEL, NULL);
    edit_key(&e, K_END, NULL);
    edit_key(&e, K_BS, NULL);
    assert_string_equal(edit_text(&e), "риве");
    edit_free(&e);
}

static void a_mark_belongs_to_its_letter(void **state)
{
    struct edit e;
    (void)state;
    edit_init(&e, false, 0);
    given_keys(&e, "и\u0306o\u0301x");
    edit_key(&e, K_LEFT, NULL);
    edit_key(&e, K_BS, NULL);
    assert_string_equal(edit_text(&e), "и\u0306x");
    edit_key(&e, K_BS, NULL);
    assert_string_equal(edit_text(&e), "x");
    edit_free(&e);
}

static void words_are_jumped_over_and_deleted(void **state)
{
    struct edit e;
    (void)state;
    edit_init(&e, false, 0);
    given_keys(&e, "ул. Ленина, 12");
    edit_key(&e, K_WORD_LEFT, NULL);
    edit_key(&e, K_WORD_LEFT, NULL);
    assert_int_equal(e.at, strlen("ул. "));
    edit_key(&e, K_WORD_RIGHT, NULL);
    assert_int_equal(e.at, strlen("ул. Ленина, "));
    edit_key(&e, K_CTRL + 'w', NULL);
    assert_string_equal(edit_text(&e), "ул. 12");
    edit_free(&e);
}

static void undo_takes_back_a_run_of_typing_at_once(void **state)
{
    struct edit e;
    (void)state;
    edit_init(&e, false, 0);
    given_keys(&e, "дом ");
    for (const int *k = (const int[]){U'с', U'а', U'д', 0}; *k; k++)
        edit_key(&e, *k, NULL);
    edit_key(&e, K_BS, NULL);
    edit_undo(&e);
    assert_string_equal(edit_text(&e), "дом сад");
    edit_undo(&e);
    assert_string_equal(edit_text(&e), "дом ");
    edit_undo(&e);
    assert_string_equal(edit_text(&e), "");
    assert_false(edit_undo(&e));
    edit_free(&e);
}

static void a_paste_is_cleaned_for_its_field(void **state)
{
    struct edit line, area;
    (void)state;
    edit_init(&line, false, 0);
    edit_init(&area, true, 0);
    given_keys(&line, "Иванова\nул.\tЛенина\x1b[31m\x07");
    given_keys(&area, "раз\nдва\x01");
    assert_string_equal(edit_text(&line), "Иванова ул. Ленина[31m");
    assert_string_equal(edit_text(&area), "раз\nдва");
    given_keys(&line, "\xff\xfe");
    assert_non_null(strstr(edit_text(&line), "\uFFFD"));
    edit_free(&line);
    edit_free(&area);
}

static void a_limit_counts_characters(void **state)
{
    struct edit e;
    (void)state;
    edit_init(&e, false, 5);
    given_keys(&e, "Ёжиков в тумане");
    assert_string_equal(edit_text(&e), "Ёжико");
    edit_free(&e);
}

static void the_view_follows_the_cursor_and_never_halves_a_wide_character(void **state)
{
    struct edit e;
    size_t start, len;
    int x;
    (void)state;
    edit_init(&e, false, 0);
    given_keys(&e, "東京東京東京東京");
    edit_view(&e, 7, &start, &len, &x);
    assert_true(x < 7);
    assert_true(text_width_n(edit_text(&e) + start, len) <= 7);
    assert_int_equal(start % 3, 0);
    edit_key(&e, K_HOME, NULL);
    edit_view(&e, 7, &start, &len, &x);
    assert_int_equal(start, 0);
    assert_int_equal(x, 0);
    edit_free(&e);
}

static void lines_are_wrapped_at_spaces_and_walked_by_column(void **state)
{
    struct edit e;
    int line, x;
    (void)state;
    edit_init(&e, true, 0);
    given_keys(&e, "один два три\nчетыре");
    assert_int_equal(edit_lines(&e, 8), 3);
    edit_position(&e, 8, &line, &x);
    assert_int_equal(line, 2);
    assert_int_equal(x, 6);
    assert_true(edit_move_lines(&e, 8, -1));
    edit_position(&e, 8, &line, &x);
    assert_int_equal(line, 1);
    assert_int_equal(x, 3);
    assert_false(edit_move_lines(&e, 8, 5) && edit_move_lines(&e, 8, 1));
    edit_free(&e);
}

static void text_is_made_safe_for_the_terminal(void **state)
{
    char out[64];
    (void)state;
    assert_int_equal(text_draw_form("a\x1b[m", 4, 20, out, sizeof out), 5);
    assert_string_equal(out, "a^[[m");
    text_draw_form("x\u202Ey", strlen("x\u202Ey"), 20, out, sizeof out);
    assert_string_equal(out, "x\uFFFDy");
    assert_int_equal(text_draw_form("Щёголева", strlen("Щёголева"), 5, out, sizeof out), 5);
    assert_string_equal(out, "Щёго…");
    assert_int_equal(text_draw_form("東京", strlen("東京"), 3, out, sizeof out), 3);
    assert_string_equal(out, "東…");
}

static void words_match_without_case_and_yo(void **state)
{
    (void)state;
    assert_true(text_matches("Ремонт дорог и тротуаров", "тротуар ремонт"));
    assert_true(text_matches("Ёлкина", "елк"));
    assert_false(text_matches("Отопление", "свет"));
    assert_true(text_fuzzy("Новое обращение", "новобр") > 0);
    assert_int_equal(text_fuzzy("Выход", "новобр"), 0);
}

static void a_cut_never_leaves_half_a_character(void **state)
{
    char out[8];
    (void)state;
    strf(out, sizeof out, "%s", "яяяяяя");
    assert_string_equal(out, "яяя");
}

int main(void)
{
    i18n_start("en");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(typing_deleting_and_moving_go_by_characters),
        cmocka_unit_test(a_mark_belongs_to_its_letter),
        cmocka_unit_test(words_are_jumped_over_and_deleted),
        cmocka_unit_test(undo_takes_back_a_run_of_typing_at_once),
        cmocka_unit_test(a_paste_is_cleaned_for_its_field),
        cmocka_unit_test(a_limit_counts_characters),
        cmocka_unit_test(the_view_follows_the_cursor_and_never_halves_a_wide_character),
        cmocka_unit_test(lines_are_wrapped_at_spaces_and_walked_by_column),
        cmocka_unit_test(text_is_made_safe_for_the_terminal),
        cmocka_unit_test(words_match_without_case_and_yo),
        cmocka_unit_test(a_cut_never_leaves_half_a_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
