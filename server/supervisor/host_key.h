/* The server's own SSH key: made once, kept in the state folder. */
#pragma once
#include "server/supervisor/fault.h"

/* Makes `path` (ed25519, OpenSSH form, mode 0600) and `path`.pub when absent; else checks that it can be read. */
bool host_key_ensure(const char *path, struct fault *f);
