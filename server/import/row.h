/* One row of the file as parameters of its operation. */
#pragma once
#include "common/csv.h"
#include "server/import/kinds.h"
#include "server/import/map.h"
#include "server/import/refs.h"

/* NULL: err tells why the row is rejected (its field is the row's own column), or ERR_UNAVAILABLE. The caller json_decrefs.
 * Members beside the operation's parameters: "author" (fields of the correspondent who wrote), if any. */
json_t *row_build(const struct import_kind *kind, const struct import_map *map, struct refs *refs, const struct csv_row *row,
                  struct err *err);
