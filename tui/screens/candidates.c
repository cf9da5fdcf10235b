#include "tui/screens/candidates.h"
#include "tui/dates.h"
#include "tui/i18n.h"
#include "tui/json.h"
#include "tui/meta.h"
#include "tui/screens.h"
#include "tui/text.h"
#include "tui/words.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DELAY_MS = 400, ITEMS_MAX = 24, LINKS_MAX = 16, BESIDE = 110, NARROW = 60, TEXT_LEAST = 20 };

struct candidates {
    struct screen *owner;
    json_t *asked;
    uint64_t request;
    struct candidate {
        int64_t id;
        const char *group; /* msgid of the heading */
        char number[40], when[96], text[300];
    } items[ITEMS_MAX];
    int count, selected;
    bool focused;
    struct made {
        int64_t other;
        char number[40];
        const char *kind;
    } links[LINKS_MAX];
    int link_count;
};

static const struct {
    const char *name, *label;
} groups[] = {{"duplicates", N_("The same text: a duplicate?")},
              {"repeated", N_("The same person: repeated?")},
              {"same_issue", N_("The same house and topic, from others")}};
enum { SAME_PERSON = 1 };

struct candidates *candidates_new(struct screen *owner)
{
    struct candidates *c = calloc(1, sizeof *c);
    if (!c)
        abort();
    c->owner = owner;
    return c;
}

void candidates_free(struct candidates *c)
{
    if (!c)
        return;
    timers_forget(c);
    if (c->request)
        app_cancel(c->request);
    json_decref(c->asked);
    free(c);
}

static void group_take(struct candidates *c, const json_t *list, const char *label)
{
    size_t i;
    json_t *o;
    json_array_foreach(list, i, o)
    {
        char date[16], who[96] = "";
        if (c->count == ITEMS_MAX)
            return;
        struct candidate *item = &c->items[c->count++];
        dates_short(dates_from_wire(js_str(o, "registered")), date, sizeof date);
        item->id = js_int(o, "id");
        item->group = label;
        strf(item->number, sizeof item->number, "%s", js_str(o, "number"));
        strf(item->when, sizeof item->when, "%s  %s", date, words_label("state:appeal", js_str(o, "status")));
        if (label != groups[SAME_PERSON].label)
            name_short(js_str(o, "correspondent_name"), who, sizeof who);
        strf(item->text, sizeof item->text, "%s%s%s", who, who[0] ? ": " : "", js_str(o, "subject"));
    }
}

static void come(void *arg, json_t *result, const struct rpc_error *error)
{
    struct candidates *c = arg;
    int64_t chosen = c->focused && c->selected < c->count ? c->items[c->selected].id : 0;
    c->request = 0;
    c->count = c->selected = 0;
    app_dirty();
    if (error)
        return;
    for (size_t g = 0; g < sizeof groups / sizeof *groups; g++)
        group_take(c, json_object_get(result, groups[g].name), groups[g].label);
    for (int i = 0; i < c->count; i++)
        if (c->items[i].id == chosen)
            c->selected = i;
    if (c->count == 0)
        c->focused = false;
}

static void ask(void *arg)
{
    struct candidates *c = arg;
    if (c->request)
        app_cancel(c->request);
    c->request = 0;
    if (json_object_size(c->asked) == 0 || !meta_op("appeal.candidates")) {
        c->count = 0;
        return;
    }
    c->request = app_call(c->owner, "appeal.candidates", json_incref(c->asked), CALL_QUIET, come, c);
}

void candidates_update(struct candidates *c, const char *text, int64_t correspondent, const char *topic, const char *address)
{
    json_decref(c->asked);
    c->asked = json_object();
    if (strlen(text) >= TEXT_LEAST)
        json_object_set_new(c->asked, "text", json_string(text));
    if (correspondent)
        json_object_set_new(c->asked, "correspondent", json_integer(correspondent));
    if (*topic)
        json_object_set_new(c->asked, "topic", json_string(topic));
    if (*address)
        json_object_set_new(c->asked, "address", json_string(address));
    timers_start(DELAY_MS, false, ask, c);
}

int candidates_count(const struct candidates *c) { return c ? c->count : 0; }

bool candidates_focused(const struct candidates *c) { return c && c->focused; }

void candidates_focus(struct candidates *c, bool on)
{
    if (!c)
        return;
    c->focused = on && c->count > 0;
    app_dirty();
}

bool candidates_key(struct candidates *c, int key)
{
    if (key == K_TAB || key == K_BTAB)
        candidates_focus(c, false);
    else if (key == K_UP && c->selected > 0)
        c->selected--;
    else if (key == K_DOWN && c->selected + 1 < c->count)
        c->selected++;
    else
        return key == K_UP || key == K_DOWN;
    return true;
}

void candidates_toggle(struct candidates *c, const char *kind)
{
    const struct candidate *item = &c->items[c->selected];
    for (int i = 0; i < c->link_count; i++) {
        if (c->links[i].other != item->id)
            continue;
        bool same = strcmp(c->links[i].kind, kind) == 0;
        if (same)
            c->links[i] = c->links[--c->link_count];
        else
            c->links[i].kind = kind;
        if (same)
            app_status(STATUS_INFO, _("Not linked: %s"), item->number);
        else
            app_status(STATUS_INFO, _("Will be linked: %s %s"), words_own(kind), item->number);
        return;
    }
    if (c->link_count == LINKS_MAX)
        return;
    struct made *made = &c->links[c->link_count++];
    made->other = item->id;
    made->kind = kind;
    strf(made->number, sizeof made->number, "%s", item->number);
    app_status(STATUS_INFO, _("Will be linked: %s %s"), words_own(kind), item->number);
}

void candidates_open(struct candidates *c)
{
    if (c->selected < c->count)
        screens_open_card("appeal", c->items[c->selected].id, CMD_NONE);
}

bool candidates_link(const struct candidates *c, int n, int64_t *other, const char **kind)
{
    if (!c || n >= c->link_count)
        return false;
    *other = c->links[n].other;
    *kind = c->links[n].kind;
    return true;
}

static int lines_each(struct rect r) { return r.w < NARROW ? 2 : 1; }

/* Lines of the items before the n-th, with the headings up to it. */
static int lines_before(const struct candidates *c, int n, int each)
{
    int lines = 0;
    for (int i = 0; i < c->count && i <= n; i++) {
        lines += i == 0 || c->items[i].group != c->items[i - 1].group;
        lines += i < n ? each : 0;
    }
    return lines;
}

static int lines_needed(const struct candidates *c, struct rect r) { return lines_before(c, c->count - 1, lines_each(r)) + lines_each(r); }

struct rect candidates_split(const struct candidates *c, struct rect *r)
{
    struct rect fields = *r;
    if (r->w >= BESIDE) { /* always, so that nothing moves when something is found */
        fields.w = r->w * 3 / 5;
        r->x += fields.w;
        r->w -= fields.w;
    } else if (c->count == 0) {
        r->h = 0;
    } else {
        int h = lines_needed(c, *r), most = c->focused ? r->h * 2 / 3 : r->h / 4;
        h = h > most ? most : h;
        fields.h -= h;
        r->y += fields.h;
        r->h = h;
    }
    return fields;
}

static const char *link_kind(const struct candidates *c, int64_t id)
{
    for (int i = 0; i < c->link_count; i++)
        if (c->links[i].other == id)
            return c->links[i].kind;
    return NULL;
}

static void paint_item(const struct candidates *c, int i, int y, struct rect r)
{
    const struct candidate *item = &c->items[i];
    bool chosen = c->focused && i == c->selected, narrow = lines_each(r) > 1;
    enum ground ground = chosen ? G_SELECT : G_BASE;
    const char *kind = link_kind(c, item->id);
    int right = r.x + r.w - 1;
    if (y >= r.y && y < r.y + r.h) {
        if (chosen)
            draw_fill(y, r.x, r.w, ground);
        draw_text(y, r.x + 1, 1, R_KEY, ground, chosen ? theme_glyph(GL_CURSOR) : " ");
        int used = draw_text(y, r.x + 3, 13, R_KEY, ground, item->number), x = r.x + 4 + (used > 11 ? used : 11);
        if (kind)
            x += draw_text(y, x, right - x, R_GOOD, ground, words_own(kind)) + 2;
        if (!kind || !narrow)
            x += draw_text(y, x, right - x, R_TEXT, ground, item->when) + 2;
        if (!narrow)
            draw_text(y, x, right - x, R_TEXT, ground, item->text);
    }
    if (narrow && y + 1 >= r.y && y + 1 < r.y + r.h) {
        if (chosen)
            draw_fill(y + 1, r.x, r.w, ground);
        draw_text(y + 1, r.x + 3, r.w - 4, R_DIM, ground, item->text);
    }
}

void candidates_paint(struct candidates *c, struct rect r, struct cursor *cursor)
{
    if (r.h < 1)
        return;
    for (int i = 0; r.x > 0 && i < r.h; i++)
        draw_text(r.y + i, r.x, 1, R_DIM, G_BASE, theme_glyph(GL_BAR));
    if (r.x > 0) {
        r.x++;
        r.w--;
    }
    if (c->count == 0) {
        draw_wrapped((struct rect){r.y, r.x + 1, r.h, r.w - 2}, 0, R_DIM, G_BASE, _("Similar appeals appear here while you type"));
        return;
    }
    int each = lines_each(r), last = lines_before(c, c->selected, each) + each, skipped = c->focused && last > r.h ? last - r.h : 0;
    for (int i = 0; i < c->count; i++) {
        int y = r.y - skipped + lines_before(c, i, each);
        bool first = i == 0 || c->items[i].group != c->items[i - 1].group;
        if (first && y - 1 >= r.y && y - 1 < r.y + r.h)
            draw_text(y - 1, r.x + 1, r.w - 2, R_SOON, G_BASE, tr(c->items[i].group));
        paint_item(c, i, y, r);
        if (c->focused && i == c->selected)
            *cursor = (struct cursor){y, r.x + 1};
    }
}
