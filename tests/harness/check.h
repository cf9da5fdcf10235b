/* cmocka with the headers it wants before it, and a fail that says why. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Fails the running test with a sentence. */
#define FAIL(...)                                                                                                                          \
    do {                                                                                                                                   \
        print_error(__VA_ARGS__);                                                                                                          \
        print_error("\n");                                                                                                                 \
        fail();                                                                                                                            \
    } while (0)
#define CHECK(condition, ...)                                                                                                              \
    do {                                                                                                                                   \
        if (!(condition))                                                                                                                  \
            FAIL(__VA_ARGS__);                                                                                                             \
    } while (0)
