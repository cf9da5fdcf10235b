/* Files sessions: a thread each, since they move much and may wait for their client; the loop and the workers go on beside them. */
#include "common/log.h"
#include "db/pg.h"
#include "server/config.h"
#include "server/core/internal.h"
#include "server/files/session.h"
#include "server/files/wire.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { READ_BYTES = 256 * 1024, ANSWERS_BYTES = 2 * FILES_FRAME_MAX, SEND_BYTES = 64 * 1024 };

struct files_thread {
    struct files_thread *next;
    struct core *core;
    int fd;
    struct session_user user;
    struct files_database database;
};

struct line {
    struct files_thread *t;
    struct files_session *session;
    struct buf in, out;
};

static bool send_all(struct line *l)
{
    size_t done = 0;
    while (done < l->out.len) {
        ssize_t n = send(l->t->fd, l->out.data + done, l->out.len - done, MSG_NOSIGNAL);
        if (n <= 0 && errno != EINTR)
            return false;
        done += n > 0 ? (size_t)n : 0;
    }
    buf_consume(&l->out, l->out.len);
    return true;
}

/* Everything that has come in full. The answers go out together, or when they are many. */
static bool work(struct line *l)
{
    struct core *core = l->t->core;
    struct rules_box *box = rules_take(core);
    struct files_request r;
    size_t done = 0, len;
    bool ok = files_session_check_user(l->session), committed = false;
    while (ok && (len = files_frame(l->in.data + done, l->in.len - done, FILES_FRAME_MAX)) != 0) {
        ok = len != SIZE_MAX && files_request_read(l->in.data + done, len, &r);
        if (!ok)
            break;
        files_session_do(l->session, rules_of(box), &r, &l->out, &committed);
        ok = !l->out.overflow && (l->out.len < SEND_BYTES || send_all(l));
        done += len;
        if (committed)
            core_committed(core);
        committed = false;
    }
    rules_drop(&box);
    buf_consume(&l->in, done);
    return ok && send_all(l);
}

static void serve(struct line *l, char *bytes)
{
    for (;;) {
        struct pollfd wait = {.fd = l->t->fd, .events = POLLIN};
        int ready = poll(&wait, 1, files_session_patience_ms(l->session));
        if (ready == 0) {
            files_session_rest(l->session);
            continue;
        }
        if (ready < 0 && errno == EINTR)
            continue;
        ssize_t n = ready > 0 ? recv(l->t->fd, bytes, READ_BYTES, 0) : -1;
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0 || !buf_append(&l->in, bytes, (size_t)n) || !work(l))
            return;
    }
}

static void leave(struct files_thread *t)
{
    struct core *core = t->core;
    pthread_mutex_lock(&core->files_lock);
    struct files_thread **at = &core->files;
    while (*at != t)
        at = &(*at)->next;
    *at = t->next;
    close(t->fd);
    core->files_count--;
    pthread_cond_signal(&core->files_left);
    pthread_mutex_unlock(&core->files_lock);
    free(t);
}

static void *files_main(void *arg)
{
    struct files_thread *t = arg;
    struct line l = {.t = t, .session = files_session_new(&t->database, &t->user)};
    char *bytes = malloc(READ_BYTES);
    if (!bytes)
        abort();
    buf_init(&l.in, FILES_FRAME_MAX + 4 + READ_BYTES);
    buf_init(&l.out, ANSWERS_BYTES);
    serve(&l, bytes);
    shutdown(t->fd, SHUT_RDWR);
    files_session_free(&l.session);
    buf_free(&l.in);
    buf_free(&l.out);
    free(bytes);
    leave(t);
    return NULL;
}

bool files_start(struct core *core, int fd, const struct session_user *user, struct err *err)
{
    struct files_thread *t = calloc(1, sizeof *t);
    pthread_t thread;
    int bytes = 1024 * 1024, flags = fcntl(fd, F_GETFL);
    if (!t)
        abort();
    *t = (struct files_thread){.core = core, .fd = fd, .user = *user,
                               .database = {.conninfo = core->start->conninfo, .zone = core->start->config->zone, .statement_timeout_ms = core->statement_timeout_ms}};
    fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    pthread_mutex_lock(&core->files_lock);
    bool ok = !atomic_load(&core->stopping) && core->files_count < core->start->config->max_file_channels && pthread_create(&thread, NULL, files_main, t) == 0;
    if (ok) {
        pthread_detach(thread);
        t->next = core->files;
        core->files = t;
        core->files_count++;
    }
    pthread_mutex_unlock(&core->files_lock);
    if (!ok)
        free(t);
    return ok || err_set(err, ERR_RATE_LIMITED, NULL);
}

void files_stop(struct core *core)
{
    pthread_mutex_lock(&core->files_lock);
    for (struct files_thread *t = core->files; t; t = t->next)
        shutdown(t->fd, SHUT_RDWR);
    while (core->files_count > 0)
        pthread_cond_wait(&core->files_left, &core->files_lock);
    pthread_mutex_unlock(&core->files_lock);
}
