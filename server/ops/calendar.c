/* The production calendar and the terms counted over it: a day, a count explained, a changed day, a whole year. */
#include "common/arena.h"
#include "server/ops/helpers.h"
#include "server/ops/recount.h"
#include "server/ops/tables.h"
#include "server/rules/due_explain.h"
#include <string.h>

#define TR(c, ru, en) ((c)->user->lang == LANG_RU ? (ru) : (en))

static const char *const kind_words[] = {
    [DAY_PLAIN] = "work", [DAY_WORK] = "work", [DAY_SHORT] = "short", [DAY_HOLIDAY] = "holiday", [DAY_OFF] = "off"};

/* ---- a day ---- */

static void write_day(struct call *c, day_t d)
{
    const struct work_calendar *calendar = c->rules->calendar;
    jw_object(c->out);
    jw_kstring(c->out, "date", day_text(c, d));
    jw_kint(c->out, "weekday", day_weekday(d));
    jw_kstring(c->out, "kind", kind_words[work_calendar_kind(calendar, d)]);
    jw_kbool(c->out, "working", work_calendar_is_working(calendar, d));
    jw_kstring(c->out, "note", work_calendar_note(calendar, d));
    jw_kbool(c->out, "verified", work_calendar_is_verified(calendar, d));
}

static bool calendar_day(struct call *c)
{
    enum { DAYS_MAX = 400 };
    day_t from = day_parse(arg_str(c, "date")), to = arg_sql(c, "to") ? day_parse(arg_str(c, "to")) : DAY_NONE;
    if (to == DAY_NONE) {
        const char *params[] = {arg_sql(c, "date")};
        struct pg_res *res = pg_query(c->db, Q_CALENDAR_DAY_FACTS, params, 1, c->err);
        if (!res)
            return false;
        write_day(c, from);
        jw_kbool(c->out, "local", pg_rows(res) == 1 && strcmp(pg_text(res, 0, 0), "t") == 0);
        jw_kstring(c->out, "document", pg_rows(res) == 1 ? pg_text(res, 0, 1) : "");
        jw_object_end(c->out);
        pg_free(res);
        return true;
    }
    if (to < from || to - from >= DAYS_MAX)
        return err_field(c->err, "to", "out_of_range", "%s",
                         TR(c, "не больше 400 дней, и не раньше date", "at most 400 days, and not before date"));
    jw_object(c->out);
    jw_key(c->out, "items");
    jw_array(c->out);
    for (day_t d = from; d <= to; d++) {
        write_day(c, d);
        jw_object_end(c->out);
    }
    jw_array_end(c->out);
    jw_object_end(c->out);
    return true;
}

/* ---- a count ---- */

static void write_due(struct call *c, const struct due_story *s, const char *rule)
{
    jw_object(c->out);
    jw_kstring(c->out, "counted_from", day_text(c, s->event));
    jw_kstring(c->out, "nominal", day_text(c, s->due.nominal));
    jw_kstring(c->out, "due", day_text(c, s->due.rolled));
    jw_kstring(c->out, "rule", rule);
    jw_kbool(c->out, "unverified", s->due.unverified);
    jw_key(c->out, "explain");
    due_explain(s, c->out);
    jw_object_end(c->out);
}

/* The dates that a card bears, told by its own rule. */
static bool explain_record(struct call *c, const char *field, enum query term)
{
    enum { COL_DUE = 1, COL_NOMINAL, COL_RULE, COL_FIRST_DAY, COL_LATER_DAY };
    const char *params[] = {call_acts(c), call_sees_all(c), call_units(c), arg_sql(c, field)};
    struct pg_res *res = pg_query(c->db, term, params, 4, c->err);
    if (!res)
        return false;
    if (pg_rows(res) != 1 || !pg_text(res, 0, COL_DUE)) {
        bool found = pg_rows(res) == 1;
        pg_free(res);
        return found ? err_field(c->err, field, "out_of_range", "%s", TR(c, "у карточки нет срока", "the card has no term"))
                     : err_set(c->err, ERR_NOT_FOUND, NULL);
    }
    day_t later = day_parse(pg_text(res, 0, COL_LATER_DAY)), nominal = day_parse(pg_text(res, 0, COL_NOMINAL));
    const char *id = arena_strdup(c->arena, pg_text(res, 0, COL_RULE) ? pg_text(res, 0, COL_RULE) : "");
    const struct due_rule *rule = deadlines_rule_or(c->rules->deadlines, id, "assignment_date", later);
    struct due_story s = {.calendar = c->rules->calendar, .rule = rule, .lang = c->user->lang};
    s.event = strcmp(rule->from, "received") == 0 ? day_parse(pg_text(res, 0, COL_FIRST_DAY)) : later;
    s.due = due_roll(c->rules->calendar, nominal, rule->roll, s.event);
    s.due.rolled = day_parse(pg_text(res, 0, COL_DUE));
    pg_free(res);
    write_due(c, &s, *id ? id : rule->id);
    return true;
}

/* A rule of the moment: so many days of one kind. */
static bool own_rule(struct call *c, struct due_rule *rule, const char **name)
{
    const char *counting = arg_sql(c, "counting"), *roll = arg_sql(c, "roll"), *start = arg_sql(c, "start");
    if (!arg_has(c, "days"))
        return err_field(c->err, "days", "required", "%s",
                         TR(c, "назовите число дней (days) или правило (rule)", "name a number of days or a rule"));
    *rule = (struct due_rule){
        .id = "days", .from = "given_day", .length = (int)arg_int(c, "days"), .text = {"Срок", "Term"}, .law = {"по запросу", "as asked"}};
    rule->unit = counting && strcmp(counting, "working") == 0 ? DUE_WORKING_DAY : DUE_CALENDAR_DAY;
    rule->roll = roll && strcmp(roll, "none") == 0 ? DUE_ROLL_NONE : roll && strcmp(roll, "next") == 0 ? DUE_ROLL_NEXT : DUE_ROLL_PREVIOUS;
    rule->start = start && strcmp(start, "same_day") == 0 ? DUE_SAME_DAY : DUE_NEXT_DAY;
    *name = arena_printf(c->arena, "%s:%d:%s", counting ? counting : "calendar", rule->length, roll ? roll : "previous");
    return true;
}

static bool calendar_due(struct call *c)
{
    struct due_rule own;
    struct due_story s = {.calendar = c->rules->calendar, .lang = c->user->lang};
    const char *name = arg_sql(c, "rule");
    if (arg_has(c, "appeal"))
        return explain_record(c, "appeal", Q_APPEAL_TERM);
    if (arg_has(c, "assignment"))
        return explain_record(c, "assignment", Q_ASSIGNMENT_TERM);
    if (!arg_sql(c, "from"))
        return err_field(c->err, "from", "required", NULL);
    s.event = day_parse(arg_str(c, "from"));
    if (name && !(s.rule = deadlines_rule(c->rules->deadlines, name, s.event)))
        return err_field(c->err, "rule", "not_a_value", "«%.60s»: %s", name,
                         TR(c, "нет такого срока на эту дату (сроки: calendar rules)", "no such term on that day (terms: calendar rules)"));
    if (!name) {
        if (!own_rule(c, &own, &name))
            return false;
        s.rule = &own;
    }
    s.due = due_count(c->rules->calendar, s.event, s.rule);
    if (s.due.nominal == DAY_NONE)
        return err_field(c->err, arg_has(c, "days") ? "days" : "from", "out_of_range", "%s",
                         TR(c, "срок кончается вне календаря (1900-2199)", "the term ends outside the calendar (1900-2199)"));
    write_due(c, &s, name);
    return true;
}

static bool calendar_rules(struct call *c)
{
    size_t count;
    const struct due_rule *rules = deadlines_rules(c->rules->deadlines, &count);
    jw_object(c->out);
    jw_key(c->out, "items");
    jw_array(c->out);
    for (size_t i = 0; i < count; i++) {
        char length[80];
        jw_object(c->out);
        jw_kstring(c->out, "rule", rules[i].id);
        jw_kstring(c->out, "name", rules[i].text[c->user->lang]);
        jw_kstring(c->out, "length", due_length_in_words(&rules[i], c->user->lang, length, sizeof length));
        jw_kstring(c->out, "counted_from", rules[i].from);
        jw_kstring(c->out, "law", rules[i].law[c->user->lang]);
        jw_kstring(c->out, "valid_from", day_text(c, rules[i].valid_from));
        jw_kstring(c->out, "valid_until", day_text(c, rules[i].valid_until));
        jw_object_end(c->out);
    }
    jw_array_end(c->out);
    jw_object_end(c->out);
    return true;
}

/* ---- changes ---- */

struct change {
    struct work_calendar *before, *after;
    json_t *days; /* rows to write: [{date, kind, note}] */
    day_t first, last;
    int64_t fresh, updated, unchanged;
};

/* Nobody else changes the calendar meanwhile. */
static bool change_begin(struct call *c, struct change *ch)
{
    *ch = (struct change){.days = json_array(), .first = DAY_NONE, .last = DAY_NONE};
    struct pg_res *res = pg_query(c->db, Q_CALENDAR_LOCK, NULL, 0, c->err);
    pg_free(res);
    return res && (ch->before = rules_read_calendar(c->db, c->err));
}

static void change_free(struct change *ch)
{
    work_calendar_free(&ch->before);
    work_calendar_free(&ch->after);
    json_decref(ch->days);
}

/* A day that is another one from now on; what is said already costs nothing. */
static void change_day(struct call *c, struct change *ch, day_t d, enum day_kind kind, const char *note)
{
    note = note ? note : "";
    if (work_calendar_kind(ch->before, d) == kind && strcmp(work_calendar_note(ch->before, d), note) == 0) {
        ch->unchanged++;
        return;
    }
    bool was_plain = work_calendar_kind(ch->before, d) == (day_weekday(d) <= 5 ? DAY_WORK : DAY_OFF) && !*work_calendar_note(ch->before, d);
    *(was_plain ? &ch->fresh : &ch->updated) += 1;
    json_array_append_new(ch->days, json_pack("{s:s,s:s,s:s}", "date", day_text(c, d), "kind", kind_words[kind], "note", note));
    if (ch->first == DAY_NONE || d < ch->first)
        ch->first = d;
    if (ch->last == DAY_NONE || d > ch->last)
        ch->last = d;
}

/* Writes the days, then counts open records again over the calendar as it is now, and writes the answer's members about them. */
static bool change_end(struct call *c, struct change *ch, bool local, const char *document, const char *comment)
{
    char *rows = json_dumps(ch->days, JSON_COMPACT);
    const char *params[] = {arena_strdup(c->arena, rows ? rows : "[]"), call_bool(local), document ? document : ""};
    free(rows);
    c->rules_changed = true;
    if (!pg_exec(c->db, Q_CALENDAR_PUT, params, 3, NULL, c->err) || !(ch->after = rules_read_calendar(c->db, c->err)))
        return false;
    struct recount r = {.before = ch->before, .after = ch->after, .first = ch->first, .last = ch->last, .comment = comment};
    if (ch->first != DAY_NONE)
        return recount_open_records(c, &r);
    jw_kint(c->out, "recounted", 0);
    jw_kint(c->out, "moved", 0);
    return true;
}

static bool set_day(struct call *c, struct change *ch, day_t date, bool local)
{
    enum day_kind kind = DAY_WORK;
    const char *document = arg_sql(c, "document"), *day = day_text(c, date);
    day_kind_parse(arg_str(c, "kind"), &kind);
    if (local && kind != DAY_HOLIDAY && kind != DAY_OFF)
        return err_field(
            c->err, "kind", "not_a_value", "%s",
            TR(c, "местный день бывает только нерабочим: holiday или off", "a local day can only be a day off: holiday or off"));
    change_day(c, ch, date, kind, arg_sql(c, "note"));
    struct event e = {.record = "calendar",
                      .record_id = day_year(date),
                      .action = "set",
                      .comment = document,
                      .changes = arena_printf(c->arena, "{\"%s\":{\"from\":\"%s\",\"to\":\"%s\"}}", day,
                                              kind_words[work_calendar_kind(ch->before, date)], kind_words[kind])};
    jw_object(c->out);
    jw_kstring(c->out, "date", day);
    jw_kstring(c->out, "kind", kind_words[kind]);
    jw_kbool(c->out, "verified", work_calendar_is_verified(ch->before, date));
    bool ok = change_end(c, ch, local, document,
                         arena_printf(c->arena, TR(c, "Изменён календарь: %s", "The calendar has changed: %s"), document)) &&
              event_write(c, &e);
    jw_object_end(c->out);
    return ok;
}

static bool calendar_set(struct call *c)
{
    struct change ch;
    bool ok = change_begin(c, &ch) && set_day(c, &ch, day_parse(arg_str(c, "date")), !arg_has(c, "local") || arg_bool(c, "local"));
    change_free(&ch);
    return ok;
}

/* What the year's calendar says of each day: kind and note, DAY_PLAIN where it says nothing. */
struct year_days {
    day_t first, end;
    enum day_kind kind[366];
    const char *note[366];
};

static bool read_year(struct call *c, struct year_days *y)
{
    int year = (int)arg_int(c, "year");
    size_t i;
    json_t *row;
    *y = (struct year_days){.first = day_from_civil(year, 1, 1)};
    y->end = year < 2199 ? day_from_civil(year + 1, 1, 1) : day_from_civil(year, 12, 31) + 1;
    if (y->first == DAY_NONE)
        return err_field(c->err, "year", "out_of_range", NULL);
    if (json_array_size(json_object_get(c->params, "days")) == 0)
        return err_field(c->err, "days", "required", NULL);
    json_array_foreach(json_object_get(c->params, "days"), i, row)
    {
        day_t d = day_parse(json_string_value(json_object_get(row, "date")));
        if (d < y->first || d >= y->end)
            return err_field(c->err, arena_printf(c->arena, "days[%zu].date", i), "out_of_range", "%s",
                             TR(c, "день другого года", "a day of another year"));
        if (y->kind[d - y->first] != DAY_PLAIN)
            return err_field(c->err, arena_printf(c->arena, "days[%zu].date", i), "taken", "%s",
                             TR(c, "день назван дважды", "the day stands twice"));
        day_kind_parse(json_string_value(json_object_get(row, "kind")), &y->kind[d - y->first]);
        y->note[d - y->first] = json_string_value(json_object_get(row, "note"));
    }
    return true;
}

/* Labour Code art. 112: these are days off in every year, so a calendar that lacks one is no whole calendar of the country. */
static day_t missing_holiday(const struct year_days *y)
{
    static const int holidays[][2] = {{1, 1}, {1, 2},  {1, 3}, {1, 4}, {1, 5}, {1, 6},  {1, 7},
                                      {1, 8}, {2, 23}, {3, 8}, {5, 1}, {5, 9}, {6, 12}, {11, 4}};
    for (size_t i = 0; i < sizeof holidays / sizeof *holidays; i++) {
        day_t d = day_from_civil(day_year(y->first), holidays[i][0], holidays[i][1]);
        if (y->kind[d - y->first] != DAY_HOLIDAY && y->kind[d - y->first] != DAY_OFF)
            return d;
    }
    return DAY_NONE;
}

/* Days that the region set itself stay as they are. */
static bool skip_local(struct call *c, struct year_days *y, const struct change *ch)
{
    const char *params[] = {call_int(c, day_year(y->first))};
    struct pg_res *res = pg_query(c->db, Q_CALENDAR_LOCAL_DAYS, params, 1, c->err);
    if (!res)
        return false;
    for (int i = 0; i < pg_rows(res); i++) {
        day_t d = day_parse(pg_text(res, i, 0));
        y->kind[d - y->first] = work_calendar_kind(ch->before, d);
        y->note[d - y->first] = work_calendar_note(ch->before, d);
    }
    pg_free(res);
    return true;
}

static bool put_year(struct call *c, struct change *ch)
{
    struct year_days y;
    if (!read_year(c, &y))
        return false;
    int year = day_year(y.first);
    day_t missing = missing_holiday(&y);
    const char *params[] = {call_int(c, year)}, *document = arg_sql(c, "document");
    if (!skip_local(c, &y, ch))
        return false;
    for (day_t d = y.first; d < y.end; d++) {
        enum day_kind kind = y.kind[d - y.first], plain = day_weekday(d) <= 5 ? DAY_WORK : DAY_OFF;
        /* Part of a year says nothing of the rest; a whole one says that the rest is plain. */
        if (kind != DAY_PLAIN || missing == DAY_NONE)
            change_day(c, ch, d, kind == DAY_PLAIN ? plain : kind, y.note[d - y.first]);
    }
    bool was = work_calendar_is_verified(ch->before, y.first), verified = was || missing == DAY_NONE;
    if (missing == DAY_NONE && !pg_exec(c->db, Q_CALENDAR_VERIFY, params, 1, NULL, c->err))
        return false;
    struct event e = {.record = "calendar",
                      .record_id = year,
                      .action = "import",
                      .comment = document,
                      .changes = arena_printf(c->arena, "{\"days\":{\"to\":%lld},\"verified\":{\"from\":%s,\"to\":%s}}",
                                              (long long)ch->fresh + ch->updated, call_bool(was), call_bool(verified))};
    jw_object(c->out);
    jw_kint(c->out, "year", year);
    jw_kbool(c->out, "verified", verified);
    jw_kint(c->out, "imported", ch->fresh);
    jw_kint(c->out, "updated", ch->updated);
    jw_kint(c->out, "unchanged",
            (int64_t)json_array_size(json_object_get(c->params, "days")) > ch->fresh + ch->updated
                ? (int64_t)json_array_size(json_object_get(c->params, "days")) - ch->fresh - ch->updated
                : 0);
    if (missing != DAY_NONE)
        jw_kstring(c->out, "missing", day_text(c, missing));
    bool ok = change_end(c, ch, false, document,
                         arena_printf(c->arena, TR(c, "Загружен календарь %d года", "The calendar of %d was imported"), year)) &&
              event_write(c, &e);
    jw_object_end(c->out);
    return ok;
}

static bool calendar_year(struct call *c)
{
    struct change ch;
    bool ok = change_begin(c, &ch) && put_year(c, &ch);
    change_free(&ch);
    return ok;
}

static const struct op_param day_params[] = {
    {"date", P_DATE, PF_REQUIRED, 0, NULL, NULL, {"День", "Day"}, NULL},
    {"to", P_DATE, 0, 0, NULL, NULL, {"По какой день", "Until which day"}, NULL},
    {.name = NULL},
};
static const struct op_param due_params[] = {
    {"from", P_DATE, 0, 0, NULL, NULL, {"От какого дня", "From which day"}, NULL},
    {"days", P_INT, 0, 3650, NULL, NULL, {"Дней", "Days"}, NULL},
    {"counting", P_ENUM, 0, 0, "calendar|working", NULL, {"Каких дней", "Which days"}, NULL},
    {"roll", P_ENUM, 0, 0, "previous|next|none", NULL, {"Если последний день нерабочий", "When the last day is off"}, NULL},
    {"start", P_ENUM, 0, 0, "next_day|same_day", NULL, {"День 1", "Day 1"}, NULL},
    {"rule", P_STRING, 0, 40, NULL, NULL, {"Правило", "Rule"}, NULL},
    {"appeal", P_ID, 0, 0, NULL, "appeal.list", {"Обращение", "Appeal"}, NULL},
    {"assignment", P_ID, 0, 0, NULL, "assignment.list", {"Поручение", "Assignment"}, NULL},
    {.name = NULL},
};
static const struct op_param set_params[] = {
    {"date", P_DATE, PF_REQUIRED, 0, NULL, NULL, {"День", "Day"}, NULL},
    {"kind", P_ENUM, PF_REQUIRED, 0, "work|short|holiday|off", NULL, {"Какой день", "Kind of day"}, NULL},
    {"document", P_STRING, PF_REQUIRED, 300, NULL, NULL, {"Документ (чей, дата, номер)", "Document (whose, date, number)"}, NULL},
    {"note", P_STRING, 0, 200, NULL, NULL, {"Название", "Name"}, NULL},
    {"local", P_BOOL, 0, 0, NULL, NULL, {"Местный день", "Local day"}, NULL},
    {.name = NULL},
};
static const struct op_param year_day_fields[] = {
    {"date", P_DATE, PF_REQUIRED, 0, NULL, NULL, {"День", "Day"}, NULL},
    {"kind", P_ENUM, PF_REQUIRED, 0, "work|short|holiday|off", NULL, {"Какой день", "Kind of day"}, NULL},
    {"note", P_STRING, 0, 200, NULL, NULL, {"Название", "Name"}, NULL},
    {.name = NULL},
};
static const struct op_param year_params[] = {
    {"year", P_INT, PF_REQUIRED, 2199, NULL, NULL, {"Год", "Year"}, NULL},
    {"days", P_OBJECTS, 0, 366, NULL, NULL, {"Дни", "Days"}, year_day_fields},
    {"document", P_STRING, 0, 300, NULL, NULL, {"Документ", "Document"}, NULL},
    {.name = NULL},
};

const struct op calendar_ops[] = {
    {"calendar.day", R_ANY, 0, {"Какой это день", "What kind of day it is"}, day_params, calendar_day},
    {"calendar.due", R_ANY, 0, {"Посчитать срок и объяснить по дням", "Count a term and explain it day by day"}, due_params, calendar_due},
    {"calendar.rules", R_ANY, 0, {"Сроки, которые действуют", "Terms in force"}, NULL, calendar_rules},
    {"calendar.set", R_ADMIN | R_SYSTEM, OP_WRITE, {"Изменить день календаря", "Change a day of the calendar"}, set_params, calendar_set},
    {"calendar.year",
     R_ADMIN | R_SYSTEM,
     OP_WRITE,
     {"Производственный календарь года", "Production calendar of a year"},
     year_params,
     calendar_year},
    {.method = NULL},
};
