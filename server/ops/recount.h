/* Open records counted again when the calendar has changed. */
#pragma once
#include "server/ops/helpers.h"

struct recount {
    const struct work_calendar *before, *after;
    day_t first, last;   /* the days that changed lie between these */
    const char *comment; /* why, for the history of each card that moves */
};
/* Moves the due dates of open appeals and assignments, in batches, an event each, and writes the members "recounted" (how many were looked
 * at), "moved" (how many got another date) and "records" (the first of these: record, id, number, from, to) of the object being written. */
bool recount_open_records(struct call *c, const struct recount *r);
