/* Bytes with one descriptor attached over a Unix socket (SCM_RIGHTS): how control and session connections change hands. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Sends the bytes in one call, with `fd` attached when it is not -1 (the caller still owns its copy). False when not all of them went
 * at once: the messages are small, so a socket that cannot take them belongs to somebody who has stopped reading. */
bool fd_send(int sock, const void *data, size_t len, int fd);
/* One recvmsg(2): its result and errno. *fd is the descriptor that came along (close-on-exec, the caller owns it) or -1. */
ssize_t fd_receive(int sock, void *data, size_t size, int *fd);
