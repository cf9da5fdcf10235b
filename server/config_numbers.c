#include "server/config.h"
#include <string.h>

#define CONFIG_TEXT(key, def, ru, en)
#define CONFIG_INT(key, def, min, max, unit, ru, en) to->key = from->key;
#define CONFIG_BOOL(key, def, ru, en) to->key = from->key;
struct config_numbers config_numbers_of(const struct config *from)
{
    struct config_numbers numbers, *to = &numbers;
    memset(to, 0, sizeof *to); /* its bytes travel: none of them may be left over from the stack */
#include "server/config.def"
    return numbers;
}

void config_set_numbers(struct config *to, const struct config_numbers *from)
{
#include "server/config.def" // NOLINT(readability-duplicate-include): the rows once more, this time into the other
}
#undef CONFIG_TEXT
#undef CONFIG_INT
#undef CONFIG_BOOL
