/* Operations on files. What is sent and got here travels as base64 in lines of JSON; large files go over SFTP. */
#include "common/arena.h"
#include "common/proto.h"
#include "server/files/type.h"
#include "server/files/view.h"
#include "server/ops/file.h"
#include "server/ops/tables.h"
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { PART_CHARS_MAX = 390000, GET_DEFAULT_BYTES = 512 * 1024, GET_MAX_BYTES = 4 * 1024 * 1024 };

/* --- putting ------------------------------------------------------------------------------------------------------------------------- */

static bool decode(struct call *c, unsigned char **data, size_t *len)
{
    const char *text = arg_str(c, "content");
    size_t chars = text ? strlen(text) : 0;
    *data = arena_alloc(c->arena, chars + 1);
    *len = 0;
    return chars == 0 || sodium_base642bin(*data, chars, text, chars, " \t\r\n", len, NULL, sodium_base64_VARIANT_ORIGINAL) == 0 ||
           err_field(c->err, "content", "not_base64", NULL);
}

/* The content this part belongs to: a new one, or what the earlier parts began. */
static struct content_writer *open_writer(struct call *c)
{
    int64_t max = c->rules->files.file_bytes, upload = arg_int(c, "upload");
    if (!upload)
        return content_writer_new(c->db, c->user->id, max, c->err);
    const char *params[] = {call_int(c, upload), call_user(c)};
    int64_t size = 0;
    if (!query_int(c, Q_BLOB_MINE, params, 2, -1, &size))
        return NULL;
    if (size < 0) {
        err_field(c->err, "upload", "not_there", NULL);
        return NULL;
    }
    return content_writer_resume(c->db, upload, size, max, c->err);
}

static bool write_part(struct call *c, struct content_writer *w)
{
    unsigned char *data;
    size_t len;
    int64_t at = content_writer_size(w);
    if (arg_has(c, "offset") && arg_int(c, "offset") != at)
        return err_field(c->err, "offset", "wrong_place", NULL);
    return decode(c, &data, &len) && content_write(w, at, data, len, c->err);
}

static bool answer_part(struct call *c, struct content_writer *w)
{
    if (!content_flush(w, c->err))
        return false;
    jw_object(c->out);
    jw_kint(c->out, "upload", content_writer_blob(w));
    jw_kint(c->out, "size", content_writer_size(w));
    jw_object_end(c->out);
    return true;
}

static bool answer_file(struct call *c, struct content_writer *w, const struct file_place *place)
{
    struct content content;
    int64_t id;
    const char *name = arg_str(c, "name");
    if (!content_finish(w, name, &content, c->err) || !file_place_content(c, place, name, &content, &id))
        return false;
    jw_object(c->out);
    jw_kint(c->out, "id", id);
    jw_kstring(c->out, "name", name);
    jw_kint(c->out, "size", content.size_bytes);
    jw_kstring(c->out, "type", content.mime);
    jw_kstring(c->out, "named_as", file_type_claimed(name, content.mime));
    jw_kstring(c->out, "sha256", content.sha256);
    jw_object_end(c->out);
    return true;
}

/* What cannot be kept is refused before any of it is taken: the name, the room for what is announced. */
static bool may_put(struct call *c, const struct file_place *place)
{
    const char *name = arg_str(c, "name");
    if (!file_name_ok(name, strlen(name)))
        return err_field(c->err, "name", "file_name", NULL);
    if (file_room(c, place, false, arg_int(c, "size_kib") * 1024, 0))
        return true;
    if (arg_has(c, "size_kib") && c->err->code == ERR_PARAMS)
        snprintf(c->err->field, sizeof c->err->field, "size_kib");
    return false;
}

static bool file_put(struct call *c)
{
    struct file_place place = {.kind = "inbox", .id = c->user->id};
    if (!may_put(c, &place))
        return false;
    struct content_writer *w = open_writer(c);
    bool ok = w && write_part(c, w) && (arg_bool(c, "more") ? answer_part(c, w) : answer_file(c, w, &place));
    content_writer_free(&w);
    return ok;
}

/* --- reading ------------------------------------------------------------------------------------------------------------------------- */

static bool place_of_arguments(struct call *c, struct file_place *place)
{
    const char *kind = arg_sql(c, "place");
    *place = (struct file_place){.kind = kind ? kind : "inbox", .id = arg_int(c, "id")};
    if (file_place_is_own(place->kind) && place->id == 0)
        place->id = c->user->id;
    return place->id || err_field(c->err, "id", "required", NULL);
}

static bool file_list(struct call *c)
{
    struct file_place place;
    struct page p;
    if (!place_of_arguments(c, &place) || !page_begin(c, &p, "i"))
        return false;
    const char *params[] = {FILE_WHO(c), place.kind, call_int(c, place.id), arg_sql(c, "query"), p.after[0], call_int(c, p.limit + 1)};
    if (!page_count(c, &p, Q_FILE_COUNT, params, 7))
        return false;
    struct pg_res *res = pg_query(c->db, Q_FILE_LIST, params, 9, c->err);
    if (!res)
        return false;
    page_write(c, &p, res, NULL, 1, 1);
    pg_free(res);
    return true;
}

/* The row of the file joined with a piece of its content. */
static bool write_piece(struct call *c, const struct pg_res *row, int64_t offset, size_t limit)
{
    enum { COL_BLOB = 1, COL_SIZE = 2 };
    struct content_reader r;
    int64_t size = pg_int(row, 0, COL_SIZE);
    size_t got = 0, room = sodium_base64_encoded_len(limit, sodium_base64_VARIANT_ORIGINAL);
    unsigned char *data = malloc(limit + 1);
    char *text = malloc(room);
    if (!data || !text)
        abort();
    content_reader_init(&r, c->db, pg_int(row, 0, COL_BLOB), size);
    bool ok = content_read(&r, offset, data, limit, &got, c->err);
    content_reader_free(&r);
    if (ok) {
        const char *json = pg_text(row, 0, 0);
        bool end = offset + (int64_t)got >= size;
        sodium_bin2base64(text, room, data, got, sodium_base64_VARIANT_ORIGINAL);
        struct buf all;
        buf_init(&all, PROTO_ANSWER_MAX);
        buf_append(&all, json, strlen(json) - 1);
        buf_puts(&all, ",\"offset\":");
        buf_puts(&all, call_int(c, offset));
        buf_puts(&all, ",\"next\":");
        buf_puts(&all, end ? "null" : call_int(c, offset + (int64_t)got));
        buf_puts(&all, ",\"content\":\"");
        buf_puts(&all, text);
        buf_puts(&all, "\"}");
        jw_raw(c->out, all.data);
        buf_free(&all);
    }
    free(data);
    free(text);
    return ok;
}

static bool row_of(struct call *c, int64_t id, struct pg_res **row)
{
    const char *params[] = {FILE_WHO(c), call_int(c, id)};
    *row = pg_query(c->db, Q_FILE_GET, params, 5, c->err);
    if (!*row)
        return false;
    if (pg_rows(*row) == 1)
        return true;
    pg_free(*row);
    return err_set(c->err, ERR_NOT_FOUND, NULL);
}

static bool file_get(struct call *c)
{
    enum { COL_NAME = 4, COL_PLACE = 5, COL_PLACE_ID = 6 };
    size_t limit = arg_has(c, "limit") ? (size_t)arg_int(c, "limit") : GET_DEFAULT_BYTES;
    int64_t offset = arg_int(c, "offset");
    struct pg_res *row;
    if (!row_of(c, arg_int(c, "id"), &row))
        return false;
    struct file_place place = {.kind = pg_text(row, 0, COL_PLACE), .id = pg_int(row, 0, COL_PLACE_ID)};
    /* Properties alone are no reading; what is read in pieces is read once. */
    bool ok = limit == 0 || offset > 0 || file_read_event(c, arg_int(c, "id"), pg_text(row, 0, COL_NAME), &place);
    ok = ok && write_piece(c, row, offset, limit);
    pg_free(row);
    return ok;
}

/* Properties and what there is to see. */
static bool file_view(struct call *c)
{
    enum {
        COL_BLOB = 1,
        COL_SIZE = 2,
        COL_MIME = 3,
        COL_NAME = 4,
        COL_PLACE = 5,
        COL_PLACE_ID = 6,
        COLUMNS = 80,
        ROWS = 60,
        LINES_BYTES = 2 * 1024 * 1024
    };
    static const char *const kinds[] = {[VIEW_NONE] = "none", [VIEW_TEXT] = "text", [VIEW_PICTURE] = "picture"};
    struct pg_res *row;
    struct content_reader r;
    struct buf lines, all;
    enum view_kind kind;
    bool cut;
    struct view_size size = {.columns = arg_int(c, "columns") ? (int)arg_int(c, "columns") : COLUMNS,
                             .rows = arg_int(c, "rows") ? (int)arg_int(c, "rows") : ROWS,
                             .ascii = arg_bool(c, "ascii")};
    if (!row_of(c, arg_int(c, "id"), &row))
        return false;
    struct file_place place = {.kind = pg_text(row, 0, COL_PLACE), .id = pg_int(row, 0, COL_PLACE_ID)};
    buf_init(&lines, LINES_BYTES);
    content_reader_init(&r, c->db, pg_int(row, 0, COL_BLOB), pg_int(row, 0, COL_SIZE));
    bool ok = file_read_event(c, arg_int(c, "id"), pg_text(row, 0, COL_NAME), &place) &&
              view_file(&r, pg_text(row, 0, COL_MIME), &size, &kind, &cut, &lines, c->err);
    content_reader_free(&r);
    /* A damaged file has its properties all the same. */
    const char *trouble = "";
    if (!ok && c->err->code == ERR_RULE && strcmp(c->err->reason, "not_readable") == 0) {
        trouble = err_reason_text("not_readable", c->user->lang);
        kind = VIEW_NONE;
        cut = false;
        buf_reset(&lines);
        ok = true;
    }
    if (ok) {
        struct jw w;
        const char *json = pg_text(row, 0, 0);
        buf_init(&all, PROTO_ANSWER_MAX);
        buf_append(&all, json, strlen(json) - 1);
        buf_printf(&all, ",\"kind\":\"%s\",\"cut\":%s,\"text\":", kinds[kind], call_bool(cut));
        jw_init(&w, &all);
        jw_string_n(&w, lines.data, lines.len);
        buf_puts(&all, ",\"trouble\":");
        jw_init(&w, &all);
        jw_string(&w, trouble);
        buf_putc(&all, '}');
        jw_raw(c->out, all.data);
        buf_free(&all);
    }
    buf_free(&lines);
    pg_free(row);
    return ok;
}

/* --- changing ------------------------------------------------------------------------------------------------------------------------ */

static bool answer_id(struct call *c, int64_t id)
{
    jw_object(c->out);
    jw_kint(c->out, "id", id);
    jw_object_end(c->out);
    return true;
}

static bool file_remove(struct call *c) { return file_take_away(c, arg_int(c, "id")) && answer_id(c, arg_int(c, "id")); }

static bool file_attach(struct call *c)
{
    struct record r;
    int64_t version;
    const char *part = arg_sql(c, "part");
    if (!record_lock_id(c, arg_str(c, "record"), arg_int(c, "id"), &r))
        return false;
    struct event e = {.record = r.kind, .record_id = r.id, .action = "file_attach"};
    bool ok = file_attach_argument(c, "files", &r, part, 0, &e.changes) && record_touch(c, &r, &version);
    e.version = ok ? version : 0;
    ok = ok && event_write(c, &e);
    if (ok)
        write_changed(c, r.id, r.number, version, r.status);
    record_free(&r);
    return ok;
}

static bool file_set_name(struct call *c)
{
    enum { COL_PLACE = 5, COL_PLACE_ID = 6 };
    struct pg_res *row;
    if (!row_of(c, arg_int(c, "id"), &row))
        return false;
    struct file_place place = {.kind = pg_text(row, 0, COL_PLACE), .id = pg_int(row, 0, COL_PLACE_ID)};
    bool ok = file_rename(c, arg_int(c, "id"), &place, arg_str(c, "name"), false) && answer_id(c, arg_int(c, "id"));
    pg_free(row);
    return ok;
}

/* The same content under a name in one's own inbox: nothing is copied. */
static bool file_copy(struct call *c)
{
    enum { COL_BLOB = 1, COL_SIZE = 2, COL_MIME = 3, COL_NAME = 4, COL_PLACE = 5, COL_PLACE_ID = 6 };
    struct file_place inbox = {.kind = "inbox", .id = c->user->id};
    struct pg_res *row;
    int64_t id;
    if (!row_of(c, arg_int(c, "id"), &row))
        return false;
    struct file_place place = {.kind = pg_text(row, 0, COL_PLACE), .id = pg_int(row, 0, COL_PLACE_ID)};
    struct content content = {.blob_id = pg_int(row, 0, COL_BLOB), .size_bytes = pg_int(row, 0, COL_SIZE)};
    snprintf(content.mime, sizeof content.mime, "%s", pg_text(row, 0, COL_MIME));
    bool ok = file_read_event(c, arg_int(c, "id"), pg_text(row, 0, COL_NAME), &place) &&
              file_add_copy(c, &inbox, pg_text(row, 0, COL_NAME), &content, &id) && answer_id(c, id);
    pg_free(row);
    return ok;
}

static const struct op_param put_params[] = {
    {"name", P_STRING, PF_REQUIRED, 255, NULL, NULL, {"Имя файла", "Name"}, NULL},
    {"content", P_TEXT, 0, PART_CHARS_MAX, NULL, NULL, {"Содержимое (base64)", "Content (base64)"}, NULL},
    {"size_kib", P_INT, 0, INT32_MAX, NULL, NULL, {"Весь размер, КиБ (отказ заранее)", "Whole size, KiB (refused early)"}, NULL},
    {"more", P_BOOL, 0, 0, NULL, NULL, {"Будет продолжение", "More follows"}, NULL},
    {"upload", P_ID, 0, 0, NULL, NULL, {"Продолжение передачи", "Part of the upload"}, NULL},
    {"offset", P_INT, 0, INT32_MAX, NULL, NULL, {"Место этой части", "Place of this part"}, NULL},
    {.name = NULL},
};
static const struct op_param list_params[] = {
    {"place", P_ENUM, PF_FILTER, 0, "inbox|reports|" FILE_RECORDS, NULL, {"Где", "Place"}, NULL},
    {"id", P_ID, PF_FILTER, 0, NULL, NULL, {"Номер записи", "Record id"}, NULL},
    {.name = NULL},
};
static const struct op_param get_params[] = {
    {"id", P_ID, PF_REQUIRED, 0, NULL, "file.list", {"Файл", "File"}, NULL},
    {"offset", P_INT, 0, INT32_MAX, NULL, NULL, {"С какого байта", "From byte"}, NULL},
    {"limit", P_INT, 0, GET_MAX_BYTES, NULL, NULL, {"Байт (0 - только свойства)", "Bytes (0 - properties alone)"}, NULL},
    {.name = NULL},
};
static const struct op_param view_params[] = {
    {"id", P_ID, PF_REQUIRED, 0, NULL, "file.list", {"Файл", "File"}, NULL},
    {"columns", P_INT, 0, 500, NULL, NULL, {"Ширина, знаков", "Width, characters"}, NULL},
    {"rows", P_INT, 0, 500, NULL, NULL, {"Высота, строк", "Height, lines"}, NULL},
    {"ascii", P_BOOL, 0, 0, NULL, NULL, {"Только знаки ASCII", "ASCII alone"}, NULL},
    {.name = NULL},
};
static const struct op_param id_params[] = {
    {"id", P_ID, PF_REQUIRED, 0, NULL, "file.list", {"Файл", "File"}, NULL},
    {.name = NULL},
};
static const struct op_param attach_params[] = {
    {"files", P_IDS, PF_REQUIRED, 50, NULL, "file.list", {"Файлы из входящих", "Files of the inbox"}, NULL},
    {"record", P_ENUM, PF_REQUIRED, 0, FILE_RECORDS, NULL, {"К чему", "To what"}, NULL},
    {"id", P_ID, PF_REQUIRED, 0, NULL, NULL, {"Номер записи", "Record id"}, NULL},
    {"part", P_ENUM, 0, 0, "answer", NULL, {"Что это", "As what"}, NULL},
    {.name = NULL},
};
static const struct op_param rename_params[] = {
    {"id", P_ID, PF_REQUIRED, 0, NULL, "file.list", {"Файл", "File"}, NULL},
    {"name", P_STRING, PF_REQUIRED, 255, NULL, NULL, {"Новое имя", "New name"}, NULL},
    {.name = NULL},
};

const struct op file_ops[] = {
    {"file.put", R_ANY, OP_WRITE, {"Положить файл во входящие", "Put a file into the inbox"}, put_params, file_put},
    {"file.list", R_ANY, OP_LIST, {"Файлы", "Files"}, list_params, file_list},
    {"file.get", R_ANY, 0, {"Прочитать файл", "Read a file"}, get_params, file_get},
    {"file.view", R_ANY, OP_SLOW, {"Показать файл", "View a file"}, view_params, file_view},
    {"file.remove", R_ANY, OP_WRITE, {"Убрать файл", "Remove a file"}, id_params, file_remove},
    {"file.rename", R_ANY, OP_WRITE, {"Переименовать файл", "Rename a file"}, rename_params, file_set_name},
    {"file.copy", R_ANY, OP_WRITE, {"Взять файл во входящие", "Copy a file into the inbox"}, id_params, file_copy},
    {"file.attach", R_ANY & ~(R_ADMIN | R_ANALYST | R_CITIZENS), OP_WRITE, {"Приложить файлы", "Attach files"}, attach_params, file_attach},
    {.method = NULL},
};
