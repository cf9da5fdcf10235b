/* One letter handed to a mail server by libcurl, with time limits on everything and a line that is kept between letters. */
#pragma once
#include "common/buf.h"
#include <stdbool.h>

struct smtp;

struct smtp_options {
    const char *url, *from, *user, *password, *tls, *ca; /* as in the configuration; "" where there is none */
    long timeout_s;
};

enum smtp_outcome {
    SMTP_SENT,    /* the server has taken it: 250 after the dot */
    SMTP_AGAIN,   /* not taken: 4xx, or the line broke before the dot */
    SMTP_AWAY,    /* the same, and the next letter would fare no better: no server, no login, no encryption */
    SMTP_REFUSED, /* never will be: 5xx for this letter */
    SMTP_UNKNOWN, /* the line broke after the dot: nobody can tell */
    SMTP_STOPPED, /* `handing` or `stop` forbade it: not taken */
};

struct smtp_letter {
    const char *to;
    const struct buf *bytes; /* as mime_write() made them */
    /* Called once, when all but the last dot is said: from its true on the server may have the letter. */
    bool (*handing)(void *arg);
    /* Asked now and then; true gives up a letter that has not come to the dot. */
    bool (*stop)(void *arg);
    void *arg;
};

/* Borrows the options' texts. NULL when libcurl cannot start. */
struct smtp *smtp_new(const struct smtp_options *options);
void smtp_free(struct smtp **s);
/* why: one line for administrators. */
enum smtp_outcome smtp_send(struct smtp *s, const struct smtp_letter *letter, char *why, size_t size);
