/* CSV as RFC 4180 has it, read row by row: `,` or `;` (found out), quotes, line breaks inside quotes, CRLF or LF, with or without BOM.
 *
 * Only UTF-8 is read. Every fault has a code and the line where it was found; nothing is guessed and nothing is skipped, save lines that
 * are wholly empty. A quote inside an unquoted cell is an ordinary character (`ООО "Ромашка"` is what people type). */
#pragma once
#include "common/err.h"
#include <stdint.h>
#include <stdio.h>

enum { CSV_ROW_MAX_BYTES = 1024 * 1024, CSV_CELLS_MAX = 512 };

enum csv_fault {
    CSV_OK,
#define CSV_FAULT(name, ru, en) CSV_##name,
#include "common/csv_faults.def"
#undef CSV_FAULT
};
/* What the fault is and what to do, for a person. */
const char *csv_fault_text(enum csv_fault fault, enum lang lang);

struct csv_row {
    int64_t line; /* where it begins, 1-based */
    size_t count;
    const char *const *cell; /* each ends with a zero byte and holds none; valid until the next row */
};

struct csv;
/* Reads the whole file for its encoding (a file that is not UTF-8 must be refused before anything is done with its rows) and goes back to
 * the beginning; the stream must be seekable. On a fault *line tells where. */
enum csv_fault csv_check_encoding(FILE *f, int64_t *line);
/* Begins to read; the stream stays the caller's. Never fails: an empty file has no rows. */
struct csv *csv_open(FILE *f);
void csv_close(struct csv **c);
/* The delimiter, known after the first row. */
char csv_delimiter(const struct csv *c);
/* The next row: true; false at the end (*fault CSV_OK) or on a fault, where row->line tells the line. After a fault nothing more is read.
 */
bool csv_next(struct csv *c, struct csv_row *row, enum csv_fault *fault);

/* Writes one cell, quoted where it must be; `first` when no delimiter goes before it. */
void csv_write_cell(FILE *f, const char *text, char delimiter, bool first);
void csv_write_end(FILE *f);
