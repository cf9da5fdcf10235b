/* Actions on records: which command is which operation, whether it is possible now, and running it. A record tells its own `actions`;
 * an action X on a record R is the operation R.X, whose form comes from meta.describe. */
#pragma once
#include "tui/app.h"

/* What is known of a record under the cursor; texts are borrowed. */
struct record_ref {
    const char *record; /* "assignment" */
    int64_t id, version;
    const char *number, *title;
    const char *status;
    const char *actions;  /* " accept return " */
    const json_t *whole;  /* the card, NULL in a list */
    int open_assignments; /* of an appeal: what keeps it from being answered */
};

/* Is the command one of the whole program, possible on every screen? */
bool command_is_global(enum command cmd);
/* Is the command an action on this kind of record? */
bool command_is_action(enum command cmd, const char *record);
/* The command for an action's name as the server says it; CMD_NONE when the screens know none. */
enum command command_for_action(const char *record, const char *action);

/* NULL when possible, else why not. `r` NULL: nothing is chosen. */
const char *record_why_not(const struct record_ref *r, enum command cmd);
/* Opens the form of the action, or does it at once when there is nothing to fill in. */
void record_run(const struct record_ref *refs, size_t count, enum command cmd);
