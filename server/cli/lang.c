#include "server/cli/cli.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum lang cli_lang(void)
{
    static const char *const names[] = {"LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value && *value)
            return strncmp(value, "en", 2) == 0 ? LANG_EN : LANG_RU;
    }
    return LANG_RU;
}

void cli_fault(const char *program, const char *text, const char *hint)
{
    fflush(stdout);
    fprintf(stderr, "%s: %s\n", program, text);
    if (hint && *hint)
        fprintf(stderr, "%s\n", hint);
}

/* Edits that turn one word into the other: change, add, drop, swap of neighbours; words longer than the table are never near. */
static int edit_distance(const char *a, const char *b)
{
    enum { MAX = 48 };
    size_t n = strlen(a), m = strlen(b);
    if (n >= MAX || m >= MAX)
        return MAX;
    int d[MAX][MAX];
    for (size_t i = 0; i <= n; i++)
        d[i][0] = (int)i;
    for (size_t j = 0; j <= m; j++)
        d[0][j] = (int)j;
    for (size_t i = 1; i <= n; i++)
        for (size_t j = 1; j <= m; j++) {
            int best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            best = d[i - 1][j] + 1 < best ? d[i - 1][j] + 1 : best;
            best = d[i][j - 1] + 1 < best ? d[i][j - 1] + 1 : best;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && d[i - 2][j - 2] + 1 < best)
                best = d[i - 2][j - 2] + 1;
            d[i][j] = best;
        }
    return d[n][m];
}

const char *cli_nearest(const char *word, const char *const candidates[])
{
    const char *nearest = NULL;
    int limit = strlen(word) <= 4 ? 2 : 3, best = limit + 1;
    for (size_t i = 0; candidates[i]; i++) {
        int distance = edit_distance(word, candidates[i]);
        /* A beginning of the right word is an abbreviation, however much is missing. */
        if (strlen(word) >= 3 && strncmp(word, candidates[i], strlen(word)) == 0)
            distance = 1;
        if (distance < best && distance < (int)strlen(candidates[i])) {
            best = distance;
            nearest = candidates[i];
        }
    }
    return nearest;
}
