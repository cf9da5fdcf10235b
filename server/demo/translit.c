#include "common/utf8.h"
#include "server/demo/town.h"
#include <string.h>

/* а..я by code point; ё stands apart. */
static const char *const latin[32] = {"a", "b", "v", "g", "d", "e",  "zh", "z",  "i",  "y",    "k", "l", "m", "n", "o",  "p",
                                      "r", "s", "t", "u", "f", "kh", "ts", "ch", "sh", "shch", "",  "y", "",  "e", "yu", "ya"};

void transliterate(const char *text, char *out, size_t size)
{
    size_t used = 0, len = strlen(text);
    out[0] = '\0';
    for (uint32_t cp; len > 0;) {
        size_t n = utf8_decode(text, len, &cp);
        char ascii[2] = {0};
        const char *letters = "";
        if (cp >= 0x410 && cp <= 0x42F)
            letters = latin[cp - 0x410];
        else if (cp >= 0x430 && cp <= 0x44F)
            letters = latin[cp - 0x430];
        else if (cp == 0x401 || cp == 0x451)
            letters = "e";
        else if ((cp >= '0' && cp <= '9') || (cp >= 'a' && cp <= 'z'))
            ascii[0] = (char)cp;
        else if (cp >= 'A' && cp <= 'Z')
            ascii[0] = (char)(cp - 'A' + 'a');
        letters = ascii[0] ? ascii : letters;
        size_t add = strlen(letters);
        if (used + add + 1 > size)
            return;
        memcpy(out + used, letters, add + 1);
        used += add;
        text += n;
        len -= n;
    }
}
