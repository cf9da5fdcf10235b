#include "server/report/sstu.h"
#include "common/arena.h"
#include "server/files/store.h"
#include "server/ops/helpers.h"
#include "server/report/report.h"
#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Columns of the statement report_sstu. */
enum {
    S_ID, S_NUMBER, S_ORD, S_RECEIVED, S_REGISTERED, S_AUTHOR, S_ADDRESS, S_EMAIL, S_ANONYMOUS, S_TOPIC, S_TOPIC_KNOWN, S_STATUS, S_ACTIONS,
    S_RESPONSE, S_FORWARD_TO, S_COVER, S_GROUND, S_DIRECT, S_MEDO, S_FILE, S_BLOB, S_FILE_BYTES, S_FILE_DEMANDED, S_RESULT,
};
enum { ATTACHMENT_CHARS_MAX = 10 * 1000 * 1000, PATIENCE_MS = 120 * 1000, FAULTS_TOLD_MAX = 2000 };

/* ---- the checks: a row a rule ---- */

static const char *cell(const struct pg_res *row, int column)
{
    const char *text = pg_text(row, 0, column);
    return text ? text : "";
}

static bool is_answered(const struct pg_res *row) { return strncmp(cell(row, S_STATUS), "InWork", 6) != 0; }

/* Four levels of four digits: a section or a group is no question. */
static bool topic_wrong(const struct pg_res *row)
{
    const char *t = cell(row, S_TOPIC);
    for (int i = 0; i < 19; i++)
        if (i % 5 == 4 ? t[i] != '.' : !isdigit((unsigned char)t[i]))
            return true;
    return !pg_bool(row, 0, S_TOPIC_KNOWN);
}
static bool registered_wrong(const struct pg_res *row) { return strcmp(cell(row, S_REGISTERED), cell(row, S_RECEIVED)) < 0; }
static bool author_wrong(const struct pg_res *row) { return !pg_bool(row, 0, S_ANONYMOUS) && !*cell(row, S_AUTHOR); }
static bool address_wrong(const struct pg_res *row)
{
    return !pg_bool(row, 0, S_ANONYMOUS) && !*cell(row, S_ADDRESS) && !*cell(row, S_EMAIL);
}
static bool status_wrong(const struct pg_res *row) { return !*cell(row, S_STATUS); }
static bool response_wrong(const struct pg_res *row)
{
    return is_answered(row) && (!*cell(row, S_RESPONSE) || strcmp(cell(row, S_RESPONSE), cell(row, S_REGISTERED)) < 0);
}
static bool forward_wrong(const struct pg_res *row)
{
    return strcmp(cell(row, S_RESULT), "forwarded") == 0 && (!*cell(row, S_FORWARD_TO) || !*cell(row, S_COVER));
}
static bool ground_wrong(const struct pg_res *row) { return strcmp(cell(row, S_RESULT), "left_unanswered") == 0 && !*cell(row, S_GROUND); }
static bool file_missing(const struct pg_res *row) { return pg_bool(row, 0, S_FILE_DEMANDED) && !*cell(row, S_FILE); }
static bool file_large(const struct pg_res *row) { return (pg_int(row, 0, S_FILE_BYTES) + 2) / 3 * 4 >= ATTACHMENT_CHARS_MAX; }

static const struct rule {
    const char *field;
    bool (*is_wrong)(const struct pg_res *row);
    const char *text[2];
} rules[] = {
    {"topic", topic_wrong, {"код вопроса не из четырёх уровней классификатора: исправьте тему вопроса (F4)", "the code has not the four levels of the classifier: correct the question's topic"}},
    {"registered", registered_wrong, {"дата регистрации раньше поступления: исправьте дату поступления", "registered before it was received: correct the date of receipt"}},
    {"correspondent", author_wrong, {"нет автора: укажите автора карточки", "there is no author: name the author"}},
    {"address", address_wrong, {"у автора нет ни адреса, ни электронной почты: дополните карточку корреспондента", "the author has neither address nor e-mail: complete the correspondent"}},
    {"result", status_wrong, {"у результата нет кода обмена: выберите результат из классификатора", "the result has no code of the exchange: choose one of the classifier"}},
    {"answer_date", response_wrong, {"дата результата раньше регистрации или не указана: верните на рассмотрение и ответьте верной датой", "answered before it was registered, or no date: reopen and answer with the right date"}},
    {"cover_number", forward_wrong, {"не указано, куда и с каким сопроводительным направлено", "where it was forwarded and with which cover letter is not told"}},
    {"decline_ground", ground_wrong, {"не указано основание, по которому оставлено без ответа", "the ground for leaving it without an answer is not told"}},
    {"file", file_missing, {"к ответу не приложен файл: приложите скан ответа к обращению", "no file is attached to the answer: attach a scan of it"}},
    {"file", file_large, {"файл ответа больше 10 000 000 знаков в base64 (7,1 МиБ): приложите меньший", "the answer's file has more than 10,000,000 characters in base64 (7.1 MiB): attach a smaller one"}},
};

static const struct rule *broken_rule(const struct pg_res *row)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (rules[i].is_wrong(row))
            return &rules[i];
    return NULL;
}

/* ---- the month ---- */

bool sstu_month(struct call *c, const char **from, const char **to)
{
    const char *month = arg_sql(c, "month");
    int year, number, len = 0;
    if (!month || sscanf(month, "%4d-%2d%n", &year, &number, &len) != 2 || month[len] || len != 7 || year < 2000 || number < 1 || number > 12)
        return err_field(c->err, "month", "wrong_type", c->user->lang == LANG_RU ? "месяц пишется ГГГГ-ММ, например 2026-10" : "a month is written YYYY-MM, for example 2026-10");
    *from = arena_printf(c->arena, "%04d-%02d-01", year, number);
    *to = day_text(c, day_parse(arena_printf(c->arena, "%04d-%02d-01", number == 12 ? year + 1 : year, number % 12 + 1)) - 1);
    return day_parse(*from) <= call_today() || err_field(c->err, "month", "in_future", NULL);
}

/* ---- checking ---- */

struct checking {
    struct call *c;
    struct jw *out; /* NULL: only counted */
    int64_t rows, faults;
    char first[400];
};

static bool check_row(const struct pg_res *row, void *arg)
{
    struct checking *k = arg;
    const struct rule *rule = broken_rule(row);
    enum lang lang = k->c->user->lang;
    k->rows++;
    if (!rule)
        return true;
    if (k->faults++ == 0)
        snprintf(k->first, sizeof k->first, lang == LANG_RU ? "%s, вопрос %s: %s" : "%s, question %s: %s", cell(row, S_NUMBER), cell(row, S_ORD), rule->text[lang]);
    if (!k->out || k->faults > FAULTS_TOLD_MAX)
        return true;
    jw_object(k->out);
    jw_kint(k->out, "id", pg_int(row, 0, S_ID));
    jw_kstring(k->out, "number", cell(row, S_NUMBER));
    jw_kint(k->out, "question", pg_int(row, 0, S_ORD));
    jw_kstring(k->out, "field", rule->field);
    jw_kstring(k->out, "text", rule->text[lang]);
    jw_object_end(k->out);
    return true;
}

static bool always(void *arg)
{
    struct checking *k = arg;
    return !k->c->work || k->c->work->go_on(k->c->work);
}

static void params_of(struct call *c, const char *from, const char *to, const char *params[REPORT_PARAMS])
{
    const char *all[REPORT_PARAMS] = {call_acts(c), call_sees_all(c), call_units(c), call_bool(call_hides_persons(c)), from, to, arg_sql(c, "unit"), call_language(c), NULL, NULL};
    memcpy(params, all, sizeof all);
}

bool sstu_check(struct call *c)
{
    const char *from = NULL, *to = NULL, *params[REPORT_PARAMS];
    struct checking k = {.c = c, .out = c->out};
    if (!sstu_month(c, &from, &to))
        return false;
    params_of(c, from, to, params);
    jw_object(c->out);
    jw_key(c->out, "items");
    jw_array(c->out);
    bool ok = pg_begin_snapshot(c->db, c->err) && pg_each(c->db, Q_REPORT_SSTU, params, check_row, always, &k, c->err);
    pg_end_snapshot(c->db);
    jw_array_end(c->out);
    jw_kint(c->out, "questions", k.rows);
    jw_kint(c->out, "faults", k.faults);
    jw_object_end(c->out);
    return ok;
}

bool sstu_may(struct call *c, const char *const params[], bool skip, int64_t *skipped)
{
    struct checking k = {.c = c};
    if (!*c->rules->sstu_department)
        return err_rule(c->err, "sstu_department", NULL);
    if (!pg_each(c->db, Q_REPORT_SSTU, params, check_row, always, &k, c->err))
        return false;
    *skipped = k.faults;
    if (k.faults == 0 || skip)
        return true;
    return err_rule(c->err, "sstu_faults", c->user->lang == LANG_RU ? "ошибок: %lld; первая: %s. Все: report sstu_check --month %.7s" : "faults: %lld; the first: %s. For all: report sstu_check --month %.7s",
                    (long long)k.faults, k.first, params[4]);
}

/* ---- writing ---- */

struct writing {
    struct call *c;
    int fd;
    struct buf out;
    int64_t appeal, rows, skipped;
    bool some;
};

static bool flush(struct writing *w)
{
    int waited_ms = 0;
    for (size_t sent = 0; sent < w->out.len;) {
        ssize_t n = write(w->fd, w->out.data + sent, w->out.len - sent);
        if (n > 0) {
            sent += (size_t)n;
            continue;
        }
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return err_set(w->c->err, ERR_UNAVAILABLE, "%s", strerror(errno));
        struct pollfd fd = {.fd = w->fd, .events = POLLOUT};
        waited_ms += poll(&fd, 1, 100) == 0 ? 100 : 0;
        if (waited_ms > PATIENCE_MS || !w->c->work->go_on(w->c->work))
            return err_set(w->c->err, ERR_UNAVAILABLE, NULL);
    }
    buf_reset(&w->out);
    return true;
}

static void keyed(struct jw *j, const char *key, const char *text) { jw_kstring(j, key, text && *text ? text : NULL); }

/* The attachment is looked for again by its row: contents are read on the connection of the snapshot only when the row has been taken. */
struct question {
    char *json; /* everything but the attachment, an open object */
    char *file;
    int64_t blob, bytes, appeal;
    char *head; /* of its appeal, an object open at its questions */
};

struct gathered {
    struct writing *w;
    struct question *all;
    size_t count, room;
};

static char *head_of(struct writing *w, const struct pg_res *row)
{
    struct buf b;
    struct jw j;
    buf_init(&b, 1 << 20);
    jw_init(&j, &b);
    jw_object(&j);
    jw_kstring(&j, "departmentId", w->c->rules->sstu_department);
    jw_kbool(&j, "isDirect", pg_bool(row, 0, S_DIRECT));
    jw_kstring(&j, "format", pg_bool(row, 0, S_MEDO) ? "Electronic" : "Other");
    jw_kstring(&j, "number", cell(row, S_NUMBER));
    jw_kstring(&j, "createDate", cell(row, S_RECEIVED));
    keyed(&j, "name", cell(row, S_AUTHOR));
    keyed(&j, "address", cell(row, S_ADDRESS));
    keyed(&j, "email", cell(row, S_EMAIL));
    buf_puts(&b, ",\"questions\":[");
    char *text = strdup(b.data);
    buf_free(&b);
    return text;
}

static char *question_of(const struct pg_res *row)
{
    struct buf b;
    struct jw j;
    buf_init(&b, 1 << 16);
    jw_init(&j, &b);
    jw_object(&j);
    jw_kstring(&j, "code", cell(row, S_TOPIC));
    jw_kstring(&j, "status", cell(row, S_STATUS));
    jw_kstring(&j, "incomingDate", cell(row, S_RECEIVED));
    jw_kstring(&j, "registrationDate", cell(row, S_REGISTERED));
    if (is_answered(row))
        jw_kstring(&j, "responseDate", cell(row, S_RESPONSE));
    if (*cell(row, S_ACTIONS))
        jw_kbool(&j, "actionsTaken", strcmp(cell(row, S_ACTIONS), "true") == 0);
    char *text = strdup(b.data);
    buf_free(&b);
    return text;
}

static bool gather_row(const struct pg_res *row, void *arg)
{
    struct gathered *g = arg;
    if (broken_rule(row)) {
        g->w->skipped++;
        return true;
    }
    if (g->count == g->room) {
        g->room = g->room ? 2 * g->room : 256;
        g->all = realloc(g->all, g->room * sizeof *g->all);
        if (!g->all)
            abort();
    }
    bool is_first = g->count == 0 || g->all[g->count - 1].appeal != pg_int(row, 0, S_ID);
    g->all[g->count++] = (struct question){.json = question_of(row), .file = *cell(row, S_FILE) ? strdup(cell(row, S_FILE)) : NULL, .blob = pg_int(row, 0, S_BLOB),
                                           .bytes = pg_int(row, 0, S_FILE_BYTES), .appeal = pg_int(row, 0, S_ID), .head = is_first ? head_of(g->w, row) : NULL};
    return true;
}

static bool gather_goes_on(void *arg)
{
    struct gathered *g = arg;
    return g->w->c->work->go_on(g->w->c->work);
}

/* Base64 of a content, a piece at a time: pieces of a multiple of three bytes join without a seam. */
static bool write_content(struct writing *w, const struct question *q)
{
    enum { PIECE = 3 * 64 * 1024 };
    struct content_reader r;
    unsigned char *data = malloc(PIECE);
    size_t room = sodium_base64_encoded_len(PIECE, sodium_base64_VARIANT_ORIGINAL), got = 0;
    char *text = malloc(room);
    bool ok = true;
    if (!data || !text)
        abort();
    content_reader_init(&r, w->c->db, q->blob, q->bytes);
    for (int64_t at = 0; ok && at < q->bytes; at += (int64_t)got) {
        ok = content_read(&r, at, data, PIECE, &got, w->c->err) && (got > 0 || err_set(w->c->err, ERR_INTERNAL, NULL));
        if (ok)
            buf_puts(&w->out, sodium_bin2base64(text, room, data, got, sodium_base64_VARIANT_ORIGINAL));
        ok = ok && flush(w);
    }
    content_reader_free(&r);
    free(data);
    free(text);
    return ok;
}

static bool write_question(struct writing *w, const struct question *q)
{
    struct jw j;
    if (q->head) {
        buf_puts(&w->out, w->some ? "]},\n" : "[\n");
        buf_puts(&w->out, q->head);
    } else {
        buf_putc(&w->out, ',');
    }
    w->some = true;
    buf_puts(&w->out, q->json);
    if (q->file) {
        buf_puts(&w->out, ",\"attachment\":{\"name\":");
        jw_init(&j, &w->out);
        jw_string(&j, q->file);
        buf_puts(&w->out, ",\"content\":\"");
        if (!write_content(w, q))
            return false;
        buf_puts(&w->out, "\"}");
    }
    buf_putc(&w->out, '}');
    w->rows++;
    w->c->work->progress(w->c->work, w->rows);
    return flush(w);
}

bool sstu_write(struct call *c, const char *const params[], int out_fd, bool skip, int64_t *rows, int64_t *skipped)
{
    struct writing w = {.c = c, .fd = out_fd};
    struct gathered g = {.w = &w};
    if (!sstu_may(c, params, skip, skipped))
        return false;
    buf_init(&w.out, 4 * 1024 * 1024);
    bool ok = pg_each(c->db, Q_REPORT_SSTU, params, gather_row, gather_goes_on, &g, c->err);
    for (size_t i = 0; i < g.count; i++) {
        ok = ok && write_question(&w, &g.all[i]);
        free(g.all[i].json);
        free(g.all[i].file);
        free(g.all[i].head);
    }
    free(g.all);
    if (ok)
        buf_puts(&w.out, w.some ? "]}\n]\n" : "[]\n");
    ok = ok && flush(&w);
    buf_free(&w.out);
    *rows = w.rows;
    return ok;
}
