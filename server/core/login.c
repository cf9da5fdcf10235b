/* What the gate asks before there is a session: is this key known, who is this, open a session for them. */
#include "common/arena.h"
#include "common/log.h"
#include "db/pg.h"
#include "server/config.h"
#include "server/core/internal.h"
#include "server/ops/helpers.h"
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { TICKET_LIFE_S = 24 * 3600 };

static uint32_t roles_from_csv(const char *csv)
{
    uint32_t roles = 0;
    char name[32];
    for (const char *p = csv; *p;) {
        size_t n = strcspn(p, ",");
        snprintf(name, sizeof name, "%.*s", (int)n, p);
        roles |= role_bit(name);
        p += n + (p[n] == ',');
    }
    return roles;
}

/* Adds "{3,4}" to the list of units; a list that does not fit is left as it was. */
static void add_units(char *units, size_t size, const char *more)
{
    size_t len = strlen(units), bare = strlen(more) - 2;
    bool first = len == 2;
    if (bare == 0 || len + bare + 2 > size)
        return;
    snprintf(units + len - 1, size - len + 1, "%s%s", first ? "" : ",", more + 1);
}

/* Who stands in for somebody today has their rights on correspondence beside the own ones; an administrator's are never lent. */
static bool load_stands(struct pg *db, struct arena *arena, struct session_user *user, struct err *err)
{
    const char *params[] = {arena_printf(arena, "%lld", (long long)user->id)};
    struct pg_res *res = pg_query(db, Q_USER_STANDS_FOR, params, 1, err);
    if (!res)
        return false;
    for (int i = 0; i < pg_rows(res) && user->stands_count < STANDS_FOR_MAX; i++) {
        struct absent_person *p = &user->stands_for[user->stands_count++];
        *p = (struct absent_person){.id = pg_int(res, i, 0), .roles = roles_from_csv(pg_text(res, i, 2))};
        snprintf(p->name, sizeof p->name, "%s", pg_text(res, i, 1));
        user->roles |= p->roles;
        add_units(user->units, sizeof user->units, pg_text(res, i, 3));
    }
    pg_free(res);
    return true;
}

bool login_load_user(struct pg *db, struct arena *arena, const char *login, struct session_user *user, const char **hash, struct err *err)
{
    const char *params[] = {login};
    struct pg_res *res = pg_query(db, Q_USER_SESSION, params, 1, err);
    if (!res)
        return false;
    if (pg_rows(res) != 1 || pg_bool(res, 0, 7)) {
        pg_free(res);
        return err_set(err, ERR_FORBIDDEN, NULL);
    }
    *user = (struct session_user){.id = pg_int(res, 0, 0), .unit_id = pg_int(res, 0, 4), .roles = roles_from_csv(pg_text(res, 0, 5))};
    snprintf(user->login, sizeof user->login, "%s", pg_text(res, 0, 1));
    snprintf(user->name, sizeof user->name, "%s", pg_text(res, 0, 2));
    user->lang = strcmp(pg_text(res, 0, 3), "en") == 0 ? LANG_EN : LANG_RU;
    const char *units = pg_text(res, 0, 6);
    /* Fail closed: a list of units that does not fit is no list at all. */
    snprintf(user->units, sizeof user->units, "%s", strlen(units) < sizeof user->units ? units : "{}");
    memcpy(user->own_units, user->units, sizeof user->own_units);
    if (user->id == 1)
        user->roles = R_SYSTEM;
    user->own_roles = user->roles;
    user->loaded_day = call_today();
    if (hash)
        *hash = arena_strdup(arena, pg_text(res, 0, 9) ? pg_text(res, 0, 9) : "");
    pg_free(res);
    if (!load_stands(db, arena, user, err))
        return false;
    /* An analyst sees every card because no card names a person to them; together with a role that reads names in its scope, the scope holds. */
    bool blind = !(user->roles & ~(uint32_t)(R_ANALYST | R_ADMIN | R_DISPATCHER | R_MANAGER));
    user->sees_all = user->roles & (R_HEAD | R_CLERK | R_SYSTEM | R_CITIZENS) || (blind && user->roles & R_ANALYST);
    return true;
}

static void mac(const struct core *core, const char *text, char hex[2 * crypto_auth_BYTES + 1])
{
    unsigned char tag[crypto_auth_BYTES];
    _Static_assert(crypto_auth_KEYBYTES == sizeof core->secret, "the secret is the key");
    crypto_auth(tag, (const unsigned char *)text, strlen(text), core->secret);
    sodium_bin2hex(hex, 2 * crypto_auth_BYTES + 1, tag, sizeof tag);
}

/* "expiry:login:mac" */
static const char *make_ticket(struct dispatch *d, const char *login)
{
    char hex[2 * crypto_auth_BYTES + 1];
    const char *text = arena_printf(d->arena, "%lld:%s", (long long)time(NULL) + TICKET_LIFE_S, login);
    mac(d->core, text, hex);
    return arena_printf(d->arena, "%s:%s", text, hex);
}

/* Login name of a good ticket, NULL for any other text. */
static const char *check_ticket(struct dispatch *d, const char *ticket)
{
    char hex[2 * crypto_auth_BYTES + 1];
    const char *tail = ticket ? strrchr(ticket, ':') : NULL;
    const char *head = ticket ? strchr(ticket, ':') : NULL;
    if (!tail || head == tail || strlen(tail + 1) != sizeof hex - 1)
        return NULL;
    char *text = arena_strndup(d->arena, ticket, (size_t)(tail - ticket));
    mac(d->core, text, hex);
    if (sodium_memcmp(hex, tail + 1, sizeof hex - 1) != 0 || strtoll(text, NULL, 10) < (long long)time(NULL))
        return NULL;
    return strchr(text, ':') + 1;
}

static void welcome(struct dispatch *d, const struct session_user *user, struct jw *w)
{
    d->job->user = *user;
    d->job->user_changed = true;
    jw_object(w);
    jw_kint(w, "user", user->id);
    jw_kstring(w, "login", user->login);
    jw_kstring(w, "name", user->name);
    jw_kstring(w, "language", user->lang == LANG_EN ? "en" : "ru");
    jw_kstring(w, "ticket", make_ticket(d, user->login));
    jw_object_end(w);
}

static const char *text_of(const json_t *params, const char *name)
{
    const char *s = json_string_value(json_object_get(params, name));
    return s ? s : "";
}

static bool has_key(struct dispatch *d, const char *login, const char *blob, bool *has, struct err *err)
{
    const char *params[] = {login, blob};
    struct pg_res *res = pg_query(d->db, Q_USER_KEY_HAS, params, 2, err);
    if (!res)
        return false;
    *has = pg_rows(res) == 1;
    pg_free(res);
    return true;
}

static bool call_hello(struct dispatch *d, const json_t *params, struct jw *w, struct err *err)
{
    const char *said = text_of(params, "secret"), *is = d->core->start->secret_hex;
    if (strlen(said) != strlen(is) || sodium_memcmp(said, is, strlen(is)) != 0) {
        d->job->close = true;
        return err_set(err, ERR_FORBIDDEN, NULL);
    }
    d->job->hello_done = true;
    jw_object(w);
    jw_object_end(w);
    return true;
}

static bool call_key(struct dispatch *d, const json_t *params, struct jw *w, struct err *err)
{
    bool has;
    if (!has_key(d, text_of(params, "login"), text_of(params, "blob"), &has, err))
        return false;
    jw_object(w);
    jw_kbool(w, "allowed", has);
    jw_object_end(w);
    return true;
}

/* Whether the login exists must not show in the time an answer takes: an unknown one is checked against a hash of nobody. */
static bool password_fits(struct dispatch *d, const char *login, const char *password, struct session_user *user, struct err *err)
{
    static const char nobody[] = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$Kx9Cq8mRX2m1pD0mTzJ3m2sYBPjnmEo2o0dHf3m8B1E";
    const char *hash = "";
    char padded[crypto_pwhash_STRBYTES] = ""; /* libsodium reads the whole of it */
    bool known = login_load_user(d->db, d->arena, login, user, &hash, err);
    if (!known && err->code != ERR_FORBIDDEN)
        return false;
    snprintf(padded, sizeof padded, "%s", known && *hash ? hash : nobody);
    bool fits = crypto_pwhash_str_verify(padded, password, strlen(password)) == 0;
    return (known && *hash && fits) || err_set(err, ERR_FORBIDDEN, NULL);
}

static bool call_login(struct dispatch *d, const json_t *params, struct jw *w, struct err *err)
{
    const char *login = text_of(params, "login"), *method = text_of(params, "method");
    struct session_user user = {0};
    bool ok = false;
    if (strcmp(method, "publickey") == 0) {
        bool has;
        ok = has_key(d, login, text_of(params, "blob"), &has, err) &&
             (has ? login_load_user(d->db, d->arena, login, &user, NULL, err) : err_set(err, ERR_FORBIDDEN, NULL));
    } else if (strcmp(method, "password") == 0 && atomic_load(&d->core->passwords)) {
        ok = password_fits(d, login, text_of(params, "password"), &user, err);
    } else {
        err_set(err, ERR_FORBIDDEN, NULL);
    }
    if (ok && (user.roles & R_SYSTEM)) /* the built-in user lives at the local socket only */
        ok = err_set(err, ERR_FORBIDDEN, NULL);
    log_info("login %s login=%.64s method=%.16s", ok ? "accepted" : "refused", login, method);
    if (ok)
        welcome(d, &user, w);
    return ok;
}

static bool call_resume(struct dispatch *d, const json_t *params, struct jw *w, struct err *err)
{
    struct session_user user = {0};
    const char *login = check_ticket(d, json_string_value(json_object_get(params, "ticket")));
    if (!login)
        return err_set(err, ERR_FORBIDDEN, NULL);
    if (!login_load_user(d->db, d->arena, login, &user, NULL, err))
        return false;
    welcome(d, &user, w);
    return true;
}

static bool call_open(struct dispatch *d, const json_t *params, struct jw *w, struct err *err)
{
    if (d->job->user.id == 0)
        return err_set(err, ERR_FORBIDDEN, NULL);
    if (d->job->passed_fd < 0)
        return err_field(err, "descriptor", "required", NULL);
    bool files = strcmp(text_of(params, "kind"), "files") == 0;
    if (files && !files_start(d->core, d->job->passed_fd, &d->job->user, err))
        return false;
    d->job->open_fd = files ? -1 : d->job->passed_fd;
    d->job->passed_fd = -1;
    jw_object(w);
    jw_object_end(w);
    return true;
}

static const struct {
    const char *method;
    bool (*handler)(struct dispatch *d, const json_t *params, struct jw *w, struct err *err);
} calls[] = {
    {"gate.hello", call_hello}, {"gate.key", call_key}, {"gate.login", call_login}, {"gate.resume", call_resume}, {"gate.open", call_open},
};

bool login_call(struct dispatch *d, const char *method, json_t *params, struct jw *w, struct err *err)
{
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (strcmp(calls[i].method, method) == 0) {
            if (!d->job->said_hello && calls[i].handler != call_hello) {
                d->job->close = true;
                return err_set(err, ERR_FORBIDDEN, NULL);
            }
            return calls[i].handler(d, params, w, err);
        }
    return err_set(err, ERR_METHOD, "%.100s", method);
}

bool login_is_slow(const char *method, const json_t *params)
{
    return strcmp(method, "gate.login") == 0 && strcmp(text_of(params, "method"), "password") == 0;
}
