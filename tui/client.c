#include "tui/client.h"
#include "common/buf.h"
#include "common/memory.h"
#include "common/proto.h"
#include "tui/i18n.h"
#include "tui/text.h"
#include "tui/transport.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

enum { READ_BYTES = 4 * 1024, HEAVY_BYTES = 2 * 1024, ASK_AGAIN_MS = 1000 };

struct request {
    struct request *next;
    uint64_t number;
    const void *owner;
    client_answer *done; /* NULL: the answer is no longer wanted */
    void *arg;
    unsigned flags;
    char *line;
    int64_t since_ms;
    int64_t again_ms; /* 0, or when to say it again */
    bool sent;
};

struct client {
    struct transport *transport;
    client_event *event;
    client_state *state;
    int in, out; /* -1: no session */
    bool up;
    struct buf input, output;
    struct request *first, **last;
    uint64_t number;
    int64_t retry_at_ms;
    bool gone;
    bool heavy; /* large answers have come since the last rest */
};

int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void client_uuid(char out[37])
{
    unsigned char b[16];
    if (getrandom(b, sizeof b, 0) != (ssize_t)sizeof b)
        abort();
    b[6] = (b[6] & 0x0F) | 0x40;
    b[8] = (b[8] & 0x3F) | 0x80;
    strf(out, 37, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7],
         b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
}

struct client *client_new(struct transport *transport, client_event *event, client_state *state)
{
    struct client *c = calloc(1, sizeof *c);
    if (!c)
        abort();
    c->transport = transport;
    c->event = event;
    c->state = state;
    c->in = c->out = -1;
    c->last = &c->first;
    buf_init(&c->input, PROTO_ANSWER_MAX);
    buf_init(&c->output, PROTO_ANSWER_MAX);
    return c;
}

static void request_free(struct request *r)
{
    free(r->line);
    free(r);
}

static void session_close(struct client *c)
{
    if (c->in >= 0)
        close(c->in);
    if (c->out >= 0 && c->out != c->in)
        close(c->out);
    c->in = c->out = -1;
    buf_reset(&c->input);
    buf_reset(&c->output);
}

void client_free(struct client **c)
{
    if (!*c)
        return;
    session_close(*c);
    for (struct request *r = (*c)->first, *next; r; r = next) {
        next = r->next;
        request_free(r);
    }
    buf_free(&(*c)->input);
    buf_free(&(*c)->output);
    free(*c);
    *c = NULL;
}

/* ---- requests ---- */

static void request_say(struct client *c, struct request *r)
{
    r->again_ms = 0;
    r->sent = c->in >= 0;
    if (r->sent) {
        buf_puts(&c->output, r->line);
        buf_putc(&c->output, '\n');
    }
}

static char *request_line(uint64_t number, const char *method, json_t *params)
{
    json_t *o = json_pack("{s:s,s:I,s:s}", "jsonrpc", "2.0", "id", (json_int_t)number, "method", method);
    json_object_set_new(o, "params", params ? params : json_object());
    char *line = json_dumps(o, JSON_COMPACT);
    json_decref(o);
    return line;
}

uint64_t client_call(struct client *c, const void *owner, const char *method, json_t *params, unsigned flags, client_answer *done,
                     void *arg)
{
    struct request *r = calloc(1, sizeof *r);
    if (!r)
        abort();
    r->number = ++c->number;
    r->owner = owner;
    r->done = done;
    r->arg = arg;
    r->flags = flags;
    r->since_ms = now_ms();
    r->line = request_line(r->number, method, params);
    if (!r->line)
        abort();
    *c->last = r;
    c->last = &r->next;
    request_say(c, r);
    return r->number;
}

static struct request *request_take(struct client *c, uint64_t number)
{
    for (struct request **at = &c->first; *at; at = &(*at)->next) {
        struct request *r = *at;
        if (r->number != number)
            continue;
        *at = r->next;
        if (c->last == &r->next)
            c->last = at;
        return r;
    }
    return NULL;
}

/* A request that was never sent is forgotten at once; a sent one only loses its callback, since its answer will come. */
static void request_drop(struct client *c, struct request *r)
{
    if (r->sent || (r->flags & CALL_WRITE))
        r->done = NULL;
    else
        request_free(request_take(c, r->number));
}

void client_cancel(struct client *c, uint64_t number)
{
    for (struct request *r = c->first; r; r = r->next) {
        if (r->number == number) {
            request_drop(c, r);
            return;
        }
    }
}

void client_forget(struct client *c, const void *owner)
{
    for (struct request *r = c->first, *next; r; r = next) {
        next = r->next;
        if (r->owner == owner)
            request_drop(c, r);
    }
}

/* ---- answers ---- */

static void error_read(const json_t *error, struct rpc_error *out)
{
    const json_t *data = json_object_get(error, "data");
    const char *message = json_string_value(json_object_get(error, "message")), *hint = json_string_value(json_object_get(data, "hint"));
    const char *field = json_string_value(json_object_get(data, "field"));
    memset(out, 0, sizeof *out);
    out->code = (int)json_integer_value(json_object_get(error, "code"));
    strf(out->message, sizeof out->message, "%s%s%s", message ? message : _("The server refused"), hint && *hint ? ". " : "",
         hint ? hint : "");
    strf(out->field, sizeof out->field, "%s", field ? field : "");
    const char *about = message ? message : out->message;
    size_t named = strlen(out->field);
    bool prefixed = named > 0 && strncmp(about, out->field, named) == 0 && strncmp(about + named, ": ", 2) == 0;
    strf(out->about, sizeof out->about, "%s", prefixed ? about + named + 2 : about);
    out->current = json_object_get(data, "current");
}

static void answer_take(struct client *c, json_t *o)
{
    struct request *r = request_take(c, (uint64_t)json_integer_value(json_object_get(o, "id")));
    const json_t *error = json_object_get(o, "error");
    struct rpc_error e;
    if (!r)
        return;
    if (json_is_object(error)) {
        error_read(error, &e);
        if (e.code == RPC_UNAVAILABLE && !(r->flags & CALL_WRITE) && r->done) {
            r->next = NULL;
            r->again_ms = now_ms() + ASK_AGAIN_MS;
            *c->last = r;
            c->last = &r->next;
            return;
        }
    }
    if (r->done)
        r->done(r->arg, json_is_object(error) ? NULL : json_object_get(o, "result"), json_is_object(error) ? &e : NULL);
    request_free(r);
}

static void line_take(struct client *c, const char *line, size_t len)
{
    json_t *o = json_loadb(line, len, 0, NULL);
    if (!json_is_object(o)) {
        json_decref(o);
        return;
    }
    const char *method = json_string_value(json_object_get(o, "method"));
    if (method && (strcmp(method, "event") == 0 || strcmp(method, "progress") == 0))
        c->event(json_object_get(o, "params"));
    else if (!method)
        answer_take(c, o);
    json_decref(o);
    c->heavy = c->heavy || len > HEAVY_BYTES;
}

static void lines_take(struct client *c)
{
    size_t start = 0;
    char *end;
    while (start < c->input.len && (end = memchr(c->input.data + start, '\n', c->input.len - start))) {
        size_t len = (size_t)(end - c->input.data) - start;
        line_take(c, c->input.data + start, len);
        if (c->in < 0)
            return;
        start += len + 1;
    }
    buf_consume(&c->input, start);
    if (c->input.len == 0)
        buf_reset(&c->input);
}

/* A tree of a page is fifty times larger than what is kept of it; idle sessions must stay small. */
void client_rest(struct client *c)
{
    if (!c->heavy || c->input.len || c->output.len)
        return;
    c->heavy = false;
    buf_free(&c->input);
    buf_free(&c->output);
    buf_init(&c->input, PROTO_ANSWER_MAX);
    buf_init(&c->output, PROTO_ANSWER_MAX);
    memory_give_back();
}

/* ---- the session ---- */

static void session_lost(struct client *c)
{
    bool was_up = c->up;
    session_close(c);
    for (struct request *r = c->first; r; r = r->next)
        r->sent = false;
    transport_lost(c->transport, was_up);
    c->up = false;
    client_forget(c, c);
    c->retry_at_ms = now_ms() + (was_up ? 0 : transport_retry_ms(c->transport));
    if (was_up)
        c->state(false);
}

/* The first answer over a session shows that it works (a child ssh may still be asking for a key). */
static void subscribed(void *arg, json_t *result, const struct rpc_error *error)
{
    struct client *c = arg;
    (void)result;
    (void)error;
    c->up = true;
    c->state(true);
}

static void session_try(struct client *c)
{
    if (!transport_open(c->transport, &c->in, &c->out)) {
        c->gone = transport_is_gone(c->transport);
        c->retry_at_ms = now_ms() + transport_retry_ms(c->transport);
        return;
    }
    c->input.overflow = c->output.overflow = false;
    uint64_t subscribe = client_call(c, c, "event.subscribe", NULL, CALL_QUIET, subscribed, c);
    for (struct request *r = c->first; r; r = r->next)
        if (r->number != subscribe)
            request_say(c, r);
}

static void session_write(struct client *c)
{
    while (c->in >= 0 && c->output.len > 0) {
        ssize_t n = write(c->out, c->output.data, c->output.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return;
        if (n < 0) {
            session_lost(c);
            return;
        }
        buf_consume(&c->output, (size_t)n);
    }
}

static void session_read(struct client *c)
{
    char piece[READ_BYTES];
    while (c->in >= 0) {
        ssize_t n = read(c->in, piece, sizeof piece);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return;
        if (n <= 0 || !buf_append(&c->input, piece, (size_t)n)) {
            session_lost(c);
            return;
        }
        lines_take(c);
    }
}

static void ask_again(struct client *c)
{
    int64_t now = now_ms();
    for (struct request *r = c->first; r; r = r->next)
        if (r->again_ms && r->again_ms <= now)
            request_say(c, r);
}

void client_work(struct client *c)
{
    if (transport_is_gone(c->transport))
        c->gone = true;
    if (c->in < 0 && !c->gone && now_ms() >= c->retry_at_ms)
        session_try(c);
    ask_again(c);
    session_read(c);
    session_write(c);
}

size_t client_poll(const struct client *c, struct pollfd *fds)
{
    size_t n = 0;
    if (c->in >= 0)
        fds[n++] = (struct pollfd){.fd = c->in, .events = (short)(POLLIN | (c->out == c->in && c->output.len ? POLLOUT : 0))};
    if (c->out >= 0 && c->out != c->in && c->output.len)
        fds[n++] = (struct pollfd){.fd = c->out, .events = POLLOUT};
    if (transport_fd(c->transport) >= 0)
        fds[n++] = (struct pollfd){.fd = transport_fd(c->transport), .events = POLLIN};
    return n;
}

static int ms_until(int64_t when)
{
    int64_t left = when - now_ms();
    return left < 0 ? 0 : (int)left;
}

int client_due_ms(const struct client *c)
{
    int due = c->in < 0 && !c->gone ? ms_until(c->retry_at_ms) : -1;
    for (const struct request *r = c->first; r; r = r->next) {
        if (r->again_ms == 0)
            continue;
        int left = ms_until(r->again_ms);
        due = due < 0 || left < due ? left : due;
    }
    return due;
}

void client_flush(struct client *c, int timeout_ms)
{
    int64_t until = now_ms() + timeout_ms;
    while (c->in >= 0 && client_pending(c) > 0 && now_ms() < until) {
        struct pollfd fds[3];
        size_t n = client_poll(c, fds);
        if (poll(fds, (nfds_t)n, ms_until(until)) <= 0)
            return;
        session_write(c);
        session_read(c);
    }
}

bool client_is_up(const struct client *c) { return c->up; }

bool client_is_gone(const struct client *c) { return c->gone; }

const char *client_trouble(const struct client *c) { return transport_trouble(c->transport); }

int client_pending(const struct client *c)
{
    int n = 0;
    for (const struct request *r = c->first; r; r = r->next)
        n++;
    return n;
}

int client_waiting_ms(const struct client *c)
{
    for (const struct request *r = c->first; r; r = r->next)
        if (r->done && !(r->flags & CALL_QUIET))
            return (int)(now_ms() - r->since_ms) + 1;
    return 0;
}
