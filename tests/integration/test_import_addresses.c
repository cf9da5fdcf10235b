/* `import houses` and `import social_objects`: registers as dirty as they are, packed ones, a second time that adds nothing, the shipped
 * maps. */
#include "tests/harness/check.h"
#include "tests/harness/town.h"
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

/* ---- files ---- */

enum { PATHS = 8, PATH_BYTES = 1200, UNPACK_MS = 60000 };

static const char *path_of(const char *folder, const char *name)
{
    static char path[PATHS][PATH_BYTES];
    static int turn;
    char *p = path[turn = (turn + 1) % PATHS];
    CHECK((size_t)snprintf(p, sizeof path[0], "%s/%s", folder, name) < sizeof path[0], "the path is too long: %s", p);
    return p;
}

static const char *source(const char *name) { return path_of(getenv("GOROD_SOURCE"), name); }
static const char *own_file(const char *name) { return path_of(server->dir, name); }

static void imports(const char *kind, const char *file, const char *map, int exit_code, const char *summary)
{
    struct outcome o;
    server_cli(server, &o, NULL, "import", kind, file, "--json", "--errors", own_file("errors.csv"), "--map", map, NULL);
    CHECK(o.exit_code == exit_code, "import %s %s: exit %d, not %d: %s%s", kind, file, o.exit_code, exit_code, o.out, o.err);
    CHECK(strstr(o.out, summary), "import %s %s: %s, not %s", kind, file, o.out, summary);
    outcome_free(&o);
}

static void errors_have(const char *text)
{
    char *whole = read_whole(own_file("errors.csv"));
    CHECK(whole && strstr(whole, text), "«%s» is not in: %s", text, whole ? whole : "-");
    free(whole);
}

static json_int_t total(const char *method) { return at_int(rpc_ok(town.admin, method, "{s:i}", "limit", 1), "total"); }

/* ---- the sample ---- */

static void a_dirty_register_comes_in_once(void **state)
{
    (void)state;
    const char *map = source("docs/maps/houses_reformagkh.yaml");
    imports("houses", source("tests/data/import/houses.csv"), map, 65,
            "\"read\":11,\"imported\":6,\"updated\":0,\"unchanged\":1,\"rejected\":4");
    errors_have("house: номер дома не прочитан");
    errors_have("lat: ");
    errors_have("flats: ");
    assert_int_equal(total("house.list"), 5); /* the sixth row brought in a street alone */
    json_t *found = rpc_ok(town.admin, "house.list", "{s:s}", "query", "советская 12а");
    assert_string_equal(at_text(found, "items.0.address"), "г. Сокол, ул. Советская, 12А");
    assert_string_equal(at_text(found, "items.0.company_name"), "ООО \"УК \"Уют\"");
    assert_string_equal(at_text(found, "items.0.district_name"), "Сокольский район");
    assert_int_equal(at_int(rpc_ok(town.admin, "address.streets", "{s:s}", "query", "новая"), "total"), 1);
}

static void the_packed_one_adds_nothing(void **state)
{
    (void)state;
    imports("houses", source("tests/data/import/houses.csv.gz"), source("docs/maps/houses_reformagkh.yaml"), 65,
            "\"read\":11,\"imported\":0,\"updated\":0,\"unchanged\":7,\"rejected\":4");
    assert_int_equal(total("house.list"), 5);
}

static void a_damaged_archive_is_refused(void **state)
{
    struct outcome o;
    (void)state;
    FILE *in = fopen(source("tests/data/import/houses.csv.gz"), "rb"), *out = fopen(own_file("cut.csv.gz"), "wb");
    char half[120];
    assert_true(in && out && fread(half, 1, sizeof half, in) == sizeof half && fwrite(half, 1, sizeof half, out) == sizeof half);
    fclose(in);
    fclose(out);
    server_cli(server, &o, NULL, "import", "houses", own_file("cut.csv.gz"), "--map", source("docs/maps/houses_reformagkh.yaml"), NULL);
    assert_int_equal(o.exit_code, 65);
    CHECK(strstr(o.err, "gzip"), "%s", o.err);
    outcome_free(&o);
}

static void without_leave_nothing_is_made(void **state)
{
    (void)state;
    assert_true(write_whole(own_file("rows.csv"),
                            "settlement,street,number\nг. Сокол,ул. Советская,99\nг. Сокол,ул. Небывалая,1\nг. Китеж,ул. Мира,1\n", 0600));
    assert_true(write_whole(own_file("map.yaml"), "columns: {settlement: settlement, street: street, number: number}\n", 0600));
    imports("houses", own_file("rows.csv"), own_file("map.yaml"), 65, "\"imported\":1,\"updated\":0,\"unchanged\":0,\"rejected\":2");
    errors_have("такой улицы нет");
    errors_have("такого населённого пункта нет");
    struct outcome o;
    assert_true(write_whole(own_file("map.yaml"), "columns: {number: number}\ncreate: [castle]\n", 0600));
    server_cli(server, &o, NULL, "import", "houses", own_file("rows.csv"), "--map", own_file("map.yaml"), NULL);
    CHECK(o.exit_code != 0 && strstr(o.err, "castle"), "%d %s", o.exit_code, o.err);
    outcome_free(&o);
}

static void objects_find_their_houses(void **state)
{
    (void)state;
    assert_true(write_whole(own_file("objects.csv"),
                            "kind,name,settlement,street,number,places\nШкола,Школа № 1,г. Сокол,Советская ул.,12,300\nschool,Школа № 2,г. "
                            "Сокол,ул. Советская,777,\n"
                            "замок,Замок,г. Сокол,ул. Советская,12,\n",
                            0600));
    assert_true(write_whole(own_file("map.yaml"),
                            "columns: {kind: kind, name: name, settlement: settlement, street: street, number: number, places: places}\n",
                            0600));
    imports("social_objects", own_file("objects.csv"), own_file("map.yaml"), 65,
            "\"imported\":1,\"updated\":0,\"unchanged\":0,\"rejected\":2");
    errors_have("number: такого дома нет");
    imports("social_objects", own_file("objects.csv"), own_file("map.yaml"), 65,
            "\"imported\":0,\"updated\":0,\"unchanged\":1,\"rejected\":2");
    assert_string_equal(at_text(rpc_ok(town.admin, "social_object.list", NULL), "items.0.address"), "г. Сокол, ул. Советская, 12");
}

/* ---- real registers, which stay outside of the repository ---- */

/* The beginning of a file as a file of its own; false where the file is absent. */
static bool given_beginning(const char *path, const char *name, int lines)
{
    struct outcome o;
    if (access(path, R_OK) != 0) {
        print_message("# no %s: not checked\n", path);
        return false;
    }
    char *const argv[] = {"gzip", "-dcf", (char *)path, NULL}; /* what is not packed passes as it is */
    run_program(argv, NULL, UNPACK_MS, &o);
    CHECK(o.exit_code == 0, "%s: %s", path, o.err);
    char *end = o.out;
    for (char *newline; lines > 0; lines--, end = newline + 1)
        if (!(newline = strchr(end, '\n')))
            break;
    *end = '\0';
    assert_true(write_whole(own_file(name), o.out, 0644));
    outcome_free(&o);
    return true;
}

static void real_registers_come_in(void **state)
{
    static const struct {
        const char *kind, *file, *map, *first, *second;
    } cases[] = {
        {"houses", "addresses/vladivostok_houses.csv", "houses_reformagkh", "\"read\":600,", "\"imported\":0,\"updated\":0,"},
        {"houses", "addresses/vologda_oblast_houses.csv.gz", "houses_reformagkh", "\"read\":600,", "\"imported\":0,\"updated\":0,"},
        {"houses", "addresses/vladivostok_streets_dispatch_list.csv", "streets_of_one_town", "\"read\":600,",
         "\"imported\":0,\"updated\":0,"},
        {"houses", "addresses/management_companies.csv", "companies", "\"read\":600,", "\"imported\":0,\"updated\":0,"},
        {"houses", "addresses/municipal_divisions_yaroslavl_vologda.csv", "settlements", "\"read\":412,", "\"imported\":0,\"updated\":0,"},
        {"social_objects", "organisations/novosibirsk_schools.csv", "schools", "\"read\":213,", "\"imported\":0,\"updated\":0,"},
    };
    enum { LINES = 601 };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char path[PATH_BYTES * 2], map[PATH_BYTES];
        snprintf(path, sizeof path, "%s/../shared/data/%s", getenv("GOROD_SOURCE"), cases[i].file);
        snprintf(map, sizeof map, "docs/maps/%s.yaml", cases[i].map);
        if (!given_beginning(path, "real.csv", LINES))
            continue;
        for (int time = 0; time < 2; time++) {
            struct outcome o;
            server_cli(server, &o, NULL, "import", cases[i].kind, own_file("real.csv"), "--json", "--errors", own_file("errors.csv"),
                       "--map", source(map), NULL);
            CHECK((o.exit_code == 0 || o.exit_code == 65) && strstr(o.out, cases[i].first), "%s: exit %d: %s%s", cases[i].file, o.exit_code,
                  o.out, o.err);
            CHECK(time == 0 || strstr(o.out, cases[i].second), "%s, again: %s", cases[i].file, o.out);
            const char *rejected = strstr(o.out, "\"rejected\":");
            CHECK(rejected && atoi(rejected + strlen("\"rejected\":")) <= 12, "%s: too much is not read: %s", cases[i].file, o.out);
            outcome_free(&o);
        }
    }
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
        cmocka_unit_test(starts_and_is_filled),          cmocka_unit_test(a_dirty_register_comes_in_once),
        cmocka_unit_test(the_packed_one_adds_nothing),   cmocka_unit_test(a_damaged_archive_is_refused),
        cmocka_unit_test(without_leave_nothing_is_made), cmocka_unit_test(objects_find_their_houses),
        cmocka_unit_test(real_registers_come_in),        cmocka_unit_test(stops_cleanly),
    };
    return HARNESS_RUN("import_addresses", tests);
}
