/* Units: the tree of the municipality and the bodies it writes to. */
#include "common/arena.h"
#include "server/ops/helpers.h"
#include "server/ops/tables.h"
#include <string.h>

#define ADMINS (R_ADMIN | R_SYSTEM)

static bool unit_event(struct call *c, int64_t id, const char *action, int64_t version, const char *changes)
{
    struct event e = {.record = "unit", .record_id = id, .action = action, .version = version, .changes = changes};
    return event_write(c, &e);
}

static bool unit_add(struct call *c)
{
    int64_t id;
    const char *params[] = {arg_sql(c, "code"), arg_sql(c, "parent"), arg_sql(c, "kind"), arg_sql(c, "name"), arg_sql(c, "name_en"), arg_sql(c, "external")};
    if (!check_classifier(c, "unit_kind", "kind", arg_str(c, "kind"), NULL) || !query_int(c, Q_UNIT_ADD, params, 6, 0, &id) || !unit_event(c, id, "add", 1, NULL))
        return false;
    write_changed(c, id, params[0], 1, NULL);
    return true;
}

static bool unit_list(struct call *c)
{
    struct page page;
    if (!page_begin(c, &page, "ti"))
        return false;
    const char *count[] = {arg_sql(c, "query"), arg_sql(c, "parent"), arg_sql(c, "external")};
    if (!page_count(c, &page, Q_UNIT_COUNT, count, 3))
        return false;
    const char *params[] = {count[0], count[1], count[2], c->user->lang == LANG_EN ? "en" : "ru", page.after[0], page.after[1], call_int(c, page.limit + 1)};
    struct pg_res *res = pg_query(c->db, Q_UNIT_LIST, params, 7, c->err);
    if (!res)
        return false;
    page_write(c, &page, res, NULL, 1, 2);
    pg_free(res);
    return true;
}

static bool unit_get(struct call *c)
{
    const char *params[] = {arg_sql(c, "id")};
    return write_json_row(c, Q_UNIT_GET, params, 1);
}

static bool is_below(struct call *c, bool *below)
{
    const char *params[] = {arg_sql(c, "parent"), arg_sql(c, "id")};
    int64_t found = 0;
    *below = false;
    if (!params[0])
        return true;
    if (!query_int(c, Q_UNIT_IS_BELOW, params, 2, 0, &found))
        return false;
    *below = found == 1;
    return true;
}

static bool unit_set(struct call *c)
{
    int64_t version, id = arg_int(c, "id");
    bool below;
    const char *id_text = arg_sql(c, "id"), *given = arg_sql(c, "version"), *changes;
    struct pg_res *now = pg_query(c->db, Q_UNIT_GET, &id_text, 1, c->err);
    if (!now)
        return false;
    bool found = pg_rows(now) == 1;
    const char *card = found ? arena_strdup(c->arena, pg_text(now, 0, 0)) : NULL, *present = found ? arena_strdup(c->arena, pg_text(now, 0, 1)) : "0";
    pg_free(now);
    if (!found)
        return err_set(c->err, ERR_NOT_FOUND, NULL);
    if (!check_classifier(c, "unit_kind", "kind", arg_str(c, "kind"), NULL) || !is_below(c, &below))
        return false;
    if (below)
        return err_field(c->err, "parent", "cycle", NULL);
    if (!record_changes(c, Q_UNIT_FACTS, id_text, &changes))
        return false;
    const char *params[] = {id_text, given ? given : present, arg_sql(c, "parent"), arg_sql(c, "kind"), arg_sql(c, "name"), arg_keep(c, "name_en"),
                            arg_sql(c, "external"), arg_sql(c, "disabled")};
    if (!query_int(c, Q_UNIT_SET, params, 8, 0, &version))
        return false;
    if (version == 0) {
        err_set(c->err, ERR_CONFLICT, NULL);
        c->err->current = (char *)card;
        return false;
    }
    if (!unit_event(c, id, "set", version, changes))
        return false;
    write_changed(c, id, NULL, version, NULL);
    return true;
}

static const struct op_param add_params[] = {
    {"code", P_STRING, PF_REQUIRED, 100, NULL, NULL, {"Код", "Code"}, NULL},
    {"name", P_STRING, PF_REQUIRED, 300, NULL, NULL, {"Название", "Name"}, NULL},
    {"parent", P_ID, 0, 0, NULL, "unit.list", {"Входит в", "Part of"}, NULL},
    {"kind", P_ENUM, 0, 0, "classifier:unit_kind", NULL, {"Вид", "Kind"}, NULL},
    {"name_en", P_STRING, 0, 300, NULL, NULL, {"Название по-английски", "English name"}, NULL},
    {"external", P_BOOL, 0, 0, NULL, NULL, {"Внешняя организация", "External body"}, NULL},
    {.name = NULL},
};
static const struct op_param set_params[] = {
    {"name", P_STRING, 0, 300, NULL, NULL, {"Название", "Name"}, NULL},
    {"parent", P_ID, 0, 0, NULL, "unit.list", {"Входит в", "Part of"}, NULL},
    {"kind", P_ENUM, 0, 0, "classifier:unit_kind", NULL, {"Вид", "Kind"}, NULL},
    {"name_en", P_STRING, 0, 300, NULL, NULL, {"Название по-английски", "English name"}, NULL},
    {"external", P_BOOL, 0, 0, NULL, NULL, {"Внешняя организация", "External body"}, NULL},
    {"disabled", P_BOOL, 0, 0, NULL, NULL, {"Упразднено", "Abolished"}, NULL},
    {.name = NULL},
};
static const struct op_param list_params[] = {
    {"sort", P_ENUM, 0, 0, "name", NULL, {"Порядок", "Order"}, NULL},
    {"parent", P_ID, PF_FILTER, 0, NULL, "unit.list", {"Входит в", "Part of"}, NULL},
    {"external", P_BOOL, PF_FILTER, 0, NULL, NULL, {"Внешние", "External"}, NULL},
    {.name = NULL},
};
static const struct op_param get_params[] = {
    {"id", P_ID, PF_REQUIRED, 0, NULL, "unit.list", {"Подразделение", "Unit"}, NULL},
    {.name = NULL},
};

const struct op unit_ops[] = {
    {"unit.add", ADMINS, OP_WRITE, {"Завести подразделение", "Add a unit"}, add_params, unit_add},
    {"unit.list", R_ANY, OP_LIST, {"Подразделения", "Units"}, list_params, unit_list},
    {"unit.get", R_ANY, 0, {"Карточка подразделения", "Card of a unit"}, get_params, unit_get},
    {"unit.set", ADMINS, OP_WRITE | OP_VERSION, {"Изменить подразделение", "Change a unit"}, set_params, unit_set},
    {.method = NULL},
};
