#include "server/ops/periodic.h"
#include "common/arena.h"
#include "server/ops/tables.h"
#include <stdlib.h>
#include <string.h>

enum { FRIDAY = 5, BORN_BYTES_MAX = 1 << 16 };

/* ---- with the first of them ---- */

static int weekday_of(const struct call *c) { return arg_sql(c, "due") ? day_weekday(day_parse(arg_str(c, "due"))) : FRIDAY; }

bool periodic_prepare(struct call *c, day_t *next_on)
{
    const struct period_rule *rule = deadlines_period(c->rules->deadlines, arg_sql(c, "period"));
    if (!rule)
        return err_field(c->err, "period", "not_a_value", NULL);
    struct period p = period_of(rule, call_today(), weekday_of(c));
    if (p.first != DAY_NONE && p.due < call_today())
        p = period_of(rule, p.last + 1, weekday_of(c));
    if (p.first == DAY_NONE || p.due == DAY_NONE)
        return err_field(c->err, "period", "out_of_range", NULL);
    if (!arg_sql(c, "due"))
        json_object_set_new(c->params, "due", json_string(day_text(c, p.due)));
    *next_on = p.last + 1;
    return true;
}

bool periodic_keep(struct call *c, int64_t assignment, day_t next_on)
{
    static const char *const own[] = {"request_id", "due", "period", "appeal", "appeals", "parent", "external_id", "draft", NULL};
    int64_t id;
    json_t *kept = json_copy(c->params);
    for (size_t i = 0; own[i]; i++)
        json_object_del(kept, own[i]);
    char *text = json_dumps(kept, JSON_COMPACT);
    json_decref(kept);
    const char *params[] = {call_user(c), arg_sql(c, "period"), call_int(c, weekday_of(c)), day_text(c, next_on),
                            arena_strdup(c->arena, text ? text : "{}")};
    free(text);
    if (!query_int(c, Q_PERIODIC_ADD, params, 5, 0, &id))
        return false;
    const char *link[] = {call_int(c, assignment), call_int(c, id)};
    return pg_exec(c->db, Q_PERIODIC_LINK, link, 2, NULL, c->err);
}

/* ---- those that follow ---- */

struct birth {
    const char *id;
    day_t next_on; /* of the period after this one */
};

/* What the author would type today: the kept words, the date of this period, and an id that no second card of the period can have. */
static json_t *params_of(struct arena *arena, const struct rules *rules, const struct pg_res *res, struct birth *b)
{
    char due[11];
    const struct period_rule *rule = deadlines_period(rules->deadlines, pg_text(res, 0, 0));
    day_t next_on = day_parse(pg_text(res, 0, 2));
    struct period p = rule ? period_of(rule, next_on, (int)pg_int(res, 0, 1)) : (struct period){.first = DAY_NONE};
    json_t *params = p.first == DAY_NONE || p.due == DAY_NONE ? NULL : json_loads(pg_text(res, 0, 3), 0, NULL);
    if (!params)
        return NULL;
    day_format(p.due, due);
    b->next_on = p.last + 1;
    json_object_set_new(params, "due", json_string(due));
    json_object_set_new(params, "external_id", json_string(arena_printf(arena, "periodic:%s:%s", b->id, pg_text(res, 0, 2))));
    return params;
}

static bool create_as(struct call *c, const struct birth *b)
{
    json_t *answer = NULL;
    bool ok =
        op_check(c->op, c->params, c->err) && (c->op->roles & c->user->roles || err_set(c->err, ERR_FORBIDDEN, NULL)) && c->op->handler(c);
    if (ok && (answer = json_loads(c->out->out->data, 0, NULL))) {
        char next_on[11];
        day_format(b->next_on, next_on);
        const char *link[] = {call_int(c, json_integer_value(json_object_get(answer, "id"))), b->id}, *done[] = {b->id, next_on};
        ok = pg_exec(c->db, Q_PERIODIC_LINK, link, 2, NULL, c->err) && pg_exec(c->db, Q_PERIODIC_DONE, done, 2, NULL, c->err);
    }
    json_decref(answer);
    return ok;
}

static bool bear(struct pg *db, struct arena *arena, const struct rules *rules, const struct pg_res *res, struct birth *b,
                 bool (*load_user)(struct pg *, struct arena *, const char *, struct session_user *, struct err *), struct err *err)
{
    struct session_user author;
    struct buf out;
    struct jw w;
    json_t *params = params_of(arena, rules, res, b);
    if (!params)
        return err_field(err, "period", "not_a_value", NULL);
    buf_init(&out, BORN_BYTES_MAX);
    jw_init(&w, &out);
    struct call c = {.op = op_find("assignment.create", strlen("assignment.create")),
                     .user = &author,
                     .params = params,
                     .db = db,
                     .rules = rules,
                     .arena = arena,
                     .out = &w,
                     .err = err};
    bool ok = load_user(db, arena, pg_text(res, 0, 4), &author, err) && create_as(&c, b);
    json_decref(params);
    buf_free(&out);
    return ok;
}

int periodic_bear(struct pg *db, struct arena *arena, const struct rules *rules, const char *id,
                  bool (*load_user)(struct pg *, struct arena *, const char *, struct session_user *, struct err *), struct err *err)
{
    struct birth b = {.id = id};
    if (!pg_begin(db, err))
        return -1;
    struct pg_res *res = pg_query(db, Q_PERIODIC_TAKE, &id, 1, err);
    bool there = res && pg_rows(res) == 1, ok = there && bear(db, arena, rules, res, &b, load_user, err);
    pg_free(res);
    if (ok && pg_commit(db, err))
        return 1;
    pg_rollback(db);
    return res && !there ? 0 : -1;
}

/* ---- operations ---- */

static bool periodic_list(struct call *c)
{
    const char *params[] = {call_user(c), call_sees_all(c)};
    struct pg_res *res = pg_query(c->db, Q_PERIODIC_LIST, params, 2, c->err);
    if (!res)
        return false;
    jw_object(c->out);
    jw_kraw(c->out, "items", pg_text(res, 0, 0));
    jw_object_end(c->out);
    pg_free(res);
    return true;
}

static bool periodic_stop(struct call *c)
{
    int64_t version;
    const char *params[] = {call_user(c), call_bool(c->user->roles & (R_CLERK | R_HEAD | R_SYSTEM)), arg_sql(c, "id")};
    if (!query_int(c, Q_PERIODIC_STOP, params, 3, 0, &version))
        return false;
    if (!version)
        return err_set(c->err, ERR_NOT_FOUND, NULL);
    struct event e = {
        .record = "periodic", .record_id = arg_int(c, "id"), .action = "stop", .version = version, .comment = arg_sql(c, "reason")};
    if (!event_write(c, &e))
        return false;
    write_changed(c, arg_int(c, "id"), NULL, version, NULL);
    return true;
}

static const struct op_param stop_params[] = {
    {"id", P_ID, PF_REQUIRED, 0, NULL, "periodic.list", {"Периодическое поручение", "Periodic assignment"}, NULL},
    {"reason", P_TEXT, 0, 5000, NULL, NULL, {"Причина", "Reason"}, NULL},
    {.name = NULL},
};

const struct op periodic_ops[] = {
    {"periodic.list", R_ANY & ~R_ADMIN, 0, {"Периодические поручения", "Periodic assignments"}, NULL, periodic_list},
    {"periodic.stop",
     R_CLERK | R_HEAD | R_DEPUTY | R_CHIEF | R_SYSTEM,
     OP_WRITE,
     {"Прекратить периодическое поручение", "Stop a periodic assignment"},
     stop_params,
     periodic_stop},
    {.method = NULL},
};
