#include "server/ops/recount.h"
#include "common/arena.h"
#include <string.h>

enum { COL_ID, COL_NUMBER, COL_DUE, COL_NOMINAL, COL_RULE, COL_FIRST_DAY, COL_LATER_DAY, NAMED_MAX = 200, SHIFT_MAX_DAYS = 40 };

static const struct kind {
    const char *record;
    enum query read, write;
} kinds[] = {
    {"appeal", Q_RECOUNT_APPEALS, Q_RECOUNT_APPEALS_WRITE},
    {"assignment", Q_RECOUNT_ASSIGNMENTS, Q_RECOUNT_ASSIGNMENTS_WRITE},
};

struct counting {
    const struct recount *r;
    const char *rules; /* PostgreSQL array of those whose nominal day may move */
    int64_t looked_at, moved;
    struct buf named;
    struct jw list;
};

static const char *working_rules(struct call *c)
{
    size_t count;
    const struct due_rule *rules = deadlines_rules(c->rules->deadlines, &count);
    const char *array = "{";
    for (size_t i = 0; i < count; i++)
        if (rules[i].unit == DUE_WORKING_DAY)
            array = arena_printf(c->arena, "%s%s%s", array, array[1] ? "," : "", rules[i].id);
    return arena_printf(c->arena, "%s}", array);
}

/* What was added to a term is seen by its nominal day: it is not where the old calendar alone would put it. */
static struct due count_again(struct call *c, const struct recount *r, const struct pg_res *res, int row)
{
    day_t later = day_parse(pg_text(res, row, COL_LATER_DAY)), nominal = day_parse(pg_text(res, row, COL_NOMINAL));
    const char *id = pg_text(res, row, COL_RULE);
    const struct due_rule *rule = deadlines_rule_or(c->rules->deadlines, id && *id ? id : NULL, "assignment_date", later);
    day_t event = strcmp(rule->from, "received") == 0 ? day_parse(pg_text(res, row, COL_FIRST_DAY)) : later;
    return due_recount(r->after, rule, event, nominal, due_count(r->before, event, rule).nominal != nominal);
}

static void name_record(struct call *c, struct counting *n, const char *record, const struct pg_res *res, int row, day_t due)
{
    if (n->moved > NAMED_MAX)
        return;
    jw_object(&n->list);
    jw_kstring(&n->list, "record", record);
    jw_kint(&n->list, "id", pg_int(res, row, COL_ID));
    jw_kstring(&n->list, "number", pg_text(res, row, COL_NUMBER));
    jw_kstring(&n->list, "from", pg_text(res, row, COL_DUE));
    jw_kstring(&n->list, "to", day_text(c, due));
    jw_object_end(&n->list);
}

/* One batch: those whose date is another one now are written by one statement. */
static bool recount_batch(struct call *c, struct counting *n, const struct kind *k, const struct pg_res *res)
{
    struct buf ids, dues, nominals;
    int rows = pg_rows(res), moved = 0;
    buf_init(&ids, 1 << 16);
    buf_init(&dues, 1 << 16);
    buf_init(&nominals, 1 << 16);
    for (int i = 0; i < rows; i++) {
        struct due due = count_again(c, n->r, res, i);
        const char *sign = moved ? "," : "{", *rolled = day_text(c, due.rolled), *nominal = day_text(c, due.nominal);
        if (!rolled || (strcmp(rolled, pg_text(res, i, COL_DUE)) == 0 && strcmp(nominal, pg_text(res, i, COL_NOMINAL)) == 0))
            continue;
        buf_printf(&ids, "%s%s", sign, pg_text(res, i, COL_ID));
        buf_printf(&dues, "%s%s", sign, rolled);
        buf_printf(&nominals, "%s%s", sign, nominal);
        moved++;
        n->moved++;
        name_record(c, n, k->record, res, i, due.rolled);
    }
    n->looked_at += rows;
    bool ok = true;
    if (moved) {
        buf_putc(&ids, '}');
        buf_putc(&dues, '}');
        buf_putc(&nominals, '}');
        const char *params[] = {ids.data, dues.data, nominals.data, call_user(c), n->r->comment};
        ok = pg_exec(c->db, k->write, params, 5, NULL, c->err);
    }
    buf_free(&ids);
    buf_free(&dues);
    buf_free(&nominals);
    return ok;
}

static bool recount_kind(struct call *c, struct counting *n, const struct kind *k)
{
    const char *after = "0", *first = day_text(c, n->r->first - SHIFT_MAX_DAYS), *last = day_text(c, n->r->last + SHIFT_MAX_DAYS);
    for (int rows = 1; rows > 0;) {
        const char *params[] = {after, first ? first : "1900-01-01", last ? last : "2199-12-31", n->rules, day_text(c, n->r->last)};
        struct pg_res *res = pg_query(c->db, k->read, params, 5, c->err);
        if (!res)
            return false;
        rows = pg_rows(res);
        if (rows > 0)
            after = arena_strdup(c->arena, pg_text(res, rows - 1, COL_ID));
        bool ok = recount_batch(c, n, k, res);
        pg_free(res);
        if (!ok)
            return false;
    }
    return true;
}

bool recount_open_records(struct call *c, const struct recount *r)
{
    struct counting n = {.r = r, .rules = working_rules(c)};
    bool ok = true;
    buf_init(&n.named, 1 << 20);
    jw_init(&n.list, &n.named);
    jw_array(&n.list);
    for (size_t i = 0; ok && i < sizeof kinds / sizeof *kinds; i++)
        ok = recount_kind(c, &n, &kinds[i]);
    jw_array_end(&n.list);
    if (ok) {
        jw_kint(c->out, "recounted", n.looked_at);
        jw_kint(c->out, "moved", n.moved);
        jw_kraw(c->out, "records", n.named.data);
    }
    buf_free(&n.named);
    return ok;
}
