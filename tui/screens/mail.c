/* The queue of letters, for administrators: what waits, what was sent, what could not be, and why. */
#include "tui/dates.h"
#include "tui/i18n.h"
#include "tui/screens/modules.h"
#include "tui/screens/records.h"
#include "tui/text.h"
#include <stdio.h>
#include <string.h>

static const struct {
    const char *state, *label;
    enum role role;
} states[] = {
    {"queued", N_("waits"), R_SOON},
    {"sending", N_("being sent"), R_TEXT},
    {"handing", N_("being sent"), R_TEXT},
    {"sent", N_("sent"), R_DIM},
    {"failed", N_("not sent"), R_LATE},
    /* The line broke after the last dot: it may have arrived, so it is not sent again by itself. */
    {"unknown", N_("not known"), R_LATE},
};

static void cell_at(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_TEXT;
    dates_moment(row_get(row, "created_at"), out, size);
}

static void cell_whom(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_STRONG;
    name_short(row_get(row, "user_name"), out, size);
}

static void cell_state(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_TEXT;
    out[0] = '\0';
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (strcmp(states[i].state, row_get(row, "state")) == 0) {
            strf(out, size, "%s", tr(states[i].label));
            *role = states[i].role;
        }
}

/* Why it waits or failed, and when it is tried again. */
static void cell_why(const struct row *row, char *out, size_t size, enum role *role)
{
    char next[32];
    *role = R_DIM;
    dates_moment(row_get(row, "next_try_at"), next, sizeof next);
    bool again = strcmp(row_get(row, "state"), "queued") == 0 && strcmp(row_get(row, "tries"), "0") != 0;
    strf(out, size, "%s%s%s%s", again ? _("again ") : "", again ? next : "", again && row_get(row, "last_error")[0] ? ": " : "",
         row_get(row, "last_error"));
}

/* There is no card: what the columns cut stands whole below. */
static void hint(const struct row *row, char *out, size_t size)
{
    char why[400];
    enum role role;
    cell_why(row, why, sizeof why, &role);
    strf(out, size, "%s%s%s", row_get(row, "subject"), why[0] ? ": " : "", why);
}

static const struct column columns[] = {
    {"created_at", N_("When"), 11, 14, 1, 2, false, cell_at}, {"user_name", N_("To whom"), 14, 22, 1, 1, false, cell_whom},
    {"state", N_("State"), 11, 12, 1, 1, false, cell_state},  {"address", N_("Address"), 16, 26, 4, 0, false, NULL},
    {"subject", N_("Subject"), 16, 34, 3, 0, false, NULL},    {"last_error", N_("Why"), 14, 0, 2, 2, false, cell_why},
    {"tries", N_("Tries"), 7, 7, 5, 0, true, NULL},
};
static const char *const fields[] = {"number",  "created_at", "user_name", "state",       "status",  "address",
                                     "subject", "last_error", "tries",     "next_try_at", "actions", NULL};

static const struct records_tab tabs[] = {
    {N_("All"), "{}"},
    {N_("Waiting"), "{\"state\": \"queued\"}"},
    {N_("Not sent"), "{\"state\": \"failed\"}"},
    {N_("Not known"), "{\"state\": \"unknown\"}"},
    {N_("Sent"), "{\"state\": \"sent\"}"},
    {NULL, NULL},
};

static const struct records_spec spec = {
    .record = "mail",
    .title = N_("Mail"),
    .scopes = "mail list",
    .list = {.method = "mail.list",
             .columns = columns,
             .column_count = sizeof columns / sizeof *columns,
             .fields = fields,
             .params = records_params,
             .empty = N_("No letters of the kind. Esc shows all.")},
    .tabs = tabs,
    .no_card = true,
    .hint = hint,
};

struct screen *mail_list(const char *query) { return records_screen(&spec, query); }
