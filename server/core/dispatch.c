/* JSON-RPC 2.0 over the table of operations: shape, rights, transaction, idempotency; then the handler. */
#include "common/arena.h"
#include "common/log.h"
#include "common/proto.h"
#include "common/utf8.h"
#include "db/pg.h"
#include "server/core/internal.h"
#include "server/ops/access.h"
#include "server/ops/helpers.h"
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BATCH_MAX = 100 };

static void write_id(struct jw *w, const json_t *id)
{
    jw_key(w, "id");
    if (json_is_string(id))
        jw_string_n(w, json_string_value(id), json_string_length(id));
    else if (json_is_integer(id))
        jw_int(w, json_integer_value(id));
    else
        jw_null(w);
}

void dispatch_write_error(struct jw *w, const json_t *id, const struct err *err, enum lang lang)
{
    const struct err_info *info = err_info(err->code);
    char text[700];
    err_text(err, lang, text, sizeof text);
    jw_object(w);
    jw_kstring(w, "jsonrpc", "2.0");
    write_id(w, id);
    jw_key(w, "error");
    jw_object(w);
    jw_kint(w, "code", (int)err->code);
    jw_kstring(w, "message", text);
    jw_key(w, "data");
    jw_object(w);
    jw_kstring(w, "name", info->wire);
    if (err->code == ERR_PARAMS) {
        jw_kstring(w, "field", err->field);
        jw_kstring(w, "reason", err->reason);
        jw_kstring(w, "reason_text", err_reason_text(err->reason, lang));
    }
    if (err->code == ERR_RULE)
        jw_kstring(w, "rule", err->reason);
    if (err->current)
        jw_kraw(w, "current", err->current);
    if (*info->hint[lang])
        jw_kstring(w, "hint", info->hint[lang]);
    jw_object_end(w);
    jw_object_end(w);
    jw_object_end(w);
}

static const char *int_text(struct arena *a, int64_t n)
{
    return arena_printf(a, "%lld", (long long)n);
}

/* What a request asks, in 128 bits: a request_id used for something else must not answer the wrong thing. Secrets stay out: the hash is
 * stored, and a quick hash of a password is nearly the password. */
static const char *params_hash(struct arena *arena, const struct op *op, const json_t *params)
{
    json_t *open = json_copy((json_t *)params);
    for (const struct op_param *p = op->params; p && p->name; p++)
        if (p->flags & PF_SECRET)
            json_object_del(open, p->name);
    char *text = json_dumps(open, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(open);
    unsigned char hash[16];
    char hex[33];
    crypto_generichash(hash, sizeof hash, (const unsigned char *)(text ? text : ""), text ? strlen(text) : 0, NULL, 0);
    free(text);
    return arena_strdup(arena, sodium_bin2hex(hex, sizeof hex, hash, sizeof hash));
}

/* The answer that this request got before, NULL when it is new. A request_id that was used for something else is a fault of the client. */
static const char *earlier_answer(struct call *c, const char *user, const char *request_id, const char *hash)
{
    struct err ignored;
    const char *get[] = {user, request_id}, *answer = NULL;
    struct pg_res *res = pg_query(c->db, Q_IDEMPOTENCY_GET, get, 2, &ignored);
    if (res && pg_rows(res) == 1) {
        if (strcmp(pg_text(res, 0, 0), c->op->method) == 0 && strcmp(pg_text(res, 0, 1), hash) == 0)
            answer = arena_strdup(c->arena, pg_text(res, 0, 2));
        else
            err_field(c->err, "request_id", "taken", NULL);
    }
    pg_free(res);
    return answer;
}

/* A write and the row that remembers its answer are one transaction, and the row comes last: a repeat does the work, breaks the row's key and
 * is rolled back as a whole, so the usual case pays nothing for repeats. Whatever goes wrong, the row tells whether the request took
 * place: also when the answer to COMMIT got lost with the connection, and when the repeat fails on what the first one changed. */
static bool run_write(struct dispatch *d, struct call *c, struct buf *result)
{
    const char *user = int_text(c->arena, c->user->id), *request_id = arg_sql(c, "request_id");
    const char *hash = request_id ? params_hash(c->arena, c->op, c->params) : NULL;
    bool ok = pg_begin(c->db, c->err) && c->op->handler(c);
    if (ok && c->undone) {
        pg_rollback(c->db);
        return true;
    }
    if (ok && request_id) {
        const char *add[] = {user, request_id, c->op->method, hash, result->data};
        ok = pg_exec(c->db, Q_IDEMPOTENCY_ADD, add, 5, NULL, c->err);
    }
    if (ok && pg_commit(c->db, c->err)) {
        d->committed = true;
        if (!(c->op->flags & OP_ASIDE))
            core_changed(d->core);
        if (c->committed)
            c->committed(c);
        return true;
    }
    pg_rollback(c->db);
    const char *answer = request_id ? earlier_answer(c, user, request_id, hash) : NULL;
    if (!answer)
        return false;
    buf_reset(result);
    d->committed = true;
    return buf_puts(result, answer);
}

/* Who hears how far a long operation has come: the request's own id is told with it. */
struct progress {
    struct dispatch *d;
    const json_t *id;
    int64_t told_ms;
};

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool work_goes_on(const struct work *work)
{
    struct progress *p = work->owner;
    return !atomic_load(&p->d->job->cancelled);
}

static void work_progress(const struct work *work, int64_t done)
{
    enum { TELL_EVERY_MS = 250 };
    struct progress *p = work->owner;
    int64_t now = now_ms();
    if (now - p->told_ms < TELL_EVERY_MS || !p->id)
        return;
    p->told_ms = now;
    struct job *word = job_new();
    struct jw w;
    word->conn_id = p->d->job->conn_id;
    word->is_progress = true;
    jw_init(&w, &word->answer);
    jw_object(&w);
    jw_kstring(&w, "jsonrpc", "2.0");
    jw_kstring(&w, "method", "progress");
    jw_key(&w, "params");
    jw_object(&w);
    write_id(&w, p->id);
    jw_kint(&w, "done", done);
    jw_object_end(&w);
    jw_object_end(&w);
    buf_putc(&word->answer, '\n');
    queue_push(&p->d->core->done, word);
    core_wake(p->d->core);
}

/* ---- cards read ahead ---- */

bool ahead_answers(const struct ahead *a, const struct core *core, const char *line, size_t len, struct buf *out)
{
    enum { LINE_MAX_BYTES = 256 };
    if (len > LINE_MAX_BYTES || a->changes != atomic_load(&core->changes) || a->day != call_today())
        return false;
    json_t *root = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);
    const json_t *id = json_object_get(root, "id"), *params = json_object_get(root, "params");
    const char *method = json_string_value(json_object_get(root, "method"));
    bool fits = method && strcmp(method, a->op->method) == 0 && json_is_integer(id) && json_object_size(params) == 1 &&
                json_integer_value(json_object_get(params, "id")) == a->id;
    if (fits) {
        struct jw w;
        jw_init(&w, out);
        jw_object(&w);
        jw_kstring(&w, "jsonrpc", "2.0");
        write_id(&w, id);
        jw_kraw(&w, "result", a->result.data);
        jw_object_end(&w);
        buf_putc(out, '\n');
    }
    json_decref(root);
    return fits;
}

void dispatch_opened(struct dispatch *d)
{
    const struct ahead *a = d->job->ahead;
    struct call c = {.user = &d->job->user, .arena = d->arena};
    access_note_card(&c, arena_strndup(d->arena, a->op->method, strcspn(a->op->method, ".")), a->id);
    d->after = c.after;
    dispatch_after(d);
}

/* Reads the card for whoever is about to open it. */
static bool read_ahead(struct dispatch *d, const struct op *op, int64_t id, struct err *err)
{
    struct jw w;
    struct ahead *a = calloc(1, sizeof *a);
    if (!a)
        abort();
    buf_init(&a->result, PROTO_ANSWER_MAX);
    *a = (struct ahead){.op = op, .id = id, .result = a->result, .changes = atomic_load(&d->core->changes), .day = (int32_t)call_today()};
    jw_init(&w, &a->result);
    struct call c = {.op = op, .user = &d->job->user, .session_id = d->job->conn_id, .params = json_pack("{s:I}", "id", (json_int_t)id), .db = d->db,
                     .rules = d->rules, .arena = d->arena, .out = &w, .err = err, .unseen = true};
    bool ok = (op->roles & c.user->roles || err_set(err, ERR_NOT_FOUND, NULL)) && op->handler(&c) &&
              (!a->result.overflow || err_set(err, ERR_TOO_LARGE, NULL));
    json_decref(c.params);
    ahead_free(&d->job->ahead);
    d->job->ahead = a;
    if (!ok)
        ahead_free(&d->job->ahead);
    return ok;
}

void dispatch_after(struct dispatch *d)
{
    for (const struct after *a = d->after; a; a = a->next)
        access_write(d->db, a);
}

static void take_after(struct dispatch *d, struct after *list)
{
    struct after **end = &d->after;
    while (*end)
        end = &(*end)->next;
    *end = list;
}

static bool run_op(struct dispatch *d, const struct op *op, json_t *params, const json_t *id, struct buf *result, struct err *err)
{
    struct jw w;
    jw_init(&w, result);
    struct call c = {
        .op = op, .user = &d->job->user, .session_id = d->job->conn_id, .params = params, .db = op->flags & OP_NO_DB ? NULL : d->db,
        .rules = d->rules, .arena = d->arena, .out = &w, .err = err,
    };
    if (!(op->roles & c.user->roles) && op->roles != R_ANY)
        return err_set(err, ERR_FORBIDDEN, NULL);
    if (!op_check(op, params, err))
        return false;
    if (!d->rules && !(op->flags & OP_NO_DB))
        return err_set(err, ERR_UNAVAILABLE, NULL);
    if ((op->flags & OP_LONG) && d->job->lane != LANE_LONG)
        return err_set(err, ERR_RATE_LIMITED, c.user->lang == LANG_RU ? "Предыдущий отчёт ещё готовится" : "The report before is still being made");
    struct progress progress = {.d = d, .id = id};
    struct work work = {.out_fd = d->job->passed_fd, .scratch = d->core->scratch, .go_on = work_goes_on, .progress = work_progress, .owner = &progress};
    if (op->flags & OP_LONG)
        c.work = &work;
    bool ok = op->flags & OP_WRITE ? run_write(d, &c, result) : op->handler(&c);
    if (ok && c.ahead)
        ok = read_ahead(d, c.ahead, json_integer_value(json_object_get(params, "id")), err);
    take_after(d, c.after);
    if (op->flags & OP_LONG)
        d->job->passed_fd = work.out_fd;
    json_decref(c.changed);
    if (c.subscribe)
        d->job->subscribe = true;
    /* Whoever is answered may ask at once: the new rules are in place before the answer goes out. */
    struct err later;
    if (ok && c.rules_changed && !rules_reload(d->core, d->db, &later))
        atomic_store(&d->core->rules_stale, true);
    if (c.has_committed) {
        d->committed = true;
        core_changed(d->core);
    }
    if (c.cancel_long)
        d->job->cancel_long = true;
    if (ok && result->overflow)
        return err_set(err, ERR_TOO_LARGE, NULL);
    return ok;
}

static bool run_method(struct dispatch *d, const json_t *request, struct buf *result, struct err *err)
{
    const json_t *method = json_object_get(request, "method");
    json_t *params = json_object_get(request, "params");
    const json_t *id = json_object_get(request, "id");
    const json_t *jsonrpc = json_object_get(request, "jsonrpc");
    if (!json_is_string(method) || !json_is_string(jsonrpc) || json_string_length(jsonrpc) != 3 || strcmp(json_string_value(jsonrpc), "2.0") != 0 ||
        (id && !json_is_string(id) && !json_is_integer(id) && !json_is_null(id)))
        return err_set(err, ERR_REQUEST, NULL);
    if (params && !json_is_object(params))
        return err_field(err, "params", "wrong_type", NULL);
    json_t *none = params ? NULL : json_object();
    bool ok;
    if (d->job->kind == CONN_GATE) {
        struct jw w;
        jw_init(&w, result);
        ok = login_call(d, json_string_value(method), params ? params : none, &w, err);
    } else {
        const struct op *op = op_find(json_string_value(method), json_string_length(method));
        ok = op ? run_op(d, op, params ? params : none, id, result, err)
                : err_set(err, ERR_METHOD, "%.100s", json_string_value(method));
    }
    json_decref(none);
    return ok;
}

static void run_request(struct dispatch *d, const json_t *request, struct jw *w)
{
    struct err err = {.code = ERR_INTERNAL};
    struct buf result;
    buf_init(&result, PROTO_ANSWER_MAX);
    const json_t *id = json_object_get(request, "id");
    bool ok = json_is_object(request) ? run_method(d, request, &result, &err) : err_set(&err, ERR_REQUEST, NULL);
    /* Without an id it is a notification: done, but not answered - unless it was no request at all. */
    if (id || (!ok && err.code == ERR_REQUEST)) {
        if (ok) {
            jw_object(w);
            jw_kstring(w, "jsonrpc", "2.0");
            write_id(w, id);
            jw_kraw(w, "result", result.data);
            jw_object_end(w);
        } else {
            dispatch_write_error(w, id, &err, d->job->user.lang);
        }
    }
    buf_free(&result);
}

static enum lane_kind lane_of_request(const struct dispatch *d, const json_t *request)
{
    const json_t *method = json_object_get(request, "method");
    if (!json_is_string(method))
        return LANE_NORMAL;
    if (d->job->kind == CONN_GATE)
        return login_is_slow(json_string_value(method), json_object_get(request, "params")) ? LANE_SLOW : LANE_NORMAL;
    const struct op *op = op_find(json_string_value(method), json_string_length(method));
    return !op ? LANE_NORMAL : op->flags & OP_LONG ? LANE_LONG : op->flags & OP_SLOW ? LANE_SLOW : LANE_NORMAL;
}

/* A batch goes where the longest of its requests belongs. */
static enum lane_kind lane_of(const struct dispatch *d, const json_t *root)
{
    size_t i;
    const json_t *request;
    enum lane_kind lane = json_is_array(root) ? LANE_NORMAL : lane_of_request(d, root);
    json_array_foreach(root, i, request) {
        enum lane_kind one = lane_of_request(d, request);
        lane = one > lane ? one : lane;
    }
    return lane;
}

static void run_batch(struct dispatch *d, const json_t *batch, struct jw *w)
{
    struct err err;
    size_t count = json_array_size(batch), i;
    if (count == 0 || count > BATCH_MAX) {
        err_set(&err, count ? ERR_TOO_LARGE : ERR_REQUEST, NULL);
        dispatch_write_error(w, NULL, &err, d->job->user.lang);
        return;
    }
    json_t *request;
    size_t before = w->out->len;
    jw_array(w);
    json_array_foreach(batch, i, request) run_request(d, request, w);
    jw_array_end(w);
    if (w->out->len == before + 2) /* only notifications: no answer at all */
        buf_reset(w->out);
}

static bool refresh_user(struct dispatch *d)
{
    struct job *job = d->job;
    struct err err;
    bool stale = job->kind == CONN_SESSION && job->user.loaded_day && job->user.loaded_day != call_today();
    if (!job->reload_user && !stale)
        return true;
    struct session_user fresh;
    if (login_load_user(d->db, d->arena, job->user.login, &fresh, NULL, &err)) {
        job->user = fresh;
        job->reload_user = false;
        job->user_changed = true;
        return true;
    }
    job->close = err.code == ERR_FORBIDDEN;
    return !job->close;
}

/* The first member whose text holds U+FFFD; its name goes to `field`. */
static bool find_torn(const json_t *object, char *field, size_t size)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)object, key, value) {
        bool torn = strstr(key, "\xEF\xBF\xBD") || (json_is_string(value) && strstr(json_string_value(value), "\xEF\xBF\xBD"));
        if (torn)
            snprintf(field, size, "%.60s", key);
        if (torn || (json_is_object(value) && find_torn(value, field, size)))
            return true;
    }
    return false;
}

/* A line that is not UTF-8 cannot be taken, but who sent it should hear which field is at fault: each bad byte becomes U+FFFD, and the
 * field that holds one is named. NULL when the line is no JSON even so. */
static json_t *parse_torn(const struct buf *line, struct err *err)
{
    struct buf mended;
    char field[64] = "";
    if (utf8_is_valid(line->data, line->len))
        return NULL;
    buf_init(&mended, 4 * (size_t)PROTO_LINE_MAX);
    for (size_t i = 0; i < line->len;) {
        size_t n = utf8_length(line->data + i, line->len - i);
        buf_append(&mended, n ? line->data + i : "\xEF\xBF\xBD", n ? n : 3);
        i += n ? n : 1;
    }
    json_t *root = json_loadb(mended.data, mended.len, JSON_REJECT_DUPLICATES, NULL);
    buf_wipe(&mended);
    buf_free(&mended);
    if (root && !find_torn(json_object_get(root, "params"), field, sizeof field))
        find_torn(root, field, sizeof field);
    err_field(err, field, "not_utf8", NULL);
    return root;
}

/* The first member that holds a number no 64 bits hold; its name goes to `field`. */
static bool find_huge(const json_t *object, char *field, size_t size)
{
    const double limit = 9.2e18;
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)object, key, value) {
        bool huge = json_is_real(value) && (json_real_value(value) > limit || json_real_value(value) < -limit);
        if (huge)
            snprintf(field, size, "%.60s", key);
        if (huge || (json_is_object(value) && find_huge(value, field, size)))
            return true;
    }
    return false;
}

/* Whole numbers of more than 64 bits are JSON, but no value of ours: the field is named. NULL when that is not what is wrong. */
static json_t *parse_huge(const struct buf *line, struct err *err)
{
    char field[64] = "";
    json_t *root = json_loadb(line->data, line->len, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL, NULL);
    if (root && find_huge(json_object_get(root, "params"), field, sizeof field)) {
        err_field(err, field, "out_of_range", NULL);
        return root;
    }
    json_decref(root);
    return NULL;
}

/* The id of a request whose numbers were read as reals. */
static void id_as_sent(json_t *request)
{
    json_t *id = json_object_get(request, "id");
    if (json_is_real(id) && json_real_value(id) > -9e15 && json_real_value(id) < 9e15)
        json_object_set_new(request, "id", json_integer((json_int_t)json_real_value(id)));
}

static void answer_unread(struct job *job, struct jw *w, const json_error_t *fault)
{
    struct err err;
    json_t *torn = parse_torn(&job->line, &err);
    if (!torn && json_error_code(fault) == json_error_numeric_overflow && (torn = parse_huge(&job->line, &err)))
        id_as_sent(torn);
    if (!torn)
        err_set(&err, ERR_PARSE, "%.200s", fault->text);
    dispatch_write_error(w, torn ? json_object_get(torn, "id") : NULL, &err, job->user.lang);
    json_decref(torn);
    buf_putc(&job->answer, '\n');
}

bool dispatch_line(struct dispatch *d)
{
    struct job *job = d->job;
    json_error_t fault;
    struct jw w;
    jw_init(&w, &job->answer);
    /* A NUL is let in so that the check of parameters can name the field that holds it. */
    json_t *root = json_loadb(job->line.data, job->line.len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, &fault);
    if (!root) {
        answer_unread(job, &w, &fault);
        return true;
    }
    job->wanted = lane_of(d, root);
    if (job->wanted == LANE_LONG && job->has_long)
        job->wanted = LANE_NORMAL; /* where it will be refused */
    /* Before a long operation the user is read anew here: the connection goes on with what was read. */
    bool elsewhere = job->wanted != job->lane && job->lane == LANE_NORMAL;
    if (elsewhere && (job->wanted != LANE_LONG || refresh_user(d))) {
        json_decref(root);
        return false;
    }
    if (elsewhere || !refresh_user(d)) {
        json_decref(root);
        return true;
    }
    if (json_is_array(root))
        run_batch(d, root, &w);
    else
        run_request(d, root, &w);
    json_decref(root);
    if (job->answer.len > 0)
        buf_putc(&job->answer, '\n');
    return true;
}
