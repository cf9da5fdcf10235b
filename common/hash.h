/* FNV-1a, 64 bits: for tables and comparisons inside a process, never for what strangers could choose to collide. */
#pragma once
#include <stddef.h>
#include <stdint.h>

#define HASH_START 0xcbf29ce484222325u

/* Mixes data into a hash that began with HASH_START. */
static inline uint64_t hash_mix(uint64_t hash, const void *data, size_t len)
{
    const unsigned char *p = data;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ p[i]) *
               0x100000001b3u; /* NOLINT(clang-analyzer-core.UndefinedBinaryOperatorResult): loses track of shorts read as bytes */
    return hash;
}
