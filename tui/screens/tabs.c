#include "tui/screens/tabs.h"
#include "tui/text.h"
#include <stdio.h>

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

void tabs_paint(struct rect r, const struct tab *tabs, size_t count, size_t current, const char *right)
{
    char text[160];
    int rw = right ? text_width(right) : 0, room = r.w - 2 - (rw ? rw + 2 : 0), x = r.x + 1;
    if (rw)
        draw_text(r.y, r.x + r.w - 1 - rw, rw, R_DIM, G_BASE, right);
    int gap = width_of(tabs, 0, count, count, current, 3) <= room ? 3 : 2;
    /* Where words do not fit, marks alone say enough, the least urgent first; tabs without marks scroll instead. */
    bool marks = count > 0 && tabs[count - 1].mark;
    size_t labels = count, first = 0;
    while (marks && labels > 0 && width_of(tabs, 0, count, labels, current, gap) > room)
        labels--;
    while (!marks && first < current && width_of(tabs, first, current + 1, count, current, gap) > room)
        first++;
    for (size_t i = first; i < count; i++) {
        tab_text(&tabs[i], i < labels || i == current, text, sizeof text);
        int w = text_width(text), left = room - (x - r.x - 1);
        if (left < 3)
            break;
        w = w > left ? left : w;
        enum role role = tabs[i].count > 0 && tabs[i].role ? tabs[i].role : R_DIM;
        enum ground ground = i == current ? G_SELECT : G_BASE;
        if (i == current)
            draw_fill(r.y, x - 1, w + 2, ground);
        draw_text(r.y, x, w, i == current ? R_STRONG : role, ground, text);
        draw_hit((struct rect){r.y, x, 1, w}, HIT_TAB, (int)i);
        x += w + gap;
    }
}
