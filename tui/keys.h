/* Keys as the application sees them, and the table that says which command a key means where.
 *
 * A key is one int: a code point, or K_* above the Unicode range. Letters become commands only through keys_command(), which passes
 * them through the layout table; a field that has the focus takes them as they are. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    K_NONE = 0,
    K_TAB = 9,
    K_ENTER = 13,
    K_ESC = 27,
    K_SPACE = ' ',
    K_FN = 0x110000,
    K_F1,
    K_F2,
    K_F3,
    K_F4,
    K_F5,
    K_F6,
    K_F7,
    K_F8,
    K_F9,
    K_F10,
    K_F11,
    K_F12,
    K_UP,
    K_DOWN,
    K_LEFT,
    K_RIGHT,
    K_HOME,
    K_END,
    K_PGUP,
    K_PGDN,
    K_INS,
    K_DEL,
    K_BS,
    K_BTAB,
    K_WORD_LEFT,
    K_WORD_RIGHT,
    K_DOC_HOME,
    K_DOC_END,
    K_WORD_BS,
    K_PASTE,           /* bracketed paste: the text is at term_pasted() */
    K_RESIZE,          /* the terminal has another size */
    K_MOUSE,           /* where and what: term_mouse() */
    K_CTRL = 0x120000, /* K_CTRL + 'a' .. 'z' */
};

enum command {
    CMD_NONE,
#define CMD(id, name, label, help) CMD_##id,
#include "tui/commands.def"
#undef CMD
    CMD_COUNT
};

struct command_info {
    const char *name;  /* "assignment.report" */
    const char *label; /* msgid, for the key bar */
    const char *help;  /* msgid, one sentence for help and palette */
};
const struct command_info *command_info(enum command cmd);
/* CMD_NONE when unknown. */
enum command command_find(const char *name);

struct binding {
    const char *scope; /* where it holds: "global", "list", "appeal", ... */
    int key;
    enum command command;
    int bar; /* place in the key bar, 1 first; 0: not there */
};
/* All rows of keys.default; *count of them. Parsed once. */
const struct binding *keys_bindings(size_t *count);

/* What a key means in a chain of scopes ("appeal list"; "global" always follows). CMD_NONE when nothing. */
enum command keys_command(const char *scopes, int key);
/* Is the scope in the chain? "global" always is. */
bool keys_in_scope(const char *scopes, const char *scope);
/* The first key of a command in a chain of scopes; K_NONE when it has none. */
int keys_for(const char *scopes, enum command cmd);
/* How a key is called on the screen: "F7", "Enter", "о" (the letter of the interface's language on that key). */
void keys_label(int key, char *out, size_t size);
/* The key of a name in keys.default ("F1", "C-k", "Space", "о", "/"); K_NONE when there is no such name. */
int keys_parse(const char *name);
