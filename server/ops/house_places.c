/* Streets, settlements and companies that a line of houses names, found in the register: by their key; else by part of a name or another
 * ending, when one alone fits; what only looks alike is given back to choose from. */
#include "common/arena.h"
#include "server/ops/helpers.h"
#include "server/ops/house_line.h"
#include "server/rules/settlement_name.h"
#include "server/rules/street_name.h"
#include <string.h>

/* Looking for what is alike costs milliseconds: of a line full of unknown names only so many are looked at. */
enum { LIKE_MAX = 40, COMPANIES_MAX = 20, ARRAY_BYTES_MAX = 4 << 20 };

struct finder {
    struct call *c;
    const struct house_line *line;
    struct line_found *found;
    struct street_name *name; /* of the places' streets */
    bool *open;               /* the street is still to be found */
    int companies;
};

/* ---- arrays for PostgreSQL ---- */

/* One more element of array text: a number or NULL, or a quoted text. */
static void add_int(struct buf *array, int64_t n)
{
    buf_putc(array, array->len ? ',' : '{');
    n ? buf_printf(array, "%lld", (long long)n) : buf_puts(array, "NULL");
}

static void add_text(struct buf *array, const char *text)
{
    buf_puts(array, array->len ? ",\"" : "{\"");
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            buf_putc(array, '\\');
        buf_putc(array, *text);
    }
    buf_putc(array, '"');
}

/* ---- what the person chose ---- */

static int64_t chosen(const struct finder *f, const char *text)
{
    size_t i;
    json_t *choice;
    json_array_foreach(json_object_get(f->c->params, "choices"), i,
                       choice) if (strcmp(json_string_value(json_object_get(choice, "text")), text) ==
                                   0) return json_integer_value(json_object_get(choice, "id"));
    return 0;
}

/* ---- settlements ---- */

static bool find_settlement(struct finder *f, size_t i)
{
    struct line_found *found = &f->found[i];
    const char *text = f->line->place[i].settlement;
    struct settlement_name name;
    found->settlement_id = arg_int(f->c, "settlement");
    if (!*text)
        return true;
    if (i > 0 && strcmp(f->line->place[i - 1].settlement, text) == 0) {
        found->settlement_id = f->found[i - 1].settlement_id;
        found->reason = found->settlement_id ? NULL : f->found[i - 1].reason;
        return true;
    }
    found->settlement_id = 0;
    if (!settlement_name_parse(text, strlen(text), &name)) {
        found->reason = "unknown_settlement";
        return true;
    }
    const char *params[] = {name.name, *name.kind ? name.kind : NULL, NULL};
    struct pg_res *res = pg_query(f->c->db, Q_SETTLEMENT_BY_NAME, params, 3, f->c->err);
    if (!res)
        return false;
    found->settlement_id = pg_rows(res) == 1 ? pg_int(res, 0, 0) : 0;
    found->reason = found->settlement_id ? NULL : pg_rows(res) > 1 ? "several_settlements" : "unknown_settlement";
    pg_free(res);
    return true;
}

/* ---- companies ---- */

/* The name without legal forms: «ооо управляющая компания уют» and «ук уют» have the same core. */
static void core_of(const char *key, char *out, size_t size)
{
    static const char *const forms[] = {"ооо", "оао", "зао", "ао",          "пао",         "муп",      "гуп",
                                        "мку", "мбу", "ук",  "управляющая", "управляющей", "компания", "компании",
                                        "тсж", "тсн", "жск", "организация", "ип"};
    size_t used = 0;
    out[0] = '\0';
    while (*key) {
        size_t n = strcspn(key, " "), k = 0;
        while (k < sizeof forms / sizeof *forms && (strlen(forms[k]) != n || memcmp(forms[k], key, n) != 0))
            k++;
        if (k == sizeof forms / sizeof *forms && used + n + 2 < size) {
            if (used > 0)
                out[used++] = ' ';
            memcpy(out + used, key, n);
            used += n;
            out[used] = '\0';
        }
        key += n + (key[n] == ' ');
    }
}

static void offer(struct finder *f, struct line_found *found, const struct pg_res *res, int first, int count, int text, int settlement)
{
    struct line_candidate *list = arena_alloc(f->c->arena, (size_t)count * sizeof *list);
    for (int i = 0; i < count; i++)
        list[i] = (struct line_candidate){.id = pg_int(res, first + i, 1),
                                          .text = arena_strdup(f->c->arena, pg_text(res, first + i, text)),
                                          .settlement = settlement ? arena_strdup(f->c->arena, pg_text(res, first + i, settlement)) : ""};
    found->candidate = list;
    found->candidates = (size_t)count;
}

static bool find_company(struct finder *f, size_t i)
{
    struct line_found *found = &f->found[i];
    const char *text = f->line->place[i].company;
    char key[LINE_NAME_BYTES * 3], core[sizeof key], other[sizeof key];
    if (!*text || (found->company_id = chosen(f, text)))
        return true;
    if (++f->companies > COMPANIES_MAX || !company_key(text, key, sizeof key)) {
        found->reason = "unknown_company";
        return true;
    }
    core_of(key, core, sizeof core);
    const char *params[] = {*core ? core : key};
    struct pg_res *res = pg_query(f->c->db, Q_COMPANY_LIKE, params, 1, f->c->err);
    if (!res)
        return false;
    int fit = 0, same = 0;
    for (int r = 0; r < pg_rows(res); r++) {
        core_of(pg_text(res, r, 2), other, sizeof other);
        if (strcmp(other, core) == 0) {
            fit++;
            same = r;
        }
    }
    if (fit == 1) {
        found->company_id = pg_int(res, same, 1);
        found->read_as = arena_strdup(f->c->arena, pg_text(res, same, 3));
    } else {
        found->reason = pg_rows(res) > 0 ? "several_companies" : "unknown_company";
        offer(f, found, res, 0, pg_rows(res), 3, 0);
    }
    pg_free(res);
    return true;
}

/* ---- streets ---- */

/* Rows of a place: ord, id, kind, text, settlement's text, key, settlement. */
enum { COL_ORD, COL_ID, COL_KIND, COL_TEXT, COL_SETTLEMENT, COL_KEY, COL_SETTLEMENT_ID };

static void take(struct finder *f, struct line_found *found, const struct pg_res *res, int row, bool read_as)
{
    found->street_id = pg_int(res, row, COL_ID);
    found->settlement_id = pg_int(res, row, COL_SETTLEMENT_ID);
    if (read_as)
        found->read_as = arena_strdup(f->c->arena, pg_text(res, row, COL_TEXT));
}

static bool kind_fits(const struct finder *f, size_t i, const struct pg_res *res, int row)
{
    return !*f->name[i].kind || strcmp(f->name[i].kind, pg_text(res, row, COL_KIND)) == 0;
}

/* The only row that `fits`; -1 for none, -2 for several. */
static int only(const struct finder *f, size_t i, const struct pg_res *res, int first, int count,
                bool (*fits)(const char *key, const char *typed))
{
    int row = -1;
    for (int r = first; r < first + count; r++)
        if (kind_fits(f, i, res, r) && (!fits || fits(pg_text(res, r, COL_KEY), f->name[i].key)))
            row = row == -1 ? r : -2;
    return row;
}

static void decide_exact(struct finder *f, size_t i, const struct pg_res *res, int first, int count)
{
    int row = only(f, i, res, first, count, NULL);
    f->open[i] = false;
    if (row >= 0) {
        take(f, &f->found[i], res, row, false);
        return;
    }
    f->found[i].reason = row == -2 ? "several_streets" : "similar_streets"; /* the name is there, of another kind */
    offer(f, &f->found[i], res, first, count, COL_TEXT, COL_SETTLEMENT);
}

static void decide_like(struct finder *f, size_t i, const struct pg_res *res, int first, int count)
{
    int row = only(f, i, res, first, count, street_key_inflected);
    if (row == -1)
        row = only(f, i, res, first, count, street_key_covers);
    f->open[i] = false;
    if (row >= 0) {
        take(f, &f->found[i], res, row, true);
        return;
    }
    f->found[i].reason = row == -2 ? "several_streets" : "similar_streets";
    offer(f, &f->found[i], res, first, count, COL_TEXT, COL_SETTLEMENT);
}

static bool decide_all(struct finder *f, struct pg_res *res,
                       void (*decide)(struct finder *f, size_t i, const struct pg_res *res, int first, int count))
{
    if (!res)
        return false;
    for (int row = 0; row < pg_rows(res);) {
        int64_t ord = pg_int(res, row, COL_ORD);
        int count = 1;
        while (row + count < pg_rows(res) && pg_int(res, row + count, COL_ORD) == ord)
            count++;
        decide(f, (size_t)ord - 1, res, row, count);
        row += count;
    }
    pg_free(res);
    return true;
}

/* Asks for the places whose street is still open, at most so many of them, and decides on each. */
static bool ask_streets(struct finder *f, enum query q, size_t most,
                        void (*decide)(struct finder *f, size_t i, const struct pg_res *res, int first, int count))
{
    struct buf array[3];
    size_t asked = 0;
    bool ok = true;
    for (int k = 0; k < 3; k++)
        buf_init(&array[k], ARRAY_BYTES_MAX);
    for (size_t i = 0; i < f->line->places && asked < most; i++)
        if (f->open[i]) {
            asked++;
            add_int(&array[0], (int64_t)i + 1);
            add_text(&array[1], f->name[i].key);
            add_int(&array[2], f->found[i].settlement_id);
        }
    if (asked > 0) {
        const char *params[3];
        for (int k = 0; k < 3; k++) {
            buf_putc(&array[k], '}');
            params[k] = array[k].data;
        }
        ok = decide_all(f, pg_query(f->c->db, q, params, 3, f->c->err), decide);
    }
    for (int k = 0; k < 3; k++)
        buf_free(&array[k]);
    return ok;
}

/* A place without a street: the street that the asker stands in, or a village without streets. */
static void place_without_street(struct finder *f, size_t i)
{
    struct line_found *found = &f->found[i];
    if (*f->line->place[i].company)
        return;
    if (!*f->line->place[i].settlement)
        found->street_id = arg_int(f->c, "street");
    if (!found->street_id && !*f->line->place[i].settlement)
        found->reason = "no_street";
}

bool line_find_places(struct call *c, const struct house_line *line, struct line_found **found)
{
    struct finder f = {.c = c, .line = line};
    f.found = arena_alloc(c->arena, (line->places + 1) * sizeof *f.found);
    f.name = arena_alloc(c->arena, (line->places + 1) * sizeof *f.name);
    f.open = arena_alloc(c->arena, (line->places + 1) * sizeof *f.open);
    *found = f.found;
    for (size_t i = 0; i < line->places; i++) {
        const struct line_place *p = &line->place[i];
        if (!find_settlement(&f, i) || !find_company(&f, i))
            return false;
        if (f.found[i].reason)
            continue;
        if (!*p->street)
            place_without_street(&f, i);
        else if (!(f.found[i].street_id = chosen(&f, p->street))) {
            f.open[i] = street_name_parse(p->street, strlen(p->street), &f.name[i]);
            f.found[i].reason = f.open[i] ? NULL : "unknown_street";
        }
    }
    if (!ask_streets(&f, Q_STREETS_BY_KEYS, LINE_PIECES_MAX, decide_exact) || !ask_streets(&f, Q_STREETS_LIKE, LIKE_MAX, decide_like))
        return false;
    for (size_t i = 0; i < line->places; i++)
        if (f.open[i])
            f.found[i].reason = "unknown_street";
    return true;
}
