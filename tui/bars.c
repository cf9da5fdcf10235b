#include "tui/bars.h"
#include "tui/dates.h"
#include "tui/i18n.h"
#include "tui/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RULE_KEY 0x52554c45u /* of draw_keep: nothing but the width matters */

enum { KEYS_SHOWN_MAX = 24, TAKEN_MAX = 96, PROGRESS_AFTER_MS = 300, ROWS_FOR_RULES = 14, NARROW = 60 };

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
    if (draw_keep(y, draw_mix(RULE_KEY, &cols, sizeof cols)))
        return;
    draw_rule(y, 0, cols, G_BASE);
    draw_keep_end();
}

/* The right side: progress, or what others have changed. */
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
    int right = paint_status_right(y, cols, status), room = cols - 2 - right;
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
    for (size_t i = 0; i < count && n < KEYS_SHOWN_MAX; i++) {
        bool hidden = false;
        if (strncmp(b[i].scope, scope, scope_len) != 0 || b[i].scope[scope_len] != '\0')
            continue;
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

static size_t keys_possible(struct screen *top, struct shown out[KEYS_SHOWN_MAX])
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

static void key_words(struct screen *top, const struct binding *b, char *key, size_t key_size, const char **label)
{
    const char *own = top->ops->label ? top->ops->label(top, b->command) : NULL;
    keys_label(b->key, key, key_size);
    *label = own ? own : tr(command_info(b->command)->label);
}

static bool is_said(const char *const *words, size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(words[i], word) == 0)
            return true;
    return false;
}

void bars_paint_keys(struct screen *top, int rows, int cols)
{
    struct shown shown[KEYS_SHOWN_MAX];
    size_t n = keys_possible(top, shown);
    int y = rows - 1, x = 1;
    bool narrow = cols < NARROW;
    const char *words[KEYS_SHOWN_MAX];
    size_t said = 0;
    draw_fill(y, 0, cols, G_BAR);
    /* The menu and the way out keep their place at the right when all do not fit. */
    bool kept[KEYS_SHOWN_MAX] = {false};
    int tail = 0;
    for (size_t i = n; i-- > 0;) {
        char key[24];
        const char *label;
        if (shown[i].b->bar < 90)
            break;
        if (narrow && shown[i].b->bar > 90)
            continue; /* on a phone the way out is in the menu */
        key_words(top, shown[i].b, key, sizeof key, &label);
        kept[i] = true;
        tail += text_width(key) + 1 + text_width(label) + 2;
    }
    for (size_t i = 0; i < n; i++) {
        char key[24];
        const char *label;
        key_words(top, shown[i].b, key, sizeof key, &label);
        if (narrow && (shown[i].b->command == CMD_HELP || shown[i].b->bar > 90))
            continue;
        if (is_said(words, said, label)) /* the next action by F6 is one of the letters too */
            continue;
        int kw = text_width(key), lw = text_width(label), need = kw + 1 + lw;
        if (x + need > cols - (kept[i] ? 0 : tail))
            continue;
        draw_text(y, x, kw, R_KEY, G_BAR, key);
        draw_text(y, x + kw + 1, lw, R_TEXT, G_BAR, label);
        draw_hit((struct rect){y, x, 1, need}, HIT_COMMAND, (int)shown[i].b->command);
        x += need + 2;
        words[said++] = label;
    }
}
