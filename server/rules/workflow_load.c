#include "server/rules/workflow_model.h"
#include "server/rules/workflow_words.h"
#include "server/rules/yaml_read.h"
#include <stdlib.h>
#include <string.h>

#define FAULT(l, line, ...) yaml_tree_fault((l)->err, (l)->path, (line), __VA_ARGS__)

enum { JOINED_MAX = 240 };

static int state_index(const struct wf_record *r, const char *id)
{
    for (int i = 0; i < r->state_count; i++)
        if (strcmp(r->states[i].id, id) == 0)
            return i;
    return -1;
}

static bool unknown_state(struct yaml_reader *l, const struct wf_record *r, const struct yaml_tree *at, const char *key)
{
    const char *ids[WF_STATES_MAX + 1] = {NULL};
    char joined[JOINED_MAX];
    for (int i = 0; i < r->state_count; i++)
        ids[i] = r->states[i].id;
    return FAULT(l, at->line, "unknown state \"%.40s\" in %s of %s: use one of %s", at->text, key, r->id,
                 workflow_words_join(ids, joined, sizeof joined));
}

static bool load_state(struct yaml_reader *l, struct wf_record *r, const struct yaml_tree *node, const struct yaml_tree *kinds)
{
    struct wf_state *s = &r->states[r->state_count];
    const char *for_kinds[WF_DEMANDS_MAX + 1] = {NULL}, *kind_ids[WF_STATES_MAX + 1] = {NULL}, *note[2];
    int n = 0;
    for (const struct yaml_tree *k = kinds ? kinds->child : NULL; k && n < WF_STATES_MAX; k = k->next)
        kind_ids[n++] = yaml_tree_get(k, "id")->text;
    s->id = yaml_tree_get(node, "id")->text;
    s->numbered = true;
    if (!yaml_read_labels(l, node, "a state", s->label) || !yaml_read_flag(l, node, "initial", &s->initial) ||
        !yaml_read_flag(l, node, "final", &s->final) || !yaml_read_flag(l, node, "numbered", &s->numbered) ||
        !yaml_read_notes(l, node, note) || !yaml_read_words(l, node, "initial_for", kind_ids, for_kinds, WF_DEMANDS_MAX))
        return false;
    if (strcmp(s->id, "same") == 0)
        return FAULT(l, node->line, "a state cannot be called \"same\" (in `to` it means: stays as it is): rename it");
    if (s->initial && r->initial_mask)
        return FAULT(l, node->line, "a second initial state in %s: leave initial: true on one", r->id);
    if (s->initial || for_kinds[0])
        r->initial_mask |= UINT64_C(1) << r->state_count;
    r->state_lines[r->state_count++] = node->line;
    return true;
}

static bool load_states(struct yaml_reader *l, struct wf_record *r, const struct yaml_tree *list, const struct yaml_tree *kinds)
{
    static const char *const keys[] = {"id", "ru", "en", "initial", "initial_for", "final", "numbered", "note_ru", "note_en", NULL};
    if (!yaml_check_items(l, list, keys, "a state"))
        return false;
    if (list->count == 0 || list->count > WF_STATES_MAX)
        return FAULT(l, list->line, "%s must have between 1 and %d states", r->id, WF_STATES_MAX);
    r->states = arena_alloc(l->arena, list->count * sizeof *r->states);
    r->state_lines = arena_alloc(l->arena, list->count * sizeof *r->state_lines);
    for (const struct yaml_tree *c = list->child; c; c = c->next)
        if (!load_state(l, r, c, kinds))
            return false;
    return true;
}

static bool load_ends(struct yaml_reader *l, const struct wf_record *r, struct wf_row *row, const struct yaml_tree *node)
{
    const struct yaml_tree *from = yaml_tree_get(node, "from"), *to = yaml_tree_get(node, "to");
    if (!from || !to)
        return FAULT(l, node->line, "transition %s of %s without `%s`: add it", row->rule.id, r->id, from ? "to" : "from");
    if (!yaml_expect_kind(l, from, YT_LIST, "from") || !yaml_expect_kind(l, to, YT_TEXT, "to"))
        return false;
    for (const struct yaml_tree *f = from->child; f; f = f->next) {
        if (!yaml_expect_kind(l, f, YT_TEXT, "a state in from"))
            return false;
        int i = state_index(r, f->text);
        if (i < 0)
            return unknown_state(l, r, f, "from");
        if (row->rule.from_mask >> i & 1)
            return FAULT(l, f->line, "\"%s\" stands twice in from: remove one", f->text);
        row->rule.from_mask |= UINT64_C(1) << i;
    }
    row->to_id = to->text;
    row->rule.to = state_index(r, to->text);
    if (row->rule.to < 0 && strcmp(to->text, "same") != 0)
        return unknown_state(l, r, to, "to");
    if (row->rule.to < 0 && !row->rule.from_mask)
        return FAULT(l, from->line, "transition %s from nowhere must name the state it makes: change `to`", row->rule.id);
    return true;
}

static bool load_by(struct yaml_reader *l, const struct wf_record *r, struct wf_row *row, const struct yaml_tree *node)
{
    const struct yaml_tree *by = yaml_tree_get(node, "by");
    if (!by || by->count == 0)
        return FAULT(l, by ? by->line : node->line, "nobody may take %s of %s: name roles, as in by: [clerk, head]", row->rule.id, r->id);
    if (!yaml_read_words(l, node, "by", NULL, row->by, WF_BY_MAX))
        return false;
    for (const struct yaml_tree *w = by->child; w; w = w->next)
        if (!workflow_word_by(w->text, &row->rule.by_roles, &row->rule.by_relations))
            return FAULT(l, w->line,
                         "unknown role \"%s\": use a system role (clerk, head, ...) or a role on the card (author, responsible, "
                         "controller, ...)",
                         w->text);
    if (workflow_record_is_served(r->id) && !row->rule.by_roles && !row->rule.by_relations)
        return FAULT(l, by->line, "nobody can have these roles on a record of kind %s: add one who may take %s", r->id, row->rule.id);
    return true;
}

static bool load_transition(struct yaml_reader *l, struct wf_record *r, const struct yaml_tree *node)
{
    struct wf_row *row = &r->rows[r->row_count++];
    struct transition *t = &row->rule;
    /* Guards, clocks and fields of records without operations are the words of a later day: any word will do. */
    bool served = workflow_record_is_served(r->id);
    const char *const *fields = served ? workflow_fields : NULL;
    t->id = yaml_tree_get(node, "id")->text;
    return load_ends(l, r, row, node) && load_by(l, r, row, node) &&
           yaml_read_words(l, node, "demands", fields, t->demands, WF_DEMANDS_MAX) &&
           yaml_read_words(l, node, "may_set", fields, t->may_set, WF_DEMANDS_MAX) &&
           yaml_read_words(l, node, "may_demand", fields, t->may_demand, WF_DEMANDS_MAX) &&
           yaml_read_word(l, node, "guard", served ? workflow_guards : NULL, &t->guard) &&
           yaml_read_word(l, node, "clock", served ? workflow_clocks : NULL, &t->clock) &&
           yaml_read_word(l, node, "cascade", workflow_cascades, &t->cascade) && yaml_read_flag(l, node, "automatic", &t->automatic) &&
           yaml_read_notes(l, node, t->note);
}

static bool load_transitions(struct yaml_reader *l, struct wf_record *r, const struct yaml_tree *list)
{
    static const char *const keys[] = {"id",    "from",  "to",      "by",        "demands", "may_set", "may_demand",
                                       "guard", "clock", "cascade", "automatic", "note_ru", "note_en", NULL};
    if (!yaml_check_items(l, list, keys, "a transition"))
        return false;
    r->rows = arena_alloc(l->arena, (list->count + 1) * sizeof *r->rows);
    for (const struct yaml_tree *c = list->child; c; c = c->next)
        if (!load_transition(l, r, c))
            return false;
    return true;
}

/* What is written beside states and transitions: kinds of the record, computed marks, rules in prose. */
static bool check_extras(struct yaml_reader *l, const struct yaml_tree *node)
{
    static const char *const kind_keys[] = {"id", "ru", "en", "note_ru", "note_en", NULL};
    static const char *const prose[] = {"rules_ru", "rules_en", NULL};
    const char *words[WF_STATES_MAX + 1] = {NULL}, *label[2], *link;
    const struct yaml_tree *kinds = yaml_tree_get(node, "kinds");
    if (kinds && !yaml_check_items(l, kinds, kind_keys, "a kind"))
        return false;
    for (const struct yaml_tree *k = kinds ? kinds->child : NULL; k; k = k->next)
        if (!yaml_read_labels(l, k, "a kind", label) || !yaml_read_notes(l, k, label))
            return false;
    for (const char *const *key = prose; *key; key++) {
        const struct yaml_tree *list = yaml_tree_get(node, *key);
        if (list && !yaml_expect_kind(l, list, YT_LIST, *key))
            return false;
        for (const struct yaml_tree *c = list ? list->child : NULL; c; c = c->next)
            if (!yaml_expect_kind(l, c, YT_TEXT, "a rule in prose"))
                return false;
    }
    return yaml_read_words(l, node, "computed", NULL, words, WF_STATES_MAX) && yaml_read_text(l, node, "link_ru", &link) &&
           yaml_read_text(l, node, "link_en", &link);
}

static bool load_record(struct yaml_reader *l, struct wf_record *r, const struct yaml_tree *node)
{
    static const char *const keys[] = {"states", "transitions", "computed", "kinds", "rules_ru", "rules_en", "link_ru", "link_en", NULL};
    r->id = node->key;
    r->line = node->key_line;
    if (!yaml_expect_kind(l, node, YT_MAP, r->id) || !yaml_check_keys(l, node, keys, r->id) || !check_extras(l, node))
        return false;
    const struct yaml_tree *states = yaml_tree_get(node, "states"), *transitions = yaml_tree_get(node, "transitions");
    if (!states || !transitions)
        return FAULT(l, r->line, "%s without %s: add the list", r->id, states ? "transitions" : "states");
    return load_states(l, r, states, yaml_tree_get(node, "kinds")) && load_transitions(l, r, transitions) &&
           workflow_check_paths(r, l->path, l->err);
}

static bool load_root(struct yaml_reader *l, struct workflow *wf, const struct yaml_tree *root)
{
    char joined[JOINED_MAX];
    int64_t version = 0;
    if (!yaml_expect_kind(l, root, YT_MAP, "the file"))
        return false;
    struct wf_record **tail = &wf->records;
    for (const struct yaml_tree *c = root->child; c; c = c->next) {
        if (strcmp(c->key, "version") == 0) {
            if (!yaml_tree_int(c, &version) || version != 1)
                return FAULT(l, c->line, "this program reads version: 1");
            continue;
        }
        if (!workflow_word_is_in(workflow_records_known, c->key))
            return FAULT(l, c->key_line, "unknown record \"%.40s\": use one of %s", c->key,
                         workflow_words_join(workflow_records_known, joined, sizeof joined));
        *tail = arena_alloc(l->arena, sizeof **tail);
        if (!load_record(l, *tail, c))
            return false;
        tail = &(*tail)->next;
    }
    if (version != 1)
        return FAULT(l, root->line, "no version: begin the file with version: 1");
    if (!workflow_record(wf, "appeal") || !workflow_record(wf, "assignment"))
        return FAULT(l, root->line, "the record %s is missing: copy it from the shipped workflow.yaml",
                     workflow_record(wf, "appeal") ? "assignment" : "appeal");
    return true;
}

struct workflow *workflow_load(const char *path, const char *text, struct err *err)
{
    struct workflow *wf = malloc(sizeof *wf);
    if (!wf)
        abort();
    *wf = (struct workflow){.arena = arena_new()};
    struct yaml_reader l = {.arena = wf->arena, .path = path, .err = err};
    const struct yaml_tree *root =
        text ? yaml_tree_read(wf->arena, path, text, strlen(text), err) : yaml_tree_read_file(wf->arena, path, err);
    if (!root || !load_root(&l, wf, root))
        workflow_free(&wf);
    return wf;
}
