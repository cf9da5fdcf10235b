#include "server/files/tree.h"
#include "common/arena.h"
#include <string.h>

enum { PAGE_NAMES = 100, RECORDS_TOLD_MAX = 1000, MODE_FOLDER = 0040000, MODE_FILE = 0100000 };

static const struct {
    const char *name, *place;
    bool by_role; /* its records are seen by role alone: the queries take what that asks */
    enum query find, list;
} tops[] = {
    {"appeals", "appeal", false, Q_FILE_APPEAL, Q_FILE_APPEALS},
    {"assignments", "assignment", false, Q_FILE_ASSIGNMENT, Q_FILE_ASSIGNMENTS},
    {"inbox", "inbox", false, 0, 0},
    {"outages", "outage", true, Q_FILE_OUTAGE, Q_FILE_OUTAGES},
    {"reports", "reports", false, 0, 0},
};
enum { TOPS = sizeof tops / sizeof *tops };

/* `params`: FILE_WHO and what is asked for. */
static struct pg_res *ask(struct call *c, int top, enum query q, const char *const *params, int count)
{
    int skipped = tops[top].by_role ? FILE_WHO_COUNT - 1 : 0;
    return pg_query(c->db, q, params + skipped, count - skipped, c->err);
}

/* The next step of a path; an empty one at the end. */
static const char *next_step(const char **path, const char *end, size_t *len)
{
    while (*path < end && **path == '/')
        ++*path;
    const char *start = *path;
    while (*path < end && **path != '/')
        ++*path;
    *len = (size_t)(*path - start);
    return start;
}

static bool is_at_end(const char *path, const char *end) { return path == end; }

/* «ОГ-318-26» is ОГ-318/26: the sign of the year is the last dash. */
static bool find_record(struct call *c, int top, const char *step, size_t len, struct node *node)
{
    char *number = arena_strndup(c->arena, step, len), *dash = strrchr(number, '-');
    if (dash)
        *dash = '/';
    const char *params[] = {FILE_WHO(c), number};
    struct pg_res *res = ask(c, top, tops[top].find, params, FILE_WHO_COUNT + 1);
    if (!res)
        return false;
    bool found = pg_rows(res) == 1;
    if (found) {
        node->place = (struct file_place){.kind = tops[top].place, .id = pg_int(res, 0, 0)};
        node->time = (uint32_t)pg_int(res, 0, 1);
        node->kind = NODE_FOLDER;
    }
    pg_free(res);
    return found || err_set(c->err, ERR_NOT_FOUND, NULL);
}

static bool find_file(struct call *c, const char *step, size_t len, struct node *node)
{
    if (!file_name_ok(step, len))
        return err_field(c->err, "name", "file_name", NULL);
    memcpy(node->name, step, len);
    node->name[len] = '\0';
    node->kind = NODE_FILE;
    return true;
}

bool tree_find(struct call *c, const char *path, size_t len, struct node *node)
{
    const char *end = path + len, *step = next_step(&path, end, &len);
    int top = 0;
    *node = (struct node){.kind = NODE_ROOT};
    if (len == 0)
        return true;
    while (top < TOPS && (strlen(tops[top].name) != len || memcmp(tops[top].name, step, len) != 0))
        top++;
    if (top == TOPS)
        return err_set(c->err, ERR_NOT_FOUND, NULL);
    node->place = (struct file_place){.kind = tops[top].place, .id = c->user->id};
    node->kind = file_place_is_own(tops[top].place) ? NODE_FOLDER : NODE_RECORDS;
    if (node->kind == NODE_RECORDS) {
        if (is_at_end(path, end))
            return true;
        step = next_step(&path, end, &len);
        if (!find_record(c, top, step, len, node))
            return false;
    }
    if (is_at_end(path, end))
        return true;
    step = next_step(&path, end, &len);
    return is_at_end(path, end) ? find_file(c, step, len, node) : err_set(c->err, ERR_NOT_FOUND, NULL);
}

struct files_attrs tree_attrs(const struct call *c, const struct node *node, const struct file_info *info)
{
    (void)c;
    if (node->kind == NODE_FILE)
        return (struct files_attrs){.size = info ? (uint64_t)info->size_bytes : 0,
                                    .time = info ? (uint32_t)info->modified : 0,
                                    .mode = MODE_FILE | (file_place_is_own(node->place.kind) ? 0600 : 0400)};
    return (struct files_attrs){.time = node->time, .mode = MODE_FOLDER | (node->kind == NODE_FOLDER ? 0700 : 0500)};
}

static bool tell(struct buf *names, const char *name, const struct files_attrs *a)
{
    unsigned char head[2], tail[FILES_ATTRS_BYTES];
    files_put16(head, (uint16_t)strlen(name));
    files_attrs_put(tail, a);
    return buf_append(names, head, sizeof head) && buf_puts(names, name) && buf_append(names, tail, sizeof tail);
}

static bool read_root(struct tree_walk *w, struct buf *names)
{
    const struct files_attrs folder = {.mode = MODE_FOLDER | 0700}, records = {.mode = MODE_FOLDER | 0500};
    for (int i = 0; i < TOPS; i++)
        tell(names, tops[i].name, file_place_is_own(tops[i].place) ? &folder : &records);
    w->done = true;
    return true;
}

/* The folders of what is being worked on, the newest first, a thousand at most: every other number opens by its name. */
static bool read_records(struct call *c, struct tree_walk *w, struct buf *names)
{
    int top = 0;
    while (strcmp(w->node.place.kind, tops[top].place) != 0)
        top++;
    const char *params[] = {FILE_WHO(c), w->after_id ? call_int(c, w->after_id) : NULL, call_int(c, PAGE_NAMES)};
    struct pg_res *res = ask(c, top, tops[top].list, params, FILE_WHO_COUNT + 2);
    if (!res)
        return false;
    int rows = pg_rows(res);
    for (int i = 0; i < rows; i++) {
        struct files_attrs a = {.mode = MODE_FOLDER | 0700, .time = (uint32_t)pg_int(res, i, 2)};
        char *name = arena_strdup(c->arena, pg_text(res, i, 1));
        for (char *p = name; *p; p++)
            if (*p == '/')
                *p = '-';
        tell(names, name, &a);
        w->after_id = pg_int(res, i, 0);
    }
    w->told += rows;
    w->done = rows < PAGE_NAMES || w->told >= RECORDS_TOLD_MAX;
    pg_free(res);
    return true;
}

static bool read_files(struct call *c, struct tree_walk *w, struct buf *names)
{
    const char *params[] = {FILE_WHO(c), w->node.place.kind, call_int(c, w->node.place.id), w->after, call_int(c, PAGE_NAMES)};
    struct pg_res *res = pg_query(c->db, Q_FILE_FOLDER, params, 8, c->err);
    if (!res)
        return false;
    int rows = pg_rows(res);
    for (int i = 0; i < rows; i++) {
        struct files_attrs a = {.size = (uint64_t)pg_int(res, i, 1),
                                .time = (uint32_t)pg_int(res, i, 2),
                                .mode = MODE_FILE | (file_place_is_own(w->node.place.kind) ? 0600 : 0400)};
        tell(names, pg_text(res, i, 0), &a);
        snprintf(w->after, sizeof w->after, "%s", pg_text(res, i, 0));
    }
    w->done = rows < PAGE_NAMES;
    pg_free(res);
    return true;
}

bool tree_read(struct call *c, struct tree_walk *w, struct buf *names)
{
    if (w->done)
        return true;
    if (w->node.kind == NODE_ROOT)
        return read_root(w, names);
    return w->node.kind == NODE_RECORDS ? read_records(c, w, names) : read_files(c, w, names);
}
