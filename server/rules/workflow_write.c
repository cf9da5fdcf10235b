#include "server/rules/workflow_model.h"

static void write_names(struct jw *out, const char *key, const char *const *names)
{
    jw_key(out, key);
    jw_array(out);
    for (; *names; names++)
        jw_string(out, *names);
    jw_array_end(out);
}

static void write_state(const struct wf_state *s, enum lang lang, struct jw *out)
{
    jw_object(out);
    jw_kstring(out, "id", s->id);
    jw_kstring(out, "label", s->label[lang]);
    jw_kbool(out, "initial", s->initial);
    jw_kbool(out, "final", s->final);
    jw_kbool(out, "numbered", s->numbered);
    jw_object_end(out);
}

static void write_row(const struct wf_record *r, const struct wf_row *row, enum lang lang, struct jw *out)
{
    const struct transition *t = &row->rule;
    jw_object(out);
    jw_kstring(out, "id", t->id);
    jw_key(out, "from");
    jw_array(out);
    for (int i = 0; i < r->state_count; i++)
        if (t->from_mask >> i & 1)
            jw_string(out, r->states[i].id);
    jw_array_end(out);
    jw_kstring(out, "to", row->to_id);
    write_names(out, "by", row->by);
    write_names(out, "demands", t->demands);
    write_names(out, "may_set", t->may_set);
    write_names(out, "may_demand", t->may_demand);
    jw_kstring(out, "guard", t->guard);
    jw_kstring(out, "clock", t->clock);
    jw_kstring(out, "cascade", t->cascade);
    jw_kbool(out, "automatic", t->automatic);
    jw_kstring(out, "note", t->note[lang]);
    jw_object_end(out);
}

static void write_record(const struct wf_record *r, enum lang lang, struct jw *out)
{
    jw_object(out);
    jw_kstring(out, "record", r->id);
    jw_key(out, "states");
    jw_array(out);
    for (int i = 0; i < r->state_count; i++)
        write_state(&r->states[i], lang, out);
    jw_array_end(out);
    jw_key(out, "transitions");
    jw_array(out);
    for (int i = 0; i < r->row_count; i++)
        write_row(r, &r->rows[i], lang, out);
    jw_array_end(out);
    jw_object_end(out);
}

void workflow_write_json(const struct workflow *wf, const char *record, enum lang lang, struct jw *out)
{
    if (record) {
        const struct wf_record *r = workflow_record(wf, record);
        if (r)
            write_record(r, lang, out);
        else
            jw_null(out);
        return;
    }
    jw_object(out);
    jw_key(out, "records");
    jw_array(out);
    for (const struct wf_record *r = wf->records; r; r = r->next)
        write_record(r, lang, out);
    jw_array_end(out);
    jw_object_end(out);
}

/* Text inside a quoted string of the dot language: labels come from a file that people edit. */
static void put_quoted(struct buf *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            buf_putc(out, '\\');
        buf_putc(out, *text == '\n' ? ' ' : *text);
    }
}

static void put_node(const struct wf_state *s, enum lang lang, struct buf *out)
{
    buf_printf(out, "  \"%s\" [label=\"", s->id);
    put_quoted(out, s->label[lang]);
    buf_printf(out, "\\n%s\"%s%s];\n", s->id, s->initial ? ", penwidth=2" : "", s->final ? ", peripheries=2" : "");
}

static void put_edge(const struct wf_row *row, const char *from, struct buf *out)
{
    const char *to = row->rule.to < 0 ? from : row->to_id;
    buf_printf(out, "  \"%s\" -> \"%s\" [label=\"%s (", from, to, row->rule.id);
    for (const char *const *by = row->by; *by; by++)
        buf_printf(out, "%s%s", by == row->by ? "" : ", ", *by);
    buf_printf(out, ")\"%s];\n", row->rule.automatic ? ", style=dashed" : "");
}

void workflow_write_dot(const struct workflow *wf, const char *record, enum lang lang, struct buf *out)
{
    const struct wf_record *r = workflow_record(wf, record);
    if (!r)
        return;
    buf_printf(out, "digraph \"%s\" {\n  rankdir=LR;\n  node [shape=box, style=rounded];\n", r->id);
    for (int i = 0; i < r->state_count; i++)
        put_node(&r->states[i], lang, out);
    for (int i = 0; i < r->row_count; i++) {
        const struct wf_row *row = &r->rows[i];
        for (int s = 0; s < r->state_count; s++)
            if (row->rule.from_mask >> s & 1)
                put_edge(row, r->states[s].id, out);
    }
    buf_puts(out, "}\n");
}
