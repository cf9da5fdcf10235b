/* meta.describe: the table of operations, as the user may call it. */
#include "server/ops/helpers.h"
#include "server/ops/tables.h"
#include <string.h>

static const char *const type_names[] = {"string", "text", "int", "id", "bool", "date", "time", "uuid", "enum", "ids", "strings", "object", "objects", "cursor"};

static void write_values(struct jw *w, const char *values)
{
    jw_key(w, "values");
    jw_object(w);
    if (strncmp(values, "classifier:", 11) == 0) {
        jw_kstring(w, "classifier", values + 11);
    } else {
        jw_key(w, "list");
        jw_array(w);
        for (const char *p = values; *p;) {
            size_t n = strcspn(p, "|");
            jw_string_n(w, p, n);
            p += n + (p[n] == '|');
        }
        jw_array_end(w);
    }
    jw_object_end(w);
}

static void write_param(struct call *c, const struct op_param *p)
{
    struct jw *w = c->out;
    jw_object(w);
    jw_kstring(w, "name", p->name);
    jw_kstring(w, "type", type_names[p->type]);
    jw_kbool(w, "required", p->flags & PF_REQUIRED);
    jw_kstring(w, "label", p->label[c->user->lang]);
    if (p->max)
        jw_kint(w, "max", p->max);
    if (p->values)
        write_values(w, p->values);
    if (p->lookup)
        jw_kstring(w, "lookup", p->lookup);
    if (p->flags & PF_SECRET)
        jw_kbool(w, "secret", true);
    if (p->flags & PF_FILTER)
        jw_kbool(w, "filter", true);
    if (p->fields) {
        jw_key(w, "fields");
        jw_array(w);
        for (const struct op_param *f = p->fields; f->name; f++)
            write_param(c, f);
        jw_array_end(w);
    }
    jw_object_end(w);
}

static bool write_op(const struct op *op, void *arg)
{
    struct call *c = arg;
    const struct op_param *params[48];
    if (!(op->roles & c->user->roles) && op->roles != R_ANY)
        return true;
    size_t count = op_params_all(op, params);
    jw_object(c->out);
    jw_kstring(c->out, "method", op->method);
    jw_kstring(c->out, "summary", op->summary[c->user->lang]);
    jw_kbool(c->out, "write", op->flags & OP_WRITE);
    jw_kbool(c->out, "list", op->flags & OP_LIST);
    jw_key(c->out, "roles");
    jw_array(c->out);
    for (const struct role_info *r = role_infos; r->bit; r++)
        if (op->roles & r->bit)
            jw_string(c->out, r->id);
    jw_array_end(c->out);
    jw_key(c->out, "params");
    jw_array(c->out);
    for (size_t i = 0; i < count; i++)
        write_param(c, params[i]);
    jw_array_end(c->out);
    jw_object_end(c->out);
    return true;
}

static bool meta_describe(struct call *c)
{
    jw_object(c->out);
    jw_kint(c->out, "protocol", 1);
    jw_kstring(c->out, "program", GOROD_VERSION);
    jw_key(c->out, "operations");
    jw_array(c->out);
    op_each(write_op, c);
    jw_array_end(c->out);
    jw_object_end(c->out);
    return true;
}

const struct op meta_ops[] = {
    {"meta.describe", R_ANY, OP_NO_DB, {"Операции с параметрами и правами, доступные мне", "Operations with parameters and rights that I may call"}, NULL, meta_describe},
    {.method = NULL},
};
