#include "common/arena.h"
#include "common/log.h"
#include "db/embedded.h"
#include "db/pg.h"
#include "db/raw.h"
#include <stdio.h>
#include <string.h>

static int newest(void)
{
    int version = 0;
    for (const struct migration *m = migrations; m->version; m++)
        version = m->version;
    return version;
}

const char *seed_find(const char *name)
{
    for (const struct seed *s = seeds; s->name; s++)
        if (strcmp(s->name, name) == 0)
            return s->json;
    return NULL;
}

static int64_t schema_version(struct pg *pg, struct err *err)
{
    err->code = ERR_OK;
    if (pg_raw_int(pg, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename = 'schema_migration'", -1, err) == 0)
        return 0;
    return err->code ? -1 : pg_raw_int(pg, "SELECT coalesce(max(version), 0) FROM schema_migration", -1, err);
}

static bool apply(struct pg *pg, const struct migration *m, struct err *err)
{
    char note[256];
    snprintf(note, sizeof note, "INSERT INTO schema_migration (version, name) VALUES (%d, '%s')", m->version, m->name);
    if (pg_raw(pg, "BEGIN", err) && pg_raw(pg, m->sql, err) && pg_raw(pg, note, err) && pg_raw(pg, "COMMIT", err)) {
        log_info("migration applied version=%d name=%s", m->version, m->name);
        return true;
    }
    struct err ignored;
    pg_raw(pg, "ROLLBACK", &ignored);
    return false;
}

/* What ships as data: rows are added and their shipped columns brought up to date; a municipality's own rows stay. */
static bool load_seeds(struct pg *pg, struct err *err)
{
    static const struct {
        const char *name;
        enum query query;
    } shipped[] = {{"classifiers", Q_SEED_CLASSIFIERS}, {"calendar_years", Q_SEED_CALENDAR_YEARS}, {"calendar", Q_SEED_CALENDAR}};
    for (size_t i = 0; i < sizeof shipped / sizeof *shipped; i++) {
        const char *params[] = {seed_find(shipped[i].name)};
        if (!pg_exec(pg, shipped[i].query, params, 1, NULL, err))
            return false;
    }
    return true;
}

/* Looked up one by one: a number that was left out may come later. On an error err->code tells. */
static bool is_applied(struct pg *pg, const struct migration *m, struct err *err)
{
    char sql[96];
    snprintf(sql, sizeof sql, "SELECT count(*) FROM schema_migration WHERE version = %d", m->version);
    err->code = ERR_OK;
    return pg_raw_int(pg, sql, 0, err) > 0;
}

bool pg_migrate(struct pg *pg, int *applied, struct err *err)
{
    bool ok = false;
    *applied = 0;
    /* One migrator at a time, however many servers start together on one database. */
    if (!pg_raw(pg, "SET statement_timeout = 0", err) || !pg_raw(pg, "SELECT pg_advisory_lock(4706182)", err) ||
        !pg_raw(pg,
                "CREATE TABLE IF NOT EXISTS schema_migration (version integer PRIMARY KEY, name text NOT NULL, "
                "at timestamptz NOT NULL DEFAULT now())",
                err))
        return false;
    int64_t have = schema_version(pg, err);
    if (have < 0)
        goto out;
    if (have > newest()) {
        err_set(err, ERR_UNAVAILABLE, "the database has schema %d, this program knows %d: install the newer gorod", (int)have, newest());
        goto out;
    }
    for (const struct migration *m = migrations; m->version; m++) {
        if (is_applied(pg, m, err) || err->code) {
            if (err->code)
                goto out;
            continue;
        }
        if (!apply(pg, m, err))
            goto out;
        ++*applied;
    }
    ok = true;
out:;
    struct err ignored;
    pg_raw(pg, "SELECT pg_advisory_unlock(4706182)", &ignored);
    if (!ok)
        return false;
    /* A new connection prepares the statements, which the schema can bear only now. */
    struct err seed_err;
    if (!pg_reconnect(pg, &seed_err) || !load_seeds(pg, &seed_err)) {
        *err = seed_err;
        return false;
    }
    return true;
}

bool pg_schema_check(struct pg *pg, struct err *err)
{
    int64_t have = schema_version(pg, err);
    if (have < 0)
        return false;
    if (have < newest())
        return err_set(err, ERR_UNAVAILABLE, "the database has schema %d, this program needs %d: run gorod-server migrate", (int)have, newest());
    if (have > newest())
        return err_set(err, ERR_UNAVAILABLE, "the database has schema %d, this program knows %d: install the newer gorod", (int)have, newest());
    return true;
}
