/* Notices: who is told of what, once, whatever dies; what a person reads and chooses. */
#include "tests/harness/check.h"
#include "tests/harness/clock.h"
#include "tests/harness/town.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { AT_ONCE_MS = 1000, SILENCE_MS = 900, SOON_MS = 10000 };

static struct server *server;
static struct town town;
static struct rpc *head, *executor;

static void starts_and_is_filled(void **state)
{
    (void)state;
    server = server_start(NULL);
    given_municipality(server, &town);
    head = town_as(&town, TOWN_head);
    executor = town_as(&town, TOWN_executor);
}

static json_t *unread(struct rpc *r) { return rpc_ok(r, "notification.list", "{s:b, s:i}", "unread", 1, "limit", 200); }

/* The newest notice of the kind about this record, read or not; NULL when there is none. */
static json_t *notice_of(struct rpc *r, const char *kind, json_int_t record_id)
{
    size_t i;
    json_t *item, *found = NULL;
    json_array_foreach(at(rpc_ok(r, "notification.list", "{s:i, s:s}", "limit", 200, "kind", kind), "items"), i,
                       item) if (at_int(item, "record_id") == record_id && !found) found = item;
    return found;
}

static json_t *waits_for(struct rpc *r, const char *kind, json_int_t record_id)
{
    json_t *found = NULL;
    for (int64_t end = clock_ms() + SOON_MS; !(found = notice_of(r, kind, record_id)) && clock_ms() < end;)
        usleep(20000);
    CHECK(found, "no notice %s of %lld", kind, (long long)record_id);
    return found;
}

static json_int_t given(enum town_user who, const char *title) { return at_int(given_assignment(&town, 0, who, title), "id"); }

static void who_is_given_work_hears_of_it_at_once(void **state)
{
    (void)state;
    rpc_ok(executor, "event.subscribe", NULL);
    rpc_ok(head, "event.subscribe", NULL);
    int64_t began = clock_ms();
    json_int_t id = given(TOWN_executor, "Почистить крышу");
    json_t *e = rpc_event(executor, "notification", 0, AT_ONCE_MS);
    CHECK(e && clock_ms() - began < AT_ONCE_MS, "the executor's screen heard nothing within a second");
    assert_true(has_word(at(e, "ways"), "bell"));
    json_t *n = waits_for(executor, "assigned", id);
    assert_true(strstr(at_text(n, "text"), "Почистить крышу") != NULL);
    assert_string_equal(at_text(n, "record"), "assignment");
    assert_true(json_is_true(at(n, "unread")));
    /* Never to who did it; and nobody's but the person's own. */
    assert_null(rpc_event(head, "notification", 0, SILENCE_MS));
    assert_null(notice_of(head, "assigned", id));
    assert_null(notice_of(town_as(&town, TOWN_executor2), "assigned", id));
}

static void each_side_is_told_what_the_other_does(void **state)
{
    (void)state;
    json_int_t id = given(TOWN_executor, "Покрасить забор");
    rpc_ok(executor, "assignment.report", "{s:I, s:s}", "id", id, "text", "Покрашено {title}");
    json_t *n = waits_for(head, "reported", id);
    /* What a person wrote is never read as a template. */
    assert_true(strstr(at_text(n, "text"), "Покрашено {title}") != NULL);
    rpc_ok(head, "assignment.return", "{s:I, s:s}", "id", id, "comment", "Не с той стороны");
    assert_true(strstr(at_text(waits_for(executor, "returned", id), "text"), "Не с той стороны") != NULL);
    rpc_ok(head, "assignment.reassign", "{s:I, s:I}", "id", id, "responsible", (json_int_t)town.user[TOWN_executor2]);
    waits_for(town_as(&town, TOWN_executor2), "assigned", id);
    waits_for(executor, "relieved", id);
}

/* The responsible one hears of a part that is handed in, its co-executor of what became of it; nobody else of either. */
static void a_part_is_told_to_those_it_concerns(void **state)
{
    (void)state;
    struct rpc *other = town_as(&town, TOWN_executor2);
    json_int_t id = at_int(rpc_ok(head, "assignment.create", "{s:s, s:I, s:s, s:[I,I]}", "title", "Вдвоём с третьим", "responsible", town.user[TOWN_executor], "due",
                                  day_from_today(10), "co_executors", town.user[TOWN_executor2], town.user[TOWN_chief]), "id");
    rpc_ok(other, "assignment.part_report", "{s:I, s:s}", "id", id, "text", "Моя половина готова");
    assert_non_null(strstr(at_text(waits_for(executor, "part_reported", id), "text"), "Моя половина готова"));
    rpc_ok(executor, "assignment.part_decide", "{s:I, s:I, s:s, s:s}", "id", id, "co_executor", town.user[TOWN_executor2], "decision", "return", "comment",
           "Нет фото");
    assert_non_null(strstr(at_text(waits_for(other, "part_returned", id), "text"), "Нет фото"));
    rpc_ok(other, "assignment.part_report", "{s:I, s:s}", "id", id, "text", "С фото");
    rpc_ok(executor, "assignment.part_decide", "{s:I, s:I, s:s}", "id", id, "co_executor", town.user[TOWN_executor2], "decision", "accept");
    waits_for(other, "part_accepted", id);
    static const char *const kinds[] = {"part_reported", "part_returned", "part_accepted"};
    for (size_t i = 0; i < 3; i++)
        assert_null(notice_of(town_as(&town, TOWN_chief), kinds[i], id));
    assert_null(notice_of(other, "part_reported", id));
    assert_null(notice_of(executor, "part_accepted", id));
}

static void english_screens_read_english(void **state)
{
    (void)state;
    json_int_t id = given(TOWN_executor2, "Fix the roof");
    waits_for(town_as(&town, TOWN_executor2), "assigned", id);
    rpc_ok(town_as(&town, TOWN_executor2), "session.language", "{s:s}", "language", "en");
    struct rpc *again = rpc_open_ssh(server, "executor2");
    assert_true(strncmp(at_text(notice_of(again, "assigned", id), "text"), "Assigned to you", strlen("Assigned to you")) == 0);
    rpc_close(&again);
}

/* Who may no longer see the card reads nothing of it, though they were told while they could. */
static void a_notice_is_as_blind_as_its_reader(void **state)
{
    (void)state;
    json_t *appeal = given_appeal(&town, "Тайнова Анна Ильинична", "Личное дело Тайновой");
    json_int_t id = at_int(given_assignment(&town, at_int(appeal, "id"), TOWN_executor2, "По обращению"), "id");
    waits_for(town_as(&town, TOWN_executor2), "assigned", id);
    size_t i;
    json_t *item;
    json_array_foreach(at(unread(executor), "items"), i, item) assert_null(strstr(at_text(item, "text"), "Тайнов"));
}

static void reading_one_many_and_all(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++)
        waits_for(executor, "assigned", given(TOWN_executor, "Ещё одно"));
    json_t *items = at(unread(executor), "items");
    size_t before = json_array_size(items);
    assert_true(before >= 4);
    json_t *r = rpc_ok(executor, "notification.read", "{s:I}", "id", at_int(items, "0.id"));
    assert_int_equal(at_int(r, "read"), 1);
    assert_int_equal(at_int(r, "unread"), before - 1);
    /* Twice is once. */
    assert_int_equal(at_int(rpc_ok(executor, "notification.read", "{s:I}", "id", at_int(items, "0.id")), "read"), 0);
    r = rpc_ok(executor, "notification.read", "{s:[I,I]}", "ids", at_int(items, "1.id"), at_int(items, "2.id"));
    assert_int_equal(at_int(r, "unread"), before - 3);
    /* Another's notice is nobody's business. */
    assert_int_equal(at_int(rpc_ok(head, "notification.read", "{s:I}", "id", at_int(items, "3.id")), "read"), 0);
    r = rpc_ok(executor, "notification.read", "{s:I}", "up_to", at_int(items, "0.id"));
    assert_int_equal(at_int(r, "unread"), 0);
    rpc_refused(executor, -32602, "ids", "notification.read", NULL);
}

static void a_list_goes_on_where_it_ended(void **state)
{
    (void)state;
    json_t *first = rpc_ok(executor, "notification.list", "{s:i}", "limit", 3);
    assert_int_equal(json_array_size(at(first, "items")), 3);
    json_t *next = rpc_ok(executor, "notification.list", "{s:i, s:s}", "limit", 3, "after", at_text(first, "next"));
    assert_true(at_int(next, "items.0.id") < at_int(first, "items.2.id"));
    assert_int_equal(at_int(next, "total"), at_int(first, "total"));
}

/* A year taken over from another system is no news to anybody. */
static void what_an_import_brings_is_not_told(void **state)
{
    (void)state;
    json_int_t old =
        at_int(rpc_ok(town.admin, "assignment.create", "{s:s, s:s, s:I, s:s, s:s}", "title", "Из прежней программы", "text", "Текст",
                      "responsible", (json_int_t)town.user[TOWN_executor], "due", day_from_today(9), "external_id", "old-1"),
               "id");
    waits_for(executor, "assigned", given(TOWN_executor, "Позже загрузки"));
    assert_null(notice_of(executor, "assigned", old));
    /* What then happens to it is. */
    rpc_ok(head, "assignment.comment", "{s:I, s:s}", "id", old, "text", "Как с этим?");
    waits_for(executor, "said", old);
}

static void what_is_switched_off_is_not_told(void **state)
{
    (void)state;
    json_t *s = rpc_ok(executor, "notification.settings", NULL);
    assert_true(has_word(at(find_item(at(s, "kinds"), "kind", "said"), "ways"), "screen"));
    rpc_ok(executor, "notification.settings_set", "{s:s, s:[]}", "kind", "said", "ways");
    json_int_t id = given(TOWN_executor, "Без замечаний");
    rpc_ok(head, "assignment.comment", "{s:I, s:s}", "id", id, "text", "Этого он не услышит");
    json_int_t other = given(TOWN_executor, "Позже замечания");
    waits_for(executor, "assigned", other);
    assert_null(notice_of(executor, "said", id));
    s = rpc_ok(executor, "notification.settings_set", "{s:s, s:[s,s]}", "kind", "said", "ways", "screen", "desktop");
    assert_true(has_word(at(find_item(at(s, "kinds"), "kind", "said"), "ways"), "desktop"));
    rpc_ok(head, "assignment.comment", "{s:I, s:s}", "id", id, "text", "А это услышит");
    waits_for(executor, "said", id);
}

static void wrong_settings_are_named(void **state)
{
    (void)state;
    rpc_refused(executor, -32602, "kind", "notification.settings_set", "{s:s, s:[s]}", "kind", "nonsense", "ways", "screen");
    rpc_refused(executor, -32602, "ways[0]", "notification.settings_set", "{s:s, s:[s]}", "kind", "said", "ways", "pigeon");
    rpc_refused(executor, -32602, "kind", "notification.settings_set", "{s:[s]}", "ways", "screen");
    rpc_refused(executor, -32602, "digest_hour", "notification.settings_set", "{s:s}", "digest_hour", "24");
    rpc_refused(executor, -32602, "digest_hour", "notification.settings_set", "{s:s}", "digest_hour", "-1");
    rpc_refused(executor, -32602, "quiet_to", "notification.settings_set", "{s:s}", "quiet_from", "22");
    json_t *s = rpc_ok(executor, "notification.settings_set", "{s:s, s:s, s:s}", "digest_hour", "9", "quiet_from", "22", "quiet_to", "7");
    assert_int_equal(at_int(s, "digest_hour"), 9);
    assert_int_equal(at_int(s, "quiet_to"), 7);
    s = rpc_ok(executor, "notification.settings_set", "{s:s, s:s, s:s}", "digest_hour", "off", "quiet_from", "off", "quiet_to", "off");
    assert_true(json_is_null(at(s, "digest_hour")) && json_is_null(at(s, "quiet_from")));
}

/* How many notices of the kind there are about the record: exactly one is the promise. */
static int count_of(struct rpc *r, const char *kind, json_int_t record_id)
{
    int n = 0;
    size_t i;
    json_t *item;
    json_array_foreach(at(rpc_ok(r, "notification.list", "{s:i, s:s}", "limit", 200, "kind", kind), "items"), i, item) n +=
        at_int(item, "record_id") == record_id;
    return n;
}

static void a_killed_core_tells_each_once(void **state)
{
    (void)state;
    enum { ROUNDS = 3, EACH = 5 };
    json_int_t ids[ROUNDS * EACH];
    town_close_sessions(&town);
    server->errors_expected = true;
    for (int round = 0; round < ROUNDS; round++) {
        head = town_as(&town, TOWN_head);
        for (int i = 0; i < EACH; i++)
            ids[round * EACH + i] = given(TOWN_chief, "Под топором");
        town_close_sessions(&town);
        server_kill_part(server, "core");
    }
    struct rpc *chief = town_as(&town, TOWN_chief);
    head = town_as(&town, TOWN_head);
    executor = town_as(&town, TOWN_executor);
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        waits_for(chief, "assigned", ids[i]);
    usleep(SILENCE_MS * 1000);
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        assert_int_equal(count_of(chief, "assigned", ids[i]), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_and_is_filled),
        cmocka_unit_test(who_is_given_work_hears_of_it_at_once),
        cmocka_unit_test(each_side_is_told_what_the_other_does),
        cmocka_unit_test(a_part_is_told_to_those_it_concerns),
        cmocka_unit_test(english_screens_read_english),
        cmocka_unit_test(a_notice_is_as_blind_as_its_reader),
        cmocka_unit_test(reading_one_many_and_all),
        cmocka_unit_test(a_list_goes_on_where_it_ended),
        cmocka_unit_test(what_an_import_brings_is_not_told),
        cmocka_unit_test(what_is_switched_off_is_not_told),
        cmocka_unit_test(wrong_settings_are_named),
        cmocka_unit_test(a_killed_core_tells_each_once),
    };
    return HARNESS_RUN("notices", tests);
}
