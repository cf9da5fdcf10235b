/* What the files of the incident module share. */
#pragma once
#include "server/ops/helpers.h"

/* Columns of Q_INCIDENT_LOCK after those that struct record holds. */
enum { I_TAKEN_AT = 4, I_TYPE, I_PLACE, I_TEXT, I_CALLER, I_PHONE, I_APPEAL, I_ASSIGNMENT, I_OUTAGE, I_REPEAT_OF };

/* The desk itself; who reads what it writes down (an analyst without the callers). */
#define DESK (R_DISPATCHER | R_SYSTEM)
#define DESK_READERS (DESK | R_HEAD | R_DEPUTY | R_CHIEF | R_CLERK | R_ANALYST)

bool incident_move(struct call *c);
bool incident_to_appeal(struct call *c);
bool incident_to_assignment(struct call *c);
bool incident_to_outage(struct call *c);
extern const struct op_param incident_dispatch_params[], incident_inform_params[], incident_take_params[], incident_arrive_params[], incident_localize_params[], incident_resolve_params[],
    incident_close_params[], incident_reason_params[], incident_link_duplicate_params[], incident_tell_params[], incident_to_appeal_params[],
    incident_to_assignment_params[], incident_to_outage_params[];

/* A locked incident comes from this outage: who called was told what was promised. `field` is blamed when there is no such outage. */
bool incident_join_outage(struct call *c, const struct record *r, const char *outage, const char *field, int64_t *version);
/* The argument `incident` of an operation that writes an outage down, locked, when it may be joined to one; r->row stays NULL without it. */
bool incident_lock_for_outage(struct call *c, struct record *r);
/* A locked incident repeats the one that the argument names. */
bool incident_repeat(struct call *c, const struct record *r, const char *field, int64_t *version, const char **status);
/* The norms of an incident's kind as PostgreSQL array text; "{}" for a kind that has none. */
const char *incident_norms(struct call *c, const char *type);
/* A time argument: its text, now when it was left out; ERR_PARAMS when it lies in the future (a minute is let pass) or before `not_before` (RFC 3339, may
 * be NULL). */
bool incident_time(struct call *c, const char *field, const char *not_before, const char **at);
/* All values of an array of strings are in the classifier. */
bool incident_codes_ok(struct call *c, const char *classifier, const char *field);
