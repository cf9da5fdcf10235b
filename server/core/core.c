#include "common/log.h"
#include "server/config.h"
#include "server/core/internal.h"
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum { THREADS_MAX = 64 + 16 + 16 + 4 }; /* the most that config.def lets each lane have, the notifier, the maker of notices, the sweep and the clock */

static void poke(int fd)
{
    uint64_t one = 1;
    ssize_t n = write(fd, &one, sizeof one);
    (void)n; /* a full counter means that it will wake anyway */
}

void core_wake(struct core *core) { poke(core->wake_fd); }
void core_committed(struct core *core)
{
    poke(core->notify_fd);
    poke(core->notices_fd);
}

void core_changed(struct core *core) { atomic_fetch_add(&core->changes, 1); }

static bool core_init(struct core *core, const struct core_start *start)
{
    *core = (struct core){.start = start, .statement_timeout_ms = (int)start->config->statement_timeout_ms,
                          .lane_threads = {(int)start->config->workers, (int)start->config->hash_workers, (int)start->config->report_workers}};
    const char *slash = strrchr(start->admin_socket, '/');
    snprintf(core->scratch, sizeof core->scratch, "%.*s", slash ? (int)(slash - start->admin_socket) : 1, slash ? start->admin_socket : ".");
    for (int i = 0; i < LANES; i++)
        queue_init(&core->lanes[i]);
    queue_init(&core->done);
    pthread_mutex_init(&core->notice_lock, NULL);
    pthread_mutex_init(&core->files_lock, NULL);
    pthread_cond_init(&core->files_left, NULL);
    pthread_mutex_init(&core->rules_lock, NULL);
    pthread_cond_init(&core->rules_loaded, NULL);
    core->notice_tail = &core->notices;
    core->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    core->notify_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    core->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    core->notices_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    atomic_init(&core->stopping, false);
    atomic_init(&core->passwords, start->config->passwords);
    atomic_init(&core->rules_stale, true);
    size_t len = 0;
    return core->wake_fd >= 0 && core->notify_fd >= 0 && core->notices_fd >= 0 && core->stop_fd >= 0 && sodium_init() >= 0 &&
           sodium_hex2bin(core->secret, sizeof core->secret, start->secret_hex, strlen(start->secret_hex), NULL, &len, NULL) == 0 &&
           len == sizeof core->secret;
}

static void core_free(struct core *core)
{
    for (struct notice *n = core->notices, *next; n; n = next) {
        next = n->next;
        notice_free(n);
    }
    for (struct job *job = queue_take_all(&core->done), *next; job; job = next) {
        next = job->next;
        job_free(job);
    }
    rules_drop(&core->rules);
    close(core->wake_fd);
    close(core->notify_fd);
    close(core->stop_fd);
    close(core->notices_fd);
    sodium_memzero(core->secret, sizeof core->secret);
}

/* Who comes through the sockets should find the rules in place. With the database away the core opens all the same, and says so. */
static void wait_for_rules(struct core *core)
{
    enum { PATIENCE_S = 5 };
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += PATIENCE_S;
    pthread_mutex_lock(&core->rules_lock);
    while (!core->rules && pthread_cond_timedwait(&core->rules_loaded, &core->rules_lock, &until) == 0)
        ;
    pthread_mutex_unlock(&core->rules_lock);
}

int core_run(const struct core_start *start)
{
    struct core core;
    pthread_t threads[THREADS_MAX];
    struct lane lanes[LANES];
    /* Days are civil days of the municipality (59-FZ terms are counted in them). */
    setenv("TZ", start->config->zone, 1); /* NOLINT(concurrency-mt-unsafe): there is one thread yet */
    tzset();
    sigset_t set;
    sigfillset(&set);
    /* Faults must still end the process; everything else comes through the loop's signalfd. */
    sigdelset(&set, SIGSEGV);
    sigdelset(&set, SIGBUS);
    sigdelset(&set, SIGABRT);
    sigdelset(&set, SIGFPE);
    sigdelset(&set, SIGILL);
    pthread_sigmask(SIG_SETMASK, &set, NULL);
    if (!core_init(&core, start)) {
        log_error("core cannot start");
        return 70;
    }
    int count = 0;
    for (int i = 0; i < LANES; i++) {
        lanes[i] = (struct lane){.core = &core, .kind = (enum lane_kind)i};
        for (int k = 0; k < core.lane_threads[i]; k++)
            count += pthread_create(&threads[count], NULL, worker_main, &lanes[i]) == 0;
    }
    count += pthread_create(&threads[count], NULL, notify_main, &core) == 0;
    count += pthread_create(&threads[count], NULL, sweep_main, &core) == 0;
    count += pthread_create(&threads[count], NULL, notices_main, &core) == 0;
    count += pthread_create(&threads[count], NULL, clock_main, &core) == 0;
    wait_for_rules(&core);
    int code = loop_run(&core);
    atomic_store(&core.stopping, true);
    for (int i = 0; i < LANES; i++)
        queue_close(&core.lanes[i]);
    core_committed(&core);
    poke(core.stop_fd);
    files_stop(&core);
    for (int i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    core_free(&core);
    return code;
}
