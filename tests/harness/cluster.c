#include "tests/harness/cluster.h"
#include "tests/harness/check.h"
#include "tests/harness/clock.h"
#include "tests/harness/proc.h"
#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { INITDB_MS = 60000, READY_MS = 30000, PSQL_MS = 60000, STOP_MS = 20000, PATH_BYTES = 512 };

const char *postgres_bin(void)
{
    static char path[64];
    int newest = 0;
    DIR *d = opendir("/usr/lib/postgresql");
    for (struct dirent *e; d && (e = readdir(d));)
        if (atoi(e->d_name) > newest)
            newest = atoi(e->d_name);
    if (d)
        closedir(d);
    snprintf(path, sizeof path, "/usr/lib/postgresql/%d/bin", newest);
    return path;
}

/* PostgreSQL refuses root: then its programs run as the account that its package made. */
static void run_as_postgres(char *const argv[], struct outcome *o)
{
    char *all[32] = {"setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"};
    int count = geteuid() == 0 ? 5 : 0;
    for (int i = 0; argv[i] && count < 31; i++)
        all[count++] = argv[i];
    all[count] = NULL;
    run_program(all, NULL, INITDB_MS, o);
}

static bool accepts(void *arg)
{
    struct cluster *c = arg;
    struct outcome o;
    char isready[PATH_BYTES];
    snprintf(isready, sizeof isready, "%s/pg_isready", postgres_bin());
    char *const argv[] = {isready, "-q", "-h", c->dir, NULL};
    run_program(argv, NULL, PSQL_MS, &o);
    bool ok = o.exit_code == 0;
    outcome_free(&o);
    return ok;
}

static void make(struct cluster *c)
{
    char initdb[PATH_BYTES], data[PATH_BYTES];
    struct outcome o;
    snprintf(initdb, sizeof initdb, "%s/initdb", postgres_bin());
    snprintf(data, sizeof data, "%s/data", c->dir);
    char *const argv[] = {initdb, "-D", data, "-U", "gorod", "-A", "trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", NULL};
    run_as_postgres(argv, &o);
    CHECK(o.exit_code == 0, "initdb: %s%s", o.out, o.err);
    outcome_free(&o);
}

struct cluster *cluster_start(void)
{
    struct cluster *c = calloc(1, sizeof *c);
    char postgres[PATH_BYTES], data[PATH_BYTES], log[PATH_BYTES], sockets[PATH_BYTES];
    assert_non_null(c);
    strcpy(c->dir, "/tmp/gorod-pg-XXXXXX");
    CHECK(mkdtemp(c->dir), "no folder in /tmp");
    const struct passwd *account = geteuid() == 0 ? getpwnam("postgres") : NULL;
    CHECK(geteuid() != 0 || (account && chown(c->dir, account->pw_uid, account->pw_gid) == 0), "no account postgres");
    make(c);
    snprintf(postgres, sizeof postgres, "%s/postgres", postgres_bin());
    snprintf(data, sizeof data, "%s/data", c->dir);
    snprintf(log, sizeof log, "%s/log", c->dir);
    snprintf(sockets, sizeof sockets, "unix_socket_directories=%s", c->dir);
    char *argv[] = {"/usr/bin/setpriv",
                    "--reuid=postgres",
                    "--regid=postgres",
                    "--clear-groups",
                    "--",
                    postgres,
                    "-D",
                    data,
                    "-c",
                    "listen_addresses=",
                    "-c",
                    sockets,
                    "-c",
                    "fsync=off",
                    NULL};
    int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    c->keeper = keeper_start(account ? argv : argv + 5, NULL, fd, fd);
    close(fd);
    snprintf(c->conninfo, sizeof c->conninfo, "host=%s user=gorod dbname=postgres", c->dir);
    if (!wait_until(accepts, c, READY_MS)) {
        char *text = read_whole(log);
        FAIL("PostgreSQL does not start: %s", text ? text : "");
    }
    return c;
}

const char *cluster_psql(struct cluster *c, const char *database, const char *sql)
{
    static char *answer;
    struct outcome o;
    char psql[PATH_BYTES];
    snprintf(psql, sizeof psql, "%s/psql", postgres_bin());
    char *const argv[] = {psql, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", c->dir, "-U", "gorod", "-d", (char *)database,
                          "-f", "-",  NULL};
    run_program(argv, sql, PSQL_MS, &o);
    CHECK(o.exit_code == 0, "psql: %s", o.err);
    free(answer);
    answer = strdup(o.out);
    outcome_free(&o);
    assert_non_null(answer);
    answer[strcspn(answer, "\n")] = '\0';
    return answer;
}

const char *cluster_database(struct cluster *c, const char *name)
{
    static char conninfo[512];
    char sql[128];
    snprintf(sql, sizeof sql, "CREATE DATABASE %s", name);
    cluster_psql(c, "postgres", sql);
    snprintf(conninfo, sizeof conninfo, "host=%s user=gorod dbname=%s", c->dir, name);
    return conninfo;
}

void cluster_stop(struct cluster **cluster)
{
    struct cluster *c = *cluster;
    int code, forced;
    if (!c)
        return;
    close(c->keeper.control_fd);
    c->keeper.control_fd = -1;
    keeper_wait(&c->keeper, STOP_MS, &code, &forced);
    remove_tree(c->dir);
    free(c);
    *cluster = NULL;
}
