/* Assignments: list, card, creation, correction, comments. Transitions stand in assignment_move.c. */
#include "server/ops/assignment.h"
#include "common/arena.h"
#include "server/ops/access.h"
#include "server/ops/periodic.h"
#include "server/ops/tables.h"
#include <stdlib.h>
#include <string.h>

#define READERS (R_ANY & ~R_ADMIN)
#define GIVERS (R_CLERK | R_HEAD | R_DEPUTY | R_CHIEF | R_SYSTEM)

static bool assignment_list(struct call *c)
{
    struct page page;
    const char *query = arg_sql(c, "query"), *sort = arg_sql(c, "sort");
    const char *number = query ? number_pattern(c, query) : NULL;
    if (!page_begin(c, &page, "id"))
        return false;
    const char *params[22] = {call_acts(c), call_sees_all(c), call_units(c), arg_sql(c, "status"), arg_sql(c, "open"), arg_sql(c, "overdue"),
                              arg_sql(c, "due_soon"), arg_sql(c, "mine"), arg_bool(c, "without_unit") ? "0" : arg_sql(c, "unit"), arg_sql(c, "responsible"), arg_sql(c, "appeal"),
                              number, number ? NULL : query, arg_sql(c, "from"), arg_sql(c, "to"), arg_sql(c, "bucket"), arg_sql(c, "controller"), arg_sql(c, "parent"), sort ? sort : "due"};
    params[19] = page.after[1];
    params[20] = page.after[0];
    params[21] = call_int(c, page.limit + 1);
    struct pg_res *res = pg_query(c->db, Q_ASSIGNMENT_LIST, params, 22, c->err);
    if (res && pg_rows(res) == 0 && number) {
        /* «дом 12» looks like a number and is none. */
        pg_free(res);
        params[11] = NULL;
        params[12] = query;
        res = pg_query(c->db, Q_ASSIGNMENT_LIST, params, 22, c->err);
    }
    if (!res || !page_count(c, &page, Q_ASSIGNMENT_COUNT, params, 18)) {
        pg_free(res);
        return false;
    }
    page_write(c, &page, res, "assignment", 3, 2);
    pg_free(res);
    return true;
}

static bool assignment_get(struct call *c)
{
    int64_t id;
    if (!find_id(c, Q_ASSIGNMENT_FIND_NUMBER, &id) || !record_write(c, "assignment", id, c->out))
        return false;
    access_note_card(c, "assignment", id);
    return true;
}

static bool in_units(const char *units, int64_t unit)
{
    for (const char *p = units; *p; p++)
        if ((*p == '{' || *p == ',') && strtoll(p + 1, NULL, 10) == unit)
            return true;
    return false;
}

bool assignment_user_ok(struct call *c, const char *field, int64_t user)
{
    const char *params[] = {call_int(c, user)};
    struct pg_res *res = pg_query(c->db, Q_ASSIGNMENT_USER_OK, params, 1, c->err);
    if (!res)
        return false;
    bool found = pg_rows(res) == 1;
    int64_t unit = found ? pg_int(res, 0, 0) : 0;
    pg_free(res);
    if (!found)
        return err_field(c->err, field, "not_there", NULL);
    /* Deputies and chiefs give work inside the units they answer for. */
    if (c->user->roles & (R_CLERK | R_HEAD | R_SYSTEM) || strcmp(field, "responsible") != 0 || in_units(call_units(c), unit))
        return true;
    return err_field(c->err, field, "not_in_scope", NULL);
}

bool assignment_party(struct call *c, const char *assignment, int64_t user, const char *role)
{
    const char *params[] = {assignment, call_int(c, user), role, NULL};
    return pg_exec(c->db, Q_ASSIGNMENT_PARTY_ADD, params, 4, NULL, c->err);
}

static bool add_people(struct call *c, const char *assignment, const char *field, const char *role)
{
    const json_t *users = json_object_get(c->params, field);
    size_t i;
    json_t *user;
    json_array_foreach(users, i, user) {
        if (!assignment_user_ok(c, field, json_integer_value(user)) || !assignment_party(c, assignment, json_integer_value(user), role))
            return false;
    }
    return true;
}

bool assignment_not_to_accused(struct call *c, const char *appeals, int64_t user, const char *field)
{
    const char *params[] = {appeals, call_int(c, user)};
    int64_t count;
    if (!query_int(c, Q_APPEAL_COMPLAINS_OF, params, 2, 0, &count))
        return false;
    return count == 0 || arg_sql(c, field) || err_field(c->err, field, "complained_of", NULL);
}

bool assignment_until(struct call *c, const char *field, struct due *due)
{
    day_t today = call_today(), wanted = day_parse(arg_str(c, field));
    if (wanted < today && !arg_has(c, "external_id"))
        return err_field(c->err, field, "in_past", NULL);
    *due = due_roll(c->rules->calendar, wanted, deadlines_rule(c->rules->deadlines, "assignment_date", today)->roll, today);
    return true;
}

/* The date in force: as given (rolled back to a working day; custom since 1974), or by urgency, or one month. */
static bool count_due(struct call *c, struct due *due, const char **rule_id)
{
    const char *urgency = arg_sql(c, "urgency");
    day_t today = call_today();
    if (!check_classifier(c, "urgency", "urgency", urgency, NULL))
        return false;
    if (arg_sql(c, "due")) {
        *rule_id = "assignment_date";
        return assignment_until(c, "due", due);
    }
    const char *named = urgency ? arena_printf(c->arena, "urgency_%s", urgency) : NULL;
    const struct due_rule *rule = deadlines_rule_or(c->rules->deadlines, named, "assignment_plain", today);
    *due = due_count(c->rules->calendar, today, rule);
    *rule_id = rule->id;
    return true;
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* The appeals of the assignment, lowest id first (the order in which everybody locks them), each once. */
static size_t appeals_of(const struct call *c, int64_t ids[], size_t max)
{
    const json_t *list = json_object_get(c->params, "appeals");
    size_t count = 0, unique = 0, i;
    json_t *id;
    if (arg_int(c, "appeal"))
        ids[count++] = arg_int(c, "appeal");
    json_array_foreach(list, i, id) if (count < max) ids[count++] = json_integer_value(id);
    qsort(ids, count, sizeof *ids, by_value);
    for (i = 0; i < count; i++)
        if (i == 0 || ids[i] != ids[i - 1])
            ids[unique++] = ids[i];
    return unique;
}

/* The first assignment takes an appeal into consideration; a closed appeal gets none. */
static bool take_appeal(struct call *c, int64_t id)
{
    struct record r;
    const char *to = NULL;
    int64_t version;
    const char *field = arg_int(c, "appeal") == id ? "appeal" : "appeals";
    if (!record_lock_id(c, "appeal", id, &r))
        return c->err->code == ERR_NOT_FOUND ? err_field(c->err, field, "not_there", NULL) : false;
    bool ok = !state_is_final(c, "appeal", r.status) || err_rule(c->err, "status", NULL);
    if (ok && workflow_check(c->rules->workflow, "appeal", r.status, "assign", c->user->roles, r.relations, &to, c->err)) {
        const char *params[] = {r.id_text, to, NULL, NULL, NULL};
        struct event e = {.record = "appeal", .record_id = id, .action = "assign", .from = r.status, .to = to};
        ok = query_int(c, Q_APPEAL_MOVE, params, 5, 0, &version);
        e.version = ok ? version : 0;
        ok = ok && event_write(c, &e);
    } else if (ok) {
        ok = c->err->code == ERR_RULE && strcmp(c->err->reason, "status") == 0;
    }
    record_free(&r);
    return ok;
}

const char *assignment_decides(const struct call *c)
{
    return arg_has(c, "check_only") ? call_bool(!arg_bool(c, "check_only")) : NULL;
}

static bool stands_for(const struct call *c, int64_t person)
{
    for (size_t i = 0; i < c->user->stands_count; i++)
        if (c->user->stands_for[i].id == person)
            return true;
    return false;
}

/* A clerk fills the card in by somebody's resolution; everybody else speaks for themselves. */
static bool behalf_ok(struct call *c)
{
    int64_t giver = arg_int(c, "on_behalf_of");
    if (!(c->user->roles & (R_CLERK | R_SYSTEM)) && giver != c->user->id && !stands_for(c, giver))
        return err_field(c->err, "on_behalf_of", "not_yours", NULL);
    return assignment_user_ok(c, "on_behalf_of", giver);
}

static bool choose_responsible(struct call *c, int64_t *responsible)
{
    *responsible = arg_int(c, "responsible");
    if (!*responsible && arg_has(c, "unit")) {
        const char *params[] = {arg_sql(c, "unit")};
        if (!query_int(c, Q_ASSIGNMENT_CHIEF_OF_UNIT, params, 1, 0, responsible))
            return false;
        if (!*responsible)
            return err_field(c->err, "responsible", "required",
                             c->user->lang == LANG_RU ? "в подразделении некому поручить, назовите исполнителя" : "nobody in the unit: name an executor");
    }
    if (!*responsible)
        return err_field(c->err, "responsible", "required", NULL);
    return assignment_user_ok(c, "responsible", *responsible) &&
           (!arg_int(c, "controller") || assignment_user_ok(c, "controller", arg_int(c, "controller"))) &&
           (!arg_int(c, "on_behalf_of") || behalf_ok(c));
}

static bool write_assignment(struct call *c, int64_t responsible, const struct due *due, const char *rule, bool draft, int64_t *id, const char **number)
{
    int year, month, day;
    day_to_civil(call_today(), &year, &month, &day);
    const char *source = arg_sql(c, "source"), *from_appeal = arg_has(c, "parent") ? "parent" : arg_has(c, "appeal") || arg_has(c, "appeals") ? "appeal" : "head";
    const char *params[] = {"assignment", call_int(c, year), "П", draft ? "draft" : "issued", source ? source : from_appeal, arg_sql(c, "title"),
                            arg_sql(c, "text"), arg_sql(c, "urgency"), call_user(c), arg_sql(c, "on_behalf_of"), arg_sql(c, "controller"),
                            call_int(c, responsible), arg_sql(c, "unit"), day_text(c, due->rolled), day_text(c, due->nominal), rule, call_bool(!draft),
                            arg_sql(c, "external_id"), arg_sql(c, "parent"), assignment_decides(c)};
    return query_numbered(c, Q_ASSIGNMENT_ADD, params, 20, id, number);
}

static bool write_parties(struct call *c, const char *id, int64_t responsible)
{
    return assignment_party(c, id, c->user->id, "author") && assignment_party(c, id, responsible, "responsible") &&
           (!arg_int(c, "controller") || assignment_party(c, id, arg_int(c, "controller"), "controller")) &&
           (!arg_int(c, "on_behalf_of") || assignment_party(c, id, arg_int(c, "on_behalf_of"), "on_behalf_of")) &&
           add_people(c, id, "co_executors", "co_executor") && add_people(c, id, "watchers", "watcher");
}

/* Co-executors are done before the whole is: their own last day is no later. */
static bool part_due(struct call *c, const char *id, day_t whole)
{
    struct due due = {0};
    if (!arg_sql(c, "co_due"))
        return true;
    if (!assignment_until(c, "co_due", &due))
        return false;
    if (due.rolled > whole)
        return err_field(c->err, "co_due", "beyond_parent", NULL);
    const char *params[] = {id, day_text(c, due.rolled)};
    return pg_exec(c->db, Q_ASSIGNMENT_PART_DUE, params, 2, NULL, c->err);
}

/* A part of another assignment: by those who may give it, due no later than the whole; a term that nobody named ends with the whole. */
static bool take_parent(struct call *c, struct record *parent, struct due *due)
{
    const char *to;
    if (!record_lock_id(c, "assignment", arg_int(c, "parent"), parent))
        return c->err->code == ERR_NOT_FOUND ? err_field(c->err, "parent", "not_there", NULL) : false;
    if (!record_may(c, parent, "sub", &to))
        return false;
    day_t last = day_parse(pg_text(parent->row, 0, A_DUE));
    if (due->rolled > last && arg_sql(c, "due"))
        return err_field(c->err, "due", "beyond_parent", NULL);
    if (due->rolled > last) {
        due->rolled = last;
        due->nominal = day_parse(pg_text(parent->row, 0, A_NOMINAL));
    }
    return true;
}

/* The part serves the same appeals, and the whole tells in its history that it was given. */
static bool join_parent(struct call *c, const struct record *parent, const char *id, const char *number, int64_t responsible)
{
    const char *link[] = {id, parent->id_text};
    struct event e = {.record = "assignment", .record_id = parent->id, .action = "sub", .version = parent->version,
                      .comment = arena_printf(c->arena, "%s %s", number, arg_str(c, "title")),
                      .changes = arena_printf(c->arena, "{\"co_executor\":{\"to\":%lld}}", (long long)responsible)};
    return pg_exec(c->db, Q_ASSIGNMENT_APPEALS_OF_PARENT, link, 2, NULL, c->err) && event_write(c, &e);
}

static const char *ids_sql(struct call *c, const int64_t ids[], size_t count)
{
    const char *array = "{";
    for (size_t i = 0; i < count; i++)
        array = arena_printf(c->arena, "%s%s%lld", array, i ? "," : "", (long long)ids[i]);
    return arena_printf(c->arena, "%s}", array);
}

/* Members "forecast_late" and "forecast_reason" from a statement that answers them. */
static bool write_forecast(struct call *c, enum query q, const char *const *params, int count)
{
    struct pg_res *res = pg_query(c->db, q, params, count, c->err);
    if (!res)
        return false;
    bool late = pg_rows(res) == 1 && strcmp(pg_text(res, 0, 0), "t") == 0;
    jw_kbool(c->out, "forecast_late", late);
    jw_kstring(c->out, "forecast_reason", late ? pg_text(res, 0, 1) : NULL);
    pg_free(res);
    return true;
}

/* The argument file_demanded, if it was given. */
static bool assignment_demand_file(struct call *c, const char *id)
{
    const char *params[] = {id, arg_sql(c, "file_demanded")};
    return !params[1] || pg_exec(c->db, Q_ASSIGNMENT_FILE_DEMAND, params, 2, NULL, c->err);
}

/* What was found out before anything is written. */
struct giving {
    int64_t responsible;
    struct due due;
    const char *rule;
    bool draft;
    day_t next_on; /* of a periodic one: the day of the next; DAY_NONE: it is given once */
};

/* What is left when everything was found right: the links, the card, its people, the history. */
static bool create_under(struct call *c, const struct record *parent, const struct giving *g)
{
    enum { APPEALS_MAX = 201 };
    int64_t id, appeals[APPEALS_MAX];
    const char *number;
    size_t count = appeals_of(c, appeals, APPEALS_MAX);
    for (size_t i = 0; i < count; i++)
        if (!take_appeal(c, appeals[i]))
            return false;
    if (count > 0 && !assignment_not_to_accused(c, ids_sql(c, appeals, count), g->responsible, "reason"))
        return false;
    if (!write_assignment(c, g->responsible, &g->due, g->rule, g->draft, &id, &number))
        return false;
    const char *id_text = call_int(c, id);
    for (size_t i = 0; i < count; i++) {
        const char *link[] = {id_text, call_int(c, appeals[i])};
        if (!pg_exec(c->db, Q_ASSIGNMENT_APPEAL_ADD, link, 2, NULL, c->err))
            return false;
    }
    struct event e = {.record = "assignment", .record_id = id, .action = g->draft ? "create" : "issue", .to = g->draft ? "draft" : "issued", .version = 1, .comment = arg_sql(c, "reason"),
                      .changes = arena_printf(c->arena, "{\"due\":{\"to\":\"%s\"},\"responsible\":{\"to\":%lld}}", day_text(c, g->due.rolled), (long long)g->responsible)};
    if (!write_parties(c, id_text, g->responsible) || !assignment_demand_file(c, id_text) || !part_due(c, id_text, g->due.rolled) || (parent->row && !join_parent(c, parent, id_text, number, g->responsible)) ||
        !pg_exec(c->db, Q_APPEAL_OPEN_ASSIGNMENTS_RECOUNT, &id_text, 1, NULL, c->err) || !event_write(c, &e) ||
        (g->next_on != DAY_NONE && !periodic_keep(c, id, g->next_on)))
        return false;
    jw_object(c->out);
    jw_kint(c->out, "id", id);
    jw_kstring(c->out, "number", number);
    jw_kstring(c->out, "due", day_text(c, g->due.rolled));
    jw_kint(c->out, "version", 1);
    jw_kstring(c->out, "status", g->draft ? "draft" : "issued");
    jw_kbool(c->out, "unverified", g->due.unverified);
    const char *asked[] = {call_acts(c), id_text};
    bool ok = write_forecast(c, Q_FORECAST_OF, asked, 2);
    jw_object_end(c->out);
    return ok;
}

/* What giving it now would mean: for the form, before it is given. */
static bool assignment_forecast(struct call *c)
{
    struct due due = {0};
    const char *rule;
    if (!assignment_user_ok(c, "responsible", arg_int(c, "responsible")) || !count_due(c, &due, &rule))
        return false;
    const char *asked[] = {call_acts(c), arg_sql(c, "responsible"), day_text(c, due.rolled), arg_sql(c, "appeal")};
    jw_object(c->out);
    jw_kstring(c->out, "due", day_text(c, due.rolled));
    jw_kstring(c->out, "nominal", day_text(c, due.nominal));
    jw_kstring(c->out, "rule", rule);
    jw_kbool(c->out, "unverified", due.unverified);
    bool ok = write_forecast(c, Q_FORECAST_FOR, asked, 4);
    jw_object_end(c->out);
    return ok;
}

static bool assignment_create(struct call *c)
{
    struct giving g = {.due = {.nominal = DAY_NONE, .rolled = DAY_NONE}, .draft = arg_bool(c, "draft"), .next_on = DAY_NONE};
    struct record parent = {.row = NULL};
    bool there;
    if (!known_external(c, Q_ASSIGNMENT_BY_EXTERNAL, &there) || there)
        return there;
    if (arg_sql(c, "period") && !periodic_prepare(c, &g.next_on))
        return false;
    if (!check_classifier(c, "assignment_source", "source", arg_str(c, "source"), NULL) || !choose_responsible(c, &g.responsible) || !count_due(c, &g.due, &g.rule))
        return false;
    if (arg_int(c, "parent") && !take_parent(c, &parent, &g.due)) {
        record_free(&parent);
        return false;
    }
    bool ok = create_under(c, &parent, &g);
    record_free(&parent);
    return ok;
}

static bool set_people(struct call *c, const char *id, const char *field, const char *role)
{
    if (!arg_has(c, field))
        return true;
    const json_t *users = json_object_get(c->params, field);
    size_t i;
    json_t *user;
    json_array_foreach(users, i, user) if (!assignment_user_ok(c, field, json_integer_value(user))) return false;
    const char *params[] = {id, role, arg_sql(c, field)};
    return pg_exec(c->db, Q_ASSIGNMENT_PARTIES_SET, params, 3, NULL, c->err);
}

/* Only who gave an assignment (or the clerk who keeps it for them) may change what it says and its date. */
static bool assignment_set(struct call *c)
{
    struct record r;
    int64_t version;
    const char *changes;
    struct due until = {.nominal = DAY_NONE, .rolled = DAY_NONE};
    day_t parent_due = DAY_NONE;
    if ((arg_sql(c, "due") && !assignment_hold_parent(c, arg_sql(c, "id"), &parent_due)) || !record_lock(c, "assignment", &r))
        return false;
    bool ok = r.relations & REL_AUTHOR || c->user->roles & (R_CLERK | R_HEAD | R_SYSTEM) || err_set(c->err, ERR_FORBIDDEN, NULL);
    ok = ok && (!state_is_final(c, "assignment", r.status) || err_rule(c->err, "status", NULL));
    ok = ok && check_classifier(c, "urgency", "urgency", arg_str(c, "urgency"), NULL) && record_acts_for(c, &r, "assignment", "move_due");
    if (ok && arg_sql(c, "due") && (ok = assignment_due_fits(c, &r, "due", parent_due, &until)))
        json_object_set_new(c->params, "due", json_string(day_text(c, until.rolled))); /* what the history says is the day in force */
    ok = ok && (!arg_int(c, "controller") || assignment_user_ok(c, "controller", arg_int(c, "controller"))) &&
         record_changes(c, Q_ASSIGNMENT_FACTS, r.id_text, &changes);
    const char *params[] = {r.id_text, arg_sql(c, "title"), arg_keep(c, "text"), arg_sql(c, "urgency"), arg_sql(c, "controller"), assignment_decides(c)};
    const char *due[] = {r.id_text, day_text(c, until.rolled), day_text(c, until.nominal)};
    const char *controller[] = {r.id_text, "controller", arena_printf(c->arena, "{%s}", arg_sql(c, "controller") ? arg_sql(c, "controller") : "")};
    ok = ok && query_int(c, Q_ASSIGNMENT_SET, params, 6, 0, &version) && (!due[1] || pg_exec(c->db, Q_ASSIGNMENT_DUE_SET, due, 3, NULL, c->err)) &&
         (!arg_int(c, "controller") || pg_exec(c->db, Q_ASSIGNMENT_PARTIES_SET, controller, 3, NULL, c->err)) &&
         set_people(c, r.id_text, "co_executors", "co_executor") && set_people(c, r.id_text, "watchers", "watcher") &&
         part_due(c, r.id_text, due[1] ? until.rolled : day_parse(pg_text(r.row, 0, A_DUE)));
    if (ok) {
        struct event e = {.record = "assignment", .record_id = r.id, .action = "set", .version = version, .changes = changes, .comment = arg_sql(c, "reason")};
        ok = event_write(c, &e);
    }
    if (ok)
        write_changed(c, r.id, r.number, version, r.status);
    record_free(&r);
    return ok;
}

static bool assignment_comment(struct call *c) { return record_comment(c, "assignment"); }

static const struct op_param list_params[] = {
    {"sort", P_ENUM, 0, 0, "due|new|old", NULL, {"Порядок", "Order"}, NULL},
    {"status", P_STRING, PF_FILTER, 40, NULL, NULL, {"Состояние", "Status"}, NULL},
    {"open", P_BOOL, PF_FILTER, 0, NULL, NULL, {"Неисполненные", "Open"}, NULL},
    {"overdue", P_BOOL, PF_FILTER, 0, NULL, NULL, {"Просроченные", "Overdue"}, NULL},
    {"due_soon", P_BOOL, PF_FILTER, 0, NULL, NULL, {"Скоро срок", "Due soon"}, NULL},
    {"mine", P_ENUM, PF_FILTER, 0, "responsible|author|controller|co_executor|watcher|unit|any", NULL, {"Мои", "Mine"}, NULL},
    {"unit", P_ID, PF_FILTER, 0, NULL, "unit.list", {"Подразделение", "Unit"}, NULL},
    {"without_unit", P_BOOL, PF_FILTER, 0, NULL, NULL, {"Без подразделения", "Without a unit"}, NULL},
    {"responsible", P_ID, PF_FILTER, 0, NULL, "user.list", {"Исполнитель", "Responsible"}, NULL},
    {"appeal", P_ID, PF_FILTER, 0, NULL, "appeal.list", {"По обращению", "From the appeal"}, NULL},
    {"controller", P_ID, PF_FILTER, 0, NULL, "user.list", {"Контролёр", "Controller"}, NULL},
    {"parent", P_ID, PF_FILTER, 0, NULL, "assignment.list", {"Части поручения", "Parts of"}, NULL},
    {"bucket", P_ENUM, PF_FILTER, 0, "overdue|today|week|later|reported|open", NULL, {"Столбец контроля", "Column of the board"}, NULL},
    {"from", P_DATE, PF_FILTER, 0, NULL, NULL, {"Срок с", "Due from"}, NULL},
    {"to", P_DATE, PF_FILTER, 0, NULL, NULL, {"Срок по", "Due to"}, NULL},
    {.name = NULL},
};
static const struct op_param get_params[] = {
    {"id", P_ID, 0, 0, NULL, "assignment.list", {"Поручение", "Assignment"}, NULL},
    {"number", P_STRING, 0, 60, NULL, NULL, {"Номер", "Number"}, NULL},
    {.name = NULL},
};
static const struct op_param create_params[] = {
    {"title", P_STRING, PF_REQUIRED, 300, NULL, NULL, {"Что сделать", "What to do"}, NULL},
    {"responsible", P_ID, 0, 0, NULL, "user.list", {"Исполнитель", "Responsible"}, NULL},
    {"due", P_DATE, 0, 0, NULL, NULL, {"Срок", "Due"}, NULL},
    {"text", P_TEXT, 0, 50000, NULL, NULL, {"Подробно", "Details"}, NULL},
    {"urgency", P_ENUM, 0, 0, "classifier:urgency", NULL, {"Срочность", "Urgency"}, NULL},
    {"controller", P_ID, 0, 0, NULL, "user.list", {"Контролёр", "Controller"}, NULL},
    {"check_only", P_BOOL, 0, 0, NULL, NULL, {"Контролёр только проверяет", "The controller only checks"}, NULL},
    {"on_behalf_of", P_ID, 0, 0, NULL, "user.list", {"От имени", "On behalf of"}, NULL},
    {"co_executors", P_IDS, 0, 50, NULL, "user.list", {"Соисполнители", "Co-executors"}, NULL},
    {"co_due", P_DATE, 0, 0, NULL, NULL, {"Срок соисполнителям", "Due for co-executors"}, NULL},
    {"parent", P_ID, 0, 0, NULL, "assignment.list", {"Часть поручения", "Part of"}, NULL},
    {"watchers", P_IDS, 0, 50, NULL, "user.list", {"Наблюдатели", "Watchers"}, NULL},
    {"unit", P_ID, 0, 0, NULL, "unit.list", {"Подразделение", "Unit"}, NULL},
    {"appeal", P_ID, 0, 0, NULL, "appeal.list", {"По обращению", "From the appeal"}, NULL},
    {"appeals", P_IDS, 0, 200, NULL, "appeal.list", {"По обращениям", "From the appeals"}, NULL},
    {"source", P_ENUM, 0, 0, "classifier:assignment_source", NULL, {"Основание", "Source"}, NULL},
    {"reason", P_TEXT, 0, 5000, NULL, NULL, {"Почему тому, на кого жалуются", "Why to the person complained of"}, NULL},
    {"period", P_ENUM, 0, 0, "weekly|monthly|quarterly|yearly|standing", NULL, {"Повторять", "Repeat"}, NULL},
    {"file_demanded", P_BOOL, 0, 0, NULL, NULL, {"Нужно фото или скан", "A photo or scan is demanded"}, NULL},
    {"draft", P_BOOL, 0, 0, NULL, NULL, {"Пока не выдавать", "Keep as a draft"}, NULL},
    {"external_id", P_STRING, 0, 200, NULL, NULL, {"Номер в другой системе", "Id in another system"}, NULL},
    {.name = NULL},
};
static const struct op_param forecast_params[] = {
    {"responsible", P_ID, PF_REQUIRED, 0, NULL, "user.list", {"Исполнитель", "Responsible"}, NULL},
    {"due", P_DATE, 0, 0, NULL, NULL, {"Срок", "Due"}, NULL},
    {"urgency", P_ENUM, 0, 0, "classifier:urgency", NULL, {"Срочность", "Urgency"}, NULL},
    {"appeal", P_ID, 0, 0, NULL, "appeal.list", {"По обращению", "From the appeal"}, NULL},
    {.name = NULL},
};
static const struct op_param set_params[] = {
    {"title", P_STRING, 0, 300, NULL, NULL, {"Что сделать", "What to do"}, NULL},
    {"text", P_TEXT, 0, 50000, NULL, NULL, {"Подробно", "Details"}, NULL},
    {"due", P_DATE, 0, 0, NULL, NULL, {"Срок", "Due"}, NULL},
    {"reason", P_TEXT, 0, 5000, NULL, NULL, {"Почему изменён срок", "Why the date moves"}, NULL},
    {"urgency", P_ENUM, 0, 0, "classifier:urgency", NULL, {"Срочность", "Urgency"}, NULL},
    {"controller", P_ID, 0, 0, NULL, "user.list", {"Контролёр", "Controller"}, NULL},
    {"check_only", P_BOOL, 0, 0, NULL, NULL, {"Контролёр только проверяет", "The controller only checks"}, NULL},
    {"file_demanded", P_BOOL, 0, 0, NULL, NULL, {"Нужно фото или скан", "A photo or scan is demanded"}, NULL},
    {"co_executors", P_IDS, 0, 50, NULL, "user.list", {"Соисполнители", "Co-executors"}, NULL},
    {"co_due", P_DATE, 0, 0, NULL, NULL, {"Срок соисполнителям", "Due for co-executors"}, NULL},
    {"watchers", P_IDS, 0, 50, NULL, "user.list", {"Наблюдатели", "Watchers"}, NULL},
    {.name = NULL},
};
static const struct op_param comment_params[] = {
    {"text", P_TEXT, PF_REQUIRED, 20000, NULL, NULL, {"Комментарий", "Comment"}, NULL},
    {"files", P_IDS, 0, 50, NULL, "file.list", {"Файлы из входящих", "Files of the inbox"}, NULL},
    {.name = NULL},
};

#define MOVERS ASSIGNMENT_MOVERS
const struct op assignment_ops[] = {
    {"assignment.create", GIVERS, OP_WRITE, {"Дать поручение", "Give an assignment"}, create_params, assignment_create},
    {"assignment.forecast", GIVERS, 0, {"Успеет ли исполнитель", "Will the executor be in time"}, forecast_params, assignment_forecast},
    {"assignment.list", READERS, OP_LIST, {"Поручения", "Assignments"}, list_params, assignment_list},
    {"assignment.get", READERS, 0, {"Карточка поручения", "Card of an assignment"}, get_params, assignment_get},
    {"assignment.set", GIVERS, OP_WRITE | OP_VERSION, {"Исправить поручение", "Correct an assignment"}, set_params, assignment_set},
    {"assignment.issue", MOVERS, OP_WRITE | OP_VERSION, {"Выдать", "Issue"}, NULL, assignment_move},
    {"assignment.see", MOVERS, OP_WRITE | OP_VERSION, {"Отметить прочтение", "Mark as seen"}, NULL, assignment_move},
    {"assignment.start", MOVERS, OP_WRITE | OP_VERSION, {"Взять в работу", "Start"}, NULL, assignment_move},
    {"assignment.report", MOVERS, OP_WRITE | OP_VERSION, {"Отчитаться", "Report"}, assignment_report_params, assignment_move},
    {"assignment.recall", MOVERS, OP_WRITE | OP_VERSION, {"Отозвать отчёт", "Recall the report"}, NULL, assignment_move},
    {"assignment.return", MOVERS, OP_WRITE | OP_VERSION, {"Вернуть на доработку", "Return for rework"}, assignment_return_params, assignment_move},
    {"assignment.accept", MOVERS, OP_WRITE | OP_VERSION, {"Принять", "Accept"}, assignment_accept_params, assignment_move},
    {"assignment.cancel", MOVERS, OP_WRITE | OP_VERSION, {"Отменить", "Cancel"}, assignment_cancel_params, assignment_move},
    {"assignment.off_control", MOVERS, OP_WRITE | OP_VERSION, {"Снять с контроля", "Take off control"}, assignment_reason_params, assignment_move},
    {"assignment.reopen", MOVERS, OP_WRITE | OP_VERSION, {"Возобновить", "Reopen"}, assignment_reopen_params, assignment_move},
    {"assignment.reassign", MOVERS, OP_WRITE | OP_VERSION, {"Переназначить", "Reassign"}, assignment_reassign_params, assignment_reassign},
    {"assignment.comment", MOVERS, OP_WRITE | OP_VERSION, {"Комментарий", "Comment"}, comment_params, assignment_comment},
    {.method = NULL},
};
