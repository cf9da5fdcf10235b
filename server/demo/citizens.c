/* Those who write: people by the frequency of their names, organisations, the residents of a house. */
#include "common/translit.h"
#include "server/demo/town.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HOUSES = 96, FLATS = 120 };

static const struct {
    const char *form;
    const char *name; /* NULL: it is called by its house */
} organizations[] = {
    {"ТСЖ", NULL},
    {"ТСН", NULL},
    {"ЖСК", NULL},
    {"ООО УК", "Уютный дом"},
    {"ООО УК", "Жилсервис"},
    {"ООО", "Волга-Строй"},
    {"ООО", "Ромашка"},
    {"АО", "Хлебозавод № 2"},
    {"СНТ", "Садовод"},
    {"СНТ", "Заря"},
    {"ГСК", "Мотор"},
    {"ООО", "Автотранс"},
    {"АНО", "Забота"},
    {"ООО", "Лесная сказка"},
    {"ООО", "Агрофирма «Колос»"},
    {"Приход храма", "Воскресения Христова"},
    {"Совет ветеранов", "Единство"},
    {"ООО", "Текстильщик"},
};
enum { ORGANIZATIONS = sizeof organizations / sizeof *organizations };

int64_t citizen_id(const struct town *t, size_t index) { return t->citizen_first + (int64_t)index; }

void citizen_name(const struct town *t, size_t index, char *out, size_t size)
{
    const struct citizen *c = &t->citizen[index];
    const struct material *m = &t->material;
    if (c->kind == CITIZEN_PERSON)
        snprintf(out, size, "%s %s %s", m->surname[c->gender][c->surname], m->first[c->gender].text[c->first],
                 m->patronymic[c->gender].text[c->patronymic]);
    else if (c->kind == CITIZEN_COLLECTIVE)
        snprintf(out, size, "Жители дома %d, %s", c->house, m->streets[c->street]);
    else if (organizations[c->form].name)
        snprintf(out, size, "%s «%s»", organizations[c->form].form, organizations[c->form].name);
    else
        snprintf(out, size, "%s «%s, %d»", organizations[c->form].form, m->streets[c->street], c->house);
}

void citizen_address(const struct town *t, size_t index, char *out, size_t size)
{
    const struct citizen *c = &t->citizen[index];
    if (c->flat)
        snprintf(out, size, "%s, %d, кв. %d", t->material.streets[c->street], c->house, c->flat);
    else
        snprintf(out, size, "%s, %d", t->material.streets[c->street], c->house);
}

static void add_contact(struct town *t, int64_t id, const char *kind, const char *value, const char *folded)
{
    struct sheet *s = &t->sheets.sheet[SHEET_CONTACT];
    cell_int(s, id);
    cell_text(s, kind);
    cell_text(s, value);
    cell_text(s, folded);
    row_end(s);
}

/* Exchanges 000 of the mobile codes are given to nobody: no real person is called by mistake. */
static void add_phone(struct town *t, int64_t id)
{
    char value[32], folded[16];
    int code = random_between(&t->random, 900, 999), number = random_between(&t->random, 0, 9999);
    int high = number / 100, low = number % 100;
    switch (random_below(&t->random, 4)) {
    case 0: snprintf(value, sizeof value, "+7 %d 000-%02d-%02d", code, high, low); break;
    case 1: snprintf(value, sizeof value, "8 (%d) 000-%02d-%02d", code, high, low); break;
    case 2: snprintf(value, sizeof value, "8-%d-000-%02d-%02d", code, high, low); break;
    default: snprintf(value, sizeof value, "+7%d000%02d%02d", code, high, low);
    }
    snprintf(folded, sizeof folded, "%03d000%04d", code, number);
    add_contact(t, id, "mobile", value, folded);
}

static void add_email(struct town *t, int64_t id, const struct citizen *c)
{
    char surname[64], value[128];
    translit_latin(t->material.surname[c->gender][c->surname], 0, surname, sizeof surname);
    snprintf(value, sizeof value, "%s%d@mail.example", surname, random_between(&t->random, 1, 999));
    add_contact(t, id, "email", value, value);
}

static void write_card(struct town *t, size_t index, moment_t since)
{
    static const char *const statuses[] = {"pensioner",    "pensioner", "pensioner", "employee",  "worker",
                                           "entrepreneur", "student",   "housewife", "unemployed"};
    static const char *const privileges[] = {"labour_veteran", "disabled", "large_family", "combat_veteran", "low_income"};
    struct sheet *s = &t->sheets.sheet[SHEET_CORRESPONDENT];
    const struct citizen *c = &t->citizen[index];
    char name[400], address[300], contact[300] = "";
    bool person = c->kind == CITIZEN_PERSON;
    citizen_name(t, index, name, sizeof name);
    citizen_address(t, index, address, sizeof address);
    if (!person)
        snprintf(contact, sizeof contact, "%s %s", t->material.surname[c->gender][c->surname], t->material.first[c->gender].text[c->first]);
    cell_int(s, citizen_id(t, index));
    cell_text(s, c->kind == CITIZEN_PERSON ? "person" : c->kind == CITIZEN_ORGANIZATION ? "organization" : "collective");
    cell_text(s, name);
    cell_text(s, address);
    cell_text(s, person && random_chance(&t->random, 300) ? statuses[random_below(&t->random, sizeof statuses / sizeof *statuses)] : NULL);
    cell_text(s, person && random_chance(&t->random, 60) ? privileges[random_below(&t->random, sizeof privileges / sizeof *privileges)]
                                                         : NULL);
    cell_text(s, contact);
    cell_moment(s, since);
    row_end(s);
}

size_t citizen_add(struct town *t, enum citizen_kind kind, moment_t since)
{
    struct random *r = &t->random;
    if (t->citizen_count == t->citizen_max) {
        t->citizen_max = t->citizen_max ? t->citizen_max * 2 : 4096;
        t->citizen = realloc(t->citizen, t->citizen_max * sizeof *t->citizen);
        if (!t->citizen)
            abort();
    }
    size_t index = t->citizen_count++;
    struct citizen *c = &t->citizen[index];
    enum gender gender = random_chance(r, 580) ? FEMALE : MALE;
    const struct material *m = &t->material;
    *c = (struct citizen){
        .kind = (uint8_t)kind,
        .gender = (uint8_t)gender,
        .last_text = -1,
        .surname = (uint16_t)random_weighted(r, m->surname_upto, m->surname_count),
        .first = (uint16_t)random_weighted(r, m->first[gender].upto, m->first[gender].count),
        .patronymic = (uint16_t)random_weighted(r, m->patronymic[gender].upto, m->patronymic[gender].count),
        .street = (uint16_t)random_below(r, (uint32_t)m->street_count),
        .house = (uint16_t)random_between(r, 1, HOUSES),
        .form = (uint8_t)random_below(r, ORGANIZATIONS),
        .flat = kind == CITIZEN_PERSON && random_chance(r, 700) ? (uint16_t)random_between(r, 1, FLATS) : 0,
    };
    write_card(t, index, since);
    if (random_chance(r, 750))
        add_phone(t, citizen_id(t, index));
    if (random_chance(r, 350))
        add_email(t, citizen_id(t, index), c);
    return index;
}
