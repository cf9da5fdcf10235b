/* A PostgreSQL of the administrator's own (`database:`): migrated by command, served over several hosts, and every way in which it can be
 * unfit named with the key, the reason and what to do. */
#include "tests/harness/check.h"
#include "tests/harness/clock.h"
#include "tests/harness/cluster.h"
#include "tests/harness/town.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { RUN_MS = 60000, TEXT_BYTES = 1024 };

static struct cluster *cluster;
static char folder[] = "/tmp/gorod-own-XXXXXX";

static void starts(void **state)
{
    (void)state;
    CHECK(mkdtemp(folder) && chmod(folder, 0755) == 0, "no folder in /tmp");
    cluster = cluster_start();
}

static void write_config(const char *conninfo)
{
    char path[TEXT_BYTES], text[TEXT_BYTES];
    snprintf(path, sizeof path, "%s/gorod.yaml", folder);
    snprintf(text, sizeof text, "listen: 127.0.0.1\ndatabase: \"%s\"\n", conninfo);
    assert_true(write_whole(path, text, 0644));
}

/* Runs gorod-server with that database; serve only where it must end by itself. */
static void run_with(const char *command, const char *conninfo, struct outcome *o)
{
    char config[TEXT_BYTES], state[TEXT_BYTES];
    write_config(conninfo);
    snprintf(config, sizeof config, "%s/gorod.yaml", folder);
    snprintf(state, sizeof state, "%s/state", folder);
    char *const argv[] = {"env", "LANGUAGE=en", "LC_ALL=C.UTF-8", (char *)server_program(), (char *)command, "--config", config, "--state",
                          state, NULL};
    char *const serve[] = {
        "env", "LANGUAGE=en", "LC_ALL=C.UTF-8", (char *)server_program(), (char *)command, "--config", config, "--state", state, "--port",
        "0",   NULL};
    run_program(strcmp(command, "serve") == 0 ? serve : argv, NULL, RUN_MS, o);
}

static void assert_fault(const char *command, const char *conninfo, const char *reason, const char *advice)
{
    struct outcome o;
    run_with(command, conninfo, &o);
    const char *fault = strstr(o.err, "gorod-server: database: ");
    CHECK(o.exit_code == 69 && fault, "%s ends with %d: %s", command, o.exit_code, o.err);
    CHECK(strstr(fault, reason), "the reason \"%s\" is not in: %s", reason, fault);
    CHECK(strstr(fault, advice), "the advice \"%s\" is not in: %s", advice, fault);
    outcome_free(&o);
}

static void assert_migrates(const char *conninfo, const char *words)
{
    struct outcome o;
    run_with("migrate", conninfo, &o);
    CHECK(o.exit_code == 0 && strstr(o.out, words), "migrate: %d %s%s", o.exit_code, o.out, o.err);
    outcome_free(&o);
}

/* ---- what is fit ---- */

static void serves_after_migrate_over_several_hosts(void **state)
{
    (void)state;
    char hosts[TEXT_BYTES], config[TEXT_BYTES + 32];
    const char *conninfo = cluster_database(cluster, "town");
    assert_fault("serve", conninfo, "the database has schema 0", "gorod-server migrate");
    assert_migrates(conninfo, "migrations applied: ");
    assert_migrates(conninfo, "migrations applied: 0\n");
    /* The first host is down. */
    snprintf(hosts, sizeof hosts, "host=%s/nowhere,%s user=gorod dbname=town", folder, cluster->dir);
    snprintf(config, sizeof config, "database: \"%s\"\n", hosts);
    struct server *server = server_start(&(struct server_options){.config = config});
    struct town town = {0};
    given_municipality(server, &town);
    json_t *card = given_appeal(&town, "Своя Анна Петровна", "На своей базе");
    /* Every connection breaks; nobody needs to know. */
    cluster_psql(cluster, "postgres", "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = 'town'");
    server->errors_expected = true;
    card = rpc_ok(town_as(&town, TOWN_clerk), "appeal.get", "{s:I}", "id", at_int(card, "id"));
    assert_string_equal(at_text(card, "subject"), "На своей базе");
    assert_string_equal(cluster_psql(cluster, "town", "SELECT count(*) FROM appeal"), "1");
    town_close_sessions(&town);
    server_stop(server);
}

struct search {
    const struct server *server;
    const char *words;
};

static bool log_has(void *arg)
{
    const struct search *s = arg;
    char *log = read_whole(s->server->log);
    bool found = log && strstr(log, s->words);
    free(log);
    return found;
}

static bool lists_units(void *arg)
{
    struct rpc *r = rpc_try_admin(arg);
    int id = r ? rpc_send(r, "unit.list", NULL) : 0;
    json_t *answer = r ? rpc_answer_or_end(r, id) : NULL;
    rpc_close(&r);
    CHECK(!answer || at(answer, "result") || at_int(answer, "error.code") == 1005, "answered with something else than `unavailable`");
    return answer && at(answer, "result");
}

/* A database that comes late, and its schema later still: the server waits for both. */
static void waits_for_a_database_that_comes_late(void **state)
{
    (void)state;
    char config[TEXT_BYTES];
    snprintf(config, sizeof config, "database: \"host=%s user=gorod dbname=late\"\n", cluster->dir);
    struct server *server = server_start(&(struct server_options){.config = config});
    server->errors_expected = true;
    assert_false(lists_units(server));
    const char *conninfo = cluster_database(cluster, "late");
    struct search s = {server, "run gorod-server migrate"};
    CHECK(wait_until(log_has, &s, RUN_MS), "the log does not ask for migrate");
    assert_false(lists_units(server));
    assert_migrates(conninfo, "migrations applied: ");
    CHECK(wait_until(lists_units, server, RUN_MS), "the server does not find its schema");
    server_stop(server);
}

/* ---- what is not ---- */

static void nobody_listens(void **state)
{
    (void)state;
    char conninfo[TEXT_BYTES];
    snprintf(conninfo, sizeof conninfo, "host=%s/nowhere user=gorod dbname=gorod", folder);
    assert_fault("migrate", conninfo, "nowhere", "Check that PostgreSQL runs");
}

static void the_database_is_not_there(void **state)
{
    (void)state;
    char conninfo[TEXT_BYTES];
    snprintf(conninfo, sizeof conninfo, "host=%s user=gorod dbname=nothing", cluster->dir);
    assert_fault("migrate", conninfo, "database \"nothing\" does not exist", "CREATE DATABASE");
    snprintf(conninfo, sizeof conninfo, "host=%s user=nobody_here dbname=town", cluster->dir);
    assert_fault("migrate", conninfo, "role \"nobody_here\" does not exist", "CREATE ROLE");
}

static void the_role_has_no_rights(void **state)
{
    (void)state;
    char conninfo[TEXT_BYTES];
    cluster_database(cluster, "closed");
    cluster_psql(cluster, "postgres", "CREATE ROLE weak LOGIN");
    snprintf(conninfo, sizeof conninfo, "host=%s user=weak dbname=closed", cluster->dir);
    assert_fault("migrate", conninfo, "permission denied for schema public", "ALTER DATABASE");
    snprintf(conninfo, sizeof conninfo, "host=%s user=weak dbname=town", cluster->dir);
    assert_fault("serve", conninfo, "permission denied for table schema_migration", "ALTER DATABASE");
}

static void the_password_is_wrong(void **state)
{
    (void)state;
    char conninfo[TEXT_BYTES], hba[TEXT_BYTES];
    cluster_psql(cluster, "postgres", "CREATE ROLE guarded LOGIN PASSWORD 'right'");
    cluster_psql(cluster, "postgres", "CREATE DATABASE guarded OWNER guarded");
    snprintf(hba, sizeof hba, "%s/data/pg_hba.conf", cluster->dir);
    assert_true(write_whole(hba, "local all guarded scram-sha-256\nlocal all gorod trust\n", 0644));
    cluster_psql(cluster, "postgres", "SELECT pg_reload_conf()");
    snprintf(conninfo, sizeof conninfo, "host=%s user=guarded dbname=guarded password=right", cluster->dir);
    assert_migrates(conninfo, "migrations applied: ");
    snprintf(conninfo, sizeof conninfo, "host=%s user=guarded dbname=guarded password=wrong", cluster->dir);
    assert_fault("migrate", conninfo, "password authentication failed", "Correct the password");
    snprintf(conninfo, sizeof conninfo, "host=%s user=weak dbname=guarded", cluster->dir);
    assert_fault("migrate", conninfo, "pg_hba.conf", "pg_hba.conf of that PostgreSQL");
}

/* PostgreSQL's own words where the extension's files are not installed. */
static void pg_trgm_is_not_there(void **state)
{
    (void)state;
    const char *conninfo = cluster_database(cluster, "poor");
    cluster_psql(cluster, "poor",
                 "CREATE FUNCTION missing() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN "
                 "RAISE EXCEPTION 'extension \"pg_trgm\" is not available' USING ERRCODE = '0A000'; END $$;"
                 "CREATE EVENT TRIGGER missing ON ddl_command_start WHEN TAG IN ('CREATE EXTENSION') EXECUTE FUNCTION missing()");
    assert_fault("migrate", conninfo, "extension \"pg_trgm\" is not available", "postgresql-contrib");
    /* Nothing half-made is left: once the package is there, the same command does it. */
    cluster_psql(cluster, "poor", "DROP EVENT TRIGGER missing");
    assert_migrates(conninfo, "migrations applied: ");
}

/* As much of a PostgreSQL 12 as is seen before the first statement. */
static void *greet_as_old(void *arg)
{
    static const char greeting[] = "R\0\0\0\x08\0\0\0\0"
                                   "S\0\0\0\x18server_version\0"
                                   "12.4\0"
                                   "Z\0\0\0\x05I";
    char startup[1024];
    int fd = accept(*(int *)arg, NULL, NULL);
    if (recv(fd, startup, sizeof startup, 0) > 0 && send(fd, greeting, sizeof greeting - 1, MSG_NOSIGNAL) > 0)
        while (recv(fd, startup, sizeof startup, 0) > 0)
            ;
    close(fd);
    return NULL;
}

static void the_server_is_too_old(void **state)
{
    (void)state;
    char conninfo[TEXT_BYTES];
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    pthread_t thread;
    snprintf(address.sun_path, sizeof address.sun_path, "%s/.s.PGSQL.5432", folder);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener, 8), 0);
    assert_int_equal(pthread_create(&thread, NULL, greet_as_old, &listener), 0);
    snprintf(conninfo, sizeof conninfo, "host=%s user=gorod dbname=gorod", folder);
    assert_fault("migrate", conninfo, "PostgreSQL 12.4 is too old: 15 or newer", "Upgrade PostgreSQL");
    pthread_join(thread, NULL);
    close(listener);
}

static void stops(void **state)
{
    (void)state;
    cluster_stop(&cluster);
    remove_tree(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts),
        cmocka_unit_test(serves_after_migrate_over_several_hosts),
        cmocka_unit_test(waits_for_a_database_that_comes_late),
        cmocka_unit_test(nobody_listens),
        cmocka_unit_test(the_database_is_not_there),
        cmocka_unit_test(the_role_has_no_rights),
        cmocka_unit_test(the_password_is_wrong),
        cmocka_unit_test(pg_trgm_is_not_there),
        cmocka_unit_test(the_server_is_too_old),
        cmocka_unit_test(stops),
    };
    return HARNESS_RUN("own database", tests);
}
