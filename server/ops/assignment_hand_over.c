/* Many assignments of one person to another at once; what each answered is told. */
#include "common/arena.h"
#include "server/ops/assignment.h"
#include <stdio.h>
#include <string.h>

enum { AT_ONCE_MAX = 500 };

const struct op_param assignment_reassign_all_params[] = {
    {"from", P_ID, PF_REQUIRED, 0, NULL, "user.list", {"От кого", "From"}, NULL},
    {"to", P_ID, PF_REQUIRED, 0, NULL, "user.list", {"Кому", "To"}, NULL},
    {"unit", P_ID, 0, 0, NULL, "unit.list", {"Только подразделения", "Only of the unit"}, NULL},
    {"due_from", P_DATE, 0, 0, NULL, NULL, {"Срок с", "Due from"}, NULL},
    {"due_to", P_DATE, 0, 0, NULL, NULL, {"Срок по", "Due to"}, NULL},
    {"urgency", P_ENUM, 0, 0, "classifier:urgency", NULL, {"Только срочности", "Only of the urgency"}, NULL},
    {"comment", P_TEXT, 0, 5000, NULL, NULL, {"Причина", "Reason"}, NULL},
    {.name = NULL},
};

/* One row, as assignment.reassign would do it. False: it was refused, err says why; *broken when the whole must be given up. */
static bool one(struct call *c, int64_t id, int64_t next, struct record *r, bool *broken)
{
    const char *to = NULL;
    int64_t version;
    struct pg_res *appeals;
    if (!record_lock_id(c, "assignment", id, r)) {
        *broken = c->err->code != ERR_NOT_FOUND;
        return false;
    }
    if (!record_may(c, r, "reassign", &to))
        return false;
    if (!(appeals = pg_query(c->db, Q_ASSIGNMENT_APPEALS, &r->id_text, 1, c->err))) {
        *broken = true;
        return false;
    }
    const char *ids = arena_strdup(c->arena, pg_text(appeals, 0, 0));
    pg_free(appeals);
    if (!assignment_not_to_accused(c, ids, next, "comment"))
        return false;
    bool ok = assignment_give_to(c, r, next, NULL, arg_sql(c, "comment"), to, &version);
    *broken = !ok;
    return ok;
}

static void write_result(struct call *c, int64_t id, const char *number, const char *title, bool ok)
{
    char why[700];
    jw_object(c->out);
    jw_kint(c->out, "id", id);
    jw_kstring(c->out, "number", number);
    jw_kstring(c->out, "title", title);
    jw_kbool(c->out, "done", ok);
    if (!ok) {
        err_text(c->err, c->user->lang, why, sizeof why);
        jw_kstring(c->out, "error", c->err->code == ERR_RULE ? err_reason_text(c->err->reason, c->user->lang) : why);
    }
    jw_object_end(c->out);
}

bool assignment_reassign_all(struct call *c)
{
    int64_t from = arg_int(c, "from"), to = arg_int(c, "to"), done = 0;
    if (from == to)
        return err_field(c->err, "to", "same_record", NULL);
    if (!check_classifier(c, "urgency", "urgency", arg_str(c, "urgency"), NULL) || !assignment_user_ok(c, "responsible", to)) {
        if (strcmp(c->err->field, "responsible") == 0)
            snprintf(c->err->field, sizeof c->err->field, "to");
        return false;
    }
    const char *params[] = {call_acts(c), call_sees_all(c), call_units(c), arg_sql(c, "from"), arg_sql(c, "unit"), arg_sql(c, "due_from"),
                            arg_sql(c, "due_to"), arg_sql(c, "urgency"), call_int(c, AT_ONCE_MAX + 1)};
    struct pg_res *rows = pg_query(c->db, Q_ASSIGNMENT_OPEN_OF, params, 9, c->err);
    if (!rows)
        return false;
    bool ok = pg_rows(rows) <= AT_ONCE_MAX || err_set(c->err, ERR_TOO_LARGE, NULL), broken = false;
    jw_object(c->out);
    jw_key(c->out, "items");
    jw_array(c->out);
    for (int i = 0; ok && i < pg_rows(rows); i++) {
        struct record r = {.row = NULL};
        bool moved = one(c, pg_int(rows, i, 0), to, &r, &broken);
        record_free(&r);
        ok = !broken;
        if (ok)
            write_result(c, pg_int(rows, i, 0), pg_text(rows, i, 1), pg_text(rows, i, 2), moved);
        done += moved;
    }
    jw_array_end(c->out);
    jw_kint(c->out, "done", done);
    jw_kint(c->out, "refused", pg_rows(rows) - done);
    jw_object_end(c->out);
    pg_free(rows);
    return ok;
}
