#include "server/files/session.h"
#include "common/arena.h"
#include "db/pg.h"
#include "server/core/internal.h"
#include "server/files/handles.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SETTLE_MS = 300, TOUCH_MS = 60000, LEAVE_MS = 30000, CHECK_MS = 1000 };

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

struct files_session *files_session_new(const struct files_database *database, const struct session_user *user)
{
    struct files_session *s = calloc(1, sizeof *s);
    if (!s)
        abort();
    s->database = database;
    s->user = *user;
    s->arena = arena_new();
    s->checked_at = now_ms();
    return s;
}

/* --- answers ------------------------------------------------------------------------------------------------------------------------- */

static void answer(struct task *t, enum files_status status, const char *words) { files_status_write(t->out, t->r->id, status, words); }

static void answer_err(struct task *t)
{
    char words[600];
    err_text(&t->err, t->s->user.lang, words, sizeof words);
    bool denied = t->err.code == ERR_FORBIDDEN || t->err.code == ERR_RULE;
    answer(t, t->err.code == ERR_NOT_FOUND ? FILES_NO_SUCH : denied ? FILES_DENIED : FILES_FAILURE, words);
}

static void answer_bool(struct task *t, bool ok)
{
    if (ok)
        answer(t, FILES_OK, "");
    else
        answer_err(t);
}

static void answer_attrs(struct task *t, const struct files_attrs *a)
{
    unsigned char body[FILES_ATTRS_BYTES];
    files_attrs_put(body, a);
    files_answer_write(t->out, FILES_ATTRS, t->r->id, body, sizeof body);
}

/* --- handles ------------------------------------------------------------------------------------------------------------------------- */

static struct handle *handle_of(struct task *t)
{
    struct handle *h = t->r->handle < HANDLES_MAX ? t->s->handles[t->r->handle] : NULL;
    if (!h)
        answer(t, FILES_FAILURE, t->s->user.lang == LANG_RU ? "нет такого открытого файла" : "no such handle");
    return h;
}

static void answer_handle(struct task *t, struct handle *h)
{
    for (uint32_t i = 0; i < HANDLES_MAX; i++)
        if (!t->s->handles[i]) {
            unsigned char body[4];
            t->s->handles[i] = h;
            t->s->writers += h->kind == WRITING;
            files_put32(body, i);
            files_answer_write(t->out, FILES_HANDLE, t->r->id, body, sizeof body);
            return;
        }
    free(h);
    answer(t, FILES_FAILURE, t->s->user.lang == LANG_RU ? "открыто слишком много файлов" : "too many open files");
}

static void do_write(struct task *t)
{
    struct handle *h = handle_of(t);
    if (!h)
        return;
    if (h->kind != WRITING)
        answer(t, FILES_DENIED, t->s->user.lang == LANG_RU ? "открыто для чтения" : "open for reading");
    else if (h->failed)
        answer(t, FILES_FAILURE, h->why);
    else
        answer_bool(t, handle_write(t, h));
}

static void do_close(struct task *t)
{
    struct handle *h = handle_of(t);
    if (!h)
        return;
    bool is_new = h->kind == WRITING && h->info.id == 0;
    if (h->kind == WRITING && h->failed) {
        handle_give_up(t->s, h);
        answer(t, FILES_FAILURE, h->why);
    } else if (h->kind == WRITING && (h->changed || is_new)) {
        bool ok = handle_finish(t, h);
        if (!ok)
            handle_give_up(t->s, h);
        answer_bool(t, ok);
    } else {
        answer(t, FILES_OK, "");
    }
    handle_release(t->s, &t->s->handles[t->r->handle]);
}

/* --- opening and reading ------------------------------------------------------------------------------------------------------------- */

static bool find(struct task *t, const char *path, size_t len, struct node *node) { return tree_find(&t->call, path, len, node); }

static bool open_for_writing(struct task *t, const struct node *node, struct handle **made)
{
    uint32_t how = t->r->count;
    struct file_info info = {0};
    bool there = file_find(&t->call, &node->place, node->name, &info);
    if (!there && t->err.code != ERR_NOT_FOUND)
        return false;
    if (!there && !(how & FILES_CREATES))
        return err_set(&t->err, ERR_NOT_FOUND, NULL);
    if (there && how & FILES_IS_NEW)
        return err_field(&t->err, "name", "taken", NULL);
    int64_t announced = t->r->offset <= INT64_MAX ? (int64_t)t->r->offset : INT64_MAX;
    if (!file_room(&t->call, &node->place, !there, announced, there ? info.size_bytes : 0))
        return false;
    *made = handle_new(WRITING, node);
    (*made)->may_read = how & FILES_READS;
    (*made)->appends = how & FILES_APPENDS;
    (*made)->changed = there && how & FILES_EMPTIES;
    if (there && !(how & FILES_EMPTIES))
        (*made)->info = info;
    return true;
}

static void do_open(struct task *t)
{
    struct node node;
    struct handle *h = NULL;
    bool ok = find(t, t->r->path, t->r->path_len, &node);
    if (ok && node.kind != NODE_FILE) {
        answer(t, FILES_FAILURE,
               t->s->user.lang == LANG_RU ? "это папка; файлы кладут в /inbox и в папки записей"
                                          : "a folder; files go into /inbox and the folders of records");
        return;
    }
    if (ok && t->r->count & FILES_WRITES) {
        ok = open_for_writing(t, &node, &h);
    } else if (ok) {
        struct file_info info;
        ok = file_find(&t->call, &node.place, node.name, &info);
        if (ok) {
            h = handle_new(READING, &node);
            h->info = info;
            content_reader_init(&h->reader, t->call.db, info.blob_id, info.size_bytes);
        }
    }
    if (ok)
        answer_handle(t, h);
    else
        answer_err(t);
}

/* What this session writes may be read back by it. */
static bool read_written(struct task *t, struct handle *h, size_t len, unsigned char *data, size_t *got)
{
    struct content_reader r;
    if (!h->may_read)
        return err_set(&t->err, ERR_FORBIDDEN, NULL);
    if (!h->writer)
        content_reader_init(&r, t->call.db, h->info.blob_id, h->info.size_bytes);
    else if (writers_begin(t->s, &t->err) && content_flush(h->writer, &t->err))
        content_reader_init(&r, t->s->lazy, content_writer_blob(h->writer), content_writer_size(h->writer));
    else
        return handle_fail(t, h);
    bool ok = content_read(&r, (int64_t)t->r->offset, data, len, got, &t->err);
    content_reader_free(&r);
    return ok;
}

static bool read_some(struct task *t, struct handle *h, size_t len, unsigned char *data, size_t *got)
{
    if (h->kind == WRITING)
        return read_written(t, h, len, data, got);
    if (!h->told && !file_read_event(&t->call, h->info.id, h->node.name, &h->node.place))
        return false;
    h->told = true;
    h->reader.db = t->call.db;
    return content_read(&h->reader, (int64_t)t->r->offset, data, len, got, &t->err);
}

static void do_read(struct task *t)
{
    static _Thread_local unsigned char data[FILES_DATA_MAX];
    struct handle *h = handle_of(t);
    size_t got = 0, len = t->r->count < FILES_DATA_MAX ? t->r->count : FILES_DATA_MAX;
    if (!h)
        return;
    if (h->kind == FOLDER || (h->kind == WRITING && h->failed))
        answer(t, FILES_FAILURE, h->why);
    else if (t->r->offset > INT64_MAX)
        files_answer_write(t->out, FILES_DATA, t->r->id, data, 0);
    else if (read_some(t, h, len, data, &got))
        files_answer_write(t->out, FILES_DATA, t->r->id, data, got);
    else
        answer_err(t);
}

/* --- properties ---------------------------------------------------------------------------------------------------------------------- */

static void do_stat(struct task *t)
{
    struct node node;
    struct file_info info = {0};
    bool ok = find(t, t->r->path, t->r->path_len, &node);
    if (ok && node.kind == NODE_FILE) {
        const struct handle *h = handle_being_written(t->s, &node);
        if (h)
            info = handle_info(h);
        else
            ok = file_find(&t->call, &node.place, node.name, &info);
    }
    if (!ok) {
        answer_err(t);
        return;
    }
    struct files_attrs a = tree_attrs(&t->call, &node, &info);
    answer_attrs(t, &a);
}

static void do_fstat(struct task *t)
{
    const struct handle *h = handle_of(t);
    if (!h)
        return;
    struct file_info info = h->kind == WRITING ? handle_info(h) : h->info;
    struct files_attrs a = tree_attrs(&t->call, &h->node, &info);
    answer_attrs(t, &a);
}

/* Owners and modes are the system's: asking to change them changes nothing and is no fault (every client asks). */
static void do_fsetstat(struct task *t)
{
    struct handle *h = handle_of(t);
    if (!h)
        return;
    if (t->r->count & FILES_SET_TIME && t->r->data_len == 4 && h->kind == WRITING) {
        h->time_is_set = true;
        h->time = files_get32(t->r->data);
    }
    answer_bool(t, !(t->r->count & FILES_SET_SIZE) || handle_truncate(t, h));
}

static bool begin(struct task *t) { return pg_begin(t->call.db, &t->err); }

static bool end(struct task *t, bool ok)
{
    ok = ok && pg_commit(t->call.db, &t->err);
    if (!ok)
        pg_rollback(t->call.db);
    t->committed = t->committed || ok;
    return ok;
}

static bool truncate_path(struct task *t, const struct node *node, const struct file_info *info)
{
    struct handle h = {.kind = WRITING, .node = *node, .info = *info};
    bool ok = (int64_t)t->r->offset == info->size_bytes || (handle_truncate(t, &h) && handle_finish(t, &h));
    if (!ok)
        handle_give_up(t->s, &h);
    content_writer_free(&h.writer);
    return ok;
}

static bool set_path(struct task *t)
{
    struct node node;
    struct file_info info;
    if (!find(t, t->r->path, t->r->path_len, &node))
        return false;
    if (node.kind != NODE_FILE)
        return true;
    struct handle *h = handle_being_written(t->s, &node);
    if (h && t->r->count & FILES_SET_TIME && t->r->data_len == 4) {
        h->time_is_set = true;
        h->time = files_get32(t->r->data);
    }
    if (h)
        return !(t->r->count & FILES_SET_SIZE) || handle_truncate(t, h);
    if (!file_find(&t->call, &node.place, node.name, &info))
        return false;
    bool is_own = node.place.id == t->s->user.id && file_place_is_own(node.place.kind);
    if (t->r->count & FILES_SET_SIZE && (!is_own ? !err_set(&t->err, ERR_FORBIDDEN, NULL) : !truncate_path(t, &node, &info)))
        return false;
    if (!(t->r->count & FILES_SET_TIME) || t->r->data_len != 4 || !is_own)
        return true;
    const char *params[] = {call_int(&t->call, info.id), call_int(&t->call, files_get32(t->r->data))};
    return pg_exec(t->call.db, Q_FILE_MODIFIED_SET, params, 2, NULL, &t->err);
}

static void do_setstat(struct task *t) { answer_bool(t, set_path(t)); }

/* --- names --------------------------------------------------------------------------------------------------------------------------- */

static void do_opendir(struct task *t)
{
    struct node node;
    if (!find(t, t->r->path, t->r->path_len, &node)) {
        answer_err(t);
    } else if (node.kind == NODE_FILE) {
        answer(t, FILES_NO_SUCH, t->s->user.lang == LANG_RU ? "это не папка" : "not a folder");
    } else {
        struct handle *h = handle_new(FOLDER, &node);
        h->walk.node = node;
        answer_handle(t, h);
    }
}

static void do_readdir(struct task *t)
{
    struct handle *h = handle_of(t);
    struct buf names;
    if (!h)
        return;
    if (h->kind != FOLDER) {
        answer(t, FILES_FAILURE, "");
        return;
    }
    buf_init(&names, FILES_DATA_MAX);
    if (tree_read(&t->call, &h->walk, &names))
        files_answer_write(t->out, FILES_NAMES, t->r->id, names.data, names.len);
    else
        answer_err(t);
    buf_free(&names);
}

static bool remove_path(struct task *t)
{
    struct node node;
    struct file_info info;
    if (!find(t, t->r->path, t->r->path_len, &node))
        return false;
    if (node.kind != NODE_FILE)
        return err_set(&t->err, ERR_FORBIDDEN, NULL);
    return file_find(&t->call, &node.place, node.name, &info) && begin(t) && end(t, file_take_away(&t->call, info.id));
}

static void do_remove(struct task *t) { answer_bool(t, remove_path(t)); }

static bool rename_path(struct task *t)
{
    struct node from, to;
    struct file_info info;
    if (!find(t, t->r->path, t->r->path_len, &from) || !find(t, t->r->path2, t->r->path2_len, &to))
        return false;
    if (from.kind != NODE_FILE || to.kind != NODE_FILE)
        return err_set(&t->err, ERR_FORBIDDEN, NULL);
    return file_find(&t->call, &from.place, from.name, &info) && begin(t) &&
           end(t, file_rename(&t->call, info.id, &to.place, to.name, t->r->count));
}

static void do_rename(struct task *t) { answer_bool(t, rename_path(t)); }

static void do_statvfs(struct task *t)
{
    struct node node;
    struct file_place inbox = {.kind = "inbox", .id = t->s->user.id};
    const struct file_limits *limits = &t->call.rules->files;
    if (!find(t, t->r->path, t->r->path_len, &node)) {
        answer_err(t);
        return;
    }
    struct file_place *place = node.kind == NODE_FOLDER || node.kind == NODE_FILE ? &node.place : &inbox;
    const char *params[] = {place->kind, call_int(&t->call, place->id)};
    struct pg_res *res = pg_query(t->call.db, Q_FILE_PLACE_USE, params, 2, &t->err);
    if (!res) {
        answer_err(t);
        return;
    }
    int64_t files = pg_int(res, 0, 0), used = pg_int(res, 0, 1),
            all = file_place_is_own(place->kind) ? limits->folder_bytes : limits->record_bytes;
    pg_free(res);
    unsigned char body[32];
    files_put64(body, (uint64_t)all);
    files_put64(body + 8, used < all ? (uint64_t)(all - used) : 0);
    files_put64(body + 16, (uint64_t)limits->folder_files);
    files_put64(body + 24, files < limits->folder_files ? (uint64_t)(limits->folder_files - files) : 0);
    files_answer_write(t->out, FILES_SPACE, t->r->id, body, sizeof body);
}

/* A promise about what is finished only: until its close a file is nobody's. */
static void do_fsync(struct task *t)
{
    const struct handle *h = handle_of(t);
    if (h)
        answer_bool(t, !h->failed && writers_flush(t->s, &t->err) && writers_commit(t->s, &t->err));
}

/* --- the session --------------------------------------------------------------------------------------------------------------------- */

static void (*const doers[FILES_OP_END])(struct task *t) = {
    [FILES_OPEN] = do_open,       [FILES_CLOSE] = do_close,     [FILES_READ] = do_read,       [FILES_WRITE] = do_write,
    [FILES_STAT] = do_stat,       [FILES_FSTAT] = do_fstat,     [FILES_SETSTAT] = do_setstat, [FILES_FSETSTAT] = do_fsetstat,
    [FILES_OPENDIR] = do_opendir, [FILES_READDIR] = do_readdir, [FILES_REMOVE] = do_remove,   [FILES_RENAME] = do_rename,
    [FILES_STATVFS] = do_statvfs, [FILES_FSYNC] = do_fsync,
};

void files_session_do(struct files_session *s, const struct rules *rules, const struct files_request *r, struct buf *answers,
                      bool *committed)
{
    struct task t = {.s = s, .r = r, .out = answers};
    t.call = (struct call){.user = &s->user, .db = files_connection(s, &s->db), .rules = rules, .arena = s->arena, .err = &t.err};
    if (!rules) {
        err_set(&t.err, ERR_UNAVAILABLE, NULL);
        answer_err(&t);
        return;
    }
    doers[r->op](&t);
    *committed = *committed || t.committed;
    arena_reset(s->arena);
}

int files_session_patience_ms(const struct files_session *s)
{
    if (s->lazy && pg_in_transaction(s->lazy))
        return SETTLE_MS;
    if (s->writers > 0)
        return TOUCH_MS;
    return s->db || s->lazy ? LEAVE_MS : -1;
}

void files_session_rest(struct files_session *s)
{
    struct err err;
    if (s->writers > 0) {
        /* What is held open long is not what was forgotten: the flush tells the sweep so. */
        if (!(writers_begin(s, &err) && writers_flush(s, &err) && writers_commit(s, &err)))
            writers_lose(s, &err);
        return;
    }
    for (int i = 0; i < HANDLES_MAX; i++)
        if (s->handles[i])
            content_reader_free(&s->handles[i]->reader);
    pg_close(&s->lazy);
    pg_close(&s->db);
}

bool files_session_check_user(struct files_session *s)
{
    struct session_user fresh;
    struct err err;
    int64_t now = now_ms();
    if (now - s->checked_at < CHECK_MS)
        return true;
    s->checked_at = now;
    bool ok = login_load_user(files_connection(s, &s->db), s->arena, s->user.login, &fresh, NULL, &err);
    if (ok)
        s->user = fresh;
    return ok || err.code != ERR_FORBIDDEN;
}

void files_session_free(struct files_session **s)
{
    if (!*s)
        return;
    if ((*s)->lazy)
        pg_rollback((*s)->lazy);
    for (int i = 0; i < HANDLES_MAX; i++)
        if ((*s)->handles[i]) {
            if ((*s)->handles[i]->kind == WRITING)
                handle_give_up(*s, (*s)->handles[i]);
            handle_release(*s, &(*s)->handles[i]);
        }
    pg_close(&(*s)->lazy);
    pg_close(&(*s)->db);
    arena_free(&(*s)->arena);
    free(*s);
    *s = NULL;
}
