/* Programs that read formats of strangers: each run is a process of its own with no network, no files to write, little memory and little time
 * (the sandbox of the gate's children and setrlimit). Its faults are its own. */
#pragma once
#include "common/buf.h"
#include "common/err.h"
#include "server/files/store.h"

/* Runs the program (argv[0] is its path) with the content on its standard input, and gathers what it writes, up to out->max. False when it
 * is not installed (ERR_UNAVAILABLE), fails or takes longer than timeout_ms (ERR_RULE "not_readable"). */
bool helper_run(const char *const argv[], struct content_reader *content, int timeout_ms, struct buf *out, struct err *err);
