#include "tui/app.h"
#include "tui/dates.h"
#include "tui/i18n.h"
#include "tui/meta.h"
#include "tui/widgets/form.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
/* cmocka wants the four above first */
#include <cmocka.h>

/* An operation as meta.describe tells it. */
static const char described[] =
    "{\"operations\":[{\"method\":\"thing.make\",\"summary\":\"Make\",\"write\":true,\"list\":false,\"params\":["
    "{\"name\":\"request_id\",\"type\":\"uuid\",\"required\":false,\"label\":\"Key\"},"
    "{\"name\":\"title\",\"type\":\"string\",\"required\":true,\"label\":\"Title\",\"max\":10},"
    "{\"name\":\"due\",\"type\":\"date\",\"required\":true,\"label\":\"Due\"},"
    "{\"name\":\"text\",\"type\":\"text\",\"required\":false,\"label\":\"Text\"},"
    "{\"name\":\"kind\",\"type\":\"enum\",\"required\":false,\"label\":\"Kind\",\"values\":{\"list\":[\"person\",\"organization\"]}},"
    "{\"name\":\"count\",\"type\":\"int\",\"required\":false,\"label\":\"Count\",\"max\":100},"
    "{\"name\":\"urgent\",\"type\":\"bool\",\"required\":false,\"label\":\"Urgent\"},"
    "{\"name\":\"phones\",\"type\":\"strings\",\"required\":false,\"label\":\"Phones\"},"
    "{\"name\":\"questions\",\"type\":\"objects\",\"required\":false,\"label\":\"Questions\",\"fields\":["
    "{\"name\":\"topic\",\"type\":\"string\",\"required\":true,\"label\":\"Topic\"}]}]}]}";

static const struct screen_ops no_ops = {.name = "test"};
static struct screen owner = {.ops = &no_ops};
static int submitted;

static void on_submit(void *arg)
{
    (void)arg;
    submitted++;
}
static const struct form_ops ops = {.submit = on_submit};

static struct form *given_form(void)
{
    json_t *o = json_loads(described, 0, NULL);
    assert_non_null(o);
    meta_take(o);
    json_decref(o);
    struct form *f = form_new(&owner, &ops, NULL);
    form_add_params(f, meta_op("thing.make")->params, meta_op("thing.make")->param_count, NULL);
    form_focus_first(f);
    return f;
}

static void type(struct form *f, const char *ascii)
{
    for (; *ascii; ascii++)
        form_key(f, *ascii);
}

static void only_what_people_fill_in_becomes_a_field(void **state)
{
    struct form *f = given_form();
    (void)state;
    assert_int_equal(form_count(f), 7);
    assert_null(form_field(f, "request_id"));
    assert_string_equal(form_focused(f)->param->name, "title");
    form_free(&f);
}

static void enter_goes_on_and_the_last_one_submits(void **state)
{
    struct form *f = given_form();
    (void)state;
    submitted = 0;
    type(f, "one");
    form_key(f, K_ENTER);
    assert_string_equal(form_focused(f)->param->name, "due");
    form_key(f, K_TAB);
    form_key(f, K_TAB);
    assert_string_equal(form_focused(f)->param->name, "kind");
    form_key(f, K_BTAB);
    assert_string_equal(form_focused(f)->param->name, "text");
    for (int i = 0; i < 4; i++)
        form_key(f, K_TAB);
    form_key(f, K_ENTER);
    assert_int_equal(submitted, 1);
    form_free(&f);
}

static void values_go_to_the_wire_in_their_types(void **state)
{
    struct form *f = given_form();
    (void)state;
    type(f, "Lamp");
    form_key(f, K_TAB);
    type(f, "+5");
    form_key(f, K_TAB);
    type(f, "a");
    form_key(f, K_ENTER);
    type(f, "b");
    form_key(f, K_TAB);
    type(f, "org");
    form_key(f, K_TAB);
    type(f, "7");
    form_key(f, K_TAB);
    type(f, " ");
    form_key(f, K_TAB);
    type(f, "1; 2 ;");
    form_add_group(f, meta_param(meta_op("thing.make"), "questions"), NULL);
    edit_set(&form_group_field(f, "questions", 0, "topic")->edit, "heat");
    assert_true(form_check(f));
    json_t *got = form_collect(f);
    json_t *want =
        json_loads("{\"title\":\"Lamp\",\"due\":\"2026-11-29\",\"text\":\"a\\nb\",\"kind\":\"organization\",\"count\":7,\"urgent\":true,"
                   "\"phones\":[\"1\",\"2\"],\"questions\":[{\"topic\":\"heat\"}]}",
                   0, NULL);
    assert_true(json_equal(got, want));
    json_decref(got);
    json_decref(want);
    form_free(&f);
}

static void an_element_begun_and_left_is_as_if_it_had_not_been_begun(void **state)
{
    struct form *f = given_form();
    const struct meta_param *questions = meta_param(meta_op("thing.make"), "questions");
    (void)state;
    type(f, "Lamp");
    form_key(f, K_TAB);
    type(f, "+5");
    form_add_group(f, questions, NULL);
    form_add_group(f, questions, NULL);
    edit_set(&form_group_field(f, "questions", 1, "topic")->edit, "heat");
    assert_true(form_check(f));
    json_t *got = form_collect(f), *list = json_object_get(got, "questions");
    assert_int_equal(json_array_size(list), 1);
    assert_string_equal(json_string_value(json_object_get(json_array_get(list, 0), "topic")), "heat");
    json_decref(got);
    form_free(&f);
}

/* Rights, or the language, of somebody with an open form change: the table is told anew, in other words and another order. */
static void an_open_form_outlives_another_table(void **state)
{
    struct form *f = given_form();
    (void)state;
    type(f, "Lamp");
    form_key(f, K_TAB);
    type(f, "+5");
    form_add_group(f, meta_param(meta_op("thing.make"), "questions"), NULL);
    edit_set(&form_group_field(f, "questions", 0, "topic")->edit, "heat");
    for (int times = 0; times < 3; times++) {
        static const char other[] = "{\"operations\":[{\"method\":\"other.make\",\"summary\":\"Zeigen\",\"params\":["
                                    "{\"name\":\"zzzzz\",\"type\":\"string\",\"label\":\"Zzzzz\"}]},{\"method\":\"thing.make\","
                                    "\"summary\":\"Machen\",\"params\":[{\"name\":\"questions\",\"type\":\"objects\","
                                    "\"label\":\"Fragen\",\"fields\":[{\"name\":\"topic\",\"type\":\"string\",\"label\":\"Thema\"}]}]}]}";
        json_t *o = json_loads(other, 0, NULL);
        assert_non_null(o);
        meta_take(o);
        json_decref(o);
        form_add_group(f, meta_param(meta_op("thing.make"), "questions"), NULL);
        edit_set(&form_group_field(f, "questions", times + 1, "topic")->edit, "light");
    }
    assert_true(form_check(f));
    json_t *got = form_collect(f), *list = json_object_get(got, "questions");
    assert_string_equal(json_string_value(json_object_get(got, "title")), "Lamp");
    assert_int_equal(json_array_size(list), 4);
    assert_string_equal(json_string_value(json_object_get(json_array_get(list, 0), "topic")), "heat");
    assert_string_equal(json_string_value(json_object_get(json_array_get(list, 3), "topic")), "light");
    json_decref(got);
    form_free(&f);
}

/* What is told twice is kept once, and what looks alike but is not stays two. */
static void equal_parameters_are_one(void **state)
{
    static const char table[] = "{\"operations\":["
                                "{\"method\":\"a.get\",\"params\":[{\"name\":\"id\",\"type\":\"id\",\"label\":\"Id\",\"required\":true}]},"
                                "{\"method\":\"a.set\",\"params\":[{\"name\":\"id\",\"type\":\"id\",\"label\":\"Id\",\"required\":true},"
                                "{\"name\":\"kind\",\"type\":\"enum\",\"label\":\"Kind\",\"values\":{\"list\":[\"x\",\"y\"]}}]},"
                                "{\"method\":\"b.get\",\"params\":[{\"name\":\"id\",\"type\":\"id\",\"label\":\"Id\",\"required\":false},"
                                "{\"name\":\"kind\",\"type\":\"enum\",\"label\":\"Kind\",\"values\":{\"list\":[\"x\",\"z\"]}}]}]}";
    json_t *o = json_loads(table, 0, NULL);
    (void)state;
    assert_non_null(o);
    meta_take(o);
    json_decref(o);
    const struct meta_param *get = meta_param(meta_op("a.get"), "id"), *set = meta_param(meta_op("a.set"), "id"),
                            *other = meta_param(meta_op("b.get"), "id");
    assert_ptr_equal(get, set);
    assert_true(get->required && !other->required);
    assert_ptr_equal(get->name, other->name);
    assert_string_equal(meta_param(meta_op("a.set"), "kind")->values[1], "y");
    assert_string_equal(meta_param(meta_op("b.get"), "kind")->values[1], "z");
    assert_null(meta_param(meta_op("b.get"), "kind")->values[2]);
    assert_null(meta_op("b.set"));
}

static void choosing_goes_round(void **state)
{
    struct form *f = given_form();
    (void)state;
    form_focus(f, form_field(f, "kind"));
    form_choose(f);
    form_key(f, K_UP); /* from the first to the last */
    form_key(f, K_ENTER);
    assert_string_equal(form_field(f, "kind")->code, "organization");
    form_focus(f, form_field(f, "kind"));
    form_choose(f);
    form_key(f, K_DOWN); /* and from the last to the first */
    form_key(f, K_ENTER);
    assert_string_equal(form_field(f, "kind")->code, "person");
    form_free(&f);
}

static void the_first_wrong_field_gets_the_cursor_and_keeps_its_text(void **state)
{
    struct form *f = given_form();
    (void)state;
    type(f, "Lamp");
    form_key(f, K_TAB);
    type(f, "31.02");
    form_key(f, K_TAB);
    assert_true(form_field(f, "due")->error[0]);
    assert_false(form_check(f));
    assert_string_equal(form_focused(f)->param->name, "due");
    assert_string_equal(edit_text(&form_focused(f)->edit), "31.02");
    form_free(&f);
}

static void required_and_limits_are_checked(void **state)
{
    struct form *f = given_form();
    (void)state;
    assert_false(form_check(f));
    assert_string_equal(form_focused(f)->param->name, "title");
    type(f, "more than ten letters");
    assert_string_equal(edit_text(&form_field(f, "title")->edit), "more than ");
    edit_set(&form_field(f, "count")->edit, "101");
    assert_false(field_check(form_field(f, "count")));
    edit_set(&form_field(f, "count")->edit, "x1");
    assert_false(field_check(form_field(f, "count")));
    edit_set(&form_field(f, "count")->edit, "100");
    assert_true(field_check(form_field(f, "count")));
    form_free(&f);
}

static void a_value_that_is_not_in_the_list_is_refused(void **state)
{
    struct form *f = given_form();
    (void)state;
    form_focus(f, form_field(f, "kind"));
    type(f, "zzz");
    form_key(f, K_ENTER);
    assert_string_equal(form_focused(f)->param->name, "kind");
    assert_true(form_focused(f)->error[0]);
    form_free(&f);
}

static void the_server_blames_a_field_by_name(void **state)
{
    struct form *f = given_form();
    (void)state;
    form_add_group(f, meta_param(meta_op("thing.make"), "questions"), NULL);
    form_add_group(f, meta_param(meta_op("thing.make"), "questions"), NULL);
    assert_true(form_blame(f, "text", "too long"));
    assert_string_equal(form_focused(f)->error, "too long");
    assert_true(form_blame(f, "questions[1].topic", "not in the classifier"));
    assert_int_equal(form_focused(f)->group, 1);
    assert_true(form_blame(f, "questions", "too many"));
    assert_false(form_blame(f, "elsewhere", "no"));
    form_free(&f);
}

static void a_draft_brings_everything_back_even_half_typed(void **state)
{
    struct form *f = given_form(), *again;
    (void)state;
    type(f, "Lamp");
    form_key(f, K_TAB);
    type(f, "+");
    field_pick(form_field(f, "kind"), "person", 0, NULL);
    json_t *draft = form_draft(f);
    again = given_form();
    form_draft_load(again, draft);
    assert_string_equal(edit_text(&form_field(again, "title")->edit), "Lamp");
    assert_string_equal(edit_text(&form_field(again, "due")->edit), "+");
    assert_string_equal(form_field(again, "kind")->code, "person");
    assert_true(form_is_touched(again));
    json_decref(draft);
    form_free(&f);
    form_free(&again);
}

static void a_time_is_one_of_the_day(void **state)
{
    static const struct meta_param param = {.name = "received", .label = "Received", .type = MT_TIME};
    static const char *const no_times[] = {"-1:05", "12:-5", "24:00", "12:60", "12", "x"};
    struct field *f = field_new(&param);
    (void)state;
    edit_set(&f->edit, "24.11.2026 9:05");
    json_t *value = field_value(f);
    assert_int_equal(strncmp(json_string_value(value), "2026-11-24T09:05:00", strlen("2026-11-24T09:05:00")), 0);
    json_decref(value);
    for (size_t i = 0; i < sizeof no_times / sizeof *no_times; i++) {
        edit_set(&f->edit, no_times[i]);
        assert_null(field_value(f));
    }
    field_free(&f);
}

int main(void)
{
    i18n_start("en");
    dates_start("Europe/Moscow", "2026-11-24");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_people_fill_in_becomes_a_field),
        cmocka_unit_test(enter_goes_on_and_the_last_one_submits),
        cmocka_unit_test(values_go_to_the_wire_in_their_types),
        cmocka_unit_test(an_element_begun_and_left_is_as_if_it_had_not_been_begun),
        cmocka_unit_test(an_open_form_outlives_another_table),
        cmocka_unit_test(equal_parameters_are_one),
        cmocka_unit_test(choosing_goes_round),
        cmocka_unit_test(the_first_wrong_field_gets_the_cursor_and_keeps_its_text),
        cmocka_unit_test(required_and_limits_are_checked),
        cmocka_unit_test(a_value_that_is_not_in_the_list_is_refused),
        cmocka_unit_test(the_server_blames_a_field_by_name),
        cmocka_unit_test(a_time_is_one_of_the_day),
        cmocka_unit_test(a_draft_brings_everything_back_even_half_typed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
