/* Printed forms as operations: a row a form. */
#include "server/report/report.h"
#include "server/ops/tables.h"
#include <string.h>

#define READERS (R_ANY & ~R_ADMIN)
#define PRINTERS (R_CLERK | R_HEAD | R_DEPUTY | R_CHIEF | R_CONTROLLER | R_ANALYST | R_CITIZENS | R_SYSTEM)

#define FORMAT {"format", P_ENUM, 0, 0, "pdf|xlsx|csv", NULL, {"Формат", "Format"}, NULL}
#define UNIT {"unit", P_ID, PF_FILTER, 0, NULL, "unit.list", {"Подразделение", "Unit"}, NULL}

static const struct op_param period_params[] = {
    {"from", P_DATE, PF_FILTER, 0, NULL, NULL, {"Период с", "From"}, NULL},
    {"to", P_DATE, PF_FILTER, 0, NULL, NULL, {"Период по", "To"}, NULL},
    UNIT,
    FORMAT,
    {.name = NULL},
};
static const struct op_param day_params[] = {
    UNIT,
    FORMAT,
    {.name = NULL},
};
static const struct op_param appeal_params[] = {
    {"id", P_ID, 0, 0, NULL, "appeal.list", {"Обращение", "Appeal"}, NULL},
    {"number", P_STRING, 0, 60, NULL, NULL, {"Номер", "Number"}, NULL},
    FORMAT,
    {.name = NULL},
};
static const struct op_param assignment_params[] = {
    {"id", P_ID, 0, 0, NULL, "assignment.list", {"Поручение", "Assignment"}, NULL},
    {"number", P_STRING, 0, 60, NULL, NULL, {"Номер", "Number"}, NULL},
    FORMAT,
    {.name = NULL},
};

static bool make(struct call *c) { return report_make(c, form_find(strchr(c->op->method, '.') + 1)); }

static bool cancel(struct call *c)
{
    c->cancel_long = true;
    jw_object(c->out);
    jw_kbool(c->out, "cancelled", true);
    jw_object_end(c->out);
    return true;
}

const struct op report_ops[] = {
    {"report.appeals_journal", PRINTERS, OP_LONG, {"Журнал регистрации обращений", "Journal of appeals"}, period_params, make},
    {"report.reception_journal", PRINTERS, OP_LONG, {"Журнал личного приёма", "Journal of reception"}, period_params, make},
    {"report.incoming_journal", PRINTERS, OP_LONG, {"Журнал входящих документов", "Journal of incoming documents"}, period_params, make},
    {"report.forwarded_list", PRINTERS, OP_LONG, {"Реестр направленных по компетенции", "List of forwarded"}, period_params, make},
    {"report.appeals_statistics", PRINTERS, OP_LONG, {"Справка-статистика", "Statistics of appeals"}, period_params, make},
    {"report.terms_report", PRINTERS, OP_LONG, {"Отчёт по срокам рассмотрения", "Terms report"}, period_params, make},
    {"report.overdue_list", READERS, OP_LONG, {"Просроченные поручения по подразделениям", "Overdue by unit"}, day_params, make},
    {"report.due_soon_list", READERS, OP_LONG, {"Поручения, срок в ближайшие 7 дней", "Due within 7 days"}, day_params, make},
    {"report.unexecuted_list", READERS, OP_LONG, {"Неисполненные поручения", "Unexecuted assignments"}, period_params, make},
    {"report.discipline_executors", PRINTERS, OP_LONG, {"Исполнительская дисциплина: исполнители", "Discipline by executor"}, period_params, make},
    {"report.discipline_controllers", PRINTERS, OP_LONG, {"Исполнительская дисциплина: контролёры", "Discipline by controller"}, period_params, make},
    {"report.appeal_card", READERS, OP_LONG, {"Регистрационно-контрольная карточка", "Registration card"}, appeal_params, make},
    {"report.answer_letter", READERS, OP_LONG, {"Письмо с ответом", "Answer letter"}, appeal_params, make},
    {"report.control_slip", READERS, OP_LONG, {"Контрольный лист поручения", "Control slip"}, assignment_params, make},
    {"report.cancel", R_ANY, OP_NO_DB, {"Прервать отчёт", "Cancel the report"}, NULL, cancel},
    {.method = NULL},
};
