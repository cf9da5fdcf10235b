#include "tests/harness/rpc.h"
#include "tests/harness/check.h"
#include "tests/harness/clock.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { ANSWER_MS = 60000, ANSWER_BYTES_MAX = 32 * 1024 * 1024 };

struct rpc {
    int in, out; /* from and to the server; one socket or two pipes */
    pid_t pid;   /* ssh, 0 for the local socket */
    int next_id;
    char *line;
    size_t len, cap, scanned;
    json_t *events; /* notifications not taken yet */
};

static json_t *kept;

json_t *rpc_keep(json_t *value)
{
    if (!kept)
        kept = json_array();
    json_array_append_new(kept, value);
    return value;
}

/* ---- lines ---- */

static struct rpc *rpc_new(int in, int out, pid_t pid)
{
    struct rpc *r = calloc(1, sizeof *r);
    assert_non_null(r);
    *r = (struct rpc){.in = in, .out = out, .pid = pid, .events = json_array()};
    fcntl(out, F_SETFL, fcntl(out, F_GETFL) | O_NONBLOCK);
    return r;
}

struct rpc *rpc_try_admin(const struct server *s)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    snprintf(a.sun_path, sizeof a.sun_path, "%.90s/run/admin.sock", s->state);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, (struct sockaddr *)&a, sizeof a) == 0)
        return rpc_new(fd, fd, 0);
    close(fd);
    return NULL;
}

struct rpc *rpc_open_admin(const struct server *s)
{
    struct rpc *r = rpc_try_admin(s);
    CHECK(r, "no connection to %s/run/admin.sock: %s", s->state, strerror(errno));
    return r;
}

struct rpc *rpc_open_ssh(const struct server *s, const char *login)
{
    const char *argv[SSH_ARGV_MAX];
    int to_it, from_it, argc = ssh_argv(s, login, 1, argv);
    argv[argc++] = "-s";
    argv[argc++] = "gorod";
    argv[argc] = NULL;
    pid_t pid = proc_start_piped((char *const *)argv, &to_it, &from_it, -1);
    return rpc_new(from_it, to_it, pid);
}

void rpc_half_close(struct rpc *r)
{
    if (r->pid == 0)
        shutdown(r->out, SHUT_WR);
    else if (r->out >= 0)
        close(r->out);
    if (r->pid)
        r->out = -1;
}

void rpc_close(struct rpc **rpc)
{
    enum { SSH_END_MS = 10000 };
    struct rpc *r = *rpc;
    if (!r)
        return;
    if (r->out >= 0 && r->out != r->in)
        close(r->out);
    close(r->in);
    if (r->pid)
        proc_wait(r->pid, SSH_END_MS);
    json_decref(r->events);
    free(r->line);
    free(r);
    *rpc = NULL;
}

int rpc_fd(const struct rpc *r) { return r->in; }

/* One read(2) into the line's buffer; false at the end or after the time. */
static bool fill(struct rpc *r, int64_t deadline)
{
    enum { CHUNK = 65536 };
    struct pollfd p = {r->in, POLLIN, 0};
    if (poll(&p, 1, clock_left_ms(deadline)) <= 0)
        return false;
    if (r->cap - r->len < CHUNK) {
        CHECK(r->cap < ANSWER_BYTES_MAX, "an answer over %d bytes", ANSWER_BYTES_MAX);
        r->cap = r->cap ? r->cap * 2 : 2 * CHUNK;
        r->line = realloc(r->line, r->cap);
        assert_non_null(r->line);
    }
    ssize_t n = recv(r->in, r->line + r->len, CHUNK, MSG_DONTWAIT);
    if (n < 0 && errno == ENOTSOCK)
        n = read(r->in, r->line + r->len, CHUNK);
    if (n <= 0)
        return n < 0 && (errno == EAGAIN || errno == EINTR);
    r->len += (size_t)n;
    return true;
}

json_t *rpc_read(struct rpc *r, int timeout_ms)
{
    int64_t deadline = clock_ms() + timeout_ms;
    char *end = NULL;
    while (!r->line || !(end = memchr(r->line + r->scanned, '\n', r->len - r->scanned))) {
        r->scanned = r->len;
        if (!fill(r, deadline))
            return NULL;
    }
    size_t len = (size_t)(end - r->line);
    json_error_t e;
    json_t *value = json_loadb(r->line, len, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &e);
    CHECK(value, "the server's line is not JSON: %s: %.*s", e.text, (int)(len > 2000 ? 2000 : len), r->line);
    r->len -= len + 1;
    memmove(r->line, end + 1, r->len);
    r->scanned = 0;
    return rpc_keep(value);
}

bool rpc_send_bytes(struct rpc *r, const void *data, size_t len)
{
    int64_t deadline = clock_ms() + ANSWER_MS;
    for (const char *p = data; len > 0;) {
        ssize_t n = r->out < 0 ? -1 : write(r->out, p, len);
        if (n > 0) {
            p += n;
            len -= (size_t)n;
            continue;
        }
        struct pollfd out = {r->out, POLLOUT, 0};
        if (r->out < 0 || (errno != EAGAIN && errno != EINTR) || poll(&out, 1, clock_left_ms(deadline)) <= 0)
            return false;
    }
    return true;
}

/* ---- calls ---- */

static bool try_send(struct rpc *r, const char *method, json_t *params, int *id)
{
    *id = ++r->next_id;
    json_t *request = params ? json_pack("{s:s, s:i, s:s, s:o}", "jsonrpc", "2.0", "id", *id, "method", method, "params", params)
                             : json_pack("{s:s, s:i, s:s}", "jsonrpc", "2.0", "id", *id, "method", method);
    CHECK(request, "parameters of %s cannot be packed", method);
    char *text = json_dumps(request, JSON_COMPACT);
    json_decref(request);
    size_t len = strlen(text);
    text[len] = '\n';
    bool ok = rpc_send_bytes(r, text, len + 1);
    free(text);
    return ok;
}

int rpc_send(struct rpc *r, const char *method, json_t *params)
{
    int id;
    /* A broken line shows at the answer. */
    (void)try_send(r, method, params, &id);
    return id;
}

json_t *rpc_answer_or_end(struct rpc *r, int id)
{
    int64_t deadline = clock_ms() + ANSWER_MS;
    for (json_t *m; (m = rpc_read(r, clock_left_ms(deadline)));) {
        if (json_object_get(m, "method"))
            json_array_append(r->events, m);
        else if (json_integer_value(json_object_get(m, "id")) == id)
            return m;
    }
    return NULL;
}

json_t *rpc_answer(struct rpc *r, int id)
{
    json_t *m = rpc_answer_or_end(r, id);
    CHECK(m, "no answer to request %d", id);
    return m;
}

json_t *rpc_call(struct rpc *r, const char *method, json_t *params)
{
    int id = rpc_send(r, method, params);
    json_t *m = rpc_answer_or_end(r, id);
    CHECK(m, "%s: the session ended, or no answer in %d ms", method, ANSWER_MS);
    return m;
}

static json_t *pack(const char *format, va_list args)
{
    json_error_t e;
    json_t *params = format ? json_vpack_ex(&e, 0, format, args) : NULL;
    CHECK(!format || params, "json_pack(%s): %s", format, e.text);
    return params;
}

static void print_answer(const char *method, const json_t *answer)
{
    char *text = json_dumps(answer, JSON_INDENT(1));
    fprintf(stderr, "%s answered %.6000s\n", method, text);
    free(text);
}

json_t *rpc_ok_json(struct rpc *r, const char *method, json_t *params)
{
    json_t *answer = rpc_call(r, method, params), *result = json_object_get(answer, "result");
    if (!result)
        print_answer(method, answer);
    assert_non_null(result);
    return result;
}

json_t *rpc_ok(struct rpc *r, const char *method, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    json_t *params = pack(format, args);
    va_end(args);
    return rpc_ok_json(r, method, params);
}

static json_t *must_fail(struct rpc *r, int code, const char *word, const char *method, json_t *params)
{
    json_t *answer = rpc_call(r, method, params), *error = json_object_get(answer, "error");
    json_int_t got = json_integer_value(json_object_get(error, "code"));
    const char *field = json_string_value(at(error, "data.field")), *rule = json_string_value(at(error, "data.rule"));
    bool same = !word || (field && strcmp(field, word) == 0) || (rule && strcmp(rule, word) == 0);
    if (!error || got != code || !same) {
        fprintf(stderr, "expected error %d %s\n", code, word ? word : "");
        print_answer(method, answer);
    }
    assert_non_null(error);
    assert_int_equal(got, code);
    assert_true(same);
    return error;
}

json_t *rpc_error(struct rpc *r, int code, const char *method, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    json_t *params = pack(format, args);
    va_end(args);
    return must_fail(r, code, NULL, method, params);
}

json_t *rpc_refused(struct rpc *r, int code, const char *word, const char *method, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    json_t *params = pack(format, args);
    va_end(args);
    return must_fail(r, code, word, method, params);
}

json_t *rpc_event(struct rpc *r, const char *record, json_int_t record_id, int timeout_ms)
{
    int64_t deadline = clock_ms() + timeout_ms;
    for (;;) {
        while (json_array_size(r->events) > 0) {
            json_t *params = json_object_get(json_array_get(r->events, 0), "params");
            const char *of = json_string_value(json_object_get(params, "record")); /* how far a report has come is of none */
            bool is_it = of && strcmp(of, record) == 0 &&
                         (record_id == 0 || json_integer_value(json_object_get(params, "record_id")) == record_id);
            json_array_remove(r->events, 0); /* the pool still holds it */
            if (is_it)
                return params;
        }
        json_t *m = rpc_read(r, clock_left_ms(deadline));
        if (!m)
            return NULL;
        json_array_append(r->events, m);
    }
}

/* ---- reading ---- */

json_t *at(const json_t *value, const char *path)
{
    char key[64];
    for (const char *p = path; value && *p;) {
        size_t n = strcspn(p, ".");
        snprintf(key, sizeof key, "%.*s", (int)n, p);
        value = json_is_array(value) ? json_array_get(value, (size_t)atoi(key)) : json_object_get(value, key);
        p += n + (p[n] == '.');
    }
    return (json_t *)value;
}

const char *at_text(const json_t *value, const char *path)
{
    const char *text = json_string_value(at(value, path));
    if (!text)
        print_answer(path, value);
    CHECK(text, "no text at %s", path);
    return text;
}

json_int_t at_int(const json_t *value, const char *path)
{
    const json_t *n = at(value, path);
    if (!json_is_integer(n))
        print_answer(path, value);
    CHECK(json_is_integer(n), "no number at %s", path);
    return json_integer_value(n);
}

bool has_word(const json_t *array, const char *word)
{
    size_t i;
    json_t *item;
    json_array_foreach((json_t *)array, i, item) if (json_is_string(item) && strcmp(json_string_value(item), word) == 0) return true;
    return false;
}

json_t *find_item(const json_t *array, const char *member, const char *text)
{
    size_t i;
    json_t *item;
    json_array_foreach((json_t *)array, i, item)
    {
        const char *value = json_string_value(json_object_get(item, member));
        if (value && strcmp(value, text) == 0)
            return item;
    }
    return NULL;
}

const char *fresh_uuid(void)
{
    static char ring[64][37];
    static unsigned place;
    unsigned char b[16];
    char *out = ring[place++ % 64];
    assert_int_equal(getentropy(b, sizeof b), 0);
    b[6] = (b[6] & 0x0f) | 0x40;
    b[8] = (b[8] & 0x3f) | 0x80;
    snprintf(out, 37, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1], b[2], b[3], b[4], b[5], b[6],
             b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
    return out;
}
