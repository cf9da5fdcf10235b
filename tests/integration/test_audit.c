/* The log of access: who saw whom. What is typed on is one event, a card read again is one, nothing of it reaches the history or the live
 * feed. */
#include "tests/harness/check.h"
#include "tests/harness/town.h"
#include <string.h>

static struct server *server;
static struct town town;
static json_int_t letter, person, work;

static void starts_and_is_filled(void **state)
{
    (void)state;
    server = server_start(NULL);
    given_municipality(server, &town);
    letter = at_int(given_appeal(&town, "Наблюдаев Карп Ильич", "Лужа у подъезда"), "id");
    work = at_int(given_assignment(&town, letter, TOWN_executor, "Осушить лужу"), "id");
    person = at_int(rpc_ok(town_as(&town, TOWN_clerk), "appeal.get", "{s:I}", "id", letter), "correspondent_id");
}

/* What somebody read is noted when the answer has gone out, and before their next request is taken. */
static void wait_for_notes(void)
{
    for (int u = 0; u < TOWN_USER_COUNT; u++)
        rpc_ok(town_as(&town, (enum town_user)u), "session.ping", NULL);
}

static json_t *seen(const char *member, json_int_t value, const char *action)
{
    wait_for_notes();
    return at(rpc_ok(town.admin, "audit.list", "{s:I, s:s, s:i}", member, value, "action", action, "limit", 200), "items");
}

static void an_opened_card_is_noted_once(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
        rpc_ok(town_as(&town, TOWN_head), "appeal.get", "{s:I}", "id", letter);
    json_t *items = seen("user", town.user[TOWN_head], "card_opened");
    assert_int_equal(json_array_size(items), 1);
    assert_int_equal(at_int(items, "0.times"), 3);
    assert_int_equal(at_int(items, "0.record_id"), letter);
    assert_string_equal(at_text(items, "0.names"), "Наблюдаев Карп Ильич");
    rpc_ok(town_as(&town, TOWN_head), "correspondent.get", "{s:I}", "id", person);
    rpc_ok(town_as(&town, TOWN_executor), "assignment.get", "{s:I}", "id", work);
    rpc_ok(town_as(&town, TOWN_analyst), "appeal.get", "{s:I}", "id", letter);
    /* About this person: the clerk who registered, the head twice, the executor; the analyst has seen no person. */
    items = seen("person", person, "card_opened");
    assert_int_equal(json_array_size(items), 4);
    assert_int_equal(json_array_size(seen("user", town.user[TOWN_analyst], "card_opened")), 1);
    assert_int_equal(at_int(seen("user", town.user[TOWN_analyst], "card_opened"), "0.people"), 0);
}

/* How often the head has opened the letter. */
static json_int_t times_opened(void)
{
    json_t *items = seen("user", town.user[TOWN_head], "card_opened"), *e;
    size_t i;
    json_int_t times = 0;
    json_array_foreach(items, i, e)
    {
        if (strcmp(at_text(e, "record"), "appeal") == 0 && at_int(e, "record_id") == letter)
            times += at_int(e, "times");
    }
    return times;
}

/* The card under the cursor is read before it is opened: that is no look at it, and what is opened is what stands there now. */
static void a_card_read_ahead_is_noted_when_it_is_opened(void **state)
{
    (void)state;
    struct rpc *head = town_as(&town, TOWN_head);
    json_int_t before = times_opened();
    rpc_ok(head, "session.ahead", "{s:s, s:I}", "method", "appeal.get", "id", letter);
    assert_int_equal(times_opened(), before);
    json_t *ahead = rpc_keep(json_copy(rpc_ok(head, "appeal.get", "{s:I}", "id", letter)));
    assert_int_equal(times_opened(), before + 1);
    assert_true(json_equal(ahead, rpc_ok(head, "appeal.get", "{s:I}", "id", letter)));
    assert_int_equal(times_opened(), before + 2);

    /* A change makes void what was read. */
    rpc_ok(head, "session.ahead", "{s:s, s:I}", "method", "appeal.get", "id", letter);
    rpc_ok(town_as(&town, TOWN_clerk), "appeal.set", "{s:I, s:I, s:s}", "id", letter, "version", at_int(ahead, "version"), "subject",
           "Лужа высохла");
    assert_string_equal(at_text(rpc_ok(head, "appeal.get", "{s:I}", "id", letter), "subject"), "Лужа высохла");
    /* So does another question. */
    rpc_ok(head, "session.ahead", "{s:s, s:I}", "method", "assignment.get", "id", work);
    assert_int_equal(at_int(rpc_ok(head, "appeal.get", "{s:I}", "id", letter), "id"), letter);
    assert_string_equal(at_text(rpc_ok(head, "assignment.get", "{s:I}", "id", work), "title"), "Осушить лужу");
    /* What one may not open is not read ahead. */
    rpc_error(town_as(&town, TOWN_executor2), 1001, "session.ahead", "{s:s, s:I}", "method", "assignment.get", "id", work);
    rpc_error(town_as(&town, TOWN_dispatcher), 1001, "session.ahead", "{s:s, s:I}", "method", "appeal.get", "id", letter);
    rpc_error(town_as(&town, TOWN_executor2), 1001, "assignment.get", "{s:I}", "id", work);
}

static void a_search_typed_on_is_one_event(void **state)
{
    (void)state;
    static const char *const typed[] = {"На", "Набл", "Наблюда", "Наблюдаев", "Наблюда"};
    struct rpc *deputy = town_as(&town, TOWN_deputy);
    for (size_t i = 0; i < sizeof typed / sizeof *typed; i++)
        rpc_ok(deputy, "correspondent.list", "{s:s}", "query", typed[i]);
    json_t *items = seen("user", town.user[TOWN_deputy], "person_searched");
    assert_int_equal(json_array_size(items), 1);
    assert_string_equal(at_text(items, "0.query"), "Наблюдаев");
    assert_int_equal(at_int(items, "0.times"), 5);
    assert_int_equal(json_array_size(seen("person", person, "person_searched")), 1);
    /* Another question is another event; so is one of the register of appeals, and a page of all. */
    rpc_ok(deputy, "correspondent.list", "{s:s}", "query", "Иванов");
    rpc_ok(deputy, "correspondent.list", NULL);
    rpc_ok(town_as(&town, TOWN_head), "appeal.list", "{s:s}", "query", "Наблюдаев");
    rpc_ok(town_as(&town, TOWN_head), "appeal.list", "{s:s}", "query", "1");
    assert_int_equal(json_array_size(seen("user", town.user[TOWN_deputy], "person_searched")), 3);
    items = seen("user", town.user[TOWN_head], "person_searched");
    assert_int_equal(json_array_size(items), 1);
    assert_string_equal(at_text(items, "0.record"), "appeal");
    assert_int_equal(at_int(items, "0.people"), 1);
}

/* Callers are persons, too: who looks for them by words or by a telephone is noted; who opens the journal or a number is not. */
static void a_search_for_a_caller_is_noted(void **state)
{
    (void)state;
    struct rpc *desk = town_as(&town, TOWN_dispatcher);
    rpc_ok(desk, "shift.open", NULL);
    json_int_t call = at_int(rpc_ok(desk, "incident.log", "{s:s, s:s, s:s, s:s}", "type", "no_heating", "place", "ул. Тихая, 8", "phone",
                                    "+7 910 111-22-33", "caller", "Дозвонова Ада"),
                             "id");
    const char *number = at_text(rpc_ok(desk, "incident.get", "{s:I}", "id", call), "number");
    rpc_ok(desk, "incident.list", NULL);
    rpc_ok(desk, "incident.list", "{s:s}", "query", number);
    assert_int_equal(json_array_size(seen("user", town.user[TOWN_dispatcher], "person_searched")), 0);
    rpc_ok(desk, "incident.list", "{s:s}", "query", "Дозво");
    assert_int_equal(at_int(rpc_ok(desk, "incident.list", "{s:s}", "query", "Дозвонова"), "total"), 1);
    rpc_ok(desk, "incident.list", "{s:s}", "phone", "8 910 111 22 33");
    /* Who is not told of callers does not find them. */
    rpc_ok(town_as(&town, TOWN_analyst), "incident.list", "{s:s}", "query", "Дозвонова");
    assert_int_equal(json_array_size(seen("user", town.user[TOWN_analyst], "person_searched")), 0);
    json_t *items = seen("user", town.user[TOWN_dispatcher], "person_searched");
    assert_int_equal(json_array_size(items), 2);
    assert_string_equal(at_text(items, "0.query"), "8 910 111 22 33");
    assert_string_equal(at_text(items, "1.query"), "Дозвонова");
    assert_string_equal(at_text(items, "1.record"), "incident");
    assert_int_equal(at_int(items, "1.times"), 2);
    items = seen("user", town.user[TOWN_dispatcher], "card_opened");
    assert_string_equal(at_text(items, "0.number"), number);
}

static void looking_is_no_history_and_no_news(void **state)
{
    (void)state;
    struct rpc *head = town_as(&town, TOWN_head);
    rpc_ok(head, "event.subscribe", NULL);
    rpc_ok(town_as(&town, TOWN_clerk), "appeal.get", "{s:I}", "id", letter);
    assert_null(rpc_event(head, "appeal", letter, 800));
    assert_null(find_item(at(rpc_ok(head, "appeal.get", "{s:I}", "id", letter), "history"), "action", "card_opened"));
    assert_null(find_item(at(rpc_ok(town_as(&town, TOWN_admin), "event.list", "{s:i}", "limit", 200), "items"), "action", "card_opened"));
}

static void the_log_is_walked_by_pages_and_tells_names_to_whom_it_may(void **state)
{
    (void)state;
    json_int_t total = at_int(rpc_ok(town.admin, "audit.list", NULL), "total"), met = 0, last = INT64_MAX;
    const char *after = NULL;
    do {
        json_t *page = rpc_ok_json(town.admin, "audit.list", json_pack("{s:i, s:s?}", "limit", 3, "after", after)), *e;
        size_t i;
        json_array_foreach(at(page, "items"), i, e)
        {
            assert_true(at_int(e, "id") < last);
            last = at_int(e, "id");
            met++;
        }
        after = json_string_value(at(page, "next"));
    } while (after);
    assert_int_equal(met, total);
    /* An administrator reads no citizens: who and when, not whom. */
    char *text = json_dumps(rpc_ok(town_as(&town, TOWN_admin), "audit.list", NULL), 0);
    assert_null(strstr(text, "Наблюдаев"));
    free(text);
    text = json_dumps(rpc_ok(town_as(&town, TOWN_controller), "audit.list", NULL), 0);
    assert_non_null(strstr(text, "Наблюдаев"));
    free(text);
    rpc_ok(town.admin, "audit.list", "{s:s, s:s}", "from", day_from_today(0), "to", day_from_today(0));
    assert_int_equal(at_int(rpc_ok(town.admin, "audit.list", "{s:s}", "from", day_from_today(1)), "total"), 0);
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
        cmocka_unit_test(an_opened_card_is_noted_once),
        cmocka_unit_test(a_card_read_ahead_is_noted_when_it_is_opened),
        cmocka_unit_test(a_search_typed_on_is_one_event),
        cmocka_unit_test(a_search_for_a_caller_is_noted),
        cmocka_unit_test(looking_is_no_history_and_no_news),
        cmocka_unit_test(the_log_is_walked_by_pages_and_tells_names_to_whom_it_may),
        cmocka_unit_test(stops_cleanly),
    };
    return HARNESS_RUN("audit", tests);
}
