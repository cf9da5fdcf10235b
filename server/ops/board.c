/* The controller's board: what is open, by unit, person or day, as counts that each open into their very rows. The counts are kept beside the
 * assignments (migration 0008), so that the board costs the same at ten thousand and at a million. */
#include "common/arena.h"
#include "server/ops/helpers.h"
#include "server/ops/tables.h"
#include <stdlib.h>
#include <string.h>

enum { B_OVERDUE = 5, B_TODAY, B_WEEK, B_LATER, B_REPORTED, B_COLUMNS = 5 };
static const char *const column_names[B_COLUMNS] = {"overdue", "today", "week", "later", "reported"};

/* Whose counts are asked for, and the filter of assignment.list that means the same. */
struct scope {
    const char *name;
    const char *controllers, *units; /* PostgreSQL arrays; units NULL: every unit */
    json_t *filter;
};

/* Who sees everything or looks after units begins with all of it; everybody else with what they control. */
static void scope_choose(struct call *c, struct scope *s)
{
    bool wide = c->user->sees_all || c->user->roles & (R_DEPUTY | R_CHIEF);
    const char *asked = arg_sql(c, "scope"), *controller = arg_sql(c, "controller");
    *s = (struct scope){.name = asked ? asked : wide ? "all" : "control", .controllers = "{0}", .filter = json_object()};
    if (strcmp(s->name, "control") == 0) {
        s->controllers = call_acts(c);
        json_object_set_new(s->filter, "mine", json_string("controller"));
        return;
    }
    if (controller) {
        s->controllers = arena_printf(c->arena, "{%s}", controller);
        json_object_set_new(s->filter, "controller", json_integer(arg_int(c, "controller")));
    }
    if (!c->user->sees_all) {
        s->units = call_units(c);
        json_object_set_new(s->filter, "mine", json_string("unit"));
    }
}

/* What assignment.list must be asked for the rows of this line; the column is added by who opens a number, save for a day, which lies in one. */
static void write_filter(struct call *c, const struct scope *s, const struct pg_res *res, int row)
{
    const char *unit = pg_text(res, row, 0), *person = pg_text(res, row, 2), *from = pg_text(res, row, 4), *to = pg_text(res, row, 10);
    json_t *filter = json_copy(s->filter);
    if (unit && pg_int(res, row, 0) > 0)
        json_object_set_new(filter, "unit", json_integer(pg_int(res, row, 0)));
    else if (unit)
        json_object_set_new(filter, "without_unit", json_true());
    if (person)
        json_object_set_new(filter, "responsible", json_integer(pg_int(res, row, 2)));
    if (pg_text(res, row, 11))
        json_object_set_new(filter, "bucket", json_string(pg_text(res, row, 1)));
    if (from)
        json_object_set_new(filter, "from", json_string(from));
    if (to)
        json_object_set_new(filter, "to", json_string(to));
    char *text = json_dumps(filter, JSON_COMPACT);
    jw_kraw(c->out, "filter", text);
    free(text);
    json_decref(filter);
}

/* What tells the lines apart, so that a screen keeps its place: the unit, the person, the day; the others by their place. */
static int64_t line_id(const struct pg_res *res, int row)
{
    const char *when = pg_text(res, row, 11);
    if (when && strcmp(when, "day") == 0)
        return day_parse(pg_text(res, row, 4));
    if (when)
        return strcmp(when, "overdue") == 0 ? 1 : strcmp(when, "later") == 0 ? 2 : 3;
    if (pg_text(res, row, 2))
        return pg_int(res, row, 2);
    return pg_int(res, row, 0) ? pg_int(res, row, 0) : -1;
}

static void write_line(struct call *c, const struct scope *s, const struct pg_res *res, int row, int64_t totals[B_COLUMNS])
{
    int64_t open = 0;
    jw_object(c->out);
    jw_kint(c->out, "id", line_id(res, row));
    if (pg_text(res, row, 0)) {
        jw_kint(c->out, "unit", pg_int(res, row, 0));
        jw_kstring(c->out, "unit_name", pg_text(res, row, 1));
    }
    if (pg_text(res, row, 2)) {
        jw_kint(c->out, "responsible", pg_int(res, row, 2));
        jw_kstring(c->out, "responsible_name", pg_text(res, row, 3));
    }
    if (pg_text(res, row, 11)) {
        jw_kstring(c->out, "when", pg_text(res, row, 11));
        jw_kstring(c->out, "due", strcmp(pg_text(res, row, 11), "day") == 0 ? pg_text(res, row, 4) : NULL);
    }
    for (int i = 0; i < B_COLUMNS; i++) {
        int64_t n = pg_int(res, row, B_OVERDUE + i);
        jw_kint(c->out, column_names[i], n);
        totals[i] += n;
        open += n;
    }
    jw_kint(c->out, "open", open);
    write_filter(c, s, res, row);
    jw_object_end(c->out);
}

static void write_totals(struct call *c, const struct scope *s, const int64_t totals[B_COLUMNS])
{
    int64_t open = 0;
    jw_key(c->out, "total");
    jw_object(c->out);
    for (int i = 0; i < B_COLUMNS; i++) {
        jw_kint(c->out, column_names[i], totals[i]);
        open += totals[i];
    }
    jw_kint(c->out, "open", open);
    json_t *filter = json_copy(s->filter);
    if (arg_int(c, "unit"))
        json_object_set_new(filter, "unit", json_integer(arg_int(c, "unit")));
    char *text = json_dumps(filter, JSON_COMPACT);
    jw_kraw(c->out, "filter", text);
    free(text);
    json_decref(filter);
    jw_object_end(c->out);
}

static bool assignment_board(struct call *c)
{
    const char *by = arg_sql(c, "by") ? arg_sql(c, "by") : "unit";
    enum query q = strcmp(by, "executor") == 0 ? Q_BOARD_BY_EXECUTOR : strcmp(by, "date") == 0 ? Q_BOARD_BY_DATE : Q_BOARD_BY_UNIT;
    int64_t totals[B_COLUMNS] = {0};
    struct scope s;
    scope_choose(c, &s);
    const char *params[] = {s.controllers, s.units, arg_sql(c, "unit"), call_language(c)};
    struct pg_res *res = pg_query(c->db, q, params, 4, c->err);
    if (!res) {
        json_decref(s.filter);
        return false;
    }
    jw_object(c->out);
    jw_kstring(c->out, "by", by);
    jw_kstring(c->out, "scope", s.name);
    jw_kstring(c->out, "at", day_text(c, call_today()));
    jw_key(c->out, "items");
    jw_array(c->out);
    for (int i = 0; i < pg_rows(res); i++)
        write_line(c, &s, res, i, totals);
    jw_array_end(c->out);
    write_totals(c, &s, totals);
    jw_object_end(c->out);
    pg_free(res);
    json_decref(s.filter);
    return true;
}

static const struct op_param board_params[] = {
    {"by", P_ENUM, 0, 0, "unit|executor|date", NULL, {"По чему", "By"}, NULL},
    {"scope", P_ENUM, 0, 0, "control|all", NULL, {"Что", "What"}, NULL},
    {"unit", P_ID, 0, 0, NULL, "unit.list", {"Подразделение", "Unit"}, NULL},
    {"controller", P_ID, 0, 0, NULL, "user.list", {"Контролёр", "Controller"}, NULL},
    {.name = NULL},
};
const struct op board_ops[] = {
    {"assignment.board", R_ANY & ~R_ADMIN, 0, {"Контроль: сколько открыто, просрочено, скоро срок", "Control: what is open, overdue, soon due"}, board_params, assignment_board},
    {.method = NULL},
};
