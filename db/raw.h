/* Statements of db/ itself that run before anything can be prepared: migrations. Never text from outside. */
#pragma once
#include "db/pg.h"
bool pg_raw(struct pg *pg, const char *sql, struct err *err);
/* First column of the only row as a number; `absent` when there is none or on error (err tells; set err->code to ERR_OK before). */
/* Drops the connection and opens it again, now with all statements prepared. */
bool pg_reconnect(struct pg *pg, struct err *err);
int64_t pg_raw_int(struct pg *pg, const char *sql, int64_t absent, struct err *err);
