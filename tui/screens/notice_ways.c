/* What the person is told of and by which ways: a row a kind, a column a way. Every change is kept at once; nothing has to be saved. */
#include "tui/i18n.h"
#include "tui/json.h"
#include "tui/keys.h"
#include "tui/screens/modules.h"
#include "tui/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    HOURS = 3,
    WAYS = 5,
    KINDS_MAX = 200,
    HOUR_NONE = -1,
    HOURS_A_DAY = 24,
    NARROW = 76,
    WIDE_COLUMN = 9,
    NARROW_COLUMN = 3,
    LABEL_MAX = 46
};

static const struct way {
    const char *id, *title, *help; /* msgids */
} ways[WAYS] = {
    {"screen", N_("Screen"), N_("Screen: in this list and in the number of the status line")},
    {"bell", N_("Bell"), N_("Bell: the terminal rings")},
    {"title", N_("Window"), N_("Window: the number stands in the window's title")},
    {"desktop", N_("Popup"), N_("Popup: your computer shows the sentence, if its terminal can (OSC 9)")},
    {"mail", N_("Mail"), N_("Mail: a letter at once, with the number and without names")},
};

static const struct hour {
    const char *param, *label, *help; /* msgids */
    int first;                        /* when it is switched on */
} hours[HOURS] = {
    {"digest_hour", N_("Digest by mail every day at"),
     N_("One letter a day: overdue, due soon, to accept, unread. Left, Right: hour; Space: on, off"), 8},
    {"quiet_from", N_("No letters from"), N_("Quiet hours: letters wait for their end. Left, Right: hour; Space: on, off"), 20},
    {"quiet_to", N_("until"), N_("Quiet hours: letters wait for their end. Left, Right: hour; Space: on, off"), 8},
};

struct kind {
    char id[48], label[160];
    bool on[WAYS];
};

struct screen_ways {
    struct screen *screen;
    struct kind kinds[KINDS_MAX];
    int count, row, column, top;
    int hour[HOURS];
    char email[200];
    bool mail_on, known, waiting;
};

/* ---- what the server says ---- */

static int hour_of(const json_t *result, const char *name)
{
    const json_t *value = json_object_get(result, name);
    return json_is_integer(value) ? (int)json_integer_value(value) : HOUR_NONE;
}

static void take_kind(struct kind *k, const json_t *item)
{
    size_t i;
    json_t *way;
    *k = (struct kind){.on = {false}};
    strf(k->id, sizeof k->id, "%s", js_str(item, "kind"));
    strf(k->label, sizeof k->label, "%s", js_str(item, "label"));
    json_array_foreach(json_object_get(item, "ways"), i, way) for (int w = 0; w < WAYS; w++) k->on[w] |=
        json_string_value(way) && strcmp(json_string_value(way), ways[w].id) == 0;
}

static void taken(void *arg, json_t *result, const struct rpc_error *error)
{
    struct screen_ways *s = arg;
    size_t i;
    json_t *item;
    s->waiting = false;
    if (error) {
        app_status_error(error);
        return;
    }
    s->known = true;
    s->count = 0;
    json_array_foreach(json_object_get(result, "kinds"), i, item) if (s->count < KINDS_MAX) take_kind(&s->kinds[s->count++], item);
    for (int h = 0; h < HOURS; h++)
        s->hour[h] = hour_of(result, hours[h].param);
    strf(s->email, sizeof s->email, "%s", js_str(result, "email"));
    s->mail_on = js_bool(result, "mail_on");
    app_dirty();
}

static void read_again(struct screen *screen)
{
    struct screen_ways *s = screen->data;
    app_call(screen, "notification.settings", NULL, s->known ? CALL_QUIET : 0, taken, s);
}

static void send(struct screen_ways *s, json_t *params)
{
    char id[37];
    client_uuid(id);
    json_object_set_new(params, "request_id", json_string(id));
    s->waiting = true;
    app_call(s->screen, "notification.settings_set", params, CALL_WRITE, taken, s);
}

/* ---- changing ---- */

static bool on_hours(const struct screen_ways *s) { return s->row < HOURS; }

static json_t *hour_json(int hour)
{
    char text[8] = "off";
    if (hour != HOUR_NONE)
        strf(text, sizeof text, "%d", hour);
    return json_string(text);
}

/* Quiet hours begin and end together. */
static void hour_send(struct screen_ways *s)
{
    if (s->row == 0)
        send(s, json_pack("{s:o}", hours[0].param, hour_json(s->hour[0])));
    else
        send(s, json_pack("{s:o,s:o}", hours[1].param, hour_json(s->hour[1]), hours[2].param, hour_json(s->hour[2])));
}

static void toggle(struct screen_ways *s)
{
    if (on_hours(s)) {
        bool off = s->hour[s->row] != HOUR_NONE;
        for (int h = 0; h < HOURS; h++)
            if ((h == 0) == (s->row == 0))
                s->hour[h] = off ? HOUR_NONE : hours[h].first;
        hour_send(s);
        return;
    }
    struct kind *k = &s->kinds[s->row - HOURS];
    json_t *list = json_array();
    k->on[s->column] = !k->on[s->column];
    for (int w = 0; w < WAYS; w++)
        if (k->on[w])
            json_array_append_new(list, json_string(ways[w].id));
    send(s, json_pack("{s:s,s:o}", "kind", k->id, "ways", list));
}

static void sideways(struct screen_ways *s, int step)
{
    if (!on_hours(s)) {
        s->column = (s->column + step + WAYS) % WAYS;
        return;
    }
    if (s->hour[s->row] == HOUR_NONE) {
        toggle(s);
        return;
    }
    s->hour[s->row] = (s->hour[s->row] + step + HOURS_A_DAY) % HOURS_A_DAY;
    hour_send(s);
}

static void move_to(struct screen_ways *s, int row)
{
    int last = HOURS + s->count - 1;
    s->row = row < 0 ? 0 : row > last ? last : row;
}

static bool ways_key(struct screen *screen, int key)
{
    enum { PAGE = 10 };
    struct screen_ways *s = screen->data;
    switch (key) {
    case K_UP: move_to(s, s->row - 1); return true;
    case K_DOWN: move_to(s, s->row + 1); return true;
    case K_PGUP: move_to(s, s->row - PAGE); return true;
    case K_PGDN: move_to(s, s->row + PAGE); return true;
    case K_HOME: move_to(s, 0); return true;
    case K_END: move_to(s, HOURS + s->count - 1); return true;
    case K_LEFT: sideways(s, -1); return true;
    case K_RIGHT: sideways(s, 1); return true;
    default: return false;
    }
}

/* ---- painting ---- */

static void paint_hour(const struct screen_ways *s, int h, int y, struct rect r, int at)
{
    char value[16];
    enum ground ground = s->row == h ? G_SELECT : G_BASE;
    if (s->hour[h] == HOUR_NONE)
        strf(value, sizeof value, "%s", _("off"));
    else
        strf(value, sizeof value, "%d:00", s->hour[h]);
    draw_fill(y, r.x, r.w, ground);
    draw_right(y, r.x + 1, at - 2, R_TEXT, ground, _(hours[h].label));
    draw_text(y, r.x + at + 1, 8, s->hour[h] == HOUR_NONE ? R_DIM : R_STRONG, ground, value);
}

static void paint_kind(const struct screen_ways *s, int i, int y, struct rect r, int at, int step)
{
    const struct kind *k = &s->kinds[i];
    bool chosen = s->row == HOURS + i;
    enum ground ground = chosen ? G_SELECT : G_BASE;
    draw_fill(y, r.x, r.w, ground);
    draw_text(y, r.x + 1, at - 2, R_TEXT, ground, k->label);
    for (int w = 0; w < WAYS; w++) {
        bool here = chosen && s->column == w;
        if (step == WIDE_COLUMN)
            draw_text(y, r.x + at + w * step + 1, 3, k->on[w] ? R_STRONG : R_DIM, here ? G_FOCUS : ground,
                      theme_glyph(k->on[w] ? GL_ON : GL_OFF));
        else
            draw_text(y, r.x + at + w * step + 1, 1, k->on[w] ? R_STRONG : R_DIM, here ? G_FOCUS : ground, k->on[w] ? "x" : "-");
    }
}

static void paint_heads(int y, struct rect r, int at, int step)
{
    for (int w = 0; w < WAYS; w++)
        draw_text_n(y, r.x + at + w * step + 1, step - 1, R_DIM, G_BASE, _(ways[w].title),
                    step == WIDE_COLUMN ? strlen(_(ways[w].title)) : text_next(_(ways[w].title), strlen(_(ways[w].title)), NULL));
}

static void ways_paint(struct screen *screen, struct rect r, struct cursor *cursor)
{
    struct screen_ways *s = screen->data;
    int step = r.w < NARROW ? NARROW_COLUMN : WIDE_COLUMN, at = r.w - WAYS * step - 1 < LABEL_MAX ? r.w - WAYS * step - 1 : LABEL_MAX,
        heads = HOURS;
    if (!s->known)
        return;
    /* The heading stands between the hours and the kinds, and stays when the kinds scroll under it. */
    int room = r.h - heads - 1, first = s->top;
    if (s->row >= HOURS && room > 0) {
        int i = s->row - HOURS;
        first = i < first ? i : i >= first + room ? i - room + 1 : first;
    }
    s->top = first;
    for (int h = 0; h < HOURS && h < r.h; h++)
        paint_hour(s, h, r.y + h, r, at);
    if (r.h > heads)
        paint_heads(r.y + heads, r, at, step);
    for (int i = 0; i < room && first + i < s->count; i++)
        paint_kind(s, first + i, r.y + heads + 1 + i, r, at, step);
    if (on_hours(s))
        *cursor = (struct cursor){r.y + s->row, r.x + at + 1};
    else
        *cursor = (struct cursor){r.y + heads + 1 + s->row - HOURS - first, r.x + at + s->column * step + 1 + (step == WIDE_COLUMN)};
}

static void ways_hint(const struct screen *screen, char *out, size_t size)
{
    const struct screen_ways *s = screen->data;
    bool mail = on_hours(s) || strcmp(ways[s->column].id, "mail") == 0;
    if (!s->known)
        return;
    if (mail && !s->mail_on)
        strf(out, size, "%s", _("No mail server is configured: letters are not sent"));
    else if (mail && !s->email[0])
        strf(out, size, "%s", _("You have no address: ask an administrator to write it down"));
    else
        strf(out, size, "%s", on_hours(s) ? _(hours[s->row].help) : _(ways[s->column].help));
}

/* ---- screen ---- */

static const char *ways_scopes(const struct screen *s)
{
    (void)s;
    return "ways";
}

static void ways_title(const struct screen *s, char *out, size_t size)
{
    (void)s;
    strf(out, size, "%s", _("What I am told of, and how"));
}

static bool ways_command(struct screen *screen, enum command cmd)
{
    if (cmd == CMD_WAY_TOGGLE)
        toggle(screen->data);
    return cmd == CMD_WAY_TOGGLE;
}

static const char *ways_why_not(struct screen *screen, enum command cmd)
{
    const struct screen_ways *s = screen->data;
    return cmd == CMD_WAY_TOGGLE && s->known ? NULL : _("This key does nothing here; F1 tells what is possible");
}

static bool ways_busy(const struct screen *screen)
{
    const struct screen_ways *s = screen->data;
    return s->waiting || !s->known;
}

static void ways_close(struct screen *screen) { free(screen->data); }

static const struct screen_ops ways_ops = {
    .name = "ways",
    .scopes = ways_scopes,
    .title = ways_title,
    .paint = ways_paint,
    .key = ways_key,
    .command = ways_command,
    .why_not = ways_why_not,
    .busy = ways_busy,
    .refresh = read_again,
    .hint = ways_hint,
    .close = ways_close,
};

void notice_ways_open(void)
{
    struct screen_ways *s = calloc(1, sizeof *s);
    if (!s)
        abort();
    s->screen = screen_new(&ways_ops, s);
    s->row = HOURS;
    app_push(s->screen);
    read_again(s->screen);
}
