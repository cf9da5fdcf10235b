/* Who saw whose data: for administrators and controllers of the audit. */
#include "tui/dates.h"
#include "tui/i18n.h"
#include "tui/screens.h"
#include "tui/screens/modules.h"
#include "tui/screens/records.h"
#include "tui/text.h"
#include "tui/words.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void cell_at(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_TEXT;
    dates_moment(row_get(row, "at"), out, size);
}

static void cell_actor(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_STRONG;
    name_short(row_get(row, "actor_name"), out, size);
}

static void cell_action(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_TEXT;
    strf(out, size, "%s", words_own(row_get(row, "action")));
}

/* What was opened, or what was typed. */
static void cell_what(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_TEXT;
    const char *query = row_get(row, "query"), *number = row_get(row, "number");
    bool searched = strcmp(row_get(row, "action"), "person_searched") == 0;
    if (searched)
        strf(out, size, query[0] ? "«%s»" : "%s", query[0] ? query : _("a page of the register"));
    else
        strf(out, size, "%s", number[0] ? number : words_own(row_get(row, "record")));
}

static void cell_whom(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_DIM;
    int people = atoi(row_get(row, "people"));
    const char *names = row_get(row, "names");
    out[0] = '\0';
    if (names[0])
        strf(out, size, people > 5 ? "%s… (%d)" : "%s", names, people);
    else if (people)
        strf(out, size, ngettext("%d person", "%d persons", (unsigned long)people), people);
}

static void cell_times(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_DIM;
    strf(out, size, "%s", strcmp(row_get(row, "times"), "1") ? row_get(row, "times") : "");
}

static const struct column columns[] = {
    {"at", N_("When"), 13, 16, 1, 1, false, cell_at},           {"actor_name", N_("Who looked"), 16, 24, 1, 1, false, cell_actor},
    {"action", N_("Action"), 16, 18, 3, 2, false, cell_action}, {"what", N_("What"), 16, 30, 2, 2, false, cell_what},
    {"names", N_("Whose data"), 18, 0, 2, 0, false, cell_whom}, {"times", N_("Times"), 6, 6, 4, 0, true, cell_times},
};
static const char *const fields[] = {"at",    "actor_name", "action", "record", "record_id", "number",
                                     "query", "names",      "people", "times",  NULL};

static const struct records_tab tabs[] = {
    {N_("All"), "{}"},
    {N_("Cards"), "{\"action\": \"card_opened\"}"},
    {N_("Searches"), "{\"action\": \"person_searched\"}"},
    {N_("Files"), "{\"action\": \"file_read\"}"},
    {N_("Printed"), "{\"action\": \"report_printed\"}"},
    {N_("Exported"), "{\"action\": \"list_exported\"}"},
    {NULL, NULL},
};

static void open_what(const struct row *row)
{
    int64_t id = atoll(row_get(row, "record_id"));
    if (id > 0)
        screens_open_card(row_get(row, "record"), id, CMD_NONE);
}

static const struct records_spec spec = {
    .record = "access",
    .title = N_("Who saw whose data"),
    .scopes = "list",
    .list = {.method = "audit.list",
             .columns = columns,
             .column_count = sizeof columns / sizeof *columns,
             .fields = fields,
             .params = records_params,
             .empty = N_("Nothing of the kind was looked at. Esc shows all.")},
    .tabs = tabs,
    .open = open_what,
};

struct screen *audit_list(const char *query) { return records_screen(&spec, query); }
