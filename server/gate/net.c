#include "server/gate/net.h"
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void set_option(int fd, int level, int name, int value)
{
    /* A socket that takes no option (a test's socketpair) still works. */
    (void)setsockopt(fd, level, name, &value, sizeof value);
}

void net_tune(int fd, int64_t keepalive_s)
{
    set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set_option(fd, IPPROTO_TCP, TCP_QUICKACK, 1);
    set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    if (keepalive_s > 0) {
        set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, (int)keepalive_s);
        set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, (int)(keepalive_s / 3 + 1));
        set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, 4);
        set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, (int)(keepalive_s * 3 * 1000));
    }
}

void net_quick_ack(int fd) { set_option(fd, IPPROTO_TCP, TCP_QUICKACK, 1); }

struct in6_addr net_key(const struct sockaddr_storage *address)
{
    struct in6_addr key = {0};
    if (address->ss_family == AF_INET6) {
        key = ((const struct sockaddr_in6 *)address)->sin6_addr;
        if (!IN6_IS_ADDR_V4MAPPED(&key))
            memset(key.s6_addr + 8, 0, 8);
    } else if (address->ss_family == AF_INET) {
        key.s6_addr[10] = key.s6_addr[11] = 0xff;
        memcpy(key.s6_addr + 12, &((const struct sockaddr_in *)address)->sin_addr, 4);
    }
    return key;
}

void net_format(const struct sockaddr_storage *address, char *out, size_t size)
{
    char text[INET6_ADDRSTRLEN] = "?";
    if (address->ss_family == AF_INET6) {
        const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)address;
        bool mapped = IN6_IS_ADDR_V4MAPPED(&six->sin6_addr);
        if (mapped)
            inet_ntop(AF_INET, six->sin6_addr.s6_addr + 12, text, sizeof text);
        else
            inet_ntop(AF_INET6, &six->sin6_addr, text, sizeof text);
        snprintf(out, size, mapped ? "%s:%u" : "[%s]:%u", text, (unsigned)ntohs(six->sin6_port));
    } else if (address->ss_family == AF_INET) {
        const struct sockaddr_in *four = (const struct sockaddr_in *)address;
        inet_ntop(AF_INET, &four->sin_addr, text, sizeof text);
        snprintf(out, size, "%s:%u", text, (unsigned)ntohs(four->sin_port));
    } else {
        snprintf(out, size, "local");
    }
}

void net_refuse(int fd, const char *why)
{
    char line[128];
    int n = snprintf(line, sizeof line, "gorod: %s\r\n", why);
    if (send(fd, line, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT) == n)
        shutdown(fd, SHUT_WR);
    close(fd);
}
