/* `gorod-server demo-data`: a believable municipality in an empty database, the same for the same seed and day. */
#pragma once
#include "common/err.h"
#include <stddef.h>

struct config;
/* --appeals N --seed S [--state DIR] [--config FILE]; `state` and `config` are what was named before the command, or NULL.
 * argv[0] is the command's own word. Prints one line, or a fault; returns a sysexits code (65: the database is not empty). */
int demo_data_main(int argc, char **argv, const char *state, const char *config);
/* How libpq reaches the database of an installation: the configured one, else the embedded one of the state folder. */
bool demo_conninfo(const char *state, const struct config *config, char *out, size_t size, struct err *err);
