/* A YAML file as a tree whose every node knows its line, so that a fault in a file that people edit is told with the place.
 *
 * Only what a settings file needs: one document of maps, lists and texts. Refused with line and reason: anchors and aliases (a small
 * file must not become a large one), tags, a key twice in one map, nesting over 16 levels, over 2000 keys in
 * one map, files over 1 MiB, bytes that are not UTF-8.
 * The tree and its texts live in the arena; nothing is freed singly. */
#pragma once
#include "common/arena.h"
#include "common/err.h"
#include <stdint.h>

enum { YAML_TREE_MAX_BYTES = 1024 * 1024, YAML_TREE_MAX_DEPTH = 16, YAML_TREE_MAX_KEYS = 2000 };

enum yaml_tree_kind { YT_TEXT, YT_LIST, YT_MAP };

struct yaml_tree {
    enum yaml_tree_kind kind;
    int line;         /* 1-based */
    const char *text; /* YT_TEXT: the value, "" when empty; never NULL there */
    bool plain;       /* YT_TEXT: written without quotes, so `true`, `12` and an empty value may mean more than their letters */
    const char *key;  /* the name under which the parent map holds it; NULL in a list and at the root */
    int key_line;
    size_t count;            /* YT_LIST, YT_MAP: children */
    struct yaml_tree *child; /* the first one, in the order of the file */
    struct yaml_tree *next;
};

/* Reads `text` under the name `path` (for messages). An empty document gives an empty map. NULL on a fault: err is ERR_PARAMS with
 * "path:line: what, what to do". */
struct yaml_tree *yaml_tree_read(struct arena *arena, const char *path, const char *text, size_t len, struct err *err);
/* The same from a file; ERR_NOT_FOUND when it cannot be read. */
struct yaml_tree *yaml_tree_read_file(struct arena *arena, const char *path, struct err *err);

/* The child of a map by its key; NULL when there is none or `node` is not a map. */
struct yaml_tree *yaml_tree_get(const struct yaml_tree *node, const char *key);
/* What the node is, for messages: "a text", "a list", "a map". */
const char *yaml_tree_kind_name(enum yaml_tree_kind kind);
/* *value from true/false or a decimal number; false when the node is something else. */
bool yaml_tree_bool(const struct yaml_tree *node, bool *value);
bool yaml_tree_int(const struct yaml_tree *node, int64_t *value);
/* Fills err with "path:line: ..." (ERR_PARAMS) and returns false. */
bool yaml_tree_fault(struct err *err, const char *path, int line, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
