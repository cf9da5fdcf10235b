#include "server/gate/process.h"
#include "server/cli/cli.h"
#include "server/gate/env.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

/* Descriptors of a new process after its standard streams: its session or broker; for a screen its program, and its wire. */
enum { WORDS_MAX = 1024, FREE_FD = 16, EXTRA_FD = 3, PROGRAM_FD = 4, WIRE_FD = 5 };

/* The program's ends of its streams. */
struct streams {
    int in, out, err;
};

static void close_streams(const struct streams *s)
{
    close(s->in);
    if (s->out != s->in)
        close(s->out);
    if (s->err != s->out)
        close(s->err);
}

/* fd becomes the way out of the program, a second descriptor of it the way in. Takes over fd. */
static bool attach(struct channel *ch, int fd)
{
    int in = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (in < 0) {
        close(fd);
        return false;
    }
    ch->out = (struct source){.fd = fd};
    ch->in = (struct source){.fd = in};
    return true;
}

bool process_attach(struct channel *ch, int fd)
{
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return attach(ch, fd);
}

/* A command talks over its terminal. A screen has one too, for its size and its hang-up, and may complain there; but its keys and frames go
 * over a wire of their own: the kernel hands on what a terminal is given by a thread of its own, which on a busy machine comes late. */
static bool open_terminal(struct channel *ch, struct streams *theirs)
{
    int master, slave;
    if (!pty_open(&ch->size, &master, &slave))
        return false;
    if (ch->kind == KIND_SHELL) {
        ch->err = (struct source){.fd = master};
    } else if (!attach(ch, master)) {
        close(slave);
        return false;
    }
    ch->resized = false;
    *theirs = (struct streams){slave, slave, slave};
    return true;
}

static void set_ours(struct source *s, int fd)
{
    fcntl(fd, F_SETFL, O_NONBLOCK);
    *s = (struct source){.fd = fd};
}

static bool open_pipes(struct channel *ch, struct streams *theirs)
{
    int pipes[3][2];
    for (int i = 0; i < 3; i++)
        if (pipe2(pipes[i], O_CLOEXEC) != 0) {
            while (i-- > 0) {
                close(pipes[i][0]);
                close(pipes[i][1]);
            }
            return false;
        }
    *theirs = (struct streams){pipes[0][0], pipes[1][1], pipes[2][1]};
    set_ours(&ch->in, pipes[0][1]);
    set_ours(&ch->out, pipes[1][0]);
    set_ours(&ch->err, pipes[2][0]);
    return true;
}

/* --- in the new process -------------------------------------------------------------------------------------------------------------- */

/* Puts the descriptors where the program expects them, and closes everything else of the connection. */
static void take_descriptors(const struct streams *s, int extra_fd, int program_fd, int wire_fd)
{
    int from[] = {s->in, s->out, s->err, extra_fd, program_fd, wire_fd};
    int count = program_fd >= 0 ? WIRE_FD + 1 : EXTRA_FD + 1;
    for (int i = 0; i < count; i++)
        from[i] = fcntl(from[i], F_DUPFD, FREE_FD); /* out of the way of 0..4 */
    for (int i = 0; i < count; i++)
        if (from[i] < 0 || dup2(from[i], i) < 0)
            _exit(EX_OSERR);
    if (program_fd >= 0)
        fcntl(PROGRAM_FD, F_SETFD, FD_CLOEXEC);
    close_range((unsigned)count, ~0u, 0);
}

static void become_ordinary(const struct channel *ch)
{
    static const int signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM, SIGCHLD};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        signal(signals[i], SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setsid();
    if (ch->has_pty)
        ioctl(STDIN_FILENO, TIOCSCTTY, 0);
}

static void set_environment(const struct channel *ch)
{
#ifdef __SANITIZE_ADDRESS__
    const char *sanitizer = getenv("ASAN_OPTIONS"); /* without its own settings a checked program reports to the wrong place */
#endif
    const char *idle = getenv("GOROD_TUI_IDLE"); /* a test wants to hear when a screen has settled */
    clearenv();
    if (idle)
        setenv("GOROD_TUI_IDLE", idle, 1);
#ifdef __SANITIZE_ADDRESS__
    if (sanitizer)
        setenv("ASAN_OPTIONS", sanitizer, 1);
#endif
    /* Small pieces that malloc sets aside for the next request pin the pages of large answers long gone: 60 KB of a session that rests. */
    setenv("GLIBC_TUNABLES", "glibc.malloc.tcache_count=0", 1);
    setenv("LANG", "C.UTF-8", 1);
    setenv("LANGUAGE", ch->conn->login.language, 1);
    if (ch->has_pty)
        setenv("TERM", ch->term, 1);
    if (ch->no_color)
        setenv("NO_COLOR", "1", 1);
}

static _Noreturn void run_screen(const struct channel *ch)
{
    char *argv[] = {"gorod-tui", "--broker", "3", "--wire", "5", NULL};
    set_environment(ch);
    fexecve(PROGRAM_FD, argv, environ);
    fprintf(stderr, "gorod: gorod-tui: %s\r\n", strerror(errno));
    _exit(EX_UNAVAILABLE);
}

static _Noreturn void run_command(const struct channel *ch)
{
    set_environment(ch);
    setlocale(LC_ALL, "");
    char **words = calloc(WORDS_MAX + 1, sizeof *words);
    char *buffer = malloc(strlen(ch->command) + 1);
    int count = words && buffer ? cli_split(ch->command, buffer, words, WORDS_MAX) : -1;
    if (count < 0 || count > WORDS_MAX) {
        fprintf(stderr, "%s\n", text_of(TEXT_QUOTES, ch->conn->login.lang));
        _exit(text_exit_code(TEXT_QUOTES));
    }
    int code = cli_run("gorod", count, words, EXTRA_FD);
    fflush(NULL);
    _exit(code);
}

/* --- in the connection child --------------------------------------------------------------------------------------------------------- */

/* Forks; the new process goes on in `run` with its streams on 0..2, `extra_fd` on 3, `program_fd` and `wire_fd` (or -1) after it. */
static bool start(struct channel *ch, int extra_fd, int program_fd, int wire_fd, void (*run)(const struct channel *))
{
    struct streams theirs = {-1, -1, -1};
    if (!(ch->has_pty ? open_terminal(ch, &theirs) : open_pipes(ch, &theirs)))
        return false;
    pid_t pid = fork();
    if (pid == 0) {
        take_descriptors(&theirs, extra_fd, program_fd, wire_fd);
        become_ordinary(ch);
        run(ch);
    }
    close_streams(&theirs);
    if (pid < 0) {
        source_close(ch->conn->epoll_fd, &ch->in);
        source_close(ch->conn->epoll_fd, &ch->out);
        source_close(ch->conn->epoll_fd, &ch->err);
        return false;
    }
    ch->pid = pid;
    return true;
}

bool process_start_screen(struct channel *ch)
{
    int broker[2], wire[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, broker) != 0)
        return false;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, wire) != 0) {
        close(broker[0]);
        close(broker[1]);
        return false;
    }
    bool started = process_attach(ch, wire[0]) && start(ch, broker[1], ch->conn->env->tui_fd, wire[1], run_screen);
    close(broker[1]);
    close(wire[1]);
    if (started)
        ch->broker = (struct source){.fd = broker[0]};
    else
        close(broker[0]);
    return started;
}

bool process_start_command(struct channel *ch, int session_fd) { return start(ch, session_fd, -1, -1, run_command); }
