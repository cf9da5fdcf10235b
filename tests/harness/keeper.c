#include "tests/harness/keeper.h"
#include "tests/harness/clock.h"
#include "tests/harness/proc.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CALM_END_MS = 20000, STRAGGLERS_MS = 3000, CONTROL = 3, REPORT = 4 };

static bool is_below(pid_t pid, pid_t ancestor)
{
    for (int hops = 0; pid > 1 && hops < 32; hops++) {
        pid = proc_parent(pid, NULL);
        if (pid == ancestor)
            return true;
    }
    return false;
}

/* Kills everything below us by force; returns how many there were. */
static int kill_below(void)
{
    DIR *d = opendir("/proc");
    int killed = 0;
    for (struct dirent *e; d && (e = readdir(d));) {
        pid_t pid = atoi(e->d_name);
        if (pid > 0 && is_below(pid, getpid())) {
            kill(pid, SIGKILL);
            killed++;
        }
    }
    if (d)
        closedir(d);
    return killed;
}

struct reaped {
    pid_t server;
    int status;
    bool server_ended;
};

/* Collects whoever has ended; true when nobody is left. */
static bool reap(struct reaped *r)
{
    for (;;) {
        int status;
        pid_t pid = waitpid(-1, &status, WNOHANG);
        if (pid == 0)
            return false;
        if (pid < 0)
            return errno == ECHILD;
        if (pid == r->server) {
            r->status = status;
            r->server_ended = true;
        }
    }
}

static bool nobody_left(void *arg) { return reap(arg); }
static bool server_gone(void *arg) { return reap(arg), ((struct reaped *)arg)->server_ended; }

static void keep(pid_t server)
{
    struct reaped r = {.server = server};
    bool told = false;
    int forced = 0;
    while (!r.server_ended && !told) {
        struct pollfd p = {CONTROL, POLLIN, 0};
        told = poll(&p, 1, 20) > 0;
        reap(&r);
    }
    if (!r.server_ended) {
        kill(server, SIGTERM);
        wait_until(server_gone, &r, CALM_END_MS);
    }
    if (!wait_until(nobody_left, &r, STRAGGLERS_MS))
        do
            forced += kill_below();
        while (!wait_until(nobody_left, &r, 200));
    int code = WIFEXITED(r.status) ? WEXITSTATUS(r.status) : 128 + WTERMSIG(r.status);
    dprintf(REPORT, "exit %d forced %d\n", code, forced);
    _exit(0);
}

static void run_server(char *const argv[], const char *const *env, int out_fd, int err_fd)
{
    setsid();
    dup2(out_fd, STDOUT_FILENO);
    dup2(err_fd, STDERR_FILENO);
    close_range(STDERR_FILENO + 1, ~0U, 0);
    for (; env && *env; env++)
        putenv((char *)*env);
    execv(argv[0], argv);
    fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

/* In the keeper: nothing of the test stays open but the two pipes, so that their ends tell the truth. */
static void keeper_main(char *const argv[], const char *const *env, int out_fd, int err_fd, int control, int report)
{
    signal(SIGINT, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    prctl(PR_SET_NAME, "keeper");
    pid_t server = fork();
    if (server == 0)
        run_server(argv, env, out_fd, err_fd);
    dprintf(report, "%d\n", server);
    int high = fcntl(report, F_DUPFD, 10);
    dup2(control, CONTROL);
    dup2(high, REPORT);
    close_range(REPORT + 1, ~0U, 0);
    int null = open("/dev/null", O_RDWR);
    for (int fd = 0; fd <= 2; fd++)
        dup2(null, fd);
    keep(server);
}

static bool read_line(int fd, char *line, size_t size, int timeout_ms)
{
    int64_t deadline = clock_ms() + timeout_ms;
    size_t used = 0;
    while (used + 1 < size) {
        struct pollfd p = {fd, POLLIN, 0};
        if (poll(&p, 1, clock_left_ms(deadline)) <= 0 || read(fd, line + used, 1) != 1)
            return false;
        if (line[used] == '\n') {
            line[used] = '\0';
            return true;
        }
        used++;
    }
    return false;
}

struct keeper keeper_start(char *const argv[], const char *const *env, int out_fd, int err_fd)
{
    struct keeper k = {0};
    int control[2], report[2];
    if (pipe2(control, O_CLOEXEC) != 0 || pipe2(report, O_CLOEXEC) != 0)
        abort();
    k.pid = fork();
    if (k.pid == 0) {
        close(control[1]);
        close(report[0]);
        keeper_main(argv, env, out_fd, err_fd, control[0], report[1]);
    }
    close(control[0]);
    close(report[1]);
    k.control_fd = control[1];
    k.report_fd = report[0];
    char line[64];
    k.server = read_line(k.report_fd, line, sizeof line, 10000) ? atoi(line) : 0;
    return k;
}

bool keeper_wait(struct keeper *k, int timeout_ms, int *exit_code, int *forced)
{
    char line[64];
    bool ok = read_line(k->report_fd, line, sizeof line, timeout_ms) && sscanf(line, "exit %d forced %d", exit_code, forced) == 2;
    if (ok) {
        close(k->control_fd);
        close(k->report_fd);
        waitpid(k->pid, NULL, 0);
        *k = (struct keeper){.control_fd = -1, .report_fd = -1};
    }
    return ok;
}
