#include "server/gate/pty.h"
#include <ctype.h>
#include <fcntl.h>
#include <pty.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { COLUMNS = 80, ROWS = 24, COLUMNS_MAX = 512, ROWS_MAX = 256, PIXELS_MAX = 65535 };

static unsigned short fit(int wanted, int max, unsigned short otherwise)
{
    if (wanted == 0)
        return otherwise;
    /* The wire has unsigned numbers: what arrives negative is huge. */
    return (unsigned short)(wanted < 0 || wanted > max ? max : wanted);
}

struct winsize pty_size(struct winsize was, int columns, int rows, int width_px, int height_px)
{
    return (struct winsize){
        .ws_col = fit(columns, COLUMNS_MAX, was.ws_col ? was.ws_col : COLUMNS),
        .ws_row = fit(rows, ROWS_MAX, was.ws_row ? was.ws_row : ROWS),
        .ws_xpixel = fit(width_px, PIXELS_MAX, 0),
        .ws_ypixel = fit(height_px, PIXELS_MAX, 0),
    };
}

static bool is_plain_name(const char *s)
{
    size_t len = strlen(s);
    if (len == 0 || len >= PTY_TERM_BYTES || s[0] == '.')
        return false;
    for (; *s; s++)
        if (!isalnum((unsigned char)*s) && !strchr("+-._", *s))
            return false;
    return true;
}

static bool is_known(const char *term)
{
    static const char *const folders[] = {"/etc/terminfo", "/lib/terminfo", "/usr/share/terminfo", "/usr/local/share/terminfo"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%c/%s", folders[i], term[0], term);
        if (access(path, R_OK) == 0)
            return true;
    }
    return false;
}

void pty_term(const char *wanted, char out[PTY_TERM_BYTES])
{
    bool good = wanted && is_plain_name(wanted) && is_known(wanted);
    snprintf(out, PTY_TERM_BYTES, "%s", good ? wanted : "xterm-256color");
}

bool pty_open(const struct winsize *size, int *master, int *slave)
{
    struct termios modes;
    if (openpty(master, slave, NULL, NULL, size) != 0)
        return false;
    if (tcgetattr(*slave, &modes) == 0) {
        modes.c_iflag |= IUTF8; /* so that erasing a letter in line mode takes the whole letter */
        tcsetattr(*slave, TCSANOW, &modes);
    }
    if (fcntl(*master, F_SETFD, FD_CLOEXEC) == 0 && fcntl(*slave, F_SETFD, FD_CLOEXEC) == 0 && fcntl(*master, F_SETFL, O_NONBLOCK) == 0)
        return true;
    close(*master);
    close(*slave);
    return false;
}
