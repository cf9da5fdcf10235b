/* What a town is invented from: the seeds of db/seed/ as tables, all in one arena. */
#pragma once
#include "common/arena.h"
#include "common/err.h"
#include "server/demo/random.h"

/* Texts from which one is drawn as often as it weighs. */
struct pool {
    const char **text;
    uint32_t *upto;
    size_t count;
};
const char *pool_draw(const struct pool *p, struct random *r);

enum gender { MALE, FEMALE };
enum text_kind { TEXT_APPEAL, TEXT_ASSIGNMENT, TEXT_REPORT, TEXT_COMMENT, TEXT_RETURN, TEXT_KINDS };

struct demo_text {
    const char *topic, *subject, *text; /* `{street}`, `{house}`, `{flat}` stand in them; topic may be "" */
    int unit;                           /* index of the unit that answers for it, -1 for none */
};

struct demo_texts {
    struct demo_text *list;
    size_t count;
};

struct seed_unit {
    const char *code, *kind, *name, *name_en;
    int parent; /* index, -1 for none */
    bool external;
};

struct material {
    struct pool first[2], patronymic[2]; /* by enum gender */
    const char **surname[2];             /* the same man's and woman's name at the same place */
    uint32_t *surname_upto;
    size_t surname_count;
    const char **streets; /* "ул. Ленина" */
    size_t street_count;
    struct seed_unit *units;
    size_t unit_count;
    struct demo_texts texts[TEXT_KINDS];
    uint32_t *appeal_upto; /* how often the texts of appeals are written */
};

/* Reads the embedded seeds. */
bool material_load(struct material *m, struct arena *arena, struct err *err);
/* Index of a unit by its code, -1 when there is none. */
int material_unit(const struct material *m, const char *code);
/* A text of the kind on the same topic; NULL when there is none. */
const struct demo_text *material_on_topic(const struct material *m, enum text_kind kind, const struct demo_text *about, struct random *r);
/* The same, else a general one, else one of the same unit, else any. */
const struct demo_text *material_like(const struct material *m, enum text_kind kind, const struct demo_text *about, struct random *r);
/* The letters of the numbers of a kind of appeal ("ОГ"), from the shipped classifier; NULL when there are none. */
const char *material_letters(struct arena *arena, const char *appeal_kind);
