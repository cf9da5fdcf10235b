/* The page of the shipped workflow: states, transitions and a diagram of every record that has operations. */
#include "common/buf.h"
#include "common/jw.h"
#include "server/cli/reference.h"
#include "server/rules/workflow.h"
#include "server/rules/workflow_words.h"
#include <jansson.h>
#include <string.h>

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/* An array of names as `a`, `b`. */
static void write_names(FILE *out, const json_t *names)
{
    size_t i;
    json_t *name;
    json_array_foreach(names, i, name) fprintf(out, "%s`%s`", i ? ", " : "", json_string_value(name));
}

static void write_states(FILE *out, const json_t *en, const json_t *ru)
{
    size_t i;
    json_t *state;
    fputs("\n| State | Name | По-русски | |\n| --- | --- | --- | --- |\n", out);
    json_array_foreach(json_object_get(en, "states"), i, state)
    {
        const json_t *other = json_array_get(json_object_get(ru, "states"), i);
        fprintf(out, "| `%s` | ", text_of(state, "id"));
        reference_cell(out, text_of(state, "label"));
        fputs(" | ", out);
        reference_cell(out, text_of(other, "label"));
        fprintf(out, " | %s%s |\n", json_is_true(json_object_get(state, "initial")) ? "begins here" : "",
                json_is_true(json_object_get(state, "final")) ? "final" : "");
    }
}

/* What a transition asks for, and what it does besides. */
static void write_demands(FILE *out, const json_t *t)
{
    static const struct {
        const char *key, *before;
    } lists[] = {{"demands", "demands "}, {"may_demand", "may demand "}, {"may_set", "may set "}};
    bool some = false;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        const json_t *names = json_object_get(t, lists[i].key);
        if (json_array_size(names) == 0)
            continue;
        fprintf(out, "%s%s", some ? "; " : "", lists[i].before);
        write_names(out, names);
        some = true;
    }
    if (*text_of(t, "guard")) {
        fprintf(out, "%sguard `%s`", some ? "; " : "", text_of(t, "guard"));
        some = true;
    }
    if (*text_of(t, "clock"))
        fprintf(out, "%sclock `%s`", some ? "; " : "", text_of(t, "clock"));
}

static void write_transitions(FILE *out, const json_t *record)
{
    size_t i;
    json_t *t;
    fputs("\n| Action | From | To | Who may | What it takes | |\n| --- | --- | --- | --- | --- | --- |\n", out);
    json_array_foreach(json_object_get(record, "transitions"), i, t)
    {
        fprintf(out, "| `%s` | ", text_of(t, "id"));
        write_names(out, json_object_get(t, "from"));
        fprintf(out, " | %s%s%s | ", strcmp(text_of(t, "to"), "same") ? "`" : "", text_of(t, "to"),
                strcmp(text_of(t, "to"), "same") ? "`" : "");
        write_names(out, json_object_get(t, "by"));
        fputs(json_is_true(json_object_get(t, "automatic")) ? " (by itself) | " : " | ", out);
        write_demands(out, t);
        fputs(" | ", out);
        reference_cell(out, text_of(t, "note"));
        fputs(" |\n", out);
    }
}

static void write_edge(FILE *out, const json_t *t, const char *from)
{
    const char *to = text_of(t, "to");
    fprintf(out, "    %s --> %s : %s\n", from, strcmp(to, "same") == 0 ? from : to, text_of(t, "id"));
}

static void write_diagram(FILE *out, const json_t *record)
{
    size_t i, k;
    json_t *item, *from;
    fputs("\n```mermaid\nstateDiagram-v2\n", out);
    json_array_foreach(json_object_get(record, "states"), i, item) if (json_is_true(json_object_get(item, "initial")))
        fprintf(out, "    [*] --> %s\n", text_of(item, "id"));
    json_array_foreach(json_object_get(record, "transitions"), i, item) json_array_foreach(json_object_get(item, "from"), k, from)
        write_edge(out, item, json_string_value(from));
    json_array_foreach(json_object_get(record, "states"), i, item) if (json_is_true(json_object_get(item, "final")))
        fprintf(out, "    %s --> [*]\n", text_of(item, "id"));
    fputs("```\n", out);
}

static json_t *load_records(const struct workflow *wf, enum lang lang)
{
    struct buf text;
    struct jw w;
    buf_init(&text, 4 * 1024 * 1024);
    jw_init(&w, &text);
    workflow_write_json(wf, NULL, lang, &w);
    json_t *root = json_loadb(text.data, text.len, 0, NULL);
    buf_free(&text);
    return root;
}

bool reference_write_workflow(FILE *out, struct err *err)
{
    struct workflow *wf = workflow_load("workflow.yaml", workflow_default_yaml, err);
    if (!wf)
        return false;
    json_t *en = load_records(wf, LANG_EN), *ru = load_records(wf, LANG_RU), *record;
    size_t i;
    fputs("# Workflow\n\n"
          "Written by `gorod-server reference workflow` from the shipped `workflow.yaml`. A municipality may change it: copy "
          "`db/seed/workflow.yaml`,\n"
          "name the copy in the configuration (`workflow: PATH`), and `gorod-server check` says whether it holds together. `workflow show "
          "--record appeal\n"
          "--format dot` draws what a running server goes by.\n\n"
          "*Who may* is a role of the user (`clerk`, `head` ...) or a relation to this record (`author`, `responsible`, `controller`,\n"
          "`chief_of_responsible` ...). An action is performed by the operation of the same name (`assign` by\n"
          "`assignment.create`, `recall_report` by `assignment.recall`).\n",
          out);
    json_array_foreach(json_object_get(en, "records"), i, record)
    {
        if (!workflow_record_is_served(text_of(record, "record")))
            continue;
        fprintf(out, "\n## %s\n", text_of(record, "record"));
        write_states(out, record, json_array_get(json_object_get(ru, "records"), i));
        write_transitions(out, record);
        write_diagram(out, record);
    }
    json_decref(en);
    json_decref(ru);
    workflow_free(&wf);
    return true;
}
