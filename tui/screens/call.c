/* A call written down while the caller speaks: phone, address, what. The kind comes from the words, services and priority from the kind;
 * beside stands what is known - the house, an outage with its promise, earlier calls - and one key joins the call to it. */
#include "tui/dates.h"
#include "tui/i18n.h"
#include "tui/json.h"
#include "tui/meta.h"
#include "tui/screens.h"
#include "tui/screens/form.h"
#include "tui/screens/modules.h"
#include "tui/text.h"
#include "tui/theme.h"
#include "tui/words.h"
#include <stdlib.h>
#include <string.h>

enum { DELAY_MS = 250, ITEMS_MAX = 16, BESIDE = 110, LINES_EACH = 2 };

enum known { KNOWN_OUTAGE, KNOWN_ADDRESS, KNOWN_CALLER };

struct call {
    struct form_screen *fs;
    uint64_t request;
    struct item {
        enum known of;
        int64_t id;
        bool open;
        char head[160], text[240];
    } items[ITEMS_MAX];
    int count, selected;
    bool focused;
    int64_t outage, repeat_of; /* chosen to be joined */
    char house[400];
    json_t *services; /* codes of those that the kind brings; NULL: none */
};

static const struct form_hint hints[] = {
    {"phone", 0, N_("Phone")},
    {"place", FH_REQUIRED, N_("Where")},
    {"text", 0, N_("What happened")},
    {"type", FH_OPTIONAL, N_("Kind")},
    {"service", 0, N_("Service")},
    {"priority", 0, N_("Priority")},
    {"caller", 0, N_("Caller")},
    {"house", FH_HIDE, NULL},
    {"services", FH_HIDE, NULL},
    {"outage", FH_HIDE, NULL},
    {"repeat_of", FH_HIDE, NULL},
    {"external_id", FH_HIDE, NULL},
    {"taken_at", FH_HIDE, NULL}, /* a call that one speaks is taken now */
    {NULL, 0, NULL},
};
static const char *const order[] = {"phone",  "place", "text",     "type",  "service", "priority",
                                    "caller", "flat",  "entrance", "floor", "source",  NULL};

/* ---- what is known ---- */

static void item_add(struct call *k, enum known of, const json_t *o)
{
    char at[32];
    if (k->count == ITEMS_MAX)
        return;
    struct item *item = &k->items[k->count++];
    item->of = of;
    item->id = js_int(o, "id");
    item->open = of == KNOWN_OUTAGE || js_bool(o, "open");
    if (of == KNOWN_OUTAGE) {
        bool announced = strcmp(js_str(o, "status"), "announced") == 0;
        dates_moment(js_str(o, announced ? "started_at" : "promised_at"), at, sizeof at);
        strf(item->head, sizeof item->head, announced ? _("Planned: outage %s") : _("Already known: outage %s"), js_str(o, "number"));
        /* The promise stands first: it is what the caller is told. */
        strf(item->text, sizeof item->text, "%s%s%s%s%s%s%s%s%s",
             !at[0]      ? ""
             : announced ? _("begins")
                         : _("promised"),
             at[0] ? " " : "", at, at[0] ? "  " : "", words_label("outage_resource", js_str(o, "resource")),
             js_str(o, "supplier_name")[0] ? ", " : "", js_str(o, "supplier_name"), js_str(o, "reason")[0] ? ": " : "",
             js_str(o, "reason"));
        return;
    }
    dates_moment(js_str(o, "taken_at"), at, sizeof at);
    strf(item->head, sizeof item->head, "%s  %s  %s", js_str(o, "number"), at, words_label("state:incident", js_str(o, "status")));
    const char *who = js_str(o, of == KNOWN_CALLER ? "place" : "caller"), *text = js_str(o, "text");
    strf(item->text, sizeof item->text, "%s%s%s%s%s", words_label("incident_type", js_str(o, "type")), *who ? ": " : "", who,
         *text ? ", " : "", text);
}

static void items_take(struct call *k, const json_t *result)
{
    static const char *const names[] = {[KNOWN_OUTAGE] = "outages", [KNOWN_ADDRESS] = "address", [KNOWN_CALLER] = "caller"};
    int64_t chosen = k->focused && k->selected < k->count ? k->items[k->selected].id : 0;
    k->count = k->selected = 0;
    for (int of = 0; of < 3; of++) {
        size_t i;
        json_t *o;
        json_array_foreach(json_object_get(result, names[of]), i, o) item_add(k, (enum known)of, o);
    }
    for (int i = 0; i < k->count; i++)
        if (k->items[i].id == chosen)
            k->selected = i;
    k->focused = k->focused && k->count > 0;
}

static void house_take(struct call *k, const json_t *h)
{
    k->house[0] = '\0';
    if (!json_is_object(h))
        return;
    strf(k->house, sizeof k->house, "%s", js_str(h, "address"));
    size_t len = strlen(k->house);
    if (js_int(h, "flats") > 0) {
        strf(k->house + len, sizeof k->house - len, _(", flats: %lld"), (long long)js_int(h, "flats"));
        len = strlen(k->house);
    }
    if (js_int(h, "residents") > 0) {
        strf(k->house + len, sizeof k->house - len, _(", residents: %lld"), (long long)js_int(h, "residents"));
        len = strlen(k->house);
    }
    strf(k->house + len, sizeof k->house - len, "%s%s %s%s%s", js_str(h, "company_name")[0] ? ", " : "", js_str(h, "company_name"),
         js_str(h, "company_phone"), js_str(h, "social")[0] ? "; " : "", js_str(h, "social"));
}

/* What comes with the kind is filled in where the person has not chosen otherwise. */
static void fill(struct call *k, const char *name, const char *classifier, const char *code)
{
    struct field *f = form_field(k->fs->form, name);
    if (!f || f->touched || f->typing)
        return;
    if (*code)
        field_pick(f, code, 0, words_label(classifier, code));
    else
        field_clear(f);
}

static void kind_take(struct call *k, const json_t *result)
{
    const json_t *services = json_object_get(result, "services");
    fill(k, "type", "incident_type", js_str(result, "type"));
    fill(k, "priority", "incident_priority", js_str(result, "priority"));
    const char *first = json_string_value(json_array_get(services, 0));
    fill(k, "service", "service", first ? first : "");
    json_decref(k->services);
    k->services = json_array_size(services) > 0 ? json_deep_copy(services) : NULL;
}

static void come(void *arg, json_t *result, const struct rpc_error *error)
{
    struct call *k = arg;
    k->request = 0;
    app_dirty();
    if (error)
        return;
    items_take(k, result);
    house_take(k, json_object_get(result, "house"));
    kind_take(k, result);
}

static void put(json_t *params, const struct form *form, const char *name)
{
    const struct field *f = form_field(form, name);
    if (f && !edit_is_empty(&f->edit))
        json_object_set_new(params, name, json_string(edit_text(&f->edit)));
}

static void ask(void *arg)
{
    struct call *k = arg;
    const struct field *type = form_field(k->fs->form, "type");
    json_t *params = json_object();
    if (k->request)
        app_cancel(k->request);
    put(params, k->fs->form, "phone");
    put(params, k->fs->form, "place");
    put(params, k->fs->form, "text");
    if (type && type->touched && type->code)
        json_object_set_new(params, "type", json_string(type->code));
    k->request = app_call(k->fs->screen, "incident.look", params, CALL_QUIET, come, k);
}

static void ask_soon(struct form_screen *fs) { timers_start(DELAY_MS, false, ask, fs->extra_data); }

/* ---- the form speaks ---- */

static void call_ready(struct form_screen *fs)
{
    static const char *const said[] = {"outage_resource", "incident_type", "state:incident"};
    struct call *k = fs->extra_data;
    k->fs = fs;
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        (void)words_get(said[i]); /* asked for now, they are here before the first answer tells of anything */
    for (size_t i = 0; i < form_count(fs->form); i++)
        form_at(fs->form, i)->touched = false;
}

static void call_changed(struct form_screen *fs, struct field *f, bool left)
{
    static const char *const watched[] = {"phone", "place", "text", "type"};
    for (size_t i = 0; !left && i < sizeof watched / sizeof *watched; i++)
        if (strcmp(watched[i], f->param->name) == 0)
            ask_soon(fs);
}

/* What the person did not choose goes with the kind on the server: the services all, not the first alone. */
static void call_collect(struct form_screen *fs, json_t *params)
{
    static const char *const derived[] = {"type", "service", "priority"};
    struct call *k = fs->extra_data;
    for (size_t i = 0; i < sizeof derived / sizeof *derived; i++) {
        const struct field *f = form_field(fs->form, derived[i]);
        if (f && !f->touched && (i > 0 || edit_text(&form_field(fs->form, "text")->edit)[0]))
            json_object_del(params, derived[i]);
    }
    if (k->outage)
        json_object_set_new(params, "outage", json_integer(k->outage));
    if (k->repeat_of)
        json_object_set_new(params, "repeat_of", json_integer(k->repeat_of));
}

static bool call_done(struct form_screen *fs, const json_t *result)
{
    (void)fs;
    app_status(STATUS_GOOD, _("Written down: %s. F7: the next call"), js_str(result, "number"));
    return true;
}

/* ---- the pane beside ---- */

static void pane_focus(struct call *k, bool on)
{
    k->focused = on && k->count > 0;
    app_dirty();
}

static const char *call_scopes(struct form_screen *fs) { return ((struct call *)fs->extra_data)->focused ? "known" : NULL; }

static const char *call_hint(struct form_screen *fs)
{
    const struct call *k = fs->extra_data;
    if (!k->focused)
        return NULL;
    return k->items[k->selected].of == KNOWN_OUTAGE ? _("Enter: because of this outage; again: no. Esc: to the form")
                                                    : _("Enter: it repeats this call; again: no. Esc: to the form");
}

static bool call_key(struct form_screen *fs, int key)
{
    struct call *k = fs->extra_data;
    if (!k->focused)
        return false;
    if (key == K_TAB || key == K_BTAB)
        pane_focus(k, false);
    else if (key == K_UP && k->selected > 0)
        k->selected--;
    else if (key == K_DOWN && k->selected + 1 < k->count)
        k->selected++;
    else
        return key == K_UP || key == K_DOWN;
    app_dirty();
    return true;
}

static void join(struct call *k)
{
    const struct item *item = &k->items[k->selected];
    int64_t *to = item->of == KNOWN_OUTAGE ? &k->outage : &k->repeat_of;
    *to = *to == item->id ? 0 : item->id;
    app_dirty();
}

static bool call_command(struct form_screen *fs, enum command cmd)
{
    struct call *k = fs->extra_data;
    switch (cmd) {
    case CMD_CANDIDATES: pane_focus(k, !k->focused); return true;
    case CMD_CHOOSE:
        if (!k->focused)
            return false;
        join(k);
        pane_focus(k, false);
        return true;
    case CMD_BACK:
        if (!k->focused)
            return false;
        pane_focus(k, false);
        return true;
    default: return false;
    }
}

static const char *call_why_not(struct form_screen *fs, enum command cmd, bool *mine)
{
    const struct call *k = fs->extra_data;
    *mine = true;
    switch (cmd) {
    case CMD_CANDIDATES: return k->count ? NULL : _("Nothing is known of this phone and address so far");
    case CMD_CHOOSE: *mine = k->focused; return NULL;
    default: *mine = false; return NULL;
    }
}

static struct rect split(const struct call *k, struct rect *r)
{
    struct rect fields = *r;
    if (r->w >= BESIDE) { /* always, so that nothing moves when something is found */
        fields.w = r->w * 3 / 5;
        r->x += fields.w;
        r->w -= fields.w;
        return fields;
    }
    int h = (k->house[0] != '\0') + (k->count ? 1 + k->count * LINES_EACH : 0), most = k->focused ? r->h * 2 / 3 : r->h / 3;
    h = h > most ? most : h;
    fields.h -= h;
    r->y += fields.h;
    r->h = h;
    return fields;
}

static struct rect call_side(struct form_screen *fs, struct rect rect) { return split(fs->extra_data, &rect); }

static int paint_item(const struct call *k, int i, int y, struct rect r)
{
    const struct item *item = &k->items[i];
    bool chosen = k->focused && i == k->selected, joined = item->id == (item->of == KNOWN_OUTAGE ? k->outage : k->repeat_of);
    enum ground ground = chosen ? G_SELECT : G_BASE;
    enum role role = item->of == KNOWN_OUTAGE ? R_LATE : item->open ? R_SOON : R_DIM;
    if (y + 1 >= r.y + r.h)
        return y + LINES_EACH;
    for (int line = 0; chosen && line < LINES_EACH; line++)
        draw_fill(y + line, r.x, r.w, ground);
    draw_text(y, r.x + 1, 1, R_KEY, ground, chosen ? theme_glyph(GL_CURSOR) : joined ? theme_glyph(GL_ACCEPT) : " ");
    int used = draw_text(y, r.x + 3, r.w - 4, role, ground, item->head);
    if (joined)
        draw_text(y, r.x + 5 + used, r.w - 6 - used, R_GOOD, ground, item->of == KNOWN_OUTAGE ? _("because of it") : _("repeats it"));
    draw_text(y + 1, r.x + 5, r.w - 6, R_TEXT, ground, item->text);
    return y + LINES_EACH;
}

/* Named when they are painted: the words may come after the answer. */
static void services_text(const struct call *k, char *out, size_t size)
{
    size_t i, len;
    json_t *v;
    out[0] = '\0';
    json_array_foreach(k->services, i, v)
    {
        len = strlen(out);
        strf(out + len, size - len, "%s%s", i ? ", " : theme_glyph(GL_ARROW), i ? "" : " ");
        len = strlen(out);
        strf(out + len, size - len, "%s", words_label("service", json_string_value(v)));
    }
}

static void call_paint(struct form_screen *fs, struct rect r, struct cursor *cursor)
{
    static const char *const labels[] = {[KNOWN_OUTAGE] = N_("Outage"),
                                         [KNOWN_ADDRESS] = N_("Earlier calls from this address"),
                                         [KNOWN_CALLER] = N_("Earlier calls of this phone")};
    const struct call *k = fs->extra_data;
    struct rect whole = r;
    char services[300];
    split(k, &r);
    bool beside = r.x > whole.x;
    for (int i = 0; beside && i < r.h; i++)
        draw_text(r.y + i, r.x, 1, R_DIM, G_BASE, theme_glyph(GL_BAR));
    if (beside) {
        r.x++;
        r.w--;
    }
    int y = r.y, bottom = r.y + r.h;
    if (k->house[0] && y < bottom)
        y += beside ? draw_wrapped((struct rect){y, r.x + 1, bottom - y, r.w - 2}, 0, R_STRONG, G_BASE, k->house)
                    : (draw_text(y, r.x + 1, r.w - 2, R_STRONG, G_BASE, k->house), 1);
    services_text(k, services, sizeof services);
    if (beside && services[0] && y < bottom)
        y += draw_wrapped((struct rect){y, r.x + 1, bottom - y, r.w - 2}, 0, R_TEXT, G_BASE, services);
    if (k->count == 0 && beside && y < bottom && !k->house[0] && !services[0])
        draw_wrapped((struct rect){y, r.x + 1, bottom - y, r.w - 2}, 0, R_DIM, G_BASE,
                     _("What is known of the phone and the address appears here while you type"));
    int first = 0, fit = (bottom - y) / LINES_EACH - 1;
    if (k->focused && fit > 0 && k->selected >= fit)
        first = k->selected - fit + 1;
    for (int i = first; i < k->count && y < bottom; i++) {
        if (i == first || k->items[i].of != k->items[i - 1].of) {
            y += beside && i > first;
            if (y < bottom && k->items[i].of != KNOWN_OUTAGE) {
                int used = draw_text(y, r.x + 1, r.w - 2, R_SOON, G_BASE, tr(labels[k->items[i].of]));
                if (!k->focused && i == first)
                    draw_right(y, r.x + used + 2, r.w - used - 3, R_KEY, G_BASE, _("F6: choose"));
                y++;
            }
        }
        if (k->focused && i == k->selected && y < bottom)
            *cursor = (struct cursor){y, r.x + 1};
        y = paint_item(k, i, y, r);
    }
}

static void call_free(struct form_screen *fs)
{
    struct call *k = fs->extra_data;
    timers_forget(k);
    if (k->request)
        app_cancel(k->request);
    json_decref(k->services);
    free(k);
}

static const struct form_extra extra = {
    .ready = call_ready,
    .restored = ask_soon,
    .changed = call_changed,
    .collect = call_collect,
    .done = call_done,
    .key = call_key,
    .command = call_command,
    .why_not = call_why_not,
    .scopes = call_scopes,
    .hint = call_hint,
    .side = call_side,
    .paint = call_paint,
    .free = call_free,
};

void call_open(void)
{
    struct call *k = calloc(1, sizeof *k);
    if (!k)
        abort();
    form_open(&(struct form_start){
        .method = "incident.log", .title = _("A call"), .hints = hints, .order = order, .large = true, .extra = &extra, .extra_data = k});
}
