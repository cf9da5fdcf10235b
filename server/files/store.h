/* Contents of files in the database: received in chunks, stored once by their SHA-256, read in pieces. Names and rights are others' business
 * (server/ops/file.h).
 *
 * Whoever receives a content owns a struct content_writer. It writes through the connection given, inside whatever transaction is open
 * there, and keeps one chunk and the state of the hash in memory. What is not finished is nobody's and is swept (sweep.h). */
#pragma once
#include "common/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pg;

enum {
    CONTENT_CHUNK_BYTES = 256 * 1024, /* measured: 64 KiB to 1 MiB cost the same to write; larger ones read more than a reader may want */
    CONTENT_MIME_BYTES = 128,
    CONTENT_HASH_HEX = 65,
};

struct content {
    int64_t blob_id;
    int64_t size_bytes;
    char mime[CONTENT_MIME_BYTES]; /* by the contents, never by the name */
    char sha256[CONTENT_HASH_HEX];
};

struct content_writer;

/* Begins a new content of at most max_bytes (ERR_TOO_LARGE beyond). NULL on an error. The writer borrows db. */
struct content_writer *content_writer_new(struct pg *db, int64_t owner_id, int64_t max_bytes, struct err *err);
/* The same, beginning with all that `from` (size_bytes long) holds: for what is appended to or changed in place. */
struct content_writer *content_writer_copy(struct pg *db, int64_t owner_id, int64_t max_bytes, int64_t from_blob, int64_t size_bytes,
                                           struct err *err);
/* Goes on with a content begun in an earlier transaction, which holds size_bytes. */
struct content_writer *content_writer_resume(struct pg *db, int64_t blob_id, int64_t size_bytes, int64_t max_bytes, struct err *err);
/* Frees the memory; what was written stays unfinished. */
void content_writer_free(struct content_writer **w);
int64_t content_writer_blob(const struct content_writer *w);
int64_t content_writer_size(const struct content_writer *w);
/* Writes anywhere; a gap before `offset` reads as zeros. */
bool content_write(struct content_writer *w, int64_t offset, const void *data, size_t len, struct err *err);
bool content_truncate(struct content_writer *w, int64_t size_bytes, struct err *err);
/* Writes what is still in memory to the database, so that another transaction may go on. */
bool content_flush(struct content_writer *w, struct err *err);
/* Ends it in the open transaction: hash, type (`name` helps where contents do not tell), and the blob to refer to, which may be an older one
 * of the same contents. Mark it used in the same transaction. */
bool content_finish(struct content_writer *w, const char *name, struct content *content, struct err *err);
/* What has been received so far is not wanted; the sweep takes it. Outside of the writer's life: by its blob. */
bool content_abandon(struct pg *db, int64_t blob_id, struct err *err);

/* Reads a content that is finished. Keeps the answer of one statement in memory. */
struct content_reader {
    struct pg *db;
    int64_t blob_id, size_bytes;
    int64_t first; /* ord of the first chunk held, -1: none */
    int count;     /* chunks held */
    int ahead;     /* chunks asked for at a time: grows while reading goes straight on */
    void *rows;
};
void content_reader_init(struct content_reader *r, struct pg *db, int64_t blob_id, int64_t size_bytes);
void content_reader_free(struct content_reader *r);
/* Copies up to len bytes from offset on; *got is less only at the end of the content. */
bool content_read(struct content_reader *r, int64_t offset, void *data, size_t len, size_t *got, struct err *err);
