/* Answering an appeal: one result for all, or each of several questions with its own. */
#include "tui/i18n.h"
#include "tui/json.h"
#include "tui/meta.h"
#include "tui/screens/form.h"
#include "tui/screens/modules.h"
#include "tui/text.h"
#include <stdlib.h>
#include <string.h>

struct answering {
    json_t *questions; /* of the card */
};

static void question_add(struct form_screen *fs, const struct meta_param *results, const json_t *question)
{
    int group = form_add_group(fs->form, results, form_field(fs->form, "answer_type"));
    json_t *number = json_integer(js_int(question, "ord"));
    for (size_t i = 0; i < results->field_count; i++) {
        struct field *f = form_group_field(fs->form, results->name, group, results->fields[i]->name);
        bool result = strcmp(results->fields[i]->name, "result") == 0;
        f->hidden = !result;
        f->required = false;
        if (strcmp(results->fields[i]->name, "question") == 0)
            field_set(f, number, NULL);
        if (result)
            strf(f->label, sizeof f->label, "%lld. %s", (long long)js_int(question, "ord"), js_str(question, "topic_label"));
    }
    json_decref(number);
}

static void answer_ready(struct form_screen *fs)
{
    struct answering *a = fs->extra_data;
    const struct meta_param *results = meta_param(meta_op("appeal.answer"), "results");
    size_t i;
    json_t *q;
    if (!results || json_array_size(a->questions) < 2)
        return;
    struct field *all = form_field(fs->form, "answer_type");
    if (all)
        strf(all->label, sizeof all->label, "%s", _("Result, all"));
    json_array_foreach(a->questions, i, q)
    {
        if (!js_str(q, "result")[0])
            question_add(fs, results, q);
    }
}

/* A question without a result of its own gets the common one: it is not sent. */
static void answer_collect(struct form_screen *fs, json_t *params)
{
    json_t *results = json_object_get(params, "results");
    (void)fs;
    for (size_t i = json_array_size(results); i-- > 0;)
        if (!json_object_get(json_array_get(results, i), "result"))
            json_array_remove(results, i);
    if (results && json_array_size(results) == 0)
        json_object_del(params, "results");
}

static void answer_free(struct form_screen *fs)
{
    struct answering *a = fs->extra_data;
    json_decref(a->questions);
    free(a);
}

static const struct form_extra extra = {.ready = answer_ready, .collect = answer_collect, .free = answer_free};

void answer_open(const struct record_ref *ref)
{
    struct answering *a = calloc(1, sizeof *a);
    if (!a)
        abort();
    a->questions = json_incref(json_object_get(ref->whole, "questions"));
    form_open(&(struct form_start){.method = "appeal.answer", .refs = ref, .ref_count = 1, .extra = &extra, .extra_data = a});
}
