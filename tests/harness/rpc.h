/* A JSON-RPC client for tests: one session, over the local socket or over `ssh -s`.
 *
 * Every json_t that these functions return is borrowed: the client keeps it until the end of the process, so that a test needs no
 * json_decref and a failing test leaks nothing. Parameters (`params`) are taken over. Functions fail the running test on a broken line. */
#pragma once
#include "tests/harness/server.h"
#include <jansson.h>

struct rpc;

/* As the built-in administrator, over STATE/run/admin.sock. */
struct rpc *rpc_open_admin(const struct server *s);
/* As a user, over `ssh -s login@server gorod`. */
struct rpc *rpc_open_ssh(const struct server *s, const char *login);
/* NULL instead of a failure, for a server that is coming back. */
struct rpc *rpc_try_admin(const struct server *s);
void rpc_close(struct rpc **r);

/* Keeps a value until the process ends and returns it: for trees that a test builds. */
json_t *rpc_keep(json_t *value);

/* ---- one call ---- */
/* The whole answer: an object with "result" or "error". */
json_t *rpc_call(struct rpc *r, const char *method, json_t *params);
/* The result; fails when the answer is an error. `format` and what follows are those of json_pack. */
json_t *rpc_ok(struct rpc *r, const char *method, const char *format, ...);
json_t *rpc_ok_json(struct rpc *r, const char *method, json_t *params);
/* The error object; fails unless the answer is an error with this code. */
json_t *rpc_error(struct rpc *r, int code, const char *method, const char *format, ...);
/* The same, and data.field (for -32602) or data.rule (for 1004) must be this word. */
json_t *rpc_refused(struct rpc *r, int code, const char *word, const char *method, const char *format, ...);

/* ---- pieces ---- */
/* Sends a request and returns its id; the answer is taken by rpc_answer, in the order of sending. */
int rpc_send(struct rpc *r, const char *method, json_t *params);
json_t *rpc_answer(struct rpc *r, int id);
/* The same, but NULL when the line ends or breaks before the answer. */
json_t *rpc_answer_or_end(struct rpc *r, int id);
/* Bytes as they are. False when the other side takes no more. */
bool rpc_send_bytes(struct rpc *r, const void *data, size_t len);
/* The next line of the server as JSON, notifications included; NULL at the end of the line or after the time. */
json_t *rpc_read(struct rpc *r, int timeout_ms);
/* Ends our direction; the other one stays. */
void rpc_half_close(struct rpc *r);
/* The descriptor that the server's bytes come from. */
int rpc_fd(const struct rpc *r);

/* ---- notifications ---- */
/* The next `event` of the record kind and id (0: any) after what was taken before; NULL after the time. */
json_t *rpc_event(struct rpc *r, const char *record, json_int_t record_id, int timeout_ms);

/* ---- reading answers ---- */
/* Value at a path such as "items.0.number"; NULL when there is none. */
json_t *at(const json_t *value, const char *path);
/* Text and number at a path; fail when there is none. */
const char *at_text(const json_t *value, const char *path);
json_int_t at_int(const json_t *value, const char *path);
/* Does the array of strings hold the word? */
bool has_word(const json_t *array, const char *word);
/* The element of an array whose member equals the text; NULL when there is none. */
json_t *find_item(const json_t *array, const char *member, const char *text);
/* A fresh request_id (UUID version 4). Lives until the 64th call after. */
const char *fresh_uuid(void);
