/* An incident goes on as something else: an appeal, an assignment, a part of an outage. The other module makes its record by its own
 * operation, in the same transaction, with what the card knows. */
#include "common/arena.h"
#include "server/ops/incident.h"
#include <stdlib.h>
#include <string.h>

enum { INNER_BYTES_MAX = 1 << 16, TITLE_BYTES = 280 };

const struct op_param incident_to_appeal_params[] = {
    {"appeal", P_ID, 0, 0, NULL, "appeal.list", {"Уже зарегистрированное", "Registered already"}, NULL},
    {"kind", P_ENUM, 0, 0, "classifier:appeal_kind", NULL, {"Вид поступления", "Kind"}, NULL},
    {"topic", P_ENUM, 0, 0, "classifier:topic", NULL, {"Тема", "Topic"}, NULL},
    {.name = NULL},
};
const struct op_param incident_to_assignment_params[] = {
    {"responsible", P_ID, PF_REQUIRED, 0, NULL, "user.list", {"Исполнитель", "Responsible"}, NULL},
    {"due", P_DATE, 0, 0, NULL, NULL, {"Срок", "Due"}, NULL},
    {"title", P_STRING, 0, 300, NULL, NULL, {"Что сделать", "What to do"}, NULL},
    {.name = NULL},
};
const struct op_param incident_to_outage_params[] = {
    {"outage", P_ID, PF_REQUIRED, 0, NULL, "outage.list", {"Отключение", "Outage"}, NULL},
    {.name = NULL},
};

/* Runs another operation as a part of this one and takes its id. The right to it comes with this operation: it acts as a clerk of the desk.
 */
static bool run_inner(struct call *c, const char *method, json_t *params, int64_t *id)
{
    struct session_user desk = *c->user;
    struct buf out;
    struct jw w;
    desk.roles |= R_CLERK;
    buf_init(&out, INNER_BYTES_MAX);
    jw_init(&w, &out);
    struct call inner = *c;
    inner.op = op_find(method, strlen(method));
    inner.user = &desk;
    inner.params = params;
    inner.out = &w;
    bool ok = op_check(inner.op, params, c->err) && inner.op->handler(&inner);
    json_t *answer = ok ? json_loads(out.data, 0, NULL) : NULL;
    *id = json_integer_value(json_object_get(answer, "id"));
    json_decref(answer);
    json_decref(params);
    buf_free(&out);
    return ok;
}

static void copy_args(const struct call *c, json_t *params, const char *const *names)
{
    for (; *names; names++)
        if (arg_has(c, *names))
            json_object_set(params, *names, json_object_get(c->params, *names));
}

/* "Нет отопления: Ленина, 12", cut at a letter. */
static const char *title_of(struct call *c, const struct record *r)
{
    const char *params[] = {pg_text(r->row, 0, I_TYPE), call_language(c)};
    struct pg_res *res = pg_query(c->db, Q_INCIDENT_TYPE_LABEL, params, 2, c->err);
    if (!res)
        return NULL;
    char *title = arena_printf(c->arena, "%s: %s", pg_rows(res) == 1 ? pg_text(res, 0, 0) : params[0], pg_text(r->row, 0, I_PLACE));
    pg_free(res);
    size_t len = strlen(title);
    if (len > TITLE_BYTES) {
        for (len = TITLE_BYTES; len > 0 && ((unsigned char)title[len] & 0xC0) == 0x80;)
            len--;
        title[len] = '\0';
    }
    return title;
}

/* Links what was made or named, and says so in the history. */
static bool link_end(struct call *c, struct record *r, const char *action, const char *appeal, const char *assignment, bool ok)
{
    const char *params[] = {r->id_text, appeal, assignment};
    const char *field = appeal ? "appeal" : "assignment", *made = appeal ? appeal : assignment;
    struct event e = {.record = "incident", .record_id = r->id, .action = action};
    int64_t version;
    if (ok)
        e.changes = arena_printf(c->arena, "{\"%s\":{\"to\":%s}}", field, made);
    ok = ok && query_int(c, Q_INCIDENT_LINK, params, 3, 0, &version);
    e.version = ok ? version : 0;
    ok = ok && event_write(c, &e);
    if (ok && made) {
        jw_object(c->out);
        jw_kint(c->out, "id", r->id);
        jw_kstring(c->out, "number", r->number);
        jw_kint(c->out, "version", version);
        jw_kstring(c->out, "status", r->status);
        jw_kint(c->out, field, strtoll(made, NULL, 10));
        jw_object_end(c->out);
    }
    record_free(r);
    return ok;
}

/* The author as the desk knows them: a correspondent of this name and phone, else a new one; without a name nobody signed. */
static bool add_author(struct call *c, const struct record *r, json_t *params)
{
    const char *who[] = {pg_text(r->row, 0, I_CALLER), pg_text(r->row, 0, I_PHONE)};
    int64_t known;
    if (!*who[0]) {
        json_object_set_new(params, "anonymous", json_true());
        return true;
    }
    if (!query_int(c, Q_INCIDENT_CORRESPONDENT, who, 2, 0, &known))
        return false;
    if (known)
        json_object_set_new(params, "correspondent", json_integer(known));
    else
        json_object_set_new(params, "new_correspondent",
                            *who[1] ? json_pack("{s:s, s:s, s:s}", "kind", "person", "name", who[0], "phone", who[1])
                                    : json_pack("{s:s, s:s}", "kind", "person", "name", who[0]));
    return true;
}

bool incident_to_appeal(struct call *c)
{
    static const char *const own[] = {"kind", "topic", NULL};
    struct record r;
    const char *to, *title;
    int64_t appeal = arg_int(c, "appeal"), there = 1;
    if (!record_lock(c, "incident", &r))
        return false;
    bool ok = record_may(c, &r, "to_appeal", &to) && (title = title_of(c, &r));
    if (ok && pg_text(r.row, 0, I_APPEAL))
        ok = err_rule(c->err, "linked", NULL);
    if (ok && appeal) {
        const char *params[] = {arg_sql(c, "appeal"), call_user(c)};
        ok = query_int(c, Q_INCIDENT_APPEAL_THERE, params, 2, 0, &there) && (there || err_field(c->err, "appeal", "not_there", NULL));
    } else if (ok) {
        json_t *params = json_pack("{s:s, s:s, s:s, s:s, s:s}", "kind", "message", "channel", "edds", "subject", title, "text",
                                   pg_text(r.row, 0, I_TEXT), "address", pg_text(r.row, 0, I_PLACE));
        copy_args(c, params, own);
        ok = add_author(c, &r, params);
        if (ok)
            ok = run_inner(c, "appeal.register", params, &appeal);
        else
            json_decref(params);
    }
    return link_end(c, &r, "to_appeal", call_int(c, appeal), NULL, ok);
}

bool incident_to_assignment(struct call *c)
{
    static const char *const own[] = {"responsible", "due", "title", NULL};
    struct record r;
    const char *to, *title;
    int64_t assignment = 0;
    if (!record_lock(c, "incident", &r))
        return false;
    bool ok = record_may(c, &r, "to_assignment", &to) && (title = title_of(c, &r));
    if (ok && pg_text(r.row, 0, I_ASSIGNMENT))
        ok = err_rule(c->err, "linked", NULL);
    if (ok) {
        json_t *params = json_pack("{s:s, s:s, s:s}", "title", title, "source", "incident", "text",
                                   arena_printf(c->arena, "%s\n%s", r.number, pg_text(r.row, 0, I_TEXT)));
        copy_args(c, params, own);
        if (pg_text(r.row, 0, I_APPEAL))
            json_object_set_new(params, "appeal", json_integer(pg_int(r.row, 0, I_APPEAL)));
        ok = run_inner(c, "assignment.create", params, &assignment);
    }
    return link_end(c, &r, "to_assignment", NULL, call_int(c, assignment), ok);
}

bool incident_join_outage(struct call *c, const struct record *r, const char *outage, const char *field, int64_t *version)
{
    const char *params[] = {r->id_text, outage};
    struct pg_res *res = pg_query(c->db, Q_INCIDENT_JOIN_OUTAGE, params, 2, c->err);
    if (!res)
        return false;
    bool there = pg_rows(res) == 1;
    struct event e = {.record = "incident",
                      .record_id = r->id,
                      .action = "to_outage",
                      .version = there ? pg_int(res, 0, 0) : 0,
                      .changes = arena_printf(c->arena, "{\"outage\":{\"to\":%s}}", params[1])};
    *version = e.version;
    pg_free(res);
    return there ? event_write(c, &e) : err_field(c->err, field, "not_there", NULL);
}

bool incident_lock_for_outage(struct call *c, struct record *r)
{
    const char *to;
    *r = (struct record){.row = NULL};
    if (!arg_has(c, "incident"))
        return true;
    if (!record_lock_id(c, "incident", arg_int(c, "incident"), r))
        return c->err->code == ERR_NOT_FOUND ? err_field(c->err, "incident", "not_there", NULL) : false;
    if (record_may(c, r, "to_outage", &to))
        return true;
    record_free(r);
    return false;
}

bool incident_to_outage(struct call *c)
{
    struct record r;
    const char *to;
    int64_t version;
    if (!record_lock(c, "incident", &r))
        return false;
    bool ok = record_may(c, &r, "to_outage", &to) && incident_join_outage(c, &r, arg_sql(c, "outage"), "outage", &version);
    if (ok)
        write_changed(c, r.id, r.number, version, r.status);
    record_free(&r);
    return ok;
}
