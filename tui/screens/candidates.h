/* Appeals like the one being typed in: the same text, the same person, the same house and topic. Found while one types, shown beside
 * or below the form, linked by one key each. */
#pragma once
#include "tui/app.h"

struct candidates;

struct candidates *candidates_new(struct screen *owner);
void candidates_free(struct candidates *c);
/* Asks again, a little after the last change. */
void candidates_update(struct candidates *c, const char *text, int64_t correspondent, const char *topic, const char *address);
int candidates_count(const struct candidates *c);

bool candidates_focused(const struct candidates *c);
void candidates_focus(struct candidates *c, bool on);
bool candidates_key(struct candidates *c, int key);
/* Links the chosen one as this kind, or takes that link back. */
void candidates_toggle(struct candidates *c, const char *kind);
void candidates_open(struct candidates *c);
/* The n-th link that was made; false when there are no more. */
bool candidates_link(const struct candidates *c, int n, int64_t *other, const char **kind);

/* As similar_split(). */
struct rect candidates_split(const struct candidates *c, struct rect *r);
void candidates_paint(struct candidates *c, struct rect r, struct cursor *cursor);
