#include "server/files/wire.h"
#include <string.h>

enum { LENGTH_BYTES = 4 };

void files_put16(unsigned char *to, uint16_t n)
{
    to[0] = (unsigned char)(n >> 8);
    to[1] = (unsigned char)n;
}

void files_put32(unsigned char *to, uint32_t n)
{
    files_put16(to, (uint16_t)(n >> 16));
    files_put16(to + 2, (uint16_t)n);
}

void files_put64(unsigned char *to, uint64_t n)
{
    files_put32(to, (uint32_t)(n >> 32));
    files_put32(to + 4, (uint32_t)n);
}

uint16_t files_get16(const unsigned char *from) { return (uint16_t)(from[0] << 8 | from[1]); }
uint32_t files_get32(const unsigned char *from) { return (uint32_t)files_get16(from) << 16 | files_get16(from + 2); }
uint64_t files_get64(const unsigned char *from) { return (uint64_t)files_get32(from) << 32 | files_get32(from + 4); }

void files_attrs_put(unsigned char to[FILES_ATTRS_BYTES], const struct files_attrs *a)
{
    files_put64(to, a->size);
    files_put32(to + 8, a->mode);
    files_put32(to + 12, a->time);
}

struct files_attrs files_attrs_get(const unsigned char from[FILES_ATTRS_BYTES])
{
    return (struct files_attrs){.size = files_get64(from), .mode = files_get32(from + 8), .time = files_get32(from + 12)};
}

size_t files_frame(const void *bytes, size_t len, size_t max)
{
    if (len < LENGTH_BYTES)
        return 0;
    size_t body = files_get32(bytes);
    if (body == 0 || body > max)
        return SIZE_MAX;
    return len - LENGTH_BYTES < body ? 0 : LENGTH_BYTES + body;
}

bool files_request_read(const void *frame, size_t len, struct files_request *r)
{
    const unsigned char *p = (const unsigned char *)frame + LENGTH_BYTES;
    if (len < LENGTH_BYTES + FILES_REQUEST_HEAD)
        return false;
    size_t left = len - LENGTH_BYTES - FILES_REQUEST_HEAD;
    *r = (struct files_request){.op = p[0], .id = files_get32(p + 1), .handle = files_get32(p + 5), .offset = files_get64(p + 9),
                                .count = files_get32(p + 17), .path_len = files_get16(p + 21), .path2_len = files_get16(p + 23)};
    if (r->op == 0 || r->op >= FILES_OP_END || r->path_len > FILES_PATH_MAX || r->path2_len > FILES_PATH_MAX ||
        r->path_len + r->path2_len > left || left - r->path_len - r->path2_len > FILES_DATA_MAX)
        return false;
    r->path = (const char *)p + FILES_REQUEST_HEAD;
    r->path2 = r->path + r->path_len;
    r->data = r->path2 + r->path2_len;
    r->data_len = left - r->path_len - r->path2_len;
    return true;
}

bool files_answer_read(const void *frame, size_t len, struct files_answer *a)
{
    const unsigned char *p = (const unsigned char *)frame + LENGTH_BYTES;
    if (len < LENGTH_BYTES + FILES_ANSWER_HEAD)
        return false;
    *a = (struct files_answer){.kind = p[0], .id = files_get32(p + 1), .body = p + FILES_ANSWER_HEAD, .len = len - LENGTH_BYTES - FILES_ANSWER_HEAD};
    switch (a->kind) {
    case FILES_STATUS: return a->len >= 4;
    case FILES_HANDLE: return a->len == 4;
    case FILES_DATA: return a->len <= FILES_DATA_MAX;
    case FILES_ATTRS: return a->len == FILES_ATTRS_BYTES;
    case FILES_SPACE: return a->len == 32;
    case FILES_NAMES: return true; /* read name by name */
    default: return false;
    }
}

bool files_request_write(struct buf *out, const struct files_request *r)
{
    unsigned char head[LENGTH_BYTES + FILES_REQUEST_HEAD];
    files_put32(head, (uint32_t)(FILES_REQUEST_HEAD + r->path_len + r->path2_len + r->data_len));
    head[4] = (unsigned char)r->op;
    files_put32(head + 5, r->id);
    files_put32(head + 9, r->handle);
    files_put64(head + 13, r->offset);
    files_put32(head + 21, r->count);
    files_put16(head + 25, (uint16_t)r->path_len);
    files_put16(head + 27, (uint16_t)r->path2_len);
    return buf_append(out, head, sizeof head) && buf_append(out, r->path, r->path_len) && buf_append(out, r->path2, r->path2_len) &&
           buf_append(out, r->data, r->data_len);
}

bool files_answer_write(struct buf *out, enum files_answer_kind kind, uint32_t id, const void *body, size_t len)
{
    unsigned char head[LENGTH_BYTES + FILES_ANSWER_HEAD];
    files_put32(head, (uint32_t)(FILES_ANSWER_HEAD + len));
    head[4] = (unsigned char)kind;
    files_put32(head + 5, id);
    return buf_append(out, head, sizeof head) && buf_append(out, body, len);
}

bool files_status_write(struct buf *out, uint32_t id, enum files_status status, const char *words)
{
    unsigned char body[4 + 512];
    size_t len = strnlen(words ? words : "", sizeof body - 4);
    files_put32(body, status);
    if (len > 0)
        memcpy(body + 4, words, len);
    return files_answer_write(out, FILES_STATUS, id, body, 4 + len);
}
