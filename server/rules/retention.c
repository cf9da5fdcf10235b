#include "server/rules/retention.h"
#include "common/arena.h"
#include "server/rules/yaml_tree.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RECORDS = 5, YEARS_MAX = 100 };

static const struct {
    const char *name;
    const char *kinds; /* the classifier that `kinds` names values of; NULL: its records have none */
    bool commission;   /* whether its cards bear the expert commission's decision */
    bool later;        /* came after the first release: a municipality's own file may not know it yet */
} records[RECORDS] = {
    {"appeal", "appeal_kind", true, false}, {"assignment", NULL, true, false}, {"incident", "incident_type", false, true},
    {"outage", "outage_kind", false, true}, {"access", NULL, false, false},
};

enum { MISSING_BYTES = 80 };

struct retention {
    char *rules, missing[MISSING_BYTES];
};

struct loader {
    const char *path;
    struct err *err;
    json_t *rules[RECORDS];
    char missing[MISSING_BYTES];
};

#define FAULT(l, line, ...) yaml_tree_fault((l)->err, (l)->path, (line), __VA_ARGS__)

static int record_index(const char *name)
{
    for (int i = 0; i < RECORDS; i++)
        if (strcmp(records[i].name, name) == 0)
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
            return FAULT(l, k->line, "a kind must be a code of the classifier of its records: appeal_kind, incident_type, outage_kind");
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
        return FAULT(l, record ? record->line : rule->line, "record must be one of appeal, assignment, incident, outage, access");
    if (checked && !yaml_tree_bool(checked, &commission))
        return FAULT(l, checked->line, "commission must be true or false");
    if (commission && !records[index].commission)
        return FAULT(l, checked->line, "the commission decides on appeals and assignments alone");
    json_t *last = json_array_get(l->rules[index], json_array_size(l->rules[index]) - 1);
    if (last && json_is_null(json_object_get(last, "kinds")))
        return FAULT(l, rule->line, "a rule for all of %s stands above: this one would never be asked", records[index].name);
    if (!keys_ok(l, rule) || !read_kinds(l, yaml_tree_get(rule, "kinds"), &kinds))
        return false;
    if (!records[index].kinds && !json_is_null(kinds)) {
        json_decref(kinds);
        return FAULT(l, rule->line, "kinds are of appeals, incidents and outages alone");
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
        size_t count = json_array_size(l->rules[i]), used = strlen(l->missing);
        const json_t *last = json_array_get(l->rules[i], count - 1);
        if (count == 0 && records[i].later)
            snprintf(l->missing + used, sizeof l->missing - used, "%s%s", used ? ", " : "", records[i].name);
        else if (!last || !json_is_null(json_object_get(last, "kinds")))
            return FAULT(l, list->line, "no rule for all of %s: add {record: %s, years: N} as its last", records[i].name, records[i].name);
    }
    return true;
}

struct retention *retention_load(const char *path, const char *text, struct err *err)
{
    struct arena *arena = arena_new();
    struct loader l = {.path = path, .err = err};
    struct retention *r = NULL;
    const struct yaml_tree *root = text ? yaml_tree_read(arena, path, text, strlen(text), err) : yaml_tree_read_file(arena, path, err);
    json_t *all = json_object();
    for (int i = 0; i < RECORDS; i++)
        json_object_set_new(all, records[i].name, l.rules[i] = json_array());
    if (root && read_rules(&l, root) && (r = calloc(1, sizeof *r))) {
        r->rules = json_dumps(all, JSON_COMPACT);
        memcpy(r->missing, l.missing, sizeof r->missing);
    }
    json_decref(all);
    arena_free(&arena);
    return r;
}

void retention_free(struct retention **r)
{
    if (*r)
        free((*r)->rules);
    free(*r);
    *r = NULL;
}

const char *retention_rules(const struct retention *r) { return r->rules; }
const char *retention_missing(const struct retention *r) { return r->missing; }
