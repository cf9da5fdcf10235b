/* cmocka with the headers it wants before it, and a fail that says why. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* Fails the running test with a sentence. */
#define FAIL(...)                                                                                                                          \
    do {                                                                                                                                   \
        fprintf(stderr, __VA_ARGS__); /* print_error cuts at a kilobyte */                                                                 \
        fputc('\n', stderr);                                                                                                               \
        fail();                                                                                                                            \
        abort(); /* for the readers that do not know that fail() never returns */                                                          \
    } while (0)
#define CHECK(condition, ...)                                                                                                              \
    do {                                                                                                                                   \
        if (!(condition))                                                                                                                  \
            FAIL(__VA_ARGS__);                                                                                                             \
    } while (0)
