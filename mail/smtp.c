#include "mail/smtp.h"
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONNECT_MAX_S = 15, SMTP_PERMANENT = 500, SMTP_PERMANENT_END = 600 };

struct smtp {
    CURL *curl;
    const struct smtp_options *options;
    const struct smtp_letter *letter;
    size_t at;
    bool handed;
    char error[CURL_ERROR_SIZE];
};

/* libcurl asks for more when all was given: then the dot is next, and only then. */
static size_t give(char *out, size_t size, size_t count, void *arg)
{
    struct smtp *s = arg;
    size_t left = s->letter->bytes->len - s->at, n = left < size * count ? left : size * count;
    if (n == 0 && !s->handed) {
        if (!s->letter->handing(s->letter->arg))
            return CURL_READFUNC_ABORT;
        s->handed = true;
    }
    memcpy(out, s->letter->bytes->data + s->at, n);
    s->at += n;
    return n;
}

static int progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    const struct smtp *s = arg;
    (void)a, (void)b, (void)c, (void)d;
    return !s->handed && s->letter->stop(s->letter->arg);
}

static long use_ssl(const char *tls)
{
    return strcmp(tls, "none") == 0 ? CURLUSESSL_NONE : strcmp(tls, "optional") == 0 ? CURLUSESSL_TRY : CURLUSESSL_ALL;
}

struct smtp *smtp_new(const struct smtp_options *options)
{
    struct smtp *s = calloc(1, sizeof *s);
    if (!s)
        abort();
    s->options = options;
    s->curl = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? curl_easy_init() : NULL;
    if (!s->curl)
        smtp_free(&s);
    return s;
}

void smtp_free(struct smtp **s)
{
    if (!*s)
        return;
    if ((*s)->curl)
        curl_easy_cleanup((*s)->curl);
    free(*s);
    *s = NULL;
}

/* reset keeps the live connection. */
static void set_up(struct smtp *s, struct curl_slist *to, const char *from)
{
    const struct smtp_options *o = s->options;
    CURL *c = s->curl;
    curl_easy_reset(c);
    curl_easy_setopt(c, CURLOPT_URL, o->url);
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(c, CURLOPT_USE_SSL, use_ssl(o->tls));
    if (*o->ca)
        curl_easy_setopt(c, CURLOPT_CAINFO, o->ca);
    if (*o->user) {
        curl_easy_setopt(c, CURLOPT_USERNAME, o->user);
        curl_easy_setopt(c, CURLOPT_PASSWORD, o->password);
    }
    curl_easy_setopt(c, CURLOPT_MAIL_FROM, from);
    curl_easy_setopt(c, CURLOPT_MAIL_RCPT, to);
    curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(c, CURLOPT_READFUNCTION, give);
    curl_easy_setopt(c, CURLOPT_READDATA, s);
    curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, progress);
    curl_easy_setopt(c, CURLOPT_XFERINFODATA, s);
    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, s->error);
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_TIMEOUT, o->timeout_s);
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, o->timeout_s < CONNECT_MAX_S ? o->timeout_s : CONNECT_MAX_S);
    curl_easy_setopt(c, CURLOPT_SERVER_RESPONSE_TIMEOUT, o->timeout_s);
    curl_easy_setopt(c, CURLOPT_PROXY, ""); /* a proxy of the environment is for browsers */
}

/* 530 and its kin ask for a login or for encryption: the letter is not at fault. */
static bool is_about_access(long code) { return code == 530 || code == 534 || code == 535 || code == 538; }

static enum smtp_outcome judge(const struct smtp *s, CURLcode code, long said)
{
    bool permanent = said >= SMTP_PERMANENT && said < SMTP_PERMANENT_END && !is_about_access(said);
    if (code == CURLE_OK)
        return SMTP_SENT;
    if (s->handed) /* an answer after the dot is a number; the last one before it was 354 */
        return permanent ? SMTP_REFUSED : said >= 400 && said < SMTP_PERMANENT_END ? SMTP_AGAIN : SMTP_UNKNOWN;
    if (code == CURLE_ABORTED_BY_CALLBACK)
        return SMTP_STOPPED;
    if (code == CURLE_SEND_ERROR && said >= 400) /* MAIL, RCPT or DATA */
        return permanent ? SMTP_REFUSED : is_about_access(said) ? SMTP_AWAY : SMTP_AGAIN;
    return SMTP_AWAY;
}

enum smtp_outcome smtp_send(struct smtp *s, const struct smtp_letter *letter, char *why, size_t size)
{
    char from[300], to[300];
    long said = 0;
    snprintf(from, sizeof from, "<%s>", s->options->from);
    snprintf(to, sizeof to, "<%s>", letter->to);
    struct curl_slist *list = curl_slist_append(NULL, to);
    if (!list)
        abort();
    s->letter = letter;
    s->at = 0;
    s->handed = false;
    s->error[0] = '\0';
    set_up(s, list, from);
    CURLcode code = curl_easy_perform(s->curl);
    curl_easy_getinfo(s->curl, CURLINFO_RESPONSE_CODE, &said);
    snprintf(why, size, "%s%s", s->error[0] ? s->error : curl_easy_strerror(code),
             s->handed && code != CURLE_OK ? " (after the letter was said)" : "");
    curl_slist_free_all(list);
    return judge(s, code, said);
}
