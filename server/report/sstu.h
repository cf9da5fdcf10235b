/* The monthly upload of results to the federal exchange of appeals (decree No 171 of 17.04.2017): a record an appeal, a status a question.
 * Everything is checked before anything is written. */
#pragma once
#include "server/ops/op.h"

/* report.sstu_check: every fault of the month, each with appeal, question, field and what to do. */
bool sstu_check(struct call *c);
/* Writes the upload as JSON to out_fd, in the snapshot that is open, with `params` as of the forms. Faulty questions are left out when
 * `skip`, else there is none: err names the first. *rows and *skipped count questions. */
bool sstu_write(struct call *c, const char *const params[], int out_fd, bool skip, int64_t *rows, int64_t *skipped);
/* Checks alone, in the open snapshot: no fault, or `skip`. */
bool sstu_may(struct call *c, const char *const params[], bool skip, int64_t *skipped);
/* YYYY-MM as its first and last day; ERR_PARAMS "month" when it is none, or is not over or begun yet. */
bool sstu_month(struct call *c, const char **from, const char **to);
