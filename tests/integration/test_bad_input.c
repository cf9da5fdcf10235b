/* Every parameter of every operation, wrong in every way: the contract's error names it, and the session goes on.
 * The cases are made from meta.describe, so a new operation is tested the day it is written. */
#include "tests/harness/check.h"
#include "tests/harness/shape.h"
#include "tests/harness/town.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct server *server;
static struct town town;
static json_t *operations; /* of everybody: the administrator's, and session.language, which is for people */

static void starts_and_is_filled(void **state)
{
    (void)state;
    server = server_start(NULL);
    given_municipality(server, &town);
    operations = at(rpc_ok(town.admin, "meta.describe", NULL), "operations");
    assert_true(json_array_size(operations) > 40);
}

/* ---- one wrong value in an otherwise well-shaped call ---- */

enum strictness {
    NAMED,    /* must be refused with -32602 and the field's name */
    REFUSED,  /* must be refused, or be not found */
    SURVIVED, /* may even succeed: only an internal fault is wrong */
};

static void expect(const char *method, const char *field, const char *what, json_t *params, enum strictness s, const char *reason)
{
    char *sent = json_dumps(params, JSON_COMPACT);
    json_t *answer = rpc_call(town.admin, method, params), *error = at(answer, "error");
    json_int_t code = json_integer_value(at(error, "code"));
    const char *named = json_string_value(at(error, "data.field")), *why = json_string_value(at(error, "data.reason"));
    bool ok = code != -32603;
    if (s == NAMED)
        ok = code == -32602 && named && strcmp(named, field) == 0 && (!reason || (why && strcmp(why, reason) == 0));
    if (s == REFUSED)
        ok = code == -32602 || code == 1001 || code == 1004 || code == 1006;
    CHECK(ok, "%s, %s %s: sent %.300s, answered %d field %s reason %s", method, field, what, sent, (int)code, named ? named : "-",
          why ? why : "-");
    free(sent);
}

/* The well-shaped call with this one parameter set; NULL value leaves it out. */
static json_t *with(const json_t *op, const char *name, json_t *value)
{
    json_t *params = shaped_params(town.admin, op);
    if (value)
        json_object_set_new(params, name, value);
    else
        json_object_del(params, name);
    return params;
}

static char *letters(size_t count)
{
    char *text = malloc(2 * count + 1);
    for (size_t i = 0; i < count; i++)
        memcpy(text + 2 * i, "я", 2);
    text[2 * count] = '\0';
    return text;
}

static bool is_one_of(const char *word, const char *list)
{
    const char *hit = strstr(list, word);
    size_t n = strlen(word);
    return hit && (hit == list || hit[-1] == ' ') && (hit[n] == ' ' || hit[n] == '\0');
}

#define TEXTS "string text date time uuid enum cursor"
#define NUMBERS "id int"
#define LISTS "ids strings objects"

typedef void try_param(const json_t *op, const json_t *param, const char *method, const char *name, const char *type);

static void each_param(try_param *try)
{
    size_t i, k;
    json_t *op, *param;
    json_array_foreach(operations, i, op) json_array_foreach(at(op, "params"), k, param)
        try(op, param, at_text(op, "method"), at_text(param, "name"), at_text(param, "type"));
}

static void try_wrong_types(const json_t *op, const json_t *param, const char *method, const char *name, const char *type)
{
    (void)param;
    json_t *const values[] = {json_string("x"), json_integer(7),   json_real(1.5),
                              json_true(),      json_pack("[[]]"), json_pack("{s:i}", "x", 1)};
    static const char *const fits[] = {TEXTS, NUMBERS, "", "bool", LISTS, "object"};
    for (size_t v = 0; v < sizeof values / sizeof *values; v++) {
        if (!is_one_of(type, fits[v]))
            expect(method, name, "of a wrong type", with(op, name, json_incref(values[v])), NAMED, "wrong_type");
        json_decref(values[v]);
    }
}

static void wrong_types(void **state)
{
    (void)state;
    each_param(try_wrong_types);
}

static void try_missing(const json_t *op, const json_t *param, const char *method, const char *name, const char *type)
{
    if (!json_is_true(at(param, "required")))
        return;
    expect(method, name, "missing", with(op, name, NULL), NAMED, "required");
    expect(method, name, "null", with(op, name, json_null()), NAMED, "required");
    if (is_one_of(type, "string text enum")) {
        expect(method, name, "empty", with(op, name, json_string("")), NAMED, "required");
        expect(method, name, "blank", with(op, name, json_string(" \t ")), NAMED, "required");
    }
}

static void missing(void **state)
{
    (void)state;
    each_param(try_missing);
}

static void try_too_long(const json_t *op, const json_t *param, const char *method, const char *name, const char *type)
{
    enum { STRING_CHARS = 500, TEXT_CHARS = 100000, COUNT = 200, WHOLE_LINE = 400000 };
    json_int_t max = json_integer_value(at(param, "max"));
    if (is_one_of(type, "string text")) {
        size_t count = (size_t)(max ? max : *type == 't' ? TEXT_CHARS : STRING_CHARS);
        char *text = letters(count + 1);
        expect(method, name, "one character too long", with(op, name, json_string(text)), NAMED, "too_long");
        free(text);
        text = letters(WHOLE_LINE);
        expect(method, name, "much too long", with(op, name, json_string(text)), NAMED, "too_long");
        free(text);
    }
    if (is_one_of(type, LISTS)) {
        json_t *many = json_array();
        for (json_int_t i = 0; i <= (max ? max : COUNT); i++)
            json_array_append_new(many, *type == 'i' ? json_integer(i + 1) : *type == 's' ? json_string("x") : json_object());
        expect(method, name, "with too many values", with(op, name, many), NAMED, "too_many");
    }
}

static void too_long(void **state)
{
    (void)state;
    each_param(try_too_long);
}

static void try_control_characters(const json_t *op, const json_t *param, const char *method, const char *name, const char *type)
{
    (void)param;
    static const char *const texts[] = {"a\x01z", "a\x1b[2Jz", "a\x7fz", "a\xc2\x85z", "a\xc2\x9bz", "\x08"};
    if (!is_one_of(type, TEXTS) && strcmp(type, "strings") != 0)
        return;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (strcmp(type, "strings") == 0) {
            char item[96];
            snprintf(item, sizeof item, "%s[0]", name);
            expect(method, item, "with control characters", with(op, name, json_pack("[s]", texts[i])), NAMED, "control_chars");
        } else {
            expect(method, name, "with control characters", with(op, name, json_string(texts[i])), NAMED, "control_chars");
        }
    }
    json_t *nul = json_stringn("a\0z", 3);
    if (strcmp(type, "strings") != 0)
        expect(method, name, "with a NUL", with(op, name, json_incref(nul)), NAMED, "control_chars");
    json_decref(nul);
    if (strcmp(type, "string") == 0)
        expect(method, name, "with a newline", with(op, name, json_string("a\nz")), NAMED, "control_chars");
}

static void control_characters(void **state)
{
    (void)state;
    each_param(try_control_characters);
}

/* Bytes that no JSON library sends: the line is written by hand. */
static void try_not_utf8(const json_t *op, const json_t *param, const char *method, const char *name, const char *type)
{
    static const char *const torn[] = {"\xff\xff\xff\xff", "\xd0\xd0\xd0\xd0", "\xc0\xaf..", "\xed\xa0\x80.", "\xf5\x80\x80\x80"};
    (void)param;
    if (!is_one_of(type, TEXTS))
        return;
    for (size_t i = 0; i < sizeof torn / sizeof *torn; i++) {
        json_t *request =
            json_pack("{s:s, s:i, s:s, s:o}", "jsonrpc", "2.0", "id", 77, "method", method, "params", with(op, name, json_string("@@@@")));
        char *line = json_dumps(request, JSON_COMPACT);
        memcpy(strstr(line, "@@@@"), torn[i], 4);
        assert_true(rpc_send_bytes(town.admin, line, strlen(line)) && rpc_send_bytes(town.admin, "\n", 1));
        json_t *answer = rpc_read(town.admin, 20000);
        const char *field = json_string_value(at(answer, "error.data.field")), *why = json_string_value(at(answer, "error.data.reason"));
        CHECK(json_integer_value(at(answer, "error.code")) == -32602 && field && strcmp(field, name) == 0 && why &&
                  strcmp(why, "not_utf8") == 0,
              "%s, %s not in UTF-8: answered field %s reason %s", method, name, field ? field : "-", why ? why : "-");
        free(line);
        json_decref(request);
    }
}

static void not_utf8(void **state)
{
    (void)state;
    each_param(try_not_utf8);
}

static void try_numbers(const json_t *op, const json_t *param, const char *method, const char *name, const char *type)
{
    if (strcmp(type, "id") == 0) {
        expect(method, name, "0", with(op, name, json_integer(0)), NAMED, "out_of_range");
        expect(method, name, "-1", with(op, name, json_integer(-1)), NAMED, "out_of_range");
        /* Not in the register: an error, unless it only narrows a list. */
        enum strictness s = json_is_true(at(param, "required")) && !json_is_true(at(param, "filter")) ? REFUSED : SURVIVED;
        expect(method, name, "absent", with(op, name, json_integer(ABSENT_ID)), s, NULL);
        expect(method, name, "absent and large", with(op, name, json_integer(INT64_MAX)), s, NULL);
    }
    if (strcmp(type, "int") == 0) {
        json_int_t max = json_integer_value(at(param, "max"));
        expect(method, name, "-1", with(op, name, json_integer(-1)), NAMED, "out_of_range");
        expect(method, name, "too large", with(op, name, json_integer(max ? max + 1 : (json_int_t)INT32_MAX + 1)), NAMED, "out_of_range");
        expect(method, name, "huge", with(op, name, json_integer(INT64_MAX)), NAMED, "out_of_range");
    }
    if (strcmp(type, "ids") == 0) {
        char item[96];
        snprintf(item, sizeof item, "%s[0]", name);
        expect(method, item, "0", with(op, name, json_pack("[i]", 0)), NAMED, "out_of_range");
        expect(method, item, "a text", with(op, name, json_pack("[s]", "1")), NAMED, "wrong_type");
        expect(method, name, "absent", with(op, name, json_pack("[i]", ABSENT_ID)), SURVIVED, NULL);
    }
}

/* A number that no client library keeps: the line is written by hand. */
static void try_beyond_64_bits(const json_t *op, const json_t *param, const char *method, const char *name, const char *type)
{
    static const char *const numbers[] = {"9223372036854775808", "-9223372036854775809", "99999999999999999999999999"};
    (void)param;
    if (!is_one_of(type, NUMBERS))
        return;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        json_t *request = json_pack("{s:s, s:i, s:s, s:o}", "jsonrpc", "2.0", "id", 78, "method", method, "params", with(op, name, json_string("@")));
        char *line = json_dumps(request, JSON_COMPACT), *mark = strstr(line, "\"@\""), sent[4096];
        assert_non_null(mark);
        int len = snprintf(sent, sizeof sent, "%.*s%s%s\n", (int)(mark - line), line, numbers[i], mark + 3);
        assert_true(len < (int)sizeof sent && rpc_send_bytes(town.admin, sent, (size_t)len));
        json_t *answer = rpc_read(town.admin, 20000);
        const char *field = json_string_value(at(answer, "error.data.field")), *why = json_string_value(at(answer, "error.data.reason"));
        CHECK(json_integer_value(at(answer, "id")) == 78 && field && strcmp(field, name) == 0 && why && strcmp(why, "out_of_range") == 0,
              "%s, %s of %s: answered field %s reason %s", method, name, numbers[i], field ? field : "-", why ? why : "-");
        free(line);
        json_decref(request);
    }
}

/* What a draft holds is the client's own, but it must be what the database can keep. */
static void drafts_are_looked_into(void **state)
{
    (void)state;
    json_t *deep = json_stringn("a\0z", 3);
    for (int i = 0; i < 500; i++)
        deep = i % 2 ? json_pack("[o]", deep) : json_pack("{s:o}", "x", deep);
    expect("draft.save", "body", "with a NUL deep inside", json_pack("{s:s, s:{s:o}}", "screen", "x", "body", "a", deep), NAMED, "control_chars");
    json_t *kept = json_pack("{s:s, s:s, s:[f, n, b]}", "\x01", "\x1b[2J", "текст", "\xe2\x80\xae", "список", 1e300, 1);
    rpc_ok(town.admin, "draft.save", "{s:s, s:o}", "screen", "x", "body", json_deep_copy(kept));
    assert_true(json_equal(at(rpc_ok(town.admin, "draft.get", "{s:s}", "screen", "x"), "body"), kept));
    json_decref(kept);
    /* At the limit of drafts an old one can still be saved again. */
    char screen[32];
    for (int i = 1; i < 200; i++) {
        snprintf(screen, sizeof screen, "screen %d", i);
        rpc_ok(town.admin, "draft.save", "{s:s, s:{}}", "screen", screen, "body");
    }
    expect("draft.save", "screen", "one too many", json_pack("{s:s, s:{}}", "screen", "one more", "body"), NAMED, "too_many");
    rpc_ok(town.admin, "draft.save", "{s:s, s:{s:i}}", "screen", screen, "body", "a", 1);
}

static void dates_out_of_reach(void **state)
{
    (void)state;
    static const char *const dates[] = {"1899-12-31", "2200-01-01", "9999-12-31", "0001-01-01"};
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++)
        expect("appeal.list", "from", "out of reach", json_pack("{s:s}", "from", dates[i]), NAMED, "not_a_date");
    /* Two digits of the year stand in the number: a card of another century would take the number of one of ours. */
    expect("appeal.register", "registered", "of another century",
           json_pack("{s:s, s:s, s:b, s:s, s:s, s:s}", "kind", "message", "channel", "phone", "anonymous", 1, "subject", "Тема", "received", "1926-01-01",
                     "registered", "1926-01-01"),
           NAMED, "out_of_range");
    expect("assignment.create", "due", "of another century",
           json_pack("{s:s, s:I, s:s}", "title", "Тема", "responsible", town.user[TOWN_executor], "due", "1926-01-01"), NAMED, "in_past");
    rpc_ok(town.admin, "assignment.create", "{s:s, s:I, s:s}", "title", "Тема", "responsible", town.user[TOWN_executor], "due", "2199-12-31");
}

static void the_same_twice_in_a_list_is_once(void **state)
{
    (void)state;
    json_int_t one = town.user[TOWN_executor];
    json_t *r = rpc_ok(town.admin, "assignment.create", "{s:s, s:I, s:[I,I,I], s:[I,I]}", "title", "Дважды", "responsible", town.user[TOWN_chief],
                       "co_executors", one, one, one, "watchers", one, one);
    json_t *card = rpc_ok(town.admin, "assignment.get", "{s:I}", "id", at_int(r, "id"));
    assert_int_equal(json_array_size(at(card, "co_executors")), 1);
    assert_int_equal(json_array_size(at(card, "watchers")), 1);
    rpc_ok(town.admin, "assignment.set", "{s:I, s:[I,I]}", "id", at_int(r, "id"), "co_executors", one, one);
    rpc_ok(town.admin, "user.set", "{s:I, s:[s,s]}", "id", one, "roles", "executor", "executor");
    assert_int_equal(json_array_size(at(rpc_ok(town.admin, "user.get", "{s:I}", "id", one), "roles")), 1);
}

static void beyond_64_bits(void **state)
{
    (void)state;
    each_param(try_beyond_64_bits);
}

static void numbers_and_absent_ids(void **state)
{
    (void)state;
    each_param(try_numbers);
}

static void try_forms(const json_t *op, const json_t *param, const char *method, const char *name, const char *type)
{
    static const char *const dates[] = {"2026-02-30", "24.11.2026", "2026-11-24T00:00:00Z", "26-11-24",
                                        "2026-1-2",   "завтра",     "0000-00-00",           "99999-01-01"};
    static const char *const times[] = {"2026-11-24", "2026-11-24T25:00:00Z", "2026-11-24T12:00:00", "2026-11-24T12:00:00+3", "сейчас"};
    static const char *const uuids[] = {"1", "zzzzzzzz-0000-4000-8000-000000000000", "00000000-0000-4000-8000-00000000000",
                                        "{00000000-0000-4000-8000-000000000000}"};
    for (size_t i = 0; strcmp(type, "date") == 0 && i < sizeof dates / sizeof *dates; i++)
        expect(method, name, "no date", with(op, name, json_string(dates[i])), NAMED, "not_a_date");
    for (size_t i = 0; strcmp(type, "time") == 0 && i < sizeof times / sizeof *times; i++)
        expect(method, name, "no time", with(op, name, json_string(times[i])), NAMED, "not_a_time");
    for (size_t i = 0; strcmp(type, "uuid") == 0 && i < sizeof uuids / sizeof *uuids; i++)
        expect(method, name, "no UUID", with(op, name, json_string(uuids[i])), NAMED, "not_a_uuid");
    if (strcmp(type, "enum") == 0) {
        enum strictness s = at(param, "values.list") ? NAMED : SURVIVED;
        expect(method, name, "not in the list", with(op, name, json_string("no_such_value")), s, s == NAMED ? "not_a_value" : NULL);
        expect(method, name, "nearly in the list", with(op, name, json_string("|")), s, NULL);
    }
    if (strcmp(type, "cursor") == 0)
        expect(method, name, "no place", with(op, name, json_string("нигде")), NAMED, "bad_cursor");
}

static void forms(void **state)
{
    (void)state;
    each_param(try_forms);
}

/* Members of objects are named by their path. */
static void try_members(const json_t *op, const json_t *param, const char *method, const char *name, const char *type)
{
    bool many = strcmp(type, "objects") == 0;
    size_t i;
    json_t *member;
    char path[160];
    json_array_foreach(at(param, "fields"), i, member)
    {
        const char *key = at_text(member, "name");
        snprintf(path, sizeof path, many ? "%s[0].%s" : "%s.%s", name, key);
        json_t *object = json_pack("{s:{}}", key);
        expect(method, path, "of a wrong type", with(op, name, many ? json_pack("[o]", object) : object), NAMED, "wrong_type");
    }
    if (at(param, "fields")) {
        snprintf(path, sizeof path, many ? "%s[0].no_such" : "%s.no_such", name);
        json_t *object = json_pack("{s:i}", "no_such", 1);
        expect(method, path, "that is unknown", with(op, name, many ? json_pack("[o]", object) : object), NAMED, "unknown");
    }
}

static void members_of_objects(void **state)
{
    (void)state;
    each_param(try_members);
}

static void unknown_parameters(void **state)
{
    (void)state;
    size_t i;
    json_t *op;
    json_array_foreach(operations, i, op)
    {
        const char *method = at_text(op, "method");
        expect(method, "no_such_parameter", "given", with(op, "no_such_parameter", json_integer(1)), NAMED, "unknown");
        expect(method, "params", "as a list", json_pack("[i]", 1), NAMED, "wrong_type");
    }
}

/* Values of classifiers are looked up: where they are written, a wrong one is named. */
static void values_of_classifiers(void **state)
{
    (void)state;
    static const char *const fields[] = {"kind", "channel", "topic", "nature"};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        json_t *params = json_pack("{s:s, s:s, s:b, s:s}", "kind", "letter", "channel", "post", "anonymous", 1, "subject", "Тема");
        json_object_set_new(params, fields[i], json_string("no_such_value"));
        expect("appeal.register", fields[i], "not in the classifier", params, NAMED, "not_a_value");
    }
}

static void references_must_be_there(void **state)
{
    (void)state;
    static const char *const of_appeal[] = {"correspondent", "unit", "considering", "link_to"};
    for (size_t i = 0; i < sizeof of_appeal / sizeof *of_appeal; i++) {
        json_t *params = json_pack("{s:s, s:s, s:s}", "kind", "message", "channel", "phone", "subject", "Ссылка");
        if (strcmp(of_appeal[i], "correspondent") != 0)
            json_object_set_new(params, "anonymous", json_true());
        json_object_set_new(params, of_appeal[i], json_integer(ABSENT_ID));
        expect("appeal.register", of_appeal[i], "absent", params, NAMED, NULL);
    }
    static const char *const of_assignment[] = {"responsible", "controller", "on_behalf_of", "unit", "appeal"};
    for (size_t i = 0; i < sizeof of_assignment / sizeof *of_assignment; i++) {
        json_t *params = json_pack("{s:s, s:s, s:I, s:s}", "title", "Ссылка", "text", "Ссылка", "responsible", town.user[TOWN_executor],
                                   "due", day_from_today(5));
        json_object_set_new(params, of_assignment[i], json_integer(ABSENT_ID));
        expect("assignment.create", of_assignment[i], "absent", params, NAMED, NULL);
    }
    expect("user.add", "unit", "absent", json_pack("{s:s, s:s, s:i}", "login", "lost", "name", "Потерянный", "unit", ABSENT_ID), NAMED,
           NULL);
    expect("unit.add", "parent", "absent", json_pack("{s:s, s:s, s:i}", "code", "lost", "name", "Потерянное", "parent", ABSENT_ID), NAMED,
           NULL);
}

static void doubles_are_named(void **state)
{
    (void)state;
    expect("user.add", "login", "taken", json_pack("{s:s, s:s}", "login", "clerk", "name", "Другая"), NAMED, "taken");
    expect("unit.add", "code", "taken", json_pack("{s:s, s:s}", "code", "office", "name", "Другой отдел"), NAMED, "taken");
    static const char *const logins[] = {"Root", "a b", "-x", "../x", "x\ty", "имя!", "@"};
    for (size_t i = 0; i < sizeof logins / sizeof *logins; i++)
        expect("user.add", "login", "of a wrong form", json_pack("{s:s, s:s}", "login", logins[i], "name", "Имя"), NAMED, "bad_login");
    static const char *const keys[] = {"ssh-ed25519", "ssh-ed25519 AAAA", "ssh-dss AAAAB3NzaC1kc3MAAACBAP",
                                       "-----BEGIN OPENSSH PRIVATE KEY-----", "ключ"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        expect("user.key_add", "key", "that is no key", json_pack("{s:I, s:s}", "id", town.user[TOWN_clerk], "key", keys[i]), NAMED,
               "bad_key");
    expect("user.password", "password", "too simple", json_pack("{s:I, s:s}", "id", town.user[TOWN_clerk], "password", "12345"), NAMED,
           "weak");
}

/* On the command line bytes can come that JSON cannot carry. */
static void the_command_line_names_the_parameter_too(void **state)
{
    (void)state;
    static const struct {
        const char *option, *value;
    } wrong[] = {{"--query", "\xff\xfe"}, {"--query", "a\x1b[2J"}, {"--limit", "много"}, {"--limit", "100000"},
                 {"--from", "вчера"},     {"--unit", "0"},         {"--after", "x"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct outcome o;
        server_cli(server, &o, NULL, "appeal", "list", wrong[i].option, wrong[i].value, NULL);
        CHECK(o.exit_code == 65, "%s %s ends with %d: %s", wrong[i].option, wrong[i].value, o.exit_code, o.err);
        CHECK(strstr(o.err, wrong[i].option + 2), "the fault does not name %s: %s", wrong[i].option, o.err);
        outcome_free(&o);
    }
    struct outcome o;
    server_cli(server, &o, NULL, "appeal", "list", "--no-such", "1", NULL);
    assert_int_equal(o.exit_code, 64);
    outcome_free(&o);
    server_cli(server, &o, NULL, "appeal", "get", NULL);
    assert_true(o.exit_code == 64 || o.exit_code == 65);
    outcome_free(&o);
}

/* ---- naughty strings ---- */

static bool has_controls(const char *s, bool multiline)
{
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if ((c < 0x20 && c != '\t' && !(multiline && (c == '\n' || c == '\r'))) || c == 0x7f || (c == 0xC2 && (unsigned char)s[1] < 0xA0))
            return true;
    }
    return false;
}

static bool is_blank(const char *s) { return s[strspn(s, " \t\r\n")] == '\0'; }

static void stored_and_returned(const char *s)
{
    assert_non_null(s);
    if (!has_controls(s, true)) {
        json_t *r = rpc_ok(town.admin, "appeal.register", "{s:s, s:s, s:b, s:s, s:s}", "kind", "message", "channel", "phone", "anonymous",
                           1, "subject", has_controls(s, false) || is_blank(s) ? "строка" : s, "text", s);
        const char *back = json_string_value(at(rpc_ok(town.admin, "appeal.get", "{s:I}", "id", at_int(r, "id")), "text"));
        if (!back || strcmp(back, s) != 0)
            FAIL("the text «%s» came back otherwise", s);
    }
    if (!has_controls(s, false) && !is_blank(s)) {
        json_t *r = rpc_ok(town.admin, "correspondent.add", "{s:s, s:s}", "kind", "organization", "name", s);
        const char *back = json_string_value(at(rpc_ok(town.admin, "correspondent.get", "{s:I}", "id", at_int(r, "id")), "name"));
        if (!back || strcmp(back, s) != 0)
            FAIL("the name «%s» came back otherwise", s);
        /* Whatever it is, it can be asked for. */
        rpc_ok(town.admin, "correspondent.list", "{s:s}", "query", strlen(s) < 180 ? s : "x");
    }
}

static void naughty_strings_come_back_as_they_are(void **state)
{
    (void)state;
    static const char *const own[] = {"Robert'); DROP TABLE appeal;--",
                                      "$1 ${HOME} `id` %s%n",
                                      "\\x \\u0000 \\",
                                      "«Ёлочки» — тире… №",
                                      "e\xcc\x81 + n\xcc\x83",
                                      "👩‍👩‍👧 和 עברית العربية",
                                      "\xe2\x80\xae обратно",
                                      "{\"a\":1}",
                                      "null",
                                      "''\"\"",
                                      "{a,\"b\\\"c\"}"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        stored_and_returned(own[i]);
    json_t *blns = json_load_file(data_path("malformed/blns.json"), 0, NULL), *s;
    size_t i;
    assert_non_null(blns);
    json_array_foreach(blns, i, s) stored_and_returned(json_string_value(s));
    json_decref(blns);
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
        cmocka_unit_test(wrong_types),
        cmocka_unit_test(missing),
        cmocka_unit_test(too_long),
        cmocka_unit_test(control_characters),
        cmocka_unit_test(not_utf8),
        cmocka_unit_test(numbers_and_absent_ids),
        cmocka_unit_test(beyond_64_bits),
        cmocka_unit_test(dates_out_of_reach),
        cmocka_unit_test(the_same_twice_in_a_list_is_once),
        cmocka_unit_test(drafts_are_looked_into),
        cmocka_unit_test(forms),
        cmocka_unit_test(members_of_objects),
        cmocka_unit_test(unknown_parameters),
        cmocka_unit_test(values_of_classifiers),
        cmocka_unit_test(references_must_be_there),
        cmocka_unit_test(doubles_are_named),
        cmocka_unit_test(the_command_line_names_the_parameter_too),
        cmocka_unit_test(naughty_strings_come_back_as_they_are),
        cmocka_unit_test(stops_cleanly),
    };
    return HARNESS_RUN("bad_input", tests);
}
