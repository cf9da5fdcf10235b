#include "tui/widgets/doc.h"
#include "common/arena.h"
#include "tui/keys.h"
#include "tui/text.h"
#include <stdlib.h>
#include <string.h>

enum { PIECES = 4, LABEL_WIDTH = 20, LABEL_NARROW = 17, LEFT = 3, HEAD_WIDTH = 13, WIDE = 84 };

struct piece {
    int x, w;
    enum role role;
    const char *text;
    size_t len;
};

struct line {
    struct piece pieces[PIECES];
    int count;
    int link; /* -1: none */
};

struct doc {
    enum ground ground;
    struct arena *arena;
    struct line *lines;
    int count, room;
    struct doc_link *links;
    int link_count, link_room;
    int width, top, height;
    int chosen;    /* link */
    int half_line; /* a line whose right half is free, -1: none */
};

struct doc *doc_new(void)
{
    struct doc *d = calloc(1, sizeof *d);
    if (!d)
        abort();
    d->arena = arena_new();
    d->half_line = -1;
    return d;
}

void doc_free(struct doc **d)
{
    if (!*d)
        return;
    arena_free(&(*d)->arena);
    free((*d)->lines);
    free((*d)->links);
    free(*d);
    *d = NULL;
}

void doc_begin(struct doc *d, int width)
{
    arena_reset(d->arena);
    d->count = d->link_count = 0;
    d->width = width;
    d->half_line = -1;
}

void doc_end(struct doc *d)
{
    if (d->chosen >= d->link_count)
        d->chosen = d->link_count > 0 ? d->link_count - 1 : 0;
}

void doc_on(struct doc *d, enum ground ground) { d->ground = ground; }

int doc_width(const struct doc *d) { return d->width; }

int doc_lines(const struct doc *d) { return d->count; }

static struct line *line_add(struct doc *d)
{
    if (d->count == d->room) {
        d->room = d->room ? d->room * 2 : 64;
        d->lines = realloc(d->lines, (size_t)d->room * sizeof *d->lines);
        if (!d->lines)
            abort();
    }
    struct line *line = &d->lines[d->count++];
    *line = (struct line){.link = -1};
    return line;
}

static void piece_add(struct doc *d, int at, int x, int w, enum role role, const char *text, size_t len)
{
    struct line *line = &d->lines[at];
    if (line->count < PIECES && len > 0)
        line->pieces[line->count++] = (struct piece){x, w, role, arena_strndup(d->arena, text, len), len};
}

void doc_blank(struct doc *d)
{
    d->half_line = -1;
    if (d->count > 0 && d->lines[d->count - 1].count > 0)
        line_add(d);
}

void doc_heading(struct doc *d, const char *text)
{
    doc_blank(d);
    line_add(d);
    piece_add(d, d->count - 1, 1, d->width - 2, R_STRONG, text, strlen(text));
}

struct wrap {
    struct doc *d;
    const char *text;
    int x, w, first; /* first: the line to begin in, -1 for a new one */
    enum role role;
};

static bool wrap_line(struct text_line line, void *arg)
{
    struct wrap *w = arg;
    int at = w->first;
    w->first = -1;
    if (at < 0) {
        line_add(w->d);
        at = w->d->count - 1;
    }
    piece_add(w->d, at, w->x, w->w, w->role, w->text + line.start, line.len);
    return true;
}

static void wrapped(struct doc *d, int first, int x, enum role role, const char *text)
{
    struct wrap w = {.d = d, .text = text, .x = x, .w = d->width - x - 1, .first = first, .role = role};
    size_t len = strlen(text);
    while (len > 0 && text[len - 1] == '\n')
        len--;
    text_wrap(text, len, w.w, wrap_line, &w);
}

void doc_text(struct doc *d, int indent, enum role role, const char *text)
{
    d->half_line = -1;
    if (*text)
        wrapped(d, -1, LEFT + indent, role, text);
}

static int label_width(const struct doc *d) { return d->width < 60 ? LABEL_NARROW : LABEL_WIDTH; }

void doc_field(struct doc *d, const char *label, const char *value, enum role role)
{
    int lw = label_width(d);
    d->half_line = -1;
    if (!*value)
        return;
    line_add(d);
    piece_add(d, d->count - 1, LEFT, lw - 1, R_DIM, label, strlen(label));
    wrapped(d, d->count - 1, LEFT + lw, role, value);
}

void doc_field_short(struct doc *d, const char *label, const char *value, enum role role)
{
    int lw = label_width(d), half = d->width / 2, free_line = d->half_line;
    if (!*value)
        return;
    bool fits = d->width >= WIDE && text_width(value) <= half - LEFT - lw - 1;
    if (fits && free_line >= 0) {
        piece_add(d, free_line, half + LEFT, lw - 1, R_DIM, label, strlen(label));
        piece_add(d, free_line, half + LEFT + lw, half - LEFT - lw - 1, role, value, strlen(value));
        d->half_line = -1;
        return;
    }
    doc_field(d, label, value, role);
    d->half_line = fits ? d->count - 1 : -1;
}

/* `link` -1: it opens nothing. */
static void row_add(struct doc *d, int link, const char *head, enum role head_role, const char *text, enum role role)
{
    struct line *line = line_add(d);
    line->link = link;
    int at = d->count - 1, hw = text_width(head) > HEAD_WIDTH ? text_width(head) : HEAD_WIDTH;
    piece_add(d, at, LEFT + 2, hw, head_role, head, strlen(head));
    piece_add(d, at, LEFT + 2 + hw + 1, d->width - LEFT - hw - 4, role, text, strlen(text));
}

void doc_link(struct doc *d, const char *record, int64_t id, const char *head, const char *text, enum role role)
{
    d->half_line = -1;
    if (d->link_count == d->link_room) {
        d->link_room = d->link_room ? d->link_room * 2 : 16;
        d->links = realloc(d->links, (size_t)d->link_room * sizeof *d->links);
        if (!d->links)
            abort();
    }
    d->links[d->link_count] = (struct doc_link){record, id};
    row_add(d, d->link_count++, head, R_KEY, text, role);
}

void doc_row(struct doc *d, const char *head, const char *text, enum role role)
{
    d->half_line = -1;
    row_add(d, -1, head, role, text, role);
}

/* ---- showing ---- */

static int link_line(const struct doc *d, int link)
{
    for (int i = 0; i < d->count; i++)
        if (d->lines[i].link == link)
            return i;
    return -1;
}

static void top_fit(struct doc *d)
{
    if (d->top > d->count - d->height)
        d->top = d->count - d->height;
    if (d->top < 0)
        d->top = 0;
}

void doc_paint(struct doc *d, struct rect r, struct cursor *cursor)
{
    d->height = r.h;
    top_fit(d);
    *cursor = (struct cursor){r.y, r.x + 1};
    for (int i = 0; i < r.h && d->top + i < d->count; i++) {
        const struct line *line = &d->lines[d->top + i];
        bool chosen = line->link >= 0 && line->link == d->chosen;
        enum ground ground = chosen ? G_SELECT : d->ground;
        int y = r.y + i;
        if (line->link >= 0)
            draw_hit((struct rect){y, r.x, 1, r.w}, HIT_ROW, line->link);
        if (chosen) {
            draw_fill(y, r.x, r.w, ground);
            draw_text(y, r.x + LEFT - 1, 1, R_KEY, ground, theme_glyph(GL_CURSOR));
            *cursor = (struct cursor){y, r.x + LEFT - 1};
        }
        for (int k = 0; k < line->count; k++) {
            const struct piece *p = &line->pieces[k];
            int w = p->w < r.w - p->x ? p->w : r.w - p->x;
            draw_text_n(y, r.x + p->x, w, p->role, ground, p->text, p->len);
        }
    }
    if (d->top > 0)
        draw_text(r.y, r.x + r.w - 1, 1, R_DIM, d->ground, theme_glyph(GL_MORE_UP));
    if (d->top + r.h < d->count)
        draw_text(r.y + r.h - 1, r.x + r.w - 1, 1, R_DIM, d->ground, theme_glyph(GL_MORE_DOWN));
}

static bool is_seen(const struct doc *d, int line) { return line >= d->top && line < d->top + d->height; }

/* To the neighbouring link when it is on the screen or next to it, else one line of scrolling. */
static void step(struct doc *d, int way)
{
    int next = d->chosen + way, line = next >= 0 && next < d->link_count ? link_line(d, next) : -1, now = link_line(d, d->chosen);
    bool near = line >= 0 && (is_seen(d, line) || (way > 0 ? line == d->top + d->height : line == d->top - 1));
    if (near && (now < 0 || is_seen(d, now) || (way > 0 ? now < d->top : now >= d->top + d->height))) {
        d->chosen = next;
        if (!is_seen(d, line))
            d->top += way;
    } else {
        d->top += way;
    }
    top_fit(d);
}

bool doc_key(struct doc *d, int key)
{
    int page = d->height > 2 ? d->height - 2 : 1;
    switch (key) {
    case K_UP: step(d, -1); break;
    case K_DOWN: step(d, 1); break;
    case K_PGUP: d->top -= page; break;
    case K_PGDN: d->top += page; break;
    case K_HOME: d->top = 0; break;
    case K_END: d->top = d->count; break;
    default: return false;
    }
    top_fit(d);
    return true;
}

void doc_rewind(struct doc *d) { d->top = d->chosen = 0; }

struct doc_link doc_chosen(const struct doc *d) { return d->chosen < d->link_count ? d->links[d->chosen] : (struct doc_link){NULL, 0}; }

bool doc_choose(struct doc *d, int link)
{
    bool again = d->chosen == link;
    if (link >= 0 && link < d->link_count)
        d->chosen = link;
    return again;
}
