/* What an administrator is told about a database of their own that cannot be used: the key, the reason, what to do. */
#pragma once
#include "common/err.h"

struct pg;

/* Prints it to standard error as gorod-server's fault; `err` and `pg` are those of pg_migrate or pg_schema_check that failed. */
void database_fault(const struct pg *pg, const struct err *err);
