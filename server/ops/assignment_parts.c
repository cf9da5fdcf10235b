/* What co-executors hand to the responsible one: each their own part, with a last day of its own. */
#include "common/arena.h"
#include "server/ops/assignment.h"
#include <string.h>

const struct op_param assignment_part_report_params[] = {
    {"text", P_TEXT, PF_REQUIRED, 50000, NULL, NULL, {"Что сделано", "What was done"}, NULL},
    {.name = NULL},
};
const struct op_param assignment_part_decide_params[] = {
    {"co_executor", P_ID, PF_REQUIRED, 0, NULL, "user.list", {"Соисполнитель", "Co-executor"}, NULL},
    {"decision", P_ENUM, PF_REQUIRED, 0, "accept|return", NULL, {"Решение", "Decision"}, NULL},
    {"comment", P_TEXT, 0, 5000, NULL, NULL, {"Комментарий", "Comment"}, NULL},
    {.name = NULL},
};

bool assignment_part_report(struct call *c)
{
    struct change ch;
    int64_t whose = 0;
    if (!change_begin(c, "part_report", &ch))
        return false;
    const char *report[] = {ch.r.id_text, call_acts(c), arg_sql(c, "text")};
    bool ok = query_int(c, Q_ASSIGNMENT_PART_REPORT, report, 3, 0, &whose) && (whose || err_rule(c->err, "part_reported", NULL));
    ch.comment = arg_sql(c, "text");
    ch.changes = arena_printf(c->arena, "{\"co_executor\":{\"to\":%lld}}", (long long)whose);
    return change_end(c, &ch, ok);
}

bool assignment_part_decide(struct call *c)
{
    struct change ch;
    int64_t met = 0;
    bool returns = strcmp(arg_str(c, "decision"), "return") == 0;
    if (!change_begin(c, "part_decide", &ch))
        return false;
    const char *decide[] = {ch.r.id_text, arg_sql(c, "co_executor"), returns ? "returned" : "accepted", arg_sql(c, "comment")};
    bool ok = !returns || decide[3] || err_field(c->err, "comment", "required", c->user->lang == LANG_RU ? "напишите, что доработать" : "say what to rework");
    ok = ok && pg_exec(c->db, Q_ASSIGNMENT_PART_DECIDE, decide, 4, &met, c->err);
    if (ok && met == 0)
        ok = err_field(c->err, "co_executor", "no_part_reported", NULL);
    ch.action = returns ? "part_return" : "part_accept";
    ch.comment = decide[3];
    ch.changes = arena_printf(c->arena, "{\"co_executor\":{\"to\":%s}}", decide[1]);
    return change_end(c, &ch, ok);
}
