/* Likely doubles of a person being typed in: asked for while one types, shown beside the fields (below them on a narrow screen). */
#pragma once
#include "tui/app.h"
#include "tui/widgets/field.h"

struct similar;

struct similar *similar_new(void);
void similar_free(struct similar *s);
/* The fields that are compared; any may be NULL. */
void similar_watch(struct similar *s, struct screen *owner, struct field *name, struct field *phone, struct field *address,
                   struct field *email);
/* A field changed: asks again when it is one of those watched. */
void similar_changed(struct similar *s, const struct field *f);
int similar_count(const struct similar *s);

bool similar_focused(const struct similar *s);
void similar_focus(struct similar *s, bool on);
/* Moving keys while it has the focus; Tab gives it back. */
bool similar_key(struct similar *s, int key);
/* The one under the cursor: its id, 0 when there is none; *name what to call it. */
int64_t similar_chosen(const struct similar *s, const char **name);

/* Takes its part of *r when there is something to show and returns what is left for the fields; *r becomes its part (h 0: none). */
struct rect similar_split(const struct similar *s, struct rect *r);
void similar_paint(const struct similar *s, struct rect r, struct cursor *cursor);
