/* The same screens on a phone, on a wall, on old terminals; sizes that change at any moment; texts that try to break out. */
#include "tests/harness/check.h"
#include "tests/harness/clock.h"
#include "tests/terminal/scenes.h"
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOTICE_MS = 20000 };

static struct server *server;
static struct town town;
static json_int_t appeal;

static void starts_and_is_filled(void **state)
{
    (void)state;
    server = server_start(&scene_options);
    given_municipality(server, &town);
    given_appeal(&town, "Иванова Мария Петровна", "Не горит фонарь у дома 12 по улице Ленина");
    appeal = at_int(given_appeal(&town, "Щербаков Игорь Львович", "Яма у школы №4"), "id");
    given_assignment(&town, appeal, TOWN_executor, "Заделать яму у школы №4");
    for (int i = 0; i < 60; i++) {
        char subject[64];
        snprintf(subject, sizeof subject, "Обращение для листания %d", i);
        rpc_ok(town.admin, "appeal.register", "{s:s, s:s, s:b, s:s}", "kind", "message", "channel", "phone", "anonymous", 1, "subject",
               subject);
    }
    /* Its notice is made a moment after the assignment: one that comes to an open screen is told in the status line. */
    struct rpc *executor = town_as(&town, TOWN_executor);
    for (int64_t until = clock_ms() + NOTICE_MS; at_int(rpc_ok(executor, "notification.list", "{s:i}", "limit", 1), "total") == 0;
         poll(NULL, 0, 20))
        CHECK(clock_ms() < until, "no notice of the assignment");
}

/* The walk that each shape makes: first screen, list, card, form; a golden of each. */
static void walk(void **state)
{
    const struct scene_shape *shape = *state;
    struct term *t = scene_open(&town, TOWN_executor, shape);
    term_wait_text(t, "П-1");
    scene_expect(t, shape, "my_day");
    scene_press(t, "Enter");
    term_wait_text(t, "Ершова");
    scene_expect(t, shape, "card");
    term_key(t, "Esc");
    term_close(&t);
    t = scene_open(&town, TOWN_clerk, shape);
    scene_go(t, "О", "Обращения");
    term_wait_text(t, "листания 59");
    scene_expect(t, shape, "list");
    term_key(t, "F7");
    term_wait_text(t, "Регистрация");
    scene_expect(t, shape, "form");
    term_close(&t);
}

static bool is_monochrome(struct term *t, int cols, int rows)
{
    for (int row = 0; row < rows; row++)
        for (int col = 0; col < cols; col++)
            if (term_cell_at(t, row, col).coloured)
                return false;
    return true;
}

static void a_vt100_has_no_colours(void **state)
{
    (void)state;
    struct term *t = scene_login(&town, TOWN_executor, 80, 24, "vt100");
    term_wait_text(t, "П-1");
    assert_true(is_monochrome(t, 80, 24));
    /* The chosen row stands out without colour: by its mark, or its weight. */
    struct term_cell here = term_cell_at(t, term_find(t, "П-1"), 20);
    assert_true(here.bold || here.reverse || here.underline);
    term_key(t, "F10");
    term_wait_end(t, 10000);
    term_close(&t);
}

static void terminals_that_terminfo_does_not_know(void **state)
{
    (void)state;
    static const char *const types[] = {
        "xterm-kitty",      "foot", "alacritty", "putty-256color", "screen.xterm-256color", "tmux-256color", "no-such-terminal",
        "../../etc/passwd", ""};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        struct term *t = term_ssh(server, "clerk", 80, 24, types[i]);
        CHECK(term_sees_text(t, "Мой день", TERM_WAIT_MS), "TERM=%s shows:\n%s", types[i], term_text(t));
        term_close(&t);
    }
    /* One that cannot place the cursor is told what to do instead. */
    struct term *t = term_ssh(server, "clerk", 80, 24, "dumb");
    term_wait_text(t, "dumb");
    term_wait_text(t, "help");
    assert_int_not_equal(term_wait_end(t, 10000), 0);
    term_close(&t);
}

static void a_terminal_without_colours(void **state)
{
    (void)state;
    struct term *t = scene_login(&town, TOWN_clerk, 80, 24, "xterm-mono");
    term_wait_text(t, "С-60");
    assert_true(is_monochrome(t, 80, 24));
    term_close(&t);
}

/* ---- sizes ---- */

static void sizes_without_sense(void **state)
{
    (void)state;
    static const int sizes[][2] = {{10, 3}, {1, 1}, {2, 100}, {500, 2}, {300, 120}, {40, 10}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        int cols = sizes[i][0] ? sizes[i][0] : 80, rows = sizes[i][1] ? sizes[i][1] : 24;
        struct term *t = term_ssh(server, "clerk", cols, rows, "xterm-256color");
        term_wait_settled(t, -1, "login");
        scene_settle(t, "F7 Tab Tab Down Up Esc");
        term_resize(t, 80, 24);
        term_wait_text(t, "F10");
        term_close(&t);
    }
}

/* The screen of a size that cannot be is drawn for another one; the true size makes it right again. */
static void sizes_that_cannot_be(void **state)
{
    (void)state;
    static const int sizes[][2] = {{0, 0}, {65535, 65535}, {0, 65535}, {65535, 0}, {65535, 1}};
    struct term *t = scene_login(&town, TOWN_clerk, 80, 24, "xterm-256color");
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        term_claim_size(t, sizes[i][0], sizes[i][1]);
        term_key(t, "F5");
        term_wait_quiet(t, 300);
        term_resize(t, 79 - (int)i, 24);
        term_wait_text(t, "F10");
        scene_assert_sound(t);
    }
    scene_leave(&t);
}

static void sizes_that_change_while_one_works(void **state)
{
    (void)state;
    scene_forget_drafts(&town, TOWN_clerk);
    struct term *t = scene_login(&town, TOWN_clerk, 80, 24, "xterm-256color");
    scene_press(t, "F7");
    scene_to_field(t, "Текст");
    term_type(t, "Набрано до изменения размера");
    term_wait_text(t, "Набрано до");
    for (int i = 0; i < 60; i++) {
        term_resize(t, 20 + i * 7 % 180, 5 + i * 3 % 60);
        if (i % 10 == 0)
            term_type(t, ".");
    }
    term_resize(t, 100, 30);
    term_wait_text(t, "Набрано до изменения размера......");
    scene_assert_sound(t);
    term_resize(t, 40, 20);
    term_wait_text(t, "Набрано");
    term_close(&t);
}

static void the_cursor_stands_on_the_chosen_row(void **state)
{
    (void)state;
    struct term *t = scene_login(&town, TOWN_clerk, 80, 24, "xterm-256color");
    scene_go(t, "О", "Обращения");
    term_wait_text(t, "листания 59");
    term_wait_cursor_on(t, "листания 59");
    for (int i = 58; i > 30; i--) {
        char row[64];
        snprintf(row, sizeof row, "листания %d", i);
        term_key(t, "Down");
        term_wait_cursor_on(t, row);
    }
    term_key(t, "Home");
    term_wait_cursor_on(t, "листания 59");
    term_key(t, "End");
    term_wait_cursor_on(t, "ОГ-1");
    term_key(t, "PgUp PgUp");
    term_wait_gone(t, "ОГ-1/");
    term_close(&t);
}

/* Of every cell what a person can see: a blank has a look of its own only where it is reversed or underlined. */
static char *picture_of(struct term *t, int cols, int rows)
{
    size_t len = strlen(term_text(t)), used = 0, room = len + (size_t)(cols * rows) + 1;
    char *picture = malloc(room);
    assert_non_null(picture);
    for (int y = 0; y < rows; y++)
        for (int x = 0; x < cols; x++) {
            struct term_cell c = term_cell_at(t, y, x);
            picture[used++] = (char)('0' + (c.reverse | c.underline << 1));
        }
    memcpy(picture + used, term_text(t), len + 1);
    return picture;
}

static void draw_anew(struct term *t, int cols, int rows)
{
    for (int more = 1; more >= 0; more--) {
        long since = term_idle_serial(t);
        term_resize(t, cols + more, rows);
        term_wait_settled(t, since, "resized");
    }
}

/* Lines that a scroll has moved are the ones that drawing everything again would show, whatever lies beside them. */
static void a_scrolled_list_is_as_drawn_anew(void **state)
{
    (void)state;
    static const struct scene_shape *const shapes[] = {&scene_usual, &scene_wide, &scene_phone, &scene_vt100};
    static const struct {
        const char *key;
        int times;
    } walks[] = {{"Down", 21}, {"PgDn", 1}, {"Up", 3}, {"PgUp", 1}, {"Space", 2}, {"End", 1}, {"Up", 8}, {"Home", 1}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        int cols = shapes[i]->cols, rows = shapes[i]->rows;
        struct term *t = scene_open(&town, TOWN_clerk, shapes[i]);
        scene_go(t, "О", "Обращения");
        for (size_t k = 0; k < sizeof walks / sizeof *walks; k++) {
            for (int n = 0; n < walks[k].times; n++)
                scene_press(t, walks[k].key);
            char *moved = picture_of(t, cols, rows);
            draw_anew(t, cols, rows);
            char *anew = picture_of(t, cols, rows);
            CHECK(strcmp(moved, anew) == 0, "%dx%d after %s: what was moved\n%s\nand drawn anew\n%s", cols, rows, walks[k].key,
                  moved + (size_t)(cols * rows), anew + (size_t)(cols * rows));
            free(moved);
            free(anew);
        }
        term_close(&t);
    }
}

/* Keys typed while the screen still waits for the server go where they would have gone. */
static void type_ahead_is_never_lost(void **state)
{
    (void)state;
    struct term *t = term_ssh(server, "clerk", 80, 24, "xterm-256color");
    term_wait_text(t, "F10");
    term_type(t, "О");
    term_key(t, "Down Down Down Enter");
    term_wait_text(t, "листания 56");
    term_wait_gone(t, "листания 57");
    term_close(&t);
}

static void moving_costs_few_bytes(void **state)
{
    (void)state;
    struct term *t = scene_login(&town, TOWN_clerk, 80, 24, "xterm-256color");
    scene_go(t, "О", "Обращения");
    term_wait_cursor_on(t, "листания 59");
    scene_settle(t, "Home");
    size_t before = term_bytes(t);
    scene_settle(t, "Down");
    term_wait_cursor_on(t, "листания 58");
    CHECK(term_bytes(t) - before < 1200, "one row down costs %zu bytes", term_bytes(t) - before);
    term_close(&t);
}

/* ---- texts ---- */

static void texts_do_not_break_the_screen(void **state)
{
    (void)state;
    static const char *const subjects[] = {"👩‍👩‍👧 семья 漢字 и e\xcc\x81\xcc\x81\xcc\x81 знаки",
                                           "\xe2\x80\xae"
                                           "справа налево \xd7\xa2\xd7\x91\xd7\xa8\xd7\x99\xd7\xaa",
                                           "оченьдлинноесловобезпробеловоченьдлинноесловобезпробеловоченьдлинноесловобезпробелов",
                                           "%s%n%d \\033[31m ${HOME}",
                                           "\xef\xbb\xbfметка порядка байтов",
                                           "\xe2\x80\xa8 разделитель строк \xe2\x80\xa9"};
    for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++)
        rpc_ok(town.admin, "appeal.register", "{s:s, s:s, s:b, s:s, s:s}", "kind", "message", "channel", "phone", "anonymous", 1, "subject",
               subjects[i], "text", subjects[i]);
    static const int widths[] = {80, 40, 200};
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        struct term *t = scene_login(&town, TOWN_clerk, widths[i], 24, "xterm-256color");
        scene_go(t, "О", "Обращения");
        term_wait_text(t, "семья");
        /* The frame still stands where it stood: the key bar is the last row, once. */
        CHECK(strstr(term_row(t, 23), "F9"), "the key bar has moved:\n%s", term_text(t));
        for (size_t k = 0; k < sizeof subjects / sizeof *subjects; k++) {
            scene_press(t, "Enter");
            CHECK(strstr(term_row(t, 23), "F9"), "the key bar has moved:\n%s", term_text(t));
            term_key(t, "Esc");
            term_wait_text(t, "Обращения");
            term_key(t, "Down");
        }
        term_close(&t);
    }
}

static void a_paste_is_text(void **state)
{
    (void)state;
    scene_forget_drafts(&town, TOWN_clerk);
    struct term *t = scene_login(&town, TOWN_clerk, 80, 24, "xterm-256color");
    scene_press(t, "F7");
    scene_to_field(t, "Текст");
    /* Pasted escapes, tabs and newlines press no keys: the form is still there, nothing was sent. */
    term_paste(t, "Первая строка\nвторая\tс табуляцией\n\033OQтретья\033[21~");
    term_wait_text(t, "вторая");
    term_wait_text(t, "F2 ");
    assert_true(term_has(t, "Регистрация"));
    term_close(&t);
}

static void english_for_whom_it_is_set(void **state)
{
    (void)state;
    rpc_ok(town_as(&town, TOWN_analyst), "session.language", "{s:s}", "language", "en");
    struct term *t = term_ssh(server, "analyst", 80, 24, "xterm-256color");
    term_wait_text(t, "My day");
    assert_false(term_has(t, "Мой день"));
    term_close(&t);
}

static void stops_cleanly(void **state)
{
    (void)state;
    town_close_sessions(&town);
    server_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_and_is_filled),
        SCENE_WALK(walk, usual),
        SCENE_WALK(walk, phone),
        SCENE_WALK(walk, wide),
        SCENE_WALK(walk, vt100),
        cmocka_unit_test(a_vt100_has_no_colours),
        SCENE_WALK(walk, linux),
        cmocka_unit_test(terminals_that_terminfo_does_not_know),
        cmocka_unit_test(a_terminal_without_colours),
        cmocka_unit_test(sizes_without_sense),
        cmocka_unit_test(sizes_that_cannot_be),
        cmocka_unit_test(sizes_that_change_while_one_works),
        cmocka_unit_test(the_cursor_stands_on_the_chosen_row),
        cmocka_unit_test(a_scrolled_list_is_as_drawn_anew),
        cmocka_unit_test(type_ahead_is_never_lost),
        cmocka_unit_test(moving_costs_few_bytes),
        cmocka_unit_test(texts_do_not_break_the_screen),
        cmocka_unit_test(a_paste_is_text),
        cmocka_unit_test(english_for_whom_it_is_set),
        cmocka_unit_test(stops_cleanly),
    };
    return HARNESS_RUN("shapes", tests);
}
