#include "tui/screens/similar.h"
#include "tui/i18n.h"
#include "tui/json.h"
#include "tui/meta.h"
#include "tui/text.h"
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
    int count;
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
    s->count = 0;
}

static void come(void *arg, json_t *result, const struct rpc_error *error)
{
    struct similar *s = arg;
    size_t i;
    json_t *o;
    s->request = 0;
    s->count = 0;
    app_dirty();
    if (error)
        return;
    json_array_foreach(json_object_get(result, "items"), i, o)
    {
        if (s->count == SHOWN_MAX)
            break;
        struct person *p = &s->people[s->count++];
        p->id = js_int(o, "id");
        strf(p->name, sizeof p->name, "%s", js_str(o, "name"));
        strf(p->detail, sizeof p->detail, "%s%s%s", js_str(o, "address"), js_str(o, "phone")[0] ? ", " : "", js_str(o, "phone"));
    }
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

int64_t similar_pick(const struct similar *s, int n, const char **name)
{
    if (n < 0 || n >= s->count)
        return 0;
    *name = s->people[n].name;
    return s->people[n].id;
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

void similar_paint(const struct similar *s, struct rect r)
{
    char line[420];
    if (r.h < 2 || s->count == 0)
        return;
    draw_text(r.y, r.x + 1, r.w - 2, R_SOON, G_BASE, _("Perhaps already known:"));
    int lines = r.w < 60 || r.h > s->count * LINES_EACH ? LINES_EACH : 1;
    for (int i = 0; i < s->count && 1 + (i + 1) * lines <= r.h; i++) {
        int y = r.y + 1 + i * lines;
        if (lines == 1) {
            strf(line, sizeof line, "%s  %s", s->people[i].name, s->people[i].detail);
            draw_text(y, r.x + 3, r.w - 4, R_TEXT, G_BASE, line);
        } else {
            draw_text(y, r.x + 3, r.w - 4, R_TEXT, G_BASE, s->people[i].name);
            draw_text(y + 1, r.x + 5, r.w - 6, R_DIM, G_BASE, s->people[i].detail);
        }
    }
}
