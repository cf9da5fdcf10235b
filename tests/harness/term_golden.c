/* Whole screens against files that are reviewed like code. */
#include "tests/harness/check.h"
#include "tests/harness/clock.h"
#include "tests/harness/term_internal.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef GOLDEN_DIR
#define GOLDEN_DIR "tests/terminal/golden"
#endif

/* Digits become '#', because days, times and numbers differ from run to run; so do the day words that stand for dates. */
static char *masked(const char *screen)
{
    static const char *const day_words[] = {"сегодня", "завтра", "вчера", "пн", "вт", "ср", "чт", "пт", "сб", "вс"};
    char *out = strdup(screen);
    assert_non_null(out);
    for (char *p = out; *p; p++)
        if (isdigit((unsigned char)*p))
            *p = '#';
    for (size_t i = 0; i < sizeof day_words / sizeof *day_words; i++) {
        char find[32];
        snprintf(find, sizeof find, " %s ", day_words[i]);
        for (char *hit; (hit = strstr(out, find));) {
            /* keeps the width in cells: a Russian letter is two bytes, one cell */
            size_t letters = strlen(day_words[i]) / 2, bytes = strlen(day_words[i]);
            memset(hit + 1, '~', letters);
            memmove(hit + 1 + letters, hit + 1 + bytes, strlen(hit + 1 + bytes) + 1);
        }
    }
    return out;
}

struct expectation {
    const char *wanted;
};

static bool equals(struct term *t, void *arg)
{
    const struct expectation *e = arg;
    char *now = masked(term_text(t));
    bool same = strcmp(now, e->wanted) == 0;
    free(now);
    return same;
}

void term_expect_screen(struct term *t, const char *name)
{
    enum { QUIET_MS = 400 };
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", GOLDEN_DIR, name);
    const char *generate = getenv("GENERATE");
    if (generate && *generate == '1') {
        term_wait_quiet(t, QUIET_MS);
        char *now = masked(term_text(t));
        assert_true(write_whole(path, now, 0644));
        free(now);
        return;
    }
    char *wanted = read_whole(path);
    CHECK(wanted, "no golden %s: make it with GENERATE=1", path);
    struct expectation e = {wanted};
    char what[256];
    snprintf(what, sizeof what, "the screen of golden/%s", name);
    term_wait_for(t, equals, &e, what);
    free(wanted);
}
