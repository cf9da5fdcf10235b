#include "tui/widgets/dialog.h"
#include "tui/i18n.h"
#include "tui/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct dialog {
    char title[160], text[1200], buttons[DIALOG_BUTTONS_MAX][64];
    size_t count, focus;
    void (*done)(void *arg, int button);
    void *arg;
};

static const char *dialog_scopes(const struct screen *s)
{
    (void)s;
    return "dialog";
}

static void answer(struct screen *s, int button)
{
    struct dialog *d = s->data;
    void (*done)(void *, int) = d->done;
    void *arg = d->arg;
    app_pop_now(s);
    done(arg, button);
}

static bool dialog_key(struct screen *s, int key)
{
    struct dialog *d = s->data;
    switch (key) {
    case K_LEFT:
    case K_UP:
    case K_BTAB: d->focus = (d->focus + d->count - 1) % d->count; return true;
    case K_RIGHT:
    case K_DOWN:
    case K_TAB: d->focus = (d->focus + 1) % d->count; return true;
    case K_SPACE:
    case K_ENTER: answer(s, (int)d->focus); return true;
    case K_ESC: answer(s, 0); return true;
    case K_F10: return false;
    default: app_status(STATUS_WARN, "%s", _("First answer the question: arrows and Enter")); return true;
    }
}

static bool dialog_command(struct screen *s, enum command cmd)
{
    const struct dialog *d = s->data;
    if (cmd != CMD_OPEN)
        return false;
    answer(s, (int)d->focus);
    return true;
}

static const char *dialog_why_not(struct screen *s, enum command cmd)
{
    (void)s;
    return cmd == CMD_OPEN || cmd == CMD_BACK ? NULL : _("First answer the question: arrows and Enter");
}

static const char *dialog_label(struct screen *s, enum command cmd)
{
    (void)s;
    return cmd == CMD_OPEN ? _("Press the button") : NULL;
}

static bool dialog_click(struct screen *s, enum hit what, int arg)
{
    if (what != HIT_TAB)
        return false;
    answer(s, arg);
    return true;
}

static void paint_buttons(const struct dialog *d, int y, int x, int w, struct cursor *cursor)
{
    int at = x;
    for (size_t i = 0; i < d->count; i++) {
        int bw = text_width(d->buttons[i]) + 4;
        if (at + bw > x + w) {
            at = x;
            y++;
        }
        enum ground ground = i == d->focus ? G_CHOICE : G_FIELD;
        draw_fill(y, at, bw, ground);
        draw_text(y, at + 2, bw - 4, i == d->focus ? R_STRONG : R_TEXT, ground, d->buttons[i]);
        draw_text(y, at, 1, R_DIM, ground, "[");
        draw_text(y, at + bw - 1, 1, R_DIM, ground, "]");
        draw_hit((struct rect){y, at, 1, bw}, HIT_TAB, (int)i);
        if (i == d->focus)
            *cursor = (struct cursor){y, at + 2};
        at += bw + 2;
    }
}

static int lines_of(const char *text, int w) { return draw_wrapped((struct rect){-1, 0, 0, w}, 0, R_TEXT, G_POPUP, text); }

static void dialog_paint(struct screen *s, struct rect r, struct cursor *cursor)
{
    struct dialog *d = s->data;
    int w = r.w - 2 < 66 ? r.w - 2 : 66, inner = w - 4, lines = lines_of(d->text, inner), buttons = 1, total = 0;
    for (size_t i = 0; i < d->count; i++)
        total += text_width(d->buttons[i]) + 6;
    buttons = 1 + total / (inner > 0 ? inner : 1);
    int h = lines + buttons + 3 > r.h ? r.h : lines + buttons + 3;
    struct rect box = {r.y + (r.h - h) / 2, r.x + (r.w - w) / 2, h, w};
    draw_box(box, d->title);
    draw_wrapped((struct rect){box.y + 1, box.x + 2, h - 2 - buttons, inner}, 0, R_TEXT, G_POPUP, d->text);
    paint_buttons(d, box.y + h - 1 - buttons, box.x + 2, inner, cursor);
}

static void dialog_close(struct screen *s) { free(s->data); }

static const struct screen_ops dialog_ops = {
    .name = "dialog",
    .overlay = true,
    .scopes = dialog_scopes,
    .paint = dialog_paint,
    .key = dialog_key,
    .command = dialog_command,
    .why_not = dialog_why_not,
    .label = dialog_label,
    .click = dialog_click,
    .close = dialog_close,
};

void dialog_open(const char *title, const char *text, const char *const *buttons, size_t count, void (*done)(void *arg, int button),
                 void *arg)
{
    struct dialog *d = calloc(1, sizeof *d);
    if (!d)
        abort();
    strf(d->title, sizeof d->title, "%s", title);
    strf(d->text, sizeof d->text, "%s", text);
    for (size_t i = 0; i < count && i < DIALOG_BUTTONS_MAX; i++)
        strf(d->buttons[d->count++], sizeof d->buttons[0], "%s", buttons[i]);
    d->done = done;
    d->arg = arg;
    app_push(screen_new(&dialog_ops, d));
}
