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

static bool is_function_key(const char *screen, const char *digit)
{
    return (digit > screen && digit[-1] == 'F') || (digit > screen + 1 && digit[-2] == 'F' && isdigit((unsigned char)digit[-1]));
}

/* Days of the week become '~', a cell for a letter. */
static void mask_day_words(char *screen)
{
    static const char *const words[] = {"сегодня", "завтра", "вчера", "пн", "вт", "ср", "чт", "пт", "сб", "вс"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t bytes = strlen(words[i]), letters = bytes / 2;
        for (char *p = screen; (p = strstr(p, words[i]));) {
            bool whole = p > screen && p[-1] == ' ' && strchr(" ,\n", p[bytes]);
            if (whole) {
                memset(p, '~', letters);
                memmove(p + letters, p + bytes, strlen(p + bytes) + 1);
            }
            p += whole ? letters : bytes;
        }
    }
}

/* Digits become '#', because days, times and numbers differ from run to run; function keys keep theirs. */
static char *masked(const char *screen)
{
    char *out = strdup(screen);
    assert_non_null(out);
    for (char *p = out; *p; p++)
        if (isdigit((unsigned char)*p) && !is_function_key(screen, screen + (p - out)))
            *p = '#';
    mask_day_words(out);
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
