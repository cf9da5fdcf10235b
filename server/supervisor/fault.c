#include "server/supervisor/fault.h"
#include <stdarg.h>
#include <stdio.h>

bool fault_set(struct fault *f, int exit_code, const char *hint, const char *fmt, ...)
{
    va_list ap;
    f->exit_code = exit_code;
    snprintf(f->hint, sizeof f->hint, "%s", hint);
    va_start(ap, fmt);
    vsnprintf(f->text, sizeof f->text, fmt, ap);
    va_end(ap);
    return false;
}
