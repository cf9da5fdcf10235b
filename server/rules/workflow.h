/* The workflow as data: states, transitions, who may take each, what it demands, read from workflow.yaml.
 *
 * A struct workflow is immutable after loading and may be read by all threads; reloading makes a new one.
 * Source of the shipped default: docs/workflow (59-FZ art. 8-13; domain rules B5). */
#pragma once
#include "common/err.h"
#include "common/jw.h"
#include <stdint.h>

struct workflow;

/* Relations of a user to one record, told by the query that read the record (bit mask), beside the system roles. */
enum relation {
    REL_AUTHOR = 1 << 0, /* gave the assignment (or it was given on their behalf) */
    REL_CONTROLLER = 1 << 1,
    REL_RESPONSIBLE = 1 << 2,
    REL_CO_EXECUTOR = 1 << 3,
    REL_WATCHER = 1 << 4,
    REL_CHIEF = 1 << 5,       /* chief of the responsible executor's unit */
    REL_CONSIDERING = 1 << 6, /* the official who considers the appeal */
    REL_IN_SCOPE = 1 << 7,    /* the record is inside the scope of the user's deputy or chief role */
    /* Facts of the record, not of the user: they bar what their guards watch. */
    REL_HAS_OPEN_WORK = 1 << 8,          /* an appeal: open assignments (no_open_assignments) */
    REL_EXTENSION_ASKED = 1 << 9,        /* an extension waits for a decision (one_open_request) */
    REL_CONTROLLER_DECIDES = 1 << 10,    /* the controller of the record, who may decide (controller_if_allowed) */
    REL_IS_CONTROLLED = 1 << 11,         /* a controller is named (is_controlled) */
    REL_OWN_PART_OPEN = 1 << 12,         /* the user is a co-executor whose part is not accepted (own_part_open) */
    REL_PART_REPORTED = 1 << 13,         /* a co-executor's part waits for the responsible one (part_reported) */
    REL_DISPATCHER_NEXT = 1 << 14,       /* a dispatcher other than who answers for the shift (dispatcher_next) */
};

enum { WF_DEMANDS_MAX = 8 };

struct transition {
    const char *id;
    uint64_t from_mask;                      /* bit per state index */
    int to;                                  /* state index; -1: stays the same */
    uint32_t by_roles;                       /* system roles (enum role) */
    uint32_t by_relations;                   /* enum relation */
    const char *demands[WF_DEMANDS_MAX + 1]; /* NULL at the end */
    const char *may_set[WF_DEMANDS_MAX + 1];
    const char *may_demand[WF_DEMANDS_MAX + 1];
    const char *guard; /* "" when none */
    const char *clock; /* "" when none */
    const char *cascade; /* "ask": what becomes of the records below is asked; "" when nothing */
    bool automatic;
    const char *note[2];
};

/* Is the word among the names (one of the arrays above)? */
bool workflow_names(const char *const *names, const char *word);

struct wf_state {
    const char *id;
    const char *label[2];
    bool initial, final, numbered;
};

/* Reads a file (or, with text given, that text under the name `path`). On a fault: NULL, and err->detail says
 * "path:line: what, what to do". Refused: unknown keys, states, roles, relations or guards, doubles, a state nobody can reach,
 * a state that is not final and has no way out, a file without the records appeal and assignment. Caller frees. */
struct workflow *workflow_load(const char *path, const char *text, struct err *err);
void workflow_free(struct workflow **wf);
/* The shipped workflow.yaml, embedded by the build. */
extern const char workflow_default_yaml[];

/* `record`: "appeal", "assignment". NULL / -1 when unknown. */
const struct transition *workflow_transition(const struct workflow *wf, const char *record, const char *action);
int workflow_state(const struct workflow *wf, const char *record, const char *state);
const struct wf_state *workflow_state_info(const struct workflow *wf, const char *record, int state);

/* Writes the JSON array of actions that a user with these roles and relations may take on a record in this state. An assignment lists what may
 * be done about its extension, too: extend_request, extend_decide, extend_withdraw. */
void workflow_actions(const struct workflow *wf, const char *record, const char *state, uint32_t roles, uint32_t relations, struct jw *out);
/* The same of what nobody chooses: it happens when this user opens the card. */
void workflow_automatic(const struct workflow *wf, const char *record, const char *state, uint32_t roles, uint32_t relations,
                        struct jw *out);
/* May this user take this action now? On false err is ERR_FORBIDDEN (not theirs to take) or ERR_RULE "status" (not from this state).
 * On true *to_state is the id of the state afterwards. Does not look at demands and guards: the operation does, for it has the values. */
bool workflow_check(const struct workflow *wf, const char *record, const char *state, const char *action, uint32_t roles,
                    uint32_t relations, const char **to_state, struct err *err);

/* The same of an action that makes a record of this kind (a transition from nowhere); ERR_RULE "status" when the file has no such action. */
bool workflow_check_begin(const struct workflow *wf, const char *record, const char *action, uint32_t roles, uint32_t relations, struct err *err);
/* May this user ask for an extension of an assignment in this state: while the work is owed, that is, while it can be reported. */
bool workflow_may_extend(const struct workflow *wf, const char *state);

/* The whole of one record kind (or of all, record NULL): states, transitions, for people and programs. */
void workflow_write_json(const struct workflow *wf, const char *record, enum lang lang, struct jw *out);
/* Graphviz text of one record. */
void workflow_write_dot(const struct workflow *wf, const char *record, enum lang lang, struct buf *out);
