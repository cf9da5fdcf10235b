#include "server/rules/classifier_facts.h"
#include "server/rules/classifiers.h"
#include "server/rules/due.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum member_type { TEXT, WORD, WORDS, BOOL, BOOL_OR, INT, NUMBER, DATE, OBJECT };

struct member {
    const char *classifier, *name;
    enum member_type type;
    bool required;
    const char *values;
};

const struct classifier_info classifier_infos[] = {
#define CLASSIFIER(name, closed, ru, en) {name, closed, {ru, en}},
#define KNOWN(classifier, code)
#define MEMBER(classifier, name, type, required, values)
#include "server/rules/classifier_facts.def"
#undef CLASSIFIER
#undef KNOWN
#undef MEMBER
    {.name = NULL},
};
static const char *const known[][2] = {
#define CLASSIFIER(name, closed, ru, en)
#define KNOWN(classifier, code) {classifier, code},
#define MEMBER(classifier, name, type, required, values)
#include "server/rules/classifier_facts.def"
#undef CLASSIFIER
#undef KNOWN
#undef MEMBER
};
static const struct member members[] = {
#define CLASSIFIER(name, closed, ru, en)
#define KNOWN(classifier, code)
#define MEMBER(classifier, name, type, required, values) {classifier, name, type, required, values},
#include "server/rules/classifier_facts.def"
#undef CLASSIFIER
#undef KNOWN
#undef MEMBER
};
enum { KNOWN_COUNT = sizeof known / sizeof *known, MEMBERS = sizeof members / sizeof *members };

const struct classifier_info *classifier_info(const char *name)
{
    for (const struct classifier_info *i = classifier_infos; i->name; i++)
        if (strcmp(i->name, name) == 0)
            return i;
    return NULL;
}

bool classifier_knows(const char *classifier, const char *code)
{
    const struct classifier_info *info = classifier_info(classifier);
    for (size_t i = 0; i < KNOWN_COUNT; i++)
        if (strcmp(known[i][0], classifier) == 0 && strcmp(known[i][1], code) == 0)
            return true;
    return info && info->closed;
}

static const struct member *member_find(const char *classifier, const char *name)
{
    for (size_t i = 0; i < MEMBERS; i++)
        if (strcmp(members[i].classifier, classifier) == 0 && strcmp(members[i].name, name) == 0)
            return &members[i];
    return NULL;
}

static bool is_note(const char *name)
{
    size_t len = strlen(name);
    return len > 3 && (strcmp(name + len - 3, "_ru") == 0 || strcmp(name + len - 3, "_en") == 0);
}

static bool in_words(const struct classifiers *set, const char *values, const char *word)
{
    static const char prefix[] = "classifier:";
    size_t len = strlen(word);
    if (!values)
        return true;
    if (strncmp(values, prefix, sizeof prefix - 1) == 0)
        return classifiers_find(set, values + sizeof prefix - 1, word) != NULL;
    for (const char *p = values; *p;) {
        size_t n = strcspn(p, "|");
        if (n == len && memcmp(p, word, n) == 0)
            return true;
        p += n + (p[n] == '|');
    }
    return false;
}

static bool words_only(const json_t *value)
{
    size_t i;
    json_t *word;
    json_array_foreach(value, i, word) if (!json_is_string(word)) return false;
    return json_is_array(value);
}

/* Why the value does not fit: a reason of reasons.def; NULL when it does. */
static const char *misfit(const struct classifiers *set, const struct member *m, const json_t *value)
{
    const char *text = json_string_value(value);
    switch (m->type) {
    case TEXT: return !text ? "wrong_type" : m->required && !*text ? "required" : NULL;
    case WORD: return !text ? "wrong_type" : in_words(set, m->values, text) ? NULL : "not_a_value";
    case WORDS: return words_only(value) ? NULL : "wrong_type";
    case BOOL: return json_is_boolean(value) ? NULL : "wrong_type";
    case BOOL_OR: return json_is_boolean(value) ? NULL : !text ? "wrong_type" : in_words(set, m->values, text) ? NULL : "not_a_value";
    case INT: return !json_is_integer(value) ? "wrong_type" : json_integer_value(value) > 0 ? NULL : "out_of_range";
    case NUMBER: return !json_is_number(value) ? "wrong_type" : json_number_value(value) > 0 ? NULL : "out_of_range";
    case DATE: return text && day_parse(text) != DAY_NONE ? NULL : "not_a_date";
    case OBJECT: return json_is_object(value) ? NULL : "wrong_type";
    }
    return NULL;
}

static bool fault(struct err *err, enum lang lang, const char *member, const char *reason, const char *values)
{
    char field[64];
    snprintf(field, sizeof field, "data.%.50s", member);
    bool choice = values && strcmp(reason, "not_a_value") == 0;
    return err_field(err, field, reason, "%.50s: %s%s%s%s", member, err_reason_text(reason, lang), choice ? " (" : "", choice ? values : "",
                     choice ? ")" : "");
}

bool classifier_data_ok(const struct classifiers *set, const char *classifier, const json_t *data, const json_t *before, enum lang lang,
                        struct err *err)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)data, name, value)
    {
        const struct member *m = member_find(classifier, name);
        /* What another release or a hand has put there stays; a slip of the pen would be read by nobody. */
        if (!m && !is_note(name) && !json_object_get(before, name))
            return fault(err, lang, name, "unknown", NULL);
        const char *reason = !m || (json_is_null(value) && !m->required) ? NULL : misfit(set, m, value);
        if (reason)
            return fault(err, lang, name, reason, m->values);
    }
    for (size_t i = 0; i < MEMBERS; i++)
        if (members[i].required && strcmp(members[i].classifier, classifier) == 0 && !json_object_get(data, members[i].name))
            return fault(err, lang, members[i].name, "required", NULL);
    return true;
}

/* ---- as lines ---- */

static void line_write(const char *name, const json_t *value, struct buf *out)
{
    size_t i;
    json_t *word;
    if (json_is_null(value))
        return;
    buf_puts(out, name);
    buf_puts(out, ": ");
    if (json_is_string(value)) {
        buf_puts(out, json_string_value(value));
    } else if (words_only(value)) {
        json_array_foreach(value, i, word)
        {
            buf_puts(out, i > 0 ? ", " : "");
            buf_puts(out, json_string_value(word));
        }
    } else {
        char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(6));
        buf_puts(out, text ? text : "");
        free(text);
    }
    buf_putc(out, '\n');
}

void classifier_facts_write(const char *classifier, const json_t *data, struct buf *out)
{
    const char *name;
    json_t *value;
    for (size_t i = 0; i < MEMBERS; i++)
        if (strcmp(members[i].classifier, classifier) == 0 && json_object_get(data, members[i].name))
            line_write(members[i].name, json_object_get(data, members[i].name), out);
    json_object_foreach((json_t *)data, name, value) if (!member_find(classifier, name)) line_write(name, value, out);
}

static json_t *words_read(char *text)
{
    json_t *array = json_array();
    char *save = NULL;
    for (char *w = strtok_r(text, ", \t", &save); w; w = strtok_r(NULL, ", \t", &save))
        json_array_append_new(array, json_string(w));
    return array;
}

static json_t *bool_read(const char *text)
{
    static const char *const words[] = {"false", "true", "no", "yes", "нет", "да"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(text, words[i]) == 0)
            return json_boolean(i % 2);
    return json_string(text); /* for BOOL_OR a word, for BOOL a wrong type */
}

static json_t *value_read(const struct member *m, char *text)
{
    switch (m ? m->type : TEXT) {
    case WORDS: return words_read(text);
    case BOOL:
    case BOOL_OR: return bool_read(text);
    case INT:
    case NUMBER:
    case OBJECT: {
        json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);
        return value ? value : json_string(text);
    }
    default: return json_string(text);
    }
}

static char *trim(char *s)
{
    while (isspace((unsigned char)*s))
        s++;
    for (size_t n = strlen(s); n > 0 && isspace((unsigned char)s[n - 1]); n--)
        s[n - 1] = '\0';
    return s;
}

bool classifier_facts_read(const char *classifier, const char *text, const json_t *before, json_t **data, struct err *err)
{
    char *copy = strdup(text), *save = NULL;
    const char *name;
    json_t *old, *all = json_object();
    if (!copy)
        abort();
    /* A member that is no line of text (an object of an older release) is not lost by editing the others. */
    json_object_foreach((json_t *)before, name, old) if (!member_find(classifier, name) && !json_is_string(old))
        json_object_set(all, name, old);
    bool ok = true;
    for (char *line = strtok_r(copy, "\r\n", &save); ok && line; line = strtok_r(NULL, "\r\n", &save)) {
        char *colon = strchr(line, ':');
        if (!*trim(line))
            continue;
        if (colon)
            *colon = '\0';
        char *key = trim(line), *value = colon ? trim(colon + 1) : NULL;
        if (!value || !*key)
            ok = err_field(err, "facts", "wrong_type", "facts: «%.60s» - нужна строка «имя: значение» / a line \"name: value\" is wanted",
                           key);
        else if (json_object_get(all, key))
            ok = err_field(err, "facts", "taken", "facts: %.60s - дважды / twice", key);
        else if (*value)
            json_object_set_new(all, key, value_read(member_find(classifier, key), value));
    }
    free(copy);
    if (ok)
        *data = all;
    else
        json_decref(all);
    return ok;
}
