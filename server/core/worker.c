/* A worker: takes a job, answers it with its own database connection, gives it back to the loop. */
#include "common/arena.h"
#include "common/log.h"
#include "db/pg.h"
#include "server/config.h"
#include "server/core/internal.h"
#include <string.h>

static void answer(struct lane *lane, struct pg *db, struct arena *arena, struct job *job)
{
    struct core *core = lane->core;
    struct rules_box *box = rules_take(core);
    struct dispatch d = {.core = core, .db = db, .arena = arena, .job = job, .rules = rules_of(box)};
    bool handled = dispatch_line(&d);
    rules_drop(&box);
    arena_reset(arena);
    if (d.committed)
        core_committed(core);
    if (!handled) {
        queue_push(&core->slow, job);
        return;
    }
    queue_push(&core->done, job);
    core_wake(core);
}

void *worker_main(void *arg)
{
    struct lane *lane = arg;
    struct core *core = lane->core;
    struct arena *arena = arena_new();
    struct pg *db = pg_new(core->start->conninfo, core->start->config->zone, core->statement_timeout_ms);
    struct err err;
    /* The first person of the day need not pay for connecting; when the database is away the first request will say so. */
    pg_connect(db, &err);
    for (struct job *job; (job = queue_pop(lane->queue));) {
        job->slow = lane->queue == &core->slow;
        answer(lane, db, arena, job);
    }
    pg_close(&db);
    arena_free(&arena);
    return NULL;
}
