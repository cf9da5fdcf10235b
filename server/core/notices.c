/* The maker of notices: follows the log of events by a connection of its own, off every writer's path, and tells open screens.
 *
 * Exactly once per event and person: the row's key (event, user) bears it, and a letter hangs on the row in the same transaction. The
 * place in the log is a row that the maker locks, so of several cores one makes and the others only tell their own sessions. The place
 * moves over a hole only when every transaction that could still fill it has ended. */
#include "common/arena.h"
#include "common/log.h"
#include "db/pg.h"
#include "server/config.h"
#include "server/core/internal.h"
#include "server/core/tail.h"
#include "server/ops/helpers.h"
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    POLL_MS = 500,
    GATHER_MS = 100,
    HOLE_LEAST_MS = 2000,
    PAGE_ROWS = 500,
    USERS_KEPT = 64,
    DIGESTS_AT_ONCE = 20,
    DIGEST_LOOK_MS = 5000,
    BAD_TRIES = 5,
    BAD_KEPT = 64,
    KEPT_DAYS = 400,
    SWEEP_MS = 24 * 3600 * 1000
};

struct maker {
    struct core *core;
    struct pg *db;
    struct arena *arena; /* of one pass */
    int64_t place;              /* in the log, as the database keeps it; -1: not known yet */
    struct tail tail;           /* what was looked at above it */
    int64_t told;                /* the last notification that sessions heard of; -1: not known yet */
    int64_t digest_ms, sweep_ms; /* when it was last looked after */
    int64_t bad_id;              /* an event whose notices could not be made, and how often that was tried */
    int bad_tries;
    bool careful;                /* a page failed: its events are asked about one by one, so that the bad one is known */
    int64_t passed[BAD_KEPT];    /* such events that are passed over */
    size_t passed_count;
    struct session_user users[USERS_KEPT]; /* read in this pass */
    size_t user_count;
};

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static const char *id_text(struct maker *m, int64_t id) { return arena_printf(m->arena, "%lld", (long long)id); }

/* ---- one event ---- */

struct news {
    int64_t id, record_id, actor_id;
    const char *record, *action, *changed; /* changed: ",due,responsible," or NULL */
};

static bool is_among(const char *const *words, const char *word)
{
    for (; *words; words++)
        if (strcmp(*words, word) == 0)
            return true;
    return false;
}

static bool rule_matches(const struct notice_rule *r, const struct news *e)
{
    if (strcmp(r->record, e->record) != 0 || !is_among(r->on, e->action))
        return false;
    bool any = !r->changed[0];
    for (size_t i = 0; r->changed[i] && !any; i++) {
        char field[64];
        snprintf(field, sizeof field, ",%s,", r->changed[i]);
        any = e->changed && strstr(e->changed, field);
    }
    return any;
}

static const struct session_user *user_of(struct maker *m, const char *login, struct err *err)
{
    for (size_t i = 0; i < m->user_count; i++)
        if (strcmp(m->users[i].login, login) == 0)
            return &m->users[i];
    struct session_user *u = &m->users[m->user_count % USERS_KEPT];
    if (!login_load_user(m->db, m->arena, login, u, NULL, err))
        return NULL;
    if (m->user_count < USERS_KEPT)
        m->user_count++;
    return u;
}

static const char *words_sql(struct maker *m, const char *const *words)
{
    const char *text = "{";
    for (size_t i = 0; words[i]; i++)
        text = arena_printf(m->arena, "%s%s%s", text, i ? "," : "", words[i]);
    return arena_printf(m->arena, "%s}", text);
}

static bool add_letter(struct maker *m, const struct rules *rules, const struct notice_rule *r, const struct session_user *u,
                       int64_t notice, struct err *err)
{
    const char *what = *r->letter[u->lang] ? r->letter[u->lang] : arena_printf(m->arena, "%s: {number}", r->label[u->lang]);
    const char *params[] = {id_text(m, notice),
                            r->label[u->lang],
                            what,
                            rules->letters->of[LETTER_NOTICE][u->lang].subject,
                            rules->letters->of[LETTER_NOTICE][u->lang].body,
                            rules->municipality};
    return pg_exec(m->db, Q_MAIL_ADD_NOTICE, params, 6, NULL, err);
}

static bool tell_person(struct maker *m, const struct rules *rules, const struct notice_rule *r, const struct news *e, const char *login,
                        struct err *err)
{
    const struct session_user *u = user_of(m, login, err);
    if (!u)
        return err->code == ERR_FORBIDDEN; /* disabled a moment ago */
    const char *user = id_text(m, u->id), *event = id_text(m, e->id);
    const char *see[] = {user_acts(m->arena, u), u->sees_all ? "true" : "false", *u->units ? u->units : "{}", event};
    struct pg_res *seen = pg_query(m->db, Q_NOTICE_SEEN, see, 4, err);
    if (!seen)
        return false;
    bool may = pg_rows(seen) == 1;
    pg_free(seen);
    if (!may)
        return true;
    const char *add[] = {user, event, r->id, r->urgent ? "true" : "false", words_sql(m, r->ways)};
    struct pg_res *res = pg_query(m->db, Q_NOTICE_ADD, add, 5, err);
    if (!res)
        return false;
    bool letter = pg_rows(res) == 1 && pg_bool(res, 0, 1) && rules->mail_on;
    int64_t notice = pg_rows(res) == 1 ? pg_int(res, 0, 0) : 0;
    pg_free(res);
    return !letter || add_letter(m, rules, r, u, notice, err);
}

/* What the events of a page ask of the rules: columns of Q_NOTICE_PEOPLE as array texts, and what stands at each place of them. */
struct asked {
    struct buf columns[5];
    struct {
        const struct news *news;
        const struct notice_rule *rule;
    } * at;
    size_t count;
};

static void ask_add(struct maker *m, struct asked *a, const struct news *e, const struct notice_rule *r)
{
    const char *roles = words_sql(m, r->to);
    const char *values[] = {id_text(m, e->id), e->record, id_text(m, e->record_id), id_text(m, e->actor_id), roles};
    for (size_t i = 0; i < 5; i++) {
        bool is_roles = i == 4;
        buf_puts(&a->columns[i], a->count ? "," : "{");
        /* "{author,controller}" without its braces, as one text */
        buf_printf(&a->columns[i], "\"%.*s\"", (int)strlen(values[i]) - (is_roles ? 2 : 0), values[i] + is_roles);
    }
    a->at[a->count].news = e;
    a->at[a->count++].rule = r;
}

static bool tell_people(struct maker *m, const struct rules *rules, struct asked *a, int64_t *bad, struct err *err)
{
    const char *params[5];
    for (size_t i = 0; i < 5; i++) {
        buf_puts(&a->columns[i], "}");
        params[i] = a->columns[i].data;
    }
    struct pg_res *people = pg_query(m->db, Q_NOTICE_PEOPLE, params, 5, err);
    bool ok = people != NULL;
    for (int k = 0; ok && k < pg_rows(people); k++) {
        size_t place = (size_t)pg_int(people, k, 0) - 1;
        ok = tell_person(m, rules, a->at[place].rule, a->at[place].news, pg_text(people, k, 1), err);
        if (!ok)
            *bad = a->at[place].news->id;
    }
    pg_free(people);
    return ok;
}

/* Asks at once who hears of all these events; *bad: the event at which it failed, 0: none of them. */
static bool make_notices(struct maker *m, const struct rules *rules, const struct news *news, size_t count, int64_t *bad, struct err *err)
{
    enum { COLUMN_BYTES = 16 * 1024 * 1024 };
    struct asked a = {.count = 0};
    size_t rule_count = notices_count(rules->notices);
    *bad = 0;
    a.at = arena_alloc(m->arena, count * rule_count * sizeof *a.at + 1);
    for (size_t i = 0; i < 5; i++)
        buf_init(&a.columns[i], COLUMN_BYTES);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < rule_count; k++)
            if (rule_matches(notices_at(rules->notices, k), &news[i]))
                ask_add(m, &a, &news[i], notices_at(rules->notices, k));
    bool ok = a.count == 0 || tell_people(m, rules, &a, bad, err);
    for (size_t i = 0; i < 5; i++)
        buf_free(&a.columns[i]);
    return ok;
}

/* ---- following the log ---- */

/* One event must not keep all that follow from being told: tried some times, then passed over and named in the log. */
static void note_bad(struct maker *m, int64_t id, const struct err *err)
{
    m->bad_tries = m->bad_id == id ? m->bad_tries + 1 : 1;
    m->bad_id = id;
    if (m->bad_tries < BAD_TRIES)
        return;
    log_error("no notices are made of event id=%lld error=\"%s\"", (long long)id, err->detail);
    m->passed[m->passed_count++ % BAD_KEPT] = id;
}

static bool is_passed(const struct maker *m, int64_t id)
{
    for (size_t i = 0; i < m->passed_count && i < BAD_KEPT; i++)
        if (m->passed[i] == id)
            return true;
    return false;
}

/* The place's lock for this transaction; *mine: false when another core is making notices. */
static bool take_place(struct maker *m, bool *mine, struct err *err)
{
    struct pg_res *cursor = pg_query(m->db, Q_NOTICE_CURSOR_TAKE, NULL, 0, err);
    if (!cursor)
        return false;
    *mine = pg_rows(cursor) == 1;
    int64_t at = *mine ? pg_int(cursor, 0, 0) : 0;
    pg_free(cursor);
    if (*mine && at != m->place) { /* another one has made notices meanwhile */
        m->place = at;
        tail_reset(&m->tail, at);
    }
    return true;
}

/* The events of a page that are news, in the arena. */
static struct news *read_page(struct maker *m, const struct pg_res *res, size_t *count)
{
    struct news *news = arena_alloc(m->arena, (size_t)pg_rows(res) * sizeof *news + 1);
    *count = 0;
    for (int i = 0; i < pg_rows(res); i++)
        if (pg_bool(res, i, 6) && !is_passed(m, pg_int(res, i, 0)))
            news[(*count)++] = (struct news){.id = pg_int(res, i, 0),
                                             .record = pg_text(res, i, 1),
                                             .record_id = pg_int(res, i, 2),
                                             .actor_id = pg_int(res, i, 3),
                                             .action = pg_text(res, i, 4),
                                             .changed = pg_text(res, i, 5)};
    return news;
}

static bool commit_page(struct maker *m, const struct pg_res *res, int64_t next_xid, struct err *err)
{
    if (!pg_commit(m->db, err))
        return false;
    tail_take(&m->tail, res, now_ms(), next_xid);
    return true;
}

static bool make_news(struct maker *m, const struct rules *rules, const struct news *news, size_t count, struct err *err)
{
    size_t step = m->careful || count == 0 ? 1 : count;
    for (size_t i = 0; i < count; i += step) {
        int64_t bad;
        if (make_notices(m, rules, news + i, step, &bad, err))
            continue;
        if (err->code != ERR_UNAVAILABLE && (bad || m->careful))
            note_bad(m, bad ? bad : news[i].id, err);
        m->careful = true;
        return false;
    }
    m->careful = false;
    return true;
}

/* One page, in one transaction; *more: the log may go on behind it. */
static bool make_page(struct maker *m, const struct rules *rules, int64_t next_xid, bool *more, struct err *err)
{
    const char *params[2];
    bool mine;
    *more = false;
    if (!take_place(m, &mine, err))
        return false;
    if (!mine)
        return true;
    tail_params(&m->tail, m->arena, params);
    struct pg_res *res = pg_query(m->db, Q_NOTICE_EVENTS, params, 2, err);
    if (!res)
        return false;
    size_t count;
    const struct news *news = read_page(m, res, &count);
    bool ok = make_news(m, rules, news, count, err) && commit_page(m, res, next_xid, err);
    *more = pg_rows(res) >= PAGE_ROWS;
    pg_free(res);
    return ok;
}

/* Holes are given up when they are old and all transactions that wrote when they were found have ended; then the place moves. */
static bool move_place(struct maker *m, int64_t oldest_xid, struct err *err)
{
    tail_give_up(&m->tail, now_ms() - HOLE_LEAST_MS, oldest_xid);
    int64_t low = tail_low(&m->tail);
    if (m->place < 0 || low == m->place)
        return true;
    const char *params[] = {id_text(m, m->place), id_text(m, low)};
    if (!pg_exec(m->db, Q_NOTICE_CURSOR_MOVE, params, 2, NULL, err))
        return false;
    m->place = low;
    return true;
}

static bool follow(struct maker *m, const struct rules *rules, struct err *err)
{
    /* Before the events are read: whatever ended before this look is in what is read after it. */
    struct pg_res *snapshot = pg_query(m->db, Q_NOTICE_SNAPSHOT, NULL, 0, err);
    if (!snapshot)
        return false;
    int64_t oldest = pg_int(snapshot, 0, 0), next = pg_int(snapshot, 0, 1);
    pg_free(snapshot);
    for (bool more = true; more && !atomic_load(&m->core->stopping);) {
        bool ok = pg_begin(m->db, err) && make_page(m, rules, next, &more, err);
        if (pg_in_transaction(m->db))
            pg_rollback(m->db);
        if (!ok)
            return false;
        arena_reset(m->arena);
        m->user_count = 0;
    }
    return move_place(m, oldest, err);
}

/* ---- telling open screens ---- */

static struct notice *to_person(int64_t user, const char *json)
{
    struct notice *n = calloc(1, sizeof *n);
    size_t size = strlen(json) + 64;
    if (!n || !(n->line = malloc(size)) || !(n->people = malloc(sizeof *n->people)))
        abort();
    snprintf(n->line, size, "{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":%s}\n", json);
    snprintf(n->record, sizeof n->record, "notification");
    n->people[0] = user;
    n->people_count = 1;
    return n;
}

/* Also of what another core has made. */
static bool tell_sessions(struct maker *m, struct err *err)
{
    const char *params[] = {id_text(m, m->told)};
    struct pg_res *res =
        m->told < 0 ? pg_query(m->db, Q_NOTIFICATION_LAST, NULL, 0, err) : pg_query(m->db, Q_NOTIFICATION_TAIL, params, 1, err);
    if (!res)
        return false;
    if (m->told < 0) {
        m->told = pg_int(res, 0, 0);
    } else {
        for (int i = 0; i < pg_rows(res); i++) {
            m->told = pg_int(res, i, 0);
            core_hand_out(m->core, to_person(pg_int(res, i, 1), pg_text(res, i, 2)));
        }
        if (pg_rows(res) > 0)
            core_wake(m->core);
    }
    pg_free(res);
    return true;
}

/* ---- the daily digest ---- */

static const struct {
    const char *id, *text[2];
} digest_parts[] = {
    {"overdue", {"просрочено", "overdue"}},
    {"due_soon", {"срок скоро", "due soon"}},
    {"to_accept", {"принять отчёт", "to accept"}},
};
enum { DIGEST_PARTS = sizeof digest_parts / sizeof *digest_parts, DIGEST_LINES = 100, DIGEST_BYTES = 32 * 1024 };

/* Numbers and dates alone: names and titles never leave by mail (152-FZ). */
static void write_facts(const struct pg_res *res, enum lang lang, struct jw *w)
{
    struct buf lines;
    int counts[DIGEST_PARTS] = {0};
    buf_init(&lines, DIGEST_BYTES);
    for (int i = 0; i < pg_rows(res); i++)
        for (size_t k = 0; k < DIGEST_PARTS; k++)
            if (strcmp(digest_parts[k].id, pg_text(res, i, 0)) == 0) {
                counts[k]++;
                if (i < DIGEST_LINES)
                    buf_printf(&lines, "%s  %s  %s\n", pg_text(res, i, 1), pg_text(res, i, 2) ? pg_text(res, i, 2) : "-",
                               digest_parts[k].text[lang]);
            }
    if (pg_rows(res) > DIGEST_LINES)
        buf_puts(&lines, "...\n");
    for (size_t k = 0; k < DIGEST_PARTS; k++)
        jw_kint(w, digest_parts[k].id, counts[k]);
    jw_kstring(w, "lines", lines.data);
    buf_free(&lines);
}

static bool count_unread(struct maker *m, const struct session_user *u, int64_t *unread, struct err *err)
{
    const char *params[] = {user_acts(m->arena, u), u->sees_all ? "true" : "false", *u->units ? u->units : "{}", "true", NULL};
    struct pg_res *res = pg_query(m->db, Q_NOTIFICATION_COUNT, params, 5, err);
    if (!res)
        return false;
    *unread = pg_int(res, 0, 0);
    pg_free(res);
    return true;
}

static bool write_digest(struct maker *m, const struct rules *rules, const struct session_user *u, struct err *err)
{
    int64_t unread;
    const char *user = id_text(m, u->id);
    if (!count_unread(m, u, &unread, err))
        return false;
    struct pg_res *res = pg_query(m->db, Q_DIGEST_FACTS, &user, 1, err);
    if (!res)
        return false;
    bool silent = pg_rows(res) == 0 && unread == 0;
    struct buf values;
    struct jw w;
    char today[16];
    time_t now = time(NULL);
    struct tm tm;
    strftime(today, sizeof today, "%d.%m.%Y", localtime_r(&now, &tm));
    buf_init(&values, 2 * (size_t)DIGEST_BYTES);
    jw_init(&w, &values);
    jw_object(&w);
    write_facts(res, u->lang, &w);
    jw_kint(&w, "unread", unread);
    jw_kstring(&w, "date", today);
    jw_kstring(&w, "municipality", rules->municipality);
    jw_object_end(&w);
    pg_free(res);
    const char *params[] = {user, rules->letters->of[LETTER_DIGEST][u->lang].subject, rules->letters->of[LETTER_DIGEST][u->lang].body,
                            values.data};
    bool ok = silent || pg_exec(m->db, Q_MAIL_ADD_DIGEST, params, 4, NULL, err);
    buf_free(&values);
    return ok;
}

/* One person's digest in one transaction; *more: somebody else may wait. */
static bool make_digest(struct maker *m, const struct rules *rules, bool *more, struct err *err)
{
    struct pg_res *res = pg_query(m->db, Q_DIGEST_NEXT, NULL, 0, err);
    if (!res)
        return false;
    *more = pg_rows(res) == 1;
    const char *user = *more ? id_text(m, pg_int(res, 0, 0)) : NULL, *login = *more ? arena_strdup(m->arena, pg_text(res, 0, 1)) : NULL;
    pg_free(res);
    if (!*more)
        return true;
    const struct session_user *u = user_of(m, login, err);
    return (u ? write_digest(m, rules, u, err) : err->code == ERR_FORBIDDEN) && pg_exec(m->db, Q_DIGEST_DONE, &user, 1, NULL, err) &&
           pg_commit(m->db, err);
}

static bool make_digests(struct maker *m, const struct rules *rules, struct err *err)
{
    if (!rules->mail_on || (m->digest_ms && now_ms() - m->digest_ms < DIGEST_LOOK_MS))
        return true;
    m->digest_ms = now_ms();
    bool more = true, ok = true;
    for (int i = 0; ok && more && i < DIGESTS_AT_ONCE; i++) {
        ok = pg_begin(m->db, err) && make_digest(m, rules, &more, err);
        if (pg_in_transaction(m->db))
            pg_rollback(m->db);
        m->user_count = 0;
        arena_reset(m->arena);
    }
    return ok;
}

/* Once at the start and then every day. The events stay: they are the record of what happened, notices only told of it. */
static bool sweep(struct maker *m, struct err *err)
{
    const char *days = id_text(m, KEPT_DAYS);
    if (m->sweep_ms && now_ms() - m->sweep_ms < SWEEP_MS)
        return true;
    m->sweep_ms = now_ms();
    return pg_exec(m->db, Q_NOTICE_SWEEP, &days, 1, NULL, err);
}

static void pass(struct maker *m)
{
    struct err err = {.code = ERR_OK};
    struct rules_box *box = rules_take(m->core);
    const struct rules *rules = rules_of(box);
    if (rules && m->told < 0)
        tell_sessions(m, &err);
    if (rules && (!follow(m, rules, &err) || !tell_sessions(m, &err) || !make_digests(m, rules, &err) || !sweep(m, &err)) &&
        err.code != ERR_UNAVAILABLE)
        log_error("notices not made, tried again error=\"%s\"", err.detail);
    rules_drop(&box);
    m->user_count = 0;
    arena_reset(m->arena);
}

static void wait_for_news(const struct maker *m)
{
    struct pollfd p = {.fd = m->core->notices_fd, .events = POLLIN};
    uint64_t count;
    if (poll(&p, 1, POLL_MS) > 0) {
        poll(NULL, 0, GATHER_MS); /* what comes in the same moment is one pass: a transaction each would be in the writers' way */
        ssize_t n = read(m->core->notices_fd, &count, sizeof count);
        (void)n;
    }
}

void *notices_main(void *arg)
{
    struct core *core = arg;
    struct maker m = {.core = core,
                      .arena = arena_new(),
                      .place = -1,
                      .told = -1,
                      .db = pg_new(core->start->conninfo, core->start->config->zone, core->statement_timeout_ms)};
    while (!atomic_load(&core->stopping)) {
        pass(&m);
        wait_for_news(&m);
    }
    tail_free(&m.tail);
    arena_free(&m.arena);
    pg_close(&m.db);
    return NULL;
}
