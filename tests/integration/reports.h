/* What the files of test_reports share: the municipality they print of, and the sections on figures (reports_figures.c) and on what leaves
 * for other systems (reports_carry.c). */
#pragma once
#include "tests/harness/check.h"
#include "tests/harness/proc.h"
#include "tests/harness/rpc.h"

extern struct server *server;
extern struct rpc *admin;
/* The day of the server; ids of the newest appeal, of a letter that was answered, of a reception, of an assignment. */
extern char today[16], newest[32], answered[32], reception[32], assignment[32];

/* A day of the month before this one. */
const char *day_of_last_month(void);
/* A file of the test's folder; lives until the next call. */
const char *path_of(const char *name);
/* Makes a form into a file of the test's folder, for the parameter and its value (NULL: until today); the path lives until the next call.
 */
const char *given_document(const char *form, const char *format, const char *name, const char *value);
/* A form as it is on this day takes no period. */
const char *given_list(const char *form, const char *format);
/* Text of a page, 0: of all; caller frees. */
char *pdf_text(const char *path, int page);
int pdf_pages(const char *path);
void assert_holds(const char *text, const char *words, const char *where);
/* Rows of a CSV file without its heads, each of the same width. */
int64_t csv_rows(const char *path);
/* Sum of a column. */
int64_t csv_sum(const char *path, size_t column);
/* The exact total of a list; of this year's appeals of a kind, in a state or in any (NULL). */
int64_t total(const char *method, const char *format, ...);
int64_t appeals(const char *kind, const char *status);
/* A program of python3: looks through the spreadsheet that its argument names, and prints how many rows it has. */
extern const char check_xlsx[];

void starts_and_is_filled(void **state);
void a_journal_has_the_rows_of_the_list(void **state);
void statistics_agree_with_the_lists_and_with_themselves(void **state);
void figures_for_scripts_are_those_of_the_paper(void **state);
void who_writes_most_is_counted_and_told_to_the_log(void **state);
void the_papers_of_discipline_agree(void **state);
void the_outgoing_journal_has_what_was_sent(void **state);
void what_is_exported_can_be_imported(void **state);
void an_upload_is_checked_before_it_is_written(void **state);
void an_upload_is_a_table_too(void **state);
