/* What is open on a person who leaves, and handing it over. */
#pragma once
#include "server/ops/op.h"

/* Counts what is open on the person; *told says it in words of the caller's language, "" when nothing is. */
bool leaving_open_work(struct call *c, int64_t person, int64_t *count, const char **told);
/* Gives everything open to the successor: assignments by every role, appeals under consideration; each with its event. ERR_PARAMS "successor" for
 * nobody, for the person themselves and for who is complained of in one of the appeals. */
bool leaving_hand_over(struct call *c, int64_t person, int64_t successor);
