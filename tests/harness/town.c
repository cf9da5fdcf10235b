#include "tests/harness/town.h"
#include "tests/harness/check.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const char *const town_logins[TOWN_USER_COUNT] = {
#define T(login, role, unit) #login,
    TOWN_USERS(T)
#undef T
};
const char *const town_roles[TOWN_USER_COUNT] = {
#define T(login, role, unit) role,
    TOWN_USERS(T)
#undef T
};
static const char *const town_units[TOWN_USER_COUNT] = {
#define T(login, role, unit) unit,
    TOWN_USERS(T)
#undef T
};

static const char *const names[TOWN_USER_COUNT] = {
    [TOWN_admin] = "Кузнецов Артём Игоревич",
    [TOWN_clerk] = "Смирнова Ольга Андреевна",
    [TOWN_head] = "Петров Сергей Николаевич",
    [TOWN_deputy] = "Щёголева Инна Львовна",
    [TOWN_chief] = "Жуков Пётр Ильич",
    [TOWN_executor] = "Ершова Юлия Эдуардовна",
    [TOWN_executor2] = "Цветков Фёдор Хасанович",
    [TOWN_controller] = "Яковлева Дарья Юрьевна",
    [TOWN_dispatcher] = "Бойко Михаил Павлович",
    [TOWN_manager] = "Голубев Роман Олегович",
    [TOWN_analyst] = "Шестакова Нина Вадимовна",
};

static struct rpc *sessions[TOWN_USER_COUNT];

static json_int_t *unit_place(struct town *t, const char *code)
{
    return strcmp(code, "office") == 0  ? &t->office
           : strcmp(code, "it") == 0    ? &t->it
           : strcmp(code, "zhkh") == 0  ? &t->zhkh
           : strcmp(code, "roads") == 0 ? &t->roads
                                        : &t->edds;
}

static void given_units(struct town *t)
{
    static const char *const units[][2] = {{"office", "Общий отдел"},
                                           {"it", "Отдел информационных технологий"},
                                           {"zhkh", "Управление ЖКХ"},
                                           {"roads", "Дорожная служба"},
                                           {"edds", "ЕДДС"}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        *unit_place(t, units[i][0]) = at_int(rpc_ok(t->admin, "unit.add", "{s:s, s:s}", "code", units[i][0], "name", units[i][1]), "id");
}

static void given_user(struct town *t, enum town_user u)
{
    json_t *params = json_pack("{s:s, s:s, s:I, s:[s]}", "login", town_logins[u], "name", names[u], "unit", *unit_place(t, town_units[u]),
                               "roles", town_roles[u]);
    if (u == TOWN_deputy)
        json_object_set_new(params, "curates", json_pack("[I]", t->zhkh));
    t->user[u] = at_int(rpc_ok_json(t->admin, "user.add", params), "id");
    char *key = ssh_make_key(t->server, town_logins[u]);
    rpc_ok(t->admin, "user.key_add", "{s:I, s:s}", "id", t->user[u], "key", key);
    free(key);
}

void given_municipality(struct server *s, struct town *t)
{
    *t = (struct town){.server = s, .admin = rpc_open_admin(s)};
    /* Who says ready is ready: no waiting here. */
    rpc_ok(t->admin, "session.whoami", NULL);
    given_units(t);
    for (int u = 0; u < TOWN_USER_COUNT; u++)
        given_user(t, (enum town_user)u);
    t->made = true;
}

struct rpc *town_as(struct town *t, enum town_user user)
{
    CHECK(t->made, "there is no municipality");
    if (!sessions[user])
        sessions[user] = rpc_open_ssh(t->server, town_logins[user]);
    return sessions[user];
}

void town_close_sessions(struct town *t)
{
    for (int u = 0; u < TOWN_USER_COUNT; u++)
        rpc_close(&sessions[u]);
    rpc_close(&t->admin);
}

json_t *given_appeal(struct town *t, const char *name, const char *subject)
{
    return rpc_ok(town_as(t, TOWN_clerk), "appeal.register", "{s:s, s:s, s:{s:s, s:s}, s:s, s:s, s:s}", "kind", "letter", "channel", "post",
                  "new_correspondent", "kind", "person", "name", name, "subject", subject, "text", subject, "request_id", fresh_uuid());
}

json_t *given_assignment(struct town *t, json_int_t appeal, enum town_user responsible, const char *title)
{
    json_t *params = json_pack("{s:s, s:s, s:I, s:s, s:s}", "title", title, "text", title, "responsible", t->user[responsible], "due",
                               day_from_today(10), "request_id", fresh_uuid());
    if (appeal)
        json_object_set_new(params, "appeal", json_integer(appeal));
    return rpc_ok_json(town_as(t, TOWN_head), "assignment.create", params);
}

const char *day_from_today(int days)
{
    static char ring[8][16];
    static unsigned place;
    enum { MOSCOW_S = 3 * 3600, DAY_S = 86400 };
    char *out = ring[place++ % 8];
    time_t then = time(NULL) + MOSCOW_S + (time_t)days * DAY_S;
    struct tm day;
    gmtime_r(&then, &day);
    strftime(out, sizeof ring[0], "%Y-%m-%d", &day);
    return out;
}

char *base64_text(const void *data, size_t len)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *in = data;
    char *out = malloc(4 * (len / 3 + 1) + 1), *p = out;
    assert_non_null(out);
    for (size_t i = 0; i < len; i += 3) {
        unsigned long bits = (unsigned long)in[i] << 16 | (i + 1 < len ? (unsigned long)in[i + 1] << 8 : 0) | (i + 2 < len ? in[i + 2] : 0);
        *p++ = letters[bits >> 18];
        *p++ = letters[bits >> 12 & 63];
        *p++ = i + 1 < len ? letters[bits >> 6 & 63] : '=';
        *p++ = i + 2 < len ? letters[bits & 63] : '=';
    }
    *p = '\0';
    return out;
}

json_t *given_inbox_file(struct rpc *who, const char *name, const void *data, size_t len)
{
    char *content = base64_text(data, len);
    json_t *answer = rpc_ok(who, "file.put", "{s:s, s:s}", "name", name, "content", content);
    free(content);
    return answer;
}

const char *in_minutes(int minutes)
{
    static char ring[8][32];
    static unsigned place;
    char *out = ring[place++ % 8];
    time_t then = time(NULL) + (time_t)minutes * 60;
    struct tm moment;
    gmtime_r(&then, &moment);
    strftime(out, sizeof ring[0], "%Y-%m-%dT%H:%M:%SZ", &moment);
    return out;
}
