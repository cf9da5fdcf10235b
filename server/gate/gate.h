/* The gate: SSH front. Accepts TCP, forks a sandboxed child per connection; knows no rules and no database (docs/architecture.md). */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct config;

struct gate_start {
    int listen_fd;             /* bound and listening TCP socket; stays open over restarts of the gate */
    const char *gate_socket;   /* path of STATE/run/gate.sock */
    const char *host_key_file; /* OpenSSH or PEM private key, ed25519; the supervisor has made it */
    const char *tui_path;      /* program to run on a pty (an ELF file, not a script: it is run by descriptor) */
    int tui_fd;                /* the same, opened before privileges were dropped; 0: the gate opens tui_path itself */
    const char *secret_hex;    /* what gate.hello must say */
    const struct config *config;
    int numbers_fd; /* non-blocking pipe of struct config_numbers: what a reload has changed, for connections to come; 0: there is none */
    /* May be NULL. Called once, when the gate has taken what it needs: overwrites the caller's copies of the secret and of the
     * configured database password, so that no connection child inherits them in its memory. */
    void (*wipe)(void *data);
    void *wipe_data;
};

/* Runs the gate until SIGTERM (drains: no new connections, the living ones get 5 s to end) or a fatal fault; returns the exit code.
 * The caller has forked; the process is single-threaded and owns its signal mask. */
int gate_run(const struct gate_start *start);
