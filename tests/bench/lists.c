/* F2: what a list and a search cost at a hundred thousand and at a million appeals. The larger against the smaller. */
#include "tests/bench/bench.h"
#include "tests/harness/check.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REPEATS = 200, NAMES_MAX = 200, DATA_MS = 2 * 3600 * 1000 };

enum figure { FIRST_PAGE, MIDDLE_PAGE, NAME_WITH_ERROR, FULL_TEXT, OVERDUE, FIGURES };
static const char *const figure_names[FIGURES] = {"appeal.list, first page", "appeal.list, a page in the middle",
                                                  "correspondent.list, part of a name with an error", "appeal.list, full text",
                                                  "appeal.list, overdue"};

struct size {
    int appeals;
    struct samples us[FIGURES];
};

static void fill(struct server *s, int appeals)
{
    char count[16];
    struct outcome o;
    char *const argv[] = {(char *)server_program(), "demo-data", "--appeals", count, "--seed", "1", "--state", s->state, NULL};
    snprintf(count, sizeof count, "%d", appeals);
    int64_t began = clock_ms();
    run_program(argv, NULL, DATA_MS, &o);
    CHECK(o.exit_code == 0, "demo-data: %d %s", o.exit_code, o.err);
    table_note("demo-data --appeals %d: %.1f s", appeals, (double)(clock_ms() - began) / 1000);
    outcome_free(&o);
    psql(s, "VACUUM ANALYZE");
}

static void timed(struct rpc *r, struct samples *us, const char *method, json_t *params)
{
    int64_t began = clock_us();
    json_t *answer = rpc_call(r, method, params);
    samples_add(us, (double)(clock_us() - began));
    CHECK(at(answer, "result"), "%s is refused: %s", method, json_string_value(at(answer, "error.message")));
}

/* The place of a list after half of its pages. */
static const char *middle(struct rpc *r, int appeals)
{
    const char *after = NULL;
    for (int i = 0; i < appeals / 2 / 200; i++) {
        json_t *page = rpc_ok_json(r, "appeal.list", json_pack("{s:i, s:s*}", "limit", 200, "after", after));
        if (!json_string_value(at(page, "next")))
            break;
        after = at_text(page, "next");
    }
    return after;
}

/* A surname with one letter left out, as hurried fingers type it. */
static void with_error(const char *name, int which, char out[128])
{
    size_t word = strcspn(name, " "), letters = word / 2;
    size_t drop = letters > 4 ? 2 * (2 + (size_t)which % (letters - 3)) : word;
    snprintf(out, 128, "%.*s", (int)word, name);
    if (drop + 2 <= word)
        memmove(out + drop, out + drop + 2, strlen(out + drop + 2) + 1);
}

static void measure(struct size *size)
{
    static const char *const words[] = {"освещение",        "мусор",         "дорога яма", "отопление подъезд", "вода",
                                        "детская площадка", "ремонт кровли", "снег"};
    struct server *s = server_start(NULL);
    fill(s, size->appeals);
    struct rpc *r = rpc_open_admin(s);
    json_t *people = at(rpc_ok(r, "correspondent.list", "{s:i, s:s}", "limit", NAMES_MAX, "kind", "person"), "items");
    const char *after = middle(r, size->appeals);
    for (int i = 0; i < REPEATS; i++) {
        char query[128];
        with_error(at_text(json_array_get(people, (size_t)i % json_array_size(people)), "name"), i, query);
        timed(r, &size->us[FIRST_PAGE], "appeal.list", NULL);
        timed(r, &size->us[MIDDLE_PAGE], "appeal.list", json_pack("{s:s*}", "after", after));
        timed(r, &size->us[NAME_WITH_ERROR], "correspondent.list", json_pack("{s:s}", "query", query));
        timed(r, &size->us[FULL_TEXT], "appeal.list", json_pack("{s:s}", "query", words[i % 8]));
        timed(r, &size->us[OVERDUE], "appeal.list", json_pack("{s:b}", "overdue", 1));
    }
    rpc_close(&r);
    server_discard(&s, false);
}

int main(void)
{
    struct size small = {.appeals = bench_setting("GOROD_BENCH_SMALL", 100000)},
                large = {.appeals = bench_setting("GOROD_BENCH_LARGE", 1000000)};
    char title[160];
    measure(&small);
    measure(&large);
    snprintf(title, sizeof title, "F2: at %d appeals against %d, 95th percentile", large.appeals, small.appeals);
    table_title(title, "ms");
    for (int f = 0; f < FIGURES; f++)
        table_row(figure_names[f], samples_percentile(&large.us[f], 95) / 1000, samples_percentile(&small.us[f], 95) / 1000, 2, false);
    table_title("the same, median", "ms");
    for (int f = 0; f < FIGURES; f++)
        table_row(figure_names[f], samples_percentile(&large.us[f], 50) / 1000, samples_percentile(&small.us[f], 50) / 1000, 0, false);
    return table_verdict();
}
