/* How a supplier's time of an outage («01-03.11.2023 08:00 - 17:00») is read, asked of the server while one types it. Whoever has room for
 * the lines paints them. */
#pragma once
#include "tui/app.h"
#include "tui/widgets/field.h"

struct period_preview;

/* Watches the field (borrowed, as `owner` is); calls `read` whenever there is something else to tell. */
struct period_preview *period_preview_new(struct screen *owner, struct field *field, void (*read)(void *arg), void *arg);
void period_preview_free(struct period_preview **p);
/* A field changed: asks again when it is the one watched. */
void period_preview_changed(struct period_preview *p, const struct field *f);
/* When the first outage of it begins, RFC 3339; "" while that is not known. */
const char *period_preview_begins(const struct period_preview *p);
/* Calls `line` for each line to show; for none while the field is empty. */
void period_preview_tell(const struct period_preview *p, void (*line)(void *arg, enum role role, int indent, const char *text), void *arg);
