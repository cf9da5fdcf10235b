#include "tui/keys.h"
#include "common/layout.h"
#include "common/utf8.h"
#include "tui/i18n.h"
#include "tui/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct command_info commands[CMD_COUNT] = {
    {"", "", ""},
#define CMD(id, name, label, help) {name, label, help},
#include "tui/commands.def"
#undef CMD
};

/* One string; a row a line. */
static const char table[] =
#include "tui/keys.default"
    ;

enum { BINDINGS_MAX = 320 };

static const struct {
    const char *name;
    int key;
} names[] = {
    {"F1", K_F1},       {"F2", K_F2},     {"F3", K_F3},           {"F4", K_F4},          {"F5", K_F5},     {"F6", K_F6},
    {"F7", K_F7},       {"F8", K_F8},     {"F9", K_F9},           {"F10", K_F10},        {"F11", K_F11},   {"F12", K_F12},
    {"Up", K_UP},       {"Down", K_DOWN}, {"Left", K_LEFT},       {"Right", K_RIGHT},    {"Home", K_HOME}, {"End", K_END},
    {"PgUp", K_PGUP},   {"PgDn", K_PGDN}, {"Ins", K_INS},         {"Del", K_DEL},        {"BS", K_BS},     {"Tab", K_TAB},
    {"Enter", K_ENTER}, {"Esc", K_ESC},   {N_("Space"), K_SPACE}, {"Shift-Tab", K_BTAB},
};

const struct command_info *command_info(enum command cmd) { return &commands[cmd < CMD_COUNT ? cmd : CMD_NONE]; }

enum command command_find(const char *name)
{
    for (int i = 1; i < CMD_COUNT; i++)
        if (strcmp(commands[i].name, name) == 0)
            return (enum command)i;
    return CMD_NONE;
}

int keys_parse(const char *name)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i].name, name) == 0)
            return names[i].key;
    if (name[0] == 'C' && name[1] == '-' && name[2] >= 'a' && name[2] <= 'z' && !name[3])
        return K_CTRL + name[2];
    uint32_t cp;
    size_t len = strlen(name), n = utf8_decode(name, len, &cp);
    return n > 0 && n == len ? (int)layout_to_latin(cp) : K_NONE;
}

/* One row of the table; false when it is not a row. A wrong row is a fault of the build: the test of the table finds it. */
static bool row_parse(const char *line, size_t len, struct binding *b)
{
    static char scopes[BINDINGS_MAX][16];
    static int used;
    char text[128], key[24], command[40];
    if (len >= sizeof text || used >= BINDINGS_MAX)
        return false;
    memcpy(text, line, len);
    text[len] = '\0';
    b->bar = 0;
    if (sscanf(text, "%15s %23s %39s %d", scopes[used], key, command, &b->bar) < 3)
        return false;
    /* Rows of one scope share its name, so that a look at the pointer tells them apart. */
    bool same = used > 0 && strcmp(scopes[used], scopes[used - 1]) == 0;
    b->scope = scopes[same ? used - 1 : used];
    used += !same;
    b->key = keys_parse(key);
    b->command = command_find(command);
    return b->key != K_NONE && b->command != CMD_NONE;
}

const struct binding *keys_bindings(size_t *count)
{
    static struct binding all[BINDINGS_MAX];
    static size_t n;
    for (const char *p = table; n == 0 && *p;) {
        size_t filled = 0;
        for (; *p && filled < BINDINGS_MAX; p += strcspn(p, "\n") + 1)
            if (row_parse(p, strcspn(p, "\n"), &all[filled]))
                filled++;
        n = filled;
    }
    *count = n;
    return all;
}

static enum command find_in(const char *scope, size_t scope_len, int key)
{
    size_t count;
    const struct binding *b = keys_bindings(&count);
    for (size_t i = 0; i < count; i++)
        if (b[i].key == key && strlen(b[i].scope) == scope_len && memcmp(b[i].scope, scope, scope_len) == 0)
            return b[i].command;
    return CMD_NONE;
}

enum command keys_command(const char *scopes, int key)
{
    if (key < K_FN)
        key = (int)layout_to_latin((uint32_t)key);
    for (const char *p = scopes; *p;) {
        size_t n = strcspn(p, " ");
        enum command cmd = find_in(p, n, key);
        if (cmd != CMD_NONE)
            return cmd;
        p += n + strspn(p + n, " ");
    }
    return find_in("global", strlen("global"), key);
}

bool keys_in_scope(const char *scopes, const char *scope)
{
    size_t len = strlen(scope);
    if (strcmp(scope, "global") == 0)
        return true;
    for (const char *p = scopes; *p;) {
        size_t n = strcspn(p, " ");
        if (n == len && memcmp(p, scope, n) == 0)
            return true;
        p += n + strspn(p + n, " ");
    }
    return false;
}

int keys_for(const char *scopes, enum command cmd)
{
    size_t count;
    const struct binding *b = keys_bindings(&count);
    for (size_t i = 0; i < count; i++)
        if (b[i].command == cmd && keys_in_scope(scopes, b[i].scope) && keys_command(scopes, b[i].key) == cmd)
            return b[i].key;
    return K_NONE;
}

void keys_label(int key, char *out, size_t size)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (names[i].key == key) {
            strf(out, size, "%s", _(names[i].name));
            return;
        }
    }
    if (key > K_FN && key < K_CTRL) { /* a paste, the mouse: no key at all */
        out[0] = '\0';
        return;
    }
    if (key >= K_CTRL) {
        strf(out, size, "Ctrl+%c", key - K_CTRL - 'a' + 'A');
        return;
    }
    /* Б and Ю stand where the other layout has < and >; other signs that share a key with a letter are named as signs (`:` opens the menu). */
    uint32_t cp = (uint32_t)key, cyrillic = (cp >= 'a' && cp <= 'z') || (cp >= 'A' && cp <= 'Z') || cp == '<' || cp == '>' ? layout_to_cyrillic(cp) : 0;
    char utf8[4];
    size_t n = utf8_encode(cyrillic && i18n_language()[0] == 'r' ? cyrillic : cp, utf8);
    strf(out, size, "%.*s", (int)n, utf8);
}
