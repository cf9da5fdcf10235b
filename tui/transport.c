#include "tui/transport.h"
#include "common/proto.h"
#include "tui/i18n.h"
#include "tui/text.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum kind { BROKER, SSH, SOCKET };
enum { RETRY_FIRST_MS = 200, RETRY_MOST_MS = 3000 };

struct transport {
    enum kind kind;
    int broker; /* BROKER */
    bool asked, gone;
    char path[108]; /* SOCKET */
    char host[256], user[64], port[8];
    pid_t child; /* SSH, 0: none */
    int errors;  /* SSH: its standard error, -1 before curses */
    bool terminal_taken;
    int ready; /* SSH: the session that transport_login opened, -1: none */
    int retry_ms;
    char trouble[256];
};

static struct transport *transport_new(enum kind kind)
{
    struct transport *t = calloc(1, sizeof *t);
    if (!t)
        abort();
    t->kind = kind;
    t->broker = t->errors = t->ready = -1;
    t->retry_ms = RETRY_FIRST_MS;
    return t;
}

static void unblock(int fd)
{
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
}

struct transport *transport_broker(int fd)
{
    struct transport *t = transport_new(BROKER);
    t->broker = fd;
    t->asked = true; /* the first session comes unasked */
    unblock(fd);
    return t;
}

struct transport *transport_socket(const char *path)
{
    struct transport *t = transport_new(SOCKET);
    strf(t->path, sizeof t->path, "%s", path);
    if (strlen(path) >= sizeof t->path)
        strf(t->trouble, sizeof t->trouble, "%s", _("the path of the socket is too long"));
    return t;
}

struct transport *transport_ssh(const char *target, char *why, size_t size)
{
    struct transport *t = transport_new(SSH);
    const char *at = strrchr(target, '@'), *host = at ? at + 1 : target, *colon = strrchr(host, ':'),
               *end = colon ? colon : host + strlen(host);
    if (host[0] == '[' && strchr(host, ']')) { /* an IPv6 address */
        end = strchr(host, ']');
        colon = end[1] == ':' ? end + 1 : NULL;
        host++;
    }
    if (at)
        strf(t->user, sizeof t->user, "%.*s", (int)(at - target), target);
    strf(t->host, sizeof t->host, "%.*s", (int)(end - host), host);
    if (colon)
        strf(t->port, sizeof t->port, "%s", colon + 1);
    /* A leading dash would become an option of ssh. */
    if (!t->host[0] || t->host[0] == '-' || t->user[0] == '-' || strspn(t->port, "0123456789") != strlen(t->port)) {
        strf(why, size, "%s: [user@]host[:port] is needed", target);
        transport_free(&t);
    }
    return t;
}

static void child_end(struct transport *t)
{
    if (t->child > 0) {
        kill(t->child, SIGTERM);
        waitpid(t->child, NULL, 0);
    }
    t->child = 0;
    if (t->errors >= 0)
        close(t->errors);
    t->errors = -1;
}

void transport_free(struct transport **t)
{
    if (!*t)
        return;
    if ((*t)->ready >= 0)
        close((*t)->ready);
    child_end(*t);
    if ((*t)->broker >= 0)
        close((*t)->broker);
    free(*t);
    *t = NULL;
}

/* One byte with a descriptor attached; returns it, -1 when none has come. */
static int broker_take(struct transport *t)
{
    char byte;
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec iov = {&byte, 1};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    ssize_t n = recvmsg(t->broker, &msg, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        t->gone = true;
    if (n <= 0)
        return -1;
    struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
    int fd = -1;
    if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
        memcpy(&fd, CMSG_DATA(c), sizeof fd);
    return byte == PROTO_BROKER_GIVE ? fd : -1;
}

static bool broker_open(struct transport *t, int *in, int *out)
{
    int fd = broker_take(t);
    if (fd < 0) {
        static const char ask = PROTO_BROKER_ASK;
        if (!t->asked && !t->gone && send(t->broker, &ask, 1, MSG_NOSIGNAL | MSG_DONTWAIT) == 1)
            t->asked = true;
        return false;
    }
    unblock(fd);
    *in = *out = fd;
    return true;
}

static bool socket_open(struct transport *t, int *in, int *out)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    memcpy(address.sun_path, t->path, sizeof address.sun_path);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        strf(t->trouble, sizeof t->trouble, "%s: %s", t->path, strerror(errno));
        close(fd);
        return false;
    }
    unblock(fd);
    *in = *out = fd;
    return true;
}

static void ssh_exec(const struct transport *t, int session, int errors)
{
    const char *args[16];
    int n = 0;
    const char *program = getenv("GOROD_SSH");
    args[n++] = program && *program ? program : "ssh";
    args[n++] = "-o";
    args[n++] = "ServerAliveInterval=15";
    if (t->terminal_taken) {
        args[n++] = "-o";
        args[n++] = "BatchMode=yes";
    }
    if (t->port[0]) {
        args[n++] = "-p";
        args[n++] = t->port;
    }
    if (t->user[0]) {
        args[n++] = "-l";
        args[n++] = t->user;
    }
    args[n++] = "-s";
    args[n++] = t->host;
    args[n++] = PROTO_SUBSYSTEM;
    args[n] = NULL;
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    dup2(session, STDIN_FILENO);
    dup2(session, STDOUT_FILENO);
    if (errors >= 0)
        dup2(errors, STDERR_FILENO);
    execvp(args[0], (char *const *)args);
    dprintf(STDERR_FILENO, "%s: %s\n", args[0], strerror(errno));
    _exit(127);
}

static bool ssh_open(struct transport *t, int *in, int *out)
{
    int pair[2], errors[2] = {-1, -1};
    if (t->ready >= 0) {
        *in = *out = t->ready;
        t->ready = -1;
        return true;
    }
    child_end(t);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return false;
    if (t->terminal_taken && pipe2(errors, O_CLOEXEC | O_NONBLOCK) != 0) {
        close(pair[0]);
        close(pair[1]);
        return false;
    }
    t->child = fork();
    if (t->child == 0)
        ssh_exec(t, pair[1], errors[1]);
    close(pair[1]);
    if (errors[1] >= 0)
        close(errors[1]);
    t->errors = errors[0];
    if (t->child < 0) {
        close(pair[0]);
        t->child = 0;
        return false;
    }
    unblock(pair[0]);
    *in = *out = pair[0];
    return true;
}

bool transport_open(struct transport *t, int *in, int *out)
{
    bool open = t->kind == BROKER ? broker_open(t, in, out) : t->kind == SSH ? ssh_open(t, in, out) : socket_open(t, in, out);
    if (open && t->kind != SSH)
        t->trouble[0] = '\0';
    else if (!open && t->retry_ms < RETRY_MOST_MS)
        t->retry_ms = t->retry_ms * 3 / 2;
    return open;
}

/* The last line that ssh said, so that the person reads "Connection refused" and not only "away". */
static void errors_read(struct transport *t)
{
    char text[1024];
    ssize_t n = t->errors >= 0 ? read(t->errors, text, sizeof text - 1) : 0;
    if (n <= 0)
        return;
    text[n] = '\0';
    while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r'))
        text[--n] = '\0';
    char *line = strrchr(text, '\n');
    strf(t->trouble, sizeof t->trouble, "%s", line ? line + 1 : text);
}

void transport_lost(struct transport *t, bool worked)
{
    t->asked = false;
    errors_read(t);
    child_end(t);
    /* A session that ends at once (ssh cannot connect) must not become a storm. */
    if (worked)
        t->retry_ms = RETRY_FIRST_MS;
    else if (t->retry_ms < RETRY_MOST_MS)
        t->retry_ms = t->retry_ms * 3 / 2;
}

bool transport_login(struct transport *t)
{
    static const char ping[] = "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"session.ping\",\"params\":{}}\n";
    char c = '\0';
    int fd, same;
    if (t->kind != SSH)
        return true;
    if (!ssh_open(t, &fd, &same) || write(fd, ping, sizeof ping - 1) != (ssize_t)sizeof ping - 1)
        return false;
    /* The answer is one line, and nothing follows it unasked: reading byte by byte takes exactly that. */
    while (c != '\n') {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        poll(&p, 1, -1);
        ssize_t n = read(fd, &c, 1);
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
            close(fd);
            waitpid(t->child, NULL, 0);
            t->child = 0;
            return false;
        }
    }
    t->ready = fd;
    return true;
}

int transport_fd(const struct transport *t) { return t->broker; }

int transport_retry_ms(const struct transport *t) { return t->retry_ms; }

bool transport_is_gone(struct transport *t)
{
    char byte;
    if (t->kind == BROKER && !t->gone && recv(t->broker, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0)
        t->gone = true;
    return t->gone;
}

const char *transport_trouble(const struct transport *t) { return t->trouble; }

void transport_detach_terminal(struct transport *t) { t->terminal_taken = true; }
