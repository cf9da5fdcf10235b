/* Somebody else has changed the card: shows what differs, lets the person choose for each field, overwrites nothing silently. */
#pragma once
#include "tui/app.h"

/* `was` (may be NULL) is the record as this person saw it, `current` as it is now, `mine` (may be NULL) what is about to be sent.
 * `label` names a field for people; `settled` gets `current` and, by field, the values chosen; it is not called when the person goes back
 * to the form. */
void conflict_open(const char *title, const json_t *was, const json_t *current, const json_t *mine,
                   const char *(*label)(void *arg, const char *name), void (*settled)(void *arg, json_t *current, json_t *merged),
                   void *arg);
