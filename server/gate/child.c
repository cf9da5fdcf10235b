#include "server/gate/child.h"
#include "common/log.h"
#include "common/memory.h"
#include "server/config.h"
#include "server/gate/auth.h"
#include "server/gate/channel.h"
#include "server/gate/control.h"
#include "server/gate/env.h"
#include "server/gate/net.h"
#include "server/gate/options.h"
#include "server/gate/sandbox.h"
#include "server/gate/texts.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

enum {
    EVENTS_AT_ONCE = 64,
    STEPS_AT_ONCE = 16, /* then epoll and signals have their turn */
    DRAIN_MS = 4500,    /* the parent kills at 5 s */
    FAREWELL_MS = 1000, /* for the last packets */
    LET_GO_MS = 300,    /* for the client to read the last of it */
    LINGER_MS = 3000,   /* for programs to save what they hold */
    SILENT_TIMES = 3,   /* keepalive intervals without a sign of life */
    READS_AT_ONCE = 8,  /* of 4 KiB, before the others have their turn */
    UNREAD_MAX = 10000, /* answers for a client that asks and does not read */
};

/* --- what the other files ask of the connection -------------------------------------------------------------------------------------- */

bool conn_can_write(struct conn *c)
{
    /* After each send libssh believes the socket full until it has polled it; so a look or two decides. */
    int rc = SSH_OK;
    for (int i = 0; i < 3 && rc == SSH_OK; i++) {
        if (!(ssh_get_poll_flags(c->ssh) & SSH_WRITE_PENDING)) {
            c->taken = c->packets.out_packets;
            return !c->over;
        }
        if (i < 2)
            rc = ssh_event_dopoll(c->event, 0);
    }
    if (rc == SSH_ERROR)
        c->over = true;
    return false;
}

void conn_close(struct conn *c, const char *words)
{
    if (!c->closing)
        c->closing = words;
}

bool conn_wait(int fd, int64_t until_ms)
{
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    for (;;) {
        int64_t left = until_ms - clock_ms();
        int n = poll(&wait, 1, left < 0 ? 0 : (int)left);
        if (n > 0)
            return true;
        if (n == 0 || errno != EINTR)
            return false;
    }
}

/* --- beginning ----------------------------------------------------------------------------------------------------------------------- */

static int compare_fds(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }

/* The neighbours' sockets, the parent's epoll and listening socket are none of a child's business. */
static void close_all_but(int *keep, size_t count)
{
    unsigned from = STDERR_FILENO + 1;
    qsort(keep, count, sizeof *keep, compare_fds);
    for (size_t i = 0; i < count; i++) {
        if (keep[i] < (int)from)
            continue;
        if ((unsigned)keep[i] > from)
            close_range(from, (unsigned)keep[i] - 1, 0);
        from = (unsigned)keep[i] + 1;
    }
    close_range(from, ~0u, 0);
}

static int open_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT); /* of a terminal that runs the whole server: the parent decides */
    sigprocmask(SIG_SETMASK, &set, NULL);
    sigdelset(&set, SIGINT);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static bool open_loop(struct conn *c, const struct child_start *start)
{
    c->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    c->signals = (struct source){.fd = open_signals()};
    c->link = (struct source){.fd = start->link_fd};
    c->socket = (struct source){.fd = start->conn_fd};
    if (c->epoll_fd < 0 || c->signals.fd < 0)
        return false;
    source_watch(c->epoll_fd, &c->signals, EPOLLIN);
    source_watch(c->epoll_fd, &c->link, EPOLLIN);
    return true;
}

/* The key exchange is begun once, so that libssh has a poll context to hand over; after that packets drive everything. */
static bool open_ssh(struct conn *c)
{
    c->ssh = ssh_new();
    c->event = ssh_event_new();
    if (!c->ssh || !c->event || ssh_bind_accept_fd(c->env->bind, c->ssh, c->socket.fd) != SSH_OK)
        return false;
    options_session(c->ssh);
    ssh_set_counters(c->ssh, &c->wire, &c->packets);
    auth_begin(c);
    /* A client that has gone again already is nobody's fault. */
    c->over = ssh_handle_key_exchange(c->ssh) == SSH_ERROR;
    return c->over || ssh_event_add_session(c->event, c->ssh) == SSH_OK;
}

/* --- the step ------------------------------------------------------------------------------------------------------------------------ */

static void reap(struct conn *c)
{
    int status;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
        chan_reaped(c, pid, status);
}

static void begin_drain(struct conn *c)
{
    c->drain_until = clock_ms() + DRAIN_MS;
    for (struct channel *ch = c->channels; ch; ch = ch->next)
        if (ch->kind == KIND_SHELL && ch->pid > 0)
            kill(ch->pid, SIGTERM);
}

static void hear_signals(struct conn *c)
{
    struct signalfd_siginfo info;
    c->signals.ready = 0;
    while (read(c->signals.fd, &info, sizeof info) == (ssize_t)sizeof info)
        if (info.ssi_signo == SIGTERM && !c->drain_until)
            begin_drain(c);
    reap(c);
}

static void hear_client(struct conn *c)
{
    int rc = SSH_OK;
    c->socket.ready = 0;
    c->happened++;
    c->heard_at = clock_ms();
    for (int i = 0; i < READS_AT_ONCE && rc == SSH_OK; i++)
        rc = ssh_event_dopoll(c->event, 0);
    /* Before the login every error is the client's: a banner without an end, a packet out of turn, a weak key. */
    if (rc == SSH_ERROR || ssh_get_status(c->ssh) & (SSH_CLOSED | SSH_CLOSED_ERROR) ||
        (!c->login.done && ssh_get_error_code(c->ssh) == SSH_FATAL)) {
        c->over = true;
        return;
    }
    if (!c->login.done)
        net_quick_ack(c->socket.fd);
    if (!conn_can_write(c) && c->packets.out_packets - c->taken > UNREAD_MAX) {
        log_warn("client asks and does not read: dropped peer=%s", c->peer);
        c->over = true;
    }
}

static bool is_anyone_waiting(struct conn *c)
{
    for (const struct channel *ch = c->channels; ch; ch = ch->next)
        if (chan_can_send(ch))
            return conn_can_write(c);
    return false;
}

/* Writing for one channel may take in packets for another, and libssh tells nobody when a window grows: so the round is repeated while
 * anything was told or anything could be sent. */
static bool step(struct conn *c)
{
    for (int i = 0; i < STEPS_AT_ONCE && !c->over; i++) {
        uint64_t before = c->happened;
        control_step(c);
        for (struct channel *ch = c->channels; ch && !c->over; ch = ch->next)
            chan_step(ch);
        chan_sweep(c);
        (void)conn_can_write(c); /* one look now, where epoll would come back for it with two changes of its list */
        if (c->happened == before && !is_anyone_waiting(c))
            return false;
    }
    return true;
}

static void keep_time(struct conn *c)
{
    int64_t now = clock_ms(), interval_ms = c->config->keepalive_s * 1000;
    if (c->grace_until && now >= c->grace_until) {
        log_info("nobody logged in in time peer=%s", c->peer);
        conn_close(c, "no login in time");
    }
    if (c->drain_until && (now >= c->drain_until || !c->channels))
        conn_close(c, text_of(TEXT_CORE_AWAY, LANG_EN));
    if (c->rest_at && now >= c->rest_at) {
        c->rest_at = 0;
        memory_give_back();
    }
    if (!c->login.done || interval_ms == 0)
        return;
    if (now - c->heard_at >= SILENT_TIMES * interval_ms) {
        log_info("the line is silent: dropped user=%s peer=%s", c->login.name, c->peer);
        c->over = true;
    } else if (now - (c->heard_at > c->probed_at ? c->heard_at : c->probed_at) >= interval_ms) {
        /* Twice: the first call only clears away the answer to the last one, if there was one. */
        ssh_send_keepalive(c->ssh);
        ssh_send_keepalive(c->ssh);
        c->probed_at = now;
    }
}

static int next_wake_ms(const struct conn *c)
{
    int64_t at = clock_earlier(clock_earlier(c->grace_until, c->drain_until), c->login.done ? control_wake(c) : 0);
    at = clock_earlier(at, c->rest_at);
    for (const struct channel *ch = c->channels; ch; ch = ch->next)
        at = clock_earlier(at, chan_wake(ch));
    if (c->login.done && c->config->keepalive_s > 0)
        at = clock_earlier(at, (c->heard_at > c->probed_at ? c->heard_at : c->probed_at) + c->config->keepalive_s * 1000);
    if (at == 0)
        return -1;
    int64_t left = at - clock_ms();
    return left < 0 ? 0 : (int)left;
}

static void watch(struct conn *c)
{
    /* libssh closes its socket itself: the number may be somebody else's by now. */
    if (ssh_get_fd(c->ssh) != c->socket.fd) {
        c->over = true;
        return;
    }
    source_watch(c->epoll_fd, &c->socket, EPOLLIN | (ssh_get_poll_flags(c->ssh) & SSH_WRITE_PENDING ? EPOLLOUT : 0));
    for (struct channel *ch = c->channels; ch; ch = ch->next)
        chan_watch(ch);
}

/* A screen answers a key in less time than it takes to be woken twice: until then this process looks again instead of sleeping, and gives
 * way to whoever else wants the processor. */
static int wait_for_echo(struct conn *c, struct epoll_event *events)
{
    int n;
    while ((n = epoll_wait(c->epoll_fd, events, EVENTS_AT_ONCE, 0)) == 0 && clock_us() < c->echo_until_us)
        sched_yield();
    c->echo_until_us = 0;
    return n;
}

/* First phase: notes what is ready. */
static bool collect(struct conn *c, bool again)
{
    struct epoll_event events[EVENTS_AT_ONCE];
    int n = c->echo_until_us && !again ? wait_for_echo(c, events) : 0;
    if (n == 0)
        n = epoll_wait(c->epoll_fd, events, EVENTS_AT_ONCE, again ? 0 : next_wake_ms(c));
    if (n < 0 && errno != EINTR)
        return false;
    for (int i = 0; i < n; i++)
        ((struct source *)events[i].data.ptr)->ready |= events[i].events;
    return true;
}

static void loop(struct conn *c)
{
    for (bool again = false; !c->over && !c->closing;) {
        watch(c);
        if (c->over || !collect(c, again))
            break;
        if (c->signals.ready)
            hear_signals(c);
        if (c->socket.ready)
            hear_client(c);
        if (c->link.ready && !c->login.done)
            c->over = true; /* the parent says nothing unasked: it has gone */
        again = step(c);
        auth_check(c);
        keep_time(c);
    }
}

/* --- the end ------------------------------------------------------------------------------------------------------------------------- */

static void say_goodbye(struct conn *c)
{
    if (c->closing && !c->over) {
        int64_t until = clock_ms() + FAREWELL_MS;
        while (!conn_can_write(c) && !c->over && clock_ms() < until) {
            struct pollfd wait = {.fd = c->socket.fd, .events = POLLOUT};
            poll(&wait, 1, 50);
        }
        ssh_session_set_disconnect_message(c->ssh, c->closing);
    }
    ssh_disconnect(c->ssh); /* frees its channels: ours are not touched after this */
}

/* libssh closes its socket at once, and closing one with bytes unread throws away at the client what it has not read yet: the very words
 * that say why. So the last descriptor is ours. */
static void let_go(int fd)
{
    char bytes[4096];
    int64_t until = clock_ms() + LET_GO_MS;
    shutdown(fd, SHUT_WR);
    while (conn_wait(fd, until) && recv(fd, bytes, sizeof bytes, MSG_DONTWAIT) > 0)
        ;
    close(fd);
}

/* Programs had their hang-up; what has not ended in time is ended. */
static void wait_for_programs(struct conn *c)
{
    int64_t until = clock_ms() + LINGER_MS;
    for (;;) {
        reap(c);
        bool alive = false;
        for (const struct channel *ch = c->channels; ch; ch = ch->next) {
            alive = alive || ch->pid > 0;
            if (ch->pid > 0 && clock_ms() >= until)
                kill(ch->pid, SIGKILL);
        }
        if (!alive || clock_ms() >= until)
            return;
        struct signalfd_siginfo info;
        if (conn_wait(c->signals.fd, until))
            while (read(c->signals.fd, &info, sizeof info) == (ssize_t)sizeof info)
                ;
    }
}

static void end(struct conn *c)
{
    for (struct channel *ch = c->channels; ch; ch = ch->next) {
        ch->client_closed = true; /* nothing more is for the client */
        chan_hang_up(ch);
    }
    say_goodbye(c);
    let_go(c->last_fd);
    wait_for_programs(c);
    if (c->login.done)
        log_info("logout user=%s peer=%s", c->login.name, c->peer);
}

int child_run(const struct child_start *start)
{
    static struct conn c; /* one a process */
    c = (struct conn){.env = start->env, .config = start->env->config, .peer = start->peer};
    int keep[] = {start->conn_fd, start->link_fd, start->env->tui_fd, sandbox_fd(start->env->sandbox)};
    close_all_but(keep, sizeof keep / sizeof *keep);
    sandbox_protect_memory();
    control_wipe_memory();
    control_init(&c.control);
    c.last_fd = fcntl(start->conn_fd, F_DUPFD_CLOEXEC, 0);
    c.heard_at = clock_ms();
    c.grace_until = c.heard_at + c.config->login_grace_s * 1000;
    if (!open_loop(&c, start) || !sandbox_enter(start->env->sandbox)) {
        log_error("connection child of %s: %s", start->peer, strerror(errno));
        return EX_OSERR;
    }
    if (!open_ssh(&c)) {
        log_error("connection child of %s: libssh: %s", start->peer, ssh_get_error(start->env->bind));
        return EX_SOFTWARE;
    }
    loop(&c);
    end(&c);
    return EX_OK;
}
