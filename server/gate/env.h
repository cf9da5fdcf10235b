/* What the gate prepares once and every connection child inherits. */
#pragma once
#include <libssh/server.h>
#include <stdint.h>

struct config;
struct sandbox;

struct gate_env {
    const struct config *config;
    ssh_bind bind; /* with the host key imported */
    int tui_fd;    /* the program on ptys, opened early so that its path need not be reachable; -1: there is none */
    struct sandbox *sandbox;
};
