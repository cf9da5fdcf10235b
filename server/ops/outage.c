/* Outages: list, card, houses, correction. They are opened in outage_open.c, moved in outage_move.c, counted in outage_board.c. */
#include "server/ops/outage.h"
#include "common/arena.h"
#include "server/ops/house.h"
#include "server/ops/tables.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

int64_t outage_moment(const struct call *c, const char *name)
{
    const char *s = arg_str(c, name);
    struct tm tm = {.tm_isdst = 0};
    if (!s || !*s)
        return 0;
    /* The row has checked the form: 2026-11-26T15:00:00, a fraction, Z or +03:00. */
    tm.tm_year = (int)strtol(s, NULL, 10) - 1900;
    tm.tm_mon = (int)strtol(s + 5, NULL, 10) - 1;
    tm.tm_mday = (int)strtol(s + 8, NULL, 10);
    tm.tm_hour = (int)strtol(s + 11, NULL, 10);
    tm.tm_min = (int)strtol(s + 14, NULL, 10);
    tm.tm_sec = (int)strtol(s + 17, NULL, 10);
    const char *zone = s + 19 + strcspn(s + 19, "+-Zz");
    int64_t offset = *zone == '+' || *zone == '-' ? strtol(zone + 1, NULL, 10) * 3600 + strtol(zone + 4, NULL, 10) * 60 : 0;
    return (int64_t)timegm(&tm) - (*zone == '-' ? -offset : offset);
}

const char *outage_moment_text(struct call *c, int64_t seconds)
{
    char text[32];
    time_t at = (time_t)seconds;
    struct tm tm;
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&at, &tm));
    return arena_strdup(c->arena, text);
}

bool outage_take_line(struct call *c)
{
    const char *ids = NULL;
    int found = 0;
    if (!arg_sql(c, "line"))
        return true;
    if (!house_line_ids(c, "line", &ids, &found))
        return false;
    json_t *named = json_object_get(c->params, "houses"), *all = json_is_array(named) ? json_copy(named) : json_array();
    for (const char *p = ids; found > 0 && *p && *p != '}'; p += strcspn(p, ",}"))
        json_array_append_new(all, json_integer(strtoll(++p, NULL, 10)));
    json_object_set_new(c->params, "houses", all);
    json_object_del(c->params, "line");
    return true;
}

const char *outage_houses_named(const struct call *c)
{
    return json_array_size(json_object_get(c->params, "houses")) ? arg_sql(c, "houses") : NULL;
}

/* ---- reading ---- */

static bool outage_list(struct call *c)
{
    struct page page;
    const char *query = arg_sql(c, "query"), *sort = arg_sql(c, "sort");
    const char *number = query ? number_pattern(c, query) : NULL;
    if (!page_begin(c, &page, "ii"))
        return false;
    const char *params[20] = {arg_sql(c, "status"),
                              arg_sql(c, "open"),
                              arg_sql(c, "kind"),
                              arg_sql(c, "resource"),
                              arg_bool(c, "without_supplier") ? "0" : arg_sql(c, "supplier"),
                              arg_sql(c, "house"),
                              arg_bool(c, "without_district") ? "0" : arg_sql(c, "district"),
                              arg_sql(c, "settlement"),
                              arg_sql(c, "source"),
                              arg_sql(c, "broken"),
                              arg_sql(c, "from"),
                              arg_sql(c, "to"),
                              number,
                              number ? NULL : query,
                              arg_sql(c, "on_board"),
                              arg_sql(c, "at"),
                              sort ? sort : "new",
                              page.after[0],
                              page.after[1],
                              call_int(c, page.limit + 1)};
    struct pg_res *res = pg_query(c->db, Q_OUTAGE_LIST, params, 20, c->err);
    if (res && pg_rows(res) == 0 && number) {
        /* «ТП 12» looks like a number and is none. */
        pg_free(res);
        params[12] = NULL;
        params[13] = query;
        res = pg_query(c->db, Q_OUTAGE_LIST, params, 20, c->err);
    }
    if (!res || !page_count(c, &page, Q_OUTAGE_COUNT, params, 16)) {
        pg_free(res);
        return false;
    }
    page_write(c, &page, res, "outage", 3, 2);
    pg_free(res);
    return true;
}

static bool outage_get(struct call *c)
{
    int64_t id;
    return find_id(c, Q_OUTAGE_FIND_NUMBER, &id) && record_write(c, "outage", id, c->out);
}

static bool outage_houses(struct call *c)
{
    struct page page;
    int64_t id;
    if (!page_begin(c, &page, "ti") || !find_id(c, Q_OUTAGE_FIND_NUMBER, &id))
        return false;
    const char *params[] = {call_int(c, id), arg_sql(c, "off"), page.after[0], page.after[1], call_int(c, page.limit + 1)};
    if (!page_count_to(c, &page, Q_OUTAGE_HOUSES_COUNT, params, 2, OUTAGE_HOUSES_MAX * 5))
        return false;
    struct pg_res *res = pg_query(c->db, Q_OUTAGE_HOUSES, params, 5, c->err);
    if (!res)
        return false;
    page_write(c, &page, res, NULL, 1, 2);
    pg_free(res);
    return true;
}

/* ---- correction ---- */

bool outage_condition_ok(struct call *c, const char *resource)
{
    const char *data, *condition = arg_sql(c, "condition");
    if (!check_classifier(c, "outage_resource", "resource", resource, &data))
        return false;
    if (!condition)
        return true;
    json_t *facts = json_loads(data, 0, NULL);
    bool known = json_object_get(json_object_get(facts, "allowed"), condition) != NULL;
    json_decref(facts);
    return known || err_field(c->err, "condition", "not_a_value", NULL);
}

static bool set_ok(struct call *c, const struct record *r)
{
    int64_t started = outage_moment(c, "started"), promised = pg_int(r->row, 0, O_PROMISED);
    const char *resource = arg_sql(c, "resource");
    bool announced = strcmp(r->status, "announced") == 0;
    if (state_is_final(c, "outage", r->status))
        return err_rule(c->err, "status", NULL);
    if (!outage_condition_ok(c, resource ? resource : pg_text(r->row, 0, O_RESOURCE)))
        return false;
    if (started && !announced && started > pg_int(r->row, 0, O_NOW) + CLOCKS_DIFFER_S)
        return err_field(c->err, "started", "in_future", NULL);
    if (started && announced && started < pg_int(r->row, 0, O_NOW) - CLOCKS_DIFFER_S)
        return err_field(c->err, "started", "planned_in_past", NULL);
    return !started || !promised || started < promised || err_field(c->err, "started", "after_promise", NULL);
}

/* Another beginning is that of the houses which the outage cut off then. */
static bool begin_otherwise(struct call *c, const struct record *r)
{
    const char *params[] = {r->id_text, arg_sql(c, "started")};
    const char *hold[] = {r->id_text, NULL};
    int64_t contradicts, held;
    if (!params[1])
        return true;
    if (!query_int(c, Q_OUTAGE_HOUSES_HOLD, hold, 2, 0, &held) || !query_int(c, Q_OUTAGE_HOUSES_BEFORE, params, 2, 0, &contradicts))
        return false;
    if (contradicts)
        return err_field(c->err, "started", "after_house", NULL);
    return pg_exec(c->db, Q_OUTAGE_HOUSES_BEGIN, params, 2, NULL, c->err);
}

static bool outage_set(struct call *c)
{
    struct record r;
    int64_t version;
    const char *changes;
    if (!record_lock(c, "outage", &r))
        return false;
    const char *params[] = {r.id_text,
                            arg_sql(c, "supplier"),
                            arg_keep(c, "reason"),
                            arg_sql(c, "condition"),
                            arg_sql(c, "started"),
                            arg_sql(c, "noticed"),
                            arg_sql(c, "resource")};
    bool ok = set_ok(c, &r) && record_changes(c, Q_OUTAGE_FACTS, r.id_text, &changes) && begin_otherwise(c, &r) &&
              query_int(c, Q_OUTAGE_SET, params, 7, 0, &version);
    if (ok) {
        struct event e = {.record = "outage", .record_id = r.id, .action = "set", .version = version, .changes = changes};
        ok = event_write(c, &e);
    }
    if (ok)
        write_changed(c, r.id, r.number, version, r.status);
    record_free(&r);
    return ok;
}

static bool outage_comment(struct call *c) { return record_comment(c, "outage"); }

static const struct op_param list_params[] = {
    {"sort", P_ENUM, 0, 0, "new|old|begun", NULL, {"Порядок", "Order"}, NULL},
    {"open", P_BOOL, PF_FILTER, 0, NULL, NULL, {"Незакрытые", "Open"}, NULL},
    {"on_board", P_BOOL, PF_FILTER, 0, NULL, NULL, {"На табло", "On the board"}, NULL},
    {"at", P_TIME, PF_FILTER, 0, NULL, NULL, {"Действовали на момент", "In force at the moment"}, NULL},
    {"status", P_STRING, PF_FILTER, 40, NULL, NULL, {"Состояние", "Status"}, NULL},
    {"kind", P_ENUM, PF_FILTER, 0, "classifier:outage_kind", NULL, {"Вид", "Kind"}, NULL},
    {"resource", P_ENUM, PF_FILTER, 0, "classifier:outage_resource", NULL, {"Ресурс", "Resource"}, NULL},
    {"supplier", P_ID, PF_FILTER, 0, NULL, "company.list", {"Поставщик", "Supplier"}, NULL},
    {"without_supplier", P_BOOL, PF_FILTER, 0, NULL, NULL, {"Поставщик не назван", "Supplier not named"}, NULL},
    {"house", P_ID, PF_FILTER, 0, NULL, "house.list", {"Дом", "House"}, NULL},
    {"district", P_ID, PF_FILTER, 0, NULL, NULL, {"Район", "District"}, NULL},
    {"without_district", P_BOOL, PF_FILTER, 0, NULL, NULL, {"Вне районов", "In no district"}, NULL},
    {"settlement", P_ID, PF_FILTER, 0, NULL, NULL, {"Населённый пункт", "Settlement"}, NULL},
    {"source", P_STRING, PF_FILTER, 60, NULL, NULL, {"Источник", "Source"}, NULL},
    {"broken", P_BOOL, PF_FILTER, 0, NULL, NULL, {"Обещание нарушено", "Promise broken"}, NULL},
    {"from", P_DATE, PF_FILTER, 0, NULL, NULL, {"Начало с", "Began from"}, NULL},
    {"to", P_DATE, PF_FILTER, 0, NULL, NULL, {"Начало по", "Began to"}, NULL},
    {.name = NULL},
};
static const struct op_param get_params[] = {
    {"id", P_ID, 0, 0, NULL, "outage.list", {"Отключение", "Outage"}, NULL},
    {"number", P_STRING, 0, 60, NULL, NULL, {"Номер", "Number"}, NULL},
    {.name = NULL},
};
static const struct op_param houses_params[] = {
    {"id", P_ID, 0, 0, NULL, "outage.list", {"Отключение", "Outage"}, NULL},
    {"number", P_STRING, 0, 60, NULL, NULL, {"Номер", "Number"}, NULL},
    {"off", P_BOOL, PF_FILTER, 0, NULL, NULL, {"Ещё отключены", "Still off"}, NULL},
    {.name = NULL},
};
static const struct op_param set_params[] = {
    {"resource", P_ENUM, 0, 0, "classifier:outage_resource", NULL, {"Ресурс", "Resource"}, NULL},
    {"supplier", P_ID, 0, 0, NULL, "company.list", {"Поставщик", "Supplier"}, NULL},
    {"reason", P_TEXT, 0, 5000, NULL, NULL, {"Причина", "Reason"}, NULL},
    {"condition", P_STRING, 0, 40, NULL, NULL, {"Условие допустимого перерыва", "Condition of the allowed break"}, NULL},
    {"started", P_TIME, 0, 0, NULL, NULL, {"Начало", "Began"}, NULL},
    {"noticed", P_DATE, 0, 0, NULL, NULL, {"Потребителей предупредили", "Consumers were warned on"}, NULL},
    {.name = NULL},
};

const struct op outage_ops[] = {
    {"outage.open", OUTAGE_KEEPERS, OP_WRITE, {"Записать отключение", "Open an outage"}, outage_open_params, outage_open},
    {"outage.list", OUTAGE_READERS, OP_LIST, {"Отключения", "Outages"}, list_params, outage_list},
    {"outage.get", OUTAGE_READERS, 0, {"Карточка отключения", "Card of an outage"}, get_params, outage_get},
    {"outage.houses", OUTAGE_READERS, OP_LIST, {"Дома отключения", "Houses of an outage"}, houses_params, outage_houses},
    {"outage.set", OUTAGE_KEEPERS, OP_WRITE | OP_VERSION, {"Исправить отключение", "Correct an outage"}, set_params, outage_set},
    {"outage.begin", OUTAGE_KEEPERS, OP_WRITE | OP_VERSION, {"Началось", "It has begun"}, outage_begin_params, outage_move},
    {"outage.extend",
     OUTAGE_KEEPERS,
     OP_WRITE | OP_VERSION,
     {"Перенести обещанное время", "Move the promised time"},
     outage_extend_params,
     outage_move},
    {"outage.add_houses", OUTAGE_KEEPERS, OP_WRITE | OP_VERSION, {"Добавить дома", "Add houses"}, outage_houses_params, outage_move},
    {"outage.restore_houses",
     OUTAGE_KEEPERS,
     OP_WRITE | OP_VERSION,
     {"Включить часть домов", "Some houses are back"},
     outage_restore_params,
     outage_move},
    {"outage.close",
     OUTAGE_KEEPERS,
     OP_WRITE | OP_VERSION,
     {"Закрыть: всё включено", "Close: everything is back"},
     outage_close_params,
     outage_move},
    {"outage.cancel",
     OUTAGE_KEEPERS,
     OP_WRITE | OP_VERSION,
     {"Отменить объявленное", "Cancel what was announced"},
     outage_reason_params,
     outage_move},
    {"outage.reopen", OUTAGE_KEEPERS, OP_WRITE | OP_VERSION, {"Отключилось снова", "It is off again"}, outage_reopen_params, outage_move},
    {"outage.convert", OUTAGE_KEEPERS, OP_WRITE | OP_VERSION, {"Сменить вид", "Change the kind"}, outage_convert_params, outage_move},
    {"outage.comment", OUTAGE_KEEPERS, OP_WRITE | OP_VERSION, {"Комментарий", "Comment"}, outage_comment_params, outage_comment},
    {.method = NULL},
};
