/* Printed forms as operations: a row a form. */
#include "server/report/report.h"
#include "server/report/sstu.h"
#include "server/ops/tables.h"
#include <string.h>

#define READERS (R_ANY & ~R_ADMIN)
#define PRINTERS (R_CLERK | R_HEAD | R_DEPUTY | R_CHIEF | R_CONTROLLER | R_ANALYST | R_CITIZENS | R_SYSTEM)

#define FORMAT {"format", P_ENUM, 0, 0, "pdf|xlsx|csv", NULL, {"Формат", "Format"}, NULL}
#define UNIT {"unit", P_ID, PF_FILTER, 0, NULL, "unit.list", {"Подразделение", "Unit"}, NULL}

static const struct op_param period_params[] = {
    {"period", P_ENUM, PF_FILTER, 0, REPORT_PERIODS, NULL, {"Период", "Period"}, NULL},
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

#define DATA_FORMAT {"format", P_ENUM, 0, 0, "csv|xlsx", NULL, {"Формат", "Format"}, NULL}
static const struct op_param export_params[] = {
    {"period", P_ENUM, PF_FILTER, 0, REPORT_PERIODS, NULL, {"Период", "Period"}, NULL},
    {"from", P_DATE, PF_FILTER, 0, NULL, NULL, {"Период с", "From"}, NULL},
    {"to", P_DATE, PF_FILTER, 0, NULL, NULL, {"Период по", "To"}, NULL},
    UNIT,
    DATA_FORMAT,
    {.name = NULL},
};
static const struct op_param export_all_params[] = {
    DATA_FORMAT,
    {.name = NULL},
};
static const struct op_param upload_params[] = {
    {"month", P_STRING, PF_REQUIRED, 7, NULL, NULL, {"Месяц (ГГГГ-ММ)", "Month (YYYY-MM)"}, NULL},
    UNIT,
    {"format", P_ENUM, 0, 0, "json|xlsx|csv|pdf", NULL, {"Формат", "Format"}, NULL},
    {"skip_faulty", P_BOOL, 0, 0, NULL, NULL, {"Без вопросов с ошибками", "Without faulty questions"}, NULL},
    {.name = NULL},
};
static const struct op_param check_params[] = {
    {"month", P_STRING, PF_REQUIRED, 7, NULL, NULL, {"Месяц (ГГГГ-ММ)", "Month (YYYY-MM)"}, NULL},
    UNIT,
    {.name = NULL},
};

static const struct op_param tour_params[] = {
    {"date", P_DATE, PF_FILTER, 0, NULL, NULL, {"На дату", "On"}, NULL},
    {"hour", P_INT, PF_FILTER, 23, NULL, NULL, {"К часу", "At the hour"}, NULL},
    {"format", P_ENUM, 0, 0, "pdf|xlsx|csv|text", NULL, {"Формат", "Format"}, NULL},
    {.name = NULL},
};

/* Who reads the figures of the duty desk, and who its callers. */
#define DESK_PRINTERS (R_DISPATCHER | R_HEAD | R_DEPUTY | R_CHIEF | R_CLERK | R_SYSTEM)

static bool make(struct call *c) { return report_make(c, form_find(c->op->method)); }

static bool cancel(struct call *c)
{
    c->cancel_long = true;
    jw_object(c->out);
    jw_kbool(c->out, "cancelled", true);
    jw_object_end(c->out);
    return true;
}

/* What the person may print, for a menu. */
static bool list(struct call *c)
{
    static const char *const scopes[][2] = {{"за период", "of a period"}, {"на сегодня", "as of today"}, {"одно обращение", "of one appeal"},
                                            {"одно поручение", "of one assignment"}, {"за месяц", "of a month"}, {"всё", "everything"}, {"за сутки", "of 24 hours"}};
    const struct op *const tables[] = {report_ops, export_ops};
    int64_t count = 0;
    jw_object(c->out);
    jw_key(c->out, "items");
    jw_array(c->out);
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++)
        for (const struct op *op = tables[t]; op->method; op++) {
            const struct form *form = form_find(op->method);
            count++;
            if (!form || !(op->roles & c->user->roles))
                continue;
            jw_object(c->out);
            jw_kint(c->out, "id", count);
            jw_kstring(c->out, "form", form->id);
            jw_kstring(c->out, "method", op->method);
            jw_kstring(c->out, "title", op->summary[c->user->lang]);
            jw_kstring(c->out, "scope", scopes[form->scope][c->user->lang]);
            jw_object_end(c->out);
        }
    jw_array_end(c->out);
    jw_object_end(c->out);
    return true;
}

const struct op report_ops[] = {
    {"report.list", R_ANY, 0, {"Печатные формы", "Printed forms"}, NULL, list},
    {"report.appeals_journal", PRINTERS, OP_LONG, {"Журнал регистрации обращений", "Journal of appeals"}, period_params, make},
    {"report.reception_journal", PRINTERS, OP_LONG, {"Журнал личного приёма", "Journal of reception"}, period_params, make},
    {"report.incoming_journal", PRINTERS, OP_LONG, {"Журнал входящих документов", "Journal of incoming documents"}, period_params, make},
    {"report.outgoing_journal", PRINTERS, OP_LONG, {"Журнал исходящих документов", "Journal of outgoing documents"}, period_params, make},
    {"report.forwarded_list", PRINTERS, OP_LONG, {"Реестр направленных по компетенции", "List of forwarded"}, period_params, make},
    {"report.appeals_statistics", PRINTERS, OP_LONG, {"Справка-статистика", "Statistics of appeals"}, period_params, make},
    {"report.terms_report", PRINTERS, OP_LONG, {"Отчёт по срокам рассмотрения", "Terms report"}, period_params, make},
    {"report.overdue_list", READERS, OP_LONG, {"Просроченные поручения по подразделениям", "Overdue by unit"}, day_params, make},
    {"report.due_soon_list", READERS, OP_LONG, {"Поручения, срок в ближайшие 7 дней", "Due within 7 days"}, day_params, make},
    {"report.unexecuted_list", READERS, OP_LONG, {"Неисполненные поручения", "Unexecuted assignments"}, period_params, make},
    {"report.discipline_executors", PRINTERS, OP_LONG, {"Исполнительская дисциплина: исполнители", "Discipline by executor"}, period_params, make},
    {"report.discipline_controllers", PRINTERS, OP_LONG, {"Исполнительская дисциплина: контролёры", "Discipline by controller"}, period_params, make},
    {"report.discipline_note", PRINTERS, OP_LONG, {"Справка по исполнительской дисциплине", "Note on discipline"}, period_params, make},
    {"report.bonus_cut", R_HEAD | R_DEPUTY | R_CONTROLLER | R_ANALYST | R_SYSTEM, OP_LONG, {"Расчёт снижения премии", "Cut of the bonus"}, period_params, make},
    {"report.appeal_card", READERS, OP_LONG, {"Регистрационно-контрольная карточка", "Registration card"}, appeal_params, make},
    {"report.answer_letter", READERS, OP_LONG, {"Письмо с ответом", "Answer letter"}, appeal_params, make},
    {"report.reception_card", READERS, OP_LONG, {"Карточка личного приёма", "Card of reception"}, appeal_params, make},
    {"report.control_slip", READERS, OP_LONG, {"Контрольный лист поручения", "Control slip"}, assignment_params, make},
    {"report.edds_daily", DESK_PRINTERS | R_ANALYST, OP_LONG, {"Оперативная сводка ЕДДС за сутки", "EDDS daily report"}, tour_params, make},
    {"report.incidents_journal", DESK_PRINTERS, OP_LONG, {"Журнал происшествий", "Incident journal"}, period_params, make},
    {"report.shift_log", DESK_PRINTERS, OP_LONG, {"Журнал приёма и сдачи дежурства", "Shift log"}, period_params, make},
    {"report.edds_statistics", DESK_PRINTERS | R_ANALYST, OP_LONG, {"Статистика ЕДДС", "EDDS statistics"}, period_params, make},
    {"report.sstu_upload", R_CLERK | R_HEAD | R_SYSTEM, OP_LONG, {"Выгрузка результатов в федеральный обмен", "Upload to the federal exchange"}, upload_params, make},
    {"report.sstu_check", R_CLERK | R_HEAD | R_SYSTEM, 0, {"Проверка выгрузки в федеральный обмен", "Check of the federal upload"}, check_params, sstu_check},
    {"report.cancel", R_ANY, OP_NO_DB, {"Прервать отчёт", "Cancel the report"}, NULL, cancel},
    {.method = NULL},
};

/* People with their addresses leave only by the hands of those who answer for them; what is no person's, by the administrator's. */
#define EXPORTERS (R_CLERK | R_HEAD | R_SYSTEM)
#define ADMINS (R_ADMIN | R_SYSTEM)
const struct op export_ops[] = {
    {"export.appeals", EXPORTERS, OP_LONG, {"Выгрузить обращения", "Export appeals"}, export_params, make},
    {"export.assignments", EXPORTERS, OP_LONG, {"Выгрузить поручения", "Export assignments"}, export_params, make},
    {"export.correspondents", EXPORTERS, OP_LONG, {"Выгрузить корреспондентов", "Export correspondents"}, export_all_params, make},
    {"export.units", ADMINS, OP_LONG, {"Выгрузить подразделения", "Export units"}, export_all_params, make},
    {"export.users", ADMINS, OP_LONG, {"Выгрузить пользователей", "Export users"}, export_all_params, make},
    {"export.classifiers", ADMINS, OP_LONG, {"Выгрузить справочники", "Export classifiers"}, export_all_params, make},
    {"export.calendar", ADMINS, OP_LONG, {"Выгрузить календарь", "Export the calendar"}, export_all_params, make},
    {.method = NULL},
};
