/* The map of an import: which column is which field, what stands where a column is absent, how dates look, whose values mean ours.
 * Every fault names the file and the line. */
#pragma once
#include "common/arena.h"
#include "common/csv.h"
#include "common/err.h"
#include "server/import/kinds.h"
#include <jansson.h>

enum { MAP_NO_COLUMN = -1, MAP_DATE_FORMATS_MAX = 16 };

struct import_map {
    struct map_field {
        int column;                                     /* of the CSV row, MAP_NO_COLUMN */
        const char *fallback;                           /* defaults, NULL for none */
        json_t *values;                                 /* theirs: ours; NULL for none */
    } field[IMPORT_FIELDS_MAX];                         /* by index of the kind's field */
    const char *date_formats[MAP_DATE_FORMATS_MAX + 1]; /* of strptime(3); NULL at the end */
    json_t *create;                                         /* what may be made of `creates` of the kind; an array */
    bool create_houses;                                     /* houses, streets and suppliers that we do not know are made */
    bool create_units;                                   /* a body that we do not know becomes an external unit */
    bool keep_topics;                                   /* a topic that is not in the classifier stays as the words of the question */
};

/* Reads the map (path NULL: columns bear our field names) against the header of the file. The texts live in the arena.
 * false: err->detail is "file:line: what, what to do". Free with import_map_free in any case. */
bool import_map_read(struct import_map *map, struct arena *arena, const struct import_kind *kind, const char *path, const char *csv_path,
                     const struct csv_row *header, struct err *err);
void import_map_free(struct import_map *map);
