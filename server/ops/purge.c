/* Deleting what has been kept long enough: the list, its deletion in batches, the act. The list is one statement for both, so that the look
 * before is the deletion after; a digest holds the one to the other. */
#include "common/arena.h"
#include "server/ops/helpers.h"
#include "server/ops/tables.h"
#include <stdlib.h>
#include <string.h>

enum { PREVIEW_MAX = 5000, BATCH = 100, WHOLE = 1000000 };

static const char *rules_of(const struct call *c) { return retention_rules(c->rules->retention); }

static bool preview(struct call *c)
{
    const char *params[] = {rules_of(c), call_int(c, PREVIEW_MAX)};
    int64_t waiting;
    if (!query_int(c, Q_PURGE_WAITING, params, 1, 0, &waiting))
        return false;
    struct pg_res *res = pg_query(c->db, Q_PURGE_PREVIEW, params, 2, c->err);
    if (!res)
        return false;
    jw_object(c->out);
    jw_kbool(c->out, "dry_run", true);
    jw_kraw(c->out, "items", pg_text(res, 0, 0));
    jw_kint(c->out, "total", pg_int(res, 0, 1));
    jw_kint(c->out, "waiting_for_commission", waiting);
    jw_kstring(c->out, "digest", pg_text(res, 0, 2));
    jw_object_end(c->out);
    pg_free(res);
    return true;
}

/* Ids of the rows of one kind as array text. */
static const char *ids_of(struct call *c, const struct pg_res *res, const char *record)
{
    const char *array = "{";
    for (int i = 0; i < pg_rows(res); i++)
        if (strcmp(pg_text(res, i, 0), record) == 0)
            array = arena_printf(c->arena, "%s%s%s", array, array[1] ? "," : "", pg_text(res, i, 1));
    return arena_printf(c->arena, "%s}", array);
}

static bool text_of_query(struct call *c, enum query q, const char *param, const char **out)
{
    struct pg_res *res = pg_query(c->db, q, &param, 1, c->err);
    if (!res)
        return false;
    *out = arena_strdup(c->arena, pg_text(res, 0, 0));
    pg_free(res);
    return true;
}

static bool run(struct call *c, enum query q, const char *param) { return pg_exec(c->db, q, &param, 1, NULL, c->err); }

static bool forget_said(struct call *c, const char *record, const char *ids)
{
    const char *params[] = {record, ids};
    /* The history tells which files were taken off: it is asked before it becomes a hash. */
    return pg_exec(c->db, Q_PURGE_FILES_SAID, params, 2, NULL, c->err) && pg_exec(c->db, Q_PURGE_KEPT, params, 2, NULL, c->err) &&
           pg_exec(c->db, Q_PURGE_SAID, params, 2, NULL, c->err);
}

/* Whose last record has gone becomes a number. */
static bool forget_people(struct call *c, const char *act, const char *people)
{
    const char *due, *words, *line[] = {act, NULL};
    if (!text_of_query(c, Q_PURGE_PEOPLE_DUE, people, &due))
        return false;
    line[1] = due;
    return text_of_query(c, Q_PURGE_PERSON_WORDS, due, &words) && run(c, Q_PURGE_TRACES, due) && run(c, Q_PURGE_PEOPLE_END, due) &&
           run(c, Q_PURGE_NAME_WORDS_END, words) && forget_said(c, "correspondent", due) &&
           pg_exec(c->db, Q_PURGE_PEOPLE_LINE, line, 2, NULL, c->err);
}

static bool forget_letters(struct call *c, const char *act, const char *appeals, const char *assignments)
{
    const char *people, *words;
    return text_of_query(c, Q_PURGE_PEOPLE, appeals, &people) && text_of_query(c, Q_PURGE_WORDS, appeals, &words) &&
           forget_said(c, "assignment", assignments) && run(c, Q_PURGE_ASSIGNMENTS, assignments) &&
           run(c, Q_PURGE_ASSIGNMENTS_END, assignments) && forget_said(c, "appeal", appeals) && run(c, Q_PURGE_APPEAL_PARTS, appeals) &&
           run(c, Q_PURGE_APPEALS_END, appeals) && run(c, Q_PURGE_WORDS_END, words) && forget_people(c, act, people);
}

/* No lock of a table stands in the way of calls at the duty desk: the cards of the batch are locked, and asked once more. */
static bool desk_unchanged(struct call *c, const char *incidents, const char *outages)
{
    const char *params[] = {rules_of(c), incidents, outages};
    int64_t changed;
    return pg_exec(c->db, Q_PURGE_DESK_LOCK, params + 1, 2, NULL, c->err) && query_int(c, Q_PURGE_DESK_CHANGED, params, 3, 0, &changed) &&
           (changed == 0 || err_rule(c->err, "list_changed", NULL));
}

static bool forget_desk(struct call *c, const char *incidents, const char *outages)
{
    return desk_unchanged(c, incidents, outages) && run(c, Q_PURGE_CALLER_TRACES, incidents) && run(c, Q_PURGE_HANDED_OVER, incidents) &&
           forget_said(c, "incident", incidents) && run(c, Q_PURGE_INCIDENT_PARTS, incidents) && run(c, Q_PURGE_INCIDENTS_END, incidents) &&
           forget_said(c, "outage", outages) && run(c, Q_PURGE_OUTAGES_END, outages);
}

static bool take(struct call *c, const char *act, struct pg_res **res)
{
    const char *params[] = {rules_of(c), act, call_int(c, BATCH)};
    *res = pg_query(c->db, Q_PURGE_TAKE, params, 3, c->err);
    if (*res && pg_rows(*res) == 0) {
        /* Many letters share one assignment: they go together or not at all. */
        pg_free(*res);
        params[2] = call_int(c, WHOLE);
        *res = pg_query(c->db, Q_PURGE_TAKE, params, 3, c->err);
    }
    return *res != NULL;
}

static bool digest_is(struct call *c, const char *wanted)
{
    const char *params[] = {rules_of(c)};
    if (!wanted)
        return true;
    struct pg_res *res = pg_query(c->db, Q_PURGE_DIGEST, params, 1, c->err);
    bool same = res && strcmp(pg_text(res, 0, 0), wanted) == 0;
    pg_free(res);
    return same || (res && err_rule(c->err, "list_changed", NULL));
}

/* The act of this run: a new one, or the one that earlier batches were written into. */
static bool open_act(struct call *c, int64_t *act)
{
    int year, month, day;
    const char *number;
    *act = arg_int(c, "act");
    if (*act) {
        const char *params[] = {call_int(c, *act), NULL};
        struct pg_res *res = pg_query(c->db, Q_PURGE_ACT_GET, params, 2, c->err);
        bool there = res && pg_rows(res) == 1;
        pg_free(res);
        return there || (res && err_field(c->err, "act", "not_there", NULL));
    }
    day_to_civil(call_today(), &year, &month, &day);
    const char *params[] = {"purge", call_int(c, year), call_user(c)};
    return query_numbered(c, Q_PURGE_ACT_ADD, params, 3, act, &number);
}

static bool write_batch(struct call *c, int64_t act, const struct pg_res *res)
{
    int count = pg_rows(res);
    if (count > 0 && (!forget_letters(c, call_int(c, act), ids_of(c, res, "appeal"), ids_of(c, res, "assignment")) ||
                      !forget_desk(c, ids_of(c, res, "incident"), ids_of(c, res, "outage"))))
        return false;
    struct event e = {
        .record = "purge", .record_id = act, .action = "purged", .changes = arena_printf(c->arena, "{\"records\":%d}", count)};
    if (!run(c, Q_PURGE_ACCESS, rules_of(c)) || !event_write(c, &e))
        return false;
    jw_object(c->out);
    jw_kint(c->out, "id", act);
    jw_kint(c->out, "act", act);
    jw_kint(c->out, "deleted", count);
    jw_kbool(c->out, "more", count > 0);
    jw_object_end(c->out);
    return true;
}

static bool purge_run(struct call *c)
{
    int64_t act;
    struct pg_res *res;
    if (arg_bool(c, "dry_run"))
        return preview(c);
    if (!pg_exec(c->db, Q_PURGE_LOCK, NULL, 0, NULL, c->err) || !digest_is(c, arg_sql(c, "digest")) || !open_act(c, &act) ||
        !take(c, call_int(c, act), &res))
        return false;
    bool ok = write_batch(c, act, res);
    pg_free(res);
    return ok;
}

static void write_text(struct buf *out, const json_t *act, enum lang lang)
{
    size_t i;
    json_t *line;
    const json_t *lines = json_object_get(act, "lines");
    const char *rows[][2] = {
        {"Акт об уничтожении", "Act of deletion"}, {"Составлен", "Written"}, {"Кем", "By"}, {"Записей", "Records"}, {"закрыто", "closed"}};
    buf_printf(out, "%s %s\n%s: %.16s\n%s: %s\n%s: %zu\n\n", rows[0][lang], json_string_value(json_object_get(act, "number")),
               rows[1][lang], json_string_value(json_object_get(act, "at")), rows[2][lang],
               json_string_value(json_object_get(act, "actor_name")), rows[3][lang], json_array_size(lines));
    json_array_foreach(lines, i, line)
    {
        const char *closed = json_string_value(json_object_get(line, "closed")),
                   *record = json_string_value(json_object_get(line, "record"));
        static const char *const names[][3] = {{"appeal", "обращение", "appeal"},
                                               {"assignment", "поручение", "assignment"},
                                               {"incident", "инцидент", "incident"},
                                               {"outage", "отключение", "outage"},
                                               {"correspondent", "обезличен корреспондент", "person made anonymous"}};
        const char *name = record;
        for (size_t k = 0; k < sizeof names / sizeof *names; k++)
            if (strcmp(names[k][0], record) == 0)
                name = names[k][1 + (int)lang];
        buf_printf(out, "%6zu  %s  %s%s%s %s\n", i + 1, json_string_value(json_object_get(line, "number")), name, closed ? ", " : "",
                   closed ? rows[4][lang] : "", closed ? closed : "");
    }
}

static bool purge_get(struct call *c)
{
    const char *params[] = {arg_sql(c, "id"), arg_sql(c, "number")};
    if (!params[0] && !params[1])
        return err_field(c->err, "number", "required", NULL);
    struct pg_res *res = pg_query(c->db, Q_PURGE_ACT_GET, params, 2, c->err);
    json_t *act = res && pg_rows(res) == 1 ? json_loads(pg_text(res, 0, 0), 0, NULL) : NULL;
    pg_free(res);
    if (!act)
        return res ? err_set(c->err, ERR_NOT_FOUND, NULL) : false;
    struct buf text;
    buf_init(&text, 1 << 20);
    write_text(&text, act, c->user->lang);
    json_object_set_new(act, "text", json_string(text.data ? text.data : ""));
    char *dumped = json_dumps(act, JSON_COMPACT);
    jw_raw(c->out, dumped);
    free(dumped);
    buf_free(&text);
    json_decref(act);
    return true;
}

static bool purge_list(struct call *c)
{
    struct page page;
    const char *query = arg_sql(c, "query");
    if (!page_begin(c, &page, "i") || !page_count(c, &page, Q_PURGE_ACT_COUNT, &query, 1))
        return false;
    const char *params[] = {page.after[0], call_int(c, page.limit + 1), query};
    struct pg_res *res = pg_query(c->db, Q_PURGE_ACT_LIST, params, 3, c->err);
    if (!res)
        return false;
    page_write(c, &page, res, NULL, 1, 1);
    pg_free(res);
    return true;
}

static const struct op_param run_params[] = {
    {"dry_run", P_BOOL, 0, 0, NULL, NULL, {"Только показать список", "Only show the list"}, NULL},
    {"digest", P_STRING, 0, 32, NULL, NULL, {"Отпечаток показанного списка", "Digest of the list that was shown"}, NULL},
    {"act", P_ID, 0, 0, NULL, "purge.list", {"Продолжить акт", "Go on with this act"}, NULL},
    {.name = NULL},
};
static const struct op_param get_params[] = {
    {"id", P_ID, 0, 0, NULL, "purge.list", {"Акт", "Act"}, NULL},
    {"number", P_STRING, 0, 60, NULL, NULL, {"Номер акта", "Number of the act"}, NULL},
    {.name = NULL},
};
static const struct op_param list_params[] = {
    {"sort", P_ENUM, 0, 0, "new", NULL, {"Порядок", "Order"}, NULL},
    {.name = NULL},
};

const struct op purge_ops[] = {
    {"purge.run",
     R_SYSTEM,
     OP_WRITE,
     {"Уничтожить то, чей срок хранения вышел (партия)", "Delete what was kept long enough (a batch)"},
     run_params,
     purge_run},
    {"purge.get", R_ADMIN | R_HEAD | R_SYSTEM, 0, {"Акт об уничтожении", "Act of deletion"}, get_params, purge_get},
    {"purge.list", R_ADMIN | R_HEAD | R_SYSTEM, OP_LIST, {"Акты об уничтожении", "Acts of deletion"}, list_params, purge_list},
    {.method = NULL},
};
