/* The disk is full: what is answered as written is written, the rest is `unavailable`, the parts go on, and when there is room again the
 * service comes back by itself. The state folder stands on a small disk in memory, in a mount namespace of the test's own: as root only. */
#include "tests/harness/check.h"
#include "tests/harness/clock.h"
#include "tests/harness/town.h"
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

enum { BACK_MS = 60000, REQUESTS_MAX = 400, TEXT_BYTES = 20000, FEW = 10, PATH_BYTES = 512 };

static struct server *server;
static struct town town;

/* Every registration that was asked for. */
static struct asked {
    char key[40];
    json_int_t id; /* 0: not acknowledged */
} asked[REQUESTS_MAX];
static int asked_count;

/* ---- the disk ---- */

static void filler_path(char path[PATH_BYTES]) { snprintf(path, PATH_BYTES, "%s/filler", server->state); }

static void fill_disk(void)
{
    static char bytes[1024 * 1024];
    char path[PATH_BYTES];
    filler_path(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    memset(bytes, 'x', sizeof bytes);
    for (size_t size = sizeof bytes; size > 0;)
        if (write(fd, bytes, size) < 0) {
            assert_int_equal(errno, ENOSPC);
            size /= 2;
        }
    close(fd);
}

static void free_disk(void)
{
    char path[PATH_BYTES];
    filler_path(path);
    assert_int_equal(unlink(path), 0);
}

static const struct passwd *server_account(void) { return getpwnam("gorod") ? getpwnam("gorod") : getpwnam("postgres"); }

/* Mounts of this process alone: nothing of the test is left behind, whatever becomes of it. */
static bool has_own_mounts(void)
{
    return geteuid() == 0 && server_account() && unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

static void mount_small_disk(void)
{
    char options[64];
    const struct passwd *owner = server_account();
    snprintf(options, sizeof options, "size=128m,mode=0700,uid=%d,gid=%d", (int)owner->pw_uid, (int)owner->pw_gid);
    CHECK(mount("tmpfs", server->state, "tmpfs", 0, options) == 0, "no small disk on %s: %s", server->state, strerror(errno));
}

static void starts_on_a_small_disk(void **state)
{
    (void)state;
    server = server_start(NULL);
    server_stop(server);
    mount_small_disk();
    server->errors_expected = true;
    server_start_again(server);
    given_municipality(server, &town);
}

/* ---- work ---- */

/* The code of the answer, 0 when it is written; fails on any other than `unavailable`. */
static json_int_t ask(struct rpc *r, struct asked *a)
{
    static char text[TEXT_BYTES + 1];
    /* Text that cannot be compressed needs room of its own; a repeat has the same. */
    srandom((unsigned)(a - asked) + 1);
    for (int i = 0; i < TEXT_BYTES; i++)
        text[i] = (char)('!' + random() % 90);
    json_t *answer = rpc_call(
        r, "appeal.register",
        rpc_keep(json_pack("{s:s, s:s, s:{s:s, s:s}, s:s, s:s, s:s}", "kind", "letter", "channel", "post", "new_correspondent", "kind",
                           "person", "name", "Полный Диск Петрович", "subject", a->key, "text", text, "request_id", a->key)));
    json_int_t code = json_integer_value(at(answer, "error.code"));
    CHECK(code == 0 || code == 1005, "a full disk answers %d: %s", (int)code, json_string_value(at(answer, "error.message")));
    if (code == 0) {
        CHECK(a->id == 0 || a->id == at_int(answer, "result.id"), "a repeat made another card");
        a->id = at_int(answer, "result.id");
    }
    return code;
}

static json_int_t ask_new(struct rpc *r)
{
    assert_true(asked_count < REQUESTS_MAX);
    struct asked *a = &asked[asked_count++];
    snprintf(a->key, sizeof a->key, "%s", fresh_uuid());
    return ask(r, a);
}

static void assert_parts_live(pid_t core, pid_t gate)
{
    assert_int_equal(server_part(server, "core"), core);
    assert_int_equal(server_part(server, "gate"), gate);
    rpc_ok(town.admin, "session.ping", NULL);
}

static bool is_written(void *a) { return ask(town.admin, a) == 0; }

static void settle_and_compare(void)
{
    for (int i = 0; i < asked_count; i++)
        CHECK(wait_until(is_written, &asked[i], BACK_MS), "request %d is not written although there is room", i);
    assert_int_equal(at_int(rpc_ok(town.admin, "appeal.list", "{s:s}", "kind", "letter"), "total"), asked_count);
    char *seen = calloc((size_t)asked_count + 2, 1);
    for (int i = 0; i < asked_count; i++) {
        json_t *card = rpc_ok(town.admin, "appeal.get", "{s:I}", "id", asked[i].id);
        int serial = atoi(strchr(at_text(card, "number"), '-') + 1);
        CHECK(serial >= 1 && serial <= asked_count && !seen[serial], "number %d is out of order or stands twice", serial);
        seen[serial] = 1;
        assert_string_equal(at_text(card, "subject"), asked[i].key);
        assert_int_equal(strlen(at_text(card, "text")), TEXT_BYTES);
        assert_int_equal(json_array_size(at(card, "history")), 1);
    }
    free(seen);
}

static void no_room_for_data(void **state)
{
    (void)state;
    pid_t core = server_part(server, "core"), gate = server_part(server, "gate"), postgres = server_part(server, "postgres");
    for (int i = 0; i < FEW; i++)
        assert_int_equal(ask_new(town.admin), 0);
    fill_disk();
    int refused = 0;
    while (refused < FEW)
        refused += ask_new(town.admin) != 0;
    assert_parts_live(core, gate);
    /* Who reads, reads on. */
    assert_int_equal(server_part(server, "postgres"), postgres);
    rpc_ok(town_as(&town, TOWN_clerk), "appeal.get", "{s:I}", "id", asked[0].id);
    free_disk();
    settle_and_compare();
    assert_parts_live(core, gate);
}

/* Ends one segment of the log after the other, until there is no room for the next. */
static bool log_is_full(void *arg)
{
    (void)arg;
    char run[PATH_BYTES];
    struct outcome o;
    snprintf(run, sizeof run, "%s/pg-run", server->state);
    char *const argv[] = {"psql", "-X",
                          "-h",   run,
                          "-U",   "gorod",
                          "-d",   "gorod",
                          "-c",   "SELECT pg_logical_emit_message(false, 'fill', 'x')",
                          "-c",   "SELECT pg_switch_wal()",
                          NULL};
    run_program(argv, NULL, BACK_MS, &o);
    outcome_free(&o);
    char *log = read_whole(server->log);
    bool full = log && strstr(log, "PANIC:");
    free(log);
    return full;
}

/* What PostgreSQL cannot go on without is its log: it ends, and cannot start before there is room. */
static void no_room_for_the_log(void **state)
{
    (void)state;
    pid_t core = server_part(server, "core"), gate = server_part(server, "gate");
    fill_disk();
    CHECK(wait_until(log_is_full, NULL, BACK_MS), "PostgreSQL finds room for its log");
    int refused = 0;
    for (int i = 0; i < FEW; i++)
        refused += ask_new(town.admin) != 0;
    assert_int_equal(refused, FEW);
    assert_parts_live(core, gate);
    free_disk();
    settle_and_compare();
    assert_parts_live(core, gate);
}

static void stops_cleanly(void **state)
{
    (void)state;
    town_close_sessions(&town);
    server_stop(server);
}

int main(void)
{
    /* cmocka says "not ok" of a case that is skipped, which is a failure to who reads it: the whole program is skipped instead. */
    if (!has_own_mounts()) {
        puts("1..0 # SKIP only root can mount a small disk");
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_on_a_small_disk),
        cmocka_unit_test(no_room_for_data),
        cmocka_unit_test(no_room_for_the_log),
        cmocka_unit_test(stops_cleanly),
    };
    return HARNESS_RUN("disk full", tests);
}
