/* An appeal while it is being imagined: shared by the files that choose it, let it live and write its card. */
#pragma once
#include "server/demo/life.h"

/* One of a list, as often as it weighs. */
struct choice {
    const char *id;
    uint32_t upto; /* running sum of weights */
};
const char *choice_draw(struct town *t, const struct choice *list, uint32_t total);

extern const struct choice appeal_kinds[KIND_COUNT];
enum { KIND_MESSAGE = 2, FIRST_ORGANIZATION_KIND = 4 };

struct question {
    const char *topic, *result;
};

struct appeal_plan {
    int64_t id, serial;
    int kind, year, text, registrar, considering, unit;
    const char *status, *channel, *nature, *frequency, *rule, *forwarded_by;
    moment_t at;
    day_t received, due, nominal, closed;
    int extended_days, members, open;
    int64_t author; /* index of a citizen, -1: anonymous */
    int64_t others[AUTHORS_MAX];
    int other_count;
    bool collective;
    struct order place; /* where it is: street, house, flat */
    const char *link_kind;
    int64_t link_to;
    struct assignment_plan *shared; /* an assignment already under way serves this appeal too */
    struct question questions[QUESTIONS_MAX];
    int question_count;
    day_t result_date;
    const char *forward_to;
    char *answer; /* JSON */
    char *subject, *body;
    struct steps steps;
};

/* Who writes, about what, by which way, and by when it is to be answered. `at` and `kind` stand in the plan already. */
void appeal_choose(struct town *t, struct appeal_plan *a);
/* Writes the card with all that hangs on it; false: the database does not answer (t->err). */
bool appeal_write(struct town *t, struct appeal_plan *a);
