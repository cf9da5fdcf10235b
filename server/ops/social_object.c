/* Socially significant objects: what the board and the reports tell of apart. A resident on life support is special personal data: others
 * than those who call see that there is such a house, and no name. */
#include "common/arena.h"
#include "server/ops/helpers.h"
#include "server/ops/house.h"
#include "server/ops/tables.h"
#include <string.h>

const char *address_sees_names(const struct call *c) { return call_bool(c->user->roles & (R_DISPATCHER | R_HEAD | R_SYSTEM)); }

static bool object_list(struct call *c)
{
    struct page page;
    if (!page_begin(c, &page, "i"))
        return false;
    const char *params[] = {call_language(c),    address_sees_names(c), arg_sql(c, "query"),        arg_sql(c, "kind"),
                            arg_sql(c, "house"), page.after[0],         call_int(c, page.limit + 1)};
    if (!page_count(c, &page, Q_SOCIAL_OBJECT_COUNT, params, 5))
        return false;
    struct pg_res *res = pg_query(c->db, Q_SOCIAL_OBJECT_LIST, params, 7, c->err);
    if (!res)
        return false;
    page_write(c, &page, res, NULL, 1, 1);
    pg_free(res);
    return true;
}

static bool object_get(struct call *c)
{
    const char *params[] = {call_language(c), address_sees_names(c), arg_sql(c, "id")};
    return write_json_row(c, Q_SOCIAL_OBJECT_GET, params, 3);
}

/* The house by id, or found (and made where the register has the street) by its address. */
static bool house_of(struct call *c, const char **id)
{
    struct house_text text = {.district = arg_sql(c, "district_name"),
                              .settlement = arg_sql(c, "settlement_name"),
                              .settlement_id = arg_int(c, "settlement"),
                              .street = arg_sql(c, "street_name"),
                              .number = arg_sql(c, "house_number")};
    struct house_found house;
    static const char *const words[] = {"district", "settlement", "street", "house"};
    unsigned make = MAKE_NOTHING;
    size_t i;
    json_t *word;
    *id = arg_sql(c, "house");
    if (*id || !text.number)
        return true;
    json_array_foreach(json_object_get(c->params, "create"), i, word) for (unsigned k = 0; k < sizeof words / sizeof *words;
                                                                           k++) if (strcmp(words[k], json_string_value(word)) == 0) make |=
        1U << k;
    if (!house_find(c, &text, make, &house)) {
        if (strcmp(c->err->field, "number") == 0)
            memcpy(c->err->field, "house_number", sizeof "house_number");
        return false;
    }
    *id = call_int(c, house.id);
    return true;
}

static bool known(struct call *c, const char *house, int64_t *id)
{
    const char *params[] = {house, arg_sql(c, "kind"), arg_sql(c, "name")};
    *id = 0;
    return !house || query_int(c, Q_SOCIAL_OBJECT_KNOWN, params, 3, 0, id);
}

static bool object_add(struct call *c)
{
    bool there;
    int64_t same;
    const char *house;
    if (!known_external(c, Q_SOCIAL_OBJECT_BY_EXTERNAL, &there) || there)
        return there;
    if (!check_classifier(c, "social_object_kind", "kind", arg_str(c, "kind"), NULL) || !house_of(c, &house) || !known(c, house, &same))
        return false;
    if (same) {
        jw_object(c->out);
        jw_kint(c->out, "id", same);
        jw_kbool(c->out, "existing", true);
        jw_object_end(c->out);
        return true;
    }
    const char *params[] = {arg_sql(c, "kind"),
                            arg_sql(c, "name"),
                            house,
                            arg_sql(c, "contact_duty_phone"),
                            arg_sql(c, "places"),
                            arg_sql(c, "children"),
                            arg_sql(c, "round_the_clock"),
                            arg_sql(c, "backup_power_kw"),
                            arg_sql(c, "backup_fuel_hours"),
                            arg_sql(c, "water_reserve_m3"),
                            arg_sql(c, "own_boiler"),
                            arg_sql(c, "reliability_category"),
                            arg_sql(c, "note"),
                            arg_sql(c, "external_id")};
    return address_card_add(c, "social_object", Q_SOCIAL_OBJECT_ADD, params, 14);
}

static bool object_set(struct call *c)
{
    static const struct address_card card = {"social_object", Q_SOCIAL_OBJECT_FACTS, Q_SOCIAL_OBJECT_SET};
    const char *params[] = {arg_sql(c, "id"),
                            arg_sql(c, "kind"),
                            arg_sql(c, "name"),
                            arg_sql(c, "house"),
                            arg_keep(c, "contact_duty_phone"),
                            arg_sql(c, "places"),
                            arg_sql(c, "children"),
                            arg_sql(c, "round_the_clock"),
                            arg_sql(c, "backup_power_kw"),
                            arg_sql(c, "backup_fuel_hours"),
                            arg_sql(c, "water_reserve_m3"),
                            arg_sql(c, "own_boiler"),
                            arg_sql(c, "reliability_category"),
                            arg_keep(c, "note"),
                            arg_sql(c, "disabled")};
    return check_classifier(c, "social_object_kind", "kind", arg_str(c, "kind"), NULL) && address_card_set(c, &card, params, 15);
}

/* ---- rows ---- */

enum { PLACES_MAX = 100000, POWER_KW_MAX = 1000000, FUEL_HOURS_MAX = 10000, WATER_M3_MAX = 1000000, CATEGORY_MAX = 3 };

#define OBJECT_FACTS                                                                                                                       \
    {"house", P_ID, 0, 0, NULL, "house.list", {"Дом", "House"}, NULL},                                                                     \
        {"contact_duty_phone", P_STRING, 0, 100, NULL, NULL, {"Телефон дежурного", "Phone of the person on duty"}, NULL},                  \
        {"places", P_INT, 0, PLACES_MAX, NULL, NULL, {"Мест (проживающих)", "Places (residents)"}, NULL},                                  \
        {"children", P_INT, 0, PLACES_MAX, NULL, NULL, {"Детей", "Children"}, NULL},                                                       \
        {"round_the_clock", P_BOOL, 0, 0, NULL, NULL, {"Круглосуточно", "Round the clock"}, NULL},                                         \
        {"backup_power_kw", P_INT, 0, POWER_KW_MAX, NULL, NULL, {"Резервное питание, кВт", "Backup power, kW"}, NULL},                     \
        {"backup_fuel_hours", P_INT, 0, FUEL_HOURS_MAX, NULL, NULL, {"Топлива на часов", "Fuel for hours"}, NULL},                         \
        {"water_reserve_m3", P_INT, 0, WATER_M3_MAX, NULL, NULL, {"Запас воды, м³", "Water reserve, m³"}, NULL},                           \
        {"own_boiler", P_BOOL, 0, 0, NULL, NULL, {"Своя котельная", "Own boiler"}, NULL},                                                  \
        {"reliability_category",                                                                                                           \
         P_INT,                                                                                                                            \
         0,                                                                                                                                \
         CATEGORY_MAX,                                                                                                                     \
         NULL,                                                                                                                             \
         NULL,                                                                                                                             \
         {"Категория надёжности питания", "Category of supply reliability"},                                                               \
         NULL},                                                                                                                            \
    {                                                                                                                                      \
        "note", P_STRING, 0, 1000, NULL, NULL, {"Примечание", "Note"}, NULL                                                                \
    }

static const struct op_param list_params[] = {
    {"sort", P_ENUM, 0, 0, "id", NULL, {"Порядок", "Order"}, NULL},
    {"kind", P_ENUM, PF_FILTER, 0, "classifier:social_object_kind", NULL, {"Вид", "Kind"}, NULL},
    {"house", P_ID, PF_FILTER, 0, NULL, "house.list", {"Дом", "House"}, NULL},
    {.name = NULL},
};
static const struct op_param get_params[] = {
    {"id", P_ID, PF_REQUIRED, 0, NULL, "social_object.list", {"Объект", "Object"}, NULL},
    {.name = NULL},
};
static const struct op_param add_params[] = {
    {"kind", P_ENUM, PF_REQUIRED, 0, "classifier:social_object_kind", NULL, {"Вид", "Kind"}, NULL},
    {"name", P_STRING, PF_REQUIRED, 500, NULL, NULL, {"Название", "Name"}, NULL},
    OBJECT_FACTS,
    {"settlement", P_ID, 0, 0, NULL, "address.settlements", {"Населённый пункт", "Settlement"}, NULL},
    {"settlement_name", P_STRING, 0, 100, NULL, NULL, {"Населённый пункт словами", "Settlement in words"}, NULL},
    {"district_name", P_STRING, 0, 100, NULL, NULL, {"Район словами", "District in words"}, NULL},
    {"street_name", P_STRING, 0, 100, NULL, NULL, {"Улица словами", "Street in words"}, NULL},
    {"house_number", P_STRING, 0, 60, NULL, NULL, {"Номер дома", "House number"}, NULL},
    {"create", P_STRINGS, 0, 4, "district|settlement|street|house", NULL, {"Чего нет, завести", "Make what is not there"}, NULL},
    {"external_id", P_STRING, 0, 200, NULL, NULL, {"Номер в другой системе", "Id in another system"}, NULL},
    {.name = NULL},
};
static const struct op_param set_params[] = {
    {"kind", P_ENUM, 0, 0, "classifier:social_object_kind", NULL, {"Вид", "Kind"}, NULL},
    {"name", P_STRING, 0, 500, NULL, NULL, {"Название", "Name"}, NULL},
    OBJECT_FACTS,
    {"disabled", P_BOOL, 0, 0, NULL, NULL, {"Закрыт", "Closed"}, NULL},
    {.name = NULL},
};

const struct op social_object_ops[] = {
    {"social_object.list", R_ANY, OP_LIST, {"Социальные объекты", "Social objects"}, list_params, object_list},
    {"social_object.get", R_ANY, 0, {"Карточка социального объекта", "Card of a social object"}, get_params, object_get},
    {"social_object.add", ADDRESS_WRITERS, OP_WRITE, {"Завести социальный объект", "Add a social object"}, add_params, object_add},
    {"social_object.set",
     ADDRESS_WRITERS,
     OP_WRITE | OP_VERSION,
     {"Изменить социальный объект", "Change a social object"},
     set_params,
     object_set},
    {.method = NULL},
};
