/* The gate before clients of other makes: dropbear's, paramiko, and ssh-audit, which looks for weak algorithms. One that is not installed
 * is skipped (run.sh installs them all). */
#include "gate_channels.h"
#include "gate_fixture.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
/* keep last: it wants the headers above */
#include <cmocka.h>

/* Debian's own Python: that is where apt puts paramiko. */
static char python[] = "/usr/bin/python3";

static void need(const char *program, const char *package)
{
    char script[200];
    snprintf(script, sizeof script, "command -v %s >/dev/null", program);
    const char *argv[] = {"sh", "-c", script, NULL};
    struct client c = gate_start(argv);
    client_finish(&c, NULL, 0);
    int status = c.status;
    client_free(&c);
    if (status == 0)
        return;
    print_message("skipped: the package %s is not installed\n", package);
    skip();
}

static struct client run(const char *const argv[])
{
    struct client c = gate_start(argv);
    client_finish(&c, NULL, 0);
    return c;
}

/* --- dropbear ------------------------------------------------------------------------------------------------------------------------ */

static struct client dbclient(const struct gate_fixture *f, const char *key, const char *command)
{
    char port[16], password[64], home[80];
    snprintf(port, sizeof port, "%d", f->port);
    snprintf(password, sizeof password, "DROPBEAR_PASSWORD=%s", GATE_PASSWORD);
    snprintf(home, sizeof home, "HOME=%s", f->dir);
    const char *by_key[] = {"env", home, "dbclient", "-y", "-y", "-i", key, "-p", port, "-l", GATE_USER, "127.0.0.1", command, NULL};
    const char *by_password[] = {"env", home, password, "dbclient", "-y", "-y", "-p", port, "-l", GATE_USER, "127.0.0.1", command, NULL};
    return run(key ? by_key : by_password);
}

static void test_dropbear(void **state)
{
    (void)state;
    need("dbclient", "dropbear-bin");
    struct gate_fixture *f = given_gate(NULL);
    char ours[160], theirs[96];
    snprintf(ours, sizeof ours, "%s", gate_key_path("ed25519"));
    snprintf(theirs, sizeof theirs, "%s/dropbear", f->dir);
    const char *convert[] = {"dropbearconvert", "openssh", "dropbear", ours, theirs, NULL};
    struct client c = run(convert);
    assert_int_equal(c.status, 0);
    client_free(&c);
    const char *const keys[] = {theirs, NULL};
    for (int i = 0; i < 2; i++) {
        c = dbclient(f, keys[i], "echo hello");
        assert_int_equal(c.status, 0);
        assert_string_equal(c.output, "hello\n");
        client_free(&c);
        c = dbclient(f, keys[i], "exit 3");
        assert_int_equal(c.status, 3);
        client_free(&c);
    }
    assert_int_equal(f->counts->logins, 4);
    gate_done(f);
}

/* --- paramiko ------------------------------------------------------------------------------------------------------------------------ */

static void need_paramiko(void)
{
    const char *is_there[] = {python, "-c", "import paramiko", NULL};
    struct client c = run(is_there);
    int status = c.status;
    client_free(&c);
    if (status != 0) {
        print_message("skipped: the package python3-paramiko is not installed\n");
        skip();
    }
}

/* `wanted` channels at once, of which `granted` are; NULL: one of everything. The core takes its time for each session. */
static void run_paramiko(void (*change)(struct config *), const char *wanted, const char *granted, int delay_ms)
{
    need_paramiko();
    struct gate_fixture *f = given_gate(change);
    f->counts->open_delay_ms = delay_ms;
    char port[16], keys[128];
    snprintf(port, sizeof port, "%d", f->port);
    snprintf(keys, sizeof keys, "%s", gate_key_path(""));
    const char *argv[] = {python, PARAMIKO_CLIENT, port, GATE_USER, GATE_PASSWORD, keys, wanted, granted, NULL};
    struct client c = run(argv);
    if (c.status != 0 || !c.output || !strstr(c.output, "done\n"))
        fail_msg("paramiko: %d %s%s", c.status, c.output ? c.output : "", c.errors ? c.errors : "");
    client_free(&c);
    gate_wait_children(f, 0);
    gate_done(f);
}

static void test_paramiko(void **state)
{
    (void)state;
    run_paramiko(NULL, NULL, NULL, 0);
}

static void test_200_channels_where_32_are_allowed(void **state)
{
    (void)state;
    run_paramiko(NULL, "200", "32", 0);
}

static void many_channels(struct config *config) { config->max_channels = 200; }

static void test_200_channels_at_once(void **state)
{
    (void)state;
    run_paramiko(many_channels, "200", "200", 0);
}

/* The last one waits longer than for a core that is away: this one is there, only slow. */
static void test_channels_wait_their_turn(void **state)
{
    (void)state;
    run_paramiko(NULL, "24", "24", 250);
}

/* --- ssh-audit ----------------------------------------------------------------------------------------------------------------------- */

static void test_audit_finds_nothing(void **state)
{
    (void)state;
    need("ssh-audit", "ssh-audit");
    struct gate_fixture *f = given_gate(NULL);
    char port[16];
    snprintf(port, sizeof port, "%d", f->port);
    const char *argv[] = {"ssh-audit", "-n", "-p", port, "127.0.0.1", NULL};
    struct client c = run(argv);
    assert_contains(c.output, "curve25519-sha256");
    assert_null(strstr(c.output, "[fail]"));
    for (char *line = c.output; (line = strstr(line, "[warn]")) != NULL; line++) {
        /* Of the strict key exchange (against Terrapin) older versions know nothing. */
        while (line > c.output && line[-1] != '\n')
            line--;
        if (strncmp(line, "(kex) kex-strict-s-v00", 22) != 0)
            fail_msg("%.*s", (int)strcspn(line, "\n"), line);
        line = strstr(line, "[warn]");
    }
    client_free(&c);
    gate_done(f);
}

int gate_client_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dropbear),
        cmocka_unit_test(test_paramiko),
        cmocka_unit_test(test_200_channels_where_32_are_allowed),
        cmocka_unit_test(test_200_channels_at_once),
        cmocka_unit_test(test_channels_wait_their_turn),
        cmocka_unit_test(test_audit_finds_nothing),
    };
    return cmocka_run_group_tests_name("gate clients", tests, gate_group_setup, gate_group_teardown);
}
