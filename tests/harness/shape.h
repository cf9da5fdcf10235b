/* Parameters made from meta.describe: of the right shape, naming nothing that is there. */
#pragma once
#include "tests/harness/rpc.h"

enum { ABSENT_ID = 999999999 };

/* A value that the row of a parameter (an element of `params`) lets pass; new reference. `admin` looks up classifiers. */
json_t *shaped_value(struct rpc *admin, const json_t *param);
/* The required parameters of an operation (an element of `operations`) and its request_id; new reference. */
json_t *shaped_params(struct rpc *admin, const json_t *op);
