/* The core: sessions over Unix sockets, worker threads with their own database connections, the table of operations. */
#pragma once
struct config;
struct core_start {
    const char *admin_socket;
    const char *gate_socket;
    const char *conninfo;
    const char *secret_hex; /* shared with the gate: gate.hello, tickets */
    const struct config *config;
    const char *config_path; /* NULL: none; read again on SIGHUP */
};
/* Runs the core until SIGTERM (finishes the requests in hand) or a fatal fault; returns the exit code. */
int core_run(const struct core_start *start);
