#include "server/rules/notices.h"
#include "common/jw.h"
#include "server/rules/workflow_words.h"
#include "server/rules/yaml_read.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FAULT(l, line, ...) yaml_tree_fault((l)->err, (l)->path, (line), __VA_ARGS__)

enum { RULES_MAX = 200, TEXT_MAX_BYTES = 1000, JOINED_MAX = 240, TEXTS_BYTES = 1 << 20 };

struct notice_rules {
    struct arena *arena;
    struct notice_rule *rules;
    size_t count;
    struct buf texts[2];
};

const char *const notice_ways[] = {"screen", "bell", "title", "desktop", "mail", NULL};
const char *const notice_roles[] = {"author",      "on_behalf_of", "controller", "responsible",      "co_executor", "watcher",
                                    "relieved",    "part_owner",   "chief",      "registrar",        "considering", "executors", "self",
                                    "every_clerk", "every_admin",  "every_head", "every_controller", "every_dispatcher", "on_duty", "desk_chief", NULL};
static const char *const text_names[] = {"number", "title", "due", "days_left", "actor", "comment", NULL};
static const char *const letter_names[] = {"number", "due", "days_left", NULL};

bool template_names_are(const char *text, const char *const *known, char bad[40])
{
    for (const char *p = text; (p = strpbrk(p, "{}")); p++) {
        size_t n = *p == '{' ? strspn(p + 1, "abcdefghijklmnopqrstuvwxyz_") : 0;
        bool whole = n > 0 && n < 40 && p[n + 1] == '}';
        snprintf(bad, 40, "%.*s", whole ? (int)n : 0, p + 1);
        if (!whole || !workflow_word_is_in(known, bad))
            return false;
        p += n + 1;
    }
    return true;
}

/* The texts of a rule in both languages, each within its length and with none but known names. */
static bool read_templates(struct yaml_reader *l, const struct yaml_tree *node, const char *const keys[2], const char *const *names,
                           bool demanded, const char *out[2])
{
    char bad[40], joined[JOINED_MAX];
    for (int lang = 0; lang < 2; lang++) {
        const struct yaml_tree *at = yaml_tree_get(node, keys[lang]);
        if (!yaml_read_text(l, node, keys[lang], &out[lang]))
            return false;
        if (!*out[lang] && demanded)
            return FAULT(l, node->line, "a notice without %s: add the sentence", keys[lang]);
        if (!*out[lang])
            continue;
        if (strlen(out[lang]) > TEXT_MAX_BYTES)
            return FAULT(l, at->line, "%s is longer than %d bytes: shorten it", keys[lang], TEXT_MAX_BYTES);
        if (strpbrk(out[lang], "\r\n\t"))
            return FAULT(l, at->line, "%s must be one line: remove the line break", keys[lang]);
        if (template_names_are(out[lang], names, bad))
            continue;
        if (names == letter_names && workflow_word_is_in(text_names, bad))
            return FAULT(l, at->line, "{%s} may name a person and never goes into a letter (152-FZ): use one of %s", bad,
                         workflow_words_join(names, joined, sizeof joined));
        return FAULT(l, at->line, "unknown name {%s} in %s: use one of %s", bad, keys[lang],
                     workflow_words_join(names, joined, sizeof joined));
    }
    return true;
}

static bool demand(struct yaml_reader *l, const struct yaml_tree *node, const char *key, const char *first)
{
    return first || FAULT(l, node->line, "a notice without `%s`: add it", key);
}

static bool load_rule(struct yaml_reader *l, struct notice_rule *r, const struct yaml_tree *node)
{
    static const char *const text_keys[2] = {[LANG_RU] = "text_ru", [LANG_EN] = "text_en"};
    static const char *const letter_keys[2] = {[LANG_RU] = "letter_ru", [LANG_EN] = "letter_en"};
    r->id = yaml_tree_get(node, "id")->text;
    if (!yaml_read_labels(l, node, "a notice", r->label) || !yaml_read_word(l, node, "record", NULL, &r->record) ||
        !yaml_read_words(l, node, "on", NULL, r->on, NOTICE_WORDS_MAX) ||
        !yaml_read_words(l, node, "changed", NULL, r->changed, NOTICE_WORDS_MAX) ||
        !yaml_read_words(l, node, "to", notice_roles, r->to, NOTICE_WORDS_MAX) ||
        !yaml_read_words(l, node, "ways", notice_ways, r->ways, NOTICE_WORDS_MAX) || !yaml_read_flag(l, node, "urgent", &r->urgent) ||
        !read_templates(l, node, text_keys, text_names, true, r->text))
        return false;
    bool mailed = workflow_word_is_in(r->ways, "mail");
    return demand(l, node, "record", *r->record ? r->record : NULL) && demand(l, node, "on", r->on[0]) && demand(l, node, "to", r->to[0]) &&
           read_templates(l, node, letter_keys, letter_names, mailed, r->letter);
}

static bool load_root(struct yaml_reader *l, struct notice_rules *rules, const struct yaml_tree *root)
{
    static const char *const root_keys[] = {"version", "notices", NULL};
    static const char *const keys[] = {"id",   "ru",     "en",      "record",  "on",        "changed",   "to",
                                       "ways", "urgent", "text_ru", "text_en", "letter_ru", "letter_en", NULL};
    int64_t version = 0;
    if (!yaml_expect_kind(l, root, YT_MAP, "the file") || !yaml_check_keys(l, root, root_keys, "the file"))
        return false;
    const struct yaml_tree *number = yaml_tree_get(root, "version"), *list = yaml_tree_get(root, "notices");
    if (!number || !yaml_tree_int(number, &version) || version != 1)
        return FAULT(l, number ? number->line : root->line, "this program reads version: 1; begin the file with it");
    if (!list)
        return FAULT(l, root->line, "no list `notices`: add it (an empty list [] tells nobody anything)");
    if (!yaml_check_items(l, list, keys, "a notice"))
        return false;
    if (list->count > RULES_MAX)
        return FAULT(l, list->line, "more than %d notices: join some", RULES_MAX);
    rules->rules = arena_alloc(l->arena, (list->count + 1) * sizeof *rules->rules);
    for (const struct yaml_tree *c = list->child; c; c = c->next)
        if (!load_rule(l, &rules->rules[rules->count++], c))
            return false;
    return true;
}

static void write_texts(struct notice_rules *rules)
{
    for (int lang = 0; lang < 2; lang++) {
        struct jw w;
        jw_init(&w, &rules->texts[lang]);
        jw_object(&w);
        for (size_t i = 0; i < rules->count; i++)
            jw_kstring(&w, rules->rules[i].id, rules->rules[i].text[lang]);
        jw_object_end(&w);
    }
}

struct notice_rules *notices_load(const char *path, const char *text, struct err *err)
{
    struct notice_rules *rules = calloc(1, sizeof *rules);
    if (!rules)
        abort();
    rules->arena = arena_new();
    buf_init(&rules->texts[0], TEXTS_BYTES);
    buf_init(&rules->texts[1], TEXTS_BYTES);
    struct yaml_reader l = {.arena = rules->arena, .path = path, .err = err};
    const struct yaml_tree *root =
        text ? yaml_tree_read(rules->arena, path, text, strlen(text), err) : yaml_tree_read_file(rules->arena, path, err);
    if (!root || !load_root(&l, rules, root))
        notices_free(&rules);
    else
        write_texts(rules);
    return rules;
}

void notices_free(struct notice_rules **rules)
{
    if (!*rules)
        return;
    buf_free(&(*rules)->texts[0]);
    buf_free(&(*rules)->texts[1]);
    arena_free(&(*rules)->arena);
    free(*rules);
    *rules = NULL;
}

size_t notices_count(const struct notice_rules *rules) { return rules->count; }
const struct notice_rule *notices_at(const struct notice_rules *rules, size_t i) { return &rules->rules[i]; }
const char *notices_texts(const struct notice_rules *rules, enum lang lang) { return rules->texts[lang].data; }

const struct notice_rule *notices_find(const struct notice_rules *rules, const char *id)
{
    for (size_t i = 0; i < rules->count; i++)
        if (strcmp(rules->rules[i].id, id) == 0)
            return &rules->rules[i];
    return NULL;
}
