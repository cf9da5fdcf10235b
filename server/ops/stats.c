/* Figures of appeals as operations: what the printed statistics say (server/report), for scripts and other programs. Everything stands
 * beside the same period of last year, and appeals and questions are both counted. */
#include "common/arena.h"
#include "server/ops/access.h"
#include "server/ops/helpers.h"
#include "server/ops/tables.h"
#include "server/report/report.h"
#include <stdlib.h>
#include <string.h>

#define READERS (R_CLERK | R_HEAD | R_DEPUTY | R_CHIEF | R_CONTROLLER | R_ANALYST | R_CITIZENS | R_SYSTEM)
#define SEE_PERSONS (R_CLERK | R_HEAD | R_DEPUTY | R_CITIZENS | R_SYSTEM)

enum { RECORD = 8, ROWS_DEFAULT = 50 }; /* RECORD: $9 of a statement */

/* The ids of the figures, in the order of the statement report_figures. */
static const char *const figure_ids[] = {
    "received",  "written",    "electronic", "oral",      "from_above", "collective", "repeated", "anonymous", "questions",
    "proposals", "statements", "complaints", "control",   "le15",       "le30",       "gt30",     "late",      "in_work",
    "overdue",   "withdrawn",  "void",       "satisfied", "measures",   "explained",  "refused",  "forwarded", "no_answer",
};
enum { FIGURES = sizeof figure_ids / sizeof *figure_ids };

/* Growth against last year as a fraction; nothing to compare with is no number. */
static void growth(struct call *c, const char *now, const char *then)
{
    double before = then ? strtod(then, NULL) : 0;
    jw_kraw(c->out, "growth", before != 0 ? arena_printf(c->arena, "%.4f", (strtod(now, NULL) - before) / before) : NULL);
}

static void begin(struct call *c, const char *const params[])
{
    jw_object(c->out);
    jw_kstring(c->out, "since", params[4]);
    jw_kstring(c->out, "until", params[5]);
    jw_key(c->out, "items");
    jw_array(c->out);
}

static bool end(struct call *c, struct pg_res *res)
{
    jw_array_end(c->out);
    jw_object_end(c->out);
    pg_free(res);
    return true;
}

static struct pg_res *ask(struct call *c, enum query q, const char *const params[])
{
    return pg_query(c->db, q, params, pg_query_params(q), c->err);
}

/* The counts of a breakdown, which begin at column `at`. */
static void counts(struct call *c, const struct pg_res *res, int row, int at)
{
    static const char *const keys[] = {"appeals", "questions", "share", "appeals_last_year", "questions_last_year", "growth"};
    for (int i = 0; i < 6; i++)
        jw_kraw(c->out, keys[i], pg_text(res, row, at + i));
}

static bool write_figures(struct call *c, const char *const params[])
{
    const struct form_column *columns = form_find("report.appeals_statistics")->parts->columns;
    struct pg_res *res = ask(c, Q_REPORT_FIGURES, params);
    if (!res)
        return false;
    begin(c, params);
    for (int i = 0; i < FIGURES && columns[i].head[0] && pg_rows(res) == 2; i++) {
        const char *now = pg_text(res, 0, i), *then = pg_text(res, 1, i), *label = columns[i].head[c->user->lang];
        jw_object(c->out);
        jw_kstring(c->out, "figure", figure_ids[i]);
        jw_kstring(c->out, "title", label + strspn(label, " "));
        jw_kraw(c->out, "count", now);
        jw_kraw(c->out, "last_year", then);
        growth(c, now, then);
        jw_object_end(c->out);
    }
    return end(c, res);
}

static bool write_breakdown(struct call *c, const char *const params[], enum query q)
{
    struct pg_res *res = ask(c, q, params);
    if (!res)
        return false;
    begin(c, params);
    for (int i = 0; i < pg_rows(res); i++) {
        jw_object(c->out);
        jw_kstring(c->out, "title", pg_text(res, i, 0));
        counts(c, res, i, 1);
        jw_object_end(c->out);
    }
    return end(c, res);
}

#define BREAKDOWNS "section|topic|unit|settlement|channel|social_status|month"
static bool stats_appeals(struct call *c)
{
    static const struct {
        const char *by;
        enum query q;
    } rows[] = {{"section", Q_REPORT_BY_SECTION}, {"topic", Q_REPORT_BY_TOPIC},
                {"unit", Q_REPORT_BY_UNIT},       {"settlement", Q_REPORT_BY_SETTLEMENT},
                {"channel", Q_REPORT_BY_CHANNEL}, {"social_status", Q_REPORT_BY_SOCIAL},
                {"month", Q_REPORT_BY_MONTH}};
    const char *params[REPORT_PARAMS], *by = arg_sql(c, "by");
    if (!report_params(c, form_find("report.appeals_statistics"), params))
        return false;
    for (size_t i = 0; by && i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].by, by) == 0)
            return write_breakdown(c, params, rows[i].q);
    return write_figures(c, params);
}

/* A level of the classifier is a length of its code: 0001, 0001.0002.0027, 0001.0002.0027.0125. */
static bool stats_topics(struct call *c)
{
    const char *params[REPORT_PARAMS], *level = arg_sql(c, "level");
    if (!report_params(c, form_find("report.appeals_statistics"), params))
        return false;
    params[RECORD] = !level || strcmp(level, "question") == 0 ? "19" : strcmp(level, "section") == 0 ? "4" : "14";
    struct pg_res *res = ask(c, Q_STATS_TOPICS, params);
    if (!res)
        return false;
    begin(c, params);
    for (int i = 0; i < pg_rows(res); i++) {
        jw_object(c->out);
        jw_kstring(c->out, "topic", pg_text(res, i, 0));
        jw_kstring(c->out, "title", pg_text(res, i, 1));
        counts(c, res, i, 2);
        jw_object_end(c->out);
    }
    return end(c, res);
}

/* A list of people is a search of people, and is told as one. */
static bool stats_correspondents(struct call *c)
{
    const char *params[REPORT_PARAMS];
    if (!report_params(c, form_find("report.appeals_statistics"), params))
        return false;
    params[RECORD] = call_int(c, arg_int(c, "limit") ? arg_int(c, "limit") : ROWS_DEFAULT);
    struct pg_res *res = ask(c, Q_STATS_CORRESPONDENTS, params);
    if (!res)
        return false;
    access_note_search(c, "correspondent", "", access_ids(c, res, 0, pg_rows(res)), NULL);
    begin(c, params);
    for (int i = 0; i < pg_rows(res); i++) {
        jw_object(c->out);
        jw_kraw(c->out, "id", pg_text(res, i, 0));
        jw_kstring(c->out, "name", pg_text(res, i, 1));
        jw_kstring(c->out, "kind", pg_text(res, i, 2));
        counts(c, res, i, 3);
        jw_object_end(c->out);
    }
    return end(c, res);
}

#define PERIOD                                                                                                                             \
    {"period", P_ENUM, PF_FILTER, 0, REPORT_PERIODS, NULL, {"Период", "Period"}, NULL},                                                    \
        {"from", P_DATE, PF_FILTER, 0, NULL, NULL, {"Период с", "From"}, NULL},                                                            \
        {"to", P_DATE, PF_FILTER, 0, NULL, NULL, {"Период по", "To"}, NULL},                                                               \
    {                                                                                                                                      \
        "unit", P_ID, PF_FILTER, 0, NULL, "unit.list", {"Подразделение", "Unit"}, NULL                                                     \
    }

static const struct op_param appeals_params[] = {
    PERIOD,
    {"by", P_ENUM, 0, 0, BREAKDOWNS, NULL, {"Разрез", "Broken down by"}, NULL},
    {.name = NULL},
};
static const struct op_param topics_params[] = {
    PERIOD,
    {"level", P_ENUM, 0, 0, "section|group|question", NULL, {"Уровень классификатора", "Level of the classifier"}, NULL},
    {.name = NULL},
};
static const struct op_param correspondents_params[] = {
    PERIOD,
    {"limit", P_INT, 0, 200, NULL, NULL, {"Строк", "Rows"}, NULL},
    {.name = NULL},
};

const struct op stats_ops[] = {
    {"stats.appeals", READERS, 0, {"Статистика обращений", "Figures of appeals"}, appeals_params, stats_appeals},
    {"stats.topics", READERS, 0, {"Статистика по темам", "Figures by topic"}, topics_params, stats_topics},
    {"stats.correspondents", SEE_PERSONS, 0, {"Кто чаще пишет", "Who writes most"}, correspondents_params, stats_correspondents},
    {.method = NULL},
};
