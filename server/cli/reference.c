/* The page of operations, and the command that prints the pages. */
#include "server/cli/reference.h"
#include "server/cli/internal.h"
#include <string.h>

void reference_cell(FILE *out, const char *text)
{
    for (; text && *text; text++)
        fputs(*text == '|' ? "\\|" : *text == '\n' ? " " : (char[]){*text, '\0'}, out);
}

/* "a|b|c" as `a`, `b`, `c`. */
static void write_choice(FILE *out, const char *values)
{
    for (const char *p = values; *p;) {
        size_t n = strcspn(p, "|");
        fprintf(out, "%s`%.*s`", p == values ? "" : ", ", (int)n, p);
        p += n + (p[n] == '|');
    }
}

static void write_limit(FILE *out, const struct op_param *p, const char *unit)
{
    if (p->max)
        fprintf(out, ", at most %u%s", p->max, unit);
}

static void write_type(FILE *out, const struct op_param *p)
{
    static const char *const names[] = {
        [P_STRING] = "line",   [P_TEXT] = "text",     [P_INT] = "integer",     [P_ID] = "id",         [P_BOOL] = "boolean",
        [P_DATE] = "date",     [P_TIME] = "time",     [P_UUID] = "UUID",       [P_ENUM] = "one of",   [P_IDS] = "ids",
        [P_STRINGS] = "lines", [P_OBJECT] = "object", [P_OBJECTS] = "objects", [P_CURSOR] = "cursor",
    };
    static const char classifier[] = "classifier:";
    fputs(names[p->type], out);
    if (p->type == P_STRING || p->type == P_TEXT)
        write_limit(out, p, " characters");
    else if (p->type != P_CURSOR)
        write_limit(out, p, "");
    if (p->lookup)
        fprintf(out, " of `%s`", p->lookup);
    if (!p->values)
        return;
    fputs(p->type == P_ENUM ? " " : ", each one of ", out);
    if (strncmp(p->values, classifier, strlen(classifier)) == 0)
        fprintf(out, "classifier `%s`", p->values + strlen(classifier));
    else
        write_choice(out, p->values);
}

static void write_param(FILE *out, const struct op_param *p, const char *prefix)
{
    fprintf(out, "| `%s%s` | ", prefix, p->name);
    write_type(out, p);
    fprintf(out, "%s%s%s | ", p->flags & PF_REQUIRED ? "; **required**" : "", p->flags & PF_SECRET ? "; secret" : "",
            p->flags & PF_FILTER ? "; filter" : "");
    reference_cell(out, p->label[LANG_EN]);
    fputs(" | ", out);
    reference_cell(out, p->label[LANG_RU]);
    fputs(" |\n", out);
    for (const struct op_param *f = p->fields; f && f->name; f++) {
        char inner[128];
        snprintf(inner, sizeof inner, "%s%s%s.", prefix, p->name, p->type == P_OBJECTS ? "[]" : "");
        write_param(out, f, inner);
    }
}

static void write_roles(FILE *out, uint32_t roles)
{
    bool first = true;
    if (roles == R_ANY) {
        fputs("everybody", out);
        return;
    }
    for (const struct role_info *r = role_infos; r->bit; r++)
        if (roles & r->bit) {
            fprintf(out, "%s`%s`", first ? "" : ", ", r->id);
            first = false;
        }
    if (roles & R_SYSTEM)
        fprintf(out, "%sthe local socket", first ? "" : ", ");
}

static void write_flags(FILE *out, unsigned flags)
{
    if (flags & OP_LIST)
        fputs(" A list: pages by cursor.", out);
    if (flags & OP_WRITE)
        fputs(" Writes: give a `request_id`.", out);
    if (flags & OP_VERSION)
        fputs(" Changes a record: give the `version` you have read.", out);
}

static bool write_op(const struct op *op, void *arg)
{
    FILE *out = arg;
    const struct op_param *params[CLI_PARAMS_MAX];
    size_t count = op_params_all(op, params);
    fprintf(out, "\n### %s\n\n%s. *%s.*\n\nWho: ", op->method, op->summary[LANG_EN], op->summary[LANG_RU]);
    write_roles(out, op->roles);
    fputs(".", out);
    write_flags(out, op->flags);
    fputs("\n", out);
    if (count > 0)
        fputs("\n| Parameter | Type | Label | По-русски |\n| --- | --- | --- | --- |\n", out);
    for (size_t i = 0; i < count; i++)
        write_param(out, params[i], "");
    return true;
}

static bool write_contents_line(const struct op *op, void *arg)
{
    FILE *out = arg;
    char anchor[64];
    size_t n = 0;
    /* An anchor is the heading without its dot. */
    for (const char *p = op->method; *p && n + 1 < sizeof anchor; p++)
        if (*p != '.')
            anchor[n++] = *p;
    anchor[n] = '\0';
    fprintf(out, "- [%s](#%s) - %s\n", op->method, anchor, op->summary[LANG_EN]);
    return true;
}

static void write_operations(FILE *out)
{
    fputs("# Operations\n\n"
          "Written by `gorod-server reference operations` from the table of operations. How to call them: [PROTOCOL](../PROTOCOL.md);\n"
          "at a shell every parameter is an option: `ssh clerk@HOST appeal list --status registered --json`.\n\n"
          "*line*: one line of text without control characters; *text*: many lines; *id*: a positive integer; *date*: YYYY-MM-DD; *time*:\n"
          "RFC 3339 with an offset. A line holds at most 500 characters, a text 100000, an array 200 members, where nothing else is said.\n"
          "The rights here say who may call at all; which records one may see and move depends on the record ([workflow](workflow.md)).\n\n"
          "## Roles\n\n| Role | Name | По-русски |\n| --- | --- | --- |\n",
          out);
    for (const struct role_info *r = role_infos; r->bit; r++)
        fprintf(out, "| `%s` | %s | %s |\n", r->id, r->text[LANG_EN], r->text[LANG_RU]);
    fputs("\n\"The local socket\" is `gorod-server NOUN VERB` on the server itself.\n\n## Contents\n\n", out);
    op_each(write_contents_line, out);
    fputs("\n## All operations\n", out);
    op_each(write_op, out);
}

/* ---- the command ---- */

static const char *const pages[] = {"operations", "errors", "config", "workflow", NULL};

static void print_usage(const char *program)
{
    printf(CLI_TR("Страницы справочника в Markdown: операции, ошибки, настройки, порядок работы\n\n"
                  "Использование: %s reference СТРАНИЦА\n\nСтраницы:\n",
                  "Pages of the reference in Markdown: operations, errors, configuration, workflow\n\n"
                  "Usage: %s reference PAGE\n\nPages:\n"),
           program);
    for (const char *const *page = pages; *page; page++)
        printf("  %s\n", *page);
}

static int fault_page(const char *program, const char *word)
{
    char text[160], hint[128];
    const char *near = cli_nearest(word, pages);
    snprintf(text, sizeof text, CLI_TR("reference: %.60s: такой страницы нет", "reference: %.60s: no such page"), word);
    snprintf(hint, sizeof hint,
             near ? CLI_TR("Может быть, %s?", "Did you mean %s?") : CLI_TR("Все страницы: %s reference", "All pages: %s reference"),
             near ? near : program);
    cli_fault(program, text, hint);
    return 64;
}

int cli_reference(const char *program, int argc, char *const argv[])
{
    struct err err;
    if (argc == 0 || strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0) {
        print_usage(program);
        return 0;
    }
    if (argc > 1)
        return fault_page(program, argv[1]);
    if (strcmp(argv[0], "operations") == 0) {
        write_operations(stdout);
    } else if (strcmp(argv[0], "errors") == 0) {
        reference_write_errors(stdout);
    } else if (strcmp(argv[0], "config") == 0) {
        reference_write_config(stdout);
    } else if (strcmp(argv[0], "workflow") != 0) {
        return fault_page(program, argv[0]);
    } else if (!reference_write_workflow(stdout, &err)) {
        cli_fault(program, err.detail, "");
        return 70;
    }
    return 0;
}
