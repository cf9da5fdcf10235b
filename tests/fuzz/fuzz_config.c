/* gorod.yaml as a stranger may write it: the settings within their limits, or a fault with file and line. */
#include "common/arena.h"
#include "server/config.h"
#include "server/rules/yaml_tree.h"
#include "tests/fuzz/memory_file.h"
#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_tree(const struct yaml_tree *node, int depth)
{
    size_t count = 0;
    assert(depth <= YAML_TREE_MAX_DEPTH + 1 && node->line >= 1);
    for (const struct yaml_tree *child = node->child; child; child = child->next, count++) {
        assert((node->kind == YT_MAP) == (child->key != NULL));
        check_tree(child, depth + 1);
    }
    assert(count == node->count && (node->kind == YT_TEXT) == (node->text != NULL));
}

static void check_limits(const struct config *config)
{
#define CONFIG_TEXT(key, def, ru, en) assert(config->key);
#define CONFIG_INT(key, def, min, max, unit, ru, en) assert(config->key >= (min) && config->key <= (max));
#define CONFIG_BOOL(key, def, ru, en)
#include "server/config.def"
#undef CONFIG_TEXT
#undef CONFIG_INT
#undef CONFIG_BOOL
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = {0};
    struct arena *arena = arena_new();
    struct yaml_tree *root = yaml_tree_read(arena, "fuzz.yaml", (const char *)data, size, &err);
    if (root)
        check_tree(root, 0);
    else
        assert(err.code == ERR_PARAMS && strncmp(err.detail, "fuzz.yaml:", strlen("fuzz.yaml:")) == 0);
    arena_free(&arena);
    const char *path = memory_file(data, size);
    struct config *config = config_load(path, &err);
    if (config)
        check_limits(config);
    else
        assert(strncmp(err.detail, path, strlen(path)) == 0);
    config_free(&config);
    return 0;
}
