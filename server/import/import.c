#include "server/import/import.h"
#include "common/translit.h"
#include "server/cli/internal.h"
#include "server/import/days.h"
#include "server/import/feed.h"
#include "server/import/rejects.h"
#include "server/import/row.h"
#include "server/import/source.h"
#include "server/supervisor/state.h"
#include <errno.h>
#include <getopt.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_DATA = 65, EXIT_USAGE = 64, EXIT_INPUT = 66, EXIT_AGAIN = 75, TELL_EVERY = 500, TOLD_MAX = 20 };

struct options {
    const char *state, *kind, *file, *map, *errors, *source, *snapshot;
    bool dry_run, json;
};

struct run {
    const struct options *o;
    const struct import_kind *kind;
    const struct op *op;
    struct import_map map;
    struct refs refs;
    struct rpc rpc;
    struct rejects rejects;
    json_t *seen;   /* hash of a row that has no key: how often it was met in this file */
    json_t *keys;   /* key of a row that was taken: its line */
    struct year_days days;
    struct feed feed;
    char nonce[37]; /* of this run: a repeat within it is the same request, a second import is another */
    bool was_updated; /* the row just sent changed what was there */
    int64_t read, imported, updated, unchanged, rejected;
};

static int fault(int code, const char *text, const char *hint)
{
    cli_fault("gorod-server", text, hint);
    return code;
}

static int fault_err(const struct err *err, const char *hint)
{
    char text[768];
    err_text(err, cli_lang(), text, sizeof text);
    return fault(err_info(err->code)->exit_code, text, hint ? hint : err_info(err->code)->hint[cli_lang()]);
}

static int fault_file(const char *path)
{
    char text[512];
    snprintf(text, sizeof text, "%.300s: %s", path, source_trouble(errno));
    return fault(EXIT_INPUT, text, "");
}

/* ---- a row on its way ---- */

/* Is the server away, so that the row is not to blame? */
static bool is_away(const struct err *err)
{
    return err->code == ERR_UNAVAILABLE || err->code == ERR_INTERNAL || err->code == ERR_RATE_LIMITED;
}

/* Where rows have no id of their own, what stands in them is the id; the same row twice in one file is two records. */
static void give_external_id(struct run *r, json_t *params)
{
    if (json_object_get(params, "external_id") || strcmp(r->kind->key, "external_id") != 0)
        return;
    char *text = json_dumps(params, JSON_COMPACT | JSON_SORT_KEYS), hash[37];
    refs_uuid(text ? text : "", hash);
    free(text);
    json_int_t times = json_integer_value(json_object_get(r->seen, hash)) + 1;
    json_object_set_new(r->seen, hash, json_integer(times));
    json_object_set_new(params, "external_id", json_sprintf("import:%s:%d", hash, (int)times));
}

static void give_request_id(struct run *r, json_t *params)
{
    char uuid[37], *text = json_dumps(params, JSON_COMPACT | JSON_SORT_KEYS);
    json_t *whole = json_sprintf("%s %s %s", r->nonce, r->kind->name, text ? text : "");
    refs_uuid(json_string_value(whole), uuid);
    json_object_set_new(params, "request_id", json_string(uuid));
    json_decref(whole);
    free(text);
}

static void give_code(struct run *r, json_t *params)
{
    char code[64];
    (void)r;
    if (json_object_get(params, "code"))
        return;
    translit_latin(json_string_value(json_object_get(params, "name")), '_', code, sizeof code);
    json_object_set_new(params, "code", json_string(*code ? code : "unit"));
}

/* A fault in the author's own card is told by the fields of this file. */
static bool make_author(struct run *r, const json_t *author, int64_t *id, struct err *err)
{
    if (op_check(op_find("correspondent.add", strlen("correspondent.add")), author, err) && refs_author(&r->refs, author, id, err))
        return true;
    for (const struct import_field *f = r->kind->fields; f->name; f++)
        if (f->target == TO_AUTHOR && strcmp(f->param, err->field) == 0) {
            snprintf(err->field, sizeof err->field, "%s", f->name);
            break;
        }
    return false;
}

/* What tells records of the file apart. The caller frees. */
static json_t *key_of(const struct run *r, const json_t *params)
{
    json_t *key = json_object_get(params, r->kind->key);
    const char *within = r->kind->within ? json_string_value(json_object_get(params, r->kind->within)) : NULL;
    return key && within ? json_sprintf("%s/%s", within, json_string_value(key)) : json_incref(key);
}

/* When nothing is written, a value cannot stand below one of this same file yet. */
static bool in_this_file(const struct run *r, const json_t *params, const struct err *err)
{
    const char *parent = json_string_value(json_object_get(params, "parent"));
    if (!r->refs.dry_run || !r->kind->within || !parent || strcmp(err->field, "parent") != 0 || strcmp(err->reason, "not_there") != 0)
        return false;
    json_t *key = json_sprintf("%s/%s", json_string_value(json_object_get(params, r->kind->within)), parent);
    bool there = json_object_get(r->keys, json_string_value(key)) != NULL;
    json_decref(key);
    return there;
}

/* Checks what the server would check of the shape, makes the author, sends. */
static bool send_new(struct run *r, json_t *params, bool *existing, struct err *err)
{
    json_t *author = json_incref(json_object_get(params, "author")), *result = NULL;
    int64_t id = 1;
    if (author)
        json_object_set_new(params, "correspondent", json_integer(id));
    json_object_del(params, "author");
    bool ok = op_check(r->op, params, err) && (!author || make_author(r, author, &id, err));
    if (ok && author)
        json_object_set_new(params, "correspondent", json_integer(id));
    json_decref(author);
    *existing = false;
    r->was_updated = false;
    if (!ok || (r->refs.dry_run && !r->kind->upserts))
        return ok;
    if (r->refs.dry_run)
        json_object_set_new(params, "dry_run", json_true());
    else
        give_request_id(r, params);
    ok = rpc_call(&r->rpc, r->kind->add, params, &result, err) || in_this_file(r, params, err);
    r->was_updated = json_is_true(json_object_get(result, "updated"));
    *existing = json_is_true(json_object_get(result, "existing"));
    if (ok && strcmp(r->kind->name, "units") == 0)
        refs_learn_unit(&r->refs, json_string_value(json_object_get(params, "code")), json_string_value(json_object_get(params, "name")),
                        json_integer_value(json_object_get(result, "id")));
    if (ok && strcmp(r->kind->name, "users") == 0)
        refs_learn_user(&r->refs, json_string_value(json_object_get(params, "login")), json_string_value(json_object_get(params, "name")),
                        json_integer_value(json_object_get(result, "id")));
    json_decref(result);
    return ok;
}

/* Lists are sets here: roles come back in another order than they were given. */
static bool same(const json_t *a, const json_t *b)
{
    size_t i, k;
    json_t *x, *y;
    if (!json_is_array(a) || !json_is_array(b))
        return json_equal(a, b);
    if (json_array_size(a) != json_array_size(b))
        return false;
    json_array_foreach(a, i, x)
    {
        bool found = false;
        json_array_foreach(b, k, y) found = found || json_equal(x, y);
        if (!found)
            return false;
    }
    return true;
}

static bool takes(const struct op *op, const char *name)
{
    for (const struct op_param *p = op->params; p && p->name; p++)
        if (strcmp(p->name, name) == 0)
            return true;
    return false;
}

/* What differs from the record as it is, with its id and version; an empty object when nothing does. */
static json_t *differences(const struct run *r, const json_t *params, const json_t *record)
{
    const struct op *set = op_find(r->kind->set, strlen(r->kind->set));
    json_t *changes = json_object(), *value;
    const char *key;
    json_object_foreach((json_t *)params, key, value)
    {
        if (takes(set, key) && !same(value, json_object_get(record, key)))
            json_object_set(changes, key, value);
    }
    if (json_object_size(changes) == 0)
        return changes;
    json_object_set(changes, "id", json_object_get(record, "id"));
    json_object_set(changes, "version", json_object_get(record, "version"));
    return changes;
}

/* A unit or user that is there already: brought up to the file. */
static bool send_known(struct run *r, int64_t id, json_t *params, bool *changed, struct err *err)
{
    json_t *get = json_pack("{s:I}", "id", (json_int_t)id), *record = NULL, *result = NULL;
    bool ok = rpc_call(&r->rpc, r->kind->get, get, &record, err);
    json_decref(get);
    json_t *changes = ok ? differences(r, params, record) : NULL;
    *changed = json_object_size(changes) > 0;
    if (ok && *changed && !r->refs.dry_run) {
        give_request_id(r, changes);
        ok = rpc_call(&r->rpc, r->kind->set, changes, &result, err);
    }
    json_decref(result);
    json_decref(changes);
    json_decref(record);
    return ok;
}

static bool find_known(struct run *r, const json_t *params, int64_t *id, struct err *err)
{
    const char *key = json_string_value(json_object_get(params, r->kind->key));
    *id = 0;
    if (!r->kind->set || !key)
        return true;
    return strcmp(r->kind->key, "code") == 0 ? refs_unit(&r->refs, key, id, err) : refs_user(&r->refs, key, id, err);
}

/* Two rows that bear one key are two records or a slip of the pen; the second must not pass for «nothing new». */
static bool is_first(const struct run *r, const char *key, struct err *err)
{
    json_int_t line = json_integer_value(json_object_get(r->keys, key));
    return line == 0 || err_field(err, r->kind->key, "taken", CLI_TR("«%s» уже есть в строке %lld этого файла", "«%s» stands in line %lld of this file already"),
                                  key, (long long)line);
}

static bool send_row(struct run *r, const struct csv_row *row, struct err *err)
{
    json_t *params = row_build(r->kind, &r->map, &r->refs, row, err), *key = params ? key_of(r, params) : NULL;
    int64_t known = 0;
    bool flag = false;
    if (!params || (key && !is_first(r, json_string_value(key), err))) {
        json_decref(key);
        json_decref(params);
        return false;
    }
    if (r->kind->by_feed) {
        json_decref(key);
        return feed_add(&r->feed, params, row, err);
    }
    if (r->kind->by_year) {
        json_object_set_new(r->keys, json_string_value(key), json_integer(row->line));
        json_decref(key);
        year_days_add(&r->days, params);
        return true;
    }
    if (strcmp(r->kind->name, "units") == 0)
        give_code(r, params);
    give_external_id(r, params);
    bool ok = find_known(r, params, &known, err) && (known ? send_known(r, known, params, &flag, err) : send_new(r, params, &flag, err));
    json_decref(params);
    if (ok && key)
        json_object_set_new(r->keys, json_string_value(key), json_integer(row->line));
    json_decref(key);
    if (!ok)
        return false;
    if (r->was_updated)
        r->updated++;
    else if (known)
        flag ? r->updated++ : r->unchanged++;
    else
        flag ? r->unchanged++ : r->imported++;
    return true;
}

/* ---- the file ---- */

/* The field as the file calls it: the person looks there. `roles[0]` and `questions[1].topic` are of their first word. */
static const char *column_of(const struct run *r, const char *field)
{
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(field, "[."), field);
    const struct import_field *f = import_field_find(r->kind, name);
    int column = f ? r->map.field[import_field_index(r->kind, f)].column : MAP_NO_COLUMN;
    return column == MAP_NO_COLUMN ? field : r->rejects.header.cell[column];
}

static void reject(struct run *r, const struct csv_row *row, const struct err *err)
{
    char why[768], reason[1024];
    struct err plain = *err;
    size_t len = strlen(err->field);
    plain.field[0] = '\0';
    if (err->detail[0])
        snprintf(why, sizeof why, "%s", err->detail);
    else
        err_text(&plain, cli_lang(), why, sizeof why);
    /* The server's sentence begins with the field's own name already. */
    const char *text = len && strncmp(why, err->field, len) == 0 && why[len] == ':' ? why + len + 1 + (why[len + 1] == ' ') : why;
    snprintf(reason, sizeof reason, "%s%s%s", len ? column_of(r, err->field) : "", len ? ": " : "", text);
    rejects_add(&r->rejects, row, reason);
    r->feed.has_faults = r->feed.has_faults || len == 0 || strcmp(err->field, "address") != 0;
    if (++r->rejected > TOLD_MAX)
        return;
    char told[1400];
    snprintf(told, sizeof told, "%.300s:%lld: %s", r->o->file, (long long)row->line, reason);
    cli_fault("gorod-server", told, "");
}

static bool count_matches(struct run *r, const struct csv_row *row, struct err *err)
{
    if (row->count == r->rejects.header.count)
        return true;
    return err_set(err, ERR_PARAMS, CLI_TR("в строке столбцов %zu, а в заголовке %zu", "%zu columns in the row, %zu in the header"),
                   row->count, r->rejects.header.count);
}

static int csv_trouble(const char *file, int64_t line, enum csv_fault what)
{
    char text[700];
    snprintf(text, sizeof text, "%s:%lld: %s", file, (long long)line, csv_fault_text(what, cli_lang()));
    return fault(EXIT_DATA, text, "");
}

static int stop_away(const struct run *r, const struct csv_row *row, const struct err *err)
{
    char text[900], why[700];
    err_text(err, cli_lang(), why, sizeof why);
    snprintf(text, sizeof text, CLI_TR("остановлено на строке %lld: %s", "stopped at line %lld: %s"), (long long)row->line, why);
    (void)r;
    return fault(EXIT_AGAIN, text,
                 CLI_TR("Повторите ту же команду: записанное не запишется второй раз",
                        "Give the same command again: what was written is not written twice"));
}

/* The days of the file are in: each year goes to the server as one. */
static int send_years(struct run *r)
{
    struct err err;
    json_t *params;
    while ((params = year_days_next(&r->days))) {
        json_t *result = NULL;
        size_t rows = json_array_size(json_object_get(params, "days"));
        give_request_id(r, params);
        bool ok = r->refs.dry_run || rpc_call(&r->rpc, r->kind->add, params, &result, &err);
        if (ok && result)
            year_days_note(&r->days, result);
        r->imported += r->refs.dry_run ? (int64_t)rows : json_integer_value(json_object_get(result, "imported"));
        r->updated += json_integer_value(json_object_get(result, "updated"));
        r->unchanged += json_integer_value(json_object_get(result, "unchanged"));
        json_decref(result);
        json_decref(params);
        if (!ok)
            return fault_err(&err, NULL);
    }
    return 0;
}

static void feed_reject(void *owner, const struct csv_row *row, const struct err *err) { reject(owner, row, err); }
static void feed_request_id(void *owner, json_t *params) { give_request_id(owner, params); }

static void feed_count(void *owner, const char *outcome, int64_t rows)
{
    struct run *r = owner;
    *(strcmp(outcome, "opened") == 0 ? &r->imported : strcmp(outcome, "changed") == 0 ? &r->updated : &r->unchanged) += rows;
}

/* All rows are read: outage after outage goes to the server, then what the snapshot does not show. */
static int send_feed(struct run *r)
{
    struct err err;
    const struct feed_listener listener = {.owner = r, .reject = feed_reject, .count = feed_count, .request_id = feed_request_id};
    r->feed.dry_run = r->o->dry_run;
    return feed_send(&r->feed, &r->rpc, &listener, &err) ? 0 : fault_err(&err, NULL);
}

static int read_rows(struct run *r, struct csv *csv)
{
    struct csv_row row;
    enum csv_fault what;
    bool terminal = isatty(STDERR_FILENO);
    r->feed.create = r->map.create_houses;
    while (csv_next(csv, &row, &what)) {
        struct err err = {.code = ERR_OK};
        r->read++;
        if (!count_matches(r, &row, &err) || !send_row(r, &row, &err)) {
            if (is_away(&err))
                return stop_away(r, &row, &err);
            reject(r, &row, &err);
        }
        if (terminal && r->read % TELL_EVERY == 0)
            fprintf(stderr, "\r%lld", (long long)r->read);
    }
    if (terminal && r->read >= TELL_EVERY)
        fputc('\n', stderr);
    return what ? csv_trouble(r->o->file, row.line, what) : r->kind->by_feed ? send_feed(r) : send_years(r);
}

static void print_summary(const struct run *r)
{
    if (r->o->json) {
        printf("{\"read\":%lld,\"imported\":%lld,\"updated\":%lld,\"unchanged\":%lld,\"rejected\":%lld%s", (long long)r->read,
               (long long)r->imported, (long long)r->updated, (long long)r->unchanged, (long long)r->rejected,
               r->o->dry_run ? ",\"dry_run\":true" : "");
        year_days_print(&r->days, stdout, true);
        feed_print(&r->feed, stdout, true);
        puts("}");
        return;
    }
    printf(CLI_TR("прочитано %lld, внесено %lld, обновлено %lld, без изменений %lld, отклонено %lld%s\n",
                  "read %lld, imported %lld, updated %lld, unchanged %lld, rejected %lld%s\n"),
           (long long)r->read, (long long)r->imported, (long long)r->updated, (long long)r->unchanged, (long long)r->rejected,
           r->o->dry_run ? CLI_TR(" (проверка, ничего не записано)", " (a check, nothing was written)") : "");
    year_days_print(&r->days, stdout, false);
    feed_print(&r->feed, stdout, false);
}

/* Everything that can be wrong with the whole file is found before the first row goes out. */
static int check_file(FILE *f, const struct options *o)
{
    int64_t line;
    enum csv_fault what = csv_check_encoding(f, &line);
    if (what)
        return csv_trouble(o->file, line, what);
    struct csv *csv = csv_open(f);
    struct csv_row row = {.line = 1};
    int64_t rows = 0;
    while (csv_next(csv, &row, &what))
        rows++;
    csv_close(&csv);
    if (what)
        return csv_trouble(o->file, row.line, what);
    char text[600];
    snprintf(text, sizeof text,
             CLI_TR("%s:1: файл пуст, нужна строка с названиями столбцов",
                    "%s:1: the file is empty, a row with the names of the columns is needed"),
             o->file);
    if (rows == 0)
        return fault(EXIT_DATA, text, "");
    return fseek(f, 0, SEEK_SET) == 0 ? 0 : csv_trouble(o->file, 1, CSV_READ);
}

static int import_rows(struct run *r, struct csv *csv)
{
    unsigned char noise[16];
    char hex[33];
    randombytes_buf(noise, sizeof noise);
    refs_uuid(sodium_bin2hex(hex, sizeof hex, noise, sizeof noise), r->nonce);
    refs_init(&r->refs, &r->rpc, r->o->dry_run);
    r->seen = json_object();
    r->keys = json_object();
    int code = read_rows(r, csv);
    if (!rejects_end(&r->rejects) && code == 0)
        code = fault_file(r->rejects.path);
    print_summary(r);
    if (r->refs.units_made > 0 && !r->o->json && !r->o->dry_run)
        fprintf(stderr, CLI_TR("заведено подразделений: %lld\n", "units made: %lld\n"), (long long)r->refs.units_made);
    if (code == 0 && r->rejected > 0 && !r->o->errors)
        fault(0, CLI_TR("есть отклонённые строки", "rows were rejected"),
              CLI_TR("Причины и сами строки запишет --errors ФАЙЛ.csv", "--errors FILE.csv writes the rows and the reasons"));
    json_decref(r->seen);
    json_decref(r->keys);
    year_days_free(&r->days);
    feed_free(&r->feed);
    refs_free(&r->refs);
    return code ? code : r->rejected > 0 ? EXIT_DATA : 0;
}

static int with_server(struct run *r, struct csv *csv)
{
    struct fault f;
    int fd = state_connect(r->o->state, &f);
    if (fd < 0)
        return fault(f.exit_code, f.text, f.hint);
    rpc_open(&r->rpc, fd);
    int code = rejects_begin(&r->rejects, r->o->errors, csv_delimiter(csv)) ? import_rows(r, csv) : fault_file(r->o->errors);
    rpc_close(&r->rpc);
    return code;
}

static int with_file(struct run *r, FILE *f)
{
    struct err err = {.code = ERR_OK};
    struct csv_row header;
    enum csv_fault what;
    int code = check_file(f, r->o);
    if (code)
        return code;
    struct arena *arena = arena_new();
    struct csv *csv = csv_open(f);
    if (!csv_next(csv, &header, &what)) {
        code = csv_trouble(r->o->file, 1, what);
    } else {
        rejects_keep_header(&r->rejects, arena, &header);
        code = import_map_read(&r->map, arena, r->kind, r->o->map, r->o->file, &r->rejects.header, &err) ? with_server(r, csv)
                                                                                                         : fault_err(&err, "");
        import_map_free(&r->map);
    }
    csv_close(&csv);
    arena_free(&arena);
    return code;
}

static int run_import(const struct options *o)
{
    char text[512];
    struct run r = {.o = o, .kind = import_kind_find(o->kind)};
    if (!r.kind) {
        snprintf(text, sizeof text, CLI_TR("%.60s: такого вида нет; есть", "%.60s: no such kind; there are"), o->kind);
        for (const struct import_kind *k = import_kinds; k->name; k++)
            snprintf(text + strlen(text), sizeof text - strlen(text), " %s", k->name);
        return fault(EXIT_USAGE, text, CLI_TR("Подробнее: import --help", "More: import --help"));
    }
    if (r.kind->by_feed != (o->source && o->snapshot) || (o->source != NULL) != (o->snapshot != NULL))
        return fault(EXIT_USAGE,
                     r.kind->by_feed ? CLI_TR("import outages: нужны --source ИСТОЧНИК и --snapshot ВРЕМЯ", "import outages: --source NAME and --snapshot TIME are needed")
                                     : CLI_TR("import: --source и --snapshot - только для outages", "import: --source and --snapshot are for outages alone"),
                     CLI_TR("Пример: --source 051 --snapshot 2026-03-23T05:59:00Z", "Example: --source 051 --snapshot 2026-03-23T05:59:00Z"));
    r.feed = (struct feed){.source = o->source, .snapshot = o->snapshot};
    r.op = op_find(r.kind->add, strlen(r.kind->add));
    int code;
    FILE *f = source_open(o->file, text, sizeof text, &code);
    if (!f)
        return fault(code, text, "");
    code = with_file(&r, f);
    fclose(f);
    return code;
}

/* ---- words ---- */

static void print_help(void)
{
    fputs(CLI_TR("Использование: gorod-server import ВИД ФАЙЛ.csv [--map КАРТА.yaml] [--dry-run] [--errors ФАЙЛ.csv] [--json] [--state "
                 "ПАПКА]\n\n"
                 "Вносит строки таблицы в работающий сервер по тем же правилам, что и человек. Повтор ничего не удваивает.\n"
                 "Без карты столбцы называются как поля.\n\n"
                 "  --map КАРТА.yaml   какой столбец - какое поле (columns), значения (defaults, values), даты (date_formats), create\n"
                 "  --dry-run          только проверить\n"
                 "  --source, --snapshot  для outages: чей это снимок и на какой момент (RFC 3339); чего в нём нет, закроется\n"
                 "  --errors ФАЙЛ.csv  отклонённые строки с причиной: исправьте и внесите снова\n"
                 "  --json             итог одним объектом JSON\n\nВиды и поля (* - обязательное):\n",
                 "Usage: gorod-server import KIND FILE.csv [--map MAP.yaml] [--dry-run] [--errors FILE.csv] [--json] [--state DIR]\n\n"
                 "Brings the rows of a table into the running server by the same rules as a person's. Nothing is doubled by a repeat.\n"
                 "Without a map the columns bear the names of the fields.\n\n"
                 "  --map MAP.yaml     which column is which field (columns), values (defaults, values), dates (date_formats), create\n"
                 "  --dry-run          only check\n"
                 "  --source, --snapshot  of outages: whose snapshot it is and of which moment (RFC 3339); what it does not show is closed\n"
                 "  --errors FILE.csv  the rejected rows with the reason: correct them and import again\n"
                 "  --json             the outcome as one JSON object\n\nKinds and fields (* required):\n"),
          stdout);
    for (const struct import_kind *k = import_kinds; k->name; k++) {
        printf("  %s:", k->name);
        for (const struct import_field *f = k->fields; f->name; f++)
            if (f->target != TO_NOBODY)
                printf(" %s%s", f->name, f->required ? "*" : "");
        putchar('\n');
    }
}

/* 0: go on; else an exit code, -1: help was asked for. */
static int read_options(int argc, char **argv, struct options *o)
{
    static const struct option options[] = {{"map", required_argument, NULL, 'm'},
                                            {"dry-run", no_argument, NULL, 'd'},
                                            {"errors", required_argument, NULL, 'e'},
                                            {"source", required_argument, NULL, 'f'},
                                            {"snapshot", required_argument, NULL, 'n'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"state", required_argument, NULL, 's'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    int c;
    opterr = 0;
    optind = 0;
    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
        switch (c) {
        case 'm': o->map = optarg; break;
        case 'd': o->dry_run = true; break;
        case 'e': o->errors = optarg; break;
        case 'f': o->source = optarg; break;
        case 'n': o->snapshot = optarg; break;
        case 'j': o->json = true; break;
        case 's': o->state = optarg; break;
        case 'h': print_help(); return -1;
        default:
            return fault(EXIT_USAGE,
                         CLI_TR("import: такого параметра нет или нет его значения", "import: no such option, or its value is missing"),
                         CLI_TR("Параметры: import --help", "Options: import --help"));
        }
    if (argc - optind != 2)
        return fault(EXIT_USAGE, CLI_TR("import: нужны вид и файл", "import: a kind and a file are needed"),
                     CLI_TR("Пример: gorod-server import appeals письма.csv --map карта.yaml",
                            "Example: gorod-server import appeals letters.csv --map map.yaml"));
    o->kind = argv[optind];
    o->file = argv[optind + 1];
    return 0;
}

int import_main(int argc, char **argv, const char *state)
{
    struct options o = {.state = state};
    int code = read_options(argc, argv, &o);
    if (code)
        return code < 0 ? 0 : code;
    o.state = state_choose(o.state);
    return run_import(&o);
}
