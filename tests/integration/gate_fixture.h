/* Everything a test of the gate needs around it: keys, a fake core, the gate itself, and real clients run as programs. */
#pragma once
#include "gate_core.h"
#include "server/config.h"
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { GATE_ARGS_MAX = 48, GATE_PATIENCE_MS = 60000 };

struct gate_fixture {
    char dir[64];
    char socket_path[96];
    struct config config;
    struct gate_counts *counts;
    int listen_fd, port;
    int numbers_pipe[2];
    pid_t gate, core;
};

/* Keys made once for all tests: ed25519, rsa, ecdsa (known to the core), stranger (not known), host, and forged: the public half of
 * ed25519 over a private one that does not fit. */
int gate_group_setup(void **state);
int gate_group_teardown(void **state);

/* A core and a gate with the default configuration; `change` (may be NULL) alters it first. */
struct gate_fixture *given_gate(void (*change)(struct config *));
/* Ends the gate by SIGTERM, asserting that it exits 0 in time and leaves no process behind; frees everything. */
void gate_done(struct gate_fixture *f);
/* Changes limits of the running gate, as a reload does. */
void gate_reload(struct gate_fixture *f, void (*change)(struct config *));
/* Waits until the words stand in the gate's log. */
void gate_wait_log(const struct gate_fixture *f, const char *words);
void given_core(struct gate_fixture *f);
void gate_kill_core(struct gate_fixture *f);

/* A finished or running client. */
struct client {
    pid_t pid;
    int in, out, err; /* pipes; of one on a terminal `out` and `in` are the same pty */
    char *output, *errors;
    size_t output_len, errors_len;
    int status; /* exit code, or 128 + signal */
};

/* ssh with the fixture's port, host key and key `key` (a file name as in gate_group_setup), the options given, and after a
 * word "--" the command; NULL at the end. */
struct client gate_ssh(const struct gate_fixture *f, const char *key, ...);
/* The same, on a terminal of that size. */
struct client gate_ssh_on_terminal(const struct gate_fixture *f, int columns, int rows, ...);
/* Any program with these words. */
struct client gate_start(const char *const argv[]);
/* Feeds input (may be NULL: none), closes it, collects everything until the end. Fails the test when it takes too long. */
void client_finish(struct client *c, const void *input, size_t len);
/* Reads until `text` is in the output; fails the test when it does not come. */
void client_expect(struct client *c, const char *text);
void client_type(const struct client *c, const char *keys);
void client_resize(const struct client *c, int columns, int rows);
void client_free(struct client *c);
/* gate_ssh + client_finish without input: exit code; output stays in *c. */
int gate_run_ssh(const struct gate_fixture *f, struct client *c, const char *key, const char *command);

/* A bare TCP connection to the gate. */
int gate_connect(const struct gate_fixture *f);
/* Everything that comes from fd until it is closed, as text; fails the test when it is not closed in time. Free the result. */
char *read_to_end(int fd, int timeout_ms);
/* Connection children of the gate now; at most `max` pids are written. */
int gate_children(const struct gate_fixture *f, pid_t *pids, int max);
/* Waits until the gate has exactly so many children. */
void gate_wait_children(const struct gate_fixture *f, int count);
/* Waits until the counter has this value. */
void gate_wait_count(const atomic_int *counter, int value);
const char *gate_key_path(const char *key);
/* "SHA256:..." of the host key, for plink. */
const char *gate_host_fingerprint(void);

/* cmocka.h must be included where it is used. */
#define assert_contains(text, part)                                                                                                        \
    do {                                                                                                                                   \
        if (!(text) || !strstr(text, part))                                                                                                \
            fail_msg("«%s» is not in: %s", part, (text) ? (text) : "");                                                                    \
    } while (0)
