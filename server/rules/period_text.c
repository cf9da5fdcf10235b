#include "server/rules/period_text.h"
#include "server/rules/period_item.h"

enum { USUAL_FROM = 8 * 60, USUAL_TO = 17 * 60, GROUP_MAX = 64 };

/* Days and hours that belong together. */
struct group {
    struct period_item item[GROUP_MAX];
    char shape[GROUP_MAX + 1]; /* D and T, in their order */
    size_t count;
    bool daily, through;
};

struct reading {
    const char *text;
    day_t about;
    struct group group;
    struct period_text *out;
};

static void unread(struct reading *r, const char *from, const char *end, const char *reason)
{
    if (r->out->unreads < PERIOD_UNREADS_MAX)
        r->out->unread[r->out->unreads++] =
            (struct period_unread){.at = (size_t)(from - r->text), .len = (size_t)(end - from), .reason = reason};
}

static void refuse(struct reading *r, const char *reason)
{
    unread(r, r->group.item[0].from, r->group.item[r->group.count - 1].end, reason);
}

/* ---- dates ---- */

static day_t nearest(day_t about, int month, int day)
{
    day_t best = DAY_NONE;
    int year = day_year(about);
    for (int y = year - 1; y <= year + 1; y++) {
        day_t d = day_from_civil(y, month, day);
        if (d != DAY_NONE && (best == DAY_NONE || (d > about ? d - about : about - d) < (best > about ? best - about : about - best)))
            best = d;
    }
    return best;
}

/* The day of an item; a missing year is that of a date beside it, after it first: «28.12 - 10.01.2024». */
static day_t day_of(const struct reading *r, size_t i)
{
    const struct group *g = &r->group;
    const struct period_item *it = &g->item[i];
    if (it->year)
        return day_from_civil(it->year, it->month, it->day);
    for (size_t k = i + 1; k < g->count; k++)
        if (g->item[k].year)
            return day_from_civil(g->item[k].year - (it->month > g->item[k].month), it->month, it->day);
    for (size_t k = i; k-- > 0;)
        if (g->item[k].year)
            return day_from_civil(g->item[k].year + (it->month < g->item[k].month), it->month, it->day);
    return nearest(r->about, it->month, it->day);
}

/* ---- intervals ---- */

static bool add(struct reading *r, struct period_moment from, struct period_moment to, enum period_how how)
{
    const struct group *g = &r->group;
    /* 24:00 of one day is 0:00 of the next. */
    if ((int64_t)(to.day - from.day) * PERIOD_DAY_MINUTES + to.minute <= from.minute) {
        refuse(r, "period_backwards");
        return false;
    }
    if (r->out->intervals == PERIOD_INTERVALS_MAX) {
        refuse(r, "period_long");
        return false;
    }
    r->out->interval[r->out->intervals++] = (struct period_interval){.from = from,
                                                                     .to = to,
                                                                     .how = how,
                                                                     .at = (size_t)(g->item[0].from - r->text),
                                                                     .len = (size_t)(g->item[g->count - 1].end - g->item[0].from)};
    return true;
}

static bool add_day(struct reading *r, day_t day, int from, int to, enum period_how how)
{
    bool night = to <= from;
    return add(r, (struct period_moment){day, from}, (struct period_moment){day + night, to}, night ? PERIOD_NIGHT : how);
}

/* The hours of the group's n-th pair. */
static void hours_of(const struct group *g, size_t n, int *from, int *to)
{
    const struct period_item *pair[2] = {NULL, NULL};
    for (size_t i = 0, t = 0; i < g->count; i++)
        if (g->item[i].kind == ITEM_TIME && t++ / 2 == n)
            pair[(t - 1) % 2] = &g->item[i];
    *from = pair[0] ? pair[0]->minute : USUAL_FROM;
    *to = pair[1] ? pair[1]->minute : USUAL_TO;
}

static bool add_days(struct reading *r, day_t first, day_t last, size_t pairs, bool several)
{
    const struct group *g = &r->group;
    int from, to;
    if (g->through && pairs <= 1) {
        hours_of(g, 0, &from, &to);
        if (pairs == 0) {
            from = 0;
            to = PERIOD_DAY_MINUTES;
        }
        if (first == last)
            return add_day(r, first, from, to, PERIOD_SAID);
        return add(r, (struct period_moment){first, from}, (struct period_moment){last, to}, PERIOD_THROUGH);
    }
    for (day_t d = first; d <= last; d++)
        for (size_t n = 0; n < (pairs ? pairs : 1); n++) {
            hours_of(g, n, &from, &to);
            if (!add_day(r, d, from, to, pairs == 0 ? PERIOD_USUAL_HOURS : several ? PERIOD_EACH_DAY : PERIOD_SAID))
                return false;
        }
    return true;
}

static bool is_span(struct reading *r, day_t first, day_t last)
{
    if (first == DAY_NONE || last == DAY_NONE)
        refuse(r, "period_date");
    else if (last < first)
        refuse(r, "period_backwards");
    else if (last - first >= PERIOD_DAYS_MAX)
        refuse(r, "period_long");
    else
        return true;
    return false;
}

/* From a moment of one day to a moment of another. */
static void close_pair(struct reading *r)
{
    const struct group *g = &r->group;
    bool table = g->item[0].kind == ITEM_DAY; /* «D T - D T» is a row of a table, «с T D до T D» a sentence */
    size_t d = table ? 0 : 1;
    day_t first = day_of(r, d), last = day_of(r, d + 2);
    int from = g->item[1 - d].minute, to = g->item[3 - d].minute;
    if (!is_span(r, first, last))
        return;
    if (first == last && to <= from)
        refuse(r, "period_backwards");
    else if (first == last)
        add(r, (struct period_moment){first, from}, (struct period_moment){last, to}, PERIOD_SAID);
    else if (g->daily || (table && !g->through && from < to))
        add_days(r, first, to > from ? last : last - 1, 1, true);
    else
        add(r, (struct period_moment){first, from}, (struct period_moment){last, to},
            last == first + 1 && to <= from ? PERIOD_NIGHT : PERIOD_THROUGH);
}

/* Days, each with the same hours. */
static void close_days(struct reading *r, size_t days, size_t times)
{
    const struct group *g = &r->group;
    for (size_t i = 0; i < g->count; i++) {
        if (g->item[i].kind != ITEM_DAY)
            continue;
        size_t k = i;
        if (i + 1 < g->count && g->item[i + 1].kind == ITEM_DAY && g->item[i + 1].link == LINK_TO)
            k++;
        day_t first = day_of(r, i), last = day_of(r, k);
        if (!is_span(r, first, last) || !add_days(r, first, last, times / 2, days > 1))
            return;
        i = k;
    }
}

static void close_group(struct reading *r)
{
    struct group *g = &r->group;
    size_t days = 0, before = r->out->intervals, told = r->out->unreads;
    for (size_t i = 0; i < g->count; i++)
        days += g->item[i].kind == ITEM_DAY;
    if (g->count == 0)
        ;
    else if (days == 0)
        refuse(r, "period_no_day");
    else if ((g->count - days) % 2 || strcmp(g->shape, "DTD") == 0)
        refuse(r, "period_no_end");
    else if (strcmp(g->shape, "DTDT") == 0 || strcmp(g->shape, "TDTD") == 0)
        close_pair(r);
    else
        close_days(r, days, g->count - days);
    if (r->out->unreads > told)
        r->out->intervals = before; /* half of a piece is not read */
    *g = (struct group){.count = 0};
}

/* ---- gathering ---- */

/* May days and hours in this order still belong together? */
static bool shape_fits(const char *shape)
{
    size_t a = strspn(shape, *shape == 'D' ? "D" : "T"), b = strspn(shape + a, *shape == 'D' ? "T" : "D");
    const char *rest = shape + a + b;
    if (!*rest)
        return *shape == 'D' || b == 0 || a % 2 == 0 || (a == 1 && b == 1);
    return a == 1 && b == 1 && strlen(rest) <= 2 && rest[0] == shape[0] && (!rest[1] || rest[1] == shape[1]);
}

/* The item begins another group. Hours right before a day belong to it: «1 ноября 8:00-12:00, с 9:00 до 10:00 3 ноября». */
static void begin_next(struct reading *r, const struct period_item *item)
{
    struct group *g = &r->group;
    size_t days = strspn(g->shape, "D"), times = g->count - days, taken = 0;
    struct period_item own[2];
    if (item->kind == ITEM_DAY && item->link != LINK_LIST && days > 0 && days + strspn(g->shape + days, "T") >= g->count && times > 2)
        taken = times % 2 ? 1 : 2;
    g->count -= taken;
    memcpy(own, &g->item[g->count], taken * sizeof *own);
    g->shape[g->count] = '\0';
    close_group(r);
    memcpy(g->item, own, taken * sizeof *own);
    memset(g->shape, 'T', taken);
    g->count = taken;
}

static void gather(struct reading *r, const struct period_item *item)
{
    struct group *g = &r->group;
    char kind = item->kind == ITEM_DAY ? 'D' : 'T';
    g->shape[g->count] = kind;
    bool fits = g->count < GROUP_MAX && shape_fits(g->shape);
    /* After a comma another day begins another period: «1 ноября 8:00, 3 ноября ...» has lost its end. */
    if (kind == 'D' && item->link == LINK_LIST && (strcmp(g->shape, "DTD") == 0 || strcmp(g->shape, "TDTD") == 0))
        fits = false;
    if (!fits)
        begin_next(r, item);
    g->shape[g->count] = kind;
    g->item[g->count++] = *item;
}

void period_text_parse(const char *text, size_t len, day_t about, struct period_text *out)
{
    struct period_items items = {.s = {text, text + len}};
    struct reading r = {.text = text, .about = about, .out = out};
    struct period_item item;
    out->intervals = out->unreads = 0;
    while ((item = period_item_next(&items)).kind != ITEM_END)
        switch (item.kind) {
        case ITEM_DAY:
        case ITEM_TIME: gather(&r, &item); break;
        case ITEM_DAILY: r.group.daily = true; break;
        case ITEM_THROUGH: r.group.through = true; break;
        case ITEM_UNREAD: unread(&r, item.from, item.end, item.reason); break;
        default: close_group(&r);
        }
    close_group(&r);
}
