/* The words that a workflow.yaml may use: what the program knows how to do. A word outside these tables is a fault of the file. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* Records that the program has or will have, with NULL at the end. */
extern const char *const workflow_records_known[];
/* Records whose guards, clocks and fields are checked against the tables below: the ones that have operations. */
bool workflow_record_is_served(const char *record);

/* Who a word of `by` means: system roles, relations to the record, or neither (roles of records that have no operations yet). */
bool workflow_word_by(const char *word, uint32_t *roles, uint32_t *relations);

extern const char *const workflow_guards[];
extern const char *const workflow_clocks[];
extern const char *const workflow_cascades[];
/* Fields that an operation on an appeal or an assignment can be asked for. */
extern const char *const workflow_fields[];

bool workflow_word_is_in(const char *const *words, const char *word);
/* "a, b, c" for a message; cut with "..." when it does not fit. */
const char *workflow_words_join(const char *const *words, char out[], unsigned size);
