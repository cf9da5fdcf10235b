#include "tui/draw.h"
#include "common/buf.h"
#include "common/hash.h"
#include "common/utf8.h"
#include "tui/text.h"
#include <curses.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES = 4096, HITS_MAX = 128, COLS_MOST = 512 };

/* A frame is first written down, line by line, then only the lines that differ from the last frame go to curses: a key that moves the
 * cursor by a row changes four lines of twenty-four, and drawing text is most of what such a key costs. */
struct stroke {
    int next; /* of the same line, -1: the last */
    short x, w;
    unsigned char role, ground;
    unsigned text; /* place in `words`; NO_TEXT: w blanks */
};
enum { NO_TEXT = UINT32_MAX, STROKES_FIRST = 512, LINES_MOST = 256, WORDS_MAX = 1 << 20 };

static struct stroke *strokes;
static int stroke_count, stroke_room;
static struct buf words;
static struct line {
    uint64_t hash, shown;    /* of this frame's strokes, of those on the screen */
    uint64_t key, shown_key; /* what the line's maker drew it from; 0: unknown */
    int first, last;
    uint64_t beside, shown_beside; /* strokes of others than the line's maker */
    int left, shown_left;          /* where those begin */
    int right;                     /* where the maker's part ends */
    int from;                      /* its maker has not drawn it: it stands on this line of the screen; -1: it has */
} lines[LINES_MOST];
static bool keeping = true;
static int maker_line = -1; /* being drawn by its maker */
static int scrolled;        /* which way lines move in this frame: -1 down, 1 up, 0 not */

void draw_frame_begin(void)
{
    if (!words.data)
        buf_init(&words, WORDS_MAX);
    words.len = 0;
    words.overflow = false;
    stroke_count = 0;
    for (int y = 0; y < LINES && y < LINES_MOST; y++) {
        lines[y].hash = HASH_START;
        lines[y].first = lines[y].last = -1;
        lines[y].key = lines[y].beside = 0;
        lines[y].left = COLS_MOST;
        lines[y].from = -1;
    }
    scrolled = 0;
}

/* Text as curses cells, one a character with its marks: handing over whole cells costs a tenth of what waddstr() takes to find them itself. */
static int cells_of_text(const char *text, const cchar_t *look, cchar_t *cells)
{
    int count = 0;
    for (size_t len = strlen(text); len > 0 && count < COLS_MOST;) {
        uint32_t cp;
        size_t cluster = text_next(text, len, NULL), n = utf8_decode(text, len, &cp);
        cells[count] = *look;
        cells[count].chars[0] = (wchar_t)cp;
        for (int mark = 1; n < cluster && mark < CCHARW_MAX; mark++) {
            n += utf8_decode(text + n, len - n, &cp);
            cells[count].chars[mark] = (wchar_t)cp;
        }
        count++;
        text += cluster;
        len -= cluster;
    }
    return count;
}

static void stroke_show(int y, const struct stroke *s)
{
    static cchar_t cells[COLS_MOST];
    cchar_t look;
    short pair;
    bool blank = s->text == NO_TEXT;
    attr_t attr = theme_attr(blank ? R_TEXT : (enum role)s->role, (enum ground)s->ground, &pair);
    setcchar(&look, L" ", attr, pair, NULL);
    int count = blank ? s->w : cells_of_text(words.data + s->text, &look, cells);
    for (int i = 0; blank && i < count; i++)
        cells[i] = look;
    mvwadd_wchnstr(newscr, y, s->x, cells, count);
}

/* The line of the screen that shows what `key` stands for: this one, or one that a scroll brings here; -1: none. Lines move one way in a
 * frame, so that none is written over before it has moved. */
static int line_showing(int y, uint64_t key)
{
    if (lines[y].shown_key == key)
        return y;
    for (int from = 0; from < LINES && from < LINES_MOST; from++)
        if (lines[from].shown_key == key && (scrolled == 0 || scrolled == (from > y ? 1 : -1)))
            return from;
    return -1;
}

bool draw_keep(int y, int right, uint64_t key)
{
    if (y < 0 || y >= LINES_MOST)
        return false;
    struct line *l = &lines[y];
    l->key = key;
    l->right = right;
    l->from = keeping ? line_showing(y, key) : -1;
    if (l->from >= 0 && l->from != y)
        scrolled = l->from > y ? 1 : -1;
    maker_line = l->from >= 0 ? -1 : y;
    return l->from >= 0;
}

void draw_keep_end(void) { maker_line = -1; }

void draw_keeping(bool on) { keeping = on; }

static bool is_same_beside(const struct line *l) { return l->beside == lines[l->from].shown_beside; }

/* Something new lies over the maker's own part, or something old is to go from it: only the maker can draw that. */
static bool is_covered(const struct line *l)
{
    return l->from >= 0 && !is_same_beside(l) && (l->left < l->right || lines[l->from].shown_left < l->right);
}

/* Lines y, y + 1, ... that stand `by` lines below on the screen (above, when negative) move up to their place, and the screen's record of
 * them with them; what they leave behind is blank. Returns how many. */
static int lines_scroll(int y, int count)
{
    int by = lines[y].from - y, n = 1;
    while (y + n < count && lines[y + n].from == y + n + by)
        n++;
    wsetscrreg(newscr, by > 0 ? y : y + by, (by > 0 ? y + by : y) + n - 1);
    scrollok(newscr, TRUE);
    wscrl(newscr, by);
    scrollok(newscr, FALSE);
    wsetscrreg(newscr, 0, LINES - 1);
    for (int i = 0; i < n; i++) {
        struct line *to = &lines[by > 0 ? y + i : y + n - 1 - i], *from = to + by;
        to->shown = from->shown;
        to->shown_key = from->shown_key;
        to->shown_beside = from->shown_beside;
        to->shown_left = from->shown_left;
        from->shown = from->shown_key = 0;
    }
    return n;
}

/* Blocks in the order that lets none be written over before it has moved. False when a block would leave blank what stays. */
static bool lines_move(int count)
{
    for (int y = 0; y < count; y++) {
        int from = lines[y].from;
        if (from >= 0 && from != y && lines[from].from == from)
            return false;
    }
    for (int y = 0; scrolled > 0 && y < count;)
        y += lines[y].from > y ? lines_scroll(y, count) : 1;
    for (int y = count - 1; scrolled < 0 && y >= 0; y--) {
        int by = lines[y].from - y;
        if (lines[y].from < 0 || by == 0)
            continue;
        while (y > 0 && lines[y - 1].from == y - 1 + by)
            y--;
        lines_scroll(y, count);
    }
    return true;
}

static void line_draw(int y, int x)
{
    wmove(newscr, y, x);
    wclrtoeol(newscr);
    for (int i = lines[y].first; i >= 0; i = strokes[i].next)
        stroke_show(y, &strokes[i]);
}

static void line_end(int y)
{
    struct line *l = &lines[y];
    if (l->from < 0) {
        l->shown_key = l->key;
        if (l->hash != l->shown)
            line_draw(y, 0);
        l->shown = l->hash;
    } else if (l->beside != l->shown_beside) {
        line_draw(y, l->left < l->shown_left ? l->left : l->shown_left);
        l->shown = 0;
    }
    l->shown_beside = l->beside;
    l->shown_left = l->left;
}

bool draw_frame_end(void)
{
    int count = LINES < LINES_MOST ? LINES : LINES_MOST;
    for (int y = 0; y < count; y++)
        if (is_covered(&lines[y]))
            return false;
    if (!lines_move(count))
        return false;
    for (int y = 0; y < count; y++)
        line_end(y);
    return true;
}

void draw_invalidate(void)
{
    for (int y = 0; y < LINES && y < LINES_MOST; y++)
        lines[y] = (struct line){.shown_left = COLS_MOST, .from = -1};
    werase(newscr);
}

static uint64_t stroke_hash(const struct stroke *s, const char *text, size_t len)
{
    uint64_t hash = hash_mix(HASH_START, (short[]){s->x, s->w, s->role, s->ground, text != NULL}, 5 * sizeof(short));
    return hash_mix(hash, text ? text : "", len);
}

static void stroke_add(int y, struct stroke s, const char *text, size_t len)
{
    if (y >= LINES_MOST || words.overflow)
        return;
    if (stroke_count == stroke_room) {
        stroke_room = stroke_room ? stroke_room * 2 : STROKES_FIRST;
        strokes = realloc(strokes, (size_t)stroke_room * sizeof *strokes);
        if (!strokes)
            abort();
    }
    s.next = -1;
    s.text = NO_TEXT;
    if (text) {
        s.text = (unsigned)words.len;
        buf_append(&words, text, len + 1);
    }
    uint64_t hash = stroke_hash(&s, text, len);
    lines[y].hash = hash_mix(lines[y].hash, &hash, sizeof hash);
    if (y != maker_line) {
        lines[y].beside = hash_mix(lines[y].beside, &hash, sizeof hash);
        lines[y].left = s.x < lines[y].left ? s.x : lines[y].left;
    }
    if (lines[y].last >= 0)
        strokes[lines[y].last].next = stroke_count;
    else
        lines[y].first = stroke_count;
    lines[y].last = stroke_count;
    strokes[stroke_count++] = s;
}

static bool is_outside(int y, int x, int w) { return w <= 0 || y < 0 || y >= LINES || x < 0 || x >= COLS; }

int draw_text_n(int y, int x, int w, enum role role, enum ground ground, const char *text, size_t len)
{
    char line[LINE_BYTES];
    if (is_outside(y, x, w))
        return 0;
    if (w > COLS - x)
        w = COLS - x;
    int used = text_draw_form(text, len, w, line, sizeof line);
    if (used > 0)
        stroke_add(y, (struct stroke){.x = (short)x, .w = (short)used, .role = (unsigned char)role, .ground = (unsigned char)ground}, line,
                   strlen(line));
    return used;
}

int draw_text(int y, int x, int w, enum role role, enum ground ground, const char *text)
{
    return draw_text_n(y, x, w, role, ground, text, strlen(text));
}

void draw_fill(int y, int x, int w, enum ground ground)
{
    if (is_outside(y, x, w))
        return;
    if (w > COLS - x)
        w = COLS - x;
    stroke_add(y, (struct stroke){.x = (short)x, .w = (short)w, .ground = (unsigned char)ground}, NULL, 0);
}

void draw_padded(int y, int x, int w, int pad, enum role role, enum ground ground, const char *text)
{
    char line[LINE_BYTES];
    if (is_outside(y, x, w))
        return;
    if (w > COLS - x)
        w = COLS - x;
    if (pad > COLS - x - w)
        pad = COLS - x - w;
    /* Text and blanks in one stroke of one look: each change of look costs the terminal some twenty bytes. */
    int used = text_draw_form(text, strlen(text), w, line, sizeof line - (size_t)(w + pad));
    size_t len = strlen(line), blanks = (size_t)(w - used) + (size_t)pad;
    memset(line + len, ' ', blanks);
    line[len + blanks] = '\0';
    stroke_add(y, (struct stroke){.x = (short)x, .w = (short)(w + pad), .role = (unsigned char)role, .ground = (unsigned char)ground}, line,
               len + blanks);
}

void draw_cell(int y, int x, int w, enum role role, enum ground ground, const char *text) { draw_padded(y, x, w, 0, role, ground, text); }

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
