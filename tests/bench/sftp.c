/* F2: one gigabyte put and got over SFTP, beside OpenSSH's own server, by the same client in the same run; what the processes that carry it
 * weigh; and how quick a command stays on the same connection meanwhile. */
#include "tests/bench/bench.h"
#include "tests/harness/check.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS = 3, PATIENCE_MS = 600000, TARGET_PERCENT = 50 };

static struct server *server;
static struct town town;
static char dir[SERVER_PATH_BYTES], mux[SERVER_PATH_BYTES + 16];

static void sh(const char *script)
{
    struct outcome o;
    char *const argv[] = {"sh", "-ec", (char *)script, NULL};
    run_program(argv, NULL, PATIENCE_MS, &o);
    CHECK(o.exit_code == 0, "%s: %s", script, o.err);
    outcome_free(&o);
}

/* ssh's options as one word of a shell; the host is the last. */
static void options(const char *const argv[], int argc, char *out, size_t size)
{
    out[0] = '\0';
    for (int i = 1; i < argc - 1; i++)
        if (strcmp(argv[i], "-T") != 0)
            snprintf(out + strlen(out), size - strlen(out), strcmp(argv[i], "-p") == 0 ? "-P " : "'%s' ", argv[i]);
}

/* MiB a second of one batch. */
static double moved(const char *opts, const char *target, const char *batch, int mib)
{
    char script[12000];
    int64_t began = clock_us();
    snprintf(script, sizeof script, "cd '%s'; printf '%s\\n' | sftp -q %s -b - %s >/dev/null", dir, batch, opts, target);
    sh(script);
    return mib / ((double)(clock_us() - began) / 1e6);
}

static double best(const char *opts, const char *target, const char *batch, int mib)
{
    double most = 0, once;
    for (int i = 0; i < ROUNDS; i++)
        most = (once = moved(opts, target, batch, mib)) > most ? once : most;
    return most;
}

int main(void)
{
    const char *argv[SSH_ARGV_MAX], *theirs_argv[SSH_ARGV_MAX];
    static char ours[2000], theirs[2000], script[6000], target[128];
    int mib = bench_setting("GOROD_BENCH_MIB", 1024), count;
    server = server_start(&(struct server_options){.config = "file_max_mib: 4096\ninbox_max_mib: 65536\n"});
    given_municipality(server, &town);
    struct sshd *sshd = sshd_start();
    snprintf(dir, sizeof dir, "%s", server->dir);
    snprintf(script, sizeof script, "cd '%s'; head -c %dM /dev/urandom > big; mkdir -p theirs", dir, mib);
    sh(script);
    options(argv, ssh_argv(server, "clerk", 0, argv), ours, sizeof ours);
    options(theirs_argv, sshd_argv(sshd, false, theirs_argv), theirs, sizeof theirs);
    snprintf(target, sizeof target, "%s@127.0.0.1", sshd->login);
    snprintf(script, sizeof script, "put big %s/theirs/big", dir);
    double put_theirs = best(theirs, target, script, mib);
    snprintf(script, sizeof script, "get %s/theirs/big back", dir);
    double get_theirs = best(theirs, target, script, mib);
    long core_before = memory_pss_below_kib(server->pid, "core", &count);
    double put_ours = best(ours, "clerk@127.0.0.1", "put big /inbox/big", mib),
           get_ours = best(ours, "clerk@127.0.0.1", "get /inbox/big back", mib);
    snprintf(script, sizeof script, "cd '%s'; cmp big back", dir);
    sh(script);
    table_title("SFTP", "MiB/s");
    table_row("put", put_ours, put_theirs, TARGET_PERCENT / 100.0, true);
    table_row("get", get_ours, get_theirs, TARGET_PERCENT / 100.0, true);
    table_note("the core after %d MiB each way: %ld KiB, before %ld KiB", mib, memory_pss_below_kib(server->pid, "core", &count),
               core_before);
    /* One connection carries a put and, beside it, a command again and again. */
    struct samples idle = {0}, busy = {0};
    snprintf(mux, sizeof mux, "%s/mux", dir);
    snprintf(script, sizeof script, "ssh $(echo %s | sed 's/-P /-p /') -M -S '%s' -fN clerk@127.0.0.1", ours, mux);
    sh(script);
    snprintf(script, sizeof script, "ssh -S '%s' clerk@127.0.0.1 session ping --json >/dev/null", mux);
    for (int i = 0; i < 20; i++) {
        int64_t began = clock_us();
        sh(script);
        samples_add(&idle, (double)(clock_us() - began) / 1e3);
    }
    pid_t pid = fork();
    if (pid == 0) {
        char put[6000];
        snprintf(put, sizeof put,
                 "cd '%s'; printf 'put big /inbox/beside\\n' | sftp -q -o ControlPath='%s' -b - clerk@127.0.0.1 >/dev/null", dir, mux);
        execl("/bin/sh", "sh", "-c", put, (char *)NULL);
        _exit(127);
    }
    while (waitpid(pid, NULL, WNOHANG) == 0) {
        int64_t began = clock_us();
        sh(script);
        samples_add(&busy, (double)(clock_us() - began) / 1e3);
    }
    table_note("a command on the same connection, p50 / p95 ms: %.0f / %.0f alone, %.0f / %.0f beside a put", samples_percentile(&idle, 50),
               samples_percentile(&idle, 95), samples_percentile(&busy, 50), samples_percentile(&busy, 95));
    snprintf(script, sizeof script, "ssh -S '%s' -O exit clerk@127.0.0.1 2>/dev/null", mux);
    sh(script);
    samples_free(&idle);
    samples_free(&busy);
    sshd_stop(&sshd);
    town_close_sessions(&town);
    server_stop(server);
    server_discard(&server, false);
    return table_verdict();
}
