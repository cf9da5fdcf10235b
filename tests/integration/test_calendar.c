/* The production calendar and the terms counted over it: explained, changed by hand and by file, open records counted again. */
#include "tests/harness/check.h"
#include "tests/harness/clock.h"
#include "tests/harness/town.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct server *server;
static struct town town;
static struct rpc *clerk, *head, *admin;
static char terms_path[80], config[140];

/* The shipped terms with one piece of text replaced, at the place that the configuration names. */
static void given_terms(const char *piece, const char *instead) { write_changed_source(terms_path, "db/seed/deadlines.yaml", piece, instead); }

static void starts_and_is_filled(void **state)
{
    (void)state;
    snprintf(terms_path, sizeof terms_path, "/tmp/gorod-test-terms-%d.yaml", (int)getpid());
    snprintf(config, sizeof config, "deadlines: %s\n", terms_path);
    given_terms(NULL, NULL);
    server = server_start(&(struct server_options){.config = config});
    given_municipality(server, &town);
    clerk = town_as(&town, TOWN_clerk);
    head = town_as(&town, TOWN_head);
    admin = town_as(&town, TOWN_admin);
}

static json_t *letter(const char *registered)
{
    return rpc_ok(clerk, "appeal.register", "{s:s, s:s, s:b, s:s, s:s, s:s}", "kind", "letter", "channel", "post", "anonymous", 1,
                  "subject", "Срок", "received", registered, "registered", registered);
}

static void says(const json_t *explain, const char *text)
{
    size_t i;
    json_t *line;
    json_array_foreach(explain, i, line) if (strstr(json_string_value(line), text)) return;
    char *all = json_dumps(explain, JSON_INDENT(1));
    FAIL("«%s» is not said: %s", text, all);
}

/* ---- counting ---- */

/* deadlines.yaml, worked_examples: previous as shipped, next by the same days counted as asked. */
static void worked_examples_come_out(void **state)
{
    (void)state;
    static const struct {
        const char *rule, *from, *nominal, *previous, *next;
        int days;
    } rows[] = {
        {"appeal_consider", "2025-04-01", "2025-05-01", "2025-04-30", "2025-05-05", 30},
        {"appeal_consider", "2025-03-31", "2025-04-30", "2025-04-30", "2025-04-30", 30},
        {"appeal_consider", "2025-12-05", "2026-01-04", "2025-12-30", "2026-01-12", 30},
        {"appeal_consider", "2025-10-02", "2025-11-01", "2025-11-01", "2025-11-01", 30},
        {"appeal_consider", "2025-10-03", "2025-11-02", "2025-11-01", "2025-11-05", 30},
        {"appeal_consider", "2026-04-09", "2026-05-09", "2026-05-08", "2026-05-12", 30},
        {"appeal_consider", "2026-03-02", "2026-04-01", "2026-04-01", "2026-04-01", 30},
        {"appeal_extension", "2026-04-01", "2026-05-01", "2026-04-30", "2026-05-04", 30},
        {"appeal_register", "2025-12-30", "2026-01-02", "2025-12-30", "2026-01-12", 3},
        {"appeal_forward", "2026-04-24", "2026-05-01", "2026-04-30", "2026-05-04", 7},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        json_t *by_rule = rpc_ok(head, "calendar.due", "{s:s, s:s}", "from", rows[i].from, "rule", rows[i].rule);
        json_t *asked = rpc_ok(head, "calendar.due", "{s:s, s:i, s:s}", "from", rows[i].from, "days", rows[i].days, "roll", "next");
        assert_string_equal(at_text(by_rule, "nominal"), rows[i].nominal);
        assert_string_equal(at_text(by_rule, "due"), rows[i].previous);
        assert_string_equal(at_text(by_rule, "rule"), rows[i].rule);
        assert_string_equal(at_text(asked, "due"), rows[i].next);
        assert_true(json_is_false(at(by_rule, "unverified")));
    }
}

static void a_count_is_explained_day_by_day(void **state)
{
    (void)state;
    json_t *due = rpc_ok(head, "calendar.due", "{s:s, s:i, s:s}", "from", "2025-12-30", "days", 2, "counting", "working");
    assert_string_equal(at_text(due, "due"), "2026-01-13");
    says(at(due, "explain"), "31 декабря 2025, среда, выходной (перенос с 05.01.2025): не считается");
    says(at(due, "explain"), "7 января 2026, среда, нерабочий праздничный день (Рождество Христово): не считается");
    says(at(due, "explain"), "День 1: 12 января 2026, понедельник");
    says(at(due, "explain"), "Срок: 13 января 2026, вторник");
    due = rpc_ok(head, "calendar.due", "{s:s, s:i}", "from", "2024-02-01", "days", 30);
    assert_true(json_is_true(at(due, "unverified")));
    says(at(due, "explain"), "календаря на 2024 год нет");
    struct outcome o;
    ssh_run(server, "clerk", &o, NULL, "calendar", "due", "--from", "2026-04-09", "--rule", "appeal_consider", NULL);
    assert_int_equal(o.exit_code, 0);
    CHECK(strstr(o.out, "День 30: 9 мая 2026, суббота"), "over ssh: %s", o.out);
    outcome_free(&o);
}

static void what_cannot_be_counted_is_told(void **state)
{
    (void)state;
    rpc_refused(head, -32602, "from", "calendar.due", "{s:i}", "days", 30);
    rpc_refused(head, -32602, "days", "calendar.due", "{s:s}", "from", "2026-01-01");
    rpc_refused(head, -32602, "days", "calendar.due", "{s:s, s:i}", "from", "2026-01-01", "days", -1);
    rpc_refused(head, -32602, "from", "calendar.due", "{s:s, s:i}", "from", "1899-12-31", "days", 1);
    rpc_refused(head, -32602, "from", "calendar.due", "{s:s, s:i}", "from", "2026-02-30", "days", 1);
    rpc_refused(head, -32602, "days", "calendar.due", "{s:s, s:i}", "from", "2199-12-30", "days", 30);
    rpc_refused(head, -32602, "rule", "calendar.due", "{s:s, s:s}", "from", "2026-01-01", "rule", "eternity");
    rpc_refused(head, -32602, "roll", "calendar.due", "{s:s, s:i, s:s}", "from", "2026-01-01", "days", 3, "roll", "up");
    rpc_refused(head, -32602, "to", "calendar.day", "{s:s, s:s}", "date", "2026-01-01", "to", "2030-01-01");
    rpc_error(head, 1001, "calendar.due", "{s:i}", "appeal", 999999);
    rpc_refused(clerk, -32602, "registered", "appeal.register", "{s:s, s:s, s:b, s:s, s:s}", "kind", "letter", "channel", "post",
                "anonymous", 1, "subject", "Срок", "registered", "2200-01-01");
}

/* ---- changing ---- */

static void a_local_day_moves_open_records(void **state)
{
    (void)state;
    json_t *made = letter("2026-03-02"); /* until Wednesday, 1 April */
    json_int_t id = at_int(made, "id");
    assert_string_equal(at_text(made, "due"), "2026-04-01");
    rpc_refused(admin, -32602, "document", "calendar.set", "{s:s, s:s}", "date", "2026-04-01", "kind", "holiday");
    rpc_refused(admin, -32602, "kind", "calendar.set", "{s:s, s:s, s:s}", "date", "2026-04-01", "kind", "work", "document", "Указ");
    rpc_error(head, 1002, "calendar.set", "{s:s, s:s, s:s}", "date", "2026-04-01", "kind", "holiday", "document", "Указ");
    json_t *set = rpc_ok(admin, "calendar.set", "{s:s, s:s, s:s, s:s}", "date", "2026-04-01", "kind", "holiday", "document",
                         "Указ губернатора 12-у от 20.03.2026", "note", "День области");
    assert_int_equal(at_int(set, "moved"), 1);
    assert_string_equal(at_text(set, "records.0.number"), at_text(made, "number"));
    assert_string_equal(at_text(set, "records.0.from"), "2026-04-01");
    assert_string_equal(at_text(set, "records.0.to"), "2026-03-31");
    json_t *card = rpc_ok(clerk, "appeal.get", "{s:I}", "id", id);
    assert_string_equal(at_text(card, "due"), "2026-03-31");
    assert_string_equal(at_text(card, "due_nominal"), "2026-04-01");
    json_t *e = find_item(at(card, "history"), "action", "recount");
    assert_non_null(e);
    assert_string_equal(at_text(e, "changes.due.from"), "2026-04-01");
    assert_non_null(strstr(at_text(e, "comment"), "Указ губернатора 12-у"));
    json_t *why = rpc_ok(clerk, "calendar.due", "{s:I}", "appeal", id);
    assert_string_equal(at_text(why, "due"), "2026-03-31");
    says(at(why, "explain"), "Номинальный срок: 1 апреля 2026, среда, нерабочий праздничный день (День области)");
    json_t *day = rpc_ok(clerk, "calendar.day", "{s:s}", "date", "2026-04-01");
    assert_true(json_is_true(at(day, "local")) && json_is_false(at(day, "working")));
    /* And back. */
    set =
        rpc_ok(admin, "calendar.set", "{s:s, s:s, s:s, s:b}", "date", "2026-04-01", "kind", "work", "document", "Указ отменён", "local", 0);
    assert_int_equal(at_int(set, "moved"), 1);
    assert_string_equal(at_text(rpc_ok(clerk, "appeal.get", "{s:I}", "id", id), "due"), "2026-04-01");
    /* Said again it changes nothing and moves nothing. */
    set =
        rpc_ok(admin, "calendar.set", "{s:s, s:s, s:s, s:b}", "date", "2026-04-01", "kind", "work", "document", "Указ отменён", "local", 0);
    assert_int_equal(at_int(set, "moved"), 0);
}

/* What was added to a term stays added. */
static void an_extension_outlives_a_recount(void **state)
{
    (void)state;
    json_int_t id = at_int(letter("2026-11-02"), "id");
    rpc_ok(head, "assignment.create", "{s:s, s:I, s:I}", "title", "Проверить", "responsible", town.user[TOWN_executor], "appeal", id);
    json_t *card = rpc_ok(head, "appeal.get", "{s:I}", "id", id);
    rpc_ok(head, "appeal.extend", "{s:I, s:I, s:s, s:s, s:s}", "id", id, "version", at_int(card, "version"), "new_due", "2026-12-16",
           "reason", "Запрос", "notice_sent", day_from_today(0));
    json_t *why = rpc_ok(head, "calendar.due", "{s:I}", "appeal", id);
    assert_string_equal(at_text(why, "due"), "2026-12-16");
    says(at(why, "explain"), "По правилу: 2 декабря 2026, среда; затем срок изменён на +14 дн.");
    json_t *set = rpc_ok(admin, "calendar.set", "{s:s, s:s, s:s}", "date", "2026-12-16", "kind", "off", "document", "Указ 2");
    assert_int_equal(at_int(set, "moved"), 1);
    card = rpc_ok(head, "appeal.get", "{s:I}", "id", id);
    assert_string_equal(at_text(card, "due"), "2026-12-15");
    assert_string_equal(at_text(card, "due_nominal"), "2026-12-16");
    rpc_ok(admin, "calendar.set", "{s:s, s:s, s:s, s:b}", "date", "2026-12-16", "kind", "work", "document", "Указ 3", "local", 0);
}

static char *given_file(const char *text)
{
    static char path[80];
    snprintf(path, sizeof path, "/tmp/gorod-test-days-%d.csv", (int)getpid());
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    return path;
}

static json_t *imported(const char *path, int code)
{
    struct outcome o;
    server_cli(server, &o, NULL, "import", "calendar", path, "--json", NULL);
    CHECK(o.exit_code == code, "import: %d, %s%s", o.exit_code, o.out, o.err);
    json_t *told = rpc_keep(json_loads(o.out, 0, NULL));
    CHECK(told, "no JSON: %s", o.out);
    outcome_free(&o);
    return told;
}

#define HOLIDAYS_2028                                                                                                                      \
    "2028-01-01,holiday,Новогодние "                                                                                             \
    "каникулы\n2028-01-02,holiday,\n2028-01-03,holiday,\n2028-01-04,holiday,\n2028-01-05,holiday,\n2028-01-06,holiday,\n"          \
    "2028-01-07,holiday,Рождество Христово\n2028-01-08,holiday,\n2028-02-23,holiday,День защитника "         \
    "Отечества\n2028-03-08,holiday,\n2028-05-01,holiday,\n"                                                                       \
    "2028-05-09,holiday,День Победы\n2028-06-12,holiday,День России\n2028-11-04,holiday,\n2028-11-06,off,\n"

static void a_year_is_imported(void **state)
{
    (void)state;
    json_t *before = rpc_ok(head, "calendar.due", "{s:s, s:s}", "from", "2028-02-01", "rule", "prosecutor_request");
    assert_true(json_is_true(at(before, "unverified")));
    json_t *made = rpc_ok(head, "assignment.create", "{s:s, s:I, s:s}", "title", "К празднику", "responsible", town.user[TOWN_executor],
                          "due", "2028-02-23");
    assert_string_equal(at_text(made, "due"), "2028-02-23");
    /* Part of a year: the days count, the year stays unverified. */
    json_t *told = imported(given_file("date,kind,note\n2028-02-22,short,\n"), 0);
    assert_int_equal(at_int(told, "imported"), 1);
    assert_true(json_is_false(at(rpc_ok(head, "calendar.day", "{s:s}", "date", "2028-05-10"), "verified")));
    told = imported(given_file("date,kind,note\n" HOLIDAYS_2028), 0);
    assert_int_equal(at_int(told, "read"), 15);
    assert_int_equal(at_int(told, "moved"), 1);
    assert_string_equal(at_text(told, "records.0.number"), at_text(made, "number"));
    assert_string_equal(at_text(told, "records.0.to"), "2028-02-22");
    json_t *day = rpc_ok(head, "calendar.day", "{s:s}", "date", "2028-02-22");
    assert_true(json_is_true(at(day, "verified")));
    assert_string_equal(at_text(day, "kind"), "work"); /* the whole year does not name it */
    assert_string_equal(at_text(rpc_ok(head, "assignment.get", "{s:I}", "id", at_int(made, "id")), "due"), "2028-02-22");
    told = imported(given_file("date,kind,note\n" HOLIDAYS_2028), 0);
    assert_int_equal(at_int(told, "unchanged"), 15);
    assert_int_equal(at_int(told, "imported") + at_int(told, "updated") + at_int(told, "moved"), 0);
}

static void bad_days_are_rejected(void **state)
{
    (void)state;
    json_t *told = imported(
        given_file("date,kind,note\n2031-02-30,holiday,\n2031-03-08,feast,\n1800-01-01,off,\n,off,\n2031-03-09,off,\n2031-03-09,off,\n"),
        65);
    assert_int_equal(at_int(told, "rejected"), 5);
    rpc_refused(admin, -32602, "days[1].date", "calendar.year", "{s:i, s:[{s:s,s:s},{s:s,s:s}]}", "year", 2031, "days", "date",
                "2031-01-01", "kind", "off", "date", "2032-01-01", "kind", "off");
    rpc_refused(admin, -32602, "days[1].date", "calendar.year", "{s:i, s:[{s:s,s:s},{s:s,s:s}]}", "year", 2031, "days", "date",
                "2031-01-01", "kind", "off", "date", "2031-01-01", "kind", "off");
    rpc_refused(admin, -32602, "year", "calendar.year", "{s:i, s:[{s:s,s:s}]}", "year", 1812, "days", "date", "1900-01-01", "kind", "off");
}

/* ---- the terms as a file ---- */

static bool consider_is(void *arg)
{
    return strcmp(at_text(rpc_ok(head, "calendar.due", "{s:s, s:s}", "from", "2026-03-02", "rule", "appeal_consider"), "nominal"), arg) ==
           0;
}

static void terms_are_taken_anew(void **state)
{
    (void)state;
    struct outcome o;
    char file[SERVER_PATH_BYTES + 32];
    json_t *old = letter("2026-03-03");
    given_terms("from: registered, length: 30, law_ru: \"59-ФЗ, ст. 12 ч. 1\"",
                "from: registered, length: 20, law_ru: \"59-ФЗ, ст. 12 ч. 1\"");
    kill(server->pid, SIGHUP);
    CHECK(wait_until(consider_is, "2026-03-22", 10000), "the new terms are not in force");
    assert_string_equal(at_text(letter("2026-03-03"), "due"), "2026-03-23");
    assert_string_equal(at_text(rpc_ok(clerk, "appeal.get", "{s:I}", "id", at_int(old, "id")), "due"),
                        "2026-04-02"); /* a card keeps the date it got */
    /* A file at fault is told with its line, and the old terms stay. */
    given_terms("length: 30, law_ru: \"59-ФЗ, ст. 12 ч. 1\"", "length: many, law_ru: \"59-ФЗ, ст. 12 ч. 1\"");
    snprintf(file, sizeof file, "%s/terms.yaml", server->dir);
    FILE *f = fopen(file, "w");
    assert_non_null(f);
    fputs(config, f);
    fclose(f);
    server_cli(server, &o, NULL, "check", "--config", file, NULL);
    assert_int_equal(o.exit_code, 78);
    CHECK(strstr(o.err, terms_path) && strstr(o.err, ":33: length must be a whole number"), "check says: %s", o.err);
    outcome_free(&o);
    server->errors_expected = true;
    kill(server->pid, SIGHUP);
    given_terms(NULL, NULL);
    kill(server->pid, SIGHUP);
    CHECK(wait_until(consider_is, "2026-04-01", 10000), "the shipped terms are not back");
    server_cli(server, &o, NULL, "check", "--config", file, NULL);
    assert_int_equal(o.exit_code, 0);
    outcome_free(&o);
}

static void ends(void **state)
{
    (void)state;
    town_close_sessions(&town);
    server_stop(server);
    unlink(terms_path);
    unlink(given_file(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_and_is_filled),
        cmocka_unit_test(worked_examples_come_out),
        cmocka_unit_test(a_count_is_explained_day_by_day),
        cmocka_unit_test(what_cannot_be_counted_is_told),
        cmocka_unit_test(a_local_day_moves_open_records),
        cmocka_unit_test(an_extension_outlives_a_recount),
        cmocka_unit_test(a_year_is_imported),
        cmocka_unit_test(bad_days_are_rejected),
        cmocka_unit_test(terms_are_taken_anew),
        cmocka_unit_test(ends),
    };
    return HARNESS_RUN("calendar", tests);
}
