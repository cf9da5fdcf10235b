/* Users: who may come in, by which keys, with which roles. */
#include "common/arena.h"
#include "server/ops/helpers.h"
#include "server/ops/substitution.h"
#include "server/ops/tables.h"
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define ADMINS (R_ADMIN | R_SYSTEM)
enum { HASH_OPS = 2, HASH_MEMORY_BYTES = 64 * 1024 * 1024, PASSWORD_MIN_CHARS = 8, SYSTEM_ID = 1 };

static bool check_roles(struct call *c)
{
    const json_t *roles = json_object_get(c->params, "roles");
    size_t i;
    json_t *role;
    json_array_foreach(roles, i, role) if (!role_bit(json_string_value(role)))
        return err_field(c->err, arena_printf(c->arena, "roles[%zu]", i), "not_a_value", NULL);
    return true;
}

static bool write_hanging(struct call *c, const char *id)
{
    const char *roles[] = {id, arg_sql(c, "roles")}, *curates[] = {id, arg_sql(c, "curates")};
    return (!roles[1] || pg_exec(c->db, Q_USER_ROLES_SET, roles, 2, NULL, c->err)) &&
           (!curates[1] || pg_exec(c->db, Q_USER_CURATES_SET, curates, 2, NULL, c->err));
}

static bool user_event(struct call *c, int64_t id, const char *action, int64_t version, const char *changes)
{
    struct event e = {.record = "user", .record_id = id, .action = action, .version = version, .changes = changes};
    return event_write(c, &e);
}

/* "ssh-ed25519 AAAA... comment" -> parts; the blob must decode and begin with the name of its own algorithm. */
static bool parse_key(struct call *c, const char **algorithm, const char **blob, const char **comment, const char **fingerprint)
{
    static const char *const known[] = {"ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
                                        "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"};
    char *save = NULL, *copy = arena_strdup(c->arena, arg_str(c, "key"));
    *algorithm = strtok_r(copy, " \t", &save);
    *blob = strtok_r(NULL, " \t", &save);
    *comment = save ? save : "";
    bool ok = false;
    for (size_t i = 0; *algorithm && *blob && i < sizeof known / sizeof *known; i++)
        ok |= strcmp(*algorithm, known[i]) == 0;
    if (!ok)
        return err_field(c->err, "key", "bad_key", NULL);
    size_t len = 0, name = strlen(*algorithm), max = strlen(*blob);
    unsigned char *wire = arena_alloc(c->arena, max);
    if (sodium_base642bin(wire, max, *blob, strlen(*blob), NULL, &len, NULL, sodium_base64_VARIANT_ORIGINAL) != 0 || len < name + 8 ||
        wire[0] || wire[1] || wire[2] || wire[3] != name || memcmp(wire + 4, *algorithm, name) != 0)
        return err_field(c->err, "key", "bad_key", NULL);
    unsigned char hash[crypto_hash_sha256_BYTES];
    char text[sodium_base64_ENCODED_LEN(sizeof hash, sodium_base64_VARIANT_ORIGINAL_NO_PADDING)];
    crypto_hash_sha256(hash, wire, len);
    *fingerprint = arena_printf(c->arena, "SHA256:%s", sodium_bin2base64(text, sizeof text, hash, sizeof hash, sodium_base64_VARIANT_ORIGINAL_NO_PADDING));
    return true;
}

static bool add_key(struct call *c, const char *user, int64_t *key)
{
    const char *algorithm = NULL, *blob = NULL, *comment = NULL, *fingerprint = NULL;
    if (!parse_key(c, &algorithm, &blob, &comment, &fingerprint))
        return false;
    const char *params[] = {user, algorithm, blob, fingerprint, comment};
    return query_int(c, Q_USER_KEY_ADD, params, 5, 0, key);
}

static bool user_add(struct call *c)
{
    int64_t id, key;
    const char *params[] = {arg_sql(c, "login"), arg_sql(c, "name"), arg_sql(c, "position"), arg_sql(c, "email"), arg_sql(c, "phone"), arg_sql(c, "unit"),
                            arg_sql(c, "language")};
    if (!check_roles(c) || !query_int(c, Q_USER_ADD, params, 7, 0, &id))
        return false;
    const char *id_text = call_int(c, id);
    if (!write_hanging(c, id_text) || (arg_sql(c, "key") && !add_key(c, id_text, &key)) || !user_event(c, id, "add", 1, NULL))
        return false;
    write_changed(c, id, params[0], 1, NULL);
    return true;
}

static bool user_list(struct call *c)
{
    struct page page;
    if (!page_begin(c, &page, "ti"))
        return false;
    const char *params[8] = {arg_sql(c, "query"), arg_sql(c, "role"), arg_sql(c, "unit"), arg_sql(c, "disabled")};
    if (!page_count(c, &page, Q_USER_COUNT, params, 4))
        return false;
    params[4] = page.after[0];
    params[5] = page.after[1];
    params[6] = call_int(c, page.limit + 1);
    params[7] = call_bool(c->user->roles & ADMINS);
    struct pg_res *res = pg_query(c->db, Q_USER_LIST, params, 8, c->err);
    if (!res)
        return false;
    page_write(c, &page, res, NULL, 1, 2);
    pg_free(res);
    return true;
}

static bool user_get(struct call *c)
{
    /* Keys and roles of others are the administrator's business; oneself everybody may look at. */
    if (!(c->user->roles & ADMINS) && arg_int(c, "id") != c->user->id)
        return err_set(c->err, ERR_FORBIDDEN, NULL);
    const char *params[] = {arg_sql(c, "id"), call_bool(c->user->roles & ADMINS)};
    return write_json_row(c, Q_USER_CARD, params, 2);
}

/* After an UPDATE by version that met no row: is the user gone, or somebody was faster? */
static bool missed(struct call *c, enum query get)
{
    const char *id = arg_sql(c, "id");
    struct pg_res *res = pg_query(c->db, get, &id, 1, c->err);
    if (!res)
        return false;
    err_set(c->err, pg_rows(res) == 1 ? ERR_CONFLICT : ERR_NOT_FOUND, NULL);
    if (pg_rows(res) == 1)
        c->err->current = arena_strdup(c->arena, pg_text(res, 0, 0));
    pg_free(res);
    return false;
}

/* The version given, or the present one. */
static bool version_of(struct call *c, enum query get, const char **version)
{
    const char *id = arg_sql(c, "id");
    *version = arg_sql(c, "version");
    if (*version)
        return true;
    struct pg_res *res = pg_query(c->db, get, &id, 1, c->err);
    if (!res)
        return false;
    *version = pg_rows(res) == 1 ? arena_strdup(c->arena, pg_text(res, 0, 1)) : "0";
    pg_free(res);
    return true;
}

static bool is_system(struct call *c)
{
    if (arg_int(c, "id") != SYSTEM_ID)
        return false;
    err_set(c->err, ERR_NOT_FOUND, NULL);
    return true;
}

static bool user_set(struct call *c)
{
    int64_t version;
    const char *before, *changes;
    if (is_system(c) || !check_roles(c) || !version_of(c, Q_USER_GET, &before) || !record_changes(c, Q_USER_FACTS, arg_sql(c, "id"), &changes))
        return false;
    const char *params[] = {arg_sql(c, "id"), before, arg_sql(c, "name"), arg_keep(c, "position"), arg_keep(c, "email"), arg_keep(c, "phone"),
                            arg_sql(c, "unit"), arg_sql(c, "language")};
    if (!query_int(c, Q_USER_SET, params, 8, 0, &version))
        return false;
    if (version == 0)
        return missed(c, Q_USER_GET);
    if (!write_hanging(c, params[0]) || !user_event(c, arg_int(c, "id"), "set", version, changes))
        return false;
    write_changed(c, arg_int(c, "id"), NULL, version, NULL);
    return true;
}

/* Nobody leaves with open work: it is told, and handed over to whom one names. */
static bool leave(struct call *c)
{
    int64_t count;
    const char *told;
    if (!leaving_open_work(c, arg_int(c, "id"), &count, &told))
        return false;
    if (arg_int(c, "successor"))
        return leaving_hand_over(c, arg_int(c, "id"), arg_int(c, "successor"));
    return count == 0 || err_field(c->err, "successor", "open_work", c->user->lang == LANG_RU ? "незакрыто: %s" : "still open: %s", told);
}

static bool user_disable(struct call *c)
{
    int64_t version;
    const char *before;
    bool disabled = !arg_has(c, "disabled") || arg_bool(c, "disabled");
    if (is_system(c) || !version_of(c, Q_USER_GET, &before) || (disabled && !leave(c)))
        return false;
    const char *params[] = {arg_sql(c, "id"), before, call_bool(disabled)};
    if (!query_int(c, Q_USER_DISABLE, params, 3, 0, &version))
        return false;
    if (version == 0)
        return missed(c, Q_USER_GET);
    if (!user_event(c, arg_int(c, "id"), disabled ? "disable" : "enable", version, NULL))
        return false;
    write_changed(c, arg_int(c, "id"), NULL, version, disabled ? "disabled" : "active");
    return true;
}

static bool touch(struct call *c, int64_t *version)
{
    const char *params[] = {arg_sql(c, "id"), arg_sql(c, "version")};
    if (is_system(c) || !query_int(c, Q_USER_TOUCH, params, 2, 0, version))
        return false;
    return *version > 0 || missed(c, Q_USER_GET);
}

static bool user_key_add(struct call *c)
{
    int64_t version, key;
    if (!touch(c, &version) || !add_key(c, arg_sql(c, "id"), &key) || !user_event(c, arg_int(c, "id"), "key_add", version, NULL))
        return false;
    jw_object(c->out);
    jw_kint(c->out, "id", arg_int(c, "id"));
    jw_kint(c->out, "key", key);
    jw_kint(c->out, "version", version);
    jw_object_end(c->out);
    return true;
}

static bool user_key_remove(struct call *c)
{
    int64_t version, removed;
    const char *params[] = {arg_sql(c, "id"), arg_sql(c, "key")};
    if (!touch(c, &version) || !pg_exec(c->db, Q_USER_KEY_REMOVE, params, 2, &removed, c->err))
        return false;
    if (removed == 0)
        return err_field(c->err, "key", "not_there", NULL);
    if (!user_event(c, arg_int(c, "id"), "key_remove", version, NULL))
        return false;
    write_changed(c, arg_int(c, "id"), NULL, version, NULL);
    return true;
}

static bool user_password(struct call *c)
{
    char hash[crypto_pwhash_STRBYTES];
    int64_t id = arg_has(c, "id") ? arg_int(c, "id") : c->user->id, version;
    const char *password = arg_str(c, "password");
    if (!(c->user->roles & ADMINS) && id != c->user->id)
        return err_set(c->err, ERR_FORBIDDEN, NULL);
    if (id == SYSTEM_ID)
        return err_set(c->err, ERR_NOT_FOUND, NULL);
    if (strlen(password) < PASSWORD_MIN_CHARS)
        return err_field(c->err, "password", "weak", NULL);
    if (crypto_pwhash_str(hash, password, strlen(password), HASH_OPS, HASH_MEMORY_BYTES) != 0)
        return err_set(c->err, ERR_UNAVAILABLE, NULL);
    const char *params[] = {call_int(c, id), hash};
    if (!query_int(c, Q_USER_PASSWORD_SET, params, 2, 0, &version))
        return false;
    if (version == 0)
        return err_set(c->err, ERR_NOT_FOUND, NULL);
    if (!user_event(c, id, "password", version, NULL))
        return false;
    write_changed(c, id, NULL, version, NULL);
    return true;
}

#define USER_FIELDS \
    {"name", P_STRING, NAME_FLAGS, 120, NULL, NULL, {"Фамилия И. О.", "Name"}, NULL}, \
    {"position", P_STRING, 0, 200, NULL, NULL, {"Должность", "Position"}, NULL}, \
    {"roles", P_STRINGS, 0, 12, NULL, NULL, {"Роли", "Roles"}, NULL}, \
    {"unit", P_ID, 0, 0, NULL, "unit.list", {"Подразделение", "Unit"}, NULL}, \
    {"curates", P_IDS, 0, 100, NULL, "unit.list", {"Курирует подразделения", "Looks after units"}, NULL}, \
    {"email", P_STRING, 0, 200, NULL, NULL, {"Электронная почта", "E-mail"}, NULL}, \
    {"phone", P_STRING, 0, 100, NULL, NULL, {"Телефон", "Phone"}, NULL}, \
    {"language", P_ENUM, 0, 0, "ru|en", NULL, {"Язык", "Language"}, NULL}

#define NAME_FLAGS PF_REQUIRED
static const struct op_param add_params[] = {
    {"login", P_STRING, PF_REQUIRED, 63, NULL, NULL, {"Имя для входа", "Login"}, NULL},
    USER_FIELDS,
    {"key", P_STRING, 0, 2000, NULL, NULL, {"Открытый ключ SSH", "SSH public key"}, NULL},
    {.name = NULL},
};
#undef NAME_FLAGS
#define NAME_FLAGS 0
static const struct op_param set_params[] = {
    USER_FIELDS,
    {.name = NULL},
};
static const struct op_param list_params[] = {
    {"sort", P_ENUM, 0, 0, "name", NULL, {"Порядок", "Order"}, NULL},
    {"role", P_STRING, PF_FILTER, 40, NULL, NULL, {"Роль", "Role"}, NULL},
    {"unit", P_ID, PF_FILTER, 0, NULL, "unit.list", {"Подразделение", "Unit"}, NULL},
    {"disabled", P_BOOL, PF_FILTER, 0, NULL, NULL, {"Отключённые", "Disabled"}, NULL},
    {.name = NULL},
};
static const struct op_param get_params[] = {
    {"id", P_ID, PF_REQUIRED, 0, NULL, "user.list", {"Пользователь", "User"}, NULL},
    {.name = NULL},
};
static const struct op_param disable_params[] = {
    {"disabled", P_BOOL, 0, 0, NULL, NULL, {"Отключён", "Disabled"}, NULL},
    {"successor", P_ID, 0, 0, NULL, "user.list", {"Преемник: кому передать незакрытое", "Successor: who gets the open work"}, NULL},
    {.name = NULL},
};
static const struct op_param key_add_params[] = {
    {"key", P_STRING, PF_REQUIRED, 2000, NULL, NULL, {"Открытый ключ SSH", "SSH public key"}, NULL},
    {.name = NULL},
};
static const struct op_param key_remove_params[] = {
    {"key", P_ID, PF_REQUIRED, 0, NULL, NULL, {"Номер ключа", "Key id"}, NULL},
    {.name = NULL},
};
static const struct op_param password_params[] = {
    {"id", P_ID, 0, 0, NULL, "user.list", {"Пользователь", "User"}, NULL},
    {"password", P_STRING, PF_REQUIRED | PF_SECRET, 500, NULL, NULL, {"Пароль", "Password"}, NULL},
    {.name = NULL},
};

const struct op user_ops[] = {
    {"user.add", ADMINS, OP_WRITE, {"Завести пользователя", "Add a user"}, add_params, user_add},
    {"user.list", R_ANY, OP_LIST, {"Пользователи", "Users"}, list_params, user_list},
    {"user.get", R_ANY, 0, {"Карточка пользователя", "Card of a user"}, get_params, user_get},
    {"user.set", ADMINS, OP_WRITE | OP_VERSION, {"Изменить пользователя", "Change a user"}, set_params, user_set},
    {"user.disable", ADMINS, OP_WRITE | OP_VERSION, {"Отключить пользователя", "Disable a user"}, disable_params, user_disable},
    {"user.key_add", ADMINS, OP_WRITE | OP_VERSION, {"Добавить ключ", "Add a key"}, key_add_params, user_key_add},
    {"user.key_remove", ADMINS, OP_WRITE | OP_VERSION, {"Удалить ключ", "Remove a key"}, key_remove_params, user_key_remove},
    {"user.password", R_ANY, OP_WRITE | OP_SLOW, {"Задать пароль", "Set a password"}, password_params, user_password},
    {.method = NULL},
};
