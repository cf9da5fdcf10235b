#include "server/rules/classifiers.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct value {
    char *classifier, *code;
    char *data; /* NULL: may not be chosen */
};

struct classifiers {
    pthread_rwlock_t lock;
    struct value *values;
    size_t count, cap;
    char **old; /* facts that were replaced: somebody may read them still */
    size_t old_count;
};

struct classifiers *classifiers_new(void)
{
    struct classifiers *set = calloc(1, sizeof *set);
    if (!set || pthread_rwlock_init(&set->lock, NULL) != 0)
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
    for (size_t i = 0; i < (*set)->old_count; i++)
        free((*set)->old[i]);
    free((*set)->old);
    free((*set)->values);
    pthread_rwlock_destroy(&(*set)->lock);
    free(*set);
    *set = NULL;
}

static void make_room(struct classifiers *set)
{
    if (set->count < set->cap)
        return;
    set->cap = set->cap ? set->cap * 2 : 256;
    set->values = realloc(set->values, set->cap * sizeof *set->values);
    if (!set->values)
        abort();
}

static struct value value_new(const char *classifier, const char *code, const char *data)
{
    return (struct value){strdup(classifier), strdup(code), data ? strdup(data) : NULL};
}

void classifiers_add(struct classifiers *set, const char *classifier, const char *code, const char *data)
{
    make_room(set);
    set->values[set->count++] = value_new(classifier, code, data);
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

static struct value *find(const struct classifiers *set, const char *classifier, const char *code)
{
    struct value key = {.classifier = (char *)classifier, .code = (char *)code};
    return set->count ? bsearch(&key, set->values, set->count, sizeof *set->values, compare) : NULL;
}

const char *classifiers_find(const struct classifiers *set, const char *classifier, const char *code)
{
    pthread_rwlock_t *lock = (pthread_rwlock_t *)&set->lock;
    pthread_rwlock_rdlock(lock);
    const struct value *found = find(set, classifier, code);
    const char *data = found ? found->data : NULL;
    pthread_rwlock_unlock(lock);
    return data;
}

void classifiers_put(struct classifiers *set, const char *classifier, const char *code, const char *data)
{
    pthread_rwlock_wrlock(&set->lock);
    struct value *found = find(set, classifier, code);
    if (!found) {
        struct value fresh = value_new(classifier, code, data);
        size_t at = 0;
        make_room(set);
        while (at < set->count && compare(&set->values[at], &fresh) < 0)
            at++;
        memmove(&set->values[at + 1], &set->values[at], (set->count - at) * sizeof fresh);
        set->values[at] = fresh;
        set->count++;
    } else {
        set->old = realloc(set->old, (set->old_count + 1) * sizeof *set->old);
        if (!set->old)
            abort();
        set->old[set->old_count++] = found->data;
        found->data = data ? strdup(data) : NULL;
    }
    pthread_rwlock_unlock(&set->lock);
}
