/* Transitions of an outage: a row each. Who may and from where stands in workflow.yaml; here is what each demands of its values and leaves
 * behind. */
#include "common/arena.h"
#include "server/ops/outage.h"
#include <string.h>

const struct op_param outage_begin_params[] = {
    {"started", P_TIME, 0, 0, NULL, NULL, {"Началось (если не сейчас)", "Began (if not now)"}, NULL},
    {.name = NULL},
};
const struct op_param outage_extend_params[] = {
    {"promised", P_TIME, PF_REQUIRED, 0, NULL, NULL, {"Обещано включить", "Promised back"}, NULL},
    {"reason", P_TEXT, PF_REQUIRED, 5000, NULL, NULL, {"Почему перенесено", "Why it moves"}, NULL},
    {.name = NULL},
};
const struct op_param outage_houses_params[] = {
    {"line", P_TEXT, 0, 60000, NULL, NULL, {"Дома строкой", "Houses in a line"}, NULL},
    {"houses", P_IDS, 0, OUTAGE_HOUSES_MAX, NULL, "house.list", {"Дома", "Houses"}, NULL},
    {"time", P_TIME, 0, 0, NULL, NULL, {"Отключены с (если не с начала)", "Off since (if not since it began)"}, NULL},
    {.name = NULL},
};
const struct op_param outage_restore_params[] = {
    {"line", P_TEXT, 0, 60000, NULL, NULL, {"Дома строкой", "Houses in a line"}, NULL},
    {"houses", P_IDS, 0, OUTAGE_HOUSES_MAX, NULL, "house.list", {"Дома", "Houses"}, NULL},
    {"time", P_TIME, PF_REQUIRED, 0, NULL, NULL, {"Включены", "Back at"}, NULL},
    {.name = NULL},
};
const struct op_param outage_close_params[] = {
    {"ended", P_TIME, PF_REQUIRED, 0, NULL, NULL, {"Всё включено", "Everything back at"}, NULL},
    {"comment", P_TEXT, 0, 5000, NULL, NULL, {"Комментарий", "Comment"}, NULL},
    {.name = NULL},
};
const struct op_param outage_reason_params[] = {
    {"reason", P_TEXT, PF_REQUIRED, 5000, NULL, NULL, {"Причина", "Reason"}, NULL},
    {.name = NULL},
};
const struct op_param outage_reopen_params[] = {
    {"reason", P_TEXT, PF_REQUIRED, 5000, NULL, NULL, {"Причина", "Reason"}, NULL},
    {"time", P_TIME, 0, 0, NULL, NULL, {"Отключилось (если не сейчас)", "Off again since (if not now)"}, NULL},
    {"promised", P_TIME, 0, 0, NULL, NULL, {"Обещано включить", "Promised back"}, NULL},
    {.name = NULL},
};
const struct op_param outage_convert_params[] = {
    {"kind", P_ENUM, PF_REQUIRED, 0, "classifier:outage_kind", NULL, {"Вид", "Kind"}, NULL},
    {"reason", P_TEXT, PF_REQUIRED, 5000, NULL, NULL, {"Причина", "Reason"}, NULL},
    {.name = NULL},
};
const struct op_param outage_comment_params[] = {
    {"text", P_TEXT, PF_REQUIRED, 20000, NULL, NULL, {"Комментарий", "Comment"}, NULL},
    {.name = NULL},
};

/* What a transition makes of the record. */
struct change {
    struct record r;
    const char *to, *kind, *started, *promised, *ended, *changes, *comment;
    bool end_taken_back;
};

static int64_t now_of(const struct change *ch) { return pg_int(ch->r.row, 0, O_NOW); }

/* A time that something has happened at: not before the outage began, not in the future; NULL when the argument is absent. */
static bool happened(struct call *c, const struct change *ch, const char *field, const char **at)
{
    int64_t when = outage_moment(c, field);
    *at = when ? arg_sql(c, field) : NULL;
    if (when && when < pg_int(ch->r.row, 0, O_STARTED))
        return err_field(c->err, field, "before_start", NULL);
    return !when || when <= now_of(ch) + CLOCKS_DIFFER_S || err_field(c->err, field, "in_future", NULL);
}

static bool houses_left(struct call *c, const struct change *ch, int64_t *left)
{
    return query_int(c, Q_OUTAGE_HOUSES_OFF, &ch->r.id_text, 1, 0, left);
}

static const char *moved_houses(struct call *c, const char *word, int64_t count)
{
    return arena_printf(c->arena, "{\"%s\":{\"to\":%lld}}", word, (long long)count);
}

/* (promise) -> what the history says of it */
static const char *moved_promise(struct call *c, const struct change *ch)
{
    const char *was = pg_text(ch->r.row, 0, O_PROMISED_TEXT);
    return was ? arena_printf(c->arena, "{\"promised\":{\"from\":\"%s\",\"to\":\"%s\"}}", was, ch->promised)
               : arena_printf(c->arena, "{\"promised\":{\"to\":\"%s\"}}", ch->promised);
}

static bool keep_promise(struct call *c, const struct change *ch)
{
    const char *params[] = {ch->r.id_text, call_user(c), ch->promised, arg_sql(c, "reason")};
    return pg_exec(c->db, Q_OUTAGE_PROMISE_ADD, params, 4, NULL, c->err);
}

/* ---- the transitions ---- */

/* Is there a row, that is: is it so of one of the houses? */
static bool any_house(struct call *c, enum query q, const struct change *ch, const char *houses, const char *at, bool *any)
{
    const char *params[] = {ch->r.id_text, houses, at};
    int64_t row;
    bool ok = query_int(c, q, params, 3, 0, &row);
    *any = ok && row == 1;
    return ok;
}

static bool begin(struct call *c, struct change *ch)
{
    int64_t started = outage_moment(c, "started"), promised = pg_int(ch->r.row, 0, O_PROMISED), left;
    if (started > now_of(ch) + CLOCKS_DIFFER_S)
        return err_field(c->err, "started", "in_future", NULL);
    if (promised && (started ? started : now_of(ch)) >= promised)
        return err_field(c->err, "started", "after_promise", NULL);
    ch->started = started ? arg_sql(c, "started") : outage_moment_text(c, now_of(ch));
    if (!houses_left(c, ch, &left))
        return false;
    ch->changes = moved_houses(c, "houses_off", left);
    return true;
}

static bool extend(struct call *c, struct change *ch)
{
    int64_t promised = outage_moment(c, "promised");
    if (promised <= pg_int(ch->r.row, 0, O_STARTED))
        return err_field(c->err, "promised", "before_start", NULL);
    if (promised <= pg_int(ch->r.row, 0, O_PROMISED))
        return err_field(c->err, "promised", "promise_not_later", NULL);
    if (promised < now_of(ch) - CLOCKS_DIFFER_S)
        return err_field(c->err, "promised", "promise_in_past", NULL);
    ch->promised = arg_sql(c, "promised");
    ch->changes = moved_promise(c, ch);
    return keep_promise(c, ch);
}

static bool add_houses(struct call *c, struct change *ch)
{
    int64_t added = 0;
    const char *houses = outage_houses_named(c), *since;
    if (!happened(c, ch, "time", &since))
        return false;
    if (!houses)
        return err_field(c->err, "houses", "required", NULL);
    bool were_off;
    if (!any_house(c, Q_OUTAGE_HOUSES_WERE_OFF, ch, houses, since, &were_off))
        return false;
    if (were_off)
        return err_field(c->err, "time", "was_off", NULL);
    const char *params[] = {ch->r.id_text, houses, since};
    if (!pg_exec(c->db, Q_OUTAGE_HOUSES_ADD, params, 3, &added, c->err))
        return false;
    ch->changes = moved_houses(c, "houses_off", added);
    return true;
}

/* Houses that this outage has not cut off cannot be brought back by it. */
static bool are_off(struct call *c, const struct change *ch, const char *houses)
{
    int64_t stranger;
    const char *params[] = {ch->r.id_text, houses};
    if (!query_int(c, Q_OUTAGE_STRANGERS, params, 2, 0, &stranger))
        return false;
    return stranger == 0 ||
           err_field(c->err, "houses", "not_off", "%lld: %s", (long long)stranger, err_reason_text("not_off", c->user->lang));
}

/* With its last house an outage ends; when that is told late, it has ended with the one that truly came back last. */
static bool end_with_last(struct call *c, struct change *ch)
{
    struct pg_res *res = pg_query(c->db, Q_OUTAGE_HOUSES_LAST_BACK, &ch->r.id_text, 1, c->err);
    if (!res)
        return false;
    ch->to = "restored";
    ch->ended = arena_strdup(c->arena, pg_text(res, 0, 0));
    pg_free(res);
    return true;
}

static bool restore_houses(struct call *c, struct change *ch)
{
    int64_t back = 0, left;
    const char *houses = outage_houses_named(c), *at;
    bool later;
    if (!happened(c, ch, "time", &at))
        return false;
    if (!houses)
        return err_field(c->err, "houses", "required", NULL);
    if (!are_off(c, ch, houses) || !any_house(c, Q_OUTAGE_HOUSES_LATER, ch, houses, at, &later))
        return false;
    if (later)
        return err_field(c->err, "time", "before_house", NULL);
    const char *params[] = {ch->r.id_text, houses, at};
    if (!pg_exec(c->db, Q_OUTAGE_HOUSES_RESTORE, params, 3, &back, c->err) || !houses_left(c, ch, &left))
        return false;
    ch->changes = moved_houses(c, "houses_back", back);
    return left > 0 || end_with_last(c, ch);
}

static bool close_all(struct call *c, struct change *ch)
{
    int64_t back = 0;
    const char *at;
    bool later;
    if (!happened(c, ch, "ended", &at) || !any_house(c, Q_OUTAGE_HOUSES_LATER, ch, NULL, at, &later))
        return false;
    if (later)
        return err_field(c->err, "ended", "before_house", NULL);
    const char *params[] = {ch->r.id_text, NULL, at};
    if (!pg_exec(c->db, Q_OUTAGE_HOUSES_RESTORE, params, 3, &back, c->err))
        return false;
    ch->ended = at;
    ch->changes = moved_houses(c, "houses_back", back);
    return true;
}

/* It never began: nobody was without anything. */
static bool cancel(struct call *c, struct change *ch)
{
    const char *params[] = {ch->r.id_text, NULL, "-infinity"};
    return pg_exec(c->db, Q_OUTAGE_HOUSES_RESTORE, params, 3, NULL, c->err);
}

/* Cut off again for the same cause: another interval of each house that the end had brought back. */
static bool reopen(struct call *c, struct change *ch)
{
    int64_t since = outage_moment(c, "time"), promised = outage_moment(c, "promised"), off = 0;
    if (since && since < pg_int(ch->r.row, 0, O_ENDED))
        return err_field(c->err, "time", "before_end", NULL);
    if (since > now_of(ch) + CLOCKS_DIFFER_S)
        return err_field(c->err, "time", "in_future", NULL);
    if (promised && promised <= (since ? since : now_of(ch)))
        return err_field(c->err, "promised", "before_start", NULL);
    const char *params[] = {ch->r.id_text, since ? arg_sql(c, "time") : outage_moment_text(c, now_of(ch))};
    if (!pg_exec(c->db, Q_OUTAGE_HOUSES_AGAIN, params, 2, &off, c->err))
        return false;
    ch->end_taken_back = true;
    ch->changes = moved_houses(c, "houses_off", off);
    ch->promised = promised ? arg_sql(c, "promised") : NULL;
    return !promised || keep_promise(c, ch);
}

static bool convert(struct call *c, struct change *ch)
{
    const char *was = pg_text(ch->r.row, 0, O_KIND);
    ch->kind = arg_str(c, "kind");
    if (!check_classifier(c, "outage_kind", "kind", ch->kind, NULL))
        return false;
    if (strcmp(ch->kind, was) == 0)
        return err_field(c->err, "kind", "same_kind", NULL);
    ch->changes = arena_printf(c->arena, "{\"kind\":{\"from\":\"%s\",\"to\":\"%s\"}}", was, ch->kind);
    return true;
}

static const struct row {
    const char *method, *action;
    const char *why; /* argument that says why, for the history */
    bool (*change)(struct call *c, struct change *ch);
} rows[] = {
    {"outage.begin", "begin", NULL, begin},
    {"outage.extend", "extend", "reason", extend},
    {"outage.add_houses", "add_houses", NULL, add_houses},
    {"outage.restore_houses", "restore_houses", NULL, restore_houses},
    {"outage.close", "close", "comment", close_all},
    {"outage.cancel", "cancel", "reason", cancel},
    {"outage.reopen", "reopen", "reason", reopen},
    {"outage.convert", "convert", "reason", convert},
};

static const struct row *row_of(const char *method)
{
    size_t i = 0;
    while (strcmp(rows[i].method, method) != 0)
        i++;
    return &rows[i];
}

bool outage_move(struct call *c)
{
    const struct row *row = row_of(c->op->method);
    struct change ch = {.comment = row->why ? arg_sql(c, row->why) : NULL};
    int64_t version;
    if (!outage_take_line(c) || !record_lock(c, "outage", &ch.r))
        return false;
    bool ok = record_may(c, &ch.r, row->action, &ch.to) && row->change(c, &ch);
    const char *params[] = {ch.r.id_text, ch.to, ch.kind, ch.started, ch.promised, ch.ended, call_bool(ch.end_taken_back)};
    const char *begins[] = {ch.r.id_text, ch.started};
    ok = ok && (!ch.started || pg_exec(c->db, Q_OUTAGE_HOUSES_BEGIN, begins, 2, NULL, c->err)) &&
         query_int(c, Q_OUTAGE_MOVE, params, 7, 0, &version);
    if (ok) {
        struct event e = {.record = "outage",
                          .record_id = ch.r.id,
                          .action = row->action,
                          .from = ch.r.status,
                          .to = ch.to,
                          .version = version,
                          .comment = ch.comment,
                          .changes = ch.changes};
        ok = event_write(c, &e);
    }
    if (ok)
        write_changed(c, ch.r.id, ch.r.number, version, ch.to);
    record_free(&ch.r);
    return ok;
}
