#include "server/demo/random.h"

static uint64_t next(struct random *r)
{
    uint64_t z = (r->state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

uint32_t random_below(struct random *r, uint32_t bound) { return (uint32_t)(((next(r) >> 32) * bound) >> 32); }

int random_between(struct random *r, int low, int high)
{
    return high <= low ? low : low + (int)random_below(r, (uint32_t)(high - low + 1));
}

bool random_chance(struct random *r, int per_mille) { return (int)random_below(r, 1000) < per_mille; }

size_t random_weighted(struct random *r, const uint32_t *upto, size_t count)
{
    uint32_t point = random_below(r, upto[count - 1]);
    size_t low = 0, high = count - 1;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (point < upto[middle])
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}
