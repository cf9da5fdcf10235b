/* A file that somebody wants to import: its rows or a fault with its line, and what was read is read again after it was written. */
#include "common/csv.h"
#include "common/utf8.h"
#include "tests/fuzz/memory_file.h"
#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_row(FILE *copy, const struct csv_row *row, char delimiter)
{
    for (size_t i = 0; i < row->count; i++)
        csv_write_cell(copy, row->cell[i], delimiter, i == 0);
    csv_write_end(copy);
}

/* Reads every row of `from`; writes them to `copy`, or compares them with `text` when there is no copy. */
static size_t read_all(FILE *from, FILE *copy, enum csv_fault *fault)
{
    struct csv *csv = csv_open(from);
    struct csv_row row;
    size_t rows = 0;
    int64_t line = 0;
    while (csv_next(csv, &row, fault)) {
        assert(row.count >= 1 && row.count <= CSV_CELLS_MAX && row.line > line);
        line = row.line;
        if (copy)
            write_row(copy, &row, csv_delimiter(csv));
        rows++;
    }
    assert(*fault == CSV_OK || (row.line >= line && csv_fault_text(*fault, LANG_RU)[0]));
    csv_close(&csv);
    return rows;
}

/* What the writer has written is what it writes of what the reader reads of it. */
static void check_copy(char *text, size_t len, size_t rows)
{
    enum csv_fault fault;
    char *again = NULL;
    size_t again_len = 0;
    FILE *from = fmemopen(text, len, "r"), *copy = open_memstream(&again, &again_len);
    assert(from && copy);
    assert(read_all(from, copy, &fault) == rows && fault == CSV_OK);
    fclose(from);
    fclose(copy);
    assert(len == again_len && memcmp(text, again, len) == 0);
    free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = NULL;
    size_t len = 0;
    enum csv_fault fault;
    int64_t line = 0;
    FILE *file = fopen(memory_file(data, size), "r"), *copy = open_memstream(&text, &len);
    assert(file && copy);
    bool is_utf8 = csv_check_encoding(file, &line) == CSV_OK;
    assert(is_utf8 || line >= 1);
    size_t rows = read_all(file, copy, &fault);
    fclose(file);
    fclose(copy);
    assert(!is_utf8 || utf8_is_valid(text, len));
    if (is_utf8 && rows > 0 && fault == CSV_OK)
        check_copy(text, len, rows);
    free(text);
    return 0;
}
