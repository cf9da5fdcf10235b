#include "server/files/view.h"
#include "common/utf8.h"
#include "server/files/helper.h"
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_BYTES_MAX = 256 * 1024, HELPER_MS = 15000, PICTURE_BYTES_MAX = 32 * 1024 * 1024 };

/* Letters of the eight-bit code that Russian Windows programs write; UTF-16 tells itself by its first two bytes. */
static bool convert(const char *code, const char *data, size_t len, struct buf *out)
{
    iconv_t c = iconv_open("UTF-8", code);
    char piece[4096];
    if (c == (iconv_t)-1) /* NOLINT(performance-no-int-to-ptr): iconv's own way to fail */
        return false;
    char *from = (char *)data;
    while (len > 0) {
        char *to = piece;
        size_t room = sizeof piece, before = len;
        iconv(c, &from, &len, &to, &room);
        buf_append(out, piece, sizeof piece - room);
        if (len == before && room == sizeof piece) { /* no letter of this code */
            buf_puts(out, "?");
            from++;
            len--;
        }
    }
    iconv_close(c);
    return true;
}

static void to_utf8(struct buf *text)
{
    struct buf out;
    const unsigned char *p = (const unsigned char *)text->data;
    size_t len = text->len;
    while (len > 0 && text->len - len < 4 && !utf8_is_valid(text->data, len)) /* a character cut at the end is no sign of another code */
        len--;
    if (text->len - len < 4 && utf8_is_valid(text->data, len)) {
        text->len = len;
        return;
    }
    buf_init(&out, 4 * (size_t)TEXT_BYTES_MAX);
    bool wide = text->len >= 2 && ((p[0] == 0xFF && p[1] == 0xFE) || (p[0] == 0xFE && p[1] == 0xFF));
    if (convert(wide ? "UTF-16" : "CP1251", text->data, text->len, &out)) {
        buf_free(text);
        *text = out;
    } else {
        buf_free(&out);
    }
}

/* A terminal must hear nothing but letters. */
static void without_controls(const struct buf *text, struct buf *out)
{
    for (size_t i = 0; i < text->len;) {
        uint32_t cp;
        size_t n = utf8_decode(text->data + i, text->len - i, &cp);
        if (cp == '\t')
            buf_puts(out, "    ");
        else if (cp == '\n' || (cp >= 0x20 && cp != 0x7f && !(cp >= 0x80 && cp < 0xA0) && cp != 0xFEFF))
            buf_append(out, text->data + i, n);
        i += n;
    }
}

static bool read_text(struct content_reader *content, struct buf *text, bool *cut, struct err *err)
{
    char *bytes = malloc(TEXT_BYTES_MAX);
    size_t got;
    if (!bytes)
        abort();
    bool ok = content_read(content, 0, bytes, TEXT_BYTES_MAX, &got, err);
    if (ok)
        buf_append(text, bytes, got);
    *cut = content->size_bytes > TEXT_BYTES_MAX;
    free(bytes);
    return ok;
}

static bool run_pdftotext(struct content_reader *content, struct buf *text, bool *cut, struct err *err)
{
    static const char *const argv[] = {"/usr/bin/pdftotext", "-layout", "-nopgbrk", "-enc", "UTF-8", "-l", "100", "-", "-", NULL};
    bool ok = helper_run(argv, content, HELPER_MS, text, err);
    *cut = text->max - text->len < 16 * 1024;
    return ok;
}

static bool run_chafa(struct content_reader *content, const struct view_size *size, struct buf *text, struct err *err)
{
    char cells[32];
    snprintf(cells, sizeof cells, "%dx%d", size->columns, size->rows);
    const char *const argv[] = {"/usr/bin/chafa",
                                "--format=symbols",
                                "--colors=none",
                                size->ascii ? "--symbols=ascii" : "--symbols=block+space",
                                "--animate=off",
                                "--size",
                                cells,
                                "-",
                                NULL};
    if (content->size_bytes > PICTURE_BYTES_MAX)
        return err_rule(err, "not_readable", NULL);
    return helper_run(argv, content, HELPER_MS, text, err);
}

bool view_file(struct content_reader *content, const char *mime, const struct view_size *size, enum view_kind *kind, bool *cut,
               struct buf *out, struct err *err)
{
    struct buf text;
    bool ok = true;
    *kind = VIEW_NONE;
    *cut = false;
    buf_init(&text, 4 * (size_t)TEXT_BYTES_MAX);
    if (strncmp(mime, "text/", 5) == 0 || strcmp(mime, "application/json") == 0) {
        *kind = VIEW_TEXT;
        ok = read_text(content, &text, cut, err);
    } else if (strcmp(mime, "application/pdf") == 0) {
        *kind = VIEW_TEXT;
        ok = run_pdftotext(content, &text, cut, err);
    } else if (strncmp(mime, "image/", 6) == 0) {
        *kind = VIEW_PICTURE;
        ok = run_chafa(content, size, &text, err);
    }
    if (ok && *kind != VIEW_NONE) {
        to_utf8(&text);
        without_controls(&text, out);
    }
    buf_free(&text);
    return ok;
}
