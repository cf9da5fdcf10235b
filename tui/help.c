#include "tui/help.h"
#include "tui/i18n.h"
#include "tui/screens.h"
#include "tui/text.h"
#include "tui/widgets/edit.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ENTRIES_MAX = CMD_COUNT + 1 };

struct entry {
    enum command cmd; /* CMD_NONE: look for what is typed */
    int score;
    char key[24];
    bool possible;
};

struct palette {
    struct screen *of; /* the screen below, where commands run */
    char scopes[96];
    bool help; /* ordered by scope, with whole sentences */
    struct edit query;
    struct entry entries[ENTRIES_MAX];
    int count, selected, top, visible;
};

static const char *palette_scopes(const struct screen *s)
{
    (void)s;
    return "palette";
}

/* Does the command belong to a scope that holds here? */
static bool belongs(const struct palette *p, enum command cmd)
{
    size_t count;
    const struct binding *b = keys_bindings(&count);
    for (size_t i = 0; i < count; i++)
        if (b[i].command == cmd && keys_in_scope(p->scopes, b[i].scope))
            return true;
    return false;
}

static int score_of(const struct palette *p, enum command cmd)
{
    const struct command_info *info = command_info(cmd);
    const char *query = edit_text(&p->query);
    int best = text_fuzzy(tr(info->label), query), name = text_fuzzy(info->name, query),
        help = text_matches(tr(info->help), query) ? 40 : 0;
    if (p->help)
        return help || best > 90 || name > 90 ? 1 : 0;
    best = name > best ? name : best;
    return help > best ? help : best;
}

/* Sections first, then what is possible, then by nearness to what is typed; the table's order last. */
static int entry_order(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    if (x->possible != y->possible)
        return x->possible ? -1 : 1;
    if (x->score != y->score)
        return y->score - x->score;
    return (int)x->cmd - (int)y->cmd;
}

/* Without a query: the sections, then this screen's commands, then the rest. */
static int section(enum command cmd)
{
    return cmd >= CMD_GO_WORKLIST && cmd <= CMD_GO_SETTINGS ? 3 : cmd > CMD_NEW_CORRESPONDENT ? 2 : 1;
}

static void entries_fill(struct palette *p)
{
    bool typed = !edit_is_empty(&p->query);
    p->count = 0;
    for (int i = 1; i < CMD_COUNT; i++) {
        enum command cmd = (enum command)i;
        int score = belongs(p, cmd) ? score_of(p, cmd) : 0, key = keys_for(p->scopes, cmd);
        if (score == 0)
            continue;
        struct entry *e = &p->entries[p->count++];
        *e = (struct entry){.cmd = cmd, .score = typed ? score : section(cmd), .possible = app_why_not(p->of, cmd) == NULL};
        if (key != K_NONE)
            keys_label(key, e->key, sizeof e->key);
    }
    if (p->help)
        for (int i = 0; i < p->count; i++)
            p->entries[i].score = section(p->entries[i].cmd) == 2 ? 2 : 1;
    qsort(p->entries, (size_t)p->count, sizeof *p->entries, entry_order);
    if (typed && !p->help)
        p->entries[p->count++] = (struct entry){.cmd = CMD_NONE, .possible = true};
    if (p->selected >= p->count)
        p->selected = p->count > 0 ? p->count - 1 : 0;
}

static void run(struct screen *s)
{
    struct palette *p = s->data;
    if (p->count == 0)
        return;
    struct entry e = p->entries[p->selected];
    char query[256];
    strf(query, sizeof query, "%s", edit_text(&p->query));
    app_pop_now(s);
    if (e.cmd == CMD_NONE)
        screens_open_list("appeal", query);
    else
        app_command(e.cmd);
}

static void open(struct screen *of, bool help);

static bool palette_key(struct screen *s, int key)
{
    struct palette *p = s->data;
    int page = p->visible > 1 ? p->visible - 1 : 1;
    int step = key == K_UP ? -1 : key == K_DOWN || key == K_TAB ? 1 : key == K_PGUP ? -page : key == K_PGDN ? page : 0;
    if (step) {
        p->selected += step;
        p->selected = p->selected < 0 ? 0 : p->selected >= p->count ? p->count - 1 : p->selected;
        return true;
    }
    if (key == K_ENTER) {
        run(s);
        return true;
    }
    if (key == K_F1 || key == K_F9) { /* its own key closes it, the other's opens the other */
        struct screen *of = p->of;
        bool help = key == K_F1, again = help == p->help;
        app_pop_now(s);
        if (!again)
            open(of, help);
        return true;
    }
    bool changed = false;
    if (key == K_ESC || !edit_key(&p->query, key, &changed))
        return false;
    if (changed) {
        p->selected = p->top = 0;
        entries_fill(p);
    }
    return true;
}

static bool palette_click(struct screen *s, enum hit what, int arg)
{
    struct palette *p = s->data;
    if (what != HIT_ROW)
        return false;
    p->selected = arg;
    run(s);
    return true;
}

static bool palette_wants_text(const struct screen *s)
{
    (void)s;
    return true;
}

static void paint_entry(const struct palette *p, int i, int y, int x, int w)
{
    const struct entry *e = &p->entries[i];
    enum ground ground = i == p->selected ? G_CHOICE : G_POPUP;
    const char *help = e->cmd == CMD_NONE ? "" : tr(command_info(e->cmd)->help);
    char label[320];
    int key_w = 10, label_w = w < 60 ? w - key_w - 2 : 20;
    if (e->cmd == CMD_NONE)
        strf(label, sizeof label, _("Find appeals: %s"), edit_text(&p->query));
    else
        strf(label, sizeof label, "%s", tr(command_info(e->cmd)->label));
    if (e->cmd == CMD_NONE)
        label_w = w - key_w - 2;
    draw_fill(y, x, w, ground);
    draw_text(y, x + 1, key_w - 1, e->possible ? R_KEY : R_DIM, ground, e->key);
    draw_text(y, x + 1 + key_w, label_w, !e->possible ? R_DIM : i == p->selected ? R_STRONG : R_TEXT, ground, label);
    if (w >= 60)
        draw_text(y, x + 3 + key_w + label_w, w - key_w - label_w - 4, R_DIM, ground, help);
    draw_hit((struct rect){y, x, 1, w}, HIT_ROW, i);
}

static void paint_foot(const struct palette *p, int y, int x, int w)
{
    const struct entry *e = p->count ? &p->entries[p->selected] : NULL;
    const char *why = e && e->cmd != CMD_NONE ? app_why_not(p->of, e->cmd) : NULL;
    const char *text = !e ? _("No such command") : why ? why : e->cmd == CMD_NONE ? "" : tr(command_info(e->cmd)->help);
    draw_text(y, x + 1, w - 2, why ? R_SOON : R_DIM, G_POPUP, text);
}

static void palette_paint(struct screen *s, struct rect r, struct cursor *cursor)
{
    struct palette *p = s->data;
    int w = r.w - 2 < 96 ? r.w : 96, most = p->count + 5, h = most < r.h ? most : r.h;
    if (p->help || h > r.h)
        h = r.h;
    struct rect box = {r.y, r.x + (r.w - w) / 2, h, w};
    size_t start, len;
    int cursor_x;
    draw_box(box, p->help ? _("Help: keys and commands of this screen") : _("Menu: every command by name"));
    draw_fill(box.y + 1, box.x + 2, w - 4, G_FIELD);
    edit_view(&p->query, w - 7, &start, &len, &cursor_x);
    if (edit_is_empty(&p->query))
        draw_text(box.y + 1, box.x + 3, w - 6, R_DIM, G_FIELD,
                  p->help ? _("type to find") : _("type the name of a command, or what to look for"));
    draw_text_n(box.y + 1, box.x + 3, w - 6, R_TEXT, G_FIELD, edit_text(&p->query) + start, len);
    *cursor = (struct cursor){box.y + 1, box.x + 3 + cursor_x};
    p->visible = h - 4 > 0 ? h - 4 : 1;
    if (p->selected < p->top)
        p->top = p->selected;
    if (p->selected >= p->top + p->visible)
        p->top = p->selected - p->visible + 1;
    for (int i = 0; i < p->visible && p->top + i < p->count; i++)
        paint_entry(p, p->top + i, box.y + 2 + i, box.x + 1, w - 2);
    if (p->top > 0)
        draw_text(box.y + 2, box.x + w - 2, 1, R_DIM, G_POPUP, theme_glyph(GL_MORE_UP));
    if (p->top + p->visible < p->count)
        draw_text(box.y + h - 3, box.x + w - 2, 1, R_DIM, G_POPUP, theme_glyph(GL_MORE_DOWN));
    if (h >= 5)
        paint_foot(p, box.y + h - 2, box.x + 1, w - 2);
}

static bool palette_command(struct screen *s, enum command cmd)
{
    if (cmd != CMD_OPEN)
        return false;
    run(s);
    return true;
}

static const char *palette_why_not(struct screen *s, enum command cmd)
{
    (void)s;
    return cmd == CMD_BACK || cmd == CMD_OPEN ? NULL : _("First close this with Esc");
}

static const char *palette_label(struct screen *s, enum command cmd)
{
    (void)s;
    return cmd == CMD_OPEN ? _("Run") : cmd == CMD_BACK ? _("Close") : NULL;
}

static void palette_close(struct screen *s)
{
    struct palette *p = s->data;
    edit_free(&p->query);
    free(p);
}

static const struct screen_ops palette_ops = {
    .name = "palette",
    .overlay = true,
    .scopes = palette_scopes,
    .paint = palette_paint,
    .wants_text = palette_wants_text,
    .key = palette_key,
    .command = palette_command,
    .why_not = palette_why_not,
    .label = palette_label,
    .click = palette_click,
    .close = palette_close,
};

static void open(struct screen *of, bool help)
{
    if (of->ops == &palette_ops)
        return;
    struct palette *p = calloc(1, sizeof *p);
    if (!p)
        abort();
    p->of = of;
    p->help = help;
    strf(p->scopes, sizeof p->scopes, "%s", app_scopes(of));
    edit_init(&p->query, false, 100);
    entries_fill(p);
    app_push(screen_new(&palette_ops, p));
}

void help_open(struct screen *of) { open(of, true); }

void palette_open(struct screen *of) { open(of, false); }
