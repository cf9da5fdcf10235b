/* "As in the previous card": what was sent last by each operation, in this session. */
#pragma once
#include "tui/widgets/form.h"
#include <stdbool.h>

void carry_keep(const char *method, const struct form *form);
/* Is there a card to repeat? */
bool carry_has(const char *method);
/* False when the field was empty there: it stays as it is. */
bool carry_field(const char *method, struct field *f);
/* Every empty field but the long texts. */
void carry_all(const char *method, struct form *form);
