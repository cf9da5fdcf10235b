#include "server/files/sweep.h"
#include "common/log.h"
#include "db/pg.h"

/* Between two pieces of a content that is being sent: a screen sends the next at once, a file connection touches what it holds open. */
#define PATIENCE_S "900"

/* Takes the content out of use unless somebody refers to it; its row is held, so nobody can begin to meanwhile. */
static bool bury(struct pg *db, const char *blob, bool *gone)
{
    struct err err;
    *gone = false;
    if (!pg_begin(db, &err))
        return false;
    struct pg_res *held = pg_query(db, Q_BLOB_SWEEP_LOCK, &blob, 1, &err);
    struct pg_res *used = held && pg_rows(held) == 1 ? pg_query(db, Q_BLOB_SWEEP_USED, &blob, 1, &err) : NULL;
    bool ok = used != NULL;
    if (ok) {
        *gone = pg_int(used, 0, 0) == 0;
        ok = pg_exec(db, *gone ? Q_BLOB_BURY : Q_BLOB_USE, &blob, 1, NULL, &err) && pg_commit(db, &err);
    }
    pg_free(held);
    pg_free(used);
    pg_rollback(db);
    return ok;
}

static bool remove_chunks(struct pg *db, const char *blob)
{
    struct err err;
    int64_t removed = 1;
    while (removed > 0)
        if (!pg_exec(db, Q_CHUNK_SWEEP, &blob, 1, &removed, &err))
            return false;
    return pg_exec(db, Q_BLOB_DROP, &blob, 1, NULL, &err);
}

void files_sweep(struct pg *db)
{
    struct err err;
    const char *patience = PATIENCE_S;
    int count = 0;
    struct pg_res *res = pg_query(db, Q_BLOB_UNUSED, &patience, 1, &err);
    for (int i = 0; res && i < pg_rows(res); i++) {
        bool gone;
        if (bury(db, pg_text(res, i, 0), &gone) && gone && remove_chunks(db, pg_text(res, i, 0)))
            count++;
    }
    pg_free(res);
    if (count > 0)
        log_info("contents swept count=%d", count);
}
