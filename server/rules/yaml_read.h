/* Reading a settings file that is a tree of maps and lists: what workflow.yaml and deadlines.yaml have in common.
 *
 * Each function returns false and fills the reader's err with "path:line: what, what to do" when the file is at fault. */
#pragma once
#include "server/rules/yaml_tree.h"

enum { YAML_JOINED_MAX = 240 };

struct yaml_reader {
    struct arena *arena; /* owns the tree and whatever the file becomes */
    const char *path;
    struct err *err;
};

/* Small Latin letters, digits and _, beginning with a letter, at most 40. */
bool yaml_is_identifier(const char *s);
bool yaml_expect(struct yaml_reader *r, const struct yaml_tree *node, enum yaml_tree_kind kind, const char *what);
/* Every key of the map is among `allowed` (NULL at the end). */
bool yaml_check_keys(struct yaml_reader *r, const struct yaml_tree *map, const char *const *allowed, const char *what);
/* A list of maps, each of them with an identifier `id` and the keys allowed. */
bool yaml_check_rows(struct yaml_reader *r, const struct yaml_tree *list, const char *const *allowed, const char *what);
/* The same, and no id stands twice. */
bool yaml_check_items(struct yaml_reader *r, const struct yaml_tree *list, const char *const *allowed, const char *what);
/* Optional text; *out is "" when absent. */
bool yaml_read_text(struct yaml_reader *r, const struct yaml_tree *map, const char *key, const char **out);
/* Optional true or false; *out stays when absent. */
bool yaml_read_flag(struct yaml_reader *r, const struct yaml_tree *map, const char *key, bool *out);
/* An optional whole number between min and max; *out stays when absent. */
bool yaml_read_int(struct yaml_reader *r, const struct yaml_tree *map, const char *key, int min, int max, int *out);
/* An optional word, one of `words` (NULL at the end): *out is its index, and stays when absent. */
bool yaml_read_choice(struct yaml_reader *r, const struct yaml_tree *map, const char *key, const char *const *words, int *out);
/* The names of a thing in both languages: both must be there, for both kinds of people read them. */
bool yaml_read_labels(struct yaml_reader *r, const struct yaml_tree *map, const char *what, const char *label[2]);
/* Optional notes; one language stands in for the other. */
bool yaml_read_notes(struct yaml_reader *r, const struct yaml_tree *map, const char *note[2]);
