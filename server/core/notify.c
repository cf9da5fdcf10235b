/* The notifier: follows the log of events by its own connection, in batches, off the commit path.
 *
 * Ids are given out before commit, so a lower id may appear after a higher one: ids that are missing are remembered for some seconds and
 * looked for again. A rolled-back transaction leaves a hole for ever; the hole is forgotten after HOLE_MS. */
#include "common/log.h"
#include "db/pg.h"
#include "server/core/internal.h"
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum { POLL_MS = 500, BATCH_MS = 10, HOLE_MS = 20000, SEEN_MAX = 4096, READ_ROWS = 500, BATCHES_MAX = 20, FOLD_MS = 2000 };

struct tail {
    int64_t low;              /* everything up to here was handed out or given up */
    int64_t seen[SEEN_MAX];   /* handed out above low */
    size_t seen_count;
    int64_t hole_since_ms;    /* when low + 1 was first missed, 0: no hole */
};

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool was_seen(const struct tail *t, int64_t id)
{
    for (size_t i = 0; i < t->seen_count; i++)
        if (t->seen[i] == id)
            return true;
    return false;
}

/* Moves low over everything seen without a gap; gives up a hole that is too old or when too much waits behind it. */
static void advance(struct tail *t)
{
    for (;;) {
        bool moved = false;
        int64_t lowest = INT64_MAX;
        for (size_t i = 0; i < t->seen_count;) {
            if (t->seen[i] <= t->low + 1) {
                if (t->seen[i] == t->low + 1) {
                    t->low++;
                    moved = true;
                }
                t->seen[i] = t->seen[--t->seen_count];
                continue;
            }
            if (t->seen[i] < lowest)
                lowest = t->seen[i];
            i++;
        }
        if (moved) {
            t->hole_since_ms = 0;
            continue;
        }
        if (t->seen_count == 0) {
            t->hole_since_ms = 0;
            return;
        }
        if (!t->hole_since_ms)
            t->hole_since_ms = now_ms();
        if (now_ms() - t->hole_since_ms < HOLE_MS && t->seen_count < SEEN_MAX - 600)
            return;
        t->low = lowest - 1;
        t->hole_since_ms = 0;
    }
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
    *t = (struct tail){.low = pg_int(res, 0, 0)};
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
    core_hand_out(core, n);
    core_wake(core);
    return ok;
}

/* Reads what is new and hands it to the loop; false when the database is away. */
static bool follow(struct core *core, struct pg *db, struct tail *t)
{
    struct err err;
    for (int batch = 0; batch < BATCHES_MAX; batch++) {
        char low[24];
        snprintf(low, sizeof low, "%lld", (long long)t->low);
        const char *params[] = {low};
        struct pg_res *res = pg_query(db, Q_EVENT_TAIL, params, 1, &err);
        if (!res)
            return false;
        int rows = pg_rows(res), fresh = 0;
        for (int i = 0; i < rows; i++) {
            int64_t id = pg_int(res, i, 0);
            if (id <= t->low || was_seen(t, id))
                continue;
            if (t->seen_count < SEEN_MAX)
                t->seen[t->seen_count++] = id;
            fresh++;
            /* Another core over the same database has changed what is counted over. */
            if (strcmp(pg_text(res, i, 2), "calendar") == 0)
                atomic_store(&core->rules_stale, true);
            core_hand_out(core, make_notice(res, i));
        }
        pg_free(res);
        advance(t);
        if (fresh > 0)
            core_wake(core);
        if (rows < READ_ROWS || fresh == 0)
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
    struct tail *tail = calloc(1, sizeof *tail);
    bool following = false;
    int64_t folded_ms = 0;
    if (!tail)
        abort();
    while (!atomic_load(&core->stopping)) {
        struct err err;
        if (atomic_exchange(&core->rules_stale, false) && !rules_reload(core, db, &err)) {
            if (err.code == ERR_UNAVAILABLE)
                atomic_store(&core->rules_stale, true);
            else
                log_error("rules not loaded, the old ones stay error=\"%s\"", err.detail);
        }
        following = following || begin_tail(db, tail);
        if (following && follow(core, db, tail))
            fold_boards(db, &folded_ms);
        wait_for_news(core);
    }
    free(tail);
    pg_close(&db);
    return NULL;
}
