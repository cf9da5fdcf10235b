/* Pseudo-terminals: what a client asks for, made sane, and the pair itself. */
#pragma once
#include <stdbool.h>
#include <sys/ioctl.h>

enum { PTY_TERM_BYTES = 64 };

/* The size a client sent, made fit for a program that allocates a cell for each: 0 keeps what was (80x24 at first), at most 512x256. */
struct winsize pty_size(struct winsize was, int columns, int rows, int width_px, int height_px);
/* The TERM a client sent if terminfo here knows it, else xterm-256color. */
void pty_term(const char *wanted, char out[PTY_TERM_BYTES]);
/* Opens a pair of that size in UTF-8 mode: both ends close-on-exec, ours non-blocking. */
bool pty_open(const struct winsize *size, int *master, int *slave);
