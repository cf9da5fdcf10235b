#include "common/err.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct err_info infos[] = {
#define ERR(name, code, wire, exit_code, ru, en, hint_ru, hint_en) {ERR_##name, wire, exit_code, {ru, en}, {hint_ru, hint_en}},
#include "common/errors.def"
#undef ERR
};

static const struct reason {
    const char *name;
    const char *text[2];
} reasons[] = {
#define REASON(name, ru, en) {name, {ru, en}},
#include "common/reasons.def"
#undef REASON
};

const struct err_info *err_info_wire(int code)
{
    const struct err_info *internal = &infos[0];
    for (size_t i = 0; i < sizeof infos / sizeof *infos; i++) {
        if ((int)infos[i].code == code)
            return &infos[i];
        if (infos[i].code == ERR_INTERNAL)
            internal = &infos[i];
    }
    return internal;
}

const struct err_info *err_info(enum err_code code)
{
    return err_info_wire((int)code);
}

const char *err_reason_text(const char *reason, enum lang lang)
{
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (strcmp(reasons[i].name, reason) == 0)
            return reasons[i].text[lang];
    return reason;
}

__attribute__((format(printf, 5, 0))) static void fill(struct err *err, enum err_code code, const char *field, const char *reason,
                                                       const char *fmt, va_list ap)
{
    *err = (struct err){.code = code};
    snprintf(err->field, sizeof err->field, "%s", field);
    snprintf(err->reason, sizeof err->reason, "%s", reason);
    if (fmt && *fmt)
        vsnprintf(err->detail, sizeof err->detail, fmt, ap);
    /* vsnprintf may cut a UTF-8 character in two: drop the torn tail, the wire must stay UTF-8. */
    size_t n = strlen(err->detail);
    if (n == sizeof err->detail - 1) {
        while (n > 0 && ((unsigned char)err->detail[n - 1] & 0xC0) == 0x80)
            n--;
        if (n > 0 && (unsigned char)err->detail[n - 1] >= 0xC0)
            n--;
        err->detail[n] = '\0';
    }
}

bool err_set(struct err *err, enum err_code code, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fill(err, code, "", "", fmt, ap);
    va_end(ap);
    return false;
}

bool err_field(struct err *err, const char *field, const char *reason, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fill(err, ERR_PARAMS, field, reason, fmt, ap);
    va_end(ap);
    return false;
}

bool err_rule(struct err *err, const char *rule, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fill(err, ERR_RULE, "", rule, fmt, ap);
    va_end(ap);
    return false;
}

void err_text(const struct err *err, enum lang lang, char *out, size_t size)
{
    const struct err_info *info = err_info(err->code);
    const char *what = err->detail[0] ? err->detail : err->reason[0] ? err_reason_text(err->reason, lang) : "";
    if (err->field[0])
        snprintf(out, size, "%s: %s", err->field, *what ? what : info->text[lang]);
    else if (*what && (err->code == ERR_RULE || err->code == ERR_METHOD || err->code == ERR_PARSE))
        snprintf(out, size, "%s: %s", info->text[lang], what);
    else
        snprintf(out, size, "%s", *what ? what : info->text[lang]);
}
