/* What this person may do and how it is asked: the table of operations as meta.describe tells it, in small structs. Forms are built
 * from it, and a command whose operation is not in it is not this person's. */
#pragma once
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum meta_type {
    MT_STRING,
    MT_TEXT,
    MT_INT,
    MT_ID,
    MT_BOOL,
    MT_DATE,
    MT_TIME,
    MT_UUID,
    MT_ENUM,
    MT_IDS,
    MT_STRINGS,
    MT_OBJECT,
    MT_OBJECTS,
    MT_CURSOR
};

struct meta_param {
    const char *name, *label;
    enum meta_type type : 8;
    bool required : 1, secret : 1, filter : 1;
    int max;                                /* 0: none told */
    const char *classifier;                 /* MT_ENUM: name of the classifier, NULL when `values` lists them */
    const char *const *values;              /* MT_ENUM: ends with NULL; NULL when none */
    const char *lookup;                     /* MT_ID, MT_IDS: list operation */
    const struct meta_param *const *fields; /* MT_OBJECTS */
    size_t field_count;
};
struct meta_op {
    const char *method, *summary;
    bool write, list;
    const struct meta_param *const *params; /* equal ones are one: a session keeps some 800 of 300 different */
    size_t param_count;
};

/* Asks the server; `then` (may be NULL) is called when the answer has been taken. */
void meta_start(void (*then)(void));
/* Has the answer come? Until then nothing is refused for lack of rights. */
bool meta_is_known(void);
/* Takes the answer of meta.describe; also for tests. */
void meta_take(const json_t *result);
/* NULL when there is no such operation for this person. */
const struct meta_op *meta_op(const char *method);
const struct meta_param *meta_param(const struct meta_op *op, const char *name);
bool meta_has_param(const char *method, const char *name);
/* Parameters known now stay in memory until this is released, even when rights or the language change and the table is told anew: for
 * whoever keeps them, a field of an open form. NULL before anything is known. */
struct meta *meta_hold(void);
void meta_release(struct meta **held);
