/* Keeping and deleting: terms, holds, the commission; what is shown before is what is deleted after; of the deleted nothing is left in a
 * dump. */
#include "tests/harness/check.h"
#include "tests/harness/town.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME "Забываев Онисим Хрисанфович"
#define PHONE "+7 910 555-44-33"

static struct server *server;
static struct town town;
static json_int_t letter, other, person, work;

static const char *sql(const char *text) { return server_sql(server, text); }

static json_int_t old_letter(const char *name, const char *subject)
{
    json_int_t id = at_int(given_appeal(&town, name, subject), "id");
    char text[300];
    snprintf(text, sizeof text,
             "UPDATE appeal SET status = 'answered', closed_on = '2015-12-31', received = '2015-12-01', registered = '2015-12-01' WHERE id "
             "= %lld",
             (long long)id);
    sql(text);
    return id;
}

static json_int_t given_file(struct rpc *who, const char *name, const char *content)
{
    return at_int(given_inbox_file(who, name, content, strlen(content)), "id");
}

/* What other modules keep of the letter and its assignment: files, a report, a request for more time, notices. */
static void given_things_kept(void)
{
    struct rpc *clerk = town_as(&town, TOWN_clerk), *executor = town_as(&town, TOWN_executor);
    rpc_ok(clerk, "file.attach", "{s:[I,I], s:s, s:I}", "files", given_file(clerk, "Жалоба Забываева.txt", "Пишет " NAME),
           given_file(clerk, "памятка.txt", "Всем одна и та же"), "record", "appeal", "id", letter);
    rpc_ok(clerk, "file.attach", "{s:[I], s:s, s:I}", "files", given_file(clerk, "памятка.txt", "Всем одна и та же"), "record", "appeal",
           "id", other);
    /* One that was looked at and taken off again. */
    json_int_t off = given_file(clerk, "Забываев, лишнее.txt", "Забываев дома");
    rpc_ok(clerk, "file.attach", "{s:[I], s:s, s:I}", "files", off, "record", "appeal", "id", letter);
    rpc_ok(town_as(&town, TOWN_head), "file.get", "{s:I}", "id", off);
    rpc_ok(clerk, "file.remove", "{s:I}", "id", off);
    rpc_ok(executor, "assignment.extend_request", "{s:I, s:s, s:s}", "id", work, "new_due", day_from_today(20), "reason",
           "Забываев в отъезде");
    rpc_ok(executor, "assignment.report", "{s:I, s:s, s:[I]}", "id", work, "text", "Забываев дозвонился сам", "files",
           given_file(executor, "Забываев.jpg", "\xFF\xD8\xFF\xE0 JFIF"));
}

static json_t *list(void) { return rpc_ok(town.admin, "purge.run", "{s:b}", "dry_run", 1); }

static void decide(json_int_t id, const char *decision)
{
    rpc_ok(town_as(&town, TOWN_clerk), "retention.decide", "{s:s, s:I, s:s, s:s}", "record", "appeal", "record_id", id, "decision",
           decision, "reason", "Протокол 3");
}

static void starts_and_is_filled(void **state)
{
    (void)state;
    server = server_start(NULL);
    given_municipality(server, &town);
    struct rpc *clerk = town_as(&town, TOWN_clerk);
    json_t *made = rpc_ok(clerk, "appeal.register", "{s:s, s:s, s:s, s:s, s:{s:s, s:s, s:s}}", "kind", "letter", "channel", "post",
                          "subject", "Забываев просит о кровле", "text", "Пишет " NAME ", телефон " PHONE, "new_correspondent", "name",
                          NAME, "phone", PHONE, "address", "ул. Былая, 3");
    letter = at_int(made, "id");
    person = at_int(rpc_ok(clerk, "appeal.get", "{s:I}", "id", letter), "correspondent_id");
    work = at_int(given_assignment(&town, letter, TOWN_executor, "Позвонить: Забываев, " PHONE), "id");
    rpc_ok(clerk, "appeal.comment", "{s:I, s:s}", "id", letter, "text", "Звонил Забываев");
    rpc_ok(clerk, "appeal.set", "{s:I, s:s}", "id", letter, "subject", "Онисим Забываев просит о кровле дома");
    rpc_ok(clerk, "correspondent.set", "{s:I, s:s}", "id", person, "contact_person", "Забываева Мавра");
    rpc_ok(clerk, "consent.give", "{s:I, s:s, s:s, s:s}", "id", person, "kind", "photo", "way", "oral", "note", "сказал Забываев");
    rpc_ok(clerk, "correspondent.list", "{s:s}", "query", "Забываев");
    rpc_ok(clerk, "correspondent.list", "{s:s}", "query", "Онисим");
    rpc_ok(clerk, "draft.save", "{s:s, s:{s:s}}", "screen", "appeal.register", "body", "text", "от " NAME);
    rpc_ok(town_as(&town, TOWN_executor), "assignment.comment", "{s:I, s:s}", "id", work, "text", "Забываев не отвечает");
    other = old_letter("Помнящев Лев Ильич", "Остаётся на память");
    given_things_kept();
    char text[400];
    snprintf(text, sizeof text,
             "UPDATE assignment SET status = 'accepted', closed_on = '2015-12-20' WHERE id = %lld;"
             "UPDATE appeal SET status = 'answered', open_assignments = 0, closed_on = '2015-12-31', received = '2015-12-01', registered = "
             "'2015-12-01' WHERE id = %lld",
             (long long)work, (long long)letter);
    sql(text);
}

static void the_commission_decides_first(void **state)
{
    (void)state;
    json_t *before = list();
    assert_int_equal(at_int(before, "total"), 0);
    assert_int_equal(at_int(before, "waiting_for_commission"), 2);
    decide(letter, "delete");
    decide(other, "keep");
    json_t *after = list();
    assert_int_equal(at_int(after, "total"), 2); /* the letter and the work given out of it */
    assert_int_equal(json_array_size(at(after, "items")), 2);
    assert_int_equal(at_int(after, "items.0.id"), letter);
    assert_int_equal(at_int(after, "waiting_for_commission"), 0);
}

static void the_term_runs_from_the_next_january(void **state)
{
    (void)state;
    char text[200];
    /* Five years from 1 January after the year of closing: the last day of that year is as long as the first. */
    snprintf(text, sizeof text,
             "UPDATE appeal SET closed_on = make_date(extract(year FROM current_date)::integer - 5, 1, 1) WHERE id = %lld",
             (long long)letter);
    sql(text);
    assert_int_equal(at_int(list(), "total"), 0);
    snprintf(text, sizeof text,
             "UPDATE appeal SET closed_on = make_date(extract(year FROM current_date)::integer - 6, 12, 31) WHERE id = %lld",
             (long long)letter);
    sql(text);
    assert_int_equal(at_int(list(), "total"), 2);
}

static void a_hold_takes_it_off_the_list(void **state)
{
    (void)state;
    struct rpc *head = town_as(&town, TOWN_head);
    const char *shown = at_text(list(), "digest");
    json_int_t hold = at_int(rpc_ok(head, "hold.set", "{s:s, s:I, s:s, s:s}", "record", "appeal", "record_id", letter, "kind", "court",
                                    "reason", "Дело 2-100/26"),
                             "id");
    assert_int_equal(at_int(list(), "total"), 0);
    /* What was shown is not what would be deleted now: nothing is. */
    rpc_refused(town.admin, 1004, "list_changed", "purge.run", "{s:s}", "digest", shown);
    assert_int_equal(at_int(rpc_ok(town.admin, "purge.run", NULL), "deleted"), 0);
    rpc_ok(town_as(&town, TOWN_clerk), "appeal.get", "{s:I}", "id", letter);
    assert_int_equal(at_int(rpc_ok(head, "hold.list", "{s:b}", "in_force", 1), "total"), 1);
    rpc_ok(head, "hold.lift", "{s:I, s:s}", "id", hold, "reason", "Решение вступило в силу");
    assert_int_equal(at_int(list(), "total"), 2);
}

static const struct {
    const char *what, *count;
    int left;
} kept[] = {
    {"file names", "SELECT count(*) FROM file f, cards c WHERE f.place = c.record AND f.place_id = c.id", 0},
    /* The other letter has the same leaflet. What waits for the sweep was let go of before. */
    {"contents", "SELECT count(*) FROM file_blob WHERE unused_since IS NULL", 1},
    {"pieces of contents", "SELECT count(*) FROM file_chunk k JOIN file_blob b ON b.id = k.blob_id WHERE b.unused_since IS NULL", 1},
    {"reports", "SELECT count(*) FROM assignment_report", 0},
    {"requests for more time", "SELECT count(*) FROM extension_request", 0},
    {"notices",
     "SELECT count(*) FROM notification n JOIN event e ON e.id = n.event_id JOIN cards c ON e.record = c.record AND e.record_id = c.id", 0},
};

static int kept_now(size_t i)
{
    char text[600];
    snprintf(text, sizeof text, "WITH cards(record, id) AS (VALUES ('appeal', %lld), ('assignment', %lld)) %s", (long long)letter,
             (long long)work, kept[i].count);
    return atoi(sql(text));
}

static void of_the_deleted_nothing_is_left(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        CHECK(kept_now(i) > kept[i].left, "no %s were kept at all", kept[i].what);
    static const char *const words[] = {"абываев", "нисим", "рисанфов", "555-44-33", "9105554433", "Былая", "Мавра", "забыва"};
    char *before = server_dump(server);
    for (size_t i = 0; i < 6; i++)
        CHECK(strstr(before, words[i]), "«%s» was not there at all", words[i]);
    free(before);
    json_t *shown = list();
    struct outcome o;
    server_cli(server, &o, NULL, "purge", "--dry-run", NULL);
    CHECK(o.exit_code == 0 && strstr(o.out, at_text(shown, "items.0.number")) && strstr(o.out, at_text(shown, "items.1.number")),
          "the list: %s%s", o.out, o.err);
    outcome_free(&o);
    server_cli(server, &o, NULL, "purge", NULL);
    CHECK(o.exit_code == 0 && strstr(o.out, "АУ-"), "purge: %d %s%s", o.exit_code, o.out, o.err);
    outcome_free(&o);
    /* The act tells exactly what the list had, and who became a number. */
    json_t *acts = rpc_ok(town.admin, "purge.list", NULL),
           *act = rpc_ok(town.admin, "purge.get", "{s:I}", "id", at_int(acts, "items.0.id"));
    assert_int_equal(json_array_size(at(act, "lines")), 3);
    assert_non_null(find_item(at(act, "lines"), "number", at_text(shown, "items.0.number")));
    assert_non_null(find_item(at(act, "lines"), "number", at_text(shown, "items.1.number")));
    assert_non_null(find_item(at(act, "lines"), "record", "correspondent"));
    assert_non_null(strstr(at_text(act, "text"), at_text(shown, "items.0.number")));
    char *after = server_dump(server);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        CHECK(!strstr(after, words[i]), "«%s» is left: %s", words[i], dump_line_with(after, words[i]));
    CHECK(strstr(after, "Помнящев"), "somebody else is gone, too");
    free(after);
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        CHECK(kept_now(i) == kept[i].left, "%d %s are left, not %d", kept_now(i), kept[i].what, kept[i].left);
    char *leaflet = base64_text("Всем одна и та же", strlen("Всем одна и та же"));
    json_t *files = at(rpc_ok(town_as(&town, TOWN_clerk), "appeal.get", "{s:I}", "id", other), "files");
    assert_string_equal(at_text(rpc_ok(town_as(&town, TOWN_clerk), "file.get", "{s:I}", "id", at_int(files, "0.id")), "content"), leaflet);
    free(leaflet);
    /* That something happened stays; what it was is a hash. */
    json_t *log = rpc_ok(town.admin, "event.list", "{s:s, s:I}", "record", "appeal", "record_id", letter);
    assert_true(json_array_size(at(log, "items")) > 2);
    assert_non_null(at(log, "items.0.changes.purged"));
    rpc_error(town_as(&town, TOWN_clerk), 1001, "appeal.get", "{s:I}", "id", letter);
    assert_int_equal(at_int(list(), "total"), 0);
}

/* A table that refers to a card and is not emptied here would stop every deletion: whoever adds one adds it to purge.sql and to this list.
 */
static void every_table_that_refers_to_a_card_is_known(void **state)
{
    (void)state;
    static const char known[] =
        " appeal appeal_author appeal_house appeal_link appeal_question assignment assignment_appeal assignment_party assignment_report "
        "consent "
        "contact correspondent correspondent_merge correspondent_word extension_request incident incident_clock incident_service "
        "outage_house "
        "outage_place outage_promise "; /* incident lets go of a letter by itself; what is an outage's goes with it */
    char tables[1000], word[80], *save = NULL;
    snprintf(tables, sizeof tables, "%s",
             sql("SELECT string_agg(DISTINCT conrelid::regclass::text, ' ' ORDER BY conrelid::regclass::text) FROM pg_constraint "
                 "WHERE contype = 'f' AND confrelid IN ('appeal'::regclass, 'assignment'::regclass, 'correspondent'::regclass, "
                 "'incident'::regclass, 'outage'::regclass)"));
    for (char *t = strtok_r(tables, " ", &save); t; t = strtok_r(NULL, " ", &save)) {
        snprintf(word, sizeof word, " %s ", t);
        CHECK(strstr(known, word), "%s refers to a card: empty it in purge.sql and name it here", t);
    }
}

static void bad_rules_are_told_with_their_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"version: 1\nrecords:\n  - {record: appeal, years: 0}\n", ":3: years"},
        {"version: 1\nrecords:\n  - {record: letter, years: 5}\n", ":3: record must be"},
        {"version: 1\nrecords:\n  - {record: appeal, years: 5}\n  - {record: appeal, kinds: [message], years: 3}\n", ":4: a rule for all"},
        {"version: 1\nrecords:\n  - {record: appeal, years: 5, forever: yes}\n", ":3: unknown key"},
        {"version: 1\nrecords:\n  - {record: appeal, years: 5}\n", "no rule for all of assignment"},
        {"version: 1\nrecords:\n  - {record: appeal, years: 5}\n  - {record: assignment, years: 5}\n", "no rule for all of access"},
        {"version: 1\nrecords:\n  - {record: appeal, years: 5}\n  - {record: assignment, years: 5}\n"
         "  - {record: outage, kinds: [planned], years: 3}\n  - {record: access, years: 5}\n",
         "no rule for all of outage"},
        {"version: 1\nrecords:\n  - {record: incident, years: 3, commission: true}\n", ":3: the commission decides"},
        {"version: 1\nrecords:\n  - {record: assignment, kinds: [work], years: 3}\n", ":3: kinds are of appeals"},
        {"records: []\n", "version"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char rules[600], config[600], text[700];
        struct outcome o;
        snprintf(rules, sizeof rules, "%s/keep.yaml", server->dir);
        snprintf(config, sizeof config, "%s/keep-config.yaml", server->dir);
        snprintf(text, sizeof text, "retention: %s\n", rules);
        assert_true(write_whole(rules, cases[i].text, 0644) && write_whole(config, text, 0644));
        server_cli(server, &o, NULL, "check", "--config", config, NULL);
        CHECK(o.exit_code == 78 && strstr(o.err, cases[i].why), "rules %zu: exit %d: %s", i, o.exit_code, o.err);
        outcome_free(&o);
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
        cmocka_unit_test(starts_and_is_filled),
        cmocka_unit_test(the_commission_decides_first),
        cmocka_unit_test(the_term_runs_from_the_next_january),
        cmocka_unit_test(a_hold_takes_it_off_the_list),
        cmocka_unit_test(of_the_deleted_nothing_is_left),
        cmocka_unit_test(every_table_that_refers_to_a_card_is_known),
        cmocka_unit_test(bad_rules_are_told_with_their_line),
        cmocka_unit_test(stops_cleanly),
    };
    return HARNESS_RUN("purge", tests);
}
