/* Transitions of an assignment: a row each. Who may and from where stands in workflow.yaml; here is what each leaves behind. */
#include "server/ops/assignment.h"
#include "server/ops/file.h"
#include "common/arena.h"
#include <string.h>

const struct op_param assignment_report_params[] = {
    {"text", P_TEXT, PF_REQUIRED, 50000, NULL, NULL, {"Что сделано", "What was done"}, NULL},
    {"reason", P_TEXT, 0, 5000, NULL, NULL, {"Почему без подпоручений", "Why without its parts"}, NULL},
    {"files", P_IDS, 0, 50, NULL, "file.list", {"Фото и сканы из входящих", "Photos and scans of the inbox"}, NULL},
    {.name = NULL},
};
const struct op_param assignment_return_params[] = {
    {"comment", P_TEXT, PF_REQUIRED, 20000, NULL, NULL, {"Что доработать", "What to rework"}, NULL},
    {"due", P_DATE, 0, 0, NULL, NULL, {"Новый срок (если меняется)", "New due date (if it moves)"}, NULL},
    {.name = NULL},
};
const struct op_param assignment_accept_params[] = {
    {"comment", P_TEXT, 0, 20000, NULL, NULL, {"Комментарий", "Comment"}, NULL},
    {"quality", P_INT, 0, 5, NULL, NULL, {"Оценка 1-5", "Quality 1-5"}, NULL},
    {.name = NULL},
};
const struct op_param assignment_reason_params[] = {
    {"reason", P_TEXT, PF_REQUIRED, 5000, NULL, NULL, {"Причина", "Reason"}, NULL},
    {.name = NULL},
};
const struct op_param assignment_cancel_params[] = {
    {"reason", P_TEXT, PF_REQUIRED, 5000, NULL, NULL, {"Причина", "Reason"}, NULL},
    {"children", P_ENUM, 0, 0, "cancel|keep", NULL, {"Что с подпоручениями", "What of its parts"}, NULL},
    {.name = NULL},
};
const struct op_param assignment_reopen_params[] = {
    {"reason", P_TEXT, PF_REQUIRED, 5000, NULL, NULL, {"Причина", "Reason"}, NULL},
    {"due", P_DATE, PF_REQUIRED, 0, NULL, NULL, {"Новый срок", "New due date"}, NULL},
    {.name = NULL},
};
const struct op_param assignment_reassign_params[] = {
    {"responsible", P_ID, PF_REQUIRED, 0, NULL, "user.list", {"Новый исполнитель", "New responsible"}, NULL},
    {"unit", P_ID, 0, 0, NULL, "unit.list", {"Подразделение", "Unit"}, NULL},
    {"comment", P_TEXT, 0, 5000, NULL, NULL, {"Комментарий", "Comment"}, NULL},
    {.name = NULL},
};

static const struct row {
    const char *method, *action, *stamp; /* stamp: what Q_ASSIGNMENT_MOVE does to the times */
    const char *why;                     /* argument that says why, for the history */
    const char *verdict;                 /* on the report that waits */
} rows[] = {
    {"assignment.issue", "issue", "issue", NULL, NULL},
    {"assignment.see", "see", "see", NULL, NULL},
    {"assignment.start", "start", NULL, NULL, NULL},
    {"assignment.report", "report", "report", "text", NULL},
    {"assignment.recall", "recall_report", "recall", NULL, "recall"},
    {"assignment.return", "return", "return", "comment", "return"},
    {"assignment.accept", "accept", "accept", "comment", "accept"},
    {"assignment.cancel", "cancel", NULL, "reason", NULL},
    {"assignment.off_control", "off_control", NULL, "reason", NULL},
    {"assignment.reopen", "reopen", "reopen", "reason", NULL},
};

static const struct row *row_of(const char *method)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].method, method) == 0)
            return &rows[i];
    return &rows[0];
}

/* A photo or scan is demanded by the workflow of every report, or by the author of this one (where the workflow lets authors demand it). It is
 * given with the report, or lies on the card already, put there by who reports and part of no earlier report. */
static bool file_demand_met(struct call *c, const struct record *r)
{
    const struct transition *t = workflow_transition(c->rules->workflow, "assignment", "report");
    const char *own[] = {r->id_text, call_user(c)};
    int64_t demanded = workflow_names(t->demands, "file"), there = 0;
    if (json_array_size(json_object_get(c->params, "files")) > 0)
        return true;
    if (!demanded && workflow_names(t->may_demand, "file") && !query_int(c, Q_ASSIGNMENT_FILE_DEMANDED, own, 1, 0, &demanded))
        return false;
    if (demanded && !query_int(c, Q_FILE_OF_REPORTER, own, 2, 0, &there))
        return false;
    return !demanded || there || err_rule(c->err, "file_demanded", NULL);
}

static bool move_due(struct call *c, const struct record *r, day_t parent_due, const char **changes)
{
    struct due until;
    *changes = NULL;
    if (!arg_sql(c, "due") || strcmp(arg_sql(c, "due"), pg_text(r->row, 0, A_DUE)) == 0)
        return true;
    return assignment_due_fits(c, r, "due", parent_due, &until) && assignment_due_move(c, r, &until, changes);
}

bool assignment_drop_request(struct call *c, const struct record *r)
{
    const char *end[] = {r->id_text, "withdrawn", call_user(c), NULL, NULL};
    return pg_exec(c->db, Q_EXTENSION_END, end, 5, NULL, c->err);
}

static bool leave_traces(struct call *c, const struct record *r, const struct row *row, const char **changes)
{
    if (strcmp(row->action, "report") == 0) {
        const char *report[] = {r->id_text, call_user(c), arg_sql(c, "text")};
        int64_t id;
        if (!file_demand_met(c, r) || !query_int(c, Q_ASSIGNMENT_REPORT_ADD, report, 3, 0, &id))
            return false;
        const char *claim[] = {r->id_text, call_user(c), call_int(c, id)};
        return pg_exec(c->db, Q_FILE_CLAIM, claim, 3, NULL, c->err) && file_attach_argument(c, "files", r, "report", id, changes);
    }
    if (row->verdict) {
        const char *verdict[] = {r->id_text, row->verdict, call_user(c), row->why ? arg_sql(c, row->why) : NULL};
        return pg_exec(c->db, Q_ASSIGNMENT_REPORT_VERDICT, verdict, 4, NULL, c->err);
    }
    return true;
}

static bool change_state(struct call *c, const struct record *r, const struct row *row, const char *to, const char *changes, int64_t *out_version)
{
    int64_t version;
    bool was = state_is_final(c, "assignment", r->status), is = state_is_final(c, "assignment", to);
    const char *params[] = {r->id_text, to, was == is ? NULL : call_bool(is), row->stamp, arg_sql(c, "quality")};
    struct event e = {.record = "assignment", .record_id = r->id, .action = row->action, .from = r->status, .to = to,
                      .comment = row->why ? arg_sql(c, row->why) : NULL, .changes = changes};
    if (!query_int(c, Q_ASSIGNMENT_MOVE, params, 5, 0, &version) || (is && !assignment_drop_request(c, r)) ||
        (was != is && !pg_exec(c->db, Q_APPEAL_OPEN_ASSIGNMENTS_RECOUNT, &r->id_text, 1, NULL, c->err)))
        return false;
    e.version = version;
    *out_version = version;
    /* What was accepted tells how long such things take. */
    return event_write(c, &e) && (!is || was || strcmp(row->action, "accept") != 0 || pg_exec(c->db, Q_PACE_OF_USER, &r->id_text, 1, NULL, c->err));
}

/* The workflow asks what becomes of the parts: cancelled with the whole, or they go on by themselves. */
static bool cascade(struct call *c, const struct record *r, const struct row *row, const char *to)
{
    const struct transition *t = workflow_transition(c->rules->workflow, "assignment", row->action);
    const char *what = arg_sql(c, "children"), *last;
    int64_t version, open;
    if (!t || strcmp(t->cascade, "ask") != 0)
        return true;
    if (!parts_state(c, r->id_text, &last, &open))
        return false;
    if (open == 0)
        return true;
    if (!what)
        return err_field(c->err, "children", "required", c->user->lang == LANG_RU ? "есть неисполненные подпоручения (%lld): отменить их или оставить?"
                                                                                 : "it has open parts (%lld): cancel them, or keep them?",
                         (long long)open);
    if (strcmp(what, "keep") == 0)
        return true;
    struct pg_res *parts = pg_query(c->db, Q_ASSIGNMENT_PARTS_OPEN, &r->id_text, 1, c->err);
    bool ok = parts != NULL;
    for (int i = 0; ok && i < pg_rows(parts); i++) {
        struct record part;
        const struct session_user all = {.id = c->user->id, .sees_all = true, .roles = c->user->roles, .lang = c->user->lang};
        struct call whole = *c; /* who may cancel the whole may cancel what is made of it, seen or not */
        whole.user = &all;
        if (!(ok = record_lock_id(&whole, "assignment", pg_int(parts, i, 0), &part)))
            break;
        if (!state_is_final(c, "assignment", part.status))
            ok = change_state(c, &part, row, to, NULL, &version);
        record_free(&part);
    }
    pg_free(parts);
    return ok;
}

/* Opening a card means that what was said there has been seen, whoever opens it; the state moves only for the responsible executor. */
static bool see(struct call *c, struct record *r, const char **to, bool *moves)
{
    const char *params[] = {call_user(c), "assignment", r->id_text};
    struct err ignored;
    *moves = workflow_check(c->rules->workflow, "assignment", r->status, "see", c->user->roles, r->relations, to, &ignored);
    return (!*moves || record_acts_for(c, r, "assignment", "see")) && pg_exec(c->db, Q_COMMENT_SEEN, params, 3, NULL, c->err);
}

bool assignment_move(struct call *c)
{
    const struct row *row = row_of(c->op->method);
    struct record r;
    const char *to = NULL, *changes = NULL;
    bool moves = true;
    day_t parent_due = DAY_NONE;
    int64_t version = 0;
    if ((arg_sql(c, "due") && !assignment_hold_parent(c, arg_sql(c, "id"), &parent_due)) || !record_lock(c, "assignment", &r))
        return false;
    bool ok = strcmp(row->action, "see") == 0 ? see(c, &r, &to, &moves) : record_may(c, &r, row->action, &to) && record_guard(c, &r, row->action);
    if (ok && !moves) {
        write_changed(c, r.id, r.number, r.version, r.status);
    } else {
        ok = ok && move_due(c, &r, parent_due, &changes) && leave_traces(c, &r, row, &changes) && cascade(c, &r, row, to) && change_state(c, &r, row, to, changes, &version);
        if (ok)
            write_changed(c, r.id, r.number, version, to);
    }
    record_free(&r);
    return ok;
}

static bool not_to_accused(struct call *c, const char *id, int64_t next)
{
    struct pg_res *res = pg_query(c->db, Q_ASSIGNMENT_APPEALS, &id, 1, c->err);
    if (!res)
        return false;
    const char *appeals = arena_strdup(c->arena, pg_text(res, 0, 0));
    pg_free(res);
    return assignment_not_to_accused(c, appeals, next, "comment");
}

bool assignment_reassign(struct call *c)
{
    struct record r;
    const char *to;
    int64_t version;
    if (!record_lock(c, "assignment", &r))
        return false;
    int64_t old = pg_int(r.row, 0, A_RESPONSIBLE), next = arg_int(c, "responsible");
    bool ok = record_may(c, &r, "reassign", &to) && assignment_user_ok(c, "responsible", next);
    if (ok && old == next)
        ok = err_field(c->err, "responsible", "same_record", NULL);
    ok = ok && not_to_accused(c, r.id_text, next) && assignment_give_to(c, &r, next, arg_sql(c, "unit"), arg_sql(c, "comment"), to, &version);
    if (ok)
        write_changed(c, r.id, r.number, version, to);
    record_free(&r);
    return ok;
}

bool assignment_give_to(struct call *c, const struct record *r, int64_t next, const char *unit, const char *comment, const char *to, int64_t *version)
{
    const char *params[] = {r->id_text, call_int(c, next), unit}, *move[] = {r->id_text, to, NULL, "issue", NULL};
    struct event e = {.record = "assignment", .record_id = r->id, .action = "reassign", .from = r->status, .to = to, .comment = comment,
                      .changes = arena_printf(c->arena, "{\"responsible\":{\"from\":%lld,\"to\":%lld}}", (long long)pg_int(r->row, 0, A_RESPONSIBLE), (long long)next)};
    if (strcmp(to, r->status) == 0)
        move[3] = NULL; /* what waits for its acceptance was issued before */
    if (!pg_exec(c->db, Q_ASSIGNMENT_REASSIGN, params, 3, NULL, c->err) || !query_int(c, Q_ASSIGNMENT_MOVE, move, 5, 0, version))
        return false;
    e.version = *version;
    return event_write(c, &e);
}
