/* The name of a settlement apart from the word of its kind: «рп. Шексна», «деревня Аксёново (Вохтожское МО)», «г Тутаев»; and of a
 * district. */
#pragma once
#include "server/rules/scan.h"

enum { SETTLEMENT_NAME_BYTES = 256 };

struct settlement_name {
    const char *kind; /* code of settlement_kind (static); "" when the text does not say */
    char name[SETTLEMENT_NAME_BYTES];
    bool kind_alone; /* «г.», «посёлок»: a name that is looked for, none to give */
};

/* false when no name is left, or it is too long. */
bool settlement_name_parse(const char *text, size_t len, struct settlement_name *out);
/* Takes the word of a kind before a name: «г. », «село »; its code, or NULL with nothing taken. «д. 14» is a house and «с 5» a range:
 * what stands before a number is not taken. */
const char *settlement_kind_take(struct scan *s);
/* «р-н. Сокольский», «Сокольский район» and «СОКОЛЬСКИЙ Р-Н» are «Сокольский район»; other texts stay as they are but for blanks. */
bool district_name(const char *text, char *out, size_t size);
