#include "server/gate/files.h"
#include "common/log.h"
#include "server/files/wire.h"
#include "server/gate/relay.h"
#include "server/gate/sftp.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    TO_CORE_BYTES = 512 * 1024, /* this full, no more packets are taken */
    FROM_CORE_BYTES = 64 * 1024, /* read at a time */
    SOCKET_BYTES = 1024 * 1024,
};

struct files {
    struct sftp sftp;
    struct buf to_core, from_core;
};

bool files_begin(struct channel *ch)
{
    struct files *f = calloc(1, sizeof *f);
    if (!f)
        return false;
    sftp_init(&f->sftp, ch->conn->login.lang);
    buf_init(&f->to_core, TO_CORE_BYTES + FILES_FRAME_MAX + 4);
    buf_init(&f->from_core, FILES_FRAME_MAX + 4 + FROM_CORE_BYTES);
    ch->files = f;
    /* One answer is larger than what other channels keep at a time. */
    ch->to_client.max = QUEUE_BYTES + 2 * FILES_FRAME_MAX;
    int bytes = SOCKET_BYTES;
    setsockopt(ch->in.fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    ch->conn->happened++; /* packets may be here already */
    return true;
}

void files_free(struct files **f)
{
    if (!*f)
        return;
    sftp_free(&(*f)->sftp);
    buf_free(&(*f)->to_core);
    buf_free(&(*f)->from_core);
    free(*f);
    *f = NULL;
}

static void send_to_core(struct channel *ch)
{
    struct files *f = ch->files;
    size_t done = 0;
    while (ch->in.fd >= 0 && done < f->to_core.len) {
        ssize_t n = send(ch->in.fd, f->to_core.data + done, f->to_core.len - done, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n > 0)
            done += (size_t)n;
        else if (errno == EAGAIN)
            break;
        else if (errno != EINTR) {
            done = f->to_core.len; /* the core has gone; the end of what it says ends the channel */
            source_close(ch->conn->epoll_fd, &ch->in);
        }
    }
    buf_consume(&f->to_core, done);
}

/* Packets out of what the client has sent, as far as there is room for what they lead to. */
static bool take_packets(struct channel *ch)
{
    struct files *f = ch->files;
    size_t done = 0;
    while (done < ch->to_program.len && f->to_core.len < TO_CORE_BYTES && ch->to_client.len < QUEUE_BYTES) {
        long n = sftp_take(&f->sftp, ch->to_program.data + done, ch->to_program.len - done, &f->to_core, &ch->to_client);
        if (n < 0) {
            log_info("no SFTP from user=%s peer=%s", ch->conn->login.name, ch->conn->peer);
            chan_fail(ch, TEXT_NO_SFTP);
            return false;
        }
        if (n == 0)
            break;
        done += (size_t)n;
    }
    buf_consume(&ch->to_program, done);
    return done > 0;
}

void files_feed(struct channel *ch)
{
    ch->in.ready = 0;
    if (!ch->files)
        return;
    while (ch->in.fd >= 0 && take_packets(ch)) {
        relay_pull(ch);
        send_to_core(ch);
    }
    send_to_core(ch);
    if (ch->client_eof && !ch->has_leftover && ch->in.fd >= 0 && ch->to_program.len == 0 && ch->files->to_core.len == 0)
        relay_end_input(ch);
}

void files_drain(struct channel *ch)
{
    struct files *f = ch->files;
    char bytes[FROM_CORE_BYTES];
    while (f && ch->out.fd >= 0 && ch->out.ready && ch->to_client.len < QUEUE_BYTES) {
        ssize_t n = read(ch->out.fd, bytes, sizeof bytes);
        if (n > 0) {
            buf_append(&f->from_core, bytes, (size_t)n);
            if (!sftp_answer(&f->sftp, &f->from_core, &ch->to_client)) {
                log_error("the core sends what is no answer to SFTP peer=%s", ch->conn->peer);
                chan_fail(ch, TEXT_BROKEN);
            }
            ch->conn->happened++; /* an answer makes room for a request */
        } else if (n < 0 && errno == EAGAIN) {
            ch->out.ready = 0;
        } else if (n == 0 || errno != EINTR) {
            source_close(ch->conn->epoll_fd, &ch->out);
            source_close(ch->conn->epoll_fd, &ch->in);
            ch->in_done = true;
        }
    }
}

bool files_wants_out(const struct channel *ch) { return ch->files && ch->files->to_core.len > 0; }
