/* Codes of an answer turned into words before people read it. The words are the server's own: states of the workflow, classifiers. They
 * are asked for over the same session, each once, and only when the answer holds such a code. */
#include "server/cli/words.h"
#include <stdlib.h>
#include <string.h>

struct words {
    cli_ask *ask;
    void *arg;
    const char *noun; /* whose parameters name the classifiers, with the point */
    json_t *known; /* by "workflow:NAME" or "classifier:NAME": {code: words} */
};

static json_t *table_of(const json_t *list, const char *code)
{
    json_t *table = json_object(), *item;
    size_t i;
    json_array_foreach(list, i, item)
    {
        const char *key = json_string_value(json_object_get(item, code)), *label = json_string_value(json_object_get(item, "label"));
        if (key && label)
            json_object_set_new(table, key, json_string(label));
    }
    return table;
}

/* {code: words}, empty when the server does not tell. */
static const json_t *words_of(struct words *w, const char *method, const char *param, const char *name)
{
    char key[96];
    bool states = strcmp(param, "record") == 0;
    snprintf(key, sizeof key, "%s:%s", param, name);
    json_t *table = json_object_get(w->known, key);
    if (table)
        return table;
    json_t *answer = w->ask(w->arg, method, json_pack("{s:s}", param, name));
    table = table_of(json_object_get(answer, states ? "states" : "items"), states ? "id" : "code");
    json_object_set_new(w->known, key, table);
    json_decref(answer);
    return table;
}

static const char *classifier_in(const struct op *op, const char *noun, size_t noun_len, const char *key)
{
    static const char prefix[] = "classifier:";
    if (strncmp(op->method, noun, noun_len) != 0)
        return NULL;
    for (const struct op_param *p = op->params; p && p->name; p++)
        if (p->values && strcmp(p->name, key) == 0 && strncmp(p->values, prefix, sizeof prefix - 1) == 0)
            return p->values + sizeof prefix - 1;
    return NULL;
}

struct search {
    const char *noun, *key, *found;
};

static bool search_op(const struct op *op, void *arg)
{
    struct search *s = arg;
    s->found = classifier_in(op, s->noun, strcspn(s->noun, ".") + 1, s->key);
    return !s->found;
}

static const char *classifier_of(const struct words *w, const char *key)
{
    struct search s = {.noun = w->noun, .key = key};
    op_each(search_op, &s);
    return s.found;
}

/* Codes that no classifier holds. */
static const char *plain_words(const char *key, const char *code)
{
    static const struct {
        const char *key, *code, *text[2];
    } rows[] = {
        {"kind", "person", {"Гражданин", "Person"}},
        {"kind", "organization", {"Организация", "Organisation"}},
        {"kind", "collective", {"Коллектив", "Collective"}},
        {"kind", "mobile", {"Мобильный", "Mobile"}},
        {"kind", "home", {"Домашний", "Home phone"}},
        {"kind", "work", {"Рабочий", "Work phone"}},
        {"kind", "phone", {"Телефон", "Phone"}},
        {"kind", "email", {"Почта", "E-mail"}},
        {"kind", "address", {"Адрес", "Address"}},
        {"frequency", "primary", {"Первичное", "First"}},
        {"frequency", "repeated", {"Повторное", "Repeated"}},
        {"frequency", "many_times", {"Неоднократное", "Many times"}},
        {"record", "appeal", {"Обращение", "Appeal"}},
        {"record", "assignment", {"Поручение", "Assignment"}},
        {"record", "correspondent", {"Корреспондент", "Correspondent"}},
        {"verdict", "accept", {"Принято", "Accepted"}},
        {"verdict", "return", {"Возвращено", "Returned"}},
        {"verdict", "recall", {"Отозвано", "Taken back"}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].key, key) == 0 && strcmp(rows[i].code, code) == 0)
            return rows[i].text[cli_lang()];
    return NULL;
}

/* An action of the history is called as the operation that takes it. */
static const char *action_words(const char *record, const char *action)
{
    char method[64];
    int len = snprintf(method, sizeof method, "%s.%s", record, action);
    const struct op *op = op_find(method, (size_t)len);
    return op ? op->summary[cli_lang()] : NULL;
}

static const char *text_for(struct words *w, const char *record, const char *key, const char *code)
{
    static const char *const states[] = {"status", "from", "to"};
    for (size_t i = 0; record && i < sizeof states / sizeof *states; i++)
        if (strcmp(states[i], key) == 0)
            return json_string_value(json_object_get(words_of(w, "workflow.show", "record", record), code));
    if (record && strcmp(key, "action") == 0)
        return action_words(record, code);
    const char *plain = plain_words(key, code), *classifier = plain ? NULL : classifier_of(w, key);
    return plain ? plain : classifier ? json_string_value(json_object_get(words_of(w, "classifier.list", "classifier", classifier), code)) : NULL;
}

/* Whose states stand in the records under this name. */
static const char *record_under(const char *key, const char *record)
{
    static const char *const kinds[][2] = {{"assignments", "assignment"}, {"children", "assignment"}, {"appeals", "appeal"},
                                           {"earlier", "appeal"},         {"links", "appeal"},        {"earlier_due", NULL}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i][0], key) == 0)
            return kinds[i][1];
    return record;
}

static void walk(struct words *w, json_t *value, const char *record)
{
    const char *key, *own = json_string_value(json_object_get(value, "record"));
    json_t *member;
    size_t i;
    if (own) /* the line says itself what it is about */
        record = strcmp(own, "appeal") == 0 ? "appeal" : strcmp(own, "assignment") == 0 ? "assignment" : NULL;
    if (json_is_array(value))
        json_array_foreach(value, i, member) walk(w, member, record);
    json_object_foreach(json_is_object(value) ? value : NULL, key, member)
    {
        char labelled[96];
        snprintf(labelled, sizeof labelled, "%s_label", key);
        if (!json_is_string(member))
            walk(w, member, record_under(key, record));
        else if (*json_string_value(member) && !json_object_get(value, labelled)) {
            const char *text = text_for(w, record, key, json_string_value(member));
            if (text)
                json_object_set_new(value, key, json_string(text));
        }
    }
}

void cli_words(const struct op *op, json_t *result, cli_ask *ask, void *arg)
{
    bool work = strcmp(op->method, "worklist.get") == 0;
    struct words w = {.ask = ask, .arg = arg, .noun = work ? "assignment." : op->method, .known = json_object()};
    const char *record = strncmp(op->method, "appeal.", 7) == 0 ? "appeal" : strncmp(op->method, "assignment.", 11) == 0 ? "assignment" : NULL;
    if (strcmp(op->method, "workflow.show") != 0 && strcmp(op->method, "classifier.list") != 0)
        walk(&w, result, record);
    json_decref(w.known);
}
