/* "As in the previous card": what was sent last by each operation, in this session. */
#pragma once
#include "tui/widgets/form.h"
#include <stdbool.h>

void carry_keep(const char *method, const struct form *form);
/* Is there something to repeat, for this field (NULL: at all)? */
bool carry_has(const char *method, const struct field *f);
bool carry_field(const char *method, struct field *f);
/* Every empty field but the long texts. */
void carry_all(const char *method, struct form *form);
