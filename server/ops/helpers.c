#include "server/ops/helpers.h"
#include "server/ops/file.h"
#include "server/ops/access.h"
#include "common/arena.h"
#include "common/layout.h"
#include "common/proto.h"
#include <ctype.h>
#include <jansson.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>


const char *call_int(struct call *c, int64_t n) { return arena_printf(c->arena, "%lld", (long long)n); }
const char *call_bool(bool b) { return b ? "true" : "false"; }
const char *call_user(struct call *c) { return call_int(c, c->user->id); }
const char *user_acts(struct arena *arena, const struct session_user *user)
{
    const char *ids = arena_printf(arena, "%lld", (long long)user->id);
    for (size_t i = 0; i < user->stands_count; i++)
        ids = arena_printf(arena, "%s,%lld", ids, (long long)user->stands_for[i].id);
    return arena_printf(arena, "{%s}", ids);
}
const char *call_acts(struct call *c) { return user_acts(c->arena, c->user); }
const char *call_sees_all(const struct call *c) { return call_bool(c->user->sees_all); }
const char *call_language(const struct call *c) { return c->user->lang == LANG_EN ? "en" : "ru"; }

bool call_hides_persons(const struct call *c) { return !(c->user->roles & R_SEES_PERSONS); }

const char *call_units(const struct call *c) { return c->user->units[0] ? c->user->units : "{}"; }

const char *arg_keep(const struct call *c, const char *name)
{
    const char *s = arg_str(c, name);
    return s ? s : arg_sql(c, name);
}

bool query_int(struct call *c, enum query q, const char *const *params, int count, int64_t absent, int64_t *out)
{
    struct pg_res *res = pg_query(c->db, q, params, count, c->err);
    if (!res)
        return false;
    *out = pg_rows(res) > 0 ? pg_int(res, 0, 0) : absent;
    pg_free(res);
    return true;
}

day_t call_today(void)
{
    /* The core runs with TZ set to the municipality's zone. */
    time_t now = time(NULL);
    struct tm tm;
    localtime_r(&now, &tm);
    return day_from_civil(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
}

bool write_json_row(struct call *c, enum query q, const char *const *params, int count)
{
    struct pg_res *res = pg_query(c->db, q, params, count, c->err);
    if (!res)
        return false;
    bool found = pg_rows(res) == 1;
    if (found)
        jw_raw(c->out, pg_text(res, 0, 0));
    pg_free(res);
    return found || err_set(c->err, ERR_NOT_FOUND, NULL);
}

bool check_classifier(struct call *c, const char *classifier, const char *field, const char *code, const char **data)
{
    const char *facts = code && *code ? classifiers_find(c->rules->classifiers, classifier, code) : "{}";
    if (data)
        *data = facts;
    return facts || err_field(c->err, field, "not_a_value", "«%.60s»: %s %s", code, err_reason_text("not_a_value", c->user->lang), classifier);
}

/* What a walk through a list is about: who walks, which list, in which order, through which filters. A place of one walk is none of another. */
static const char *walk_of(struct call *c)
{
    enum { HASH_BYTES = 16 };
    unsigned char hash[HASH_BYTES];
    char hex[2 * HASH_BYTES + 1];
    json_t *asked = json_copy(c->params);
    json_object_del(asked, "after");
    json_object_del(asked, "limit");
    char *text = json_dumps(asked, JSON_COMPACT | JSON_SORT_KEYS);
    const char *all = arena_printf(c->arena, "%s %s %s", call_user(c), c->op->method, text ? text : "");
    crypto_generichash(hash, sizeof hash, (const unsigned char *)all, strlen(all), NULL, 0);
    free(text);
    json_decref(asked);
    return arena_strdup(c->arena, sodium_bin2hex(hex, sizeof hex, hash, sizeof hash));
}

/* The key of a place as its list sorts: an id, a date or a text; only a date may be absent. */
static bool key_fits(char kind, const json_t *key)
{
    enum { ID_DIGITS = 18 };
    const char *s = json_string_value(key);
    if (!s)
        return json_is_null(key) && kind == 'd';
    if (kind == 'd')
        return day_parse(s) != DAY_NONE;
    return kind == 't' || (*s && strlen(s) <= ID_DIGITS && strspn(s, "0123456789") == strlen(s));
}

/* A cursor is base64 of [walk, key, key, total, exact]: opaque to clients, checked like any input. */
bool page_begin(struct call *c, struct page *p, const char *keys)
{
    *p = (struct page){.limit = arg_has(c, "limit") ? (int)arg_int(c, "limit") : PROTO_LIST_DEFAULT, .total = -1, .walk = walk_of(c)};
    const char *after = arg_str(c, "after");
    if (p->limit == 0)
        return err_field(c->err, "limit", "out_of_range", NULL);
    if (!after || !*after)
        return true;
    unsigned char text[2048];
    size_t len = 0;
    const char *walk;
    json_t *place[2];
    json_int_t total;
    int exact;
    json_t *root = NULL;
    if (sodium_base642bin(text, sizeof text, after, strlen(after), NULL, &len, NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0)
        root = json_loadb((const char *)text, len, 0, NULL);
    bool ok = root && json_unpack(root, "[sooIb!]", &walk, &place[0], &place[1], &total, &exact) == 0 && strcmp(walk, p->walk) == 0 && total >= 0;
    for (size_t i = 0; ok && keys[i]; i++)
        ok = key_fits(keys[i], place[i]);
    if (ok) {
        for (size_t i = 0; keys[i]; i++)
            p->after[i] = json_is_string(place[i]) ? arena_strdup(c->arena, json_string_value(place[i])) : NULL;
        p->total = total;
        p->exact = exact;
    }
    json_decref(root);
    return ok || err_field(c->err, "after", "bad_cursor", NULL);
}

bool page_count_to(struct call *c, struct page *p, enum query q, const char *const *params, int count, int64_t most)
{
    int64_t n;
    if (p->total >= 0)
        return true;
    if (!query_int(c, q, params, count, 0, &n))
        return false;
    p->exact = n <= most;
    p->total = p->exact ? n : most;
    return true;
}

bool page_count(struct call *c, struct page *p, enum query q, const char *const *params, int count)
{
    return page_count_to(c, p, q, params, count, COUNT_LIMIT);
}

static void write_next(struct call *c, const struct page *p, const struct pg_res *res, int key_column, int key_count)
{
    const char *keys[2] = {pg_text(res, p->limit - 1, key_column), key_count > 1 ? pg_text(res, p->limit - 1, key_column + 1) : NULL};
    json_t *root = json_pack("[ss?s?Ib]", p->walk, keys[0], keys[1], (json_int_t)p->total, (int)p->exact);
    char *text = json_dumps(root, JSON_COMPACT);
    size_t size = sodium_base64_encoded_len(strlen(text), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    char *cursor = arena_alloc(c->arena, size);
    sodium_bin2base64(cursor, size, (const unsigned char *)text, strlen(text), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    jw_kstring(c->out, "next", cursor);
    free(text);
    json_decref(root);
}

uint32_t relations_for(const struct call *c, int64_t bits)
{
    /* Units tell what a user may see; that one answers for the people of a unit is the role's. */
    uint32_t relations = (uint32_t)bits;
    if (!(c->user->roles & R_CHIEF))
        relations &= ~(uint32_t)REL_CHIEF;
    /* Whoever is not on duty might be next, if they are a dispatcher. */
    return c->user->roles & (R_DISPATCHER | R_SYSTEM) ? relations : relations & ~(uint32_t)REL_DISPATCHER_NEXT;
}

/* The object that PostgreSQL built, with the actions put in before its closing brace; a whole card also tells what opening it does. */
static void write_item(struct call *c, const char *json, const char *record, const char *status, uint32_t relations, bool card)
{
    struct buf item;
    struct jw w;
    buf_init(&item, PROTO_ANSWER_MAX);
    buf_append(&item, json, strlen(json) - 1);
    buf_puts(&item, ",\"actions\":");
    jw_init(&w, &item);
    workflow_actions(c->rules->workflow, record, status, c->user->roles, relations, &w);
    if (card) {
        buf_puts(&item, ",\"automatic\":");
        jw_init(&w, &item);
        workflow_automatic(c->rules->workflow, record, status, c->user->roles, relations, &w);
    }
    buf_putc(&item, '}');
    jw_raw(c->out, item.data);
    buf_free(&item);
}

void page_write(struct call *c, const struct page *p, const struct pg_res *res, const char *record, int key_column, int key_count)
{
    int rows = pg_rows(res), shown = rows > p->limit ? p->limit : rows;
    jw_object(c->out);
    jw_key(c->out, "items");
    jw_array(c->out);
    for (int i = 0; i < shown; i++) {
        if (record)
            write_item(c, pg_text(res, i, 0), record, pg_text(res, i, 1), relations_for(c, pg_int(res, i, 2)), false);
        else
            jw_raw(c->out, pg_text(res, i, 0));
    }
    jw_array_end(c->out);
    if (rows > p->limit)
        write_next(c, p, res, key_column, key_count);
    else
        jw_kstring(c->out, "next", NULL);
    jw_kint(c->out, "total", p->total);
    jw_kbool(c->out, "total_exact", p->exact);
    jw_object_end(c->out);
}

/* The kinds of records, and what the statements that read one ask: whether this user sees it ($1 to $3), then the id; a card of `hides_persons`
 * takes before the id whether persons are hidden, and the language after it. Records of `by_role` are seen by whoever may call the operation: their
 * statements take the id alone. */
static const struct record_kind {
    const char *kind;
    enum query lock, get, touch, relations;
    bool hides_persons, by_role;
} kinds[] = {
    {"appeal", Q_APPEAL_LOCK, Q_APPEAL_GET, Q_APPEAL_TOUCH, Q_APPEAL_RELATIONS_OF, .hides_persons = true},
    {"assignment", Q_ASSIGNMENT_LOCK, Q_ASSIGNMENT_GET, Q_ASSIGNMENT_TOUCH, Q_ASSIGNMENT_RELATIONS_OF, .hides_persons = false},
    {"outage", Q_OUTAGE_LOCK, Q_OUTAGE_GET, Q_OUTAGE_TOUCH, .by_role = true},
    {"incident", Q_INCIDENT_LOCK, Q_INCIDENT_GET, Q_INCIDENT_TOUCH, .by_role = true},
    {"shift", Q_SHIFT_LOCK, Q_SHIFT_GET, Q_SHIFT_TOUCH, Q_SHIFT_RELATIONS_OF, .hides_persons = false},
};

static const struct record_kind *kind_of(const char *kind)
{
    size_t i = 0;
    while (strcmp(kinds[i].kind, kind) != 0)
        i++;
    return &kinds[i];
}

bool record_write(struct call *c, const char *kind, int64_t id, struct jw *out)
{
    const struct record_kind *k = kind_of(kind);
    const char *with_persons[] = {call_acts(c), call_sees_all(c), call_units(c), call_bool(call_hides_persons(c)), call_int(c, id), call_language(c)};
    const char *plain[] = {with_persons[0], with_persons[1], with_persons[2], with_persons[4]};
    struct pg_res *res = k->by_role         ? pg_query(c->db, k->get, &plain[3], 1, c->err)
                         : k->hides_persons ? pg_query(c->db, k->get, with_persons, 6, c->err)
                                            : pg_query(c->db, k->get, plain, 4, c->err);
    if (!res)
        return false;
    bool found = pg_rows(res) == 1;
    if (found) {
        struct jw *old = c->out;
        c->out = out;
        write_item(c, pg_text(res, 0, 0), kind, pg_text(res, 0, 1), relations_for(c, pg_int(res, 0, 2)), true);
        c->out = old;
    }
    pg_free(res);
    return found || err_set(c->err, ERR_NOT_FOUND, NULL);
}

static bool conflict(struct call *c, const char *kind, int64_t id)
{
    struct buf now;
    struct jw w;
    buf_init(&now, PROTO_ANSWER_MAX);
    jw_init(&w, &now);
    bool ok = record_write(c, kind, id, &w);
    if (ok) {
        err_set(c->err, ERR_CONFLICT, NULL);
        c->err->current = arena_strdup(c->arena, now.data);
    }
    buf_free(&now);
    return false;
}

bool record_lock_id(struct call *c, const char *kind, int64_t id, struct record *r)
{
    const struct record_kind *k = kind_of(kind);
    *r = (struct record){.kind = kind, .id = id, .id_text = call_int(c, id)};
    const char *params[] = {call_acts(c), call_sees_all(c), call_units(c), r->id_text};
    r->row = k->by_role ? pg_query(c->db, k->lock, &params[3], 1, c->err) : pg_query(c->db, k->lock, params, 4, c->err);
    if (!r->row)
        return false;
    if (pg_rows(r->row) != 1) {
        record_free(r);
        return err_set(c->err, ERR_NOT_FOUND, NULL);
    }
    r->status = pg_text(r->row, 0, 0);
    r->relations = relations_for(c, pg_int(r->row, 0, 1));
    r->version = pg_int(r->row, 0, 2);
    r->number = pg_text(r->row, 0, 3);
    return true;
}

bool record_lock(struct call *c, const char *kind, struct record *r)
{
    if (!record_lock_id(c, kind, arg_int(c, "id"), r))
        return false;
    if (!arg_has(c, "version") || arg_int(c, "version") == r->version)
        return true;
    record_free(r);
    return conflict(c, kind, arg_int(c, "id"));
}

bool record_touch(struct call *c, const struct record *r, int64_t *version)
{
    return query_int(c, kind_of(r->kind)->touch, &r->id_text, 1, 0, version);
}

void record_free(struct record *r)
{
    pg_free(r->row);
    r->row = NULL;
}

/* Demands that are not arguments: they are about other things, and the operation itself looks after them. */
static bool is_argument(const struct op *op, const char *name)
{
    for (const struct op_param *p = op->params; p && p->name; p++)
        if (strcmp(p->name, name) == 0)
            return true;
    return false;
}

/* Would this person alone, with these roles, be allowed what the user does? */
static bool has_right(struct call *c, const struct record *r, const char *kind, const char *action, int64_t person, uint32_t roles, const char *units, bool *has)
{
    struct err ignored;
    const struct record_kind *k = kind_of(r->kind);
    const char *params[] = {arena_printf(c->arena, "{%lld}", (long long)person), r->id_text, units};
    int64_t bits = 0;
    if (!k->by_role && !query_int(c, k->relations, params, 3, 0, &bits))
        return false;
    uint32_t relations = roles & R_CHIEF ? (uint32_t)bits : (uint32_t)bits & ~(uint32_t)REL_CHIEF;
    *has = workflow_check_begin(c->rules->workflow, kind, action, roles, relations, &ignored);
    return true;
}

bool record_acts_for(struct call *c, const struct record *r, const char *kind, const char *action)
{
    const struct session_user *u = c->user;
    bool has = true;
    c->acts_for = 0;
    if (u->stands_count == 0)
        return true;
    if (!has_right(c, r, kind, action, u->id, u->own_roles, u->own_units, &has))
        return false;
    for (size_t i = 0; !has && i < u->stands_count; i++) {
        if (!has_right(c, r, kind, action, u->stands_for[i].id, u->stands_for[i].roles, call_units(c), &has))
            return false;
        c->acts_for = has || i + 1 == u->stands_count ? u->stands_for[i].id : 0;
    }
    return true;
}

bool record_may(struct call *c, const struct record *r, const char *action, const char **to_state)
{
    if (!workflow_check(c->rules->workflow, r->kind, r->status, action, c->user->roles, r->relations, to_state, c->err) ||
        !record_acts_for(c, r, r->kind, action))
        return false;
    const struct transition *t = workflow_transition(c->rules->workflow, r->kind, action);
    for (size_t i = 0; t && t->demands[i]; i++) {
        const char *value = arg_sql(c, t->demands[i]);
        if (is_argument(c->op, t->demands[i]) && (!value || !*value))
            return err_field(c->err, t->demands[i], "required", NULL);
    }
    return true;
}

bool event_write(struct call *c, const struct event *e)
{
    /* What was only looked at is no history of a card, and nobody follows it live. */
    if (access_is_read(e->action)) {
        const char *read[] = {"false", call_user(c), e->action, e->record, e->record_id ? call_int(c, e->record_id) : NULL, NULL, NULL, e->changes};
        return pg_exec(c->db, Q_ACCESS_ADD, read, 8, NULL, c->err);
    }
    const char *params[] = {call_user(c), e->record, call_int(c, e->record_id), e->action, e->version ? call_int(c, e->version) : NULL,
                            e->from, e->to, e->comment && *e->comment ? e->comment : NULL, e->changes, c->acts_for ? call_int(c, c->acts_for) : NULL};
    return pg_exec(c->db, Q_EVENT_ADD, params, 10, NULL, c->err);
}

void write_changed(struct call *c, int64_t id, const char *number, int64_t version, const char *status)
{
    jw_object(c->out);
    jw_kint(c->out, "id", id);
    if (number)
        jw_kstring(c->out, "number", number);
    jw_kint(c->out, "version", version);
    if (status)
        jw_kstring(c->out, "status", status);
    jw_object_end(c->out);
}

bool query_numbered(struct call *c, enum query q, const char *const *params, int count, int64_t *id, const char **number)
{
    struct pg_res *res = pg_query(c->db, q, params, count, c->err);
    if (!res)
        return false;
    *id = pg_int(res, 0, 0);
    *number = arena_strdup(c->arena, pg_text(res, 0, 1));
    pg_free(res);
    return true;
}

void arg_default(struct call *c, const char *name, const char *value)
{
    if (!arg_sql(c, name))
        json_object_set_new(c->params, name, json_string(value));
}

const char *day_text(struct call *c, day_t d)
{
    char text[11];
    if (d == DAY_NONE)
        return NULL;
    day_format(d, text);
    return arena_strdup(c->arena, text);
}

bool state_is_final(const struct call *c, const char *kind, const char *state)
{
    const struct wf_state *info = workflow_state_info(c->rules->workflow, kind, workflow_state(c->rules->workflow, kind, state));
    return info && info->final;
}

const char *state_initial(const struct call *c, const char *kind)
{
    const struct wf_state *info;
    for (int i = 0; (info = workflow_state_info(c->rules->workflow, kind, i)); i++)
        if (info->initial)
            return info->id;
    return NULL;
}

enum { COL_REGISTERED = 4, COL_OPEN_ASSIGNMENTS = 8 };

static bool guard_no_open_assignments(struct call *c, const struct record *r)
{
    return pg_int(r->row, 0, COL_OPEN_ASSIGNMENTS) == 0 || err_rule(c->err, "open_assignments", NULL);
}

/* 59-FZ art. 8 part 3: seven days from registration; later is a breach that must be explained, but stays possible. */
static bool guard_within_forward_term(struct call *c, const struct record *r)
{
    day_t registered = day_parse(pg_text(r->row, 0, COL_REGISTERED));
    bool late = call_today() > due_count(c->rules->calendar, registered, deadlines_rule(c->rules->deadlines, "appeal_forward", registered)).rolled;
    return !late || arg_sql(c, "reason") || err_field(c->err, "reason", "required", NULL);
}

bool parts_state(struct call *c, const char *id, const char **last, int64_t *open)
{
    struct pg_res *res = pg_query(c->db, Q_ASSIGNMENT_PARTS_STATE, &id, 1, c->err);
    if (!res)
        return false;
    *last = pg_text(res, 0, 0) ? arena_strdup(c->arena, pg_text(res, 0, 0)) : NULL;
    *open = pg_int(res, 0, 1);
    pg_free(res);
    return true;
}

/* Parts that are still done are awaited, or the report says why it is handed in without them. */
static bool guard_children_closed(struct call *c, const struct record *r)
{
    int64_t open;
    const char *last;
    bool ru = c->user->lang == LANG_RU;
    if (!parts_state(c, r->id_text, &last, &open))
        return false;
    return open == 0 || arg_sql(c, "reason") ||
           err_field(c->err, "reason", "required", ru ? "не исполнены подпоручения (%lld): дождитесь их или напишите, почему отчёт без них"
                                                      : "%lld parts are not done: wait for them or say why it is reported without them", (long long)open);
}

static bool guard_is_controlled(struct call *c, const struct record *r)
{
    return r->relations & REL_IS_CONTROLLED || err_rule(c->err, "not_controlled", NULL);
}

static bool guard_own_part_open(struct call *c, const struct record *r)
{
    return r->relations & REL_OWN_PART_OPEN || err_rule(c->err, "part_reported", NULL);
}

static bool guard_part_reported(struct call *c, const struct record *r)
{
    return r->relations & REL_PART_REPORTED || err_rule(c->err, "no_part_reported", NULL);
}

static const struct {
    const char *name;
    bool (*passes)(struct call *c, const struct record *r);
} guards[] = {
    {"no_open_assignments", guard_no_open_assignments},
    {"within_forward_term_else_reason", guard_within_forward_term},
    {"children_closed_or_reason", guard_children_closed},
    {"is_controlled", guard_is_controlled},
    {"own_part_open", guard_own_part_open},
    {"part_reported", guard_part_reported},
};

bool record_guard(struct call *c, const struct record *r, const char *action)
{
    const struct transition *t = workflow_transition(c->rules->workflow, r->kind, action);
    for (size_t i = 0; t && i < sizeof guards / sizeof *guards; i++)
        if (strcmp(t->guard, guards[i].name) == 0)
            return guards[i].passes(c, r);
    return true;
}

bool record_changes(struct call *c, enum query facts, const char *id, const char **changes)
{
    struct pg_res *res = pg_query(c->db, facts, &id, 1, c->err);
    if (!res)
        return false;
    json_t *before = pg_rows(res) == 1 ? json_loads(pg_text(res, 0, 0), 0, NULL) : NULL, *all = json_object(), *value;
    const char *key;
    pg_free(res);
    json_object_foreach(c->params, key, value) {
        json_t *old = json_object_get(before, key);
        if (old && !json_is_null(value) && !json_equal(old, value))
            json_object_set_new(all, key, json_pack("{s:O,s:O}", "from", old, "to", value));
    }
    char *text = json_dumps(all, JSON_COMPACT);
    *changes = json_object_size(all) > 0 ? arena_strdup(c->arena, text) : NULL;
    free(text);
    json_decref(all);
    json_decref(before);
    return true;
}

bool find_id(struct call *c, enum query by_number, int64_t *id)
{
    const char *number = arg_sql(c, "number");
    *id = arg_int(c, "id");
    if (*id || !number)
        return *id ? true : err_field(c->err, "id", "required", NULL);
    return query_int(c, by_number, &number, 1, 0, id) && (*id || err_set(c->err, ERR_NOT_FOUND, NULL));
}

static bool is_letter(unsigned char c) { return c >= 0x80 || isalpha(c); }

/* Signs between letters, serial and year, «№» among them. */
static const char *skip_signs(const char *p)
{
    static const char sign[] = "\xE2\x84\x96"; /* № */
    for (;;) {
        if (strncmp(p, sign, sizeof sign - 1) == 0)
            p += sizeof sign - 1;
        else if (*p && strchr(" -./_#", *p))
            p++;
        else
            return p;
    }
}

static const char *skip_letters(const char *p)
{
    while (is_letter((unsigned char)*p) && skip_signs(p) == p)
        p++;
    return p;
}

/* «26» or «2026» at the end of the text; NULL when something else stands there. */
static const char *year_at_end(const char *p)
{
    size_t digits = strspn(p, "0123456789");
    if (p[digits] || (digits != 2 && digits != 4))
        return NULL;
    return p + digits - 2;
}

const char *number_pattern(struct call *c, const char *query)
{
    enum { LETTERS_BYTES = 8, SERIAL_DIGITS = 9 };
    const char *after_letters = skip_letters(query), *p = skip_signs(after_letters), *year = "%";
    size_t letters = (size_t)(after_letters - query);
    p += strspn(p, "0");
    size_t digits = strspn(p, "0123456789");
    if (letters > LETTERS_BYTES || digits == 0 || digits > SERIAL_DIGITS)
        return NULL;
    const char *serial = arena_strndup(c->arena, p, digits);
    p += digits;
    if (*p && (skip_signs(p) == p || !(year = year_at_end(skip_signs(p)))))
        return NULL;
    const char *series = letters ? arena_strndup(c->arena, query, letters) : "%";
    if (letters && isascii((unsigned char)*series)) { /* typed in the other layout */
        char *other = arena_alloc(c->arena, 4 * letters + 1);
        layout_swap(series, other, 4 * letters + 1);
        series = other;
    }
    /* A letter of the other layout may be a sign of LIKE; no series has one. */
    if (letters && strpbrk(series, "%_\\"))
        return NULL;
    return arena_printf(c->arena, "%s-%s/%s", series, serial, year);
}

bool known_external(struct call *c, enum query by_external, bool *there)
{
    const char *external = arg_sql(c, "external_id");
    *there = false;
    if (!external)
        return true;
    const char *params[] = {external, call_user(c)};
    if (!pg_exec(c->db, Q_EXTERNAL_HOLD, params, 1, NULL, c->err))
        return false;
    struct pg_res *res = pg_query(c->db, by_external, params, 2, c->err);
    if (!res)
        return false;
    *there = pg_rows(res) == 1;
    if (*there && !pg_bool(res, 0, 3)) { /* restricted: who is not named on it hears no more than what they knew */
        *there = false;
        pg_free(res);
        return err_field(c->err, "external_id", "taken", NULL);
    }
    if (*there) {
        jw_object(c->out);
        jw_kint(c->out, "id", pg_int(res, 0, 0));
        jw_kstring(c->out, "number", pg_text(res, 0, 1));
        jw_kint(c->out, "version", pg_int(res, 0, 2));
        jw_kbool(c->out, "existing", true);
        jw_object_end(c->out);
    }
    pg_free(res);
    return true;
}

bool record_comment(struct call *c, const char *kind)
{
    struct record r;
    int64_t comment, version;
    const char *text = arg_sql(c, "text");
    if (!record_lock(c, kind, &r))
        return false;
    const char *add[] = {kind, r.id_text, call_user(c), text};
    struct event e = {.record = kind, .record_id = r.id, .action = "comment", .comment = text};
    bool ok = query_int(c, Q_COMMENT_ADD, add, 4, 0, &comment) && file_attach_argument(c, "files", &r, "comment", comment, &e.changes) &&
              record_touch(c, &r, &version);
    e.version = ok ? version : 0;
    ok = ok && event_write(c, &e);
    if (ok)
        write_changed(c, r.id, r.number, version, r.status);
    record_free(&r);
    return ok;
}
