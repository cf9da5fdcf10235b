/* F1: a million terms of 2013-2027 against a second counter, written apart: no difference, and what one count takes. */
#include "tests/bench/bench.h"
#include "tests/harness/check.h"
#include "tests/unit/second_cases.h"
#include <stdio.h>
#include <stdlib.h>

static struct work_calendar *load(const char *path)
{
    struct work_calendar *c = work_calendar_new();
    char line[512], date[11], kind[16];
    FILE *f = fopen(path, "r");
    enum day_kind known;
    CHECK(f, "no %s", path);
    while (fgets(line, sizeof line, f))
        if (sscanf(line, "%10[0-9-],%15[a-z]", date, kind) == 2 && day_kind_parse(kind, &known)) {
            work_calendar_set(c, day_parse(date), known, NULL);
            work_calendar_verify(c, day_year(day_parse(date)));
        }
    fclose(f);
    return c;
}

int main(void)
{
    static struct second_counter second;
    const char *source = getenv("GOROD_SOURCE");
    char path[512];
    int cases = bench_setting("GOROD_BENCH_CASES", 1000000), different = 0;
    snprintf(path, sizeof path, "%s/db/seed/calendar.csv", source ? source : ".");
    struct work_calendar *calendar = load(path);
    struct second_case *all = calloc((size_t)cases, sizeof *all);
    struct due *due = calloc((size_t)cases, sizeof *due);
    uint64_t seed = 0x59f2;
    CHECK(all && due && sc_load(&second, path), "cannot load");
    for (int i = 0; i < cases; i++)
        second_case_next(&seed, &all[i]);
    int64_t begin = clock_us();
    for (int i = 0; i < cases; i++)
        due[i] = due_count(calendar, all[i].event, &all[i].rule);
    int64_t ours = clock_us() - begin;
    begin = clock_us();
    for (int i = 0; i < cases; i++) {
        int nominal, rolled;
        sc_count(&second, all[i].event, &all[i].term, &nominal, &rolled);
        different += nominal != due[i].nominal || rolled != due[i].rolled;
    }
    int64_t theirs = clock_us() - begin;
    table_title("F1: terms of 2013-2027, what one count takes", "us");
    table_row("against the limit of 1 us", (double)ours / cases, 1, 1, false);
    table_row("against the second counter", (double)ours / cases, (double)theirs / cases, 0, false);
    table_note("%d cases counted by both: %d different", cases, different);
    work_calendar_free(&calendar);
    free(all);
    free(due);
    return different ? 1 : table_verdict();
}
