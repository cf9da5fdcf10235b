/* The notifier: follows the log of events by its own connection, in batches, off the commit path. */
#include "common/log.h"
#include "db/pg.h"
#include "server/core/internal.h"
#include "server/core/tail.h"
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum { POLL_MS = 500, BATCH_MS = 10, HOLE_MS = 20000, READ_ROWS = 500, BATCHES_MAX = 20, FOLD_MS = 2000 };

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* "{1,2,NULL}" -> numbers */
static size_t parse_ids(const char *text, int64_t **out)
{
    *out = NULL;
    if (!text)
        return 0;
    size_t count = 0, cap = 1;
    for (const char *p = text; *p; p++)
        cap += *p == ',';
    *out = calloc(cap, sizeof **out);
    if (!*out)
        abort();
    for (const char *p = text + 1; *p && *p != '}';) {
        char *end;
        long long id = strtoll(p, &end, 10);
        if (end != p && id > 0)
            (*out)[count++] = id;
        p = end + strcspn(end, ",}");
        p += *p == ',';
    }
    return count;
}

static struct notice *make_notice(const struct pg_res *res, int row)
{
    struct notice *n = calloc(1, sizeof *n);
    const char *json = pg_text(res, row, 1);
    size_t size = strlen(json) + 64;
    if (!n || !(n->line = malloc(size)))
        abort();
    snprintf(n->line, size, "{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":%s}\n", json);
    snprintf(n->record, sizeof n->record, "%s", pg_text(res, row, 2));
    n->record_id = pg_int(res, row, 3);
    n->actor_id = pg_int(res, row, 4);
    n->people_count = parse_ids(pg_text(res, row, 5), &n->people);
    n->unit_count = parse_ids(pg_text(res, row, 6), &n->units);
    n->named_only = pg_bool(res, row, 7);
    return n;
}

void core_hand_out(struct core *core, struct notice *n)
{
    pthread_mutex_lock(&core->notice_lock);
    *core->notice_tail = n;
    core->notice_tail = &n->next;
    pthread_mutex_unlock(&core->notice_lock);
}

static bool begin_tail(struct pg *db, struct tail *t)
{
    struct err err;
    struct pg_res *res = pg_query(db, Q_EVENT_LAST, NULL, 0, &err);
    if (!res)
        return false;
    tail_reset(t, pg_int(res, 0, 0));
    pg_free(res);
    return true;
}

/* An import of a year has come in at once: nobody can follow that line by line, every screen looks at everything again. */
static bool jump_ahead(struct core *core, struct pg *db, struct tail *t)
{
    struct notice *n = calloc(1, sizeof *n);
    if (!n || !(n->line = strdup("{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":{\"record\":\"*\",\"action\":\"missed\"}}\n")))
        abort();
    snprintf(n->record, sizeof n->record, "*");
    bool ok = begin_tail(db, t);
    core_changed(core);
    core_hand_out(core, n);
    core_wake(core);
    return ok;
}

/* Whether nobody but a subscriber wants to know of these events: all others look rights and rules up anew. */
static bool is_for_subscribers(const struct pg_res *heads)
{
    static const char *const moves_rights[] = {"user", "unit", "calendar"};
    for (int i = 0; i < pg_rows(heads); i++)
        for (size_t k = 0; k < sizeof moves_rights / sizeof *moves_rights; k++)
            if (strcmp(pg_text(heads, i, 1), moves_rights[k]) == 0)
                return false;
    return true;
}

/* What is new since the tail: whole events, or their ids alone while nobody listens. NULL when the database is away. */
static struct pg_res *read_news(struct core *core, struct pg *db, const char *const params[2], bool *whole)
{
    struct err err;
    *whole = atomic_load(&core->subscribers) > 0;
    if (!*whole) {
        struct pg_res *heads = pg_query(db, Q_EVENT_HEADS, params, 2, &err);
        /* Who has subscribed meanwhile is told of what was committed after that. */
        if (!heads || (is_for_subscribers(heads) && atomic_load(&core->subscribers) == 0))
            return heads;
        pg_free(heads);
        *whole = true;
    }
    return pg_query(db, Q_EVENT_TAIL, params, 2, &err);
}

/* Reads what is new and hands it to the loop; false when the database is away. */
static bool follow(struct core *core, struct pg *db, struct arena *arena, struct tail *t)
{
    for (int batch = 0; batch < BATCHES_MAX; batch++) {
        const char *params[2];
        bool whole;
        arena_reset(arena);
        tail_params(t, arena, params);
        struct pg_res *res = read_news(core, db, params, &whole);
        if (!res)
            return false;
        int rows = pg_rows(res);
        for (int i = 0; whole && i < rows; i++) {
            /* Another core over the same database has changed what is counted over. */
            if (strcmp(pg_text(res, i, 2), "calendar") == 0)
                atomic_store(&core->rules_stale, true);
            core_hand_out(core, make_notice(res, i));
        }
        tail_take(t, res, now_ms(), 0);
        tail_give_up(t, now_ms() - HOLE_MS, INT64_MAX);
        pg_free(res);
        if (rows > 0)
            core_changed(core);
        if (whole && rows > 0)
            core_wake(core);
        if (rows < READ_ROWS)
            return true;
    }
    return jump_ahead(core, db, t);
}

/* Adds up what the boards count, now and then, off the commit path. Many cores share one database: who is second does nothing. */
static void fold_boards(struct pg *db, int64_t *folded_ms)
{
    struct err err;
    if (now_ms() - *folded_ms < FOLD_MS)
        return;
    *folded_ms = now_ms();
    pg_free(pg_query(db, Q_BOARD_FOLD, NULL, 0, &err));
    pg_free(pg_query(db, Q_OUTAGE_FOLD, NULL, 0, &err));
}

static void wait_for_news(struct core *core)
{
    struct pollfd p = {.fd = core->notify_fd, .events = POLLIN};
    uint64_t count;
    if (poll(&p, 1, POLL_MS) > 0) {
        /* A burst of commits becomes one read: wait a moment for more, then empty the counter. */
        struct pollfd none = {.fd = -1};
        poll(&none, 1, BATCH_MS);
        ssize_t n = read(core->notify_fd, &count, sizeof count);
        (void)n;
    }
}

void *notify_main(void *arg)
{
    struct core *core = arg;
    struct pg *db = pg_new(core->start->conninfo, "UTC", core->statement_timeout_ms);
    struct arena *arena = arena_new();
    struct tail tail = {.head = 0};
    bool following = false;
    int64_t folded_ms = 0;
    while (!atomic_load(&core->stopping)) {
        struct err err;
        if (atomic_exchange(&core->rules_stale, false) && !rules_reload(core, db, &err)) {
            if (err.code == ERR_UNAVAILABLE)
                atomic_store(&core->rules_stale, true);
            else
                log_error("rules not loaded, the old ones stay error=\"%s\"", err.detail);
        }
        following = following || begin_tail(db, &tail);
        if (following && follow(core, db, arena, &tail))
            fold_boards(db, &folded_ms);
        wait_for_news(core);
    }
    tail_free(&tail);
    arena_free(&arena);
    pg_close(&db);
    return NULL;
}
