/* Making a correspondent is part of two operations: correspondent.add and appeal.register ("found or made in place"). */
#pragma once
#include "server/ops/op.h"
/* Rows of the fields of a new correspondent. */
extern const struct op_param correspondent_fields[];
/* Writes the correspondent, its contacts and words, and the event; *id gets the new id. `fields` was checked by correspondent_fields;
 * names of bad fields are prefixed with `prefix` ("" or "new_correspondent."). */
bool correspondent_create(struct call *c, const json_t *fields, const char *prefix, int64_t *id);
