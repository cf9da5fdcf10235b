#include "tests/harness/server.h"
#include "tests/harness/check.h"
#include "tests/harness/clock.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { READY_MS = 90000, STOP_MS = 40000, PART_MS = 30000, CLI_MS = 30000, SERVERS_MAX = 8 };

static struct server *started[SERVERS_MAX];

const char *server_program(void)
{
    const char *path = getenv("GOROD_SERVER");
    return path && *path ? path : "build/gorod-server";
}

const char *tui_program(void)
{
    const char *path = getenv("GOROD_TUI");
    return path && *path ? path : "build/gorod-tui";
}

/* The last lines of the log, for the reader of a failure. */
static void print_log_tail(const struct server *s)
{
    enum { TAIL_BYTES = 4000 };
    char *log = read_whole(s->log);
    if (!log)
        return;
    size_t len = strlen(log);
    fprintf(stderr, "---- end of %s:\n%s\n----\n", s->log, log + (len > TAIL_BYTES ? len - TAIL_BYTES : 0));
    free(log);
}

/* ---- start ---- */

/* The port of the ready line, 0 when it does not come. */
static int wait_ready(struct server *s)
{
    char line[256];
    size_t used = 0;
    int64_t deadline = clock_ms() + READY_MS;
    while (used + 1 < sizeof line) {
        struct pollfd p = {s->ready_fd, POLLIN, 0};
        if (poll(&p, 1, clock_left_ms(deadline)) <= 0 || read(s->ready_fd, line + used, 1) != 1)
            return 0;
        if (line[used++] != '\n')
            continue;
        line[used] = '\0';
        int port = 0;
        if (sscanf(line, "gorod: ready on 127.0.0.1:%d", &port) == 1)
            return port;
        used = 0;
    }
    return 0;
}

static void launch(struct server *s)
{
    char config[SERVER_PATH_BYTES + 16];
    snprintf(config, sizeof config, "%s/config.yaml", s->dir);
    char *argv[] = {(char *)server_program(), "serve", "--config", config, "--state", s->state, "--port", "0", NULL};
    int out[2], log = open(s->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    CHECK(log >= 0 && pipe2(out, O_CLOEXEC) == 0, "no log or pipe");
    s->keeper = keeper_start(argv, s->env, out[1], log);
    s->pid = s->keeper.server;
    s->ready_fd = out[0];
    close(out[1]);
    close(log);
    s->port = wait_ready(s);
    if (s->port == 0) {
        print_log_tail(s);
        FAIL("the server did not say that it is ready within %d ms; its folder: %s", READY_MS, s->dir);
    }
}

static void remember(struct server *s)
{
    for (size_t i = 0; i < SERVERS_MAX; i++)
        if (!started[i]) {
            started[i] = s;
            return;
        }
    FAIL("more than %d servers in one test", SERVERS_MAX);
}

struct server *server_start(const struct server_options *options)
{
    struct server *s = calloc(1, sizeof *s);
    char base[128], text[4096];
    assert_non_null(s);
    signal(SIGPIPE, SIG_IGN);
    snprintf(base, sizeof base, "/tmp/gorod-test-XXXXXX");
    CHECK(mkdtemp(base) && chmod(base, 0755) == 0, "no folder in /tmp");
    snprintf(s->dir, sizeof s->dir, "%s", base);
    snprintf(s->state, sizeof s->state, "%s/state", base);
    snprintf(s->log, sizeof s->log, "%s/log", base);
    snprintf(s->keys, sizeof s->keys, "%s/keys", base);
    s->env = options ? options->env : NULL;
    remember(s);
    assert_int_equal(mkdir(s->keys, 0700), 0);
    snprintf(text, sizeof text, "listen: 127.0.0.1\n%s", options && options->config ? options->config : "");
    strcat(base, "/config.yaml");
    assert_true(write_whole(base, text, 0644));
    launch(s);
    return s;
}

void server_start_again(struct server *s)
{
    assert_int_equal(s->keeper.pid, 0);
    launch(s);
}

/* ---- stop ---- */

/* A line of the log that must not be there, NULL when all is well. Points into `log`, cut at its end of line. */
static char *bad_line(char *log, bool errors_expected)
{
    static const char *const never[] = {"AddressSanitizer", "LeakSanitizer", "ThreadSanitizer", "runtime error:", "UndefinedBehavior",
                                        "== Invalid ",      "uninitialised", "definitely lost"}; /* the last three are valgrind's words */
    for (char *line = strtok(log, "\n"); line; line = strtok(NULL, "\n")) {
        for (size_t i = 0; i < sizeof never / sizeof *never; i++)
            if (strstr(line, never[i]))
                return line;
        /* A backend whose client has just left, and that has not looked yet, says this when the server is stopped. */
        bool is_farewell = strstr(line, "terminating connection due to administrator command") != NULL;
        if (!errors_expected && !is_farewell && (strstr(line, "Z error ") || strstr(line, "PANIC:") || strstr(line, "FATAL:")))
            return line;
    }
    return NULL;
}

void server_stop(struct server *s)
{
    int exit_code = -1, forced = -1;
    assert_int_not_equal(s->keeper.pid, 0);
    kill(s->pid, SIGTERM);
    bool told = keeper_wait(&s->keeper, STOP_MS, &exit_code, &forced);
    close(s->ready_fd);
    s->ready_fd = -1;
    if (!told || exit_code != 0 || forced != 0)
        print_log_tail(s);
    CHECK(told, "the server did not end within %d ms of SIGTERM", STOP_MS);
    CHECK(exit_code == 0, "the server ended with %d", exit_code);
    CHECK(forced == 0, "the server left %d processes behind", forced);
    char *log = read_whole(s->log);
    char *bad = log ? bad_line(log, s->errors_expected) : NULL;
    if (bad) {
        fprintf(stderr, "the log says: %s\n", bad);
        print_log_tail(s);
    }
    free(log);
    assert_null(bad);
}

void server_crash(struct server *s)
{
    int exit_code = -1, forced = -1;
    kill(s->pid, SIGKILL);
    CHECK(keeper_wait(&s->keeper, STOP_MS, &exit_code, &forced), "the parts outlive the supervisor");
    close(s->ready_fd);
    s->ready_fd = -1;
    assert_int_equal(exit_code, 128 + SIGKILL);
    CHECK(forced == 0, "%d processes outlived the supervisor", forced);
}

void server_discard(struct server **server, bool tests_failed)
{
    struct server *s = *server;
    if (!s)
        return;
    if (s->keeper.pid) {
        int code, forced;
        close(s->keeper.control_fd);
        s->keeper.control_fd = -1;
        keeper_wait(&s->keeper, STOP_MS, &code, &forced);
    }
    if (tests_failed)
        fprintf(stderr, "kept for a look: %s\n", s->dir);
    else
        remove_tree(s->dir);
    for (size_t i = 0; i < SERVERS_MAX; i++)
        if (started[i] == s)
            started[i] = NULL;
    free(s);
    *server = NULL;
}

int harness_run(const char *name, const struct CMUnitTest *tests, size_t count)
{
    int failed = _cmocka_run_group_tests(name, tests, count, NULL, NULL);
    for (size_t i = 0; i < SERVERS_MAX; i++)
        if (started[i]) {
            struct server *s = started[i];
            server_discard(&s, failed != 0);
        }
    /* A test that failed left what it held; a report of leaks would only hide the reason. */
    fflush(NULL);
    if (failed)
        _exit(1);
    return 0;
}

/* ---- parts ---- */

pid_t server_part(const struct server *s, const char *part) { return proc_find_child(s->pid, part); }

struct replacement {
    const struct server *s;
    const char *part;
    pid_t old;
};

static bool has_successor(void *arg)
{
    const struct replacement *r = arg;
    pid_t now = server_part(r->s, r->part);
    return now != 0 && now != r->old;
}

void server_kill_part(const struct server *s, const char *part)
{
    struct replacement r = {s, part, server_part(s, part)};
    CHECK(r.old > 0, "the server has no part %s", part);
    kill(r.old, SIGKILL);
    CHECK(wait_until(has_successor, &r, PART_MS), "nobody took the place of %s within %d ms", part, PART_MS);
}

/* ---- command line ---- */

const char *const *without_override(void)
{
    /* Root reads everything by two capabilities; a program started without them is bound by permissions as anybody is. */
    static const char *const root[] = {"setpriv", "--bounding-set=-dac_override,-dac_read_search", NULL}, *const others[] = {NULL};
    return geteuid() == 0 ? root : others;
}

void server_cli(const struct server *s, struct outcome *o, const char *input, ...)
{
    enum { ARGV_MAX = 64 };
    char *argv[ARGV_MAX] = {(char *)server_program()};
    int argc = 1;
    va_list words;
    va_start(words, input);
    for (char *word; argc < ARGV_MAX - 1 && (word = va_arg(words, char *));)
        argv[argc++] = word;
    va_end(words);
    setenv("GOROD_STATE", s->state, 1);
    run_program(argv, input, CLI_MS, o);
}

const char *server_sql(const struct server *s, const char *text)
{
    static char line[512];
    char host[SERVER_PATH_BYTES + 16];
    struct outcome o;
    snprintf(host, sizeof host, "%s/pg-run", s->state);
    char *argv[] = {"psql", "-XAtq", "-h", host, "-U", "gorod", "-d", "gorod", "-c", (char *)text, NULL};
    run_program(argv, NULL, 30000, &o);
    CHECK(o.exit_code == 0, "psql: %s", o.err);
    snprintf(line, sizeof line, "%.*s", (int)strcspn(o.out, "\n"), o.out);
    outcome_free(&o);
    return line;
}

char *server_dump(const struct server *s)
{
    char host[SERVER_PATH_BYTES + 16];
    struct outcome o;
    snprintf(host, sizeof host, "%s/pg-run", s->state);
    char *const argv[] = {"pg_dump", "-h", host, "-U", "gorod", "-a", "--inserts", "gorod", NULL};
    run_program(argv, NULL, 60000, &o);
    CHECK(o.exit_code == 0, "pg_dump: %s", o.err);
    char *copy = strdup(o.out);
    outcome_free(&o);
    return copy;
}

const char *dump_line_with(const char *dump, const char *word)
{
    static char line[500];
    const char *p = strstr(dump, word), *begin = p;
    while (begin && begin > dump && begin[-1] != '\n')
        begin--;
    snprintf(line, sizeof line, "%.*s", begin ? (int)strcspn(begin, "\n") : 0, begin ? begin : "");
    return line;
}
