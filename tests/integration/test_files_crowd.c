/* Files sessions are the core's other threads: each has one of its own, beside the loop and the workers. Here many of them work on one
 * inbox and one record at once, while screens do the same by operations, the rules are read anew and a line breaks; then the server stops
 * under those that are still open. What `run.sh test` plays under the thread sanitizer for the sake of server/files and core/files.c. */
#include "tests/harness/check.h"
#include "tests/harness/town.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SENDERS = 3, SCREENS = 3, ROUNDS = 3, SENT_BYTES = 600000, PART_BYTES = 200000, SFTP_MS = 120000, TRIES = 200, PAUSE_US = 50000 };

static struct server *server;
static struct town town;
static struct rpc *screens[SCREENS];
static json_int_t appeal;
static char work[SERVER_PATH_BYTES + 8], folder[64];

/* sftp as this user with a batch on its standard input; *to gets the end to write the batch to. */
static pid_t sftp_start(const char *login, int *to)
{
    const char *argv[SSH_ARGV_MAX];
    int from, argc = ssh_argv(server, login, 2, argv);
    const char *target = argv[argc - 1];
    for (int i = 0; i < argc; i++)
        if (strcmp(argv[i], "-p") == 0)
            argv[i] = "-P"; /* its own letter for the port */
    argv[0] = "sftp";
    argv[argc - 1] = "-q";
    argv[argc++] = "-b";
    argv[argc++] = "-";
    argv[argc++] = target;
    argv[argc] = NULL;
    pid_t pid = proc_start_piped((char *const *)argv, to, &from, -1);
    close(from); /* lists are not read: what they say is asked by operations */
    return pid;
}

static void say(int to, const char *batch) { assert_int_equal(write(to, batch, strlen(batch)), (ssize_t)strlen(batch)); }

static void starts_and_is_filled(void **state)
{
    (void)state;
    server = server_start(NULL);
    given_municipality(server, &town);
    json_t *made = given_appeal(&town, "Петрова Анна Ильинична", "Яма во дворе");
    appeal = at_int(made, "id");
    snprintf(folder, sizeof folder, "%s", at_text(made, "number"));
    *strchr(folder, '/') = '-';
    snprintf(work, sizeof work, "%s/work", server->dir);
    struct outcome o;
    char *const argv[] = {"mkdir", work, NULL};
    run_program(argv, NULL, SFTP_MS, &o);
    assert_int_equal(o.exit_code, 0);
    outcome_free(&o);
    char *bytes = malloc(SENT_BYTES + 1), path[SERVER_PATH_BYTES + 32];
    assert_non_null(bytes);
    for (int i = 0; i < SENT_BYTES; i++)
        bytes[i] = (char)('a' + i % 23);
    bytes[SENT_BYTES] = '\0';
    snprintf(path, sizeof path, "%s/sent", work);
    assert_true(write_whole(path, bytes, 0600));
    free(bytes);
    for (int i = 0; i < SCREENS; i++)
        screens[i] = rpc_open_ssh(server, "clerk");
}

/* What one sender does: each of its steps meets those of the others in the same two folders. */
static void tell_sender(int to, int number)
{
    char batch[3000];
    snprintf(batch, sizeof batch,
             "put %s/sent /inbox/from-%d\nls -l /inbox\nget /inbox/from-%d %s/back-%d\nrename /inbox/from-%d /inbox/kept-%d\n"
             "put %s/sent /appeals/%s/paper-%d\nls -l /appeals/%s\nget /appeals/%s/paper-%d %s/paper-%d\nput %s/sent /inbox/gone-%d\n"
             "df /inbox\nrm /inbox/gone-%d\n",
             work, number, number, work, number, number, number, work, folder, number, folder, folder, number, work, number, work, number,
             number);
    say(to, batch);
    close(to);
}

/* A screen's part meanwhile: put in parts, attached, listed, looked at, read by the card. */
static void screens_work(int round)
{
    char name[64], *part = malloc(PART_BYTES), *text;
    int ids[SCREENS];
    assert_non_null(part);
    memset(part, 'x', PART_BYTES);
    text = base64_text(part, PART_BYTES);
    for (int i = 0; i < SCREENS; i++) {
        snprintf(name, sizeof name, "screen-%d-%d.txt", i, round);
        ids[i] = rpc_send(screens[i], "file.put", json_pack("{s:s, s:s, s:s}", "name", name, "content", text, "request_id", fresh_uuid()));
    }
    free(part);
    free(text);
    for (int i = 0; i < SCREENS; i++) {
        json_t *put = rpc_answer(screens[i], ids[i]);
        CHECK(at(put, "result.id"), "put: %s", json_dumps(put, 0));
        json_t *params = i == 0 ? json_pack("{s:[I], s:s, s:I, s:s}", "files", at_int(put, "result.id"), "record", "appeal", "id", appeal,
                                            "request_id", fresh_uuid())
                                : json_pack("{s:I, s:i, s:i}", "id", at_int(put, "result.id"), "columns", 80, "rows", 24);
        ids[i] = rpc_send(screens[i], i == 0 ? "file.attach" : "file.view", params);
    }
    for (int i = 0; i < SCREENS; i++) {
        json_t *answer = rpc_answer(screens[i], ids[i]);
        CHECK(at(answer, "result"), "screen %d: %s", i, json_dumps(answer, 0));
        rpc_ok(screens[i], "file.list", NULL);
        rpc_ok(screens[i], "appeal.get", "{s:I}", "id", appeal);
    }
}

static bool is_same(const char *name, int number)
{
    char path[SERVER_PATH_BYTES + 64];
    snprintf(path, sizeof path, "%s/sent", work);
    char *sent = read_whole(path);
    snprintf(path, sizeof path, "%s/%s-%d", work, name, number);
    char *back = read_whole(path);
    bool same = sent && back && strcmp(sent, back) == 0;
    free(sent);
    free(back);
    return same;
}

static void senders_and_screens_share_folders(void **state)
{
    (void)state;
    pid_t sender[SENDERS];
    int to[SENDERS];
    for (int i = 0; i < SENDERS; i++)
        sender[i] = sftp_start("clerk", &to[i]);
    for (int i = 0; i < SENDERS; i++)
        tell_sender(to[i], i);
    for (int round = 0; round < ROUNDS; round++) {
        if (round % 2 == 0)
            assert_int_equal(kill(server->pid, SIGHUP), 0);
        screens_work(round);
    }
    for (int i = 0; i < SENDERS; i++) {
        assert_int_equal(proc_wait(sender[i], SFTP_MS), 0);
        CHECK(is_same("back", i) && is_same("paper", i), "sender %d got something else back", i);
    }
    /* Of each sender one file is left in the inbox, of each round the files of the screens that attached nothing. */
    assert_int_equal(at_int(rpc_ok(screens[0], "file.list", NULL), "total"), SENDERS + ROUNDS * (SCREENS - 1));
    assert_int_equal(json_array_size(at(rpc_ok(screens[0], "appeal.get", "{s:I}", "id", appeal), "files")), SENDERS + ROUNDS);
}

/* Everybody has sent one file and holds the session open. */
static void open_senders(enum town_user user, pid_t sender[SENDERS], int to[SENDERS])
{
    char batch[SERVER_PATH_BYTES + 64];
    for (int i = 0; i < SENDERS; i++) {
        sender[i] = sftp_start(town_logins[user], &to[i]);
        snprintf(batch, sizeof batch, "put %s/sent /inbox/open-%d\n", work, i);
        say(to[i], batch);
    }
    json_int_t sent = 0;
    for (int i = 0; i < TRIES && sent < SENDERS; i++) {
        usleep(PAUSE_US);
        sent = at_int(rpc_ok(town_as(&town, user), "file.list", NULL), "total");
    }
    assert_int_equal(sent, SENDERS);
}

static void end_senders(pid_t sender[SENDERS], int to[SENDERS])
{
    for (int i = 0; i < SENDERS; i++) {
        close(to[i]);
        proc_wait(sender[i], SFTP_MS);
    }
}

/* A line breaks and the person is disabled while their sessions are open: each ends by itself and takes nothing along. */
static void lines_break_and_people_go(void **state)
{
    (void)state;
    pid_t sender[SENDERS];
    int to[SENDERS];
    char batch[SERVER_PATH_BYTES + 64];
    open_senders(TOWN_manager, sender, to);
    for (int i = 0; i < SENDERS; i++) {
        snprintf(batch, sizeof batch, "put %s/sent /inbox/late-%d\n", work, i);
        say(to[i], batch);
    }
    proc_kill(sender[0]);
    json_t *user = rpc_ok(town.admin, "user.get", "{s:I}", "id", town.user[TOWN_manager]);
    rpc_ok(town.admin, "user.disable", "{s:I, s:I, s:s}", "id", town.user[TOWN_manager], "version", at_int(user, "version"), "request_id",
           fresh_uuid());
    for (int i = 0; i < SENDERS; i++)
        (void)!write(to[i], "ls /inbox\n", strlen("ls /inbox\n"));
    end_senders(sender, to);
    assert_string_equal(server_sql(server, "SELECT count(*) FROM file WHERE name LIKE 'open-%'"), "3");
}

static void the_server_stops_under_open_sessions(void **state)
{
    (void)state;
    pid_t sender[SENDERS];
    int to[SENDERS];
    open_senders(TOWN_head, sender, to);
    for (int i = 0; i < SCREENS; i++)
        rpc_close(&screens[i]);
    town_close_sessions(&town);
    server_stop(server);
    end_senders(sender, to);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_and_is_filled),
        cmocka_unit_test(senders_and_screens_share_folders),
        cmocka_unit_test(lines_break_and_people_go),
        cmocka_unit_test(the_server_stops_under_open_sessions),
    };
    return HARNESS_RUN("files_crowd", tests);
}
