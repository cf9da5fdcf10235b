/* A bare PostgreSQL of a test's own, without gorod: private socket, no durability, gone when the test is over. */
#pragma once
#include "tests/harness/keeper.h"

struct cluster {
    struct keeper keeper;
    char dir[128];      /* data/ and the socket */
    char conninfo[512]; /* libpq: the database `postgres` */
};

/* Folder of PostgreSQL's programs: the newest installed. */
const char *postgres_bin(void);
/* Makes and starts it; fails the running test when that cannot be done. */
struct cluster *cluster_start(void);
/* libpq connection string of another database of it, made empty. Lives until the next call. */
const char *cluster_database(struct cluster *c, const char *name);
/* Runs SQL by psql and returns what it prints (tuples only, unaligned); fails on an error. Lives until the next call. */
const char *cluster_psql(struct cluster *c, const char *database, const char *sql);
void cluster_stop(struct cluster **c);
