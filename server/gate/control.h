/* The control connection of a logged-in (or logging-in) child to the core: gate.key, gate.login, gate.resume, gate.open.
 *
 * Two ways to ask. Before the login the child has nobody else to serve, and libssh wants the answer at once: control_ask waits.
 * After it nothing may wait: channels say that they want a session, control_step brings them one, over restarts of the core. */
#pragma once
#include "server/gate/conn.h"
#include <jansson.h>

enum control_result {
    CONTROL_OK,
    CONTROL_REFUSED, /* *err holds the core's error */
    CONTROL_AWAY,    /* no core, or it went away twice */
};

void control_init(struct control *k);
/* Asks and waits until `until_ms` at the latest. Takes over `params`. On CONTROL_OK *result is the caller's to decref. */
enum control_result control_ask(struct conn *c, const char *method, json_t *params, int64_t until_ms, json_t **result, struct err *err);
/* Goes on as far as possible without waiting: connects and resumes when a channel wants a session, opens it, hands it over. */
void control_step(struct conn *c);
/* When control_step must run again even if nothing happens; 0: never. */
int64_t control_wake(const struct conn *c);
/* The channel is going: an answer for it will be thrown away. */
void control_forget(struct conn *c, const struct channel *ch);
/* JSON values with passwords and tickets pass through the heap: makes jansson overwrite what it frees. */
void control_wipe_memory(void);
