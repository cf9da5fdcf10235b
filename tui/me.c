#include "tui/me.h"
#include "tui/app.h"
#include "tui/dates.h"
#include "tui/i18n.h"
#include "tui/json.h"
#include "tui/meta.h"
#include "tui/term.h"
#include "tui/text.h"
#include "tui/words.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Settings travel as the draft of a screen that is no form: one small object per person. */
#define SETTINGS_DRAFT "settings"

static struct me me;
static struct {
    const char *name;
    char value[16];
} settings[] = {{"theme", ""}, {"mouse", ""}};
enum { SETTINGS = sizeof settings / sizeof *settings };

const struct me *app_me(void) { return &me; }

bool app_has_role(const char *role)
{
    char word[40];
    strf(word, sizeof word, " %s ", role);
    return strstr(me.roles, word) != NULL;
}

/* The first letter of a word with a full stop; nothing when it has none. */
static void initial(const char *word, char *out, size_t size)
{
    size_t n = text_next(word, strlen(word), NULL);
    strf(out, size, n ? "%.*s." : "%.*s", (int)n, word);
}

void name_short(const char *name, char *out, size_t size)
{
    const char *first = strchr(name, ' '), *second = first ? strchr(first + 1, ' ') : NULL;
    char a[16], b[16];
    if (!second || strchr(second + 1, ' ') || strchr(name, '.') || strchr(name, '"')) {
        strf(out, size, "%s", name);
        return;
    }
    initial(first + 1, a, sizeof a);
    initial(second + 1, b, sizeof b);
    strf(out, size, "%.*s %s %s", (int)(first - name), name, a, b);
}

static void roles_take(const json_t *roles)
{
    size_t i;
    json_t *role;
    strf(me.roles, sizeof me.roles, " ");
    json_array_foreach(roles, i, role)
    {
        size_t len = strlen(me.roles);
        strf(me.roles + len, sizeof me.roles - len, "%s ", json_string_value(role) ? json_string_value(role) : "");
    }
}

static void stands_take(const json_t *people)
{
    size_t i;
    json_t *p;
    me.stands_for[0] = '\0';
    json_array_foreach(people, i, p)
    {
        char who[128];
        size_t len = strlen(me.stands_for);
        name_short(js_str(p, "name"), who, sizeof who);
        strf(me.stands_for + len, sizeof me.stands_for - len, "%s%s", len ? ", " : "", who);
    }
}

static void whoami(void *arg, json_t *result, const struct rpc_error *error)
{
    (void)arg;
    if (error) {
        app_status_error(error);
        return;
    }
    me.known = true;
    me.id = js_int(result, "id");
    me.unit = js_int(result, "unit");
    strf(me.login, sizeof me.login, "%s", js_str(result, "login"));
    strf(me.name, sizeof me.name, "%s", js_str(result, "name"));
    strf(me.unit_name, sizeof me.unit_name, "%s", js_str(result, "unit_name"));
    strf(me.municipality, sizeof me.municipality, "%s", js_str(result, "municipality"));
    roles_take(json_object_get(result, "roles"));
    stands_take(json_object_get(result, "stands_for"));
    dates_start(js_str(result, "zone"), js_str(result, "today"));
    if (js_str(result, "language")[0])
        i18n_start(js_str(result, "language"));
    app_dirty();
}

static void settings_apply(void)
{
    theme_start(app_setting("theme")[0] ? app_setting("theme") : NULL);
    term_mouse_on(strcmp(app_setting("mouse"), "on") == 0);
    app_dirty();
}

static void settings_come(void *arg, json_t *result, const struct rpc_error *error)
{
    (void)arg;
    if (error || !json_is_object(result))
        return;
    const json_t *body = json_object_get(result, "body");
    for (int i = 0; i < SETTINGS; i++)
        strf(settings[i].value, sizeof settings[i].value, "%s", js_str(body, settings[i].name));
    settings_apply();
}

void me_start(void)
{
    app_call(NULL, "session.whoami", NULL, CALL_QUIET, whoami, NULL);
    app_call(NULL, "draft.get", json_pack("{s:s}", "screen", SETTINGS_DRAFT), CALL_QUIET, settings_come, NULL);
}

void me_changed(void)
{
    app_call(NULL, "session.whoami", NULL, CALL_QUIET, whoami, NULL);
    words_reset();
    meta_start(NULL);
    app_refresh_all();
}

const char *app_setting(const char *name)
{
    for (int i = 0; i < SETTINGS; i++)
        if (strcmp(settings[i].name, name) == 0)
            return settings[i].value;
    return "";
}

void app_setting_set(const char *name, const char *value)
{
    json_t *body = json_object();
    char id[37];
    for (int i = 0; i < SETTINGS; i++) {
        if (strcmp(settings[i].name, name) == 0)
            strf(settings[i].value, sizeof settings[i].value, "%s", value);
        json_object_set_new(body, settings[i].name, json_string(settings[i].value));
    }
    client_uuid(id);
    json_t *params = json_pack("{s:s,s:o}", "screen", SETTINGS_DRAFT, "body", body);
    if (meta_has_param("draft.save", "request_id"))
        json_object_set_new(params, "request_id", json_string(id));
    app_call(NULL, "draft.save", params, CALL_QUIET | CALL_WRITE, NULL, NULL);
    settings_apply();
}
