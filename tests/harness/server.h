/* A gorod-server of the test's own: a state folder under /tmp, a free port, and nothing left when the test is over.
 *
 * Between the test and the server stands a keeper process: it adopts whatever the server leaves behind, ends it when the test dies in
 * any way, and tells whether something had to be ended by force. Functions fail the running cmocka test instead of returning an error. */
#pragma once
#include "tests/harness/keeper.h"
#include "tests/harness/proc.h"
#include <stdbool.h>

enum { SERVER_PATH_BYTES = 256 };

struct server_options {
    const char *config;     /* text of the configuration file, NULL for none */
    const char *const *env; /* "NAME=value" entries added to the server's environment, NULL-terminated; may be NULL */
};

struct server {
    struct keeper keeper;              /* its pid is 0 when stopped */
    pid_t pid;                         /* the supervisor */
    int ready_fd;                      /* its standard output */
    int port;                          /* SSH on 127.0.0.1 */
    char dir[SERVER_PATH_BYTES];       /* everything of this server: state/, keys/, log, config.yaml */
    char state[SERVER_PATH_BYTES];     /* STATE */
    char log[SERVER_PATH_BYTES];       /* standard error of the server */
    char keys[SERVER_PATH_BYTES + 16]; /* private keys of the users, by login */
    bool errors_expected;              /* the test breaks things: lines of level error are no failure */
    const char *const *env;
};

/* Paths of the programs under test: GOROD_SERVER and GOROD_TUI of the environment. */
const char *server_program(void);
const char *tui_program(void);

/* Starts a server on a fresh state and waits until it is ready. The options may be NULL. */
struct server *server_start(const struct server_options *options);
/* SIGTERM; fails unless the server ends in time with exit code 0, leaves no process and its log shows no sanitizer's report and no
 * unexpected error. The folder stays for server_discard. */
void server_stop(struct server *s);
/* SIGKILL to the supervisor, as when a machine is switched off; fails when a process outlives it. */
void server_crash(struct server *s);
/* Starts it again on the same state (after server_stop or server_crash); the port may change. */
void server_start_again(struct server *s);
/* Ends whatever still runs, removes the folder (keeps it and prints its path when the tests failed), frees and nulls the pointer. */
void server_discard(struct server **s, bool tests_failed);

/* Pid of a part of the server ("core", "gate", "postgres"), 0 while it is not there. */
pid_t server_part(const struct server *s, const char *part);
/* Kills a part with SIGKILL and waits until another one has taken its place. */
void server_kill_part(const struct server *s, const char *part);

/* Runs gorod-server with these words (NULL-terminated) on this server's state folder (GOROD_STATE). */
void server_cli(const struct server *s, struct outcome *o, const char *input, ...) __attribute__((sentinel));

/* Words to put before a program so that a file without permissions is closed to it even where tests run as root; NULL-terminated. */
const char *const *without_override(void);

/* Runs SQL on the server's own database and returns the first line of what it prints; lives until the next call. */
const char *server_sql(const struct server *s, const char *text);
/* All data of the database as text; caller frees. */
char *server_dump(const struct server *s);
/* The line of a dump that has this word, for a message; lives until the next call. */
const char *dump_line_with(const char *dump, const char *word);

/* ---- ssh ---- */
enum { SSH_ARGV_MAX = 64 };
/* Fills argv with ssh and its options for this login; returns the count. Strings live until the next call with the same slot (0..15). */
int ssh_argv(const struct server *s, const char *login, int slot, const char *argv[SSH_ARGV_MAX]);
/* Runs `ssh login@server words...` to its end. */
void ssh_run(const struct server *s, const char *login, struct outcome *o, const char *input, ...) __attribute__((sentinel));
/* Makes an ed25519 key for the login in keys/ and returns its public line; caller frees. */
char *ssh_make_key(const struct server *s, const char *login);

/* main() of a test binary: runs the group, then discards the servers that were started. Returns the exit code. */
#define HARNESS_RUN(name, tests) harness_run(name, tests, sizeof(tests) / sizeof *(tests))
struct CMUnitTest;
int harness_run(const char *name, const struct CMUnitTest *tests, size_t count);
