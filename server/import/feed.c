#include "server/import/feed.h"
#include "server/cli/internal.h"
#include <stdlib.h>
#include <string.h>

static const char *const place_members[] = {"district", "settlement", "address", "street", "number", NULL};

static json_t *take_place(json_t *params)
{
    json_t *place = json_object();
    for (size_t i = 0; place_members[i]; i++) {
        json_t *value = json_object_get(params, place_members[i]);
        if (value)
            json_object_set(place, place_members[i], value);
        json_object_del(params, place_members[i]);
    }
    return place;
}

static json_t *keep_row(const struct csv_row *row)
{
    json_t *cells = json_array();
    for (size_t i = 0; i < row->count; i++)
        json_array_append_new(cells, json_string(row->cell[i]));
    return json_pack("{s:I,s:o}", "line", (json_int_t)row->line, "cells", cells);
}

static const char *text_of(const json_t *o, const char *name)
{
    const char *text = json_string_value(json_object_get(o, name));
    return text ? text : "";
}

/* Rows of one outage say the same of it; the latest promise of them holds. */
static bool agree(json_t *known, const json_t *params, struct err *err)
{
    if (strcmp(text_of(known, "kind"), text_of(params, "kind")) != 0)
        return err_field(err, "kind", "not_a_value",
                         CLI_TR("в других строках того же отключения вид «%s»", "other rows of the same outage have the kind \"%s\""),
                         text_of(known, "kind"));
    if (strcmp(text_of(known, "promised"), text_of(params, "promised")) < 0)
        json_object_set(known, "promised", json_object_get(params, "promised"));
    return true;
}

bool feed_add(struct feed *f, json_t *params, const struct csv_row *row, struct err *err)
{
    json_t *place = take_place(params),
           *key = json_sprintf("%s|%s|%s", text_of(params, "resource"), text_of(params, "started"), text_of(params, "reason"));
    if (!f->groups)
        f->groups = json_object();
    json_t *group = json_object_get(f->groups, json_string_value(key));
    if (!group) {
        group = json_pack("{s:O,s:[]}", "params", params, "rows");
        json_object_set_new(json_object_get(group, "params"), "addresses", json_array());
        json_object_set_new(f->groups, json_string_value(key), group);
    }
    bool ok = agree(json_object_get(group, "params"), params, err);
    if (ok) {
        json_array_append(json_object_get(json_object_get(group, "params"), "addresses"), place);
        json_array_append_new(json_object_get(group, "rows"), keep_row(row));
    }
    json_decref(key);
    json_decref(place);
    json_decref(params);
    return ok;
}

static void reject(const struct feed_listener *l, const json_t *kept, const struct err *err)
{
    const json_t *cells = json_object_get(kept, "cells");
    size_t count = json_array_size(cells);
    const char **cell = calloc(count + 1, sizeof *cell);
    if (!cell)
        abort();
    for (size_t i = 0; i < count; i++)
        cell[i] = json_string_value(json_array_get(cells, i));
    struct csv_row row = {.line = json_integer_value(json_object_get(kept, "line")), .count = count, .cell = cell};
    l->reject(l->owner, &row, err);
    free(cell);
}

/* Houses that were not found: the field of the address is told as the file has it. */
static void reject_houses(const struct feed_listener *l, const json_t *rows, const json_t *rejected)
{
    size_t i;
    json_t *one;
    json_array_foreach(rejected, i, one)
    {
        struct err err = {.code = ERR_OK};
        err_field(&err, "address", "not_there", "%s", text_of(one, "reason"));
        reject(l, json_array_get(rows, (size_t)json_integer_value(json_object_get(one, "index"))), &err);
    }
}

static void count(struct feed *f, const char *outcome)
{
    f->opened += strcmp(outcome, "opened") == 0;
    f->changed += strcmp(outcome, "changed") == 0;
    f->unchanged += strcmp(outcome, "unchanged") == 0;
    f->is_stale = f->is_stale || strcmp(outcome, "stale") == 0;
}

static bool is_away(const struct err *err)
{
    return err->code == ERR_UNAVAILABLE || err->code == ERR_INTERNAL || err->code == ERR_RATE_LIMITED;
}

/* A trial leaves nothing behind: what the next one, and the end, must know of it goes with them. */
static void give_trial(const struct feed *f, json_t *params)
{
    json_object_set_new(params, "dry_run", json_true());
    if (json_array_size(f->made) > 0)
        json_object_set(params, "before", f->made);
}

static void note_trial(struct feed *f, const json_t *params, const json_t *result)
{
    size_t i;
    json_t *index;
    json_array_foreach(json_object_get(result, "made"), i, index)
        json_array_append(f->made, json_array_get(json_object_get(params, "addresses"), (size_t)json_integer_value(index)));
    if (strcmp(text_of(result, "outcome"), "opened") != 0 && json_integer_value(json_object_get(result, "id")) > 0)
        json_array_append(f->shown, json_object_get(result, "id"));
}

static bool send_group(struct feed *f, struct rpc *rpc, const json_t *group, const struct feed_listener *l, struct err *err)
{
    json_t *params = json_object_get(group, "params"), *rows = json_object_get(group, "rows"), *result = NULL, *row;
    size_t i;
    json_object_set_new(params, "source", json_string(f->source));
    json_object_set_new(params, "snapshot", json_string(f->snapshot));
    json_object_set_new(params, "create", json_boolean(f->create));
    json_object_set_new(params, "partial", json_boolean(f->has_faults));
    if (f->dry_run)
        give_trial(f, params);
    else
        l->request_id(l->owner, params);
    if (rpc_call(rpc, "outage.feed_take", params, &result, err)) {
        if (f->dry_run)
            note_trial(f, params, result);
        const json_t *rejected = json_object_get(result, "rejected");
        reject_houses(l, rows, rejected);
        count(f, text_of(result, "outcome"));
        l->count(l->owner, text_of(result, "outcome"), (int64_t)(json_array_size(rows) - json_array_size(rejected)));
        json_decref(result);
        return true;
    }
    if (is_away(err))
        return false;
    f->has_faults = true;
    json_array_foreach(rows, i, row) reject(l, row, err);
    return true;
}

bool feed_send(struct feed *f, struct rpc *rpc, const struct feed_listener *l, struct err *err)
{
    const char *key;
    json_t *group, *result = NULL;
    f->made = json_array();
    f->shown = json_array();
    json_object_foreach(f->groups, key, group) if (!send_group(f, rpc, group, l, err)) return false;
    if (f->has_faults || f->is_stale || json_object_size(f->groups) == 0)
        return true;
    json_t *params = json_pack("{s:s,s:s}", "source", f->source, "snapshot", f->snapshot);
    if (f->dry_run) {
        json_object_set_new(params, "dry_run", json_true());
        json_object_set(params, "shown", f->shown);
    } else {
        l->request_id(l->owner, params);
    }
    bool ok = rpc_call(rpc, "outage.feed_end", params, &result, err);
    f->closed = json_integer_value(json_object_get(result, "closed"));
    json_decref(params);
    json_decref(result);
    return ok;
}

void feed_print(const struct feed *f, FILE *out, bool as_json)
{
    if (!f->source)
        return;
    if (as_json) {
        fprintf(out, ",\"opened\":%lld,\"changed\":%lld,\"same\":%lld,\"closed\":%lld%s", (long long)f->opened, (long long)f->changed,
                (long long)f->unchanged, (long long)f->closed, f->is_stale ? ",\"stale\":true" : "");
        return;
    }
    fprintf(out,
            CLI_TR("отключений: открыто %lld, изменено %lld, без изменений %lld, закрыто %lld\n",
                   "outages: %lld opened, %lld changed, %lld unchanged, %lld closed\n"),
            (long long)f->opened, (long long)f->changed, (long long)f->unchanged, (long long)f->closed);
    if (f->is_stale)
        fputs(CLI_TR("более поздний снимок этого источника уже принят, этот ничего не меняет\n",
                     "a later snapshot of this source was taken already, this one changes nothing\n"),
              out);
    else if (f->has_faults)
        fputs(CLI_TR("есть строки, которые не прочлись: чего в снимке нет, осталось открытым\n",
                     "some rows could not be read: what the snapshot does not show was left open\n"),
              out);
}

void feed_free(struct feed *f)
{
    json_decref(f->groups);
    json_decref(f->made);
    json_decref(f->shown);
}
