/* Who is told of what, as data: notices.yaml. A rule matches events of the log and names the roles on the card that hear of them, the
 * sentence they read, and the ways it goes by. The first rule of the file that reaches a person speaks; a person hears of an event once.
 *
 * A struct notice_rules is immutable after loading and may be read by all threads; reloading makes a new one. */
#pragma once
#include "common/err.h"
#include <stdbool.h>
#include <stddef.h>

enum { NOTICE_WORDS_MAX = 12 };

struct notice_rule {
    const char *id;                            /* what settings name: "assigned" */
    const char *label[2];                      /* by enum lang, for the settings */
    const char *record;                        /* of the event */
    const char *on[NOTICE_WORDS_MAX + 1];      /* actions */
    const char *changed[NOTICE_WORDS_MAX + 1]; /* one of these fields must be among the changes; empty: any event */
    const char *to[NOTICE_WORDS_MAX + 1];      /* roles on the card (notice_roles) */
    const char *ways[NOTICE_WORDS_MAX + 1];    /* notice_ways; what a person has not chosen otherwise */
    bool urgent;
    const char *text[2];   /* on the screen; {number} {title} {due} {days_left} {actor} {comment} */
    const char *letter[2]; /* what to do, in a letter; no names, no titles (152-FZ): {number} {due} {days_left} */
};

struct notice_rules;

/* The ways of telling, with NULL at the end: "screen" "bell" "title" "desktop" "mail". */
extern const char *const notice_ways[];
/* Whom a rule may name. */
extern const char *const notice_roles[];

/* Reads a file (or, with text given, that text under the name `path`). NULL on a fault: err->detail is "path:line: what, what to do".
 * Refused: unknown keys, roles, ways and {names}; a name of a person's data in a letter; a rule without a text in both languages.
 * Caller frees. */
struct notice_rules *notices_load(const char *path, const char *text, struct err *err);
void notices_free(struct notice_rules **rules);
/* The shipped notices.yaml, embedded by the build. */
extern const char notices_default_yaml[];

size_t notices_count(const struct notice_rules *rules);
const struct notice_rule *notices_at(const struct notice_rules *rules, size_t i);
/* NULL when no rule bears the name. */
const struct notice_rule *notices_find(const struct notice_rules *rules, const char *id);
/* {"id": "text", ...} of all rules in a language: what the statements fill. Borrowed. */
const char *notices_texts(const struct notice_rules *rules, enum lang lang);

/* Are all {names} of the template among `known` (NULL at the end)? Else *bad (size 40) gets the first that is not, "" for a brace that
 * stands alone. */
bool template_names_are(const char *text, const char *const *known, char bad[40]);
