#include "server/gate/peer.h"
#include "server/config.h"
#include <stdlib.h>
#include <string.h>

const char *peer_refusal(const struct peer_list *list, const struct config *config, const struct in6_addr *key)
{
    int64_t strangers = 0, from_here = 0;
    for (const struct peer *p = list->first; p; p = p->next) {
        if (p->authenticated || p->gone)
            continue;
        strangers++;
        from_here += memcmp(&p->key, key, sizeof *key) == 0;
    }
    if (list->count >= config->max_connections)
        return "too many connections, try again later";
    if (strangers >= config->max_unauthenticated)
        return "too many logins at once, try again in a minute";
    if (from_here >= config->max_unauthenticated_per_address)
        return "too many logins at once from your address, try again in a minute";
    return NULL;
}

struct peer *peer_add(struct peer_list *list)
{
    struct peer *p = calloc(1, sizeof *p);
    if (!p)
        abort();
    p->link = SOURCE_NONE;
    p->core = SOURCE_NONE;
    p->link.owner = p->core.owner = p;
    p->next = list->first;
    list->first = p;
    list->count++;
    return p;
}

struct peer *peer_by_pid(const struct peer_list *list, pid_t pid)
{
    struct peer *p = list->first;
    while (p && p->pid != pid)
        p = p->next;
    return p;
}

void peer_sweep(struct peer_list *list, int epoll_fd)
{
    for (struct peer **at = &list->first; *at;) {
        struct peer *p = *at;
        if (!p->gone) {
            at = &p->next;
            continue;
        }
        source_close(epoll_fd, &p->link);
        source_close(epoll_fd, &p->core);
        *at = p->next;
        list->count--;
        free(p);
    }
}
