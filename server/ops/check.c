/* Shape of parameters against the rows of the table: the first fault is named by its field and a reason of reasons.def. */
#include "common/utf8.h"
#include "server/ops/op.h"
#include "server/rules/due.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_STRING_CHARS = 500, DEFAULT_TEXT_CHARS = 100000, DEFAULT_COUNT = 200, OBJECT_BYTES_MAX = 900000, FIELD_MAX = 48 };

static bool check_chars(const char *s, size_t len, bool multiline, uint32_t max, const char *field, struct err *err)
{
    if (strlen(s) != len)
        return err_field(err, field, "control_chars", NULL);
    if (!utf8_is_valid(s, len))
        return err_field(err, field, "not_utf8", NULL);
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];
        bool blank = c == '\t' || (multiline && (c == '\n' || c == '\r'));
        /* C1 controls (U+0080..U+009F) drive terminals as C0 do. */
        bool c1 = c == 0xC2 && i + 1 < len && (unsigned char)s[i + 1] < 0xA0;
        if ((c < 0x20 && !blank) || c == 0x7f || c1)
            return err_field(err, field, "control_chars", NULL);
    }
    if (utf8_count(s, len) > max)
        return err_field(err, field, "too_long", "%s: %u", err_reason_text("too_long", LANG_RU), max);
    return true;
}

static bool is_uuid(const char *s)
{
    if (strlen(s) != 36)
        return false;
    for (int i = 0; i < 36; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? s[i] != '-' : !strchr("0123456789abcdefABCDEF", s[i]))
            return false;
    }
    return true;
}

static bool digits(const char *s, int from, int count, int max)
{
    int value = 0;
    for (int i = from; i < from + count; i++) {
        if (s[i] < '0' || s[i] > '9')
            return false;
        value = value * 10 + (s[i] - '0');
    }
    return value <= max;
}

/* RFC 3339 date-time with an offset. */
static bool is_time(const char *s)
{
    char date[11];
    if (strlen(s) < 20 || strlen(s) > 35 || (s[10] != 'T' && s[10] != ' '))
        return false;
    snprintf(date, sizeof date, "%.10s", s);
    if (day_parse(date) == DAY_NONE || s[13] != ':' || s[16] != ':' || !digits(s, 11, 2, 23) || !digits(s, 14, 2, 59) || !digits(s, 17, 2, 60))
        return false;
    const char *p = s + 19;
    if (*p == '.') {
        size_t n = strspn(p + 1, "0123456789");
        if (n == 0)
            return false;
        p += n + 1;
    }
    if (strcmp(p, "Z") == 0 || strcmp(p, "z") == 0)
        return true;
    return (*p == '+' || *p == '-') && strlen(p) == 6 && p[3] == ':' && digits(p, 1, 2, 23) && digits(p, 4, 2, 59);
}

static bool in_list(const char *values, const char *value)
{
    size_t len = strlen(value);
    for (const char *p = values; *p;) {
        size_t n = strcspn(p, "|");
        if (n == len && memcmp(p, value, n) == 0)
            return true;
        p += n + (p[n] == '|');
    }
    return false;
}

static bool check_text(const struct op_param *row, const json_t *value, const char *field, struct err *err)
{
    if (!json_is_string(value))
        return err_field(err, field, "wrong_type", NULL);
    const char *s = json_string_value(value);
    bool multiline = row->type == P_TEXT;
    uint32_t max = row->max ? row->max : multiline ? DEFAULT_TEXT_CHARS : DEFAULT_STRING_CHARS;
    if (!check_chars(s, json_string_length(value), multiline, max, field, err))
        return false;
    bool empty = s[strspn(s, " \t\r\n")] == '\0';
    if (empty && (row->flags & PF_REQUIRED))
        return err_field(err, field, "required", NULL);
    if (row->type == P_UUID && !is_uuid(s))
        return err_field(err, field, "not_a_uuid", NULL);
    if (row->type == P_DATE && !empty && day_parse(s) == DAY_NONE)
        return err_field(err, field, "not_a_date", NULL);
    if (row->type == P_TIME && !empty && !is_time(s))
        return err_field(err, field, "not_a_time", NULL);
    if ((row->type == P_ENUM || row->type == P_STRINGS) && row->values && strncmp(row->values, "classifier:", 11) != 0 && !empty &&
        !in_list(row->values, s))
        return err_field(err, field, "not_a_value", "«%.60s» (%s)", s, row->values);
    return true;
}

static bool check_number(const struct op_param *row, const json_t *value, const char *field, struct err *err)
{
    if (!json_is_integer(value))
        return err_field(err, field, "wrong_type", NULL);
    json_int_t n = json_integer_value(value);
    if (row->type == P_ID ? n < 1 : n < 0 || n > (json_int_t)(row->max ? row->max : INT32_MAX))
        return err_field(err, field, "out_of_range", NULL);
    return true;
}

static bool check_object(const struct op_param *rows, const json_t *object, const char *prefix, struct err *err);

static bool check_array(const struct op_param *row, const json_t *value, const char *field, struct err *err)
{
    if (!json_is_array(value))
        return err_field(err, field, "wrong_type", NULL);
    if (json_array_size(value) > (row->max ? row->max : DEFAULT_COUNT))
        return err_field(err, field, "too_many", NULL);
    if (json_array_size(value) == 0 && (row->flags & PF_REQUIRED))
        return err_field(err, field, "required", NULL);
    struct op_param one = *row;
    one.type = row->type == P_IDS ? P_ID : row->type;
    one.flags = PF_REQUIRED;
    one.max = 0;
    size_t i;
    json_t *item;
    json_array_foreach(value, i, item) {
        char name[80];
        snprintf(name, sizeof name, "%.*s[%u]", FIELD_MAX, field, (unsigned)i);
        bool ok = row->type == P_IDS       ? check_number(&one, item, name, err)
                  : row->type == P_STRINGS ? check_text(&one, item, name, err)
                  : json_is_object(item)   ? check_object(row->fields, item, name, err)
                                           : err_field(err, name, "wrong_type", NULL);
        if (!ok)
            return false;
    }
    return true;
}

/* Does a free object hold a NUL anywhere? PostgreSQL keeps none. */
static bool holds_nul(const json_t *value)
{
    const char *key;
    json_t *member;
    size_t i;
    if (json_is_string(value))
        return strlen(json_string_value(value)) != json_string_length(value);
    json_array_foreach(value, i, member) if (holds_nul(member)) return true;
    json_object_foreach((json_t *)value, key, member) if (holds_nul(member)) return true;
    return false;
}

static bool check_value(const struct op_param *row, const json_t *value, const char *field, struct err *err)
{
    switch (row->type) {
    case P_INT:
    case P_ID: return check_number(row, value, field, err);
    case P_BOOL: return json_is_boolean(value) || err_field(err, field, "wrong_type", NULL);
    case P_IDS:
    case P_STRINGS:
    case P_OBJECTS: return check_array(row, value, field, err);
    case P_OBJECT:
        if (!json_is_object(value))
            return err_field(err, field, "wrong_type", NULL);
        if (!row->fields)
            return !holds_nul(value) || err_field(err, field, "control_chars", NULL);
        return check_object(row->fields, value, field, err);
    default: return check_text(row, value, field, err);
    }
}

static const struct op_param *find_row(const struct op_param *const rows[], size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(rows[i]->name, name) == 0)
            return rows[i];
    return NULL;
}

static bool check_members(const struct op_param *const rows[], size_t count, const json_t *object, const char *prefix, struct err *err)
{
    const char *key;
    json_t *value;
    char field[64];
    json_object_foreach((json_t *)object, key, value) {
        snprintf(field, sizeof field, "%s%s%.*s", prefix, *prefix ? "." : "", FIELD_MAX - 16, key);
        const struct op_param *row = find_row(rows, count, key);
        if (!row)
            return err_field(err, field, "unknown", NULL);
        if (!json_is_null(value) && !check_value(row, value, field, err))
            return false;
    }
    for (size_t i = 0; i < count; i++) {
        snprintf(field, sizeof field, "%s%s%s", prefix, *prefix ? "." : "", rows[i]->name);
        const json_t *there = json_object_get(object, rows[i]->name);
        if ((rows[i]->flags & PF_REQUIRED) && (!there || json_is_null(there)))
            return err_field(err, field, "required", NULL);
    }
    return true;
}

static bool check_object(const struct op_param *rows, const json_t *object, const char *prefix, struct err *err)
{
    const struct op_param *list[FIELD_MAX];
    size_t count = 0;
    for (const struct op_param *p = rows; p->name; p++)
        list[count++] = p;
    return check_members(list, count, object, prefix, err);
}

bool op_check(const struct op *op, const json_t *params, struct err *err)
{
    const struct op_param *rows[FIELD_MAX];
    return check_members(rows, op_params_all(op, rows), params, "", err);
}
