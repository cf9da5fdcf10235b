#include "server/gate/gate.h"
#include "common/log.h"
#include "server/config.h"
#include "server/gate/child.h"
#include "server/gate/connector.h"
#include "server/gate/env.h"
#include "server/gate/link.h"
#include "server/gate/net.h"
#include "server/gate/options.h"
#include "server/gate/peer.h"
#include "server/gate/sandbox.h"
#include "server/gate/warm.h"
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

enum {
    DRAIN_MS = 5000,
    STUCK_MS = 10000,      /* beyond the grace time, for a child that does not end by itself */
    ACCEPT_AT_ONCE = 64,   /* then the others have their turn */
    ACCEPT_PAUSE_MS = 200, /* when there are no descriptors left */
    EVENTS_AT_ONCE = 64,
    SECRET_BYTES = 4096, /* one page: what MADV_WIPEONFORK works in */
};

struct gate {
    struct config config; /* the texts are the caller's */
    struct gate_env env;
    struct connector connector;
    struct peer_list peers;
    struct source listen, signals, numbers;
    char *secret;
    int epoll_fd;
    bool draining;
    int64_t drain_until, accept_again;
    uint64_t refused;
};

/* Runs in the new process. Everything of the parent but the three descriptors given is closed behind it. */
static void be_child(struct gate *g, const struct peer *p, int conn_fd, int link_fd)
{
    struct child_start start = {.env = &g->env, .conn_fd = conn_fd, .link_fd = link_fd, .peer = p->name};
    _exit(child_run(&start));
}

static void take(struct gate *g, int fd, const struct sockaddr_storage *address)
{
    struct in6_addr key = net_key(address);
    const char *why = peer_refusal(&g->peers, g->env.config, &key);
    int pair[2];
    if (!why && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) != 0)
        why = "no descriptors left, try again later";
    if (why) {
        /* A flood must not become a flood of the log. */
        g->refused++;
        if ((g->refused & (g->refused - 1)) == 0)
            log_warn("refused count=%llu: %s", (unsigned long long)g->refused, why);
        net_refuse(fd, why);
        return;
    }
    net_tune(fd, g->env.config->keepalive_s);
    struct peer *p = peer_add(&g->peers);
    p->key = key;
    net_format(address, p->name, sizeof p->name);
    p->pid = fork();
    if (p->pid == 0)
        be_child(g, p, fd, pair[1]);
    close(pair[1]);
    p->link.fd = pair[0];
    if (p->pid < 0) {
        log_error("fork: %s", strerror(errno));
        p->gone = true;
        net_refuse(fd, "the server is overloaded, try again later");
        return;
    }
    close(fd);
    p->stranger_until = clock_ms() + g->env.config->login_grace_s * 1000 + STUCK_MS;
    source_watch(g->epoll_fd, &p->link, EPOLLIN);
}

static void accept_some(struct gate *g)
{
    g->listen.ready = 0;
    for (int i = 0; i < ACCEPT_AT_ONCE; i++) {
        struct sockaddr_storage address = {0};
        socklen_t len = sizeof address;
        int fd = accept4(g->listen.fd, (struct sockaddr *)&address, &len, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0) {
            take(g, fd, &address);
            continue;
        }
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            log_error("accept: %s", strerror(errno));
            source_watch(g->epoll_fd, &g->listen, 0);
            g->accept_again = clock_ms() + ACCEPT_PAUSE_MS;
        }
        return; /* EAGAIN; or a client that has gone again: the next event brings the others */
    }
}

static void hear_child(struct gate *g, struct peer *p)
{
    char word;
    p->link.ready = 0;
    ssize_t n = recv(p->link.fd, &word, 1, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        source_close(g->epoll_fd, &p->link);
        source_close(g->epoll_fd, &p->core);
        p->core_until = 0;
    } else if (word == LINK_AUTHENTICATED) {
        p->authenticated = true;
        p->stranger_until = 0;
    } else if (word == LINK_CONNECT) {
        connector_begin(&g->connector, p);
    }
}

static void reap(struct gate *g)
{
    int status;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
        struct peer *p = peer_by_pid(&g->peers, pid);
        if (!p)
            continue;
        if (WIFSIGNALED(status))
            log_error("connection child %d of %s ended by signal %d", (int)pid, p->name, WTERMSIG(status));
        p->gone = true;
    }
}

static void kill_all(const struct gate *g, int signal_number)
{
    for (const struct peer *p = g->peers.first; p; p = p->next)
        if (!p->gone && p->pid > 0)
            kill(p->pid, signal_number);
}

static void drain(struct gate *g)
{
    if (g->draining)
        return;
    g->draining = true;
    g->drain_until = clock_ms() + DRAIN_MS;
    g->accept_again = 0;
    source_watch(g->epoll_fd, &g->listen, 0);
    log_info("draining connections=%d", g->peers.count);
    kill_all(g, SIGTERM);
}

static void hear_signals(struct gate *g)
{
    struct signalfd_siginfo info;
    g->signals.ready = 0;
    while (read(g->signals.fd, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT)
            drain(g);
    }
    reap(g);
}

/* The last reload counts; a gate that was started again may find older ones before it. */
static void hear_numbers(struct gate *g)
{
    struct config_numbers numbers;
    bool heard = false;
    ssize_t n;
    g->numbers.ready = 0;
    while ((n = read(g->numbers.fd, &numbers, sizeof numbers)) == (ssize_t)sizeof numbers)
        heard = true;
    if (n == 0)
        source_watch(g->epoll_fd, &g->numbers, 0); /* nobody will write any more */
    if (!heard)
        return;
    config_set_numbers(&g->config, &numbers);
    log_info("limits reloaded");
}

/* Second phase: acts on what epoll has told. */
static void act(struct gate *g)
{
    if (g->numbers.ready)
        hear_numbers(g);
    if (g->listen.ready && !g->draining)
        accept_some(g);
    for (struct peer *p = g->peers.first; p; p = p->next) {
        if (p->core.ready)
            connector_ready(&g->connector, p);
        if (p->link.ready)
            hear_child(g, p);
    }
    if (g->signals.ready)
        hear_signals(g);
}

static void keep_time(struct gate *g)
{
    int64_t now = clock_ms();
    if (g->accept_again && now >= g->accept_again) {
        g->accept_again = 0;
        source_watch(g->epoll_fd, &g->listen, EPOLLIN);
    }
    for (struct peer *p = g->peers.first; p; p = p->next) {
        if (p->core_until && now >= p->core_until)
            connector_give_up(&g->connector, p, "the core does not answer");
        if (p->stranger_until && now >= p->stranger_until) {
            log_error("connection child %d of %s is stuck in its login: killed", (int)p->pid, p->name);
            kill(p->pid, SIGKILL);
            p->stranger_until = 0;
        }
    }
    if (g->drain_until && now >= g->drain_until) {
        kill_all(g, SIGKILL);
        g->drain_until = 0;
    }
}

static int next_wake_ms(const struct gate *g)
{
    int64_t at = clock_earlier(g->accept_again, g->drain_until);
    for (const struct peer *p = g->peers.first; p; p = p->next)
        at = clock_earlier(at, clock_earlier(p->core_until, p->stranger_until));
    if (at == 0)
        return -1;
    int64_t left = at - clock_ms();
    return left < 0 ? 0 : (int)left;
}

static int loop(struct gate *g)
{
    while (!g->draining || g->peers.first) {
        struct epoll_event events[EVENTS_AT_ONCE];
        int n = epoll_wait(g->epoll_fd, events, EVENTS_AT_ONCE, next_wake_ms(g));
        if (n < 0 && errno != EINTR) {
            log_error("epoll_wait: %s", strerror(errno));
            return EX_OSERR;
        }
        for (int i = 0; i < n; i++)
            ((struct source *)events[i].data.ptr)->ready |= events[i].events;
        act(g);
        keep_time(g);
        peer_sweep(&g->peers, g->epoll_fd);
    }
    return EX_OK;
}

/* Moves the secret into a page that reads as zeros in every child, and forgets the caller's copy and the database's password. */
static bool hide_secrets(struct gate *g, const struct gate_start *start)
{
    if (strlen(start->secret_hex) >= SECRET_BYTES)
        return false;
    char *page = mmap(NULL, SECRET_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED || madvise(page, SECRET_BYTES, MADV_WIPEONFORK) != 0 || madvise(page, SECRET_BYTES, MADV_DONTDUMP) != 0)
        return false;
    memcpy(page, start->secret_hex, strlen(start->secret_hex) + 1);
    g->secret = page;
    if (start->wipe)
        start->wipe(start->wipe_data);
    return true;
}

static bool watch_signals(struct gate *g)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGHUP, SIG_IGN); /* what a reload changes here comes by a pipe: the file's texts are not for connection children */
    signal(SIGCHLD, SIG_DFL);
    g->signals = (struct source){.fd = -1};
    if (sigprocmask(SIG_SETMASK, &set, NULL) == 0)
        g->signals.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return g->signals.fd >= 0;
}

static void raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static int prepare(struct gate *g, const struct gate_start *start)
{
    struct err err;
    raise_descriptor_limit();
    sandbox_protect_memory();
    warm_crypto();
    json_object_seed(0); /* once, so that no child has to read /dev/urandom for it */
    if (!hide_secrets(g, start)) {
        log_error("no memory that children cannot see: %s", strerror(errno));
        return EX_OSERR;
    }
    g->env.bind = options_bind_new(start->host_key_file, &err);
    if (!g->env.bind) {
        log_error("%s", err.detail);
        return EX_CONFIG;
    }
    g->env.tui_fd = start->tui_fd > 0 ? fcntl(start->tui_fd, F_DUPFD_CLOEXEC, 0) : open(start->tui_path, O_RDONLY | O_CLOEXEC);
    if (g->env.tui_fd < 0)
        log_error("screen program %s: %s; commands work, screens do not", start->tui_path, strerror(errno));
    g->env.sandbox = sandbox_new(start->tui_path, g->env.tui_fd);
    int flags = fcntl(start->listen_fd, F_GETFL);
    if (flags < 0 || fcntl(start->listen_fd, F_SETFL, flags | O_NONBLOCK) < 0 || !watch_signals(g) ||
        (g->epoll_fd = epoll_create1(EPOLL_CLOEXEC)) < 0) {
        log_error("listening socket and signals: %s", strerror(errno));
        return EX_OSERR;
    }
    return EX_OK;
}

static void release(struct gate *g)
{
    for (struct peer *p = g->peers.first; p; p = p->next)
        p->gone = true;
    peer_sweep(&g->peers, g->epoll_fd);
    sandbox_free(&g->env.sandbox);
    if (g->env.bind)
        ssh_bind_free(g->env.bind);
    if (g->env.tui_fd >= 0)
        close(g->env.tui_fd);
    if (g->secret)
        munmap(g->secret, SECRET_BYTES); /* a page that is given back is gone, no need to wipe it */
    source_watch(g->epoll_fd, &g->listen, 0);
    source_close(g->epoll_fd, &g->signals);
    if (g->epoll_fd >= 0)
        close(g->epoll_fd);
}

int gate_run(const struct gate_start *start)
{
    struct gate g = {.config = *start->config,
                     .env = {.config = &g.config, .tui_fd = -1},
                     .epoll_fd = -1,
                     .listen = {.fd = start->listen_fd},
                     .signals = SOURCE_NONE,
                     .numbers = {.fd = start->numbers_fd > 0 ? start->numbers_fd : -1}};
    log_part("gate");
    int code = prepare(&g, start);
    if (code == EX_OK) {
        g.connector = (struct connector){.gate_socket = start->gate_socket, .secret = g.secret, .epoll_fd = g.epoll_fd};
        source_watch(g.epoll_fd, &g.listen, EPOLLIN);
        source_watch(g.epoll_fd, &g.signals, EPOLLIN);
        source_watch(g.epoll_fd, &g.numbers, EPOLLIN);
        log_info("serving libssh=%s", ssh_version(0));
        code = loop(&g);
    }
    release(&g);
    return code;
}
