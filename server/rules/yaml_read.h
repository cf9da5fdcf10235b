/* What the readers of rule files share: typed values out of a yaml_tree, each fault told with file, line and what to do.
 *
 * Everything read is borrowed from the tree's arena. On false reader.err is filled (ERR_PARAMS). */
#pragma once
#include "common/err.h"
#include "server/rules/yaml_tree.h"

struct yaml_reader {
    struct arena *arena;
    const char *path;
    struct err *err;
};

bool yaml_expect_kind(struct yaml_reader *l, const struct yaml_tree *node, enum yaml_tree_kind kind, const char *what);
/* No key but these (NULL at the end). */
bool yaml_check_keys(struct yaml_reader *l, const struct yaml_tree *map, const char *const *allowed, const char *what);
/* A list of maps, each with an identifier `id` and no key but these; an id may stand several times. */
bool yaml_check_rows(struct yaml_reader *l, const struct yaml_tree *list, const char *const *allowed, const char *what);
/* A list of maps, each with an identifier `id` of its own and no key but these. */
bool yaml_check_items(struct yaml_reader *l, const struct yaml_tree *list, const char *const *allowed, const char *what);
/* Optional text; *out is "" when absent. */
bool yaml_read_text(struct yaml_reader *l, const struct yaml_tree *map, const char *key, const char **out);
bool yaml_read_flag(struct yaml_reader *l, const struct yaml_tree *map, const char *key, bool *out);
/* An optional whole number between min and max; *out stays when absent. */
bool yaml_read_int(struct yaml_reader *l, const struct yaml_tree *map, const char *key, int min, int max, int *out);
/* An optional word, one of `words` (NULL at the end): *out is its index, and stays when absent. */
bool yaml_read_choice(struct yaml_reader *l, const struct yaml_tree *map, const char *key, const char *const *words, int *out);
/* `ru` and `en`, both demanded. */
bool yaml_read_labels(struct yaml_reader *l, const struct yaml_tree *map, const char *what, const char *label[2]);
/* `note_ru` and `note_en`; one alone stands for both. */
bool yaml_read_notes(struct yaml_reader *l, const struct yaml_tree *map, const char *note[2]);
/* An optional list of words into `out` (max places and the NULL); `known` NULL accepts any identifier. */
bool yaml_read_words(struct yaml_reader *l, const struct yaml_tree *map, const char *key, const char *const *known, const char **out,
                     size_t max);
/* An optional word; *out is "" when absent. */
bool yaml_read_word(struct yaml_reader *l, const struct yaml_tree *map, const char *key, const char *const *known, const char **out);
