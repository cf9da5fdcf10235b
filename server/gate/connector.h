/* The parent's errand for its children: connect to the core, say gate.hello with the secret, hand the socket over. A child can do none
 * of it: it has no sockets of its own and never sees the secret. */
#pragma once
#include "server/gate/peer.h"

struct connector {
    const char *gate_socket;
    const char *secret; /* in memory that a fork does not get */
    int epoll_fd;
};

/* The child asks for a control connection: begins to make one, or tells it at once that the core is away. */
void connector_begin(const struct connector *c, struct peer *p);
/* Bytes (or the end) from the core on p->core: passes the socket on when gate.hello was accepted. */
void connector_ready(const struct connector *c, struct peer *p);
/* The core did not answer in time. */
void connector_give_up(const struct connector *c, struct peer *p, const char *why);
