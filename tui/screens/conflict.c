#include "tui/screens/conflict.h"
#include "tui/i18n.h"
#include "tui/json.h"
#include "tui/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_MAX = 40 };

struct conflict {
    char title[160];
    json_t *current, *merged;
    struct clash {
        char name[64];
        const char *label;
        json_t *theirs, *mine;
        bool take_mine;
    } rows[ROWS_MAX];
    int count, selected;
    const char *(*label)(void *arg, const char *name);
    void (*settled)(void *arg, json_t *current, json_t *merged);
    void *arg;
};

static const char *conflict_scopes(const struct screen *s)
{
    (void)s;
    return "conflict";
}

static void shown(const json_t *v, char *out, size_t size)
{
    if (json_is_array(v) || json_is_object(v)) {
        char *dump = json_dumps(v, JSON_COMPACT);
        strf(out, size, "%s", dump ? dump : "");
        free(dump);
    } else {
        js_text(v, out, size);
    }
    if (!*out)
        strf(out, size, "%s", _("(empty)"));
}

static void settle(struct screen *s)
{
    struct conflict *c = s->data;
    json_t *merged = json_object();
    for (int i = 0; i < c->count; i++)
        json_object_set(merged, c->rows[i].name, c->rows[i].take_mine ? c->rows[i].mine : c->rows[i].theirs);
    void (*settled)(void *, json_t *, json_t *) = c->settled;
    void *arg = c->arg;
    json_t *current = json_incref(c->current);
    app_pop_now(s);
    settled(arg, current, merged);
    json_decref(current);
    json_decref(merged);
}

static bool conflict_key(struct screen *s, int key)
{
    struct conflict *c = s->data;
    switch (key) {
    case K_UP: c->selected = c->selected > 0 ? c->selected - 1 : 0; return true;
    case K_DOWN: c->selected = c->selected + 1 < c->count ? c->selected + 1 : c->selected; return true;
    case K_SPACE:
    case K_ENTER:
    case K_LEFT:
    case K_RIGHT:
        if (c->count)
            c->rows[c->selected].take_mine = !c->rows[c->selected].take_mine;
        return true;
    case K_F2: settle(s); return true;
    default: return false;
    }
}

static void paint_row(const struct conflict *c, int i, int y, struct rect box)
{
    const struct clash *row = &c->rows[i];
    enum ground ground = i == c->selected ? G_CHOICE : G_POPUP;
    char mine[300], theirs[300];
    int w = box.w - 4;
    shown(row->mine, mine, sizeof mine);
    shown(row->theirs, theirs, sizeof theirs);
    draw_text(y, box.x + 2, w, R_DIM, G_POPUP, row->label);
    draw_fill(y + 1, box.x + 2, w, ground);
    draw_fill(y + 2, box.x + 2, w, ground);
    draw_text(y + 1, box.x + 3, 3, R_KEY, ground, row->take_mine ? "(•)" : "( )");
    draw_text(y + 1, box.x + 7, 9, R_DIM, ground, _("mine"));
    draw_text(y + 1, box.x + 17, w - 16, row->take_mine ? R_STRONG : R_TEXT, ground, mine);
    draw_text(y + 2, box.x + 3, 3, R_KEY, ground, row->take_mine ? "( )" : "(•)");
    draw_text(y + 2, box.x + 7, 9, R_DIM, ground, _("now"));
    draw_text(y + 2, box.x + 17, w - 16, row->take_mine ? R_TEXT : R_STRONG, ground, theirs);
}

static void conflict_paint(struct screen *s, struct rect r, struct cursor *cursor)
{
    struct conflict *c = s->data;
    int w = r.w < 92 ? r.w : 92, h = c->count * 3 + 6 < r.h ? c->count * 3 + 6 : r.h, fits = (h - 6) / 3;
    struct rect box = {r.y + (r.h - h) / 2, r.x + (r.w - w) / 2, h, w};
    const char *text =
        c->count ? _("Somebody else has changed the card while you were writing. Space chooses whose value stays; F2 saves; Esc goes back.")
                 : _("Somebody else has changed the card while you were writing, but not what you write. F2 sends it; Esc goes back.");
    draw_box(box, c->title);
    draw_wrapped((struct rect){box.y + 1, box.x + 2, 3, w - 4}, 0, R_SOON, G_POPUP, text);
    int top = c->selected >= fits && fits > 0 ? c->selected - fits + 1 : 0;
    *cursor = (struct cursor){box.y + 4, box.x + 3};
    for (int i = 0; i < fits && top + i < c->count; i++) {
        int y = box.y + 4 + i * 3;
        paint_row(c, top + i, y, box);
        if (top + i == c->selected)
            *cursor = (struct cursor){y + 1 + !c->rows[top + i].take_mine, box.x + 4};
    }
}

static void conflict_hint(const struct screen *s, char *out, size_t size)
{
    (void)s;
    strf(out, size, "%s", _("Space: mine or theirs, F2: save, Esc: back to the form"));
}

static const char *conflict_why_not(struct screen *s, enum command cmd)
{
    (void)s;
    return cmd == CMD_BACK || cmd == CMD_SUBMIT ? NULL : _("First choose whose values stay");
}

static bool conflict_command(struct screen *s, enum command cmd)
{
    if (cmd != CMD_SUBMIT)
        return false;
    settle(s);
    return true;
}

static void conflict_close(struct screen *s)
{
    struct conflict *c = s->data;
    for (int i = 0; i < c->count; i++) {
        json_decref(c->rows[i].theirs);
        json_decref(c->rows[i].mine);
    }
    json_decref(c->current);
    free(c);
}

static const struct screen_ops conflict_ops = {
    .name = "conflict",
    .overlay = true,
    .scopes = conflict_scopes,
    .paint = conflict_paint,
    .key = conflict_key,
    .command = conflict_command,
    .why_not = conflict_why_not,
    .hint = conflict_hint,
    .close = conflict_close,
};

/* Only a field that both have changed to different values needs a decision. */
static void rows_find(struct conflict *c, const json_t *was, const json_t *mine)
{
    const char *name;
    json_t *v;
    json_object_foreach((json_t *)mine, name, v)
    {
        json_t *now = json_object_get(c->current, name), *before = json_object_get(was, name);
        bool i_changed = !before || !json_equal(v, before), clash = !now || !json_equal(now, v);
        if (!i_changed || !clash || (before && now && json_equal(now, before)) || c->count == ROWS_MAX)
            continue;
        struct clash *row = &c->rows[c->count++];
        strf(row->name, sizeof row->name, "%s", name);
        row->label = c->label(c->arg, name);
        row->theirs = now ? json_incref(now) : json_null();
        row->mine = json_incref(v);
        row->take_mine = true;
    }
}

void conflict_open(const char *title, const json_t *was, const json_t *current, const json_t *mine,
                   const char *(*label)(void *arg, const char *name), void (*settled)(void *arg, json_t *current, json_t *merged),
                   void *arg)
{
    struct conflict *c = calloc(1, sizeof *c);
    if (!c)
        abort();
    strf(c->title, sizeof c->title, "%s", title);
    c->current = json_incref((json_t *)current);
    c->settled = settled;
    c->arg = arg;
    c->label = label;
    rows_find(c, was, mine);
    app_push(screen_new(&conflict_ops, c));
}
