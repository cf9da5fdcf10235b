/* TCP side of the gate: socket options and addresses. */
#pragma once
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

/* NODELAY and QUICKACK (without them OpenSSH loses 90 ms at login to Nagle against delayed acknowledgements), keepalive, and a limit of
 * three keepalive intervals on unacknowledged data. */
void net_tune(int fd, int64_t keepalive_s);
/* Acknowledge at once what comes next: the kernel forgets the wish, so it is repeated through the login. */
void net_quick_ack(int fd);
/* Who it is, for limits: IPv4 as a mapped address; IPv6 by its /64, which one customer owns whole. */
struct in6_addr net_key(const struct sockaddr_storage *address);
/* "192.0.2.1:50022" or "[2001:db8::1]:50022". */
void net_format(const struct sockaddr_storage *address, char *out, size_t size);
/* Says one line (before the SSH banner clients show it) and closes the socket. */
void net_refuse(int fd, const char *why);
