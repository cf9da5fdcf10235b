#include "server/rules/workflow_model.h"
#include "server/rules/yaml_tree.h"

/* States that can be reached from `seen`, themselves included. */
static uint64_t spread_forward(const struct wf_record *r, uint64_t seen)
{
    for (uint64_t before = 0; before != seen;) {
        before = seen;
        for (int i = 0; i < r->row_count; i++) {
            const struct transition *t = &r->rows[i].rule;
            if (t->to >= 0 && (t->from_mask & seen))
                seen |= UINT64_C(1) << t->to;
        }
    }
    return seen;
}

/* States from which one of `goal` can be reached, themselves included. */
static uint64_t spread_back(const struct wf_record *r, uint64_t goal)
{
    for (uint64_t before = 0; before != goal;) {
        before = goal;
        for (int i = 0; i < r->row_count; i++) {
            const struct transition *t = &r->rows[i].rule;
            if (t->to >= 0 && (goal >> t->to & 1))
                goal |= t->from_mask;
        }
    }
    return goal;
}

/* Does any transition lead from the state to another one? */
static bool has_way_out(const struct wf_record *r, int state)
{
    for (int i = 0; i < r->row_count; i++) {
        const struct transition *t = &r->rows[i].rule;
        if (t->to >= 0 && t->to != state && (t->from_mask >> state & 1))
            return true;
    }
    return false;
}

bool workflow_check_paths(const struct wf_record *r, const char *path, struct err *err)
{
    uint64_t begin = r->initial_mask, end = 0;
    for (int i = 0; i < r->row_count; i++)
        if (!r->rows[i].rule.from_mask)
            begin |= UINT64_C(1) << r->rows[i].rule.to;
    for (int i = 0; i < r->state_count; i++)
        if (r->states[i].final)
            end |= UINT64_C(1) << i;
    if (!r->initial_mask)
        return yaml_tree_fault(err, path, r->line, "%s has no initial state: mark the first one initial: true", r->id);
    uint64_t reached = spread_forward(r, begin), ending = spread_back(r, end);
    for (int i = 0; i < r->state_count; i++)
        if (!(reached >> i & 1))
            return yaml_tree_fault(err, path, r->state_lines[i],
                                   "nothing leads to state \"%s\" of %s: add a transition to it or remove the state", r->states[i].id,
                                   r->id);
    for (int i = 0; i < r->state_count; i++)
        if (!r->states[i].final && !has_way_out(r, i))
            return yaml_tree_fault(err, path, r->state_lines[i], "state \"%s\" of %s is a dead end: add a way out or mark it final: true",
                                   r->states[i].id, r->id);
    for (int i = 0; i < r->state_count; i++)
        if (!(ending >> i & 1))
            return yaml_tree_fault(err, path, r->state_lines[i],
                                   "state \"%s\" of %s goes in a circle for ever: no final state can be reached from it; add a way to one",
                                   r->states[i].id, r->id);
    return true;
}
