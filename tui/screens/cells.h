/* How values of a row look, the same in every list. */
#pragma once
#include "tui/widgets/list.h"

/* "!" for what is late, the clock for what is due soon. */
void cell_mark(const struct row *row, char *out, size_t size, enum role *role);
/* "−3 дн", "завтра", "пт", "24.11". */
void cell_due(const struct row *row, char *out, size_t size, enum role *role);
void cell_number(const struct row *row, char *out, size_t size, enum role *role);
void cell_registered(const struct row *row, char *out, size_t size, enum role *role);
void cell_responsible(const struct row *row, char *out, size_t size, enum role *role);
/* Good states green, bad ones red, by their meaning; the word of the state itself. */
enum role status_role_of(const char *status);

/* A moment for a column: of another year the time of day stands only where it has room. */
void cells_moment(const char *wire, char *out, size_t size);

/* The address of a house of the register from its street on: of «г. Город, ул. Садовая, 9» a narrow column would show the town alone. What
 * has no town, or no street, is as it was. */
const char *cells_from_street(const char *address);
