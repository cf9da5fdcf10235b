#include "tests/harness/proc.h"
#include "tests/harness/check.h"
#include "tests/harness/clock.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { OUTPUT_BYTES_MAX = 64 * 1024 * 1024 };

static void move_fd(int from, int to)
{
    if (from >= 0 && from != to)
        dup2(from, to);
}

pid_t proc_start(char *const argv[], struct streams s)
{
    pid_t parent = getpid(), pid = fork();
    if (pid != 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(127);
    move_fd(s.in, STDIN_FILENO);
    move_fd(s.out, STDOUT_FILENO);
    move_fd(s.err, STDERR_FILENO);
    execvp(argv[0], argv);
    fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

static void pipe_cloexec(int ends[2])
{
    if (pipe2(ends, O_CLOEXEC) != 0) {
        perror("pipe");
        abort();
    }
}

pid_t proc_start_piped(char *const argv[], int *to_it, int *from_it, int err_fd)
{
    int in[2], out[2];
    pipe_cloexec(in);
    pipe_cloexec(out);
    pid_t pid = proc_start(argv, (struct streams){in[0], out[1], err_fd});
    close(in[0]);
    close(out[1]);
    *to_it = in[1];
    *from_it = out[0];
    return pid;
}

void proc_kill(pid_t pid)
{
    if (pid > 0)
        kill(pid, SIGKILL);
}

struct ending {
    pid_t pid;
    int status;
};

static bool has_ended(void *arg)
{
    struct ending *e = arg;
    pid_t got = waitpid(e->pid, &e->status, WNOHANG);
    return got == e->pid || (got < 0 && errno == ECHILD);
}

int proc_wait(pid_t pid, int timeout_ms)
{
    struct ending e = {pid, 0};
    if (!wait_until(has_ended, &e, timeout_ms)) {
        proc_kill(pid);
        waitpid(pid, &e.status, 0);
        return -1;
    }
    return WIFEXITED(e.status) ? WEXITSTATUS(e.status) : 128 + WTERMSIG(e.status);
}

/* ---- run to the end ---- */

struct sink {
    int fd;
    char **text;
    size_t *bytes;
};

/* Reads what there is; closes at the end. */
static void sink_read(struct sink *s)
{
    char chunk[65536];
    ssize_t n = read(s->fd, chunk, sizeof chunk);
    if (n <= 0 || *s->bytes + (size_t)n > OUTPUT_BYTES_MAX) {
        close(s->fd);
        s->fd = -1;
        return;
    }
    char *grown = realloc(*s->text, *s->bytes + (size_t)n + 1);
    if (!grown)
        abort();
    memcpy(grown + *s->bytes, chunk, (size_t)n);
    *s->bytes += (size_t)n;
    grown[*s->bytes] = '\0';
    *s->text = grown;
}

static void feed(int *fd, const char *input, size_t *at)
{
    size_t left = strlen(input + *at);
    ssize_t n = left ? write(*fd, input + *at, left) : 0;
    if (n > 0)
        *at += (size_t)n;
    if ((n <= 0 && errno != EAGAIN) || !input[*at]) {
        close(*fd);
        *fd = -1;
    }
}

static void pump(int to_it, struct sink *out, struct sink *err, const char *input, int64_t deadline)
{
    size_t fed = 0;
    fcntl(to_it, F_SETFL, O_NONBLOCK);
    while ((out->fd >= 0 || err->fd >= 0) && clock_left_ms(deadline) > 0) {
        struct pollfd p[] = {{out->fd, POLLIN, 0}, {err->fd, POLLIN, 0}, {to_it, POLLOUT, 0}};
        if (poll(p, 3, clock_left_ms(deadline)) < 0 && errno != EINTR)
            break;
        if (to_it >= 0 && p[2].revents)
            feed(&to_it, input, &fed);
        if (out->fd >= 0 && p[0].revents)
            sink_read(out);
        if (err->fd >= 0 && p[1].revents)
            sink_read(err);
    }
    if (to_it >= 0)
        close(to_it);
}

void run_program(char *const argv[], const char *input, int timeout_ms, struct outcome *o)
{
    *o = (struct outcome){.out = calloc(1, 1), .err = calloc(1, 1)};
    int64_t deadline = clock_ms() + timeout_ms;
    int to_it, err[2];
    struct sink out_sink = {-1, &o->out, &o->out_bytes}, err_sink = {-1, &o->err, &o->err_bytes};
    signal(SIGPIPE, SIG_IGN);
    pipe_cloexec(err);
    pid_t pid = proc_start_piped(argv, &to_it, &out_sink.fd, err[1]);
    close(err[1]);
    err_sink.fd = err[0];
    pump(to_it, &out_sink, &err_sink, input ? input : "", deadline);
    if (out_sink.fd >= 0)
        close(out_sink.fd);
    if (err_sink.fd >= 0)
        close(err_sink.fd);
    o->exit_code = proc_wait(pid, clock_left_ms(deadline));
}

void outcome_free(struct outcome *o)
{
    free(o->out);
    free(o->err);
    *o = (struct outcome){0};
}

/* ---- looking around ---- */

pid_t proc_parent(pid_t pid, char *name)
{
    char path[64], line[512];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *f = fopen(path, "re");
    if (!f)
        return 0;
    bool got = fgets(line, sizeof line, f) != NULL;
    fclose(f);
    char *open = strchr(line, '('), *close = got ? strrchr(line, ')') : NULL;
    int parent = 0;
    char state = 'Z';
    if (!got || !open || !close || sscanf(close + 1, " %c %d", &state, &parent) != 2 || state == 'Z')
        return 0;
    if (name)
        snprintf(name, 16, "%.*s", (int)(close - open - 1), open + 1);
    return parent;
}

static bool is_child(pid_t pid, pid_t ancestor) { return proc_parent(pid, NULL) == ancestor; }

static bool is_below(pid_t pid, pid_t ancestor)
{
    for (int hops = 0; pid > 1 && hops < 32; hops++) {
        pid = proc_parent(pid, NULL);
        if (pid == ancestor)
            return true;
    }
    return false;
}

static pid_t find(pid_t ancestor, const char *name, bool (*belongs)(pid_t pid, pid_t ancestor))
{
    DIR *d = opendir("/proc");
    pid_t found = 0;
    for (struct dirent *e; d && !found && (e = readdir(d));) {
        pid_t pid = atoi(e->d_name);
        char its_name[16];
        if (pid > 0 && proc_parent(pid, its_name) > 0 && strcmp(its_name, name) == 0 && belongs(pid, ancestor))
            found = pid;
    }
    if (d)
        closedir(d);
    return found;
}

pid_t proc_find_child(pid_t parent, const char *name) { return find(parent, name, is_child); }
pid_t proc_find_below(pid_t ancestor, const char *name) { return find(ancestor, name, is_below); }

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *place)
{
    (void)st, (void)kind, (void)place;
    return remove(path);
}

void remove_tree(const char *path) { nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS); }

char *read_whole(const char *path)
{
    char *text = NULL;
    size_t bytes = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    for (struct sink s = {fd, &text, &bytes}; s.fd >= 0;)
        sink_read(&s);
    return text ? text : calloc(1, 1);
}

static const char *source_dir(void)
{
    const char *dir = getenv("GOROD_SOURCE");
    return dir && *dir ? dir : ".";
}

char *read_source(const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", source_dir(), name);
    return read_whole(path);
}

void write_changed_source(const char *path, const char *name, const char *piece, const char *instead)
{
    char *text = read_source(name), *hit = piece ? strstr(text, piece) : NULL;
    FILE *f = fopen(path, "w");
    CHECK(f && (!piece || hit), "%s: cannot write %s, or its text has no such piece: %s", name, path, piece ? piece : "");
    fprintf(f, "%.*s%s%s", (int)(hit ? hit - text : (long)strlen(text)), text, hit ? instead : "", hit ? hit + strlen(piece) : "");
    fclose(f);
    free(text);
}

const char *data_path(const char *name)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s/tests/data/%s", source_dir(), name);
    return path;
}

bool write_whole(const char *path, const char *text, unsigned mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (fd < 0)
        return false;
    size_t len = strlen(text);
    bool ok = write(fd, text, len) == (ssize_t)len && fchmod(fd, mode) == 0;
    close(fd);
    return ok;
}
