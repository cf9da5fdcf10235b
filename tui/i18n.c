#include "tui/i18n.h"
#include "tui/text.h"
#include <limits.h>
#include <locale.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef GOROD_LOCALEDIR
#define GOROD_LOCALEDIR "/usr/local/share/locale"
#endif

static char language_now[8] = "ru";

/* Every text of the screen is asked for at every key, and gettext walks a tree of strings each time: translations are remembered by the
 * address of their msgid. */
enum { REMEMBERED = 512 }; /* a power of two; half of it is more than a session meets in an hour */
static struct {
    const char *msgid, *text;
} remembered[REMEMBERED];
static size_t remembered_count;

const char *tr(const char *msgid)
{
    if (!msgid || !*msgid)
        return "";
    size_t at = (size_t)((uintptr_t)msgid * 0x9E3779B97F4A7C15u >> 32) % REMEMBERED;
    while (remembered[at].msgid && remembered[at].msgid != msgid)
        at = (at + 1) % REMEMBERED;
    if (!remembered[at].msgid) {
        if (remembered_count >= REMEMBERED / 2)
            return gettext(msgid);
        remembered_count++;
        remembered[at].msgid = msgid;
        remembered[at].text = gettext(msgid);
    }
    return remembered[at].text;
}

/* The catalogue beside the program, so that a build folder works without being installed. */
static bool folder_beside(char *out, size_t size)
{
    char exe[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
    if (n <= 0)
        return false;
    exe[n] = '\0';
    char *slash = strrchr(exe, '/');
    if (!slash)
        return false;
    *slash = '\0';
    char probe[PATH_MAX + 64];
    strf(probe, sizeof probe, "%s/po/ru/LC_MESSAGES/gorod.mo", exe);
    if (access(probe, R_OK) != 0)
        return false;
    return snprintf(out, size, "%s/po", exe) < (int)size;
}

/* Widths of characters and gettext both need a UTF-8 locale; C.UTF-8 is in every Debian. */
static void locale_start(void)
{
    if (!setlocale(LC_ALL, "") || strcmp(setlocale(LC_CTYPE, NULL), "C") == 0 || strcmp(setlocale(LC_CTYPE, NULL), "POSIX") == 0 ||
        MB_CUR_MAX < 4)
        setlocale(LC_ALL, "C.UTF-8");
    setlocale(LC_NUMERIC, "C");
}

void i18n_start(const char *language)
{
    static bool bound;
    /* gettext's own way to learn that LANGUAGE has changed. */
    extern int _nl_msg_cat_cntr; /* NOLINT(bugprone-reserved-identifier): its name is gettext's */
    if (!language || !*language)
        language = getenv("LANGUAGE");
    strf(language_now, sizeof language_now, "%s", language && strncmp(language, "en", 2) == 0 ? "en" : "ru");
    setenv("LANGUAGE", language_now, 1);
    _nl_msg_cat_cntr++;
    memset(remembered, 0, sizeof remembered);
    remembered_count = 0;
    if (bound)
        return;
    bound = true;
    locale_start();
    char folder[PATH_MAX + 8];
    bindtextdomain("gorod", folder_beside(folder, sizeof folder) ? folder : GOROD_LOCALEDIR);
    bind_textdomain_codeset("gorod", "UTF-8");
    textdomain("gorod");
}

const char *i18n_language(void) { return language_now; }
