/* What members of answers are called, and which of them are told to people at all. */
#include "server/cli/print.h"
#include <string.h>

struct label {
    const char *key;
    const char *text[2];
};

/* What these mean in an answer, whatever a parameter of that name is called in a form. */
static const struct label answer_labels[] = {
    {"id", {"ID", "ID"}},
    {"number", {"Номер", "Number"}},
    {"version", {"Версия", "Version"}},
    {"status", {"Состояние", "Status"}},
    {"due", {"Срок", "Due"}},
    {"kind", {"Вид", "Kind"}},
    {"nature", {"Характер", "Nature"}},
    {"name", {"Имя", "Name"}},
    {"login", {"Логин", "Login"}},
    {"address", {"Адрес", "Address"}},
    {"email", {"Почта", "E-mail"}},
    {"unit", {"Подразделение", "Unit"}},
    {"open", {"Не исполнено", "Open"}},
    {"overdue", {"Просрочено", "Overdue"}},
    {"due_soon", {"Скоро срок", "Due soon"}},
    {"without_action", {"Без движения", "Without action"}},
    {"registered", {"Зарегистрировано", "Registered"}},
    {"received", {"Поступило", "Received"}},
    {"from", {"Было", "From"}},
    {"to", {"Стало", "To"}},
    {"comment", {"Комментарий", "Comment"}},
    {"reason", {"Почему", "Why"}},
    {"draft", {"Не выдано", "Not issued"}},
    {"parent", {"Входит в", "Part of"}},
    {"anonymous", {"Анонимное", "Anonymous"}},
    {"disabled", {"Отключён", "Disabled"}},
    {NULL, {NULL, NULL}},
};

/* Members of answers that no parameter bears. */
static const struct label other_labels[] = {
    {"actions", {"Действия", "Actions"}},
    {"user_name", {"Пользователь", "User"}},
    {"tries", {"Попыток", "Tries"}},
    {"last_error", {"Последняя ошибка", "Last error"}},
    {"changed_at", {"Изменено", "Changed"}},
    {"history", {"История", "History"}},
    {"at", {"Когда", "When"}},
    {"actor", {"Кто", "Who"}},
    {"action", {"Действие", "Action"}},
    {"roles", {"Роли", "Roles"}},
    {"language", {"Язык", "Language"}},
    {"subject", {"Тема", "Subject"}},
    {"title", {"Заголовок", "Title"}},
    {"text", {"Текст", "Text"}},
    {"phone", {"Телефон", "Phone"}},
    {"code", {"Код", "Code"}},
    {"label", {"Название", "Name"}},
    {"appeal_count", {"Обращений", "Appeals"}},
    {"why", {"Почему", "Why"}},
    {"total", {"Всего", "Total"}},
    {"files", {"Файлы", "Files"}},
    {"assignments", {"Поручения", "Assignments"}},
    {"appeals", {"Обращения", "Appeals"}},
    {"figure", {"Показатель", "Figure"}},
    {"count", {"Сейчас", "Now"}},
    {"last_year", {"Год назад", "A year ago"}},
    {"appeals_last_year", {"Обращения год назад", "Appeals a year ago"}},
    {"questions_last_year", {"Вопросы год назад", "Questions a year ago"}},
    {"growth", {"Рост", "Growth"}},
    {"share", {"Доля", "Share"}},
    {"since", {"Период с", "From"}},
    {"until", {"Период по", "To"}},
    {"reports", {"Отчёты", "Reports"}},
    {"comments", {"Комментарии", "Comments"}},
    {"earlier", {"Ранее", "Earlier"}},
    {"earlier_due", {"Прежние сроки", "Earlier due dates"}},
    {"authors", {"Авторы", "Authors"}},
    {"contacts", {"Контакты", "Contacts"}},
    {"value", {"Значение", "Value"}},
    {"author", {"Автор", "Author"}},
    {"registrar", {"Регистратор", "Registrar"}},
    {"correspondent", {"Заявитель", "Correspondent"}},
    {"person", {"Кто", "Who"}},
    {"appeal", {"Обращение", "Appeal"}},
    {"record", {"Запись", "Record"}},
    {"record_id", {"ID записи", "Record ID"}},
    {"next_action", {"Что дальше", "Next action"}},
    {"note", {"Примечание", "Note"}},
    {"days_left", {"Осталось дней", "Days left"}},
    {"late", {"С опозданием", "Late"}},
    {"due_nominal", {"Срок без переноса", "Nominal due date"}},
    {"due_rule", {"Правило срока", "Due rule"}},
    {"nominal", {"Без переноса", "Nominal"}},
    {"counted_from", {"Отсчёт от", "Counted from"}},
    {"unverified", {"Год без календаря", "Year without a calendar"}},
    {"explain", {"Как посчитано", "How it was counted"}},
    {"forecast_late", {"Может опоздать", "May be late"}},
    {"forecast_reason", {"Почему", "Why"}},
    {"recounted", {"Пересмотрено", "Looked at"}},
    {"moved", {"Сроков передвинуто", "Due dates moved"}},
    {"records", {"Какие", "Which"}},
    {"working", {"Рабочий", "Working day"}},
    {"verified", {"Календарь года есть", "Year's calendar is known"}},
    {"weekday", {"День недели", "Weekday"}},
    {"law", {"Где сказано", "Law"}},
    {"next_on", {"Следующее", "Next on"}},
    {"born", {"Выдано", "Given so far"}},
    {"trouble", {"Что мешает", "Trouble"}},
    {"valid_from", {"Действует с", "Valid from"}},
    {"valid_until", {"Действует по", "Valid until"}},
    {"length", {"Длина", "Length"}},
    {"extended_days", {"Продлено, дней", "Days extended"}},
    {"frequency", {"Повторность", "Frequency"}},
    {"restricted", {"Ограничено", "Restricted"}},
    {"readers", {"Кому доступно", "Open to"}},
    {"data_class", {"Класс данных", "Class of data"}},
    {"open_assignments", {"Поручений в работе", "Open assignments"}},
    {"created", {"Создано", "Created"}},
    {"created_at", {"Создано", "Created"}},
    {"registered_at", {"Время регистрации", "Registered at"}},
    {"issued_at", {"Выдано", "Issued"}},
    {"seen_at", {"Прочитано", "Read"}},
    {"reported_at", {"Отчёт", "Reported"}},
    {"accepted_at", {"Принято", "Accepted"}},
    {"closed_on", {"Закрыто", "Closed"}},
    {"updated", {"Изменено", "Updated"}},
    {"returned_times", {"Возвратов", "Times returned"}},
    {"unread_comments", {"Новых комментариев", "Unread comments"}},
    {"verdict_by", {"Решил", "Decided by"}},
    {"verdict_at", {"Решено", "Decided"}},
    {"counts", {"Сколько", "Counts"}},
    {"returned", {"Вернули", "Returned"}},
    {"to_accept", {"Принять", "To accept"}},
    {"unread", {"Непрочитано", "Unread"}},
    {"users", {"Сотрудники", "Users"}},
    {"units", {"Подразделения", "Units"}},
    {"keys", {"Ключи", "Keys"}},
    {"algorithm", {"Алгоритм", "Algorithm"}},
    {"fingerprint", {"Отпечаток", "Fingerprint"}},
    {"added", {"Добавлен", "Added"}},
    {"has_password", {"Пароль задан", "Has a password"}},
    {"municipality", {"Муниципалитет", "Municipality"}},
    {"zone", {"Часовой пояс", "Time zone"}},
    {"today", {"Сегодня", "Today"}},
    {"screen", {"Форма", "Form"}},
    {"states", {"Состояния", "States"}},
    {"transitions", {"Переходы", "Transitions"}},
    {"by", {"Кто", "Who"}},
    {"initial", {"Начальное", "Initial"}},
    {"final", {"Конечное", "Final"}},
    {"numbered", {"С номером", "Numbered"}},
    {"automatic", {"Само", "Automatic"}},
    {"guard", {"Условие", "Guard"}},
    {"clock", {"Счёт времени", "Clock"}},
    {"ord", {"Порядок", "Order"}},
    {"retired", {"Упразднено", "Retired"}},
    {NULL, {NULL, NULL}},
};

static const char *label_find(const struct label *list, const char *key)
{
    for (; list->key; list++)
        if (strcmp(list->key, key) == 0)
            return list->text[cli_lang()];
    return NULL;
}

struct label_search {
    const char *noun, *key;
    size_t noun_len;
    const char *found;
};

static bool label_of_op(const struct op *op, void *arg)
{
    struct label_search *s = arg;
    if (strncmp(op->method, s->noun, s->noun_len) != 0)
        return true;
    for (const struct op_param *p = op->params; p && p->name; p++)
        if (strcmp(p->name, s->key) == 0 && p->label[cli_lang()] && *p->label[cli_lang()]) {
            s->found = p->label[cli_lang()];
            return false;
        }
    return true;
}

/* The part before _name, _label: it is called as the thing itself. False when there is none. */
static bool base_of(const char *key, char *out, size_t size)
{
    static const char *const endings[] = {"_name", "_label", "_number", "_id"};
    size_t len = strlen(key);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t end = strlen(endings[i]);
        if (len > end && len - end < size && strcmp(key + len - end, endings[i]) == 0) {
            memcpy(out, key, len - end);
            out[len - end] = '\0';
            return true;
        }
    }
    return false;
}

static const char *label_known(const struct op *op, const char *key)
{
    struct label_search s = {op->method, key, strcspn(op->method, ".") + 1, NULL};
    const char *label = label_find(answer_labels, key);
    if (label)
        return label;
    op_each(label_of_op, &s);
    return s.found ? s.found : label_find(other_labels, key);
}

const char *print_label(const struct op *op, const char *key)
{
    char base[64];
    const char *label = label_known(op, key);
    if (!label && base_of(key, base, sizeof base))
        label = label_known(op, base);
    return label ? label : key;
}

static bool has(const json_t *record, const char *base, const char *ending)
{
    char key[80];
    snprintf(key, sizeof key, "%s%s", base, ending);
    return !print_is_empty(json_object_get(record, key));
}

static bool is_equal(const json_t *record, const char *a, const char *b)
{
    const json_t *x = json_object_get(record, a), *y = json_object_get(record, b);
    char digits[24];
    if (json_is_integer(y) && json_is_string(x)) {
        snprintf(digits, sizeof digits, "%lld", (long long)json_integer_value(y));
        return strcmp(json_string_value(x), digits) == 0;
    }
    return x && y && json_equal((json_t *)x, (json_t *)y);
}

/* The words for a code or an id stand beside it: the words are told. So is what differs from what is told already. */
bool print_is_told(const json_t *record, const char *key)
{
    static const char *const words[] = {"_name", "_label"};
    char base[64];
    if (strcmp(key, "due_rule") == 0 || strcmp(key, "next") == 0)
        return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (has(record, key, words[i]))
            return false;
    if (base_of(key, base, sizeof base) && strcmp(key + strlen(base), "_id") == 0)
        return !has(record, base, "_name") && !has(record, base, "_label") && !has(record, base, "_number");
    if (strcmp(key, "number") == 0)
        return !is_equal(record, key, "id") && !is_equal(record, key, "login") && !is_equal(record, key, "code");
    if (strcmp(key, "due_nominal") == 0)
        return !is_equal(record, key, "due");
    if (strcmp(key, "ru") == 0 || strcmp(key, "en") == 0)
        return !has(record, "label", "");
    return true;
}
