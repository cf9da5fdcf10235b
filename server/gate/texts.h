/* What the gate itself says to people, in both languages. */
#pragma once
#include "common/err.h"

enum text {
    TEXT_NO_TERMINAL, /* shell without a pty */
    TEXT_OLD_SCP,  /* scp -O */
    TEXT_NO_SFTP,  /* the bytes are not SFTP */
    TEXT_CORE_AWAY,
    TEXT_NO_SCREEN, /* gorod-tui is not installed */
    TEXT_NO_PROCESS,
    TEXT_BROKEN,  /* the program died of a signal */
    TEXT_QUOTES,  /* the command does not split into words */
    TEXT_REFUSED, /* the core has refused the session, without saying why */
    TEXT_COUNT,
};

/* Never NULL; without a newline. */
const char *text_of(enum text text, enum lang lang);
/* The sysexits(3) code of a channel that ends with it. */
int text_exit_code(enum text text);
