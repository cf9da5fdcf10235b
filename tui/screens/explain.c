#include "tui/screens/explain.h"
#include "tui/app.h"
#include "tui/dates.h"
#include "tui/i18n.h"
#include "tui/json.h"
#include "tui/term.h"
#include "tui/text.h"
#include "tui/widgets/doc.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH_MAX = 96, EDGES = 4 };

struct explain {
    char title[160], trouble[320];
    json_t *due; /* the answer of calendar.due; NULL until it has come */
    struct doc *doc;
    int built_width;
};

static const char *explain_scopes(const struct screen *s)
{
    (void)s;
    return "explain";
}

static void come(void *arg, json_t *result, const struct rpc_error *error)
{
    struct explain *e = arg;
    if (error)
        strf(e->trouble, sizeof e->trouble, "%s", error->message);
    json_decref(e->due);
    e->due = json_incref(result);
    e->built_width = 0;
    if (js_str(result, "text")[0] && term_copy(js_str(result, "text")))
        app_status(STATUS_GOOD, "%s", _("The text is in the clipboard, if the terminal allows it"));
    app_dirty();
}

static void build(struct explain *e, int width)
{
    size_t i;
    json_t *line;
    const json_t *lines = json_object_get(e->due, "explain");
    size_t count = json_array_size(lines);
    if (e->built_width == width)
        return;
    e->built_width = width;
    doc_begin(e->doc, width);
    if (!e->due) /* the fault, or nothing yet */
        doc_text(e->doc, 0, R_LATE, e->trouble);
    doc_text(e->doc, 0, R_TEXT, js_str(e->due, "text"));
    json_array_foreach(lines, i, line) doc_text(e->doc, 0,
                                                i == 0                                            ? R_STRONG
                                                : i + 1 == count && js_bool(e->due, "unverified") ? R_SOON
                                                                                                  : R_TEXT,
                                                json_string_value(line));
    doc_end(e->doc);
}

static void explain_paint(struct screen *s, struct rect r, struct cursor *cursor)
{
    struct explain *e = s->data;
    int w = r.w < WIDTH_MAX ? r.w : WIDTH_MAX;
    build(e, w - EDGES);
    int want = doc_lines(e->doc) + 2, h = want < r.h ? want : r.h;
    if (h < 3)
        h = r.h < 3 ? r.h : 3;
    struct rect box = {r.y + (r.h - h) / 2, r.x + (r.w - w) / 2, h, w};
    draw_box(box, e->title);
    doc_paint(e->doc, (struct rect){box.y + 1, box.x + 2, box.h - 2, box.w - EDGES}, cursor);
}

static bool explain_key(struct screen *s, int key)
{
    struct explain *e = s->data;
    return doc_key(e->doc, key);
}

static void explain_hint(const struct screen *s, char *out, size_t size)
{
    (void)s;
    strf(out, size, "%s", _("Up and down: scroll, Esc: back to the card"));
}

static bool explain_busy(const struct screen *s)
{
    const struct explain *e = s->data;
    return !e->due && !e->trouble[0];
}

static void explain_close(struct screen *s)
{
    struct explain *e = s->data;
    doc_free(&e->doc);
    json_decref(e->due);
    free(e);
}

static const struct screen_ops explain_ops = {
    .name = "explain",
    .overlay = true,
    .scopes = explain_scopes,
    .paint = explain_paint,
    .key = explain_key,
    .busy = explain_busy,
    .hint = explain_hint,
    .close = explain_close,
};

void explain_text_open(const char *title, const char *method, int64_t id)
{
    struct explain *e = calloc(1, sizeof *e);
    if (!e)
        abort();
    strf(e->title, sizeof e->title, "%s", title);
    e->doc = doc_new();
    doc_on(e->doc, G_POPUP);
    struct screen *s = screen_new(&explain_ops, e);
    app_push(s);
    app_call(s, method, json_pack("{s:I}", "id", (json_int_t)id), 0, come, e);
}

void explain_open(const char *record, int64_t id, const char *number)
{
    struct explain *e = calloc(1, sizeof *e);
    if (!e)
        abort();
    strf(e->title, sizeof e->title, "%s%s%s", _("How the due date was counted"), *number ? ": " : "", number);
    e->doc = doc_new();
    doc_on(e->doc, G_POPUP);
    struct screen *s = screen_new(&explain_ops, e);
    app_push(s);
    app_call(s, "calendar.due", json_pack("{s:I}", record, (json_int_t)id), 0, come, e);
}
