/* PDF on A4: a title, tables whose heads stand on every page, paragraphs; pages leave as they fill. */
#include "print/pdf_total.h"
#include "print/print.h"
#include <cairo-pdf.h>
#include <pango/pangocairo.h>
#include <stdlib.h>
#include <string.h>

#define MM (72.0 / 25.4)
#define A4_SHORT 595.28
#define A4_LONG 841.89

static const double pad = 2.2, line_width = 0.4, footer_points = 8;
static const char family[] = "Liberation Serif";

static struct {
    cairo_surface_t *surface, *total;
    cairo_t *cr;
    PangoContext *context;
    struct head head;
    char *footer, *page;
    double width, height, left, right, top, bottom; /* of the paper, and where its text begins and ends */
    double y;
    int pages;
    bool open; /* something stands on this page */
    PangoLayout *text, *cells[COLUMNS_MAX], *group;
    PangoLayout *row[COLUMNS_MAX]; /* of the row at hand: a column's own layout, or one that is kept */
    double x[COLUMNS_MAX + 1];
    struct table table;
    bool in_table;
} pdf;

/* Dates, units, topics come again and again: what is short stays laid out, by its column. Laying out is half of what a page costs. */
enum { KEPT = 64, KEPT_BYTES = 64 };
static struct kept {
    PangoLayout *layout;
    char text[KEPT_BYTES];
} kept[COLUMNS_MAX][KEPT];

static PangoFontDescription *font(double points, bool bold)
{
    PangoFontDescription *f = pango_font_description_new();
    pango_font_description_set_family_static(f, family);
    pango_font_description_set_absolute_size(f, points * PANGO_SCALE);
    if (bold)
        pango_font_description_set_weight(f, PANGO_WEIGHT_BOLD);
    return f;
}

static void set_font(PangoLayout *layout, double points, bool bold)
{
    PangoFontDescription *f = font(points, bold);
    pango_layout_set_font_description(layout, f);
    pango_font_description_free(f);
}

static PangoLayout *layout_new(double points, double width, char align)
{
    PangoLayout *layout = pango_layout_new(pdf.context);
    set_font(layout, points, false);
    pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_alignment(layout, align == 'c' ? PANGO_ALIGN_CENTER : align == 'r' ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
    pango_layout_set_justify(layout, align == 'b');
    return layout;
}

/* What paper cannot show: signs that move the pen (a line break and a tab stay), and the noncharacters of Unicode, which cairo refuses.
 * Returns how many bytes they are, 0 when the text goes on as it is. */
static size_t unshown(const unsigned char *p)
{
    if ((*p < 0x20 && *p != '\n' && *p != '\t') || *p == 0x7F)
        return 1;
    if (p[0] == 0xEF && ((p[1] == 0xB7 && p[2] >= 0x90 && p[2] <= 0xAF) || (p[1] == 0xBF && p[2] >= 0xBE)))
        return 3;                                                                         /* U+FDD0..FDEF, U+FFFE, U+FFFF */
    return p[0] >= 0xF0 && (p[1] & 0x0F) == 0x0F && p[2] == 0xBF && p[3] >= 0xBE ? 4 : 0; /* the last two of each further plane */
}

static void set_text(PangoLayout *layout, const char *text)
{
    const unsigned char *p = (const unsigned char *)text;
    while (*p && unshown(p) == 0)
        p++;
    if (!*p) {
        pango_layout_set_text(layout, text, (int)((const char *)p - text));
        return;
    }
    char *clean = strdup(text);
    if (!clean)
        abort();
    for (unsigned char *c = (unsigned char *)clean; *c; c++)
        for (size_t n = unshown(c); n > 0; n--)
            c[n - 1] = ' ';
    pango_layout_set_text(layout, clean, -1);
    free(clean);
}

static double height_of(PangoLayout *layout)
{
    int height;
    pango_layout_get_size(layout, NULL, &height);
    return (double)height / PANGO_SCALE;
}

static void show(PangoLayout *layout, double x, double y)
{
    cairo_move_to(pdf.cr, x, y);
    pango_cairo_show_layout(pdf.cr, layout);
}

/* ---- glyphs of a page, drawn together: cairo records, measures and replays each call by itself, so few calls are quick ---- */

static struct {
    PangoFont *font; /* held */
    cairo_glyph_t *glyphs;
    int count, room;
} batch;

static void batch_flush(void)
{
    if (batch.count > 0) {
        cairo_set_scaled_font(pdf.cr, pango_cairo_font_get_scaled_font((PangoCairoFont *)batch.font));
        cairo_show_glyphs(pdf.cr, batch.glyphs, batch.count);
    }
    batch.count = 0;
}

static void batch_add(PangoFont *font, unsigned long index, double x, double y)
{
    if (font != batch.font) {
        batch_flush();
        g_set_object(&batch.font, font);
    }
    if (batch.count == batch.room) {
        batch.room = batch.room ? 2 * batch.room : 1024;
        batch.glyphs = realloc(batch.glyphs, (size_t)batch.room * sizeof *batch.glyphs);
        if (!batch.glyphs)
            abort();
    }
    batch.glyphs[batch.count++] = (cairo_glyph_t){index, x, y};
}

/* ---- lines of tables ---- */

static void rule(double x1, double y1, double x2, double y2)
{
    cairo_move_to(pdf.cr, x1, y1);
    cairo_line_to(pdf.cr, x2, y2);
}

/* Lines of the rows that stand below each other: one long line a column instead of one a cell says the same in a tenth of the words. */
static struct {
    double from, to; /* equal: there are no rows */
    double *between; /* where one row ends and the next begins */
    size_t count, room;
} grid;

static void grid_draw(void)
{
    if (grid.to <= grid.from)
        return;
    cairo_set_line_width(pdf.cr, line_width);
    rule(pdf.left, grid.from, pdf.right, grid.from);
    for (size_t i = 0; i < grid.count; i++)
        rule(pdf.left, grid.between[i], pdf.right, grid.between[i]);
    for (size_t i = 0; i <= pdf.table.count; i++)
        rule(pdf.x[i], grid.from, pdf.x[i], grid.to);
    cairo_stroke(pdf.cr);
    grid.from = grid.to = 0;
    grid.count = 0;
}

/* ---- pages ---- */

/* The number of the page and the shared drawing that will say how many there are. */
static void number_page(void)
{
    char text[200] = "";
    const char *mark = strstr(pdf.page, "{n}");
    double y = pdf.height - 11 * MM;
    if (mark)
        snprintf(text, sizeof text, "%.*s%d%.60s", (int)(mark - pdf.page), pdf.page, pdf.pages + 1, mark + 3);
    PangoLayout *layout = layout_new(footer_points, pdf.right - pdf.left - TOTAL_WIDTH / 2.0, 'r');
    set_text(layout, text);
    show(layout, pdf.left, y);
    int baseline = pango_layout_get_baseline(layout);
    g_object_unref(layout);
    cairo_set_source_surface(pdf.cr, pdf.total, pdf.right - TOTAL_WIDTH / 2.0 + 3, y + (double)baseline / PANGO_SCALE - TOTAL_HEIGHT + 3);
    cairo_paint(pdf.cr);
    cairo_set_source_rgb(pdf.cr, 0, 0, 0);
}

static void foot_page(void)
{
    if (pdf.head.letter)
        return;
    PangoLayout *layout = layout_new(footer_points, (pdf.right - pdf.left) * 0.8, 'l');
    pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
    set_text(layout, pdf.footer);
    show(layout, pdf.left, pdf.height - 11 * MM);
    g_object_unref(layout);
    number_page();
}

/* From its second page on a letter bears its number above the text. */
static void head_letter_page(void)
{
    char text[16];
    PangoLayout *layout = layout_new(12, pdf.right - pdf.left, 'c');
    snprintf(text, sizeof text, "%d", pdf.pages + 1);
    set_text(layout, text);
    show(layout, pdf.left, 10 * MM);
    g_object_unref(layout);
}

static bool is_well(void)
{
    cairo_status_t status = cairo_status(pdf.cr);
    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_status(pdf.surface);
    if (status != CAIRO_STATUS_SUCCESS)
        fprintf(stderr, "gorod-print: page %d: %s\n", pdf.pages + 1, cairo_status_to_string(status));
    return status == CAIRO_STATUS_SUCCESS;
}

/* The page is full: the next one begins with the first thing that stands on it. */
static bool end_page(void)
{
    batch_flush();
    grid_draw();
    foot_page();
    cairo_show_page(pdf.cr);
    pdf.pages++;
    pdf.y = pdf.top;
    pdf.open = false;
    return is_well();
}

/* Paper has no pixels to fit glyphs to. */
static PangoContext *context_new(void)
{
    PangoContext *context = pango_cairo_create_context(pdf.cr);
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(context, options);
    cairo_font_options_destroy(options);
    pango_context_set_round_glyph_positions(context, FALSE);
    return context;
}

static bool pdf_begin(const struct head *head)
{
    pdf.head = *head;
    pdf.width = head->landscape ? A4_LONG : A4_SHORT;
    pdf.height = head->landscape ? A4_SHORT : A4_LONG;
    pdf.left = (head->letter ? 30 : 15) * MM; /* letters: GOST R 7.0.97-2016, 3.3 */
    pdf.right = pdf.width - 10 * MM;
    pdf.top = (head->letter ? 20 : 12) * MM;
    pdf.bottom = pdf.height - (head->letter ? 20 : 16) * MM;
    pdf.y = pdf.top;
    pdf.footer = strdup(head->footer ? head->footer : "");
    pdf.page = strdup(head->page ? head->page : "{n}");
    pdf.surface = cairo_pdf_surface_create_for_stream(pdf_total_write, NULL, pdf.width, pdf.height);
    cairo_pdf_surface_restrict_to_version(pdf.surface, CAIRO_PDF_VERSION_1_4);
    cairo_pdf_surface_set_metadata(pdf.surface, CAIRO_PDF_METADATA_TITLE, head->title);
    cairo_pdf_surface_set_metadata(pdf.surface, CAIRO_PDF_METADATA_CREATOR, "gorod");
    if (head->author)
        cairo_pdf_surface_set_metadata(pdf.surface, CAIRO_PDF_METADATA_AUTHOR, head->author);
    pdf.cr = cairo_create(pdf.surface);
    pdf.context = context_new();
    pdf.total = pdf_total_drawing();
    pdf.text = layout_new(10, pdf.right - pdf.left, 'l');
    return is_well() && pdf.footer && pdf.page;
}

/* ---- what is taller than a page is drawn line by line ---- */

struct column_walk {
    PangoLayoutIter *iter;
    double x;
    bool done;
};

/* Draws lines of one cell from y on while they fit; returns where it came to. */
static double walk_lines(struct column_walk *w, double y)
{
    while (!w->done) {
        PangoRectangle rect;
        pango_layout_iter_get_line_extents(w->iter, NULL, &rect);
        double height = (double)rect.height / PANGO_SCALE;
        if (y + height > pdf.bottom - pad)
            break;
        int baseline = pango_layout_iter_get_baseline(w->iter) - rect.y;
        cairo_move_to(pdf.cr, w->x + (double)rect.x / PANGO_SCALE, y + (double)baseline / PANGO_SCALE);
        pango_cairo_show_layout_line(pdf.cr, pango_layout_iter_get_line_readonly(w->iter));
        y += height;
        w->done = !pango_layout_iter_next_line(w->iter);
    }
    return y;
}

/* ---- paragraphs ---- */

static bool pdf_paragraph(const struct paragraph *p)
{
    double left = pdf.left + (pdf.right - pdf.left) * p->left_percent / 100, size = p->size_points > 0 ? p->size_points : 10;
    pdf.in_table = false;
    pdf.y += pdf.open ? p->before_points : 0;
    set_font(pdf.text, size, p->bold);
    pango_layout_set_width(pdf.text, (int)((pdf.right - left) * PANGO_SCALE));
    pango_layout_set_alignment(pdf.text, p->align == 'c' ? PANGO_ALIGN_CENTER : p->align == 'r' ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
    pango_layout_set_justify(pdf.text, p->align == 'b');
    pango_layout_set_indent(pdf.text, (int)(p->indent_points * PANGO_SCALE));
    PangoTabArray *tabs = pango_tab_array_new_with_positions(1, FALSE, PANGO_TAB_RIGHT, (int)((pdf.right - left) * PANGO_SCALE));
    pango_layout_set_tabs(pdf.text, tabs);
    pango_tab_array_free(tabs);
    set_text(pdf.text, p->text);
    double height = height_of(pdf.text);
    if (pdf.open && pdf.y + height > pdf.bottom && height < (pdf.bottom - pdf.top) / 3 && !end_page())
        return false;
    struct column_walk walk = {.iter = pango_layout_get_iter(pdf.text), .x = left};
    bool ok = true;
    while (ok && !walk.done) {
        double before = pdf.y;
        if (pdf.head.letter && pdf.pages > 0 && !pdf.open)
            head_letter_page();
        pdf.y = walk_lines(&walk, pdf.y);
        pdf.open = pdf.open || pdf.y > before;
        if (!walk.done)
            ok = end_page();
    }
    pango_layout_iter_free(walk.iter);
    return ok;
}

/* ---- tables ---- */

/* The frame of a row that stands at y. */
static void frame(double y, double height)
{
    if (grid.to <= grid.from || y > grid.to + 0.01 || y < grid.to - 0.01) {
        grid_draw();
        grid.from = y;
    }
    if (grid.count == grid.room) {
        grid.room = grid.room ? 2 * grid.room : 256;
        grid.between = realloc(grid.between, grid.room * sizeof *grid.between);
        if (!grid.between)
            abort();
    }
    grid.to = y + height;
    grid.between[grid.count++] = grid.to;
}

static double cell_width(size_t i) { return pdf.x[i + 1] - pdf.x[i] - 2 * pad; }

/* A line of heads or of their numbers. */
static void head_line(bool numbers)
{
    PangoLayout *heads[COLUMNS_MAX] = {0};
    char number[24];
    double height = 0;
    for (size_t i = 0; i < pdf.table.count; i++) {
        heads[i] = layout_new(pdf.head.size_points, cell_width(i), 'c');
        set_font(heads[i], pdf.head.size_points * 0.9, !numbers);
        snprintf(number, sizeof number, "%zu", i + 1);
        set_text(heads[i], numbers ? number : pdf.table.columns[i].head);
        double h = height_of(heads[i]);
        height = h > height ? h : height;
    }
    height += (numbers ? 1 : 2) * pad;
    if (!numbers) {
        cairo_set_source_rgb(pdf.cr, 0.93, 0.93, 0.93);
        cairo_rectangle(pdf.cr, pdf.left, pdf.y, pdf.right - pdf.left, height);
        cairo_fill(pdf.cr);
        cairo_set_source_rgb(pdf.cr, 0, 0, 0);
    }
    for (size_t i = 0; i < pdf.table.count; i++) {
        show(heads[i], pdf.x[i] + pad, pdf.y + (height - height_of(heads[i])) / 2);
        g_object_unref(heads[i]);
    }
    frame(pdf.y, height);
    pdf.y += height;
    pdf.open = true;
}

static void table_head(void)
{
    if (pdf.table.bare)
        return;
    head_line(false);
    if (pdf.table.numbered)
        head_line(true);
}

/* In small print of a table pairs of letters need no kerning; what stands by its own width is said to the file in far fewer words. */
static void plain_features(PangoLayout *layout)
{
    PangoAttrList *list = pango_attr_list_new();
    pango_attr_list_insert(list, pango_attr_font_features_new("kern=0, liga=0, clig=0"));
    pango_layout_set_attributes(layout, list);
    pango_attr_list_unref(list);
}

static void table_layouts(const struct table *t)
{
    double all = 0, at = pdf.left;
    pdf.table = *t;
    for (size_t i = 0; i < COLUMNS_MAX && pdf.cells[i]; i++) {
        g_clear_object(&pdf.cells[i]);
        for (size_t k = 0; k < KEPT; k++)
            g_clear_object(&kept[i][k].layout);
    }
    g_clear_object(&pdf.group);
    for (size_t i = 0; i < t->count; i++)
        all += t->columns[i].width;
    for (size_t i = 0; i < t->count; i++) {
        pdf.x[i] = at;
        at += (pdf.right - pdf.left) * t->columns[i].width / all;
    }
    pdf.x[t->count] = pdf.right;
    for (size_t i = 0; i < t->count; i++) {
        pdf.cells[i] = layout_new(pdf.head.size_points, cell_width(i), t->columns[i].align);
        plain_features(pdf.cells[i]);
        if (t->bare && i == 0)
            set_font(pdf.cells[i], pdf.head.size_points, true);
    }
    pdf.group = layout_new(pdf.head.size_points + 0.5, pdf.right - pdf.left - 2 * pad, 'l');
    set_font(pdf.group, pdf.head.size_points + 0.5, true);
}

static bool pdf_table(const struct table *t)
{
    const double least_height = 30 * MM; /* a heading and heads alone at the foot of a page lead nowhere */
    grid_draw(); /* of the table before, whose columns stood elsewhere */
    table_layouts(t);
    if (pdf.open && pdf.y + least_height > pdf.bottom && !end_page())
        return false;
    if (t->heading) {
        struct paragraph p = {.text = t->heading, .align = 'l', .bold = true, .size_points = pdf.head.size_points + 2, .before_points = 10};
        if (!pdf_paragraph(&p))
            return false;
        pdf.y += 3;
    } else if (pdf.open) {
        pdf.y += 6;
    }
    pdf.in_table = true;
    table_head();
    return true;
}

/* A new page within the table. */
static bool next_page(void)
{
    if (!end_page())
        return false;
    table_head();
    return true;
}

static bool pdf_group(const char *text)
{
    const double with_a_row = 12 * MM;
    set_text(pdf.group, text);
    double height = height_of(pdf.group) + 2 * pad;
    if (pdf.y + height + with_a_row > pdf.bottom && !next_page())
        return false;
    show(pdf.group, pdf.left + pad, pdf.y + pad);
    cairo_set_line_width(pdf.cr, line_width);
    cairo_rectangle(pdf.cr, pdf.left, pdf.y, pdf.right - pdf.left, height);
    cairo_stroke(pdf.cr);
    pdf.y += height;
    pdf.open = true;
    return true;
}

/* A row that no page holds goes on over the next ones. */
static bool tall_row(const bool filled[])
{
    struct column_walk walks[COLUMNS_MAX] = {0};
    bool left = true, ok = true;
    for (size_t i = 0; i < pdf.table.count; i++)
        walks[i] = (struct column_walk){.iter = pango_layout_get_iter(pdf.row[i]), .x = pdf.x[i] + pad, .done = !filled[i]};
    while (ok && left) {
        double lowest = pdf.y + pad, start = pdf.y;
        left = false;
        for (size_t i = 0; i < pdf.table.count; i++) {
            double y = walk_lines(&walks[i], start + pad);
            lowest = y > lowest ? y : lowest;
            left = left || !walks[i].done;
        }
        pdf.y = left ? pdf.bottom : lowest + pad;
        frame(start, pdf.y - start);
        pdf.open = true;
        if (left)
            ok = next_page();
    }
    for (size_t i = 0; i < pdf.table.count; i++)
        pango_layout_iter_free(walks[i].iter);
    return ok;
}

/* A line that is more than glyphs from left to right in order of its text (right to left, ligatures, signs no font has) is drawn by
 * pango, which also tells the file what text its glyphs stand for. */
static bool is_plain(PangoLayoutLine *line)
{
    for (GSList *r = line->runs; r; r = r->next) {
        const PangoGlyphItem *run = r->data;
        const PangoGlyphString *g = run->glyphs;
        if (run->item->analysis.level % 2 || g->num_glyphs != run->item->num_chars || run->y_offset)
            return false;
        for (int i = 0; i < g->num_glyphs; i++)
            if (g->glyphs[i].glyph & PANGO_GLYPH_UNKNOWN_FLAG)
                return false;
    }
    return true;
}

static void batch_line(PangoLayoutLine *line, double x, double y)
{
    int at = 0;
    if (!is_plain(line)) {
        cairo_move_to(pdf.cr, x, y);
        pango_cairo_show_layout_line(pdf.cr, line);
        return;
    }
    for (GSList *r = line->runs; r; r = r->next) {
        const PangoGlyphItem *run = r->data;
        for (int i = 0; i < run->glyphs->num_glyphs; i++) {
            const PangoGlyphInfo *g = &run->glyphs->glyphs[i];
            if (g->glyph != PANGO_GLYPH_EMPTY)
                batch_add(run->item->analysis.font, g->glyph, x + (double)(at + g->geometry.x_offset) / PANGO_SCALE,
                          y + (double)g->geometry.y_offset / PANGO_SCALE);
            at += g->geometry.width;
        }
    }
}

static void batch_layout(PangoLayout *layout, double x, double y)
{
    PangoLayoutIter *iter = pango_layout_get_iter(layout);
    do {
        PangoRectangle rect;
        pango_layout_iter_get_line_extents(iter, NULL, &rect);
        batch_line(pango_layout_iter_get_line_readonly(iter), x + (double)rect.x / PANGO_SCALE,
                   y + (double)pango_layout_iter_get_baseline(iter) / PANGO_SCALE);
    } while (pango_layout_iter_next_line(iter));
    pango_layout_iter_free(iter);
}

/* What no line can be broken in (signs without a width, drawn as boxes) must not run over its neighbours. */
static void show_cell(size_t i)
{
    int width;
    pango_layout_get_size(pdf.row[i], &width, NULL);
    if (width <= pango_layout_get_width(pdf.row[i])) {
        batch_layout(pdf.row[i], pdf.x[i] + pad, pdf.y + pad);
        return;
    }
    cairo_save(pdf.cr);
    cairo_rectangle(pdf.cr, pdf.x[i], pdf.top, pdf.x[i + 1] - pdf.x[i], pdf.bottom - pdf.top);
    cairo_clip(pdf.cr);
    show(pdf.row[i], pdf.x[i] + pad, pdf.y + pad);
    cairo_restore(pdf.cr);
}

static PangoLayout *cell_layout(size_t column, const char *text)
{
    size_t len = strlen(text), place = len;
    if (len >= KEPT_BYTES) {
        set_text(pdf.cells[column], text);
        return pdf.cells[column];
    }
    for (const char *p = text; *p; p++)
        place = place * 31 + (unsigned char)*p;
    struct kept *k = &kept[column][place % KEPT];
    if (!k->layout || strcmp(k->text, text) != 0) {
        g_clear_object(&k->layout);
        k->layout = pango_layout_copy(pdf.cells[column]);
        set_text(k->layout, text);
        memcpy(k->text, text, len + 1);
    }
    return k->layout;
}

static bool pdf_row(const char *const cells[], size_t count)
{
    char shown[CELL_SHORT_BYTES];
    bool filled[COLUMNS_MAX];
    double height = pdf.head.size_points; /* of a row with nothing in it */
    for (size_t i = 0; i < count; i++) {
        filled[i] = cells[i] && *cells[i];
        pdf.row[i] = pdf.cells[i];
        if (!filled[i])
            continue;
        pdf.row[i] = cell_layout(i, cell_shown(pdf.table.columns[i].type, pdf.head.english, cells[i], shown));
        double h = height_of(pdf.row[i]);
        height = h > height ? h : height;
    }
    height += 2 * pad;
    if (pdf.y + height > pdf.bottom && height < (pdf.bottom - pdf.top) / 2 && !next_page())
        return false;
    if (pdf.y + height > pdf.bottom)
        return tall_row(filled);
    for (size_t i = 0; i < count; i++)
        if (filled[i])
            show_cell(i);
    frame(pdf.y, height);
    pdf.y += height;
    pdf.open = true;
    return true;
}

static bool pdf_end(void)
{
    bool ok = pdf.pages == 0 || pdf.open ? end_page() : true;
    cairo_surface_finish(pdf.surface);
    return ok && is_well() && (pdf.head.letter || pdf_total_finish(pdf.pages, footer_points));
}

const struct format pdf_format = {"pdf", pdf_begin, pdf_paragraph, pdf_table, pdf_group, pdf_row, pdf_end};
