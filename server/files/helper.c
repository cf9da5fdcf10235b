#include "server/files/helper.h"
#include "common/log.h"
#include "server/gate/sandbox.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MEMORY_BYTES = 768 * 1024 * 1024, CPU_S = 10, DESCRIPTORS = 32, PIECE_BYTES = 64 * 1024, KEPT_FD = 3 };

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void limit(int what, rlim_t most)
{
    const struct rlimit l = {most, most};
    setrlimit((__rlimit_resource_t)what, &l);
}

/* In the new process. What goes wrong here shows as exit code 127. */
static void become_helper(const char *const argv[], int in, int out, struct sandbox *sandbox)
{
    static char *const environment[] = {"LANG=C.UTF-8", "PATH=/usr/bin", NULL};
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    int null = open("/dev/null", O_WRONLY);
    if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0)
        _exit(127);
    /* The sandbox's own descriptor is needed once more; it is closed on exec as everything else is. */
    close_range(KEPT_FD, ~0u, CLOSE_RANGE_CLOEXEC);
    if (!sandbox_enter(sandbox))
        _exit(127);
    /* Nothing may be allocated from here on: this process may be larger than what its successor is allowed. */
    limit(RLIMIT_CPU, CPU_S);
    limit(RLIMIT_AS, MEMORY_BYTES);
    limit(RLIMIT_FSIZE, 0);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NOFILE, DESCRIPTORS);
    execve(argv[0], (char *const *)argv, environment);
    _exit(127);
}

static pid_t start(const char *const argv[], int *in, int *out)
{
    int to[2], from[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, to) != 0)
        return -1;
    if (pipe2(from, O_CLOEXEC) != 0) {
        close(to[0]);
        close(to[1]);
        return -1;
    }
    struct sandbox *sandbox = sandbox_new(argv[0], -1);
    pid_t pid = fork();
    if (pid == 0)
        become_helper(argv, to[1], from[1], sandbox);
    sandbox_free(&sandbox);
    close(to[1]);
    close(from[1]);
    *in = to[0];
    *out = from[0];
    return pid;
}

/* Feeds it and listens to it until it says no more. False when the time is over or the database has failed. */
static bool converse(struct content_reader *content, int *in, int out, int64_t until, struct buf *heard, struct err *err)
{
    char piece[PIECE_BYTES];
    size_t have = 0, sent = 0, got = 0;
    int64_t offset = 0;
    for (;;) {
        if (*in >= 0 && sent == have) {
            if (!content_read(content, offset, piece, sizeof piece, &have, err))
                return false;
            sent = 0;
            offset += (int64_t)have;
            if (have == 0) {
                close(*in);
                *in = -1;
            }
        }
        struct pollfd fds[] = {{.fd = out, .events = POLLIN}, {.fd = *in, .events = POLLOUT}};
        int64_t left = until - now_ms();
        if (left <= 0 || (poll(fds, 2, (int)left) < 0 && errno != EINTR))
            return err_rule(err, "not_readable", NULL);
        if (*in >= 0 && fds[1].revents) {
            ssize_t n = send(*in, piece + sent, have - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
            if (n > 0)
                sent += (size_t)n;
            else if (errno != EAGAIN && errno != EINTR) { /* it has read enough */
                close(*in);
                *in = -1;
            }
        }
        if (fds[0].revents) {
            char bytes[8192];
            ssize_t n = read(out, bytes, sizeof bytes);
            if (n == 0)
                return true;
            got = n > 0 ? (size_t)n : 0;
            if (heard->max - heard->len < got)
                return true; /* enough for a screen */
            buf_append(heard, bytes, got);
        }
    }
}

bool helper_run(const char *const argv[], struct content_reader *content, int timeout_ms, struct buf *out, struct err *err)
{
    int in, from, status = 0;
    if (access(argv[0], X_OK) != 0)
        return err_rule(err, "no_viewer", NULL);
    pid_t pid = start(argv, &in, &from);
    if (pid < 0)
        return err_set(err, ERR_UNAVAILABLE, NULL);
    bool ok = converse(content, &in, from, now_ms() + timeout_ms, out, err);
    if (in >= 0)
        close(in);
    close(from);
    kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    bool failed = WIFEXITED(status) ? WEXITSTATUS(status) != 0 : WTERMSIG(status) != SIGKILL;
    if (ok && out->len == 0 && failed) {
        log_info("%s could not read a file status=%d", argv[0], status);
        return err_rule(err, "not_readable", NULL);
    }
    return ok;
}
