/* People who may come in, for administrators: their roles and keys; a person who leaves, and to whom their work goes. */
#include "tui/dates.h"
#include "tui/i18n.h"
#include "tui/json.h"
#include "tui/screens/card.h"
#include "tui/screens/form.h"
#include "tui/screens/modules.h"
#include "tui/screens/records.h"
#include "tui/text.h"
#include "tui/words.h"
#include <stdio.h>
#include <string.h>

/* Codes of roles in words, in one line. */
static void roles_said(const char *codes, char *out, size_t size)
{
    char code[40];
    size_t len = 0;
    out[0] = '\0';
    for (const char *p = codes + strspn(codes, " "); *p; p += strspn(p, " ")) {
        size_t n = strcspn(p, " ");
        strf(code, sizeof code, "%.*s", (int)n, p);
        strf(out + len, size - len, "%s%s", len ? ", " : "", words_label("role", code));
        len = strlen(out);
        p += n;
    }
}

static void cell_name(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = row_get(row, "disabled")[0] ? R_DIM : R_STRONG;
    strf(out, size, "%s", row_get(row, "name"));
}

static void cell_roles(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_TEXT;
    roles_said(row_get(row, "roles"), out, size);
}

static void cell_disabled(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_SOON;
    strf(out, size, "%s", row_get(row, "disabled")[0] ? _("disabled") : "");
}

static const struct column columns[] = {
    {"name", N_("Full name"), 18, 34, 1, 1, false, cell_name},     {"login", N_("Login"), 10, 16, 2, 2, false, NULL},
    {"roles", N_("Roles"), 16, 30, 2, 2, false, cell_roles},       {"unit_name", N_("Unit"), 14, 0, 4, 0, false, NULL},
    {"disabled", N_("State"), 10, 10, 3, 1, false, cell_disabled},
};
static const char *const fields[] = {"number", "name", "login", "roles", "unit_name", "disabled", "actions", NULL};

static const struct records_tab tabs[] = {
    {N_("Working"), "{\"disabled\": false}"},
    {N_("Disabled ones"), "{\"disabled\": true}"},
    {N_("All"), "{}"},
    {NULL, NULL},
};

static const struct form_hint new_hints[] = {
    {"login", FH_REQUIRED, NULL}, {"name", FH_REQUIRED, NULL}, {"roles", 0, NULL}, {"unit", 0, NULL}, {"key", 0, NULL}, {NULL, 0, NULL}};
static const char *const order[] = {"login", "name", "roles", "unit", "position", "email", "phone", "key", "language", "curates", NULL};

static void users_new(void) { form_open(&(struct form_start){.method = "user.add", .hints = new_hints, .order = order}); }

static const struct records_spec list_spec = {
    .record = "user",
    .title = N_("Users"),
    .scopes = "user list",
    .list = {.method = "user.list",
             .columns = columns,
             .column_count = sizeof columns / sizeof *columns,
             .fields = fields,
             .params = records_params,
             .empty = N_("Nobody of the kind. Esc shows all; F7 adds a user.")},
    .tabs = tabs,
    .make = users_new,
};

struct screen *users_list(const char *query) { return records_screen(&list_spec, query); }

/* ---- the card ---- */

static void joined(const json_t *list, const char *words, char *out, size_t size)
{
    size_t i, len = 0;
    json_t *v;
    out[0] = '\0';
    json_array_foreach(list, i, v)
    {
        const char *text = json_string_value(v);
        strf(out + len, size - len, "%s%s", i ? ", " : "", text ? (words ? words_label(words, text) : text) : "");
        len = strlen(out);
    }
}

static void build_keys(struct doc *d, const json_t *keys)
{
    char line[400];
    size_t i;
    json_t *k;
    doc_heading(d, _("Keys"));
    if (json_array_size(keys) == 0)
        doc_text(d, 0, R_DIM, _("None: this person comes in by password, or not at all"));
    json_array_foreach(keys, i, k)
    {
        strf(line, sizeof line, _("No %lld  %s  %s"), (long long)js_int(k, "id"), js_str(k, "algorithm"), js_str(k, "comment"));
        doc_text(d, 0, R_TEXT, line);
        doc_text(d, 2, R_DIM, js_str(k, "fingerprint"));
    }
}

static void build_main(struct doc *d, const json_t *r)
{
    char text[600];
    doc_field(d, _("Name of a person"), js_str(r, "name"), R_STRONG);
    card_text(d, _("Login"), r, "login");
    card_text(d, _("Position"), r, "position");
    card_text(d, _("Unit"), r, "unit_name");
    joined(json_object_get(r, "roles"), "role", text, sizeof text);
    doc_field(d, _("Roles"), text, R_TEXT);
    joined(json_object_get(r, "curates_names"), NULL, text, sizeof text);
    doc_field(d, _("Looks after units"), text, R_TEXT);
    card_text(d, _("E-mail"), r, "email");
    card_text(d, _("Phone"), r, "phone");
    card_word(d, _("Language"), r, "language", "");
    doc_field(d, _("Password"), js_bool(r, "has_password") ? _("is set") : _("none"), R_TEXT);
    if (js_bool(r, "disabled"))
        card_date(d, _("Disabled"), r, "disabled_at");
    build_keys(d, json_object_get(r, "keys"));
}

static void heading(const json_t *r, char *left, size_t left_size, char *right, size_t right_size, enum role *role)
{
    strf(left, left_size, "%s", js_str(r, "name"));
    strf(right, right_size, "%s", js_bool(r, "disabled") ? _("disabled") : "");
    *role = R_SOON;
}

static const struct card_tab card_tabs[] = {
    {N_("Card"), NULL, build_main, NULL},
    {N_("History"), NULL, card_history, NULL},
    {.label = NULL},
};

static const struct card_spec card_spec = {
    .record = "user",
    .method = "user.get",
    .scopes = "user card",
    .title = N_("User"),
    .tabs = card_tabs,
    .side_tab = 1,
    .heading = heading,
    .set_method = "user.set",
};

struct screen *users_card(int64_t id, enum command then) { return card_screen(&card_spec, id, then); }

/* ---- leaving and coming back ---- */

static const char *leave_hint(struct form_screen *fs)
{
    (void)fs;
    return _("The successor gets what is open: assignments, control, appeals, periodic ones. F2: disable");
}

static const char *leave_label(struct form_screen *fs, enum command cmd)
{
    (void)fs;
    return cmd == CMD_SUBMIT ? _("Disable") : NULL;
}

static const struct form_extra leave_extra = {.hint = leave_hint, .label = leave_label};

void users_disable(const struct record_ref *ref)
{
    static const struct form_hint hints[] = {{"disabled", FH_HIDE, NULL}, {"successor", 0, N_("Successor")}, {NULL, 0, NULL}};
    form_open(&(struct form_start){
        .method = "user.disable", .title = _("A person leaves"), .draft = "", .hints = hints, .refs = ref, .ref_count = 1, .extra = &leave_extra});
}

static void enabled(void *arg, json_t *result, const struct rpc_error *error)
{
    (void)arg;
    (void)result;
    if (error)
        app_status_error(error);
    else
        app_status(STATUS_GOOD, "%s", _("May come in again"));
}

void users_enable(const struct record_ref *ref)
{
    app_call(NULL, "user.disable",
             json_pack("{s:I,s:I,s:b}", "id", (json_int_t)ref->id, "version", (json_int_t)ref->version, "disabled", 0), CALL_WRITE, enabled,
             NULL);
}
