/* What the papers count is what the lists count, and what other papers count. */
#include "tests/integration/reports.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void a_journal_has_the_rows_of_the_list(void **state)
{
    (void)state;
    assert_int_equal(csv_rows(given_list("appeals_journal", "csv")), appeals("letter", NULL) + appeals("electronic", NULL));
    assert_int_equal(csv_rows(given_list("reception_journal", "csv")), appeals("reception", NULL));
    assert_int_equal(csv_rows(given_list("overdue_list", "csv")), total("assignment.list", "{s:b}", "overdue", 1));
    assert_true(appeals("letter", NULL) > 50);
}

/* The value of a line of the statistics: the first figure after its words. */
static int64_t figure(const char *csv, const char *words)
{
    const char *at = strstr(csv, words);
    CHECK(at && (at = strchr(at, ';')), "«%s» is not there", words);
    return strtoll(at + 1, NULL, 10);
}

/* Sum of the third column (questions) of the table under a heading. */
static int64_t questions_under(const char *csv, const char *heading)
{
    int64_t sum = 0;
    const char *at = strstr(csv, heading);
    CHECK(at, "«%s» is not there", heading);
    at = strchr(strchr(at, '\n') + 1, '\n') + 1; /* after the heads */
    for (; *at && *at != '\r'; at = strchr(at, '\n') + 1) {
        const char *cell = *at == '"' ? strchr(strstr(at, "\";") + 1, ';') : strchr(at, ';');
        sum += strtoll(strchr(cell + 1, ';') + 1, NULL, 10);
    }
    return sum;
}

void statistics_agree_with_the_lists_and_with_themselves(void **state)
{
    (void)state;
    static const char *const kinds[] = {"letter", "electronic", "reception"};
    static const char *const headings[] = {
        "По разделам", "По темам", "По подразделениям", "По населённым пунктам", "По способу поступления", "По социальному положению",
        "По месяцам"};
    int64_t all = 0, voided = 0, withdrawn = 0;
    char *csv = read_whole(given_list("appeals_statistics", "csv"));
    for (size_t i = 0; i < 3; i++) {
        all += appeals(kinds[i], NULL);
        voided += appeals(kinds[i], "void");
        withdrawn += appeals(kinds[i], "withdrawn");
    }
    assert_int_equal(figure(csv, "Поступило обращений всего"), all - voided);
    assert_int_equal(figure(csv, "Аннулировано карточек"), voided);
    assert_int_equal(figure(csv, "Отозвано авторами"), withdrawn);
    assert_int_equal(figure(csv, "письменных") + figure(csv, "электронного документа") + figure(csv, "на личном приёме"), all - voided);
    assert_int_equal(figure(csv, "до 15 дней") + figure(csv, "от 16 до 30") + figure(csv, "более 30 дней") + withdrawn +
                         figure(csv, "Находится на рассмотрении"),
                     all - voided);
    for (size_t i = 0; i < sizeof headings / sizeof *headings; i++)
        CHECK(questions_under(csv, headings[i]) == figure(csv, "Вопросов в обращениях"), "%s: %d of %d", headings[i],
              (int)questions_under(csv, headings[i]), (int)figure(csv, "Вопросов в обращениях"));
    assert_true(figure(csv, "Вопросов в обращениях") > figure(csv, "Поступило обращений всего"));
    free(csv);
}

/* The number in a column of the row that begins with `first`; -1: no such row. */
static json_int_t item_int(json_t *items, const char *key, const char *value, const char *name)
{
    json_t *item = find_item(items, key, value);
    CHECK(item, "no item with %s \"%s\"", key, value);
    return at_int(item, name);
}

static json_int_t sum_of(json_t *items, const char *name)
{
    json_int_t sum = 0;
    size_t i;
    json_t *item;
    json_array_foreach(items, i, item) sum += at_int(item, name);
    return sum;
}

/* The operations for scripts say what the paper says, beside last year, in every breakdown. */
void figures_for_scripts_are_those_of_the_paper(void **state)
{
    (void)state;
    static const char *const by[] = {"section", "topic", "unit", "settlement", "channel", "social_status", "month"};
    static const char *const levels[] = {"section", "group", "question"};
    char *csv = read_whole(given_list("appeals_statistics", "csv"));
    json_t *items = rpc_keep(json_incref(at(rpc_ok(admin, "stats.appeals", NULL), "items")));
    json_int_t received = item_int(items, "figure", "received", "count"), questions = item_int(items, "figure", "questions", "count");
    assert_int_equal(received, figure(csv, "Поступило обращений всего"));
    assert_int_equal(questions, figure(csv, "Вопросов в обращениях"));
    assert_int_equal(item_int(items, "figure", "control", "count"), figure(csv, "Взято на контроль"));
    assert_int_equal(item_int(items, "figure", "no_answer", "count"), figure(csv, "оставлено без ответа"));
    json_int_t before = item_int(items, "figure", "questions", "last_year");
    assert_true(item_int(items, "figure", "control", "count") > 0 && before > 0);
    for (size_t i = 0; i < sizeof by / sizeof *by; i++) {
        json_t *rows = at(rpc_ok(admin, "stats.appeals", "{s:s}", "by", by[i]), "items");
        CHECK(sum_of(rows, "questions") == questions && sum_of(rows, "questions_last_year") == before, "by %s", by[i]);
    }
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        assert_int_equal(sum_of(at(rpc_ok(admin, "stats.topics", "{s:s}", "level", levels[i]), "items"), "questions"), questions);
    free(csv);
}

void who_writes_most_is_counted_and_told_to_the_log(void **state)
{
    (void)state;
    char year[16];
    snprintf(year, sizeof year, "%.4s-01-01", today);
    json_t *items = rpc_keep(json_incref(at(rpc_ok(admin, "stats.correspondents", "{s:i}", "limit", 5), "items")));
    assert_int_equal(json_array_size(items), 5);
    json_int_t who = at_int(json_array_get(items, 0), "id"), counted = 0;
    for (size_t i = 1; i < 5; i++)
        assert_true(at_int(json_array_get(items, i), "appeals") <= at_int(json_array_get(items, i - 1), "appeals"));
    static const char *const kinds[] = {"letter", "electronic", "reception"};
    for (size_t i = 0; i < 3; i++) /* as the list has them, without void cards */
        counted += total("appeal.list", "{s:I, s:s, s:s, s:s}", "correspondent", who, "kind", kinds[i], "from", year, "to", today) -
                   total("appeal.list", "{s:I, s:s, s:s, s:s, s:s}", "correspondent", who, "kind", kinds[i], "from", year, "to", today,
                         "status", "void");
    assert_int_equal(at_int(json_array_get(items, 0), "appeals"), counted);
    CHECK(find_item(at(rpc_ok(admin, "audit.list", "{s:s, s:I}", "action", "person_searched", "person", who), "items"), "record",
                    "correspondent"),
          "a list of people is in no log");
    rpc_refused(admin, -32602, "period", "stats.appeals", "{s:s}", "period", "yesterday");
    rpc_refused(admin, -32602, "to", "stats.topics", "{s:s}", "from", "2090-01-01");
}

void the_papers_of_discipline_agree(void **state)
{
    (void)state;
    enum { ON_TIME = 3, LATE, OVERDUE };
    const char *path = given_list("discipline_executors", "csv");
    int64_t on_time = csv_sum(path, ON_TIME), late = csv_sum(path, LATE) + csv_sum(path, OVERDUE);
    assert_int_equal(csv_rows(given_list("discipline_note", "csv")), late);
    int64_t days = csv_sum(given_list("discipline_note", "csv"), 5);
    path = given_list("bonus_cut", "csv");
    assert_int_equal(csv_sum(path, 1), on_time + late);
    assert_int_equal(csv_sum(path, 2), late);
    assert_int_equal(csv_sum(path, 3), days);
    assert_true(late > 10 && on_time > 10 && days > late);
}

/* A letter out is an answer, a cover letter or a notice to the author: two of a forwarded appeal. */
void the_outgoing_journal_has_what_was_sent(void **state)
{
    (void)state;
    json_int_t id =
        at_int(rpc_ok(admin, "appeal.list", "{s:s, s:s, s:b}", "status", "considering", "kind", "letter", "open", 1), "items.0.id");
    json_t *card = rpc_keep(json_incref(rpc_ok(admin, "appeal.get", "{s:I}", "id", id)));
    json_t *later = rpc_ok(admin, "calendar.due", "{s:s, s:i, s:s}", "from", at_text(card, "due"), "days", 12, "counting", "calendar");
    rpc_ok(admin, "appeal.extend", "{s:I, s:I, s:s, s:s, s:s, s:s}", "id", id, "version", at_int(card, "version"), "new_due",
           at_text(later, "nominal"), "reason", "Запрошены документы", "notice_sent", today, "request_id", fresh_uuid());
    char *csv = read_whole(given_list("outgoing_journal", "csv"));
    json_int_t cover = 0, told = 0;
    for (const char *p = csv; (p = strstr(p, "направлено по компетенции: ")); p++)
        cover++;
    for (const char *p = csv; (p = strstr(p, "уведомление о направлении: ")); p++)
        told++;
    assert_true(cover > 5);
    CHECK(told <= cover + 5 && told + 5 >= cover, "%d covers, %d notices", (int)cover, (int)told); /* some were told in the new year */
    assert_holds(csv, "уведомление о продлении срока: ", "outgoing_journal");
    assert_holds(csv, ";ответ: ", "outgoing_journal");
    free(csv);
}
