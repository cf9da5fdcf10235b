/* Nothing is registered twice, no number is missing, nothing is overwritten silently. */
#include "tests/harness/check.h"
#include "tests/harness/town.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CLIENTS = 8, EACH = 40 };

static struct server *server;
static struct town town;

static void starts_and_is_filled(void **state)
{
    (void)state;
    server = server_start(NULL);
    given_municipality(server, &town);
}

static json_t *registration(const char *subject, const char *request_id)
{
    return json_pack("{s:s, s:s, s:b, s:s, s:s}", "kind", "message", "channel", "phone", "anonymous", 1, "subject", subject, "request_id",
                     request_id);
}

static int serial_of(const char *number)
{
    const char *dash = strchr(number, '-');
    assert_non_null(dash);
    return atoi(dash + 1);
}

/* Each serial of 1..last exactly once among all cards of the kind. */
static void assert_gapless(struct rpc *r, const char *kind, int last)
{
    char *seen = calloc((size_t)last + 2, 1);
    const char *after = NULL;
    int count = 0;
    do {
        json_t *page = rpc_ok_json(r, "appeal.list", json_pack("{s:s, s:i, s:s*}", "kind", kind, "limit", 200, "after", after));
        json_t *item;
        size_t i;
        json_array_foreach(at(page, "items"), i, item)
        {
            int serial = serial_of(at_text(item, "number"));
            CHECK(serial >= 1 && serial <= last, "number %s is out of 1..%d", at_text(item, "number"), last);
            CHECK(!seen[serial], "number %s stands twice", at_text(item, "number"));
            seen[serial] = 1;
            count++;
        }
        after = json_string_value(at(page, "next"));
    } while (after);
    free(seen);
    assert_int_equal(count, last);
}

static void eight_clients_at_once_leave_no_gap(void **state)
{
    (void)state;
    struct rpc *clients[CLIENTS];
    for (int i = 0; i < CLIENTS; i++)
        clients[i] = rpc_open_ssh(server, "clerk");
    for (int n = 0; n < EACH; n++) {
        int ids[CLIENTS];
        for (int i = 0; i < CLIENTS; i++) {
            char subject[64];
            /* Every fifth is refused after much of its work is done: its number must not be lost. */
            snprintf(subject, sizeof subject, "Сообщение %d.%d", i, n);
            json_t *params = registration(subject, fresh_uuid());
            if ((n + i) % 5 == 0)
                json_object_set_new(params, "link_to", json_integer(999999));
            ids[i] = rpc_send(clients[i], "appeal.register", params);
        }
        for (int i = 0; i < CLIENTS; i++) {
            json_t *answer = rpc_answer(clients[i], ids[i]);
            assert_int_equal(at(answer, "error") != NULL, (n + i) % 5 == 0);
        }
    }
    for (int i = 0; i < CLIENTS; i++)
        rpc_close(&clients[i]);
    assert_gapless(town_as(&town, TOWN_clerk), "message", CLIENTS * EACH * 4 / 5);
}

static void series_and_kinds_count_apart(void **state)
{
    (void)state;
    json_t *letter = given_appeal(&town, "Орлова Анна Юрьевна", "Письмо");
    assert_int_equal(serial_of(at_text(letter, "number")), 1);
    json_t *next = given_appeal(&town, "Орлов Пётр Юрьевич", "Письмо");
    assert_int_equal(serial_of(at_text(next, "number")), 2);
    assert_int_equal(strncmp(at_text(next, "number"), "ОГ-2/", strlen("ОГ-2/")), 0);
}

static void a_repeat_gets_the_first_answer(void **state)
{
    (void)state;
    struct rpc *clerk = town_as(&town, TOWN_clerk);
    const char *key = fresh_uuid();
    json_t *first = rpc_ok_json(clerk, "appeal.register", registration("Повтор", key));
    json_t *again = rpc_ok_json(clerk, "appeal.register", registration("Повтор", key));
    assert_true(json_equal(first, again));
    json_t *list = rpc_ok(clerk, "appeal.list", "{s:s}", "query", "Повтор");
    assert_int_equal(at_int(list, "total"), 1);
    /* The key belongs to its user: another's request under the same key is another request. */
    json_t *other = rpc_ok_json(town.admin, "appeal.register", registration("Повтор", key));
    assert_int_not_equal(at_int(other, "id"), at_int(first, "id"));
}

static void a_key_used_for_something_else_is_refused(void **state)
{
    (void)state;
    struct rpc *clerk = town_as(&town, TOWN_clerk);
    const char *key = fresh_uuid();
    rpc_ok_json(clerk, "appeal.register", registration("Первое", key));
    json_t *e = at(rpc_call(clerk, "appeal.register", registration("Второе", key)), "error");
    assert_int_equal(at_int(e, "code"), -32602);
    assert_string_equal(at_text(e, "data.field"), "request_id");
}

static void two_at_once_with_one_key_make_one_card(void **state)
{
    (void)state;
    struct rpc *a = rpc_open_ssh(server, "clerk"), *b = rpc_open_ssh(server, "clerk");
    for (int n = 0; n < 20; n++) {
        const char *key = fresh_uuid();
        int ia = rpc_send(a, "appeal.register", registration("Разом", key)),
            ib = rpc_send(b, "appeal.register", registration("Разом", key));
        json_t *ra = at(rpc_answer(a, ia), "result"), *rb = at(rpc_answer(b, ib), "result");
        CHECK(ra && rb && json_equal(ra, rb), "the two answers differ");
    }
    rpc_close(&a);
    rpc_close(&b);
}

static void a_refused_write_may_be_repeated_with_its_key(void **state)
{
    (void)state;
    struct rpc *clerk = town_as(&town, TOWN_clerk);
    const char *key = fresh_uuid();
    json_t *params = registration("Исправленное", key);
    json_object_set_new(params, "topic", json_string("no.such.topic"));
    assert_string_equal(at_text(rpc_call(clerk, "appeal.register", params), "error.data.field"), "topic");
    rpc_ok_json(clerk, "appeal.register", registration("Исправленное", key));
}

static void a_void_card_keeps_its_number(void **state)
{
    (void)state;
    struct rpc *clerk = town_as(&town, TOWN_clerk);
    json_t *mistake = given_appeal(&town, "Лишний Иван Иванович", "Зарегистрировано по ошибке");
    rpc_refused(clerk, -32602, "reason", "appeal.void", "{s:I}", "id", at_int(mistake, "id"));
    rpc_ok(clerk, "appeal.void", "{s:I, s:s}", "id", at_int(mistake, "id"), "reason", "Ошибочная регистрация");
    json_t *card = rpc_ok(clerk, "appeal.get", "{s:s}", "number", at_text(mistake, "number"));
    assert_string_equal(at_text(card, "status"), "void");
    assert_string_equal(at_text(card, "number"), at_text(mistake, "number"));
    json_t *next = given_appeal(&town, "Нужный Иван Иванович", "Следующее");
    assert_int_equal(serial_of(at_text(next, "number")), serial_of(at_text(mistake, "number")) + 1);
}

static void a_conflict_shows_what_is_there_now(void **state)
{
    (void)state;
    struct rpc *clerk = town_as(&town, TOWN_clerk), *head = town_as(&town, TOWN_head);
    json_t *card = given_appeal(&town, "Спорный Олег Олегович", "Исходный текст");
    json_int_t id = at_int(card, "id"), version = at_int(card, "version");
    rpc_ok(head, "appeal.set", "{s:I, s:I, s:s}", "id", id, "version", version, "subject", "Правка главы");
    json_t *e = rpc_error(clerk, 1003, "appeal.set", "{s:I, s:I, s:s}", "id", id, "version", version, "subject", "Правка клерка");
    assert_string_equal(at_text(e, "data.current.subject"), "Правка главы");
    json_int_t now = at_int(e, "data.current.version");
    assert_true(now > version);
    rpc_ok(clerk, "appeal.set", "{s:I, s:I, s:s}", "id", id, "version", now, "subject", "Правка клерка");
    card = rpc_ok(clerk, "appeal.get", "{s:I}", "id", id);
    assert_string_equal(at_text(card, "subject"), "Правка клерка");
    assert_true(json_is_array(at(card, "history")) && json_array_size(at(card, "history")) == 3);
}

static void of_two_changes_of_one_version_one_wins(void **state)
{
    (void)state;
    struct rpc *a = town_as(&town, TOWN_clerk), *b = town_as(&town, TOWN_head);
    json_int_t id = at_int(given_appeal(&town, "Гонщик Егор Егорович", "Гонка"), "id");
    for (int n = 0; n < 20; n++) {
        json_int_t version = at_int(rpc_ok(a, "appeal.get", "{s:I}", "id", id), "version");
        int ia = rpc_send(a, "appeal.set", json_pack("{s:I, s:I, s:s}", "id", id, "version", version, "subject", "А"));
        int ib = rpc_send(b, "appeal.set", json_pack("{s:I, s:I, s:s}", "id", id, "version", version, "subject", "Б"));
        json_t *ra = rpc_answer(a, ia), *rb = rpc_answer(b, ib);
        assert_int_equal((at(ra, "result") != NULL) + (at(rb, "result") != NULL), 1);
        assert_int_equal(at_int(at(ra, "error") ? ra : rb, "error.code"), 1003);
    }
}

static void due_dates_fall_on_working_days(void **state)
{
    (void)state;
    /* 59-FZ art. 12: thirty days from registration; a term that ends on a day off ends on the working day before. */
    static const struct {
        const char *registered, *due;
    } cases[] = {{"2026-01-12", "2026-02-11"}, {"2026-04-02", "2026-04-30"}, {"2026-09-10", "2026-10-09"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *r = rpc_ok(town_as(&town, TOWN_clerk), "appeal.register", "{s:s, s:s, s:b, s:s, s:s, s:s}", "kind", "letter", "channel",
                           "post", "anonymous", 1, "subject", "Срок", "received", cases[i].registered, "registered", cases[i].registered);
        assert_string_equal(at_text(r, "due"), cases[i].due);
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
        cmocka_unit_test(eight_clients_at_once_leave_no_gap),
        cmocka_unit_test(series_and_kinds_count_apart),
        cmocka_unit_test(a_repeat_gets_the_first_answer),
        cmocka_unit_test(a_key_used_for_something_else_is_refused),
        cmocka_unit_test(two_at_once_with_one_key_make_one_card),
        cmocka_unit_test(a_refused_write_may_be_repeated_with_its_key),
        cmocka_unit_test(a_void_card_keeps_its_number),
        cmocka_unit_test(a_conflict_shows_what_is_there_now),
        cmocka_unit_test(of_two_changes_of_one_version_one_wins),
        cmocka_unit_test(due_dates_fall_on_working_days),
        cmocka_unit_test(stops_cleanly),
    };
    return HARNESS_RUN("numbers", tests);
}
