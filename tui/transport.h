/* Where a session with the core comes from: the gate's broker, a child ssh, or the local socket. Gives descriptors, and new ones after
 * the old have ended; knows nothing of what is said over them (client.h does). See docs/architecture.md, "TUI and its transport". */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct transport;

/* FD is the gate's Unix socketpair. The transport owns it. */
struct transport *transport_broker(int fd);
/* [user@]host[:port]; NULL with a sentence in `why` when it is not one. */
struct transport *transport_ssh(const char *target, char *why, size_t size);
/* Path of the core's local socket. */
struct transport *transport_socket(const char *path);
void transport_free(struct transport **t);

/* Tries to get a session without waiting; true: *in and *out (which may be equal) are the caller's to close. */
bool transport_open(struct transport *t, int *in, int *out);
/* The session that was given has ended: the caller has closed its descriptors. `worked`: something came over it. */
void transport_lost(struct transport *t, bool worked);
/* A descriptor to poll for reading beside the session's own, -1 when there is none; call transport_open or _is_gone when it speaks. */
int transport_fd(const struct transport *t);
/* How long to wait before the next transport_open. */
int transport_retry_ms(const struct transport *t);
/* There will be no session again: the person's connection itself has ended. */
bool transport_is_gone(struct transport *t);
/* Why there is no session, one sentence; "" when unknown. */
const char *transport_trouble(const struct transport *t);
/* Before the screens: opens the first session and waits until it answers, so that ssh can ask for a password or about a host key on
 * the terminal. False when it ended instead (ssh has said why on standard error). Other transports answer true at once. */
bool transport_login(struct transport *t);
/* From now on the terminal belongs to the screens: a child may no longer ask for a password on it. */
void transport_detach_terminal(struct transport *t);
