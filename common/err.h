/* Errors: one list of codes (errors.def), one carrier (struct err), filled where the fault is found and shown where a person reads it.
 *
 * A function that can fail returns bool and takes `struct err *` last; on false the err is filled, on true it is untouched.
 * A struct err is plain memory: it owns nothing, may be copied, and is valid until overwritten. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

enum err_code {
#define ERR(name, code, wire, exit_code, ru, en, hint_ru, hint_en) ERR_##name = (code),
#include "common/errors.def"
#undef ERR
};

enum lang { LANG_RU, LANG_EN };

struct err {
    enum err_code code;
    char field[64];   /* the parameter at fault, "" when none */
    char reason[64];  /* machine word: a row of reasons.def or the name of a workflow rule, "" when none */
    char detail[512]; /* what exactly, UTF-8, for the person; "" when the code's own text says all */
    char *current;    /* ERR_CONFLICT only: JSON of the record as it is now; belongs to the request's arena */
};

struct err_info {
    enum err_code code;
    const char *wire;       /* name in the contract: "not_found" */
    int exit_code;          /* sysexits(3) of the command line */
    const char *text[2];    /* what happened, by enum lang */
    const char *hint[2];    /* what to do next, by enum lang; "" when nothing */
};

/* The row of a code; never NULL (an unknown code answers the row of ERR_INTERNAL). */
const struct err_info *err_info(enum err_code code);
/* The row by wire code; never NULL. */
const struct err_info *err_info_wire(int code);

/* Fills the error; always returns false, so that `return err_set(...)` reads well. `fmt` may be NULL or "" for no detail. */
bool err_set(struct err *err, enum err_code code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Bad parameter: ERR_PARAMS with data.field and data.reason (a name of reasons.def). Returns false. */
bool err_field(struct err *err, const char *field, const char *reason, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* The workflow forbids it: ERR_RULE with data.rule. Returns false. */
bool err_rule(struct err *err, const char *rule, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* The sentence a person reads: the detail if any, else the code's text (with the reason's text for a bad field). */
void err_text(const struct err *err, enum lang lang, char *out, size_t size);
/* Text of a reason or rule (reasons.def) in a language; the name itself when unknown. */
const char *err_reason_text(const char *reason, enum lang lang);
