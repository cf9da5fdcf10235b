/* The sweeper: removes contents of files that nobody refers to, off everybody's path. Its database connection lives for one round. */
#include "db/pg.h"
#include "server/config.h"
#include "server/core/internal.h"
#include "server/files/sweep.h"
#include <poll.h>

enum { EVERY_MS = 60000 };

void *sweep_main(void *arg)
{
    struct core *core = arg;
    struct pollfd stop = {.fd = core->stop_fd, .events = POLLIN};
    while (!atomic_load(&core->stopping)) {
        struct pg *db = pg_new(core->start->conninfo, "UTC", core->statement_timeout_ms);
        struct err err;
        if (pg_connect(db, &err))
            files_sweep(db);
        pg_close(&db);
        poll(&stop, 1, EVERY_MS);
    }
    return NULL;
}
