/* Classifiers edited by administrators: what is checked, what stays on old records, what is offered for new ones, the file that ships. */
#include "tests/harness/check.h"
#include "tests/harness/town.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct server *server;
static struct town town;

static void starts_and_is_filled(void **state)
{
    (void)state;
    server = server_start(NULL);
    given_municipality(server, &town);
}

static json_t *value_of(const char *classifier, const char *code)
{
    return find_item(at(rpc_ok(town_as(&town, TOWN_executor), "classifier.list", "{s:s}", "classifier", classifier), "items"), "code",
                     code);
}

static json_t *appeal_with(const char *field, const char *code)
{
    return rpc_call(town_as(&town, TOWN_clerk), "appeal.register",
                    json_pack("{s:s, s:s, s:s, s:b, s:s}", "kind", "letter", "channel", "post", "subject", "О тополином пухе", "anonymous",
                              1, field, code));
}

static void a_topic_is_added_and_chosen_at_once(void **state)
{
    (void)state;
    struct rpc *admin = town_as(&town, TOWN_admin);
    rpc_ok(town_as(&town, TOWN_executor), "event.subscribe", NULL);
    json_t *made = rpc_ok(admin, "classifier.set", "{s:s, s:s, s:s, s:s, s:s}", "classifier", "topic", "code", "0003.0009.0097.9001", "ru",
                          "Тополиный пух", "en", "Poplar fluff", "facts", "jurisdiction: local\nwords: аллергия пух\n");
    json_t *topic = value_of("topic", "0003.0009.0097.9001");
    assert_string_equal(at_text(topic, "parent"), "0003.0009.0097"); /* the nearest code above */
    assert_string_equal(at_text(topic, "data.level"), "question");
    assert_string_equal(at_text(topic, "data.words"), "аллергия пух");
    /* Open screens hear of it. */
    assert_int_equal(at_int(rpc_event(town_as(&town, TOWN_executor), "classifier", 0, 5000), "record_id"), at_int(made, "id"));
    json_t *answer = appeal_with("topic", "0003.0009.0097.9001");
    CHECK(at(answer, "result"), "a topic just made may not be chosen");
    json_t *log = rpc_ok(admin, "event.list", "{s:s}", "record", "classifier");
    assert_string_equal(at_text(log, "items.0.action"), "add");
    assert_string_equal(at_text(log, "items.0.comment"), "topic/0003.0009.0097.9001");
    assert_string_equal(at_text(log, "items.0.changes.ru.to"), "Тополиный пух");
}

static void a_retired_value_stays_on_old_records_and_is_not_offered(void **state)
{
    (void)state;
    struct rpc *admin = town_as(&town, TOWN_admin);
    json_t *old = at(appeal_with("topic", "0003.0009.0097.9001"), "result");
    json_t *items = at(rpc_ok(admin, "classifier.values", "{s:s, s:s}", "classifier", "topic", "query", "тополин"), "items");
    json_int_t id = at_int(items, "0.id"), version = at_int(items, "0.version");
    assert_true(has_word(at(items, "0.actions"), "retire"));
    rpc_ok(admin, "classifier.retire", "{s:I, s:I}", "id", id, "version", version);
    json_t *refused = at(appeal_with("topic", "0003.0009.0097.9001"), "error");
    assert_string_equal(at_text(refused, "data.field"), "topic");
    assert_string_equal(at_text(rpc_ok(town_as(&town, TOWN_clerk), "appeal.get", "{s:I}", "id", at_int(old, "id")), "topic_label"),
                        "Тополиный пух");
    assert_true(json_is_true(at(value_of("topic", "0003.0009.0097.9001"), "retired")));
    /* A stale screen hears that it is stale. */
    json_t *conflict = rpc_error(admin, 1003, "classifier.set", "{s:I, s:I, s:s}", "id", id, "version", version, "ru", "Пух");
    assert_string_equal(at_text(conflict, "data.current.ru"), "Тополиный пух");
    rpc_ok(admin, "classifier.restore", "{s:I, s:I}", "id", id, "version", version + 1);
    assert_non_null(at(appeal_with("topic", "0003.0009.0097.9001"), "result"));
    assert_int_equal(json_array_size(at(rpc_ok(admin, "classifier.get", "{s:I}", "id", id), "history")), 3);
}

static void the_tree_of_topics_stays_a_tree(void **state)
{
    (void)state;
    struct rpc *admin = town_as(&town, TOWN_admin);
    rpc_refused(admin, -32602, "parent", "classifier.set", "{s:s, s:s, s:s}", "classifier", "topic", "code", "0003.0009.0097", "parent",
                "0003.0009.0097.9001");
    rpc_refused(admin, -32602, "parent", "classifier.set", "{s:s, s:s, s:s}", "classifier", "topic", "code", "0003.0009.0097.9001",
                "parent", "0005");
    rpc_refused(admin, -32602, "parent", "classifier.set", "{s:s, s:s, s:s}", "classifier", "topic", "code", "0003.0009.0097.9001",
                "parent", "0003.7777");
    rpc_refused(admin, 1004, "open_children", "classifier.set", "{s:s, s:s, s:b}", "classifier", "topic", "code", "0003.0009.0098",
                "retired", 1);
    rpc_ok(admin, "classifier.set", "{s:s, s:s, s:b, s:b}", "classifier", "topic", "code", "0003.0009.0098", "retired", 1, "children", 1);
    assert_true(json_is_true(at(value_of("topic", "0003.0009.0098.0708"), "retired")));
    assert_non_null(at(appeal_with("topic", "0003.0009.0098.0708"), "error"));
    rpc_refused(admin, -32602, "parent", "classifier.set", "{s:s, s:s, s:b}", "classifier", "topic", "code", "0003.0009.0098.0708",
                "retired", 0);
    rpc_refused(admin, -32602, "parent", "classifier.set", "{s:s, s:s, s:s}", "classifier", "topic", "code", "0003.0009.0098.9009", "ru",
                "Ульи");
    rpc_ok(admin, "classifier.set", "{s:s, s:s, s:b, s:b}", "classifier", "topic", "code", "0003.0009.0098", "retired", 0, "children", 1);
    assert_non_null(at(appeal_with("topic", "0003.0009.0098.0708"), "result"));
}

static void what_the_program_needs_is_kept(void **state)
{
    (void)state;
    struct rpc *admin = town_as(&town, TOWN_admin);
    rpc_refused(admin, 1004, "known_value", "classifier.set", "{s:s, s:s, s:b}", "classifier", "answer_type", "code", "forwarded",
                "retired", 1);
    rpc_refused(admin, 1004, "known_value", "classifier.set", "{s:s, s:s, s:b}", "classifier", "role", "code", "clerk", "retired", 1);
    rpc_refused(admin, 1004, "closed_classifier", "classifier.set", "{s:s, s:s, s:s}", "classifier", "role", "code", "king", "ru",
                "Король");
    rpc_refused(admin, -32602, "data.letters", "classifier.set", "{s:s, s:s, s:s}", "classifier", "appeal_kind", "code", "letter", "facts",
                "law: 59-FZ\ndue_rule: appeal_consider");
    rpc_refused(admin, -32602, "data.letters", "classifier.set", "{s:s, s:s, s:s, s:s}", "classifier", "appeal_kind", "code", "petition",
                "ru", "Петиция", "facts", "letters: ОГ\nlaw: none\ndue_rule: appeal_consider");
    rpc_refused(admin, -32602, "data.law", "classifier.set", "{s:s, s:s, s:s, s:s}", "classifier", "appeal_kind", "code", "petition", "ru",
                "Петиция", "facts", "letters: ПЕТ\nlaw: обычай\ndue_rule: appeal_consider");
    rpc_refused(admin, -32602, "data.vaild_until", "classifier.set", "{s:s, s:s, s:s}", "classifier", "channel", "code", "email", "facts",
                "counts_as_59fz: false\nvaild_until: 2025-03-29");
    rpc_refused(admin, -32602, "data.valid_until", "classifier.set", "{s:s, s:s, s:s}", "classifier", "channel", "code", "email", "facts",
                "counts_as_59fz: false\nvalid_until: 2025-02-30");
    rpc_refused(admin, -32602, "facts", "classifier.set", "{s:s, s:s, s:s}", "classifier", "channel", "code", "email", "facts",
                "просто слова");
    rpc_refused(admin, -32602, "code", "classifier.set", "{s:s, s:s, s:s}", "classifier", "measure", "code", "Починено!", "ru", "Починено");
    rpc_refused(admin, -32602, "ru", "classifier.set", "{s:s, s:s, s:s}", "classifier", "measure", "code", "mended", "ru", "");
    rpc_refused(admin, -32602, "code", "classifier.set", "{s:s, s:s, s:i, s:s}", "classifier", "measure", "code", "repaired", "version", 0,
                "ru", "Починено");
    rpc_refused(admin, -32602, "classifier", "classifier.set", "{s:s, s:s, s:s}", "classifier", "colours", "code", "red", "ru", "Красный");
    /* A new kind numbers its cards by its letters. */
    rpc_ok(admin, "classifier.set", "{s:s, s:s, s:s, s:s}", "classifier", "appeal_kind", "code", "petition", "ru", "Петиция", "facts",
           "letters: ПЕТ\nlaw: none\ndue_rule: appeal_consider");
    json_t *made = rpc_ok(town_as(&town, TOWN_clerk), "appeal.register", "{s:s, s:s, s:s, s:b}", "kind", "petition", "channel", "post",
                          "subject", "Сквер", "anonymous", 1);
    assert_memory_equal(at_text(made, "number"), "ПЕТ-1/", strlen("ПЕТ-1/"));
    /* Lines lose nothing of what they cannot show. */
    json_t *kind = value_of("urgency", "immediate");
    char *before = json_dumps(at(kind, "data"), JSON_SORT_KEYS);
    json_t *values = at(rpc_ok(admin, "classifier.values", "{s:s}", "classifier", "urgency"), "items");
    json_t *card = rpc_ok(admin, "classifier.get", "{s:I}", "id", at_int(find_item(values, "code", "immediate"), "id"));
    rpc_ok(admin, "classifier.set", "{s:s, s:s, s:s, s:s}", "classifier", "urgency", "code", "immediate", "ru", "Немедленно!", "facts",
           at_text(card, "facts"));
    char *after = json_dumps(at(value_of("urgency", "immediate"), "data"), JSON_SORT_KEYS);
    assert_string_equal(before, after);
    free(before);
    free(after);
}

static void import_is(const char *file, const char *more, int exit_code, const char *summary)
{
    struct outcome o;
    char errors[600];
    snprintf(errors, sizeof errors, "%s/rejected.csv", server->dir);
    server_cli(server, &o, NULL, "import", "classifiers", file, "--json", "--errors", errors, more, NULL);
    CHECK(o.exit_code == exit_code && strstr(o.out, summary), "import %s: exit %d, %s, not %s: %s", file, o.exit_code, o.out, summary,
          o.err);
    outcome_free(&o);
}

static void the_file_that_ships_adds_nothing_and_own_rows_come_in(void **state)
{
    (void)state;
    char file[600], *rejected;
    snprintf(file, sizeof file, "%s/own.csv", server->dir);
    assert_true(write_whole(file,
                            "classifier,code,parent,ru,en,ord,data\n"
                            "topic,0006,,Природа,Nature,60,\"{\"\"level\"\":\"\"section\"\"}\"\n"
                            "topic,0006.0001.0001,0006,Реки,Rivers,10,\n"
                            "measure,sealed,,Опечатано,Sealed,90,\n"
                            "measure,sealed,,Опечатано дважды,Sealed,90,\n"
                            "channel,pigeon,,Голубиная почта,Pigeon,500,\"{\"\"counts_as_59fz\"\":\"\"maybe\"\"}\"\n"
                            "role,tsar,,Царь,Tsar,1,\n"
                            "topic,0007.0001.0001,0007,Сироты,Orphans,10,\n",
                            0600));
    import_is(file, "--dry-run", 65, "{\"read\":7,\"imported\":3,\"updated\":0,\"unchanged\":0,\"rejected\":4,\"dry_run\":true}");
    assert_null(value_of("topic", "0006"));
    import_is(file, NULL, 65, "{\"read\":7,\"imported\":3,\"updated\":0,\"unchanged\":0,\"rejected\":4}");
    import_is(file, NULL, 65, "{\"read\":7,\"imported\":0,\"updated\":0,\"unchanged\":3,\"rejected\":4}");
    snprintf(file, sizeof file, "%s/rejected.csv", server->dir);
    rejected = read_whole(file);
    static const char *const why[] = {"data: counts_as_59fz", "знает программа", "parent: ", "уже есть в строке"};
    for (size_t i = 0; i < sizeof why / sizeof *why; i++)
        CHECK(rejected && (strstr(rejected, why[i])), "no «%s» in: %s", why[i], rejected);
    free(rejected);
    snprintf(file, sizeof file, "%s/db/seed/classifiers.csv", getenv("GOROD_SOURCE"));
    /* Only what was edited above differs from what ships. */
    import_is(file, NULL, 0, "\"imported\":0,\"updated\":1,");
    import_is(file, NULL, 0, "\"imported\":0,\"updated\":0,");
}

static void edits_outlive_a_restart(void **state)
{
    (void)state;
    rpc_ok(town_as(&town, TOWN_admin), "classifier.set", "{s:s, s:s, s:s}", "classifier", "channel", "code", "post", "ru", "Почтой России");
    town_close_sessions(&town);
    rpc_close(&town.admin);
    server_stop(server);
    server_start_again(server);
    town.admin = rpc_open_admin(server);
    assert_string_equal(at_text(value_of("channel", "post"), "ru"), "Почтой России");
    assert_non_null(at(appeal_with("topic", "0006.0001.0001"), "result"));
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
        cmocka_unit_test(a_topic_is_added_and_chosen_at_once),
        cmocka_unit_test(a_retired_value_stays_on_old_records_and_is_not_offered),
        cmocka_unit_test(the_tree_of_topics_stays_a_tree),
        cmocka_unit_test(what_the_program_needs_is_kept),
        cmocka_unit_test(the_file_that_ships_adds_nothing_and_own_rows_come_in),
        cmocka_unit_test(edits_outlive_a_restart),
        cmocka_unit_test(stops_cleanly),
    };
    return HARNESS_RUN("classifiers", tests);
}
