/* The process between a test and a server: see server.h. */
#pragma once
#include <stdbool.h>
#include <sys/types.h>

struct keeper {
    pid_t pid, server;
    int control_fd; /* closing it ends the server */
    int report_fd;  /* "exit CODE forced N", once, when all is over */
};

/* Starts argv under a keeper with these standard output and error. `env` adds "NAME=value" entries; may be NULL. */
struct keeper keeper_start(char *const argv[], const char *const *env, int out_fd, int err_fd);
/* Waits for the keeper's last word; false when it does not come in time. */
bool keeper_wait(struct keeper *k, int timeout_ms, int *exit_code, int *forced);
