/* Settings of the person, and who they are logged in as. */
#include "tui/i18n.h"
#include "tui/json.h"
#include "tui/me.h"
#include "tui/meta.h"
#include "tui/screens/modules.h"
#include "tui/text.h"
#include "tui/widgets/form.h"
#include "tui/words.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct settings {
    struct screen *screen;
    struct form *form;
};

static const char *const languages[] = {"ru", "en", NULL}, *const themes[] = {"dark", "light", "mono", NULL},
                         *const switches[] = {"off", "on", NULL};

/* Rows like those of meta.describe, but these never leave the program. */
static const struct meta_param rows[] = {
    {.name = "language", .label = N_("Language"), .type = MT_ENUM, .required = true, .values = languages},
    {.name = "theme", .label = N_("Look"), .type = MT_ENUM, .required = true, .values = themes},
    {.name = "mouse", .label = N_("Mouse"), .type = MT_ENUM, .required = true, .values = switches},
};

static void language_done(void *arg, json_t *result, const struct rpc_error *error)
{
    (void)result;
    if (error) {
        app_status_error(error);
        return;
    }
    i18n_start(arg);
    me_changed();
}

static void apply(void *arg)
{
    struct settings *st = arg;
    char id[37];
    if (!form_settle(st->form) || !form_check(st->form))
        return;
    const char *language = strcmp(form_field(st->form, "language")->code, "en") == 0 ? "en" : "ru";
    app_setting_set("theme", form_field(st->form, "theme")->code);
    app_setting_set("mouse", form_field(st->form, "mouse")->code);
    app_pop_now(st->screen);
    if (strcmp(language, i18n_language()) == 0)
        return;
    client_uuid(id);
    if (meta_op("session.language"))
        app_call(NULL, "session.language", json_pack("{s:s,s:s}", "language", language, "request_id", id), CALL_WRITE, language_done,
                 (void *)language);
    else
        i18n_start(language);
    app_dirty();
}

static const struct form_ops ops = {.submit = apply};

static const char *settings_scopes(const struct screen *s)
{
    (void)s;
    return "form";
}

static bool settings_wants_text(const struct screen *s)
{
    (void)s;
    return true;
}

static bool settings_key(struct screen *s, int key)
{
    struct settings *st = s->data;
    return form_key(st->form, key);
}

static bool settings_command(struct screen *s, enum command cmd)
{
    struct settings *st = s->data;
    if (cmd == CMD_SUBMIT)
        apply(st);
    else if (cmd == CMD_CHOOSE)
        form_choose(st->form);
    else
        return false;
    return true;
}

static const char *settings_why_not(struct screen *s, enum command cmd)
{
    (void)s;
    return cmd == CMD_SUBMIT || cmd == CMD_CHOOSE ? NULL : _("Not in the settings");
}

static void info(int y, int x, int w, const char *label, const char *value)
{
    draw_text(y, x, 20, R_DIM, G_POPUP, label);
    draw_text(y, x + 21, w - 21, R_TEXT, G_POPUP, value);
}

static void settings_paint(struct screen *s, struct rect r, struct cursor *cursor)
{
    struct settings *st = s->data;
    const struct me *me = app_me();
    int w = r.w < 70 ? r.w : 70, h = r.h < 14 ? r.h : 14;
    struct rect box = {r.y + (r.h - h) / 2, r.x + (r.w - w) / 2, h, w};
    draw_box(box, _("Settings"));
    int lines = form_height(st->form, w - 2);
    if (box.h - 3 - lines >= 5) {
        int y = box.y + h - 6;
        info(y, box.x + 2, w - 4, _("Logged in as"), me->login);
        info(y + 1, box.x + 2, w - 4, _("Name"), me->name);
        info(y + 2, box.x + 2, w - 4, _("Unit"), me->unit_name);
        info(y + 3, box.x + 2, w - 4, _("Roles"), me->roles);
        info(y + 4, box.x + 2, w - 4, _("Version"), GOROD_VERSION);
    }
    form_paint(st->form, (struct rect){box.y + 1, box.x + 1, h - 2, w - 2}, cursor);
}

static void settings_close(struct screen *s)
{
    struct settings *st = s->data;
    form_free(&st->form);
    free(st);
}

static const struct screen_ops settings_ops = {
    .name = "settings",
    .overlay = true,
    .scopes = settings_scopes,
    .paint = settings_paint,
    .wants_text = settings_wants_text,
    .key = settings_key,
    .command = settings_command,
    .why_not = settings_why_not,
    .close = settings_close,
};

void settings_open(void)
{
    struct settings *st = calloc(1, sizeof *st);
    if (!st)
        abort();
    st->screen = screen_new(&settings_ops, st);
    st->form = form_new(st->screen, &ops, st);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct field *f = form_add(st->form, &rows[i]);
        strf(f->label, sizeof f->label, "%s", _(rows[i].label));
    }
    field_pick(form_field(st->form, "language"), i18n_language(), 0, NULL);
    field_pick(form_field(st->form, "theme"), app_setting("theme")[0] ? app_setting("theme") : "dark", 0, NULL);
    field_pick(form_field(st->form, "mouse"), app_setting("mouse")[0] ? app_setting("mouse") : "off", 0, NULL);
    app_push(st->screen);
}
