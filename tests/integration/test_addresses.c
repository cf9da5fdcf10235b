/* The register of addresses: settlements, streets, houses, companies, social objects; a house in two spellings is one. */
#include "tests/harness/check.h"
#include "tests/harness/clock.h"
#include "tests/harness/town.h"
#include <string.h>

static struct server *server;
static struct town town;
static struct rpc *duty, *clerk;
static json_int_t city, village, lenina, school_house;

static void starts_and_is_filled(void **state)
{
    (void)state;
    server = server_start(NULL);
    given_municipality(server, &town);
    duty = town_as(&town, TOWN_dispatcher);
    clerk = town_as(&town, TOWN_clerk);
    city = at_int(rpc_ok(duty, "address.settlement_add", "{s:s}", "name", "г. Тутаев"), "id");
    village = at_int(rpc_ok(duty, "address.settlement_add", "{s:s, s:s}", "name", "Аксёново", "kind", "hamlet"), "id");
    lenina = at_int(rpc_ok(duty, "address.street_add", "{s:I, s:s}", "settlement", city, "name", "ул. Ленина"), "id");
}

static json_int_t given_house(json_int_t street, const char *number)
{
    return at_int(rpc_ok(duty, "house.add", "{s:I, s:s}", "street", street, "number", number), "id");
}

static void a_house_in_two_spellings_is_one(void **state)
{
    (void)state;
    json_int_t id = given_house(lenina, "12 корп. 2");
    json_t *again = rpc_ok(duty, "house.add", "{s:s, s:s, s:s}", "settlement_name", "Тутаев", "street_name", "Ленина ул", "number", "12К2");
    assert_int_equal(at_int(again, "id"), id);
    assert_true(json_is_true(at(again, "existing")));
    assert_string_equal(at_text(rpc_ok(clerk, "house.get", "{s:I}", "id", id), "address"), "г. Тутаев, ул. Ленина, 12 к2");
    school_house = given_house(lenina, "14");
}

static void houses_stand_in_natural_order_page_after_page(void **state)
{
    static const char *const numbers[] = {"100", "9", "12а", "12", "2", "12/2"}, *const sorted[] = {"2",    "9",     "12", "12А",
                                                                                                    "12/2", "12 к2", "14", "100"};
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        given_house(lenina, numbers[i]);
    json_t *page = rpc_ok(clerk, "house.list", "{s:I, s:i}", "street", lenina, "limit", 3);
    assert_int_equal(at_int(page, "total"), 8);
    for (size_t i = 0; i < sizeof sorted / sizeof *sorted; i++) {
        if (i > 0 && i % 3 == 0)
            page = rpc_ok(clerk, "house.list", "{s:I, s:i, s:s}", "street", lenina, "limit", 3, "after", at_text(page, "next"));
        assert_string_equal(at_text(json_array_get(at(page, "items"), i % 3), "number"), sorted[i]);
    }
    assert_true(json_is_null(at(page, "next")));
}

static void a_village_without_streets_has_houses(void **state)
{
    (void)state;
    json_t *made = rpc_ok(duty, "house.add", "{s:I, s:s}", "settlement", village, "number", "5");
    assert_string_equal(at_text(rpc_ok(clerk, "house.get", "{s:I}", "id", at_int(made, "id")), "address"), "д. Аксёново, 5");
    json_t *all = rpc_ok(clerk, "house.list", "{s:i}", "limit", 8),
           *rest = rpc_ok(clerk, "house.list", "{s:i, s:s}", "limit", 8, "after", at_text(all, "next"));
    assert_string_equal(at_text(rest, "items.0.address"), "д. Аксёново, 5");
}

static void houses_are_found_by_what_is_typed(void **state)
{
    (void)state;
    json_t *found = rpc_ok(clerk, "house.list", "{s:s}", "query", "ленина 12 а");
    assert_int_equal(json_array_size(at(found, "items")), 1);
    assert_string_equal(at_text(found, "items.0.number"), "12А");
    assert_int_equal(json_array_size(at(rpc_ok(clerk, "house.list", "{s:s}", "query", "Линина 12"), "items")),
                     4); /* 12, 12А, 12/2, 12 к2 */
}

static void streets_are_found_in_any_spelling(void **state)
{
    static const char *const named[] = {"1-я Парковая", "переулок 1-й Немировича-Данченко", "ул. Щёголева", "пр-кт Ленинский"};
    static const char *const typed[][2] = {{"парковая 1", "1-я Парковая"},
                                           {"Немирович", "1-й Немировича-Данченко"},
                                           {"данченко пер", "1-й Немировича-Данченко"},
                                           {"щеголева", "Щёголева"},
                                           {"щиголева", "Щёголева"},
                                           {"ЛЕНИНСКИЙ ПРОСПЕКТ", "Ленинский"},
                                           {"ул ленина", "Ленина"}};
    (void)state;
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        rpc_ok(duty, "address.street_add", "{s:I, s:s}", "settlement", city, "name", named[i]);
    for (size_t i = 0; i < sizeof typed / sizeof *typed; i++) {
        json_t *found = rpc_ok(clerk, "address.streets", "{s:s}", "query", typed[i][0]);
        CHECK(json_array_size(at(found, "items")) > 0, "«%s» finds nothing", typed[i][0]);
        assert_string_equal(at_text(found, "items.0.name"), typed[i][1]);
    }
}

static void the_same_street_twice_is_refused(void **state)
{
    (void)state;
    rpc_refused(duty, -32602, "name", "address.street_add", "{s:I, s:s}", "settlement", city, "name", "ЛЕНИНА улица");
    rpc_refused(duty, -32602, "name", "address.settlement_add", "{s:s}", "name", "г. ТУТАЕВ");
    rpc_ok(duty, "company.add", "{s:s}", "name", "ООО «Уют»");
    rpc_refused(duty, -32602, "name", "company.add", "{s:s}", "name", "ООО \"УЮТ\"");
}

/* «ул.» is a name begun and left: nothing is called so. Looking for it is no error. */
static void a_kind_alone_is_no_name(void **state)
{
    static const char *const kinds[] = {"г.", " пос. ", "ПОСЁЛОК", "ул.", "улица"};
    (void)state;
    json_int_t before = at_int(rpc_ok(duty, "address.settlements", NULL), "total");
    for (size_t i = 0; i < 3; i++) {
        json_t *error = rpc_refused(duty, -32602, "name", "address.settlement_add", "{s:s}", "name", kinds[i]);
        assert_string_equal(at_text(error, "data.reason"), "kind_alone");
        rpc_refused(duty, -32602, "name", "address.settlement_set", "{s:I, s:s, s:s}", "id", village, "name", kinds[i], "kind", "town");
        rpc_refused(duty, -32602, "settlement_name", "house.add", "{s:s, s:s, s:[s]}", "settlement_name", kinds[i], "number", "1", "create",
                    "settlement");
    }
    for (size_t i = 3; i < sizeof kinds / sizeof *kinds; i++) {
        json_t *error = rpc_refused(duty, -32602, "name", "address.street_add", "{s:I, s:s}", "settlement", city, "name", kinds[i]);
        assert_string_equal(at_text(error, "data.reason"), "kind_alone");
        rpc_refused(duty, -32602, "name", "address.street_set", "{s:I, s:s}", "id", lenina, "name", kinds[i]);
        rpc_refused(duty, -32602, "street_name", "house.add", "{s:I, s:s, s:s, s:[s]}", "settlement", city, "street_name", kinds[i],
                    "number", "1", "create", "street");
        rpc_ok(duty, "address.streets", "{s:s}", "query", kinds[i]);
    }
    assert_int_equal(at_int(rpc_ok(duty, "address.settlements", NULL), "total"), before);
}

/* A settlement that is renamed takes the same form as a new one, and is no double of another. */
static void a_name_is_set_in_its_normal_form(void **state)
{
    static const char *const doubles[] = {"Тутаев", "г. Тутаев", "ТУТАЕВ", "  г   тутаев "};
    (void)state;
    json_int_t id = at_int(rpc_ok(duty, "address.settlement_add", "{s:s}", "name", "г. Щёлково"), "id");
    rpc_ok(duty, "address.settlement_set", "{s:I, s:s, s:s}", "id", id, "name", "  пос.   Семёновское ", "residents_per_flat", "2.3");
    json_t *log = rpc_ok(town.admin, "event.list", "{s:s, s:I}", "record", "settlement", "record_id", id);
    json_t *items = at(rpc_ok(duty, "address.settlements", NULL), "items"), *one = find_item(items, "name", "Семёновское");
    assert_int_equal(at_int(one, "id"), id);
    assert_string_equal(at_text(one, "kind"), "town");
    assert_string_equal(at_text(log, "items.0.changes.name.to"), "Семёновское");
    assert_null(at(log, "items.0.changes.residents_per_flat"));
    for (size_t i = 0; i < sizeof doubles / sizeof *doubles; i++)
        rpc_refused(duty, -32602, "name", "address.settlement_set", "{s:I, s:s, s:s}", "id", id, "name", doubles[i], "kind", "city");
    rpc_ok(duty, "address.settlement_set", "{s:I, s:s}", "id", id, "name",
           "СЕМЕНОВСКОЕ"); /* the same town, otherwise written, is no double of itself */
    rpc_ok(duty, "address.settlement_set", "{s:I, s:s}", "id", id, "name", "д. Семёновское");
    one = find_item(at(rpc_ok(duty, "address.settlements", NULL), "items"), "name", "Семёновское");
    assert_string_equal(at_text(one, "kind"), "hamlet");
}

static void wrong_addresses_are_refused_by_their_field(void **state)
{
    (void)state;
    rpc_refused(duty, -32602, "number", "house.add", "{s:I, s:s}", "street", lenina, "number", "37,41");
    rpc_refused(duty, -32602, "street_name", "house.add", "{s:I, s:s, s:s}", "settlement", city, "street_name", "ул. Небывалая", "number",
                "1");
    rpc_refused(duty, -32602, "settlement_name", "house.add", "{s:s, s:s}", "settlement_name", "г. Китеж", "number", "1");
    rpc_refused(duty, -32602, "street", "house.add", "{s:i, s:s}", "street", 999999999, "number", "1");
    rpc_refused(duty, -32602, "lat", "house.add", "{s:I, s:s, s:s}", "street", lenina, "number", "1", "lat", "95");
    rpc_refused(duty, -32602, "street", "house.add", "{s:I, s:I, s:s}", "street", lenina, "settlement", village, "number", "1");
    rpc_error(clerk, 1002, "house.add", "{s:I, s:s}", "street", lenina, "number", "77");
    /* Two kinds of one name: which of them is meant is asked and not guessed. */
    rpc_ok(duty, "address.street_add", "{s:I, s:s}", "settlement", city, "name", "ул. Мира");
    rpc_ok(duty, "address.street_add", "{s:I, s:s}", "settlement", city, "name", "пер. Мира");
    rpc_refused(duty, -32602, "street_name", "house.add", "{s:I, s:s, s:s}", "settlement", city, "street_name", "Мира", "number", "1");
    rpc_ok(duty, "house.add", "{s:I, s:s, s:s}", "settlement", city, "street_name", "пер. Мира", "number", "1");
}

static void what_is_not_there_is_made_when_asked(void **state)
{
    (void)state;
    json_t *made = rpc_ok(duty, "house.add", "{s:s, s:s, s:s, s:s, s:s, s:[s,s,s,s], s:i}", "district_name", "р-н. Сокольский",
                          "settlement_name", "г. Сокол", "street_name", "СОВЕТСКАЯ", "number", "№7", "company_name", "МУП «Коммунальщик»",
                          "create", "district", "settlement", "street", "company", "flats", 80);
    json_t *card = rpc_ok(clerk, "house.get", "{s:I}", "id", at_int(made, "id"));
    assert_string_equal(at_text(card, "address"), "г. Сокол, ул. Советская, 7");
    assert_string_equal(at_text(card, "district_name"), "Сокольский район");
    assert_string_equal(at_text(card, "company_name"), "МУП «Коммунальщик»");
    assert_int_equal(at_int(card, "residents"), 184);
    assert_true(json_is_true(at(card, "residents_estimated")));
}

static void a_change_is_kept_with_what_was_before(void **state)
{
    (void)state;
    rpc_ok(duty, "house.set", "{s:I, s:i, s:i, s:s}", "id", school_house, "version", 1, "residents", 40, "number", "14 а");
    json_t *card = rpc_ok(clerk, "house.get", "{s:I}", "id", school_house);
    assert_string_equal(at_text(card, "number"), "14А");
    assert_int_equal(at_int(card, "residents"), 40);
    assert_string_equal(at_text(card, "history.1.changes.number.from"), "14");
    json_t *current =
        at(rpc_error(duty, 1003, "house.set", "{s:I, s:i, s:i}", "id", school_house, "version", 1, "residents", 50), "data.current");
    assert_int_equal(at_int(current, "residents"), 40);
    rpc_refused(duty, -32602, "number", "house.set", "{s:I, s:s}", "id", school_house, "number", "12");
}

static void social_objects_stand_at_their_house(void **state)
{
    (void)state;
    json_t *made = rpc_ok(duty, "social_object.add", "{s:s, s:s, s:s, s:s}", "kind", "school", "name", "Школа № 7", "street_name", "Ленина",
                          "house_number", "14 а");
    json_t *again = rpc_ok(duty, "social_object.add", "{s:s, s:s, s:I}", "kind", "school", "name", "ШКОЛА № 7", "house", school_house);
    assert_int_equal(at_int(again, "id"), at_int(made, "id"));
    assert_string_equal(at_text(rpc_ok(clerk, "house.get", "{s:I}", "id", school_house), "social_objects.0.name"), "Школа № 7");
    rpc_refused(duty, -32602, "house_number", "social_object.add", "{s:s, s:s, s:s, s:s}", "kind", "school", "name", "Ещё", "street_name",
                "ул. Ленина", "house_number", "999");
    rpc_refused(duty, -32602, "kind", "social_object.add", "{s:s, s:s}", "kind", "castle", "name", "Замок");
    rpc_ok(duty, "social_object.set", "{s:I, s:b}", "id", at_int(made, "id"), "disabled", 1);
    assert_int_equal(at_int(rpc_ok(clerk, "social_object.list", "{s:I}", "house", school_house), "total"), 0);
}

static bool is_said(const json_t *answer)
{
    char *text = json_dumps(answer, 0);
    bool said = text && strstr(text, "Петрова");
    free(text);
    return said;
}

static void a_resident_on_life_support_is_named_to_those_who_call(void **state)
{
    (void)state;
    json_int_t id = at_int(rpc_ok(duty, "social_object.add", "{s:s, s:s, s:I, s:s}", "kind", "vulnerable_resident", "name", "Петрова А. А.",
                                  "house", school_house, "contact_duty_phone", "+7 910 000-00-01"),
                           "id");
    assert_string_equal(at_text(rpc_ok(duty, "social_object.get", "{s:I}", "id", id), "name"), "Петрова А. А.");
    json_t *seen = rpc_ok(clerk, "social_object.get", "{s:I}", "id", id);
    assert_string_equal(at_text(seen, "name"), "Житель на аппарате жизнеобеспечения");
    assert_string_equal(at_text(seen, "contact_duty_phone"), "");
    CHECK(!is_said(rpc_ok(clerk, "house.get", "{s:I}", "id", school_house)), "the card of the house names the resident");
    CHECK(!is_said(rpc_ok(clerk, "social_object.list", "{s:s}", "query", "петрова")), "the list names the resident");
    assert_int_equal(at_int(rpc_ok(clerk, "social_object.list", "{s:s}", "query", "петрова"), "total"), 0);
}

/* ---- lines of houses ---- */

static json_t *resolved(const char *line) { return rpc_ok(clerk, "house.resolve", "{s:s}", "line", line); }

/* "1,3,5": the houses of an answer, in its order. */
static void has_houses(const json_t *answer, const char *expected)
{
    char text[1000] = "";
    size_t i, len = 0;
    json_t *house;
    json_array_foreach(at(answer, "houses"), i, house) len +=
        (size_t)snprintf(text + len, sizeof text - len, "%s%s", i ? "," : "", at_text(house, "number"));
    assert_string_equal(text, expected);
    assert_int_equal(at_int(answer, "count"), json_array_size(at(answer, "houses")));
}

static void given_garden_street(void)
{
    static const char *const numbers[] = {"1",    "2", "3", "3А", "4",     "5",     "5/1",   "6",  "7",   "7 к1",
                                          "7 к2", "8", "9", "10", "22 к1", "22 к2", "22 к3", "24", "30А", "32"};
    json_int_t street = at_int(rpc_ok(duty, "address.street_add", "{s:I, s:s}", "settlement", city, "name", "ул. Садовая"), "id");
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        rpc_ok(duty, "house.add", "{s:I, s:s, s:i, s:s, s:[s]}", "street", street, "number", numbers[i], "flats", 10, "company_name",
               i % 2 ? "ООО «Управляющая компания «Уют»" : "ТСЖ «Заря»", "create", "company");
}

static void a_line_finds_its_houses(void **state)
{
    (void)state;
    given_garden_street();
    has_houses(resolved("Садовая 1-5"), "1,3,3А,5,5/1");
    has_houses(resolved("ул. Садовая 2-9"), "2,3,3А,4,5,5/1,6,7,7 к1,7 к2,8,9");
    has_houses(resolved("Садовая 1-9 чет., 3"), "2,4,6,8,3");
    has_houses(resolved("Садовая 22к2-30"), "22 к2,22 к3,24,30А");
    has_houses(resolved("Садовая с 24 до конца"), "24,30А,32");
    has_houses(resolved("Садовая весь, кроме 1-10, 22к1, 30а"), "22 к2,22 к3,24,32");
    has_houses(resolved("Садовая 7 все корпуса, 3 А"), "7,7 к1,7 к2,3А");
    has_houses(resolved("нечётная сторона ул. Садовой, кроме 5"), "1,3,3А,5/1,7,7 к1,7 к2,9");
    has_houses(resolved("Садовая 1; д. Аксёново 5"), "1,5");
    json_t *answer = resolved("Садовая 1, 1-3, 24");
    has_houses(answer, "1,3,3А,24"); /* a house twice in a line is one */
    assert_int_equal(at_int(answer, "pieces.1.houses"), 3);
    assert_int_equal(at_int(answer, "residents"), 92);
    assert_int_equal(at_int(answer, "estimated_houses"), 4);
}

static void each_piece_tells_how_it_was_read(void **state)
{
    (void)state;
    json_t *answer = resolved("Садовая 1-5, 2-8 подряд, 1-4");
    assert_string_equal(at_text(answer, "pieces.0.reading"), "нечётная сторона: оба конца нечётные");
    assert_string_equal(at_text(answer, "pieces.1.reading"), "обе стороны, подряд");
    assert_string_equal(at_text(answer, "pieces.2.reading"), "обе стороны: концы разной чётности");
    assert_int_equal(at_int(answer, "pieces.1.at"), 13);
}

static void houses_of_a_company_are_found(void **state)
{
    (void)state;
    static const char line[] = "дома УК \"Уют\" по Садовой, кроме 2-10 подряд";
    json_t *answer = resolved(line); /* there is ООО «Уют», too */
    assert_string_equal(at_text(answer, "ask.0.reason"), "several_companies");
    json_t *company = find_item(at(answer, "ask.0.candidates"), "text", "ООО «Управляющая компания «Уют»");
    answer =
        rpc_ok(clerk, "house.resolve", "{s:s, s:[{s:s, s:I}]}", "line", line, "choices", "text", "УК \"Уют\"", "id", at_int(company, "id"));
    has_houses(answer, "22 к2,24,32");
    answer = resolved("дома ТСЖ \"ЗАРЯ\" по Садовой, кроме 1-10 подряд");
    has_houses(answer, "22 к1,22 к3,30А");
    assert_string_equal(at_text(answer, "places.0.read_as"), "ул. Садовая");
    answer = resolved("дома ТСЖ «Рассвет»");
    assert_string_equal(at_text(answer, "unread.0.reason"), "unknown_company");
}

static void streets_that_look_alike_are_asked(void **state)
{
    (void)state;
    json_t *answer = resolved("Мира 1; Садовая 1");
    has_houses(answer, "1");
    assert_string_equal(at_text(answer, "ask.0.reason"), "several_streets");
    assert_int_equal(json_array_size(at(answer, "ask.0.candidates")), 2);
    /* A slip of the pen is asked about, too, even where one street alone looks alike. */
    answer = resolved("Сдовая 1");
    has_houses(answer, "");
    assert_string_equal(at_text(answer, "ask.0.candidates.0.text"), "ул. Садовая");
    answer = rpc_ok(clerk, "house.resolve", "{s:s, s:[{s:s, s:I}]}", "line", "Сдовая 1", "choices", "text", at_text(answer, "ask.0.choice"),
                    "id", at_int(answer, "ask.0.candidates.0.id"));
    has_houses(answer, "1");
    /* The kind that was said is not there. */
    assert_string_equal(at_text(resolved("пер. Садовый 1"), "ask.0.reason"), "similar_streets");
    /* Part of a name, and the likeness of words to others, is no guess when one alone holds it. */
    answer = resolved("Немировича 5");
    assert_string_equal(at_text(answer, "places.0.read_as"), "пер. 1-й Немировича-Данченко");
    assert_string_equal(at_text(answer, "unknown.0.reason"), "unknown_house");
}

static void what_is_not_in_the_register_is_listed(void **state)
{
    (void)state;
    json_t *answer = resolved("Садовая 1, 777, 22, 100-200; Небывалая 5; Садовая 9-1; г. Китеж, Садовая 1");
    has_houses(answer, "1");
    assert_string_equal(at_text(answer, "unknown.0.text"), "777");
    assert_string_equal(at_text(answer, "unknown.0.reason"), "unknown_house");
    assert_false(json_is_true(at(answer, "unknown.0.may_add")));
    assert_string_equal(at_text(answer, "unknown.1.reason"), "corpora_only");
    assert_string_equal(at_text(answer, "unknown.1.there"), "22 к1, 22 к2, 22 к3");
    assert_string_equal(at_text(answer, "unknown.2.reason"), "nothing_between");
    assert_string_equal(at_text(answer, "unread.0.text"), "Небывалая");
    assert_string_equal(at_text(answer, "unread.0.reason"), "unknown_street");
    assert_string_equal(at_text(answer, "unread.1.reason"), "range_reversed");
    assert_string_equal(at_text(answer, "unread.2.reason"), "unknown_settlement");
    assert_true(json_is_true(at(rpc_ok(duty, "house.resolve", "{s:s}", "line", "Садовая 777"), "unknown.0.may_add")));
    assert_string_equal(at_text(resolved("1, 3"), "unread.0.reason"), "no_street");
    has_houses(rpc_ok(clerk, "house.resolve", "{s:s, s:I}", "line", "9, 100", "street", lenina), "9,100");
}

static void a_line_is_parsed_without_a_register(void **state)
{
    (void)state;
    json_t *answer = rpc_ok(clerk, "house.parse", "{s:s}", "line", "ул. Выдуманная, 1-5, 12 к.2, кроме 3; Другая 15-1");
    assert_int_equal(json_array_size(at(answer, "houses")), 3);
    assert_string_equal(at_text(answer, "houses.0.street"), "ул. Выдуманная");
    assert_string_equal(at_text(answer, "houses.2.number"), "12 к2");
    assert_string_equal(at_text(answer, "unread.0.text"), "15-1");
    assert_string_equal(at_text(answer, "unread.0.reason"), "range_reversed");
    assert_int_equal(at_int(answer, "unread.0.at"), 45);
}

static void long_lines_are_refused_or_read(void **state)
{
    (void)state;
    enum { TOO_LONG = 100 * 1024, LONG = 50000 };
    char *text = calloc(1, TOO_LONG + 1);
    assert_non_null(text);
    memset(text, '1', TOO_LONG);
    rpc_refused(clerk, -32602, "line", "house.resolve", "{s:s}", "line", text);
    rpc_refused(clerk, -32602, "line", "house.parse", "{s:s}", "line", text);
    strcpy(text, "Садовая 1");
    for (size_t len = strlen(text); len < LONG; len += 2)
        strcpy(text + len, ",1");
    json_t *answer = resolved(text);
    has_houses(answer, "1");
    assert_string_equal(at_text(answer, "unread.0.reason"), "too_many_pieces");
    free(text);
}

/* ---- letters about a house ---- */

static json_int_t given_letter(const char *address, bool confidential)
{
    json_t *letter = rpc_ok(clerk, "appeal.register", "{s:s, s:s, s:s, s:s, s:{s:s, s:s}, s:b, s:s}", "kind", "letter", "channel", "post",
                            "subject", "Течёт кровля", "text", "Прошу принять меры", "new_correspondent", "name", "Кровлина Анна Петровна",
                            "address", "ул. Ленина, 2", "confidential", confidential, "address", address);
    return at_int(letter, "id");
}

struct letters {
    struct rpc *who;
    json_int_t house, count;
};

static bool are_there(void *arg)
{
    struct letters *l = arg;
    return at_int(rpc_ok(l->who, "appeal.list", "{s:I}", "house", l->house), "total") == l->count;
}

enum { CLOCK_MS = 20000 };

/* The house is found beside the writers, within a second or two; for a letter that came before its house, when the house has come. */
static void a_letter_belongs_to_the_house_that_its_address_means(void **state)
{
    (void)state;
    json_int_t twelve = at_int(rpc_ok(clerk, "house.list", "{s:s}", "query", "ленина 12а"), "items.0.id");
    json_int_t open = given_letter("152300, Ярославская обл., г. Тутаев, ул. Ленина, д. 12 А, кв. 7", false),
               secret = given_letter("ул. Ленина, 12а", true), early = given_letter("Ленина 777 кв 1", false),
               moved = given_letter("ул. Ленина, 12А", false);
    given_letter("у моста, напротив рынка", false);
    CHECK(wait_until(are_there, &(struct letters){clerk, twelve, 3}, CLOCK_MS),
          "the clerk, who is named on the restricted one, sees three");
    CHECK(wait_until(are_there, &(struct letters){town_as(&town, TOWN_head), twelve, 2}, CLOCK_MS), "others neither see nor count it");
    assert_int_equal(at_int(rpc_ok(clerk, "appeal.get", "{s:I}", "id", open), "house"), twelve);
    assert_int_equal(at_int(rpc_ok(clerk, "appeal.get", "{s:I}", "id", secret), "house"), twelve);
    assert_true(json_is_null(at(rpc_ok(clerk, "appeal.get", "{s:I}", "id", early), "house")));
    rpc_ok(clerk, "appeal.set", "{s:I, s:s}", "id", moved, "address", "у моста");
    CHECK(wait_until(are_there, &(struct letters){clerk, twelve, 2}, CLOCK_MS), "a corrected address leaves the house");
    json_int_t late = given_house(lenina, "777");
    CHECK(wait_until(are_there, &(struct letters){clerk, late, 1}, CLOCK_MS), "the house came after the letter");
    rpc_error(clerk, -32602, "appeal.list", "{s:s}", "house", "Ленина");
}

/* Where somebody lives is hidden with their name: to those who may not see persons a letter from home stands at no house. */
static void a_home_is_no_way_to_a_person(void **state)
{
    (void)state;
    json_int_t home = at_int(rpc_ok(clerk, "house.list", "{s:s}", "query", "ленина 2"), "items.0.id");
    given_letter("ул. Ленина, 2", false);
    CHECK(wait_until(are_there, &(struct letters){clerk, home, 1}, CLOCK_MS), "the clerk sees it");
    struct rpc *analyst = town_as(&town, TOWN_analyst);
    json_int_t twelve = at_int(rpc_ok(clerk, "house.list", "{s:s}", "query", "ленина 12а"), "items.0.id");
    assert_true(at_int(rpc_ok(analyst, "appeal.list", "{s:I}", "house", twelve), "total") > 0);
    assert_int_equal(at_int(rpc_ok(analyst, "appeal.list", "{s:I}", "house", home), "total"), 0);
}

/* Since when the house itself was off, and when it came back: not the outage as a whole. */
static void outages_of_a_house_tell_its_own_hours(void **state)
{
    (void)state;
    json_int_t two = at_int(rpc_ok(clerk, "house.list", "{s:s}", "query", "ленина 2"), "items.0.id"),
               nine = at_int(rpc_ok(clerk, "house.list", "{s:s}", "query", "ленина 9"), "items.0.id");
    json_int_t outage = at_int(rpc_ok(duty, "outage.open", "{s:s, s:s, s:[I,I], s:s, s:s}", "kind", "emergency", "resource", "gas",
                                      "houses", two, nine, "started", "2026-01-10T08:00:00Z", "promised", "2026-01-10T12:00:00Z"),
                               "id");
    rpc_ok(duty, "outage.restore_houses", "{s:I, s:[I], s:s}", "id", outage, "houses", two, "time", "2026-01-10T10:00:00Z");
    json_t *of_two = rpc_ok(clerk, "outage.list", "{s:I}", "house", two), *of_nine = rpc_ok(clerk, "outage.list", "{s:I}", "house", nine);
    assert_true(strncmp(at_text(of_two, "items.0.house_off"), "2026-01-10T", 11) == 0);
    assert_true(strncmp(at_text(of_two, "items.0.house_back"), "2026-01-10T", 11) == 0);
    assert_true(json_is_null(at(of_nine, "items.0.house_back")));
    /* The last to begin stands first, however late it was written down; pages go on where the one before ended. */
    static const char *const begun[] = {"2026-01-05T08:00:00Z", "2026-02-01T08:00:00Z", "2026-01-05T08:00:00Z"};
    for (size_t i = 0; i < sizeof begun / sizeof *begun; i++)
        rpc_ok(duty, "outage.open", "{s:s, s:s, s:[I], s:s}", "kind", "emergency", "resource", "lift", "houses", two, "started", begun[i]);
    char months[40] = "";
    json_t *page = rpc_ok(clerk, "outage.list", "{s:I, s:s, s:i}", "house", two, "sort", "begun", "limit", 1);
    for (;;) {
        strncat(months, at_text(page, "items.0.started") + 5, 5);
        if (json_is_null(at(page, "next")))
            break;
        page =
            rpc_ok(clerk, "outage.list", "{s:I, s:s, s:i, s:s}", "house", two, "sort", "begun", "limit", 1, "after", at_text(page, "next"));
    }
    assert_string_equal(months, "02-0101-1001-0501-05");
    assert_true(json_is_null(at(rpc_ok(clerk, "outage.list", "{s:s}", "resource", "gas"), "items.0.house_off")));
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
        cmocka_unit_test(a_house_in_two_spellings_is_one),
        cmocka_unit_test(houses_stand_in_natural_order_page_after_page),
        cmocka_unit_test(a_village_without_streets_has_houses),
        cmocka_unit_test(houses_are_found_by_what_is_typed),
        cmocka_unit_test(streets_are_found_in_any_spelling),
        cmocka_unit_test(the_same_street_twice_is_refused),
        cmocka_unit_test(a_kind_alone_is_no_name),
        cmocka_unit_test(a_name_is_set_in_its_normal_form),
        cmocka_unit_test(wrong_addresses_are_refused_by_their_field),
        cmocka_unit_test(what_is_not_there_is_made_when_asked),
        cmocka_unit_test(a_change_is_kept_with_what_was_before),
        cmocka_unit_test(social_objects_stand_at_their_house),
        cmocka_unit_test(a_resident_on_life_support_is_named_to_those_who_call),
        cmocka_unit_test(a_line_finds_its_houses),
        cmocka_unit_test(each_piece_tells_how_it_was_read),
        cmocka_unit_test(houses_of_a_company_are_found),
        cmocka_unit_test(streets_that_look_alike_are_asked),
        cmocka_unit_test(what_is_not_in_the_register_is_listed),
        cmocka_unit_test(a_line_is_parsed_without_a_register),
        cmocka_unit_test(long_lines_are_refused_or_read),
        cmocka_unit_test(a_letter_belongs_to_the_house_that_its_address_means),
        cmocka_unit_test(a_home_is_no_way_to_a_person),
        cmocka_unit_test(outages_of_a_house_tell_its_own_hours),
        cmocka_unit_test(stops_cleanly),
    };
    return HARNESS_RUN("addresses", tests);
}
