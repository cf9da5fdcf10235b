/* `gorod-server import outages`: a real city's feed beside its own rows and its own summary, a later snapshot, the earlier one again, and
 * files that are wrong. The feed's files state no licence, so they stay outside the repository; without them only the made ones are read.
 */
#include "tests/harness/check.h"
#include "tests/harness/town.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct server *server;
static struct town town;

static void starts_and_is_filled(void **state)
{
    (void)state;
    server = server_start(NULL);
    given_municipality(server, &town);
}

static const char *path_of(const char *folder, const char *name)
{
    static char path[16][700];
    static int turn;
    char *p = path[turn = (turn + 1) % 16];
    snprintf(p, sizeof path[0], "%s/%s/%s", getenv("GOROD_SOURCE"), folder, name);
    return p;
}
static const char *real_file(const char *name) { return path_of("../shared/data/outages", name); }
static const char *map_file(void) { return path_of("tests/data/outages", "feed_map.yaml"); }
static const char *own_file(const char *name)
{
    static char path[16][600];
    static int turn;
    char *p = path[turn = (turn + 1) % 16];
    snprintf(p, sizeof path[0], "%s/%s", server->dir, name);
    return p;
}

static const char *map; /* NULL: the usual one */

static json_t *import_as(const char *file, const char *source, const char *snapshot, const char *trial, const char *errors, int exit_code)
{
    struct outcome o;
    server_cli(server, &o, NULL, "import", "outages", file, "--map", map ? map : map_file(), "--source", source, "--snapshot", snapshot,
               "--json", "--errors", errors, trial, NULL);
    CHECK(o.exit_code == exit_code, "import %s %s: exit %d, not %d: %s%s", file, trial ? trial : "", o.exit_code, exit_code, o.out, o.err);
    json_t *summary = json_loads(o.out, 0, NULL);
    CHECK(summary || exit_code == 64, "no summary: %s %s", o.out, o.err);
    outcome_free(&o);
    return summary ? rpc_keep(summary) : NULL;
}

/* What an import may change; the clock, which looks at outages meanwhile, is left out. */
static const char *everything(void)
{
    return server_sql(server, "SELECT concat_ws(' ', (SELECT count(*) FROM event WHERE action NOT IN ('promise_broken', 'begins_soon', "
                              "'begin')), (SELECT count(*) FROM house), (SELECT count(*) FROM street), "
                              "(SELECT count(*) FROM outage_house), (SELECT md5(string_agg(concat_ws(' ', number, kind, promised_at, "
                              "ended_at, seen_at), '' ORDER BY id)) FROM outage o), "
                              "(SELECT string_agg(f::text, '' ORDER BY f.source) FROM outage_feed f), (SELECT sum(value) FROM counter))");
}

/* Every import here is tried first: the trial tells the same and writes nothing. */
static json_t *import(const char *file, const char *source, const char *snapshot, int exit_code)
{
    char before[512];
    char *tried = NULL, *done = NULL;
    unlink(own_file("tried.csv"));
    unlink(own_file("rejected.csv"));
    snprintf(before, sizeof before, "%s", everything());
    json_t *trial = import_as(file, source, snapshot, "--dry-run", own_file("tried.csv"), exit_code);
    CHECK(strcmp(before, everything()) == 0, "a trial of %s has written: %s became %s", file, before, everything());
    json_t *real = import_as(file, source, snapshot, NULL, own_file("rejected.csv"), exit_code);
    if (!real)
        return NULL;
    json_object_del(trial, "dry_run");
    if (!json_equal(trial, real)) {
        tried = json_dumps(trial, 0);
        done = json_dumps(real, 0);
        fail_msg("%s: the trial promised %s, the import did %s", file, tried, done);
    }
    tried = read_whole(own_file("tried.csv"));
    done = read_whole(own_file("rejected.csv"));
    CHECK((!tried && !done) || (tried && done && strcmp(tried, done) == 0), "rows rejected by the trial: %s\nby the import: %s",
          tried ? tried : "none", done ? done : "none");
    free(tried);
    free(done);
    return real;
}

static void assert_import_says(const char *file, int exit_code, const char *word)
{
    struct outcome o;
    server_cli(server, &o, NULL, "import", "outages", file, "--map", map_file(), "--source", "bad", "--snapshot", "2026-03-23T05:59:00Z",
               NULL);
    CHECK(o.exit_code == exit_code, "import %s: exit %d, not %d: %s", file, o.exit_code, exit_code, o.err);
    CHECK(strstr(o.err, word), "import %s: «%s» is not in %s", file, word, o.err);
    outcome_free(&o);
}

#define HEADER "kind,resource,district,address,start_utc,end_utc,description\n"
#define ROW(kind, house, end) kind ",gas,Район А,\"Садовая улица, " house "\",2026-03-22T08:00:00Z," end ",Утечка\n"

static const char *written(const char *name, const char *text)
{
    const char *path = own_file(name);
    assert_true(write_whole(path, text, 0600));
    return path;
}

/* What the first outage made is there for the second: where one town is in the register a row need not name it, where there are two it
 * must. */
static void places_made_by_a_trial_are_there_for_the_next(void **state)
{
    (void)state;
    map =
        written("towns.yaml", "columns: {kind: kind, resource: resource, settlement: town, address: address, started: start, reason: why}\n"
                              "create: [house]\n");
    json_t *summary = import(written("f.csv", "kind,resource,town,address,start,why\n"
                                              "emergency,gas,г. Бердск,\"Первая улица, 5\",2026-03-22T08:00:00Z,Одно\n"
                                              "emergency,gas,,\"Вторая улица, 6\",2026-03-22T08:30:00Z,Другое\n"
                                              "emergency,gas,г. Обь,\"Третья улица, 7\",2026-03-22T08:40:00Z,Третье\n"
                                              "emergency,gas,,\"Четвёртая улица, 8\",2026-03-22T08:50:00Z,Четвёртое\n"),
                             "towns", "2026-03-22T13:00:00Z", 65);
    map = NULL;
    assert_int_equal(at_int(summary, "opened"), 3);
    assert_int_equal(at_int(summary, "rejected"), 1);
    server_sql(server, "UPDATE outage SET status = 'restored', ended_at = started_at"); /* the feeds to come are counted alone */
}

/* ---- counted from the rows by another program ---- */

/* Lines "district|resource|kind|houses" of the distinct addresses of a file; with a later one, also of what that shows as begun by 05:59.
 */
static char *count_rows(const char *file, const char *later)
{
    static const char script[] = "import csv, sys, collections\n"
                                 "kinds = {'Плановое': 'planned', 'Аварийное': 'emergency'}\n"
                                 "found = collections.defaultdict(set)\n"
                                 "rows = list(csv.DictReader(open(sys.argv[1], encoding='utf-8', newline='')))\n"
                                 "if len(sys.argv) > 2:\n"
                                 "    rows += [r for r in csv.DictReader(open(sys.argv[2], encoding='utf-8', newline='')) if "
                                 "r['start_utc'] <= '2026-03-23T05:59:00Z']\n"
                                 "for r in rows:\n"
                                 "    found[(r['district'], r['resource'], kinds[r['kind']])].add(r['address'])\n"
                                 "for (d, s, k), houses in sorted(found.items()):\n"
                                 "    print(d, s, k, len(houses), sep='|')\n";
    struct outcome o;
    char *const argv[] = {"python3", "-c", (char *)script, (char *)file, (char *)later, NULL};
    run_program(argv, NULL, 30000, &o);
    CHECK(o.exit_code == 0, "python3: %s", o.err);
    char *out = strdup(o.out);
    outcome_free(&o);
    return out;
}

static json_int_t shown(json_t *items, const char *district, const char *resource, const char *kind)
{
    json_t *line;
    size_t i;
    char member[40];
    snprintf(member, sizeof member, "%s_houses", kind);
    json_array_foreach(items, i, line) if (strcmp(at_text(line, "district_name"), district) == 0 &&
                                           strcmp(at_text(line, "resource"), resource) == 0) return at_int(line, member);
    return 0;
}

static void assert_board_is(const char *file, const char *later, const char *at_time)
{
    json_t *items = at(at_time ? rpc_ok(town.admin, "outage.board", "{s:s, s:s, s:s}", "by", "district", "source", "051", "at", at_time)
                               : rpc_ok(town.admin, "outage.board", "{s:s}", "by", "district"),
                       "items"),
           *line;
    char *rows = count_rows(file, later), *save = NULL;
    json_int_t sum = 0, all = 0;
    size_t i;
    for (char *text = strtok_r(rows, "\n", &save); text; text = strtok_r(NULL, "\n", &save)) {
        char district[100], resource[40], kind[20];
        int houses;
        CHECK(sscanf(text, "%99[^|]|%39[^|]|%19[^|]|%d", district, resource, kind, &houses) == 4, "%s", text);
        json_int_t ours = shown(items, district, resource, kind);
        CHECK(ours == houses, "%s %s %s: %d rows, the board has %d (%s)", district, resource, kind, houses, (int)ours,
              at_time ? at_time : "now");
        sum += houses;
    }
    json_array_foreach(items, i, line) all += at_int(line, "planned_houses") + at_int(line, "emergency_houses");
    assert_int_equal(sum, all);
    free(rows);
}

static void a_real_feed_is_on_the_board_as_its_rows(void **state)
{
    (void)state;
    const char *first = real_file("novosibirsk_051_2026-03-23T0559Z.csv"), *second = real_file("novosibirsk_051_2026-03-23T1134Z.csv");
    if (access(first, R_OK) != 0) {
        print_message("the real feed is not here (shared/data/outages), it is not read\n");
        return;
    }
    json_t *one = import(first, "051", "2026-03-23T05:59:00Z", 0);
    assert_int_equal(at_int(one, "read"), 797);
    assert_int_equal(at_int(one, "imported"), 797);
    assert_int_equal(at_int(one, "opened"), 31);
    assert_board_is(first, NULL, NULL);
    assert_board_is(first, NULL, "2026-03-23T05:59:00Z");
    json_t *again = import(first, "051", "2026-03-23T05:59:00Z", 0);
    assert_int_equal(at_int(again, "unchanged"), 797);
    /* Of 31 outages 9 are still there in the second, three of them with a later end; three are new. */
    json_t *two = import(second, "051", "2026-03-23T11:34:00Z", 0);
    assert_int_equal(at_int(two, "opened"), 3);
    assert_int_equal(at_int(two, "changed"), 3);
    assert_int_equal(at_int(two, "same"), 6);
    assert_int_equal(at_int(two, "closed"), 22);
    assert_board_is(second, NULL, NULL);
    assert_board_is(second, NULL, "2026-03-23T11:34:00Z");
    /* What the second shows as begun before was off at that moment, too, though the first did not know of it yet. */
    assert_board_is(first, second, "2026-03-23T05:59:00Z");
    json_t *stale = import(first, "051", "2026-03-23T05:59:00Z", 0);
    assert_int_equal(at_int(stale, "unchanged"), 797);
    assert_true(json_is_true(at(stale, "stale")));
    assert_board_is(second, NULL, NULL);
    json_t *moved = rpc_ok(town.admin, "outage.list", "{s:s, s:b, s:s}", "source", "051", "open", 1, "query", "Ду 800мм м/у ТК 0315");
    json_t *card = rpc_ok(town.admin, "outage.get", "{s:I}", "id", at_int(moved, "items.0.id"));
    assert_int_equal(json_array_size(at(card, "promises")), 2);
    assert_string_equal(at_text(card, "source_kind"), "Плановое");
}

/* Our figures beside the feed's own summary of the nearest moment: both count houses of an outage by district. */
static void a_real_feed_agrees_with_its_own_summary(void **state)
{
    (void)state;
    const char *first = real_file("novosibirsk_051_2026-03-23T0559Z.csv"), *summary = real_file("novosibirsk_051_summary.csv");
    static const char script[] = "import csv, sys, collections, datetime\n"
                                 "rows = list(csv.DictReader(open(sys.argv[1], encoding='utf-8', newline='')))\n"
                                 "summary = list(csv.DictReader(open(sys.argv[2], encoding='utf-8', newline='')))\n"
                                 "near = min({s['snapshot_at'] for s in summary}, key=lambda t: "
                                 "abs(datetime.datetime.fromisoformat(t[:19]) - datetime.datetime(2026, 3, 23, 5, 59)))\n"
                                 "ours, theirs = collections.Counter(), collections.Counter()\n"
                                 "for r in {(r['resource'], r['district'], r['description'], r['address']) for r in rows}:\n"
                                 "    ours[(r[0], r[1], r[2])] += 1\n"
                                 "for s in summary:\n"
                                 "    if s['snapshot_at'] == near:\n"
                                 "        theirs[(s['resource'], s['district'], s['reason'])] += int(s['houses'])\n"
                                 "differ = [(k, ours[k], theirs[k]) for k in sorted(set(ours) | set(theirs)) if ours[k] != theirs[k]]\n"
                                 "print(len(set(ours) | set(theirs)), len(differ), near)\n"
                                 "for d in differ: print(d)\n";
    if (access(first, R_OK) != 0)
        return;
    struct outcome o;
    char *const argv[] = {"python3", "-c", (char *)script, (char *)first, (char *)summary, NULL};
    run_program(argv, NULL, 30000, &o);
    CHECK(o.exit_code == 0, "python3: %s", o.err);
    CHECK(strstr(o.out, "33 0 2026-03-23T05:58"), "lines, those that differ, the summary's moment, each difference: %s", o.out);
    outcome_free(&o);
}

/* ---- made files ---- */

static json_int_t gas_at(const char *when)
{
    json_t *line =
        find_item(at(rpc_ok(town.admin, "outage.board", "{s:s, s:s}", "source", "made", "at", when), "items"), "resource", "gas");
    return line ? at_int(line, "houses") : 0;
}

static void broken_rows_are_told_and_nothing_is_closed_by_them(void **state)
{
    (void)state;
    import(written("a.csv", HEADER ROW("Плановое", "1", "2026-03-22T18:00:00Z") ROW("Плановое", "2", "2026-03-22T18:00:00Z")), "made",
           "2026-03-22T09:00:00Z", 0);
    assert_int_equal(gas_at("2026-03-22T09:00:00Z"), 2);
    /* A row without a number, one of an unknown kind, one with cells missing; the second house stands in none that can be read. */
    json_t *summary = import(
        written("b.csv", HEADER ROW("Плановое", "1", "2026-03-22T18:00:00Z") ROW(
                             "Странное", "2", "2026-03-22T18:00:00Z") "Плановое,gas\n"
                                                                      "Плановое,gas,Район А,Садовая улица,2026-03-22T08:00:00Z,,Утечка\n"),
        "made", "2026-03-22T10:00:00Z", 65);
    assert_int_equal(at_int(summary, "rejected"), 3);
    assert_int_equal(gas_at("2026-03-22T10:30:00Z"), 2);
    char *rejected = read_whole(own_file("rejected.csv"));
    CHECK(rejected && strstr(rejected, "Странное") && strstr(rejected, "kind: "), "%s", rejected ? rejected : "-");
    free(rejected);
    /* The whole feed: one house is back. */
    import(written("c.csv", HEADER ROW("Аварийное", "1", "2026-03-22T20:00:00Z")), "made", "2026-03-22T11:00:00Z", 0);
    assert_int_equal(gas_at("2026-03-22T11:00:01Z"), 1);
    assert_int_equal(gas_at("2026-03-22T10:30:00Z"), 2);
    import(written("d.csv", HEADER), "made", "2026-03-22T12:00:00Z", 0);
    assert_int_equal(gas_at("2026-03-22T12:00:01Z"), 1); /* an empty file is no sign that everything is well */
}

/* Where nothing may be made, the trial looks houses up as the import does. */
static void houses_unknown_are_told_by_the_trial(void **state)
{
    (void)state;
    char *usual = read_whole(map_file()), *create = usual ? strstr(usual, "\ncreate:") : NULL;
    CHECK(create, "no line create: in the map");
    create[1] = '\0';
    map = written("strict.yaml", usual);
    json_t *summary = import(
        written(
            "e.csv",
            HEADER ROW("Аварийное", "1", "2026-03-22T20:00:00Z") ROW(
                "Аварийное", "77",
                "2026-03-22T20:00:00Z") "Аварийное,gas,Район А,\"Неведомая улица, 5\",2026-03-22T08:00:00Z,2026-03-22T20:00:00Z,Утечка\n"),
        "strict", "2026-03-22T13:00:00Z", 65);
    map = NULL;
    free(usual);
    assert_int_equal(at_int(summary, "rejected"), 2);
    assert_int_equal(at_int(summary, "imported"), 1);
    assert_int_equal(at_int(summary, "opened"), 1);
}

static void wrong_files_are_named(void **state)
{
    (void)state;
    assert_import_says(written("cp1251.csv", HEADER "\xcf\xeb\xe0\xed\xee\xe2\xee\xe5,gas,\xd0\xe0\xe9\xee\xed,x,,,\n"), 65,
                       "cp1251.csv:2");
    FILE *f = fopen(own_file("nul.csv"), "we");
    assert_non_null(f);
    fwrite(HEADER "\0", 1, sizeof HEADER, f);
    fclose(f);
    assert_import_says(own_file("nul.csv"), 65, "nul.csv:2");
    assert_import_says(written("pipe.csv", "kind|resource|district|address\nПлановое|gas|А|Б, 1\n"), 65, "столбца «kind» в файле нет");
    assert_import_says(written("backwards.csv", HEADER ROW("Плановое", "1", "2026-03-22T07:00:00Z")), 65, "раньше начала");
    assert_import_says(written("short.csv", HEADER ROW("Плановое", "1", "2026-3-2T7:0:0")), 65,
                       "раньше начала"); /* shorter than a time is */
    struct outcome o;
    server_cli(server, &o, NULL, "import", "outages", own_file("a.csv"), "--map", map_file(), NULL);
    CHECK(o.exit_code == 64 && strstr(o.err, "--snapshot"), "without a source: %d %s", o.exit_code, o.err);
    outcome_free(&o);
    server_cli(server, &o, NULL, "import", "outages", own_file("a.csv"), "--map", map_file(), "--source", "made", "--snapshot", "yesterday",
               NULL);
    CHECK(o.exit_code == 65 && strstr(o.err, "snapshot"), "a snapshot of no time: %d %s", o.exit_code, o.err);
    outcome_free(&o);
}

static void a_semicolon_is_a_delimiter_too(void **state)
{
    (void)state;
    json_t *s = import(
        written(
            "semicolon.csv",
            "kind;resource;district;address;start_utc;end_utc;description\nПлановое;gas;Район А;Садовая улица, 9;2026-03-22T08:00:00Z;;\n"),
        "other", "2026-03-22T12:00:00Z", 0);
    assert_int_equal(at_int(s, "opened"), 1);
}

static void stops_cleanly(void **state)
{
    (void)state;
    town_close_sessions(&town);
    server_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_and_is_filled),
        cmocka_unit_test(places_made_by_a_trial_are_there_for_the_next),
        cmocka_unit_test(a_real_feed_is_on_the_board_as_its_rows),
        cmocka_unit_test(a_real_feed_agrees_with_its_own_summary),
        cmocka_unit_test(broken_rows_are_told_and_nothing_is_closed_by_them),
        cmocka_unit_test(houses_unknown_are_told_by_the_trial),
        cmocka_unit_test(wrong_files_are_named),
        cmocka_unit_test(a_semicolon_is_a_delimiter_too),
        cmocka_unit_test(stops_cleanly),
    };
    return HARNESS_RUN("outage_feed", tests);
}
