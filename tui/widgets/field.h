/* One field of a form: what was typed, what it means, and why it is not accepted. Its kind comes from the operation's parameter. */
#pragma once
#include "tui/meta.h"
#include "tui/widgets/edit.h"
#include <jansson.h>
#include <stdint.h>

enum field_kind {
    FK_LINE, /* one line of text */
    FK_AREA, /* many lines */
    FK_NUMBER,
    FK_DATE, /* typed as people say it */
    FK_TIME,
    FK_BOOL,
    FK_CHOICE,  /* a value of a classifier or a list */
    FK_LOOKUP,  /* a record, found by typing */
    FK_LOOKUPS, /* several */
    FK_WORDS,   /* several lines of text, separated by ";" */
};

struct picked {
    int64_t id;
    char *label;
};

struct field {
    const struct meta_param *param;
    struct meta *meta; /* held while the field lives: the rights of an open form may change */
    enum field_kind kind;
    char label[96];
    struct edit edit;      /* text, or what is typed to find a value */
    char *code;            /* FK_CHOICE: chosen value, NULL: none; FK_TIME: as it came, sent back to the second unless it was changed */
    struct picked *picked; /* FK_LOOKUP: at most one; FK_LOOKUPS */
    size_t picked_count;
    bool on;      /* FK_BOOL */
    bool typing;  /* a choice or lookup is being typed */
    bool touched; /* by the person, since it was opened or filled */
    bool hidden;
    bool required;
    int group;                      /* which element of an array it belongs to; -1: none */
    const struct meta_param *array; /* the array's parameter, when group >= 0 */
    char error[256];                /* "" when there is nothing to say */
};

struct field *field_new(const struct meta_param *param);
void field_free(struct field **f);
/* Does it belong to an element of this array? By name: a table of operations that is told anew has other pointers. */
bool field_is_in(const struct field *f, const char *array);
void field_clear(struct field *f);

/* From the wire; `label` is shown for ids and may be NULL. */
void field_set(struct field *f, const json_t *value, const char *label);
/* What would be sent; NULL when it is empty. The caller's to release. */
json_t *field_value(const struct field *f);
bool field_is_empty(const struct field *f);
/* Is it right as far as can be known here? Fills f->error. */
bool field_check(struct field *f);

/* All that is needed to show it again, also half-typed. */
json_t *field_draft(const struct field *f);
void field_draft_load(struct field *f, const json_t *draft);

/* What stands in the field when it is not being typed in. */
void field_shown(const struct field *f, char *out, size_t size);
/* What stands beside it: a date resolved, how it may be typed. */
void field_note(const struct field *f, bool focused, char *out, size_t size);

bool field_has_list(const struct field *f);
void field_pick(struct field *f, const char *code, int64_t id, const char *label);
/* FK_LOOKUPS: takes the last one out again. */
bool field_unpick(struct field *f);
