#include "server/rules/rules.h"
#include "db/pg.h"
#include <jansson.h>

static bool add_days(struct pg *db, struct work_calendar *calendar, struct err *err)
{
    struct pg_res *days = pg_query(db, Q_CALENDAR_DAYS, NULL, 0, err);
    if (!days)
        return false;
    for (int i = 0; i < pg_rows(days); i++) {
        enum day_kind kind;
        if (day_kind_parse(pg_text(days, i, 1), &kind))
            work_calendar_set(calendar, day_parse(pg_text(days, i, 0)), kind, pg_text(days, i, 2));
    }
    pg_free(days);
    return true;
}

struct work_calendar *rules_read_calendar(struct pg *db, struct err *err)
{
    struct pg_res *years = pg_query(db, Q_CALENDAR_YEARS, NULL, 0, err);
    if (!years)
        return NULL;
    struct work_calendar *calendar = work_calendar_new();
    for (int i = 0; i < pg_rows(years); i++)
        work_calendar_verify(calendar, (int)pg_int(years, i, 0));
    pg_free(years);
    if (!add_days(db, calendar, err))
        work_calendar_free(&calendar);
    return calendar;
}

struct classifiers *rules_read_classifiers(struct pg *db, struct err *err)
{
    struct pg_res *res = pg_query(db, Q_CLASSIFIER_ALL, NULL, 0, err);
    if (!res)
        return NULL;
    struct classifiers *set = classifiers_new();
    for (int i = 0; i < pg_rows(res); i++)
        classifiers_add(set, pg_text(res, i, 0), pg_text(res, i, 1), pg_text(res, i, 2));
    pg_free(res);
    classifiers_sort(set);
    return set;
}

const struct due_rule *rules_of_appeal(const struct deadlines *deadlines, const struct classifiers *classifiers, const char *kind, day_t on)
{
    /* An instruction and a service request have the term that their paper names; until it is typed in, the classifier gives them the custom
     * for papers without a term. Of the prosecutor's acts it names the shortest, which can never be late. */
    const char *data = kind ? classifiers_find(classifiers, "appeal_kind", kind) : NULL;
    json_t *facts = data ? json_loads(data, 0, NULL) : NULL;
    const struct due_rule *rule =
        deadlines_rule_or(deadlines, json_string_value(json_object_get(facts, "due_rule")), "appeal_consider", on);
    json_decref(facts);
    return rule;
}
