/* Control of execution: who watches an assignment, the check before the author, moving the term. */
#include "common/arena.h"
#include "server/ops/assignment.h"
#include "server/ops/tables.h"
#include <string.h>

bool change_lock(struct call *c, struct change *ch)
{
    *ch = (struct change){.parent_due = DAY_NONE};
    if (!assignment_hold_parent(c, arg_sql(c, "id"), &ch->parent_due) || !record_lock(c, "assignment", &ch->r))
        return false;
    ch->to = ch->r.status;
    return true;
}

bool change_begin(struct call *c, const char *action, struct change *ch)
{
    if (!change_lock(c, ch))
        return false;
    ch->action = action;
    if (record_may(c, &ch->r, action, &ch->to) && record_guard(c, &ch->r, action))
        return true;
    record_free(&ch->r);
    return false;
}

bool change_end(struct call *c, struct change *ch, bool ok)
{
    int64_t version = 0;
    struct event e = {.record = "assignment", .record_id = ch->r.id, .action = ch->action, .comment = ch->comment, .changes = ch->changes};
    ok = ok && query_int(c, Q_ASSIGNMENT_TOUCH, &ch->r.id_text, 1, 0, &version);
    e.version = version;
    ok = ok && event_write(c, &e);
    if (ok)
        write_changed(c, ch->r.id, ch->r.number, version, ch->to);
    record_free(&ch->r);
    return ok;
}

static const struct op_param control_params[] = {
    {"controller", P_ID, PF_REQUIRED, 0, NULL, "user.list", {"Контролёр", "Controller"}, NULL},
    {"check_only", P_BOOL, 0, 0, NULL, NULL, {"Только проверяет", "Only checks"}, NULL},
    {"comment", P_TEXT, 0, 5000, NULL, NULL, {"Комментарий", "Comment"}, NULL},
    {.name = NULL},
};
static const struct op_param uncontrol_params[] = {
    {"reason", P_TEXT, PF_REQUIRED, 5000, NULL, NULL, {"Причина", "Reason"}, NULL},
    {.name = NULL},
};
static const struct op_param precheck_params[] = {
    {"verdict", P_ENUM, PF_REQUIRED, 0, "pass|remarks", NULL, {"Заключение", "Verdict"}, NULL},
    {"comment", P_TEXT, 0, 5000, NULL, NULL, {"Комментарий", "Comment"}, NULL},
    {.name = NULL},
};
static const struct op_param move_due_params[] = {
    {"due", P_DATE, PF_REQUIRED, 0, NULL, NULL, {"Новый срок", "New due date"}, NULL},
    {"reason", P_TEXT, PF_REQUIRED, 5000, NULL, NULL, {"Причина", "Reason"}, NULL},
    {.name = NULL},
};

/* The controller of the card and of its parties are one. */
static bool set_controller(struct call *c, const struct record *r, const char *controller)
{
    int64_t version;
    const char *set[] = {r->id_text, controller, controller ? call_bool(!arg_bool(c, "check_only")) : NULL};
    const char *party[] = {r->id_text, "controller", arena_printf(c->arena, "{%s}", controller ? controller : "")};
    return query_int(c, Q_ASSIGNMENT_CONTROLLER_SET, set, 3, 0, &version) && pg_exec(c->db, Q_ASSIGNMENT_PARTIES_SET, party, 3, NULL, c->err);
}

static const char *id_or_null(const struct pg_res *row, int column)
{
    const char *id = pg_text(row, 0, column);
    return id ? id : "null";
}

static bool assignment_control(struct call *c)
{
    struct change ch;
    if (!change_begin(c, "control", &ch))
        return false;
    ch.comment = arg_sql(c, "comment");
    ch.changes = arena_printf(c->arena, "{\"controller\":{\"from\":%s,\"to\":%s}}", id_or_null(ch.r.row, A_CONTROLLER), arg_sql(c, "controller"));
    return change_end(c, &ch, assignment_user_ok(c, "controller", arg_int(c, "controller")) && set_controller(c, &ch.r, arg_sql(c, "controller")));
}

static bool assignment_uncontrol(struct call *c)
{
    struct change ch;
    if (!change_begin(c, "uncontrol", &ch))
        return false;
    ch.comment = arg_sql(c, "reason");
    ch.changes = arena_printf(c->arena, "{\"controller\":{\"from\":%s,\"to\":null}}", id_or_null(ch.r.row, A_CONTROLLER));
    return change_end(c, &ch, set_controller(c, &ch.r, NULL));
}

static bool assignment_precheck(struct call *c)
{
    struct change ch;
    const char *verdict = arg_str(c, "verdict"), *comment = arg_sql(c, "comment");
    if (!change_begin(c, "precheck", &ch))
        return false;
    bool ok = comment || strcmp(verdict, "pass") == 0 ||
              err_field(c->err, "comment", "required", c->user->lang == LANG_RU ? "напишите, какие замечания" : "say what the remarks are");
    const char *check[] = {ch.r.id_text, verdict, call_user(c), comment};
    ch.comment = comment;
    ch.changes = arena_printf(c->arena, "{\"verdict\":{\"to\":\"%s\"}}", verdict);
    return change_end(c, &ch, ok && pg_exec(c->db, Q_ASSIGNMENT_PRECHECK, check, 4, NULL, c->err));
}

static bool assignment_move_due(struct call *c)
{
    struct change ch;
    struct due due;
    if (!change_begin(c, "move_due", &ch))
        return false;
    ch.comment = arg_sql(c, "reason");
    return change_end(c, &ch, assignment_due_fits(c, &ch.r, "due", ch.parent_due, &due) && assignment_due_move(c, &ch.r, &due, &ch.changes));
}

#define GIVERS (R_CLERK | R_HEAD | R_DEPUTY | R_CHIEF | R_SYSTEM)
const struct op control_ops[] = {
    {"assignment.extend_request", ASSIGNMENT_MOVERS, OP_WRITE | OP_VERSION, {"Попросить продлить", "Ask for an extension"}, assignment_extend_request_params, assignment_extend_request},
    {"assignment.extend_decide", ASSIGNMENT_MOVERS, OP_WRITE | OP_VERSION, {"Решить о продлении", "Decide on the extension"}, assignment_extend_decide_params, assignment_extend_decide},
    {"assignment.extend_withdraw", ASSIGNMENT_MOVERS, OP_WRITE | OP_VERSION, {"Отозвать запрос о продлении", "Withdraw the request"}, NULL, assignment_extend_withdraw},
    {"assignment.control", ASSIGNMENT_MOVERS, OP_WRITE | OP_VERSION, {"Поставить на контроль", "Take under control"}, control_params, assignment_control},
    {"assignment.uncontrol", ASSIGNMENT_MOVERS, OP_WRITE | OP_VERSION, {"Убрать контроль", "End control"}, uncontrol_params, assignment_uncontrol},
    {"assignment.precheck", ASSIGNMENT_MOVERS, OP_WRITE | OP_VERSION, {"Проверить отчёт", "Check the report"}, precheck_params, assignment_precheck},
    {"assignment.move_due", ASSIGNMENT_MOVERS, OP_WRITE | OP_VERSION, {"Перенести срок", "Move the due date"}, move_due_params, assignment_move_due},
    {"assignment.part_report", ASSIGNMENT_MOVERS, OP_WRITE | OP_VERSION, {"Сдать свою часть", "Hand in the own part"}, assignment_part_report_params, assignment_part_report},
    {"assignment.part_decide", ASSIGNMENT_MOVERS, OP_WRITE | OP_VERSION, {"Принять или вернуть часть", "Accept or return a part"}, assignment_part_decide_params, assignment_part_decide},
    {"assignment.reassign_all", GIVERS, OP_WRITE, {"Переназначить всё сразу", "Reassign many at once"}, assignment_reassign_all_params, assignment_reassign_all},
    {.method = NULL},
};
