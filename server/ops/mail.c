/* mail.*: the queue of letters, for administrators. Letters are sent by the program gorod-mail. */
#include "common/arena.h"
#include "server/ops/helpers.h"
#include "server/ops/tables.h"

static bool mail_list(struct call *c)
{
    struct page page;
    if (!page_begin(c, &page, "i"))
        return false;
    const char *params[] = {arg_sql(c, "state"), NULL, NULL};
    if (!page_count(c, &page, Q_MAIL_COUNT, params, 1))
        return false;
    params[1] = page.after[0];
    params[2] = call_int(c, page.limit + 1);
    struct pg_res *res = pg_query(c->db, Q_MAIL_LIST, params, 3, c->err);
    if (!res)
        return false;
    page_write(c, &page, res, NULL, 1, 1);
    pg_free(res);
    return true;
}

/* No letter was met: is there none, has somebody been faster, or is it one that is sent or being sent? */
static bool why_not(struct call *c)
{
    const char *id = arg_sql(c, "id");
    struct pg_res *res = pg_query(c->db, Q_MAIL_GET, &id, 1, c->err);
    if (!res)
        return false;
    if (pg_rows(res) != 1)
        err_set(c->err, ERR_NOT_FOUND, NULL);
    else if (arg_has(c, "version") && arg_int(c, "version") != pg_int(res, 0, 1)) {
        err_set(c->err, ERR_CONFLICT, NULL);
        c->err->current = arena_strdup(c->arena, pg_text(res, 0, 0));
    } else
        err_rule(c->err, "status", NULL);
    pg_free(res);
    return false;
}

static bool mail_retry(struct call *c)
{
    int64_t version;
    const char *params[] = {arg_sql(c, "id"), arg_sql(c, "version")};
    if (!query_int(c, Q_MAIL_RETRY, params, 2, 0, &version))
        return false;
    if (version == 0)
        return why_not(c);
    struct event e = {.record = "mail", .record_id = arg_int(c, "id"), .action = "retry", .version = version, .to = "queued"};
    if (!event_write(c, &e))
        return false;
    write_changed(c, arg_int(c, "id"), params[0], version, "queued");
    return true;
}

static const struct op_param list_params[] = {
    {"sort", P_ENUM, 0, 0, "new", NULL, {"Порядок", "Order"}, NULL},
    {"state", P_ENUM, PF_FILTER, 0, "queued|sending|handing|sent|failed|unknown", NULL, {"Состояние", "State"}, NULL},
    {.name = NULL},
};

#define ADMINS (R_ADMIN | R_SYSTEM)
const struct op mail_ops[] = {
    {"mail.list", ADMINS, OP_LIST, {"Очередь писем", "Queue of letters"}, list_params, mail_list},
    {"mail.retry", ADMINS, OP_WRITE | OP_VERSION, {"Отправить письмо ещё раз", "Send a letter again"}, NULL, mail_retry},
    {.method = NULL},
};
