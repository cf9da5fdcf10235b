#include "tui/bars.h"
#include "common/hash.h"
#include "tui/dates.h"
#include "tui/i18n.h"
#include "tui/notices.h"
#include "tui/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RULE_KEY 0x52554c45u /* of draw_keep: nothing but the width matters */
#define KEYS_KEY 0x4b455953u /* of draw_keep, too */

enum { KEYS_SHOWN_MAX = 24, TAKEN_MAX = 96, PROGRESS_AFTER_MS = 300, ROWS_FOR_RULES = 14, NARROW = 60, UNREAD_SHOWN = 999 };

/* Low terminals give the two rules to the content. */
struct rect bars_content(int rows, int cols)
{
    int rules = rows >= ROWS_FOR_RULES ? 1 : 0;
    return (struct rect){1 + rules, 0, rows - 3 - 2 * rules, cols};
}

static const struct screen *titled(const struct screen *s)
{
    while (s->below && (s->ops->overlay || !s->ops->title))
        s = s->below;
    return s;
}

static void title_left(char *out, size_t size, int cols)
{
    const struct me *me = app_me();
    if (me->municipality[0] && cols >= 100)
        strf(out, size, "%s %s %s", _("Smart city"), theme_glyph(GL_DOT), me->municipality);
    else
        strf(out, size, "%s", me->municipality[0] ? me->municipality : _("Smart city"));
}

void bars_paint_title(struct screen *top, int cols)
{
    char left[256], middle[256] = "", right[192], clock[8], name[128];
    const struct screen *s = titled(top);
    if (s->ops->title)
        s->ops->title(s, middle, sizeof middle);
    dates_clock(clock);
    name_short(app_me()->name, name, sizeof name);
    draw_fill(0, 0, cols, G_BAR);
    if (cols < NARROW) {
        draw_text(0, 1, cols - 8, R_STRONG, G_BAR, middle);
        draw_text(0, cols - 6, 5, R_DIM, G_BAR, clock);
        return;
    }
    strf(right, sizeof right, "%s %s %s", name, name[0] ? theme_glyph(GL_DOT) : "", clock);
    title_left(left, sizeof left, cols);
    int rw = text_width(right), mw = text_width(middle), lw = text_width(left), room = (cols - mw) / 2 - 3;
    draw_text(0, cols - 1 - rw, rw, R_TEXT, G_BAR, right);
    int at = (cols - mw) / 2;
    if (at + mw > cols - rw - 3)
        at = cols - rw - 3 - mw;
    if (at < 2 || lw > room) { /* no room for three: the place is worth more than the name of the town */
        at = 1;
        draw_text(0, at, cols - rw - 4, R_STRONG, G_BAR, middle);
        return;
    }
    draw_text(0, 1, room, R_DIM, G_BAR, left);
    draw_text(0, at, mw, R_STRONG, G_BAR, middle);
}

static enum role status_role(enum status_kind kind)
{
    static const enum role roles[] = {[STATUS_INFO] = R_TEXT, [STATUS_GOOD] = R_GOOD, [STATUS_WARN] = R_SOON, [STATUS_ERROR] = R_LATE};
    return roles[kind];
}

static void rule_keep(int y, int cols)
{
    if (draw_keep(y, cols, hash_mix(RULE_KEY, &cols, sizeof cols)))
        return;
    draw_rule(y, 0, cols, G_BASE);
    draw_keep_end();
}

/* At the very right: what the person was told and has not read. */
static int paint_unread(int y, int cols)
{
    char text[64];
    int n = notices_unread();
    if (n == 0)
        return 0;
    if (n > UNREAD_SHOWN)
        strf(text, sizeof text, "%s %d+", theme_glyph(GL_LETTER), UNREAD_SHOWN);
    else
        strf(text, sizeof text, "%s %d", theme_glyph(GL_LETTER), n);
    int w = text_width(text);
    draw_text(y, cols - 1 - w, w, R_FRESH, G_BASE, text);
    draw_hit((struct rect){y, cols - 1 - w, 1, w}, HIT_COMMAND, CMD_GO_NOTICES);
    return w + 2;
}

/* Left of it: progress, or what others have changed. */
static int paint_status_right(int y, int cols, const struct status *status)
{
    char text[160] = "";
    enum role role = R_FRESH;
    if (status->online && status->waiting_ms > PROGRESS_AFTER_MS) {
        strf(text, sizeof text, _("waiting %d s, Esc: stop"), status->waiting_ms / 1000);
        role = R_DIM;
    } else if (status->changed > 0) {
        strf(text, sizeof text, ngettext("+%d changed", "+%d changed", (unsigned long)status->changed), status->changed);
    }
    int w = text_width(text);
    if (w == 0 || w > cols / 2)
        return 0;
    draw_text(y, cols - 1 - w, w, role, G_BASE, text);
    return w + 2;
}

void bars_paint_status(struct screen *top, int rows, int cols, const struct status *status)
{
    int y = rows - 2;
    char hint[512] = "";
    if (rows >= ROWS_FOR_RULES) {
        rule_keep(1, cols);
        rule_keep(rows - 3, cols);
    }
    int unread = paint_unread(y, cols), right = unread + paint_status_right(y, cols - unread, status), room = cols - 2 - right;
    if (!status->online && status->text[0] == '\0') {
        char away[400];
        strf(away, sizeof away, "%s%s%s", _("The server is away, connecting. What you type is kept."), status->trouble[0] ? " " : "",
             status->trouble);
        draw_text(y, 1, room, R_SOON, G_BASE, away);
        return;
    }
    if (status->text[0]) {
        int used = 0;
        if (status->kind == STATUS_ERROR || status->kind == STATUS_WARN)
            used = draw_text(y, 1, room, status_role(status->kind), G_BASE, "! ");
        draw_text(y, 1 + used, room - used, status_role(status->kind), G_BASE, status->text);
        return;
    }
    if (top->ops->hint)
        top->ops->hint(top, hint, sizeof hint);
    draw_text(y, 1, room, R_DIM, G_BASE, hint);
}

/* ---- the key bar: what is possible now, the most needed first ---- */

struct shown {
    const struct binding *b;
    int depth; /* the order they were found in: nearer scopes first */
};

static int shown_order(const void *a, const void *b)
{
    const struct shown *x = a, *y = b;
    return x->b->bar != y->b->bar ? x->b->bar - y->b->bar : x->depth - y->depth;
}

/* Rows of one scope that are shown; a key that a nearer scope has taken is not this one's. */
static size_t scope_possible(struct screen *top, const char *scope, size_t scope_len, bool text, struct shown *out, size_t n, int *taken,
                             size_t *taken_count)
{
    size_t count;
    const struct binding *b = keys_bindings(&count);
    const char *other = NULL; /* a scope that it is not */
    for (size_t i = 0; i < count && n < KEYS_SHOWN_MAX; i++) {
        bool hidden = false;
        if (b[i].scope == other)
            continue;
        if (strncmp(b[i].scope, scope, scope_len) != 0 || b[i].scope[scope_len] != '\0') {
            other = b[i].scope;
            continue;
        }
        for (size_t k = 0; k < *taken_count && !hidden; k++)
            hidden = taken[k] == b[i].key;
        if (*taken_count < TAKEN_MAX)
            taken[(*taken_count)++] = b[i].key;
        bool letter = b[i].key > K_SPACE && b[i].key < K_FN;
        if (b[i].bar == 0 || hidden || (text && letter) || app_why_not(top, b[i].command) != NULL)
            continue;
        out[n] = (struct shown){&b[i], (int)n};
        n++;
    }
    return n;
}

static size_t keys_ask(struct screen *top, struct shown out[KEYS_SHOWN_MAX])
{
    int taken[TAKEN_MAX];
    size_t taken_count = 0, n = 0;
    bool text = top->ops->wants_text && top->ops->wants_text(top);
    for (const char *p = app_scopes(top); *p;) {
        size_t len = strcspn(p, " ");
        n = scope_possible(top, p, len, text, out, n, taken, &taken_count);
        p += len + strspn(p + len, " ");
    }
    n = scope_possible(top, "global", strlen("global"), text, out, n, taken, &taken_count);
    qsort(out, n, sizeof *out, shown_order);
    return n;
}

/* Most rows of a list allow the same: asking anew for each would cost more than drawing it. */
static size_t keys_possible(struct screen *top, struct shown out[KEYS_SHOWN_MAX])
{
    static struct shown last[KEYS_SHOWN_MAX];
    static size_t count;
    static uint64_t last_state;
    uint64_t state = top->ops->possible ? top->ops->possible(top) : 0;
    const char *scopes = app_scopes(top);
    if (state)
        state = hash_mix(hash_mix(state, (const void *[]){top, top->below}, 2 * sizeof(void *)), scopes, strlen(scopes)) | 1;
    if (!state || state != last_state)
        count = keys_ask(top, last);
    last_state = state;
    memcpy(out, last, count * sizeof *out);
    return count;
}

static void key_words(struct screen *top, const struct binding *b, char *key, size_t key_size, const char **label)
{
    const char *own = top->ops->label ? top->ops->label(top, b->command) : NULL;
    keys_label(b->key, key, key_size);
    *label = own ? own : tr(command_info(b->command)->label);
}

/* A key and its word on the bar. */
struct place {
    enum command command;
    int x, key_cells, label_cells;
    char key[24];
    const char *label;
};

static bool is_said(const struct place *places, size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(places[i].label, word) == 0)
            return true;
    return false;
}

static void place_measure(struct screen *top, const struct binding *b, struct place *p)
{
    p->command = b->command;
    key_words(top, b, p->key, sizeof p->key, &p->label);
    p->key_cells = text_width(p->key);
    p->label_cells = text_width(p->label);
}

static int place_cells(const struct place *p) { return p->key_cells + 1 + p->label_cells; }

/* The menu and the way out (bar 90 and more) keep their place at the right when all do not fit; on a phone the way out is in the menu. */
static size_t keys_lay_out(struct screen *top, const struct shown *shown, size_t n, int cols, struct place *out)
{
    struct place all[KEYS_SHOWN_MAX];
    bool narrow = cols < NARROW;
    int tail = 0, x = 1;
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        place_measure(top, shown[i].b, &all[i]);
        if (shown[i].b->bar >= 90 && !(narrow && shown[i].b->bar > 90))
            tail += place_cells(&all[i]) + 2;
    }
    for (size_t i = 0; i < n; i++) {
        int bar = shown[i].b->bar, need = place_cells(&all[i]);
        bool left_out = narrow && (all[i].command == CMD_HELP || bar > 90);
        if (left_out || x + need > cols - (bar >= 90 ? 0 : tail))
            continue;
        if (is_said(out, count, all[i].label)) /* the next action by F6 is one of the letters too */
            continue;
        out[count] = all[i];
        out[count++].x = x;
        x += need + 2;
    }
    return count;
}

/* All that the bar's look depends on. */
static uint64_t keys_look(struct screen *top, const struct shown *shown, size_t n, int cols)
{
    uint64_t key = hash_mix(hash_mix(KEYS_KEY, &cols, sizeof cols), i18n_language(), 2);
    for (size_t i = 0; i < n; i++) {
        const char *own = top->ops->label ? top->ops->label(top, shown[i].b->command) : NULL;
        key = hash_mix(key, &shown[i].b, sizeof shown[i].b);
        key = own ? hash_mix(key, own, strlen(own)) : key;
    }
    return key;
}

void bars_paint_keys(struct screen *top, int rows, int cols)
{
    static struct place places[KEYS_SHOWN_MAX];
    static size_t count;
    static uint64_t laid_out;
    struct shown shown[KEYS_SHOWN_MAX];
    size_t n = keys_possible(top, shown);
    uint64_t look = keys_look(top, shown, n, cols);
    int y = rows - 1;
    if (look != laid_out)
        count = keys_lay_out(top, shown, n, cols, places);
    laid_out = look;
    for (size_t i = 0; i < count; i++)
        draw_hit((struct rect){y, places[i].x, 1, place_cells(&places[i])}, HIT_COMMAND, (int)places[i].command);
    if (draw_keep(y, cols, look))
        return;
    draw_fill(y, 0, cols, G_BAR);
    for (size_t i = 0; i < count; i++) {
        draw_text(y, places[i].x, places[i].key_cells, R_KEY, G_BAR, places[i].key);
        draw_text(y, places[i].x + places[i].key_cells + 1, places[i].label_cells, R_TEXT, G_BAR, places[i].label);
    }
    draw_keep_end();
}
