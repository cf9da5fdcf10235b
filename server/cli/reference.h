/* The pages of docs/reference, written from the tables that the program runs by: they cannot say anything else than it does. */
#pragma once
#include "common/err.h"
#include <stdio.h>

/* `gorod-server reference [PAGE]`: prints a page in Markdown, or the names of the pages. `args` are the words after "reference".
 * Needs no running server. Returns a sysexits code; faults go to standard error. */
int cli_reference(const char *program, int argc, char *const argv[]);

/* Two more pages, in reference_tables.c and reference_workflow.c. */
void reference_write_errors(FILE *out);
void reference_write_config(FILE *out);
/* The shipped workflow: of the records that have operations. */
bool reference_write_workflow(FILE *out, struct err *err);
/* Text inside a cell of a Markdown table: a bar would end the cell. NULL writes nothing. */
void reference_cell(FILE *out, const char *text);
