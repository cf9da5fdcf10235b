/* Chance that gives the same town for the same seed on every machine (splitmix64). */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct random {
    uint64_t state;
};

/* Evenly among 0 .. bound - 1; bound > 0. */
uint32_t random_below(struct random *r, uint32_t bound);
/* Evenly among low .. high, both included. */
int random_between(struct random *r, int low, int high);
/* True so many times in a thousand. */
bool random_chance(struct random *r, int per_mille);
/* The index of a weight, as often as it weighs; `upto` holds running sums, the last one is the total. */
size_t random_weighted(struct random *r, const uint32_t *upto, size_t count);
