/* A letter as it goes over the wire: headers and body of RFC 5322 and MIME, UTF-8 inside, ASCII outside, lines within 76.
 *
 * Nothing that is put in can become a header of its own: controls turn into blanks, and what is not plain ASCII is encoded (RFC 2047). */
#pragma once
#include "common/buf.h"
#include <stdbool.h>
#include <time.h>

struct letter_parts {
    const char *from, *from_name; /* address; name shown before it, "" for none */
    const char *to;
    const char *subject, *text; /* UTF-8; the text with \n */
    const char *message_id;     /* what stands before the @ */
    time_t at;
};

/* May the address stand in a header and in RCPT TO? ASCII, one @ with something on both sides, no blanks, controls or <>,;:"()\ . */
bool mail_address_is_good(const char *address);
/* Appends the header value: as it is, or as encoded words; `used` cells of the line are taken by its name. */
void mime_header_value(struct buf *out, const char *text, size_t used);
/* Appends the whole letter with CRLF line ends. */
void mime_write(struct buf *out, const struct letter_parts *parts);
