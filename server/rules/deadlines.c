#include "server/rules/deadlines.h"
#include "common/arena.h"
#include "server/rules/yaml_read.h"
#include <stdlib.h>
#include <string.h>

#define FAULT(r, line, ...) yaml_tree_fault((r)->err, (r)->path, (line), __VA_ARGS__)

enum { LENGTH_MAX_DAYS = 3650, SCHOOL_BOTH = -1 };

struct deadlines {
    struct arena *arena; /* everything the rules are made of */
    struct due_rule *rules;
    int *lines; /* of the file, by rule */
    size_t count;
    struct period_rule *periods;
    size_t period_count;
};

const char *const deadlines_needed[] = {"appeal_register",  "appeal_forward", "appeal_consider",
                                        "appeal_extension", "follow_up",      "assignment_plain",
                                        "assignment_date",  "from_document",  NULL};

static const char *const units[] = {[DUE_CALENDAR_DAY] = "calendar_day", [DUE_WORKING_DAY] = "working_day", [DUE_MONTH] = "month", NULL};
static const char *const rolls[] = {[DUE_ROLL_NONE] = "none", [DUE_ROLL_PREVIOUS] = "previous", [DUE_ROLL_NEXT] = "next", NULL};
static const char *const starts[] = {[DUE_NEXT_DAY] = "next_day", [DUE_SAME_DAY] = "same_day", NULL};
/* The events that the program knows the day of, and those that only calendar.due is asked about. */
static const char *const events[] = {"received",    "registered",  "signed",   "requested", "given_date",
                                     "nominal_due", "event_start", "answered", NULL};
static const char *const schools[] = {"federal", "sverdlovsk", NULL};

/* ---- one term ---- */

static bool read_choices(struct yaml_reader *r, const struct yaml_tree *node, struct due_rule *rule)
{
    int unit = (int)rule->unit, roll = (int)rule->roll, start = (int)rule->start;
    if (!yaml_read_choice(r, node, "unit", units, &unit) || !yaml_read_choice(r, node, "roll", rolls, &roll) ||
        !yaml_read_choice(r, node, "start", starts, &start))
        return false;
    rule->unit = (enum due_unit)unit;
    rule->roll = (enum due_roll)roll;
    rule->start = (enum due_start)start;
    return true;
}

static bool read_day(struct yaml_reader *r, const struct yaml_tree *node, const char *key, day_t *day)
{
    const char *text;
    *day = DAY_NONE;
    if (!yaml_read_text(r, node, key, &text))
        return false;
    if (*text)
        *day = day_parse(text);
    return !*text || *day != DAY_NONE ||
           FAULT(r, yaml_tree_get(node, key)->line, "%s must be a date as 2025-03-30, not \"%.40s\"", key, text);
}

static bool read_warn(struct yaml_reader *r, const struct yaml_tree *node, struct due_rule *rule)
{
    const struct yaml_tree *list = yaml_tree_get(node, "warn_before");
    int64_t days;
    if (!list)
        return true;
    if (!yaml_expect_kind(r, list, YT_LIST, "warn_before"))
        return false;
    if (list->count > DUE_WARN_MAX)
        return FAULT(r, list->line, "too many days in warn_before: at most %d", DUE_WARN_MAX);
    for (const struct yaml_tree *n = list->child; n; n = n->next) {
        if (!yaml_tree_int(n, &days) || days < 0 || days > 366)
            return FAULT(r, n->line, "warn_before must be a list of days from 0 to 366, as in [10, 5, 1]");
        if (rule->warn_count && rule->warn_before[rule->warn_count - 1] <= days)
            return FAULT(r, n->line, "warn_before must go down, as in [10, 5, 1]: put %d in its place or remove it", (int)days);
        rule->warn_before[rule->warn_count++] = (int)days;
    }
    return true;
}

/* One language stands in for the other: a law of a region has no English name. */
static bool read_law(struct yaml_reader *r, const struct yaml_tree *node, const char *law[2])
{
    if (!yaml_read_text(r, node, "law_ru", &law[LANG_RU]) || !yaml_read_text(r, node, "law_en", &law[LANG_EN]))
        return false;
    for (int lang = 0; lang < 2; lang++)
        if (!*law[lang])
            law[lang] = law[1 - lang];
    return true;
}

static bool read_term(struct yaml_reader *r, const struct yaml_tree *node, const struct due_rule *defaults, struct due_rule *rule,
                      int *school)
{
    const char *note[2];
    int from = -1;
    *rule = *defaults;
    rule->id = yaml_tree_get(node, "id")->text;
    *school = SCHOOL_BOTH;
    if (!yaml_read_labels(r, node, "a term", rule->text) || !yaml_read_notes(r, node, note) || !read_law(r, node, rule->law) ||
        !yaml_read_choice(r, node, "from", events, &from) || !read_choices(r, node, rule) ||
        !yaml_read_int(r, node, "length", -LENGTH_MAX_DAYS, LENGTH_MAX_DAYS, &rule->length) ||
        !yaml_read_flag(r, node, "max", &rule->is_max) || !read_day(r, node, "valid_from", &rule->valid_from) ||
        !read_day(r, node, "valid_until", &rule->valid_until) || !read_warn(r, node, rule) ||
        !yaml_read_choice(r, node, "school", schools, school))
        return false;
    if (from < 0 || !yaml_tree_get(node, "length"))
        return FAULT(r, node->line, "term %s without `%s`: add it", rule->id, from < 0 ? "from" : "length");
    if (!*rule->law[0])
        return FAULT(r, node->line, "term %s does not say where it is written: add law_ru: ...", rule->id);
    rule->from = events[from];
    if (rule->valid_from != DAY_NONE && rule->valid_until != DAY_NONE && rule->valid_from > rule->valid_until)
        return FAULT(r, node->line, "term %s holds until a day before its first: exchange valid_from and valid_until", rule->id);
    return true;
}

/* ---- all terms ---- */

static bool overlap(const struct due_rule *a, const struct due_rule *b)
{
    bool a_before = a->valid_until != DAY_NONE && b->valid_from != DAY_NONE && a->valid_until < b->valid_from;
    bool b_before = b->valid_until != DAY_NONE && a->valid_from != DAY_NONE && b->valid_until < a->valid_from;
    return !a_before && !b_before;
}

static bool add_term(struct yaml_reader *r, struct deadlines *d, const struct due_rule *rule, int line)
{
    for (size_t i = 0; i < d->count; i++)
        if (strcmp(d->rules[i].id, rule->id) == 0 && overlap(&d->rules[i], rule))
            return FAULT(r, line,
                         "term \"%s\" stands twice for the same days (first on line %d): part them by valid_from and valid_until, "
                         "or remove one",
                         rule->id, d->lines[i]);
    d->lines[d->count] = line;
    d->rules[d->count++] = *rule;
    return true;
}

static bool load_terms(struct yaml_reader *r, struct deadlines *d, const struct yaml_tree *list, const struct due_rule *defaults,
                       int school)
{
    static const char *const keys[] = {"id",          "ru",   "en",     "from",    "length",     "unit",
                                       "start",       "roll", "law_ru", "law_en",  "valid_from", "valid_until",
                                       "warn_before", "max",  "school", "note_ru", "note_en",    NULL};
    if (!yaml_check_rows(r, list, keys, "a term"))
        return false;
    d->rules = arena_alloc(d->arena, (list->count + 1) * sizeof *d->rules);
    d->lines = arena_alloc(d->arena, (list->count + 1) * sizeof *d->lines);
    for (const struct yaml_tree *n = list->child; n; n = n->next) {
        struct due_rule rule;
        int of_school;
        if (!read_term(r, n, defaults, &rule, &of_school))
            return false;
        if ((of_school == SCHOOL_BOTH || of_school == school) && !add_term(r, d, &rule, n->line))
            return false;
    }
    return true;
}

/* The latest day of the id that is known to be covered, going from the first rule to the next; DAY_NONE: all are. */
static bool holds_always(const struct deadlines *d, const char *id, day_t *hole)
{
    day_t at = DAY_NONE; /* before everything */
    for (;;) {
        const struct due_rule *next = NULL;
        for (size_t i = 0; i < d->count && !next; i++)
            if (strcmp(d->rules[i].id, id) == 0 && (at == DAY_NONE ? d->rules[i].valid_from == DAY_NONE : d->rules[i].valid_from == at))
                next = &d->rules[i];
        *hole = at;
        if (!next)
            return false;
        if (next->valid_until == DAY_NONE)
            return true;
        at = next->valid_until + 1;
    }
}

static bool check_needed(struct yaml_reader *r, const struct deadlines *d, int line)
{
    for (const char *const *id = deadlines_needed; *id; id++) {
        day_t hole;
        char day[11];
        if (holds_always(d, *id, &hole))
            continue;
        if (hole == DAY_NONE)
            return FAULT(r, line, "the term %s is missing, or has no rule without valid_from: copy it from the shipped deadlines.yaml",
                         *id);
        day_format(hole, day);
        return FAULT(r, line, "the term %s has no rule for %s: the program counts by it on every day, so let one follow the other", *id,
                     day);
    }
    return true;
}

/* ---- periods ---- */

static bool load_periods(struct yaml_reader *r, struct deadlines *d, const struct yaml_tree *list)
{
    static const char *const keys[] = {"id", "ru", "en", "months", "due_day", "note_ru", "note_en", NULL};
    if (!yaml_check_items(r, list, keys, "a period"))
        return false;
    d->periods = arena_alloc(d->arena, (list->count + 1) * sizeof *d->periods);
    for (const struct yaml_tree *n = list->child; n; n = n->next) {
        struct period_rule *p = &d->periods[d->period_count];
        const char *note[2];
        *p = (struct period_rule){.id = yaml_tree_get(n, "id")->text, .months = -1};
        if (!yaml_read_labels(r, n, "a period", p->text) || !yaml_read_notes(r, n, note) ||
            !yaml_read_int(r, n, "months", 0, 12, &p->months) || !yaml_read_int(r, n, "due_day", 1, 31, &p->due_day))
            return false;
        if (p->months < 0 || (p->months > 0 && 12 % p->months != 0))
            return FAULT(r, n->line, "period %s: months must be 0 (a week), 1, 2, 3, 4, 6 or 12", p->id);
        if (p->months > 0 && !p->due_day)
            return FAULT(r, n->line, "period %s without `due_day`: add the day of the month after it", p->id);
        d->period_count++;
    }
    return true;
}

/* ---- the file ---- */

static bool load_root(struct yaml_reader *r, struct deadlines *d, const struct yaml_tree *root)
{
    static const char *const keys[] = {"version", "urgency_school", "defaults", "terms", "periodic", NULL};
    static const char *const default_keys[] = {"start", "roll", "unit", NULL};
    struct due_rule defaults = {.unit = DUE_CALENDAR_DAY, .roll = DUE_ROLL_PREVIOUS, .start = DUE_NEXT_DAY};
    int school = 0, version = 0;
    if (!yaml_expect_kind(r, root, YT_MAP, "the file") || !yaml_check_keys(r, root, keys, "the file") ||
        !yaml_read_int(r, root, "version", 0, 1000000, &version) || !yaml_read_choice(r, root, "urgency_school", schools, &school))
        return false;
    const struct yaml_tree *given = yaml_tree_get(root, "version"), *shared = yaml_tree_get(root, "defaults");
    const struct yaml_tree *terms = yaml_tree_get(root, "terms"), *periods = yaml_tree_get(root, "periodic");
    if (version != 1)
        return FAULT(r, given ? given->line : root->line,
                     given ? "this program reads version: 1" : "no version: begin the file with version: 1");
    if (shared && (!yaml_expect_kind(r, shared, YT_MAP, "defaults") || !yaml_check_keys(r, shared, default_keys, "defaults") ||
                   !read_choices(r, shared, &defaults)))
        return false;
    if (!terms)
        return FAULT(r, root->line, "no terms: add the list");
    return load_terms(r, d, terms, &defaults, school) && check_needed(r, d, terms->line) && (!periods || load_periods(r, d, periods));
}

struct deadlines *deadlines_load(const char *path, const char *text, struct err *err)
{
    struct deadlines *d = calloc(1, sizeof *d);
    if (!d)
        abort();
    d->arena = arena_new();
    struct yaml_reader r = {.arena = d->arena, .path = path, .err = err};
    const struct yaml_tree *root =
        text ? yaml_tree_read(d->arena, path, text, strlen(text), err) : yaml_tree_read_file(d->arena, path, err);
    if (!root || !load_root(&r, d, root))
        deadlines_free(&d);
    return d;
}

void deadlines_free(struct deadlines **d)
{
    if (*d)
        arena_free(&(*d)->arena);
    free(*d);
    *d = NULL;
}

/* ---- questions ---- */

static bool holds_on(const struct due_rule *rule, day_t on)
{
    return (rule->valid_from == DAY_NONE || rule->valid_from <= on) && (rule->valid_until == DAY_NONE || on <= rule->valid_until);
}

const struct due_rule *deadlines_rule(const struct deadlines *d, const char *id, day_t on)
{
    for (size_t i = 0; id && i < d->count; i++)
        if (strcmp(d->rules[i].id, id) == 0 && holds_on(&d->rules[i], on))
            return &d->rules[i];
    return NULL;
}

const struct due_rule *deadlines_rule_or(const struct deadlines *d, const char *id, const char *otherwise, day_t on)
{
    const struct due_rule *rule = deadlines_rule(d, id, on);
    return rule ? rule : deadlines_rule(d, otherwise, on);
}

const struct due_rule *deadlines_rules(const struct deadlines *d, size_t *count)
{
    *count = d->count;
    return d->rules;
}

const struct period_rule *deadlines_period(const struct deadlines *d, const char *id)
{
    for (size_t i = 0; id && i < d->period_count; i++)
        if (strcmp(d->periods[i].id, id) == 0)
            return &d->periods[i];
    return NULL;
}

struct period period_of(const struct period_rule *rule, day_t day, int weekday)
{
    int year, month, date;
    if (rule->months == 0) {
        day_t monday = day - (day_weekday(day) - 1);
        return (struct period){.first = monday, .last = monday + 6, .due = monday + (weekday >= 1 && weekday <= 7 ? weekday : 5) - 1};
    }
    day_to_civil(day, &year, &month, &date);
    month = (month - 1) / rule->months * rule->months + 1;
    day_t first = day_from_civil(year, month, 1);
    month += rule->months;
    if (month > 12) {
        month = 1;
        year++;
    }
    day_t next = day_from_civil(year, month, 1), due = DAY_NONE;
    for (date = rule->due_day; next != DAY_NONE && due == DAY_NONE; date--)
        due = day_from_civil(year, month, date);
    return (struct period){.first = next == DAY_NONE ? DAY_NONE : first, .last = next - 1, .due = due};
}
