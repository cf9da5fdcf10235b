#include "server/files/store.h"
#include "db/pg.h"
#include "server/files/type.h"
#include <assert.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_BYTES = 24, READ_AHEAD_MAX = 4 };

struct content_writer {
    struct pg *db;
    int64_t blob_id, max_bytes;
    int64_t size;   /* of all that was written */
    int64_t stored; /* bytes before this are in the database, those of the chunk in memory excepted */
    int64_t hashed; /* bytes before this are in the hash; -1: it has to be counted anew */
    EVP_MD_CTX *hash;
    int64_t ord; /* the chunk in memory, -1: none */
    size_t len;  /* of it */
    bool dirty;
    unsigned char chunk[CONTENT_CHUNK_BYTES];
};

static const char *number(char room[NUMBER_BYTES], int64_t n)
{
    snprintf(room, NUMBER_BYTES, "%lld", (long long)n);
    return room;
}

/* --- writing ------------------------------------------------------------------------------------------------------------------------- */

static bool hash_begin(struct content_writer *w, struct err *err)
{
    w->hashed = 0;
    return EVP_DigestInit_ex(w->hash, EVP_sha256(), NULL) == 1 || err_set(err, ERR_INTERNAL, "SHA-256");
}

static struct content_writer *writer_new(struct pg *db, int64_t blob_id, int64_t size, int64_t max_bytes, struct err *err)
{
    struct content_writer *w = malloc(sizeof *w);
    if (!w)
        abort();
    w->db = db;
    w->blob_id = blob_id;
    w->max_bytes = max_bytes;
    w->size = w->stored = size;
    w->ord = -1;
    w->len = 0;
    w->dirty = false;
    w->hash = EVP_MD_CTX_new();
    if (!w->hash)
        abort();
    if (!hash_begin(w, err)) {
        content_writer_free(&w);
        return NULL;
    }
    if (size > 0)
        w->hashed = -1;
    return w;
}

static bool begin(struct pg *db, int64_t owner_id, int64_t *blob_id, struct err *err)
{
    char owner[NUMBER_BYTES];
    const char *params[] = {number(owner, owner_id)};
    struct pg_res *res = pg_query(db, Q_BLOB_BEGIN, params, 1, err);
    if (!res)
        return false;
    *blob_id = pg_int(res, 0, 0);
    pg_free(res);
    return true;
}

struct content_writer *content_writer_new(struct pg *db, int64_t owner_id, int64_t max_bytes, struct err *err)
{
    int64_t blob_id;
    return begin(db, owner_id, &blob_id, err) ? writer_new(db, blob_id, 0, max_bytes, err) : NULL;
}

struct content_writer *content_writer_copy(struct pg *db, int64_t owner_id, int64_t max_bytes, int64_t from_blob, int64_t size_bytes,
                                           struct err *err)
{
    int64_t blob_id;
    char from[NUMBER_BYTES], to[NUMBER_BYTES];
    if (!begin(db, owner_id, &blob_id, err))
        return NULL;
    const char *params[] = {number(from, from_blob), number(to, blob_id)};
    return pg_exec(db, Q_CHUNK_COPY, params, 2, NULL, err) ? writer_new(db, blob_id, size_bytes, max_bytes, err) : NULL;
}

struct content_writer *content_writer_resume(struct pg *db, int64_t blob_id, int64_t size_bytes, int64_t max_bytes, struct err *err)
{
    return writer_new(db, blob_id, size_bytes, max_bytes, err);
}

void content_writer_free(struct content_writer **w)
{
    if (!*w)
        return;
    EVP_MD_CTX_free((*w)->hash);
    free(*w);
    *w = NULL;
}

int64_t content_writer_blob(const struct content_writer *w) { return w->blob_id; }
int64_t content_writer_size(const struct content_writer *w) { return w->size; }

static bool store_chunk(struct content_writer *w, struct err *err)
{
    char blob[NUMBER_BYTES], ord[NUMBER_BYTES];
    const char *params[] = {number(blob, w->blob_id), number(ord, w->ord), NULL};
    if (!w->dirty)
        return true;
    if (!pg_exec_bytes(w->db, Q_CHUNK_ADD, params, 3, w->chunk, w->len, err))
        return false;
    int64_t end = w->ord * CONTENT_CHUNK_BYTES + (int64_t)w->len;
    if (end > w->stored)
        w->stored = end;
    w->dirty = false;
    return true;
}

static bool read_chunk(struct pg *db, int64_t blob_id, int64_t at, unsigned char *data, size_t *len, struct err *err)
{
    char blob[NUMBER_BYTES], ord[NUMBER_BYTES];
    const char *params[] = {number(blob, blob_id), number(ord, at), "1"};
    struct pg_res *res = pg_query_bytes(db, Q_CHUNK_GET, params, 3, err);
    if (!res)
        return false;
    *len = 0;
    if (pg_rows(res) == 1) {
        const void *bytes = pg_bytes(res, 0, 0, len);
        assert(*len <= CONTENT_CHUNK_BYTES);
        memcpy(data, bytes, *len);
    }
    pg_free(res);
    return true;
}

/* Brings the chunk into memory; the one that is there goes to the database. */
static bool take_chunk(struct content_writer *w, int64_t ord, struct err *err)
{
    if (w->ord == ord)
        return true;
    if (!store_chunk(w, err))
        return false;
    w->ord = -1;
    w->len = 0;
    if (ord * CONTENT_CHUNK_BYTES < w->stored && !read_chunk(w->db, w->blob_id, ord, w->chunk, &w->len, err))
        return false;
    w->ord = ord;
    return true;
}

static void hash_more(struct content_writer *w, int64_t offset, const void *data, size_t len)
{
    if (w->hashed != offset) {
        w->hashed = -1;
        return;
    }
    EVP_DigestUpdate(w->hash, data, len);
    w->hashed += (int64_t)len;
}

/* Within the limit, and without a gap. */
static bool put(struct content_writer *w, int64_t offset, const unsigned char *data, size_t len, struct err *err)
{
    hash_more(w, offset, data, len);
    while (len > 0) {
        int64_t ord = offset / CONTENT_CHUNK_BYTES;
        size_t at = (size_t)(offset % CONTENT_CHUNK_BYTES), room = CONTENT_CHUNK_BYTES - at, n = len < room ? len : room;
        if (!take_chunk(w, ord, err))
            return false;
        memcpy(w->chunk + at, data, n);
        w->dirty = true;
        if (at + n > w->len)
            w->len = at + n;
        data += n;
        len -= n;
        offset += (int64_t)n;
        if (offset > w->size)
            w->size = offset;
    }
    return true;
}

static bool fill(struct content_writer *w, int64_t until, struct err *err)
{
    static const unsigned char zeros[64 * 1024];
    while (w->size < until) {
        int64_t left = until - w->size;
        if (!put(w, w->size, zeros, left < (int64_t)sizeof zeros ? (size_t)left : sizeof zeros, err))
            return false;
    }
    return true;
}

static bool fits(const struct content_writer *w, int64_t offset, size_t len, struct err *err)
{
    bool ok = offset >= 0 && (int64_t)len <= w->max_bytes && offset <= w->max_bytes - (int64_t)len;
    return ok || err_field(err, "content", "file_too_large", NULL);
}

bool content_write(struct content_writer *w, int64_t offset, const void *data, size_t len, struct err *err)
{
    return fits(w, offset, len, err) && fill(w, offset, err) && put(w, offset, data, len, err);
}

bool content_truncate(struct content_writer *w, int64_t size_bytes, struct err *err)
{
    char blob[NUMBER_BYTES], ord[NUMBER_BYTES];
    if (!fits(w, size_bytes, 0, err))
        return false;
    if (size_bytes >= w->size)
        return fill(w, size_bytes, err);
    int64_t last = size_bytes / CONTENT_CHUNK_BYTES;
    if (!take_chunk(w, last, err))
        return false;
    w->len = (size_t)(size_bytes % CONTENT_CHUNK_BYTES);
    w->dirty = w->len > 0;
    if (!w->dirty)
        w->ord = -1;
    const char *params[] = {number(blob, w->blob_id), number(ord, last)};
    if (!pg_exec(w->db, Q_CHUNK_CUT, params, 2, NULL, err))
        return false;
    w->size = size_bytes;
    w->stored = last * CONTENT_CHUNK_BYTES;
    if (size_bytes == 0)
        return hash_begin(w, err);
    if (w->hashed > size_bytes)
        w->hashed = -1;
    return true;
}

bool content_flush(struct content_writer *w, struct err *err)
{
    char blob[NUMBER_BYTES], size[NUMBER_BYTES];
    const char *params[] = {number(blob, w->blob_id), number(size, w->size)};
    return store_chunk(w, err) && pg_exec(w->db, Q_BLOB_GROW, params, 2, NULL, err);
}

/* The chunks that are in the database, once more. */
static bool hash_again(struct content_writer *w, struct err *err)
{
    struct content_reader r;
    static _Thread_local unsigned char piece[CONTENT_CHUNK_BYTES];
    size_t got = 0;
    if (!hash_begin(w, err))
        return false;
    content_reader_init(&r, w->db, w->blob_id, w->size);
    bool ok = true;
    while (ok && w->hashed < w->size) {
        ok = content_read(&r, w->hashed, piece, sizeof piece, &got, err) && (got > 0 || err_set(err, ERR_INTERNAL, "a chunk is missing"));
        if (ok)
            hash_more(w, w->hashed, piece, got);
    }
    content_reader_free(&r);
    return ok;
}

static bool find_type(struct content_writer *w, const char *name, struct content *content, struct err *err)
{
    if (!take_chunk(w, 0, err))
        return false;
    file_type_of(w->chunk, w->len, w->size, name, content->mime, sizeof content->mime);
    return true;
}

bool content_finish(struct content_writer *w, const char *name, struct content *content, struct err *err)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int digest_len = 0;
    char blob[NUMBER_BYTES], size[NUMBER_BYTES];
    *content = (struct content){.size_bytes = w->size};
    if (!store_chunk(w, err) || (w->hashed != w->size && !hash_again(w, err)) || !find_type(w, name, content, err))
        return false;
    EVP_DigestFinal_ex(w->hash, digest, &digest_len);
    for (unsigned i = 0; i < digest_len; i++)
        snprintf(content->sha256 + 2 * i, 3, "%02x", digest[i]);
    const char *hash[] = {content->sha256}, *finish[] = {number(blob, w->blob_id), content->sha256, number(size, w->size), content->mime};
    if (!pg_exec(w->db, Q_BLOB_HASH_LOCK, hash, 1, NULL, err))
        return false;
    struct pg_res *res = pg_query(w->db, Q_BLOB_FINISH, finish, 4, err);
    if (!res)
        return false;
    content->blob_id = pg_rows(res) == 1 ? pg_int(res, 0, 0) : 0;
    pg_free(res);
    if (content->blob_id == 0) /* swept while it was being sent: it took longer than the sweep waits between two pieces */
        return err_set(err, ERR_UNAVAILABLE, NULL);
    return content->blob_id == w->blob_id || content_abandon(w->db, w->blob_id, err);
}

bool content_abandon(struct pg *db, int64_t blob_id, struct err *err)
{
    char blob[NUMBER_BYTES];
    const char *params[] = {number(blob, blob_id)};
    return pg_exec(db, Q_BLOB_ABANDON, params, 1, NULL, err);
}

/* --- reading ------------------------------------------------------------------------------------------------------------------------- */

void content_reader_init(struct content_reader *r, struct pg *db, int64_t blob_id, int64_t size_bytes)
{
    *r = (struct content_reader){.db = db, .blob_id = blob_id, .size_bytes = size_bytes, .first = -1, .ahead = 1};
}

void content_reader_free(struct content_reader *r)
{
    pg_free(r->rows);
    r->rows = NULL;
    r->count = 0;
    r->first = -1;
}

static bool fetch(struct content_reader *r, int64_t ord, struct err *err)
{
    char blob[NUMBER_BYTES], from[NUMBER_BYTES], count[NUMBER_BYTES];
    if (r->count > 0 && ord >= r->first && ord < r->first + r->count)
        return true;
    /* Who reads on gets more at a time; who jumps about pays for one chunk only. */
    r->ahead = r->first >= 0 && ord == r->first + r->count ? (r->ahead < READ_AHEAD_MAX ? r->ahead * 2 : READ_AHEAD_MAX) : 1;
    content_reader_free(r);
    const char *params[] = {number(blob, r->blob_id), number(from, ord), number(count, r->ahead)};
    r->rows = pg_query_bytes(r->db, Q_CHUNK_GET, params, 3, err);
    if (!r->rows)
        return false;
    r->first = ord;
    r->count = pg_rows(r->rows);
    return r->count > 0 || err_set(err, ERR_INTERNAL, "a chunk is missing");
}

bool content_read(struct content_reader *r, int64_t offset, void *data, size_t len, size_t *got, struct err *err)
{
    *got = 0;
    while (offset >= 0 && len > 0 && offset < r->size_bytes) {
        int64_t ord = offset / CONTENT_CHUNK_BYTES;
        size_t at = (size_t)(offset % CONTENT_CHUNK_BYTES), have;
        if (!fetch(r, ord, err))
            return false;
        const unsigned char *bytes = pg_bytes(r->rows, (int)(ord - r->first), 0, &have);
        if (have <= at)
            return err_set(err, ERR_INTERNAL, "a chunk is short");
        size_t n = have - at < len ? have - at : len;
        memcpy((unsigned char *)data + *got, bytes + at, n);
        *got += n;
        len -= n;
        offset += (int64_t)n;
    }
    return true;
}
