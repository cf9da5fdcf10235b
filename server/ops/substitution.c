/* Who acts for whom and from when to when; what is open on a person who leaves. */
#include "common/arena.h"
#include "server/ops/helpers.h"
#include "server/ops/substitution.h"
#include "server/ops/tables.h"
#include <stdlib.h>
#include <string.h>

static bool in_units(const char *units, int64_t unit)
{
    for (const char *p = units; *p; p++)
        if ((*p == '{' || *p == ',') && strtoll(p + 1, NULL, 10) == unit)
            return true;
    return false;
}

static uint32_t roles_of(const char *csv)
{
    uint32_t roles = 0;
    char name[32];
    for (const char *p = csv; *p;) {
        size_t n = strcspn(p, ",");
        if (n < sizeof name) {
            memcpy(name, p, n);
            name[n] = '\0';
            roles |= role_bit(name);
        }
        p += n + (p[n] == ',');
    }
    return roles;
}

/* The rights of the absent go to the substitute, so only they themselves, or who stands above them, may lend them: an administrator, the head, and
 * a chief or a deputy for people of their units who may do no more than they themselves. */
static bool may_lend(const struct call *c, int64_t absent, int64_t unit, uint32_t roles)
{
    const uint32_t plain = R_EXECUTOR | R_CONTROLLER;
    if (absent == c->user->id || c->user->own_roles & (R_ADMIN | R_HEAD) || c->user->roles & R_SYSTEM)
        return true;
    return c->user->own_roles & (R_CHIEF | R_DEPUTY) && in_units(c->user->own_units, unit) && !(roles & ~(c->user->own_roles | plain));
}

static bool person_ok(struct call *c, const char *field, int64_t id, int64_t *unit, uint32_t *roles)
{
    const char *params[] = {call_int(c, id)};
    struct pg_res *res = pg_query(c->db, Q_SUBSTITUTION_PERSON, params, 1, c->err);
    if (!res)
        return false;
    bool found = pg_rows(res) == 1;
    *unit = found ? pg_int(res, 0, 0) : 0;
    *roles = found ? roles_of(pg_text(res, 0, 1)) : 0;
    pg_free(res);
    return found || err_field(c->err, field, "not_there", NULL);
}

static bool tell(struct call *c, int64_t person, const char *action, const char *changes)
{
    struct event e = {.record = "user", .record_id = person, .action = action, .changes = changes, .comment = arg_sql(c, "reason")};
    return event_write(c, &e);
}

static bool dates_ok(struct call *c)
{
    day_t from = day_parse(arg_str(c, "from")), to = day_parse(arg_str(c, "to"));
    if (to < from)
        return err_field(c->err, "to", "out_of_range", c->user->lang == LANG_RU ? "последний день раньше первого" : "it ends before it begins");
    return to >= call_today() || err_field(c->err, "to", "in_past", NULL);
}

static bool substitution_add(struct call *c)
{
    int64_t absent = arg_int(c, "absent") ? arg_int(c, "absent") : c->user->id, substitute = arg_int(c, "substitute"), unit, id, overlap;
    uint32_t roles;
    if (absent == substitute)
        return err_field(c->err, "substitute", "same_record", NULL);
    /* The person's row is held, so that two who fill in the same dates at once meet here. */
    if (!dates_ok(c) || !person_ok(c, "absent", absent, &unit, &roles))
        return false;
    if (!may_lend(c, absent, unit, roles))
        return err_field(c->err, "absent", "not_absent", NULL);
    if (!person_ok(c, "substitute", substitute, &unit, &roles))
        return false;
    const char *params[] = {call_int(c, absent), call_int(c, substitute), arg_sql(c, "from"), arg_sql(c, "to"), arg_sql(c, "reason"), call_user(c)};
    if (!query_int(c, Q_SUBSTITUTION_OVERLAPS, params, 4, 0, &overlap))
        return false;
    if (overlap)
        return err_field(c->err, "from", "taken", c->user->lang == LANG_RU ? "на эти дни замещение уже есть" : "there is a substitute on these days");
    const char *changes = arena_printf(c->arena, "{\"absent\":%lld,\"from\":\"%s\",\"to\":\"%s\"}", (long long)absent, params[2], params[3]);
    if (!query_int(c, Q_SUBSTITUTION_ADD, params, 6, 0, &id) || !tell(c, substitute, "substitute", changes) || !tell(c, absent, "absent", changes))
        return false;
    write_changed(c, id, NULL, 1, "active");
    return true;
}

static bool substitution_list(struct call *c)
{
    struct page page;
    if (!page_begin(c, &page, "di"))
        return false;
    const char *params[8] = {arg_sql(c, "absent"), arg_sql(c, "substitute"), arg_has(c, "all") ? arg_sql(c, "all") : "false", arg_sql(c, "query")};
    if (!page_count(c, &page, Q_SUBSTITUTION_COUNT, params, 4))
        return false;
    params[4] = page.after[0];
    params[5] = page.after[1];
    params[6] = call_int(c, page.limit + 1);
    struct pg_res *res = pg_query(c->db, Q_SUBSTITUTION_LIST, params, 7, c->err);
    if (!res)
        return false;
    page_write(c, &page, res, NULL, 1, 2);
    pg_free(res);
    return true;
}

static bool substitution_end(struct call *c)
{
    const char *params[] = {arg_sql(c, "id"), arg_sql(c, "version")};
    struct pg_res *res = pg_query(c->db, Q_SUBSTITUTION_LOCK, params, 1, c->err);
    if (!res)
        return false;
    if (pg_rows(res) != 1) {
        pg_free(res);
        return err_set(c->err, ERR_NOT_FOUND, NULL);
    }
    int64_t absent = pg_int(res, 0, 0), substitute = pg_int(res, 0, 1), unit = pg_int(res, 0, 2), version = pg_int(res, 0, 5);
    uint32_t roles = roles_of(pg_text(res, 0, 3));
    bool over = pg_bool(res, 0, 4), ok = true;
    const char *json = arena_strdup(c->arena, pg_text(res, 0, 6));
    pg_free(res);
    if (arg_has(c, "version") && arg_int(c, "version") != version) {
        err_set(c->err, ERR_CONFLICT, NULL);
        c->err->current = arena_strdup(c->arena, json);
        return false;
    }
    if (!may_lend(c, absent, unit, roles) && substitute != c->user->id)
        return err_set(c->err, ERR_FORBIDDEN, NULL);
    if (over)
        return err_rule(c->err, "status", NULL);
    ok = query_int(c, Q_SUBSTITUTION_END, params, 1, 0, &version) && tell(c, substitute, "substitute_end", NULL) && tell(c, absent, "absent_end", NULL);
    if (ok)
        write_changed(c, arg_int(c, "id"), NULL, version, "ended");
    return ok;
}

bool leaving_open_work(struct call *c, int64_t person, int64_t *count, const char **told)
{
    static const char *const words[][2] = {{"исполняет", "executes"}, {"дал поручений", "gave"}, {"контролирует", "controls"},
                                           {"соисполняет", "takes part in"}, {"рассматривает обращений", "considers appeals"},
                                           {"в периодических поручениях", "in periodic assignments"}};
    const char *params[] = {call_int(c, person)};
    struct pg_res *res = pg_query(c->db, Q_USER_OPEN_WORK, params, 1, c->err);
    if (!res)
        return false;
    *count = 0;
    *told = "";
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        int64_t n = pg_int(res, 0, (int)i);
        if (n > 0)
            *told = arena_printf(c->arena, "%s%s%s %lld", *told, *count ? ", " : "", words[i][c->user->lang], (long long)n);
        *count += n;
    }
    pg_free(res);
    return true;
}

bool leaving_hand_over(struct call *c, int64_t person, int64_t successor)
{
    int64_t unit, accused, gives;
    uint32_t roles;
    if (person == successor)
        return err_field(c->err, "successor", "same_record", NULL);
    if (!person_ok(c, "successor", successor, &unit, &roles))
        return false;
    /* The words of the workflow decide which states begin anew with another executor. */
    const struct transition *t = workflow_transition(c->rules->workflow, "assignment", "reassign");
    const char *states = "{";
    for (int i = 0; t && workflow_state_info(c->rules->workflow, "assignment", i); i++)
        if (t->from_mask >> i & 1)
            states = arena_printf(c->arena, "%s%s%s", states, states[1] ? "," : "", workflow_state_info(c->rules->workflow, "assignment", i)->id);
    const struct wf_state *to = t && t->to >= 0 ? workflow_state_info(c->rules->workflow, "assignment", t->to) : NULL;
    const char *params[] = {call_int(c, person), call_int(c, successor), call_user(c), arena_printf(c->arena, "%s}", states), to ? to->id : NULL};
    if (!query_int(c, Q_LEAVING_ACCUSED, params, 2, 0, &accused))
        return false;
    if (accused)
        return err_field(c->err, "successor", "complained_of", NULL);
    if (!query_int(c, Q_LEAVING_PERIODIC_AUTHOR, params, 1, 0, &gives))
        return false;
    if (gives && !(op_find("assignment.create", strlen("assignment.create"))->roles & roles))
        return err_field(c->err, "successor", "cannot_give", NULL);
    return pg_exec(c->db, Q_LEAVING_RESPONSIBLE, params, 5, NULL, c->err) && pg_exec(c->db, Q_LEAVING_ROLES, params, 3, NULL, c->err) &&
           pg_exec(c->db, Q_LEAVING_CO_EXECUTOR, params, 3, NULL, c->err) && pg_exec(c->db, Q_LEAVING_APPEALS, params, 3, NULL, c->err) &&
           pg_exec(c->db, Q_LEAVING_PERIODIC, params, 3, NULL, c->err) &&
           pg_exec(c->db, Q_LEAVING_SUBSTITUTIONS, params, 1, NULL, c->err);
}

static const struct op_param add_params[] = {
    {"absent", P_ID, 0, 0, NULL, "user.list", {"Кто отсутствует", "Who is away"}, NULL},
    {"substitute", P_ID, PF_REQUIRED, 0, NULL, "user.list", {"Кто замещает", "Who stands in"}, NULL},
    {"from", P_DATE, PF_REQUIRED, 0, NULL, NULL, {"С", "From"}, NULL},
    {"to", P_DATE, PF_REQUIRED, 0, NULL, NULL, {"По (включительно)", "To (that day included)"}, NULL},
    {"reason", P_STRING, 0, 300, NULL, NULL, {"Причина", "Reason"}, NULL},
    {.name = NULL},
};
static const struct op_param list_params[] = {
    {"sort", P_ENUM, 0, 0, "from", NULL, {"Порядок", "Order"}, NULL},
    {"absent", P_ID, PF_FILTER, 0, NULL, "user.list", {"Кто отсутствует", "Who is away"}, NULL},
    {"substitute", P_ID, PF_FILTER, 0, NULL, "user.list", {"Кто замещает", "Who stands in"}, NULL},
    {"all", P_BOOL, PF_FILTER, 0, NULL, NULL, {"И прошедшие", "Those over, too"}, NULL},
    {.name = NULL},
};

const struct op substitution_ops[] = {
    {"substitution.add", R_ANY & ~R_CITIZENS, OP_WRITE, {"Назначить замещение", "Name a substitute"}, add_params, substitution_add},
    {"substitution.list", R_ANY & ~R_CITIZENS, OP_LIST, {"Замещения", "Substitutes"}, list_params, substitution_list},
    {"substitution.end", R_ANY & ~R_CITIZENS, OP_WRITE | OP_VERSION, {"Прекратить замещение", "End it"}, NULL, substitution_end},
    {.method = NULL},
};
