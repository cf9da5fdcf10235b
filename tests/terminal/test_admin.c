/* What an administrator does by keys - users, letters, classifiers, who saw whose data - and a thin client's own files. */
#include "tests/harness/check.h"
#include "tests/harness/proc.h"
#include "tests/terminal/scenes.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct server *server;
static struct town town;
static json_int_t appeal;

static void starts_and_is_filled(void **state)
{
    (void)state;
    static const char *const told[] = {"GOROD_TUI_IDLE=1", NULL};
    static const struct server_options options = {.env = told, .config = "file_max_mib: 2\n"};
    server = server_start(&options);
    given_municipality(server, &town);
    appeal = at_int(given_appeal(&town, "Щербаков Игорь Львович", "Яма у школы №4"), "id");
    given_assignment(&town, 0, TOWN_executor2, "Останется после ухода");
    rpc_ok(town_as(&town, TOWN_clerk), "appeal.get", "{s:I}", "id", appeal);
    rpc_ok(town_as(&town, TOWN_clerk), "correspondent.list", "{s:s}", "query", "Щербаков");
}

/* ---- screens in every shape ---- */

static void walk(void **state)
{
    const struct scene_shape *shape = *state;
    static const struct {
        const char *letter, *title, *golden, *row;
    } places[] = {{"С", "Справочники", "classifiers", "Виды поступлений"},
                  {"Л", "видел", "access", NULL},
                  {"Ш", "Пользователи", "users", NULL},
                  {"Э", "Письма", "mail", NULL}};
    char name[64];
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct term *t = scene_open(&town, TOWN_admin, shape);
        term_type(t, places[i].letter);
        term_wait_gone(t, "Мой день");
        scene_expect(t, shape, places[i].golden);
        if (places[i].row) {
            scene_find_row(t, places[i].row);
            scene_press(t, "Enter");
            term_wait_text(t, "Письменное");
            snprintf(name, sizeof name, "%s_values", places[i].golden);
            scene_expect(t, shape, name);
            scene_press(t, "Enter");
            term_wait_text(t, "Код");
            snprintf(name, sizeof name, "%s_value", places[i].golden);
            scene_expect(t, shape, name);
        }
        term_close(&t);
    }
}

static void in_english(void **state)
{
    (void)state;
    static const struct {
        const char *letter, *golden;
    } places[] = {{"С", "english_classifiers.txt"}, {"Л", "english_access.txt"}, {"Ш", "english_users.txt"}, {"Г", "english_periodic.txt"}};
    rpc_ok(town_as(&town, TOWN_admin), "session.language", "{s:s}", "language", "en");
    rpc_ok(town_as(&town, TOWN_head), "session.language", "{s:s}", "language", "en");
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct term *t = scene_login(&town, i == 3 ? TOWN_head : TOWN_admin, 80, 24, "xterm-256color");
        term_type(t, places[i].letter);
        term_wait_gone(t, "My day");
        term_expect_screen(t, places[i].golden);
        scene_assert_sound(t);
        term_close(&t);
    }
    rpc_ok(town_as(&town, TOWN_admin), "session.language", "{s:s}", "language", "ru");
    rpc_ok(town_as(&town, TOWN_head), "session.language", "{s:s}", "language", "ru");
}

/* A letter that did not go out goes again by one key; until a mail server is there it waits. */
static void a_letter_goes_again(void **state)
{
    (void)state;
    server_sql(server, "INSERT INTO mail (user_id, kind, address, subject, body, state, tries, last_error) "
                       "SELECT id, 'notice', 'nobody@example.org', 'П-1/26: Новое поручение', 'текст', 'failed', 1, 'RCPT failed: 550' "
                       "FROM app_user WHERE login = 'executor'");
    struct term *t = scene_login(&town, TOWN_admin, 80, 24, "xterm-256color");
    term_type(t, "Э");
    term_wait_text(t, "не ушло");
    term_wait_text(t, "RCPT failed: 550");
    term_wait_text(t, "П-1/26"); /* which letter it is */
    scene_write(t, "п");
    term_wait_text(t, "ждёт");
    assert_string_equal(server_sql(server, "SELECT state || ' ' || tries FROM mail"), "queued 0");
    scene_leave(&t);
    server_sql(server, "DELETE FROM mail");
}

/* A hold is asked for on the card; after the others, because a card that is opened stands in the log of access. */
static void hold(const struct scene_shape *shape)
{
    struct term *t = scene_open(&town, TOWN_clerk, shape);
    term_type(t, "О");
    term_wait_text(t, "Яма");
    scene_press(t, "Enter");
    term_wait_text(t, "Щербаков");
    scene_write(t, "г");
    term_wait_text(t, "Почему хранить");
    scene_expect(t, shape, "hold");
    term_close(&t);
}

static void a_hold_is_asked_for_on_the_card(void **state)
{
    (void)state;
    hold(&scene_usual);
    hold(&scene_phone);
    hold(&scene_vt100);
    hold(&scene_linux);
}

/* ---- a person leaves ---- */

static json_t *user_of(enum town_user who) { return rpc_ok(town.admin, "user.get", "{s:I}", "id", town.user[who]); }

static void a_person_leaves_and_comes_back(void **state)
{
    (void)state;
    char first[64], successor[64];
    snprintf(first, sizeof first, "%.*s", (int)strcspn(at_text(user_of(TOWN_executor2), "name"), " "),
             at_text(user_of(TOWN_executor2), "name"));
    snprintf(successor, sizeof successor, "%.*s", (int)strcspn(at_text(user_of(TOWN_executor), "name"), " "),
             at_text(user_of(TOWN_executor), "name"));
    struct term *t = scene_login(&town, TOWN_admin, 80, 24, "xterm-256color");
    scene_go(t, "Ш", "Пользователи");
    scene_find_row(t, first);
    scene_press(t, "Enter");
    term_wait_text(t, "Ключи");
    scene_write(t, "у");
    term_wait_text(t, "Преемник");
    /* Nobody leaves open work behind. */
    term_key(t, "F2");
    term_wait_text(t, "исполняет 1");
    scene_choose(t, "Преемник", successor, successor);
    scene_submit(t);
    term_wait_text(t, "отключён");
    assert_true(json_is_true(at(user_of(TOWN_executor2), "disabled")));
    assert_int_equal(
        at_int(rpc_ok(town.admin, "assignment.list", "{s:I, s:b}", "responsible", town.user[TOWN_executor2], "open", 1), "total"), 0);
    scene_write(t, "в");
    term_wait_gone(t, "отключён");
    assert_true(json_is_false(at(user_of(TOWN_executor2), "disabled")));
    scene_leave(&t);
}

/* ---- the thin client's own files ---- */

static const char *path_of(const char *name)
{
    static char path[SERVER_PATH_BYTES + 64];
    snprintf(path, sizeof path, "%s/%s", server->dir, name);
    return path;
}

static struct term *thin_client(void)
{
    struct term *t = term_thin_client(server, "clerk", without_override(), NULL, 80, 24);
    term_wait_text(t, "F9");
    return t;
}

static void sends(struct term *t, const char *path, const char *answer)
{
    scene_to_field(t, "Путь к файлу");
    term_type(t, "\x15");
    term_type(t, path);
    term_key(t, "F2");
    term_wait_text(t, answer);
}

static bool make_file(const char *name, size_t bytes)
{
    char *data = malloc(bytes + 1);
    for (size_t i = 0; i < bytes; i++)
        data[i] = (char)('a' + i * 7 % 26);
    data[bytes] = '\0';
    bool ok = write_whole(path_of(name), data, 0600);
    free(data);
    return ok;
}

static void a_thin_client_attaches_a_file_of_its_own(void **state)
{
    (void)state;
    enum { SEVERAL_PARTS = 700 * 1000, TOO_LARGE = 3 * 1024 * 1024 };
    assert_true(make_file("акт осмотра.txt", SEVERAL_PARTS) && make_file("large.bin", TOO_LARGE) && make_file("empty.txt", 0));
    assert_int_equal(mkfifo(path_of("pipe"), 0600), 0);
    assert_true(write_whole(path_of("closed.txt"), "Тайна", 0));
    struct term *t = thin_client();
    scene_go(t, "О", "Обращения");
    term_wait_text(t, "Яма");
    scene_press(t, "Enter");
    term_wait_text(t, "Щербаков");
    scene_write(t, "щ");
    sends(t, "/no/such/file", "Такого файла на этом компьютере нет");
    sends(t, server->dir, "Это папка");
    sends(t, path_of("empty.txt"), "Файл пуст");
    sends(t, path_of("closed.txt"), "Этот файл вам читать нельзя");
    sends(t, path_of("empty.txt/x"), "Часть пути");
    sends(t, path_of("pipe"), "Это не обычный файл");
    sends(t, path_of("large.bin"), "больше разрешённого");
    sends(t, path_of("акт осмотра.txt"), "Приложено: акт осмотра.txt");
    json_t *files = at(rpc_ok(town.admin, "appeal.get", "{s:I}", "id", appeal), "files");
    assert_int_equal(json_array_size(files), 1);
    assert_int_equal(at_int(files, "0.size"), SEVERAL_PARTS);
    struct outcome o;
    char *argv[] = {"sha256sum", (char *)path_of("акт осмотра.txt"), NULL};
    run_program(argv, NULL, 10000, &o);
    json_t *whole = rpc_ok(town.admin, "file.get", "{s:I}", "id", at_int(files, "0.id"));
    CHECK(strncmp(o.out, at_text(whole, "sha256"), 64) == 0, "other bytes have arrived");
    outcome_free(&o);
    term_close(&t);
}

static void under_the_gate_it_is_never_offered(void **state)
{
    (void)state;
    struct term *t = scene_login(&town, TOWN_clerk, 80, 24, "xterm-256color");
    scene_go(t, "Ф", "Мои файлы");
    term_key(t, "F7");
    term_wait_text(t, "Экраны работают на сервере");
    assert_false(term_has(t, "Путь к файлу"));
    term_type(t, "О");
    term_wait_text(t, "Яма");
    scene_press(t, "Enter");
    term_wait_text(t, "Щербаков");
    term_type(t, "щ");
    term_wait_text(t, "Экраны работают на сервере");
    assert_false(term_has(t, "Путь к файлу"));
    scene_leave(&t);
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
        SCENE_WALK(walk, vt100),
        SCENE_WALK(walk, linux),
        cmocka_unit_test(in_english),
        cmocka_unit_test(a_hold_is_asked_for_on_the_card),
        cmocka_unit_test(a_person_leaves_and_comes_back),
        cmocka_unit_test(a_thin_client_attaches_a_file_of_its_own),
        cmocka_unit_test(under_the_gate_it_is_never_offered),
        cmocka_unit_test(a_letter_goes_again),
        cmocka_unit_test(stops_cleanly),
    };
    return HARNESS_RUN("admin", tests);
}
