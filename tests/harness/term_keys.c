/* What keys send: as xterm does, or as the Linux console and a vt100 do. */
#include "tests/harness/term_internal.h"
#include <stdio.h>
#include <string.h>

static const struct key {
    const char *name, *xterm, *linux_console, *vt100;
} keys[] = {
    {"Enter", "\r", "\r", "\r"},
    {"Esc", "\033", "\033", "\033"},
    {"Tab", "\t", "\t", "\t"},
    {"BackTab", "\033[Z", "\033[Z", "\033[Z"},
    {"Space", " ", " ", " "},
    {"Backspace", "\177", "\177", "\b"},
    {"Delete", "\033[3~", "\033[3~", "\033[3~"},
    {"Insert", "\033[2~", "\033[2~", "\033[2~"},
    {"Up", "\033OA", "\033[A", "\033OA"},
    {"Down", "\033OB", "\033[B", "\033OB"},
    {"Right", "\033OC", "\033[C", "\033OC"},
    {"Left", "\033OD", "\033[D", "\033OD"},
    {"Home", "\033OH", "\033[1~", "\033[H"},
    {"End", "\033OF", "\033[4~", "\033[F"},
    {"PgUp", "\033[5~", "\033[5~", "\033[5~"},
    {"PgDn", "\033[6~", "\033[6~", "\033[6~"},
    {"F1", "\033OP", "\033[[A", "\033OP"},
    {"F2", "\033OQ", "\033[[B", "\033OQ"},
    {"F3", "\033OR", "\033[[C", "\033OR"},
    {"F4", "\033OS", "\033[[D", "\033OS"},
    {"F5", "\033[15~", "\033[[E", "\0335"},
    {"F6", "\033[17~", "\033[17~", "\0336"},
    {"F7", "\033[18~", "\033[18~", "\0337"},
    {"F8", "\033[19~", "\033[19~", "\0338"},
    {"F9", "\033[20~", "\033[20~", "\0339"},
    {"F10", "\033[21~", "\033[21~", "\0330"},
    {"F11", "\033[23~", "\033[23~", "\033[23~"},
    {"F12", "\033[24~", "\033[24~", "\033[24~"},
};

/* The bytes of the key, "" when there is no such name. */
const char *term_key_bytes(const char *terminal, const char *name)
{
    static char made[8];
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(keys[i].name, name) == 0)
            return strcmp(terminal, "linux") == 0       ? keys[i].linux_console
                   : strncmp(terminal, "vt100", 5) == 0 ? keys[i].vt100
                                                        : keys[i].xterm;
    if (strncmp(name, "Ctrl+", 5) == 0 && name[5] && !name[6]) {
        snprintf(made, sizeof made, "%c", name[5] & 0x1f);
        return made;
    }
    if (strncmp(name, "Esc+", 4) == 0 && name[4] && !name[5]) {
        snprintf(made, sizeof made, "\033%c", name[4]);
        return made;
    }
    return "";
}
