/* What stands on the control connection where the gate expects the core's answer: an answer, a refusal or a lost connection. */
#include "common/log.h"
#include "server/gate/control.h"
#include <assert.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { LONG_AGO = 1 };
    int ends[2];
    struct conn c = {.epoll_fd = epoll_create1(EPOLL_CLOEXEC), .link = {.fd = -1}};
    struct err err = {0};
    json_t *result = NULL;
    if (size > 64 * 1024 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0 || c.epoll_fd < 0)
        return 0;
    log_threshold((enum log_level)(LOG_LVL_ERROR + 1)); /* a lost connection is no news here */
    control_init(&c.control);
    c.control.source.fd = ends[0];
    if (write(ends[1], data, size) != (ssize_t)size || shutdown(ends[1], SHUT_WR) != 0)
        abort();
    enum control_result got = control_ask(&c, "gate.key", json_pack("{s:s}", "login", "clerk"), LONG_AGO, &result, &err);
    assert((got == CONTROL_OK) == (result != NULL));
    assert(got != CONTROL_REFUSED || err.code != ERR_OK);
    json_decref(result);
    buf_free(&c.control.input);
    if (c.control.source.fd >= 0)
        close(c.control.source.fd);
    close(ends[1]);
    close(c.epoll_fd);
    return 0;
}
