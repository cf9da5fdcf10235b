#include "tui/screens/files.h"
#include "tui/dates.h"
#include "tui/i18n.h"
#include "tui/json.h"
#include "tui/meta.h"
#include "tui/screens.h"
#include "tui/screens/cells.h"
#include "tui/screens/form.h"
#include "tui/screens/modules.h"
#include "tui/screens/records.h"
#include "tui/screens/send.h"
#include "tui/term.h"
#include "tui/text.h"
#include "tui/words.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- pieces ---- */

/* "312 Б", "14 КиБ", "3,2 МиБ". */
static void size_text(int64_t bytes, char *out, size_t size)
{
    enum { KIB = 1024 };
    if (bytes < KIB)
        strf(out, size, _("%d B"), (int)bytes);
    else if (bytes < (int64_t)KIB * KIB)
        strf(out, size, _("%d KiB"), (int)((bytes + KIB - 1) / KIB));
    else
        strf(out, size, _("%.1f MiB"), (double)bytes / KIB / KIB);
}

static const char *part_label(const char *part)
{
    static const struct {
        const char *part, *label;
    } rows[] = {{"report", N_("with the report")},
                {"comment", N_("with a comment")},
                {"answer", N_("the answer")},
                {"withdrawal", N_("the withdrawal")}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(part, rows[i].part) == 0)
            return tr(rows[i].label);
    return "";
}

int files_count(const json_t *record) { return (int)json_array_size(json_object_get(record, "files")); }

void files_build(struct doc *d, const json_t *record)
{
    size_t i;
    json_t *f;
    json_array_foreach(json_object_get(record, "files"), i, f)
    {
        char size[32], who[128], when[32], line[700];
        const char *part = part_label(js_str(f, "part"));
        size_text(js_int(f, "size"), size, sizeof size);
        name_short(js_str(f, "by_name"), who, sizeof who);
        dates_moment(js_str(f, "at"), when, sizeof when);
        doc_link(d, "file", js_int(f, "id"), size, js_str(f, "name"), R_TEXT);
        strf(line, sizeof line, "%s, %s%s%s", who, when, *part ? ", " : "", part);
        doc_text(d, 4, R_DIM, line);
        if (js_str(f, "named_as")[0]) {
            strf(line, sizeof line, _("The name says %s, the contents are %s"), js_str(f, "named_as"), js_str(f, "type"));
            doc_text(d, 4, R_SOON, line);
        }
    }
    doc_blank(d);
    doc_text(d, 0, R_DIM,
             _("Enter or F3 views the chosen file; \"Attach\" in the menu (F9) adds files of your inbox. Put files there with sftp or scp: "
               "/inbox"));
}

void files_attach(const char *record, int64_t id)
{
    static const struct form_hint hints[] = {{"record", FH_HIDE, NULL}, {"id", FH_HIDE, NULL}, {"part", FH_HIDE, NULL}, {NULL, 0, NULL}};
    struct form_start start = {
        .method = "file.attach", .draft = "", .hints = hints, .fixed = json_pack("{s:s,s:I}", "record", record, "id", (json_int_t)id)};
    form_open(&start);
}

/* Who adds files is who may comment. */
const char *files_attach_why_not(const char *record)
{
    const struct meta_op *attach = meta_op("file.attach");
    const struct meta_param *to = attach ? meta_param(attach, "record") : NULL;
    const char *const *kind = to ? to->values : NULL;
    char comment[64];
    strf(comment, sizeof comment, "%s.comment", record);
    while (kind && *kind && strcmp(*kind, record) != 0)
        kind++;
    if (attach && !(kind && *kind))
        return _("Files hang on appeals, assignments and outages");
    return attach && meta_op(comment) ? NULL : _("Your role may not do this");
}

/* ---- the folders of a person ---- */

static void cell_size(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_DIM;
    size_text(strtoll(row_get(row, "size"), NULL, 10), out, size);
}

static void cell_when(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_DIM;
    dates_moment(row_get(row, "at"), out, size);
}

static void cell_type(const struct row *row, char *out, size_t size, enum role *role)
{
    bool lies = row_get(row, "named_as")[0];
    *role = lies ? R_SOON : R_DIM;
    strf(out, size, "%s%s", lies ? "! " : "", row_get(row, "type"));
}

static const struct column columns[] = {
    {"name", N_("Name"), 24, 0, 1, 1, false, NULL},
    {"size", N_("Size"), 10, 10, 2, 2, true, cell_size},
    {"at", N_("When"), 12, 14, 3, 2, false, cell_when},
    {"type", N_("Type"), 16, 30, 4, 0, false, cell_type},
};
static const char *const fields[] = {"name", "size", "type", "named_as", "at", "actions", NULL};

static void files_send(void);

static const struct records_tab tabs[] = {
    {N_("Inbox"), "{\"place\": \"inbox\"}"},
    {N_("My reports"), "{\"place\": \"reports\"}"},
    {NULL, NULL},
};

static const struct records_spec list_spec = {
    .record = "file",
    .title = N_("My files"),
    .scopes = "file list",
    .list = {.method = "file.list",
             .columns = columns,
             .column_count = sizeof columns / sizeof *columns,
             .fields = fields,
             .params = records_params,
             .empty = N_("Nothing here yet. Files come by sftp or scp into /inbox, and are attached to records from there.")},
    .tabs = tabs,
    .make = files_send,
    .make_why_not = send_why_not,
};

static void files_send(void) { send_open(NULL, 0, NULL); }

struct screen *files_list(const char *query) { return records_screen(&list_spec, query); }

/* ---- the viewer ---- */

struct viewer {
    struct screen *screen;
    int64_t id;
    json_t *file; /* NULL until it has come */
    char trouble[320], actions[128];
    struct doc *doc;
    int asked_width, width, height, built_width;
};

static struct record_ref viewer_ref(const struct viewer *v)
{
    return (struct record_ref){.record = "file",
                               .id = v->file ? v->id : 0,
                               .number = js_str(v->file, "name"),
                               .title = js_str(v->file, "name"),
                               .status = "",
                               .actions = v->actions,
                               .whole = v->file};
}

static void come(void *arg, json_t *result, const struct rpc_error *error)
{
    struct viewer *v = arg;
    size_t i, len = 1;
    json_t *action;
    app_dirty();
    if (error) {
        strf(v->trouble, sizeof v->trouble, "%s", error->message);
        return;
    }
    v->trouble[0] = '\0';
    json_decref(v->file);
    v->file = json_incref(result);
    v->built_width = 0;
    strf(v->actions, sizeof v->actions, " ");
    json_array_foreach(json_object_get(result, "actions"), i, action)
    {
        strf(v->actions + len, sizeof v->actions - len, "%s ", json_string_value(action));
        len += strlen(v->actions + len);
    }
}

/* Asked when the screen is known: a picture is drawn for its size. */
static void ask(void *arg)
{
    struct viewer *v = arg;
    v->asked_width = v->width;
    bool letters = term_glyph_level() == 0; /* a terminal that knows nothing but letters */
    app_call(v->screen, "file.view",
             json_pack("{s:I,s:i,s:i,s:b}", "id", (json_int_t)v->id, "columns", v->width > 4 ? v->width - 2 : v->width, "rows",
                       v->height > 4 ? v->height - 1 : v->height, "ascii", letters),
             0, come, v);
}

static void properties(struct viewer *v)
{
    char text[64];
    doc_field(v->doc, _("Name"), js_str(v->file, "name"), R_STRONG);
    size_text(js_int(v->file, "size"), text, sizeof text);
    doc_field(v->doc, _("Size"), text, R_TEXT);
    doc_field(v->doc, _("Type"), js_str(v->file, "type"), R_TEXT);
    dates_moment(js_str(v->file, "at"), text, sizeof text);
    doc_field(v->doc, _("When"), text, R_TEXT);
    doc_field(v->doc, _("Put by"), js_str(v->file, "by_name"), R_TEXT);
    doc_field(v->doc, "SHA-256", js_str(v->file, "sha256"), R_DIM);
}

static void build(struct viewer *v, int width)
{
    if (v->built_width == width)
        return;
    v->built_width = width;
    const char *text = js_str(v->file, "text"), *kind = js_str(v->file, "kind");
    doc_begin(v->doc, width);
    if (js_str(v->file, "named_as")[0]) {
        char line[256];
        strf(line, sizeof line, _("The name says %s, the contents are %s"), js_str(v->file, "named_as"), js_str(v->file, "type"));
        doc_text(v->doc, 0, R_SOON, line);
    }
    if (js_str(v->file, "trouble")[0])
        doc_text(v->doc, 0, R_SOON, js_str(v->file, "trouble"));
    if (strcmp(kind, "none") == 0 || !*text)
        properties(v);
    for (const char *line = text; *line;) {
        size_t len = strcspn(line, "\n");
        char *one = strndup(line, len);
        if (len == 0)
            doc_blank(v->doc);
        else
            doc_text(v->doc, 0, R_TEXT, one);
        free(one);
        line += len + (line[len] == '\n');
    }
    if (js_bool(v->file, "cut"))
        doc_text(v->doc, 0, R_DIM, _("There is more of it: save the file to see the rest"));
    doc_end(v->doc);
}

static void viewer_paint(struct screen *s, struct rect r, struct cursor *cursor)
{
    struct viewer *v = s->data;
    char head[160], size[32];
    *cursor = (struct cursor){r.y, r.x + 1};
    v->width = r.w;
    v->height = r.h > 2 ? r.h - 2 : r.h;
    if (v->asked_width == 0)
        timers_start(0, false, ask, v);
    if (!v->file) {
        draw_wrapped((struct rect){r.y + 1, r.x + 2, r.h - 1, r.w - 4}, 0, R_LATE, G_BASE, v->trouble);
        return;
    }
    size_text(js_int(v->file, "size"), size, sizeof size);
    strf(head, sizeof head, "%s, %s", size, js_str(v->file, "type"));
    int rw = text_width(head) < r.w / 2 ? text_width(head) : r.w / 2;
    draw_text(r.y, r.x + 1, r.w - rw - 4, R_STRONG, G_BASE, js_str(v->file, "name"));
    draw_text(r.y, r.x + r.w - rw - 1, rw, R_DIM, G_BASE, head);
    build(v, r.w);
    doc_paint(v->doc, (struct rect){r.y + 2, r.x, r.h - 2, r.w}, cursor);
}

static const char *viewer_scopes(const struct screen *s)
{
    (void)s;
    return "file";
}

static void viewer_title(const struct screen *s, char *out, size_t size)
{
    (void)s;
    strf(out, size, "%s", _("File"));
}

static bool viewer_key(struct screen *s, int key) { return doc_key(((struct viewer *)s->data)->doc, key); }

static bool viewer_command(struct screen *s, enum command cmd)
{
    struct record_ref ref = viewer_ref(s->data);
    if (!command_is_action(cmd, "file"))
        return false;
    record_run(&ref, 1, cmd);
    return true;
}

static const char *viewer_why_not(struct screen *s, enum command cmd)
{
    struct record_ref ref = viewer_ref(s->data);
    return record_why_not(&ref, cmd);
}

static bool viewer_busy(const struct screen *s)
{
    const struct viewer *v = s->data;
    return !v->file && !v->trouble[0];
}

static void viewer_refresh(struct screen *s) { ask(s->data); }

static void viewer_close(struct screen *s)
{
    struct viewer *v = s->data;
    timers_forget(v);
    doc_free(&v->doc);
    json_decref(v->file);
    free(v);
}

static const struct screen_ops viewer_ops = {
    .name = "file",
    .scopes = viewer_scopes,
    .title = viewer_title,
    .paint = viewer_paint,
    .key = viewer_key,
    .command = viewer_command,
    .why_not = viewer_why_not,
    .busy = viewer_busy,
    .refresh = viewer_refresh,
    .close = viewer_close,
};

struct screen *files_viewer(int64_t id, enum command then)
{
    struct viewer *v = calloc(1, sizeof *v);
    if (!v)
        abort();
    (void)then;
    v->id = id;
    v->doc = doc_new();
    return v->screen = screen_new(&viewer_ops, v);
}
