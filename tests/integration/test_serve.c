/* The supervisor: what it tells systemd, how it takes a changed configuration, what it says when it cannot start, and what it does about
 * a part that dies at each start. */
#include "tests/harness/check.h"
#include "tests/harness/clock.h"
#include "tests/harness/town.h"
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { SAY_MS = 20000, RUN_MS = 60000, BACK_MS = 60000, PATH_BYTES = 512, TEXT_BYTES = 4096 };

static struct server *server;
static struct town town;
static char folder[] = "/tmp/gorod-serve-XXXXXX";
static int systemd = -1;

/* ---- systemd ---- */

static void hears_nothing_yet(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s/notify", folder);
    systemd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(systemd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(chmod(address.sun_path, 0777), 0);
}

/* Reads what is said until it is this. */
static void assert_said(const char *state)
{
    int64_t deadline = clock_ms() + SAY_MS;
    for (;;) {
        char said[128];
        struct pollfd p = {systemd, POLLIN, 0};
        CHECK(poll(&p, 1, clock_left_ms(deadline)) > 0, "systemd does not hear %s", state);
        ssize_t n = recv(systemd, said, sizeof said - 1, 0);
        said[n > 0 ? n : 0] = '\0';
        if (strncmp(said, state, strlen(state)) == 0)
            return;
    }
}

/* A socket holds few messages, and nobody reads them while other things are tested. */
static void forget_what_was_said(void)
{
    char said[128];
    while (recv(systemd, said, sizeof said, MSG_DONTWAIT) > 0)
        ;
}

static void starts_and_tells_systemd(void **state)
{
    (void)state;
    CHECK(mkdtemp(folder) && chmod(folder, 0755) == 0, "no folder in /tmp");
    hears_nothing_yet();
    static char socket_entry[PATH_BYTES];
    static const char *const env[] = {socket_entry, "WATCHDOG_USEC=4000000", "LANGUAGE=en", NULL};
    snprintf(socket_entry, sizeof socket_entry, "NOTIFY_SOCKET=%s/notify", folder);
    server = server_start(&(struct server_options){.env = env});
    given_municipality(server, &town);
    assert_said("READY=1");
    assert_said("WATCHDOG=1");
    assert_said("WATCHDOG=1");
}

/* ---- reload ---- */

struct search {
    const char *words;
    size_t from;
};

static size_t log_size(void)
{
    struct stat st;
    assert_int_equal(stat(server->log, &st), 0);
    return (size_t)st.st_size;
}

static bool log_has(void *arg)
{
    const struct search *s = arg;
    char *log = read_whole(server->log);
    bool found = log && strlen(log) > s->from && strstr(log + s->from, s->words);
    free(log);
    return found;
}

static void wait_log(const char *words, size_t from)
{
    struct search s = {words, from};
    CHECK(wait_until(log_has, &s, SAY_MS), "the log does not say: %s", words);
}

/* Writes the configuration and has it read; the log then says these words. */
static void reload(const char *config, const char *words)
{
    char path[PATH_BYTES], text[TEXT_BYTES];
    size_t from = log_size();
    snprintf(path, sizeof path, "%s/config.yaml", server->dir);
    snprintf(text, sizeof text, "listen: 127.0.0.1\n%s", config);
    assert_true(write_whole(path, text, 0644));
    forget_what_was_said();
    kill(server->pid, SIGHUP);
    wait_log(words, from);
    assert_said("RELOADING=1\nMONOTONIC_USEC=");
    assert_said("READY=1");
}

static void assert_login(bool passwords)
{
    struct outcome o;
    ssh_run(server, "nobody", &o, NULL, "session", "whoami", NULL);
    assert_int_equal(o.exit_code, 255);
    CHECK(strstr(o.err, passwords ? "(publickey,password)" : "(publickey)"), "%s", o.err);
    outcome_free(&o);
}

static bool has_name(void *name) { return strcmp(at_text(rpc_ok(town.admin, "session.whoami", NULL), "municipality"), name) == 0; }

static void a_good_file_is_taken_up(void **state)
{
    (void)state;
    free(ssh_make_key(server, "nobody"));
    assert_login(true);
    reload("name: Новое имя\npasswords: false\n", "limits reloaded");
    assert_login(false);
    CHECK(wait_until(has_name, "Новое имя", SAY_MS), "the name stays as it was");
}

static void a_bad_file_is_not(void **state)
{
    (void)state;
    char place[2 * PATH_BYTES];
    server->errors_expected = true;
    snprintf(place, sizeof place, "the old one stays: %s/config.yaml:3: max_tries: ", server->dir);
    reload("name: Неверный файл\nmax_tries: many\npasswords: true\n", place);
    assert_login(false);
    assert_true(has_name("Новое имя"));
    /* So with the rules of the work. */
    char workflow[PATH_BYTES], config[TEXT_BYTES];
    snprintf(workflow, sizeof workflow, "%s/workflow.yaml", server->dir);
    assert_true(write_whole(workflow, "appeal:\n  states: 7\n", 0644));
    snprintf(config, sizeof config, "workflow: %s\n", workflow);
    snprintf(place, sizeof place, "the old one stays: %s:", workflow);
    reload(config, place);
    rpc_ok(town.admin, "workflow.show", NULL);
    assert_true(has_name("Новое имя"));
    /* So with who is told of what, and with mail. */
    snprintf(workflow, sizeof workflow, "%s/notices.yaml", server->dir);
    assert_true(write_whole(workflow, "version: 1\nnotices: 7\n", 0644));
    snprintf(config, sizeof config, "notices: %s\n", workflow);
    snprintf(place, sizeof place, "the old one stays: %s:2: ", workflow);
    reload(config, place);
    snprintf(place, sizeof place, "the old one stays: %s/config.yaml:2: smtp_url: ", server->dir);
    reload("smtp_url: smtp://mail.example.ru\n", place); /* who sends them? */
    reload("smtp_url: http://mail.example.ru\nsmtp_from: a@b.ru\n", place);
    assert_true(has_name("Новое имя"));
}

static void what_waits_for_the_next_start_is_named(void **state)
{
    (void)state;
    reload("port: 1\nworkers: 3\n", "workers has changed: it takes effect at the next start");
    struct search s = {"port has changed: it takes effect at the next start", 0};
    assert_true(log_has(&s));
    reload("", "configuration reloaded");
    assert_login(true);
}

/* ---- what it says when it cannot start ---- */

static void serve(const char *state_dir, int port, struct outcome *o)
{
    char number[16];
    snprintf(number, sizeof number, "%d", port);
    char *const argv[] = {"env",
                          "LANGUAGE=en",
                          "LC_ALL=C.UTF-8",
                          (char *)server_program(),
                          "serve",
                          "--state",
                          (char *)state_dir,
                          "--listen",
                          "127.0.0.1",
                          "--port",
                          number,
                          NULL};
    run_program(argv, NULL, RUN_MS, o);
}

static void assert_no_start(const char *state_dir, int port, int code, const char *reason, const char *advice)
{
    struct outcome o;
    serve(state_dir, port, &o);
    CHECK(o.exit_code == code, "serve ends with %d instead of %d: %s", o.exit_code, code, o.err);
    CHECK(strstr(o.err, reason) && strstr(o.err, advice), "neither \"%s\" nor \"%s\" in: %s", reason, advice, o.err);
    assert_string_equal(o.out, "");
    outcome_free(&o);
}

static const char *fresh(const char *name)
{
    static char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void two_on_one_folder(void **state)
{
    (void)state;
    char pid[64];
    snprintf(pid, sizeof pid, "a server runs here already, process %d", (int)server->pid);
    assert_no_start(server->state, 0, 75, pid, "Stop it");
    assert_no_start(server->state, server->port, 75, pid, "Stop it"); /* the better news of the two */
}

static void the_port_is_taken(void **state)
{
    (void)state;
    char place[64];
    snprintf(place, sizeof place, "127.0.0.1:%d: Address already in use", server->port);
    assert_no_start(fresh("other"), server->port, 69, place, "name another port: --port N");
}

static void the_folder_is_not_ours(void **state)
{
    (void)state;
    const char *path = fresh("foreign");
    assert_int_equal(mkdir(path, 0700), 0);
    if (geteuid() == 0) {
        assert_int_equal(chown(path, 4711, 4711), 0);
        assert_no_start(path, 0, 77, "belongs to another user (uid 4711)", "hand the folder over");
        path = fresh("strange");
        assert_int_equal(mkdir(path, 0700), 0);
        char file[PATH_BYTES + 16];
        snprintf(file, sizeof file, "%s/passwd", path);
        assert_true(write_whole(file, "x", 0644));
        assert_no_start(path, 0, 77, "is not a folder of gorod: it holds passwd", "Name an empty or a new folder");
    } else {
        assert_int_equal(chmod(path, 0500), 0);
        assert_no_start(path, 0, 77, "cannot write here", "Name another folder");
    }
    path = fresh("file");
    assert_true(write_whole(path, "x", 0644));
    assert_no_start(path, 0, 77, "is not a folder", "Name another folder");
}

static void the_configuration_is_wrong(void **state)
{
    (void)state;
    char path[PATH_BYTES], place[PATH_BYTES + 32];
    struct outcome o;
    snprintf(path, sizeof path, "%s/bad.yaml", folder);
    assert_true(write_whole(path, "name: Город\nkeepalive_s: soon\n", 0644));
    snprintf(place, sizeof place, "gorod-server: %s:2: keepalive_s: ", path);
    static const char *const commands[] = {"check", "serve", "migrate"};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        server_cli(server, &o, NULL, commands[i], "--config", path, NULL);
        CHECK(o.exit_code == 78 && strstr(o.err, place), "%s: %d %s", commands[i], o.exit_code, o.err);
        outcome_free(&o);
    }
    assert_true(write_whole(path, "workflow: bad-workflow.yaml\n", 0644));
    assert_true(write_whole(fresh("bad-workflow.yaml"), "appeal:\n  states: 7\n", 0644));
    snprintf(place, sizeof place, "gorod-server: %s/bad-workflow.yaml:", folder);
    server_cli(server, &o, NULL, "check", "--config", path, NULL);
    CHECK(o.exit_code == 78 && strstr(o.err, place), "check: %d %s", o.exit_code, o.err);
    outcome_free(&o);
}

/* ---- a part that dies at each start ---- */

static void move_control_file(const char *from, const char *to)
{
    char old[PATH_BYTES], new[PATH_BYTES];
    snprintf(old, sizeof old, "%s/pg/global/%s", server->state, from);
    snprintf(new, sizeof new, "%s/pg/global/%s", server->state, to);
    assert_int_equal(rename(old, new), 0);
}

static int count_in_log(const char *words, size_t from)
{
    char *log = read_whole(server->log);
    int count = 0;
    for (const char *at = log + from; (at = strstr(at, words)) != NULL; at++)
        count++;
    free(log);
    return count;
}

static bool postgres_died_often(void *from) { return count_in_log("postgres died", *(size_t *)from) >= 6; }

static bool core_works(void *arg)
{
    (void)arg;
    struct rpc *r = rpc_try_admin(server);
    int id = r ? rpc_send(r, "appeal.list", NULL) : 0;
    json_t *answer = r ? rpc_answer_or_end(r, id) : NULL;
    rpc_close(&r);
    return answer && at(answer, "result");
}

/* Others go on, questions are answered, the log stays readable; when the reason is gone the service comes back by itself. */
static void postgres_cannot_start_for_a_while(void **state)
{
    (void)state;
    size_t from = log_size();
    pid_t core = server_part(server, "core"), gate = server_part(server, "gate");
    move_control_file("pg_control", "pg_control.away");
    kill(server_part(server, "postgres"), SIGKILL);
    int64_t began = clock_ms();
    CHECK(wait_until(postgres_died_often, &from, BACK_MS), "postgres is not tried again");
    assert_true(clock_ms() - began > 1500); /* 0 + 100 + 200 + 400 + 800 ms between them: not at full speed */
    struct rpc *r = rpc_open_admin(server);
    rpc_error(r, 1005, "appeal.list", NULL);
    rpc_error(r, 1005, "unit.add", "{s:s, s:s}", "code", "away", "name", "Пока базы нет");
    rpc_close(&r);
    assert_int_equal(server_part(server, "core"), core);
    assert_int_equal(server_part(server, "gate"), gate);
    assert_true(count_in_log("the database is away", from) <= 3);
    assert_true(count_in_log("\n", from) < 150);
    move_control_file("pg_control.away", "pg_control");
    CHECK(wait_until(core_works, NULL, BACK_MS), "the service does not come back");
}

static void stops_and_tells_systemd(void **state)
{
    (void)state;
    town_close_sessions(&town);
    forget_what_was_said();
    server_stop(server);
    assert_said("STOPPING=1");
}

/* At the start a person waits: told, and ended. */
static void postgres_cannot_start_at_all(void **state)
{
    (void)state;
    struct outcome o;
    size_t lines = 0;
    move_control_file("pg_control", "pg_control.away");
    serve(server->state, 0, &o);
    CHECK(o.exit_code != 0 && strstr(o.err, "postgres does not start") && strstr(o.err, "The reason stands in the log"), "%d: %s",
          o.exit_code, o.err);
    CHECK(strstr(o.err, "pg_control"), "the reason does not stand there: %s", o.err);
    for (const char *at = o.err; (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    assert_true(lines < 60);
    outcome_free(&o);
    move_control_file("pg_control.away", "pg_control");
}

static void an_open_folder_is_closed(void **state)
{
    (void)state;
    struct stat st;
    assert_int_equal(chmod(server->state, 0777), 0);
    forget_what_was_said();
    server_start_again(server);
    assert_int_equal(stat(server->state, &st), 0);
    assert_int_equal(st.st_mode & 022, 0);
    server_stop(server);
    close(systemd);
    remove_tree(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_and_tells_systemd),
        cmocka_unit_test(a_good_file_is_taken_up),
        cmocka_unit_test(a_bad_file_is_not),
        cmocka_unit_test(what_waits_for_the_next_start_is_named),
        cmocka_unit_test(two_on_one_folder),
        cmocka_unit_test(the_port_is_taken),
        cmocka_unit_test(the_folder_is_not_ours),
        cmocka_unit_test(the_configuration_is_wrong),
        cmocka_unit_test(postgres_cannot_start_for_a_while),
        cmocka_unit_test(stops_and_tells_systemd),
        cmocka_unit_test(postgres_cannot_start_at_all),
        cmocka_unit_test(an_open_folder_is_closed),
    };
    return HARNESS_RUN("serve", tests);
}
