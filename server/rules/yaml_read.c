#include "server/rules/yaml_read.h"
#include "server/rules/workflow_words.h"
#include <string.h>

#define FAULT(l, line, ...) yaml_tree_fault((l)->err, (l)->path, (line), __VA_ARGS__)

enum { JOINED_MAX = 240, ITEMS_MAX = 256 };

static bool is_identifier(const char *s)
{
    size_t n = strlen(s);
    return n > 0 && n <= 40 && s[0] >= 'a' && s[0] <= 'z' && strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == n;
}

bool yaml_expect_kind(struct yaml_reader *l, const struct yaml_tree *node, enum yaml_tree_kind kind, const char *what)
{
    if (node->kind == kind)
        return true;
    return FAULT(l, node->line, "%s must be %s, not %s", what, yaml_tree_kind_name(kind), yaml_tree_kind_name(node->kind));
}

bool yaml_check_keys(struct yaml_reader *l, const struct yaml_tree *map, const char *const *allowed, const char *what)
{
    char joined[JOINED_MAX];
    for (const struct yaml_tree *c = map->child; c; c = c->next)
        if (!workflow_word_is_in(allowed, c->key))
            return FAULT(l, c->key_line, "unknown key \"%.40s\" of %s: remove it or use one of %s", c->key, what,
                         workflow_words_join(allowed, joined, sizeof joined));
    return true;
}

bool yaml_check_rows(struct yaml_reader *l, const struct yaml_tree *list, const char *const *allowed, const char *what)
{
    if (!yaml_expect_kind(l, list, YT_LIST, list->key))
        return false;
    if (list->count > ITEMS_MAX)
        return FAULT(l, list->line, "too many %s: at most %d", list->key, ITEMS_MAX);
    for (const struct yaml_tree *item = list->child; item; item = item->next) {
        if (!yaml_expect_kind(l, item, YT_MAP, what) || !yaml_check_keys(l, item, allowed, what))
            return false;
        const struct yaml_tree *id = yaml_tree_get(item, "id");
        if (!id)
            return FAULT(l, item->line, "%s without an id: add id: some_name", what);
        if (id->kind != YT_TEXT || !is_identifier(id->text))
            return FAULT(l, id->line, "the id of %s must be small Latin letters, digits and _ (at most 40), beginning with a letter", what);
    }
    return true;
}

/* A list of maps, each of them with an identifier `id`; nearly every list of these files is one. */
bool yaml_check_items(struct yaml_reader *l, const struct yaml_tree *list, const char *const *allowed, const char *what)
{
    if (!yaml_check_rows(l, list, allowed, what))
        return false;
    for (const struct yaml_tree *item = list->child; item; item = item->next) {
        const struct yaml_tree *id = yaml_tree_get(item, "id");
        for (const struct yaml_tree *b = list->child; b != item; b = b->next)
            if (strcmp(yaml_tree_get(b, "id")->text, id->text) == 0)
                return FAULT(l, id->line, "%s \"%s\" stands twice (first on line %d): rename or remove one", what, id->text, b->line);
    }
    return true;
}

/* Optional text; *out is "" when absent. */
bool yaml_read_text(struct yaml_reader *l, const struct yaml_tree *map, const char *key, const char **out)
{
    const struct yaml_tree *node = yaml_tree_get(map, key);
    *out = "";
    if (!node)
        return true;
    if (!yaml_expect_kind(l, node, YT_TEXT, key))
        return false;
    *out = node->text;
    return true;
}

bool yaml_read_flag(struct yaml_reader *l, const struct yaml_tree *map, const char *key, bool *out)
{
    const struct yaml_tree *node = yaml_tree_get(map, key);
    if (!node || yaml_tree_bool(node, out))
        return true;
    return FAULT(l, node->line, "%s must be true or false", key);
}

bool yaml_read_int(struct yaml_reader *l, const struct yaml_tree *map, const char *key, int min, int max, int *out)
{
    const struct yaml_tree *node = yaml_tree_get(map, key);
    int64_t value;
    if (!node)
        return true;
    if (!yaml_tree_int(node, &value) || value < min || value > max)
        return FAULT(l, node->line, "%s must be a whole number from %d to %d", key, min, max);
    *out = (int)value;
    return true;
}

bool yaml_read_choice(struct yaml_reader *l, const struct yaml_tree *map, const char *key, const char *const *words, int *out)
{
    char joined[JOINED_MAX];
    const struct yaml_tree *node = yaml_tree_get(map, key);
    if (!node)
        return true;
    if (!yaml_expect_kind(l, node, YT_TEXT, key))
        return false;
    for (int i = 0; words[i]; i++)
        if (strcmp(words[i], node->text) == 0) {
            *out = i;
            return true;
        }
    return FAULT(l, node->line, "unknown %s \"%.40s\": use one of %s", key, node->text, workflow_words_join(words, joined, sizeof joined));
}

/* The names of a kind in both languages: both must be there, for both kinds of people read them. */
bool yaml_read_labels(struct yaml_reader *l, const struct yaml_tree *map, const char *what, const char *label[2])
{
    static const char *const keys[] = {[LANG_RU] = "ru", [LANG_EN] = "en"};
    for (int lang = 0; lang < 2; lang++) {
        if (!yaml_read_text(l, map, keys[lang], &label[lang]))
            return false;
        if (!*label[lang])
            return FAULT(l, map->line, "%s without a name in %s: add %s: ...", what, lang == LANG_RU ? "Russian" : "English", keys[lang]);
    }
    return true;
}

bool yaml_read_notes(struct yaml_reader *l, const struct yaml_tree *map, const char *note[2])
{
    if (!yaml_read_text(l, map, "note_ru", &note[LANG_RU]) || !yaml_read_text(l, map, "note_en", &note[LANG_EN]))
        return false;
    if (!*note[LANG_RU])
        note[LANG_RU] = note[LANG_EN];
    if (!*note[LANG_EN])
        note[LANG_EN] = note[LANG_RU];
    return true;
}

/* An optional list of words into `out` (max places and the NULL); `known` NULL accepts any identifier. */
bool yaml_read_words(struct yaml_reader *l, const struct yaml_tree *map, const char *key, const char *const *known, const char **out,
                     size_t max)
{
    const struct yaml_tree *list = yaml_tree_get(map, key);
    char joined[JOINED_MAX];
    size_t n = 0;
    if (!list)
        return true;
    if (!yaml_expect_kind(l, list, YT_LIST, key))
        return false;
    for (const struct yaml_tree *w = list->child; w; w = w->next) {
        if (w->kind != YT_TEXT || !is_identifier(w->text))
            return FAULT(l, w->line, "%s must be a list of words, small Latin letters, as in [reason, due]", key);
        if (known && !workflow_word_is_in(known, w->text))
            return FAULT(l, w->line, "unknown word \"%s\" in %s: use one of %s", w->text, key,
                         workflow_words_join(known, joined, sizeof joined));
        if (workflow_word_is_in(out, w->text))
            return FAULT(l, w->line, "\"%s\" stands twice in %s: remove one", w->text, key);
        if (n == max)
            return FAULT(l, w->line, "too many words in %s: at most %zu", key, max);
        out[n++] = w->text;
    }
    return true;
}

/* An optional word; *out is "" when absent. */
bool yaml_read_word(struct yaml_reader *l, const struct yaml_tree *map, const char *key, const char *const *known, const char **out)
{
    char joined[JOINED_MAX];
    const struct yaml_tree *node = yaml_tree_get(map, key);
    if (!yaml_read_text(l, map, key, out) || !node)
        return node == NULL;
    if (!is_identifier(*out))
        return FAULT(l, node->line, "%s must be one word, small Latin letters", key);
    if (known && !workflow_word_is_in(known, *out))
        return FAULT(l, node->line, "unknown %s \"%s\": use one of %s", key, *out, workflow_words_join(known, joined, sizeof joined));
    return true;
}
