/* The forms. Sources of the columns: journal of appeals - Interior Ministry (appendix 2, 13 columns); reception - rules of personal
 * reception of federal bodies; registration card - model paperwork instructions; statistics - yearly reports of small municipalities. */
#include "db/pg.h"
#include "server/report/report.h"
#include <string.h>

#define TEXT 'l', "text"
#define COUNT 'r', "int"
#define DAY 'c', "date"
#define SHARE 'r', "percent"
#define NUMBER 'r', "number"
#define APPEAL_STATE 'l', "appeal_state"
#define ASSIGNMENT_STATE 'l', "assignment_state"
#define END {.head = {NULL, NULL}}
#define PARTS_END {.columns = NULL}

static const struct form_column journal_columns[] = {
    {{"Номер", "Number"}, 9.5, TEXT},
    {{"Дата регистрации", "Registered"}, 8.5, DAY},
    {{"Заявитель", "From"}, 14, TEXT},
    {{"Адрес", "Address"}, 13, TEXT},
    {{"Как поступило", "Channel"}, 9, TEXT},
    {{"Тема", "Topic"}, 12, TEXT},
    {{"Краткое содержание", "In short"}, 22, TEXT},
    {{"Резолюция", "Resolution"}, 16, TEXT},
    {{"Ответственный исполнитель", "Responsible"}, 13, TEXT},
    {{"Срок", "Due"}, 8.5, DAY},
    {{"Дата ответа", "Answered"}, 8.5, DAY},
    {{"Номер ответа", "Answer No"}, 8, TEXT},
    {{"Результат", "Result"}, 11, TEXT},
    {{"Примечание", "Note"}, 10, TEXT},
    END,
};
static const struct form_column reception_columns[] = {
    {{"Номер", "Number"}, 8, TEXT},
    {{"Дата приёма", "Date"}, 8, DAY},
    {{"Кто принимал", "Official"}, 14, TEXT},
    {{"Посетитель", "Visitor"}, 16, TEXT},
    {{"Адрес", "Address"}, 16, TEXT},
    {{"Краткое содержание", "In short"}, 28, TEXT},
    {{"Поручение", "Instruction"}, 20, TEXT},
    {{"Ответственный исполнитель", "Responsible"}, 14, TEXT},
    {{"Результат", "Result"}, 14, TEXT},
    END,
};
static const struct form_column incoming_columns[] = {
    {{"Номер", "Number"}, 9, TEXT},
    {{"Дата регистрации", "Registered"}, 8.5, DAY},
    {{"От кого", "From"}, 18, TEXT},
    {{"Их номер", "Their No"}, 9, TEXT},
    {{"Их дата", "Their date"}, 8.5, DAY},
    {{"Краткое содержание", "In short"}, 30, TEXT},
    {{"Резолюция", "Resolution"}, 20, TEXT},
    {{"Ответственный исполнитель", "Responsible"}, 14, TEXT},
    {{"Срок", "Due"}, 8.5, DAY},
    {{"Исполнено", "Executed"}, 8.5, DAY},
    END,
};
static const struct form_column outgoing_columns[] = {
    {{"Номер", "Number"}, 10, TEXT},
    {{"Дата", "Date"}, 8.5, DAY},
    {{"Кому", "To"}, 20, TEXT},
    {{"Краткое содержание", "In short"}, 34, TEXT},
    {{"Исполнитель", "Executor"}, 13, TEXT},
    {{"Кто подписал", "Signed by"}, 13, TEXT},
    {{"На номер", "In answer to"}, 13, TEXT},
    {{"Как отправлено", "Sent by"}, 10, TEXT},
    END,
};
static const struct form_column forwarded_columns[] = {
    {{"Номер", "Number"}, 9, TEXT},
    {{"Дата регистрации", "Registered"}, 8.5, DAY},
    {{"Заявитель", "From"}, 16, TEXT},
    {{"Вопрос", "Question"}, 30, TEXT},
    {{"Куда направлено", "Forwarded to"}, 24, TEXT},
    {{"Номер сопроводительного", "Cover No"}, 10, TEXT},
    {{"Дата направления", "Forwarded on"}, 9, DAY},
    {{"Прошло дней", "Days used"}, 6.5, COUNT},
    {{"Автор уведомлён", "Author told"}, 9, DAY},
    END,
};
static const struct form_column overdue_columns[] = {
    {{"Подразделение", "Unit"}, 16, TEXT},
    {{"Ответственный", "Responsible"}, 16, TEXT},
    {{"Номер", "Number"}, 9, TEXT},
    {{"Поручение", "Assignment"}, 36, TEXT},
    {{"Срок", "Due"}, 9, DAY},
    {{"Дней просрочки", "Days late"}, 8, COUNT},
    {{"Состояние", "State"}, 11, ASSIGNMENT_STATE},
    {{"Продлений", "Extended"}, 8, COUNT},
    {{"Последнее событие", "Last event"}, 12, 'c', "time"},
    END,
};
static const struct form_column due_soon_columns[] = {
    {{"Срок", "Due"}, 9, DAY},
    {{"Осталось дней", "Days left"}, 8, COUNT},
    {{"Подразделение", "Unit"}, 18, TEXT},
    {{"Ответственный", "Responsible"}, 16, TEXT},
    {{"Номер", "Number"}, 9, TEXT},
    {{"Поручение", "Assignment"}, 38, TEXT},
    {{"Состояние", "State"}, 11, ASSIGNMENT_STATE},
    END,
};
static const struct form_column unexecuted_columns[] = {
    {{"Номер", "Number"}, 9, TEXT},
    {{"Выдано", "Issued"}, 9, DAY},
    {{"Срок", "Due"}, 9, DAY},
    {{"Кто поручил", "Author"}, 16, TEXT},
    {{"Ответственный", "Responsible"}, 16, TEXT},
    {{"Поручение", "Assignment"}, 36, TEXT},
    {{"Состояние", "State"}, 11, ASSIGNMENT_STATE},
    {{"Дней просрочки", "Days late"}, 8, COUNT},
    END,
};
static const struct form_column terms_columns[] = {
    {{"Подразделение", "Unit"}, 28, TEXT},
    {{"Поступило", "Received"}, 9, COUNT},
    {{"Рассмотрено в срок", "Answered in term"}, 10, COUNT},
    {{"Рассмотрено с нарушением срока", "Answered late"}, 11, COUNT},
    {{"Продлено", "Extended"}, 9, COUNT},
    {{"На рассмотрении, срок не истёк", "Open, in term"}, 11, COUNT},
    {{"На рассмотрении, срок истёк", "Open, overdue"}, 11, COUNT},
    {{"Средний срок, дней", "Mean, days"}, 9, NUMBER},
    {{"Медиана, дней", "Median, days"}, 9, NUMBER},
    END,
};
static const struct form_column executors_columns[] = {
    {{"Подразделение", "Unit"}, 18, TEXT},
    {{"Исполнитель", "Executor"}, 18, TEXT},
    {{"Выдано", "Issued"}, 8, COUNT},
    {{"Исполнено в срок", "On time"}, 9, COUNT},
    {{"Исполнено с опозданием", "Late"}, 10, COUNT},
    {{"Просрочено на конец периода", "Overdue open"}, 11, COUNT},
    {{"В работе", "In work"}, 8, COUNT},
    {{"Возвраты", "Returns"}, 8, COUNT},
    {{"Продлено", "Extended"}, 8, COUNT},
    {{"Доля в срок", "On time, share"}, 9, SHARE},
    END,
};
static const struct form_column controllers_columns[] = {
    {{"Контролёр", "Controller"}, 26, TEXT},
    {{"На контроле", "On control"}, 10, COUNT},
    {{"Снято с контроля", "Removed"}, 10, COUNT},
    {{"Просрочено", "Overdue open"}, 10, COUNT},
    {{"Средняя приёмка, дней", "Mean acceptance, days"}, 12, NUMBER},
    END,
};

static const struct form_column note_columns[] = {
    {{"Подразделение", "Unit"}, 16, TEXT},
    {{"Исполнитель", "Executor"}, 16, TEXT},
    {{"Поручение", "Assignment"}, 40, TEXT},
    {{"Срок", "Due"}, 9, DAY},
    {{"Исполнено", "Executed"}, 9, DAY},
    {{"Дней просрочки", "Days late"}, 8, COUNT},
    {{"Причина", "Reason"}, 24, TEXT},
    END,
};
static const struct form_column bonus_columns[] = {
    {{"Исполнитель", "Executor"}, 20, TEXT},
    {{"Всего", "All"}, 8, COUNT},
    {{"С нарушением срока", "Late"}, 9, COUNT},
    {{"Дней просрочки", "Days late"}, 9, COUNT},
    {{"Коэффициент", "Coefficient"}, 10, NUMBER},
    {{"Снижение премии", "Cut of the bonus"}, 9, SHARE},
    {{"Основание", "Grounds"}, 40, TEXT},
    END,
};

/* A card's columns are its lines; what is said of a column is said of its value. */
static const struct form_column appeal_card_columns[] = {
    {{"Номер", "Number"}, 1, TEXT},
    {{"Дата регистрации", "Registered"}, 1, DAY},
    {{"Дата поступления", "Received"}, 1, DAY},
    {{"Вид документа", "Kind"}, 1, TEXT},
    {{"Характер", "Nature"}, 1, TEXT},
    {{"Как поступило", "Channel"}, 1, TEXT},
    {{"Кратность", "Frequency"}, 1, TEXT},
    {{"Авторство", "Authorship"}, 1, TEXT},
    {{"Автор", "Author"}, 1, TEXT},
    {{"Адрес для ответа", "Answer address"}, 1, TEXT},
    {{"Телефон", "Phone"}, 1, TEXT},
    {{"Электронная почта", "E-mail"}, 1, TEXT},
    {{"Социальное положение", "Social status"}, 1, TEXT},
    {{"Льготная категория", "Privilege"}, 1, TEXT},
    {{"Кем переслано", "Forwarded by"}, 1, TEXT},
    {{"Номер и дата сопроводительного", "Cover letter"}, 1, TEXT},
    {{"Файлы", "Files"}, 1, TEXT},
    {{"Кому адресовано", "Addressee"}, 1, TEXT},
    {{"Краткое содержание", "Subject"}, 1, TEXT},
    {{"Где", "Where"}, 1, TEXT},
    {{"Вопросы", "Questions"}, 1, TEXT},
    {{"Прежние обращения", "Earlier appeals"}, 1, TEXT},
    {{"Рассматривает", "Considered by"}, 1, TEXT},
    {{"Резолюции и исполнители", "Resolutions and executors"}, 1, TEXT},
    {{"Срок рассмотрения", "Due"}, 1, DAY},
    {{"На контроле у", "Controlled by"}, 1, TEXT},
    {{"Продление", "Extensions"}, 1, TEXT},
    {{"Направлено по компетенции", "Forwarded to"}, 1, TEXT},
    {{"Автор уведомлён", "Author told on"}, 1, DAY},
    {{"Результат рассмотрения", "Result"}, 1, TEXT},
    {{"Ответ: дата, номер, способ", "Answer: date, number, way"}, 1, TEXT},
    {{"Кто подписал", "Signed by"}, 1, TEXT},
    {{"Состояние", "State"}, 1, APPEAL_STATE},
    {{"Дата закрытия", "Closed"}, 1, DAY},
    {{"Зарегистрировал", "Registered by"}, 1, TEXT},
    {{"Текст обращения", "Text"}, 1, TEXT},
    END,
};
static const struct form_column reception_card_columns[] = {
    {{"Номер карточки", "Number"}, 1, TEXT},
    {{"Дата приёма", "Date"}, 1, DAY},
    {{"Кто принимал", "Official"}, 1, TEXT},
    {{"Посетитель", "Visitor"}, 1, TEXT},
    {{"Адрес", "Address"}, 1, TEXT},
    {{"Телефон", "Phone"}, 1, TEXT},
    {{"Социальное положение", "Social status"}, 1, TEXT},
    {{"Льготная категория", "Privilege"}, 1, TEXT},
    {{"Прежние обращения", "Earlier appeals"}, 1, TEXT},
    {{"Содержание", "What about"}, 1, TEXT},
    {{"Ответ в ходе приёма", "Answered at once"}, 1, TEXT},
    {{"Поручение", "Instruction"}, 1, TEXT},
    {{"Ответственный исполнитель", "Responsible"}, 1, TEXT},
    {{"Срок", "Due"}, 1, DAY},
    {{"Результат", "Result"}, 1, TEXT},
    {{"Письменный ответ: дата, номер", "Written answer: date, number"}, 1, TEXT},
    {{"Состояние", "State"}, 1, APPEAL_STATE},
    END,
};
static const struct form_column control_slip_columns[] = {
    {{"Номер поручения", "Assignment"}, 1, TEXT},
    {{"По обращению", "Appeal"}, 1, TEXT},
    {{"Кто поручил", "Author"}, 1, TEXT},
    {{"Выдано", "Issued"}, 1, DAY},
    {{"Срок исполнения", "Due"}, 1, DAY},
    {{"Прежние сроки", "Earlier terms"}, 1, TEXT},
    {{"Ответственный исполнитель", "Responsible"}, 1, TEXT},
    {{"Соисполнители", "Co-executors"}, 1, TEXT},
    {{"Контролёр", "Controller"}, 1, TEXT},
    {{"Поручение", "Assignment"}, 1, TEXT},
    {{"Текст поручения", "Text"}, 1, TEXT},
    {{"Отчёты об исполнении", "Reports"}, 1, TEXT},
    {{"Возвратов на доработку", "Returned"}, 1, COUNT},
    {{"Принято", "Accepted"}, 1, DAY},
    {{"Состояние", "State"}, 1, ASSIGNMENT_STATE},
    END,
};
static const struct form_column letter_columns[] = {
    {{"addressee", ""}, 1, TEXT}, {{"address", ""}, 1, TEXT},  {{"email", ""}, 1, TEXT},     {{"date", ""}, 1, DAY},       {{"number", ""}, 1, TEXT},
    {{"their", ""}, 1, TEXT},     {{"salute", ""}, 1, TEXT},   {{"text", ""}, 1, TEXT},      {{"position", ""}, 1, TEXT},  {{"signatory", ""}, 1, TEXT},
    {{"executor", ""}, 1, TEXT},  {{"phone", ""}, 1, TEXT},    END,
};

static const struct form_column figures_columns[] = {
    {{"Поступило обращений всего", "Appeals received"}, 1, COUNT},
    {{"   в том числе письменных", "   written"}, 1, COUNT},
    {{"   в форме электронного документа", "   electronic"}, 1, COUNT},
    {{"   на личном приёме", "   at personal reception"}, 1, COUNT},
    {{"Из вышестоящих органов", "From above"}, 1, COUNT},
    {{"Коллективных", "Collective"}, 1, COUNT},
    {{"Повторных", "Repeated"}, 1, COUNT},
    {{"Анонимных", "Anonymous"}, 1, COUNT},
    {{"Вопросов в обращениях", "Questions in them"}, 1, COUNT},
    {{"   предложений", "   proposals"}, 1, COUNT},
    {{"   заявлений", "   statements"}, 1, COUNT},
    {{"   жалоб", "   complaints"}, 1, COUNT},
    {{"Взято на контроль", "Taken under control"}, 1, COUNT},
    {{"Рассмотрено в срок до 15 дней", "Considered within 15 days"}, 1, COUNT},
    {{"Рассмотрено в срок от 16 до 30 дней", "Considered in 16 to 30 days"}, 1, COUNT},
    {{"Рассмотрено за срок более 30 дней", "Considered in more than 30 days"}, 1, COUNT},
    {{"   из них с нарушением срока", "   of all: late"}, 1, COUNT},
    {{"Находится на рассмотрении", "Under consideration"}, 1, COUNT},
    {{"   из них срок истёк", "   of them overdue"}, 1, COUNT},
    {{"Отозвано авторами", "Withdrawn"}, 1, COUNT},
    {{"Аннулировано карточек", "Void cards"}, 1, COUNT},
    {{"Вопросы: решено положительно", "Questions: satisfied"}, 1, COUNT},
    {{"   из них меры приняты", "   of them measures taken"}, 1, COUNT},
    {{"Вопросы: разъяснено", "Questions: explained"}, 1, COUNT},
    {{"Вопросы: отказано", "Questions: refused"}, 1, COUNT},
    {{"Вопросы: направлено по компетенции", "Questions: forwarded"}, 1, COUNT},
    {{"Вопросы: оставлено без ответа", "Questions: left without answer"}, 1, COUNT},
    END,
};
#define BREAKDOWN(name_ru, name_en) \
    { \
        {{name_ru, name_en}, 34, TEXT}, {{"Обращений", "Appeals"}, 10, COUNT}, {{"Вопросов", "Questions"}, 9, COUNT}, {{"Доля вопросов", "Share of questions"}, 9, SHARE}, \
            {{"Обращений в прошлом году", "Appeals last year"}, 11, COUNT}, {{"Вопросов в прошлом году", "Questions last year"}, 11, COUNT}, \
            {{"Рост вопросов", "Growth of questions"}, 9, SHARE}, END, \
    }
static const struct form_column by_section[] = BREAKDOWN("Раздел классификатора", "Section"), by_topic[] = BREAKDOWN("Тема", "Topic"),
                                by_unit[] = BREAKDOWN("Подразделение", "Unit"), by_settlement[] = BREAKDOWN("Населённый пункт", "Settlement"),
                                by_channel[] = BREAKDOWN("Как поступило", "Channel"), by_social[] = BREAKDOWN("Социальное положение", "Social status"),
                                by_month[] = BREAKDOWN("Месяц", "Month");

#define ONE_TABLE(name, query, columns, grouped) static const struct form_part name[] = {{{NULL, NULL}, query, LAYOUT_TABLE, columns, grouped}, PARTS_END}
ONE_TABLE(appeals_journal, Q_REPORT_APPEALS_JOURNAL, journal_columns, false);
ONE_TABLE(reception_journal, Q_REPORT_RECEPTION_JOURNAL, reception_columns, false);
ONE_TABLE(outgoing_journal, Q_REPORT_OUTGOING_JOURNAL, outgoing_columns, false);
ONE_TABLE(discipline_note, Q_REPORT_DISCIPLINE_NOTE, note_columns, true);
ONE_TABLE(bonus_cut, Q_REPORT_BONUS_CUT, bonus_columns, false);
ONE_TABLE(incoming_journal, Q_REPORT_INCOMING_JOURNAL, incoming_columns, false);
ONE_TABLE(forwarded_list, Q_REPORT_FORWARDED, forwarded_columns, false);
ONE_TABLE(overdue_list, Q_REPORT_OVERDUE, overdue_columns, true);
ONE_TABLE(due_soon_list, Q_REPORT_DUE_SOON, due_soon_columns, false);
ONE_TABLE(unexecuted_list, Q_REPORT_UNEXECUTED, unexecuted_columns, false);
ONE_TABLE(terms_report, Q_REPORT_TERMS, terms_columns, false);
ONE_TABLE(discipline_executors, Q_REPORT_EXECUTORS, executors_columns, true);
ONE_TABLE(discipline_controllers, Q_REPORT_CONTROLLERS, controllers_columns, false);
static const struct form_part appeal_card[] = {{{NULL, NULL}, Q_REPORT_APPEAL_CARD, LAYOUT_CARD, appeal_card_columns, false}, PARTS_END};
static const struct form_part reception_card[] = {{{NULL, NULL}, Q_REPORT_RECEPTION_CARD, LAYOUT_CARD, reception_card_columns, false}, PARTS_END};
static const struct form_part control_slip[] = {{{NULL, NULL}, Q_REPORT_CONTROL_SLIP, LAYOUT_CARD, control_slip_columns, false}, PARTS_END};
static const struct form_part answer_letter[] = {{{NULL, NULL}, Q_REPORT_LETTER, LAYOUT_LETTER, letter_columns, false}, PARTS_END};
static const struct form_part statistics[] = {
    {{NULL, NULL}, Q_REPORT_FIGURES, LAYOUT_FIGURES, figures_columns, false},
    {{"По разделам общероссийского классификатора", "By section of the national classifier"}, Q_REPORT_BY_SECTION, LAYOUT_TABLE, by_section, false},
    {{"По темам", "By topic"}, Q_REPORT_BY_TOPIC, LAYOUT_TABLE, by_topic, false},
    {{"По подразделениям", "By unit"}, Q_REPORT_BY_UNIT, LAYOUT_TABLE, by_unit, false},
    {{"По населённым пунктам", "By settlement"}, Q_REPORT_BY_SETTLEMENT, LAYOUT_TABLE, by_settlement, false},
    {{"По способу поступления", "By channel"}, Q_REPORT_BY_CHANNEL, LAYOUT_TABLE, by_channel, false},
    {{"По социальному положению авторов", "By social status of authors"}, Q_REPORT_BY_SOCIAL, LAYOUT_TABLE, by_social, false},
    {{"По месяцам", "By month"}, Q_REPORT_BY_MONTH, LAYOUT_TABLE, by_month, false},
    PARTS_END,
};

static const struct form_column sstu_columns[] = {
    {{"Номер", "Number"}, 9, TEXT},
    {{"Поступило", "Received"}, 9, DAY},
    {{"Зарегистрировано", "Registered"}, 9, DAY},
    {{"Автор и адрес", "Author and address"}, 24, TEXT},
    {{"Код вопроса", "Question"}, 15, TEXT},
    {{"Результат", "Result"}, 16, TEXT},
    {{"Дата результата", "Result on"}, 9, DAY},
    {{"Куда направлено", "Forwarded to"}, 18, TEXT},
    {{"Номер сопроводительного", "Cover No"}, 11, TEXT},
    {{"Файл ответа", "File"}, 14, TEXT},
    END,
};
ONE_TABLE(sstu_upload, Q_REPORT_SSTU_TABLE, sstu_columns, false);

/* Exports: heads are the names that `gorod-server import` knows; what it does not take (state, days) comes last. */
static const struct form_column appeals_fields[] = {
    {{"external_id", "external_id"}, 10, TEXT},
    {{"kind", "kind"}, 10, TEXT},
    {{"channel", "channel"}, 10, TEXT},
    {{"nature", "nature"}, 10, TEXT},
    {{"topic", "topic"}, 10, TEXT},
    {{"subject", "subject"}, 24, TEXT},
    {{"text", "text"}, 30, TEXT},
    {{"address", "address"}, 20, TEXT},
    {{"received", "received"}, 10, DAY},
    {{"registered", "registered"}, 10, DAY},
    {{"due", "due"}, 10, DAY},
    {{"addressee", "addressee"}, 10, TEXT},
    {{"considering", "considering"}, 10, TEXT},
    {{"unit", "unit"}, 10, TEXT},
    {{"forwarded_by", "forwarded_by"}, 10, TEXT},
    {{"cover_number", "cover_number"}, 10, TEXT},
    {{"cover_date", "cover_date"}, 10, DAY},
    {{"anonymous", "anonymous"}, 10, TEXT},
    {{"collective", "collective"}, 10, TEXT},
    {{"members_count", "members_count"}, 10, COUNT},
    {{"correspondent", "correspondent"}, 10, TEXT},
    {{"correspondent_kind", "correspondent_kind"}, 10, TEXT},
    {{"correspondent_phone", "correspondent_phone"}, 10, TEXT},
    {{"correspondent_email", "correspondent_email"}, 10, TEXT},
    {{"correspondent_address", "correspondent_address"}, 10, TEXT},
    {{"number", "number"}, 10, TEXT},
    {{"status", "status"}, 10, TEXT},
    {{"closed", "closed"}, 10, DAY},
    END,
};
static const struct form_column assignments_fields[] = {
    {{"external_id", "external_id"}, 10, TEXT},
    {{"title", "title"}, 24, TEXT},
    {{"text", "text"}, 30, TEXT},
    {{"responsible", "responsible"}, 10, TEXT},
    {{"due", "due"}, 10, DAY},
    {{"urgency", "urgency"}, 10, TEXT},
    {{"controller", "controller"}, 10, TEXT},
    {{"on_behalf_of", "on_behalf_of"}, 10, TEXT},
    {{"co_executors", "co_executors"}, 10, TEXT},
    {{"watchers", "watchers"}, 10, TEXT},
    {{"unit", "unit"}, 10, TEXT},
    {{"appeal", "appeal"}, 10, TEXT},
    {{"source", "source"}, 10, TEXT},
    {{"draft", "draft"}, 10, TEXT},
    {{"number", "number"}, 10, TEXT},
    {{"status", "status"}, 10, TEXT},
    {{"issued", "issued"}, 10, DAY},
    {{"closed", "closed"}, 10, DAY},
    END,
};
static const struct form_column correspondents_fields[] = {
    {{"external_id", "external_id"}, 10, TEXT},
    {{"kind", "kind"}, 10, TEXT},
    {{"name", "name"}, 18, TEXT},
    {{"address", "address"}, 20, TEXT},
    {{"phone", "phone"}, 10, TEXT},
    {{"email", "email"}, 10, TEXT},
    {{"phones", "phones"}, 10, TEXT},
    {{"contact_person", "contact_person"}, 10, TEXT},
    {{"social_status", "social_status"}, 10, TEXT},
    {{"privilege", "privilege"}, 10, TEXT},
    {{"note", "note"}, 18, TEXT},
    END,
};
static const struct form_column units_fields[] = {
    {{"code", "code"}, 10, TEXT},
    {{"name", "name"}, 18, TEXT},
    {{"parent", "parent"}, 10, TEXT},
    {{"kind", "kind"}, 10, TEXT},
    {{"name_en", "name_en"}, 10, TEXT},
    {{"external", "external"}, 10, TEXT},
    END,
};
static const struct form_column users_fields[] = {
    {{"login", "login"}, 10, TEXT},
    {{"name", "name"}, 18, TEXT},
    {{"position", "position"}, 10, TEXT},
    {{"email", "email"}, 10, TEXT},
    {{"phone", "phone"}, 10, TEXT},
    {{"unit", "unit"}, 10, TEXT},
    {{"roles", "roles"}, 10, TEXT},
    {{"curates", "curates"}, 10, TEXT},
    {{"language", "language"}, 10, TEXT},
    {{"disabled", "disabled"}, 10, TEXT},
    END,
};
static const struct form_column classifiers_fields[] = {
    {{"classifier", "classifier"}, 10, TEXT},
    {{"code", "code"}, 10, TEXT},
    {{"parent", "parent"}, 10, TEXT},
    {{"ru", "ru"}, 10, TEXT},
    {{"en", "en"}, 10, TEXT},
    {{"ord", "ord"}, 10, COUNT},
    {{"data", "data"}, 24, TEXT},
    {{"retired", "retired"}, 10, TEXT},
    END,
};
static const struct form_column calendar_fields[] = {
    {{"date", "date"}, 10, DAY},
    {{"kind", "kind"}, 10, TEXT},
    {{"note", "note"}, 18, TEXT},
    END,
};
ONE_TABLE(appeals_export, Q_EXPORT_APPEALS, appeals_fields, false);
ONE_TABLE(assignments_export, Q_EXPORT_ASSIGNMENTS, assignments_fields, false);
ONE_TABLE(correspondents_export, Q_EXPORT_CORRESPONDENTS, correspondents_fields, false);
ONE_TABLE(units_export, Q_EXPORT_UNITS, units_fields, false);
ONE_TABLE(users_export, Q_EXPORT_USERS, users_fields, false);
ONE_TABLE(classifiers_export, Q_EXPORT_CLASSIFIERS, classifiers_fields, false);
ONE_TABLE(calendar_export, Q_EXPORT_CALENDAR, calendar_fields, false);

static const char *const clerk_and_chief[] = {"Делопроизводитель", "Clerk", "Начальник отдела", "Head of the office", NULL};
static const char *const visitor[] = {"Кто принимал", "Official", "Посетитель (с устным ответом согласен)", "Visitor (agrees to an oral answer)", NULL};
static const char *const responsible[] = {"Ответственный", "Responsible", NULL};
static const char *const controller[] = {"Контролёр", "Controller", NULL};
static const char *const executor[] = {"Ответственный исполнитель", "Responsible executor", "Контролёр", "Controller", NULL};

const struct form report_forms[] = {
    {"appeals_journal", {"Журнал регистрации обращений граждан", "Journal of appeals"}, SCOPE_PERIOD, true, true, 7.5, appeals_journal, clerk_and_chief},
    {"reception_journal", {"Журнал личного приёма граждан", "Journal of personal reception"}, SCOPE_PERIOD, true, true, 8, reception_journal, clerk_and_chief},
    {"incoming_journal", {"Журнал регистрации входящих документов", "Journal of incoming documents"}, SCOPE_PERIOD, true, true, 8, incoming_journal, clerk_and_chief},
    {"outgoing_journal", {"Журнал регистрации исходящих документов", "Journal of outgoing documents"}, SCOPE_PERIOD, true, true, 8, outgoing_journal, clerk_and_chief},
    {"forwarded_list", {"Реестр обращений, направленных по компетенции", "Appeals forwarded by competence"}, SCOPE_PERIOD, true, true, 8, forwarded_list, clerk_and_chief},
    {"appeals_statistics", {"Справка-статистика о рассмотрении обращений граждан", "Statistics of appeals"}, SCOPE_PERIOD, false, false, 9.5, statistics, clerk_and_chief},
    {"terms_report", {"Отчёт о соблюдении сроков рассмотрения обращений", "Report on the terms of consideration"}, SCOPE_PERIOD, true, false, 9.5, terms_report, clerk_and_chief},
    {"overdue_list", {"Список просроченных поручений по подразделениям", "Overdue assignments by unit"}, SCOPE_DAY, true, false, 8.5, overdue_list, controller},
    {"due_soon_list", {"Поручения на контроле, срок которых истекает в ближайшие 7 дней", "Assignments due within 7 days"}, SCOPE_DAY, true, false, 8.5, due_soon_list, controller},
    {"unexecuted_list", {"Неисполненные поручения", "Unexecuted assignments"}, SCOPE_PERIOD, true, false, 8.5, unexecuted_list, controller},
    {"discipline_executors", {"Сведения об исполнительской дисциплине (по исполнителям)", "Executive discipline by executor"}, SCOPE_PERIOD, true, false, 9, discipline_executors, controller},
    {"discipline_controllers", {"Сведения об исполнительской дисциплине (по контролёрам)", "Executive discipline by controller"}, SCOPE_PERIOD, false, false, 9.5, discipline_controllers, controller},
    {"discipline_note", {"Справка по исполнительской дисциплине", "Note on executive discipline"}, SCOPE_PERIOD, true, true, 8.5, discipline_note, responsible},
    {"bonus_cut", {"Расчёт снижения премии", "Calculation of the cut of the bonus"}, SCOPE_PERIOD, true, true, 9, bonus_cut, responsible},
    {"sstu_upload", {"Выгрузка результатов рассмотрения (Указ № 171)", "Federal upload of results"}, SCOPE_MONTH, true, true, 8, sstu_upload, NULL},
    {"appeal_card", {"Регистрационно-контрольная карточка", "Registration card"}, SCOPE_APPEAL, false, false, 10, appeal_card, clerk_and_chief},
    {"answer_letter", {"Ответ на обращение", "Answer letter"}, SCOPE_APPEAL, false, false, 13, answer_letter, NULL},
    {"reception_card", {"Карточка личного приёма", "Card of personal reception"}, SCOPE_APPEAL, false, false, 10, reception_card, visitor},
    {"control_slip", {"Контрольный лист поручения", "Control slip"}, SCOPE_ASSIGNMENT, false, false, 10, control_slip, executor},
    {.id = NULL},
};

const struct form export_forms[] = {
    {"appeals", {"Выгрузка: обращения", "Export: appeals"}, SCOPE_PERIOD, true, false, 7, appeals_export, NULL},
    {"assignments", {"Выгрузка: поручения", "Export: assignments"}, SCOPE_PERIOD, true, false, 7, assignments_export, NULL},
    {"correspondents", {"Выгрузка: корреспонденты", "Export: correspondents"}, SCOPE_ALL, true, false, 7, correspondents_export, NULL},
    {"units", {"Выгрузка: подразделения", "Export: units"}, SCOPE_ALL, true, false, 7, units_export, NULL},
    {"users", {"Выгрузка: пользователи", "Export: users"}, SCOPE_ALL, true, false, 7, users_export, NULL},
    {"classifiers", {"Выгрузка: справочники", "Export: classifiers"}, SCOPE_ALL, true, false, 7, classifiers_export, NULL},
    {"calendar", {"Выгрузка: календарь", "Export: calendar"}, SCOPE_ALL, true, false, 7, calendar_export, NULL},
    {.id = NULL},
};

static const struct form *find(const struct form *forms, const char *id)
{
    for (const struct form *f = forms; f->id; f++)
        if (strcmp(f->id, id) == 0)
            return f;
    return NULL;
}

const struct form *form_find(const char *method)
{
    const char *dot = strchr(method, '.');
    if (!dot)
        return NULL;
    if (strncmp(method, "export.", 7) == 0)
        return find(export_forms, dot + 1);
    const struct form *form = find(report_forms, dot + 1);
    return form ? form : find(desk_forms, dot + 1);
}
