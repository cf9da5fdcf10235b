/* The forms of the duty desk: the report of 24 hours (its sections are those of model statutes of an EDDS), journals, statistics. */
#include "db/pg.h"
#include "server/report/report.h"

#define TEXT 'l', "text"
#define COUNT 'r', "int"
#define NUMBER 'r', "number"
#define MOMENT 'c', "time"
#define END                                                                                                                                \
    {                                                                                                                                      \
        .head = { NULL, NULL }                                                                                                             \
    }
#define PARTS_END                                                                                                                          \
    {                                                                                                                                      \
        .columns = NULL                                                                                                                    \
    }

static const struct form_column head_columns[] = {
    {{"Период с", "From"}, 1, TEXT},           {{"по", "To"}, 1, TEXT},
    {{"Дежурные смены", "Shifts"}, 1, TEXT},   {{"Режим", "Regime"}, 1, TEXT},
    {{"Метеообстановка", "Weather"}, 1, TEXT}, END,
};
static const struct form_column emergency_columns[] = {
    {{"Номер", "Number"}, 8, TEXT},
    {{"Время", "Time"}, 10, MOMENT},
    {{"Вид", "Kind"}, 14, TEXT},
    {{"Место", "Place"}, 18, TEXT},
    {{"Что произошло", "What happened"}, 26, TEXT},
    {{"Погибло", "Dead"}, 7, COUNT},
    {{"Пострадало", "Injured"}, 8, COUNT},
    {{"Спасено", "Rescued"}, 7, COUNT},
    {{"Состояние", "State"}, 14, TEXT},
    END,
};
static const struct form_column accident_columns[] = {
    {{"Вид", "Kind"}, 18, TEXT},
    {{"Всего", "In all"}, 7, COUNT},
    {{"Погибло", "Dead"}, 7, COUNT},
    {{"Пострадало", "Injured"}, 8, COUNT},
    {{"Спасено", "Rescued"}, 7, COUNT},
    {{"Где", "Where"}, 40, TEXT},
    END,
};
static const struct form_column outage_columns[] = {
    {{"Ресурс", "Resource"}, 14, TEXT},
    {{"Открыто", "Opened"}, 7, COUNT},
    {{"Закрыто", "Closed"}, 7, COUNT},
    {{"Действует", "Open now"}, 8, COUNT},
    {{"Домов", "Houses"}, 7, COUNT},
    {{"Жителей", "Residents"}, 8, COUNT},
    {{"Соцобъектов", "Social objects"}, 8, COUNT},
    {{"С какого времени", "Since"}, 10, MOMENT},
    {{"Обещано", "Promised"}, 10, MOMENT},
    {{"Поставщики", "Suppliers"}, 16, TEXT},
    {{"Причины", "Causes"}, 20, TEXT},
    END,
};
static const struct form_column planned_columns[] = {
    {{"Ресурс", "Resource"}, 14, TEXT},    {{"Домов", "Houses"}, 7, COUNT}, {{"С", "From"}, 10, MOMENT},      {{"По", "To"}, 10, MOMENT},
    {{"Поставщик", "Supplier"}, 16, TEXT}, {{"Работы", "Works"}, 22, TEXT}, {{"Улицы", "Streets"}, 24, TEXT}, END,
};
static const struct form_column entry_columns[] = {{{"Время", "Time"}, 12, MOMENT}, {{"Сведения", "What"}, 70, TEXT}, END};
static const struct form_column call_columns[] = {
    {{"Вид", "Kind"}, 24, TEXT},
    {{"Вызовов", "Calls"}, 8, COUNT},
    {{"Происшествий", "Incidents"}, 9, COUNT},
    {{"Ложных", "False"}, 8, COUNT},
    {{"Передано по принадлежности", "Handed to others"}, 10, COUNT},
    {{"Через Систему-112", "By System 112"}, 9, COUNT},
    {{"Устранено", "Resolved"}, 9, COUNT},
    {{"С нарушением срока", "Clocks broken"}, 9, COUNT},
    END,
};
static const struct form_column order_columns[] = {
    {{"Время", "Time"}, 11, MOMENT},
    {{"Вид", "Kind"}, 14, TEXT},
    {{"От кого, кому", "Who"}, 14, TEXT},
    {{"Содержание", "What"}, 34, TEXT},
    {{"Исполнено", "Done"}, 11, MOMENT},
    {{"Чем кончилось", "Outcome"}, 18, TEXT},
    END,
};
static const struct form_column note_columns[] = {
    {{"Время", "Time"}, 12, MOMENT}, {{"Кто", "Who"}, 16, TEXT}, {{"Примечание", "Note"}, 60, TEXT}, END};

static const struct form_part daily[] = {
    {{NULL, NULL}, Q_REPORT_TOUR_HEAD, LAYOUT_CARD, head_columns, false},
    {{"ЧС и крупные происшествия", "Emergencies and grave incidents"}, Q_REPORT_TOUR_EMERGENCIES, LAYOUT_TABLE, emergency_columns, false},
    {{"Пожары, ДТП, происшествия на воде", "Fires, road accidents, on the water"},
     Q_REPORT_TOUR_ACCIDENTS,
     LAYOUT_TABLE,
     accident_columns,
     false},
    {{"Аварии и отключения по ресурсам", "Accidents and outages by resource"}, Q_REPORT_TOUR_OUTAGES, LAYOUT_TABLE, outage_columns, false},
    {{"Плановые работы на завтра", "Planned works of the next day"}, Q_REPORT_TOUR_PLANNED, LAYOUT_TABLE, planned_columns, false},
    {{"Работа объектов жизнеобеспечения", "Life support objects"}, Q_REPORT_TOUR_LIFE_SUPPORT, LAYOUT_TABLE, entry_columns, false},
    {{"Обращения в ЕДДС", "Calls to the desk"}, Q_REPORT_TOUR_CALLS, LAYOUT_TABLE, call_columns, false},
    {{"Распоряжения и доклады", "Orders and reports"}, Q_REPORT_TOUR_ORDERS, LAYOUT_TABLE, order_columns, false},
    {{"Примечание дежурного", "Notes of the dispatcher"}, Q_REPORT_TOUR_NOTES, LAYOUT_TABLE, note_columns, false},
    PARTS_END,
};

static const struct form_column incident_columns[] = {
    {{"Номер", "Number"}, 8, TEXT},
    {{"Принято", "Taken"}, 9, MOMENT},
    {{"Заявитель", "Caller"}, 12, TEXT},
    {{"Телефон", "Phone"}, 10, TEXT},
    {{"Адрес", "Address"}, 14, TEXT},
    {{"Вид", "Kind"}, 12, TEXT},
    {{"Содержание", "What happened"}, 22, TEXT},
    {{"Службы", "Services"}, 14, TEXT},
    {{"Оповещены", "Informed"}, 9, MOMENT},
    {{"Состояние", "State"}, 11, TEXT},
    {{"Устранено", "Resolved"}, 9, MOMENT},
    {{"Принял", "Taken by"}, 10, TEXT},
    {{"Отключение", "Outage"}, 8, TEXT},
    END,
};
static const struct form_column shift_columns[] = {
    {{"Номер", "Number"}, 8, TEXT},
    {{"Заступил", "Opened"}, 10, MOMENT},
    {{"Сдал", "Closed"}, 10, MOMENT},
    {{"Дежурный", "On duty"}, 14, TEXT},
    {{"Принял", "Accepted by"}, 14, TEXT},
    {{"Режим", "Regime"}, 12, TEXT},
    {{"Вызовов", "Calls"}, 7, COUNT},
    {{"Передано", "Handed over"}, 26, TEXT},
    {{"Замечания", "Remarks"}, 18, TEXT},
    {{"Подписано позже, мин", "Signed late, min"}, 8, COUNT},
    END,
};

#define BREAKDOWN(name_ru, name_en)                                                                                                        \
    {                                                                                                                                      \
        {{name_ru, name_en}, 26, TEXT}, {{"Отключений", "Outages"}, 9, COUNT}, {{"Аварийных", "Emergency"}, 9, COUNT},                     \
            {{"Плановых", "Planned"}, 9, COUNT}, {{"Домов", "Houses"}, 8, COUNT},                                                          \
            {{"Среднее время восстановления, ч", "Mean time to restore, h"}, 11, NUMBER}, {{"Медиана, ч", "Median, h"}, 9, NUMBER},        \
            {{"Обещание нарушено", "Promise broken"}, 9, COUNT}, END,                                                                      \
    }
static const struct form_column by_resource[] = BREAKDOWN("Ресурс", "Resource"), by_supplier[] = BREAKDOWN("Поставщик", "Supplier"),
                                by_district[] = BREAKDOWN("Район", "District");
static const struct form_column by_kind[] = {
    {{"Вид происшествия", "Kind of incident"}, 26, TEXT},
    {{"Вызовов", "Calls"}, 8, COUNT},
    {{"Повторов", "Repeats"}, 8, COUNT},
    {{"Ложных", "False"}, 8, COUNT},
    {{"До оповещения, мин", "Until informed, min"}, 10, NUMBER},
    {{"До устранения, ч", "Until resolved, h"}, 10, NUMBER},
    {{"С нарушением срока", "Clocks broken"}, 9, COUNT},
    END,
};
static const struct form_column by_month[] = {
    {{"Месяц", "Month"}, 12, TEXT},
    {{"Вызовов", "Calls"}, 9, COUNT},
    {{"Аварийных отключений", "Emergency outages"}, 11, COUNT},
    {{"Плановых отключений", "Planned outages"}, 11, COUNT},
    {{"Среднее время восстановления, ч", "Mean time to restore, h"}, 12, NUMBER},
    END,
};
static const struct form_part statistics[] = {
    {{"По ресурсам", "By resource"}, Q_REPORT_DESK_BY_RESOURCE, LAYOUT_TABLE, by_resource, false},
    {{"По поставщикам", "By supplier"}, Q_REPORT_DESK_BY_SUPPLIER, LAYOUT_TABLE, by_supplier, false},
    {{"По районам", "By district"}, Q_REPORT_DESK_BY_DISTRICT, LAYOUT_TABLE, by_district, false},
    {{"Происшествия по видам", "Incidents by kind"}, Q_REPORT_DESK_BY_KIND, LAYOUT_TABLE, by_kind, false},
    {{"По месяцам", "By month"}, Q_REPORT_DESK_BY_MONTH, LAYOUT_TABLE, by_month, false},
    PARTS_END,
};
static const struct form_part incidents_journal[] = {{{NULL, NULL}, Q_REPORT_INCIDENTS_JOURNAL, LAYOUT_TABLE, incident_columns, false},
                                                     PARTS_END};
static const struct form_part shift_log[] = {{{NULL, NULL}, Q_REPORT_SHIFT_LOG, LAYOUT_TABLE, shift_columns, false}, PARTS_END};

static const char *const dispatcher[] = {"Оперативный дежурный ЕДДС", "Dispatcher of the EDDS", "Начальник ЕДДС", "Head of the EDDS", NULL};

const struct form desk_forms[] = {
    {"edds_daily", {"Оперативная сводка ЕДДС за сутки", "EDDS daily report"}, SCOPE_TOUR, true, false, 8.5, daily, dispatcher},
    {"incidents_journal", {"Журнал происшествий", "Incident journal"}, SCOPE_PERIOD, true, true, 7.5, incidents_journal, dispatcher},
    {"shift_log", {"Журнал приёма и сдачи дежурства", "Shift log"}, SCOPE_PERIOD, true, true, 8.5, shift_log, dispatcher},
    {"edds_statistics", {"Статистика ЕДДС", "EDDS statistics"}, SCOPE_PERIOD, true, false, 9, statistics, dispatcher},
    {.id = NULL},
};
