/* `gorod-server import`: everything that can be wrong with a file, rows come back with reasons, a second time adds nothing. */
#include "tests/harness/check.h"
#include "tests/harness/town.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWER_MS = 60000 };

static struct server *server;
static struct town town;

static void starts_and_is_filled(void **state)
{
    (void)state;
    server = server_start(NULL);
    given_municipality(server, &town);
}

static const char *sample(const char *name)
{
    static char path[4][600];
    static int turn;
    char *p = path[turn = (turn + 1) % 4];
    snprintf(p, sizeof path[0], "%s/tests/data/import/%s", getenv("GOROD_SOURCE"), name);
    return p;
}

static const char *own_file(const char *name)
{
    static char path[4][600];
    static int turn;
    char *p = path[turn = (turn + 1) % 4];
    snprintf(p, sizeof path[0], "%s/%s", server->dir, name);
    return p;
}

/* Imports and compares the one object of --json. */
static void assert_import(const char *kind, const char *file, const char *map, const char *errors, int exit_code, const char *summary)
{
    struct outcome o;
    if (map)
        server_cli(server, &o, NULL, "import", kind, file, "--json", "--errors", errors, "--map", map, NULL);
    else
        server_cli(server, &o, NULL, "import", kind, file, "--json", "--errors", errors, NULL);
    CHECK(o.exit_code == exit_code, "import %s %s: exit %d, not %d: %s%s", kind, file, o.exit_code, exit_code, o.out, o.err);
    CHECK(strstr(o.out, summary), "import %s %s: %s, not %s", kind, file, o.out, summary);
    outcome_free(&o);
}

static void assert_refused(int exit_code, const char *word, const char *kind, const char *file, const char *map)
{
    struct outcome o;
    server_cli(server, &o, NULL, "import", kind, file, "--map", map, NULL);
    CHECK(o.exit_code == exit_code, "import %s %s: exit %d, not %d: %s", kind, file, o.exit_code, exit_code, o.err);
    CHECK(strstr(o.err, word), "import %s %s: «%s» is not in: %s", kind, file, word, o.err);
    CHECK(*o.out == '\0', "something was done: %s", o.out);
    outcome_free(&o);
}

static void assert_file_has(const char *path, const char *text)
{
    char *whole = read_whole(path);
    CHECK(whole && strstr(whole, text), "%s: «%s» is not in: %s", path, text, whole ? whole : "-");
    free(whole);
}

static json_int_t total(const char *method) { return at_int(rpc_ok(town.admin, method, "{s:i}", "limit", 1), "total"); }

static void units_are_made_and_brought_up_to_date(void **state)
{
    (void)state;
    assert_import("units", sample("units.csv"), NULL, own_file("units.err"), 65,
                  "{\"read\":3,\"imported\":2,\"updated\":0,\"unchanged\":0,\"rejected\":1}");
    assert_file_has(own_file("units.err"), "name: ");
    assert_import("units", sample("units.csv"), NULL, own_file("units.err"), 65,
                  "{\"read\":3,\"imported\":0,\"updated\":0,\"unchanged\":2,\"rejected\":1}");
    assert_true(write_whole(own_file("units.csv"), "code,name\nlights,Служба наружного освещения\n", 0600));
    assert_import("units", own_file("units.csv"), NULL, own_file("units.err"), 0,
                  "{\"read\":1,\"imported\":0,\"updated\":1,\"unchanged\":0,\"rejected\":0}");
    assert_import("units", own_file("units.csv"), NULL, own_file("units.err"), 0, "\"updated\":0,\"unchanged\":1");
    assert_true(write_whole(own_file("units.csv"), "code,name\nlights,Служба уличного освещения\n", 0600));
    assert_import("units", own_file("units.csv"), NULL, own_file("units.err"), 0, "\"updated\":1");
}

static void users_find_their_units_and_roles(void **state)
{
    (void)state;
    assert_import("users", sample("users.csv"), NULL, own_file("users.err"), 65,
                  "{\"read\":5,\"imported\":3,\"updated\":0,\"unchanged\":0,\"rejected\":2}");
    assert_file_has(own_file("users.err"), "roles: ");
    assert_import("users", sample("users.csv"), NULL, own_file("users.err"), 65,
                  "\"imported\":0,\"updated\":0,\"unchanged\":3,\"rejected\":2");
    json_t *found = rpc_ok(town.admin, "user.list", "{s:s}", "query", "lamp.petrova");
    assert_string_equal(at_text(found, "items.0.unit_name"), "Служба уличного освещения");
    assert_true(has_word(at(found, "items.0.roles"), "chief"));
}

static void a_check_writes_nothing(void **state)
{
    struct outcome o;
    (void)state;
    json_int_t appeals = total("appeal.list"), units = total("unit.list"), people = total("correspondent.list");
    server_cli(server, &o, NULL, "import", "appeals", sample("appeals.csv"), "--map", sample("appeals_map.yaml"), "--dry-run", "--json",
               NULL);
    assert_int_equal(o.exit_code, 65);
    CHECK(strstr(o.out, "\"read\":8,\"imported\":4,\"updated\":0,\"unchanged\":0,\"rejected\":4,\"dry_run\":true"), "%s", o.out);
    outcome_free(&o);
    assert_int_equal(total("appeal.list"), appeals);
    assert_int_equal(total("unit.list"), units);
    assert_int_equal(total("correspondent.list"), people);
}

static void appeals_come_in_once(void **state)
{
    (void)state;
    json_int_t units = total("unit.list"), people = total("correspondent.list"), appeals = total("appeal.list");
    const char *errors = own_file("appeals.err");
    assert_import("appeals", sample("appeals.csv"), sample("appeals_map.yaml"), errors, 65,
                  "{\"read\":8,\"imported\":4,\"updated\":0,\"unchanged\":0,\"rejected\":4}");
    /* Two bodies under three spellings; one person with two spellings of a phone is two cards, for the doubles' screen to tell. */
    assert_int_equal(total("unit.list"), units + 2);
    assert_int_equal(total("correspondent.list"), people + 3);
    assert_int_equal(total("appeal.list"), appeals + 4);
    assert_file_has(errors, "№;Текст письма;О чём;Кому;Дата;Автор;Телефон;Пришло;reason\r\n");
    assert_file_has(errors, "Дата: «31.02.2026»");
    assert_file_has(errors, "subject: ");
    assert_file_has(errors, "Пришло: «голубем»");
    assert_import("appeals", sample("appeals.csv"), sample("appeals_map.yaml"), own_file("again.err"), 65,
                  "{\"read\":8,\"imported\":0,\"updated\":0,\"unchanged\":4,\"rejected\":4}");
    assert_int_equal(total("appeal.list"), appeals + 4);
}

static void an_imported_card_is_whole(void **state)
{
    (void)state;
    json_t *list = rpc_ok(town.admin, "appeal.list", "{s:s}", "query", "срочно починить");
    json_t *card = rpc_ok(town.admin, "appeal.get", "{s:I}", "id", at_int(list, "items.0.id"));
    assert_string_equal(at_text(card, "text"), "Не горит фонарь у дома 3.\nПрошу \"срочно\" починить.");
    assert_string_equal(at_text(card, "received"), "2026-11-03");
    assert_string_equal(at_text(card, "channel"), "post");
    assert_string_equal(at_text(card, "unit_name"), "Управление фонарей");
    assert_string_equal(at_text(card, "correspondent_name"), "Смирнов Олег Петрович");
    assert_string_equal(at_text(card, "history.0.action"), "register");
    /* A topic without a code is kept as the words of the question; who is not named is not known. */
    list = rpc_ok(town.admin, "appeal.list", "{s:s}", "query", "космос");
    card = rpc_ok(town.admin, "appeal.get", "{s:I}", "id", at_int(list, "items.0.id"));
    assert_true(json_is_null(at(card, "topic")));
    assert_string_equal(at_text(card, "questions.0.text"), "Космос");
    assert_true(json_is_true(at(card, "anonymous")));
}

static char *replaced(char *text, const char *from, const char *to)
{
    char *place = strstr(text, from), *whole;
    CHECK(place, "«%s» is not in: %s", from, text);
    assert_true(asprintf(&whole, "%.*s%s%s", (int)(place - text), text, to, place + strlen(from)) > 0);
    free(text);
    return whole;
}

/* One key twice in a file: the second row is no «nothing new», whoever wrote it meant something. The row and the column are told. */
static void one_key_twice_is_told(void **state)
{
    (void)state;
    struct outcome o;
    const char *file = own_file("twice.csv");
    FILE *f = fopen(file, "w");
    assert_non_null(f);
    fputs("external_id;kind;channel;anonymous;subject\nx1;message;phone;true;Первое\nx1;message;phone;true;Другое\nx2;message;голубь;true;"
          "Третье\n",
          f);
    fclose(f);
    server_cli(server, &o, NULL, "import", "appeals", file, "--json", NULL);
    assert_int_equal(o.exit_code, 65);
    CHECK(strstr(o.out, "\"read\":3,\"imported\":1,\"updated\":0,\"unchanged\":0,\"rejected\":2"), "%s", o.out);
    CHECK(strstr(o.err, "twice.csv:3: external_id: «x1» ") && strstr(o.err, "twice.csv:4: channel: «голубь»"), "%s", o.err);
    outcome_free(&o);
}

static void corrected_rows_come_in_from_the_file_of_errors(void **state)
{
    (void)state;
    const char *errors = own_file("appeals.err");
    char *text = read_whole(errors);
    assert_non_null(text);
    text = replaced(text, "31.02.2026;", "28.02.2026;");
    text = replaced(text, ";голубем;", ";лично;");
    assert_true(write_whole(errors, text, 0600));
    free(text);
    /* The file of errors may be the file that is read. */
    assert_import("appeals", errors, sample("appeals_map.yaml"), errors, 65,
                  "{\"read\":4,\"imported\":2,\"updated\":0,\"unchanged\":0,\"rejected\":2}");
    assert_import("appeals", errors, sample("appeals_map.yaml"), errors, 65,
                  "{\"read\":2,\"imported\":0,\"updated\":0,\"unchanged\":0,\"rejected\":2}");
}

static void assignments_find_their_people(void **state)
{
    (void)state;
    assert_import("assignments", sample("assignments.csv"), NULL, own_file("assignments.err"), 65,
                  "{\"read\":4,\"imported\":3,\"updated\":0,\"unchanged\":0,\"rejected\":1}");
    assert_file_has(own_file("assignments.err"), "responsible: «Никто Никтович»");
    assert_import("assignments", sample("assignments.csv"), NULL, own_file("assignments.err"), 65,
                  "{\"read\":4,\"imported\":0,\"updated\":0,\"unchanged\":3,\"rejected\":1}");
}

static void a_file_that_is_no_csv_is_refused_whole(void **state)
{
    static const char cp1251[] = "external_id,text\n1,\xCF\xF0\xEE\xF8\xF3 \xEF\xEE\xEC\xEE\xF7\xFC\n";
    const char *file = own_file("bad.csv"), *map = sample("appeals_map.yaml");
    (void)state;
    json_int_t appeals = total("appeal.list");
    assert_true(write_whole(file, cp1251, 0600));
    assert_refused(65, "cp1251", "appeals", file, map);
    assert_true(write_whole(file, "", 0600));
    assert_refused(65, "bad.csv:1: ", "appeals", file, map);
    assert_true(write_whole(file, "kind,channel,text\nmessage,phone,хорошая\nmessage,phone,\"открытая\n", 0600));
    assert_refused(65, "bad.csv:3: ", "appeals", file, map);
    assert_true(write_whole(file, "kind,channel,text,wrong\nmessage,phone,хорошая,x\n", 0600));
    assert_refused(65, "appeals_map.yaml:2: ", "appeals", file, map);
    assert_refused(66, "nothing.csv", "appeals", own_file("nothing.csv"), map);
    assert_refused(64, "castles", "castles", file, map);
    assert_int_equal(total("appeal.list"), appeals);
}

/* Its words are for who typed the path: what is wrong with it, not which system call said so. */
static void a_file_that_cannot_be_read_is_told(void **state)
{
    (void)state;
    const char *closed = own_file("closed.csv"), *open = own_file("open.csv");
    assert_true(write_whole(closed, "code,name\nclosed,Закрытый отдел\n", 0) &&
                write_whole(open, "code,name\nopened,Открытый отдел\n", 0600));
    const struct {
        const char *file, *map, *word;
        int exit_code;
    } cases[] = {
        {server->dir, NULL, "это папка", 66},
        {own_file("nothing.csv"), NULL, "такого файла или папки нет", 66},
        {own_file("open.csv/x"), NULL, "часть пути - не папка", 66},
        {"/proc/self/mem", NULL, "mem:1: файл не читается", 65}, /* a file whose first byte is a fault of the disk */
        {closed, NULL, "нет доступа", 66},
        {open, closed, "closed.csv", 65},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct outcome o;
        const char *argv[16];
        int argc = 0;
        for (const char *const *word = without_override(); *word; word++)
            argv[argc++] = *word;
        const char *const words[] = {server_program(), "import", "units", cases[i].file, cases[i].map ? "--map" : NULL, cases[i].map};
        for (size_t w = 0; w < sizeof words / sizeof *words; w++)
            if (words[w])
                argv[argc++] = words[w];
        argv[argc] = NULL;
        setenv("GOROD_STATE", server->state, 1);
        run_program((char *const *)argv, NULL, ANSWER_MS, &o);
        CHECK(o.exit_code == cases[i].exit_code && strstr(o.err, cases[i].word), "import %s: exit %d, not %d with «%s»: %s", cases[i].file,
              o.exit_code, cases[i].exit_code, cases[i].word, o.err);
        outcome_free(&o);
    }
    struct outcome o;
    server_cli(server, &o, NULL, "import", "units", open, "--errors", "/proc/no/errors.csv", NULL);
    CHECK(o.exit_code == 66 && strstr(o.err, "такого файла или папки нет"), "errors into nowhere: exit %d: %s", o.exit_code, o.err);
    outcome_free(&o);
    assert_null(find_item(at(rpc_ok(town.admin, "unit.list", NULL), "items"), "code", "opened"));
}

/* What another program writes is a file, too, packed or not. */
static void a_pipe_is_a_file(void **state)
{
    (void)state;
    static const char *const feeders[] = {"cat", "gzip -c"};
    assert_true(write_whole(own_file("piped.csv"), "code,name\npiped,Отдел из трубы\n", 0600));
    for (size_t i = 0; i < sizeof feeders / sizeof *feeders; i++) {
        char script[2000];
        struct outcome o;
        snprintf(script, sizeof script, "%s '%s' | '%s' import units /dev/stdin --json", feeders[i], own_file("piped.csv"),
                 server_program());
        char *const argv[] = {"sh", "-c", script, NULL};
        setenv("GOROD_STATE", server->state, 1);
        run_program(argv, NULL, ANSWER_MS, &o);
        CHECK(o.exit_code == 0 && strstr(o.out, i == 0 ? "\"imported\":1," : "\"unchanged\":1,"), "%s: exit %d: %s%s", script, o.exit_code,
              o.out, o.err);
        outcome_free(&o);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_and_is_filled),
        cmocka_unit_test(units_are_made_and_brought_up_to_date),
        cmocka_unit_test(users_find_their_units_and_roles),
        cmocka_unit_test(a_check_writes_nothing),
        cmocka_unit_test(appeals_come_in_once),
        cmocka_unit_test(an_imported_card_is_whole),
        cmocka_unit_test(one_key_twice_is_told),
        cmocka_unit_test(corrected_rows_come_in_from_the_file_of_errors),
        cmocka_unit_test(assignments_find_their_people),
        cmocka_unit_test(a_file_that_is_no_csv_is_refused_whole),
        cmocka_unit_test(a_file_that_cannot_be_read_is_told),
        cmocka_unit_test(a_pipe_is_a_file),
    };
    return HARNESS_RUN("import", tests);
}
