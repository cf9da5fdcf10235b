/* The embedded PostgreSQL: a private cluster in STATE/pg, reached only by a Unix socket that only the server's user can open.
 *
 * It speaks to PostgreSQL by its programs and files alone (initdb, postgres, postmaster.pid), never by libpq: that is db/pg.c's. */
#pragma once
#include "server/config.h"
#include "server/supervisor/state.h"

struct postgres {
    const struct state *state;
    const struct config *config;
    char bin[PATH_MAX];  /* folder of initdb and postgres */
    char data[PATH_MAX]; /* STATE/pg */
};

/* Finds the programs: config's folder, else those of the cluster's version, else the newest installed. */
bool postgres_find(struct postgres *pg, const struct state *s, const struct config *c, struct fault *f);
bool postgres_is_made(const struct postgres *pg);
/* Makes the cluster with the database `gorod`: all or nothing (a half-made one is thrown away the next time). Takes seconds: in a child. */
bool postgres_make(const struct postgres *pg);
/* Writes gorod.conf and who may connect; before each start and on a reload. */
bool postgres_configure(const struct postgres *pg);
/* Becomes the server program; returns only when that failed. */
void postgres_exec(const struct postgres *pg);
/* A process of an earlier start that still works on the cluster (told to stop), 0 when there is none; then a lock file that it left and
 * whose number somebody else bears now is removed. */
pid_t postgres_leftover(const struct postgres *pg);
/* Does the server with this pid accept connections? */
bool postgres_is_ready(const struct postgres *pg, pid_t pid);
/* How libpq connects to it. */
void postgres_conninfo(const char *socket_dir, char *out, size_t size);
