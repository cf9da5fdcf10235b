#include "tui/screens/house_preview.h"
#include "tui/i18n.h"
#include "tui/json.h"
#include "tui/meta.h"
#include "tui/screens/period_preview.h"
#include "tui/text.h"
#include "tui/theme.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DELAY_MS = 200, LINES_MAX = 200, BESIDE = 110, LEAST_BELOW = 6, INDENT = 2, CHOICES_MAX = 40 };

/* One line of what is told. */
struct told {
    enum role role;
    int indent;
    char text[300];
    int64_t candidate; /* to choose: its id, and for which text */
    char choice[300];
};

struct house_preview {
    struct screen *owner;
    struct field *line, *settlement, *street;
    uint64_t request;
    json_t *answer, *choices;
    char *asked; /* the text that the answer is to */
    struct told *told;
    int count, candidates, selected;
    bool focused, failed;
    char fault[300];
    struct period_preview *period;
    void (*period_read)(void *arg);
    void *period_arg;
    enum role note_role;
    char note[300]; /* the form's own line */
};

struct house_preview *house_preview_new(void)
{
    struct house_preview *p = calloc(1, sizeof *p);
    if (!p || !(p->told = calloc(LINES_MAX, sizeof *p->told)))
        abort();
    p->choices = json_array();
    return p;
}

void house_preview_free(struct house_preview *p)
{
    timers_forget(p);
    if (p->request)
        app_cancel(p->request);
    json_decref(p->answer);
    json_decref(p->choices);
    period_preview_free(&p->period);
    free(p->asked);
    free(p->told);
    free(p);
}

/* ---- what is told ---- */

static struct told *add(struct house_preview *p, enum role role, int indent, const char *text)
{
    static struct told full; /* what has no room is not told */
    if (p->count == LINES_MAX)
        return &full;
    struct told *t = &p->told[p->count++];
    *t = (struct told){.role = role, .indent = indent};
    strf(t->text, sizeof t->text, "%s", text);
    return t;
}

static void add_sums(struct house_preview *p)
{
    char text[300], part[120];
    int houses = (int)js_int(p->answer, "count"), people = (int)js_int(p->answer, "residents"),
        objects = (int)js_int(p->answer, "social_object_count");
    strf(text, sizeof text, ngettext("%d house", "%d houses", (unsigned long)houses), houses);
    strf(part, sizeof part, ngettext(", %d resident", ", %d residents", (unsigned long)people), people);
    if (people > 0)
        strf(text + strlen(text), sizeof text - strlen(text), "%s%s", part,
             js_int(p->answer, "estimated_houses") > 0 ? _(" (an estimate)") : "");
    strf(part, sizeof part, ngettext(", %d social object", ", %d social objects", (unsigned long)objects), objects);
    if (objects > 0)
        strf(text + strlen(text), sizeof text - strlen(text), "%s", part);
    add(p, houses > 0 ? R_STRONG : R_DIM, 0, text);
}

/* «155ЗАРЯ»: why not. */
static void add_troubles(struct house_preview *p, const char *list)
{
    size_t i;
    json_t *o;
    char text[300];
    json_array_foreach(json_object_get(p->answer, list), i, o)
    {
        const char *there = js_str(o, "there");
        strf(text, sizeof text, "%s %s: %s%s%s", theme_glyph(GL_LATE), js_str(o, "text"), js_str(o, "reason_text"), *there ? ": " : "",
             there);
        add(p, R_LATE, 0, text);
    }
}

static void add_asked(struct house_preview *p)
{
    size_t i, k;
    json_t *ask, *o;
    char text[300];
    json_array_foreach(json_object_get(p->answer, "ask"), i, ask)
    {
        strf(text, sizeof text, "? %s", js_str(ask, "choice"));
        add(p, R_SOON, 0, text);
        add(p, R_TEXT, INDENT, js_str(ask, "reason_text"));
        json_array_foreach(json_object_get(ask, "candidates"), k, o)
        {
            strf(text, sizeof text, "%s%s%s", js_str(o, "text"), js_str(o, "settlement_name")[0] ? ", " : "", js_str(o, "settlement_name"));
            struct told *t = add(p, R_TEXT, INDENT, text);
            t->candidate = js_int(o, "id");
            strf(t->choice, sizeof t->choice, "%s", js_str(ask, "choice"));
            p->candidates++;
        }
    }
}

static void add_social(struct house_preview *p)
{
    size_t i;
    json_t *o;
    char text[300];
    json_array_foreach(json_object_get(p->answer, "social_objects"), i, o)
    {
        strf(text, sizeof text, "%s, %s%s%s", js_str(o, "name"), js_str(o, "address"), js_str(o, "contact_duty_phone")[0] ? ", " : "",
             js_str(o, "contact_duty_phone"));
        add(p, R_SOON, 0, text);
    }
}

/* Each street with how its pieces were read. */
static void add_pieces(struct house_preview *p)
{
    size_t i;
    json_t *o;
    char text[300];
    int64_t place = -1;
    const json_t *places = json_object_get(p->answer, "places");
    json_array_foreach(json_object_get(p->answer, "pieces"), i, o)
    {
        int n = (int)js_int(o, "houses");
        const json_t *at = json_array_get(places, (size_t)js_int(o, "place"));
        if (js_int(o, "place") != place && js_str(at, "text")[0]) {
            const char *read_as = js_str(at, "read_as");
            strf(text, sizeof text, "%s%s%s", js_str(at, "text"), *read_as ? " = " : "", read_as);
            add(p, R_DIM, 0, text);
        }
        place = js_int(o, "place");
        bool plain = strcmp(js_str(o, "kind"), "house") == 0 && n == 1 && !js_bool(o, "except");
        char count[80] = "";
        if (!js_bool(o, "except"))
            strf(count, sizeof count, ngettext(" (%d house)", " (%d houses)", (unsigned long)n), n);
        strf(text, sizeof text, "%s%s%s%s", js_str(o, "text"), plain ? "" : ": ", plain ? "" : js_str(o, "reading"), plain ? "" : count);
        add(p, R_TEXT, INDENT, text);
    }
}

static void add_line(void *arg, enum role role, int indent, const char *text) { add(arg, role, indent, text); }

/* What wants something of the person stands first. */
static void tell(struct house_preview *p)
{
    p->count = p->candidates = 0;
    if (p->note[0])
        add(p, p->note_role, 0, p->note);
    if (p->period)
        period_preview_tell(p->period, add_line, p);
    if (p->failed)
        add(p, R_LATE, 0, p->fault);
    if (!p->answer)
        return;
    add_sums(p);
    add_asked(p);
    add_troubles(p, "unread");
    add_troubles(p, "unknown");
    add_social(p);
    add_pieces(p);
    p->focused = p->focused && p->candidates > 0;
    p->selected = p->selected < p->candidates ? p->selected : 0;
}

/* ---- asking ---- */

static const char *typed(const struct house_preview *p) { return p->line ? edit_text(&p->line->edit) : ""; }

static void come(void *arg, json_t *result, const struct rpc_error *error)
{
    struct house_preview *p = arg;
    p->request = 0;
    p->failed = error != NULL;
    json_decref(p->answer);
    p->answer = error ? NULL : json_incref(result);
    strf(p->fault, sizeof p->fault, "%s", error ? error->message : "");
    tell(p);
    app_dirty();
}

static void add_place(json_t *params, const char *name, const struct field *f)
{
    if (f && f->picked_count > 0)
        json_object_set_new(params, name, json_integer(f->picked[0].id));
}

static void ask(void *arg)
{
    struct house_preview *p = arg;
    if (p->request)
        app_cancel(p->request);
    p->request = 0;
    free(p->asked);
    p->asked = strdup(typed(p));
    if (!*typed(p) || !meta_op("house.resolve")) {
        json_decref(p->answer);
        p->answer = NULL;
        p->failed = false;
        tell(p);
        app_dirty();
        return;
    }
    json_t *params = json_pack("{s:s, s:O}", "line", typed(p), "choices", p->choices);
    add_place(params, "settlement", p->settlement);
    add_place(params, "street", p->street);
    p->request = app_call(p->owner, "house.resolve", params, CALL_QUIET, come, p);
}

void house_preview_watch(struct house_preview *p, struct screen *owner, struct field *line, struct field *settlement, struct field *street)
{
    p->owner = owner;
    p->line = line;
    p->settlement = settlement;
    p->street = street;
    timers_start(DELAY_MS, false, ask, p); /* what the form is filled with comes after this */
}

static void period_read(void *arg)
{
    struct house_preview *p = arg;
    if (p->period_read)
        p->period_read(p->period_arg);
    tell(p);
    app_dirty();
}

void house_preview_on_period(struct house_preview *p, void (*read)(void *arg), void *arg)
{
    p->period_read = read;
    p->period_arg = arg;
}

const char *house_preview_period_begins(const struct house_preview *p) { return p->period ? period_preview_begins(p->period) : ""; }

void house_preview_note(struct house_preview *p, enum role role, const char *text)
{
    if (p->note_role == role && strcmp(p->note, text) == 0)
        return;
    p->note_role = role;
    strf(p->note, sizeof p->note, "%s", text);
    tell(p);
    app_dirty();
}

void house_preview_watch_period(struct house_preview *p, struct screen *owner, struct field *period)
{
    period_preview_free(&p->period);
    if (period)
        p->period = period_preview_new(owner, period, period_read, p);
}

void house_preview_changed(struct house_preview *p, const struct field *f)
{
    if (p->period)
        period_preview_changed(p->period, f);
    if (f && (f == p->line || f == p->settlement || f == p->street))
        timers_start(DELAY_MS, false, ask, p);
}

/* ---- what is known ---- */

bool house_preview_is_ready(const struct house_preview *p)
{
    return !p->request && p->asked && strcmp(p->asked, typed(p)) == 0 && !p->failed;
}
int house_preview_count(const struct house_preview *p) { return p->answer ? (int)js_int(p->answer, "count") : 0; }
const json_t *house_preview_answer(const struct house_preview *p) { return p->answer; }
json_t *house_preview_choices(const struct house_preview *p) { return json_incref(p->choices); }
int house_preview_asked(const struct house_preview *p) { return p->candidates; }

bool house_preview_has_trouble(const struct house_preview *p)
{
    static const char *const lists[] = {"ask", "unread", "unknown"};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (json_array_size(json_object_get(p->answer, lists[i])) > 0)
            return true;
    return p->failed;
}

json_t *house_preview_ids(const struct house_preview *p)
{
    json_t *ids = json_array(), *o;
    size_t i;
    json_array_foreach(json_object_get(p->answer, "houses"), i, o) json_array_append(ids, json_object_get(o, "id"));
    return ids;
}

/* ---- choosing ---- */

bool house_preview_focused(const struct house_preview *p) { return p->focused; }

void house_preview_focus(struct house_preview *p, bool on)
{
    p->focused = on && p->candidates > 0;
    p->selected = 0;
    app_dirty();
}

bool house_preview_key(struct house_preview *p, int key)
{
    if (key == K_TAB || key == K_BTAB)
        house_preview_focus(p, false);
    else if (key == K_UP && p->selected > 0)
        p->selected--;
    else if (key == K_DOWN && p->selected + 1 < p->candidates)
        p->selected++;
    else
        return key == K_UP || key == K_DOWN;
    return true;
}

/* The line of the candidate under the cursor; -1. */
static int selected_line(const struct house_preview *p)
{
    int n = 0;
    for (int i = 0; i < p->count; i++)
        if (p->told[i].candidate && n++ == p->selected)
            return i;
    return -1;
}

void house_preview_choose(struct house_preview *p)
{
    int at = selected_line(p);
    if (at < 0 || json_array_size(p->choices) == CHOICES_MAX)
        return;
    json_array_append_new(p->choices, json_pack("{s:s, s:I}", "text", p->told[at].choice, "id", (json_int_t)p->told[at].candidate));
    house_preview_focus(p, false);
    ask(p);
}

/* ---- painting ---- */

struct rect house_preview_split(const struct house_preview *p, struct rect *r)
{
    struct rect fields = *r;
    if (p->count == 0) {
        r->h = 0;
    } else if (r->w >= BESIDE) {
        fields.w = r->w / 2;
        r->x += fields.w;
        r->w -= fields.w;
    } else {
        int most = r->h / 2, h = p->count + 1 < most ? p->count + 1 : most;
        fields.h -= h;
        r->y += fields.h;
        r->h = h;
    }
    return fields;
}

static void paint_line(const struct house_preview *p, int i, int y, struct rect r, struct cursor *cursor)
{
    const struct told *t = &p->told[i];
    bool chosen = p->focused && i == selected_line(p);
    enum ground ground = chosen ? G_SELECT : G_BASE;
    if (chosen) {
        draw_fill(y, r.x, r.w, ground);
        draw_text(y, r.x + 1, 1, R_KEY, ground, theme_glyph(GL_CURSOR));
        *cursor = (struct cursor){y, r.x + 1};
    }
    draw_text(y, r.x + 1 + t->indent, r.w - 2 - t->indent, t->role, ground, t->text);
}

void house_preview_paint(const struct house_preview *p, struct rect r, struct cursor *cursor)
{
    if (r.h < 1 || p->count == 0)
        return;
    int at = selected_line(p), fit = r.h, first = p->focused && at >= fit ? at - fit + 1 : 0;
    for (int i = first; i < p->count && i - first < fit; i++) {
        bool last = i - first == fit - 1 && i + 1 < p->count;
        char more[80];
        if (last && !p->focused) {
            strf(more, sizeof more, ngettext("%d line more", "%d lines more", (unsigned long)(p->count - i)), p->count - i);
            draw_text(r.y + i - first, r.x + 1, r.w - 2, R_DIM, G_BASE, more);
        } else {
            paint_line(p, i, r.y + i - first, r, cursor);
        }
    }
    int used = text_width(p->told[0].text) + 3;
    if (!p->focused && p->candidates > 0 && used < r.w)
        draw_right(r.y, r.x + used, r.w - 1 - used, R_KEY, G_BASE, _("F6: choose"));
}
