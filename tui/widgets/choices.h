/* The values a field may take, narrowed as one types: from a classifier at once, from a list operation when its answer comes.
 * When nothing is found the same keys in the other layout are tried ("Bdfyjd" finds Иванов). */
#pragma once
#include "tui/app.h"
#include "tui/widgets/field.h"

enum { CHOICES_MAX = 40, CHOICES_ASKED = 12, CHOICES_DELAY_MS = 120 };

struct choice {
    char *code; /* of a classifier; NULL for records */
    int64_t id;
    char *label, *detail;
};

struct choices {
    struct screen *owner;
    struct field *field; /* NULL: closed */
    struct choice items[CHOICES_MAX + 1];
    int count, selected, top;
    bool waiting;   /* an answer is under way or due */
    bool swapped;   /* what is shown was found in the other layout */
    bool offer_new; /* the last item means "make a new one" */
    uint64_t request;
    void (*changed)(void *arg); /* the items have come */
    void *arg;
};

void choices_close(struct choices *c);
/* Opens for a field, or narrows by what is typed in it now; `offer_new` is the label of a last item, NULL: none. */
void choices_update(struct choices *c, struct field *f, const char *offer_new);
bool choices_is_open(const struct choices *c);
/* Up, Down, PgUp, PgDn. */
bool choices_key(struct choices *c, int key);
/* NULL when there is none. */
const struct choice *choices_selected(const struct choices *c);
/* Is the selected item the offer to make a new one? */
bool choices_is_new(const struct choices *c);
/* Drawn under the field at (y, x), or above it when there is no room below. */
void choices_paint(struct choices *c, struct rect screen, int y, int x, int w);
