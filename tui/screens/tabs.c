#include "tui/screens/tabs.h"
#include "common/hash.h"
#include "tui/text.h"
#include <stdio.h>

#define TABS_KEY 0x54414253u /* of draw_keep */

static void tab_text(const struct tab *t, bool with_label, char *out, size_t size)
{
    char number[16] = "";
    if (t->count > 0)
        strf(number, sizeof number, " %d", t->count);
    strf(out, size, "%s%s%s%s", t->mark ? t->mark : "", t->mark && with_label ? " " : "", with_label || !t->mark ? t->label : "", number);
}

/* Cells of the tabs from `first` on when the first `labels` of them, and the current one, have their words. */
static int width_of(const struct tab *tabs, size_t first, size_t count, size_t labels, size_t current, int gap)
{
    char text[160];
    int w = 0;
    for (size_t i = first; i < count; i++) {
        tab_text(&tabs[i], i < labels || i == current, text, sizeof text);
        w += text_width(text) + (i + 1 < count ? gap : 0);
    }
    return w;
}

struct place {
    size_t tab;
    int x, w;
    char text[160];
};

/* Where words do not fit, marks alone say enough, the least urgent first; tabs without marks scroll instead. Returns how many stand. */
static size_t lay_out(struct rect r, const struct tab *tabs, size_t count, size_t current, int room, struct place *out)
{
    int gap = width_of(tabs, 0, count, count, current, 3) <= room ? 3 : 2, x = r.x + 1;
    bool marks = count > 0 && tabs[count - 1].mark;
    size_t labels = count, first = 0, n = 0;
    while (marks && labels > 0 && width_of(tabs, 0, count, labels, current, gap) > room)
        labels--;
    while (!marks && first < current && width_of(tabs, first, current + 1, count, current, gap) > room)
        first++;
    for (size_t i = first; i < count; i++) {
        struct place *p = &out[n];
        tab_text(&tabs[i], i < labels || i == current, p->text, sizeof p->text);
        int w = text_width(p->text), left = room - (x - r.x - 1);
        if (left < 3)
            break;
        p->tab = i;
        p->x = x;
        p->w = w > left ? left : w;
        x += p->w + gap;
        n++;
    }
    return n;
}

/* All that the look of the tabs depends on; the strings are the catalogue's and the tables', each at its own place. */
static uint64_t look_of(struct rect r, const struct tab *tabs, size_t count, size_t current, int room)
{
    uint64_t look = hash_mix(TABS_KEY, (const int[]){r.x, r.w, (int)current, room}, 4 * sizeof(int));
    for (size_t i = 0; i < count; i++) {
        look = hash_mix(look, (const void *[]){tabs[i].label, tabs[i].mark}, 2 * sizeof(void *));
        look = hash_mix(look, (const int[]){tabs[i].count, (int)tabs[i].role}, 2 * sizeof(int));
    }
    return look;
}

void tabs_paint(struct rect r, const struct tab *tabs, size_t count, size_t current, const char *right)
{
    static struct place places[TABS_MAX];
    static size_t shown;
    static uint64_t laid_out;
    int rw = right ? text_width(right) : 0, room = r.w - 2 - (rw ? rw + 2 : 0);
    uint64_t look = look_of(r, tabs, count, current, room);
    if (look != laid_out)
        shown = lay_out(r, tabs, count, current, room, places);
    laid_out = look;
    for (size_t i = 0; i < shown; i++)
        draw_hit((struct rect){r.y, places[i].x, 1, places[i].w}, HIT_TAB, (int)places[i].tab);
    if (!draw_keep(r.y, r.x + 2 + room, look)) {
        for (size_t i = 0; i < shown; i++) {
            const struct tab *t = &tabs[places[i].tab];
            bool now = places[i].tab == current;
            if (now)
                draw_fill(r.y, places[i].x - 1, places[i].w + 2, G_SELECT);
            draw_text(r.y, places[i].x, places[i].w,
                      now                       ? R_STRONG
                      : t->count > 0 && t->role ? t->role
                                                : R_DIM,
                      now ? G_SELECT : G_BASE, places[i].text);
        }
        draw_keep_end();
    }
    if (rw)
        draw_text(r.y, r.x + r.w - 1 - rw, rw, R_DIM, G_BASE, right);
}
