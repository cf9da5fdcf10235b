/* A worker: takes a job, answers it with its own database connection, gives it back to the loop. */
#include "common/arena.h"
#include "common/log.h"
#include "db/pg.h"
#include "server/config.h"
#include "server/core/internal.h"
#include <poll.h>
#include <string.h>

/* A long operation is answered when it is done; what the person does meanwhile is answered meanwhile. The loop hears of it before the job
 * can be finished. */
static void let_connection_go_on(struct core *core, struct job *job)
{
    struct job *word = job_new();
    word->conn_id = job->conn_id;
    word->parted = job;
    word->user = job->user;
    word->user_changed = job->user_changed;
    queue_push(&core->done, word);
    core_wake(core);
}

/* What is noted of an answer need not be waited for; the connection's next line waits, so that it finds the note. */
static void answer_first(struct core *core, struct job *job)
{
    struct job *word = job_new();
    struct buf answer = word->answer;
    word->conn_id = job->conn_id;
    word->is_answer = true;
    word->answer = job->answer;
    job->answer = answer;
    queue_push(&core->done, word);
    core_wake(core);
}

/* The card has gone out and is being painted: the note would take the processor that the screen needs at this moment. */
enum { PAINT_MS = 4 };

static void answer(struct lane *lane, struct pg *db, struct arena *arena, struct job *job)
{
    struct core *core = lane->core;
    struct rules_box *box = rules_take(core);
    struct dispatch d = {.core = core, .db = db, .arena = arena, .job = job, .rules = rules_of(box)};
    bool handled = job->opened || dispatch_line(&d);
    rules_drop(&box);
    if (d.committed)
        core_committed(core);
    if (job->opened) {
        poll(NULL, 0, PAINT_MS);
        dispatch_opened(&d);
    } else if (d.after) {
        answer_first(core, job);
        dispatch_after(&d);
    }
    arena_reset(arena);
    if (!handled) {
        if (job->wanted == LANE_LONG)
            let_connection_go_on(core, job);
        queue_push(&core->lanes[job->wanted], job);
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
    enum { LONG_TIMEOUT_MS = 30 * 60 * 1000 };
    struct pg *db = pg_new(core->start->conninfo, core->start->config->zone, lane->kind == LANE_LONG ? LONG_TIMEOUT_MS : core->statement_timeout_ms);
    struct err err;
    /* The first person of the day need not pay for connecting; when the database is away the first request will say so. */
    if (lane->kind != LANE_LONG)
        pg_connect(db, &err);
    for (struct job *job; (job = queue_pop(&core->lanes[lane->kind]));) {
        job->lane = lane->kind;
        answer(lane, db, arena, job);
    }
    pg_close(&db);
    arena_free(&arena);
    return NULL;
}
