/* Days of a production calendar on their way to the server: gathered by year, and what the server said of each year. */
#pragma once
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct year_days {
    json_t *years;   /* "2028": [{date, kind, note}] */
    json_t *records; /* the first of those whose date moved, as the server named them */
    int64_t moved;
};
/* Takes the day over. */
void year_days_add(struct year_days *d, json_t *day);
/* Parameters of calendar.year for the next year, which is forgotten with it; NULL: none is left. The caller's to json_decref. */
json_t *year_days_next(struct year_days *d);
/* Keeps what moved, and says on standard error when the year's calendar is not whole. */
void year_days_note(struct year_days *d, const json_t *result);
/* What moved: ",\"moved\":N,\"records\":[...]" for the JSON summary, or lines for people; nothing when no day was sent. */
void year_days_print(const struct year_days *d, FILE *out, bool as_json);
void year_days_free(struct year_days *d);
