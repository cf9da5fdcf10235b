/* The time of an outage as a supplier writes it: outage.parse_period shows how it is read, outage.open takes it. */
#include "common/arena.h"
#include "server/ops/house_line.h"
#include "server/ops/outage.h"
#include "server/ops/tables.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct period_text *parse(struct call *c)
{
    struct period_text *period = arena_alloc(c->arena, sizeof *period);
    const char *text = arg_str(c, "period");
    period_text_parse(text, strlen(text), call_today(), period);
    return period;
}

static const char *moment_text(struct call *c, struct period_moment m)
{
    struct tm tm = {.tm_isdst = -1, .tm_hour = m.minute / 60, .tm_min = m.minute % 60};
    day_to_civil(m.day, &tm.tm_year, &tm.tm_mon, &tm.tm_mday);
    tm.tm_year -= 1900;
    tm.tm_mon--;
    return outage_moment_text(c, (int64_t)mktime(&tm)); /* the core runs with TZ set to the municipality's zone */
}

static int by_beginning(const void *a, const void *b)
{
    const struct period_interval *x = a, *y = b;
    return x->from.day != y->from.day ? (x->from.day > y->from.day) - (x->from.day < y->from.day) : x->from.minute - y->from.minute;
}

bool outage_take_period(struct call *c, struct period_text **out)
{
    const char *text = arg_str(c, "period");
    if (arg_sql(c, "started") || arg_sql(c, "promised"))
        return err_field(c->err, "period", "period_and_times", NULL);
    struct period_text *period = *out = parse(c);
    if (period->unreads > 0)
        return line_refuse(c, "period", text, period->unread[0].at, period->unread[0].len, period->unread[0].reason);
    if (period->intervals == 0)
        return err_field(c->err, "period", "period_nothing", NULL);
    qsort(period->interval, period->intervals, sizeof *period->interval,
          by_beginning); /* as they happen, whatever comes first in the line */
    return period->intervals == 1 || !arg_sql(c, "external_id") || err_field(c->err, "period", "period_external", NULL);
}

void outage_set_times(struct call *c, const struct period_interval *interval)
{
    json_object_set_new(c->params, "started", json_string(moment_text(c, interval->from)));
    json_object_set_new(c->params, "promised", json_string(moment_text(c, interval->to)));
}

static const struct {
    const char *name, *text[2];
} hows[] = {
    [PERIOD_SAID] = {"said", {"как сказано", "as said"}},
    [PERIOD_EACH_DAY] = {"each_day", {"каждый день в эти часы", "every day at these hours"}},
    [PERIOD_NIGHT] = {"night", {"до следующего дня", "until the next day"}},
    [PERIOD_THROUGH] = {"through", {"без перерыва", "without a break"}},
    [PERIOD_USUAL_HOURS] = {"usual_hours", {"часы не сказаны: рабочий день", "no hours said: the working day"}},
};

static bool outage_parse_period(struct call *c)
{
    const struct period_text *period = parse(c);
    struct line_ruler ruler = {.text = arg_str(c, "period")};
    jw_object(c->out);
    jw_key(c->out, "intervals");
    jw_array(c->out);
    for (size_t i = 0; i < period->intervals; i++) {
        const struct period_interval *v = &period->interval[i];
        jw_object(c->out);
        jw_kstring(c->out, "from", moment_text(c, v->from));
        jw_kstring(c->out, "to", moment_text(c, v->to));
        jw_kstring(c->out, "read_by", hows[v->how].name);
        jw_kstring(c->out, "reading", hows[v->how].text[c->user->lang]);
        line_write_place(c, &ruler, v->at, v->len);
        jw_object_end(c->out);
    }
    jw_array_end(c->out);
    jw_key(c->out, "unread");
    jw_array(c->out);
    for (size_t i = 0; i < period->unreads; i++)
        line_write_unread(c, &ruler, period->unread[i].at, period->unread[i].len, period->unread[i].reason);
    jw_array_end(c->out);
    jw_object_end(c->out);
    return true;
}

static const struct op_param parse_params[] = {OUTAGE_PERIOD_PARAM(PF_REQUIRED), {.name = NULL}};

const struct op outage_period_ops[] = {
    {"outage.parse_period",
     OUTAGE_KEEPERS,
     OP_NO_DB,
     {"Прочитать время отключения, как его пишет поставщик", "Read the time of an outage as a supplier writes it"},
     parse_params,
     outage_parse_period},
    {.method = NULL},
};
