/* Finding: pages, filters, full text, numbers, people by part of a name; doubles merged and parted again. */
#include "tests/harness/check.h"
#include "tests/harness/town.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CARDS = 130, PAGE = 7 };

static struct server *server;
static struct town town;
static struct rpc *clerk;

static void starts_and_is_filled(void **state)
{
    (void)state;
    server = server_start(NULL);
    given_municipality(server, &town);
    clerk = town_as(&town, TOWN_clerk);
}

/* ---- pages ---- */

static json_int_t message(const char *subject, const char *text)
{
    return at_int(rpc_ok(clerk, "appeal.register", "{s:s, s:s, s:b, s:s, s:s}", "kind", "message", "channel", "phone", "anonymous", 1,
                         "subject", subject, "text", text),
                  "id");
}

/* Walks a list page by page while others insert; returns how many of the cards that were there before came exactly once. */
static int walk(const char *sort, json_int_t first, json_int_t last)
{
    int *times = calloc((size_t)(last - first + 1), sizeof *times), once = 0;
    const char *after = NULL;
    do {
        json_t *page = rpc_ok_json(clerk, "appeal.list", json_pack("{s:s, s:i, s:s*}", "sort", sort, "limit", PAGE, "after", after));
        json_t *item;
        size_t i;
        assert_true(json_array_size(at(page, "items")) <= PAGE);
        json_array_foreach(at(page, "items"), i, item)
        {
            json_int_t id = at_int(item, "id");
            if (id >= first && id <= last)
                times[id - first]++;
        }
        message("Вставлено во время обхода", "");
        after = json_string_value(at(page, "next"));
    } while (after);
    for (json_int_t id = first; id <= last; id++)
        once += times[id - first] == 1;
    free(times);
    return once;
}

static void pages_walk_everything_once(void **state)
{
    (void)state;
    json_int_t first = 0, last = 0;
    for (int i = 0; i < CARDS; i++) {
        char subject[64];
        snprintf(subject, sizeof subject, "Карточка обхода %d", i);
        last = message(subject, "");
        first = first ? first : last;
    }
    assert_int_equal(walk("new", first, last), CARDS);
    assert_int_equal(walk("due", first, last), CARDS);
}

static void a_walk_from_the_oldest_ends(void **state)
{
    (void)state;
    const char *after = NULL;
    json_int_t before = 0;
    int count = 0;
    do {
        json_t *page = rpc_ok_json(clerk, "appeal.list", json_pack("{s:s, s:i, s:s*}", "sort", "old", "limit", 50, "after", after)), *item;
        size_t i;
        json_array_foreach(at(page, "items"), i, item)
        {
            assert_true(at_int(item, "id") > before);
            before = at_int(item, "id");
            count++;
        }
        after = json_string_value(at(page, "next"));
        if (!after)
            assert_int_equal(at_int(page, "total"), count);
    } while (after);
    assert_true(count >= CARDS);
}

static void wrong_places_and_sizes_are_refused(void **state)
{
    (void)state;
    static const char *const cursors[] = {"x", "AAAA", "bm90IGEgY3Vyc29y", "{\"id\":1}", "'; DROP TABLE appeal; --"};
    for (size_t i = 0; i < sizeof cursors / sizeof *cursors; i++)
        rpc_refused(clerk, -32602, "after", "appeal.list", "{s:s}", "after", cursors[i]);
    rpc_refused(clerk, -32602, "limit", "appeal.list", "{s:i}", "limit", 201);
    rpc_refused(clerk, -32602, "limit", "appeal.list", "{s:i}", "limit", -1);
    rpc_refused(clerk, -32602, "sort", "appeal.list", "{s:s}", "sort", "price");
    /* The place of one list is no place of another. */
    const char *after = at_text(rpc_ok(clerk, "appeal.list", "{s:i, s:s}", "limit", 2, "sort", "due"), "next");
    json_t *e = at(rpc_call(clerk, "user.list", json_pack("{s:s}", "after", after)), "error");
    CHECK(e && at_int(e, "code") == -32602, "user.list took the place of appeal.list");
    /* Nor is it one for another order, other filters or another person, whom the total would tell what they may not see. */
    rpc_ok(clerk, "appeal.list", "{s:i, s:s, s:s}", "limit", 5, "sort", "due", "after", after);
    rpc_refused(clerk, -32602, "after", "appeal.list", "{s:i, s:s, s:s}", "limit", 2, "sort", "new", "after", after);
    rpc_refused(clerk, -32602, "after", "appeal.list", "{s:i, s:s, s:s, s:b}", "limit", 2, "sort", "due", "after", after, "overdue", 1);
    rpc_refused(town_as(&town, TOWN_executor), -32602, "after", "appeal.list", "{s:i, s:s, s:s}", "limit", 2, "sort", "due", "after", after);
    static const char *const lists[] = {"appeal.list", "assignment.list", "correspondent.list", "user.list", "unit.list", "event.list"};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        rpc_refused(town.admin, -32602, "limit", lists[i], "{s:i}", "limit", 0);
        rpc_refused(town.admin, -32602, "sort", lists[i], "{s:s}", "sort", "price");
    }
}

static size_t from_base64(const char *text, unsigned char *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    unsigned bits = 0, held = 0;
    size_t len = 0;
    for (; *text; text++) {
        bits = bits << 6 | (unsigned)(strchr(digits, *text) - digits);
        if ((held += 6) >= 8)
            out[len++] = (unsigned char)(bits >> (held -= 8));
    }
    return len;
}

static void to_base64(const char *in, char *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    unsigned bits = 0, held = 0;
    for (; *in; in++) {
        bits = bits << 8 | (unsigned char)*in;
        for (held += 8; held >= 6;)
            *out++ = digits[bits >> (held -= 6) & 63];
    }
    if (held)
        *out++ = digits[bits << (6 - held) & 63];
    *out = '\0';
}

/* Somebody looks into a cursor and changes the keys in it: an error at the worst, never an internal one. */
static void a_forged_place_is_refused(void **state)
{
    (void)state;
    static const char *const keys[] = {"abc", "-1", "", "99999999999999999999999", "1; DROP TABLE appeal", "2026-13-45"};
    unsigned char raw[2048];
    char forged[4096];
    const char *after = at_text(rpc_ok(clerk, "appeal.list", "{s:i, s:s}", "limit", 2, "sort", "due"), "next");
    size_t len = from_base64(after, raw);
    json_t *place = json_loadb((const char *)raw, len, 0, NULL);
    assert_non_null(place);
    for (size_t k = 1; k <= 2; k++)
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
            json_t *other = json_copy(place);
            json_array_set_new(other, k, json_string(keys[i]));
            char *text = json_dumps(other, JSON_COMPACT);
            to_base64(text, forged);
            rpc_refused(clerk, -32602, "after", "appeal.list", "{s:i, s:s, s:s}", "limit", 2, "sort", "due", "after", forged);
            free(text);
            json_decref(other);
        }
    json_decref(place);
}

/* ---- words ---- */

static json_int_t found_one(const char *query)
{
    json_t *list = rpc_ok(clerk, "appeal.list", "{s:s}", "query", query);
    CHECK(at_int(list, "total") == 1, "«%s» finds %d", query, (int)at_int(list, "total"));
    return at_int(list, "items.0.id");
}

static void full_text_knows_russian(void **state)
{
    (void)state;
    json_int_t road = message("Разбитая дорога", "У школы №4 яма глубиной полметра, дети падают. Просим отремонтировать тротуары.");
    json_int_t trees = message("Спиленные тополя", "На улице Чапаева спилили тополя и не убрали ветки");
    assert_int_equal(found_one("тротуар"), road);
    assert_int_equal(found_one("тротуаров яма"), road);
    assert_int_equal(found_one("ТОПОЛЬ"), trees);
    assert_int_equal(found_one("чапа"), trees);
    assert_int_equal(at_int(rpc_ok(clerk, "appeal.list", "{s:s}", "query", "тротуар тополь"), "total"), 0);
    /* typed in the other layout; the second page, too */
    assert_int_equal(found_one("njgjkz xfgftdf"), trees);
    json_int_t more = message("Ещё тополя", "Тополя на улице Чапаева");
    json_t *page = rpc_ok(clerk, "appeal.list", "{s:s, s:i}", "query", "njgjkz xfgftdf", "limit", 1);
    assert_int_equal(at_int(page, "items.0.id"), more);
    page = rpc_ok(clerk, "appeal.list", "{s:s, s:i, s:s}", "query", "njgjkz xfgftdf", "limit", 1, "after", at_text(page, "next"));
    assert_int_equal(at_int(page, "items.0.id"), trees);
    assert_int_equal(at_int(page, "total"), 2);
    /* A number in a text is no number of a card. */
    json_int_t house = message("Ремонт подъезда", "Улица Моторостроителей, дом 12/3, второй подъезд");
    assert_int_equal(found_one("дом 12/3"), house);
    assert_int_equal(found_one("дом 12"), house);
}

/* New words are learnt with the card and with its correction: their beginnings find it at once. */
static void beginnings_of_new_words_find(void **state)
{
    (void)state;
    json_int_t id = message("Велопарковка", "Поставьте велопарковку у вокзала");
    assert_int_equal(found_one("велопа"), id);
    assert_int_equal(at_int(rpc_ok(clerk, "appeal.list", "{s:s}", "query", "самокатч"), "total"), 0);
    rpc_ok(clerk, "appeal.set", "{s:I, s:i, s:s}", "id", id, "version", 1, "text", "Поставьте её и для самокатчиков");
    assert_int_equal(found_one("самокатч велопа"), id);
    /* a beginning of more words than are spelled out is still a beginning */
    char text[4096];
    size_t len = 0;
    for (int i = 0; i < 80; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "щ%s%s ", (const char *[]){"ба", "ву", "ге", "до", "жи", "зю", "кя", "лэ"}[i / 10],
                                (const char *[]){"б", "в", "г", "д", "ж", "з", "к", "л", "м", "н"}[i % 10]);
    json_int_t many = message("Слова", text);
    assert_int_equal(found_one("щ"), many);
    assert_int_equal(found_one("щб слов"), many);
}

/* A register of four million cards, of which nearly all numbers are left out: what is found does not depend on where it stands. */
static void words_are_found_in_every_slice(void **state)
{
    (void)state;
    static const int places[] = {20000, 40000, 300000, 4000000};
    enum { PLACES = sizeof places / sizeof *places };
    json_int_t ids[PLACES];
    for (int i = 0; i < PLACES; i++) {
        char sql[128];
        snprintf(sql, sizeof sql, "SELECT setval(pg_get_serial_sequence('appeal', 'id'), %d)", places[i]);
        server_sql(server, sql);
        ids[i] = message("Фонтан", "Включите фонтан на площади");
    }
    json_t *all = rpc_ok(clerk, "appeal.list", "{s:s}", "query", "фонтан");
    assert_int_equal(at_int(all, "total"), PLACES);
    assert_true(json_is_true(at(all, "total_exact")));
    json_t *old = rpc_ok(clerk, "appeal.list", "{s:s, s:s}", "query", "фонтан", "sort", "old");
    const char *after = NULL;
    for (int i = 0; i < PLACES; i++) {
        assert_int_equal(at_int(json_array_get(at(all, "items"), (size_t)i), "id"), ids[PLACES - 1 - i]);
        assert_int_equal(at_int(json_array_get(at(old, "items"), (size_t)i), "id"), ids[i]);
        json_t *page = rpc_ok_json(clerk, "appeal.list", json_pack("{s:s, s:i, s:s*}", "query", "фонтан", "limit", 1, "after", after));
        assert_int_equal(at_int(page, "items.0.id"), ids[PLACES - 1 - i]);
        after = json_string_value(at(page, "next"));
    }
    assert_null(after);
}

static void signs_in_a_query_are_no_error(void **state)
{
    (void)state;
    static const char *const queries[] = {"'", "\"", "&",    "|", "!", "()",   "a & ", "<->", ":*", "\\",
                                          "%", "_",  "''''", "№", "—", "яма!", "?",    "$1",  ";",  " "};
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        rpc_ok(clerk, "appeal.list", "{s:s}", "query", queries[i]);
        rpc_ok(clerk, "assignment.list", "{s:s}", "query", queries[i]);
        rpc_ok(clerk, "correspondent.list", "{s:s}", "query", queries[i]);
        rpc_ok(clerk, "user.list", "{s:s}", "query", queries[i]);
        rpc_ok(clerk, "unit.list", "{s:s}", "query", queries[i]);
    }
}

static void a_number_is_found_as_it_is_said(void **state)
{
    (void)state;
    json_t *card = given_appeal(&town, "Номеров Антон Антонович", "По номеру");
    const char *number = at_text(card, "number"); /* ОГ-1/26 */
    json_int_t id = at_int(card, "id");
    char tail[64];
    snprintf(tail, sizeof tail, "%s", strchr(number, '-') + 1);
    assert_int_equal(at_int(rpc_ok(clerk, "appeal.list", "{s:s, s:s}", "query", number, "kind", "letter"), "items.0.id"), id);
    assert_int_equal(at_int(rpc_ok(clerk, "appeal.list", "{s:s, s:s}", "query", tail, "kind", "letter"), "items.0.id"), id);
    /* «318» is also the serial of other kinds; who types letters and year means this card. */
    static const char *const spellings[] = {"ог-1/", "ОГ 1/", "ог1/", "ОГ-001/", "ОГ-1-", "JU-1/", "ОГ №1/", "ОГ-1.", "ОГ-1/20"};
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
        char typed[64];
        snprintf(typed, sizeof typed, "%s%s", spellings[i], strchr(number, '/') + 1);
        CHECK(found_one(typed) == id, "«%s» does not find %s", typed, number);
    }
    assert_int_equal(at_int(rpc_ok(clerk, "appeal.list", "{s:s}", "query", "ОГ-1/07"), "total"), 0);
    *strchr(tail, '/') = '\0';
    assert_int_equal(at_int(rpc_ok(clerk, "appeal.list", "{s:s, s:s}", "query", tail, "kind", "letter"), "items.0.id"), id);
    assert_int_equal(at_int(rpc_ok(clerk, "appeal.get", "{s:s}", "number", number), "id"), id);
}

/* The first letter of another year and the first message of this one bear the same serial: who says more of the number gets less. */
static void letters_and_year_of_a_number_narrow(void **state)
{
    (void)state;
    json_t *this_year = rpc_ok(clerk, "appeal.list", "{s:s, s:s, s:s}", "query", "1", "kind", "letter", "sort", "old");
    json_int_t id = at_int(this_year, "items.0.id");
    char number[64], other_layout[64];
    snprintf(number, sizeof number, "%s", at_text(this_year, "items.0.number"));
    snprintf(other_layout, sizeof other_layout, "JU%s", strchr(number, '-'));
    json_t *old = rpc_ok(clerk, "appeal.register", "{s:s, s:s, s:b, s:s, s:s, s:s}", "kind", "letter", "channel", "post", "anonymous", 1,
                         "subject", "Прошлогоднее", "received", day_from_today(-400), "registered", day_from_today(-400));
    const char *old_number = at_text(old, "number");
    assert_int_equal(strncmp(old_number, "ОГ-1/", strlen("ОГ-1/")), 0);
    assert_int_equal(found_one(number), id);
    assert_int_equal(found_one(other_layout), id);
    assert_int_equal(found_one(old_number), at_int(old, "id"));
    assert_true(at_int(rpc_ok(clerk, "appeal.list", "{s:s}", "query", strchr(number, '-') + 1), "total") > 1);
    assert_true(at_int(rpc_ok(clerk, "appeal.list", "{s:s}", "query", "ОГ-1"), "total") == 2);
}

static void filters_narrow(void **state)
{
    (void)state;
    json_int_t id = at_int(given_appeal(&town, "Фильтрова Алла Петровна", "Проверка отбора"), "id");
    json_int_t without = at_int(rpc_ok(clerk, "appeal.list", "{s:b}", "without_action", 1), "total");
    given_assignment(&town, id, TOWN_executor2, "Проверить отбор");
    assert_int_equal(at_int(rpc_ok(clerk, "appeal.list", "{s:b}", "without_action", 1), "total"), without - 1);
    json_t *list = rpc_ok(clerk, "appeal.list", "{s:s}", "status", "considering");
    assert_int_equal(at_int(list, "total"), 1);
    assert_int_equal(at_int(list, "items.0.id"), id);
    assert_int_equal(at_int(rpc_ok(clerk, "appeal.list", "{s:s}", "from", day_from_today(1)), "total"), 0);
    assert_int_equal(at_int(rpc_ok(clerk, "assignment.list", "{s:I}", "responsible", town.user[TOWN_executor2]), "total"), 1);
    assert_int_equal(at_int(rpc_ok(clerk, "assignment.list", "{s:I}", "appeal", id), "total"), 1);
    list = rpc_ok(town_as(&town, TOWN_executor2), "appeal.list", NULL);
    assert_int_equal(at_int(list, "total"), 1);
    assert_int_equal(at_int(list, "items.0.id"), id);
}

/* ---- people ---- */

static json_int_t person(const char *name, const char *phone, const char *address)
{
    return at_int(
        rpc_ok(clerk, "correspondent.add", "{s:s, s:s, s:s*, s:s*}", "kind", "person", "name", name, "phone", phone, "address", address),
        "id");
}

static bool finds(const char *query, json_int_t id)
{
    json_t *list = rpc_ok(clerk, "correspondent.list", "{s:s}", "query", query), *item;
    size_t i;
    json_array_foreach(at(list, "items"), i, item) if (at_int(item, "id") == id) return true;
    return false;
}

static void people_are_found_as_one_types(void **state)
{
    (void)state;
    json_int_t id = person("Хабибуллина Алёна Рашитовна", "+7 (48533) 2-15-40", "152300, г. Тутаев, ул. Щёголева, д. 12/3, кв. 5");
    person("Хабаров Алексей Романович", "8 910 123-45-67", "г. Тутаев, пр. 50-летия Победы, 7");
    static const char *const queries[] = {
        "Хабибуллина",     "хабиб",         "алена",
        "Алёна хабибул",   "рашит хабиб",   "Хабибулина",
        "Хабибулинна",     "Хобибуллина", /* typing errors */
        "[f,b,ekkbyf",                    /* the other layout */
        "8 48533 21540",   "+74853321540",  "4853321540",
        "8(48533)2-15-40", "8.48533.2.15.40",
        "2-15-40",         "21540",        "8 48533 2", "48533", /* phone in any spelling, without the town's code, while one types */
        "8 485",           "8-48533",       "+7 (48533) 2-1", "74853",
        "Щеголева",        "щёголева 12/3", "тутаев, ул. щёголева",
    };
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++)
        CHECK(finds(queries[i], id), "«%s» does not find Хабибуллина", queries[i]);
    assert_false(finds("Петрова", id));
    assert_false(finds("8 910 123-45-67", id));
}

static void all_words_count_for_the_order(void **state)
{
    (void)state;
    json_int_t right = person("Заморина Марина Павловна", NULL, NULL);
    person("Заморина Мария Павловна", NULL, NULL);
    assert_int_equal(at_int(rpc_ok(clerk, "correspondent.list", "{s:s}", "query", "заморина марина"), "items.0.id"), right);
}

static void a_house_is_not_found_by_a_longer_number(void **state)
{
    (void)state;
    json_int_t house = person("Домов Егор Егорович", NULL, "ул. Кузнечная, 12, кв. 3"),
               flat = person("Квартирин Олег", NULL, "ул. Кузнечная, 5, кв. 112");
    assert_true(finds("Кузнечная 12", house));
    assert_true(finds("Кузнечная, 1", house)); /* half typed */
    assert_false(finds("Кузнечная 12", flat));
    assert_true(finds("Кузнечная 5", flat));
    assert_true(finds("Кузнечная кв. 112", flat));
}

/* «Тарасов С. Е.» is how papers name people; many other words begin with these letters. */
static void people_are_found_by_initials(void **state)
{
    (void)state;
    static const char *const letters[] = {"а", "б", "в", "г", "д", "е", "ж", "з", "и", "к", "л", "м"};
    char name[120];
    for (size_t i = 0; i < 12; i++)
        for (size_t k = 0; k < 5; k++) {
            snprintf(name, sizeof name, "Другой С%s%s Е%s%s", letters[i], letters[(i + k) % 12], letters[k], letters[i]);
            person(name, NULL, NULL);
        }
    json_int_t id = person("Тарасов Самуил Евграфович", NULL, NULL);
    static const char *const queries[] = {"Тарасов С. Е.", "тарасов с", "Тарасов С.Е.", "с. е. тарасов", "Тарасоф С. Е."};
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++)
        CHECK(finds(queries[i], id), "«%s» does not find Тарасов", queries[i]);
    assert_false(finds("Тарасов В. Е.", id));
}

static void likely_doubles_are_shown(void **state)
{
    (void)state;
    json_int_t id = person("Семёнов Фёдор Ильич", "89101112233", "г. Тутаев, ул. Моторостроителей, 60");
    json_t *r = rpc_ok(clerk, "correspondent.similar", "{s:s}", "name", "Семенов Федор Ильич");
    json_t *items = json_is_array(r) ? r : at(r, "items");
    assert_int_equal(at_int(items, "0.id"), id);
    r = rpc_ok(clerk, "correspondent.similar", "{s:s, s:s}", "name", "Кто-то Другой", "phone", "+7 910 111 22 33");
    items = json_is_array(r) ? r : at(r, "items");
    assert_int_equal(at_int(items, "0.id"), id);
}

static json_int_t appeal_of(json_int_t correspondent)
{
    return at_int(rpc_ok(clerk, "appeal.register", "{s:s, s:s, s:I, s:s}", "kind", "letter", "channel", "post", "correspondent",
                         correspondent, "subject", "О своём"),
                  "id");
}

static void doubles_merge_and_part(void **state)
{
    (void)state;
    json_int_t right = person("Двойникова Лидия Львовна", "84853321111", "ул. Советская, 1");
    json_int_t wrong = person("Двойнекова Лидия Львовна", "84853322222", NULL);
    json_int_t a = appeal_of(right), b = appeal_of(wrong);
    json_t *merged = rpc_ok(clerk, "correspondent.merge", "{s:I, s:I}", "id", wrong, "into", right);
    json_t *card = rpc_ok(clerk, "correspondent.get", "{s:I}", "id", right);
    assert_int_equal(at_int(card, "appeal_count"), 2);
    assert_true(finds("84853322222", right));
    assert_false(finds("Двойнекова Лидия", wrong));
    assert_int_equal(at_int(rpc_ok(clerk, "appeal.get", "{s:I}", "id", b), "correspondent_id"), right);
    json_int_t c = appeal_of(right);
    json_int_t merge = json_is_integer(at(merged, "merge")) ? at_int(merged, "merge") : at_int(merged, "id");
    rpc_ok(clerk, "correspondent.part", "{s:I}", "merge", merge);
    assert_int_equal(at_int(rpc_ok(clerk, "correspondent.get", "{s:I}", "id", wrong), "appeal_count"), 1);
    assert_int_equal(at_int(rpc_ok(clerk, "correspondent.get", "{s:I}", "id", right), "appeal_count"), 2);
    assert_int_equal(at_int(rpc_ok(clerk, "appeal.get", "{s:I}", "id", b), "correspondent_id"), wrong);
    assert_int_equal(at_int(rpc_ok(clerk, "appeal.get", "{s:I}", "id", a), "correspondent_id"), right);
    assert_int_equal(at_int(rpc_ok(clerk, "appeal.get", "{s:I}", "id", c), "correspondent_id"), right);
    assert_true(finds("84853322222", wrong));
    json_t *again = at(rpc_call(clerk, "correspondent.part", json_pack("{s:I}", "merge", merge)), "error");
    assert_non_null(again);
}

static void parting_gives_back_the_place_among_the_authors(void **state)
{
    (void)state;
    json_int_t first = person("Первая Анна Ильинична", NULL, NULL), second = person("Вторая Анна Ильинична", NULL, NULL),
               third = person("Третья Анна Ильинична", NULL, NULL), into = person("Вторая Аня", NULL, NULL);
    json_int_t letter = at_int(rpc_ok(clerk, "appeal.register", "{s:s, s:s, s:I, s:[I,I], s:s}", "kind", "letter", "channel", "post",
                                      "correspondent", first, "authors", second, third, "subject", "Втроём"),
                               "id");
    json_int_t merge = at_int(rpc_ok(clerk, "correspondent.merge", "{s:I, s:I}", "id", second, "into", into), "merge");
    assert_int_equal(at_int(rpc_ok(clerk, "appeal.get", "{s:I}", "id", letter), "authors.1.id"), into);
    json_t *card = rpc_ok(clerk, "correspondent.get", "{s:I}", "id", into);
    size_t last = json_array_size(at(card, "history")) - 1;
    assert_string_equal(at_text(json_array_get(at(card, "history"), last), "comment"), "Вторая Анна Ильинична");
    rpc_ok(clerk, "correspondent.part", "{s:I}", "merge", merge);
    json_t *authors = at(rpc_ok(clerk, "appeal.get", "{s:I}", "id", letter), "authors");
    assert_int_equal(at_int(authors, "0.id"), first);
    assert_int_equal(at_int(authors, "1.id"), second);
    assert_int_equal(at_int(authors, "2.id"), third);
}

static void nobody_merges_with_themselves(void **state)
{
    (void)state;
    json_int_t id = person("Одинокая Вера Павловна", NULL, NULL);
    json_t *e = at(rpc_call(clerk, "correspondent.merge", json_pack("{s:I, s:I}", "id", id, "into", id)), "error");
    assert_true(at_int(e, "code") == -32602 || at_int(e, "code") == 1004);
}

static void links_between_appeals(void **state)
{
    (void)state;
    json_int_t a = appeal_of(person("Связной Иван Кузьмич", NULL, NULL)), b = message("Тот же вопрос", "");
    rpc_ok(clerk, "appeal.link", "{s:I, s:I, s:s}", "id", a, "other", b, "kind", "same_issue");
    assert_int_equal(at_int(rpc_ok(clerk, "appeal.get", "{s:I}", "id", b), "links.0.id"), a);
    json_t *e = at(rpc_call(clerk, "appeal.link", json_pack("{s:I, s:I}", "id", a, "other", a)), "error");
    assert_true(at_int(e, "code") == -32602 || at_int(e, "code") == 1004);
    rpc_ok(clerk, "appeal.link", "{s:I, s:I, s:s, s:b}", "id", a, "other", b, "kind", "same_issue", "remove", 1);
    assert_int_equal(json_array_size(at(rpc_ok(clerk, "appeal.get", "{s:I}", "id", b), "links")), 0);
}

static void one_assignment_from_several_appeals(void **state)
{
    (void)state;
    json_int_t a = message("Нет воды, дом 1", ""), b = message("Нет воды, дом 2", "");
    json_t *r = rpc_ok(town_as(&town, TOWN_head), "assignment.create", "{s:s, s:s, s:I, s:s, s:[I,I]}", "title", "Дать воду", "text",
                       "Срочно", "responsible", town.user[TOWN_executor], "due", day_from_today(3), "appeals", a, b);
    assert_int_equal(at_int(rpc_ok(clerk, "appeal.get", "{s:I}", "id", a), "open_assignments"), 1);
    assert_int_equal(at_int(rpc_ok(clerk, "appeal.get", "{s:I}", "id", b), "open_assignments"), 1);
    assert_int_equal(json_array_size(at(rpc_ok(clerk, "assignment.get", "{s:I}", "id", at_int(r, "id")), "appeals")), 2);
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
        cmocka_unit_test(pages_walk_everything_once),
        cmocka_unit_test(a_walk_from_the_oldest_ends),
        cmocka_unit_test(wrong_places_and_sizes_are_refused),
        cmocka_unit_test(a_forged_place_is_refused),
        cmocka_unit_test(full_text_knows_russian),
        cmocka_unit_test(beginnings_of_new_words_find),
        cmocka_unit_test(words_are_found_in_every_slice),
        cmocka_unit_test(signs_in_a_query_are_no_error),
        cmocka_unit_test(a_number_is_found_as_it_is_said),
        cmocka_unit_test(letters_and_year_of_a_number_narrow),
        cmocka_unit_test(filters_narrow),
        cmocka_unit_test(people_are_found_as_one_types),
        cmocka_unit_test(all_words_count_for_the_order),
        cmocka_unit_test(a_house_is_not_found_by_a_longer_number),
        cmocka_unit_test(people_are_found_by_initials),
        cmocka_unit_test(likely_doubles_are_shown),
        cmocka_unit_test(doubles_merge_and_part),
        cmocka_unit_test(parting_gives_back_the_place_among_the_authors),
        cmocka_unit_test(nobody_merges_with_themselves),
        cmocka_unit_test(links_between_appeals),
        cmocka_unit_test(one_assignment_from_several_appeals),
        cmocka_unit_test(stops_cleanly),
    };
    return HARNESS_RUN("lists", tests);
}
