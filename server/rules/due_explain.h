/* A count told in words, day by day, for the person who answers for it. */
#pragma once
#include "common/err.h"
#include "common/jw.h"
#include "server/rules/due.h"

/* What is told. For a record: its stored dates (with extensions in the nominal one); for a question: what due_count gave. */
struct due_story {
    const struct work_calendar *calendar;
    const struct due_rule *rule;
    day_t event;
    struct due due;
    enum lang lang;
};
/* Writes an array of lines, each a sentence: the rule and its law, the event, every day, the nominal day, how it was rolled, the date. */
void due_explain(const struct due_story *story, struct jw *w);
/* "1 мая 2025, четверг" / "1 May 2025, Thursday". */
const char *day_in_words(day_t d, enum lang lang, char *out, unsigned size);
/* "30 календарных дней" / "30 calendar days"; "" for length 0. */
const char *due_length_in_words(const struct due_rule *rule, enum lang lang, char *out, unsigned size);
