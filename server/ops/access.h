/* Records of limited access: classes of data and the people named on a card (152-FZ; classifiers: data_class). */
#pragma once
#include "server/ops/helpers.h"

/* Checks the arguments data_class and readers, where there are such: a value of the classifier; users who can still log in, one at least.
 */
bool access_ok(struct call *c);
/* Writes the arguments confidential, data_class and readers to an appeal whose row and authors are written, and takes over the class of its
 * authors. Does nothing to a card that is, and stays, open. */
bool appeal_access_write(struct call *c, const char *id);

/* The log of access. An action of it ("card_opened", "person_searched", "file_read" ...), not of the history of a record. */
bool access_is_read(const char *action);
/* Notes that a card was opened, outside of a transaction, when its answer has gone out. Opening it again soon is the same event. */
void access_note_card(struct call *c, const char *record, int64_t id);
/* Notes a search among people: what was typed ("" for a page of the register) and, as PostgreSQL array texts, the correspondents or
 * (appeals not NULL) the authors of the appeals that it showed. What is typed on within ten seconds is the same event. */
void access_note_search(struct call *c, const char *record, const char *query, const char *people, const char *appeals);
/* Writes a note that waited for the answer. Where the database has no room for it, it goes into the server's log. */
void access_write(struct pg *db, const struct after *a);
/* Ids of a column of the first rows as PostgreSQL array text, in the request's arena. */
const char *access_ids(struct call *c, const struct pg_res *res, int column, int max);
