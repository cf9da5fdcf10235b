/* The file of rejected rows: the columns as they came and one more with the reason, so that it can be corrected and imported again. */
#pragma once
#include "common/arena.h"
#include "common/csv.h"
#include <limits.h>

struct rejects {
    struct csv_row header; /* of the file that is read; lives in an arena */
    char path[PATH_MAX];
    char fresh[PATH_MAX + 8];
    FILE *f; /* NULL: nobody wants it */
    char delimiter;
};

void rejects_keep_header(struct rejects *r, struct arena *arena, const struct csv_row *header);
/* path NULL: rows are counted and not kept. Written beside and put in place at the end: the path may be the very file that is read.
 * false: errno. */
bool rejects_begin(struct rejects *r, const char *path, char delimiter);
void rejects_add(struct rejects *r, const struct csv_row *row, const char *reason);
bool rejects_end(struct rejects *r);
