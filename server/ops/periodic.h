/* Periodic assignments: a new one is born for each period. */
#pragma once
#include "server/ops/helpers.h"

/* Before a periodic assignment is written: the parameter `due` is filled in for the period that is on, or for the next one where its date
 * has passed. *next_on gets the first day of the period after it. ERR_PARAMS: there is no such period in deadlines.yaml. */
bool periodic_prepare(struct call *c, day_t *next_on);
/* After it: keeps what the next ones will be told, and ties the assignment to it. */
bool periodic_keep(struct call *c, int64_t assignment, day_t next_on);

/* One period of one of them, in a transaction of its own: runs assignment.create as its author. 1: born, 0: nothing to do (or done by
 * another core), -1: err says why not. */
int periodic_bear(struct pg *db, struct arena *arena, const struct rules *rules, const char *id,
                  bool (*load_user)(struct pg *db, struct arena *arena, const char *login, struct session_user *user, struct err *err),
                  struct err *err);
