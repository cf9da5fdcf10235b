#include "server/cli/internal.h"
#include <string.h>

static void print_matching(const char *const list[], const char *prefix)
{
    for (size_t i = 0; list[i]; i++)
        if (strncmp(list[i], prefix, strlen(prefix)) == 0)
            puts(list[i]);
}

static bool is_used(int argc, char *const argv[], const char *name)
{
    for (int i = 2; i < argc - 1; i++)
        if (strncmp(argv[i], "--", 2) == 0 && strcmp(argv[i] + 2, name) == 0)
            return true;
    return false;
}

static void print_params(const struct op *op, int argc, char *const argv[])
{
    const char *prefix = argv[argc - 1];
    const struct op_param *all[CLI_PARAMS_MAX];
    size_t count = op_params_all(op, all);
    for (size_t i = 0; i < count; i++) {
        char word[128];
        bool again = all[i]->type == P_IDS || all[i]->type == P_STRINGS || all[i]->type == P_OBJECTS;
        snprintf(word, sizeof word, "--%s", all[i]->name);
        if (strncmp(word, prefix, strlen(prefix)) == 0 && (again || !is_used(argc, argv, all[i]->name)))
            puts(word);
    }
    static const char *const ours[] = {"--json", "--help", NULL};
    print_matching(ours, prefix);
}

/* Values that the row itself knows; those of classifiers are in the database. */
static bool print_values(const struct op_param *p, const char *prefix)
{
    static const char *const switches[] = {"yes", "no", NULL};
    if (p->type == P_BOOL)
        print_matching(switches, prefix);
    if (!p->values || strchr(p->values, ':'))
        return p->type != P_BOOL;
    for (const char *value = p->values; *value;) {
        size_t len = strcspn(value, "|");
        if (strncmp(value, prefix, strlen(prefix)) == 0)
            printf("%.*s\n", (int)len, value);
        value += len + (value[len] == '|');
    }
    return true;
}

int cli_complete(int argc, char *const argv[])
{
    if (argc <= 1) {
        print_matching(cli_nouns(), argc == 1 ? argv[0] : "");
        return 0;
    }
    if (argc == 2) {
        print_matching(cli_verbs(argv[0]), argv[1]);
        return 0;
    }
    const struct op *op = cli_op(argc, argv);
    if (!op)
        return 0;
    const char *before = argv[argc - 2], *last = argv[argc - 1];
    const struct op_param *p = argc > 3 && strncmp(before, "--", 2) == 0 ? cli_param_find(op, before + 2, strlen(before + 2)) : NULL;
    bool is_value = p && strncmp(last, "--", 2) != 0;
    if (!is_value || !print_values(p, last))
        print_params(op, argc, argv);
    return 0;
}
