/* The gate alone, with a fake core behind it and real clients (OpenSSH, PuTTY's plink) before it: logins, limits, life and death.
 * Channels are in gate_channels.c, other clients in gate_clients.c. */
#include "gate_channels.h"
#include "gate_fixture.h"
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
/* keep last: it wants the headers above */
#include <cmocka.h>

/* --- logins -------------------------------------------------------------------------------------------------------------------------- */

static void test_known_keys_log_in(void **state)
{
    (void)state;
    static const char *const keys[] = {"ed25519", "rsa", "ecdsa"};
    struct gate_fixture *f = given_gate(NULL);
    for (size_t i = 0; i < 3; i++) {
        struct client c;
        assert_int_equal(gate_run_ssh(f, &c, keys[i], "echo hello"), 0);
        assert_string_equal(c.output, "hello\n");
        client_free(&c);
    }
    assert_int_equal(f->counts->logins, 3);
    assert_int_equal(f->counts->hellos, 3);
    assert_int_equal(f->counts->strangers, 0);
    assert_memory_equal(f->counts->peer, "127.0.0.1:", 10);
    gate_done(f);
}

static void test_unknown_key_is_refused(void **state)
{
    (void)state;
    struct gate_fixture *f = given_gate(NULL);
    struct client c;
    assert_int_equal(gate_run_ssh(f, &c, "stranger", "echo hello"), 255);
    assert_contains(c.errors, "Permission denied (publickey,password)");
    assert_int_equal(f->counts->logins, 0);
    assert_true(f->counts->probes > 0);
    client_free(&c);
    gate_done(f);
}

static void test_a_key_opens_only_its_account(void **state)
{
    (void)state;
    struct gate_fixture *f = given_gate(NULL);
    struct client c = gate_ssh(f, "ed25519", "-l", "boris", "--", "echo hello", NULL);
    client_finish(&c, NULL, 0);
    assert_int_equal(c.status, 255);
    assert_int_equal(f->counts->logins, 0);
    client_free(&c);
    gate_done(f);
}

/* Who has seen somebody's public key gets no further with it, and is told so at once. */
static void test_wrong_signature_is_refused_at_once(void **state)
{
    (void)state;
    struct gate_fixture *f = given_gate(NULL);
    struct client c = gate_ssh(f, "forged", "-oLogLevel=INFO", "--", "echo hello", NULL);
    client_finish(&c, NULL, 0); /* sooner than the grace time of 30 s */
    assert_int_equal(c.status, 255);
    assert_contains(c.errors, "the signature is wrong");
    assert_true(f->counts->probes > 0);
    assert_int_equal(f->counts->logins, 0);
    client_free(&c);
    gate_wait_children(f, 0);
    gate_done(f);
}

static struct client plink(const struct gate_fixture *f, const char *password)
{
    static char port[16];
    snprintf(port, sizeof port, "%d", f->port);
    const char *argv[] = {"plink", "-batch", "-P",        port,         "-l", GATE_USER, "-hostkey", gate_host_fingerprint(),
                          "-pw",   password, "127.0.0.1", "echo hello", NULL};
    struct client c = gate_start(argv);
    client_finish(&c, NULL, 0);
    return c;
}

static void test_password_logs_in(void **state)
{
    (void)state;
    struct gate_fixture *f = given_gate(NULL);
    setenv("LC_ALL", "C.UTF-8", 1); /* PuTTY turns what is typed from the locale's letters into UTF-8 */
    struct client c = plink(f, GATE_PASSWORD);
    if (c.status != 0)
        fail_msg("plink: %d %s", c.status, c.errors ? c.errors : "");
    assert_contains(c.output, "hello");
    client_free(&c);
    c = plink(f, "не тот");
    assert_int_not_equal(c.status, 0);
    client_free(&c);
    assert_int_equal(f->counts->logins, 1);
    assert_true(f->counts->refusals > 0);
    gate_done(f);
}

static void no_passwords(struct config *config) { config->passwords = false; }

static void test_passwords_can_be_off(void **state)
{
    (void)state;
    struct gate_fixture *f = given_gate(no_passwords);
    struct client c = plink(f, GATE_PASSWORD);
    assert_int_not_equal(c.status, 0);
    client_free(&c);
    assert_int_equal(gate_run_ssh(f, &c, "stranger", "echo hello"), 255);
    assert_contains(c.errors, "Permission denied (publickey)");
    client_free(&c);
    assert_int_equal(f->counts->refusals, 0);
    gate_done(f);
}

static void two_tries(struct config *config) { config->max_tries = 2; }

static void test_tries_are_limited(void **state)
{
    (void)state;
    struct gate_fixture *f = given_gate(two_tries);
    char script[160], port[16], known[192];
    snprintf(script, sizeof script, "%s/askpass", f->dir);
    FILE *file = fopen(script, "w");
    assert_non_null(file);
    fprintf(file, "#!/bin/sh\necho wrong\n");
    fclose(file);
    char askpass[200];
    snprintf(askpass, sizeof askpass, "SSH_ASKPASS=%s", script);
    const char *chmod_argv[] = {"chmod", "700", script, NULL};
    struct client c = gate_start(chmod_argv);
    client_finish(&c, NULL, 0);
    client_free(&c);
    snprintf(port, sizeof port, "-p%d", f->port);
    snprintf(known, sizeof known, "-oUserKnownHostsFile=%s/known_hosts", f->dir);
    const char *argv[] = {"env",
                          askpass,
                          "SSH_ASKPASS_REQUIRE=force",
                          "ssh",
                          "-F",
                          "/dev/null",
                          port,
                          known,
                          "-oNumberOfPasswordPrompts=9",
                          "-oIdentityAgent=none",
                          "-oPreferredAuthentications=password",
                          "-l",
                          GATE_USER,
                          "127.0.0.1",
                          "echo",
                          "hello",
                          NULL};
    c = gate_start(argv);
    client_finish(&c, NULL, 0);
    assert_int_equal(c.status, 255);
    assert_contains(c.errors, "too many attempts");
    assert_int_equal(f->counts->refusals, 2);
    client_free(&c);
    gate_done(f);
}

static void test_login_waits_for_a_core_that_is_restarted(void **state)
{
    (void)state;
    struct gate_fixture *f = given_gate(NULL);
    gate_kill_core(f);
    struct client c = gate_ssh(f, "ed25519", "--", "echo hello", NULL);
    gate_wait_children(f, 1);
    given_core(f);
    client_finish(&c, NULL, 0);
    assert_int_equal(c.status, 0);
    client_free(&c);
    gate_done(f);
}

static void test_login_without_a_core_says_so(void **state)
{
    (void)state;
    struct gate_fixture *f = given_gate(NULL);
    gate_kill_core(f);
    struct client c = gate_ssh(f, "ed25519", "-o", "LogLevel=INFO", "--", "echo hello", NULL);
    client_finish(&c, NULL, 0);
    assert_int_equal(c.status, 255);
    assert_contains(c.errors, "starting or restarting");
    client_free(&c);
    /* A person is not asked for a password that nobody could check. */
    c = gate_ssh_on_terminal(f, 80, 24, "-tt", "-oBatchMode=no", "-oLogLevel=INFO", NULL);
    client_finish(&c, NULL, 0);
    assert_int_equal(c.status, 255);
    assert_contains(c.output, "starting or restarting");
    assert_null(strstr(c.output, "password:"));
    client_free(&c);
    gate_done(f);
}

/* --- what is spoken ------------------------------------------------------------------------------------------------------------------ */

static void test_algorithms(void **state)
{
    (void)state;
    struct gate_fixture *f = given_gate(NULL);
    struct client c = gate_ssh(f, "ed25519", "-o", "LogLevel=DEBUG3", "--", "echo hello", NULL);
    client_finish(&c, NULL, 0);
    assert_int_equal(c.status, 0);
    assert_contains(c.errors, "remote software version gorod");
    assert_contains(c.errors, "kex: algorithm: curve25519-sha256");
    assert_contains(c.errors, "kex: host key algorithm: ssh-ed25519");
    assert_contains(c.errors, "will use strict KEX ordering");
    client_free(&c);
    static const char *const weak[][2] = {{"-oKexAlgorithms=ecdh-sha2-nistp256", "-4"},
                                          {"-oMACs=hmac-sha2-256", "-oCiphers=aes128-ctr"},
                                          {"-oCiphers=aes128-cbc", "-4"},
                                          {"-oHostKeyAlgorithms=rsa-sha2-512", "-4"}};
    for (size_t i = 0; i < sizeof weak / sizeof *weak; i++) {
        c = gate_ssh(f, "ed25519", weak[i][0], weak[i][1], "-oLogLevel=INFO", "--", "echo hello", NULL);
        client_finish(&c, NULL, 0);
        assert_int_equal(c.status, 255);
        assert_contains(c.errors, "no matching");
        client_free(&c);
    }
    gate_done(f);
}

static void test_garbage_instead_of_a_banner(void **state)
{
    (void)state;
    struct gate_fixture *f = given_gate(NULL);
    static char garbage[100000];
    memset(garbage, 'A', sizeof garbage);
    const struct {
        const char *bytes;
        size_t len;
    } rows[] = {{"GET / HTTP/1.0\r\n\r\n", 18},
                {garbage, sizeof garbage},
                {"\0\0\0\0\xff\xff\xff\xff\n", 9},
                {"SSH-2.0-x\r\n\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 27},
                {"SSH-1.5-old\r\n", 13}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int fd = gate_connect(f);
        send(fd, rows[i].bytes, rows[i].len, MSG_NOSIGNAL);
        char *said = read_to_end(fd, 5000);
        assert_true(strstr(said, "SSH-2.0-gorod") || *said == '\0'); /* a reset throws away what was on the way */
        free(said);
        close(fd);
    }
    gate_wait_children(f, 0);
    struct client c;
    assert_int_equal(gate_run_ssh(f, &c, "ed25519", "echo hello"), 0);
    client_free(&c);
    gate_done(f);
}

/* --- limits -------------------------------------------------------------------------------------------------------------------------- */

static void short_grace(struct config *config) { config->login_grace_s = 1; }

static void test_grace_time_ends(void **state)
{
    (void)state;
    struct gate_fixture *f = given_gate(short_grace);
    int silent = gate_connect(f), banner = gate_connect(f);
    send(banner, "SSH-2.0-x\r\n", 11, MSG_NOSIGNAL);
    free(read_to_end(silent, 4000));
    free(read_to_end(banner, 4000));
    close(silent);
    close(banner);
    /* Somebody who has logged in stays. */
    struct client c = gate_ssh(f, "ed25519", "--", "cat", NULL);
    gate_wait_count(&f->counts->opens, 1);
    silent = gate_connect(f);
    free(read_to_end(silent, 4000));
    close(silent);
    client_finish(&c, "still here", 10);
    assert_int_equal(c.status, 0);
    assert_string_equal(c.output, "still here");
    client_free(&c);
    gate_done(f);
}

static void few_strangers(struct config *config) { config->max_unauthenticated_per_address = 3; }

static void test_strangers_per_address_are_limited(void **state)
{
    (void)state;
    struct gate_fixture *f = given_gate(few_strangers);
    int fds[3];
    struct client inside = gate_ssh(f, "ed25519", "--", "cat", NULL); /* does not count once it is in */
    gate_wait_count(&f->counts->opens, 1);
    for (int i = 0; i < 3; i++)
        fds[i] = gate_connect(f);
    gate_wait_children(f, 4);
    int fourth = gate_connect(f);
    char *said = read_to_end(fourth, 5000);
    assert_contains(said, "gorod: too many logins at once from your address");
    free(said);
    close(fourth);
    close(fds[0]);
    gate_wait_children(f, 3);
    struct client c;
    assert_int_equal(gate_run_ssh(f, &c, "ed25519", "echo hello"), 0);
    client_free(&c);
    close(fds[1]);
    close(fds[2]);
    client_finish(&inside, NULL, 0);
    client_free(&inside);
    gate_done(f);
}

static void one_stranger(struct config *config) { config->max_unauthenticated_per_address = 1; }

static void test_limits_are_reloaded(void **state)
{
    (void)state;
    struct gate_fixture *f = given_gate(NULL);
    int first = gate_connect(f), second = gate_connect(f);
    gate_wait_children(f, 2);
    close(second);
    gate_wait_children(f, 1);
    gate_reload(f, one_stranger);
    second = gate_connect(f);
    char *said = read_to_end(second, 5000);
    assert_contains(said, "too many logins at once from your address");
    free(said);
    close(second);
    close(first);
    gate_done(f);
}

static void few_connections(struct config *config) { config->max_connections = 2; }

static void test_connections_are_limited(void **state)
{
    (void)state;
    struct gate_fixture *f = given_gate(few_connections);
    int one = gate_connect(f), two = gate_connect(f);
    gate_wait_children(f, 2);
    struct client c;
    assert_int_equal(gate_run_ssh(f, &c, "ed25519", "echo hello"), 255);
    client_free(&c);
    close(one);
    close(two);
    gate_wait_children(f, 0);
    assert_int_equal(gate_run_ssh(f, &c, "ed25519", "echo hello"), 0);
    client_free(&c);
    gate_done(f);
}

static void quick_keepalive(struct config *config) { config->keepalive_s = 1; }

static void test_silent_line_is_dropped(void **state)
{
    (void)state;
    struct gate_fixture *f = given_gate(quick_keepalive);
    struct client alive = gate_ssh(f, "ed25519", "--", "cat", NULL);
    struct client silent = gate_ssh(f, "ed25519", "--", "cat", NULL);
    gate_wait_count(&f->counts->opens, 2);
    kill(silent.pid, SIGSTOP);
    gate_wait_children(f, 1); /* three seconds without an answer */
    client_finish(&alive, "answered", 8);
    assert_int_equal(alive.status, 0);
    assert_string_equal(alive.output, "answered");
    client_free(&alive);
    client_free(&silent);
    gate_done(f);
}

/* --- life and death ------------------------------------------------------------------------------------------------------------------ */

static void test_parent_survives_a_crashed_child(void **state)
{
    (void)state;
    struct gate_fixture *f = given_gate(NULL);
    struct client neighbour = gate_ssh(f, "ed25519", "--", "cat", NULL);
    gate_wait_count(&f->counts->opens, 1);
    int fd = gate_connect(f);
    pid_t before[2], after[2], victim;
    gate_wait_children(f, 2);
    gate_children(f, before, 2);
    victim = before[0] > before[1] ? before[0] : before[1]; /* the younger */
    kill(victim, SIGSEGV);
    gate_wait_children(f, 1);
    gate_children(f, after, 2);
    assert_int_not_equal(after[0], victim);
    close(fd);
    client_finish(&neighbour, "alive", 5);
    assert_string_equal(neighbour.output, "alive");
    client_free(&neighbour);
    struct client c;
    assert_int_equal(gate_run_ssh(f, &c, "ed25519", "echo hello"), 0);
    client_free(&c);
    gate_done(f);
}

static void test_children_do_not_gather(void **state)
{
    (void)state;
    struct gate_fixture *f = given_gate(NULL);
    for (int i = 0; i < 20; i++) {
        int fd = gate_connect(f);
        close(fd);
    }
    struct client c;
    assert_int_equal(gate_run_ssh(f, &c, "ed25519", "echo hello"), 0);
    client_free(&c);
    gate_wait_children(f, 0);
    gate_done(f);
}

static void test_sigterm_drains(void **state)
{
    (void)state;
    struct gate_fixture *f = given_gate(NULL);
    struct client screen = gate_ssh_on_terminal(f, 80, 24, "-tt", NULL);
    client_expect(&screen, "session: hello 1");
    struct client command = gate_ssh(f, "ed25519", "--", "cat", NULL);
    gate_wait_count(&f->counts->opens, 2);
    int stranger = gate_connect(f);
    gate_wait_children(f, 3);
    kill(f->gate, SIGTERM);
    /* The screen saves its draft and goes, the stranger goes, the command may finish. */
    gate_wait_count(&f->counts->drafts, 1);
    free(read_to_end(stranger, 3000));
    close(stranger);
    client_finish(&command, "finished", 8);
    assert_int_equal(command.status, 0);
    assert_string_equal(command.output, "finished");
    client_finish(&screen, NULL, 0);
    client_free(&command);
    client_free(&screen);
    gate_done(f);
}

/* test_gate [PATTERN]: only the tests whose names match. */
int main(int argc, char *argv[])
{
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_keys_log_in),
        cmocka_unit_test(test_unknown_key_is_refused),
        cmocka_unit_test(test_a_key_opens_only_its_account),
        cmocka_unit_test(test_wrong_signature_is_refused_at_once),
        cmocka_unit_test(test_password_logs_in),
        cmocka_unit_test(test_passwords_can_be_off),
        cmocka_unit_test(test_tries_are_limited),
        cmocka_unit_test(test_login_waits_for_a_core_that_is_restarted),
        cmocka_unit_test(test_login_without_a_core_says_so),
        cmocka_unit_test(test_algorithms),
        cmocka_unit_test(test_garbage_instead_of_a_banner),
        cmocka_unit_test(test_grace_time_ends),
        cmocka_unit_test(test_strangers_per_address_are_limited),
        cmocka_unit_test(test_limits_are_reloaded),
        cmocka_unit_test(test_connections_are_limited),
        cmocka_unit_test(test_silent_line_is_dropped),
        cmocka_unit_test(test_parent_survives_a_crashed_child),
        cmocka_unit_test(test_children_do_not_gather),
        cmocka_unit_test(test_sigterm_drains),
    };
    int failed = cmocka_run_group_tests_name("gate", tests, gate_group_setup, gate_group_teardown);
    return failed + gate_channel_tests() + gate_client_tests();
}
