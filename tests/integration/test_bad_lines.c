/* Lines that are no requests, clients that do not keep to the rules: an error, and the session (and everybody else's) goes on. */
#include "tests/harness/check.h"
#include "tests/harness/clock.h"
#include "tests/harness/town.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 1024 * 1024, READ_MS = 20000 };

static struct server *server;
static struct town town;

static void starts_and_is_filled(void **state)
{
    (void)state;
    server = server_start(NULL);
    given_municipality(server, &town);
}

/* ---- malformed JSON ---- */

static void send_line(struct rpc *r, const char *line) { assert_true(rpc_send_bytes(r, line, strlen(line)) && rpc_send_bytes(r, "\n", 1)); }

static json_t *answer_to(struct rpc *r, const char *line)
{
    send_line(r, line);
    json_t *answer = rpc_read(r, READ_MS);
    CHECK(answer, "no answer to %.200s", line);
    return answer;
}

static void assert_code(struct rpc *r, const char *line, int code)
{
    json_t *answer = answer_to(r, line);
    json_int_t got = json_integer_value(at(answer, "error.code"));
    CHECK(got == code, "%.200s is answered with %d instead of %d", line, (int)got, code);
}

/* Every answer before the one to the ping must be an error. Returns how many came. */
static int errors_before_ping(struct rpc *r, const char *what)
{
    int id = rpc_send(r, "session.ping", NULL), errors = 0;
    for (;;) {
        json_t *answer = rpc_read(r, READ_MS);
        CHECK(answer, "after %s the session does not answer", what);
        if (json_is_object(answer) && json_integer_value(json_object_get(answer, "id")) == id && json_object_get(answer, "result"))
            return errors;
        size_t i;
        json_t *one;
        if (json_is_object(answer))
            CHECK(at(answer, "error.code"), "%s was answered with a result", what);
        json_array_foreach(answer, i, one) CHECK(at(one, "error.code"), "%s was answered with a result", what);
        errors++;
    }
}

static void own_malformed_lines(void **state)
{
    (void)state;
    static const char *const lines[] = {"{",
                                        "}",
                                        "[",
                                        "\"",
                                        "{\"jsonrpc\":\"2.0\",\"method\":\"session.ping\",\"id\":1",
                                        "{'jsonrpc':'2.0'}",
                                        "{\"a\":1,}",
                                        "nul",
                                        "{\"jsonrpc\":\"2.0\",\"method\":\"session.ping\",\"id\":1,\"id\":2}",
                                        "{\"jsonrpc\":\"2.0\",\"method\":\"session.ping\",\"id\":1} x",
                                        "{\"x\":\"\\ud800\"}",
                                        "{\"x\":1e999}",
                                        "{\"x\":99999999999999999999}",
                                        "{\"x\":01}",
                                        "{\"x\":NaN}",
                                        "{\"x\":+1}",
                                        "\xef\xbb\xbf{}x",
                                        "// comment"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_code(town.admin, lines[i], -32700);
    /* Not UTF-8, but otherwise a request: the member at fault is named. */
    json_t *answer =
        answer_to(town.admin, "{\"jsonrpc\":\"2.0\",\"id\":\"k\",\"method\":\"appeal.list\",\"params\":{\"query\":\"\xed\xa0\x80\"}}");
    assert_int_equal(at_int(answer, "error.code"), -32602);
    assert_string_equal(at_text(answer, "error.data.field"), "query");
    assert_string_equal(at_text(answer, "id"), "k");
    rpc_ok(town.admin, "session.ping", NULL);
}

/* Not requests, though JSON. */
static void json_that_is_no_request(void **state)
{
    (void)state;
    static const char *const lines[] = {"1",
                                        "null",
                                        "true",
                                        "\"session.ping\"",
                                        "{}",
                                        "{\"x\":\"\\u0000\"}",
                                        "{\"jsonrpc\":\"2.0\\u0000\",\"method\":\"session.ping\",\"id\":1}",
                                        "{\"id\":1}",
                                        "{\"jsonrpc\":\"2.0\",\"id\":1}",
                                        "{\"jsonrpc\":\"1.0\",\"method\":\"session.ping\",\"id\":1}",
                                        "{\"jsonrpc\":2.0,\"method\":\"session.ping\",\"id\":1}",
                                        "{\"jsonrpc\":\"2.0\",\"method\":7,\"id\":1}",
                                        "{\"jsonrpc\":\"2.0\",\"method\":null,\"id\":1}",
                                        "{\"jsonrpc\":\"2.0\",\"method\":\"session.ping\",\"id\":{}}",
                                        "{\"jsonrpc\":\"2.0\",\"method\":\"session.ping\",\"id\":[1]}",
                                        "[]"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_code(town.admin, lines[i], -32600);
    assert_code(town.admin, "{\"jsonrpc\":\"2.0\",\"method\":\"no.such\",\"id\":1}", -32601);
    assert_code(town.admin, "{\"jsonrpc\":\"2.0\",\"method\":\"\",\"id\":1}", -32601);
    assert_code(town.admin, "{\"jsonrpc\":\"2.0\",\"method\":\"session.ping \",\"id\":1}", -32601);
    assert_code(town.admin, "{\"jsonrpc\":\"2.0\",\"method\":\"session.ping\",\"params\":\"x\",\"id\":1}", -32602);
    assert_code(town.admin, "{\"jsonrpc\":\"2.0\",\"method\":\"gate.hello\",\"params\":{\"secret\":\"x\"},\"id\":1}", -32601);
}

static void ids_come_back_as_they_were(void **state)
{
    (void)state;
    static const char *const ids[] = {"1", "0", "-7", "9007199254740993", "\"\"", "\"я-7\"", "\"\\\"\\\\\\n\"", "null"};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        char line[200];
        snprintf(line, sizeof line, "{\"jsonrpc\":\"2.0\",\"method\":\"session.ping\",\"id\":%s}", ids[i]);
        json_t *answer = answer_to(town.admin, line), *id = json_loads(ids[i], JSON_DECODE_ANY, NULL);
        CHECK(json_equal(json_object_get(answer, "id"), id), "the id %s came back changed", ids[i]);
        json_decref(id);
    }
}

static void files_of_malformed_json(void **state)
{
    (void)state;
    DIR *d = opendir(data_path("malformed/json"));
    int count = 0;
    assert_non_null(d);
    struct rpc *clerk = town_as(&town, TOWN_clerk);
    for (struct dirent *e; (e = readdir(d));) {
        if (!strstr(e->d_name, ".json"))
            continue;
        char path[4096 + 300];
        snprintf(path, sizeof path, "%s/%s", data_path("malformed/json"), e->d_name);
        FILE *f = fopen(path, "re");
        static char bytes[LINE_MAX_BYTES];
        assert_non_null(f);
        size_t len = fread(bytes, 1, sizeof bytes - 1, f);
        bytes[len] = '\0';
        fclose(f);
        assert_true(rpc_send_bytes(clerk, bytes, len) && rpc_send_bytes(clerk, "\n", 1));
        int errors = errors_before_ping(clerk, e->d_name);
        CHECK(len == 0 || errors > 0 || bytes[strspn(bytes, " \t\r\n")] == '\0', "%s was not answered", e->d_name);
        count++;
    }
    closedir(d);
    assert_true(count > 100);
}

static void nesting_without_end(void **state)
{
    (void)state;
    enum { DEEP = 200000, CLOSED = 1500 };
    static char line[DEEP + 200];
    static const char *const openings[] = {"[", "{\"a\":", "[[1],"};
    for (size_t o = 0; o < sizeof openings / sizeof *openings; o++) {
        size_t n = strlen(openings[o]), len = 0;
        for (; len + n < DEEP; len += n)
            memcpy(line + len, openings[o], n);
        line[len] = '\0';
        assert_code(town.admin, line, -32700);
    }
    /* Closed and deep: refused or kept, never a fault. */
    int len = sprintf(line, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"draft.save\",\"params\":{\"screen\":\"x\",\"body\":{\"a\":");
    memset(line + len, '[', CLOSED);
    memset(line + len + CLOSED, ']', CLOSED);
    strcpy(line + len + 2 * CLOSED, "}}}");
    json_int_t code = json_integer_value(at(answer_to(town.admin, line), "error.code"));
    assert_true(code == 0 || code == -32602 || code == -32700 || code == 1006);
}

/* ---- batches ---- */

static void batches(void **state)
{
    (void)state;
    json_t *answer = answer_to(town.admin, "[{\"jsonrpc\":\"2.0\",\"method\":\"session.ping\",\"id\":1},"
                                           "{\"jsonrpc\":\"2.0\",\"method\":\"no.such\",\"id\":\"b\"},"
                                           "{\"jsonrpc\":\"2.0\",\"method\":\"session.ping\"},"
                                           "7, [], {\"foo\":1},"
                                           "{\"jsonrpc\":\"2.0\",\"method\":\"session.whoami\",\"id\":3}]");
    assert_int_equal(json_array_size(answer), 6);
    assert_non_null(at(answer, "0.result"));
    assert_int_equal(at_int(answer, "1.error.code"), -32601);
    assert_string_equal(at_text(answer, "1.id"), "b");
    for (int i = 2; i < 5; i++)
        assert_int_equal(json_integer_value(at(json_array_get(answer, (size_t)i), "error.code")), -32600);
    assert_string_equal(at_text(answer, "5.result.login"), "system");
}

static void a_batch_is_not_one_transaction(void **state)
{
    (void)state;
    json_t *answer =
        answer_to(town.admin, "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"unit.add\",\"params\":{\"code\":\"b1\",\"name\":\"Пакет 1\"}},"
                              "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"unit.add\",\"params\":{\"code\":\"b1\",\"name\":\"Пакет 2\"}},"
                              "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"unit.add\",\"params\":{\"code\":\"b3\",\"name\":\"Пакет 3\"}}]");
    assert_non_null(at(answer, "0.result.id"));
    assert_int_equal(at_int(answer, "1.error.code"), -32602);
    assert_non_null(at(answer, "2.result.id"));
}

static void notifications_are_done_and_not_answered(void **state)
{
    (void)state;
    send_line(town.admin, "{\"jsonrpc\":\"2.0\",\"method\":\"unit.add\",\"params\":{\"code\":\"quiet\",\"name\":\"Тихий отдел\"}}");
    send_line(town.admin, "[{\"jsonrpc\":\"2.0\",\"method\":\"session.ping\"},{\"jsonrpc\":\"2.0\",\"method\":\"no.such\"}]");
    assert_int_equal(errors_before_ping(town.admin, "a notification"), 0);
    assert_int_equal(at_int(rpc_ok(town.admin, "unit.list", "{s:s}", "query", "Тихий отдел"), "total"), 1);
}

static void a_batch_has_a_limit(void **state)
{
    (void)state;
    json_t *batch = json_array();
    for (int i = 0; i < 5000; i++)
        json_array_append_new(batch, json_pack("{s:s, s:s, s:i}", "jsonrpc", "2.0", "method", "session.ping", "id", i));
    char *line = json_dumps(batch, JSON_COMPACT);
    json_t *answer = answer_to(town.admin, line);
    assert_int_equal(json_integer_value(at(answer, "error.code")), 1006);
    rpc_ok(town.admin, "session.ping", NULL);
    free(line);
    json_decref(batch);
}

/* ---- sizes ---- */

static void lines_over_the_limit(struct rpc *r)
{
    static const char request[] = "{\"jsonrpc\":\"2.0\",\"method\":\"session.ping\",\"id\":4711}";
    char *line = malloc(4 * LINE_MAX_BYTES);
    memset(line, ' ', 4 * LINE_MAX_BYTES);
    memcpy(line, request, sizeof request - 1);
    /* Exactly the limit is a request ... */
    assert_true(rpc_send_bytes(r, line, LINE_MAX_BYTES) && rpc_send_bytes(r, "\n", 1));
    assert_int_equal(at_int(rpc_read(r, READ_MS), "id"), 4711);
    /* ... one byte more is not, and neither is much more. */
    static const size_t sizes[] = {LINE_MAX_BYTES + 1, LINE_MAX_BYTES + 4096, 4 * LINE_MAX_BYTES};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        assert_true(rpc_send_bytes(r, line, sizes[i]) && rpc_send_bytes(r, "\n", 1));
        json_t *answer = rpc_read(r, READ_MS);
        CHECK(answer, "a line of %zu bytes ends the session", sizes[i]);
        assert_int_equal(at_int(answer, "error.code"), 1006);
        rpc_ok(r, "session.ping", NULL);
    }
    free(line);
}

static void long_lines(void **state)
{
    (void)state;
    lines_over_the_limit(town.admin);
    lines_over_the_limit(town_as(&town, TOWN_clerk));
}

static void lines_in_single_bytes(void **state)
{
    (void)state;
    static const char line[] = "{\"jsonrpc\":\"2.0\",\"method\":\"session.ping\",\"id\":5}\r\n\n\n";
    struct rpc *r = rpc_open_admin(server);
    for (size_t i = 0; i < sizeof line - 1; i++)
        assert_true(rpc_send_bytes(r, line + i, 1));
    assert_int_equal(at_int(rpc_read(r, READ_MS), "id"), 5);
    rpc_close(&r);
}

/* ---- clients that do not keep to the rules ---- */

static void half_closed_lines_get_their_answers(void **state)
{
    (void)state;
    struct rpc *both[] = {rpc_open_admin(server), rpc_open_ssh(server, "clerk")};
    for (size_t i = 0; i < 2; i++) {
        int ids[5];
        for (int k = 0; k < 5; k++)
            ids[k] = rpc_send(both[i], "appeal.list", NULL);
        rpc_half_close(both[i]);
        for (int k = 0; k < 5; k++)
            CHECK(rpc_answer_or_end(both[i], ids[k]), "answer %d of 5 did not come over a half-closed %s", k + 1, i ? "ssh" : "socket");
        assert_null(rpc_read(both[i], READ_MS));
        rpc_close(&both[i]);
    }
}

static void a_cut_line_is_no_request(void **state)
{
    (void)state;
    json_int_t before = at_int(rpc_ok(town.admin, "unit.list", NULL), "total");
    struct rpc *r = rpc_open_admin(server);
    static const char cut[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"unit.add\",\"params\":{\"code\":\"cut\",\"name\":\"Обрыв\"}}";
    assert_true(rpc_send_bytes(r, cut, sizeof cut - 1));
    rpc_half_close(r);
    rpc_read(r, READ_MS);
    rpc_close(&r);
    assert_int_equal(at_int(rpc_ok(town.admin, "unit.list", NULL), "total"), before);
}

/* Resident memory of a process, KiB. */
static long resident_kib(pid_t pid)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    char *text = read_whole(path), *line = text ? strstr(text, "VmRSS:") : NULL;
    long kib = line ? atol(line + 6) : 0;
    free(text);
    return kib;
}

static bool takes_more(int fd)
{
    struct pollfd p = {fd, POLLOUT, 0};
    return poll(&p, 1, 1000) > 0;
}

static void a_client_that_never_reads_harms_nobody(void **state)
{
    (void)state;
    enum { REQUESTS_MAX = 200000, GROWTH_MAX_KIB = 256 * 1024 }; /* the sanitizer keeps what is freed for a while; all answers would be a gigabyte */;
    static const char request[] = "{\"jsonrpc\":\"2.0\",\"method\":\"meta.describe\",\"id\":1}\n";
    pid_t core = server_part(server, "core");
    long before = core ? resident_kib(core) : 0;
    struct rpc *deaf = rpc_open_admin(server);
    int sent = 0;
    while (sent < REQUESTS_MAX && takes_more(rpc_fd(deaf))) {
        ssize_t n = send(rpc_fd(deaf), request, sizeof request - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno != EAGAIN)
            break;
        sent += n > 0;
    }
    CHECK(sent < REQUESTS_MAX, "the server takes requests without end from a client that does not read");
    int64_t began = clock_ms();
    for (int i = 0; i < 20; i++)
        rpc_ok(town_as(&town, TOWN_clerk), "session.whoami", NULL);
    assert_true(clock_ms() - began < 5000);
    if (core)
        CHECK(resident_kib(core) - before < GROWTH_MAX_KIB, "the core grew by %ld KiB", resident_kib(core) - before);
    /* It may still change its mind. */
    for (int i = 0; i < 20; i++)
        CHECK(rpc_read(deaf, READ_MS), "answer %d did not come", i);
    rpc_close(&deaf);
}

static void a_deaf_subscriber_harms_nobody(void **state)
{
    (void)state;
    enum { EVENTS = 3000 };
    struct rpc *deaf = rpc_open_ssh(server, "clerk"), *head = town_as(&town, TOWN_head);
    rpc_ok(deaf, "event.subscribe", NULL);
    json_int_t id = at_int(given_assignment(&town, 0, TOWN_executor, "Много событий"), "id");
    for (int i = 0; i < EVENTS; i++)
        rpc_send(head, "assignment.comment", json_pack("{s:I, s:s}", "id", id, "text", "Ещё"));
    for (int i = 0; i < EVENTS; i++)
        CHECK(rpc_read(head, READ_MS), "comment %d was not answered", i);
    rpc_ok(head, "session.ping", NULL);
    rpc_close(&deaf);
}

static void clients_that_vanish(void **state)
{
    (void)state;
    for (int i = 0; i < 200; i++) {
        struct rpc *r = rpc_open_admin(server);
        rpc_send(r, i % 2 ? "meta.describe" : "appeal.list", NULL);
        if (i % 3 == 0)
            rpc_send_bytes(r, "{\"jsonrpc\"", 10);
        rpc_close(&r);
    }
    rpc_ok(town.admin, "session.ping", NULL);
}

static void stops_cleanly(void **state)
{
    (void)state;
    town_close_sessions(&town);
    server_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_and_is_filled),
        cmocka_unit_test(own_malformed_lines),
        cmocka_unit_test(json_that_is_no_request),
        cmocka_unit_test(ids_come_back_as_they_were),
        cmocka_unit_test(files_of_malformed_json),
        cmocka_unit_test(nesting_without_end),
        cmocka_unit_test(batches),
        cmocka_unit_test(a_batch_is_not_one_transaction),
        cmocka_unit_test(notifications_are_done_and_not_answered),
        cmocka_unit_test(a_batch_has_a_limit),
        cmocka_unit_test(long_lines),
        cmocka_unit_test(lines_in_single_bytes),
        cmocka_unit_test(half_closed_lines_get_their_answers),
        cmocka_unit_test(a_cut_line_is_no_request),
        cmocka_unit_test(a_client_that_never_reads_harms_nobody),
        cmocka_unit_test(a_deaf_subscriber_harms_nobody),
        cmocka_unit_test(clients_that_vanish),
        cmocka_unit_test(stops_cleanly),
    };
    return HARNESS_RUN("bad_lines", tests);
}
