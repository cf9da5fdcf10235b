/* What gorod is measured against in the same run: pgbench on the same cluster, a plain sshd on the same machine. */
#include "tests/bench/bench.h"
#include "tests/harness/check.h"
#include "tests/harness/cluster.h"
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PG_MS = 3600 * 1000, SSHD_MS = 10000, PATH_BYTES = 600 };

/* argv of a PostgreSQL program on the server's cluster, as the account that the server became. */
static int pg_argv(const struct server *s, char *argv[], const char *name, char socket[PATH_BYTES])
{
    int count = 0;
    if (geteuid() == 0) {
        static char *const become[] = {"setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"};
        for (; count < 5; count++)
            argv[count] = become[count];
    }
    static char program[PATH_BYTES];
    snprintf(program, sizeof program, "%s/%s", postgres_bin(), name);
    snprintf(socket, PATH_BYTES, "%s/pg-run", s->state);
    char *const words[] = {program, "-h", socket, "-U", "gorod"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        argv[count++] = words[i];
    return count;
}

double pgbench_tps(const struct server *s, const char *script, int clients, int seconds)
{
    char socket[PATH_BYTES], c[16], t[16], file[SERVER_PATH_BYTES + 32], *argv[40];
    struct outcome o;
    int n = pg_argv(s, argv, "pgbench", socket);
    snprintf(c, sizeof c, "%d", clients);
    snprintf(t, sizeof t, "%d", seconds);
    snprintf(file, sizeof file, "%s/pgbench.sql", s->dir);
    CHECK(write_whole(file, script, 0644), "cannot write %s", file);
    char *const words[] = {"-n", "-M", "prepared", "-c", c, "-j", clients > 1 ? "2" : "1", "-T", t, "-f", file, "gorod", NULL};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        argv[n++] = words[i];
    run_program(argv, NULL, PG_MS, &o);
    const char *line = strstr(o.out, "tps = ");
    CHECK(o.exit_code == 0 && line, "pgbench: %s%s", o.out, o.err);
    double tps = atof(line + 6);
    outcome_free(&o);
    return tps;
}

void psql(const struct server *s, const char *sql)
{
    char socket[PATH_BYTES], *argv[40];
    struct outcome o;
    int n = pg_argv(s, argv, "psql", socket);
    char *const words[] = {"-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", "gorod", "-f", "-", NULL};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        argv[n++] = words[i];
    run_program(argv, sql, PG_MS, &o);
    CHECK(o.exit_code == 0, "psql: %s", o.err);
    outcome_free(&o);
}

/* ---- sshd ---- */

static void make_key(const char *path)
{
    struct outcome o;
    char *const argv[] = {"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", (char *)path, NULL};
    run_program(argv, NULL, SSHD_MS, &o);
    CHECK(o.exit_code == 0, "ssh-keygen: %s", o.err);
    outcome_free(&o);
}

static bool logs_in(void *arg)
{
    const char *argv[SSH_ARGV_MAX];
    struct outcome o;
    int n = sshd_argv(arg, false, argv);
    argv[n++] = "true";
    argv[n] = NULL;
    run_program((char *const *)argv, NULL, SSHD_MS, &o);
    bool ok = o.exit_code == 0;
    outcome_free(&o);
    return ok;
}

struct sshd *sshd_start(void)
{
    struct sshd *s = calloc(1, sizeof *s);
    char path[128], config[1024];
    assert_non_null(s);
    strcpy(s->dir, "/tmp/gorod-sshd-XXXXXX");
    CHECK(mkdtemp(s->dir), "no folder in /tmp");
    snprintf(s->login, sizeof s->login, "%s", getpwuid(geteuid())->pw_name);
    s->port = 20000 + getpid() % 20000;
    snprintf(path, sizeof path, "%s/host", s->dir);
    make_key(path);
    snprintf(path, sizeof path, "%s/user", s->dir);
    make_key(path);
    snprintf(config, sizeof config,
             "Port %d\nListenAddress 127.0.0.1\nHostKey %s/host\nAuthorizedKeysFile %s/user.pub\nPidFile none\nStrictModes no\nUsePAM no\nSubsystem sftp /usr/lib/openssh/sftp-server\n"
             "PermitRootLogin yes\nMaxStartups 1000\nKexAlgorithms curve25519-sha256\n",
             s->port, s->dir, s->dir);
    snprintf(path, sizeof path, "%s/config", s->dir);
    CHECK(write_whole(path, config, 0600), "cannot write %s", path);
    mkdir("/run/sshd", 0755); /* root's sshd wants it; another's ignores it */
    char *const argv[] = {"/usr/sbin/sshd", "-D", "-e", "-f", path, NULL};
    int log = open("/dev/null", O_WRONLY | O_CLOEXEC);
    s->pid = proc_start(argv, (struct streams){-1, log, log});
    close(log);
    CHECK(wait_until(logs_in, s, SSHD_MS), "no login to sshd on port %d", s->port);
    return s;
}

int sshd_argv(const struct sshd *s, bool tty, const char *argv[SSH_ARGV_MAX])
{
    static char port[16], key[128], target[96];
    snprintf(port, sizeof port, "%d", s->port);
    snprintf(key, sizeof key, "%s/user", s->dir);
    snprintf(target, sizeof target, "%s@127.0.0.1", s->login);
    const char *const words[] = {"ssh",
                                 "-F",
                                 "none",
                                 "-o",
                                 "StrictHostKeyChecking=no",
                                 "-o",
                                 "UserKnownHostsFile=/dev/null",
                                 "-o",
                                 "IdentitiesOnly=yes",
                                 "-o",
                                 "BatchMode=yes",
                                 "-o",
                                 "LogLevel=ERROR",
                                 "-o",
                                 "KexAlgorithms=curve25519-sha256",
                                 "-i",
                                 key,
                                 "-p",
                                 port,
                                 tty ? "-t" : "-T",
                                 target};
    int count = 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        argv[count++] = words[i];
    argv[count] = NULL;
    return count;
}

void sshd_stop(struct sshd **sshd)
{
    struct sshd *s = *sshd;
    if (!s)
        return;
    kill(s->pid, SIGTERM);
    proc_wait(s->pid, SSHD_MS);
    remove_tree(s->dir);
    free(s);
    *sshd = NULL;
}
