#include "server/import/kinds.h"
#include <string.h>

static const struct import_field unit_fields[] = {
    {"code", FIELD_TEXT, NULL, TO_PARAM, NULL, false},
    {"name", FIELD_TEXT, NULL, TO_PARAM, NULL, true},
    {"parent", FIELD_UNIT, NULL, TO_PARAM, NULL, false},
    {"kind", FIELD_CODE, "unit_kind", TO_PARAM, NULL, false},
    {"name_en", FIELD_TEXT, NULL, TO_PARAM, NULL, false},
    {"external", FIELD_BOOL, NULL, TO_PARAM, NULL, false},
    {.name = NULL},
};

static const struct import_field user_fields[] = {
    {"login", FIELD_TEXT, NULL, TO_PARAM, NULL, true},
    {"name", FIELD_TEXT, NULL, TO_PARAM, NULL, true},
    {"position", FIELD_TEXT, NULL, TO_PARAM, NULL, false},
    {"email", FIELD_TEXT, NULL, TO_PARAM, NULL, false},
    {"phone", FIELD_TEXT, NULL, TO_PARAM, NULL, false},
    {"unit", FIELD_UNIT, NULL, TO_PARAM, NULL, false},
    {"roles", FIELD_WORDS, NULL, TO_PARAM, NULL, false},
    {"curates", FIELD_UNITS, NULL, TO_PARAM, NULL, false},
    {"language", FIELD_CHOICE, "ru|en", TO_PARAM, NULL, false},
    {"key", FIELD_TEXT, NULL, TO_PARAM, NULL, false},
    {.name = NULL},
};

static const struct import_field correspondent_fields_in[] = {
    {"external_id", FIELD_TEXT, NULL, TO_PARAM, NULL, false},
    {"kind", FIELD_CHOICE, "person|organization|collective", TO_PARAM, NULL, false},
    {"name", FIELD_TEXT, NULL, TO_PARAM, NULL, true},
    {"address", FIELD_TEXT, NULL, TO_PARAM, NULL, false},
    {"phone", FIELD_TEXT, NULL, TO_PARAM, NULL, false},
    {"email", FIELD_TEXT, NULL, TO_PARAM, NULL, false},
    {"phones", FIELD_WORDS, NULL, TO_PARAM, NULL, false},
    {"contact_person", FIELD_TEXT, NULL, TO_PARAM, NULL, false},
    {"social_status", FIELD_CODE, "social_status", TO_PARAM, NULL, false},
    {"privilege", FIELD_CODE, "privilege", TO_PARAM, NULL, false},
    {"note", FIELD_TEXT, NULL, TO_PARAM, NULL, false},
    {.name = NULL},
};

static const struct import_field appeal_fields[] = {
    {"external_id", FIELD_TEXT, NULL, TO_PARAM, NULL, false},
    {"kind", FIELD_CODE, "appeal_kind", TO_PARAM, NULL, true},
    {"channel", FIELD_CODE, "channel", TO_PARAM, NULL, true},
    {"nature", FIELD_CODE, "nature", TO_PARAM, NULL, false},
    {"topic", FIELD_CODE, "topic", TO_PARAM, NULL, false},
    {"subject", FIELD_TEXT, NULL, TO_PARAM, NULL, false},
    {"text", FIELD_TEXT, NULL, TO_PARAM, NULL, false},
    {"address", FIELD_TEXT, NULL, TO_PARAM, NULL, false},
    {"received", FIELD_DATE, NULL, TO_PARAM, NULL, false},
    {"registered", FIELD_DATE, NULL, TO_PARAM, NULL, false},
    {"due", FIELD_DATE, NULL, TO_PARAM, NULL, false},
    {"addressee", FIELD_TEXT, NULL, TO_PARAM, NULL, false},
    {"considering", FIELD_USER, NULL, TO_PARAM, NULL, false},
    {"unit", FIELD_UNIT, NULL, TO_PARAM, NULL, false},
    {"forwarded_by", FIELD_TEXT, NULL, TO_PARAM, NULL, false},
    {"cover_number", FIELD_TEXT, NULL, TO_PARAM, NULL, false},
    {"cover_date", FIELD_DATE, NULL, TO_PARAM, NULL, false},
    {"anonymous", FIELD_BOOL, NULL, TO_PARAM, NULL, false},
    {"collective", FIELD_BOOL, NULL, TO_PARAM, NULL, false},
    {"members_count", FIELD_INT, NULL, TO_PARAM, NULL, false},
    {"correspondent", FIELD_TEXT, NULL, TO_AUTHOR, "name", false},
    {"correspondent_kind", FIELD_CHOICE, "person|organization|collective", TO_AUTHOR, "kind", false},
    {"correspondent_phone", FIELD_TEXT, NULL, TO_AUTHOR, "phone", false},
    {"correspondent_email", FIELD_TEXT, NULL, TO_AUTHOR, "email", false},
    {"correspondent_address", FIELD_TEXT, NULL, TO_AUTHOR, "address", false},
    {.name = NULL},
};

static const struct import_field assignment_fields[] = {
    {"external_id", FIELD_TEXT, NULL, TO_PARAM, NULL, false},
    {"title", FIELD_TEXT, NULL, TO_PARAM, NULL, true},
    {"text", FIELD_TEXT, NULL, TO_PARAM, NULL, false},
    {"responsible", FIELD_USER, NULL, TO_PARAM, NULL, false},
    {"due", FIELD_DATE, NULL, TO_PARAM, NULL, false},
    {"urgency", FIELD_CODE, "urgency", TO_PARAM, NULL, false},
    {"controller", FIELD_USER, NULL, TO_PARAM, NULL, false},
    {"on_behalf_of", FIELD_USER, NULL, TO_PARAM, NULL, false},
    {"co_executors", FIELD_USERS, NULL, TO_PARAM, NULL, false},
    {"watchers", FIELD_USERS, NULL, TO_PARAM, NULL, false},
    {"unit", FIELD_UNIT, NULL, TO_PARAM, NULL, false},
    {"appeal", FIELD_APPEAL, NULL, TO_PARAM, NULL, false},
    {"source", FIELD_CODE, "assignment_source", TO_PARAM, NULL, false},
    {"draft", FIELD_BOOL, NULL, TO_PARAM, NULL, false},
    {.name = NULL},
};

static const struct import_field calendar_fields[] = {
    {"date", FIELD_DATE, NULL, TO_PARAM, NULL, true},
    {"kind", FIELD_CHOICE, "work|short|holiday|off", TO_PARAM, NULL, true},
    {"note", FIELD_TEXT, NULL, TO_PARAM, NULL, false},
    {.name = NULL},
};

const struct import_kind import_kinds[] = {
    {"units", "unit.add", "unit.set", "unit.get", "code", {NULL, NULL}, unit_fields, false},
    {"users", "user.add", "user.set", "user.get", "login", {NULL, NULL}, user_fields, false},
    {"correspondents", "correspondent.add", NULL, NULL, "external_id", {NULL, NULL}, correspondent_fields_in, false},
    {"appeals", "appeal.register", NULL, NULL, "external_id", {"subject", "text"}, appeal_fields, false},
    {"assignments", "assignment.create", NULL, NULL, "external_id", {NULL, NULL}, assignment_fields, false},
    {"calendar", "calendar.year", NULL, NULL, "date", {NULL, NULL}, calendar_fields, true},
    {.name = NULL},
};

const struct import_kind *import_kind_find(const char *name)
{
    for (const struct import_kind *k = import_kinds; k->name; k++)
        if (strcmp(k->name, name) == 0)
            return k;
    return NULL;
}

const struct import_field *import_field_find(const struct import_kind *kind, const char *name)
{
    for (const struct import_field *f = kind->fields; f->name; f++)
        if (strcmp(f->name, name) == 0)
            return f;
    return NULL;
}

size_t import_field_index(const struct import_kind *kind, const struct import_field *field) { return (size_t)(field - kind->fields); }

size_t import_field_count(const struct import_kind *kind)
{
    size_t count = 0;
    while (kind->fields[count].name)
        count++;
    return count;
}
