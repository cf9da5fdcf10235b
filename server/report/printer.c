#include "server/report/printer.h"
#include "common/log.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ASK_MS = 100, PATIENCE_MS = 120 * 1000 };

struct printer {
    const struct work *work;
    pid_t pid;
    int pid_fd, in_fd, said_fd;
    char scratch[PATH_MAX];
};

/* Beside this program. */
static bool find_program(char *path, size_t size)
{
    static const char name[] = "gorod-print";
    ssize_t n = readlink("/proc/self/exe", path, size - sizeof name);
    if (n <= 0)
        return false;
    path[n] = '\0';
    char *slash = strrchr(path, '/');
    if (!slash)
        return false;
    memcpy(slash + 1, name, sizeof name);
    return access(path, X_OK) == 0;
}

/* Nothing of the core's own environment but what sanitizers are told by. */
static size_t environment(const struct printer *p, char *own, size_t size, char *env[])
{
    static const char *const passed[] = {"ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS"};
    size_t count = 0, used = 0;
    used += (size_t)snprintf(own, size, "TMPDIR=%s", p->scratch) + 1;
    env[count++] = own;
    for (size_t i = 0; i < sizeof passed / sizeof *passed; i++) {
        const char *value = getenv(passed[i]); /* NOLINT(concurrency-mt-unsafe): nothing sets the environment once there are threads */
        if (!value || used + strlen(passed[i]) + strlen(value) + 2 > size)
            continue;
        env[count++] = own + used;
        used += (size_t)snprintf(own + used, size - used, "%s=%s", passed[i], value) + 1;
    }
    env[count] = NULL;
    return count;
}

static int spawn(struct printer *p, const char *program, int in_fd, int out_fd)
{
    char own[8192], *env[8], *argv[] = {(char *)"gorod-print", NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attr;
    sigset_t none, all;
    environment(p, own, sizeof own, env);
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, in_fd, 0);
    posix_spawn_file_actions_adddup2(&files, out_fd, 1);
    posix_spawn_file_actions_adddup2(&files, p->said_fd, 2);
    posix_spawn_file_actions_addclosefrom_np(&files, 3);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setsigdefault(&attr, &all);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    int rc = posix_spawn(&p->pid, program, &files, &attr, argv, env);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&files);
    return rc;
}

static void printer_free(struct printer **p)
{
    if ((*p)->in_fd >= 0)
        close((*p)->in_fd);
    if ((*p)->pid_fd >= 0)
        close((*p)->pid_fd);
    if ((*p)->said_fd >= 0)
        close((*p)->said_fd);
    if (*(*p)->scratch && rmdir((*p)->scratch) != 0 && errno != ENOENT) {
        /* It was ended before it could clean up: a file of rows must not lie about. */
        char path[PATH_MAX + 64];
        snprintf(path, sizeof path, "%s/paper-%d.xlsx", (*p)->scratch, (int)(*p)->pid);
        unlink(path);
        if (rmdir((*p)->scratch) != 0)
            log_warn("the folder of a report stays path=%s error=\"%m\"", (*p)->scratch);
    }
    free(*p);
    *p = NULL;
}

struct printer *printer_start(const struct work *work, int out_fd, struct err *err)
{
    char program[PATH_MAX];
    int pipe_fds[2] = {-1, -1}, rc = 0;
    struct printer *p = calloc(1, sizeof *p);
    if (!p)
        abort();
    *p = (struct printer){.work = work, .pid_fd = -1, .in_fd = -1, .said_fd = -1};
    snprintf(p->scratch, sizeof p->scratch, "%s/print-XXXXXX", work->scratch);
    if (!mkdtemp(p->scratch))
        *p->scratch = '\0';
    p->said_fd = memfd_create("gorod-print", MFD_CLOEXEC);
    bool found = find_program(program, sizeof program);
    if (!found || !*p->scratch || p->said_fd < 0 || pipe2(pipe_fds, O_CLOEXEC) != 0 || (rc = spawn(p, program, pipe_fds[0], out_fd)) != 0) {
        log_error("gorod-print cannot be started path=%s error=\"%s\"", program, strerror(rc ? rc : errno));
        if (pipe_fds[0] >= 0)
            close(pipe_fds[0]);
        if (pipe_fds[1] >= 0)
            close(pipe_fds[1]);
        printer_free(&p);
        err_set(err, ERR_INTERNAL, "gorod-print: %s", found ? "cannot be started" : "is not beside gorod-server");
        return NULL;
    }
    close(pipe_fds[0]);
    p->in_fd = pipe_fds[1];
    fcntl(p->in_fd, F_SETFL, O_NONBLOCK);
    p->pid_fd = (int)syscall(SYS_pidfd_open, p->pid, 0);
    return p;
}

static bool stopped(struct err *err) { return err_rule(err, "cancelled", NULL); }

bool printer_send(struct printer *p, struct buf *lines, struct err *err)
{
    int waited_ms = 0;
    for (size_t sent = 0; sent < lines->len;) {
        ssize_t n = write(p->in_fd, lines->data + sent, lines->len - sent);
        if (n > 0) {
            sent += (size_t)n;
            waited_ms = 0;
            continue;
        }
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return err_set(err, ERR_INTERNAL, "gorod-print: %s", strerror(errno));
        struct pollfd fd = {.fd = p->in_fd, .events = POLLOUT};
        waited_ms += poll(&fd, 1, ASK_MS) == 0 ? ASK_MS : 0;
        if (!p->work->go_on(p->work) || waited_ms > PATIENCE_MS) /* nobody takes what it writes */
            return stopped(err);
    }
    buf_reset(lines);
    return true;
}

/* What it wrote to its standard error, in one line. */
static void read_said(const struct printer *p, char *said, size_t size)
{
    ssize_t n = pread(p->said_fd, said, size - 1, 0);
    said[n > 0 ? n : 0] = '\0';
    for (char *at = said; *at; at++)
        if (*at == '\n')
            *at = ' ';
}

static bool wait_end(struct printer *p, bool is_good, int *status)
{
    int waited_ms = 0;
    while (is_good && waited_ms < PATIENCE_MS) {
        struct pollfd fd = {.fd = p->pid_fd, .events = POLLIN};
        if (p->pid_fd >= 0 ? poll(&fd, 1, ASK_MS) > 0 : waitpid(p->pid, status, WNOHANG) == p->pid)
            break;
        if (p->pid_fd < 0)
            poll(NULL, 0, ASK_MS);
        waited_ms += ASK_MS;
        is_good = p->work->go_on(p->work);
    }
    if (!is_good || waited_ms >= PATIENCE_MS) {
        kill(p->pid, SIGKILL);
        is_good = false;
    }
    while (waitpid(p->pid, status, 0) < 0 && errno == EINTR)
        ;
    return is_good;
}

bool printer_finish(struct printer **pp, bool is_good, struct err *err)
{
    struct printer *p = *pp;
    char said[300];
    int status = 0;
    bool was_good = is_good;
    if (p->in_fd >= 0)
        close(p->in_fd);
    p->in_fd = -1;
    is_good = wait_end(p, is_good, &status);
    read_said(p, said, sizeof said);
    if (was_good && !is_good) {
        stopped(err);
    } else if (is_good && (!WIFEXITED(status) || WEXITSTATUS(status) != 0)) {
        log_error("gorod-print failed status=%d said=\"%s\"", status, said);
        is_good = err_set(err, ERR_INTERNAL, "gorod-print: %s", *said ? said : "died");
    } else if (*said) {
        log_info("gorod-print said=\"%s\"", said);
    }
    printer_free(pp);
    return is_good;
}
