/* Records of limited access: everybody who is not named on such a card asks every operation, by every way in, and hears nothing of it - no
 * number, subject, person, nor that it is there. */
#include "tests/harness/check.h"
#include "tests/harness/shape.h"
#include "tests/harness/town.h"
#include <string.h>

static struct server *server;
static struct town town;
static json_int_t secret, work, person, number_serial;
static const char *number, *work_number;

#define NAME "Потаённов Тихон Невидимович"
#define SUBJECT "Вымогательство в очереди на жильё"
#define TITLE "Негласная проверка очереди"
#define PHONE "+7 910 777-00-77"
#define ADDRESS "ул. Заветная, 17-б"

/* Not named; the last two see the whole correspondence by their roles. */
static const enum town_user outsiders[] = {TOWN_admin,   TOWN_deputy,  TOWN_chief,      TOWN_executor2,
                                           TOWN_manager, TOWN_analyst, TOWN_controller, TOWN_dispatcher};
enum { OUTSIDERS = sizeof outsiders / sizeof *outsiders };

static void given_role(enum town_user who, const char *role)
{
    rpc_ok(town.admin, "user.set", "{s:I, s:[s]}", "id", town.user[who], "roles", role);
    while (!has_word(at(rpc_ok(town_as(&town, who), "session.whoami", NULL), "roles"), role))
        ;
}

static void starts_with_a_confidential_letter(void **state)
{
    (void)state;
    server = server_start(NULL);
    given_municipality(server, &town);
    given_role(TOWN_controller, "clerk");
    given_role(TOWN_dispatcher, "head");
    given_appeal(&town, "Открытов Пётр Явнович", "Не горит фонарь");
    json_t *made = rpc_ok(town_as(&town, TOWN_clerk), "appeal.register",
                          "{s:s, s:s, s:s, s:s, s:s, s:b, s:[I,I], s:{s:s, s:s, s:s}, s:I, s:s}", "kind", "letter", "channel", "post",
                          "subject", SUBJECT, "text", "Инспектор требует деньги за место в очереди, прошу проверить негласно", "address",
                          ADDRESS, "confidential", 1, "readers", town.user[TOWN_clerk], town.user[TOWN_head], "new_correspondent", "name",
                          NAME, "phone", PHONE, "address", ADDRESS, "unit", town.zhkh, "external_id", "secret-1");
    secret = at_int(made, "id");
    number = at_text(made, "number");
    number_serial = strtoll(strchr(number, '-') + 1, NULL, 10);
    json_t *card = rpc_ok(town_as(&town, TOWN_clerk), "appeal.get", "{s:I}", "id", secret);
    person = at_int(card, "correspondent_id");
    assert_true(json_is_true(at(card, "restricted")));
    assert_int_equal(json_array_size(at(card, "readers")), 2);
    json_t *given = given_assignment(&town, secret, TOWN_executor, TITLE);
    work = at_int(given, "id");
    work_number = at_text(given, "number");
    /* Late, so that it would stand first on the day of whoever looks after the unit. */
    char late[200];
    snprintf(late, sizeof late, "UPDATE assignment SET due = current_date - 3 WHERE id = %lld; UPDATE appeal SET due = current_date - 3 WHERE id = %lld", (long long)work,
             (long long)secret);
    server_sql(server, late);
}

static void those_named_see_it(void **state)
{
    (void)state;
    static const enum town_user named[] = {TOWN_clerk, TOWN_head, TOWN_executor};
    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        struct rpc *who = town_as(&town, named[i]);
        assert_string_equal(at_text(rpc_ok(who, "appeal.get", "{s:I}", "id", secret), "subject"), SUBJECT);
        assert_non_null(find_item(at(rpc_ok(who, "appeal.list", NULL), "items"), "number", number));
        assert_string_equal(at_text(rpc_ok(who, "assignment.get", "{s:I}", "id", work), "title"), TITLE);
    }
    assert_non_null(find_item(at(rpc_ok(town_as(&town, TOWN_clerk), "correspondent.list", "{s:s}", "query", NAME), "items"), "name", NAME));
}

/* ---- the walk ---- */

static void tells_nothing(enum town_user who, const char *method, const json_t *params, const json_t *answer)
{
    const char *const signs[] = {number, work_number, SUBJECT, TITLE, "Потаённов", "777-00-77", "Заветная", "негласно"};
    char *text = json_dumps(answer, JSON_COMPACT), *asked = json_dumps(params, JSON_COMPACT);
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        CHECK(!strstr(text, signs[i]), "%s as %s tells «%s»: %s -> %.300s", method, town_logins[who], signs[i], asked, text);
    free(text);
    free(asked);
}

static json_t *ask(enum town_user who, const char *method, json_t *params)
{
    json_t *kept = json_deep_copy(params), *answer = rpc_call(town_as(&town, who), method, params);
    CHECK(json_integer_value(at(answer, "error.code")) != -32603, "%s as %s: internal error", method, town_logins[who]);
    tells_nothing(who, method, kept, answer);
    json_decref(kept);
    return answer;
}

static json_int_t hidden_id(const char *lookup)
{
    return strncmp(lookup, "appeal", 6) == 0           ? secret
           : strncmp(lookup, "assignment", 10) == 0    ? work
           : strncmp(lookup, "correspondent", 13) == 0 ? person
                                                       : 0;
}

/* The operation with one parameter naming the hidden record must answer as for a record that is not there. */
static void try_id(enum town_user who, const json_t *op, const char *param, json_int_t id, bool many)
{
    const char *method = at_text(op, "method");
    json_t *params = shaped_params(town.admin, op), *absent = shaped_params(town.admin, op);
    json_object_set_new(params, param, many ? json_pack("[I]", id) : json_integer(id));
    json_object_set_new(absent, param, many ? json_pack("[I]", (json_int_t)ABSENT_ID - 1) : json_integer(ABSENT_ID - 1));
    const json_t *there = ask(who, method, params), *not_there = ask(who, method, absent);
    const json_t *one = at(there, "error"), *other = at(not_there, "error");
    CHECK((!one && !other) || json_equal(one, other), "%s %s tells %s that the record exists", method, param, town_logins[who]);
    if (at(there, "result.total"))
        assert_int_equal(at_int(there, "result.total"), at_int(not_there, "result.total"));
}

static void try_words(enum town_user who, const json_t *op, const char *param)
{
    char serial[24];
    snprintf(serial, sizeof serial, "%lld", (long long)number_serial);
    const char *const words[] = {number,    work_number, SUBJECT,          TITLE,      NAME,  "потаен", PHONE,
                                 "7770077", ADDRESS,     "вымогательство", "негласно", serial};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        json_t *params = shaped_params(town.admin, op);
        json_object_set_new(params, param, json_string(words[i]));
        ask(who, at_text(op, "method"), params);
    }
}

static void try_operation(enum town_user who, const json_t *op)
{
    const char *method = at_text(op, "method");
    json_t *p;
    size_t i;
    /* These would change the town that the others ask about. */
    if (strncmp(method, "user.", 5) == 0 || strncmp(method, "unit.", 5) == 0 || strncmp(method, "draft.", 6) == 0 ||
        strncmp(method, "session.", 8) == 0)
        return;
    bool writes = find_item(at(op, "params"), "name", "request_id") != NULL;
    if (!writes)
        ask(who, method, shaped_params(town.admin, op));
    json_array_foreach(at(op, "params"), i, p)
    {
        const char *name = at_text(p, "name"), *lookup = json_string_value(at(p, "lookup"));
        bool many = strcmp(at_text(p, "type"), "ids") == 0;
        json_int_t id = lookup ? hidden_id(lookup) : strcmp(name, "id") == 0 ? hidden_id(method) : 0;
        if (id)
            try_id(who, op, name, id, many);
        else if (!writes &&
                 (strcmp(name, "query") == 0 || strcmp(name, "number") == 0 || strcmp(name, "name") == 0 || strcmp(name, "phone") == 0))
            try_words(who, op, name);
    }
}

static void nobody_else_hears_of_it(void **state)
{
    (void)state;
    for (size_t u = 0; u < OUTSIDERS; u++) {
        json_t *operations = at(rpc_ok(town_as(&town, outsiders[u]), "meta.describe", NULL), "operations"), *op;
        size_t i;
        json_array_foreach(operations, i, op) try_operation(outsiders[u], op);
    }
}

static void likenesses_do_not_betray_it(void **state)
{
    (void)state;
    static const enum town_user askers[] = {TOWN_controller, TOWN_dispatcher, TOWN_deputy};
    for (size_t i = 0; i < sizeof askers / sizeof *askers; i++) {
        ask(askers[i], "appeal.candidates",
            json_pack("{s:s, s:s}", "text", "Инспектор требует деньги за место в очереди, прошу проверить негласно", "address", ADDRESS));
        ask(askers[i], "correspondent.similar", json_pack("{s:s, s:s, s:s}", "name", NAME, "phone", PHONE, "address", ADDRESS));
    }
    rpc_refused(town_as(&town, TOWN_controller), -32602, "external_id", "appeal.register", "{s:s, s:s, s:s, s:b, s:s}", "kind", "letter",
                "channel", "post", "subject", "Повтор", "anonymous", 1, "external_id", "secret-1");
}

static void totals_do_not_count_it(void **state)
{
    (void)state;
    json_int_t named = at_int(rpc_ok(town_as(&town, TOWN_clerk), "appeal.list", NULL), "total");
    assert_int_equal(at_int(rpc_ok(town_as(&town, TOWN_controller), "appeal.list", NULL), "total"), named - 1);
    assert_int_equal(at_int(rpc_ok(town_as(&town, TOWN_analyst), "appeal.list", NULL), "total"), named - 1);
    /* A person with an open letter, too, is seen with that one alone. */
    json_int_t second = at_int(rpc_ok(town_as(&town, TOWN_clerk), "appeal.register", "{s:s, s:s, s:s, s:I}", "kind", "letter", "channel",
                                      "post", "subject", "Яма у дома", "correspondent", person),
                               "id");
    json_t *seen = rpc_ok(town_as(&town, TOWN_controller), "correspondent.get", "{s:I}", "id", person);
    assert_int_equal(at_int(seen, "appeal_count"), 1);
    assert_int_equal(json_array_size(at(seen, "appeals")), 1);
    assert_int_equal(at_int(rpc_ok(town_as(&town, TOWN_clerk), "correspondent.get", "{s:I}", "id", person), "appeal_count"), 2);
    json_t *open_card = rpc_ok(town_as(&town, TOWN_controller), "appeal.get", "{s:I}", "id", second);
    assert_int_equal(json_array_size(at(open_card, "earlier")), 0);
    assert_int_equal(json_array_size(at(rpc_ok(town_as(&town, TOWN_clerk), "appeal.get", "{s:I}", "id", second), "earlier")), 1);
    assert_int_equal(at_int(rpc_ok(town_as(&town, TOWN_chief), "worklist.get", NULL), "counts.without_action"), 0);
}

static void the_live_feed_tells_those_named_alone(void **state)
{
    (void)state;
    json_int_t open_one = at_int(given_appeal(&town, "Гласнов Иван Ильич", "Открытое письмо"), "id");
    static const enum town_user listeners[] = {TOWN_controller, TOWN_dispatcher, TOWN_analyst};
    for (size_t i = 0; i < 3; i++)
        rpc_ok(town_as(&town, listeners[i]), "event.subscribe", NULL);
    rpc_ok(town_as(&town, TOWN_head), "event.subscribe", NULL);
    rpc_ok(town_as(&town, TOWN_clerk), "appeal.comment", "{s:I, s:s}", "id", secret, "text", "Тише");
    rpc_ok(town_as(&town, TOWN_executor), "assignment.comment", "{s:I, s:s}", "id", work, "text", "Иду");
    rpc_ok(town_as(&town, TOWN_clerk), "appeal.comment", "{s:I, s:s}", "id", open_one, "text", "Громче");
    assert_non_null(rpc_event(town_as(&town, TOWN_head), "appeal", secret, 5000));
    for (size_t i = 0; i < 3; i++) {
        /* Events come in order: what was said on the letter would have come before. */
        struct rpc *who = town_as(&town, listeners[i]);
        json_int_t first;
        do
            first = at_int(rpc_event(who, "appeal", 0, 5000), "record_id");
        while (first != open_one && first != secret);
        CHECK(first == open_one, "%s hears of the letter", town_logins[listeners[i]]);
        CHECK(!rpc_event(who, "assignment", work, 100), "%s hears of the work", town_logins[listeners[i]]);
    }
    json_t *log = at(rpc_ok(town_as(&town, TOWN_admin), "event.list", "{s:i}", "limit", 200), "items"), *e;
    size_t i;
    json_array_foreach(log, i, e) assert_false(strcmp(at_text(e, "record"), "appeal") == 0 && at_int(e, "record_id") == secret);
}

static void names_are_given_and_taken(void **state)
{
    (void)state;
    struct rpc *clerk = town_as(&town, TOWN_clerk), *other = town_as(&town, TOWN_controller);
    rpc_refused(clerk, -32602, "readers", "appeal.set", "{s:I, s:[]}", "id", secret, "readers");
    rpc_refused(clerk, -32602, "readers", "appeal.set", "{s:I, s:[i]}", "id", secret, "readers", ABSENT_ID);
    rpc_refused(clerk, -32602, "data_class", "appeal.set", "{s:I, s:s}", "id", secret, "data_class", "rumours");
    rpc_ok(clerk, "appeal.set", "{s:I, s:[I,I,I]}", "id", secret, "readers", town.user[TOWN_clerk], town.user[TOWN_head],
           town.user[TOWN_controller]);
    assert_string_equal(at_text(rpc_ok(other, "appeal.get", "{s:I}", "id", secret), "subject"), SUBJECT);
    rpc_ok(clerk, "appeal.set", "{s:I, s:[I,I]}", "id", secret, "readers", town.user[TOWN_clerk], town.user[TOWN_head]);
    rpc_error(other, 1001, "appeal.get", "{s:I}", "id", secret);
    /* The mark off: everybody whose business it is sees it and the work again. */
    rpc_ok(clerk, "appeal.set", "{s:I, s:b}", "id", secret, "confidential", 0);
    rpc_ok(other, "appeal.get", "{s:I}", "id", secret);
    rpc_ok(town_as(&town, TOWN_chief), "assignment.get", "{s:I}", "id", work);
    rpc_ok(clerk, "appeal.set", "{s:I, s:s}", "id", secret, "data_class", "special");
    rpc_error(other, 1001, "appeal.get", "{s:I}", "id", secret);
    rpc_error(town_as(&town, TOWN_chief), 1001, "assignment.get", "{s:I}", "id", work);
    /* Who did the marking is named where no list was given. */
    rpc_ok(clerk, "appeal.get", "{s:I}", "id", secret);
}

/* A person of special data: hidden with all their letters; a letter that is registered later is hidden, too. */
static void a_person_may_be_for_those_named(void **state)
{
    (void)state;
    struct rpc *clerk = town_as(&town, TOWN_clerk), *other = town_as(&town, TOWN_controller);
    json_int_t first = at_int(given_appeal(&town, "Малолетков Рома Олегович", "Секция для ребёнка"), "id");
    json_int_t child = at_int(rpc_ok(clerk, "appeal.get", "{s:I}", "id", first), "correspondent_id");
    rpc_ok(other, "correspondent.get", "{s:I}", "id", child);
    rpc_refused(clerk, -32602, "data_class", "correspondent.set", "{s:I, s:s}", "id", child, "data_class", "toddler");
    rpc_ok(clerk, "correspondent.set", "{s:I, s:s, s:[I,I]}", "id", child, "data_class", "minors", "readers", town.user[TOWN_clerk],
           town.user[TOWN_head]);
    rpc_error(other, 1001, "correspondent.get", "{s:I}", "id", child);
    rpc_error(other, 1001, "appeal.get", "{s:I}", "id", first);
    rpc_ok(town_as(&town, TOWN_head), "appeal.get", "{s:I}", "id", first);
    json_int_t later = at_int(rpc_ok(clerk, "appeal.register", "{s:s, s:s, s:s, s:I}", "kind", "letter", "channel", "post", "subject",
                                     "Ещё о секции", "correspondent", child),
                              "id");
    rpc_error(other, 1001, "appeal.get", "{s:I}", "id", later);
    rpc_ok(town_as(&town, TOWN_head), "appeal.get", "{s:I}", "id", later);
    json_t *e =
        at(rpc_call(other, "appeal.register",
                    json_pack("{s:s, s:s, s:s, s:I}", "kind", "letter", "channel", "post", "subject", "Подбор", "correspondent", child)),
           "error");
    assert_string_equal(at_text(e, "data.field"), "correspondent");
    assert_false(json_is_true(at(rpc_ok(other, "correspondent.list", "{s:s}", "query", "Малолетков"), "items.0.id")));
    assert_int_equal(at_int(rpc_ok(other, "correspondent.list", "{s:s}", "query", "Малолетков"), "total"), 0);
}

/* 59-FZ art. 6: to a company that is no body only with consent. */
static void a_company_gets_no_letter_without_consent(void **state)
{
    (void)state;
    struct rpc *clerk = town_as(&town, TOWN_clerk);
    json_int_t letter = at_int(given_appeal(&town, "Соседов Глеб Ильич", "Течёт стояк"), "id");
    json_int_t who = at_int(rpc_ok(clerk, "appeal.get", "{s:I}", "id", letter), "correspondent_id");
    rpc_ok(town.admin, "unit.add", "{s:s, s:s, s:s, s:b}", "code", "uk", "name", "УК «Наш дом»", "kind", "company", "external", 1);
    const char *today = day_from_today(0);
    rpc_refused(clerk, 1004, "no_consent", "appeal.forward", "{s:I, s:s, s:s, s:s}", "id", letter, "forward_to", "ук «наш дом»",
                "cover_number", "17", "notice_sent", today);
    rpc_refused(clerk, 1004, "no_consent", "appeal.forward", "{s:I, s:s, s:s, s:s, s:b}", "id", letter, "forward_to", "Лифтсервис",
                "cover_number", "17", "notice_sent", today, "to_company", 1);
    rpc_ok(clerk, "consent.give", "{s:I, s:s, s:s}", "id", who, "kind", "share_with_company", "way", "oral");
    rpc_ok(clerk, "consent.withdraw", "{s:I, s:s, s:s}", "id", who, "kind", "share_with_company", "way", "oral");
    rpc_refused(clerk, 1004, "no_consent", "appeal.forward", "{s:I, s:s, s:s, s:s}", "id", letter, "forward_to", "УК «Наш дом»",
                "cover_number", "17", "notice_sent", today);
    rpc_ok(clerk, "consent.give", "{s:I, s:s, s:s}", "id", who, "kind", "share_with_company", "way", "written");
    rpc_ok(clerk, "appeal.forward", "{s:I, s:s, s:s, s:s}", "id", letter, "forward_to", "УК «Наш дом»", "cover_number", "17", "notice_sent",
           today);
    json_t *consents = at(rpc_ok(clerk, "correspondent.get", "{s:I}", "id", who), "consents");
    assert_int_equal(json_array_size(consents), 2);
    assert_true(json_is_string(at(consents, "0.withdrawn_on")));
    /* To a body no consent is needed. */
    json_int_t second = at_int(given_appeal(&town, "Районов Глеб Ильич", "Больница"), "id");
    rpc_ok(clerk, "appeal.forward", "{s:I, s:s, s:s, s:s}", "id", second, "forward_to", "Минздрав", "cover_number", "18", "notice_sent",
           today);
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
        cmocka_unit_test(starts_with_a_confidential_letter),
        cmocka_unit_test(those_named_see_it),
        cmocka_unit_test(nobody_else_hears_of_it),
        cmocka_unit_test(likenesses_do_not_betray_it),
        cmocka_unit_test(totals_do_not_count_it),
        cmocka_unit_test(the_live_feed_tells_those_named_alone),
        cmocka_unit_test(names_are_given_and_taken),
        cmocka_unit_test(a_person_may_be_for_those_named),
        cmocka_unit_test(a_company_gets_no_letter_without_consent),
        cmocka_unit_test(stops_cleanly),
    };
    return HARNESS_RUN("confidential", tests);
}
