/* The Russian keyboard layout ЙЦУКЕН: which Latin letter is on the same physical key. Used where letters are commands, and to offer
 * a query typed in the wrong layout; never where letters are text. */
#pragma once
#include <stddef.h>
#include <stdint.h>

/* The character that the same key gives in the Latin layout; everything that is not Cyrillic passes unchanged. */
uint32_t layout_to_latin(uint32_t cp);
/* The Cyrillic letter on the key of a Latin character; 0 when there is none. */
uint32_t layout_to_cyrillic(uint32_t cp);
/* The text as it would be had the other layout been on ("Bdfyjd" -> "Иванов" and back). */
void layout_swap(const char *text, char *out, size_t size);
