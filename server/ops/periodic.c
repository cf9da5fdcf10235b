#include "server/ops/periodic.h"
#include "common/arena.h"
#include "server/ops/assignment.h"
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

#define CHANGERS (R_CLERK | R_HEAD | R_DEPUTY | R_CHIEF | R_SYSTEM)

static const char *anybodys(const struct call *c) { return call_bool(c->user->roles & (R_CLERK | R_HEAD | R_SYSTEM)); }

static bool periodic_list(struct call *c)
{
    struct page page;
    if (!page_begin(c, &page, "i"))
        return false;
    const char *params[7] = {call_user(c), call_sees_all(c), anybodys(c), call_bool(arg_bool(c, "all")), arg_sql(c, "query")};
    if (!page_count(c, &page, Q_PERIODIC_COUNT, params, 5))
        return false;
    params[5] = page.after[0];
    params[6] = call_int(c, page.limit + 1);
    struct pg_res *res = pg_query(c->db, Q_PERIODIC_LIST, params, 7, c->err);
    if (!res)
        return false;
    page_write(c, &page, res, NULL, 1, 1);
    pg_free(res);
    return true;
}

static bool periodic_get(struct call *c)
{
    const char *params[] = {call_user(c), call_sees_all(c), anybodys(c), arg_sql(c, "id")};
    return write_json_row(c, Q_PERIODIC_GET, params, 4);
}

/* Holds it until the end of the transaction; *weekday may be NULL. */
static bool hold(struct call *c, int *weekday)
{
    const char *params[] = {call_user(c), call_sees_all(c), anybodys(c), arg_sql(c, "id")};
    struct pg_res *res = pg_query(c->db, Q_PERIODIC_LOCK, params, 4, c->err);
    if (!res)
        return false;
    bool there = pg_rows(res) == 1, ok = there;
    if (!there)
        err_set(c->err, ERR_NOT_FOUND, NULL);
    else if (*pg_text(res, 0, 3) != 't')
        ok = err_set(c->err, ERR_FORBIDDEN, NULL);
    else if (*pg_text(res, 0, 2) == 't')
        ok = err_rule(c->err, "status", NULL);
    else if (arg_has(c, "version") && arg_int(c, "version") != pg_int(res, 0, 0)) {
        struct pg_res *now = pg_query(c->db, Q_PERIODIC_GET, params, 4, c->err);
        ok = now && err_set(c->err, ERR_CONFLICT, NULL);
        if (now)
            c->err->current = arena_strdup(c->arena, pg_text(now, 0, 0));
        pg_free(now);
    }
    if (ok && weekday)
        *weekday = (int)pg_int(res, 0, 1);
    pg_free(res);
    return ok;
}

static bool told(struct call *c, const char *action, int64_t version, const char *comment, const char *changes)
{
    struct event e = {
        .record = "periodic", .record_id = arg_int(c, "id"), .action = action, .version = version, .comment = comment, .changes = changes};
    if (!event_write(c, &e))
        return false;
    write_changed(c, arg_int(c, "id"), NULL, version, strcmp(action, "stop") == 0 ? "stopped" : "active");
    return true;
}

static bool people_ok(struct call *c)
{
    size_t i;
    json_t *user;
    json_array_foreach(json_object_get(c->params, "co_executors"), i, user) if (!assignment_user_ok(c, "co_executors", json_integer_value(user))) return false;
    return (!arg_int(c, "responsible") || assignment_user_ok(c, "responsible", arg_int(c, "responsible"))) &&
           (!arg_int(c, "controller") || assignment_user_ok(c, "controller", arg_int(c, "controller"))) &&
           check_classifier(c, "urgency", "urgency", arg_str(c, "urgency"), NULL);
}

/* From the next one on; what has been given stays as it was given. Another rhythm begins when the period that is on is over. */
static bool periodic_set(struct call *c)
{
    static const char *const kept[] = {"title", "text", "responsible", "controller", "co_executors", "urgency", NULL};
    const char *changes, *next_on = NULL, *period = arg_sql(c, "period");
    int weekday = FRIDAY;
    int64_t version;
    if (!hold(c, &weekday) || !people_ok(c) || !record_changes(c, Q_PERIODIC_FACTS, arg_sql(c, "id"), &changes))
        return false;
    if (arg_has(c, "title") && !arg_sql(c, "title"))
        return err_field(c->err, "title", "required", NULL);
    if (period) {
        const struct period_rule *rule = deadlines_period(c->rules->deadlines, period);
        struct period p = rule ? period_of(rule, call_today(), weekday) : (struct period){.first = DAY_NONE};
        if (p.first == DAY_NONE)
            return err_field(c->err, "period", "not_a_value", NULL);
        next_on = day_text(c, p.last + 1);
    }
    json_t *patch = json_object();
    for (size_t i = 0; kept[i]; i++) {
        json_t *value = json_object_get(c->params, kept[i]);
        if (value && !json_is_null(value))
            json_object_set(patch, kept[i], value);
    }
    char *text = json_dumps(patch, JSON_COMPACT);
    json_decref(patch);
    const char *params[] = {arg_sql(c, "id"), arena_strdup(c->arena, text ? text : "{}"), period, next_on};
    free(text);
    return query_int(c, Q_PERIODIC_SET, params, 4, 0, &version) && told(c, "set", version, NULL, changes);
}

static bool periodic_stop(struct call *c)
{
    int64_t version;
    const char *id = arg_sql(c, "id");
    return hold(c, NULL) && query_int(c, Q_PERIODIC_STOP, &id, 1, 0, &version) && told(c, "stop", version, arg_sql(c, "reason"), NULL);
}

static const struct op_param list_params[] = {
    {"sort", P_ENUM, 0, 0, "new", NULL, {"Порядок", "Order"}, NULL},
    {"all", P_BOOL, PF_FILTER, 0, NULL, NULL, {"И прекращённые", "Those stopped, too"}, NULL},
    {.name = NULL},
};
static const struct op_param get_params[] = {
    {"id", P_ID, PF_REQUIRED, 0, NULL, "periodic.list", {"Периодическое поручение", "Periodic assignment"}, NULL},
    {.name = NULL},
};
static const struct op_param set_params[] = {
    {"title", P_STRING, 0, 300, NULL, NULL, {"Что сделать", "What to do"}, NULL},
    {"responsible", P_ID, 0, 0, NULL, "user.list", {"Исполнитель", "Responsible"}, NULL},
    {"period", P_ENUM, 0, 0, "weekly|monthly|quarterly|yearly|standing", NULL, {"Повторять", "Repeat"}, NULL},
    {"text", P_TEXT, 0, 50000, NULL, NULL, {"Подробно", "Details"}, NULL},
    {"urgency", P_ENUM, 0, 0, "classifier:urgency", NULL, {"Срочность", "Urgency"}, NULL},
    {"controller", P_ID, 0, 0, NULL, "user.list", {"Контролёр", "Controller"}, NULL},
    {"co_executors", P_IDS, 0, 50, NULL, "user.list", {"Соисполнители", "Co-executors"}, NULL},
    {.name = NULL},
};
static const struct op_param stop_params[] = {
    {"reason", P_TEXT, 0, 5000, NULL, NULL, {"Причина", "Reason"}, NULL},
    {.name = NULL},
};

const struct op periodic_ops[] = {
    {"periodic.list", R_ANY & ~R_ADMIN, OP_LIST, {"Периодические поручения", "Periodic assignments"}, list_params, periodic_list},
    {"periodic.get", R_ANY & ~R_ADMIN, 0, {"Периодическое поручение", "A periodic assignment"}, get_params, periodic_get},
    {"periodic.set",
     CHANGERS,
     OP_WRITE | OP_VERSION,
     {"Изменить периодическое поручение", "Change a periodic assignment"},
     set_params,
     periodic_set},
    {"periodic.stop",
     CHANGERS,
     OP_WRITE | OP_VERSION,
     {"Прекратить периодическое поручение", "Stop a periodic assignment"},
     stop_params,
     periodic_stop},
    {.method = NULL},
};
