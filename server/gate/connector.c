#include "server/gate/connector.h"
#include "common/log.h"
#include "server/gate/fdpass.h"
#include "server/gate/link.h"
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { HELLO_TIMEOUT_MS = 5000 };

void connector_give_up(const struct connector *c, struct peer *p, const char *why)
{
    log_warn("no control connection for %s: %s", p->name, why);
    source_close(c->epoll_fd, &p->core);
    p->core_until = 0;
    fd_send(p->link.fd, &(char){LINK_UNAVAILABLE}, 1, -1);
}

static int connect_core(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        int fault = errno;
        close(fd);
        errno = fault;
        return -1;
    }
    return fd;
}

static bool say_hello(const struct connector *c, const struct peer *p, int fd)
{
    char line[512];
    int n = snprintf(line, sizeof line,
                     "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"gate.hello\",\"params\":{\"secret\":\"%s\",\"peer\":\"%s\"}}\n", c->secret,
                     p->name);
    bool sent = n > 0 && (size_t)n < sizeof line && fd_send(fd, line, (size_t)n, -1);
    explicit_bzero(line, sizeof line);
    return sent;
}

void connector_begin(const struct connector *c, struct peer *p)
{
    if (p->core.fd >= 0)
        return; /* it is on its way */
    int fd = connect_core(c->gate_socket);
    if (fd < 0) {
        connector_give_up(c, p, strerror(errno));
        return;
    }
    p->core = (struct source){.fd = fd, .owner = p};
    p->core_until = clock_ms() + HELLO_TIMEOUT_MS;
    p->answer_len = 0;
    if (!say_hello(c, p, fd))
        connector_give_up(c, p, "the core does not listen");
    else
        source_watch(c->epoll_fd, &p->core, EPOLLIN);
}

static bool is_accepted(const char *line, size_t len)
{
    json_t *answer = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);
    bool accepted = json_object_get(answer, "result") != NULL;
    json_decref(answer);
    return accepted;
}

void connector_ready(const struct connector *c, struct peer *p)
{
    p->core.ready = 0;
    ssize_t n = recv(p->core.fd, p->answer + p->answer_len, sizeof p->answer - p->answer_len, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        connector_give_up(c, p, "the core has closed the connection");
        return;
    }
    p->answer_len += (size_t)n;
    const char *end = memchr(p->answer, '\n', p->answer_len);
    if (!end && p->answer_len < sizeof p->answer)
        return;
    if (!end || !is_accepted(p->answer, (size_t)(end - p->answer))) {
        connector_give_up(c, p, "the core has refused gate.hello: is its secret the same?");
        return;
    }
    /* The child speaks next, so the core has sent nothing beyond this line. */
    fd_send(p->link.fd, &(char){LINK_GIVE}, 1, p->core.fd);
    source_close(c->epoll_fd, &p->core);
    p->core_until = 0;
}
