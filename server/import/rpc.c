#include "server/import/rpc.h"
#include "common/proto.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void rpc_open(struct rpc *r, int fd)
{
    *r = (struct rpc){.fd = fd};
    buf_init(&r->in, PROTO_ANSWER_MAX + 65536);
}

void rpc_close(struct rpc *r)
{
    close(r->fd);
    buf_free(&r->in);
}

static bool send_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, data, len, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        data += n;
        len -= (size_t)n;
    }
    return true;
}

static bool send_request(struct rpc *r, const char *method, const json_t *params, struct err *err)
{
    json_t *request = json_pack("{s:s, s:I, s:s, s:O}", "jsonrpc", "2.0", "id", (json_int_t)++r->id, "method", method, "params", params);
    char *line = request ? json_dumps(request, JSON_COMPACT) : NULL;
    size_t len = line ? strlen(line) : 0;
    json_decref(request);
    bool fits = len > 0 && len < PROTO_LINE_MAX;
    if (fits)
        line[len] = '\n'; /* takes the place of the zero byte; the length is known */
    bool ok = fits ? send_all(r->fd, line, len + 1) || err_set(err, ERR_UNAVAILABLE, NULL) : err_set(err, ERR_TOO_LARGE, NULL);
    free(line);
    return ok;
}

static json_t *read_line(struct rpc *r)
{
    char piece[65536];
    for (;;) {
        const char *end = memchr(r->in.data, '\n', r->in.len);
        if (end) {
            size_t len = (size_t)(end - r->in.data);
            json_t *answer = json_loadb(r->in.data, len, 0, NULL);
            buf_consume(&r->in, len + 1);
            return answer;
        }
        ssize_t n = read(r->fd, piece, sizeof piece);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0 || !buf_append(&r->in, piece, (size_t)n))
            return NULL;
    }
}

static const char *member(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static void take_error(const json_t *error, struct err *err)
{
    const json_t *data = json_object_get(error, "data");
    const char *reason = member(data, "reason"), *text = member(error, "message");
    err_set(err, (enum err_code)json_integer_value(json_object_get(error, "code")), "%s", text);
    snprintf(err->field, sizeof err->field, "%s", member(data, "field"));
    snprintf(err->reason, sizeof err->reason, "%s", *reason ? reason : member(data, "rule"));
}

bool rpc_call(struct rpc *r, const char *method, const json_t *params, json_t **result, struct err *err)
{
    *result = NULL;
    if (!send_request(r, method, params, err))
        return false;
    for (json_t *answer; (answer = read_line(r)); json_decref(answer)) {
        const json_t *error = json_object_get(answer, "error");
        /* Anything else is a notification. */
        if (json_integer_value(json_object_get(answer, "id")) != r->id && !error)
            continue;
        *result = json_incref(json_object_get(answer, "result"));
        if (error)
            take_error(error, err);
        json_decref(answer);
        return *result || error ? *result != NULL : err_set(err, ERR_UNAVAILABLE, NULL);
    }
    return err_set(err, ERR_UNAVAILABLE, NULL);
}
