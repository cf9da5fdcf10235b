#include "tui/widgets/field.h"
#include "common/utf8.h"
#include "tui/dates.h"
#include "tui/i18n.h"
#include "tui/json.h"
#include "tui/text.h"
#include "tui/theme.h"
#include "tui/words.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum field_kind kind_of(const struct meta_param *p)
{
    switch (p->type) {
    case MT_TEXT: return FK_AREA;
    case MT_INT: return FK_NUMBER;
    case MT_ID: return p->lookup ? FK_LOOKUP : FK_NUMBER;
    case MT_BOOL: return FK_BOOL;
    case MT_DATE: return FK_DATE;
    case MT_TIME: return FK_TIME;
    case MT_ENUM: return FK_CHOICE;
    case MT_IDS: return FK_LOOKUPS;
    case MT_STRINGS: return FK_WORDS;
    default: return FK_LINE;
    }
}

struct field *field_new(const struct meta_param *param)
{
    struct field *f = calloc(1, sizeof *f);
    if (!f)
        abort();
    f->param = param;
    f->meta = meta_hold();
    f->kind = kind_of(param);
    f->required = param->required;
    f->group = -1;
    bool text = f->kind == FK_LINE || f->kind == FK_AREA;
    edit_init(&f->edit, f->kind == FK_AREA, text ? param->max : 200);
    strf(f->label, sizeof f->label, "%s", param->label[0] ? param->label : param->name);
    return f;
}

void field_clear(struct field *f)
{
    edit_set(&f->edit, "");
    free(f->code);
    f->code = NULL;
    for (size_t i = 0; i < f->picked_count; i++)
        free(f->picked[i].label);
    free(f->picked);
    f->picked = NULL;
    f->picked_count = 0;
    f->on = f->typing = f->touched = false;
    f->error[0] = '\0';
}

void field_free(struct field **f)
{
    if (!*f)
        return;
    field_clear(*f);
    edit_free(&(*f)->edit);
    meta_release(&(*f)->meta);
    free(*f);
    *f = NULL;
}

bool field_is_in(const struct field *f, const char *array) { return f->array && strcmp(f->array->name, array) == 0; }

static char *copy(const char *s)
{
    char *c = strdup(s ? s : "");
    if (!c)
        abort();
    return c;
}

bool field_has_list(const struct field *f)
{
    return f->kind == FK_CHOICE || f->kind == FK_LOOKUP || (f->kind == FK_LOOKUPS && f->param->lookup);
}

void field_pick(struct field *f, const char *code, int64_t id, const char *label)
{
    f->typing = false;
    f->error[0] = '\0';
    edit_set(&f->edit, "");
    if (f->kind == FK_CHOICE) {
        free(f->code);
        f->code = copy(code);
        return;
    }
    for (size_t i = 0; i < f->picked_count; i++)
        if (f->picked[i].id == id && f->kind == FK_LOOKUPS)
            return;
    if (f->kind == FK_LOOKUP)
        while (field_unpick(f))
            ;
    struct picked *more = realloc(f->picked, (f->picked_count + 1) * sizeof *more);
    if (!more)
        abort();
    f->picked = more;
    f->picked[f->picked_count++] = (struct picked){id, copy(label ? label : "")};
}

bool field_unpick(struct field *f)
{
    if (f->picked_count == 0)
        return false;
    free(f->picked[--f->picked_count].label);
    return true;
}

/* ---- the wire ---- */

static void set_date(struct field *f, const char *wire)
{
    char text[16];
    dates_full(dates_from_wire(wire), text, sizeof text);
    edit_set(&f->edit, text);
}

/* "24.11.2026 14:30"; what cannot be read so stands as it came. */
static void time_shown(const char *wire, char *out, size_t size)
{
    if (!dates_moment_full(wire, out, size))
        strf(out, size, "%s", wire);
}

static void set_time(struct field *f, const char *wire)
{
    char text[48];
    time_shown(wire, text, sizeof text);
    edit_set(&f->edit, text);
    free(f->code);
    f->code = copy(wire);
}

static void set_ids(struct field *f, const json_t *ids, const char *label)
{
    size_t i;
    json_t *v;
    if (json_is_integer(ids))
        field_pick(f, NULL, json_integer_value(ids), label);
    json_array_foreach(ids, i, v)
    {
        int64_t id = json_is_object(v) ? js_int(v, "id") : json_integer_value(v);
        if (id)
            field_pick(f, NULL, id, json_is_object(v) ? js_str(v, "name") : label);
    }
}

static void set_words(struct field *f, const json_t *words)
{
    size_t i;
    json_t *v;
    char text[2000] = "";
    json_array_foreach(words, i, v)
    {
        size_t len = strlen(text);
        strf(text + len, sizeof text - len, "%s%s", i ? "; " : "", json_string_value(v) ? json_string_value(v) : "");
    }
    edit_set(&f->edit, text);
}

void field_set(struct field *f, const json_t *value, const char *label)
{
    char text[64];
    field_clear(f);
    if (!value || json_is_null(value))
        return;
    switch (f->kind) {
    case FK_DATE: set_date(f, json_string_value(value)); break;
    case FK_TIME:
        if (json_is_string(value))
            set_time(f, json_string_value(value));
        break;
    case FK_BOOL: f->on = json_is_true(value); break;
    case FK_CHOICE:
        if (json_is_string(value))
            field_pick(f, json_string_value(value), 0, NULL);
        break;
    case FK_LOOKUP:
    case FK_LOOKUPS: set_ids(f, value, label); break;
    case FK_WORDS: set_words(f, value); break;
    default:
        if (json_is_string(value)) {
            edit_set(&f->edit, json_string_value(value));
        } else {
            js_text(value, text, sizeof text);
            edit_set(&f->edit, text);
        }
    }
}

static json_t *words_value(const char *text)
{
    json_t *out = json_array();
    while (*text) {
        size_t n = strcspn(text, ";\n"), skip = n + (text[n] != '\0');
        while (n > 0 && *text == ' ') {
            text++;
            n--;
            skip--;
        }
        while (n > 0 && text[n - 1] == ' ')
            n--;
        if (n > 0)
            json_array_append_new(out, json_stringn(text, n));
        text += skip;
    }
    return out;
}

static json_t *ids_value(const struct field *f)
{
    json_t *out = json_array();
    for (size_t i = 0; i < f->picked_count; i++)
        json_array_append_new(out, json_integer(f->picked[i].id));
    return out;
}

static json_t *time_value(const struct field *f)
{
    const char *typed = edit_text(&f->edit);
    char clock[8], wire[48], date[64] = "";
    int h, m;
    const char *space = strrchr(typed, ' ');
    if (f->code) {
        time_shown(f->code, wire, sizeof wire);
        if (strcmp(wire, typed) == 0)
            return json_string(f->code);
    }
    if (strchr(typed, 'T')) /* as it came */
        return json_string(typed);
    strf(clock, sizeof clock, "%.5s", space ? space + 1 : typed);
    strf(date, sizeof date, "%.*s", space ? (int)(space - typed) : 0, typed);
    int32_t day = *date ? dates_parse(date) : dates_today();
    if (day == DAY_NONE || sscanf(clock, "%2d:%2d", &h, &m) != 2 || h < 0 || h > 23 || m < 0 || m > 59)
        return NULL;
    time_t now = time(NULL);
    struct tm tm;
    localtime_r(&now, &tm);
    long offset = tm.tm_gmtoff / 60;
    char wire_day[16];
    dates_to_wire(day, wire_day);
    strf(wire, sizeof wire, "%sT%02d:%02d:00%c%02ld:%02ld", wire_day, h, m, offset < 0 ? '-' : '+', labs(offset) / 60, labs(offset) % 60);
    return json_string(wire);
}

bool field_is_empty(const struct field *f)
{
    switch (f->kind) {
    case FK_BOOL: return !f->on;
    case FK_CHOICE: return f->code == NULL;
    case FK_LOOKUP: return f->picked_count == 0;
    case FK_LOOKUPS: return f->picked_count == 0 && (f->param->lookup || edit_is_empty(&f->edit));
    default: return edit_text(&f->edit)[strspn(edit_text(&f->edit), " \n")] == '\0';
    }
}

json_t *field_value(const struct field *f)
{
    const char *text = edit_text(&f->edit);
    char wire[16];
    if (field_is_empty(f))
        return NULL;
    switch (f->kind) {
    case FK_NUMBER: return json_integer(strtoll(text, NULL, 10));
    case FK_DATE:
        if (dates_parse(text) == DAY_NONE)
            return json_string(text); /* the server says what is wrong with it */
        dates_to_wire(dates_parse(text), wire);
        return json_string(wire);
    case FK_TIME: return time_value(f);
    case FK_BOOL: return json_true();
    case FK_CHOICE: return json_string(f->code);
    case FK_LOOKUP: return json_integer(f->picked[0].id);
    case FK_LOOKUPS: return ids_value(f);
    case FK_WORDS: return words_value(text);
    default: return json_string(text);
    }
}

static bool refuse(struct field *f, const char *why)
{
    strf(f->error, sizeof f->error, "%s", why);
    return false;
}

bool field_check(struct field *f)
{
    const char *text = edit_text(&f->edit);
    f->error[0] = '\0';
    if (f->hidden)
        return true;
    if (field_has_list(f) && f->typing && !edit_is_empty(&f->edit))
        return refuse(f, _("Nothing like this is found: choose from the list"));
    if (f->required && field_is_empty(f))
        return refuse(f, _("Must be filled in"));
    if (field_is_empty(f))
        return true;
    switch (f->kind) {
    case FK_DATE: return dates_parse(text) != DAY_NONE || refuse(f, _("No such date: type 24.11, +5, Fri or tomorrow"));
    case FK_NUMBER: {
        char *end;
        long long n = strtoll(text, &end, 10);
        if (*end || end == text || n < 0)
            return refuse(f, _("A whole number is needed"));
        return f->param->max == 0 || n <= f->param->max || refuse(f, _("Too large"));
    }
    case FK_TIME: {
        json_t *v = time_value(f);
        json_decref(v);
        return v != NULL || refuse(f, _("No such time: type 14:30 or 24.11 14:30"));
    }
    default: return true;
    }
}

/* ---- drafts ---- */

json_t *field_draft(const struct field *f)
{
    json_t *o = json_object();
    if (!edit_is_empty(&f->edit))
        json_object_set_new(o, "text", json_string(edit_text(&f->edit)));
    if (f->code)
        json_object_set_new(o, "code", json_string(f->code));
    if (f->on)
        json_object_set_new(o, "on", json_true());
    if (f->picked_count) {
        json_t *list = json_array();
        for (size_t i = 0; i < f->picked_count; i++)
            json_array_append_new(list, json_pack("{s:I,s:s}", "id", (json_int_t)f->picked[i].id, "name", f->picked[i].label));
        json_object_set_new(o, "picked", list);
    }
    return o;
}

void field_draft_load(struct field *f, const json_t *draft)
{
    field_clear(f);
    if (js_str(draft, "code")[0] && f->kind == FK_TIME)
        set_time(f, js_str(draft, "code"));
    else if (js_str(draft, "code")[0])
        field_pick(f, js_str(draft, "code"), 0, NULL);
    set_ids(f, json_object_get(draft, "picked"), NULL);
    f->on = js_bool(draft, "on");
    edit_set(&f->edit, js_str(draft, "text"));
    f->typing = field_has_list(f) && !edit_is_empty(&f->edit);
    f->touched = true;
}

/* ---- showing ---- */

static void picked_shown(const struct field *f, char *out, size_t size)
{
    out[0] = '\0';
    for (size_t i = 0; i < f->picked_count; i++) {
        size_t len = strlen(out);
        if (f->picked[i].label[0])
            strf(out + len, size - len, "%s%s", i ? "; " : "", f->picked[i].label);
        else
            strf(out + len, size - len, "%s№%lld", i ? "; " : "", (long long)f->picked[i].id);
    }
}

void field_shown(const struct field *f, char *out, size_t size)
{
    switch (f->kind) {
    case FK_BOOL: strf(out, size, "%s", theme_glyph(f->on ? GL_ON : GL_OFF)); break;
    case FK_CHOICE:
        strf(out, size, "%s", !f->code ? "" : f->param->classifier ? words_label(f->param->classifier, f->code) : words_own(f->code));
        break;
    case FK_LOOKUP:
    case FK_LOOKUPS: picked_shown(f, out, size); break;
    default: strf(out, size, "%s", edit_text(&f->edit));
    }
}

void field_note(const struct field *f, bool focused, char *out, size_t size)
{
    out[0] = '\0';
    if (f->kind == FK_DATE && !edit_is_empty(&f->edit)) {
        dates_resolved(dates_parse(edit_text(&f->edit)), out, size);
    } else if (focused && f->kind == FK_DATE) {
        strf(out, size, "%s", _("24.11, +5, Fri, tomorrow"));
    } else if (focused && f->kind == FK_BOOL) {
        strf(out, size, "%s", _("Space switches"));
    } else if (focused && f->kind == FK_LOOKUPS && f->picked_count) {
        strf(out, size, "%s", _("type to add, Backspace takes out"));
    }
}
