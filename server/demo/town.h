/* The invented municipality while it is being made: what all its makers share. */
#pragma once
#include "common/arena.h"
#include "db/pg.h"
#include "server/demo/lexicon.h"
#include "server/demo/material.h"
#include "server/demo/random.h"
#include "server/demo/sheet.h"
#include "server/rules/rules.h"

/* A person of the administration. */
struct member {
    int64_t id;
    const char *login, *name, *position;
    int unit;          /* index into material.units */
    const char *roles; /* parted by blanks */
    bool chief;
};

/* Who works where, by indexes into `member`. */
struct team {
    int *list;
    int count;
};

struct staff {
    struct member *member;
    int count;
    struct team *of_unit; /* by unit: its own people who do the work, the chief first */
    int *deputy_of_unit;  /* by unit: who looks after it */
    struct team clerks, deputies, controllers;
    int head;
};

/* A correspondent, small: there may be millions. Names are put together when they are needed. */
struct citizen {
    uint16_t surname, first, patronymic, street, house, flat;
    uint8_t kind;      /* enum citizen_kind */
    uint8_t gender;    /* enum gender */
    uint8_t form;      /* of an organisation */
    int16_t last_text; /* what they wrote about last: index of the text, -1 nothing yet */
    int64_t last_appeal;
};

enum { KIND_COUNT = 7, CAST_ROWS_MAX = 64 };
enum { RECENT_COUNT = 64 };

struct assignment_plan;

/* An appeal of these days: somebody else may write about the same. */
struct recent {
    int64_t appeal, citizen;
    int text;
    uint16_t street, house;
    struct assignment_plan *assignment; /* that still waits to be given, NULL when it was */
};

struct days;

struct town {
    struct arena *arena;
    struct pg *pg;
    struct random random;
    struct material material;
    struct lexicon *lexicon;
    struct deadlines *deadlines;
    struct classifiers *classifiers;
    struct work_calendar *calendar;
    struct sheets sheets;
    struct staff staff;
    int64_t unit_first; /* id of units[0] */

    day_t first, today;
    moment_t now; /* nothing has happened after this */

    struct citizen *citizen;
    size_t citizen_count, citizen_max;
    int64_t citizen_first; /* id of citizen[0] */

    const char *letters[KIND_COUNT]; /* by kind of appeal: of the number */
    int64_t serial[KIND_COUNT], assignment_serial;
    int serial_year;  /* to which the serials belong */
    int64_t outgoing; /* answers sent, for their numbers */
    int64_t next_appeal, next_assignment, next_comment, next_event;

    struct recent recent[RECENT_COUNT];
    int recent_at;
    struct vector vector; /* scratch for search vectors */

    struct days *days;              /* what is still to be written down, by day */
    bool cast_taken[CAST_ROWS_MAX]; /* which assignments of the demo logins have been given */
    struct err *err;                /* of the first fault */
    bool failed;
};

/* ---- time ---- */
bool town_is_working(const struct town *t, day_t d);
/* That day or the nearest working one after it, before it. */
day_t town_working_day(const struct town *t, day_t d);
day_t town_working_day_before(const struct town *t, day_t d);
/* A moment of the working hours of a day. */
moment_t town_office_hour(struct town *t, day_t d);
/* A moment of the office between so many and so many working days later, always after `from`. */
moment_t town_later(struct town *t, moment_t from, int low, int high);
day_t moment_day(moment_t m);

/* ---- people ---- */
/* Writes units and people into their sheets. Keys of the demo logins are made (or found) in STATE/keys. */
bool staff_make(struct town *t, const char *state, struct err *err);
const struct member *staff_member(const struct town *t, int index);
int staff_find(const struct town *t, const char *login);
/* Somebody of the unit who does the work (of its parent when it has nobody, of the administrative office for a body outside). */
int staff_worker(struct town *t, int unit);
/* Any unit that has such people. */
int staff_unit(struct town *t);
int64_t town_unit_id(const struct town *t, int unit); /* 0 for -1 */
/* Makes STATE/keys/<login> if absent and tells its public half. The texts live in the arena. */
struct demo_key {
    const char *algorithm, *blob, *fingerprint;
};
bool key_ensure(struct arena *arena, const char *state, const char *login, struct demo_key *key, struct err *err);

enum citizen_kind { CITIZEN_PERSON, CITIZEN_ORGANIZATION, CITIZEN_COLLECTIVE };
/* Invents one and writes the card; index of it. */
size_t citizen_add(struct town *t, enum citizen_kind kind, moment_t since);
void citizen_name(const struct town *t, size_t index, char *out, size_t size);
/* Where they live, as a postal address. */
void citizen_address(const struct town *t, size_t index, char *out, size_t size);
int64_t citizen_id(const struct town *t, size_t index);
/* Settlements, streets, houses, companies and social objects (addresses.c). */
bool addresses_make(struct town *t, struct err *err);
