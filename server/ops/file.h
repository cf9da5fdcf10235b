/* Files by name: in the folders of a user ("inbox", "reports") and on records ("appeal", "assignment", "outage"). Rights are those of the
 * place: own folders are one's own; what hangs on a record is read by whoever may open the record and added by whoever may comment on it.
 */
#pragma once
#include "server/files/store.h"
#include "server/ops/helpers.h"

enum { FILE_NAME_BYTES = 256 };

/* One of the five, and the id of its user or record. */
struct file_place {
    const char *kind;
    int64_t id;
};

#define FILE_RECORDS "appeal|assignment|outage"

/* "inbox", "reports". */
bool file_place_is_own(const char *kind);
/* The first parameters of the queries on files: whose, sees all, units, records whose files this role may see; the last one alone is what
 * records seen by role ask. */
enum { FILE_WHO_COUNT = 4 };
#define FILE_WHO(c) call_acts(c), call_sees_all(c), call_units(c), file_places_seen(c)
/* Kinds of records whose files the user's roles may see, as a PostgreSQL array: which of the records, the queries say. */
const char *file_places_seen(const struct call *c);

/* Puts a whole buffer as a file into a folder ("inbox" or "reports") of the user `owner`, inside the transaction of the call; where the
 * name is taken it becomes «name (2).ext». *id (may be NULL) is the file's. ERR_PARAMS (field "name", "content") when the name is no name
 * or a limit of the configuration is reached. Usage: file_put_buffer(c, "reports", c->user->id, "Журнал 2026.pdf", data, len, &id) */
bool file_put_buffer(struct call *c, const char *folder, int64_t owner, const char *name, const void *data, size_t len, int64_t *id);

/* Attaches the files that the argument `arg` names (P_IDS or P_ID; absent: none) from the caller's folders to the record held by this
 * transaction, as a part of it: "report" or "comment" with its id, "answer", "withdrawal", or NULL. *changes (may be NULL; untouched when
 * nothing was attached) gets what the caller's event says of it: {"files": [names]}. */
bool file_attach_argument(struct call *c, const char *arg, const struct record *r, const char *part, int64_t part_id, const char **changes);
/* One more name for a content that is there, in an own folder; a taken name gets a number. Needs a transaction. */
bool file_add_copy(struct call *c, const struct file_place *place, const char *name, const struct content *content, int64_t *id);

/* --- for those who serve files by name (SFTP) ---------------------------------------------------------------------- */

struct file_info {
    int64_t id, blob_id, size_bytes, owner_id, modified; /* modified: seconds since 1970 */
    char mime[CONTENT_MIME_BYTES];
};

/* Valid UTF-8 of 1 to 255 bytes without a slash or a control character, and neither "." nor "..". */
bool file_name_ok(const char *name, size_t len);
/* The file of this name in a place; ERR_NOT_FOUND when there is none or it is not for this user. */
bool file_find(struct call *c, const struct file_place *place, const char *name, struct file_info *info);
/* Room for one more file of so many bytes? For a record this also asks for the right to add to it. `replaced` bytes are given free. */
bool file_room(struct call *c, const struct file_place *place, bool one_more, int64_t bytes, int64_t replaced);
/* Hangs a finished content under this name into the place, in the open transaction, with its event; replaces what is there (own folders
 * only: on a record a taken name gets a number). */
bool file_place_content(struct call *c, const struct file_place *place, const char *name, const struct content *content, int64_t *id);
/* Takes the file away: from own folders; from a record that is not closed, who added it or who registers. Needs a transaction. */
bool file_take_away(struct call *c, int64_t id);
/* Moves and renames: within a place, or from an own folder onto a record (which attaches it). Needs a transaction. */
bool file_rename(struct call *c, int64_t id, const struct file_place *to, const char *name, bool replace);
/* Every reading of a file is an event: who, which, where (152-FZ art. 19). */
bool file_read_event(struct call *c, int64_t id, const char *name, const struct file_place *place);
