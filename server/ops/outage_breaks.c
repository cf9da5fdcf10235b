/* How long a break may last and what exceeds that (Rules 354, annex 1), and texts for people. The allowed hours bind the charge of each
 * house; they are no term of repair, which is what was promised. */
#include "common/arena.h"
#include "server/ops/outage.h"
#include "server/ops/tables.h"

/* The first day of the month that the argument lies in; of the present month without one. */
static const char *month_of(struct call *c)
{
    int year, month, day;
    day_to_civil(arg_sql(c, "month") ? day_parse(arg_str(c, "month")) : call_today(), &year, &month, &day);
    return day_text(c, day_from_civil(year, month, 1));
}

static bool outage_allowed(struct call *c)
{
    int64_t id;
    if (!find_id(c, Q_OUTAGE_FIND_NUMBER, &id))
        return false;
    const char *params[] = {call_int(c, id)};
    return write_json_row(c, Q_OUTAGE_ALLOWED, params, 1);
}

static bool outage_breaks(struct call *c)
{
    enum { COUNTED_MOST = 1000 };
    struct page page;
    if (!page_begin(c, &page, "ti"))
        return false;
    const char *params[] = {month_of(c),   arg_sql(c, "resource"), arg_sql(c, "outage"),       arg_sql(c, "house"), arg_sql(c, "exceeded"),
                            page.after[0], page.after[1],          call_int(c, page.limit + 1)};
    if (!page_count_to(c, &page, Q_OUTAGE_BREAKS_COUNT, params, 5, COUNTED_MOST))
        return false;
    struct pg_res *res = pg_query(c->db, Q_OUTAGE_BREAKS, params, 8, c->err);
    if (!res)
        return false;
    page_write(c, &page, res, NULL, 1, 2);
    pg_free(res);
    return true;
}

static bool outage_charge_note(struct call *c)
{
    const char *params[] = {month_of(c), arg_sql(c, "resource"), arg_sql(c, "house"), call_language(c)};
    return check_classifier(c, "outage_resource", "resource", params[1], NULL) && write_json_row(c, Q_OUTAGE_CHARGE_NOTE, params, 4);
}

static bool outage_notice(struct call *c)
{
    int64_t id;
    if (!find_id(c, Q_OUTAGE_FIND_NUMBER, &id) || !check_classifier(c, "outage_text", "template", arg_str(c, "template"), NULL))
        return false;
    const char *params[] = {call_int(c, id), arg_sql(c, "template"), call_language(c)};
    return write_json_row(c, Q_OUTAGE_NOTICE, params, 3);
}

static const struct op_param which_params[] = {
    {"id", P_ID, 0, 0, NULL, "outage.list", {"Отключение", "Outage"}, NULL},
    {"number", P_STRING, 0, 60, NULL, NULL, {"Номер", "Number"}, NULL},
    {.name = NULL},
};
static const struct op_param notice_params[] = {
    {"id", P_ID, 0, 0, NULL, "outage.list", {"Отключение", "Outage"}, NULL},
    {"number", P_STRING, 0, 60, NULL, NULL, {"Номер", "Number"}, NULL},
    {"template", P_ENUM, 0, 0, "classifier:outage_text", NULL, {"Текст", "Text"}, NULL},
    {.name = NULL},
};
static const struct op_param breaks_params[] = {
    {"month", P_DATE, PF_FILTER, 0, NULL, NULL, {"Месяц (любой его день)", "Month (any day of it)"}, NULL},
    {"resource", P_ENUM, PF_FILTER, 0, "classifier:outage_resource", NULL, {"Ресурс", "Resource"}, NULL},
    {"outage", P_ID, PF_FILTER, 0, NULL, "outage.list", {"Отключение", "Outage"}, NULL},
    {"house", P_ID, PF_FILTER, 0, NULL, "house.list", {"Дом", "House"}, NULL},
    {"exceeded", P_BOOL, PF_FILTER, 0, NULL, NULL, {"Сверх допустимого", "Above what is allowed"}, NULL},
    {.name = NULL},
};
static const struct op_param charge_params[] = {
    {"house", P_ID, PF_REQUIRED, 0, NULL, "house.list", {"Дом", "House"}, NULL},
    {"resource", P_ENUM, PF_REQUIRED, 0, "classifier:outage_resource", NULL, {"Ресурс", "Resource"}, NULL},
    {"month", P_DATE, 0, 0, NULL, NULL, {"Месяц (любой его день)", "Month (any day of it)"}, NULL},
    {.name = NULL},
};
const struct op outage_breaks_ops[] = {
    {"outage.allowed",
     OUTAGE_READERS,
     0,
     {"Допустимый перерыв рядом с обещанием", "The allowed break beside the promise"},
     which_params,
     outage_allowed},
    {"outage.breaks", OUTAGE_READERS, OP_LIST, {"Перерывы домов за месяц", "Breaks of houses in a month"}, breaks_params, outage_breaks},
    {"outage.charge_note",
     OUTAGE_READERS,
     0,
     {"Справка для перерасчёта платы", "Note for the recalculation of a charge"},
     charge_params,
     outage_charge_note},
    {"outage.notice", OUTAGE_READERS, 0, {"Текст для жителей", "Text for residents"}, notice_params, outage_notice},
    {.method = NULL},
};
