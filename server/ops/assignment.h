/* What the files of the assignment module share. */
#pragma once
#include "server/ops/helpers.h"

/* Columns of Q_ASSIGNMENT_LOCK after those that struct record holds. */
enum { A_DUE = 4, A_RESPONSIBLE, A_CONTROLLER, A_TITLE, A_TEXT, A_NOMINAL, A_UNIT, A_PARENT };

/* Whom the people of an assignment are: everybody in correspondence may hold a part in one; what each may do stands in workflow.yaml. */
#define ASSIGNMENT_MOVERS (R_ANY & ~R_ADMIN & ~R_ANALYST & ~R_CITIZENS)

bool assignment_move(struct call *c);
bool assignment_reassign(struct call *c);
/* Of assignment_extend.c, assignment_control.c, assignment_parts.c, assignment_hand_over.c: their operations stand in assignment_control.c. */
bool assignment_extend_request(struct call *c);
bool assignment_extend_decide(struct call *c);
bool assignment_extend_withdraw(struct call *c);
bool assignment_part_report(struct call *c);
bool assignment_part_decide(struct call *c);
bool assignment_reassign_all(struct call *c);
extern const struct op_param assignment_extend_request_params[], assignment_extend_decide_params[], assignment_part_report_params[],
    assignment_part_decide_params[], assignment_reassign_all_params[];

/* A change that leaves the state as it is, in steps: the parent is held (parents are locked before their parts), then the record, the workflow is
 * asked; then the handler changes what it has to, and the end counts the version up, writes the event and the answer. */
struct change {
    struct record r;
    const char *action;
    const char *to; /* state afterwards */
    const char *comment, *changes;
    day_t parent_due; /* DAY_NONE: no parent that is open */
};
bool change_begin(struct call *c, const char *action, struct change *ch);
/* The same for an action that is not of the assignment's own workflow: only the locks. */
bool change_lock(struct call *c, struct change *ch);
/* `ok`: has everything gone well so far? Frees the record either way. */
bool change_end(struct call *c, struct change *ch, bool ok);

/* The dates that a day wished for comes to: the day itself and the working day it is rolled to. Refused: in the past, beyond the parent, before an
 * open part is due. `field` is the argument that named it. */
bool assignment_due_fits(struct call *c, const struct record *r, const char *field, day_t parent_due, struct due *due);
/* Holds the parent of the argument `id` until the end of the transaction; *due: its last day, DAY_NONE without an open parent. */
bool assignment_hold_parent(struct call *c, const char *id, day_t *due);
/* Writes the new dates down; `changes` gets them for the history. */
bool assignment_due_move(struct call *c, const struct record *r, const struct due *due, const char **changes);
/* Gives the work of a locked assignment to another: parties, state, history. `to`: the state it gets. */
bool assignment_give_to(struct call *c, const struct record *r, int64_t next, const char *unit, const char *comment, const char *to, int64_t *version);
/* A closed assignment needs no extension: what was asked is over. */
bool assignment_drop_request(struct call *c, const struct record *r);
extern const struct op_param assignment_report_params[], assignment_return_params[], assignment_accept_params[], assignment_reason_params[], assignment_cancel_params[],
    assignment_reopen_params[], assignment_reassign_params[];
/* The user may be given work by this caller: exists, not disabled, and (for deputies and chiefs) inside their units. */
bool assignment_user_ok(struct call *c, const char *field, int64_t user);
/* The term "until a date" of an argument: the date itself or the working day before it, never before today; ERR_PARAMS for a past one. */
bool assignment_until(struct call *c, const char *field, struct due *due);
/* A complaint goes to the person complained of only with a reason, which the argument `field` says; `appeals` is PostgreSQL array text. */
bool assignment_not_to_accused(struct call *c, const char *appeals, int64_t user, const char *field);
/* May the controller decide, by the argument `check_only`; NULL when it was left out. */
const char *assignment_decides(const struct call *c);
bool assignment_party(struct call *c, const char *assignment, int64_t user, const char *role);
