/* A connection from within: pg.c asks for one answer at a time, pg_stream.c for rows without end. Nobody else knows libpq. */
#pragma once
#include "db/pg.h"
#include <libpq-fe.h>

enum { WHY_BYTES = 512 };

struct pg {
    PGconn *conn;
    char *conninfo;
    int statement_timeout_ms;
    char *zone;
    int custom_plans; /* plan_cache_mode of this connection: 0 generic, 1 custom, -1 not known */
    bool in_transaction;
    bool in_snapshot; /* a read-only transaction, without a pipeline */
    bool synced;      /* COMMIT and its sync are on the way */
    bool failed;      /* a statement of the transaction failed: only a rollback is left */
    int pending;      /* statements sent in the transaction whose answers nobody needed yet */
    char why[WHY_BYTES], state[6]; /* the latest failure: what PostgreSQL or libpq said, and its SQLSTATE if there was one */
};

/* Closes the connection and forgets what it was in the middle of. */
void pg_disconnect(struct pg *pg);
/* Makes the error of a failed statement (res NULL: of the connection, which is then closed). Returns false. */
bool pg_fail(struct pg *pg, const PGresult *res, const char *what, struct err *err);
/* Runs a statement of no answer, out of a pipeline. */
bool pg_run(struct pg *pg, const char *sql, struct err *err);
/* Takes the answers that nobody needed yet; ends the pipeline. */
bool pg_take_pending(struct pg *pg, struct err *err);
bool pg_leave_pipeline(struct pg *pg);

extern const char pg_custom_plans[], pg_generic_plans[]; /* which plans the statements that follow get */
