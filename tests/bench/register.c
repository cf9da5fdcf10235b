/* F1: appeal.register through the core's socket against pgbench doing the equal transaction on the same cluster; session.ping against
 * SELECT 1. Rounds alternate, the medians are compared. */
#include "tests/bench/bench.h"
#include "tests/harness/check.h"
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROUNDS = 3, CLIENTS_MAX = 8, PEOPLE = 2000 };

static struct server *server;
static struct town town;
static json_int_t first_person;

/* What one registration writes, statement by statement as the core sends them; the dictionary of words is one of the search indexes. */
static const char equal_transaction[] =
    "\\set person random(:first, :last)\n"
    "BEGIN;\n"
    "SELECT c.merged_into, c.name, c.address FROM correspondent c WHERE c.id = :person;\n"
    "INSERT INTO counter AS c (series, year, value) VALUES ('bench', 2026, 1) ON CONFLICT (series, year) DO UPDATE SET value = c.value + 1 "
    "RETURNING value AS serial \\gset\n"
    "WITH written AS (INSERT INTO appeal (number, kind, year, serial, status, channel, received, registered, due, correspondent_id, subject, text, "
    "registrar_id, "
    "search) VALUES ('Б-' || :serial || '/26', 'bench', 2026, :serial, 'registered', 'post', current_date, current_date, current_date + "
    "30, "
    ":person, 'Не горит фонарь у дома 12 по улице Ленина', 'Уже третий день не горит фонарь у дома 12 по улице Ленина, прошу починить', 1, "
    "gorod_appeal_search('Б-' || :serial || '/26', 'Не горит фонарь у дома 12 по улице Ленина', 'Уже третий день не горит фонарь у дома 12 "
    "по "
    "улице Ленина, прошу починить', '', 'Иванова Мария Петровна')) RETURNING id, search), "
    "learnt AS (INSERT INTO search_word (word) SELECT DISTINCT w.word COLLATE \"C\" FROM written, "
    "unnest(tsvector_to_array(written.search)) AS w(word) WHERE w.word ~ '^[а-яa-z]+$' AND NOT EXISTS "
    "(SELECT 1 FROM search_word s WHERE s.word = w.word COLLATE \"C\") ORDER BY 1 ON CONFLICT DO NOTHING) "
    "SELECT id AS appeal FROM written \\gset\n"
    "INSERT INTO appeal_author (appeal_id, correspondent_id, ord) VALUES (:appeal, :person, 0);\n"
    "INSERT INTO appeal_question (appeal_id, ord, text) VALUES (:appeal, 1, '');\n"
    "INSERT INTO event (actor_id, record, record_id, action, version, to_state) VALUES (1, 'appeal', :appeal, 'register', 1, "
    "'registered');\n"
    "INSERT INTO idempotency (user_id, request_id, method, params_hash, answer) VALUES (1, gen_random_uuid(), 'bench', md5('x'), '{}');\n"
    "COMMIT;\n";

static void given_people(void)
{
    for (int i = 0; i < PEOPLE; i++) {
        char name[128];
        snprintf(name, sizeof name, "Горожанин%d Иван%d Петрович", i % 500, i);
        json_int_t id = at_int(rpc_ok(town.admin, "correspondent.add", "{s:s, s:s}", "kind", "person", "name", name), "id");
        first_person = first_person ? first_person : id;
    }
}

/* ---- our side: clients with one request in hand each ---- */

struct client {
    pthread_t thread;
    const char *method;
    int fd, number;
    atomic_bool *stop;
    long done;
};

static int raw_session(void)
{
    struct rpc *r = rpc_open_admin(server);
    int fd = dup(rpc_fd(r));
    rpc_close(&r);
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
    return fd;
}

static size_t request_text(const struct client *c, char *out, size_t size, unsigned *seed)
{
    if (strcmp(c->method, "session.ping") == 0)
        return (size_t)snprintf(out, size, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"session.ping\"}\n");
    return (size_t)snprintf(
        out, size,
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"appeal.register\",\"params\":{\"kind\":\"letter\",\"channel\":\"post\","
        "\"correspondent\":%lld,\"subject\":\"Не горит фонарь у дома 12 по улице Ленина\",\"text\":\"Уже третий день не "
        "горит фонарь у дома 12 по улице Ленина, прошу починить\",\"request_id\":\"%08x-%04x-4%03x-8%03x-%012lx\"}}\n",
        (long long)first_person + rand_r(seed) % PEOPLE, (unsigned)rand_r(seed), (unsigned)getpid() & 0xffff, (unsigned)c->number & 0xfff,
        (unsigned)rand_r(seed) & 0xfff, (unsigned long)clock_us() & 0xffffffffffffUL);
}

static bool read_answer(int fd)
{
    char chunk[65536];
    bool result = false;
    for (size_t used = 0;;) {
        ssize_t n = read(fd, chunk + used, sizeof chunk - 1 - used);
        if (n <= 0)
            return false;
        used += (size_t)n;
        chunk[used] = '\0';
        result = strstr(chunk, "\"result\"") != NULL;
        if (chunk[used - 1] == '\n')
            return result;
    }
}

static void *client_main(void *arg)
{
    struct client *c = arg;
    unsigned seed = (unsigned)(c->number + 1) * 7919U + (unsigned)clock_us();
    char request[2048];
    while (!atomic_load(c->stop)) {
        size_t len = request_text(c, request, sizeof request, &seed);
        if (write(c->fd, request, len) != (ssize_t)len || !read_answer(c->fd)) {
            fprintf(stderr, "%s was not answered with a result\n", c->method);
            exit(1);
        }
        c->done++;
    }
    return NULL;
}

static double our_rate(const char *method, int count, int seconds)
{
    struct client clients[CLIENTS_MAX];
    atomic_bool stop = false;
    for (int i = 0; i < count; i++)
        clients[i] = (struct client){.method = method, .fd = raw_session(), .number = i, .stop = &stop};
    int64_t began = clock_us();
    for (int i = 0; i < count; i++)
        pthread_create(&clients[i].thread, NULL, client_main, &clients[i]);
    sleep((unsigned)seconds);
    atomic_store(&stop, true);
    long done = 0;
    for (int i = 0; i < count; i++) {
        pthread_join(clients[i].thread, NULL);
        close(clients[i].fd);
        done += clients[i].done;
    }
    return (double)done / ((double)(clock_us() - began) / 1e6);
}

static void compare(const char *what, const char *method, const char *script, int clients, double target)
{
    int seconds = bench_setting("GOROD_BENCH_SECONDS", 5);
    struct samples ours = {0}, theirs = {0};
    char row[128];
    for (int i = 0; i < ROUNDS; i++) {
        samples_add(&theirs, pgbench_tps(server, script, clients, seconds));
        samples_add(&ours, our_rate(method, clients, seconds));
    }
    snprintf(row, sizeof row, "%s, %d client%s", what, clients, clients > 1 ? "s" : "");
    table_row(row, samples_percentile(&ours, 50), samples_percentile(&theirs, 50), target, true);
    samples_free(&ours);
    samples_free(&theirs);
}

int main(void)
{
    char script[sizeof equal_transaction + 128];
    server = server_start(NULL);
    given_municipality(server, &town);
    given_people();
    snprintf(script, sizeof script, "\\set first %lld\n\\set last %lld\n%s", (long long)first_person, (long long)first_person + PEOPLE - 1,
             equal_transaction);
    table_title("F1: through the core's socket against pgbench on the same cluster", "a second");
    compare("appeal.register / the equal transaction", "appeal.register", script, 1, 0.8);
    compare("appeal.register / the equal transaction", "appeal.register", script, 8, 0.8);
    compare("session.ping / SELECT 1", "session.ping", "SELECT 1;\n", 1, 0);
    compare("session.ping / SELECT 1", "session.ping", "SELECT 1;\n", 8, 0);
    town_close_sessions(&town);
    server_discard(&server, false);
    return table_verdict();
}
