#include "common/layout.h"
#include "common/utf8.h"
#include <stdbool.h>
#include <string.h>

/* Position by position: one physical key each. Ukrainian and Belarusian letters stand on the keys of ы, э, ъ, and of и, ў on щ. */
static const struct {
    uint32_t cyrillic;
    char latin;
} keys[] = {
    {U'й', 'q'}, {U'ц', 'w'}, {U'у', 'e'}, {U'к', 'r'}, {U'е', 't'}, {U'н', 'y'}, {U'г', 'u'},  {U'ш', 'i'}, {U'щ', 'o'},
    {U'з', 'p'}, {U'х', '['}, {U'ъ', ']'}, {U'ф', 'a'}, {U'ы', 's'}, {U'в', 'd'}, {U'а', 'f'},  {U'п', 'g'}, {U'р', 'h'},
    {U'о', 'j'}, {U'л', 'k'}, {U'д', 'l'}, {U'ж', ';'}, {U'э', '\''}, {U'я', 'z'}, {U'ч', 'x'}, {U'с', 'c'}, {U'м', 'v'},
    {U'и', 'b'}, {U'т', 'n'}, {U'ь', 'm'}, {U'б', ','}, {U'ю', '.'}, {U'ё', '`'}, {U'Й', 'Q'},  {U'Ц', 'W'}, {U'У', 'E'},
    {U'К', 'R'}, {U'Е', 'T'}, {U'Н', 'Y'}, {U'Г', 'U'}, {U'Ш', 'I'}, {U'Щ', 'O'}, {U'З', 'P'},  {U'Х', '{'}, {U'Ъ', '}'},
    {U'Ф', 'A'}, {U'Ы', 'S'}, {U'В', 'D'}, {U'А', 'F'}, {U'П', 'G'}, {U'Р', 'H'}, {U'О', 'J'},  {U'Л', 'K'}, {U'Д', 'L'},
    {U'Ж', ':'}, {U'Э', '"'}, {U'Я', 'Z'}, {U'Ч', 'X'}, {U'С', 'C'}, {U'М', 'V'}, {U'И', 'B'},  {U'Т', 'N'}, {U'Ь', 'M'},
    {U'Б', '<'}, {U'Ю', '>'}, {U'Ё', '~'}, {U'№', '#'}, {U'і', 's'}, {U'є', '\''}, {U'ї', ']'}, {U'ў', 'o'},
};

uint32_t layout_to_latin(uint32_t cp)
{
    if (cp < 0x80)
        return cp;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (keys[i].cyrillic == cp)
            return (unsigned char)keys[i].latin;
    return cp;
}

uint32_t layout_to_cyrillic(uint32_t cp)
{
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if ((unsigned char)keys[i].latin == cp)
            return keys[i].cyrillic;
    return 0;
}

void layout_swap(const char *text, char *out, size_t size)
{
    size_t len = strlen(text), o = 0;
    for (size_t i = 0; i < len && o + 5 < size;) {
        uint32_t cp, other;
        i += utf8_decode(text + i, len - i, &cp);
        other = cp < 0x80 ? layout_to_cyrillic(cp) : layout_to_latin(cp);
        o += utf8_encode(other ? other : cp, out + o);
    }
    out[o] = '\0';
}
