#include "server/import/refs.h"
#include "common/translit.h"
#include "common/utf8.h"
#include "server/cli/internal.h"
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 200, CODE_BYTES = 64 };

void refs_init(struct refs *r, struct rpc *rpc, bool dry_run)
{
    *r = (struct refs){.rpc = rpc,
                       .dry_run = dry_run,
                       .unit_codes = json_object(),
                       .classifiers = json_object(),
                       .appeals = json_object(),
                       .authors = json_object()};
}

void refs_free(struct refs *r)
{
    json_decref(r->units);
    json_decref(r->users);
    json_decref(r->unit_codes);
    json_decref(r->classifiers);
    json_decref(r->appeals);
    json_decref(r->authors);
    *r = (struct refs){0};
}

char *refs_fold(const char *text)
{
    size_t len = strlen(text), used = 0;
    char *out = malloc(len * 3 + 1); /* a byte that is no character becomes U+FFFD */
    if (!out)
        abort();
    for (uint32_t cp; len > 0;) {
        size_t n = utf8_decode(text, len, &cp);
        used += utf8_encode(utf8_fold(cp), out + used);
        text += n;
        len -= n;
    }
    out[used] = '\0';
    return out;
}

void refs_uuid(const char *text, char out[37])
{
    unsigned char h[16];
    char hex[33];
    crypto_generichash(h, sizeof h, (const unsigned char *)text, strlen(text), NULL, 0);
    h[6] = (h[6] & 0x0f) | 0x80;
    h[8] = (h[8] & 0x3f) | 0x80;
    sodium_bin2hex(hex, sizeof hex, h, sizeof h);
    snprintf(out, 37, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

/* ---- names ---- */

/* Under a name that two bear stands 0: it names nobody. */
static void learn(json_t *names, const char *name, int64_t id)
{
    char *folded = refs_fold(name);
    const json_t *known = json_object_get(names, folded);
    if (*folded)
        json_object_set_new(names, folded, json_integer(known && json_integer_value(known) != id ? 0 : id));
    free(folded);
}

void refs_learn_unit(struct refs *r, const char *code, const char *name, int64_t id)
{
    if (!r->units)
        return;
    learn(r->units, code, id);
    learn(r->units, name, id);
    json_object_set_new(r->unit_codes, code, json_true());
}

void refs_learn_user(struct refs *r, const char *login, const char *name, int64_t id)
{
    if (!r->users)
        return;
    learn(r->users, login, id);
    learn(r->users, name, id);
}

static const char *text_of(const json_t *item, const char *key)
{
    const char *text = json_string_value(json_object_get(item, key));
    return text ? text : "";
}

/* All records of a list, page after page. */
static bool read_all(struct refs *r, const char *method, void (*take)(struct refs *r, const json_t *item), struct err *err)
{
    char after[4096] = "";
    for (bool more = true; more;) {
        json_t *params = json_pack("{s:i}", "limit", PAGE), *result, *item;
        size_t i;
        if (*after)
            json_object_set_new(params, "after", json_string(after));
        bool ok = rpc_call(r->rpc, method, params, &result, err);
        json_decref(params);
        if (!ok)
            return false;
        json_array_foreach(json_object_get(result, "items"), i, item) take(r, item);
        const char *next = json_string_value(json_object_get(result, "next"));
        more = next && strlen(next) < sizeof after;
        snprintf(after, sizeof after, "%s", next ? next : "");
        json_decref(result);
    }
    return true;
}

static void take_unit(struct refs *r, const json_t *item)
{
    refs_learn_unit(r, text_of(item, "code"), text_of(item, "name"), json_integer_value(json_object_get(item, "id")));
}

static void take_user(struct refs *r, const json_t *item)
{
    refs_learn_user(r, text_of(item, "login"), text_of(item, "name"), json_integer_value(json_object_get(item, "id")));
}

static bool find(const json_t *names, const char *name, int64_t *id, struct err *err)
{
    char *folded = refs_fold(name);
    const json_t *known = json_object_get(names, folded);
    free(folded);
    *id = json_integer_value(known);
    return !known || *id ? true
                         : err_set(err, ERR_PARAMS,
                                   CLI_TR("«%.100s»: так называются двое, укажите код или имя для входа",
                                          "\"%.100s\": two bear this name, give the code or the login"),
                                   name);
}

bool refs_unit(struct refs *r, const char *name, int64_t *id, struct err *err)
{
    if (!r->units) {
        r->units = json_object();
        if (!read_all(r, "unit.list", take_unit, err))
            return false;
    }
    return find(r->units, name, id, err);
}

bool refs_user(struct refs *r, const char *name, int64_t *id, struct err *err)
{
    if (!r->users) {
        r->users = json_object();
        if (!read_all(r, "user.list", take_user, err))
            return false;
    }
    return find(r->users, name, id, err);
}

bool refs_unit_make(struct refs *r, const char *name, int64_t *id, struct err *err)
{
    char base[CODE_BYTES], code[CODE_BYTES + 16], uuid[37];
    translit_latin(name, '_', base, sizeof base);
    snprintf(code, sizeof code, "%s", *base ? base : "unit");
    for (int n = 2; json_object_get(r->unit_codes, code); n++)
        snprintf(code, sizeof code, "%s_%d", *base ? base : "unit", n);
    *id = 1;
    if (!r->dry_run) {
        json_t *result;
        randombytes_buf(base, sizeof base); /* a new request each time: the name itself tells a double */
        sodium_bin2hex(uuid, sizeof uuid, (const unsigned char *)base, 16);
        refs_uuid(uuid, uuid);
        json_t *params =
            json_pack("{s:s, s:s, s:b, s:s, s:s}", "code", code, "name", name, "external", 1, "kind", "external", "request_id", uuid);
        bool ok = rpc_call(r->rpc, "unit.add", params, &result, err);
        json_decref(params);
        if (!ok)
            return false;
        *id = json_integer_value(json_object_get(result, "id"));
        json_decref(result);
    }
    r->units_made++;
    refs_learn_unit(r, code, name, *id);
    return true;
}

/* ---- codes ---- */

static json_t *read_classifier(struct refs *r, const char *classifier, struct err *err)
{
    json_t *params = json_pack("{s:s}", "classifier", classifier), *result, *item, *codes = json_object();
    size_t i;
    bool ok = rpc_call(r->rpc, "classifier.list", params, &result, err);
    json_decref(params);
    if (!ok) {
        json_decref(codes);
        return NULL;
    }
    /* Labels first: where a label of one is the code of another, the code wins. */
    static const char *const keys[] = {"en", "ru", "code"};
    const json_t *items = json_is_array(result) ? result : json_object_get(result, "items");
    for (size_t k = 0; k < 3; k++)
        json_array_foreach(items, i, item)
        {
            char *folded = refs_fold(text_of(item, keys[k]));
            if (*folded && !json_is_true(json_object_get(item, "retired")))
                json_object_set(codes, folded, json_object_get(item, "code"));
            free(folded);
        }
    json_decref(result);
    json_object_set_new(r->classifiers, classifier, codes);
    return codes;
}

bool refs_code(struct refs *r, const char *classifier, const char *text, const char **code, struct err *err)
{
    json_t *codes = json_object_get(r->classifiers, classifier);
    if (!codes && !(codes = read_classifier(r, classifier, err)))
        return false;
    char *folded = refs_fold(text);
    *code = json_string_value(json_object_get(codes, folded));
    free(folded);
    return true;
}

/* ---- appeals and their authors ---- */

bool refs_appeal(struct refs *r, const char *number, int64_t *id, struct err *err)
{
    const json_t *known = json_object_get(r->appeals, number);
    *id = json_integer_value(known);
    if (known)
        return true;
    json_t *params = json_pack("{s:s}", "number", number), *result;
    bool ok = rpc_call(r->rpc, "appeal.get", params, &result, err);
    json_decref(params);
    if (!ok && err->code != ERR_NOT_FOUND)
        return false;
    *id = ok ? json_integer_value(json_object_get(result, "id")) : 0;
    json_decref(result);
    json_object_set_new(r->appeals, number, json_integer(*id));
    return true;
}

bool refs_author(struct refs *r, const json_t *fields, int64_t *id, struct err *err)
{
    char *text = json_dumps(fields, JSON_COMPACT | JSON_SORT_KEYS), *folded = refs_fold(text ? text : ""), external[37], uuid[37];
    refs_uuid(folded, external);
    free(text);
    free(folded);
    const json_t *known = json_object_get(r->authors, external);
    *id = known ? json_integer_value(known) : 1;
    if (known || r->dry_run)
        return true;
    refs_uuid(external, uuid);
    json_t *params = json_copy((json_t *)fields), *result;
    json_object_set_new(params, "external_id", json_sprintf("import:%s", external));
    json_object_set_new(params, "request_id", json_string(uuid));
    bool ok = rpc_call(r->rpc, "correspondent.add", params, &result, err);
    json_decref(params);
    if (!ok)
        return false;
    *id = json_integer_value(json_object_get(result, "id"));
    json_decref(result);
    json_object_set_new(r->authors, external, json_integer(*id));
    return true;
}
