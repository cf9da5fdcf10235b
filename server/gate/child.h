/* A connection child: one SSH connection from the banner to the end, in a process of its own. */
#pragma once

struct gate_env;

struct child_start {
    struct gate_env *env;
    int conn_fd;      /* the accepted TCP socket, non-blocking */
    int link_fd;      /* to the parent (link.h) */
    const char *peer; /* address for the log */
};

/* Serves the connection and returns the process's exit code. Closes every descriptor that is not its own first; the caller has just
 * forked and ends with _exit(). */
int child_run(const struct child_start *start);
