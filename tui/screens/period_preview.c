#include "tui/screens/period_preview.h"
#include "tui/dates.h"
#include "tui/i18n.h"
#include "tui/json.h"
#include "tui/text.h"
#include "tui/theme.h"
#include <stdlib.h>
#include <string.h>

enum { DELAY_MS = 200, SHOWN_MAX = 5, INDENT = 2 };

struct period_preview {
    struct screen *owner;
    struct field *field;
    void (*read)(void *arg);
    void *arg;
    uint64_t request;
    json_t *answer;
    char fault[300];
};

static void come(void *arg, json_t *result, const struct rpc_error *error)
{
    struct period_preview *p = arg;
    p->request = 0;
    json_decref(p->answer);
    p->answer = error ? NULL : json_incref(result);
    strf(p->fault, sizeof p->fault, "%s", error ? error->message : "");
    p->read(p->arg);
}

static void ask(void *arg)
{
    struct period_preview *p = arg;
    const char *typed = edit_text(&p->field->edit);
    if (p->request)
        app_cancel(p->request);
    p->request = 0;
    if (*typed) {
        p->request = app_call(p->owner, "outage.parse_period", json_pack("{s:s}", "period", typed), CALL_QUIET, come, p);
        return;
    }
    json_decref(p->answer);
    p->answer = NULL;
    p->fault[0] = '\0';
    p->read(p->arg);
}

struct period_preview *period_preview_new(struct screen *owner, struct field *field, void (*read)(void *arg), void *arg)
{
    struct period_preview *p = calloc(1, sizeof *p);
    if (!p)
        abort();
    *p = (struct period_preview){.owner = owner, .field = field, .read = read, .arg = arg};
    if (*edit_text(&field->edit))
        ask(p);
    return p;
}

void period_preview_free(struct period_preview **p)
{
    if (!*p)
        return;
    timers_forget(*p);
    if ((*p)->request)
        app_cancel((*p)->request);
    json_decref((*p)->answer);
    free(*p);
    *p = NULL;
}

void period_preview_changed(struct period_preview *p, const struct field *f)
{
    if (f == p->field)
        timers_start(DELAY_MS, false, ask, p);
}

const char *period_preview_begins(const struct period_preview *p)
{
    return js_str(json_array_get(json_object_get(p->answer, "intervals"), 0), "from");
}

/* «01.11 08:00 - 17:00: every day at these hours» */
static void interval_text(const json_t *interval, char *out, size_t size)
{
    char when[64];
    bool said = strcmp(js_str(interval, "read_by"), "said") == 0;
    dates_interval(js_str(interval, "from"), js_str(interval, "to"), when, sizeof when);
    strf(out, size, "%s%s%s", when, said ? "" : ": ", said ? "" : js_str(interval, "reading"));
}

void period_preview_tell(const struct period_preview *p, void (*line)(void *arg, enum role role, int indent, const char *text), void *arg)
{
    char text[300];
    size_t i;
    json_t *o;
    const json_t *intervals = json_object_get(p->answer, "intervals");
    int n = (int)json_array_size(intervals);
    if (p->fault[0])
        line(arg, R_LATE, 0, p->fault);
    if (!p->answer)
        return;
    strf(text, sizeof text, ngettext("Time: %d outage", "Time: %d outages", (unsigned long)n), n);
    line(arg, n ? R_STRONG : R_LATE, 0, text);
    json_array_foreach(json_object_get(p->answer, "unread"), i, o)
    {
        strf(text, sizeof text, "%s %s: %s", theme_glyph(GL_LATE), js_str(o, "text"), js_str(o, "reason_text"));
        line(arg, R_LATE, 0, text);
    }
    json_array_foreach(intervals, i, o)
    {
        if (i == SHOWN_MAX) {
            strf(text, sizeof text, _("and %d more"), n - SHOWN_MAX);
            line(arg, R_DIM, INDENT, text);
            break;
        }
        interval_text(o, text, sizeof text);
        line(arg, R_TEXT, INDENT, text);
    }
}
