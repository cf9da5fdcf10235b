/* Somebody types, pastes and moves about in a text area: the text stays UTF-8, the cursor stands between characters and is seen.
 * The first byte says which field; then come steps: a byte below 0x20 is a key of the table, a byte over 0xF7 (never in UTF-8) pastes
 * the rest up to the next such byte, anything else is typed. */
#include "common/utf8.h"
#include "tui/keys.h"
#include "tui/widgets/edit.h"
#include <assert.h>
#include <locale.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { WIDTH = 11, PASTE = 0xF8, KEY_MAX = 0x20 };

static const int keys[] = {K_LEFT,   K_RIGHT, K_HOME,  K_END,    K_DEL,        K_BS,         K_WORD_LEFT,  K_WORD_RIGHT, K_DOC_HOME,
                           K_DOC_END, K_WORD_BS, K_SPACE, K_CTRL + 'a', K_CTRL + 'e', K_CTRL + 'k', K_CTRL + 'u', K_CTRL + 'w', K_CTRL + 'z'};

static void check(struct edit *e, int width)
{
    const char *text = edit_text(e);
    size_t start, len, total = strlen(text);
    int x, line;
    assert(utf8_is_valid(text, total) && e->at <= total);
    assert(e->at == total || ((unsigned char)text[e->at] & 0xC0) != 0x80);
    assert(e->max_chars == 0 || utf8_count(text, total) <= (size_t)e->max_chars);
    if (e->many_lines) {
        edit_position(e, width, &line, &x);
        assert(line >= 0 && line < edit_lines(e, width) && x >= 0 && x <= width);
    } else {
        assert(!strpbrk(text, "\n\r\t"));
        edit_view(e, width, &start, &len, &x);
        assert(start + len <= total && x >= 0 && x < width);
    }
}

static size_t step(struct edit *e, const uint8_t *data, size_t size)
{
    uint32_t cp;
    if (data[0] >= PASTE) {
        size_t len = 0;
        while (1 + len < size && data[1 + len] < PASTE)
            len++;
        edit_insert(e, (const char *)data + 1, len);
        return 1 + len;
    }
    if (data[0] < KEY_MAX) {
        size_t key = data[0] % (sizeof keys / sizeof *keys + 4);
        if (key < sizeof keys / sizeof *keys)
            edit_key(e, keys[key], NULL);
        else if (key == sizeof keys / sizeof *keys)
            edit_undo(e);
        else if (e->many_lines)
            edit_move_lines(e, WIDTH, (int)key % 2 ? 1 : -1);
        return 1;
    }
    size_t n = utf8_decode((const char *)data, size, &cp);
    edit_key(e, (int)cp, NULL);
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct edit e;
    if (size == 0 || size > 2048)
        return 0;
    setlocale(LC_ALL, "C.UTF-8");
    edit_init(&e, data[0] & 1, data[0] & 2 ? 12 : 0);
    for (size_t at = 1; at < size;) {
        at += step(&e, data + at, size - at);
        check(&e, WIDTH);
    }
    edit_free(&e);
    return 0;
}
