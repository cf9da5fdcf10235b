#include "server/supervisor/child.h"
#include "common/log.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Shells run in the background start us with some signals ignored; a child begins with all of them as POSIX has them. */
static void reset_signals(void)
{
    sigset_t none;
    for (int sig = 1; sig < NSIG; sig++)
        if (sig != SIGKILL && sig != SIGSTOP)
            signal(sig, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

pid_t child_fork(const char *name, int death_signal)
{
    pid_t parent = getpid();
    fflush(stdout);
    fflush(stderr);
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, death_signal);
    if (getppid() != parent) /* it died before we asked */
        _exit(1);
    prctl(PR_SET_NAME, name);
    setsid(); /* Ctrl+C at the terminal is for the supervisor, which stops the parts in order */
    dup2(STDERR_FILENO, STDOUT_FILENO);
    reset_signals();
    unsetenv("NOTIFY_SOCKET"); /* PostgreSQL would tell systemd that it is ready: only all of us are */
    return 0;
}

static void exec_quietly(char *const argv[], int input_fd)
{
    int null = open("/dev/null", O_WRONLY);
    if (input_fd >= 0)
        dup2(input_fd, STDIN_FILENO);
    if (null >= 0)
        dup2(null, STDOUT_FILENO);
    execv(argv[0], argv);
    log_error("%s: %s", argv[0], strerror(errno));
    _exit(127);
}

bool process_run(char *const argv[], const char *input)
{
    int ends[2] = {-1, -1}, status = 0;
    if (input && pipe2(ends, O_CLOEXEC) != 0)
        return false;
    const char *slash = strrchr(argv[0], '/');
    pid_t pid = child_fork(slash ? slash + 1 : argv[0], SIGKILL);
    if (pid == 0)
        exec_quietly(argv, ends[0]);
    if (input) {
        close(ends[0]);
        /* Short enough for the pipe; a program that reads nothing ends with a code of its own. */
        ssize_t done = pid > 0 ? write(ends[1], input, strlen(input)) : 0;
        (void)done;
        close(ends[1]);
    }
    if (pid < 0)
        return false;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    log_error("%s ended with %s %d", argv[0], WIFSIGNALED(status) ? "signal" : "code",
              WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    return false;
}
