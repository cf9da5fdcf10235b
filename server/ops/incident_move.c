/* Transitions of an incident: a row each. Who may and from where stands in workflow.yaml; here is what each leaves behind. */
#include "common/arena.h"
#include "server/ops/incident.h"
#include <stdlib.h>
#include <string.h>

const struct op_param incident_dispatch_params[] = {
    {"service", P_STRINGS, 0, 10, "classifier:service", NULL, {"Службы", "Services"}, NULL},
    {"contact", P_STRING, 0, 200, NULL, NULL, {"Кто принял", "Who took it"}, NULL},
    {"time", P_TIME, 0, 0, NULL, NULL, {"Когда оповещены", "Informed at"}, NULL},
    {.name = NULL},
};
const struct op_param incident_inform_params[] = {
    {"service", P_ENUM, PF_REQUIRED, 0, "classifier:service", NULL, {"Служба", "Service"}, NULL},
    {"contact", P_STRING, 0, 200, NULL, NULL, {"Кто принял", "Who took it"}, NULL},
    {"time", P_TIME, 0, 0, NULL, NULL, {"Когда оповещена", "Informed at"}, NULL},
    {.name = NULL},
};
const struct op_param incident_take_params[] = {
    {"service_answer", P_STRING, PF_REQUIRED, 500, NULL, NULL, {"Ответ службы", "Answer of the service"}, NULL},
    {"service", P_ENUM, 0, 0, "classifier:service", NULL, {"Служба", "Service"}, NULL},
    {"time", P_TIME, 0, 0, NULL, NULL, {"Когда ответила", "Answered at"}, NULL},
    {.name = NULL},
};
const struct op_param incident_arrive_params[] = {
    {"service", P_ENUM, 0, 0, "classifier:service", NULL, {"Служба", "Service"}, NULL},
    {"time", P_TIME, 0, 0, NULL, NULL, {"Когда прибыла", "Arrived at"}, NULL},
    {.name = NULL},
};
const struct op_param incident_tell_params[] = {
    {"until", P_TIME, 0, 0, NULL, NULL, {"Обещано к", "Promised until"}, NULL},
    {"comment", P_STRING, 0, 500, NULL, NULL, {"Что сказано", "What was said"}, NULL},
    {"time", P_TIME, 0, 0, NULL, NULL, {"Когда сообщено", "Told at"}, NULL},
    {.name = NULL},
};
const struct op_param incident_localize_params[] = {
    {"time", P_TIME, 0, 0, NULL, NULL, {"Когда локализовано", "Localised at"}, NULL},
    {"measures", P_TEXT, 0, 20000, NULL, NULL, {"Принятые меры", "Measures"}, NULL},
    {.name = NULL},
};
const struct op_param incident_resolve_params[] = {
    {"measures", P_TEXT, PF_REQUIRED, 20000, NULL, NULL, {"Принятые меры", "Measures"}, NULL},
    {"time", P_TIME, 0, 0, NULL, NULL, {"Когда устранено", "Resolved at"}, NULL},
    {.name = NULL},
};
const struct op_param incident_close_params[] = {
    {"caller_confirmed", P_BOOL, 0, 0, NULL, NULL, {"Заявитель подтвердил", "The caller confirmed"}, NULL},
    {"comment", P_TEXT, 0, 5000, NULL, NULL, {"Комментарий", "Comment"}, NULL},
    {.name = NULL},
};
const struct op_param incident_reason_params[] = {
    {"reason", P_TEXT, PF_REQUIRED, 5000, NULL, NULL, {"Причина", "Reason"}, NULL},
    {.name = NULL},
};
const struct op_param incident_link_duplicate_params[] = {
    {"incident", P_ID, PF_REQUIRED, 0, NULL, "incident.list", {"Повтор к", "Repeats"}, NULL},
    {.name = NULL},
};

struct row {
    const char *method, *action;
    const char *stamp; /* what Q_INCIDENT_MOVE does to the times */
    const char *meets; /* the clocks that this is waited for by */
    const char *why;   /* argument that says why, for the history */
    bool (*traces)(struct call *c, const struct record *r, const char *at);
};

/* ---- what is left behind ---- */

static bool tell_service(struct call *c, const struct record *r, const char *service, const char *at)
{
    const char *params[] = {r->id_text, service, at, call_user(c), arg_sql(c, "contact"), incident_norms(c, pg_text(r->row, 0, I_TYPE))};
    return pg_exec(c->db, Q_INCIDENT_INFORM, params, 6, NULL, c->err);
}

/* One service, or several. */
static bool tell_services(struct call *c, const struct record *r, const char *at)
{
    const char *one = arg_str(c, "service");
    size_t i;
    json_t *service;
    if (one)
        return tell_service(c, r, one, at);
    json_array_foreach(json_object_get(c->params, "service"), i, service)
    {
        if (!tell_service(c, r, json_string_value(service), at))
            return false;
    }
    return true;
}

static bool service_said(struct call *c, const struct record *r, const char *at, bool arrived)
{
    const char *params[] = {r->id_text, arg_sql(c, "service"), at, arg_sql(c, "service_answer"), call_bool(arrived)};
    struct pg_res *res = pg_query(c->db, Q_INCIDENT_SERVICE_ANSWER, params, 5, c->err);
    if (!res)
        return false;
    bool there = pg_rows(res) == 1, early = there && pg_bool(res, 0, 1);
    pg_free(res);
    if (early)
        return err_field(c->err, "time", "before_informed", NULL);
    return there || err_field(c->err, "service", "not_there",
                              c->user->lang == LANG_RU ? "эта служба ещё не оповещена" : "this service was not informed yet");
}

static bool service_answered(struct call *c, const struct record *r, const char *at) { return service_said(c, r, at, false); }
static bool service_arrived(struct call *c, const struct record *r, const char *at) { return service_said(c, r, at, true); }

/* A promise is for the time after it is given. */
static bool promised(struct call *c, const struct record *r, const char *at)
{
    const char *params[] = {arg_sql(c, "until"), at};
    int64_t over;
    (void)r;
    if (!params[0])
        return true;
    if (!query_int(c, Q_INCIDENT_UNTIL_OVER, params, 2, 0, &over))
        return false;
    return !over || err_field(c->err, "until", "promise_in_past", NULL);
}

/* What was resolved was localised before, at the latest with it. */
static bool resolved(struct call *c, const struct record *r, const char *at)
{
    const char *params[] = {r->id_text, "localized", at}, *before[] = {r->id_text, at};
    int64_t later;
    if (!query_int(c, Q_INCIDENT_LOCALIZED_LATER, before, 2, 0, &later))
        return false;
    if (later)
        return err_field(c->err, "time", "before_localized", NULL);
    return pg_exec(c->db, Q_INCIDENT_CLOCKS_MEET, params, 3, NULL, c->err);
}

static bool reopened(struct call *c, const struct record *r, const char *at)
{
    const char *params[] = {r->id_text, "resolved"};
    (void)at;
    return pg_exec(c->db, Q_INCIDENT_CLOCKS_RUN_AGAIN, params, 2, NULL, c->err);
}

/* A repeat hangs on the first call about the matter, never on another repeat. */
static bool repeats_of(struct call *c, const struct record *r, const char *field)
{
    const char *other = arg_sql(c, field), *follow[] = {r->id_text, NULL};
    int64_t root;
    if (arg_int(c, field) == r->id)
        return err_field(c->err, field, "same_record", NULL);
    if (!query_int(c, Q_INCIDENT_ROOT, &other, 1, 0, &root))
        return false;
    if (!root || root == r->id)
        return err_field(c->err, field, root ? "cycle" : "not_there", NULL);
    follow[1] = call_int(c, root);
    json_object_set_new(c->params, "incident", json_integer(root));
    return pg_exec(c->db, Q_INCIDENT_REPEATS_FOLLOW, follow, 2, NULL, c->err);
}

static bool repeats(struct call *c, const struct record *r, const char *at)
{
    (void)at;
    return repeats_of(c, r, "incident");
}

static const struct row rows[] = {
    {"incident.dispatch", "dispatch", NULL, "answered", "contact", tell_services},
    {"incident.inform", "inform", NULL, "answered", "contact", tell_services},
    {"incident.take", "take", NULL, "service_answered", "service_answer", service_answered},
    {"incident.arrive", "arrive", NULL, "arrived", NULL, service_arrived},
    {"incident.tell", "tell", "told", "told", "comment", promised},
    {"incident.localize", "localize", "localized", "localized", "measures", NULL},
    {"incident.resolve", "resolve", "resolved", "resolved", "measures", resolved},
    {"incident.close", "close", NULL, NULL, "comment", NULL},
    {"incident.reopen", "reopen", "reopened", NULL, "reason", reopened},
    {"incident.link_duplicate", "link_duplicate", NULL, NULL, NULL, repeats},
    {"incident.mark_false", "mark_false", NULL, NULL, "reason", NULL},
    {"incident.hand_out", "hand_out", NULL, "answered", "contact", tell_services},
};

static const struct row *row_of(const char *method)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].method, method) == 0)
            return &rows[i];
    return &rows[0];
}

/* Left out: the services that the card still has to tell. */
static bool fill_services(struct call *c, const struct record *r, const struct row *row)
{
    if (row->traces != tell_services || arg_str(c, "service"))
        return true;
    if (!incident_codes_ok(c, "service", "service"))
        return false;
    if (json_array_size(json_object_get(c->params, "service")) > 0)
        return true;
    struct pg_res *res = pg_query(c->db, Q_INCIDENT_WAITING, &r->id_text, 1, c->err);
    if (!res)
        return false;
    json_t *waiting = json_loads(pg_text(res, 0, 0), 0, NULL);
    pg_free(res);
    bool any = json_array_size(waiting) > 0;
    json_object_set_new(c->params, "service", waiting);
    return any || err_field(c->err, "service", "required", NULL);
}

/* What a history says of it: which services, until when, what it repeats. */
static const char *changes_of(struct call *c, const struct row *row)
{
    const char *names[] = {"service", "until", "incident", "caller_confirmed"};
    json_t *all = json_object();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (arg_has(c, names[i]) && !(row->why && strcmp(row->why, names[i]) == 0))
            json_object_set_new(all, names[i], json_pack("{s:O}", "to", json_object_get(c->params, names[i])));
    char *text = json_object_size(all) > 0 ? json_dumps(all, JSON_COMPACT) : NULL;
    const char *copy = text ? arena_strdup(c->arena, text) : NULL;
    free(text);
    json_decref(all);
    return copy;
}

static bool change_state(struct call *c, const struct record *r, const struct row *row, const char *to, const char *at, int64_t *version)
{
    bool closes = state_is_final(c, "incident", to);
    const char *move[] = {r->id_text,
                          to,
                          call_bool(closes),
                          row->stamp,
                          at,
                          arg_sql(c, "measures"),
                          arg_sql(c, "until"),
                          arg_sql(c, "caller_confirmed"),
                          arg_sql(c, "incident")};
    const char *meet[] = {r->id_text, row->meets, at};
    struct event e = {.record = "incident",
                      .record_id = r->id,
                      .action = row->action,
                      .from = r->status,
                      .to = to,
                      .comment = row->why ? arg_sql(c, row->why) : NULL,
                      .changes = changes_of(c, row)};
    if (!query_int(c, Q_INCIDENT_MOVE, move, 9, 0, version) ||
        (row->meets && !pg_exec(c->db, Q_INCIDENT_CLOCKS_MEET, meet, 3, NULL, c->err)) ||
        (closes && !pg_exec(c->db, Q_INCIDENT_CLOCKS_CANCEL, &r->id_text, 1, NULL, c->err)))
        return false;
    e.version = *version;
    return event_write(c, &e);
}

bool incident_repeat(struct call *c, const struct record *r, const char *field, int64_t *version, const char **status)
{
    const char *at;
    return workflow_check(c->rules->workflow, "incident", r->status, "link_duplicate", c->user->roles, r->relations, status, c->err) &&
           repeats_of(c, r, field) && incident_time(c, "", NULL, &at) &&
           change_state(c, r, row_of("incident.link_duplicate"), *status, at, version);
}

bool incident_move(struct call *c)
{
    const struct row *row = row_of(c->op->method);
    struct record r;
    const char *to, *at;
    int64_t version, held;
    const char *both[] = {arg_sql(c, "id"), arg_sql(c, "incident")};
    if ((both[1] && !query_int(c, Q_INCIDENT_HOLD_BOTH, both, 2, 0, &held)) || !record_lock(c, "incident", &r))
        return false;
    bool ok = incident_time(c, "time", pg_text(r.row, 0, I_TAKEN_AT), &at);
    if (ok) {
        arg_default(c, "time", at);
        ok = fill_services(c, &r, row) && record_may(c, &r, row->action, &to) &&
             check_classifier(c, "service", "service", arg_str(c, "service"), NULL) && (!row->traces || row->traces(c, &r, at)) &&
             change_state(c, &r, row, to, at, &version);
    }
    if (ok)
        write_changed(c, r.id, r.number, version, to);
    record_free(&r);
    return ok;
}
