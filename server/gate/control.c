#include "server/gate/control.h"
#include "common/log.h"
#include "common/proto.h"
#include "server/gate/channel.h"
#include "server/gate/fdpass.h"
#include "server/gate/link.h"
#include "server/gate/texts.h"
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    ANSWER_MS = 10000,
    PATIENCE_MS = 4000, /* a dead core is started again within a second or so: a login waits for that */
    PAUSE_MIN_MS = 200,
    PAUSE_MAX_MS = 1000,
};

static void wiping_free(void *p)
{
    if (p)
        explicit_bzero(p, malloc_usable_size(p));
    free(p);
}

void control_wipe_memory(void) { json_set_alloc_funcs(malloc, wiping_free); }

void control_init(struct control *k)
{
    *k = (struct control){.source = SOURCE_NONE, .opening_fd = -1, .retry_pause_ms = PAUSE_MIN_MS};
    buf_init(&k->input, CONTROL_LINE_MAX);
}

static void close_opening(struct control *k)
{
    if (k->opening_fd >= 0)
        close(k->opening_fd);
    k->opening_fd = -1;
    k->opening = NULL;
    k->is_opening = false;
}

/* The connection is lost: a channel that was being opened wants it again. */
static void drop(struct conn *c)
{
    struct control *k = &c->control;
    source_close(c->epoll_fd, &k->source);
    buf_wipe(&k->input);
    if (k->opening)
        chan_want_session(k->opening);
    close_opening(k);
    k->answer_until = 0;
    k->state = CONTROL_IDLE;
}

static int append(const char *data, size_t len, void *out) { return buf_append(out, data, len) ? 0 : -1; }

/* Takes over `params`. */
static bool send_request(struct conn *c, const char *method, json_t *params, int fd)
{
    struct control *k = &c->control;
    struct buf line;
    buf_init(&line, PROTO_LINE_MAX);
    json_t *request =
        json_pack("{s:s, s:I, s:s, s:o}", "jsonrpc", "2.0", "id", (json_int_t)++k->next_id, "method", method, "params", params);
    bool sent = request && json_dump_callback(request, append, &line, JSON_COMPACT) == 0 && buf_putc(&line, '\n') &&
                fd_send(k->source.fd, line.data, line.len, fd);
    json_decref(request);
    buf_wipe(&line);
    buf_free(&line);
    k->answer_until = clock_ms() + ANSWER_MS;
    return sent;
}

/* Reads what has come. False when the connection is lost. */
static bool read_more(struct control *k)
{
    char bytes[4096];
    k->source.ready = 0;
    ssize_t n = recv(k->source.fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    return n > 0 && buf_append(&k->input, bytes, (size_t)n);
}

/* The next answer to our latest request; NULL when there is none yet. *lost when what came is no answer. */
static json_t *take_answer(struct control *k, bool *lost)
{
    const char *end = memchr(k->input.data, '\n', k->input.len);
    if (!end)
        return NULL;
    size_t len = (size_t)(end - k->input.data);
    json_t *answer = json_loadb(k->input.data, len, JSON_REJECT_DUPLICATES, NULL);
    buf_consume(&k->input, len + 1);
    if (!answer || json_integer_value(json_object_get(answer, "id")) != k->next_id) {
        log_error("the core answers what was not asked: bytes=%zu", len);
        json_decref(answer);
        *lost = true;
        return NULL;
    }
    k->answer_until = 0;
    return answer;
}

/* Splits an answer into result and error; takes over `answer`. */
static enum control_result open_answer(json_t *answer, json_t **result, struct err *err)
{
    *result = json_incref(json_object_get(answer, "result"));
    json_t *error = json_object_get(answer, "error");
    if (!*result) {
        const char *message = json_string_value(json_object_get(error, "message"));
        json_int_t code = json_integer_value(json_object_get(error, "code"));
        err_set(err, code && code == (int)code ? (enum err_code)code : ERR_INTERNAL, "%s", message ? message : "");
    }
    json_decref(answer);
    return *result ? CONTROL_OK : CONTROL_REFUSED;
}

/* --- waiting, before the login ------------------------------------------------------------------------------------------------------- */

/* One errand of the parent. True with a connection; false when the core (or the parent) is away. */
static bool connect_once(struct conn *c, int64_t until_ms)
{
    char word = 0;
    int fd = -1;
    if (!fd_send(c->link.fd, &(char){LINK_CONNECT}, 1, -1) || !conn_wait(c->link.fd, until_ms) ||
        fd_receive(c->link.fd, &word, 1, &fd) != 1) {
        c->over = true; /* without a parent there will never be a login */
        return false;
    }
    if (word != LINK_GIVE || fd < 0)
        return false;
    c->control.source = (struct source){.fd = fd};
    source_watch(c->epoll_fd, &c->control.source, EPOLLIN); /* from the login on it is heard by the loop */
    c->control.state = CONTROL_READY;
    return true;
}

static bool connect_patiently(struct conn *c, int64_t until_ms)
{
    int64_t patience = clock_earlier(clock_ms() + PATIENCE_MS, until_ms);
    while (!connect_once(c, until_ms)) {
        int64_t now = clock_ms();
        if (c->over || now >= patience)
            return false;
        /* Nothing can come but the end of the parent: this is the pause. */
        if (conn_wait(c->link.fd, now + PAUSE_MIN_MS))
            c->over = true;
    }
    return true;
}

static json_t *ask_once(struct conn *c, const char *method, json_t *params, int64_t until_ms)
{
    bool lost = !send_request(c, method, json_incref(params), -1);
    json_t *answer = NULL;
    while (!lost && !answer) {
        lost = !conn_wait(c->control.source.fd, until_ms) || !read_more(&c->control);
        if (!lost)
            answer = take_answer(&c->control, &lost);
    }
    return answer;
}

enum control_result control_ask(struct conn *c, const char *method, json_t *params, int64_t until_ms, json_t **result, struct err *err)
{
    json_t *answer = NULL;
    /* The core may have gone away since the last question: then the question is put once more, to the new one. */
    for (int i = 0; i < 2 && !answer && params; i++) {
        if (c->control.source.fd < 0 && !connect_patiently(c, until_ms))
            break;
        answer = ask_once(c, method, params, until_ms);
        if (!answer)
            drop(c);
    }
    json_decref(params);
    *result = NULL;
    return answer ? open_answer(answer, result, err) : CONTROL_AWAY;
}

/* --- never waiting, after it --------------------------------------------------------------------------------------------------------- */

static void retry_later(struct conn *c)
{
    struct control *k = &c->control;
    drop(c);
    k->retry_at = clock_ms() + k->retry_pause_ms;
    k->retry_pause_ms = k->retry_pause_ms * 2 < PAUSE_MAX_MS ? k->retry_pause_ms * 2 : PAUSE_MAX_MS;
}

static void ask_parent(struct conn *c)
{
    if (c->link.fd < 0) {
        conn_close(c, text_of(TEXT_CORE_AWAY, LANG_EN));
        return;
    }
    if (!fd_send(c->link.fd, &(char){LINK_CONNECT}, 1, -1)) {
        retry_later(c);
        return;
    }
    c->control.state = CONTROL_ASKED;
    c->control.answer_until = clock_ms() + ANSWER_MS;
}

static void hear_parent(struct conn *c)
{
    char word = 0;
    int fd = -1;
    c->link.ready = 0;
    ssize_t n = fd_receive(c->link.fd, &word, 1, &fd);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    struct control *k = &c->control;
    if (n <= 0) {
        source_close(c->epoll_fd, &c->link);
        if (k->state == CONTROL_ASKED)
            drop(c);
    } else if (k->state != CONTROL_ASKED) {
        if (fd >= 0)
            close(fd); /* came after we had given up */
    } else if (word != LINK_GIVE || fd < 0) {
        retry_later(c);
    } else {
        k->source = (struct source){.fd = fd};
        source_watch(c->epoll_fd, &k->source, EPOLLIN);
        k->state = CONTROL_RESUMING;
        if (!send_request(c, "gate.resume", json_pack("{s:s}", "ticket", c->login.ticket), -1))
            retry_later(c);
    }
}

static void open_next(struct conn *c)
{
    struct control *k = &c->control;
    struct channel *ch = chan_wanting(c);
    if (k->is_opening || !ch)
        return;
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        chan_fail(ch, TEXT_NO_PROCESS);
        return;
    }
    k->opening_fd = pair[0];
    k->opening = ch;
    k->is_opening = true;
    chan_session_asked(ch);
    bool sent = send_request(c, "gate.open", json_pack("{s:s}", "kind", chan_kind_name(ch)), pair[1]);
    close(pair[1]);
    if (!sent)
        retry_later(c);
}

static void hand_over(struct conn *c, enum control_result result, const struct err *err)
{
    struct control *k = &c->control;
    struct channel *ch = k->opening;
    int fd = k->opening_fd;
    k->opening_fd = -1;
    close_opening(k);
    if (result == CONTROL_OK)
        chan_core_answers(c);
    if (ch && result == CONTROL_OK)
        chan_session_ready(ch, fd);
    else if (fd >= 0)
        close(fd);
    if (ch && result == CONTROL_REFUSED)
        chan_refused(ch, err);
}

static void hear_core(struct conn *c)
{
    struct control *k = &c->control;
    bool lost = !read_more(k);
    json_t *answer;
    while (!lost && (answer = take_answer(k, &lost)) != NULL) {
        struct err err = {0};
        json_t *result;
        enum control_result verdict = open_answer(answer, &result, &err);
        json_decref(result);
        if (k->is_opening) {
            hand_over(c, verdict, &err);
        } else if (k->state == CONTROL_RESUMING && verdict == CONTROL_OK) {
            k->state = CONTROL_READY;
            k->retry_pause_ms = PAUSE_MIN_MS;
        } else if (err.code == ERR_UNAVAILABLE) {
            retry_later(c); /* the core is up, its database is not yet */
            return;
        } else {
            log_info("session ended by the core user=%s peer=%s: %s", c->login.name, c->peer, err.detail);
            conn_close(c, text_of(TEXT_REFUSED, LANG_EN));
        }
    }
    if (lost)
        retry_later(c);
}

void control_step(struct conn *c)
{
    struct control *k = &c->control;
    if (!c->login.done)
        return;
    if (c->link.ready)
        hear_parent(c);
    if (k->source.ready)
        hear_core(c);
    int64_t now = clock_ms();
    if (k->answer_until && now >= k->answer_until) {
        log_warn("the core does not answer peer=%s", c->peer);
        retry_later(c);
    }
    if (k->state == CONTROL_IDLE && chan_wanting(c) && now >= k->retry_at)
        ask_parent(c);
    if (k->state == CONTROL_READY)
        open_next(c);
}

int64_t control_wake(const struct conn *c)
{
    const struct control *k = &c->control;
    bool is_free = k->state == CONTROL_IDLE || (k->state == CONTROL_READY && !k->is_opening);
    if (is_free && chan_wanting(c))
        return k->retry_at ? k->retry_at : 1; /* at once: 0 would be never */
    return k->answer_until;
}

void control_forget(struct conn *c, const struct channel *ch)
{
    if (c->control.opening == ch)
        c->control.opening = NULL;
}
