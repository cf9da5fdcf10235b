/* Incidents of the duty desk: the call written down, its journal and card, and what is known while the caller still speaks. Transitions
 * stand in incident_move.c. */
#include "server/ops/incident.h"
#include "common/arena.h"
#include "server/ops/access.h"
#include "server/ops/house.h"
#include "server/ops/tables.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Who reads for figures alone does not see who called. */
static bool hides_callers(const struct call *c) { return !(c->user->roles & (DESK_READERS & ~(unsigned)R_ANALYST)); }

/* The facts of a classifier's value; NULL when there is none. The caller frees. */
static json_t *facts_of(const struct call *c, const char *classifier, const char *code)
{
    const char *data = code ? classifiers_find(c->rules->classifiers, classifier, code) : NULL;
    return data ? json_loads(data, 0, NULL) : NULL;
}

static const char *words_sql(struct call *c, const json_t *words)
{
    const char *text = "{";
    size_t i;
    json_t *word;
    json_array_foreach(words, i, word) text = arena_printf(c->arena, "%s%s\"%s\"", text, i ? "," : "", json_string_value(word));
    return arena_printf(c->arena, "%s}", text);
}

const char *incident_norms(struct call *c, const char *type)
{
    json_t *facts = facts_of(c, "incident_type", type);
    const char *norms = words_sql(c, json_object_get(facts, "norms"));
    json_decref(facts);
    return norms;
}

bool incident_codes_ok(struct call *c, const char *classifier, const char *field)
{
    size_t i;
    json_t *code;
    json_array_foreach(json_object_get(c->params, field), i, code)
    {
        if (!check_classifier(c, classifier, arena_printf(c->arena, "%s[%zu]", field, i), json_string_value(code), NULL))
            return false;
    }
    return true;
}

bool incident_time(struct call *c, const char *field, const char *not_before, const char **at)
{
    *at = arg_sql(c, field);
    const char *params[] = {*at, not_before};
    struct pg_res *res = pg_query(c->db, Q_INCIDENT_TIME, params, 2, c->err);
    if (!res)
        return false;
    bool future = pg_bool(res, 0, 1), early = pg_bool(res, 0, 2);
    *at = arena_strdup(c->arena, pg_text(res, 0, 0));
    pg_free(res);
    if (future)
        return err_field(c->err, field, "in_future", NULL);
    return !early || err_field(c->err, field, "before_call", NULL);
}

/* ---- writing down ---- */

struct call_card {
    const char *type, *priority, *source, *services, *place;
    bool answered; /* somebody speaks to us: the call is answered by being taken */
};

/* The kind that the words mean; NULL when they mean none. */
static bool guess_kind(struct call *c, const char *text, const char **type)
{
    struct pg_res *res = pg_query(c->db, Q_INCIDENT_GUESS, &text, 1, c->err);
    if (!res)
        return false;
    *type = pg_rows(res) == 1 ? arena_strdup(c->arena, pg_text(res, 0, 0)) : NULL;
    pg_free(res);
    return true;
}

/* Priority and services come with the kind, the kind with the words; who takes the call may say otherwise. */
static bool take_kind(struct call *c, struct call_card *k)
{
    k->type = arg_sql(c, "type");
    if (!k->type && arg_sql(c, "text") && !guess_kind(c, arg_sql(c, "text"), &k->type))
        return false;
    if (!k->type)
        return err_field(c->err, "type", "required", NULL);
    k->source = arg_sql(c, "source") ? arg_sql(c, "source") : "phone";
    k->priority = arg_sql(c, "priority");
    if (!check_classifier(c, "incident_type", "type", k->type, NULL) ||
        !check_classifier(c, "incident_priority", "priority", k->priority, NULL) ||
        !check_classifier(c, "incident_source", "source", k->source, NULL) ||
        !check_classifier(c, "service", "service", arg_sql(c, "service"), NULL) || !incident_codes_ok(c, "service", "services"))
        return false;
    json_t *type = facts_of(c, "incident_type", k->type), *source = facts_of(c, "incident_source", k->source);
    const char *usual = json_string_value(json_object_get(type, "priority"));
    if (!k->priority)
        k->priority = arena_strdup(c->arena, usual ? usual : "p4");
    k->services = arg_has(c, "services")  ? arg_sql(c, "services")
                  : arg_sql(c, "service") ? arena_printf(c->arena, "{%s}", arg_sql(c, "service"))
                                          : words_sql(c, json_object_get(type, "services"));
    k->answered = json_is_true(json_object_get(source, "live"));
    json_decref(type);
    json_decref(source);
    return true;
}

/* Where it is: a house of the register, whose writing is kept beside, or any place in words. */
static bool take_place(struct call *c, const char **place)
{
    const char *house = arg_sql(c, "house");
    int64_t found = 0;
    *place = arg_sql(c, "place");
    if (!house && !(*place && (*place)[strspn(*place, " ")]))
        return err_field(c->err, "place", "required", NULL);
    if (!house && !house_in_text(c, *place, &found))
        return false;
    if (!house && !found)
        return true;
    if (found) {
        json_object_set_new(c->params, "house", json_integer(found));
        if (house_flat_in_text(c, *place))
            arg_default(c, "flat", house_flat_in_text(c, *place));
        house = arg_sql(c, "house");
    }
    struct pg_res *res = pg_query(c->db, Q_INCIDENT_HOUSE, &house, 1, c->err);
    if (!res)
        return false;
    bool there = pg_rows(res) == 1;
    if (there)
        *place = arena_strdup(c->arena, pg_text(res, 0, 0));
    pg_free(res);
    return there || err_field(c->err, "house", "not_there", NULL);
}

static bool write_card(struct call *c, const struct call_card *k, const char *status, int64_t *id, const char **number)
{
    int year, month, day;
    const char *at = NULL;
    if (arg_sql(c, "taken_at") && !incident_time(c, "taken_at", NULL, &at))
        return false;
    day_to_civil(call_today(), &year, &month, &day);
    const char *params[] = {"incident",
                            call_int(c, year),
                            "ЕД",
                            status,
                            at,
                            call_user(c),
                            k->source,
                            k->type,
                            k->priority,
                            arg_sql(c, "text"),
                            arg_sql(c, "phone"),
                            arg_sql(c, "caller"),
                            arg_sql(c, "house"),
                            k->place,
                            arg_sql(c, "entrance"),
                            arg_sql(c, "floor"),
                            arg_sql(c, "flat"),
                            arg_sql(c, "dead"),
                            arg_sql(c, "injured"),
                            arg_sql(c, "children"),
                            arg_sql(c, "external_id"),
                            k->services,
                            incident_norms(c, k->type),
                            call_bool(k->answered),
                            arg_sql(c, "rescued")};
    return query_numbered(c, Q_INCIDENT_LOG, params, 25, id, number);
}

/* What the caller speaks of is known already: the outage that it comes from, or an earlier call. */
static bool log_links(struct call *c, int64_t id, int64_t *version, const char **status)
{
    struct record r;
    bool ok = true;
    if (!arg_has(c, "outage") && !arg_has(c, "repeat_of"))
        return true;
    if (!record_lock_id(c, "incident", id, &r))
        return false;
    if (arg_has(c, "outage"))
        ok = incident_join_outage(c, &r, arg_sql(c, "outage"), "outage", version);
    if (ok && arg_has(c, "repeat_of"))
        ok = incident_repeat(c, &r, "repeat_of", version, status);
    record_free(&r);
    return ok;
}

static bool incident_log(struct call *c)
{
    struct call_card k = {.type = NULL};
    const char *number, *status = state_initial(c, "incident");
    int64_t id, version = 1;
    bool there;
    if (!known_external(c, Q_INCIDENT_BY_EXTERNAL, &there) || there)
        return there;
    if (!status)
        return err_rule(c->err, "status", NULL);
    if (!take_kind(c, &k) || !take_place(c, &k.place) || !write_card(c, &k, status, &id, &number))
        return false;
    struct event e = {.record = "incident", .record_id = id, .action = "log", .to = status, .version = 1};
    if (!event_write(c, &e) || !log_links(c, id, &version, &status))
        return false;
    write_changed(c, id, number, version, status);
    return true;
}

static bool incident_set(struct call *c)
{
    struct record r;
    const char *to, *changes = NULL, *place = NULL;
    int64_t version;
    if (!record_lock(c, "incident", &r))
        return false;
    bool ok = record_may(c, &r, "set", &to) && check_classifier(c, "incident_type", "type", arg_sql(c, "type"), NULL) &&
              check_classifier(c, "incident_priority", "priority", arg_sql(c, "priority"), NULL) &&
              check_classifier(c, "incident_source", "source", arg_sql(c, "source"), NULL) &&
              ((!arg_has(c, "house") && !arg_has(c, "place")) || take_place(c, &place)) &&
              record_changes(c, Q_INCIDENT_FACTS, r.id_text, &changes);
    if (ok && arg_sql(c, "type") && strcmp(arg_sql(c, "type"), pg_text(r.row, 0, I_TYPE)) != 0) {
        const char *renew[] = {r.id_text, incident_norms(c, arg_sql(c, "type"))};
        ok = pg_exec(c->db, Q_INCIDENT_CLOCKS_RENEW, renew, 2, NULL, c->err);
    }
    const char *params[] = {r.id_text,
                            arg_sql(c, "type"),
                            arg_sql(c, "priority"),
                            arg_sql(c, "source"),
                            arg_keep(c, "text"),
                            arg_keep(c, "phone"),
                            arg_keep(c, "caller"),
                            arg_sql(c, "house"),
                            place,
                            arg_keep(c, "entrance"),
                            arg_keep(c, "floor"),
                            arg_keep(c, "flat"),
                            arg_sql(c, "dead"),
                            arg_sql(c, "injured"),
                            arg_sql(c, "children"),
                            arg_sql(c, "rescued"),
                            arg_keep(c, "measures")};
    struct event e = {.record = "incident", .record_id = r.id, .action = "set", .changes = changes};
    ok = ok && query_int(c, Q_INCIDENT_SET, params, 17, 0, &version);
    e.version = ok ? version : 0;
    ok = ok && event_write(c, &e);
    if (ok)
        write_changed(c, r.id, r.number, version, r.status);
    record_free(&r);
    return ok;
}

static bool incident_comment(struct call *c) { return record_comment(c, "incident"); }

/* ---- reading ---- */

/* Words find callers, too, and a telephone tells one; a number tells nobody. Each is its own note: what was typed to find a caller goes
 * with them, and is then looked for as it was typed. */
static void note_search(struct call *c, const char *words, const char *phone)
{
    const char *typed[] = {words, phone};
    for (size_t i = 0; i < sizeof typed / sizeof *typed; i++)
        if (typed[i] && !hides_callers(c))
            access_note_search(c, "incident", typed[i], "{}", NULL);
}

static bool incident_list(struct call *c)
{
    struct page page;
    const char *query = arg_sql(c, "query"), *sort = arg_sql(c, "sort");
    const char *number = query ? number_pattern(c, query) : NULL;
    if (!page_begin(c, &page, "it"))
        return false;
    const char *params[22] = {
        arg_sql(c, "status"),  arg_sql(c, "open"),         arg_sql(c, "type"),          arg_sql(c, "priority"), arg_sql(c, "service"),
        arg_sql(c, "house"),   arg_sql(c, "phone"),        arg_sql(c, "from"),          arg_sql(c, "to"),       arg_sql(c, "clock"),
        arg_sql(c, "shift"),   arg_sql(c, "source"),       arg_sql(c, "outage"),        arg_sql(c, "taken_by"), number,
        number ? NULL : query, arg_sql(c, "repeat_of"),    call_bool(hides_callers(c)), sort ? sort : "new",    page.after[0],
        page.after[1],         call_int(c, page.limit + 1)};
    struct pg_res *res = pg_query(c->db, Q_INCIDENT_LIST, params, 22, c->err);
    if (res && pg_rows(res) == 0 && number) { /* «дом 12» looks like a number and is none */
        pg_free(res);
        params[14] = NULL;
        params[15] = query;
        res = pg_query(c->db, Q_INCIDENT_LIST, params, 22, c->err);
    }
    if (!res || !page_count(c, &page, Q_INCIDENT_COUNT, params, 18)) {
        pg_free(res);
        return false;
    }
    page_write(c, &page, res, "incident", 3, 2);
    pg_free(res);
    note_search(c, params[15], params[6]);
    return true;
}

static bool incident_get(struct call *c)
{
    int64_t id;
    if (!find_id(c, Q_INCIDENT_FIND_NUMBER, &id) || !record_write(c, "incident", id, c->out))
        return false;
    access_note_card(c, "incident", id);
    return true;
}

/* ---- while the caller speaks ---- */

/* The kind that the words mean, with what comes with it. */
static bool write_guess(struct call *c)
{
    const char *text = arg_sql(c, "text"), *type = arg_sql(c, "type");
    if (!type && text && !guess_kind(c, text, &type))
        return false;
    json_t *facts = facts_of(c, "incident_type", type);
    char *services = json_dumps(json_object_get(facts, "services"), JSON_COMPACT);
    jw_kstring(c->out, "type", facts ? type : NULL);
    jw_kstring(c->out, "priority", json_string_value(json_object_get(facts, "priority")));
    jw_kraw(c->out, "services", services ? services : "[]");
    free(services);
    json_decref(facts);
    return true;
}

static bool write_array(struct call *c, const char *name, enum query q, const char *const *params, int count)
{
    struct pg_res *res = pg_query(c->db, q, params, count, c->err);
    if (!res)
        return false;
    jw_kraw(c->out, name, pg_text(res, 0, 0));
    pg_free(res);
    return true;
}

static bool incident_look(struct call *c)
{
    const char *phone = arg_sql(c, "phone"), *place = arg_sql(c, "place"), *house = arg_sql(c, "house");
    int64_t found;
    if (!house && place) {
        if (!house_in_text(c, place, &found))
            return false;
        house = found ? call_int(c, found) : NULL;
    }
    const char *of_place[] = {house, place ? place : ""};
    jw_object(c->out);
    bool ok = write_guess(c) && write_array(c, "house", Q_INCIDENT_HOUSE_FACTS, &house, 1) &&
              write_array(c, "caller", Q_INCIDENT_OF_CALLER, (const char *[]){phone ? phone : ""}, 1) &&
              write_array(c, "address", Q_INCIDENT_OF_PLACE, of_place, 2) && write_array(c, "outages", Q_INCIDENT_OUTAGES_OF, &house, 1);
    jw_object_end(c->out);
    return ok;
}

/* ---- rows ---- */

static const struct op_param log_params[] = {
    {"phone", P_STRING, 0, 60, NULL, NULL, {"Телефон", "Phone"}, NULL},
    {"place", P_STRING, 0, 300, NULL, NULL, {"Адрес или место", "Address or place"}, NULL},
    {"house", P_ID, 0, 0, NULL, "house.list", {"Дом", "House"}, NULL},
    {"text", P_TEXT, 0, 20000, NULL, NULL, {"Что случилось", "What happened"}, NULL},
    {"type", P_ENUM, 0, 0, "classifier:incident_type", NULL, {"Вид", "Kind"}, NULL},
    {"service", P_ENUM, 0, 0, "classifier:service", NULL, {"Служба", "Service"}, NULL},
    {"services", P_STRINGS, 0, 10, "classifier:service", NULL, {"Службы", "Services"}, NULL},
    {"priority", P_ENUM, 0, 0, "classifier:incident_priority", NULL, {"Приоритет", "Priority"}, NULL},
    {"caller", P_STRING, 0, 200, NULL, NULL, {"Заявитель", "Caller"}, NULL},
    {"source", P_ENUM, 0, 0, "classifier:incident_source", NULL, {"Откуда", "Source"}, NULL},
    {"entrance", P_STRING, 0, 20, NULL, NULL, {"Подъезд", "Entrance"}, NULL},
    {"floor", P_STRING, 0, 20, NULL, NULL, {"Этаж", "Floor"}, NULL},
    {"flat", P_STRING, 0, 20, NULL, NULL, {"Квартира", "Flat"}, NULL},
    {"taken_at", P_TIME, 0, 0, NULL, NULL, {"Принято", "Taken"}, NULL},
    {"dead", P_INT, 0, 100000, NULL, NULL, {"Погибло", "Dead"}, NULL},
    {"injured", P_INT, 0, 100000, NULL, NULL, {"Пострадало", "Injured"}, NULL},
    {"children", P_INT, 0, 100000, NULL, NULL, {"Из них детей", "Children among them"}, NULL},
    {"rescued", P_INT, 0, 100000, NULL, NULL, {"Спасено", "Rescued"}, NULL},
    {"outage", P_ID, 0, 0, NULL, "outage.list", {"Из-за отключения", "Because of the outage"}, NULL},
    {"repeat_of", P_ID, 0, 0, NULL, "incident.list", {"Повтор к", "Repeats"}, NULL},
    {"external_id", P_STRING, 0, 200, NULL, NULL, {"Номер в другой системе", "Id in another system"}, NULL},
    {.name = NULL},
};
static const struct op_param set_params[] = {
    {"type", P_ENUM, 0, 0, "classifier:incident_type", NULL, {"Вид", "Kind"}, NULL},
    {"priority", P_ENUM, 0, 0, "classifier:incident_priority", NULL, {"Приоритет", "Priority"}, NULL},
    {"text", P_TEXT, 0, 20000, NULL, NULL, {"Что случилось", "What happened"}, NULL},
    {"phone", P_STRING, 0, 60, NULL, NULL, {"Телефон", "Phone"}, NULL},
    {"caller", P_STRING, 0, 200, NULL, NULL, {"Заявитель", "Caller"}, NULL},
    {"place", P_STRING, 0, 300, NULL, NULL, {"Адрес или место", "Address or place"}, NULL},
    {"house", P_ID, 0, 0, NULL, "house.list", {"Дом", "House"}, NULL},
    {"entrance", P_STRING, 0, 20, NULL, NULL, {"Подъезд", "Entrance"}, NULL},
    {"floor", P_STRING, 0, 20, NULL, NULL, {"Этаж", "Floor"}, NULL},
    {"flat", P_STRING, 0, 20, NULL, NULL, {"Квартира", "Flat"}, NULL},
    {"source", P_ENUM, 0, 0, "classifier:incident_source", NULL, {"Откуда", "Source"}, NULL},
    {"dead", P_INT, 0, 100000, NULL, NULL, {"Погибло", "Dead"}, NULL},
    {"injured", P_INT, 0, 100000, NULL, NULL, {"Пострадало", "Injured"}, NULL},
    {"children", P_INT, 0, 100000, NULL, NULL, {"Из них детей", "Children among them"}, NULL},
    {"rescued", P_INT, 0, 100000, NULL, NULL, {"Спасено", "Rescued"}, NULL},
    {"measures", P_TEXT, 0, 20000, NULL, NULL, {"Принятые меры", "Measures"}, NULL},
    {.name = NULL},
};
static const struct op_param list_params[] = {
    {"status", P_STRING, PF_FILTER, 40, NULL, NULL, {"Состояние", "State"}, NULL},
    {"open", P_BOOL, PF_FILTER, 0, NULL, NULL, {"Не закрыты", "Open"}, NULL},
    {"type", P_ENUM, PF_FILTER, 0, "classifier:incident_type", NULL, {"Вид", "Kind"}, NULL},
    {"priority", P_ENUM, PF_FILTER, 0, "classifier:incident_priority", NULL, {"Приоритет", "Priority"}, NULL},
    {"service", P_ENUM, PF_FILTER, 0, "classifier:service", NULL, {"Служба", "Service"}, NULL},
    {"source", P_ENUM, PF_FILTER, 0, "classifier:incident_source", NULL, {"Откуда", "Source"}, NULL},
    {"clock", P_ENUM, PF_FILTER, 0, "pending|soon|met|breached|cancelled", NULL, {"Норматив", "Clock"}, NULL},
    {"house", P_ID, PF_FILTER, 0, NULL, "house.list", {"Дом", "House"}, NULL},
    {"phone", P_STRING, PF_FILTER, 60, NULL, NULL, {"Телефон", "Phone"}, NULL},
    {"from", P_DATE, PF_FILTER, 0, NULL, NULL, {"С", "From"}, NULL},
    {"to", P_DATE, PF_FILTER, 0, NULL, NULL, {"По", "To"}, NULL},
    {"taken_by", P_ID, PF_FILTER, 0, NULL, "user.list", {"Кто принял", "Taken by"}, NULL},
    {"shift", P_ID, PF_FILTER, 0, NULL, "shift.list", {"Смена", "Shift"}, NULL},
    {"outage", P_ID, PF_FILTER, 0, NULL, "outage.list", {"Отключение", "Outage"}, NULL},
    {"repeat_of", P_ID, PF_FILTER, 0, NULL, "incident.list", {"Повторы к", "Repeats of"}, NULL},
    {"sort", P_ENUM, 0, 0, "new|old|urgent", NULL, {"Порядок", "Order"}, NULL},
    {.name = NULL},
};
static const struct op_param get_params[] = {
    {"id", P_ID, 0, 0, NULL, "incident.list", {"Номер записи", "Record id"}, NULL},
    {"number", P_STRING, 0, 60, NULL, NULL, {"Номер", "Number"}, NULL},
    {.name = NULL},
};
static const struct op_param look_params[] = {
    {"phone", P_STRING, 0, 60, NULL, NULL, {"Телефон", "Phone"}, NULL},
    {"place", P_STRING, 0, 300, NULL, NULL, {"Адрес или место", "Address or place"}, NULL},
    {"house", P_ID, 0, 0, NULL, "house.list", {"Дом", "House"}, NULL},
    {"text", P_TEXT, 0, 20000, NULL, NULL, {"Что случилось", "What happened"}, NULL},
    {"type", P_STRING, 0, 60, NULL, NULL, {"Вид", "Kind"}, NULL},
    {.name = NULL},
};
static const struct op_param comment_params[] = {
    {"text", P_TEXT, PF_REQUIRED, 20000, NULL, NULL, {"Комментарий", "Comment"}, NULL},
    {.name = NULL},
};

#define CHANGES (OP_WRITE | OP_VERSION)
const struct op incident_ops[] = {
    {"incident.log", DESK, OP_WRITE, {"Записать вызов", "Write a call down"}, log_params, incident_log},
    {"incident.look", DESK, 0, {"Что известно о вызове", "What is known of a call"}, look_params, incident_look},
    {"incident.list", DESK_READERS, OP_LIST, {"Журнал происшествий", "Journal of incidents"}, list_params, incident_list},
    {"incident.get", DESK_READERS & ~R_ANALYST, 0, {"Карточка происшествия", "Card of an incident"}, get_params, incident_get},
    {"incident.set", DESK, CHANGES, {"Исправить карточку", "Correct the card"}, set_params, incident_set},
    {"incident.dispatch", DESK, CHANGES, {"Передать службам", "Pass to services"}, incident_dispatch_params, incident_move},
    {"incident.inform", DESK, CHANGES, {"Оповестить ещё службу", "Inform one more service"}, incident_inform_params, incident_move},
    {"incident.take", DESK, CHANGES, {"Служба приняла", "A service took it"}, incident_take_params, incident_move},
    {"incident.arrive", DESK, CHANGES, {"Служба прибыла", "A service arrived"}, incident_arrive_params, incident_move},
    {"incident.tell", DESK, CHANGES, {"Сообщить заявителю срок", "Tell the caller the time"}, incident_tell_params, incident_move},
    {"incident.localize", DESK, CHANGES, {"Локализовано", "Localised"}, incident_localize_params, incident_move},
    {"incident.resolve", DESK, CHANGES, {"Устранено", "Resolved"}, incident_resolve_params, incident_move},
    {"incident.close", DESK, CHANGES, {"Закрыть", "Close"}, incident_close_params, incident_move},
    {"incident.reopen", DESK, CHANGES, {"Возобновить", "Reopen"}, incident_reason_params, incident_move},
    {"incident.link_duplicate", DESK, CHANGES, {"Это повтор", "It is a repeat"}, incident_link_duplicate_params, incident_move},
    {"incident.mark_false", DESK, CHANGES, {"Ложный вызов", "False call"}, incident_reason_params, incident_move},
    {"incident.hand_out", DESK, CHANGES, {"Передать по принадлежности", "Hand to whom it belongs"}, incident_inform_params, incident_move},
    {"incident.to_appeal", DESK, CHANGES, {"Оформить обращение", "Make an appeal of it"}, incident_to_appeal_params, incident_to_appeal},
    {"incident.to_assignment",
     DESK,
     CHANGES,
     {"Дать поручение", "Give an assignment"},
     incident_to_assignment_params,
     incident_to_assignment},
    {"incident.to_outage", DESK, CHANGES, {"Связать с отключением", "Link to an outage"}, incident_to_outage_params, incident_to_outage},
    {"incident.comment", DESK_READERS & ~R_ANALYST, CHANGES, {"Комментарий", "Comment"}, comment_params, incident_comment},
    {.method = NULL},
};
