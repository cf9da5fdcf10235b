/* What a session of files has open, and the contents that come in by it.
 *
 * Contents are written by a connection of their own, in transactions that do not wait for the disk ("lazy"); one that is lost takes with it what
 * any of the writers had in it. A file is there for others when its handle is finished: hash, type and name in one transaction that does wait. */
#pragma once
#include "server/files/session.h"
#include "server/files/tree.h"

enum { HANDLES_MAX = 100 };

enum handle_kind { FREE, READING, WRITING, FOLDER };

struct handle {
    enum handle_kind kind;
    struct node node;
    /* READING, and WRITING into what is there already */
    struct file_info info;
    struct content_reader reader;
    bool told; /* the reading has been logged */
    /* WRITING */
    struct content_writer *writer; /* NULL until something is written */
    bool may_read, appends, changed, failed;
    char why[256]; /* it has failed */
    bool time_is_set;
    uint32_t time;
    /* FOLDER */
    struct tree_walk walk;
};

struct files_session {
    const struct files_database *database;
    struct session_user user;
    struct pg *db, *lazy; /* for names and reading; for contents that are coming in */
    int64_t lazy_bytes;
    struct arena *arena;
    int64_t checked_at;
    int writers;
    struct handle *handles[HANDLES_MAX];
};

struct task {
    struct files_session *s;
    const struct files_request *r;
    struct buf *out;
    struct call call;
    struct err err;
    bool committed;
};

/* The connection, made when it is first asked for. */
struct pg *files_connection(struct files_session *s, struct pg **db);

/* Never NULL; handle_release frees it. */
struct handle *handle_new(enum handle_kind kind, const struct node *node);
void handle_release(struct files_session *s, struct handle **h);
/* What this session is writing under that name, NULL: nothing. */
struct handle *handle_being_written(const struct files_session *s, const struct node *node);
/* The file as it will be. */
struct file_info handle_info(const struct handle *h);

/* These tell their fault in t->err; a fault of what was asked leaves the handle broken. */
bool handle_write(struct task *t, struct handle *h);
bool handle_truncate(struct task *t, struct handle *h);
bool handle_finish(struct task *t, struct handle *h);
/* Breaks it for the fault in t->err. Returns false. */
bool handle_fail(struct task *t, struct handle *h);
/* What was written is thrown away. */
void handle_give_up(struct files_session *s, struct handle *h);

/* The lazy transaction of all writers. */
bool writers_begin(struct files_session *s, struct err *err);
bool writers_flush(struct files_session *s, struct err *err);
bool writers_commit(struct files_session *s, struct err *err);
void writers_lose(struct files_session *s, const struct err *err);
