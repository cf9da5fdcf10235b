/* Whatever stands in a name or a letter: it is drawn in the cells that were given for it, and no byte of it reaches the terminal's own
 * language. The first byte is the width. */
#include "common/layout.h"
#include "common/translit.h"
#include "common/utf8.h"
#include "tui/text.h"
#include <assert.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_steps(const char *s, size_t len)
{
    size_t at = 0, n;
    int cells, sum = 0;
    while ((n = text_next(s + at, len - at, &cells)) > 0) {
        assert(cells >= 0 && cells <= 2 && at + n <= len);
        at += n;
        sum += cells;
    }
    assert(at == len && sum == text_width_n(s, len));
    while (at > 0) {
        n = text_prev(s, at);
        assert(n > 0 && n <= at);
        at -= n;
    }
}

static void check_drawn(const char *s, size_t len, int width)
{
    char out[2048];
    int used = -1;
    size_t fits = text_fit(s, len, width, &used);
    assert(fits <= len && used >= 0 && used <= width && text_width_n(s, fits) == used);
    int drawn = text_draw_form(s, len, width, out, sizeof out);
    assert(drawn >= 0 && drawn <= width && utf8_is_valid(out, strlen(out)) && text_width(out) == drawn);
    for (const char *p = out; *p; p++)
        assert((unsigned char)*p >= 0x20 && *p != 0x7f);
    for (uint32_t cp, at = 0, n; out[at]; at += n) {
        n = (uint32_t)utf8_decode(out + at, strlen(out + at), &cp);
        assert(n > 0 && (cp < 0x80 || cp > 0x9f));
    }
}

struct wrapping {
    size_t end, len;
    int width;
    const char *text;
};

static bool take_line(struct text_line line, void *arg)
{
    struct wrapping *w = arg;
    assert(line.start >= w->end && line.start + line.len <= w->len);
    /* One character may be wider than the whole line. */
    assert(text_width_n(w->text + line.start, line.len) <= (w->width > 2 ? w->width : 2));
    w->end = line.start + line.len;
    return true;
}

static void check_words(const char *text)
{
    char word[64], swapped[512];
    for (const char *rest = text; utf8_next_word(&rest, word, sizeof word);)
        assert(word[0] && utf8_is_valid(word, strlen(word)));
    assert(text_matches(text, "") && text_matches(text, text));
    (void)text_fuzzy(text, "ёж");
    layout_swap(text, swapped, sizeof swapped);
    assert(utf8_is_valid(swapped, strlen(swapped)));
    translit_latin(text, '-', swapped, 40);
    assert(swapped[strspn(swapped, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > 4096)
        return 0;
    setlocale(LC_ALL, "C.UTF-8");
    int width = data[0];
    size_t len = size - 1;
    char *text = malloc(len + 1);
    if (!text)
        abort();
    memcpy(text, data + 1, len);
    text[len] = '\0';
    check_drawn(text, len, width);
    struct wrapping w = {.len = len, .width = width ? width : 1, .text = text};
    text_wrap(text, len, w.width, take_line, &w);
    if (utf8_is_valid(text, len) && strlen(text) == len) {
        check_steps(text, len);
        check_words(text);
    }
    free(text);
    return 0;
}
