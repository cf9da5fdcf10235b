/* One row a change, in the change's own transaction: every writing operation leaves its event, a refused one leaves none. */
#include "tests/integration/events_walk.h"
#include "tests/harness/check.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { METHODS_MAX = 300, NO_SUCH_VERSION = 999999 };

struct town town;
static struct server *server;
static struct rpc *clerk, *head, *executor, *chief;

static char written[METHODS_MAX][64], refused[METHODS_MAX][64];
static size_t written_count, refused_count;

static void starts_and_is_filled(void **state)
{
    (void)state;
    server = server_start(NULL);
    given_municipality(server, &town);
    /* A second dispatcher, for the shifts. */
    rpc_ok(town.admin, "user.set", "{s:I, s:[s]}", "id", town.user[TOWN_manager], "roles", "dispatcher");
    clerk = town_as(&town, TOWN_clerk);
    head = town_as(&town, TOWN_head);
    executor = town_as(&town, TOWN_executor);
    chief = town_as(&town, TOWN_chief);
}

static json_int_t events(void) { return at_int(rpc_ok(town.admin, "event.list", "{s:i}", "limit", 1), "total"); }

static void remember(char list[][64], size_t *count, const char *method)
{
    assert_true(*count < METHODS_MAX);
    snprintf(list[(*count)++], 64, "%s", method);
}

static bool is_in(char list[][64], size_t count, const char *method)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i], method) == 0)
            return true;
    return false;
}

json_t *writes(struct rpc *who, int expected, const char *method, json_t *params)
{
    json_int_t before = events();
    json_t *result = rpc_ok_json(who, method, params);
    json_int_t left = events() - before;
    CHECK(left == expected, "%s leaves %d events, not %d", method, (int)left, expected);
    remember(written, &written_count, method);
    return result;
}

void leaves_nothing(struct rpc *who, const char *method, json_t *params)
{
    json_int_t before = events();
    json_t *answer = rpc_call(who, method, params);
    CHECK(at(answer, "error"), "%s is not refused", method);
    CHECK(events() == before, "%s is refused, and leaves an event", method);
    remember(refused, &refused_count, method);
}

json_t *changes(struct rpc *who, int expected, const char *method, json_int_t id, json_t *more)
{
    json_t *stale = json_pack("{s:I, s:i}", "id", id, "version", NO_SUCH_VERSION), *params = json_pack("{s:I}", "id", id);
    json_object_update(stale, more);
    json_object_update(params, more);
    json_decref(more);
    leaves_nothing(who, method, stale);
    return writes(who, expected, method, params);
}

json_t *none(void) { return json_object(); }

json_t *text(const char *name, const char *value) { return json_pack("{s:s}", name, value); }

static void of_units_and_users(void **state)
{
    (void)state;
    leaves_nothing(town.admin, "unit.add", json_pack("{s:s, s:s}", "code", "office", "name", "Двойник"));
    json_int_t unit = at_int(writes(town.admin, 1, "unit.add", json_pack("{s:s, s:s}", "code", "new", "name", "Новый отдел")), "id");
    changes(town.admin, 1, "unit.set", unit, text("name", "Обновлённый отдел"));
    leaves_nothing(town.admin, "user.add", json_pack("{s:s, s:s, s:[i]}", "login", "curator", "name", "Куратор", "curates", ABSENT));
    json_int_t user = at_int(writes(town.admin, 1, "user.add", json_pack("{s:s, s:s}", "login", "novice", "name", "Новичок")), "id");
    changes(town.admin, 1, "user.set", user, text("position", "Специалист"));
    json_t *key = changes(town.admin, 1, "user.key_add", user,
                          text("key", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJQe0P0LZcPBl3vyCnfuCEkHy5nUMtfVQb3M+MqN1hQh"));
    changes(town.admin, 1, "user.key_remove", user, json_pack("{s:I}", "key", at_int(key, "key")));
    leaves_nothing(town.admin, "user.password", json_pack("{s:I, s:s}", "id", user, "password", "123"));
    writes(town.admin, 1, "user.password", json_pack("{s:I, s:s}", "id", user, "password", "длинный пароль"));
    changes(town.admin, 1, "user.disable", user, none());
    leaves_nothing(clerk, "session.language", text("language", "fr"));
    writes(clerk, 1, "session.language", text("language", "ru"));
}

static void of_correspondents(void **state)
{
    (void)state;
    leaves_nothing(clerk, "correspondent.add", json_pack("{s:s, s:s}", "name", "Событиев Иван", "social_status", "no_such"));
    json_int_t a = at_int(writes(clerk, 1, "correspondent.add", text("name", "Событиев Иван Иванович")), "id");
    json_int_t b = at_int(writes(clerk, 1, "correspondent.add", text("name", "Событьев Иван Иванович")), "id");
    changes(clerk, 1, "correspondent.set", a, text("phone", "+7 910 000-00-01"));
    /* Both cards tell of the merge. */
    json_t *merge = changes(clerk, 2, "correspondent.merge", b, json_pack("{s:I}", "into", a));
    writes(clerk, 2, "correspondent.part", json_pack("{s:I}", "merge", at_int(merge, "merge")));
    leaves_nothing(clerk, "correspondent.part", json_pack("{s:I}", "merge", at_int(merge, "merge")));
}

static json_int_t fresh_appeal(const char *subject) { return at_int(given_appeal(&town, "Событиев Пётр Иванович", subject), "id"); }

static void of_appeals(void **state)
{
    (void)state;
    const char *today = day_from_today(0);
    json_int_t a = fresh_appeal("Первое"), b = fresh_appeal("Второе");
    json_t *card = json_pack("{s:s, s:s, s:{s:s}, s:s}", "kind", "letter", "channel", "post", "new_correspondent", "name", "Новый Автор Авторович",
                             "subject", "С новым автором");
    json_t *with_fault = json_copy(card);
    json_object_set_new(with_fault, "link_to", json_integer(ABSENT));
    leaves_nothing(clerk, "appeal.register", with_fault);
    writes(clerk, 2, "appeal.register", card); /* the card and its author */
    changes(clerk, 2, "appeal.link", a, json_pack("{s:I, s:s}", "other", b, "kind", "same_issue"));
    changes(clerk, 1, "appeal.comment", a, text("text", "Проверить"));
    changes(clerk, 1, "appeal.set", a, text("subject", "Исправлено"));
    changes(clerk, 1, "appeal.draft_answer", a, text("answer_text", "Проект"));
    changes(head, 1, "appeal.return_answer", a, text("comment", "Уточнить"));
    json_t *extension = json_pack("{s:s, s:s, s:s}", "new_due", day_from_today(45), "reason", "Запрос документов", "notice_sent", today);
    changes(head, 1, "appeal.extend", a, extension);
    json_t *answer = json_pack("{s:s, s:s}", "answer_type", "explained", "answer_text", "Ответ");
    changes(clerk, 1, "appeal.answer", a, answer);
    changes(clerk, 1, "appeal.reopen", a, text("reason", "Не согласен"));
    json_int_t scan = at_int(writes(clerk, 1, "file.put", text("name", "отзыв.pdf")), "id");
    changes(clerk, 1, "appeal.withdraw", a, json_pack("{s:s, s:I}", "comment", "Заявление об отзыве", "withdrawal_file", scan));
    json_t *forward = json_pack("{s:s, s:s, s:s}", "forward_to", "Полиция", "cover_number", "1-1", "notice_sent", today);
    json_t *part = json_copy(forward);
    json_object_set_new(part, "questions", json_pack("[i]", 1));
    changes(clerk, 1, "appeal.forward_part", b, part);
    changes(clerk, 1, "appeal.forward", b, forward);
    changes(clerk, 1, "appeal.leave", fresh_appeal("Третье"), text("decline_ground", "anonymous"));
    changes(clerk, 1, "appeal.void", fresh_appeal("Четвёртое"), text("reason", "Ошибка"));
}

static void of_assignments(void **state)
{
    (void)state;
    json_t *draft = json_pack("{s:s, s:s, s:I, s:b}", "title", "Проект", "text", "Текст", "responsible", town.user[TOWN_executor], "draft", 1);
    json_t *with_fault = json_copy(draft);
    json_object_set_new(with_fault, "watchers", json_pack("[i]", ABSENT));
    leaves_nothing(head, "assignment.create", with_fault);
    json_int_t s = at_int(writes(head, 1, "assignment.create", draft), "id");
    changes(head, 1, "assignment.set", s, text("title", "Исправлено"));
    changes(head, 1, "assignment.issue", s, none());
    changes(executor, 1, "assignment.see", s, none());
    changes(executor, 1, "assignment.start", s, none());
    changes(executor, 1, "assignment.comment", s, text("text", "Нужна справка"));
    changes(executor, 1, "assignment.report", s, text("text", "Сделано"));
    changes(executor, 1, "assignment.recall", s, none());
    changes(executor, 1, "assignment.report", s, text("text", "Сделано полностью"));
    changes(head, 1, "assignment.return", s, text("comment", "Фото"));
    changes(chief, 1, "assignment.reassign", s, json_pack("{s:I}", "responsible", town.user[TOWN_chief]));
    changes(chief, 1, "assignment.report", s, text("text", "Сделано начальником"));
    changes(head, 1, "assignment.accept", s, none());
    changes(head, 1, "assignment.reopen", s, json_pack("{s:s, s:s}", "reason", "Сломалось снова", "due", day_from_today(9)));
    changes(head, 1, "assignment.off_control", s, text("reason", "Утратило значение"));
    /* The first assignment of an appeal takes it into consideration: that is an event of the appeal. */
    json_int_t appeal = fresh_appeal("Для поручения");
    json_t *given = json_pack("{s:s, s:s, s:I, s:I}", "title", "По обращению", "text", "Текст", "responsible", town.user[TOWN_executor], "appeal", appeal);
    s = at_int(writes(head, 2, "assignment.create", given), "id");
    changes(head, 1, "assignment.cancel", s, text("reason", "Не нужно"));
}

static void of_control(void **state)
{
    (void)state;
    struct rpc *helper = town_as(&town, TOWN_executor2), *controller = town_as(&town, TOWN_controller);
    json_t *given = json_pack("{s:s, s:I, s:[I]}", "title", "На контроле", "responsible", town.user[TOWN_executor], "co_executors", town.user[TOWN_executor2]);
    json_int_t s = at_int(writes(head, 1, "assignment.create", given), "id");
    changes(executor, 1, "assignment.extend_request", s, json_pack("{s:s, s:s}", "new_due", day_from_today(60), "reason", "Долго"));
    changes(executor, 1, "assignment.extend_withdraw", s, none());
    rpc_ok(executor, "assignment.extend_request", "{s:I, s:s, s:s}", "id", s, "new_due", day_from_today(60), "reason", "Долго");
    changes(head, 1, "assignment.extend_decide", s, text("decision", "grant"));
    changes(head, 1, "assignment.move_due", s, json_pack("{s:s, s:s}", "due", day_from_today(70), "reason", "Ещё дольше"));
    changes(head, 1, "assignment.control", s, json_pack("{s:I}", "controller", town.user[TOWN_controller]));
    changes(helper, 1, "assignment.part_report", s, text("text", "Моя часть"));
    changes(executor, 1, "assignment.part_decide", s, json_pack("{s:I, s:s}", "co_executor", town.user[TOWN_executor2], "decision", "accept"));
    rpc_ok(executor, "assignment.report", "{s:I, s:s}", "id", s, "text", "Готово");
    changes(controller, 1, "assignment.precheck", s, text("verdict", "pass"));
    changes(controller, 1, "assignment.uncontrol", s, text("reason", "Больше не нужно"));
    /* A part is an event of the whole, too. */
    json_int_t whole = at_int(given_assignment(&town, 0, TOWN_chief, "Целое"), "id");
    writes(chief, 2, "assignment.create", json_pack("{s:s, s:I, s:I}", "title", "Часть", "responsible", town.user[TOWN_executor], "parent", whole));
    leaves_nothing(head, "assignment.reassign_all", json_pack("{s:I, s:I}", "from", town.user[TOWN_chief], "to", (json_int_t)ABSENT));
    writes(head, 1, "assignment.reassign_all", json_pack("{s:I, s:I}", "from", town.user[TOWN_chief], "to", town.user[TOWN_executor]));
    /* Both cards tell of a substitution. */
    json_t *wrong = json_pack("{s:I, s:s, s:s}", "substitute", town.user[TOWN_executor2], "from", day_from_today(9), "to", day_from_today(1));
    leaves_nothing(executor, "substitution.add", wrong);
    json_t *away = json_pack("{s:I, s:s, s:s}", "substitute", town.user[TOWN_executor2], "from", day_from_today(1), "to", day_from_today(9));
    changes(executor, 2, "substitution.end", at_int(writes(executor, 2, "substitution.add", away), "id"), none());
}

/* A day that moves nobody's date is one event; so is a year. */
static void of_the_calendar(void **state)
{
    (void)state;
    struct rpc *admin = town.admin;
    leaves_nothing(admin, "calendar.set", json_pack("{s:s, s:s, s:s}", "date", "2030-07-01", "kind", "short", "document", "Указ"));
    writes(admin, 1, "calendar.set", json_pack("{s:s, s:s, s:s}", "date", "2030-07-01", "kind", "off", "document", "Указ"));
    leaves_nothing(admin, "calendar.year", json_pack("{s:i, s:[{s:s,s:s}]}", "year", 2031, "days", "date", "2030-01-01", "kind", "off"));
    writes(admin, 1, "calendar.year", json_pack("{s:i, s:[{s:s,s:s}]}", "year", 2031, "days", "date", "2031-01-01", "kind", "off"));
    json_t *given = json_pack("{s:s, s:I, s:s}", "title", "Сводка", "responsible", town.user[TOWN_executor], "period", "monthly");
    writes(head, 1, "assignment.create", given);
    leaves_nothing(head, "periodic.stop", json_pack("{s:i}", "id", ABSENT));
    json_int_t periodic = at_int(rpc_ok(head, "periodic.list", NULL), "items.0.id");
    changes(head, 1, "periodic.set", periodic, text("title", "Сводка за месяц"));
    changes(head, 1, "periodic.stop", periodic, none());
}

static void of_files(void **state)
{
    (void)state;
    leaves_nothing(clerk, "file.put", text("name", "../x"));
    json_int_t file = at_int(writes(clerk, 1, "file.put", text("name", "план.txt")), "id");
    leaves_nothing(clerk, "file.rename", json_pack("{s:I, s:s}", "id", file, "name", "a/b"));
    writes(clerk, 1, "file.rename", json_pack("{s:I, s:s}", "id", file, "name", "схема.txt"));
    leaves_nothing(head, "file.copy", json_pack("{s:I}", "id", file));
    json_int_t copy = at_int(writes(clerk, 1, "file.copy", json_pack("{s:I}", "id", file)), "id"); /* its reading is in the log of access */
    json_int_t appeal = fresh_appeal("Для файла");
    leaves_nothing(clerk, "file.attach", json_pack("{s:[I,i], s:s, s:I}", "files", file, ABSENT, "record", "appeal", "id", appeal));
    writes(clerk, 1, "file.attach", json_pack("{s:[I], s:s, s:I}", "files", file, "record", "appeal", "id", appeal));
    leaves_nothing(head, "file.remove", json_pack("{s:I}", "id", file));
    writes(clerk, 1, "file.remove", json_pack("{s:I}", "id", file));
    writes(clerk, 1, "file.remove", json_pack("{s:I}", "id", copy));
}

/* Drafts are what a person is typing: nobody's record, and saved every few seconds. */
static void of_classifiers(void **state)
{
    (void)state;
    json_int_t value = at_int(writes(town.admin, 1, "classifier.set", json_pack("{s:s, s:s, s:s}", "classifier", "measure", "code", "sealed", "ru", "Опечатано")), "id");
    changes(town.admin, 1, "classifier.set", value, text("ru", "Опечатано и закрыто"));
    writes(town.admin, 0, "classifier.set", json_pack("{s:I, s:s}", "id", value, "ru", "Опечатано и закрыто")); /* nothing new */
    changes(town.admin, 1, "classifier.retire", value, none());
    changes(town.admin, 1, "classifier.restore", value, none());
}

static void of_keeping(void **state)
{
    (void)state;
    json_int_t who = at_int(rpc_ok(clerk, "correspondent.add", "{s:s}", "name", "Согласнов Пётр Петрович"), "id");
    leaves_nothing(clerk, "consent.give", json_pack("{s:I, s:s, s:s}", "id", who, "kind", "photo", "way", "telepathy"));
    writes(clerk, 1, "consent.give", json_pack("{s:I, s:s, s:s}", "id", who, "kind", "photo", "way", "written"));
    leaves_nothing(clerk, "consent.give", json_pack("{s:I, s:s, s:s}", "id", who, "kind", "photo", "way", "written"));
    writes(clerk, 1, "consent.withdraw", json_pack("{s:I, s:s, s:s}", "id", who, "kind", "photo", "way", "oral"));
    leaves_nothing(clerk, "consent.withdraw", json_pack("{s:I, s:s, s:s}", "id", who, "kind", "photo", "way", "oral"));
    json_t *hold = writes(clerk, 1, "hold.set", json_pack("{s:s, s:I, s:s, s:s}", "record", "correspondent", "record_id", who, "kind", "court", "reason", "Иск 2-17"));
    leaves_nothing(clerk, "hold.set", json_pack("{s:s, s:I, s:s, s:s}", "record", "correspondent", "record_id", who, "kind", "court", "reason", "Иск 2-17"));
    writes(clerk, 1, "hold.lift", json_pack("{s:I, s:s}", "id", at_int(hold, "id"), "reason", "Отозван"));
    leaves_nothing(clerk, "hold.lift", json_pack("{s:I, s:s}", "id", at_int(hold, "id"), "reason", "Отозван"));
    json_int_t closed = at_int(given_appeal(&town, "Закрытов Ким Ильич", "Отзову"), "id");
    leaves_nothing(clerk, "retention.decide", json_pack("{s:s, s:I, s:s, s:s}", "record", "appeal", "record_id", closed, "decision", "keep", "reason", "Протокол 1"));
    rpc_ok(clerk, "appeal.void", "{s:I, s:s}", "id", closed, "reason", "Ошибка");
    writes(clerk, 1, "retention.decide", json_pack("{s:s, s:I, s:s, s:s}", "record", "appeal", "record_id", closed, "decision", "keep", "reason", "Протокол 1"));
    leaves_nothing(town.admin, "purge.run", json_pack("{s:s}", "digest", "another"));
    writes(town.admin, 1, "purge.run", none());
}

static void drafts_are_no_events(void **state)
{
    (void)state;
    writes(clerk, 0, "draft.save", json_pack("{s:s, s:{s:s}}", "screen", "appeal.register", "body", "text", "Уважаемый"));
    writes(clerk, 0, "draft.drop", text("screen", "appeal.register"));
    remember(refused, &refused_count, "draft.save");
    remember(refused, &refused_count, "draft.drop");
}

/* Here is no mail server, so there is no letter either: what sending one again leaves is looked for in test_mail.c. */
static void of_letters(void **state)
{
    (void)state;
    leaves_nothing(town.admin, "mail.retry", json_pack("{s:i}", "id", 1));
    remember(written, &written_count, "mail.retry");
}

/* What was read and what is told are a person's own, like drafts. */
static void reading_notices_is_no_event(void **state)
{
    (void)state;
    writes(head, 0, "notification.read", json_pack("{s:i}", "up_to", 1));
    writes(head, 0, "notification.settings_set", text("digest_hour", "9"));
    leaves_nothing(head, "notification.settings_set", text("digest_hour", "99"));
}

static void no_writing_operation_was_left_out(void **state)
{
    (void)state;
    size_t i;
    json_t *op, *operations = rpc_keep(json_copy(at(rpc_ok(town.admin, "meta.describe", NULL), "operations")));
    json_array_append_new(operations, json_pack("{s:s, s:b}", "method", "session.language", "write", 1));
    json_array_foreach(operations, i, op)
    {
        const char *method = at_text(op, "method");
        if (!json_is_true(at(op, "write")))
            continue;
        CHECK(is_in(written, written_count, method), "no event of %s was looked for", method);
        CHECK(is_in(refused, refused_count, method), "nobody looked what a refused %s leaves", method);
    }
}

/* Who, when, what, from and to: of every kind of card that can be corrected. */
static void changes_say_from_and_to(void **state)
{
    (void)state;
    static const struct {
        const char *record, *field, *from, *to;
    } cases[] = {{"unit", "name", "Новый отдел", "Обновлённый отдел"}, {"user", "position", "", "Специалист"}, {"appeal", "subject", "Первое", "Исправлено"},
                 {"assignment", "title", "Проект", "Исправлено"}, {"periodic", "title", "Сводка", "Сводка за месяц"},
                 {"district", "name", "Заречный район", "Зареченский район"}, {"street", "kind", "street", "avenue"},
                 {"company", "phone", "", "2-12-12"}, {"social_object", "contact_duty_phone", "", "2-13-13"},
                 {"outage", "reason", "Порыв", "Порыв на вводе"}, {"incident", "text", "Не горит", "Не горят три фонаря"}, {"shift", "weather", "Ясно", "Снег"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *e = at(rpc_ok(town.admin, "event.list", "{s:s, s:s, s:i}", "record", cases[i].record, "action", "set", "limit", 1), "items.0");
        char path[80];
        snprintf(path, sizeof path, "changes.%s.from", cases[i].field);
        assert_string_equal(at_text(e, path), cases[i].from);
        snprintf(path, sizeof path, "changes.%s.to", cases[i].field);
        assert_string_equal(at_text(e, path), cases[i].to);
        CHECK(json_object_size(at(e, "changes")) == 1, "%s: more is told than was changed", cases[i].record);
    }
    json_t *e = at(rpc_ok(town.admin, "event.list", "{s:s, s:s, s:i}", "record", "correspondent", "action", "set", "limit", 1), "items.0");
    assert_string_equal(at_text(e, "changes.phone.to"), "+7 910 000-00-01");
    assert_true(json_is_null(at(e, "changes.phone.from")));
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
        cmocka_unit_test(of_units_and_users),
        cmocka_unit_test(of_correspondents),
        cmocka_unit_test(of_appeals),
        cmocka_unit_test(of_assignments),
        cmocka_unit_test(of_control),
        cmocka_unit_test(of_the_calendar),
        cmocka_unit_test(of_files),
        cmocka_unit_test(of_classifiers),
        cmocka_unit_test(of_keeping),
        cmocka_unit_test(of_addresses),
        cmocka_unit_test(of_houses),
        cmocka_unit_test(of_outages),
        cmocka_unit_test(of_outages_of_a_feed),
        cmocka_unit_test(of_incidents),
        cmocka_unit_test(of_what_incidents_go_on_as),
        cmocka_unit_test(of_shifts),
        cmocka_unit_test(drafts_are_no_events),
        cmocka_unit_test(of_letters),
        cmocka_unit_test(reading_notices_is_no_event),
        cmocka_unit_test(no_writing_operation_was_left_out),
        cmocka_unit_test(changes_say_from_and_to),
        cmocka_unit_test(stops_cleanly),
    };
    return HARNESS_RUN("events", tests);
}
