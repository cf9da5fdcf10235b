/* What the files of the terminal share. */
#pragma once
#include "tests/harness/term.h"
#include <vterm.h>

struct term {
    pid_t pid;
    int fd, cols, rows;
    bool ended;
    char type[64];
    VTerm *vt;
    VTermScreen *screen;
    VTermPos cursor;
    size_t bytes;
    int64_t arrived_us; /* when the last of them were read */
    char tail[48]; /* the last bytes that came */
    long idle_serial;
    bool settled; /* that announcement is the last that was heard */
    char *text; /* of the last term_text */
};

const char *term_key_bytes(const char *terminal, const char *name);
