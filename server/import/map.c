#include "server/import/map.h"
#include "server/cli/internal.h"
#include "server/rules/yaml_tree.h"
#include <string.h>

struct reading {
    struct import_map *map;
    struct arena *arena;
    const struct import_kind *kind;
    const char *path;
    const struct csv_row *header;
    struct err *err;
};

/* Ours in the file of errors: it comes back with the rest and says nothing. */
static bool is_ours(const char *column) { return strcmp(column, "reason") == 0; }

static int find_column(const struct csv_row *header, const char *name)
{
    for (size_t i = 0; i < header->count; i++)
        if (strcmp(header->cell[i], name) == 0)
            return (int)i;
    return MAP_NO_COLUMN;
}

static const char *field_names(struct arena *arena, const struct import_kind *kind)
{
    const char *all = "";
    for (const struct import_field *f = kind->fields; f->name; f++)
        if (f->target != TO_NOBODY)
            all = arena_printf(arena, "%s%s%s", all, *all ? ", " : "", f->name);
    return all;
}

static const char *column_names(struct arena *arena, const struct csv_row *header)
{
    const char *all = "";
    for (size_t i = 0; i < header->count && i < 40; i++)
        all = arena_printf(arena, "%s%s%.40s", all, *all ? ", " : "", header->cell[i]);
    return all;
}

/* The place of a field in the map, NULL with a fault that lists what there is. */
static struct map_field *field_of(struct reading *r, const struct yaml_tree *node)
{
    const struct import_field *f = import_field_find(r->kind, node->key);
    if (f)
        return &r->map->field[import_field_index(r->kind, f)];
    yaml_tree_fault(r->err, r->path, node->key_line,
                    CLI_TR("«%.40s»: у %s такого поля нет; есть %.380s", "\"%.40s\": %s have no such field; there are %.380s"), node->key,
                    r->kind->name, field_names(r->arena, r->kind));
    return NULL;
}

static bool expect(struct reading *r, const struct yaml_tree *node, enum yaml_tree_kind kind)
{
    if (node->kind == kind)
        return true;
    static const char *const ru[] = {"текст", "список", "словарь"};
    return yaml_tree_fault(r->err, r->path, node->line, CLI_TR("«%.40s»: нужен %s", "\"%.40s\": must be %s"), node->key ? node->key : "",
                           cli_lang() == LANG_EN ? yaml_tree_kind_name(kind) : ru[kind]);
}

static bool read_columns(struct reading *r, const struct yaml_tree *section)
{
    if (!expect(r, section, YT_MAP))
        return false;
    for (const struct yaml_tree *n = section->child; n; n = n->next) {
        struct map_field *f = expect(r, n, YT_TEXT) ? field_of(r, n) : NULL;
        if (!f)
            return false;
        f->column = find_column(r->header, n->text);
        if (f->column == MAP_NO_COLUMN)
            return yaml_tree_fault(r->err, r->path, n->line,
                                   CLI_TR("столбца «%.60s» в файле нет; есть %.380s", "the file has no column \"%.60s\"; there are %.380s"),
                                   n->text, column_names(r->arena, r->header));
    }
    return true;
}

static bool read_defaults(struct reading *r, const struct yaml_tree *section)
{
    if (!expect(r, section, YT_MAP))
        return false;
    for (const struct yaml_tree *n = section->child; n; n = n->next) {
        struct map_field *f = expect(r, n, YT_TEXT) ? field_of(r, n) : NULL;
        if (!f)
            return false;
        f->fallback = n->text;
    }
    return true;
}

static bool read_values(struct reading *r, const struct yaml_tree *section)
{
    if (!expect(r, section, YT_MAP))
        return false;
    for (const struct yaml_tree *n = section->child; n; n = n->next) {
        struct map_field *f = expect(r, n, YT_MAP) ? field_of(r, n) : NULL;
        if (!f)
            return false;
        f->values = json_object();
        for (const struct yaml_tree *v = n->child; v; v = v->next) {
            if (!expect(r, v, YT_TEXT))
                return false;
            json_object_set_new(f->values, v->key, json_string(v->text));
        }
    }
    return true;
}

static bool read_date_formats(struct reading *r, const struct yaml_tree *section)
{
    size_t count = 0;
    if (!expect(r, section, YT_LIST))
        return false;
    for (const struct yaml_tree *n = section->child; n; n = n->next) {
        if (!expect(r, n, YT_TEXT))
            return false;
        if (!strchr(n->text, '%'))
            return yaml_tree_fault(r->err, r->path, n->line,
                                   CLI_TR("«%.40s»: это не вид даты; пример: \"%%d.%%m.%%Y\"",
                                          "\"%.40s\": not a format of a date; an example: \"%%d.%%m.%%Y\""),
                                   n->text);
        if (count == MAP_DATE_FORMATS_MAX)
            return yaml_tree_fault(r->err, r->path, n->line, CLI_TR("видов даты больше %d", "more than %d formats of dates"),
                                   MAP_DATE_FORMATS_MAX);
        r->map->date_formats[count++] = n->text;
    }
    r->map->date_formats[count] = NULL;
    return true;
}

/* Is the word one of "a|b|c"? */
static bool is_one_of(const char *words, const char *word)
{
    size_t len = strlen(word);
    for (const char *p = words; *p;) {
        size_t n = strcspn(p, "|");
        if (n == len && memcmp(p, word, n) == 0)
            return true;
        p += n + (p[n] == '|');
    }
    return false;
}

static bool read_create(struct reading *r, const struct yaml_tree *section)
{
    if (!expect(r, section, YT_LIST))
        return false;
    for (const struct yaml_tree *n = section->child; n; n = n->next) {
        if (!expect(r, n, YT_TEXT))
            return false;
        bool unit = strcmp(n->text, "unit") == 0, topic = strcmp(n->text, "topic") == 0, house = r->kind->by_feed && strcmp(n->text, "house") == 0;
        bool address = r->kind->creates && is_one_of(r->kind->creates, n->text);
        if (!unit && !topic && !house && !address)
            return yaml_tree_fault(r->err, r->path, n->line,
                                   CLI_TR("«%.40s»: заводить недостающее можно для unit и topic, у outages - для house, у этого вида - для %s",
                                          "\"%.40s\": what is absent can be made for unit and topic, of outages for house, of this kind for %s"),
                                   n->text, r->kind->creates ? r->kind->creates : "-");
        if (address)
            json_array_append_new(r->map->create, json_string(n->text));
        r->map->create_units = r->map->create_units || unit;
        r->map->create_houses = r->map->create_houses || house;
        r->map->keep_topics = r->map->keep_topics || topic;
    }
    return true;
}

static bool read_file(struct reading *r)
{
    static const struct {
        const char *key;
        bool (*read)(struct reading *r, const struct yaml_tree *section);
    } sections[] = {{"columns", read_columns},
                    {"defaults", read_defaults},
                    {"values", read_values},
                    {"date_formats", read_date_formats},
                    {"create", read_create}};
    enum { SECTIONS = sizeof sections / sizeof *sections };
    struct yaml_tree *root = yaml_tree_read_file(r->arena, r->path, r->err);
    if (!root || !expect(r, root, YT_MAP))
        return false;
    for (const struct yaml_tree *n = root->child; n; n = n->next) {
        size_t i = 0;
        while (i < SECTIONS && strcmp(sections[i].key, n->key) != 0)
            i++;
        if (i == SECTIONS)
            return yaml_tree_fault(r->err, r->path, n->key_line,
                                   CLI_TR("«%.40s»: такого ключа нет; есть columns, defaults, values, date_formats, create",
                                          "\"%.40s\": no such key; there are columns, defaults, values, date_formats, create"),
                                   n->key);
        if (!sections[i].read(r, n))
            return false;
    }
    if (!yaml_tree_get(root, "columns"))
        return yaml_tree_fault(
            r->err, r->path, 1,
            CLI_TR("нет ключа columns: какой столбец - какое поле", "the key columns is missing: which column is which field"));
    return true;
}

static bool read_header(struct reading *r, const char *csv_path)
{
    for (size_t i = 0; i < r->header->count; i++) {
        const struct import_field *f = import_field_find(r->kind, r->header->cell[i]);
        if (f)
            r->map->field[import_field_index(r->kind, f)].column = (int)i;
        else if (!is_ours(r->header->cell[i]))
            return yaml_tree_fault(r->err, csv_path, (int)r->header->line,
                                   CLI_TR("столбец «%.40s»: такого поля нет; назовите столбцы %.300s или дайте --map",
                                          "column \"%.40s\": no such field; name the columns %.300s, or give --map"),
                                   r->header->cell[i], field_names(r->arena, r->kind));
    }
    return true;
}

static bool check_header(struct reading *r, const char *csv_path)
{
    for (size_t i = 0; i < r->header->count; i++)
        for (size_t k = 0; k < i; k++)
            if (*r->header->cell[i] && strcmp(r->header->cell[i], r->header->cell[k]) == 0)
                return yaml_tree_fault(r->err, csv_path, (int)r->header->line,
                                       CLI_TR("столбец «%.60s» встречается дважды", "column \"%.60s\" stands twice"), r->header->cell[i]);
    return true;
}

static bool check_required(struct reading *r, const char *where, int line)
{
    for (const struct import_field *f = r->kind->fields; f->name; f++) {
        const struct map_field *m = &r->map->field[import_field_index(r->kind, f)];
        if (f->required && m->column == MAP_NO_COLUMN && !m->fallback)
            return yaml_tree_fault(r->err, where, line,
                                   CLI_TR("нет обязательного поля %s: назовите его столбец (columns) или значение (defaults)",
                                          "the required field %s is missing: name its column (columns) or a value (defaults)"),
                                   f->name);
    }
    return true;
}

bool import_map_read(struct import_map *map, struct arena *arena, const struct import_kind *kind, const char *path, const char *csv_path,
                     const struct csv_row *header, struct err *err)
{
    struct reading r = {.map = map, .arena = arena, .kind = kind, .path = path, .header = header, .err = err};
    *map = (struct import_map){
        .date_formats = {"%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%d.%m.%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", NULL}};
    for (size_t i = 0; i < IMPORT_FIELDS_MAX; i++)
        map->field[i].column = MAP_NO_COLUMN;
    map->create = json_array();
    return check_header(&r, csv_path) && (path ? read_file(&r) : read_header(&r, csv_path)) &&
           check_required(&r, path ? path : csv_path, 1);
}

void import_map_free(struct import_map *map)
{
    json_decref(map->create);
    map->create = NULL;
    for (size_t i = 0; i < IMPORT_FIELDS_MAX; i++) {
        json_decref(map->field[i].values);
        map->field[i].values = NULL;
    }
}
