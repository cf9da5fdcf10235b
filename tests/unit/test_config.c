/* server/config.h: every kind of fault names file, line and key; what is right is read; the sample is the defaults. */
#include "server/config.h"
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/test_config_XXXXXX";
static char path[PATH_MAX];

static int given_folder(void **state)
{
    (void)state;
    setenv("LANGUAGE", "en", 1);
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/gorod.yaml", folder);
    return 0;
}

static int drop_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static void given_file(const char *text, size_t len)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
}

static struct config *given_config(const char *text)
{
    struct err err = {0};
    given_file(text, strlen(text));
    struct config *c = config_load(path, &err);
    if (!c)
        fail_msg("%s", err.detail);
    return c;
}

/* The fault must say `file:line: key` and, somewhere, what. */
static void assert_fault_n(const char *text, size_t len, int line, const char *key, const char *what)
{
    struct err err = {0};
    char place[PATH_MAX + 64];
    given_file(text, len);
    assert_null(config_load(path, &err));
    snprintf(place, sizeof place, "%s:%d: %s", path, line, key);
    if (strncmp(err.detail, place, strlen(place)) != 0 || !strstr(err.detail, what))
        fail_msg("wanted \"%s ... %s\", got \"%s\"", place, what, err.detail);
    assert_int_equal(err.code, ERR_PARAMS);
}

static void assert_fault(const char *text, int line, const char *key, const char *what)
{
    assert_fault_n(text, strlen(text), line, key, what);
}

static void test_no_file_gives_defaults(void **state)
{
    (void)state;
    struct err err = {0};
    struct config *c = config_load(NULL, &err);
    assert_non_null(c);
    assert_int_equal(c->port, 2222);
    assert_string_equal(c->zone, "Europe/Moscow");
    assert_string_equal(c->database, "");
    assert_true(c->passwords);
    config_free(&c);
    assert_null(c);
    config_free(&c);
}

static void test_empty_files_give_defaults(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "", "\n\n", "# only a comment\n", "---\n", "--- # nothing\n...\n", "\xef\xbb\xbf# with a byte order mark\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct config *c = given_config(texts[i]);
        assert_int_equal(c->port, 2222);
        config_free(&c);
    }
}

static void test_values_are_read(void **state)
{
    (void)state;
    struct config *c = given_config("name: Тутаевский район\nport: 0\nzone: 'Asia/Yekaterinburg'\npasswords: no\nlisten: \"::1\"\n"
                                    "database: host=a,b user=gorod\nkeepalive_s: 3600\nuser: ~\n");
    assert_string_equal(c->name, "Тутаевский район");
    assert_int_equal(c->port, 0);
    assert_string_equal(c->zone, "Asia/Yekaterinburg");
    assert_false(c->passwords);
    assert_string_equal(c->listen, "::1");
    assert_string_equal(c->database, "host=a,b user=gorod");
    assert_int_equal(c->keepalive_s, 3600);
    assert_string_equal(c->user, "");
    config_free(&c);
}

static void test_unknown_key_suggests(void **state)
{
    (void)state;
    assert_fault("name: a\nprot: 22\n", 2, "prot: ", "did you mean port?");
    assert_fault("\n\nqwertyuiop: 1\n", 3, "qwertyuiop: ", "config show");
    assert_fault("Port: 22\n", 1, "Port: ", "did you mean port?");
}

static void test_wrong_types(void **state)
{
    (void)state;
    assert_fault("port: ssh\n", 1, "port: ", "not a whole number");
    assert_fault("port: 22.5\n", 1, "port: ", "not a whole number");
    assert_fault("port: \"22\"\n", 1, "port: ", "without quotes");
    assert_fault("port:\n", 1, "port: ", "not a whole number");
    assert_fault("port: 0x16\n", 1, "port: ", "not a whole number");
    assert_fault("login_grace_s: 30s\n", 1, "login_grace_s: ", "without quotes or units");
    assert_fault("passwords: maybe\n", 1, "passwords: ", "true or false");
    assert_fault("passwords: \"yes\"\n", 1, "passwords: ", "true or false");
    assert_fault("passwords: 1\n", 1, "passwords: ", "true or false");
    assert_fault("name: [a, b]\n", 1, "name: ", "one value");
    assert_fault("port:\n  - 1\n", 2, "port: ", "one value");
    assert_fault("name:\n  first: a\n", 2, "name: ", "one value");
    assert_fault("? [a]\n: b\n", 1, "", "must be a word");
}

static void test_limits(void **state)
{
    (void)state;
    assert_fault("port: 65536\n", 1, "port: ", "from 0 to 65535");
    assert_fault("port: -1\n", 1, "port: ", "from 0 to 65535");
    assert_fault("workers: 0\n", 1, "workers: ", "from 1 to 64 threads");
    assert_fault("port: 99999999999999999999999\n", 1, "port: ", "out of limits");
    struct config *c = given_config("port: 65535\nworkers: 64\n");
    assert_int_equal(c->port, 65535);
    config_free(&c);
}

static void test_meanings(void **state)
{
    (void)state;
    assert_fault("listen: localhost\n", 1, "listen: ", "not an address");
    assert_fault("zone: Moscow\n", 1, "zone: ", "no time zone");
    assert_fault("zone: ../../../etc/passwd\n", 1, "zone: ", "no time zone");
    assert_fault("zone: \"\"\n", 1, "zone: ", "no time zone");
    assert_fault("name: \"\"\n", 1, "name: ", "is empty");
    assert_fault("name: \"a\\nb\"\n", 1, "name: ", "one line");
    assert_fault("name: \"a\\0b\"\n", 1, "name: ", "zero byte");
    assert_fault("workflow: /no/such/file.yaml\n", 1, "workflow: ", "correct the path");
    assert_fault("postgres_bin: /etc/passwd\n", 1, "postgres_bin: ", "not a folder");
    assert_fault("tui: /etc\n", 1, "tui: ", "not a file");
    assert_fault("database: hots=db1 user=gorod\n", 1, "database: ", "invalid connection option \"hots\"");
    assert_fault("database: host=db1 password=two words\n", 1, "database: ", "key='value with spaces'");
    assert_fault("database: postgresql://[db1\n", 1, "database: ", "connection string");
    struct err err = {0};
    given_file("database: host=a password=first secret\n", 39);
    assert_null(config_load(path, &err));
    assert_null(strstr(err.detail, "secret"));
    struct config *c = given_config("database: postgresql://gorod@db1,db2/gorod?target_session_attrs=read-write\n");
    config_free(&c);
    c = given_config("database: gorod\n");
    config_free(&c);
}

static void test_paths_count_from_the_file(void **state)
{
    (void)state;
    struct config *c = given_config("workflow: gorod.yaml\n");
    assert_string_equal(c->workflow, path);
    config_free(&c);
}

static void test_doubled_key(void **state)
{
    (void)state;
    assert_fault("port: 1\nname: a\nport: 2\n", 3, "port: ", "already in line 1");
}

static void test_not_yaml(void **state)
{
    (void)state;
    assert_fault("name: a\nport: [1\nzone: b\n", 3, "", "not YAML");
    assert_fault("name: \"a\nport: 1\n", 3, "", "not YAML");
    assert_fault("\tname: a\n", 1, "", "not YAML");
    assert_fault("name: a: b\n", 1, "", "not YAML");
    assert_fault("just words\n", 1, "", "key: value");
    assert_fault("- a\n- b\n", 1, "", "key: value");
    assert_fault("name: a\n---\nname: b\n", 3, "", "second YAML document");
    assert_fault("name: *nowhere\n", 1, "", "not YAML");
}

static void test_not_text(void **state)
{
    (void)state;
    assert_fault("name: a\nzone: \xcc\xee\xf1\xea\xe2\xe0\n", 2, "", "UTF-8"); /* cp1251 */
    assert_fault_n("name: a\n\0\n", 10, 2, "", "not YAML");
    static char large[300 * 1024];
    memset(large, '#', sizeof large);
    struct err err = {0};
    given_file(large, sizeof large);
    assert_null(config_load(path, &err));
    assert_non_null(strstr(err.detail, "more than 256 KiB"));
    char longer[3000] = "name: ";
    memset(longer + 6, 'a', sizeof longer - 8);
    assert_fault(longer, 1, "name: ", "longer than 2048 bytes");
}

static void test_files_that_cannot_be_read(void **state)
{
    (void)state;
    struct err err = {0};
    assert_null(config_load("/no/such/gorod.yaml", &err));
    assert_int_equal(err.code, ERR_NOT_FOUND);
    assert_non_null(strstr(err.detail, "/no/such/gorod.yaml: cannot be opened"));
    assert_null(config_load(folder, &err));
    assert_non_null(strstr(err.detail, folder));
}

/* Every key stands in the sample, commented; with the comments taken off it loads, and gives the defaults. */
static void test_sample_is_the_defaults(void **state)
{
    (void)state;
    char *text = NULL;
    size_t len = 0;
    struct err err = {0};
    for (enum lang lang = LANG_RU; lang <= LANG_EN; lang++) {
        FILE *out = open_memstream(&text, &len);
        config_write_sample(out, lang);
        fclose(out);
        struct config *as_is = given_config(text), *defaults = config_load(NULL, &err);
        config_free(&as_is);
        for (char *line = text; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
            if (line[0] == '#' && line[1] != ' ')
                line[0] = ' ';
        /* One blank before each key keeps them in one column, so it is still one mapping. */
        struct config *c = given_config(text);
#define CONFIG_TEXT(key, def, ru, en)                                                                                                      \
    assert_string_equal(c->key, defaults->key);                                                                                            \
    assert_non_null(strstr(text, "\n " #key ": "));                                                                                        \
    assert_non_null(strstr(text, lang == LANG_EN ? en : ru));
#define CONFIG_INT(key, def, min, max, unit, ru, en)                                                                                       \
    assert_int_equal(c->key, defaults->key);                                                                                               \
    assert_non_null(strstr(text, "\n " #key ": "));                                                                                        \
    assert_non_null(strstr(text, lang == LANG_EN ? en : ru));
#define CONFIG_BOOL(key, def, ru, en)                                                                                                      \
    assert_int_equal(c->key, defaults->key);                                                                                               \
    assert_non_null(strstr(text, lang == LANG_EN ? en : ru));
#include "server/config.def"
        config_free(&c);
        config_free(&defaults);
        free(text);
        text = NULL;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_file_gives_defaults),
        cmocka_unit_test(test_empty_files_give_defaults),
        cmocka_unit_test(test_values_are_read),
        cmocka_unit_test(test_unknown_key_suggests),
        cmocka_unit_test(test_wrong_types),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_meanings),
        cmocka_unit_test(test_paths_count_from_the_file),
        cmocka_unit_test(test_doubled_key),
        cmocka_unit_test(test_not_yaml),
        cmocka_unit_test(test_not_text),
        cmocka_unit_test(test_files_that_cannot_be_read),
        cmocka_unit_test(test_sample_is_the_defaults),
    };
    return cmocka_run_group_tests(tests, given_folder, drop_folder);
}
