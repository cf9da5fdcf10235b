/* Channels of the gate: commands, the subsystem, screens on terminals, and clients that misbehave. */
#include "gate_channels.h"
#include "gate_fixture.h"
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
/* keep last: it wants the headers above */
#include <cmocka.h>

enum { MANY = 14, MEGABYTE = 1024 * 1024 };

static char *random_bytes(size_t len, unsigned seed)
{
    char *bytes = malloc(len);
    assert_non_null(bytes);
    for (size_t i = 0; i < len; i++) {
        seed = seed * 1103515245u + 12345u;
        bytes[i] = (char)(seed >> 16);
    }
    return bytes;
}

/* --- commands ------------------------------------------------------------------------------------------------------------------------ */

static void test_exit_status_and_errors_come_through(void **state)
{
    (void)state;
    struct gate_fixture *f = given_gate(NULL);
    static const char *const commands[] = {"exit 0", "exit 1", "exit 65", "exit 255"};
    static const int codes[] = {0, 1, 65, 255};
    struct client c;
    for (int i = 0; i < 4; i++) {
        assert_int_equal(gate_run_ssh(f, &c, "ed25519", commands[i]), codes[i]);
        client_free(&c);
    }
    assert_int_equal(gate_run_ssh(f, &c, "ed25519", "нет такой"), 64);
    assert_null(c.output);
    assert_string_equal(c.errors, "gorod: нет: no such operation\n");
    client_free(&c);
    assert_int_equal(gate_run_ssh(f, &c, "ed25519", "crash"), 70);
    assert_contains(c.errors, "аварийно");
    client_free(&c);
    assert_int_equal(gate_run_ssh(f, &c, "ed25519", "echo \"open"), 64);
    assert_contains(c.errors, "кавычка");
    client_free(&c);
    gate_done(f);
}

static void test_input_and_output_are_exact(void **state)
{
    (void)state;
    struct gate_fixture *f = given_gate(NULL);
    char *bytes = random_bytes(3 * MEGABYTE, 1);
    struct client c = gate_ssh(f, "ed25519", "-o", "RekeyLimit=256K", "--", "cat", NULL);
    client_finish(&c, bytes, 3 * MEGABYTE);
    assert_int_equal(c.status, 0);
    assert_int_equal(c.output_len, 3 * MEGABYTE);
    assert_memory_equal(c.output, bytes, 3 * MEGABYTE);
    client_free(&c);
    free(bytes);
    gate_done(f);
}

static void test_command_has_a_session(void **state)
{
    (void)state;
    struct gate_fixture *f = given_gate(NULL);
    struct client c;
    assert_int_equal(gate_run_ssh(f, &c, "ed25519", "session ping"), 0);
    assert_string_equal(c.output, "ping\n");
    assert_int_equal(f->counts->opens, 1);
    client_free(&c);
    gate_done(f);
}

static void test_command_on_a_terminal(void **state)
{
    (void)state;
    struct gate_fixture *f = given_gate(NULL);
    struct client c = gate_ssh_on_terminal(f, 80, 24, "-tt", "--", "tty", NULL);
    client_finish(&c, NULL, 0);
    assert_int_equal(c.status, 0);
    assert_contains(c.output, "tty=1 term=");
    client_free(&c);
    assert_int_equal(gate_run_ssh(f, &c, "ed25519", "tty"), 0);
    assert_string_equal(c.output, "tty=0 term=\n");
    client_free(&c);
    gate_done(f);
}

static void test_doors_are_shut(void **state)
{
    (void)state;
    struct gate_fixture *f = given_gate(NULL);
    char command[256];
    snprintf(command, sizeof command, "doors %s %d", gate_key_path("host"), (int)f->gate);
    struct client c;
    assert_int_equal(gate_run_ssh(f, &c, "ed25519", command), 0);
    assert_contains(c.output, "socket=EPERM");
    assert_contains(c.output, "unix=EPERM");
    assert_contains(c.output, "file=EACCES");
    assert_contains(c.output, "create=EACCES");
    assert_contains(c.output, "terminfo=open");
    assert_contains(c.output, "socketpair=open");
    assert_contains(c.output, "inherited=0");
#ifndef __SANITIZE_ADDRESS__
    assert_contains(c.output, "ptrace=EPERM");
#endif
    client_free(&c);
    gate_done(f);
}

/* --- what is refused ----------------------------------------------------------------------------------------------------------------- */

static void test_refusals_are_clear(void **state)
{
    (void)state;
    struct gate_fixture *f = given_gate(NULL);
    struct client c = gate_ssh(f, "ed25519", "-T", NULL);
    client_finish(&c, NULL, 0);
    assert_int_equal(c.status, 64);
    assert_contains(c.errors, "ssh -t");
    client_free(&c);
    assert_int_equal(gate_run_ssh(f, &c, "ed25519", "scp -t /inbox"), 69);
    assert_contains(c.errors, "-O");
    client_free(&c);
    c = gate_ssh(f, "ed25519", "-s", "--", "netconf", NULL);
    client_finish(&c, NULL, 0);
    assert_int_equal(c.status, 255);
    assert_contains(c.errors, "subsystem request failed");
    client_free(&c);
    c = gate_ssh(f, "ed25519", "-o", "ExitOnForwardFailure=yes", "-R", "0:127.0.0.1:1", "--", "echo hello", NULL);
    client_finish(&c, NULL, 0);
    assert_int_equal(c.status, 255);
    client_free(&c);
    c = gate_ssh(f, "ed25519", "-W", "127.0.0.1:1", NULL);
    client_finish(&c, NULL, 0);
    assert_int_not_equal(c.status, 0);
    client_free(&c);
    assert_int_equal(f->counts->opens, 0);
    gate_done(f);
}

/* --- the subsystem ------------------------------------------------------------------------------------------------------------------- */

static void echo_megabyte(const struct gate_fixture *f, const char *option)
{
    char *bytes = random_bytes(MEGABYTE, 2);
    struct client c = gate_ssh(f, "ed25519", "-s", "-o", option, "--", "gorod", NULL);
    client_finish(&c, bytes, MEGABYTE);
    assert_int_equal(c.status, 0);
    assert_int_equal(c.output_len, MEGABYTE);
    assert_memory_equal(c.output, bytes, MEGABYTE);
    client_free(&c);
    free(bytes);
}

static void test_subsystem_carries_bytes_both_ways(void **state)
{
    (void)state;
    struct gate_fixture *f = given_gate(NULL);
    echo_megabyte(f, "RekeyLimit=default");
    echo_megabyte(f, "RekeyLimit=64K");
    echo_megabyte(f, "Compression=yes");
    echo_megabyte(f, "Ciphers=aes256-gcm@openssh.com");
    gate_done(f);
}

static void test_subsystem_ends_with_the_core(void **state)
{
    (void)state;
    struct gate_fixture *f = given_gate(NULL);
    struct client c = gate_ssh(f, "ed25519", "-s", "--", "gorod", NULL);
    client_type(&c, "ping\n");
    client_expect(&c, "ping\n");
    gate_kill_core(f);
    close(c.out); /* only the end is of interest; its input stays open */
    c.out = -1;
    int in = c.in;
    c.in = -1;
    client_finish(&c, NULL, 0);
    close(in);
    assert_int_equal(c.status, 75);
    client_free(&c);
    gate_done(f);
}

/* --- many channels ------------------------------------------------------------------------------------------------------------------- */

struct master {
    struct client client;
    char control[128];
};

static struct master given_master(const struct gate_fixture *f)
{
    struct master m;
    snprintf(m.control, sizeof m.control, "-oControlPath=%s/control", f->dir);
    m.client = gate_ssh(f, "ed25519", "-M", "-N", m.control, NULL);
    char path[128];
    snprintf(path, sizeof path, "%s/control", f->dir);
    for (int i = 0; access(path, F_OK) != 0 && i < 2000; i++)
        poll(NULL, 0, 5);
    assert_int_equal(access(path, F_OK), 0);
    return m;
}

static void master_done(struct master *m)
{
    client_free(&m->client); /* by SIGKILL: ssh 9.2 may miss a SIGTERM that comes just before its poll() */
}

static void test_channels_run_side_by_side(void **state)
{
    (void)state;
    struct gate_fixture *f = given_gate(NULL);
    struct master m = given_master(f);
    struct client clients[MANY];
    char *bytes[MANY];
    for (int i = 0; i < MANY; i++) {
        bytes[i] = random_bytes(200000, (unsigned)i + 10);
        clients[i] =
            i % 2 ? gate_ssh(f, "ed25519", m.control, "--", "cat", NULL) : gate_ssh(f, "ed25519", m.control, "-s", "--", "gorod", NULL);
    }
    gate_wait_count(&f->counts->opens, MANY);
    for (int i = 0; i < MANY; i++) {
        client_finish(&clients[i], bytes[i], 200000);
        assert_int_equal(clients[i].status, 0);
        assert_int_equal(clients[i].output_len, 200000);
        assert_memory_equal(clients[i].output, bytes[i], 200000);
        client_free(&clients[i]);
        free(bytes[i]);
    }
    assert_int_equal(f->counts->logins, 1);
    assert_int_equal(f->counts->hellos, 1);
    master_done(&m);
    gate_done(f);
}

static void few_channels(struct config *config) { config->max_channels = 3; }

static void test_channels_are_limited(void **state)
{
    (void)state;
    struct gate_fixture *f = given_gate(few_channels);
    struct master m = given_master(f);
    struct client held[3];
    for (int i = 0; i < 3; i++)
        held[i] = gate_ssh(f, "ed25519", m.control, "--", "cat", NULL);
    gate_wait_count(&f->counts->opens, 3);
    struct client c = gate_ssh(f, "ed25519", m.control, "-oControlMaster=no", "-oProxyCommand=false", "--", "echo hello", NULL);
    client_finish(&c, NULL, 0);
    assert_int_equal(c.status, 255);
    client_free(&c);
    for (int i = 0; i < 3; i++) {
        client_finish(&held[i], "x", 1);
        assert_int_equal(held[i].status, 0);
        client_free(&held[i]);
    }
    /* The places are free again, many times over. */
    for (int i = 0; i < 20; i++) {
        c = gate_ssh(f, "ed25519", m.control, "--", "echo hello", NULL);
        client_finish(&c, NULL, 0);
        assert_int_equal(c.status, 0);
        client_free(&c);
    }
    master_done(&m);
    gate_done(f);
}

/* Private memory of a process, in KiB. */
static long memory_of(pid_t pid)
{
    char path[64], line[256];
    long kib = 0, value;
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)pid);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "Private_Dirty: %ld kB", &value) == 1)
            kib += value;
    if (file)
        fclose(file);
    return kib;
}

/* Sent bytes stop growing when the client's window and the socket are full. */
static void wait_until_stuck(const struct gate_fixture *f)
{
    long ticks = -1, same = 0;
    pid_t child;
    assert_int_equal(gate_children(f, &child, 1), 1);
    for (int i = 0; i < 2000 && same < 40; i++) {
        char path[64];
        long now = 0, user, system;
        snprintf(path, sizeof path, "/proc/%d/stat", (int)child);
        FILE *file = fopen(path, "r");
        if (file && fscanf(file, "%*d %*s %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld", &user, &system) == 2)
            now = user + system;
        if (file)
            fclose(file);
        same = now == ticks ? same + 1 : 0;
        ticks = now;
        poll(NULL, 0, 5);
    }
    assert_true(same >= 40); /* 200 ms without work: it does not spin */
}

static void test_client_that_never_reads(void **state)
{
    (void)state;
    struct gate_fixture *f = given_gate(NULL);
    struct client stuck = gate_ssh(f, "ed25519", "--", "flood", NULL);
    gate_wait_count(&f->counts->opens, 1);
    client_expect(&stuck, "xxxx");
    kill(stuck.pid, SIGSTOP);
    wait_until_stuck(f);
    pid_t child;
    assert_int_equal(gate_children(f, &child, 1), 1);
#ifndef __SANITIZE_ADDRESS__
    assert_true(memory_of(child) < 8 * 1024);
#else
    assert_true(memory_of(child) > 0);
#endif
    struct client c;
    assert_int_equal(gate_run_ssh(f, &c, "ed25519", "echo hello"), 0);
    client_free(&c);
    kill(stuck.pid, SIGCONT);
    kill(stuck.pid, SIGKILL);
    client_free(&stuck);
    gate_wait_children(f, 0);
    gate_done(f);
}

/* A pipe whose reader has gone reports that for ever: it must not keep the connection busy. */
static void test_program_that_does_not_read(void **state)
{
    (void)state;
    struct gate_fixture *f = given_gate(NULL);
    struct client c = gate_ssh(f, "ed25519", "--", "deaf", NULL);
    client_expect(&c, "deaf\n");
    wait_until_stuck(f);
    for (int i = 0; i < 3; i++) {
        client_type(&c, "does anybody hear?\n");
        wait_until_stuck(f);
    }
    client_free(&c);
    gate_wait_children(f, 0);
    gate_done(f);
}

static void test_stuck_channel_does_not_hold_the_connection(void **state)
{
    (void)state;
    struct gate_fixture *f = given_gate(NULL);
    struct master m = given_master(f);
    struct client stuck = gate_ssh(f, "ed25519", m.control, "--", "flood", NULL);
    client_expect(&stuck, "xxxx");
    kill(stuck.pid, SIGSTOP); /* the master's window for it fills; the others share the same TCP connection */
    for (int i = 0; i < 5; i++) {
        struct client c = gate_ssh(f, "ed25519", m.control, "--", "echo hello", NULL);
        client_finish(&c, NULL, 0);
        assert_int_equal(c.status, 0);
        client_free(&c);
    }
    kill(stuck.pid, SIGCONT);
    client_free(&stuck);
    master_done(&m);
    gate_done(f);
}

/* --- screens ------------------------------------------------------------------------------------------------------------------------- */

static void test_screen_runs_on_a_terminal(void **state)
{
    (void)state;
    struct gate_fixture *f = given_gate(NULL);
    setenv("TERM", "screen-256color", 1);
    struct client c = gate_ssh_on_terminal(f, 100, 30, "-tt", "-o", "SetEnv=NO_COLOR=1 LANG=ru_RU.KOI8-R", NULL);
    client_expect(&c, "argv=gorod-tui,--broker,3,--wire,5");
    client_expect(&c, "term=screen-256color lang=C.UTF-8 language=ru no_color=1 utf8=1 home=-");
    client_expect(&c, "size 100x30");
    client_expect(&c, "session: hello 1");
    client_type(&c, "ж");
    client_expect(&c, "key: ж");
    client_resize(&c, 40, 20);
    client_expect(&c, "resized 40x20");
    client_type(&c, "q");
    client_finish(&c, NULL, 0);
    assert_int_equal(c.status, 7);
    client_free(&c);
    gate_done(f);
}

static void test_odd_terminals_are_made_sane(void **state)
{
    (void)state;
    struct gate_fixture *f = given_gate(NULL);
    setenv("TERM", "no-such-terminal", 1);
    struct client c = gate_ssh_on_terminal(f, 0, 0, "-tt", NULL);
    client_expect(&c, "term=xterm-256color");
    client_expect(&c, "no_color=-");
    client_expect(&c, "size 80x24");
    client_resize(&c, 65535, 65535);
    client_expect(&c, "resized 512x256");
    client_resize(&c, 10, 3);
    client_expect(&c, "resized 10x3");
    client_type(&c, "q");
    client_finish(&c, NULL, 0);
    client_free(&c);
    setenv("TERM", "../../../etc/passwd", 1);
    c = gate_ssh_on_terminal(f, 80, 24, "-tt", NULL);
    client_expect(&c, "term=xterm-256color");
    client_type(&c, "x");
    client_finish(&c, NULL, 0);
    assert_int_equal(c.status, 70);
    client_free(&c);
    setenv("TERM", "xterm", 1);
    gate_done(f);
}

static void test_screen_survives_a_restart_of_the_core(void **state)
{
    (void)state;
    struct gate_fixture *f = given_gate(NULL);
    struct client c = gate_ssh_on_terminal(f, 80, 24, "-tt", NULL);
    client_expect(&c, "session: hello 1");
    gate_kill_core(f);
    client_expect(&c, "away");
    client_type(&c, "k"); /* it lives meanwhile */
    client_expect(&c, "key: k");
    given_core(f);
    client_expect(&c, "session: hello 2");
    assert_int_equal(f->counts->resumes, 1);
    gate_kill_core(f);
    given_core(f);
    client_expect(&c, "session: hello 3");
    assert_int_equal(f->counts->logins, 1);
    client_type(&c, "q");
    client_finish(&c, NULL, 0);
    assert_int_equal(c.status, 7);
    client_free(&c);
    gate_done(f);
}

static void test_command_waits_for_a_core_that_is_restarted(void **state)
{
    (void)state;
    struct gate_fixture *f = given_gate(NULL);
    struct master m = given_master(f);
    gate_kill_core(f);
    struct client c = gate_ssh(f, "ed25519", m.control, "--", "session ping", NULL);
    given_core(f);
    client_finish(&c, NULL, 0);
    assert_int_equal(c.status, 0);
    client_free(&c);
    gate_kill_core(f);
    c = gate_ssh(f, "ed25519", m.control, "--", "session ping", NULL);
    client_finish(&c, NULL, 0);
    assert_int_equal(c.status, 75);
    assert_contains(c.errors, "повторите через несколько секунд");
    client_free(&c);
    master_done(&m);
    gate_done(f);
}

static void test_killed_client_takes_its_screen_along(void **state)
{
    (void)state;
    struct gate_fixture *f = given_gate(NULL);
    struct client c = gate_ssh_on_terminal(f, 80, 24, "-tt", NULL);
    client_expect(&c, "session: hello 1");
    kill(c.pid, SIGKILL);
    gate_wait_count(&f->counts->drafts, 1); /* the hang-up reached it, and its session still worked */
    client_free(&c);
    gate_wait_children(f, 0);
    gate_done(f);
}

static void test_flooding_screen_does_not_shut_out_the_keyboard(void **state)
{
    (void)state;
    struct gate_fixture *f = given_gate(NULL);
    struct client c = gate_ssh_on_terminal(f, 80, 24, "-tt", NULL);
    client_expect(&c, "session: hello 1");
    client_type(&c, "f");
    client_expect(&c, "flood");
    kill(c.pid, SIGTERM); /* the client hangs up in the middle of it */
    client_free(&c);
    gate_wait_children(f, 0);
    gate_done(f);
}

int gate_channel_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exit_status_and_errors_come_through),
        cmocka_unit_test(test_input_and_output_are_exact),
        cmocka_unit_test(test_command_has_a_session),
        cmocka_unit_test(test_command_on_a_terminal),
        cmocka_unit_test(test_doors_are_shut),
        cmocka_unit_test(test_refusals_are_clear),
        cmocka_unit_test(test_subsystem_carries_bytes_both_ways),
        cmocka_unit_test(test_subsystem_ends_with_the_core),
        cmocka_unit_test(test_channels_run_side_by_side),
        cmocka_unit_test(test_channels_are_limited),
        cmocka_unit_test(test_client_that_never_reads),
        cmocka_unit_test(test_program_that_does_not_read),
        cmocka_unit_test(test_stuck_channel_does_not_hold_the_connection),
        cmocka_unit_test(test_screen_runs_on_a_terminal),
        cmocka_unit_test(test_odd_terminals_are_made_sane),
        cmocka_unit_test(test_screen_survives_a_restart_of_the_core),
        cmocka_unit_test(test_command_waits_for_a_core_that_is_restarted),
        cmocka_unit_test(test_killed_client_takes_its_screen_along),
        cmocka_unit_test(test_flooding_screen_does_not_shut_out_the_keyboard),
    };
    return cmocka_run_group_tests_name("gate channels", tests, gate_group_setup, gate_group_teardown);
}
