#include "server/cli/cli.h"
#include <string.h>

/* Copies one word without its quotes; returns where the next one may begin, NULL for an open quote. */
static const char *word_copy(const char *p, char **out)
{
    char quote = '\0', *to = *out;
    for (; *p && (quote || !strchr(" \t\r\n", *p)); p++) {
        if (quote && *p == quote)
            quote = '\0';
        else if (!quote && (*p == '\'' || *p == '"'))
            quote = *p;
        else if (*p == '\\' && quote != '\'') {
            /* In double quotes a backslash is itself unless it hides something that is special there. */
            if (!p[1])
                return NULL;
            if (quote == '"' && !strchr("\\\"$`\n", p[1]))
                *to++ = *p;
            p++;
            if (*p != '\n') /* a hidden line break is none at all */
                *to++ = *p;
        } else
            *to++ = *p;
    }
    *to++ = '\0';
    *out = to;
    return quote ? NULL : p;
}

int cli_split(const char *line, char *buffer, char *words[], int max_words)
{
    int count = 0;
    for (const char *p = line;;) {
        p += strspn(p, " \t\r\n");
        if (!*p)
            return count;
        if (count == max_words)
            return -1;
        words[count++] = buffer;
        p = word_copy(p, &buffer);
        if (!p)
            return -1;
    }
}
