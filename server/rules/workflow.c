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
 * their scope; an executor also what they execute themselves; the built-in user does what a clerk or a head may. */
static uint32_t roles_in_force(uint32_t held, uint32_t relations)
{
    uint32_t roles = held & ~(uint32_t)(R_DEPUTY | R_CHIEF | R_EXECUTOR);
    if (relations & REL_IN_SCOPE)
        roles |= held & (R_DEPUTY | R_CHIEF | R_EXECUTOR);
    if (relations & (REL_RESPONSIBLE | REL_CO_EXECUTOR))
        roles |= held & R_EXECUTOR;
    if (held & R_SYSTEM)
        roles |= R_CLERK | R_HEAD;
    return roles;
}

static bool is_theirs(const struct transition *t, uint32_t roles, uint32_t relations)
{
    return (t->by_relations & relations) || (t->by_roles & roles_in_force(roles, relations));
}

static void write_possible(const struct workflow *wf, const char *record, const char *state, uint32_t roles, uint32_t relations,
                           bool automatic, struct jw *out)
{
    const struct wf_record *r = workflow_record(wf, record);
    int from = find_state(r, state);
    jw_array(out);
    for (int i = 0; from >= 0 && i < r->row_count; i++) {
        const struct transition *t = &r->rows[i].rule;
        bool barred = (relations & REL_HAS_OPEN_WORK) && strcmp(t->guard, "no_open_assignments") == 0;
        if (t->automatic == automatic && !barred && (t->from_mask >> from & 1) && is_theirs(t, roles, relations))
            jw_string(out, t->id);
    }
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

bool workflow_names(const char *const *names, const char *word)
{
    for (; *names; names++)
        if (strcmp(*names, word) == 0)
            return true;
    return false;
}
