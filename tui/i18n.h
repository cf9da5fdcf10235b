/* Words for people: English msgids here, Russian in po/ru.po. N_ marks a msgid in a table, _ translates it. */
#pragma once
#include <libintl.h>
#define _(msgid) gettext(msgid) /* NOLINT(bugprone-reserved-identifier): what everybody calls it */
#define N_(msgid) msgid

/* The translation of a msgid from a table; "" stays "" (gettext would answer the catalogue's header). */
static inline const char *tr(const char *msgid) { return msgid && *msgid ? gettext(msgid) : ""; }

/* Chooses the language ("ru", "en"; NULL: what LANGUAGE says, else Russian) and the catalogue: `po` beside the program,
 * else the installed one. May be called again: the next text is in the new language. */
void i18n_start(const char *language);
/* "ru" or "en". */
const char *i18n_language(void);
