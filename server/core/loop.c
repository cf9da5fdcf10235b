/* The loop: accepts, reads lines, hands them to workers, writes answers and events. Never waits for anything but epoll.
 *
 * A connection has one line in work at a time, so answers come in order and a busy client cannot crowd others out. What is not yet
 * asked for stays in the kernel: reading stops while a line is in work, or while the client does not read its answers. */
#include "common/log.h"
#include "common/proto.h"
#include "db/pg.h"
#include "server/core/internal.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { OUT_HIGH_BYTES = 512 * 1024, EVENTS_HIGH_BYTES = 256 * 1024, READ_BYTES = 64 * 1024, DRAIN_MS = 5000, CONN_MAX = 20000 };

struct conn {
    struct conn *next;          /* in the hash chain */
    uint64_t id;
    int fd;
    enum conn_kind kind;
    struct buf in, out;
    struct session_user user;
    uint32_t events;            /* what epoll watches now */
    int passed_fd;
    struct ahead *ahead;        /* lent to the job in work */
    struct job *long_job;       /* in work while other lines are answered; the loop frees it when it comes back */
    bool said_hello, subscribed, lagging, busy, reload_user;
    bool skipping;              /* a line over the limit: its rest is thrown away up to the newline */
    bool peer_done;             /* it will send no more; answers still go out */
    bool closing;               /* close when everything is out */
    bool dead;                  /* free at the end of this round */
};

enum { BUCKETS = 1024 };

struct loop {
    struct core *core;
    int epoll_fd, signal_fd, admin_fd, gate_fd;
    struct conn *buckets[BUCKETS];
    uint64_t next_id;
    size_t count, in_work;
    bool stopping;
    bool some_dead;
};

static struct conn *find(struct loop *l, uint64_t id)
{
    for (struct conn *c = l->buckets[id % BUCKETS]; c; c = c->next)
        if (c->id == id)
            return c;
    return NULL;
}

static void watch(struct loop *l, struct conn *c)
{
    uint32_t events = 0;
    bool may_read = !c->busy && !c->peer_done && !c->closing && !l->stopping && c->out.len < OUT_HIGH_BYTES;
    if (may_read)
        events |= EPOLLIN;
    if (c->out.len > 0)
        events |= EPOLLOUT;
    if (events == c->events)
        return;
    struct epoll_event ev = {.events = events, .data.u64 = c->id};
    epoll_ctl(l->epoll_fd, EPOLL_CTL_MOD, c->fd, &ev);
    c->events = events;
}

static void kill_conn(struct loop *l, struct conn *c)
{
    if (c->long_job)
        atomic_store(&c->long_job->cancelled, true);
    if (c->subscribed)
        atomic_fetch_sub(&l->core->subscribers, 1);
    c->subscribed = false;
    c->dead = true;
    l->some_dead = true;
}

static void sweep(struct loop *l)
{
    if (!l->some_dead)
        return;
    l->some_dead = false;
    for (size_t b = 0; b < BUCKETS; b++)
        for (struct conn **at = &l->buckets[b]; *at;) {
            struct conn *c = *at;
            if (!c->dead) {
                at = &c->next;
                continue;
            }
            *at = c->next;
            close(c->fd);
            if (c->passed_fd >= 0)
                close(c->passed_fd);
            buf_wipe(&c->in);
            buf_free(&c->in);
            buf_free(&c->out);
            ahead_free(&c->ahead);
            free(c);
            l->count--;
        }
}

static struct conn *add_conn(struct loop *l, int fd, enum conn_kind kind)
{
    struct conn *c = calloc(1, sizeof *c);
    if (!c)
        abort();
    c->id = ++l->next_id;
    c->fd = fd;
    c->kind = kind;
    c->passed_fd = -1;
    c->events = EPOLLIN;
    buf_init(&c->in, PROTO_LINE_MAX + READ_BYTES);
    buf_init(&c->out, PROTO_ANSWER_MAX + EVENTS_HIGH_BYTES);
    c->next = l->buckets[c->id % BUCKETS];
    l->buckets[c->id % BUCKETS] = c;
    l->count++;
    struct epoll_event ev = {.events = EPOLLIN, .data.u64 = c->id};
    fcntl(fd, F_SETFL, O_NONBLOCK);
    epoll_ctl(l->epoll_fd, EPOLL_CTL_ADD, fd, &ev);
    return c;
}

static void flush(struct loop *l, struct conn *c)
{
    while (c->out.len > 0 && !c->dead) {
        ssize_t n = send(c->fd, c->out.data, c->out.len, MSG_NOSIGNAL);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            break;
        if (n <= 0) {
            kill_conn(l, c);
            return;
        }
        buf_consume(&c->out, (size_t)n);
    }
    if (c->out.len == 0 && c->lagging && !c->busy) {
        /* Events were dropped while the client did not read: it must look at everything again. */
        c->lagging = false;
        buf_puts(&c->out, "{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":{\"record\":\"*\",\"action\":\"missed\"}}\n");
    }
    if (c->out.len == 0 && !c->busy && !c->long_job && (c->closing || (c->peer_done && !memchr(c->in.data, '\n', c->in.len))))
        kill_conn(l, c);
}

static void start_job(struct loop *l, struct conn *c, const char *line, size_t len)
{
    struct job *job = job_new();
    job->conn_id = c->id;
    job->kind = c->kind;
    job->user = c->user;
    job->reload_user = c->reload_user;
    job->said_hello = c->said_hello;
    job->has_long = c->long_job != NULL;
    job->passed_fd = c->passed_fd;
    c->passed_fd = -1;
    job->ahead = c->ahead;
    c->ahead = NULL;
    buf_append(&job->line, line, len);
    job->opened = job->ahead && !c->reload_user && ahead_answers(job->ahead, l->core, line, len, &c->out);
    c->busy = true;
    c->reload_user = false;
    l->in_work++;
    queue_push(&l->core->lanes[LANE_NORMAL], job);
}

static void refuse_long(struct conn *c)
{
    struct err err;
    struct jw w;
    err_set(&err, ERR_TOO_LARGE, NULL);
    jw_init(&w, &c->out);
    dispatch_write_error(&w, NULL, &err, c->user.lang);
    buf_putc(&c->out, '\n');
}

static bool is_blank(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (s[i] != ' ' && s[i] != '\t' && s[i] != '\r')
            return false;
    return true;
}

/* Takes the next line out of the input, if there is one and nothing is in work. */
static void take_line(struct loop *l, struct conn *c)
{
    while (!c->busy && !c->dead && !c->closing) {
        char *end = memchr(c->in.data, '\n', c->in.len);
        if (!end && c->in.len > PROTO_LINE_MAX) {
            if (!c->skipping)
                refuse_long(c);
            c->skipping = true;
            buf_reset(&c->in);
            return;
        }
        if (!end) {
            if (c->skipping)
                buf_reset(&c->in);
            return;
        }
        size_t len = (size_t)(end - c->in.data);
        if (!c->skipping && len > PROTO_LINE_MAX)
            refuse_long(c);
        else if (!c->skipping && !is_blank(c->in.data, len))
            start_job(l, c, c->in.data, len);
        c->skipping = false;
        buf_consume(&c->in, len + 1);
    }
}

static void keep_passed_fd(struct conn *c, struct msghdr *msg)
{
    for (struct cmsghdr *h = CMSG_FIRSTHDR(msg); h; h = CMSG_NXTHDR(msg, h)) {
        if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
            continue;
        int count = (int)((h->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        for (int i = 0; i < count; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(h) + (size_t)i * sizeof fd, sizeof fd);
            /* One a request: the gate's are ends of sessions, a session's is where a paper is to go. Any other is nobody's. */
            if (c->kind != CONN_ADMIN && c->passed_fd < 0)
                c->passed_fd = fd;
            else
                close(fd);
        }
    }
}

static void read_conn(struct loop *l, struct conn *c)
{
    static char bytes[READ_BYTES];
    union {
        struct cmsghdr align;
        char space[CMSG_SPACE(4 * sizeof(int))];
    } control;
    struct iovec iov = {bytes, sizeof bytes};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof control.space};
    ssize_t n = recvmsg(c->fd, &msg, MSG_CMSG_CLOEXEC);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n > 0)
        keep_passed_fd(c, &msg); /* after an error the control buffer is not ours to read */
    if (n <= 0) {
        c->peer_done = true;
        flush(l, c);
    } else {
        buf_append(&c->in, bytes, (size_t)n);
        explicit_bzero(bytes, (size_t)n);
    }
    take_line(l, c);
    flush(l, c);
    watch(l, c);
}

static bool peer_is_ours(int fd)
{
    struct ucred cred;
    socklen_t len = sizeof cred;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) == 0 && (cred.uid == geteuid() || cred.uid == 0);
}

static void accept_all(struct loop *l, int listen_fd, enum conn_kind kind)
{
    for (;;) {
        int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0)
            return;
        if (!peer_is_ours(fd) || l->count >= CONN_MAX || l->stopping) {
            close(fd);
            continue;
        }
        struct conn *c = add_conn(l, fd, kind);
        if (kind == CONN_ADMIN) {
            c->user = (struct session_user){.id = 1, .roles = R_SYSTEM, .sees_all = true, .login = "system", .name = "Система", .units = "{}"};
            c->kind = CONN_SESSION;
        }
    }
}

/* The connection's line went to the long lane: it is answered later, the next one is taken now. */
static void part_job(struct loop *l, struct conn *c, const struct job *word)
{
    if (!c || c->dead) {
        atomic_store(&word->parted->cancelled, true);
        return;
    }
    if (word->user_changed)
        c->user = word->user;
    c->long_job = word->parted;
    c->busy = false;
    take_line(l, c);
    flush(l, c);
    watch(l, c);
}

/* The answer of a job that comes back later. */
static void send_answer(struct loop *l, struct conn *c, const struct job *word)
{
    if (!c || c->dead)
        return;
    if (!buf_append(&c->out, word->answer.data, word->answer.len))
        kill_conn(l, c);
    flush(l, c);
    watch(l, c);
}

/* How far the long operation has come; who does not read need not know. */
static void tell_progress(struct loop *l, struct conn *c, const struct job *word)
{
    if (!c || c->dead || c->out.len > EVENTS_HIGH_BYTES)
        return;
    buf_append(&c->out, word->answer.data, word->answer.len);
    flush(l, c);
    watch(l, c);
}

static void finish_long(struct loop *l, struct conn *c, struct job *job)
{
    if (c && c->long_job == job)
        c->long_job = NULL;
    send_answer(l, c, job);
    job_free(job);
}

static void finish_job(struct loop *l, struct job *job)
{
    struct conn *c = find(l, job->conn_id);
    if (job->parted || job->is_progress || job->is_answer) {
        job->parted ? part_job(l, c, job) : job->is_answer ? send_answer(l, c, job) : tell_progress(l, c, job);
        job_free(job);
        return;
    }
    l->in_work--;
    if (job->lane == LANE_LONG) {
        finish_long(l, c, job);
        return;
    }
    if (job->cancel_long && c && c->long_job)
        atomic_store(&c->long_job->cancelled, true);
    if (!c || c->dead) {
        job_free(job);
        return;
    }
    c->busy = false;
    if (job->user_changed)
        c->user = job->user;
    c->ahead = job->ahead;
    job->ahead = NULL;
    c->said_hello |= job->hello_done;
    if (job->subscribe && !c->subscribed) {
        c->subscribed = true;
        atomic_fetch_add(&l->core->subscribers, 1);
    }
    c->closing |= job->close;
    if (job->open_fd >= 0) {
        struct conn *session = add_conn(l, job->open_fd, CONN_SESSION);
        session->user = job->user;
        job->open_fd = -1;
    }
    if (!buf_append(&c->out, job->answer.data, job->answer.len))
        kill_conn(l, c);
    job_free(job);
    take_line(l, c);
    flush(l, c);
    watch(l, c);
}

static bool has_unit(const struct session_user *user, int64_t unit)
{
    for (const char *p = user->units; *p; p++)
        if ((*p == '{' || *p == ',') && strtoll(p + 1, NULL, 10) == unit)
            return true;
    return false;
}

static bool is_or_stands_for(const struct session_user *user, int64_t person)
{
    bool is = person == user->id;
    for (size_t i = 0; i < user->stands_count; i++)
        is |= person == user->stands_for[i].id;
    return is;
}

/* What is restricted (named_only) is lent to no substitute. */
static bool is_concerned(const struct session_user *user, const struct notice *n)
{
    for (size_t i = 0; i < n->people_count; i++)
        if (n->people[i] == user->id || (!n->named_only && is_or_stands_for(user, n->people[i])))
            return true;
    return false;
}

/* The same rule that the queries apply (appeal_visible, assignment_visible), on what the notifier read with the event. */
static bool may_see(const struct session_user *user, const struct notice *n)
{
    if (strcmp(n->record, "notification") == 0) /* a person's own, whatever else one may see */
        return n->people[0] == user->id;
    if (user->roles & R_SYSTEM || strcmp(n->record, "*") == 0 || strcmp(n->record, "classifier") == 0)
        return true;
    if (strcmp(n->record, "file") == 0) /* who reads what is for the log, not for colleagues */
        return false;
    if (n->named_only)
        return is_concerned(user, n);
    if (strcmp(n->record, "user") == 0 || strcmp(n->record, "unit") == 0)
        return user->roles & R_ADMIN || (strcmp(n->record, "user") == 0 && n->record_id == user->id);
    if (strcmp(n->record, "incident") == 0 || strcmp(n->record, "shift") == 0) /* the desk and those it answers to */
        return user->roles & (R_DISPATCHER | R_HEAD | R_DEPUTY | R_CHIEF | R_CLERK);
    if (strcmp(n->record, "outage") == 0)
        return user->roles & ~(uint32_t)R_ADMIN;
    if (strcmp(n->record, "mail") == 0)
        return user->roles & R_ADMIN;
    if (strcmp(n->record, "correspondent") == 0)
        return user->roles & (R_CLERK | R_HEAD | R_DEPUTY | R_CITIZENS);
    if (user->sees_all || n->actor_id == user->id || is_concerned(user, n))
        return true;
    for (size_t i = 0; i < n->unit_count; i++)
        if (has_unit(user, n->units[i]))
            return true;
    return false;
}

static void hand_out(struct loop *l, const struct notice *n)
{
    bool rights_moved = strcmp(n->record, "user") == 0 || strcmp(n->record, "unit") == 0;
    for (size_t b = 0; b < BUCKETS; b++)
        for (struct conn *c = l->buckets[b]; c; c = c->next) {
            if (c->dead || c->kind != CONN_SESSION)
                continue;
            if (rights_moved && c->user.id != 1)
                c->reload_user = true;
            if (!c->subscribed || c->lagging || !may_see(&c->user, n))
                continue;
            if (c->out.len > EVENTS_HIGH_BYTES) {
                c->lagging = true;
                continue;
            }
            buf_puts(&c->out, n->line);
            flush(l, c);
            watch(l, c);
        }
}

static void on_wake(struct loop *l)
{
    uint64_t count;
    ssize_t r = read(l->core->wake_fd, &count, sizeof count);
    (void)r;
    for (struct job *job = queue_take_all(&l->core->done), *next; job; job = next) {
        next = job->next;
        finish_job(l, job);
    }
    pthread_mutex_lock(&l->core->notice_lock);
    struct notice *n = l->core->notices;
    l->core->notices = NULL;
    l->core->notice_tail = &l->core->notices;
    pthread_mutex_unlock(&l->core->notice_lock);
    for (struct notice *next; n; n = next) {
        next = n->next;
        hand_out(l, n);
        notice_free(n);
    }
}

static void on_signal(struct loop *l)
{
    struct signalfd_siginfo info;
    while (read(l->signal_fd, &info, sizeof info) == sizeof info) {
        if (info.ssi_signo == SIGHUP) {
            atomic_store(&l->core->rules_stale, true);
            core_committed(l->core);
            continue;
        }
        if (!l->stopping)
            log_info("stopping, requests in hand=%zu", l->in_work);
        l->stopping = true;
        for (size_t b = 0; b < BUCKETS; b++)
            for (struct conn *c = l->buckets[b]; c; c = c->next) {
                if (c->long_job) /* nobody waits minutes for a stop */
                    atomic_store(&c->long_job->cancelled, true);
                watch(l, c);
            }
    }
}

static int listen_unix(const char *path)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof addr.sun_path) {
        log_error("socket path too long path=%s", path);
        return -1;
    }
    memcpy(addr.sun_path, path, strlen(path) + 1);
    unlink(path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    mode_t old = umask(0177);
    bool ok = fd >= 0 && bind(fd, (struct sockaddr *)&addr, sizeof addr) == 0 && listen(fd, 512) == 0;
    umask(old);
    if (!ok)
        log_error("cannot listen path=%s error=\"%m\"", path);
    return ok ? fd : -1;
}

static bool open_loop(struct loop *l)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    l->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    l->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    l->admin_fd = listen_unix(l->core->start->admin_socket);
    l->gate_fd = listen_unix(l->core->start->gate_socket);
    if (l->signal_fd < 0 || l->epoll_fd < 0 || l->admin_fd < 0 || l->gate_fd < 0)
        return false;
    /* Ids of connections begin above the descriptors of the loop itself, so one number tells both apart. */
    int own[] = {l->signal_fd, l->admin_fd, l->gate_fd, l->core->wake_fd};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        struct epoll_event ev = {.events = EPOLLIN, .data.u64 = (uint64_t)own[i]};
        epoll_ctl(l->epoll_fd, EPOLL_CTL_ADD, own[i], &ev);
    }
    l->next_id = 1 << 20;
    return true;
}

static void handle(struct loop *l, const struct epoll_event *ev)
{
    uint64_t id = ev->data.u64;
    if (id == (uint64_t)l->signal_fd) {
        on_signal(l);
    } else if (id == (uint64_t)l->admin_fd) {
        accept_all(l, l->admin_fd, CONN_ADMIN);
    } else if (id == (uint64_t)l->gate_fd) {
        accept_all(l, l->gate_fd, CONN_GATE);
    } else if (id == (uint64_t)l->core->wake_fd) {
        on_wake(l);
    } else {
        struct conn *c = find(l, id);
        if (!c || c->dead)
            return;
        if (ev->events & EPOLLOUT) {
            flush(l, c);
            watch(l, c);
        }
        if (ev->events & EPOLLIN)
            read_conn(l, c);
        else if (ev->events & (EPOLLERR | EPOLLHUP))
            kill_conn(l, c);
    }
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int loop_run(struct core *core)
{
    struct loop *l = calloc(1, sizeof *l);
    struct epoll_event events[64];
    int64_t stop_at = 0;
    int code = 70;
    if (!l)
        abort();
    l->core = core;
    if (!open_loop(l))
        goto out;
    log_info("core is ready");
    for (;;) {
        int n = epoll_wait(l->epoll_fd, events, 64, l->stopping ? 50 : -1);
        for (int i = 0; i < n; i++)
            handle(l, &events[i]);
        sweep(l);
        if (!l->stopping)
            continue;
        if (!stop_at)
            stop_at = now_ms() + DRAIN_MS;
        if (l->in_work == 0 || now_ms() > stop_at)
            break;
    }
    code = 0;
out:
    for (size_t b = 0; b < BUCKETS; b++)
        for (struct conn *c = l->buckets[b]; c; c = c->next)
            kill_conn(l, c);
    sweep(l);
    int own[] = {l->signal_fd, l->admin_fd, l->gate_fd, l->epoll_fd};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (own[i] > 0)
            close(own[i]);
    free(l);
    return code;
}
