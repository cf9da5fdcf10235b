#include "tui/widgets/choices.h"
#include "common/layout.h"
#include "tui/i18n.h"
#include "tui/json.h"
#include "tui/text.h"
#include "tui/theme.h"
#include "tui/words.h"
#include <stdlib.h>
#include <string.h>

enum { SHOWN_MAX = 8, WIDTH_LEAST = 40 };

static char *copy(const char *s)
{
    char *c = strdup(s);
    if (!c)
        abort();
    return c;
}

static void items_drop(struct choices *c)
{
    for (int i = 0; i < c->count; i++) {
        free(c->items[i].code);
        free(c->items[i].label);
        free(c->items[i].detail);
    }
    c->count = c->selected = c->top = 0;
    c->offer_new = false;
}

static void ask(void *arg);

void choices_close(struct choices *c)
{
    timers_stop(ask, c);
    if (c->request)
        app_cancel(c->request);
    c->request = 0;
    c->waiting = c->swapped = false;
    items_drop(c);
    c->field = NULL;
}

bool choices_is_open(const struct choices *c) { return c->field != NULL; }

static void item_add(struct choices *c, const char *code, int64_t id, const char *label, const char *detail)
{
    if (c->count < CHOICES_MAX)
        c->items[c->count++] = (struct choice){.code = code ? copy(code) : NULL, .id = id, .label = copy(label), .detail = copy(detail)};
}

/* ---- values of a classifier ---- */

static bool is_leaf(const struct words *w, const char *code)
{
    for (size_t i = 0; i < w->count; i++)
        if (strcmp(w->items[i].parent, code) == 0)
            return false;
    return true;
}

static int match_classifier(struct choices *c, const char *query)
{
    const struct words *w = words_get(c->field->param->classifier);
    int best = 0, best_score = 0;
    c->waiting = !w->ready;
    for (size_t i = 0; i < w->count && c->count < CHOICES_MAX; i++) {
        bool by_code = *query && strncmp(w->items[i].code, query, strlen(query)) == 0;
        if (!by_code && !text_matches(w->items[i].label, query) && !text_matches(w->items[i].also, query))
            continue;
        /* A branch of a tree is not a value, nor is what is no longer in use. */
        if (w->items[i].retired || !is_leaf(w, w->items[i].code))
            continue;
        /* Of equally near ones the shorter says less beside. */
        int score = *query ? 1000 * text_fuzzy(w->items[i].label, query) - (int)strlen(w->items[i].label) : 0;
        if (score > best_score) {
            best_score = score;
            best = c->count;
        }
        item_add(c, w->items[i].code, 0, w->items[i].label, w->items[i].parent[0] ? words_label(w->name, w->items[i].parent) : "");
    }
    return best;
}

static int match_values(struct choices *c, const char *query)
{
    for (size_t i = 0; c->field->param->values && c->field->param->values[i]; i++) {
        const char *value = c->field->param->values[i], *label = words_own(value);
        if (text_matches(label, query) || strncmp(value, query, strlen(query)) == 0)
            item_add(c, value, 0, label, "");
    }
    return 0;
}

static void fill(struct choices *c)
{
    char other[256];
    const char *query = c->field->typing ? edit_text(&c->field->edit) : "";
    items_drop(c);
    c->selected = c->field->param->classifier ? match_classifier(c, query) : match_values(c, query);
    if (c->count == 0 && *query && !c->waiting) {
        layout_swap(query, other, sizeof other);
        c->selected = c->field->param->classifier ? match_classifier(c, other) : match_values(c, other);
    }
    for (int i = 0; !*query && i < c->count; i++)
        if (c->field->code && c->items[i].code && strcmp(c->items[i].code, c->field->code) == 0)
            c->selected = i;
    /* The classifier is on its way: its coming repaints, and the list is filled then. */
    if (c->waiting)
        timers_start(30, false, ask, c);
}

/* ---- records found by the server ---- */

static void record_words(const json_t *o, char *label, size_t label_size, char *detail, size_t detail_size)
{
    static const char *const names[] = {"name", "title", "subject", "label", "login", NULL};
    static const char *const details[] = {"address",          "unit_name", "phone",      "correspondent_name",
                                          "responsible_name", "position",  "kind_label", NULL};
    const char *number = js_str(o, "number");
    label[0] = detail[0] = '\0';
    if (js_str(o, "name")[0]) /* who has a name is called by it */
        number = "";
    for (int i = 0; names[i] && !label[0]; i++)
        strf(label, label_size, "%s%s%s", number, *number && js_str(o, names[i])[0] ? " " : "", js_str(o, names[i]));
    for (int i = 0; details[i] && strlen(detail) < detail_size / 2; i++) {
        size_t len = strlen(detail);
        if (js_str(o, details[i])[0])
            strf(detail + len, detail_size - len, "%s%s", len ? ", " : "", js_str(o, details[i]));
    }
    if (js_int(o, "appeal_count") > 0) {
        size_t len = strlen(detail);
        int n = (int)js_int(o, "appeal_count");
        strf(detail + len, detail_size - len, ngettext(" (%d appeal)", " (%d appeals)", (unsigned long)n), n);
    }
}

static void come(void *arg, json_t *result, const struct rpc_error *error)
{
    struct choices *c = arg;
    size_t i;
    json_t *o;
    char label[256], detail[256];
    const json_t *items = json_object_get(result, "items");
    c->request = 0;
    if (!c->field)
        return;
    if (!error && json_array_size(items) == 0 && !c->swapped && !edit_is_empty(&c->field->edit) && c->field->typing) {
        c->swapped = true;
        ask(c);
        return;
    }
    struct choice offer = c->offer_new && c->count ? c->items[c->count - 1] : (struct choice){0};
    if (c->offer_new && c->count)
        c->count--;
    bool offered = c->offer_new;
    items_drop(c);
    json_array_foreach(items, i, o)
    {
        record_words(o, label, sizeof label, detail, sizeof detail);
        item_add(c, NULL, js_int(o, "id"), label, detail);
    }
    if (offered)
        c->items[c->count++] = offer;
    c->offer_new = offered;
    c->waiting = false;
    app_dirty();
    if (c->changed)
        c->changed(c->arg);
}

static void ask(void *arg)
{
    struct choices *c = arg;
    char other[256];
    if (!c->field)
        return;
    if (c->field->kind == FK_CHOICE) {
        c->waiting = false;
        fill(c);
        if (!c->waiting && c->changed)
            c->changed(c->arg);
        app_dirty();
        return;
    }
    const char *query = c->field->typing ? edit_text(&c->field->edit) : "";
    if (c->swapped) {
        layout_swap(query, other, sizeof other);
        query = other;
    }
    json_t *params = json_pack("{s:i}", "limit", CHOICES_ASKED);
    if (*query)
        json_object_set_new(params, "query", json_string(query));
    if (c->request)
        app_cancel(c->request);
    c->request = app_call(c->owner, c->field->param->lookup, params, CALL_QUIET, come, c);
}

void choices_update(struct choices *c, struct field *f, const char *offer_new)
{
    if (c->field != f)
        choices_close(c);
    c->field = f;
    c->swapped = false;
    if (f->kind == FK_CHOICE) {
        fill(c);
        return;
    }
    /* What was found stays until the new answer comes, so that nothing flickers; the offer is renewed at once. */
    if (c->offer_new && c->count) {
        c->count--;
        free(c->items[c->count].code);
        free(c->items[c->count].label);
        free(c->items[c->count].detail);
    }
    c->offer_new = false;
    if (offer_new) {
        if (c->count == CHOICES_MAX)
            c->count--;
        item_add(c, NULL, 0, offer_new, "");
        c->offer_new = true;
    }
    if (c->selected >= c->count)
        c->selected = 0;
    c->waiting = true;
    timers_start(CHOICES_DELAY_MS, false, ask, c);
}

/* ---- choosing ---- */

/* Past the end it begins again: the offer of a new one, which is the last, is one Up away. */
bool choices_key(struct choices *c, int key)
{
    int step = key == K_DOWN ? 1 : key == K_UP ? -1 : key == K_PGDN ? SHOWN_MAX - 1 : key == K_PGUP ? 1 - SHOWN_MAX : 0;
    if (step == 0 || c->count == 0)
        return false;
    int to = c->selected + step, last = c->count - 1;
    bool one = step == 1 || step == -1;
    c->selected = to < 0 ? (one ? last : 0) : to > last ? (one ? 0 : last) : to;
    return true;
}

const struct choice *choices_selected(const struct choices *c)
{
    return c->field && c->selected < c->count ? &c->items[c->selected] : NULL;
}

bool choices_is_new(const struct choices *c) { return c->offer_new && c->selected == c->count - 1; }

static int best_width(const struct choices *c, int most)
{
    int w = WIDTH_LEAST;
    for (int i = 0; i < c->count; i++) {
        int need = text_width(c->items[i].label) + (c->items[i].detail[0] ? text_width(c->items[i].detail) + 2 : 0) + 3;
        w = need > w ? need : w;
    }
    return w < most ? w : most;
}

static void paint_item(const struct choices *c, int i, int y, int x, int w)
{
    enum ground ground = i == c->selected ? G_CHOICE : G_POPUP;
    draw_fill(y, x, w, ground);
    if (i == c->selected) /* by shape too, not by its ground alone */
        draw_text(y, x, 1, R_KEY, ground, theme_glyph(GL_CURSOR));
    bool is_new = c->offer_new && i == c->count - 1;
    int used = draw_text(y, x + 1, w - 2, is_new ? R_KEY : i == c->selected ? R_STRONG : R_TEXT, ground, c->items[i].label);
    draw_text(y, x + 3 + used, w - 4 - used, R_DIM, ground, c->items[i].detail);
    draw_hit((struct rect){y, x, 1, w}, HIT_ROW, i);
}

static void paint_nothing(const struct choices *c, int y, int x, int w)
{
    draw_fill(y, x, w, G_POPUP);
    draw_text(y, x + 1, w - 2, R_DIM, G_POPUP, c->waiting ? _("searching") : _("nothing is found"));
}

/* The part of the list that is in view; the offer of a new one stays below it, however long the list is. */
static void paint_list(struct choices *c, int y, int rows, int x, int w)
{
    int found = c->count - (c->offer_new ? 1 : 0), shown = rows - (c->offer_new ? 1 : 0);
    int at = c->selected < found ? c->selected : found - 1;
    if (at < c->top)
        c->top = at < 0 ? 0 : at;
    if (at >= c->top + shown)
        c->top = at - shown + 1;
    for (int i = 0; i < shown; i++)
        paint_item(c, c->top + i, y + i, x, w);
    if (c->top > 0)
        draw_text(y, x + w - 1, 1, R_DIM, G_POPUP, theme_glyph(GL_MORE_UP));
    if (c->top + shown < found && shown > 0)
        draw_text(y + shown - 1, x + w - 1, 1, R_DIM, G_POPUP, theme_glyph(GL_MORE_DOWN));
    if (c->offer_new)
        paint_item(c, found, y + shown, x, w);
}

void choices_paint(struct choices *c, struct rect screen, int y, int x, int w)
{
    int rows = c->count < SHOWN_MAX ? c->count : SHOWN_MAX, below = screen.y + screen.h - y - 1, above = y - screen.y;
    if (!c->field)
        return;
    int width = best_width(c, w);
    if (rows == 0) {
        paint_nothing(c, below > 0 ? y + 1 : y - 1, x, width);
        return;
    }
    bool up = below < rows && above > below;
    int room = up ? above : below;
    rows = rows > room ? room : rows;
    if (rows > 0)
        paint_list(c, up ? y - rows : y + 1, rows, x, width);
}
