/* What the server does by its own clock: at the beginning of each day of the municipality's zone reminders and what became overdue, an
 * event each, and people's usual pace anew; at the beginning of each period the periodic assignments; and the houses that new letters speak
 * of. Several cores over one database do it once: a row that is locked says what has been done. */
#include "common/arena.h"
#include "common/log.h"
#include "db/pg.h"
#include "server/config.h"
#include "server/core/internal.h"
#include "server/ops/house.h"
#include "server/ops/periodic.h"
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { STEP_MS = 200, LOOK_EVERY_STEPS = 25, OUTAGES_EVERY_STEPS = 5, REMIND_HOURS = 24, HOUSES_AT_ONCE = 50 };

struct clock {
    struct core *core;
    struct pg *db;
    struct arena *arena;
    bool told_of_going_back;
};

/* The rules and their days ahead, pairwise, as two PostgreSQL arrays; *most is the farthest. */
static void warnings_of(struct clock *k, const struct deadlines *d, const char **rules, const char **days, int *most)
{
    size_t count;
    const struct due_rule *all = deadlines_rules(d, &count);
    const char *names = "{", *ahead = "{";
    *most = 0;
    for (size_t i = 0; i < count; i++)
        for (int n = 0; n < all[i].warn_count; n++) {
            names = arena_printf(k->arena, "%s%s%s", names, names[1] ? "," : "", all[i].id);
            ahead = arena_printf(k->arena, "%s%s%d", ahead, ahead[1] ? "," : "", all[i].warn_before[n]);
            *most = all[i].warn_before[n] > *most ? all[i].warn_before[n] : *most;
        }
    *rules = arena_printf(k->arena, "%s}", names);
    *days = arena_printf(k->arena, "%s}", ahead);
}

static bool remind(struct clock *k, const struct rules *rules, const char *before, struct err *err)
{
    const char *names, *days;
    int most;
    int64_t told = 0;
    warnings_of(k, rules->deadlines, &names, &days, &most);
    const char *params[] = {before, names, days, arena_printf(k->arena, "%d", most)};
    bool ok = pg_exec(k->db, Q_CLOCK_REMIND, params, 4, &told, err) && pg_exec(k->db, Q_PACE_OF_ALL, NULL, 0, NULL, err);
    if (ok)
        log_info("a new day: reminders=%lld", (long long)told);
    return ok;
}

/* The clock went back: what was done for those days is not done again, and somebody should know. */
static void tell_of_going_back(struct clock *k)
{
    struct err err;
    struct pg_res *res = pg_query(k->db, Q_CLOCK_AHEAD, NULL, 0, &err);
    int64_t days = res && pg_rows(res) == 1 ? pg_int(res, 0, 0) : 0;
    pg_free(res);
    if (days > 0 && !k->told_of_going_back)
        log_warn("the clock has gone back by %lld days: reminders wait until it is there again", (long long)days);
    k->told_of_going_back = days > 0;
}

static void begin_day(struct clock *k, const struct rules *rules)
{
    struct err err = {.code = ERR_OK};
    if (!pg_begin(k->db, &err))
        return;
    struct pg_res *res = pg_query(k->db, Q_CLOCK_TAKE, NULL, 0, &err);
    bool mine = res && pg_rows(res) == 1;
    if (mine && remind(k, rules, pg_text(res, 0, 0), &err) && pg_commit(k->db, &err)) {
        core_committed(k->core);
    } else {
        pg_rollback(k->db);
        if (mine)
            log_error("the day was not begun, it is tried again error=\"%s\"", err.detail);
    }
    pg_free(res);
    if (res && !mine)
        tell_of_going_back(k);
}

static bool load_user(struct pg *db, struct arena *arena, const char *login, struct session_user *user, struct err *err)
{
    return login_load_user(db, arena, login, user, NULL, err);
}

/* Somebody must hear why nothing was born; the list of periodic assignments shows it, too. */
static void keep_trouble(struct clock *k, const char *id, const struct err *why)
{
    struct err err;
    char text[700];
    err_text(why, LANG_RU, text, sizeof text);
    const char *params[] = {id, text};
    struct pg_res *res = pg_query(k->db, Q_PERIODIC_TROUBLE, params, 2, &err);
    if (res && pg_rows(res) == 1)
        log_warn("periodic assignment %s was not born: %s", id, text);
    pg_free(res);
}

static void begin_periods(struct clock *k, const struct rules *rules)
{
    struct err err;
    struct pg_res *ready = pg_query(k->db, Q_PERIODIC_READY, NULL, 0, &err);
    for (int i = 0; ready && i < pg_rows(ready) && !atomic_load(&k->core->stopping); i++) {
        const char *id = arena_strdup(k->arena, pg_text(ready, i, 0));
        int born = periodic_bear(k->db, k->arena, rules, id, load_user, &err);
        if (born > 0)
            core_committed(k->core);
        else if (born < 0 && err.code != ERR_UNAVAILABLE)
            keep_trouble(k, id, &err);
    }
    pg_free(ready);
}

/* Clocks of incidents run in minutes: who must hear is told by an event each. */
static void tell_of_incidents(struct clock *k)
{
    struct err err;
    struct pg_res *res = pg_query(k->db, Q_INCIDENT_CLOCK_TELL, NULL, 0, &err);
    if (res && pg_int(res, 0, 0) > 0)
        core_committed(k->core);
    pg_free(res);
}

/* What was announced begins, promises that ran out are marked, what begins soon is told of: within a second, for the board is live. */
static void turn_outages(struct clock *k)
{
    static const enum query steps[] = {Q_OUTAGE_CLOCK_BEGIN, Q_OUTAGE_CLOCK_BREAK};
    struct err err = {.code = ERR_OK};
    int64_t changed, all = 0;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (pg_exec(k->db, steps[i], NULL, 0, &changed, &err))
            all += changed;
    const char *hours = arena_printf(k->arena, "%d", REMIND_HOURS);
    if (pg_exec(k->db, Q_OUTAGE_CLOCK_REMIND, &hours, 1, &changed, &err))
        all += changed;
    if (all > 0)
        core_committed(k->core);
    arena_reset(k->arena);
}

/* The houses that the addresses of some appeals mean: of those that came since, and again of those without one when the register has
 * grown. So few at a time, that promises of outages never wait for it. */
static bool find_houses(struct clock *k, struct err *err)
{
    const char *most = arena_printf(k->arena, "%d", HOUSES_AT_ONCE);
    struct session_user nobody = {.lang = LANG_RU}; /* without a role: nothing is made */
    struct call c = {.user = &nobody, .db = k->db, .arena = k->arena, .err = err};
    struct pg_res *res = pg_query(k->db, Q_APPEAL_HOUSES_WAIT, &most, 1, err);
    bool ok = res != NULL;
    for (int i = 0; ok && i < pg_rows(res); i++) {
        int64_t house;
        ok = house_in_text(&c, pg_text(res, i, 1), &house);
        const char *params[] = {pg_text(res, i, 0), ok && house ? arena_printf(k->arena, "%lld", (long long)house) : NULL,
                                pg_text(res, i, 2)};
        ok = ok && pg_exec(k->db, Q_APPEAL_HOUSE_FOUND, params, 3, NULL, err);
    }
    pg_free(res);
    return ok;
}

static void place_appeals(struct clock *k)
{
    struct err err = {.code = ERR_OK};
    if (!pg_begin(k->db, &err))
        return;
    if (!find_houses(k, &err) || !pg_commit(k->db, &err)) {
        pg_rollback(k->db);
        if (err.code != ERR_UNAVAILABLE)
            log_error("houses of appeals were not found error=\"%s\"", err.detail);
    }
    arena_reset(k->arena);
}

static void look(struct clock *k)
{
    struct rules_box *box = rules_take(k->core);
    if (box) {
        begin_day(k, rules_of(box));
        begin_periods(k, rules_of(box));
        tell_of_incidents(k);
    }
    rules_drop(&box);
    arena_reset(k->arena);
}

void *clock_main(void *arg)
{
    struct core *core = arg;
    struct clock k = {
        .core = core, .arena = arena_new(), .db = pg_new(core->start->conninfo, core->start->config->zone, core->statement_timeout_ms)};
    for (int step = 0; !atomic_load(&core->stopping); step++) {
        if (step % LOOK_EVERY_STEPS == 0)
            look(&k);
        if (step % OUTAGES_EVERY_STEPS == 0)
            turn_outages(&k);
        if (step % OUTAGES_EVERY_STEPS == 0)
            place_appeals(&k);
        poll(NULL, 0, STEP_MS);
    }
    pg_close(&k.db);
    arena_free(&k.arena);
    return NULL;
}
