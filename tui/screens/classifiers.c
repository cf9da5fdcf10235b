/* Classifiers for administrators: which there are, the values of one (topics as a tree), a value with its history. */
#include "tui/i18n.h"
#include "tui/json.h"
#include "tui/screens/card.h"
#include "tui/screens/form.h"
#include "tui/screens/modules.h"
#include "tui/screens/records.h"
#include "tui/text.h"
#include "tui/words.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void classifiers_values(const struct row *row);
static void classifiers_new(void);

/* ---- which there are ---- */

static void cell_retired(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_DIM;
    strf(out, size, "%s", strcmp(row_get(row, "retired"), "0") ? row_get(row, "retired") : "");
}

static void cell_closed(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_DIM;
    strf(out, size, "%s", row_get(row, "closed")[0] ? _("names and order only") : "");
}

static const struct column name_columns[] = {
    {"label", N_("Classifier"), 26, 0, 1, 1, false, NULL},
    {"values", N_("Values"), 8, 8, 1, 1, true, NULL},
    {"retired", N_("Retired"), 9, 9, 2, 0, true, cell_retired},
    {"closed", N_("What may be edited"), 22, 26, 3, 2, false, cell_closed},
};
static const char *const name_fields[] = {"classifier", "label", "values", "retired", "closed", NULL};

static const struct records_spec names_spec = {
    .record = "classifier_name",
    .title = N_("Classifiers"),
    .scopes = "list",
    .list = {.method = "classifier.names",
             .columns = name_columns,
             .column_count = sizeof name_columns / sizeof *name_columns,
             .fields = name_fields,
             .params = records_params,
             .empty = N_("No such classifier. Esc shows all.")},
    .open = classifiers_values,
};

struct screen *classifiers_list(const char *query) { return records_screen(&names_spec, query); }

/* ---- the values of one ---- */

/* The list that was opened last: what F7 adds to. */
static char current[64], title[160], params[3][120];

static void cell_value(const struct row *row, char *out, size_t size, enum role *role)
{
    int depth = atoi(row_get(row, "depth"));
    *role = row_get(row, "retired")[0] ? R_DIM : depth == 0 ? R_STRONG : R_TEXT;
    strf(out, size, "%*s%s", 2 * (depth < 8 ? depth : 8), "", row_get(row, "label"));
}

static void cell_state(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_DIM;
    strf(out, size, "%s", row_get(row, "retired")[0] ? _("retired") : "");
}

static const struct column value_columns[] = {
    {"label", N_("Value"), 30, 0, 1, 1, false, cell_value},
    {"code", N_("Code"), 20, 26, 2, 2, false, NULL},
    {"retired", N_("State"), 9, 10, 3, 2, false, cell_state},
};
static const char *const value_fields[] = {"code", "number", "label", "depth", "retired", "actions", NULL};

static const struct records_tab value_tabs[] = {
    {N_("In use"), params[0]},
    {N_("All"), params[1]},
    {N_("Retired"), params[2]},
    {NULL, NULL},
};

static const struct records_spec values_spec = {
    .record = "classifier",
    .title = title,
    .scopes = "classifier list",
    .list = {.method = "classifier.values",
             .columns = value_columns,
             .column_count = sizeof value_columns / sizeof *value_columns,
             .fields = value_fields,
             .params = records_params,
             .empty = N_("No such values. F7 adds one, Esc shows all.")},
    .tabs = value_tabs,
    .make = classifiers_new,
};

static void classifiers_values(const struct row *row)
{
    static const char *const filters[] = {",\"retired\":false", "", ",\"retired\":true"};
    strf(current, sizeof current, "%s", row_get(row, "classifier"));
    strf(title, sizeof title, "%s", row_get(row, "label"));
    for (size_t i = 0; i < 3; i++)
        strf(params[i], sizeof params[i], "{\"classifier\":\"%s\"%s}", current, filters[i]);
    app_push(records_screen(&values_spec, NULL));
}

/* ---- a value ---- */

static void build_value(struct doc *d, const json_t *r)
{
    char text[200];
    card_text(d, _("Code"), r, "code");
    card_text(d, _("In Russian"), r, "ru");
    card_text(d, _("In English"), r, "en");
    if (js_str(r, "parent")[0]) {
        strf(text, sizeof text, "%s  %s", js_str(r, "parent"), js_str(r, "parent_label"));
        doc_field(d, _("Part of"), text, R_TEXT);
    }
    card_text(d, _("Place"), r, "ord");
    card_text(d, _("Values below"), r, "children");
    doc_field(d, _("State"), js_bool(r, "retired") ? _("retired: stays on old records, is not offered for new ones") : _("in use"),
              js_bool(r, "retired") ? R_SOON : R_TEXT);
    if (js_str(r, "facts")[0]) {
        doc_heading(d, _("Properties"));
        doc_text(d, 0, R_TEXT, js_str(r, "facts"));
    }
}

static void heading(const json_t *r, char *left, size_t left_size, char *right, size_t right_size, enum role *role)
{
    strf(left, left_size, "%s", js_str(r, "label"));
    strf(right, right_size, "%s", js_bool(r, "retired") ? _("retired") : "");
    *role = R_SOON;
}

static const struct form_hint hints[] = {
    {"code", FH_REQUIRED, N_("Code")},
    {"ru", FH_REQUIRED, N_("In Russian")},
    {"en", 0, N_("In English")},
    {"parent", 0, N_("Part of (code)")},
    {"ord", 0, N_("Place")},
    {"facts", 0, N_("Properties")},
    {"id", FH_HIDE, NULL},
    {"version", FH_HIDE, NULL},
    {"classifier", FH_HIDE, NULL},
    {"data", FH_HIDE, NULL},
    {"retired", FH_HIDE, NULL},
    {"children", FH_HIDE, NULL},
    {"dry_run", FH_HIDE, NULL},
    {NULL, 0, NULL},
};
static const struct form_hint edit_hints[] = {
    {"ru", FH_REQUIRED, N_("In Russian")},
    {"en", 0, N_("In English")},
    {"parent", 0, N_("Part of (code)")},
    {"ord", 0, N_("Place")},
    {"facts", 0, N_("Properties")},
    {"code", FH_HIDE, NULL},
    {"id", FH_HIDE, NULL},
    {"version", FH_HIDE, NULL},
    {"classifier", FH_HIDE, NULL},
    {"data", FH_HIDE, NULL},
    {"retired", FH_HIDE, NULL},
    {"children", FH_HIDE, NULL},
    {"dry_run", FH_HIDE, NULL},
    {NULL, 0, NULL},
};

static const struct card_tab card_tabs[] = {
    {N_("Card"), NULL, build_value, NULL},
    {N_("History"), NULL, card_history, NULL},
    {.label = NULL},
};

static const struct card_spec card_spec = {
    .record = "classifier",
    .method = "classifier.get",
    .scopes = "classifier card",
    .title = N_("Value"),
    .tabs = card_tabs,
    .side_tab = 1,
    .heading = heading,
    .set_method = "classifier.set",
    .set_hints = edit_hints,
};

struct screen *classifiers_card(int64_t id, enum command then) { return card_screen(&card_spec, id, then); }

static void classifiers_new(void)
{
    char draft[96];
    if (!current[0])
        return;
    strf(draft, sizeof draft, "classifier.set %s", current);
    form_open(&(struct form_start){.method = "classifier.set",
                                   .title = title,
                                   .draft = draft,
                                   .hints = hints,
                                   .fixed = json_pack("{s:s,s:i}", "classifier", current, "version", 0)});
}
