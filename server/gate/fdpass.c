#include "server/gate/fdpass.h"
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

union one_fd {
    struct cmsghdr align;
    char space[CMSG_SPACE(sizeof(int))];
};

bool fd_send(int sock, const void *data, size_t len, int fd)
{
    union one_fd control = {0};
    struct iovec part = {.iov_base = (void *)data, .iov_len = len};
    struct msghdr msg = {.msg_iov = &part, .msg_iovlen = 1};
    if (fd >= 0) {
        msg.msg_control = control.space;
        msg.msg_controllen = sizeof control.space;
        struct cmsghdr *head = CMSG_FIRSTHDR(&msg);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN(sizeof fd);
        memcpy(CMSG_DATA(head), &fd, sizeof fd);
    }
    return sendmsg(sock, &msg, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)len;
}

ssize_t fd_receive(int sock, void *data, size_t size, int *fd)
{
    union one_fd control;
    struct iovec part = {.iov_base = data, .iov_len = size};
    struct msghdr msg = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof control.space};
    *fd = -1;
    ssize_t n = recvmsg(sock, &msg, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    if (n < 0)
        return n;
    for (struct cmsghdr *head = CMSG_FIRSTHDR(&msg); head; head = CMSG_NXTHDR(&msg, head))
        if (head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS && head->cmsg_len == CMSG_LEN(sizeof *fd))
            memcpy(fd, CMSG_DATA(head), sizeof *fd);
    return n;
}
