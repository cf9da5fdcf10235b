/* What people do at the screen, said once: log in, walk through a form, open a list. */
#pragma once
#include "tests/harness/term.h"
#include "tests/harness/town.h"

/* Servers for these scenes: their screens tell when they have settled. */
extern const struct server_options scene_options;

/* The terminals that people have; each names the goldens taken on it. */
struct scene_shape {
    const char *name, *type;
    int cols, rows;
};
extern const struct scene_shape scene_usual, scene_phone, scene_wide, scene_vt100, scene_linux;
/* A row of a test program: `walk`, whose state is the shape. */
#define SCENE_WALK(walk, shape)                                                                                                            \
    {                                                                                                                                      \
#shape, walk, NULL, NULL, (void *)&scene_##shape                                                                                   \
    }
/* Compares with golden SHAPE_SCREEN.txt; the screen is sound, and where there are colours each cell has its ground: the terminal's own may
 * be any colour, and would show in stripes. */
void scene_expect(struct term *t, const struct scene_shape *shape, const char *screen);
struct term *scene_open(const struct town *t, enum town_user who, const struct scene_shape *shape);
/* Logs in over ssh and waits for the first screen. */
struct term *scene_login(const struct town *t, enum town_user who, int cols, int rows, const char *type);
/* Presses keys and waits until the screen has answered: another picture, or the cursor elsewhere. */
void scene_press(struct term *t, const char *keys);
void scene_write(struct term *t, const char *text);
/* Presses keys that may well change nothing, and waits until the screen has taken them. */
void scene_settle(struct term *t, const char *keys);
void scene_settle_type(struct term *t, const char *text);
/* "Within a second" on a machine that has time; on a busy one ten turns of its own more, a turn being what a refresh takes now. */
int scene_at_once_ms(struct term *t);
/* Walks by Tab (back, when it stands above) until the cursor stands on the row whose text holds the label. */
void scene_to_field(struct term *t, const char *label);
/* Fills the field with this label and stays in it. */
void scene_fill(struct term *t, const char *label, const char *text);
/* Fills a field that is chosen from records: writes, waits until the name is offered, takes it. */
void scene_choose(struct term *t, const char *label, const char *text, const char *offered);
/* Sends the form and waits until its key bar is gone. */
void scene_submit(struct term *t);
/* Opens a screen by its capital letter and waits for the title. */
void scene_go(struct term *t, const char *letter, const char *title);
/* Walks down until the cursor's row holds the text. */
void scene_find_row(struct term *t, const char *text);
/* A way through screens: each step is a letter, a named key, or "@text", which walks to the row; ends with NULL. */
void scene_walk(struct term *t, const char *const *way);
/* Leaves the program as people do, and waits for its end with exit code 0. */
void scene_leave(struct term **t);
/* Every row fits the width; the cursor is on the screen. */
void scene_assert_sound(struct term *t);
/* Drops every draft of the user, so that forms open empty. */
void scene_forget_drafts(struct town *t, enum town_user who);
