/* A small municipality for tests: units and a user of every role, made through operations, with SSH keys. */
#pragma once
#include "tests/harness/rpc.h"

/* One row a user: T(login, role, unit code). */
#define TOWN_USERS(T)                                                                                                                      \
    T(admin, "admin", "it")                                                                                                                \
    T(clerk, "clerk", "office")                                                                                                            \
    T(head, "head", "office")                                                                                                              \
    T(deputy, "deputy", "office")                                                                                                          \
    T(chief, "chief", "zhkh")                                                                                                              \
    T(executor, "executor", "zhkh")                                                                                                        \
    T(executor2, "executor", "roads")                                                                                                      \
    T(controller, "controller", "office")                                                                                                  \
    T(dispatcher, "dispatcher", "edds")                                                                                                    \
    T(manager, "manager", "office")                                                                                                        \
    T(analyst, "analyst", "office")

enum town_user {
#define T(login, role, unit) TOWN_##login,
    TOWN_USERS(T)
#undef T
        TOWN_USER_COUNT
};

struct town {
    bool made;
    struct server *server;
    struct rpc *admin;                        /* over the local socket */
    json_int_t user[TOWN_USER_COUNT];         /* ids */
    json_int_t office, it, zhkh, roads, edds; /* ids of units; zhkh holds chief and executor, roads executor2; the deputy curates zhkh */
};

extern const char *const town_logins[TOWN_USER_COUNT];
extern const char *const town_roles[TOWN_USER_COUNT];

/* Fills the municipality of a running server. */
void given_municipality(struct server *s, struct town *t);
/* The session of a user over ssh; opened once, closed by town_close_sessions. */
struct rpc *town_as(struct town *t, enum town_user user);
void town_close_sessions(struct town *t);

/* Registers an appeal of a new person as the clerk; returns the answer of appeal.register. */
json_t *given_appeal(struct town *t, const char *name, const char *subject);
/* Assigns it as the head to a user, due in ten days; returns the answer of assignment.create. `appeal` 0: on its own. */
json_t *given_assignment(struct town *t, json_int_t appeal, enum town_user responsible, const char *title);
/* A date so many days from today, YYYY-MM-DD, in the server's time zone. Lives until the 8th call after. */
const char *day_from_today(int days);

/* Base64 of so many bytes; caller frees. */
char *base64_text(const void *data, size_t len);
/* Puts a file into the inbox of `who`; returns the answer of file.put. */
json_t *given_inbox_file(struct rpc *who, const char *name, const void *data, size_t len);
/* The moment so many minutes from now, RFC 3339 in UTC. Lives until the 8th call after. */
const char *in_minutes(int minutes);
