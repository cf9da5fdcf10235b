/* `gorod-server serve`: binds the port, drops root, starts PostgreSQL, core and gate, starts again what dies, stops them in order. */
#pragma once
#include "server/supervisor/fault.h"

struct serve_options {
    const char *config_path; /* NULL: all defaults */
    const char *state;       /* NULL: GOROD_STATE or var */
    const char *listen;      /* NULL: as configured */
    int port;                /* -1: as configured; 0: any free one */
};

/* Serves until SIGTERM or SIGINT. Prints faults itself; returns a sysexits code. */
int supervisor_serve(const struct serve_options *options);
