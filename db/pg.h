/* The only door to PostgreSQL: named statements of db/queries/, bound parameters, a connection per thread.
 *
 * A struct pg belongs to one thread. Statements are prepared at connect. When the server is away a call answers ERR_UNAVAILABLE and the
 * next call connects again. Results are struct pg_res: a table of text cells, valid until pg_free. */
#pragma once
#include "common/err.h"
#include "db/queries.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pg;
struct pg_res;

/* Is the text a connection string by its form? False: `why` tells, and quotes nothing but names of options (a value may be a password). */
bool pg_conninfo_is_good(const char *conninfo, char *why, size_t size);
/* Describes the connection (any libpq conninfo) whose days and times are those of `zone` (tzdata name); connects lazily. Caller frees. */
struct pg *pg_new(const char *conninfo, const char *zone, int statement_timeout_ms);
void pg_close(struct pg **pg);
/* Connects now if not connected. */
bool pg_connect(struct pg *pg, struct err *err);
bool pg_is_connected(const struct pg *pg);
/* What PostgreSQL or libpq said at the latest failure, in one line, for administrators; "" when there was none. */
const char *pg_why(const struct pg *pg);
/* Its SQLSTATE; "" when the connection itself failed. */
const char *pg_state(const struct pg *pg);

/* Runs a named statement with text parameters (NULL is SQL NULL); count must be the statement's own number of parameters (asserted).
 * NULL on error: err tells (ERR_UNAVAILABLE when the server is away, ERR_RULE / ERR_PARAMS by the constraint's name where db/constraints.def has it,
 * otherwise ERR_INTERNAL and a log line). Free with pg_free. */
struct pg_res *pg_query(struct pg *pg, enum query q, const char *const *params, int count, struct err *err);
/* The same for a statement of which only success matters; *affected (may be NULL) is the number of rows. */
bool pg_exec(struct pg *pg, enum query q, const char *const *params, int count, int64_t *affected, struct err *err);
/* The same with raw bytes as the last parameter (a bytea). */
bool pg_exec_bytes(struct pg *pg, enum query q, const char *const *params, int count, const void *bytes, size_t len, struct err *err);
/* The same for a statement whose columns are bytea: answered raw, to be read by pg_bytes alone. */
struct pg_res *pg_query_bytes(struct pg *pg, enum query q, const char *const *params, int count, struct err *err);
void pg_free(struct pg_res *res);
/* Number of parameters of a statement. */
int pg_query_params(enum query q);
/* Runs a statement row by row, however many there are: one is held at a time. `row` gets the one row of its result; `go_on` is asked several
 * times a second, also while PostgreSQL is still working. When one of them answers false the statement is cancelled and pg_each answers
 * false; err is then what `row` wrote, or ERR_UNAVAILABLE. */
bool pg_each(struct pg *pg, enum query q, const char *const *params, bool (*row)(const struct pg_res *res, void *arg),
             bool (*go_on)(void *arg), void *arg, struct err *err);

int pg_rows(const struct pg_res *res);
const char *pg_text(const struct pg_res *res, int row, int column); /* NULL for SQL NULL */
int64_t pg_int(const struct pg_res *res, int row, int column);      /* 0 for SQL NULL */
bool pg_bool(const struct pg_res *res, int row, int column);
const void *pg_bytes(const struct pg_res *res, int row, int column, size_t *len);

bool pg_begin(struct pg *pg, struct err *err);
/* From here to pg_end_snapshot every statement of this connection sees the database as it was at the first of them, and none may write. */
bool pg_begin_snapshot(struct pg *pg, struct err *err);
void pg_end_snapshot(struct pg *pg);
/* false with ERR_UNAVAILABLE: the connection broke before the answer, so it is not known whether the change was written;
 * a repeat with the same request_id tells. */
bool pg_commit(struct pg *pg, struct err *err);
void pg_rollback(struct pg *pg);
bool pg_in_transaction(const struct pg *pg);

/* COPY table FROM STDIN of the text format: begin with a named statement (`COPY x (a, b) FROM STDIN`), rows, end. */
bool pg_copy_begin(struct pg *pg, enum query q, struct err *err);
bool pg_copy_data(struct pg *pg, const char *data, size_t len, struct err *err);
bool pg_copy_end(struct pg *pg, struct err *err);

/* Number of statements and their names, for the test that prepares each. */
size_t pg_query_count(void);
const char *pg_query_name(enum query q);
/* Brings the schema to the newest migration, each in a transaction of its own, under an advisory lock. *applied: how many. */
bool pg_migrate(struct pg *pg, int *applied, struct err *err);
/* ERR_UNAVAILABLE with the reason when the schema is older or newer than this program. */
bool pg_schema_check(struct pg *pg, struct err *err);
