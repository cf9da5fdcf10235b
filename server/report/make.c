/* Making a document: a snapshot is read row by row and written to the helper; nothing of it is held here. */
#include "common/arena.h"
#include "common/log.h"
#include "server/ops/file.h"
#include "server/ops/helpers.h"
#include "server/report/printer.h"
#include "server/report/report.h"
#include "server/report/sstu.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { SEND_BYTES = 32 * 1024, LINES_MAX = 8 * 1024 * 1024 };

struct making {
    struct call *c;
    const struct form *form;
    const struct form_part *part;
    const char *format;
    const char *params[REPORT_PARAMS];
    const char *period;  /* in words */
    const char *filters; /* in words, "" when none */
    const char *subject; /* number of the card, NULL: a list */
    struct printer *printer;
    struct buf lines;
    struct jw w;
    char *group;          /* what the rows so far share */
    char *figures[2][64]; /* LAYOUT_FIGURES: the two rows */
    int figure_rows;
    int64_t rows; /* of the tables, in all */
    int64_t skipped; /* faulty questions of an upload */
    bool is_paper;
};

#define SAY(m, ru, en) ((m)->c->user->lang == LANG_RU ? (ru) : (en))

/* ---- lines of the helper ---- */

static void line_end(struct making *m) { buf_putc(&m->lines, '\n'); }

static void real(struct making *m, const char *key, double value)
{
    char text[32];
    snprintf(text, sizeof text, "%.2f", value);
    jw_kraw(&m->w, key, text);
}

struct said {
    const char *text, *align;
    double size, before, left, indent;
    bool bold;
};

static void say(struct making *m, const struct said *s)
{
    jw_init(&m->w, &m->lines);
    jw_object(&m->w);
    jw_kstring(&m->w, "text", s->text);
    jw_kstring(&m->w, "align", s->align ? s->align : "left");
    if (s->bold)
        jw_kbool(&m->w, "bold", true);
    real(m, "size", s->size);
    real(m, "before", s->before);
    real(m, "left", s->left);
    real(m, "indent", s->indent);
    jw_object_end(&m->w);
    line_end(m);
}

static const char *now_text(struct making *m)
{
    char text[32];
    struct tm tm;
    time_t now = time(NULL);
    localtime_r(&now, &tm);
    strftime(text, sizeof text, "%d.%m.%Y %H:%M", &tm);
    return arena_strdup(m->c->arena, text);
}

static void write_head(struct making *m)
{
    const struct form *f = m->form;
    const char *title = f->title[m->c->user->lang];
    bool is_letter = f->parts->layout == LAYOUT_LETTER;
    jw_init(&m->w, &m->lines);
    jw_object(&m->w);
    jw_kstring(&m->w, "format", m->format);
    jw_kstring(&m->w, "title", m->subject ? arena_printf(m->c->arena, "%s %s", title, m->subject) : title);
    jw_kstring(&m->w, "language", call_language(m->c));
    jw_kbool(&m->w, "landscape", f->landscape);
    jw_kbool(&m->w, "letter", is_letter);
    real(m, "size", f->size_points);
    jw_kstring(&m->w, "author", m->c->user->name);
    jw_kstring(&m->w, "footer",
               arena_printf(m->c->arena, SAY(m, "%s · напечатано %s, %s", "%s · printed %s, %s"), title, now_text(m), m->c->user->name));
    jw_kstring(&m->w, "page", SAY(m, "Страница {n} из", "Page {n} of"));
    jw_object_end(&m->w);
    line_end(m);
    if (is_letter)
        return;
    say(m, &(struct said){.text = m->c->rules->municipality, .align = "center", .size = 11});
    say(m, &(struct said){.text = title, .align = "center", .size = 14, .before = 6, .bold = true});
    if (m->subject)
        say(m, &(struct said){
                   .text = arena_printf(m->c->arena, "№ %s", m->subject), .align = "center", .size = 12, .before = 2, .bold = true});
    if (*m->period)
        say(m, &(struct said){.text = m->period, .align = "center", .size = 10.5, .before = 3});
    if (*m->filters)
        say(m, &(struct said){.text = m->filters, .align = "center", .size = 10, .before = 2});
}

static const char *type_of(const struct form_column *col) { return strstr(col->type, "_state") ? "text" : col->type; }

static void write_column(struct making *m, const char *head, double width, char align, const char *type)
{
    char letter[2] = {align, '\0'};
    jw_object(&m->w);
    jw_kstring(&m->w, "head", head);
    real(m, "width", width);
    jw_kstring(&m->w, "align", letter);
    jw_kstring(&m->w, "type", type);
    jw_object_end(&m->w);
}

static void table_begin(struct making *m)
{
    jw_init(&m->w, &m->lines);
    jw_object(&m->w);
    jw_key(&m->w, "table");
    jw_array(&m->w);
}

static void table_end(struct making *m, bool bare)
{
    const char *heading = m->part->heading[m->c->user->lang];
    jw_array_end(&m->w);
    if (heading)
        jw_kstring(&m->w, "heading", heading);
    jw_kbool(&m->w, "bare", bare);
    jw_kbool(&m->w, "numbered", m->form->numbered);
    jw_object_end(&m->w);
    line_end(m);
}

/* On paper what rows are grouped by is a line above them; in files of data it stays a column. */
static bool is_grouped(const struct making *m) { return m->part->grouped && m->is_paper; }

static void write_table(struct making *m)
{
    enum lang lang = m->c->user->lang;
    table_begin(m);
    for (const struct form_column *col = m->part->columns + is_grouped(m); col->head[0]; col++)
        write_column(m, col->head[lang], col->width, col->align, type_of(col));
    table_end(m, false);
}

/* ---- values ---- */

/* The code of a state in words. */
static const char *value_of(struct making *m, const struct form_column *col, const char *text)
{
    const char *record = strcmp(col->type, "appeal_state") == 0       ? "appeal"
                         : strcmp(col->type, "assignment_state") == 0 ? "assignment"
                                                                      : NULL;
    if (!text || !record)
        return text;
    const struct workflow *workflow = m->c->rules->workflow;
    const struct wf_state *state = workflow_state_info(workflow, record, workflow_state(workflow, record, text));
    return state ? state->label[m->c->user->lang] : text;
}

static bool send_some(struct making *m, bool all)
{
    if (m->lines.overflow)
        return err_set(m->c->err, ERR_TOO_LARGE, NULL);
    return (!all && m->lines.len < SEND_BYTES) || printer_send(m->printer, &m->lines, m->c->err);
}

static bool go_on(void *arg)
{
    const struct making *m = arg;
    return m->c->work->go_on(m->c->work);
}

static bool table_row(const struct pg_res *res, void *arg)
{
    struct making *m = arg;
    int first = is_grouped(m);
    if (first) {
        const char *group = pg_text(res, 0, 0) ? pg_text(res, 0, 0) : "-";
        if (!m->group || strcmp(m->group, group) != 0) {
            free(m->group);
            m->group = strdup(group);
            jw_init(&m->w, &m->lines);
            jw_object(&m->w);
            jw_kstring(&m->w, "group", group);
            jw_object_end(&m->w);
            line_end(m);
        }
    }
    jw_init(&m->w, &m->lines);
    jw_array(&m->w);
    for (int i = first; m->part->columns[i].head[0]; i++)
        jw_string(&m->w, value_of(m, &m->part->columns[i], pg_text(res, 0, i)));
    jw_array_end(&m->w);
    line_end(m);
    m->rows++;
    m->c->work->progress(m->c->work, m->rows);
    return send_some(m, false);
}

/* ---- the layouts ---- */

static bool make_table(struct making *m)
{
    int64_t before = m->rows;
    write_table(m);
    if (!pg_each(m->c->db, (enum query)m->part->query, m->params, table_row, go_on, m, m->c->err))
        return false;
    if (m->rows == before)
        say(m, &(struct said){.text = SAY(m, "Нет строк.", "No rows."), .align = "center", .size = 10, .before = 4});
    free(m->group);
    m->group = NULL;
    return true;
}

/* The one row of a card or a letter; NULL when there is none or it is not for this person. */
static struct pg_res *one_row(struct making *m)
{
    enum query q = (enum query)m->part->query;
    struct pg_res *res = pg_query(m->c->db, q, m->params, pg_query_params(q), m->c->err);
    if (res && pg_rows(res) == 1)
        return res;
    if (res)
        err_set(m->c->err, ERR_NOT_FOUND, NULL);
    pg_free(res);
    return NULL;
}

static const char *day_shown(struct making *m, const char *iso)
{
    return iso && strlen(iso) >= 10 ? arena_printf(m->c->arena, "%.2s.%.2s.%.4s", iso + 8, iso + 5, iso) : iso;
}

static bool make_card(struct making *m)
{
    struct pg_res *res = one_row(m);
    if (!res)
        return false;
    table_begin(m);
    write_column(m, SAY(m, "Реквизит", "Field"), 3, 'l', "text");
    write_column(m, SAY(m, "Значение", "Value"), 7, 'l', "text");
    table_end(m, true);
    for (int i = 0; m->part->columns[i].head[0]; i++) {
        const struct form_column *col = &m->part->columns[i];
        const char *value = value_of(m, col, pg_text(res, 0, i));
        if (!value || !*value)
            continue;
        jw_init(&m->w, &m->lines);
        jw_array(&m->w);
        jw_string(&m->w, col->head[m->c->user->lang]);
        jw_string(&m->w, strcmp(col->type, "date") == 0 ? day_shown(m, value) : value);
        jw_array_end(&m->w);
        line_end(m);
        m->rows++;
    }
    pg_free(res);
    return true;
}

static bool figures_row(const struct pg_res *res, void *arg)
{
    struct making *m = arg;
    for (int i = 0; m->figure_rows < 2 && m->part->columns[i].head[0]; i++)
        m->figures[m->figure_rows][i] = strdup(pg_text(res, 0, i) ? pg_text(res, 0, i) : "0");
    m->figure_rows++;
    return true;
}

static void share(struct making *m, double part, double whole)
{
    char text[32];
    snprintf(text, sizeof text, "%.4f", whole != 0 ? part / whole : 0);
    jw_string(&m->w, whole != 0 ? text : NULL);
}

/* Both numbers, appeals and questions, as reports have them; results are of questions, so their share is of these. */
static bool make_figures(struct making *m)
{
    enum { RECEIVED = 0, QUESTIONS = 8, FIRST_RESULT = 21 };
    if (!pg_each(m->c->db, (enum query)m->part->query, m->params, figures_row, go_on, m, m->c->err))
        return false;
    if (m->figure_rows != 2)
        return err_set(m->c->err, ERR_INTERNAL, NULL);
    table_begin(m);
    write_column(m, SAY(m, "Показатель", "Figure"), 40, 'l', "text");
    write_column(m, SAY(m, "За период", "In the period"), 11, 'r', "int");
    write_column(m, SAY(m, "Доля", "Share"), 10, 'r', "percent");
    write_column(m, SAY(m, "За тот же период прошлого года", "The same period of last year"), 15, 'r', "int");
    write_column(m, SAY(m, "Рост (снижение)", "Growth"), 12, 'r', "percent");
    table_end(m, false);
    double received = strtod(m->figures[0][RECEIVED], NULL), questions = strtod(m->figures[0][QUESTIONS], NULL);
    for (int i = 0; m->part->columns[i].head[0]; i++) {
        double now = strtod(m->figures[0][i], NULL), then = strtod(m->figures[1][i], NULL);
        double whole = i >= FIRST_RESULT ? questions : received;
        jw_init(&m->w, &m->lines);
        jw_array(&m->w);
        jw_string(&m->w, m->part->columns[i].head[m->c->user->lang]);
        jw_string(&m->w, m->figures[0][i]);
        share(m, now, i == QUESTIONS ? 0 : whole);
        jw_string(&m->w, m->figures[1][i]);
        share(m, now - then, then);
        jw_array_end(&m->w);
        line_end(m);
        free(m->figures[0][i]);
        free(m->figures[1][i]);
        m->rows++;
    }
    return true;
}

/* An official letter in its usual order (GOST R 7.0.97-2016): sender, date and number, the number it answers, addressee at the right, text,
 * signature, executor. */
static bool make_letter(struct making *m)
{
    enum { ADDRESSEE, ADDRESS, EMAIL, DATE, NUMBER, THEIR, SALUTE, BODY, POSITION, SIGNATORY, EXECUTOR, PHONE };
    struct pg_res *res = one_row(m);
    struct arena *a = m->c->arena;
    if (!res)
        return false;
    const char *body = pg_text(res, 0, BODY), *number = pg_text(res, 0, NUMBER), *salute = pg_text(res, 0, SALUTE);
    if (!body) {
        pg_free(res);
        return err_rule(m->c->err, "no_answer_text", NULL);
    }
    say(m, &(struct said){.text = SAY(m, "АДМИНИСТРАЦИЯ", "ADMINISTRATION"), .align = "center", .size = 14, .bold = true});
    say(m, &(struct said){.text = m->c->rules->municipality, .align = "center", .size = 13});
    say(m, &(struct said){.text = arena_printf(a, SAY(m, "%s № %s", "%s No %s"),
                                               pg_text(res, 0, DATE) ? day_shown(m, pg_text(res, 0, DATE)) : "______________",
                                               number ? number : "__________"),
                          .size = 12,
                          .before = 24});
    say(m,
        &(struct said){.text = arena_printf(a, SAY(m, "На № %s", "In answer to No %s"), pg_text(res, 0, THEIR)), .size = 12, .before = 2});
    for (int i = ADDRESSEE; i <= EMAIL; i++)
        if (pg_text(res, 0, i) && *pg_text(res, 0, i))
            say(m, &(struct said){.text = pg_text(res, 0, i), .size = 13, .left = 55, .before = i == ADDRESSEE ? 18 : 4});
    say(m,
        &(struct said){
            .text = salute ? salute : SAY(m, "Уважаемый заявитель!", "Dear Sir or Madam,"), .align = "center", .size = 13, .before = 28});
    char *copy = arena_strdup(a, body), *rest = copy, *line;
    for (int i = 0; (line = strsep(&rest, "\n")); i++)
        if (*line && strcmp(line, "\r") != 0)
            say(m, &(struct said){.text = line, .align = "both", .size = 13, .before = i == 0 ? 12 : 3, .indent = 35.4});
    const char *position = pg_text(res, 0, POSITION), *signatory = pg_text(res, 0, SIGNATORY), *executor = pg_text(res, 0, EXECUTOR);
    say(m,
        &(struct said){.text = arena_printf(a, "%s\t%s", position ? position : "", signatory ? signatory : ""), .size = 13, .before = 40});
    if (executor)
        say(m,
            &(struct said){.text = arena_printf(a, SAY(m, "Исп. %s%s%s", "Executor: %s%s%s"), executor, pg_text(res, 0, PHONE) ? ", " : "",
                                                pg_text(res, 0, PHONE) ? pg_text(res, 0, PHONE) : ""),
                           .size = 10,
                           .before = 40});
    pg_free(res);
    m->rows = 1;
    return true;
}

static bool make_part(struct making *m)
{
    switch (m->part->layout) {
    case LAYOUT_TABLE: return make_table(m);
    case LAYOUT_CARD: return make_card(m);
    case LAYOUT_FIGURES: return make_figures(m);
    case LAYOUT_LETTER: return make_letter(m);
    }
    return false;
}

static void write_foot(struct making *m)
{
    const char *const *s = m->form->signatures;
    if (m->form->parts->layout == LAYOUT_TABLE)
        say(m, &(struct said){.text = arena_printf(m->c->arena, SAY(m, "Всего строк: %lld", "Rows in all: %lld"), (long long)m->rows),
                              .size = 10,
                              .before = 8,
                              .bold = true});
    if (m->form->parts->layout != LAYOUT_LETTER)
        say(m,
            &(struct said){.text = arena_printf(m->c->arena, SAY(m, "Напечатано %s, %s", "Printed %s, %s"), now_text(m), m->c->user->name),
                           .size = 9,
                           .before = 4});
    for (int i = 0; m->is_paper && s && s[i]; i += 2)
        say(m,
            &(struct said){.text = arena_printf(m->c->arena, "%s\t____________________ / ____________________ /", s[i + m->c->user->lang]),
                           .size = 10.5,
                           .before = i ? 14 : 22});
    buf_puts(&m->lines, "{\"end\":true}\n");
}

/* Reads and sends everything; the caller ends snapshot and helper. */
static bool make_all(struct making *m)
{
    bool ok = true;
    write_head(m);
    for (m->part = m->form->parts; ok && m->part->columns; m->part++)
        ok = make_part(m);
    if (ok)
        write_foot(m);
    free(m->group);
    m->group = NULL;
    return ok && send_some(m, true);
}

/* ---- what is asked ---- */

/* «Last quarter» as two dates; dates that were given themselves stay. */
static void ready_period(struct making *m, const char *today, const char **from, const char **to)
{
    const char *period = arg_sql(m->c, "period");
    int year = 0, month = 0, length = 12, back = 0;
    if (!period || *from || sscanf(today, "%d-%d", &year, &month) != 2)
        return;
    back = strncmp(period, "last", 4) == 0;
    length = strstr(period, "month") ? 1 : strstr(period, "quarter") ? 3 : 12;
    int first = year * 12 + (month - 1) / length * length - back * length, next = first + length;
    *from = arena_printf(m->c->arena, "%04d-%02d-01", first / 12, first % 12 + 1);
    if (back && !*to) /* the day before the next one begins */
        *to = day_text(m->c, day_parse(arena_printf(m->c->arena, "%04d-%02d-01", next / 12, next % 12 + 1)) - 1);
}

/* The 24 hours before an hour of a date: this morning's eight o'clock, if nothing else is said; yesterday's while it has not come. */
static bool take_tour(struct making *m)
{
    enum { USUAL_HOUR = 8, HOURS = 24 };
    struct call *c = m->c;
    int64_t hour = arg_has(c, "hour") ? arg_int(c, "hour") : USUAL_HOUR;
    struct tm tm;
    time_t now = time(NULL);
    localtime_r(&now, &tm);
    day_t last = arg_sql(c, "date") ? day_parse(arg_str(c, "date")) : tm.tm_hour < hour ? call_today() - 1 : call_today();
    if (hour >= HOURS)
        return err_field(c->err, "hour", "out_of_range", NULL);
    if (last > call_today() + 1)
        return err_field(c->err, "date", "in_future", NULL);
    m->params[4] = arena_printf(c->arena, "%s %02d:00", day_text(c, last - 1), (int)hour);
    m->params[5] = arena_printf(c->arena, "%s %02d:00", day_text(c, last), (int)hour);
    m->period = arena_printf(c->arena, SAY(m, "за сутки с %s %02d:00 по %s %02d:00", "24 hours from %s %02d:00 to %s %02d:00"), day_shown(m, day_text(c, last - 1)), (int)hour,
                             day_shown(m, day_text(c, last)), (int)hour);
    return true;
}

static bool take_period(struct making *m)
{
    struct call *c = m->c;
    const char *from = arg_sql(c, "from"), *to = arg_sql(c, "to"), *today = day_text(c, call_today());
    if (m->form->scope == SCOPE_DAY) {
        m->period = arena_printf(c->arena, SAY(m, "на %s", "on %s"), day_shown(m, today));
        return true;
    }
    if (m->form->scope == SCOPE_MONTH) {
        m->period = arena_printf(c->arena, SAY(m, "за месяц %s", "of the month %s"), arg_str(c, "month"));
        return sstu_month(c, &m->params[4], &m->params[5]);
    }
    if (m->form->scope == SCOPE_TOUR)
        return take_tour(m);
    if (m->form->scope != SCOPE_PERIOD) {
        m->period = "";
        return true;
    }
    ready_period(m, today, &from, &to);
    if (!to)
        to = today;
    if (!from)
        from = arena_printf(c->arena, "%.4s-01-01", to);
    if (day_parse(from) > day_parse(to))
        return err_field(c->err, "to", "out_of_range", SAY(m, "конец периода раньше его начала", "the period ends before it begins"));
    m->params[4] = from;
    m->params[5] = to;
    m->period = arena_printf(c->arena, SAY(m, "за период с %s по %s", "from %s to %s"), day_shown(m, from), day_shown(m, to));
    return true;
}

static bool take_unit(struct making *m)
{
    const char *unit = arg_sql(m->c, "unit");
    m->filters = "";
    if (!unit)
        return true;
    struct pg_res *res = pg_query(m->c->db, Q_REPORT_UNIT_NAME, &unit, 1, m->c->err);
    bool ok = res && (pg_rows(res) == 1 || err_field(m->c->err, "unit", "not_there", NULL));
    if (ok)
        m->filters = arena_printf(m->c->arena, SAY(m, "подразделение: %s", "unit: %s"), pg_text(res, 0, 0));
    m->params[6] = unit;
    pg_free(res);
    return ok;
}

static bool take_record(struct making *m)
{
    struct call *c = m->c;
    bool is_appeal = m->form->scope == SCOPE_APPEAL;
    int64_t id;
    struct record r = {0};
    if (m->form->scope != SCOPE_APPEAL && m->form->scope != SCOPE_ASSIGNMENT)
        return true;
    if (!find_id(c, is_appeal ? Q_APPEAL_FIND_NUMBER : Q_ASSIGNMENT_FIND_NUMBER, &id))
        return false;
    m->params[8] = call_int(c, id);
    /* Its number, and whether it is this person's to see. */
    bool ok = pg_begin(c->db, c->err) && record_lock_id(c, is_appeal ? "appeal" : "assignment", id, &r);
    if (ok)
        m->subject = arena_strdup(c->arena, r.number);
    record_free(&r);
    pg_rollback(c->db);
    return ok;
}

static bool is_export(const struct making *m) { return strncmp(m->c->op->method, "export.", 7) == 0; }

static bool take_params(struct making *m)
{
    struct call *c = m->c;
    const char *format = arg_sql(c, "format");
    m->format = format ? format : m->form->scope == SCOPE_MONTH ? "json" : is_export(m) ? "csv" : "pdf";
    m->is_paper = strcmp(m->format, "pdf") == 0;
    m->params[0] = call_acts(c);
    m->params[1] = call_sees_all(c);
    m->params[2] = call_units(c);
    m->params[3] = call_bool(call_hides_persons(c));
    m->params[7] = call_language(c);
    m->params[9] = day_text(c, call_today());
    return take_period(m) && take_unit(m) && take_record(m);
}

bool report_params(struct call *c, const struct form *form, const char *params[REPORT_PARAMS])
{
    struct making m = {.c = c, .form = form};
    if (!take_params(&m))
        return false;
    memcpy(params, m.params, sizeof m.params);
    return true;
}

/* Who printed what is told before anything leaves (152-FZ art. 19; ФСТЭК order 117): a document that broke off has been seen, too. */
static bool write_event(struct making *m)
{
    struct call *c = m->c;
    const char *title = m->form->title[LANG_RU];
    struct event e = {.record = m->form->scope == SCOPE_APPEAL       ? "appeal"
                                : m->form->scope == SCOPE_ASSIGNMENT ? "assignment"
                                                                     : "report",
                      .record_id = m->params[8] ? strtoll(m->params[8], NULL, 10) : 0,
                      .action = m->is_paper ? "report_printed" : "list_exported",
                      .comment = arena_printf(c->arena, "%s%s%s%s%s (%s)", title, m->period && *m->period ? ", " : "", m->period ? m->period : "",
                                              *m->filters ? ", " : "", m->filters, m->format)};
    json_t *kept = json_pack("{s:s, s:s, s:s?, s:s?, s:s?}", "form", m->form->id, "format", m->format, "from", m->params[4], "to",
                             m->params[5], "unit", m->params[6]);
    char *text = json_dumps(kept, JSON_COMPACT);
    e.changes = text;
    bool ok = pg_begin(c->db, c->err) && event_write(c, &e) && pg_commit(c->db, c->err);
    if (!ok)
        pg_rollback(c->db);
    free(text);
    json_decref(kept);
    return ok;
}

/* ---- where it goes ---- */

static const char *file_name(struct making *m)
{
    struct arena *a = m->c->arena;
    const char *title = m->form->title[m->c->user->lang];
    const char *extension = strcmp(m->format, "text") == 0 ? "txt" : m->format;
    char *name = m->subject     ? arena_printf(a, "%s %s.%s", title, m->subject, extension)
                 : m->form->scope == SCOPE_TOUR ? arena_printf(a, "%s %.10s.%s", title, m->params[5], extension)
                 : m->params[4] ? arena_printf(a, "%s %s - %s.%s", title, m->params[4], m->params[5], extension)
                                : arena_printf(a, "%s %s.%s", title, m->params[9], extension);
    for (char *p = name; *p; p++)
        if (*p == '/')
            *p = '-';
    return name;
}

/* The upload itself is JSON for another machine; as a table it is a form like the others. */
static bool upload(struct making *m, int out_fd)
{
    struct call *c = m->c;
    bool ok = pg_begin_snapshot(c->db, c->err) &&
              sstu_write(c, m->params, out_fd, arg_bool(c, "skip_faulty"), &m->rows, &m->skipped);
    pg_end_snapshot(c->db);
    return ok;
}

static bool document(struct making *m, int out_fd)
{
    struct call *c = m->c;
    if (strcmp(m->format, "json") == 0)
        return upload(m, out_fd);
    buf_init(&m->lines, LINES_MAX);
    m->printer = printer_start(c->work, out_fd, c->err);
    bool ok = m->printer && pg_begin_snapshot(c->db, c->err);
    ok = ok && make_all(m);
    pg_end_snapshot(c->db);
    if (m->printer && !printer_finish(&m->printer, ok, c->err))
        ok = false;
    buf_free(&m->lines);
    return ok;
}

/* A file without a name, for a document that goes into the store when it is whole. */
static int spool_open(struct call *c)
{
    int fd = open(c->work->scratch, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0)
        err_set(c->err, ERR_UNAVAILABLE, "%s: %s", c->work->scratch, strerror(errno));
    return fd;
}

static bool store(struct making *m, int fd, int64_t *id, int64_t *size)
{
    struct call *c = m->c;
    struct stat st;
    if (fstat(fd, &st) != 0 || st.st_size == 0)
        return err_set(c->err, ERR_INTERNAL, NULL);
    void *data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (data == MAP_FAILED)
        return err_set(c->err, ERR_UNAVAILABLE, NULL);
    const char *owner = call_user(c);
    bool ok = pg_begin(c->db, c->err) && pg_exec(c->db, Q_REPORT_SHELF_LOCK, &owner, 1, NULL, c->err) &&
              file_put_buffer(c, "reports", c->user->id, file_name(m), data, (size_t)st.st_size, id) && pg_commit(c->db, c->err);
    if (!ok)
        pg_rollback(c->db);
    munmap(data, (size_t)st.st_size);
    *size = st.st_size;
    return ok;
}

static void answer(struct making *m, int64_t file, int64_t size)
{
    struct jw *out = m->c->out;
    jw_object(out);
    jw_kstring(out, "form", m->form->id);
    jw_kstring(out, "title", m->form->title[m->c->user->lang]);
    jw_kstring(out, "format", m->format);
    jw_kstring(out, "name", file_name(m));
    jw_kint(out, "rows", m->rows);
    if (m->form->scope == SCOPE_MONTH)
        jw_kint(out, "skipped", m->skipped);
    if (file) {
        jw_kint(out, "file", file);
        jw_kint(out, "size", size);
        jw_kstring(out, "place", "/reports/");
    }
    jw_object_end(out);
}

bool report_make(struct call *c, const struct form *form)
{
    struct making m = {.c = c, .form = form};
    int64_t file = 0, size = 0;
    if (!take_params(&m) || !write_event(&m))
        return false;
    c->has_committed = true;
    int fd = c->work->out_fd >= 0 ? c->work->out_fd : spool_open(c);
    bool ok = fd >= 0 && document(&m, fd);
    if (fd >= 0 && fd != c->work->out_fd) {
        ok = ok && store(&m, fd, &file, &size);
        close(fd);
    }
    if (ok)
        answer(&m, file, size);
    else if (!c->work->go_on(c->work))
        err_rule(c->err, "cancelled", NULL);
    return ok;
}
