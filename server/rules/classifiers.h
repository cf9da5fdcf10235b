/* Values that may be chosen, in memory: each write checks several, and asking the database for them would cost more than the write. */
#pragma once
#include <stddef.h>

struct classifiers;
struct classifiers *classifiers_new(void);
void classifiers_free(struct classifiers **set);
/* Adds a value with its facts (JSON text); copies everything. Call classifiers_sort when all are in. */
void classifiers_add(struct classifiers *set, const char *classifier, const char *code, const char *data);
void classifiers_sort(struct classifiers *set);
/* The facts of a value as JSON text, borrowed until the set is freed; NULL when it may not be chosen. Safe from any thread. */
const char *classifiers_find(const struct classifiers *set, const char *classifier, const char *code);
/* A value as an administrator has just made it; `data` NULL: it may not be chosen any more. Safe from any thread. */
void classifiers_put(struct classifiers *set, const char *classifier, const char *code, const char *data);
