/* F4: a storm. Twenty dispatchers, each a user with an own ssh session as the thin client has it, write 500 calls a minute down, each
 * looking at what is known first and passing the call on after, all of them hearing of everybody's calls; the 95th percentile of
 * incident.log against that of one dispatcher alone on the same server. Nothing may be lost: every answered call is there once, in the
 * words that were sent, by who sent it, under the number that was answered, and numbers have no gaps. */
#include "tests/bench/bench.h"
#include "tests/harness/check.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    DISPATCHERS = 20,
    CALLS_A_MINUTE = 500,
    SECONDS = 300,
    QUIET_PAUSE_MS = 200,
    QUIET_SHARE = 5,
    QUIET_S_MIN = 5,
    WARM_S = 2,
    PLACES = 400
};
enum { LINE_BYTES = 1 << 16, SSH_END_MS = 10000 };

static struct server *server;
static struct town town;

struct dispatcher {
    pthread_t thread;
    pid_t ssh;
    int to, from, number, mean_pause_ms;
    char login[16];
    int64_t until_us;
    long written;
    struct samples log_ms;
    FILE *told; /* what was answered, a row a call: id, number, login, text */
    char *told_text;
    size_t told_bytes;
    char line[LINE_BYTES];
    size_t have;
};

static void given_dispatchers(void)
{
    char login[16], name[64];
    for (int i = 0; i < DISPATCHERS; i++) {
        snprintf(login, sizeof login, "duty%d", i);
        snprintf(name, sizeof name, "Дежурный %d", i);
        json_int_t id = at_int(rpc_ok(town.admin, "user.add", "{s:s, s:s, s:I, s:[s]}", "login", login, "name", name, "unit", town.edds,
                                      "roles", "dispatcher"),
                               "id");
        char *key = ssh_make_key(server, login);
        rpc_ok(town.admin, "user.key_add", "{s:I, s:s}", "id", id, "key", key);
        free(key);
    }
}

/* ---- one session; the client of the harness is for one thread ---- */

static void connect_ssh(struct dispatcher *d)
{
    const char *argv[SSH_ARGV_MAX];
    int argc = ssh_argv(server, d->login, 0, argv);
    argv[argc++] = "-s";
    argv[argc++] = "gorod";
    argv[argc] = NULL;
    d->ssh = proc_start_piped((char *const *)argv, &d->to, &d->from, -1);
}

static void give_up(const struct dispatcher *d, const char *why, const char *line)
{
    fprintf(stderr, "%s: %s %s\n", d->login, why, line);
    exit(1);
}

/* The next line, without its end; lives until the next call. */
static const char *next_line(struct dispatcher *d)
{
    static _Thread_local char line[LINE_BYTES];
    char *end;
    while (!(end = memchr(d->line, '\n', d->have))) {
        ssize_t n = d->have < sizeof d->line ? read(d->from, d->line + d->have, sizeof d->line - d->have) : 0;
        if (n <= 0)
            give_up(d, "the line has ended or is too long", "");
        d->have += (size_t)n;
    }
    size_t len = (size_t)(end - d->line);
    memcpy(line, d->line, len);
    line[len] = '\0';
    d->have -= len + 1;
    memmove(d->line, end + 1, d->have);
    return line;
}

/* Sends a request and waits for its result among what is told meanwhile; *ms gets how long it took. */
static const char *ask(struct dispatcher *d, const char *request, double *ms)
{
    int64_t began = clock_us();
    const char *line;
    size_t len = strlen(request);
    if (write(d->to, request, len) != (ssize_t)len)
        give_up(d, "cannot send", request);
    do
        line = next_line(d);
    while (strstr(line, "\"method\":\"event\""));
    const char *result = strstr(line, "\"result\":");
    if (!result)
        give_up(d, "refused:", line);
    *ms = (double)(clock_us() - began) / 1000.0;
    return result;
}

/* ---- calls ---- */

static void keep_answer(struct dispatcher *d, const char *result, const char *text, long long *id)
{
    const char *at = strstr(result, "\"id\":"), *number = strstr(result, "\"number\":\"");
    if (!at || !number)
        give_up(d, "no number in", result);
    *id = strtoll(at + strlen("\"id\":"), NULL, 10);
    number += strlen("\"number\":\"");
    fprintf(d->told, "%lld\t%.*s\t%s\t%s\n", *id, (int)strcspn(number, "\""), number, d->login, text);
    d->written++;
}

static void one_call(struct dispatcher *d, unsigned *seed)
{
    static const char *const said[] = {"нет света",        "нет горячей воды", "запах газа в подъезде", "прорвало трубу во дворе",
                                       "застряли в лифте", "упало дерево"};
    char request[1200], text[120];
    long long id;
    double ms;
    int place = rand_r(seed) % PLACES;
    unsigned phone = 1000000U + (unsigned)rand_r(seed) % 9000000U;
    snprintf(text, sizeof text, "%s (%s, %ld, %d)", said[(size_t)rand_r(seed) % (sizeof said / sizeof *said)], d->login, d->written,
             d->mean_pause_ms);
    snprintf(request, sizeof request,
             "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"incident.look\",\"params\":{\"phone\":\"8903%u\",\"place\":\"Ленина, "
             "%d\",\"text\":\"%s\"}}\n",
             phone, place, text);
    ask(d, request, &ms);
    snprintf(request, sizeof request,
             "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"incident.log\",\"params\":{\"phone\":\"8903%u\",\"place\":\"Ленина, "
             "%d\",\"text\":\"%s\",\"caller\":\"Сидорова А. П.\",\"request_id\":\"%08x-%04x-4%03x-8%03x-%012lx\"}}\n",
             phone, place, text, (unsigned)rand_r(seed), (unsigned)getpid() & 0xffff, (unsigned)d->number & 0xfff,
             (unsigned)rand_r(seed) & 0xfff, (unsigned long)clock_us() & 0xffffffffffffUL);
    const char *result = ask(d, request, &ms);
    samples_add(&d->log_ms, ms);
    keep_answer(d, result, text, &id);
    snprintf(request, sizeof request,
             "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"incident.dispatch\",\"params\":{\"id\":%lld,\"contact\":\"Дежурный\"}}\n", id);
    ask(d, request, &ms);
}

/* Calls come when they come, whether the one before is written or not: between nothing and twice the mean after each other. */
static void *dispatcher_main(void *arg)
{
    struct dispatcher *d = arg;
    unsigned seed = (unsigned)(d->number + 1) * 7919U;
    int64_t rings_us = clock_us();
    for (;;) {
        rings_us += (int64_t)(rand_r(&seed) % (2 * d->mean_pause_ms)) * 1000;
        if (rings_us >= d->until_us)
            return NULL;
        int64_t left = rings_us - clock_us();
        if (left > 0)
            usleep((useconds_t)left);
        one_call(d, &seed);
    }
}

/* ---- the run ---- */

static void let_tell(struct dispatcher *d)
{
    char *sql = NULL;
    size_t bytes;
    fclose(d->told);
    FILE *f = open_memstream(&sql, &bytes);
    fprintf(f,
            "CREATE TABLE IF NOT EXISTS storm_told (id bigint, number text, login text, text text);\nCOPY storm_told FROM stdin;\n%s\\.\n",
            d->told_text);
    fclose(f);
    psql(server, sql);
    free(sql);
    free(d->told_text);
}

/* So many dispatchers for so long; the 95th percentile, and how many calls were answered. */
static double run(int count, int mean_pause_ms, int seconds, long *written)
{
    static struct dispatcher desk[DISPATCHERS];
    struct samples all = {0};
    double ms;
    for (int i = 0; i < count; i++) {
        struct dispatcher *d = &desk[i];
        *d = (struct dispatcher){.number = i, .mean_pause_ms = mean_pause_ms};
        snprintf(d->login, sizeof d->login, "duty%d", i);
        d->told = open_memstream(&d->told_text, &d->told_bytes);
        connect_ssh(d);
    }
    /* Everybody sits down before the first call: logging in is measured elsewhere. */
    for (int i = 0; i < count; i++)
        ask(&desk[i], "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"event.subscribe\"}\n", &ms);
    for (int i = 0; i < count; i++) {
        desk[i].until_us = clock_us() + (int64_t)seconds * 1000000;
        pthread_create(&desk[i].thread, NULL, dispatcher_main, &desk[i]);
    }
    for (int i = 0; i < count; i++)
        pthread_join(desk[i].thread, NULL);
    for (int i = 0; i < count; i++) {
        close(desk[i].to);
        close(desk[i].from);
        proc_wait(desk[i].ssh, SSH_END_MS);
        for (size_t k = 0; k < desk[i].log_ms.count; k++)
            samples_add(&all, desk[i].log_ms.value[k]);
        samples_free(&desk[i].log_ms);
        *written += desk[i].written;
        let_tell(&desk[i]);
    }
    double p95 = samples_percentile(&all, 95);
    samples_free(&all);
    return p95;
}

static long counted(const char *sql) { return atol(server_sql(server, sql)); }

/* Answered, kept, and kept as it was answered are one number, which is the last one given out. */
static bool none_lost(long answered)
{
    long kept = counted("SELECT count(*) FROM incident"), last = counted("SELECT max(serial) FROM incident"),
         numbers = counted("SELECT count(DISTINCT serial) FROM incident WHERE serial > 0"),
         same = counted(
             "SELECT count(DISTINCT i.id) FROM storm_told t JOIN incident i ON i.id = t.id AND i.number = t.number AND i.text = t.text "
             "JOIN app_user u ON u.id = i.taken_by AND u.login = t.login"),
         passed_on =
             counted("SELECT count(*) FROM incident i WHERE i.status = 'dispatched' AND NOT EXISTS (SELECT 1 FROM incident_service s "
                     "WHERE s.incident_id = i.id AND s.informed_at IS NULL)");
    bool whole = kept == answered && last == answered && numbers == answered && same == answered && passed_on == answered;
    table_note("answered %ld, kept %ld, numbers %ld up to %ld, in the words, by the person and under the number that was answered %ld, "
               "passed on %ld: %s",
               answered, kept, numbers, last, same, passed_on, whole ? "none lost" : "LOST");
    return whole;
}

int main(void)
{
    int seconds = bench_setting("GOROD_BENCH_SECONDS", SECONDS);
    int quiet_seconds = seconds / QUIET_SHARE > QUIET_S_MIN ? seconds / QUIET_SHARE : QUIET_S_MIN;
    long quiet = 0, storm = 0, warm = 0;
    server = server_start(NULL);
    given_municipality(server, &town);
    given_dispatchers();
    run(2, 20, WARM_S, &warm);
    double alone = run(1, QUIET_PAUSE_MS, quiet_seconds, &quiet);
    double together = run(DISPATCHERS, DISPATCHERS * 60000 / CALLS_A_MINUTE, seconds, &storm);
    table_title("F4: 20 dispatchers over ssh, 500 calls a minute, against one alone", "ms, 95th percentile of incident.log");
    table_row("storm / quiet", together, alone, 2.0, false);
    table_note("%ld calls in the storm, %.0f a minute; alone %ld", storm, (double)storm * 60.0 / seconds, quiet);
    bool whole = none_lost(warm + quiet + storm);
    town_close_sessions(&town);
    server_discard(&server, false);
    return table_verdict() || !whole;
}
