#include "server/supervisor/listen.h"
#include "server/cli/internal.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 512 };

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static socklen_t address_parse(union address *a, const char *text, int port)
{
    memset(a, 0, sizeof *a);
    if (inet_pton(AF_INET, text, &a->v4.sin_addr) == 1) {
        a->v4.sin_family = AF_INET;
        a->v4.sin_port = htons((uint16_t)port);
        return sizeof a->v4;
    }
    if (inet_pton(AF_INET6, text, &a->v6.sin6_addr) == 1) {
        a->v6.sin6_family = AF_INET6;
        a->v6.sin6_port = htons((uint16_t)port);
        return sizeof a->v6;
    }
    return 0;
}

/* Where to connect to: an address that means "everywhere" is no place to go. */
static void address_to_reach(union address *a)
{
    if (a->any.sa_family == AF_INET && a->v4.sin_addr.s_addr == htonl(INADDR_ANY))
        a->v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (a->any.sa_family == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&a->v6.sin6_addr)) {
        a->any.sa_family = AF_INET;
        a->v4.sin_port = a->v6.sin6_port;
        a->v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    }
}

static bool fault_bind(struct fault *f, const char *address, int port)
{
    int why = errno;
    const char *hint = "";
    int code = EXIT_AWAY;
    if (why == EADDRINUSE)
        hint = CLI_TR("Порт занят: остановите прежний сервер или назовите другой порт: --port N",
                      "The port is taken: stop the earlier server or name another port: --port N");
    if (why == EADDRNOTAVAIL)
        hint = CLI_TR("У этой машины нет такого адреса: исправьте listen", "This machine has no such address: correct listen");
    if (why == EACCES) {
        hint = CLI_TR("Порты до 1024 открывает только root: назовите другой: --port N",
                      "Only root opens ports below 1024: name another: --port N");
        code = EXIT_NO_PERMISSION;
    }
    return fault_set(f, code, hint, "%s:%d: %s", address, port, strerror(why));
}

bool listener_open(struct listener *l, const char *address, int port, struct fault *f)
{
    union address a;
    int on = 1, off = 0;
    socklen_t len = address_parse(&a, address, port);
    if (!len)
        return fault_set(f, EXIT_BAD_USAGE,
                         CLI_TR("Напишите адрес цифрами, например 0.0.0.0", "Write the address in digits, such as 0.0.0.0"),
                         CLI_TR("listen: «%s» - не адрес", "listen: \"%s\" is not an address"), address);
    l->fd = socket(a.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (l->fd < 0)
        return fault_bind(f, address, port);
    setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (a.any.sa_family == AF_INET6)
        setsockopt(l->fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (bind(l->fd, &a.any, len) != 0 || listen(l->fd, BACKLOG) != 0 || getsockname(l->fd, &a.any, &len) != 0)
        return fault_bind(f, address, port);
    l->port = ntohs(a.any.sa_family == AF_INET ? a.v4.sin_port : a.v6.sin6_port);
    address_to_reach(&a);
    char text[INET6_ADDRSTRLEN];
    if (a.any.sa_family == AF_INET)
        snprintf(l->address, sizeof l->address, "%s", inet_ntop(AF_INET, &a.v4.sin_addr, text, sizeof text));
    else
        snprintf(l->address, sizeof l->address, "[%s]", inet_ntop(AF_INET6, &a.v6.sin6_addr, text, sizeof text));
    return true;
}

static int probe_open(const struct listener *l)
{
    union address a = {0};
    socklen_t len = sizeof a;
    if (getsockname(l->fd, &a.any, &len) != 0)
        return -1;
    address_to_reach(&a);
    int fd = socket(a.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    len = a.any.sa_family == AF_INET ? sizeof a.v4 : sizeof a.v6;
    if (fd >= 0 && connect(fd, &a.any, len) != 0 && errno != EINPROGRESS) {
        close(fd);
        return -1;
    }
    return fd;
}

bool listener_probe(const struct listener *l, int *probe_fd)
{
    char banner[5] = "";
    if (*probe_fd < 0)
        *probe_fd = probe_open(l);
    if (*probe_fd < 0 || poll(&(struct pollfd){.fd = *probe_fd, .events = POLLIN}, 1, 0) <= 0)
        return false;
    ssize_t n = recv(*probe_fd, banner, 4, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    close(*probe_fd); /* told, or dropped by a gate that died meanwhile: the next call connects anew */
    *probe_fd = -1;
    return n == 4 && strcmp(banner, "SSH-") == 0;
}

bool listener_unix_answers(const char *path)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof addr.sun_path)
        return false;
    memcpy(addr.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool ok = fd >= 0 && connect(fd, (struct sockaddr *)&addr, sizeof addr) == 0;
    if (fd >= 0)
        close(fd);
    return ok;
}
