/* A files session of one user: requests in, answers out (wire.h), handles between. Belongs to one thread.
 *
 * What is written goes to the database in transactions that do not wait for the disk; the one that gives a finished content its name does,
 * and takes the others along. Whatever is not finished when the session ends is given up. */
#pragma once
#include "server/files/wire.h"
#include "server/ops/op.h"

struct files_session;

struct files_database {
    const char *conninfo, *zone;
    int statement_timeout_ms;
};

/* Borrows what the database says. */
struct files_session *files_session_new(const struct files_database *database, const struct session_user *user);
/* Gives up what is not finished. */
void files_session_free(struct files_session **s);
/* Carries the request out and appends its answer. *committed is set when others have something to hear. */
void files_session_do(struct files_session *s, const struct rules *rules, const struct files_request *r, struct buf *answers, bool *committed);
/* How long the session may stay idle before files_session_rest is due; -1: for ever. */
int files_session_patience_ms(const struct files_session *s);
/* Nothing has come for so long: what is written is committed, and databases that nobody needs are left. */
void files_session_rest(struct files_session *s);
/* The user may have changed: looks, at most once a second. False when the account is closed. */
bool files_session_check_user(struct files_session *s);
