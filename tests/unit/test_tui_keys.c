#include "common/layout.h"
#include "tui/i18n.h"
#include "tui/keys.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

/* keys.default as text, to count what the parser was given. */
static const char table[] =
#include "tui/keys.default"
    ;

static void every_row_of_the_table_is_understood(void **state)
{
    size_t rows = 0, count;
    (void)state;
    for (const char *p = table; *p; p++)
        rows += *p == '\n';
    keys_bindings(&count);
    assert_int_equal(count, rows);
}

static void a_key_means_one_thing_in_a_scope(void **state)
{
    size_t count;
    const struct binding *b = keys_bindings(&count);
    (void)state;
    for (size_t i = 0; i < count; i++)
        for (size_t k = i + 1; k < count; k++)
            if (b[i].key == b[k].key && strcmp(b[i].scope, b[k].scope) == 0)
                fail_msg("%s: one key for %s and %s", b[i].scope, command_info(b[i].command)->name, command_info(b[k].command)->name);
}

/* Chains as the screens use them: a key of a record may not hide the list's or the card's own. */
static void scopes_that_meet_do_not_clash(void **state)
{
    static const char *const chains[][2] = {{"appeal", "list"},        {"appeal", "card"},       {"appeal", "worklist"},
                                            {"assignment", "list"},    {"assignment", "card"},   {"assignment", "worklist"},
                                            {"correspondent", "list"}, {"correspondent", "card"},
                                            {"substitution", "list"}};
    size_t count;
    const struct binding *b = keys_bindings(&count);
    (void)state;
    for (size_t c = 0; c < sizeof chains / sizeof *chains; c++)
        for (size_t i = 0; i < count; i++)
            for (size_t k = 0; k < count; k++)
                if (strcmp(b[i].scope, chains[c][0]) == 0 && (strcmp(b[k].scope, chains[c][1]) == 0 || strcmp(b[k].scope, "global") == 0) &&
                    b[i].key == b[k].key)
                    fail_msg("%s of %s hides %s of %s", command_info(b[i].command)->name, b[i].scope, command_info(b[k].command)->name,
                             b[k].scope);
}

static void every_command_has_a_name_a_label_and_help(void **state)
{
    (void)state;
    for (int i = 1; i < CMD_COUNT; i++) {
        const struct command_info *info = command_info((enum command)i);
        assert_true(info->name[0] && info->label[0] && info->help[0]);
        assert_int_equal(command_find(info->name), i);
    }
}

static void every_command_has_a_key(void **state)
{
    size_t count;
    const struct binding *b = keys_bindings(&count);
    (void)state;
    for (int i = 1; i < CMD_COUNT; i++) {
        bool found = false;
        for (size_t k = 0; k < count; k++)
            found = found || b[k].command == (enum command)i;
        if (!found)
            fail_msg("%s has no key", command_info((enum command)i)->name);
    }
}

static void contract_keys_are_where_people_expect_them(void **state)
{
    (void)state;
    assert_int_equal(keys_command("list", K_F1), CMD_HELP);
    assert_int_equal(keys_command("list", '?'), CMD_HELP);
    assert_int_equal(keys_command("form", K_F2), CMD_SUBMIT);
    assert_int_equal(keys_command("card", K_F4), CMD_EDIT);
    assert_int_equal(keys_command("list", K_F5), CMD_REFRESH);
    assert_int_equal(keys_command("list", K_F7), CMD_NEW);
    assert_int_equal(keys_command("list", K_F9), CMD_PALETTE);
    assert_int_equal(keys_command("list", ':'), CMD_PALETTE);
    assert_int_equal(keys_command("list", K_CTRL + 'k'), CMD_PALETTE);
    assert_int_equal(keys_command("list", K_F10), CMD_QUIT);
    assert_int_equal(keys_command("list", K_ENTER), CMD_OPEN);
    assert_int_equal(keys_command("list", K_ESC), CMD_BACK);
    assert_int_equal(keys_command("list", '/'), CMD_SEARCH);
    assert_int_equal(keys_command("list", '.'), CMD_SEARCH);
    assert_int_equal(keys_command("list", K_SPACE), CMD_MARK);
}

static void digits_are_free_for_escape_sequences_of_people(void **state)
{
    size_t count;
    const struct binding *b = keys_bindings(&count);
    (void)state;
    for (size_t i = 0; i < count; i++)
        assert_false(b[i].key >= '0' && b[i].key <= '9');
}

static void one_physical_key_does_the_same_in_both_layouts(void **state)
{
    static const char *const rows[][2] = {{"йцукенгшщзхъ", "qwertyuiop[]"},
                                          {"фывапролджэ", "asdfghjkl;'"},
                                          {"ячсмитьбюё", "zxcvbnm,.`"},
                                          {"ЙЦУКЕНГШЩЗХЪЖЭБЮ", "QWERTYUIOP{}:\"<>"}};
    char out[64];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        layout_swap(rows[i][0], out, sizeof out);
        assert_string_equal(out, rows[i][1]);
        layout_swap(rows[i][1], out, sizeof out);
        assert_string_equal(out, rows[i][0]);
    }
    layout_swap("Bdfyjd", out, sizeof out);
    assert_string_equal(out, "Иванов");
    assert_int_equal(keys_command("assignment list", U'о'), CMD_ASSIGNMENT_REPORT);
    assert_int_equal(keys_command("assignment list", 'j'), CMD_ASSIGNMENT_REPORT);
    assert_int_equal(keys_command("appeal list", U'о'), CMD_APPEAL_ANSWER);
    assert_int_equal(keys_command("list", U'Ж'), CMD_PALETTE);
}

static void keys_are_called_by_the_letter_of_the_language(void **state)
{
    char out[24];
    (void)state;
    i18n_start("ru");
    keys_label(keys_for("assignment", CMD_ASSIGNMENT_REPORT), out, sizeof out);
    assert_string_equal(out, "о");
    i18n_start("en");
    keys_label(keys_for("assignment", CMD_ASSIGNMENT_REPORT), out, sizeof out);
    assert_string_equal(out, "j");
    keys_label(K_F10, out, sizeof out);
    assert_string_equal(out, "F10");
    keys_label(K_CTRL + 'k', out, sizeof out);
    assert_string_equal(out, "Ctrl+K");
}

int main(void)
{
    i18n_start("en");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_of_the_table_is_understood),
        cmocka_unit_test(a_key_means_one_thing_in_a_scope),
        cmocka_unit_test(scopes_that_meet_do_not_clash),
        cmocka_unit_test(every_command_has_a_name_a_label_and_help),
        cmocka_unit_test(every_command_has_a_key),
        cmocka_unit_test(contract_keys_are_where_people_expect_them),
        cmocka_unit_test(digits_are_free_for_escape_sequences_of_people),
        cmocka_unit_test(one_physical_key_does_the_same_in_both_layouts),
        cmocka_unit_test(keys_are_called_by_the_letter_of_the_language),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
