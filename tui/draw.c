#include "tui/draw.h"
#include "tui/text.h"
#include <curses.h>
#include <string.h>

enum { LINE_BYTES = 4096, HITS_MAX = 128 };

static void style(enum role role, enum ground ground)
{
    short pair;
    attr_t attr = theme_attr(role, ground, &pair);
    attr_set(attr, pair, NULL);
}

int draw_text_n(int y, int x, int w, enum role role, enum ground ground, const char *text, size_t len)
{
    char line[LINE_BYTES];
    if (w <= 0 || y < 0 || y >= LINES || x < 0 || x >= COLS)
        return 0;
    if (w > COLS - x)
        w = COLS - x;
    int used = text_draw_form(text, len, w, line, sizeof line);
    style(role, ground);
    mvaddstr(y, x, line);
    return used;
}

int draw_text(int y, int x, int w, enum role role, enum ground ground, const char *text)
{
    return draw_text_n(y, x, w, role, ground, text, strlen(text));
}

void draw_fill(int y, int x, int w, enum ground ground)
{
    if (y < 0 || y >= LINES || x < 0 || x >= COLS || w <= 0)
        return;
    if (w > COLS - x)
        w = COLS - x;
    short pair;
    attr_t attr = theme_attr(R_TEXT, ground, &pair);
    cchar_t blank;
    setcchar(&blank, L" ", attr, pair, NULL);
    mvhline_set(y, x, &blank, w);
}

void draw_cell(int y, int x, int w, enum role role, enum ground ground, const char *text)
{
    int used = draw_text(y, x, w, role, ground, text);
    draw_fill(y, x + used, w - used, ground);
}

void draw_right(int y, int x, int w, enum role role, enum ground ground, const char *text)
{
    int width = text_width(text);
    if (width > w)
        width = w;
    draw_fill(y, x, w - width, ground);
    draw_text(y, x + w - width, width, role, ground, text);
}

void draw_rule(int y, int x, int w, enum ground ground)
{
    char line[LINE_BYTES];
    const char *rule = theme_glyph(GL_RULE);
    size_t n = strlen(rule), o = 0;
    for (int i = 0; i < w && o + n < sizeof line; i++, o += n)
        memcpy(line + o, rule, n);
    line[o] = '\0';
    draw_text(y, x, w, R_DIM, ground, line);
}

void draw_box(struct rect r, const char *title)
{
    for (int i = 0; i < r.h; i++)
        draw_fill(r.y + i, r.x, r.w, G_POPUP);
    if (r.h < 2 || r.w < 4)
        return;
    draw_rule(r.y, r.x, r.w, G_POPUP);
    draw_rule(r.y + r.h - 1, r.x, r.w, G_POPUP);
    for (int i = 1; i < r.h - 1; i++) {
        draw_text(r.y + i, r.x, 1, R_DIM, G_POPUP, theme_glyph(GL_BAR));
        draw_text(r.y + i, r.x + r.w - 1, 1, R_DIM, G_POPUP, theme_glyph(GL_BAR));
    }
    draw_text(r.y, r.x, 1, R_DIM, G_POPUP, theme_glyph(GL_TL));
    draw_text(r.y, r.x + r.w - 1, 1, R_DIM, G_POPUP, theme_glyph(GL_TR));
    draw_text(r.y + r.h - 1, r.x, 1, R_DIM, G_POPUP, theme_glyph(GL_BL));
    draw_text(r.y + r.h - 1, r.x + r.w - 1, 1, R_DIM, G_POPUP, theme_glyph(GL_BR));
    if (title && *title) {
        int used = draw_text(r.y, r.x + 3, r.w - 6, R_STRONG, G_POPUP, title);
        draw_fill(r.y, r.x + 2, 1, G_POPUP);
        draw_fill(r.y, r.x + 3 + used, 1, G_POPUP);
    }
}

struct wrap_walk {
    struct rect r;
    const char *text;
    int skip, line;
    enum role role;
    enum ground ground;
};

static bool wrapped_line(struct text_line line, void *arg)
{
    struct wrap_walk *w = arg;
    int at = w->line++ - w->skip;
    if (at >= 0 && at < w->r.h)
        draw_text_n(w->r.y + at, w->r.x, w->r.w, w->role, w->ground, w->text + line.start, line.len);
    return true;
}

int draw_wrapped(struct rect r, int skip, enum role role, enum ground ground, const char *text)
{
    struct wrap_walk walk = {.r = r, .text = text, .skip = skip, .role = role, .ground = ground};
    text_wrap(text, strlen(text), r.w, wrapped_line, &walk);
    return walk.line;
}

static struct {
    struct rect r;
    enum hit what;
    int arg;
} hits[HITS_MAX];
static int hit_count;

void draw_hits_reset(void) { hit_count = 0; }

void draw_hit(struct rect r, enum hit what, int arg)
{
    if (hit_count == HITS_MAX)
        return;
    hits[hit_count].r = r;
    hits[hit_count].what = what;
    hits[hit_count++].arg = arg;
}

enum hit draw_hit_at(int y, int x, int *arg)
{
    /* The last painted lies on top. */
    for (int i = hit_count - 1; i >= 0; i--) {
        struct rect r = hits[i].r;
        if (y >= r.y && y < r.y + r.h && x >= r.x && x < r.x + r.w) {
            *arg = hits[i].arg;
            return hits[i].what;
        }
    }
    return HIT_NONE;
}
