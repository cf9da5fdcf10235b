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
    {"disabled", FIELD_TEXT, NULL, TO_NOBODY, NULL, false},
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
    {"number", FIELD_TEXT, NULL, TO_NOBODY, NULL, false},
    {"status", FIELD_TEXT, NULL, TO_NOBODY, NULL, false},
    {"closed", FIELD_TEXT, NULL, TO_NOBODY, NULL, false},
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
    {"number", FIELD_TEXT, NULL, TO_NOBODY, NULL, false},
    {"status", FIELD_TEXT, NULL, TO_NOBODY, NULL, false},
    {"issued", FIELD_TEXT, NULL, TO_NOBODY, NULL, false},
    {"closed", FIELD_TEXT, NULL, TO_NOBODY, NULL, false},
    {.name = NULL},
};

static const struct import_field calendar_fields[] = {
    {"date", FIELD_DATE, NULL, TO_PARAM, NULL, true},
    {"kind", FIELD_CHOICE, "work|short|holiday|off", TO_PARAM, NULL, true},
    {"note", FIELD_TEXT, NULL, TO_PARAM, NULL, false},
    {.name = NULL},
};

static const struct import_field classifier_fields[] = {
    {"classifier", FIELD_TEXT, NULL, TO_PARAM, NULL, true},
    {"code", FIELD_TEXT, NULL, TO_PARAM, NULL, true},
    {"parent", FIELD_TEXT, NULL, TO_PARAM, NULL, false},
    {"ru", FIELD_TEXT, NULL, TO_PARAM, NULL, true},
    {"en", FIELD_TEXT, NULL, TO_PARAM, NULL, false},
    {"ord", FIELD_INT, NULL, TO_PARAM, NULL, false},
    {"data", FIELD_JSON, NULL, TO_PARAM, NULL, false},
    {"retired", FIELD_BOOL, NULL, TO_PARAM, NULL, false},
    {.name = NULL},
};

static const struct import_field outage_fields[] = {
    {"kind", FIELD_CODE, "outage_kind", TO_PARAM, NULL, true},
    {"source_kind", FIELD_TEXT, NULL, TO_PARAM, NULL, false},
    {"resource", FIELD_CODE, "outage_resource", TO_PARAM, NULL, true},
    {"district", FIELD_TEXT, NULL, TO_PARAM, NULL, false},
    {"settlement", FIELD_TEXT, NULL, TO_PARAM, NULL, false},
    {"address", FIELD_TEXT, NULL, TO_PARAM, NULL, false},
    {"street", FIELD_TEXT, NULL, TO_PARAM, NULL, false},
    {"number", FIELD_TEXT, NULL, TO_PARAM, NULL, false},
    {"started", FIELD_TIME, NULL, TO_PARAM, NULL, true},
    {"promised", FIELD_TIME, NULL, TO_PARAM, NULL, false},
    {"reason", FIELD_TEXT, NULL, TO_PARAM, NULL, false},
    {"supplier", FIELD_TEXT, NULL, TO_PARAM, NULL, false},
    {.name = NULL},
};

/* Registers of houses, streets or companies: a row may name an address of any level. */
static const struct import_field house_fields[] = {
    {"external_id", FIELD_TEXT, NULL, TO_PARAM, NULL, false},
    {"district", FIELD_TEXT, NULL, TO_PARAM, "district_name", false},
    {"settlement", FIELD_TEXT, NULL, TO_PARAM, "settlement_name", false},
    {"street", FIELD_TEXT, NULL, TO_PARAM, "street_name", false},
    {"number", FIELD_TEXT, NULL, TO_PARAM, NULL, false},
    {"entrances", FIELD_INT, NULL, TO_PARAM, NULL, false},
    {"floors", FIELD_INT, NULL, TO_PARAM, NULL, false},
    {"flats", FIELD_INT, NULL, TO_PARAM, NULL, false},
    {"residents", FIELD_INT, NULL, TO_PARAM, NULL, false},
    {"company", FIELD_TEXT, NULL, TO_PARAM, "company_name", false},
    {"two_sources", FIELD_BOOL, NULL, TO_PARAM, NULL, false},
    {"lat", FIELD_TEXT, NULL, TO_PARAM, NULL, false},
    {"lon", FIELD_TEXT, NULL, TO_PARAM, NULL, false},
    {"note", FIELD_TEXT, NULL, TO_PARAM, NULL, false},
    {.name = NULL},
};

static const struct import_field object_fields[] = {
    {"external_id", FIELD_TEXT, NULL, TO_PARAM, NULL, false},
    {"kind", FIELD_CODE, "social_object_kind", TO_PARAM, NULL, true},
    {"name", FIELD_TEXT, NULL, TO_PARAM, NULL, true},
    {"district", FIELD_TEXT, NULL, TO_PARAM, "district_name", false},
    {"settlement", FIELD_TEXT, NULL, TO_PARAM, "settlement_name", false},
    {"street", FIELD_TEXT, NULL, TO_PARAM, "street_name", false},
    {"number", FIELD_TEXT, NULL, TO_PARAM, "house_number", false},
    {"contact_duty_phone", FIELD_TEXT, NULL, TO_PARAM, NULL, false},
    {"places", FIELD_INT, NULL, TO_PARAM, NULL, false},
    {"children", FIELD_INT, NULL, TO_PARAM, NULL, false},
    {"round_the_clock", FIELD_BOOL, NULL, TO_PARAM, NULL, false},
    {"backup_power_kw", FIELD_INT, NULL, TO_PARAM, NULL, false},
    {"backup_fuel_hours", FIELD_INT, NULL, TO_PARAM, NULL, false},
    {"water_reserve_m3", FIELD_INT, NULL, TO_PARAM, NULL, false},
    {"own_boiler", FIELD_BOOL, NULL, TO_PARAM, NULL, false},
    {"reliability_category", FIELD_INT, NULL, TO_PARAM, NULL, false},
    {"note", FIELD_TEXT, NULL, TO_PARAM, NULL, false},
    {.name = NULL},
};

const struct import_kind import_kinds[] = {
    {.name = "units", .add = "unit.add", .set = "unit.set", .get = "unit.get", .key = "code", .fields = unit_fields},
    {.name = "users", .add = "user.add", .set = "user.set", .get = "user.get", .key = "login", .fields = user_fields},
    {.name = "correspondents", .add = "correspondent.add", .key = "external_id", .fields = correspondent_fields_in},
    {.name = "appeals", .add = "appeal.register", .key = "external_id", .either = {"subject", "text"}, .fields = appeal_fields},
    {.name = "assignments", .add = "assignment.create", .key = "external_id", .fields = assignment_fields},
    {.name = "classifiers", .add = "classifier.set", .key = "code", .within = "classifier", .upserts = true, .fields = classifier_fields},
    {.name = "houses", .add = "address.add", .key = "external_id", .creates = "district|settlement|street|company", .fields = house_fields},
    {.name = "social_objects",
     .add = "social_object.add",
     .key = "external_id",
     .creates = "district|settlement|street|house",
     .fields = object_fields},
    {.name = "outages", .add = "outage.feed_take", .key = "", .either = {"address", "number"}, .by_feed = true, .fields = outage_fields},
    {.name = "calendar", .add = "calendar.year", .key = "date", .by_year = true, .fields = calendar_fields},
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
