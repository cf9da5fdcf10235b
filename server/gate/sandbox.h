/* What a connection child may still do to the machine once it listens to strangers: no core dumps, no new privileges, no files but the
 * programs and terminals it needs (Landlock), no sockets of its own and no way into other processes (seccomp). The programs it starts
 * inherit all of it.
 *
 * Under AddressSanitizer the leak checker needs /proc and ptrace, so these two stay open there; everything else is the same. */
#pragma once
#include <stdbool.h>

struct sandbox;

/* Prepares the rules (once, in the parent). The program on ptys (opened already, or -1) may be run, and the folder of its path read (its
 * translations are there). Parts that the kernel lacks are left out, with a line in the log. */
struct sandbox *sandbox_new(const char *tui_path, int tui_fd);
void sandbox_free(struct sandbox **s);
/* Descriptor that sandbox_enter needs; -1 when there is none. A child must not close it before. */
int sandbox_fd(const struct sandbox *s);
/* Shuts the door behind the calling process; there is no way back. False (errno) when the kernel refused what it had promised. */
bool sandbox_enter(struct sandbox *s);
/* No core files, and no debugger of the same user: the memory holds keys. */
void sandbox_protect_memory(void);
