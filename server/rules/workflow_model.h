/* Inside of struct workflow: shared by the loader, the questions and the writers of the workflow; nobody else includes this. */
#pragma once
#include "common/arena.h"
#include "server/rules/workflow.h"

enum { WF_STATES_MAX = 64, WF_BY_MAX = 16 };

struct wf_row {
    struct transition rule;
    const char *to_id;             /* as written; "same" when it stays */
    const char *by[WF_BY_MAX + 1]; /* as written, NULL at the end */
};

struct wf_record {
    const char *id;
    int line;
    struct wf_state *states;
    int *state_lines;
    int state_count;
    uint64_t initial_mask;
    struct wf_row *rows;
    int row_count;
    struct wf_record *next;
};

struct workflow {
    struct arena *arena; /* everything the workflow is made of */
    struct wf_record *records;
};

const struct wf_record *workflow_record(const struct workflow *wf, const char *id);
/* No initial state, a state nobody can reach, a state from which no final one can be reached: "path:line: ..." and false. */
bool workflow_check_paths(const struct wf_record *r, const char *path, struct err *err);
