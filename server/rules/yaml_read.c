#include "server/rules/yaml_read.h"
#include "server/rules/workflow_words.h"
#include <string.h>

#define FAULT(r, line, ...) yaml_tree_fault((r)->err, (r)->path, (line), __VA_ARGS__)

enum { ITEMS_MAX = 256 };

bool yaml_is_identifier(const char *s)
{
    size_t n = strlen(s);
    return n > 0 && n <= 40 && s[0] >= 'a' && s[0] <= 'z' && strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == n;
}

bool yaml_expect(struct yaml_reader *r, const struct yaml_tree *node, enum yaml_tree_kind kind, const char *what)
{
    if (node->kind == kind)
        return true;
    return FAULT(r, node->line, "%s must be %s, not %s", what, yaml_tree_kind_name(kind), yaml_tree_kind_name(node->kind));
}

bool yaml_check_keys(struct yaml_reader *r, const struct yaml_tree *map, const char *const *allowed, const char *what)
{
    char joined[YAML_JOINED_MAX];
    for (const struct yaml_tree *c = map->child; c; c = c->next)
        if (!workflow_word_is_in(allowed, c->key))
            return FAULT(r, c->key_line, "unknown key \"%.40s\" of %s: remove it or use one of %s", c->key, what,
                         workflow_words_join(allowed, joined, sizeof joined));
    return true;
}

bool yaml_check_rows(struct yaml_reader *r, const struct yaml_tree *list, const char *const *allowed, const char *what)
{
    if (!yaml_expect(r, list, YT_LIST, list->key))
        return false;
    if (list->count > ITEMS_MAX)
        return FAULT(r, list->line, "too many %s: at most %d", list->key, ITEMS_MAX);
    for (const struct yaml_tree *item = list->child; item; item = item->next) {
        if (!yaml_expect(r, item, YT_MAP, what) || !yaml_check_keys(r, item, allowed, what))
            return false;
        const struct yaml_tree *id = yaml_tree_get(item, "id");
        if (!id)
            return FAULT(r, item->line, "%s without an id: add id: some_name", what);
        if (id->kind != YT_TEXT || !yaml_is_identifier(id->text))
            return FAULT(r, id->line, "the id of %s must be small Latin letters, digits and _ (at most 40), beginning with a letter", what);
    }
    return true;
}

bool yaml_check_items(struct yaml_reader *r, const struct yaml_tree *list, const char *const *allowed, const char *what)
{
    if (!yaml_check_rows(r, list, allowed, what))
        return false;
    for (const struct yaml_tree *item = list->child; item; item = item->next) {
        const struct yaml_tree *id = yaml_tree_get(item, "id");
        for (const struct yaml_tree *b = list->child; b != item; b = b->next)
            if (strcmp(yaml_tree_get(b, "id")->text, id->text) == 0)
                return FAULT(r, id->line, "%s \"%s\" stands twice (first on line %d): rename or remove one", what, id->text, b->line);
    }
    return true;
}

bool yaml_read_text(struct yaml_reader *r, const struct yaml_tree *map, const char *key, const char **out)
{
    const struct yaml_tree *node = yaml_tree_get(map, key);
    *out = "";
    if (!node)
        return true;
    if (!yaml_expect(r, node, YT_TEXT, key))
        return false;
    *out = node->text;
    return true;
}

bool yaml_read_flag(struct yaml_reader *r, const struct yaml_tree *map, const char *key, bool *out)
{
    const struct yaml_tree *node = yaml_tree_get(map, key);
    if (!node || yaml_tree_bool(node, out))
        return true;
    return FAULT(r, node->line, "%s must be true or false", key);
}

bool yaml_read_int(struct yaml_reader *r, const struct yaml_tree *map, const char *key, int min, int max, int *out)
{
    const struct yaml_tree *node = yaml_tree_get(map, key);
    int64_t value;
    if (!node)
        return true;
    if (!yaml_tree_int(node, &value) || value < min || value > max)
        return FAULT(r, node->line, "%s must be a whole number from %d to %d", key, min, max);
    *out = (int)value;
    return true;
}

bool yaml_read_choice(struct yaml_reader *r, const struct yaml_tree *map, const char *key, const char *const *words, int *out)
{
    char joined[YAML_JOINED_MAX];
    const struct yaml_tree *node = yaml_tree_get(map, key);
    if (!node)
        return true;
    if (!yaml_expect(r, node, YT_TEXT, key))
        return false;
    for (int i = 0; words[i]; i++)
        if (strcmp(words[i], node->text) == 0) {
            *out = i;
            return true;
        }
    return FAULT(r, node->line, "unknown %s \"%.40s\": use one of %s", key, node->text, workflow_words_join(words, joined, sizeof joined));
}

bool yaml_read_labels(struct yaml_reader *r, const struct yaml_tree *map, const char *what, const char *label[2])
{
    static const char *const keys[] = {[LANG_RU] = "ru", [LANG_EN] = "en"};
    for (int lang = 0; lang < 2; lang++) {
        if (!yaml_read_text(r, map, keys[lang], &label[lang]))
            return false;
        if (!*label[lang])
            return FAULT(r, map->line, "%s without a name in %s: add %s: ...", what, lang == LANG_RU ? "Russian" : "English", keys[lang]);
    }
    return true;
}

bool yaml_read_notes(struct yaml_reader *r, const struct yaml_tree *map, const char *note[2])
{
    if (!yaml_read_text(r, map, "note_ru", &note[LANG_RU]) || !yaml_read_text(r, map, "note_en", &note[LANG_EN]))
        return false;
    if (!*note[LANG_RU])
        note[LANG_RU] = note[LANG_EN];
    if (!*note[LANG_EN])
        note[LANG_EN] = note[LANG_RU];
    return true;
}
