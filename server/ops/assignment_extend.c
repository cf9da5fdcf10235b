/* Another due date: asked by who answers for the work, decided by who gave it (workflow.yaml: extension_request). */
#include "common/arena.h"
#include "server/ops/assignment.h"
#include <string.h>

const struct op_param assignment_extend_request_params[] = {
    {"new_due", P_DATE, PF_REQUIRED, 0, NULL, NULL, {"Новый срок", "New due date"}, NULL},
    {"reason", P_TEXT, PF_REQUIRED, 5000, NULL, NULL, {"Причина", "Reason"}, NULL},
    {.name = NULL},
};
const struct op_param assignment_extend_decide_params[] = {
    {"decision", P_ENUM, PF_REQUIRED, 0, "grant|refuse", NULL, {"Решение", "Decision"}, NULL},
    {"new_due", P_DATE, 0, 0, NULL, NULL, {"Другой срок (если иной)", "Another date (if it differs)"}, NULL},
    {"comment", P_TEXT, 0, 5000, NULL, NULL, {"Комментарий", "Comment"}, NULL},
    {.name = NULL},
};

bool assignment_hold_parent(struct call *c, const char *id, day_t *due)
{
    struct pg_res *res = pg_query(c->db, Q_ASSIGNMENT_HOLD_PARENT, &id, 1, c->err);
    *due = DAY_NONE;
    if (!res)
        return false;
    if (pg_rows(res) == 1)
        *due = day_parse(pg_text(res, 0, 0));
    pg_free(res);
    return true;
}

bool assignment_due_fits(struct call *c, const struct record *r, const char *field, day_t parent_due, struct due *due)
{
    const char *parts;
    int64_t open;
    if (!assignment_until(c, field, due) || !parts_state(c, r->id_text, &parts, &open))
        return false;
    if (parent_due != DAY_NONE && due->rolled > parent_due)
        return err_field(c->err, field, "beyond_parent", NULL);
    return !parts || due->rolled >= day_parse(parts) || err_field(c->err, field, "before_parts", NULL);
}

bool assignment_due_move(struct call *c, const struct record *r, const struct due *due, const char **changes)
{
    const char *params[] = {r->id_text, day_text(c, due->rolled), day_text(c, due->nominal)};
    *changes = arena_printf(c->arena, "{\"due\":{\"from\":\"%s\",\"to\":\"%s\"}}", pg_text(r->row, 0, A_DUE), params[1]);
    return pg_exec(c->db, Q_ASSIGNMENT_DUE_SET, params, 3, NULL, c->err);
}

/* The last day on which the file lets one ask. */
static bool in_time(struct call *c, const struct record *r)
{
    static const struct due_rule day_before = {.id = "day_before", .unit = DUE_WORKING_DAY, .length = -1, .roll = DUE_ROLL_NONE};
    const struct transition *t = workflow_transition(c->rules->workflow, "extension_request", "ask");
    day_t due = day_parse(pg_text(r->row, 0, A_DUE)), last = DAY_NONE;
    if (t && strcmp(t->guard, "one_open_request_before_due") == 0)
        last = due;
    else if (t && strcmp(t->guard, "one_open_request_day_before") == 0)
        last = due_count(c->rules->calendar, due, &day_before).nominal;
    return last == DAY_NONE || call_today() <= last || err_rule(c->err, "after_due", NULL);
}

/* An extension only ever gives more time. */
static bool is_later(struct call *c, const struct record *r, const struct due *due)
{
    return due->rolled > day_parse(pg_text(r->row, 0, A_DUE)) || err_field(c->err, "new_due", "not_later", NULL);
}

static bool may(struct call *c, const struct record *r, const char *action)
{
    return workflow_check_begin(c->rules->workflow, "extension_request", action, c->user->roles, r->relations, c->err) &&
           record_acts_for(c, r, "extension_request", action);
}

/* One at a time. Asked under the lock: what the card said when it was read may have changed while this waited for it. */
static bool none_is_asked(struct call *c, const struct record *r)
{
    struct pg_res *res = pg_query(c->db, Q_EXTENSION_OPEN, &r->id_text, 1, c->err);
    bool none = res && pg_rows(res) == 0, read = res != NULL;
    pg_free(res);
    return none || (read && err_rule(c->err, "extension_asked", NULL));
}

bool assignment_extend_request(struct call *c)
{
    struct change ch;
    struct due due;
    int64_t id;
    if (!change_lock(c, &ch))
        return false;
    bool ok = may(c, &ch.r, "ask");
    if (ok && !workflow_may_extend(c->rules->workflow, ch.r.status))
        ok = err_rule(c->err, "status", NULL);
    ok = ok && none_is_asked(c, &ch.r) && in_time(c, &ch.r) && assignment_due_fits(c, &ch.r, "new_due", ch.parent_due, &due) && is_later(c, &ch.r, &due);
    const char *ask[] = {ch.r.id_text, call_user(c), arg_sql(c, "reason"), ok ? pg_text(ch.r.row, 0, A_DUE) : NULL, arg_sql(c, "new_due")};
    ok = ok && query_int(c, Q_EXTENSION_ASK, ask, 5, 0, &id);
    ch.action = "extend_request";
    ch.comment = arg_sql(c, "reason");
    ch.changes = arena_printf(c->arena, "{\"new_due\":{\"to\":\"%s\"}}", arg_str(c, "new_due"));
    return change_end(c, &ch, ok);
}

/* The request that waits; ERR_RULE when another has decided meanwhile. */
static bool asked(struct call *c, const struct record *r, const char **new_due)
{
    struct pg_res *res = pg_query(c->db, Q_EXTENSION_OPEN, &r->id_text, 1, c->err);
    if (!res)
        return false;
    bool found = pg_rows(res) == 1;
    *new_due = found ? arena_strdup(c->arena, pg_text(res, 0, 1)) : NULL;
    pg_free(res);
    return found || err_rule(c->err, "no_extension", NULL);
}

static bool end_request(struct call *c, const struct record *r, const char *status, const char *granted)
{
    const char *end[] = {r->id_text, status, call_user(c), granted, arg_sql(c, "comment")};
    return pg_exec(c->db, Q_EXTENSION_END, end, 5, NULL, c->err);
}

/* The date granted is the asked one, or another that the giver names; it is nominal first and rolled after, like the one before it. */
static bool grant(struct call *c, struct change *ch, const char *wished)
{
    struct due due;
    arg_default(c, "new_due", wished);
    return assignment_due_fits(c, &ch->r, "new_due", ch->parent_due, &due) && is_later(c, &ch->r, &due) &&
           assignment_due_move(c, &ch->r, &due, &ch->changes) && end_request(c, &ch->r, "granted", day_text(c, due.rolled));
}

static bool refuse(struct call *c, struct change *ch)
{
    if (!arg_sql(c, "comment"))
        return err_field(c->err, "comment", "required", c->user->lang == LANG_RU ? "напишите, почему отказано" : "say why it is refused");
    return end_request(c, &ch->r, "refused", NULL);
}

bool assignment_extend_decide(struct call *c)
{
    struct change ch;
    const char *wished = NULL;
    bool grants = strcmp(arg_str(c, "decision"), "grant") == 0;
    if (!change_lock(c, &ch))
        return false;
    bool ok = may(c, &ch.r, grants ? "grant" : "refuse");
    if (ok && state_is_final(c, "assignment", ch.r.status))
        ok = err_rule(c->err, "status", NULL);
    ok = ok && asked(c, &ch.r, &wished) && (grants ? grant(c, &ch, wished) : refuse(c, &ch));
    ch.action = grants ? "extend_grant" : "extend_refuse";
    ch.comment = arg_sql(c, "comment");
    return change_end(c, &ch, ok);
}

bool assignment_extend_withdraw(struct call *c)
{
    struct change ch;
    const char *wished;
    if (!change_lock(c, &ch))
        return false;
    bool ok = may(c, &ch.r, "withdraw");
    if (ok && state_is_final(c, "assignment", ch.r.status))
        ok = err_rule(c->err, "status", NULL);
    ok = ok && asked(c, &ch.r, &wished) && end_request(c, &ch.r, "withdrawn", NULL);
    ch.action = "extend_withdraw";
    return change_end(c, &ch, ok);
}
