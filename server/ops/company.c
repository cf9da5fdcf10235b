/* Organisations that run houses and networks: managing companies, suppliers of resources. */
#include "common/arena.h"
#include "server/ops/helpers.h"
#include "server/ops/house.h"
#include "server/ops/tables.h"
#include "server/rules/street_name.h"
#include <string.h>

enum { KEY_BYTES = 700 };

static bool company_list(struct call *c)
{
    struct page page;
    char key[KEY_BYTES];
    const char *query = arg_sql(c, "query");
    struct pg_res *res;
    if (!page_begin(c, &page, "ti"))
        return false;
    if (query) {
        const char *params[] = {key, call_int(c, page.limit)};
        if (!company_key(query, key, sizeof key))
            return err_field(c->err, "query", "not_a_name", NULL);
        res = pg_query(c->db, Q_COMPANY_SEARCH, params, 2, c->err);
        page.total = res ? pg_rows(res) : 0;
        page.exact = page.total < page.limit;
    } else {
        const char *params[] = {page.after[0], page.after[1], call_int(c, page.limit + 1)};
        if (!page_count(c, &page, Q_COMPANY_COUNT, NULL, 0))
            return false;
        res = pg_query(c->db, Q_COMPANY_LIST, params, 3, c->err);
    }
    if (!res)
        return false;
    page_write(c, &page, res, NULL, 1, 2);
    pg_free(res);
    return true;
}

static bool company_get(struct call *c)
{
    const char *params[] = {arg_sql(c, "id")};
    return write_json_row(c, Q_COMPANY_GET, params, 1);
}

static bool company_add(struct call *c)
{
    char key[KEY_BYTES];
    const char *params[] = {arg_sql(c, "name"), key, arg_sql(c, "phone"), arg_sql(c, "email")};
    if (!company_key(params[0], key, sizeof key))
        return err_field(c->err, "name", "not_a_name", NULL);
    return address_card_add(c, "company", Q_COMPANY_ADD, params, 4);
}

static bool company_set(struct call *c)
{
    static const struct address_card card = {"company", Q_COMPANY_FACTS, Q_COMPANY_SET};
    char key[KEY_BYTES];
    const char *name = arg_sql(c, "name"),
               *params[] = {arg_sql(c, "id"), name, name ? key : NULL, arg_keep(c, "phone"), arg_keep(c, "email")};
    if (name && !company_key(name, key, sizeof key))
        return err_field(c->err, "name", "not_a_name", NULL);
    return address_card_set(c, &card, params, 5);
}

#define CONTACTS                                                                                                                           \
    {"phone", P_STRING, 0, 100, NULL, NULL, {"Телефон", "Phone"}, NULL},                                                                   \
        {"email", P_STRING, 0, 200, NULL, NULL, {"Электронная почта", "E-mail"}, NULL},                                                    \
    {                                                                                                                                      \
        .name = NULL                                                                                                                       \
    }
static const struct op_param add_params[] = {{"name", P_STRING, PF_REQUIRED, 300, NULL, NULL, {"Название", "Name"}, NULL}, CONTACTS};
static const struct op_param set_params[] = {{"name", P_STRING, 0, 300, NULL, NULL, {"Название", "Name"}, NULL}, CONTACTS};
static const struct op_param list_params[] = {{"sort", P_ENUM, 0, 0, "name", NULL, {"Порядок", "Order"}, NULL}, {.name = NULL}};
static const struct op_param get_params[] = {{"id", P_ID, PF_REQUIRED, 0, NULL, "company.list", {"Организация", "Company"}, NULL},
                                             {.name = NULL}};

const struct op company_ops[] = {
    {"company.list", R_ANY, OP_LIST, {"Управляющие и снабжающие организации", "Companies"}, list_params, company_list},
    {"company.get", R_ANY, 0, {"Карточка организации", "Card of a company"}, get_params, company_get},
    {"company.add", ADDRESS_WRITERS, OP_WRITE, {"Завести организацию", "Add a company"}, add_params, company_add},
    {"company.set", ADDRESS_WRITERS, OP_WRITE | OP_VERSION, {"Изменить организацию", "Change a company"}, set_params, company_set},
    {.method = NULL},
};
