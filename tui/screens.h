/* The registry of screens: what can be opened, by name. Screens ask here and never include each other. */
#pragma once
#include "tui/app.h"

/* The first screen. */
struct screen *screens_first(void);
/* Runs a "go", "new" or other command of the whole program; false when it is none of these. */
bool screens_command(enum command cmd);
const char *screens_why_not(enum command cmd);

/* The card of a record ("appeal", "assignment", "correspondent"); then, if not CMD_NONE, that action on it when it has come. */
void screens_open_card(const char *record, int64_t id, enum command then);
/* Records whose cards the server can read before they are opened (session.ahead). */
bool screens_is_read_ahead(const char *record);
/* The list of a record with a query already typed; "": about to be typed, NULL: none. */
void screens_open_list(const char *record, const char *query);
struct record_ref;
/* Runs an action that is more than a form of its operation (an assignment from marked appeals, a merge); false: it is an ordinary one. */
bool screens_action(const struct record_ref *refs, size_t count, enum command cmd);
/* The card beside this one in the list it was opened from. */
bool screens_has_neighbours(struct screen *card);
void screens_neighbour(struct screen *card, int step);
