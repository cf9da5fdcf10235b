/* gorod-mail: sends the letters that wait in the database. Started by the supervisor when a mail server is configured; a program of its
 * own, so that libcurl and what it brings are in no session's memory, and a mail server that hangs is nobody's wait.
 *
 * It is told everything on standard input, one JSON object: the database's password must not stand in arguments or the environment.
 *
 * A letter goes out at most once. Its row says `sending` before a word is said and `handing` before the last dot, both committed; only
 * between that dot and the commit of `sent` can a death leave a doubt, and then the row says `unknown` and is not sent again unless an
 * administrator wants it (mail.retry; the Message-ID stays, so that a mailbox can tell a double). */
#include "common/arena.h"
#include "common/log.h"
#include "db/pg.h"
#include "mail/mime.h"
#include "mail/smtp.h"
#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum {
    IDLE_MS = 500,
    AWAY_FIRST_MS = 1000,
    AWAY_MAX_MS = 60000,
    PAUSE_MAX_S = 3600,
    RECOVER_MS = 15000,
    KEEP_TRUTH_MS = 600000,
    STATEMENT_MS = 15000,
    LETTER_MAX_BYTES = 1 << 20,
    INPUT_MAX_BYTES = 60 * 1024,
    PASSWORD_MAX_BYTES = 500,
    EXIT_BAD_CONFIG = 78,
};

struct post {
    json_t *options;
    struct smtp_options smtp_options;
    char password[PASSWORD_MAX_BYTES];
    struct pg *db;
    struct smtp *smtp;
    sigset_t signals;
    int64_t sender;       /* our number, 0: no connection to the database holds one */
    int64_t recovered_ms; /* when rows of dead senders were last looked after */
    int away;             /* how often in a row the server was away */
};

struct letter_row {
    struct post *post;
    char id[24];
    int tries;
};

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool is_stopping(void)
{
    sigset_t waiting;
    return sigpending(&waiting) == 0 && sigismember(&waiting, SIGTERM) == 1;
}

/* Waits so long, or until we are told to stop. The signal stays pending: it is what is_stopping() looks at. */
static void rest(int ms)
{
    for (int64_t end = now_ms() + ms; !is_stopping() && now_ms() < end;) {
        int64_t left = end - now_ms();
        poll(NULL, 0, (int)(left < 100 ? left : 100));
    }
}

static const char *option(const struct post *p, const char *name)
{
    const char *text = json_string_value(json_object_get(p->options, name));
    return text ? text : "";
}

static int option_int(const struct post *p, const char *name) { return (int)json_integer_value(json_object_get(p->options, name)); }

/* ---- rows ---- */

static const char *sender_text(const struct post *p, char out[24])
{
    snprintf(out, 24, "%lld", (long long)p->sender);
    return out;
}

/* After the database was away our lock is gone with the connection, and with it the number. */
static bool lost(struct post *p)
{
    p->sender = 0;
    return false;
}

static bool run(struct post *p, enum query q, const char *const *params, int count, int64_t *affected)
{
    struct err err;
    if (pg_exec(p->db, q, params, count, affected, &err))
        return true;
    if (err.code != ERR_UNAVAILABLE)
        log_error("a letter's row could not be changed: %s", err.detail);
    return lost(p);
}

static bool become_sender(struct post *p)
{
    struct err err;
    struct pg_res *res = p->sender ? NULL : pg_query(p->db, Q_MAIL_SENDER, NULL, 0, &err);
    if (res)
        p->sender = pg_int(res, 0, 0);
    pg_free(res);
    if (!p->sender)
        return false;
    if (!res && now_ms() - p->recovered_ms < RECOVER_MS)
        return true;
    int64_t freed = 0;
    p->recovered_ms = now_ms();
    if (!run(p, Q_MAIL_RECOVER, NULL, 0, &freed))
        return false;
    if (freed > 0)
        log_warn("letters of a sender that died: %lld", (long long)freed);
    return true;
}

static bool mark_handing(void *arg)
{
    const struct letter_row *r = arg;
    char sender[24];
    const char *params[] = {r->id, sender_text(r->post, sender)};
    int64_t affected = 0;
    return run(r->post, Q_MAIL_HANDING, params, 2, &affected) && affected == 1;
}

static bool wants_stop(void *arg)
{
    (void)arg;
    return is_stopping();
}

/* The server has it: that truth is kept until the database takes it, for a while at least. */
static void mark_sent(const struct letter_row *r, const char *sender)
{
    const char *params[] = {r->id, sender};
    for (int64_t end = now_ms() + KEEP_TRUTH_MS; now_ms() < end; poll(NULL, 0, IDLE_MS)) {
        if (run(r->post, Q_MAIL_SENT, params, 2, NULL)) {
            log_info("letter sent id=%s tries=%d", r->id, r->tries);
            return;
        }
        if (is_stopping())
            break;
    }
    log_error("letter %s was sent, but the database could not be told", r->id);
}

static int pause_s(const struct post *p, int tries)
{
    int64_t pause = option_int(p, "retry_s");
    for (int i = 1; i < tries && pause < PAUSE_MAX_S; i++)
        pause *= 2;
    return (int)(pause < PAUSE_MAX_S ? pause : PAUSE_MAX_S);
}

static void mark_again(const struct letter_row *r, const char *sender, const char *why, bool for_good)
{
    char pause[16], hours[16];
    snprintf(pause, sizeof pause, "%d", pause_s(r->post, r->tries));
    snprintf(hours, sizeof hours, "%d", option_int(r->post, "give_up_h"));
    const char *params[] = {r->id, sender, why, pause, hours, for_good ? "true" : "false"};
    run(r->post, Q_MAIL_AGAIN, params, 6, NULL);
    log_warn("letter not sent id=%s tries=%d why=\"%s\"", r->id, r->tries, why);
}

static void settle(struct post *p, const struct letter_row *r, enum smtp_outcome outcome, const char *why)
{
    char sender[24];
    sender_text(p, sender);
    const char *unknown[] = {r->id, sender, why};
    p->away = outcome == SMTP_AWAY ? p->away + 1 : 0;
    switch (outcome) {
    case SMTP_SENT: mark_sent(r, sender); break;
    case SMTP_UNKNOWN:
        run(p, Q_MAIL_UNKNOWN, unknown, 3, NULL);
        log_warn("letter may be sent or not id=%s why=\"%s\"", r->id, why);
        break;
    case SMTP_REFUSED: mark_again(r, sender, why, true); break;
    case SMTP_AGAIN:
    case SMTP_AWAY: mark_again(r, sender, why, false); break;
    case SMTP_STOPPED: break; /* the row is freed when our lock is gone */
    }
}

/* ---- one letter ---- */

static void send_letter(struct post *p, const struct pg_res *res)
{
    struct letter_row row = {.post = p, .tries = (int)pg_int(res, 0, 5)};
    struct buf bytes;
    char why[400] = "", sender[24];
    snprintf(row.id, sizeof row.id, "%s", pg_text(res, 0, 0));
    const char *to = pg_text(res, 0, 1);
    if (!mail_address_is_good(to)) {
        mark_again(&row, sender_text(p, sender), "the address cannot stand in a letter", true);
        return;
    }
    buf_init(&bytes, LETTER_MAX_BYTES);
    mime_write(&bytes, &(struct letter_parts){.from = option(p, "from"),
                                              .from_name = option(p, "from_name"),
                                              .to = to,
                                              .subject = pg_text(res, 0, 2),
                                              .text = pg_text(res, 0, 3),
                                              .message_id = pg_text(res, 0, 4),
                                              .at = time(NULL)});
    struct smtp_letter letter = {.to = to, .bytes = &bytes, .handing = mark_handing, .stop = wants_stop, .arg = &row};
    enum smtp_outcome outcome = bytes.overflow ? SMTP_REFUSED : smtp_send(p->smtp, &letter, why, sizeof why);
    settle(p, &row, outcome, bytes.overflow ? "the letter is too long" : why);
    buf_free(&bytes);
}

/* false: there was nothing to do, or nobody to do it for. */
static bool send_next(struct post *p)
{
    struct err err;
    char sender[24], longest[16];
    snprintf(longest, sizeof longest, "%d", PAUSE_MAX_S);
    const char *params[] = {sender_text(p, sender), longest};
    struct pg_res *res = pg_query(p->db, Q_MAIL_CLAIM, params, 2, &err);
    if (!res)
        return lost(p);
    bool found = pg_rows(res) == 1;
    if (found)
        send_letter(p, res);
    pg_free(res);
    return found;
}

/* A server that is away is not asked again for each of a hundred letters. */
static int away_ms(const struct post *p)
{
    int64_t ms = AWAY_FIRST_MS;
    for (int i = 1; i < p->away && ms < AWAY_MAX_MS; i++)
        ms *= 2;
    return (int)(ms < AWAY_MAX_MS ? ms : AWAY_MAX_MS);
}

/* ---- start ---- */

static bool read_options(struct post *p)
{
    json_error_t fault;
    p->options = json_loadf(stdin, 0, &fault);
    if (!p->options)
        log_error("gorod-mail is started by gorod-server serve, which tells it what to do; standard input: %s", fault.text);
    return p->options != NULL;
}

static bool read_password(struct post *p)
{
    const char *path = option(p, "password_file");
    if (!*path)
        return true;
    FILE *f = fopen(path, "re");
    bool ok = f && fgets(p->password, sizeof p->password, f);
    if (!ok)
        log_error("smtp_password_file %s cannot be read: %s", path, f ? "it is empty" : strerror(errno));
    if (f)
        fclose(f);
    p->password[strcspn(p->password, "\r\n")] = '\0';
    return ok;
}

static bool prepare(struct post *p)
{
    if (!read_options(p) || !read_password(p))
        return false;
    setenv("TZ", option(p, "zone"), 1);
    tzset();
    p->smtp_options = (struct smtp_options){.url = option(p, "url"),
                                            .from = option(p, "from"),
                                            .user = option(p, "user"),
                                            .password = p->password,
                                            .tls = option(p, "tls"),
                                            .ca = option(p, "ca"),
                                            .timeout_s = option_int(p, "timeout_s")};
    p->smtp = smtp_new(&p->smtp_options);
    p->db = pg_new(option(p, "conninfo"), option(p, "zone"), STATEMENT_MS);
    return p->smtp != NULL;
}

int main(void)
{
    struct post post = {.away = 0};
    log_part("mail");
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) /* the leak checker looks into the process from outside */
    prctl(PR_SET_DUMPABLE, 0);                                      /* passwords: a session's process bears the same user */
#endif
    sigemptyset(&post.signals);
    sigaddset(&post.signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &post.signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    bool ok = sodium_init() >= 0 && prepare(&post);
    if (ok)
        log_info("sending letters by %s", option(&post, "url"));
    while (ok && !is_stopping()) {
        bool busy = become_sender(&post) && send_next(&post);
        if (post.away > 0)
            rest(away_ms(&post));
        else if (!busy)
            rest(IDLE_MS);
    }
    smtp_free(&post.smtp);
    pg_close(&post.db);
    sodium_memzero(post.password, sizeof post.password);
    json_decref(post.options);
    return ok ? 0 : EXIT_BAD_CONFIG;
}
