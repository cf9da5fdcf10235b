/* F3: from the key to the last byte of the repaint, over real ssh on a real terminal model: one row down in a list of many appeals against
 * one row down in vim under OpenSSH's sshd; opening a card against the echo of cat there. Rounds alternate. */
#include "tests/bench/bench.h"
#include "tests/harness/check.h"
#include "tests/harness/term.h"
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEYS = 100, ROUNDS = 5, CARDS = 20, QUIET_US = 15000, GAP_MS = 20, ANSWER_US = 5000000, DATA_MS = 600000, LINES = 100000 };

/* Sends a key and takes the time of the last byte before the line falls silent. Returns microseconds. */
static double key_to_paint(struct term *t, const char *key)
{
    /* As fingers do: now sooner, now later, so that neither side finds its caches always warm. */
    static unsigned seed = 1;
    poll(NULL, 0, (int)((unsigned)rand_r(&seed) % GAP_MS));
    size_t before = term_bytes(t);
    int64_t sent = clock_us(), last = 0;
    term_type(t, key);
    for (;;) {
        int64_t left = (last ? last + QUIET_US : sent + ANSWER_US) - clock_us();
        if (left <= 0 || !term_take_in(t, left))
            break;
        last = term_arrived_us(t);
    }
    CHECK(term_bytes(t) > before, "the key changed nothing; the screen:\n%s", term_text(t));
    return (double)(last - sent);
}

static void press_many(struct term *t, const char *key, int count, struct samples *us)
{
    for (int i = 0; i < count; i++)
        samples_add(us, key_to_paint(t, key));
}

static struct term *open_list(const struct server *s)
{
    struct term *t = term_ssh(s, "clerk", 80, 24, "xterm-256color");
    term_wait_text(t, "F10");
    term_type(t, "О");
    term_wait_text(t, "Обращения");
    term_wait_quiet(t, 300);
    return t;
}

static struct term *open_vim(const struct sshd *s)
{
    const char *argv[SSH_ARGV_MAX];
    char file[128], *text = malloc((size_t)LINES * 80);
    size_t len = 0;
    for (int i = 0; i < LINES; i++)
        len += (size_t)sprintf(text + len, "%6d  24.12  Ремонт дороги, вывоз мусора\n", i + 1);
    snprintf(file, sizeof file, "%s/lines.txt", s->dir);
    CHECK(write_whole(file, text, 0644), "cannot write %s", file);
    free(text);
    int n = sshd_argv(s, true, argv);
    const char *const words[] = {"env", "LC_ALL=C.UTF-8", "vim", "-u", "NONE", "-N", "-c", "'set cursorline ruler'", file};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        argv[n++] = words[i];
    argv[n] = NULL;
    struct term *t = term_run((char *const *)argv, 80, 24, "xterm-256color");
    term_wait_text(t, "Ремонт дороги");
    term_wait_quiet(t, 300);
    return t;
}

static struct term *open_cat(const struct sshd *s)
{
    const char *argv[SSH_ARGV_MAX];
    int n = sshd_argv(s, true, argv);
    argv[n++] = "stty raw -echo; echo ready; exec cat";
    argv[n] = NULL;
    struct term *t = term_run((char *const *)argv, 80, 24, "xterm-256color");
    term_wait_text(t, "ready");
    term_wait_quiet(t, 300);
    return t;
}

static struct server *given_appeals(void)
{
    char count[16];
    struct outcome o;
    struct server *s = server_start(NULL);
    snprintf(count, sizeof count, "%d", bench_setting("GOROD_BENCH_SMALL", 100000));
    char *const argv[] = {(char *)server_program(), "demo-data", "--appeals", count, "--seed", "1", "--state", s->state, NULL};
    run_program(argv, NULL, DATA_MS, &o);
    CHECK(o.exit_code == 0, "demo-data: %d %s", o.exit_code, o.err);
    outcome_free(&o);
    psql(s, "VACUUM ANALYZE");
    /* The keys that demo-data made. */
    snprintf(s->keys, sizeof s->keys, "%s/keys", s->state);
    return s;
}

int main(void)
{
    struct server *server = given_appeals();
    struct sshd *sshd = sshd_start();
    struct samples rows = {0}, vim_rows = {0}, cards = {0}, echo = {0};
    for (int round = 0; round < ROUNDS; round++) {
        struct term *list = open_list(server), *vim = open_vim(sshd), *cat = open_cat(sshd);
        press_many(vim, "j", KEYS, &vim_rows);
        press_many(list, "\033OB", KEYS, &rows);
        press_many(cat, "x", CARDS, &echo);
        for (int i = 0; i < CARDS; i++) {
            samples_add(&cards, key_to_paint(list, "\r"));
            key_to_paint(list, "\033");
            term_wait_quiet(list, 100);
            key_to_paint(list, "\033OB");
        }
        term_close(&list);
        term_close(&vim);
        term_close(&cat);
    }
    table_title("F3: key to paint over ssh, 80x24", "ms");
    table_row("one row down / vim under sshd, p50", samples_percentile(&rows, 50) / 1000, samples_percentile(&vim_rows, 50) / 1000, 1,
              false);
    table_row("one row down / vim under sshd, p99", samples_percentile(&rows, 99) / 1000, samples_percentile(&vim_rows, 99) / 1000, 1,
              false);
    table_row("opening a card / echo of cat under sshd, p50", samples_percentile(&cards, 50) / 1000, samples_percentile(&echo, 50) / 1000,
              3, false);
    table_row("opening a card / echo of cat under sshd, p99", samples_percentile(&cards, 99) / 1000, samples_percentile(&echo, 99) / 1000,
              0, false);
    sshd_stop(&sshd);
    server_discard(&server, false);
    return table_verdict();
}
