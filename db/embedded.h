/* Tables that db/embed.py makes from the SQL and seed files. */
#pragma once
#include "db/queries.h"
#include <stdbool.h>
#include <stddef.h>

struct query_info {
    const char *name;
    int params;
    bool custom_plan; /* planned with its real values each time: optional filters */
    bool copy;        /* COPY ... FROM STDIN: cannot be prepared */
    const char *sql;
};
extern const struct query_info query_infos[];

struct migration {
    int version;
    const char *name;
    const char *sql;
};
extern const struct migration migrations[]; /* ends with version 0 */

struct seed {
    const char *name; /* file name without .csv */
    const char *json; /* array of objects, one a row, all values text */
};
extern const struct seed seeds[]; /* ends with name NULL */
/* The rows of a seed as JSON; NULL when there is none of this name. */
const char *seed_find(const char *name);
