#include "server/files/handles.h"
#include "db/pg.h"
#include "server/core/internal.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LAZY_BYTES_MAX = 8 * 1024 * 1024 }; /* of a transaction that does not wait for the disk */

struct pg *files_connection(struct files_session *s, struct pg **db)
{
    if (!*db)
        *db = pg_new(s->database->conninfo, s->database->zone, s->database->statement_timeout_ms);
    return *db;
}

struct handle *handle_new(enum handle_kind kind, const struct node *node)
{
    struct handle *h = calloc(1, sizeof *h);
    if (!h)
        abort();
    h->kind = kind;
    h->node = *node;
    return h;
}

static bool is_same(const struct node *a, const struct node *b)
{
    return a->place.id == b->place.id && strcmp(a->place.kind, b->place.kind) == 0 && strcmp(a->name, b->name) == 0;
}

/* What this session is writing is a file to it before it is one to others. */
struct handle *handle_being_written(const struct files_session *s, const struct node *node)
{
    for (int i = 0; i < HANDLES_MAX; i++)
        if (s->handles[i] && s->handles[i]->kind == WRITING && is_same(&s->handles[i]->node, node))
            return s->handles[i];
    return NULL;
}

struct file_info handle_info(const struct handle *h)
{
    struct file_info info = h->info;
    if (h->writer)
        info.size_bytes = content_writer_size(h->writer);
    info.modified = h->time_is_set ? h->time : time(NULL);
    return info;
}

bool writers_begin(struct files_session *s, struct err *err)
{
    struct pg *db = files_connection(s, &s->lazy);
    if (pg_in_transaction(db))
        return true;
    s->lazy_bytes = 0;
    return pg_begin(db, err) && pg_exec(db, Q_COMMIT_LAZILY, NULL, 0, NULL, err);
}

bool writers_flush(struct files_session *s, struct err *err)
{
    for (int i = 0; i < HANDLES_MAX; i++)
        if (s->handles[i] && s->handles[i]->kind == WRITING && s->handles[i]->writer && !s->handles[i]->failed &&
            !content_flush(s->handles[i]->writer, err))
            return false;
    return true;
}

/* A transaction that is lost takes with it what any of the writers had in it. */
void writers_lose(struct files_session *s, const struct err *err)
{
    pg_rollback(s->lazy);
    for (int i = 0; i < HANDLES_MAX; i++)
        if (s->handles[i] && s->handles[i]->kind == WRITING && s->handles[i]->writer && !s->handles[i]->failed) {
            s->handles[i]->failed = true;
            err_text(err, s->user.lang, s->handles[i]->why, sizeof s->handles[i]->why);
        }
}

bool writers_commit(struct files_session *s, struct err *err)
{
    if (!s->lazy || !pg_in_transaction(s->lazy))
        return true;
    if (pg_commit(s->lazy, err))
        return true;
    writers_lose(s, err);
    return false;
}

/* The first change of what is open: a new content, or a copy of what is there. */
static bool open_writer(struct task *t, struct handle *h)
{
    struct files_session *s = t->s;
    int64_t max = t->call.rules->files.file_bytes;
    if (h->writer)
        return true;
    if (!writers_begin(s, &t->err))
        return false;
    h->writer = h->info.blob_id ? content_writer_copy(s->lazy, s->user.id, max, h->info.blob_id, h->info.size_bytes, &t->err)
                                : content_writer_new(s->lazy, s->user.id, max, &t->err);
    return h->writer != NULL;
}

/* A fault of what was asked leaves the handle broken: a file with a hole is no file. */
bool handle_fail(struct task *t, struct handle *h)
{
    h->failed = true;
    err_text(&t->err, t->s->user.lang, h->why, sizeof h->why);
    if (t->err.code == ERR_UNAVAILABLE || t->err.code == ERR_INTERNAL)
        writers_lose(t->s, &t->err);
    return false;
}

bool handle_write(struct task *t, struct handle *h)
{
    struct files_session *s = t->s;
    if (!open_writer(t, h) || !writers_begin(s, &t->err))
        return handle_fail(t, h);
    int64_t offset = h->appends ? content_writer_size(h->writer) : t->r->offset <= INT64_MAX ? (int64_t)t->r->offset : INT64_MAX;
    if (!content_write(h->writer, offset, t->r->data, t->r->data_len, &t->err))
        return handle_fail(t, h);
    h->changed = true;
    s->lazy_bytes += (int64_t)t->r->data_len;
    return s->lazy_bytes < LAZY_BYTES_MAX || writers_commit(s, &t->err);
}

/* Hash, type and name in one transaction that waits for the disk; what came before lies in the same log and comes along. */
bool handle_finish(struct task *t, struct handle *h)
{
    struct files_session *s = t->s;
    struct content content;
    int64_t id;
    if (!open_writer(t, h) || !writers_commit(s, &t->err) || !pg_begin(s->lazy, &t->err))
        return false;
    t->call.db = s->lazy;
    bool ok = content_finish(h->writer, h->node.name, &content, &t->err) &&
              file_place_content(&t->call, &h->node.place, h->node.name, &content, &id);
    if (ok && h->time_is_set) {
        const char *params[] = {call_int(&t->call, id), call_int(&t->call, h->time)};
        ok = pg_exec(s->lazy, Q_FILE_MODIFIED_SET, params, 2, NULL, &t->err);
    }
    ok = ok && pg_commit(s->lazy, &t->err);
    t->call.db = s->db;
    if (!ok)
        writers_lose(s, &t->err);
    t->committed = t->committed || ok;
    return ok;
}

void handle_give_up(struct files_session *s, struct handle *h)
{
    struct err ignored;
    if (h->writer)
        content_abandon(files_connection(s, &s->db), content_writer_blob(h->writer), &ignored);
}

void handle_release(struct files_session *s, struct handle **h)
{
    s->writers -= (*h)->kind == WRITING;
    content_reader_free(&(*h)->reader);
    content_writer_free(&(*h)->writer);
    free(*h);
    *h = NULL;
}

bool handle_truncate(struct task *t, struct handle *h)
{
    if (h->kind != WRITING)
        return err_set(&t->err, ERR_FORBIDDEN, NULL);
    if (h->failed)
        return err_set(&t->err, ERR_UNAVAILABLE, "%s", h->why);
    int64_t size = t->r->offset <= INT64_MAX ? (int64_t)t->r->offset : INT64_MAX;
    if (!open_writer(t, h) || !writers_begin(t->s, &t->err) || !content_truncate(h->writer, size, &t->err))
        return handle_fail(t, h);
    h->changed = true;
    return true;
}
