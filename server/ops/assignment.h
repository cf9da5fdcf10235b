/* What the files of the assignment module share. */
#pragma once
#include "server/ops/helpers.h"
bool assignment_move(struct call *c);
bool assignment_reassign(struct call *c);
extern const struct op_param assignment_report_params[], assignment_return_params[], assignment_accept_params[], assignment_reason_params[],
    assignment_reopen_params[], assignment_reassign_params[];
/* The user may be given work by this caller: exists, not disabled, and (for deputies and chiefs) inside their units. */
bool assignment_user_ok(struct call *c, const char *field, int64_t user);
/* The term "until a date" of the argument `due`: the date itself or the working day before it, never before today; ERR_PARAMS for a past one. */
bool assignment_until(struct call *c, struct due *due);
/* A complaint goes to the person complained of only with a reason, which the argument `field` says; `appeals` is PostgreSQL array text. */
bool assignment_not_to_accused(struct call *c, const char *appeals, int64_t user, const char *field);
bool assignment_party(struct call *c, const char *assignment, int64_t user, const char *role);
