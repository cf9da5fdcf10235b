/* F2: a line of 40 pieces found among a million houses, against one query for the same ids, both in one run. */
#include "tests/bench/bench.h"
#include "tests/harness/check.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    STREETS = 2000,
    SINGLES = 30,
    RANGES = 10,
    REPEATS = 300,
    SECONDS = 5,
    PSQL_REPEATS = 10,
    LINE_BYTES = 8000,
    IDS_BYTES = 20000,
    TIMES = 5
};

static int houses;
static char line[LINE_BYTES], ids[IDS_BYTES];

static void fill(const struct server *s)
{
    char sql[1500];
    int64_t began = clock_ms();
    snprintf(sql, sizeof sql,
             "INSERT INTO settlement (name) VALUES ('Большой');"
             "INSERT INTO street (settlement_id, name, key) SELECT 1, 'Имени' || n, 'имени' || n "
             "FROM (SELECT translate(i::text, '0123456789', 'абвгдежзик') AS n FROM generate_series(1, %d) i) x;"
             "INSERT INTO house (settlement_id, street_id, number, number_value, flats) "
             "SELECT 1, 1 + i %% %d, (1 + i / %d)::text, 1 + i / %d, 40 FROM generate_series(0, %d) i;"
             "INSERT INTO social_object (kind, name, house_id) SELECT 'school', 'Школа ' || i, i FROM generate_series(100, %d, 100) i;",
             STREETS, STREETS, STREETS, STREETS, houses - 1, houses);
    psql(s, sql);
    psql(s, "VACUUM ANALYZE");
    table_note("%d houses on %d streets: written in %.1f s", houses, STREETS, (double)(clock_ms() - began) / 1000);
}

/* The name that SQL gives street i. */
static const char *street(int i)
{
    static const char *const letters[] = {"а", "б", "в", "г", "д", "е", "ж", "з", "и", "к"};
    static char name[64];
    char digits[16];
    snprintf(digits, sizeof digits, "%d", i);
    snprintf(name, sizeof name, "Имени");
    for (const char *d = digits; *d; d++)
        strcat(name, letters[*d - '0']);
    return name;
}

/* Ten streets, each with three houses and a range of ten. */
static void write_line(void)
{
    int last = houses / STREETS;
    size_t len = 0;
    for (int i = 0; i < RANGES; i++) {
        int from = 1 + i * 7 % (last > 60 ? last - 60 : 1);
        len += (size_t)snprintf(line + len, sizeof line - len, "%sул. %s %d, %d, %d, %d-%d", i ? "; " : "", street(37 + i * 191), from,
                                from + 2, from + 5, from + 20, from + 38);
    }
    assert_true(len < sizeof line);
}

static json_t *resolve(struct rpc *r) { return rpc_ok(r, "house.resolve", "{s:s}", "line", line); }

static void keep_ids(const json_t *answer)
{
    size_t i, len = 0;
    json_t *house;
    json_array_foreach(at(answer, "houses"), i, house) len +=
        (size_t)snprintf(ids + len, sizeof ids - len, "%s%lld", i ? "," : "", (long long)at_int(house, "id"));
    assert_true(len < sizeof ids);
}

static double query_us(const struct server *s, struct samples *psql_us)
{
    char sql[IDS_BYTES + 600];
    snprintf(sql, sizeof sql,
             "SELECT h.id, h.number, s.name, t.name, h.flats, h.residents FROM house h JOIN street s ON s.id = h.street_id "
             "JOIN settlement t ON t.id = h.settlement_id WHERE h.id IN (%s);",
             ids);
    for (int i = 0; i < PSQL_REPEATS; i++) {
        char quiet[sizeof sql + 32];
        snprintf(quiet, sizeof quiet, "\\o /dev/null\n%s", sql);
        int64_t began = clock_us();
        psql(s, quiet);
        samples_add(psql_us, (double)(clock_us() - began));
    }
    return 1e6 / pgbench_tps(s, sql, 1, bench_setting("GOROD_BENCH_SECONDS", SECONDS));
}

int main(void)
{
    struct samples us = {0}, psql_us = {0};
    houses = bench_setting("GOROD_BENCH_LARGE", 1000000);
    struct server *s = server_start(NULL);
    fill(s);
    write_line();
    struct rpc *r = rpc_open_admin(s);
    json_t *answer = resolve(r);
    keep_ids(answer);
    CHECK(json_array_size(at(answer, "pieces")) == SINGLES + RANGES && json_array_size(at(answer, "unread")) == 0 &&
              json_array_size(at(answer, "unknown")) == 0,
          "the line is not what it should be");
    table_note("%zu pieces, %lld houses", json_array_size(at(answer, "pieces")), (long long)at_int(answer, "count"));
    for (int i = 0; i < REPEATS; i++) {
        int64_t began = clock_us();
        resolve(r);
        samples_add(&us, (double)(clock_us() - began));
    }
    double prepared_us = query_us(s, &psql_us);
    table_title("F2: house.resolve of 40 pieces, against one query for the same ids", "us");
    table_row("against a run of psql", samples_percentile(&us, 50), samples_percentile(&psql_us, 50), TIMES, false);
    table_row("against the query alone, prepared (pgbench)", samples_percentile(&us, 50), prepared_us, 0, false);
    table_row("the slowest of a hundred", samples_percentile(&us, 99), samples_percentile(&psql_us, 50), TIMES, false);
    samples_free(&us);
    samples_free(&psql_us);
    rpc_close(&r);
    server_stop(s);
    return table_verdict();
}
