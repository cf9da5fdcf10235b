/* Small operations that belong to no record: the session, events, drafts, the workflow. */
#include "common/arena.h"
#include "server/ops/helpers.h"
#include "server/ops/tables.h"
#include <stdlib.h>
#include <string.h>

static void write_roles(struct jw *w, uint32_t roles)
{
    jw_array(w);
    for (const struct role_info *r = role_infos; r->bit; r++)
        if (roles & r->bit)
            jw_string(w, r->id);
    if (roles & R_SYSTEM)
        jw_string(w, "system");
    jw_array_end(w);
}

static bool session_whoami(struct call *c)
{
    const struct session_user *u = c->user;
    const char *params[] = {call_int(c, u->unit_id)};
    struct pg_res *unit = u->unit_id ? pg_query(c->db, Q_UNIT_GET, params, 1, c->err) : NULL;
    json_t *unit_json = unit && pg_rows(unit) == 1 ? json_loads(pg_text(unit, 0, 0), 0, NULL) : NULL;
    pg_free(unit);
    if (u->unit_id && !unit)
        return false;
    jw_object(c->out);
    jw_kint(c->out, "id", u->id);
    jw_kstring(c->out, "login", u->login);
    jw_kstring(c->out, "name", u->name);
    jw_key(c->out, "roles");
    write_roles(c->out, u->roles);
    jw_key(c->out, "unit");
    if (u->unit_id)
        jw_int(c->out, u->unit_id);
    else
        jw_null(c->out);
    jw_kstring(c->out, "unit_name", json_string_value(json_object_get(unit_json, "name")));
    jw_kstring(c->out, "language", call_language(c));
    jw_key(c->out, "stands_for");
    jw_array(c->out);
    for (size_t i = 0; i < u->stands_count; i++) {
        jw_object(c->out);
        jw_kint(c->out, "id", u->stands_for[i].id);
        jw_kstring(c->out, "name", u->stands_for[i].name);
        jw_object_end(c->out);
    }
    jw_array_end(c->out);
    jw_kstring(c->out, "municipality", c->rules->municipality);
    jw_kstring(c->out, "zone", c->rules->zone);
    jw_kstring(c->out, "today", day_text(c, call_today()));
    jw_object_end(c->out);
    json_decref(unit_json);
    return true;
}

static bool session_ping(struct call *c)
{
    jw_object(c->out);
    jw_kbool(c->out, "pong", true);
    jw_object_end(c->out);
    return true;
}

static const struct op_param ahead_params[] = {
    {"method", P_ENUM, PF_REQUIRED, 0, "appeal.get|assignment.get", NULL, {"Что открывают", "What is opened"}, NULL},
    {"id", P_ID, PF_REQUIRED, 0, NULL, NULL, {"Запись", "Record"}, NULL},
    {.name = NULL},
};

/* The card stays here, unseen and not noted in the log of access, until it is asked for. */
static bool session_ahead(struct call *c)
{
    const char *method = arg_str(c, "method");
    c->ahead = op_find(method, strlen(method));
    jw_object(c->out);
    jw_object_end(c->out);
    return true;
}

static bool session_language(struct call *c)
{
    const char *params[] = {call_user(c), arg_sql(c, "language")};
    int64_t version;
    if (!query_int(c, Q_USER_LANGUAGE_SET, params, 2, 0, &version))
        return false;
    struct event e = {.record = "user", .record_id = c->user->id, .action = "language", .version = version};
    if (!event_write(c, &e))
        return false;
    write_changed(c, c->user->id, NULL, version, NULL);
    return true;
}

static bool event_subscribe(struct call *c)
{
    c->subscribe = true;
    jw_object(c->out);
    jw_kbool(c->out, "subscribed", true);
    jw_object_end(c->out);
    return true;
}

static bool event_list(struct call *c)
{
    struct page page;
    if (!page_begin(c, &page, "i"))
        return false;
    const char *params[10] = {arg_sql(c, "record"), arg_sql(c, "record_id"), arg_sql(c, "actor"), arg_sql(c, "action"),
                              arg_sql(c, "from"), arg_sql(c, "to"), call_user(c)};
    if (!page_count(c, &page, Q_EVENT_COUNT, params, 7))
        return false;
    params[7] = page.after[0];
    params[8] = call_int(c, page.limit + 1);
    params[9] = call_sees_all(c);
    struct pg_res *res = pg_query(c->db, Q_EVENT_LIST, params, 10, c->err);
    if (!res)
        return false;
    page_write(c, &page, res, NULL, 1, 1);
    pg_free(res);
    return true;
}

enum { DRAFTS_MAX = 200, DRAFT_BYTES_MAX = 400000 };

static bool draft_save(struct call *c)
{
    int64_t count;
    const char *user = call_user(c), *body = arg_sql(c, "body"), *others[] = {user, arg_sql(c, "screen")};
    if (strlen(body) > DRAFT_BYTES_MAX)
        return err_field(c->err, "body", "too_long", NULL);
    if (!query_int(c, Q_DRAFT_COUNT, others, 2, 0, &count))
        return false;
    if (count >= DRAFTS_MAX)
        return err_field(c->err, "screen", "too_many", NULL);
    const char *params[] = {user, arg_sql(c, "screen"), body};
    if (!pg_exec(c->db, Q_DRAFT_SAVE, params, 3, NULL, c->err))
        return false;
    jw_object(c->out);
    jw_kstring(c->out, "screen", params[1]);
    jw_object_end(c->out);
    return true;
}

static bool draft_get(struct call *c)
{
    const char *params[] = {call_user(c), arg_sql(c, "screen")};
    struct pg_res *res = pg_query(c->db, Q_DRAFT_GET, params, 2, c->err);
    if (!res)
        return false;
    jw_raw(c->out, pg_rows(res) == 1 ? pg_text(res, 0, 0) : "null");
    pg_free(res);
    return true;
}

static bool draft_list(struct call *c)
{
    const char *user = call_user(c);
    struct pg_res *res = pg_query(c->db, Q_DRAFT_LIST, &user, 1, c->err);
    if (!res)
        return false;
    jw_object(c->out);
    jw_kraw(c->out, "items", pg_text(res, 0, 0));
    jw_object_end(c->out);
    pg_free(res);
    return true;
}

static bool draft_drop(struct call *c)
{
    const char *params[] = {call_user(c), arg_sql(c, "screen")};
    int64_t dropped;
    if (!pg_exec(c->db, Q_DRAFT_DROP, params, 2, &dropped, c->err))
        return false;
    jw_object(c->out);
    jw_kint(c->out, "dropped", dropped);
    jw_object_end(c->out);
    return true;
}

static bool workflow_show(struct call *c)
{
    const char *record = arg_sql(c, "record"), *format = arg_sql(c, "format");
    if (record && workflow_state(c->rules->workflow, record, "") == -2)
        return err_field(c->err, "record", "not_a_value", NULL);
    if (!format || strcmp(format, "json") == 0) {
        workflow_write_json(c->rules->workflow, record, c->user->lang, c->out);
        return true;
    }
    struct buf dot;
    buf_init(&dot, 1 << 20);
    workflow_write_dot(c->rules->workflow, record ? record : "appeal", c->user->lang, &dot);
    jw_object(c->out);
    jw_kstring(c->out, "dot", dot.data);
    jw_object_end(c->out);
    buf_free(&dot);
    return true;
}

static const struct op_param language_params[] = {
    {"language", P_ENUM, PF_REQUIRED, 0, "ru|en", NULL, {"Язык", "Language"}, NULL},
    {.name = NULL},
};
static const struct op_param event_list_params[] = {
    {"sort", P_ENUM, 0, 0, "new", NULL, {"Порядок", "Order"}, NULL},
    {"record", P_STRING, PF_FILTER, 40, NULL, NULL, {"Вид записи", "Record"}, NULL},
    {"record_id", P_ID, PF_FILTER, 0, NULL, NULL, {"Номер записи", "Record id"}, NULL},
    {"actor", P_ID, PF_FILTER, 0, NULL, "user.list", {"Кто", "Who"}, NULL},
    {"action", P_STRING, PF_FILTER, 40, NULL, NULL, {"Действие", "Action"}, NULL},
    {"from", P_DATE, PF_FILTER, 0, NULL, NULL, {"С", "From"}, NULL},
    {"to", P_DATE, PF_FILTER, 0, NULL, NULL, {"По", "To"}, NULL},
    {.name = NULL},
};
static const struct op_param draft_save_params[] = {
    {"screen", P_STRING, PF_REQUIRED, 120, NULL, NULL, {"Экран", "Screen"}, NULL},
    {"body", P_OBJECT, PF_REQUIRED, 0, NULL, NULL, {"Содержимое", "Body"}, NULL},
    {.name = NULL},
};
static const struct op_param screen_params[] = {
    {"screen", P_STRING, PF_REQUIRED, 120, NULL, NULL, {"Экран", "Screen"}, NULL},
    {.name = NULL},
};
static const struct op_param workflow_params[] = {
    {"record", P_STRING, 0, 40, NULL, NULL, {"Вид записи", "Record"}, NULL},
    {"format", P_ENUM, 0, 0, "json|dot", NULL, {"Формат", "Format"}, NULL},
    {.name = NULL},
};

const struct op session_ops[] = {
    {"session.whoami", R_ANY, 0, {"Кто я и что мне можно", "Who I am"}, NULL, session_whoami},
    {"session.ping", R_ANY, OP_NO_DB, {"Проверка связи", "Is anybody there"}, NULL, session_ping},
    {"session.ahead", R_ANY, 0, {"Сейчас откроют карточку: прочесть заранее", "A card is about to be opened: read it ahead"}, ahead_params, session_ahead},
    {"session.language", R_ANY & ~R_SYSTEM, OP_WRITE, {"Язык моих экранов", "Language of my screens"}, language_params, session_language},
    {.method = NULL},
};
const struct op event_ops[] = {
    {"event.subscribe", R_ANY, OP_NO_DB, {"Получать события", "Receive events"}, NULL, event_subscribe},
    {"event.list", R_ADMIN | R_HEAD | R_SYSTEM, OP_LIST, {"Журнал событий", "Log of events"}, event_list_params, event_list},
    {.method = NULL},
};
const struct op draft_ops[] = {
    {"draft.save", R_ANY, OP_WRITE | OP_ASIDE, {"Сохранить черновик", "Save a draft"}, draft_save_params, draft_save},
    {"draft.get", R_ANY, 0, {"Взять черновик", "Get a draft"}, screen_params, draft_get},
    {"draft.list", R_ANY, 0, {"Мои черновики", "My drafts"}, NULL, draft_list},
    {"draft.drop", R_ANY, OP_WRITE | OP_ASIDE, {"Удалить черновик", "Drop a draft"}, screen_params, draft_drop},
    {.method = NULL},
};
const struct op workflow_ops[] = {
    {"workflow.show", R_ANY, 0, {"Состояния и переходы", "States and transitions"}, workflow_params, workflow_show},
    {.method = NULL},
};
