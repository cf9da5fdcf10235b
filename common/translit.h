/* Russian text in Latin letters, for logins and codes. */
#pragma once
#include <stddef.h>
/* Lower-case a-z and 0-9 only; what is no letter or digit becomes `separator` (one for many, none at the ends), or is left out when it is
 * 0. Always ends with a zero byte and fits whole letters: size >= 1. */
void translit_latin(const char *text, char separator, char *out, size_t size);
