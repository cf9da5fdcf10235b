/* Rows of a feed of outages on their way to the server: a row is a house, rows of one outage go together, and at the end the server closes
 * what the snapshot does not show. */
#pragma once
#include "common/csv.h"
#include "server/import/rpc.h"
#include <jansson.h>

struct feed {
    const char *source, *snapshot;
    bool create;     /* houses that are not there are made */
    bool dry_run;    /* the server tries all of it and takes it back */
    json_t *made;    /* of a trial: lines for which a place was made, for what comes after them */
    json_t *shown;   /* of a trial: outages that were known */
    bool has_faults; /* a row could not be read: what is absent may stand in it, so nothing is closed */
    json_t *groups;  /* key: {"params": {...}, "rows": [{"line", "cells"}]}; in the order of the file */
    int64_t opened, changed, unchanged, closed;
    bool is_stale; /* a later snapshot was taken before */
};
/* Takes the row's parameters over. False: err tells why the row does not fit the outage it belongs to. */
bool feed_add(struct feed *f, json_t *params, const struct csv_row *row, struct err *err);
/* What becomes of the rows of an outage. */
struct feed_listener {
    void *owner;
    void (*reject)(void *owner, const struct csv_row *row, const struct err *err);
    void (*count)(void *owner, const char *outcome, int64_t rows); /* "opened", "changed", "unchanged", "stale" */
    void (*request_id)(void *owner, json_t *params);
};
/* Sends outage after outage. False: the server is away, err tells. */
bool feed_send(struct feed *f, struct rpc *rpc, const struct feed_listener *listener, struct err *err);
/* How many outages were opened, changed, left and closed: as members of a JSON object, or lines for people; nothing when no outage was
 * sent. */
void feed_print(const struct feed *f, FILE *out, bool as_json);
void feed_free(struct feed *f);
