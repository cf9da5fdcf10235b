/* Logging in: what libssh asks while a client tries methods, answered by the core over the control connection. */
#pragma once
#include "server/gate/conn.h"

/* Fills the callbacks of the session's server side (login and channel opening) and offers the methods that the configuration allows. */
void auth_begin(struct conn *c);
