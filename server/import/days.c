#include "server/import/days.h"
#include "server/cli/internal.h"
#include <stdlib.h>
#include <string.h>

enum { TOLD_MAX = 20 };

void year_days_add(struct year_days *d, json_t *day)
{
    char year[8];
    snprintf(year, sizeof year, "%.4s", json_string_value(json_object_get(day, "date")));
    if (!d->years)
        d->years = json_object();
    json_t *list = json_object_get(d->years, year);
    if (!list)
        json_object_set_new(d->years, year, list = json_array());
    json_array_append_new(list, day);
}

json_t *year_days_next(struct year_days *d)
{
    void *first = json_object_iter(d->years);
    if (!first)
        return NULL;
    const char *year = json_object_iter_key(first);
    json_t *params = json_pack("{s:i, s:O}", "year", atoi(year), "days", json_object_iter_value(first));
    json_object_iter_set(d->years, first, json_null());
    json_object_del(d->years, year);
    return params;
}

void year_days_note(struct year_days *d, const json_t *result)
{
    size_t i;
    json_t *record;
    if (!d->records)
        d->records = json_array();
    d->moved += json_integer_value(json_object_get(result, "moved"));
    json_array_foreach(json_object_get(result, "records"), i, record) json_array_append(d->records, record);
    const char *missing = json_string_value(json_object_get(result, "missing"));
    if (missing && !json_is_true(json_object_get(result, "verified")))
        fprintf(stderr,
                CLI_TR("gorod-server: календарь %lld года неполный: %s не назван нерабочим. Дни внесены, но год остаётся непроверенным: "
                       "внесите его "
                       "весь\n",
                       "gorod-server: the calendar of %lld is not whole: %s is not called a day off. The days are in, but the year stays "
                       "unverified: import all of it\n"),
                (long long)json_integer_value(json_object_get(result, "year")), missing);
}

void year_days_print(const struct year_days *d, FILE *out, bool as_json)
{
    size_t i;
    json_t *r;
    if (!d->records)
        return;
    if (as_json) {
        char *text = json_dumps(d->records, JSON_COMPACT);
        fprintf(out, ",\"moved\":%lld,\"records\":%s", (long long)d->moved, text ? text : "[]");
        free(text);
        return;
    }
    fprintf(out, CLI_TR("передвинуто сроков: %lld\n", "due dates moved: %lld\n"), (long long)d->moved);
    json_array_foreach(d->records, i, r)
    {
        if (i == TOLD_MAX) {
            fputs("...\n", out);
            return;
        }
        fprintf(out, "%s: %s -> %s\n", json_string_value(json_object_get(r, "number")), json_string_value(json_object_get(r, "from")),
                json_string_value(json_object_get(r, "to")));
    }
}

void year_days_free(struct year_days *d)
{
    json_decref(d->years);
    json_decref(d->records);
}
