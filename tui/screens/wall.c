/* The wall screen (gorod-tui --board): who is without what, in digits that are read from across the room. Nobody sits before it: it takes
 * no keys, reads itself anew at every event and every minute, and says when the server is away. */
#include "tui/dates.h"
#include "tui/i18n.h"
#include "tui/json.h"
#include "tui/screens/modules.h"
#include "tui/screens/outages.h"
#include "tui/term.h"
#include "tui/text.h"
#include "tui/words.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EVENT_DELAY_MS = 150, EVERY_MS = 60000, DIGIT_H = 5, DIGIT_W = 6, TILE_H = 10, TILE_W = 34, DIGITS_MAX = 8 };

struct wall {
    struct screen *screen;
    json_t *board;
};

/* Five rows of five cells for each digit. */
static const char *const shapes[10][DIGIT_H] = {
    {"#####", "#   #", "#   #", "#   #", "#####"}, {"   ##", "    #", "    #", "    #", "    #"},
    {"#####", "    #", "#####", "#    ", "#####"}, {"#####", "    #", " ####", "    #", "#####"},
    {"#   #", "#   #", "#####", "    #", "    #"}, {"#####", "#    ", "#####", "    #", "#####"},
    {"#####", "#    ", "#####", "#   #", "#####"}, {"#####", "    #", "    #", "    #", "    #"},
    {"#####", "#   #", "#####", "#   #", "#####"}, {"#####", "#   #", "#####", "    #", "#####"},
};

static void big_row(const char *shape, char *out, size_t size)
{
    const char *cell = term_glyph_level() > 1 ? "█" : "#";
    size_t used = 0;
    for (const char *p = shape; *p && used + 4 < size; p++)
        used += (size_t)snprintf(out + used, size - used, "%s", *p == '#' ? cell : " ");
}

static void paint_number(int y, int x, int w, int64_t n, enum role role)
{
    char digits[24], row[64];
    strf(digits, sizeof digits, "%lld", (long long)n);
    if ((int)strlen(digits) * DIGIT_W > w || strlen(digits) > DIGITS_MAX) {
        draw_text(y + DIGIT_H / 2, x, w, role, G_BASE, digits);
        return;
    }
    for (int line = 0; line < DIGIT_H; line++)
        for (size_t i = 0; digits[i]; i++) {
            big_row(shapes[digits[i] - '0'][line], row, sizeof row);
            draw_text(y + line, x + (int)i * DIGIT_W, DIGIT_W, role, G_BASE, row);
        }
}

/* What there is none of is not said; what matters most comes first, where the line is cut last. */
static void line_texts(const json_t *item, char counts[200], char times[200])
{
    char since[40], back[40];
    const char *promised = js_str(item, "next_promised")[0] ? js_str(item, "next_promised") : js_str(item, "promised");
    const struct {
        const char *label, *field;
    } parts[] = {
        {_("social"), "social_objects"}, {_("people"), "residents"}, {_("emerg."), "emergency_houses"}, {_("plan."), "planned_houses"}};
    size_t len = 0;
    counts[0] = '\0';
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (js_int(item, parts[i].field) > 0) {
            strf(counts + len, 200 - len, "%s%s %lld", len ? TEXT_PART " · " : "", parts[i].label, (long long)js_int(item, parts[i].field));
            len = strlen(counts);
        }
    dates_moment(js_str(item, "since"), since, sizeof since);
    dates_moment(promised, back, sizeof back);
    /* digits and signs alone: as many bytes as cells, so that one arrow stands under the other */
    strf(times, 200, "%s %s%s%-11s", _("since"), since, back[0] ? "  → " : "    ", back);
}

static enum role role_of(const json_t *item)
{
    return js_int(item, "promises_broken") > 0 ? R_LATE : js_int(item, "emergency_houses") > 0 ? R_SOON : R_STRONG;
}

static void paint_tile(struct rect r, const json_t *item)
{
    char counts[200], times[200];
    line_texts(item, counts, times);
    text_shorten(counts, sizeof counts, r.w);
    draw_text(r.y, r.x, r.w, R_STRONG, G_BASE, words_label("outage_resource", js_str(item, "resource")));
    paint_number(r.y + 1, r.x, r.w, js_int(item, "houses"), role_of(item));
    draw_text(r.y + 1 + DIGIT_H, r.x, r.w, R_TEXT, G_BASE, counts);
    draw_text(r.y + 2 + DIGIT_H, r.x, r.w, R_TEXT, G_BASE, times);
    if (js_int(item, "promises_broken") > 0) {
        strf(counts, sizeof counts, "%s %s: %lld", theme_glyph(GL_LATE), _("promises broken"), (long long)js_int(item, "promises_broken"));
        draw_text(r.y + 3 + DIGIT_H, r.x, r.w, R_LATE, G_BASE, counts);
    }
}

/* `tall`: two lines an item; else one, its words beside the names, where there is room. */
static void paint_row(int y, int x, int w, int label_w, bool tall, const json_t *item)
{
    enum { HOUSES_W = 7, BESIDE_MIN_W = 24 };
    char number[24], counts[200], times[200];
    const char *label = words_label("outage_resource", js_str(item, "resource"));
    int at = x + HOUSES_W + 2, room = w - HOUSES_W - 2;
    enum role role = role_of(item);
    line_texts(item, counts, times);
    strf(number, sizeof number, "%s%lld", js_int(item, "promises_broken") > 0 ? "! " : "", (long long)js_int(item, "houses"));
    draw_right(y, x, HOUSES_W, role, G_BASE, number);
    draw_text(y, at, room, role, G_BASE, label);
    if (tall) {
        text_shorten(counts, sizeof counts, room);
        draw_text(y + 1, at, room, R_TEXT, G_BASE, counts);
        draw_right(y, at + text_width(label) + 2, room - text_width(label) - 2, R_TEXT, G_BASE, times);
    } else if (room > label_w + BESIDE_MIN_W) {
        strf(counts + strlen(counts), sizeof counts - strlen(counts), TEXT_PART "  %s", times);
        text_shorten(counts, sizeof counts, room - label_w - 2);
        draw_text(y, at + label_w + 2, room - label_w - 2, R_TEXT, G_BASE, counts);
    }
}

static void paint_items(struct rect r, const json_t *items)
{
    int count = (int)json_array_size(items), across = r.w / TILE_W > 0 ? r.w / TILE_W : 1, down = r.h / TILE_H;
    if (count == 0) {
        draw_text(r.y + r.h / 2, r.x + (r.w - text_width(_("Everything is on."))) / 2, r.w, R_GOOD, G_BASE, _("Everything is on."));
        return;
    }
    if (across * down < count) {
        bool tall = count * 2 <= r.h;
        int step = count * 3 <= r.h ? 3 : tall ? 2 : 1, label_w = 0;
        for (int i = 0; i < count; i++) {
            int label = text_width(words_label("outage_resource", js_str(json_array_get(items, (size_t)i), "resource")));
            label_w = label > label_w ? label : label_w;
        }
        for (int i = 0; i < count && i * step < r.h; i++)
            paint_row(r.y + i * step, r.x, r.w, label_w, tall, json_array_get(items, (size_t)i));
        return;
    }
    across = (count + down - 1) / down; /* the fewer, the more room for words */
    int w = r.w / across;
    for (int i = 0; i < count; i++)
        paint_tile((struct rect){r.y + i / across * TILE_H, r.x + i % across * w, TILE_H, w - 2}, json_array_get(items, (size_t)i));
}

static void wall_paint(struct screen *s, struct rect r, struct cursor *cursor)
{
    const struct wall *wall = s->data;
    char clock[8], hour[400], head[300];
    cursor->y = -1;
    dates_clock(clock);
    strf(head, sizeof head, "%s · %s", app_me()->municipality, _("houses without supply"));
    draw_text(r.y, r.x + 1, r.w - 10, R_STRONG, G_BASE, head);
    draw_right(r.y, r.x + r.w - 9, 8, R_STRONG, G_BASE, clock);
    if (wall->board)
        paint_items((struct rect){r.y + 2, r.x + 2, r.h - 4, r.w - 4}, json_object_get(wall->board, "items"));
    if (!app_is_online()) {
        draw_text(r.y + r.h - 1, r.x + 1, r.w - 2, R_LATE, G_BASE, _("The server is away: what is shown may be out of date"));
    } else if (wall->board) {
        outage_hour_text(json_object_get(wall->board, "hour"), hour, sizeof hour);
        text_shorten(hour, sizeof hour, r.w - 2);
        draw_text(r.y + r.h - 1, r.x + 1, r.w - 2, R_TEXT, G_BASE, hour);
    }
}

static void wall_read(struct wall *wall);

static void read_again(void *arg) { wall_read(arg); }

static void board_come(void *arg, json_t *result, const struct rpc_error *error)
{
    struct wall *wall = arg;
    if (!error) {
        json_decref(wall->board);
        wall->board = json_incref(result);
    }
    timers_start(EVERY_MS, true, read_again, wall);
    app_dirty();
}

static void wall_read(struct wall *wall) { app_call(wall->screen, "outage.board", NULL, CALL_QUIET, board_come, wall); }

static void wall_refresh(struct screen *s) { wall_read(s->data); }

static void wall_event(struct screen *s, const char *record, int64_t id, bool own)
{
    (void)id;
    (void)own;
    if (strcmp(record, "outage") == 0 || strcmp(record, "*") == 0)
        timers_start(EVENT_DELAY_MS, true, read_again, s->data);
}

static void wall_title(const struct screen *s, char *out, size_t size)
{
    (void)s;
    strf(out, size, "%s", _("Outage board"));
}

static void wall_close(struct screen *s)
{
    struct wall *wall = s->data;
    timers_forget(wall);
    json_decref(wall->board);
    free(wall);
}

static const struct screen_ops wall_ops = {
    .name = "wall",
    .title = wall_title,
    .paint = wall_paint,
    .refresh = wall_refresh,
    .event = wall_event,
    .close = wall_close,
};

struct screen *wall_screen(void)
{
    struct wall *wall = calloc(1, sizeof *wall);
    if (!wall)
        abort();
    wall->screen = screen_new(&wall_ops, wall);
    wall_read(wall);
    return wall->screen;
}
