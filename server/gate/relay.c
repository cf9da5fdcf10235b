/* The bytes of a channel: between libssh and the program's descriptors, with a bounded queue each way. */
#include "server/gate/relay.h"
#include "common/proto.h"
#include "server/gate/files.h"
#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

enum { KEY_BYTES = 16, ECHO_US = 300 };

/* --- from the client ----------------------------------------------------------------------------------------------------------------- */

/* A data callback that took less is not called again for the rest: it is pulled here when there is room, and then all of it. Each read makes
 * libssh open its window anew, whatever it still holds: who pulled by pieces would let the client send many windows ahead. */
void relay_pull(struct channel *ch)
{
    char bytes[CHUNK_BYTES];
    if (!ch->in_done && ch->to_program.len >= QUEUE_BYTES)
        return;
    while (ch->has_leftover) {
        int n = ssh_channel_read_nonblocking(ch->ssh, bytes, sizeof bytes, 0);
        if (n <= 0)
            ch->has_leftover = false;
        else if (!ch->in_done)
            buf_append(&ch->to_program, bytes, (size_t)n);
    }
}

void relay_end_input(struct channel *ch)
{
    if ((ch->kind == KIND_SUBSYSTEM || ch->kind == KIND_FILES) && ch->in.fd >= 0)
        shutdown(ch->in.fd, SHUT_WR);
    source_close(ch->conn->epoll_fd, &ch->in);
    buf_reset(&ch->to_program);
    ch->in_done = true;
}

static void feed_program(struct channel *ch)
{
    ch->in.ready = 0;
    while (ch->in.fd >= 0 && ch->to_program.len > 0) {
        ssize_t n = write(ch->in.fd, ch->to_program.data, ch->to_program.len);
        if (n > 0) {
            if (ch->kind == KIND_SHELL && n <= KEY_BYTES)
                ch->conn->echo_until_us = clock_us() + ECHO_US;
            buf_consume(&ch->to_program, (size_t)n);
            relay_pull(ch);
        } else if (errno == EAGAIN) {
            return;
        } else if (errno != EINTR) {
            relay_end_input(ch); /* the reader has gone */
        }
    }
    /* A terminal has no half-close: a client without input just does not type. */
    if (ch->client_eof && !ch->has_leftover && ch->in.fd >= 0 && !(ch->has_pty && ch->kind != KIND_SUBSYSTEM))
        relay_end_input(ch);
}

/* --- to the client ------------------------------------------------------------------------------------------------------------------- */

static void drain_source(struct channel *ch, struct source *s, struct buf *queue)
{
    char bytes[CHUNK_BYTES];
    while (s->fd >= 0 && s->ready && queue->len < QUEUE_BYTES) {
        ssize_t n = read(s->fd, bytes, sizeof bytes);
        if (n > 0)
            buf_append(queue, bytes, (size_t)n);
        else if (n < 0 && errno == EAGAIN)
            s->ready = 0;
        else if (n == 0 || errno != EINTR)
            source_close(ch->conn->epoll_fd, s); /* the end; on a pty it is EIO */
    }
}

static void push(struct channel *ch, struct buf *queue, int (*send)(ssh_channel, const void *, uint32_t))
{
    while (queue->len > 0 && !ch->client_closed && ssh_channel_window_size(ch->ssh) > 0 && conn_can_write(ch->conn)) {
        int n = send(ch->ssh, queue->data, (uint32_t)(queue->len < CHUNK_BYTES ? queue->len : CHUNK_BYTES));
        if (n == 0)
            return; /* keys are being exchanged anew */
        if (n < 0)
            buf_reset(queue);
        else
            buf_consume(queue, (size_t)n);
    }
    if (queue->len == 0 || ch->client_closed)
        buf_reset(queue);
}

static void hear_broker(struct channel *ch)
{
    char words[16];
    ch->broker.ready = 0;
    ssize_t n = recv(ch->broker.fd, words, sizeof words, MSG_DONTWAIT);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        source_close(ch->conn->epoll_fd, &ch->broker);
    for (ssize_t i = 0; i < n; i++)
        if (words[i] == PROTO_BROKER_ASK && ch->session == SESSION_NONE)
            chan_want_session(ch);
}

static void resize(struct channel *ch)
{
    ch->resized = false;
    int terminal = ch->kind == KIND_SHELL ? ch->err.fd : ch->out.fd;
    if (ch->has_pty && terminal >= 0 && ch->kind != KIND_SUBSYSTEM)
        ioctl(terminal, TIOCSWINSZ, &ch->size);
}

/* --- the end ------------------------------------------------------------------------------------------------------------------------- */

static bool is_spent(const struct channel *ch)
{
    return ch->kind != KIND_NONE && !ch->is_starting && ch->session == SESSION_NONE && ch->pid == 0 && ch->out.fd < 0 && ch->err.fd < 0 &&
           ch->to_client.len == 0 && ch->to_client_err.len == 0;
}

static void finish(struct channel *ch)
{
    if (!ch->client_closed) {
        /* A session that ended although the client had more to say was cut off by the server. */
        int code = ch->exit_is_set ? ch->exit_code : ch->client_eof ? EX_OK : text_exit_code(TEXT_CORE_AWAY);
        ssh_channel_request_send_exit_status(ch->ssh, code);
        /* First by itself: ssh_channel_close gives up when sending the end of file would have to wait. */
        ssh_channel_send_eof(ch->ssh);
    }
    ssh_channel_close(ch->ssh);
    ch->finished = true;
    ch->in_done = true;
    source_close(ch->conn->epoll_fd, &ch->in);
    source_close(ch->conn->epoll_fd, &ch->broker);
}

static void keep_time(struct channel *ch, int64_t now)
{
    if (ch->session != SESSION_NONE && ch->session_until && now >= ch->session_until)
        chan_fail(ch, TEXT_CORE_AWAY);
    if (ch->kill_at && now >= ch->kill_at) {
        ch->kill_at = 0;
        if (ch->pid > 0)
            kill(ch->pid, SIGKILL);
    }
}

void chan_step(struct channel *ch)
{
    if (ch->is_starting)
        chan_begin(ch);
    if (ch->resized)
        resize(ch);
    if (ch->broker.ready)
        hear_broker(ch);
    relay_pull(ch);
    if (ch->kind == KIND_FILES) {
        files_feed(ch);
        files_drain(ch);
    } else {
        feed_program(ch);
        drain_source(ch, &ch->out, &ch->to_client);
    }
    drain_source(ch, &ch->err, &ch->to_client_err);
    push(ch, &ch->to_client, ssh_channel_write);
    push(ch, &ch->to_client_err, ssh_channel_write_stderr);
    keep_time(ch, clock_ms());
    if (ch->client_closed && !ch->finished)
        chan_hang_up(ch);
    if (!ch->finished && (ch->client_closed || is_spent(ch)) && conn_can_write(ch->conn))
        finish(ch);
}

bool chan_can_send(const struct channel *ch)
{
    return (ch->to_client.len > 0 || ch->to_client_err.len > 0) && !ch->client_closed && ssh_channel_window_size(ch->ssh) > 0;
}

void chan_watch(struct channel *ch)
{
    int epoll_fd = ch->conn->epoll_fd;
    source_watch(epoll_fd, &ch->in, (ch->kind == KIND_FILES ? files_wants_out(ch) : ch->to_program.len > 0) ? EPOLLOUT : 0);
    source_watch(epoll_fd, &ch->out, ch->to_client.len < QUEUE_BYTES ? EPOLLIN : 0);
    source_watch(epoll_fd, &ch->err, ch->to_client_err.len < QUEUE_BYTES ? EPOLLIN : 0);
    source_watch(epoll_fd, &ch->broker, EPOLLIN);
}

int64_t chan_wake(const struct channel *ch)
{
    int64_t at = clock_earlier(ch->kill_at, ch->session == SESSION_NONE ? 0 : ch->session_until);
    /* One that is due already is control.c's to wake for. */
    return clock_earlier(at, ch->session == SESSION_WANTED && ch->session_at > clock_ms() ? ch->session_at : 0);
}
