/* The state of a running supervisor; shared by its two halves: prepare.c makes it, supervisor.c lives by it. */
#pragma once
#include "server/config.h"
#include "server/supervisor/listen.h"
#include "server/supervisor/parts.h"
#include "server/supervisor/postgres.h"
#include "server/supervisor/supervisor.h"

enum { SECRET_BYTES = 32 };

/* What is being done; each phase begins when the one before has succeeded. */
enum phase { PHASE_MAKE, PHASE_DATABASE, PHASE_SCHEMA, PHASE_CORE, PHASE_GATE, PHASE_READY, PHASE_STOP, PHASE_DONE };

/* In the order of stopping: nobody new comes in, then the requests in hand are finished, then what they wrote to is closed. */
enum part_id { PART_GATE, PART_CORE, PART_MAIL, PART_TASK, PART_POSTGRES, PART_COUNT };

struct supervisor {
    struct config *config;
    char *config_path; /* absolute; NULL: none */
    struct account account;
    struct state state;
    struct listener listener;
    struct postgres postgres;
    struct part parts[PART_COUNT];
    enum phase phase;
    bool embedded;
    bool hurry; /* a second signal: do not wait for people */
    int exit_code;
    int signal_fd;
    int probe_fd;
    int64_t watchdog_ms, watchdog_at_ms; /* systemd is told that we live; 0: it does not ask */
    int numbers_pipe[2]; /* a reload tells the gate its limits */
    char conninfo[4096];
    char secret_hex[SECRET_BYTES * 2 + 1];
    char admin_socket[STATE_SOCKET_DIR_BYTES + 16], gate_socket[STATE_SOCKET_DIR_BYTES + 16];
    char host_key[PATH_MAX + 16];
    char tui[PATH_MAX + 16], mail[PATH_MAX + 16];
};

/* Reads the configuration, binds the port, becomes the account, opens the state folder, blocks the signals. On false the fault is told. */
bool supervisor_prepare(struct supervisor *s, const struct serve_options *options, struct fault *f);
