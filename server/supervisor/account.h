/* As whom the server runs: started as root it becomes an ordinary user, wholly and for ever. */
#pragma once
#include "server/supervisor/fault.h"
#include <sys/types.h>

struct account {
    uid_t uid;
    gid_t gid;
    char name[64];
    char home[1024];
};

/* The account to run as: our own when we are not root, else `wanted`, else gorod, else postgres. */
bool account_choose(const char *wanted, struct account *a, struct fault *f);
/* Becomes it: groups, ids, environment; no way back. Nothing to do when it is us already. */
bool account_become(const struct account *a, struct fault *f);
