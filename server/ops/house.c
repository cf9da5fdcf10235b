/* Houses of the register. */
#include "server/ops/house.h"
#include "common/arena.h"
#include "server/ops/helpers.h"
#include "server/ops/tables.h"
#include "server/rules/house_number.h"
#include "server/rules/street_name.h"
#include <stdlib.h>
#include <string.h>

/* ---- reading ---- */

/* «ленина 12к2»: the longest end that is a number parts street from house; either may be absent. */
static void split_query(const char *query, size_t *street_len, struct house_number *number)
{
    *street_len = strlen(query);
    if (house_number_whole(query, number)) {
        *street_len = 0;
        return;
    }
    for (const char *p = strpbrk(query, " ,"); p; p = strpbrk(p + 1, " ,"))
        if (house_number_whole(p + 1, number)) {
            *street_len = (size_t)(p - query);
            return;
        }
    *number = (struct house_number){.text = ""};
}

enum { STREETS_FOUND = 50 };

/* Ids of the streets whose names cover what was typed, else of the likest one. */
static bool streets_like(struct call *c, const char *query, size_t len, const char **ids)
{
    struct street_name name;
    *ids = "{}";
    if (!street_name_parse(query, len, &name))
        return true;
    char longest[STREET_NAME_BYTES] = "";
    for (const char *p = name.key; *p;) {
        size_t n = strcspn(p, " ");
        if (n > strlen(longest)) {
            memcpy(longest, p, n);
            longest[n] = '\0';
        }
        p += n + (p[n] == ' ');
    }
    const char *params[] = {name.key, longest, *name.kind ? name.kind : NULL, arg_sql(c, "settlement"), NULL, call_int(c, STREETS_FOUND)};
    struct pg_res *res = pg_query(c->db, Q_STREET_SEARCH, params, 6, c->err);
    if (!res)
        return false;
    const char *list = "";
    for (int i = 0; i < pg_rows(res); i++)
        if (street_key_covers(pg_text(res, i, 1), name.key))
            list = arena_printf(c->arena, "%s%s%s", list, *list ? "," : "", pg_text(res, i, 2));
    if (!*list && pg_rows(res) > 0)
        list = arena_strdup(c->arena, pg_text(res, 0, 2));
    *ids = arena_printf(c->arena, "{%s}", list);
    pg_free(res);
    return true;
}

static bool house_list(struct call *c)
{
    struct page page;
    struct house_number number = {.text = ""};
    const char *query = arg_sql(c, "query"), *streets = NULL;
    size_t street_len = 0;
    if (!page_begin(c, &page, "i"))
        return false;
    if (query) {
        split_query(query, &street_len, &number);
        if (street_len > 0 && !streets_like(c, query, street_len, &streets))
            return false;
    }
    const char *params[] = {
        arg_sql(c, "settlement"),          arg_sql(c, "street"), arg_sql(c, "company"),      arg_sql(c, "district"), streets,
        *number.text ? number.text : NULL, page.after[0],        call_int(c, page.limit + 1)};
    if (!page_count(c, &page, Q_HOUSE_COUNT, params, 6))
        return false;
    struct pg_res *res = pg_query(c->db, Q_HOUSE_LIST, params, 8, c->err);
    if (!res)
        return false;
    page_write(c, &page, res, NULL, 1, 1);
    pg_free(res);
    return true;
}

static bool house_get(struct call *c)
{
    const char *params[] = {call_language(c), address_sees_names(c), arg_sql(c, "id")};
    return write_json_row(c, Q_HOUSE_GET, params, 3);
}

/* ---- writing ---- */

/* Degrees as text; a number of its range. */
static bool degrees_ok(struct call *c, const char *field, double most)
{
    const char *text = arg_sql(c, field);
    char *end;
    double value = text ? strtod(text, &end) : 0;
    return !text || (end != text && *end == '\0' && value >= -most && value <= most) ||
           err_field(c->err, field, "out_of_range", "%.40s", text);
}

static bool place_ok(struct call *c) { return degrees_ok(c, "lat", 90) && degrees_ok(c, "lon", 180); }

/* What stands beside the number: places 7 to 16 of house_add and house_set. */
static void fill_facts(struct call *c, const char *params[], int64_t company)
{
    static const char *const fields[] = {"entrances", "floors", "flats", "residents", NULL, "without", "two_sources", "lat", "lon"};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        params[i] = fields[i] ? arg_sql(c, fields[i]) : company ? call_int(c, company) : NULL;
    params[9] = arg_keep(c, "note");
}

enum { MAKE_COMPANY = MAKE_ALL + 1 };

static unsigned may_create(const struct call *c)
{
    static const struct {
        const char *word;
        unsigned bit;
    } words[] = {{"district", MAKE_DISTRICT}, {"settlement", MAKE_SETTLEMENT}, {"street", MAKE_STREET}, {"company", MAKE_COMPANY}};
    unsigned make = MAKE_HOUSE;
    size_t i;
    json_t *word;
    json_array_foreach(json_object_get(c->params, "create"), i, word) for (size_t k = 0; k < sizeof words / sizeof *words;
                                                                           k++) if (strcmp(words[k].word, json_string_value(word)) == 0)
        make |= words[k].bit;
    return make;
}

static bool company_of(struct call *c, unsigned make, int64_t *id)
{
    const char *name = arg_sql(c, "company_name");
    *id = arg_int(c, "company");
    if (*id || !name)
        return true;
    return company_find(c, name, make & MAKE_COMPANY, id) && (*id || err_field(c->err, "company_name", "not_there", NULL));
}

/* The street by id, or found by its name. */
static bool street_of(struct call *c, const struct house_text *text, unsigned make, struct house_found *place)
{
    place->street_id = arg_int(c, "street");
    if (!place->street_id)
        return street_find(c, text->street, make, &place->settlement_id, &place->street_id);
    const char *params[] = {arg_sql(c, "street")};
    int64_t settlement = 0;
    if (!query_int(c, Q_STREET_SETTLEMENT, params, 1, 0, &settlement))
        return false;
    if (!settlement)
        return err_field(c->err, "street", "not_there", NULL);
    if (place->settlement_id && place->settlement_id != settlement)
        return err_field(c->err, "street", "other_settlement", NULL);
    place->settlement_id = settlement;
    return true;
}

static bool place_of(struct call *c, unsigned make, struct house_found *place)
{
    struct house_text text = {
        .district = arg_sql(c, "district_name"), .settlement = arg_sql(c, "settlement_name"), .street = arg_sql(c, "street_name")};
    *place = (struct house_found){.district_id = arg_int(c, "district"), .settlement_id = arg_int(c, "settlement")};
    if (!place->district_id && !district_find(c, text.district, make, &place->district_id))
        return false;
    if (!place->settlement_id && !settlement_find(c, text.settlement, place->district_id, make, &place->settlement_id))
        return false;
    if (!place->settlement_id && !arg_int(c, "street") && !query_int(c, Q_SETTLEMENT_ONLY, NULL, 0, 0, &place->settlement_id))
        return false;
    if (!place->settlement_id && !arg_int(c, "street") && !text.street)
        return err_field(c->err, "settlement", "required", NULL);
    return street_of(c, &text, make, place);
}

static bool answer_existing(struct call *c, const char *const *key)
{
    int64_t id = 0;
    if (!query_int(c, Q_HOUSE_BY_NUMBER, key, 3, 0, &id))
        return false;
    jw_object(c->out);
    jw_kint(c->out, "id", id);
    jw_kstring(c->out, "number", key[2]);
    jw_kbool(c->out, "existing", true);
    jw_object_end(c->out);
    return true;
}

static bool house_add(struct call *c)
{
    struct house_number number;
    struct house_found place;
    int64_t id = 0, company;
    unsigned make = may_create(c);
    bool there;
    if (!known_external(c, Q_HOUSE_BY_EXTERNAL, &there) || there)
        return there;
    if (!house_number_whole(arg_str(c, "number"), &number))
        return err_field(c->err, "number", "house_number", "%s: «%.100s»", err_reason_text("house_number", c->user->lang),
                         arg_str(c, "number"));
    if (!place_ok(c) || !place_of(c, make, &place) || !company_of(c, make, &company))
        return false;
    const char *params[17] = {call_int(c, place.settlement_id),
                              place.district_id ? call_int(c, place.district_id) : NULL,
                              place.street_id ? call_int(c, place.street_id) : NULL,
                              number.text,
                              call_int(c, number.value),
                              number.order};
    fill_facts(c, params + 6, company);
    params[16] = arg_sql(c, "external_id");
    if (!query_int(c, Q_HOUSE_ADD, params, 17, 0, &id))
        return false;
    const char *key[] = {params[0], params[2], number.text};
    if (!id)
        return answer_existing(c, key);
    struct event e = {.record = "house", .record_id = id, .action = "add", .version = 1};
    if (!event_write(c, &e))
        return false;
    write_changed(c, id, number.text, 1, NULL);
    return true;
}

/* An address without a house: the street, the settlement, the district or the company is written down where it is not there. */
static bool take_place(struct call *c, unsigned make, struct house_found *place, int64_t *company)
{
    *place = (struct house_found){0};
    *company = 0;
    if (arg_sql(c, "street_name") || arg_sql(c, "settlement_name"))
        return place_of(c, make, place) && company_of(c, make, company);
    return district_find(c, arg_sql(c, "district_name"), make, &place->district_id) && company_of(c, make, company);
}

static bool address_add(struct call *c)
{
    struct house_found place;
    int64_t company;
    if (arg_sql(c, "number"))
        return house_add(c);
    if (!arg_sql(c, "street_name") && !arg_sql(c, "settlement_name") && !arg_sql(c, "district_name") && !arg_sql(c, "company_name"))
        return err_field(c->err, "street_name", "required", NULL);
    unsigned make = may_create(c);
    bool there = take_place(c, make & MAKE_STREET ? BARE_IS_STREET : MAKE_NOTHING, &place, &company);
    if (!there && (c->err->code != ERR_PARAMS || !take_place(c, make, &place, &company)))
        return false;
    jw_object(c->out);
    jw_kint(c->out, "id",
            place.street_id       ? place.street_id
            : place.settlement_id ? place.settlement_id
            : place.district_id   ? place.district_id
                                  : company);
    jw_kbool(c->out, "existing", there);
    jw_object_end(c->out);
    return true;
}

static bool house_set(struct call *c)
{
    static const struct address_card card = {"house", Q_HOUSE_FACTS, Q_HOUSE_SET};
    struct house_number number;
    const char *text = arg_sql(c, "number"), *params[16] = {arg_sql(c, "id"), arg_sql(c, "district"), arg_sql(c, "street")};
    if (text) {
        if (!house_number_whole(text, &number))
            return err_field(c->err, "number", "house_number", NULL);
        params[3] = number.text;
        params[4] = call_int(c, number.value);
        params[5] = number.order;
        json_object_set_new(c->params, "number", json_string(number.text));
    }
    fill_facts(c, params + 6, arg_int(c, "company"));
    return place_ok(c) && address_card_set(c, &card, params, 16);
}

/* ---- rows ---- */

static const struct op_param list_params[] = {
    {"sort", P_ENUM, 0, 0, "address", NULL, {"Порядок", "Order"}, NULL},
    {"settlement", P_ID, PF_FILTER, 0, NULL, "address.settlements", {"Населённый пункт", "Settlement"}, NULL},
    {"street", P_ID, PF_FILTER, 0, NULL, "address.streets", {"Улица", "Street"}, NULL},
    {"company", P_ID, PF_FILTER, 0, NULL, "company.list", {"Организация", "Company"}, NULL},
    {"district", P_ID, PF_FILTER, 0, NULL, "address.districts", {"Район", "District"}, NULL},
    {.name = NULL},
};
static const struct op_param get_params[] = {{"id", P_ID, PF_REQUIRED, 0, NULL, "house.list", {"Дом", "House"}, NULL}, {.name = NULL}};

enum { ENTRANCES_MAX = 9999, FLOORS_MAX = 999, FLATS_MAX = 99999, RESIDENTS_MAX = 99999 };

#define HOUSE_FACTS                                                                                                                        \
    {"entrances", P_INT, 0, ENTRANCES_MAX, NULL, NULL, {"Подъездов", "Entrances"}, NULL},                                                  \
        {"floors", P_INT, 0, FLOORS_MAX, NULL, NULL, {"Этажей", "Floors"}, NULL},                                                          \
        {"flats", P_INT, 0, FLATS_MAX, NULL, NULL, {"Квартир", "Flats"}, NULL},                                                            \
        {"residents", P_INT, 0, RESIDENTS_MAX, NULL, NULL, {"Зарегистрировано жителей", "Registered residents"}, NULL},                    \
        {"company", P_ID, 0, 0, NULL, "company.list", {"Управляющая организация", "Managing company"}, NULL},                              \
        {"without", P_STRINGS, 0, 20, NULL, NULL, {"Каких ресурсов нет", "Resources it never had"}, NULL},                                 \
        {"two_sources", P_BOOL, 0, 0, NULL, NULL, {"Два независимых источника питания", "Two independent sources of power"}, NULL},        \
        {"lat", P_STRING, 0, 20, NULL, NULL, {"Широта", "Latitude"}, NULL},                                                                \
        {"lon", P_STRING, 0, 20, NULL, NULL, {"Долгота", "Longitude"}, NULL},                                                              \
    {                                                                                                                                      \
        "note", P_STRING, 0, 500, NULL, NULL, {"Примечание", "Note"}, NULL                                                                 \
    }

#define ADDRESS_WORDS                                                                                                                      \
    {"settlement_name", P_STRING, 0, 100, NULL, NULL, {"Населённый пункт словами", "Settlement in words"}, NULL},                          \
        {"street_name", P_STRING, 0, 100, NULL, NULL, {"Улица словами", "Street in words"}, NULL},                                         \
        {"district_name", P_STRING, 0, 100, NULL, NULL, {"Район словами", "District in words"}, NULL},                                     \
        {"company_name", P_STRING, 0, 300, NULL, NULL, {"Организация словами", "Company in words"}, NULL},                                 \
        {"create", P_STRINGS, 0, 4, "district|settlement|street|company", NULL, {"Чего нет, завести", "Make what is not there"}, NULL},    \
        {"external_id", P_STRING, 0, 200, NULL, NULL, {"Номер в другой системе", "Id in another system"}, NULL},                           \
    {                                                                                                                                      \
        .name = NULL                                                                                                                       \
    }

static const struct op_param address_params[] = {
    {"number", P_STRING, 0, 60, NULL, NULL, {"Номер дома", "House number"}, NULL},
    HOUSE_FACTS,
    ADDRESS_WORDS,
};
static const struct op_param add_params[] = {
    {"settlement", P_ID, 0, 0, NULL, "address.settlements", {"Населённый пункт", "Settlement"}, NULL},
    {"street", P_ID, 0, 0, NULL, "address.streets", {"Улица", "Street"}, NULL},
    {"number", P_STRING, PF_REQUIRED, 60, NULL, NULL, {"Номер дома", "House number"}, NULL},
    {"district", P_ID, 0, 0, NULL, "address.districts", {"Район", "District"}, NULL},
    HOUSE_FACTS,
    ADDRESS_WORDS,
};
static const struct op_param set_params[] = {
    {"street", P_ID, 0, 0, NULL, "address.streets", {"Улица", "Street"}, NULL},
    {"number", P_STRING, 0, 60, NULL, NULL, {"Номер дома", "House number"}, NULL},
    {"district", P_ID, 0, 0, NULL, "address.districts", {"Район", "District"}, NULL},
    HOUSE_FACTS,
    {.name = NULL},
};

const struct op house_ops[] = {
    {"house.list", R_ANY, OP_LIST, {"Дома", "Houses"}, list_params, house_list},
    {"house.get", R_ANY, 0, {"Карточка дома", "Card of a house"}, get_params, house_get},
    {"house.add", ADDRESS_WRITERS, OP_WRITE, {"Завести дом", "Add a house"}, add_params, house_add},
    {"address.add",
     ADDRESS_WRITERS,
     OP_WRITE,
     {"Внести адрес: дом, улицу, населённый пункт, организацию", "Bring in an address: a house, a street, a settlement, a company"},
     address_params,
     address_add},
    {"house.set", ADDRESS_WRITERS, OP_WRITE | OP_VERSION, {"Изменить дом", "Change a house"}, set_params, house_set},
    {.method = NULL},
};
