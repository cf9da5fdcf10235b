/* Buffers, the JSON writer, UTF-8, errors, the arena, the keyboard layout. */
#include "common/arena.h"
#include "common/buf.h"
#include "common/err.h"
#include "common/jw.h"
#include "common/layout.h"
#include "common/utf8.h"
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static void buf_stops_at_its_maximum(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, 10);
    assert_true(buf_puts(&b, "12345"));
    assert_false(buf_puts(&b, "678901"));
    assert_true(b.overflow);
    assert_string_equal(b.data, "12345");
    buf_reset(&b);
    assert_true(buf_printf(&b, "%d", 1234567890));
    assert_int_equal(b.len, 10);
    buf_consume(&b, 4);
    assert_string_equal(b.data, "567890");
    buf_free(&b);
}

static void jw_always_writes_valid_json(void **state)
{
    struct buf b;
    struct jw w;
    (void)state;
    buf_init(&b, 1000);
    jw_init(&w, &b);
    jw_object(&w);
    jw_kstring(&w, "a\"b", "line\nend\\ \x01 \xff \x7f Ёж");
    jw_key(&w, "list");
    jw_array(&w);
    jw_int(&w, -5);
    jw_null(&w);
    jw_object(&w);
    jw_object_end(&w);
    jw_array_end(&w);
    jw_kbool(&w, "ok", true);
    jw_kraw(&w, "raw", "[1]");
    jw_object_end(&w);
    assert_string_equal(b.data, "{\"a\\\"b\":\"line\\nend\\\\ \\u0001 \xEF\xBF\xBD \\u007f Ёж\",\"list\":[-5,null,{}],\"ok\":true,\"raw\":[1]}");
    buf_free(&b);
}

static void utf8_knows_bad_bytes(void **state)
{
    static const char *const bad[] = {"\xff", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xd0", "\xf4\x90\x80\x80"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(utf8_is_valid(bad[i], strlen(bad[i])));
    assert_true(utf8_is_valid("Ёлка 🌲 漢", strlen("Ёлка 🌲 漢")));
    assert_int_equal(utf8_count("Ёлка", strlen("Ёлка")), 4);
}

static void utf8_counts_cells(void **state)
{
    int used;
    (void)state;
    assert_int_equal(utf8_width("Щёголева"), 8);
    assert_int_equal(utf8_width("漢字"), 4);
    assert_int_equal(utf8_width("e\xCC\x81"), 1);
    assert_int_equal(utf8_fit("漢字", 3, &used), 3);
    assert_int_equal(used, 2);
    assert_int_equal(utf8_fit("e\xCC\x81x", 1, &used), 3);
}

static void utf8_goes_there_and_back(void **state)
{
    char out[4];
    uint32_t cp;
    (void)state;
    for (uint32_t c = 1; c < 0x110000; c += 37) {
        if (c >= 0xD800 && c < 0xE000)
            continue;
        size_t n = utf8_encode(c, out);
        assert_int_equal(utf8_decode(out, n, &cp), n);
        assert_int_equal(cp, c);
    }
    /* What is no character is written as the sign for that: the result is UTF-8 whatever comes. */
    static const uint32_t none[] = {0xD800, 0xDFFF, 0x110000, UINT32_MAX};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        size_t n = utf8_encode(none[i], out);
        assert_int_equal(utf8_decode(out, n, &cp), n);
        assert_int_equal(cp, 0xFFFD);
    }
}

static void err_rows_are_complete_and_unique(void **state)
{
    static const int codes[] = {
#define ERR(name, code, wire, exit_code, ru, en, hint_ru, hint_en) code,
#include "common/errors.def"
#undef ERR
    };
    (void)state;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        assert_int_equal(err_info_wire(codes[i])->code, codes[i]);
        for (size_t k = 0; k < i; k++)
            assert_int_not_equal(codes[i], codes[k]);
        if (codes[i])
            assert_true(err_info_wire(codes[i])->text[LANG_RU][0] && err_info_wire(codes[i])->text[LANG_EN][0]);
    }
    assert_int_equal(err_info_wire(424242)->code, ERR_INTERNAL);
}

static void err_detail_stays_utf8_when_cut(void **state)
{
    struct err err;
    char text[700], longest[2000] = "";
    (void)state;
    for (int i = 0; i < 600; i++)
        strcat(longest, "щ");
    assert_false(err_set(&err, ERR_RULE, "x%s", longest));
    assert_true(utf8_is_valid(err.detail, strlen(err.detail)));
    assert_false(err_field(&err, "due", "not_a_date", NULL));
    err_text(&err, LANG_EN, text, sizeof text);
    assert_string_equal(text, "due: no such date (YYYY-MM-DD)");
}

static void arena_gives_zeroed_memory_again_and_again(void **state)
{
    struct arena *a = arena_new();
    (void)state;
    for (int round = 0; round < 3; round++) {
        for (size_t size = 1; size < 100000; size = size * 3 + 1) {
            assert_string_equal(arena_strdup(a, "x"), "x"); /* texts lie close; what follows is aligned all the same */
            char *p = arena_alloc(a, size);
            assert_int_equal((uintptr_t)p % 16, 0);
            assert_true(p[0] == 0 && p[size - 1] == 0);
            memset(p, 0xA5, size);
        }
        assert_string_equal(arena_printf(a, "%s-%d", "П", 7), "П-7");
        arena_reset(a);
    }
    arena_free(&a);
    assert_null(a);
}

static void layout_swaps_both_ways(void **state)
{
    char out[100];
    (void)state;
    layout_swap("Bdfyjd", out, sizeof out);
    assert_string_equal(out, "Иванов");
    layout_swap("Руддщ", out, sizeof out);
    assert_string_equal(out, "Hello");
    assert_int_equal(layout_to_latin(0x0436), ';');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buf_stops_at_its_maximum), cmocka_unit_test(jw_always_writes_valid_json), cmocka_unit_test(utf8_knows_bad_bytes),
        cmocka_unit_test(utf8_counts_cells), cmocka_unit_test(utf8_goes_there_and_back), cmocka_unit_test(err_rows_are_complete_and_unique),
        cmocka_unit_test(err_detail_stays_utf8_when_cut), cmocka_unit_test(arena_gives_zeroed_memory_again_and_again),
        cmocka_unit_test(layout_swaps_both_ways),
    };
    setlocale(LC_ALL, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
