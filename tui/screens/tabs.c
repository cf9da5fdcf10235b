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

static int width_from(const struct tab *tabs, size_t first, size_t count, bool labels, int gap)
{
    char text[160];
    int w = 0;
    for (size_t i = first; i < count; i++) {
        tab_text(&tabs[i], labels, text, sizeof text);
        w += text_width(text) + gap;
    }
    return w;
}

void tabs_paint(struct rect r, const struct tab *tabs, size_t count, size_t current, const char *right)
{
    char text[160];
    int rw = right ? text_width(right) : 0, room = r.w - 2 - (rw ? rw + 2 : 0), x = r.x + 1;
    if (rw)
        draw_text(r.y, r.x + r.w - 1 - rw, rw, R_DIM, G_BASE, right);
    /* Marks alone say enough when words do not fit, except for the current one. */
    int gap = width_from(tabs, 0, count, true, 3) <= room ? 3 : 2;
    bool labels = width_from(tabs, 0, count, true, gap) <= room;
    bool marks = count > 0 && tabs[count - 1].mark;
    size_t first = 0;
    while (!labels && !marks && first < current && width_from(tabs, first, current + 1, true, gap) > room)
        first++;
    for (size_t i = first; i < count; i++) {
        tab_text(&tabs[i], labels || !marks || i == current, text, sizeof text);
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
        x += w + (labels ? gap : 3);
    }
}
