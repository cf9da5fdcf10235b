/* Classifiers: read by everybody, edited by administrators. What the program knows of a value is in server/rules/classifier_facts.def. */
#include "common/arena.h"
#include "common/utf8.h"
#include "server/ops/helpers.h"
#include "server/ops/tables.h"
#include "server/rules/classifier_facts.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define ADMINS (R_ADMIN | R_SYSTEM)

/* ---- reading ---- */

static void write_name(struct call *c, const struct pg_res *res, int row, int64_t id)
{
    const char *name = pg_text(res, row, 0);
    const struct classifier_info *info = classifier_info(name);
    jw_object(c->out);
    jw_kint(c->out, "id", id);
    jw_kstring(c->out, "number", name);
    jw_kstring(c->out, "classifier", name);
    jw_kstring(c->out, "label", info ? info->text[c->user->lang] : name);
    jw_kint(c->out, "values", pg_int(res, row, 1));
    jw_kint(c->out, "retired", pg_int(res, row, 2));
    jw_kbool(c->out, "closed", info && info->closed);
    jw_object_end(c->out);
}

static uint32_t folded(uint32_t cp)
{
    enum { CAPITAL_A = 0x410, CAPITAL_YA = 0x42F, TO_SMALL = 0x20 };
    if (cp >= CAPITAL_A && cp <= CAPITAL_YA)
        return cp + TO_SMALL;
    return cp < 0x80 ? (uint32_t)tolower((int)cp) : cp;
}

/* Does the text begin with the query, whatever the case? */
static bool begins(const char *text, const char *query)
{
    while (*query) {
        uint32_t a, b;
        size_t n = utf8_decode(text, strlen(text), &a), m = utf8_decode(query, strlen(query), &b);
        if (n == 0 || folded(a) != folded(b))
            return false;
        text += n;
        query += m;
    }
    return true;
}

static bool holds(const char *text, const char *query)
{
    for (; *text; text++)
        if (((unsigned char)*text & 0xC0) != 0x80 && begins(text, query))
            return true;
    return false;
}

static int row_of(const struct pg_res *res, const char *name)
{
    for (int i = 0; i < pg_rows(res); i++)
        if (strcmp(pg_text(res, i, 0), name) == 0)
            return i;
    return -1;
}

/* Those with a row come in its order, others after them. The id is the place in this list. */
static int64_t write_names(struct call *c, const struct pg_res *res, const char *query)
{
    int64_t id = 0, shown = 0;
    jw_array(c->out);
    for (int pass = 0; pass < 2; pass++) {
        int count = pass ? pg_rows(res) : 0;
        while (!pass && classifier_infos[count].name)
            count++;
        for (int i = 0; i < count; i++) {
            int row = pass ? i : row_of(res, classifier_infos[i].name);
            if (row < 0 || (pass && classifier_info(pg_text(res, row, 0))))
                continue;
            const struct classifier_info *info = classifier_info(pg_text(res, row, 0));
            id++;
            if (query && !(info && holds(info->text[c->user->lang], query)) && !holds(pg_text(res, row, 0), query))
                continue;
            write_name(c, res, row, id);
            shown++;
        }
    }
    jw_array_end(c->out);
    return shown;
}

static bool classifier_names(struct call *c)
{
    struct page page;
    struct pg_res *res = page_begin(c, &page, "i") ? pg_query(c->db, Q_CLASSIFIER_NAMES, NULL, 0, c->err) : NULL;
    if (!res)
        return false;
    jw_object(c->out);
    jw_key(c->out, "items");
    int64_t shown = write_names(c, res, arg_sql(c, "query"));
    jw_kstring(c->out, "next", NULL);
    jw_kint(c->out, "total", shown);
    jw_kbool(c->out, "total_exact", true);
    jw_object_end(c->out);
    pg_free(res);
    return true;
}

static bool classifier_list(struct call *c)
{
    const char *name = arg_sql(c, "classifier"), *params[] = {name, call_language(c)};
    if (!name)
        return classifier_names(c);
    struct pg_res *res = pg_query(c->db, Q_CLASSIFIER_LIST, params, 2, c->err);
    if (!res)
        return false;
    jw_object(c->out);
    jw_kstring(c->out, "classifier", name);
    jw_kraw(c->out, "items", pg_text(res, 0, 0));
    jw_object_end(c->out);
    pg_free(res);
    return true;
}

static bool classifier_values(struct call *c)
{
    struct page page;
    if (!page_begin(c, &page, "t"))
        return false;
    const char *params[] = {arg_sql(c, "classifier"), arg_sql(c, "query"), arg_sql(c, "retired"),
                            call_language(c),         page.after[0],       call_int(c, page.limit + 1)};
    if (!page_count(c, &page, Q_CLASSIFIER_VALUE_COUNT, params, 3))
        return false;
    struct pg_res *res = pg_query(c->db, Q_CLASSIFIER_VALUES, params, 6, c->err);
    if (!res)
        return false;
    page_write(c, &page, res, NULL, 1, 1);
    pg_free(res);
    return true;
}

/* Joins "facts", the data as lines, to the card. */
static const char *card_of(struct call *c, const struct pg_res *res)
{
    const char *json = pg_text(res, 0, 0);
    struct buf lines;
    struct buf text;
    struct jw w;
    json_t *data = json_loads(pg_text(res, 0, 2), 0, NULL);
    buf_init(&lines, 100000);
    buf_init(&text, 200000);
    classifier_facts_write(pg_text(res, 0, 1), data, &lines);
    jw_init(&w, &text);
    jw_string(&w, lines.data ? lines.data : "");
    const char *card = arena_printf(c->arena, "%.*s, \"facts\": %s}", (int)strlen(json) - 1, json, text.data);
    json_decref(data);
    buf_free(&lines);
    buf_free(&text);
    return card;
}

static bool read_card(struct call *c, const char *id, const char **card)
{
    const char *params[] = {id, call_language(c)};
    struct pg_res *res = pg_query(c->db, Q_CLASSIFIER_GET, params, 2, c->err);
    if (!res)
        return false;
    bool found = pg_rows(res) == 1;
    *card = found ? card_of(c, res) : NULL;
    pg_free(res);
    return found || err_set(c->err, ERR_NOT_FOUND, NULL);
}

static bool classifier_get(struct call *c)
{
    const char *card;
    if (!read_card(c, arg_sql(c, "id"), &card))
        return false;
    jw_raw(c->out, card);
    return true;
}

/* ---- editing ---- */

/* A value as it was and as it is to be. */
struct value {
    int64_t id, version; /* 0: a new one */
    const char *classifier, *code;
    json_t *before, *after; /* {parent, ru, en, ord, data, retired}; before NULL for a new one */
};

static const char *text_of(const struct value *v, const char *name) { return json_string_value(json_object_get(v->after, name)); }

static bool is_retired(const json_t *value) { return json_is_true(json_object_get(value, "retired")); }

static bool conflict(struct call *c, const struct value *v)
{
    const char *card;
    if (!read_card(c, call_int(c, v->id), &card))
        return false;
    err_set(c->err, ERR_CONFLICT, NULL);
    c->err->current = (char *)card;
    return false;
}

static bool value_load(struct call *c, struct value *v)
{
    const char *params[] = {arg_sql(c, "id"), arg_sql(c, "classifier"), arg_sql(c, "code")};
    *v = (struct value){.classifier = params[1], .code = params[2]};
    if (!params[0] && !params[1])
        return err_field(c->err, "classifier", "required", NULL);
    if (!params[0] && !params[2])
        return err_field(c->err, "code", "required", NULL);
    struct pg_res *res = pg_query(c->db, Q_CLASSIFIER_LOCK, params, 3, c->err);
    if (!res)
        return false;
    if (pg_rows(res) == 1) {
        v->id = pg_int(res, 0, 0);
        v->classifier = arena_strdup(c->arena, pg_text(res, 0, 1));
        v->code = arena_strdup(c->arena, pg_text(res, 0, 2));
        v->version = pg_int(res, 0, 3);
        v->before = json_loads(pg_text(res, 0, 5), 0, NULL);
    }
    pg_free(res);
    v->after = v->before ? json_copy(v->before)
                         : json_pack("{s:n, s:s, s:s, s:n, s:{}, s:b}", "parent", "ru", "", "en", "", "ord", "data", "retired", 0);
    if (!v->id && params[0])
        return err_set(c->err, ERR_NOT_FOUND, NULL);
    if (!v->id || !arg_has(c, "version") || arg_int(c, "version") == v->version)
        return true;
    /* Version 0 says: a new one. */
    return arg_int(c, "version") == 0 ? err_field(c->err, "code", "taken", NULL) : conflict(c, v);
}

/* A code is a word of the wire; those of topics are the four-digit blocks of the federal classifier, or a word of the municipality. */
static bool code_ok(struct call *c, const struct value *v)
{
    enum { CODE_BYTES = 60 };
    bool ok = strlen(v->code) <= CODE_BYTES && isalnum((unsigned char)*v->code);
    for (const char *p = v->code; ok && *p; p++)
        ok = islower((unsigned char)*p) || isdigit((unsigned char)*p) || strchr("._-", *p);
    return ok || err_field(c->err, "code", "bad_code", NULL);
}

/* Only a classifier that ships can be added to: a new list would be read by nobody. */
static bool new_ok(struct call *c, struct value *v)
{
    const struct classifier_info *info = classifier_info(v->classifier);
    if (!info)
        return err_field(c->err, "classifier", "not_a_value", NULL);
    return code_ok(c, v) && (!info->closed || err_rule(c->err, "closed_classifier", NULL));
}

static bool take_data(struct call *c, struct value *v)
{
    const json_t *old = json_object_get(v->after, "data"), *given = json_object_get(c->params, "data"), *value;
    const char *facts = arg_str(c, "facts"), *key;
    json_t *data = NULL;
    if (facts && !classifier_facts_read(v->classifier, facts, old, &data, c->err))
        return false;
    if (!data)
        data = json_copy((json_t *)old);
    if (json_is_object(given))
        json_object_clear(data);
    json_object_foreach((json_t *)given, key, value) json_object_set(data, key, (json_t *)value);
    if (strcmp(v->classifier, "topic") == 0 && !json_object_get(data, "level")) {
        size_t blocks = 1;
        for (const char *p = v->code; *p; p++)
            blocks += *p == '.';
        json_object_set_new(data, "level", json_string(blocks == 1 ? "section" : blocks < 4 ? "group" : "question"));
    }
    bool ok = classifier_data_ok(c->rules->classifiers, v->classifier, data, old, c->user->lang, c->err);
    json_object_set_new(v->after, "data", data);
    return ok;
}

static void take_field(struct call *c, struct value *v, const char *name)
{
    json_t *given = json_object_get(c->params, name);
    if (given && !json_is_null(given))
        json_object_set(v->after, name, given);
}

/* An empty parent takes the value out of the tree; a new topic goes under the nearest code above it. */
static bool take_parent(struct call *c, struct value *v)
{
    const char *given = arg_str(c, "parent"), *params[] = {v->classifier, v->code};
    if (given)
        json_object_set_new(v->after, "parent", *given ? json_string(given) : json_null());
    if (given || v->id || strcmp(v->classifier, "topic") != 0)
        return true;
    struct pg_res *res = pg_query(c->db, Q_CLASSIFIER_NEAREST, params, 2, c->err);
    if (res && pg_rows(res) == 1)
        json_object_set_new(v->after, "parent", json_string(pg_text(res, 0, 0)));
    pg_free(res);
    return res != NULL;
}

static bool take_order(struct call *c, struct value *v)
{
    const char *params[] = {v->classifier, text_of(v, "parent")};
    int64_t ord;
    take_field(c, v, "ord");
    if (!json_is_null(json_object_get(v->after, "ord")))
        return true;
    if (!query_int(c, Q_CLASSIFIER_LAST_ORD, params, 2, 10, &ord))
        return false;
    json_object_set_new(v->after, "ord", json_integer(ord));
    return true;
}

static bool parent_ok(struct call *c, const struct value *v)
{
    const char *parent = text_of(v, "parent"), *params[] = {v->classifier, parent, v->code};
    if (!parent)
        return true;
    struct pg_res *res = pg_query(c->db, Q_CLASSIFIER_PARENT, params, 3, c->err);
    if (!res)
        return false;
    bool there = pg_bool(res, 0, 0), retired = pg_bool(res, 0, 1), below = pg_bool(res, 0, 2);
    pg_free(res);
    if (!there)
        return err_field(c->err, "parent", "not_there", NULL);
    if (below)
        return err_field(c->err, "parent", "cycle", NULL);
    if (retired && !is_retired(v->after))
        return err_field(c->err, "parent", "retired_parent", NULL);
    size_t len = strlen(parent);
    bool apart = strcmp(v->classifier, "topic") == 0 && (strncmp(v->code, parent, len) != 0 || v->code[len] != '.');
    return !apart || err_field(c->err, "parent", "parent_code", NULL);
}

static bool letters_ok(struct call *c, const struct value *v)
{
    const char *params[] = {v->code, json_string_value(json_object_get(json_object_get(v->after, "data"), "letters"))};
    int64_t others;
    if (strcmp(v->classifier, "appeal_kind") != 0)
        return true;
    return query_int(c, Q_CLASSIFIER_LETTERS, params, 2, 0, &others) && (others == 0 || err_field(c->err, "data.letters", "taken", NULL));
}

static bool retiring_ok(struct call *c, const struct value *v)
{
    const char *params[] = {v->classifier, v->code};
    int64_t children;
    if (!is_retired(v->after) || is_retired(v->before))
        return true;
    if (classifier_knows(v->classifier, v->code))
        return err_rule(c->err, "known_value", NULL);
    if (arg_bool(c, "children"))
        return true;
    return query_int(c, Q_CLASSIFIER_OPEN_CHILDREN, params, 2, 0, &children) && (children == 0 || err_rule(c->err, "open_children", NULL));
}

static const char *differences(struct call *c, const struct value *v)
{
    json_t *all = json_object(), *value;
    const char *key;
    json_object_foreach(v->after, key, value)
    {
        const json_t *old = json_object_get(v->before, key);
        if (!json_equal(old, value))
            json_object_set_new(all, key, json_pack("{s:O?, s:O}", "from", old, "to", value));
    }
    char *text = json_dumps(all, JSON_COMPACT);
    const char *changes = json_object_size(all) > 0 ? arena_strdup(c->arena, text) : NULL;
    free(text);
    json_decref(all);
    return changes;
}

/* After the commit: this process chooses by its own copy, and others hear of it by the event. */
static void classifier_committed(struct call *c)
{
    size_t i;
    json_t *v;
    json_array_foreach(c->changed, i, v)
        classifiers_put(c->rules->classifiers, json_string_value(json_object_get(v, "classifier")),
                        json_string_value(json_object_get(v, "code")), json_string_value(json_object_get(v, "data")));
}

static bool note_change(struct call *c, const struct value *v, int64_t id, const char *code, int64_t version, const char *data,
                        bool retired, const char *changes)
{
    bool before = is_retired(v->before);
    struct event e = {.record = "classifier",
                      .record_id = id,
                      .version = version,
                      .changes = changes,
                      .comment = arena_printf(c->arena, "%s/%s", v->classifier, code)};
    e.action = !v->id ? "add" : retired == before ? "set" : retired ? "retire" : "restore";
    if (!c->changed)
        c->changed = json_array();
    json_array_append_new(c->changed,
                          json_pack("{s:s, s:s, s:s?}", "classifier", v->classifier, "code", code, "data", retired ? NULL : data));
    c->committed = classifier_committed;
    return event_write(c, &e);
}

/* Values below follow into retirement and back. */
static bool write_below(struct call *c, const struct value *v)
{
    bool retired = is_retired(v->after);
    const char *params[] = {v->classifier, v->code, call_bool(retired)};
    if (!arg_bool(c, "children") || retired == is_retired(v->before))
        return true;
    struct pg_res *res = pg_query(c->db, Q_CLASSIFIER_BELOW_SET, params, 3, c->err);
    bool ok = res != NULL;
    const char *changes = arena_printf(c->arena, "{\"retired\":{\"from\":%s,\"to\":%s}}", call_bool(!retired), call_bool(retired));
    for (int i = 0; ok && i < pg_rows(res); i++) {
        const char *code = arena_strdup(c->arena, pg_text(res, i, 1));
        if (retired && classifier_knows(v->classifier, code))
            ok = err_rule(c->err, "known_value", NULL);
        ok = ok &&
             note_change(c, v, pg_int(res, i, 0), code, pg_int(res, i, 2), arena_strdup(c->arena, pg_text(res, i, 3)), retired, changes);
    }
    pg_free(res);
    return ok;
}

static void answer(struct call *c, const struct value *v, bool changed)
{
    jw_object(c->out);
    jw_kint(c->out, "id", v->id);
    jw_kstring(c->out, "number", v->code);
    jw_kint(c->out, "version", v->version);
    if (!changed)
        jw_kbool(c->out, "existing", true);
    jw_kbool(c->out, "updated", changed && v->before);
    jw_object_end(c->out);
}

static bool value_write(struct call *c, struct value *v)
{
    const char *changes = differences(c, v);
    if (!changes || arg_bool(c, "dry_run")) {
        answer(c, v, changes != NULL);
        return true;
    }
    const json_t *after = v->after;
    char *dumped = json_dumps(json_object_get(after, "data"), JSON_COMPACT);
    const char *data = arena_strdup(c->arena, dumped), *params[] = {v->classifier,
                                                                    v->code,
                                                                    text_of(v, "parent"),
                                                                    text_of(v, "ru"),
                                                                    text_of(v, "en"),
                                                                    call_int(c, json_integer_value(json_object_get(after, "ord"))),
                                                                    data,
                                                                    call_bool(is_retired(after))};
    free(dumped);
    struct pg_res *res = pg_query(c->db, Q_CLASSIFIER_PUT, params, 8, c->err);
    if (!res)
        return false;
    int64_t id = pg_int(res, 0, 0), version = pg_int(res, 0, 1);
    pg_free(res);
    if (!note_change(c, v, id, v->code, version, data, is_retired(after), changes) || !write_below(c, v))
        return false;
    v->id = id;
    v->version = version;
    answer(c, v, true);
    return true;
}

static void value_free(struct value *v)
{
    json_decref(v->before);
    json_decref(v->after);
}

static bool value_take(struct call *c, struct value *v)
{
    take_field(c, v, "ru");
    take_field(c, v, "en");
    take_field(c, v, "retired");
    if (!*text_of(v, "ru"))
        return err_field(c->err, "ru", "required", NULL);
    return take_parent(c, v) && take_order(c, v) && take_data(c, v) && parent_ok(c, v) && letters_ok(c, v) && retiring_ok(c, v);
}

static bool classifier_set(struct call *c)
{
    struct value v;
    bool ok = value_load(c, &v) && (v.id || new_ok(c, &v)) && value_take(c, &v) && value_write(c, &v);
    value_free(&v);
    return ok;
}

static bool move(struct call *c, bool retired)
{
    struct value v;
    json_object_set_new(c->params, "retired", json_boolean(retired));
    bool ok = value_load(c, &v) && value_take(c, &v) && value_write(c, &v);
    value_free(&v);
    return ok;
}

static bool classifier_retire(struct call *c) { return move(c, true); }
static bool classifier_restore(struct call *c) { return move(c, false); }

static const struct op_param list_params[] = {
    {"classifier", P_STRING, 0, 60, NULL, NULL, {"Классификатор", "Classifier"}, NULL},
    {.name = NULL},
};
static const struct op_param names_params[] = {
    {"sort", P_ENUM, 0, 0, "order", NULL, {"Порядок", "Order"}, NULL},
    {.name = NULL},
};
static const struct op_param values_params[] = {
    {"sort", P_ENUM, 0, 0, "order", NULL, {"Порядок", "Order"}, NULL},
    {"classifier", P_STRING, PF_REQUIRED, 60, NULL, NULL, {"Классификатор", "Classifier"}, NULL},
    {"retired", P_BOOL, PF_FILTER, 0, NULL, NULL, {"Выведенные", "Retired"}, NULL},
    {.name = NULL},
};
static const struct op_param get_params[] = {
    {"id", P_ID, PF_REQUIRED, 0, NULL, NULL, {"Значение", "Value"}, NULL},
    {.name = NULL},
};
static const struct op_param set_params[] = {
    {"id", P_ID, 0, 0, NULL, NULL, {"Значение", "Value"}, NULL},
    {"version", P_INT, 0, 1000000000, NULL, NULL, {"Версия (0: новое)", "Version (0: a new one)"}, NULL},
    {"classifier", P_STRING, 0, 60, NULL, NULL, {"Классификатор", "Classifier"}, NULL},
    {"code", P_STRING, 0, 60, NULL, NULL, {"Код", "Code"}, NULL},
    {"ru", P_STRING, 0, 300, NULL, NULL, {"Название", "Name in Russian"}, NULL},
    {"en", P_STRING, 0, 300, NULL, NULL, {"Название по-английски", "Name in English"}, NULL},
    {"parent", P_STRING, 0, 60, NULL, NULL, {"Входит в (код)", "Part of (code)"}, NULL},
    {"ord", P_INT, 0, 1000000000, NULL, NULL, {"Место в списке", "Place in the list"}, NULL},
    {"facts", P_TEXT, 0, 20000, NULL, NULL, {"Свойства", "Properties"}, NULL},
    {"data", P_OBJECT, 0, 0, NULL, NULL, {"Свойства (JSON)", "Properties (JSON)"}, NULL},
    {"retired", P_BOOL, 0, 0, NULL, NULL, {"Выведено", "Retired"}, NULL},
    {"children", P_BOOL, 0, 0, NULL, NULL, {"Вместе с вложенными", "With what is below"}, NULL},
    {"dry_run", P_BOOL, 0, 0, NULL, NULL, {"Только проверить", "Only check"}, NULL},
    {.name = NULL},
};
static const struct op_param move_params[] = {
    {"children", P_BOOL, 0, 0, NULL, NULL, {"Вместе с вложенными", "With what is below"}, NULL},
    {.name = NULL},
};

const struct op classifier_ops[] = {
    {"classifier.list",
     R_ANY,
     0,
     {"Справочник целиком (без имени - список справочников)", "A classifier (without a name: which there are)"},
     list_params,
     classifier_list},
    {"classifier.names", ADMINS, OP_LIST, {"Справочники", "Classifiers"}, names_params, classifier_names},
    {"classifier.values", ADMINS, OP_LIST, {"Значения справочника", "Values of a classifier"}, values_params, classifier_values},
    {"classifier.get", ADMINS, 0, {"Значение справочника", "A value of a classifier"}, get_params, classifier_get},
    {"classifier.set", ADMINS, OP_WRITE, {"Завести или исправить значение", "Add or change a value"}, set_params, classifier_set},
    {"classifier.retire", ADMINS, OP_WRITE | OP_VERSION, {"Вывести из употребления", "Retire a value"}, move_params, classifier_retire},
    {"classifier.restore",
     ADMINS,
     OP_WRITE | OP_VERSION,
     {"Вернуть в употребление", "Bring a value back"},
     move_params,
     classifier_restore},
    {.method = NULL},
};
