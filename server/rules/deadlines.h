/* The terms as data: how long what may take, from which event, by which law and between which dates; read from deadlines.yaml.
 *
 * A struct deadlines is immutable after loading and may be read by all threads; reloading makes a new one. A term is a "rule" by its id;
 * one id may stand several times with dates of validity that do not overlap, so that a record keeps the rule of its day.
 * Source of the shipped default: 59-FZ art. 8-12 and paperwork practice, as each row says. */
#pragma once
#include "common/err.h"
#include "server/rules/due.h"
#include <stddef.h>

struct deadlines;
extern const char deadlines_default_yaml[];

/* Reads the file, or `text` under the name `path` when it is not NULL. NULL on a fault: err is ERR_PARAMS with "path:line: what, what to
 * do", ERR_NOT_FOUND when the file cannot be read. Terms that the program itself counts by must be there and valid on every day. */
struct deadlines *deadlines_load(const char *path, const char *text, struct err *err);
void deadlines_free(struct deadlines **d);

/* The rule that held on the day of the event; NULL when there is no such term or it did not hold then. Borrowed. */
const struct due_rule *deadlines_rule(const struct deadlines *d, const char *id, day_t on);
/* The same for the terms the program counts by (deadlines_needed), and for others with that one to stand in; never NULL. */
const struct due_rule *deadlines_rule_or(const struct deadlines *d, const char *id, const char *otherwise, day_t on);
/* Ids of the terms that must be there, NULL at the end. */
extern const char *const deadlines_needed[];
/* All rules in the order of the file. */
const struct due_rule *deadlines_rules(const struct deadlines *d, size_t *count);

/* Periods of standing assignments: a new one is born for each. */
struct period_rule {
    const char *id;
    const char *text[2];
    int months;  /* 1, 2, 3, 4, 6 or 12; 0: a week, due on the weekday that the assignment names */
    int due_day; /* of the month after the period; its last day where the month is shorter */
};
struct period {
    day_t first, last;
    day_t due; /* nominal; roll it to a working day */
};
const struct period_rule *deadlines_period(const struct deadlines *d, const char *id);
/* The period that the day lies in; weekday 1..7 counts for weeks only. first is DAY_NONE near the end of 2199. */
struct period period_of(const struct period_rule *rule, day_t day, int weekday);
