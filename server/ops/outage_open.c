/* An outage is opened: by its times, or by the time as a supplier writes it, which may mean several; from a call that is joined to it. */
#include "common/arena.h"
#include "server/ops/incident.h"
#include "server/ops/outage.h"
#include <string.h>
#include <time.h>

const struct op_param outage_open_params[] = {
    {"kind", P_ENUM, PF_REQUIRED, 0, "classifier:outage_kind", NULL, {"Вид", "Kind"}, NULL},
    {"resource", P_ENUM, PF_REQUIRED, 0, "classifier:outage_resource", NULL, {"Ресурс", "Resource"}, NULL},
    {"houses", P_IDS, 0, OUTAGE_HOUSES_MAX, NULL, "house.list", {"Дома", "Houses"}, NULL},
    {"line", P_TEXT, 0, 60000, NULL, NULL, {"Дома строкой", "Houses in a line"}, NULL},
    {"started", P_TIME, 0, 0, NULL, NULL, {"Начало", "Began"}, NULL},
    {"promised", P_TIME, 0, 0, NULL, NULL, {"Обещано включить", "Promised back"}, NULL},
    OUTAGE_PERIOD_PARAM(0),
    {"supplier", P_ID, 0, 0, NULL, "company.list", {"Поставщик", "Supplier"}, NULL},
    {"reason", P_TEXT, 0, 5000, NULL, NULL, {"Причина", "Reason"}, NULL},
    {"condition", P_STRING, 0, 40, NULL, NULL, {"Условие допустимого перерыва", "Condition of the allowed break"}, NULL},
    {"noticed", P_DATE, 0, 0, NULL, NULL, {"Потребителей предупредили", "Consumers were warned on"}, NULL},
    {"source", P_STRING, 0, 60, NULL, NULL, {"Источник", "Source"}, NULL},
    {"source_kind", P_STRING, 0, 200, NULL, NULL, {"Вид по источнику", "Kind in the source's word"}, NULL},
    {"external_id", P_STRING, 0, 200, NULL, NULL, {"Номер в другой системе", "Id in another system"}, NULL},
    {"incident", P_ID, 0, 0, NULL, "incident.list", {"Инцидент, из которого оно записано", "Incident it is written down from"}, NULL},
    {.name = NULL},
};
/* What a person writes down has begun, or will; what a feed tells is taken as it is told. */
static bool times_ok(struct call *c, const char *kind, bool *announced)
{
    int64_t now = (int64_t)time(NULL), started = outage_moment(c, "started"), promised = outage_moment(c, "promised");
    bool planned = strcmp(kind, "planned") == 0, told = arg_sql(c, "source") != NULL;
    const char *begins = arg_sql(c, "period") ? "period" : "started";
    *announced = started > now + CLOCKS_DIFFER_S;
    if (planned && !started)
        return err_field(c->err, "started", "required", NULL);
    if (planned && !promised)
        return err_field(c->err, "promised", "required", NULL);
    if (planned && !told && !*announced && started < now - CLOCKS_DIFFER_S)
        return err_field(c->err, begins, "planned_in_past", NULL);
    if (!planned && !told && *announced)
        return err_field(c->err, begins, "in_future", NULL);
    if (promised && promised <= (started ? started : now))
        return err_field(c->err, "promised", "before_start", NULL);
    return true;
}

bool outage_insert(struct call *c, const char *status, const char *supplier, const char *external_id, int64_t *id, const char **number)
{
    int year, month, day;
    day_to_civil(call_today(), &year, &month, &day);
    const char *params[] = {"outage",
                            call_int(c, year),
                            "ОТК",
                            status,
                            arg_sql(c, "kind"),
                            arg_sql(c, "resource"),
                            supplier,
                            arg_sql(c, "reason"),
                            arg_sql(c, "condition"),
                            arg_sql(c, "started"),
                            arg_sql(c, "promised"),
                            arg_sql(c, "noticed"),
                            arg_sql(c, "source"),
                            arg_sql(c, "source_kind"),
                            external_id,
                            call_user(c)};
    return query_numbered(c, Q_OUTAGE_ADD, params, 16, id, number);
}

static bool write_promise(struct call *c, const char *id)
{
    const char *params[] = {id, call_user(c), arg_sql(c, "promised"), NULL};
    return !params[2] || pg_exec(c->db, Q_OUTAGE_PROMISE_ADD, params, 4, NULL, c->err);
}

/* A planned break is told to consumers 10 working days ahead (Rules 354, par. 31; rule planned_outage_notice of deadlines.yaml). Later is a
 * breach that stays possible: the answer and the card say so. */
static void write_notice_term(struct call *c)
{
    time_t start = (time_t)outage_moment(c, "started");
    struct tm tm;
    localtime_r(&start, &tm); /* the core runs with TZ set to the municipality's zone */
    day_t day = day_from_civil(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday),
          noticed = arg_sql(c, "noticed") ? day_parse(arg_str(c, "noticed")) : call_today();
    const struct due_rule *rule = deadlines_rule(c->rules->deadlines, "planned_outage_notice", day);
    if (!rule || day == DAY_NONE || arg_sql(c, "source") || strcmp(arg_str(c, "kind"), "planned") != 0)
        return;
    day_t until = due_count(c->rules->calendar, day, rule).rolled;
    jw_kstring(c->out, "notice_until", day_text(c, until));
    jw_kbool(c->out, "notice_late", noticed > until);
}

/* Writes one outage of the call's houses and times, and its members of the answer; `incident` has no row when it comes from none. */
static bool open_one(struct call *c, const struct record *incident, const char *houses)
{
    bool announced;
    int64_t id, added = 0, incident_version;
    const char *number;
    if (!times_ok(c, arg_str(c, "kind"), &announced))
        return false;
    const char *status = announced ? "announced" : "active";
    if (!outage_insert(c, status, arg_sql(c, "supplier"), arg_sql(c, "external_id"), &id, &number))
        return false;
    const char *id_text = call_int(c, id), *add[] = {id_text, houses, NULL};
    if ((houses && !pg_exec(c->db, Q_OUTAGE_HOUSES_ADD, add, 3, &added, c->err)) || !write_promise(c, id_text))
        return false;
    struct event e = {.record = "outage",
                      .record_id = id,
                      .action = "open",
                      .to = status,
                      .version = 1,
                      .comment = arg_sql(c, "reason"),
                      .changes = arena_printf(c->arena, "{\"houses_off\":{\"to\":%lld}}", (long long)(announced ? 0 : added))};
    if (!event_write(c, &e) || (incident->row && !incident_join_outage(c, incident, id_text, "incident", &incident_version)))
        return false;
    jw_kint(c->out, "id", id);
    jw_kstring(c->out, "number", number);
    jw_kint(c->out, "version", 1);
    jw_kstring(c->out, "status", status);
    jw_kint(c->out, "houses", added);
    write_notice_term(c);
    return true;
}

/* Breaks with time between them are outages of their own, so that each begins, ends and is charged by itself; all are written or none. The
 * answer is the first one's, and names the others under "more"; an incident joins the first. */
static bool open_each(struct call *c, const struct record *incident, const char *houses)
{
    struct period_text *period;
    if (!outage_take_period(c, &period))
        return false;
    for (size_t i = 0; i < period->intervals; i++) {
        outage_set_times(c, &period->interval[i]);
        if (i == 1) {
            jw_key(c->out, "more");
            jw_array(c->out);
        }
        if (i > 0)
            jw_object(c->out);
        if (!open_one(c, i == 0 ? incident : &(struct record){.row = NULL}, houses))
            return false;
        if (i > 0)
            jw_object_end(c->out);
    }
    if (period->intervals > 1)
        jw_array_end(c->out);
    return true;
}

bool outage_open(struct call *c)
{
    bool there;
    struct record incident;
    if (!known_external(c, Q_OUTAGE_BY_EXTERNAL, &there) || there)
        return there;
    if (!check_classifier(c, "outage_kind", "kind", arg_str(c, "kind"), NULL) || !outage_condition_ok(c, arg_str(c, "resource")) ||
        !outage_take_line(c) || !incident_lock_for_outage(c, &incident))
        return false;
    const char *houses = outage_houses_named(c);
    jw_object(c->out);
    bool ok = arg_sql(c, "period") ? open_each(c, &incident, houses) : open_one(c, &incident, houses);
    jw_object_end(c->out);
    record_free(&incident);
    return ok;
}
