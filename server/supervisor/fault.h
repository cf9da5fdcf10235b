/* Why the server does not start: what a person reads, what they can do, the exit code. Only for the supervisor and main(). */
#pragma once
#include <stdbool.h>

struct fault {
    int exit_code; /* sysexits(3) */
    char text[1024];
    char hint[512];
};

enum {
    EXIT_NO_INPUT = 66,
    EXIT_NO_USER = 67,
    EXIT_AWAY = 69,
    EXIT_SOFTWARE = 70,
    EXIT_TRY_AGAIN = 75,
    EXIT_NO_PERMISSION = 77,
    EXIT_CONFIGURATION = 78,
    EXIT_BAD_USAGE = 64
};

/* Fills the fault; always false, so that `return fault_set(...)` reads well. */
bool fault_set(struct fault *f, int exit_code, const char *hint, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
