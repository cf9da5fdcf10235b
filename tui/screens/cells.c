#include "tui/screens/cells.h"
#include "tui/dates.h"
#include "tui/text.h"
#include <stdio.h>
#include <string.h>

static bool is_set(const struct row *row, const char *field) { return row_get(row, field)[0] == '1'; }

void cell_mark(const struct row *row, char *out, size_t size, enum role *role)
{
    const char *glyph = "";
    if (is_set(row, "overdue")) {
        glyph = theme_glyph(GL_LATE);
        *role = R_LATE;
    } else if (strcmp(row_get(row, "status"), "returned") == 0) {
        glyph = theme_glyph(GL_RETURNED);
        *role = R_LATE;
    } else if (strcmp(row_get(row, "status"), "reported") == 0) {
        glyph = theme_glyph(GL_ACCEPT);
        *role = R_GOOD;
    } else if (is_set(row, "due_soon") || is_set(row, "forecast_late")) {
        glyph = theme_glyph(GL_SOON);
        *role = R_SOON;
    } else if (is_set(row, "without_action")) {
        glyph = theme_glyph(GL_LETTER);
        *role = R_FRESH;
    }
    strf(out, size, "%s", glyph);
}

void cell_due(const struct row *row, char *out, size_t size, enum role *role)
{
    int32_t due = dates_from_wire(row_get(row, "due"));
    bool late = is_set(row, "overdue"), open = late || is_set(row, "due_soon") || dates_today() <= due;
    if (open)
        dates_due(due, out, size);
    else
        dates_short(due, out, size);
    *role = late ? R_LATE : is_set(row, "due_soon") ? R_SOON : R_TEXT;
    /* A closed record that was late says so by its mark; "−400 д" would say nothing. */
    if (late && strcmp(row_get(row, "closed"), "1") == 0)
        dates_short(due, out, size);
}

void cell_number(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_TEXT;
    strf(out, size, "%s", row_get(row, "number"));
}

void cell_registered(const struct row *row, char *out, size_t size, enum role *role)
{
    dates_short(dates_from_wire(row_get(row, "registered")), out, size);
    *role = R_DIM;
}

void cell_responsible(const struct row *row, char *out, size_t size, enum role *role)
{
    *role = R_TEXT;
    name_short(row_get(row, "responsible_name"), out, size);
}

enum role status_role_of(const char *status)
{
    static const struct {
        const char *status;
        enum role role;
    } roles[] = {{"returned", R_LATE},    {"answered", R_GOOD}, {"accepted", R_GOOD}, {"reported", R_GOOD},
                 {"registered", R_FRESH}, {"issued", R_FRESH},  {"void", R_DIM},      {"cancelled", R_DIM},
                 {"restored", R_GOOD},    {"active", R_SOON},   {"partial", R_SOON},   {"announced", R_FRESH},
                 {"off_control", R_DIM},  {"forwarded", R_DIM}, {"left", R_DIM},      {"withdrawn", R_DIM}};
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (strcmp(roles[i].status, status) == 0)
            return roles[i].role;
    return R_TEXT;
}

const char *cells_from_street(const char *address)
{
    const char *street = strstr(address, ", ");
    return street && strstr(street + 2, ", ") ? street + 2 : address;
}

void cells_moment(const char *wire, char *out, size_t size)
{
    enum { DAY_WITH_YEAR = 8 };
    char text[40];
    dates_moment(wire, text, sizeof text);
    size_t day = strcspn(text, " ");
    strf(out, size, day == DAY_WITH_YEAR ? "%.*s" TEXT_PART "%s" : "%.*s%s", (int)day, text, text + day);
}
