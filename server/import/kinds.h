/* What can be imported: a row a kind, a row a field. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

enum field_type {
    FIELD_TEXT, /* as it stands, blanks at the ends cut off */
    FIELD_INT,
    FIELD_BOOL,   /* yes, no, да, нет, 1, 0, true, false */
    FIELD_DATE,   /* by date_formats of the map */
    FIELD_TIME,   /* RFC 3339, or by date_formats in the zone of the server */
    FIELD_CODE,   /* code or label of the classifier `values` */
    FIELD_CHOICE, /* one of `values` "a|b" */
    FIELD_WORDS,  /* several, parted by , or ; */
    FIELD_UNIT,   /* code or name */
    FIELD_UNITS,
    FIELD_USER, /* login or full name */
    FIELD_USERS,
    FIELD_APPEAL, /* registration number */
    FIELD_JSON,   /* a JSON object */
};

enum field_target {
    TO_PARAM,  /* a parameter of the operation, of the same name */
    TO_AUTHOR, /* a field of the correspondent who wrote; `param` names it */
    TO_NOBODY, /* stands in our exports for people to see; here it is passed over: a state comes of actions, a number of the register */
};

struct import_field {
    const char *name;
    enum field_type type;
    const char *values;
    enum field_target target;
    const char *param; /* NULL: the name */
    bool required;
};

struct import_kind {
    const char *name;                  /* "appeals" */
    const char *add, *set;             /* operations; set NULL: what is there stays as it is */
    const char *get;                   /* reads the record that set would change */
    const char *key;                   /* the field by which a record is known again */
    const char *within;                /* a field whose values each have keys of their own; NULL: keys are of the whole file */
    bool upserts;                      /* `add` also changes what is there, tells what it did, and takes dry_run */
    const char *creates;               /* what the operation makes where the map lets it, "street|house"; NULL: nothing */
    const char *either[2];             /* fields of which one must be there; NULL for no such rule */
    const struct import_field *fields; /* ends with name NULL */
    bool by_feed;                      /* rows are houses: those of an outage go to `add` together, with --source and --snapshot */
    bool by_year;                      /* rows are days: those of a year go to `add` together, at the end */
};

extern const struct import_kind import_kinds[]; /* ends with name NULL */
const struct import_kind *import_kind_find(const char *name);
const struct import_field *import_field_find(const struct import_kind *kind, const char *name);
/* Index of the field among the kind's own. */
size_t import_field_index(const struct import_kind *kind, const struct import_field *field);
size_t import_field_count(const struct import_kind *kind);
enum { IMPORT_FIELDS_MAX = 48 };
