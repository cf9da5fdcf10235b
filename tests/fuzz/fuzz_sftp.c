/* What a client sends over the subsystem sftp. Whatever it is: requests for the core are whole and within their limits, packets for the client are
 * whole, and the way the bytes are cut makes no difference. */
#include "server/files/wire.h"
#include "server/gate/sftp.h"
#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct run {
    struct buf to_core, to_client;
    bool ended;
};

static void play(const uint8_t *data, size_t size, size_t step, struct run *r)
{
    struct sftp s;
    *r = (struct run){0};
    sftp_init(&s, LANG_EN);
    buf_init(&r->to_core, 16 * 1024 * 1024);
    buf_init(&r->to_client, 16 * 1024 * 1024);
    for (size_t at = 0; at < size;) {
        size_t n = size - at < step ? size - at : step;
        long taken = sftp_take(&s, (const char *)data + at, n, &r->to_core, &r->to_client);
        r->ended = taken < 0;
        if (taken <= 0)
            break;
        assert((size_t)taken <= n);
        at += (size_t)taken;
    }
    sftp_free(&s);
}

static void check(const struct run *r)
{
    struct files_request q;
    size_t at = 0, len;
    for (; at < r->to_core.len; at += len) {
        len = files_frame(r->to_core.data + at, r->to_core.len - at, FILES_FRAME_MAX);
        assert(len != 0 && len != SIZE_MAX && files_request_read(r->to_core.data + at, len, &q));
        assert(q.path_len == 0 || q.path[0] == '/');
    }
    for (at = 0; at < r->to_client.len; at += len) {
        len = files_frame(r->to_client.data + at, r->to_client.len - at, SFTP_PACKET_MAX);
        assert(len != 0 && len != SIZE_MAX);
    }
}

/* The answers of a core that has gone mad must not harm the gate either. */
static void answers(const uint8_t *data, size_t size)
{
    struct sftp s;
    struct buf from_core, to_client;
    sftp_init(&s, LANG_EN);
    s.waiting = SFTP_REQUESTS_MAX;
    buf_init(&from_core, size + 1);
    buf_init(&to_client, 16 * 1024 * 1024);
    buf_append(&from_core, data, size);
    (void)sftp_answer(&s, &from_core, &to_client);
    buf_free(&from_core);
    buf_free(&to_client);
    sftp_free(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct run whole, cut;
    if (size > 1024 * 1024)
        return 0;
    play(data, size, size ? size : 1, &whole);
    play(data, size, 7, &cut);
    check(&whole);
    assert(whole.ended == cut.ended && whole.to_core.len == cut.to_core.len && whole.to_client.len == cut.to_client.len);
    assert(memcmp(whole.to_core.data, cut.to_core.data, cut.to_core.len) == 0);
    buf_free(&whole.to_core);
    buf_free(&whole.to_client);
    buf_free(&cut.to_core);
    buf_free(&cut.to_client);
    answers(data, size);
    return 0;
}
