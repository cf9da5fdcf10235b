/* The map of an import as a stranger may write it: columns of the header, or a fault with file and line. */
#include "server/import/map.h"
#include "tests/fuzz/memory_file.h"
#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const cells[] = {"id", "text", "category", "executor", "sent", "author"};
    static const struct csv_row header = {.line = 1, .count = sizeof cells / sizeof *cells, .cell = cells};
    static const char *const kinds[] = {"appeals", "assignments", "users", "units", "correspondents"};
    const char *path = memory_file(data, size);
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        const struct import_kind *kind = import_kind_find(kinds[k]);
        struct arena *arena = arena_new();
        struct import_map map;
        struct err err = {0};
        assert(kind);
        if (import_map_read(&map, arena, kind, path, "fuzz.csv", &header, &err)) {
            for (size_t i = 0; i < IMPORT_FIELDS_MAX; i++)
                assert(map.field[i].column >= MAP_NO_COLUMN && map.field[i].column < (int)header.count);
        } else {
            assert(err.code != ERR_OK && err.detail[0]);
        }
        import_map_free(&map);
        arena_free(&arena);
    }
    return 0;
}
