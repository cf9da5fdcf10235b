#include "server/rules/retention.h"
#include "common/arena.h"
#include "server/rules/yaml_tree.h"
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { RECORDS = 3, YEARS_MAX = 100 };
static const char *const records[RECORDS] = {"appeal", "assignment", "access"};

struct retention {
    char *rules[RECORDS];
};

struct loader {
    const char *path;
    struct err *err;
    json_t *rules[RECORDS];
};

#define FAULT(l, line, ...) yaml_tree_fault((l)->err, (l)->path, (line), __VA_ARGS__)

static int record_index(const char *name)
{
    for (int i = 0; i < RECORDS; i++)
        if (strcmp(records[i], name) == 0)
            return i;
    return -1;
}

static bool keys_ok(struct loader *l, const struct yaml_tree *rule)
{
    static const char *const keys[] = {"record", "kinds", "years", "permanent", "commission"};
    for (const struct yaml_tree *c = rule->child; c; c = c->next) {
        size_t i = 0;
        while (i < sizeof keys / sizeof *keys && strcmp(keys[i], c->key) != 0)
            i++;
        if (i == sizeof keys / sizeof *keys)
            return FAULT(l, c->key_line, "unknown key \"%.40s\" of a rule: use record, kinds, years, permanent, commission", c->key);
    }
    return true;
}

static bool read_kinds(struct loader *l, const struct yaml_tree *kinds, json_t **out)
{
    *out = json_null();
    if (!kinds)
        return true;
    if (kinds->kind != YT_LIST || kinds->count == 0)
        return FAULT(l, kinds->line, "kinds must be a list of codes: [reception]");
    *out = json_array();
    for (const struct yaml_tree *k = kinds->child; k; k = k->next) {
        if (k->kind != YT_TEXT || !*k->text) {
            json_decref(*out);
            return FAULT(l, k->line, "a kind must be a code of the classifier appeal_kind");
        }
        json_array_append_new(*out, json_string(k->text));
    }
    return true;
}

static bool read_years(struct loader *l, const struct yaml_tree *rule, json_t **out)
{
    const struct yaml_tree *years = yaml_tree_get(rule, "years"), *permanent = yaml_tree_get(rule, "permanent");
    int64_t n = 0;
    bool forever = false;
    if (permanent && !yaml_tree_bool(permanent, &forever))
        return FAULT(l, permanent->line, "permanent must be true or false");
    if (forever == (years != NULL))
        return FAULT(l, rule->line, "a rule says either years: N or permanent: true");
    if (years && (!yaml_tree_int(years, &n) || n < 1 || n > YEARS_MAX))
        return FAULT(l, years->line, "years must be a number from 1 to %d", YEARS_MAX);
    *out = forever ? json_null() : json_integer(n);
    return true;
}

static bool read_rule(struct loader *l, const struct yaml_tree *rule)
{
    bool commission = false;
    json_t *kinds, *years = NULL;
    if (rule->kind != YT_MAP)
        return FAULT(l, rule->line, "a rule must be a map: {record: appeal, years: 5}");
    const struct yaml_tree *record = yaml_tree_get(rule, "record"), *checked = yaml_tree_get(rule, "commission");
    int index = record && record->kind == YT_TEXT ? record_index(record->text) : -1;
    if (index < 0)
        return FAULT(l, record ? record->line : rule->line, "record must be one of appeal, assignment, access");
    if (checked && !yaml_tree_bool(checked, &commission))
        return FAULT(l, checked->line, "commission must be true or false");
    json_t *last = json_array_get(l->rules[index], json_array_size(l->rules[index]) - 1);
    if (last && json_is_null(json_object_get(last, "kinds")))
        return FAULT(l, rule->line, "a rule for all of %s stands above: this one would never be asked", records[index]);
    if (!keys_ok(l, rule) || !read_kinds(l, yaml_tree_get(rule, "kinds"), &kinds))
        return false;
    if (index != 0 && !json_is_null(kinds)) {
        json_decref(kinds);
        return FAULT(l, rule->line, "kinds are of appeals alone");
    }
    if (!read_years(l, rule, &years)) {
        json_decref(kinds);
        return false;
    }
    json_array_append_new(l->rules[index], json_pack("{s:o, s:o, s:b}", "kinds", kinds, "years", years, "commission", commission));
    return true;
}

static bool read_rules(struct loader *l, const struct yaml_tree *root)
{
    int64_t version;
    const struct yaml_tree *number = yaml_tree_get(root, "version"), *list = yaml_tree_get(root, "records");
    if (!number || !yaml_tree_int(number, &version) || version != 1)
        return FAULT(l, number ? number->line : 1, "version: 1 is wanted");
    if (!list || list->kind != YT_LIST)
        return FAULT(l, list ? list->line : 1, "records must be a list of rules");
    for (const struct yaml_tree *rule = list->child; rule; rule = rule->next)
        if (!read_rule(l, rule))
            return false;
    for (int i = 0; i < RECORDS; i++) {
        json_t *last = json_array_get(l->rules[i], json_array_size(l->rules[i]) - 1);
        if (!last || !json_is_null(json_object_get(last, "kinds")))
            return FAULT(l, list->line, "no rule for all of %s: add {record: %s, years: N} as its last", records[i], records[i]);
    }
    return true;
}

struct retention *retention_load(const char *path, const char *text, struct err *err)
{
    struct arena *arena = arena_new();
    struct loader l = {.path = path, .err = err};
    struct retention *r = NULL;
    const struct yaml_tree *root = text ? yaml_tree_read(arena, path, text, strlen(text), err) : yaml_tree_read_file(arena, path, err);
    for (int i = 0; i < RECORDS; i++)
        l.rules[i] = json_array();
    if (root && read_rules(&l, root) && (r = calloc(1, sizeof *r)))
        for (int i = 0; i < RECORDS; i++)
            r->rules[i] = json_dumps(l.rules[i], JSON_COMPACT);
    for (int i = 0; i < RECORDS; i++)
        json_decref(l.rules[i]);
    arena_free(&arena);
    return r;
}

void retention_free(struct retention **r)
{
    for (int i = 0; *r && i < RECORDS; i++)
        free((*r)->rules[i]);
    free(*r);
    *r = NULL;
}

const char *retention_rules(const struct retention *r, const char *record)
{
    int i = record_index(record);
    return i < 0 ? "[]" : r->rules[i];
}
