#include "tui/screens/figures.h"
#include "tui/i18n.h"
#include "tui/screens/tabs.h"
#include "tui/stack.h"
#include "tui/text.h"
#include <stdlib.h>
#include <string.h>

/* ---- what boards share ---- */

const char *figures_by(const struct figures *f) { return f->spec->tabs[f->tab].by; }

void figures_group(struct figures *f, int tab)
{
    f->tab = (tab + f->spec->tab_count) % f->spec->tab_count;
    list_reload(f->list);
}

static bool is_none(const char *number) { return !*number || strcmp(number, "0") == 0; }

void figures_count(const struct row *row, const char *field, enum role strong, char *out, size_t size, enum role *role)
{
    const char *n = row_get(row, field);
    *role = is_none(n) ? R_DIM : strong;
    strf(out, size, "%s", is_none(n) ? "·" : n);
}

void figures_add(char *out, size_t size, const char *label, const char *number)
{
    size_t len = strlen(out);
    if (!is_none(number))
        strf(out + len, size - len, "%s%s %s", len ? TEXT_PART " · " : "", label, number);
}

/* ---- commands ---- */

static void turn(struct figures *f, int tab)
{
    if (f->spec->tab_left)
        f->spec->tab_left(f);
    figures_group(f, tab);
}

static bool figures_command(struct screen *s, enum command cmd)
{
    struct figures *f = s->data;
    if (f->spec->command(f, list_selected(f->list), cmd))
        return true;
    if (cmd != CMD_NEXT_TAB && cmd != CMD_PREV_TAB)
        return false;
    turn(f, f->tab + (cmd == CMD_NEXT_TAB ? 1 : -1));
    return true;
}

static const char *figures_why_not(struct screen *s, enum command cmd)
{
    struct figures *f = s->data;
    bool mine = true;
    const char *why = f->spec->why_not(f, list_selected(f->list), cmd, &mine);
    if (mine || cmd == CMD_NEXT_TAB || cmd == CMD_PREV_TAB)
        return mine ? why : NULL;
    return _("This key does nothing here; F1 tells what is possible");
}

static const char *figures_label(struct screen *s, enum command cmd)
{
    const struct figures *f = s->data;
    return f->spec->label ? f->spec->label(f, cmd) : NULL;
}

static bool figures_key(struct screen *s, int key)
{
    const struct figures *f = s->data;
    return list_key(f->list, key);
}

static bool figures_click(struct screen *s, enum hit what, int arg)
{
    struct figures *f = s->data;
    bool again;
    if (what == HIT_TAB)
        turn(f, arg);
    else if (what == HIT_ROW && list_click(f->list, arg, &again) && again)
        app_command(CMD_OPEN);
    return true;
}

/* ---- painting ---- */

static void figures_paint(struct screen *s, struct rect r, struct cursor *cursor)
{
    const struct figures *f = s->data;
    struct tab tabs[TABS_MAX];
    char sums[400] = "";
    for (int i = 0; i < f->spec->tab_count; i++)
        tabs[i] = (struct tab){.label = tr(f->spec->tabs[i].label)};
    if (r.h > 3) {
        tabs_paint((struct rect){r.y, r.x, 1, r.w}, tabs, (size_t)f->spec->tab_count, (size_t)f->tab,
                   f->spec->corner ? f->spec->corner(f) : "");
        r.y++;
        r.h--;
    }
    f->spec->sums(f, r.w - 2, sums, sizeof sums);
    text_shorten(sums, sizeof sums, r.w - 2);
    if (r.h > 3 && sums[0]) {
        draw_text(r.y, r.x + 1, r.w - 2, R_STRONG, G_BASE, sums);
        r.y++;
        r.h--;
    }
    list_paint(f->list, r, cursor);
}

static void figures_title(const struct screen *s, char *out, size_t size)
{
    const struct figures *f = s->data;
    f->spec->title(f, out, size);
}

static void figures_hint(const struct screen *s, char *out, size_t size)
{
    const struct figures *f = s->data;
    const struct row *row = list_selected(f->list);
    if (row && f->spec->hint)
        f->spec->hint(f, row, out, size);
}

static const char *figures_scopes(const struct screen *s)
{
    const struct figures *f = s->data;
    return f->spec->scopes;
}

/* ---- life ---- */

static bool figures_busy(const struct screen *s)
{
    const struct figures *f = s->data;
    return list_is_busy(f->list);
}

static void figures_refresh(struct screen *s)
{
    struct figures *f = s->data;
    list_refresh(f->list, false);
}

static void figures_event(struct screen *s, const char *record, int64_t id, bool own)
{
    struct figures *f = s->data;
    (void)id;
    if (strcmp(record, f->spec->record) == 0)
        list_news(f->list, own);
}

static void figures_close(struct screen *s)
{
    struct figures *f = s->data;
    list_free(&f->list);
    f->spec->free(f->data);
    free(f);
}

static const struct screen_ops figures_ops = {
    .name = "figures",
    .scopes = figures_scopes,
    .title = figures_title,
    .paint = figures_paint,
    .key = figures_key,
    .command = figures_command,
    .why_not = figures_why_not,
    .label = figures_label,
    .click = figures_click,
    .busy = figures_busy,
    .refresh = figures_refresh,
    .event = figures_event,
    .hint = figures_hint,
    .close = figures_close,
};

struct screen *figures_screen(const struct figures_spec *spec, void *data)
{
    struct figures *f = calloc(1, sizeof *f);
    if (!f)
        abort();
    *f = (struct figures){.spec = spec, .data = data};
    f->screen = screen_new(&figures_ops, f);
    f->list = list_new(spec->list, f->screen, f);
    list_reload(f->list);
    return f->screen;
}
