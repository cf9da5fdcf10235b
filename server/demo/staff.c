/* Units and the people of the administration: a fixed cast of demo logins, chiefs and specialists for the rest. */
#include "common/translit.h"
#include "server/demo/town.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MEMBERS = 160, FIRST_USER_ID = 2, FIRST_UNIT_ID = 1, DEPUTIES = 4 };

static const struct role_row {
    const char *login; /* NULL: made of the name */
    const char *unit, *roles, *position;
    bool keyed; /* gets a key in STATE/keys */
} cast[] = {
    {"head", "head_office", "head", "Глава муниципального образования", true},
    {"deputy", "head_office", "deputy", "Заместитель главы по городскому хозяйству", true},
    {NULL, "head_office", "deputy", "Заместитель главы по социальным вопросам", false},
    {NULL, "head_office", "deputy", "Заместитель главы по экономике и имуществу", false},
    {NULL, "head_office", "deputy", "Заместитель главы - управляющий делами", false},
    {"admin", "it", "admin", "Системный администратор", true},
    {NULL, "it", "admin", "Администратор информационной безопасности", false},
    {"clerk", "appeals_office", "clerk", "Главный специалист по работе с обращениями", true},
    {NULL, "appeals_office", "clerk", "Ведущий специалист по работе с обращениями", false},
    {NULL, "appeals_office", "clerk", "Специалист по работе с обращениями", false},
    {NULL, "affairs", "clerk", "Делопроизводитель", false},
    {NULL, "affairs", "clerk", "Делопроизводитель", false},
    {"controller", "affairs", "controller", "Главный специалист по контролю исполнения", true},
    {NULL, "affairs", "controller", "Специалист по контролю исполнения", false},
    {NULL, "affairs", "controller", "Специалист по контролю исполнения", false},
    {"chief", "housing_utilities", "chief", "Начальник управления ЖКХ", true},
    {"executor", "housing_utilities", "executor", "Главный специалист управления ЖКХ", true},
    {"executor2", "improvement", "executor", "Ведущий специалист по благоустройству", true},
    {"dispatcher", "edds", "dispatcher", "Старший оперативный дежурный", true},
    {NULL, "edds", "dispatcher", "Оперативный дежурный", false},
    {NULL, "edds", "dispatcher", "Оперативный дежурный", false},
    {NULL, "edds", "dispatcher", "Оперативный дежурный", false},
    {NULL, "edds", "dispatcher", "Диспетчер", false},
    {NULL, "edds", "dispatcher", "Диспетчер", false},
    {NULL, "edds", "dispatcher", "Диспетчер", false},
    {NULL, "edds", "dispatcher", "Диспетчер", false},
    {"manager", "construction", "manager", "Руководитель проектов", true},
    {NULL, "construction", "manager executor", "Руководитель проектов", false},
    {NULL, "culture", "manager executor", "Руководитель проектов", false},
    {"analyst", "economy", "analyst", "Аналитик", true},
    {NULL, "finance", "analyst", "Аналитик", false},
};
enum { CAST = sizeof cast / sizeof *cast };

/* Which deputy looks after a unit and all below it; the first one is the login `deputy`. */
static const struct {
    int deputy;
    const char *unit;
} curates[] = {
    {0, "housing_utilities"},
    {0, "roads_transport"},
    {0, "improvement"},
    {0, "architecture"},
    {0, "construction"},
    {0, "municipal_control"},
    {1, "education"},
    {1, "culture"},
    {1, "youth_sport"},
    {1, "social_protection"},
    {1, "guardianship"},
    {1, "minors"},
    {1, "zags"},
    {2, "finance"},
    {2, "economy"},
    {2, "property_land"},
    {2, "agriculture"},
    {2, "territory_1"},
    {3, "affairs"},
    {3, "legal"},
    {3, "press"},
    {3, "civil_protection"},
    {3, "mobilization"},
    {3, "mfc"},
};
enum { CURATES = sizeof curates / sizeof *curates };

int64_t town_unit_id(const struct town *t, int unit) { return unit < 0 ? 0 : t->unit_first + unit; }
const struct member *staff_member(const struct town *t, int index) { return &t->staff.member[index]; }

int staff_find(const struct town *t, const char *login)
{
    for (int i = 0; i < t->staff.count; i++)
        if (strcmp(t->staff.member[i].login, login) == 0)
            return i;
    return -1;
}

static void team_add(struct town *t, struct team *team, int index)
{
    int *list = arena_alloc(t->arena, (size_t)(team->count + 1) * sizeof *list);
    if (team->count)
        memcpy(list, team->list, (size_t)team->count * sizeof *list);
    list[team->count++] = index;
    team->list = list;
}

int staff_worker(struct town *t, int unit)
{
    for (; unit >= 0; unit = t->material.units[unit].parent) {
        const struct team *team = &t->staff.of_unit[unit];
        /* The chief keeps a few for himself. */
        if (team->count > 1 && !random_chance(&t->random, 60))
            return team->list[1 + random_below(&t->random, (uint32_t)team->count - 1)];
        if (team->count > 0)
            return team->list[0];
    }
    return t->staff.of_unit[material_unit(&t->material, "affairs")].list[0];
}

int staff_unit(struct town *t)
{
    for (;;) {
        int unit = (int)random_below(&t->random, (uint32_t)t->material.unit_count);
        if (t->staff.of_unit[unit].count > 0)
            return unit;
    }
}

static bool has_role(const char *roles, const char *role)
{
    size_t len = strlen(role);
    for (const char *p = roles; (p = strstr(p, role)); p += len)
        if ((p == roles || p[-1] == ' ') && (p[len] == ' ' || p[len] == '\0'))
            return true;
    return false;
}

static const char *full_name(struct town *t)
{
    struct random *r = &t->random;
    const struct material *m = &t->material;
    enum gender g = random_chance(r, 640) ? FEMALE : MALE;
    return arena_printf(t->arena, "%s %s %s", m->surname[g][random_weighted(r, m->surname_upto, m->surname_count)],
                        pool_draw(&m->first[g], r), pool_draw(&m->patronymic[g], r));
}

/* smirnova.oa; a namesake gets a number. */
static const char *login_of(struct town *t, const char *name)
{
    char surname[64], initial[2][8] = {"", ""};
    char *copy = arena_strdup(t->arena, name), *save = NULL;
    const char *word = strtok_r(copy, " ", &save);
    translit_latin(word ? word : "user", 0, surname, sizeof surname);
    for (int i = 0; i < 2 && (word = strtok_r(NULL, " ", &save)); i++) {
        translit_latin(word, 0, initial[i], sizeof initial[i]);
        initial[i][1] = '\0';
    }
    const char *login = arena_printf(t->arena, "%s.%s%s", surname, initial[0], initial[1]);
    for (int n = 2; staff_find(t, login) >= 0; n++)
        login = arena_printf(t->arena, "%s.%s%s%d", surname, initial[0], initial[1], n);
    return login;
}

static void add_member(struct town *t, const char *login, int unit, const char *roles, const char *position)
{
    struct staff *s = &t->staff;
    struct member *m = &s->member[s->count];
    const char *name = full_name(t);
    *m = (struct member){.id = FIRST_USER_ID + s->count,
                         .login = login ? login : login_of(t, name),
                         .name = name,
                         .position = position,
                         .unit = unit,
                         .roles = roles,
                         .chief = has_role(roles, "chief")};
    int index = s->count++;
    if (has_role(roles, "head"))
        s->head = index;
    if (has_role(roles, "deputy"))
        team_add(t, &s->deputies, index);
    if (has_role(roles, "clerk"))
        team_add(t, &s->clerks, index);
    if (has_role(roles, "controller"))
        team_add(t, &s->controllers, index);
    if (unit >= 0 && (has_role(roles, "chief") || has_role(roles, "executor")))
        team_add(t, &s->of_unit[unit], index);
}

static void add_chiefs(struct town *t)
{
    const struct material *m = &t->material;
    for (size_t u = 0; u < m->unit_count; u++) {
        const struct seed_unit *unit = &m->units[u];
        if (unit->external || strcmp(unit->code, "head_office") == 0 || strcmp(unit->code, "housing_utilities") == 0)
            continue;
        const char *post = strcmp(unit->kind, "institution") == 0 ? "Директор" : "Начальник";
        add_member(t, NULL, (int)u, "chief", arena_printf(t->arena, "%s: %s", post, unit->name));
    }
}

/* The rest are specialists, more where people write more. */
static void add_specialists(struct town *t)
{
    const struct material *m = &t->material;
    static const char *const posts[] = {"Главный специалист", "Ведущий специалист", "Консультант", "Специалист первой категории",
                                        "Инженер"};
    uint32_t *upto = arena_alloc(t->arena, m->unit_count * sizeof *upto), sum = 0;
    for (size_t u = 0; u < m->unit_count; u++) {
        bool works = !m->units[u].external && strcmp(m->units[u].code, "head_office") != 0 && strcmp(m->units[u].code, "edds") != 0;
        sum += works ? 2 : 0;
        for (size_t i = 0; works && i < m->texts[TEXT_APPEAL].count; i++)
            sum += m->texts[TEXT_APPEAL].list[i].unit == (int)u;
        upto[u] = sum;
    }
    while (t->staff.count < MEMBERS)
        add_member(t, NULL, (int)random_weighted(&t->random, upto, m->unit_count), "executor",
                   posts[random_below(&t->random, sizeof posts / sizeof *posts)]);
}

static void choose_deputies(struct town *t)
{
    const struct material *m = &t->material;
    for (size_t u = 0; u < m->unit_count; u++) {
        t->staff.deputy_of_unit[u] = m->units[u].parent < 0 ? t->staff.head : t->staff.deputy_of_unit[m->units[u].parent];
        for (size_t i = 0; i < CURATES; i++)
            if (strcmp(curates[i].unit, m->units[u].code) == 0)
                t->staff.deputy_of_unit[u] = t->staff.deputies.list[curates[i].deputy];
    }
}

static void write_event(struct town *t, const char *record, int64_t id)
{
    struct sheet *s = &t->sheets.sheet[SHEET_EVENT];
    cell_int(s, t->next_event++);
    cell_moment(s, (moment_t)t->first * DAY_SECONDS + 8 * 3600);
    cell_int(s, 1);
    cell_text(s, record);
    cell_int(s, id);
    cell_text(s, "add");
    cell_int(s, 1);
    for (int i = 0; i < 4; i++)
        cell_text(s, NULL);
    row_end(s);
}

static void write_units(struct town *t)
{
    for (size_t u = 0; u < t->material.unit_count; u++) {
        const struct seed_unit *unit = &t->material.units[u];
        struct sheet *s = &t->sheets.sheet[SHEET_UNIT];
        cell_int(s, town_unit_id(t, (int)u));
        cell_text(s, unit->code);
        cell_id(s, town_unit_id(t, unit->parent));
        cell_text(s, unit->kind);
        cell_text(s, unit->name);
        cell_text(s, unit->name_en);
        cell_bool(s, unit->external);
        row_end(s);
        write_event(t, "unit", town_unit_id(t, (int)u));
    }
}

static void write_member(struct town *t, const struct member *m)
{
    char email[160], phone[32];
    struct sheet *s = &t->sheets.sheet[SHEET_USER];
    snprintf(email, sizeof email, "%s@gorod.example", m->login);
    snprintf(phone, sizeof phone, "2-%02d-%02d", (int)(m->id / 100), (int)(m->id % 100));
    cell_int(s, m->id);
    cell_text(s, m->login);
    cell_text(s, m->name);
    cell_text(s, email);
    cell_text(s, phone);
    cell_text(s, m->position);
    cell_id(s, town_unit_id(t, m->unit));
    row_end(s);
    char *copy = arena_strdup(t->arena, m->roles), *save = NULL;
    for (const char *role = strtok_r(copy, " ", &save); role; role = strtok_r(NULL, " ", &save)) {
        cell_int(&t->sheets.sheet[SHEET_USER_ROLE], m->id);
        cell_text(&t->sheets.sheet[SHEET_USER_ROLE], role);
        row_end(&t->sheets.sheet[SHEET_USER_ROLE]);
    }
    write_event(t, "user", m->id);
}

static bool write_keys(struct town *t, const char *state, struct err *err)
{
    struct sheet *s = &t->sheets.sheet[SHEET_USER_KEY];
    for (size_t i = 0; i < CAST; i++) {
        struct demo_key key;
        if (!cast[i].keyed)
            continue;
        if (!key_ensure(t->arena, state, cast[i].login, &key, err))
            return false;
        cell_int(s, t->staff.member[i].id);
        cell_text(s, key.algorithm);
        cell_text(s, key.blob);
        cell_text(s, key.fingerprint);
        cell_text(s, cast[i].login);
        row_end(s);
    }
    return true;
}

bool staff_make(struct town *t, const char *state, struct err *err)
{
    size_t units = t->material.unit_count;
    t->unit_first = FIRST_UNIT_ID;
    t->staff = (struct staff){.member = arena_alloc(t->arena, (MEMBERS + units) * sizeof(struct member)),
                              .of_unit = arena_alloc(t->arena, units * sizeof(struct team)),
                              .deputy_of_unit = arena_alloc(t->arena, units * sizeof(int))};
    for (size_t i = 0; i < CAST; i++) {
        int unit = material_unit(&t->material, cast[i].unit);
        if (unit < 0)
            return err_set(err, ERR_INTERNAL, "db/seed/units.csv: the unit %s is missing", cast[i].unit);
        add_member(t, cast[i].login, unit, cast[i].roles, cast[i].position);
    }
    add_chiefs(t);
    add_specialists(t);
    choose_deputies(t);
    /* The chief stands first in the team. */
    for (size_t u = 0; u < units; u++)
        for (int i = 1; i < t->staff.of_unit[u].count; i++)
            if (t->staff.member[t->staff.of_unit[u].list[i]].chief) {
                int chief = t->staff.of_unit[u].list[i];
                t->staff.of_unit[u].list[i] = t->staff.of_unit[u].list[0];
                t->staff.of_unit[u].list[0] = chief;
            }
    write_units(t);
    for (int i = 0; i < t->staff.count; i++)
        write_member(t, &t->staff.member[i]);
    for (size_t i = 0; i < CURATES; i++) {
        int unit = material_unit(&t->material, curates[i].unit);
        if (unit < 0)
            continue;
        cell_int(&t->sheets.sheet[SHEET_USER_CURATES], t->staff.member[t->staff.deputies.list[curates[i].deputy]].id);
        cell_int(&t->sheets.sheet[SHEET_USER_CURATES], town_unit_id(t, unit));
        row_end(&t->sheets.sheet[SHEET_USER_CURATES]);
    }
    return write_keys(t, state, err);
}
