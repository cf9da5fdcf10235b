#include "common/hash.h"
#include "tui/dates.h"
#include "tui/i18n.h"
#include "tui/text.h"
#include "tui/widgets/list_pages.h"
#include "tui/words.h"
#include <stdio.h>
#include <string.h>

enum { NARROW = 60, LEFT = 4, CELL_TEXT_MAX = 1200, ROWS_FOR_HEADING = 8 };

static void cell_text(const struct row *row, const struct column *c, char *out, size_t size, enum role *role)
{
    *role = R_TEXT;
    out[0] = '\0';
    if (c->show)
        c->show(row, out, size, role);
    else
        strf(out, size, "%s", row_get(row, c->field));
    /* One line each: a letter's paragraphs run on. */
    for (char *p = out; *p; p++)
        if (*p == '\n' || *p == '\r' || *p == '\t')
            *p = ' ';
}

static void paint_cells(const struct list *l, const struct row *row, int y, int x, int edge, const int *widths, enum ground ground,
                        bool strong)
{
    char text[CELL_TEXT_MAX];
    enum role role;
    for (size_t i = 0; i < l->spec->column_count; i++) {
        if (!widths[i])
            continue;
        cell_text(row, &l->spec->columns[i], text, sizeof text, &role);
        text_shorten(text, sizeof text, widths[i]);
        if (strong && role == R_TEXT)
            role = R_STRONG;
        /* The gap belongs to the cell before it, so that it needs no look of its own. */
        if (l->spec->columns[i].right)
            draw_right(y, x, widths[i], role, ground, text);
        else
            draw_padded(y, x, widths[i], x + widths[i] + COLUMN_GAP <= edge ? COLUMN_GAP : 0, role, ground, text);
        x += widths[i] + COLUMN_GAP;
    }
}

static void paint_marks(const struct list *l, const struct row *row, int y, int x, bool chosen, enum ground ground)
{
    if (chosen)
        draw_text(y, x + 1, 1, R_KEY, ground, theme_glyph(GL_CURSOR));
    if (list_is_marked(l, row->id))
        draw_text(y, x + 2, 1, R_SOON, ground, theme_glyph(GL_MARK));
    else if (row->changed)
        draw_text(y, x + 2, 1, R_FRESH, ground, theme_glyph(GL_CHANGED));
}

/* All that the look of every row depends on: for row_key, once a frame. */
static uint64_t rows_look(const struct list *l, struct rect r, int lines, int widths[2][COLUMNS_MAX])
{
    const int numbers[] = {dates_today(), (int)l->answers, (int)words_generation(), r.x, r.w, i18n_language()[0]};
    uint64_t look = hash_mix(HASH_START, &l->spec, sizeof l->spec);
    look = hash_mix(look, numbers, sizeof numbers);
    for (int i = 0; i < lines; i++)
        look = hash_mix(look, widths[i], l->spec->column_count * sizeof *widths[i]);
    return look;
}

/* All that a row's look depends on. */
static uint64_t row_key(uint64_t look, const struct list *l, const struct row *row, int line, bool chosen)
{
    const int64_t own[] = {row->id, row->version, line | chosen << 8 | list_is_marked(l, row->id) << 9 | row->changed << 10};
    return hash_mix(look, own, sizeof own);
}

static void paint_heading(const struct list *l, struct rect r, const int *widths)
{
    int x = r.x + LEFT;
    for (size_t i = 0; i < l->spec->column_count; i++) {
        if (!widths[i])
            continue;
        if (l->spec->columns[i].right)
            draw_right(r.y, x, widths[i], R_DIM, G_BASE, tr(l->spec->columns[i].title));
        else
            draw_text(r.y, x, widths[i], R_DIM, G_BASE, tr(l->spec->columns[i].title));
        x += widths[i] + COLUMN_GAP;
    }
}

static void scroll_to_selected(struct list *l)
{
    int rows = pages_rows(l);
    if (l->selected < l->top)
        l->top = l->selected;
    if (l->selected >= l->top + l->visible)
        l->top = l->selected - l->visible + 1;
    if (l->top > rows - l->visible)
        l->top = rows - l->visible;
    if (l->top < 0)
        l->top = 0;
}

static void paint_empty(const struct list *l, struct rect r)
{
    const char *text = l->trouble[0] ? l->trouble : !l->answered ? "" : tr(l->spec->empty);
    draw_wrapped((struct rect){r.y + (r.h > 3 ? 1 : 0), r.x + LEFT, r.h, r.w - LEFT - 1}, 0, l->trouble[0] ? R_LATE : R_DIM, G_BASE, text);
}

static bool has_heading(const struct list *l)
{
    for (size_t i = 0; i < l->spec->column_count; i++)
        if (l->spec->columns[i].title && *l->spec->columns[i].title)
            return true;
    return false;
}

void list_paint(struct list *l, struct rect r, struct cursor *cursor)
{
    int widths[2][COLUMNS_MAX], lines = r.w < NARROW && r.h >= 4 ? 2 : 1;
    for (int i = 0; i < lines; i++)
        columns_layout(l->spec->columns, l->spec->column_count, lines == 2 ? i + 1 : 0, r.w - LEFT - 1, widths[i]);
    if (lines == 1 && r.h >= ROWS_FOR_HEADING && has_heading(l)) {
        paint_heading(l, r, widths[0]);
        r.y++;
        r.h--;
    }
    l->visible = r.h / lines > 0 ? r.h / lines : 1;
    *cursor = (struct cursor){r.y, r.x + 1};
    if (pages_rows(l) == 0) {
        paint_empty(l, r);
        return;
    }
    scroll_to_selected(l);
    uint64_t look = rows_look(l, r, lines, widths);
    for (int i = 0, rows = pages_rows(l); i < l->visible && l->top + i < rows; i++) {
        struct row *row = pages_row(l, l->top + i);
        bool chosen = l->top + i == l->selected;
        int y = r.y + i * lines;
        draw_hit((struct rect){y, r.x, lines, r.w}, HIT_ROW, l->top + i);
        if (chosen)
            *cursor = (struct cursor){y, r.x + 1};
        if (!row) {
            draw_text(y, r.x + LEFT, r.w - LEFT, R_DIM, G_BASE, "…");
            continue;
        }
        for (int k = 0; k < lines; k++) {
            if (draw_keep(y + k, r.x + r.w, row_key(look, l, row, k, chosen)))
                continue;
            if (chosen)
                draw_fill(y + k, r.x, r.w, G_SELECT);
            if (k == 0)
                paint_marks(l, row, y, r.x, chosen, chosen ? G_SELECT : G_BASE);
            paint_cells(l, row, y + k, r.x + LEFT, r.x + r.w, widths[k], chosen ? G_SELECT : G_BASE, chosen && k == 0);
            draw_keep_end();
        }
    }
}
