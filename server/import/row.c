#include "server/import/row.h"
#include "common/utf8.h"
#include "server/cli/internal.h"
#include "server/rules/due.h"
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct building {
    const struct import_kind *kind;
    const struct import_map *map;
    struct refs *refs;
    const struct csv_row *row;
    struct err *err;
    json_t *params, *author;
};

static bool refuse(struct building *b, const struct import_field *f, const char *reason, const char *detail)
{
    return err_field(b->err, f->name, reason, "%s", detail);
}

/* ---- one value ---- */

static json_t *date_value(struct building *b, const struct import_field *f, const char *text)
{
    for (size_t i = 0; b->map->date_formats[i]; i++) {
        struct tm tm = {.tm_mday = 1};
        const char *end = strptime(text, b->map->date_formats[i], &tm);
        if (!end || *end)
            continue;
        /* strptime lets the 31st of February through. */
        day_t day = day_from_civil(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
        char iso[11];
        if (day == DAY_NONE)
            continue;
        day_format(day, iso);
        return json_string(iso);
    }
    char detail[256];
    snprintf(detail, sizeof detail,
             CLI_TR("«%.60s»: нет такой даты, или её вид не назван в date_formats",
                    "\"%.60s\": no such date, or its format is not named in date_formats"),
             text);
    refuse(b, f, "not_a_date", detail);
    return NULL;
}

/* What is RFC 3339 stays as it is; another form is a time of the municipality's zone, unless it names its own (%z). */
static json_t *time_value(struct building *b, const struct import_field *f, const char *text)
{
    char out[40], detail[256];
    struct tm tm = {.tm_mday = 1};
    const char *zone = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm); /* which takes fewer digits, too: 2026-1-1T8:5:0 */
    if (zone && *zone && zone - text == (ptrdiff_t)strlen("2026-01-01T00:00:00"))
        return json_string(text); /* the server checks the rest */
    for (size_t i = 0; b->map->date_formats[i]; i++) {
        tm = (struct tm){.tm_mday = 1, .tm_isdst = -1};
        const char *end = strptime(text, b->map->date_formats[i], &tm);
        if (!end || *end || day_from_civil(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday) == DAY_NONE)
            continue;
        bool own_zone = strstr(b->map->date_formats[i], "%z") != NULL;
        long offset = tm.tm_gmtoff;
        if (!own_zone) {
            mktime(&tm);
            offset = tm.tm_gmtoff;
        }
        long minutes = labs(offset) / 60;
        size_t n = strftime(out, sizeof out, "%Y-%m-%dT%H:%M:%S", &tm);
        snprintf(out + n, sizeof out - n, "%c%02ld:%02ld", offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
        return json_string(out);
    }
    snprintf(detail, sizeof detail,
             CLI_TR("«%.60s»: нет такого времени (RFC 3339), или его вид не назван в date_formats",
                    "\"%.60s\": no such time (RFC 3339), or its format is not named in date_formats"),
             text);
    refuse(b, f, "not_a_time", detail);
    return NULL;
}

static json_t *bool_value(struct building *b, const struct import_field *f, const char *text)
{
    static const char *const words[2][6] = {{"0", "false", "no", "нет", "н", "f"}, {"1", "true", "yes", "да", "д", "t"}};
    char *folded = refs_fold(text), detail[160];
    for (int value = 0; value < 2; value++)
        for (size_t i = 0; i < 6; i++)
            if (strcmp(folded, words[value][i]) == 0) {
                free(folded);
                return json_boolean(value);
            }
    free(folded);
    snprintf(detail, sizeof detail, CLI_TR("«%.60s»: нужно да или нет", "\"%.60s\": yes or no is needed"), text);
    refuse(b, f, "wrong_type", detail);
    return NULL;
}

static json_t *int_value(struct building *b, const struct import_field *f, const char *text)
{
    char *end, detail[160];
    long long value = strtoll(text, &end, 10);
    if (end != text && *end == '\0' && strlen(text) < 18)
        return json_integer(value);
    snprintf(detail, sizeof detail, CLI_TR("«%.60s»: нужно целое число", "\"%.60s\": a whole number is needed"), text);
    refuse(b, f, "wrong_type", detail);
    return NULL;
}

static json_t *json_value(struct building *b, const struct import_field *f, const char *text)
{
    json_error_t fault;
    json_t *value = json_loads(text, JSON_REJECT_DUPLICATES, &fault);
    if (json_is_object(value))
        return value;
    json_decref(value);
    char detail[300];
    snprintf(detail, sizeof detail, CLI_TR("не объект JSON: %.120s", "not a JSON object: %.120s"), value ? text : fault.text);
    refuse(b, f, "wrong_type", detail);
    return NULL;
}

static json_t *unknown(struct building *b, const struct import_field *f, const char *text, const char *what)
{
    char detail[400];
    snprintf(detail, sizeof detail, "«%.120s»: %s", text, what);
    refuse(b, f, "not_there", detail);
    return NULL;
}

/* The words of a topic that has no code are not lost: they become the question. */
static json_t *topic_words(struct building *b, const char *text)
{
    json_object_set_new(b->params, "questions", json_pack("[{s:s}]", "text", text));
    return json_null();
}

static json_t *code_value(struct building *b, const struct import_field *f, const char *text)
{
    const char *code;
    bool topic = strcmp(f->name, "topic") == 0;
    if (!refs_code(b->refs, f->values, text, &code, b->err))
        return NULL;
    if (code)
        return json_string(code);
    if (topic && (b->map->keep_topics || b->map->field[import_field_index(b->kind, f)].values))
        return topic_words(b, text);
    char detail[400];
    snprintf(detail, sizeof detail,
             CLI_TR("«%.120s»: нет в классификаторе %s (соответствие задайте в values)",
                    "\"%.120s\": not in the classifier %s (name its match in values)"),
             text, f->values);
    refuse(b, f, "not_a_value", detail);
    return NULL;
}

static json_t *choice_value(struct building *b, const struct import_field *f, const char *text)
{
    for (const char *p = f->values; *p;) {
        size_t n = strcspn(p, "|");
        if (strlen(text) == n && memcmp(p, text, n) == 0)
            return json_string(text);
        p += n + (p[n] == '|');
    }
    char detail[240];
    snprintf(detail, sizeof detail, CLI_TR("«%.60s»: нужно одно из %s", "\"%.60s\": one of %s is needed"), text, f->values);
    refuse(b, f, "not_a_value", detail);
    return NULL;
}

static json_t *reference(struct building *b, const struct import_field *f, const char *text)
{
    int64_t id = 0;
    bool unit = f->type == FIELD_UNIT || f->type == FIELD_UNITS, user = f->type == FIELD_USER || f->type == FIELD_USERS;
    if (!(unit ? refs_unit : user ? refs_user : refs_appeal)(b->refs, text, &id, b->err)) {
        snprintf(b->err->field, sizeof b->err->field, "%s", f->name);
        return NULL;
    }
    if (!id && unit && b->map->create_units) {
        if (!refs_unit_make(b->refs, text, &id, b->err)) {
            snprintf(b->err->field, sizeof b->err->field, "%s", f->name);
            return NULL;
        }
    }
    if (id)
        return json_integer(id);
    return unknown(
        b, f, text,
        unit   ? CLI_TR("такого подразделения нет (заводить новые: create: [unit])", "no such unit (to make new ones: create: [unit])")
        : user ? CLI_TR("такого пользователя нет", "no such user")
               : CLI_TR("обращения с таким номером нет", "no appeal has this number"));
}

static json_t *several(struct building *b, const struct import_field *f, const char *text)
{
    char *copy = strdup(text), *save = NULL;
    json_t *list = json_array();
    if (!copy)
        abort();
    for (char *word = strtok_r(copy, ",;", &save); word; word = strtok_r(NULL, ",;", &save)) {
        word += strspn(word, " \t");
        for (size_t n = strlen(word); n > 0 && (word[n - 1] == ' ' || word[n - 1] == '\t'); n--)
            word[n - 1] = '\0';
        json_t *value = !*word ? NULL : f->type == FIELD_WORDS ? json_string(word) : reference(b, f, word);
        if (*word && !value) {
            json_decref(list);
            free(copy);
            return NULL;
        }
        if (value)
            json_array_append_new(list, value);
    }
    free(copy);
    return list;
}

static json_t *value_of(struct building *b, const struct import_field *f, const char *text)
{
    switch (f->type) {
    case FIELD_INT: return int_value(b, f, text);
    case FIELD_BOOL: return bool_value(b, f, text);
    case FIELD_DATE: return date_value(b, f, text);
    case FIELD_TIME: return time_value(b, f, text);
    case FIELD_CODE: return code_value(b, f, text);
    case FIELD_JSON: return json_value(b, f, text);
    case FIELD_CHOICE: return choice_value(b, f, text);
    case FIELD_WORDS:
    case FIELD_UNITS:
    case FIELD_USERS: return several(b, f, text);
    case FIELD_UNIT:
    case FIELD_USER:
    case FIELD_APPEAL: return reference(b, f, text);
    default: return json_string(text);
    }
}

/* ---- the row ---- */

/* The cell without blanks at its ends, CRLF as LF; NULL when nothing is left. The caller frees. */
static char *trimmed(const char *cell)
{
    static const char blanks[] = " \t\r\n";
    const char *begin = cell + strspn(cell, blanks);
    size_t len = strlen(begin), kept = 0;
    while (len > 0 && strchr(blanks, begin[len - 1]))
        len--;
    char *out = malloc(len + 1);
    if (!out)
        abort();
    for (size_t i = 0; i < len; i++)
        if (begin[i] != '\r' || i + 1 == len || begin[i + 1] != '\n')
            out[kept++] = begin[i];
    out[kept] = '\0';
    if (kept > 0)
        return out;
    free(out);
    return NULL;
}

static bool take_field(struct building *b, const struct import_field *f)
{
    if (f->target == TO_NOBODY)
        return true;
    const struct map_field *m = &b->map->field[import_field_index(b->kind, f)];
    char *text = m->column != MAP_NO_COLUMN && (size_t)m->column < b->row->count ? trimmed(b->row->cell[m->column]) : NULL;
    const char *mapped = text ? json_string_value(json_object_get(m->values, text)) : NULL;
    const char *used = mapped ? mapped : text ? text : m->fallback;
    bool ok = true;
    if (used && *used) {
        json_t *value = value_of(b, f, used);
        ok = value != NULL;
        if (ok && !json_is_null(value))
            json_object_set_new(f->target == TO_AUTHOR ? b->author : b->params, f->param ? f->param : f->name, value);
        else
            json_decref(value);
    } else if (f->required) {
        ok = err_field(b->err, f->name, "required", NULL);
    }
    free(text);
    return ok;
}

/* Who has no name is not known: the kinds that may come without a signature come so. */
static void settle_author(struct building *b)
{
    if (!import_field_find(b->kind, "correspondent"))
        return;
    if (json_object_get(b->author, "name"))
        json_object_set(b->params, "author", b->author);
    else if (!json_object_get(b->params, "anonymous"))
        json_object_set_new(b->params, "anonymous", json_true());
}

static bool has_either(struct building *b)
{
    const char *const *either = b->kind->either;
    return !either[0] || json_object_get(b->params, either[0]) || json_object_get(b->params, either[1]) ||
           err_field(b->err, either[0], "required", NULL);
}

static bool take_fields(struct building *b, bool units)
{
    for (const struct import_field *f = b->kind->fields; f->name; f++)
        if ((f->type == FIELD_UNIT || f->type == FIELD_UNITS) == units && !take_field(b, f))
            return false;
    return true;
}

json_t *row_build(const struct import_kind *kind, const struct import_map *map, struct refs *refs, const struct csv_row *row,
                  struct err *err)
{
    struct building b = {.kind = kind, .map = map, .refs = refs, .row = row, .err = err, .params = json_object(), .author = json_object()};
    /* Units last: a row that is rejected for something else must not have made one. */
    bool ok = take_fields(&b, false) && has_either(&b) && take_fields(&b, true);
    if (ok)
        settle_author(&b);
    if (ok && json_array_size(map->create) > 0)
        json_object_set(b.params, "create", map->create);
    json_decref(b.author);
    if (ok)
        return b.params;
    json_decref(b.params);
    return NULL;
}
