/* The screen of a form: builds it from the operation, keeps its draft on the server, sends it, and brings what is wrong to the field.
 * A screen that needs more (registering an appeal) gives a table of extras. */
#pragma once
#include "tui/record.h"
#include "tui/widgets/form.h"

struct form_screen;

/* What a special form adds; absent functions add nothing. */
struct form_extra {
    void (*ready)(struct form_screen *fs);                            /* fields are there, values are filled in */
    void (*restored)(struct form_screen *fs);                         /* a draft has been loaded */
    void (*before_load)(struct form_screen *fs, const json_t *draft); /* make the groups that the draft has */
    void (*changed)(struct form_screen *fs, struct field *f, bool left);
    const char *(*offer_new)(struct form_screen *fs, const struct field *f);
    void (*make_new)(struct form_screen *fs, struct field *f);
    void (*collect)(struct form_screen *fs, json_t *params);    /* last changes before sending */
    bool (*done)(struct form_screen *fs, const json_t *result); /* true: it has said so itself */
    bool (*key)(struct form_screen *fs, int key);               /* before the form */
    bool (*command)(struct form_screen *fs, enum command cmd);
    const char *(*why_not)(struct form_screen *fs, enum command cmd, bool *mine);
    const char *(*scopes)(struct form_screen *fs);                               /* NULL: the form's */
    const char *(*hint)(struct form_screen *fs);                                 /* NULL: the form's */
    const char *(*label)(struct form_screen *fs, enum command cmd);              /* what the key bar says; NULL: the form's */
    struct rect (*side)(struct form_screen *fs, struct rect r);                  /* what is left of r for the fields */
    void (*paint)(struct form_screen *fs, struct rect r, struct cursor *cursor); /* beside them */
    void (*free)(struct form_screen *fs);
};

struct form_target {
    int64_t id, version;
    char number[160]; /* a person has none: the name */
};

/* Records that refused a mass action, each with its reason, for the end. */
struct refusals {
    size_t count;
    char text[1100];
};

/* How a form begins. Everything may be absent but the method. */
struct form_start {
    const char *method;
    const char *title; /* translated; NULL: the operation's summary */
    const char *draft; /* name of its draft; NULL: made of method and id; "": none */
    const struct form_hint *hints;
    const char *const *order;
    json_t *values;                /* by field name: {"value": ..., "label": ...}; taken over */
    json_t *fixed;                 /* parameters that no field holds; taken over */
    const struct record_ref *refs; /* records it changes */
    size_t ref_count;
    const char *target_param; /* the parameter that gets a record's id; NULL: "id" */
    const json_t *record;     /* editing: as the record was; only what differs is sent */
    bool large;               /* has the whole screen */
    const struct form_extra *extra;
    void *extra_data;
};

struct form_screen {
    struct screen *screen;
    char method[64], title[160], draft[96];
    const struct form_hint *hints;
    const char *const *order;
    json_t *values, *fixed, *record;
    struct form_target *targets;
    char target_param[32];
    size_t target_count, target_at;
    bool large, sending, begun, draft_asked, dropped;
    char request_id[37];
    struct form *form; /* NULL until the operation is known */
    struct refusals refusals;
    const struct form_extra *extra;
    void *extra_data;
};

void form_target_take(struct form_target *t, const struct record_ref *ref);
void form_open(const struct form_start *start);
/* The form of an action on records; done at once when there is nothing to fill in. */
void form_open_action(const char *method, const struct record_ref *refs, size_t count);
/* Editing a record by its operation of setting, filled from the card. */
void form_open_edit(const char *method, const struct record_ref *ref, const struct form_hint *hints);
/* Something in an extra changed what a draft would hold. */
void form_touch(struct form_screen *fs);
void form_send(struct form_screen *fs);
/* The draft is no longer wanted: sent, or thrown away. */
void form_draft_drop(struct form_screen *fs);
struct meta_op;
/* The record cut down to what the operation takes, with its version; `labels` (may be NULL) gets {"value", "label"} by field. */
json_t *form_plain(const struct meta_op *op, const json_t *record, json_t *labels);
