/* Help and palette: both are the tables of commands and keys, read for the screen one is on; Enter runs the chosen command there. */
#pragma once
#include "tui/app.h"
/* Keys and commands of the screen. */
void help_open(struct screen *of);
/* Every command by name, narrowed as one types; words that are no command are searched for among the appeals. */
void palette_open(struct screen *of);
