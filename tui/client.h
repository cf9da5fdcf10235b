/* The conversation with the core: JSON-RPC 2.0, a line each way, many requests in flight, nothing ever waits.
 *
 * A request belongs to an owner (a screen); its answer is given to a callback. When the line breaks, what was not answered is said
 * again over the next session: reads change nothing, and writes carry a request_id, to which the server gives its first answer again.
 * A read that is answered "unavailable" is asked again by itself; a write is not (the person decides). */
#pragma once
#include <jansson.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct transport;
struct client;

struct rpc_error {
    int code;          /* of the contract: 1003 ... */
    char message[320]; /* a sentence in the user's language, with the hint */
    char field[64];    /* the parameter at fault, "" when none */
    char about[320];   /* what is wrong with it, to be said beside it: no name of the wire, no hint */
    json_t *current;   /* 1003: the record as it is now; borrowed */
};
enum {
    RPC_NOT_FOUND = 1001,
    RPC_FORBIDDEN = 1002,
    RPC_CONFLICT = 1003,
    RPC_RULE = 1004,
    RPC_UNAVAILABLE = 1005,
    RPC_METHOD = -32601,
    RPC_PARAMS = -32602
};

/* Exactly one of result and error is given; both are borrowed for the time of the call. */
typedef void client_answer(void *arg, json_t *result, const struct rpc_error *error);
/* A notification: `params` of event.subscribe's events, or {"id", "done"} of a long request that is on its way. */
typedef void client_event(json_t *params);
/* The session came (true: also after a break) or went. */
typedef void client_state(bool up);

struct client *client_new(struct transport *transport, client_event *event, client_state *state);
void client_free(struct client **c);

enum call_flags {
    CALL_QUIET = 1, /* no progress on the screen: drafts, background reading */
    CALL_WRITE = 2, /* "unavailable" goes to the callback */
};
/* Sends; steals params (may be NULL). Returns the request's number, for client_cancel. */
uint64_t client_call(struct client *c, const void *owner, const char *method, json_t *params, unsigned flags, client_answer *done,
                     void *arg);
/* The answer of one request, or of all of an owner, is no longer wanted. */
void client_cancel(struct client *c, uint64_t number);
void client_forget(struct client *c, const void *owner);

bool client_is_up(const struct client *c);
/* How long the oldest request that the person waits for has been waiting; 0 when there is none. */
int client_waiting_ms(const struct client *c);
/* Requests in flight, quiet ones too. */
int client_pending(const struct client *c);
/* Why there is no session, one sentence; "" when unknown. */
const char *client_trouble(const struct client *c);
/* The person's connection has ended for good. */
bool client_is_gone(const struct client *c);

/* For the poll loop: fills at most 3 places and returns how many; then, after poll, client_work. client_due_ms: -1 for ever. */
size_t client_poll(const struct client *c, struct pollfd *fds);
void client_work(struct client *c);
int client_due_ms(const struct client *c);
/* Writes out what is queued, for at most so long: at the very end, for drafts. */
void client_flush(struct client *c, int timeout_ms);

/* Nothing is under way: gives memory of past answers back. Cheap when there was none. */
void client_rest(struct client *c);

/* A fresh request_id. */
void client_uuid(char out[37]);
/* Milliseconds of the monotonic clock. */
int64_t now_ms(void);
