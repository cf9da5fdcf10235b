/* The state folder: everything that one installation keeps, and the sockets by which its programs find each other.
 *
 *   lock  host_key  host_key.pub  pg/ (the cluster)  pg-run/ (its socket)  run/ (admin.sock, gate.sock)  postgresql.conf (yours, optional)
 */
#pragma once
#include "server/supervisor/account.h"
#include <limits.h>

enum { STATE_SOCKET_DIR_BYTES = 108 };

struct state {
    char dir[PATH_MAX];                  /* absolute */
    char run[STATE_SOCKET_DIR_BYTES];    /* folder of admin.sock and gate.sock; short enough for a socket's address */
    char pg_run[STATE_SOCKET_DIR_BYTES]; /* folder of PostgreSQL's socket; the same */
    int lock_fd;
};

/* The folder that the option names, else GOROD_STATE, else "var". */
const char *state_choose(const char *option);
/* Makes the folder (0700) with its parents if absent; as root gives it to the account. */
bool state_make(const char *path, const struct account *owner, struct state *s, struct fault *f);
/* As the account: can we work here? Takes the lock against a second server, makes the folders of the sockets. */
bool state_open(struct state *s, const struct account *owner, struct fault *f);
/* Is the folder still the one whose lock we hold? Not when it was removed under the running server. */
bool state_is_ours(const struct state *s);
/* The address of STATE/name ("run/admin.sock") that fits a socket: of a deep folder, the short one that STATE/run points to.
 * false: errno. */
bool state_socket(const char *dir, const char *name, char *out, unsigned long size);
/* Connects to the admin socket of the server that runs on the folder; -1 on a fault. */
int state_connect(const char *dir, struct fault *f);
