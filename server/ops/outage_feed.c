/* Outages of a feed: `outage.feed_take` for each that a snapshot shows, `outage.feed_end` for what it does not show any more. An outage of
 * a feed is known again by its source, resource, beginning and description; its houses, its promise and the source's word for its kind may
 * change. */
#include "common/arena.h"
#include "server/ops/house.h"
#include "server/ops/outage.h"
#include "server/ops/tables.h"
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* What a snapshot shows of one outage. */
struct shown {
    const char *external, *houses; /* houses: PostgreSQL array of those that were found */
    json_t *rejected;              /* [{index, field, reason}] */
    json_t *made;                  /* a trial tells which lines made a district, a settlement or a street: their indexes */
    int64_t found;
};

static const char *external_of(struct call *c)
{
    enum { HASH_BYTES = 12 };
    unsigned char hash[HASH_BYTES];
    char hex[2 * HASH_BYTES + 1];
    const char *reason = arg_sql(c, "reason");
    const char *all =
        arena_printf(c->arena, "%s %lld %s", arg_str(c, "resource"), (long long)outage_moment(c, "started"), reason ? reason : "");
    crypto_generichash(hash, sizeof hash, (const unsigned char *)all, strlen(all), NULL, 0);
    return arena_printf(c->arena, "%s:%s", arg_str(c, "source"), sodium_bin2hex(hex, sizeof hex, hash, sizeof hash));
}

/* «Зорге улица, 82/4 стр.»: the street ends at the comma before the first part that begins with a digit. */
static void split_address(struct call *c, const char *address, struct house_text *text)
{
    for (const char *p = strchr(address, ','); p; p = strchr(p + 1, ',')) {
        const char *number = p + 1 + strspn(p + 1, " \t");
        if (*number >= '0' && *number <= '9') {
            text->street = arena_strndup(c->arena, address, (size_t)(p - address));
            text->number = number;
            return;
        }
    }
    text->street = address;
}

static const char *member(const json_t *o, const char *name) { return json_string_value(json_object_get(o, name)); }

/* The house that a line names. */
static bool find_house(struct call *c, const json_t *line, unsigned make, struct house_found *house)
{
    struct house_text text = {.district = member(line, "district"),
                              .settlement = member(line, "settlement"),
                              .street = member(line, "street"),
                              .number = member(line, "number")};
    if (member(line, "address"))
        split_address(c, member(line, "address"), &text);
    return house_find(c, &text, make, house);
}

/* Would a place be made for the line, not the house alone? Asked in a trial, before it is made. False: the database fails. */
static bool note_made(struct call *c, const json_t *line, size_t index, struct shown *s)
{
    struct house_found house;
    if (!arg_bool(c, "dry_run") || find_house(c, line, MAKE_NOTHING, &house))
        return true;
    if (c->err->code != ERR_PARAMS)
        return false;
    if (strcmp(c->err->reason, "unknown_house") != 0)
        json_array_append_new(s->made, json_integer((json_int_t)index));
    *c->err = (struct err){.code = ERR_OK};
    return true;
}

/* A line that names no house is told with its reason and does not hold up the others. */
static bool take_line(struct call *c, const json_t *line, size_t index, unsigned make, struct shown *s)
{
    struct house_found house;
    if (make != MAKE_NOTHING && !note_made(c, line, index, s))
        return false;
    if (find_house(c, line, make, &house)) {
        s->houses = s->found++ ? arena_printf(c->arena, "%s,%lld", s->houses, (long long)house.id)
                               : arena_printf(c->arena, "{%lld", (long long)house.id);
        return true;
    }
    if (c->err->code != ERR_PARAMS)
        return false;
    char why[600];
    err_text(c->err, c->user->lang, why, sizeof why);
    json_array_append_new(s->rejected, json_pack("{s:i,s:s,s:s}", "index", (int)index, "field", c->err->field, "reason", why));
    *c->err = (struct err){.code = ERR_OK};
    return true;
}

/* What earlier trials of the same snapshot made, and took back, is there for this one. */
static bool make_again(struct call *c)
{
    struct house_found house;
    size_t i;
    json_t *line;
    json_array_foreach(json_object_get(c->params, "before"), i, line)
    {
        if (find_house(c, line, MAKE_ALL, &house))
            continue;
        if (c->err->code != ERR_PARAMS)
            return false;
        *c->err = (struct err){.code = ERR_OK};
    }
    return true;
}

static bool find_houses(struct call *c, struct shown *s)
{
    const json_t *lines = json_object_get(c->params, "addresses");
    unsigned make = arg_bool(c, "create") ? MAKE_ALL : MAKE_NOTHING;
    size_t i;
    json_t *line;
    s->houses = "{";
    if (c->undone && !make_again(c))
        return false;
    json_array_foreach(lines, i, line) if (!take_line(c, line, i, make, s)) return false;
    s->houses = arena_printf(c->arena, "%s}", s->houses);
    return true;
}

static bool add_promise(struct call *c, const char *id)
{
    const char *params[] = {id, call_user(c), arg_sql(c, "promised"), arg_sql(c, "snapshot")};
    return pg_exec(c->db, Q_OUTAGE_FEED_PROMISE, params, 4, NULL, c->err);
}

static bool open_new(struct call *c, const struct shown *s, int64_t *id)
{
    int64_t added = 0, company = 0;
    const char *number;
    if (!company_find(c, arg_sql(c, "supplier"), arg_bool(c, "create"), &company))
        return false;
    const char *status = outage_moment(c, "started") > (int64_t)time(NULL) ? "announced" : "active";
    if (!outage_insert(c, status, company ? call_int(c, company) : NULL, s->external, id, &number))
        return false;
    const char *id_text = call_int(c, *id), *add[] = {id_text, s->houses, NULL};
    struct event e = {.record = "outage", .record_id = *id, .action = "open", .to = status, .version = 1, .comment = arg_sql(c, "reason")};
    if (!pg_exec(c->db, Q_OUTAGE_HOUSES_ADD, add, 3, &added, c->err) || !add_promise(c, id_text))
        return false;
    e.changes = arena_printf(c->arena, "{\"houses_off\":{\"to\":%lld}}", (long long)(strcmp(status, "active") == 0 ? added : 0));
    return event_write(c, &e);
}

/* What differs from the last snapshot. */
struct differences {
    bool promise, word;
    const char *again;      /* it had ended, and is this now; NULL: it had not */
    const char *off, *back; /* houses, PostgreSQL arrays; NULL: none */
};

static bool compare_houses(struct call *c, const struct record *r, const struct shown *s, struct differences *d)
{
    const char *params[] = {r->id_text, s->houses};
    struct pg_res *res = pg_query(c->db, Q_OUTAGE_FEED_HOUSES, params, 2, c->err);
    if (!res)
        return false;
    d->off = strcmp(pg_text(res, 0, 0), "{}") != 0 ? arena_strdup(c->arena, pg_text(res, 0, 0)) : NULL;
    d->back = strcmp(pg_text(res, 0, 1), "{}") != 0 && !arg_bool(c, "partial") ? arena_strdup(c->arena, pg_text(res, 0, 1)) : NULL;
    pg_free(res);
    return true;
}

static bool change_known(struct call *c, struct record *r, const struct shown *s, struct differences *d, bool *changed)
{
    int64_t version, off = 0, back = 0;
    d->again = !state_is_final(c, "outage", r->status) ? NULL : outage_moment(c, "started") > (int64_t)time(NULL) ? "announced" : "active";
    const char *hold[] = {r->id_text, s->houses};
    int64_t held;
    if (!query_int(c, Q_OUTAGE_HOUSES_HOLD, hold, 2, 0, &held) || !compare_houses(c, r, s, d))
        return false;
    *changed = d->promise || d->word || d->again != NULL || d->off || d->back;
    /* What had not begun cuts its houses off when it begins. */
    bool begun = strcmp(r->status, "announced") != 0 && strcmp(r->status, "cancelled") != 0;
    const char *snapshot = arg_sql(c, "snapshot"), *add[] = {r->id_text, d->off, begun ? snapshot : NULL},
               *restore[] = {r->id_text, d->back, snapshot};
    const char *seen[] = {r->id_text,
                          snapshot,
                          call_bool(*changed),
                          d->promise ? arg_sql(c, "promised") : NULL,
                          d->word ? arg_sql(c, "kind") : NULL,
                          d->word ? arg_sql(c, "source_kind") : NULL,
                          d->again};
    if (!query_int(c, Q_OUTAGE_FEED_SEEN, seen, 7, 0, &version) || (d->promise && !add_promise(c, r->id_text)) ||
        (d->off && !pg_exec(c->db, Q_OUTAGE_HOUSES_ADD, add, 3, &off, c->err)) ||
        (d->back && !pg_exec(c->db, Q_OUTAGE_HOUSES_RESTORE, restore, 3, &back, c->err)))
        return false;
    if (!*changed)
        return true;
    const char *promise = d->promise ? arena_printf(c->arena, ",\"promised\":{\"to\":\"%s\"}", arg_str(c, "promised")) : "";
    const char *kind =
        d->word ? arena_printf(c->arena, ",\"kind\":{\"from\":\"%s\",\"to\":\"%s\"}", pg_text(r->row, 0, O_KIND), arg_str(c, "kind")) : "";
    struct event e = {.record = "outage",
                      .record_id = r->id,
                      .version = version,
                      .from = r->status,
                      .to = d->again ? d->again : r->status,
                      .action = d->again     ? "reopen"
                                : d->promise ? "extend"
                                : d->off     ? "add_houses"
                                : d->back    ? "restore_houses"
                                             : "convert",
                      .changes = arena_printf(c->arena, "{\"houses_off\":{\"to\":%lld},\"houses_back\":{\"to\":%lld}%s%s}", (long long)off,
                                              (long long)back, promise, kind)};
    return event_write(c, &e);
}

static bool take_known(struct call *c, int64_t id, const struct shown *s, struct differences *d, const char **outcome)
{
    struct record r;
    bool changed = false;
    if (!record_lock_id(c, "outage", id, &r))
        return false;
    bool ok = change_known(c, &r, s, d, &changed);
    *outcome = changed ? "changed" : "unchanged";
    record_free(&r);
    return ok;
}

static bool take(struct call *c, const char **outcome, struct shown *s, int64_t *id)
{
    const char *known[] = {s->external, arg_sql(c, "promised"), arg_sql(c, "source_kind")};
    struct differences d = {.promise = false};
    struct pg_res *res = pg_query(c->db, Q_OUTAGE_FEED_KNOWN, known, 3, c->err);
    if (!res)
        return false;
    bool there = pg_rows(res) == 1;
    *id = there ? pg_int(res, 0, 0) : 0;
    d.promise = there && pg_bool(res, 0, 1);
    d.word = there && pg_bool(res, 0, 2);
    pg_free(res);
    if (!find_houses(c, s))
        return false;
    if (there)
        return take_known(c, *id, s, &d, outcome);
    *outcome = s->found ? "opened" : "rejected";
    if (!s->found)
        return true;
    if (!open_new(c, s, id))
        return false;
    int64_t version;
    const char *seen[] = {call_int(c, *id), arg_sql(c, "snapshot"), "false", NULL, NULL, NULL, NULL};
    return query_int(c, Q_OUTAGE_FEED_SEEN, seen, 7, 0, &version);
}

static bool feed_is_fresh(struct call *c, bool *fresh)
{
    int64_t taken;
    const char *begin[] = {arg_sql(c, "source"), arg_sql(c, "snapshot")};
    if (outage_moment(c, "snapshot") > (int64_t)time(NULL) + 60)
        return err_field(c->err, "snapshot", "in_future", NULL);
    if (!query_int(c, Q_OUTAGE_FEED_BEGIN, begin, 2, 0, &taken))
        return false;
    *fresh = taken == 1;
    return true;
}

static bool outage_feed_take(struct call *c)
{
    struct shown s = {.rejected = json_array(), .made = json_array()};
    const char *outcome = "stale";
    int64_t id = 0, promised = outage_moment(c, "promised");
    bool fresh = false;
    c->undone = arg_bool(c, "dry_run");
    bool ok = check_classifier(c, "outage_kind", "kind", arg_str(c, "kind"), NULL) &&
              check_classifier(c, "outage_resource", "resource", arg_str(c, "resource"), NULL);
    if (ok && promised && promised <= outage_moment(c, "started"))
        ok = err_field(c->err, "promised", "before_start", NULL);
    s.external = ok ? external_of(c) : NULL;
    ok = ok && feed_is_fresh(c, &fresh) && (!fresh || take(c, &outcome, &s, &id));
    if (ok) {
        char *rejected = json_dumps(s.rejected, JSON_COMPACT), *made = json_dumps(s.made, JSON_COMPACT);
        jw_object(c->out);
        jw_kint(c->out, "id", id);
        jw_kstring(c->out, "outcome", outcome);
        jw_kint(c->out, "houses", s.found);
        jw_kraw(c->out, "rejected", rejected);
        if (c->undone)
            jw_kraw(c->out, "made", made);
        jw_object_end(c->out);
        free(rejected);
        free(made);
    }
    json_decref(s.rejected);
    json_decref(s.made);
    return ok;
}

static bool end_one(struct call *c, int64_t id, const char *status, const char *ended)
{
    bool announced = strcmp(status, "announced") == 0;
    int64_t version, back = 0;
    const char *to = announced ? "cancelled" : "restored", *id_text = call_int(c, id);
    const char *restore[] = {id_text, NULL, announced ? "-infinity" : ended},
               *move[] = {id_text, to, NULL, NULL, NULL, announced ? NULL : ended, "false"};
    if (!pg_exec(c->db, Q_OUTAGE_HOUSES_RESTORE, restore, 3, &back, c->err) || !query_int(c, Q_OUTAGE_MOVE, move, 7, 0, &version))
        return false;
    struct event e = {.record = "outage",
                      .record_id = id,
                      .action = announced ? "cancel" : "close",
                      .from = status,
                      .to = to,
                      .version = version,
                      .changes = arena_printf(c->arena, "{\"houses_back\":{\"to\":%lld}}", (long long)(announced ? 0 : back))};
    return event_write(c, &e);
}

static bool outage_feed_end(struct call *c)
{
    bool fresh = false, ok = feed_is_fresh(c, &fresh);
    const char *params[] = {arg_sql(c, "source"), arg_sql(c, "snapshot"), arg_sql(c, "shown")};
    struct pg_res *res = ok && fresh ? pg_query(c->db, Q_OUTAGE_FEED_GONE, params, 3, c->err) : NULL;
    c->undone = arg_bool(c, "dry_run");
    ok = ok && (!fresh || res);
    int gone = res ? pg_rows(res) : 0;
    for (int i = 0; ok && i < gone; i++)
        ok = end_one(c, pg_int(res, i, 0), pg_text(res, i, 1), pg_text(res, i, 2));
    pg_free(res);
    if (ok) {
        jw_object(c->out);
        jw_kint(c->out, "closed", gone);
        jw_object_end(c->out);
    }
    return ok;
}

static const struct op_param address_fields[] = {
    {"district", P_STRING, 0, 200, NULL, NULL, {"Район", "District"}, NULL},
    {"settlement", P_STRING, 0, 200, NULL, NULL, {"Населённый пункт", "Settlement"}, NULL},
    {"address", P_STRING, 0, 500, NULL, NULL, {"Улица и дом", "Street and house"}, NULL},
    {"street", P_STRING, 0, 200, NULL, NULL, {"Улица", "Street"}, NULL},
    {"number", P_STRING, 0, 100, NULL, NULL, {"Дом", "House"}, NULL},
    {.name = NULL},
};
static const struct op_param take_params[] = {
    {"source", P_STRING, PF_REQUIRED, 60, NULL, NULL, {"Источник", "Source"}, NULL},
    {"snapshot", P_TIME, PF_REQUIRED, 0, NULL, NULL, {"Снято", "Taken at"}, NULL},
    {"kind", P_ENUM, PF_REQUIRED, 0, "classifier:outage_kind", NULL, {"Вид", "Kind"}, NULL},
    {"source_kind", P_STRING, 0, 200, NULL, NULL, {"Вид по источнику", "Kind in the source's word"}, NULL},
    {"resource", P_ENUM, PF_REQUIRED, 0, "classifier:outage_resource", NULL, {"Ресурс", "Resource"}, NULL},
    {"started", P_TIME, PF_REQUIRED, 0, NULL, NULL, {"Начало", "Began"}, NULL},
    {"promised", P_TIME, 0, 0, NULL, NULL, {"Обещано включить", "Promised back"}, NULL},
    {"reason", P_TEXT, 0, 5000, NULL, NULL, {"Причина", "Reason"}, NULL},
    {"supplier", P_STRING, 0, 300, NULL, NULL, {"Поставщик", "Supplier"}, NULL},
    {"addresses", P_OBJECTS, PF_REQUIRED, OUTAGE_HOUSES_MAX, NULL, NULL, {"Дома", "Houses"}, address_fields},
    {"create", P_BOOL, 0, 0, NULL, NULL, {"Заводить дома, которых нет", "Make houses that are not there"}, NULL},
    {"partial", P_BOOL, 0, 0, NULL, NULL, {"Показаны не все дома", "Not all houses are shown"}, NULL},
    {"dry_run", P_BOOL, 0, 0, NULL, NULL, {"Только проверить", "Only check"}, NULL},
    {"before",
     P_OBJECTS,
     0,
     OUTAGE_HOUSES_MAX,
     NULL,
     NULL,
     {"Что завели бы прежние проверки", "What earlier checks would have made"},
     address_fields},
    {.name = NULL},
};
static const struct op_param end_params[] = {
    {"source", P_STRING, PF_REQUIRED, 60, NULL, NULL, {"Источник", "Source"}, NULL},
    {"snapshot", P_TIME, PF_REQUIRED, 0, NULL, NULL, {"Снято", "Taken at"}, NULL},
    {"dry_run", P_BOOL, 0, 0, NULL, NULL, {"Только проверить", "Only check"}, NULL},
    {"shown", P_IDS, 0, OUTAGE_HOUSES_MAX, NULL, "outage.list", {"Что снимок показал", "What the snapshot has shown"}, NULL},
    {.name = NULL},
};
const struct op outage_feed_ops[] = {
    {"outage.feed_take",
     OUTAGE_KEEPERS,
     OP_WRITE,
     {"Принять отключение из источника", "Take an outage of a feed"},
     take_params,
     outage_feed_take},
    {"outage.feed_end",
     OUTAGE_KEEPERS,
     OP_WRITE,
     {"Закрыть то, чего в источнике больше нет", "Close what the feed does not show any more"},
     end_params,
     outage_feed_end},
    {.method = NULL},
};
