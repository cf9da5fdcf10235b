/* The board of outages: how many houses, residents, flats and social objects are without what, since when and until when, each line with
 * the filter of outage.list that finds its outages. The counts are kept beside the outages (migration 0025), so that the board costs the
 * same at a thousand houses and at a million; of a past moment, or through several filters, it is counted from the intervals. */
#include "common/arena.h"
#include "server/ops/outage.h"
#include "server/ops/tables.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    B_RESOURCE,
    B_KEY,
    B_NAME,
    B_OUTAGES,
    B_BROKEN,
    B_HOUSES,
    B_EMERGENCY,
    B_PLANNED,
    B_RESIDENTS,
    B_ESTIMATED,
    B_FLATS,
    B_SOCIAL,
    B_SINCE,
    B_PROMISED,
    B_NEXT
};
static const struct {
    int column;
    const char *name;
} sums[] = {
    {B_OUTAGES, "outages"},
    {B_BROKEN, "promises_broken"},
    {B_HOUSES, "houses"},
    {B_EMERGENCY, "emergency_houses"},
    {B_PLANNED, "planned_houses"},
    {B_RESIDENTS, "residents"},
    {B_ESTIMATED, "residents_estimated"},
    {B_FLATS, "flats"},
    {B_SOCIAL, "social_objects"},
};

/* A place that the board may be narrowed to or told by. */
struct place {
    const char *name, *value;
};
enum { PLACES = 3 };

/* Counted beside the outages: everything, or by one of the places, or of one place. */
static bool is_live(const struct call *c, const char *by, const struct place places[PLACES], const char **dim, const char **key)
{
    int narrowed = 0;
    *dim = strcmp(by, "resource") == 0 ? "all" : by;
    *key = NULL;
    for (int i = 0; i < PLACES; i++)
        if (places[i].value) {
            narrowed++;
            if (strcmp(*dim, "all") != 0 && strcmp(*dim, places[i].name) != 0)
                return false;
            *dim = places[i].name;
            *key = places[i].value;
        }
    return narrowed <= 1 && !arg_sql(c, "at") && !arg_sql(c, "source");
}

static json_t *filter_of(struct call *c, const struct place places[PLACES])
{
    json_t *filter = json_object();
    if (arg_sql(c, "at"))
        json_object_set_new(filter, "at", json_string(arg_str(c, "at")));
    else
        json_object_set_new(filter, "on_board", json_true());
    if (arg_sql(c, "source"))
        json_object_set_new(filter, "source", json_string(arg_str(c, "source")));
    for (int i = 0; i < PLACES; i++)
        if (places[i].value)
            json_object_set_new(filter, places[i].name, json_integer(strtoll(places[i].value, NULL, 10)));
    return filter;
}

static void write_filter(struct call *c, const json_t *base, const char *by, const struct pg_res *res, int row)
{
    json_t *filter = json_copy((json_t *)base);
    int64_t key = pg_int(res, row, B_KEY);
    json_object_set_new(filter, "resource", json_string(pg_text(res, row, B_RESOURCE)));
    if (strcmp(by, "resource") != 0 && key > 0)
        json_object_set_new(filter, by, json_integer(key));
    else if (strcmp(by, "resource") != 0)
        json_object_set_new(filter, strcmp(by, "supplier") == 0 ? "without_supplier" : "without_district", json_true());
    char *text = json_dumps(filter, JSON_COMPACT);
    jw_kraw(c->out, "filter", text);
    free(text);
    json_decref(filter);
}

/* What tells the lines apart, so that a screen keeps its place. */
static int64_t line_id(const struct pg_res *res, int row)
{
    uint32_t hash = 5381;
    for (const char *p = pg_text(res, row, B_RESOURCE); *p; p++)
        hash = hash * 33 + (unsigned char)*p;
    return (pg_int(res, row, B_KEY) + 2) * 65536 + hash % 65536;
}

static void write_line(struct call *c, const json_t *filter, const char *by, const struct pg_res *res, int row)
{
    jw_object(c->out);
    jw_kint(c->out, "id", line_id(res, row));
    jw_kstring(c->out, "resource", pg_text(res, row, B_RESOURCE));
    if (strcmp(by, "resource") != 0) {
        int64_t key = pg_int(res, row, B_KEY);
        if (key > 0)
            jw_kint(c->out, by, key);
        else
            jw_kstring(c->out, by, NULL);
        jw_kstring(c->out, arena_printf(c->arena, "%s_name", by), pg_text(res, row, B_NAME));
    }
    for (size_t i = 0; i < sizeof sums / sizeof *sums; i++)
        jw_kint(c->out, sums[i].name, pg_int(res, row, sums[i].column));
    jw_kstring(c->out, "since", pg_text(res, row, B_SINCE));
    jw_kstring(c->out, "promised", pg_text(res, row, B_PROMISED));
    jw_kstring(c->out, "next_promised", pg_text(res, row, B_NEXT));
    write_filter(c, filter, by, res, row);
    jw_object_end(c->out);
}

static bool write_hour(struct call *c)
{
    static const char *const names[] = {"opened", "closed", "extended", "promises_broken", "houses_off", "houses_back"};
    const char *params[] = {arg_sql(c, "at"), arg_sql(c, "resource")};
    struct pg_res *res = pg_query(c->db, Q_OUTAGE_BOARD_HOUR, params, 2, c->err);
    if (!res)
        return false;
    jw_key(c->out, "hour");
    jw_object(c->out);
    for (int i = 0; i < (int)(sizeof names / sizeof *names); i++)
        jw_kint(c->out, names[i], pg_int(res, 0, i));
    jw_object_end(c->out);
    pg_free(res);
    return true;
}

static struct pg_res *count(struct call *c, const char *by, const struct place places[PLACES])
{
    const char *dim, *key;
    if (is_live(c, by, places, &dim, &key)) {
        const char *params[] = {dim, key, arg_sql(c, "resource")};
        return pg_query(c->db, Q_OUTAGE_BOARD_LIVE, params, 3, c->err);
    }
    const char *params[] = {strcmp(by, "resource") == 0 ? "all" : by,
                            arg_sql(c, "at"),
                            arg_sql(c, "source"),
                            places[0].value,
                            places[1].value,
                            places[2].value,
                            arg_sql(c, "resource")};
    return pg_query(c->db, Q_OUTAGE_BOARD_AT, params, 7, c->err);
}

static bool outage_board(struct call *c)
{
    const char *by = arg_sql(c, "by") ? arg_sql(c, "by") : "resource";
    const struct place places[PLACES] = {
        {"district", arg_sql(c, "district")}, {"settlement", arg_sql(c, "settlement")}, {"supplier", arg_sql(c, "supplier")}};
    int64_t now = (int64_t)time(NULL);
    if (outage_moment(c, "at") > now)
        return err_field(c->err, "at", "in_future", NULL);
    struct pg_res *res = count(c, by, places);
    if (!res)
        return false;
    json_t *filter = filter_of(c, places);
    jw_object(c->out);
    jw_kstring(c->out, "by", by);
    jw_kstring(c->out, "at", arg_sql(c, "at") ? arg_sql(c, "at") : outage_moment_text(c, now));
    jw_key(c->out, "items");
    jw_array(c->out);
    for (int i = 0; i < pg_rows(res); i++)
        write_line(c, filter, by, res, i);
    jw_array_end(c->out);
    bool ok = write_hour(c);
    jw_object_end(c->out);
    json_decref(filter);
    pg_free(res);
    return ok;
}

/* What happened to outages in the last hours, newest first. */
static bool outage_changes(struct call *c)
{
    struct page page;
    if (!page_begin(c, &page, "i"))
        return false;
    const char *params[] = {arg_has(c, "hours") ? arg_sql(c, "hours") : "1", page.after[0], call_int(c, page.limit + 1)};
    if (!page_count(c, &page, Q_OUTAGE_CHANGES_COUNT, params, 1))
        return false;
    struct pg_res *res = pg_query(c->db, Q_OUTAGE_CHANGES, params, 3, c->err);
    if (!res)
        return false;
    page_write(c, &page, res, NULL, 1, 1);
    pg_free(res);
    return true;
}

static const struct op_param board_params[] = {
    {"at", P_TIME, 0, 0, NULL, NULL, {"На момент", "At the moment"}, NULL},
    {"by", P_ENUM, 0, 0, "resource|district|settlement|supplier", NULL, {"По чему", "By"}, NULL},
    {"source", P_STRING, PF_FILTER, 60, NULL, NULL, {"Источник", "Source"}, NULL},
    {"district", P_ID, PF_FILTER, 0, NULL, NULL, {"Район", "District"}, NULL},
    {"settlement", P_ID, PF_FILTER, 0, NULL, NULL, {"Населённый пункт", "Settlement"}, NULL},
    {"supplier", P_ID, PF_FILTER, 0, NULL, "company.list", {"Поставщик", "Supplier"}, NULL},
    {"resource", P_ENUM, PF_FILTER, 0, "classifier:outage_resource", NULL, {"Ресурс", "Resource"}, NULL},
    {.name = NULL},
};
static const struct op_param changes_params[] = {
    {"hours", P_INT, PF_FILTER, 744, NULL, NULL, {"За сколько часов", "Of how many hours"}, NULL},
    {.name = NULL},
};
const struct op outage_board_ops[] = {
    {"outage.board", OUTAGE_READERS, 0, {"Табло отключений", "Board of outages"}, board_params, outage_board},
    {"outage.changes",
     OUTAGE_READERS,
     OP_LIST,
     {"Что изменилось в отключениях", "What changed of outages"},
     changes_params,
     outage_changes},
    {.method = NULL},
};
