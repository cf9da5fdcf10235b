#include "tui/notices.h"
#include "tui/app.h"
#include "tui/json.h"
#include "tui/term.h"
#include "tui/text.h"
#include <string.h>

enum { DELAY_MS = 50 };

static int unread;
static bool bell, desktop, news; /* signals that wait for the sentence they are about */
static bool titled;              /* the window's title bears the number */

int notices_unread(void) { return unread; }

/* Once a notice went by the title, the number stays there until all is read. */
static void title_count(void)
{
    titled = titled && unread > 0;
    term_title_count(titled ? unread : 0);
}

void notices_unread_set(int count)
{
    if (count == unread)
        return;
    unread = count;
    title_count();
    app_dirty();
}

static void taken(void *arg, json_t *result, const struct rpc_error *error)
{
    (void)arg;
    if (error)
        return;
    const json_t *newest = json_array_get(json_object_get(result, "items"), 0);
    notices_unread_set((int)js_int(result, "total"));
    title_count();
    if (newest && news) {
        char text[600];
        strf(text, sizeof text, "%s%s%s", js_str(newest, "number"), js_str(newest, "number")[0] ? " " : "", js_str(newest, "text"));
        app_news(text);
        if (desktop)
            term_notify(text);
    }
    if (bell)
        term_bell();
    bell = desktop = news = false;
    app_dirty();
}

static void ask(void *arg)
{
    (void)arg;
    app_call(NULL, "notification.list", json_pack("{s:b,s:i}", "unread", 1, "limit", 1), CALL_QUIET, taken, NULL);
}

static void card_read(void *arg, json_t *result, const struct rpc_error *error)
{
    (void)arg;
    if (!error)
        notices_unread_set((int)js_int(result, "unread"));
}

void notices_card_opened(const char *record, int64_t id)
{
    char request[37];
    if (unread == 0)
        return;
    client_uuid(request);
    app_call(NULL, "notification.read", json_pack("{s:s,s:I,s:s}", "record", record, "record_id", (json_int_t)id, "request_id", request),
             CALL_QUIET | CALL_WRITE, card_read, NULL);
}

void notices_start(void) { ask(NULL); }

static bool has_way(const json_t *params, const char *way)
{
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(params, "ways"), i,
                       one) if (json_string_value(one) && strcmp(json_string_value(one), way) == 0) return true;
    return false;
}

void notices_come(const json_t *params)
{
    bell = bell || has_way(params, "bell");
    desktop = desktop || has_way(params, "desktop");
    news = news || has_way(params, "screen") || desktop;
    titled = titled || has_way(params, "title");
    /* A burst is one question. */
    timers_start(DELAY_MS, true, ask, &unread);
}
