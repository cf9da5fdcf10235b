/* What the program knows of classifiers by name: which may grow, which values it decides by, and what it reads of a value's data. The rows
 * stand in classifier_facts.def. */
#pragma once
#include "common/buf.h"
#include "common/err.h"
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct classifiers;

struct classifier_info {
    const char *name;
    bool closed;         /* values are neither added nor retired */
    const char *text[2]; /* by enum lang */
};
extern const struct classifier_info classifier_infos[]; /* ends with name NULL */
/* NULL for one that has no row: it is edited freely. */
const struct classifier_info *classifier_info(const char *name);
/* Does the program decide by this value? */
bool classifier_knows(const char *classifier, const char *code);

/* Checks a value's data (an object): members of the right type, those that are needed there, nothing unknown that `before` (may be NULL)
 * has not got. Faults name the field "data.MEMBER". */
bool classifier_data_ok(const struct classifiers *set, const char *classifier, const json_t *data, const json_t *before, enum lang lang,
                        struct err *err);
/* Data as people edit it, a line a member: "letters: ОГ". Members without a row (notes) come after those with one. */
void classifier_facts_write(const char *classifier, const json_t *data, struct buf *out);
/* Reads such lines into *data (new reference): what has a row is as the lines say, the rest stays as in `before`. False with err_field of
 * "facts". */
bool classifier_facts_read(const char *classifier, const char *text, const json_t *before, json_t **data, struct err *err);
