#include "tui/i18n.h"
#include "tui/text.h"
#include "tui/widgets/form_inside.h"
#include <string.h>

enum { NARROW = 60, LABEL_MAX = 26, LABEL_MIN = 12, AREA_LEAST = 3, NOTE_GAP = 2, SHORT_INPUT = 14, TIME_INPUT = 19 };

static int label_width(const struct form *f, int width)
{
    int most = LABEL_MIN, limit = width < 90 ? 23 : LABEL_MAX;
    for (size_t i = 0; i < f->count; i++) {
        int w = f->fields[i]->hidden ? 0 : text_width(f->fields[i]->label);
        most = w > most ? w : most;
    }
    return most < limit ? most : limit;
}

static bool is_short(const struct field *field)
{
    return field->kind == FK_DATE || field->kind == FK_NUMBER || field->kind == FK_BOOL || field->kind == FK_TIME;
}

static int field_lines(const struct field *field, int width, int area_lines)
{
    int lines = field->kind == FK_AREA ? area_lines : 1;
    if (width < NARROW)
        lines++; /* the label stands above */
    return lines + (field->error[0] != '\0');
}

static int shown_areas(const struct form *f)
{
    int n = 0;
    for (size_t i = 0; i < f->count; i++)
        n += !f->fields[i]->hidden && f->fields[i]->kind == FK_AREA;
    return n;
}

static int height_with(const struct form *f, int width, int area_lines)
{
    int h = 0;
    for (size_t i = 0; i < f->count; i++)
        if (!f->fields[i]->hidden)
            h += field_lines(f->fields[i], width, area_lines);
    return h;
}

int form_height(const struct form *f, int width) { return height_with(f, width, shown_areas(f) == 1 ? AREA_LEAST + 3 : AREA_LEAST); }

/* Texts share what the other fields leave. */
static int area_lines(const struct form *f, struct rect r)
{
    int areas = shown_areas(f), left = areas ? r.h - height_with(f, r.w, 0) : 0, lines = areas ? left / areas : 0;
    int least = areas == 1 && r.h >= 14 ? AREA_LEAST + 2 : AREA_LEAST;
    return lines < least ? least : lines > 14 ? 14 : lines;
}

struct area_paint {
    const struct edit *edit;
    struct rect r;
    int top, line;
    enum ground ground;
};

static bool area_line(struct text_line line, void *arg)
{
    struct area_paint *a = arg;
    int y = a->line++ - a->top;
    if (y >= 0 && y < a->r.h)
        draw_text_n(a->r.y + y, a->r.x + 1, a->r.w - 2, R_TEXT, a->ground, edit_text(a->edit) + line.start, line.len);
    return true;
}

static void paint_area(struct form *f, const struct field *field, struct rect r, struct rect clip, bool focused, struct cursor *cursor)
{
    enum ground ground = focused ? G_FOCUS : G_FIELD;
    int line, x, top = 0, width = r.w - 2;
    edit_position(&field->edit, width, &line, &x);
    if (focused) {
        f->area_width = width;
        f->area_height = r.h;
        if (line < f->area_top)
            f->area_top = line;
        if (line >= f->area_top + r.h)
            f->area_top = line - r.h + 1;
        top = f->area_top;
        *cursor = (struct cursor){r.y + line - top, r.x + 1 + (x < width ? x : width)};
    }
    for (int i = 0; i < r.h; i++)
        if (r.y + i >= clip.y && r.y + i < clip.y + clip.h)
            draw_fill(r.y + i, r.x, r.w, ground);
    struct area_paint paint = {.edit = &field->edit, .r = r, .top = top, .ground = ground};
    text_wrap(edit_text(&field->edit), field->edit.text.len, width, area_line, &paint);
    if (top > 0)
        draw_text(r.y, r.x + r.w - 1, 1, R_DIM, ground, theme_glyph(GL_MORE_UP));
    if (paint.line > top + r.h)
        draw_text(r.y + r.h - 1, r.x + r.w - 1, 1, R_DIM, ground, theme_glyph(GL_MORE_DOWN));
}

static void paint_line(struct field *field, int y, int x, int w, bool focused, struct cursor *cursor)
{
    enum ground ground = focused ? G_FOCUS : G_FIELD;
    char shown[1200];
    bool editing = !field_has_list(field) || field->typing;
    draw_fill(y, x, w, ground);
    int at = x + 1, room = w - 2;
    if (field->kind == FK_LOOKUPS && field->typing && field->picked_count) {
        field_shown(field, shown, sizeof shown);
        int used = draw_text(y, at, room / 2, R_TEXT, ground, shown);
        at += used + 2;
        room -= used + 2;
    }
    if (!editing || field->kind == FK_BOOL) {
        field_shown(field, shown, sizeof shown);
        if (!shown[0] && focused && field_has_list(field))
            draw_text(y, at, room, R_DIM, ground, _("begin to type, or F4"));
        draw_text(y, at, room, R_TEXT, ground, shown);
        if (focused)
            *cursor = (struct cursor){y, at + (field->kind == FK_BOOL ? 1 : 0)};
        return;
    }
    size_t start, len;
    int cursor_x;
    edit_view(&field->edit, room, &start, &len, &cursor_x);
    if (focused)
        draw_text_n(y, at, room, R_TEXT, ground, edit_text(&field->edit) + start, len);
    else
        draw_text(y, at, room, R_TEXT, ground, edit_text(&field->edit));
    if (focused)
        *cursor = (struct cursor){y, at + cursor_x};
}

struct layout {
    struct rect r;
    int label, area;
    enum ground ground;
};

static void paint_label(const struct field *field, const struct layout *l, int y, bool focused)
{
    int w = l->r.w < NARROW ? l->r.w - 4 : l->label;
    int used = draw_text(y, l->r.x + 1, w, focused ? R_STRONG : field->error[0] ? R_LATE : R_DIM, l->ground, field->label);
    if (field->required)
        draw_text(y, l->r.x + 2 + used, 1, field_is_empty(field) ? R_SOON : R_DIM, l->ground, theme_glyph(GL_REQUIRED));
}

static void paint_field(struct form *f, size_t i, const struct layout *l, int y, struct cursor *cursor)
{
    struct field *field = f->fields[i];
    bool focused = i == f->focus, narrow = l->r.w < NARROW;
    int x = l->r.x + 1 + (narrow ? 0 : l->label + 3), w = l->r.x + l->r.w - x - 1;
    char note[128];
    paint_label(field, l, y, focused);
    if (narrow)
        y++;
    field_note(field, focused, note, sizeof note);
    if (field->kind == FK_AREA) {
        paint_area(f, field, (struct rect){y, x, l->area, w}, l->r, focused, cursor);
        draw_hit((struct rect){y, x, l->area, w}, HIT_TAB, (int)i);
        y += l->area - 1;
    } else {
        int input = field->kind == FK_TIME ? TIME_INPUT : is_short(field) ? SHORT_INPUT : w;
        if (field->kind == FK_BOOL)
            input = 5;
        if (note[0] && !is_short(field) && w > 60)
            input = w - text_width(note) - NOTE_GAP;
        paint_line(field, y, x, input, focused, cursor);
        draw_hit((struct rect){y, x, 1, input}, HIT_TAB, (int)i);
        draw_text(y, x + input + NOTE_GAP, w - input - NOTE_GAP, R_DIM, l->ground, note);
    }
    if (field->error[0]) {
        int used = draw_text(y + 1, x, w, R_LATE, l->ground, "! ");
        draw_text(y + 1, x + used, w - used, R_LATE, l->ground, field->error);
    }
}

/* First line of a field, counted from the beginning of the form. */
static int line_of(const struct form *f, size_t field, const struct layout *l)
{
    int y = 0;
    for (size_t i = 0; i < field && i < f->count; i++)
        if (!f->fields[i]->hidden)
            y += field_lines(f->fields[i], l->r.w, l->area);
    return y;
}

void form_paint(struct form *f, struct rect r, struct cursor *cursor)
{
    struct layout l = {.r = r, .label = label_width(f, r.w), .area = area_lines(f, r), .ground = f->owner->ops->overlay ? G_POPUP : G_BASE};
    if (f->count == 0)
        return;
    if (l.area > r.h)
        l.area = r.h > 1 ? r.h - 1 : 1;
    int first = line_of(f, f->focus, &l), last = first + field_lines(f->fields[f->focus], r.w, l.area) - 1;
    if (last >= f->scroll + r.h)
        f->scroll = last - r.h + 1;
    if (first < f->scroll)
        f->scroll = first;
    struct cursor at = {-1, -1}, ignored;
    for (size_t i = 0; i < f->count; i++) {
        if (f->fields[i]->hidden)
            continue;
        int y = r.y + line_of(f, i, &l) - f->scroll, h = field_lines(f->fields[i], r.w, l.area);
        if (y + h > r.y + r.h || y < r.y) {
            /* A text half in view is shown as far as it goes; a line is not cut. */
            if (f->fields[i]->kind != FK_AREA || y < r.y || y >= r.y + r.h || i == f->focus)
                continue;
        }
        paint_field(f, i, &l, y, i == f->focus ? &at : &ignored);
    }
    if (f->scroll > 0)
        draw_text(r.y, r.x + r.w - 1, 1, R_DIM, l.ground, theme_glyph(GL_MORE_UP));
    if (line_of(f, f->count, &l) - f->scroll > r.h)
        draw_text(r.y + r.h - 1, r.x + r.w - 1, 1, R_DIM, l.ground, theme_glyph(GL_MORE_DOWN));
    if (choices_is_open(&f->choices) && at.y >= 0) {
        int x = r.x + 1 + (r.w < NARROW ? 0 : l.label + 3);
        int frame = f->owner->ops->overlay ? 1 : 0; /* a window's own; below a whole screen stands its rule, drawn last */
        choices_paint(&f->choices, (struct rect){0, 0, r.y + r.h + frame, r.x + r.w}, at.y, x, r.x + r.w - x - 1);
    }
    if (at.y >= 0)
        *cursor = at;
}
