/* What the law wants beside the card: consents of a person, holds that keep a record, the expert commission's decision. */
#include "common/arena.h"
#include "server/ops/helpers.h"
#include "server/ops/tables.h"
#include <string.h>

#define KEEPERS (R_CLERK | R_HEAD | R_DEPUTY | R_SYSTEM)

/* ---- consents ---- */

static bool correspondent_held(struct call *c, int64_t id)
{
    const char *params[] = {call_int(c, id), call_user(c)};
    struct pg_res *res = pg_query(c->db, Q_CORRESPONDENT_LOCK, params, 2, c->err);
    if (!res)
        return false;
    bool there = pg_rows(res) == 1 && !pg_text(res, 0, 1);
    pg_free(res);
    return there || err_set(c->err, ERR_NOT_FOUND, NULL);
}

static bool consent_dates_ok(struct call *c)
{
    const char *on = arg_sql(c, "on");
    return !on || day_parse(on) <= call_today() || err_field(c->err, "on", "in_future", NULL);
}

static bool consent_written(struct call *c, const char *action)
{
    const char *id = arg_sql(c, "id"), *kind = arg_str(c, "kind");
    int64_t version;
    if (!query_int(c, Q_CORRESPONDENT_TOUCH, &id, 1, 0, &version))
        return false;
    struct event e = {.record = "correspondent",
                      .record_id = arg_int(c, "id"),
                      .action = action,
                      .version = version,
                      .changes = arena_printf(c->arena, "{\"consent\":{\"to\":\"%s\"},\"way\":{\"to\":\"%s\"}}", kind, arg_str(c, "way"))};
    if (!event_write(c, &e))
        return false;
    write_changed(c, arg_int(c, "id"), id, version, NULL);
    return true;
}

static bool consent_give(struct call *c)
{
    int64_t made;
    const char *params[] = {arg_sql(c, "id"), arg_sql(c, "kind"), arg_sql(c, "on"), arg_sql(c, "way"), arg_sql(c, "note"), call_user(c)};
    return correspondent_held(c, arg_int(c, "id")) && check_classifier(c, "consent", "kind", params[1], NULL) &&
           check_classifier(c, "consent_way", "way", params[3], NULL) && consent_dates_ok(c) &&
           query_int(c, Q_CONSENT_GIVE, params, 6, 0, &made) && consent_written(c, "consent_given");
}

static bool consent_withdraw(struct call *c)
{
    int64_t found = 0;
    const char *params[] = {arg_sql(c, "id"), arg_sql(c, "kind"), arg_sql(c, "on"), arg_sql(c, "way")};
    if (!correspondent_held(c, arg_int(c, "id")) || !check_classifier(c, "consent_way", "way", params[3], NULL) || !consent_dates_ok(c) ||
        !query_int(c, Q_CONSENT_WITHDRAW, params, 4, 0, &found))
        return false;
    return found ? consent_written(c, "consent_withdrawn") : err_field(c->err, "kind", "not_there", NULL);
}

/* ---- holds ---- */

/* The record is there for this user; its row is held. */
static bool record_held(struct call *c, const char *record, int64_t id)
{
    struct record r;
    if (strcmp(record, "correspondent") == 0)
        return correspondent_held(c, id);
    if (!record_lock_id(c, record, id, &r))
        return false;
    record_free(&r);
    return true;
}

static bool hold_event(struct call *c, const char *record, int64_t id, const char *action, const char *kind)
{
    struct event e = {.record = record,
                      .record_id = id,
                      .action = action,
                      .comment = arg_sql(c, "reason"),
                      .changes = arena_printf(c->arena, "{\"hold\":{\"to\":\"%s\"}}", kind)};
    return event_write(c, &e);
}

/* The purge locks the table of holds first and cards after it: in the other order each would wait for the other. */
static bool holds_locked(struct call *c) { return pg_exec(c->db, Q_HOLD_LOCK, NULL, 0, NULL, c->err); }

static bool hold_set(struct call *c)
{
    int64_t id;
    const char *record = arg_str(c, "record"), *kind = arg_str(c, "kind");
    const char *params[] = {record, arg_sql(c, "record_id"), kind, arg_sql(c, "reason"), call_user(c)};
    if (!holds_locked(c) || !record_held(c, record, arg_int(c, "record_id")) || !check_classifier(c, "hold_kind", "kind", kind, NULL) ||
        !query_int(c, Q_HOLD_ADD, params, 5, 0, &id) || !hold_event(c, record, arg_int(c, "record_id"), "hold", kind))
        return false;
    write_changed(c, id, NULL, 1, NULL);
    return true;
}

static bool hold_lift(struct call *c)
{
    const char *params[] = {arg_sql(c, "id"), call_user(c), arg_sql(c, "reason")};
    if (!holds_locked(c))
        return false;
    struct pg_res *res = pg_query(c->db, Q_HOLD_GET, params, 1, c->err);
    if (!res)
        return false;
    bool there = pg_rows(res) == 1;
    const char *record = there ? arena_strdup(c->arena, pg_text(res, 0, 0)) : NULL,
               *kind = there ? arena_strdup(c->arena, pg_text(res, 0, 2)) : NULL;
    int64_t record_id = there ? pg_int(res, 0, 1) : 0;
    bool in_force = there && pg_bool(res, 0, 3);
    pg_free(res);
    if (!there || !record_held(c, record, record_id))
        return err_set(c->err, ERR_NOT_FOUND, NULL);
    if (!in_force)
        return err_rule(c->err, "status", NULL);
    if (!pg_exec(c->db, Q_HOLD_LIFT, params, 3, NULL, c->err) || !hold_event(c, record, record_id, "hold_lifted", kind))
        return false;
    write_changed(c, arg_int(c, "id"), NULL, 2, NULL);
    return true;
}

static bool hold_list(struct call *c)
{
    struct page page;
    if (!page_begin(c, &page, "i"))
        return false;
    const char *params[] = {call_user(c),        arg_sql(c, "record"), arg_sql(c, "record_id"), arg_sql(c, "in_force"),
                            arg_sql(c, "query"), call_language(c),     page.after[0],           call_int(c, page.limit + 1)};
    if (!page_count(c, &page, Q_HOLD_COUNT, params, 5))
        return false;
    struct pg_res *res = pg_query(c->db, Q_HOLD_LIST, params, 8, c->err);
    if (!res)
        return false;
    page_write(c, &page, res, NULL, 1, 1);
    pg_free(res);
    return true;
}

/* ---- the expert commission ---- */

static bool retention_decide(struct call *c)
{
    struct record r;
    const char *record = arg_str(c, "record"), *decision = arg_str(c, "decision");
    int64_t version;
    if (!record_lock_id(c, record, arg_int(c, "record_id"), &r))
        return false;
    const char *params[] = {r.id_text, strcmp(decision, "none") == 0 ? NULL : decision};
    struct event e = {.record = record,
                      .record_id = r.id,
                      .action = "keeping",
                      .comment = arg_sql(c, "reason"),
                      .changes = arena_printf(c->arena, "{\"keeping\":{\"to\":\"%s\"}}", decision)};
    bool ok = state_is_final(c, record, r.status) || err_rule(c->err, "status", NULL);
    ok = ok && query_int(c, strcmp(record, "appeal") == 0 ? Q_APPEAL_KEEPING_SET : Q_ASSIGNMENT_KEEPING_SET, params, 2, 0, &version);
    e.version = ok ? version : 0;
    ok = ok && event_write(c, &e);
    if (ok)
        write_changed(c, r.id, r.number, version, r.status);
    record_free(&r);
    return ok;
}

static const struct op_param give_params[] = {
    {"id", P_ID, PF_REQUIRED, 0, NULL, "correspondent.list", {"Корреспондент", "Correspondent"}, NULL},
    {"kind", P_ENUM, PF_REQUIRED, 0, "classifier:consent", NULL, {"На что", "To what"}, NULL},
    {"way", P_ENUM, PF_REQUIRED, 0, "classifier:consent_way", NULL, {"Как дано", "How it was given"}, NULL},
    {"on", P_DATE, 0, 0, NULL, NULL, {"Когда", "When"}, NULL},
    {"note", P_STRING, 0, 300, NULL, NULL, {"Примечание", "Note"}, NULL},
    {.name = NULL},
};
static const struct op_param withdraw_params[] = {
    {"id", P_ID, PF_REQUIRED, 0, NULL, "correspondent.list", {"Корреспондент", "Correspondent"}, NULL},
    {"kind", P_ENUM, PF_REQUIRED, 0, "classifier:consent", NULL, {"На что", "To what"}, NULL},
    {"way", P_ENUM, PF_REQUIRED, 0, "classifier:consent_way", NULL, {"Как отозвано", "How it was withdrawn"}, NULL},
    {"on", P_DATE, 0, 0, NULL, NULL, {"Когда", "When"}, NULL},
    {.name = NULL},
};
static const struct op_param hold_params[] = {
    {"record", P_ENUM, PF_REQUIRED, 0, "appeal|assignment|correspondent|incident|outage", NULL, {"Вид записи", "Record"}, NULL},
    {"record_id", P_ID, PF_REQUIRED, 0, NULL, NULL, {"Номер записи", "Record id"}, NULL},
    {"kind", P_ENUM, PF_REQUIRED, 0, "classifier:hold_kind", NULL, {"Почему хранить", "Why it is kept"}, NULL},
    {"reason", P_STRING, PF_REQUIRED, 500, NULL, NULL, {"Основание", "Reason"}, NULL},
    {.name = NULL},
};
static const struct op_param lift_params[] = {
    {"id", P_ID, PF_REQUIRED, 0, NULL, "hold.list", {"Запрет", "Hold"}, NULL},
    {"reason", P_STRING, PF_REQUIRED, 500, NULL, NULL, {"Основание", "Reason"}, NULL},
    {.name = NULL},
};
static const struct op_param list_params[] = {
    {"sort", P_ENUM, 0, 0, "new", NULL, {"Порядок", "Order"}, NULL},
    {"record", P_ENUM, PF_FILTER, 0, "appeal|assignment|correspondent|incident|outage", NULL, {"Вид записи", "Record"}, NULL},
    {"record_id", P_ID, PF_FILTER, 0, NULL, NULL, {"Номер записи", "Record id"}, NULL},
    {"in_force", P_BOOL, PF_FILTER, 0, NULL, NULL, {"Действует", "In force"}, NULL},
    {.name = NULL},
};
static const struct op_param decide_params[] = {
    {"record", P_ENUM, PF_REQUIRED, 0, "appeal|assignment", NULL, {"Вид записи", "Record"}, NULL},
    {"record_id", P_ID, PF_REQUIRED, 0, NULL, NULL, {"Номер записи", "Record id"}, NULL},
    {"decision", P_ENUM, PF_REQUIRED, 0, "keep|delete|none", NULL, {"Решение комиссии", "Decision of the commission"}, NULL},
    {"reason", P_STRING, PF_REQUIRED, 500, NULL, NULL, {"Основание", "Reason"}, NULL},
    {.name = NULL},
};

const struct op keeping_ops[] = {
    {"consent.give", R_CLERK | R_SYSTEM, OP_WRITE, {"Записать согласие", "Record a consent"}, give_params, consent_give},
    {"consent.withdraw",
     R_CLERK | R_SYSTEM,
     OP_WRITE,
     {"Записать отзыв согласия", "Record that a consent is withdrawn"},
     withdraw_params,
     consent_withdraw},
    {"hold.set", KEEPERS, OP_WRITE, {"Запретить уничтожение", "Keep a record from deletion"}, hold_params, hold_set},
    {"hold.lift", KEEPERS, OP_WRITE, {"Снять запрет уничтожения", "Lift a hold"}, lift_params, hold_lift},
    {"hold.list", KEEPERS, OP_LIST, {"Запреты уничтожения", "Holds"}, list_params, hold_list},
    {"retention.decide",
     R_CLERK | R_HEAD | R_SYSTEM,
     OP_WRITE,
     {"Решение экспертной комиссии", "The expert commission's decision"},
     decide_params,
     retention_decide},
    {.method = NULL},
};
