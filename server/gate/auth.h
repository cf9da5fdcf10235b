/* Logging in: what libssh asks while a client tries methods, answered by the core over the control connection. */
#pragma once
#include "server/gate/conn.h"

/* Fills the callbacks of the session's server side (login and channel opening) and offers the methods that the configuration allows. */
void auth_begin(struct conn *c);
/* Ends a connection whose request libssh has dropped without an answer; to be called when libssh has had its turn. */
void auth_check(struct conn *c);
