/* Text of an answer for people: cells and labels. Shared by the printers of tables and of records. */
#pragma once
#include "common/buf.h"
#include "server/cli/internal.h"

/* The label of a member: of a parameter of that name in the operations of the same noun, else of any noun, else the name itself. */
const char *print_label(const struct op *op, const char *key);
/* Is the member for people? Not when its words stand beside it under another name, or when it repeats another one. */
bool print_is_told(const json_t *record, const char *key);
/* A scalar as a person reads it. What could command the terminal is drawn visibly; line breaks become blanks when one_line. */
void print_scalar(struct buf *out, const json_t *value, bool one_line);
bool print_is_scalar(const json_t *value);
/* Nothing to show: absent, null, an empty text or array. */
bool print_is_empty(const json_t *value);
/* Are all items objects (and is there one)? */
bool print_is_table(const json_t *items);
/* The table of an array of objects, each line after `indent` blanks; width_cells 0: nothing is cut to fit. */
void print_table(FILE *out, const struct op *op, const json_t *items, int indent, int width_cells);
void print_padding(FILE *out, int cells);
