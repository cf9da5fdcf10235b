#include "server/ops/access.h"
#include "common/arena.h"
#include "common/log.h"
#include "server/ops/tables.h"
#include <string.h>

bool access_ok(struct call *c)
{
    const json_t *readers = json_object_get(c->params, "readers");
    size_t i;
    json_t *user;
    if (!check_classifier(c, "data_class", "data_class", arg_str(c, "data_class"), NULL))
        return false;
    if (json_is_array(readers) && json_array_size(readers) == 0)
        return err_field(c->err, "readers", "required", NULL);
    json_array_foreach(readers, i, user)
    {
        const char *params[] = {call_int(c, json_integer_value(user))};
        struct pg_res *res = pg_query(c->db, Q_ASSIGNMENT_USER_OK, params, 1, c->err);
        if (!res)
            return false;
        bool there = pg_rows(res) == 1;
        pg_free(res);
        if (!there)
            return err_field(c->err, "readers", "not_there", NULL);
    }
    return true;
}

bool appeal_access_write(struct call *c, const char *id)
{
    const char *params[] = {id, arg_sql(c, "confidential"), arg_sql(c, "data_class"), arg_sql(c, "readers"), call_user(c)};
    return pg_exec(c->db, Q_APPEAL_ACCESS_SET, params, 5, NULL, c->err);
}

/* ---- who saw whom ---- */

static const char *const reads[] = {"card_opened", "person_searched", "list_exported", "report_printed", "file_read"};

bool access_is_read(const char *action)
{
    for (size_t i = 0; i < sizeof reads / sizeof *reads; i++)
        if (strcmp(reads[i], action) == 0)
            return true;
    return false;
}

/* Noted when the answer has gone out: what somebody reads need not wait for it. */
static void note(struct call *c, const char *const params[8])
{
    struct after *a = arena_alloc(c->arena, sizeof *a);
    a->next = c->after;
    for (size_t i = 0; i < sizeof a->params / sizeof *a->params; i++)
        a->params[i] = params[i] ? arena_strdup(c->arena, params[i]) : NULL;
    c->after = a;
}

void access_write(struct pg *db, const struct after *a)
{
    struct err why = {.code = ERR_OK};
    /* A full disk must not stop people from reading: then the note goes where it still can, into the server's log. */
    if (!pg_exec(db, Q_ACCESS_ADD, a->params, 8, NULL, &why))
        log_error("access not noted in the database user=%s action=%s record=%s id=%s error=\"%s\"", a->params[1], a->params[2], a->params[3],
                  a->params[4] ? a->params[4] : "-", why.detail);
}

void access_note_card(struct call *c, const char *record, int64_t id)
{
    if (c->unseen)
        return;
    /* Who is not told of persons has seen none. */
    bool blind = !(c->user->roles & ~(R_ANALYST | R_ADMIN | R_DISPATCHER | R_MANAGER));
    const char *params[] = {"true", call_user(c), "card_opened", record, call_int(c, id), NULL, blind ? "{}" : NULL, NULL};
    note(c, params);
}

void access_note_search(struct call *c, const char *record, const char *query, const char *people, const char *appeals)
{
    if (appeals) {
        struct err ignored;
        struct pg_res *res = pg_query(c->db, Q_ACCESS_PEOPLE, &appeals, 1, &ignored);
        people = res ? arena_strdup(c->arena, pg_text(res, 0, 0)) : "{}";
        pg_free(res);
    }
    const char *params[] = {"true", call_user(c), "person_searched", record, NULL, query ? query : "", people, NULL};
    note(c, params);
}

const char *access_ids(struct call *c, const struct pg_res *res, int column, int max)
{
    const char *array = "{";
    for (int i = 0; i < pg_rows(res) && i < max; i++)
        array = arena_printf(c->arena, "%s%s%s", array, i ? "," : "", pg_text(res, i, column));
    return arena_printf(c->arena, "%s}", array);
}

static bool audit_list(struct call *c)
{
    struct page page;
    if (!page_begin(c, &page, "i"))
        return false;
    bool names = c->user->roles & (R_HEAD | R_CONTROLLER | R_CITIZENS | R_SYSTEM);
    const char *params[12] = {call_user(c),         arg_sql(c, "person"),    arg_sql(c, "user"), arg_sql(c, "action"),
                              arg_sql(c, "record"), arg_sql(c, "record_id"), arg_sql(c, "from"), arg_sql(c, "to"),
                              arg_sql(c, "query"),  call_bool(names)};
    if (!page_count(c, &page, Q_ACCESS_COUNT, params, 10))
        return false;
    params[10] = page.after[0];
    params[11] = call_int(c, page.limit + 1);
    struct pg_res *res = pg_query(c->db, Q_ACCESS_LIST, params, 12, c->err);
    if (!res)
        return false;
    page_write(c, &page, res, NULL, 1, 1);
    pg_free(res);
    return true;
}

static const struct op_param audit_params[] = {
    {"sort", P_ENUM, 0, 0, "new", NULL, {"Порядок", "Order"}, NULL},
    {"person", P_ID, PF_FILTER, 0, NULL, "correspondent.list", {"О ком", "About whom"}, NULL},
    {"user", P_ID, PF_FILTER, 0, NULL, "user.list", {"Кто смотрел", "Who looked"}, NULL},
    {"action",
     P_ENUM,
     PF_FILTER,
     0,
     "card_opened|person_searched|list_exported|report_printed|file_read",
     NULL,
     {"Действие", "Action"},
     NULL},
    {"record", P_STRING, PF_FILTER, 40, NULL, NULL, {"Вид записи", "Record"}, NULL},
    {"record_id", P_ID, PF_FILTER, 0, NULL, NULL, {"Номер записи", "Record id"}, NULL},
    {"from", P_DATE, PF_FILTER, 0, NULL, NULL, {"С", "From"}, NULL},
    {"to", P_DATE, PF_FILTER, 0, NULL, NULL, {"По", "To"}, NULL},
    {.name = NULL},
};

const struct op audit_ops[] = {
    {"audit.list", R_ADMIN | R_CONTROLLER | R_SYSTEM, OP_LIST, {"Кто чьи данные смотрел", "Who saw whose data"}, audit_params, audit_list},
    {.method = NULL},
};
