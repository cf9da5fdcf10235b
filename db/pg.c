#include "db/pg_internal.h"
#include "common/log.h"
#include "db/embedded.h"
#include "db/raw.h"
#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SERVER_VERSION_MIN 150000 /* of 15.0, as PQserverVersion counts */

enum { TELL_AGAIN_S = 60 };

static const struct constraint {
    const char *name, *field, *reason;
} constraints[] = {
#define CONSTRAINT(name, field, reason) {name, field, reason},
#include "db/constraints.def"
#undef CONSTRAINT
};

bool pg_conninfo_is_good(const char *conninfo, char *why, size_t size)
{
    static const char unknown_option[] = "invalid connection option";
    char *said = NULL;
    if (!strchr(conninfo, '=') && !strstr(conninfo, "://"))
        return true; /* the bare name of a database */
    PQconninfoOption *options = PQconninfoParse(conninfo, &said);
    bool good = options != NULL;
    if (!good && said && strncmp(said, unknown_option, sizeof unknown_option - 1) == 0)
        snprintf(why, size, "%.*s", (int)strcspn(said, "\n"), said);
    else if (!good)
        snprintf(why, size, "not \"key=value key='value with spaces'\", nor postgresql://user@host/name");
    PQfreemem(said);
    PQconninfoFree(options);
    return good;
}

struct pg *pg_new(const char *conninfo, const char *zone, int statement_timeout_ms)
{
    struct pg *pg = calloc(1, sizeof *pg);
    if (!pg)
        abort();
    pg->conninfo = strdup(conninfo);
    pg->zone = strdup(zone);
    pg->statement_timeout_ms = statement_timeout_ms;
    return pg;
}

void pg_disconnect(struct pg *pg)
{
    PQfinish(pg->conn);
    pg->conn = NULL;
    pg->custom_plans = 0;
    pg->in_transaction = pg->in_snapshot = pg->failed = false;
    pg->pending = 0;
}

void pg_close(struct pg **pg)
{
    if (!*pg)
        return;
    pg_disconnect(*pg);
    free((*pg)->conninfo);
    free((*pg)->zone);
    free(*pg);
    *pg = NULL;
}

bool pg_is_connected(const struct pg *pg)
{
    return pg->conn && PQstatus(pg->conn) == CONNECTION_OK;
}

bool pg_in_transaction(const struct pg *pg)
{
    return pg->in_transaction;
}

const char *pg_why(const struct pg *pg) { return pg->why; }
const char *pg_state(const struct pg *pg) { return pg->state; }

static void remember_failure(struct pg *pg, const char *state, const char *text)
{
    snprintf(pg->state, sizeof pg->state, "%s", state ? state : "");
    snprintf(pg->why, sizeof pg->why, "%s", text ? text : "");
    for (char *at = pg->why; *at; at++)
        if (*at == '\n' || *at == '\t')
            *at = ' ';
    for (size_t len = strlen(pg->why); len > 0 && pg->why[len - 1] == ' '; len--)
        pg->why[len - 1] = '\0';
}

/* A database that is away is asked for again and again by every thread: told when the reason changes, and once a minute. An empty text:
 * it is there. */
static void tell_away(const char *text)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static char told[WHY_BYTES];
    static time_t told_at;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    pthread_mutex_lock(&lock);
    bool is_news = strcmp(told, text) != 0, again = *text && now.tv_sec - told_at >= TELL_AGAIN_S;
    if (is_news || again) {
        snprintf(told, sizeof told, "%s", text);
        told_at = now.tv_sec;
    }
    pthread_mutex_unlock(&lock);
    if (*text && (is_news || again))
        log_warn("the database is away error=\"%s\"", text);
    else if (is_news)
        log_info("the database is there again");
}

/* SQLSTATE classes after which nothing was written and a repeat may work: connection, resources, operator, locks, timeouts. */
static bool is_passing(const char *state)
{
    static const char *const heads[] = {"08", "53", "57", "40", "55P03", "25006", "58"};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (strncmp(state, heads[i], strlen(heads[i])) == 0)
            return true;
    return false;
}

static bool fail_constraint(const char *name, struct err *err)
{
    for (size_t i = 0; i < sizeof constraints / sizeof *constraints; i++)
        if (strcmp(constraints[i].name, name) == 0) {
            err_field(err, constraints[i].field, constraints[i].reason, NULL);
            return true;
        }
    return false;
}

bool pg_fail(struct pg *pg, const PGresult *res, const char *what, struct err *err)
{
    const char *state = res ? PQresultErrorField(res, PG_DIAG_SQLSTATE) : NULL;
    const char *constraint = res ? PQresultErrorField(res, PG_DIAG_CONSTRAINT_NAME) : NULL;
    const char *text = res ? PQresultErrorMessage(res) : PQerrorMessage(pg->conn);
    remember_failure(pg, state, text);
    if (!state || PQstatus(pg->conn) != CONNECTION_OK || is_passing(state)) {
        log_warn("database away what=%s state=%s error=\"%s\"", what, state ? state : "-", text);
        /* What libpq itself says, without a SQLSTATE, means a dead line even where it still calls the connection good: a write that failed. */
        if (!state || PQstatus(pg->conn) != CONNECTION_OK)
            pg_disconnect(pg);
        return err_set(err, ERR_UNAVAILABLE, NULL);
    }
    if (strncmp(state, "23", 2) == 0 && constraint && fail_constraint(constraint, err))
        return false;
    log_error("statement failed what=%s state=%s error=\"%s\"", what, state, text);
    if (strcmp(state, "22P05") == 0 || strcmp(state, "22021") == 0)
        return err_field(err, "", "control_chars", NULL);
    return err_set(err, ERR_INTERNAL, NULL);
}

bool pg_run(struct pg *pg, const char *sql, struct err *err)
{
    PGresult *res = PQexec(pg->conn, sql);
    bool ok = PQresultStatus(res) == PGRES_COMMAND_OK || PQresultStatus(res) == PGRES_TUPLES_OK;
    if (!ok)
        pg_fail(pg, res, sql, err);
    PQclear(res);
    return ok;
}

/* Tables that are not there: a schema that waits for `migrate`. That may come at any time, so it is asked for again. */
static bool fail_prepare(struct pg *pg, const PGresult *res, const char *what, struct err *err)
{
    const char *state = PQresultErrorField(res, PG_DIAG_SQLSTATE);
    if (!state || strncmp(state, "42", 2) != 0)
        return pg_fail(pg, res, what, err);
    char text[WHY_BYTES];
    snprintf(text, sizeof text, "%s: %s; if the schema is old, run gorod-server migrate", what,
             PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY));
    remember_failure(pg, state, text);
    tell_away(pg->why);
    return err_set(err, ERR_UNAVAILABLE, NULL);
}

/* All statements in one round trip. Right after `initdb` there is no schema yet: then nothing can be prepared, and migrate asks again. */
static bool prepare_all(struct pg *pg, struct err *err)
{
    if (!PQenterPipelineMode(pg->conn))
        return pg_fail(pg, NULL, "pipeline", err);
    for (int i = 0; i < QUERY_COUNT; i++)
        if (!query_infos[i].copy && !PQsendPrepare(pg->conn, query_infos[i].name, query_infos[i].sql, 0, NULL))
            return pg_fail(pg, NULL, query_infos[i].name, err);
    PQpipelineSync(pg->conn);
    bool ok = true;
    for (int i = 0, synced = 0; !synced;) {
        PGresult *res = PQgetResult(pg->conn);
        if (!res) {
            i++;
            continue;
        }
        ExecStatusType status = PQresultStatus(res);
        if (status == PGRES_PIPELINE_SYNC)
            synced = 1;
        else if (status != PGRES_COMMAND_OK && status != PGRES_PIPELINE_ABORTED && ok) {
            int sent = 0;
            for (int q = 0; q < QUERY_COUNT; q++)
                if (!query_infos[q].copy && sent++ == i) {
                    fail_prepare(pg, res, query_infos[q].name, err);
                    break;
                }
            ok = false;
        }
        PQclear(res);
        if (!pg->conn || PQstatus(pg->conn) != CONNECTION_OK)
            return err_set(err, ERR_UNAVAILABLE, NULL);
    }
    if (!PQexitPipelineMode(pg->conn))
        return pg_fail(pg, NULL, "pipeline", err);
    return ok;
}

static bool open_connection(struct pg *pg, struct err *err)
{
    if (pg_is_connected(pg))
        return true;
    pg_disconnect(pg);
    char options[256];
    snprintf(options, sizeof options,
             "-c statement_timeout=%d -c lock_timeout=5000 -c idle_in_transaction_session_timeout=60000 "
             "-c timezone=%s -c client_min_messages=warning -c jit=off -c plan_cache_mode=force_generic_plan",
             pg->statement_timeout_ms, pg->zone);
    /* The last of a kind counts: times before the connection string give way to its own, the options after it do not. */
    const char *keys[] = {"connect_timeout", "tcp_user_timeout", "dbname", "options", "client_encoding", "fallback_application_name", NULL};
    const char *values[] = {"5", "15000", pg->conninfo, options, "UTF8", "gorod", NULL};
    pg->conn = PQconnectdbParams(keys, values, 1);
    if (!pg->conn || PQstatus(pg->conn) != CONNECTION_OK) {
        remember_failure(pg, NULL, pg->conn ? PQerrorMessage(pg->conn) : "out of memory");
    } else if (PQserverVersion(pg->conn) < SERVER_VERSION_MIN) {
        char text[WHY_BYTES];
        snprintf(text, sizeof text, "PostgreSQL %s is too old: %d or newer is needed", PQparameterStatus(pg->conn, "server_version"),
                 SERVER_VERSION_MIN / 10000);
        remember_failure(pg, NULL, text);
    } else {
        return true;
    }
    tell_away(pg->why);
    pg_disconnect(pg);
    return err_set(err, ERR_UNAVAILABLE, NULL);
}

bool pg_connect(struct pg *pg, struct err *err)
{
    if (pg_is_connected(pg))
        return true;
    if (!open_connection(pg, err))
        return false;
    if (!prepare_all(pg, err)) {
        pg_disconnect(pg);
        return false;
    }
    tell_away("");
    return true;
}

/* --- inside a transaction: a pipeline. What needs no answer is sent and answered together with the next that does, so a short
   transaction of a dozen statements costs few round trips. An error of a waiting statement surfaces at the next answer or at commit. */

/* Reads up to the answer of the sync that was sent, throwing away what comes before it, and leaves the pipeline. */
static bool finish_pipeline(struct pg *pg, bool synced)
{
    bool done = false;
    for (int nulls = 0; synced && !done && nulls < 2;) {
        PGresult *res = PQgetResult(pg->conn);
        nulls = res ? 0 : nulls + 1;
        done = res && PQresultStatus(res) == PGRES_PIPELINE_SYNC;
        PQclear(res);
        if (PQstatus(pg->conn) != CONNECTION_OK)
            return false;
    }
    pg->pending = 0;
    return done && PQexitPipelineMode(pg->conn) == 1;
}

bool pg_leave_pipeline(struct pg *pg)
{
    if (PQpipelineStatus(pg->conn) == PQ_PIPELINE_OFF) /* after a COPY */
        return true;
    return finish_pipeline(pg, pg->synced || PQpipelineSync(pg->conn) == 1);
}

/* The answer of the oldest statement in the pipeline; NULL (and err) when it failed. */
static PGresult *take_answer(struct pg *pg, const char *what, struct err *err)
{
    PGresult *res = PQgetResult(pg->conn), *end = NULL;
    ExecStatusType status = PQresultStatus(res);
    bool ok = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
    if (ok && (end = PQgetResult(pg->conn)) == NULL)
        return res;
    PQclear(end);
    pg->failed = true;
    pg_fail(pg, res, what, err);
    PQclear(res);
    if (pg->conn && !pg_leave_pipeline(pg))
        pg_disconnect(pg);
    return NULL;
}

bool pg_take_pending(struct pg *pg, struct err *err)
{
    for (; pg->pending > 0; pg->pending--) {
        PGresult *res = take_answer(pg, "an earlier statement of the transaction", err);
        if (!res)
            return false;
        PQclear(res);
    }
    return true;
}

/* COPY cannot run in a pipeline: it leaves, and the next statement enters again. */
static bool enter_pipeline(struct pg *pg, struct err *err)
{
    return PQpipelineStatus(pg->conn) != PQ_PIPELINE_OFF || PQenterPipelineMode(pg->conn) == 1 || pg_fail(pg, NULL, "pipeline", err);
}

static bool send_text(struct pg *pg, const char *sql, struct err *err)
{
    if (!enter_pipeline(pg, err))
        return false;
    if (PQsendQueryParams(pg->conn, sql, 0, NULL, NULL, NULL, NULL, 0) != 1)
        return pg_fail(pg, NULL, sql, err);
    pg->pending++;
    return true;
}

/* A statement with optional filters is planned for the values it really gets. All others keep one plan: PostgreSQL's own choice would plan
 * each anew for its first five times on every connection, and a card takes ten times longer to plan than to read. */
const char pg_custom_plans[] = "SET plan_cache_mode = force_custom_plan", pg_generic_plans[] = "SET plan_cache_mode = force_generic_plan";

/* The parameters of a statement: texts, but for the last where bytes are given; the answer in texts or raw. */
struct values {
    const char *const *texts;
    const void *bytes;
    size_t len;
    bool raw_answer;
};

enum { PARAMS_MAX = 8 }; /* of a statement that takes bytes */

struct formats {
    const char *values[PARAMS_MAX];
    int lengths[PARAMS_MAX], kinds[PARAMS_MAX];
};

static const struct formats *with_bytes(struct formats *f, const struct values *v, int count)
{
    if (!v->bytes)
        return NULL;
    assert(count > 0 && count <= PARAMS_MAX && v->len <= INT32_MAX);
    *f = (struct formats){0};
    for (int i = 0; i < count - 1; i++)
        f->values[i] = v->texts[i];
    f->values[count - 1] = v->bytes;
    f->lengths[count - 1] = (int)v->len;
    f->kinds[count - 1] = 1;
    return f;
}

static bool send_statement(struct pg *pg, const struct query_info *info, const struct values *v, struct err *err)
{
    if (!pg->conn)
        return err_set(err, ERR_UNAVAILABLE, NULL);
    if (pg->failed)
        return err_set(err, ERR_INTERNAL, NULL);
    if (pg->custom_plans != (int)info->custom_plan) {
        pg->custom_plans = info->custom_plan;
        if (!send_text(pg, info->custom_plan ? pg_custom_plans : pg_generic_plans, err))
            return false;
    }
    if (!enter_pipeline(pg, err))
        return false;
    struct formats room;
    const struct formats *f = with_bytes(&room, v, info->params);
    return PQsendQueryPrepared(pg->conn, info->name, info->params, f ? f->values : v->texts, f ? f->lengths : NULL, f ? f->kinds : NULL,
                               v->raw_answer) == 1 ||
           pg_fail(pg, NULL, info->name, err);
}

static PGresult *execute_inside(struct pg *pg, const struct query_info *info, const struct values *v, struct err *err)
{
    if (!send_statement(pg, info, v, err))
        return NULL;
    if (PQsendFlushRequest(pg->conn) != 1 || PQflush(pg->conn) < 0) {
        pg_fail(pg, NULL, info->name, err);
        return NULL;
    }
    return pg_take_pending(pg, err) ? take_answer(pg, info->name, err) : NULL;
}

/* --- outside of one ------------------------------------------------------------------------------------------------------------------ */

/* A connection that died while idle is found out only by using it; a statement that changes nothing is safe to repeat. */
static bool is_repeatable(const char *sql)
{
    return (strncasecmp(sql, "SELECT", 6) == 0 || strncasecmp(sql, "WITH", 4) == 0) && !strstr(sql, "INSERT") && !strstr(sql, "UPDATE") && !strstr(sql, "DELETE");
}

/* The change of plans goes along with the statement: one round trip for both. */
static PGresult *execute_switching(struct pg *pg, const struct query_info *info, const struct values *v, struct err *err)
{
    pg->pending = 0;
    pg->failed = pg->synced = false;
    if (!send_statement(pg, info, v, err))
        return NULL;
    if (PQpipelineSync(pg->conn) != 1) {
        pg_fail(pg, NULL, info->name, err);
        return NULL;
    }
    pg->synced = true;
    PGresult *res = pg_take_pending(pg, err) ? take_answer(pg, info->name, err) : NULL;
    if (!res)
        pg->custom_plans = -1; /* taken back with the statement */
    else if (!pg_leave_pipeline(pg))
        pg_disconnect(pg); /* the answer has come all the same */
    return res;
}

static PGresult *execute_once(struct pg *pg, const struct query_info *info, const struct values *v, struct err *err)
{
    if (!pg->in_snapshot && !pg_connect(pg, err))
        return NULL;
    if (!pg->conn) {
        err_set(err, ERR_UNAVAILABLE, NULL);
        return NULL;
    }
    if (pg->custom_plans != (int)info->custom_plan)
        return execute_switching(pg, info, v, err);
    struct formats room;
    const struct formats *f = with_bytes(&room, v, info->params);
    PGresult *res = PQexecPrepared(pg->conn, info->name, info->params, f ? f->values : v->texts, f ? f->lengths : NULL, f ? f->kinds : NULL,
                                   v->raw_answer);
    ExecStatusType status = PQresultStatus(res);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
        return res;
    pg_fail(pg, res, info->name, err);
    PQclear(res);
    return NULL;
}

static PGresult *execute(struct pg *pg, enum query q, const struct values *v, int count, struct err *err)
{
    const struct query_info *info = &query_infos[q];
    assert(count == info->params && !info->copy);
    (void)count;
    if (pg->in_transaction)
        return execute_inside(pg, info, v, err);
    bool was_connected = pg_is_connected(pg) && !pg->in_snapshot;
    PGresult *res = execute_once(pg, info, v, err);
    if (!res && was_connected && !pg_is_connected(pg) && is_repeatable(info->sql))
        res = execute_once(pg, info, v, err);
    return res;
}

struct pg_res *pg_query(struct pg *pg, enum query q, const char *const *params, int count, struct err *err)
{
    struct values v = {.texts = params};
    return (struct pg_res *)execute(pg, q, &v, count, err);
}

struct pg_res *pg_query_bytes(struct pg *pg, enum query q, const char *const *params, int count, struct err *err)
{
    struct values v = {.texts = params, .raw_answer = true};
    return (struct pg_res *)execute(pg, q, &v, count, err);
}

static bool exec(struct pg *pg, enum query q, const struct values *v, int count, int64_t *affected, struct err *err)
{
    if (pg->in_transaction && !affected) {
        assert(count == query_infos[q].params && !query_infos[q].copy);
        if (!send_statement(pg, &query_infos[q], v, err))
            return false;
        pg->pending++;
        return true;
    }
    PGresult *res = execute(pg, q, v, count, err);
    if (!res)
        return false;
    if (affected)
        *affected = strtoll(PQcmdTuples(res), NULL, 10);
    PQclear(res);
    return true;
}

bool pg_exec(struct pg *pg, enum query q, const char *const *params, int count, int64_t *affected, struct err *err)
{
    struct values v = {.texts = params};
    return exec(pg, q, &v, count, affected, err);
}

bool pg_exec_bytes(struct pg *pg, enum query q, const char *const *params, int count, const void *bytes, size_t len, struct err *err)
{
    struct values v = {.texts = params, .bytes = bytes, .len = len};
    return exec(pg, q, &v, count, NULL, err);
}

void pg_free(struct pg_res *res) { PQclear((PGresult *)res); }
int pg_rows(const struct pg_res *res) { return PQntuples((const PGresult *)res); }

const char *pg_text(const struct pg_res *res, int row, int column)
{
    const PGresult *r = (const PGresult *)res;
    assert(row < PQntuples(r) && column < PQnfields(r));
    return PQgetisnull(r, row, column) ? NULL : PQgetvalue(r, row, column);
}

int64_t pg_int(const struct pg_res *res, int row, int column)
{
    const char *text = pg_text(res, row, column);
    return text ? strtoll(text, NULL, 10) : 0;
}

bool pg_bool(const struct pg_res *res, int row, int column)
{
    const char *text = pg_text(res, row, column);
    return text && text[0] == 't';
}

const void *pg_bytes(const struct pg_res *res, int row, int column, size_t *len)
{
    const PGresult *r = (const PGresult *)res;
    assert(row < PQntuples(r) && column < PQnfields(r));
    *len = (size_t)PQgetlength(r, row, column);
    return PQgetvalue(r, row, column);
}

bool pg_begin(struct pg *pg, struct err *err)
{
    assert(!pg->in_transaction);
    /* Asking the socket costs a microsecond and finds a connection that the server closed while it was idle. Twice: the first look may find
     * nothing but its farewell. */
    for (int look = 0; look < 2 && pg->conn; look++)
        if (PQconsumeInput(pg->conn) != 1 || PQstatus(pg->conn) != CONNECTION_OK)
            pg_disconnect(pg);
    if (!pg_connect(pg, err))
        return false;
    pg->in_transaction = true;
    pg->failed = pg->synced = false;
    pg->pending = 0;
    return send_text(pg, "BEGIN", err);
}

bool pg_commit(struct pg *pg, struct err *err)
{
    if (!pg->conn)
        return err_set(err, ERR_UNAVAILABLE, NULL);
    if (pg->failed)
        return err_set(err, ERR_INTERNAL, NULL);
    if (!send_text(pg, "COMMIT", err))
        return false;
    if (PQpipelineSync(pg->conn) != 1)
        return pg_fail(pg, NULL, "COMMIT", err);
    pg->synced = true;
    if (!pg_take_pending(pg, err))
        return false;
    pg->in_transaction = false;
    if (!pg_leave_pipeline(pg))
        pg_disconnect(pg); /* committed all the same: the answer had come */
    return true;
}

void pg_rollback(struct pg *pg)
{
    struct err ignored;
    if (!pg->in_transaction)
        return;
    pg->in_transaction = false;
    /* A SET inside the transaction goes with it. */
    pg->custom_plans = -1;
    bool clean = pg->conn && (PQpipelineStatus(pg->conn) == PQ_PIPELINE_OFF || pg_leave_pipeline(pg));
    if (!clean || (PQtransactionStatus(pg->conn) != PQTRANS_IDLE && !pg_run(pg, "ROLLBACK", &ignored)))
        pg_disconnect(pg);
}

int pg_query_params(enum query q) { return query_infos[q].params; }
size_t pg_query_count(void) { return QUERY_COUNT; }
const char *pg_query_name(enum query q) { return query_infos[q].name; }

bool pg_reconnect(struct pg *pg, struct err *err)
{
    pg_disconnect(pg);
    return pg_connect(pg, err);
}

bool pg_raw(struct pg *pg, const char *sql, struct err *err)
{
    return open_connection(pg, err) && pg_run(pg, sql, err);
}

int64_t pg_raw_int(struct pg *pg, const char *sql, int64_t absent, struct err *err)
{
    if (!open_connection(pg, err))
        return absent;
    PGresult *res = PQexec(pg->conn, sql);
    int64_t value = absent;
    if (PQresultStatus(res) != PGRES_TUPLES_OK)
        pg_fail(pg, res, sql, err);
    else if (PQntuples(res) == 1 && !PQgetisnull(res, 0, 0))
        value = strtoll(PQgetvalue(res, 0, 0), NULL, 10);
    PQclear(res);
    return value;
}
