/* The life of appeals and assignments, imagined from the beginning to now: who did what when, and what the card looks like after it. */
#pragma once
#include "server/demo/town.h"

enum {
    STEPS_MAX = 32,
    PARTIES_MAX = 12,
    REPORTS_MAX = 4,
    COMMENTS_MAX = 4,
    APPEALS_MAX = 4,
    QUESTIONS_MAX = 3,
    AUTHORS_MAX = 5,
    EXTENSIONS_MAX = 2
};
/* Stands in a comment for the number of a part, which is not known yet. */
enum { PART_NUMBER = '\1' };

/* The whole that parts belong to, and a part: what each learns when its row is written. They live in the arena. */
struct whole {
    int64_t id;
};
struct part {
    struct whole *whole;
    const char *title; /* of the whole */
    int responsible;
    char number[40]; /* of the part */
};

/* One change of a record: a row of its history. The texts are the plan's own. */
struct step {
    moment_t at;
    int64_t actor; /* id of a user */
    const char *action, *from, *to;
    char *comment, *changes;
    const struct part *part; /* whose number the comment names; NULL: none. Giving a part leaves the version of the whole as it was */
};
struct steps {
    struct step list[STEPS_MAX];
    int count;
};

struct party {
    int member;
    const char *role;
    const char *part_state; /* what a co-executor has handed in; NULL nothing yet */
    char *part_text;
    moment_t part_at;
};
/* How a request for more time ends. */
enum asked { ASK_NONE, ASK_WAITING, ASK_GRANTED, ASK_REFUSED };
struct extension {
    const char *status, *reason, *comment;
    moment_t asked_at, decided_at;
    int asked_by, decided_by;
    day_t before, wished;
};
struct report {
    moment_t at, verdict_at;
    int author, verdict_by;
    char *text, *verdict_comment;
    const char *verdict;
};
struct remark {
    moment_t at;
    int author;
    const char *text;
};

struct assignment_plan {
    const char *status, *source, *urgency, *rule;
    char *title, *text;
    int author, behalf, controller, responsible; /* members, -1 for none */
    int unit;
    day_t due, nominal;
    moment_t created, issued, seen, reported, accepted, closed; /* MOMENT_NONE: not yet */
    int returned_times, quality;                                /* quality 0: no mark */
    struct party parties[PARTIES_MAX];
    int party_count;
    struct report reports[REPORTS_MAX];
    int report_count;
    struct remark remarks[COMMENTS_MAX];
    int remark_count;
    bool unread; /* nobody has seen the remarks */
    int64_t appeals[APPEALS_MAX];
    int appeal_count;
    struct extension extensions[EXTENSIONS_MAX];
    int extension_count;
    struct whole *whole; /* has parts; NULL has none */
    struct part *part;   /* is one; NULL is none */
    struct steps steps;
    struct recent *recent; /* who must know when it has been given; NULL for nobody */
    moment_t ends;         /* when it will have been closed if it goes on like this; may lie in the future */
};

/* What is needed to give one. */
struct order {
    moment_t at;
    const struct demo_text *about;
    uint16_t street, house, flat;
    int unit, author, behalf;
    day_t due;      /* DAY_NONE: by urgency */
    int64_t appeal; /* 0: of its own */
    const struct cast_row *cast;
    struct part *part; /* what is given is this part; NULL: a whole */
};

/* Imagines an assignment; it waits in the days' book until its day is closed. */
struct assignment_plan *assignment_imagine(struct town *t, const struct order *o);
/* One of nobody's appeal: a head's idea, a meeting, a plan. */
void assignment_alone(struct town *t, day_t day);
void assignment_plan_free(struct assignment_plan *p);

/* Imagines an appeal registered at the moment and writes its card. */
void appeal_imagine(struct town *t, moment_t at);

/* ---- the demo logins' own assignments (cast.c) ---- */
enum cast_state { CAST_DRAFT, CAST_ISSUED, CAST_SEEN, CAST_IN_WORK, CAST_RETURNED, CAST_REPORTED };
struct cast_row {
    const char *responsible, *author, *behalf, *controller, *co_executor; /* logins; NULL for none */
    int days_ago, due_in_days;
    enum cast_state state;
    bool remark; /* somebody has said something that nobody has read */
    enum asked ask;
    const char *part; /* login of whom a part is given to; NULL for none */
};
/* The next one that is given on this day to somebody of the unit (-1: of any), NULL when there is none left. */
const struct cast_row *cast_take(struct town *t, day_t day, int unit);
/* Gives what nobody's appeal of the day has taken. */
void cast_alone(struct town *t, day_t day);
day_t cast_due(const struct town *t, const struct cast_row *row);
/* Leads the assignment to the state of the row. */
void cast_play(struct town *t, struct assignment_plan *p, const struct cast_row *row, const struct demo_text *about, const struct order *o);

/* ---- what both have in common (life.c) ---- */
/* Adds a step; false when the moment has not come yet (then nothing after it has happened either). Takes comment and changes over. */
bool step_add(const struct town *t, struct steps *s, struct step step);
void steps_free(struct steps *s);
/* The text with street, house and flat filled in; the caller frees. */
char *text_fill(const struct town *t, const char *text, const struct order *o);
char *text_print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* A JSON string literal of the text; the caller frees. */
char *json_quote(const char *text);
int steps_version(const struct steps *s);
/* A step of the plan's own; `to` NULL: the state stays. false: it has not happened yet. Takes comment and changes over. */
bool plan_act(struct town *t, struct assignment_plan *p, moment_t at, int member, const char *action, const char *to, char *comment,
              char *changes);
bool plan_see(struct town *t, struct assignment_plan *p, moment_t at);
bool plan_start(struct town *t, struct assignment_plan *p, moment_t at);
bool plan_report(struct town *t, struct assignment_plan *p, const struct demo_text *about, const struct order *o, moment_t at);
bool plan_return(struct town *t, struct assignment_plan *p, moment_t at);
void plan_remark(struct town *t, struct assignment_plan *p, int author, moment_t at);
void plan_party(struct assignment_plan *p, int member, const char *role);

/* ---- control (life_control.c): false when the life of the plan goes no further yet ---- */
/* More time is asked for, and decided upon. */
bool plan_ask(struct town *t, struct assignment_plan *p, moment_t at, enum asked asked);
/* Co-executors hand in their parts; *at becomes the moment after the last. */
bool plan_gather(struct town *t, struct assignment_plan *p, const struct demo_text *about, const struct order *o, moment_t *at);
/* Who is responsible gives a part to a member (-1: somebody of the unit); *at becomes the moment when it was closed. */
bool plan_part(struct town *t, struct assignment_plan *p, const struct demo_text *about, const struct order *o, int to, moment_t *at);

/* Substitutions of two years (absences.c), before anything else happens. */
void absences_make(struct town *t);

/* ---- the days' book (days.c) ---- */
struct days *days_new(const struct town *t);
void days_free(struct days **d);
void days_put_assignment(struct town *t, struct assignment_plan *p);
void days_put_steps(struct town *t, const char *record, int64_t id, const struct steps *s);
/* Everything of this day is known: assignments get their numbers, events their order; rows go into the sheets. */
bool days_close(struct town *t, day_t day, struct err *err);
/* Writes the card of an assignment whose number has come (write.c). */
bool assignment_write(struct town *t, struct assignment_plan *p, struct err *err);
