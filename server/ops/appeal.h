/* What the files of the appeal module share. */
#pragma once
#include "server/ops/op.h"
#include "server/rules/due.h"
extern const struct op_param appeal_register_params[];
bool appeal_register(struct call *c);
/* Facts of the kind and the channel fit: what the law demands of a 59-FZ appeal, what the channel demands to know. */
bool appeal_channel_ok(struct call *c, const char *kind, const char *channel, day_t received);
struct author_facts {
    const char *name, *address; /* in the arena */
    bool restricted;            /* the letters of this person are as restricted as the person */
};
/* The correspondent that the argument `field` names is there and was not merged away; `facts` may be NULL. Until the transaction ends nobody
 * merges or marks the person. */
bool appeal_author_ok(struct call *c, const char *field, int64_t id, struct author_facts *facts);
/* The argument `questions`, checked; *topic gets the first topic when it is NULL. */
bool appeal_questions_ok(struct call *c, const char **topic);
/* Writes the argument `questions` with numbers from after + 1 on. */
bool appeal_questions_write(struct call *c, const char *id, int64_t after);
extern const struct op_param appeal_question_fields[];
/* The users of the argument `complained_of` are there. */
bool appeal_complained_ok(struct call *c);
/* Links `from` to `other` (visible to the user; named by the argument `field`); kind defaults to same_issue. Repeats and duplicates set the frequency of `from`. */
bool appeal_link_write(struct call *c, int64_t from, const char *field, int64_t other, const char *kind);
/* The transitions: answer, forward, extend, leave, withdraw, reopen, void, draft_answer, return_answer. */
extern const struct op_param appeal_answer_params[], appeal_forward_params[], appeal_forward_part_params[], appeal_extend_params[], appeal_leave_params[], appeal_withdraw_params[],
    appeal_reason_params[], appeal_draft_answer_params[], appeal_return_params[];
bool appeal_answer(struct call *c), appeal_forward(struct call *c), appeal_extend(struct call *c), appeal_leave(struct call *c),
    appeal_withdraw(struct call *c), appeal_reopen(struct call *c), appeal_void(struct call *c), appeal_draft_answer(struct call *c),
    appeal_return_answer(struct call *c), appeal_forward_part(struct call *c);
