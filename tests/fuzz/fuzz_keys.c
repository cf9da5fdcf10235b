/* Whatever a terminal sends: keys that the application knows, and pasted text that is UTF-8 without a terminal's commands. The input
 * stands at the slave end of a pty, as it does for a session. */
#include "common/utf8.h"
#include "tui/keys.h"
#include "tui/term.h"
#include <assert.h>
#include <curses.h>
#include <locale.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int keyboard = -1;

static void take_terminal(void)
{
    struct winsize size = {.ws_row = 24, .ws_col = 80};
    char why[256];
    int slave;
    setlocale(LC_ALL, "C.UTF-8");
    setenv("TERM", "xterm-256color", 1);
    if (openpty(&keyboard, &slave, NULL, NULL, &size) != 0)
        abort();
    dup2(slave, STDIN_FILENO);
    int out = dup(STDOUT_FILENO);
    dup2(slave, STDOUT_FILENO);
    if (!term_start(-1, why, sizeof why))
        abort();
    /* What curses draws is of no interest here, and nobody reads the pty. */
    fflush(stdout);
    dup2(out, STDOUT_FILENO);
    set_escdelay(0);
}

static void check(int key)
{
    size_t len;
    if (key == K_PASTE) {
        const char *text = term_pasted(&len);
        assert(len == 0 || utf8_is_valid(text, len));
        for (size_t i = 0; i < len; i++)
            assert((unsigned char)text[i] >= 0x20 || text[i] == '\n' || text[i] == '\t');
    }
    char label[64];
    keys_label(key, label, sizeof label);
    assert(utf8_is_valid(label, strlen(label)));
    enum command cmd = keys_command("appeal list", key);
    assert(cmd >= CMD_NONE && cmd < CMD_COUNT);
}

static void type(const char *bytes, size_t len)
{
    if (len > 0 && write(keyboard, bytes, len) != (ssize_t)len)
        abort();
    for (int key; (key = term_key()) != K_NONE || term_has_input();)
        check(key);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char end[] = "\033[201~ \033[201~   ";
    if (size > 1024) /* the pty holds some kilobytes */
        return 0;
    if (keyboard < 0)
        take_terminal();
    type((const char *)data, size);
    type(end, sizeof end - 1); /* an open paste or half a character is not for the next input */
    return 0;
}
