#include "server/ops/op.h"
#include "server/rules/workflow_model.h"
#include <stdlib.h>
#include <string.h>

void workflow_free(struct workflow **wf)
{
    if (!*wf)
        return;
    arena_free(&(*wf)->arena);
    free(*wf);
    *wf = NULL;
}

const struct wf_record *workflow_record(const struct workflow *wf, const char *id)
{
    for (const struct wf_record *r = wf->records; r; r = r->next)
        if (strcmp(r->id, id) == 0)
            return r;
    return NULL;
}

static const struct transition *find_transition(const struct wf_record *record, const char *action)
{
    for (int i = 0; record && i < record->row_count; i++)
        if (strcmp(record->rows[i].rule.id, action) == 0)
            return &record->rows[i].rule;
    return NULL;
}

static int find_state(const struct wf_record *record, const char *state)
{
    for (int i = 0; record && i < record->state_count; i++)
        if (strcmp(record->states[i].id, state) == 0)
            return i;
    return -1;
}

const struct transition *workflow_transition(const struct workflow *wf, const char *record, const char *action)
{
    return find_transition(workflow_record(wf, record), action);
}

int workflow_state(const struct workflow *wf, const char *record, const char *state)
{
    return find_state(workflow_record(wf, record), state);
}

const struct wf_state *workflow_state_info(const struct workflow *wf, const char *record, int state)
{
    const struct wf_record *r = workflow_record(wf, record);
    return r && state >= 0 && state < r->state_count ? &r->states[state] : NULL;
}

/* The roles of `held` that count on this record. A clerk and a head serve all correspondence; a deputy and a chief only what lies in
 * their scope; an executor also what they execute themselves; the built-in user does what a clerk, a head or a dispatcher may. */
static uint32_t roles_in_force(uint32_t held, uint32_t relations)
{
    uint32_t roles = held & ~(uint32_t)(R_DEPUTY | R_CHIEF | R_EXECUTOR);
    if (relations & REL_IN_SCOPE)
        roles |= held & (R_DEPUTY | R_CHIEF | R_EXECUTOR);
    if (relations & (REL_RESPONSIBLE | REL_CO_EXECUTOR))
        roles |= held & R_EXECUTOR;
    if (held & R_SYSTEM)
        roles |= R_CLERK | R_HEAD | R_DISPATCHER;
    return roles;
}

static bool is_theirs(const struct transition *t, uint32_t roles, uint32_t relations)
{
    return (t->by_relations & relations) || (t->by_roles & roles_in_force(roles, relations));
}

/* What facts of the record bar, by the guard that watches them. */
static bool is_barred(const struct transition *t, uint32_t relations)
{
    static const struct {
        const char *guard;
        uint32_t mask, value;
    } watched[] = {
        {"no_open_assignments", REL_HAS_OPEN_WORK, 0},
        {"is_controlled", REL_IS_CONTROLLED, REL_IS_CONTROLLED},
        {"own_part_open", REL_OWN_PART_OPEN, REL_OWN_PART_OPEN},
        {"part_reported", REL_PART_REPORTED, REL_PART_REPORTED},
    };
    for (size_t i = 0; i < sizeof watched / sizeof *watched; i++)
        if (strcmp(t->guard, watched[i].guard) == 0)
            return (relations & watched[i].mask) != watched[i].value;
    return false;
}

bool workflow_may_extend(const struct workflow *wf, const char *state)
{
    const struct wf_record *r = workflow_record(wf, "assignment");
    const struct transition *report = find_transition(r, "report");
    int from = find_state(r, state);
    return report && from >= 0 && (report->from_mask >> from & 1);
}

/* The request for an extension lives beside its assignment: what may be done about it stands among the assignment's actions. */
static void write_extension(const struct workflow *wf, const char *state, uint32_t roles, uint32_t relations, struct jw *out)
{
    static const struct {
        const char *action, *transitions[2];
        bool asked;
    } rows[] = {
        {"extend_request", {"ask", NULL}, false},
        {"extend_decide", {"grant", "refuse"}, true},
        {"extend_withdraw", {"withdraw", NULL}, true},
    };
    const struct wf_record *assignment = workflow_record(wf, "assignment"), *request = workflow_record(wf, "extension_request");
    int at = find_state(assignment, state);
    bool asked = relations & REL_EXTENSION_ASKED;
    if (at < 0 || assignment->states[at].final || (!asked && !workflow_may_extend(wf, state)))
        return;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool theirs = false;
        for (size_t k = 0; k < 2 && rows[i].transitions[k]; k++) {
            const struct transition *t = find_transition(request, rows[i].transitions[k]);
            theirs = theirs || (t && is_theirs(t, roles, relations));
        }
        if (theirs && rows[i].asked == asked)
            jw_string(out, rows[i].action);
    }
}

static void write_possible(const struct workflow *wf, const char *record, const char *state, uint32_t roles, uint32_t relations,
                           bool automatic, struct jw *out)
{
    const struct wf_record *r = workflow_record(wf, record);
    int from = find_state(r, state);
    jw_array(out);
    for (int i = 0; from >= 0 && i < r->row_count; i++) {
        const struct transition *t = &r->rows[i].rule;
        if (t->automatic == automatic && !is_barred(t, relations) && (t->from_mask >> from & 1) && is_theirs(t, roles, relations))
            jw_string(out, t->id);
    }
    if (!automatic && strcmp(record, "assignment") == 0)
        write_extension(wf, state, roles, relations, out);
    jw_array_end(out);
}

void workflow_actions(const struct workflow *wf, const char *record, const char *state, uint32_t roles, uint32_t relations, struct jw *out)
{
    write_possible(wf, record, state, roles, relations, false, out);
}

void workflow_automatic(const struct workflow *wf, const char *record, const char *state, uint32_t roles, uint32_t relations,
                        struct jw *out)
{
    write_possible(wf, record, state, roles, relations, true, out);
}

bool workflow_check(const struct workflow *wf, const char *record, const char *state, const char *action, uint32_t roles,
                    uint32_t relations, const char **to_state, struct err *err)
{
    const struct wf_record *r = workflow_record(wf, record);
    const struct transition *t = find_transition(r, action);
    int from = find_state(r, state);
    /* An action or state that a changed file no longer has: nobody's right is at fault, the rules say no. */
    if (!t || from < 0)
        return err_rule(err, "status", NULL);
    if (!is_theirs(t, roles, relations))
        return err_set(err, ERR_FORBIDDEN, NULL);
    if (!(t->from_mask >> from & 1))
        return err_rule(err, "status", NULL);
    *to_state = t->to < 0 ? r->states[from].id : r->states[t->to].id;
    return true;
}

bool workflow_check_begin(const struct workflow *wf, const char *record, const char *action, uint32_t roles, uint32_t relations, struct err *err)
{
    const struct transition *t = find_transition(workflow_record(wf, record), action);
    if (!t)
        return err_rule(err, "status", NULL);
    return is_theirs(t, roles, relations) || err_set(err, ERR_FORBIDDEN, NULL);
}

bool workflow_names(const char *const *names, const char *word)
{
    for (; *names; names++)
        if (strcmp(*names, word) == 0)
            return true;
    return false;
}
