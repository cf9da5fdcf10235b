/* What the screens of outages show of each other. */
#pragma once
#include "tui/app.h"
#include <jansson.h>

/* The list of what a filter of outage.list tells; `about` says it in words. Takes the filter over. */
struct screen *outages_rows(json_t *filters, const char *about);
/* «opened 3 · closed 1 ...» of the board's `hour`, in parts (TEXT_PART). */
void outage_hour_text(const json_t *hour, char *out, size_t size);
