/* Lines of houses: what suppliers publish and dispatchers type, how each piece is read, and what is not read and why. */
#include "common/csv.h"
#include "server/rules/house_line.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

/* Numbers of a line, "5 А, 7" as the canonical ones with a comma between; places as "[street] 1,2 [street] 3". */
struct told {
    char text[8192];
    size_t len;
    size_t place;
};

static void say(struct told *t, const char *text)
{
    int n = snprintf(t->text + t->len, sizeof t->text - t->len, "%s", text);
    t->len += n > 0 ? (size_t)n : 0;
    assert_true(t->len < sizeof t->text);
}

static bool say_number(const struct house_number *n, void *arg)
{
    struct told *t = arg;
    if (t->len > 0 && t->text[t->len - 1] != ' ')
        say(t, ",");
    say(t, n->text);
    return true;
}

static const char *numbers_of(const char *line)
{
    static struct told t;
    struct house_line out;
    house_line_parse(line, strlen(line), &out);
    t = (struct told){.text = ""};
    for (size_t i = 0; i < out.pieces; i++)
        house_line_numbers(&out.piece[i], say_number, &t);
    house_line_free(&out);
    return t.text;
}

/* Everything that was understood: "[settlement|street|company] piece piece". */
static const char *reading_of(const char *line)
{
    static const char *const sides[] = {"", " odd", " even"}, *const whys[] = {"", " said", " one", " two", " all"};
    static struct told t;
    struct house_line out;
    house_line_parse(line, strlen(line), &out);
    t = (struct told){.place = (size_t)-1};
    for (size_t i = 0; i < out.pieces; i++) {
        const struct line_piece *p = &out.piece[i];
        const struct line_place *q = &out.place[p->place];
        if (p->place != t.place) {
            say(&t, t.len ? " [" : "[");
            if (*q->settlement) {
                say(&t, q->settlement);
                say(&t, "|");
            }
            say(&t, q->street);
            if (*q->company) {
                say(&t, "|");
                say(&t, q->company);
            }
            say(&t, "]");
            t.place = p->place;
        }
        say(&t, p->except ? " -" : " ");
        say(&t, p->kind == LINE_WHOLE ? "whole" : p->from.text);
        if (p->kind == LINE_RANGE) {
            say(&t, "..");
            say(&t, p->open ? "end" : p->to.text);
        }
        say(&t, sides[p->side]);
        say(&t, whys[p->why]);
        say(&t, p->corpora ? " corpora" : "");
        say(&t, p->remark_len ? " remark" : "");
    }
    house_line_free(&out);
    return t.text;
}

/* "text:reason" of what was not read, with a blank between. */
static const char *unread_of(const char *line)
{
    static struct told t;
    struct house_line out;
    house_line_parse(line, strlen(line), &out);
    t = (struct told){.text = ""};
    for (size_t i = 0; i < out.unreads; i++) {
        char piece[512];
        snprintf(piece, sizeof piece, "%s%.*s:%s", i ? "; " : "", (int)out.unread[i].len, line + out.unread[i].at, out.unread[i].reason);
        say(&t, piece);
    }
    house_line_free(&out);
    return t.text;
}

static void reads(const char *line, const char *expected)
{
    if (strcmp(reading_of(line), expected) != 0)
        fail_msg("«%s»\n  reads   %s\n  and not %s", line, reading_of(line), expected);
}

/* ---- the grammar ---- */

static void a_line_of_the_desk_is_read(void **state)
{
    (void)state;
    reads("Ленина 1-15 неч., 20, 22к2-30; Мира весь, кроме 7; дома УК \"Уют\" по Садовой",
          "[Ленина] 1..15 odd said 20 22 к2..30 even one [Мира] whole -7 [Садовой|УК \"Уют\"] whole");
    reads("ул. Ленина, 1-15 неч., 20, 22к2", "[ул. Ленина] 1..15 odd said 20 22 к2");
    reads("ЭНГЕЛЬСА 3, 45, 49, 5", "[ЭНГЕЛЬСА] 3 45 49 5");
    reads("дома ТСЖ «Заря», кроме 5", "[|ТСЖ «Заря»] whole -5");
}

static void the_side_of_a_range_follows_its_ends_and_words(void **state)
{
    (void)state;
    reads("Мира 1-15, 2–14, 1-14, 3-9 чет., 1-9 подряд, 2-8(чет)",
          "[Мира] 1..15 odd one 2..14 even one 1..14 two 3..9 even said 1..9 all 2..8 even said");
    reads("Мира чётные с 2 по 14, нечетные, неч. 1-9, 1-9 нечётная сторона",
          "[Мира] 2..14 even said whole odd said 1..9 odd said 1..9 odd said");
    reads("Мира 1 - 15, 3 по 7, от 5 до 9, 1..3, 12а-12г", "[Мира] 1..15 odd one 3..7 odd one 5..9 odd one 1..3 odd one 12А..12Г");
    reads("Мира с 5 до конца, с 6 и далее чет.", "[Мира] 5..end 6..end even said");
}

static void a_whole_street_may_be_said_first_or_last(void **state)
{
    (void)state;
    reads("Мира весь", "[Мира] whole");
    reads("вся улица Мира, кроме 7, 9", "[Мира] whole -7 -9");
    reads("Садовая (весь); ул. Новая все дома", "[Садовая] whole [ул. Новая] whole");
    reads("нечётная сторона ул. Ленина", "[ул. Ленина] whole odd said");
    reads("Мира весь кроме 1-9 неч.; Садовая 5", "[Мира] whole -1..9 odd said [Садовая] 5");
}

static void streets_may_hold_numbers(void **state)
{
    (void)state;
    reads("5 КЛЮЧ 38; 50 ЛЕТ ВЛКСМ 22", "[5 КЛЮЧ] 38 [50 ЛЕТ ВЛКСМ] 22");
    reads("ШОССЕЙНАЯ 3-Я 51, 38", "[ШОССЕЙНАЯ 3-Я] 51 38");
    reads("1-я Парковая, 5; ул. 8 Марта, 12", "[1-я Парковая] 5 [ул. 8 Марта] 12");
    reads("100-ЛЕТИЯ ВЛАДИВОСТОКА ПР-КТ, 145, 145а", "[100-ЛЕТИЯ ВЛАДИВОСТОКА ПР-КТ] 145 145А");
    reads("27 д. 14", "[27] 14");
    reads("САД. ОБЩ. \"МЕДИК\" 125", "[САД. ОБЩ. \"МЕДИК\"] 125");
}

static void another_street_may_follow_a_comma(void **state)
{
    (void)state;
    reads("Мира, 7, проспект Ленина, 9", "[Мира] 7 [проспект Ленина] 9");
    reads("ул. Мира 7 и 9, Садовая 3", "[ул. Мира] 7 9 [Садовая] 3");
    /* A number after a word that is no street of the register must not fall to the street before. */
    reads("Мира 7, Заречье, 9", "[Мира] 7 [Заречье] 9");
}

static void settlements_stand_before_or_in_brackets(void **state)
{
    (void)state;
    reads("г. Тутаев, ул. Ленина, 5, к. 2, 7", "[г. Тутаев|ул. Ленина] 5 к2 7");
    reads("с. Чёбаково 5, 7; д. Аксёново д. 14", "[с. Чёбаково|] 5 7 [д. Аксёново|] 14");
    reads("Путятинская (п. Трудовое) 13; Мира 2", "[п. Трудовое|Путятинская] 13 [Мира] 2");
    reads("г. Тутаев ул. Ленина 5", "[г. Тутаев|ул. Ленина] 5");
}

static void what_is_said_of_a_house_is_a_remark(void **state)
{
    (void)state;
    reads("Мира 73А (20 м на с.з.), 15пом.1/9, 98асад, 43школа, 30ад/с, 5 кв. 3, 50в районе, 22 все корпуса",
          "[Мира] 73А remark 15 remark 98А remark 43 remark 30А remark 5 remark 50 remark 22 corpora");
}

static void what_is_not_understood_is_told_with_the_reason(void **state)
{
    static const char *const cases[][2] = {
        {"Мира 15-1, 3", "15-1:range_reversed"},
        {"15-1", "15-1:range_reversed"},
        {"Мира 1-100000", "1-100000:range_wide"},
        {"Мира 1-9999", "1-9999:range_wide"},
        {"Мира 1-5-9", "1-5-9:range_chain"},
        {"Мира 15120 м на восток", "15120 м на восток:distance"},
        {"Мира 1510м. на запад", "1510м. на запад:distance"},
        {"Мира 7, 155ЗАРЯ", "155ЗАРЯ:tail"},
        {"Мира 7, квартира 5", "квартира 5:part_of_house"},
        {"СЕДАНКА.РАДУЖНАЯ ;", "СЕДАНКА.РАДУЖНАЯ:no_houses"},
        {"Мира, кроме", "Мира:nothing_excepted"},
        {"Мира 12г-12а", "12г-12а:range_reversed"},
        {"Мира 5, ???", "???:not_a_house"},
        {"Мира 5, 7 гудков", "7 гудков:tail"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (strcmp(unread_of(cases[i][0]), cases[i][1]) != 0)
            fail_msg("«%s»: unread %s and not %s", cases[i][0], unread_of(cases[i][0]), cases[i][1]);
}

static void nothing_is_nothing(void **state)
{
    static const char *const cases[] = {"", " ", ";;;", "\n\n", ", , .", ";,;\n,"};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_string_equal(reading_of(cases[i]), "");
        assert_string_equal(unread_of(cases[i]), "");
    }
}

/* Cases of a real supplier of Sevastopol, as its own parser expands them (facts of its test, retold). */
static void lists_of_sevastopol_expand_as_the_supplier_means(void **state)
{
    static const char *const cases[][2] = {
        {"16,24, 29-В,29-Б,29-А,17-33", "16,24,29В,29Б,29А,17,19,21,23,25,27,29,31,33"},
        {"50,218", "50,218"},
        {"3-Б, 111, 22, 1 Б, 3-Б/4, 5/1-Б, 7-А", "3Б,111,22,1Б,3Б/4,5/1Б,7А"},
        {"2-16(чет),1-б,1-17 (нечет)", "2,4,6,8,10,12,14,16,1Б,1,3,5,7,9,11,13,15,17"},
        {"1-4", "1,2,3,4"},
        {"1-5 подряд", "1,2,3,4,5"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(numbers_of(cases[i][0]), cases[i][1]);
    reads("ул. 19-го Партсъезда 2, 34-56 (чет), 13-53 (нечет);", "[ул. 19-го Партсъезда] 2 34..56 even said 13..53 odd said");
    reads("площадь 50-летия СССР 5/3", "[площадь 50-летия СССР] 5/3");
    reads("1 Мая площадь 1, 2", "[1 Мая площадь] 1 2");
    reads("ул. Севастопольская зона ЮБК 5, 19, 19а", "[ул. Севастопольская зона ЮБК] 5 19 19А");
    assert_string_equal(unread_of("ТСН ЖСТИЗ «Колобовский»;"), "ТСН ЖСТИЗ «Колобовский»:no_houses");
}

/* ---- limits ---- */

static double seconds_to_parse(const char *text, size_t len, size_t *pieces, size_t *unreads)
{
    struct timespec a, b;
    struct house_line out;
    clock_gettime(CLOCK_MONOTONIC, &a);
    house_line_parse(text, len, &out);
    clock_gettime(CLOCK_MONOTONIC, &b);
    *pieces = out.pieces;
    *unreads = out.unreads;
    house_line_free(&out);
    return (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9;
}

static void a_line_of_100_kb_is_read_fast(void **state)
{
    static const char *const fillers[] = {"1,",     "Мира 1,",  "слово ", "((((",  "1-",      "1 ", "с 1 ", "\"", "д. ",
                                          "кроме ", "дома УК ", "весь ",  "г. А ", "Мира 1;", "и ", "0",    "-"};
    enum { SIZE = 100 * 1024, LIMIT_SECONDS = 5 };
    char *text = malloc(SIZE + 16);
    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < sizeof fillers / sizeof *fillers; i++) {
        size_t len = 0, pieces, unreads, n = strlen(fillers[i]);
        for (; len + n <= SIZE; len += n)
            memcpy(text + len, fillers[i], n);
        double seconds = seconds_to_parse(text, len, &pieces, &unreads);
        assert_true(pieces <= LINE_PIECES_MAX && unreads <= LINE_PIECES_MAX + 1);
        if (seconds > LIMIT_SECONDS)
            fail_msg("100 KB of «%s» take %.1f s", fillers[i], seconds);
    }
    free(text);
}

/* ---- a real feed ---- */

/* The published lines of the Vladivostok grid; the file has no licence and stays outside of the repository. */
static void lines_of_vladivostok_are_read(void **state)
{
    const char *path = SOURCE_DIR "/../shared/data/outages/vladivostok_vpes_2024-06-04.csv";
    FILE *f = fopen(path, "r");
    size_t read = 0, not_read = 0;
    struct csv_row row;
    enum csv_fault what;
    (void)state;
    if (!f) {
        print_message("# no %s: not checked\n", path);
        return;
    }
    struct csv *csv = csv_open(f);
    assert_true(csv_next(csv, &row, &what)); /* the header */
    while (csv_next(csv, &row, &what)) {
        struct house_line out;
        const char *line = row.cell[4];
        house_line_parse(line, strlen(line), &out);
        read += out.pieces;
        not_read += out.unreads;
        for (size_t i = 0; i < out.unreads; i++)
            print_message("# not read: «%.*s»: %s\n", (int)out.unread[i].len, line + out.unread[i].at, out.unread[i].reason);
        house_line_free(&out);
    }
    csv_close(&csv);
    fclose(f);
    print_message("# %zu pieces, %zu of them read: %.1f %%\n", read + not_read, read, 100.0 * (double)read / (double)(read + not_read));
    assert_true(read + not_read > 600);
    assert_true(100 * read >= 97 * (read + not_read));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_of_the_desk_is_read),
        cmocka_unit_test(the_side_of_a_range_follows_its_ends_and_words),
        cmocka_unit_test(a_whole_street_may_be_said_first_or_last),
        cmocka_unit_test(streets_may_hold_numbers),
        cmocka_unit_test(another_street_may_follow_a_comma),
        cmocka_unit_test(settlements_stand_before_or_in_brackets),
        cmocka_unit_test(what_is_said_of_a_house_is_a_remark),
        cmocka_unit_test(what_is_not_understood_is_told_with_the_reason),
        cmocka_unit_test(nothing_is_nothing),
        cmocka_unit_test(lists_of_sevastopol_expand_as_the_supplier_means),
        cmocka_unit_test(a_line_of_100_kb_is_read_fast),
        cmocka_unit_test(lines_of_vladivostok_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
