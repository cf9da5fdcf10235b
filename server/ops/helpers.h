/* What the handlers share: parameters of queries, pages of lists, records under a lock, events, numbers. */
#pragma once
#include "db/pg.h"
#include "server/ops/op.h"
#include "server/rules/rules.h"

/* A number as text of the request's arena. */
const char *call_int(struct call *c, int64_t n);
const char *call_bool(bool b); /* "true" / "false" */
/* The user's id, whether they see all, and their units, as the queries want them ($1, $2, $3). */
const char *call_user(struct call *c);
/* PostgreSQL array text of the user, first, and of those the user stands in for today: the $1 of every statement that asks what a user may see
 * or is to a record. */
const char *call_acts(struct call *c);
/* The same of any user. */
const char *user_acts(struct arena *arena, const struct session_user *user);
const char *call_sees_all(const struct call *c);
const char *call_units(const struct call *c);
#define R_SEES_PERSONS (R_ANY & ~(uint32_t)(R_ANALYST | R_ADMIN | R_DISPATCHER | R_MANAGER))
/* Does this user see cards, but no persons on them (an analyst)? */
bool call_hides_persons(const struct call *c);
const char *call_language(const struct call *c); /* "ru" / "en": which labels a query answers */
/* Argument as given, "" kept as a value (arg_sql turns "" into NULL): for fields that may be emptied. */
const char *arg_keep(const struct call *c, const char *name);
/* Today in the municipality's zone. */
day_t call_today(void);

/* Runs a statement whose only row holds one JSON value and writes it; no row: ERR_NOT_FOUND. */
bool write_json_row(struct call *c, enum query q, const char *const *params, int count);

/* The value is in the classifier (or empty): else err_field. *data (may be NULL) gets its facts as JSON text. */
bool check_classifier(struct call *c, const char *classifier, const char *field, const char *code, const char **data);

/* The relation bits that a query told, without those that need a role the user has not. */
uint32_t relations_for(const struct call *c, int64_t bits);

/* A page of a list. The query's columns: JSON object of the item, then (workflow lists) status, relations, then the cursor keys. */
struct page {
    const char *after[2]; /* keys of the cursor, NULL at the beginning */
    int64_t total;        /* carried in the cursor; -1: count now */
    bool exact;
    int limit;
    const char *walk; /* a cursor is good for the list, the filters and the person it was made for */
};
/* Reads limit and after of the call. `keys` says what the cursor holds, a letter each: i an id, d a date or nothing, t a text. */
bool page_begin(struct call *c, struct page *p, const char *keys);
/* Counts once per walk: the statement answers a count that stops at 10,001. */
bool page_count(struct call *c, struct page *p, enum query q, const char *const *params, int count);
/* The same for a query that counts up to most + 1. */
bool page_count_to(struct call *c, struct page *p, enum query q, const char *const *params, int count, int64_t most);
enum { COUNT_LIMIT = 10000 }; /* totals are exact up to here */
/* Writes {"items", "next", "total", "total_exact"}. `record` names the workflow whose actions each item gets (columns 1 and 2 are then
 * status and relations), NULL: none. key_column is the first of key_count cursor columns. The result must hold up to limit + 1 rows. */
void page_write(struct call *c, const struct page *p, const struct pg_res *res, const char *record, int key_column, int key_count);

/* An appeal or an assignment held by this transaction. */
struct record {
    const char *kind; /* "appeal", "assignment", "incident" */
    int64_t id;
    const char *id_text, *status, *number;
    uint32_t relations;
    int64_t version;
    struct pg_res *row; /* the whole row of the lock query; freed by record_free */
};
/* Locks the record of the argument `id` (visible to the user, else ERR_NOT_FOUND) and compares `version` if given (else ERR_CONFLICT with the
 * record as it is). */
bool record_lock(struct call *c, const char *kind, struct record *r);
/* What is on the record changed, though not the record itself: its next version. */
bool record_touch(struct call *c, const struct record *r, int64_t *version);
bool record_lock_id(struct call *c, const char *kind, int64_t id, struct record *r);
void record_free(struct record *r);
/* Writes the card of a record (as KIND.get answers) to the result. */
bool record_write(struct call *c, const char *kind, int64_t id, struct jw *out);
/* May the user take this action now? Checks the workflow's demands too: each demanded field must be among the arguments. Remembers for whom the
 * user acts (call.acts_for), which event_write writes down. */
bool record_may(struct call *c, const struct record *r, const char *action, const char **to_state);

/* Finds out whose right an action of this kind's workflow rests on: the user's own, or that of somebody absent (call.acts_for). */
bool record_acts_for(struct call *c, const struct record *r, const char *kind, const char *action);

struct event {
    const char *record;
    int64_t record_id;
    const char *action, *from, *to, *comment;
    const char *changes; /* JSON object {"field": {"from":..., "to":...}} or NULL */
    int64_t version;
};
bool event_write(struct call *c, const struct event *e);

/* Writes {"id", "number", "version", "status"}: what every write answers at least. */
void write_changed(struct call *c, int64_t id, const char *number, int64_t version, const char *status);

/* The open parts of a locked assignment: *last is the latest day on which one is due, NULL when none is open. */
bool parts_state(struct call *c, const char *id, const char **last, int64_t *open);

/* Runs a statement that writes a numbered card and answers its id and number ("ОГ-318/26"). Everybody queues on the counter of the series
 * until this transaction ends: call it as late as possible. */
bool query_numbered(struct call *c, enum query q, const char *const *params, int count, int64_t *id, const char **number);

/* First column of the only row as a number; 0 rows: `absent`. */
bool query_int(struct call *c, enum query q, const char *const *params, int count, int64_t absent, int64_t *out);

/* The guard that the workflow names on this transition (appeals and assignments); ERR_RULE or ERR_PARAMS when it does not let pass. */
bool record_guard(struct call *c, const struct record *r, const char *action);
/* JSON of {"field": {"from", "to"}} for the arguments that differ from the facts (a statement answering one JSON object of the record). */
bool record_changes(struct call *c, enum query facts, const char *id, const char **changes);
/* Gives an argument a value when it was left out. */
void arg_default(struct call *c, const char *name, const char *value);
const char *day_text(struct call *c, day_t d);
/* Is this state of the record's workflow final? */
bool state_is_final(const struct call *c, const char *kind, const char *state);
/* The state that a new record of this kind begins in; NULL when the municipality's workflow has none. */
const char *state_initial(const struct call *c, const char *kind);
/* The record that the argument `id` or `number` names; ERR_PARAMS when neither is given, ERR_NOT_FOUND for an unknown number. */
bool find_id(struct call *c, enum query by_number, int64_t *id);
/* A number as people say it (the rest after the serial, the letters, zeros may be missing, any separator) as a LIKE pattern of `number`:
 * «ог 0318/26» is ог-318/26, «318» is %-318/%. NULL when the text is no number. */
const char *number_pattern(struct call *c, const char *query);
/* Answers the record that bears the argument `external_id`, with "existing": true, and sets *there; without one nothing is answered. */
bool known_external(struct call *c, enum query by_external, bool *there);
/* The operation KIND.comment: a comment on a record, by everybody who sees it. */
bool record_comment(struct call *c, const char *kind);
