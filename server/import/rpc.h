/* A client of one session: a request, its answer. */
#pragma once
#include "common/buf.h"
#include "common/err.h"
#include <jansson.h>

struct rpc {
    int fd;
    struct buf in;
    int64_t id; /* of the last request */
};

void rpc_open(struct rpc *r, int fd);
void rpc_close(struct rpc *r);
/* Calls a method; params stay the caller's. *result is the caller's to json_decref. On false the err is the server's, or ERR_UNAVAILABLE
 * when the connection broke (then the outcome is not known). */
bool rpc_call(struct rpc *r, const char *method, const json_t *params, json_t **result, struct err *err);
