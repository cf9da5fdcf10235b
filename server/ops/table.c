#include "server/ops/op.h"
#include "server/ops/tables.h"
#include <string.h>

const struct op *const op_tables[] = {
    session_ops,
    meta_ops,
    worklist_ops,
    notification_ops,
    appeal_ops,
    assignment_ops,
    correspondent_ops,
    incident_ops,
    shift_ops,
    file_ops,
    draft_ops,
    event_ops,
    audit_ops,
    keeping_ops,
    purge_ops,
    classifier_ops,
    calendar_ops,
    periodic_ops,
    workflow_ops,
    user_ops,
    mail_ops,
    unit_ops,
    control_ops,
    board_ops,
    outage_ops,
    outage_period_ops,
    outage_board_ops,
    outage_breaks_ops,
    outage_feed_ops,
    substitution_ops,
    report_ops,
    export_ops,
    stats_ops,
    address_ops,
    company_ops,
    house_ops,
    house_parse_ops,
    house_resolve_ops,
    social_object_ops,
    NULL,
};

const struct op *op_find(const char *method, size_t len)
{
    for (size_t t = 0; op_tables[t]; t++)
        for (const struct op *op = op_tables[t]; op->method; op++)
            if (strlen(op->method) == len && memcmp(op->method, method, len) == 0)
                return op;
    return NULL;
}

bool op_each(bool (*each)(const struct op *op, void *arg), void *arg)
{
    for (size_t t = 0; op_tables[t]; t++)
        for (const struct op *op = op_tables[t]; op->method; op++)
            if (!each(op, arg))
                return false;
    return true;
}

static const struct op_param flag_params[] = {
    {"id", P_ID, PF_REQUIRED, 0, NULL, NULL, {"Номер записи", "Record id"}, NULL},
    {"version", P_INT, 0, 1000000000, NULL, NULL, {"Версия", "Version"}, NULL},
    {"request_id", P_UUID, 0, 0, NULL, NULL, {"Ключ повтора", "Request key"}, NULL},
    {"query", P_STRING, PF_FILTER, 200, NULL, NULL, {"Поиск", "Search"}, NULL},
    {"sort", P_STRING, 0, 20, NULL, NULL, {"Порядок", "Order"}, NULL},
    {"limit", P_INT, 0, 200, NULL, NULL, {"Строк", "Rows"}, NULL},
    {"after", P_CURSOR, 0, 2000, NULL, NULL, {"Продолжение", "Place"}, NULL},
};

static const struct {
    unsigned flag;
    size_t first, count;
} flag_rows[] = {{OP_VERSION, 0, 2}, {OP_WRITE, 2, 1}, {OP_LIST, 3, 4}};

size_t op_params_all(const struct op *op, const struct op_param *out[])
{
    size_t count = 0;
    for (size_t i = 0; i < sizeof flag_rows / sizeof *flag_rows; i++)
        if (op->flags & flag_rows[i].flag)
            for (size_t k = 0; k < flag_rows[i].count; k++)
                out[count++] = &flag_params[flag_rows[i].first + k];
    for (const struct op_param *p = op->params; p && p->name; p++) {
        /* An operation's own row speaks for itself (its own sort values, say). */
        size_t same = 0;
        while (same < count && strcmp(out[same]->name, p->name) != 0)
            same++;
        out[same] = p;
        if (same == count)
            count++;
    }
    return count;
}
