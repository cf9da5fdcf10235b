/* Rows without end: COPY into a table, and the rows of a report out of one snapshot. */
#include "common/log.h"
#include "db/embedded.h"
#include "db/pg_internal.h"
#include <assert.h>
#include <poll.h>

bool pg_copy_begin(struct pg *pg, enum query q, struct err *err)
{
    assert(query_infos[q].copy);
    if (!pg_connect(pg, err))
        return false;
    if (pg->in_transaction) {
        if (PQsendFlushRequest(pg->conn) != 1 || PQflush(pg->conn) < 0)
            return pg_fail(pg, NULL, "copy", err);
        if (!pg_take_pending(pg, err) || !pg_leave_pipeline(pg))
            return false;
    }
    PGresult *res = PQexec(pg->conn, query_infos[q].sql);
    bool ok = PQresultStatus(res) == PGRES_COPY_IN;
    if (!ok)
        pg_fail(pg, res, query_infos[q].name, err);
    PQclear(res);
    return ok;
}

bool pg_copy_data(struct pg *pg, const char *data, size_t len, struct err *err)
{
    assert(len <= INT32_MAX);
    return PQputCopyData(pg->conn, data, (int)len) == 1 || pg_fail(pg, NULL, "copy", err);
}

bool pg_copy_end(struct pg *pg, struct err *err)
{
    bool ok = PQputCopyEnd(pg->conn, NULL) == 1 || pg_fail(pg, NULL, "copy", err);
    for (PGresult *res; pg->conn && (res = PQgetResult(pg->conn)); PQclear(res))
        if (ok && PQresultStatus(res) != PGRES_COMMAND_OK)
            ok = pg_fail(pg, res, "copy", err);
    return ok;
}

bool pg_begin_snapshot(struct pg *pg, struct err *err)
{
    assert(!pg->in_transaction && !pg->in_snapshot);
    if (!pg_connect(pg, err))
        return false;
    bool ok = pg_run(pg, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", err);
    if (!ok && !pg->conn) /* it had died while idle */
        ok = pg_connect(pg, err) && pg_run(pg, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", err);
    pg->in_snapshot = ok;
    return ok;
}

void pg_end_snapshot(struct pg *pg)
{
    struct err ignored;
    if (!pg->in_snapshot)
        return;
    pg->in_snapshot = false;
    pg->custom_plans = -1;
    if (pg->conn && !pg_run(pg, "ROLLBACK", &ignored))
        pg_disconnect(pg);
}

static void cancel(struct pg *pg)
{
    char why[256];
    PGcancel *c = PQgetCancel(pg->conn);
    if (c && !PQcancel(c, why, sizeof why))
        log_warn("a statement could not be cancelled error=\"%s\"", why);
    PQfreeCancel(c);
}

/* Waits until an answer can be taken without waiting; false when `go_on` said no or the connection broke. */
static bool wait_answer(struct pg *pg, bool (*go_on)(void *arg), void *arg)
{
    enum { ASK_MS = 100 };
    while (PQisBusy(pg->conn)) {
        struct pollfd fd = {.fd = PQsocket(pg->conn), .events = POLLIN};
        if (!go_on(arg))
            return false;
        if (poll(&fd, 1, ASK_MS) > 0 && PQconsumeInput(pg->conn) != 1)
            return true; /* the answer will say so */
    }
    return true;
}

bool pg_each(struct pg *pg, enum query q, const char *const *params, bool (*row)(const struct pg_res *res, void *arg),
             bool (*go_on)(void *arg), void *arg, struct err *err)
{
    const struct query_info *info = &query_infos[q];
    if (!pg->conn || !pg->in_snapshot)
        return err_set(err, ERR_UNAVAILABLE, NULL);
    if (pg->custom_plans != (int)info->custom_plan && !pg_run(pg, info->custom_plan ? pg_custom_plans : pg_generic_plans, err))
        return false;
    pg->custom_plans = info->custom_plan;
    if (PQsendQueryPrepared(pg->conn, info->name, info->params, params, NULL, NULL, 0) != 1 || PQsetSingleRowMode(pg->conn) != 1)
        return pg_fail(pg, NULL, info->name, err);
    bool ok = true, stopped = false;
    for (;;) {
        if (!stopped && !wait_answer(pg, go_on, arg)) {
            err_set(err, ERR_UNAVAILABLE, NULL);
            cancel(pg);
            ok = false, stopped = true;
        }
        PGresult *res = PQgetResult(pg->conn);
        if (!res)
            break;
        ExecStatusType status = PQresultStatus(res);
        if (!stopped && status == PGRES_SINGLE_TUPLE && !row((struct pg_res *)res, arg)) {
            cancel(pg);
            ok = false, stopped = true;
        } else if (!stopped && status != PGRES_SINGLE_TUPLE && status != PGRES_TUPLES_OK) {
            ok = pg_fail(pg, res, info->name, err);
            stopped = true;
        }
        PQclear(res);
        if (!pg->conn)
            break;
    }
    return ok;
}
