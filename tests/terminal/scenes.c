#include "tests/terminal/scenes.h"
#include "common/utf8.h"
#include "tests/harness/check.h"
#include "tests/harness/clock.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char form_keys[] = "F2 ";

struct term *scene_login(const struct town *t, enum town_user who, int cols, int rows, const char *type)
{
    struct term *term = term_ssh(t->server, town_logins[who], cols, rows, type);
    term_wait_text(term, "F9"); /* the narrowest key bar has it too */
    return term;
}

const struct scene_shape scene_usual = {"usual", "xterm-256color", 80, 24}, scene_phone = {"phone", "xterm-256color", 40, 20},
                         scene_wide = {"wide", "xterm-256color", 200, 50}, scene_vt100 = {"vt100", "vt100", 80, 24},
                         scene_linux = {"linux", "linux", 80, 24};

struct term *scene_open(const struct town *t, enum town_user who, const struct scene_shape *shape)
{
    return scene_login(t, who, shape->cols, shape->rows, shape->type);
}

void scene_expect(struct term *t, const struct scene_shape *shape, const char *screen)
{
    char golden[64];
    snprintf(golden, sizeof golden, "%s_%s.txt", shape->name, screen);
    term_expect_screen(t, golden);
    scene_assert_sound(t);
    for (int y = 0; shape != &scene_vt100 && y < shape->rows; y++)
        for (int x = 0; x < shape->cols; x++)
            CHECK(term_cell_at(t, y, x).grounded, "%s: no ground of our own at line %d, column %d", golden, y, x);
}

static const char *const told[] = {"GOROD_TUI_IDLE=1", NULL};
const struct server_options scene_options = {.env = told};

struct picture {
    char *text;
    int row, col;
    long serial;
};

/* Another picture, or the cursor elsewhere; and whole, since the screen has settled after the keys. */
static bool has_changed(struct term *t, void *arg)
{
    const struct picture *before = arg;
    int col, row = term_cursor(t, &col);
    if (row == before->row && col == before->col && strcmp(term_text(t), before->text) == 0)
        return false;
    return term_is_settled(t) && term_idle_serial(t) > before->serial;
}

static bool is_settled(struct term *t, void *arg)
{
    (void)arg;
    term_text(t);
    return term_is_settled(t);
}

/* Of a whole screen: the rest of a frame that still arrives would count as the answer to the keys. */
static struct picture picture_of(struct term *t)
{
    term_wait_for(t, is_settled, NULL, "the screen settles before keys");
    struct picture p = {.text = strdup(term_text(t)), .serial = term_idle_serial(t)};
    p.row = term_cursor(t, &p.col);
    return p;
}

void scene_press(struct term *t, const char *keys)
{
    struct picture before = picture_of(t);
    term_key(t, keys);
    term_wait_for(t, has_changed, &before, keys);
    free(before.text);
}

void scene_write(struct term *t, const char *text)
{
    struct picture before = picture_of(t);
    term_type(t, text);
    term_wait_for(t, has_changed, &before, text);
    free(before.text);
}

void scene_settle(struct term *t, const char *keys)
{
    term_text(t); /* what has come counts as before */
    long before = term_idle_serial(t);
    term_key(t, keys);
    term_wait_settled(t, before, keys);
}

void scene_settle_type(struct term *t, const char *text)
{
    term_text(t);
    long before = term_idle_serial(t);
    term_type(t, text);
    term_wait_settled(t, before, text);
}

int scene_at_once_ms(struct term *t)
{
    enum { SECOND_MS = 1000, TURNS = 10 };
    int64_t start = clock_ms();
    scene_settle(t, "F5");
    return SECOND_MS + TURNS * (int)(clock_ms() - start);
}

static bool on_row_with(struct term *t, const char *text) { return strstr(term_row(t, term_cursor(t, NULL)), text) != NULL; }

enum { NOWHERE = 1000 };
struct way {
    const char *text;
    int rows_below; /* the cursor's row; NOWHERE: not on the screen */
    const struct picture *before;
};

/* Read off one settled screen; false while a frame is still arriving. */
static bool way_is_known(struct term *t, void *arg)
{
    struct way *w = arg;
    long serial;
    do {
        term_text(t); /* what has come, before its number is read */
        serial = term_idle_serial(t);
        int row = term_find(t, w->text);
        w->rows_below = on_row_with(t, w->text) ? 0 : row < 0 ? NOWHERE : row - term_cursor(t, NULL);
    } while (term_idle_serial(t) != serial);
    return term_is_settled(t);
}

/* A repaint for another reason (news, the clock) is no answer to the key: where the text is seen, only the way to it tells. */
static bool way_is_another(struct term *t, void *arg)
{
    struct way *before = arg, now = *before;
    return way_is_known(t, &now) &&
           (before->rows_below == NOWHERE ? has_changed(t, (void *)before->before) : now.rows_below != before->rows_below);
}

static void walk_to(struct term *t, const char *text, const char *back, const char *forth)
{
    enum { STEPS_MAX = 100 };
    struct way way = {.text = text};
    term_wait_for(t, way_is_known, &way, text);
    for (int i = 0; i < STEPS_MAX && way.rows_below; i++) {
        const char *key = way.rows_below < 0 ? back : forth;
        struct picture before = picture_of(t);
        way.before = &before;
        term_key(t, key);
        term_wait_for(t, way_is_another, &way, key);
        term_wait_for(t, way_is_known, &way, text);
        free(before.text);
    }
    CHECK(!way.rows_below, "the cursor never came to «%s»; the screen:\n%s", text, term_text(t));
}

void scene_to_field(struct term *t, const char *label) { walk_to(t, label, "BackTab", "Tab"); }

void scene_find_row(struct term *t, const char *text)
{
    term_wait_text(t, text);
    walk_to(t, text, "Up", "Down");
}

void scene_fill(struct term *t, const char *label, const char *text)
{
    scene_to_field(t, label);
    term_type(t, text);
    term_wait_text(t, text);
}

void scene_choose(struct term *t, const char *label, const char *text, const char *offered)
{
    scene_to_field(t, label);
    term_type(t, text);
    term_wait_text(t, offered);
    scene_press(t, "Enter");
}

void scene_submit(struct term *t)
{
    term_key(t, "F2");
    term_wait_gone(t, form_keys);
}

void scene_go(struct term *t, const char *letter, const char *title)
{
    term_type(t, letter);
    term_wait_text(t, title);
}

void scene_walk(struct term *t, const char *const *way)
{
    for (; *way; way++) {
        uint32_t cp;
        if (**way == '@')
            scene_find_row(t, *way + 1);
        else if (utf8_decode(*way, strlen(*way), &cp) == strlen(*way))
            scene_write(t, *way);
        else
            scene_press(t, *way);
    }
}

void scene_leave(struct term **t)
{
    enum { END_MS = 10000 };
    term_key(*t, "F10");
    /* With something begun it asks; the safe answer is under the cursor. */
    int code = term_wait_end(*t, END_MS);
    CHECK(code == 0, "the session ended with %d", code);
    term_close(t);
}

void scene_assert_sound(struct term *t)
{
    int col, row = term_cursor(t, &col);
    assert_true(row >= 0 && col >= 0);
    CHECK(!strstr(term_text(t), "\xef\xbf\xbd"), "broken characters on the screen:\n%s", term_text(t));
}

void scene_forget_drafts(struct town *t, enum town_user who)
{
    json_t *drafts = rpc_ok(town_as(t, who), "draft.list", NULL), *items = json_is_array(drafts) ? drafts : at(drafts, "items"), *draft;
    size_t i;
    json_array_foreach(items, i, draft) rpc_ok(town_as(t, who), "draft.drop", "{s:s}", "screen", at_text(draft, "screen"));
}
