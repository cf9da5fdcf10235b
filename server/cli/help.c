#include "common/utf8.h"
#include "server/cli/internal.h"
#include <string.h>

enum { NOUNS_MAX = 128, VERBS_MAX = 64, NAME_MAX_BYTES = 48 };

/* ---- nouns and verbs, read from the table ---- */

struct collect {
    const char *noun; /* NULL: collect nouns, else the verbs of this one */
    char (*names)[NAME_MAX_BYTES];
    size_t count, max;
};

static bool collect_one(const struct op *op, void *arg)
{
    struct collect *c = arg;
    const char *dot = strchr(op->method, '.');
    if (!dot)
        return true;
    size_t noun_len = (size_t)(dot - op->method);
    char name[NAME_MAX_BYTES];
    if (c->noun && (strlen(c->noun) != noun_len || strncmp(c->noun, op->method, noun_len) != 0))
        return true;
    if (c->noun)
        snprintf(name, sizeof name, "%s", dot + 1);
    else
        snprintf(name, sizeof name, "%.*s", (int)noun_len, op->method);
    for (size_t i = 0; i < c->count; i++)
        if (strcmp(c->names[i], name) == 0)
            return true;
    if (c->count < c->max)
        memcpy(c->names[c->count++], name, sizeof name);
    return true;
}

const char *const *cli_nouns(void)
{
    static char names[NOUNS_MAX][NAME_MAX_BYTES];
    static const char *list[NOUNS_MAX + 1];
    struct collect c = {.names = names, .max = NOUNS_MAX};
    op_each(collect_one, &c);
    for (size_t i = 0; i < c.count; i++)
        list[i] = names[i];
    list[c.count] = NULL;
    return list;
}

const char *const *cli_verbs(const char *noun)
{
    static char names[VERBS_MAX][NAME_MAX_BYTES];
    static const char *list[VERBS_MAX + 1];
    struct collect c = {.noun = noun, .names = names, .max = VERBS_MAX};
    op_each(collect_one, &c);
    for (size_t i = 0; i < c.count; i++)
        list[i] = names[i];
    list[c.count] = NULL;
    return list;
}

const struct op *cli_op(int argc, char *const argv[])
{
    if (argc < 2)
        return NULL;
    char method[128];
    int n = snprintf(method, sizeof method, "%s.%s", argv[0], argv[1]);
    if (n >= (int)sizeof method)
        return NULL;
    for (char *p = method; *p; p++)
        *p = *p == '-' ? '_' : *p;
    return op_find(method, (size_t)n);
}

/* ---- pages ---- */

static void pad(FILE *out, const char *text, int cells)
{
    fputs(text, out);
    for (int used = utf8_width(text); used < cells; used++)
        fputc(' ', out);
}

void cli_help_nouns(FILE *out)
{
    const char *const *nouns = cli_nouns();
    for (size_t i = 0; nouns[i]; i++) {
        fputs("  ", out);
        pad(out, nouns[i], 18);
        const char *const *verbs = cli_verbs(nouns[i]);
        for (size_t k = 0; verbs[k]; k++)
            fprintf(out, "%s%s", k ? " " : "", verbs[k]);
        fputc('\n', out);
    }
}

struct noun_page {
    FILE *out;
    const char *noun;
};

static bool noun_line(const struct op *op, void *arg)
{
    const struct noun_page *page = arg;
    size_t len = strlen(page->noun);
    if (strncmp(op->method, page->noun, len) != 0 || op->method[len] != '.')
        return true;
    char words[128];
    snprintf(words, sizeof words, "  %s %s", page->noun, op->method + len + 1);
    pad(page->out, words, 32);
    fprintf(page->out, " %s\n", op->summary[cli_lang()]);
    return true;
}

void cli_help_noun(FILE *out, const char *program, const char *noun)
{
    fprintf(out,
            CLI_TR("Использование: %s %s ДЕЙСТВИЕ --параметр значение ... [--json]\n\n",
                   "Usage: %s %s VERB --parameter value ... [--json]\n\n"),
            program, noun);
    struct noun_page page = {out, noun};
    op_each(noun_line, &page);
    fprintf(out, CLI_TR("\nПараметры действия: %s %s ДЕЙСТВИЕ --help\n", "\nParameters of a verb: %s %s VERB --help\n"), program, noun);
}

static const char *type_name(const struct op_param *p)
{
    switch (p->type) {
    case P_STRING: return CLI_TR("СТРОКА", "STRING");
    case P_TEXT: return CLI_TR("ТЕКСТ|-", "TEXT|-");
    case P_INT: return CLI_TR("ЧИСЛО", "NUMBER");
    case P_ID: return "ID";
    case P_BOOL: return "[yes|no]";
    case P_DATE: return CLI_TR("ГГГГ-ММ-ДД", "YYYY-MM-DD");
    case P_TIME: return CLI_TR("ВРЕМЯ", "TIME");
    case P_UUID: return "UUID";
    case P_ENUM: return CLI_TR("ЗНАЧЕНИЕ", "VALUE");
    case P_IDS: return "ID,ID";
    case P_STRINGS: return CLI_TR("СТРОКА,...", "STRING,...");
    case P_OBJECT: return "JSON|-";
    case P_OBJECTS: return "JSON|-";
    case P_CURSOR: return CLI_TR("МЕСТО", "CURSOR");
    }
    return "";
}

/* Values that live in the database are told by an operation; what its parameter is called stands in its row. */
static void param_values(FILE *out, const char *values)
{
    static const char prefix[] = "classifier:", lister[] = "classifier.list";
    const struct op *op = op_find(lister, strlen(lister));
    if (strncmp(values, prefix, strlen(prefix)) != 0)
        fprintf(out, "; %s", values);
    else if (op && op->params && op->params->name)
        fprintf(out, CLI_TR("; значения: classifier list --%s %s", "; values: classifier list --%s %s"), op->params->name,
                values + strlen(prefix));
}

static void param_line(FILE *out, const struct op_param *p)
{
    char words[128];
    snprintf(words, sizeof words, "  --%s %s", p->name, type_name(p));
    pad(out, words, 34);
    fprintf(out, " %s", p->label[cli_lang()] ? p->label[cli_lang()] : p->name);
    if (p->flags & PF_REQUIRED)
        fputs(CLI_TR("; обязательный", "; required"), out);
    if (p->type == P_STRINGS || p->type == P_IDS)
        fputs(CLI_TR("; несколько - через запятую", "; several with commas"), out);
    if (p->type == P_OBJECTS)
        fputs(CLI_TR("; можно повторять", "; may be repeated"), out);
    if (p->values)
        param_values(out, p->values);
    if (p->max && (p->type == P_STRING || p->type == P_TEXT))
        fprintf(out, CLI_TR("; до %u знаков", "; up to %u characters"), p->max);
    else if (p->max)
        fprintf(out, CLI_TR("; до %u", "; up to %u"), p->max);
    fputc('\n', out);
    for (const struct op_param *f = p->fields; f && f->name; f++)
        fprintf(out, "      \"%s\": %s%s  %s\n", f->name, type_name(f), f->flags & PF_REQUIRED ? " *" : "",
                f->label[cli_lang()] ? f->label[cli_lang()] : "");
}

void cli_help_op(FILE *out, const char *program, const struct op *op)
{
    const char *dot = strchr(op->method, '.');
    fprintf(out,
            CLI_TR("%s\n\nИспользование: %s %.*s %s --параметр значение ... [--json]\n\n",
                   "%s\n\nUsage: %s %.*s %s --parameter value ... [--json]\n\n"),
            op->summary[cli_lang()], program, (int)(dot - op->method), op->method, dot + 1);
    const struct op_param *all[CLI_PARAMS_MAX];
    size_t count = op_params_all(op, all);
    for (size_t i = 0; i < count; i++)
        param_line(out, all[i]);
    char words[] = "  --json";
    pad(out, words, 34);
    fputs(CLI_TR(" ответ одним документом JSON\n", " the answer as one JSON document\n"), out);
}
