/* workflow.yaml as a stranger may write it: the loader must answer with a fault or with a workflow that every question can be asked of. */
#include "common/buf.h"
#include "common/jw.h"
#include "server/ops/op.h"
#include "server/rules/workflow.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask_everything(const struct workflow *wf, const char *record)
{
    struct buf out;
    struct jw w;
    struct err err = {0};
    buf_init(&out, 16 * 1024 * 1024);
    jw_init(&w, &out);
    const struct wf_state *s;
    for (int i = 0; (s = workflow_state_info(wf, record, i)); i++) {
        const char *to = NULL;
        assert(workflow_state(wf, record, s->id) == i);
        workflow_actions(wf, record, s->id, R_ANY, UINT32_MAX, &w);
        if (workflow_check(wf, record, s->id, "answer", R_ANY, UINT32_MAX, &to, &err))
            assert(workflow_state(wf, record, to) >= 0);
    }
    workflow_write_json(wf, record, LANG_RU, &w);
    workflow_write_dot(wf, record, LANG_EN, &out);
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    if (!text)
        abort();
    memcpy(text, data, size);
    text[size] = '\0';
    struct err err = {0};
    struct workflow *wf = workflow_load("fuzz.yaml", text, &err);
    if (wf) {
        assert(workflow_state_info(wf, "appeal", 0) && workflow_state_info(wf, "assignment", 0));
        ask_everything(wf, "appeal");
        ask_everything(wf, "assignment");
    } else {
        assert(err.code == ERR_PARAMS && strncmp(err.detail, "fuzz.yaml:", strlen("fuzz.yaml:")) == 0);
    }
    workflow_free(&wf);
    free(text);
    return 0;
}
