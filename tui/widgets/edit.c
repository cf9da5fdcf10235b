#include "tui/widgets/edit.h"
#include "common/utf8.h"
#include "tui/keys.h"
#include "tui/text.h"
#include <stdlib.h>
#include <string.h>
#include <wctype.h>

enum { TEXT_BYTES_MAX = 256 * 1024 };
enum { CHANGE_NONE, CHANGE_TYPE, CHANGE_DELETE, CHANGE_OTHER };

void edit_init(struct edit *e, bool many_lines, int max_chars)
{
    *e = (struct edit){.many_lines = many_lines, .max_chars = max_chars};
    buf_init(&e->text, TEXT_BYTES_MAX);
}

static void undo_forget(struct edit *e)
{
    for (int i = 0; i < e->undo_count; i++)
        free(e->undo[i].text);
    e->undo_count = 0;
    e->undo_kind = CHANGE_NONE;
}

void edit_free(struct edit *e)
{
    undo_forget(e);
    buf_free(&e->text);
}

const char *edit_text(const struct edit *e) { return e->text.data; }

bool edit_is_empty(const struct edit *e) { return e->text.len == 0; }

/* Remembers the text before a change, unless the change goes on with the last one. */
static void undo_note(struct edit *e, int kind)
{
    if (kind == e->undo_kind && kind != CHANGE_OTHER)
        return;
    if (e->undo_count == EDIT_UNDO_MAX) {
        free(e->undo[0].text);
        memmove(e->undo, e->undo + 1, (EDIT_UNDO_MAX - 1) * sizeof *e->undo);
        e->undo_count--;
    }
    char *copy = strdup(e->text.data);
    if (!copy)
        abort();
    e->undo[e->undo_count].text = copy;
    e->undo[e->undo_count++].at = e->at;
    e->undo_kind = kind;
}

bool edit_undo(struct edit *e)
{
    if (e->undo_count == 0)
        return false;
    struct edit_undo *u = &e->undo[--e->undo_count];
    buf_reset(&e->text);
    buf_puts(&e->text, u->text);
    e->at = u->at;
    free(u->text);
    e->undo_kind = CHANGE_NONE;
    return true;
}

/* Puts clean text at the cursor. */
static void put(struct edit *e, const char *text, size_t len)
{
    size_t tail = e->text.len - e->at;
    if (!buf_append(&e->text, text, len)) {
        e->text.overflow = false; /* what is there stays editable */
        return;
    }
    memmove(e->text.data + e->at + len, e->text.data + e->at, tail);
    memcpy(e->text.data + e->at, text, len);
    e->at += len;
}

/* The character as it may stand in the text; 0 drops it. */
static uint32_t clean(const struct edit *e, uint32_t cp)
{
    if (cp == '\n' || cp == '\t')
        return e->many_lines && cp == '\n' ? '\n' : ' ';
    return cp < 0x20 || cp == 0x7F ? 0 : cp;
}

static bool insert(struct edit *e, const char *text, size_t len, int kind)
{
    int chars = e->max_chars ? (int)utf8_count(e->text.data, e->text.len) : 0;
    bool noted = false;
    for (size_t i = 0; i < len;) {
        uint32_t cp;
        char utf8[4];
        i += utf8_decode(text + i, len - i, &cp);
        cp = clean(e, cp);
        if (!cp)
            continue;
        if (e->max_chars && chars++ >= e->max_chars)
            break;
        if (!noted)
            undo_note(e, kind);
        noted = true;
        put(e, utf8, utf8_encode(cp, utf8));
    }
    return noted;
}

bool edit_insert(struct edit *e, const char *text, size_t len) { return insert(e, text, len, CHANGE_OTHER); }

void edit_set(struct edit *e, const char *text)
{
    buf_reset(&e->text);
    e->at = 0;
    e->scroll = 0;
    insert(e, text, strlen(text), CHANGE_OTHER);
    undo_forget(e);
}

static void erase(struct edit *e, size_t from, size_t to, int kind)
{
    if (from >= to)
        return;
    undo_note(e, kind);
    memmove(e->text.data + from, e->text.data + to, e->text.len - to + 1);
    e->text.len -= to - from;
    e->at = from;
}

/* ---- moving ---- */

static size_t next_char(const struct edit *e, size_t at) { return at + text_next(e->text.data + at, e->text.len - at, NULL); }

static bool is_word(const struct edit *e, size_t at)
{
    uint32_t cp;
    return utf8_decode(e->text.data + at, e->text.len - at, &cp) && iswalnum((wint_t)cp);
}

static size_t word_left(const struct edit *e)
{
    size_t at = e->at;
    while (at > 0 && !is_word(e, at - text_prev(e->text.data, at)))
        at -= text_prev(e->text.data, at);
    while (at > 0 && is_word(e, at - text_prev(e->text.data, at)))
        at -= text_prev(e->text.data, at);
    return at;
}

static size_t word_right(const struct edit *e)
{
    size_t at = e->at;
    while (at < e->text.len && is_word(e, at))
        at = next_char(e, at);
    while (at < e->text.len && !is_word(e, at))
        at = next_char(e, at);
    return at;
}

static size_t line_start(const struct edit *e)
{
    size_t at = e->at;
    while (at > 0 && e->text.data[at - 1] != '\n')
        at--;
    return at;
}

static size_t line_stop(const struct edit *e) { return e->at + strcspn(e->text.data + e->at, "\n"); }

static bool move_key(struct edit *e, int key)
{
    switch (key) {
    case K_LEFT: e->at -= text_prev(e->text.data, e->at); break;
    case K_RIGHT: e->at = next_char(e, e->at); break;
    case K_CTRL + 'a':
    case K_HOME: e->at = line_start(e); break;
    case K_CTRL + 'e':
    case K_END: e->at = line_stop(e); break;
    case K_DOC_HOME: e->at = 0; break;
    case K_DOC_END: e->at = e->text.len; break;
    case K_WORD_LEFT: e->at = word_left(e); break;
    case K_WORD_RIGHT: e->at = word_right(e); break;
    default: return false;
    }
    e->undo_kind = CHANGE_NONE;
    return true;
}

static bool delete_key(struct edit *e, int key)
{
    switch (key) {
    case K_BS: erase(e, e->at - text_prev(e->text.data, e->at), e->at, CHANGE_DELETE); return true;
    case K_DEL: erase(e, e->at, next_char(e, e->at), CHANGE_DELETE); return true;
    case K_CTRL + 'w':
    case K_WORD_BS: erase(e, word_left(e), e->at, CHANGE_OTHER); return true;
    case K_CTRL + 'u': erase(e, line_start(e), e->at, CHANGE_OTHER); return true;
    case K_CTRL + 'y': erase(e, line_start(e), line_stop(e), CHANGE_OTHER); return true;
    default: return false;
    }
}

bool edit_key(struct edit *e, int key, bool *changed)
{
    size_t len = e->text.len;
    int count = e->undo_count;
    bool taken = true;
    if (key >= K_SPACE && key < K_FN) {
        char utf8[4];
        size_t n = utf8_encode((uint32_t)key, utf8);
        taken = insert(e, utf8, n, CHANGE_TYPE) || true;
    } else if (key == K_CTRL + 'z') {
        edit_undo(e);
    } else {
        taken = move_key(e, key) || delete_key(e, key);
    }
    if (changed)
        *changed = e->text.len != len || e->undo_count != count;
    return taken;
}

/* ---- showing ---- */

void edit_view(struct edit *e, int width, size_t *start, size_t *len, int *cursor_x)
{
    int before = text_width_n(e->text.data, e->at);
    if (width < 1)
        width = 1;
    if (before < e->scroll)
        e->scroll = before > width / 3 ? before - width / 3 : 0;
    if (before - e->scroll >= width)
        e->scroll = before - width + 1 + width / 3;
    int used;
    size_t from = text_fit(e->text.data, e->text.len, e->scroll, &used);
    /* A wide character may not be cut in two: the view begins at it. */
    e->scroll = used;
    *start = from;
    *len = text_fit(e->text.data + from, e->text.len - from, width, NULL);
    *cursor_x = before - used;
}

struct place_walk {
    const struct edit *e;
    int line, found_line, found_x; /* the cursor's */
    int want_line, want_x;         /* looked for */
    size_t want_at;
};

static bool place_line(struct text_line line, void *arg)
{
    struct place_walk *w = arg;
    const char *text = w->e->text.data;
    if (w->e->at >= line.start) {
        size_t in = w->e->at - line.start;
        w->found_line = w->line;
        w->found_x = text_width_n(text + line.start, in < line.len ? in : line.len);
    }
    if (w->line == w->want_line)
        w->want_at = line.start + text_fit(text + line.start, line.len, w->want_x, NULL);
    w->line++;
    return true;
}

static struct place_walk place(const struct edit *e, int width, int want_line, int want_x)
{
    struct place_walk w = {.e = e, .want_line = want_line, .want_x = want_x};
    text_wrap(e->text.data, e->text.len, width, place_line, &w);
    return w;
}

void edit_position(const struct edit *e, int width, int *line, int *x)
{
    struct place_walk w = place(e, width, -1, 0);
    *line = w.found_line;
    *x = w.found_x;
}

int edit_lines(const struct edit *e, int width) { return place(e, width, -1, 0).line; }

bool edit_move_lines(struct edit *e, int width, int lines)
{
    struct place_walk w = place(e, width, -1, 0);
    int want = w.found_line + lines, x = w.found_x, last = w.line - 1;
    if ((lines < 0 && w.found_line == 0) || (lines > 0 && w.found_line == last))
        return false;
    want = want < 0 ? 0 : want > last ? last : want;
    e->at = place(e, width, want, x).want_at;
    e->undo_kind = CHANGE_NONE;
    return true;
}
