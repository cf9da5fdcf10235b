/* What SSH the gate speaks: algorithms, version string, host key. One place, so that an audit reads one file. */
#pragma once
#include "common/err.h"
#include <libssh/libssh.h>
#include <libssh/server.h>
#include <stdbool.h>

/* The library's server object with the host key imported (once, before any fork). NULL on a fault: err->detail says what to do. */
ssh_bind options_bind_new(const char *host_key_file, struct err *err);
/* Per-connection options that the server object cannot carry. */
void options_session(ssh_session session);
/* Is it a key that may log in (ed25519, RSA of at least 2048 bits, ECDSA, security keys)? Others are refused at the probe, since libssh
 * would answer nothing to their signature. `base64` is the public key's wire form. */
bool options_key_allowed(ssh_key key, const char *base64);
