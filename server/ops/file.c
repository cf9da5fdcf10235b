/* Files by name: places, rights, limits. */
#include "server/ops/file.h"
#include "common/arena.h"
#include "common/utf8.h"
#include "server/files/type.h"
#include "server/ops/outage.h"
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define REGISTRARS (R_CLERK | R_SYSTEM)

enum { NUMBERED_MAX = 10000 };

/* Who adds files to a record is who may comment on it (the rows of appeal.comment, assignment.comment, outage.comment); who takes away what
 * others added is who keeps such records. Whoever sees no persons sees no files of correspondence: a photo may show one. */
static const struct {
    const char *kind;
    uint32_t readers, adders, keepers;
} records[] = {
    {"appeal", R_SEES_PERSONS, R_CLERK | R_HEAD | R_DEPUTY | R_CHIEF | R_EXECUTOR | R_CONTROLLER | R_SYSTEM, REGISTRARS},
    {"assignment", R_SEES_PERSONS, R_ANY & ~(uint32_t)(R_ADMIN | R_ANALYST | R_CITIZENS), REGISTRARS},
    {"outage", OUTAGE_READERS, OUTAGE_KEEPERS, OUTAGE_KEEPERS},
};
enum { RECORDS = sizeof records / sizeof *records };

static size_t record_of(const char *kind)
{
    size_t i = 0;
    while (strcmp(records[i].kind, kind) != 0)
        i++;
    return i;
}

bool file_place_is_own(const char *kind) { return strcmp(kind, "inbox") == 0 || strcmp(kind, "reports") == 0; }

const char *file_places_seen(const struct call *c)
{
    const char *places = "{";
    for (size_t i = 0; i < RECORDS; i++)
        if (c->user->roles & records[i].readers)
            places = arena_printf(c->arena, "%s%s%s", places, places[1] ? "," : "", records[i].kind);
    return arena_printf(c->arena, "%s}", places);
}

bool file_name_ok(const char *name, size_t len)
{
    if (len == 0 || len >= FILE_NAME_BYTES || !utf8_is_valid(name, len) || memchr(name, '/', len) || memchr(name, '\0', len))
        return false;
    if ((len == 1 && name[0] == '.') || (len == 2 && name[0] == '.' && name[1] == '.'))
        return false;
    for (size_t i = 0; i < len; i++) {
        unsigned char ch = (unsigned char)name[i];
        bool c1 = ch == 0xC2 && i + 1 < len && (unsigned char)name[i + 1] < 0xA0;
        if (ch < 0x20 || ch == 0x7f || c1)
            return false;
    }
    return true;
}

/* --- what others ask ----------------------------------------------------------------------------------------------------------------- */

bool file_find(struct call *c, const struct file_place *place, const char *name, struct file_info *info)
{
    const char *params[] = {FILE_WHO(c), place->kind, call_int(c, place->id), name};
    struct pg_res *res = pg_query(c->db, Q_FILE_FIND, params, 7, c->err);
    if (!res)
        return false;
    bool found = pg_rows(res) == 1;
    if (found) {
        *info = (struct file_info){.id = pg_int(res, 0, 0),
                                   .blob_id = pg_int(res, 0, 1),
                                   .size_bytes = pg_int(res, 0, 2),
                                   .owner_id = pg_int(res, 0, 4),
                                   .modified = pg_int(res, 0, 5)};
        snprintf(info->mime, sizeof info->mime, "%s", pg_text(res, 0, 3));
    }
    pg_free(res);
    return found || err_set(c->err, ERR_NOT_FOUND, NULL);
}

static bool may_add(struct call *c, const struct file_place *place)
{
    return file_place_is_own(place->kind) || c->user->roles & records[record_of(place->kind)].adders ||
           err_set(c->err, ERR_FORBIDDEN, NULL);
}

bool file_room(struct call *c, const struct file_place *place, bool one_more, int64_t bytes, int64_t replaced)
{
    const struct file_limits *limits = &c->rules->files;
    const char *params[] = {place->kind, call_int(c, place->id)};
    if (bytes > limits->file_bytes)
        return err_field(c->err, "content", "file_too_large", NULL);
    if (!may_add(c, place))
        return false;
    struct pg_res *res = pg_query(c->db, Q_FILE_PLACE_USE, params, 2, c->err);
    if (!res)
        return false;
    int64_t files = pg_int(res, 0, 0), used = pg_int(res, 0, 1) - replaced;
    pg_free(res);
    if (!file_place_is_own(place->kind))
        return used + bytes <= limits->record_bytes || err_field(c->err, "content", "record_full", NULL);
    return (used + bytes <= limits->folder_bytes && (!one_more || files < limits->folder_files)) ||
           err_field(c->err, "content", "folder_full", NULL);
}

static bool name_taken(struct call *c, const struct file_place *place, const char *name, bool *taken)
{
    const char *params[] = {place->kind, call_int(c, place->id), name};
    int64_t n = 0;
    bool ok = query_int(c, Q_FILE_NAME_EXISTS, params, 3, 0, &n);
    *taken = n > 0;
    return ok;
}

/* «scan.pdf», «scan (2).pdf», ...: the first that is free. */
static bool free_name(struct call *c, const struct file_place *place, const char **name)
{
    const char *wanted = *name, *dot = strrchr(wanted, '.');
    bool taken;
    if (!dot || dot == wanted)
        dot = wanted + strlen(wanted);
    for (int i = 2; i < NUMBERED_MAX; i++) {
        if (!name_taken(c, place, *name, &taken))
            return false;
        if (!taken)
            return true;
        /* A number needs room: whole characters of the stem give way. */
        const char *tail = arena_printf(c->arena, " (%d)%s", i, dot);
        size_t stem = (size_t)(dot - wanted), tail_len = strlen(tail);
        if (tail_len >= FILE_NAME_BYTES)
            break;
        while (stem > 0 && (stem + tail_len >= FILE_NAME_BYTES || ((unsigned char)wanted[stem] & 0xC0) == 0x80))
            stem--;
        *name = arena_printf(c->arena, "%.*s%s", (int)stem, wanted, tail);
    }
    return err_field(c->err, "name", "taken", NULL);
}

/* --- changes ------------------------------------------------------------------------------------------------------------------------- */

static const char *file_changes(struct call *c, int64_t id, const char *name)
{
    json_t *changes = json_pack("{s:{s:I,s:s}}", "file", "id", (json_int_t)id, "name", name);
    char *text = json_dumps(changes, JSON_COMPACT);
    const char *copy = arena_strdup(c->arena, text ? text : "{}");
    free(text);
    json_decref(changes);
    return copy;
}

bool file_read_event(struct call *c, int64_t id, const char *name, const struct file_place *place)
{
    json_t *changes = json_pack("{s:s,s:s,s:I}", "name", name, "place", place->kind, "place_id", (json_int_t)place->id);
    char *text = json_dumps(changes, JSON_COMPACT);
    struct event e = {.record = "file", .record_id = id, .action = "file_read", .changes = text};
    bool ok = event_write(c, &e);
    free(text);
    json_decref(changes);
    return ok;
}

/* What happened to a record's files is in the record's history; what happened in a folder, in the log under the file. */
static bool tell(struct call *c, const struct file_place *place, const struct record *r, const char *action, int64_t id, const char *name)
{
    struct event e = {.record = "file", .record_id = id, .action = action, .changes = file_changes(c, id, name)};
    if (!file_place_is_own(place->kind)) {
        e.record = place->kind;
        e.record_id = place->id;
        if (!record_touch(c, r, &e.version))
            return false;
    }
    return event_write(c, &e);
}

/* Records are locked before their files change, so that version and history keep step. Folders need no lock: names are unique. */
static bool hold_place(struct call *c, const struct file_place *place, struct record *r)
{
    *r = (struct record){0};
    return file_place_is_own(place->kind) || record_lock_id(c, place->kind, place->id, r);
}

static bool let_go_of(struct call *c, int64_t blob)
{
    const char *params[] = {call_int(c, blob)};
    return pg_exec(c->db, Q_BLOB_UNUSE, params, 1, NULL, c->err);
}

static bool add_row(struct call *c, const struct file_place *place, const char *name, const struct content *content, int64_t owner,
                    int64_t *id)
{
    const char *blob = call_int(c, content->blob_id);
    const char *params[] = {blob, place->kind, call_int(c, place->id), NULL,
                            NULL, name,        call_int(c, owner),     file_type_claimed(name, content->mime)};
    return pg_exec(c->db, Q_BLOB_USE, &blob, 1, NULL, c->err) && query_int(c, Q_FILE_ADD, params, 8, 0, id);
}

static bool replace_content(struct call *c, int64_t id, const char *name, const struct content *content)
{
    const char *blob = call_int(c, content->blob_id), *params[] = {call_int(c, id), blob, file_type_claimed(name, content->mime)};
    int64_t old;
    return pg_exec(c->db, Q_BLOB_USE, &blob, 1, NULL, c->err) && query_int(c, Q_FILE_CONTENT_SET, params, 3, 0, &old) && let_go_of(c, old);
}

bool file_place_content(struct call *c, const struct file_place *place, const char *name, const struct content *content, int64_t *id)
{
    struct file_info there = {0};
    struct record r = {0};
    if (!file_name_ok(name, strlen(name)))
        return err_field(c->err, "name", "file_name", NULL);
    if (!hold_place(c, place, &r))
        return false;
    bool ok, replaces = file_place_is_own(place->kind) && file_find(c, place, name, &there);
    if (replaces) {
        *id = there.id;
        ok = file_room(c, place, false, content->size_bytes, there.size_bytes) && replace_content(c, there.id, name, content);
    } else {
        ok = file_room(c, place, true, content->size_bytes, 0) && free_name(c, place, &name) &&
             add_row(c, place, name, content, c->user->id, id);
    }
    ok = ok && tell(c, place, &r, file_place_is_own(place->kind) ? "file_put" : "file_attach", *id, name);
    record_free(&r);
    return ok;
}

bool file_add_copy(struct call *c, const struct file_place *place, const char *name, const struct content *content, int64_t *id)
{
    return file_room(c, place, true, content->size_bytes, 0) && free_name(c, place, &name) &&
           add_row(c, place, name, content, c->user->id, id) && tell(c, place, NULL, "file_put", *id, name);
}

bool file_put_buffer(struct call *c, const char *folder, int64_t owner, const char *name, const void *data, size_t len, int64_t *id)
{
    struct file_place place = {.kind = folder, .id = owner};
    struct content content;
    int64_t made;
    if (!file_name_ok(name, strlen(name)))
        return err_field(c->err, "name", "file_name", NULL);
    if (!file_room(c, &place, true, (int64_t)len, 0))
        return false;
    struct content_writer *w = content_writer_new(c->db, owner, c->rules->files.file_bytes, c->err);
    bool ok = w && content_write(w, 0, data, len, c->err) && content_finish(w, name, &content, c->err) && free_name(c, &place, &name) &&
              add_row(c, &place, name, &content, owner, &made) && tell(c, &place, NULL, "file_put", made, name);
    content_writer_free(&w);
    if (ok && id)
        *id = made;
    return ok;
}

/* --- by id --------------------------------------------------------------------------------------------------------------------------- */

struct held {
    struct pg_res *row;
    struct file_place place;
    const char *name, *mime;
    int64_t blob_id, owner_id;
};

static bool hold(struct call *c, int64_t id, struct held *h)
{
    const char *params[] = {FILE_WHO(c), call_int(c, id)};
    h->row = pg_query(c->db, Q_FILE_LOCK, params, 5, c->err);
    if (!h->row)
        return false;
    if (pg_rows(h->row) != 1) {
        pg_free(h->row);
        h->row = NULL;
        err_set(c->err, ERR_NOT_FOUND, NULL);
        return false;
    }
    h->place = (struct file_place){.kind = pg_text(h->row, 0, 0), .id = pg_int(h->row, 0, 1)};
    h->name = pg_text(h->row, 0, 2);
    h->blob_id = pg_int(h->row, 0, 3);
    h->owner_id = pg_int(h->row, 0, 4);
    h->mime = pg_text(h->row, 0, 6);
    return true;
}

/* From a closed record nothing is taken; from an open one, by who added it or by who keeps such records. */
static bool may_take(struct call *c, const struct held *h, const struct record *r)
{
    if (file_place_is_own(h->place.kind))
        return true;
    if (state_is_final(c, r->kind, r->status))
        return err_rule(c->err, "status", NULL);
    return h->owner_id == c->user->id || c->user->roles & records[record_of(r->kind)].keepers || err_set(c->err, ERR_FORBIDDEN, NULL);
}

/* The record first, then the file: the order in which everybody takes them. Until the file is held its place is only what it was. */
static bool hold_both(struct call *c, int64_t id, struct held *h, struct record *r)
{
    enum { COL_PLACE = 5 };
    const char *params[] = {FILE_WHO(c), call_int(c, id)};
    struct pg_res *res = pg_query(c->db, Q_FILE_GET, params, 5, c->err);
    if (!res)
        return false;
    bool found = pg_rows(res) == 1;
    struct file_place place = {.kind = found ? arena_strdup(c->arena, pg_text(res, 0, COL_PLACE)) : "",
                               .id = found ? pg_int(res, 0, COL_PLACE + 1) : 0};
    pg_free(res);
    if (!found)
        err_set(c->err, ERR_NOT_FOUND, NULL);
    if (!found || !hold_place(c, &place, r))
        return false;
    if (hold(c, id, h)) {
        bool there = strcmp(h->place.kind, place.kind) == 0 && h->place.id == place.id;
        if (there ? may_take(c, h, r) : err_set(c->err, ERR_NOT_FOUND, NULL))
            return true;
        pg_free(h->row);
    }
    record_free(r);
    return false;
}

bool file_take_away(struct call *c, int64_t id)
{
    struct held h = {0};
    struct record r = {0};
    const char *params[] = {call_int(c, id)};
    if (!hold_both(c, id, &h, &r))
        return false;
    bool ok =
        pg_exec(c->db, Q_FILE_DROP, params, 1, NULL, c->err) && let_go_of(c, h.blob_id) && tell(c, &h.place, &r, "file_remove", id, h.name);
    record_free(&r);
    pg_free(h.row);
    return ok;
}

static bool move_row(struct call *c, int64_t id, const struct file_place *to, const char *part, int64_t part_id, const char *name,
                     const char *mime)
{
    const char *params[] = {
        call_int(c, id), to->kind, call_int(c, to->id), part, part_id ? call_int(c, part_id) : NULL, name, file_type_claimed(name, mime)};
    return pg_exec(c->db, Q_FILE_MOVE, params, 7, NULL, c->err);
}

/* Whoever renames over a file wants that one gone. */
static bool make_way(struct call *c, const struct file_place *to, const char *name, int64_t id)
{
    struct file_info there = {0};
    if (!file_find(c, to, name, &there))
        return c->err->code == ERR_NOT_FOUND;
    return there.id == id || file_take_away(c, there.id);
}

static bool attach(struct call *c, int64_t id, const struct held *h, const struct record *r, const char *part, int64_t part_id,
                   const char *name)
{
    struct file_place to = {.kind = r->kind, .id = r->id};
    const char *size[] = {FILE_WHO(c), call_int(c, id)};
    if (!file_place_is_own(h->place.kind))
        return err_field(c->err, "files", "not_in_inbox", NULL);
    struct pg_res *res = pg_query(c->db, Q_FILE_GET, size, 5, c->err);
    bool ok = res && (pg_rows(res) == 1 || err_set(c->err, ERR_NOT_FOUND, NULL)) && file_room(c, &to, true, pg_int(res, 0, 2), 0);
    pg_free(res);
    return ok && free_name(c, &to, &name) && move_row(c, id, &to, part, part_id, name, h->mime);
}

bool file_rename(struct call *c, int64_t id, const struct file_place *to, const char *name, bool replace)
{
    struct held h = {0};
    struct record from = {0}, target = {0};
    bool taken = false;
    if (!file_name_ok(name, strlen(name)))
        return err_field(c->err, "name", "file_name", NULL);
    if (!hold_both(c, id, &h, &from))
        return false;
    bool same = strcmp(h.place.kind, to->kind) == 0 && h.place.id == to->id, ok;
    if (!file_place_is_own(to->kind) && !same) {
        ok = record_lock_id(c, to->kind, to->id, &target) && attach(c, id, &h, &target, NULL, 0, name) &&
             tell(c, to, &target, "file_attach", id, name);
    } else if (!same && !file_place_is_own(h.place.kind)) {
        ok = err_field(c->err, "files", "not_in_inbox", NULL); /* what hangs on a record stays there; it can be copied */
    } else {
        ok = replace ? make_way(c, to, name, id)
                     : name_taken(c, to, name, &taken) && (!taken || strcmp(name, h.name) == 0 || err_field(c->err, "name", "taken", NULL));
        const char *named[] = {call_int(c, id), name, file_type_claimed(name, h.mime)};
        ok = ok &&
             (same ? pg_exec(c->db, Q_FILE_RENAME, named, 3, NULL, c->err)
                   : file_room(c, to, true, 0, 0) && move_row(c, id, to, NULL, 0, name, h.mime)) &&
             tell(c, to, &from, "file_rename", id, name);
    }
    record_free(&target);
    record_free(&from);
    pg_free(h.row);
    return ok;
}

static bool attach_one(struct call *c, const char *field, int64_t id, const struct record *r, const char *part, int64_t part_id)
{
    struct held h = {0};
    if (!hold(c, id, &h))
        return c->err->code == ERR_NOT_FOUND ? err_field(c->err, field, "not_there", NULL) : false;
    bool ok = attach(c, id, &h, r, part, part_id, h.name);
    if (!ok && c->err->code == ERR_PARAMS)
        snprintf(c->err->field, sizeof c->err->field, "%s", field);
    pg_free(h.row);
    return ok;
}

/* {"files": [names]} of what was attached. */
static bool tell_names(struct call *c, const char *ids, const char **changes)
{
    struct pg_res *res = pg_query(c->db, Q_FILE_NAMES, &ids, 1, c->err);
    if (!res)
        return false;
    *changes = arena_printf(c->arena, "{\"files\":%s}", pg_text(res, 0, 0));
    pg_free(res);
    return true;
}

bool file_attach_argument(struct call *c, const char *arg, const struct record *r, const char *part, int64_t part_id, const char **changes)
{
    size_t i;
    const json_t *given = json_object_get(c->params, arg), *one;
    const char *ids = json_is_array(given) ? arg_sql(c, arg) : arena_printf(c->arena, "{%lld}", (long long)json_integer_value(given));
    if (json_is_integer(given) ? !attach_one(c, arg, json_integer_value(given), r, part, part_id) : !json_is_array(given))
        return !json_is_integer(given);
    json_array_foreach(given, i, one) if (!attach_one(c, arena_printf(c->arena, "%s[%zu]", arg, i), json_integer_value(one), r, part,
                                                      part_id)) return false;
    return !changes || tell_names(c, ids, changes);
}
