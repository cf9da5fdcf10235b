/* The CSV reader: what RFC 4180 has, what people's programs add, and every fault by its line. */
#include "common/csv.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

struct reading {
    FILE *f;
    struct csv *csv;
    struct csv_row row;
    enum csv_fault fault;
};

static struct reading given_bytes(const char *bytes, size_t len)
{
    struct reading r = {.f = tmpfile()};
    assert_non_null(r.f);
    assert_int_equal(fwrite(bytes, 1, len, r.f), len);
    rewind(r.f);
    r.csv = csv_open(r.f);
    return r;
}

static struct reading given_text(const char *text) { return given_bytes(text, strlen(text)); }

static void done(struct reading *r)
{
    csv_close(&r->csv);
    fclose(r->f);
}

static void assert_row(struct reading *r, int64_t line, size_t count, ...)
{
    va_list cells;
    assert_true(csv_next(r->csv, &r->row, &r->fault));
    assert_int_equal(r->fault, CSV_OK);
    assert_int_equal(r->row.line, line);
    assert_int_equal(r->row.count, count);
    va_start(cells, count);
    for (size_t i = 0; i < count; i++)
        assert_string_equal(r->row.cell[i], va_arg(cells, const char *));
    va_end(cells);
}

static void assert_end(struct reading *r)
{
    assert_false(csv_next(r->csv, &r->row, &r->fault));
    assert_int_equal(r->fault, CSV_OK);
    done(r);
}

static void assert_fault(struct reading *r, enum csv_fault fault, int64_t line)
{
    assert_false(csv_next(r->csv, &r->row, &r->fault));
    assert_int_equal(r->fault, fault);
    assert_int_equal(r->row.line, line);
    /* After a fault nothing more comes, and no second fault. */
    assert_false(csv_next(r->csv, &r->row, &r->fault));
    done(r);
}

static void reads_rows_of_both_line_ends(void **state)
{
    (void)state;
    struct reading r = given_text("a,b\r\n1,2\n3,4");
    assert_row(&r, 1, 2, "a", "b");
    assert_row(&r, 2, 2, "1", "2");
    assert_row(&r, 3, 2, "3", "4");
    assert_end(&r);
}

static void finds_the_delimiter_out(void **state)
{
    (void)state;
    struct reading r = given_text("имя;адрес, дом;\"a,b,c,d\"\nИванов;ул. Ленина, 1;x\n");
    assert_row(&r, 1, 3, "имя", "адрес, дом", "a,b,c,d");
    assert_int_equal(csv_delimiter(r.csv), ';');
    assert_row(&r, 2, 3, "Иванов", "ул. Ленина, 1", "x");
    assert_end(&r);
    r = given_text("один\nдва\n");
    assert_row(&r, 1, 1, "один");
    assert_int_equal(csv_delimiter(r.csv), ',');
    assert_row(&r, 2, 1, "два");
    assert_end(&r);
    /* An inch is no quote, and the line ends where it ends. */
    r = given_text("диск 5\";цена, руб;год\n1,2,3,4;5;6\n");
    assert_row(&r, 1, 3, "диск 5\"", "цена, руб", "год");
    assert_row(&r, 2, 3, "1,2,3,4", "5", "6");
    assert_end(&r);
    r = given_text("имя \"А\n1,2\n");
    assert_row(&r, 1, 1, "имя \"А");
    assert_row(&r, 2, 2, "1", "2");
    assert_end(&r);
}

static void a_row_of_one_empty_cell_is_written_and_read(void **state)
{
    (void)state;
    FILE *f = tmpfile();
    static const char *const cells[] = {"\xEF\xBB\xBFимя", "", "а;б"};
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        csv_write_cell(f, cells[i], ',', true);
        csv_write_end(f);
    }
    rewind(f);
    struct reading r = {.f = f, .csv = csv_open(f)};
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
        assert_row(&r, (int64_t)i + 1, 1, cells[i]);
    assert_end(&r);
}

static void skips_the_byte_order_mark(void **state)
{
    (void)state;
    struct reading r = given_text("\xEF\xBB\xBFid,text\n1,x\n");
    assert_row(&r, 1, 2, "id", "text");
    assert_row(&r, 2, 2, "1", "x");
    assert_end(&r);
    r = given_text("\xEF\xBB\xBF");
    assert_end(&r);
}

static void reads_quotes_and_lines_inside_them(void **state)
{
    (void)state;
    struct reading r = given_text("id,text\r\n1,\"он сказал \"\"да\"\",\r\nи ушёл\"\r\n\"\",\"\"\n2,ООО \"Ромашка\"\n");
    assert_row(&r, 1, 2, "id", "text");
    assert_row(&r, 2, 2, "1", "он сказал \"да\",\r\nи ушёл");
    assert_row(&r, 4, 2, "", "");
    assert_row(&r, 5, 2, "2", "ООО \"Ромашка\"");
    assert_end(&r);
}

static void keeps_empty_cells_and_skips_empty_lines(void **state)
{
    (void)state;
    struct reading r = given_text("a,b,c\n\n,,\n\r\nx,,\n\n");
    assert_row(&r, 1, 3, "a", "b", "c");
    assert_row(&r, 3, 3, "", "", "");
    assert_row(&r, 5, 3, "x", "", "");
    assert_end(&r);
    r = given_text("a\n\"\"\n");
    assert_row(&r, 1, 1, "a");
    assert_row(&r, 2, 1, "");
    assert_end(&r);
    r = given_text("");
    assert_end(&r);
}

static void tells_each_fault_by_its_line(void **state)
{
    static const char nul[] = "a,b\n1,\0\n";
    (void)state;
    struct reading r = given_text("a,b\n1,\"open\n\n");
    assert_row(&r, 1, 2, "a", "b");
    assert_fault(&r, CSV_QUOTE_OPEN, 2);
    r = given_text("a,b\n1,2\n\"x\" y,2\n");
    assert_row(&r, 1, 2, "a", "b");
    assert_row(&r, 2, 2, "1", "2");
    assert_fault(&r, CSV_QUOTE_TAIL, 3);
    r = given_text("a,b\n1\r2,3\n");
    assert_row(&r, 1, 2, "a", "b");
    assert_fault(&r, CSV_LONE_CR, 2);
    r = given_text("a,b\n1,2\r");
    assert_row(&r, 1, 2, "a", "b");
    assert_fault(&r, CSV_LONE_CR, 2);
    r = given_bytes(nul, sizeof nul - 1);
    assert_row(&r, 1, 2, "a", "b");
    assert_fault(&r, CSV_NUL, 2);
}

static void stops_at_its_limits(void **state)
{
    static char wide[CSV_CELLS_MAX + 8], longest[CSV_ROW_MAX_BYTES + 8];
    (void)state;
    memset(wide, ',', CSV_CELLS_MAX);
    strcpy(wide + CSV_CELLS_MAX - 1, "\n");
    struct reading r = given_text(wide);
    assert_true(csv_next(r.csv, &r.row, &r.fault));
    assert_int_equal(r.row.count, CSV_CELLS_MAX);
    assert_end(&r);
    strcpy(wide + CSV_CELLS_MAX - 1, ",\n");
    r = given_text(wide);
    assert_fault(&r, CSV_TOO_MANY_CELLS, 1);

    memset(longest, 'x', CSV_ROW_MAX_BYTES + 1);
    longest[CSV_ROW_MAX_BYTES] = '\n';
    r = given_bytes(longest, CSV_ROW_MAX_BYTES + 1);
    assert_true(csv_next(r.csv, &r.row, &r.fault));
    assert_int_equal(strlen(r.row.cell[0]), CSV_ROW_MAX_BYTES);
    assert_end(&r);
    longest[CSV_ROW_MAX_BYTES] = 'x';
    r = given_bytes(longest, CSV_ROW_MAX_BYTES + 1);
    assert_fault(&r, CSV_TOO_LONG, 1);
}

static enum csv_fault encoding_of(const char *bytes, size_t len, int64_t *line)
{
    FILE *f = tmpfile();
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    rewind(f);
    enum csv_fault fault = csv_check_encoding(f, line);
    if (!fault)
        assert_int_equal(ftell(f), 0);
    fclose(f);
    return fault;
}

static void names_the_encoding_that_is_not_utf8(void **state)
{
    /* "Прошу;отремонтировать" in cp1251, in KOI8-R; a byte that is nobody's */
    static const char cp1251[] = "id;text\n1;\xCF\xF0\xEE\xF8\xF3 \xEE\xF2\xF0\xE5\xEC\xEE\xED\xF2\xE8\xF0\xEE\xE2\xE0\xF2\xFC\n";
    static const char koi8[] = "id;text\n1;\xF0\xD2\xCF\xDB\xD5 \xCF\xD4\xD2\xC5\xCD\xCF\xCE\xD4\n";
    static const char broken[] = "id;text\n1;да\n2;\xD0\n";
    int64_t line;
    (void)state;
    assert_int_equal(encoding_of("id,текст\n1,ё\n", strlen("id,текст\n1,ё\n"), &line), CSV_OK);
    assert_int_equal(encoding_of("", 0, &line), CSV_OK);
    assert_int_equal(encoding_of(cp1251, sizeof cp1251 - 1, &line), CSV_CP1251);
    assert_int_equal(line, 2);
    assert_int_equal(encoding_of(koi8, sizeof koi8 - 1, &line), CSV_NOT_UTF8);
    assert_int_equal(encoding_of(broken, sizeof broken - 1, &line), CSV_NOT_UTF8);
    assert_int_equal(line, 3);
    assert_int_equal(encoding_of("\xFF\xFEi\0d\0", 6, &line), CSV_UTF16);
    assert_int_equal(encoding_of("\x1F\x8B\x08 and more", 12, &line), CSV_GZIP);
    assert_int_equal(encoding_of("PK\x03\x04 and more", 12, &line), CSV_ZIP);
}

/* Characters that lie across the blocks in which the file is read. */
static void checks_the_encoding_across_blocks(void **state)
{
    (void)state;
    for (size_t shift = 0; shift < 4; shift++) {
        size_t len = 0, size = 3 * 65536;
        char *text = malloc(size + 8);
        int64_t line;
        assert_non_null(text);
        for (; len < shift; len++)
            text[len] = 'x';
        for (; len < size; len += 3)
            memcpy(text + len, "\xE2\x80\x94", 3);
        assert_int_equal(encoding_of(text, len, &line), CSV_OK);
        assert_int_equal(encoding_of(text, len - 1, &line), CSV_NOT_UTF8);
        free(text);
    }
}

static void writes_what_it_reads(void **state)
{
    static const char *const cells[] = {"", "просто", "с \"кавычкой\"", "две\nстроки", "а,б;в", " "};
    enum { COUNT = sizeof cells / sizeof *cells };
    (void)state;
    FILE *f = tmpfile();
    for (size_t i = 0; i < COUNT; i++)
        csv_write_cell(f, cells[i], ';', i == 0);
    csv_write_end(f);
    rewind(f);
    struct reading r = {.f = f, .csv = csv_open(f)};
    assert_row(&r, 1, COUNT, cells[0], cells[1], cells[2], cells[3], cells[4], cells[5]);
    assert_int_equal(csv_delimiter(r.csv), ';');
    assert_end(&r);
}

static void every_fault_has_words(void **state)
{
    (void)state;
    for (int fault = CSV_OK + 1; fault <= CSV_READ; fault++)
        for (int lang = LANG_RU; lang <= LANG_EN; lang++)
            assert_true(strlen(csv_fault_text(fault, lang)) > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_rows_of_both_line_ends),
        cmocka_unit_test(finds_the_delimiter_out),
        cmocka_unit_test(skips_the_byte_order_mark),
        cmocka_unit_test(reads_quotes_and_lines_inside_them),
        cmocka_unit_test(keeps_empty_cells_and_skips_empty_lines),
        cmocka_unit_test(tells_each_fault_by_its_line),
        cmocka_unit_test(stops_at_its_limits),
        cmocka_unit_test(names_the_encoding_that_is_not_utf8),
        cmocka_unit_test(checks_the_encoding_across_blocks),
        cmocka_unit_test(writes_what_it_reads),
        cmocka_unit_test(a_row_of_one_empty_cell_is_written_and_read),
        cmocka_unit_test(every_fault_has_words),
    };
    return cmocka_run_group_tests_name("csv", tests, NULL, NULL);
}
