/* The TCP port of the gate: bound once by the supervisor, so that it survives a gate that dies and may be below 1024. */
#pragma once
#include "server/supervisor/fault.h"
#include <stddef.h>
#include <sys/socket.h>

struct listener {
    int fd;
    int port;         /* the true one, also when 0 was asked for */
    char address[64]; /* where people reach it: 127.0.0.1 when it listens everywhere */
};

bool listener_open(struct listener *l, const char *address, int port, struct fault *f);

/* Looks whether the gate answers with its SSH banner. Call again until true; keeps one connection in *probe_fd (-1 at first). */
bool listener_probe(const struct listener *l, int *probe_fd);
/* Does something accept connections on the Unix socket? */
bool listener_unix_answers(const char *path);
