/* What the files of outages share. Who may do what, and from which state, stands in workflow.yaml. */
#pragma once
#include "server/ops/helpers.h"
#include "server/rules/period_text.h"

#define OUTAGE_READERS (R_ANY & ~R_ADMIN)
#define OUTAGE_KEEPERS (R_DISPATCHER | R_SYSTEM)
enum { OUTAGE_HOUSES_MAX = 20000 };
/* What is written down as happening now may lie in the future by as much as two clocks differ. */
enum { CLOCKS_DIFFER_S = 60 };

/* Columns of Q_OUTAGE_LOCK after those of every record. Times are seconds since 1970. */
enum { O_KIND = 4, O_RESOURCE, O_STARTED, O_PROMISED, O_ENDED, O_SUPPLIER, O_NOW, O_PROMISED_TEXT };

/* A checked time (P_TIME) in seconds since 1970; 0 when the argument is absent. */
int64_t outage_moment(const struct call *c, const char *name);
/* RFC 3339 of a moment. */
const char *outage_moment_text(struct call *c, int64_t seconds);
/* The houses of the argument `line` join those of `houses`; every piece of the line must be in the register. */
bool outage_take_line(struct call *c);
/* The argument `houses` as a PostgreSQL array; NULL when none are named. */
const char *outage_houses_named(const struct call *c);

/* The resource is known, and so is the argument `condition` (one of the resource's allowed breaks, data of the classifier) where it is given. */
bool outage_condition_ok(struct call *c, const char *resource);

/* outage_open.c */
extern const struct op_param outage_open_params[];
bool outage_open(struct call *c);
/* The outage's own row, of the call's parameters and these; its id and number (in the call's arena). false: c->err. */
bool outage_insert(struct call *c, const char *status, const char *supplier, const char *external_id, int64_t *id, const char **number);

/* outage_period.c: the time as a supplier writes it */
#define OUTAGE_PERIOD_PARAM(flags)                                                                                                         \
    {                                                                                                                                      \
        "period", P_TEXT, flags, 2000, NULL, NULL, {"Время строкой", "Time in a line"}, NULL                                               \
    }
/* Reads the argument `period`; *period has at least one interval, in the order of time, and lives in the arena. False: a piece is not understood (named with why),
 * no day is said, or the times are told by other arguments too. */
bool outage_take_period(struct call *c, struct period_text **period);
/* The interval becomes the arguments `started` and `promised`. */
void outage_set_times(struct call *c, const struct period_interval *interval);

/* outage_move.c */
extern const struct op_param outage_begin_params[], outage_extend_params[], outage_houses_params[], outage_restore_params[],
    outage_close_params[], outage_reason_params[], outage_reopen_params[], outage_convert_params[], outage_comment_params[];
bool outage_move(struct call *c);
