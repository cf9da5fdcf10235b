#include "mail/mime.h"
#include "common/utf8.h"
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum {
    LINE_CELLS = 76,
    FRAME_CELLS = 12 /* =?UTF-8?B? ?= */,
    WORD_BYTES = 45,
    BODY_BYTES_A_LINE = 57,
    ADDRESS_MAX = 254,
    HEADER_MAX = 2000
};

bool mail_address_is_good(const char *address)
{
    const char *at = strchr(address, '@');
    if (!at || at == address || !at[1] || strchr(at + 1, '@') || strlen(address) > ADDRESS_MAX)
        return false;
    for (const unsigned char *p = (const unsigned char *)address; *p; p++)
        if (*p <= 0x20 || *p >= 0x7f || strchr("<>,;:\"()\\[]", *p))
            return false;
    return true;
}

static bool is_plain(const char *text)
{
    for (const unsigned char *p = (const unsigned char *)text; *p; p++)
        if (*p < 0x20 || *p >= 0x7f)
            return false;
    return !strstr(text, "=?");
}

static void base64(struct buf *out, const char *data, size_t len)
{
    char text[sodium_base64_ENCODED_LEN(BODY_BYTES_A_LINE, sodium_base64_VARIANT_ORIGINAL)];
    buf_puts(out, sodium_bin2base64(text, sizeof text, (const unsigned char *)data, len, sodium_base64_VARIANT_ORIGINAL));
}

/* How many bytes of whole characters one encoded word takes, at most `room`. */
static size_t word_bytes(const char *text, size_t len, size_t room)
{
    size_t n = 0;
    while (n < len) {
        size_t c = utf8_length(text + n, len - n);
        c = c ? c : 1;
        if (n + c > room)
            break;
        n += c;
    }
    return n;
}

void mime_header_value(struct buf *out, const char *text, size_t used)
{
    char safe[HEADER_MAX];
    size_t len = 0;
    for (const char *p = text; *p && len + 1 < sizeof safe; p++)
        safe[len++] = (char)((unsigned char)*p < 0x20 || *p == 0x7f ? ' ' : *p);
    safe[len] = '\0';
    if (is_plain(safe) && used + len <= LINE_CELLS) {
        buf_puts(out, safe);
        return;
    }
    for (size_t at = 0; at < len;) {
        size_t n = word_bytes(safe + at, len - at, at ? WORD_BYTES : (LINE_CELLS - used - FRAME_CELLS) / 4 * 3);
        buf_puts(out, at ? "\r\n =?UTF-8?B?" : "=?UTF-8?B?");
        base64(out, safe + at, n);
        buf_puts(out, "?=");
        at += n;
    }
}

static void header(struct buf *out, const char *name, const char *value)
{
    buf_printf(out, "%s: ", name);
    mime_header_value(out, value, strlen(name) + 2);
    buf_puts(out, "\r\n");
}

/* A name that is plain goes between quotes: it may hold a comma or a dot. */
static void from(struct buf *out, const struct letter_parts *p)
{
    buf_puts(out, "From: ");
    if (*p->from_name && is_plain(p->from_name) && !strpbrk(p->from_name, "\"\\") && strlen(p->from_name) < LINE_CELLS / 2)
        buf_printf(out, "\"%s\" ", p->from_name);
    else if (*p->from_name) {
        mime_header_value(out, p->from_name, strlen("From: "));
        buf_puts(out, "\r\n ");
    }
    buf_printf(out, "<%s>\r\n", p->from);
}

static void body(struct buf *out, const char *text)
{
    struct buf lines;
    buf_init(&lines, out->max);
    for (const char *p = text; *p; p++)
        if (*p == '\n')
            buf_puts(&lines, "\r\n");
        else if (*p != '\r')
            buf_putc(&lines, *p);
    for (size_t at = 0; at < lines.len; at += BODY_BYTES_A_LINE) {
        base64(out, lines.data + at, lines.len - at < BODY_BYTES_A_LINE ? lines.len - at : BODY_BYTES_A_LINE);
        buf_puts(out, "\r\n");
    }
    buf_free(&lines);
}

void mime_write(struct buf *out, const struct letter_parts *p)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct tm t;
    localtime_r(&p->at, &t);
    int zone_min = (int)(t.tm_gmtoff / 60), off = abs(zone_min);
    buf_printf(out, "Date: %s, %02d %s %d %02d:%02d:%02d %c%02d%02d\r\n", days[t.tm_wday], t.tm_mday, months[t.tm_mon], t.tm_year + 1900,
               t.tm_hour, t.tm_min, t.tm_sec, zone_min < 0 ? '-' : '+', off / 60, off % 60);
    from(out, p);
    buf_printf(out, "To: <%s>\r\n", p->to);
    header(out, "Subject", p->subject);
    const char *at = strchr(p->from, '@');
    buf_printf(out, "Message-ID: <%s%s>\r\n", p->message_id, at ? at : "@gorod");
    /* No mailbox answers a program, and no holiday notice should answer this one (RFC 3834). */
    buf_puts(out, "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n"
                  "Content-Transfer-Encoding: base64\r\n\r\n");
    body(out, p->text);
}
