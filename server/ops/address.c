/* Districts, settlements and streets of the register of addresses. */
#include "common/arena.h"
#include "server/ops/helpers.h"
#include "server/ops/house.h"
#include "server/ops/tables.h"
#include "server/rules/settlement_name.h"
#include "server/rules/street_name.h"
#include <stdlib.h>
#include <string.h>

/* ---- lists ---- */

static bool list_by_name(struct call *c, enum query count_query, enum query list_query, const char *const *filter, int filters)
{
    struct page page;
    if (!page_begin(c, &page, "ti") || !page_count(c, &page, count_query, filter, filters))
        return false;
    const char *params[8];
    memcpy(params, filter, (size_t)filters * sizeof *params);
    params[filters] = page.after[0];
    params[filters + 1] = page.after[1];
    params[filters + 2] = call_int(c, page.limit + 1);
    struct pg_res *res = pg_query(c->db, list_query, params, filters + 3, c->err);
    if (!res)
        return false;
    page_write(c, &page, res, NULL, 1, 2);
    pg_free(res);
    return true;
}

static bool district_list(struct call *c)
{
    const char *filter[] = {arg_sql(c, "query")};
    return list_by_name(c, Q_DISTRICT_COUNT, Q_DISTRICT_LIST, filter, 1);
}

static bool settlement_list(struct call *c)
{
    const char *filter[] = {arg_sql(c, "query"), arg_sql(c, "district")};
    struct settlement_name name;
    if (filter[0] && settlement_name_parse(filter[0], strlen(filter[0]), &name)) /* «г. Тутаев» looks for Тутаев */
        filter[0] = arena_strdup(c->arena, name.name);
    return list_by_name(c, Q_SETTLEMENT_COUNT, Q_SETTLEMENT_LIST, filter, 2);
}

/* The longest word of a key. */
static const char *longest_word(struct call *c, const char *key)
{
    const char *best = key;
    size_t len = 0;
    for (const char *p = key; *p;) {
        size_t n = strcspn(p, " ");
        if (n > len) {
            best = p;
            len = n;
        }
        p += n + (p[n] == ' ');
    }
    return arena_strndup(c->arena, best, len);
}

/* Found ones come best first, one page: who looks further types more. */
static bool street_search(struct call *c, const char *query, struct page *page)
{
    struct street_name name;
    if (!street_name_parse(query, strlen(query), &name))
        return err_field(c->err, "query", "not_a_name", NULL);
    const char *params[] = {
        arena_strdup(c->arena, name.key), longest_word(c, name.key), *name.kind ? arena_strdup(c->arena, name.kind) : NULL,
        arg_sql(c, "settlement"),         arg_sql(c, "district"),    call_int(c, page->limit)};
    struct pg_res *res = pg_query(c->db, Q_STREET_SEARCH, params, 6, c->err);
    if (!res)
        return false;
    page->total = pg_rows(res);
    page->exact = page->total < page->limit;
    page_write(c, page, res, NULL, 1, 2);
    pg_free(res);
    return true;
}

static bool street_list(struct call *c)
{
    const char *filter[] = {arg_sql(c, "settlement"), arg_sql(c, "district")}, *query = arg_sql(c, "query");
    struct page page;
    if (!query)
        return list_by_name(c, Q_STREET_COUNT, Q_STREET_LIST, filter, 2);
    return page_begin(c, &page, "ti") && street_search(c, query, &page);
}

static bool street_get(struct call *c)
{
    const char *params[] = {arg_sql(c, "id")};
    return write_json_row(c, Q_STREET_GET, params, 1);
}

/* ---- writing ---- */

static bool good_name(struct call *c, char *out, size_t size)
{
    const char *name = arg_str(c, "name");
    return !name || district_name(name, out, size) || err_field(c->err, "name", "not_a_name", NULL);
}

static bool good_settlement(struct call *c, const char *text, struct settlement_name *name)
{
    return (settlement_name_parse(text, strlen(text), name) || err_field(c->err, "name", "not_a_name", NULL)) &&
           (!name->kind_alone || err_field(c->err, "name", "kind_alone", NULL));
}

static bool good_street(struct call *c, const char *text, struct street_name *name)
{
    return (street_name_parse(text, strlen(text), name) || err_field(c->err, "name", "not_a_name", NULL)) &&
           (!name->kind_alone || err_field(c->err, "name", "kind_alone", NULL));
}

static bool district_add(struct call *c)
{
    char name[SETTLEMENT_NAME_BYTES];
    const char *params[] = {name};
    return good_name(c, name, sizeof name) && address_card_add(c, "district", Q_DISTRICT_ADD, params, 1);
}

static bool district_set(struct call *c)
{
    static const struct address_card card = {"district", Q_DISTRICT_FACTS, Q_DISTRICT_SET};
    char name[SETTLEMENT_NAME_BYTES];
    const char *params[] = {arg_sql(c, "id"), arg_has(c, "name") ? name : NULL};
    return good_name(c, name, sizeof name) && address_card_set(c, &card, params, 2);
}

/* «2.3»: flats times this are the residents of a house without registered ones. */
static bool per_flat_ok(struct call *c)
{
    const char *text = arg_sql(c, "residents_per_flat");
    char *end;
    double value = text ? strtod(text, &end) : 1;
    return !text || (*end == '\0' && value > 0 && value < 100) || err_field(c->err, "residents_per_flat", "out_of_range", "%.40s", text);
}

static bool settlement_add(struct call *c)
{
    struct settlement_name name;
    const char *text = arg_str(c, "name"), *kind = arg_sql(c, "kind");
    if (!good_settlement(c, text, &name))
        return false;
    const char *params[] = {arg_sql(c, "district"),
                            kind         ? kind
                            : *name.kind ? name.kind
                                         : NULL,
                            name.name, arg_sql(c, "residents_per_flat")};
    return check_classifier(c, "settlement_kind", "kind", kind, NULL) && per_flat_ok(c) &&
           address_card_add(c, "settlement", Q_SETTLEMENT_ADD, params, 4);
}

/* A name comes in its normal form, and with the kind that it says, as if both had been typed so: the history tells what is written. */
static void take_name(struct call *c, const char *name, const char *kind)
{
    json_object_set_new(c->params, "name", json_string(name));
    if (*kind)
        arg_default(c, "kind", kind);
}

static bool settlement_set(struct call *c)
{
    static const struct address_card card = {"settlement", Q_SETTLEMENT_FACTS, Q_SETTLEMENT_SET};
    struct settlement_name name;
    const char *text = arg_str(c, "name");
    if (text && !good_settlement(c, text, &name))
        return false;
    if (text)
        take_name(c, name.name, name.kind);
    const char *params[] = {arg_sql(c, "id"), arg_sql(c, "district"), arg_sql(c, "kind"), arg_sql(c, "name"),
                            arg_sql(c, "residents_per_flat")};
    return check_classifier(c, "settlement_kind", "kind", arg_str(c, "kind"), NULL) && per_flat_ok(c) &&
           address_card_set(c, &card, params, 5);
}

static bool street_add(struct call *c)
{
    struct street_name name;
    const char *text = arg_str(c, "name"), *kind = arg_sql(c, "kind");
    if (!good_street(c, text, &name))
        return false;
    const char *params[] = {arg_sql(c, "settlement"), kind ? kind : *name.kind ? name.kind : "street", name.name, name.key};
    return check_classifier(c, "street_kind", "kind", kind, NULL) && address_card_add(c, "street", Q_STREET_ADD, params, 4);
}

static bool street_set(struct call *c)
{
    static const struct address_card card = {"street", Q_STREET_FACTS, Q_STREET_SET};
    struct street_name name;
    const char *text = arg_str(c, "name");
    if (text && !good_street(c, text, &name))
        return false;
    if (text)
        take_name(c, name.name, name.kind);
    const char *params[] = {arg_sql(c, "id"), arg_sql(c, "kind"), arg_sql(c, "name"), text ? name.key : NULL};
    return check_classifier(c, "street_kind", "kind", arg_str(c, "kind"), NULL) && address_card_set(c, &card, params, 4);
}

/* ---- rows ---- */

#define DISTRICT_FILTER                                                                                                                    \
    {                                                                                                                                      \
        "district", P_ID, PF_FILTER, 0, NULL, "address.districts", {"Район", "District"}, NULL                                             \
    }
#define NAME_SORT                                                                                                                          \
    {                                                                                                                                      \
        "sort", P_ENUM, 0, 0, "name", NULL, {"Порядок", "Order"}, NULL                                                                     \
    }

static const struct op_param by_name[] = {NAME_SORT, {.name = NULL}};
static const struct op_param settlement_filters[] = {NAME_SORT, DISTRICT_FILTER, {.name = NULL}};
static const struct op_param street_filters[] = {
    NAME_SORT,
    {"settlement", P_ID, PF_FILTER, 0, NULL, "address.settlements", {"Населённый пункт", "Settlement"}, NULL},
    DISTRICT_FILTER,
    {.name = NULL},
};
static const struct op_param street_id[] = {{"id", P_ID, PF_REQUIRED, 0, NULL, "address.streets", {"Улица", "Street"}, NULL},
                                            {.name = NULL}};
static const struct op_param district_add_params[] = {{"name", P_STRING, PF_REQUIRED, 100, NULL, NULL, {"Название", "Name"}, NULL},
                                                      {.name = NULL}};
static const struct op_param district_set_params[] = {{"name", P_STRING, 0, 100, NULL, NULL, {"Название", "Name"}, NULL}, {.name = NULL}};

#define SETTLEMENT_FIELDS                                                                                                                  \
    {"kind", P_ENUM, 0, 0, "classifier:settlement_kind", NULL, {"Вид", "Kind"}, NULL},                                                     \
        {"district", P_ID, 0, 0, NULL, "address.districts", {"Район", "District"}, NULL},                                                  \
        {"residents_per_flat", P_STRING, 0, 6, NULL, NULL, {"Жителей на квартиру (оценка)", "Residents per flat (estimate)"}, NULL},       \
    {                                                                                                                                      \
        .name = NULL                                                                                                                       \
    }
static const struct op_param settlement_add_params[] = {{"name", P_STRING, PF_REQUIRED, 100, NULL, NULL, {"Название", "Name"}, NULL},
                                                        SETTLEMENT_FIELDS};
static const struct op_param settlement_set_params[] = {{"name", P_STRING, 0, 100, NULL, NULL, {"Название", "Name"}, NULL},
                                                        SETTLEMENT_FIELDS};

static const struct op_param street_add_params[] = {
    {"settlement", P_ID, PF_REQUIRED, 0, NULL, "address.settlements", {"Населённый пункт", "Settlement"}, NULL},
    {"name", P_STRING, PF_REQUIRED, 100, NULL, NULL, {"Название", "Name"}, NULL},
    {"kind", P_ENUM, 0, 0, "classifier:street_kind", NULL, {"Вид", "Kind"}, NULL},
    {.name = NULL},
};
static const struct op_param street_set_params[] = {
    {"name", P_STRING, 0, 100, NULL, NULL, {"Название", "Name"}, NULL},
    {"kind", P_ENUM, 0, 0, "classifier:street_kind", NULL, {"Вид", "Kind"}, NULL},
    {.name = NULL},
};

const struct op address_ops[] = {
    {"address.districts", R_ANY, OP_LIST, {"Районы", "Districts"}, by_name, district_list},
    {"address.district_add", ADDRESS_WRITERS, OP_WRITE, {"Завести район", "Add a district"}, district_add_params, district_add},
    {"address.district_set",
     ADDRESS_WRITERS,
     OP_WRITE | OP_VERSION,
     {"Изменить район", "Change a district"},
     district_set_params,
     district_set},
    {"address.settlements", R_ANY, OP_LIST, {"Населённые пункты", "Settlements"}, settlement_filters, settlement_list},
    {"address.settlement_add",
     ADDRESS_WRITERS,
     OP_WRITE,
     {"Завести населённый пункт", "Add a settlement"},
     settlement_add_params,
     settlement_add},
    {"address.settlement_set",
     ADDRESS_WRITERS,
     OP_WRITE | OP_VERSION,
     {"Изменить населённый пункт", "Change a settlement"},
     settlement_set_params,
     settlement_set},
    {"address.streets", R_ANY, OP_LIST, {"Улицы", "Streets"}, street_filters, street_list},
    {"address.street_get", R_ANY, 0, {"Карточка улицы", "Card of a street"}, street_id, street_get},
    {"address.street_add", ADDRESS_WRITERS, OP_WRITE, {"Завести улицу", "Add a street"}, street_add_params, street_add},
    {"address.street_set", ADDRESS_WRITERS, OP_WRITE | OP_VERSION, {"Изменить улицу", "Change a street"}, street_set_params, street_set},
    {.method = NULL},
};
