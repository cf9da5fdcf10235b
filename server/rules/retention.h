/* How long records are kept: rules as data (db/seed/retention.yaml), checked with file, line and reason. */
#pragma once
#include "common/err.h"

struct retention;

extern const char retention_default_yaml[];

/* Reads the rules: from the text, or where it is NULL from the file `path` (which names them in messages either way). NULL on a fault. */
struct retention *retention_load(const char *path, const char *text, struct err *err);
void retention_free(struct retention **r);
/* The rules for the statements, by record and in their order: {"appeal": [{"kinds": [..] or null, "years": n or null (for ever),
 * "commission": bool}], ..}. Borrowed. */
const char *retention_rules(const struct retention *r);
/* "incident, outage": kinds of record that came with a later release and that the file has no rule for, "" for none. Their records are
 * kept and never deleted until it has one. Borrowed. */
const char *retention_missing(const struct retention *r);
