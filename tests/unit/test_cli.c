/* server/cli: words, parameters by type, answers for people, completion. */
#include "server/cli/words.h"
#include "server/cli/cli.h"
#include "server/cli/internal.h"
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static const struct op_param fields[] = {
    {"code", P_STRING, PF_REQUIRED, 50, NULL, NULL, {"Код", "Code"}, NULL},
    {0},
};
static const struct op_param params[] = {
    {"kind", P_ENUM, PF_REQUIRED, 0, "letter|message", NULL, {"Вид", "Kind"}, NULL},
    {"subject", P_STRING, PF_REQUIRED, 500, NULL, NULL, {"Тема", "Subject"}, NULL},
    {"text", P_TEXT, 0, 20000, NULL, NULL, {"Текст", "Text"}, NULL},
    {"urgency", P_INT, 0, 5, NULL, NULL, {"Срочность", "Urgency"}, NULL},
    {"co_executors", P_IDS, 0, 20, NULL, "user.list", {"Соисполнители", "Co-executors"}, NULL},
    {"urgent", P_BOOL, 0, 0, NULL, NULL, {"Срочно", "Urgent"}, NULL},
    {"questions", P_OBJECTS, 0, 20, NULL, NULL, {"Вопросы", "Questions"}, fields},
    {"body", P_OBJECT, 0, 0, NULL, NULL, {"Тело", "Body"}, NULL},
    {"tags", P_STRINGS, 0, 20, NULL, NULL, {"Метки", "Tags"}, NULL},
    {"status", P_STRINGS, 0, 20, "a|b|c", NULL, {"Состояния", "Statuses"}, NULL},
    {"password", P_STRING, PF_SECRET, 100, NULL, NULL, {"Пароль", "Password"}, NULL},
    {0},
};
static const struct op write_op = {"thing.register", R_ANY, OP_WRITE, {"Записать", "Register"}, params, NULL};
static const struct op list_op = {"thing.list", R_ANY, OP_LIST, {"Список", "List"}, NULL, NULL};

static int given_english(void **state)
{
    (void)state;
    setlocale(LC_CTYPE, "C.UTF-8");
    return setenv("LANGUAGE", "en", 1);
}

/* ---- words ---- */

static void assert_split(const char *line, int count, const char *const want[])
{
    char buffer[256], *words[8];
    assert_int_equal(cli_split(line, buffer, words, 8), count);
    for (int i = 0; i < count; i++)
        assert_string_equal(words[i], want[i]);
}

static void test_split_as_a_shell(void **state)
{
    (void)state;
    assert_split("", 0, NULL);
    assert_split("  \t\n", 0, NULL);
    assert_split("appeal list", 2, (const char *const[]){"appeal", "list"});
    assert_split("  a \t b\n", 2, (const char *const[]){"a", "b"});
    assert_split("a 'b c' \"d e\"", 3, (const char *const[]){"a", "b c", "d e"});
    assert_split("a''b \"\" ''", 3, (const char *const[]){"ab", "", ""});
    assert_split("it\\'s a\\ b \\\\", 3, (const char *const[]){"it's", "a b", "\\"});
    assert_split("'a\\b' \"a\\b\\\"c\\$\"", 2, (const char *const[]){"a\\b", "a\\b\"c$"});
    assert_split("--text='ул. Ленина, 12'", 1, (const char *const[]){"--text=ул. Ленина, 12"});
    assert_split("$HOME `id` *", 3, (const char *const[]){"$HOME", "`id`", "*"});
    assert_split("a\\\nb", 1, (const char *const[]){"ab"});
}

static void test_split_refuses(void **state)
{
    (void)state;
    char buffer[64], *words[2];
    assert_int_equal(cli_split("a 'b", buffer, words, 2), -1);
    assert_int_equal(cli_split("a \"b", buffer, words, 2), -1);
    assert_int_equal(cli_split("a \\", buffer, words, 2), -1);
    assert_int_equal(cli_split("a b c", buffer, words, 2), -1);
}

/* ---- parameters ---- */

struct parsed {
    struct cli_request req;
    struct err err;
    bool ok;
};

static struct parsed parse(const struct op *op, const char *line, const char *input)
{
    char buffer[1024], *words[32];
    struct parsed p = {.ok = false};
    int count = cli_split(line, buffer, words, 32);
    assert_true(count >= 0);
    FILE *in = fmemopen((char *)(input && *input ? input : "\n"), input && *input ? strlen(input) : 1, "r");
    p.ok = cli_params_parse(op, count, words, in, &p.req, &p.err);
    fclose(in);
    return p;
}

static void assert_params(const char *line, const char *input, const char *want_json)
{
    struct parsed p = parse(&write_op, line, input);
    if (!p.ok)
        fail_msg("%s: %s", p.err.field, p.err.detail);
    json_object_del(p.req.params, "request_id");
    json_t *want = json_loads(want_json, 0, NULL);
    assert_non_null(want);
    if (!json_equal(p.req.params, want)) {
        char *got = json_dumps(p.req.params, 0);
        fail_msg("wanted %s, got %s", want_json, got);
    }
    json_decref(want);
    json_decref(p.req.params);
}

static void assert_refused(const char *line, int exit_code, const char *field, const char *what)
{
    struct parsed p = parse(&write_op, line, "input");
    assert_false(p.ok);
    assert_string_equal(p.err.field, field);
    if (!strstr(p.err.detail, what))
        fail_msg("wanted \"%s\", got \"%s\"", what, p.err.detail);
    assert_int_equal(cli_params_exit(&p.err), exit_code);
    json_decref(p.req.params);
}

static void test_params_by_type(void **state)
{
    (void)state;
    assert_params("--kind letter --subject=Яма", NULL, "{\"kind\":\"letter\",\"subject\":\"Яма\"}");
    assert_params("--kind=letter --subject '' --urgency 3", NULL, "{\"kind\":\"letter\",\"subject\":\"\",\"urgency\":3}");
    assert_params("--kind letter --subject --x --urgency -1", NULL, "{\"kind\":\"letter\",\"subject\":\"--x\",\"urgency\":-1}");
    assert_params("--kind letter --subject a=b --co-executors 1,2 --co_executors=3", NULL,
                  "{\"kind\":\"letter\",\"subject\":\"a=b\",\"co_executors\":[1,2,3]}");
    assert_params("--kind letter --subject a --tags 'b, c' --tags d,e --status a,b", NULL,
                  "{\"kind\":\"letter\",\"subject\":\"a\",\"tags\":[\"b, c\",\"d\",\"e\"],\"status\":[\"a\",\"b\"]}");
    assert_params("--kind letter --subject a --questions '[{\"code\":\"1\"}]' --questions '{\"code\":\"2\"}'", NULL,
                  "{\"kind\":\"letter\",\"subject\":\"a\",\"questions\":[{\"code\":\"1\"},{\"code\":\"2\"}]}");
    assert_params("--kind letter --subject a --body '{\"b\":1}'", NULL, "{\"kind\":\"letter\",\"subject\":\"a\",\"body\":{\"b\":1}}");
}

static void test_switches(void **state)
{
    (void)state;
    static const char *const yes[] = {"--urgent", "--urgent yes", "--urgent=true", "--urgent да", "--urgent 1"};
    static const char *const no[] = {"--urgent no", "--urgent=false", "--urgent нет", "--urgent=0"};
    char line[128];
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
        snprintf(line, sizeof line, "%s --kind letter --subject a", yes[i]);
        assert_params(line, NULL, "{\"urgent\":true,\"kind\":\"letter\",\"subject\":\"a\"}");
    }
    for (size_t i = 0; i < sizeof no / sizeof *no; i++) {
        snprintf(line, sizeof line, "%s --kind letter --subject a", no[i]);
        assert_params(line, NULL, "{\"urgent\":false,\"kind\":\"letter\",\"subject\":\"a\"}");
    }
    assert_refused("--kind letter --subject a --urgent=maybe", 65, "urgent", "yes or no");
}

static void test_standard_input(void **state)
{
    (void)state;
    assert_params("--kind letter --subject a --text -", "first\nsecond\n",
                  "{\"kind\":\"letter\",\"subject\":\"a\",\"text\":\"first\\nsecond\"}");
    assert_params("--kind letter --subject a --password -", "secret\r\n",
                  "{\"kind\":\"letter\",\"subject\":\"a\",\"password\":\"secret\"}");
    assert_params("--kind letter --subject a --questions -", "[{\"code\":\"1\"}]\n",
                  "{\"kind\":\"letter\",\"subject\":\"a\",\"questions\":[{\"code\":\"1\"}]}");
    assert_params("--kind letter --subject -", "not read", "{\"kind\":\"letter\",\"subject\":\"-\"}");
    assert_refused("--text - --body - --kind letter --subject a", 64, "body", "read already");
}

static void test_standard_input_has_a_limit(void **state)
{
    (void)state;
    size_t len = 1024 * 1024 + 1;
    char *large = malloc(len + 1);
    memset(large, 'a', len);
    large[len] = '\0';
    struct parsed p = parse(&write_op, "--text -", large);
    assert_false(p.ok);
    assert_string_equal(p.err.reason, "too_long");
    json_decref(p.req.params);
    free(large);
}

static void test_wrong_command_lines(void **state)
{
    (void)state;
    assert_refused("--kind letter", 64, "subject", "add --subject");
    assert_refused("--kind", 64, "kind", "a value is wanted");
    assert_refused("--knd letter", 64, "knd", "did you mean --kind?");
    assert_refused("--sub a", 64, "sub", "did you mean --subject?");
    assert_refused("--jsn", 64, "jsn", "did you mean --json?");
    assert_refused("--qqqqqqqqqq a", 64, "qqqqqqqqqq", "--help");
    assert_refused("letter", 64, "letter", "stray word");
    assert_refused("-k letter", 64, "-k", "stray word");
    assert_refused("-- a", 64, "--", "stray word");
    assert_refused("--kind letter --kind message --subject a", 64, "kind", "twice");
}

static void test_wrong_values(void **state)
{
    (void)state;
    assert_refused("--kind letter --subject a --urgency high", 65, "urgency", "not a whole number");
    assert_refused("--kind letter --subject a --urgency ''", 65, "urgency", "not a whole number");
    assert_refused("--kind letter --subject a --urgency ' 1'", 65, "urgency", "not a whole number");
    assert_refused("--kind letter --subject a --urgency 99999999999999999999", 65, "urgency", "not a whole number");
    assert_refused("--kind letter --subject a --co_executors 1,,2", 65, "co_executors", "not a whole number");
    assert_refused("--kind letter --subject a --questions '{'", 65, "questions", "not JSON");
    assert_refused("--kind letter --subject a --body '{\"a\":1,\"a\":2}'", 65, "body", "not JSON");
    assert_refused("--kind letter --subject \xff", 65, "subject", "");
}

static void test_request_id_is_made(void **state)
{
    (void)state;
    struct parsed a = parse(&write_op, "--kind letter --subject a", NULL), b = parse(&write_op, "--kind letter --subject a", NULL);
    const char *id = json_string_value(json_object_get(a.req.params, "request_id"));
    assert_non_null(id);
    assert_int_equal(strlen(id), 36);
    assert_int_equal(id[14], '4');
    assert_non_null(strchr("89ab", id[19]));
    assert_string_not_equal(id, json_string_value(json_object_get(b.req.params, "request_id")));
    json_decref(a.req.params);
    json_decref(b.req.params);
    struct parsed c = parse(&write_op, "--kind letter --subject a --request-id 0e37df36-f698-11e6-8dd4-cb9ced3df976", NULL);
    assert_true(c.ok);
    assert_string_equal(json_string_value(json_object_get(c.req.params, "request_id")), "0e37df36-f698-11e6-8dd4-cb9ced3df976");
    json_decref(c.req.params);
    struct parsed d = parse(&list_op, "--limit 5 --json", NULL);
    assert_true(d.ok && d.req.json);
    assert_null(json_object_get(d.req.params, "request_id"));
    json_decref(d.req.params);
}

static void test_help_asks_for_nothing_else(void **state)
{
    (void)state;
    struct parsed p = parse(&write_op, "--help", NULL);
    assert_true(p.ok && p.req.help);
    json_decref(p.req.params);
}

/* ---- answers for people ---- */

static void assert_printed(const char *json, int width_cells, const char *want)
{
    char *text = NULL;
    size_t len = 0;
    json_t *result = json_loads(json, JSON_DECODE_ANY, NULL);
    assert_non_null(result);
    FILE *out = open_memstream(&text, &len);
    cli_print(out, &list_op, result, width_cells, "gorod thing list");
    fclose(out);
    assert_string_equal(text, want);
    free(text);
    json_decref(result);
}

static void test_list_is_a_table(void **state)
{
    (void)state;
    assert_printed("{\"items\":[{\"subject\":\"Яма у школы\",\"x_count\":5,\"number\":\"ОГ-1/26\",\"version\":3,\"actions\":[\"get\"]},"
                   "{\"subject\":\"Ёлка\",\"x_count\":12,\"number\":\"ОГ-12/"
                   "26\",\"version\":1,\"actions\":[]}],\"next\":\"abc\",\"total\":7,\"total_exact\":true}",
                   0,
                   "Number    Subject      x_count\n"
                   "ОГ-1/26   Яма у школы        5\n"
                   "ОГ-12/26  Ёлка              12\n"
                   "2 shown of 7\n"
                   "Next page: gorod thing list --after abc\n");
    assert_printed("{\"items\":[],\"next\":null,\"total\":0,\"total_exact\":true}", 80, "Nothing\n0 shown of 0\n");
    assert_printed("{\"items\":[{\"id\":1}],\"total\":10000,\"total_exact\":false}", 80, "ID\n 1\n1 shown of more than 10000\n");
}

static void test_table_fits_the_terminal(void **state)
{
    (void)state;
    assert_printed("{\"items\":[{\"number\":\"ОГ-1/26\",\"subject\":\"Восстановить освещение у школы\",\"z_note\":\"любое\"}]}", 24,
                   "Number   Subject\n"
                   "ОГ-1/26  Восстановить о…\n");
    assert_printed("{\"items\":[{\"number\":\"ОГ-1/26\",\"subject\":\"Восстановить\"}]}", 3, "Nu…\nОГ…\n");
    /* What is left over goes to the column that was cut. */
    assert_printed("{\"items\":[{\"number\":\"1\",\"subject\":\"Восстановить освещение у школы номер четыре\"}]}", 60,
                   "Number  Subject\n"
                   "1       Восстановить освещение у школы номер четыре\n");
}

static void test_record_is_lines(void **state)
{
    (void)state;
    assert_printed("{\"id\":5,\"number\":\"П-1/"
                   "26\",\"urgent\":true,\"closed\":null,\"registered\":\"2026-11-24T14:32:10.5+03:00\",\"text\":\"раз\\nдва\","
                   "\"actions\":[\"accept\",\"return\"],\"unit\":{\"id\":3,\"name\":\"ЖКХ\"},\"history\":[{\"at\":\"2026-11-24\","
                   "\"action\":\"create\"}],\"files\":[]}",
                   80,
                   "ID:         5\n"
                   "Number:     П-1/26\n"
                   "urgent:     yes\n"
                   "Registered: 2026-11-24 14:32\n"
                   "Text:       раз\n"
                   "            два\n"
                   "Actions:    accept, return\n"
                   "Unit:\n"
                   "  ID:   3\n"
                   "  Name: ЖКХ\n"
                   "History:\n"
                   "  When        Action\n"
                   "  2026-11-24  create\n");
    assert_printed("\"pong\"", 80, "pong\n");
    assert_printed("[1,2]", 80, "1, 2\n");
    assert_printed("null", 80, "");
}

/* Of a code and its words, an id and its name, people are told the words; of flags and counts, what is so. */
static void test_words_stand_for_codes(void **state)
{
    (void)state;
    assert_printed("{\"items\":[{\"id\":7,\"number\":\"7\",\"unit\":3,\"unit_name\":\"ЖКХ\",\"overdue\":true,\"late\":true,\"x\":0},"
                   "{\"id\":8,\"number\":\"8\",\"unit\":null,\"unit_name\":null,\"overdue\":false,\"late\":false,\"x\":0}]}",
                   0,
                   "ID  Unit  Overdue\n"
                   " 7  ЖКХ   yes\n"
                   " 8        \n");
    assert_printed("{\"author_id\":3,\"author_name\":\"Ян\",\"kind\":\"letter\",\"kind_label\":\"Letter\",\"due\":\"2026-12-01\","
                   "\"due_nominal\":\"2026-12-01\",\"overdue\":false}",
                   80,
                   "Author: Ян\n"
                   "Kind:   Letter\n"
                   "Due:    2026-12-01\n");
}

static json_t *told(void *arg, const char *method, json_t *wanted)
{
    (*(int *)arg)++;
    bool states = strcmp(method, "workflow.show") == 0;
    json_t *answer = states ? json_pack("{s:[{s:s, s:s}, {s:s, s:s}]}", "states", "id", "seen", "label", "Прочитано", "id", "issued", "label", "Выдано")
                            : NULL;
    json_decref(wanted);
    return answer;
}

/* The words are asked for once, whatever the number of codes. */
static void test_codes_become_words(void **state)
{
    (void)state;
    static const struct op op = {.method = "assignment.get"};
    int asked = 0;
    json_t *result = json_loads("{\"status\":\"seen\",\"history\":[{\"from\":\"issued\",\"to\":\"seen\"}],\"frequency\":\"primary\","
                                "\"earlier_due\":[{\"to\":\"seen\"}],\"x\":\"seen\"}", 0, NULL);
    cli_words(&op, result, told, &asked);
    char *text = json_dumps(result, JSON_COMPACT | JSON_SORT_KEYS);
    assert_string_equal(text, "{\"earlier_due\":[{\"to\":\"seen\"}],\"frequency\":\"First\",\"history\":[{\"from\":\"Выдано\",\"to\":"
                              "\"Прочитано\"}],\"status\":\"Прочитано\",\"x\":\"seen\"}");
    assert_int_equal(asked, 1);
    free(text);
    json_decref(result);
}

/* A stored text must not command the terminal of whoever reads it. */
static void test_controls_are_drawn(void **state)
{
    (void)state;
    assert_printed("{\"name\":\"a\\u001b[2Jb\\u007f\\u009bc\\u202ed\"}", 80, "Name: a^[[2Jb^?<U+009B>c<U+202E>d\n");
    assert_printed("{\"items\":[{\"name\":\"a\\nb\\u0007\"}]}", 0, "Name\na b^G\n");
}

/* ---- the conversation ---- */

struct talk {
    int code;
    char out[4096], err[4096], request[4096];
};

static void read_back(FILE *f, int fd, int saved, char *out, size_t size)
{
    fflush(NULL);
    rewind(f);
    out[fread(out, 1, size - 1, f)] = '\0';
    dup2(saved, fd);
    close(saved);
    fclose(f);
}

/* Runs a command against a session that has its answer ready. */
static struct talk talk(const char *line, const char *answer)
{
    static struct talk t;
    char buffer[1024], *words[32];
    int ends[2], count = cli_split(line, buffer, words, 32);
    FILE *out = tmpfile(), *err = tmpfile();
    int saved_out = dup(STDOUT_FILENO), saved_err = dup(STDERR_FILENO);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    assert_int_equal(write(ends[1], answer, strlen(answer)), strlen(answer));
    shutdown(ends[1], SHUT_WR);
    fflush(NULL);
    dup2(fileno(out), STDOUT_FILENO);
    dup2(fileno(err), STDERR_FILENO);
    t.code = cli_run("gorod", count, words, ends[0]);
    read_back(out, STDOUT_FILENO, saved_out, t.out, sizeof t.out);
    read_back(err, STDERR_FILENO, saved_err, t.err, sizeof t.err);
    ssize_t n = recv(ends[1], t.request, sizeof t.request - 1, MSG_DONTWAIT);
    t.request[n > 0 ? n : 0] = '\0';
    close(ends[0]);
    close(ends[1]);
    return t;
}

static void test_an_operation_is_one_request(void **state)
{
    (void)state;
    struct talk t = talk(
        "session whoami --json",
        "{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":{}}\n{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"id\":1,\"share\":0.1}}\n");
    assert_int_equal(t.code, 0);
    assert_string_equal(t.out, "{\"id\":1,\"share\":0.1}\n");
    assert_string_equal(t.err, "");
    assert_string_equal(t.request, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"session.whoami\",\"params\":{}}\n");
}

static void test_faults_of_the_server(void **state)
{
    (void)state;
    static const struct {
        int code;
        int exit_code;
    } rows[] = {{-32602, 65}, {1001, 65}, {1002, 77}, {1003, 75}, {1004, 65}, {1005, 75}, {-32603, 70}, {4242, 70}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char answer[256];
        snprintf(
            answer, sizeof answer,
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":%d,\"message\":\"\",\"data\":{\"field\":\"due\",\"reason\":\"in_past\"}}}\n",
            rows[i].code);
        struct talk t = talk("session whoami", answer);
        assert_int_equal(t.code, rows[i].exit_code);
        assert_string_equal(t.out, "");
        assert_ptr_equal(strstr(t.err, "gorod: session whoami: due: "), t.err);
        assert_non_null(strstr(t.err, "in the past"));
        assert_non_null(strstr(t.err, err_info_wire(rows[i].code)->hint[LANG_EN]));
    }
}

static void test_a_server_that_goes_away(void **state)
{
    (void)state;
    struct talk t = talk("session whoami", "");
    assert_int_equal(t.code, 69);
    assert_non_null(strstr(t.err, "closed the connection"));
    t = talk("session whoami", "this is no JSON\n");
    assert_int_equal(t.code, 69);
}

static void test_words_without_a_server(void **state)
{
    (void)state;
    struct talk t = talk("sesion whoami", "");
    assert_int_equal(t.code, 64);
    assert_non_null(strstr(t.err, "Did you mean session?"));
    assert_string_equal(t.request, "");
    t = talk("session whoam", "");
    assert_int_equal(t.code, 64);
    assert_non_null(strstr(t.err, "Did you mean session whoami?"));
    t = talk("session whoami --help", "");
    assert_int_equal(t.code, 0);
    assert_non_null(strstr(t.out, "Usage: gorod session whoami"));
    t = talk("session --help", "");
    assert_int_equal(t.code, 0);
    assert_non_null(strstr(t.out, "session whoami"));
    t = talk("session", "");
    assert_int_equal(t.code, 64);
    t = talk("--help", "");
    assert_int_equal(t.code, 0);
    t = talk("session whoami --nothing", "");
    assert_int_equal(t.code, 64);
    assert_string_equal(t.request, "");
}

/* ---- nearest words ---- */

static void test_nearest(void **state)
{
    (void)state;
    static const char *const words[] = {"appeal", "assignment", "session", "id", NULL};
    assert_string_equal(cli_nearest("apeal", words), "appeal");
    assert_string_equal(cli_nearest("assign", words), "assignment");
    assert_string_equal(cli_nearest("sesison", words), "session");
    assert_null(cli_nearest("qwerty", words));
    assert_null(cli_nearest("", words));
    assert_null(cli_nearest("xy", words));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_split_as_a_shell),
        cmocka_unit_test(test_split_refuses),
        cmocka_unit_test(test_params_by_type),
        cmocka_unit_test(test_switches),
        cmocka_unit_test(test_standard_input),
        cmocka_unit_test(test_standard_input_has_a_limit),
        cmocka_unit_test(test_wrong_command_lines),
        cmocka_unit_test(test_wrong_values),
        cmocka_unit_test(test_request_id_is_made),
        cmocka_unit_test(test_help_asks_for_nothing_else),
        cmocka_unit_test(test_list_is_a_table),
        cmocka_unit_test(test_table_fits_the_terminal),
        cmocka_unit_test(test_record_is_lines),
        cmocka_unit_test(test_words_stand_for_codes),
        cmocka_unit_test(test_codes_become_words),
        cmocka_unit_test(test_controls_are_drawn),
        cmocka_unit_test(test_an_operation_is_one_request),
        cmocka_unit_test(test_faults_of_the_server),
        cmocka_unit_test(test_a_server_that_goes_away),
        cmocka_unit_test(test_words_without_a_server),
        cmocka_unit_test(test_nearest),
    };
    return cmocka_run_group_tests(tests, given_english, NULL);
}
