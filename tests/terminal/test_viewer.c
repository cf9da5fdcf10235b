/* F3 on a file: a text, a picture as signs the terminal has, what is no picture; words where nothing can be shown. */
#include "tests/harness/check.h"
#include "tests/terminal/scenes.h"
#include <string.h>

static struct server *server;
static struct town town;

/* One white point. */
static const unsigned char picture[] = {'G', 'I', 'F', '8', '9', 'a', 1, 0, 1, 0, 0x80, 0, 0, 0xFF, 0xFF, 0xFF, 0, 0, 0,
                                        0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, 0x3B};

static void starts_and_is_filled(void **state)
{
    (void)state;
    static const char text[] = "Фото до и после\n\tприложены\033[2J отдельно\n", no_pdf[] = "%PDF-1.4 и больше ничего", nothing[] = "\1\2\3\4";
    server = server_start(&scene_options);
    given_municipality(server, &town);
    struct rpc *executor = town_as(&town, TOWN_executor);
    given_inbox_file(executor, "записка.txt", text, strlen(text));
    given_inbox_file(executor, "снимок.gif", picture, sizeof picture);
    given_inbox_file(executor, "скан.pdf", no_pdf, strlen(no_pdf));
    given_inbox_file(executor, "данные.bin", nothing, strlen(nothing));
}

static struct term *view(const char *type, int cols, int rows, const char *name)
{
    struct term *t = scene_login(&town, TOWN_executor, cols, rows, type);
    scene_go(t, "Ф", "Мои файлы");
    term_wait_text(t, name);
    scene_find_row(t, name);
    term_key(t, "F3");
    term_wait_gone(t, "Входящие");
    return t;
}

static void leave(struct term **t)
{
    scene_assert_sound(*t);
    scene_leave(t);
}

static bool has_blocks(const char *screen)
{
    for (const unsigned char *p = (const unsigned char *)screen; *p; p++)
        if (p[0] == 0xE2 && (p[1] == 0x96 || p[1] == 0x97))
            return true;
    return false;
}

static void a_text_is_shown_and_moves_no_cursor(void **state)
{
    (void)state;
    struct term *t = view("xterm-256color", 80, 24, "записка");
    term_wait_text(t, "Фото до и после");
    term_wait_text(t, "отдельно");
    term_expect_screen(t, "viewer_text.txt");
    leave(&t);
}

static void a_picture_is_drawn_with_what_the_terminal_has(void **state)
{
    (void)state;
    static const char *const types[] = {"xterm-256color", "linux", "vt100"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        struct term *t = view(types[i], 80, 24, "снимок");
        term_wait_text(t, "image/gif");
        bool wanted = strcmp(types[i], "vt100") != 0;
        CHECK(has_blocks(term_text(t)) == wanted, "%s shows:\n%s", types[i], term_text(t));
        leave(&t);
    }
}

static void what_cannot_be_shown_says_so(void **state)
{
    (void)state;
    struct term *t = view("xterm-256color", 40, 20, "скан");
    term_wait_text(t, "не читается");
    term_expect_screen(t, "viewer_broken_phone.txt");
    leave(&t);
    t = view("linux", 80, 24, "данные");
    term_wait_text(t, "application/octet-stream");
    term_expect_screen(t, "viewer_properties_linux.txt");
    leave(&t);
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
        cmocka_unit_test(a_text_is_shown_and_moves_no_cursor),
        cmocka_unit_test(a_picture_is_drawn_with_what_the_terminal_has),
        cmocka_unit_test(what_cannot_be_shown_says_so),
        cmocka_unit_test(stops_cleanly),
    };
    return HARNESS_RUN("terminal-viewer", tests);
}
