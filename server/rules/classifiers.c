#include "server/rules/classifiers.h"
#include <stdlib.h>
#include <string.h>

struct value {
    char *classifier, *code, *data;
};

struct classifiers {
    struct value *values;
    size_t count, cap;
};

struct classifiers *classifiers_new(void)
{
    struct classifiers *set = calloc(1, sizeof *set);
    if (!set)
        abort();
    return set;
}

void classifiers_free(struct classifiers **set)
{
    if (!*set)
        return;
    for (size_t i = 0; i < (*set)->count; i++) {
        free((*set)->values[i].classifier);
        free((*set)->values[i].code);
        free((*set)->values[i].data);
    }
    free((*set)->values);
    free(*set);
    *set = NULL;
}

void classifiers_add(struct classifiers *set, const char *classifier, const char *code, const char *data)
{
    if (set->count == set->cap) {
        set->cap = set->cap ? set->cap * 2 : 256;
        set->values = realloc(set->values, set->cap * sizeof *set->values);
        if (!set->values)
            abort();
    }
    set->values[set->count++] = (struct value){strdup(classifier), strdup(code), strdup(data)};
}

static int compare(const void *a, const void *b)
{
    const struct value *x = a, *y = b;
    int order = strcmp(x->classifier, y->classifier);
    return order ? order : strcmp(x->code, y->code);
}

void classifiers_sort(struct classifiers *set)
{
    if (set->count > 0)
        qsort(set->values, set->count, sizeof *set->values, compare);
}

const char *classifiers_find(const struct classifiers *set, const char *classifier, const char *code)
{
    struct value key = {.classifier = (char *)classifier, .code = (char *)code};
    const struct value *found = set->count ? bsearch(&key, set->values, set->count, sizeof *set->values, compare) : NULL;
    return found ? found->data : NULL;
}
