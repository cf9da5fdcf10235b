/* The table of operations: a row says everything about one operation, and everything that lists operations reads the row -
 * dispatch, meta.describe, the command line and its help, shell completion, the reference page, the forms of the TUI, the access matrix. */
#pragma once
#include "common/buf.h"
#include "common/err.h"
#include "common/jw.h"
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct pg;
struct work;
struct arena;
struct rules;

/* Roles of a user (classifiers/roles.yaml). A person may hold several; R_SYSTEM is the built-in user of the local socket. */
enum role {
    R_ADMIN = 1 << 0, R_CLERK = 1 << 1, R_HEAD = 1 << 2, R_DEPUTY = 1 << 3, R_CHIEF = 1 << 4, R_EXECUTOR = 1 << 5,
    R_CONTROLLER = 1 << 6, R_DISPATCHER = 1 << 7, R_MANAGER = 1 << 8, R_ANALYST = 1 << 9, R_CITIZENS = 1 << 10, R_SYSTEM = 1 << 11,
};
#define R_ANY 0xfffu
struct role_info {
    uint32_t bit;
    const char *id;
    const char *text[2]; /* by enum lang */
};
extern const struct role_info role_infos[]; /* ends with bit 0 */
uint32_t role_bit(const char *id);          /* 0 when unknown */

enum param_type {
    P_STRING,  /* one line, at most `max` characters, no control characters */
    P_TEXT,    /* many lines */
    P_INT,     /* between 0 and max */
    P_ID,      /* a positive 64-bit id */
    P_BOOL,
    P_DATE,    /* YYYY-MM-DD */
    P_TIME,    /* RFC 3339 with offset */
    P_UUID,
    P_ENUM,    /* one of `values`: "classifier:NAME" or "a|b|c" */
    P_IDS,     /* array of ids, at most `max` */
    P_STRINGS, /* array of one-line strings, at most `max` */
    P_OBJECT,  /* JSON object (draft body) */
    P_OBJECTS, /* array of objects, each checked by `fields` */
    P_CURSOR,  /* opaque place in a list, as `next` gave it */
};

enum param_flags {
    PF_REQUIRED = 1, /* must be there and not empty */
    PF_SECRET = 2,   /* never in a log, never echoed */
    PF_FILTER = 4,   /* narrows a list */
};

struct op_param {
    const char *name;
    enum param_type type;
    unsigned flags;
    uint32_t max;                  /* characters, value or count by type; 0 = the type's default */
    const char *values;            /* P_ENUM, P_STRINGS: allowed values */
    const char *lookup;            /* P_ID, P_IDS: list operation that finds the record ("user.list") */
    const char *label[2];          /* by enum lang */
    const struct op_param *fields; /* P_OBJECTS: rows of the members */
};

enum op_flags {
    OP_WRITE = 1,   /* takes request_id, runs in a transaction of the dispatcher */
    OP_VERSION = 2, /* changes a record: takes id and version */
    OP_SLOW = 4,    /* hashes a password: runs in the small lane */
    OP_LIST = 8,    /* takes query, sort, limit, after */
    OP_NO_DB = 16,  /* answered without a database connection */
    OP_LONG = 32,   /* may take minutes: runs in a lane of its own while the session goes on with other requests, one such at a time */
    OP_ASIDE = 64,  /* a write that changes nothing a card shows */
};

/* Somebody absent, for whom the user acts today. */
enum { STANDS_FOR_MAX = 8 };
struct absent_person {
    int64_t id;
    uint32_t roles;
    char name[128];
};

/* A statement that nobody waits for: it runs when the answer has gone out, before the session's next request is taken. */
struct after {
    struct after *next;
    const char *params[8]; /* of Q_ACCESS_ADD */
};

/* Who asks. Roles and units are the user's own and those of everybody they stand in for today. */
struct session_user {
    int64_t id;
    char login[64];
    char name[128];
    uint32_t roles;
    enum lang lang;
    int64_t unit_id;      /* 0: none */
    bool sees_all;        /* head, clerk, analyst, system: every card of correspondence */
    char units[4096];     /* PostgreSQL array text of the units this user answers for (chief: own tree, deputy: curated trees); "{}" */
    char own_units[4096]; /* the same without those of the absent */
    uint32_t own_roles;
    struct absent_person stands_for[STANDS_FOR_MAX];
    size_t stands_count;
    int32_t loaded_day; /* substitutions begin and end with a day: the user is read again on the next */
};

struct call {
    const struct op *op;
    const struct session_user *user;
    uint64_t session_id;
    json_t *params;      /* object, checked against the row */
    struct pg *db;       /* NULL for OP_NO_DB */
    const struct rules *rules; /* workflow, calendar and names as they were when the request began */
    struct arena *arena; /* dies with the request */
    struct jw *out;      /* write exactly one value: the result */
    struct err *err;
    int64_t acts_for;    /* set by record_may: the absent person whose right was used; 0: the user's own */
    bool subscribe;      /* set by event.subscribe: this session gets notifications from now on */
    bool rules_changed;  /* set by what changes the calendar: the next request counts over the new one */
    void (*committed)(struct call *c); /* set by a write: run after its COMMIT, for what this process keeps in memory */
    json_t *changed;     /* for `committed`; freed with the call */
    bool undone;         /* set by a write that only tries: its answer goes out, its transaction is rolled back */
    bool cancel_long;    /* set by report.cancel: the long operation of this session is to stop */
    bool has_committed;      /* set by an operation that ends transactions of its own: others have something to hear */
    struct work *work;   /* OP_LONG only */
    const struct op *ahead; /* set by session.ahead: the card to read for this session, its id is the parameter `id` */
    bool unseen;         /* this is such a reading: nobody sees the answer yet */
    struct after *after;
};

/* What a long operation has beside the rest. */
struct work {
    int out_fd;                             /* a descriptor that came with the request, -1: none; whoever takes it over sets -1 */
    const char *scratch;                    /* folder where temporary files may stand */
    bool (*go_on)(const struct work *work); /* false: whoever asked has gone or does not want it any more */
    void (*progress)(const struct work *work, int64_t done); /* tells who asked, at most several times a second */
    void *owner;
};

struct op {
    const char *method; /* "appeal.register" */
    uint32_t roles;
    unsigned flags;
    const char *summary[2];
    const struct op_param *params; /* ends with name NULL; may be NULL */
    bool (*handler)(struct call *c);
};

/* Parts of the table, one per file of server/ops/, each ending with method NULL; op_tables ends with NULL. */
extern const struct op *const op_tables[];
/* The row of a method, NULL when there is none. */
const struct op *op_find(const char *method, size_t len);
/* Calls `each` for every row, in the order of the table; stops and returns false when it does. */
bool op_each(bool (*each)(const struct op *op, void *arg), void *arg);
/* Parameters that the flags add (request_id; id and version; query, sort, limit, after), then the row's own: fills `out`
 * (at least 48 places) and returns the count. */
size_t op_params_all(const struct op *op, const struct op_param *out[]);
/* Checks params (an object) against the row; fills err with the field and reason of the first fault. Adds nothing, changes nothing. */
bool op_check(const struct op *op, const json_t *params, struct err *err);

/* Arguments of a call; the row has checked them. Text and ids are NULL / 0 when absent or null. */
const char *arg_str(const struct call *c, const char *name);
int64_t arg_int(const struct call *c, const char *name);
bool arg_bool(const struct call *c, const char *name);
bool arg_has(const struct call *c, const char *name);
/* The argument as text for a bound SQL parameter: NULL when absent, arrays as PostgreSQL array text. Dies with the arena. */
const char *arg_sql(const struct call *c, const char *name);
