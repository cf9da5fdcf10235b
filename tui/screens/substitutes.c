/* Who stands in for whom, and from when to when. */
#include "tui/dates.h"
#include "tui/i18n.h"
#include "tui/json.h"
#include "tui/screens/form.h"
#include "tui/screens/modules.h"
#include "tui/screens/records.h"
#include "tui/text.h"
#include "tui/words.h"
#include <stdio.h>
#include <string.h>

static void cell_absent(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_TEXT;
    name_short(row_get(row, "absent_name"), out, size);
}

static void cell_substitute(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_STRONG;
    name_short(row_get(row, "substitute_name"), out, size);
}

static void cell_day(const struct row *row, const char *field, char *out, size_t size, enum role *role)
{
    *role = R_TEXT;
    dates_full(dates_from_wire(row_get(row, field)), out, size);
}
static void cell_from(const struct row *row, char *out, size_t size, enum role *role) { cell_day(row, "from", out, size, role); }
static void cell_to(const struct row *row, char *out, size_t size, enum role *role) { cell_day(row, "to", out, size, role); }

static void cell_state(const struct row *row, char *out, size_t size, enum role *role)
{
    const char *status = row_get(row, "status");
    *role = strcmp(status, "active") == 0 ? R_GOOD : R_DIM;
    strf(out, size, "%s", strcmp(status, "active") == 0 ? _("now") : strcmp(status, "planned") == 0 ? _("planned") : _("over"));
}

static const struct column columns[] = {
    {"absent", N_("Away"), 14, 28, 1, 1, false, cell_absent}, {"substitute", N_("Stands in"), 14, 28, 1, 1, false, cell_substitute},
    {"from", N_("First day"), 10, 11, 2, 2, false, cell_from},     {"to", N_("Last day"), 10, 11, 2, 2, false, cell_to},
    {"status", N_("State"), 8, 10, 3, 2, false, cell_state},  {"reason", N_("Reason"), 10, 0, 5, 0, false, NULL},
};
static const char *const fields[] = {"number", "absent_name", "substitute_name", "from", "to", "status", "reason", "actions", NULL};

static const struct records_tab tabs[] = {
    {N_("Now and later"), "{}"},
    {N_("All"), "{\"all\": true}"},
    {NULL, NULL},
};

static const struct records_spec list_spec = {
    .record = "substitution",
    .title = N_("Substitutes"),
    .scopes = "substitution list",
    .list = {.method = "substitution.list",
             .columns = columns,
             .column_count = sizeof columns / sizeof *columns,
             .fields = fields,
             .params = records_params,
             .empty = N_("Nobody stands in for anybody. F7 names a substitute.")},
    .tabs = tabs,
    .new_command = CMD_NEW_SUBSTITUTE,
    .no_card = true,
};

struct screen *substitutes_list(const char *query) { return records_screen(&list_spec, query); }

static const struct form_hint hints[] = {
    {"substitute", FH_REQUIRED, NULL}, {"from", FH_REQUIRED, NULL}, {"to", FH_REQUIRED, NULL}, {"reason", 0, NULL}, {NULL, 0, NULL}};
static const char *const order[] = {"substitute", "from", "to", "reason", "absent", NULL};

void substitutes_new(void)
{
    json_t *me = json_pack("{s:{s:I,s:s}}", "absent", "value", (json_int_t)app_me()->id, "label", app_me()->name);
    form_open(&(struct form_start){.method = "substitution.add", .hints = hints, .order = order, .values = me});
}
