/* The parent's list of living connections: who they are, whether they have logged in, and the limits counted over them. */
#pragma once
#include "server/gate/source.h"
#include <netinet/in.h>
#include <stdbool.h>
#include <sys/types.h>

struct config;
struct gate;

struct peer {
    struct peer *next;
    pid_t pid;
    struct in6_addr key; /* net_key() of the address */
    char name[64];       /* net_format() of it */
    bool authenticated;
    bool gone;              /* the process has ended */
    int64_t stranger_until; /* the child ends it itself before; this is for one that is stuck */
    struct source link;     /* to the child */
    struct source core;     /* a connection to the core on its way to the child */
    int64_t core_until;
    size_t answer_len;
    char answer[1024]; /* the core's answer to gate.hello as far as it has come */
};

struct peer_list {
    struct peer *first;
    int count;
};

/* Why a connection from this address cannot be taken now, in words for it; NULL when it can. */
const char *peer_refusal(const struct peer_list *list, const struct config *config, const struct in6_addr *key);
/* Adds a connection; the list owns it. Never NULL. */
struct peer *peer_add(struct peer_list *list);
struct peer *peer_by_pid(const struct peer_list *list, pid_t pid);
/* Frees those that are gone: only between two batches of events. */
void peer_sweep(struct peer_list *list, int epoll_fd);
