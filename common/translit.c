#include "common/translit.h"
#include "common/utf8.h"
#include <string.h>

/* а..я by code point; ё stands apart. */
static const char *const latin[32] = {"a", "b", "v", "g", "d", "e",  "zh", "z",  "i",  "y",    "k", "l", "m", "n", "o",  "p",
                                      "r", "s", "t", "u", "f", "kh", "ts", "ch", "sh", "shch", "",  "y", "",  "e", "yu", "ya"};

/* NULL: no letter and no digit. */
static const char *letters_of(uint32_t cp, char ascii[2])
{
    ascii[1] = '\0';
    if (cp >= 0x410 && cp <= 0x44F)
        return latin[(cp - 0x410) % 32];
    if (cp == 0x401 || cp == 0x451)
        return "e";
    ascii[0] = (char)(cp >= 'A' && cp <= 'Z' ? cp - 'A' + 'a' : cp);
    return cp < 0x80 && ((ascii[0] >= 'a' && ascii[0] <= 'z') || (cp >= '0' && cp <= '9')) ? ascii : NULL;
}

void translit_latin(const char *text, char separator, char *out, size_t size)
{
    size_t used = 0, len = strlen(text);
    bool gap = false;
    out[0] = '\0';
    for (uint32_t cp; len > 0;) {
        char ascii[2];
        size_t n = utf8_decode(text, len, &cp);
        const char *letters = letters_of(cp, ascii);
        text += n;
        len -= n;
        if (!letters) {
            gap = separator && used > 0;
            continue;
        }
        size_t add = strlen(letters);
        if (add == 0)
            continue;
        if (used + gap + add + 1 > size)
            return;
        if (gap)
            out[used++] = separator;
        memcpy(out + used, letters, add + 1);
        used += add;
        gap = false;
    }
}
