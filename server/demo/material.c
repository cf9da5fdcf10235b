#include "server/demo/material.h"
#include "db/embedded.h"
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

const char *pool_draw(const struct pool *p, struct random *r) { return p->text[random_weighted(r, p->upto, p->count)]; }

static json_t *seed_rows(const char *name, struct err *err)
{
    const char *json = seed_find(name);
    json_t *rows = json ? json_loads(json, 0, NULL) : NULL;
    if (json_array_size(rows) == 0) {
        json_decref(rows);
        err_set(err, ERR_INTERNAL, "db/seed/%s.csv: no rows", name);
        return NULL;
    }
    return rows;
}

static const char *cell(struct arena *arena, const json_t *row, const char *column)
{
    const char *text = json_string_value(json_object_get(row, column));
    return arena_strdup(arena, text ? text : "");
}

static uint32_t weight_of(const json_t *row)
{
    const char *text = json_string_value(json_object_get(row, "weight"));
    long weight = text ? strtol(text, NULL, 10) : 0;
    return weight > 0 && weight < 100000 ? (uint32_t)weight : 1;
}

static void pool_init(struct pool *p, struct arena *arena, size_t max)
{
    *p = (struct pool){.text = arena_alloc(arena, max * sizeof *p->text), .upto = arena_alloc(arena, max * sizeof *p->upto)};
}

static void pool_add(struct pool *p, const char *text, uint32_t weight)
{
    if (!*text)
        return;
    p->upto[p->count] = (p->count ? p->upto[p->count - 1] : 0) + weight;
    p->text[p->count++] = text;
}

static void add_surname(struct material *m, struct arena *arena, const json_t *row)
{
    const char *male = cell(arena, row, "male"), *female = cell(arena, row, "female");
    size_t n = m->surname_count;
    if (!*male && !*female)
        return;
    m->surname[MALE][n] = *male ? male : female;
    m->surname[FEMALE][n] = *female ? female : male;
    m->surname_upto[n] = (n ? m->surname_upto[n - 1] : 0) + weight_of(row);
    m->surname_count++;
}

static bool load_names(struct material *m, struct arena *arena, struct err *err)
{
    json_t *rows = seed_rows("names", err), *row;
    size_t i, max = json_array_size(rows);
    static const char *const columns[2] = {"male", "female"};
    if (!rows)
        return false;
    m->surname_upto = arena_alloc(arena, max * sizeof *m->surname_upto);
    for (int g = 0; g < 2; g++) {
        pool_init(&m->first[g], arena, max);
        pool_init(&m->patronymic[g], arena, max);
        m->surname[g] = arena_alloc(arena, max * sizeof *m->surname[g]);
    }
    json_array_foreach(rows, i, row)
    {
        const char *kind = json_string_value(json_object_get(row, "kind"));
        if (kind && strcmp(kind, "surname") == 0) {
            add_surname(m, arena, row);
            continue;
        }
        for (int g = 0; g < 2; g++)
            pool_add(kind && strcmp(kind, "first") == 0 ? &m->first[g] : &m->patronymic[g], cell(arena, row, columns[g]), weight_of(row));
    }
    json_decref(rows);
    for (int g = 0; g < 2; g++)
        if (!m->first[g].count || !m->patronymic[g].count || !m->surname_count)
            return err_set(err, ERR_INTERNAL, "db/seed/names.csv: a kind of name is missing");
    return true;
}

static bool load_streets(struct material *m, struct arena *arena, struct err *err)
{
    json_t *rows = seed_rows("streets", err), *row;
    size_t i;
    if (!rows)
        return false;
    m->streets = arena_alloc(arena, json_array_size(rows) * sizeof *m->streets);
    json_array_foreach(rows, i, row)
    {
        m->streets[m->street_count++] = arena_printf(arena, "%s %s", cell(arena, row, "kind"), cell(arena, row, "name"));
    }
    json_decref(rows);
    return true;
}

int material_unit(const struct material *m, const char *code)
{
    for (size_t i = 0; i < m->unit_count; i++)
        if (strcmp(m->units[i].code, code) == 0)
            return (int)i;
    return -1;
}

static bool load_units(struct material *m, struct arena *arena, struct err *err)
{
    json_t *rows = seed_rows("units", err), *row;
    size_t i;
    bool ok = true;
    if (!rows)
        return false;
    m->units = arena_alloc(arena, json_array_size(rows) * sizeof *m->units);
    json_array_foreach(rows, i, row)
    {
        struct seed_unit *u = &m->units[i];
        const char *parent = cell(arena, row, "parent");
        *u = (struct seed_unit){.code = cell(arena, row, "code"),
                                .kind = cell(arena, row, "kind"),
                                .name = cell(arena, row, "ru"),
                                .name_en = cell(arena, row, "en")};
        /* Only units above in the file can be parents: the copy must find them there. */
        u->parent = *parent ? material_unit(m, parent) : -1;
        u->external = strcmp(u->kind, "external") == 0;
        m->unit_count++;
        if (*parent && u->parent < 0)
            ok = err_set(err, ERR_INTERNAL, "db/seed/units.csv: %s: the parent %s does not stand above it", u->code, parent);
    }
    json_decref(rows);
    return ok;
}

static int text_kind_of(const json_t *row)
{
    static const char *const names[TEXT_KINDS] = {"appeal", "assignment", "report", "comment", "return"};
    const char *kind = json_string_value(json_object_get(row, "kind"));
    for (int i = 0; kind && i < TEXT_KINDS; i++)
        if (strcmp(kind, names[i]) == 0)
            return i;
    return -1;
}

/* People write of roads and heating far more than of archives: each further topic of the file a little less. */
static void weigh_appeals(struct material *m, struct arena *arena)
{
    const struct demo_texts *t = &m->texts[TEXT_APPEAL];
    m->appeal_upto = arena_alloc(arena, t->count * sizeof *m->appeal_upto);
    for (size_t i = 0; i < t->count; i++)
        m->appeal_upto[i] = (i ? m->appeal_upto[i - 1] : 0) + 100 - (uint32_t)(75 * i / t->count);
}

static bool load_texts(struct material *m, struct arena *arena, struct err *err)
{
    json_t *rows = seed_rows("demo_texts", err), *row;
    size_t i;
    if (!rows)
        return false;
    for (int k = 0; k < TEXT_KINDS; k++)
        m->texts[k].list = arena_alloc(arena, json_array_size(rows) * sizeof *m->texts[k].list);
    json_array_foreach(rows, i, row)
    {
        int kind = text_kind_of(row);
        if (kind < 0)
            continue;
        m->texts[kind].list[m->texts[kind].count++] = (struct demo_text){.topic = cell(arena, row, "topic_code"),
                                                                         .subject = cell(arena, row, "subject"),
                                                                         .text = cell(arena, row, "text"),
                                                                         .unit = material_unit(m, cell(arena, row, "unit"))};
    }
    json_decref(rows);
    for (int k = 0; k < TEXT_KINDS; k++)
        if (m->texts[k].count == 0)
            return err_set(err, ERR_INTERNAL, "db/seed/demo_texts.csv: a kind of text is missing");
    weigh_appeals(m, arena);
    return true;
}

bool material_load(struct material *m, struct arena *arena, struct err *err)
{
    *m = (struct material){0};
    return load_names(m, arena, err) && load_streets(m, arena, err) && load_units(m, arena, err) && load_texts(m, arena, err);
}

/* How near a text is to the matter: on the topic, general of the unit, general of anybody, anything of the unit, anything. */
static bool fits(const struct demo_text *t, const struct demo_text *about, int closeness)
{
    bool same_unit = about->unit >= 0 && t->unit == about->unit;
    switch (closeness) {
    case 0: return *about->topic && strcmp(t->topic, about->topic) == 0;
    case 1: return !*t->topic && same_unit;
    case 2: return !*t->topic && t->unit < 0;
    case 3: return same_unit;
    default: return true;
    }
}

static const struct demo_text *draw_fitting(const struct demo_texts *t, const struct demo_text *about, int closeness, struct random *r)
{
    size_t found = 0;
    for (size_t i = 0; i < t->count; i++)
        found += fits(&t->list[i], about, closeness);
    size_t wanted = found ? random_below(r, (uint32_t)found) : 0;
    for (size_t i = 0; found && i < t->count; i++)
        if (fits(&t->list[i], about, closeness) && wanted-- == 0)
            return &t->list[i];
    return NULL;
}

const struct demo_text *material_on_topic(const struct material *m, enum text_kind kind, const struct demo_text *about, struct random *r)
{
    return draw_fitting(&m->texts[kind], about, 0, r);
}

const struct demo_text *material_like(const struct material *m, enum text_kind kind, const struct demo_text *about, struct random *r)
{
    const struct demo_text *found = NULL;
    for (int closeness = 0; !found; closeness++)
        found = draw_fitting(&m->texts[kind], about, closeness, r);
    return found;
}

const char *material_letters(struct arena *arena, const char *appeal_kind)
{
    struct err ignored;
    json_t *rows = seed_rows("classifiers", &ignored), *row;
    const char *letters = NULL;
    size_t i;
    json_array_foreach(rows, i, row)
    {
        const char *classifier = json_string_value(json_object_get(row, "classifier")),
                   *code = json_string_value(json_object_get(row, "code"));
        if (letters || !classifier || !code || strcmp(classifier, "appeal_kind") != 0 || strcmp(code, appeal_kind) != 0)
            continue;
        json_t *data = json_loads(json_string_value(json_object_get(row, "data")), 0, NULL);
        const char *found = json_string_value(json_object_get(data, "letters"));
        letters = found ? arena_strdup(arena, found) : NULL;
        json_decref(data);
    }
    json_decref(rows);
    return letters;
}
