/* F4: a storm. Twenty dispatchers write 500 calls a minute down, each looking at what is known first and passing the call on after; the
 * 95th percentile of incident.log against that of one dispatcher alone on the same server. Nothing may be lost: every answered call is
 * there once, numbers have no gaps. */
#include "tests/bench/bench.h"
#include "tests/harness/check.h"
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DISPATCHERS = 20, CALLS_A_MINUTE = 500, SECONDS = 300, QUIET_PAUSE_MS = 200, QUIET_SHARE = 5, PLACES = 400, ANSWER_BYTES = 1 << 16 };

static struct server *server;
static struct town town;

struct dispatcher {
    pthread_t thread;
    int fd, number, mean_pause_ms;
    int64_t until_us;
    long written;
    struct samples log_ms;
};

static int raw_session(void)
{
    struct rpc *r = rpc_open_admin(server);
    int fd = dup(rpc_fd(r));
    rpc_close(&r);
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
    return fd;
}

/* Sends a request and waits for its result; *id gets the record's, 0 when the answer names none. */
static double ask(int fd, const char *request, long long *id)
{
    static _Thread_local char answer[ANSWER_BYTES];
    int64_t began = clock_us();
    size_t len = strlen(request), used = 0;
    if (write(fd, request, len) != (ssize_t)len)
        exit(1);
    do {
        ssize_t n = read(fd, answer + used, sizeof answer - 1 - used);
        if (n <= 0)
            exit(1);
        used += (size_t)n;
        answer[used] = '\0';
    } while (answer[used - 1] != '\n');
    const char *result = strstr(answer, "\"result\":");
    if (!result) {
        fprintf(stderr, "refused: %s", answer);
        exit(1);
    }
    const char *at = strstr(result, "\"id\":");
    *id = at ? strtoll(at + strlen("\"id\":"), NULL, 10) : 0;
    return (double)(clock_us() - began) / 1000.0;
}

static void one_call(struct dispatcher *d, unsigned *seed)
{
    static const char *const said[] = {"нет света",        "нет горячей воды", "запах газа в подъезде", "прорвало трубу во дворе",
                                       "застряли в лифте", "упало дерево"};
    char request[1200];
    long long id;
    int place = rand_r(seed) % PLACES, what = rand_r(seed) % (int)(sizeof said / sizeof *said);
    unsigned phone = 1000000U + (unsigned)rand_r(seed) % 9000000U;
    snprintf(request, sizeof request,
             "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"incident.look\",\"params\":{\"phone\":\"8903%u\",\"place\":\"Ленина, "
             "%d\",\"text\":\"%s\"}}\n",
             phone, place, said[what]);
    ask(d->fd, request, &id);
    snprintf(request, sizeof request,
             "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"incident.log\",\"params\":{\"phone\":\"8903%u\",\"place\":\"Ленина, "
             "%d\",\"text\":\"%s\",\"caller\":\"Сидорова А. П.\","
             "\"external_id\":\"storm:%d:%ld\",\"request_id\":\"%08x-%04x-4%03x-8%03x-%012lx\"}}\n",
             phone, place, said[what], d->number, d->written, (unsigned)rand_r(seed), (unsigned)getpid() & 0xffff,
             (unsigned)d->number & 0xfff, (unsigned)rand_r(seed) & 0xfff, (unsigned long)clock_us() & 0xffffffffffffUL);
    samples_add(&d->log_ms, ask(d->fd, request, &id));
    d->written++;
    snprintf(request, sizeof request,
             "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"incident.dispatch\",\"params\":{\"id\":%lld,\"contact\":\"Дежурный\"}}\n", id);
    ask(d->fd, request, &id);
}

/* Calls come when they come: pauses between nothing and twice the mean. */
static void *dispatcher_main(void *arg)
{
    struct dispatcher *d = arg;
    unsigned seed = (unsigned)(d->number + 1) * 7919U;
    while (clock_us() < d->until_us) {
        usleep((useconds_t)(rand_r(&seed) % (2 * d->mean_pause_ms)) * 1000U);
        one_call(d, &seed);
    }
    return NULL;
}

/* So many dispatchers for so long; the 95th percentile, and how many calls were written. */
static double run(int first, int count, int mean_pause_ms, int seconds, long *written)
{
    static struct dispatcher desk[DISPATCHERS];
    struct samples all = {0};
    for (int i = 0; i < count; i++) {
        desk[i] = (struct dispatcher){
            .number = first + i, .fd = raw_session(), .mean_pause_ms = mean_pause_ms, .until_us = clock_us() + (int64_t)seconds * 1000000};
        pthread_create(&desk[i].thread, NULL, dispatcher_main, &desk[i]);
    }
    for (int i = 0; i < count; i++) {
        pthread_join(desk[i].thread, NULL);
        close(desk[i].fd);
        for (size_t k = 0; k < desk[i].log_ms.count; k++)
            samples_add(&all, desk[i].log_ms.value[k]);
        samples_free(&desk[i].log_ms);
        *written += desk[i].written;
    }
    double p95 = samples_percentile(&all, 95);
    samples_free(&all);
    return p95;
}

int main(void)
{
    int seconds = bench_setting("GOROD_BENCH_SECONDS", SECONDS);
    int quiet_seconds = seconds / QUIET_SHARE > 5 ? seconds / QUIET_SHARE : 5;
    long quiet = 0, storm = 0, warm = 0;
    server = server_start(NULL);
    given_municipality(server, &town);
    run(900, 2, 20, 2, &warm);
    double alone = run(0, 1, QUIET_PAUSE_MS, quiet_seconds, &quiet);
    /* An answer takes some of the time between two calls. */
    double together = run(100, DISPATCHERS, DISPATCHERS * 60000 / CALLS_A_MINUTE, seconds, &storm);
    long kept = atol(server_sql(server, "SELECT count(*) FROM incident")),
         last = atol(server_sql(server, "SELECT max(serial) FROM incident"));
    table_title("F4: 20 dispatchers, 500 calls a minute, against one alone", "ms, 95th percentile of incident.log");
    table_row("storm / quiet", together, alone, 2.0, false);
    table_note("%ld calls in the storm, %.0f a minute; alone %ld", storm, (double)storm * 60.0 / seconds, quiet);
    table_note("answered %ld, kept %ld, last number %ld%s", warm + quiet + storm, kept, last,
               kept == warm + quiet + storm && last == kept ? ": none lost" : ": LOST");
    bool whole = kept == warm + quiet + storm && last == kept;
    town_close_sessions(&town);
    server_discard(&server, false);
    return table_verdict() || !whole;
}
