/* A place in the log of events that a thread follows.
 *
 * Ids are given out before commit, so a lower id may appear after a higher one. What was read is told by the highest id of it and by the
 * holes below: ids that have not appeared yet. A rolled-back transaction leaves a hole for ever; whoever follows says when it is given up. */
#ifndef GOROD_TAIL_H
#define GOROD_TAIL_H
#include "common/arena.h"
#include "db/pg.h"

struct tail_hole {
    int64_t id, since_ms;
    int64_t next_xid; /* the next transaction to begin when the hole was found; 0: not asked */
};

struct tail {
    int64_t head; /* the highest id that was read */
    struct tail_hole *holes; /* ascending */
    size_t count, cap;
};

/* Starts anew behind `head`, knowing of no hole. */
void tail_reset(struct tail *t, int64_t head);
void tail_free(struct tail *t);
/* The two parameters of a query "id > $1 OR id = ANY ($2)", in the arena. */
void tail_params(const struct tail *t, struct arena *arena, const char *params[2]);
/* Notes what such a query returned, its first column ascending ids. A jump over more ids than any number of writers holds at once is one
 * of the counter (after a crash of the database) and leaves no holes. */
void tail_take(struct tail *t, const struct pg_res *res, int64_t now_ms, int64_t next_xid);
/* Gives up holes found before `before_ms` whose possible writers have all ended: no transaction below their next_xid is still writing
 * (oldest_xid; INT64_MAX: do not ask). */
void tail_give_up(struct tail *t, int64_t before_ms, int64_t oldest_xid);
/* Everything up to here was read or given up. */
int64_t tail_low(const struct tail *t);

#endif
