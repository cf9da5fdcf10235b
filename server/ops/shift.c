/* Shifts of the duty desk: opened, kept in a log, offered with everything that is open, accepted by the next dispatcher, who thereby opens
 * theirs. */
#include "common/arena.h"
#include "server/ops/incident.h"
#include "server/ops/tables.h"
#include <stdlib.h>
#include <string.h>

static bool shift_on_duty(struct call *c, int64_t *id) { return query_int(c, Q_SHIFT_NOW, NULL, 0, 0, id); }

static bool facts_ok(struct call *c)
{
    size_t i;
    json_t *member;
    if (!check_classifier(c, "regime", "regime", arg_sql(c, "regime"), NULL))
        return false;
    json_array_foreach(json_object_get(c->params, "members"), i, member)
    {
        const char *params[] = {call_int(c, json_integer_value(member))};
        int64_t there;
        if (!query_int(c, Q_USER_THERE, params, 1, 0, &there))
            return false;
        if (!there)
            return err_field(c->err, "members", "not_there", NULL);
    }
    return true;
}

/* Opens the shift of the user. `previous`: the one they accepted, which ends at the same second; NULL: the desk was empty. */
static bool open_shift(struct call *c, const char *previous, int64_t *id, const char **number)
{
    int year, month, day;
    const char *status = state_initial(c, "shift");
    if (!status)
        return err_rule(c->err, "status", NULL);
    if (!facts_ok(c))
        return false;
    day_to_civil(call_today(), &year, &month, &day);
    const char *params[] = {"shift",
                            call_int(c, year),
                            "Д",
                            status,
                            call_user(c),
                            arg_sql(c, "planned_end"),
                            arg_sql(c, "members"),
                            arg_sql(c, "regime"),
                            arg_sql(c, "weather"),
                            arg_sql(c, "note"),
                            previous};
    struct pg_res *res = pg_query(c->db, Q_SHIFT_OPEN, params, 11, c->err);
    if (!res)
        return false;
    bool mine = pg_rows(res) == 1;
    if (mine) {
        *id = pg_int(res, 0, 0);
        *number = arena_strdup(c->arena, pg_text(res, 0, 1));
    }
    pg_free(res);
    struct event e = {.record = "shift", .record_id = mine ? *id : 0, .action = "open", .to = status, .version = 1};
    return mine ? event_write(c, &e) : err_rule(c->err, "shift_on_duty", NULL);
}

static bool shift_open(struct call *c)
{
    int64_t id = 0;
    const char *number = NULL;
    if (!open_shift(c, NULL, &id, &number))
        return false;
    write_changed(c, id, number, 1, state_initial(c, "shift"));
    return true;
}

static bool shift_set(struct call *c)
{
    struct record r;
    const char *changes = NULL;
    int64_t version;
    if (!record_lock(c, "shift", &r))
        return false;
    bool ok = (!state_is_final(c, "shift", r.status) || err_rule(c->err, "status", NULL)) && facts_ok(c) &&
              record_changes(c, Q_SHIFT_FACTS, r.id_text, &changes);
    const char *params[] = {r.id_text,           arg_sql(c, "regime"),  arg_keep(c, "weather"),
                            arg_keep(c, "note"), arg_sql(c, "members"), arg_sql(c, "planned_end")};
    struct event e = {.record = "shift", .record_id = r.id, .action = "set", .changes = changes};
    ok = ok && query_int(c, Q_SHIFT_SET, params, 6, 0, &version);
    e.version = ok ? version : 0;
    ok = ok && event_write(c, &e);
    if (ok)
        write_changed(c, r.id, r.number, version, r.status);
    record_free(&r);
    return ok;
}

/* ---- handing over ---- */

static bool open_items(struct call *c, const char **items, const char **digest, int64_t *count)
{
    struct pg_res *res = pg_query(c->db, Q_SHIFT_OPEN_ITEMS, NULL, 0, c->err);
    if (!res)
        return false;
    *items = arena_strdup(c->arena, pg_text(res, 0, 0));
    *digest = arena_strdup(c->arena, pg_text(res, 0, 1));
    *count = pg_int(res, 0, 2);
    pg_free(res);
    return true;
}

static bool shift_items(struct call *c)
{
    const char *items, *digest;
    int64_t count;
    if (!open_items(c, &items, &digest, &count))
        return false;
    jw_object(c->out);
    jw_kraw(c->out, "items", items);
    jw_kstring(c->out, "digest", digest);
    jw_kint(c->out, "count", count);
    jw_object_end(c->out);
    return true;
}

/* One step of the hand-over; `items` is what was open when it was signed for. */
static bool step(struct call *c, const struct record *r, const char *action, const char *to, const char *items, const char *why,
                 int64_t *version)
{
    const char *checks = arg_sql(c, "checks");
    const char *params[] = {r->id_text, to, action, call_user(c), arg_sql(c, "handover_note"), checks, arg_sql(c, "remarks"), items};
    struct event e = {.record = "shift", .record_id = r->id, .action = action, .from = r->status, .to = to, .comment = why};
    if (!query_int(c, Q_SHIFT_MOVE, params, 8, 0, version))
        return false;
    e.version = *version;
    return event_write(c, &e);
}

/* Checks are answered by name: true, false, or words about what is wrong. */
static bool checks_ok(struct call *c)
{
    const char *name;
    json_t *value;
    json_object_foreach(json_object_get(c->params, "checks"), name, value)
    {
        if (!check_classifier(c, "shift_check", arena_printf(c->arena, "checks.%.40s", name), name, NULL))
            return false;
        if (!json_is_boolean(value) && !json_is_string(value))
            return err_field(c->err, arena_printf(c->arena, "checks.%.40s", name), "wrong_type", NULL);
    }
    return true;
}

static bool shift_hand_over(struct call *c)
{
    struct record r;
    const char *to;
    int64_t version;
    if (!record_lock(c, "shift", &r))
        return false;
    bool ok = record_may(c, &r, "offer", &to) && checks_ok(c) && step(c, &r, "offer", to, NULL, arg_sql(c, "handover_note"), &version);
    if (ok)
        write_changed(c, r.id, r.number, version, to);
    record_free(&r);
    return ok;
}

/* The next dispatcher signs for the very list that they saw: what came meanwhile is looked at first. */
static bool shift_accept(struct call *c)
{
    struct record r;
    const char *to, *items = NULL, *digest = NULL, *number = NULL;
    int64_t version = 0, count = 0, next = 0;
    if (!record_lock(c, "shift", &r))
        return false;
    bool ok = record_may(c, &r, "accept", &to) && open_items(c, &items, &digest, &count);
    if (ok && strcmp(digest, arg_sql(c, "acknowledge_open_items")) != 0)
        ok = err_rule(c->err, "list_changed", NULL);
    ok = ok && step(c, &r, "accept", to, items, arg_sql(c, "remarks"), &version) && open_shift(c, r.id_text, &next, &number);
    if (ok) {
        jw_object(c->out);
        jw_kint(c->out, "id", r.id);
        jw_kstring(c->out, "number", r.number);
        jw_kint(c->out, "version", version);
        jw_kstring(c->out, "status", to);
        jw_kint(c->out, "next", next);
        jw_kstring(c->out, "next_number", number);
        jw_kint(c->out, "open_items", count);
        jw_object_end(c->out);
    }
    record_free(&r);
    return ok;
}

static bool shift_refuse(struct call *c)
{
    struct record r;
    const char *to;
    int64_t version;
    if (!record_lock(c, "shift", &r))
        return false;
    bool ok = record_may(c, &r, "refuse", &to) && step(c, &r, "refuse", to, NULL, arg_sql(c, "reason"), &version);
    if (ok)
        write_changed(c, r.id, r.number, version, to);
    record_free(&r);
    return ok;
}

/* ---- the log ---- */

static bool entry_event(struct call *c, int64_t shift, const char *action, const char *text)
{
    const char *id = call_int(c, shift);
    struct event e = {.record = "shift", .record_id = shift, .action = action, .comment = text};
    return query_int(c, Q_SHIFT_TOUCH, &id, 1, 0, &e.version) && event_write(c, &e);
}

static bool shift_note(struct call *c)
{
    int64_t shift, id;
    const char *kind = arg_sql(c, "kind") ? arg_sql(c, "kind") : "note";
    if (!check_classifier(c, "shift_entry_kind", "kind", kind, NULL) || !shift_on_duty(c, &shift))
        return false;
    if (!shift)
        return err_rule(c->err, "no_shift", NULL);
    const char *params[] = {call_int(c, shift), kind, arg_sql(c, "who"), arg_sql(c, "text"), call_user(c)};
    if (!query_int(c, Q_SHIFT_ENTRY_ADD, params, 5, 0, &id) || !entry_event(c, shift, kind, arg_sql(c, "text")))
        return false;
    jw_object(c->out);
    jw_kint(c->out, "id", id);
    jw_kint(c->out, "shift", shift);
    jw_object_end(c->out);
    return true;
}

static bool shift_entry_done(struct call *c)
{
    const char *params[] = {arg_sql(c, "entry"), arg_sql(c, "text")};
    int64_t shift;
    if (!query_int(c, Q_SHIFT_ENTRY_DONE, params, 2, 0, &shift))
        return false;
    if (!shift)
        return err_field(c->err, "entry", "not_there", NULL);
    if (!entry_event(c, shift, "entry_done", arg_sql(c, "text")))
        return false;
    jw_object(c->out);
    jw_kint(c->out, "id", arg_int(c, "entry"));
    jw_kint(c->out, "shift", shift);
    jw_object_end(c->out);
    return true;
}

/* ---- reading ---- */

static bool shift_list(struct call *c)
{
    struct page page;
    if (!page_begin(c, &page, "i"))
        return false;
    const char *params[] = {call_acts(c),  call_sees_all(c),           call_units(c), arg_sql(c, "from"), arg_sql(c, "to"),
                            page.after[0], call_int(c, page.limit + 1)};
    if (!page_count(c, &page, Q_SHIFT_COUNT, params, 5))
        return false;
    struct pg_res *res = pg_query(c->db, Q_SHIFT_LIST, params, 7, c->err);
    if (!res)
        return false;
    page_write(c, &page, res, "shift", 3, 1);
    pg_free(res);
    return true;
}

/* The card; without a number the shift on duty. */
static bool shift_get(struct call *c)
{
    int64_t id;
    if (arg_has(c, "id") || arg_has(c, "number"))
        return find_id(c, Q_SHIFT_FIND_NUMBER, &id) && record_write(c, "shift", id, c->out);
    return shift_on_duty(c, &id) && (id || err_set(c->err, ERR_NOT_FOUND, NULL)) && record_write(c, "shift", id, c->out);
}

/* ---- rows ---- */

#define SHIFT_FACTS                                                                                                                        \
    {"regime", P_ENUM, 0, 0, "classifier:regime", NULL, {"Режим", "Regime"}, NULL},                                                        \
        {"planned_end", P_TIME, 0, 0, NULL, NULL, {"Конец дежурства", "Ends at"}, NULL},                                                   \
        {"members", P_IDS, 0, 20, NULL, "user.list", {"С кем", "With"}, NULL},                                                             \
        {"weather", P_STRING, 0, 500, NULL, NULL, {"Погода", "Weather"}, NULL},                                                            \
    {                                                                                                                                      \
        "note", P_TEXT, 0, 5000, NULL, NULL, {"Примечание", "Note"}, NULL                                                                  \
    }

static const struct op_param open_params[] = {SHIFT_FACTS, {.name = NULL}};
static const struct op_param accept_params[] = {{"acknowledge_open_items",
                                                 P_STRING,
                                                 PF_REQUIRED,
                                                 64,
                                                 NULL,
                                                 NULL,
                                                 {"Принято открытое (подпись списка)", "Open items acknowledged (digest)"},
                                                 NULL},
                                                {"remarks", P_TEXT, 0, 5000, NULL, NULL, {"Замечания", "Remarks"}, NULL},
                                                SHIFT_FACTS,
                                                {.name = NULL}};
static const struct op_param hand_over_params[] = {
    {"handover_note", P_TEXT, PF_REQUIRED, 5000, NULL, NULL, {"Что передаётся", "What is handed over"}, NULL},
    {"checks", P_OBJECT, 0, 0, NULL, NULL, {"Проверки", "Checks"}, NULL},
    {.name = NULL},
};
static const struct op_param refuse_params[] = {
    {"reason", P_TEXT, PF_REQUIRED, 5000, NULL, NULL, {"Причина", "Reason"}, NULL},
    {.name = NULL},
};
static const struct op_param note_params[] = {
    {"text", P_TEXT, PF_REQUIRED, 5000, NULL, NULL, {"Запись", "Entry"}, NULL},
    {"kind", P_ENUM, 0, 0, "classifier:shift_entry_kind", NULL, {"Вид записи", "Kind"}, NULL},
    {"who", P_STRING, 0, 200, NULL, NULL, {"От кого, кому", "From or to whom"}, NULL},
    {.name = NULL},
};
static const struct op_param done_params[] = {
    {"entry", P_ID, PF_REQUIRED, 0, NULL, NULL, {"Запись", "Entry"}, NULL},
    {"text", P_STRING, 0, 500, NULL, NULL, {"Чем кончилось", "What came of it"}, NULL},
    {.name = NULL},
};
static const struct op_param list_params[] = {
    {"from", P_DATE, PF_FILTER, 0, NULL, NULL, {"С", "From"}, NULL},
    {"to", P_DATE, PF_FILTER, 0, NULL, NULL, {"По", "To"}, NULL},
    {.name = NULL},
};
static const struct op_param get_params[] = {
    {"id", P_ID, 0, 0, NULL, "shift.list", {"Номер записи", "Record id"}, NULL},
    {"number", P_STRING, 0, 60, NULL, NULL, {"Номер", "Number"}, NULL},
    {.name = NULL},
};

#define READERS (DESK_READERS & ~(unsigned)R_ANALYST)
#define CHANGES (OP_WRITE | OP_VERSION)
const struct op shift_ops[] = {
    {"shift.open", DESK, OP_WRITE, {"Заступить на дежурство", "Open a shift"}, open_params, shift_open},
    {"shift.list", READERS, OP_LIST, {"Журнал дежурств", "Log of shifts"}, list_params, shift_list},
    {"shift.get", READERS, 0, {"Карточка дежурства", "Card of a shift"}, get_params, shift_get},
    {"shift.items", READERS, 0, {"Что сейчас открыто", "What is open now"}, NULL, shift_items},
    {"shift.set", DESK, CHANGES, {"Исправить дежурство", "Correct a shift"}, open_params, shift_set},
    {"shift.note", DESK, OP_WRITE, {"Записать в журнал дежурства", "Write into the shift's log"}, note_params, shift_note},
    {"shift.entry_done", DESK, OP_WRITE, {"Исполнено, ответ получен", "Done, the answer came"}, done_params, shift_entry_done},
    {"shift.hand_over", DESK, CHANGES, {"Сдать дежурство", "Hand a shift over"}, hand_over_params, shift_hand_over},
    {"shift.accept", DESK, CHANGES, {"Принять дежурство", "Accept a shift"}, accept_params, shift_accept},
    {"shift.refuse", DESK, CHANGES, {"Не принять дежурство", "Refuse a shift"}, refuse_params, shift_refuse},
    {.method = NULL},
};
