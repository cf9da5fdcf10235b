#include "common/arena.h"
#include "server/ops/helpers.h"
#include "server/ops/house.h"
#include "server/rules/house_number.h"
#include "server/rules/settlement_name.h"
#include "server/rules/street_name.h"
#include <string.h>

static bool may_make(struct call *c) { return (c->user->roles & ADDRESS_WRITERS) || err_set(c->err, ERR_FORBIDDEN, NULL); }

static bool made(struct call *c, const char *record, int64_t id)
{
    struct event e = {.record = record, .record_id = id, .action = "add", .version = 1};
    return event_write(c, &e);
}

/* «нет в адресном реестре: ул. Ленино». */
static bool refuse(struct call *c, const char *field, const char *reason, const char *text)
{
    return err_field(c->err, field, reason, "%s: «%.200s»", err_reason_text(reason, c->user->lang), text);
}

/* ---- districts and settlements ---- */

bool district_find(struct call *c, const char *text, unsigned make, int64_t *id)
{
    char name[SETTLEMENT_NAME_BYTES];
    *id = 0;
    if (!text || !*text)
        return true;
    if (!district_name(text, name, sizeof name))
        return err_field(c->err, "district_name", "not_a_name", NULL);
    const char *params[] = {name};
    if (!query_int(c, Q_DISTRICT_BY_NAME, params, 1, 0, id))
        return false;
    if (*id)
        return true;
    if (!(make & MAKE_DISTRICT))
        return refuse(c, "district_name", "not_there", text);
    return may_make(c) && query_int(c, Q_DISTRICT_ADD, params, 1, 0, id) && made(c, "district", *id);
}

/* Names of what fits, for the person to choose from. */
static const char *names_of(struct call *c, const struct pg_res *res, int column)
{
    const char *all = "";
    for (int i = 0; i < pg_rows(res); i++)
        all = arena_printf(c->arena, "%s%s%s", all, i ? "; " : "", pg_text(res, i, column));
    return all;
}

bool settlement_find(struct call *c, const char *text, int64_t district_id, unsigned make, int64_t *id)
{
    struct settlement_name name;
    *id = 0;
    if (!text || !*text)
        return true;
    if (!settlement_name_parse(text, strlen(text), &name))
        return err_field(c->err, "settlement_name", "not_a_name", NULL);
    const char *kind = *name.kind ? name.kind : NULL, *params[] = {name.name, kind, district_id ? call_int(c, district_id) : NULL};
    struct pg_res *res = pg_query(c->db, Q_SETTLEMENT_BY_NAME, params, 3, c->err);
    if (!res)
        return false;
    int count = pg_rows(res);
    *id = count == 1 ? pg_int(res, 0, 0) : 0;
    const char *names = count > 1 ? names_of(c, res, 1) : "";
    pg_free(res);
    if (*id)
        return true;
    if (count > 1)
        return refuse(c, "settlement_name", "several_settlements", names);
    if (!(make & MAKE_SETTLEMENT))
        return refuse(c, "settlement_name", "unknown_settlement", text);
    if (name.kind_alone)
        return err_field(c->err, "settlement_name", "kind_alone", NULL);
    const char *add[] = {params[2], kind, name.name, NULL};
    return may_make(c) && query_int(c, Q_SETTLEMENT_ADD, add, 4, 0, id) && made(c, "settlement", *id);
}

/* ---- streets ---- */

/* Is it a word to be said letter by letter: two letters, or none that is a vowel («УТ», «ВЛКСМ»)? */
static bool is_abbreviation(const char *word, const char *end)
{
    static const char vowels[] = "АЕЁИОУЫЭЮЯ";
    for (const char *p = word; p < end; p += 2)
        for (const char *v = vowels; *v && (size_t)(end - word) > 4; v += 2)
            if (memcmp(p, v, 2) == 0)
                return false;
    return true;
}

static bool is_capital(uint32_t cp) { return (cp >= 0x410 && cp <= 0x42F) || cp == 0x401; }

/* A name that a feed gives in capitals is written as people write it: «ЯНТАРНАЯ» is «Янтарная», «50 ЛЕТ ВЛКСМ» is «50 Лет ВЛКСМ». */
static void soften(char *name)
{
    uint32_t cp;
    for (const char *p = name; *p;) { /* a small letter anywhere: a person has written it */
        p += utf8_decode(p, strlen(p), &cp);
        if ((cp >= 0x430 && cp <= 0x44F) || cp == 0x451)
            return;
    }
    for (char *p = name; *p;) {
        char *word = p, bytes[4];
        size_t n;
        while (*p && (n = utf8_decode(p, strlen(p), &cp), is_capital(cp)))
            p += n;
        const char *end = p;
        if (*p)
            p += utf8_decode(p, strlen(p), &cp);
        bool after_hyphen = word > name && word[-1] == '-'; /* «1-Я», «30-ЛЕТИЯ» */
        if (is_abbreviation(word, end) && !after_hyphen)
            continue;
        for (char *q = after_hyphen ? word : word + 2; q < end; q += 2) {
            utf8_decode(q, 2, &cp);
            if (utf8_encode(cp == 0x401 ? 0x451 : cp + 0x20, bytes) == 2)
                memcpy(q, bytes, 2);
        }
    }
}

static bool street_make(struct call *c, struct street_name *name, int64_t settlement_id, int64_t *id)
{
    soften(name->name);
    const char *params[] = {call_int(c, settlement_id), *name->kind ? name->kind : "street", name->name, name->key};
    return may_make(c) && query_int(c, Q_STREET_ADD, params, 4, 0, id) && made(c, "street", *id);
}

bool street_find(struct call *c, const char *text, unsigned make, int64_t *settlement_id, int64_t *id)
{
    struct street_name name;
    int64_t settlement = 0;
    *id = 0;
    if (!text || !*text)
        return true;
    if (!street_name_parse(text, strlen(text), &name))
        return err_field(c->err, "street_name", "not_a_name", NULL);
    const char *params[] = {*settlement_id ? call_int(c, *settlement_id) : NULL, name.key};
    struct pg_res *res = pg_query(c->db, Q_STREET_BY_KEY, params, 2, c->err);
    if (!res)
        return false;
    int count = pg_rows(res), fit = 0;
    /* Whoever would make a street of a bare name would make an улица: so a bare name means that one again. */
    const char *kind = *name.kind ? name.kind : "";
    for (int i = 0; !*kind && (make & (MAKE_STREET | BARE_IS_STREET)) && i < count; i++)
        kind = strcmp(pg_text(res, i, 1), "street") == 0 ? "street" : kind;
    for (int i = 0; i < count; i++)
        if (!*kind || strcmp(pg_text(res, i, 1), kind) == 0) {
            fit++;
            *id = pg_int(res, i, 0);
            settlement = pg_int(res, i, 3);
        }
    const char *names = fit > 1 ? names_of(c, res, 2) : "";
    pg_free(res);
    if (fit > 1) {
        *id = 0;
        return refuse(c, "street_name", "several_streets", names);
    }
    if (fit == 1) {
        *settlement_id = settlement;
        return true;
    }
    if (!(make & MAKE_STREET))
        return refuse(c, "street_name", "unknown_street", text);
    if (name.kind_alone)
        return err_field(c->err, "street_name", "kind_alone", NULL);
    if (!*settlement_id)
        return err_field(c->err, "settlement_name", "required", NULL);
    return street_make(c, &name, *settlement_id, id);
}

/* ---- companies ---- */

bool company_find(struct call *c, const char *text, bool make, int64_t *id)
{
    char key[512];
    *id = 0;
    if (!text || !*text)
        return true;
    if (!company_key(text, key, sizeof key))
        return err_field(c->err, "company_name", "not_a_name", NULL);
    const char *params[] = {key};
    if (!query_int(c, Q_COMPANY_BY_KEY, params, 1, 0, id))
        return false;
    if (*id || !make)
        return true;
    const char *add[] = {text, key, NULL, NULL};
    return may_make(c) && query_int(c, Q_COMPANY_ADD, add, 4, 0, id) && made(c, "company", *id);
}

/* ---- houses ---- */

static bool find_settlement(struct call *c, const struct house_text *text, unsigned make, struct house_found *out)
{
    if (!district_find(c, text->district, make, &out->district_id))
        return false;
    if (text->settlement && *text->settlement)
        return settlement_find(c, text->settlement, out->district_id, make, &out->settlement_id);
    out->settlement_id = text->settlement_id;
    if (!out->settlement_id && !query_int(c, Q_SETTLEMENT_ONLY, NULL, 0, 0, &out->settlement_id))
        return false;
    return out->settlement_id || (text->street && *text->street) || err_field(c->err, "settlement_name", "required", NULL);
}

bool house_find(struct call *c, const struct house_text *text, unsigned make, struct house_found *out)
{
    struct house_number number;
    *out = (struct house_found){0};
    if (!text->number || !house_number_whole(text->number, &number))
        return refuse(c, "number", "house_number", text->number ? text->number : "");
    memcpy(out->number, number.text, sizeof number.text);
    if (!find_settlement(c, text, make, out) || !street_find(c, text->street, make, &out->settlement_id, &out->street_id))
        return false;
    const char *settlement = call_int(c, out->settlement_id), *street = out->street_id ? call_int(c, out->street_id) : NULL;
    const char *params[] = {settlement, street, number.text};
    if (!query_int(c, Q_HOUSE_BY_NUMBER, params, 3, 0, &out->id))
        return false;
    if (out->id)
        return true;
    if (!(make & MAKE_HOUSE))
        return refuse(c, "number", "unknown_house", arena_printf(c->arena, "%s, %s", text->street ? text->street : "", number.text));
    const char *add[17] = {
        settlement, out->district_id ? call_int(c, out->district_id) : NULL, street, number.text, call_int(c, number.value), number.order};
    if (!may_make(c) || !query_int(c, Q_HOUSE_ADD, add, 17, 0, &out->id))
        return false;
    out->made = out->id != 0;
    /* Somebody else may have made it meanwhile. */
    return out->made ? made(c, "house", out->id) : query_int(c, Q_HOUSE_BY_NUMBER, params, 3, 0, &out->id);
}

/* ---- cards ---- */

bool address_card_set(struct call *c, const struct address_card *card, const char *const *params, int count)
{
    const char *id = arg_sql(c, "id"), *changes;
    int64_t version = 0, next = 0;
    struct pg_res *res = pg_query(c->db, (enum query)card->facts, &id, 1, c->err);
    if (!res)
        return false;
    bool found = pg_rows(res) == 1;
    const char *facts = found ? arena_strdup(c->arena, pg_text(res, 0, 0)) : NULL;
    version = found ? pg_int(res, 0, 1) : 0;
    pg_free(res);
    if (!found)
        return err_set(c->err, ERR_NOT_FOUND, NULL);
    if (arg_has(c, "version") && arg_int(c, "version") != version) {
        err_set(c->err, ERR_CONFLICT, NULL);
        c->err->current = (char *)facts;
        return false;
    }
    if (!record_changes(c, (enum query)card->facts, id, &changes) || !query_int(c, (enum query)card->set, params, count, 0, &next))
        return false;
    struct event e = {.record = card->record, .record_id = arg_int(c, "id"), .action = "set", .version = next, .changes = changes};
    if (!event_write(c, &e))
        return false;
    write_changed(c, arg_int(c, "id"), NULL, next, NULL);
    return true;
}

bool address_card_add(struct call *c, const char *record, int query, const char *const *params, int count)
{
    int64_t id;
    if (!query_int(c, (enum query)query, params, count, 0, &id) || !made(c, record, id))
        return false;
    write_changed(c, id, NULL, 1, NULL);
    return true;
}
