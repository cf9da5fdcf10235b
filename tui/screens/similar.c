#include "tui/screens/similar.h"
#include "tui/i18n.h"
#include "tui/json.h"
#include "tui/meta.h"
#include "tui/text.h"
#include "tui/theme.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DELAY_MS = 250, SHOWN_MAX = 6, BESIDE = 110, LINES_EACH = 2 };

struct similar {
    struct screen *owner;
    struct field *watched[4];
    uint64_t request;
    struct person {
        int64_t id;
        char name[160], detail[240];
    } people[SHOWN_MAX];
    int count, selected;
    bool focused;
};

static const char *const param_names[] = {"name", "phone", "address", "email"};

struct similar *similar_new(void)
{
    struct similar *s = calloc(1, sizeof *s);
    if (!s)
        abort();
    return s;
}

void similar_free(struct similar *s)
{
    timers_forget(s);
    if (s->request)
        app_cancel(s->request);
    free(s);
}

void similar_watch(struct similar *s, struct screen *owner, struct field *name, struct field *phone, struct field *address,
                   struct field *email)
{
    s->owner = owner;
    s->watched[0] = name;
    s->watched[1] = phone;
    s->watched[2] = address;
    s->watched[3] = email;
    s->count = s->selected = 0;
    s->focused = false;
}

static void come(void *arg, json_t *result, const struct rpc_error *error)
{
    struct similar *s = arg;
    size_t i;
    json_t *o;
    int64_t chosen = s->focused && s->selected < s->count ? s->people[s->selected].id : 0;
    s->request = 0;
    s->count = s->selected = 0;
    app_dirty();
    if (error) {
        s->focused = false;
        return;
    }
    json_array_foreach(json_object_get(result, "items"), i, o)
    {
        if (s->count == SHOWN_MAX)
            break;
        if (js_int(o, "id") == chosen)
            s->selected = s->count;
        struct person *p = &s->people[s->count++];
        p->id = js_int(o, "id");
        strf(p->name, sizeof p->name, "%s", js_str(o, "name"));
        strf(p->detail, sizeof p->detail, "%s%s%s", js_str(o, "address"), js_str(o, "phone")[0] ? ", " : "", js_str(o, "phone"));
    }
    s->focused = s->focused && s->count > 0;
}

static void ask(void *arg)
{
    struct similar *s = arg;
    json_t *params = json_object();
    if (s->request)
        app_cancel(s->request);
    s->request = 0;
    for (int i = 0; i < 4; i++)
        if (s->watched[i] && !edit_is_empty(&s->watched[i]->edit))
            json_object_set_new(params, param_names[i], json_string(edit_text(&s->watched[i]->edit)));
    if (json_object_size(params) == 0 || !meta_op("correspondent.similar")) {
        json_decref(params);
        s->count = 0;
        s->focused = false;
        return;
    }
    s->request = app_call(s->owner, "correspondent.similar", params, CALL_QUIET, come, s);
}

void similar_changed(struct similar *s, const struct field *f)
{
    for (int i = 0; i < 4; i++)
        if (f && s->watched[i] == f)
            timers_start(DELAY_MS, false, ask, s);
}

int similar_count(const struct similar *s) { return s->count; }

bool similar_focused(const struct similar *s) { return s->focused; }

void similar_focus(struct similar *s, bool on)
{
    s->focused = on && s->count > 0;
    s->selected = 0;
    app_dirty();
}

bool similar_key(struct similar *s, int key)
{
    if (key == K_TAB || key == K_BTAB)
        similar_focus(s, false);
    else if (key == K_UP && s->selected > 0)
        s->selected--;
    else if (key == K_DOWN && s->selected + 1 < s->count)
        s->selected++;
    else
        return key == K_UP || key == K_DOWN;
    return true;
}

int64_t similar_chosen(const struct similar *s, const char **name)
{
    if (s->selected >= s->count)
        return 0;
    *name = s->people[s->selected].name;
    return s->people[s->selected].id;
}

struct rect similar_split(const struct similar *s, struct rect *r)
{
    struct rect fields = *r;
    if (s->count == 0) {
        r->h = 0;
    } else if (r->w >= BESIDE) {
        fields.w = r->w * 3 / 5;
        r->x += fields.w;
        r->w -= fields.w;
    } else {
        int h = 1 + s->count * (r->w < 60 ? LINES_EACH : 1);
        h = h > r->h / 3 ? r->h / 3 : h;
        fields.h -= h;
        r->y += fields.h;
        r->h = h;
    }
    return fields;
}

static void paint_person(const struct similar *s, int i, int y, int lines, struct rect r)
{
    const struct person *p = &s->people[i];
    bool chosen = s->focused && i == s->selected;
    enum ground ground = chosen ? G_SELECT : G_BASE;
    for (int k = 0; chosen && k < lines; k++)
        draw_fill(y + k, r.x, r.w, ground);
    draw_text(y, r.x + 1, 1, R_KEY, ground, chosen ? theme_glyph(GL_CURSOR) : " ");
    int used = draw_text(y, r.x + 3, r.w - 4, R_TEXT, ground, p->name);
    if (lines == 1)
        draw_text(y, r.x + 5 + used, r.w - 6 - used, R_DIM, ground, p->detail);
    else
        draw_text(y + 1, r.x + 5, r.w - 6, R_DIM, ground, p->detail);
}

void similar_paint(const struct similar *s, struct rect r, struct cursor *cursor)
{
    if (r.h < 2 || s->count == 0)
        return;
    int used = draw_text(r.y, r.x + 1, r.w - 2, R_SOON, G_BASE, _("Perhaps already known:"));
    if (!s->focused)
        draw_right(r.y, r.x + used + 2, r.w - used - 3, R_KEY, G_BASE, _("F6: choose"));
    int lines = r.w < 60 || r.h > s->count * LINES_EACH ? LINES_EACH : 1, fit = (r.h - 1) / lines;
    int first = s->selected < fit ? 0 : s->selected - fit + 1;
    for (int i = first; i < s->count && i - first < fit; i++) {
        int y = r.y + 1 + (i - first) * lines;
        paint_person(s, i, y, lines, r);
        if (s->focused && i == s->selected)
            *cursor = (struct cursor){y, r.x + 1};
    }
}
