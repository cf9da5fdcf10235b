/* notification.*: what a person was told, and how they want to be told. The notices themselves are made by server/core/notices.c. */
#include "common/arena.h"
#include "server/ops/helpers.h"
#include "server/ops/tables.h"
#include "server/rules/workflow_words.h"
#include <stdlib.h>
#include <string.h>

static bool notification_list(struct call *c)
{
    struct page page;
    if (!page_begin(c, &page, "i"))
        return false;
    const char *params[8] = {call_acts(c), call_sees_all(c), call_units(c), arg_sql(c, "unread"), arg_sql(c, "kind")};
    if (!page_count(c, &page, Q_NOTIFICATION_COUNT, params, 5))
        return false;
    params[5] = notices_texts(c->rules->notices, c->user->lang);
    params[6] = page.after[0];
    params[7] = call_int(c, page.limit + 1);
    struct pg_res *res = pg_query(c->db, Q_NOTIFICATION_LIST, params, 8, c->err);
    if (!res)
        return false;
    page_write(c, &page, res, NULL, 1, 1);
    pg_free(res);
    return true;
}

static bool notification_read(struct call *c)
{
    int64_t read, unread;
    const char *ids = arg_sql(c, "ids");
    if (!arg_has(c, "id") && !arg_has(c, "ids") && !arg_has(c, "up_to") && !arg_has(c, "record_id"))
        return err_field(c->err, "ids", "required", NULL);
    if (arg_has(c, "record_id") && !arg_sql(c, "record"))
        return err_field(c->err, "record", "required", NULL);
    if (arg_has(c, "id"))
        ids = arena_printf(c->arena, "{%s}", arg_sql(c, "id"));
    const char *params[] = {call_user(c), ids, arg_sql(c, "up_to"), arg_sql(c, "record"), arg_sql(c, "record_id")};
    const char *left[] = {call_acts(c), call_sees_all(c), call_units(c), "true", NULL};
    if (!pg_exec(c->db, Q_NOTIFICATION_READ, params, 5, &read, c->err) || !query_int(c, Q_NOTIFICATION_COUNT, left, 5, 0, &unread))
        return false;
    jw_object(c->out);
    jw_kint(c->out, "read", read);
    jw_kint(c->out, "unread", unread);
    jw_object_end(c->out);
    return true;
}

/* ---- settings ---- */

/* A person's settings as they are; texts live as long as the request. */
struct settings {
    json_t *ways; /* by kind, only what was chosen otherwise; freed by settings_free */
    const char *digest_hour, *quiet_from, *quiet_to, *email;
};

static void settings_free(struct settings *s) { json_decref(s->ways); }

static const char *keep(struct call *c, const struct pg_res *res, int column)
{
    const char *text = pg_text(res, 0, column);
    return text ? arena_strdup(c->arena, text) : NULL;
}

static bool settings_load(struct call *c, struct settings *s)
{
    const char *user = call_user(c);
    struct pg_res *res = pg_query(c->db, Q_NOTIFICATION_SETTINGS, &user, 1, c->err);
    if (!res)
        return false;
    bool found = pg_rows(res) == 1;
    if (found)
        *s = (struct settings){.ways = json_loads(pg_text(res, 0, 0), 0, NULL),
                               .digest_hour = keep(c, res, 1),
                               .quiet_from = keep(c, res, 2),
                               .quiet_to = keep(c, res, 3),
                               .email = keep(c, res, 4)};
    pg_free(res);
    return found || err_set(c->err, ERR_NOT_FOUND, NULL);
}

static void write_hour(struct call *c, const char *key, const char *hour)
{
    jw_key(c->out, key);
    jw_raw(c->out, hour);
}

static void write_kind(struct call *c, const struct notice_rule *r, const json_t *own)
{
    size_t i;
    json_t *way;
    jw_object(c->out);
    jw_kstring(c->out, "kind", r->id);
    jw_kstring(c->out, "label", r->label[c->user->lang]);
    jw_kbool(c->out, "urgent", r->urgent);
    jw_kbool(c->out, "own", own != NULL);
    jw_key(c->out, "ways");
    jw_array(c->out);
    json_array_foreach(own, i, way) jw_string(c->out, json_string_value(way));
    for (i = 0; !own && r->ways[i]; i++)
        jw_string(c->out, r->ways[i]);
    jw_array_end(c->out);
    jw_object_end(c->out);
}

static bool notification_settings(struct call *c)
{
    struct settings s = {0};
    if (!settings_load(c, &s))
        return false;
    jw_object(c->out);
    write_hour(c, "digest_hour", s.digest_hour);
    write_hour(c, "quiet_from", s.quiet_from);
    write_hour(c, "quiet_to", s.quiet_to);
    jw_kstring(c->out, "email", s.email);
    jw_kbool(c->out, "mail_on", c->rules->mail_on);
    jw_key(c->out, "kinds");
    jw_array(c->out);
    for (size_t i = 0; i < notices_count(c->rules->notices); i++) {
        const struct notice_rule *r = notices_at(c->rules->notices, i);
        write_kind(c, r, json_object_get(s.ways, r->id));
    }
    jw_array_end(c->out);
    jw_object_end(c->out);
    settings_free(&s);
    return true;
}

/* An hour as given, "" or "off" for none, as it was when it is left out. */
static bool take_hour(struct call *c, const char *name, const char **hour)
{
    const char *text = arg_str(c, name);
    if (!text)
        return true;
    if (!*text || strcmp(text, "off") == 0) {
        *hour = NULL;
        return true;
    }
    if (strspn(text, "0123456789") != strlen(text) || strlen(text) > 2 || atoi(text) > 23)
        return err_field(c->err, name, "out_of_range",
                         c->user->lang == LANG_RU ? "нужен час от 0 до 23 или off" : "an hour from 0 to 23, or off");
    *hour = call_int(c, atoi(text));
    return true;
}

static const char *chosen_ways(struct call *c)
{
    const char *kind = arg_str(c, "kind");
    if (!kind)
        return "{}";
    json_t *ways = json_object_get(c->params, "ways"), *none = json_array(), *one = json_pack("{s:O}", kind, ways ? ways : none);
    char *text = json_dumps(one, JSON_COMPACT);
    const char *copy = arena_strdup(c->arena, text ? text : "{}");
    free(text);
    json_decref(none);
    json_decref(one);
    return copy;
}

static bool ways_ok(struct call *c)
{
    size_t i;
    json_t *way;
    if (arg_has(c, "ways") && !arg_str(c, "kind"))
        return err_field(c->err, "kind", "required", NULL);
    if (arg_str(c, "kind") && !notices_find(c->rules->notices, arg_str(c, "kind")))
        return err_field(c->err, "kind", "not_a_value", NULL);
    json_array_foreach(json_object_get(c->params, "ways"), i,
                       way) if (!workflow_word_is_in(notice_ways, json_string_value(way)
                                                                      ? json_string_value(way)
                                                                      : "")) return err_field(c->err,
                                                                                              arena_printf(c->arena, "ways[%zu]", i),
                                                                                              "not_a_value", NULL);
    return true;
}

static bool notification_settings_set(struct call *c)
{
    struct settings s = {0};
    if (!ways_ok(c) || !settings_load(c, &s))
        return false;
    settings_free(&s);
    bool ok =
        take_hour(c, "digest_hour", &s.digest_hour) && take_hour(c, "quiet_from", &s.quiet_from) && take_hour(c, "quiet_to", &s.quiet_to);
    if (ok && !s.quiet_from != !s.quiet_to)
        ok = err_field(c->err, s.quiet_from ? "quiet_to" : "quiet_from", "required", NULL);
    const char *params[] = {call_user(c), chosen_ways(c), s.digest_hour, s.quiet_from, s.quiet_to};
    return ok && pg_exec(c->db, Q_NOTIFICATION_SETTINGS_SET, params, 5, NULL, c->err) && notification_settings(c);
}

static const struct op_param list_params[] = {
    {"sort", P_ENUM, 0, 0, "new", NULL, {"Порядок", "Order"}, NULL},
    {"unread", P_BOOL, PF_FILTER, 0, NULL, NULL, {"Непрочитанные", "Unread"}, NULL},
    {"kind", P_STRING, PF_FILTER, 40, NULL, NULL, {"О чём", "Kind"}, NULL},
    {.name = NULL},
};
static const struct op_param read_params[] = {
    {"id", P_ID, 0, 0, NULL, NULL, {"Уведомление", "Notice"}, NULL},
    {"ids", P_IDS, 0, 200, NULL, NULL, {"Уведомления", "Notices"}, NULL},
    {"up_to", P_ID, 0, 0, NULL, NULL, {"Все до этого включительно", "All up to this one"}, NULL},
    {"record", P_STRING, 0, 40, NULL, NULL, {"Вид записи", "Record"}, NULL},
    {"record_id", P_ID, 0, 0, NULL, NULL, {"Все об этой записи", "All about this record"}, NULL},
    {.name = NULL},
};
static const struct op_param settings_params[] = {
    {"kind", P_STRING, 0, 40, NULL, NULL, {"О чём", "Kind"}, NULL},
    {"ways", P_STRINGS, 0, 5, NULL, NULL, {"Как: screen, bell, title, desktop, mail", "How: screen, bell, title, desktop, mail"}, NULL},
    {"digest_hour", P_STRING, 0, 3, NULL, NULL, {"Час сводки по почте (off - нет)", "Hour of the digest by mail (off - none)"}, NULL},
    {"quiet_from", P_STRING, 0, 3, NULL, NULL, {"Не слать писем с часа (off - слать)", "No letters from the hour (off - always)"}, NULL},
    {"quiet_to", P_STRING, 0, 3, NULL, NULL, {"до часа", "until the hour"}, NULL},
    {.name = NULL},
};

#define PEOPLE (R_ANY & ~R_SYSTEM)
const struct op notification_ops[] = {
    {"notification.list", PEOPLE, OP_LIST, {"Мои уведомления", "My notices"}, list_params, notification_list},
    {"notification.read", PEOPLE, OP_WRITE | OP_ASIDE, {"Уведомления прочитаны", "Notices have been read"}, read_params, notification_read},
    {"notification.settings", PEOPLE, 0, {"О чём и как мне сообщать", "What I am told of, and how"}, NULL, notification_settings},
    {"notification.settings_set",
     PEOPLE,
     OP_WRITE,
     {"Выбрать, о чём и как мне сообщать", "Choose what I am told of, and how"},
     settings_params,
     notification_settings_set},
    {.method = NULL},
};
