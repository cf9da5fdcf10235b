/* What the files of test_events share: the walk over every writing operation, and the sections of the duty desk (events_duty.c). */
#pragma once
#include "tests/harness/town.h"

enum { ABSENT = 999999999 }; /* the id of no record */

extern struct town town;

/* The call succeeds and leaves so many events; returns its result. */
json_t *writes(struct rpc *who, int expected, const char *method, json_t *params);
/* The call is refused and leaves nothing. */
void leaves_nothing(struct rpc *who, const char *method, json_t *params);
/* First refused for its version, then done; `more` is what the call takes beside the id and is taken over. */
json_t *changes(struct rpc *who, int expected, const char *method, json_int_t id, json_t *more);
/* What a call takes: nothing more; one text. */
json_t *none(void);
json_t *text(const char *name, const char *value);

void of_addresses(void **state);
void of_houses(void **state);
void of_outages(void **state);
void of_outages_of_a_feed(void **state);
void of_incidents(void **state);
void of_what_incidents_go_on_as(void **state);
void of_shifts(void **state);
