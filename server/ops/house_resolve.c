/* house.resolve: a line of houses found in the register. Nothing is made here, and nothing guessed: what is not found is told with its
 * place, what may be several is asked. */
#include "common/arena.h"
#include "server/ops/helpers.h"
#include "server/ops/house.h"
#include "server/ops/house_line.h"
#include "server/ops/tables.h"
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 12, ARRAY_BYTES_MAX = 4 << 20 };
enum { KIND_HOUSE, KIND_CORPORA, KIND_RANGE, KIND_COMPANY };

struct resolving {
    struct call *c;
    const char *text;
    const struct house_line *line;
    struct line_found *found; /* by place */
    int *houses;              /* how many houses each piece has */
    struct pg_res *res;
    struct line_ruler ruler;
};

/* ---- asking the register ---- */

static void add(struct buf array[], int column, const char *text)
{
    buf_printf(&array[column], "%s%s", array[column].len > 1 ? "," : "", text);
}
static void add_id(struct buf array[], int column, int64_t id)
{
    if (id)
        buf_printf(&array[column], "%s%lld", array[column].len > 1 ? "," : "", (long long)id);
    else
        add(array, column, "NULL");
}
/* Canonical numbers and orders hold nothing that wants a backslash. */
static void add_quoted(struct buf array[], int column, const char *text)
{
    buf_printf(&array[column], "%s\"%s\"", array[column].len > 1 ? "," : "", text);
}

static void add_piece(struct resolving *r, struct buf array[], size_t i)
{
    static const char *const sides[] = {"0", "1", "2"};
    const struct line_piece *p = &r->line->piece[i];
    const struct line_found *f = &r->found[p->place];
    bool range = p->kind == LINE_RANGE, company = f->company_id && p->kind == LINE_WHOLE && !p->except;
    int kind = company ? KIND_COMPANY : p->kind != LINE_HOUSE ? KIND_RANGE : p->corpora ? KIND_CORPORA : KIND_HOUSE;
    add_id(array, 0, (int64_t)i + 1);
    buf_printf(&array[1], "%s%d", array[1].len > 1 ? "," : "", kind);
    add_id(array, 2, f->street_id);
    add_id(array, 3, f->settlement_id);
    add_id(array, 4, f->company_id);
    add_quoted(array, 5, p->from.text);
    buf_printf(&array[6], "%s%d", array[6].len > 1 ? "," : "", (int)p->from.value);
    add_quoted(array, 7, range ? p->from.order : "");
    buf_printf(&array[8], "%s%d", array[8].len > 1 ? "," : "", range && !p->open ? (int)p->to.value : HOUSE_VALUE_MAX);
    add_quoted(array, 9, range ? p->to.order : "");
    add(array, 10, sides[p->side]);
    add(array, 11, p->except ? "t" : "f");
}

static bool ask(struct resolving *r)
{
    struct buf array[COLUMNS];
    const char *params[COLUMNS + 1];
    for (int k = 0; k < COLUMNS; k++) {
        buf_init(&array[k], ARRAY_BYTES_MAX);
        buf_putc(&array[k], '{');
    }
    for (size_t i = 0; i < r->line->pieces; i++)
        if (!r->found[r->line->piece[i].place].reason)
            add_piece(r, array, i);
    for (int k = 0; k < COLUMNS; k++) {
        buf_putc(&array[k], '}');
        params[k] = array[k].data;
    }
    params[COLUMNS] = call_int(r->c, LINE_HOUSES_MAX + 1);
    r->res = pg_query(r->c->db, Q_HOUSE_RESOLVE, params, COLUMNS + 1, r->c->err);
    for (int k = 0; k < COLUMNS; k++)
        buf_free(&array[k]);
    if (!r->res)
        return false;
    return pg_rows(r->res) <= LINE_HOUSES_MAX || err_field(r->c->err, "line", "too_many_houses", NULL);
}

static void count_pieces(struct resolving *r)
{
    r->houses = arena_alloc(r->c->arena, (r->line->pieces + 1) * sizeof *r->houses);
    for (int row = 0; row < pg_rows(r->res); row++)
        for (char *p = (char *)pg_text(r->res, row, 1); *p;) {
            r->houses[strtol(p, &p, 10) - 1]++;
            p += *p == ' ';
        }
}

/* ---- answering ---- */

static void write_houses(struct resolving *r)
{
    struct jw *out = r->c->out;
    int64_t flats = 0, residents = 0, estimated = 0, unknown = 0;
    jw_key(out, "houses");
    jw_array(out);
    for (int row = 0; row < pg_rows(r->res); row++) {
        jw_raw(out, pg_text(r->res, row, 0));
        flats += pg_int(r->res, row, 2);
        residents += pg_int(r->res, row, 3);
        estimated += pg_bool(r->res, row, 4);
        unknown += !pg_text(r->res, row, 3);
    }
    jw_array_end(out);
    jw_kint(out, "count", pg_rows(r->res));
    jw_kint(out, "flats", flats);
    jw_kint(out, "residents", residents);
    jw_kint(out, "estimated_houses", estimated); /* whose residents are flats times the average */
    jw_kint(out, "uncounted_houses", unknown);   /* of which neither residents nor flats are known */
}

static bool write_social(struct resolving *r)
{
    struct buf ids;
    buf_init(&ids, ARRAY_BYTES_MAX);
    buf_putc(&ids, '{');
    for (int row = 0; row < pg_rows(r->res); row++)
        buf_printf(&ids, "%s%s", row ? "," : "", pg_text(r->res, row, 5));
    buf_putc(&ids, '}');
    const char *params[] = {call_language(r->c), address_sees_names(r->c), ids.data};
    struct pg_res *res = pg_query(r->c->db, Q_SOCIAL_OBJECTS_OF, params, 3, r->c->err);
    buf_free(&ids);
    if (!res)
        return false;
    jw_kraw(r->c->out, "social_objects", pg_text(res, 0, 0));
    jw_kint(r->c->out, "social_object_count", pg_int(res, 0, 1));
    pg_free(res);
    return true;
}

/* Streets and companies that the person is asked about. */
static void write_ask(struct resolving *r)
{
    struct jw *out = r->c->out;
    jw_key(out, "ask");
    jw_array(out);
    for (size_t i = 0; i < r->line->places; i++) {
        const struct line_found *f = &r->found[i];
        const struct line_place *p = &r->line->place[i];
        if (!f->reason || f->candidates == 0)
            continue;
        jw_object(out);
        line_write_place(r->c, &r->ruler, p->at, p->len);
        jw_kstring(out, "choice",
                   *p->company && !f->company_id ? p->company : p->street); /* "text" of the element of `choices` that answers */
        jw_kstring(out, "reason", f->reason);
        jw_kstring(out, "reason_text", err_reason_text(f->reason, r->c->user->lang));
        jw_key(out, "candidates");
        jw_array(out);
        for (size_t k = 0; k < f->candidates; k++) {
            jw_object(out);
            jw_kint(out, "id", f->candidate[k].id);
            jw_kstring(out, "text", f->candidate[k].text);
            jw_kstring(out, "settlement_name", f->candidate[k].settlement);
            jw_object_end(out);
        }
        jw_array_end(out);
        jw_object_end(out);
    }
    jw_array_end(out);
}

static void write_places(struct resolving *r)
{
    struct jw *out = r->c->out;
    jw_key(out, "places");
    jw_array(out);
    for (size_t i = 0; i < r->line->places; i++) {
        const struct line_found *f = &r->found[i];
        jw_object(out);
        line_write_place(r->c, &r->ruler, r->line->place[i].at, r->line->place[i].len);
        jw_key(out, "street");
        f->street_id ? jw_int(out, f->street_id) : jw_null(out);
        jw_key(out, "company");
        f->company_id ? jw_int(out, f->company_id) : jw_null(out);
        if (f->read_as)
            jw_kstring(out, "read_as", f->read_as);
        jw_object_end(out);
    }
    jw_array_end(out);
}

/* Why a piece found no house: it is not there, its corpora are, or nothing lies between its ends. */
static bool why_empty(struct resolving *r, const struct line_piece *p, const char **reason, const char **there)
{
    *there = NULL;
    *reason = p->kind == LINE_HOUSE ? "unknown_house" : "nothing_between";
    const struct line_found *f = &r->found[p->place];
    if (p->kind != LINE_HOUSE || !f->street_id)
        return true;
    const char *params[] = {call_int(r->c, f->street_id), call_int(r->c, p->from.value), p->from.text};
    struct pg_res *res = pg_query(r->c->db, Q_HOUSE_CORPORA, params, 3, r->c->err);
    if (!res)
        return false;
    if (pg_text(res, 0, 0)) {
        *reason = "corpora_only";
        *there = arena_strdup(r->c->arena, pg_text(res, 0, 0));
    }
    pg_free(res);
    return true;
}

/* Pieces that were read, of streets that are there, without a house: listed, never made up. */
static bool write_unknown(struct resolving *r)
{
    struct jw *out = r->c->out;
    bool may_add = r->c->user->roles & ADDRESS_WRITERS;
    jw_key(out, "unknown");
    jw_array(out);
    for (size_t i = 0; i < r->line->pieces; i++) {
        const struct line_piece *p = &r->line->piece[i];
        const struct line_found *f = &r->found[p->place];
        const char *reason, *there;
        if (f->reason || p->except || r->houses[i] > 0)
            continue;
        if (!why_empty(r, p, &reason, &there))
            return false;
        jw_object(out);
        line_write_place(r->c, &r->ruler, p->at, p->len);
        jw_kstring(out, "reason", reason);
        jw_kstring(out, "reason_text", err_reason_text(reason, r->c->user->lang));
        jw_key(out, "street");
        f->street_id ? jw_int(out, f->street_id) : jw_null(out);
        jw_key(out, "settlement");
        f->settlement_id ? jw_int(out, f->settlement_id) : jw_null(out);
        if (p->kind == LINE_HOUSE)
            jw_kstring(out, "number", p->from.text);
        if (there)
            jw_kstring(out, "there", there);
        jw_kbool(out, "may_add", may_add && p->kind == LINE_HOUSE);
        jw_object_end(out);
    }
    jw_array_end(out);
    return true;
}

/* What the parser did not understand, and places that the register has not; in the order of the line. */
static void write_unread(struct resolving *r)
{
    struct jw *out = r->c->out;
    size_t i = 0, k = 0;
    jw_key(out, "unread");
    jw_array(out);
    for (;;) {
        const struct line_place *p = k < r->line->places ? &r->line->place[k] : NULL;
        if (p && (!r->found[k].reason || r->found[k].candidates > 0)) {
            k++;
            continue;
        }
        const struct line_unread *u = i < r->line->unreads ? &r->line->unread[i] : NULL;
        if (!p && !u)
            break;
        if (u && (!p || u->at <= p->at)) {
            line_write_unread(r->c, &r->ruler, u->at, u->len, u->reason);
            i++;
        } else if (p) {
            line_write_unread(r->c, &r->ruler, p->at, p->len ? p->len : strcspn(r->text + p->at, ",;\n"), r->found[k].reason);
            k++;
        }
    }
    jw_array_end(out);
}

static bool answer(struct resolving *r)
{
    count_pieces(r);
    jw_object(r->c->out);
    write_houses(r);
    if (!write_social(r))
        return false;
    line_write_pieces(r->c, r->text, r->line, r->houses);
    write_places(r);
    write_ask(r);
    if (!write_unknown(r))
        return false;
    write_unread(r);
    jw_object_end(r->c->out);
    return true;
}

static bool house_resolve(struct call *c)
{
    struct house_line line;
    struct resolving r = {.c = c, .text = arg_str(c, "line"), .line = &line};
    r.ruler.text = r.text;
    house_line_parse(r.text, strlen(r.text), &line);
    bool ok = line_find_places(c, &line, &r.found) && ask(&r) && answer(&r);
    pg_free(r.res);
    house_line_free(&line);
    return ok;
}

/* ---- for other operations ---- */

static bool refuse(struct resolving *r, const char *field, size_t at, size_t len, const char *reason)
{
    return line_refuse(r->c, field, r->text, at, len, reason);
}

/* Is everything of the line in the register? */
static bool is_whole(struct resolving *r, const char *field)
{
    const struct house_line *line = r->line;
    if (line->unreads > 0)
        return refuse(r, field, line->unread[0].at, line->unread[0].len, line->unread[0].reason);
    for (size_t i = 0; i < line->places; i++)
        if (r->found[i].reason)
            return refuse(r, field, line->place[i].at,
                          line->place[i].len ? line->place[i].len : strcspn(r->text + line->place[i].at, ",;\n"), r->found[i].reason);
    for (size_t i = 0; i < line->pieces; i++) {
        const char *reason, *there;
        if (line->piece[i].except || r->houses[i] > 0)
            continue;
        return why_empty(r, &line->piece[i], &reason, &there) && refuse(r, field, line->piece[i].at, line->piece[i].len, reason);
    }
    return pg_rows(r->res) > 0 || err_field(r->c->err, field, "required", NULL);
}

static const char *ids_of(struct resolving *r)
{
    struct buf ids;
    buf_init(&ids, ARRAY_BYTES_MAX);
    for (int row = 0; row < pg_rows(r->res); row++)
        buf_printf(&ids, "%c%s", row ? ',' : '{', pg_text(r->res, row, 5));
    buf_putc(&ids, '}');
    const char *text = arena_strdup(r->c->arena, ids.data);
    buf_free(&ids);
    return text;
}

bool house_line_ids(struct call *c, const char *field, const char **ids, int *count)
{
    struct house_line line;
    const char *text = arg_str(c, field);
    struct resolving r = {.c = c, .text = text ? text : "", .line = &line};
    house_line_parse(r.text, strlen(r.text), &line);
    bool ok = line_find_places(c, &line, &r.found) && ask(&r);
    if (ok) {
        count_pieces(&r);
        ok = is_whole(&r, field);
    }
    if (ok) {
        *ids = ids_of(&r);
        *count = pg_rows(r.res);
    }
    pg_free(r.res);
    house_line_free(&line);
    return ok;
}

/* ---- rows ---- */

static const struct op_param choice_fields[] = {
    {"text", P_STRING, PF_REQUIRED, 300, NULL, NULL, {"Как написано", "As written"}, NULL},
    {"id", P_ID, PF_REQUIRED, 0, NULL, NULL, {"Что это", "What it is"}, NULL},
    {.name = NULL},
};
static const struct op_param resolve_params[] = {
    LINE_PARAM,
    {"settlement", P_ID, 0, 0, NULL, "address.settlements", {"Населённый пункт, если не назван", "Settlement, where none is named"}, NULL},
    {"street", P_ID, 0, 0, NULL, "address.streets", {"Улица, если не названа", "Street, where none is named"}, NULL},
    {"choices", P_OBJECTS, 0, 40, NULL, NULL, {"Что выбрано из похожих", "What was chosen of those alike"}, choice_fields},
    {.name = NULL},
};

const struct op house_resolve_ops[] = {
    {"house.resolve",
     R_ANY,
     0,
     {"Найти в реестре дома строки", "Find the houses of a line in the register"},
     resolve_params,
     house_resolve},
    {.method = NULL},
};
