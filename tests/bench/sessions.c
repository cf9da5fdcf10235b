/* F4 and F5: what five hundred live sessions cost in memory, how many logins a second, what an idle gorod weighs. The same light client
 * (libssh, curve25519, a key) logs in to gorod and to a plain sshd. */
#include "tests/bench/bench.h"
#include "tests/harness/check.h"
#include "tests/harness/term.h"
#include <libssh/libssh.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WAVE = 20, CLIENTS_MAX = 8, ROUNDS = 3 };

static struct server *server;
static struct town town;

/* ---- logins ---- */

struct door {
    int port;
    char login[64], key[SERVER_PATH_BYTES + 112];
};

static bool log_in(const struct door *door, ssh_key key)
{
    ssh_session s = ssh_new();
    int off = 0;
    ssh_options_set(s, SSH_OPTIONS_HOST, "127.0.0.1");
    ssh_options_set(s, SSH_OPTIONS_PORT, &door->port);
    ssh_options_set(s, SSH_OPTIONS_USER, door->login);
    ssh_options_set(s, SSH_OPTIONS_PROCESS_CONFIG, &off);
    ssh_options_set(s, SSH_OPTIONS_KEY_EXCHANGE, "curve25519-sha256");
    int nodelay = 1;
    ssh_options_set(s, SSH_OPTIONS_NODELAY, &nodelay);
    bool ok = ssh_connect(s) == SSH_OK && ssh_userauth_publickey(s, NULL, key) == SSH_AUTH_SUCCESS;
    ssh_disconnect(s);
    ssh_free(s);
    return ok;
}

/* A client of its own process, which logs in again and again and counts in shared memory. */
static pid_t login_client(const struct door *door, atomic_long *count, atomic_long *failed)
{
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    ssh_key key = NULL;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (ssh_pki_import_privkey_file(door->key, NULL, NULL, NULL, &key) != SSH_OK)
        _exit(1);
    for (;;)
        atomic_fetch_add(log_in(door, key) ? count : failed, 1);
}

static double logins_a_second(const struct door *door, int clients, int seconds)
{
    pid_t pids[CLIENTS_MAX];
    atomic_long *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int64_t began = clock_us();
    for (int i = 0; i < clients; i++)
        pids[i] = login_client(door, &shared[0], &shared[1]);
    sleep((unsigned)seconds);
    double rate = (double)atomic_load(&shared[0]) / ((double)(clock_us() - began) / 1e6);
    for (int i = 0; i < clients; i++) {
        kill(pids[i], SIGKILL);
        waitpid(pids[i], NULL, 0);
    }
    CHECK(atomic_load(&shared[1]) == 0, "%ld logins as %s failed", (long)atomic_load(&shared[1]), door->login);
    munmap(shared, 4096);
    return rate;
}

static void compare_logins(const struct door *ours, const struct door *theirs, int clients)
{
    int seconds = bench_setting("GOROD_BENCH_SECONDS", 5);
    struct samples a = {0}, b = {0};
    char row[96];
    for (int i = 0; i < ROUNDS; i++) {
        samples_add(&b, logins_a_second(theirs, clients, seconds));
        samples_add(&a, logins_a_second(ours, clients, seconds));
    }
    snprintf(row, sizeof row, "logins / OpenSSH's sshd, %d at once", clients);
    table_row(row, samples_percentile(&a, 50), samples_percentile(&b, 50), 4, true);
    samples_free(&a);
    samples_free(&b);
}

static void logins(void)
{
    struct sshd *sshd = sshd_start();
    struct door ours = {.port = server->port, .login = "clerk"}, theirs = {.port = sshd->port};
    snprintf(ours.key, sizeof ours.key, "%s/clerk", server->keys);
    snprintf(theirs.key, sizeof theirs.key, "%s/user", sshd->dir);
    snprintf(theirs.login, sizeof theirs.login, "%s", sshd->login);
    table_title("F4: logins with the same light client", "a second");
    compare_logins(&ours, &theirs, 1);
    compare_logins(&ours, &theirs, 8);
    sshd_stop(&sshd);
}

/* ---- memory ---- */

static void idle(void)
{
    int count;
    long gate = memory_pss_kib(server_part(server, "gate")), core = memory_pss_kib(server_part(server, "core"));
    long supervisor = memory_pss_kib(server->pid);
    (void)memory_pss_below_kib(server->pid, "gorod-tui", &count);
    table_title("F5: gorod without PostgreSQL, idle", "MiB; the baseline is the limit");
    table_row("supervisor + core + gate", (double)(supervisor + core + gate) / 1024, 30, 1, false);
    table_note("supervisor %.1f, core %.1f, gate %.1f MiB", (double)supervisor / 1024, (double)core / 1024, (double)gate / 1024);
}

/* The gate's children carry the gate's name or their own. */
static long children_kib(int *count)
{
    static const char *const names[] = {"gorod-session", "session", "connection", "gate-child", "gate"};
    long all = 0;
    *count = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        int n;
        all += memory_pss_below_kib(server_part(server, "gate"), names[i], &n);
        *count += n;
    }
    return all;
}

static void live_sessions(void)
{
    int wanted = bench_setting("GOROD_BENCH_SESSIONS", 500), connections, screens;
    struct term **all = calloc((size_t)wanted, sizeof *all);
    for (int i = 0; i < wanted; i += WAVE) {
        int end = i + WAVE < wanted ? i + WAVE : wanted;
        for (int k = i; k < end; k++)
            all[k] = term_ssh(server, town_logins[1 + k % 6], 80, 24, "xterm-256color");
        for (int k = i; k < end; k++)
            term_wait_text(all[k], "F10");
    }
    /* Alive: a change comes to everybody's screen. */
    given_appeal(&town, "Живая Вера Павловна", "Все на связи");
    for (int i = 0; i < wanted; i++)
        if (1 + i % 6 == TOWN_clerk)
            term_wait_text(all[i], "Все на связи");
    town_close_sessions(&town); /* only those on screens are counted */
    long tui = memory_pss_below_kib(server->pid, "gorod-tui", &screens), gate = children_kib(&connections);
    table_title("F4: memory of a live session", "MiB PSS; the baseline is the limit");
    table_row("gate child + gorod-tui", (double)(tui + gate) / 1024 / wanted, 1, 1, false);
    table_note("%d screens of %.2f MiB, %d connections of %.2f MiB; core with them %.1f MiB", screens, (double)tui / 1024 / screens,
               connections, (double)gate / 1024 / (connections ? connections : 1),
               (double)memory_pss_kib(server_part(server, "core")) / 1024);
    CHECK(screens == wanted && connections == wanted, "%d screens and %d connections live instead of %d", screens, connections, wanted);
    for (int i = 0; i < wanted; i++)
        term_break_line(all[i]);
    for (int i = 0; i < wanted; i++)
        term_close(&all[i]);
    free(all);
}

int main(void)
{
    server = server_start(&(struct server_options){.config = "max_unauthenticated_per_address: 100\n"});
    given_municipality(server, &town);
    town_close_sessions(&town);
    idle();
    town.admin = rpc_open_admin(server);
    logins();
    live_sessions();
    server_discard(&server, false);
    return table_verdict();
}
