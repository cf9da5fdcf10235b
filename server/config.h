/* Configuration: one YAML file, every key a row of config.def (type, default, limits, unit, description). No file: all defaults. */
#pragma once
#include "common/err.h"
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct config {
    /* one member per row of server/config.def: const char * for text, int64_t for numbers, bool for switches */
#define CONFIG_TEXT(key, def, ru, en) const char *key;
#define CONFIG_INT(key, def, min, max, unit, ru, en) int64_t key;
#define CONFIG_BOOL(key, def, ru, en) bool key;
#include "server/config.def"
#undef CONFIG_TEXT
#undef CONFIG_INT
#undef CONFIG_BOOL
};

/* The numbers and switches alone: for a part that must not see the texts, one of which holds a database's password. */
struct config_numbers {
#define CONFIG_TEXT(key, def, ru, en)
#define CONFIG_INT(key, def, min, max, unit, ru, en) int64_t key;
#define CONFIG_BOOL(key, def, ru, en) bool key;
#include "server/config.def"
#undef CONFIG_TEXT
#undef CONFIG_INT
#undef CONFIG_BOOL
};

struct config_numbers config_numbers_of(const struct config *from);
void config_set_numbers(struct config *to, const struct config_numbers *from);
/* Has the key another value in the other one? */
bool config_differs(const struct config *a, const struct config *b, const char *key);

/* Reads the file, or gives the defaults for path NULL. NULL on a fault: err->detail is "file:line: key: what, what to do". Caller frees. */
struct config *config_load(const char *path, struct err *err);
void config_free(struct config **c);
/* The commented sample of all keys with their defaults, as `gorod-server config show` prints it. */
void config_write_sample(FILE *out, enum lang lang);
