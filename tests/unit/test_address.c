/* House numbers, streets and settlements in the spellings that people and registers use. */
#include "server/rules/house_number.h"
#include "server/rules/settlement_name.h"
#include "server/rules/street_name.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* ---- house numbers ---- */

static void every_spelling_has_one_canonical_form(void **state)
{
    static const char *const cases[][2] = {
        {"12", "12"},
        {"№12", "12"},
        {"№ 12", "12"},
        {".12", "12"},
        {"12.", "12"},
        {" 12 ", "12"},
        {"д. 12", "12"},
        {"дом 12", "12"},
        {"12*", "12"},
        {"012", "12"},
        {"12, к. -", "12"},
        {"12, к. .", "12"},
        {"12, стр. деревянное", "12"},
        {"12, стр. жилой дом", "12"},
        {"12, к. 0, стр. 0", "12"},
        {"12а", "12А"},
        {"12 А", "12А"},
        {"12-а", "12А"},
        {"12_А", "12А"},
        {"12\"А\"", "12А"},
        {"12 «а»", "12А"},
        {"12 лит. А", "12А"},
        {"12, лит. а", "12А"},
        {"12a", "12А"},
        {"12 литера А", "12А"},
        {"15, лит. а1", "15А1"},
        {"75в1", "75В1"},
        {"12/3", "12/3"},
        {"12\\3", "12/3"},
        {"12/3а", "12/3А"},
        {"5/1-Б", "5/1Б"},
        {"3-Б/4", "3Б/4"},
        {"6/В", "6/В"},
        {"4/2/0", "4/2/0"},
        {"12 к.2", "12 к2"},
        {"12, к. 2", "12 к2"},
        {"12к2", "12 к2"},
        {"12 К 2", "12 к2"},
        {"12 корп. 2", "12 к2"},
        {"12, корпус 2", "12 к2"},
        {"12 к. а", "12 к.А"},
        {"12, к. Корпус 1", "12 к1"},
        {"29, к. 1б", "29 к1Б"},
        {"12, стр. 1", "12 стр1"},
        {"12 стр.1", "12 стр1"},
        {"12с1", "12 стр1"},
        {"12 строение 1", "12 стр1"},
        {"23, стр. \"143\"", "23 стр143"},
        {"48/3 стр.", "48/3"},
        {"12к2с3", "12 к2 стр3"},
        {"75, к. 1, лит. В", "75В к1"},
        {"103Б, к. -, стр. -, лит. -", "103Б"},
        {"вл.5", "вл5"},
        {"12 (дубль 2)", "12 дубль2"},
        {"30 дубль", "30 дубль"},
        {"9 (дубль 1), стр. 6", "9 стр6 дубль1"},
        {"2 (дубль X)", "2 дубль.Х"},
        {"б/н", "б/н"},
        {"12 К", "12К"},
        {"12 с", "12С"},
        {"22 к 2", "22 к2"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct house_number n;
        if (!house_number_whole(cases[i][0], &n))
            fail_msg("«%s» is not read", cases[i][0]);
        assert_string_equal(n.text, cases[i][1]);
    }
}

static void what_is_no_number_is_not_read(void **state)
{
    static const char *const cases[] = {
        "",     "-",        "37,41",           "13-15",    "корпус 3",    "общежитие 1",        "58, кв.5", "12 и 14", "100000",
        "акоп", "26акопия", "11, к. Секция 2", "8.кв 1-4", "12 в районе", "1 (в/г 1, инв.№ 2)", "6-я",      "19-го",   "12 к2 к3"};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct house_number n;
        if (house_number_whole(cases[i], &n))
            fail_msg("«%s» is read as %s", cases[i], n.text);
    }
}

static void a_canonical_form_is_its_own(void **state)
{
    static const char *const cases[] = {"12",  "12А",       "12/3",     "12/3А", "12 к2",  "12А к2 стр3", "12 стр1",
                                        "вл5", "12 дубль2", "30 дубль", "б/н",   "12 к.А", "75В1",        "12 стр.Б"};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct house_number n;
        assert_true(house_number_whole(cases[i], &n));
        assert_string_equal(n.text, cases[i]);
    }
}

static void the_order_is_natural(void **state)
{
    static const char *const sorted[] = {"б/н",   "2",     "10",    "12",     "12А",     "12А к2", "12Б", "12/2",
                                         "12/10", "12 к1", "12 к2", "12 к10", "12 стр1", "13",     "100"};
    struct house_number a, b;
    (void)state;
    for (size_t i = 0; i + 1 < sizeof sorted / sizeof *sorted; i++) {
        assert_true(house_number_whole(sorted[i], &a) && house_number_whole(sorted[i + 1], &b));
        if (house_number_compare(&a, &b) >= 0 || house_number_compare(&b, &a) <= 0)
            fail_msg("%s does not stand before %s", sorted[i], sorted[i + 1]);
    }
}

static void a_number_ends_where_it_ends(void **state)
{
    static const struct {
        const char *text;
        size_t used;
        const char *number;
    } cases[] = {{"5, к. 2, 7", sizeof "5, к. 2" - 1, "5 к2"},
                 {"5, 7", 1, "5"},
                 {"5, с 10 до 12", 1, "5"},
                 {"1-15", 1, "1"},
                 {"12-а-16", sizeof "12-а" - 1, "12А"},
                 {"12 и 14", 2, "12"},
                 {"12 в районе", 2, "12"},
                 {"3-Я 51", 1, "3"},
                 {"15ЗАРЯ", 2, "15"},
                 {"22к2-30", sizeof "22к2" - 1, "22 к2"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct house_number n;
        size_t used = house_number_parse(cases[i].text, strlen(cases[i].text), &n);
        if (used != cases[i].used || strcmp(n.text, cases[i].number) != 0)
            fail_msg("«%s»: %zu bytes as %s", cases[i].text, used, n.text);
    }
}

/* ---- streets ---- */

static void spellings_of_a_street_share_a_key(void **state)
{
    static const char *const cases[][3] = {
        {"ул. Ленина", "ленина", "street"},
        {"ленина ул", "ленина", "street"},
        {"УЛИЦА ЛЕНИНА", "ленина", "street"},
        {"у. Ленина", "ленина", "street"},
        {"Ленина", "ленина", ""},
        {"1-я Парковая", "1 парковая", ""},
        {"Парковая 1-Я", "1 парковая", ""},
        {"ул. Парковая, 1", "1 парковая", "street"},
        {"тер. СНТ Берёзка", "березка", "territory"},
        {"СНТ Берёзка", "березка", "territory"},
        {"переулок 1-й Немировича-Данченко", "1 данченко немировича", "lane"},
        {"Щёголева улица", "щеголева", "street"},
        {"100-ЛЕТИЯ ВЛАДИВОСТОКА ПР-КТ", "100 владивостока летия", "avenue"},
        {"ул. Набережная", "набережная", "street"},
        {"Набережная", "набережная", ""},
        {"Военное шоссе", "военное", "highway"},
        {"пр. Мира", "мира", ""},
        {"пр-т Мира", "мира", "avenue"},
        {"19-го Партсъезда ул.", "19 партсъезда", "street"},
        {"ул. им. Авдюнина", "авдюнина", "street"},
        {"пл.ЛУГОВАЯ", "луговая", "square"},
        {"ул. «Правды»", "правды", "street"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct street_name n;
        if (!street_name_parse(cases[i][0], strlen(cases[i][0]), &n) || strcmp(n.key, cases[i][1]) != 0 || strcmp(n.kind, cases[i][2]) != 0)
            fail_msg("«%s»: %s of kind %s", cases[i][0], n.key, n.kind);
    }
}

static void no_street_is_no_name(void **state)
{
    static const char *const cases[] = {"", " . , ", "\"\"", "--"};
    char many[4000] = "";
    struct street_name n;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_false(street_name_parse(cases[i], strlen(cases[i]), &n));
    for (int i = 0; i < 200; i++)
        strcat(many, "слово ");
    assert_false(street_name_parse(many, strlen(many), &n));
}

static void a_kind_alone_is_seen(void **state)
{
    static const struct {
        const char *text;
        bool street, settlement; /* is it but a kind of one? */
    } cases[] = {
        {"ул.", true, false},       {"улица", true, false},        {" УЛ ", true, false},
        {"пер. ул.", true, false},  {"г.", false, true},           {"г", false, true},
        {" пос. ", false, true},    {"ПОСЁЛОК", false, true},      {"ж/д_ст.", false, true},
        {"д. Хутор", false, false}, {"Набережная", false, false},  {"Линия 1", false, false},
        {"Ленина", false, false},   {"ул. 8 Марта", false, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *text = cases[i].text;
        struct street_name street;
        struct settlement_name settlement;
        if (!street_name_parse(text, strlen(text), &street) || !settlement_name_parse(text, strlen(text), &settlement) ||
            street.kind_alone != cases[i].street || settlement.kind_alone != cases[i].settlement)
            fail_msg("«%s»: street %d, settlement %d", text, street.kind_alone, settlement.kind_alone);
    }
}

static void part_of_a_name_and_its_case_are_seen(void **state)
{
    (void)state;
    assert_true(street_key_covers("карла маркса", "маркса"));
    assert_true(street_key_covers("карла маркса", "к маркса"));
    assert_true(street_key_covers("садовая", "садовой"));
    assert_false(street_key_covers("садовая", "садовод"));
    assert_false(street_key_covers("маркса", "карла маркса"));
    assert_false(street_key_covers("10 парковая", "1 парковая"));
    assert_true(street_key_inflected("московский", "московскому"));
    assert_false(street_key_inflected("1 садовая", "садовой"));
}

/* ---- settlements, districts, companies ---- */

static void settlements_have_kind_and_name(void **state)
{
    static const char *const cases[][3] = {
        {"г. Тутаев", "city", "Тутаев"},
        {"г Тутаев", "city", "Тутаев"},
        {"рп. Шексна", "town", "Шексна"},
        {"деревня  Аксёново", "hamlet", "Аксёново"},
        {"д.Аксеново (Вохтожское МО)", "hamlet", "Аксеново (Вохтожское МО)"},
        {"ж/д_ст. Туфаново", "station", "Туфаново"},
        {"Тутаев", "", "Тутаев"},
        {"с. Никольское", "village", "Никольское"},
        {"Городищи", "", "Городищи"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct settlement_name n;
        if (!settlement_name_parse(cases[i][0], strlen(cases[i][0]), &n) || strcmp(n.kind, cases[i][1]) != 0 ||
            strcmp(n.name, cases[i][2]) != 0)
            fail_msg("«%s»: %s of kind %s", cases[i][0], n.name, n.kind);
    }
}

static void a_district_has_one_spelling(void **state)
{
    static const char *const cases[][2] = {{"р-н. Сокольский", "Сокольский район"},
                                           {"Сокольский р-н", "Сокольский район"},
                                           {"Сокольский  район", "Сокольский район"},
                                           {"район Сокольский", "Сокольский район"},
                                           {"Северный", "Северный"}};
    char name[SETTLEMENT_NAME_BYTES];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(district_name(cases[i][0], name, sizeof name));
        assert_string_equal(name, cases[i][1]);
    }
    assert_false(district_name("  ", name, sizeof name));
}

static void a_company_in_two_spellings_is_one(void **state)
{
    char a[100], b[100];
    (void)state;
    assert_true(company_key("ООО \"Управляющая компания \"Уют\"\"", a, sizeof a) &&
                company_key("ооо  «Управляющая компания «УЮТ»", b, sizeof b));
    assert_string_equal(a, b);
    assert_false(company_key("\"\" -", a, sizeof a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_spelling_has_one_canonical_form),
        cmocka_unit_test(what_is_no_number_is_not_read),
        cmocka_unit_test(a_canonical_form_is_its_own),
        cmocka_unit_test(the_order_is_natural),
        cmocka_unit_test(a_number_ends_where_it_ends),
        cmocka_unit_test(spellings_of_a_street_share_a_key),
        cmocka_unit_test(no_street_is_no_name),
        cmocka_unit_test(a_kind_alone_is_seen),
        cmocka_unit_test(part_of_a_name_and_its_case_are_seen),
        cmocka_unit_test(settlements_have_kind_and_name),
        cmocka_unit_test(a_district_has_one_spelling),
        cmocka_unit_test(a_company_in_two_spellings_is_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
