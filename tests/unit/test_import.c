/* The map of an import against a header: what it binds, and how each fault is told. Codes out of names. */
#include "common/translit.h"
#include "server/import/map.h"
#include "server/import/refs.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const header_cells[] = {"id", "text", "category", "executor", "sent"};
static const struct csv_row header = {.line = 1, .count = 5, .cell = header_cells};

struct reading {
    struct arena *arena;
    struct import_map map;
    struct err err;
    char path[64];
    bool ok;
};

static struct reading given_map(const char *kind, const char *yaml)
{
    struct reading r = {.arena = arena_new(), .path = "/tmp/gorod-map-XXXXXX"};
    int fd = mkstemp(r.path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, yaml, strlen(yaml)), strlen(yaml));
    close(fd);
    r.ok = import_map_read(&r.map, r.arena, import_kind_find(kind), r.path, "x.csv", &header, &r.err);
    return r;
}

static void done(struct reading *r)
{
    import_map_free(&r->map);
    arena_free(&r->arena);
    unlink(r->path);
}

static const struct map_field *field(const struct reading *r, const char *kind, const char *name)
{
    const struct import_kind *k = import_kind_find(kind);
    return &r->map.field[import_field_index(k, import_field_find(k, name))];
}

static void reads_a_whole_map(void **state)
{
    (void)state;
    struct reading r = given_map("appeals", "columns: {external_id: id, text: text, topic: category, unit: executor, received: sent}\n"
                                            "defaults: {kind: message, channel: pos}\n"
                                            "date_formats: [\"%d/%m/%y\"]\n"
                                            "values: {topic: {\"Ямы: на дорогах\": \"0003.0009.0099.0742\", Свет: x}}\n"
                                            "create: [unit, topic]\n");
    assert_true(r.ok);
    assert_int_equal(field(&r, "appeals", "external_id")->column, 0);
    assert_int_equal(field(&r, "appeals", "received")->column, 4);
    assert_int_equal(field(&r, "appeals", "subject")->column, MAP_NO_COLUMN);
    assert_string_equal(field(&r, "appeals", "kind")->fallback, "message");
    assert_string_equal(json_string_value(json_object_get(field(&r, "appeals", "topic")->values, "Ямы: на дорогах")),
                        "0003.0009.0099.0742");
    assert_string_equal(r.map.date_formats[0], "%d/%m/%y");
    assert_null(r.map.date_formats[1]);
    assert_true(r.map.create_units && r.map.keep_topics);
    done(&r);
}

static void without_a_map_columns_are_fields(void **state)
{
    static const char *const cells[] = {"title", "reason", "due"};
    const struct csv_row plain = {.line = 1, .count = 3, .cell = cells};
    (void)state;
    struct arena *arena = arena_new();
    struct import_map map;
    struct err err;
    assert_true(import_map_read(&map, arena, import_kind_find("assignments"), NULL, "x.csv", &plain, &err));
    import_map_free(&map);
    assert_false(import_map_read(&map, arena, import_kind_find("appeals"), NULL, "x.csv", &plain, &err));
    assert_non_null(strstr(err.detail, "x.csv:1: "));
    assert_non_null(strstr(err.detail, "title"));
    import_map_free(&map);
    arena_free(&arena);
}

static void refuses_a_column_that_stands_twice(void **state)
{
    static const char *const cells[] = {"title", "due", "title"};
    const struct csv_row twice = {.line = 1, .count = 3, .cell = cells};
    (void)state;
    struct arena *arena = arena_new();
    struct import_map map;
    struct err err;
    assert_false(import_map_read(&map, arena, import_kind_find("assignments"), NULL, "x.csv", &twice, &err));
    assert_non_null(strstr(err.detail, "title"));
    import_map_free(&map);
    arena_free(&arena);
}

static void tells_every_fault_with_file_and_line(void **state)
{
    static const struct {
        const char *yaml;
        int line;
        const char *word; /* that the message must name */
    } faults[] = {
        {"colums: {a: b}\n", 1, "colums"},
        {"defaults: {kind: message, channel: pos}\n", 1, "columns"},
        {"columns: {text: text}\ndefaults: {kind: message}\n", 1, "channel"},
        {"columns:\n  text: text\n  subjekt: text\n", 3, "subjekt"},
        {"columns:\n  text: text\n  topic: categori\n", 3, "categori"},
        {"columns: [text]\n", 1, "columns"},
        {"columns: {text: [a]}\n", 1, "text"},
        {"columns: {text: text}\ndefaults: {knd: message}\n", 2, "knd"},
        {"columns: {text: text}\nvalues:\n  topic: x\n", 3, "topic"},
        {"columns: {text: text}\nvalues: {topik: {a: b}}\n", 2, "topik"},
        {"columns: {text: text}\ndate_formats: \"%d\"\n", 2, "date_formats"},
        {"columns: {text: text}\ndate_formats: [\"dd.mm\"]\n", 2, "dd.mm"},
        {"columns: {text: text}\ncreate: [house]\n", 2, "house"},
        {"columns: {text: text, text: id}\n", 1, "text"},
        {"columns: {text: text\n", 2, ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct reading r = given_map("appeals", faults[i].yaml);
        char where[96];
        snprintf(where, sizeof where, "%s:%d: ", r.path, faults[i].line);
        assert_false(r.ok);
        if (strncmp(r.err.detail, where, strlen(where)) != 0 || !strstr(r.err.detail, faults[i].word))
            fail_msg("map %zu: %s", i, r.err.detail);
        done(&r);
    }
}

static void a_map_that_is_not_there_is_told(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct import_map map;
    struct err err;
    assert_false(import_map_read(&map, arena, import_kind_find("appeals"), "/nonexistent.yaml", "x.csv", &header, &err));
    assert_non_null(strstr(err.detail, "/nonexistent.yaml"));
    import_map_free(&map);
    arena_free(&arena);
}

static void the_shipped_example_is_right(void **state)
{
    static const char *const cells[] = {"id", "text", "category", "executor", "theme_code"};
    const struct csv_row kursk = {.line = 1, .count = 5, .cell = cells};
    (void)state;
    struct arena *arena = arena_new();
    struct import_map map;
    struct err err;
    if (!import_map_read(&map, arena, import_kind_find("appeals"), SOURCE_DIR "/tests/data/import/kursk_map.yaml", "x.csv", &kursk, &err))
        fail_msg("%s", err.detail);
    assert_true(map.create_units);
    import_map_free(&map);
    arena_free(&arena);
}

static void kinds_are_whole(void **state)
{
    (void)state;
    for (const struct import_kind *k = import_kinds; k->name; k++) {
        assert_true(import_field_count(k) < IMPORT_FIELDS_MAX);
        assert_true(k->by_feed || import_field_find(k, k->key)); /* what a feed shows is known again by the server */
        for (const struct import_field *f = k->fields; f->name; f++) {
            assert_ptr_equal(import_field_find(k, f->name), f);
            assert_true((f->type != FIELD_CODE && f->type != FIELD_CHOICE) || f->values);
        }
    }
    assert_null(import_kind_find("castles"));
}

static void names_become_codes(void **state)
{
    char out[64], small[6];
    (void)state;
    translit_latin("Комитет ЖКХ «Щёлково» № 2", '_', out, sizeof out);
    assert_string_equal(out, "komitet_zhkkh_shchelkovo_2");
    translit_latin("Иванова-Ёлкина", 0, out, sizeof out);
    assert_string_equal(out, "ivanovaelkina");
    translit_latin("«»", '_', out, sizeof out);
    assert_string_equal(out, "");
    translit_latin("Щука", '_', small, sizeof small);
    assert_string_equal(small, "shchu");
}

static void names_are_compared_as_the_server_does(void **state)
{
    char uuid[37], again[37];
    (void)state;
    char *folded = refs_fold("Отдел ЁЛОК Abc");
    assert_string_equal(folded, "отдел елок abc");
    free(folded);
    refs_uuid("x", uuid);
    refs_uuid("x", again);
    assert_string_equal(uuid, again);
    assert_int_equal(uuid[14], '8');
    refs_uuid("y", again);
    assert_string_not_equal(uuid, again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_whole_map),
        cmocka_unit_test(without_a_map_columns_are_fields),
        cmocka_unit_test(refuses_a_column_that_stands_twice),
        cmocka_unit_test(tells_every_fault_with_file_and_line),
        cmocka_unit_test(a_map_that_is_not_there_is_told),
        cmocka_unit_test(the_shipped_example_is_right),
        cmocka_unit_test(kinds_are_whole),
        cmocka_unit_test(names_become_codes),
        cmocka_unit_test(names_are_compared_as_the_server_does),
    };
    return cmocka_run_group_tests_name("import", tests, NULL, NULL);
}
