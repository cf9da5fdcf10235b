/* F3: the board of outages at a million houses, ten thousand open outages and 300,000 houses without something, against a tenth of each;
 * both in one run, asked in turn. Then a hundred wall screens, each a gorod-tui of its own over ssh, and how long it takes until the last
 * of them has painted a change. */
#include "tests/bench/bench.h"
#include "tests/harness/check.h"
#include "tests/harness/term.h"
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { REPEATS = 300, CHANGES = 20, BOARDS = 100, OUTAGE_HOUSES = 30, HOUSES_AN_OUTAGE = 30, EVENT_MS = 5000, SECOND_MS = 1000 };

enum figure { BY_RESOURCE, BY_DISTRICT, BY_SETTLEMENT, BY_SUPPLIER, ONE_DISTRICT, FIRST_PAGE, CUT_OFF, RESTORE, FIGURES };
static const char *const names[FIGURES] = {
    "the board, by resource",   "by district and resource", "by settlement and resource",
    "by supplier and resource", "of one district",          "opened into outages: the first page of a resource",
    "cutting off 30 houses",    "everything back again",
};

static struct town town; /* whose screens hang on the walls */

struct size {
    int houses, outages;
    struct server *server;
    struct rpc *r;
    json_int_t opened;
    struct samples us[FIGURES];
};

static void fill(struct size *size)
{
    char sql[4000];
    int64_t began = clock_ms();
    psql(size->server,
         "INSERT INTO district (name) SELECT 'Район ' || i FROM generate_series(1, 10) i;"
         "INSERT INTO settlement (name, district_id) SELECT 'Посёлок ' || i, 1 + i % 10 FROM generate_series(1, 50) i;"
         "INSERT INTO street (settlement_id, name, key) SELECT 1 + i % 50, 'Улица ' || i, 'улица ' || i FROM generate_series(1, 2000) i;"
         "INSERT INTO company (name, key) SELECT 'Сети ' || i, 'сети ' || i FROM generate_series(1, 20) i");
    snprintf(sql, sizeof sql,
             "INSERT INTO house (settlement_id, street_id, number, number_value, flats, residents) "
             "SELECT s.settlement_id, s.id, (i / 2000)::text, i / 2000, 40, CASE WHEN i %% 3 > 0 THEN 90 END "
             "FROM generate_series(0, %d) i JOIN street s ON s.id = 1 + i %% 2000;"
             "INSERT INTO social_object (kind, name, house_id) SELECT 'school', 'Школа ' || i, i FROM generate_series(100, %d, 100) i",
             size->houses - 1, size->houses);
    psql(size->server, sql);
    snprintf(
        sql, sizeof sql,
        "SET session_replication_role = replica;"
        "INSERT INTO outage (number, year, serial, kind, resource, status, supplier_id, started_at, promised_at, opened_at, opened_by) "
        "SELECT 'B-' || i, 1999, i, CASE WHEN i %% 3 = 0 THEN 'planned' ELSE 'emergency' END, "
        "       (ARRAY['electricity', 'cold_water', 'hot_water', 'heating', 'gas', 'sewerage', 'lift', 'internet'])[1 + i %% 8], 'active', "
        "1 + i %% 20, "
        "       now() - make_interval(mins => 120 + i %% 3000), now() + make_interval(mins => 600 + i %% 3000), now() - interval '2 "
        "hours', 1 FROM generate_series(1, %d) i;"
        "INSERT INTO outage_house (outage_id, house_id, off_at) "
        "SELECT o.id, 1 + ((o.id - 1) * %d + k) * %d / (%d * %d), o.started_at FROM outage o, generate_series(0, %d) k;"
        "SET session_replication_role = origin; ANALYZE house, outage, outage_house; SELECT gorod_outage_rebuild(); SELECT "
        "gorod_outage_fold();",
        size->outages, HOUSES_AN_OUTAGE, size->houses, size->outages, HOUSES_AN_OUTAGE, HOUSES_AN_OUTAGE - 1);
    psql(size->server, sql);
    psql(size->server, "VACUUM ANALYZE");
    table_note("%d houses, %d outages, %d houses without something: written in %.1f s", size->houses, size->outages,
               size->outages * HOUSES_AN_OUTAGE, (double)(clock_ms() - began) / 1000);
}

static json_int_t houses_without(struct rpc *r)
{
    json_t *items = at(rpc_ok(r, "outage.board", NULL), "items"), *line;
    json_int_t sum = 0;
    size_t i;
    json_array_foreach(items, i, line) sum += at_int(line, "houses");
    return sum;
}

static void begin(struct size *size)
{
    size->server = server_start(NULL);
    fill(size);
    size->r = rpc_open_admin(size->server);
    /* What is measured counts what is there. */
    assert_int_equal(houses_without(size->r), (json_int_t)size->outages * HOUSES_AN_OUTAGE);
}

static json_t *now_text(void)
{
    char text[32];
    time_t now = time(NULL);
    struct tm tm;
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &tm));
    return json_string(text);
}

static json_t *open_params(int seed)
{
    json_t *ids = json_array();
    for (int i = 0; i < OUTAGE_HOUSES; i++)
        json_array_append_new(ids, json_integer(1 + seed * OUTAGE_HOUSES + i));
    return json_pack("{s:s, s:s, s:o, s:i, s:s}", "kind", "emergency", "resource", "radio", "houses", ids, "supplier", 1, "request_id",
                     fresh_uuid());
}

static void ask(struct size *size, enum figure f, int seed)
{
    static const char *const cuts[] = {"resource", "district", "settlement", "supplier"};
    const char *method = f == CUT_OFF ? "outage.open" : f == RESTORE ? "outage.close" : f == FIRST_PAGE ? "outage.list" : "outage.board";
    json_t *params = f <= BY_SUPPLIER    ? json_pack("{s:s}", "by", cuts[f])
                     : f == ONE_DISTRICT ? json_pack("{s:i}", "district", 3)
                     : f == FIRST_PAGE   ? json_pack("{s:b, s:s}", "on_board", 1, "resource", "gas")
                     : f == CUT_OFF      ? open_params(seed)
                                         : json_pack("{s:I, s:o}", "id", size->opened, "ended", now_text());
    int64_t began = clock_us();
    json_t *answer = rpc_call(size->r, method, params);
    samples_add(&size->us[f], (double)(clock_us() - began));
    CHECK(at(answer, "result"), "%s refused: %s", method, json_string_value(at(answer, "error.message")));
    if (f == CUT_OFF)
        size->opened = at_int(answer, "result.id");
}

/* ---- a hundred walls ---- */

enum { BOARDS_MAX = 200, FIRST_PAINT_MS = 120000 };
/* What nothing else on the board says: a resource that all changes are of. */
static const char changed_word[] = "Проводное радио";

struct boards {
    int count;
    struct term *screen[BOARDS_MAX];
    struct pollfd wait[BOARDS_MAX];
};

/* Screens as they hang on walls: gorod-tui --board, a thin client each, over ssh. */
static void open_boards(struct boards *b, struct server *s)
{
    static const char *const board[] = {"--board", NULL};
    int64_t began = clock_ms();
    b->count = bench_setting("GOROD_BENCH_SESSIONS", BOARDS);
    CHECK(b->count > 0 && b->count <= BOARDS_MAX, "GOROD_BENCH_SESSIONS: 1-%d boards", BOARDS_MAX);
    for (int i = 0; i < b->count; i++) {
        b->screen[i] = term_thin_client(s, "analyst", NULL, board, 100, 40);
        b->wait[i] = (struct pollfd){.fd = term_fd(b->screen[i]), .events = POLLIN};
    }
    for (int i = 0; i < b->count; i++)
        CHECK(term_sees_text(b->screen[i], "Газоснабжение", FIRST_PAINT_MS), "board %d shows nothing:\n%s", i, term_text(b->screen[i]));
    table_note("%d boards opened in %.1f s", b->count, (double)(clock_ms() - began) / 1000);
}

/* Until every board says the word, or no longer says it; the time at which the last byte came that painted it so, board by board. */
static void wait_painted(struct boards *b, bool is_there, int64_t began, struct samples *ms, double *worst)
{
    bool painted[BOARDS_MAX] = {false};
    *worst = 0;
    for (int left = b->count; left > 0;) {
        CHECK(poll(b->wait, (nfds_t)b->count, EVENT_MS) > 0, "%d boards do not show the change", left);
        for (int i = 0; i < b->count; i++) {
            if (!b->wait[i].revents || !term_take_in(b->screen[i], 0) || painted[i] || term_has(b->screen[i], changed_word) != is_there)
                continue;
            double took = (double)(term_arrived_us(b->screen[i]) - began) / 1000;
            painted[i] = true;
            left--;
            samples_add(ms, took);
            *worst = took > *worst ? took : *worst;
        }
    }
}

/* From the moment a dispatcher's request is sent until the last of all boards has painted what it changed. */
static void watch(struct size *size)
{
    struct samples each = {0}, last = {0};
    struct boards boards;
    double worst;
    open_boards(&boards, size->server);
    for (int round = 0; round < CHANGES; round++) {
        int64_t began = clock_us();
        json_int_t id = at_int(rpc_answer(size->r, rpc_send(size->r, "outage.open", open_params(round))), "result.id");
        wait_painted(&boards, true, began, &each, &worst);
        samples_add(&last, worst);
        began = clock_us();
        rpc_ok_json(size->r, "outage.close", json_pack("{s:I, s:o}", "id", id, "ended", now_text()));
        wait_painted(&boards, false, began, &each, &worst);
        samples_add(&last, worst);
    }
    char title[120];
    snprintf(title, sizeof title, "F3: a change painted on %d open boards over ssh, against a second", boards.count);
    table_title(title, "ms");
    table_row("the last board, the worst of all changes", samples_percentile(&last, 100), SECOND_MS, 1, false);
    table_row("the last board, the median of all changes", samples_percentile(&last, 50), SECOND_MS, 0, false);
    table_row("any board, the median", samples_percentile(&each, 50), SECOND_MS, 0, false);
    for (int i = 0; i < boards.count; i++)
        term_close(&boards.screen[i]);
    samples_free(&each);
    samples_free(&last);
}

int main(void)
{
    struct size large = {.houses = bench_setting("GOROD_BENCH_LARGE", 1000000)},
                small = {.houses = bench_setting("GOROD_BENCH_SMALL", 100000)};
    char title[160];
    large.outages = large.houses / 100;
    small.outages = small.houses / 100;
    begin(&small);
    begin(&large);
    for (int i = 0; i < REPEATS; i++)
        for (int f = 0; f < FIGURES; f++) {
            ask(&small, (enum figure)f, i);
            ask(&large, (enum figure)f, i);
        }
    snprintf(title, sizeof title, "F3: outages among %d houses against %d, median", large.houses, small.houses);
    table_title(title, "ms");
    for (int f = 0; f < FIGURES; f++)
        table_row(names[f], samples_percentile(&large.us[f], 50) / 1000, samples_percentile(&small.us[f], 50) / 1000,
                  f <= ONE_DISTRICT ? 1.5 : 0, false);
    table_title("the same, 95th percentile", "ms");
    for (int f = 0; f < FIGURES; f++)
        table_row(names[f], samples_percentile(&large.us[f], 95) / 1000, samples_percentile(&small.us[f], 95) / 1000, 0, false);
    given_municipality(large.server, &town);
    watch(&large);
    town_close_sessions(&town);
    rpc_close(&small.r);
    rpc_close(&large.r);
    server_discard(&small.server, false);
    server_discard(&large.server, false);
    return table_verdict();
}
