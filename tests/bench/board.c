/* F3: the controller's board at ten thousand and at a million assignments, both in one run, asked in turn. A fifth of them is open - far more than a
 * municipality leaves open - and one controller watches a quarter of those. */
#include "tests/bench/bench.h"
#include "tests/harness/check.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REPEATS = 400, DATA_MS = 600 * 1000 };

enum figure { ALL_UNIT, ALL_EXECUTOR, ALL_DATE, OWN_UNIT, OWN_EXECUTOR, OWN_DATE, ROWS, FIGURES };
static const struct {
    const char *name, *by;
    bool own;
} figures[FIGURES] = {
    {"everything, by unit", "unit", false},          {"everything, by executor", "executor", false}, {"everything, by day", "date", false},
    {"one controller's, by unit", "unit", true},     {"one controller's, by executor", "executor", true},
    {"one controller's, by day", "date", true},      {"a number opened: the overdue of a unit", NULL, false},
};

struct size {
    int assignments;
    struct server *server;
    struct rpc *r;
    json_int_t controller, unit;
    struct samples us[FIGURES];
};

static void fill(struct size *size)
{
    char sql[4000];
    struct outcome o;
    char *const argv[] = {(char *)server_program(), "demo-data", "--appeals", "50", "--seed", "1", "--state", size->server->state, NULL};
    run_program(argv, NULL, DATA_MS, &o);
    CHECK(o.exit_code == 0, "demo-data: %d %s", o.exit_code, o.err);
    outcome_free(&o);
    int64_t began = clock_ms();
    snprintf(sql, sizeof sql,
             "WITH people AS (SELECT array_agg(u.id ORDER BY u.id) AS id, array_agg(u.unit_id ORDER BY u.id) AS unit FROM app_user u "
             "                WHERE u.unit_id IS NOT NULL AND u.disabled_at IS NULL), "
             "     who AS (SELECT id FROM app_user WHERE login = 'controller') "
             "INSERT INTO assignment (number, year, serial, status, title, author_id, controller_id, responsible_id, unit_id, due, due_nominal, closed_on, search) "
             "SELECT 'B-' || i, 1999, i, CASE WHEN i %% 5 > 0 THEN 'accepted' WHEN i %% 35 = 0 THEN 'reported' ELSE 'in_work' END, 'Board ' || i, p.id[1], "
             "       CASE WHEN i %% 20 = 0 THEN w.id END, p.id[1 + (i * 7919) %% array_length(p.id, 1)], p.unit[1 + (i * 7919) %% array_length(p.id, 1)], "
             "       current_date - 60 + ((i * 104729 / 5) %% 180)::integer, current_date, CASE WHEN i %% 5 > 0 THEN current_date END, '' "
             "FROM generate_series(1::bigint, %d) AS i, people p, who w",
             size->assignments);
    psql(size->server, sql);
    psql(size->server, "SELECT gorod_board_fold()");
    psql(size->server, "VACUUM ANALYZE");
    table_note("%d assignments written in %.1f s", size->assignments, (double)(clock_ms() - began) / 1000);
}

static void begin(struct size *size)
{
    size->server = server_start(NULL);
    fill(size);
    size->r = rpc_open_admin(size->server);
    size->controller = at_int(find_item(at(rpc_ok(size->r, "user.list", "{s:s}", "query", "controller"), "items"), "login", "controller"), "id");
    json_t *board = rpc_ok(size->r, "assignment.board", NULL);
    size->unit = at_int(board, "items.0.unit");
    /* What is measured counts what is there. */
    assert_true(at_int(board, "total.open") >= size->assignments / 5);
    assert_int_equal(at_int(rpc_ok(size->r, "assignment.board", "{s:I}", "controller", size->controller), "total.open") > size->assignments / 25, 1);
}

static void ask(struct size *size, enum figure f)
{
    json_t *params = figures[f].by ? json_pack("{s:s}", "by", figures[f].by) : json_pack("{s:s, s:I}", "bucket", "overdue", "unit", size->unit);
    if (figures[f].own)
        json_object_set_new(params, "controller", json_integer(size->controller));
    int64_t began = clock_us();
    json_t *answer = rpc_call(size->r, figures[f].by ? "assignment.board" : "assignment.list", params);
    samples_add(&size->us[f], (double)(clock_us() - began));
    CHECK(at(answer, "result"), "refused: %s", json_string_value(at(answer, "error.message")));
}

int main(void)
{
    struct size small = {.assignments = bench_setting("GOROD_BENCH_SMALL", 10000)}, large = {.assignments = bench_setting("GOROD_BENCH_LARGE", 1000000)};
    char title[160];
    begin(&small);
    begin(&large);
    for (int i = 0; i < REPEATS; i++)
        for (int f = 0; f < FIGURES; f++) {
            ask(&small, (enum figure)f);
            ask(&large, (enum figure)f);
        }
    snprintf(title, sizeof title, "F3: the board at %d assignments against %d, 95th percentile", large.assignments, small.assignments);
    table_title(title, "ms");
    for (int f = 0; f < FIGURES; f++)
        table_row(figures[f].name, samples_percentile(&large.us[f], 95) / 1000, samples_percentile(&small.us[f], 95) / 1000, figures[f].by ? 2 : 0, false);
    table_title("the same, median", "ms");
    for (int f = 0; f < FIGURES; f++)
        table_row(figures[f].name, samples_percentile(&large.us[f], 50) / 1000, samples_percentile(&small.us[f], 50) / 1000, 0, false);
    rpc_close(&small.r);
    rpc_close(&large.r);
    server_discard(&small.server, false);
    server_discard(&large.server, false);
    return table_verdict();
}
