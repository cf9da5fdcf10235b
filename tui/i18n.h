/* Words for people: English msgids here, Russian in po/ru.po. N_ marks a msgid in a table, _ translates it. */
#pragma once
#include <libintl.h>
#define _(msgid) tr(msgid) /* NOLINT(bugprone-reserved-identifier): what everybody calls it */
#define N_(msgid) msgid

/* The translation of a msgid, which lives as long as the program: a literal or a row of a table. "" stays "" (gettext would answer the
 * catalogue's header). Borrowed, till the language changes. */
const char *tr(const char *msgid) __attribute__((format_arg(1)));

/* Chooses the language ("ru", "en"; NULL: what LANGUAGE says, else Russian) and the catalogue: `po` beside the program,
 * else the installed one. May be called again: the next text is in the new language. */
void i18n_start(const char *language);
/* "ru" or "en". */
const char *i18n_language(void);
